"""Rows that queries read, as values: a step takes relations and gives one, so that what feeds what can be read off the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
from msgspec import Struct


class Relation(Struct, frozen=True):
    """A table that is there, or a query and the relations that it names.

    Attributes:
        name: what queries call it; one name is one relation within whatever reads it.
        query: SQL; empty: a connection holds a table of that name.
        reads: what the query names.
    """

    name: str
    query: str = ""
    reads: tuple[Relation, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def sql(self) -> str:
        """The whole query: each step that leads to it once, before whatever reads it."""
        steps: dict[str, Relation] = {}
        self._gather(steps)
        first = f"with {', '.join(f'{step} as ({step.query})' for step in steps.values())} " if steps else ""
        return first + (self.query or f"select * from {self.name}")

    def _gather(self, steps: dict[str, Relation]) -> None:
        """Adds the steps that lead to it, in order."""
        for step in self.reads:
            if step.query and step.name not in steps:
                step._gather(steps)
                steps[step.name] = step
            assert not step.query or steps[step.name] is step, f"two relations are called {step.name}"


def derive(name: str, query: str, *reads: Relation) -> Relation:
    """The relation that a query gives which names others."""
    return Relation(name, query, reads)


def give(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> Relation:
    """Rows in memory, read where they lie."""
    connection.register(name, rows)
    return Relation(name)


def keep(connection: duckdb.DuckDBPyConnection, relation: Relation) -> Relation:
    """A relation worked out once, for as long as the connection: a table of its name."""
    connection.execute(f"create temp table {relation.name} as {relation.sql}")
    return Relation(relation.name)


@contextmanager
def kept(connection: duckdb.DuckDBPyConnection, relation: Relation) -> Iterator[Relation]:
    """A relation worked out once, and let go of afterwards."""
    table = keep(connection, relation)
    yield table
    connection.execute(f"drop table {table}")  # where something failed, the connection goes with it
