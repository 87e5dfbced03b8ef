"""From a trained candidate to the model that answers: judged, registered, deployed, verified, promoted."""
