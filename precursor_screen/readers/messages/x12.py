"""ANSI X12 309, 310, 601 and 350: what their segments say (releases 003030 to 006050).

A bill of the manifest (309) begins with M11 or M13, its containers with VID, its goods with N10; the goods of a freight receipt (310)
with the line number of L0 and L5 under LX; those of an export declaration (601) with L13; a status (350) names bills with X4 and no
goods. `L` is pounds and `K` kilograms in all of them. What the qualifiers stand for is in `layouts/x12.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages import x12_base as parties
from precursor_screen.readers.messages import x12_goods as goods
from precursor_screen.readers.messages import x12_goods as manifest
from precursor_screen.readers.messages.counts import keep_untaken
from precursor_screen.readers.messages.layout import tags_of
from precursor_screen.readers.messages.scope import Scope
from precursor_screen.readers.messages.x12_base import CODES, Message, take_other

TYPES = ("309", "310", "601", "350")


def read_x12(segments: Iterable[Segment], issues: IssueList) -> Iterator[tuple[str, Scope]]:
    """The type and the content of each message that is read; other ones, and damaged segments, are issues."""
    message: Message | None = None
    for segment in segments:
        if segment.cut or not segment.tag:
            what = "ends before its terminator: the file was cut short" if segment.cut else "is no segment"
            issues.add_one_of_many("broken-segment", f"segment {segment.number} {what}", row=segment.number, value=segment.text())
        if segment.tag == "ST":
            if message is not None:
                yield from _end(message, issues, "another begins")
            message = Message(segment)
        elif segment.tag in ("SE", "GE", "IEA"):
            if message is not None:
                yield from _end(message, issues, "" if segment.tag == "SE" else "the interchange ends")
            message = None
        elif message is None:
            if segment.tag not in ("ISA", "GS", ""):
                issues.add_one_of_many(
                    "broken-segment",
                    f"segment {segment.number} stands outside of any message",
                    row=segment.number,
                    value=segment.text(),
                )
        elif segment.tag and message.type in TYPES:
            _take(message, segment)
    if message is not None:
        yield from _end(message, issues, "the file ends")


def _take(message: Message, segment: Segment) -> None:
    message.root.log.clear()
    _HANDLERS.get(segment.tag, take_other)(message, segment)
    keep_untaken(message.scope, segment, (*message.pieces, *message.marks))


def _end(message: Message, issues: IssueList, broken: str) -> Iterator[tuple[str, Scope]]:
    if broken:
        issues.add_one_of_many(
            "broken-segment", f"the message that begins at segment {message.root.place} has no end (SE): {broken}; what it holds was read",
            row=message.root.place,
        )  # fmt: skip
    if message.type in TYPES:
        message.flush_text()
        if message.type == "309":
            manifest.fold_containers(message.root)
        yield f"X12 {message.type}", message.root
    else:
        issues.add_one_of_many(
            "message-without-goods",
            f"a message of type {message.type[:10]} states no goods that are read",
            row=message.root.place,
            value=message.type[:10],
        )


_HANDLERS: dict[str, Callable[[Message, Segment], None]] = {
    "M10": manifest.m10, "P4": manifest.p4, "M13": manifest.m13, "M11": manifest.m11, "VID": manifest.vid, "N10": manifest.n10, "H1": manifest.h1, "N1": parties.n1, "N2": parties.n2, "N3": parties.n3, "N4": parties.n4, "NM1": parties.nm1,
    "B2A": goods.b2a, "B3": goods.b3, "V1": goods.v1, "N9": goods.n9, "REF": goods.n9, "R4": goods.r4, "P5": goods.r4, "DTM": goods.dtm, "LX": goods.lx, "N7": goods.n7, "L0": goods.l0,
    "L5": goods.l5, "LH1": goods.lh1, "LH2": goods.lh2, "LH3": goods.lh3, "BA1": goods.ba1, "L13": goods.l13, "X1": goods.x1, "MAN": goods.man, "X4": manifest.x4,
}  # fmt: skip
TAGS = tags_of(CODES, _HANDLERS)
