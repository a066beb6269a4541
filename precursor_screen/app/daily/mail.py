"""The mail of a run: its subject line, then what an officer is to know. Each new hold and review is in it; what else there is is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.app.daily.out_folder import SET_ASIDE, FileOutcome
from precursor_screen.core.arrow import rows_with
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import BANDS, LEVELS, NEWS
from precursor_screen.core.report import LEAST_SHORT, Report, show_blind_spot
from precursor_screen.core.words import capital, counted, how_many_more, printable
from precursor_screen.reporting.listed_aside import named_aside
from precursor_screen.reporting.shipment import shipments_in_words
from precursor_screen.reporting.texts_beside import HEAD, new_texts

# What files were screened against, and what of it has changed since.


WIDEST = 320  # characters of a line
MOST_SHIPMENTS = 500  # that are told one by one: beyond that nobody reads a mail
_MOST_NOTICES, _MOST_NAMES, _MOST_REMARKS, _MOST_OF_FILE = 6, 40, 20, 3
LOUD = ("hold", "review")
_HIGH = ("high", "critical")
REPEATED, NO_DESCRIPTIONS = "repeated-line", "no-descriptions"


class MailContent(Struct, frozen=True):
    """What a mail says beside the report.

    Attributes:
        day: ISO 8601.
        jurisdiction: empty: none.
        files: that were taken up.
        unreadable: name and reason of what could not even be opened.
        waiting: names of files that are still being written.
        overdue: sentences, a list past its limit each, that are told in this run.
        remarks: sentences, such as of changed rules.
        lying: name and reason of what was set aside in earlier runs and is told again.
        where: the report, or its folder.
    """

    day: str
    jurisdiction: str
    files: Sequence[FileOutcome] = ()
    unreadable: Sequence[tuple[str, str]] = ()
    waiting: Sequence[str] = ()
    overdue: Sequence[str] = ()
    remarks: Sequence[str] = ()
    lying: Sequence[tuple[str, str]] = ()
    where: str = ""


def count_new(report: Report) -> dict[str, Any]:
    """Figures of a report.

    Returns:
        `shipments`: by band, those that are new in it or have risen into it; `known`: those with nothing but what was told before;
        `quiet_high`: those of band low with a new flag of high or critical; `texts_beside`: texts beside tables with a new flag; `listed_aside`: rows of LISTED_ASIDE; `flags`: new ones by level; `lines`.
    """
    new = rows_with(report.flags, "state", NEWS)
    news = _news(report)
    levels = {v["values"]: v["counts"] for v in new.column("level").value_counts().to_pylist()}
    bands = {v["values"]: v["counts"] for v in news.column("band").value_counts().to_pylist()}
    names = {"read": "lines_read", "screened": "screened", "unscreenable": "unscreenable_lines"}
    return {
        "shipments": {band: bands.get(band, 0) for band in reversed(BANDS)},
        "known": _of(report.shipments, report.open_flags).num_rows - news.num_rows,
        "quiet_high": _quiet_high(report, new),
        "texts_beside": len([one for one in new_texts(report) if one.flags]),
        "listed_aside": report.listed_aside.num_rows,
        "flags": {level: levels.get(level, 0) for level in reversed(LEVELS)},
        "lines": {name: report.coverage[key] for name, key in names.items()},
    }


def add_counts(counts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of several reports together."""
    found: dict[str, Any] = {}
    for one in counts:
        for name, value in one.items():
            if isinstance(value, Mapping):
                found[name] = add_counts([found.get(name, {}), value])
            else:
                found[name] = found.get(name, 0) + value
    return found


def in_words(counts: Mapping[str, Any]) -> str:
    """`120 lines; shipments: 3 low, 2 known`."""
    bands, lines = counts.get("shipments", {}), counts.get("lines", {})
    parts = _in_bands(bands)
    parts += [f"{counts['known']:,} known"] if counts.get("known") else []
    unscreened = f", {lines['unscreenable']:,} not screened" if lines.get("unscreenable") else ""
    return f"{counted(lines.get('read', 0), 'line')}{unscreened}; flagged shipments: {', '.join(parts) or 'none'}"


