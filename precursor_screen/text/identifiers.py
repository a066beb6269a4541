"""Numbers of papers, parties and vessels: without case, blanks and punctuation, and whether one is long enough to be one party's."""

from __future__ import annotations

import re
from collections.abc import Iterator


def plain_reference(text: str | None) -> str:
    """A number of a document without case, blanks and punctuation, as `rulebook.sql.plain_reference` leaves it."""
    return "".join(c for c in text or "" if c.isalnum()).upper()


_TOKEN = re.compile(r"[^\s,;/|()]+")
_IMO = re.compile(r"\b(?:IMO|Lloyd.?s)\W{0,3}(?:NO\W{0,3}|NUMBER\W{0,3})?([0-9]{7})\b", re.IGNORECASE)
IMO_FIGURES = 7
_WEIGHTS = (7, 6, 5, 4, 3, 2)  # of the check digit of an IMO ship number, IMO resolution A.1117(30) (recalled)
# What States and registers call the numbers under which they know firms, and what stands before a ship's.
LABELS = (
    r"tax id|tax no|tin|vat(?: no)?|eori|rfc|nit|ruc|cnpj|cpf|cuit|gstin|gst|iec|uscc|usci|kvk|inn|ogrn|abn|siret|siren|nif|cif|trn|"
    r"vkn|cvr|ein|reg(?:istration)?\.? no|company no|passport(?: no)?|imo(?: no| number)?|lloyd'?s(?: no| number)?"
)
_LABELLED = re.compile(rf"\b(?:{LABELS})\b[\W_]{{0,4}}((?:[A-Z]{{1,3}}[ -]?)?[0-9][\w./-]{{4,24}})", re.IGNORECASE)
_CALLED = re.compile(rf"(?:^|[\W_])(?:{LABELS})(?:$|[\W_])", re.IGNORECASE)
# "CIF value", "VAT amount", "GST %": what is paid, or what the goods are worth.
_OF_MONEY = re.compile(
    r"\bcif\b|value|valor|valeur|wert|amount|\bamt\b|montant|betrag|importe|price|rate|paid|payable|duty|charge|fee|fob|usd|eur|%",
    re.IGNORECASE,
)
# For RE2: everything that `labelled_numbers_in` finds, and little else.
MAY_HOLD_NUMBER = rf"(?i)(?:{LABELS})[^0-9a-z]{{0,4}}[a-z]{{0,3}}[ -]?[0-9]"
# Shorter numbers, of figures alone, are borne by many; the same figures are a tax number here and a telephone there.
_LEAST_FIGURES = 8
_LEAST_MIXED = 6


def plain_number(identifier: str) -> str:
    """A number without case, blanks and punctuation."""
    return "".join(c for c in identifier.casefold() if c.isalnum())


def tells_apart(number: str) -> bool:
    """Whether a plain number is long enough to be one party's: eight figures, or six characters with four figures and a letter."""
    figures = sum(c.isdigit() for c in number)
    return figures >= _LEAST_FIGURES or (4 <= figures < len(number) and len(number) >= _LEAST_MIXED)


def numbers_in(cell: str) -> Iterator[tuple[str, str]]:
    """(as written, plain) of a cell as a whole, and of its words: a prefix such as "VAT" or "RFC:" is no part of a number."""
    seen = set()
    words = _TOKEN.findall(cell)
    for written in (cell.strip(), *words, *(part for word in words for part in word.split(":")[1:])):
        number = plain_number(written)
        if number not in seen and tells_apart(number):
            seen.add(number)
            yield written, number


def says_whose_number(header: str) -> bool:
    """Whether a column's header is what numbers of parties or ships are called, and not a sum that is called after a tax."""
    return _CALLED.search(header) is not None and not _OF_MONEY.search(header.replace("_", " "))


def labelled_numbers_in(text: str) -> Iterator[tuple[str, str]]:
    """(as written, plain) of the numbers in a text that stand behind what such numbers are called; with and without a country before."""
    yield from imo_numbers_in(text)
    for found in _LABELLED.finditer(text):
        written = found[1].rstrip("./-")
        for number in dict.fromkeys((plain_number(written), plain_number(written).lstrip("abcdefghijklmnopqrstuvwxyz"))):
            if tells_apart(number):
                yield written, number


def imo_numbers_in(text: str) -> Iterator[tuple[str, str]]:
    """(as written, seven figures) of the IMO ship numbers in a text, by their letters and check digit."""
    for found in _IMO.finditer(text):
        number = found[1]
        if sum(w * int(c) for w, c in zip(_WEIGHTS, number, strict=False)) % 10 == int(number[-1]):
            yield found[0], number
