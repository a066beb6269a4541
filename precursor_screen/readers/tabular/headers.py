"""Header spellings: how a header is reduced to a key, and the table of known ones."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache
from importlib import resources

from msgspec import Struct

from precursor_screen.readers.tabular.nested import NESTED, read_path
from precursor_screen.readers.tabular.paper_headers import paper_field, party_field
from precursor_screen.text.quantity_words import Unit, unit_in_header

_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
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
_OTHER_WORDS = frozenset(("rate", "rates"))  # no misspelt date: INVOICE_RATE
_LETTERS, _WEIGHT = frozenset(("g", "t", "n", "gr", "nt")), frozenset(("weight", "wt", "wgt", "w"))
_SILENT = frozenset(("of", "the", "de", "del", "la", "in", "s", "du", "des", "da", "do"))
_MOST_WORDS = 8
KNOWN_SPELLING = "known spelling"
_SUMMED = re.compile(r"^sumof", re.I)


class Reduced(Struct, frozen=True):
    """A header, word by word, and what its tail says: the unit of mass and the currency of its numbers."""

    words: tuple[str, ...]
    unit: Unit | None
    currency: str

    @property
    def key(self) -> str:
        """All words in one: what spellings are compared by."""
        return "".join(self.words)


def split_header(header: str) -> tuple[str, ...]:
    """The words of a header in small letters, without accents; camel case counts as several words."""
    text = unicodedata.normalize("NFKC", header[:300])
    text = _CAMEL.sub(" ", text) if not text.isupper() else text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return tuple(_WORD.findall(bare.casefold().replace("ı", "i")))


def reduce_header(header: str) -> Reduced:
    """Words, unit and currency of a header."""
    words = split_header(header)
    currency = next((w.upper() for w in words if w in _CURRENCIES), "")
    if not currency and words and words[-1].endswith("usd"):
        currency = "USD"
    return Reduced(
        words, unit_in_header(tuple(w for w, short in zip(words, _abbreviated(words), strict=True) if not short)), currency
    )


def _abbreviated(words: tuple[str, ...]) -> list[bool]:
    """Which words are short for gross, total or net: G. WEIGHT is no grams, GR.WT neither, T. WEIGHT no tonnes."""
    return [word in _LETTERS and below in _WEIGHT for word, below in zip(words, (*words[1:], ""), strict=False)]


@lru_cache(maxsize=1)
def spellings() -> dict[str, str]:
    """Key of a spelling -> canonical field, from `layouts/headers.csv`."""
    table = resources.files("precursor_screen.readers.tabular.layouts").joinpath("headers.csv")
    known: dict[str, str] = {}
    for row in csv.DictReader(table.read_text("utf-8").splitlines()):
        known.setdefault("".join(split_header(row["spelling"])), row["canonical"])
    return known


def lookup(header: str) -> tuple[str, str]:
    """The canonical field of a header and how it was found; both empty where it is not known.

    Tried in this order: the header as it stands; without the number of a form's box; without a language or a copy number at
    its end (`_EN`, `_2`); without units and currencies; without words that say nothing (`STD_`, `SumOf`, `Total`); with its words
    in long form and in any order; a party's role and words that are known; a word for permits; one letter off a spelling of eight letters or more.
    """
    known = spellings()
    if NESTED.fullmatch(header.strip()) and (read := read_path(header, split_header, _field_of)) is not None:
        return read
    reduced = reduce_header(header)
    forms = _forms(header, reduced)
    for words, how in forms:
        found = known.get("".join(words))
        if found:
            return found, how
    long = _long_spellings()
    for words, _ in forms:
        found = long.get(_bag(words), "") if len(words) <= _MOST_WORDS else ""
        if found:
            return found, "known spelling in other words or another order"
    for words, _ in forms:
        if party := party_field(words):
            return party, "a role and words that are known"
    if paper := paper_field(reduced.words):
        return paper, "a word for permits"
    return _misspelt(reduced.words, known)


def _field_of(words: tuple[str, ...]) -> str:
    """The field of some words by spellings, in any order, and by a party's role; nothing is guessed."""
    return spellings().get("".join(words)) or _long_spellings().get(_bag(words), "") or party_field(words)


