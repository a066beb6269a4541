"""The whole profile: what reaches it, its findings, and what it could not see."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.app.audit import rank_all
from precursor_screen.cases.audit import findings
from precursor_screen.cases.audit.findings import ExporterAudit, draw, find, seed_of
from precursor_screen.cases.audit.partners import Basis, blind_spots, gaps
from precursor_screen.core.errors import UsageError
from precursor_screen.reporting.audit.document import as_data
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS, schema_of
from tests.cases.audit.rows import FIRST, LAST, OWN, exempting, flag, population, row
from tests.examples import examples

OTHER = "Quillon Reagents Corp"


def register(name: str, **values: Any) -> dict[str, pa.Table]:
    schema = schema_of(name)
    return {name: pa.Table.from_pylist([{**dict.fromkeys(schema.names), **values}], schema=schema)}


def sentences(*rows: dict[str, Any], **values: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in find(population(*rows, **values).profile(OWN)):
        found.setdefault(finding.kind, []).append(finding.sentence)
    return found


def test_an_ordinary_exporter_has_no_finding() -> None:
    profile = population(*(row(str(n), date(2026, n, 5), receiver="Marrow GmbH") for n in range(1, 13))).profile(OWN)
    assert find(profile) == ()
    assert (profile.movements, profile.shipments, profile.rows, profile.kg) == (12, 12, 12, Decimal(600))
    assert profile.names_of == {"acetone": "Acetone"}


def test_just_under_is_told_against_the_peers() -> None:
    own = [row(str(n), kg="90") for n in range(1, 6)]
    peers = [row(f"1{n}", kg="90" if n < 2 else "10", sender=OTHER, address="") for n in range(5)]
    (told,) = sentences(*own, *peers)["just under the threshold"]
    assert told == (
        "5 of 5 movements of Acetone (100%) are from 80 to under 100 % of the threshold; the peers' median is 40% (1 exporter)."
    )


def test_what_is_at_a_limit_that_is_exempt_is_told_as_just_under_it() -> None:
    drums = [row(str(n), kg="100") for n in range(1, 6)]
    (told,) = sentences(*drums, quantities=exempting())["just under the threshold"]
    assert told == "5 of 5 movements of Acetone (100%) are from 80 to 100 % of the threshold; no peer to compare."
    assert "just under the threshold" not in sentences(*drums)


def test_not_more_than_the_peers_is_not_told() -> None:
    own = [row(str(n), kg="90") for n in range(1, 6)]
    assert "just under the threshold" not in sentences(*own, *(row(f"1{n}", kg="90", sender=OTHER) for n in range(5)))
    assert "just under the threshold" not in sentences(*own[:2])


def test_without_a_jurisdiction_nothing_is_held_against_a_threshold() -> None:
    profile = population(*(row(str(n), kg="90") for n in range(1, 6)), jurisdiction="").profile(OWN)
    assert profile.just_under == ()
    assert any("No jurisdiction" in s for s in profile.blind_spots)
    assert [(n.what, n.rows) for n in profile.not_evaluable] == [("threshold", 5)]


def test_permits_and_objections_of_the_registers_are_told() -> None:
    rows = [row("1", date(2026, 5, 1), kg="120", permit_reference="P-1", country_of_destination="CH")]
    permits = register(PERMITS, reference="P-1", substance_id="acetone", quantity_kg=Decimal(100), status="valid")
    objected = {"reference": "PEN-1", "substance_id": "acetone", "status": "objected", "country": "DE", "importer_key": "marrow"}
    notifications = register(NOTIFICATIONS, **objected, exporter_key="laboratory larkfield supply", sent=date(2026, 4, 1))
    profile = population(*rows, registers=permits | notifications).profile(OWN)
    told = {f.kind: f.sentence for f in find(profile)}
    assert told["papers"] == "More shipped than the document is for: 120 kg shipped, 100 kg allowed by P-1."
    assert [(p.kind, p.reference, p.difference_kg, p.lines) for p in profile.papers] == [("over", "P-1", Decimal(20), (1,))]
    assert told["route after an objection"] == (
        "After DE objected to notification PEN-1 (sent 2026-04-01), 120 kg of Acetone went to CH: the same importer, elsewhere."
    )
    assert not any(name in s for s in profile.blind_spots if "not imported" in s for name in ("permits", "notifications"))


@pytest.mark.parametrize("change", [{"status": "accepted"}, {"exporter_key": "quillon reagents"}])
def test_other_notifications_are_not_told(change: dict[str, str]) -> None:
    values = {"reference": "PEN-1", "substance_id": "acetone", "status": "objected", "country": "DE", "importer_key": "marrow"}
    values |= {"exporter_key": "laboratory larkfield supply"} | change
    rows = [row("1", date(2026, 5, 1), country_of_destination="CH")]
    assert "route after an objection" not in sentences(*rows, registers=register(NOTIFICATIONS, **values, sent=date(2026, 4, 1)))


def test_flags_by_family_with_what_became_of_them() -> None:
    raised = [
        flag("R-1", "1"),
        flag("R-2", "1", level="low", state="resolved"),
        flag("R-3", "2", family="party", list_id="un-sc", entry_id="E7", party_role="consignee", score=96.4, level="critical"),
        flag("R-4", "2", window_line_ids=["line-1", "line-2", "line-of-another"]),
        flag("R-9", "9"),
    ]
    profile = population(row("1"), row("2", date(2026, 4, 2)), raised=raised, said={"R-1-1": "confirmed"}).profile(OWN)
    quantity, party = profile.families
    assert (quantity.family, quantity.flags, quantity.open) == ("quantity", 3, 2)
    assert (quantity.levels, quantity.states, quantity.verdicts) == (
        (("high", 2), ("low", 1)),
        (("new", 2), ("resolved", 1)),
        (("confirmed", 1),),
    )
    assert (party.family, party.lines) == ("party", (2,))
    (episode,) = profile.episodes
    assert (episode.members, episode.begin, episode.end, episode.lines) == (3, date(2026, 3, 1), date(2026, 4, 2), (1, 2))
    assert [(e.list_id, e.entry_id) for e in profile.receivers[0].listed] == [("un-sc", "E7")]
    kinds = [f.kind for f in find(profile)]
    assert kinds[0] == "listed receiver"
    assert "open flags" in kinds


def test_a_listed_consignor_is_no_listed_receiver() -> None:
    raised = [flag("R-3", "1", list_id="un-sc", entry_id="E7", party_role="consignor")]
    assert population(row("1"), raised=raised).profile(OWN).receivers[0].listed == ()


def test_findings_are_worst_first_and_bounded() -> None:
    rows = [row("0", date(2025, 1, 2))]
    rows += [row(str(n), date(2026, 8, 1), receiver=f"Buyer {n} SA") for n in range(1, 10)]
    found = find(population(*rows, row("99", hs6="340290")).profile(OWN))
    assert [f.weight for f in found] == sorted((f.weight for f in found), reverse=True)
    new = [f for f in found if f.kind == "new partner"]
    assert len(new) == 7
    assert (new[-1].sentence, len(new[-1].lines)) == ("3 more of the kind “new partner” are in the tables.", 3)
    weights = [weight for _, weight, *_ in findings._KINDS]
    assert weights == sorted(set(weights), reverse=True)


def test_every_finding_but_a_place_has_lines() -> None:
    rows = [row(str(n), date(2026, n, 1), kg="95" if n < 7 else "400", usd="10") for n in range(1, 10)]
    found = find(population(*rows).profile(OWN))
    assert {f.kind for f in found} >= {"just under the threshold", "jump", "price"}
    assert all(f.lines for f in found if f.kind != "place among exporters")


@pytest.mark.parametrize(("days", "count"), [(6, 0), (7, 1)])
def test_a_gap_is_a_week_without_anybody(days: int, count: int) -> None:
    met = [date(2026, 1, 1), date(2026, 1, 2 + days)]
    found = gaps(met, date(2026, 1, 1), date(2026, 1, 2 + days))
    assert [(g.first, g.last, g.days) for g in found] == [(date(2026, 1, 2), date(2026, 1, 1 + days), days)] * count


def test_gaps_reach_to_the_ends_of_the_period() -> None:
    assert [(g.first, g.last) for g in gaps([], date(2026, 1, 1), date(2026, 1, 9))] == [(date(2026, 1, 1), date(2026, 1, 9))]
    assert gaps([date(2025, 1, 1)], date(2026, 1, 1), date(2026, 1, 6)) == ()


def test_a_movement_of_somebody_else_is_no_gap() -> None:
    rows = [row("1"), *(row(f"2{n}", date(2026, 1, 1 + n), sender=OTHER) for n in range(20))]
    assert population(*rows).profile(OWN).gaps[0].first == date(2026, 1, 21)


def test_blind_spots_name_what_lies_before_and_after() -> None:
    basis = Basis("manifests", recorded=(date(2026, 2, 1), date(2026, 11, 30)), undated=3, set_aside=2, parties_screened=False)
    said = " ".join(blind_spots(basis, (), FIRST, LAST, ()))
    for part in (
        "before 2026-02-01",
        "after 2026-11-30",
        "3 rows",
        "2 lines or files",
        "No watchlist",
        "permits is not imported",
    ):
        assert part in said
    assert "no dated movement" in " ".join(blind_spots(Basis("ledger"), (), FIRST, LAST, ()))


def test_what_lacks_something_is_counted_with_its_lines() -> None:
    rows = [
        row("1", kg=""),
        row("2", direction=None),
        row("3", country_of_destination=None),
        row("4", receiver=None),
        row("5", usd=""),
        row("6", hs6=None),
        row("7", substance_id=None),
    ]
    found = population(*rows).profile(OWN).not_evaluable
    assert [(n.what, n.rows, n.lines) for n in found] == [
        ("mass", 1, (1,)),
        ("direction", 1, (2,)),
        ("destination", 1, (3,)),
        ("receiver", 1, (4,)),
        ("value", 1, (5,)),
        ("heading", 1, (6,)),
        ("substance", 1, (7,)),
    ]


def test_one_movement_with_nothing_known_is_a_profile() -> None:
    bare = row("1", kg="", usd="", hs6=None, receiver=None, direction=None, country_of_destination=None, country_of_dispatch=None)
    profile = population(bare).profile(OWN)
    assert (profile.movements, profile.kg, profile.receivers, profile.just_under) == (1, Decimal(0), (), ())
    assert find(profile) == ()


@given(st.permutations(range(24)))
@examples(6, 25)
def test_no_figure_depends_on_the_order_of_rows(order: list[int]) -> None:
    rows = [
        row(
            str(n),
            date(2026, 1 + n // 2, 1 + n),
            kg=("90", "40", "", "300")[n % 4],
            usd=("150", "20")[n % 2],
            sender=(OWN, OWN.upper(), OTHER)[n % 3],
            receiver=("Marrow GmbH", "Nettle SARL", "Orrin SA")[n // 8],
            hs6=("291411", "340290")[n % 5 == 0],
        )
        for n in range(24)
    ]
    raised = [flag("R-1", str(n)) for n in (0, 4)]
    there = population(*rows, raised=raised).profile(OWN)
    back = population(*(rows[n] for n in order), raised=raised[::-1]).profile(OWN)
    assert as_data(ExporterAudit(there, find(there))) == as_data(ExporterAudit(back, find(back)))


def test_a_text_that_may_be_several_substances_is_one_lot_and_two_masses_are_two() -> None:
    same = {"movement_key": "1", "line_id": "1", "source_row": 1}
    of_one_text = [row("1", kg="25", **same, substance_id=s) for s in ("acetone", "toluene")]
    apart = [row("2", kg="25"), row("3", kg="40")]
    profile = population(*of_one_text, *apart).profile(OWN)
    assert profile.kg == Decimal(90)
    assert {t.substance: t.kg for t in profile.totals} == {"acetone": Decimal(90), "toluene": Decimal(25)}
    assert sum(r.kg for r in profile.receivers) == Decimal(90)
    two_masses = [row("1", kg=kg, **same, substance_id=s) for s, kg in (("acetone", "25"), ("toluene", "30"))]
    assert population(*two_masses).profile(OWN).kg == Decimal(55)


def test_papers_of_others_and_unused_ones() -> None:
    schema = schema_of(PERMITS)
    values = {"substance_id": "acetone", "quantity_kg": Decimal(100), "status": "valid", "valid_to": date(2026, 5, 1)}
    rows = [
        {**dict.fromkeys(schema.names), **values, "reference": f"P-{n}", "holder": name, "holder_key": key, "direction": "export"}
        for n, (name, key) in enumerate(((OWN, "laboratory larkfield supply"), (OTHER, "quillon reagents")))
    ]
    profile = population(row("1", kg="0.5"), registers={PERMITS: pa.Table.from_pylist(rows, schema=schema)}).profile(OWN)
    assert [(p.kind, p.reference, p.lawful) for p in profile.papers] == [("part-used", "P-0", True)]
    assert [f.kind for f in find(profile)] == ["papers, lawful as far as is known"]


def test_year_on_year_tells_a_change_of_whole_years_only() -> None:
    rows = [row("1", date(2025, 1, 1), kg="100"), row("2", date(2025, 7, 1), kg="100"), row("3", date(2026, 2, 1), kg="300")]
    told = {y.year: (y.kg, y.whole, y.change) for y in population(*rows, row("4", LAST, kg="1")).profile(OWN).years}
    assert told == {2025: (Decimal(200), True, None), 2026: (Decimal(301), True, pytest.approx(0.505))}
    part = population(*rows[1:]).profile(OWN).years
    assert [(y.whole, y.change) for y in part] == [(False, None), (True, None)]


def test_equal_masses_of_one_year_before_and_in_the_period_count_both() -> None:
    rows = [row("1", date(2026, 2, 1), kg="100"), row("2", date(2026, 8, 1), kg="100"), row("3", date(2026, 9, 1), kg="100")]
    profile = population(*rows, days=(date(2026, 7, 1), date(2027, 6, 30))).profile(OWN)
    assert [(y.year, y.kg, y.movements) for y in profile.years] == [(2026, Decimal(300), 3)]


def test_what_a_solution_holds_is_said_to_be_a_share() -> None:
    rows = [row("1", kg="40", goods_mass_kg=Decimal(100)), row("2", kg="50", goods_mass_kg=Decimal(50)), row("3", kg="10")]
    (total,) = population(*rows).profile(OWN).totals
    assert (total.kg, total.share_kg, total.of_kg) == (Decimal(100), Decimal(40), Decimal(100))


def test_a_name_at_the_same_address_is_asked_though_it_shipped_before_the_period_only() -> None:
    profile = population(row("1"), row("2", date(2025, 6, 1), sender=OTHER)).profile(OWN)
    (question,) = profile.merged.questions
    assert (question.name, "at the same address" in question.why, question.rows) == (OTHER, True, 0)
    with pytest.raises(UsageError, match="no exporter named"):
        population(row("1"), row("2", date(2025, 6, 1), sender=OTHER)).profile(OTHER)


def test_a_sample_is_drawn_by_its_seed() -> None:
    moves = (
        population(*(row(str(n), date(2026, 3, 1 + n)) for n in range(1, 21)), row("99", substance_id=None)).profile(OWN).table
    )
    drawn = draw(moves, 5, "a")
    assert drawn == draw(moves[::-1], 5, "a")
    assert drawn != draw(moves, 5, "b")
    assert len({some[0].shipment_id for some in drawn}) == 5
    assert len(draw(moves, 50, "a")) == 20
    assert seed_of(OWN, FIRST, LAST) == seed_of(OWN, FIRST, LAST) != seed_of(OTHER, FIRST, LAST)


def test_exporters_of_the_jurisdiction_are_ranked_by_what_is_found() -> None:
    rows = [row(str(n), date(2026, n, 5)) for n in range(1, 10)]
    rows += [row(f"1{n}", date(2026, n, 6), sender=OTHER, address="", hs6="340290") for n in range(1, 10)]
    rows += [
        row(f"2{n}", date(2026, n, 7), sender="Foreign SA", address="", sender_country="FR", hs6="340290") for n in range(1, 10)
    ]
    ranking = rank_all(population(*rows), 10)
    assert [(r.name, r.findings > 0) for r in ranking.rows] == [(OTHER, True), (OWN, False)]
    assert ranking.rows[0].worst


def test_a_ranking_ranks_all_before_it_is_cut() -> None:
    rows = [row(str(n), date(2026, n, 5), kg="70") for n in range(1, 10)]
    rows += [row(f"1{n}", date(2026, n, 6), sender=OTHER, address="", hs6="340290") for n in range(1, 10)]
    ranking = rank_all(population(*rows), 1)  # by mass alone the other one would have come first
    assert ([r.name for r in ranking.rows], ranking.total, ranking.unaudited) == ([OTHER], 2, 0)
