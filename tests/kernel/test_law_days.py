"""A substance is controlled from the first day of a listing until the day on which it ends, by the instruments that are asked for."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pyarrow as pa
import pytest

from precursor_screen.api import load_reference
from precursor_screen.core.model import CONVENTIONS, Control, Substance
from precursor_screen.core.schema import BY_NAME, PARTY_MATCH, PARTY_MENTION
from precursor_screen.kernel.match import Matches, recognise
from precursor_screen.kernel.resolve.resolve import resolve
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import law_of
from precursor_screen.reference.recogniser import known_substances
from tests.conftest import AS_OF
from tests.screening import screen_rows, with_rules

ONE_DAY = timedelta(days=1)
MOST = 40


def listed(reference: Reference, asked: list[tuple[Substance, date]]) -> list[set[tuple[str, str]]]:
    """The listings of each substance on a day, by its CAS number alone."""
    rows = [
        {
            "line_id": f"L{n}",
            "source_file": "m",
            "source_row": n,
            "input_id": "i",
            "shipment_id": f"S{n}",
            "movement_key": f"k{n}",
            "cas_numbers": [substance.cas_numbers[0].number],
            "date": day,
        }
        for n, (substance, day) in enumerate(asked)
    ]
    lines = pa.table([pa.array([r[name] for r in rows], type=BY_NAME[name].arrow) for name in rows[0]], names=list(rows[0]))
    inputs = pa.table({"input_id": ["i"], "supplied_fields": [["cas_numbers", "date"]]})
    found = resolve(
        lines, inputs, Matches(recognise(lines, reference), PARTY_MATCH.empty_table(), PARTY_MENTION.empty_table(), ()), reference
    )
    controls: list[set[tuple[str, str]]] = [set() for _ in asked]
    for row in found.substances.to_pylist():
        if row["substance_id"] == asked[row["line_no"]][0].substance_id:
            controls[row["line_no"]] = {(c["instrument"], c["schedule"]) for c in row["control"]}
    return controls


@pytest.fixture(scope="module")
def dated(reference: Reference) -> list[tuple[Substance, Control, date]]:
    """Listings with a first or a last day, of substances that have a CAS number of their own."""
    found = [
        (s, c, day)
        for s in reference.substances.substances
        for c in s.controls
        for day in (c.since, c.until)
        if day is not None and s.cas_numbers and day > date(1980, 1, 1)
    ]
    return found[:: max(1, len(found) // MOST)]


def test_a_listing_holds_from_its_first_day_and_ends_on_its_last(reference, dated):
    asked = [(s, day + shift) for s, _, day in dated for shift in (-ONE_DAY, 0 * ONE_DAY, ONE_DAY)]
    everything = listed(reference, asked)
    assert len(dated) >= 20
    for (substance, day), controls in zip(asked, everything, strict=True):
        for c in substance.controls:
            holds = (c.since is None or c.since <= day) and (c.until is None or day < c.until)
            if not holds and sum((o.instrument, o.schedule) == (c.instrument, c.schedule) for o in substance.controls) == 1:
                assert (c.instrument, c.schedule) not in controls, (substance.substance_id, day)
    before, on = everything[0::3], everything[1::3]
    starts = [i for i, (s, c, day) in enumerate(dated) if c.since == day]
    begun = [i for i in starts if on[i] - before[i]]
    assert len(begun) >= 5


RECENT = date(2015, 1, 1)
NAMING = ("PS-CHEM-001", "PS-CHEM-022", "PS-CHEM-023")  # each names what a law lists: the tables of 1988, the own law, drugs
ACTS = sorted(
    {(c.instrument, c.since) for s in known_substances() for c in s.controls if c.since is not None and c.since >= RECENT}
)


@cache
def screening(jurisdiction: str) -> Reference:
    """The rules that name what is listed, and the one of what will be, for a law."""
    return with_rules(load_reference(watchlists=None, jurisdiction=jurisdiction, as_of=AS_OF), *NAMING, "PS-CHEM-028")


def own_or_of_a_convention(substance: Substance, jurisdiction: str, day: date) -> bool:
    """GB is screened by the law of the Union until the end of 2020."""
    own = law_of(jurisdiction, day) if jurisdiction else ""
    return any(c.in_force(day) for c in substance.controls if c.instrument in (*CONVENTIONS, own))


@pytest.mark.parametrize(("instrument", "day"), ACTS, ids=lambda v: str(v))
def test_what_an_act_lists_is_named_from_its_day_on_and_not_the_day_before(instrument, day):
    """Screened for the law of the instrument, by name or number; what that law or a convention listed before is named before, too."""
    jurisdiction = "" if instrument in CONVENTIONS else instrument
    goods = [s for s in known_substances() if any((c.instrument, c.since) == (instrument, day) for c in s.controls)]
    rows = [
        {
            "bill of lading": f"{substance.substance_id} {when}",
            "description of goods": "CHEMICAL" if substance.cas_numbers else substance.name,
            "cas": substance.cas_numbers[0].number if substance.cas_numbers else "",
            "hs code": "",
            "date": when.isoformat(),
        }
        for substance in goods
        for when in (day - ONE_DAY, day)
    ]
    flags = screen_rows(rows, screening(jurisdiction)).report.flags.to_pylist()
    named = {(f["shipment_id"], f["substance_id"]) for f in flags if f["rule_id"] in NAMING}
    for substance in goods:
        before, on = ((f"{substance.substance_id} {when}", substance.substance_id) in named for when in (day - ONE_DAY, day))
        assert on, substance.substance_id
        assert before == own_or_of_a_convention(substance, jurisdiction, day - ONE_DAY), substance.substance_id
