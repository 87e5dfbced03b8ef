"""What `ngram` is measured beside: each an `Algorithm` like ours (training/algorithms)."""
