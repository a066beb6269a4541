"""The page: self-contained, every text escaped, whatever a manifest says; whole without JavaScript, packed with it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zlib
from html.parser import HTMLParser

import pytest

from precursor_screen.app import verdict_files
from precursor_screen.core import model
from precursor_screen.history import values
from precursor_screen.reporting import html as html_report
from tests.examples import SOAK
from tests.reporting.conftest import ATTACKS
from tests.reporting.tiled import tiled

# Everything the templates use; an element that is not here came out of a manifest.
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "p", "div", "span", "b", "strong", "section"),
    *("header", "main", "aside", "article", "a", "ul", "li", "details", "summary", "dl", "dt", "dd", "table", "caption"),
    *("thead", "tbody", "tr", "th", "td", "code", "br", "mark", "kbd", "button", "label", "input", "select", "option"),
    *("datalist", "textarea", "template", "noscript", "script", "figure", "figcaption", "svg", "rect", "line", "text"),
}
ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "hidden", "scope", "type", "value", "role"),
    *("placeholder", "list", "size", "maxlength", "rows", "open", "viewbox", "preserveaspectratio", "x", "y", "x1", "x2"),
    *("y1", "y2", "width", "height", "text-anchor", "tabindex"),
}
OTHER_ATTRIBUTES = re.compile(r"(aria|data)-[a-z]+")


def unpack(text: str):
    return json.loads(zlib.decompress(base64.b64decode(text)))


class Page(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.policy = ""
        self.links: list[str] = []
        self.scripts: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.styles: list[str] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(content.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self._inside = tag
        values = dict(attrs)
        self.attributes |= set(values)
        self.styles.append(values.get("style") or "")
        self.links += [values[name] or "" for name in ("href", "src", "action") if name in values]
        self.ids += [values["id"]] if "id" in values else []
        if tag == "script":
            self.scripts.append((values.get("id") or values.get("class") or "", ""))
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        else:
            (self.styles if self._inside == "style" else self.texts).append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def index(self):
        return unpack(next(text for name, text in self.scripts if name == "index"))

    @property
    def cases(self) -> list[str]:
        return [case for name, text in self.scripts if name == "block" for case in unpack(text)]


@pytest.fixture(scope="module", params=["sample", "hostile"])
def page(request, rendered):
    return Page(rendered(request.getfixturevalue(request.param), "report.html"))


def test_a_page_and_what_is_packed_in_it_hold_only_what_the_templates_have(page):
    packed = Page("".join([*page.cases, *(row["h"] for row in page.index["rows"])]).encode())
    for part in (page, packed):
        assert part.elements <= ELEMENTS
        assert {a for a in part.attributes - ATTRIBUTES if not OTHER_ATTRIBUTES.fullmatch(a)} == set()
    assert len(page.ids) == len(set(page.ids))


def test_a_page_asks_nothing_of_any_other_place(page):
    assert all(link.startswith("#") for link in page.links)
    styles = " ".join(page.styles)
    assert not re.search(r"url\s*\(|@import|expression|https?:", styles, re.IGNORECASE)
    script = page.scripts[-1][1]
    assert not re.search(r"https?:|fetch|XMLHttpRequest|import\(|eval|Function\(", script)


def test_the_policy_lets_the_pages_own_script_and_style_run_and_nothing_else(page):
    def digest(text: str) -> str:
        return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    style = next(text for text in page.styles if text)
    assert page.policy == (
        f"default-src 'none'; script-src '{digest(page.scripts[-1][1])}'; style-src '{digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_cases_are_the_same_packed_and_in_the_page(page):
    text = page.text
    assert len(page.cases) == len(page.index["rows"]) > 0
    for case in page.cases:
        assert Page(case.encode()).text in text


def test_verdicts_are_those_that_review_import_takes():
    assert set(model.COLUMNS) == set(verdict_files.COLUMNS)
    assert {v for v, *_ in html_report.VERDICTS} == set(values.VERDICTS) - {values.REOPENED}
    assert set(model.VERDICTS) == set(values.VERDICTS)


def test_every_flag_stands_on_the_page(sample, hostile, rendered):
    for report in (sample, hostile):
        text = Page(rendered(report, "report.html")).text
        assert [i for i in report.flags.column("flag_id").to_pylist() if i not in text] == []


def test_hostile_text_is_shown_as_text(hostile, rendered):
    text = Page(rendered(hostile, "report.html")).text
    for name in ("script", "handler", "quotes", "style", "equals", "markup"):
        assert ATTACKS[name].strip() in text, name


def test_no_control_or_direction_character_reaches_the_page(hostile, rendered):
    content = rendered(hostile, "report.html").decode()
    assert [c for c in set(content) if not c.isprintable()] == ["\n"]


def test_a_page_is_decodable_and_names_its_encoding(hostile, rendered):
    content = rendered(hostile, "report.html")
    assert b'<meta charset="utf-8">' in content[:200]
    assert content.decode("utf-8").startswith("<!doctype html>")


def test_the_letters_that_matched_are_marked(sample, rendered):
    cases = "".join(Page(rendered(sample, "report.html")).cases)
    assert "<mark>PMK-OIL</mark> 180 KG" in cases
    assert "<mark>quimeralda</mark>" in cases


def test_a_very_long_text_is_cut_and_says_so(hostile, rendered):
    page = rendered(hostile, "report.html")
    assert "characters; all of them are in the JSON report" in page.decode()
    assert len(page) < 1_000_000


def test_what_could_not_be_screened_is_listed_with_its_remedy(hostile, rendered):
    text = Page(rendered(hostile, "report.html")).text
    assert "vague-description" in text
    assert "Ask for a description that names the goods." in text
    assert re.search(r"<i>CARGO</i>.?\[5m", text)


def test_notices_come_before_everything_else(sample, rendered):
    text = Page(rendered(sample, "report.html")).text
    assert 0 < text.index(sample.notices[0]) < text.index("Shipments, worst first")


def test_without_javascript_the_first_stand_in_the_page_and_the_rest_is_counted(sample, monkeypatch):
    monkeypatch.setattr(html_report, "MOST_PLAIN", 3)
    stream = io.BytesIO()
    html_report.write(sample, stream)
    page = Page(stream.getvalue())
    rest = len(page.index["rows"]) - 3
    assert f"shows the first 3 shipments; {rest} more are packed in it" in page.text
    assert sum(i.startswith("case-") for i in page.ids) == 3


def test_a_page_says_how_many_shipments_it_leaves_out(sample, monkeypatch):
    monkeypatch.setattr(html_report, "MOST_SHIPMENTS", 3)
    stream = io.BytesIO()
    html_report.write(sample, stream)
    text = Page(stream.getvalue()).text
    listed = sum(1 for s in sample.shipments.to_pylist() if s["flags"] or s["band"] is None)
    assert f"{listed - 3} more shipments with flags or gaps are not on this page" in text
    worst = sample.shipments.to_pylist()[0]
    assert worst["shipment_id"] in text


@pytest.mark.slow
@pytest.mark.parametrize("copies", [106 if SOAK else 27])
def test_twenty_thousand_flags_fit_into_a_page(sample, copies):
    """On a commit a quarter of them in a quarter of the room."""
    stream = io.BytesIO()
    large = tiled(sample, copies)
    html_report.write(large, stream)
    page = Page(stream.getvalue())
    assert large.flags.num_rows > 20_000 * copies // 106
    assert len(stream.getvalue()) < 2_000_000 + 38_000_000 * copies // 106  # scripts and styles, then the flags
    assert len({flag for row in page.index["rows"] for flag, _ in row["x"]}) == large.flags.num_rows
    assert sum(i.startswith("case-") for i in page.ids) == html_report.MOST_PLAIN


def test_two_pages_of_a_report_are_equal(sample, rendered):
    stream = io.BytesIO()
    html_report.write(sample, stream)
    assert stream.getvalue() == rendered(sample, "report.html")


@pytest.mark.parametrize("name", ["SMPL055", "B 1", "<script>x</script>", "a" * 500, "\x1b[31mB", "B\u00a01"])
def test_a_shipment_has_an_anchor_without_blanks(name):
    found = html_report.slug(name)
    assert not re.search(r"\s", found)
    assert len(found) < 100
    assert found.isprintable()


def test_shipments_that_differ_in_blanks_have_anchors_of_their_own():
    assert len({html_report.slug(n) for n in ("B 1", "B_1", "B\u00a01", "B\n1")}) == 4
