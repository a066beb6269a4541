"""All that screening needs to know, in one frozen value: what the law, the lists and the rules say on one day, for one jurisdiction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import Struct, field
from msgspec.structs import asdict, replace

from precursor_screen.core.cache import kept
from precursor_screen.core.errors import UsageError
from precursor_screen.core.model import COUNTED_TIERS, Concern, Rate, Rule, Threshold, Typology
from precursor_screen.core.words import did_you_mean
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import check_jurisdiction, law_of, own_countries
from precursor_screen.reference.nomenclature import Nomenclature, shipped_nomenclature
from precursor_screen.reference.recogniser import Recogniser, load_recogniser
from precursor_screen.reference.registers.store import ImportRecord, Register
from precursor_screen.reference.shipped import LawTables
from precursor_screen.reference.site_tables import load_concern, load_rates
from precursor_screen.reference.sources import load_sources
from precursor_screen.reference.thresholds import load_thresholds
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.reference.watchlists.registry import MAX_AGE_DAYS
from precursor_screen.reference.watchlists.snapshot_info import SnapshotInfo
from precursor_screen.rulebook.compile import CompiledRule, compile_rules
from precursor_screen.rulebook.exceptions import RuleException, load_exceptions
from precursor_screen.rulebook.grammar import load_rules, rule_files
from precursor_screen.rulebook.lists import NamedList, load_lists, load_macros
from precursor_screen.rulebook.packs import load_packs, load_params, load_typologies

# What is only said of a rule, with nothing in its place.
_UNSAID: Mapping[str, Any] = {
    **dict.fromkeys(("version", "title", "description", "rationale", "explain", "action", "path"), ""),
    **dict.fromkeys(("references", "tags", "related", "falsepositives", "tests"), ()),
    "lines": {},
}


class Reference(Recogniser, frozen=True):
    """Frozen and picklable. parties_wanted is False when no watchlist was wished for (`--watchlist none`);
    maximum_ages in days by list id; registers: by name (permits ...), only those that are imported."""

    thresholds: tuple[Threshold, ...]
    watchlists: tuple[Watchlist, ...]
    parties_wanted: bool
    maximum_ages: Mapping[str, int]
    rules: tuple[CompiledRule, ...]
    rules_sha256: str
    lists: Mapping[str, NamedList]
    typologies: tuple[Typology, ...]
    jurisdiction: str
    own_countries: tuple[str, ...]
    tiers: tuple[str, ...]
    registers: Mapping[str, pa.Table] = field(default_factory=dict)
    register_manifests: tuple[ImportRecord, ...] = ()
    exceptions: tuple[RuleException, ...] = ()
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    concern: Mapping[str, Concern] = field(default_factory=dict)
    always_filed: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    nomenclature: Nomenclature = field(default_factory=Nomenclature)
    law_tables: LawTables = field(default_factory=shipped.law_in_use)

    @property
    def law(self) -> str:
        """The law of the jurisdiction on the day of the run, as the tables name it; empty: none is set, or none is known."""
        return law_of(self.jurisdiction, self.as_of)

    def digest_decisions(self) -> str:
        """The digest of what decides whether a line is flagged: of rules without what is only said of them."""
        rules = [replace(r.rule, **_UNSAID) for r in self.rules]
        rest = (self.lists, self.typologies, self.exceptions, self.parameters)
        return hashlib.sha256(msgspec.json.encode((rules, rest), order="deterministic", enc_hook=repr)).hexdigest()

    def with_rules(self, book: Rulebook) -> Reference:
        """The same with other rules, and all that belongs to them."""
        return replace(self, **book.parts)


class Rulebook(Struct, frozen=True):
    """Rules with what belongs to them. sha256 is over all files, in a fixed order.

    compiled: those of the pack, with the site's parameters.
    """

    rules: tuple[Rule, ...]
    compiled: tuple[CompiledRule, ...]
    lists: Mapping[str, NamedList]
    typologies: tuple[Typology, ...]
    sha256: str
    parameters: Mapping[str, Mapping[str, Any]]
    exceptions: tuple[RuleException, ...]
    macros: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, Any]:
        """What of it is part of a `Reference`."""
        same = {name: getattr(self, name) for name in ("lists", "typologies", "exceptions", "parameters")}
        return {"rules": self.compiled, "rules_sha256": self.sha256, **same}


class SiteRules(Struct, frozen=True):
    """What a site adds: a pack of rules to run ('' for all), files of parameters, exceptions, grades and masses of
    substances, rates of currencies, and which fields are always filed where it screens."""

    pack: str = ""
    params: Path | None = None
    exceptions: Path | None = None
    concern: Path | None = None
    always_filed: tuple[str, ...] = ()
    rates: Path | None = None


def rule_folders(extra: tuple[Path, ...] = (), *, only: bool = False) -> list[Path]:
    """The folders rules come from: those that ship, then a site's own; with `only` the site's alone."""
    return [*([] if only else [shipped.rules_folder()]), *extra]


def load_rulebook(folders: list[Path], site: SiteRules | None = None, *, tested: bool = True) -> Rulebook:
    """Reads and compiles the rules of some folders; a folder without lists, macros, packs or typologies uses those that ship.

    Args:
        folders: in order.
        site: what a site adds.
        tested: whether the rules come with their inline tests. Who screens needs none, and takes all else from an earlier start.

    Raises:
        ErrorGroup: everything that is wrong with them.
        UsageError: a pack that does not exist.
    """
    site = site or SiteRules()
    ours = shipped.rules_folder()
    support = tuple(folders) if ours in folders else (ours, *folders)
    own = [p for p in (site.params, site.exceptions, site.concern, site.rates) if p is not None]
    files = [*rule_files(folders), *(p for f in support for p in sorted(f.glob("*/*.y*ml"))), *own]
    digest = hashlib.sha256(site.pack.encode())
    for path in files:
        digest.update(path.name.encode() + b"\0" + _content(path) + b"\0")
    read = _read_rulebook if tested else _untested_rulebook
    return read(tuple(folders), support, site, tuple(files), digest.hexdigest())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # whoever reads it next says so, with place and remedy
        return b""


@lru_cache(maxsize=4)  # by all that is read: to parse and compile what ships takes a second, and a program may ask for it often
def _read_rulebook(
    folders: tuple[Path, ...], support: tuple[Path, ...], site: SiteRules, files: tuple[Path, ...], sha256: str
) -> Rulebook:
    around = list(support)
    lists, macros, packs = load_lists(around), load_macros(around), load_packs(around)
    rules = kept("rules", tuple[Rule, ...], sha256, lambda: load_rules(list(folders)))
    ours = shipped.rules_folder()
    typologies = load_typologies([f for f in support if f != ours and (f / "typologies").is_dir()] or [ours])
    if site.pack and site.pack not in packs:
        remedy = did_you_mean(site.pack, packs) or f"Known: {', '.join(packs)}."
        raise UsageError(f"no pack is called {site.pack!r}", remedy=remedy)
    parameters = load_params(site.params, rules) if site.params else {}
    exceptions = load_exceptions(site.exceptions, frozenset(r.id for r in rules), lists) if site.exceptions else ()
    compiled = compile_rules(rules, lists, parameters, macros)
    if site.pack:
        compiled = tuple(c for c in compiled if packs[site.pack].holds(c.rule))
    return Rulebook(rules, compiled, lists, typologies, sha256, parameters, exceptions, macros)


@lru_cache(maxsize=4)
def _untested_rulebook(
    folders: tuple[Path, ...], support: tuple[Path, ...], site: SiteRules, files: tuple[Path, ...], sha256: str
) -> Rulebook:
    def make() -> Rulebook:
        book = _read_rulebook(folders, support, site, files, sha256)
        rules = {rule.id: replace(rule, tests=()) for rule in book.rules}
        compiled = tuple(replace(c, rule=rules[c.rule.id]) for c in book.compiled)
        return replace(book, rules=tuple(rules.values()), compiled=compiled)

    # The digest is of names and contents; which file is a list, and which a site's exceptions, the folders and options say.
    return kept("rulebook", Rulebook, f"{sha256} {folders} {site}", make)


def maximum_ages(manifests: Iterable[SnapshotInfo]) -> dict[str, int]:
    """From what age imported lists count as stale, in days: as said at import, else as the official list's rhythm has it, else 90."""
    official = {s.list_id: s.max_age_days for s in load_sources(shipped.watchlists_folder()).values()}
    imported = (m for m in manifests if m.number)  # a file that was never imported has no date of its own
    return {m.list_id: m.max_age_days or official.get(m.list_id, MAX_AGE_DAYS) for m in imported}


