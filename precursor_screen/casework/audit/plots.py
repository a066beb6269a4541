"""Plots of a profile as inline SVG. Colours come from the page's style; each says in words what it shows, for whoever cannot see it.

Texts of manifests stand in them escaped; numbers are drawn by the figures that the tables show.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape

from precursor_screen.casework.audit.geography import HEIGHT, WIDTH, great_circle, project, world
from precursor_screen.casework.audit.partners import Receiver, Route
from precursor_screen.casework.audit.volumes import JustUnder, MonthKg
from precursor_screen.reports.printable import printable
from precursor_screen.reports.words import kilograms as kg

_BARS = 120.0
_MOST_BARS = 60
MOST_SPANS, MOST_IN_NETWORK, MOST_ROUTES = 40, 24, 60
_NO_LINE = {True: "the threshold is zero: every quantity counts", False: "no threshold is known"}
_BIN, _LAST_BIN = 5, 200  # per cent of a threshold


def months(substance: str, found: Sequence[MonthKg], first: date, last: date) -> str:
    """Kilograms a month of one substance, with the threshold of a month; months without a movement are empty."""
    if not found:
        return ""
    by_month = {m.month: m for m in found}
    names = _months(
        max(first, date.fromisoformat(f"{found[0].month}-01")), min(last, date.fromisoformat(f"{found[-1].month}-28"))
    )
    names = names[-_MOST_BARS:]
    limits = [m.limit_kg for m in found if m.limit_kg is not None]
    limit = limits[-1] if limits and limits[-1] > 0 else None
    top = max([float(by_month[n].kg) for n in names if n in by_month] + ([float(limit)] if limit else []), default=0.0)
    if not top:
        return ""
    step = (WIDTH - 10) / max(len(names), 12)
    pieces = []
    for number, name in enumerate(names):
        one = by_month.get(name)
        if one is None:
            continue
        height = max(float(one.kg) / top * _BARS, 1.0)
        is_over = limit is not None and one.kg >= limit
        told = f"{name}: {kg(one.kg)}{f', {one.unknown} of unknown mass' if one.unknown else ''}"
        pieces.append(
            f'<rect class="bar{" over" if is_over else ""}" x="{5 + number * step:.1f}" y="{_BARS + 14 - height:.1f}" '
            f'width="{step * 0.8:.1f}" height="{height:.1f}"><title>{told}</title></rect>'
        )
        if one.unknown:
            pieces.append(
                f'<text x="{5 + number * step + step * 0.4:.1f}" y="{_BARS + 10 - height:.1f}" text-anchor="middle">?</text>'
            )
    if limit:
        y = _BARS + 14 - float(limit) / top * _BARS
        pieces.append(f'<line class="limit" x1="0" x2="{WIDTH:g}" y1="{y:.1f}" y2="{y:.1f}"/>')
        pieces.append(f'<text class="limit-text" x="{WIDTH:g}" y="{y - 3:.1f}" text-anchor="end">threshold {kg(limit)}</text>')
    base = _BARS + 14
    pieces.append(f'<line class="axis" x1="0" x2="{WIDTH:g}" y1="{base:g}" y2="{base:g}"/>')
    every = max(1, math.ceil(len(names) * 48 / WIDTH))
    pieces += [f'<text x="{5 + n * step:.1f}" y="{base + 13:g}">{name}</text>' for n, name in enumerate(names) if n % every == 0]
    over_months = sum(1 for n in names if limit and n in by_month and by_month[n].kg >= limit)
    most = max((by_month[n].kg for n in names if n in by_month), default=Decimal(0))
    told = f"{substance}: kilograms a month, {kg(most)} at most"
    over = f"{over_months} month{'' if over_months == 1 else 's'}"
    told += f"; {over} at or over the threshold of {kg(limit)}" if limit else f"; {_NO_LINE[bool(limits)]}"
    return _figure(told, WIDTH, base + 18, pieces)


def _months(first: date, last: date) -> list[str]:
    begin, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(begin, end + 1)]


def distances(substance: str, found: JustUnder) -> str:
    """How many movements lie how far from the threshold of a transaction, in steps of 5 %."""
    bins: dict[int, int] = {}
    for share, _ in found.shares:
        # A share is that of a Decimal rounded to hundredths: 99.999 % may not become the 100 that is over.
        number = min(int(share // _BIN), _LAST_BIN // _BIN)
        bins[number] = bins.get(number, 0) + 1
    top, step = max(bins.values()), (WIDTH - 10) / (_LAST_BIN // _BIN + 1)
    left, right = 5 + 80 / _BIN * step, 5 + 100 / _BIN * step
    pieces = [f'<rect class="zone" x="{left:.1f}" y="4" width="{right - left:.1f}" height="96"/>']
    for number, count in sorted(bins.items()):
        height = max(count / top * 84, 1.0)
        kind = "bar over" if number * _BIN >= 100 else "bar here" if number * _BIN >= 80 else "bar"
        span = f"{number * _BIN} to under {(number + 1) * _BIN} %" if number * _BIN < _LAST_BIN else f"{_LAST_BIN} % and more"
        pieces.append(
            f'<rect class="{kind}" x="{5 + number * step:.1f}" y="{100 - height:.1f}" width="{step * 0.85:.1f}" height="{height:.1f}">'
            f"<title>{span}: {count:,}</title></rect>"
        )
    pieces.append(f'<line class="axis" x1="0" x2="{WIDTH:g}" y1="100" y2="100"/>')
    pieces.append(f'<line class="limit" x1="{right:.1f}" x2="{right:.1f}" y1="0" y2="104"/>')
    for per_cent in (0, 50, 80, 100, 150, 200):
        pieces.append(
            f'<text x="{5 + per_cent / _BIN * step:.1f}" y="114" text-anchor="{"start" if per_cent == 0 else "middle"}">{per_cent} %</text>'
        )
    told = (
        f"{substance}: {found.weighed:,} movements by their share of the threshold, {found.near:,} of them from 80 to under 100 %"
    )
    return _figure(told, WIDTH, 118, pieces)


def spans(receivers: Sequence[Receiver], first: date, last: date) -> str:
    """Receivers by first and last day in the period."""
    dated = sorted((r for r in receivers if r.first and r.last), key=lambda r: (r.first or first, r.key))
    shown = {r.key for r in sorted(dated, key=lambda r: (-r.kg, -r.movements, r.key))[:MOST_SPANS]}
    rows = [r for r in dated if r.key in shown]
    if not rows:
        return ""
    days, left = max((last - first).days, 1), 230.0
    scale = (WIDTH - left - 8) / days
    pieces = []
    for number, one in enumerate(rows):
        assert one.first
        assert one.last
        y = 6 + number * 15
        x, width = left + (one.first - first).days * scale, max((one.last - one.first).days * scale, 3.0)
        kind = "bar over" if one.listed else "bar here" if one.is_new else "bar"
        name = escape(printable(_short(one.name, 36)))
        pieces.append(f'<text x="{left - 6:g}" y="{y + 9}" text-anchor="end">{name}</text>')
        pieces.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="9"><title>{name}: {one.first} to {one.last}</title></rect>'
        )
    base = 10 + len(rows) * 15
    pieces.append(f'<line class="axis" x1="{left:g}" x2="{WIDTH:g}" y1="{base}" y2="{base}"/>')
    pieces.append(f'<text x="{left:g}" y="{base + 13}">{first}</text>')
    pieces.append(f'<text x="{WIDTH:g}" y="{base + 13}" text-anchor="end">{last}</text>')
    told = f"{len(rows):,} of {len(dated):,} receivers by first and last day; {sum(r.is_new for r in rows):,} new, "
    return _figure(told + f"{sum(bool(r.listed) for r in rows):,} matching a watchlist", WIDTH, base + 17, pieces)


def network(name: str, receivers: Sequence[Receiver]) -> str:
    """The exporter and its largest receivers; a line is as thick as what went along it."""
    shown = sorted(receivers, key=lambda r: (-r.kg, -r.movements, r.key))[:MOST_IN_NETWORK]
    if not shown:
        return ""
    height, top = 400.0, max(float(r.kg) for r in shown)
    x0, y0 = WIDTH / 2, height / 2
    lines, nodes = [], []
    for number, one in enumerate(shown):
        angle = 2 * math.pi * number / len(shown) - math.pi / 2
        x, y = x0 + 190 * math.cos(angle), y0 + 165 * math.sin(angle)
        width = 1 + 7 * math.sqrt(float(one.kg) / top) if top else 1.0
        kind = "listed" if one.listed else "new" if one.is_new else ""
        label = escape(printable(_short(one.name, 26)))
        lines.append(f'<line class="edge {kind}" x1="{x0:g}" y1="{y0:g}" x2="{x:.1f}" y2="{y:.1f}" stroke-width="{width:.1f}"/>')
        side = "middle" if abs(math.cos(angle)) < 0.2 else "start" if math.cos(angle) > 0 else "end"
        dx, dy = (0.0, 16 if y > y0 else -9) if side == "middle" else (9 if side == "start" else -9, 4)
        nodes.append(f'<circle class="node {kind}" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{label}: {kg(one.kg)}</title></circle>')
        nodes.append(f'<text x="{x + dx:.1f}" y="{y + dy:.1f}" text-anchor="{side}">{label}</text>')
    nodes.append(f'<circle class="node own" cx="{x0:g}" cy="{y0:g}" r="9"/>')
    nodes.append(
        f'<text class="own" x="{x0:g}" y="{y0 - 14:g}" text-anchor="middle">{escape(printable(_short(name, 40)))}</text>'
    )
    told = f"{name} and its {len(shown):,} largest receivers of {len(receivers):,}; a line is as thick as the kilograms that are known"
    return _figure(told, WIDTH, height, [*lines, *nodes])


def route_map(routes: Sequence[Route]) -> str:
    """Routes on a map, by the countries on the way; the outlines are the page's symbol `world`."""
    places = world().places
    drawn, unplaced = 0, 0
    pieces: list[str] = []
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
        told = escape(f"{' – '.join(stops)}: {route.movements:,} movements, {kg(route.kg)}")
        for start, end in itertools.pairwise(known):
            for line in great_circle(places[start], places[end]):
                points = " ".join(f"{x:.1f},{max(y, 1.0):.1f}" for x, y in line)  # a way over the pole runs along the edge
                pieces.append(
                    f'<polyline class="route" points="{points}" stroke-width="{width:.1f}"><title>{told}</title></polyline>'
                )
        for stop, kind in [(known[0], "start"), *((c, "stop") for c in known[1:-1]), (known[-1], "end")]:
            ends.setdefault(stop, kind)
    if not drawn:
        return ""
    for country, kind in sorted(ends.items()):
        x, y = project(places[country])
        pieces.append(f'<circle class="place {kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(country)}</title></circle>')
        pieces.append(f'<text x="{x + 4:.1f}" y="{y - 3:.1f}">{escape(country)}</text>')
    told = (
        f"{drawn:,} of {len(routes):,} routes, drawn from country to country on the shortest way; the thicker, the more movements"
    )
    told += f"; {unplaced:,} more with fewer than two countries that can be placed" if unplaced else ""
    return _figure(told, WIDTH, HEIGHT, ['<use href="#world"/>', *pieces])


def outlines() -> str:
    """The symbol that maps use: once in a page."""
    return f'<svg class="symbols" aria-hidden="true"><symbol id="world" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"><path class="land" d="{world().outlines}"/></symbol></svg>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _figure(said: str, width: float, height: float, pieces: Sequence[str]) -> str:
    label = escape(printable(said))
    return (
        f'<figure><svg role="img" aria-label="{label}" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="xMinYMin meet">'
        f"{''.join(pieces)}</svg><figcaption>{label}</figcaption></figure>"
    )
