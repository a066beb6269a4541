"""A run from its settings to the delivered report: the one composition that every command and the Python API share.

    Settings -> load() -> Reference -> Session.run(): read and screen -> write -> record in the ledger -> tell -> mark as delivered

Who calls it says where reports go (`write`) and how a person is told (`present`); all else is the same for everybody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.coverage import age_notices, show_ages, stale_laws, undated
from precursor_screen.app.inputs import FaultKeeper, Source
from precursor_screen.app.run_settings import NO_WATCHLIST, SAMPLE, Settings
from precursor_screen.app.site_settings import check_rule_folders, default_home
from precursor_screen.app.spark import open_engine
from precursor_screen.app.stream import Run, run
from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.errors import StaleReference, UsageError
from precursor_screen.kernel.match import Progress
from precursor_screen.reference.bundle import Reference, Rulebook, load_reference
from precursor_screen.reference.packs.store import use_home
from precursor_screen.reference.shipped import LawTables, use_law

if TYPE_CHECKING:
    from precursor_screen.app.ledger_history import LedgerMemory
    from precursor_screen.history.values import FileRecord
    from precursor_screen.reference.watchlists.opened import Watchlist


def open_watchlists(named: Sequence[str] = (), home: Path | None = None, *, in_full: bool = False) -> tuple[Watchlist, ...]:
    """Opens watchlists.

    Args:
        named: ids, paths of private CSV files, or `sample` for the fictional list that ships; empty: all that are imported.
        home: where imported lists lie; default: the platform's user data folder.
        in_full: read every file to see that it is what was imported; default: large ones once a day.

    Raises:
        WatchlistError: a named list, or one that was imported once, is missing or damaged.
    """
    from precursor_screen.reference import shipped
    from precursor_screen.reference.store import WatchlistStore
    from precursor_screen.reference.watchlists.opened import open_private_csv
    from precursor_screen.reference.watchlists.registry import refuse_reserved

    store = WatchlistStore(home or default_home(), in_full)
    if not named:
        return tuple(store.open_list(list_id) for list_id in store.list_ids())
    opened = []
    for name in named:
        if name == SAMPLE:
            opened.append(open_private_csv(shipped.watchlists_folder() / "sample-list.csv"))
        elif Path(name).is_file():
            list_id = Path(name).stem.lower()
            refuse_reserved(list_id)
            opened.append(open_private_csv(Path(name), list_id))
        else:
            opened.append(store.open_list(name))
    return tuple(opened)


def open_lists(settings: Settings) -> tuple[Watchlist, ...]:
    """The watchlists that settings name; for errors see `open_watchlists`."""
    if settings.watchlists == (NO_WATCHLIST,):
        return ()
    if NO_WATCHLIST in settings.watchlists:
        raise UsageError("--watchlist none cannot be combined with other lists", remedy="Leave out either none or the others.")
    return open_watchlists(settings.watchlists, settings.home, in_full=settings.require_fresh)


def load(settings: Settings, law: LawTables | None = None) -> Reference:
    """Everything that screening needs to know, opened and checked; law: tables to be used instead of those of the home.

    Raises:
        ReferenceDataError, RuleError, UsageError: each with place and remedy.
        StaleReference: fresh data is required, and some is not.
        MissingExtra: structures are wanted, and the extra or Java is not there.
    """
    check_rule_folders(settings.rule_dirs, settings.only_rules)
    if law is None:
        use_home(settings.home, settings.require_fresh)
    else:
        use_law(lambda: law)
    reference = load_reference(
        watchlists=open_lists(settings),
        parties_wanted=settings.watchlists != (NO_WATCHLIST,),
        rule_dirs=settings.rule_dirs,
        only_rules=settings.only_rules,
        jurisdiction=settings.jurisdiction,
        structure=settings.structure,
        as_of=settings.as_of,
        tiers=settings.tiers,
        registers=_open_registers(settings),
        site=settings.site,
    )
    if settings.require_fresh and (stale := [*age_notices(reference), *undated(reference), *show_ages(stale_laws(reference))]):
        remedy = "Import newer lists; for the law, install a newer version or import a pack; or leave out --require-fresh."
        raise StaleReference("; ".join(stale), remedy=remedy)
    return reference


def _open_registers(settings: Settings) -> tuple[Any, ...]:
    if not settings.registers:
        return ()
    from precursor_screen.reference.registers.store import RegisterStore

    return RegisterStore(settings.home, settings.require_fresh).open_all()


def _nothing(_: Any) -> None:
    pass


class Session(Struct, frozen=True):
    """Runs with the same settings and the same reference.

    Attributes:
        settings: see there.
        reference: from `load(settings)`.
        progress: told what is being done.
        keep_fault: called with an unforeseen error in reading an input; where it is None the error is raised.
    """

    settings: Settings
    reference: Reference
    progress: Progress = _nothing
    keep_fault: FaultKeeper | None = None

    def run(
        self,
        sources: tuple[Source, ...],
        write: Callable[[Run], None] = _nothing,
        present: Callable[[Run], None] = _nothing,
        *,
        remember: bool = True,
        also: Callable[[Run], Iterable[FileRecord]] = lambda _: (),
        refuse_empty: bool = True,
        every_line: bool = False,
    ) -> Run:
        """Screens some inputs and delivers what came of them.

        Args:
            sources: from `inputs.find_sources`.
            write: puts the reports in their places. A run that is killed before it has recorded no flag that nobody knows of.
            present: says on the terminal what was found. A run that is killed before it is done tells as new again what is new in it.

            remember: whether the ledger, where the settings name one, takes part.
            also: which files count as screened beside the inputs, such as archives.
            refuse_empty: whether it is an error that no input has a line; else there is a report that says why.
            every_line: see `stream.run`.

        Raises:
            InputError: no input could be read at all, and that is an error.
            LedgerError: the ledger is locked or damaged.
            MissingExtra, UsageError: a cluster is wanted, and what it needs is missing, or it does not answer.
        """
        settings = self.settings
        use_law(lambda: self.reference.law_tables)
        with contextlib.ExitStack() as stack:
            memory = self._open_memory(stack) if remember else None
            shown = {"tiers": list(self.reference.tiers), "fail_on": settings.fail_on, "watchlists": list(settings.watchlists)}
            result = run(
                sources,
                settings.read,
                self.reference,
                fail_on=settings.fail_on,
                shown_options={**shown, **({"sample": str(settings.sample)} if settings.sample else {})},
                progress=self.progress,
                jobs=settings.jobs,
                remember=memory.of_run if memory else None,
                home=settings.home if settings.cache else None,
                keep_fault=self.keep_fault,
                sample=settings.sample,
                refuse_empty=refuse_empty,
                every_line=every_line,
                engine=stack.enter_context(open_engine(settings.master)) if settings.master else None,
            )
            if memory:
                result = replace(result, run_id=memory.run_id)
            write(result)
            if memory:
                self.progress("recording")
                memory.record(result.screened, result.report, result.inputs, also(result))
            present(result)
            if memory:
                memory.delivered()
        return result

    def with_rules(self, book: Rulebook) -> Session:
        """The same with other rules."""
        return replace(self, reference=self.reference.with_rules(book))

    def _open_memory(self, stack: contextlib.ExitStack) -> LedgerMemory | None:
        """The ledger, where one is wanted; it keeps the run if nothing is raised."""
        if not self.settings.ledger:
            return None
        from precursor_screen.app.ledger_history import LedgerMemory

        return stack.enter_context(LedgerMemory(self.settings.ledger, self.settings.wait, self.reference))


def open_session(settings: Settings, progress: Progress = _nothing, keep_fault: FaultKeeper | None = None) -> Session:
    """A session with all that its settings name loaded; for errors see `load`."""
    return Session(settings, load(settings), progress, keep_fault)


# What another law would change for some manifests: they are screened under both.


class BandChange(Struct, frozen=True):
    """A shipment whose band is another one under the new law; empty: it has none."""

    shipment_id: str
    old: str
    new: str


def compare_laws(sources: tuple[Source, ...], settings: Settings, old: LawTables, new: LawTables) -> tuple[int, list[BandChange]]:
    """Screens the same inputs under both laws, without a ledger.

    Returns:
        The number of shipments, and those whose band changes, by their ids.

    Raises:
        PrecursorScreenError: as a screening does.
    """
    before, after = (_bands(sources, settings, law) for law in (old, new))
    ids = sorted({*before, *after})
    changes = [BandChange(i, before.get(i, ""), after.get(i, "")) for i in ids]
    return len(ids), [change for change in changes if change.old != change.new]


def _bands(sources: tuple[Source, ...], settings: Settings, law: LawTables) -> dict[str, str]:
    report = Session(settings, load(settings, law)).run(sources, remember=False).report
    return {shipment_id: band or "" for shipment_id, band in tuples_of(report.shipments, "shipment_id", "band")}
