"""What a report could not see, by consequence: each with the one column, register, list or setting that would cure it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from precursor_screen.app.coverage import own_editions, show_age, stale_laws
from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.schema import BESIDE_TABLE, BY_NAME
from precursor_screen.core.words import capital, first_and_more
from precursor_screen.kernel.legal_status import THRESHOLDS
from precursor_screen.kernel.part import Gap, LineGaps
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved, rows_of
from precursor_screen.kernel.screen import Screened
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import NO_LAW
from precursor_screen.reference.site_tables import STALE_DAYS
from precursor_screen.rulebook.registers import LICENCES, NOTIFICATIONS, PERMITS, VOLUNTARY, scope_of

# Blind spots of the law: tables that nobody compared with their source, and countries whose law is in no table.

HELD = "The countries whose law the tables hold are listed in docs/substances.md."
_MOST_COUNTRIES = 5


def find_law_blind_spots(relevant: Resolved, unknown: Gap, reference: Reference) -> Iterator[tuple[str, str, str, int]]:
    """(code, message, remedy, shipments) of what the tables of the law lack: for the relevant lines, and for all (`LineGaps.law`)."""
    unchecked = {e.instrument for e in own_editions(reference) if e.checked is None}
    for instrument in sorted(unchecked):
        message = f"Nobody has compared all tables of {instrument} with their source: a listing may be missing or have ended"
        yield f"unchecked-law-{instrument}", message, HELD, len(_listed(relevant, instrument))
    if unknown.by_name:
        often = sorted(unknown.by_name, key=lambda code: (-unknown.by_name[code], code))
        message = f"No law is known of {first_and_more(often, _MOST_COUNTRIES)}, where goods come from or go: what only that law lists is not seen"
        yield "unknown-law", message, HELD, unknown.shipments


def _listed(relevant: Resolved, instrument: str) -> set[str]:
    """Shipments with a substance that an instrument lists."""
    controls = relevant.substances.column("control").to_pylist()
    holds = [any(c["instrument"] == instrument for c in some or ()) for some in controls]
    lines = relevant.substances.column(LINE_NO).filter(pa.array(holds, pa.bool_()))
    return set(relevant.lines.column("shipment_id").take(rows_of(lines, relevant.lines.column(LINE_NO))).to_pylist())


_NEWER = "Install a newer edition of the tables; what was compared and when is in docs/substances.md."
_NO_TABLE = "See what is on file: precursor-screen substances show SUBSTANCE"
# Facts that come from a register, by the beginning of their names.
_OF_REGISTER = {
    "permit_": PERMITS,
    "pen_": NOTIFICATIONS,
    "objected_": NOTIFICATIONS,
    "voluntary_": VOLUNTARY,
    "consignee_licensed": LICENCES,
    "exporter_licensed": LICENCES,
    "licence_lapsed": LICENCES,
}
# Facts that come from columns of the input: what a reader calls them, and the column that would cure it.
_OF_COLUMNS = {
    "receiver": ("Receivers are not named", "a column of consignees or importers"),
    "sender": ("Senders are not named", "a column of consignors or exporters"),
    "receiver_country": ("Parties carry no country", "a column of the consignee's country or of the destination"),
    "sender_country": ("Parties carry no country", "a column of the consignor's country or of the country of dispatch"),
    "receiver_address": ("Receivers carry no address", "a column of the consignee's address"),
    "sender_address": ("Senders carry no address", "a column of the consignor's address"),
    "mass": ("Masses are not stated", "a column of the net mass"),
    "value_usd": ("Values are not stated", "columns of value and currency"),
}
_MASSES = ("substance_mass_kg", "largest_mass_kg", "goods_mass_kg", "mass_basis")
_MOST_NAMED = 2


class _BlindSpot(Struct):
    """What one cure would cure."""

    message: str
    remedy: str
    shipments: int = 0
    rules: set[str] = field(default_factory=set)


def find_blind_spots(screened: Screened, described: bool, reference: Reference) -> list[dict[str, Any]]:
    """What the run could not see.

    Args:
        screened: what the kernel found.
        described: whether any line has a description.
        reference: jurisdiction, thresholds, registers, rates, lists.

    Returns:
        code, message, remedy, shipments, rules (ids): those that concern most shipments first; whatever holds for the whole run before
        all others.
    """
    facts = _Facts(screened.resolved, screened.shipments.num_rows)
    gaps = screened.gaps
    usable = any(t.jurisdiction == reference.law and t.kg is not None for t in reference.thresholds)
    found = _of_run(reference, described=described, usable=usable)
    of_run = {code: _BlindSpot(message, remedy, facts.all) for code, message, remedy in found}
    blind_spots = dict(of_run)
    for rule_id, missing in _missing(screened.unjudged):
        for code, message, remedy, shipments in _cure(missing, reference, facts, usable=usable):
            blind_spot = blind_spots.setdefault(code, _BlindSpot(message, remedy, shipments))
            blind_spot.rules.add(rule_id)
    for code, message, remedy, shipments in chain(_of_rates(gaps), find_law_blind_spots(screened.resolved, gaps.law, reference)):
        blind_spots[code] = _BlindSpot(message, remedy, shipments)
    order = sorted(
        blind_spots, key=lambda code: (code not in of_run, -blind_spots[code].shipments, -len(blind_spots[code].rules), code)
    )
    return [
        {"code": c, "message": s.message, "remedy": s.remedy, "shipments": s.shipments, "rules": sorted(s.rules)}
        for c in order
        if (s := blind_spots[c]).shipments or c in of_run
    ]


def _of_run(reference: Reference, *, described: bool, usable: bool) -> Iterator[tuple[str, str, str]]:
    """What holds for the whole run: code, message, remedy."""
    if not reference.jurisdiction:
        message = "No jurisdiction is set: quantities are not judged, nor directions that are not stated"
        yield "no-jurisdiction", message, "Give --jurisdiction."
    elif not reference.law:
        yield "no-law", f"{reference.jurisdiction}: {NO_LAW}", HELD
    elif not usable:
        yield "no-thresholds", f"No thresholds for {reference.jurisdiction}: quantities are not judged", _NO_TABLE
    if silent := sorted(name for name, table in reference.registers.items() if scope_of(table).complete is None):
        message = (
            f"Registers that do not say whether they are complete ({', '.join(silent)}): what is absent from them proves nothing"
        )
        yield "register-completeness", message, "Import them with --complete or --incomplete."
    if not described:
        message = "Descriptions are missing in all lines: substances are seen by code only"
        yield "no-descriptions", message, "Give a column of goods descriptions."
    if not reference.watchlists:
        remedy = "Import one: precursor-screen watchlists update un-sc"
        yield "no-watchlist", "Parties are not compared with any list", remedy
    for edition in stale_laws(reference):
        yield f"stale-law-{edition.name}", capital(show_age(edition)), _NEWER


def _missing(unjudged: pa.Table) -> list[tuple[str, str]]:
    pairs = tuples_of(unjudged, "rule_id", "field")
    return sorted({(rule_id, name.strip()) for rule_id, missing in pairs for name in missing.split(" or ")})


def _cure(missing: str, reference: Reference, facts: _Facts, *, usable: bool) -> Iterable[tuple[str, str, str, int]]:
    """(code, message, remedy, shipments) for a field for want of which a rule could not judge."""
    register = missing.removeprefix("register.") if missing.startswith("register.") else _register_of(missing)
    if register is not None and register not in reference.registers:
        name = register.replace("pre-export-", "pre-export ").replace("annual-", "annual ")
        yield (
            f"no-register-{register}",
            f"No register of {name}",
            f"Import one: precursor-screen registers import {register} FILE",
            facts.goods,
        )
    elif missing in THRESHOLDS:
        if usable:
            without = facts.without("threshold_kg", "threshold_month_kg", "threshold_year_kg")
            message = f"No {reference.law} threshold on file for {', '.join(facts.unlimited())}"
            yield "some-thresholds", message, _NO_TABLE, without
    elif missing in _MASSES:
        yield (
            "no-mass",
            f"{_OF_COLUMNS['mass'][0]} in some lines",
            f"Give {_OF_COLUMNS['mass'][1]}.",
            facts.without("largest_mass_kg"),
        )
    elif missing == "value_usd":
        pass  # told with the rates
    else:
        column = missing.removesuffix("_key").removesuffix("_name").removesuffix("_role")
        said, cure = _OF_COLUMNS.get(column, (None, None))
        if said is not None:
            yield f"no-{column.replace('_', '-')}", f"{said} in some lines", f"Give {cure}.", facts.without(missing)
        elif missing in BY_NAME and BY_NAME[missing].origin == "filed":
            words = missing.replace("_", " ")
            yield (
                f"no-{missing.replace('_', '-')}",
                f"The {words} is not stated in some lines",
                f"Give a column of it ({words}).",
                facts.without(missing),
            )


def _register_of(missing: str) -> str | None:
    if missing not in BY_NAME or BY_NAME[missing].origin != "resolve":
        return None
    return next((register for start, register in _OF_REGISTER.items() if missing.startswith(start)), None)


class _Facts:
    """How many shipments lack something: of all, of those with goods of a substance."""

    def __init__(self, relevant: Resolved, shipments: int) -> None:
        self._lines, self._candidates = relevant.lines, relevant.substances
        if "message_type" in self._lines.column_names:  # a text beside a table has no columns that it could lack
            beside = pc.equal(pc.fill_null(self._lines.column("message_type"), ""), BESIDE_TABLE)
            numbers = self._lines.column(LINE_NO).filter(beside)
            self._lines = self._lines.filter(pc.invert(beside))
            self._candidates = self._candidates.filter(pc.invert(pc.is_in(self._candidates.column(LINE_NO), numbers)))
        self._at = rows_of(self._candidates.column(LINE_NO), self._lines.column(LINE_NO))
        self._of_candidates = self._lines.column("shipment_id").take(self._at)
        self.all = shipments
        self.goods = _count(self._of_candidates)

    def without(self, *columns: str) -> int:
        """Shipments with goods of a substance of which none of some facts is known."""
        known: Any = None
        for column in columns:
            there = self._known(column)
            known = there if known is None else pc.or_(known, there)
        return _count(self._of_candidates.filter(pc.invert(known)))

    def _known(self, column: str) -> Any:
        if column in self._candidates.column_names:
            return pc.is_valid(self._candidates.column(column))
        if column in self._lines.column_names:
            return pc.is_valid(self._lines.column(column).take(self._at))
        return pa.chunked_array([pa.repeat(False, self._candidates.num_rows)], pa.bool_())

    def unlimited(self) -> list[str]:
        """The substances without any threshold, some of them by name."""
        known = pc.or_(pc.or_(self._known("threshold_kg"), self._known("threshold_month_kg")), self._known("threshold_year_kg"))
        names = sorted(set(self._candidates.column("substance_name").filter(pc.invert(known)).to_pylist()))
        return [*names[:_MOST_NAMED], *([f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else [])] or ["some"]


def _count(shipments: pa.ChunkedArray) -> int:
    return len(pc.unique(shipments))


def _of_rates(gaps: LineGaps) -> Iterable[tuple[str, str, str, int]]:
    """Values in currencies without a rate, or with one of long ago."""
    remedy = "Give rates: --rates FILE (CSV: currency, date, usd)."
    if gaps.rate.by_name:
        message = f"No rate for {', '.join(sorted(gaps.rate.by_name))}: their values are not judged"
        yield "no-rate", message, remedy, gaps.rate.shipments
    if gaps.stale_rate.by_name:
        names = ", ".join(sorted(gaps.stale_rate.by_name))
        message = f"Rates of {names} are more than {STALE_DAYS} days off: their values are judged by them all the same"
        yield "stale-rates", message, remedy, gaps.stale_rate.shipments
