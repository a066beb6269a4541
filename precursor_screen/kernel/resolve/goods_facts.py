"""What a line says of its goods whether or not a substance is recognised: whether the code exists, whether the goods are worth watching,
how they are packed and by what they are named. Everything is worked out once a distinct code or text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Set
from datetime import date
from functools import lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.schema import BY_NAME
from precursor_screen.kernel.resolve.distinct import column_or_nulls, map_distinct
from precursor_screen.reference.equipment import known_equipment
from precursor_screen.reference.nomenclature import DOES_NOT_EXIST, EXISTS, Nomenclature, stem
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.text.goods_words import head_noun, words_in
from precursor_screen.text.quantity_words import CHEMICAL_KINDS, package_kind

# Equipment that a law names, as descriptions tell of it: by words, and whether the code that is filed fits.

_EQUIPMENT_COLUMNS = ("equipment_laws", "equipment_code")


def add_equipment_facts(lines: pa.Table) -> pa.Table:
    """Adds the laws in force that name the equipment of each line, and whether its HS subheading is one in which that is filed.

    Args:
        lines: with equipment (kinds that the description names), as_of_date and hs6.

    Returns:
        equipment_laws, null where no law names it; equipment_code, null there and where no code of six digits is filed.
    """
    laws: list[list[str] | None] = [None] * lines.num_rows
    fits: list[bool | None] = [None] * lines.num_rows
    rows = pc.indices_nonzero(pc.fill_null(pc.greater(pc.list_value_length(lines.column("equipment")), 0), False))
    some = lines.select(("equipment", "as_of_date", "hs6")).take(rows).to_pylist()
    for row, one in zip(rows.to_pylist(), some, strict=True):
        if found := _named(tuple(one["equipment"]), one["as_of_date"]):
            laws[row] = [text for text, _ in found]
            fits[row] = any(one["hs6"] in codes for _, codes in found) if one["hs6"] else None
    facts = zip(_EQUIPMENT_COLUMNS, (laws, fits), strict=True)
    return set_columns(lines, {name: pa.array(values, BY_NAME[name].arrow) for name, values in facts})


def _named(kinds: tuple[str, ...], day: date) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((str(one), one.hs6s) for one in known_equipment() if one.kind in kinds and one.dated.in_force(day))


# Chemicals, colours, oils of perfume, soaps, other chemical products, plastics: where other goods than declared are least seen.
WATCHED_CHAPTERS: Final = ("28", "29", "32", "33", "34", "38", "39")
CHEMISTRY_LIST: Final = "chemistry_words"
_TEXT = pa.string()


def add_goods_facts(lines: pa.Table, nomenclature: Nomenclature, lists: Mapping[str, NamedList]) -> pa.Table:
    """Adds hs_known, watched, goods_key, goods_named, package_kind, package_kg, packing_unusual, fits_chapter and misfit_noun.

    Args:
        lines: with hs_chapter, hs6 and substance_ids_listed.
        nomenclature: of the HS.
        lists: words of packing, of classes of goods, of purposes and of chemistry among them.

    Returns:
        The lines with these columns; what cannot be known is null.
    """
    words = _vocabulary(nomenclature, lists)
    code, text = column_or_nulls(lines, "hs_code"), column_or_nulls(lines, "description")
    known = map_distinct(code, nomenclature.edition_of)
    kind = map_distinct(column_or_nulls(lines, "package_type"), package_kind)
    each = _package_kg(lines)
    watched = _watched(lines, known, kind, lists)
    here = pc.fill_null(watched, False)
    unnamed = pc.and_(here, pc.invert(_has_some(lines, "substance_ids_listed")))
    stated = pc.if_else(pc.not_equal(pc.fill_null(known, EXISTS), DOES_NOT_EXIST), lines.column("hs6"), _nothing())
    key = pc.coalesce(stated, map_distinct(_only(pc.and_(here, pc.is_null(stated)), text), lambda t: head_words(t, words)))
    facts = {
        "hs_known": known,
        "watched": watched,
        "goods_key": _only(unnamed, key),
        "goods_named": _name_kinds(_only(here, text), words),
        "package_kind": kind,
        "package_kg": each,
        "packing_unusual": _unusual(code, known, kind, each, nomenclature),
    }
    noun = _misfits(lines, known, text, nomenclature, lists)
    facts["fits_chapter"] = pc.equal(noun, FITS)
    facts["misfit_noun"] = pc.if_else(facts["fits_chapter"], _nothing(), noun)
    return set_columns(lines, facts)


def _name_kinds(texts: pa.ChunkedArray, words: Vocabulary) -> pa.ChunkedArray:
    """`name_kind` of each text. Texts without a generic word are all `goods` and are not looked at one by one."""
    distinct = pc.unique(texts).drop_null()
    likely = set(distinct.filter(may_be_generic(distinct, words)).to_pylist())
    return map_distinct(texts, lambda t: name_kind(t, words) if t in likely else GOODS)


def _vocabulary(nomenclature: Nomenclature, lists: Mapping[str, NamedList]) -> Vocabulary:
    generic, forms, purposes, covers = (_stems(_terms(lists, n)) for n in (GENERIC_LIST, FORM_LIST, PURPOSE_LIST, COVER_LIST))
    known = nomenclature.words.keys() | (covers - generic - purposes)
    return Vocabulary(generic, forms, purposes, _words(_terms(lists, PACKING_LIST)), known)


def _terms(lists: Mapping[str, NamedList], name: str) -> tuple[str, ...]:
    return lists[name].terms if name in lists else ()


@lru_cache(maxsize=16)  # there are thousands of terms, and every run asks for the words of the same lists
def _words(terms: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for term in terms for word in fold_words(term))


@lru_cache(maxsize=16)
def _stems(terms: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(stem, _words(terms)))


def _watched(lines: pa.Table, known: pa.ChunkedArray, kind: pa.ChunkedArray, lists: Mapping[str, NamedList]) -> pa.ChunkedArray:
    """By the chapter of the code; without one that exists by packing, class of danger or words of chemistry. Null: nothing is stated."""
    chapter, text = lines.column("hs_chapter"), column_or_nulls(lines, "description")
    by_chapter = pc.fill_null(pc.is_in(chapter, pa.array(WATCHED_CHAPTERS)), False)
    no_code = pc.or_(pc.is_null(chapter), pc.fill_null(pc.equal(known, DOES_NOT_EXIST), False))
    packed = pc.fill_null(pc.is_in(kind, pa.array(sorted(CHEMICAL_KINDS))), False)
    dangerous = pc.or_(pc.is_valid(column_or_nulls(lines, "dangerous_goods_class")), _has_some(lines, "un_numbers"))
    chemistry = _words(_terms(lists, CHEMISTRY_LIST))
    said = map_distinct(_only(no_code, text), lambda t: "yes" if chemistry.intersection(fold_words(t)) else None)
    signs = pc.or_(pc.or_(packed, dangerous), pc.is_valid(said))
    silent = pc.and_(pc.is_null(chapter), pc.is_null(text))
    return pc.if_else(pc.and_(silent, pc.invert(signs)), pa.scalar(None, pa.bool_()), pc.or_(by_chapter, pc.and_(no_code, signs)))


def _misfits(
    lines: pa.Table,
    known: pa.ChunkedArray,
    text: pa.ChunkedArray,
    nomenclature: Nomenclature,
    lists: Mapping[str, NamedList],
) -> pa.ChunkedArray:
    """`code_fit.misfit` of lines with a chemical code."""
    packing, senses = (_words(_terms(lists, name)) for name in (PACKING_LIST, MANY_SENSES))
    chapter = lines.column("hs_chapter")
    chemical = pc.and_(pc.is_in(chapter, pa.array(CHEMICAL_CODES)), pc.fill_null(pc.not_equal(known, DOES_NOT_EXIST), False))
    return map_distinct(_only(chemical, text), lambda t: misfit(t, nomenclature, packing, senses))


def _package_kg(lines: pa.Table) -> pa.ChunkedArray:
    """Kilograms in one package: the net mass, else the gross mass, by the number of packages."""
    mass = pc.coalesce(*(column_or_nulls(lines, name, pa.decimal128(18, 6)) for name in ("net_mass_kg", "gross_mass_kg")))
    count = column_or_nulls(lines, "packages", pa.int64())
    count = pc.if_else(pc.greater(count, 0), count, pa.scalar(None, pa.int64()))
    each = pc.round(pc.divide(pc.cast(mass, pa.float64()), pc.cast(count, pa.float64())), 6)
    return pc.cast(each, pa.decimal128(18, 6), safe=False)


def _unusual(
    code: pa.ChunkedArray, known: pa.ChunkedArray, kind: pa.ChunkedArray, each: pa.ChunkedArray, nomenclature: Nomenclature
) -> pa.ChunkedArray:
    """Whether goods of the code do not travel in such packages, or not so much in one; null where code, kind or mass is missing."""
    meant = pc.fill_null(pc.not_equal(known, DOES_NOT_EXIST), False)
    pair = pc.binary_join_element_wise(kind, pc.utf8_slice_codeunits(_only(meant, code), 0, 4), " ")
    most = pc.cast(map_distinct(pair, lambda p: str(nomenclature.most_in(*p.split(" ")))), pa.float64())
    over = pc.greater(pc.cast(each, pa.float64()), most)
    # In a package that holds none at all the mass does not matter, nor where nothing is too much.
    return pc.if_else(pc.equal(most, 0), True, pc.if_else(pc.is_inf(most), False, over))


def _only(where: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(where, values, pa.scalar(None, values.type))


def _nothing() -> pa.Scalar:
    return pa.scalar(None, _TEXT)


def _has_some(lines: pa.Table, name: str) -> pa.ChunkedArray:
    return pc.fill_null(pc.greater(pc.list_value_length(column_or_nulls(lines, name, pa.list_(_TEXT))), 0), False)


# Whether a description names goods of the chapter that its code is of, as far as words of the nomenclature can say.
#
# Asked of chemical codes alone: there the headings name hundreds of substances, and what is named by a noun of other trades is none of
# them. Of articles they do not hold half the nouns: shower gels, ice chests and cable ties all seemed to be of other chapters.

CHEMICAL_CODES: Final = ("28", "29", "32", "38")
FITS: Final = "fits"
MANY_SENSES: Final = "many_sense_words"
_KIN: Final = frozenset(str(n) for n in range(25, 41))  # minerals to rubber: their words are in one another's headings
_ENGLISH: Final = 0.6  # of a text's words are the nomenclature's


def misfit(text: str, nomenclature: Nomenclature, packing: Set[str], senses: Set[str]) -> str | None:
    """The noun by which a text names goods that only chapters of other trades hold; `fits` if there is none.

    Args:
        text: a description of goods with one of CHEMICAL_CODES.
        nomenclature: whose words are English.
        packing: words that are passed over, as they are written.
        senses: words, without a plural s, that tell too little of goods.

    Returns:
        None where it cannot be told: the text is not English enough, or its noun is none of the nomenclature's.
    """
    words = [stem(word) for word in words_in(text) if word not in packing]
    written = head_noun(text, packing)
    noun = stem(written)
    known = [nomenclature.words[word] for word in words if word in nomenclature.words]
    if not text.isascii() or noun not in nomenclature.words or len(known) < _ENGLISH * len(words):
        return None
    if any(chapters.intersection(CHEMICAL_CODES) for chapters in known) or not _KIN.isdisjoint(nomenclature.words[noun]):
        return FITS
    return written if noun in nomenclature.nouns and noun not in senses else FITS


# By what a description names goods: by what they are, or by a code name, a trade name or a purpose in the place of it.

GENERIC_LIST, FORM_LIST, PURPOSE_LIST, PACKING_LIST = "generic_goods", "form_words", "purpose_words", "packing_words"
COVER_LIST = "covers"
GOODS, CODE_NAME, TRADE_NAME, PURPOSE = "goods", "code name", "trade name", "purpose"
_MOST: Final = 400  # characters: what is longer tells more than a name
_HEAD: Final = 3  # words
_PARTS: Final = re.compile(r"[-/.]")
_TOKEN: Final = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
# Letters and figures in one word: ACJC-240, TX118. A size, a share, a number of the UN or of a form is none.
_CODE: Final = re.compile(
    r"(?=[^\d]*\d)(?=[\d\W]*[a-z])[a-z]{1,6}[-/.]?[a-z]{0,4}\d{1,5}[a-z]{0,2}|\d{1,4}[-/.]?[a-z]{2,6}|[a-z]{1,5}-[a-z]{0,3}\d+[a-z]?"
)
_NO_CODE: Final = re.compile(
    r"\d[\d.,x*/-]*(?:k?gs?|m?g|lbs?|m?l|ltrs?|mm|cm|m|mt|mts|oz|w|v|ah|pct|ppm|pcs|ctns?|drums?|bags?|pkgs?|hp|kva|kw|x|ft|inch|st|nd|rd|th|days?)"
    r"|un-?\d{4}|(?:hs|cas|po|no|inv|lot|ref|ci|fob|cl|class|iso|en|din|astm|pg|imo|imdg)[-./]?\d+.*"
)


class Vocabulary(Struct, frozen=True):
    """Words, folded and without a plural s: of classes of goods, of forms, of purposes, of packing; and all that name goods."""

    generic: Set[str]
    forms: Set[str]
    purposes: Set[str]
    packing: Set[str]
    known: Set[str]


def fold_words(text: str) -> list[str]:
    """The words of a text, lower case and without accents; a word may hold figures and inner hyphens."""
    plain = text[:_MOST].lower()
    if plain.isascii():
        return _TOKEN.findall(plain)
    plain = unicodedata.normalize("NFKD", plain)
    return _TOKEN.findall("".join(c for c in plain if not unicodedata.combining(c)))


def may_be_generic(texts: pa.Array, words: Vocabulary) -> pa.Array:
    """Whether `name_kind` may be another than `goods`: a generic word is within the text. Beyond ASCII it is not asked."""
    holds = pc.match_substring_regex(texts, "|".join(map(re.escape, sorted(words.generic))) or "$^", ignore_case=True)
    return pc.or_(holds, pc.invert(pc.string_is_ascii(texts)))


def name_kind(text: str, words: Vocabulary) -> str:
    """`goods`, or what stands in the place of their name: a code name, a trade name, a purpose.

    A code name counts only beside generic words, for part numbers are everywhere; a trade name is a word that no heading of
    the nomenclature knows, beside more than a form (`paracetamol powder`). In a text of more than six words, or of another script, nothing of the kind is said.
    """
    said = fold_words(text)
    if not any(stem(part) in words.generic for token in said for part in _PARTS.split(token)):
        return GOODS  # so it is of most texts, and what follows costs ten times as much
    tokens = [t for t in said if t not in words.packing and not t.replace(".", "").isdigit() and not _NO_CODE.fullmatch(t)]
    if not tokens or len(tokens) > 6 or not all(t.isascii() for t in tokens):
        return GOODS
    codes = [t for t in tokens if any(c.isdigit() for c in t) and _CODE.fullmatch(t)]
    plain = [stem(part) for t in tokens if t not in codes for part in _PARTS.split(t) if len(part) > 1]
    generic = [w for w in plain if w in words.generic]
    others = [w for w in plain if w not in words.generic and w not in words.purposes]
    if not generic:  # the word stood in a code
        return GOODS
    if not others:
        return CODE_NAME if codes else PURPOSE if any(w in words.purposes for w in plain) or len(plain) == len(generic) else GOODS
    is_trade_name = any(w not in words.forms for w in generic) and len(others) <= 2 and not any(w in words.known for w in others)
    return TRADE_NAME if is_trade_name else GOODS


def head_words(text: str, words: Vocabulary) -> str:
    """What stands for goods without a code: the first words of their description that are none of packing; '' if there are none."""
    tokens = [stem(t) for t in fold_words(text) if t not in words.packing and not any(c.isdigit() for c in t) and len(t) > 1]
    return " ".join(tokens[:_HEAD])
