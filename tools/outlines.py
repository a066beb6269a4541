"""Makes `data/geography/outlines.csv` of Natural Earth's countries: `python tools/outlines.py FOLDER/ne_110m_admin_0_countries`.

The argument is a shapefile without its suffix (.shp and .dbf are read). What it says of the source stands in that folder's README.
"""

from __future__ import annotations

import csv
import itertools
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.core import get_global

TARGET = Path(__file__).parent.parent / "precursor_screen" / "data" / "geography" / "outlines.csv"
Point = tuple[float, float]
TOLERANCE = 0.25  # degrees that a line may be off: half a pixel of the map
SMALLEST = 0.5  # square degrees of an island that is drawn, where its country has a larger one
_OWN = {"SOL": "SO", "CYN": "CY", "-99": "XK"}  # what the file gives no code of ISO 3166 to
_LEFT_OUT = {"ATA", "ATF"}  # the map ends north of them


def main() -> None:
    """Reads, simplifies and writes."""
    path = Path(sys.argv[1])
    rings: dict[str, list[list[Point]]] = {}
    for code, shape in zip(_codes(path.with_suffix(".dbf")), _shapes(path.with_suffix(".shp")), strict=True):
        if code:
            rings.setdefault(code, []).extend(shape)
    with TARGET.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("country", "longitude", "latitude", "outline"))
        for code in sorted(rings):
            shown = sorted(rings[code], key=lambda r: -abs(_area(r)))
            kept = [r for n, r in enumerate(shown) if n == 0 or abs(_area(r)) >= SMALLEST]
            x, y = _centre(shown[0])
            for number, ring in enumerate(kept):
                place = (f"{x:.1f}", f"{y:.1f}") if number == 0 else ("", "")
                writer.writerow((code, *place, " ".join(f"{a:.1f},{b:.1f}" for a, b in _simplify(ring))))


def _codes(path: Path) -> Iterator[str]:
    """ISO 3166 alpha-2 of each record; empty: left out."""
    content = path.read_bytes()
    count, head, length = struct.unpack("<IHH", content[4:12])
    at, start, width = 32, 1, 0
    while content[at] != 0x0D:
        name = content[at : at + 11].split(b"\0")[0].decode().lower()
        if name == "iso_a3":
            width = content[at + 16]
            break
        start += content[at + 16]
        at += 32
    aliases = get_global("territory_aliases")
    for number in range(count):
        begin = head + length * number + start
        code = content[begin : begin + width].decode().strip()
        yield "" if code in _LEFT_OUT else _OWN.get(code) or aliases[code][0]


def _shapes(path: Path) -> Iterator[list[list[Point]]]:
    """The outer rings of each record (ESRI Shapefile Technical Description, 1998: type 5, polygon)."""
    content = path.read_bytes()
    at = 100
    while at < len(content):
        length = struct.unpack(">i", content[at + 4 : at + 8])[0] * 2
        body = content[at + 8 : at + 8 + length]
        parts, points = struct.unpack("<ii", body[36:44])
        starts = [*struct.unpack(f"<{parts}i", body[44 : 44 + 4 * parts]), points]
        numbers = struct.unpack(f"<{2 * points}d", body[44 + 4 * parts : 44 + 4 * parts + 16 * points])
        whole = list(zip(numbers[::2], numbers[1::2], strict=True))
        yield [whole[a:b] for a, b in itertools.pairwise(starts)]
        at += 8 + length


def _area(ring: list[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _centre(ring: list[Point]) -> Point:
    area = _area(ring)
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    return x, y


def _simplify(ring: list[Point]) -> list[Point]:
    """Without the points that the line between others passes at less than the tolerance (Douglas and Peucker, 1973)."""
    middle = len(ring) // 2
    return [*_between(ring[: middle + 1])[:-1], *_between(ring[middle:])]


def _between(line: list[Point]) -> list[Point]:
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 or 1e-9
    off = [abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length for x, y in line[1:-1]]
    most = max(range(len(off)), key=off.__getitem__)
    if off[most] < TOLERANCE:
        return [line[0], line[-1]]
    return [*_between(line[: most + 2])[:-1], *_between(line[most + 1 :])]


if __name__ == "__main__":
    main()
