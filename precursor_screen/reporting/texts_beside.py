"""Texts beside tables that name something: where each stands, what it says, and its open flags. They are no shipments, and have no band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import rows_with
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import LEVELS, NEWS
from precursor_screen.core.report import Report, records
from precursor_screen.core.words import clip, counted, printable

HEAD = "Texts beside tables"
_LONGEST = 300  # characters of a text that is shown


class TextBeside(Struct, frozen=True):
    """A text beside a table.

    Attributes:
        line_id: of its line, which its flags have as `shipment_id` too.
        source_file: the file, the sheet or the member.
        source_row: where it stands there; None: in no row.
        place: in words, such as `comment at C5`.
        text: what it says.
        flags: open ones, worst first.
    """

    line_id: str
    source_file: str
    source_row: int | None
    place: str
    text: str
    flags: tuple[Mapping[str, Any], ...]

    @property
    def level(self) -> str:
        """The highest level of its flags; empty: there is none."""
        return str(self.flags[0]["level"]) if self.flags else ""

    @property
    def where(self) -> str:
        """File, row and place."""
        row = f":{self.source_row}" if self.source_row is not None else ""
        return printable(f"{self.source_file}{row} ({self.place})")

    @property
    def says(self) -> str:
        """The text, short enough to be shown."""
        return printable(clip(self.text, _LONGEST))


def texts_beside(report: Report) -> list[TextBeside]:
    """All that name something, the worst flags first, else in the order of the files."""
    flagged = rows_with(report.open_flags, "line_id", pc.unique(report.texts_beside.column("line_id")))
    flags = grouped((flag["line_id"], flag) for flag in records(flagged))
    found = [_text_beside(row, flags.get(row["line_id"], ())) for row in records(report.texts_beside)]
    return sorted(found, key=lambda one: LEVELS.index(one.level) if one.flags else -1, reverse=True)


def _text_beside(row: Mapping[str, Any], flags: Sequence[Mapping[str, Any]]) -> TextBeside:
    said = dict(zip(row["other_texts"], row["other_columns"], strict=True))
    longest = max(said, key=len)  # a row has its cells one by one, and as one text
    return TextBeside(
        line_id=row["line_id"],
        source_file=row["source_file"],
        source_row=row["source_row"],
        place=said[longest],
        text=longest,
        flags=tuple(sorted(flags, key=lambda flag: -LEVELS.index(flag["level"]))),
    )


def new_texts(report: Report) -> list[TextBeside]:
    """Those with a new flag, and those without any."""
    return [one for one in texts_beside(report) if not one.flags or any(flag["state"] in NEWS for flag in one.flags)]


def count_texts_beside(texts: Sequence[TextBeside]) -> str:
    """`3 texts beside tables name a precursor or a listed party; 2 flagged`."""
    flagged = sum(bool(one.flags) for one in texts)
    said = counted(len(texts), "text")
    return f"{said} beside tables name{'s' if len(texts) == 1 else ''} a precursor or a listed party; {flagged:,} flagged"


def as_data(report: Report) -> Iterator[dict[str, Any]]:
    """Each as plain data."""
    for one in texts_beside(report):
        stated = {name: getattr(one, name) for name in ("line_id", "source_file", "source_row", "place", "text", "level")}
        yield {**stated, "flags": [flag["flag_id"] for flag in one.flags]}
