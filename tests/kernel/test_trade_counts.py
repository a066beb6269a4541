"""All lines counted by day, against a count line by line; and what earlier runs counted comes to the same as one run."""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from precursor_screen.core.history_seam import COUNTED_DAYS, NO_COUNTS, CountedLines, TradeCounts
from precursor_screen.core.schema import MOVEMENT, MOVEMENT_COUNTED
from precursor_screen.kernel import trade_counts
from precursor_screen.kernel.resolve.party_facts import COUNTED
from precursor_screen.kernel.trade_counts import LEAST, add_count_facts, count_lines, find_own, mark_watched, sum_trade
from precursor_screen.text.key_numbers import number_of, numbers_of
from tests.examples import SOAK

FIRST = date(2025, 1, 1)
NAMES = [c.name for c in MOVEMENT_COUNTED]
COLUMNS = pa.schema(
    [
        *((n, pa.string()) for n in ("line_id", "movement_key", "message_function", "hs_known", "hs6", "hs_chapter")),
        *((f"country_of_{n}", pa.string()) for n in ("origin", "dispatch", "destination")),
        ("as_of_date", pa.date32()),
        ("transit_countries", pa.list_(pa.string())),
        *((n, pa.uint64()) for n in COUNTED),
    ]
)


def line(name: str, day: int = 0, **values: Any) -> dict[str, Any]:
    """A line of chapter 29 from DE to US, sender 1, receiver 2."""
    row = {
        "line_id": name,
        "movement_key": name,
        "message_function": "original",
        "hs_known": "exists",
        "hs6": "291521",
        "country_of_dispatch": "DE",
        "country_of_destination": "US",
        "as_of_date": FIRST + timedelta(days=day),
        **dict(zip(COUNTED, (1, 2), strict=True)),
        **values,
    }
    return {"hs_chapter": row["hs6"] and row["hs6"][:2], **row}


def facts_of(rows: list[dict[str, Any]], recorded: TradeCounts = NO_COUNTS) -> dict[str, dict[str, Any]]:
    """The facts of every line, all of them watched."""
    lines = pa.Table.from_pylist(rows, schema=COLUMNS)
    live = pa.Table.from_pylist([{"line_id": r["line_id"], "goods_key": "x"} for r in rows], schema=MOVEMENT)
    tally = mark_watched(count_lines(lines), live, np.arange(len(rows)))
    own = find_own(tally, recorded.cargoes.column("cargo").combine_chunks())
    found = add_count_facts(live, np.arange(len(rows)), tally, own, recorded)
    return {r["line_id"]: {n: r[n] for n in NAMES} for r in found.to_pylist()}


def counts_of(rows: list[dict[str, Any]], recorded: TradeCounts = NO_COUNTS) -> TradeCounts:
    lines = pa.Table.from_pylist(rows, schema=COLUMNS)
    tally = count_lines(lines)
    return sum_trade(
        find_own(CountedLines(tally, pa.array([False] * len(rows))), recorded.cargoes.column("cargo").combine_chunks())
    )


def joined(*counts: TradeCounts) -> TradeCounts:
    return TradeCounts(*(pa.concat_tables([getattr(c, n) for c in counts]) for n in ("parties", "lanes", "cargoes")))


