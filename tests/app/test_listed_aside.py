"""What a reader is told by name before any count: substances of Table I or II beside tables, or in tables read from print."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.core.history_seam import FlagComparison
from precursor_screen.kernel.screen import NoHistory
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from tests.formats.pdfs import grid, pdf, text
from tests.screening import STARTED, with_rules

with Path(__file__).with_suffix(".csv").with_stem("listed_aside").open(encoding="utf-8", newline="") as _file:
    CASES = list(csv.DictReader(_file))
HEADER = ("Description of goods", "HS code", "Net weight kg", "Bill of lading")
WIDTHS = (150, 80, 80, 80)


@pytest.fixture(scope="module")
def reference(reference):
    return with_rules(reference, "PS-CHEM-001")


def told(reference: Reference, name: str, content: bytes, **options: object) -> list[str]:
    source = Source(name, content=content)
    report = run((source,), ReadOptions(), reference, started=STARTED, refuse_empty=False, **options).report

    def kg(mass: Decimal | None) -> str:
        return "?" if mass is None else f"{mass.normalize():f}"

    return [
        f"{kg(row['mass_kg'])} of {kg(row['total_kg'])} {row['substance_id']} {row['table']} {kg(row['threshold_kg'])} "
        f"at {'-' if row['source_row'] is None else row['source_row']} {row['read_from']}"
        for row in report.listed_aside.to_pylist()
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_told_of_words_beside_tables(reference, case):
    content = case["content"].replace("\\n", "\n").encode()
    assert told(reference, case["file"], content) == [one for one in case["says"].split("; ") if one]


def printed(*rows: Sequence[str]) -> bytes:
    return pdf(grid([HEADER, *rows], WIDTHS))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (printed(("acetic anhydride", "29152400", "1800", "B1")), ["1800 of 1800 acetic-anhydride I 1023 at 2 print"]),
        (printed(("acetic anhydride", "29152400", "180", "B1")), []),
        (printed(("ephedrine", "", "", "B1"), ("wool", "510111", "5", "B2")), ["? of ? ephedrine I 0 at 2 print"]),
        (
            printed(("safrole", "293294", "3", "B1"), ("safrole", "293294", "2", "B1")),
            ["3 of 5 safrole I 4 at 2 print", "2 of 5 safrole I 4 at 3 print"],
        ),
        (printed(("safrole", "293294", "3", "B1"), ("safrole", "293294", "2", "B2")), []),
        (pdf(text(30, 60, "We will send 40 drums of 25 kg safrole to the port.")), ["1000 of 1000 safrole I 4 at - words"]),
    ],
    ids=["above", "below", "no mass", "one bill together", "two bills", "prose"],
)
def test_what_is_told_of_printed_pages(reference, content, says):
    assert told(reference, "m.pdf", content) == says


def test_without_a_jurisdiction_no_threshold_clears(reference):
    nobodys = replace(reference, jurisdiction="")
    assert told(nobodys, "a.txt", b"We will ship 12 kg acetone next week.") == ["12 of 12 acetone II ? at 1 words"]


class Recorded(NoHistory):
    """The memory of a run in which every flag is recorded in a state."""

    def __init__(self, state: str) -> None:
        self.state = state

    def compare_flags(self, flags, judged) -> FlagComparison:
        compared = super().compare_flags(flags, judged)
        states = [self.state] * flags.num_rows
        return replace(compared, flags=flags.set_column(flags.column_names.index("state"), "state", [states]))

    def reported_bands(self, flags):
        return dict.fromkeys(flags.column("shipment_id").to_pylist(), "hold")


@pytest.mark.parametrize(("state", "count"), [("new", 1), ("existing", 0), ("escalated", 1)])
def test_what_an_earlier_run_told_is_not_told_again(reference, state, count):
    content = b"We will ship 102 kg ephedrine hydrochloride next week."
    assert len(told(reference, "a.txt", content, remember=lambda _: Recorded(state))) == count
