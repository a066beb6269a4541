"""Segments of UN/EDIFACT and ANSI X12 interchanges: one tokenizer, which refuses nothing that can be read.

Service characters come from UNA (ISO 9735, section 7) or from where they stand in ISA (X12.5), else from the usual ones. Real files
have tabs and line breaks around segments, line breaks as the only terminator, terminators twice, no envelope, and several
interchanges with service characters of their own. What is not a segment is handed on as damaged, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase, digits

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.formats.blob import unreadable

EDIFACT, X12 = "edifact", "x12"
MAX_SEGMENTS = 5_000_000  # of a file; the largest manifests have some hundred thousand
MAX_SEGMENT = 1 << 20  # characters; a segment of UN/EDIFACT holds some thousand, so more is damage

# What a released service character becomes until its segment has been split: noncharacters, which no text may hold.
_HELD = "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5"
_RELEASED = re.compile(f"[{_HELD}]")
_BLANK = " \t\r\n\x00\ufeff\x1a"
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_NESTING = re.compile(r"[\d\W_]*")
_START = re.compile(r"UN[BGH](?=[+\x1d])|UNA[^A-Za-z0-9\s]{2}.{4}\s*UN[BGH]|(?:ISA|ST|GS)(?=[^A-Za-z0-9\s])", re.DOTALL)
_UNA = re.compile(r"UNA(?P<characters>[^A-Za-z0-9\s]{2}.{4})(?=\s*UN[BGH])", re.DOTALL)
_X12_START = re.compile(r"(?:ISA|ST|GS)[^A-Za-z0-9\s]")
_ISA = re.compile(
    r"(?<![A-Z0-9])ISA(?P<element>[^A-Za-z0-9\s])(?:[^\n]{0,40}?(?P=element)){15}(?P<component>.)(?P<end>\r\n|.)", re.DOTALL
)
_TRAILERS = ("UNT", "UNE", "UNZ", "SE", "GE", "IEA")


class Syntax(Struct, frozen=True):
    """The service characters of an interchange; release and repetition are empty where there is none."""

    family: str = EDIFACT
    element: str = "+"
    component: str = ":"
    release: str = "?"
    repetition: str = ""
    terminator: str = "'"
    decimal: str = "."


EDIFACT_SYNTAX = Syntax()


class Segment(Struct, frozen=True):
    """One segment.

    Attributes:
        number: in the file, from 1.
        tag: empty: what stands there is no segment, and `elements` holds its text.
        elements: after the tag, each its components; X12 text is not split into components, which it uses as plain characters.
        decimal: decimal mark of the interchange.
        cut: the file ends before the terminator.
        glued: it begins a line, and the terminator of the segment before it is damaged.
    """

    number: int
    tag: str
    elements: tuple[tuple[str, ...], ...]
    decimal: str = "."
    cut: bool = False
    glued: bool = False

    def get(self, element: int, component: int = 0) -> str:
        """A component by the numbers of its element (from 1, as the standards count) and its own (from 0); empty: not there."""
        if not 0 < element <= len(self.elements):
            return ""
        components = self.elements[element - 1]
        return components[component].strip() if component < len(components) else ""

    def all(self, element: int) -> tuple[str, ...]:
        """All components of an element."""
        return self.elements[element - 1] if 0 < element <= len(self.elements) else ()

    def joined(self, *elements: int) -> str:
        """The first components of some elements that are filled, with blanks between."""
        return " ".join(filter(None, map(self.get, elements)))

    def content(self) -> str:
        """All components behind the tag that are filled, with blanks between."""
        return " ".join(text for element in self.elements for component in element if (text := component.strip()))

    def text(self) -> str:
        """The segment in plain words, for messages."""
        return "+".join([self.tag, *(":".join(e) for e in self.elements)])[:200]


def sniff_edi(text: str) -> str:
    """`edifact`, `x12`, or empty, by the first characters of a file."""
    found = _START.match(text.lstrip(_BLANK))
    if not found:
        return ""
    if found[0].startswith("UN"):
        return EDIFACT
    # A table whose first column is named ST or GS is none: X12 has a number or a two-letter code there, and goes on with segments.
    start = text.lstrip(_BLANK)
    separator = re.escape(start[len(found[0])])
    begins = rf"ISA{separator}.{{0,4}}{separator}|GS{separator}[A-Z]{{2}}{separator}|ST{separator}\d{{3}}{separator}"
    return X12 if re.match(begins, start) else ""


def read_segments(text: str, file: str = "") -> Iterator[Segment]:
    """Every segment of every interchange in a text, in order.

    Raises:
        UnreadableManifest: there are more than `MAX_SEGMENTS`.
    """
    number = 0
    for part, syntax in _interchanges(_without_held(text)):
        for raw, cut, glued in _split(part, syntax):
            number += 1
            if number > MAX_SEGMENTS:
                raise unreadable(file, f"holds more than {MAX_SEGMENTS:,} segments", "Split the file.")
            yield _segment(raw, number, syntax, cut, glued)


def _without_held(text: str) -> str:
    return _RELEASED.sub("\ufffd", text)


def _interchanges(text: str) -> Iterator[tuple[str, Syntax]]:
    """The parts of a text that have service characters of their own."""
    text = text.lstrip(_BLANK)
    starts = [(m.start(), m.end(), _of_una(m["characters"])) for m in _UNA.finditer(text)]
    if _X12_START.match(text):
        starts = [(m.start(), m.start(), _of_isa(m)) for m in _ISA.finditer(text)]
        first = _guess_x12(text)
    else:
        first = Syntax(element="\x1d", component="\x1f", release="", terminator="\x1c") if text[3:4] == "\x1d" else EDIFACT_SYNTAX
    if not starts or starts[0][0] > 0:
        starts.insert(0, (0, 0, first))
    for i, (_, begin, syntax) in enumerate(starts):
        part = text[begin : starts[i + 1][0] if i + 1 < len(starts) else None]
        if part.strip(_BLANK):
            yield part, _by_lines(part, syntax)


def _of_una(characters: str) -> Syntax:
    component, element, decimal, release, repetition, terminator = tuple(characters)
    mark = decimal if decimal in ".," else "."
    return Syntax(EDIFACT, element, component, release.strip(), repetition.strip(), terminator, mark)


def _of_isa(found: re.Match[str]) -> Syntax:
    end = "\n" if found["end"] in ("\r\n", "\r") else found["end"]
    return Syntax(X12, found["element"], found["component"], "", "", end, ".")


def _guess_x12(text: str) -> Syntax:
    element = text[3] if text.startswith("ISA") else text[2]
    return Syntax(X12, element, ">", "", "", "~" if "~" in text else "\n", ".")


def _by_lines(text: str, syntax: Syntax) -> Syntax:
    """The syntax with the line break for a terminator, where segments stand on lines and none ends with its terminator."""
    if syntax.terminator == "\n":
        return syntax
    lines = [line.strip(_BLANK) for line in text[: 1 << 16].splitlines()]
    if len(text) > 1 << 16:
        lines = lines[:-1]
    begins = [_TAG.match(line) and line[2:4].strip(ascii_uppercase + digits)[:1] == syntax.element for line in lines]
    ended = any(line.endswith(syntax.terminator) for line in lines)
    return replace(syntax, terminator="\n") if sum(map(bool, begins)) > 1 and not ended else syntax


def _split(text: str, syntax: Syntax) -> Iterator[tuple[str, bool, bool]]:
    """The segments of one interchange with released characters held; whether the file ends within it, and whether it was glued."""
    held = _hold(text, syntax)
    parts = held.replace("\r\n", "\n").replace("\r", "\n").split(syntax.terminator)
    wrap = _wrap(held) if syntax.terminator != "\n" else ""
    last = len(parts) - 1
    lined = wrap == " " and sum(part.startswith("\n") for part in parts) * 2 > len(parts)
    begins = re.compile(rf"\n\s*(?={_TAG.pattern}{re.escape(syntax.element)})")
    for i, part in enumerate(parts):
        raw = part.strip(_BLANK)
        if not raw or raw == syntax.terminator:
            continue
        cut = i == last and syntax.terminator != "\n" and not raw.startswith(_TRAILERS)
        # Where each segment has a line of its own, one that begins a line without a terminator before it lost that.
        glued = begins.split(raw) if lined and "\n" in raw else [raw]
        for n, one in enumerate(glued):
            whole = n == len(glued) - 1
            line = wrap.join(line.strip("\t") for line in one.split("\n")) if "\n" in one else one
            yield line if whole else _without_mark(line), cut and whole, n > 0


def _without_mark(text: str) -> str:
    """A segment without the character that its terminator became."""
    return text if text[-1:].isalnum() or text[-1:] in ".)%" else text[:-1]


def _wrap(text: str) -> str:
    """What stands for a line break within a segment: nothing where all lines are cut at one width, else a blank."""
    lengths = [len(line) for line in text[: 1 << 14].splitlines()[:-1]]
    return "" if lengths and lengths.count(max(lengths)) * 2 > len(lengths) else " "


def _hold(text: str, syntax: Syntax) -> str:
    if not syntax.release or syntax.release not in text:
        return text
    for character, stand_in in _held(syntax):
        if character:
            text = text.replace(syntax.release + character, stand_in)
    return text


def _held(syntax: Syntax) -> Iterator[tuple[str, str]]:
    """The service characters with what stands in for each."""
    # The line break that stands for a terminator is none that could be released.
    service = (syntax.release, syntax.element, syntax.component, syntax.terminator.strip(), syntax.repetition)
    return zip(service, _HELD, strict=False)


def _free(text: str, syntax: Syntax) -> str:
    for character, stand_in in _held(syntax):
        if stand_in in text:
            text = text.replace(stand_in, character)
    return text


def _segment(raw: str, number: int, syntax: Syntax, cut: bool, glued: bool) -> Segment:
    head, *elements = raw.split(syntax.element)
    tag, _, nested = head.partition(syntax.component)
    tag = tag.strip()
    # Behind a tag only numbers may stand, of explicit nesting (ISO 9735); words there are a segment whose tag is damaged.
    if not _TAG.fullmatch(tag) or len(raw) > MAX_SEGMENT or not _NESTING.fullmatch(nested):
        return Segment(number, "", ((_free(raw[:MAX_SEGMENT], syntax),),), syntax.decimal, cut, glued)
    if syntax.family == X12:
        return Segment(number, tag, tuple([(e,) for e in elements]), syntax.decimal, cut, glued)
    if not raw.isascii() and _RELEASED.search(raw):  # what is held is beyond ASCII
        split = tuple(tuple(_free(c, syntax) for c in e.split(syntax.component)) for e in elements)
    else:
        split = tuple([tuple(e.split(syntax.component)) for e in elements])  # a list is made faster than a generator runs
    return Segment(number, tag, split, syntax.decimal, cut, glued)
