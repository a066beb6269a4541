"""Where an audit's material comes from: a ledger, or manifests that are screened for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from precursor_screen.app.reconcile_inputs import make_frame, unseen
from precursor_screen.cases.audit import movements, names
from precursor_screen.cases.audit.findings import Ranking, by_findings, find, rank
from precursor_screen.cases.audit.movements import papers, read_papers
from precursor_screen.cases.audit.partners import Basis
from precursor_screen.cases.audit.profile import Profile
from precursor_screen.cases.frames import group, to_tuples
from precursor_screen.cases.reconcile.law import Frame
from precursor_screen.core.arrow import rows_with
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import Substance
from precursor_screen.kernel.movements import count_once
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import own_countries
from precursor_screen.reference.permit_law import known_permit_law
from precursor_screen.reference.registers.store import RegisterStore
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.thresholds import load_thresholds
from precursor_screen.rulebook.registers import NOTIFICATIONS
from precursor_screen.text.party_cells import party_key

if TYPE_CHECKING:
    from precursor_screen.app.reconcile_inputs import MovementTable
    from precursor_screen.history.store import Ledger

LOOK_BACK = 400  # days before the period: what partners are known from
_MOST_HELD = 300_000  # movements of which all columns are held at once for a ranking; of more each exporter's are read anew
_MOST_AUDITED = 2_000  # exporters that a ranking audits, those first that stand out most; eight in a second
_MOST_READ = 1_000  # lines of a cell that are gone through
_MOST_NUMBERED = 3  # names, and numbers, that are looked up in the cells of flagged lines, each of which are gone through in full


class AuditBasis(Struct, frozen=True, dict=True):
    """What an audit knows besides movements: thresholds of one jurisdiction, substances, registers."""

    limits: movements.Limits
    substances: Mapping[str, Substance]
    registers: Mapping[str, pa.Table] = field(default_factory=dict)

    @classmethod
    def of(cls, jurisdiction: str, home: Path) -> AuditBasis:
        """What ships, and the registers under a home.

        Raises:
            ReferenceDataError: something of it is damaged.
        """
        return cls(
            movements.Limits(load_thresholds(shipped.substances_folder()), jurisdiction),
            {s.substance_id: s for s in load_substances(shipped.substances_folder()).substances},
            {r.record.register: r.table for r in RegisterStore(home).open_all()},
        )

    # Read once for any number of exporters.
    documents = cached_property[dict[str, Any]](lambda law: read_papers(law.registers, law.limits.jurisdiction))
    notifications = cached_property[list[dict[str, Any]]](
        lambda law: law.registers[NOTIFICATIONS].to_pylist() if NOTIFICATIONS in law.registers else []
    )


class Population(Struct, frozen=True, dict=True):
    """All that moved in a period and before, in few columns, and who sent it. Read once for any number of exporters."""

    source: Source
    law: AuditBasis
    first: date
    last: date
    trade: movements.Trade
    senders: tuple[names.Sender, ...]

    @classmethod
    def of(cls, source: Source, law: AuditBasis, first: date, last: date) -> Population:
        """Reads it."""
        trade = movements.read(source.all_rows(_before(first), last), first, last, law.limits)
        return cls(source, law, first, last, trade, _senders(trade))

    period = cached_property[Frame](lambda every: make_frame(every.law.limits.jurisdiction, every.first, every.last))  # of papers

    def profile(
        self,
        asked: str,
        also: Sequence[str] = (),
        leave: Sequence[str] = (),
        held: pa.Table | None = None,
        *,
        one_key: bool = False,
    ) -> Profile:
        """The profile of one exporter.

        Args:
            asked: its name or number.
            also, leave: see `names.find`.
            held: rows of everybody, each mass once, out of which its own are taken; then no numbers are looked up. None: they are read.
            one_key: whether names count as its own by their key alone, for a ranking of many.

        Raises:
            UsageError: see `names.find`.
        """
        numbers = self.source.numbers(asked, [s.name for s in self.senders]) if held is None else {}
        senders = [s._replace(numbers=numbers.get(s.name, frozenset())) for s in self.senders]
        merged = names.of_one_key(asked, senders) if one_key else names.find(asked, senders, also, leave, self._customers)
        begin = _before(self.first, 365)
        if held is None:
            every = count_once(self.source.of(merged.names, begin, self.last))
        else:
            every = _sent_by(held, merged.names, begin, self.last)
        rows = _within(every, self.first, self.last)
        own = movements.to_table(rows, self.law.limits)
        keys = frozenset(party_key(t.name) for t in merged.taken) - {""}
        numbered = dict(zip(own["line_id"], own["line"], strict=True))
        flagged = sorted(self.source.flags(list(numbered)), key=lambda f: str(f["flag_id"]))
        return Profile(
            merged=merged,
            table=own,
            first=self.first,
            last=self.last,
            places=movements.measure(movements.compare(self.trade, self.first, merged.names), movements.OWN),
            basis=self.source.basis()._replace(
                jurisdiction=self.law.limits.jurisdiction,
                registers=tuple(sorted(self.law.registers)),
                numbers_of=sum(bool(numbers.get(t.name)) for t in merged.taken),
                look_back=LOOK_BACK,
            ),
            limits=self.law.limits,
            substances=self.law.substances,
            known_since=self._known_since(merged.names),
            flags=flagged,
            verdicts=self.source.verdicts() if flagged else {},
            days=self.trade.days,
            papers=papers(rows, self.law.documents, self.period, keys, numbered) if self.law.documents else (),
            before=every.filter(pc.less(every.column("as_of_date"), self.first)),
            objections=[r for r in self.law.notifications if r["status"] == "objected" and r["exporter_key"] in keys],
        )

    def _customers(self, own: Iterable[str]) -> dict[str, frozenset[str]]:
        """Receivers of everybody who shares one with some senders, by name as written."""
        met = self.trade.met
        shared = met["receiver"][met["name"].isin(list(own))]
        sharing = met["name"][met["receiver"].isin(shared)]
        found = group(met[met["name"].isin(sharing)], ["name"], receivers=("receiver", "distinct"))
        return {one.name: frozenset(one.receivers) for one in to_tuples(found)}

    def _known_since(self, own: Iterable[str]) -> dict[str, date]:
        met = self.trade.met
        found = group(met[met["name"].isin(list(own)) & met["earliest"].notna()], ["receiver"], first=("earliest", "min"))
        return {one.receiver: one.first for one in to_tuples(found)}


def _before(first: date, days: int = LOOK_BACK) -> date:
    return date.fromordinal(max(1, first.toordinal() - days))


def _senders(trade: movements.Trade) -> tuple[names.Sender, ...]:
    """Everybody who sent something in the period or before it: what any shipment shows of an address counts, also one of before."""
    return tuple(
        names.Sender(s.name, s.key, s.rows, s.first, s.last, frozenset(s.addresses), frozenset(s.countries))
        for s in to_tuples(trade.senders)
    )


# Headers of the cells of flagged lines that hold a number of the sender's; what a header does not say is not taken.
_OF_SENDER = re.compile(r"export|consignor|shipper|sender|seller|supplier", re.IGNORECASE)
_OF_NUMBER = re.compile(
    r"(?<![a-z])(?:ids?|identifier|ein|eori|vat|tin|tax|reg|registration|licen[cs]e|number|no)(?![a-z])", re.IGNORECASE
)


class LedgerSource(Struct, frozen=True):
    """What a ledger remembers."""

    ledger: Ledger

    def all_rows(self, first: date, last: date) -> pa.Table:
        """The columns of `movements.READ_OF_ALL` of everything that moved."""
        return self.ledger.movements_between(first, last, columns=movements.READ_OF_ALL)

    def of(self, senders: frozenset[str], first: date, last: date) -> pa.Table:
        """The columns of `movements.WANTED` of what some senders, as written, moved."""
        return self.ledger.movements_between(first, last, lambda rows: _sent_by(rows, senders, first, last), movements.WANTED)

    def flags(self, line_ids: Sequence[str]) -> list[dict[str, Any]]:
        """FLAG rows of some lines."""
        found: list[dict[str, Any]] = self.ledger.flags(line_ids=line_ids).to_pylist()
        return found

    def verdicts(self) -> dict[str, str]:
        """The last verdict on each flag."""
        return {d.flag_id: d.verdict for d in self.ledger.verdicts()}

    def numbers(self, asked: str, senders: Iterable[str]) -> dict[str, frozenset[str]]:
        """Numbers of senders, by the cells of flagged lines, which alone the ledger keeps: of those that go by a name, or share a number with
        one, or bear this one."""
        known = frozenset(senders)
        found: dict[str, set[str]] = {}
        key = party_key(asked)
        own = sorted(n for n in known if n == asked or (key and party_key(n) == key))[:_MOST_NUMBERED]
        for name in own:
            self._note(name, known, found)
        numbers = sorted({number for some in found.values() for number in some})[:_MOST_NUMBERED] or ([] if own else [asked])
        for number in numbers:
            self._note(number, known, found)
        return {name: frozenset(some) for name, some in found.items()}

    def _note(self, cell: str, known: frozenset[str], found: dict[str, set[str]]) -> None:
        lines = self.ledger.lines_with(cell)
        for row in self.ledger.cited_lines(lines[:_MOST_READ]).to_pylist():
            cells = {str(k).replace("_", " "): str(v) for k, v in json.loads(row["cells"]).items()}
            of_sender = {k: v for k, v in cells.items() if _OF_SENDER.search(k)}
            numbers = {v for k, v in of_sender.items() if _OF_NUMBER.search(k) and any(c.isdigit() for c in v)}
            for name in known.intersection(of_sender.values()):
                found.setdefault(name, set()).update(numbers)

    def basis(self) -> Basis:
        """What there is: without jurisdiction, registers and look-back."""
        info = self.ledger.info()
        days = (date.fromisoformat(info.first_day), date.fromisoformat(info.last_day)) if info.first_day else None
        return Basis("ledger", recorded=days)


class ManifestSource(Struct, frozen=True):
    """What some manifests tell. table: of all their days that are asked for; parties_screened: whether a list was at hand."""

    table: MovementTable
    parties_screened: bool

    def all_rows(self, first: date, last: date) -> pa.Table:
        """See `LedgerSource`."""
        return _within(self.table.movements.select(list(movements.READ_OF_ALL)), first, last)

    def of(self, senders: frozenset[str], first: date, last: date) -> pa.Table:
        """See `LedgerSource`."""
        return _sent_by(self.table.movements, senders, first, last).select(list(movements.WANTED))

    def flags(self, line_ids: Sequence[str]) -> list[dict[str, Any]]:
        """See `LedgerSource`."""
        if self.table.report is None:
            return []
        rows: list[dict[str, Any]] = rows_with(self.table.report.flags, "line_id", line_ids).to_pylist()
        return rows

    def verdicts(self) -> dict[str, str]:
        """See `LedgerSource`."""
        return {}

    def numbers(self, asked: str, senders: Iterable[str]) -> dict[str, frozenset[str]]:
        """See `LedgerSource`: of the lines that the report cites."""
        rows = [] if self.table.report is None else self.table.report.particulars.to_pylist()
        stated = ((row[f"{role}_name"], row[f"{role}_identifier"]) for row in rows for role in ("consignor", "exporter"))
        return {name: frozenset(numbers) for name, numbers in grouped(pair for pair in stated if all(pair)).items()}

    def basis(self) -> Basis:
        """See `LedgerSource`."""
        days = pc.min_max(self.table.movements.column("as_of_date")).as_py()
        report = self.table.report
        set_aside = sum(g["count"] for g in report.coverage["set_aside"]) if report is not None else 0
        gaps = unseen(report.coverage) if report is not None else ()
        return Basis(
            "manifests",
            recorded=(days["min"], days["max"]) if days["min"] else None,
            undated=self.table.undated,
            set_aside=set_aside,
            unseen=tuple(f"{u.count:,}: {u.message}" for u in gaps if u.code != "set-aside"),
            parties_screened=self.parties_screened,
        )


Source = LedgerSource | ManifestSource


def _within(rows: pa.Table, first: date, last: date) -> pa.Table:
    days = rows.column("as_of_date")
    return rows.filter(pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last)))


def _sent_by(rows: pa.Table, senders: frozenset[str], first: date, last: date) -> pa.Table:
    return _within(rows_with(rows, "sender_name", senders), first, last)


def days_read(first: date, last: date) -> tuple[date, date]:
    """The days that an audit of a period reads: those before it, by which partners are known, among them."""
    return _before(first), last


def rank_all(population: Population, top: int) -> Ranking:
    """Ranks the exporters of the jurisdiction by what an audit of each finds, then cuts; all of them where none is set."""
    found = movements.compare(population.trade, population.first)
    jurisdiction = population.law.limits.jurisdiction
    own = frozenset(known_permit_law().home(jurisdiction) or own_countries(jurisdiction, population.last))
    mostly: dict[str, names.Sender] = {}
    abroad: set[str] = set()
    for sender in (s for s in population.senders if s.rows):
        key = sender.key or sender.name
        if own and sender.countries and not own & sender.countries:
            abroad.add(key)
        elif key not in mostly or sender.rows > mostly[key].rows:
            mostly[key] = sender
    known = {key: sender.name for key, sender in mostly.items()}
    abroad -= known.keys()
    ranked = rank(found, known, abroad)
    held = None
    if population.trade.rows <= _MOST_HELD:
        senders = frozenset(s.name for s in population.senders)
        held = count_once(population.source.of(senders, _before(population.first, 365), population.last))
    audited = ranked[:_MOST_AUDITED]
    rows = by_findings(audited, lambda name: find(population.profile(name, held=held, one_key=True)))
    shown = (*rows, *ranked[_MOST_AUDITED:])[:top]
    rows = by_findings(shown[: len(audited)], lambda name: find(population.profile(name, held=held)))
    return Ranking(
        population.first,
        population.last,
        jurisdiction,
        len(ranked),
        (*rows, *shown[len(audited) :]),
        len(abroad),
        len(ranked) - len(audited),
    )
