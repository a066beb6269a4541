"""Matches to candidates: which signal stands for a substance, how strong several are together, and what the line says by all of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.core.model import Control, HsCode, Substance
from precursor_screen.core.schema import BY_NAME, PARTY_MATCH, PARTY_MENTION, SUBSTANCE_MATCH
from precursor_screen.kernel.match import Matches
from precursor_screen.kernel.resolve.resolve import resolve
from precursor_screen.kernel.resolve.substances import substance_table
from precursor_screen.reference.bundle import Reference
from tests.conftest import AS_OF


def substance(substance_id: str, *controls: tuple[str, str], own: tuple[str, ...] = (), **more: Any) -> Substance:
    plain: dict[str, Any] = {
        "name": substance_id.title(), "names": (), "cas_numbers": (), "cus_codes": (), "un_numbers": (), "danger_class": "", "covers_salts": False,
        "covers_isomers": False, "parent_substance_id": "", "family": "", "route_groups": (), "density_kg_per_l": None, "formula": "", "smiles": "", "notes": "",
    }  # fmt: skip
    listed = tuple(
        Control(instrument=i, schedule=s, since=None, until=None, scope="", source="s", verified=True) for i, s in controls
    )
    codes = tuple(HsCode(code, 2017, None, True) for code in own)
    return Substance(substance_id, controls=listed, hs_codes=codes, **{**plain, **more})


SUBSTANCES = (
    substance(
        "zorvane", ("UN1988", "II"), own=("291411", "290911"), route_groups=("b", "a"), un_numbers=("1090",), danger_class="3"
    ),
    substance("miragol", ("US", "I"), family="mirages", parent_substance_id="zorvane", route_groups=("a", "c")),
    substance("ferulin"),
)


@pytest.fixture(scope="module")
def small(reference: Reference) -> Reference:
    """Three substances of our own, nothing else to compare with."""
    table = replace(reference.substances, substances=SUBSTANCES)
    return replace(
        reference, substances=table, thresholds=(), watchlists=(), registers={}, rules=(), tiers=("convention", "national")
    )


def match(
    field: str, value: str, substance_id: str, method: str = "name", strength: str = "strong", **more: Any
) -> dict[str, Any]:
    plain = {
        "form": "substance",
        "matched": value,
        "start": 0,
        "end": len(value),
        "compared_as": value,
        "score": 1.0,
        "name": value,
        "name_verified": True,
    }
    return {
        **plain,
        "field": field,
        "value": value,
        "substance_id": substance_id,
        "method": method,
        "strength": strength,
        "suppressed": None,
        **more,
    }


def judged(
    reference: Reference, lines: list[dict[str, Any]], *matches: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    base = {"source_file": "m", "input_id": "i", "shipment_id": "S", "movement_key": "k"}
    made = [{**base, "line_id": f"L{n}", "source_row": n, **line} for n, line in enumerate(lines, 1)]
    names = list(dict.fromkeys(name for line in made for name in line))
    table = pa.table([pa.array([line.get(n) for line in made], type=BY_NAME[n].arrow) for n in names], names=names)
    inputs = pa.table({"input_id": ["i"], "supplied_fields": [names]})
    found = resolve(
        table,
        inputs,
        Matches(
            pa.Table.from_pylist(list(matches), schema=SUBSTANCE_MATCH),
            PARTY_MATCH.empty_table(),
            PARTY_MENTION.empty_table(),
            (),
        ),
        reference,
    )
    return found.lines.to_pylist(), found.substances.to_pylist()


NAMED = match("description", "goods", "zorvane")
GOODS = {"description": "goods", "hs_code": "29141100"}


@pytest.mark.parametrize(
    ("matches", "method", "strength", "methods"),
    [
        ([NAMED], "name", "strong", ["name"]),
        ([{**NAMED, "strength": "medium"}], "name", "medium", ["name"]),
        ([{**NAMED, "strength": "weak"}, match("hs_code", "29141100", "zorvane", "hs", "weak")], "name", "medium", ["hs", "name"]),
        ([{**NAMED, "strength": "medium"}, match("hs_code", "29141100", "zorvane", "hs", "weak")], "name", "strong", ["hs", "name"]),
        ([NAMED, match("hs_code", "29141100", "zorvane", "hs")], "name", "strong", ["hs", "name"]),
        ([{**NAMED, "strength": "weak"}, match("hs_code", "29141100", "zorvane", "hs")], "name", "strong", ["hs", "name"]),
        ([{**NAMED, "method": "fuzzy", "strength": "medium"}, {**NAMED, "method": "cas", "strength": "strong"}], "cas", "strong", ["cas", "fuzzy"]),
        ([{**NAMED, "method": "fuzzy"}, {**NAMED, "method": "normalised"}], "normalised", "strong", ["fuzzy", "normalised"]),
        ([NAMED, NAMED], "name", "strong", ["name"]),
        ([match("hs_code", "29141100", "zorvane", "hs", "weak")], "hs", "weak", ["hs"]),
    ],
)  # fmt: skip
def test_the_best_signal_stands_for_a_substance_and_two_kinds_are_worth_a_step_more(small, matches, method, strength, methods):
    for order in (matches, matches[::-1])[: len(matches)]:
        _, (found,) = judged(small, [GOODS], *order)
        assert (found["match_method"], found["match_strength"], found["match_methods"]) == (method, strength, methods)


KG25, KG24 = {"net_mass_kg": Decimal(25)}, {"net_mass_kg": Decimal("24.999")}


@pytest.mark.parametrize(
    ("value", "line", "more", "strength"),
    [
        ("ZV", {}, {}, "weak"),
        ("ZV", {"hs_code": "29141100"}, {}, "medium"),  # where it is classified, be that a basket
        ("ZV 12 new parts", {"hs_code": "29141100"}, {}, "medium"),
        ("ZV", {"hs_code": "29141900"}, {}, "weak"),
        ("ZV", KG25, {}, "medium"),
        ("ZV", KG24, {}, "weak"),
        ("ZV", {"gross_mass_kg": Decimal(25)}, {}, "medium"),
        ("ZV", {"package_type": "Steel Drums"}, {}, "medium"),
        ("ZV", {"package_type": "CARTONS"}, {}, "weak"),
        (" zv. ", KG25, {"matched": "zv"}, "medium"),
        ("ZV plated", KG25, {"matched": "ZV"}, "weak"),  # something else is said, and the recogniser has judged it
        ("ZVX 37 %", KG25, {"matched": "ZVX"}, "medium"),  # a strength says nothing else
        ("ZVX 37", KG24, {"matched": "ZVX"}, "weak"),
        ("ZVX 3", KG25, {"matched": "ZVX"}, "weak"),
        ("ZVX 3700", KG25, {"matched": "ZVX"}, "weak"),
        ("ZV 37", KG25, {"matched": "ZV"}, "weak"),  # two letters and a number are many things
        ("ZV", {**KG25, "hs_code": "2710"}, {}, "medium"),
        ("ZV", {**KG25, "hs_code": "39269097"}, {}, "medium"),
        ("ZV", {**KG25, "hs_code": "26201100"}, {}, "weak"),  # no chapter of chemicals
        ("ZV", {**KG25, "hs_code": "40169300"}, {}, "weak"),
        ("ZV", KG25, {"form": "article"}, "weak"),
        ("ZV", KG25, {"method": "cas"}, "weak"),  # bare numbers are parts' numbers too
        ("ZV", KG25, {"strength": "medium"}, "medium"),
        ("ZV", KG25, {"substance_id": "tetravine"}, "weak"),  # letters of a drug
    ],
)
def test_what_the_other_columns_add_to_a_weak_name(small, value, line, more, strength):
    drug = substance("tetravine", ("UN1971", "I"), ("US", "I"))
    table = replace(small.substances, substances=(*SUBSTANCES, drug))
    goods = match("description", value, **{"substance_id": "zorvane", "strength": "weak", **more})
    _, (found,) = judged(replace(small, substances=table), [{"description": value, **line}], goods)
    assert found["match_strength"] == strength


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"score": 0.9}, {"score": 0.8}),
        ({"start": 0}, {"start": 4}),
        ({"name": "A"}, {"name": "B"}),
        ({"field": "description"}, {"field": "marks"}),
    ],
)
def test_of_equal_signals_the_first_by_score_field_place_and_name_stands(small, better, worse):
    one, other = ({**NAMED, "compared_as": word, **more} for word, more in (("one", better), ("other", worse)))
    for order in ((one, other), (other, one)):
        _, (found,) = judged(small, [{**GOODS, "marks": "goods"}], *order)
        assert found["matched_as"] == "one"


def test_what_is_suppressed_or_of_another_value_is_no_candidate(small):
    assert judged(small, [GOODS], {**NAMED, "suppressed": "denied"}, match("description", "else", "zorvane"))[1] == []
    assert judged(small, [{**GOODS, "marks": "x"}], match("marks", "goods", "zorvane"))[1] == []


def test_a_substance_that_nothing_lists_is_a_candidate_where_it_is_watched(small):
    unlisted = match("description", "goods", "ferulin")
    assert judged(small, [GOODS], unlisted)[1] == []
    _, (found,) = judged(replace(small, tiers=("convention", "surveillance")), [GOODS], unlisted)
    assert (found["tier"], found["control"], found["own_schedules"], found["membership_verified"]) == (
        "surveillance",
        [],
        [],
        None,
    )


def test_a_candidate_says_what_the_table_says(small):
    _, found = judged(small, [GOODS], NAMED, match("description", "goods", "miragol"))
    assert [c["substance_id"] for c in found] == ["miragol", "zorvane"]
    mirage, zorvane = found
    assert (mirage["substance_name"], mirage["parent_substance_id"], mirage["family"], mirage["tier"]) == (
        "Miragol",
        "zorvane",
        "mirages",
        "national",
    )
    assert (zorvane["parent_substance_id"], zorvane["family"], zorvane["tier"]) == (None, None, "convention")
    assert zorvane["control"] == [{"instrument": "UN1988", "schedule": "II"}]
    assert (mirage["own_schedules"], zorvane["own_schedules"]) == (["I"], [])
    assert (zorvane["own_hs6s"], zorvane["own_un_numbers"], zorvane["own_danger_class"]) == (["290911", "291411"], ["1090"], "3")
    assert (mirage["own_danger_class"], mirage["matched_text"], mirage["matched_field"], mirage["matched_name"]) == (
        None,
        "goods",
        "description",
        "goods",
    )


def test_lists_of_codes_and_texts_beside_are_looked_into_each_for_itself(small):
    lines = [
        {"description": "x", "cas_numbers": ["1", "2"], "other_texts": ["wool", "goods"], "other_columns": ["a", "b"]},
        {"description": "x", "cas_numbers": None, "other_texts": None, "other_columns": None},
    ]
    _, found = judged(
        small, lines, match("cas_numbers", "2", "miragol", "cas"), match("other_texts", "goods", "zorvane", strength="medium")
    )
    assert [(c["line_no"], c["substance_id"], c["matched_column"]) for c in found] == [(0, "miragol", None), (0, "zorvane", "b")]


@pytest.mark.parametrize(
    ("hs_code", "matches", "package", "form"),
    [
        ("3003100000", [NAMED], None, "preparation"),
        ("300410", [NAMED], "", "preparation"),
        ("300410", [NAMED], "STEEL DRUMS", "substance"),
        ("300410", [NAMED], "big bag", "substance"),
        ("300410", [NAMED], "DR", "substance"),
        ("300410", [NAMED], "DRAWERS", "preparation"),
        ("300510", [NAMED], None, "substance"),
        ("300410", [{**NAMED, "form": "mixture"}], None, "mixture"),
        ("382200", [{**NAMED, "form": "article"}], None, "article"),
        (None, [{**NAMED, "form": "article"}], None, "article"),
        ("29141100", [{**NAMED, "form": "article"}, match("hs_code", "29141100", "zorvane", "hs")], None, "substance"),
        ("28061000", [{**NAMED, "form": "article"}, match("hs_code", "28061000", "zorvane", "hs")], None, "substance"),
        ("29141100", [{**NAMED, "form": "article", "strength": "medium"}, match("hs_code", "29141100", "zorvane", "hs", "weak")], None, "article"),
        ("29141100", [{**NAMED, "form": "article"}], None, "article"),
        ("32089000", [{**NAMED, "form": "article"}, match("hs_code", "32089000", "zorvane", "hs")], None, "article"),
    ],
)  # fmt: skip
def test_the_code_says_what_the_goods_are_where_it_is_the_chemicals_own(small, hs_code, matches, package, form):
    line = {"description": "goods", "hs_code": hs_code, **({} if package is None else {"package_type": package})}
    _, (found,) = judged(small, [line], *matches)
    assert found["form"] == form


LISTS = (
    "substance_ids",
    "substance_ids_by_cas",
    "substance_ids_by_description",
    "substance_ids_by_hs",
    "substance_hs6s",
    "route_groups",
)


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        ([], ([], [], [], [], [], [])),
        ([NAMED], (["zorvane"], [], ["zorvane"], [], ["290911", "291411"], ["a", "b"])),
        ([match("description", "goods", "miragol", strength="weak")], ([], [], [], [], [], [])),
        ([match("cas_numbers", "1", "zorvane", "cas")], (["zorvane"], ["zorvane"], [], [], [], ["a", "b"])),
        ([match("cas_numbers", "1", "zorvane", "ec_number")], (["zorvane"], ["zorvane"], [], [], [], ["a", "b"])),
        ([match("description", "goods", "zorvane", "cas")], (["zorvane"], ["zorvane"], ["zorvane"], [], ["290911", "291411"], ["a", "b"])),
        ([match("marks", "goods", "zorvane", "fuzzy", "medium")], (["zorvane"], [], ["zorvane"], [], ["290911", "291411"], ["a", "b"])),
        ([match("hs_code", "29141100", "zorvane", "hs")], (["zorvane"], [], [], ["zorvane"], [], ["a", "b"])),
        ([match("hs_code", "29141100", "zorvane", "hs", "weak")], ([], [], [], [], [], [])),
        ([match("hs_code", "29141100", "zorvane", "hs", "medium")], ([], [], [], [], [], [])),
        ([match("other_hs_codes", "290911", "zorvane", "hs")], (["zorvane"], [], [], ["zorvane"], [], ["a", "b"])),
        ([NAMED, match("hs_code", "29141100", "zorvane", "hs")], (["zorvane"], [], ["zorvane"], ["zorvane"], ["290911", "291411"], ["a", "b"])),
        ([NAMED, match("description", "goods", "miragol")], (["miragol", "zorvane"], [], ["miragol", "zorvane"], [], ["290911", "291411"], ["a", "b", "c"])),
    ],
)  # fmt: skip
def test_what_a_line_holds_by_all_of_its_signals(small, matches, expected):
    line = {**GOODS, "marks": "goods", "cas_numbers": ["1"], "other_hs_codes": ["290911"]}
    lines, _ = judged(small, [line, {"description": "wool"}], *matches)
    assert tuple(lines[0][name] for name in LISTS) == expected
    assert tuple(lines[1][name] for name in LISTS) == ([],) * 6


@pytest.mark.parametrize(("recognised", "keys"), [(True, ("acme", "dune road")), (False, (None, None))])
def test_parties_get_keys_where_something_was_recognised(small, recognised, keys):
    line = {"description": "goods", "consignee_name": "ACME LTD", "consignee_address": "Dune Rd", "consignor_name": "tba"}
    lines, _ = judged(small, [line], *([NAMED] if recognised else []))
    assert (lines[0]["consignee_key"], lines[0]["consignee_address_key"]) == keys
    assert lines[0]["consignor_key"] is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme Ltd", "acme"), ("TO ORDER OF ACME", None), ("same as consignee", None), ("UNKNOWN", None), ("To be advised", None), ("As per documents", None),
        ("Various", None), ("Not applicable", None), ("...", None), ("Unknown Pleasures Ltd", "pleasures unknown"), (None, None),
    ],
)  # fmt: skip
def test_who_names_nobody_has_no_key(small, name, key):
    lines, _ = judged(small, [{"description": "goods", "consignee_name": name}], NAMED)
    assert lines[0]["consignee_key"] == key


class Asking:
    """A rule that asks for some columns."""

    def __init__(self, *columns: str) -> None:
        self.columns = frozenset(columns)


@pytest.mark.parametrize(
    ("names", "to_order"),
    [
        (
            ["TO ORDER", "Acme Ltd", None, "a la orden", "Gordon Ltd", "à l'ordre de X", "凑单"],
            [True, False, True, True, False, False, False],
        ),
        (None, [False] * 7),
    ],
)
def test_goods_to_order_are_told_where_a_rule_asks(small, names, to_order):
    asking: Any = replace(small, rules=(Asking("consignee_to_order"),))
    rows = [{"description": "goods", **({} if names is None else {"consignee_name": names[n]})} for n in range(7)]
    lines, _ = judged(asking, rows)
    found = [line["consignee_to_order"] for line in lines]
    assert found[:5] == to_order[:5]
    assert "consignee_to_order" not in judged(small, rows)[0][0]


def test_how_alike_the_two_sides_are_is_worked_out_where_a_substance_is(small):
    asking: Any = replace(small, rules=(Asking("sender_receiver_score"),))
    sides = [
        ("Zorvan Mirage", "Zorvan Mirage Ltd"),
        ("Zorvan Mirage", "Quarndon Wexley"),
        ("Zorvan Mirage", None),
        ("...", "Zorvan"),
        ("Zorvan Mirage", "Zorvan Mirage Ltd"),
    ]
    rows = [
        {"description": "goods" if n < 4 else "wool", "consignor_name": a, "consignee_name": b} for n, (a, b) in enumerate(sides)
    ]
    scores = [line["sender_receiver_score"] for line in judged(asking, rows, NAMED)[0]]
    assert scores[0] > 95 > 40 > scores[1]
    assert scores[2:] == [None, None, None]
    assert judged(asking, [{"description": "goods", "consignor_name": "A"}], NAMED)[0][0].get("sender_receiver_score") is None
    assert "sender_receiver_score" not in judged(small, rows, NAMED)[0][0]


def test_masses_are_those_of_the_candidates_own_line(small):
    lines = [{"description": "goods", "net_mass_kg": Decimal(n)} for n in (1, 2)] + [
        {"description": "wool", "net_mass_kg": Decimal(3)}
    ]
    _, found = judged(small, lines, NAMED, match("description", "wool", "miragol"))
    assert [c["goods_mass_kg"] for c in found] == [1, 2, 3]


def test_the_law_of_the_day_and_the_direction_is_looked_up(small):
    dated = substance("zorvane", ("UN1988", "II"))
    dated = replace(dated, controls=tuple(replace(c, since=date(2026, 3, 2), until=date(2026, 3, 4)) for c in dated.controls))
    reference = replace(small, substances=replace(small.substances, substances=(dated,)))
    lines = [{"description": "goods", "date": date(2026, 3, d)} for d in (1, 2, 3, 4)] + [{"description": "goods"}]
    assert [c["line_no"] for c in judged(reference, lines, NAMED)[1]] == [1, 2]
    assert date(2026, 3, 4) < AS_OF


def test_the_table_of_substances_says_nothing_as_null():
    row = substance_table(SUBSTANCES, {}).to_pylist()[2]
    assert (row["substance_id"], row["substance_name"]) == ("ferulin", "Ferulin")
    assert [row[n] for n in ("parent_substance_id", "family", "own_danger_class", "licit_use", "large_kg")] == [None] * 5
    assert [row[n] for n in ("substance_route_groups", "substance_route_roles", "own_hs6s", "own_un_numbers")] == [[], [], [], []]
    assert substance_table((), {}).num_rows == 0
