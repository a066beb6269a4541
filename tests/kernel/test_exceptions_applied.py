"""Which flags an exception in force covers: day by day, key by key, party by party."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.app.rulecheck.inline_tests import resolved_from_rows
from precursor_screen.core.schema import FLAG, ROLES
from precursor_screen.kernel.exceptions import ExceptionsResult, apply_exceptions
from precursor_screen.rulebook.exceptions import RuleException
from precursor_screen.rulebook.expression import Field, Literal, Operator, apply

DAY = date(2026, 11, 25)
LINE = {"line_id": "A", "consignor_key": "norwood", "consignee_key": "acme", "notify_party_key": "steady", "gross_mass_kg": 50}
ONE_DAY = timedelta(days=1)
HEAVY = apply(Operator.GT, Field("gross_mass_kg"), Literal(100))
NOT_LIGHT = apply(Operator.GT, Field("gross_mass_kg"), Literal(10))


def flag(flag_id: str = "f", rule_id: str = "R1", **other: Any) -> dict[str, Any]:
    return {"flag_id": flag_id, "rule_id": rule_id, "line_id": "A", "state": "new", "source_file": "m", "source_row": 1, **other}


def exception(name: str = "EX", **other: Any) -> RuleException:
    plain: dict[str, Any] = {
        "flag": "", "party": "", "party_key": "", "rules": (), "when": None,
        "reason": "audited", "author": "me", "since": DAY, "until": DAY,
    }  # fmt: skip
    return RuleException(id=name, **{**plain, **other})


def applied(flags: list[dict[str, Any]], *exceptions: RuleException, as_of: date = DAY, **line: Any) -> ExceptionsResult:
    resolved = resolved_from_rows([{**LINE, **line}, {"line_id": "B", "gross_mass_kg": 500}], "line")
    return apply_exceptions(pa.Table.from_pylist(flags, schema=FLAG), resolved, exceptions, as_of)


def covered(flags: list[dict[str, Any]], *exceptions: RuleException, **line: Any) -> list[str]:
    found = applied(flags, *exceptions, **line)
    marked = [f["flag_id"] for f in found.flags.to_pylist() if f["state"] == "suppressed"]
    assert sorted(marked) == sorted(found.suppressed.column("flag_id").to_pylist())
    assert found.flags.num_rows == len(flags)
    return sorted(marked)


@pytest.mark.parametrize(
    ("since", "until", "covers", "expired", "unused"),
    [
        (DAY, DAY, True, False, False),
        (DAY - ONE_DAY, DAY + ONE_DAY, True, False, False),
        (DAY + ONE_DAY, DAY + ONE_DAY, False, False, False),
        (DAY - ONE_DAY, DAY - ONE_DAY, False, True, False),
    ],
)
def test_an_exception_is_in_force_from_its_first_day_to_its_last(since, until, covers, expired, unused):
    found = applied([flag()], exception(rules=("R1",), since=since, until=until))
    assert found.flags.column("state").to_pylist() == ["suppressed" if covers else "new"]
    assert (found.expired, found.unused) == (("EX",) if expired else (), ("EX",) if unused else ())


@pytest.mark.parametrize(
    ("keys", "covers"),
    [
        ({"rules": ("R1",)}, ["f", "h"]),
        ({"rules": ("R1", "R2")}, ["f", "g", "h"]),
        ({"rules": ("R3",)}, []),
        ({"flag": "g"}, ["g"]),
        ({"flag": "x"}, []),
        ({"when": HEAVY}, ["h"]),
        ({"when": NOT_LIGHT}, ["f", "g", "h"]),
        ({"when": apply(Operator.EQ, Field("marks"), Literal("1"))}, []),
        ({"rules": ("R2",), "when": HEAVY}, []),
        ({"rules": ("R2",), "flag": "f"}, []),
        ({"rules": ("R1",), "party_key": "acme"}, ["f"]),
    ],
)  # fmt: skip
def test_all_that_an_exception_says_must_hold(keys, covers):
    flags = [flag("f", "R1"), flag("g", "R2"), flag("h", "R1", line_id="B")]
    assert covered(flags, exception(**keys)) == covers


def test_the_reason_of_the_first_exception_is_given_and_all_that_cover_count_as_used():
    found = applied(
        [flag()], exception("E1", rules=("R1",), reason="one"), exception("E2", flag="f"), exception("E3", rules=("R9",))
    )
    assert [(s["by"], s["reason"], s["until"]) for s in found.suppressed.to_pylist()] == [("exception E1", "one (me)", DAY)]
    assert found.unused == ("E3",)


def test_without_flags_every_exception_in_force_is_unused():
    found = applied([], exception("E1", rules=("R1",)), exception("E2", flag="f", until=DAY - ONE_DAY, since=DAY - ONE_DAY))
    assert (found.unused, found.expired, found.suppressed.num_rows) == (("E1",), ("E2",), 0)
    assert applied([flag()]).flags.column("state").to_pylist() == ["new"]


@pytest.mark.parametrize("role", ROLES)
def test_a_flag_about_a_party_is_covered_in_the_role_of_that_party_only(role):
    held = exception(party_key="borealis")
    flags = [flag(other, party_role=other) for other in ROLES]
    assert covered(flags, held, **{f"{role}_key": "borealis"}) == [role]
    assert covered(flags, held) == []


@pytest.mark.parametrize(("role", "covers"), [(r, r != "notify_party") for r in ROLES])
def test_a_flag_about_the_goods_is_covered_where_the_party_trades_in_them(role, covers):
    assert covered([flag()], exception(party_key="borealis"), **{f"{role}_key": "borealis"}) == (["f"] if covers else [])
