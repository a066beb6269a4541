"""The workbook of an audit: a sheet a table, every line, and which lines stand behind which figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from precursor_screen.casework.audit.audit import Audit, Audited
from precursor_screen.casework.audit.moves import Lines, place_of
from precursor_screen.reports.xlsx import MOST_ROWS, write_workbook
from precursor_screen.reports.xlsx_sheets import CODE, DAY, NUMBER, WRITTEN, Column, Sheet

Row = list[Any]
_MOST_CITED = 30_000  # characters of numbers in a cell, which holds 32,767; of a figure with more all stand in the sheet Figures
_LINES = Column("lines", 30, WRITTEN)


def write(audit: Audit, stream: BinaryIO) -> None:
    """Writes the workbook."""
    started = datetime.fromisoformat(audit.run["started"])
    write_workbook(_ranking(audit) if audit.ranking else _exporters(audit.exporters), stream, started, started.date())


def _columns(*described: tuple[str, int, str]) -> tuple[Column, ...]:
    return tuple(Column(name, width, kind) for name, width, kind in described)


def _exporters(audited: Sequence[Audited]) -> list[Sheet]:
    figures: list[Row] = []
    sheets = [_sheet(name, columns, _rows(audited, name, rows, figures)) for name, columns, rows in _TABLES]
    head = _columns(("exporter", 30, WRITTEN), ("sheet", 16, CODE), ("row", 8, NUMBER), ("line", 8, NUMBER))
    return [*sheets, _sheet("Figures", head, figures, lines=False)]


def _sheet(name: str, columns: Sequence[Column], rows: Sequence[Row], *, lines: bool = True) -> Sheet:
    head = tuple(columns) if not lines or name == "Lines" else (Column("exporter", 30, WRITTEN), *columns, _LINES)
    return Sheet(name, head, rows[:MOST_ROWS], frozen=1, rest=max(0, len(rows) - MOST_ROWS))


def _rows(
    audited: Sequence[Audited], name: str, rows: Callable[[Audited], Iterable[tuple[Row, Lines]]], figures: list[Row]
) -> list[Row]:
    found: list[Row] = []
    for one in audited:
        exporter = one.profile.name
        for cells, lines in rows(one):
            if name == "Lines":
                found.append([exporter, *cells])
                continue
            cited = spans(lines)
            if len(cited) > _MOST_CITED:
                figures += [[exporter, name, len(found) + 2, line] for line in lines]
                cited = f"{len(lines):,} lines: see the sheet Figures"
            found.append([exporter, *cells, cited])
    return found


def spans(lines: Lines) -> str:
    """Numbers with runs put together: 1-3, 7."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


Rows = Iterable[tuple[Row, Lines]]


def _findings(one: Audited) -> Rows:
    return (([f.weight, f.kind, f.sentence], f.lines) for f in one.findings)


def _names(one: Audited) -> Rows:
    merged = one.profile.merged
    for t in merged.taken:
        yield ["taken", t.name, t.why, t.rows, t.first, t.last, ", ".join(t.countries)], ()
    for q in merged.questions:
        yield [f"a question: {q.option} answers it", q.name, q.why, q.rows, None, None, ""], ()
    for name in merged.left_out:
        yield ["left out by --not", name, "", None, None, None, ""], ()


def _totals(one: Audited) -> Rows:
    names = one.profile.names_of
    for t in one.profile.totals:
        mixed = (t.share_kg, t.of_kg) if t.of_kg else (None, None)
        yield [names[t.substance], t.kg, t.movements, t.unknown, t.first, t.last, *mixed], t.lines


def _volumes(one: Audited) -> Rows:
    names = one.profile.names_of
    return (
        ([names[v.substance], v.month, v.destination, v.kg, v.movements, v.unknown], v.lines) for v in one.profile.by_destination
    )


def _months(one: Audited) -> Rows:
    names = one.profile.names_of
    return (([names[m.substance], m.month, m.kg, m.limit_kg, m.unknown], m.lines) for m in one.profile.months)


def _receivers(one: Audited) -> Rows:
    for r in one.profile.receivers:
        listed = "; ".join(f"{e.list_id} {e.entry_id}" for e in r.listed)
        by = "; ".join(f"{one.profile.names_of[s]} {kg:f} kg" for s, kg in r.by_substance)
        dates = [r.first, r.last, r.known_since]
        kilograms = r.kg if r.by_substance else None  # of goods in which nothing was recognised
        cells = [r.name, "; ".join(r.names[1:]), ", ".join(r.countries), *dates, r.movements, kilograms, r.unknown, by]
        yield [*cells, r.is_new, r.gap_days, r.back_on, r.is_dormant, listed], r.lines


