"""Episodes of a run against those recorded: which go on under the id that they have, and which have become one.

Who is in an episode is kept beside its flag, so that what comes late or falls away changes it, and does not begin another. Where several
are joined, the id that was given first stands; the others are its aliases, and what was said of them is said of it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
from msgspec import Struct
from sqlalchemy import Connection, text

from precursor_screen.core.history_seam import MEMBER
from precursor_screen.history.chain import RowChecksums
from precursor_screen.history.transfer import fetch, run_many, stage
from precursor_screen.history.values import RESOLVED

_TEXT = pa.string()
_RECORDED = pa.schema(
    [*((n, _TEXT) for n in ("flag_id", "rule_id", "group_key", "line_id", "substance_id", "episode")), ("first_run", pa.int64())]
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


def read_members(seals: RowChecksums, rule_id: str, group_keys: pa.Array) -> pa.Table:
    """MEMBER of the recorded episodes of a rule in some groups that are not over.

    Raises:
        LedgerError: a flag is not what was recorded.
    """
    rows = []
    for flag in _recorded(seals, rule_id, group_keys):
        for line, substance, day, value in json.loads(flag["episode"]):
            rows.append((flag["group_key"], line, substance, date.fromisoformat(day), value))
    columns = list(zip(*rows, strict=True)) or [()] * len(MEMBER)
    return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, MEMBER, strict=True)], schema=MEMBER)


def _recorded(seals: RowChecksums, rule_id: str, group_keys: pa.Array) -> list[dict[str, Any]]:
    stage(seals.connection, "asked_groups", pa.table([group_keys], names=["group_key"]), ["group_key"])
    source = "asked_groups a cross join flags t where t.group_key = a.group_key"
    seals.check("flags", source)
    query = f"""select {", ".join(f"t.{n}" for n in _RECORDED.names)} from {source}
        and t.state <> '{RESOLVED}' and t.episode is not null order by t.first_run, t.flag_id"""
    found: list[dict[str, Any]] = fetch(seals.connection, query, _RECORDED).to_pylist()
    return [flag for flag in found if flag["rule_id"] == rule_id]


def join_episodes(seals: RowChecksums, episodes: pa.Table, amends: Mapping[str, str]) -> Joined:
    """Finds the recorded flags that the episodes of a run go on with: those that share a movement, or what it amends.

    Args:
        seals: of a transaction.
        episodes: EPISODE of the run.
        amends: line_id -> the line that it amends.

    Raises:
        LedgerError: a recorded flag is not what was recorded.
    """
    known = _known(seals, episodes, amends)
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
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in episodes.to_pylist():
        found[row["flag_id"]].append(row)
    return found


def _known(seals: RowChecksums, episodes: pa.Table, amends: Mapping[str, str]) -> dict[tuple[str, str], list[_Known]]:
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
        for flag in _recorded(seals, rule_id, pa.array(sorted(groups[rule_id]), _TEXT)):
            rows = tuple((line, substance) for line, substance, _, _ in json.loads(flag["episode"]))
            found[rule_id, flag["group_key"]].append(_Known(flag["flag_id"], flag["first_run"], rows))
    lines = pa.array(sorted({line for _, line in of_line}), _TEXT)
    stage(seals.connection, "member_lines", pa.table([lines], names=["line_id"]), ["line_id"])
    source = "member_lines a cross join flags t where t.line_id = a.line_id and t.group_key is null"
    seals.check("flags", source)
    query = f"select {', '.join(f't.{n}' for n in _RECORDED.names)} from {source} and t.state <> '{RESOLVED}'"
    for flag in fetch(seals.connection, query, _RECORDED).to_pylist():
        for group in of_line.get((flag["rule_id"], flag["line_id"]), ()):
            own = ((flag["line_id"], flag["substance_id"] or ""),)
            found[flag["rule_id"], group].append(_Known(flag["flag_id"], flag["first_run"], own))
    return {place: sorted(some, key=lambda k: (k.first_run, k.flag_id)) for place, some in found.items()}


def under_kept_ids(table: pa.Table, joined: Joined) -> pa.Table:
    """A table with a column flag_id, under the ids that stand."""
    if not joined.kept:
        return table
    ids = [joined.kept.get(i, i) for i in table.column("flag_id").to_pylist()]
    return table.set_column(table.column_names.index("flag_id"), "flag_id", pa.array(ids, _TEXT))


def record_episodes(seals: RowChecksums, episodes: pa.Table, aliases: Mapping[str, str], run_no: int) -> set[str]:
    """Records who is in the episodes of flags that are recorded, and which flags have become parts of others.

    Args:
        seals: of a transaction; the rows of `flags` are renewed by the caller.
        episodes: EPISODE, under the ids that stand.
        aliases: of `Joined`.
        run_no: of the run.

    Returns:
        Ids of the flags that are parts of others now.
    """
    connection = seals.connection
    rows = []
    for flag_id, some in _by_flag(episodes).items():
        told = sorted((r["line_id"], r["substance_id"], r["day"].isoformat(), r["value"]) for r in some)
        rows.append((some[0]["group_key"], json.dumps(told, separators=(",", ":")), flag_id))
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


def lines_beside(connection: Connection, gone: Collection[str]) -> set[str]:
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
