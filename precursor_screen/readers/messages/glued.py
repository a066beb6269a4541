"""Segments that a damaged terminator glues together: parted again, and told.

A terminator may be released, replaced by another character, or missing. The tag of the next segment then stands at the end of a component,
in front of an element such as that segment begins with. Where each segment has a line of its own, `formats.edi` parts them by that.
Lines of Cargo-IMP whose end is damaged likewise, where one begins with what no text holds: a waybill, a house, an identifier and what it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.layout import Codes

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
        issues: what was glued is told there.
    """
    for segment in segments:
        rest = segment
        if segment.glued:
            _tell(segment, segment, issues)
        while found := _find(rest, tags, codes):
            first, rest = found
            yield first
            _tell(segment, rest, issues)
        yield rest


def _tell(whole: Segment, rest: Segment, issues: IssueList) -> None:
    issues.add_one_of_many(
        "broken-segment",
        f"segment {whole.number}: the terminator in front of {rest.tag or 'what stands there'} is damaged; it was read as a segment of its own",
        row=whole.number,
        value=whole.text(),
    )


def _find(segment: Segment, tags: frozenset[str], codes: Codes) -> tuple[Segment, Segment] | None:
    """The segment up to the first other one within it, and that one with what follows."""
    elements = segment.elements
    for place, element in enumerate(elements[:-1]):
        last = element[-1].rstrip()
        for tag in (last[-3:], last[-2:]):
            before = last.removesuffix(tag)
            if (
                tag in tags
                and (before or place)
                and (_follows(before, tag, elements[place + 1], codes) or _fits(segment.tag, before, tag, elements[place + 1 :]))
            ):
                if before and not before[-1].isalnum():
                    before = before[:-1]
                first = replace(segment, elements=(*elements[:place], (*element[:-1], before)), cut=False)
                return first, replace(segment, tag=tag, elements=elements[place + 1 :])
    return None


def _fits(segment: str, before: str, tag: str, rest: tuple[tuple[str, ...], ...]) -> bool:
    """Whether what stands behind a tag of X12 is what a segment begins with that comes after this one."""
    pattern = _AFTER.get((segment, tag))
    if pattern is None or before.endswith((" ", "-")):  # a word of its own: PART NO H1
        return False
    return pattern.match("*".join(element[0] for element in rest)) is not None


def _follows(before: str, tag: str, element: tuple[str, ...], codes: Codes) -> bool:
    """Whether a tag behind a text begins a segment: by the character between them, else by what follows."""
    first, alone = element[0].strip(), len(element) == 1
    if before and not before[-1].isalnum() and before[-1] not in _ORDINARY:
        return True
    if tag in _NUMBERED:  # LX may end a text; three letters before a lone number hardly ever do
        return len(tag) == 3 and first.isdigit() and alone
    if (tag, first) in codes and first:
        return alone or not first.isdigit() or tag == "DTM"
    return before[-1:].isdigit() and tag.isalpha() and len(tag) == 3 and first.isalnum() and len(first) <= _LONGEST_QUALIFIER


_WAYBILL: Final = r"\d{3}-\d{8}[A-Z]{6}/[TSPDM]\d"
# Words that end as an identifier does: LIGHTS, YACHTS, VIETNAM, BLOC.
_BEGINNINGS: Final = {
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
    for kind, pattern in _BEGINNINGS.items()
}


def part_lines(kind: str, lines: Iterable[tuple[int, str]], issues: IssueList) -> Iterator[tuple[int, str]]:
    """The numbered lines of a telegram, each for itself; what was glued is told.

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
            what = part.partition("/")[0] or part[:4]
            issues.add_one_of_many(
                "broken-segment",
                f"line {number}: the line end in front of {what[:11]} is damaged; it was read as a line of its own",
                row=number,
                value=line[:200],
            )
            tag = part[:3] if part[3:4] == "/" else tag
            yield number, part if n == len(rest) else _without_end(part)


def _without_end(text: str) -> str:
    """A line without the character that its end became."""
    text = text.rstrip()
    return text if not text or text[-1].isalnum() or text[-1] in _ORDINARY else text[:-1]
