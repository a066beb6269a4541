"""What was declared and for how much: headings that do not fit what was recognised, prices outside a band, shipments that are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import quantiles

from precursor_screen.casework.audit.moves import Lines, Move, group, known_kg, lines_of
from precursor_screen.model import Substance

LEAST_PRICES = 8  # of a substance, before its quartiles say anything
FENCE = Decimal("1.5")  # interquartile ranges beyond a quartile (J. W. Tukey, Exploratory Data Analysis, 1977)
CHEAP = 2  # times less than the low end of what it usually costs


@dataclass(frozen=True, slots=True)
class Band:
    """What one substance cost, US dollars a kilogram. usual: low end of what it costs by the drum, if the tables know it.

    prices: lines with a value and a mass and no other substance; low, median, high: quartiles; None: fewer than LEAST_PRICES.
    """

    substance: str
    prices: int
    low: Decimal | None
    median: Decimal | None
    high: Decimal | None
    usual: Decimal | None
    lines: Lines


@dataclass(frozen=True, slots=True)
class OddPrice:
    """A price outside its band; because: which band."""

    substance: str
    usd_per_kg: Decimal
    because: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class Declared:
    """What was declared where a substance was recognised.

    Attributes:
        hs6: declared; empty: none. fits: among the substance's headings; None: no heading is declared, or the tables know none.
        method: by what it was recognised, the best of each line; example: a description.
    """

    substance: str
    hs6: str
    fits: bool | None
    methods: tuple[str, ...]
    example: str
    kg: Decimal
    rows: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Several shipments of one day with the same goods, mass and value to one receiver."""

    substance: str
    day: date
    kg: Decimal
    value_usd: Decimal
    receiver: str
    shipments: tuple[str, ...]
    lines: Lines


def bands(moves: Sequence[Move], substances: Mapping[str, Substance]) -> tuple[tuple[Band, ...], tuple[OddPrice, ...]]:
    """Prices by substance, and those outside."""
    found, odd = [], []
    for substance, priced in sorted(priced_of(moves).items()):
        prices = [p for p, _ in priced]
        known = substances.get(substance)
        usual = known.usual_usd_per_kg if known else None
        low = middle = high = None
        if len(prices) >= LEAST_PRICES:
            low, middle, high = (_cents(q) for q in quantiles(prices, n=4, method="inclusive"))
        found.append(Band(substance, len(prices), low, middle, high, usual, lines_of(m for _, m in priced)))
        for price, move in sorted(priced, key=lambda p: (p[0], p[1].line)):
            because = _outside(price, low, high, usual)
            if because:
                odd.append(OddPrice(substance, _cents(price), because, (move.line,)))
    return tuple(found), tuple(odd)


def priced_of(moves: Sequence[Move]) -> dict[str, list[tuple[Decimal, Move]]]:
    """US dollars a kilogram by substance. The value is that of the line, so that a line with two substances has no price."""
    found: dict[str, list[tuple[Decimal, Move]]] = {}
    for some in group((m for m in moves if m.substance), lambda m: m.line).values():
        move = some[0]
        if len(some) == 1 and move.kg and move.value_usd:
            found.setdefault(move.substance, []).append((move.value_usd / move.kg, move))
    return found


def _outside(price: Decimal, low: Decimal | None, high: Decimal | None, usual: Decimal | None) -> str:
    if usual is not None and price * CHEAP < usual:
        return f"less than half of the {_cents(usual)} that it costs by the drum"
    if low is not None and high is not None and high > low:  # of prices that are mostly one, any other would lie outside
        reach = FENCE * (high - low)
        if price < low - reach or price > high + reach:
            side = "below" if price < low else "above"
            return f"far {side} this exporter's own {low} to {high} (middle half)"
    return ""


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def declared(moves: Sequence[Move], substances: Mapping[str, Substance]) -> tuple[Declared, ...]:
    """By substance and heading, what does not fit first."""
    found = []
    for (substance, hs6), some in group((m for m in moves if m.substance), lambda m: (m.substance, m.hs6)).items():
        known = substances.get(substance)
        own = {code.hs6 for code in known.hs_codes} if known else set()
        found.append(
            Declared(
                substance=substance,
                hs6=hs6,
                fits=hs6 in own if hs6 and own else None,
                methods=tuple(sorted({m.match_method for m in some if m.match_method})),
                example=min((m.description for m in some if m.description), default=""),
                kg=known_kg(some),
                rows=len(some),
                lines=lines_of(some),
            )
        )
    return tuple(sorted(found, key=lambda d: (d.fits is not False, d.fits is not None, d.substance, d.hs6)))


def duplicates(moves: Sequence[Move]) -> tuple[Duplicate, ...]:
    """Shipments that are alike in substance, receiver, day, mass and value: one declared twice, or one that was cut in equal parts."""
    priced = (m for m in moves if m.substance and m.kg and m.value_usd and m.day)
    found = []
    for (substance, receiver, day, kg, value), some in group(
        priced, lambda m: (m.substance, m.receiver, m.day, m.kg, m.value_usd)
    ).items():
        shipments = tuple(sorted({m.shipment_id for m in some}))
        if len(shipments) > 1 and day and kg and value:
            found.append(Duplicate(substance, day, kg, value, some[0].receiver_name or receiver, shipments, lines_of(some)))
    return tuple(sorted(found, key=lambda d: (d.day, d.substance, d.receiver, d.kg)))
