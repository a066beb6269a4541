"""The page: self-contained, no script, every text escaped, whatever a manifest says."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from precursor_screen.reports import html as html_report
from tests.reports.conftest import ATTACKS

# Everything the template uses; an element that is not here came out of a manifest.
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "span", "b", "strong", "section", "header"),
    *("ul", "li", "details", "summary", "dl", "dt", "dd", "table", "tr", "th", "td", "code", "br"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "style"}


class Page(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.policy = ""
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
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        (self.styles if self._inside == "style" else self.texts).append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


@pytest.fixture(scope="module", params=["sample", "hostile"])
def page(request, rendered):
    return Page(rendered(request.getfixturevalue(request.param), "report.html"))


def test_a_page_holds_only_the_elements_of_its_template(page):
    assert page.elements <= ELEMENTS
    assert page.attributes <= ATTRIBUTES


def test_a_page_asks_nothing_of_any_other_place(page):
    assert page.policy == "default-src 'none'; style-src 'unsafe-inline'"
    styles = " ".join(page.styles)
    assert not re.search(r"url\s*\(|@import|expression|https?:", styles, re.IGNORECASE)


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


def test_what_could_not_be_screened_is_listed_with_its_remedy(hostile, rendered):
    text = Page(rendered(hostile, "report.html")).text
    assert "vague-description" in text
    assert "Ask for a description that names the goods." in text
    assert re.search(r"<i>CARGO</i>.?\[5m", text)


def test_notices_come_before_everything_else(sample, rendered):
    text = Page(rendered(sample, "report.html")).text
    assert 0 < text.index(sample.notices[0]) < text.index("Shipments, worst first")


def test_a_page_says_how_many_shipments_it_leaves_out(sample, monkeypatch):
    import io

    monkeypatch.setattr(html_report, "MOST_SHIPMENTS", 3)
    stream = io.BytesIO()
    html_report.HtmlPresenter().write(sample, stream)
    text = Page(stream.getvalue()).text
    listed = sum(1 for s in sample.shipments.to_pylist() if s["flags"] or s["band"] is None)
    assert f"{listed - 3} more shipments with flags or gaps are not on this page" in text
    worst = sample.shipments.to_pylist()[0]
    assert worst["shipment_id"] in text


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CONTROL = "<!doctype html><body><script>document.documentElement.setAttribute('data-owned', '1')</script></body>"


def dump_dom(path: Path, profile: Path) -> str:
    """The page after Chromium has loaded it and run whatever it lets run."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += [f"--user-data-dir={profile}", "--dump-dom", path.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to open the page in")
def test_no_script_runs_in_a_browser_and_every_flag_is_there(hostile, rendered, tmp_path):
    control = tmp_path / "control.html"
    control.write_text(CONTROL)
    assert 'data-owned="1"' in dump_dom(control, tmp_path / "profile")  # else the next assertion would prove nothing
    page = tmp_path / "report.html"
    page.write_bytes(rendered(hostile, "report.html"))
    seen = dump_dom(page, tmp_path / "profile")
    assert "data-owned=" not in seen.split(">", 2)[1]
    assert "<script" not in seen
    assert [i for i in hostile.flags.column("flag_id").to_pylist() if i not in seen] == []
