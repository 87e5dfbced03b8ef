"""`transformer`: an encoder, pretrained elsewhere or here, tuned on a GPU and served as ONNX on a CPU."""

from algorithms import Examples, Trained
from algorithms.transformer.knobs import Knobs
from algorithms.transformer.model import TransformerModel, load, predict, save

__all__ = ["Knobs", "TransformerModel", "load", "predict", "save", "train"]


def train(examples: Examples, knobs: Knobs) -> Trained:
    """Learn from the examples, alone or as one of torchrun's processes; all but the first end here."""
    # Serving imports this module as well, and has no PyTorch.
    from algorithms.transformer.training import train_model  # noqa: PLC0415

    return train_model(examples, knobs)
