"""Plots of a profile as inline SVG. Colours come from the page's style; each says in words what it shows, for whoever cannot see it.

Texts of manifests stand in them escaped; numbers are drawn by the figures that the tables show. All plots over time share their months.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from html import escape
from typing import Any

from msgspec import Struct

from precursor_screen.cases.audit.movements import Rows
from precursor_screen.core.words import counted, cut, printable
from precursor_screen.core.words import kilograms as kg
from precursor_screen.reference import shipped
from precursor_screen.reporting.audit.axes import (
    BASE,
    LEFT,
    RIGHT,
    TOP,
    Calendar,
    Scale,
    by_ratio,
    from_zero,
    labels,
    line,
    text,
    title,
)
from precursor_screen.reporting.audit.axes import HEIGHT as PLOT_HEIGHT
from precursor_screen.reporting.audit.axes import WIDTH as PLOT_WIDTH
from precursor_screen.reporting.pages import figure, rect

# Where countries lie, for a map of routes: outlines and places that ship (`data/geography/README.md`).

WIDTH, HEIGHT = 720.0, 312.0
_NORTH, _SOUTH = 84.0, -58.0
_STEPS = 32
Point = tuple[float, float]


class World(Struct, frozen=True):
    """outlines: SVG path of all countries; places: longitude and latitude by country."""

    outlines: str
    places: dict[str, Point]


@cache
def world() -> World:
    """The map that ships."""
    folder = shipped.geography_folder()
    shapes: list[str] = []
    places: dict[str, Point] = {}
    for name in ("places.csv", "outlines.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["longitude"]:
                    places[row["country"]] = (float(row["longitude"]), float(row["latitude"]))
                if row.get("outline"):
                    points = [project((float(x), float(y))) for x, y in (p.split(",") for p in row["outline"].split())]
                    shapes.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return World("".join(shapes), places)


def project(place: Point) -> Point:
    """Plate carrée: longitude and latitude to x and y of the drawing."""
    x, y = place
    return (x + 180) / 360 * WIDTH, (_NORTH - y) / (_NORTH - _SOUTH) * HEIGHT


def great_circle(start: Point, end: Point) -> list[list[Point]]:
    """The shortest way between two places, drawn; in two pieces where it crosses the edge of the map."""
    a, b = (_vector(p) for p in (start, end))
    angle = math.acos(max(-1.0, min(1.0, sum(x * y for x, y in zip(a, b, strict=True)))))
    if angle < 1e-6:
        return []
    shapes: list[list[Point]] = [[]]
    previous: float | None = None
    for step in range(_STEPS + 1):
        t = step / _STEPS
        # Opposite places have no shortest way: any is taken.
        weights = (math.sin((1 - t) * angle), math.sin(t * angle)) if math.sin(angle) > 1e-9 else (1 - t, t)
        x, y, z = (weights[0] * p + weights[1] * q for p, q in zip(a, b, strict=True))
        longitude, latitude = math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))
        if previous is not None and abs(longitude - previous) > 180:
            shapes.append([])
        shapes[-1].append(project((longitude, latitude)))
        previous = longitude
    return [p for p in shapes if len(p) > 1]


def _vector(place: Point) -> tuple[float, float, float]:
    longitude, latitude = (math.radians(v) for v in place)
    return math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)


MOST_SPANS, MOST_ROUTES = 30, 60
_NO_LINE = {True: "the threshold is zero: every quantity counts", False: "no threshold is known"}
_GRAMS = 0.1  # kilograms: an axis that ends below counts in grams
_OFF = 4  # times the highest bar, from which a threshold lies above the plot
_BIN, _ALL, _LAST_BIN = 5, 100, 200  # per cent of a threshold
_FAR_APART = 10.0  # the highest price to the lowest, from which equal ratios are of one width
_MOST_LABELS, _ROOM = 6, (80.0, 20.0)  # odd prices that bear their number; how far apart two are at least, on a narrow screen
_ROW = 38.0  # of a receiver


def months(substance: str, found: Rows, shared: Calendar) -> str:
    """Kilograms a month of one substance, with the threshold of a month; months without a movement are empty."""
    shown = [m for m in found if shared.holds(m.month)]
    most = max((m.kg for m in shown), default=Decimal(0))
    if not shown or not (most or any(m.unknown for m in shown)):
        return ""
    highest = next((m for m in shown if m.kg == most > 0), None)
    limits = [m.limit_kg for m in shown if m.limit_kg is not None]
    limit = limits[-1] if limits and limits[-1] > 0 else None
    regulated = [m.regulated_kg for m in shown if m.regulated_kg is not None][-1] if limit else Decimal(0)
    is_off = limit is not None and bool(most) and limit > _OFF * most
    top = float(max(most, limit or 0) if not is_off else most) or 1.0
    unit, factor = ("g", 1000.0) if top < _GRAMS else ("kg", 1.0)
    scale = from_zero(top * factor)
    shapes = [title(substance), *scale.axis(unit), *shared.axis(BASE, TOP)]
    width = shared.pitch * 0.72
    for one in shown:
        x, y = shared.month(one.month) + (shared.pitch - width) / 2, scale.y(float(one.kg) * factor)
        is_over = limit is not None and one.kg >= regulated
        caption = f"{one.month}: {kg(one.kg)}{f', {one.unknown} of unknown mass' if one.unknown else ''}"
        if one.kg:
            kind = "bar over" if is_over else "bar"
            y = min(y, BASE - 1)
            shapes.append(rect(kind, x, y, width, BASE - y, caption))
        if one.unknown and one is not highest:
            shapes.append(text(x + width / 2, y, "?", "value", "-.4em", "middle"))
    if highest:
        x = min(max(shared.month(highest.month) + shared.pitch / 2, LEFT + 40), RIGHT - 40)
        caption = f"{kg(most)} and ?" if highest.unknown else kg(most)
        shapes.append(text(x, scale.y(float(most) * factor), caption, "value", "-.4em", "middle"))
    if limit is not None:
        y = TOP if is_off else scale.y(float(limit) * factor)
        if not is_off:
            shapes.append(line("limit", LEFT, y, RIGHT, y))
        shapes += labels([(y, "limit-text", "threshold ↑" if is_off else "threshold", kg(limit))])
    over = sum(1 for m in shown if limit and m.kg >= regulated)
    caption = f"{substance}: kilograms a month, {kg(most)} at most"
    reached = "over" if limit and regulated > limit else "at or over"
    caption += f"; {counted(over, 'month')} {reached} the threshold of {kg(limit)}" if limit else f"; {_NO_LINE[bool(limits)]}"
    caption += (
        f"; earlier months, {len(found) - len(shown):,} with a movement, are in the workbook" if len(shown) < len(found) else ""
    )
    return figure(caption, PLOT_HEIGHT, shapes)


def distances(substance: str, found: Any) -> str:
    """How many movements lie how far from the threshold of a transaction, in steps of 5 %; what is at one that is exempt is among those below."""
    steps = (int(share // _BIN) - (found.exempt and share == _ALL) for share, _ in found.shares)
    bins = Counter(min(step, _LAST_BIN // _BIN) for step in steps)
    step = (RIGHT - LEFT) / (_LAST_BIN // _BIN + 1)
    scale = from_zero(max(bins.values()), whole=True)

    def at(per_cent: float) -> float:
        return LEFT + per_cent / _BIN * step

    shapes = [f'<rect class="zone" x="{at(80):.1f}" y="{TOP:g}" width="{at(100) - at(80):.1f}" height="{BASE - TOP:g}"/>']
    shapes += [title(substance), *scale.axis("movements"), line("axis", LEFT, BASE, RIGHT, BASE)]
    for number, count in sorted(bins.items()):
        kind = "bar over" if number * _BIN >= 100 else "bar here" if number * _BIN >= 80 else "bar"
        span = _span(number * _BIN, exempt=found.exempt)
        y = scale.y(count)
        shapes.append(rect(kind, at(number * _BIN) + step * 0.08, y, step * 0.84, BASE - y, f"{span}: {count:,}"))
    shapes.append(line("limit", at(100), TOP - 8, at(100), BASE))
    shapes.append(text(at(100) - 4, TOP, f"just under: {found.near:,}", "value", "-.45em", "end"))
    shapes.append(text(at(100) + 5, TOP, "threshold", "limit-text", "-.45em"))
    shapes += [text(at(n), BASE, f"{n}", dy="1.25em", anchor="middle") for n in (0, 50, 80, 100, 150)]
    shapes.append(text(at(_LAST_BIN), BASE, f"{_LAST_BIN}+", dy="1.25em"))
    shapes.append(text((LEFT + RIGHT) / 2, BASE, "% of the threshold of a transaction", "soft", "2.45em", "middle"))
    to = "to" if found.exempt else "to under"
    caption = (
        f"{substance}: {found.weighed:,} movements by their share of the threshold, {found.near:,} of them from 80 {to} 100 %"
    )
    return figure(caption, PLOT_HEIGHT, shapes)


def _span(low: int, *, exempt: bool) -> str:
    if low >= _LAST_BIN:
        return f"{low} % and more"
    over = "over " if exempt and low == _ALL else ""
    return f"{over}{low} to {'' if exempt and low + _BIN == _ALL else 'under '}{low + _BIN} %"


def prices(substance: str, priced: Rows, band: Any, odd: frozenset[int], shared: Calendar) -> str:
    """US dollars a kilogram by day, with the exporter's own middle half and what the substance costs by the drum; `odd` are lines."""
    dated = [(float(p.usd_per_kg), p) for p in priced if p.day and shared.holds(f"{p.day:%Y-%m}") and p.usd_per_kg > 0]
    if not dated:
        return ""
    lines = [float(b) for b in (band.low, band.high, band.usual) if b]
    lowest, highest = min(p for p, _ in dated), max([*(p for p, _ in dated), *lines])
    is_far = highest > _FAR_APART * min([lowest, *lines])
    scale = by_ratio(min([lowest, *lines]), highest) if is_far else from_zero(highest)
    shapes = []
    if band.low and band.high:
        y, low = scale.y(float(band.high)), scale.y(float(band.low))
        shapes.append(f'<rect class="zone" x="{LEFT:g}" y="{y:.1f}" width="{RIGHT - LEFT:g}" height="{max(low - y, 1):.1f}"/>')
    shapes += [title(substance), *scale.axis("USD/kg"), *shared.axis(BASE, TOP)]
    if band.usual:
        shapes.append(line("limit", LEFT, scale.y(float(band.usual)), RIGHT, scale.y(float(band.usual))))
    outside = [(p, shared.day(m.day), scale.y(p)) for p, m in dated if m.line in odd]
    shapes += _numbers(sorted(outside, key=lambda o: (-abs(o[2] - (TOP + BASE) / 2), o)))
    # Last, so that no text hides a point.
    shapes += [_dot(price, movement, movement.line in odd, scale, shared) for price, movement in dated]
    shapes += labels(_price_labels(band, scale))
    far = len([m for _, m in dated if m.line in odd])
    caption = f"{substance}: US dollars a kilogram on {counted(len(dated), 'line')}, {far:,} of them outside what is usual"
    caption += f"; {len(priced) - len(dated):,} more without a day in these months" if len(dated) < len(priced) else ""
    return figure(caption + ("; the scale is logarithmic" if is_far else ""), PLOT_HEIGHT, shapes)


