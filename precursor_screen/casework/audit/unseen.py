"""What an audit could not see: lines that could not be evaluated, days without any file, and what it rests on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from precursor_screen.casework.audit.moves import Lines, Move, lines_of

LEAST_GAP = 7  # days in a row without a movement of anybody
MOST_GAPS = 200


@dataclass(frozen=True, slots=True)
class NotEvaluable:
    """Rows that lack something. what: the field; because: which figures they are not in."""

    what: str
    because: str
    rows: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row on which nothing of anybody is recorded."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Basis:
    """What an audit rests on.

    Attributes:
        source: ledger or manifests.
        jurisdiction: empty: none was set.
        recorded: first and last day of everything that is there; None: nothing is dated.
        undated: rows of everybody without a date: they are in no period. None: not known.
        registers: those that were at hand.
        numbers_of: of how many names of senders a number is known.
        set_aside: lines or files of the manifests that could not be read. unseen: what screening could not see of them, a sentence each.
        parties_screened: whether a watchlist was at hand; None: the ledger does not say.
        look_back: days before the period that were looked at for partners.
    """

    source: str
    jurisdiction: str = ""
    recorded: tuple[date, date] | None = None
    undated: int | None = None
    registers: tuple[str, ...] = ()
    numbers_of: int = 0
    set_aside: int = 0
    unseen: tuple[str, ...] = ()
    parties_screened: bool | None = None
    look_back: int = 0


def not_evaluable(moves: Sequence[Move]) -> tuple[NotEvaluable, ...]:
    """By what is missing, in a fixed order; what is missing nowhere is left out."""
    named = [m for m in moves if m.substance]
    tests = (
        ("mass", "in no sum, price or share", [m for m in named if m.kg is None]),
        ("date", "in no month, gap or jump", [m for m in named if m.day is None]),
        ("direction", "held against thresholds that hold for any direction only", [m for m in named if not m.direction]),
        ("destination", "on no route that ends anywhere", [m for m in named if not m.destination]),
        ("receiver", "with no partner", [m for m in named if not m.receiver]),
        ("value", "in no price", [m for m in named if m.kg and m.value_usd is None]),
        ("threshold", "held against none: none is known", [m for m in named if m.kg and m.limit_kg is None]),
        ("heading", "not compared with what was recognised", [m for m in named if not m.hs6]),
        ("substance", "remembered for another reason, in no figure of a substance", [m for m in moves if not m.substance]),
    )
    return tuple(NotEvaluable(what, because, len(some), lines_of(some)) for what, because, some in tests if some)


def gaps(days: Iterable[date], first: date, last: date) -> tuple[Gap, ...]:
    """Runs of at least LEAST_GAP days of the period on which nothing of anybody is recorded."""
    met = sorted({d for d in days if first <= d <= last})
    edges = [first - timedelta(days=1), *met, last + timedelta(days=1)]
    found = [Gap(a + timedelta(days=1), b - timedelta(days=1)) for a, b in itertools.pairwise(edges)]
    return tuple(g for g in found if g.days >= LEAST_GAP)


def blind_spots(basis: Basis, found: Sequence[Gap], first: date, last: date, missing: Sequence[NotEvaluable]) -> tuple[str, ...]:
    """Sentences on what the figures cannot tell."""
    said = []
    if basis.recorded is None:
        said.append(f"The {basis.source} {'holds' if basis.source == 'ledger' else 'hold'} no dated movement.")
    else:
        begin, end = basis.recorded
        if begin > first:
            said.append(f"Nothing is recorded before {begin}: from {first} to {begin - timedelta(days=1)} the audit saw nothing.")
        if end < last:
            said.append(f"Nothing is recorded after {end}: from {end + timedelta(days=1)} to {last} the audit saw nothing.")
    if found:
        days = sum(g.days for g in found)
        said.append(
            f"{days:,} days lie in {len(found):,} gap{'' if len(found) == 1 else 's'} of a week or more without a movement of anybody: "
            "an audit over a gap proves nothing. The longest: "
            + "; ".join(f"{g.first} to {g.last}" for g in sorted(found, key=lambda g: (-g.days, g.first))[:3])
            + "."
        )
    if not basis.jurisdiction:
        said.append("No jurisdiction was set: nothing was held against a threshold. Set --jurisdiction.")
    for name, what in (
        ("permits", "volumes were not held against permits"),
        ("licences", "who holds a licence is not known"),
        ("import-confirmations", "what arrived is not known"),
        ("pre-export-notifications", "objections are not known"),
    ):
        if name not in basis.registers:
            said.append(f"The register {name} is not imported: {what}. Use `registers import {name}`.")
    if basis.parties_screened is False:
        said.append("No watchlist was at hand: receivers were not compared with any.")
    if basis.undated:
        said.append(f"{basis.undated:,} rows of everybody carry no date and are in no period.")
    if basis.set_aside:
        said.append(f"{basis.set_aside:,} lines or files of the manifests were set aside; `screen` names them.")
    said += basis.unseen
    if basis.source == "ledger":
        said.append("Lines that could not be screened are not in the ledger: the reports of its runs name them.")
    known = f"{basis.numbers_of:,} of its names" if basis.numbers_of else "none of its names"
    said.append(
        f"Numbers of registers and taxes are kept of flagged lines only, here for {known}: the same number elsewhere is missed."
    )
    if basis.recorded is None or basis.recorded[0] > first - timedelta(days=365):
        said.append("Less than a year is recorded before the period: partners of its first year are not called new.")
    said.append(f"Partners count as new by the {basis.look_back:,} days before the period; what was earlier is not looked at.")
    for one in missing:
        if one.what in ("mass", "substance"):
            rows = f"{one.rows:,} row{' lacks' if one.rows == 1 else 's lack'}"
            said.append(f"{rows} the {one.what}: {one.because}.")
    said.append("Goods in which no substance was recognised, and that gave no other cause, are not remembered and not here.")
    return tuple(said)
