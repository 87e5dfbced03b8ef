"""Every knob of the transformer."""

from dataclasses import dataclass

from hyperparameters import knob


@dataclass(frozen=True)
class Knobs:
    """Hyperparameters with their defaults and ranges."""

    # What is fine-tuned: a Hugging Face hub name, or s3://... (start_training makes a channel of it);
    # empty: a compact encoder of our own, pretrained on the reviews themselves.
    base_model: str = ""

    # The encoder of our own. The defaults are a guess for one GPU and half an hour; nobody has measured them.
    vocabulary: int = knob(16_000, 200, 100_000)  # subwords
    layers: int = knob(6, 1, 48)
    width: int = knob(512, 8, 8192)
    heads: int = knob(8, 1, 128)
    dropout: float = knob(0.1, 0, 0.9)
    pretrain_epochs: int = knob(30, 0, 1000)  # over labelled and unlabelled reviews; 0 for none
    pretrain_learning_rate: float = knob(6e-4, 1e-8, 1)
    masked_share: float = knob(
        0.3, 0.01, 0.9
    )  # of the subwords (Wettig et al. 2023 find 0.4 best, BERT had 0.15)

    # Fine-tuning.
    length: int = knob(512, 8, 8192)  # subwords that are read of a review, marks included
    head_share: float = knob(
        0.25, 0, 1
    )  # of them from its beginning, the rest from its end (Sun et al. 2019)
    epochs: int = knob(5, 1, 1000)
    learning_rate: float = knob(1e-4, 1e-8, 1)
    layer_decay: float = knob(0.9, 0.1, 1)  # the learning rate of each layer, as a share of the one above it
    label_smoothing: float = knob(0.0, 0, 0.9)
    class_weights: int = knob(0, 0, 1)  # 1: every label counts the same, however rare
    patience: int = knob(2, 1, 1000)  # epochs without a better validation loss before it stops

    # Both.
    schedule: str = "cosine"  # or linear
    warmup_share: float = knob(0.06, 0, 1)  # of the steps
    weight_decay: float = knob(0.01, 0, 10)
    clip: float = knob(1.0, 1e-3, 1e6)  # longest gradient
    batch: int = knob(64, 1, 65_536)  # reviews per step, over all GPUs
    tokens_at_once: int = knob(32_768, 64, 2**24)  # per GPU; a step takes as many rounds as it needs
    checkpoint_steps: int = knob(500, 1, 10**9)
    log_steps: int = knob(50, 1, 10**9)
    seed: int = knob(0, 0, 2**31 - 1)
    deterministic: int = knob(0, 0, 1)  # 1: the same bits again, at the price of some speed
