"""One page of findings, worst first: each a sentence, with its lines. A finding is a question for the auditor, never a verdict."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from msgspec import Struct

from precursor_screen.cases.audit.movements import SHARE, Lines, Peers, Rows, measure, named
from precursor_screen.cases.audit.profile import Profile
from precursor_screen.cases.frames import group, to_tuples
from precursor_screen.core.model import OPEN
from precursor_screen.core.words import counted
from precursor_screen.core.words import kilograms as kg

# Shipments for a visit, drawn by chance: which papers to ask for on the spot. The same seed draws the same.


def seed_of(name: str, first: date, last: date) -> str:
    """The seed where nobody names one: of the exporter and the period, so that whoever repeats the audit draws the same."""
    return hashlib.sha256(f"{name}|{first}|{last}".encode()).hexdigest()[:12]


def draw(movements: pd.DataFrame, size: int, seed: str) -> tuple[Rows, ...]:
    """So many shipments with a substance, or all that there are; each with its movements, by day."""
    some = named(movements)
    shipments = sorted(set(some["shipment_id"]))
    chosen = random.Random(seed).sample(shipments, min(size, len(shipments)))  # noqa: S311 - to be repeated, not to be secret
    drawn = [to_tuples(some[some["shipment_id"] == name]) for name in chosen]
    return tuple(sorted(drawn, key=lambda some: (some[0].day or date.max, some[0].shipment_id)))


TOP = 90.0  # percentile from which a place among others is told
LEAST_PEERS = 5  # others, before a place among them is told
LEAST_NEAR = 3  # movements just under, before they are told
_MOST_OF_A_KIND = 6  # sentences: findings are to fit on a page; the rest is counted, and stands in the tables


class Finding(NamedTuple):
    """A finding. weight: 0 to 100; the more, the worse; question: what to ask the exporter, or whoever else can tell."""

    kind: str
    weight: int
    sentence: str
    lines: Lines
    question: str


Said = Iterator[tuple[str, Lines]]


def _each(rows: Callable[[Profile], Iterable[Any]], sentence: Callable[[Profile, Any], str]) -> Callable[[Profile], Said]:
    """Says a sentence of each row of a table of the profile, with the row's lines."""
    return lambda profile: ((sentence(profile, one), one.lines) for one in rows(profile))


def find(profile: Profile) -> tuple[Finding, ...]:
    """The findings of a profile, worst first; of one kind at most six, and how many more there are."""
    found: list[Finding] = []
    for kind, weight, question, say in _KINDS:
        some = list(say(profile))
        found += [Finding(kind, weight, sentence, lines, question) for sentence, lines in some[:_MOST_OF_A_KIND]]
        rest = some[_MOST_OF_A_KIND:]
        if rest:
            lines = tuple(sorted({n for _, lines in rest for n in lines}))
            found.append(Finding(kind, weight, f"{len(rest):,} more of the kind “{kind}” are in the tables.", lines, question))
    return tuple(sorted(found, key=lambda f: -f.weight))


def _listed(profile: Profile) -> Said:
    for receiver in profile.receivers:
        for entry in receiver.listed:
            score = f", score {entry.score:.0f}" if entry.score is not None else ""
            yield (
                f"{receiver.name} matches entry {entry.entry_id} of {entry.list_id}{score} (flag {entry.flag_id[:8]}, {entry.state}); "
                f"{counted(receiver.movements, 'movement')}, {kg(receiver.kg)}, from {receiver.first} to {receiver.last}.",
                receiver.lines,
            )


def _open_flags(profile: Profile) -> Said:
    worst = {level: [f for f in profile.families if dict(f.levels).get(level)] for level in ("critical", "high")}
    for family in dict.fromkeys([*worst["critical"], *worst["high"]]):
        levels = dict(family.levels)
        levels_said = ", ".join(f"{levels[n]:,} {n}" for n in ("critical", "high") if n in levels)
        said = ", ".join(f"{count:,} {verdict}" for verdict, count in family.verdicts) or "no verdict"
        if family.open:
            yield (
                f"{counted(family.flags, 'flag')} of the family {family.family} ({levels_said}), {family.open:,} of them open; {said}.",
                family.lines,
            )
    for episode in profile.episodes:
        if episode.state in OPEN and episode.level in ("critical", "high"):
            yield f"Episode {episode.flag_id[:8]} ({episode.rule_id}): {episode.because}", episode.lines


