"""Flags that go on with what an earlier run has flagged (docs/ledger.md, "An episode that goes on").

Whoever reads today's flag must not take an episode of weeks for something that began today: the later flag names the earlier. And
nobody is to be told of one episode every day: while it grows by little its flags are known, or cleared, as the one before.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, text

from precursor_screen.core.arrow import rows_with, set_columns, tuples_of
from precursor_screen.core.grouped import grouped
from precursor_screen.core.history_seam import MEMBER
from precursor_screen.core.model import LEVELS, NEWS
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.transfer import fetch, run_many, stage, stage_keys
from precursor_screen.history.values import EXISTING, NEWS_IN_SQL, RESOLVED

# Episodes of a run against those recorded: which go on under the id that they have, and which have become one.

_RECORDED = pa.schema(
    [
        *((n, pa.string()) for n in ("flag_id", "rule_id", "group_key", "line_id", "substance_id", "episode", "state")),
        ("first_run", pa.int64()),
    ]
)
Member = tuple[str, str]  # line and substance


class Joined(Struct, frozen=True):
    """Episodes that go on.

    Attributes:
        kept: id of a flag of the run -> the recorded flag that it is.
        aliases: id of a recorded flag -> the one that it has become a part of.
    """

    kept: Mapping[str, str]
    aliases: Mapping[str, str]


class _Known(Struct, frozen=True):
    flag_id: str
    first_run: int
    rows: tuple[Member, ...]


def read_members(checksums: RowChecksums, rule_id: str, group_keys: pa.Array) -> pa.Table:
    """MEMBER of the recorded episodes of a rule in some groups that are not over.

    Raises:
        LedgerError: a flag is not what was recorded.
    """
    rows = [
        (flag["group_key"], line, substance, date.fromisoformat(day), value)
        for flag in _recorded(checksums, rule_id, group_keys)
        for line, substance, day, value in json.loads(flag["episode"])
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(MEMBER)
    return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, MEMBER, strict=True)], schema=MEMBER)


def _recorded(checksums: RowChecksums, rule_id: str, group_keys: pa.Array) -> list[dict[str, Any]]:
    stage_keys(checksums.connection, "asked_groups", "group_key", group_keys)
    source = "asked_groups a cross join flags t where t.group_key = a.group_key order by t.first_run, t.flag_id"
    found = checksums.fetch("flags", source, _RECORDED)
    mine = found.filter((pc.field("rule_id") == rule_id) & (pc.field("state") != RESOLVED) & pc.field("episode").is_valid())
    rows: list[dict[str, Any]] = mine.to_pylist()
    return rows


def join_episodes(checksums: RowChecksums, episodes: pa.Table, amends: Mapping[str, str]) -> Joined:
    """Finds the recorded flags that the episodes of a run go on with: those that share a movement, or what it amends.

    Args:
        checksums: of a transaction.
        episodes: EPISODE of the run.
        amends: line_id -> the line that it amends.

    Raises:
        LedgerError: a recorded flag is not what was recorded.
    """
    known = _known(checksums, episodes, amends)
    kept: dict[str, str] = {}
    aliases: dict[str, str] = {}
    owner: dict[str, str] = {}  # recorded flag -> flag of the run that took its id
    own = _by_flag(episodes)
    for flag_id in sorted(own, key=lambda i: (min(r["day"] for r in own[i]), i)):
        rows = own[flag_id]
        place = rows[0]["rule_id"], rows[0]["group_key"]
        members = {(line, r["substance_id"]) for r in rows for line in (r["line_id"], amends.get(r["line_id"])) if line}
        mine = [k for k in known.get(place, ()) if k.flag_id not in owner and not members.isdisjoint(k.rows)]
        for one in mine:
            owner[one.flag_id] = flag_id
        if mine:
            kept[flag_id] = mine[0].flag_id
            aliases |= {one.flag_id: mine[0].flag_id for one in mine[1:]}
    return Joined(kept, aliases)


def _by_flag(episodes: pa.Table) -> dict[str, list[dict[str, Any]]]:
    return grouped((row["flag_id"], row) for row in episodes.to_pylist())


def _known(checksums: RowChecksums, episodes: pa.Table, amends: Mapping[str, str]) -> dict[tuple[str, str], list[_Known]]:
    """The recorded flags of the groups by rule and group, first raised first; those of earlier versions stand on their line alone."""
    if not episodes.num_rows:
        return {}
    found: dict[tuple[str, str], list[_Known]] = defaultdict(list)
    groups: dict[str, set[str]] = defaultdict(set)
    of_line: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in episodes.to_pylist():
        groups[row["rule_id"]].add(row["group_key"])
        for line in {row["line_id"], amends.get(row["line_id"], row["line_id"])}:
            of_line[row["rule_id"], line].add(row["group_key"])
    for rule_id in sorted(groups):
        for flag in _recorded(checksums, rule_id, pa.array(sorted(groups[rule_id]), pa.string())):
            rows = tuple((line, substance) for line, substance, _, _ in json.loads(flag["episode"]))
            found[rule_id, flag["group_key"]].append(_Known(flag["flag_id"], flag["first_run"], rows))
    lines = pa.array(sorted({line for _, line in of_line}), pa.string())
    stage(checksums.connection, "member_lines", pa.table([lines], names=["line_id"]), ["line_id"])
    source = "member_lines a cross join flags t where t.line_id = a.line_id and t.group_key is null"
    for flag in checksums.fetch("flags", source, _RECORDED).filter(pc.field("state") != RESOLVED).to_pylist():
        for group in of_line.get((flag["rule_id"], flag["line_id"]), ()):
            own = ((flag["line_id"], flag["substance_id"] or ""),)
            found[flag["rule_id"], group].append(_Known(flag["flag_id"], flag["first_run"], own))
    return {place: sorted(some, key=lambda k: (k.first_run, k.flag_id)) for place, some in found.items()}


def under_kept_ids(table: pa.Table, joined: Joined) -> pa.Table:
    """A table with a column flag_id, under the ids that stand."""
    if not joined.kept:
        return table
    ids = [joined.kept.get(i, i) for i in table.column("flag_id").to_pylist()]
    return set_columns(table, {"flag_id": pa.array(ids, pa.string())})


def record_episodes(checksums: RowChecksums, episodes: pa.Table, aliases: Mapping[str, str], run_no: int) -> set[str]:
    """Records who is in the episodes of flags that are recorded, and which flags have become parts of others.

    Args:
        checksums: of a transaction; the rows of `flags` are renewed by the caller.
        episodes: EPISODE, under the ids that stand.
        aliases: of `Joined`.
        run_no: of the run.

    Returns:
        Ids of the flags that are parts of others now.
    """
    connection = checksums.connection
    rows = []
    for flag_id, some in _by_flag(episodes).items():
        members = sorted((r["line_id"], r["substance_id"], r["day"].isoformat(), r["value"]) for r in some)
        rows.append((some[0]["group_key"], json.dumps(members, separators=(",", ":")), flag_id))
    run_many(connection, "update flags set group_key = ?, episode = ? where flag_id = ?", rows)
    for alias, flag_id in sorted(aliases.items()):
        # What had become a part of it goes along.
        values = {"flag": flag_id, "alias": alias, "run": run_no}
        change = f"update flags set alias_of = :flag, state = '{RESOLVED}', resolved_run = coalesce(resolved_run, :run)"
        connection.execute(text(f"{change} where flag_id = :alias or alias_of = :alias"), values)
    kept = set(aliases.values())
    return {alias for alias, flag_id in aliases_of(connection).items() if flag_id in kept} if kept else set()


def aliases_of(connection: Connection) -> dict[str, str]:
    """Every alias, and the flag that it is a part of."""
    query = text("select flag_id, alias_of from flags where alias_of is not null")
    return {str(alias): str(flag_id) for alias, flag_id in connection.execute(query)}


def lines_of_episodes(connection: Connection, gone: Collection[str]) -> set[str]:
    """The other lines of episodes that are not over and in which some line stands."""
    if not gone:
        return set()
    query = text(f"select episode from flags where episode is not null and state <> '{RESOLVED}'")
    found: set[str] = set()
    for (episode,) in connection.execute(query):
        lines = {row[0] for row in json.loads(episode)}
        if not lines.isdisjoint(gone):
            found |= lines - set(gone)
    return found


_TEXT = pa.string()
_EARLIER = pa.schema([*((n, _TEXT) for n in ("line_id", "rule_id", "substance_id", "flag_id")), ("first_run", pa.int64())])
_BEFORE = pa.schema([*((n, _TEXT) for n in ("flag_id", "state", "level", "evidence")), ("last_run", pa.int64())])
_GROWN = 2  # times what was told last: then the episode is told of anew (design: escalation)
_STEP = 5_000  # flags whose windows are taken apart at a time: each may name 200 lines
_NONE = -1
Numbers = npt.NDArray[np.int64]


class PreviousFlag(Struct, frozen=True):
    """The flag of an episode that another continues.

    Attributes:
        flag_id: its own.
        state: as recorded.
        level: of it.
        value: of its window when somebody was told of the episode last; None: the rule gives none.
        verdict_on: the flag whose clearance covers it, or would.
    """

    flag_id: str
    state: str
    level: str
    value: float | None
    verdict_on: str


def name_continued(
    checksums: RowChecksums,
    flags: pa.Table,
    rules: frozenset[str],
    first_runs: Sequence[int],
    undelivered_runs: frozenset[int] = frozenset(),
    growing: frozenset[str] = frozenset(),
    cleared: Collection[str] = (),
    kept: Mapping[str, PreviousFlag] | None = None,
) -> tuple[pa.Table, Mapping[str, PreviousFlag]]:
    """Adds to the evidence of a flag the one it continues: the last that was raised before it, by the same rule, about the same
    substance, on a line of its window, and that is not resolved.

    By a rule whose windows grow the two are one episode. It `escalated` where the value is twice what it was when somebody was told
    of it last, or the level is higher; else the evidence says what was `told`, and on which flag a clearance covers the episode.

    Args:
        checksums: of a transaction.
        flags: FLAG of a run.
        rules: ids of those that look at windows over time.
        first_runs: number of the run that first raised each flag; this one for what is raised anew.
        undelivered_runs: numbers of earlier runs that were not delivered: nobody knows of what is new in them.
        growing: those of the rules whose windows are one episode while they overlap: sums, counts, sequences.
        cleared: ids of flags with a clearance that holds.
        kept: flags that are recorded episodes that go on, and what was told of those.

    Returns:
        The flags, in their order, the evidence of one that continues another naming it; and of each flag of an episode that has grown by little,
        by its id, the flag before it.

    Raises:
        LedgerError: a flag on a line of a window is not what was recorded.
    """
    kept = kept or {}
    earlier = _earlier_flags(checksums, flags, rules, undelivered_runs)
    if not earlier.num_rows and not kept:
        return flags, {}
    evidence = flags.column("evidence").to_pylist()
    ids = earlier.column("flag_id")
    latest = _latest(flags, earlier, np.asarray(first_runs, np.int64))
    known = read_previous(checksums, {ids[n].as_py() for n in set(latest.tolist()) - {_NONE}})
    grows: dict[str, PreviousFlag] = {}
    for row, (flag_id, rule_id, level) in enumerate(tuples_of(flags, "flag_id", "rule_id", "level")):
        if flag_id not in kept and latest[row] == _NONE:
            continue
        previous = kept[flag_id] if flag_id in kept else known[ids[latest[row]].as_py()]
        shown = json.loads(evidence[row] or "[]")
        more = {} if flag_id in kept else {"continues": previous.flag_id}
        if rule_id in growing:
            if _escalated(previous, level, _value(shown)):
                more["escalated"] = previous.level if previous.value is None else f"{previous.level}, {previous.value:g}"
            else:
                covers = previous.flag_id if previous.flag_id in cleared else previous.verdict_on
                grows[flag_id] = replace(previous, verdict_on=covers)
                more |= {"episode": covers} | ({} if previous.value is None else {"told": f"{previous.value:g}"})
        shown += [{"subject": "window", "field": name, "as_written": text} for name, text in more.items()]
        evidence[row] = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return set_columns(flags, {"evidence": pa.array(evidence, _TEXT)}), grows


def _escalated(previous: PreviousFlag, level: str, value: float | None) -> bool:
    higher = LEVELS.index(level) > LEVELS.index(previous.level)
    return higher or (previous.value is not None and (value is None or value >= _GROWN * previous.value))


def covering(evidence: str | None) -> str:
    """The flag whose clearance covers a recorded one; empty: it is in no episode that somebody was told of before."""
    return _stated(json.loads(evidence or "[]")).get("episode", "")


def read_previous(
    checksums: RowChecksums, flag_ids: set[str], undelivered_runs: frozenset[int] = frozenset()
) -> dict[str, PreviousFlag]:
    """Recorded flags as they were reported, each in the state that a reader knows; those of `undelivered_runs` were never reported and are new."""
    stage_keys(checksums.connection, "continued", "flag_id", flag_ids)
    query = """select f.flag_id, f.state, f.level, f.evidence, f.last_run
        from continued c cross join flags f where f.flag_id = c.flag_id"""
    found = {}
    for row in fetch(checksums.connection, query, _BEFORE).to_pylist():
        shown = json.loads(row["evidence"] or "[]")
        covers = _stated(shown).get("episode", row["flag_id"])
        state = EXISTING if row["state"] in NEWS and row["last_run"] not in undelivered_runs else row["state"]
        found[row["flag_id"]] = PreviousFlag(row["flag_id"], state, row["level"], _value(shown), covers)
    return found


def _stated(evidence: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {e["field"]: e["as_written"] for e in evidence if e.get("subject") == "window"}


def _value(evidence: Iterable[Mapping[str, Any]]) -> float | None:
    """The value of a window as it was told last."""
    stated = _stated(evidence)
    text = stated.get("told", stated.get("correlation_value"))
    return float(text) if text else None


def _earlier_flags(checksums: RowChecksums, flags: pa.Table, rules: frozenset[str], undelivered_runs: frozenset[int]) -> pa.Table:
    """_EARLIER, those raised first coming first: what is recorded of the lines in the windows of some rules."""
    mine = rows_with(flags, "rule_id", rules)
    lines = pc.unique(pc.list_flatten(mine.column("window_line_ids")))
    if not len(lines):
        return _EARLIER.empty_table()
    stage_keys(checksums.connection, "beside", "line_id", lines)
    checksums.check("flags", "beside b cross join flags t where t.line_id = b.line_id")
    runs = ", ".join(map(str, sorted(undelivered_runs))) or "null"
    query = f"""select f.line_id, f.rule_id, coalesce(f.substance_id, ''), f.flag_id, f.first_run
        from beside b cross join flags f where f.line_id = b.line_id and f.state <> '{RESOLVED}'
        and not (f.state in ({NEWS_IN_SQL}) and coalesce(f.last_run in ({runs}), false)) order by f.first_run, f.flag_id"""
    return rows_with(fetch(checksums.connection, query, _EARLIER), "rule_id", rules)


def _latest(flags: pa.Table, earlier: pa.Table, first_runs: Numbers) -> Numbers:
    """For each flag the row of `earlier` that it continues, else -1. Windows are many and large, so texts are numbered first."""
    lines, places = pc.unique(earlier.column("line_id")), pc.unique(_places(earlier))
    rows = earlier.num_rows
    keys = _number(earlier.column("line_id"), lines) * len(places) + _number(_places(earlier), places)
    order = np.sort(keys * rows + np.arange(rows))
    # `earlier` is in the order of runs: those of runs before a flag's own stand before this row.
    until = np.searchsorted(np.asarray(earlier.column("first_run")), first_runs)
    own_places = _number(_places(flags), places)
    latest = np.full(flags.num_rows, _NONE, np.int64)
    for start in range(0, flags.num_rows, _STEP):
        lists = flags.column("window_line_ids").slice(start, _STEP).combine_chunks()
        row = np.asarray(pc.list_parent_indices(lists)).astype(np.int64) + start
        line = _number(pc.list_flatten(lists), lines)
        asked = (line != _NONE) & (own_places[row] != _NONE)
        row, line = row[asked], line[asked]
        key = line * len(places) + own_places[row]
        at = np.searchsorted(order, key * rows + until[row]) - 1
        there = (at >= 0) & (order[at] // rows == key)
        np.maximum.at(latest, row[there], order[at[there]] % rows)
    return latest


def _places(flags: pa.Table) -> pa.ChunkedArray:
    """Rule and substance of each flag, as one text."""
    return pc.binary_join_element_wise(flags.column("rule_id"), pc.fill_null(flags.column("substance_id"), ""), "\x1f")


def _number(column: pa.Array | pa.ChunkedArray, among: pa.Array) -> Numbers:
    """The position of each text among some, else -1."""
    return np.asarray(pc.fill_null(pc.index_in(column, among), _NONE)).astype(np.int64)
