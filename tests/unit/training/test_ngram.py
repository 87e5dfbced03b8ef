"""The n-gram algorithm on made-up reviews."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from algorithms import Examples, algorithm, ngram
from algorithms.ngram.calibration import cuttings
from algorithms.ngram.counting import count
from algorithms.ngram.fitting import log_count_ratios
from refusals import Refused

Maker = Callable[..., Examples]


def accuracy(model: ngram.NgramModel, texts: Sequence[str], codes: np.ndarray) -> float:
    return float((ngram.predict(model, texts).argmax(axis=1) == codes).mean())


@pytest.fixture(scope="module")
def knobs() -> ngram.Knobs:
    return ngram.Knobs(features=2000)


@pytest.mark.parametrize("labels", [("negative", "positive"), ("mixed", "negative", "positive")])
def test_it_learns_two_classes_and_more(examples: Maker, knobs: ngram.Knobs, labels: tuple[str, ...]) -> None:
    unseen = examples(labels, seed=7)

    trained = ngram.train(examples(labels), knobs)

    probabilities = ngram.predict(trained.model, unseen.train)
    assert accuracy(trained.model, unseen.train, unseen.train_codes) > 0.93
    assert probabilities.shape == (len(unseen.train), len(labels))
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert trained.validation.shape == (len(examples(labels).validation), len(labels))


def test_the_same_examples_give_the_same_bytes(examples: Maker, knobs: ngram.Knobs, tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        ngram.save(ngram.train(examples(), knobs).model, tmp_path / name)
        written.append((tmp_path / name / "weights.npz").read_bytes())

    assert written[0] == written[1]


def test_a_saved_model_answers_as_before(examples: Maker, knobs: ngram.Knobs, tmp_path: Path) -> None:
    model = ngram.train(examples(("mixed", "negative", "positive")), knobs).model
    texts = ["a superb and moving film", "", "d\u00e9j\u00e0 vu \u2026 \U0001f600"]

    ngram.save(model, tmp_path)

    assert np.array_equal(ngram.predict(ngram.load(tmp_path), texts), ngram.predict(model, texts))


def test_texts_without_evidence_get_no_opinion_even_when_one_class_is_rare(
    examples: Maker, knobs: ngram.Knobs
) -> None:
    data = examples()
    rare = np.flatnonzero((data.train_codes == 0) | (np.arange(len(data.train)) % 5 == 0))
    skewed = replace(
        data, train=[data.train[row] for row in rare.tolist()], train_codes=data.train_codes[rare]
    )

    model = ngram.train(skewed, knobs).model

    assert np.allclose(ngram.predict(model, ["", "zzz qqq", "???"]), 0.5)


def test_more_evidence_is_more_confidence(examples: Maker, knobs: ngram.Knobs) -> None:
    model = ngram.train(examples(), knobs).model

    one, many = ngram.predict(model, ["superb", "superb superb moving gripping delightful charming"])[:, 1]

    assert 0.5 < one < many


def test_answers_do_not_depend_on_the_company_of_a_text(examples: Maker, knobs: ngram.Knobs) -> None:
    data = examples(rows_each=200)
    model = ngram.train(data, knobs).model

    together = ngram.predict(model, data.train)

    assert len(data.train) > 256
    alone = np.vstack([ngram.predict(model, [text]) for text in data.train[250:260]])
    assert np.allclose(alone, together[250:260])


def test_no_reviews_give_no_answers(examples: Maker, knobs: ngram.Knobs) -> None:
    assert ngram.predict(ngram.train(examples(), knobs).model, []).shape == (0, 2)


def test_a_megabyte_of_text_is_answered(examples: Maker, knobs: ngram.Knobs) -> None:
    model = ngram.train(examples(), knobs).model

    assert ngram.predict(model, ["a superb film and " * 60_000])[0, 1] > 0.5


def test_pruning_keeps_what_tells_the_classes(examples: Maker) -> None:
    data = examples()

    small = ngram.train(data, ngram.Knobs(features=100)).model

    assert len(small.keys) <= 100
    assert {"superb", "dull"} <= set(small.words)
    assert accuracy(small, data.validation, data.validation_codes) > 0.9


def test_reviews_that_share_nothing_are_refused() -> None:
    one = Examples(["a", "b"], ["uno", "due"], np.array([0, 1]), ["tre"], np.array([0]))

    with pytest.raises(Refused, match="share no words"):
        ngram.train(one, ngram.Knobs())


def test_labels_that_no_word_tells_apart_are_refused() -> None:
    same = Examples(["a", "b"], ["one film"] * 8, np.arange(8) % 2, ["one film"], np.array([0]))

    with pytest.raises(Refused, match="No word or phrase tells the labels apart"):
        ngram.train(same, ngram.Knobs())


def test_an_unknown_algorithm_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="Unknown algorithm 'oracle'; there are ngram"):
        algorithm("oracle")


def test_counting_agrees_with_counting_by_hand() -> None:
    texts = ["not good", "not good at all", "good good", "at last"]

    counts = count(texts, max_order=2, min_texts=2)

    names = []
    for key in counts.keys.tolist():
        digits = [key // counts.base, key % counts.base]
        names.append(" ".join(counts.words[digit - 1] for digit in digits if digit))
    found = {name: counts.present[:, [place]].toarray().ravel().tolist() for place, name in enumerate(names)}
    assert found == {"good": [1, 1, 1, 0], "not": [1, 1, 0, 0], "at": [0, 1, 0, 1], "not good": [1, 1, 0, 0]}


def test_log_count_ratios_are_those_of_the_paper() -> None:
    counts = count(["good film", "good plot", "bad film", "bad plot"], max_order=1, min_texts=2)
    ratios = log_count_ratios(counts.present, np.array([True, True, False, False]), smoothing=1.0)

    by_word = dict(zip(counts.words, ratios.tolist(), strict=True))
    # p = (3, 1, 2, 2) / 8 for good, bad, film, plot; q the same with good and bad exchanged.
    assert by_word == pytest.approx({"good": np.log(3), "bad": -np.log(3), "film": 0.0, "plot": 0.0})


def test_cuttings_are_short_pieces_of_their_reviews() -> None:
    reviews = [" ".join(f"w{row}x{word}" for word in range(80)) for row in range(50)]

    pieces = cuttings(reviews, seed=0)

    assert all(piece in reviews[place % 50] for place, piece in enumerate(pieces))
    assert {1, 2} & {len(piece.split()) for piece in pieces}
    assert max(len(piece.split()) for piece in pieces) <= 40
