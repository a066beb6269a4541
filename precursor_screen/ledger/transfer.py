"""Arrow tables to rows and back, many at a time, past the layers that would make an object of every row.

In the ledger decimals are text with their six places, dates ISO text and lists JSON text: exact, in order, and the same on every
database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

STEP = 20_000  # rows that are Python objects at a time


def to_values(column: pa.ChunkedArray) -> list[Any]:
    """What the database stores of a column."""
    kind = column.type
    if pa.types.is_list(kind):
        return [None if v is None else json.dumps(v, ensure_ascii=False) for v in column.to_pylist()]
    if pa.types.is_decimal(kind) or pa.types.is_date(kind):
        column = column.cast(pa.string())
    elif pa.types.is_string(kind) and pc.any(pc.match_substring(column, "\x00")).as_py():
        column = pc.replace_substring(column, "\x00", "\ufffd")  # PostgreSQL holds none, and SQLite's functions stop at one
    values: list[Any] = column.to_pylist()
    return values


def from_values(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """A column from what the database stores of it."""
    if pa.types.is_list(kind):
        # One document: a parser called once a list takes three times as long.
        return pa.array(json.loads(f"[{','.join('null' if v is None else v for v in values)}]"), kind)
    if pa.types.is_decimal(kind) or pa.types.is_date(kind):
        return pa.array(values, pa.string()).cast(kind)
    return pa.array(values, kind)


def to_rows(table: pa.Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table as tuples, a bounded number at a time."""
    for start in range(0, table.num_rows, STEP):
        part = table.slice(start, STEP)
        yield list(zip(*(to_values(c) for c in part.columns), strict=True))


def run_many(connection: Connection, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Executes a statement with `?` for its values once a row."""
    if rows:
        connection.exec_driver_sql(_marked(connection, statement), rows)


def insert(connection: Connection, name: str, table: pa.Table, *, on_conflict: str = "") -> None:
    """Inserts the rows of a table whose columns are those of the database's table, or some of them."""
    marks = ", ".join("?" * table.num_columns)
    statement = f"insert into {name} ({', '.join(table.column_names)}) values ({marks}) {on_conflict}"
    for rows in to_rows(table):
        run_many(connection, statement, rows)


def text_type(connection: Connection) -> str:
    """The type of text: compared byte by byte, so that order and equality are the same on every database."""
    return 'text collate "C"' if connection.dialect.name == "postgresql" else "text"


def stage(connection: Connection, name: str, table: pa.Table, key: Sequence[str]) -> None:
    """Makes a temporary table of these rows, which ends with the transaction; one of that name before it goes.

    Args:
        connection: in a transaction.
        name: of the temporary table.
        table: columns of text or integer.
        key: columns by which it is searched.
    """
    kinds = ", ".join(f"{f.name} {'bigint' if pa.types.is_integer(f.type) else text_type(connection)}" for f in table.schema)
    connection.exec_driver_sql(f"drop table if exists {name}")
    ends = " on commit drop" if connection.dialect.name == "postgresql" else ""
    connection.exec_driver_sql(f"create temporary table {name} ({kinds}){ends}")
    insert(connection, name, table)
    connection.exec_driver_sql(f"create index {name}_by_key on {name} ({', '.join(key)})")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"analyze {name}")


def fetch_batches(
    connection: Connection, query: str, schema: pa.Schema, values: tuple[Any, ...] = ()
) -> Iterator[pa.RecordBatch]:
    """The rows of a query with `?` for its values, as batches of the schema; never all of them at once."""
    driver: Any = connection.connection.driver_connection
    # PostgreSQL hands over a whole result at once unless the cursor has a name.
    cursor = driver.cursor(name="ledger") if connection.dialect.name == "postgresql" else driver.cursor()
    try:
        cursor.execute(_marked(connection, query), values)
        while rows := cursor.fetchmany(STEP):
            columns = [from_values(c, f.type) for c, f in zip(zip(*rows, strict=True), schema, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
    finally:
        cursor.close()


def fetch(connection: Connection, query: str, schema: pa.Schema, values: tuple[Any, ...] = ()) -> pa.Table:
    """The rows of a query with `?` for its values, as a table of the schema."""
    return pa.Table.from_batches(fetch_batches(connection, query, schema, values), schema)


def fetch_texts(connection: Connection, query: str, values: tuple[Any, ...] = ()) -> list[str]:
    """The one column of a query."""
    texts: list[str] = fetch(connection, query, pa.schema([("value", pa.string())]), values).column(0).to_pylist()
    return texts


def _marked(connection: Connection, statement: str) -> str:
    """The statement with the driver's own marks; ours hold neither a question mark nor a per cent sign of their own."""
    return statement.replace("?", "%s") if connection.dialect.name == "postgresql" else statement
