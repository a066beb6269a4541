"""The flags of a run against those recorded: which are new, which are known, cleared, or no longer raised."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from sqlalchemy import Connection, text

from precursor_screen.core.arrow import set_columns, tuples_of
from precursor_screen.core.history_seam import KNOWN, FlagComparison, JudgeResult
from precursor_screen.core.model import BANDS, LEVELS, NEWS, OPEN
from precursor_screen.core.schema import FLAG, MOVEMENT
from precursor_screen.core.schema import SUPPRESSED as SUPPRESSION
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.episodes import (
    Joined,
    PreviousFlag,
    aliases_of,
    covering,
    join_episodes,
    name_continued,
    read_previous,
    under_kept_ids,
)
from precursor_screen.history.transfer import fetch, fetch_texts, stage, stage_keys
from precursor_screen.history.upkeep import adopt_ids
from precursor_screen.history.values import ESCALATED, EXISTING, NEW, OPEN_IN_SQL, RESOLVED, SUPPRESSED, Verdict
from precursor_screen.history.verdicts import clearances_in_force

_TEXT = pa.string()
_STORED = pa.schema([*FLAG, ("movement_keys", _TEXT), ("last_run", pa.int64()), ("first_run", pa.int64())])
_HISTORY = "history"
_BANDS = ("", *BANDS)  # empty: it is not known
Clearances = dict[tuple[str, str], Verdict]


class _Run(Struct, frozen=True):
    """What is asked about the run again and again.

    Attributes:
        flag_ids: of those it raises.
        judged: what it has judged.
        cleared: the clearances that hold.
        on_flag: the same, by flag.
        answered: flags whose document is no longer absent.
        undelivered_runs: numbers of earlier runs that were recorded and not delivered.
    """

    flag_ids: frozenset[str]
    judged: JudgeResult
    cleared: Clearances
    on_flag: Mapping[str, Verdict]
    answered: frozenset[str]
    undelivered_runs: frozenset[int]


def compare(
    checksums: RowChecksums,
    flags: pa.Table,
    judged: JudgeResult,
    as_of: date,
    run_no: int,
    answered: frozenset[str] = frozenset(),
) -> FlagComparison:
    """Compares the flags of a run with those recorded before it.

    Args:
        checksums: of a transaction.
        flags: FLAG of the run.
        judged: what the run has judged.
        as_of: the day on which a clearance must still hold.
        run_no: of the run; what it has recorded itself is not held against it.
        answered: ids of recorded flags about a document that was absent and is there now.

    Raises:
        LedgerError: a flag that is compared with is not what was recorded.
    """
    connection = checksums.connection
    joined = join_episodes(checksums, judged.episodes, judged.amends)
    flags = _one_each(under_kept_ids(flags, joined), joined)
    flags = adopt_ids(checksums, flags, judged.amends)
    undelivered_runs = undelivered(connection, run_no)
    cleared = clearances_in_force(connection, as_of)
    on_flag = {verdict.flag_id: verdict for verdict in cleared.values()}
    raised = frozenset(flags.column("flag_id").to_pylist())
    recorded = _recorded_flags(checksums, flags, undelivered_runs)
    places = list(tuples_of(flags, "flag_id", "line_id"))
    kept = _kept_episodes(checksums, joined, undelivered_runs)
    # Of an episode it counts whether what was recorded of it is covered, and not which of its lines was cleared.
    states = [_state({} if p[0] in kept else cleared, p, recorded.get(p[0], _UNKNOWN).state) for p in places]
    over_time = frozenset(r for r, scope in judged.scopes.items() if scope == _HISTORY)
    first_runs = [
        run_no if s == NEW or p[0] not in recorded else recorded[p[0]].first_run for p, s in zip(places, states, strict=True)
    ]
    named, grows = name_continued(checksums, flags, over_time, first_runs, undelivered_runs, judged.growing, on_flag, kept)
    of_episode = {
        place: grows[place[0]]
        for place, state in zip(places, states, strict=True)
        if (state in NEWS or place[0] in kept) and place[0] in grows
    }
    of_episode = {place: before for place, before in of_episode.items() if place[0] not in kept or before.state not in NEWS}
    # A clearance covers an episode until it escalates; a flag that grows from one of which somebody was told is no news.
    covers = {p: b.verdict_on for p, b in of_episode.items() if p[0] not in kept or b.state == SUPPRESSED}
    cleared = {p: v for p, v in cleared.items() if p[0] not in kept}
    cleared |= {place: on_flag[flag_id] for place, flag_id in covers.items() if flag_id in on_flag}
    known = {place for place, before in of_episode.items() if before.state != SUPPRESSED}
    states = [
        SUPPRESSED if p in cleared else EXISTING if p in known else NEW if p[0] in kept else s
        for p, s in zip(places, states, strict=True)
    ]
    states = _escalated(flags, states, recorded, judged.escalating)
    compared = set_columns(named, {"state": pa.array(states, _TEXT)})
    run = _Run(raised | frozenset(joined.aliases), judged, cleared, on_flag, answered, undelivered_runs)
    carried, resolved = _no_longer_raised(checksums, run)
    hold = [p for p, s in zip(places, states, strict=True) if s == SUPPRESSED]
    hold += [(f["flag_id"], f["line_id"]) for f in carried if f["state"] == SUPPRESSED]
    return FlagComparison(
        compared,
        pa.Table.from_pylist(carried, schema=FLAG),
        pa.Table.from_pylist(resolved, schema=FLAG),
        pa.Table.from_pylist([_suppression(place[0], run.cleared[place]) for place in dict.fromkeys(hold)], schema=SUPPRESSION),
        under_kept_ids(judged.episodes, joined),
        joined.aliases,
        {a: f for a, i in {**aliases_of(connection), **joined.aliases}.items() if (f := joined.aliases.get(i, i)) in raised},
    )


def _one_each(flags: pa.Table, joined: Joined) -> pa.Table:
    """The flags; of several that a recorded one has become, the first."""
    if not joined.kept:
        return flags
    seen: set[str] = set()
    kept_ids = set(joined.kept.values())
    keep = []
    for number, flag_id in enumerate(flags.column("flag_id").to_pylist()):
        if flag_id not in seen or flag_id not in kept_ids:
            keep.append(number)
        seen.add(flag_id)
    return flags.take(pa.array(keep, pa.int64()))


def _kept_episodes(checksums: RowChecksums, joined: Joined, undelivered_runs: frozenset[int]) -> dict[str, PreviousFlag]:
    """What was told of the episodes that go on, by the id that stands.

    One that others have joined is what is told of all of them: cleared where each of them is, known where somebody was told of one.
    """
    parts: dict[str, list[str]] = {flag_id: [flag_id] for flag_id in joined.kept.values()}
    for alias, flag_id in joined.aliases.items():
        parts[flag_id].append(alias)
    known = read_previous(checksums, {i for ids in parts.values() for i in ids}, undelivered_runs)
    found = {}
    for flag_id, ids in parts.items():
        before = [known[i] for i in ids]
        values = [b.value for b in before if b.value is not None]
        states = {b.state for b in before}
        untold = ESCALATED if ESCALATED in states else NEW
        state = SUPPRESSED if states == {SUPPRESSED} else untold if states <= {NEW, ESCALATED, SUPPRESSED} else EXISTING
        level = max((b.level for b in before), key=LEVELS.index)
        found[flag_id] = PreviousFlag(flag_id, state, level, max(values) if values else None, before[0].verdict_on)
    return found


def _state(cleared: Clearances, place: tuple[str, str], recorded: str) -> str:
    """A flag that was resolved, or cleared by a verdict that holds no longer, is new again: somebody has to look at it."""
    if place in cleared:
        return SUPPRESSED
    return recorded if recorded in (EXISTING, ESCALATED) else NEW


def _escalated(
    flags: pa.Table, states: Sequence[str], recorded: Mapping[str, _Recorded], escalating: frozenset[str]
) -> list[str]:
    """The states of flags, those that were told of escalated where their line says something graver than the first message about it:
    by a flag of a rule for that which is new, or does not say what it said.

    Args:
        flags: FLAG of the run, under the ids that stand.
        states: of them, in their order.
        recorded: what is recorded of them.
        escalating: ids of the rules that compare a message with the first.
    """
    rows = list(zip(states, tuples_of(flags, "flag_id", "rule_id", "line_id", "because"), strict=True))
    signs = {
        (flag_id, line_id)
        for state, (flag_id, rule_id, line_id, because) in rows
        if rule_id in escalating
        and (state in NEWS or (state == EXISTING and flag_id in recorded and recorded[flag_id].because != because))
    }
    lines = {line_id for _, line_id in signs}
    found = []
    for state, (flag_id, rule_id, line_id, _) in rows:
        told = flag_id in recorded and (state == EXISTING or (state == NEW and recorded[flag_id].state == SUPPRESSED))
        is_graver = told and ((flag_id, line_id) in signs if rule_id in escalating else line_id in lines)
        found.append(ESCALATED if is_graver else state)
    return found


def _suppression(flag_id: str, verdict: Verdict) -> dict[str, Any]:
    reason = f"{verdict.reason}: {verdict.text}" if verdict.text else verdict.reason
    until = date.fromisoformat(verdict.until) if verdict.until else None
    return {"flag_id": flag_id, "by": verdict.who, "reason": reason, "until": until}


def undelivered(connection: Connection, run_no: int) -> frozenset[int]:
    """The runs before this one that were recorded and broke off before anybody was told: what was new in them is new still."""
    query = text("select run_no from runs where delivered is null and run_no < :run")
    return frozenset(int(n) for n in connection.execute(query, {"run": run_no}).scalars())


class _Recorded(Struct, frozen=True):
    """A recorded flag. state: new or escalated only where nobody was told; first_run: that raised it; because: what it said."""

    state: str
    first_run: int
    because: str


_UNKNOWN = _Recorded("", 0, "")


def _recorded_flags(checksums: RowChecksums, flags: pa.Table, undelivered_runs: frozenset[int]) -> dict[str, _Recorded]:
    """What is recorded of the flags of a run, by id."""
    stage_keys(checksums.connection, "raised", "flag_id", pc.unique(flags.column("flag_id")))
    schema = pa.schema([_STORED.field(name) for name in ("flag_id", "state", "last_run", "first_run", "because")])
    rows = tuples_of(checksums.fetch("flags", "raised r cross join flags t where t.flag_id = r.flag_id", schema))
    return {i: _Recorded(_known_state(state, last, undelivered_runs), first, because) for i, state, last, first, because in rows}


def _known_state(state: str, last_run: int, undelivered_runs: frozenset[int]) -> str:
    """What somebody was told of a flag: `new` and `escalated` mean that nobody was."""
    return EXISTING if state in NEWS and last_run not in undelivered_runs else state


def _no_longer_raised(checksums: RowChecksums, run: _Run) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Flags recorded on what the run judged, which it does not raise: (carried over, resolved)."""
    judged = run.judged
    candidates = [f for f in _flags_to_compare(checksums, run) if f["flag_id"] not in run.flag_ids]
    sent = _among(judged.lines.column("line_id"), (f["line_id"] for f in candidates))
    keys_of = {f["flag_id"]: json.loads(f.pop("movement_keys")) for f in candidates}
    there = _among(judged.lines.column("movement_key"), (k for keys in keys_of.values() for k in keys))
    obsolete = frozenset(judged.obsolete.column("line_id").to_pylist())
    anew = frozenset(judged.rejudged.column("line_id").to_pylist())
    not_evaluable = judged.not_evaluable.among({(f["rule_id"], f["line_id"]) for f in candidates}, judged.scopes)
    last_runs = {f["last_run"] for f in candidates if f["substance_id"] is not None}
    of_wider_tiers = _with_wider_tiers(checksums.connection, last_runs, judged.tiers)
    carried, resolved = [], []
    for flag in candidates:
        keys = keys_of[flag["flag_id"]]
        known = _known_state(flag["state"], flag["last_run"], run.undelivered_runs)
        place = flag["flag_id"], flag["line_id"]
        if place not in run.cleared and (verdict := run.on_flag.get(covering(flag["evidence"]))):
            run.cleared[place] = verdict
        is_cleared = place in run.cleared
        # A list that names were not compared with, and a tier that was not looked for, say nothing of a flag that rests on them.
        is_left_out = judged.lists is not None and flag["list_id"] is not None and flag["list_id"] not in judged.lists
        is_left_out |= flag["substance_id"] is not None and flag["last_run"] in of_wider_tiers
        scope = None if is_left_out else judged.scopes.get(flag["rule_id"])
        if known == RESOLVED:
            over = True  # by a run that was not delivered
        elif flag["line_id"] in obsolete or flag["flag_id"] in run.answered:
            over = not is_cleared
        elif flag["line_id"] in anew and flag["rule_id"] in judged.growing:
            over = not is_left_out and (flag["rule_id"], flag["line_id"]) not in not_evaluable and not is_cleared
        elif scope == _HISTORY and flag["line_id"] in sent:
            carried.append({**flag, "state": SUPPRESSED if is_cleared else known if known in NEWS else EXISTING})
            continue
        else:
            # A flag rests on all its lines: what a part of a shipment no longer shows may stand in the rest of it.
            whole = scope == _HISTORY or there.issuperset(keys)
            is_not_evaluable = (flag["rule_id"], flag["line_id"]) in not_evaluable
            over = scope is not None and not is_not_evaluable and whole and flag["line_id"] in sent and not is_cleared
        if over:
            resolved.append({**flag, "state": RESOLVED})
    return carried, resolved


