"""The column map a user writes: which column of a table is which field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.errors import ErrorGroup, MappingError, PrecursorScreenError, RuleSyntaxError, Where
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.names.unit_codes import Unit
from precursor_screen.readers.fields import CANONICAL, IGNORED
from precursor_screen.rulebook.located import parse_documents

DATE_ORDERS = ("dmy", "mdy", "ymd")
DECIMALS = (",", ".")
NO_PRESET = "none"
IGNORED_BY_MAP = "left out by the map"  # the reason of such a Guess
_SHOWN = 100
_KEYS = ("columns", "date_order", "decimal", "header_row", "preset", "table")


class Guess(Struct, frozen=True):
    """What one column is taken for, and why.

    Attributes:
        position: of the column, from 0.
        header: as filed.
        field: canonical field; empty: not mapped.
        reason: in words.
        unit: unit of mass that the header names.
        currency: ISO 4217 code that the header names.
        exact: the header stands so among the known spellings; of several parties in one role these come first.
        preset: the preset that says so; empty: none.
    """

    position: int
    header: str
    field: str
    reason: str
    unit: Unit | None = None
    currency: str = ""
    exact: bool = False
    preset: str = ""


class Column(Struct, frozen=True):
    """One column as it was understood, for people who check that.

    Attributes:
        guess: what it is taken for.
        filled: how many of the cells that were looked at say something.
        seen: how many were looked at.
        cells: distinct ones among them.
    """

    guess: Guess
    filled: int
    seen: int
    cells: tuple[str, ...] = ()


class Reading(Struct, frozen=True):
    """How a table was understood, column by column.

    Attributes:
        columns: in the order of the source.
        dialect: how text was cut into cells, in words; empty for other formats.
        preset: the layout it is in, by its id; empty: none that is known.
    """

    columns: tuple[Column, ...]
    dialect: str = ""
    preset: str = ""


class ColumnMap(Struct, frozen=True):
    """A column map.

    Attributes:
        columns: header as filed (or the column's number, from 1) -> canonical field; `ignore` leaves a column out.
        date_order: dmy, mdy or ymd; empty: decided by the column.
        decimal: `,` or `.`; empty: decided by the column.
        header_row: row of the header, 0 for none (columns then go by number); None: looked for.
        name: for messages.
        preset: id of the layout that the table is in; `none`: of no known one; empty: looked for.
        table: the sheet or member that the map is for (`#Sheet1`, `!may.csv#Sheet1`); empty: all that no other is for.
        others: the maps of other tables in the same file.
    """

    columns: Mapping[str, str]
    date_order: str = ""
    decimal: str = ""
    header_row: int | None = None
    name: str = "mapping"
    preset: str = ""
    table: str = ""
    others: tuple[ColumnMap, ...] = ()

    def of_table(self, name: str) -> ColumnMap | None:
        """The map for one table of a file, by the table's name; None: it is guessed."""
        maps = (self, *self.others)
        return next(
            (one for one in maps if one.table and name.endswith(one.table)), next((one for one in maps if not one.table), None)
        )


def load_column_map(path: Path) -> ColumnMap:
    """Read a column map from YAML.

    Raises:
        MappingError: unreadable.
        ErrorGroup: of MappingErrors, all of them at once.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"cannot be read ({error})", where=Where(str(path)), remedy="Check the path.") from error
    return parse_column_map(text, str(path))


def parse_column_map(text: str, name: str) -> ColumnMap:
    """A column map from the text of a YAML file; errors as in `load_column_map`."""
    try:
        documents = [located.data for located in parse_documents(text, name) if located.data is not None]
    except RuleSyntaxError as error:
        line = error.where.file.removeprefix(f"{name}:").partition(":")[0]
        where = Where(name, int(line) if line.isdigit() else None)
        raise MappingError(error.message, where=where, remedy=error.remedy) from error
    errors = [error for data in documents or [None] for error in _wrong_document(data, name)]
    errors += _wrong_tables(documents, name) if not errors else []
    if errors:
        raise errors[0] if len(errors) == 1 else ErrorGroup(errors)
    maps = [_column_map(data, name) for data in documents]
    return replace(maps[0], others=tuple(maps[1:]))


def _column_map(data: Mapping[str, Any], name: str) -> ColumnMap:
    # A list is named with brackets or without: items[].name and items.name are one column.
    columns = {str(k).replace("[]", ""): str(v or IGNORED) for k, v in (data.get("columns") or {}).items()}
    order, decimal, preset, table = (str(data.get(key) or "") for key in ("date_order", "decimal", "preset", "table"))
    return ColumnMap(columns, order, decimal, data.get("header_row"), name, preset, table)


def _wrong_document(data: Any, name: str) -> list[PrecursorScreenError]:
    if not isinstance(data, dict):
        return [
            MappingError("holds no map", where=Where(name), remedy="Write `columns:` and one `Header: field` a line below it.")
        ]
    return [*_wrong_keys(data, name), *_wrong_columns(data, name)]


def _wrong_tables(documents: list[Any], name: str) -> list[PrecursorScreenError]:
    """A file with several maps says which table each is for; one may be for all others."""
    tables = [str(data.get("table") or "") for data in documents]
    return [
        MappingError(
            f"holds two maps for {table!r}" if table else "holds several maps that name no table",
            where=Where(name),
            remedy='Give each a line `table: "#SHEET"`, as `mapping list --yaml` writes it.',
        )
        for table in dict.fromkeys(tables)
        if tables.count(table) > 1
    ]


def _wrong_keys(data: Mapping[Any, Any], name: str) -> list[PrecursorScreenError]:
    errors: list[PrecursorScreenError] = []
    for key in data:
        if key not in _KEYS:
            errors.append(MappingError(f"unknown key {key!r}", where=Where(name), remedy=did_you_mean(str(key), _KEYS)))
    order, decimal, row = data.get("date_order"), data.get("decimal"), data.get("header_row")
    if order and order not in DATE_ORDERS:
        errors.append(MappingError(f"date_order {order!r} is unknown", where=Where(name), remedy="Write dmy, mdy or ymd."))
    if decimal and decimal not in DECIMALS:
        errors.append(MappingError(f"decimal {decimal!r} is unknown", where=Where(name), remedy='Write "," or ".".'))
    if row is not None and (not isinstance(row, int) or isinstance(row, bool) or row < 0):
        errors.append(MappingError(f"header_row {row!r} is no row", where=Where(name), remedy="Write a number from 0."))
    return errors


def _wrong_columns(data: Mapping[Any, Any], name: str) -> list[PrecursorScreenError]:
    columns = data.get("columns")
    if not columns and data.get("preset"):
        return []
    if not isinstance(columns, dict) or not columns:
        return [
            MappingError("has no columns", where=Where(name), remedy="Write `columns:` and one `Header: field` a line below it.")
        ]
    return [
        MappingError(
            f"column {str(header)!r}: {str(field)[:_SHOWN]!r} is no field",
            where=Where(name, field=str(header)),
            remedy=did_you_mean(str(field)[:_SHOWN], CANONICAL) or "`mapping list` shows the fields.",
        )
        for header, field in columns.items()
        if field is not None and field != IGNORED and field not in CANONICAL
    ]


def unknown_headers(column_map: ColumnMap, headers: tuple[str, ...], where: str) -> list[PrecursorScreenError]:
    """An error for each header that the map names and the table does not have."""
    known = {h.strip() for h in headers} | {str(i + 1) for i in range(len(headers))}
    return [
        MappingError(
            f"the map {column_map.name} names the column {header!r}, which is not there",
            where=Where(where),
            remedy=did_you_mean(header, known) or "The columns are: " + ", ".join(h for h in headers if h.strip()),
        )
        for header in column_map.columns
        if header.strip() not in known
    ]
