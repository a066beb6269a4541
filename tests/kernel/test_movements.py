"""Lines to movements: what is one cargo counts once, and nothing is lost on the way."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from precursor_screen.app.rulecheck.inline_tests import resolved_from_rows
from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.schema import MOVEMENT, PARTY, arrow_schema
from precursor_screen.kernel.movements import MovementsResult, link_movements
from precursor_screen.kernel.resolve.distinct import COLUMNS_OF, LINE_NO, Resolved
from tests.screening import to_movements


def movements(*rows: dict[str, Any]) -> MovementsResult:
    plain = {"substance_id": "acetone", "as_of_date": date(2026, 3, 1), "substance_mass_kg": 100, "mass_basis": "net"}
    resolved = resolved_from_rows([{**plain, **r} for r in rows], "substance")
    parties = arrow_schema(COLUMNS_OF[PARTY]).insert(0, pa.field(LINE_NO, pa.int64())).empty_table()
    named = resolved.substances.filter(pc.is_valid(resolved.substances.column("substance_id")))
    return to_movements(Resolved(resolved.lines, named, parties, resolved.inputs))


def linked(*rows: dict[str, Any]) -> list[tuple[str, str, bool]]:
    plain = {"substance_id": "acetone", "as_of_date": date(2026, 3, 1)}
    made = [{"movement_key": f"m-{r['line_id']}", **plain, **r} for r in rows]
    with connect() as connection:
        connection.register("stored", pa.Table.from_pylist(made, schema=MOVEMENT))
        found = fetch(connection, f"select line_id, cargo_id, counts from ({link_movements('stored')}) order by line_id")
    return [(r["line_id"], r["cargo_id"], r["counts"]) for r in found.to_pylist()]


def masses(found: MovementsResult) -> list[tuple[str, Decimal]]:
    return [(r["line_id"], r["substance_mass_kg"]) for r in found.live.to_pylist()]


def doubts(found: MovementsResult) -> list[tuple[str, str]]:
    """Code and line of the issues, but for the note that says how many lines are overtaken."""
    return [(i["code"], i["line_id"]) for i in found.issues.to_pylist() if i["code"] != "overtaken-message"]


def test_a_replacement_takes_the_place_of_what_it_replaces():
    found = movements(
        {"line_id": "A", "movement_key": "k", "message_function": "original"},
        {"line_id": "B", "movement_key": "k", "message_function": "replacement", "version": "2", "substance_mass_kg": 70},
        {"line_id": "C", "movement_key": "k", "message_function": "replacement", "version": "10", "substance_mass_kg": 60},
    )
    assert masses(found) == [("C", Decimal(60))]
    assert [(i["code"], i["count"]) for i in found.issues.to_pylist()] == [("overtaken-message", 2)]


def test_a_cancellation_removes_the_movement_and_says_so():
    found = movements(
        {"line_id": "A", "movement_key": "k"},
        {"line_id": "B", "movement_key": "k", "message_function": "cancellation", "substance_id": None},
        {"line_id": "C", "movement_key": "j"},
    )
    assert masses(found) == [("C", Decimal(100))]
    assert found.obsolete.to_pylist() == ["A", "B"]


@pytest.mark.parametrize(
    ("version", "kept"), [("2", True), ("1.5", True), ("10", True), ("1", False), ("1.0", False), ("0", False), ("nan", True), ("B", False), (None, False)]
)  # fmt: skip
def test_a_line_without_a_substance_is_kept_where_its_version_is_a_later_one(version, kept):
    found = movements({"line_id": "A", "movement_key": "k", "version": version, "substance_id": None, "lexicon_terms": []})
    assert found.live.column("line_id").to_pylist() == ["A"] * kept


def test_an_original_of_a_higher_version_outlives_the_cancellation():
    found = movements(
        {"line_id": "A", "movement_key": "k", "message_function": "cancellation", "version": "1", "substance_id": None},
        {"line_id": "B", "movement_key": "k", "version": "2"},
        {"line_id": "C", "movement_key": "k", "version": "nan", "substance_mass_kg": 7},
    )
    assert masses(found) == [("B", Decimal(100))]
    assert found.obsolete.to_pylist() == ["A", "C"]


def test_equal_masses_in_two_containers_both_count():
    bill = {"shipment_id": "S", "mass_basis": "gross"}
    found = movements(
        {"line_id": "A", "description": "ACETONE", "container_numbers": ["ABCU1234567"], **bill},
        {"line_id": "B", "description": "ACETONE PURE", "container_numbers": ["ABCU7654321"], **bill},
    )
    assert [m for _, m in masses(found)] == [Decimal(100)] * 2


def test_two_originals_with_one_key_and_other_content_both_stay_and_are_named():
    found = movements({"line_id": "A", "movement_key": "k"}, {"line_id": "B", "movement_key": "k", "substance_mass_kg": 70})
    assert masses(found) == [("A", Decimal(100)), ("B", Decimal(0))]  # the larger one counts
    assert found.issues.column("code").to_pylist() == ["version-conflict"] * 2


def test_a_gross_mass_repeated_on_all_lines_of_a_bill_counts_once():
    bill = {"shipment_id": "S", "mass_basis": "gross"}
    found = movements(
        {"line_id": "A", "description": "ACETONE", **bill},
        {"line_id": "B", "description": "ACETONE FOR SYNTHESIS", **bill},
        {"line_id": "C", "description": "TOLUENE", "substance_id": "toluene", **bill},
    )
    assert masses(found) == [("A", Decimal(100)), ("B", Decimal(0)), ("C", Decimal(100))]


def test_equal_masses_of_equal_goods_or_net_masses_all_count():
    bill = {"shipment_id": "S", "mass_basis": "gross", "description": "ACETONE"}
    assert [m for _, m in masses(movements({"line_id": "A", **bill}, {"line_id": "B", **bill}))] == [Decimal(100)] * 2
    net = {"shipment_id": "S", "mass_basis": "net"}
    found = movements({"line_id": "A", "description": "ACETONE", **net}, {"line_id": "B", "description": "ACETONE PURE", **net})
    assert [m for _, m in masses(found)] == [Decimal(100)] * 2


def test_goods_without_a_substance_are_remembered_for_a_word_only():
    found = movements(
        {"line_id": "A", "substance_id": None, "lexicon_terms": ["equipment"]},
        {"line_id": "B", "substance_id": None, "lexicon_terms": []},
    )
    assert found.live.column("line_id").to_pylist() == ["A"]


def test_declaration_over_house_bill_over_master_bill():
    found = linked(
        {"line_id": "D", "declaration_id": "D1", "house_bill_of_lading": "H1"},
        {"line_id": "H", "house_bill_of_lading": "H1", "master_bill_of_lading": "M1"},
        {"line_id": "M", "bill_of_lading": "M1"},
    )
    assert found == [("D", "3::D1", True), ("H", "3::D1", False), ("M", "2::H1", False)]


def test_the_same_number_of_another_issuer_substance_or_season_is_another_cargo():
    house = {"line_id": "H", "house_bill_of_lading": "H1", "bill_issuer": "ONE"}
    for other in ({"bill_issuer": "TWO"}, {"substance_id": "toluene"}, {"as_of_date": date(2026, 9, 1)}):
        found = linked(house, {"line_id": "D", "declaration_id": "D1", "house_bill_of_lading": "H1", **other})
        assert [counts for _, _, counts in found] == [True, True]


def test_two_house_bills_of_one_master_are_two_consignments():
    found = linked(
        {"line_id": "A", "house_bill_of_lading": "H1", "master_bill_of_lading": "M1"},
        {"line_id": "B", "house_bill_of_lading": "H2", "master_bill_of_lading": "M1"},
    )
    assert found == [("A", "2::H1", True), ("B", "2::H2", True)]


def test_a_movement_without_references_is_a_cargo_of_its_own():
    assert linked({"line_id": "A"}) == [("A", "0::m-A", True)]


def test_a_small_declaration_hides_no_large_bill():
    bill = {"line_id": "B", "bill_of_lading": "B1", "substance_mass_kg": 900}
    small = {"line_id": "D", "declaration_id": "D1", "master_bill_of_lading": "B1", "substance_mass_kg": 1}
    assert [counts for _, _, counts in linked(bill, small)] == [True, True]
    assert [counts for _, _, counts in linked(bill, {**small, "substance_mass_kg": 880})] == [False, True]
    assert [counts for _, _, counts in linked(bill, {**small, "substance_mass_kg": None})] == [True, True]


def test_a_word_is_no_number_and_two_carriers_may_use_the_same():
    found = linked(
        {"line_id": "A", "bill_of_lading": "TBA"},
        {"line_id": "B", "bill_of_lading": "TBA"},
        {"line_id": "C", "bill_of_lading": "1001", "bill_issuer": "ONE"},
        {"line_id": "D", "bill_of_lading": "1001", "bill_issuer": "TWO"},
    )
    assert len({cargo for _, cargo, _ in found}) == 4


GROSS = {"shipment_id": "S", "mass_basis": "gross"}


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({"substance_mass_kg": 101}, "another mass is a line's own"),
        ({"substance_mass_kg": None}, "a line without a mass leaves the bill's unknown"),
        ({"mass_basis": "packages"}, "not both are gross"),
        ({"packages": 9}, "another number of packages"),
        ({"container_numbers": ["ABCU7654321"]}, "another container"),
        ({"shipment_id": "T"}, "another bill"),
        ({"description": "ACETONE"}, "equal goods"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_masses_count_each_where_one_thing_says_that_they_are_not_the_bills(second, why):
    first = {"line_id": "A", "description": "ACETONE", "packages": 4, "container_numbers": ["ABCU1234567"], **GROSS}
    same = {**first, "line_id": "B", "description": "ACETONE PURE"}
    assert masses(movements(first, same)) == [("A", Decimal(100)), ("B", Decimal(0))]
    found = dict(masses(movements(first, {**same, **second})))
    assert found["B"] == second.get("substance_mass_kg", 100), why


def test_the_mass_of_a_bill_stands_on_its_first_line_of_each_substance():
    found = movements(
        {"line_id": "A", "description": "TOLUENE", "substance_id": "toluene", **GROSS},
        {"line_id": "B", "description": "ACETONE", **GROSS},
        {"line_id": "C", "description": "ACETONE PURE", **GROSS},
        {"line_id": "D", "description": "TOLUENE PURE", "substance_id": "toluene", **GROSS},
    )
    assert masses(found) == [("A", Decimal(100)), ("B", Decimal(100)), ("C", Decimal(0)), ("D", Decimal(0))]


@pytest.mark.parametrize(
    ("cancelled", "original", "stands"),
    [
        (None, None, False),
        ("1", None, False),
        ("1", "1", False),
        ("1", "1.5", True),
        ("2", "10", True),
        ("10", "2", False),
        ("inf", "1", True),
        ("two", "0", False),
        ("two", "1", True),
        ("-1", None, True),
    ],
)
def test_a_cancellation_takes_back_what_is_of_no_higher_version(cancelled, original, stands):
    found = movements(
        {"line_id": "A", "movement_key": "k", "version": original},
        {"line_id": "B", "movement_key": "k", "version": cancelled, "message_function": "cancellation", "substance_id": None},
    )
    assert masses(found) == ([("A", Decimal(100))] if stands else [])
    assert "cancellation-waiting" not in found.issues.column("code").to_pylist()


def test_the_highest_cancellation_counts_and_only_for_its_own_key():
    found = movements(
        {"line_id": "A", "movement_key": "k", "version": "2"},
        {"line_id": "B", "movement_key": "k", "version": "1", "message_function": "cancellation", "substance_id": None},
        {"line_id": "C", "movement_key": "k", "version": "3", "message_function": "cancellation", "substance_id": None},
        {"line_id": "D", "movement_key": "j", "version": "1"},
        {"line_id": "E", "movement_key": "i", "message_function": "cancellation"},
    )
    assert masses(found) == [("D", Decimal(100))]
    assert doubts(found) == [("cancellation-waiting", "E")]


@pytest.mark.parametrize(
    ("versions", "last"),
    [(("2", "10"), "B"), (("10", "2"), "A"), (("3", "3"), "B"), ((None, None), "B"), (("1", None), "A")],
)
def test_the_replacement_of_the_highest_version_stands_then_the_one_by_hash(versions, last):
    first, second = versions
    found = movements(
        {"line_id": "A", "movement_key": "k", "version": first, "message_function": "replacement"},
        {"line_id": "B", "movement_key": "k", "version": second, "message_function": "replacement"},
        {"line_id": "C", "movement_key": "k"},
    )
    assert [line for line, _ in masses(found)] == [last]
    assert doubts(found) == []
    assert found.obsolete.to_pylist() == sorted({"A", "B", "C"} - {last})


def test_versions_count_and_not_what_the_message_calls_itself():
    rows = [
        {"line_id": "A", "movement_key": "k", "version": "3"},
        {"line_id": "B", "movement_key": "k", "version": "2", "message_function": "replacement"},
        {"line_id": "C", "movement_key": "k", "version": "1"},
    ]
    for order in itertools.permutations(rows):
        found = movements(*order)
        assert [line for line, _ in masses(found)] == ["A"]
        assert (len(doubts(found)), found.obsolete.to_pylist()) == (0, ["B", "C"])


def test_two_originals_of_the_last_version_contradict_each_other_and_those_before_do_not_matter():
    found = movements(
        {"line_id": "A", "movement_key": "k", "version": "2"},
        {"line_id": "B", "movement_key": "k", "version": "2"},
        {"line_id": "C", "movement_key": "k", "version": "1"},
    )
    assert [line for line, _ in masses(found)] == ["A", "B"]
    assert (len(doubts(found)), found.obsolete.to_pylist()) == (2, ["C"])


def test_a_replacement_without_a_substance_takes_the_place_of_one_with_it():
    found = movements(
        {"line_id": "A", "movement_key": "k"},
        {"line_id": "B", "movement_key": "k", "message_function": "replacement", "substance_id": None},
    )
    assert [line for line, _ in masses(found)] == ["B"]
    assert found.obsolete.to_pylist() == ["A"]


def test_one_line_sent_twice_is_one_movement_and_no_contradiction():
    found = movements({"line_id": "A", "movement_key": "k"}, {"line_id": "A", "movement_key": "k"})
    assert masses(found) == [("A", Decimal(100))]
    assert found.issues.num_rows == 0


@pytest.mark.parametrize(
    ("day", "one_cargo"),
    [(date(2026, 5, 30), True), (date(2026, 5, 31), False), (date(2025, 12, 1), True), (date(2025, 11, 30), False)],
)
def test_a_number_is_the_same_cargos_within_ninety_days_either_way(day, one_cargo):
    house = {"line_id": "H", "house_bill_of_lading": "H1"}
    found = linked(house, {"line_id": "D", "declaration_id": "D1", "house_bill_of_lading": "H1", "as_of_date": day})
    assert [counts for _, _, counts in found] == [True, not one_cargo]


@pytest.mark.parametrize(("kg", "counts"), [("94.999998", True), ("95", False), ("100", False), ("2000", False), ("0", True)])
def test_a_bill_counts_as_well_where_less_than_ninety_five_in_a_hundred_is_declared(kg, counts):
    bill = {"line_id": "B", "bill_of_lading": "B1", "substance_mass_kg": Decimal(100)}
    above = {"line_id": "D", "declaration_id": "D1", "bill_of_lading": "B1", "substance_mass_kg": Decimal(kg)}
    assert linked(bill, above)[0][2] is counts
    halves = [{**above, "line_id": n, "declaration_id": n, "substance_mass_kg": Decimal(kg) / 2} for n in ("D1", "D2")]
    assert linked(bill, *halves)[0][2] is counts


def test_masses_of_one_rank_add_up_and_those_of_two_ranks_do_not():
    bill = {"line_id": "B", "bill_of_lading": "B1", "substance_mass_kg": Decimal(100)}
    house = {"line_id": "H", "house_bill_of_lading": "H1", "bill_of_lading": "B1", "substance_mass_kg": Decimal(60)}
    declaration = {"line_id": "D", "declaration_id": "D1", "bill_of_lading": "B1", "substance_mass_kg": Decimal(60)}
    assert linked(bill, house, declaration)[0][2] is True
    assert linked(bill, {**house, "substance_mass_kg": Decimal(95)}, declaration)[0][2] is False
    assert linked(bill, house, {**declaration, "substance_mass_kg": Decimal(95)})[0][2] is False


def test_a_bill_that_states_no_mass_hides_behind_any_declaration():
    found = linked({"line_id": "B", "bill_of_lading": "B1"}, {"line_id": "D", "declaration_id": "D1", "bill_of_lading": "B1"})
    assert found == [("B", "3::D1", False), ("D", "3::D1", True)]


@pytest.mark.parametrize(
    ("left", "right", "one_cargo"), [("ONE", "ONE", True), ("ONE", "TWO", False), (None, "TWO", True), ("ONE", None, True)]
)
def test_an_issuer_that_is_not_stated_may_be_any(left, right, one_cargo):
    bill = {"line_id": "B", "bill_of_lading": "B1", "bill_issuer": left}
    found = linked(bill, {"line_id": "H", "house_bill_of_lading": "H1", "bill_of_lading": "B1", "bill_issuer": right})
    assert [counts for _, _, counts in found] == [not one_cargo, True]


@pytest.mark.parametrize(("number", "one_cargo"), [("B1", True), ("000", False), ("N/A", False)])
def test_a_number_without_a_figure_links_nothing(number, one_cargo):
    found = linked({"line_id": "B", "bill_of_lading": number}, {"line_id": "D", "declaration_id": "D1", "bill_of_lading": number})
    assert [counts for _, _, counts in found] == [not one_cargo, True]


def test_documents_of_one_rank_do_not_hide_each_other():
    found = linked(
        {"line_id": "A", "house_bill_of_lading": "X1", "bill_of_lading": "X2"},
        {"line_id": "B", "house_bill_of_lading": "X2", "bill_of_lading": "X3"},
    )
    assert [counts for _, _, counts in found] == [True, True]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ({"declaration_id": "N7", "house_bill_of_lading": "N7"}, {"house_bill_of_lading": "N7"}),
        ({"declaration_id": "N7", "bill_of_lading": "N7"}, {"bill_of_lading": "N7"}),
        ({"house_bill_of_lading": "N7", "bill_of_lading": "N7"}, {"bill_of_lading": "N7"}),
    ],
)
def test_one_number_filed_under_two_names_says_nothing_of_another_document(upper, lower):
    assert [counts for _, _, counts in linked({"line_id": "A", **upper}, {"line_id": "B", **lower})] == [True, True]
    other = {**upper, "master_bill_of_lading": "M1"}
    found = linked({"line_id": "A", **other}, {"line_id": "B", "bill_of_lading": "M1"})
    assert [counts for _, _, counts in found] == [True, False]
