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
from msgspec.structs import replace

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import Codes, load_codes
from precursor_screen.readers.messages.scope import UNREAD, Scope

# Segments that a damaged terminator glues together: parted again, and reported.

_NUMBERED: Final = frozenset(("GID", "CNI", "CST", "UNT", "UNZ", "N10", "LX", "SE", "GE", "IEA"))  # a number comes first
_ORDINARY: Final = " .,;:+-/()&#%*_"  # stand in texts in front of words; any other character in front of a tag was a terminator
_LONGEST_QUALIFIER: Final = 3
# In X12 few elements have components or qualifiers: which segment comes after which (X12 309, 310, 350, 601), and what its first elements are like.
_FORMS: Final = {
    ("ST",): {"M10": r"[A-Z]{2,4}\*[A-Z0-9]{1,2}\*", "BA1": r"[A-Z]{1,2}\*[A-Z0-9]{1,2}\*", "B3": r"[A-Z0-9]?\*[A-Z0-9-]+\*"},
    ("M10",): {"P4": r"[A-Z0-9]{3,5}\*(?:\d{6}|\d{8})\b"},
    ("P4",): {"LX": r"\d{1,6}$", "X4": r"[A-Z]{4}"},
    ("LX",): {"M11": r"[A-Z0-9-]{4,}\*", "M13": r"[A-Z]{2,4}\*", "N7": r"[A-Z]{3,4}\*\d{6}"},
    # The third element of N1 has two characters at most, and N3 has two elements.
    ("N1", "N2"): {"N3": r"[^*]{3,}(?:\*[^*]{3,})?$", "N4": r"[^*\d]{3,}\*(?:[A-Z]{2})?(?:\*|$)"},
    ("N3",): {"N4": r"[^*\d]{2,}\*(?:[A-Z]{2})?(?:\*|$)"},
    ("N1", "N3", "N4", "N10", "H1"): {"VID": r"[A-Z0-9]{2}\*[A-Z]{3,4}\*\d{4,}"},
    ("N10",): {"H1": r"\d{4}(?:\*|$)"},
    ("H1", "VID"): {"N10": r"[\d.]*\*[^*]{2,}"},
}
_AFTER: Final = {(one, tag): re.compile(form) for these, forms in _FORMS.items() for one in these for tag, form in forms.items()}


def part_glued(segments: Iterable[Segment], tags: frozenset[str], codes: Codes, issues: IssueList) -> Iterator[Segment]:
    """The segments, each for itself.

    Args:
        segments: as their terminators part them.
        tags: of the segments of the standard.
        codes: the qualifiers that they begin with.
        issues: what was glued is reported there.
    """
    for segment in segments:
        rest = segment
        if segment.glued:
            _note_glued(segment, segment, issues)
        while found := _find(rest, tags, codes):
            first, rest = found
            yield first
            _note_glued(segment, rest, issues)
        yield rest


def _note_glued(whole: Segment, rest: Segment, issues: IssueList) -> None:
    where = f"segment {whole.number}: the terminator in front of {rest.tag or 'the next segment'}"
    issues.note_broken(f"{where} is damaged; it was read as a segment of its own", whole.number, whole.text())


def _find(segment: Segment, tags: frozenset[str], codes: Codes) -> tuple[Segment, Segment] | None:
    """The segment up to the first other one within it, and that one with what follows."""
    elements = segment.elements
    for place, element in enumerate(elements[:-1]):
        last = element[-1].rstrip()
        for tag in (last[-3:], last[-2:]):
            earlier = last.removesuffix(tag)
            if (
                tag in tags
                and (earlier or place)
                and (
                    _follows(earlier, tag, elements[place + 1], codes) or _fits(segment.tag, earlier, tag, elements[place + 1 :])
                )
            ):
                if earlier and not earlier[-1].isalnum():
                    earlier = earlier[:-1]
                first = replace(segment, elements=(*elements[:place], (*element[:-1], earlier)), cut=False)
                return first, replace(segment, tag=tag, elements=elements[place + 1 :])
    return None


def _fits(segment: str, earlier: str, tag: str, rest: tuple[tuple[str, ...], ...]) -> bool:
    """Whether what stands behind a tag of X12 is what a segment begins with that comes after this one."""
    pattern = _AFTER.get((segment, tag))
    if pattern is None or earlier.endswith((" ", "-")):  # a word of its own: PART NO H1
        return False
    return pattern.match("*".join(element[0] for element in rest)) is not None


