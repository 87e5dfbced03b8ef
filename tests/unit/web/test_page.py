"""The page keeps its promises: nothing inline, nothing from elsewhere, nothing as HTML, any sub-path."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from functions.predict import app
from marquee.serving import site

WEB = Path(__file__).parents[3] / "web"
HTML = sorted(WEB.glob("*.html"))
SCRIPTS = sorted(WEB.glob("*.js"))
SERVED = {**site.pages(WEB), **site.swagger()}
UNSAFE = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"


class Elements(HTMLParser):
    """Collects every start tag with its attributes, and the text inside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.inline = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style"):
            self.inline += data.strip()


def elements(page: Path) -> Elements:
    return Elements(page.read_text())


@pytest.mark.parametrize("page", HTML, ids=lambda page: page.name)
def test_a_page_has_no_code_or_style_of_its_own(page: Path) -> None:
    parsed = elements(page)

    assert parsed.inline == ""
    assert not [name for _, attributes in parsed.tags for name in attributes if name.startswith("on")]
    assert not [tag for tag, attributes in parsed.tags if "style" in attributes]


@pytest.mark.parametrize("page", HTML, ids=lambda page: page.name)
def test_everything_a_page_loads_is_served_and_relative(page: Path) -> None:
    links = [
        attributes[name]
        for tag, attributes in elements(page).tags
        for name in ("src", "href")
        if name in attributes
    ]

    assert links
    assert {f"/{link}" for link in links} <= {pattern.pattern for _, pattern, _ in app.router._routes}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_writes_text_and_calls_its_own_address_only(script: Path) -> None:
    text = script.read_text()

    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )
    assert not re.findall(r"https?://", text)
    assert all(f"/{name}" in SERVED for name in re.findall(r'from "\./([^"]+)"', text))


def test_everything_in_the_folder_is_served_with_its_type_and_a_strict_policy() -> None:
    assert {file.name for file in WEB.iterdir()} <= {file.name for file in SERVED.values()}
    for file in SERVED.values():
        answer = site.serve(file, None)  # type: ignore[arg-type]
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert answer.body


def test_controls_have_names_and_the_page_a_language() -> None:
    tags = elements(WEB / "index.html").tags
    labels = {attributes["for"] for tag, attributes in tags if tag == "label"}
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}

    assert ("html", {"lang": "en"}) in tags
    assert {attributes["id"] for tag, attributes in tags if tag == "textarea"} <= labels
    assert all(attributes["aria-labelledby"] in ids for tag, attributes in tags if tag == "section")
    assert all("alt" in attributes for tag, attributes in tags if tag == "img")
