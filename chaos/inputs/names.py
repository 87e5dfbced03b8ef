"""Names that are paths, patterns, formulas, options or nothing a file is called."""

from collections.abc import Iterator

from chaos.inputs.case import Case, Refused, kept, plain_csv

_GOOD = plain_csv().encode()
_TAKEN = {
    "capitals": "REVIEWS.CSV",
    "a blank": "my reviews.csv",
    "a browser's second copy": "reviews (1).csv",
    "a pattern that fits every file": "*.csv",
    "a pattern of one character": "review?.csv",
    "a class of characters": "reviews[1].csv",
    "a choice": "{a,b}.csv",
    "a comma": "a,b.csv",
    "a semicolon": "a;b.csv",
    "percent-encoded": "a%2Fb%20c.csv",
    "a fragment and a query": "a#b&c=d.csv",
    "a plus": "a+b.csv",
    "a backslash": "a\\b.csv",
    "quotes": "a'b\"c.csv",
    "a leading dash": "-rf.csv",
    "a formula": "=HYPERLINK(1).csv",
    "markup": "<img src=x onerror=alert(1)>.csv",
    "a shell's own": "$(touch x)`y`|z.csv",
    "letters of elsewhere": "критика фильма 映画.csv",
    "combining marks": "e\u0301te\u0301.csv",
    "an emoji": "👍.csv",
    "two endings": "reviews.txt.csv",
    "an ending before": "reviews.csv.old.csv",
    "very long": f"{'a' * 240}.csv",
    "deep in folders": "a/b/c/d/e.csv",
}
_HADOOP = "between its slashes"
_REFUSED = {
    "no ending": ("reviews", "must end in one of"),
    "another ending": ("reviews.txt", "must end in one of"),
    "a spreadsheet's ending": ("reviews.xlsx", "must end in one of"),
    "an ending behind": ("reviews.csv.bak", "must end in one of"),
    "a trailing dot": ("reviews.csv.", "must end in one of"),
    "a trailing blank": ("reviews.csv ", "must end in one of"),
    "up and away": ("../curated/x.csv", _HADOOP),
    "up within": ("a/../b.csv", _HADOOP),
    "here": ("./b.csv", _HADOOP),
    "two slashes": ("a//b.csv", _HADOOP),
    "a line feed": ("a\nb.csv", "control character"),
    "a terminal's escape": ("a\x1b[31mb.csv", "control character"),
    "NUL": ("a\0b.csv", "control character"),
    "a separator of lines": ("a\u2028b.csv", "control character"),
    "text turned round": ("a\u202evsc.csv", "control character"),
    "a colon": ("a:b.csv", "colon"),
    "hidden by a dot": (".reviews.csv", "hidden file"),
    "hidden by a line": ("_reviews.csv", "hidden file"),
    ".GZ": ("reviews.csv.GZ", "lower case"),
}


def names() -> Iterator[Case]:
    """A good CSV by each of these names."""
    for title, name in _TAKEN.items():
        yield Case(title, name, _GOOD, kept())
    for title, (name, words) in _REFUSED.items():
        yield Case(title, name, _GOOD, Refused(words))