def by_hand(rows: list[dict[str, Any]], one: dict[str, Any]) -> dict[str, Any]:
    """The same, a line at a time."""
    before = [r for r in rows if 1 <= (one["as_of_date"] - r["as_of_date"]).days <= COUNTED_DAYS]
    found: dict[str, Any] = {}
    for side, key in zip(("sender", "receiver"), COUNTED, strict=True):
        theirs = [r["hs_chapter"] for r in before if r[key] == one[key] and r["hs_chapter"]]
        known = one[key] is not None and one["hs_chapter"]
        found[f"{side}_lines_before"] = len(theirs) if known else None
        found[f"{side}_chapters_before"] = len(set(theirs)) if known else None
        found[f"{side}_same_before"] = theirs.count(one["hs_chapter"]) if known else None
    start, end = one["country_of_dispatch"], one["country_of_destination"]
    lanes = [
        (r["country_of_dispatch"], r["country_of_destination"], r["transit_countries"] or [])
        for r in before
        if r["hs6"] == one["hs6"] and r["country_of_dispatch"] and r["country_of_destination"]
    ]
    known = bool(one["hs6"] and start and end)
    to, out = [lane for lane in lanes if lane[1] == end], [lane for lane in lanes if lane[0] == start]
    same = [lane for lane in to if lane[0] == start]
    found["lane_lines_before"] = len(same) if known else None
    found["lane_others_before"] = len(to) - len(same) if known else None
    met = {c for lane in to for c in (lane[0], *lane[2])} | {c for lane in out for c in (lane[1], *lane[2])}
    third = set(one["transit_countries"] or []) - met - {start, end, one["country_of_origin"]}
    passed = [sum(len(lane[2]) for lane in side) for side in (to, out)]
    told = known and one["transit_countries"] is not None and min(passed) >= LEAST
    found["transit_unusual"] = ", ".join(sorted(third)) if told or one["transit_countries"] == [] else None
    return found


def history(seed: int, size: int = 400) -> list[dict[str, Any]]:
    """Lines of few parties, codes and countries, some without."""
    chance = random.Random(seed)
    rows = []
    for number in range(size):
        rows.append(
            line(
                f"L{number}",
                chance.choice([0, 1, 2, 30, 200, 399, 400, 401, 402, 500]),
                hs6=chance.choice(["291521", "291521", "282890", "841370", None]),
                country_of_origin=chance.choice(["DE", "CN", None]),
                country_of_dispatch=chance.choice(["DE", "DE", "CN", None]),
                country_of_destination=chance.choice(["US", "US", "US", "MX"]),
                transit_countries=chance.choice(
                    [None, [], ["NL"], ["AE"], ["AE", "PA"]] if number > size - 40 else [None, ["NL"]]
                ),
                **dict(zip(COUNTED, (chance.choice([1, 1, 3, None]), chance.choice([2, 4, 5])), strict=True)),
            )
        )
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_as_a_count_line_by_line(seed):
    rows = history(seed)
    found = facts_of(rows)
    assert found == {r["line_id"]: by_hand(rows, r) for r in rows}
    assert any(f["transit_unusual"] is not None for f in found.values())


@pytest.mark.parametrize("seed", range(4 if SOAK else 1))
def test_however_lines_are_split_over_runs_by_day(seed):
    rows = history(seed)
    whole, split = facts_of(rows), {}
    recorded = NO_COUNTS
    for day in sorted({r["as_of_date"] for r in rows}):
        batch = [r for r in rows if r["as_of_date"] == day]
        split |= facts_of(batch, recorded)
        recorded = joined(recorded, counts_of(batch, recorded))
    assert split == whole
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert facts_of(shuffled) == whole


def test_lines_are_summed_a_few_at_once_as_all_together(monkeypatch):
    rows = history(2)
    whole = counts_of(rows)
    monkeypatch.setattr(trade_counts, "_SUMMED_AT_ONCE", 7)
    parts = counts_of(rows)
    for name in ("parties", "lanes", "cargoes"):
        order = [(n, "ascending") for n in getattr(whole, name).column_names if n != "transit"]
        assert getattr(parts, name).sort_by(order).equals(getattr(whole, name).sort_by(order)), name


def test_what_is_sent_again_or_amended_counts_once():
    early = [line("A", 0), line("B", 1)]
    again = [line("A", 0), line("B2", 2, movement_key="B", hs6="282890"), line("C", 9)]
    recorded = counts_of(early)
    assert facts_of(again, recorded)["C"]["sender_lines_before"] == 2
    assert facts_of([*early, *again], NO_COUNTS)["C"]["sender_chapters_before"] == 1
    assert counts_of([*early, *again]).cargoes.num_rows == 3
    assert counts_of([line("C", 9)], joined(recorded, counts_of([line("C", 9)]))).cargoes.num_rows == 0


