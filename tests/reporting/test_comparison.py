"""What comparisons share: how many differences are told, and what stands in the JSON."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from precursor_screen.kernel.papers.differences import Unjudged
from precursor_screen.reporting.comparison import Head, numbered, present_comparison
from precursor_screen.reporting.interface import Table, columns
from precursor_screen.reporting.tables import write_json as write

HEAD = Head({"tool_version": "0"}, {}, ("read this",), date(2026, 3, 1))
SOME = [SimpleNamespace(title=f"title {n}", kind="kind", because="it is so", remedy="Ask.", why="") for n in range(3)]


@pytest.mark.parametrize(
    ("capacity", "told", "more"), [(0, 3, []), (1, 1, ["... and 2 more: write them with -o differences.xlsx"]), (3, 3, [])]
)
def test_so_many_differences_are_told_and_none_is_left_out_in_silence(capacity: int, told: int, more: list[str]) -> None:
    lines = list(numbered(SOME, capacity, lambda one: ["both sides"]))
    assert [line for line in lines if "[kind]" in line] == [f"{n}. title {n - 1} [kind]" for n in range(1, told + 1)]
    assert [line for line in lines if "more" in line] == more


def test_the_json_has_an_item_a_line_and_masses_as_texts() -> None:
    table = Table("Differences", columns("no:6n kg:13n"), [(1, Decimal("2.50"))])
    doubt = Unjudged("no-mass", "", 2, ("a",), "two masses are not known")
    document = present_comparison(HEAD, [doubt], ["told"], [table], 0, {"differences": [{"kg": Decimal("2.50")}, {"kg": None}]})
    assert list(document.text()) == ["! read this", "not evaluable (2): two masses are not known (a ...)", "told"]
    assert document.rows is not None
    assert [list(row) for row in document.rows()[1]] == [[1, "2.5"]]
    for _ in range(2):  # made anew each time
        stream = io.BytesIO()
        write(document, stream)
        text = stream.getvalue().decode()
        assert json.loads(text)["differences"] == [{"kg": "2.5"}, {"kg": None}]
        assert '\n  {"kg": "2.5"},\n  {"kg": null}' in text
