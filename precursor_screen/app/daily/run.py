"""A run of `daily`, put together: lock, what broke off, plan, screening, reports in their place, what is said of it, retention."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from precursor_screen.app.coverage import age_notices
from precursor_screen.app.daily.delivering import Deliverer, Sample, samples_of, write_metrics
from precursor_screen.app.daily.inbox import (
    NOT_A_FILE,
    NOWHERE,
    Digests,
    Listing,
    find_deadly,
    list_inbox,
    quiet_files,
    read_note,
    take_verdicts,
)
from precursor_screen.app.daily.mail import MailContent, add_counts, in_words, write_failure, write_subject, write_summary
from precursor_screen.app.daily.out_folder import (
    HEARTBEAT,
    METRICS,
    NEW,
    RECORD,
    RESCREEN,
    SCREENED,
    SUMMARY,
    OutFolder,
    Published,
    read_last,
    worst,
)
from precursor_screen.app.daily.plan import (
    Change,
    Digested,
    Job,
    Rescreening,
    Sorted,
    digests_of,
    due_lists,
    find_change,
    find_old,
    find_rescreening,
    sort_files,
)
from precursor_screen.app.inputs import FaultKeeper, Source
from precursor_screen.app.session import Session, open_session
from precursor_screen.core.errors import ExitCode, WatchlistError
from precursor_screen.core.files import write_whole
from precursor_screen.core.words import counted
from precursor_screen.history.database import hold_file
from precursor_screen.history.store import Ledger, open_ledger
from precursor_screen.reference import shipped
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.refresh import refresh_imported
from precursor_screen.reference.sources import load_sources
from precursor_screen.reference.store import WatchlistStore

ANSWERED, PROBLEMS, STALE, VERDICTS = "answered", "problems", "stale-lists", "verdicts"  # notes for the next run
DAYS_OF_WEEK = 7


SendMail = Callable[[str, bool], None]  # is given a mail, and whether it is one that must be sent


def run_daily(
    job: Job, send: SendMail, progress: Callable[[str], None] = lambda _: None, keep_fault: FaultKeeper | None = None
) -> ExitCode:
    """Screens what is new in the inbox, exactly once.

    Args:
        job: what is to be done.
        send: is given the mails. What a run that is killed has not sent is sent by the next one.
        progress: told what is being done.
        keep_fault: called with an unforeseen error in reading an input.

    Raises:
        LedgerLocked: another run goes on; who and since when.
        PrecursorScreenError: it could not be done. Files that were not screened are still new in the next run.
    """
    job.check()
    job.out.prepare()
    with hold_file(job.out.own / "run", job.settings.wait):
        run = _Run(job, send, progress, keep_fault)
        try:
            return run.work()
        except Exception as error:
            run.say_failure(error)
            raise


class _Run:
    def __init__(self, job: Job, send: SendMail, progress: Callable[[str], None], keep_fault: FaultKeeper | None) -> None:
        self.job, self.out, self.send, self.progress, self.keep_fault = job, job.out, send, progress, keep_fault
        self.started, self.at = datetime.now(UTC), time.monotonic()
        self.today = job.settings.as_of
        self.last_run = read_last(self.out)
        self.reminded = self.last_run.reminded
        self.is_weekly = self.reminded is None or self.reminded.isocalendar()[:2] != self.today.isocalendar()[:2]
        self.said = MailContent(self.today.isoformat(), job.settings.jurisdiction)
        self.codes: list[int] = []
        self.texts: list[str] = []  # mails
        self.delivered: list[Published] = []
        self.is_sent = False  # whether a mail was sent that must be
        self.refused = False  # whether a verdict was
        self.loud = False  # whether something beside the findings must be said

    def work(self) -> ExitCode:
        job = self.job
        with open_ledger(job.settings.ledger, wait=job.settings.wait) as ledger:
            ledger.check_free()  # before lists are fetched and files are read
            copies = [f"The ledger was brought up to date; what it was before is {ledger.copy}."] if ledger.copy else []
        updates = self.update_lists() if job.update else []
        session = open_session(job.settings, self.progress, self.keep_fault)
        refuse_no_watchlist(session.reference)
        self.said = replace(self.said, jurisdiction=session.reference.jurisdiction)
        with open_ledger(job.settings.ledger, wait=job.settings.wait) as ledger:
            self.complete_broken_off(ledger)
            remarks = [*copies, *updates, *self.take_verdicts(ledger)]
            digests = Digests(self.out.own / "digests.json")
            self.progress("looking through the inbox")
            listing, found, waiting = look(job, ledger.known_files, digests, self.out, wait=True)
        with self.out.writing(self.out.own):
            digests.save()
        published, now = self.out.published(), digests_of(session.reference)
        change = find_change(published, now, self.out.note(ANSWERED))
        old = find_old(published, self.today, job.keep_days, self.last_run.day)
        rescreening = Rescreening()
        if job.on_change == RESCREEN:
            rescreening = find_rescreening(published, found.known, now, job.rescreen_days, time.time())
        remarks += [*self.clock(published), *self.remark_change(change, found, rescreening), *_remark_old(old, job.keep_days)]
        problems, known_problems = self.report_once(listing.problems)
        overdue, told = due_lists(session.reference, self.out.note(STALE), self.today)
        self.loud |= bool(overdue)
        self.said = replace(
            self.said,
            unreadable=(*problems, *found.unreadable),
            waiting=(*listing.unfinished, *waiting),
            overdue=overdue,
            remarks=remarks,
            lying=(*known_problems, *self.lying(found)) if self.is_weekly else (),
        )
        self.screen(session, NEW, found.new, settles=not change.decides or job.on_change == NEW)
        self.screen(session, RESCREEN, rescreening.files, settles=True)
        aside = self.said.unreadable or self.said.lying or self.refused or overdue
        code = worst(*self.codes, ExitCode.SET_ASIDE if aside else ExitCode.CLEAR)
        self.end(code, found, session.reference)
        self.out.keep_note(PROBLEMS, dict(listing.problems))
        self.out.keep_note(STALE, told)
        if job.asked and job.on_change in (NEW, RESCREEN):
            last = max((p.delivery.number for p in self.out.published()), default=0)
            self.out.keep_note(ANSWERED, {"after": last, "day": self.today.isoformat(), "reference": now})
        for one in old:
            self.out.remove(one)
        return code

    def take_verdicts(self, ledger: Ledger) -> Sequence[str]:
        """Takes the verdicts that officers have put into their folder, and says what came of them."""
        job = self.job
        if job.verdicts is None:
            return ()
        self.progress("taking verdicts")
        done, now = self.out.note(VERDICTS), datetime.now().astimezone()
        verdicts = take_verdicts(ledger, job.verdicts, job.officer, now, done, job.quiet_seconds, job.may_clear)
        self.out.keep_note(VERDICTS, verdicts.done)
        self.refused = verdicts.refused
        self.loud |= verdicts.refused
        return verdicts.remarks

    def report_once(self, problems: Sequence[tuple[str, str]]) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
        """What cannot be read: what is to be reported now, and what was reported by an earlier run and does not change by itself."""
        known = {} if self.job.retry else self.out.note(PROBLEMS)
        known_problems = [(name, why) for name, why in problems if why in (NOWHERE, NOT_A_FILE) and known.get(name) == why]
        return [pair for pair in problems if pair not in known_problems], known_problems

    def lying(self, found: Sorted) -> list[tuple[str, str]]:
        """The files that were set aside in earlier runs and still lie there, with the reason."""
        reasons = self.out.set_aside()
        return [(d.file.name, reasons[d.sha256].reason) for d in found.aside]

    def update_lists(self) -> list[str]:
        """Fetches the imported lists. One that cannot be fetched keeps its good copy and is reported; its age then decides what it is worth."""
        self.progress("fetching watchlists")
        remarks = []
        for list_id, done in refresh_imported(WatchlistStore(self.job.settings.home), load_sources(shipped.watchlists_folder())):
            if isinstance(done, WatchlistError):
                self.loud = True
                remarks.append(f"Watchlist {list_id} could not be updated, its last good copy is used: {done}")
            elif done.changed:
                remarks.append(f"Watchlist {list_id} was updated: list of {done.snapshot.list_date}.")
        return remarks

    def complete_broken_off(self, ledger: Ledger) -> None:
        """Finishes what an earlier run had recorded and did not live to deliver; what it had not recorded is thrown away."""
        broken_off = ledger.broken_off()
        staged = self.out.staged_delivery()
        if staged and staged.run_id in broken_off:
            self.out.publish(staged)
        else:
            self.out.drop_staged()
        for one in self.out.published():
            if one.delivery.run_id in broken_off:
                self.out.point_latest()
                self.note(one, (one.path / SUMMARY).read_text("utf-8"))
                ledger.deliver(one.delivery.run_id)

    def note(self, one: Published, text: str) -> None:
        """Reports a folder that is in its place."""
        self.codes.append(one.delivery.exit_code)
        self.texts.append(text)
        self.delivered.append(one)
        self.say(text, loud=one.delivery.exit_code != ExitCode.CLEAR or self.loud)

    def say(self, text: str, *, loud: bool) -> None:
        self.is_sent |= loud
        self.send(text, loud)

    def screen(self, session: Session, kind: str, files: Sequence[Digested], *, settles: bool) -> None:
        """Screens some files and delivers what came of them."""
        note = self.out.own / "reading.json"  # the files that are being taken up, by digest
        suspects = read_note(note) & {d.sha256 for d in files}
        sources = [Source(d.file.name, d.file.path) for d in files]
        deadly: dict[str, str] = {}
        if suspects:
            self.progress("trying the files that an earlier run ended over")
            deadly = find_deadly([s for s, d in zip(sources, files, strict=True) if d.sha256 in suspects], session.settings.read)
        if files:
            with self.out.writing(self.out.own):
                write_whole(note, json.dumps(sorted(d.sha256 for d in files)), durable=True)
            deliverer = Deliverer(self.out, session, self.job.formats, self.said, self.started, self.note)
            try:
                deliverer.deliver(kind, files, deadly, settles=settles)
            except Exception:
                note.unlink(missing_ok=True)  # the process has not ended over them
                raise
        note.unlink(missing_ok=True)

    def clock(self, published: Sequence[Published]) -> list[str]:
        """Whether the clock goes backwards: reports then stand under an earlier day, and nothing else is different."""
        last = max((p.delivery.day for p in published), default="")
        if last <= self.today.isoformat():
            return []
        self.loud = True
        return [f"The clock says {self.today}, and there are reports of {last}. Check it: it judges ages and dates."]

    def remark_change(self, change: Change, found: Sorted, rescreening: Rescreening) -> list[str]:
        """What has changed since files were screened, and what is done about it."""
        job, there = self.job, counted(len(found.known), "file")
        self.loud |= job.asked and job.on_change == RESCREEN
        if job.on_change == RESCREEN and (rescreening.files or rescreening.older):
            changed = (
                f"Changed since the run of {rescreening.change.since}: {', '.join(rescreening.change.what)}. "
                if rescreening.files
                else ""
            )
            older = f"; {counted(rescreening.older, 'older file')} left out (--rescreen-days)" if rescreening.older else ""
            return [
                f"{changed}{counted(len(rescreening.files), 'file')} of the last {counted(job.rescreen_days, 'day')} screened again, in a folder "
                f"of their own{older}. Files that are no longer in the inbox are not. Rules over time judge new lines only."
            ]
        if job.on_change == RESCREEN and job.asked:
            return [f"Nothing is screened again: all {there} in the inbox were screened with these rules, lists and tables."]
        if job.on_change == RESCREEN or not change.what:
            return []
        what = f"Changed since the run of {change.since}: {', '.join(change.what)}."
        if not change.decides:
            return [f"{what} The same lines are flagged."]
        if job.on_change == NEW:
            return [
                f"{what} What was screened before was not screened again ({there} in the inbox). To do it, run the same command once "
                "with --on-change rescreen."
            ]
        self.loud = True
        ask = "Run the same command once with --on-change rescreen, or with --on-change new."
        return [f"{what} Should what was screened before ({there} in the inbox) be screened again? {ask}"]

    def end(self, code: ExitCode, found: Sorted, reference: Reference) -> None:
        """Says in the files of the last run what it did; in a mail, where no folder of this run does and somebody should know."""
        if not self.texts:
            self.texts.append(write_summary(write_subject({}, self.said), None, self.said))
            if self.said.unreadable or self.said.lying or self.loud:
                self.say(self.texts[0], loud=True)
        if self.is_weekly:
            self.reminded = self.today
            if not self.is_sent:
                self.say(self.alive(found, reference), loud=True)
        self.write_last(code, self.texts, samples_of(found, self.delivered, self.said, reference))
        if code != ExitCode.NOT_SCREENED:
            self.out.say(HEARTBEAT, f"{datetime.now(UTC).isoformat(timespec='seconds')}\n", for_all=True)

    def alive(self, found: Sorted, reference: Reference) -> str:
        """The mail of a week in which there was nothing to say: what happened all the same."""
        published = self.out.published()
        first = (self.today - timedelta(days=DAYS_OF_WEEK - 1)).isoformat()
        week = [p.delivery for p in published if first <= p.delivery.day <= self.today.isoformat()]
        today = [p.delivery for p in self.delivered]
        screened = sum(f.outcome == SCREENED for d in today for f in d.files)
        said = replace(
            self.said,
            files=[f for d in today for f in d.files],
            remarks=[
                *age_notices(reference),
                *self.said.remarks,
                f"This run: {counted(screened, 'file')} screened, {in_words(add_counts(d.counts for d in today))}.",
                f"The last {DAYS_OF_WEEK} days: {counted(sum(len(d.files) for d in week), 'file')}, {in_words(add_counts(d.counts for d in week))}.",
                f"In the inbox: {len(found.known) + screened:,} screened, {len(found.aside):,} set aside, "
                f"{len(self.said.waiting):,} still being written.",
                f"The last reports are those in {published[-1].path.name}." if published else "There has been no report yet.",
            ],
        )
        return write_summary(write_subject(add_counts(d.counts for d in today), said, mark="alive, "), None, said)

    def say_failure(self, error: Exception) -> None:
        """As far as that can be said: the disk may be full."""
        if self.out.staged_delivery() is None:  # else the ledger may know of it
            self.out.drop_staged()
        with contextlib.suppress(Exception):  # the first error is the one to tell
            self.write_last(getattr(error, "exit_code", ExitCode.NOT_SCREENED), [write_failure(error, self.said)], [])

    def write_last(self, code: int, texts: Sequence[str], samples: Iterable[Sample]) -> None:
        now, seconds = datetime.now(UTC), time.monotonic() - self.at
        success = now.timestamp() if code in (0, 1, 3) else self.last_run.success
        record = {
            "day": self.today.isoformat(),
            "started": self.started.isoformat(timespec="seconds"),
            "ended": now.isoformat(timespec="seconds"),
            "exit_code": int(code),
            "subject": texts[0].split("\n")[0],
            "published": [p.path.name for p in self.delivered],
            "overdue": list(self.said.overdue),
            "remarks": list(self.said.remarks),
            "unreadable": [list(pair) for pair in self.said.unreadable],
            "lying": [list(pair) for pair in self.said.lying],
            "reminded": self.reminded.isoformat() if self.reminded else "",
            "waiting": list(self.said.waiting),
        }
        self.out.say(SUMMARY, "\n".join(texts))
        figures = [
            Sample("last_run_timestamp_seconds", now.timestamp()),
            *([Sample("last_success_timestamp_seconds", success)] if success else []),
            Sample("last_exit_code", int(code)),
            Sample("duration_seconds", round(seconds, 3)),
        ]
        self.out.say(METRICS, write_metrics([*figures, *samples]), for_all=True)
        self.out.say(RECORD, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def refuse_no_watchlist(reference: Reference) -> None:
    """Raises:
    WatchlistError: parties would not be screened, and nobody said that this is wanted: files would count as done with.
    """
    if not reference.watchlists and reference.parties_wanted:
        raise WatchlistError(
            "no watchlist is imported, so parties cannot be screened",
            remedy="Import one, such as: precursor-screen watchlists update un-sc; or pass --watchlist none to screen the goods alone.",
        )


def look(
    job: Job, known: Callable[[Iterable[str]], set[str]], digests: Digests, out: OutFolder, *, wait: bool
) -> tuple[Listing, Sorted, list[str]]:
    """What lies in the inbox, sorted, and the names of what is still being written.

    Args:
        job: whose inbox.
        known: those of some digests that were screened.
        digests: of files.
        out: knows what was set aside.
        wait: for files that changed lately.
    """
    listing = list_inbox(job.inbox)
    ready, waiting = quiet_files(listing.files, job.quiet_seconds, pause=time.sleep if wait else lambda _: None)
    found = sort_files(ready, digests.of, known, out.set_aside(), retry=job.retry)
    return listing, found, [f.name for f in waiting]


def _remark_old(old: Sequence[Published], days: int) -> list[str]:
    names = ", ".join(p.path.name for p in old)
    return [f"Deleted at the end of this run, being older than {counted(days, 'day')}: {names}."] if old else []
