"""Header spellings: how a header is reduced to a key, and the table of known ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.tables import words_of
from precursor_screen.formats.sheet import JoinedLists
from precursor_screen.readers.column_map import PARTY_NAMES, Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.concepts import PARTIES, concepts_of, layout_rows, split_header
from precursor_screen.readers.tabular.header_words import beyond_doubt
from precursor_screen.text.quantity_words import Unit, unit_in_header

# Names of nested values (`shipper.address.country`): a leaf that says nothing by itself is read with the words before it. What a parent
# holds is known by the parent alone (`grossWeight.value` is the gross weight); what stands right in a list of lines belongs to the line.


@cache
def _words(*roles: str) -> frozenset[str]:
    return frozenset(word for role in roles for word in words_of("path_words", role))


NESTED: Final = re.compile(r"[^\W\d][\w -]*(?:\.[^\W\d][\w -]*)+(?: \(\d+\))?")
_NUMBERED: Final = re.compile(r" \(\d+\)$")
# What a word names that is stated of a party.
_PARTS: Final = frozenset(
    ["name", "firm", "address", "country", "number", "code", "reference", "date", "kind", "port", "count", "no_part"]
)
_WITH_UNITS: Final = ("gross_mass", "net_mass", "quantity")

Words = tuple[str, ...]


def read_path(header: str, split: Callable[[str], Words], look_up: Callable[[Words], str]) -> tuple[str, str] | None:
    """The field of a nested name and how it was found; empty: of none; None: its last part says what it is.

    Args:
        header: the path, its parts parted by dots.
        split: gives the words of a part.
        look_up: gives the field of some words; empty: not known.
    """
    parts = [split(part) for part in _NUMBERED.sub("", header.strip()).split(".")]
    parents, leaf = parts[:-1], parts[-1]
    bare = "".join(leaf)
    of_party = look_up(leaf).partition("_")[0] in ("consignor", "consignee", "importer", "exporter", "notify")
    says_nothing = bare in _words("content", "unit", "stated of a party")
    party = _party(parents)
    if party is not None and (says_nothing or of_party or all(map(_is_part, leaf))):
        found = next(filter(None, map(look_up, _of_party(party, leaf))), "")
        return found, "what it is of the party before it" if found else ""
    if whole := _amount_of(parts, look_up):
        return whole, "known spelling of what it is the amount of"
    if not says_nothing:
        return None
    found = next(filter(None, map(look_up, _of_parents(parents, leaf))), "")
    return found, "known spelling with the words before it" if found else ""


def _amount_of(parts: Sequence[Words], look_up: Callable[[Words], str]) -> str:
    """The quantity or mass of which a leaf is the figure (`quantity.amount`), and the number of packages (`packages.quantity`); empty: of none."""
    whole, leaf = (look_up(part) for part in parts[-2:])
    if whole in _WITH_UNITS and "".join(parts[-1]) in _words("content"):
        return whole
    return whole if (whole, leaf) == ("packages", "quantity") else ""


def _party(parents: Sequence[Words]) -> list[Words] | None:
    """The nearest parent that is a party, and those behind it; None: there is none, or something else stands between."""
    for at in reversed(range(len(parents))):
        if any(not concepts_of(word).isdisjoint(PARTIES) for word in parents[at]):
            return list(parents[at:])
        if not all(word in _words("within a party") or _is_part(word) for word in parents[at]):
            break
    return None


def _is_part(word: str) -> bool:
    return not concepts_of(word).isdisjoint(_PARTS)


def _of_party(party: Sequence[Words], leaf: Words) -> Iterator[Words]:
    if len(leaf) > 1 and leaf[-1] == "name" and any("address" in part for part in party):
        leaf = ("address",)  # the name of a street or of a town
    idle = _words("within a party")
    between = [part for part in party[1:] if not idle.issuperset(part)]
    inner = tuple(word for part in between for word in part)
    said = () if between and "".join(leaf) in _words("content", "content of goods") | {"id"} else leaf
    role = tuple(word for word in party[0] if word not in idle) or party[0]
    for named in dict.fromkeys((role, role[-1:])) if leaf == ("address",) else (party[0],):
        yield (*named, *inner, *said)
    if len(party) > 1 and "".join(leaf) in ("text", "value", "content") and "address" in party[-1]:
        yield (*party[0], "address")


def _of_parents(parents: Sequence[Words], leaf: Words) -> Iterator[Words]:
    bare = "".join(leaf)
    of_lines = _words("list of lines", "goods")
    named = ("unit",) if bare in _words("unit") else leaf
    for count in range(1, len(parents) + 1):
        words = tuple(word for part in parents[-count:] for word in part)
        yield (*words, *named)
        yield (*(word.removesuffix("s") for word in words), *named)
        if bare in _words("content", "content of goods") and not of_lines.issuperset(words):
            yield words
    if all(of_lines.issuperset(part) for part in parents):
        if bare in ("text", "name") and not _words("goods").isdisjoint(parents[-1]):
            yield ("description",)
        yield leaf


def with_units(table: pa.Table, guesses: Sequence[Guess]) -> pa.Table:
    """The table with the unit of each mass in its cell (`1200 KGM`), where the table has several columns of units, each of one mass."""
    at = {guess.header.strip().casefold(): guess.position for guess in guesses}
    pairs = [
        (guess.position, at[f"{path}.{leaf}"])
        for guess in guesses
        if guess.field in _WITH_UNITS
        for path in [guess.header.strip().casefold().rpartition(".")[0]]
        for leaf in _words("unit")
        if path and f"{path}.{leaf}" in at
    ]
    if len(pairs) < 2:
        return table
    for number, unit in pairs:
        figures, units = table.column(number), pc.fill_null(table.column(unit), "")
        bare = pc.fill_null(pc.match_substring_regex(figures, r"^[\s\d.,]*\d[\s\d.,]*$"), False)
        joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(figures, units, " "))
        table = table.set_column(number, table.schema.field(number), pc.if_else(bare, joined, figures))
    return table


# Fields of which a line has one: several values in a cell are of several goods.
_OF_ONE_LINE: Final = frozenset(
    ("description", "description_extra", "hs_code", "quantity", "gross_mass", "net_mass", "packages", "value")
)


def note_joined(lists: Iterable[JoinedLists], guesses: Sequence[Guess], issues: IssueList) -> None:
    """Lists that stand side by side: which mass or text belongs to which goods is not known, and each is an issue."""
    fields = {guess.header: guess.field for guess in guesses}
    for one in lists:
        found = [name for name in one.names if fields.get(name) in _OF_ONE_LINE]
        if len(found) + bool(one.opened) < 2:
            continue
        for name in found:
            others = ", ".join([*([one.opened] if one.opened else []), *(n for n in found if n != name)])
            issues.add_one_of_many(
                "side-by-side-lists",
                f"{name} is a list beside {others}, and the record does not say which value belongs to which goods; all were read as one text",
                row=one.row,
                field=fields[name],
                value=name,
            )


_CURRENCIES = frozenset(
    ["usd", "eur", "gbp", "cny", "inr", "brl", "mxn", "clp", "cop", "pen", "ars", "rub", "jpy", "krw", "aud", "cad", "chf"]
)
_BARE_UNITS = frozenset(
    ["kg", "kgs", "kilo", "kilos", "kgm", "lb", "lbs", "pounds", "mt", "tonnes", "tons", "tonne", "ton", "t", "g", "grams", "кг"]
)
_FILLERS = frozenset(
    ("in", "en", "em", "std", "raw", "reported", "sumof", "sum", "of", "total", "original", "format", "the", "declared", "г")
)
_LANGUAGES = frozenset(("en", "eng", "english", "vn", "es", "esp", "fr", "pt", "ru", "cn", "zh", "local", "native"))
_BOX = re.compile(r"^(?:g(?=\d))?\d+(?:[_.]\d+)*\s*[.)]?\s+(?=\D)", re.I)  # "72. Peso Neto kgs.", "G33 (Код товара)"
_LETTERS, _WEIGHT = frozenset(("g", "t", "n", "gr", "nt")), frozenset(("weight", "wt", "wgt", "w"))
_SILENT = frozenset(("of", "the", "de", "del", "la", "in", "s", "du", "des", "da", "do"))
_SPARE = (_FILLERS | _BARE_UNITS | _CURRENCIES | _LANGUAGES) - _SILENT
_SAYING_MORE = frozenset((*PARTY_NAMES, "description", "container_numbers", "bill_of_lading"))
_IN_GOODS = frozenset(("description", "packages", "package_type", "marks"))
_PARTS_OF = re.compile(r"[/;]|,\s")
_MOST_WORDS = 8
KNOWN_SPELLING = "known spelling"
ONE_PART = "one part of it is known"
_UNLINKED = "known spelling without filler words"  # says too little by its words: the number of bills is no bill's number
_SUMMED = re.compile(r"^sumof", re.I)


def unit_and_currency(header: str) -> tuple[Unit | None, str]:
    """What the tail of a header says of its numbers: their unit of mass, and their currency; empty: none."""
    words = split_header(header)
    currency = next((w.upper() for w in words if w in _CURRENCIES), "")
    if not currency and words and words[-1].endswith("usd"):
        currency = "USD"
    whole = tuple(w for w, short in zip(words, _abbreviated(words), strict=True) if not short)
    return unit_in_header(whole), currency


def _abbreviated(words: tuple[str, ...]) -> list[bool]:
    """Which words are short for gross, total or net: G. WEIGHT is no grams, GR.WT neither, T. WEIGHT no tonnes."""
    return [word in _LETTERS and below in _WEIGHT for word, below in zip(words, (*words[1:], ""), strict=False)]


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """Key of a spelling -> canonical field, from `layouts/headers.csv`."""
    known: dict[str, str] = {}
    for row in layout_rows("headers"):
        known.setdefault("".join(split_header(row["spelling"])), row["canonical"])
    return known


def spelled(header: str) -> tuple[str, str]:
    """The canonical field of a header by its spelling, or by words that leave no doubt, and how it was found; both empty: none.

    Tried in this order: the header as it stands; without the number of a form's box; without a language or a copy number at
    its end (`_EN`, `_2`); without units and currencies; without words that say nothing (`STD_`, `SumOf`, `Total`); with its words
    in long form and in any order. A spelling goes before words that mean another field.
    """
    words = split_header(header)
    if words == ("n",):
        return "", ""  # `N°` numbers the lines; beside other words it is short for net
    forms = [(words, how) for words, how in _forms(header, words) if words]
    field, how = _by_spelling(forms)
    if how == KNOWN_SPELLING:
        return field, how
    if NESTED.fullmatch(header.strip()):
        forms = [(split_header(header.rpartition(".")[2]), "")]
    by_words, why = next(filter(any, (beyond_doubt(_in_full(words)) for words, how in forms if how != _UNLINKED)), ("", ""))
    found = (by_words, why) if by_words and field in ("", by_words) else (field, how)
    return found if found[0] else _of_one_part(header)


def _of_one_part(header: str) -> tuple[str, str]:
    """What one part of a header of several says (`Container / Seal`, or the same in a language that is not known), of fields whose cells may
    say more: goods also say their packages (`Number and kind of packages; description of goods`)."""
    names = _PARTS_OF.split(header)
    parts = {spelled(name)[0] for name in names} - {""} if len(names) > 1 else set()
    parts = {"description"} if "description" in parts and parts <= _IN_GOODS else parts
    return (parts.pop(), ONE_PART) if len(parts) == 1 and parts <= _SAYING_MORE else ("", "")


def is_spelled(header: str) -> bool:
    """Whether a spelling of a header is known, whatever its words mean."""
    return bool(_by_spelling([(words, how) for words, how in _forms(header, split_header(header)) if words])[0])


def _by_spelling(forms: Sequence[tuple[Words, str]]) -> tuple[str, str]:
    known, long = spellings(), _long_spellings()
    for words, how in forms:
        if found := known.get("".join(words)):
            return found, how
    for words, _ in forms:
        if len(words) <= _MOST_WORDS and (found := long.get(_bag(words))):
            return found, "known spelling in other words or another order"
    return "", ""


def is_exact(header: str, how: str) -> bool:
    """Whether a header is known as it stands, and has no words that its spelling would do without; how: as `spelled` found it."""
    if how == KNOWN_SPELLING:
        return True
    words = split_header(header)
    spare = not _SPARE.isdisjoint(words) or any(map(str.isdigit, words))
    return bool(how) and not spare and how == beyond_doubt(_in_full(words))[1]


def schedule_of(header: str) -> tuple[str, str]:
    """The schedule of US ports that a header names, D or K, and the rest of the header; if it does not name one, an empty text and the whole header."""
    words = split_header(header)
    for at, (one, two) in enumerate(pairwise(words)):
        if one in ("schedule", "sched") and two in ("d", "k"):
            return two.upper(), " ".join((*words[:at], *words[at + 2 :]))
    return "", header


def spelled_words(words: tuple[str, ...]) -> str:
    """The field of some words by spellings, in any order; empty: not known."""
    return spellings().get("".join(words)) or _long_spellings().get(_bag(words), "")


@lru_cache(maxsize=1)
def _short_words() -> dict[str, str]:
    """Short word -> the long one, from `layouts/short_words.csv`."""
    return {row["short"]: row["long"] for row in layout_rows("short_words")}


def _in_full(words: tuple[str, ...]) -> str:
    """Words in long form."""
    short = _short_words()
    return " ".join(short.get(word, word) for word in words)


def _bag(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words in long form and in order, without those that say nothing: GROSS WT and Weight, Gross are one."""
    short = _short_words()
    return tuple(sorted(long for word in words if (long := short.get(word, word)) not in _SILENT))


