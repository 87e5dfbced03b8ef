"""What exports do to reviews: tags, entities, spaces, emoji, label spellings, empty and repeated rows."""

from random import Random

from cli.sample.reviews import Review

Row = tuple[str, str]
"""(text, label) as the file spells them."""

SPELLINGS = {
    "positive": ("positive",) * 8 + ("Positive", "POSITIVE", "pos", "1", " positive "),
    "negative": ("negative",) * 8 + ("Negative", "NEGATIVE", "neg", "0", "negative "),
}
EMOJI = {
    "positive": ("🎬", "❤️", "👏👏", "😂", "🍿", "⭐⭐⭐⭐⭐"),
    "negative": ("😴", "👎", "🙄", "💤", "🍿", "⭐"),
}
SEPARATORS = (" ",) * 10 + ("<br /><br />",) * 6 + ("<br>", "\n", "\n\n", "  ", " \u00a0")
ENTITIES = {"&": "&amp;", '"': "&quot;", "'": "&#39;", "é": "&eacute;", "ñ": "&ntilde;"}
UNKNOWN_LABELS = ("n/a", "mixed", "?")


def dirty_text(review: Review, random: Random) -> str:
    """The review's sentences joined as an export would: some with markup, entities or an emoji."""
    text = random.choice(SEPARATORS).join(review.sentences)
    if random.random() < 0.12:
        text = "".join(ENTITIES.get(character, character) for character in text)
    if random.random() < 0.05:
        text = f"<i>{text}</i>"
    if random.random() < 0.08:
        text = f"{text} {random.choice(EMOJI[review.label])}"
    if random.random() < 0.04:
        text = text.upper() if random.random() < 0.5 else f"  {text} "
    return text


def dirty_row(review: Review, random: Random) -> Row:
    """A review as one row of the file."""
    return dirty_text(review, random), random.choice(SPELLINGS[review.label])


def broken_rows(rows: list[Row], random: Random) -> list[Row]:
    """Rows no pipeline should train on, and a few without a label: about 4% of `rows`."""
    some = max(1, len(rows) // 200)
    picked = [random.choice(rows) for _ in range(5 * some)]
    repeated = picked[:some]
    nearly_repeated = [(f" {text.upper()} ", label) for text, label in picked[some : 2 * some]]
    unlabelled = [(f"{text} No stars from me today.", "") for text, _ in picked[2 * some : 4 * some]]
    empty = [(random.choice(("", "   ", "<br />")), label) for _, label in picked[4 * some :]]
    unknown = [(f"{rows[at][0]} Make of that what you will.", UNKNOWN_LABELS[at]) for at in range(3)]
    return repeated + nearly_repeated + unlabelled + empty + [("", ""), ("", "")] + unknown
