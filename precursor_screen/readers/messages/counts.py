"""Compares the counts and references at the end of a message or an interchange, and the totals of air waybills, with what was read.

Many senders state a wrong number of segments (six of ten published messages, though nothing is missing), so that is a note. If fewer messages,
items or pieces of equipment were read than are stated, goods may be missing: that is an issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import load_codes
from precursor_screen.readers.messages.scope import UNREAD, Scope

# What no field took of a segment: who hides goods writes them where nobody reads.

# A word of six letters, words of four, two characters of Chinese, Japanese or Korean, or a number with the look of a CAS number. Shorter
# ones are codes: MEK and GBL are a carrier and a port here.
_LETTER: Final = r"[^\W\d_]"
_WORDS: Final = re.compile(
    rf"{_LETTER}{{6}}|{_LETTER}{{4}}.*\s|\s.*{_LETTER}{{4}}|[\u3041-\u9fff\uac00-\ud7af\uf900-\ufaff]{{2}}"
    r"|(?<!\d)\d{2,7} ?[-\u2010-\u2015\u2212] ?\d{2} ?[-\u2010-\u2015\u2212] ?\d(?!\d)",
    re.DOTALL,
)


def keep_untaken(scope: Scope, segment: Segment, more: Iterable[str] = ()) -> None:
    """Adds to a level what no field took of a segment since the log was emptied; more: what is taken and not yet in a field."""
    for text in list(untaken(segment, (*scope.log, *more))):
        scope.add(UNREAD, f"{segment.tag or 'line'}, in no field", text)


def untaken(segment: Segment, taken: Iterable[str]) -> Iterator[str]:
    """The components of a segment with words in them that are in none of the texts taken from it.

    Args:
        segment: as it was sent.
        taken: what fields, texts that go on and issues hold of it.
    """
    known = " ".join(" ".join(taken).split())
    for element in segment.elements:
        for component in element:
            text = " ".join(component.split())
            if text not in known and _WORDS.search(text):
                yield text


class Trailer(Struct, frozen=True):
    """An end: where it and its beginning state their reference (ISO 9735-1, annex B; X12.5, X12.22), and what its number counts.

    `of` is empty where segments are counted; otherwise the beginnings that are, the first kind of which there is any.
    """

    begin: str
    reference: int
    end_reference: int = 2
    of: tuple[str, ...] = ()
    noun: str = "segments"


_TRAILERS: Final = {
    "UNT": Trailer("UNH", 1),
    "UNE": Trailer("UNG", 5, of=("UNH",), noun="messages"),
    "UNZ": Trailer("UNB", 5, of=("UNG", "UNH"), noun="messages or groups"),
    "SE": Trailer("ST", 2),
    "GE": Trailer("GS", 6, of=("ST",), noun="messages"),
    "IEA": Trailer("ISA", 13, of=("GS",), noun="groups of messages"),
}
_BEGINNINGS: Final = frozenset(trailer.begin for trailer in _TRAILERS.values())
_EQUIPMENT: Final = {"EQD": 2, "SGP": 1}  # the element that holds its number
_COUNTED: Final = {qualifier: tag for (segment, qualifier), tag in load_codes("edifact").items() if segment == "COUNT"}
_IN_MESSAGE: Final = frozenset(("CST", "EQD", "GID"))  # of which the code list says that those of the message are counted
_NOUNS: Final = {"CST": "items", "EQD": "pieces of equipment", "GID": "goods items", "CNI": "consignments"}


class _Tally(Struct):
    """What was read since a beginning."""

    start: Segment
    segments: int = 0
    begun: dict[str, int] = field(default_factory=dict)
    equipment: set[str] = field(default_factory=set)
    stated: list[Segment] = field(default_factory=list)  # CNT


def check_counts(segments: Iterable[Segment], issues: IssueList) -> Iterator[Segment]:
    """Passes the segments on, and reports counts and references that do not agree with them."""
    opened: dict[str, _Tally] = {}
    for segment in segments:
        tag = segment.tag
        if tag in _BEGINNINGS:
            opened[tag] = _Tally(segment)
        for tally in opened.values():
            _count(tally, segment)
        if (trailer := _TRAILERS.get(tag)) and (read := opened.pop(trailer.begin, None)):
            _compare(trailer, read, segment, issues)
        yield segment


def _count(tally: _Tally, segment: Segment) -> None:
    tag = segment.tag
    tally.segments += 1
    if tag == "CNT":
        tally.stated.append(segment)
    elif tag != "CST" or segment.get(1):  # without a number it is of the whole declaration
        tally.begun[tag] = tally.begun.get(tag, 0) + 1
    if tag in _EQUIPMENT:
        tally.equipment.add(segment.get(_EQUIPMENT[tag]))


def _compare(trailer: Trailer, read: _Tally, end: Segment, issues: IssueList) -> None:
    where = f"what begins at segment {read.start.number} ({read.start.tag})"
    kind = next((tag for tag in trailer.of if tag in read.begun), trailer.of[-1] if trailer.of else "")
    found = read.begun.get(kind, 0) if kind else read.segments
    _note(where, end, end.get(1), found, trailer.noun, bool(kind), issues)
    stated, expected = end.get(trailer.end_reference), read.start.get(trailer.reference)
    if stated and expected and _plain(stated) != _plain(expected):
        issues.add_one_of_many(
            "count-differs",
            f"{where} has the reference {expected[:40]}, and its end, segment {end.number} ({end.tag}), has {stated[:40]}",
            row=end.number,
            value=stated,
        )
    for total in read.stated if end.tag == "UNT" else ():
        if counted := _COUNTED.get(total.get(1)):
            found = max(read.begun.get(counted, 0), len(read.equipment) if counted == "EQD" else 0)
            _note(where, total, total.get(1, 1), found, _NOUNS[counted], counted in _IN_MESSAGE, issues)


def _note(where: str, at: Segment, stated: str, found: int, noun: str, goods: bool, issues: IssueList) -> None:
    """Reports a number that differs: an issue if goods may be missing, otherwise a note. A word instead of a number is not compared."""
    number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 10 else found
    if number == found:
        return
    issues.add_one_of_many(
        "fewer-than-stated" if goods and number > found else "count-differs",
        f"{where} holds {found:,} {noun}, and segment {at.number} ({at.tag}) states {number:,}",
        row=at.number,
        value=stated,
    )


class Whole(Struct):
    """What an air waybill states of itself, and what was read of it: pieces and kilograms, by the number of the house or by the line.

    `parts` holds None for what states no pieces.
    """

    number: str
    row: int
    noun: str
    pieces: int
    kilograms: Decimal | None = None
    parts: dict[str, tuple[int | None, Decimal]] = field(default_factory=dict)


_ROUNDED: Final = Decimal("0.5")  # kilograms by which a mass may be rounded
_PACKING: Final = Decimal("0.9")  # of the mass of a master; the rest may be what its houses are packed in


def compare_whole(whole: Whole, issues: IssueList, *, all_here: bool = True) -> None:
    """Reports totals that differ from what was read, as for segments: an issue where goods may be missing, otherwise a note.

    Args:
        whole: the air waybill.
        issues: added to.
        all_here: whether all of it should be in the file.
    """
    found = [pieces for pieces, _ in whole.parts.values() if pieces is not None]
    known = len(found) == len(whole.parts)
    count, mass = sum(found), sum((kg for _, kg in whole.parts.values()), Decimal(0))
    where = f"the {whole.noun} of the air waybill {whole.number} hold"
    if count > whole.pieces or (known and count < whole.pieces):
        code = "fewer-than-stated" if all_here and count < whole.pieces else "count-differs"
        told = f"{where} {count:,} pieces, and line {whole.row} states {whole.pieces:,}"
        issues.add_one_of_many(code, told, row=whole.row, value=str(whole.pieces))
    if whole.kilograms and abs(mass - whole.kilograms) > _ROUNDED * (len(whole.parts) + 1):
        code = "fewer-than-stated" if all_here and mass < _PACKING * whole.kilograms else "count-differs"
        told = f"{where} {mass.normalize():,f} kg, and line {whole.row} states {whole.kilograms.normalize():,f} kg"
        issues.add_one_of_many(code, told, row=whole.row, value=f"{whole.kilograms.normalize():f}")


def _plain(reference: str) -> str:
    return reference.lstrip("0") or "0"
