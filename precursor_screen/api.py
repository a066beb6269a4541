"""The Python entry points: the same kernel as the command line, for notebooks and pipelines.

from precursor_screen import load_reference, lookup, match, screen

report = screen("manifest.csv", jurisdiction="US")  # or a table: pandas, polars, Arrow
report.to_pandas("flags")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from precursor_screen.app.site_settings import default_home
from precursor_screen.core.errors import UsageError
from precursor_screen.reference.bundle import Reference

if TYPE_CHECKING:
    from precursor_screen.app.inputs import Source
    from precursor_screen.matching.party.contradictions import Attributes
    from precursor_screen.reference.recogniser import Recogniser
    from precursor_screen.reference.watchlists.opened import Watchlist
    from precursor_screen.reporting.brief import NotebookReport


class ArrowTable(Protocol):
    """What hands out its rows as an Arrow stream (the Arrow PyCapsule interface)."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The stream."""


__all__ = ["Reference", "load_reference", "lookup", "match", "open_watchlists", "screen"]


def open_watchlists(named: Sequence[str] = (), home: Path | None = None, *, in_full: bool = False) -> tuple[Watchlist, ...]:
    """Opens watchlists; see `app.session.open_watchlists`."""
    from precursor_screen.app import session

    return session.open_watchlists(named, home, in_full=in_full)


def load_reference(
    *,
    watchlists: Sequence[str | Path] | None = (),
    home: Path | None = None,
    rule_dirs: Sequence[Path] = (),
    only_rules: bool = False,
    pack: str = "",
    params: Path | None = None,
    concern: Path | None = None,
    rates: Path | None = None,
    exceptions: Path | None = None,
    jurisdiction: str = "",
    as_of: date | None = None,
    tiers: Sequence[str] = ("convention", "national"),
    registers: bool = False,
    structure: bool = False,
) -> Reference:
    """Loads all that screening needs to know; load once, use often.

    Args:
        watchlists: as for `open_watchlists`; None: parties are not to be screened.
        home: where imported lists and registers lie.
        rule_dirs: folders of rules, added to those that ship.
        only_rules: use `rule_dirs` instead of those that ship.
        pack: which rules are applied: core, extended; empty: all.
        params: file with a site's own parameters of rules.
        concern: file with a site's own grades and masses of substances.
        rates: file with a site's own rates of currencies.
        exceptions: file with a site's exceptions.
        jurisdiction: US, EU, FR, AU ...; empty: none.
        as_of: the day that judges; default: today.
        tiers: which kinds of control are screened for.
        registers: open the registers under `home`.
        structure: read systematic names as structures as well (the extra `structure`).

    Raises:
        ReferenceDataError, RuleError, UsageError, MissingExtra.
    """
    from precursor_screen.app.run_settings import NO_WATCHLIST, Settings
    from precursor_screen.app.session import load
    from precursor_screen.reference.bundle import SiteRules

    for name, value in (("tiers", tiers), ("watchlists", watchlists), ("rule_dirs", rule_dirs)):
        if isinstance(value, str | Path):
            raise UsageError(f"{name}={value!r} is not a sequence", remedy=f"Write {name}=[{str(value)!r}].")

    return load(
        Settings(
            home=home or default_home(),
            watchlists=(NO_WATCHLIST,) if watchlists is None else tuple(str(w) if isinstance(w, Path) else w for w in watchlists),
            rule_dirs=tuple(rule_dirs),
            only_rules=only_rules,
            site=SiteRules(pack, params, exceptions, concern, rates=rates),
            jurisdiction=jurisdiction,
            as_of=as_of or date.today(),
            tiers=tuple(tiers),
            registers=registers,
            structure=structure,
        )
    )