def _price_labels(band: Any, scale: Scale) -> Iterator[tuple[float, str, str, str]]:
    if band.low and band.high:
        caption = f"{_short_price(band.low)}–{_short_price(band.high)}"
        yield scale.y(float(band.low + band.high) / 2), "band-text", "middle half", caption
    if band.usual:
        yield scale.y(float(band.usual)), "limit-text", "by the drum", _short_price(band.usual)


def _short_price(price: Decimal) -> str:
    return f"{price:,.0f}" if price >= 100 else f"{price:.2f}"


def _dot(price: float, movement: Any, is_odd: bool, scale: Scale, shared: Calendar) -> str:
    x, y = shared.day(movement.day), scale.y(price)
    caption = f"<title>{movement.day}: {price:,.2f}, line {movement.line}</title>"
    if is_odd:  # a square on its corner: not told by its colour alone
        return f'<path class="dot over" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6Z">{caption}</path>'
    return f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5">{caption}</circle>'


def _numbers(wanted: Sequence[tuple[float, float, float]]) -> Iterator[str]:
    """Prices beside their points, on the side where there is room; one that would lie over another is left to the table."""
    placed: list[tuple[float, float]] = []
    for price, x, y in wanted:
        if len(placed) < _MOST_LABELS and all(abs(x - a) > _ROOM[0] or abs(y - b) > _ROOM[1] for a, b in placed):
            placed.append((x, y))
            is_late = x > RIGHT - _ROOM[0]
            yield text(x - 9 if is_late else x + 9, y, f"{price:,.2f}", "value", ".35em", "end" if is_late else "start")


