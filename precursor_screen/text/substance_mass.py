"""How much of one substance a goods text speaks of: which of its quantities are those of the substance, and what they come to.

A text may list several goods. A quantity belongs to the goods in whose clause it stands; where that cannot be told there is none. What can
be read in several ways comes to several readings, and what cannot be sure comes to none, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise, product
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.text import quantity_tokens as m
from precursor_screen.text.listed_goods import MASSES, is_mass, list_goods, unexplained_number
from precursor_screen.text.numbers import readings_agree
from precursor_screen.text.quantities import (
    BESIDE,
    COUNT,
    COUNTED,
    EACH,
    GROSS,
    MOLAR,
    NET,
    PLAIN,
    STRENGTH,
    TOTAL,
    Stated,
    find_quantities,
)
from precursor_screen.text.quantity_tokens import Token, tokens_of
from precursor_screen.text.quantity_words import BOXES, DOSES, MASS, OUTER, VOLUME, find_unit, holds

# Why a text that speaks of quantities gives no mass for sure.
TWO_READINGS, GROSS_ONLY, SIZE_ONLY, SEVERAL_MASSES, SEVERAL_GOODS, OTHER_GOODS = (
    *("two-readings", "gross-only", "size-only", "several-masses", "several-goods", "other-goods"),
)
TEXT_EXCEEDS = "text-exceeds-line"  # of a line that states a mass of its own
_TARE: Final = Decimal("1.4")  # a larger figure up to this is the gross mass, though no word says so
_LEAST_LITRES: Final = 15  # of a liquid in a drum
_MOST: Final = 6  # readings that are followed up
# `15 or 20 drums`: which of them, nobody says.
_EITHER: Final = re.compile(r"\d[ ]*(?:\b(?:or|oder|ou|lub|nebo|sau|veya|atau|или)\b|或)[ ]*\d", re.IGNORECASE)


class Amount(Struct, frozen=True):
    """How much a text says there is.

    Attributes:
        kind: mass (kilograms) or volume (litres); empty where it speaks of none.
        values: readings from small to large; one where it is sure.
        doubt: why it is not sure; empty where it is.
        of_substance: a mass is that of the substance itself, worked out from a strength or a dose.
        molar: moles (m) or equivalents (n) a litre, beside a volume.
        from_start, to_end: characters of the text.
    """

    kind: str = ""
    values: tuple[Decimal, ...] = ()
    doubt: str = ""
    of_substance: bool = False
    molar: tuple[str, Decimal] | None = None


class Line(Struct, frozen=True):
    """What else is known. packages: of the line's own column; package: their kind; density: kilograms a litre of the goods."""

    packages: int | None = None
    package: str = ""
    density: Decimal | None = None


NOTHING_ELSE = Line()


def amount_in_text(
    text: str,
    own: Sequence[tuple[int, int]] = (),
    other: Sequence[tuple[int, int]] = (),
    *,
    line: Line = NOTHING_ELSE,
    foreign: bool = False,
    mixture: bool = False,
) -> Amount:
    """How much of a substance a goods text speaks of.

    Args:
        text: as filed.
        own: where the substance is named, as characters (start, end); empty where its name stands elsewhere.
        other: where other substances are named.
        line: what else is known.
        foreign: the name is one of a language whose decimal mark is the comma.
        mixture: shares of a mixture stand beside the names, so that its quantities are those of all.
    """
    if not any(c.isdecimal() or c in "一二两三四五六七八九十百千" for c in text):
        return Amount()
    tokens = tokens_of(text, own, other, foreign)
    stated = _doses(tokens, find_quantities(tokens))
    if not stated:
        return Amount()
    goods = list_goods(tokens, stated)
    mine = [s for g in goods if g.name == m.OWN for s in g.stated]
    others = [g for g in goods if g.name == m.OTHER]
    if mixture or not own or len(goods) <= 1:
        mine = stated
        if not mixture and others and own:
            return Amount(doubt=SEVERAL_GOODS)
    elif others and (any(not g.has_mass for g in others) or not any(s.form in MASSES for s in mine)):
        amount = _reconcile(stated, line, tokens)
        return Amount(amount.kind, amount.values, SEVERAL_GOODS) if amount.kind else amount
    if len(goods) > 1 and any(is_mass(s) and s.role != TOTAL for s in mine):
        mine = [s for s in mine if s.form != PLAIN or s.role != TOTAL]  # a total of all goods
    amount = _reconcile(mine, line, tokens)
    if amount.kind and not amount.doubt and (number := unexplained_number(tokens, stated)):
        return replace(amount, values=tuple(sorted({*amount.values, *(v * number for v in amount.values)})), doubt=TWO_READINGS)
    if amount.kind and not amount.doubt and _EITHER.search(text):
        return replace(amount, doubt=TWO_READINGS)
    if line.density and not amount.doubt and any(t.unit == "oz" for t in tokens):
        return replace(amount, doubt=TWO_READINGS)  # of a liquid they may be fluid ounces
    if amount.kind and any(t.kind == m.OTHER_GOODS for t in tokens):
        return replace(amount, doubt=OTHER_GOODS)
    return amount


