"""Numbers of papers that stand in no column of their own."""

from __future__ import annotations

import pyarrow as pa
import pytest

from precursor_screen.kernel.papers.similar_names import cite, numbers_of
from tests.cases.reconcile.making import permit

KNOWN = {"permit_reference": frozenset(("EX2500017", "EX2500018", "EX2500019")), "pen_reference": frozenset(("PEN2577",))}


def cited(
    *lines: dict[str, object], field: str = "permit_reference", known: dict[str, frozenset[str]] = KNOWN
) -> list[str | None]:
    rows = pa.Table.from_pylist(
        [
            {"line_id": str(n), "description": None, "marks": None, "other_columns": [], "other_texts": [], **line}
            for n, line in enumerate(lines)
        ],
        schema=pa.schema(
            [
                *((name, pa.string()) for name in ("line_id", "description", "marks")),
                *((name, pa.list_(pa.string())) for name in ("other_columns", "other_texts")),
            ]
        ),
    )
    stated = {name: pa.array([line.get(name) for line in lines], pa.string()) for name in known}
    movements = pa.table({"line_id": rows.column("line_id"), **stated})
    return cite(movements, rows, known).column(field).to_pylist()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ACETONE, PERMIT EX/25/00017", "EX/25/00017"),
        ("acetone (ex-25-00017; EX/25/00018)", "ex-25-00017; EX/25/00018"),
        ("ACETONE EX/25/000171", None),
        ("ACETONE 25/00017", None),
        ("ACETONE", None),
    ],
)
def test_a_number_of_the_register_within_a_text(text, found):
    assert cited({"description": text}) == [found]
    assert cited({"marks": text}) == [found]


def test_what_is_stated_in_its_own_column_stays():
    assert cited({"description": "EX/25/00018", "permit_reference": "EX/25/00017"}) == ["EX/25/00017"]
    assert cited({"description": "pen-25-77"}, field="pen_reference") == ["pen-25-77"]


def test_a_number_built_as_those_of_the_register_is_one():
    known = {"permit_reference": frozenset(f"EX25{n:05}" for n in range(20))}
    assert cited({"description": "HARZ - EX/25/99999"}, known=known) == ["EX/25/99999"]
    assert cited({"description": "HARZ EX2599999"}, known=known) == [None]  # an article's number may be built so
    few = {"permit_reference": frozenset(f"EX25{n:05}" for n in range(19))}
    assert cited({"description": "HARZ - EX/25/99999"}, known=few) == [None]


def test_numbers_that_could_be_anything_are_not_looked_for():
    documents = [permit(r) for r in ("EX/25/00017", "4711", "PERMIT", "A7", "20250017")]
    found = numbers_of({"permits": documents}, {"permits": frozenset(("EX2500020",))})
    assert found == {"permit_reference": {"EX2500017", "20250017", "EX2500020"}}
