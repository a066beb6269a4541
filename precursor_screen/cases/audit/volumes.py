"""How much: by substance, month and destination; months that jump; movements just under a threshold."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, Decimal
from statistics import median
from typing import Any

import pandas as pd

from precursor_screen.cases.audit.moves import Limits, Rows, named, sums
from precursor_screen.cases.audit.peers import JUST_UNDER
from precursor_screen.cases.frames import or_nought, row, to_tuples, values

JUMP = 3  # times the median of the months before, from which a month is told
_HUNDREDTH = Decimal("0.01")
LEAST_MONTHS = 3  # with a known mass before one can jump


def totals(moves: pd.DataFrame) -> Rows:
    """Of each substance, by name; rows without a substance are in none.

    unknown: rows whose mass is not known: they are in no sum. share_kg: what of it is the share in solutions and mixtures; of_kg: of how
    many kilograms of these.
    """
    found = sums(named(moves), "substance").drop(columns="of_kg")
    mixed = sums(named(moves[moves["goods_kg"].notna()]), "substance").rename(columns={"kg": "share_kg"})
    found = found.merge(mixed[["substance", "share_kg", "of_kg"]], on="substance", how="left")
    for name in ("share_kg", "of_kg"):
        found[name] = or_nought(found[name])
    return to_tuples(found[["substance", "kg", "movements", "unknown", "first", "last", "lines", "share_kg", "of_kg"]])


def years(moves: pd.DataFrame, begin: date, end: date) -> Rows:
    """By substance and calendar year.

    whole: whether all of the year lies in what is looked at; change: against the year before, as a share; None: one of the two is not
    known whole, or was nought.

    Args:
        moves: of the period and of the year before it.
        begin, end: what is looked at and recorded.
    """
    dated = _dated(moves)
    found: dict[tuple[str, int], Any] = {}
    for one in to_tuples(sums(dated.assign(year=dated["day"].dt.year), "substance", "year")):
        whole = begin <= date(one.year, 1, 1) and date(one.year, 12, 31) <= end
        before = found.get((one.substance, one.year - 1))
        change = float(one.kg / before.kg) - 1 if before is not None and before.whole and whole and before.kg > 0 else None
        counts = {"movements": one.movements, "unknown": one.unknown, "whole": whole, "change": change}
        found[one.substance, one.year] = row(substance=one.substance, year=one.year, kg=one.kg, **counts)
    return tuple(found.values())


def volumes(moves: pd.DataFrame) -> Rows:
    """By substance, month (empty: no date) and destination (empty: none is stated)."""
    found = sums(_by_month(named(moves)), "substance", "month", "destination")
    return to_tuples(found[["substance", "month", "destination", "kg", "movements", "unknown", "lines"]])


def months(moves: pd.DataFrame, limits: Limits) -> Rows:
    """By substance and month, dated rows only.

    limit_kg: the threshold of a month on the day of its first movement, of the direction with the most mass; 0: every quantity counts;
    None: none is known.
    """
    dated = _by_month(_dated(moves))
    found = sums(dated, "substance", "month")
    by_direction = sums(dated, "substance", "month", "direction").sort_values("kg", ascending=False, kind="stable")
    main = by_direction.drop_duplicates(["substance", "month"]).sort_values(["substance", "month"])
    cases = zip(found["substance"], main["direction"], found["first"], strict=True)
    found["limit_kg"] = pd.Series([_of_month(limits, *case) for case in cases], dtype=object)
    return to_tuples(found[["substance", "month", "kg", "limit_kg", "unknown", "lines"]])


def _of_month(limits: Limits, substance: str, direction: str, day: date) -> Decimal | None:
    limit = limits.find(substance, direction, day, "month")
    if limit is None and limits.find(substance, direction, day) == 0:
        return Decimal(0)  # every quantity of a transaction counts, so every month's does
    return limit


def jumps(found: Rows) -> Rows:
    """Months of at least JUMP times the median of all months with a mass before them (`usual_kg`); times: how many times."""
    jumped = []
    for substance in dict.fromkeys(m.substance for m in found):
        own = [m for m in found if m.substance == substance and m.kg > 0]
        for number, m in enumerate(own[LEAST_MONTHS:], LEAST_MONTHS):
            usual = median(before.kg for before in own[:number])
            if m.kg >= JUMP * usual:
                times = float(m.kg / usual)
                jumped.append(row(substance=substance, month=m.month, kg=m.kg, usual_kg=usual, lines=m.lines, times=times))
    return tuple(jumped)


def just_under(moves: pd.DataFrame) -> Rows:
    """Movements from 80 to less than 100 % of the threshold of a transaction, by substance, of those with any that can be weighed.

    weighed: movements with a mass and a threshold above zero; near: of them those just under, which `lines` are of, and `share` is their
    share; shares: of all that are weighed, in per cent of the threshold, with the line.
    """
    some = named(moves[(moves["kg"] != 0) & moves["limit_kg"].notna() & (moves["limit_kg"] != 0)])
    some = some.assign(times=[kg / limit for kg, limit in zip(some["kg"], some["limit_kg"], strict=True)])
    found = []
    for substance, own in some.groupby("substance"):
        times, lines = list(own["times"]), values(own["line"])
        near = [line for line, share in zip(lines, times, strict=True) if JUST_UNDER <= share < 1]
        # Cut, not rounded: 99.999 % is under.
        shares = [float((100 * share).quantize(_HUNDREDTH, ROUND_DOWN)) for share in times]
        counts = {"weighed": len(lines), "near": len(near), "lines": tuple(sorted(set(near)))}
        pairs = tuple(sorted(zip(shares, lines, strict=True)))
        found.append(row(substance=substance, **counts, shares=pairs, share=len(near) / len(lines)))
    return tuple(found)


def _dated(moves: pd.DataFrame) -> pd.DataFrame:
    return named(moves[moves["day"].notna()])


def _by_month(moves: pd.DataFrame) -> pd.DataFrame:
    return moves.assign(month=moves["day"].dt.strftime("%Y-%m").fillna(""))
