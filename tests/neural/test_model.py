"""What is exported, calibrated and served."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

import train
from algorithms.transformer import exporting, model
from algorithms.transformer.calibration import best_temperature
from algorithms.transformer.checkpoints import Checkpoints, Interruption
from algorithms.transformer.crew import Crew
from algorithms.transformer.encoding import Encoder, Marks, by_length
from algorithms.transformer.knobs import Knobs
from algorithms.transformer.loop import Loop
from algorithms.transformer.network import Classifier, CompactEncoder, Shape
from algorithms.transformer.subwords import MARKS, learn_subwords
from algorithms.transformer.tasks import Labelling
from algorithms.transformer.validation import torch_logits
from refusals import Refused
from tests.neural.conftest import Job
from tests.unit.training.conftest import SENTIMENTS, write_reviews

TEXTS = [review for review, _ in write_reviews(SENTIMENTS, rows_each=150, seed=3)]
SERVE = """
import json, sys, inference
served = inference.model_fn(sys.argv[1])
request = inference.input_fn('{"reviews": [{"text": "superb, moving"}, {"text": ""}]}', "application/json")
body, _ = inference.output_fn(inference.predict_fn(request, served), "application/json")
print(json.dumps([json.loads(body)["predictions"], sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(learn_subwords(TEXTS, 300), MARKS, length=24, head_share=0.25)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(5)
    classifier = Classifier(CompactEncoder(Shape(300, 2, 32, 4, 0.1)), 32, 3, 0.1)
    nn.init.normal_(classifier.head.weight)
    return classifier


@pytest.fixture(scope="module")
def taught(encoder: Encoder) -> nn.Module:
    """A network that has learned from other texts: one of chance alone leaves labels close to call."""
    rows = write_reviews(SENTIMENTS, rows_each=150, seed=4)
    texts, codes = [text for text, _ in rows], np.array([SENTIMENTS.index(label) for _, label in rows])
    torch.manual_seed(5)
    classifier = Classifier(CompactEncoder(Shape(300, 2, 32, 4, 0.1)), 32, 2, 0.1)
    task = Labelling(encoder.encode(texts), codes, classifier, MARKS.pad, np.ones(2), 0.0)
    alone = Crew(0, 1, torch.device("cpu"))
    Loop(Knobs(batch=16), alone, Checkpoints(None, ""), Interruption()).learn(task, epochs=4, rate=0.003)
    return classifier


def test_the_export_says_what_pytorch_says(taught: nn.Module, encoder: Encoder) -> None:
    served, parity = exporting.exported(taught, encoder, TEXTS)

    expected = torch_logits(taught, encoder.encode(TEXTS), MARKS.pad, torch.device("cpu"), 4096)
    found = model.logits(served, TEXTS)
    assert len(set(TEXTS)) == len(TEXTS) == parity.rows == 300
    assert parity.format == "int8"
    operators = Counter(node.op_type for node in onnx.load_from_string(served.graph).graph.node)
    assert operators["MatMulInteger"] >= 8  # four matrices in each of the two layers
    assert min(np.bincount(expected.argmax(axis=1), minlength=2)) > 100
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() >= 0.995
    assert parity.agreement >= 0.995
    assert found == pytest.approx(expected, abs=0.3)


def test_a_network_of_no_numbers_is_not_exported(network: nn.Module, encoder: Encoder) -> None:
    with torch.no_grad():
        for weights in network.parameters():
            weights.fill_(float("nan"))
    with pytest.raises(Refused, match="must not be served"):
        exporting.exported(network, encoder, TEXTS)


def test_where_one_byte_changes_labels_the_weights_stay_whole(
    network: nn.Module, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with torch.no_grad():
        broken = Classifier(CompactEncoder(Shape(300, 2, 32, 4, 0.1)), 32, 3, 0.1)
        nn.init.normal_(broken.head.weight)

    def shrink(whole: Path, small: Path) -> None:
        exporting._export(broken, MARKS.pad, small)

    monkeypatch.setattr(exporting, "_shrink", shrink)

    _, parity = exporting.exported(network, encoder, TEXTS)

    assert (parity.format, parity.agreement) == ("float32", 1.0)
    assert parity.largest_difference < 1e-4


def test_an_export_that_says_something_else_is_refused(
    network: nn.Module, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        exporting,
        "logits",
        lambda *_: -torch_logits(network, encoder.encode(TEXTS), MARKS.pad, torch.device("cpu"), 4096),
    )

    with pytest.raises(Refused, match="must not be served"):
        exporting.exported(network, encoder, TEXTS)


def test_padding_and_company_change_nothing(network: nn.Module, encoder: Encoder) -> None:
    served, _ = exporting.exported(network, encoder, TEXTS)
    texts = ["tea", "a film about " + "rain and love " * 10, ""]

    together = model.predict(served, texts)

    alone = np.concatenate([model.predict(served, [text]) for text in texts])
    assert together == pytest.approx(alone, abs=0.02)
    assert together[2] == pytest.approx([1 / 3] * 3)


def test_an_archive_serves_itself_without_pytorch(job: Job, tmp_path: Path) -> None:
    environment = job(epochs="3")
    assert train.main(environment) == 0
    folder = Path(environment["SM_MODEL_DIR"])

    command = [sys.executable, "-P", "-c", SERVE, str(folder)]
    variables = {"PYTHONPATH": str(folder / "code"), "PATH": "/usr/bin"}
    done = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True, check=True)

    predictions, modules = json.loads(done.stdout)
    assert predictions[0]["label"] == "positive"
    assert predictions[1]["label"] == "neutral"
    assert not {"torch", "transformers", "pyarrow", "scipy"} & set(modules)
    pins = (folder / "code/requirements.txt").read_text()
    assert "onnxruntime==" in pins
    evaluation = json.loads((folder / "evaluation.json").read_text())
    assert evaluation["parity"]["agreement"] >= exporting.LEAST_AGREEMENT
    assert evaluation["device"] == "CPU"


def test_a_long_text_keeps_its_head_and_its_tail(encoder: Encoder) -> None:
    assert Encoder(encoder.tokenizer, Marks(2, 3, 0), 10, 0.25).cut(list(range(100))) == [
        *(0, 1),
        *(94, 95, 96, 97, 98, 99),
    ]


def test_groups_hold_what_fits() -> None:
    rows = [[0] * length for length in (5, 50, 7, 200, 6)]

    groups = by_length(rows, 60)

    assert groups == [[0, 4, 2], [1], [3]]


def test_the_temperature_undoes_overconfidence() -> None:
    random = np.random.default_rng(0)
    honest = random.normal(size=(4000, 2)) * 2
    chance = 1 / (1 + np.exp(honest[:, 0] - honest[:, 1]))
    truth = (random.random(4000) < chance).astype(np.intp)

    assert best_temperature(honest * 3, truth) == pytest.approx(3, rel=0.1)
