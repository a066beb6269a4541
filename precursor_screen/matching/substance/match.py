"""A match as a value, many of them as a table, and those that a text says over and over, counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.schema import SUBSTANCE_MATCH
from precursor_screen.text.text import fold

# What a text says over and over is looked at a few times and counted, so that a cell of a megabyte costs no more than a second.

SHORT: Final = 4_000  # characters: up to here every place is looked at
SAME_PLACES: Final = 20  # places of a name in the same surroundings
COUNTED_MATCHES: Final = 200  # matches of a substance that count
SEEN_MATCHES: Final = 2_000  # matches of a substance, suppressed ones included
# All that decides on a name stands within this distance: twice the widest window of `names` (salt words, then what follows them).
_SURROUNDINGS: Final = 300


class Group(Struct):
    """Places of one name in the same surroundings."""

    count: int = 0

    @property
    def more(self) -> int:
        """How many were left aside."""
        return max(0, self.count - SAME_PLACES)


class Repeats(Struct):
    """Counts names by their surroundings in one text."""

    plain: str
    _groups: dict[int, Group] = field(default_factory=dict)

    def note(self, name: object, start: int, end: int) -> Group | None:
        """Counts one more place of a name; None if enough of its like were seen.

        Args:
            name: What tells names apart, the layer included.
            start, end: Its bounds in the text.
        """
        if len(self.plain) <= SHORT:
            return Group(1)
        key = hash((name, self.plain[max(0, start - _SURROUNDINGS) : end + _SURROUNDINGS]))
        group = self._groups.setdefault(key, Group())
        group.count += 1
        return group if group.count <= SAME_PLACES else None


class MatchCounts(Struct):
    """Counts the matches of each substance in one text, and those left aside."""

    counted: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    seen: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    left: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def is_enough(self, substance_id: str) -> bool:
        """Whether enough matches of a substance are known; if so, one more is left aside."""
        if self.counted[substance_id] < COUNTED_MATCHES and self.seen[substance_id] < SEEN_MATCHES:
            return False
        self.left[substance_id] += 1
        return True

    def add(self, substance_id: str, *, counts: bool) -> None:
        """Notes a match that was judged."""
        self.seen[substance_id] += 1
        self.counted[substance_id] += counts


class Match(Struct, frozen=True):
    """One substance recognised in one text or code.

    method: name, normalised, fuzzy, structure, cas, cus, ec_number, un_number, hs. strength: strong, medium, weak. form: substance,
    preparation, mixture, article. `start`/`end` count characters of the text as given; `name` is the name or number in the tables. `suppressed`
    holds the reason why the match does not count, None for one that does. `more` counts further places in the text that were not
    listed: the same name in the same surroundings, or, after many matches of the substance, any.
    """

    substance_id: str
    method: str
    strength: str
    form: str
    matched: str
    start: int
    end: int
    score: float
    name: str
    name_verified: bool
    suppressed: str | None = None
    more: int = 0


def stretch(text: str, start: int, end: int, form: str) -> dict[str, Any]:
    """The fields of a match that say where it stands, and in what form."""
    return {"form": form, "matched": text[start:end], "start": start, "end": end}


def match_table(field: str, found: Sequence[tuple[str, Match]]) -> pa.Table:
    """Matches as `schema.SUBSTANCE_MATCH`, in the order given.

    Args:
        field: The field of the texts.
        found: Each match with the text it was found in. Lone surrogates, which Arrow cannot hold, become "?".
    """
    columns: dict[str, list[object]] = {
        "field": [field] * len(found),
        "value": [_storable(value) for value, _ in found],
        "matched": [_storable(m.matched) for _, m in found],
        "compared_as": [fold(_storable(m.matched)).squashed for _, m in found],
    }
    for name in SUBSTANCE_MATCH.names:
        if name not in columns:
            columns[name] = [getattr(m, name) for _, m in found]
    return pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in SUBSTANCE_MATCH], schema=SUBSTANCE_MATCH)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
