"""The tables of an audit, each described once: its records, its columns in the workbook, and its columns on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from precursor_screen.cases.audit.findings import ExporterAudit, Ranking
from precursor_screen.cases.audit.movements import SHARE, place_of
from precursor_screen.core.words import cut
from precursor_screen.core.words import kilograms as kg

Records = Iterable[Any]  # rows of a table, or what they hold by name


class Described(NamedTuple):
    """A table. source: a table of the profile, or what makes records of an exporter; sheet, page: its columns in each, see `columns`.

    Beside values a record may hold `apart`: it is in the workbook alone; `beside`: class and text of what stands beside a value on the page.
    """

    source: str | Callable[[ExporterAudit], Records]
    sheet: str
    page: str = ""


def records_of(one: ExporterAudit, described: Described) -> Iterator[dict[str, Any]]:
    """The records of a table; `name_of` is the usual name of the substance."""
    source, names_of = described.source, one.profile.names_of
    for record in getattr(one.profile, source) if isinstance(source, str) else source(one):
        values = record if isinstance(record, Mapping) else record._asdict()
        substance = values.get("substance", "")
        yield {**values, "name_of": names_of.get(substance, substance)}


def _names(one: ExporterAudit) -> Records:
    merged = one.profile.merged
    yield from ({"state": "taken", **t._asdict()} for t in merged.taken)
    yield from ({"state": f"a question: {q.option} answers it", **q._asdict(), "apart": True} for q in merged.questions)
    yield from ({"state": "left out by --not", "name": name, "apart": True} for name in merged.left_out)


def _substances(one: ExporterAudit) -> Records:
    for t in one.profile.totals:
        if t.of_kg:
            said = f"{kg(t.share_kg)} of it the share in {kg(t.of_kg)} of solutions and mixtures"
            yield {**t._asdict(), "beside": {"kg": ("soft small", said)}}
        else:
            yield t._replace(share_kg=None, of_kg=None)


def _years(one: ExporterAudit) -> Records:
    yield from ({**y._asdict(), "beside": {} if y.whole else {"year": ("soft", "in part")}} for y in one.profile.years)


def _receivers(one: ExporterAudit) -> Records:
    for r in one.profile.receivers:
        yield {
            **r._asdict(),
            "others": "; ".join(r.names[1:]),
            "kg": r.kg if r.by_substance else None,  # of goods in which nothing was recognised
            "by_substance": "; ".join(f"{one.profile.names_of[s]} {kg:f} kg" for s, kg in r.by_substance),
            "listed": "; ".join(f"{e.list_id} {e.entry_id}" for e in r.listed),
            "some_countries": r.countries[:5],
            "notes": "; ".join(_notes(r)),
            "beside": {"name": ("soft small", cut(f"also {'; '.join(r.names[1:4])}", 125))} if r.names[1:] else {},
        }


def _notes(receiver: Any) -> Iterator[str]:
    yield from (f"matches {e.list_id} {e.entry_id} ({e.state})" for e in receiver.listed)
    if receiver.is_new:
        yield "new"
    if receiver.gap_days is not None:
        yield f"back on {receiver.back_on} after {receiver.gap_days:,} days"
    if receiver.is_dormant:
        yield "dormant"


def _routes(one: ExporterAudit) -> Records:
    yield from one.profile.routes
    for c in one.profile.rerouted:
        name = one.profile.names_of[c.substance]
        because = f"after the objection of {c.country} to {c.reference} ({c.since}), {name}: {c.because}"
        yield {"destination": c.to, "kg": c.kg, "changed": because, "lines": c.lines, "apart": True}


def _thresholds(one: ExporterAudit) -> Records:
    ranked = {p.substance: p for p in one.profile.places if p.measure == SHARE}
    for j in one.profile.just_under:
        place = ranked.get(j.substance)
        yield {**j._asdict(), "median": place.median if place else None, "others": place.others if place else None}


def _prices(one: ExporterAudit) -> Records:
    yield from ({"kind": "band", **b._asdict()} for b in one.profile.bands)
    yield from ({"kind": "outside", **p._asdict(), "apart": True} for p in one.profile.odd_prices)


def _declared(one: ExporterAudit) -> Records:
    for d in one.profile.declared:
        fits = {True: "yes", False: "no"}.get(d.fits, "")
        yield {**d._asdict(), "fits": fits or "unknown", "fits_said": fits or "not known"}


def _places(one: ExporterAudit) -> Records:
    for p in one.profile.places:
        own, usual = (_placed(p.measure, value) for value in (p.value, p.median))
        yield {**p._asdict(), "own": own, "usual": usual, "above": f"{p.below:,} of {p.others:,}"}


def _placed(measure: str, value: Any) -> str | None:
    return None if value is None else kg(Decimal(str(value))) if measure == "volume" else f"{value:.0%}"


def _sample(one: ExporterAudit) -> Records:
    for some in one.sample:
        names = [one.profile.names_of[m.substance] for m in some]
        masses = [kg(m.kg) if m.kg is not None else "mass unknown" for m in some]
        said = "; ".join(f"{name} {mass}" for name, mass in zip(names, masses, strict=True))
        words = {"goods": "; ".join(names), "goods_said": said, "place": place_of(some[0]), "seed": one.seed}
        yield {**some[0]._asdict(), **words, "lines": tuple(m.line for m in some)}


def _families(one: ExporterAudit) -> Records:
    for f in one.profile.families:
        counts = {n: getattr(f, n) for n in ("levels", "states", "verdicts", "rules")}
        words = {f"{n}_said": ", ".join(f"{count:,} {name}" for name, count in some) or "none" for n, some in counts.items()}
        yield {**f._asdict(), **{n: "; ".join(f"{w} {c}" for w, c in some) for n, some in counts.items()}, **words}


def _unseen(one: ExporterAudit) -> Records:
    yield from ({"because": sentence} for sentence in one.profile.blind_spots)
    yield from ({**n._asdict(), "what": f"no {n.what}"} for n in one.profile.not_evaluable)
    for g in one.profile.gaps:
        yield {"what": "gap", "because": "nothing of anybody is recorded", "rows": g.days, "first": g.first, "last": g.last}


TABLES: dict[str, Described] = {
    "Findings": Described(
        lambda one: one.findings,
        "weight:8n kind:24c finding=sentence:90w",
    ),
    "Names": Described(
        _names,
        "state:22w name:34w why:60w rows:8n first:11d last:11d countries:12c",
        "Name=name:80 Why=why:200 Rows=rows:n First=first:d Last=last:d Countries=countries:80",
    ),
    "Substances": Described(
        _substances,
        "substance=name_of:24w kg:12n movements:10n mass_unknown=unknown:12n first:11d last:11d "
        "share_in_mixtures_kg=share_kg:18n mixtures_kg=of_kg:12n",
        "Substance=name_of Mass_known=kg:n Movements=movements:n Mass_unknown=unknown:n First=first:d Last=last:d Lines=lines:l",
    ),
    "Volumes": Described(
        "by_destination",
        "substance=name_of:24w month:9c destination:11c kg:12n movements:10n mass_unknown=unknown:12n",
        "Substance=name_of Month=month:d?no_date Destination=destination?not_stated Mass_known=kg:n Movements=movements:n "
        "Mass_unknown=unknown:n Lines=lines:l",
    ),
    "Months": Described(
        "months",
        "substance=name_of:24w month:9c kg:12n threshold_month_kg=limit_kg:18n mass_unknown=unknown:12n",
    ),
    "Receivers": Described(
        _receivers,
        "receiver=name:34w other_spellings=others:34w countries:12c first:11d last:11d known_since:11d movements:10n "
        "kg:12n mass_unknown=unknown:12n by_substance:40w new=is_new:6c gap_days:9n back_on:11d dormant=is_dormant:8c "
        "watchlists=listed:24w",
        "Receiver=name:80 Countries=some_countries:80 First=first:d Last=last:d Movements=movements:n Mass_known=kg:n "
        "Unknown=unknown:n Notes=notes Lines=lines:l",
    ),
    "Routes": Described(
        _routes,
        "dispatch:9c transit:14c destination:14c movements:10n kg:12n first:11d last:11d changed:60w",
        "From=dispatch?not_stated By=transit:80 To=destination?not_stated Movements=movements:n Mass_known=kg:n "
        "First=first:d Last=last:d Lines=lines:l",
    ),
    "Thresholds": Described(
        _thresholds,
        "substance=name_of:24w weighed:9n just_under=near:11n share:8n peers_median=median:13n peers=others:8n",
        "Substance=name_of Weighed=weighed:n Just_under=near:n Share=share:s Peers'_median=median:s Peers=others:n?0 "
        "Lines_just_under=lines:l",
    ),
    "Prices": Described(
        _prices,
        "substance=name_of:24w kind:9c usd_per_kg:11n prices:8n lower_quartile=low:14n median:10n upper_quartile=high:14n "
        "usual_low_end=usual:14n because:50w",
        "Substance=name_of Prices=prices:n Lower_quartile=low:p Median=median:p Upper_quartile=high:p "
        "By_the_drum_from=usual:p Lines=lines:l",
    ),
    "Declared": Described(
        _declared,
        "substance=name_of:24w hs6:8c fits:9c recognised_by=methods:20c example:44w kg:12n rows:8n",
        "Substance=name_of Declared=hs6?none Fits=fits_said Recognised_by=methods Example=example:80 Mass_known=kg:n "
        "Rows=rows:n Lines=lines:l",
    ),
    "Papers": Described(
        "papers",
        "kind:18c what=title:34w register:22c reference:18w substance=name_of:24w document_kg:12n shipped_kg:12n "
        "difference_kg:12n because:60w settle:44w",
        "Difference=title Register=register Number=reference:80 Substance=name_of Paper=document_kg:n Goods=shipped_kg:n "
        "Because=because:300 What_settles_it=settle Lines=lines:l",
    ),
    "Alike": Described(
        "duplicates",
        "day:11d substance=name_of:24w kg:12n value_usd:12n receiver:34w shipments:44w",
    ),
    "Years": Described(
        _years,
        "substance=name_of:24w year:8n kg:12n movements:10n mass_unknown=unknown:12n whole_year=whole:10c change:9n",
        "Substance=name_of Year=year:p Mass_known=kg:n Movements=movements:n Mass_unknown=unknown:n Change=change:g",
    ),
    "Questions": Described(
        lambda one: one.findings,
        "kind:24c question:60w finding=sentence:70w answer:70w answered_by:22w answered_on:12d",
    ),
    "Sample": Described(
        _sample,
        "shipment_id:20w day:11d goods:30w kg:12n value_usd:12n receiver=receiver_name:34w destination:11c permit:18w "
        "notification:18w place:24w seed:14w found:44w remark:44w",
        "Shipment=shipment_id:40 Day=day:d Goods=goods_said Receiver=receiver_name:80 Permit=permit:40 "
        "Notification=notification:40 Where=place:120 Found_on_the_spot=found",
    ),
    "Flags": Described(
        _families,
        "family:16c flags:8n open:8n levels:30w states:30w verdicts:30w rules:40w",
        "Family=family Flags=flags:n Open=open:n Levels=levels_said States=states_said Last_verdicts=verdicts_said "
        "Rules=rules_said Lines=lines:l",
    ),
    "Episodes": Described(
        "episodes",
        "flag_id:34c rule_id:13c family:14c level:10c state:11c verdict:12c begin:11d end:11d members:9n because:70w",
        "Flag=flag_id:8i Rule=rule_id Level=level State=state Verdict=verdict?none From=begin:d To=end:d Lines=members:n "
        "Because=because:300e",
    ),
    "Peers": Described(
        _places,
        "measure:30c substance=name_of:24w value:12n median:12n percentile:10n below:8n others:8n",
        "Measure=measure Substance=name_of?all Own=own:n Median_of_others=usual:n Percentile=percentile:r Above=above:n",
    ),
    "Not seen": Described(
        _unseen,
        "what:18c because:90w count=rows:9n first:11d last:11d",
    ),
    "Lines": Described(
        "lines",
        "line:8n source_file:24c source_row:10n shipment_id:20c day:11d direction:10c substance:24c kg:12n mass_basis:14c "
        "threshold_kg=limit_kg:12n value_usd:12n hs6:8c description:44w sender:30w receiver=receiver_name:30w "
        "receiver_country:9c dispatch:9c transit:12c destination:9c permit:18c notification:18c line_id:34c",
    ),
}


RANKING = Described(
    "rows",
    "rank:6n exporter=name:34w findings:9n weight:8n worst:60w stands_out:11n measures:60w kg:12n rows:8n substances:40w "
    "just_under=near:11n weighed:9n partners:9n new:7n",
    "Rank=rank:n Exporter=name:80 Findings=findings:n The_first_of_them=worst:200 Stands_out_in=stands_out:n "
    "Measures_(percentile)=measures Mass=kg:n Rows=rows:n Substances=count:n Just_under=near_of:n Partners=partners:n New=new:n",
)


def ranked(ranking: Ranking) -> Iterator[dict[str, Any]]:
    """The records of a ranking."""
    for number, r in enumerate(ranking.rows, 1):
        measures = "; ".join(f"{name} ({percentile:g})" for name, percentile in r.measures)
        words = {"count": len(r.substances), "near_of": f"{r.near:,} of {r.weighed:,}", "measures": measures}
        yield {**r._asdict(), "rank": number, **words}
