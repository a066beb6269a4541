"""What texts and names of lines mean: each is matched once, however often it occurs and whichever lines it stands in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from precursor_screen.core.arrow import set_columns, tuples_of
from precursor_screen.core.engine import ask
from precursor_screen.core.schema import MENTION_COLUMNS, NAME_COLUMNS, PARTY_MATCH, PARTY_MENTION, SUBSTANCE_MATCH
from precursor_screen.core.tables import words_of
from precursor_screen.kernel.papers.principals import FORWARDERS, keeper_pattern
from precursor_screen.kernel.parallel_map import ParallelMap, chunk, cut_texts, serial_map
from precursor_screen.kernel.resolve.distinct import number_alike
from precursor_screen.matching.party.index import PartyIndex, PartyMatches
from precursor_screen.matching.party.mentions import Mentions
from precursor_screen.matching.substance.identifiers import CODE_FIELDS
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.text.decodings import MAY_DECODE
from precursor_screen.text.party import is_to_order
from precursor_screen.text.party_cell_patterns import may_hold_more
from precursor_screen.text.party_cells import party_key
from precursor_screen.text.party_name_parts import name_parts

# Distinct texts and codes to substances, distinct names to watchlist entries. Each is matched once, however often it occurs.

# What earlier runs found for names: known names need no matching. Where that is kept is the caller's business.


class Recalled(Struct, frozen=True):
    """What is known of some names against one list.

    matches: PARTY_MATCH of the known ones, in any order of names, within one name as `PartyIndex.match_names` gives them;
    unscreenable: known names of which nothing is left to compare; unknown: all others, in the order asked.
    """

    matches: pa.Table
    unscreenable: tuple[str, ...]
    unknown: Sequence[str]


class PartyMemory(Protocol):
    """Recalls matches of names, and learns new ones."""

    def recall(self, index: PartyIndex, as_of: date, names: Sequence[str]) -> Recalled:
        """What is known of some distinct names."""

    def learn(self, index: PartyIndex, as_of: date, names: Sequence[str], matches: pa.Table, unscreenable: Sequence[str]) -> None:
        """Takes note of what came of matching some distinct names: matches (PARTY_MATCH), and which names were unscreenable."""


TEXT_FIELDS = ("description", "marks", "other_texts")  # a name on the drums counts as much as one in the description


def distinct(lines: pa.Table, columns: Iterable[str]) -> list[str]:
    """The distinct values of some text or text-list columns, nulls left out, in order of first appearance."""
    found: dict[str, None] = {}
    for name in columns:
        if name not in lines.column_names:
            continue
        column = lines.column(name)
        if pa.types.is_list(column.type):
            column = pc.list_flatten(column)
        found.update(dict.fromkeys(pc.unique(column).drop_null().to_pylist()))
    return list(found)


def recognise(lines: pa.Table, reference: Reference, parallel_map: ParallelMap = serial_map) -> pa.Table:
    """Recognises substances in the distinct descriptions and codes of some lines.

    Returns:
        SUBSTANCE_MATCH, suppressed matches included.
    """
    index = reference.substance_index
    tables = []
    for name in TEXT_FIELDS:
        for found in parallel_map(index.recognise_texts, cut_texts(distinct(lines, [name]))):
            tables.append(found.set_column(0, "field", pa.array([name] * found.num_rows, pa.string())))
    tables += [index.recognise_codes(name, distinct(lines, [name])) for name in CODE_FIELDS]
    return _at_most_medium(pa.concat_tables([SUBSTANCE_MATCH.empty_table(), *tables]))


def _at_most_medium(matches: pa.Table) -> pa.Table:
    """A name beside the goods' own texts is medium evidence at most: it may be about other goods."""
    beside = pc.and_(pc.equal(matches.column("field"), "other_texts"), pc.equal(matches.column("strength"), "strong"))
    return set_columns(matches, {"strength": pc.if_else(beside, pa.scalar("medium"), matches.column("strength"))})