def _with_wider_tiers(connection: Connection, runs: Iterable[int], tiers: frozenset[str] | None) -> frozenset[int]:
    """Those of some runs that looked for substances of a tier that this one leaves out."""
    if tiers is None:
        return frozenset()
    found = connection.execute(text(f"select run_no, options from runs where run_no in ({_numbers(runs)})"))
    return frozenset(int(number) for number, options in found if not tiers.issuperset(json.loads(options).get("tiers", ())))


def _flags_to_compare(checksums: RowChecksums, run: _Run) -> list[dict[str, Any]]:
    """The recorded flags that are not resolved and whose movement the run judged or cancels, or whose document is there now; and
    those of which nobody was told that they are resolved; in the order they were raised."""
    judged, connection = run.judged, checksums.connection
    keys, lines = (
        pc.unique(pa.chunked_array([c for t in tables for c in t.column(name).chunks], _TEXT)).drop_null()
        for name, tables in (("movement_key", (judged.lines, judged.obsolete)), ("line_id", (judged.lines, judged.rejudged)))
    )
    unresolved = f"from flags where state <> '{RESOLVED}'"
    if connection.execute(text(f"select count(*) {unresolved}")).scalar_one() < len(keys):
        flagged = fetch(connection, f"select movement_key, line_id {unresolved}", KNOWN)
        keys = keys.filter(pc.is_in(keys, flagged.column("movement_key").combine_chunks()))
        lines = lines.filter(pc.is_in(lines, flagged.column("line_id").combine_chunks()))
    stage_keys(connection, "judged", "movement_key", keys)
    # Also by the line itself: earlier versions knew it under another key.
    stage_keys(connection, "judged_lines", "line_id", lines)
    stage_keys(connection, "answered", "flag_id", run.answered)
    names = ", ".join(f"f.{n}" for n in _STORED.names)
    query = f"""select {names} from (
            select g.flag_id from judged j cross join flags g where g.movement_key = j.movement_key
            union select g.flag_id from judged_lines j cross join flags g where g.line_id = j.line_id
            union select flag_id from answered) c
        cross join flags f where f.flag_id = c.flag_id and f.state <> '{RESOLVED}'
        union all select {names} from flags f where f.state = '{RESOLVED}' and f.resolved_run in ({_numbers(run.undelivered_runs)})
        order by first_run, rule_id, flag_id"""
    places = ("judged c cross join flags t where t.movement_key", "judged_lines c cross join flags t where t.line_id")
    for place in (*places, "answered c cross join flags t where t.flag_id"):
        checksums.check("flags", f"{place} = c.{place.rpartition('.')[2]}")
    rows: list[dict[str, Any]] = fetch(connection, query, _STORED).to_pylist()
    return rows


