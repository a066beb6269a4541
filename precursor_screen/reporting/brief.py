"""The report for a terminal in at most 40 lines, whatever was screened: the result, what could not be seen, the shipments to open first;
and as a notebook shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from precursor_screen.core.report import Report, records, show_blind_spot
from precursor_screen.core.words import capital, counted, cut, printable
from precursor_screen.reporting.console import STYLES, counts_in_words, gaps_in_words
from precursor_screen.reporting.shipment import Shipment, shipments_in_words
from precursor_screen.reporting.texts_beside import count_texts_beside, texts_beside

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

StyledText = tuple[str, str]  # a text and its style
MOST_LINES = 40
WIDEST = 120  # characters of a line
_MOST_NOTICES, _MOST_BLIND_SPOTS, _MOST_GAPS, _MOST_SIGNS, _MOST_TEXTS = 5, 3, 5, 2, 4
_INDENT = " " * 12
_SAID = ("Shipments", "Not raised", "Sample")  # counts that another line tells, or only the full report
_BANDS = {"unscreenable": "UNKNOWN"}
_NOTICED = ("no-watchlist", "no-jurisdiction", "no-thresholds")  # blind spots of which a notice tells


def print_brief(report: Report, console: Console, most: int | None = None) -> None:
    """Prints a report in short; most: shipments; None: as many as there is room for."""
    from rich.text import Text

    for texts in brief_lines(report, min(console.width, WIDEST) if console.is_terminal else WIDEST, most):
        console.print(Text.assemble(*texts), no_wrap=True, overflow="ignore", crop=False)


def brief_lines(report: Report, width: int = WIDEST, most: int | None = None) -> list[list[StyledText]]:
    """Lines of at most `width` characters, each in pieces with their styles; at most MOST_LINES unless `most` shipments are asked for."""
    head = [_line(width, (result_in_words(report), "bold red" if _unseen(report) else "bold"))]
    head += _notices(report, width)
    tail = [*_texts_beside(report, width), *_tail(report, width)]
    room = most if most is not None else max((MOST_LINES - len(head) - len(tail) - 2) // 2, 0)
    return [*head, *_shipments(report, width, room), *tail]


def result_in_words(report: Report) -> str:
    """`200 lines, 174 shipments: 8 hold, 15 review, 71 low; 2 lines could not be screened`; what was not screened at all goes first."""
    coverage = report.coverage
    bands = [
        f"{count:,} {band}" for band, count in report.band_counts().items() if count and band not in ("none", "unscreenable")
    ]
    said = f"{counted(coverage['lines_read'], 'line')}, {counted(report.shipments.num_rows, 'shipment')}: "
    said += ", ".join(bands) or _of_no_band(report)
    new, flags = report.news_count, report.open_flags.num_rows
    said += f"; {new:,} of {counted(flags, 'flag')} new" if new != flags else ""
    unclear = report.band_counts()["unscreenable"]
    said += f"; {counted(unclear, 'shipment')} could not be screened in full" if unclear else ""
    # A line that was read before in the same run is screened, at its first place.
    repeated = sum(group["count"] for group in coverage["set_aside"] if group["code"] == "repeated-line")
    said += f"; {counted(repeated, 'line')} repeated" if repeated else ""
    unread = coverage["unscreenable_lines"] + coverage["lines_set_aside"] - repeated
    said += f"; {counted(unread, 'line')} could not be screened" if unread else ""
    files = coverage["files_set_aside"]
    said += f"; {counted(files, 'file')} could not be read" if files else ""
    return capital(". ".join([*_unseen(report), said]))


def _of_no_band(report: Report) -> str:
    if not report.coverage["lines_read"]:
        return "nothing was screened"
    return "none to open" if report.open_flags.num_rows else "nothing is flagged"


def _unseen(report: Report) -> list[str]:
    """What was not screened at all, each in a clause."""
    clauses = (next((c for c in re.split(r"[:;(]", notice) if "NOT" in c), "") for notice in report.notices)
    return list(dict.fromkeys(printable(c).strip() for c in clauses if c))


def _notices(report: Report, width: int) -> Iterator[list[StyledText]]:
    for notice in report.notices[:_MOST_NOTICES]:
        yield _line(width, (f"! {printable(notice)}", "bold red" if "NOT" in notice else "yellow"))
    blind_spots = [blind_spot for blind_spot in report.coverage["blind_spots"] if blind_spot["code"] not in _NOTICED]
    for blind_spot in blind_spots[:_MOST_BLIND_SPOTS]:
        said = printable(show_blind_spot(blind_spot))
        said = said if len(said) + len(blind_spot["remedy"]) < width - 2 else f"{printable(blind_spot['message'])}."
        yield _line(width, (f"? {_both(said, blind_spot['remedy'], width - 2)}", "dim"))
    more = [(len(report.notices) - _MOST_NOTICES, "notice"), (len(blind_spots) - _MOST_BLIND_SPOTS, "blind spot")]
    if left_out := ", ".join(counted(count, f"more {what}") for count, what in more if count > 0):
        yield _line(width, (f"? {left_out}: see the full report", "dim"))


def _shipments(report: Report, width: int, room: int) -> Iterator[list[StyledText]]:
    """The shipments to open first, two lines each."""
    flagged = report.opened
    if not flagged.num_rows:
        yield _line(width, ("No shipment is flagged." if report.coverage["lines_read"] else "Nothing was screened.", ""))
        return
    yield []
    shown = flagged.slice(0, room)
    for row, said in zip(records(shown), shipments_in_words(report, shown), strict=True):
        yield _first(row, said, width)
        yield _line(width, (_INDENT + _signs(said, width - len(_INDENT)), ""))
    if flagged.num_rows > room:
        yield _line(width, (f"  {counted(flagged.num_rows - room, 'more flagged shipment')}: see the full report", "dim"))


def _signs(said: Shipment, width: int) -> str:
    """The two strongest signs, or one where there is no room for both, and what to do."""
    action = next(iter(said.clears), "")
    signs = said.why.split("; ")[:_MOST_SIGNS]
    if len("; ".join([*signs, action])) > width:
        signs = signs[:1]
    return _both(f"{capital('; '.join(signs))}.", action, width)


def _first(row: Mapping[str, Any], said: Shipment, width: int) -> list[StyledText]:
    """Band, score, number, goods and parties: the parties give way where there is no room for all."""
    band, score = f"{_BANDS.get(said.band, said.band.upper()):<7}", f"{row['score']:>4}  "
    name = f"{cut(printable(row['shipment_id']), 24)}  "
    left = max(width - len(band + score + name), 0)
    goods = cut(printable(" ".join(p for p in (said.mass, said.goods) if p)), max(left // 2, left - len(said.parties) - 2))
    return [(band, STYLES[said.band]), (score, ""), (name, "bold"), (cut(f"{goods}  {printable(said.parties)}", left), "")]


def _texts_beside(report: Report, width: int) -> Iterator[list[StyledText]]:
    """How many texts beside tables name something, and the first of them."""
    if not (texts := texts_beside(report)):
        return
    yield []
    yield _line(width, (f"{count_texts_beside(texts)}:", ""))
    for one in texts[:_MOST_TEXTS]:
        said = one.flags[0]["because"] if one.flags else one.says
        yield _line(width, (f"  {one.level or 'no flag':<13}  {one.where}: {printable(said)}", ""))
    if len(texts) > _MOST_TEXTS:
        yield _line(width, (f"  {counted(len(texts) - _MOST_TEXTS, 'more text')}: see the full report", "dim"))


def _tail(report: Report, width: int) -> Iterator[list[StyledText]]:
    if report.sampled:
        drawn = ", ".join(printable(said.shipment_id) for said in shipments_in_words(report, report.drawn.slice(0, 5)))
        yield _line(width, (f"Drawn by chance: {counted(len(report.sampled), 'shipment')} without a flag ({drawn} ...)", ""))
    yield []
    for label, said in counts_in_words(report):
        if label not in _SAID:
            yield _line(width, (f"{label}: {printable(said)}", ""))
    gaps = [gap for gap in gaps_in_words(report) if gap[1]]
    if gaps:
        yield _line(width, ("Could not be screened, or not in full:", ""))
    for count, code, what, example in gaps[:_MOST_GAPS]:
        yield _line(width, (f"  {count:>8,}  {code:<20} {_both(what, printable(example), width - 33)}", ""))
    if len(gaps) > _MOST_GAPS:
        yield _line(width, (f"  {counted(len(gaps) - _MOST_GAPS, 'more kind')} of gaps: see the full report", ""))
    yield []
    yield _line(width, ("Full report: add -o report.html. Flags and points here: add -v.", "dim"))


def _both(said: str, to_do: str, width: int) -> str:
    """A sentence and what to do: the sentence gives way where there is no room for both, as far as half of it."""
    return cut(f"{cut(said, max(width - len(to_do) - 1, width // 2))} {to_do}".rstrip(), width)


def _line(width: int, *texts: StyledText) -> list[StyledText]:
    return [(cut(text, width), style) for text, style in texts]


# In a notebook, with its tables for whoever computes with pandas.

_SHOWN_IN_NOTEBOOK = 10  # shipments
_NOTEBOOK_HEAD = ("Band", "Score", "Shipment", "Goods", "Parties", "Question")


class NotebookReport(Report, frozen=True):
    """A report with what notebooks ask for."""

    @classmethod
    def of(cls, report: Report) -> NotebookReport:
        """The same report."""
        values: dict[str, Any] = {name: getattr(report, name) for name in report.__struct_fields__}
        return cls(**values)

    def to_pandas(self, table: Literal["flags", "shipments", "issues"] = "flags") -> pd.DataFrame:
        """A table of the report: FLAG rows, worst shipment first; SHIPMENT rows, worst first; or ISSUE rows.

        Raises:
            ValueError: no table is called so.
        """
        tables = {"flags": self.worst_first, "shipments": self.shipments, "issues": self.issues}
        if table not in tables:
            raise ValueError(f"{table!r} is not a table of a report. Use flags, shipments or issues.")
        frame: pd.DataFrame = tables[table].to_pandas()
        return frame

    def _repr_html_(self) -> str:
        """The result, the notices, and the shipments to open first."""
        shown = self.opened.slice(0, _SHOWN_IN_NOTEBOOK)
        rows = [
            (said.band, said.score, said.shipment_id, f"{said.mass} {said.goods}", said.parties, said.question)
            for said in shipments_in_words(self, shown)
        ]
        lines = [f"<p><strong>{_escaped(result_in_words(self))}</strong></p>"]
        lines += [f"<p>{_escaped(notice)}</p>" for notice in self.notices]
        if rows:
            lines.append(
                f"<table><thead>{_html_row(_NOTEBOOK_HEAD, 'th')}</thead><tbody>{''.join(_html_row(row, 'td') for row in rows)}</tbody></table>"
            )
        if (more := self.opened.num_rows - len(rows)) > 0:
            lines.append(f"<p>{counted(more, 'more flagged shipment')}: report.shipments</p>")
        if texts := texts_beside(self):
            named = "".join(f"<li>{_escaped(f'{one.level} {one.where}: {one.says}')}</li>" for one in texts[:_SHOWN_IN_NOTEBOOK])
            lines.append(f"<p>{_escaped(count_texts_beside(texts))}</p><ul>{named}</ul>")
        return "".join(lines)


def _html_row(cells: tuple[object, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_escaped(cell)}</{tag}>' for cell in cells)}</tr>"


def _escaped(cell: object) -> str:
    return escape(printable(str(cell).strip()))