def spans(receivers: Rows, shared: Calendar | None) -> str:
    """Receivers by first and last day, the largest: what each got stands with its name."""
    if shared is None:
        return ""
    dated = sorted((r for r in receivers if r.first and r.last), key=lambda r: (r.first, r.key))
    inside = [r for r in dated if r.last and shared.holds(f"{r.last:%Y-%m}")]
    shown = {r.key for r in sorted(inside, key=lambda r: (-r.kg, -r.movements, r.key))[:MOST_SPANS]}
    rows = [r for r in inside if r.key in shown]
    if not rows:
        return ""
    wide = Calendar(shared.first, shared.last, 22.0, PLOT_WIDTH - 22.0)
    base = len(rows) * _ROW + 6
    shapes = [*wide.axis(base, 0.0)]
    for number, one in enumerate(rows):
        y = number * _ROW
        x = max(wide.day(one.first), wide.left)
        width = max(wide.day(one.last) - x, 5.0)
        kind = "bar over" if one.listed else "bar here" if one.is_new else "bar"
        signs = [kg(one.kg) if one.kg or not one.unknown else "mass unknown"]
        signs += [sign for sign, is_so in (("new", one.is_new), ("listed", one.listed)) if is_so]
        name = escape(printable(cut(one.name, 34)))
        shapes.append(f'<text x="2" y="{y:g}" dy="1.1em"><tspan class="name">{name}</tspan> · {escape(" · ".join(signs))}</text>')
        shapes.append(rect(kind, x, y + 25, width, 8, f"{one.name}: {one.first} to {one.last}"))
    caption = f"{len(rows):,} of {len(dated):,} receivers by first and last day; {sum(r.is_new for r in rows):,} new, "
    return figure(caption + f"{sum(bool(r.listed) for r in rows):,} matching a watchlist", base + 46, shapes)