def _numbers(runs: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(runs))) or "null"


def _among(column: pa.ChunkedArray, wanted: Iterable[str | None]) -> frozenset[str]:
    """Those of some texts that stand in a column."""
    texts = pa.array(sorted({w for w in wanted if w}), _TEXT)
    return frozenset(column.filter(pc.is_in(column, texts)).to_pylist())


def reported_bands(checksums: RowChecksums, flags: pa.Table, run_no: int) -> dict[str, str]:
    """The bands in which earlier runs reported the shipments of some flags (`history_seam.HistoryStore.reported_bands`).

    Args:
        checksums: of a transaction.
        flags: FLAG, the open ones of the run, with their states.
        run_no: of the run.

    Raises:
        LedgerError: a recorded flag is not what was recorded.
    """
    connection = checksums.connection
    stage_keys(connection, "asked_shipments", "shipment_id", pc.unique(flags.column("shipment_id")))
    source = f"asked_shipments a cross join flags t where t.shipment_id = a.shipment_id and t.last_run < {run_no}"
    undelivered_runs = undelivered(connection, run_no)
    kinds = pa.schema([*((name, _TEXT) for name in ("flag_id", "shipment_id", "band", "state")), ("last_run", pa.int64())])
    recorded = checksums.fetch("flags", source, kinds).to_pylist()
    bands: dict[str, str] = {}
    for row in recorded:
        if row["state"] in OPEN and row["last_run"] not in undelivered_runs:
            bands[row["shipment_id"]] = max(bands.get(row["shipment_id"], ""), row["band"] or "", key=_BANDS.index)
    known = {row["flag_id"] for row in recorded}
    for flag_id, shipment_id, state in tuples_of(flags, "flag_id", "shipment_id", "state"):
        if state in NEWS and flag_id in known:
            bands.pop(shipment_id, None)
    return bands


