"""What only all lines of a run together tell: parts of it are judged with this beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.kernel.alike import number_alike
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.text.party import is_to_order, party_key

# What stands in a field of a party and names none: goods "to order" of two bills have no common consignee.
_NOBODY = frozenset(
    party_key(text)
    for text in (
        "unknown",
        "same as consignee",
        "same as shipper",
        "same as consignor",
        "as per documents",
        "not applicable",
        "various",
        "tba",
        "to be advised",
    )
)


class PartyKeys(dict[str, str]):
    """The keys of names that name somebody, each worked out once: most stand in several columns and are asked for twice."""

    def __missing__(self, name: str) -> str:
        key = party_key(name)
        self[name] = key = "" if key in _NOBODY or is_to_order(name) else key
        return key


_CJK = "\u3000"  # from here on words are not parted by blanks
_BANKS = ("bank", "banque", "banco", "banca", "银行", "銀行")


def find_keepers(lines: pa.Table, lists: Mapping[str, NamedList], keys: PartyKeys) -> frozenset[str]:
    """Keys of consignees that by their names are banks, or carry, clear or keep other people's goods: a fact of the run, not of a part.

    Args:
        lines: LINE columns.
        lists: the words of forwarders among them.
        keys: of names.
    """
    if "consignee_name" not in lines.column_names:
        return frozenset()
    words = [*_BANKS, *(lists["forwarders"].terms if "forwarders" in lists else ())]
    holds = re.compile("|".join(re.escape(w) if w[0] >= _CJK else rf"\b{re.escape(w)}\b" for w in words), re.IGNORECASE)
    names = pc.unique(lines.column("consignee_name")).drop_null()
    # Few names hold any of the words even within longer ones, and that is told of all at once.
    likely = names.filter(pc.match_substring_regex(names, "|".join(map(re.escape, words)), ignore_case=True))
    return frozenset(key for name in likely.to_pylist() if holds.search(name) and (key := keys[name]))


# A field is cut where so many descriptions, and this share of all, end at the same, longest length; a page of free text is none.
_FEWEST_CUT, _SHARE_CUT, _SHORTEST_FIELD, _LONGEST_FIELD = 5, 0.05, 12, 120


def find_cut_lengths(lines: pa.Table) -> dict[str, int]:
    """The files of which descriptions end where their field ends, with its length in characters.

    Args:
        lines: LINE columns, all lines of the run.
    """
    if "description" not in lines.column_names or not lines.num_rows:
        return {}
    names, texts = lines.column("source_file"), lines.column("description")
    files, lengths = number_alike(names), pc.fill_null(pc.utf8_length(texts), 0).to_numpy()
    longest = np.zeros(files.max() + 1, lengths.dtype)
    np.maximum.at(longest, files, lengths)
    ends = np.flatnonzero((lengths == longest[files]) & (lengths >= _SHORTEST_FIELD) & (lengths <= _LONGEST_FIELD))
    at_end = pa.table([pa.array(files[ends]), texts.take(pa.array(ends))], names=["file", "text"])
    counted = at_end.group_by(["file", "text"]).aggregate([]).group_by("file").aggregate([([], "count_all")])
    found = {}
    for file, count in zip(*(counted.column(n).to_pylist() for n in ("file", "count_all")), strict=True):
        mine = np.flatnonzero(files == file) if count >= _FEWEST_CUT else np.empty(0, np.int64)
        if len(mine) and count >= _SHARE_CUT * pc.count_distinct(texts.take(pa.array(mine))).as_py():
            found[names[int(mine[0])].as_py()] = int(longest[file])
    return found