def _doses(tokens: Sequence[Token], stated: list[Stated]) -> list[Stated]:
    """The quantities, of a medicine the milligrams as those of one dose: TABLETS 30 MG."""
    most = holds()["dose"].most if _is_medicine(tokens) else 0
    behind = {b.start for a, b in pairwise(tokens) if (a.kind, b.kind) == (m.OWN, m.MEASURE) and b.values[-1] <= most}
    if behind:  # of several substances in one tablet that which stands behind the name
        stated = [s for s in stated if s.start in behind or s.form not in (PLAIN, EACH) or s.kind != MASS or s.values[-1] > most]
    doses = (s.form == PLAIN and s.kind == MASS and s.values[-1] <= most for s in stated)
    return [replace(s, form=EACH, package="dose") if is_one else s for s, is_one in zip(stated, doses, strict=True)]


def _is_medicine(tokens: Sequence[Token]) -> bool:
    return any(t.kind == m.DOSE_FORM or (t.kind == m.PACKAGE and t.of in DOSES) for t in tokens)


def _reconcile(stated: Sequence[Stated], line: Line, tokens: Sequence[Token]) -> Amount:
    """What the quantities of one of the goods come to."""
    counts = _counts(stated)
    mass = _of_kind(MASS, stated, counts, line)
    volume = _of_kind(VOLUME, stated, counts, line)
    if not mass.kind and not volume.kind and (barrels := _barrels(stated, tokens)):
        volume = barrels
    molar = next((s for s in stated if s.form == MOLAR), None)
    strengths = {s.values: s for s in stated if s.form == STRENGTH}
    strength = next(iter(strengths.values()), None)
    if len(strengths) > 1 and volume.kind:
        return replace(volume, doubt=volume.doubt or SEVERAL_MASSES)
    if strength and _is_medicine(tokens) and not any(s.form in (COUNTED, BESIDE, COUNT) for s in stated):
        return replace(volume, values=(), doubt=SIZE_ONLY)  # how many ampoules or bottles is not said
    if strength and volume.kind and not volume.doubt:
        values = tuple(sorted(v * s for v, s in product(volume.values, strength.values)))
        return Amount(MASS, values, "" if len(values) == 1 else TWO_READINGS, of_substance=True)
    if molar and volume.kind and not volume.doubt:
        return replace(volume, molar=(molar.kind, molar.values[0]))
    if strength or molar:  # of a solution whose mass alone is known, no share of it
        return replace(mass, doubt=mass.doubt or OTHER_GOODS) if mass.kind else replace(volume, doubt=volume.doubt or SIZE_ONLY)
    if mass.kind and mass.doubt and volume.kind and not volume.doubt and line.density:
        near = [v for v in mass.values if Decimal("0.8") <= v / (volume.values[0] * line.density) <= Decimal("1.25")]
        if len(near) == 1:
            return Amount(MASS, tuple(near))
    if mass.kind:
        return _against_volume(mass, stated, line)
    return volume if volume.kind else mass


