"""Arrow tables to rows and back, many at a time, past the layers that would make an object of every row.

In the ledger decimals are text with their six places, dates ISO text and lists JSON text: exact, in order, and the same on every
database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from precursor_screen.core.errors import LedgerError
from precursor_screen.history.database import shown_url

_numbers = count(1)
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
        yield list(zip(*(to_values(c) for c in table.slice(start, STEP).columns), strict=True))


def run_many(connection: Connection, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Executes a statement with `?` for its values once a row."""
    if rows:
        connection.exec_driver_sql(_marked(connection, statement), rows)


def insert(connection: Connection, name: str, table: pa.Table, *, on_conflict: str = "") -> None:
    """Inserts the rows of a table whose columns are those of the database's table, or some of them."""
    for rows in to_rows(table):
        insert_rows(connection, name, table.column_names, rows, on_conflict=on_conflict)


def insert_rows(
    connection: Connection, name: str, columns: Sequence[str], rows: list[tuple[Any, ...]], *, on_conflict: str = ""
) -> None:
    """Inserts rows of values as the database stores them."""
    marks = ", ".join("?" * len(columns))
    run_many(connection, f"insert into {name} ({', '.join(columns)}) values ({marks}) {on_conflict}", rows)


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


def stage_keys(connection: Connection, name: str, column: str, keys: Iterable[Any] | pa.Array | pa.ChunkedArray) -> None:
    """Makes a temporary table of one column, by which it is searched (`stage`); texts that are no column yet are sorted."""
    is_column = isinstance(keys, pa.Array | pa.ChunkedArray)
    stage(connection, name, pa.table([keys if is_column else pa.array(sorted(keys), pa.string())], names=[column]), [column])


def fetch_rows(
    connection: Connection, query: str, values: tuple[Any, ...] = (), *, at_least_once: bool = False
) -> Iterator[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """The rows of a query with `?` for its values as the database holds them, with the names of the columns.

    Args:
        connection: to the ledger.
        query: the query.
        values: of its question marks.
        at_least_once: give the names also where there is no row.
    """
    driver: Any = connection.connection.driver_connection
    # PostgreSQL hands over a whole result at once unless the cursor has a name.
    cursor = driver.cursor(name=f"ledger_{next(_numbers)}") if connection.dialect.name == "postgresql" else driver.cursor()
    try:
        cursor.execute(_marked(connection, query), values)
        names = tuple(column[0] for column in cursor.description)
        while (rows := cursor.fetchmany(STEP)) or at_least_once:
            at_least_once = False
            yield names, rows
    finally:
        cursor.close()


def fetch_batches(
    connection: Connection, query: str, schema: pa.Schema, values: tuple[Any, ...] = ()
) -> Iterator[pa.RecordBatch]:
    """The rows of a query with `?` for its values, as batches of the schema; never all of them at once.

    Raises:
        LedgerError: the database holds a value that is not of its column's kind.
    """
    for _, rows in fetch_rows(connection, query, values):
        yield to_batch(connection, rows, schema)


def to_batch(connection: Connection, rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as the database holds them, as a batch.

    Raises:
        LedgerError: see `fetch_batches`.
    """
    try:
        columns = [from_values(c, f.type) for c, f in zip(zip(*rows, strict=True), schema, strict=True)]
    except (ValueError, TypeError, pa.ArrowException) as error:  # only damage makes what we wrote unreadable
        place = shown_url(connection.engine.url)
        raise LedgerError(
            f"{place} is damaged: it holds a value of the wrong kind ({error})",
            remedy="Restore the last backup; `precursor-screen ledger verify` says what is wrong.",
        ) from error
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def fetch(connection: Connection, query: str, schema: pa.Schema, values: tuple[Any, ...] = ()) -> pa.Table:
    """The rows of a query with `?` for its values, as a table of the schema."""
    return pa.Table.from_batches(fetch_batches(connection, query, schema, values), schema)


def fetch_texts(connection: Connection, query: str) -> list[str]:
    """The one column of a query."""
    texts: list[str] = fetch(connection, query, pa.schema([("value", pa.string())])).column(0).to_pylist()
    return texts


def _marked(connection: Connection, statement: str) -> str:
    """The statement with the driver's own marks; ours hold neither a question mark nor a per cent sign of their own."""
    return statement.replace("?", "%s") if connection.dialect.name == "postgresql" else statement
