"""Axes that the plots of a page share: months from left to right, numbers with their unit from bottom to top.

Distances between texts are of their own size (`em`), since the page's style makes them larger on a narrow screen; margins have room for that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape

from msgspec import Struct

from precursor_screen.core.words import printable

# Of the drawing: the plot lies between LEFT and RIGHT, TOP and BASE. Beside it stand numbers and, on the right, the labels of lines.
WIDTH, LEFT, RIGHT, TOP, BASE, HEIGHT = 640.0, 66.0, 520.0, 46.0, 160.0, 204.0
MOST_MONTHS = 60
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIDEST = 36.0  # a name of a month on a narrow screen
_APART = 42.0  # two labels of two lines


class Calendar(Struct, frozen=True):
    """The months of a plot, counted from the year 0."""

    first: int
    last: int
    left: float = LEFT
    right: float = RIGHT

    @property
    def pitch(self) -> float:
        """How wide a month is."""
        return (self.right - self.left) / (self.last - self.first + 1)

    def month(self, name: str) -> float:
        """Where a month (2026-03) begins."""
        return self.left + (int(name[:4]) * 12 + int(name[5:]) - 1 - self.first) * self.pitch

    def day(self, day: date) -> float:
        """Where a day stands: months are of one width."""
        return self.month(f"{day:%Y-%m}") + (day.day - 0.5) / 31 * self.pitch

    def holds(self, name: str) -> bool:
        """Whether a month is among them."""
        return self.first <= int(name[:4]) * 12 + int(name[5:]) - 1 <= self.last

    def axis(self, base: float, top: float) -> Iterator[str]:
        """The line below, a fine line at each month that is named, names of months, and years below them."""
        yield line("axis", self.left, base, self.right, base)
        every = next((n for n in (1, 2, 3, 6, 12, 24) if n * self.pitch >= _WIDEST), 60)
        years = 0
        for number in range(self.first, self.last + 1):
            year, month = divmod(number, 12)
            x = self.left + (number - self.first) * self.pitch
            if (year * 12 + month) % every:
                continue
            if number > self.first:
                yield line("grid", x, top, x, base)
            yield text(x + self.pitch / 2, base, _NAMES[month], dy="1.25em", anchor="middle")
            if year != years:
                yield text(x + self.pitch / 2, base, f"{year:04}", "soft", dy="2.45em", anchor="middle")
                years = year


def calendar(days: Iterable[date], first: date, last: date) -> Calendar | None:
    """The months of a period, so that silence shows too; of a long one those from the first to the last day, MOST_MONTHS at most. None: no day."""
    inside = [_number(day) for day in days if first <= day <= last]
    if not inside:
        return None
    begin, end = _number(first), _number(last)
    if end - begin >= MOST_MONTHS:
        begin, end = min(inside), max(inside)
    return Calendar(max(begin, end - MOST_MONTHS + 1), end)


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


class Scale(Struct, frozen=True):
    """Numbers from bottom to top, at steps of one width. by_ratio: equal ratios, not equal differences, are of one width."""

    steps: tuple[float, ...]
    by_ratio: bool = False

    def y(self, value: float) -> float:
        """Where a number stands."""
        low, high = self.steps[0], self.steps[-1]
        share = math.log(value / low) / math.log(high / low) if self.by_ratio else (value - low) / (high - low)
        return BASE - share * (BASE - TOP)

    def axis(self, unit: str) -> Iterator[str]:
        """A fine line and a number at each step, the unit above."""
        for value in self.steps:
            yield line("grid", LEFT, self.y(value), RIGHT, self.y(value))
            yield text(LEFT - 6, self.y(value), plain(value), dy=".35em", anchor="end")
        yield text(LEFT - 6, TOP, unit, "soft", "-.75em", "end") if len(unit) < 6 else text(0, TOP, unit, "soft", "-.75em")


def from_zero(top: float, whole: bool = False) -> Scale:
    """From zero to a round number that is not less than the highest, in two to four steps; whole: steps of whole numbers."""
    power = 10.0 ** math.floor(math.log10(top / 4))
    step = next(s * power for s in (1.0, 2.0, 2.5, 5.0, 10.0) if s * power >= top / 4 * 0.999)
    step = float(max(math.ceil(step), 1)) if whole else step
    return Scale(tuple(n * step for n in range(math.ceil(top / step * 0.999) + 1)))


def by_ratio(low: float, high: float) -> Scale:
    """For numbers that lie far apart: from a round number to another, 1, 2 and 5 of each power of ten; the powers alone where these are many."""
    power, end = 10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high) + 1e-9)
    decades = round(math.log10(end / power))
    factors = (1, 2, 5) if decades <= 2 else (1,)
    steps = [power * 10**n * factor for n in range(decades) for factor in factors] + [end]
    first = max(n for n, step in enumerate(steps) if step <= low * 1.001)
    last = min(n for n, step in enumerate(steps) if step >= high * 0.999)
    return Scale(tuple(steps[first : last + 1]), by_ratio=True)


def plain(value: float) -> str:
    """A number of an axis: separators, no idle zeros."""
    return f"{value:,.6f}".rstrip("0").rstrip(".") or "0"


def labels(wanted: Iterable[tuple[float, str, str, str]]) -> Iterator[str]:
    """Labels of lines beside the plot, by place, class, word and value; those that would touch are moved apart, downwards and then up."""
    placed: list[list[float]] = []
    rows = sorted(wanted)
    for y, *_ in rows:
        placed.append([max(y, placed[-1][0] + _APART) if placed else max(y, TOP)])
    over = placed[-1][0] - (BASE - 16) if placed else 0.0
    for number in range(len(placed) - 1, -1, -1):
        if over > 0:
            limit = BASE - 16 if number == len(placed) - 1 else placed[number + 1][0] - _APART
            placed[number][0] = min(placed[number][0], limit)
    for (at, kind, word, value), (y,) in zip(rows, placed, strict=True):
        yield line("axis", RIGHT, at, RIGHT + 4, y)
        yield text(RIGHT + 6, y, word, kind, dy="-.1em") + text(RIGHT + 6, y, value, kind, dy="1em")


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A line of a class."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x: float, y: float, said: str, kind: str = "", dy: str = "", anchor: str = "") -> str:
    """A text, escaped; dy: moved by so many of its own heights."""
    more = f' class="{kind}"' if kind else ""
    more += f' dy="{dy}"' if dy else ""
    more += f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(printable(said))}</text>'


def title(said: str) -> str:
    """What a plot is about, above it."""
    return text(LEFT, 0, said, "own", dy="1em")
