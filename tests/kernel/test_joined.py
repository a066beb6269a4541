"""What is gathered of a run: flags without those taken back, sums of what could not be judged, shipments that could not be screened."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace

from precursor_screen.core.history_seam import COUNTED_LINES
from precursor_screen.core.schema import (
    BY_NAME,
    FLAG,
    ISSUE,
    MOVEMENT,
    PARTY_MATCH,
    PARTY_MENTION,
    SUBSTANCE,
    SUBSTANCE_MATCH,
    SUPPRESSED,
    UNJUDGED,
    arrow_schema,
)
from precursor_screen.kernel.judge.flag import HELD, sort_flags
from precursor_screen.kernel.judge.windows.judge import Judgement
from precursor_screen.kernel.match import Matches
from precursor_screen.kernel.movements import LINE_MOVEMENT, MovementsResult
from precursor_screen.kernel.part import Part, judge_part, merge_parts
from precursor_screen.kernel.resolve.distinct import COLUMNS_OF, LINE_NO, Resolved
from precursor_screen.kernel.screen import NoHistory, RaiseResult, build_result, raise_flags
from precursor_screen.kernel.shipment_order import lines_by_shipment
from precursor_screen.kernel.unscreenable import NUMBERED_ISSUE
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.exceptions import RuleException

RULES = tuple(
    SimpleNamespace(rule=SimpleNamespace(id=i, scope=s, tags=()), window=None) for i, s in (("R1", "line"), ("R2", "history"))
)
EMPTY = pa.table({LINE_NO: pa.array([], pa.int64())})
NO_SUBSTANCES = arrow_schema(COLUMNS_OF[SUBSTANCE]).insert(0, pa.field(LINE_NO, pa.int64())).empty_table()
INPUTS = pa.table({"input_id": ["i"], "supplied_fields": [["description"]]})
TEXT = pa.string()


def flag(flag_id: str, line: str = "A", rule: str = "R1", row: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "flag_id": flag_id,
        "line_id": line,
        "rule_id": rule,
        "source_file": "m",
        "source_row": row,
        "state": "new",
        "shipment_id": f"S{line}",
        **more,
    }


def unjudged(rule: str, field: str, shipment: str | None, count: int) -> dict[str, Any]:
    return {"rule_id": rule, "field": field, "shipment_id": shipment, "count": count}


def part(
    lines: str = "AB",
    flags: list[dict[str, Any]] | None = None,
    missing: list[dict[str, Any]] | None = None,
    *,
    first: int = 0,
    issues: list[dict[str, Any]] | None = None,
) -> Part:
    numbers = pa.array(range(first, first + len(lines)), pa.int64())
    keys = {
        n: pa.array([f"{p}{c}" for c in lines], TEXT) for n, p in (("line_id", ""), ("movement_key", "k"), ("shipment_id", "S"))
    }
    seen = pa.table({LINE_NO: numbers, **keys})
    return Part(
        seen, Resolved(seen, NO_SUBSTANCES, EMPTY, INPUTS), pa.Table.from_pylist(flags or [], schema=FLAG), pa.Table.from_pylist(missing or [], schema=UNJUDGED),
        LINE_MOVEMENT.empty_table(), pa.Table.from_pylist(issues or [], schema=NUMBERED_ISSUE), len(lines),
        pa.Table.from_pylist([{}] * len(lines), schema=COUNTED_LINES), HELD.empty_table(), lines_by_shipment(seen),
    )  # fmt: skip


def movements(*fallen: str) -> MovementsResult:
    return MovementsResult(MOVEMENT.empty_table(), ISSUE.empty_table(), pa.array(fallen, pa.string()))


NOTHING = Judgement(FLAG.empty_table(), UNJUDGED.empty_table())
REFERENCE: Any = SimpleNamespace(rules=RULES, substances=SimpleNamespace(substances=()), watchlists=(), tiers=())


def raised(
    mine: Part, taken_back: tuple[str, ...] = (), by_shipment: Judgement = NOTHING, by_window: Judgement = NOTHING
) -> RaiseResult:
    return raise_flags(mine, movements(*taken_back), by_shipment, by_window, REFERENCE)


def ids(table: pa.Table) -> list[str]:
    return list(table.column("flag_id").to_pylist())


def test_flags_of_rows_on_a_movement_that_is_taken_back_fall_away():
    flags = [flag("a"), flag("b", "B")]
    by_shipment = Judgement(pa.Table.from_pylist([flag("d", "B")], schema=FLAG), UNJUDGED.empty_table())  # of what stands
    by_window = Judgement(pa.Table.from_pylist([flag("e", rule="R2")], schema=FLAG), UNJUDGED.empty_table())
    assert ids(raised(part(flags=flags), (), by_shipment, by_window).flags) == ["a", "b", "d", "e"]
    found = raised(part(flags=flags), ("A", "Z"), by_shipment, by_window)
    assert ids(found.flags) == ["b", "d", "e"]
    assert found.judged.lines.column("line_id").to_pylist() == ["B"]


def test_what_could_not_be_judged_is_summed_by_rule_field_and_shipment():
    mine = part(missing=[unjudged("R1", "x", "S", 1), unjudged("R1", "x", None, 5), unjudged("R1", "x", "S", 2)])
    others = Judgement(
        FLAG.empty_table(), pa.Table.from_pylist([unjudged("R1", "w", "S", 4), unjudged("R1", "x", "S", 8)], schema=UNJUDGED)
    )
    window = Judgement(FLAG.empty_table(), pa.Table.from_pylist([unjudged("R0", "x", "S", 1)], schema=UNJUDGED))
    found = raised(mine, (), others, window)
    assert found.unjudged.schema == UNJUDGED
    assert [tuple(r[n] for n in ("rule_id", "field", "shipment_id", "count")) for r in found.unjudged.to_pylist()] == [
        ("R0", "x", "S", 1), ("R1", "w", "S", 4), ("R1", "x", "S", 11), ("R1", "x", None, 5),
    ]  # fmt: skip
    assert found.judged.not_evaluable.rules == {"R0", "R1"}
    assert found.judged.scopes == {"R1": "line", "R2": "history"}
    assert found.judged.lines.column_names == ["line_id", "movement_key", "shipment_id"]


def test_flags_are_in_their_fixed_order():
    made = [flag("d", row=2), flag("c", rule="R2", row=1), flag("b", row=1), flag("a", row=1), flag("z", source_file="l", row=9)]
    assert ids(sort_flags(pa.Table.from_pylist(made, schema=FLAG))) == ["z", "a", "b", "c", "d"]


@pytest.fixture(scope="module")
def bare(reference: Reference) -> Reference:
    return replace(reference, rules=(), exceptions=(), registers={})


def finished(reference: Reference, mine: Part, flags: list[dict[str, Any]], **more: Any) -> Any:
    found = raised(replace(mine, flags=pa.Table.from_pylist(flags, schema=FLAG)))
    compared = replace(NoHistory().compare_flags(found.flags, found.judged), **more)
    return build_result(found, compared, reference, MOVEMENT.empty_table())


SHOWN = {"level": "high", "family": "chemical", "weight": 5, "confidence": "high", "window_line_ids": []}


def test_what_is_carried_over_or_resolved_stands_with_the_rest_and_only_open_flags_score(bare):
    gone = pa.Table.from_pylist([flag("g", state="resolved", row=9, **SHOWN)], schema=FLAG)
    kept = pa.Table.from_pylist([flag("c", state="existing", row=5, **SHOWN)], schema=FLAG)
    cleared = pa.Table.from_pylist([{"flag_id": "x", "by": "N", "reason": "r", "until": None}], schema=SUPPRESSED)
    found = finished(bare, part(), [flag("a", "B", **SHOWN)], carried=kept, resolved=gone, suppressed=cleared)
    assert [(f["flag_id"], f["state"]) for f in found.flags.to_pylist()] == [("a", "new"), ("c", "existing"), ("g", "resolved")]
    assert found.suppressed.column("by").to_pylist() == ["N"]
    scores = {s["shipment_id"]: s["score"] for s in found.shipments.to_pylist()}
    assert scores["SA"] == scores["SB"] == 5
    alone = finished(bare, part(), [], resolved=gone)
    assert {s["score"] for s in alone.shipments.to_pylist()} == {0}


def test_an_exception_suppresses_and_one_without_effect_is_unused(bare):
    days = (date(2020, 1, 1), date(2030, 1, 1))
    held = tuple(RuleException(i, "", "", "", (rule,), None, "known", "me", *days) for i, rule in (("E1", "R1"), ("E2", "R9")))
    lines = part()
    noted = Resolved(lines.lines.append_column("input_id", pa.array(["i", "i"])), NO_SUBSTANCES, EMPTY, INPUTS)
    found = finished(replace(bare, exceptions=held), replace(lines, relevant=noted), [flag("a", **SHOWN)])
    assert found.flags.column("state").to_pylist() == ["suppressed"]
    assert (found.unused_exceptions, found.expired_exceptions) == (("E2",), ())
    assert {s["score"] for s in found.shipments.to_pylist()} == {0}


@pytest.mark.parametrize(
    ("watchlists", "wanted", "about", "unscreened"),
    [
        (True, True, [], []),
        (True, True, ["B"], ["SB"]),
        (True, True, [None], []),
        (False, True, [], ["SA", "SB"]),
        (False, False, [], []),
        (False, False, ["A"], ["SA"]),
    ],
)
def test_a_shipment_has_no_band_where_a_line_or_all_parties_went_unscreened(bare, watchlists, wanted, about, unscreened):
    reference = replace(bare, watchlists=bare.watchlists if watchlists else (), parties_wanted=wanted)
    issues = [{"code": "vague-description", "field": "description", "line_id": i, "count": 1, LINE_NO: 0} for i in about]
    found = finished(reference, part(issues=issues), [])
    assert [s["shipment_id"] for s in found.shipments.to_pylist() if s["band"] is None] == unscreened
    assert found.unscreened_lines == len(about)
    said = [(i["code"], i["count"]) for i in found.issues.to_pylist()]
    assert (("no-watchlist", 2) in said) is (not watchlists and wanted)
    assert found.issues.schema == ISSUE


def test_parts_are_joined_in_the_order_of_the_run_and_one_is_itself():
    one, other = part("AB", [flag("a")], first=2), part("CD", [flag("c", "C")])
    assert merge_parts([one]) is one
    for order in ([one, other], [other, one]):
        whole = merge_parts(order)
        assert whole.lines.column("line_id").to_pylist() == ["C", "D", "A", "B"]
        assert whole.relevant.lines.column(LINE_NO).to_pylist() == [0, 1, 2, 3]
        assert whole.relevant.inputs.to_pylist() == INPUTS.to_pylist()
        assert whole.party_cells == 4
        assert sorted(ids(whole.flags)) == ["a", "c"]


def lines_of(*descriptions: str) -> pa.Table:
    rows = [
        {
            "line_id": f"L{n}",
            "movement_key": f"k{n}",
            "shipment_id": f"S{n}",
            "source_file": "m",
            "source_row": n,
            "input_id": "i",
            "description": d,
            "hs_code": "690721",
        }
        for n, d in enumerate(descriptions)
    ]
    return pa.table({n: pa.array([r[n] for r in rows], BY_NAME[n].arrow) for n in rows[0]})


@pytest.mark.parametrize(("every_line", "noted"), [(True, ["L0", "L1"]), (False, ["L1"])])
def test_a_part_notes_the_lines_in_which_something_was_recognised_or_all(bare, every_line, noted):
    match = {
        "field": "description",
        "value": "ACETONE",
        "substance_id": "acetone",
        "method": "name",
        "strength": "strong",
        "form": "substance",
        "matched": "ACETONE",
    }
    matches = Matches(
        pa.Table.from_pylist([match], schema=SUBSTANCE_MATCH), PARTY_MATCH.empty_table(), PARTY_MENTION.empty_table(), ()
    )
    given = lines_of("TILES", "ACETONE")
    alone = judge_part(given, INPUTS, matches, bare, every_line=every_line)
    assert alone.relevant.lines.column("line_id").to_pylist() == noted
    assert alone.lines.column(LINE_NO).to_pylist() == [0, 1]
    cut = judge_part(given.append_column(LINE_NO, pa.array([7, 3])), INPUTS, matches, bare, every_line=every_line)
    assert cut.lines.column(LINE_NO).to_pylist() == [7, 3]
    assert cut.relevant.substances.column(LINE_NO).to_pylist() == [3]
    assert cut.movements.column(LINE_NO).to_pylist() == [3]
    vague = judge_part(
        lines_of("TILES", "").set_column(7, "hs_code", pa.array([None, None], TEXT)).append_column(LINE_NO, pa.array([7, 3])),
        INPUTS,
        matches,
        bare,
    )
    assert vague.issues.column(LINE_NO).to_pylist() == [3]
