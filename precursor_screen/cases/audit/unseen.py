"""What an audit could not see: lines that could not be evaluated, days without any file, and what it rests on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from precursor_screen.cases.audit.moves import Rows, lines_of, named
from precursor_screen.cases.frames import row
from precursor_screen.core.words import counted

LEAST_GAP = 7  # days in a row without a movement of anybody
MOST_GAPS = 200


class Basis(NamedTuple):
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


def not_evaluable(moves: pd.DataFrame) -> Rows:
    """Rows that lack something, in a fixed order: `what`, and which figures they are not in (`because`); what is missing nowhere is left out."""
    some = named(moves)
    has_kg = (some["kg"] != 0).fillna(False)
    tests = (
        ("mass", "in no sum, price or share", some[some["kg"].isna()]),
        ("date", "in no month, gap or jump", some[some["day"].isna()]),
        ("direction", "held against thresholds that hold for any direction only", some[some["direction"] == ""]),
        ("destination", "on no route that ends anywhere", some[some["destination"] == ""]),
        ("receiver", "with no partner", some[some["receiver"] == ""]),
        ("value", "in no price", some[has_kg & some["value_usd"].isna()]),
        ("threshold", "held against none: none is known", some[has_kg & some["limit_kg"].isna()]),
        ("heading", "not compared with what was recognised", some[some["hs6"] == ""]),
        ("substance", "remembered for another reason, in no figure of a substance", moves[moves["substance"] == ""]),
    )
    return tuple(row(what=what, because=because, rows=len(m), lines=lines_of(m)) for what, because, m in tests if len(m))


def gaps(days: Iterable[date], first: date, last: date) -> Rows:
    """Runs of at least LEAST_GAP days of the period on which nothing of anybody is recorded."""
    met = sorted({d for d in days if first <= d <= last})
    edges = [first - timedelta(days=1), *met, last + timedelta(days=1)]
    found = ((a + timedelta(days=1), b - timedelta(days=1), (b - a).days - 1) for a, b in itertools.pairwise(edges))
    return tuple(row(first=a, last=b, days=days) for a, b, days in found if days >= LEAST_GAP)


def blind_spots(basis: Basis, found: Rows, first: date, last: date, missing: Rows) -> tuple[str, ...]:
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
            f"{days:,} days lie in {counted(len(found), 'gap')} of a week or more without a movement of anybody: "
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
            lacking = f"{one.rows:,} row{' lacks' if one.rows == 1 else 's lack'}"
            said.append(f"{lacking} the {one.what}: {one.because}.")
    said.append("Goods in which no substance was recognised, and that gave no other cause, are not remembered and not here.")
    return tuple(said)