def _routes(one: Audited) -> Rows:
    for r in one.profile.routes:
        yield [r.dispatch, ", ".join(r.transit), r.destination, r.movements, r.kg, r.first, r.last, ""], r.lines
    for c in one.profile.rerouted:
        because = (
            f"after the objection of {c.country} to {c.reference} ({c.since}), {one.profile.names_of[c.substance]}: {c.because}"
        )
        yield ["", "", ", ".join(c.to), None, c.kg, None, None, because], c.lines


def _thresholds(one: Audited) -> Rows:
    ranked = {p.substance: p for p in one.profile.places if p.measure == "share just under the threshold"}
    for j in one.profile.just_under:
        place = ranked.get(j.substance)
        others = (place.median, place.others) if place else (None, None)
        yield [one.profile.names_of[j.substance], j.weighed, j.near, j.share, *others], j.lines


def _prices(one: Audited) -> Rows:
    names = one.profile.names_of
    for b in one.profile.bands:
        yield [names[b.substance], "band", None, b.prices, b.low, b.median, b.high, b.usual, ""], b.lines
    for p in one.profile.odd_prices:
        yield [names[p.substance], "outside", p.usd_per_kg, None, None, None, None, None, p.because], p.lines


def _declared(one: Audited) -> Rows:
    for d in one.profile.declared:
        fits = "unknown" if d.fits is None else "yes" if d.fits else "no"
        yield [one.profile.names_of[d.substance], d.hs6, fits, ", ".join(d.methods), d.example, d.kg, d.rows], d.lines


def _papers(one: Audited) -> Rows:
    names = one.profile.names_of
    for p in one.profile.papers:
        masses = [p.document_kg, p.shipped_kg, p.difference_kg]
        yield [p.kind, p.title, p.register, p.reference, names[p.substance], *masses, p.because, p.settle], p.lines


def _alike(one: Audited) -> Rows:
    for d in one.profile.duplicates:
        yield [d.day, one.profile.names_of[d.substance], d.kg, d.value_usd, d.receiver, ", ".join(d.shipments)], d.lines


def _years(one: Audited) -> Rows:
    names = one.profile.names_of
    return (([names[y.substance], y.year, y.kg, y.movements, y.unknown, y.whole, y.change], ()) for y in one.profile.years)


def _questions(one: Audited) -> Rows:
    return (([f.kind, f.question, f.sentence, "", "", None], f.lines) for f in one.findings)


def _sample(one: Audited) -> Rows:
    names = one.profile.names_of
    for some in one.sample:
        m = some[0]
        goods = "; ".join(names[x.substance] for x in some)
        place = [m.shipment_id, m.day, goods, m.kg, m.value_usd, m.receiver_name, m.destination, m.permit, m.notification]
        yield [*place, place_of(m), one.seed, "", ""], tuple(x.line for x in some)


def _flags(one: Audited) -> Rows:
    for f in one.profile.families:
        counts = ["; ".join(f"{n} {c}" for n, c in some) for some in (f.levels, f.states, f.verdicts, f.rules)]
        yield [f.family, f.flags, f.open, *counts], f.lines


def _episodes(one: Audited) -> Rows:
    for e in one.profile.episodes:
        yield [e.flag_id, e.rule_id, e.family, e.level, e.state, e.verdict, e.begin, e.end, e.members, e.because], e.lines


def _places(one: Audited) -> Rows:
    for p in one.profile.places:
        substance = one.profile.names_of.get(p.substance, p.substance)
        yield [p.measure, substance, p.value, p.median, p.percentile, p.below, p.others], ()


def _unseen(one: Audited) -> Rows:
    for sentence in one.profile.blind_spots:
        yield ["", sentence, None, None, None], ()
    for n in one.profile.not_evaluable:
        yield [f"no {n.what}", n.because, n.rows, None, None], n.lines
    for g in one.profile.gaps:
        yield ["gap", "nothing of anybody is recorded", g.days, g.first, g.last], ()


def _lines(one: Audited) -> Rows:
    for m in one.profile.lines:
        place = [m.line, m.source_file, m.source_row, m.shipment_id, m.day, m.direction]
        goods = [m.substance, m.kg, m.mass_basis, m.limit_kg, m.value_usd, m.hs6, m.description]
        way = [m.sender, m.receiver_name, m.receiver_country, m.dispatch, ", ".join(m.transit), m.destination]
        yield [*place, *goods, *way, m.permit, m.notification, m.line_id], ()