def _follows(earlier: str, tag: str, element: tuple[str, ...], codes: Codes) -> bool:
    """Whether a tag behind a text begins a segment: by the character between them, else by what follows."""
    first, alone = element[0].strip(), len(element) == 1
    if earlier and not earlier[-1].isalnum() and earlier[-1] not in _ORDINARY:
        return True
    if tag in _NUMBERED:  # LX may end a text; three letters before a lone number hardly ever do
        return len(tag) == 3 and first.isdigit() and alone
    if (tag, first) in codes and first:
        return alone or not first.isdigit() or tag == "DTM"
    return earlier[-1:].isdigit() and tag.isalpha() and len(tag) == 3 and first.isalnum() and len(first) <= _LONGEST_QUALIFIER


_WAYBILL: Final = r"\d{3}-\d{8}[A-Z]{6}/[TSPDM]\d"
# Words that end as an identifier does: LIGHTS, YACHTS, VIETNAM, BLOC.
_LINE_BEGINNINGS: Final = {
    "FFM": rf"{_WAYBILL}|ULD/[A-Z]{{3}}\d{{4,5}}[A-Z0-9]{{2}}|OSI/",
    "FHL": r"MBI/\d{3}-?\d{8}[A-Z]{6}|HBS/[^/]+/[A-Z]{6}/|TXT/|(?<!IG)(?<!UG)(?<!YAC)HTS/\d{6}|OCI/(?:[A-Z]{2})?/|CVD/[A-Z]{3}/|(?:SHP|CNE)(?:/[^/]*)?NAM/|(?<=\d)(?:SHP|CNE)(?:/[^/]*)?$",
    "FWB": rf"{_WAYBILL}|FLT/[A-Z0-9]{{2}}\d|RTG/[A-Z]{{3}}|(?:SHP|CNE|NFY)(?:/[^/]*)?NAM/|(?<=\d)(?:SHP|CNE|NFY)(?:/[^/]*)?$|CVD/[A-Z]{{3}}/|RTD/\d+/|OCI/(?:[A-Z]{{2}})?/|ISU/\d\d[A-Z]{{3}}",
}
_PARTS: Final = r"(?<=.)(?:NAM|(?<!B)LOC|ADR)/"
_IN_PARTY: Final = ("SHP", "CNE", "NFY", "NAM", "ADR")
_NAMED: Final = ("SHPNAM/", "CNENAM/", "NFYNAM/")
_OF_RATES: Final = r"/\d{1,2}/N[GCHOU]/|(?<!/\d)(?<!/\d\d)/N[GCHOU]/"
_BEGINNING: Final = {
    kind: (
        re.compile(rf"(?<=.)(?={pattern})"),
        re.compile(rf"(?<=.)(?={pattern}|{_PARTS})"),
        re.compile(rf"(?<=.)(?={pattern}|{_OF_RATES})"),
    )
    for kind, pattern in _LINE_BEGINNINGS.items()
}


def part_lines(kind: str, lines: Iterable[tuple[int, str]], issues: IssueList) -> Iterator[tuple[int, str]]:
    """The numbered lines of a telegram, each for itself; what was glued is reported.

    Args:
        kind: FWB, FHL or FFM.
        lines: as their ends part them.
        issues: added to.
    """
    plain, party, rates = _BEGINNING[kind]
    tag = ""
    for number, line in lines:
        named = line[3:4] in ("/", "") and not line.startswith("/")
        tag = line[:3] if named or line[:7] in _NAMED else tag
        pattern = party if tag in _IN_PARTY else rates if tag == "RTD" else plain
        first, *rest = pattern.split(line)
        yield number, _without_end(first) if rest else first
        for n, part in enumerate(rest, 1):
            where = f"line {number}: the line end in front of {(part.partition('/')[0] or part[:4])[:11]}"
            issues.note_broken(f"{where} is damaged; it was read as a line of its own", number, line[:200])
            tag = part[:3] if part[3:4] == "/" else tag
            yield number, part if n == len(rest) else _without_end(part)


def _without_end(text: str) -> str:
    """A line without the character that its end became."""
    text = text.rstrip()
    return text if not text or text[-1].isalnum() or text[-1] in _ORDINARY else text[:-1]


# What no field took of a segment: who hides goods writes them where nobody reads.

# A word of six letters, words of four, two characters of Chinese, Japanese or Korean, or a number with the look of a CAS number. Shorter
# ones are codes: MEK and GBL are a carrier and a port here.
_LETTER: Final = r"[^\W\d_]"
_WORDS: Final = re.compile(
    rf"{_LETTER}{{6}}|{_LETTER}{{4}}.*\s|\s.*{_LETTER}{{4}}|[\u3041-\u9fff\uac00-\ud7af\uf900-\ufaff]{{2}}"
    r"|(?<!\d)\d{2,7} ?[-\u2010-\u2015\u2212] ?\d{2} ?[-\u2010-\u2015\u2212] ?\d(?!\d)",
    re.DOTALL,
)


