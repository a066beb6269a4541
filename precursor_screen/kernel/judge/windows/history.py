"""The movements that windows see: those of this run and those recorded before, linked, with what the law says of each on its own date."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa

from precursor_screen.kernel.law import LISTING, THRESHOLDS, open_law, same_law
from precursor_screen.kernel.movements import CARGO, DOCUMENT_RANK, OWN_NUMBER, link_movements
from precursor_screen.kernel.resolve.substances import substance_table
from precursor_screen.memory import ALWAYS, IDENTITY, REFERENCES, Past
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.expression import Expression
from precursor_screen.rulebook.render import render
from precursor_screen.rulebook.sql import identifier, null_column
from precursor_screen.schema import PREVIOUS_COLUMNS

_LAW = (*LISTING, *THRESHOLDS)
_SUBSTANCE = ("substance_name", "parent_substance_id", "family", "licit_use", "substance_route_groups")


def open_moves(
    connection: duckdb.DuckDBPyConnection,
    live: pa.Table,
    recorded: pa.Table,
    history: Past,
    columns: frozenset[str],
    judging: frozenset[str],
    naming: frozenset[str],
    tests: Mapping[Expression, str],
    reference: Reference,
) -> str:
    """Makes `fresh`, the new movements, and `named`, the line of every movement, and says how new and recorded ones are read together.

    A movement is new when it is not recorded, or under another line_id (amended); one that was sent again is the recorded one. One
    that stands for another's cargo is left out. Recorded movements come in millions: they are read where they lie, and only the
    columns that judge them.

    Args:
        connection: where the tables are made.
        live: MOVEMENT rows of this run.
        recorded: MOVEMENT rows of earlier runs.
        history: what else was recorded.
        columns: of MOVEMENT, looked up or previous: those that `fresh` is to have, beside row_no and is_new.
        judging: those that a recorded movement is judged by.
        naming: those by whose values a sentence names what is in a window.
        tests: `tests_of_law`: they are made once a row of the law.
        reference: substances, law and thresholds.

    Returns:
        SQL of all movements: row_no, is_new, cargo, line_id, movement_key, as_of_date, the columns `judging` and the outcomes of `tests`.
    """
    connection.register("live", live)
    connection.register("known", history.known)
    connection.register("amended", history.amended)
    first = live.num_rows
    numbers = pa.array(np.arange(first, first + recorded.num_rows))
    connection.register("recorded", recorded.append_column("row_no", numbers))
    stored = [n for n in live.column_names if n in columns or n in ALWAYS]
    names = ", ".join(identifier(n) for n in stored)
    connection.execute(f"""
        create temp table mine as
        select {names}, row_number() over (order by as_of_date, line_id, substance_id) - 1 as row_no
        from live anti join known on live.movement_key = known.movement_key and live.line_id = known.line_id""")
    wanted = [n for n in live.column_names if n in judging or n in naming or n in _JUDGED_BY]
    theirs = ", ".join(identifier(n) if n in recorded.column_names else null_column(n) for n in wanted)
    own = ", ".join(identifier(n) for n in wanted)
    every = f"(select {own}, row_no, true as is_new from mine union all select {theirs}, row_no, false from recorded) linked"
    connection.execute(f"create temp view everything as select *, hash({CARGO}) as cargo_hash from {every}")
    _link(connection)
    joins, looked_up = _lookups(connection, columns, tests, reference)
    shown = ", ".join(f"linked.{identifier(n)}" for n in stored if n in columns or n in IDENTITY)
    connection.execute(f"""
        create temp table fresh as select linked.row_no, {shown}, linked.is_new{"".join(looked_up.values())}
        from (select *, true as is_new from mine) linked left join cargo using (row_no) {joins} where coalesce(cargo.counts, true)""")
    kept = [n for n in wanted if n in judging and n not in _ALL]
    some = "".join(f", linked.{identifier(n)}" for n in kept) + "".join(sql for n, sql in looked_up.items() if n in judging)
    some += "".join(_outcome(connection, test, name) for test, name in tests.items())
    stated = [f", linked.{identifier(n)}" for n in sorted(naming) if n in wanted]
    found = [looked_up[n] for n in sorted(naming) if n in looked_up and n not in wanted]
    connection.execute(f"""
        create temp view named as
        select linked.row_no, linked.line_id{"".join([*stated, *found])} from everything linked {joins if found else ""}""")
    return f"""
        select linked.row_no, linked.is_new, coalesce(cargo.cargo, linked.cargo_hash) as cargo, {", ".join(f"linked.{n}" for n in _ALL)}{some}
        from everything linked left join cargo on linked.row_no = cargo.row_no {joins} where coalesce(cargo.counts, true)"""


_ALL = ("line_id", "movement_key", "as_of_date")
# What is looked up is looked up by substance, day and direction; what is linked must state as much as what it covers.
_JUDGED_BY = (*_ALL, *REFERENCES, "substance_id", "direction", "substance_mass_kg")


def _link(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes `cargo` (row_no, cargo, counts) of the movements that share a cargo with another's document.

    Few do, and the exact search holds all it is given: so it gets those alone whose own number another one states. What is one
    cargo has one number, a hash; equal hashes of different numbers cost a look and change nothing.
    """
    bills = ("house_bill_of_lading", "bill_of_lading", "master_bill_of_lading")
    stated = ", ".join(f"case when {b} is not null then hash({b}) end as bill_{n}" for n, b in enumerate(bills))
    connection.execute(f"""
        create temp table numbers as
        select row_no, cast({DOCUMENT_RANK} as tinyint) as rank, hash({OWN_NUMBER}) as own, {stated} from everything""")
    connection.execute("""
        create temp table shared as
        select distinct number from (select unnest([bill_0, bill_1, bill_2]) as number, own from numbers where rank >= 2) where number <> own
        intersect select own from numbers where rank in (1, 2)""")
    if not connection.execute("select count(*) from shared").fetchall()[0][0]:
        connection.execute("drop table numbers")
        connection.execute("create temp table cargo (row_no bigint, cargo ubigint, counts boolean)")
        return
    states = " or ".join(f"{number} in (from shared)" for number in ("own", "bill_0", "bill_1", "bill_2"))
    connection.execute(f"""
        create temp table referring as
        select * from everything where row_no in (select row_no from numbers where {states})""")
    connection.execute("drop table numbers")
    connection.execute(f"""
        create temp table cargo as select row_no, hash(cargo_id) as cargo, counts from ({link_movements("referring")})""")


