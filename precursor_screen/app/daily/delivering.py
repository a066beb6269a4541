"""Some files screened, and what came of them put into a folder that is there whole or not at all.

In this order: reports and record are written beside, all of it on the disk · the ledger records the run · the folder takes its place,
`latest` follows · the mail is told · the ledger marks the run as delivered. Killed before the ledger has recorded, nothing has
happened; killed after that, the next run finishes what is missing, from what was written beside, and screens nothing twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.app.daily.inbox import is_as_before
from precursor_screen.app.daily.mail import MailContent, count_new, write_subject, write_summary
from precursor_screen.app.daily.out_folder import (
    NEW,
    RESCREEN,
    SCREENED,
    SET_ASIDE,
    SUMMARY,
    Delivery,
    FileOutcome,
    OutFolder,
    Published,
    worst,
)
from precursor_screen.app.daily.plan import Digested, Sorted, digests_of
from precursor_screen.app.inputs import Source
from precursor_screen.app.session import Session
from precursor_screen.app.stream import Run
from precursor_screen.core.arrow import rows_with
from precursor_screen.core.errors import ExitCode
from precursor_screen.core.files import write_whole
from precursor_screen.core.grouped import grouped
from precursor_screen.core.issues import ISSUE_CODES, WORDS_ALONE
from precursor_screen.core.model import BANDS, LEVELS
from precursor_screen.history.values import FileRecord
from precursor_screen.reference.bundle import Reference
from precursor_screen.reporting.interface import write_report
from precursor_screen.version import __version__

# Figures of the last run in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

PREFIX = "precursor_screen_daily_"
_HELP = {
    "last_run_timestamp_seconds": "When the last run ended.",
    "last_success_timestamp_seconds": "When a run last did its work (exit code 0, 1 or 3).",
    "last_exit_code": "0 nothing new, 1 new flags, 3 something set aside, 4 could not screen.",
    "duration_seconds": "How long the last run took.",
    "files": "Files of the inbox in the last run.",
    "lines": "Lines of what was new in the last run.",
    "shipments": "Shipments with something new in the last run.",
    "flags": "New flags in the last run.",
    "watchlist_age_days": "Age of the watchlists.",
    "watchlist_stale": "1: the watchlist is past its maximum age.",
}


class Sample(Struct, frozen=True):
    """A figure: its name (a key of the table of what is said of them), its value, its labels."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def write_metrics(samples: Iterable[Sample]) -> str:
    """The text: each name with its help, then its samples."""
    lines = []
    for name, of_name in grouped((sample.name, sample) for sample in samples).items():
        lines += [f"# HELP {PREFIX}{name} {_HELP[name]}", f"# TYPE {PREFIX}{name} gauge"]
        lines += [f"{PREFIX}{name}{_labels(s)} {s.value:.15g}" for s in of_name]
    return "\n".join(lines) + "\n"


# What the metrics show of the counts of deliveries, and under which label.
_COUNTED = (
    ("lines", "outcome", ("read", "screened", "unscreenable")),
    ("shipments", "band", tuple(reversed(BANDS))),
    ("flags", "level", tuple(reversed(LEVELS))),
)


def samples_of(found: Sorted, delivered: Sequence[Published], said: MailContent, reference: Reference) -> list[Sample]:
    """The figures of a run: its files, what is new in them by outcome, band and level, the age of the lists."""
    outcomes = [f for p in delivered for f in p.delivery.files]
    files = {
        "screened": sum(f.outcome == "screened" for f in outcomes),
        "set_aside": sum(f.outcome != "screened" for f in outcomes) + len(said.unreadable),
        "set_aside_before": len(found.aside),
        "known": len(found.known),
        "waiting": len(said.waiting),
    }
    samples = list(of_counts("files", "outcome", files))
    for name, label, keys in _COUNTED:
        figures = [p.delivery.counts.get(name, {}) for p in delivered if p.delivery.kind == NEW]
        samples += of_counts(name, label, {key: sum(f.get(key, 0) for f in figures) for key in keys})
    for watchlist in reference.watchlists:
        age, labels = watchlist.snapshot.age_days(reference.as_of), {"list": watchlist.list_id}
        limit = reference.maximum_ages.get(watchlist.list_id)
        samples.append(Sample("watchlist_age_days", age, labels))
        samples.append(Sample("watchlist_stale", int(limit is not None and age > limit), labels))
    return samples


