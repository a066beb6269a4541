"""How a table was understood, for the people who check it: in words, as a column map to correct, and what of it is not screened."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from precursor_screen.core.issues import ISSUE_CODES
from precursor_screen.readers.column_map import Column
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.tabular.content import KINDS, Content, looks_like
from precursor_screen.readers.tabular.general import ABOVE_THE_ROWS
from precursor_screen.readers.tabular.headers import spellings, split_header

# What a mapping can mend, or a file makes impossible: the rest is about single rows.
_OF_COLUMNS: Final = (
    *("unread-party-column", "unread-mass-column", "no-goods-text", "unreadable-column", "no-usable-column", "undecodable-text"),
    *("unreadable-file", "unknown-format", "no-manifest", "no-lines", "lost-rows", "unread-part"),
)
NEEDED: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("HS codes", frozenset({"hs_code"})),
    ("senders", frozenset({"consignor_name", "exporter_name"})),
    ("receivers", frozenset({"consignee_name", "importer_name", "notify_party_name"})),
    ("masses or quantities", frozenset({"net_mass_kg", "gross_mass_kg", "quantity"})),
    ("dates", frozenset({"date", "arrival_date", "dispatch_date"})),
    ("bills, declarations or other references", frozenset({"bill_of_lading", "house_bill_of_lading", "declaration_id", "shipment_id"})),
)  # fmt: skip
_FIELDS_OF = {words: fields for words, fields, _, _ in KINDS}
_SAMPLES, _SHOWN = 2, 30
_NEAR: Final = 0.75  # of the letters of a spelling


class Fault(Struct, frozen=True):
    """What of a table would not be screened: an issue, with how many cells or rows it is about."""

    code: str
    message: str
    remedy: str
    count: int


def faults_of(tables: InputTables) -> list[Fault]:
    """What of an input would not be screened as it is mapped."""
    remedies = {code.code: code.remedy for code in ISSUE_CODES.values()}
    return [
        Fault(issue["code"], issue["message"], remedies[issue["code"]], issue["count"])
        for issue in tables.issues.to_pylist()
        if issue["code"] in _OF_COLUMNS
    ]


def describe_input(tables: InputTables) -> str:
    """Format, encoding, delimiter, header, lines and layout in one sentence."""
    inputs, reading = tables.input, tables.reading
    header = "no header" if inputs.header_row is None else f"header in row {inputs.header_row}"
    parts = [
        inputs.format,
        inputs.encoding,
        reading.dialect if reading else "",
        header if reading else "",
        f"{inputs.lines} lines",
    ]
    if reading and reading.preset:
        parts.append(f"layout {reading.preset}")
    return "; ".join(part for part in parts if part)


def other_readings(column: Column) -> list[str]:
    """What else a column may be: by its cells, and by the spelling of its header where no spelling is known."""
    looks = looks_like(Content(column.filled, column.cells, column.seen))
    field = column.guess.field
    found = [words for words in looks if not field or (field not in _FIELDS_OF[words] and words not in ("numbers", "texts"))]
    if not field and column.guess.reason == "unknown header":
        found += nearest_fields(column.guess.header)
    return found


def nearest_fields(header: str) -> list[str]:
    """The field of the known spelling that is nearest to a header, where one is near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    known = spellings()
    best = process.extractOne("".join(split_header(header)), sorted(known), scorer=OSA.normalized_similarity, score_cutoff=_NEAR)
    return [f"{known[best[0]]} (its header is near {best[0]!r})"] if best else []


def as_yaml(tables: InputTables, part: str = "") -> str:
    """The column map as it was understood, to be corrected and given back.

    Args:
        tables: as read.
        part: what tells the table from others in its file; empty where it is the only one.
    """
    return "".join(f"{line}\n" for line in _yaml_lines(tables, part))


def _yaml_lines(tables: InputTables, part: str) -> Iterator[str]:
    inputs, reading = tables.input, tables.reading
    yield f"# {_comment(inputs.name)}: {_comment(describe_input(tables))}"
    if part:
        yield f"table: {_quoted(part)}"
    if reading is None or not reading.columns:
        yield "# no table: there is nothing to map"
        yield "columns: {}"
        return
    if reading.preset:
        yield f"preset: {reading.preset}"
    # A table of named columns (JSON, Parquet) has no row of headers, and a recognised layout says itself whether it has one.
    if inputs.header_row is not None:
        yield f"header_row: {inputs.header_row}"
    yield "columns:"
    repeated = Counter(column.guess.header.strip() for column in reading.columns)
    for column in reading.columns:
        header = column.guess.header.strip()
        by_number = not header or repeated[header] > 1
        key = _quoted(str(column.guess.position + 1)) if by_number else _quoted(header)
        shown = f"{_comment(header) or 'no header'} · " if by_number else ""
        samples = " | ".join(_comment(cell[:_SHOWN]) for cell in column.cells[:_SAMPLES])
        told = f"{shown}{_comment(column.guess.reason)} · {samples}"
        if column.guess.reason == ABOVE_THE_ROWS:
            yield f"  # {column.guess.field}: {told}"
        elif column.guess.field:
            yield f"  {key}: {column.guess.field}  # {told}"
        else:
            looks = other_readings(column)
            could = f" · could be: {_comment(', '.join(looks))}" if looks else ""
            yield f"  # not used: {key}:   # {told}{could}"


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())
