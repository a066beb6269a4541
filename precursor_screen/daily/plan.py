"""What a run is to do: which files are new by content, and which are done with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from precursor_screen.daily.changes import changed
from precursor_screen.daily.inbox import Listed
from precursor_screen.daily.out_folder import Published
from precursor_screen.daily.record import RESCREEN
from precursor_screen.errors import UnreadableManifest

MOST_DAYS = 7  # that may have passed since the last run where reports are deleted: else the clock may have moved


@dataclass(frozen=True, slots=True)
class Digested:
    """A file of the inbox and the SHA-256 of its content."""

    file: Listed
    sha256: str


@dataclass(frozen=True, slots=True)
class Sorted:
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


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed since files were screened. what: a phrase each; since: day of that run."""

    what: tuple[str, ...] = ()
    since: str = ""


def find_change(published: Iterable[Published], now: Mapping[str, str]) -> Change:
    """Against what is screened now, beside the last folder that was done with all changes before it."""
    settled = [p.delivery for p in published if p.delivery.settles and p.delivery.reference]
    if not settled:
        return Change()
    return Change(tuple(changed(settled[-1].reference, now)), settled[-1].day)


def recent(known: Iterable[Digested], days: int, now: float) -> tuple[Digested, ...]:
    """Those files that were changed within some days, one of each content."""
    young = {d.sha256: d for d in known if now - d.file.stamp.modified / 1e9 <= days * 86_400}
    return tuple(young.values())


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
