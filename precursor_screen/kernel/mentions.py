"""Listed names within the longer texts of lines: descriptions, marks, addresses, remarks."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.kernel.recognise import distinct
from precursor_screen.kernel.spread import Spread, cut, in_turn
from precursor_screen.matching.mentions import Mentions
from precursor_screen.names.decodings import MAY_DECODE
from precursor_screen.reference.bundle import Reference
from precursor_screen.schema import MENTION_COLUMNS, NAME_COLUMNS, PARTY_MENTION

# Of a cell that holds a name only what may hold another one behind it is a text: a firm whose name contains a listed one is another.
_MAY_NAME_ANOTHER = (
    r"(?i)\b(?:[oca]/[oabc](?:/o)?|f/?a/o|o\.b\.o|on behalf|behalf of|(?:for|on)(?: the)? account|care of|agents? (?:of|for)|attn|attention|via|"
    r"notify|represent\w+|p/?a|por cuenta|pour le compte|im auftrag|per conto|по поручению|а/я)\b|[/;|\n(]|(?:\S+\s+){9}"
)


def find_mentions(lines: pa.Table, reference: Reference, spread: Spread = in_turn) -> pa.Table:
    """The listed names that stand within descriptions, marks, addresses, texts beside, and names that hold more than one.

    Returns:
        PARTY_MENTION over all lists.
    """
    texts: dict[str, None] = {}
    names = set(NAME_COLUMNS.values())
    for field in MENTION_COLUMNS:
        found = pa.array(distinct(lines, [field]), pa.string())
        if field in names:
            found = found.filter(pc.match_substring_regex(found, f"{_MAY_NAME_ANOTHER}|{MAY_DECODE}"))
        texts.update(dict.fromkeys(found.to_pylist()))
    tables = [PARTY_MENTION.empty_table()]
    for watchlist in reference.watchlists:
        tables += spread(Mentions(watchlist.index, reference.as_of).find, cut(list(texts))) if texts else []
    return pa.concat_tables(tables)
