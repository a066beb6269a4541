"""A match as a value, and many of them as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.schema import SUBSTANCE_MATCH
from precursor_screen.text.text import fold


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
    suppressed: str | None
    more: int = 0


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
