"""The number of an invoice, a packing list, a delivery note or an air waybill above its rows: one such paper is one consignment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from precursor_screen.core.tables import pattern_of
from precursor_screen.readers.column_map import Guess
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.general_segment import REFERENCES, Stated
from precursor_screen.text.text import late

_PAPER: Final = late(lambda: pattern_of("paper_words", "sender's paper"), re.IGNORECASE)
# What may stand between the name of the paper and its number, and the number: it has a figure, and is neither a day nor a share.
_WORDS, _SIGNS = r"(?:no|nr|num(?:ber|[eé]ro|mer|er)?|n|č|číslo|sayı|br|бр)\b[.°º]{0,2}", "№|[号號]|番号|번호"
_LABEL: Final = re.compile(rf"(?s)([^:：\n]{{0,60}}(?:\b{_WORDS}|{_SIGNS})[^:：\n]{{0,40}})[:：\n]\s*(\S.*)", re.IGNORECASE)
_NUMBER: Final = re.compile(
    rf"[^\w\n]{{0,3}}(?:{_WORDS}|{_SIGNS})?[\s.:：#№°º-]{{0,4}}"
    r"(?P<number>(?=[^\s,;()]*\d)\w[\w/.-]{2,34})(?=$|[\s,;()])",
    re.IGNORECASE,
)
_WAYBILL: Final = re.compile(
    r"\d{3}[\s-](\d{4})\s?(\d{3})(\d)"
)  # of a carrier, and its own with the rest by seven (IATA Resolution 600a)
_NO_NUMBER: Final = re.compile(r"(?:\d{1,4}[./-]){2}\d{1,4}|(?:19|20)\d\d|\d+(?:[.,]\d+)?%?", re.IGNORECASE)
_LEAST_FIGURES: Final = 4  # of a number without a letter or a sign
_LONGEST: Final = 300  # characters of a cell


def document_number(rows: Sequence[Sequence[str]], stated: Sequence[Stated], guesses: Sequence[Guess]) -> tuple[Stated, ...]:
    """The number of the paper as that of the shipment, where neither the rows above nor a column state a reference; none where there are two.
    An air waybill has it at its corners, without a label."""
    known = {one.field for one in stated} | {guess.field for guess in guesses}
    if not known.isdisjoint((*REFERENCES, "stated_shipment_id")):
        return ()
    waybills = {cell.strip() for row in rows for cell in row if _is_waybill(cell)}
    lines = (line.strip() for row in rows for cell in row for line in cell[:_LONGEST].split("\n"))
    if len(waybills) == 1 and any(line and lookup(line)[0] == "bill_of_lading" for line in lines):
        return (Stated("bill_of_lading", "at the corner of the waybill", waybills.pop(), ()),)
    found = dict(_numbers(rows))
    return tuple(Stated("stated_shipment_id", label, number, ()) for number, label in found.items()) if len(found) == 1 else ()


def _is_waybill(cell: str) -> bool:
    match = _WAYBILL.fullmatch(cell.strip())
    return match is not None and int(match[1] + match[2]) % 7 == int(match[3])


def _numbers(rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Numbers, each with the words that say what it is of."""
    for row in rows:
        filled = [cell.strip() for cell in row if cell.strip()]
        for cell, beside in zip_longest(filled, filled[1:], fillvalue=""):
            for paper in _PAPER.finditer(cell[:_LONGEST]):
                # The number stands behind the name, is all that the next cell says, or begins what a label of its own says (`Invoice no. & date`).
                match = _NUMBER.match(cell, paper.end()) or (cell[paper.end() :].count(" ") < 2 and _NUMBER.fullmatch(beside))
                if not match and (label := _LABEL.fullmatch(cell)) and paper.end() <= label.end(1):
                    match = _NUMBER.match(label[2])
                if match and _is_number(match["number"]):
                    yield match["number"].rstrip("./-"), paper[0]


def _is_number(text: str) -> bool:
    return not _NO_NUMBER.fullmatch(text) or (text.isdigit() and len(text) > _LEAST_FIGURES)