def _in_bands(bands: Mapping[str, int]) -> list[str]:
    words = {"none": "in band none"}
    return [f"{bands[band]:,} {words.get(band, band)}" for band in reversed(BANDS) if bands.get(band)]


def _news(report: Report) -> pa.Table:
    """The shipments that are new in their band or have risen into it, worst first."""
    return rows_with(report.shipments, "shipment_id", report.news)


def _quiet_high(report: Report, new: pa.Table) -> int:
    high = rows_with(new, "level", _HIGH)
    return int(pc.sum(pc.is_in(_of(report.shipments, high).column("band"), pa.array(["none", "low"]))).as_py() or 0)


def _of(shipments: pa.Table, flags: pa.Table) -> pa.Table:
    """The shipments that some flags are of."""
    return rows_with(shipments, "shipment_id", pc.unique(flags.column("shipment_id")))


def write_subject(counts: Mapping[str, Any], said: MailContent, mark: str = "") -> str:
    """`precursor-screen: 2 hold, 9 review, 1 file set aside (2026-11-26, EU)`; what is none is left out."""
    bands, lines = counts.get("shipments", {}), counts.get("lines", {})
    parts = [f"{bands[band]:,} {band}" for band in LOUD if bands.get(band)]
    if not parts and bands.get("low"):
        parts = [f"{bands['low']:,} low"]
    if counts.get("known"):
        parts.append(f"{counts['known']:,} known")
    if counts.get("texts_beside"):
        parts.append(f"{counted(counts['texts_beside'], 'text')} beside tables")
    aside = sum(f.outcome == SET_ASIDE for f in said.files) + len(said.unreadable)
    if aside:
        parts.append(f"{counted(aside, 'file')} set aside")
    if said.lying:
        parts.append(f"{counted(len(said.lying), 'file')} still set aside")
    if lines.get("unscreenable"):
        parts.append(f"{counted(lines['unscreenable'], 'line')} not screened")
    if said.overdue:
        parts.append(f"{counted(len(said.overdue), 'list')} past {'its' if len(said.overdue) == 1 else 'their'} limit")
    if not parts:
        parts = ["nothing to look at" if said.files else "nothing new"]
    return _subject(", ".join(parts), said, mark)


def write_failure(error: object, said: MailContent) -> str:
    """The mail of a run that could not do its work."""
    return _join([_subject("could NOT screen", said), "", *str(error).splitlines()])


def _subject(text: str, said: MailContent, mark: str = "") -> str:
    where = ", ".join(p for p in (said.day, said.jurisdiction) if p)
    return f"precursor-screen: {mark}{text} ({where})"


def write_summary(subject: str, report: Report | None, said: MailContent) -> str:
    """The mail: subject, what to know first, each new hold and review, the rest as counts, what was not screened, where the report is."""
    lines = [subject, "", *(named_aside(report) if report is not None else ()), "", *(f"! {one}" for one in said.overdue)]
    if report is not None:
        lines += [law, ""] if (law := report.provenance.get("law")) else []
        notices = [f"! {notice}" for notice in report.notices if not any(one.startswith(notice) for one in said.overdue)]
        lines += [*notices[:_MOST_NOTICES], *how_many_more(len(notices) - _MOST_NOTICES, "notices are in the report")]
    lines += [
        *(f"! {remark}" for remark in said.remarks[:_MOST_REMARKS]),
        *how_many_more(len(said.remarks) - _MOST_REMARKS, "remarks are in run.json"),
    ]
    if report is not None:
        lines += [*_shipments(report), *_texts_beside(report), "", *_counts(report, said)]
    aside = [(f.name, f.reason) for f in said.files if f.outcome == SET_ASIDE]
    lines += _named("Set aside, NOT screened:", [f"{name} {reason}" for name, reason in (*aside, *said.unreadable)])
    lines += _named("Set aside earlier, still there, NOT screened:", [f"{name} {reason}" for name, reason in said.lying])
    if report is not None:
        lines += _gaps(report, {name for name, _ in (*aside, *said.unreadable)})
    lines += _named("Still being written, for the next run:", said.waiting)
    if said.where:
        lines += ["", f"Report: {said.where}"]
    return _join(lines)


