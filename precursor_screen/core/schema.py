"""Every table and every column, with its type, subject, origin and meaning.

The columns of lines, facts, candidates and movements stand in `columns.csv`, and which of them other tables take, in their order, in
`tables_of_columns.csv`. The rule language knows no other fields, and identifiers in generated SQL come only from there.
Tables hold only the columns that an input supplies; `null_column` stands for the rest.

Kinds: text, number (decimal, six places), integer, date, boolean, texts (a list of text), controls (a list of
instrument and schedule).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.grouped import grouped
from precursor_screen.core.tables import whole_rows

DECIMAL = pa.decimal128(18, 6)
CONTROL = pa.struct([("instrument", pa.string()), ("schedule", pa.string())])
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "number": DECIMAL,
    "integer": pa.int64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "texts": pa.list_(pa.string()),
    "controls": pa.list_(CONTROL),
    "score": pa.float64(),
}

LINE, SUBSTANCE, PARTY = SUBJECTS = ("line", "substance", "party")
BESIDE_TABLE = "beside the table"  # message_type of a line that holds nothing but texts of no row of goods
ROLES = ("consignor", "consignee", "notify_party", "exporter", "importer")
# What is known of who sends and who receives, whichever column named them: {side}_role says which.
TRADERS = ("sender", "receiver")
TRADER_PARTS = ("name", "key", "address", "address_key", "country")
# Every name on a line is matched against the watchlists: role -> column. other_parties is a list of names.
NAME_COLUMNS = {
    **{role: f"{role}_name" for role in ROLES},
    "declarant": "declarant_name",
    "carrier": "carrier_name",
    "other_party": "other_parties",
    "vessel": "vessel",  # compared with vessels alone
}
# Texts in which a listed party may be named among other words; the field stands for the role.
MENTION_COLUMNS = (
    "description",
    "marks",
    *(f"{role}_address" for role in ROLES),
    "place_of_delivery",
    "other_texts",
    *(column for role, column in NAME_COLUMNS.items() if role != "vessel"),
)


# Texts beside tables that name something: the line of each, where it stands, and what it says there, place by place.
TEXTS_BESIDE = pa.schema(
    [
        *(("line_id", pa.string()), ("source_file", pa.string()), ("source_row", pa.int64())),
        *((name, pa.list_(pa.string())) for name in ("other_columns", "other_texts")),
    ]
)

# Substances of Table I or II in what is no table, or read from print (`kernel.listed_aside`): where each stands, the table that lists it,
# its mass there (null: not stated), what it comes to in the shipment or file, and the threshold (null: none is known).
LISTED_ASIDE = pa.schema(
    [
        *(("line_id", pa.string()), ("source_file", pa.string()), ("source_row", pa.int64()), ("place", pa.string())),
        *((name, pa.string()) for name in ("read_from", "substance_id", "substance_name", "table")),
        *((name, DECIMAL) for name in ("mass_kg", "total_kg", "threshold_kg")),
    ]
)


class Column(Struct, frozen=True):
    """A column: name, kind (see the module's docstring), the subject it belongs to, who fills it, what it means."""

    name: str
    kind: str
    subject: str
    origin: str
    doc: str

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return TYPES[self.kind]


def _by_table(file: str, *columns: str) -> dict[str, list[list[str]]]:
    """Table -> its rows, without its name."""
    rows = whole_rows(Path(__file__).with_name(file), ("table", *columns))
    return grouped((row["table"], [row[name] for name in columns]) for row in rows)


_ROWS: Final = _by_table("columns.csv", "name", "kind", "subject", "origin", "meaning")
_TAKEN: Final = _by_table("tables_of_columns.csv", "name")


def _columns(table: str) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in _ROWS[table])


FILED = _columns("filed")  # what a manifest states: only these enter line_id
DATES: Final = tuple(c.name for c in FILED if c.kind == "date")
# What stands beside the fields: further codes in a cell, cells in columns that are mapped to nothing, and words in cells that hold
# something else. They are looked at like the goods' own, so that nothing hides there.
BESIDE = _columns("beside")
LINE_COLUMNS: tuple[Column, ...] = (*_columns("place"), *FILED, *BESIDE)
LINE_FACTS = _columns("line")  # derived by `kernel.resolve`, one row a line
SUBSTANCE_COLUMNS = _columns("substance")
PARTY_COLUMNS = _columns("party")
PREVIOUS_COLUMNS = _columns("previous")  # of a movement that was amended: what its earlier version said
# Of watched goods: what all lines of the 400 days before, of this run and of recorded ones, come to (`kernel.trade_counts`).
MOVEMENT_COUNTED = _columns("counted")
# Of movements of substances: how much of their permit and notification is used (`kernel.papers.balance`).
MOVEMENT_PAPERS = _columns("papers")
# Of movements of this run: whether they were filed after the goods had come (`kernel.movements.add_arrival`).
MOVEMENT_ARRIVAL = _columns("arrival")
COLUMNS: tuple[Column, ...] = (
    *(*LINE_COLUMNS, *LINE_FACTS, *SUBSTANCE_COLUMNS, *PARTY_COLUMNS, *PREVIOUS_COLUMNS, *MOVEMENT_COUNTED),
    *(*MOVEMENT_PAPERS, *MOVEMENT_ARRIVAL),
)
BY_NAME: dict[str, Column] = {c.name: c for c in COLUMNS}


def _taken(table: str) -> tuple[Column, ...]:
    """Of a table that is made of columns of others: which, in its order."""
    return tuple(BY_NAME[name] for (name,) in _TAKEN[table])


