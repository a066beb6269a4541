"""What texts and names of lines mean: each is matched once, however often it occurs and whichever lines it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.schema import MENTION_COLUMNS, NAME_COLUMNS, PARTY_MENTION
from precursor_screen.kernel.match.parallel_map import ParallelMap, cut_texts, serial_map
from precursor_screen.kernel.match.party_memory import NO_PARTY_MEMORY, PartyMemory
from precursor_screen.kernel.match.recognise import distinct, match_parties, recognise
from precursor_screen.kernel.match.whole_run import PartyKeys, find_cut_lengths, find_keepers
from precursor_screen.matching.party.mentions import Mentions
from precursor_screen.reference.bundle import Reference
from precursor_screen.text.decodings import MAY_DECODE

# Listed names within the longer texts of lines: descriptions, marks, addresses, remarks.

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
    for column in MENTION_COLUMNS:
        found = pa.array(distinct(lines, [column]), pa.string())
        if len(found) and column in names:  # to compile the patterns takes longer than to read a few lines
            # As a whole a party's name was compared with the lists already, but not what it says decoded.
            encoded = pc.match_substring_regex(found, MAY_DECODE)
            wholes.update(dict.fromkeys(found.filter(encoded).to_pylist()))
            found = found.filter(pc.match_substring_regex(found, _MAY_NAME_ANOTHER))
        within = column == "description" or column in names
        (parts if within else wholes).update(dict.fromkeys(found.to_pylist()))
    tables = [PARTY_MENTION.empty_table()]
    for watchlist in reference.watchlists:
        find = Mentions(watchlist.index, reference.as_of).find
        tables += (
            parallel_map(partial(find, whole=False), cut_texts([text for text in parts if text not in wholes])) if parts else []
        )
        tables += parallel_map(partial(find, whole=True), cut_texts(list(wholes))) if wholes else []
    return pa.concat_tables(tables)


# Which texts beside the table name something: those are screened as lines of their own.


def naming(lines: pa.Table, reference: Reference) -> pa.Table:
    """Those lines of texts beside a table that name a listed substance or party, each once: a file that is read twice is one finding.

    A weak name (two letters above a table) is none: such lines have nothing beside it that could bear it out.

    Args:
        lines: LINE columns, with other_texts.
        reference: what to screen against.
    """
    found = recognise(lines, reference)
    counts = pc.and_(pc.is_null(found.column("suppressed")), pc.not_equal(found.column("strength"), "weak"))
    named = [*found.filter(counts).column("value").chunks, *find_mentions(lines, reference).column("value").chunks]
    texts = lines.column("other_texts")
    hit = pc.is_in(pc.list_flatten(texts), value_set=pc.unique(pa.chunked_array(named, pa.string())))
    rows = pc.unique(pc.list_parent_indices(texts).filter(hit))
    mine = lines.filter(pc.is_in(pa.array(range(lines.num_rows), rows.type), value_set=rows))
    return mine.take(pc.index_in(pc.unique(mine.column("line_id")), mine.column("line_id")))


Progress = Callable[[str], None]


class Matches(Struct, frozen=True):
    """Of distinct texts, codes and names.

    Attributes:
        substances: SUBSTANCE_MATCH, suppressed ones included.
        parties: PARTY_MATCH over all lists.
        mentions: PARTY_MENTION: parties named among other words.
        unscreenable: names of which nothing is left to compare.
        keepers: keys of consignees that keep or carry other people's goods.
        keys: of names, worked out when first asked for and kept for all parts of the run.
        cut_at: the files of which descriptions end where their field ends -> its length in characters.
    """

    substances: pa.Table
    parties: pa.Table
    mentions: pa.Table
    unscreenable: tuple[str, ...]
    keepers: frozenset[str] = frozenset()
    cut_at: Mapping[str, int] = {}
    keys: PartyKeys = field(default_factory=PartyKeys)


def match(
    lines: pa.Table,
    reference: Reference,
    parallel_map: ParallelMap = serial_map,
    known_parties: PartyMemory = NO_PARTY_MEMORY,
    progress: Progress = lambda _: None,
) -> Matches:
    """Matches what lines say with substances and listed parties.

    Args:
        lines: LINE columns; those of texts, codes and names are looked at.
        reference: substances and watchlists.
        parallel_map: how the matching is spread; changes nothing in the result.
        known_parties: names that were matched before; changes nothing in the result.
        progress: told what is being done.
    """
    found = match_texts(lines, reference, parallel_map, known_parties, progress)
    return replace(found, cut_at=find_cut_lengths(lines))


def match_texts(
    lines: pa.Table,
    reference: Reference,
    parallel_map: ParallelMap = serial_map,
    known_parties: PartyMemory = NO_PARTY_MEMORY,
    progress: Progress = lambda _: None,
) -> Matches:
    """The same of texts by themselves, without `cut_at`: each value stands for itself, whichever lines and fields the others stand in."""
    progress("recognising substances")
    substances = recognise(lines, reference, parallel_map)
    progress("matching parties")
    parties = match_parties(lines, reference, parallel_map, known_parties)
    mentions = find_mentions(lines, reference, parallel_map)
    keys = PartyKeys()
    keepers = find_keepers(lines, reference.lists, keys)
    return Matches(substances, parties.matches, mentions, parties.unscreenable, keepers, keys=keys)


def merge_matches(parts: Sequence[Matches], cut_at: Mapping[str, int]) -> Matches:
    """Matches of texts that share no value, as one."""
    substances, parties, mentions = (
        pa.concat_tables([getattr(part, name) for part in parts]) for name in ("substances", "parties", "mentions")
    )
    unscreenable = tuple(name for part in parts for name in part.unscreenable)
    return Matches(substances, parties, mentions, unscreenable, frozenset(k for p in parts for k in p.keepers), cut_at)
