"""Reviews nobody writes on purpose and every API receives: what a model must survive."""

ODD = (
    "",
    " \t\r\n ",
    "?",
    "0",
    "good " * 20_000,
    "x" * 100_000,
    "\x00\x01\x1b[31mred\x7f",
    "<script>alert('<b>')</script> &amp;amp; {{7*7}} ${x} %s",
    '"quoted", \\escaped\\ and \\u0000 written out',
    "Прекрасный фильм, смотреть всем!",
    "素晴らしい映画でした。もう一度見たい。",
    "فيلم رائع جدا ويستحق المشاهدة",
    "एक बेहतरीन फ़िल्म",
    "e\u0301 u\u0308 \u202ereversed\u202c \u200b\ufeff zero width",
    "😀👍🏽👨‍👩‍👧‍👦🎬 10/10",
    "Good. Bad. Good. Bad. Not bad. Not good.",
)


def odd_questions() -> list[dict[str, str]]:
    """Return the odd reviews as an endpoint takes them."""
    return [{"id": f"odd-{number}", "text": text} for number, text in enumerate(ODD)]