def match_parties(
    lines: pa.Table, reference: Reference, parallel_map: ParallelMap = serial_map, memory: PartyMemory | None = None
) -> PartyMatches:
    """Matches the distinct names of all screened roles against all watchlists of the reference.

    Args:
        lines: LINE columns.
        reference: with the watchlists.
        parallel_map: how the matching is spread; changes nothing in the result.
        memory: what is known of names from earlier runs; changes nothing in the result, and learns what is new. None: nothing is known.
    """
    cells = distinct(lines, NAME_COLUMNS.values())
    parted = _part(cells)
    names = list(dict.fromkeys(part for cell in cells for part in parted.get(cell, (cell,)))) if parted else cells
    tables = [PARTY_MATCH.empty_table()]
    unscreenable: set[str] = set()  # a property of the name, the same for every list
    for watchlist in reference.watchlists:
        found = _match(names, watchlist.index, reference.as_of, parallel_map, memory)
        tables.append(found.matches)
        unscreenable.update(found.unscreenable)
    matches = pa.concat_tables(tables)
    if parted:
        matches = _of_cells(matches, cells, parted)
    return PartyMatches(matches, tuple(name for name in cells if name in unscreenable))


def _match(
    names: list[str], index: PartyIndex, as_of: date, parallel_map: ParallelMap, memory: PartyMemory | None
) -> PartyMatches:
    """Matches names against one list, those apart that are known; in the order of the names, whatever is known."""
    known = memory.recall(index, as_of, names) if memory else Recalled(PARTY_MATCH.empty_table(), (), names)
    tables, unscreenable = [PARTY_MATCH.empty_table()], list[str]()
    for found in parallel_map(partial(index.match_names, as_of=as_of), chunk(known.unknown)):
        tables.append(found.matches)
        unscreenable += found.unscreenable
    fresh = pa.concat_tables(tables)
    if memory:
        memory.learn(index, as_of, known.unknown, fresh, unscreenable)
    if not known.matches.num_rows:
        return PartyMatches(fresh, (*known.unscreenable, *unscreenable))
    both = pa.concat_tables([known.matches, fresh])
    place = pc.index_in(both.column("value"), value_set=pa.array(names, pa.string()))
    return PartyMatches(both.take(pc.sort_indices(place)), (*known.unscreenable, *unscreenable))


def _part(cells: list[str]) -> dict[str, list[str]]:
    """The cells that hold more than one possible name, with these."""
    parted = ((cell, name_parts(cell)) for cell in cells if may_hold_more(cell))
    return {cell: parts for cell, parts in parted if parts != [cell]}


def _of_cells(matches: pa.Table, cells: list[str], parted: dict[str, list[str]]) -> pa.Table:
    """Matches of the parts of cells as matches of the cells: the best part of each stands for it."""
    matched = set(matches.column("value").to_pylist())
    pairs = [(cell, part) for cell in cells for part in parted.get(cell, (cell,)) if part in matched]
    parts = pa.table([pa.array([p[i] for p in pairs], pa.string()) for i in (0, 1)], names=["cell", "part"])
    query = """
        select cell as value, m.* exclude (value) from matches m join parts on m.value = parts.part
        qualify row_number() over (partition by cell, list_id, entry_id order by score desc, matched_name, part) = 1
        order by cell, list_id, entry_id"""
    return ask(query, PARTY_MATCH, matches=matches, parts=parts)


# What only all lines of a run together tell: parts of it are judged with this beside them.

# What stands in a field of a party and names none: goods "to order" of two bills have no common consignee.
_NOBODY = frozenset(map(party_key, words_of("cell_words", "nobody")))


class PartyKeys(dict[str, str]):
    """The keys of names that name somebody, each worked out once: most stand in several columns and are asked for twice."""

    def __missing__(self, name: str) -> str:
        key = party_key(name)
        self[name] = key = "" if key in _NOBODY or is_to_order(name) else key
        return key


def find_keepers(lines: pa.Table, lists: Mapping[str, NamedList], keys: PartyKeys) -> frozenset[str]:
    """Keys of consignees that by their names are banks, or carry, clear or keep other people's goods: a fact of the run, not of a part.

    Args:
        lines: LINE columns.
        lists: the words of forwarders among them.
        keys: of names.
    """
    if "consignee_name" not in lines.column_names:
        return frozenset()
    terms = lists[FORWARDERS].terms if FORWARDERS in lists else ()
    words = [*words_of("cell_words", "bank"), *terms]
    holds = keeper_pattern(terms)
    names = pc.unique(lines.column("consignee_name")).drop_null()
    # Few names hold any of the words even within longer ones, and that is told of all at once.
    likely = names.filter(pc.match_substring_regex(names, "|".join(map(re.escape, words)), ignore_case=True))
    return frozenset(key for name in likely.to_pylist() if holds.search(name) and (key := keys[name]))


