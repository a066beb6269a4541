"""Cells that stand for no reference: two bills that both read NA are not one shipment.

Only columns of references are asked; NA under a country is Namibia.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.readers.words import one_of

REFERENCES: Final = frozenset(
    [
        *("stated_shipment_id", "bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "bill_issuer"),
        *("declaration_id", "item_number", "container_numbers", "permit_reference", "pen_reference"),
        *(f"{role}_identifier" for role in ("consignor", "consignee", "notify_party", "exporter", "importer")),
    ]
)
_TELLING: Final = frozenset("12345678")  # none of the words for nothing holds one of these
_FEW: Final = 64  # cells, for which making the pattern ready takes longer than looking at them
_NONE: Final = pa.scalar(None, pa.string())


@cache
def _only(role: str) -> str:
    """A cell that says so or nothing at all, with blanks and punctuation around; of figures only those of one sign over and over."""
    return rf"(?i)^[\s\pP]*(?:{one_of(role)})?[\s\pP]*$"


def without_fillers(column: pa.ChunkedArray, field: str) -> pa.ChunkedArray:
    """A clean column of references without the cells that stand for none.

    Args:
        column: clean text.
        field: canonical field; columns of other fields come back as they are.
    """
    if field not in REFERENCES:
        return column
    if len(column) <= _FEW and not any(text and _TELLING.isdisjoint(text) for text in column.to_pylist()):
        return column
    # Where goods are packed in no container, the column of containers says so.
    for role in ("nothing", "no container") if field == "container_numbers" else ("nothing",):
        nothing = pc.fill_null(pc.match_substring_regex(column, _only(role)), False)
        if pc.any(nothing).as_py():
            column = pc.if_else(nothing, _NONE, column)
    return column