def route_map(routes: Rows) -> str:
    """Routes on a map, by the countries on the way; the outlines are the page's symbol `world`."""
    places = world().places
    drawn, unplaced = 0, 0
    shapes: list[str] = []
    ends: dict[str, str] = {}
    top = max((r.movements for r in routes), default=0)
    for route in routes[:MOST_ROUTES]:
        stops = [c for c in (route.dispatch, *route.transit, route.destination) if c]
        known = [c for c in stops if c in places]
        if len(known) < 2:
            unplaced += 1
            continue
        drawn += 1
        width = 0.8 + 3.2 * math.sqrt(route.movements / top)
        caption = escape(f"{' – '.join(stops)}: {route.movements:,} movements, {kg(route.kg)}")
        for start, end in itertools.pairwise(known):
            for way in great_circle(places[start], places[end]):
                points = " ".join(f"{x:.1f},{max(y, 1.0):.1f}" for x, y in way)  # a way over the pole runs along the edge
                shapes.append(
                    f'<polyline class="route" points="{points}" stroke-width="{width:.1f}"><title>{caption}</title></polyline>'
                )
        for stop, kind in [(known[0], "start"), *((c, "stop") for c in known[1:-1]), (known[-1], "end")]:
            ends.setdefault(stop, kind)
    if not drawn:
        return ""
    for country, kind in sorted(ends.items()):
        x, y = project(places[country])
        shapes.append(f'<circle class="place {kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(country)}</title></circle>')
        shapes.append(text(x + 4, y - 3, country))
    caption = (
        f"{drawn:,} of {len(routes):,} routes, drawn from country to country on the shortest way; the thicker, the more movements"
    )
    caption += f"; {unplaced:,} more with fewer than two countries that can be placed" if unplaced else ""
    return figure(caption, HEIGHT, ['<use href="#world"/>', *shapes], WIDTH)


def outlines() -> str:
    """The symbol that maps use: once in a page."""
    return f'<svg class="symbols" aria-hidden="true"><symbol id="world" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"><path class="land" d="{world().outlines}"/></symbol></svg>'
