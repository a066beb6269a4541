"""UN/EDIFACT CUSCAR, CUSDEC, IFTMIN and IFCSUM: their messages, one after another (UN/EDIFACT directories D.95B to D.21A).

The four differ in what opens a level: CNI a consignment (CUSCAR, IFCSUM), GID a goods item, CST an item of a declaration. What the
qualifiers stand for is in `layouts/edifact.csv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.counts import keep_untaken
from precursor_screen.readers.messages.edifact_base import AROUND, CODES, Message
from precursor_screen.readers.messages.edifact_goods import GOODS, LEVELS
from precursor_screen.readers.messages.layout import find_code, tags_of
from precursor_screen.readers.messages.scope import IGNORED, Scope

TYPES = ("CUSCAR", "CUSDEC", "IFTMIN", "IFCSUM")


def read_edifact(segments: Iterable[Segment], issues: IssueList) -> Iterator[tuple[str, Scope]]:
    """The type and the content of each message that is read; other ones, and damaged segments, are issues."""
    message: Message | None = None
    for segment in segments:
        if segment.cut or not segment.tag:
            what = "ends before its terminator: the file was cut short" if segment.cut else "is no segment"
            issues.add_one_of_many("broken-segment", f"segment {segment.number} {what}", row=segment.number, value=segment.text())
        if segment.tag == "UNH" or (segment.tag == "BGM" and message is None):
            if message is not None:
                yield from _end(message, issues, "another begins")
            message = Message(segment if segment.tag == "UNH" else Segment(segment.number, "UNH", ()), issues)
        if message is None:
            if segment.tag not in ("UNB", "UNG", "UNE", "UNZ", "UNT", ""):
                issues.add_one_of_many(
                    "broken-segment",
                    f"segment {segment.number} stands outside of any message",
                    row=segment.number,
                    value=segment.text(),
                )
            continue
        if segment.tag in ("UNT", "UNZ"):
            yield from _end(message, issues, "" if segment.tag == "UNT" else "the interchange ends")
            message = None
        elif segment.tag:
            _take(message, segment)
    if message is not None:
        yield from _end(message, issues, "the file ends")


def _end(message: Message, issues: IssueList, broken: str) -> Iterator[tuple[str, Scope]]:
    if broken:
        issues.add_one_of_many(
            "broken-segment", f"the message that begins at segment {message.root.place} has no end (UNT): {broken}; what it holds was read",
            row=message.root.place,
        )  # fmt: skip
    if message.type in TYPES or message.type == "" or message.root.children:
        yield message.type or "CUSCAR", message.finish()
    else:
        issues.add_one_of_many(
            "message-without-goods",
            f"a message of type {message.type[:10]} states no goods",
            row=message.root.place,
            value=message.type[:10],
        )


def _take(message: Message, segment: Segment) -> None:
    if segment.tag != "FTX":
        message.flush_text()
    message.root.log.clear()
    _HANDLERS.get(segment.tag, _take_other)(message, segment)
    keep_untaken(message.scope, segment, (*message.text, message.type))


def _take_other(message: Message, segment: Segment) -> None:
    field = find_code(CODES, segment.tag, segment.get(1))
    if field == IGNORED:
        return
    text = " ".join(c.strip() for e in segment.elements for c in e if c.strip())
    qualifier = segment.get(1)[:6] if (segment.tag, segment.get(1)) in CODES else ""
    message.scope.add(field, f"{segment.tag}+{qualifier}".rstrip("+"), text)


_HANDLERS = {**LEVELS, **GOODS, **AROUND}
TAGS = tags_of(CODES, _HANDLERS)
