"""The mail of a run: its subject line, then what an officer is to know, in at most 60 lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.daily.record import SET_ASIDE, Taken
from precursor_screen.model import BANDS, LEVELS
from precursor_screen.reports.printable import printable
from precursor_screen.reports.report import Report, records

MOST_LINES, WIDEST = 60, 160
_MOST_SHIPMENTS, _MOST_NOTICES, _MOST_NAMES = 12, 6, 4


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail says beside the report.

    Attributes:
        day: ISO 8601.
        jurisdiction: empty: none.
        files: that were taken up.
        unreadable: name and reason of what could not even be opened.
        waiting: names of files that are still being written.
        remarks: sentences, such as of changed rules.
        where: the folder of the reports.
    """

    day: str
    jurisdiction: str
    files: Sequence[Taken] = ()
    unreadable: Sequence[tuple[str, str]] = ()
    waiting: Sequence[str] = ()
    remarks: Sequence[str] = ()
    where: str = ""


def count_new(report: Report) -> dict[str, Any]:
    """Figures of a report: `shipments` with something new by band, `known` ones without, `flags` that are new by level, lines."""
    flags = report.flags
    new = flags.filter(pc.equal(flags.column("state"), "new"))
    fresh = _of(report.shipments, new)
    levels = {v["values"]: v["counts"] for v in new.column("level").value_counts().to_pylist()}
    bands = {v["values"]: v["counts"] for v in fresh.column("band").value_counts().to_pylist()}
    coverage = report.coverage
    return {
        "shipments": {band: bands.get(band, 0) for band in reversed(BANDS)},
        "known": _of(report.shipments, report.open_flags).num_rows - fresh.num_rows,
        "flags": {level: levels.get(level, 0) for level in reversed(LEVELS)},
        "lines": {
            "read": coverage["lines_read"],
            "screened": coverage["screened"],
            "unscreenable": coverage["unscreenable_lines"],
        },
    }


def _of(shipments: pa.Table, flags: pa.Table) -> pa.Table:
    """The shipments that some flags are of."""
    return shipments.filter(pc.is_in(shipments.column("shipment_id"), pc.unique(flags.column("shipment_id"))))


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def write_subject(counts: Mapping[str, Any], said: Said, mark: str = "") -> str:
    """`precursor-screen: 2 hold, 9 review, 1 file set aside (2026-11-26, EU)`; what is none is left out."""
    bands = counts.get("shipments", {})
    parts = [f"{bands[band]:,} {band}" for band in ("hold", "review") if bands.get(band)]
    if not parts and bands.get("low"):
        parts = [f"{bands['low']:,} low"]
    if counts.get("known"):
        parts.append(f"{counts['known']:,} known")
    aside = sum(f.outcome == SET_ASIDE for f in said.files) + len(said.unreadable)
    if aside:
        parts.append(f"{count(aside, 'file')} set aside")
    if not parts:
        parts = ["nothing to look at" if said.files else "nothing new"]
    return _subject(", ".join(parts), said, mark)


def write_failure(error: object, said: Said) -> str:
    """The mail of a run that could not do its work."""
    return _join([_subject("could NOT screen", said), "", *str(error).splitlines()])


def _subject(text: str, said: Said, mark: str = "") -> str:
    where = ", ".join(p for p in (said.day, said.jurisdiction) if p)
    return f"precursor-screen: {mark}{text} ({where})"


def write_summary(subject: str, report: Report | None, said: Said) -> str:
    """The mail: subject, what to know first, shipments with something new worst first, what was not screened."""
    lines = [subject, ""]
    if report is not None:
        notices = [f"! {notice}" for notice in report.notices]
        lines += [*notices[:_MOST_NOTICES], *_more(len(notices) - _MOST_NOTICES, "notices stand in the report")]
    lines += [f"! {remark}" for remark in said.remarks]
    if report is not None:
        lines += _counts(report, said)
    if said.where:
        lines.append(f"Reports: {said.where}")
    if report is not None:
        lines += _shipments(report)
    aside = [(f.name, f.reason) for f in said.files if f.outcome == SET_ASIDE]
    lines += _named("Set aside, NOT screened:", [f"{name} {reason}" for name, reason in (*aside, *said.unreadable)])
    lines += _named("Still being written, for the next run:", said.waiting)
    return _join(lines)


def _counts(report: Report, said: Said) -> list[str]:
    coverage, screened = report.coverage, sum(f.outcome != SET_ASIDE for f in said.files)
    return [
        f"{count(screened, 'file')}, {count(coverage['lines_read'], 'line')}, {count(report.shipments.num_rows, 'shipment')}"
        + (f"; {count(coverage['unscreenable_lines'], 'line')} could not be screened" if coverage["unscreenable_lines"] else "")
    ]


def _shipments(report: Report) -> list[str]:
    """Two lines each: band, score, which; the worst new flag in words."""
    new = report.flags.filter(pc.equal(report.flags.column("state"), "new"))
    shipments = _of(report.shipments, new)
    shown = shipments.slice(0, _MOST_SHIPMENTS)
    ids = pc.unique(shown.column("shipment_id"))
    reasons: dict[str, list[tuple[int, str, str]]] = {}
    for flag in records(new.filter(pc.is_in(new.column("shipment_id"), ids))):
        rank = (-LEVELS.index(flag["level"]), flag["because"], flag["flag_id"])
        reasons.setdefault(flag["shipment_id"], []).append(rank)
    lines = [""] if shown.num_rows else []
    for shipment in records(shown):
        found = sorted(reasons[shipment["shipment_id"]])
        more = f" (and {count(len(found) - 1, 'more flag')})" if len(found) > 1 else ""
        band = (shipment["band"] or "unscreenable").upper()
        lines.append(f"{band:<6} {shipment['score']:>3}  {shipment['shipment_id']}  [{found[0][2][:6]}]{more}")
        lines.append(f"            {found[0][1]}")
    return [*lines, *_more(shipments.num_rows - shown.num_rows, "shipments stand in the report")]


def _named(head: str, names: Iterable[str]) -> list[str]:
    names = list(names)
    if not names:
        return []
    return ["", head, *(f"  {n}" for n in names[:_MOST_NAMES]), *_more(len(names) - _MOST_NAMES, "files stand in run.json")]


def _more(number: int, what: str) -> list[str]:
    return [f"  {number:,} more {what}"] if number > 0 else []


def _join(lines: Iterable[str]) -> str:
    shown = [_cut(printable(line)) for line in lines]
    if len(shown) > MOST_LINES:
        shown = [*shown[: MOST_LINES - 1], "... the rest stands in the report"]
    return "\n".join(shown).rstrip() + "\n"


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 4]} ..."
