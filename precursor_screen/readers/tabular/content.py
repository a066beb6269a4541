"""What the cells of a column say of it, where its header alone misleads: empty twins, yes and no.

A header is a promise. Of two columns that promise the same the filled one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from stdnum import iso6346

from precursor_screen.core.schema import DATES
from precursor_screen.readers.cells import clean_column
from precursor_screen.readers.code_cells import (
    find_containers,
    find_currency,
    find_mode,
    hs_digits,
    is_chapter,
    is_filler,
    unbroken,
)
from precursor_screen.readers.column_map import COUNTRIES, Guess
from precursor_screen.readers.tabular.concepts import layout_rows
from precursor_screen.reference.nomenclature import shipped_nomenclature
from precursor_screen.text.codes import is_cas
from precursor_screen.text.countries import find_country, is_locode
from precursor_screen.text.dates import parse_date
from precursor_screen.text.party import normalise_party
from precursor_screen.text.quantity_words import find_unit, is_package_kind
from precursor_screen.text.text import late

SAMPLE: Final = 5_000  # rows from the top and as many from the end
_DISTINCT: Final = 300  # cells looked at one by one
_FLAGS: Final = frozenset(
    ("0", "1", "y", "n", "yes", "no", "t", "f", "true", "false", "si", "s", "да", "нет", "oui", "non", "ja", "nein", "是", "否")
)
_MASS: Final = re.compile(r"\d ?kgs?\b", re.I)


def is_date(cell: str) -> bool:
    """Whether a cell is a day in some order of day and month, which the whole column tells."""
    return parse_date(cell, "dmy").day is not None or parse_date(cell, "mdy").day is not None


# What at least one cell of a column must be, or hold, to be the field.
_MUST_HOLD: Final[Mapping[str, Callable[[str], object]]] = {
    "hs_code": re.compile(r"\d{4}|\d\d[. ]\d\d").search,
    "currency": re.compile(r"[^\W\d_]|[$€£¥₽₹]").search,
    "transport_mode": find_mode,
    "quantity_unit": find_unit,
    **dict.fromkeys(DATES, is_date),
    **dict.fromkeys(COUNTRIES, find_country),
    # A column of noughts alone states nothing that another column would not state better.
    **dict.fromkeys(
        ("packages", "quantity", "value", "freight", "gross_mass", "net_mass", "gross_mass_kg", "net_mass_kg"),
        re.compile(r"[1-9]").search,
    ),
}


class Content(Struct, frozen=True):
    """The cells of a column that say something.

    Attributes:
        filled: how many there are among those looked at.
        cells: the distinct ones, as many as are looked at one by one.
        seen: how many cells were looked at.
    """

    filled: int
    cells: tuple[str, ...] = ()
    seen: int = 0

    def share(self, holds: Callable[[str], object]) -> float:
        """The share of the distinct cells of which something holds, 0 to 1."""
        return sum(bool(holds(cell)) for cell in self.cells) / len(self.cells) if self.cells else 0.0

    @property
    def flags(self) -> bool:
        """Whether they say yes or no and nothing else."""
        return bool(self.cells) and all(cell.casefold() in _FLAGS for cell in self.cells)

    def fits(self, field: str) -> bool:
        """Whether the cells can be what the field holds; what is not known here fits."""
        if not self.filled:
            return False
        if field == "container_numbers":
            return not self.flags
        needed = _MUST_HOLD.get(field)
        return needed is None or any(map(needed, self.cells))


def content_of(column: pa.ChunkedArray) -> Content:
    """What the cells of a column are, by those at its ends; where these say nothing, by all of them."""
    if len(column) > 2 * SAMPLE:
        ends = pa.chunked_array([*column.slice(0, SAMPLE).chunks, *column.slice(len(column) - SAMPLE).chunks])
        found = _content(ends)
        if found.filled:
            return found
    return _content(column)


def _content(column: pa.ChunkedArray) -> Content:
    cleaned = clean_column(column)
    cells = pc.unique(cleaned).drop_null().slice(0, _DISTINCT).to_pylist()
    return Content(len(cleaned) - cleaned.null_count, tuple(cells), len(column))


def is_firm(cell: str) -> bool:
    """Whether a cell holds the legal form of a firm; `20 DRUMS 50 KG` holds a mass, no Kommanditgesellschaft."""
    return bool(normalise_party(cell).legal_forms) and not _MASS.search(cell)


# What the cells of a column look like, whatever its header says: for people who check a mapping, and for tables without a
# header.

_MOST: Final = 0.8  # of the distinct cells must look so
_FIRMS: Final = 0.3  # of names that hold a legal form: many traders are persons
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*")
_CONTAINER: Final = re.compile(r"[A-Z]{3}[UJZR][ -]?\d{6}[ /-]?\d(?:[;, /\n]+[A-Z]{3}[UJZR][ -]?\d{6}[ /-]?\d)*", re.I)
_PLACE_CODE: Final = re.compile(r"[A-Z]{2,3}")
_WORDS: Final = re.compile(r"[^\W\d_]{3,}.*[^\W\d_]{3,}|[^\W\d_]{4,}|[\u3041-\u9fff\uac00-\ud7af]{2}", re.S)
# 2914.11-1000 in Korea, 29141100/000 in Thailand, 2914.11.00.000X in Argentina
_CODE: Final = re.compile(r"\d{2}[\d. ]{2,12}\d(?:\.0|[-/]\d{3,4}|[A-Z])?")


def holds_words(cell: str) -> bool:
    """Whether a cell says something in words."""
    return _WORDS.search(cell) is not None


def is_hs_code(cell: str) -> bool:
    """Whether a cell holds HS or tariff codes and nothing else."""
    if not _CODE.fullmatch(unbroken(cell)):
        return False
    codes = hs_digits(cell.partition("/")[0])
    return bool(codes) and all(6 <= len(code) <= 12 and is_chapter(code[:2]) and not is_filler(code) for code in codes)


def _is_subheading(cell: str) -> bool:
    """Whether a cell holds codes under subheadings that the HS has."""
    known = shipped_nomenclature().codes
    return is_hs_code(cell) and all(code[:6] in known for code in hs_digits(cell.partition("/")[0]))


def _is_container(cell: str) -> bool:
    """Whether a cell holds container numbers with their check digits (ISO 6346)."""
    return bool(_CONTAINER.fullmatch(cell)) and all(map(iso6346.is_valid, find_containers(cell)))


# Numbers that prove themselves: how many there must be, by how many first characters they are told apart (running numbers of one series are
# under few headings of the HS), and what a cell is.
PROVEN: Final[Mapping[str, tuple[int, int | None, Callable[[str], object]]]] = {
    "hs_code": (4, 4, _is_subheading),
    "container_numbers": (2, None, _is_container),
    "cas_numbers": (2, None, lambda cell: is_cas(cell.strip())),
}


def _is_currency(cell: str) -> bool:
    return bool(_PLACE_CODE.fullmatch(cell)) and len(cell) == 3 and find_currency(cell) == cell and find_country(cell) is None


def _is_country(cell: str) -> bool:
    return not cell.isdigit() and find_country(cell) is not None


_PLAIN: Final = ("names of firms", "numbers", "texts")  # kinds that leave open what a column states
# What a column could be, surest first: the words, the fields, what a cell must be, and how many of them.
KINDS: Final[tuple[tuple[str, tuple[str, ...], Callable[[str], object], float], ...]] = (
    ("container numbers", ("container_numbers",), _CONTAINER.fullmatch, _MOST),
    ("CAS numbers", ("cas_numbers",), lambda cell: is_cas(cell.strip()), _MOST),
    ("currencies", ("currency",), _is_currency, _MOST),
    ("dates", ("date", "arrival_date", "dispatch_date"), is_date, _MOST),
    ("HS codes", ("hs_code",), is_hs_code, _MOST),
    ("UN/LOCODEs", ("port_of_loading", "port_of_discharge"), is_locode, _MOST),
    ("countries", ("country_of_origin", "country_of_dispatch", "country_of_destination"), _is_country, _MOST),
    ("modes of transport", ("transport_mode",), lambda cell: len(cell) > 2 and find_mode(cell), _MOST),
    ("units", ("quantity_unit", "mass_unit"), lambda cell: not cell.isdigit() and find_unit(cell), _MOST),
    ("packages", ("package_type",), is_package_kind, _MOST),
    ("names of firms", ("consignee_name", "consignor_name"), is_firm, _FIRMS),
    ("numbers", ("gross_mass", "net_mass", "quantity", "packages", "value"), _NUMBER.fullmatch, _MOST),
    ("texts", ("description",), _WORDS.search, _MOST),
)  # fmt: skip


def looks_like(content: Content) -> tuple[str, ...]:
    """What the cells could be, in words, surest first; at most two, for the last are true of nearly anything."""
    return tuple(words for words, _ in _fitting(content))[:2]


def kind_of(content: Content) -> tuple[str, ...]:
    """The fields of the surest kind; empty where the cells are of none."""
    return next((fields for _, fields in _fitting(content)), ())


def _fitting(content: Content) -> list[tuple[str, tuple[str, ...]]]:
    return [(words, fields) for words, fields, holds, needed in KINDS if content.share(holds) >= needed]


def explained(contents: Sequence[Content]) -> frozenset[int]:
    """The columns whose cells are of a kind that is neither parties nor numbers nor texts."""
    surest = ((at, next((words for words, _ in _fitting(content)), "")) for at, content in enumerate(contents))
    return frozenset(at for at, words in surest if words and words not in _PLAIN)


# Texts that are the tariff's and of no goods.

_TEXTS: Final = ("description", "description_extra")
_LEAST_CODES, _LEAST_ROWS = 8, 30  # codes met more than once, and rows with one of them
_ONE_TEXT: Final = 0.97  # of the codes that have one text only
_WORDED: Final = 0.2  # of the texts, in the words of a tariff
# Words of nomenclatures that hardly any seller uses of his goods, as patterns: `layouts/tariff_words.csv`.
_TARIFF_WORDS: Final = late(lambda: "|".join(row["words"] for row in layout_rows("tariff_words")), re.I | re.M)


def tariff_texts(guesses: Sequence[Guess], table: pa.Table) -> frozenset[int]:
    """The columns of goods texts that say the same of every line with one HS code, in the words of a tariff.

    A seller of few goods has one text a code as well; so the words decide, or that another column says more.
    """
    codes = next((g.position for g in guesses if g.field == "hs_code"), None)
    texts = [g.position for g in guesses if g.field in _TEXTS]
    if codes is None or not texts or table.num_rows < _LEAST_ROWS:
        return frozenset()
    part = table.slice(0, 2 * SAMPLE)
    constant = [position for position in texts if _is_one_a_code(part.column(codes), part.column(position))]
    others = len(constant) < sum(g.field == "description" for g in guesses)
    return frozenset(p for p in constant if others or _worded(part.column(p)))


def _is_one_a_code(codes: pa.ChunkedArray, texts: pa.ChunkedArray) -> bool:
    pairs = pa.table({"code": codes, "text": pc.utf8_trim_whitespace(texts)})
    pairs = pairs.filter(pc.and_(pc.fill_null(pc.not_equal(codes, ""), False), pc.fill_null(pc.not_equal(texts, ""), False)))
    found = pairs.group_by("code").aggregate([("text", "count"), ("text", "count_distinct")])
    repeated = found.filter(pc.greater(found.column("text_count"), 1))
    if repeated.num_rows < _LEAST_CODES or (pc.sum(repeated.column("text_count")).as_py() or 0) < _LEAST_ROWS:
        return False
    one: int = pc.sum(pc.equal(repeated.column("text_count_distinct"), 1)).as_py() or 0
    distinct: int = pc.count_distinct(pairs.column("text")).as_py()
    return one >= _ONE_TEXT * repeated.num_rows and distinct >= _LEAST_CODES


def _worded(texts: pa.ChunkedArray) -> bool:
    distinct = [t for t in pc.unique(texts).to_pylist()[:300] if t]
    return bool(distinct) and sum(bool(_TARIFF_WORDS.search(t)) for t in distinct) >= _WORDED * len(distinct)
