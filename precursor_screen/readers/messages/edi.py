"""The reader of segmented messages: UN/EDIFACT and ANSI X12."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import NoManifest
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.edi import EDIFACT, X12, Segment, read_segments
from precursor_screen.formats.encoding import Text, open_text
from precursor_screen.formats.sheet import OutOfTableText
from precursor_screen.readers.interface import Digest, IssueList, MessageContent, Reader, ReadOptions
from precursor_screen.readers.messages import edifact_base, edifact_goods, x12_base, x12_goods
from precursor_screen.readers.messages.counts import check_counts, part_glued, unread_texts
from precursor_screen.readers.messages.layout import Codes
from precursor_screen.readers.messages.scope import Scope, lines_of, with_countries
from precursor_screen.readers.words_alone import words_of_segment
from precursor_screen.text.countries import PLACES_OF


class Standard(Struct, frozen=True):
    """One standard of messages of segments.

    Attributes:
        name: for the report.
        tags: of its segments.
        codes: what their qualifiers stand for.
        begins: a message begins with the first of these, or with any where none is open.
        types: of messages that state goods.
        ends: of a message, then of what holds it.
        around: other segments that may stand outside of a message.
        open: a message by the segment that begins it.
        take: what a segment says, put where it belongs.
        complete: type and content of a message that is complete; None: it states no goods.
        without_goods: what is said then.
    """

    name: str
    tags: frozenset[str]
    codes: Codes
    begins: tuple[str, ...]
    types: tuple[str, ...]
    ends: tuple[str, ...]
    around: tuple[str, ...]
    open: Callable[[Segment, IssueList], Any]
    take: Callable[[Any, Segment], None]
    complete: Callable[[Any], tuple[str, Scope] | None]
    without_goods: str


_STANDARDS = {
    EDIFACT: Standard(
        *(
            "UN/EDIFACT",
            edifact_goods.TAGS,
            edifact_base.CODES,
            ("UNH", "BGM"),
            edifact_goods.TYPES,
            ("UNT", "UNZ"),
            ("UNB", "UNG", "UNE", ""),
        ),
        *(edifact_base.Message, edifact_goods.take, edifact_goods.complete, "states no goods"),
    ),
    X12: Standard(
        *("ANSI X12", x12_goods.TAGS, x12_base.CODES, ("ST",), x12_goods.TYPES, ("SE", "GE", "IEA"), ("ISA", "GS", "")),
        *(x12_base.Message, x12_goods.take, x12_goods.complete, "states no goods that are read"),
    ),
}


def read_edi(blob: Blob, digest: Digest, options: ReadOptions) -> list[MessageContent]:
    """One result: the lines of every message of the file.

    Raises:
        InputError: no message in it states goods.
    """
    content, text, issues = read_text(blob, options)
    standard = _STANDARDS[EDIFACT if content.lstrip(" \t\r\n\x00\ufeff\x1a").startswith("UN") else X12]
    around: list[OutOfTableText] = []
    message_content = MessageContent(standard.name, issues, digest, str(text.choice))
    segments = check_counts(part_glued(read_segments(content, blob.name), standard.tags, standard.codes, issues), issues)
    for type_, message in read_messages(_watch_envelope(segments, issues, around), standard, issues, around):
        message_content.lines += [(type_, with_countries(line, PLACES_OF)) for line in lines_of(message)]
    message_content.out_of_table_texts = (*text.out_of_table_texts, *around)
    refuse_empty(message_content, blob)
    return [message_content]


EDI = Reader(lambda kind, _: kind in _STANDARDS, read_edi)


def read_messages(
    segments: Iterable[Segment], standard: Standard, issues: IssueList, around: list[OutOfTableText]
) -> Iterator[tuple[str, Scope]]:
    """The type and the content of each message that is read; other ones, and damaged segments, are issues, and their words stand around."""
    message: Any = None
    held: list[Segment] = []  # of a message that may state no goods
    for segment in segments:
        if segment.cut or not segment.tag:
            what = "ends before its terminator: the file was cut short" if segment.cut else "is not a segment"
            issues.note_broken(f"segment {segment.number} {what}", segment.number, segment.text())
        if segment.tag == standard.begins[0] or (message is None and segment.tag in standard.begins):
            if message is not None:
                yield from _end(message, standard, issues, "another begins", held, around)
            message = standard.open(segment, issues)
        if segment.tag in standard.ends:
            if message is not None:
                broken = "" if segment.tag == standard.ends[0] else "the interchange ends"
                yield from _end(message, standard, issues, broken, held, around)
            message = None
        elif message is None:
            if segment.tag not in standard.around:
                issues.note_broken(f"segment {segment.number} stands outside of any message", segment.number, segment.text())
                around += words_of_segment(segment)
        elif segment.tag:
            standard.take(message, segment)
            if message.type not in standard.types:
                held.append(segment)
        else:
            around += words_of_segment(segment)
    if message is not None:
        yield from _end(message, standard, issues, "the file ends", held, around)


def _end(
    message: Any, standard: Standard, issues: IssueList, broken: str, held: list[Segment], around: list[OutOfTableText]
) -> Iterator[tuple[str, Scope]]:
    """The message, where it states goods; else its words go to those around. held: its segments, which are let go of."""
    place, kind = message.root.place, message.type[:10]
    if broken:
        begins = f"the message that begins at segment {place} has no end ({standard.ends[0]})"
        issues.note_broken(f"{begins}: {broken}; what it holds was read", place)
    if found := standard.complete(message):
        yield found
    else:
        says = f"a message of type {kind} {standard.without_goods}"
        issues.add_one_of_many("message-without-goods", says, row=place, value=kind)
        around += (text for segment in held for text in words_of_segment(segment))
    held.clear()


_BEGIN, _END = {"UNB": "UNZ", "ISA": "IEA"}, ("UNZ", "IEA")
_ENVELOPE = (*_BEGIN, *_END, "UNG", "UNE", "UNH", "UNT", "GS", "GE", "ST", "SE")
_BETWEEN = ("UNT", "UNE", "SE", "GE")  # behind these a file that was cut looks whole


def _watch_envelope(segments: Iterable[Segment], issues: IssueList, around: list[OutOfTableText]) -> Iterator[Segment]:
    """The segments; an interchange without its end is an issue, as messages may have stood there. Words of the envelope stand beside."""
    opened: Segment | None = None
    before = ""
    for segment in segments:
        if segment.tag in _ENVELOPE:
            around += (
                OutOfTableText(None, f"segment {segment.number} ({segment.tag})", text) for text in unread_texts(segment, ())
            )
        if segment.tag in _BEGIN:
            _note_end(opened, before, issues)
            opened = segment
        elif segment.tag in _END:
            opened = None
        before = segment.tag
        yield segment
    _note_end(opened, before, issues)


def _note_end(opened: Segment | None, before: str, issues: IssueList) -> None:
    if opened is not None and before in _BETWEEN:
        where = f"the interchange that begins at segment {opened.number}"
        issues.note_broken(f"{where} has no end ({_BEGIN[opened.tag]}): messages may be missing", opened.number)


def read_text(blob: Blob, options: ReadOptions) -> tuple[str, Text, IssueList]:
    """The text of an input, how it was encoded, and its issues so far."""
    text, issues = open_text(blob, options.encoding), IssueList(blob.name)
    for note in text.notes:
        issues.add(note.code, note.reason, row=note.row, count=note.count)
    return text.blob.read().decode("utf-8", "replace").removeprefix("\ufeff"), text, issues


def refuse_empty(message_content: MessageContent, blob: Blob) -> None:
    """Raise where no line was read, with what was found instead."""
    if message_content.lines:
        return
    found = "; ".join(dict.fromkeys(row[4] for row in message_content.issues.rows))[:300]
    says = f"has no message that states goods{f' ({found})' if found else ''}"
    remedy = "Ask for the manifest or declaration itself; answers and status reports are not screened."
    raise NoManifest(says, where=blob.name, remedy=remedy)
