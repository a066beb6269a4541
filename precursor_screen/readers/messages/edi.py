"""The reader of segmented messages: UN/EDIFACT and ANSI X12."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from precursor_screen.core.errors import NoManifest, Where
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.edi import EDIFACT, X12, Segment, read_segments
from precursor_screen.formats.encoding import Text, open_text
from precursor_screen.formats.sheet import OutOfTableText
from precursor_screen.readers.interface import Digest, InputTables, IssueList, ReadOptions
from precursor_screen.readers.messages.build import MessageContent, build
from precursor_screen.readers.messages.counts import check_counts, part_glued, untaken
from precursor_screen.readers.messages.edifact import TAGS as TAGS_EDIFACT
from precursor_screen.readers.messages.edifact import read_edifact
from precursor_screen.readers.messages.layout import load_codes
from precursor_screen.readers.messages.scope import lines_of, with_countries
from precursor_screen.readers.messages.x12 import TAGS as TAGS_X12
from precursor_screen.readers.messages.x12 import read_x12
from precursor_screen.text.countries import PLACES_OF

_READ = {
    EDIFACT: ("UN/EDIFACT", read_edifact, TAGS_EDIFACT, load_codes("edifact")),
    X12: ("ANSI X12", read_x12, TAGS_X12, load_codes("x12")),
}


class EdiReader:
    """Messages of segments."""

    name = "EDI"

    def sniff(self, kind: str, head: bytes) -> bool:
        """Whether the content is an interchange or a message."""
        return kind in _READ

    def read(self, blob: Blob, digest: Digest, options: ReadOptions) -> list[InputTables]:
        """One result: the lines of every message of the file.

        Raises:
            InputError: no message in it states goods.
        """
        content, text, issues = read_text(blob, options)
        name, read, tags, codes = _READ[options_kind(content)]
        around: list[OutOfTableText] = []
        gathered = MessageContent(name, issues)
        segments = check_counts(part_glued(read_segments(content, blob.name), tags, codes, issues), issues)
        for type_, message in read(_watch_envelope(segments, issues, around), issues):
            gathered.lines += [(type_, with_countries(line, PLACES_OF)) for line in lines_of(message)]
        gathered.asides = (*text.asides, *around)
        refuse_empty(gathered, blob)
        return [build(gathered, blob.name, digest, str(text.choice))]


_BEGIN, _END = {"UNB": "UNZ", "ISA": "IEA"}, ("UNZ", "IEA")
_ENVELOPE = (*_BEGIN, *_END, "UNG", "UNE", "UNH", "UNT", "GS", "GE", "ST", "SE")
_BETWEEN = ("UNT", "UNE", "SE", "GE")  # behind these a file that was cut looks whole


def _watch_envelope(segments: Iterable[Segment], issues: IssueList, around: list[OutOfTableText]) -> Iterator[Segment]:
    """The segments; an interchange without its end is an issue, as messages may have stood there. Words of the envelope stand beside."""
    opened: Segment | None = None
    before = ""
    for segment in segments:
        if segment.tag in _ENVELOPE:
            around += (OutOfTableText(None, f"segment {segment.number} ({segment.tag})", text) for text in untaken(segment, ()))
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
        issues.add_one_of_many(
            "broken-segment",
            f"the interchange that begins at segment {opened.number} has no end ({_BEGIN[opened.tag]}): messages may be missing",
            row=opened.number,
        )


def options_kind(text: str) -> str:
    """EDIFACT or X12, once the whole text is at hand."""
    return EDIFACT if text.lstrip(" \t\r\n\x00\ufeff\x1a").startswith("UN") else X12


def read_text(blob: Blob, options: ReadOptions) -> tuple[str, Text, IssueList]:
    """The text of an input, how it was encoded, and its issues so far."""
    text, issues = open_text(blob, options.encoding), IssueList(blob.name)
    for note in text.notes:
        issues.add(note.code, note.reason, row=note.row, count=note.count)
    return text.blob.read().decode("utf-8", "replace").removeprefix("\ufeff"), text, issues


def refuse_empty(gathered: MessageContent, blob: Blob) -> None:
    """Raise where no line was read, with what was found instead."""
    if gathered.lines:
        return
    found = "; ".join(dict.fromkeys(row[4] for row in gathered.issues.rows))[:300]
    raise NoManifest(
        f"holds no message that states goods{f' ({found})' if found else ''}",
        where=Where(blob.name), remedy="Ask for the manifest or declaration itself; answers and status reports are not screened.",
    )  # fmt: skip