def load_reference(
    *,
    watchlists: tuple[Watchlist, ...] = (),
    parties_wanted: bool = True,
    rule_dirs: tuple[Path, ...] = (),
    only_rules: bool = False,
    jurisdiction: str = "",
    as_of: date,
    tiers: tuple[str, ...] = COUNTED_TIERS,
    structure: bool = False,
    registers: tuple[Register, ...] = (),
    site: SiteRules | None = None,
) -> Reference:
    """Loads everything that ships and a site's own rules; with `structure` systematic names are read as structures too.

    Raises:
        ReferenceDataError, RuleError, UsageError: each with place and remedy.
        MissingExtra: structures are wanted, and the extra or Java is not there.
    """
    book = load_rulebook(rule_folders(rule_dirs, only=only_rules), site, tested=False)
    shipped.names_folder()  # only checked: whoever reads names and texts reads its tables where they lie
    folder = shipped.substances_folder()
    known = load_recogniser(as_of, structure=structure)
    return Reference(
        **asdict(known),
        thresholds=load_thresholds(folder),
        watchlists=watchlists,
        parties_wanted=parties_wanted,
        maximum_ages=maximum_ages(w.snapshot for w in watchlists),
        **book.parts,
        jurisdiction=(code := check_jurisdiction(jurisdiction)),
        own_countries=own_countries(code, as_of),
        tiers=tiers,
        registers={r.record.register: r.table for r in registers},
        register_manifests=tuple(r.record for r in registers),
        concern=load_concern(folder, known.substances.substances, site.concern if site else None),
        always_filed=site.always_filed if site else (),
        rates=load_rates(shipped.rates_file(), site.rates if site else None),
        nomenclature=shipped_nomenclature(),
    )
