"""`daily --check`: what a run would do now, and what is wrong, without doing anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from precursor_screen.app.coverage import age_notices
from precursor_screen.app.daily.inbox import Digests
from precursor_screen.app.daily.out_folder import RESCREEN, read_last, worst
from precursor_screen.app.daily.plan import Job, digests_of, find_change, find_old, find_rescreening
from precursor_screen.app.daily.run import ANSWERED, look, refuse_no_watchlist
from precursor_screen.app.session import load
from precursor_screen.core.errors import ExitCode, LedgerError, LedgerOutdated, PrecursorScreenError
from precursor_screen.core.words import counted
from precursor_screen.history.store import open_ledger
from precursor_screen.reference.bundle import Reference

_MOST_NAMES = 20


def check_daily(job: Job, say: Callable[[str], None]) -> ExitCode:
    """Says a line each; the exit code is that of the worst error a run would meet."""
    codes: list[int] = []

    @contextmanager
    def attempt() -> Iterator[None]:
        try:
            yield
        except PrecursorScreenError as error:
            codes.append(error.exit_code)
            for line in str(error).splitlines():
                say(f"WRONG: {line}")

    reference: Reference | None = None
    with attempt():
        reference = load(job.settings)
        refuse_no_watchlist(reference)
    if reference is not None:
        _say_reference(reference, say)
    with attempt():
        job.check()
        _say_plan(job, reference, say)
    return worst(*codes)


def _say_reference(reference: Reference, say: Callable[[str], None]) -> None:
    say(f"Rules: {len(reference.rules)}; jurisdiction: {reference.jurisdiction or 'none, so that thresholds are not judged'}")
    for watchlist in reference.watchlists:
        entries = counted(watchlist.snapshot.entries, "entry").replace("entrys", "entries")
        say(f"Watchlist {watchlist.list_id} of {watchlist.snapshot.list_date}, {entries}")
    for notice in age_notices(reference):
        say(f"! {notice}")


def _say_plan(job: Job, reference: Reference | None, say: Callable[[str], None]) -> None:
    try:
        ledger = open_ledger(job.settings.ledger, create=False)
    except LedgerOutdated as error:
        say(f"Ledger: {error.message}. The first run brings it up to date; which files are new cannot be said before")
        return
    except LedgerError as error:
        if not error.message.endswith("does not exist"):
            raise
        say(f"Ledger: {error.message}; the first run makes it")
        _say_files(job, reference, lambda _: set(), say)
        return
    with ledger:
        staged = job.out.staged_delivery()
        if staged and staged.run_id in ledger.broken_off():
            say(f"A run of {staged.day} broke off: it would be finished")
        _say_files(job, reference, ledger.known_files, say)


def _say_files(
    job: Job, reference: Reference | None, known: Callable[[Iterable[str]], set[str]], say: Callable[[str], None]
) -> None:
    listing, found, waiting = look(job, known, Digests(job.out.own / "digests.json"), job.out, wait=False)
    say(f"{counted(len(found.new), 'new file')}, {len(found.known)} known, {len(found.aside)} set aside before")
    _say_names("new", [d.file.name for d in found.new], say)
    _say_names("not finished, or changed a moment ago", [*listing.unfinished, *waiting], say)
    _say_names("NOT readable", [f"{name} {reason}" for name, reason in (*listing.problems, *found.unreadable)], say)
    published = job.out.published()
    if reference is not None:
        now = digests_of(reference)
        change = find_change(published, now, job.out.note(ANSWERED))
        if change.what:
            say(f"Changed since the run of {change.since}: {', '.join(change.what)} (--on-change {job.on_change})")
        if job.on_change == RESCREEN:
            rescreening = find_rescreening(published, found.known, now, job.rescreen_days, time.time())
            say(f"{counted(len(rescreening.files), 'file')} would be screened again, {rescreening.older:,} are too old for that")
    old = find_old(published, job.settings.as_of, job.keep_days, read_last(job.out).day)
    _say_names("reports to be deleted", [p.path.name for p in old], say)


def _say_names(what: str, names: list[str], say: Callable[[str], None]) -> None:
    for name in names[:_MOST_NAMES]:
        say(f"  {what}: {name}")
    if len(names) > _MOST_NAMES:
        say(f"  {what}: and {len(names) - _MOST_NAMES} more")
