"""Figures as inline SVG: the parts of a score, a quantity against its threshold, consignments over time.

Colours come from the page's style, so that they suit light, dark and paper; every figure says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from msgspec import Struct

from precursor_screen.core.words import printable

WIDTH = 640
_FULL = 100  # points of a full bar
_HEIGHT = 90  # of the bars of a timeline


class Consignment(Struct, frozen=True):
    """A point of a timeline. kg: None where it is unknown; here: of the shipment that is shown."""

    day: date
    kg: float | None
    here: bool


def score_bar(parts: Sequence[Mapping[str, Any]], score: int) -> str:
    """The parts of a score side by side, those that speak for it beneath."""
    gained = sum(max(0, p["points"]) for p in parts)
    if not gained:
        return ""
    scale = WIDTH / max(_FULL, gained)
    said = ", ".join(f"{p['part']} {p['points']}" for p in parts)
    pieces, at = [], 0.0
    for part in parts:
        width = abs(part["points"]) * scale
        kind = part["part"].replace(" ", "-")
        x, y = (at, 0) if part["points"] >= 0 else (at - width, 18)
        pieces.append(
            f'<rect class="part {escape(kind)}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{16 if y == 0 else 6}"/>'
        )
        if width > 18 and y == 0:
            pieces.append(f'<text class="on" x="{x + width / 2:.1f}" y="12" text-anchor="middle">{part["points"]}</text>')
        at += width if part["points"] >= 0 else 0
    limit = _FULL * scale
    pieces.append(f'<line class="limit" x1="{limit:.1f}" x2="{limit:.1f}" y1="0" y2="24"/>')
    return figure(f"Score {score} of 100: {said}", 26, pieces)


def quantity_bar(kg: float, threshold_kg: float) -> str:
    """A quantity against its threshold; one many times the other is cut at the edge, and the words say how much it is."""
    if kg <= 0 or threshold_kg <= 0:
        return ""
    top = max(min(kg, threshold_kg * 5), threshold_kg) * 1.1
    width, at = min(kg / top, 1.0) * WIDTH, threshold_kg / top * WIDTH
    side, x = ("end", at - 4) if at > WIDTH / 2 else ("start", at + 4)
    pieces = [
        f'<rect class="bar{" over" if kg >= threshold_kg else ""}" x="0" y="2" width="{width:.1f}" height="14"/>',
        f'<line class="limit" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="30"/>',
        f'<text x="{x:.1f}" y="29" text-anchor="{side}">threshold {threshold_kg:,g} kg</text>',
    ]
    return figure(f"{kg:,g} kg, {_share(kg / threshold_kg)} the threshold of {threshold_kg:,g} kg", 34, pieces)


def _share(share: float) -> str:
    return f"{share:.0%} of" if share < 2 else f"{share:,.3g} times"


def timeline(consignments: Sequence[Consignment], threshold_kg: float | None) -> str:
    """Consignments by day, with the threshold of their sum where there is one."""
    if len(consignments) < 2:
        return ""
    days = [c.day for c in consignments]
    first, last = min(days), max(days)
    span = max((last - first).days, 1)
    most = max([c.kg or 0 for c in consignments] + ([threshold_kg] if threshold_kg else []))
    pieces = []
    for one in sorted(consignments, key=lambda c: (c.day, c.here)):
        x = 10 + (one.day - first).days / span * (WIDTH - 26)
        height = max((one.kg or 0) / most * _HEIGHT, 2) if most else 2
        kind = "bar here" if one.here else "bar"
        said = f"{one.day}: {f'{one.kg:,g} kg' if one.kg is not None else 'mass unknown'}"
        pieces.append(rect(kind, x, _HEIGHT + 6 - height, 6, height, said))
    if threshold_kg:
        y = _HEIGHT + 6 - threshold_kg / most * _HEIGHT
        pieces.append(f'<line class="limit" x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        pieces.append(f'<text x="{WIDTH}" y="{y + 11:.1f}" text-anchor="end">threshold {threshold_kg:,g} kg</text>')
    base = _HEIGHT + 6
    pieces.append(f'<line class="axis" x1="0" x2="{WIDTH}" y1="{base}" y2="{base}"/>')
    pieces.append(f'<text x="0" y="{base + 14}">{first}</text>')
    pieces.append(f'<text x="{WIDTH}" y="{base + 14}" text-anchor="end">{last}</text>')
    known = [c.kg for c in consignments if c.kg is not None]
    total = f", {sum(known):,g} kg in all" if known else ""
    return figure(f"{len(consignments)} consignments from {first} to {last}{total}", base + 18, pieces)


def rect(kind: str, x: float, y: float, width: float, height: float, said: str) -> str:
    """A bar of a class, which says what it stands for."""
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
        f"<title>{escape(printable(said))}</title></rect>"
    )


def figure(said: str, height: float, pieces: Iterable[str], width: float = WIDTH) -> str:
    """A drawing with a caption that says what it shows, for whoever cannot see it too."""
    label = escape(printable(said))
    return (
        f'<figure><svg role="img" aria-label="{label}" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="xMinYMin meet">'
        f"{''.join(pieces)}</svg><figcaption>{label}</figcaption></figure>"
    )