def with_open_serious_flag(checksums: RowChecksums, movement_keys: pa.Array) -> frozenset[str]:
    """Those of some movements that bear an open flag of high or critical.

    Raises:
        LedgerError: such a flag is not what was recorded.
    """
    wanted = pc.unique(movement_keys).drop_null()
    if not len(wanted):
        return frozenset()
    stage_keys(checksums.connection, "asked_keys", "movement_key", wanted)
    serious = f"t.state in ({OPEN_IN_SQL}) and t.level in ('high', 'critical')"
    source = f"asked_keys a join flags t on t.movement_key = a.movement_key where {serious}"
    return frozenset(checksums.fetch("flags", source, pa.schema([("movement_key", _TEXT)])).column(0).to_pylist())


def with_recorded_flag(checksums: RowChecksums, lines: Callable[[], pa.Table]) -> pa.Array:
    """The line ids of some lines of which, or of whose movement, a flag is recorded, whatever its state. lines: gives line_id, movement_key."""
    connection = checksums.connection
    if connection.exec_driver_sql("select 1 from flags limit 1").first() is None:
        return pa.array([], _TEXT)
    stage(connection, "asked_lines", lines(), ["line_id"])
    flagged = " or ".join(f"exists (select 1 from flags t where t.{n} = a.{n})" for n in ("line_id", "movement_key"))
    return pa.array(fetch_texts(connection, f"select a.line_id from asked_lines a where {flagged}"), _TEXT)


