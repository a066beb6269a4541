"""What unmapped columns of numbers say about the decimal mark of their table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from precursor_screen.readers.tabular.assign import is_heading
from precursor_screen.readers.tabular.concepts import languages_of, meanings
from precursor_screen.readers.tabular.content import Content, is_date
from precursor_screen.text.numbers import weigh_marks

_AMOUNT: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*")
_BARE: Final = re.compile(r"-?\d+(?:\.\d+)?")
# Classes of dangerous goods and numbers of paragraphs have a point in every country.
_CLASS: Final = re.compile(r"\d{1,2}[.,]\d")
_NO_AMOUNT: Final = frozenset(("number", "code", "kind", "reference", "date", "place", "hs"))
_MOST: Final = 0.8  # of the cells


def weigh_other_marks(headers: Sequence[str], contents: Sequence[Content], *, bare: bool = True) -> Counter[str]:
    """Mark -> cells that can only be read by it, of the columns that hold amounts.

    Args:
        headers: of unmapped columns.
        contents: what each holds.
        bare: whether cells of digits and a point alone count; in a workbook these may be numbers as such, whose point says nothing.
    """
    languages = languages_of(tuple(headers))
    found = Counter[str]()
    for header, content in zip(headers, contents, strict=True):
        said = {concept for word in meanings(header, languages) for concept in word}
        if said.isdisjoint(_NO_AMOUNT) and _holds_amounts(content):
            found += weigh_marks(cell for cell in content.cells if len(cell) < 60 and (bare or not _BARE.fullmatch(cell)))
    return found


def _holds_amounts(content: Content) -> bool:
    if content.share(_AMOUNT.fullmatch) < _MOST or content.share(_CLASS.fullmatch) >= _MOST:
        return False
    return content.share(is_heading) < _MOST and content.share(is_date) < _MOST
