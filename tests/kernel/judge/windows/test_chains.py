"""Chains against a plain reading of the same definition, what they cost at parties that trade with many, and what is said of them."""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.app.rulecheck.inline_tests import moves_from_rows
from precursor_screen.core.engine import connect
from precursor_screen.kernel.judge.flag_rows import columns_of_rule
from precursor_screen.kernel.judge.windows.chains import _cycles
from precursor_screen.kernel.judge.windows.history import Relation
from precursor_screen.kernel.judge.windows.judge import flag_movements
from tests.examples import examples
from tests.kernel.judge.windows.test_days import judged
from tests.kernel.judge.windows.test_judge import START, make_rule

GAP = 10
RING = """type: chain
chain: [{{by: receiver_key}}, {{by: sender_key}}]
group-by: [substance_id]
gap: 10d
links: {links}
closes: true
field: substance_mass_kg
tolerance: 0.25
emit: trigger"""
ONWARD = RING.replace("closes: true", "closes: false").replace("{links}", "2")


def move(line: str, day: int, origin: str | None, target: str | None, kg: float | None = 100, **more: Any) -> dict[str, Any]:
    row = {"line_id": line, "as_of_date": START + timedelta(days=day), "substance_id": "s", "substance_mass_kg": kg}
    return {**row, "sender_key": origin, "receiver_key": target, **more}


def follows(one: dict[str, Any], other: dict[str, Any]) -> bool:
    small, large = sorted((one["substance_mass_kg"], other["substance_mass_kg"]))
    days = (other["as_of_date"] - one["as_of_date"]).days
    return (
        one["receiver_key"] == other["sender_key"]
        and one["substance_id"] == other["substance_id"]
        and 0 <= days <= GAP
        and large <= 1.25 * small
    )


def last_of_chains(rows: list[dict[str, Any]], links: int, *, closes: bool) -> set[str]:
    """The lines that end a chain, by trying every order of every few movements."""
    moved = [r for r in rows if r["sender_key"] != r["receiver_key"]]
    found = set()
    for count in range(2, links + 1):
        for some in itertools.permutations(moved, count):
            ends = {r["sender_key"] for r in some}
            if not all(itertools.starmap(follows, itertools.pairwise(some))):
                continue
            if not closes or (len(ends) == count and some[-1]["receiver_key"] == some[0]["sender_key"]):
                found.add(some[-1]["line_id"])
    return found


MOVES = st.lists(
    st.tuples(
        st.integers(0, 25),
        st.sampled_from("abcd"),
        st.sampled_from("abcd"),
        st.sampled_from([80, 100, 125, 126]),
        st.sampled_from("sst"),
    ),
    max_size=9,
)


@pytest.mark.parametrize(("links", "closes"), [(2, True), (3, True), (2, False)])
@examples(9, 100)
@given(several=st.lists(MOVES, min_size=1, max_size=6))
def test_what_ends_a_chain_against_a_plain_reading(links, closes, several):
    """Several histories, each with substances of its own, are judged together: what a judgement costs does not go by its movements."""
    histories = [
        [move(f"L{h}-{n}", d, a, b, kg, substance_id=f"{s}{h}") for n, (d, a, b, kg, s) in enumerate(moves)]
        for h, moves in enumerate(several)
    ]
    rule = make_rule(RING.format(links=links) if closes else ONWARD.format())
    ends = [last_of_chains(rows, links, closes=closes) for rows in histories]
    assert set(judged(rule, [row for rows in histories for row in rows])[0]) == set().union(*ends)


@pytest.mark.parametrize(("recorded", "flagged"), [("A", ["B"]), ("B", ["A"]), ("AB", []), ("", ["B"])])
def test_whatever_of_a_chain_comes_late_is_flagged(recorded, flagged):
    rows = [move("A", 0, "p", "a"), move("B", 10, "a", "p")]
    rule = make_rule(RING.format(links=2))
    assert judged(rule, [{**r, "recorded": r["line_id"] in recorded} for r in rows])[0] == flagged


