"""Listed names within the longer texts of lines: descriptions, marks, addresses, remarks."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import MENTION_COLUMNS, NAME_COLUMNS, PARTY_MENTION
from precursor_screen.kernel.match.parallel_map import ParallelMap, cut_texts, serial_map
from precursor_screen.kernel.match.recognise import distinct
from precursor_screen.matching.party.mentions import Mentions
from precursor_screen.reference.bundle import Reference
from precursor_screen.text.decodings import MAY_DECODE

# Of a cell that holds a name only what may hold another one is a text: a cell of words and blanks alone is one name, unless a legal
# form stands before more words. For RE2; whether a name found there stands apart is judged by itself (`PARTY_MENTION.apart`).
_MAY_NAME_ANOTHER = (
    r"(?i)[;:|\n\t(/\\\[\]{}<>\"“”„«»=+*_·（）／【】–—]|\s-|,|\b(?:obo|p\.?p|aka|alias|for|per|care|via|attn?|attention|by|behalf|account|agents?|"
    r"notify|nominee|namen|namens|nome|nom|nombre|cuenta|compte|auftrag|conto|через|для)\b|代|"
    r"\b(?:ltd|limited|llc|llp|inc|corp|gmbh|ag|kg|bv|nv|sa|sas|sarl|srl|spa|plc|pvt|pte|oy|ab|as|oo[oо]|ooo|zao|pao|fze|fzco|jsc|co)\b\.?\s+\w|(?:\S+\s+){9}"
)


def find_mentions(lines: pa.Table, reference: Reference, parallel_map: ParallelMap = serial_map) -> pa.Table:
    """The listed names that stand within descriptions, marks, addresses, texts beside, and names that hold more than one.

    Returns:
        PARTY_MENTION over all lists.
    """
    names = set(NAME_COLUMNS.values())
    parts: dict[str, None] = {}  # texts that may hold a name among other words
    wholes: dict[str, None] = {}  # those that may be a name and nothing else
    for field in MENTION_COLUMNS:
        found = pa.array(distinct(lines, [field]), pa.string())
        if len(found) and field in names:  # to compile the patterns takes longer than to read a few lines
            # As a whole a party's name was compared with the lists already, but not what it says decoded.
            encoded = pc.match_substring_regex(found, MAY_DECODE)
            wholes.update(dict.fromkeys(found.filter(encoded).to_pylist()))
            found = found.filter(pc.match_substring_regex(found, _MAY_NAME_ANOTHER))
        within = field == "description" or field in names
        (parts if within else wholes).update(dict.fromkeys(found.to_pylist()))
    tables = [PARTY_MENTION.empty_table()]
    for watchlist in reference.watchlists:
        find = Mentions(watchlist.index, reference.as_of).find
        tables += (
            parallel_map(partial(find, whole=False), cut_texts([text for text in parts if text not in wholes])) if parts else []
        )
        tables += parallel_map(partial(find, whole=True), cut_texts(list(wholes))) if wholes else []
    return pa.concat_tables(tables)
