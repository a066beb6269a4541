"""Two reports that all presenters are tested on: the sample manifest's, and one of a manifest that means harm."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from precursor_screen.app.inputs import find_sources
from precursor_screen.app.stream import run
from precursor_screen.core.report import Report
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from precursor_screen.reporting.interface import document_of, presenter_of
from tests.conftest import ROOT
from tests.screening import STARTED, screen_rows, table, with_rules

# What each row tries; every row names a controlled substance, so that every row is flagged and cited.
ATTACKS = {
    "script": "<script>document.documentElement.setAttribute('data-owned', '1')</script> ACETONE",
    "handler": "\"><img src=x onerror=\"document.documentElement.setAttribute('data-owned', '1')\"> ACETONE",
    "quotes": "ACETONE ' onmouseover='alert(1)' \" `${7*7}` {{ 7*7 }} {% raw %} &lt;b&gt;",
    "style": "</style><style>@import url(http://evil.example/x)</style> ACETONE",
    "terminal": "ACETONE \x1b[2J\x1b]0;owned\x07\x9b31m\x7f\x00\x08",
    "bidi": "ACETONE \u202egnp.exe\u2066 \ufeff\u200b",
    "equals": '=HYPERLINK("http://evil.example";"ACETONE")',
    "plus": "+ACETONE+1",
    "minus": "-ACETONE-1",
    "at": "@SUM(ACETONE)",
    "number": "ACETONE -5",
    "markup": "[bold red] ACETONE [/bold red] [link=http://evil.example]x[/link]",
    "long": "ACETONE " + "<b>x</b> " * 110_000,
}
# References that reach the column shipment_id as they are.
REFERENCES = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "-5",
    "+5.5e3",
    "＝1+1",
    "=cmd|' /C calc'!A0",
    "<script>x</script>",
    "\x1b[31mB",
)

FEW = ("PS-CHEM-001", "PS-CHEM-003", "PS-PTY-001", "PS-QTY-001")  # that flag what the rows of these tests are about


@pytest.fixture(scope="session")
def sample(reference: Reference) -> Report:
    """The report of the sample manifest."""
    sources = find_sources((str(ROOT / "sample_data" / "manifest.csv"),))
    return run(sources, ReadOptions(), reference, started=STARTED).report


@pytest.fixture(scope="session")
def hostile(reference: Reference) -> Report:
    """The report of a manifest whose every text is an attack on some reader of reports."""
    rows = [{"description of goods": text, "bill of lading": f"B-{name}", "hs code": "320890"} for name, text in ATTACKS.items()]
    rows += [{"description of goods": "ACETONE", "bill of lading": bill, "hs code": "320890"} for bill in REFERENCES]
    rows += [{"description of goods": "<i>CARGO</i>\x1b[5m", "bill of lading": "B-gap", "hs code": ""}]
    rows += [{"consignee": "=<b>Quimeralda Reactivos</b>", "bill of lading": "B-party"}]
    undecodable = table([{"description of goods": "ACETONE \ud800", "bill of lading": "B-surrogate", "hs code": "320890"}])
    return screen_rows(rows, with_rules(reference, *FEW), undecodable).report


@pytest.fixture(scope="session")
def rendered() -> Callable[[Report, str], bytes]:
    """A report in the format of a suffix, as bytes."""
    made: dict[tuple[int, str], bytes] = {}

    def render(report: Report, name: str) -> bytes:
        key = (id(report), name)
        if key not in made:
            stream = io.BytesIO()
            presenter_of(document_of(report), Path(name))(stream)
            made[key] = stream.getvalue()
        return made[key]

    return render
