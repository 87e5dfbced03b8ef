"""Clean reviews: sentences put together from the phrases, with a polarity that is only mostly kept."""

import re
from dataclasses import dataclass
from random import Random

from cli.sample.phrases import load_phrases

# People praise what they dislike and complain of what they like, and some press the wrong
# button: these shares keep a good model well below certainty.
CONTRARY_SHARE = 0.12
NEUTRAL_SHARE = 0.3
TURN_SHARE = 0.15
WRONG_LABEL_SHARE = 0.03
OPENING_SHARE = 0.75
CLOSING_SHARE = 0.6
SENTENCE_COUNTS = (0, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 10)
ZIPF = 1.6
OPPOSITE = {"positive": "negative", "negative": "positive"}

_SLOT = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Review:
    """One review as its author meant it: sentences and the label he gave."""

    sentences: tuple[str, ...]
    label: str


def fill(template: str, random: Random) -> str:
    """Replace every {slot} by a random word of that name, again within what was put in."""
    words = load_phrases().words
    while "{" in template:
        template = _SLOT.sub(lambda slot: _word(words[slot[1]], random), template)
    return template[0].upper() + template[1:]


def _word(words: list[str], random: Random) -> str:
    """One of the words, the first ones more often, as in any language (Zipf's law)."""
    return words[int(len(words) * random.random() ** ZIPF)]


def _body(polarity: str, random: Random) -> str:
    phrases, draw = load_phrases(), random.random()
    if draw < NEUTRAL_SHARE:
        return random.choice(phrases.neutral)
    if draw < NEUTRAL_SHARE + TURN_SHARE:
        return random.choice(phrases.turns[polarity])
    if draw < NEUTRAL_SHARE + TURN_SHARE + CONTRARY_SHARE:
        return random.choice(phrases.sentences[OPPOSITE[polarity]])
    return random.choice(phrases.sentences[polarity])


def _templates(polarity: str, random: Random) -> list[str]:
    phrases = load_phrases()
    templates = [_body(polarity, random) for _ in range(random.choice(SENTENCE_COUNTS))]
    if random.random() < OPENING_SHARE or not templates:
        templates.insert(0, random.choice(phrases.openings[polarity]))
    if random.random() < CLOSING_SHARE:
        templates.append(random.choice(phrases.closings[polarity]))
    return templates


def write_review(random: Random) -> Review:
    """One review of either polarity."""
    polarity = random.choice(("positive", "negative"))
    sentences = tuple(fill(template, random) for template in _templates(polarity, random))
    wrong = random.random() < WRONG_LABEL_SHARE
    return Review(sentences, OPPOSITE[polarity] if wrong else polarity)
