"""A substance is controlled from the first day of a listing until the day on which it ends, by the instruments that are asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest

from precursor_screen.core.model import Control, Substance
from precursor_screen.core.schema import BY_NAME, PARTY_MATCH, PARTY_MENTION
from precursor_screen.kernel.match.recognise import recognise
from precursor_screen.kernel.resolve.resolve import resolve
from precursor_screen.reference.bundle import Reference

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
    found = resolve(lines, inputs, recognise(lines, reference), PARTY_MATCH.empty_table(), PARTY_MENTION.empty_table(), reference)
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
