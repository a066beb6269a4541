"""Filled columns that look like parties or masses and are mapped to nothing: they were not screened as what they are, so they are told of."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import pairwise
from typing import Final

from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.tabular.content import Content, is_firm
from precursor_screen.readers.tabular.headers import split_header
from precursor_screen.readers.tabular.paper_headers import words_of

_MANY: Final = 0.5  # of the cells, so that they make the column what they are
_FIRMS: Final = 0.3  # of the cells that hold the legal form of a firm: many traders are persons
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*(?: ?(?:kgs?|lbs?|mt|g|кг|т))?\.?", re.I)
_WORD: Final = re.compile(r"[^\W\d_]{3}")
_NAMELIKE: Final = re.compile(r"[^\W\d_]{2,}[.,&' -]+[^\W\d_]{2,}|[\u3041-\u9fff\uac00-\ud7af]{2}")
_LONG_DIGITS: Final = re.compile(r"\d{9,}")
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
# Masses that are not the goods': told of only where no other column states a mass. Beside gross and net masses no third one counts.
_OTHER_MASSES: Final = frozenset(
    ["tare", "chargeable", "volumetric", "volume", "dimensional", "chg", "vgm", "container", "cntr", "max", "tara"]
)
_GROSS: Final = ("gross_mass", "gross_mass_kg")
_NET: Final = ("net_mass", "net_mass_kg")
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
    fields = {guess.field for guess in guesses}
    weighed, both = bool(fields & {*_GROSS, *_NET}), bool(fields & {*_GROSS}) and bool(fields & {*_NET})
    for guess, content in zip(guesses, contents, strict=True):
        if guess.field or not content.filled:
            continue
        open_question = guess.reason in ("unknown header", "no header")
        # What a layout calls a code may hold names all the same.
        if not open_question and (not guess.preset or content.share(is_firm) < _FIRMS):
            continue
        bare = explained is not None and guess.position not in explained
        if _is_of_parties(guess.header, content):
            code, what = "unread-party-column", "names parties"
        elif bare and _may_be_parties(content):
            code, what = "unread-party-column", "holds texts that may be parties"
        elif _is_of_masses(guess.header, content) and not (both or (weighed and _OTHER_MASSES & set(split_header(guess.header)))):
            code, what = "unread-mass-column", "holds masses"
        elif bare and _may_be_masses(content):
            code, what = "unread-mass-column", "holds numbers that may be masses"
        else:
            continue
        name = guess.header or f"column {guess.position + 1}"
        message = f'the column {name!r} {what} and is mapped to nothing; a line of --mapping maps it: "{name}": FIELD'
        issues.add(code, message, row=row, field=name, value=content.cells[0][:100], count=content.filled)


def _is_of_parties(header: str, content: Content) -> bool:
    if content.share(_WORD.search) < _MANY or content.share(_NUMBER.fullmatch) >= _MANY:
        return False
    words = frozenset(split_header(header))
    if (words & _OF_PARTIES or words & words_of("role")) and not (words & _NO_NAME or words & words_of("part", "none")):
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
