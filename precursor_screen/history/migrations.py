"""Numbered steps from an empty database to the present tables. A step that has been released never changes.

The statements are those that SQLite and PostgreSQL share; where they differ, a step has two forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import Struct
from sqlalchemy import Connection, inspect, text

from precursor_screen.core.errors import LedgerError, LedgerVersion
from precursor_screen.history import chain
from precursor_screen.history.chain import DIGEST, RowChecksums, read_rows
from precursor_screen.history.transfer import STEP, run_many, text_type
from precursor_screen.kernel.versions import BILL, add_bills
from precursor_screen.version import __version__

VERSIONS = "precursor_screen_versions"  # its presence tells our database from anybody else's

_FIRST_TABLES = Path(__file__).with_name("first_tables.sql")
# A verdict is never rewritten: a later one stands beside it.
_APPEND_ONLY = {
    "sqlite": tuple(
        f"create trigger dispositions_no_{act} before {act} on dispositions "
        "begin select raise(abort, 'dispositions are only ever added'); end"
        for act in ("update", "delete")
    ),
    "postgresql": (
        "create function dispositions_append_only() returns trigger language plpgsql as "
        "$$ begin raise exception 'dispositions are only ever added'; end $$",
        "create trigger dispositions_no_change before update or delete on dispositions "
        "for each row execute function dispositions_append_only()",
    ),
}


def _create_first_tables(connection: Connection) -> None:
    without_notes = re.sub(r"(?m)^(?:--.*)?\n", "", _FIRST_TABLES.read_text("utf-8"))
    for statement in without_notes.removesuffix(";\n").split(";\n"):
        connection.exec_driver_sql(_typed(connection, statement))
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _typed(connection: Connection, statement: str) -> str:
    # The type, not the column of that name.
    return re.sub(r" text(?=,| not| primary|\)|$)", f" {text_type(connection)}", statement)


_KEYS = {
    "runs": "run_no",
    "files": "sha256",
    "movements": "id",
    "flags": "flag_id",
    "cited_lines": "line_id",
    "dispositions": "id",
}


def _start_chain(connection: Connection) -> None:
    """Digests of all rows, and the first link. What was recorded before may have been changed before: it is marked so."""
    kind = "bytea" if connection.dialect.name == "postgresql" else "blob"
    connection.exec_driver_sql(_typed(connection, "alter table runs add column delivered text"))
    connection.exec_driver_sql("update runs set delivered = finished")  # version 1 recorded last of all
    for name in _KEYS:
        connection.exec_driver_sql(f"alter table {name} add column {DIGEST} {kind}")
    connection.exec_driver_sql(_typed(connection, chain.CREATE))
    triggers = _APPEND_ONLY[connection.dialect.name]
    for name in ("dispositions_no_update", "dispositions_no_delete", "dispositions_no_change"):
        on = " on dispositions" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"drop trigger if exists {name}{on}")
    checksums = {name: chain.Checksum() for name in chain.TABLES}
    for name, key in _KEYS.items():
        last: Any = None
        while True:  # by the key: what is read must not change under the reader
            after, values = (f"where t.{key} > ?", (last,)) if last is not None else ("", ())
            rows = list(read_rows(connection, f"{name} t {after} order by t.{key} limit {STEP}", values))
            if not rows:
                break
            run_many(connection, f"update {name} set {DIGEST} = ? where {key} = ?", [(r.now, r[key]) for r in rows])
            for row in rows:
                checksums[name].add(row.now)
            last = rows[-1][key]
    for statement in triggers:
        if statement.startswith("create trigger"):
            connection.exec_driver_sql(statement)
    chain.add_link(connection, chain.UNVERIFIED if checksums["runs"].rows else chain.NEW, checksums)


_TRADERS = {
    "sender": (("consignor", "exporter"), ("country_of_dispatch", "country_of_origin")),
    "receiver": (("consignee", "importer", "notify_party"), ("country_of_destination",)),
}
_STORED = {  # parts of a role that version 2 recorded
    "name": ("consignor", "consignee", "notify_party", "exporter", "importer"),
    "key": ("consignor", "consignee", "notify_party", "exporter", "importer"),
    "address_key": ("consignor", "consignee", "notify_party"),
    "country": ("consignor", "consignee"),
}


def _fill_traders(connection: Connection, checksums: RowChecksums) -> None:
    """Sender and receiver of every movement, from the roles that were recorded.

    By its recorded names alone: that a consignee is a bank or a forwarder is not looked at. As `kernel.resolve.traders` else.
    """
    checksums.check_all("movements")
    filled = []
    for side, (roles, places) in _TRADERS.items():
        for part in ("role", *_STORED):
            connection.exec_driver_sql(_typed(connection, f"alter table movements add column {side}_{part} text"))
            cases = " ".join(f"when {r}_key is not null then {_of_role(r, part)}" for r in roles)
            value = f"case {cases} end"
            if part == "country":
                value = f"coalesce({value}, {', '.join(places)})"
            filled.append(f"{side}_{part} = {value}")
    connection.exec_driver_sql(f"update movements set {', '.join(filled)}")
    highest = connection.execute(text("select coalesce(max(id), -1) from movements")).scalar_one()
    for first in range(0, int(highest) + 1, STEP):
        checksums.rehash("movements", "movements t where t.id >= ? and t.id < ?", (first, first + STEP))


def _of_role(role: str, part: str) -> str:
    """SQL of what version 2 recorded of a role."""
    if part == "role":
        return f"'{role}'"
    return f"{role}_{part}" if role in _STORED[part] else "null"


def _add(table: str, *names: str, indexes: Iterable[str] = ()) -> Callable[[Connection], None]:
    """Adds columns of text. Earlier versions kept nothing of it, so nothing is filled in; nulls at the end of a row change no digest."""

    def apply(connection: Connection) -> None:
        for name in names:
            connection.exec_driver_sql(_typed(connection, f"alter table {table} add column {name} text"))
        for index in indexes:
            connection.exec_driver_sql(f"create index {index}")

    return apply


# As `ledger.counts` packs them. Earlier versions counted nothing; nulls at the end of a run change no digest.
_COUNTS = """create table counts (
    id integer primary key, added_run integer not null references runs (run_no), day text not null, kind text not null,
    lines bigint not null, counts text not null, digest {binary})"""


def _add_counts(connection: Connection) -> None:
    binary = "bytea" if connection.dialect.name == "postgresql" else "blob"
    connection.exec_driver_sql(_typed(connection, _COUNTS.format(binary=binary)))
    connection.exec_driver_sql("create index counts_by_kind on counts (kind, day)")
    for name in ("lines_counted", "counts_pruned"):
        connection.exec_driver_sql(f"alter table runs add column {name} bigint")


# What tells the bill, of the columns that earlier versions recorded.
_OF_BILL = (
    *("declaration_id", "house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "bill_issuer", "shipment_id"),
    *("movement_key", "line_id"),
)


def _add_bills(connection: Connection, checksums: RowChecksums) -> None:
    """The bill of every movement, by which messages about it are found; and item numbers and stated masses, which earlier versions
    did not record. Nothing asks by movement_key alone any more."""
    _add("movements", "item_number", "bill_key", "stated_kg")(connection)
    checksums.check_all("movements")
    last = -1
    columns = ", ".join(("id", *_OF_BILL))
    while rows := connection.exec_driver_sql(
        f"select {columns} from movements where id > {last} order by id limit {STEP}"
    ).fetchall():
        ids, *stated = zip(*rows, strict=True)
        bills = add_bills(pa.table([pa.array(column, pa.string()) for column in stated], _OF_BILL)).column(BILL).to_pylist()
        run_many(connection, "update movements set bill_key = ? where id = ?", list(zip(bills, ids, strict=True)))
        checksums.rehash("movements", "movements t where t.id > ? and t.id <= ?", (last, rows[-1][0]))
        last = rows[-1][0]
    connection.exec_driver_sql("drop index movements_by_key")
    connection.exec_driver_sql("create index movements_by_bill on movements (bill_key)")
    connection.exec_driver_sql("create index movements_by_line on movements (line_id)")


# Who is in an episode, by which group it is found, and under which id it goes on once another has joined it.
_OF_EPISODES = (
    "flags_by_group on flags (group_key) where group_key is not null",
    "flags_aliases on flags (alias_of) where alias_of is not null",
)


class Migration(Struct, frozen=True):
    """A step: its number, from 1 without a gap, what it is, and what it does to the tables, and to rows with digests."""

    number: int
    name: str
    apply: Callable[[Connection], None] | None = None
    change: Callable[[Connection, RowChecksums], None] | None = None  # of a ledger whose rows have digests


MIGRATIONS = (
    Migration(1, "runs, files, movements, flags, cited lines, dispositions", _create_first_tables),
    Migration(2, "digests of rows, the chain, what was delivered", _start_chain),
    Migration(3, "sender and receiver of movements", change=_fill_traders),
    Migration(4, "goods that are watched", _add("movements", "goods_key", "net_mass_kg")),
    Migration(5, "what all lines come to by day", _add_counts),
    Migration(6, "the second officer of a verdict", _add("dispositions", "second")),
    Migration(7, "bills and items of movements", change=_add_bills),
    Migration(8, "episodes and their aliases", _add("flags", "group_key", "episode", "alias_of", indexes=_OF_EPISODES)),
    Migration(9, "bands of shipments", _add("flags", "band")),
    Migration(10, "the mass of goods as traded", _add("movements", "goods_mass_kg")),
    Migration(11, "addresses of exporters and importers", _add("movements", "exporter_address_key", "importer_address_key")),
    Migration(12, "what goods hold of a substance", _add("movements", "content_mass_kg")),
)

_WITH_DIGESTS = 2  # the step from which on rows have digests


def read_version(connection: Connection, shown: str) -> int:
    """The number of the last step that was applied; 0: an empty database.

    Args:
        connection: to the ledger.
        shown: the ledger as errors name it.

    Raises:
        LedgerError: the database holds somebody else's tables.
        LedgerVersion: a newer version of the program wrote it.
    """
    names = set(inspect(connection).get_table_names())
    if VERSIONS not in names:
        if names and (connection.dialect.name == "sqlite" or names & {"runs", "files", "movements", "flags", "dispositions"}):
            raise LedgerError(
                f"{shown} is a database of another program (it has the tables {', '.join(sorted(names)[:3])})",
                remedy="Name another file or database; nothing was changed.",
            )
        return 0
    number = int(connection.execute(text(f"select coalesce(max(number), 0) from {VERSIONS}")).scalar_one())
    if number > MIGRATIONS[-1].number:
        written = connection.execute(text(f"select tool_version from {VERSIONS} order by number desc limit 1")).scalar_one()
        raise LedgerVersion(
            f"{shown} has version {number}, written by precursor-screen {written}; this is {__version__}, which reads up to "
            f"version {MIGRATIONS[-1].number}",
            remedy="Install that version or a newer one; nothing was changed.",
        )
    return number


def migrate(connection: Connection, version: int, shown: str) -> None:
    """Applies the steps after `version`, within the caller's transaction.

    Raises:
        LedgerError: what an earlier version sealed is not what was recorded.
    """
    checksums = chain.open_checksums(connection, shown) if version >= _WITH_DIGESTS else None
    if not version:
        connection.exec_driver_sql(
            f"create table {VERSIONS} (number integer primary key, name text not null, applied text not null, "
            "tool_version text not null)"
        )
    for step in MIGRATIONS:
        if step.number > version:
            if step.apply is not None:
                step.apply(connection)
            if step.change is not None:
                checksums = checksums or chain.open_checksums(connection, shown)
                step.change(connection, checksums)
            row = {
                "number": step.number,
                "name": step.name,
                "applied": datetime.now(UTC).isoformat(timespec="seconds"),
                "tool_version": __version__,
            }
            connection.execute(text(f"insert into {VERSIONS} values (:number, :name, :applied, :tool_version)"), row)
    if checksums is not None and version:
        chain.add_link(connection, chain.MIGRATED, checksums.tables)