def _against_volume(mass: Amount, stated: Sequence[Stated], line: Line) -> Amount:
    """A mass against what the packages hold: `200 L X 80 (160 KG)` are 160 kilograms in each."""
    counted = [s for s in stated if s.form == COUNTED and s.kind == VOLUME and len(s.values) == 1]
    if mass.doubt or len(counted) != 1 or not line.density:
        return mass
    held = counted[0].values[0] * line.density
    number = counted[0].values[0] / counted[0].sizes[0]
    for value in (mass.values[0], mass.values[0] * number):
        if held / 2 <= value <= held * 2:
            return Amount(MASS, (value,), of_substance=mass.of_substance)
    return replace(mass, doubt=SEVERAL_MASSES)


def _barrels(stated: Sequence[Stated], tokens: Sequence[Token]) -> Amount | None:
    """`20 BBLS BULK` are barrels of oil; without that word they may be drums."""
    barrels = [s for s in stated if s.form == COUNT and s.package == "barrel"]
    unit = find_unit("BBL")
    if len(barrels) != 1 or not unit or not any(t.of == "bulk" for t in tokens):
        return None
    return Amount(VOLUME, (barrels[0].values[0] * unit.factor,))


class _Count(Struct, frozen=True):
    number: Decimal
    package: str
    inner: bool


def _counts(stated: Sequence[Stated]) -> list[_Count]:
    """The numbers of packages that hold the goods themselves; those of pallets where nothing else is counted."""
    plain = [s for s in stated if s.form == COUNT and not s.per]
    found = [_Count(s.values[0], s.package, s.inner) for s in plain]
    for s in stated:
        if s.form == COUNT and s.per and (outer := [c for c in found if c.package == s.per]):
            found.append(_Count(s.values[0] * outer[0].number, s.package, True))
        elif s.form == COUNTED and s.sizes and s.package:
            found.append(_Count(s.values[0] / s.sizes[0], s.package, True))
        elif s.form == BESIDE and s.packages:
            found.append(_Count(s.packages, s.package, s.inner))
    inner = [c for c in found if c.package not in OUTER]
    return list(dict.fromkeys(inner or found))


def _of_kind(kind: str, stated: Sequence[Stated], counts: Sequence[_Count], line: Line) -> Amount:
    of_kind = [s for s in stated if s.kind == kind and s.form in (COUNTED, BESIDE, PLAIN, EACH)]
    if not of_kind:
        return Amount()
    if all(s.role == GROSS for s in of_kind):
        bounds = {v for s in of_kind for v in _readings_of(s, counts, kind, line)}
        return Amount(kind, tuple(sorted(bounds)), GROSS_ONLY)
    of_kind = [s for s in of_kind if s.role != GROSS]
    doses = any(s.package in DOSES for s in stated)
    totals = _in_boxes(_sum_of_parts(of_kind, counts, kind, line), stated)
    if len(totals) > 1 and (each := _times_number(of_kind, counts, line)) and not each.doubt:
        totals = tuple(t for t in totals if readings_agree(sorted((t, each.values[0])))) or totals
    if not totals:
        each = _times_number(of_kind, counts, line)
        if each is not None and each.doubt and not any(s.form == PLAIN for s in of_kind):
            return replace(each, kind=kind)
        totals = each.values if each and not each.doubt else ()
    plain = [s for s in of_kind if s.form == PLAIN]
    if not totals:
        amount = _of_plain(kind, plain, counts, line)
        # The mass of tablets is not that of the substance in them.
        by_dose = any(s.form in (COUNTED, BESIDE) for s in of_kind)
        of_tablets = doses and amount.kind == MASS and not by_dose and max(amount.values) >= 1
        return replace(amount, doubt=amount.doubt or OTHER_GOODS) if of_tablets else amount
    return _checked(kind, totals, plain, of_kind)


