"""The registers that an office keeps and this tool reads: what they are called, their columns, and how people head those.

permits: import and export permits. pre-export-notifications: what was notified to the importing State, and its answer. licences: who
may handle which substance, and how much a year. annual-requirements: what a country says it needs legitimately in a year.
import-confirmations: what the other side says arrived there. voluntary-notifications: what was notified of substances that no Table has
(PEN Online Light of the International Narcotics Control Board); no law asks for one, so that only an objection speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

import duckdb
import msgspec
import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.schema import DECIMAL
from precursor_screen.core.tables import meanings_of, read_boolean, shipped_rows, words_of

# Registers of documents, as queries see them.


def open_registers(connection: duckdb.DuckDBPyConnection, registers: Mapping[str, pa.Table]) -> None:
    """Makes the rows of registers, by name, known to a connection under `register_table`."""
    for name, rows in registers.items():
        connection.register(register_table(name), rows)


def register_table(register: str) -> str:
    """SQL name of the rows of a register."""
    return f"register_{register.replace('-', '_')}"


PERMITS, NOTIFICATIONS, LICENCES, REQUIREMENTS = "permits", "pre-export-notifications", "licences", "annual-requirements"
CONFIRMATIONS, VOLUNTARY = "import-confirmations", "voluntary-notifications"
# Those that movements are compared with in full: a movement without one of them may lack what the law asks for.
OF_LAW: Final = (PERMITS, NOTIFICATIONS, LICENCES, REQUIREMENTS, CONFIRMATIONS)
_NAMES: Final = (*OF_LAW, VOLUNTARY)
WRITTEN = "quantity_as_written"
_COLUMNS: Final = ("register", "column", "kind", "required", "lenient", "headers", "fields", "meaning")

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "reference": pa.string(),
    "party": pa.string(),
    "country": pa.string(),
    "status": pa.string(),
    "substance": pa.string(),
    "number": DECIMAL,
    "date": pa.date32(),
    "year": pa.int64(),
    "boolean": pa.bool_(),
}


class RegisterColumn(Struct, frozen=True):
    """A column of a register.

    Attributes:
        kind: see TYPES.
        required: whether a row is worth nothing without it.
        spellings: headers that it goes by, the surest first.
        doc: what it means.
        fields: of a manifest whose known headers it goes by too.
        lenient: whether a cell that cannot be understood is left out and told, and its row stays.
    """

    name: str
    kind: str
    required: bool
    spellings: tuple[str, ...]
    doc: str
    fields: tuple[str, ...] = ()
    lenient: bool = False


class Scope(Struct, frozen=True):
    """What a register says of itself when it is imported.

    Attributes:
        complete: whether it holds every document of its substances, directions and days; None: it does not say, and then that a document
            is absent proves nothing.
        substances: ids; empty: all. directions: `import`, `export`; empty: both.
        first, last: ISO dates of the days that it covers; empty: not stated.
    """

    complete: bool | None = None
    substances: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    first: str = ""
    last: str = ""

    def is_complete_for(self, substance_id: str, direction: str | None, day: date) -> bool | None:
        """Whether a document for such goods would be in it if there were one; None: it does not say."""
        inside = (self.first or "0") <= day.isoformat() <= (self.last or "9")
        of_kind = (not self.substances or substance_id in self.substances) and (
            not self.directions or direction is None or direction in self.directions
        )
        return self.complete if inside and of_kind else False


NOT_SAID: Final = Scope()
_SCOPE = b"scope"


def with_scope(table: pa.Table, scope: Scope) -> pa.Table:
    """A register's table that knows its scope."""
    return table.replace_schema_metadata({_SCOPE: msgspec.json.encode(scope)})


def scope_of(table: pa.Table) -> Scope:
    """The scope of a register's table."""
    said = (table.schema.metadata or {}).get(_SCOPE)
    return msgspec.json.decode(said, type=Scope) if said else Scope()


class _Registers(Mapping[str, tuple[RegisterColumn, ...]]):
    """The registers by name; their columns are read when any of them are first asked for."""

    def __getitem__(self, register: str) -> tuple[RegisterColumn, ...]:
        return _columns()[register]

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


@cache
def _columns() -> dict[str, tuple[RegisterColumn, ...]]:
    """The columns of each, by `data/names/register_columns.csv`; headers that several have alike are one role of `register_words.csv`."""
    found: dict[str, tuple[RegisterColumn, ...]] = {}
    for row in shipped_rows("register_columns", _COLUMNS):
        spellings = tuple(word for role in row["headers"].split("|") for word in words_of("register_words", role))
        fields = tuple(filter(None, row["fields"].split("|")))
        required, lenient = (row.read(mark, read_boolean) for mark in ("required", "lenient"))
        column = RegisterColumn(row["column"], row["kind"], required, spellings, row["meaning"], fields, lenient)
        found[row["register"]] = (*found.get(row["register"], ()), column)
    return found


REGISTERS: Final[Mapping[str, tuple[RegisterColumn, ...]]] = _Registers()

# What a status column may say, in the words of the field; the first is what an empty cell means.
STATUSES: Final = meanings_of("status_words", "status")
AMENDED: Final = (
    "amended"  # by a version that is another row, which is the one in force; or this row is it. The table says which.
)


def schema_of(register: str) -> pa.Schema:
    """The Arrow schema of a register as it is stored: its columns, substance_id, and a comparable key beside every party."""
    fields: dict[str, pa.DataType] = {}
    for column in REGISTERS[register]:
        fields[column.name] = TYPES[column.kind]
        beside = {
            "party": f"{column.name}_key",
            "number": WRITTEN,
            "substance": "substance_id",
        }  # a number: not in plain kilograms
        if column.kind in beside:
            fields[beside[column.kind]] = pa.string()
    return pa.schema(fields)
