"""An audit as a document: lines for people, a workbook with a sheet a table, every line and which lines stand behind which figure; its JSON; and one
self-contained page, findings first, then tables and plots, last what could not be seen.

On the page nothing is from elsewhere, no script, every text escaped; the content policy names the style by its digest. Long tables are cut, and
say so: all rows stand in the workbook and the JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any, BinaryIO

from precursor_screen.cases.audit.findings import Audit, ExporterAudit, Ranking
from precursor_screen.cases.audit.movements import Lines, Rows, place_of
from precursor_screen.core.grouped import grouped
from precursor_screen.core.json_text import dump
from precursor_screen.core.words import counted, cut, printable
from precursor_screen.core.words import kilograms as kg
from precursor_screen.reference.jurisdiction import whose_law
from precursor_screen.reporting import pages
from precursor_screen.reporting.audit import plots
from precursor_screen.reporting.audit.axes import calendar
from precursor_screen.reporting.audit.tables import RANKING, TABLES, Described, ranked, records_of
from precursor_screen.reporting.interface import Document, Table, columns, tabulate

if TYPE_CHECKING:
    from jinja2 import Environment

# An audit as one self-contained page: findings first, then tables and plots, last what could not be seen.

MOST_ROWS = 300  # of a table
MOST_LINES = 500  # of the lines that findings cite
MOST_PLOTS = 8  # substances that have plots of their own
MOST_IN_MATRIX = 30  # receivers
_CITED = 6  # lines that are named beside a figure


def write_page(audit: Audit, stream: BinaryIO) -> None:
    """Writes the page."""
    context = {
        "run": audit.run,
        "style": pages.inline(_environment(), "page.css"),
        "ranking": audit.ranking,
        "ranked": _page_table(RANKING, ranked(audit.ranking)) if audit.ranking else None,
        "exporters": [_page_of(one, number) for number, one in enumerate(audit.exporters, 1)],
        "outlines": plots.outlines() if audit.exporters else "",
    }
    pages.write(_environment(), "page.html.jinja", context, stream)


@cache
def _environment() -> Environment:
    # What is markup already is not text of a manifest.
    package = "precursor_screen.reporting.audit"
    environment = pages.environment(package, finalize=lambda value: printable(value) if type(value) is str else value)
    environment.filters["kg"] = kg
    environment.filters["counted"] = counted
    environment.filters["place"] = place_of
    environment.filters["short"] = lambda text, most=80: printable(cut(text, most))
    environment.globals |= {"numbers": pages.NUMBERS, "most_rows": MOST_ROWS}
    return environment


def _page_of(one: ExporterAudit, number: int) -> dict[str, Any]:
    profile = one.profile
    cited = sorted({n for f in one.findings for n in f.lines[:_CITED]})
    by_line = grouped((movement.line, movement) for movement in profile.lines)
    shown = cited[:MOST_LINES]
    known = frozenset(shown)

    def cite(lines: Lines) -> dict[str, Any]:
        """The first lines, each with whether it stands below, and how many more there are."""
        return {"first": [(n, n in known) for n in lines[:_CITED]], "more": max(0, len(lines) - _CITED)}

    months = grouped((month.substance, month) for month in profile.months)
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
        "tables": {name: _page_table(d, records_of(one, d)) for name, d in TABLES.items() if d.page},
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


def _page_table(described: Described, records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
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


# An audit on the terminal: names, the page of findings, totals, and what could not be seen.

_MOST_FINDINGS, _MOST_NAMES, _MOST_PLACES = 20, 12, 3


def present(audit: Audit) -> Iterator[str]:
    """Lines for people."""
    if audit.ranking is not None:
        yield from _rank(audit.ranking)
    for number, one in enumerate(audit.exporters):
        if number:
            yield ""
        yield from _exporter(one)


def _exporter(one: ExporterAudit) -> Iterator[str]:
    profile = one.profile
    yield f"{profile.name}, {profile.first} to {profile.last} ({profile.basis.source}, {whose_law(profile.basis.jurisdiction, profile.last) or 'no jurisdiction'})"
    yield f"  {counted(profile.movements, 'movement')} in {counted(profile.shipments, 'shipment')}, {kg(profile.kg)}, {counted(len(profile.receivers), 'receiver')}"
    yield "Names taken:"
    for merged in profile.merged.taken[:_MOST_NAMES]:
        yield f"  {merged.name}: {merged.why}; {counted(merged.rows, 'row')}, {merged.first} to {merged.last}"
    if len(profile.merged.taken) > _MOST_NAMES:
        yield f"  and {len(profile.merged.taken) - _MOST_NAMES:,} more"
    for name in profile.merged.left_out:
        yield f"  left out: {name}"
    if profile.merged.questions:
        yield "Questions (--also NAME takes a name, --not NAME leaves it out):"
        for question in profile.merged.questions[:_MOST_NAMES]:
            yield f"  {question.name} ({question.option}): {question.why}"
        if len(profile.merged.questions) > _MOST_NAMES:
            yield f"  and {len(profile.merged.questions) - _MOST_NAMES:,} more"
    yield f"Findings, worst first ({len(one.findings):,}):" if one.findings else "Findings: none."
    places = {m.line: place_of(m) for m in profile.lines}
    for number, finding in enumerate(one.findings[:_MOST_FINDINGS], 1):
        yield f"  {number:2}. {finding.sentence} {_cite_case(finding.lines, places)}".rstrip()
    if len(one.findings) > _MOST_FINDINGS:
        yield f"  and {len(one.findings) - _MOST_FINDINGS:,} more: -o FILE.html"
    yield "Substances:"
    for total in profile.totals:
        unknown = f", {total.unknown:,} of unknown mass" if total.unknown else ""
        if total.of_kg:
            unknown += f"; {kg(total.share_kg)} of it is the share in {kg(total.of_kg)} of solutions and mixtures"
        yield f"  {profile.names_of[total.substance]}: {kg(total.kg)} in {counted(total.movements, 'movement')}{unknown}"
    for year in (y for y in profile.years if y.change is not None):
        yield f"  {profile.names_of[year.substance]} in {year.year}: {kg(year.kg)}, {year.change:+.0%} against {year.year - 1}"
    if one.sample:
        yield f"Drawn for a visit (seed {one.seed}):"
        yield from (f"  {some[0].shipment_id} of {some[0].day or 'no day'} [{place_of(some[0])}]" for some in one.sample)
    yield "What this audit could not see:"
    for sentence in profile.blind_spots:
        yield f"  {sentence}"


def _cite_case(lines: Lines, known: dict[int, str]) -> str:
    if not lines:
        return ""
    places = ", ".join(known[n] for n in lines[:_MOST_PLACES])
    return f"[{places}{f' and {len(lines) - _MOST_PLACES:,} more lines' if len(lines) > _MOST_PLACES else ''}]"


def _rank(ranking: Ranking) -> Iterator[str]:
    yield f"{len(ranking.rows):,} of {ranking.total:,} exporters, {ranking.first} to {ranking.last} ({whose_law(ranking.jurisdiction, ranking.last) or 'no jurisdiction'})"
    for number, one in enumerate(ranking.rows, 1):
        near = f", {one.near:,} of {one.weighed:,} just under" if one.weighed else ""
        yield (
            f"{number:3}. {one.name}: {counted(one.findings, 'finding')}, stands out in {one.stands_out}; {kg(one.kg)} of {counted(len(one.substances), 'substance')} in "
            f"{counted(one.rows, 'row')}{near}, {one.new:,} of {one.partners:,} partners new"
        )
        if one.worst:
            yield f"     {one.worst}"
        if one.measures:
            yield "     " + "; ".join(f"{name}: above {percentile:g} %" for name, percentile in one.measures)
    if ranking.abroad:
        several = f"{counted(ranking.abroad, 'exporter')} of other countries are not ranked."
        yield several if ranking.abroad > 1 else "1 exporter of another country is not ranked."
    if ranking.unaudited:
        yield f"{counted(ranking.unaudited, 'exporter')} that stand out least were not audited one by one and come last. Audit them by name or list."
    if not ranking.jurisdiction:
        yield "No jurisdiction was set: nothing was held against a threshold."


_MOST_CITED = 30_000  # characters of numbers in a cell, which holds 32,767; of a figure with more all stand in the sheet Figures
_FIGURES = columns("exporter:30w sheet:16c row:8n line:8n")

SCHEMA_VERSION = 1
_OF_PROFILE = (
    *("merged", "first", "last", "basis", "movements", "shipments", "rows", "kg", "totals", "by_destination"),
    *("months", "jumps", "just_under", "receivers", "routes", "rerouted", "bands", "odd_prices", "declared"),
    *("duplicates", "papers", "years", "families", "episodes", "places", "not_evaluable", "gaps", "blind_spots"),
    *("names_of", "lines"),
)
# Columns that follow from others.
_LEFT_OUT = {
    "jumps": ("times",),
    "just_under": ("share",),
    "receivers": ("name",),
    "gaps": ("days",),
    "places": ("sender", "percentile"),
}


def document_of(audit: Audit) -> Document:
    """An audit as a document; its page and its JSON are its own."""
    started = datetime.fromisoformat(audit.run["started"])
    own = {".html": partial(write_page, audit), ".json": partial(write_json, audit)}
    return Document(started, started.date(), text=lambda: present(audit), tables=lambda: tables_of(audit), own=own)


def tables_of(audit: Audit) -> list[Table]:
    """The sheets of the workbook."""
    if audit.ranking:
        return [tabulate("Ranking", columns(RANKING.sheet), ranked(audit.ranking), 1)]
    return _exporters(audit.exporters)


def _exporters(audited: Sequence[ExporterAudit]) -> list[Table]:
    figures: list[dict[str, Any]] = []
    sheets = []
    for name, described in TABLES.items():
        rows: list[dict[str, Any]] = []
        for one in audited:
            for record in records_of(one, described):
                rows.append({"exporter": one.profile.name, **record})
                if name != "Lines":
                    rows[-1]["lines"] = _cite(record.get("lines", ()), figures, one.profile.name, name, len(rows) + 1)
        sheets.append(tabulate(name, columns("exporter:30w", described.sheet, "" if name == "Lines" else "lines:30w"), rows, 1))
    return [*sheets, tabulate("Figures", _FIGURES, figures, 1)]


def _cite(lines: Lines, figures: list[dict[str, Any]], exporter: str, sheet: str, row: int) -> str:
    cited = spans(lines)
    if len(cited) <= _MOST_CITED:
        return cited
    figures += [{"exporter": exporter, "sheet": sheet, "row": row, "line": line} for line in lines]
    return f"{len(lines):,} lines: see the sheet Figures"


def spans(lines: Lines) -> str:
    """Numbers with runs put together: 1-3, 7."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def write_json(audit: Audit, stream: BinaryIO) -> None:
    """Writes every figure with the numbers of its lines, and the lines themselves; decimals and days are texts."""
    whole: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "run": dict(audit.run)}
    if audit.ranking is not None:
        whole["ranking"] = _plain(audit.ranking)
    else:
        whole["exporters"] = [as_data(one) for one in audit.exporters]
    stream.write(dump(whole).encode())


def as_data(one: ExporterAudit) -> dict[str, Any]:
    """One exporter as plain values; `lines` are those that the numbers mean."""
    sample = {"seed": one.seed, "lines": [m.line for some in one.sample for m in some]}
    profile = {name: _plain(getattr(one.profile, name), _LEFT_OUT.get(name, ())) for name in _OF_PROFILE}
    return {"exporter": one.profile.name, "findings": _plain(one.findings), "sample": sample, **profile}


def _plain(value: Any, leave: tuple[str, ...] = ()) -> Any:
    """Records as objects; leave: columns that are left out."""
    if hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items() if name not in leave}
    return [_plain(one, leave) for one in value] if isinstance(value, tuple) else value