def _readings_of(s: Stated, counts: Sequence[_Count], kind: str, line: Line) -> tuple[Decimal, ...]:
    if s.form == EACH and len(counts) == 1:
        return tuple(v * counts[0].number for v in s.values)
    if s.form == BESIDE and s.packages:
        return _beside(s, _Count(s.packages, s.package, s.inner), kind, line)
    return s.values


def _sum_of_parts(of_kind: Sequence[Stated], counts: Sequence[_Count], kind: str, line: Line) -> tuple[Decimal, ...]:
    """The sum of what is counted; the same number of packages and mass twice is one said twice."""
    parts = {
        (s.packages, s.values): _sized(s, kind, line) if s.form == COUNTED else _readings_of(s, counts, kind, line)
        for s in of_kind
        if s.form in (COUNTED, BESIDE)
    }
    readings = list(parts.values())
    if not 0 < len(readings) <= 4 or not all(readings):
        return ()
    sums = {sum(combination, Decimal(0)) for combination in product(*(r[:_MOST] for r in readings))}
    if len(readings) > 1 and readings_agree([v for r in readings for v in r]):
        sums |= set(readings[0])  # 20 PALLETS X 800 KG, 800 BAGS X 20 KG: the same, or as much again
    return tuple(sorted(sums))


def _in_boxes(totals: tuple[Decimal, ...], stated: Sequence[Stated]) -> tuple[Decimal, ...]:
    """`10 CTN ACETONE 4 X 1 L`: what is counted may be what is in each of the boxes that stand apart from it."""
    boxes = {s.values[0] for s in stated if s.form == COUNT and s.package == "carton" and not s.per and s.values[0] > 1}
    if len(totals) != 1 or len(boxes) != 1 or totals[0] > holds()["carton"].most:
        return totals
    return (totals[0], totals[0] * boxes.pop())


def _bounds(package: str, kind: str, density: Decimal | None) -> tuple[Decimal, Decimal] | None:
    """What one package holds at least and at most: kilograms, or litres."""
    held = holds().get(package)
    if not held:
        return None
    least, most = held.least, held.most
    if package == "drum" and (density or kind == VOLUME):
        least = _LEAST_LITRES * (Decimal(2) if kind == VOLUME else density or Decimal(1))
    if held.litres:
        most = held.litres if kind == VOLUME else min(most, held.litres * density) if density else most
    return (least / 2 if kind == VOLUME else least), most


def _sized(s: Stated, kind: str, line: Line) -> tuple[Decimal, ...]:
    """Readings of a size times a number, without those that no such package holds."""
    bounds = _bounds(s.package, kind, line.density)
    if len(s.values) == 1 or not bounds:
        return s.values
    fit = tuple(v for v, size in zip(s.values, s.sizes, strict=True) if bounds[0] <= size <= bounds[1])
    return fit or s.values


def _beside(s: Stated, count: _Count, kind: str, line: Line) -> tuple[Decimal, ...]:
    """`10 DRUMS 1600 KG`: of all ten, for no drum holds that much; `80 DRUMS 160 KG`: of each, for none holds as little as two kilograms."""
    bounds = _bounds(count.package, kind, line.density)
    n, held = count.number, holds()
    if not bounds:
        pieces = count.package == "piece" and s.role != TOTAL
        if pieces and kind == VOLUME and s.values[-1] <= (held["bottle"].litres or 0) and s.form == PLAIN:
            return tuple(v * n for v in s.values)  # 1 L GLASS 12 PCS: no piece is of less than that
        return tuple(sorted({*s.values, *(v * n for v in s.values if pieces)}))
    least, most = bounds
    totals = [v for v in s.values if least * n <= v <= most * n]
    usual = held[count.package].usual_litres if kind == VOLUME else ()
    standard = [v for v in s.values if n > 1 and any(readings_agree((v, u)) for u in usual)]
    if standard:
        return tuple(v * n for v in standard)
    if n == 1:
        return tuple(totals or s.values)
    each = [] if s.role == TOTAL or s.thousandths else [v * n for v in s.values if least <= v <= most]
    if s.role == NET and totals:
        each = []
    return tuple(sorted({*totals, *each}))