def screen(
    what: str | Path | ArrowTable,
    reference: Reference | None = None,
    *,
    mapping: Path | None = None,
    encoding: str = "",
    fail_on: str = "none",
    ledger: str = "",
    wait: float = 0.0,
    jobs: int = 1,
    **options: Any,
) -> NotebookReport:
    """Screens a file, a folder, a pattern or a table, as the command does.

    Args:
        what: a path or pattern, or a table of cells of pandas, polars, Arrow or whatever else hands out an Arrow stream (any columns; types
            are turned into text and mapped as in a file).
        reference: from `load_reference`; default: loaded with `options`.
        mapping: a column map; default: the one that was accepted for a layout (`mapping accept`), else guessed.
        encoding: of text input; default: decided by content.
        fail_on: level of a new flag, or band of a shipment, that sets `report.exit_code`.
        ledger: URL of a ledger that remembers the run and is looked back in; default: none. The run counts as delivered when this returns.
        wait: seconds for another run that holds the ledger.
        jobs: processes for reading and matching; 0: as many as there are cores.
        options: of `load_reference`.

    Raises:
        PrecursorScreenError: as the command line would say.
    """
    from precursor_screen.app.run_settings import Settings, read_options
    from precursor_screen.app.session import Session
    from precursor_screen.reporting.brief import NotebookReport

    if reference is not None and options:
        raise UsageError(
            f"{', '.join(options)} cannot be combined with reference=",
            remedy="Pass them to load_reference(), or leave reference= out.",
        )
    sources = sources_of(what)
    known = reference or load_reference(**options)
    settings = Settings(
        watchlists=tuple(w.list_id for w in known.watchlists) if known.parties_wanted else ("none",),
        read=read_options(mapping, encoding, options.get("home") or default_home()),
        fail_on=fail_on,
        ledger=ledger,
        wait=wait,
        jobs=jobs,
    )
    return NotebookReport.of(Session(settings, known).run(sources).report)


def sources_of(what: str | Path | ArrowTable) -> tuple[Source, ...]:
    """What a path, a pattern or a table stands for."""
    from precursor_screen.app.inputs import Source, find_sources

    return find_sources((str(what),)) if isinstance(what, str | Path) else (Source("table", content=_table_bytes(what)),)


def _table_bytes(what: ArrowTable) -> bytes:
    """A table as an Arrow file in memory: it takes the readers' own path, so that it is mapped as any input is.

    Raises:
        UsageError: it is not a table.
    """
    import pyarrow as pa

    if not hasattr(what, "__arrow_c_stream__"):
        problem = f"a {type(what).__name__} is neither a path nor a table"
        raise UsageError(problem, remedy="Give a path, or a table of pandas (2.2 or newer), polars or Arrow.")
    table = pa.table(what)
    views = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}  # as polars has them
    table = table.cast(pa.schema([pa.field(f.name, views.get(f.type, f.type)) for f in table.schema]))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def lookup(text: str, reference: Recogniser | None = None) -> dict[str, Any]:
    """Which controlled substances a text names; see `reference.recogniser.lookup`. Default: what ships, with the packs of the default home, as the law is today."""
    from precursor_screen.reference import recogniser
    from precursor_screen.reference.packs.store import use_home

    if reference is None:
        use_home(default_home())
    return recogniser.lookup(text, reference or recogniser.load_recogniser(date.today()))


def match(
    name: str, watchlists: Sequence[Watchlist], as_of: date | None = None, known: Attributes | None = None
) -> dict[str, Any]:
    """Which entries of some watchlists a name matches; see `reference.watchlists.match.match`. Default: as the lists are today, and
    nothing known of the party but its name."""
    from precursor_screen.reference.watchlists import match as watchlist_match

    return watchlist_match.match(name, watchlists, as_of or date.today(), known or watchlist_match.NAME_ALONE)


def match_each(
    names: Sequence[str], watchlists: Sequence[Watchlist], as_of: date | None = None, known: Attributes | None = None
) -> Iterator[dict[str, Any]]:
    """`match` of several names, in their order; faster than one by one."""
    from precursor_screen.reference.watchlists import match as watchlist_match

    return watchlist_match.match_each(names, watchlists, as_of or date.today(), known or watchlist_match.NAME_ALONE)