_TABLES: tuple[tuple[str, tuple[Column, ...], Callable[[Audited], Rows]], ...] = (
    ("Findings", _columns(("weight", 8, NUMBER), ("kind", 24, CODE), ("finding", 90, WRITTEN)), _findings),
    (
        "Names",
        _columns(
            *(("state", 22, WRITTEN), ("name", 34, WRITTEN), ("why", 60, WRITTEN), ("rows", 8, NUMBER), ("first", 11, DAY)),
            *(("last", 11, DAY), ("countries", 12, CODE)),
        ),
        _names,
    ),
    (
        "Substances",
        _columns(
            *(("substance", 24, WRITTEN), ("kg", 12, NUMBER), ("movements", 10, NUMBER), ("mass_unknown", 12, NUMBER)),
            *(("first", 11, DAY), ("last", 11, DAY), ("share_in_mixtures_kg", 18, NUMBER), ("mixtures_kg", 12, NUMBER)),
        ),
        _totals,
    ),
    (
        "Volumes",
        _columns(
            *(("substance", 24, WRITTEN), ("month", 9, CODE), ("destination", 11, CODE), ("kg", 12, NUMBER)),
            *(("movements", 10, NUMBER), ("mass_unknown", 12, NUMBER)),
        ),
        _volumes,
    ),
    (
        "Months",
        _columns(
            *(("substance", 24, WRITTEN), ("month", 9, CODE), ("kg", 12, NUMBER), ("threshold_month_kg", 18, NUMBER)),
            ("mass_unknown", 12, NUMBER),
        ),
        _months,
    ),
    (
        "Receivers",
        _columns(
            *(("receiver", 34, WRITTEN), ("other_spellings", 34, WRITTEN), ("countries", 12, CODE), ("first", 11, DAY)),
            *(("last", 11, DAY), ("known_since", 11, DAY), ("movements", 10, NUMBER), ("kg", 12, NUMBER)),
            *(("mass_unknown", 12, NUMBER), ("by_substance", 40, WRITTEN), ("new", 6, CODE), ("gap_days", 9, NUMBER)),
            *(("back_on", 11, DAY), ("dormant", 8, CODE), ("watchlists", 24, WRITTEN)),
        ),
        _receivers,
    ),
    (
        "Routes",
        _columns(
            *(("dispatch", 9, CODE), ("transit", 14, CODE), ("destination", 14, CODE), ("movements", 10, NUMBER)),
            *(("kg", 12, NUMBER), ("first", 11, DAY), ("last", 11, DAY), ("changed", 60, WRITTEN)),
        ),
        _routes,
    ),
    (
        "Thresholds",
        _columns(
            *(("substance", 24, WRITTEN), ("weighed", 9, NUMBER), ("just_under", 11, NUMBER), ("share", 8, NUMBER)),
            *(("peers_median", 13, NUMBER), ("peers", 8, NUMBER)),
        ),
        _thresholds,
    ),
    (
        "Prices",
        _columns(
            *(("substance", 24, WRITTEN), ("kind", 9, CODE), ("usd_per_kg", 11, NUMBER), ("prices", 8, NUMBER)),
            *(("lower_quartile", 14, NUMBER), ("median", 10, NUMBER), ("upper_quartile", 14, NUMBER)),
            *(("usual_low_end", 14, NUMBER), ("because", 50, WRITTEN)),
        ),
        _prices,
    ),
    (
        "Declared",
        _columns(
            *(("substance", 24, WRITTEN), ("hs6", 8, CODE), ("fits", 9, CODE), ("recognised_by", 20, CODE)),
            *(("example", 44, WRITTEN), ("kg", 12, NUMBER), ("rows", 8, NUMBER)),
        ),
        _declared,
    ),
    (
        "Papers",
        _columns(
            *(("kind", 18, CODE), ("what", 34, WRITTEN), ("register", 22, CODE), ("reference", 18, WRITTEN)),
            *(("substance", 24, WRITTEN), ("document_kg", 12, NUMBER), ("shipped_kg", 12, NUMBER), ("difference_kg", 12, NUMBER)),
            *(("because", 60, WRITTEN), ("settle", 44, WRITTEN)),
        ),
        _papers,
    ),
    (
        "Alike",
        _columns(
            *(("day", 11, DAY), ("substance", 24, WRITTEN), ("kg", 12, NUMBER), ("value_usd", 12, NUMBER)),
            *(("receiver", 34, WRITTEN), ("shipments", 44, WRITTEN)),
        ),
        _alike,
    ),
    (
        "Years",
        _columns(
            *(("substance", 24, WRITTEN), ("year", 8, NUMBER), ("kg", 12, NUMBER), ("movements", 10, NUMBER)),
            *(("mass_unknown", 12, NUMBER), ("whole_year", 10, CODE), ("change", 9, NUMBER)),
        ),
        _years,
    ),
    (
        "Questions",
        _columns(
            *(("kind", 24, CODE), ("question", 60, WRITTEN), ("finding", 70, WRITTEN), ("answer", 70, WRITTEN)),
            *(("answered_by", 22, WRITTEN), ("answered_on", 12, DAY)),
        ),
        _questions,
    ),
    (
        "Sample",
        _columns(
            *(
                ("shipment_id", 20, WRITTEN),
                ("day", 11, DAY),
                ("goods", 30, WRITTEN),
                ("kg", 12, NUMBER),
                ("value_usd", 12, NUMBER),
            ),
            *(("receiver", 34, WRITTEN), ("destination", 11, CODE), ("permit", 18, WRITTEN), ("notification", 18, WRITTEN)),
            *(("place", 24, WRITTEN), ("seed", 14, WRITTEN), ("found", 44, WRITTEN), ("remark", 44, WRITTEN)),
        ),
        _sample,
    ),
    (
        "Flags",
        _columns(
            *(("family", 16, CODE), ("flags", 8, NUMBER), ("open", 8, NUMBER), ("levels", 30, WRITTEN), ("states", 30, WRITTEN)),
            *(("verdicts", 30, WRITTEN), ("rules", 40, WRITTEN)),
        ),
        _flags,
    ),
    (
        "Episodes",
        _columns(
            *(("flag_id", 34, CODE), ("rule_id", 13, CODE), ("family", 14, CODE), ("level", 10, CODE), ("state", 11, CODE)),
            *(("verdict", 12, CODE), ("begin", 11, DAY), ("end", 11, DAY), ("members", 9, NUMBER), ("because", 70, WRITTEN)),
        ),
        _episodes,
    ),
    (
        "Peers",
        _columns(
            *(("measure", 30, CODE), ("substance", 24, WRITTEN), ("value", 12, NUMBER), ("median", 12, NUMBER)),
            *(("percentile", 10, NUMBER), ("below", 8, NUMBER), ("others", 8, NUMBER)),
        ),
        _places,
    ),
    (
        "Not seen",
        _columns(("what", 18, CODE), ("because", 90, WRITTEN), ("count", 9, NUMBER), ("first", 11, DAY), ("last", 11, DAY)),
        _unseen,
    ),
    (
        "Lines",
        _columns(
            *(("exporter", 30, WRITTEN), ("line", 8, NUMBER), ("source_file", 24, CODE), ("source_row", 10, NUMBER)),
            *(("shipment_id", 20, CODE), ("day", 11, DAY), ("direction", 10, CODE), ("substance", 24, CODE), ("kg", 12, NUMBER)),
            *(("mass_basis", 14, CODE), ("threshold_kg", 12, NUMBER), ("value_usd", 12, NUMBER), ("hs6", 8, CODE)),
            *(("description", 44, WRITTEN), ("sender", 30, WRITTEN), ("receiver", 30, WRITTEN), ("receiver_country", 9, CODE)),
            *(("dispatch", 9, CODE), ("transit", 12, CODE), ("destination", 9, CODE), ("permit", 18, CODE)),
            *(("notification", 18, CODE), ("line_id", 34, CODE)),
        ),
        _lines,
    ),
)


def _ranking(audit: Audit) -> list[Sheet]:
    assert audit.ranking is not None
    columns = _columns(
        *(("rank", 6, NUMBER), ("exporter", 34, WRITTEN), ("findings", 9, NUMBER), ("weight", 8, NUMBER)),
        *(("worst", 60, WRITTEN), ("stands_out", 11, NUMBER), ("measures", 60, WRITTEN)),
        *(("kg", 12, NUMBER), ("rows", 8, NUMBER), ("substances", 40, WRITTEN), ("just_under", 11, NUMBER)),
        *(("weighed", 9, NUMBER), ("partners", 9, NUMBER), ("new", 7, NUMBER)),
    )
    rows: list[Row] = []
    for number, r in enumerate(audit.ranking.rows, 1):
        measures = "; ".join(f"{name} ({percentile:g})" for name, percentile in r.measures)
        figures = [r.kg, r.rows, ", ".join(r.substances), r.near, r.weighed, r.partners, r.new]
        rows.append([number, r.name, r.findings, r.weight, r.worst, r.stands_out, measures, *figures])
    return [_sheet("Ranking", columns, rows, lines=False)]
