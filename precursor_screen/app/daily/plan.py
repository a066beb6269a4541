"""What a run is to do: which files are new by content, and which are done with."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from precursor_screen.app.coverage import stale_watchlists
from precursor_screen.app.daily.inbox import Listed
from precursor_screen.app.daily.out_folder import NEW, RESCREEN, SCREENED, OutFolder, Published
from precursor_screen.app.run_settings import Settings
from precursor_screen.core.errors import UnreadableManifest, UsageError
from precursor_screen.reference import shipped
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.sources import how_to_renew, load_sources
from precursor_screen.version import __version__

# What a run of `daily` is asked for.


class Job(Struct, frozen=True):
    """What `daily` is to do.

    Attributes:
        inbox: the folder with the manifests.
        out: where reports go.
        settings: of the screening; with a ledger.
        formats: of the reports, suffixes without dot.
        quiet_seconds: seconds since its last change before a file is read.
        keep_days: for how long reports are kept; 0: for good.
        on_change: `new`, `rescreen` or `ask`, when rules, lists or tables have changed.
        asked: whether somebody said so for this run, who is told what came of it.
        rescreen_days: oldest files that are screened again, in days.
        retry: take up again what was set aside.
        update: fetch the imported lists from their publishers before anything is screened.
        verdicts: a folder with files of officers' verdicts, which are taken before anything is screened; None: there is none.
        officer: who speaks where such a file does not say.
        may_clear: the names under which flags may be cleared; empty: any.
    """

    inbox: Path
    out: OutFolder
    settings: Settings
    formats: tuple[str, ...]
    quiet_seconds: float = 60.0
    keep_days: int = 0
    on_change: str = NEW
    asked: bool = False
    rescreen_days: int = 30
    retry: bool = False
    update: bool = False
    verdicts: Path | None = None
    officer: str = ""
    may_clear: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises:
        UsageError: inbox or out folder does not exist, or one holds the other.
        OutFolderError: it cannot be written to.
        """
        if not self.inbox.is_dir():
            raise UsageError("is not a folder", where=self.inbox, remedy="Check the path of the inbox.")
        self.out.check(self.inbox)
        if self.verdicts is None:
            return
        if not self.verdicts.is_dir():
            raise UsageError(
                "is not a folder", where=self.verdicts, remedy="Give the setting daily.verdicts a folder that exists."
            )
        folder, inbox = (Path(os.path.realpath(p)) for p in (self.verdicts, self.inbox))
        if folder == inbox or inbox in folder.parents:
            problem = "is inside the inbox, so that the verdicts in it would be screened as manifests"
            raise UsageError(problem, where=self.verdicts, remedy="Give the setting daily.verdicts a folder outside the inbox.")


MOST_DAYS = 7  # that may have passed since the last run where reports are deleted: else the clock may have moved


class Digested(Struct, frozen=True):
    """A file of the inbox and the SHA-256 of its content."""

    file: Listed
    sha256: str


class Sorted(Struct, frozen=True):
    """The files of an inbox.

    Attributes:
        new: to be screened; of several with the same content the first.
        known: screened already.
        aside: that could not be read, and have not changed since.
        unreadable: name and reason of what cannot be opened.
    """

    new: tuple[Digested, ...]
    known: tuple[Digested, ...]
    aside: tuple[Digested, ...]
    unreadable: tuple[tuple[str, str], ...]


def sort_files(
    files: Iterable[Listed],
    digest: Callable[[Listed], str],
    known: Callable[[Collection[str]], Collection[str]],
    aside: Collection[str],
    *,
    retry: bool = False,
) -> Sorted:
    """Sorts files by what is known of their content.

    Args:
        files: that have settled.
        digest: of a file; raises UnreadableManifest.
        known: those of some digests that were screened.
        aside: digests of what could not be read.
        retry: these are new once more.
    """
    found: list[Digested] = []
    unreadable = []
    for file in files:
        try:
            found.append(Digested(file, digest(file)))
        except UnreadableManifest as error:
            unreadable.append((file.name, error.message))
    screened = set(known([d.sha256 for d in found])).difference(aside) if found else set()
    done = screened if retry else screened.union(aside)
    new: dict[str, Digested] = {}
    for one in found:
        if one.sha256 not in done:
            new.setdefault(one.sha256, one)
    return Sorted(
        tuple(new.values()),
        tuple(d for d in found if d.sha256 in screened),
        tuple(d for d in found if d.sha256 in aside and d.sha256 in done),
        tuple(unreadable),
    )


_SHORT = 12  # characters of a digest that are shown
RULES = "rules"


def digests_of(reference: Reference) -> dict[str, str]:
    """What it is -> its digest. Registers are not among them: papers come every day. Rules have two: of all that is written, and behind a
    colon of what decides."""
    rules = f"{reference.rules_sha256}:{reference.digest_decisions()}"
    found = {RULES: rules, "substance tables": reference.substances.sha256}
    found.update({f"law {p.id}": p.sha256 for p in reference.law_tables.packs})
    found.update({f"watchlist {w.list_id}": w.snapshot.sha256 for w in reference.watchlists})
    return {**found, "program": __version__, "jurisdiction": reference.jurisdiction}


