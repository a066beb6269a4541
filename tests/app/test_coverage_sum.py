"""The numbers of the coverage add up, and every format tells the same ones."""

from __future__ import annotations

import pyarrow as pa
import pytest

from precursor_screen.app.coverage import count_coverage
from precursor_screen.app.gather_inputs import count_textless
from precursor_screen.core.schema import ISSUE, UNJUDGED
from precursor_screen.kernel.judge.companions import NOT_RAISED


def _coverage(lines: int, unscreened: int, textless: int, **counts: int) -> dict[str, int]:
    rows = [{"code": code.replace("_", "-"), "count": count} for code, count in counts.items()]
    issues = pa.Table.from_pylist(rows, schema=ISSUE)
    return count_coverage(lines, unscreened, textless, issues, UNJUDGED.empty_table(), NOT_RAISED.empty_table())


@pytest.mark.parametrize(
    ("arguments", "counts", "expected"),
    [
        ((10, 0, 0), {}, (10, 10, 0, 0, 0)),
        ((10, 0, 10), {"no_goods_text": 10}, (10, 0, 10, 0, 0)),
        ((10, 4, 10), {"no_goods_text": 10, "no_description": 4}, (10, 0, 6, 4, 0)),
        ((10, 5, 3), {"no_description": 3, "vague_description": 2}, (10, 5, 0, 5, 0)),
        ((10, 1, 2), {"vague_description": 1, "broken_row": 7, "unreadable_file": 2}, (17, 7, 2, 1, 7)),
    ],
)
def test_the_parts_of_lines_read(arguments: tuple[int, int, int], counts: dict[str, int], expected: tuple[int, ...]) -> None:
    coverage = _coverage(*arguments, **counts)
    names = ("lines_read", "screened_by_texts", "screened_by_codes", "unscreenable_lines", "lines_set_aside")
    assert tuple(coverage[name] for name in names) == expected
    assert coverage["lines_read"] == sum(coverage[name] for name in names[1:])
    assert coverage["screened"] == coverage["screened_by_texts"] + coverage["screened_by_codes"]


@pytest.mark.parametrize(("texts", "expected"), [(["A", None, "", " ", "B"], 3), ([], 0), (None, 2)])
def test_lines_without_a_text(texts: list[str | None] | None, expected: int) -> None:
    lines = pa.table({"line_id": ["a", "b"]}) if texts is None else pa.table({"description": pa.array(texts, pa.string())})
    assert count_textless(lines) == expected
