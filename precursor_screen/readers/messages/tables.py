"""What the codes of segmented messages stand for: `layouts/*.csv`, a row a segment and qualifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from precursor_screen.core.tables import whole_rows
from precursor_screen.readers.messages.scope import UNREAD

Codes = Mapping[tuple[str, str], str]


@lru_cache
def load_codes(name: str) -> Codes:
    """(segment, qualifier) -> field, or what the code means; the qualifier is empty where the segment has none that matters."""
    rows = whole_rows(Path(__file__).parent / "layouts" / f"{name}.csv", ("segment", "qualifier", "field", "what"))
    return {(row["segment"], row["qualifier"]): row["field"] for row in rows}


def find_code(codes: Codes, segment: str, qualifier: str) -> str:
    """The field of a qualifier, else of its segment; `UNREAD` where neither is known."""
    found = codes.get((segment, qualifier))
    return found if found is not None else codes.get((segment, ""), UNREAD)


def tags_of(codes: Codes, handled: Iterable[str]) -> frozenset[str]:
    """The tags of a standard: of its table, without the names of lists of codes in it, and of what is handled."""
    return frozenset(tag for tag in (*handled, *(tag for tag, _ in codes)) if len(tag) <= 3)