@lru_cache(maxsize=1)
def _short_words() -> dict[str, str]:
    """Short word -> the long one, from `layouts/short_words.csv`."""
    table = resources.files("precursor_screen.readers.tabular.layouts").joinpath("short_words.csv")
    return {row["short"]: row["long"] for row in csv.DictReader(table.read_text("utf-8").splitlines())}


def _bag(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words in long form and in order, without those that say nothing: GROSS WT and Weight, Gross are one."""
    short = _short_words()
    return tuple(sorted(long for word in words if (long := short.get(word, word)) not in _SILENT))


@lru_cache(maxsize=1)
def _long_spellings() -> dict[tuple[str, ...], str]:
    """Words of a spelling in any order -> canonical field; what means two fields in two orders means none."""
    table = resources.files("precursor_screen.readers.tabular.layouts").joinpath("headers.csv")
    found: dict[tuple[str, ...], str] = {}
    for row in csv.DictReader(table.read_text("utf-8").splitlines()):
        bag = _bag(split_header(row["spelling"]))
        if bag:
            found[bag] = row["canonical"] if found.get(bag, row["canonical"]) == row["canonical"] else ""
    return found


def _forms(header: str, reduced: Reduced) -> list[tuple[tuple[str, ...], str]]:
    words = reduced.words
    forms = [(words, KNOWN_SPELLING)]
    boxed = split_header(_BOX.sub("", header))
    if boxed != words:
        forms.append((boxed, "known spelling after the number of the box"))
        words = boxed
    summed = _SUMMED.sub("", words[0]) if words else ""
    if words and summed != words[0]:
        words = ((summed,) if summed else ()) + words[1:]
        forms.append((words, "known spelling of a summed column"))
    if NESTED.fullmatch(header.strip()):
        # `items.description`: JSON names a value by its path, and the last part says what it is.
        forms.append((split_header(header.rpartition(".")[2]), "known spelling of the last key"))
    tail = words
    while len(tail) > 1 and (tail[-1] in _LANGUAGES or (tail[-1].isdigit() and len(tail[-1]) == 1)):
        tail = tail[:-1]
    if tail != words:
        forms.append((tail, "known spelling without language or number"))
    kept = _abbreviated(tail)
    plain = tuple(w for w, short in zip(tail, kept, strict=True) if short or (w not in _BARE_UNITS and w not in _CURRENCIES))
    if plain != tail:
        forms.append((plain, "known spelling without its unit"))
    bare = tuple(w for w in plain if w not in _FILLERS)
    if bare and bare != plain:
        forms.append((bare, "known spelling without filler words"))
    return [(w, how) for w, how in forms if w]


def _misspelt(words: tuple[str, ...], known: dict[str, str]) -> tuple[str, str]:
    key = "".join(words)
    if len(key) < 8 or any(c.isdigit() for c in key) or not _OTHER_WORDS.isdisjoint(words):
        return "", ""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extract(key, list(known), scorer=OSA.distance, score_cutoff=1, limit=4)
    near = [word for word, _, _ in found if len(word) >= 8 and not any(c.isdigit() for c in word)]
    fields = {known[word] for word in near}
    return (fields.pop(), f"one letter off {near[0]!r}") if len(fields) == 1 else ("", "")


def is_share(header: str) -> bool:
    """Whether the column holds a share of a grand total, as pivot tables export it (`%GTTotalValue`)."""
    return header.strip().startswith("%") or header.lower().startswith("pct")


_TARIFF = frozenset(("hs", "hscode", "tariff", "nomenclature", "heading", "chapter", "hts", "ncm", "partida", "arancel", "sh", "cn", "hs2", "hs4", "hs6", "subheading", "customscode", "tariffcode"))  # fmt: skip
_TEXT = frozenset(("description", "desc", "descripcion", "descricao", "libelle", "text", "name", "designation", "decription"))


def is_tariff_text(header: str) -> bool:
    """Whether the column holds the tariff's words, which say nothing of these goods (`HS_CODE_DESCRIPTION`)."""
    words = split_header(header)
    return any(w in _TEXT for w in words) and any(w in _TARIFF for w in words)
