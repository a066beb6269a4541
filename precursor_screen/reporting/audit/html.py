"""An audit as one self-contained page: findings first, then tables and plots, last what could not be seen.

Nothing from elsewhere, no script, every text escaped; the content policy names the style by its digest. Long tables are cut, and say so:
all rows stand in the workbook and the JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from precursor_screen.cases.audit.findings import Audit, Audited
from precursor_screen.cases.audit.moves import Lines, Rows, place_of
from precursor_screen.core.words import counted, cut, printable
from precursor_screen.core.words import kilograms as kg
from precursor_screen.reporting import pages
from precursor_screen.reporting.audit import plots
from precursor_screen.reporting.audit.axes import calendar
from precursor_screen.reporting.audit.tables import RANKING, TABLES, Described, ranked, records_of
from precursor_screen.reporting.document import columns

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_ROWS = 300  # of a table
MOST_LINES = 500  # of the lines that findings cite
MOST_PLOTS = 8  # substances that have plots of their own
MOST_IN_MATRIX = 30  # receivers
_CITED = 6  # lines that are named beside a figure


def write(audit: Audit, stream: BinaryIO) -> None:
    """Writes the page."""
    context = {
        "run": audit.run,
        "style": pages.inline(_environment(), "page.css"),
        "ranking": audit.ranking,
        "ranked": _table(RANKING, ranked(audit.ranking)) if audit.ranking else None,
        "exporters": [_exporter(one, number) for number, one in enumerate(audit.exporters, 1)],
        "outlines": plots.outlines() if audit.exporters else "",
    }
    pages.write(_environment(), "page.html.jinja", context, stream)


@cache
def _environment() -> Environment:
    # What is markup already is not text of a manifest.
    environment = pages.environment(
        "precursor_screen.reporting.audit", finalize=lambda value: printable(value) if type(value) is str else value
    )
    environment.filters["kg"] = kg
    environment.filters["counted"] = counted
    environment.filters["place"] = place_of
    environment.filters["short"] = lambda text, most=80: printable(cut(text, most))
    environment.globals |= {"numbers": pages.NUMBERS, "most_rows": MOST_ROWS}
    return environment


def _exporter(one: Audited, number: int) -> dict[str, Any]:
    profile = one.profile
    cited = sorted({n for f in one.findings for n in f.lines[:_CITED]})
    by_line: dict[int, list[Any]] = {}
    for move in profile.lines:
        by_line.setdefault(move.line, []).append(move)
    shown = cited[:MOST_LINES]
    known = frozenset(shown)

    def cite(lines: Lines) -> dict[str, Any]:
        """The first lines, each with whether it stands below, and how many more there are."""
        return {"first": [(n, n in known) for n in lines[:_CITED]], "more": max(0, len(lines) - _CITED)}

    months: dict[str, list[Any]] = {}
    for month in profile.months:
        months.setdefault(month.substance, []).append(month)
    largest = [t.substance for t in sorted(profile.totals, key=lambda t: (-t.kg, t.substance))]
    near = {j.substance: j for j in profile.just_under}
    priced, bands = profile.priced, {b.substance: b for b in profile.bands}
    odd = frozenset(n for o in profile.odd_prices for n in o.lines)
    shared = calendar((m.day for m in profile.lines if m.day), profile.first, profile.last)
    names_of = profile.names_of
    return {
        "id": number,
        "profile": profile,
        "findings": one.findings,
        "cite": cite,
        "tables": {name: _table(d, records_of(one, d)) for name, d in TABLES.items() if d.page},
        "month_plots": _plots(largest, months, lambda s: plots.months(names_of[s], months[s], shared) if shared else ""),
        "distance_plots": _plots(largest, near, lambda s: plots.distances(names_of[s], near[s])),
        "price_plots": _plots(
            largest, priced, lambda s: plots.prices(names_of[s], priced[s], bands[s], odd, shared) if shared else ""
        ),
        "rest_of_plots": max(0, len(largest) - MOST_PLOTS),
        "spans": plots.spans(profile.receivers, shared),
        "map": plots.route_map(profile.routes),
        "matrix": _matrix(profile.receivers, largest),
        "sample": one.sample,
        "seed": one.seed,
        "lines": [by_line[n] for n in shown],
        "rest_of_lines": len(cited) - len(shown),
    }


def _plots(substances: Sequence[str], found: Mapping[str, Any], draw: Callable[[str], str]) -> list[str]:
    """Plots of the largest substances of which something was found."""
    return [plot for plot in (draw(s) for s in substances[:MOST_PLOTS] if s in found) if plot]


def _table(described: Described, records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A table of the page: columns, rows of cells with what stands beside them and the lines that they cite, and how many rows are left out."""
    shown = columns(described.page)
    kept = [record for record in records if not record.get("apart")]
    rows = [
        [(c, pages.in_page(c, r.get(c.source)), r.get("beside", {}).get(c.source), r.get("lines", ())) for c in shown]
        for r in kept[:MOST_ROWS]
    ]
    return {"columns": shown, "rows": rows, "rest": len(kept) - len(rows)}


def _matrix(receivers: Rows, substances: Sequence[str]) -> dict[str, Any]:
    """The largest receivers by substances, each cell with its shade from 0 to 5."""
    shown = receivers[:MOST_IN_MATRIX]
    columns = list(substances[:MOST_PLOTS])
    top = max((kg for r in shown for s, kg in r.by_substance if s in columns), default=None)

    def shade(kg: Decimal | None) -> int:
        return 1 + min(4, int(5 * kg / top)) if kg is not None and top else 0

    masses = [(r.name, [dict(r.by_substance).get(s) for s in columns]) for r in shown]
    rows = [(name, [(kg, shade(kg)) for kg in own]) for name, own in masses]
    return {"columns": columns, "rows": rows, "rest": len(receivers) - len(shown)}