def _near(profile: Profile) -> Said:
    ranked = {p.substance: p for p in profile.places if p.measure == SHARE}
    for one in sorted(profile.just_under, key=lambda j: (-j.share, j.substance)):
        place = ranked.get(one.substance)
        usual, peers = None, "no peer to compare"
        if place and place.others:
            usual, peers = place.median, f"the peers' median is {place.median:.0%} ({counted(place.others, 'exporter')})"
        if one.near >= LEAST_NEAR and (usual is None or one.share > usual):
            yield (
                f"{one.near:,} of {counted(one.weighed, 'movement')} of {profile.names_of[one.substance]} ({one.share:.0%}) are from 80 "
                f"{'to' if one.exempt else 'to under'} 100 % of the threshold; {peers}.",
                one.lines,
            )


def _stands_out(place: Any) -> bool:
    """Whether a place of `movements.measure` is among the highest of enough others."""
    return place.percentile is not None and place.others >= LEAST_PEERS and bool(place.percentile >= TOP)


def _places(profile: Profile) -> Said:
    for one in profile.places:
        if _stands_out(one) and one.measure != SHARE:
            of = f" of {profile.names_of[one.substance]}" if one.substance else ""
            lines = next((t.lines for t in profile.totals if t.substance == one.substance), ())
            yield f"By {one.measure}{of} this exporter is above {one.below:,} of {one.others:,} others.", lines


def _new(_: Profile, one: Any) -> str:
    where = f" ({', '.join(one.countries[:3])})" if one.countries else ""
    unknown = f", {one.unknown:,} of unknown mass" if one.unknown else ""
    return f"{one.name}{where} is new since {one.first}: {counted(one.movements, 'movement')}, {kg(one.kg)}{unknown}."


def _paper(_: Profile, one: Any) -> str:
    return f"{one.title}: {one.because}."


# Kind, weight, question, what says it: first what a register or a list says, then what differs from others, then what differs from itself.
_KINDS: tuple[tuple[str, int, str, Callable[[Profile], Said]], ...] = (
    ("listed receiver", 95, "Who is the receiver, who owns it, and was the listing checked before the sale?", _listed),
    (
        *("papers", 90, "Which paper covers these goods, and where is its original?"),
        _each(lambda p: (one for one in p.papers if not one.lawful), _paper),
    ),
    (
        *("route after an objection", 85, "Why did the goods go another way after the objection, and who was told?"),
        _each(
            lambda p: p.rerouted,
            lambda p, one: (
                f"After {one.country} objected to notification {one.reference} (sent {one.since}), {kg(one.kg)} of "
                f"{p.names_of[one.substance]} went to {', '.join(one.to)}: {one.because}."
            ),
        ),
    ),
    ("open flags", 80, "What was done about each flag?", _open_flags),
    ("just under the threshold", 70, "Who ordered in these quantities, and why?", _near),
    (
        *("declared otherwise", 60, "Why was this heading declared? Is there a safety data sheet?"),
        _each(
            lambda p: (one for one in p.declared if one.fits is False),
            lambda p, one: (
                f"{counted(one.rows, 'row')} recognised as {p.names_of[one.substance]} {'is' if one.rows == 1 else 'are'} declared under "
                f"{one.hs6}, which is none of its headings; {kg(one.kg)}."
            ),
        ),
    ),
    (
        *("jump", 55, "What was the order behind this month?"),
        _each(
            lambda p: sorted(p.jumps, key=lambda j: (-j.times, j.substance, j.month)),
            lambda p, one: (
                f"In {one.month} {kg(one.kg)} of {p.names_of[one.substance]} moved, {one.times:,.1f} times the median month before "
                f"({kg(one.usual_kg)})."
            ),
        ),
    ),
    (
        *("price", 50, "How was the price agreed? Show the contract and the payment."),
        _each(
            lambda p: p.odd_prices,
            lambda p, one: f"{p.names_of[one.substance]} at {one.usd_per_kg:,} US dollars a kilogram, {one.because}.",
        ),
    ),
    (
        *("alike", 48, "Is this one shipment declared twice, or one order in equal parts?"),
        _each(
            lambda p: p.duplicates,
            lambda p, one: (
                f"{counted(len(one.shipments), 'shipment')} of {kg(one.kg)} of {p.names_of[one.substance]} each, for "
                f"{one.value_usd.normalize():,f} US dollars each, went to {one.receiver or 'a receiver who is not named'} on {one.day}."
            ),
        ),
    ),
    (
        *("reactivated partner", 45, "What did the receiver need the goods for, after the time without any?"),
        _each(
            lambda p: (one for one in p.receivers if one.gap_days is not None),
            lambda _, one: f"{one.name} received again on {one.back_on}, after {one.gap_days:,} days without a movement.",
        ),
    ),
    (
        *("new partner", 40, "How was the new customer found and checked? Show the declaration of use."),
        _each(lambda p: (one for one in p.receivers if one.is_new), _new),
    ),
    ("place among exporters", 35, "What explains the place among others of the trade?", _places),
    (
        *("papers, lawful as far as is known", 20, "What became of the rest of the paper?"),
        _each(lambda p: (one for one in p.papers if one.lawful), _paper),
    ),
    (
        *("dormant partner", 15, "Why did the customer stop buying?"),
        _each(
            lambda p: (one for one in p.receivers if one.is_dormant),
            lambda _, one: f"{one.name} has received nothing since {one.last}, after {counted(one.movements, 'movement')}.",
        ),
    ),
)