def keep_unread_texts(scope: Scope, segment: Segment, more: Iterable[str] = ()) -> None:
    """Adds to a level what no field took of a segment since the log was emptied; more: what is taken and not yet in a field."""
    for text in list(unread_texts(segment, (*scope.log, *more))):
        scope.add(UNREAD, f"{segment.tag or 'line'}, in no field", text)


def unread_texts(segment: Segment, read_texts: Iterable[str]) -> Iterator[str]:
    """The components of a segment with words in them that are in none of the texts taken from it.

    Args:
        segment: as it was sent.
        read_texts: what fields, texts that go on and issues hold of it.
    """
    known = " ".join(" ".join(read_texts).split())
    for element in segment.elements:
        for component in element:
            if len(component) > 1:  # a word has two characters at least, most components have none
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


class _MessageCounts(Struct):
    """What was read since a beginning."""

    start: Segment
    segments: int = 0
    begun: dict[str, int] = field(default_factory=dict)
    equipment: set[str] = field(default_factory=set)
    stated: list[Segment] = field(default_factory=list)  # CNT


def check_counts(segments: Iterable[Segment], issues: IssueList) -> Iterator[Segment]:
    """Passes the segments on, and reports counts and references that do not agree with them."""
    opened: dict[str, _MessageCounts] = {}
    for segment in segments:
        tag = segment.tag
        if tag in _BEGINNINGS:
            opened[tag] = _MessageCounts(segment)
        for counts in opened.values():
            _count(counts, segment)
        if (trailer := _TRAILERS.get(tag)) and (read := opened.pop(trailer.begin, None)):
            _compare(trailer, read, segment, issues)
        yield segment


def _count(counts: _MessageCounts, segment: Segment) -> None:
    tag = segment.tag
    counts.segments += 1
    if tag == "CNT":
        counts.stated.append(segment)
    elif tag != "CST" or segment.get(1):  # without a number it is of the whole declaration
        counts.begun[tag] = counts.begun.get(tag, 0) + 1
    if tag in _EQUIPMENT:
        counts.equipment.add(segment.get(_EQUIPMENT[tag]))


def _compare(trailer: Trailer, read: _MessageCounts, end: Segment, issues: IssueList) -> None:
    where = f"what begins at segment {read.start.number} ({read.start.tag})"
    kind = next((tag for tag in trailer.of if tag in read.begun), trailer.of[-1] if trailer.of else "")
    found = read.begun.get(kind, 0) if kind else read.segments
    _note(where, end, end.get(1), found, trailer.noun, bool(kind), issues)
    stated, expected = end.get(trailer.end_reference), read.start.get(trailer.reference)
    if stated and expected and _plain(stated) != _plain(expected):
        its_end = f"its end, segment {end.number} ({end.tag}), has {stated[:40]}"
        says = f"{where} has the reference {expected[:40]}, and {its_end}"
        issues.add_one_of_many("count-differs", says, row=end.number, value=stated)
    for total in read.stated if end.tag == "UNT" else ():
        if counted := _COUNTED.get(total.get(1)):
            found = max(read.begun.get(counted, 0), len(read.equipment) if counted == "EQD" else 0)
            _note(where, total, total.get(1, 1), found, _NOUNS[counted], counted in _IN_MESSAGE, issues)


def _note(where: str, at: Segment, stated: str, found: int, noun: str, goods: bool, issues: IssueList) -> None:
    """Reports a number that differs: an issue if goods may be missing, otherwise a note. A word instead of a number is not compared."""
    number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 10 else found
    if number != found:
        code = "fewer-than-stated" if goods and number > found else "count-differs"
        says = f"{where} holds {found:,} {noun}, and segment {at.number} ({at.tag}) states {number:,}"
        issues.add_one_of_many(code, says, row=at.number, value=stated)


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
        message = f"{where} {count:,} pieces, and line {whole.row} states {whole.pieces:,}"
        issues.add_one_of_many(code, message, row=whole.row, value=str(whole.pieces))
    if whole.kilograms and abs(mass - whole.kilograms) > _ROUNDED * (len(whole.parts) + 1):
        code = "fewer-than-stated" if all_here and mass < _PACKING * whole.kilograms else "count-differs"
        message = f"{where} {mass.normalize():,f} kg, and line {whole.row} states {whole.kilograms.normalize():,f} kg"
        issues.add_one_of_many(code, message, row=whole.row, value=f"{whole.kilograms.normalize():f}")


def _plain(reference: str) -> str:
    return reference.lstrip("0") or "0"