def test_every_link_is_in_the_evidence():
    names = {"p": "Pine Ltd", "a": "Alder Ltd", "b": "Birch Ltd"}
    legs = [("A", 0, "p", "a"), ("B", 4, "a", "b"), ("C", 9, "b", "p"), ("X", 3, "a", "q"), ("Y", 9, "b", "p")]
    rows = [
        move(line, day, a, b, 700 if line == "Y" else 100, sender_name=names.get(a), receiver_name=names.get(b))
        for line, day, a, b in legs
    ]
    rule = make_rule(RING.format(links=3).replace("trigger", "crossing"))
    (flag,) = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, {})[0].to_pylist()
    shown = {e["field"]: e["as_written"] for e in json.loads(flag["evidence"])}
    assert (flag["line_id"], flag["window_line_ids"], shown["window_lines"], shown["correlation_value"]) == (
        "C",
        ["A", "B"],
        "3",
        "100",
    )
    first = "2026-01-01: Pine Ltd to Alder Ltd, 100.000000; 2026-01-05: Alder Ltd to Birch Ltd, 100.000000"
    assert shown["links"] == f"{first}; 2026-01-10: Birch Ltd to Pine Ltd, 100.000000"
    assert flag["because"] == "100 within 20 days (2026-01-01 to 2026-01-10) 3 Alder Ltd, Birch Ltd, Pine Ltd"


def test_one_round_is_one_flag_wherever_one_begins_to_read_it():
    """Two ways round that share a leg are two; what goes round twice is one episode."""
    rule = make_rule(RING.format(links=3).replace("trigger", "crossing"))
    rows = [
        move("A", 0, "p", "a"),
        move("B", 2, "a", "p"),
        move("C", 3, "a", "b"),
        move("D", 4, "b", "p"),
        move("E", 5, "p", "a"),
    ]
    flags, _ = flag_movements(moves_from_rows(rows, columns_of_rule(rule)), [rule], START, {})
    assert sorted(flags.column("line_id").to_pylist()) == ["B", "D"]
    assert len(set(flags.column("flag_id").to_pylist())) == 2


def test_keys_of_several_fields_are_compared_together():
    text = RING.format(links=2).replace("receiver_key}", "[receiver_key, country_of_destination]}")
    rule = make_rule(text.replace("sender_key}", "[sender_key, country_of_dispatch]}"))
    there = move("A", 0, "p", "a", country_of_dispatch="BE", country_of_destination="MX")
    back = move("B", 5, "a", "p", country_of_dispatch="MX", country_of_destination="BE")
    assert judged(rule, [there, back])[0] == ["B"]
    assert judged(rule, [there, {**back, "country_of_dispatch": "GT"}])[0] == []


def wedges(arcs: list[tuple[str, str]]) -> tuple[int, int]:
    """How many ways of two legs are looked at to find rings of three, and how many rings there are."""
    chain = make_rule(RING.format(links=3)).window.chain
    with connect() as connection, ExitStack() as stack:
        rows = ", ".join(f"(1, true, '{a}', '{b}')" for a, b in arcs)
        connection.execute(f"create temp table moves as select * from (values {rows}) t(gid, is_new, origin, target)")
        found = _cycles(connection, stack, chain, Relation("moves"))
        (looked,) = connection.execute("select count(*) from wedges").fetchall()[0]
        return looked, len(connection.execute(found.sql).fetchall())


def test_a_party_that_trades_with_many_costs_no_more_than_it_has_partners():
    many = 300
    hub = [(f"s{n}", "hub") for n in range(many)] + [("hub", f"c{n}") for n in range(many)]
    looked, found = wedges(hub)
    assert (looked, found) == (0, 0)  # and not many times many
    looked, found = wedges([*hub, *((f"c{n}", f"s{n}") for n in range(many))])
    assert found == many
    assert looked <= 3 * many


def test_the_worst_that_there_can_be_is_bounded_by_the_pairs():
    parties = [f"p{n:02}" for n in range(24)]
    arcs = [(a, b) for a in parties for b in parties if a != b]
    looked, found = wedges(arcs)
    assert looked <= len(arcs) ** 1.5
    assert found == 24 * 23 // 2 + 2 * (24 * 23 * 22 // 6)


def test_of_several_fields_that_name_a_party_each_must_be_known():
    fields = "{by: [receiver_key, consignee_address_key]}, {by: [sender_key, consignor_address_key]}"
    rule = make_rule(ONWARD.format().replace("{by: receiver_key}, {by: sender_key}", fields))
    places = {"consignor_address_key": "x", "consignee_address_key": "x"}
    there, back = (move(*legs, **places) for legs in (("A", 0, "p", "a"), ("B", 5, "a", "q")))
    assert judged(rule, [there, back])[0] == ["B"]
    assert judged(rule, [{**there, "consignee_address_key": "y"}, back])[0] == []
    for lacking in ("receiver_key", "consignee_address_key"):
        assert (
            judged(rule, [{**there, lacking: None}, {**back, lacking.replace("receiver", "sender").replace("ee", "or"): None}])[0]
            == []
        )
