"""What a description is worth: how many informative words it has, and whether it could hide anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.model import WatchlistEntry
from precursor_screen.core.schema import ROLES
from precursor_screen.core.tables import roles_of, words_of
from precursor_screen.matching.party.exact_names import ordinary_words
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.equipment import WORDS
from precursor_screen.rulebook.atoms import re2_escape
from precursor_screen.rulebook.evaluate import folded
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.sql import fold_terms
from precursor_screen.text.codes import MAY_HOLD_NUMBER, imo_numbers_in, labelled_numbers_in, numbers_in
from precursor_screen.text.covered_languages import foreign, is_covered

# Numbers that decide by themselves: a party or a vessel that carries the number of a listed one, whatever its name.

_TEXTS = ("description", "marks", "other_texts", "other_parties", "declarant_name", "carrier_name", "place_of_delivery")
_VESSEL_FIELDS = ("vessel", "voyage", "carrier_name")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("party_role", "value", "own_name", "list_id", "entry_id", "entry_name")),
        *((name, pa.string()) for name in ("matched_name", "name_kind", "entry_kind")),
    ]
)


def find_identified(lines: pa.Table, reference: Reference) -> pa.Table:
    """The entries whose number stands in a field of numbers, in a text behind what such numbers are called, or, of a vessel, beside
    the letters IMO.

    Args:
        lines: LINE columns.
        reference: with the watchlists.

    Returns:
        One row a (role, distinct cell, entry): party_role (for a text that belongs to no party its field), value (the cell), own_name (the
        number as filed), and what PARTY_MATCH says of an entry. The role `vessel` has a row for the cell of each field in which its number
        may stand: see `number_columns`.
    """
    rows: list[dict[str, str]] = []
    for role, column in number_columns(lines.column_names) if reference.watchlists else ():
        for cell, numbers in _numbers(lines, role, column):
            for written, number in numbers:
                for one in reference.watchlists:  # whose numbers are read when the first one is asked for: most files hold none
                    for entry_id in one.numbers.get(number, ()):
                        entry = one.entry(entry_id)
                        if entry.delisted is None or entry.delisted > reference.as_of:
                            rows.append(_row(role, cell, written, entry, one.list_id))
    return pa.Table.from_pylist([r for r in rows if r["party_role"] != "vessel" or r["entry_kind"] == "vessel"], schema=_SCHEMA)


def number_columns(columns: list[str]) -> list[tuple[str, str]]:
    """(role, column) of the fields in which numbers of parties and vessels stand: in fields of their own, and within texts."""
    own = [(role, f"{role}_{part}") for role in ROLES for part in ("identifier", "name", "address")]
    texts = [(column, column) for column in _TEXTS]
    return [(role, column) for role, column in (*own, *texts, *(("vessel", c) for c in _VESSEL_FIELDS)) if column in columns]


def _numbers(lines: pa.Table, role: str, column: str) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """The distinct cells of a column with their numbers (as written, plain)."""
    if column == "other_texts" and "other_columns" in lines.column_names:
        yield from _beside(lines)
        return
    cells = lines.column(column)
    cells = pc.unique(pc.list_flatten(cells) if pa.types.is_list(cells.type) else cells).drop_null()
    find: Callable[[str], Iterator[tuple[str, str]]] = imo_numbers_in if role == "vessel" else numbers_in
    if role != "vessel" and not column.endswith("_identifier"):
        find = labelled_numbers_in
        cells = cells.filter(pc.match_substring_regex(cells, MAY_HOLD_NUMBER))
    yield from ((cell, find(cell)) for cell in cells.to_pylist())


def _beside(lines: pa.Table) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """The same of columns that are mapped to nothing, whose headers may say what their numbers are."""
    both = (
        pa.table({name: pc.list_flatten(lines.column(name)) for name in ("other_columns", "other_texts")})
        .group_by(["other_columns", "other_texts"])
        .aggregate([])
    )
    said = pc.binary_join_element_wise(
        pc.replace_substring(pc.coalesce(both.column("other_columns"), ""), "_", " "), both.column("other_texts"), ": "
    )
    may = pc.fill_null(pc.match_substring_regex(said, MAY_HOLD_NUMBER), False)
    cells = both.column("other_texts").filter(may).to_pylist()
    yield from ((cell, labelled_numbers_in(text)) for cell, text in zip(cells, said.filter(may).to_pylist(), strict=True))


def _row(role: str, cell: str, written: str, entry: WatchlistEntry, list_id: str) -> dict[str, str]:
    return {
        "party_role": role,
        "value": cell,
        "own_name": written,
        "list_id": list_id,
        "entry_id": entry.entry_id,
        "entry_name": entry.primary_name,
        "matched_name": entry.primary_name,
        "name_kind": "primary",
        "entry_kind": entry.kind,
    }


VAGUE_LIST, PACKING_LIST, DOCUMENT_LIST, REFERRING_LIST = "vague_goods", "packing_words", "documents", "document_words"


def description_facts(texts: pa.Array, lists: Mapping[str, NamedList]) -> pa.Table:
    """What each of some descriptions is worth.

    A text is vague when nothing is left of it without vague terms and words of packing: it holds only such words, only
    figures or symbols, or one letter again and again. Otherwise its informative words are all but those of packing: "acid"
    alone is vague, "citric acid" is two words. A text is a reference when it names a document, and nothing is left without documents
    and words that refer to them either: "as per invoice 4711 attached". References are vague too.

    A text is unread when it is in a writing or a language of which no name of a substance is known.

    Returns:
        description_tokens, is_vague, is_reference, is_unread, lexicon_terms (ids of the lists found), equipment (kinds of it), in the order
        of the texts.
    """
    # Dotted initials are one word (N.O.S., L.P.G.); single Latin letters are none.
    plain = _without_figures(pc.replace_substring(folded(texts), ".", "")).dictionary_encode()
    # Every blank is doubled, so that the blank behind one term can stand before the next in a single pass.
    words = _between_blanks(pc.replace_substring_regex(plain.dictionary, r"[^\pL]+", "  "))
    words = pc.replace_substring_regex(words, "(?: [a-z] )+", " ").dictionary_encode()
    facts = _facts_of_words(words.dictionary, lists).take(words.indices.take(plain.indices))
    return facts.append_column("is_unread", find_unread(texts))


_FEW = 64  # texts of which the words are looked up more quickly than the pattern of all words is made ready


def find_unread(texts: pa.Array) -> pa.Array:
    """Which of some texts are in a writing or a language of which no name of a substance is known."""
    unread = np.arange(len(texts))
    tests = (_uncovered, _foreign) if len(texts) <= _FEW else (_foreign, _uncovered)
    for test in tests:
        unread = unread[test(texts.take(pa.array(unread)))] if len(unread) else unread
    return pa.array(np.isin(np.arange(len(texts)), unread))


def _foreign(texts: pa.Array) -> npt.NDArray[np.bool_]:
    small = pc.utf8_lower(pc.utf8_normalize(texts, form="NFC"))  # accents as one letter with its own
    return np.asarray(pc.match_substring_regex(small, foreign()).to_numpy(zero_copy_only=False))


def _uncovered(texts: pa.Array) -> npt.NDArray[np.bool_]:
    return np.array([not is_covered(text, ordinary_words()) for text in texts.to_pylist()], bool)


_BLANKS = bytes(byte if byte >= 0x80 or chr(byte).isalpha() else 0x20 for byte in range(256))


def _without_figures(texts: pa.Array) -> pa.Array:
    """Texts with a blank for each character of ASCII that is not a letter: most that differ do so in figures, and then say the same."""
    valid, offsets, letters = texts.buffers()
    # In UTF-8 no byte of another character is one of ASCII.
    blanked = pa.py_buffer(letters.to_pybytes().translate(_BLANKS)) if letters else letters
    return pa.Array.from_buffers(texts.type, len(texts), [valid, offsets, blanked], offset=texts.offset)


def _facts_of_words(words: pa.Array, lists: Mapping[str, NamedList]) -> pa.Table:
    without = pc.replace_substring_regex
    vague, packing = (_any_of(lists[name].terms) for name in (VAGUE_LIST, PACKING_LIST))
    documents = lists[DOCUMENT_LIST].terms
    referring = documents + lists[REFERRING_LIST].terms
    # Terms may hold words of packing ("load and count"), so they are taken from the whole text.
    specific = _trimmed(without(without(words, vague, " "), packing, " "))
    kept = _trimmed(without(without(words, packing, " "), " +", " "))
    # Chinese does not part words, so its terms stand within a run of characters.
    # `specific` has lost blanks at its ends and where terms stood.
    elsewhere = without(without(_between_blanks(specific), " +", "  "), _any_of(referring), " ")
    elsewhere = without(elsewhere, _han_of(referring), "")
    is_reference = pc.and_(pc.match_substring_regex(words, _term_of(documents)), pc.equal(_trimmed(elsewhere), ""))
    letters = pc.replace_substring(specific, " ", "")
    first = pc.utf8_slice_codeunits(letters, 0, 1)
    one_letter_or_none = pc.equal(letters, pc.binary_repeat(first, pc.utf8_length(letters)))
    is_vague = pc.or_(one_letter_or_none, is_reference)
    tokens = pc.if_else(pc.or_(is_vague, pc.equal(kept, "")), 0, pc.add(pc.count_substring(kept, " "), 1))
    return pa.table(
        {
            "description_tokens": pc.cast(tokens, pa.int64()),
            "is_vague": is_vague,
            "is_reference": is_reference,
            "lexicon_terms": _lexicons(words, lists),
            "equipment": _equipment(words),
        }
    )


def _between_blanks(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(" ", texts, " ", "")


def _trimmed(texts: pa.Array) -> pa.Array:
    return pc.utf8_trim(texts, " ")


def _lexicons(words: pa.Array, lists: Mapping[str, NamedList]) -> pa.Array:
    found: list[list[str]] = [[] for _ in range(len(words))]
    for name, named in sorted(lists.items()):
        if named.lexicon:
            for row in pc.indices_nonzero(pc.match_substring_regex(words, _any_of(named.terms))).to_pylist():
                found[row].append(name)
    return pa.array(found, pa.list_(pa.string()))


def _equipment(words: pa.Array) -> pa.Array:
    found: list[list[str]] = [[] for _ in range(len(words))]
    kinds = {kind: words_of(WORDS, kind) for kind in roles_of(WORDS)}
    every = tuple(word for of_kind in kinds.values() for word in of_kind)
    rows = pc.indices_nonzero(pc.match_substring_regex(words, _term_of(every)))  # few texts: the kinds are asked of these alone
    some = words.take(rows)
    for kind, of_kind in kinds.items():
        for place in pc.indices_nonzero(pc.match_substring_regex(some, _term_of(of_kind))).to_pylist():
            found[rows[place].as_py()].append(kind)
    return pa.array(found, pa.list_(pa.string()))


def _term_of(terms: tuple[str, ...]) -> str:
    """A term between blanks; one of a writing that does not part words anywhere."""
    unparted = any(ord(c) >= _UNPARTED for term in terms for c in term)
    return f"{_any_of(terms)}|{_han_of(terms)}" if unparted else _any_of(terms)


_UNPARTED = 0x3040  # the first character of writings that do not part words


@cache
def _han_of(terms: tuple[str, ...]) -> str:
    han = [t for t in terms if any(ord(c) >= _UNPARTED for c in t)]
    return "(?:" + "|".join(sorted(han, key=lambda t: (-len(t), t))) + ")"


@cache
def _any_of(terms: tuple[str, ...]) -> str:
    longest_first = sorted(terms, key=lambda t: (-len(t), t))  # RE2 takes the first that fits
    joined = "|".join(re.sub(" +", "  ", t) for t in fold_terms(tuple(re2_escape(t) for t in longest_first)))
    return f"(?: (?:{joined}) )+"
