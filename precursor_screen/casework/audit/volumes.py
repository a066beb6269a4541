"""How much: by substance, month and destination; months that jump; movements just under a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from statistics import median

from precursor_screen.casework.audit.moves import Limits, Lines, Move, count_movements, group, known_kg, lines_of
from precursor_screen.casework.audit.peers import JUST_UNDER

JUMP = 3  # times the median of the months before, from which a month is told
_HUNDREDTH = Decimal("0.01")
LEAST_MONTHS = 3  # with a known mass before one can jump


@dataclass(frozen=True, slots=True)
class Total:
    """All of one substance. unknown: movements' rows whose mass is not known: they are in no sum.

    share_kg: what of it is the share in solutions and mixtures; of_kg: of how many kilograms of these.
    """

    substance: str
    kg: Decimal
    movements: int
    unknown: int
    first: date | None
    last: date | None
    lines: Lines
    share_kg: Decimal = Decimal(0)
    of_kg: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class YearKg:
    """One substance in one calendar year. change: against the year before, as a share; None: one of the two is not known whole, or was nought.

    whole: whether all of the year lies in what is looked at.
    """

    substance: str
    year: int
    kg: Decimal
    movements: int
    unknown: int
    whole: bool
    change: float | None


@dataclass(frozen=True, slots=True)
class Volume:
    """One substance, month (empty: no date) and destination (empty: none is stated)."""

    substance: str
    month: str
    destination: str
    kg: Decimal
    movements: int
    unknown: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class MonthKg:
    """One substance in one month. limit_kg: the threshold of a month on the day of its first movement, of the direction with the most mass; 0:
    every quantity counts; None: none is known."""

    substance: str
    month: str
    kg: Decimal
    limit_kg: Decimal | None
    unknown: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class Jump:
    """A month with much more than those before it."""

    substance: str
    month: str
    kg: Decimal
    usual_kg: Decimal
    lines: Lines

    @property
    def times(self) -> float:
        """How many times the usual."""
        return float(self.kg / self.usual_kg)


@dataclass(frozen=True, slots=True)
class JustUnder:
    """Movements of one substance from 80 to less than 100 % of the threshold of a transaction.

    weighed: movements with a mass and a threshold above zero; near: of them those just under; shares: of all that are weighed, in
    per cent of the threshold, with the line.
    """

    substance: str
    weighed: int
    near: int
    lines: Lines
    shares: tuple[tuple[float, int], ...]

    @property
    def share(self) -> float:
        """Just under, of those weighed."""
        return self.near / self.weighed


def totals(moves: Sequence[Move]) -> tuple[Total, ...]:
    """Of each substance, by name; rows without a substance are in none."""
    found = []
    for substance, some in sorted(group(_named(moves), lambda m: m.substance).items()):
        days = [m.day for m in some if m.day]
        first, last = min(days, default=None), max(days, default=None)
        mixed = [m for m in some if m.goods_kg is not None]
        of_kg = sum((m.goods_kg for m in mixed if m.goods_kg is not None), Decimal(0))
        sums = (known_kg(some), count_movements(some), _unknown(some), first, last, lines_of(some))
        found.append(Total(substance, *sums, known_kg(mixed), of_kg))
    return tuple(found)


def years(moves: Sequence[Move], begin: date, end: date) -> tuple[YearKg, ...]:
    """By substance and calendar year, with the change against the year before.

    Args:
        moves: of the period and of the year before it.
        begin, end: what is looked at and recorded.
    """
    grouped = group(_dated(moves), lambda m: (m.substance, m.day.year if m.day else 0))
    found: dict[tuple[str, int], YearKg] = {}
    for (substance, year), some in sorted(grouped.items()):
        whole = begin <= date(year, 1, 1) and date(year, 12, 31) <= end
        before = found.get((substance, year - 1))
        kg = known_kg(some)
        known = before is not None and before.whole and whole and before.kg > 0
        change = float(kg / before.kg) - 1 if known and before is not None else None
        found[substance, year] = YearKg(substance, year, kg, count_movements(some), _unknown(some), whole, change)
    return tuple(found.values())


def volumes(moves: Sequence[Move]) -> tuple[Volume, ...]:
    """By substance, month and destination."""
    groups = group(_named(moves), lambda m: (m.substance, m.month, m.destination))
    return tuple(
        Volume(*key, known_kg(some), count_movements(some), _unknown(some), lines_of(some))
        for key, some in sorted(groups.items())
    )


def months(moves: Sequence[Move], limits: Limits) -> tuple[MonthKg, ...]:
    """By substance and month, dated rows only."""
    found = []
    for (substance, month), some in sorted(group(_dated(moves), lambda m: (m.substance, m.month)).items()):
        directions = group(some, lambda m: m.direction)
        main = max(sorted(directions), key=lambda d: known_kg(directions[d]))
        day = min(m.day for m in some if m.day)
        limit = limits.find(substance, main, day, "month")
        if limit is None and limits.find(substance, main, day) == 0:
            limit = Decimal(0)  # every quantity of a transaction counts, so every month's does
        found.append(MonthKg(substance, month, known_kg(some), limit, _unknown(some), lines_of(some)))
    return tuple(found)


def jumps(found: Sequence[MonthKg]) -> tuple[Jump, ...]:
    """Months of at least JUMP times the median of all months with a mass before them."""
    jumped = []
    for substance in dict.fromkeys(m.substance for m in found):
        own = [m for m in found if m.substance == substance and m.kg > 0]
        for number in range(LEAST_MONTHS, len(own)):
            usual = median(m.kg for m in own[:number])
            if own[number].kg >= JUMP * usual:
                jumped.append(Jump(substance, own[number].month, own[number].kg, usual, own[number].lines))
    return tuple(jumped)


def just_under(moves: Sequence[Move]) -> tuple[JustUnder, ...]:
    """By substance, of those with any movement that can be weighed."""
    found = []
    for substance, some in sorted(group(_named(moves), lambda m: m.substance).items()):
        shares, near = [], []
        for move in some:
            if move.kg and move.limit_kg:
                share = move.kg / move.limit_kg
                # Cut, not rounded: 99.999 % is under.
                shares.append((float((100 * share).quantize(_HUNDREDTH, ROUND_DOWN)), move.line))
                if JUST_UNDER <= share < 1:
                    near.append(move)
        if shares:
            found.append(JustUnder(substance, len(shares), len(near), lines_of(near), tuple(sorted(shares))))
    return tuple(found)


def _named(moves: Sequence[Move]) -> list[Move]:
    return [m for m in moves if m.substance]


def _dated(moves: Sequence[Move]) -> list[Move]:
    return [m for m in moves if m.substance and m.day]


def _unknown(moves: Sequence[Move]) -> int:
    return sum(m.kg is None for m in moves)
