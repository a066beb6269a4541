"""Where an audit's material comes from: a ledger, or manifests that are screened for it. The only module here that reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.casework.audit import moves, names, peers
from precursor_screen.casework.audit.findings import find
from precursor_screen.casework.audit.papers import papers
from precursor_screen.casework.audit.profile import Material, Profile, draw_up
from precursor_screen.casework.audit.ranking import Ranking, by_findings, rank
from precursor_screen.casework.audit.unseen import Basis
from precursor_screen.casework.gathering import unseen
from precursor_screen.engine import connect, fetch
from precursor_screen.model import Substance, Threshold
from precursor_screen.names.party import party_key
from precursor_screen.reference import shipped
from precursor_screen.reference.jurisdiction import own_countries
from precursor_screen.reference.registers.store import Register, RegisterStore
from precursor_screen.reference.substances import load_substances
from precursor_screen.reference.thresholds import load_thresholds
from precursor_screen.rulebook.registers import NOTIFICATIONS

if TYPE_CHECKING:
    from precursor_screen.casework.moved import Moved
    from precursor_screen.ledger.store import Ledger

LOOK_BACK = 400  # days before the period: what partners are known from
_MOST_HELD = 300_000  # movements of which all columns are held at once for a ranking; of more each exporter's are read anew
_AT_ONCE = 1_000  # lines that flags are asked of
_MOST_NUMBERED = 3  # names, and numbers, that are looked up in the cells of flagged lines, each of which are gone through in full


class Source(Protocol):
    """Where movements and flags come from."""

    @property
    def kind(self) -> str:
        """ledger or manifests."""

    def everybody(self, first: date, last: date) -> pa.Table:
        """The columns of `peers.READ` of everything that moved."""

    def of(self, senders: frozenset[str], first: date, last: date) -> pa.Table:
        """The columns of `moves.WANTED` of what some senders, as written, moved."""

    def flags(self, line_ids: Sequence[str]) -> list[dict[str, Any]]:
        """FLAG rows of some lines."""

    def verdicts(self) -> dict[str, str]:
        """The last verdict on each flag."""

    def numbers(self, asked: str, senders: Iterable[str]) -> dict[str, frozenset[str]]:
        """Numbers of senders, as far as they are known: of those that go by a name, or share a number with one, or bear this one."""

    def basis(self) -> Basis:
        """What there is: without jurisdiction, registers and look-back."""


@dataclass(frozen=True, slots=True)
class Law:
    """What an audit knows besides movements: thresholds of one jurisdiction, substances, registers."""

    limits: moves.Limits
    substances: Mapping[str, Substance]
    registers: Mapping[str, pa.Table] = field(default_factory=dict)

    @classmethod
    def of(cls, jurisdiction: str, home: Path) -> Law:
        """What ships, and the registers under a home.

        Raises:
            ReferenceDataError: something of it is damaged.
        """
        thresholds: tuple[Threshold, ...] = load_thresholds(shipped.substances_folder())
        registers: tuple[Register, ...] = RegisterStore(home).open_all()
        return cls(
            moves.Limits(thresholds, jurisdiction),
            {s.substance_id: s for s in load_substances(shipped.substances_folder()).substances},
            {r.manifest.register: r.table for r in registers},
        )


@dataclass(frozen=True, slots=True)
class Everybody:
    """All that moved in a period and before, in few columns, and who sent it. Read once for any number of exporters."""

    source: Source
    law: Law
    first: date
    last: date
    rows: pa.Table
    senders: tuple[names.Sender, ...]

    @classmethod
    def of(cls, source: Source, law: Law, first: date, last: date) -> Everybody:
        """Reads it."""
        rows = source.everybody(_before(first), last)
        return cls(source, law, first, last, rows, _senders(rows, first, last))

    def profile(self, asked: str, also: Sequence[str] = (), leave: Sequence[str] = ()) -> Profile:
        """The profile of one exporter.

        Raises:
            UsageError: see `names.find`.
        """
        numbers = self.source.numbers(asked, [s.name for s in self.senders])
        senders = [
            names.Sender(s.name, s.key, s.rows, s.first, s.last, s.addresses, s.countries, numbers.get(s.name, frozenset()))
            for s in self.senders
        ]
        merged = names.find(asked, senders, also, leave, self._customers)
        every = self.source.of(merged.names, _year_before(self.first), self.last)
        rows = _within(every, self.first, self.last)
        own = moves.to_moves(rows, self.law.limits)
        earlier = every.filter(pc.less(every.column("as_of_date"), self.first))
        days = self.rows.column("as_of_date")
        basis = self.source.basis()
        flagged = self.source.flags(list(dict.fromkeys(m.line_id for m in own)))
        keys = {party_key(t.name) for t in merged.taken} - {""}
        return draw_up(
            Material(
                merged=merged,
                moves=own,
                first=self.first,
                last=self.last,
                peers=peers.compare(self.rows, self.first, self.last, self.law.limits, merged.names),
                basis=Basis(
                    source=basis.source,
                    jurisdiction=self.law.limits.jurisdiction,
                    recorded=basis.recorded,
                    undated=basis.undated,
                    registers=tuple(sorted(self.law.registers)),
                    numbers_of=sum(bool(numbers.get(t.name)) for t in merged.taken),
                    set_aside=basis.set_aside,
                    unseen=basis.unseen,
                    parties_screened=basis.parties_screened,
                    look_back=LOOK_BACK,
                ),
                limits=self.law.limits,
                substances=self.law.substances,
                known_since=self._known_since(merged.names),
                flags=flagged,
                verdicts=self.source.verdicts() if flagged else {},
                days=pc.unique(days).drop_null().to_pylist(),
                papers=papers(
                    rows,
                    self.law.registers,
                    self.law.limits.jurisdiction,
                    frozenset(keys),
                    (self.first, self.last),
                    {m.line_id: m.line for m in own},
                ),
                before=moves.to_moves(earlier, self.law.limits),
                objections=[
                    r for r in self._register(NOTIFICATIONS) if r["status"] == "objected" and (r["exporter_key"] or "") in keys
                ],
            )
        )

    def _register(self, name: str) -> list[dict[str, Any]]:
        return self.law.registers[name].to_pylist() if name in self.law.registers else []

    def _customers(self, own: Iterable[str]) -> dict[str, frozenset[str]]:
        """Receivers of everybody who shares one with some senders, by name as written."""
        query = """with own as (select distinct receiver_key as r from moved where sender_name in (select name from own_names)
                and receiver_key <> ''),
            sharing as (select distinct sender_name as s from moved join own on receiver_key = r)
            select sender_name, list(distinct receiver_key) as receivers from moved join sharing on sender_name = s
            where receiver_key <> '' group by all"""
        found = self._ask(query, own)
        return {row["sender_name"]: frozenset(row["receivers"]) for row in found}

    def _known_since(self, own: Iterable[str]) -> dict[str, date]:
        query = """select receiver_key, min(as_of_date) as first from moved where sender_name in (select name from own_names)
            and receiver_key <> '' and as_of_date is not null group by all"""
        return {row["receiver_key"]: row["first"] for row in self._ask(query, own)}

    def _ask(self, query: str, own: Iterable[str]) -> list[dict[str, Any]]:
        with connect() as connection:
            connection.register("moved", self.rows)
            connection.register("own_names", pa.table({"name": pa.array(sorted(own), pa.string())}))
            rows: list[dict[str, Any]] = fetch(connection, query).to_pylist()
        return rows


def _year_before(first: date) -> date:
    return first - timedelta(days=365) if (first - date.min).days > 365 else date.min


def _before(first: date) -> date:
    return first - timedelta(days=LOOK_BACK) if (first - date.min).days > LOOK_BACK else date.min


def _senders(rows: pa.Table, first: date, last: date) -> tuple[names.Sender, ...]:
    """Everybody who sent something in the period or before it: what any shipment shows of an address counts, also one of before."""
    inside = f"as_of_date between date '{first}' and date '{last}'"
    with connect() as connection:
        connection.register("moved", rows)
        found = fetch(
            connection,
            f"""select sender_name as name, coalesce(any_value(sender_key), '') as key, count(*) filter ({inside}) as n,
                min(as_of_date) filter ({inside}) as since, max(as_of_date) filter ({inside}) as until, list(distinct sender_address_key) filter (sender_address_key <> '') as addresses,
                list(distinct sender_country) filter (sender_country <> '') as countries
            from moved where sender_name is not null group by sender_name
            order by sender_name""",
        ).to_pylist()
    return tuple(
        names.Sender(
            row["name"],
            row["key"],
            row["n"],
            row["since"],
            row["until"],
            frozenset(row["addresses"] or ()),
            frozenset(row["countries"] or ()),
        )
        for row in found
    )


# Headers of the cells of flagged lines that hold a number of the sender's; what a header does not say is not taken.
_OF_SENDER = re.compile(r"export|consignor|shipper|sender|seller|supplier", re.IGNORECASE)
_OF_NUMBER = re.compile(
    r"(?<![a-z])(?:ids?|identifier|ein|eori|vat|tin|tax|reg|registration|licen[cs]e|number|no)(?![a-z])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FromLedger:
    """What a ledger remembers."""

    ledger: Ledger
    kind: str = "ledger"

    def everybody(self, first: date, last: date) -> pa.Table:
        """See `Source`."""
        return self.ledger.movements_between(first, last, columns=peers.READ)

    def of(self, senders: frozenset[str], first: date, last: date) -> pa.Table:
        """See `Source`."""
        wanted = pa.array(sorted(senders), pa.string())
        return self.ledger.movements_between(
            first, last, lambda rows: rows.filter(pc.is_in(rows.column("sender_name"), wanted)), moves.WANTED
        )

    def flags(self, line_ids: Sequence[str]) -> list[dict[str, Any]]:
        """See `Source`."""
        found: list[dict[str, Any]] = []
        for start in range(0, len(line_ids), _AT_ONCE):
            found += self.ledger.flags(line_ids=line_ids[start : start + _AT_ONCE]).to_pylist()
        return found

    def verdicts(self) -> dict[str, str]:
        """See `Source`."""
        return {d.flag_id: d.verdict for d in self.ledger.dispositions()}

    def numbers(self, asked: str, senders: Iterable[str]) -> dict[str, frozenset[str]]:
        """See `Source`: of the cells of flagged lines, which alone the ledger keeps."""
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
        for row in self.ledger.cited_lines(lines[:_AT_ONCE]).to_pylist():
            cells = {str(k).replace("_", " "): str(v) for k, v in json.loads(row["cells"]).items()}
            of_sender = {k: v for k, v in cells.items() if _OF_SENDER.search(k)}
            numbers = {v for k, v in of_sender.items() if _OF_NUMBER.search(k) and any(c.isdigit() for c in v)}
            for name in known.intersection(of_sender.values()):
                found.setdefault(name, set()).update(numbers)

    def basis(self) -> Basis:
        """See `Source`."""
        info = self.ledger.info()
        days = (date.fromisoformat(info.first_day), date.fromisoformat(info.last_day)) if info.first_day else None
        return Basis("ledger", recorded=days)


@dataclass(frozen=True, slots=True)
class FromManifests:
    """What some manifests tell. moved: of all their days that are asked for; parties_screened: whether a list was at hand."""

    moved: Moved
    parties_screened: bool
    kind: str = "manifests"

    def everybody(self, first: date, last: date) -> pa.Table:
        """See `Source`."""
        return _within(self.moved.movements.select(list(peers.READ)), first, last)

    def of(self, senders: frozenset[str], first: date, last: date) -> pa.Table:
        """See `Source`."""
        rows = self.moved.movements.filter(
            pc.is_in(self.moved.movements.column("sender_name"), pa.array(sorted(senders), pa.string()))
        )
        return _within(rows.select(list(moves.WANTED)), first, last)

    def flags(self, line_ids: Sequence[str]) -> list[dict[str, Any]]:
        """See `Source`."""
        if self.moved.report is None:
            return []
        flags = self.moved.report.flags
        rows: list[dict[str, Any]] = flags.filter(pc.is_in(flags.column("line_id"), pa.array(line_ids, pa.string()))).to_pylist()
        return rows

    def verdicts(self) -> dict[str, str]:
        """See `Source`."""
        return {}

    def numbers(self, asked: str, senders: Iterable[str]) -> dict[str, frozenset[str]]:
        """See `Source`: of the lines that the report cites."""
        found: dict[str, set[str]] = {}
        if self.moved.report is not None:
            for row in self.moved.report.particulars.to_pylist():
                for role in ("consignor", "exporter"):
                    if row[f"{role}_name"] and row[f"{role}_identifier"]:
                        found.setdefault(row[f"{role}_name"], set()).add(row[f"{role}_identifier"])
        return {name: frozenset(numbers) for name, numbers in found.items()}

    def basis(self) -> Basis:
        """See `Source`."""
        days = pc.min_max(self.moved.movements.column("as_of_date")).as_py()
        report = self.moved.report
        set_aside = sum(g["count"] for g in report.coverage["set_aside"]) if report is not None else 0
        told = unseen(report.coverage) if report is not None else ()
        return Basis(
            "manifests",
            recorded=(days["min"], days["max"]) if days["min"] else None,
            undated=self.moved.undated,
            set_aside=set_aside,
            unseen=tuple(f"{u.count:,}: {u.message}" for u in told if u.code != "set-aside"),
            parties_screened=self.parties_screened,
        )


def _within(rows: pa.Table, first: date, last: date) -> pa.Table:
    days = rows.column("as_of_date")
    return rows.filter(pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last)))


def days_read(first: date, last: date) -> tuple[date, date]:
    """The days that an audit of a period reads: those before it, by which partners are known, among them."""
    return _before(first), last


@dataclass(frozen=True, slots=True)
class _Held:
    """A source of which the rows of some senders were read at once."""

    source: Source
    rows: pa.Table
    kind: str = "ledger"

    def everybody(self, first: date, last: date) -> pa.Table:
        """See `Source`."""
        return self.source.everybody(first, last)

    def of(self, senders: frozenset[str], first: date, last: date) -> pa.Table:
        """See `Source`."""
        return _within(
            self.rows.filter(pc.is_in(self.rows.column("sender_name"), pa.array(sorted(senders), pa.string()))), first, last
        )

    def flags(self, line_ids: Sequence[str]) -> list[dict[str, Any]]:
        """See `Source`."""
        return self.source.flags(line_ids)

    def verdicts(self) -> dict[str, str]:
        """See `Source`."""
        return self.source.verdicts()

    def numbers(self, asked: str, senders: Iterable[str]) -> dict[str, frozenset[str]]:
        """None: for a ranking no cells are gone through."""
        return {}

    def basis(self) -> Basis:
        """See `Source`."""
        return self.source.basis()


def rank_all(everybody: Everybody, top: int) -> Ranking:
    """Ranks the exporters of the jurisdiction by what an audit of each finds; all of them where none is set."""
    found = peers.compare(everybody.rows, everybody.first, everybody.last, everybody.law.limits)
    jurisdiction = everybody.law.limits.jurisdiction
    own = frozenset(own_countries(jurisdiction))
    mostly: dict[str, names.Sender] = {}
    abroad: set[str] = set()
    for sender in (s for s in everybody.senders if s.rows):
        key = sender.key or sender.name
        if own and sender.countries and not own & sender.countries:
            abroad.add(key)
        elif key not in mostly or sender.rows > mostly[key].rows:
            mostly[key] = sender
    known = {key: sender.name for key, sender in mostly.items()}
    ranking = rank(found, known, everybody.first, everybody.last, jurisdiction, top, abroad - known.keys())
    held = everybody
    if everybody.rows.num_rows <= _MOST_HELD:
        senders = frozenset(s.name for s in everybody.senders)
        rows = everybody.source.of(senders, _year_before(everybody.first), everybody.last)
        held = replace(everybody, source=_Held(everybody.source, rows))
    return by_findings(ranking, lambda name: find(held.profile(name)))
