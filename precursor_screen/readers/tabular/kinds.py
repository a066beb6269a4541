"""What the cells of a column look like, whatever its header says: for people who check a mapping, and for tables without a header."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from precursor_screen.readers.code_cells import hs_digits, is_chapter, is_filler
from precursor_screen.readers.tabular.content import Content, is_firm
from precursor_screen.readers.words import find_currency, find_mode
from precursor_screen.text.codes import is_cas
from precursor_screen.text.countries import find_country
from precursor_screen.text.dates import parse_date
from precursor_screen.text.locodes import is_locode
from precursor_screen.text.quantity_words import is_package_kind
from precursor_screen.text.unit_codes import find_unit

_MOST: Final = 0.8  # of the distinct cells must look so
_FIRMS: Final = 0.3  # of names that hold a legal form: many traders are persons
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*")
_CONTAINER: Final = re.compile(r"[A-Z]{3}[UJZR][ -]?\d{6}[ /-]?\d(?:[;, /\n]+[A-Z]{3}[UJZR][ -]?\d{6}[ /-]?\d)*", re.I)
_PLACE_CODE: Final = re.compile(r"[A-Z]{2,3}")
_WORDS: Final = re.compile(r"[^\W\d_]{3,}.*[^\W\d_]{3,}|[^\W\d_]{4,}|[\u3041-\u9fff\uac00-\ud7af]{2}", re.S)
_CODE: Final = re.compile(r"\d{2}[\d. ]{2,12}\d(?:\.0)?")


def holds_words(cell: str) -> bool:
    """Whether a cell says something in words."""
    return _WORDS.search(cell) is not None


def is_hs_code(cell: str) -> bool:
    """Whether a cell holds HS or tariff codes and nothing else."""
    if not _CODE.fullmatch(cell):
        return False
    codes = hs_digits(cell)
    return bool(codes) and all(6 <= len(code) <= 12 and is_chapter(code[:2]) and not is_filler(code) for code in codes)


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
    ("dates", ("date", "arrival_date", "dispatch_date"), lambda cell: parse_date(cell).day, _MOST),
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
    return tuple(words for words, _, _ in _fitting(content))[:2]


def kind_of(content: Content) -> tuple[str, ...]:
    """The fields of the surest kind; empty where the cells are of none."""
    return next((fields for _, fields, _ in _fitting(content)), ())


def _fitting(content: Content) -> list[tuple[str, tuple[str, ...], float]]:
    found = []
    for words, fields, holds, needed in KINDS:
        share = content.share(holds)
        if share >= needed:
            found.append((words, fields, share))
    return found


def explained(contents: Sequence[Content]) -> frozenset[int]:
    """The columns whose cells are of a kind that is neither parties nor numbers nor texts."""
    return frozenset(at for at, content in enumerate(contents) if kind_of(content) and _surest(content) not in _PLAIN)


def _surest(content: Content) -> str:
    return _fitting(content)[0][0]