def open_movements(checksums: RowChecksums, rule_ids: Sequence[str]) -> pa.Table:
    """The movements that count and bear an open flag of some rules: flag_id, rule_id and the columns of MOVEMENT.

    Args:
        checksums: of a transaction.
        rule_ids: of the rules.

    Raises:
        LedgerError: one of them, or its flag, is not what was recorded.
    """
    schema = pa.schema([("flag_id", _TEXT), ("rule_id", _TEXT), *MOVEMENT])
    columns = ", ".join(f"m.{n}" for n in MOVEMENT.names)
    marks = ", ".join("?" * len(rule_ids)) or "null"
    flags = f"flags {{}} where {{}}.rule_id in ({marks})"
    checksums.check("flags", flags.format("t", "t"), tuple(rule_ids))
    movements = "cross join movements t where t.movement_key = f.movement_key and t.line_id = f.line_id"
    checksums.check("movements", f"(select * from {flags.format('g', 'g')}) f {movements}", tuple(rule_ids))
    # A flag about a substance is about that one of its line's movements.
    query = f"""select f.flag_id, f.rule_id, {columns} from flags f cross join movements m
        where f.rule_id in ({marks}) and f.state in ({OPEN_IN_SQL})
        and m.movement_key = f.movement_key and m.line_id = f.line_id and m.ended_run is null
        and (f.substance_id is null or m.substance_id = f.substance_id) order by f.flag_id, m.id"""
    return fetch(checksums.connection, query, schema, tuple(rule_ids))