@lru_cache(maxsize=1)
def _long_spellings() -> dict[tuple[str, ...], str]:
    """Words of a spelling in any order -> canonical field; what means two fields in two orders means none."""
    found: dict[tuple[str, ...], str] = {}
    for row in layout_rows("headers"):
        bag = _bag(split_header(row["spelling"]))
        if bag:
            found[bag] = row["canonical"] if found.get(bag, row["canonical"]) == row["canonical"] else ""
    return found


def _forms(header: str, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The words of a header in the forms in which it is looked up, and how each was found; some are empty."""
    yield words, KNOWN_SPELLING
    boxed = split_header(_BOX.sub("", header))
    if boxed != words:
        yield boxed, "known spelling after the number of the box"
        words = boxed
    summed = _SUMMED.sub("", words[0]) if words else ""
    if words and summed != words[0]:
        words = ((summed,) if summed else ()) + words[1:]
        yield words, "known spelling of a summed column"
    if NESTED.fullmatch(header.strip()):
        # `items.description`: JSON names a value by its path, and the last part says what it is.
        yield split_header(header.rpartition(".")[2]), "known spelling of the last key"
    tail = words
    while len(tail) > 1 and (tail[-1] in _LANGUAGES or (tail[-1].isdigit() and len(tail[-1]) == 1)):
        tail = tail[:-1]
    if tail != words:
        yield tail, "known spelling without language or number"
    kept = _abbreviated(tail)
    plain = tuple(w for w, short in zip(tail, kept, strict=True) if short or (w not in _BARE_UNITS and w not in _CURRENCIES))
    if plain != tail:
        yield plain, "known spelling without its unit"
    linked = tuple(w for w in plain if w not in _FILLERS or w in _SILENT)
    if linked != plain:
        yield linked, "known spelling without qualifying words"
    bare = tuple(w for w in plain if w not in _FILLERS)
    if bare != linked:
        yield bare, _UNLINKED


def is_percentage(header: str) -> bool:
    """Whether the column holds percentages: shares of a grand total, as pivot tables export them (`%GTTotalValue`), or rates (`Desc. %`)."""
    said = header.strip(" ()")
    return said.startswith("%") or said.endswith("%") or said.lower().startswith("pct")


_TARIFF = frozenset(("hs", "hscode", "tariff", "nomenclature", "heading", "chapter", "hts", "ncm", "partida", "arancel", "sh", "cn", "hs2", "hs4", "hs6", "subheading", "customscode", "tariffcode"))  # fmt: skip
_TEXT = frozenset(("description", "desc", "descripcion", "descricao", "libelle", "text", "name", "designation", "decription"))


def is_tariff_text(header: str) -> bool:
    """Whether the column holds the tariff's words, which say nothing of these goods (`HS_CODE_DESCRIPTION`)."""
    words = split_header(header)
    return any(w in _TEXT for w in words) and any(w in _TARIFF for w in words)