# One physical movement of one substance, or of goods worth remembering without one (substance_id null): what windows are about and
# what the ledger keeps. What the law says of the substance is not kept: it is looked up again on the movement's own date.
MOVEMENT_STORED = _taken("movement")
MOVEMENT = pa.schema([(c.name, c.arrow) for c in MOVEMENT_STORED])
# Joined to a movement from the tables of the law and of the substances whenever it is judged.
MOVEMENT_LOOKED_UP = _taken("looked up")
MOVEMENT_COLUMNS: tuple[Column, ...] = (
    *(*MOVEMENT_STORED, *MOVEMENT_LOOKED_UP, *MOVEMENT_COUNTED),
    *(*MOVEMENT_PAPERS, *MOVEMENT_ARRIVAL, *PREVIOUS_COLUMNS),
)


def arrow_schema(columns: tuple[Column, ...]) -> pa.Schema:
    """The Arrow schema of some columns, in their order."""
    return pa.schema([(c.name, c.arrow) for c in columns])


# One row a recognised substance in one distinct text or code. `field` is description, marks, cas_numbers, cus_codes,
# un_numbers or hs_code; `value` is the distinct text as filed; start/end count its characters, and compared_as is what stands there,
# folded. `suppressed` holds the reason why a
# match does not count, null for one that does.
SUBSTANCE_MATCH = pa.schema(
    [
        ("field", pa.string()),
        ("value", pa.string()),
        ("substance_id", pa.string()),
        ("method", pa.string()),
        ("strength", pa.string()),
        ("form", pa.string()),
        ("matched", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("compared_as", pa.string()),
        ("score", pa.float64()),
        ("name", pa.string()),
        ("name_verified", pa.bool_()),
        ("suppressed", pa.string()),
    ]
)

# One row a (distinct name, watchlist entry) at or above the cut; the best name of the entry stands for it.
PARTY_MATCH = pa.schema(
    [
        ("value", pa.string()),
        ("list_id", pa.string()),
        ("entry_id", pa.string()),
        ("entry_name", pa.string()),
        ("matched_name", pa.string()),
        ("name_kind", pa.string()),
        ("entry_kind", pa.string()),
        ("score", pa.float64()),
        ("informative_tokens", pa.int64()),
    ]
)

# The same for a name that stands within a longer text: `value` is the text as filed, `named` the words of it that name the party;
# `start`: where these begin in the text, null where it writes them otherwise; `apart`: in a cell that holds a name they are no part
# of a longer one.
PARTY_MENTION = pa.schema([*PARTY_MATCH, ("named", pa.string()), ("start", pa.int32()), ("apart", pa.bool_())])

# What is wrong with an input, a row or a cell. `count` sums up a run of equal ones (blank rows), of which source_row is the first.
ISSUE = pa.schema(
    [
        ("code", pa.string()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("field", pa.string()),
        ("value", pa.string()),
        ("message", pa.string()),
        ("line_id", pa.string()),
        ("count", pa.int64()),
    ]
)

# One row a flag. `evidence` is a JSON array of objects: (subject, field, as_written) of what the rule shows, and of a flag about a
# substance or a party where the match stands (with start, end, compared_as, candidate, method, score besides).
FLAG = pa.schema(
    [
        ("flag_id", pa.string()),
        ("shipment_id", pa.string()),
        ("line_id", pa.string()),
        ("rule_id", pa.string()),
        ("rule_version", pa.string()),
        ("level", pa.string()),
        ("confidence", pa.string()),
        ("state", pa.string()),
        ("family", pa.string()),
        ("weight", pa.int64()),
        ("substance_id", pa.string()),
        ("party_role", pa.string()),
        ("list_id", pa.string()),
        ("entry_id", pa.string()),
        ("score", pa.float64()),
        ("because", pa.string()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("evidence", pa.string()),
        ("window_line_ids", pa.list_(pa.string())),
    ]
)

# What the lines that a report cites say of a shipment, a row a line; and the substances recognised in them, a row each.
PARTICULARS = arrow_schema(_taken("particulars"))
GOODS = arrow_schema(_taken("goods"))

# Flags that were decided not to be seen: by an exception, or by an officer's verdict; the last day of it.
SUPPRESSED = pa.schema([("flag_id", pa.string()), ("by", pa.string()), ("reason", pa.string()), ("until", pa.date32())])

# How often a rule could not be judged, and for want of which field; shipment_id only where it can bar the band `none`.
UNJUDGED = pa.schema(
    [
        ("rule_id", pa.string()),
        ("field", pa.string()),
        ("shipment_id", pa.string()),
        ("count", pa.int64()),
    ]
)

# What a shipment's score is made of: licit use, quantity, evidence, standing; each with its reason.
PART_OF_SCORE = pa.struct([("part", pa.string()), ("points", pa.int64()), ("because", pa.string())])
SHIPMENT = pa.schema(
    [
        ("shipment_id", pa.string()),
        ("score", pa.int64()),
        ("band", pa.string()),
        ("typology", pa.string()),
        ("parts", pa.list_(PART_OF_SCORE)),
        ("families", pa.list_(pa.string())),
        ("flags", pa.list_(pa.string())),
        ("lines", pa.int64()),
        ("incomplete", pa.bool_()),
        ("case_id", pa.string()),
    ]
)


def empty(schema: pa.Schema) -> pa.Table:
    """A table of that schema without rows."""
    return schema.empty_table()


def with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of a schema, in its order; what the table lacks is null."""
    columns = [
        table.column(f.name).cast(f.type) if f.name in table.column_names else pa.nulls(table.num_rows, f.type) for f in schema
    ]
    return pa.table(columns, schema=schema)