def _counts(report: Report, said: MailContent) -> list[str]:
    """What happened, and what is not told one by one."""
    coverage, screened = report.coverage, sum(f.outcome != SET_ASIDE for f in said.files)
    counts = count_new(report)
    bands = counts["shipments"]
    lines = [
        f"{counted(screened, 'file')}, {counted(coverage['lines_read'], 'line')}, {counted(report.shipments.num_rows, 'shipment')}"
        + (f"; {counted(coverage['unscreenable_lines'], 'line')} could not be screened" if coverage["unscreenable_lines"] else "")
    ]
    parts = _in_bands(bands)
    parts += [f"{counts['known']:,} known from earlier runs"] if counts["known"] else []
    lines.append(f"Flagged shipments: {', '.join(parts) or 'none'}.")
    if counts["quiet_high"]:
        what = f"{counted(counts['quiet_high'], 'shipment')} in band none or low"
        lines.append(f"{what} with a new flag of level high or critical: see the report.")
    resolved = report.state_counts().get("resolved", 0)
    return [*lines, *([f"{counted(resolved, 'flag')} of earlier runs resolved."] if resolved else [])]


def _shipments(report: Report) -> list[str]:
    """Each new hold and review in two lines: which, goods and mass, who to whom; then why, what to ask, and the worst flag's id."""
    loud = rows_with(_news(report), "band", LOUD)
    shown = loud.slice(0, MOST_SHIPMENTS)
    lines = [""] if shown.num_rows else []
    for words in shipments_in_words(report, shown):
        goods = " ".join(p for p in (words.mass, words.goods) if p)
        lines.append(f"{words.band.upper():<6} {words.score:>3}  {words.shipment_id}  {goods}  {words.parties}")
        ask = f" {words.clears[0]}" if words.clears else ""
        lines.append(f"            {capital(words.why)}.{ask} [{words.flags[0]['flag_id'][:LEAST_SHORT]}]")
    return [*lines, *how_many_more(loud.num_rows - shown.num_rows, "holds and reviews are in the report")]


def _texts_beside(report: Report) -> list[str]:
    """The texts beside tables with something new, file by file: the worst of each, its flag and where it stands, then how many more there are."""
    lines: list[str] = []
    for file, texts in grouped((one.source_file, one) for one in new_texts(report)).items():
        for one in texts[:_MOST_OF_FILE]:
            lines.append(f"  {one.level or 'no flag'}  {one.where}: {one.flags[0]['because'] if one.flags else one.says}")
        if len(texts) > _MOST_OF_FILE:
            lines.append(f"  and {counted(len(texts) - _MOST_OF_FILE, 'more text')} of {file}")
    more = how_many_more(len(lines) - _MOST_NAMES, "texts are in the report")
    return ["", f"{HEAD}, no shipments:", *lines[:_MOST_NAMES], *more] if lines else []


def _gaps(report: Report, named: Collection[str]) -> list[str]:
    """What was read and not screened, with an example and what to do; files that are named already are left out."""
    found = []
    for gap in (*report.coverage["set_aside"], *report.coverage["unscreenable"]):
        example = next((e for e in gap["examples"] if e["source_row"] or e["source_file"] not in named), None)
        if gap["code"] != REPEATED and example is not None:
            place = ":".join(str(p) for p in (example["source_file"], example["source_row"]) if p)
            found.append(f"{gap['count']:,} {gap['code']}: {gap['title']} ({place}). {gap['remedy']}")
    found += [f"{show_blind_spot(s)} {s['remedy']}" for s in report.coverage["blind_spots"] if s["code"] == NO_DESCRIPTIONS]
    return ["", "Could not be screened:", *(f"  {line}" for line in found)] if found else []


def _named(head: str, names: Iterable[str]) -> list[str]:
    names = list(names)
    if not names:
        return []
    return ["", head, *(f"  {n}" for n in names[:_MOST_NAMES]), *how_many_more(len(names) - _MOST_NAMES, "files are in run.json")]


def _join(lines: Iterable[str]) -> str:
    lines = [_cut(printable(line)) for line in lines]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before).rstrip() + "\n"


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 4]} ..."