# All exporters of a period: those that stand out among others in the most ways, then those of whom an audit finds the most.


class Ranking(NamedTuple):
    """The exporters that were ranked first, of `total`, which the names as written make: nothing is merged but spellings of one key.

    abroad: how many of other countries than the jurisdiction's are not ranked. unaudited: how many stand out in too little to be looked at
    one by one; they come last.
    """

    first: date
    last: date
    jurisdiction: str
    total: int
    rows: Rows
    abroad: int = 0
    unaudited: int = 0


def by_findings(ranked: Rows, find: Callable[[str], Sequence[Finding]]) -> Rows:
    """Exporters in the order of what an audit of each finds (`find`, by its name): the weight of its kinds, each once, then as they were."""
    rows = []
    for one in ranked:
        found = find(one.name)
        weight = sum({f.kind: f.weight for f in found}.values())
        rows.append(one._replace(findings=len(found), weight=weight, worst=found[0].sentence if found else ""))
    return tuple(sorted(rows, key=lambda r: -r.weight))


def rank(peers: Peers, names: Mapping[str, str], leave: Set[str] = frozenset()) -> Rows:
    """Ranks everybody: by the number of measures in which they stand out, then by the share just under, new partners and volume.

    Of an exporter:
        name: as it is mostly written.
        stands_out: in how many measures at or above the 90th percentile of the others of the same substance; measures: which, with it.
        kg: of all substances together, as far as it is known; rows: movements' rows.
        near, weighed: movements just under a threshold, of those with a mass and a threshold.
        partners, new: receivers, and of them those that are new.
        findings: how many an audit of it has; weight: of their kinds together; worst: the first of them (`by_findings`).

    Args:
        peers: `movements.compare` without an exporter of its own.
        names: how each is mostly written.
        leave: who is not ranked, but is among the others.
    """
    out: dict[str, list[tuple[str, float]]] = {}
    for one in filter(_stands_out, measure(peers)):
        of = f" of {one.substance}" if one.substance else ""
        out.setdefault(one.sender, []).append((f"{one.measure}{of}", round(one.percentile, 1)))
    sums = {name: (name, "sum") for name in ("kg", "near", "weighed")}
    own = group(peers.traded, ["sender"], **sums, substances=("substance", "distinct")).merge(peers.exporters, on="sender")
    own["name"] = [names.get(sender, sender) for sender in own["sender"]]
    own["stands_out"] = [len(out.get(sender, ())) for sender in own["sender"]]
    measures: Any = [tuple(out.get(sender, ())) for sender in own["sender"]]
    own["measures"] = measures
    own["substances"] = [tuple(sorted(some)) for some in own["substances"]]
    own = own[~own["sender"].isin(leave)].assign(findings=0, weight=0, worst="")
    wanted = ["name", "stands_out", "measures", "kg", "rows", "substances", "near", "weighed", "partners", "new", "findings"]
    return sorted(
        to_tuples(own[[*wanted, "weight", "worst"]]),
        key=lambda r: (-r.stands_out, -(r.weighed and r.near / r.weighed), -(r.partners and r.new / r.partners), -r.kg, r.name),
    )


# What an audit hands to its writers: the profiles of some exporters with their findings, or a ranking of all.


class ExporterAudit(Struct, frozen=True):
    """An exporter's profile and its findings, worst first; shipments that were drawn for a visit, and by which seed."""

    profile: Profile
    findings: tuple[Finding, ...]
    sample: tuple[Rows, ...] = ()
    seed: str = ""


class Audit(Struct, frozen=True):
    """Some exporters, or the ranking of all. run: tool version, start, options: the only part that differs between equal audits."""

    run: Mapping[str, Any]
    exporters: tuple[ExporterAudit, ...] = ()
    ranking: Ranking | None = None
