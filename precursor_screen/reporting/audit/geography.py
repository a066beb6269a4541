"""Where countries lie, for a map of routes: outlines and places that ship (`data/geography/README.md`)."""

from __future__ import annotations

import csv
import math
from functools import cache

from msgspec import Struct

from precursor_screen.reference import shipped

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
    pieces: list[str] = []
    places: dict[str, Point] = {}
    for name in ("places.csv", "outlines.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["longitude"]:
                    places[row["country"]] = (float(row["longitude"]), float(row["latitude"]))
                if row.get("outline"):
                    points = [project((float(x), float(y))) for x, y in (p.split(",") for p in row["outline"].split())]
                    pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return World("".join(pieces), places)


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
    pieces: list[list[Point]] = [[]]
    previous: float | None = None
    for step in range(_STEPS + 1):
        t = step / _STEPS
        # Opposite places have no shortest way: any is taken.
        weights = (math.sin((1 - t) * angle), math.sin(t * angle)) if math.sin(angle) > 1e-9 else (1 - t, t)
        x, y, z = (weights[0] * p + weights[1] * q for p, q in zip(a, b, strict=True))
        longitude, latitude = math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))
        if previous is not None and abs(longitude - previous) > 180:
            pieces.append([])
        pieces[-1].append(project((longitude, latitude)))
        previous = longitude
    return [p for p in pieces if len(p) > 1]


def _vector(place: Point) -> tuple[float, float, float]:
    longitude, latitude = (math.radians(v) for v in place)
    return math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)
