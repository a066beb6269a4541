"""The column map a user writes: which column of a table is which field."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup, MappingError, PrecursorScreenError, RuleSyntaxError, raise_all, reason
from precursor_screen.core.located import Complaints, Located, parse_documents
from precursor_screen.core.schema import FILED
from precursor_screen.core.shape import Choice, Make, Record, Shape, Value, Whole, as_read, read_shaped
from precursor_screen.core.words import did_you_mean
from precursor_screen.text.quantity_words import Unit

if TYPE_CHECKING:
    from precursor_screen.reference.registers.headers import FieldOf, HeaderWords

# The fields a column can be mapped to: those of LINE, and a few that are turned into them.

IGNORED = "ignore"

# Not columns of LINE: what each becomes.
INTERMEDIATE: dict[str, str] = {
    "description_extra": "joined to description, in column order",
    "gross_mass": "gross_mass_kg, by the unit of the cell, the unit column or the header",
    "net_mass": "net_mass_kg, likewise",
    "mass_unit": "unit of gross_mass and net_mass",
    "procedure": "direction, where it says so",
    "customs_office": "kept with the cells as filed",
    "message_function": "original, replacement or cancellation",
    "version": "version of the message",
}
KINDS: dict[str, str] = {c.name: c.kind for c in FILED}
CANONICAL: tuple[str, ...] = (*KINDS, *INTERMEDIATE)
COUNTRIES = tuple(name for name in KINDS if name.endswith("_country") or name.startswith("country_of_"))
PARTY_NAMES = ("consignor_name", "consignee_name", "notify_party_name", "exporter_name", "importer_name")
# Fields in which several columns may say the same in two languages or two lengths: all of them are kept.
SEVERAL = (
    *PARTY_NAMES,
    "declarant_name",
    "carrier_name",
    "description",
    "description_extra",
    "marks",
    "other_parties",
    "container_numbers",
)


NO_PRESET = "none"
IGNORED_BY_MAP = "left out by the map"  # the reason of such a Guess
_WRITE = "Write it as `precursor-screen mapping list FILE --yaml` does: `columns:`, and below it a line `HEADER: FIELD` for each column."
_any_text = Shape(default="", into=str)
DATE_ORDERS, DECIMALS = ("dmy", "mdy", "ymd", ""), (",", ".", "")
_SPELT = {
    "date_order": Choice(of=DATE_ORDERS, default="", remedy="Write dmy, mdy or ymd."),
    "decimal": Choice(of=DECIMALS, default="", remedy='Write "," or ".".'),
}
_FIELD = Choice(
    of=(*CANONICAL, IGNORED), fault="column {name!r}: {value!r} is not a field", remedy="`mapping list` shows the fields."
)
_MAP = Record(
    what="a column map",
    remedy=_WRITE,
    fields={
        "columns": Record(others=_FIELD, default={}, remedy=_WRITE),
        **_SPELT,
        "header_row": Whole(low=0, fault="header_row {value!r} is not a row", remedy="Write a number from 0."),
        "preset": _any_text,
        "table": _any_text,
    },
    into=dict,
)


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
        level: in how many lists the column stands, see `Sheet`.
    """

    position: int
    header: str
    field: str
    reason: str
    unit: Unit | None = None
    currency: str = ""
    exact: bool = False
    preset: str = ""
    level: int = 0


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

    @property
    def names_tables(self) -> bool:
        """Whether it says of which table of a file it is, or holds maps that do."""
        return any(one.table for one in (self, *self.others))

    def of_table(self, name: str) -> ColumnMap | None:
        """The map for one table of a file, by the table's name; None: it is guessed."""
        maps = (self, *self.others)
        return next(
            (one for one in maps if one.table and name.endswith(one.table)), next((one for one in maps if not one.table), None)
        )


class ColumnReport(Struct, frozen=True):
    """How a table was understood, column by column.

    Attributes:
        columns: in the order of the source.
        dialect: how text was cut into cells, in words; empty for other formats.
        preset: the layout it is in, by its id; empty: none that is known.
        headers: by which its layout is known again; none where it has no header.
        column_map: the user's map that it was read by; None: it was guessed, or a map of its layout was accepted.
    """

    columns: tuple[Column, ...]
    dialect: str = ""
    preset: str = ""
    headers: tuple[str, ...] = ()
    column_map: ColumnMap | None = None


class AcceptedColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of an accepted layout; attributes as of `Guess`, the unit by its code."""

    header: str
    field: str
    reason: str
    unit: str
    currency: str
    exact: bool
    preset: str


class AcceptedMap(Struct, frozen=True, forbid_unknown_fields=True):
    """The map of a layout that somebody accepted.

    Attributes:
        digest: of the layout.
        day: on which it was accepted, in ISO form.
        table: what tells the table from others in its file (`#Sheet1`); empty: it was the only one.
        headers: of the layout, in their order.
        columns: what each was read as.
        date_order: as of `ColumnMap`; so are the rest.
    """

    digest: str
    day: str
    table: str
    headers: tuple[str, ...]
    columns: tuple[AcceptedColumn, ...]
    date_order: str
    decimal: str
    header_row: int | None
    preset: str

    @property
    def column_map(self) -> ColumnMap:
        """What it states beside the columns."""
        name = f"the map accepted on {self.day} ({self.digest[:12]})"
        return ColumnMap({}, self.date_order, self.decimal, self.header_row, name, self.preset)


def load_column_map(path: Path) -> ColumnMap:
    """Read a column map from YAML.

    Raises:
        MappingError: unreadable.
        ErrorGroup: of MappingErrors, all of them at once.
    """
    return parse_column_map(_text(path), str(path))


def parse_column_map(text: str, name: str) -> ColumnMap:
    """A column map from the text of a YAML file; errors as in `load_column_map`."""
    maps: list[ColumnMap] = _read_maps(text, name, _MAP, partial(_column_map, name))
    tables = [one.table for one in maps]
    raise_all(
        MappingError(
            f"has two column maps for {table!r}" if table else "has several column maps that do not say for which table",
            where=name,
            remedy='Write above each the sheet that it is for, such as `table: "#Sheet1"`; a file with one table needs one map only.',
        )
        for table in dict.fromkeys(tables)
        if tables.count(table) > 1
    )
    return replace(maps[0], others=tuple(maps[1:]))


def _column_map(name: str, stated: dict[str, Any], complaints: Complaints) -> ColumnMap:
    if not stated["columns"] and not stated["preset"]:
        complaints.add((), "has no columns", _WRITE, MappingError)
    # A list is named with brackets or without: items[].name and items.name are one column.
    columns = {header.replace("[]", ""): field or IGNORED for header, field in stated["columns"].items()}
    return ColumnMap(**{**stated, "columns": columns}, name=name)


def load_register_map(path: Path, register: str, field_of: FieldOf) -> HeaderWords:
    """A column map for a register: `columns` (header: column, or `ignore`), and perhaps `date_order` and `decimal`; errors as above."""
    from precursor_screen.reference.registers.headers import HeaderWords
    from precursor_screen.rulebook.registers import REGISTERS

    names = (*(c.name for c in REGISTERS[register]), IGNORED)
    fault, remedy = f"column {{name!r}}: {{value!r}} is not a column of {register}", f"Columns: {', '.join(names)}."
    columns = Record(others=Choice(of=names, fault=fault, remedy=remedy), least=1, filled=True, remedy=_WRITE)
    words = Record(others=Value(kinds=("string",)), least=1, filled=True, remedy="values: {Status: {laufend: valid}}")
    said = Record(others=words, default={}, into=dict, remedy="values: {Status: {laufend: valid}}")
    shape = Record(
        what="a column map for a register",
        fields={"columns": columns, "values": said, **_SPELT},
        required=("columns",),
        into=dict,
    )
    stated, *others = _read_maps(_text(path), str(path), shape)
    if others:
        raise MappingError("contains several column maps", where=path, remedy="Keep only one: a register is a single table.")
    return HeaderWords(
        **{**stated, **{key: {header.strip(): said for header, said in stated[key].items()} for key in ("columns", "values")}},
        field_of=field_of,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"cannot be read ({reason(error)})", where=path, remedy="Check the path.") from error


def _read_maps(text: str, name: str, shape: Record, make: Make = as_read) -> list[Any]:
    """The maps of a file, one a document."""
    try:
        documents = [one for one in parse_documents(text, name) if one.data is not None] or [Located(None, name)]
    except RuleSyntaxError as error:
        raise MappingError(error.message, where=error.where, remedy=error.remedy) from error
    maps: list[Any] = []
    errors: list[PrecursorScreenError] = []
    for document in documents:
        try:
            maps.append(read_shaped(document, shape, make, MappingError))
        except ErrorGroup as group:
            errors.extend(group.errors)
    raise_all(errors)
    return maps


def unknown_headers(column_map: ColumnMap, headers: tuple[str, ...], where: str) -> list[PrecursorScreenError]:
    """An error for each header that the map names and the table does not have."""
    known = {h.strip() for h in headers} | {str(i + 1) for i in range(len(headers))}
    return [
        MappingError(
            f"the column map {column_map.name} names the column {header!r}, which the table does not have",
            where=where,
            remedy=did_you_mean(header, known) or "The columns are: " + ", ".join(h for h in headers if h.strip()),
        )
        for header in column_map.columns
        if header.strip() not in known
    ]
