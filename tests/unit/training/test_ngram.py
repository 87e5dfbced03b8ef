"""The n-gram algorithm on made-up reviews."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from algorithms import Examples, algorithm, ngram
from algorithms.ngram import table
from algorithms.ngram.calibration import cuttings
from algorithms.ngram.counting import gather, tally
from algorithms.ngram.fitting import log_count_ratios
from algorithms.ngram.model import NgramModel, evidence, logits
from algorithms.ngram.threads import halves
from algorithms.ngram.tokens import ngrams, normalize, read_words
from algorithms.ngram.topics import find_topics, topic_view
from algorithms.ngram.training import learn
from refusals import Refused

Maker = Callable[..., Examples]


def accuracy(model: ngram.NgramModel, texts: Sequence[str], codes: np.ndarray) -> float:
    return float((ngram.predict(model, texts).argmax(axis=1) == codes).mean())


def code(phrase: str) -> int:
    return int(ngrams(read_words([phrase]), len(phrase.split()))[-1, 0])


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


@pytest.mark.parametrize("labels", [("negative", "positive"), ("mixed", "negative", "positive")])
def test_reasons_are_the_words_that_tell_the_label(
    examples: Maker, knobs: ngram.Knobs, labels: tuple[str, ...]
) -> None:
    model = ngram.train(examples(labels), knobs).model

    reasons = ngram.explain(model, "A SUPERB film, superb and moving!! but dull", 20)

    spoken = {reason.phrase: labels[reason.label] for reason in reasons}
    assert {"superb": "positive", "moving": "positive", "dull": "negative"}.items() <= spoken.items()
    assert [reason.weight for reason in reasons] == sorted((one.weight for one in reasons), reverse=True)
    assert ngram.explain(model, "A SUPERB film, superb and moving!! but dull", 1) == reasons[:1]
    assert ngram.explain(model, "", 20) == ngram.explain(model, "zzz", 20) == []


def test_the_reasons_add_up_to_the_answer(examples: Maker, knobs: ngram.Knobs) -> None:
    model = ngram.train(examples(), knobs).model
    text = "a superb film and a dull ending"
    score, squared_length = evidence(model, [text])

    total = sum((1 if one.label else -1) * one.weight for one in ngram.explain(model, text, 1000))

    bare = np.array([[sum(view.share * view.intercepts[0] for view in model.views)]])
    without_words = logits(model, bare, squared_length)
    assert total == pytest.approx((logits(model, score, squared_length) - without_words).item())


def test_no_reviews_give_no_answers(examples: Maker, knobs: ngram.Knobs) -> None:
    assert ngram.predict(ngram.train(examples(), knobs).model, []).shape == (0, 2)


def test_a_megabyte_of_text_is_answered(examples: Maker, knobs: ngram.Knobs) -> None:
    model = ngram.train(examples(), knobs).model

    assert ngram.predict(model, ["a superb film and " * 60_000])[0, 1] > 0.5


def test_pruning_keeps_what_tells_the_classes(examples: Maker) -> None:
    data = examples()

    small = ngram.train(data, ngram.Knobs(features=100)).model

    assert all(len(view.keys) <= 100 for view in small.views)
    assert {code("superb"), code("dull")} <= set(small.views[0].keys.tolist())
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
    texts = ["Not good", "not good at all", "", "good good", "at last"]
    positive = np.array([[0.0], [0.0], [0.5], [1.0], [1.0]])

    counted = tally(texts, positive, 2)
    counts = gather(texts, counted.frequency >= 2, 2)

    rows = {
        key: counts.present[:, [place]].toarray().ravel().tolist() for place, key in enumerate(counts.keys)
    }
    assert rows == {
        code("good"): [1, 1, 0, 1, 0],
        code("not"): [1, 1, 0, 0, 0],
        code("at"): [0, 1, 0, 0, 1],
        code("not good"): [1, 1, 0, 0, 0],
    }
    assert sorted(counted.shares[0][counted.frequency >= 2].tolist()) == [0, 0, 1, 1]


def test_counting_in_portions_is_counting_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"film {number % 3} and plot {number % 5}" for number in range(40)]
    everything = np.ones(2**25, np.bool_)
    whole = gather(texts, everything, 3)

    monkeypatch.setattr("algorithms.ngram.tokens._PORTION_CHARACTERS", 50)
    parts = gather(texts, everything, 3)

    assert np.array_equal(parts.keys, whole.keys)
    assert (parts.present != whole.present).nnz == 0


def test_merging_a_few_codes_at_a_time_gives_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"film {number % 7} and plot {number % 5}" for number in range(40)]
    everything = np.ones(2**25, np.bool_)
    monkeypatch.setattr("algorithms.ngram.tokens._PORTION_CHARACTERS", 50)
    at_once = gather(texts, everything, 3)

    monkeypatch.setattr("algorithms.ngram.counting._MERGED_AT_ONCE", 10)

    assert np.array_equal(gather(texts, everything, 3).keys, at_once.keys)


def test_a_model_of_the_first_texts_knows_nothing_of_the_others(examples: Maker, knobs: ngram.Knobs) -> None:
    data = examples(rows_each=100)
    shares = data.train_codes[:, None].astype(float)
    contrary = np.where(np.arange(len(shares))[:, None] < 150, shares, 1 - shares)

    early, late = learn(data.train, shares, 150, knobs)
    still, misled = learn(data.train, contrary, 150, knobs)

    first = data.train[:150]
    assert np.allclose(ngram.predict(still, first), ngram.predict(early, first), atol=0.01)
    assert not np.allclose(ngram.predict(misled, first), ngram.predict(late, first), atol=0.1)


def test_the_others_do_not_choose_the_n_grams_of_the_first(examples: Maker, knobs: ngram.Knobs) -> None:
    data, few = examples(rows_each=100), replace(knobs, candidates=100)
    shares = data.train_codes[:, None].astype(float)
    contrary = np.where(np.arange(len(shares))[:, None] < 150, shares, 1 - shares)

    early, late = learn(data.train, shares, 150, few)
    still, misled = learn(data.train, contrary, 150, few)

    assert np.array_equal(early.views[0].keys, still.views[0].keys)
    assert not np.array_equal(late.views[0].keys, misled.views[0].keys)


def test_halves_of_a_matrix_multiply_as_the_whole_does() -> None:
    matrix = sp.random(50, 30, 0.2, "csr", np.float32, np.random.default_rng(0))
    down, across = np.ones((30, 2), np.float32), np.arange(50, dtype=np.float32)

    with ThreadPoolExecutor(2) as threads:
        both = halves(matrix, threads)

        assert np.allclose(both.times(down), matrix @ down)
        assert np.allclose(both.transposed_times(across), matrix.T @ across)


def test_log_count_ratios_are_those_of_the_paper() -> None:
    # Of four reviews with good, bad, film, plot twice each, p counts those of the class.
    ratios = log_count_ratios(np.array([2.0, 0, 1, 1]), np.array([2.0, 2, 2, 2]), smoothing=1.0)

    # p = (3, 1, 2, 2) / 8; q the same with good and bad exchanged.
    assert ratios == pytest.approx([np.log(3), -np.log(3), 0.0, 0.0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It\u2019s 'good', isn't it?!", "it's good isn't it ? !"),
        ("A_B \u201cD\u00c9J\u00c0 vu\u201d \u2014 10/10", "a b d\u00e9j\u00e0 vu 10 10"),
        ("fun\U0001f600fun", "fun \U0001f600 fun"),
        ("\ud800 one\nline", "one line"),
        ("", ""),
    ],
)
def test_words_are_what_a_reader_would_call_so(text: str, words: str) -> None:
    assert normalize(text).decode().split() == words.split()


def test_a_word_has_the_same_hash_wherever_it_stands() -> None:
    words = read_words(["fine film", "", "a very fine " + "long " * 20_000 + "film"])

    assert words.owner[[0, 1, 4, 5]].tolist() == [0, 0, 2, 2]
    assert words.hashes[[1, -2]].tolist() == [words.hashes[1]] * 2
    assert words.hashes[0] == words.hashes[6]
    assert len(set(words.hashes.tolist())) == 6  # fine, film, the end, a, very, long


def test_words_that_only_unlabelled_reviews_tie_to_a_label_are_understood(
    examples: Maker, knobs: ngram.Knobs
) -> None:
    data = examples(rows_each=200)
    twins = {"superb": "luminous", "dull": "turgid"}
    extra = [
        f"{text} {twin} {twin}s"
        for text in data.train
        for word, twin in twins.items()
        if word in text.split()
    ]
    small = replace(knobs, topics=4, topic_reviews=5)

    alone = ngram.train(data, small)
    helped = ngram.train(replace(data, unlabelled=extra), small)

    assert alone.unlabelled == 0
    assert np.allclose(ngram.predict(alone.model, ["luminous", "turgid"]), 0.5)
    assert helped.unlabelled in (0, len(extra))
    topics = find_topics(data.train, extra, small)
    assert topics is not None
    view = topic_view(topics, data.train_codes[:, None].astype(float), small)
    score, _ = evidence(NgramModel((view,)), ["luminous", "turgid"])
    assert score[0, 0] > 0 > score[1, 0]


def test_unlabelled_reviews_without_common_words_are_not_used(examples: Maker, knobs: ngram.Knobs) -> None:
    data = replace(examples(), unlabelled=["one of a kind"])

    trained = ngram.train(data, replace(knobs, topic_reviews=1000))

    assert trained.unlabelled == 0
    assert len(trained.model.views) == 1


def test_a_few_reviews_have_few_topics(examples: Maker, knobs: ngram.Knobs) -> None:
    data = replace(examples(rows_each=12), unlabelled=["a superb film"])

    trained = ngram.train(data, replace(knobs, topic_reviews=2))

    assert np.isfinite(trained.validation).all()


def test_a_table_finds_what_it_holds_and_nothing_else() -> None:
    random = np.random.default_rng(0)
    codes = np.unique(random.integers(0, 2**40, 30_000).astype(np.uint64))
    keys, others = codes[::3], codes[1::3]

    found, places = table.build(keys).find(np.concatenate([others, keys]))

    assert np.array_equal(found, np.arange(len(keys)) + len(others))
    assert np.array_equal(places, np.arange(len(keys)))


def test_codes_that_share_both_slots_get_a_larger_table() -> None:
    # All agree in the eight upper and the eight lower bits: in a table of 256 slots they share one.
    keys = np.array([1 << 16, 2 << 16, 3 << 16], np.uint64)

    assert table.build(keys).find(keys)[1].tolist() == [0, 1, 2]


def test_cuttings_are_short_pieces_of_their_reviews() -> None:
    reviews = [" ".join(f"w{row}x{word}" for word in range(80)) for row in range(50)]

    pieces = cuttings(reviews, seed=0)

    assert all(piece in reviews[place % 50] for place, piece in enumerate(pieces))
    assert {1, 2} & {len(piece.split()) for piece in pieces}
    assert max(len(piece.split()) for piece in pieces) <= 40