def of_counts(name: str, label: str, counts: Mapping[str, int]) -> Sequence[Sample]:
    """A sample for each entry of a table of counts."""
    return [Sample(name, number, {label: key}) for key, number in counts.items()]


def _labels(sample: Sample) -> str:
    pairs = ",".join(f'{key}="{_escape(value)}"' for key, value in sample.labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


_CHANGED = "changed-while-read"
_NAMES = "set-aside-text-names"
_WHOLE = (WORDS_ALONE, "unreadable-file", "unknown-format", "no-manifest", "no-usable-column", _CHANGED)


class Deliverer(Struct, frozen=True):
    """Screens and delivers.

    Attributes:
        out: where reports go.
        session: screens.
        formats: of the reports.
        said: what mails say beside the report.
        started: when this run of `daily` did.
        note: is told of a folder that is in its place, with its mail.
    """

    out: OutFolder
    session: Session
    formats: tuple[str, ...]
    said: MailContent
    started: datetime
    note: Callable[[Published, str], None]

    def deliver(self, kind: str, files: Sequence[Digested], deadly: Mapping[str, str], *, settles: bool) -> None:
        """Screens some files into a folder of their own; if all of them were changing, there is none.

        Args:
            kind: `new` or `rescreen`.
            files: to be taken up.
            deadly: names of those that may not be read, and why.
            settles: whether a change of what is screened against is done with then.

        Raises:
            OutFolderError: the reports cannot be written.
            PrecursorScreenError: it could not be done.
        """
        numbers = [p.delivery.number for p in self.out.published()]
        blank = Delivery(
            number=max(numbers, default=0) + 1,
            kind=kind,
            day=self.said.day,
            started=self.started.isoformat(timespec="seconds"),
            tool_version=__version__,
            jurisdiction=self.said.jurisdiction,
            run_id="",
            exit_code=ExitCode.SET_ASIDE,
            subject="",
            settles=settles,
        )
        sources = [Source(d.file.name, d.file.path, problem=deadly.get(d.file.name, "")) for d in files]
        sources += [Source(name, problem=reason) for name, reason in self.said.unreadable]
        self.out.stage()
        with contextlib.suppress(_AllChanging):
            self._screen(blank, files, tuple(sources))

    def _screen(self, blank: Delivery, files: Sequence[Digested], sources: tuple[Source, ...]) -> None:
        written: list[tuple[Delivery, str]] = []

        def write(run: Run) -> None:
            outcomes, reference = tuple(_outcomes(run, files)), digests_of(self.session.reference)
            if not outcomes:
                raise _AllChanging
            written.append(self._write(replace(blank, files=outcomes, reference=reference, run_id=run.run_id), run))

        def present(_: Run) -> None:
            delivery, text = written[-1]
            published = self.out.publish(delivery)
            self.out.point_latest()
            self.note(published, text)

        self.session.run(sources, write, present, also=lambda run: _archives(run, files), refuse_empty=False)

    def _write(self, delivery: Delivery, run: Run) -> tuple[Delivery, str]:
        """Writes reports, mail and record beside; the record with what it comes to."""
        folder, place = self.out.staged, self.out.next_place(delivery).absolute()
        where = str(place / f"report.{self.formats[0]}") if self.formats else str(place)
        said = replace(self.said, files=delivery.files, where=where)
        report, counts = run.report, count_new(run.report)
        aside = bool(delivery.set_aside or said.unreadable or said.lying or counts["listed_aside"])
        nothing = len(delivery.set_aside) == len(delivery.files)  # that is no failure to screen, the mail says why
        nothing = nothing and report.exit_code == ExitCode.NOT_SCREENED
        code = worst(ExitCode.CLEAR if nothing else report.exit_code, ExitCode.SET_ASIDE if aside else ExitCode.CLEAR)
        subject = write_subject(counts, said, "screened again, " if delivery.kind == RESCREEN else "")
        text = write_summary(subject, report, said)
        with self.out.writing(folder):
            for suffix in self.formats:
                write_report(report, folder / f"report.{suffix}", self.out.mode)
            write_whole(folder / SUMMARY, text, self.out.mode)
        delivery = replace(delivery, exit_code=int(code), subject=subject, counts=counts)
        self.out.write_record(delivery)
        return delivery, text


def _file_outcome(one: Digested, outcome: str, reason: str = "") -> FileOutcome:
    return FileOutcome(one.file.name, one.sha256, one.file.stamp.size, outcome, reason)


def _bases(files: Iterable[Digested]) -> dict[str, str]:
    """How inputs are called that come out of files, before the names of sheets and members -> the file."""
    names = [d.file.name for d in files]
    return {**{name.removesuffix(".gz"): name for name in names}, **{name: name for name in names}}


def _file_of(name: str, bases: Mapping[str, str]) -> str:
    """The file that an input, a sheet (`file#sheet`) or a member (`file!member`) comes out of; empty: none of these."""
    ends = [len(name), *(n for n in reversed(range(len(name))) if name[n] in "!#")]
    return next((bases[name[:end]] for end in ends if name[:end] in bases), "")


def _outcomes(run: Run, files: Sequence[Digested]) -> list[FileOutcome]:
    """What became of each file; one that was changing is left out: it is still new."""
    bases = _bases(files)
    read = {_file_of(i.name, bases) for i in run.inputs if i.sha256}
    problems: dict[str, list[dict[str, Any]]] = {}
    names: dict[str, str] = {}  # of what is set aside and names something, how often
    for problem in rows_with(run.report.issues, "code", [*_WHOLE, _NAMES]).to_pylist():
        file = _file_of(problem["source_file"] or "", bases)
        if problem["code"] == _NAMES:
            names.setdefault(file, f" It {problem['message']}.")
        else:
            problems.setdefault(file, []).append(problem)
    outcomes = []
    for one in files:
        mine = problems.get(one.file.name, [])
        whole = [i for i in mine if i["source_file"] == one.file.name]
        if any(i["code"] == _CHANGED for i in whole):
            continue
        if whole or one.file.name not in read:
            outcomes.append(
                _file_outcome(one, SET_ASIDE, _reason(next(iter(whole or mine), None)) + names.get(one.file.name, ""))
            )
        else:
            outcomes.append(_file_outcome(one, SCREENED))
    return outcomes


def _reason(issue: Mapping[str, Any] | None) -> str:
    """Why a file is set aside, and what to do."""
    if issue is None:
        return "could not be read. Open it in the program it came from."
    return f"{issue['message'].rstrip('.')}. {ISSUE_CODES[issue['code']].remedy}"


class _AllChanging(Exception):
    """All files were changing while they were read: nothing is written and nothing recorded."""


def _archives(run: Run, files: Sequence[Digested]) -> list[FileRecord]:
    """The files that were screened and are no input themselves, such as archives, as long as they are what was looked at."""
    inputs = {i.sha256 for i in run.inputs}
    names = {t.name for t in _outcomes(run, files) if t.outcome == SCREENED}
    return [
        FileRecord(d.sha256, d.file.name, d.file.stamp.size, 0)
        for d in files
        if d.file.name in names and d.sha256 not in inputs and is_as_before(d.file)
    ]
