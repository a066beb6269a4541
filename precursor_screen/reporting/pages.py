"""What every page has in common: templates that escape all they are given, style and script named by their digests, and figures as inline SVG.

The content policy of a page allows these digests and nothing else, so that nothing a manifest says can ever run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct

from precursor_screen.core.words import cut, kilograms, printable
from precursor_screen.reporting.interface import DAY, NUMBER, Column

if TYPE_CHECKING:
    from jinja2 import Environment

# Figures as inline SVG: the parts of a score, a quantity against its threshold, consignments over time.

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
    shapes, at = [], 0.0
    for part in parts:
        width = abs(part["points"]) * scale
        kind = part["part"].replace(" ", "-")
        x, y = (at, 0) if part["points"] >= 0 else (at - width, 18)
        shapes.append(
            f'<rect class="part {escape(kind)}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{16 if y == 0 else 6}"/>'
        )
        if width > 18 and y == 0:
            shapes.append(f'<text class="on" x="{x + width / 2:.1f}" y="12" text-anchor="middle">{part["points"]}</text>')
        at += width if part["points"] >= 0 else 0
    limit = _FULL * scale
    shapes.append(f'<line class="limit" x1="{limit:.1f}" x2="{limit:.1f}" y1="0" y2="24"/>')
    return figure(f"Score {score} of 100: {said}", 26, shapes)


def quantity_bar(kg: float, threshold_kg: float) -> str:
    """A quantity against its threshold; one many times the other is cut at the edge, and the words say how much it is."""
    if kg <= 0 or threshold_kg <= 0:
        return ""
    top = max(min(kg, threshold_kg * 5), threshold_kg) * 1.1
    width, at = min(kg / top, 1.0) * WIDTH, threshold_kg / top * WIDTH
    side, x = ("end", at - 4) if at > WIDTH / 2 else ("start", at + 4)
    shapes = [
        f'<rect class="bar{" over" if kg > threshold_kg else ""}" x="0" y="2" width="{width:.1f}" height="14"/>',
        f'<line class="limit" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="30"/>',
        f'<text x="{x:.1f}" y="29" text-anchor="{side}">threshold {threshold_kg:,g} kg</text>',
    ]
    return figure(f"{kg:,g} kg, {_share(kg / threshold_kg)} the threshold of {threshold_kg:,g} kg", 34, shapes)


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
    shapes = []
    for one in sorted(consignments, key=lambda c: (c.day, c.here)):
        x = 10 + (one.day - first).days / span * (WIDTH - 26)
        height = max((one.kg or 0) / most * _HEIGHT, 2) if most else 2
        kind = "bar here" if one.here else "bar"
        said = f"{one.day}: {f'{one.kg:,g} kg' if one.kg is not None else 'mass unknown'}"
        shapes.append(rect(kind, x, _HEIGHT + 6 - height, 6, height, said))
    if threshold_kg:
        y = _HEIGHT + 6 - threshold_kg / most * _HEIGHT
        shapes.append(f'<line class="limit" x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        shapes.append(f'<text x="{WIDTH}" y="{y + 11:.1f}" text-anchor="end">threshold {threshold_kg:,g} kg</text>')
    base = _HEIGHT + 6
    shapes.append(f'<line class="axis" x1="0" x2="{WIDTH}" y1="{base}" y2="{base}"/>')
    shapes.append(f'<text x="0" y="{base + 14}">{first}</text>')
    shapes.append(f'<text x="{WIDTH}" y="{base + 14}" text-anchor="end">{last}</text>')
    known = [c.kg for c in consignments if c.kg is not None]
    total = f", {sum(known):,g} kg in all" if known else ""
    return figure(f"{len(consignments)} consignments from {first} to {last}{total}", base + 18, shapes)


def rect(kind: str, x: float, y: float, width: float, height: float, said: str) -> str:
    """A bar of a class, which says what it stands for."""
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
        f"<title>{escape(printable(said))}</title></rect>"
    )


def figure(said: str, height: float, shapes: Iterable[str], width: float = WIDTH) -> str:
    """A drawing with a caption that says what it shows, for whoever cannot see it too."""
    label = escape(printable(said))
    return (
        f'<figure><svg role="img" aria-label="{label}" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="xMinYMin meet">'
        f"{''.join(shapes)}</svg><figcaption>{label}</figcaption></figure>"
    )


class Inline(Struct, frozen=True):
    """A script or a style within the page, and its digest for the content policy."""

    text: str
    digest: str


def environment(package: str, **options: Any) -> Environment:
    """The templates of a package and the parts that all pages have; `options` of jinja beside those that keep a page harmless."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates"), PackageLoader("precursor_screen.reporting", "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    made.filters["number"] = lambda n: f"{n:,}"
    made.filters["printable"] = printable
    return made


def inline(templates: Environment, name: str) -> Inline:
    """A style or script that lies beside the templates."""
    assert templates.loader is not None
    text = templates.loader.get_source(templates, name)[0]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Inline(text, f"sha256-{digest}")


def write(templates: Environment, name: str, context: Mapping[str, Any], stream: BinaryIO) -> None:
    """Writes a page, piece by piece."""
    for part in templates.get_template(name).generate(**context):
        stream.write(part.encode("utf-8", "backslashreplace"))


# Kind -> how a page writes a value: a number or a mass, a price, a day, a share, a growth, one rounded, the beginning of an id.
_WRITTEN: dict[str, Callable[[Any], str]] = {
    NUMBER: lambda value: kilograms(value) if isinstance(value, Decimal) else f"{value:,}" if isinstance(value, int) else value,
    "p": str,
    DAY: str,
    "s": lambda share: f"{share:.0%}",
    "g": lambda growth: f"{100 * growth:+.0f} %",
    "r": lambda value: f"{value:.0f}",
    "i": lambda name: name[:8],
    "l": lambda _: "",  # the page says which, with links
}
NUMBERS = frozenset("npsgr")


def in_page(column: Column, value: Any) -> str:
    """A value as a page shows it: of a text as many characters as its column is wide; what nobody knows as a dash, or as its column says."""
    if value is None or value == "":
        return column.none or ("–" if column.kind in NUMBERS or column.kind == DAY else "")
    if column.kind in _WRITTEN:
        return _WRITTEN[column.kind](value)
    text = ", ".join(value) if isinstance(value, list | tuple) else str(value)
    return cut(text, column.width) if column.width else text