def decide_the_same(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether what was screened against then flags as what is screened against now: wording aside."""
    return not [phrase for phrase in changed(before, now) if phrase != REWORDED]


REWORDED = f"{RULES} (wording only)"


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What has changed, a phrase each: `rules`, `rules (wording only)`, `watchlist un-sc (new)`, `program 0.2.0 -> 0.3.0`."""
    found = []
    for name in [*before, *(n for n in now if n not in before)]:
        old, new = before.get(name), now.get(name)
        if name == RULES and old is not None and new is not None:
            (written, _, decided), (writes, _, decides) = old.partition(":"), new.partition(":")
            if written != writes:  # an earlier version recorded one digest alone
                found.append(REWORDED if decided and decided == decides else RULES)
        elif old == new:
            continue
        elif old is None or new is None:
            found.append(f"{name} ({'new' if old is None else 'gone'})")
        elif len(old) > _SHORT or len(new) > _SHORT:
            found.append(name)
        else:
            found.append(f"{name} {old or 'none'} -> {new or 'none'}")
    return found


class Change(Struct, frozen=True):
    """What has changed since files were screened. what: a phrase each; since: day of that run."""

    what: tuple[str, ...] = ()
    since: str = ""

    @property
    def decides(self) -> bool:
        """Whether it may change what is flagged, and not only how that is said."""
        return any(phrase != REWORDED for phrase in self.what)


def find_change(published: Iterable[Published], now: Mapping[str, str], answered: Mapping[str, Any]) -> Change:
    """Against what is screened now, beside the last folder that was done with all changes before it.

    Args:
        published: in their order.
        now: digests.
        answered: what somebody answered without any file: `after` which folder, on which `day`, with which `reference`.
    """
    settled = [p.delivery for p in published if p.delivery.settles and p.delivery.reference]
    if answered.get("reference") and (not settled or answered["after"] >= settled[-1].number):
        return Change(tuple(changed(answered["reference"], now)), answered["day"])
    if not settled:
        return Change()
    return Change(tuple(changed(settled[-1].reference, now)), settled[-1].day)


class Rescreening(Struct, frozen=True):
    """What is to be screened again: the files, what has changed since they were screened, and the earliest day of that; older: files
    that would be, and are too old."""

    files: tuple[Digested, ...] = ()
    change: Change = field(default_factory=Change)
    older: int = 0


def find_rescreening(
    published: Iterable[Published], known: Iterable[Digested], now: Mapping[str, str], days: int, seconds: float
) -> Rescreening:
    """The files of the inbox, one of each content, that were last screened against something else than now.

    Args:
        published: in their order; what they do not tell of was screened from elsewhere and stays out.
        known: files that were screened.
        now: digests.
        days: by which a file may have been changed last.
        seconds: the time.
    """
    last = {f.sha256: p.delivery for p in published for f in p.delivery.files if f.outcome == SCREENED}
    found: dict[str, Digested] = {}
    for one in known:
        if one.sha256 in last and not decide_the_same(last[one.sha256].reference, now):
            found.setdefault(one.sha256, one)
    young = tuple(d for d in found.values() if seconds - d.file.stamp.modified / 1e9 <= days * 86_400)
    before = {last[d.sha256].number: last[d.sha256] for d in young}
    what = dict.fromkeys(phrase for delivery in before.values() for phrase in changed(delivery.reference, now))
    since = min((delivery.day for delivery in before.values()), default="")
    return Rescreening(young, Change(tuple(what), since), len(found) - len(young))


def find_old(published: Iterable[Published], today: date, keep_days: int, last_run: date | None) -> tuple[Published, ...]:
    """The folders that are older than some days (0: none is); never the last of a kind, and none where the clock may have moved.

    Args:
        published: in their order.
        today: the day.
        keep_days: for how long reports are kept.
        last_run: day of the run before.
    """
    if not keep_days or last_run is None or not 0 <= (today - last_run).days <= MOST_DAYS:
        return ()
    published = tuple(published)
    last = {p.delivery.kind == RESCREEN: p.path for p in published}
    first = (today - timedelta(days=keep_days)).isoformat()
    return tuple(p for p in published if p.delivery.day < first and p.path not in last.values())


_AGAIN_DAYS = 7  # after which a list that is still past its limit is told again


def due_lists(reference: Reference, told: Mapping[str, Any], today: date) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Which lists past their limit are to be told today: each on the first run past it, then every 7 days.

    Args:
        reference: with the lists, whose ages its own day judges.
        told: as the run before noted it: list -> [date of its copy, day on which it was told].
        today: of the run.

    Returns:
        A sentence a list, with what to do; and the note for the next run. A list that was renewed is not in it, and begins anew.
    """
    due, noted = [], {}
    for said, watchlist in stale_watchlists(reference).items():
        copy, before = str(watchlist.snapshot.list_date), told.get(watchlist.list_id)
        noted[watchlist.list_id] = before
        if not _was_told(before, copy, today):
            noted[watchlist.list_id] = [copy, today.isoformat()]
            renew = how_to_renew(watchlist.list_id, load_sources(shipped.watchlists_folder()))
            due.append(f"{said}. Bring a newer copy: {renew}")
    return tuple(due), noted


def _was_told(before: Any, copy: str, today: date) -> bool:
    """Whether a note says that this copy of a list was told in the last days; one of a later day comes from a wrong clock."""
    try:
        return bool(before[0] == copy and 0 <= (today - date.fromisoformat(before[1])).days < _AGAIN_DAYS)
    except (IndexError, TypeError, ValueError):
        return False
