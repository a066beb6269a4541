"""An audit as a document: its workbook has a sheet a table, every line, and which lines stand behind which figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from precursor_screen.casework.audit import data, html
from precursor_screen.casework.audit.audit import Audit, Audited
from precursor_screen.casework.audit.moves import Lines, place_of
from precursor_screen.casework.audit.peers import SHARE
from precursor_screen.casework.audit.ranking import Ranking
from precursor_screen.casework.audit.telling import tell
from precursor_screen.reports.document import Document, Table, columns, tabulate

_MOST_CITED = 30_000  # characters of numbers in a cell, which holds 32,767; of a figure with more all stand in the sheet Figures
Records = Iterable[Any]  # rows of a table, or what they hold by name, for a sheet


def document_of(audit: Audit) -> Document:
    """An audit as a document; its page and its JSON are its own."""
    started = datetime.fromisoformat(audit.run["started"])
    own = {".html": partial(html.write, audit), ".json": partial(data.write, audit)}
    return Document(started, started.date(), text=lambda: tell(audit), tables=lambda: tables_of(audit), own=own)


def tables_of(audit: Audit) -> list[Table]:
    """The sheets of the workbook."""
    return [_ranking(audit.ranking)] if audit.ranking else _exporters(audit.exporters)


def _exporters(audited: Sequence[Audited]) -> list[Table]:
    figures: list[dict[str, Any]] = []
    sheets = []
    for name, source, described in _TABLES:
        rows: list[dict[str, Any]] = []
        for one in audited:
            records = getattr(one.profile, source) if isinstance(source, str) else source(one)
            for record in (dict(r) if isinstance(r, dict) else r._asdict() for r in records):
                substance = record.get("substance", "")
                rows.append({"exporter": one.profile.name, **record, "name_of": one.profile.names_of.get(substance, substance)})
                if name != "Lines":
                    rows[-1]["lines"] = _cite(record.get("lines", ()), figures, one.profile.name, name, len(rows) + 1)
        sheets.append(tabulate(name, columns("exporter:30w", described, "" if name == "Lines" else "lines:30w"), rows, 1))
    return [*sheets, tabulate("Figures", columns("exporter:30w sheet:16c row:8n line:8n"), figures, 1)]


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


def _names(one: Audited) -> Records:
    merged = one.profile.merged
    yield from ({"state": "taken", **t._asdict()} for t in merged.taken)
    yield from ({"state": f"a question: {q.option} answers it", **q._asdict()} for q in merged.questions)
    yield from ({"state": "left out by --not", "name": name} for name in merged.left_out)


def _receivers(one: Audited) -> Records:
    for r in one.profile.receivers:
        yield {
            **r._asdict(),
            "others": "; ".join(r.names[1:]),
            "kg": r.kg if r.by_substance else None,  # of goods in which nothing was recognised
            "by_substance": "; ".join(f"{one.profile.names_of[s]} {kg:f} kg" for s, kg in r.by_substance),
            "listed": "; ".join(f"{e.list_id} {e.entry_id}" for e in r.listed),
        }


def _routes(one: Audited) -> Records:
    yield from one.profile.routes
    for c in one.profile.rerouted:
        name = one.profile.names_of[c.substance]
        because = f"after the objection of {c.country} to {c.reference} ({c.since}), {name}: {c.because}"
        yield {"destination": c.to, "kg": c.kg, "changed": because, "lines": c.lines}


def _thresholds(one: Audited) -> Records:
    ranked = {p.substance: p for p in one.profile.places if p.measure == SHARE}
    for j in one.profile.just_under:
        place = ranked.get(j.substance)
        yield {**j._asdict(), "median": place.median if place else None, "others": place.others if place else None}


def _prices(one: Audited) -> Records:
    yield from ({"kind": "band", **b._asdict()} for b in one.profile.bands)
    yield from ({"kind": "outside", **p._asdict()} for p in one.profile.odd_prices)


def _sample(one: Audited) -> Records:
    for some in one.sample:
        goods = "; ".join(one.profile.names_of[m.substance] for m in some)
        lines = tuple(m.line for m in some)
        yield {**some[0]._asdict(), "goods": goods, "place": place_of(some[0]), "seed": one.seed, "lines": lines}


def _families(one: Audited) -> Records:
    for f in one.profile.families:
        counts = {n: "; ".join(f"{w} {c}" for w, c in getattr(f, n)) for n in ("levels", "states", "verdicts", "rules")}
        yield {**f._asdict(), **counts}


def _unseen(one: Audited) -> Records:
    yield from ({"because": sentence} for sentence in one.profile.blind_spots)
    yield from ({**n._asdict(), "what": f"no {n.what}"} for n in one.profile.not_evaluable)
    for g in one.profile.gaps:
        yield {"what": "gap", "because": "nothing of anybody is recorded", "rows": g.days, "first": g.first, "last": g.last}


_FITS = {None: "unknown", True: "yes", False: "no"}
# Name, rows (a table of the profile, or what is made of some), columns.
_TABLES: tuple[tuple[str, str | Callable[[Audited], Records], str], ...] = (
    ("Findings", lambda one: one.findings, "weight:8n kind:24c finding=sentence:90w"),
    ("Names", _names, "state:22w name:34w why:60w rows:8n first:11d last:11d countries:12c"),
    (
        "Substances",
        lambda one: (t if t.of_kg else t._replace(share_kg=None, of_kg=None) for t in one.profile.totals),
        "substance=name_of:24w kg:12n movements:10n mass_unknown=unknown:12n first:11d last:11d share_in_mixtures_kg=share_kg:18n "
        "mixtures_kg=of_kg:12n",
    ),
    ("Volumes", "by_destination", "substance=name_of:24w month:9c destination:11c kg:12n movements:10n mass_unknown=unknown:12n"),
    ("Months", "months", "substance=name_of:24w month:9c kg:12n threshold_month_kg=limit_kg:18n mass_unknown=unknown:12n"),
    (
        "Receivers",
        _receivers,
        "receiver=name:34w other_spellings=others:34w countries:12c first:11d last:11d known_since:11d movements:10n kg:12n "
        "mass_unknown=unknown:12n by_substance:40w new=is_new:6c gap_days:9n back_on:11d dormant=is_dormant:8c watchlists=listed:24w",
    ),
    ("Routes", _routes, "dispatch:9c transit:14c destination:14c movements:10n kg:12n first:11d last:11d changed:60w"),
    (
        "Thresholds",
        _thresholds,
        "substance=name_of:24w weighed:9n just_under=near:11n share:8n peers_median=median:13n peers=others:8n",
    ),
    (
        "Prices",
        _prices,
        "substance=name_of:24w kind:9c usd_per_kg:11n prices:8n lower_quartile=low:14n median:10n upper_quartile=high:14n "
        "usual_low_end=usual:14n because:50w",
    ),
    (
        "Declared",
        lambda one: (d._replace(fits=_FITS[d.fits]) for d in one.profile.declared),
        "substance=name_of:24w hs6:8c fits:9c recognised_by=methods:20c example:44w kg:12n rows:8n",
    ),
    (
        "Papers",
        "papers",
        "kind:18c what=title:34w register:22c reference:18w substance=name_of:24w document_kg:12n shipped_kg:12n difference_kg:12n "
        "because:60w settle:44w",
    ),
    ("Alike", "duplicates", "day:11d substance=name_of:24w kg:12n value_usd:12n receiver:34w shipments:44w"),
    (
        "Years",
        "years",
        "substance=name_of:24w year:8n kg:12n movements:10n mass_unknown=unknown:12n whole_year=whole:10c change:9n",
    ),
    (
        "Questions",
        lambda one: one.findings,
        "kind:24c question:60w finding=sentence:70w answer:70w answered_by:22w answered_on:12d",
    ),
    (
        "Sample",
        _sample,
        "shipment_id:20w day:11d goods:30w kg:12n value_usd:12n receiver=receiver_name:34w destination:11c permit:18w "
        "notification:18w place:24w seed:14w found:44w remark:44w",
    ),
    ("Flags", _families, "family:16c flags:8n open:8n levels:30w states:30w verdicts:30w rules:40w"),
    (
        "Episodes",
        "episodes",
        "flag_id:34c rule_id:13c family:14c level:10c state:11c verdict:12c begin:11d end:11d members:9n because:70w",
    ),
    ("Peers", "places", "measure:30c substance=name_of:24w value:12n median:12n percentile:10n below:8n others:8n"),
    ("Not seen", _unseen, "what:18c because:90w count=rows:9n first:11d last:11d"),
    (
        "Lines",
        "lines",
        "line:8n source_file:24c source_row:10n shipment_id:20c day:11d direction:10c substance:24c kg:12n mass_basis:14c "
        "threshold_kg=limit_kg:12n value_usd:12n hs6:8c description:44w sender:30w receiver=receiver_name:30w receiver_country:9c "
        "dispatch:9c transit:12c destination:9c permit:18c notification:18c line_id:34c",
    ),
)


def _ranking(ranking: Ranking) -> Table:
    described = columns(
        "rank:6n exporter=name:34w findings:9n weight:8n worst:60w stands_out:11n measures:60w kg:12n rows:8n substances:40w "
        "just_under=near:11n weighed:9n partners:9n new:7n"
    )
    rows = [
        {
            **r._asdict(),
            "rank": number,
            "measures": "; ".join(f"{name} ({percentile:g})" for name, percentile in r.measures),
            "substances": ", ".join(r.substances),
        }
        for number, r in enumerate(ranking.rows, 1)
    ]
    return tabulate("Ranking", described, rows, 1)
