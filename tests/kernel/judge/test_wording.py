"""What a rule says of a row: texts of values, of thresholds, of what matched; what is unknown is never a value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.schema import BY_NAME
from precursor_screen.kernel.judge.flag_rows import LONGEST, NOT_STATED, Wording, number_text
from precursor_screen.rulebook.compile import compile_rule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.expression import Apply, Field, Literal, Operator, Text
from tests.examples import examples
from tests.rulebook.rules import LISTS, make_rule

CONTROLS = [{"instrument": "UN1988", "schedule": "I"}, {"instrument": "EU", "schedule": "2B"}]


def telling(**columns: list[object]) -> Wording:
    table = pa.table({name: pa.array(values, BY_NAME[name].arrow) for name, values in columns.items()})
    return Wording(Rows(table, pa.nulls(table.num_rows, pa.int32()), pa.array([None], pa.list_(pa.string()))))


def said(explain: str, subject: str = "substance", **columns: list[object]) -> list[str | None]:
    compiled = compile_rule(make_rule("a: {hs6: x}\n  condition: a", explain=explain, subject=subject), LISTS)
    return list(telling(**columns).texts(compiled.sentence))


@pytest.mark.parametrize(
    ("column", "value", "written", "shown"),
    [
        ("gross_mass_kg", Decimal("1200.500000"), "1200.5", "1200.5"),
        ("gross_mass_kg", Decimal("-0.100000"), "-0.1", "-0.1"),
        ("gross_mass_kg", Decimal("999999999999.000001"), "999999999999.000001", "999999999999.000001"),
        ("gross_mass_kg", Decimal(0), "0", "0"),
        ("packages", 1000, "1000", "1000"),
        ("match_score", 99.96, "100.0", "100.0"),
        ("as_of_date", "2026-03-01", "2026-03-01", "2026-03-01"),
        ("listing_known", False, "false", "false"),
        ("container_numbers", ["A", None, "B"], "A, B", "A, B"),
        ("container_numbers", [], "", "none"),
        ("control", CONTROLS, "UN1988 I, EU 2B", "UN1988 I, EU 2B"),
        ("control", [], "", "none"),
        ("description", "", "", ""),
        ("description", "x" * LONGEST, "x" * LONGEST, "x" * LONGEST),
        ("description", "x" * (LONGEST + 1), "x" * (LONGEST + 1), "x" * (LONGEST - 3) + "..."),
        ("threshold_source", "x" * 600, "x" * 600, "x" * 600),
        ("container_numbers", ["x" * 200], "x" * 200, "x" * (LONGEST - 3) + "..."),
    ],
)
def test_a_value_stands_whole_in_the_evidence_and_short_in_the_sentence(column, value, written, shown):
    one = telling(**{column: [date.fromisoformat(value) if column == "as_of_date" else value, None]})
    assert one.texts(Text(Field(column))) == [written, None]
    assert one.texts(Text(Field(column), shown=True)) == [shown, NOT_STATED]


@pytest.mark.parametrize(
    ("share", "shown"),
    [("0.5", "50"), ("0.0005", "0.1"), ("0.00049", "0"), ("1", "100"), ("-0.255", "-25.5"), (None, NOT_STATED)],
)
def test_a_share_has_one_place_at_most(share, shown):
    assert said("{gross_mass_kg:%}", gross_mass_kg=[share and Decimal(share)]) == [shown]


@pytest.mark.parametrize(
    ("method", "text", "shown"),
    [
        ("un_number", "UN 1715", "UN number 1715"),
        ("un_number", "none", "UN number none"),
        ("hs", "2915.24", "HS code 2915.24"),
        ("cas", "CAS No. 108-24-7", "CAS number 108-24-7"),
        ("ec_number", "EC 203-564-8", "EC number 203-564-8"),
        ("cus", "CUS 0012345-6", "CUS code 0012345-6"),
        ("name", "ACETIC ANHYDRIDE", "the name ACETIC ANHYDRIDE"),
        (None, "ACETONE", "the name ACETONE"),
        ("cas", None, "CAS number not stated"),
    ],
)
def test_what_matched_is_called_by_its_kind(method, text, shown):
    assert said("{matched_text:said}", matched_text=[text], match_method=[method]) == [shown]


@pytest.mark.parametrize(
    ("limit", "regulated", "shown"),
    [
        (0, 0, "any quantity counts"),
        (100, 100, "the threshold is 100 kg"),
        (100, None, "the threshold is 100 kg"),
        (100, Decimal("100.000001"), "more than 100 kg counts"),
        (None, None, "the threshold is not stated"),
    ],
)
@pytest.mark.parametrize("name", ["threshold_kg", "regulated_kg"])
def test_a_threshold_is_said_as_the_law_counts(name, limit, regulated, shown):
    assert said(f"{{{name}:limit}}", threshold_kg=[limit], regulated_kg=[regulated]) == [shown]


def test_names_of_columns_are_said_in_words():
    assert said("{party_role}", "party", party_role=["notify_party", None]) == ["notify party", NOT_STATED]


def test_a_clause_is_said_only_where_all_its_fields_are_known():
    columns = {"vessel": ["A", "A", None, " "], "packages": [1, None, 1, 1]}
    assert said("x[, {vessel} of {packages}]", **columns) == ["x, A of 1", "x", "x", "x"]


def test_a_text_with_an_unknown_part_is_unknown():
    one = telling(vessel=["A", None])
    assert one.texts(Apply(Operator.JOINED, (Literal("on "), Text(Field("vessel"))))) == ["on A", None]
    assert one.texts(Apply(Operator.WORDS, (Text(Field("vessel")),))) == ["A", None]


def test_a_node_that_is_not_a_text_is_refused():
    with pytest.raises(TypeError, match="is not a text"):
        telling(vessel=["A"]).texts(Field("vessel"))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**11), max_value=10**11))
@examples(50, 1000)
def test_a_number_keeps_its_value_and_has_no_idle_zeros(value):
    text = number_text(value)
    assert Decimal(text) == value
    assert "e" not in text.lower()
    assert not ("." in text and text.endswith(("0", ".")))
