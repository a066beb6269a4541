"""What the cells of a column say of it, where its header alone misleads: empty twins, yes and no, and columns that nobody reads.

A header is a promise. Of two columns that promise the same the filled one counts; and a filled column that looks like parties or masses and is
mapped to nothing is told of, for it was not screened as what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

import pyarrow as pa

from precursor_screen.names.countries import find_country
from precursor_screen.names.dates import parse_date
from precursor_screen.names.party import normalise_party
from precursor_screen.readers.cells import clean_cell
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.fields import COUNTRIES, DATES
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.headers import split_header
from precursor_screen.readers.words import find_mode

SAMPLE: Final = 5_000  # rows from the top and as many from the end
_DISTINCT: Final = 300  # cells looked at one by one
_MANY: Final = 0.5  # of the cells, so that they make the column what they are
_FIRMS: Final = 0.3  # of the cells that hold the legal form of a firm: many traders are persons
_FLAGS: Final = frozenset(
    ("0", "1", "y", "n", "yes", "no", "t", "f", "true", "false", "si", "s", "да", "нет", "oui", "non", "ja", "nein", "是", "否")
)
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*(?: ?(?:kgs?|lbs?|mt|g|кг|т))?\.?", re.I)
_MASS: Final = re.compile(r"\d ?kgs?\b", re.I)
_WORD: Final = re.compile(r"[^\W\d_]{3}")
_NAMELIKE: Final = re.compile(r"[^\W\d_]{2,}[.,&' -]+[^\W\d_]{2,}|[\u3041-\u9fff\uac00-\ud7af]{2}")
_LONG_DIGITS: Final = re.compile(r"\d{9,}")
# What at least one cell of a column must hold to be the field.
_MUST_HOLD: Final = {
    "hs_code": re.compile(r"\d{4}|\d\d[. ]\d\d"),
    "currency": re.compile(r"[^\W\d_]|[$€£¥₽₹]"),
    # A column of noughts alone states nothing that another column would not state better.
    **dict.fromkeys(
        ("packages", "quantity", "value", "freight", "gross_mass", "net_mass", "gross_mass_kg", "net_mass_kg"),
        re.compile(r"[1-9]"),
    ),
}
_OF_PARTIES: Final = frozenset(
    [
        "importer",
        "exporter",
        "consignee",
        "consignor",
        "shipper",
        "supplier",
        "buyer",
        "seller",
        "notify",
        "agent",
        "broker",
        "declarant",
        "carrier",
        "forwarder",
        "receiver",
        "sender",
        "company",
        "firm",
        "party",
        "trader",
        "vendor",
        "customer",
        "client",
        "manufacturer",
        "producer",
        "owner",
        "holder",
        "guarantor",
        "principal",
        "bank",
        "cha",
        "importador",
        "exportador",
        "consignatario",
        "proveedor",
        "comprador",
        "remitente",
        "destinatario",
        "agente",
        "fabricante",
        "empresa",
        "cliente",
        "importateur",
        "exportateur",
        "destinataire",
        "expediteur",
        "fournisseur",
        "acheteur",
        "empfanger",
        "absender",
        "lieferant",
        "hersteller",
        "kaufer",
        "получатель",
        "отправитель",
        "импортер",
        "экспортер",
        "продавец",
        "покупатель",
        "декларант",
        "поставщик",
        "производитель",
    ]
)
_OF_MASSES: Final = frozenset(
    [
        "weight",
        "weights",
        "wt",
        "wgt",
        "mass",
        "kg",
        "kgs",
        "kilos",
        "kilograms",
        "kilogramos",
        "gweight",
        "nweight",
        "netweight",
        "grossweight",
        "peso",
        "pesos",
        "poids",
        "gewicht",
        "massa",
        "вес",
        "масса",
        "нетто",
        "брутто",
        "bruto",
        "neto",
        "brutto",
        "netto",
        "重量",
        "毛重",
        "净重",
        "agirlik",
        "berat",
        "trongluong",
    ]
)
# Beside these a number is no mass of the goods: a price a kilogram, a code, a share, a rate.
_NO_MASS: Final = frozenset(
    [
        "price",
        "value",
        "usd",
        "eur",
        "code",
        "rate",
        "unit",
        "units",
        "per",
        "cost",
        "percentage",
        "id",
        "no",
        "number",
        "currency",
        "fob",
        "cif",
        "duty",
        "tax",
        "measure",
    ]
)
# Masses that are not the goods': told of only where no other column states a mass.
_OTHER_MASSES: Final = frozenset(
    ("tare", "chargeable", "volumetric", "volume", "dimensional", "chg", "vgm", "container", "cntr", "max", "tara")
)
MASSES: Final = ("gross_mass", "net_mass", "gross_mass_kg", "net_mass_kg")
_NO_NAME: Final = frozenset(
    [
        "id",
        "code",
        "no",
        "number",
        "tin",
        "phone",
        "fax",
        "email",
        "city",
        "state",
        "country",
        "district",
        "department",
        "tag",
        "uuid",
        "type",
        "date",
        "status",
        "address",
    ]
)


@dataclass(frozen=True, slots=True)
class Content:
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
        if field in DATES:
            return any(parse_date(cell).day for cell in self.cells)
        if field == "transport_mode":
            return any(find_mode(cell) for cell in self.cells)
        if field in COUNTRIES:
            return any(find_country(cell) for cell in self.cells)
        needed = _MUST_HOLD.get(field)
        return needed is None or any(needed.search(cell) for cell in self.cells)


def content_of(column: pa.ChunkedArray) -> Content:
    """What the cells of a column are, by those at its ends; where these say nothing, by all of them."""
    if len(column) > 2 * SAMPLE:
        ends = pa.chunked_array([*column.slice(0, SAMPLE).chunks, *column.slice(len(column) - SAMPLE).chunks])
        found = _content(ends)
        if found.filled:
            return found
    return _content(column)


def _content(column: pa.ChunkedArray) -> Content:
    counts = [(clean_cell(c["values"]) if c["values"] else None, c["counts"]) for c in column.value_counts().to_pylist()]
    said = {text: None for text, _ in counts if text}
    return Content(sum(n for text, n in counts if text), tuple(islice(said, _DISTINCT)), len(column))


def note_unread(
    guesses: Sequence[Guess], contents: Sequence[Content], row: int, issues: IssueList, explained: Container[int] | None = None
) -> None:
    """Issues for filled columns that look like parties or masses and are mapped to nothing.

    Args:
        guesses: what each column is.
        contents: what each holds.
        row: the first row below the header.
        issues: added to.
        explained: of a table without a header the columns whose cells are of some kind that is neither; None: it has a header.
    """
    weighed = any(guess.field in MASSES for guess in guesses)
    for guess, content in zip(guesses, contents, strict=True):
        if guess.field or guess.reason not in ("unknown header", "no header") or not content.filled:
            continue
        bare = explained is not None and guess.position not in explained
        if _is_of_parties(guess.header, content):
            code, what = "unread-party-column", "names parties"
        elif bare and _may_be_parties(content):
            code, what = "unread-party-column", "holds texts that may be parties"
        elif _is_of_masses(guess.header, content) and not (weighed and _OTHER_MASSES & set(split_header(guess.header))):
            code, what = "unread-mass-column", "holds masses"
        elif bare and _may_be_masses(content):
            code, what = "unread-mass-column", "holds numbers that may be masses"
        else:
            continue
        name = guess.header or f"column {guess.position + 1}"
        message = f'the column {name!r} {what} and is mapped to nothing; a line of --mapping maps it: "{name}": FIELD'
        issues.add(code, message, row=row, field=name, value=content.cells[0][:100], count=content.filled)


def is_firm(cell: str) -> bool:
    """Whether a cell holds the legal form of a firm; `20 DRUMS 50 KG` holds a mass, no Kommanditgesellschaft."""
    return bool(normalise_party(cell).legal_forms) and not _MASS.search(cell)


def _is_of_parties(header: str, content: Content) -> bool:
    if content.share(_WORD.search) < _MANY or content.share(_NUMBER.fullmatch) >= _MANY:
        return False
    words = frozenset(split_header(header))
    if words & _OF_PARTIES and not words & _NO_NAME:
        return True
    return content.share(is_firm) >= _FIRMS


def _is_of_masses(header: str, content: Content) -> bool:
    words = frozenset(split_header(header))
    return bool(words & _OF_MASSES) and not words & _NO_MASS and content.share(_NUMBER.fullmatch) >= _MANY


def _may_be_parties(content: Content) -> bool:
    """Whether cells without a header are words like those of names: mostly two or more of them."""
    return content.share(_NAMELIKE.search) >= _MANY and content.share(_NUMBER.fullmatch) < _MANY


def _may_be_masses(content: Content) -> bool:
    """Whether cells without a header are figures that goods could weigh: neither long numbers of documents nor a running number."""
    if content.share(_NUMBER.fullmatch) < _MANY or content.share(_LONG_DIGITS.fullmatch) >= _MANY:
        return False
    counted = [int(cell) for cell in content.cells if cell.isascii() and cell.isdigit() and len(cell) < 9]
    running = len(counted) == len(content.cells) and all(b - a == 1 for a, b in pairwise(counted))
    return not content.flags and not (running and counted[0] in (0, 1))
