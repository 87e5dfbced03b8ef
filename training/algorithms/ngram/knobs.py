"""Every knob of the n-gram model."""

from dataclasses import dataclass

from hyperparameters import knob


@dataclass(frozen=True)
class Knobs:
    """Hyperparameters with their defaults and ranges."""

    max_order: int = knob(3, 1, 3)  # words in the longest n-gram
    min_reviews: int = knob(2, 1, 1000)  # an n-gram in fewer reviews is not a feature
    smoothing: float = knob(1.0, 1e-3, 100)  # alpha of the log-count ratios
    least_evidence: float = knob(2.0, 0, 100)  # an n-gram whose class counts could be chance is none
    strength: float = knob(30.0, 1e-3, 1e5)  # inverse of the L2 penalty
    steps: int = knob(60, 1, 1000)  # L-BFGS iterations at most
    candidates: int = knob(500_000, 100, 20_000_000)  # buckets of n-grams a fit learns from, at most
    features: int = knob(200_000, 100, 5_000_000)  # n-grams kept after pruning
    topics: int = knob(300, 1, 2000)  # learnt only where there are unlabelled reviews
    topic_texts: int = knob(50_000, 1000, 1_000_000)  # of the labelled and of the unlabelled, at most
    topic_reviews: int = knob(20, 1, 1000)  # an n-gram in fewer reviews tells no topic
    topic_strength: float = knob(100.0, 1e-3, 1e5)  # inverse of the L2 penalty
    topic_share: float = knob(0.4, 0, 10)  # how much the topics count beside the whole
    seed: int = knob(0, 0, 2**31 - 1)  # for the cuttings of calibration, and the topics
