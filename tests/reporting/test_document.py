"""What all reports are made of: columns out of words, tables that count what they leave out, and the formats' common presenters."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import UsageError
from precursor_screen.reporting import pages
from precursor_screen.reporting.interface import (
    CODE,
    DAY,
    NUMBER,
    WRITTEN,
    Column,
    Document,
    check_suffix,
    columns,
    presenter_of,
    tabulate,
    write,
)

PARTS = {"name": "Ashgrove Ltd", "kg": Decimal("12.50"), "places": ("Pellam", "Orveto"), "day": None}


@pytest.mark.parametrize(
    ("word", "column"),
    [
        ("kg:12n", Column("kg", 12, NUMBER, "kg")),
        ("name:30", Column("name", 30, CODE, "name")),
        ("substance=name_of:24w", Column("substance", 24, WRITTEN, "name_of")),
        ("flag_id:34x", Column("flag_id", 34, CODE, "flag_id", exact=True)),
        ("Month=month:d?no_date", Column("Month", 0, DAY, "month", none="no date")),
        ("Fits=fits?not_stated", Column("Fits", 0, CODE, "fits", none="not stated")),
        ("day", Column("day", 0, CODE, "day")),
    ],
)
def test_a_column_is_what_its_word_says(word, column):
    assert columns(word) == (column,)


def test_columns_are_in_the_order_of_their_words_over_several_texts():
    assert [c.name for c in columns("a:1 b:2", "", "c:3")] == ["a", "b", "c"]


def test_a_record_is_shown_by_the_sources_of_the_columns():
    table = tabulate("Goods", columns("kg:12n who=name:30w where=places:20 lacking:9"), [PARTS])
    assert table.rows == [(Decimal("12.50"), "Ashgrove Ltd", "Pellam, Orveto", None)]
    assert tabulate("Goods", columns("a:1 b:2"), [(1, 2)]).rows == [(1, 2)]


@given(st.integers(0, 40), st.integers(0, 40))
def test_every_row_is_shown_or_counted_and_none_is_made_for_nothing(rows, most):
    made: list[int] = []
    table = tabulate("Rows", columns("n:5n"), range(rows), make=lambda n: made.append(n) or (n,), most=most)
    assert (len(table.rows), len(table.rows) + table.left_out) == (min(rows, most), rows)
    assert made == list(range(min(rows, most)))


def document(**data: Any) -> Document:
    tables = (tabulate("Goods", columns("name:30 kg:12n"), [PARTS]),)
    rows = (["name", "kg"], [("=1+1", Decimal("12.50"))])
    return Document(
        created=datetime(2026, 11, 27, tzinfo=UTC),
        day=date(2026, 11, 27),
        text=lambda: ["one\x1b[31m", "two"],
        tables=lambda: tables,
        rows=lambda: rows,
        data=lambda: {name: iter(value) if isinstance(value, list) else value for name, value in data.items()},
        own={".own": lambda stream: stream.write(b"own")},
    )


def written(made: Document, name: str) -> bytes:
    stream = io.BytesIO()
    presenter_of(made, Path(name))(stream)
    return stream.getvalue()


def test_a_format_of_its_own_comes_first_and_the_others_are_common():
    assert written(document(), "a.own") == b"own"
    assert written(document(), "a.TXT") == "one\ufffd[31m\ntwo\n".encode()
    assert written(document(), "a.csv") == b"\xef\xbb\xbfname,kg\r\n'=1+1,12.50\r\n"
    assert written(document(), "a.xlsx")[:2] == b"PK"


def test_what_is_an_iterator_stands_one_item_a_line():
    made = document(kind="x", items=[1, {"a": Decimal("1.0")}], none=[])
    text = written(made, "a.json").decode()
    assert text == '{\n "kind": "x",\n "items": [\n  1,\n  {"a": "1.0"}],\n "none": []\n}\n'
    assert json.loads(text) == {"kind": "x", "items": [1, {"a": "1.0"}], "none": []}
    assert written(made, "a.json").decode() == text  # parts are made anew


def test_a_file_is_written_by_its_suffix_and_another_is_refused(tmp_path):
    write(document(), tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8").endswith("two\n")
    check_suffix(Path("a.XLSX"), (".xlsx", ".csv"), "this command")
    with pytest.raises(UsageError, match=r"\.doc is not a format of this command"):
        check_suffix(Path("a.doc"), (".xlsx", ".csv"), "this command")


@pytest.mark.parametrize(
    ("word", "value", "shown"),
    [
        ("n", 1234, "1,234"),
        ("n", Decimal(1234), "1,234 kg"),
        ("n", "3 of 4", "3 of 4"),
        ("n", None, "–"),
        ("n?0", None, "0"),
        ("p", 2026, "2026"),
        ("d", date(2026, 1, 2), "2026-01-02"),
        ("d", None, "–"),
        ("s", 0.125, "12%"),
        ("g", -0.25, "-25 %"),
        ("r", 89.6, "90"),
        ("i", "0123456789abcdef", "01234567"),
        ("l", (1, 2), ""),
        ("5", "Ashgrove", "Ashg…"),
        ("5e", "Ash", "Ash"),
        ("", ["a", "b"], "a, b"),
        ("", "", ""),
        ("?none", None, "none"),
    ],
)
def test_a_page_shows_a_value_by_the_kind_of_its_column(word, value, shown):
    described = f"A=a{'' if word.startswith('?') or not word else ':'}{word}"
    assert pages.in_page(columns(described)[0], value) == shown