def _times_number(of_kind: Sequence[Stated], counts: Sequence[_Count], line: Line) -> Amount | None:
    """The size of one package times their number."""
    each = [s for s in of_kind if s.form == EACH]
    sizes = {s.values for s in each}
    if not each:
        return None
    if len(sizes) > 1:
        return Amount(values=(), doubt=SEVERAL_MASSES)
    size = each[0]
    numbers = {c.number for c in counts if _may_be(size.package, c)}
    if not counts and line.packages and _may_be(size.package, _Count(Decimal(line.packages), line.package, False)):
        numbers = {Decimal(line.packages)}
    if len(numbers) != 1:
        return Amount(doubt=SIZE_ONLY if not numbers else SEVERAL_MASSES)
    bounds = _bounds(size.package, size.kind, line.density)
    values = [v for v in size.values if bounds and bounds[0] <= v <= bounds[1]] if len(size.values) > 1 else []
    return Amount(size.kind, tuple(v * n for v in (values or size.values) for n in numbers))


def _may_be(package: str, count: _Count) -> bool:
    """Whether the packages that are counted are those whose size is stated. A number of boxes is none of the tablets in them."""
    if count.package in ("", "any", "piece"):
        return (count.inner and count.package != "any") if package in DOSES else not (count.inner and package in BOXES)
    return package in ("", "any", "piece", count.package) or (count.inner and package in (*DOSES, "bottle", "blister"))


def _of_plain(kind: str, plain: Sequence[Stated], counts: Sequence[_Count], line: Line) -> Amount:
    """Figures that no words say are of one package."""
    if not plain:
        return Amount(kind, doubt=SIZE_ONLY)
    best = [s for s in plain if s.role == TOTAL] or [s for s in plain if s.role == NET] or list(plain)
    distinct = list({s.values: s for s in best}.values())
    numbers = list(counts)
    if not numbers and line.packages and line.package:
        numbers = [_Count(Decimal(line.packages), line.package, False)]
    if len(distinct) > 1 and all(len(s.values) == 1 for s in distinct) and readings_agree([s.values[0] for s in distinct]):
        distinct = distinct[:1]  # in kilograms and in pounds
    if len(distinct) > 1:
        return _largest(kind, distinct, numbers)
    s = distinct[0]
    values = s.values
    if len(numbers) == 1:
        values = _beside(s, numbers[0], kind, line)
        if not values:
            return Amount(kind, s.values, SEVERAL_MASSES)
    return Amount(kind, values, "" if readings_agree(values) else TWO_READINGS)


def _largest(kind: str, distinct: Sequence[Stated], counts: Sequence[_Count]) -> Amount:
    """Of several figures the one that is another times the number of packages; else none is sure."""
    values = sorted({v for s in distinct for v in s.values})
    for count in counts:
        if len(values) == 2 and count.number > 1 and readings_agree([values[0] * count.number, values[1]]):
            return Amount(kind, (values[1],))
    return Amount(kind, tuple(values), SEVERAL_MASSES)


def _checked(kind: str, totals: tuple[Decimal, ...], plain: Sequence[Stated], of_kind: Sequence[Stated]) -> Amount:
    """A total that was worked out, against the figures that stand alone: those that agree settle it, a larger one is the gross mass."""
    sizes = {v for s in of_kind for v in (s.sizes or (s.values if s.form == EACH else ()))}
    for s in plain:
        if agreeing := [t for t in totals for v in s.values if readings_agree((t, v))]:
            totals = tuple(sorted(set(agreeing)))
            continue
        restated = any(v in sizes for v in s.values)
        tare = s.role != NET and any(t < v <= t * _TARE for v in s.values for t in totals)
        if not restated and not tare:
            return Amount(kind, tuple(sorted({*totals, *s.values})), SEVERAL_MASSES)
    return Amount(kind, totals, "" if readings_agree(totals) else TWO_READINGS)