def _outcome(connection: duckdb.DuckDBPyConnection, test: Expression, name: str) -> str:
    """SQL of the outcome of a test of the law, with a leading comma; what no law speaks of is tested with nulls."""
    nothing = ", ".join(null_column(c) for c in LISTING)
    without = connection.execute(f"select {render(test)} from (select {nothing})").fetchall()[0][0]
    return (
        f", law.{name}"
        if without is None
        else f", case when law.substance_id is null then {without} else law.{name} end as {name}"
    )


def _lookups(
    connection: duckdb.DuckDBPyConnection, columns: frozenset[str], tests: Mapping[Expression, str], reference: Reference
) -> tuple[str, dict[str, str]]:
    """SQL of the joins, and of the columns they give by name (each with a leading comma), for the columns asked for."""
    joins = ""
    found: dict[str, str] = {}
    if any(c in columns for c in _SUBSTANCE):
        connection.register("substances", substance_table(reference.substances.substances, reference.concern))
        joins += " left join substances on linked.substance_id = substances.substance_id"
        found |= {c: f", substances.{c}" for c in _SUBSTANCE if c in columns}
    if tests or any(c in columns for c in _LAW):
        open_law(connection, reference, tests)
        joins += f" left join law on {same_law('linked', 'linked')}"
        found |= {c: f", law.{c}" for c in _LAW if c in columns}
    if previous := [c for c in PREVIOUS_COLUMNS if c.name in columns]:
        # The earlier version of a movement of two substances has two rows: what it says of the same one comes first.
        joins += """ left join lateral (select * from amended a where linked.is_new and linked.movement_key = a.movement_key
            order by a.substance_id is distinct from linked.substance_id, a.substance_id limit 1) amended on true"""
        found |= {c.name: f", amended.{identifier(c.name.removeprefix('previous_'))} as {identifier(c.name)}" for c in previous}
    return joins, found