def test_a_line_counts_neither_itself_nor_its_day():
    found = facts_of([line("A", 5), line("B", 5), line("C", 6)])
    assert [found[n]["sender_lines_before"] for n in "ABC"] == [0, 0, 2]


def test_a_cancellation_counts_nothing():
    found = facts_of([line("A", 0), line("B", 1, message_function="cancellation"), line("C", 2)])
    assert found["C"]["sender_lines_before"] == 1


def test_a_code_that_does_not_exist_is_no_chapter():
    found = facts_of([line("A", 0, hs6="389900", hs_known="does-not-exist"), line("B", 1)])
    assert found["B"]["sender_lines_before"] == 0
    assert found["A"] == dict.fromkeys(NAMES)


def test_goods_that_are_not_watched_are_not_asked_for():
    rows = [line("A", 0), line("B", 1)]
    lines = pa.Table.from_pylist(rows, schema=COLUMNS)
    live = pa.Table.from_pylist([{"line_id": "B", "goods_key": None}], schema=MOVEMENT)
    tally = mark_watched(count_lines(lines), live, np.array([1]))
    found = add_count_facts(live, np.array([1]), tally, find_own(tally, pa.array([], pa.uint64())), NO_COUNTS)
    assert found.select(NAMES).to_pylist() == [dict.fromkeys(NAMES)]


def test_what_nobody_asks_for_counts_for_no_other():
    """One who trades in an unasked chapter is neither the party nor the chapter that is asked for."""
    rows = [line("A", 5), line("B", 1, sender_number=5, hs6="300490"), line("C", 5, sender_number=5)]
    rows = [{n: v for n, v in row.items() if n != "sender_number"} | {COUNTED[0]: row.get("sender_number", 1)} for row in rows]
    lines = pa.Table.from_pylist(rows, schema=COLUMNS)
    live = pa.Table.from_pylist([{"line_id": name, "goods_key": "x"} for name in "AC"], schema=MOVEMENT)
    tally = mark_watched(count_lines(lines), live, np.array([0, 2]))
    found = add_count_facts(live, np.array([0, 2]), tally, find_own(tally, pa.array([], pa.uint64())), NO_COUNTS)
    assert found.column("sender_same_before").to_pylist() == [0, 0]
    assert found.column("sender_lines_before").to_pylist() == [0, 1]


@pytest.mark.parametrize(("day", "chapters"), [(COUNTED_DAYS, 1), (COUNTED_DAYS + 1, 0)])
def test_a_chapter_counts_as_long_as_its_day(day, chapters):
    assert facts_of([line("A", 0, hs6="300490"), line("B", day)])["B"]["sender_chapters_before"] == chapters


def test_an_empty_run():
    assert facts_of([]) == {}
    assert counts_of([]).cargoes.num_rows == 0


def test_numbers_of_keys():
    """Pinned: they are in every ledger there is."""
    assert number_of("marrow") == 0xE574BF06A7A938FF
    digest = "0f3946888be7da00fc9e701f8e479892"
    assert number_of(digest) == 0x0F3946888BE7DA00
    mixed = numbers_of(pa.chunked_array([[digest, "marrow", None]])).to_pylist()
    assert mixed == [0x0F3946888BE7DA00, number_of("marrow"), None]
    assert numbers_of(pa.chunked_array([[digest, digest]])).to_pylist() == [0x0F3946888BE7DA00] * 2
    as_long = [digest, "marrow" * 5 + "of", digest.upper()]
    assert numbers_of(pa.chunked_array([as_long])).to_pylist() == [number_of(key) for key in as_long]


@pytest.mark.parametrize("start", [0, 1, 5])
def test_numbers_of_digests_that_are_a_part_of_a_column(start):
    digests = [hashlib.sha256(b"%d" % n).hexdigest()[:32] for n in range(6)]
    column = pa.array(["marrow", *digests]).slice(1 + start)
    assert numbers_of(pa.chunked_array([column])).to_pylist() == [number_of(one) for one in digests[start:]]
