"""To whom and which way: receivers with their first and last day, those that are new or came back, routes and what changed in them; and what
an audit could not see."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from statistics import median
from typing import Any, NamedTuple

import pandas as pd

from precursor_screen.cases.audit.movements import JUST_UNDER, NEW_AFTER, Limit, Limits, Rows, known_kg, lines_of, named, sums
from precursor_screen.cases.frames import group, or_nought, row, to_tuples, values
from precursor_screen.core.grouped import grouped
from precursor_screen.core.words import counted

# What an audit could not see: lines that could not be evaluated, days without any file, and what it rests on.

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


def not_evaluable(movements: pd.DataFrame) -> Rows:
    """Rows that lack something, in a fixed order: `what`, and which figures they are not in (`because`); what is missing nowhere is left out."""
    some = named(movements)
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
        (
            "substance",
            "named by nothing but a code that substances share, or remembered for another reason: in no figure of a substance",
            movements[movements["substance"] == ""],
        ),
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


# How much: by substance, month and destination; months that jump; movements just under a threshold.

JUMP = 3  # times the median of the months before, from which a month is told
_HUNDREDTH = Decimal("0.01")
LEAST_MONTHS = 3  # with a known mass before one can jump


def totals(movements: pd.DataFrame) -> Rows:
    """Of each substance, by name; rows without a substance are in none.

    unknown: rows whose mass is not known: they are in no sum. share_kg: what of it is the share in solutions and mixtures; of_kg: of how
    many kilograms of these.
    """
    found = sums(named(movements), "substance").drop(columns="of_kg")
    mixed = sums(named(movements[movements["goods_kg"].notna()]), "substance").rename(columns={"kg": "share_kg"})
    found = found.merge(mixed[["substance", "share_kg", "of_kg"]], on="substance", how="left")
    for name in ("share_kg", "of_kg"):
        found[name] = or_nought(found[name])
    return to_tuples(found[["substance", "kg", "movements", "unknown", "first", "last", "lines", "share_kg", "of_kg"]])


def years(movements: pd.DataFrame, begin: date, end: date) -> Rows:
    """By substance and calendar year.

    whole: whether all of the year lies in what is looked at; change: against the year before, as a share; None: one of the two is not
    known whole, or was nought.

    Args:
        movements: of the period and of the year before it.
        begin, end: what is looked at and recorded.
    """
    dated = _dated(movements)
    found: dict[tuple[str, int], Any] = {}
    for one in to_tuples(sums(dated.assign(year=dated["day"].dt.year), "substance", "year")):
        whole = begin <= date(one.year, 1, 1) and date(one.year, 12, 31) <= end
        before = found.get((one.substance, one.year - 1))
        change = float(one.kg / before.kg) - 1 if before is not None and before.whole and whole and before.kg > 0 else None
        counts = {"movements": one.movements, "unknown": one.unknown, "whole": whole, "change": change}
        found[one.substance, one.year] = row(substance=one.substance, year=one.year, kg=one.kg, **counts)
    return tuple(found.values())


def volumes(movements: pd.DataFrame) -> Rows:
    """By substance, month (empty: no date) and destination (empty: none is stated)."""
    found = sums(_by_month(named(movements)), "substance", "month", "destination")
    return to_tuples(found[["substance", "month", "destination", "kg", "movements", "unknown", "lines"]])


def months(movements: pd.DataFrame, limits: Limits) -> Rows:
    """By substance and month, dated rows only.

    limit_kg: the threshold of a month on the day of its first movement, of the direction with the most mass; 0: every quantity counts;
    None: none is known; regulated_kg: the smallest mass that it makes a duty of.
    """
    dated = _by_month(_dated(movements))
    found = sums(dated, "substance", "month")
    by_direction = sums(dated, "substance", "month", "direction").sort_values("kg", ascending=False, kind="stable")
    main = by_direction.drop_duplicates(["substance", "month"]).sort_values(["substance", "month"])
    cases = zip(found["substance"], main["direction"], found["first"], strict=True)
    of_months = [_of_month(limits, *case) for case in cases]
    found["limit_kg"] = pd.Series([limit.kg for limit in of_months], dtype=object)
    found["regulated_kg"] = pd.Series([limit.regulated_kg for limit in of_months], dtype=object)
    return to_tuples(found[["substance", "month", "kg", "limit_kg", "regulated_kg", "unknown", "lines"]])


def _of_month(limits: Limits, substance: str, direction: str, day: date) -> Limit:
    limit, of_transaction = limits.find(substance, direction, day, "month"), limits.find(substance, direction, day)
    # Where every quantity of a transaction counts, every month's does.
    return of_transaction if limit.kg is None and of_transaction.kg == 0 else limit


def jumps(found: Rows) -> Rows:
    """Months of at least JUMP times the median of all months with a mass before them (`usual_kg`); times: how many times."""
    with_mass = [m for m in found if m.kg > 0]
    of = {name: [m for m in with_mass if m.substance == name] for name in dict.fromkeys(m.substance for m in with_mass)}
    against = [(m, median(b.kg for b in own[:n])) for own in of.values() for n, m in enumerate(own) if n >= LEAST_MONTHS]
    return tuple(
        row(substance=m.substance, month=m.month, kg=m.kg, usual_kg=usual, lines=m.lines, times=float(m.kg / usual))
        for m, usual in against
        if m.kg >= JUMP * usual
    )


def just_under(movements: pd.DataFrame) -> Rows:
    """Movements from 80 % of the threshold of a transaction to what it just leaves free, by substance, of those with any that can be weighed.

    weighed: movements with a mass and a threshold above zero; near: of them those just under, which `lines` are of, and `share` is their
    share; shares: of all that are weighed, in per cent of the threshold, with the line; exempt: whether what is at it is free, and near.
    """
    some = named(movements[(movements["threshold_kg"] != 0) & movements["limit_kg"].notna() & (movements["limit_kg"] != 0)])
    some = some.assign(times=[kg / limit for kg, limit in zip(some["threshold_kg"], some["limit_kg"], strict=True)])
    found = []
    for substance, own in some.groupby("substance"):
        times, lines = list(own["times"]), values(own["line"])
        below = [kg < regulated for kg, regulated in zip(own["threshold_kg"], own["regulated_kg"], strict=True)]
        near = [line for line, share, free in zip(lines, times, below, strict=True) if free and share >= JUST_UNDER]
        exempt = any(regulated > limit for regulated, limit in zip(own["regulated_kg"], own["limit_kg"], strict=True))
        # Not rounded to the nearer: 99.999 % is under, and 100.001 % over what is exempt.
        sides = [ROUND_UP if exempt and share > 1 else ROUND_DOWN for share in times]
        shares = [float((100 * share).quantize(_HUNDREDTH, side)) for share, side in zip(times, sides, strict=True)]
        counts = {"weighed": len(lines), "near": len(near), "lines": tuple(sorted(set(near))), "exempt": exempt}
        pairs = tuple(sorted(zip(shares, lines, strict=True)))
        found.append(row(substance=substance, **counts, shares=pairs, share=len(near) / len(lines)))
    return tuple(found)


def _dated(movements: pd.DataFrame) -> pd.DataFrame:
    return named(movements[movements["day"].notna()])


def _by_month(movements: pd.DataFrame) -> pd.DataFrame:
    return movements.assign(month=movements["day"].dt.strftime("%Y-%m").fillna(""))


DORMANT = 180  # days without a movement
LEAST_BEFORE_DORMANT = 2  # movements of a partner that can be called dormant: one that bought once is none


def receivers(movements: pd.DataFrame, known_since: Mapping[str, date], last: date, listed: Mapping[str, Sequence[Any]]) -> Rows:
    """Receivers that are named, the largest first.

    Of a receiver:
        key: comparable key of its name; names: as written, the most frequent first; countries: likewise; name: the first of them.
        first, last: days in the period; known_since: first day on record, also before the period; None: none is dated.
        by_substance: kilograms that are known.
        is_new: never met before the period, and more than NEW_AFTER days after the exporter's own first day on record: without a year
            before it nobody can tell.
        gap_days: the longest time without a movement between two; back_on: the day after it; None: no gap of DORMANT days.
        is_dormant: nothing in the last DORMANT days of the period, after several movements.

    Args:
        movements: of the period.
        known_since: first day on record of each receiver of this exporter, also before the period.
        last: day of the period.
        listed: watchlist matches by line_id.
    """
    began = min(known_since.values(), default=None)
    received = movements[movements["receiver"] != ""]
    stated = received["receiver_country"]
    received = received.assign(country=stated.where(stated != "", received["destination"]))
    wanted = {"days": ("day", "distinct"), "names": ("receiver_name", "list"), "countries": ("country", "list")}
    texts = to_tuples(group(received, ["receiver"], **wanted, line_ids=("line_id", "distinct")))
    weighed = {one.receiver: one for one in to_tuples(sums(named(received), "receiver"))}
    rows = to_tuples(sums(named(received), "receiver", "substance"))
    by_substance = grouped((one.receiver, (one.substance, one.kg)) for one in rows)
    found = []
    for every, text in zip(to_tuples(sums(received, "receiver")), texts, strict=True):
        own = weighed.get(every.receiver)  # of goods in which nothing was recognised nobody is a partner
        days = sorted(day for day in text.days if day)
        gap, back_on = max((((b - a).days, b) for a, b in itertools.pairwise(days)), default=(0, None), key=lambda g: g[0])
        is_back = own is not None and gap >= DORMANT
        earliest = min(filter(None, (known_since.get(every.receiver), every.first)), default=None)
        matches = {(e.list_id, e.entry_id): e for line_id in text.line_ids for e in listed.get(line_id, ())}
        names = _most_frequent(text.names)
        found.append(
            row(
                key=every.receiver,
                names=names,
                countries=_most_frequent(text.countries),
                first=every.first,
                last=every.last,
                known_since=earliest,
                movements=every.movements,
                kg=own.kg if own else Decimal(0),
                unknown=own.unknown if own else 0,
                by_substance=tuple(by_substance.get(every.receiver, ())),
                is_new=bool(own and days and earliest == days[0] and began and (days[0] - began).days > NEW_AFTER),
                gap_days=gap if is_back else None,
                back_on=back_on if is_back else None,
                is_dormant=bool(own and len(days) >= LEAST_BEFORE_DORMANT and (last - days[-1]).days >= DORMANT),
                listed=tuple(matches[k] for k in sorted(matches)),
                lines=every.lines,
                name=names[0] if names else every.receiver,
            )
        )
    return tuple(sorted(found, key=lambda r: (-r.kg, -r.movements, r.key)))


def _most_frequent(texts: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(filter(None, texts))
    return tuple(sorted(counts, key=lambda t: (-counts[t], t)))


def routes(movements: pd.DataFrame) -> Rows:
    """From where by which countries to where went goods with a substance, the most used first."""
    some = named(movements)
    found = sums(some.assign(transit=[" ".join(way) for way in some["transit"]]), "dispatch", "transit", "destination")
    found["transit"] = [tuple(way.split()) for way in found["transit"]]
    rows = to_tuples(found[["dispatch", "transit", "destination", "kg", "movements", "first", "last", "lines"]])
    return tuple(sorted(rows, key=lambda r: (-r.movements, -r.kg, r.dispatch, r.transit, r.destination)))


def rerouted(movements: pd.DataFrame, objections: Sequence[Mapping[str, Any]]) -> Rows:
    """What went another way after a State objected: to the same importer elsewhere, or the substance to a country that it had never gone to
    before the objection.

    reference: of the pre-export notification; since: the day it was sent (the register does not hold that of the answer); to:
    destinations afterwards; because: why it is told.

    Args:
        movements: of the period.
        objections: rows of the register of pre-export notifications with the status objected, of this exporter: reference,
            substance_id, country, importer_key, sent.
    """
    found = []
    for one in sorted(objections, key=lambda r: (r["reference"] or "", r["substance_id"] or "")):
        since, country, substance = one["sent"], one["country"] or "", one["substance_id"]
        if since is None or not substance or not country:
            continue
        own = movements[(movements["substance"] == substance) & movements["day"].notna() & (movements["destination"] != "")]
        after = own[(own["day"] > since) & (own["destination"] != country)]
        is_same = after["receiver"].isin([one["importer_key"]] if one["importer_key"] else [])
        is_known = after["destination"].isin(own["destination"][own["day"] <= since])
        elsewhere, anew = after[is_same], after[~is_same & ~is_known]
        reasons = ("the same importer, elsewhere", "a country that the substance had not gone to before")
        for some, because in zip((elsewhere, anew), reasons, strict=True):
            if len(some):
                to = tuple(sorted(set(values(some["destination"]))))
                changed = {"to": to, "because": because, "kg": known_kg(some), "lines": lines_of(some)}
                found.append(row(reference=one["reference"] or "", substance=substance, country=country, since=since, **changed))
    return tuple(found)
