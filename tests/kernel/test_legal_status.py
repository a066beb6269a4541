"""The law of a substance on a day: one row holds, whichever way the goods move, and it says what listings and thresholds say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.core.engine import connect, fetch
from precursor_screen.kernel.legal_status import law_table, same_law
from precursor_screen.reference.thresholds import PERIODS, threshold_for
from tests.conftest import AS_OF
from tests.examples import examples

TIERS = ("convention", "national", "surveillance")
CONVENTIONS = ("UN1988", "UN1961", "UN1971")
REFERENCES = {
    code: replace(load_reference(watchlists=None, jurisdiction=code, as_of=AS_OF), tiers=TIERS) for code in ("", "US", "EU", "AU")
}
LAWS = {code: law_table(reference) for code, reference in REFERENCES.items()}
SUBSTANCES = [s.substance_id for s in REFERENCES[""].substances.substances]


def law_of(law, substance_id, direction, day):
    """The rows of a law that hold, found as the kernel finds them."""
    kinds = pa.schema([("substance_id", pa.string()), ("direction", pa.string()), ("as_of_date", pa.date32())])
    moved = {"substance_id": substance_id, "direction": direction, "as_of_date": day}
    with connect() as connection:
        connection.register("law", law)
        connection.register("moved", pa.Table.from_pylist([moved], schema=kinds))
        return fetch(connection, f"select law.* from moved join law on {same_law('moved', 'moved')}").to_pylist()


def announced(controls, code, day):
    """By brute force: what the conventions, else the law itself, will list by an act that is known on that day, sorted."""
    if any(c.in_force(day) for c in controls if c.instrument in (*CONVENTIONS, code)):
        return []
    known = [c for c in controls if c.since and day < c.since and any(d and d <= day for d in (c.adopted, c.published))]
    of_conventions = [c for c in known if c.instrument in CONVENTIONS]
    return sorted(of_conventions or [c for c in known if c.instrument == code], key=lambda c: (c.instrument, c.schedule))


@pytest.mark.parametrize(
    ("code", "substance_id", "direction", "regulated"),
    [
        ("CO", "acetone", "export", ["3.950001", "3.950001", None]),
        ("EU", "acetone", "export", ["50.000001"] * 3),
        ("US", "acetone", "export", ["1500", "1500", None]),
        ("US", "acetone", "domestic", ["150", None, None]),
    ],
)
def test_a_limit_that_is_exempt_regulates_from_a_milligram_above_in_its_period_and_shorter_ones(
    code, substance_id, direction, regulated
):
    law = law_table(load_reference(watchlists=None, jurisdiction=code, as_of=AS_OF))
    (row,) = law_of(law, substance_id, direction, AS_OF)
    found = [row[name] for name in ("regulated_kg", "regulated_month_kg", "regulated_year_kg")]
    assert found == [kg and Decimal(kg) for kg in regulated]


@examples(60, 60)
@given(
    code=st.sampled_from(sorted(REFERENCES)),
    substance_id=st.sampled_from(SUBSTANCES),
    direction=st.sampled_from(["import", "export", "domestic", "transit", None]),
    day=st.dates(date(1960, 1, 1), date(2030, 1, 1)),
)
def test_the_law_is_what_listings_and_thresholds_say(code, substance_id, direction, day):
    reference = REFERENCES[code]
    (substance,) = (s for s in reference.substances.substances if s.substance_id == substance_id)
    listed = sorted((c.instrument, c.schedule) for c in substance.controls if c.in_force(day))
    limits = [threshold_for(reference.thresholds, code, substance_id, direction or "", day, period) for period in PERIODS]
    coming = announced(substance.controls, code, day)
    rows = law_of(LAWS[code], substance_id, direction, day)
    assert len(rows) == bool(listed or coming or any(limits))
    for row in rows:
        assert [tuple(c.values()) for c in row["control"] or []] == listed
        assert row["announced"] == ([f"{c.instrument} {c.schedule}" for c in coming] or None)
        assert row["controlled_from"] == min((c.since for c in coming), default=None)
        assert (row["own_schedules"] or []) == [schedule for instrument, schedule in listed if instrument == code]
        kg = [row[name] for name in ("threshold_kg", "threshold_month_kg", "threshold_year_kg")]
        assert kg == [t.kg if t else None for t in limits]
        regulated = [row[name] for name in ("regulated_kg", "regulated_month_kg", "regulated_year_kg")]
        assert regulated == [t.regulated_kg if t else None for t in limits]
        assert row["threshold_source"] == (limits[0].source if limits[0] else None)
        assert row["threshold_law"] == (limits[0].jurisdiction if limits[0] else None)


@examples(60, 60)
@given(
    substance_id=st.sampled_from(
        [s.substance_id for s in REFERENCES[""].substances.substances if any(c.adopted or c.published for c in s.controls)]
    ),
    around=st.sampled_from(
        sorted(
            {
                d
                for s in REFERENCES[""].substances.substances
                for c in s.controls
                if c.adopted or c.published
                for d in (c.proposed, c.adopted, c.published, c.since)
                if d
            }
        )
    ),
    shift=st.integers(-1, 1),
)
def test_what_acts_announce_is_what_the_law_says_round_each_of_their_days(substance_id, around, shift):
    day = around + timedelta(days=shift)
    (substance,) = (s for s in REFERENCES["EU"].substances.substances if s.substance_id == substance_id)
    coming = announced(substance.controls, "EU", day)
    told = [row["announced"] for row in law_of(LAWS["EU"], substance_id, "import", day)]
    assert [names for names in told if names] == ([[f"{c.instrument} {c.schedule}" for c in coming]] if coming else [])


def test_a_listing_begins_on_its_day():
    before, after = (law_of(LAWS[""], "norfentanyl", "export", date(2022, 11, d)) for d in (22, 23))
    assert {"instrument": "UN1988", "schedule": "I"} not in (before[0]["control"] if before else [])
    assert after[0]["tier"] == "convention"


@pytest.mark.parametrize("tiers", [("convention",), ("convention", "national")])
def test_listings_of_other_tiers_say_nothing(tiers):
    law = law_table(replace(REFERENCES["US"], tiers=tiers))
    assert set(law.column("tier").to_pylist()) - {None} == set(tiers)


def test_a_membership_is_verified_where_the_conventions_listing_is():
    reference = REFERENCES["US"]
    (acetone,) = (s for s in reference.substances.substances if s.substance_id == "acetone")
    assert {c.instrument for c in acetone.controls} > {"UN1988"}
    doubted = replace(acetone, controls=tuple(replace(c, verified=c.instrument != "US") for c in acetone.controls))
    law = law_table(replace(reference, substances=replace(reference.substances, substances=(doubted,))))
    assert law_of(law, "acetone", "export", AS_OF)[0]["membership_verified"] is True


def test_a_listing_without_a_date_is_unknown_before_the_edition_it_was_read_in():
    """Three answers: it holds, it does not, nobody can tell. The last is never the second."""
    reference = REFERENCES["US"]
    (acetone,) = (s for s in reference.substances.substances if s.substance_id == "acetone")
    convention = next(c for c in acetone.controls if c.instrument == "UN1988")
    undated = replace(convention, instrument="US", schedule="List II", since=None, seen=date(2023, 1, 1))

    def known(day, *controls):
        substances = replace(reference.substances, substances=(replace(acetone, controls=controls),))
        (row,) = law_of(law_table(replace(reference, substances=substances)), "acetone", "export", day)
        return row["listing_known"], [c["instrument"] for c in row["control"] or []]

    assert known(date(2023, 1, 1), undated) == (True, ["US"])
    assert known(date(2022, 12, 31), undated) == (False, ["US"])
    assert known(date(2022, 12, 31), undated, convention) == (True, ["UN1988", "US"])
    assert known(date(1950, 1, 1), replace(undated, seen=None)) == (True, ["US"])
    # A day that was found decides alone, whatever edition it was read in.
    assert known(date(2020, 1, 1), replace(undated, since=date(2020, 1, 1))) == (True, ["US"])


def test_a_class_of_compounds_is_listed_by_the_laws_that_name_it():
    """The 1988 tables list 4-AP and its salts, the United States its halides as well."""
    law = law_table(replace(REFERENCES["US"], tiers=TIERS))

    def listed(name):
        goods = f"select '4-ap' as substance_id, 'export' as direction, date '2026-11-25' as as_of_date, {name} as name"
        with connect() as connection:
            connection.register("law", law)
            (row,) = fetch(connection, f"select law.* from ({goods}) m join law on {same_law('m', 'm', 'm.name')}").to_pylist()
        return row["tier"], [c["instrument"] for c in row["control"]]

    assert listed("'a halide of 4-anilinopiperidine'") == ("national", ["US"])
    assert listed("cast(null as varchar)") == listed("'4-AP'")
    tier, instruments = listed("'4-AP'")
    assert tier == "convention"
    assert {"UN1988", "US"} <= set(instruments)
