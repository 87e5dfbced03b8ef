"""The endpoint's four functions over an archive that a real (small) job wrote."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import inference
from refusals import Refused

JSON = "application/json"
LINES = "application/jsonlines"


@pytest.fixture
def model(archive: Path) -> inference.ServedModel:
    return inference.model_fn(str(archive))


def _digest(archive: Path) -> str:
    return f"sha256:{hashlib.sha256((archive / 'model.json').read_bytes()).hexdigest()}"


def invoke(
    model: inference.ServedModel, body: str | bytes, content_type: str = JSON, accept: str = JSON
) -> Any:
    return inference.output_fn(inference.predict_fn(inference.input_fn(body, content_type), model), accept)


def refusal(result: Any) -> tuple[str, dict[str, str]]:
    status = []
    body = b"".join(result({}, lambda line, _headers: status.append(line)))
    return status[0], json.loads(body)


def test_json_is_answered_in_order_with_the_models_identity(
    model: inference.ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews = [
        {"id": "b", "text": "a <br /> superb, moving, delightful film"},
        {"text": "dull boring clumsy plot"},
    ]

    body, content_type = invoke(model, json.dumps({"reviews": reviews}))

    answer = json.loads(body)
    assert content_type == JSON
    assert answer["model"] == {"version": "job-1", "run_id": "films-1", "algorithm": "ngram"}
    assert [(one["id"], one["label"]) for one in answer["predictions"]] == [
        ("b", "positive"),
        ("1", "negative"),
    ]
    for one in answer["predictions"]:
        assert one["confidence"] == max(one["scores"].values())
        assert sum(one["scores"].values()) == pytest.approx(1, abs=1e-3)


def test_an_answer_says_why_when_asked(model: inference.ServedModel) -> None:
    reviews = [{"text": "a superb, superb film"}, {"text": "zzz"}]

    body, _ = invoke(model, json.dumps({"reviews": reviews, "explain": True}))

    superb, unknown = json.loads(body)["predictions"]
    assert superb["explanation"][0]["phrase"] == "superb"
    assert superb["explanation"][0]["label"] == "positive"
    assert superb["explanation"][0]["weight"] > 0
    assert unknown["explanation"] == []
    plain, _ = invoke(model, json.dumps({"reviews": reviews}))
    assert not any("explanation" in one for one in json.loads(plain)["predictions"])


def test_a_model_that_cannot_say_why_answers_without(
    model: inference.ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("algorithms.ngram.explain")

    body, _ = invoke(model, json.dumps({"reviews": [{"text": "superb"}], "explain": True}))

    assert json.loads(body)["predictions"][0].keys() == {"id", "label", "confidence", "scores"}


def test_explain_must_be_a_truth_value(model: inference.ServedModel) -> None:
    status, answer = refusal(invoke(model, json.dumps({"reviews": [{"text": "a"}], "explain": "yes"})))

    assert status.startswith("400")
    assert "explain" in answer["message"]


def test_lines_are_answered_line_by_line(model: inference.ServedModel) -> None:
    texts = ["superb gripping wonderful", "a\u2028line separator is no line end", "awful dull tedious"]
    body = "\n".join(
        json.dumps({"id": str(n), "text": text}, ensure_ascii=False) for n, text in enumerate(texts)
    )

    answer, content_type = invoke(model, body.encode(), LINES, LINES)

    found = [json.loads(line) for line in answer.splitlines()]
    assert content_type == LINES
    assert [one["id"] for one in found] == ["0", "1", "2"]
    assert [found[0]["label"], found[2]["label"]] == ["positive", "negative"]


@pytest.mark.parametrize("text", ["", "   ", "qwertz", "<br />", "!" * 1_000_000])
def test_a_text_without_evidence_is_neutral(model: inference.ServedModel, text: str) -> None:
    body, _ = invoke(model, json.dumps({"reviews": [{"id": "x", "text": text}]}))

    (one,) = json.loads(body)["predictions"]
    assert (one["label"], one["confidence"]) == ("neutral", 0.5)


@pytest.mark.parametrize(
    ("body", "content_type", "sentence"),
    [
        ("{", JSON, "The body is not JSON"),
        ("[]", JSON, "must be a JSON object"),
        ('{"reviews": []}', JSON, "at least one review"),
        ('{"reviews": [{"id": "1"}]}', JSON, 'Review 1 needs a "text" that is a string'),
        ('{"reviews": [{"text": "a"}, {"text": 7}]}', JSON, "Review 2 needs"),
        ('{"reviews": [{"text": "a", "id": [1]}]}', JSON, 'Review 1: "id" must be'),
        (b'{"text": "a"}\nnonsense', LINES, "Line 2 is not JSON"),
        (b"\n\n", LINES, "holds no line"),
        (b'{"text": "\xff"}', LINES, "not UTF-8: byte 10"),
        ("[" * 100_000, JSON, "The body is not JSON"),
        ('{"reviews": [{"id": %s, "text": "a"}]}' % ("1" * 5000), JSON, "The body is not JSON"),
    ],
)
def test_a_request_that_cannot_be_read_is_400_with_a_sentence(
    model: inference.ServedModel, body: str | bytes, content_type: str, sentence: str
) -> None:
    status, document = refusal(invoke(model, body, content_type))

    assert status == "400 Bad Request"
    assert document["code"] == "bad_request"
    assert sentence in document["message"]


def test_other_content_types_and_accepts_are_refused(model: inference.ServedModel) -> None:
    good = '{"reviews": [{"text": "superb"}]}'

    assert refusal(invoke(model, "a,b", "text/csv"))[0] == "415 Unsupported Media Type"
    assert refusal(invoke(model, good, JSON, "text/csv"))[0] == "406 Not Acceptable"
    assert invoke(model, good.encode(), "application/json; charset=utf-8", "*/*")[1] == JSON


def test_the_registry_version_of_the_container_wins(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_VERSION", "12")
    monkeypatch.setenv("MODEL_DIGEST", _digest(archive))

    assert inference.model_fn(str(archive)).identity["version"] == "12"


@pytest.mark.parametrize("digest", ["sha256:" + 64 * "0", ""])
def test_a_registered_model_serves_no_other_archive_than_was_judged(
    archive: Path, monkeypatch: pytest.MonkeyPatch, digest: str
) -> None:
    monkeypatch.setenv("MODEL_VERSION", "12")
    monkeypatch.setenv("MODEL_DIGEST", digest)

    with pytest.raises(Refused, match="not the one that was judged"):
        inference.model_fn(str(archive))


def test_weights_that_were_changed_are_not_loaded(archive: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(archive, tmp_path / "changed")
    weights = changed / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")

    with pytest.raises(Refused, match=r"weights\.npz is not the file that training wrote"):
        inference.model_fn(str(changed))


def test_code_that_was_changed_is_not_served(archive: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(archive, tmp_path / "changed")
    (changed / "code/algorithms/ngram/lookup.py").write_text("# another's\n")

    with pytest.raises(
        Refused, match=r"code/algorithms/ngram/lookup\.py is not the file that training wrote"
    ):
        inference.model_fn(str(changed))


def test_a_file_that_model_json_does_not_vouch_for_is_refused(archive: Path, tmp_path: Path) -> None:
    added = shutil.copytree(archive, tmp_path / "added")
    (added / "more.npz").write_bytes(b"weights of another")

    with pytest.raises(Refused, match=r"more\.npz is not vouched for"):
        inference.model_fn(str(added))


def test_an_archive_of_another_format_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"format": 2}')

    with pytest.raises(Refused, match="format 2; this code reads format 1"):
        inference.model_fn(str(tmp_path))
