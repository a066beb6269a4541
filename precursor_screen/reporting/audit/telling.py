"""An audit on the terminal: names, the page of findings, totals, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterator

from precursor_screen.cases.audit.audit import Audit, Audited
from precursor_screen.cases.audit.moves import Lines, place_of
from precursor_screen.cases.audit.ranking import Ranking
from precursor_screen.core.words import counted
from precursor_screen.core.words import kilograms as kg

_MOST_FINDINGS, _MOST_NAMES, _MOST_PLACES = 20, 12, 3


def tell(audit: Audit) -> Iterator[str]:
    """Lines for people."""
    if audit.ranking is not None:
        yield from _rank(audit.ranking)
    for number, one in enumerate(audit.exporters):
        if number:
            yield ""
        yield from _exporter(one)


def _exporter(one: Audited) -> Iterator[str]:
    profile = one.profile
    yield f"{profile.name}, {profile.first} to {profile.last} ({profile.basis.source}, {profile.basis.jurisdiction or 'no jurisdiction'})"
    yield f"  {counted(profile.movements, 'movement')} in {counted(profile.shipments, 'shipment')}, {kg(profile.kg)}, {counted(len(profile.receivers), 'receiver')}"
    yield "Names taken:"
    for taken in profile.merged.taken[:_MOST_NAMES]:
        yield f"  {taken.name}: {taken.why}; {counted(taken.rows, 'row')}, {taken.first} to {taken.last}"
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
        yield f"  {number:2}. {finding.sentence} {_cite(finding.lines, places)}".rstrip()
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


def _cite(lines: Lines, known: dict[int, str]) -> str:
    if not lines:
        return ""
    places = ", ".join(known[n] for n in lines[:_MOST_PLACES])
    return f"[{places}{f' and {len(lines) - _MOST_PLACES:,} more lines' if len(lines) > _MOST_PLACES else ''}]"


def _rank(ranking: Ranking) -> Iterator[str]:
    yield f"{len(ranking.rows):,} of {ranking.total:,} exporters, {ranking.first} to {ranking.last} ({ranking.jurisdiction or 'no jurisdiction'})"
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
        yield (
            f"{counted(ranking.abroad, 'exporter')} of other countries are not ranked."
            if ranking.abroad > 1
            else "1 exporter of another country is not ranked."
        )
    if not ranking.jurisdiction:
        yield "No jurisdiction was set: nothing was held against a threshold."