# A field is cut where so many descriptions, and this share of all, end at the same, longest length; a page of free text is none.
_FEWEST_CUT, _SHARE_CUT = 5, 0.05
# Lengths that systems give their fields of goods: Cargo-IMP 15 and 20, SWIFT and EDIFACT 35 and 70, X12 45 and 50, round figures, and the rest of them
# that forms, spools and databases are met with (our own list).
_WIDTHS = frozenset(
    (15, 20, 24, 25, 28, 30, 32, 35, 36, 40, 45, 48, 50, 55, 60, 64, 65, 70, 72, 75, 80, 90, 96, 99, 100, 105, 110, 120)
)
_SHARE_WITHIN = 0.3  # of those texts, whose last word stands nowhere else in the file: it was cut
_WORDS_LOOKED_AT = 20_000  # texts


def find_cut_lengths(lines: pa.Table) -> dict[str, int]:
    """The files of which descriptions end where their field ends, many of them within a word, with its length in characters.

    Args:
        lines: LINE columns, all lines of the run.
    """
    if not {"description", "source_file"} <= set(lines.column_names) or not lines.num_rows:
        return {}
    names, texts = lines.column("source_file"), lines.column("description")
    files, lengths = number_alike(names), pc.fill_null(pc.utf8_length(texts), 0).to_numpy()
    longest = np.zeros(files.max() + 1, lengths.dtype)
    np.maximum.at(longest, files, lengths)
    ends = np.flatnonzero((lengths == longest[files]) & np.isin(lengths, list(_WIDTHS)))
    at_end = pa.table([pa.array(files[ends]), texts.take(pa.array(ends))], names=["file", "text"])
    distinct = at_end.group_by(["file", "text"]).aggregate([])
    found = {}
    for file, count in tuples_of(distinct.group_by("file").aggregate([([], "count_all")]), "file", "count_all"):
        mine = np.flatnonzero(files == file) if count >= _FEWEST_CUT else np.empty(0, np.int64)
        if not len(mine):
            continue
        every = pc.unique(texts.take(pa.array(mine))).drop_null()
        ended = distinct.filter(pc.equal(distinct.column("file"), file)).column("text").to_pylist()
        if count >= _SHARE_CUT * len(every) and _end_within_words(ended, every.slice(0, _WORDS_LOOKED_AT).to_pylist()):
            found[names[int(mine[0])].as_py()] = int(longest[file])
    return found


def _end_within_words(ended: Sequence[str], every: Sequence[str]) -> bool:
    """Whether many of some texts end in what is no word of any of them."""
    whole = {word for text in every for word in text.split()[:-1]}
    cut = sum(text[-1:].isalnum() and text.split()[-1] not in whole for text in ended)
    return cut >= _SHARE_WITHIN * len(ended)


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
            wholes.update(dict.fromkeys(found.filter(pc.match_substring_regex(found, MAY_DECODE)).to_pylist()))
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
    known_parties: PartyMemory | None = None,
    progress: Progress = lambda _: None,
) -> Matches:
    """Matches what lines say with substances and listed parties.

    Args:
        lines: LINE columns; those of texts, codes and names are looked at, each value by itself; and of which files they are, for `cut_at`.
        reference: substances and watchlists.
        parallel_map: how the matching is spread; changes nothing in the result.
        known_parties: names that were matched before; changes nothing in the result.
        progress: told what is being done.
    """
    progress("recognising substances")
    substances = recognise(lines, reference, parallel_map)
    progress("matching parties")
    parties = match_parties(lines, reference, parallel_map, known_parties)
    progress("looking for parties in texts")
    mentions = find_mentions(lines, reference, parallel_map)
    keys = PartyKeys()
    keepers = find_keepers(lines, reference.lists, keys)
    progress("looking for cut texts")
    return Matches(substances, parties.matches, mentions, parties.unscreenable, keepers, find_cut_lengths(lines), keys)


def merge_matches(parts: Sequence[Matches], cut_at: Mapping[str, int]) -> Matches:
    """Matches of texts that share no value, as one."""
    substances, parties, mentions = (
        pa.concat_tables([getattr(part, name) for part in parts]) for name in ("substances", "parties", "mentions")
    )
    unscreenable = tuple(name for part in parts for name in part.unscreenable)
    return Matches(substances, parties, mentions, unscreenable, frozenset(k for p in parts for k in p.keepers), cut_at)
