"""One reference, asked again and again: what a notebook, a service or a pipeline holds on to.

screener = Screener(jurisdiction="US", watchlists=["sample"])
report = screener.screen("manifest.csv")
report.to_pandas("shipments")
screener.lookup("essigsäureanhydrid").matches
screener.match("Quimeralda Reactivos")
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.run_settings import NO_WATCHLIST, Settings, merge_options
from precursor_screen.app.site_settings import load_settings
from precursor_screen.core.errors import UsageError
from precursor_screen.reference.bundle import Reference

if TYPE_CHECKING:
    from precursor_screen.api import ArrowTable
    from precursor_screen.reporting.brief import NotebookReport


class Control(Struct, frozen=True):
    """A law that lists a substance: instrument (UN1988, EU, US ...), schedule, edition of the table, whether the row was checked."""

    instrument: str
    schedule: str
    edition: str
    verified: bool
    since: str | None = None


class SubstanceFound(Struct, frozen=True):
    """A substance that a text names.

    Attributes:
        substance_id, name: of the tables. tier: convention, national, surveillance or proposed.
        control: the laws that list it today.
        method: name, normalised, cas, cus, ec_number, un_number, hs, fuzzy or structure. strength: strong, medium or weak; a weak one never flags alone.
        form: substance, preparation, mixture or article.
        matched, start, end: what stands in the text, and where, in characters. score: 0 to 100.
        reason: why it does not count; empty: it does.
    """

    substance_id: str
    name: str
    tier: str
    control: list[Control]
    method: str
    strength: str
    form: str
    verified: bool
    matched: str
    start: int
    end: int
    score: float
    reason: str = ""


class Lookup(Struct, frozen=True):
    """What a text names: `matches` count, `suppressed` do not, each with its reason."""

    text: str
    matches: list[SubstanceFound]
    suppressed: list[SubstanceFound]


class PartyMatch(Struct, frozen=True):
    """An entry of a watchlist that a name matches. score: 0 to 100; explain: the words that agree, as `match --explain` shows them."""

    list_id: str
    entry_id: str
    name: str
    matched_name: str
    name_kind: str
    score: float
    programmes: list[str]
    explain: dict[str, Any]


class Screener:
    """All that screening needs to know, loaded once; the settings of the site count as they do for the command.

    Args:
        jurisdiction: US, EU, FR, AU ...; empty: none.
        watchlists: ids, paths, or `sample`; empty: all that are imported. None: parties are not to be screened.
        tiers: convention, national, surveillance, proposed; empty: as the settings say.
        rules: folders of rules, added to those that ship. only_rules: use these instead.
        registers: whether the registers of the home are opened.
        home: where imported lists and registers lie. config: a settings file; default: the one in the working folder.
        as_of: the day that judges; default: today.
        fail_on: level of a new flag, or band of a shipment, that sets `report.exit_code`.
        ledger: a file or URL; default: none.
        mapping: a column map. encoding: of text input. jobs: processes; 0: as many as there are cores.

    Raises:
        UsageError: an option of another type or value.
        ReferenceDataError, RuleError, MissingExtra: as the command would say.
    """

    def __init__(
        self,
        *,
        jurisdiction: str = "",
        watchlists: Sequence[str | Path] | None = (),
        tiers: Sequence[str] = (),
        rules: Sequence[Path | str] = (),
        only_rules: bool = False,
        registers: bool = True,
        home: Path | None = None,
        config: Path | None = None,
        as_of: date | None = None,
        fail_on: str = "",
        ledger: str = "",
        mapping: Path | None = None,
        encoding: str = "",
        jobs: int = 1,
    ) -> None:
        from precursor_screen.app.session import load

        for name, value in (("watchlists", watchlists), ("tiers", tiers), ("rules", rules)):
            if isinstance(value, str | Path):
                raise UsageError(f"{name}={value!r} is not a sequence", remedy=f"Write {name}=[{str(value)!r}].")
        values = load_settings(config)
        merged = merge_options(
            values,
            jurisdiction=jurisdiction or None,
            watchlists=(NO_WATCHLIST,) if watchlists is None else tuple(str(w) if isinstance(w, Path) else w for w in watchlists),
            tiers=tuple(tiers),
            rule_dirs=tuple(map(str, rules)),
            mapping=str(mapping) if mapping else None,
            encoding=encoding or None,
            fail_on=fail_on or None,
            ledger=ledger,
            only_rules=only_rules,
            registers=registers,
            as_of=as_of or date.today(),
            jobs=jobs,
        )
        self.settings: Settings = replace(merged, home=home) if home else merged
        self.reference: Reference = load(self.settings)

    def screen(self, source: str | Path | ArrowTable) -> NotebookReport:
        """Screens a file, a folder, a pattern or a table, as the command does.

        Returns:
            The report: `flags`, `shipments` and `issues` are Arrow tables, `to_pandas(name)` gives them as frames.

        Raises:
            PrecursorScreenError: as the command would say.
        """
        from precursor_screen.api import sources_of
        from precursor_screen.app.session import Session
        from precursor_screen.reporting.brief import NotebookReport

        return NotebookReport.of(Session(self.settings, self.reference).run(sources_of(source)).report)

    def lookup(self, text: str) -> Lookup:
        """Which controlled substances a text names."""
        from precursor_screen.reference import recogniser

        known = recogniser.load_recogniser(self.reference.as_of)
        return msgspec.convert(recogniser.lookup(text, known), Lookup)

    def match(self, name: str) -> list[PartyMatch]:
        """Which entries of the watchlists a name matches, best first."""
        from precursor_screen.reference.watchlists import match as watchlist_match

        found = watchlist_match.match(name, self.reference.watchlists, self.reference.as_of, watchlist_match.NAME_ALONE)
        return msgspec.convert(found["matches"], list[PartyMatch])
