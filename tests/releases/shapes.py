"""The shape of what is written: columns of tables, sheets of workbooks, members of a bundle, tables of a ledger, a JSON Schema of documents."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq

# Objects whose keys are not ours: headers of the input, options of a run, ids.
OPEN = frozenset(("cells", "options", "parameters", "names_of", "source_cells"))
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array", type(None): "null"}
Schema = dict[str, Any]


def shape_of(name: str, content: bytes) -> Any:
    """What a program that reads a file relies on, by the file's suffix."""
    match Path(name).suffix:
        case ".csv":
            return {"columns": next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))}
        case ".parquet":
            return {"columns": {field.name: str(field.type) for field in pq.read_schema(io.BytesIO(content))}}
        case ".xlsx":
            book = openpyxl.load_workbook(io.BytesIO(content))
            # Sheets whose first row stays in sight have columns; the others are pairs for people.
            return {"sheets": {s.title: [c.value for c in s[1]] if s.freeze_panes else [] for s in book.worksheets}}
        case ".json":
            return schema_of([json.loads(content)])
        case ".jsonl":
            return schema_of([json.loads(line) for line in content.splitlines()])
        case ".zip":
            with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                names = [n for n in bundle.namelist() if not n.startswith("rules/")]
                return {"members": sorted(names), "evidence.json": schema_of([json.loads(bundle.read("evidence.json"))])}
        case ".sqlite":
            return {"tables": _tables(content)}
        case ".prom":
            return {
                "columns": sorted({line.split("{")[0].split(" ")[0] for line in content.decode().splitlines() if line[0] != "#"})
            }
    raise ValueError(name)


def _tables(content: bytes) -> dict[str, Any]:
    """Of each table of a ledger: its columns with their types, and what is within those that hold JSON."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    found = {}
    names = [n for (n,) in connection.execute("select name from sqlite_master where type = 'table' order by name")]
    for table in names:
        columns = {column: kind for _, column, kind, *_ in connection.execute(f"pragma table_info({table})")}
        within = {}
        for column in columns:
            valid = f"json_valid({column}) and substr({column}, 1, 1) in ('[', '{{')"
            values = [json.loads(v) for (v,) in connection.execute(f"select {column} from {table} where {valid}")]
            if values:
                within[column] = schema_of(values, column)
        found[table] = {"columns": columns, "within": within}
    connection.close()
    return found


def schema_of(values: Sequence[Any], key: str = "") -> Schema:
    """JSON Schema of all values: what each has is required, what some have is a property, what no value tells is left open."""
    kinds = sorted({_TYPES[type(v)] for v in values})
    if kinds in ([], ["null"]):
        return {}
    schema: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds}
    objects = [v for v in values if isinstance(v, dict)]
    if objects and key in OPEN:
        schema["additionalProperties"] = schema_of([x for v in objects for x in v.values()])
    elif objects:
        keys = list(dict.fromkeys(k for v in objects for k in v))
        schema["properties"] = {k: schema_of([v[k] for v in objects if k in v], k) for k in keys}
        schema["required"] = [k for k in keys if all(k in v for v in objects)]
    items = [x for v in values if isinstance(v, list) for x in v]
    if items:
        schema["items"] = schema_of(items)
    return schema


def lost_shape(recorded: Any, now: Any, place: str) -> Iterator[str]:
    """Columns, sheets, members, fields and types that are gone or changed."""
    if now is None:
        yield f"{place}: is gone"
        return
    for part, value in recorded.items():
        if part == "columns":
            yield from _lost_columns(value, now["columns"], place)
        elif part == "sheets":
            for sheet, columns in value.items():
                if sheet in now["sheets"]:
                    yield from _lost_columns(columns, now["sheets"][sheet], f"{place}, sheet {sheet}")
                else:
                    yield f"{place}: the sheet {sheet} is gone"
        elif part == "tables":
            for table, shape in value.items():
                yield from lost_shape(shape, now["tables"].get(table), f"{place}, table {table}")
        elif part == "within":
            for column, schema in value.items():
                yield from lost_fields(schema, now[part].get(column, {}), f"{place}.{column}")
        elif part == "members":
            yield from (f"{place}: {name} is gone" for name in value if name not in now[part])
        elif part == "evidence.json":
            yield from lost_fields(value, now[part], f"{place}, {part}")
    if "type" in recorded:
        yield from lost_fields(recorded, now, place)


def _lost_columns(recorded: Any, now: Any, place: str) -> Iterator[str]:
    """Columns stand where they stood, new ones behind them; those of Parquet are of the same type."""
    if list(recorded) != list(now)[: len(recorded)]:
        yield f"{place}: the columns were {', '.join(recorded)}; they begin with {', '.join(list(now)[: len(recorded)])}"
    if isinstance(recorded, Mapping):
        yield from (f"{place}: {n} was {t}, is {now[n]}" for n, t in recorded.items() if n in now and now[n] != t)


def lost_fields(recorded: Schema, now: Schema, place: str) -> Iterator[str]:
    """Fields of a document that are gone, are no longer there always, or are of another type; null may come."""
    if not recorded or not now:  # no value told
        return
    more = _kinds(now) - _kinds(recorded) - {"null", *({"integer"} if "number" in _kinds(recorded) else ())}
    if more:
        yield f"{place}: was {recorded['type']}, is {now['type']}"
    for key, field in recorded.get("properties", {}).items():
        here = now.get("properties", {})
        if here and key not in here:
            if key in recorded["required"]:
                yield f"{place}.{key}: is gone"
        elif here:
            if key in recorded["required"] and key not in now["required"]:
                yield f"{place}.{key}: is no longer always there"
            yield from lost_fields(field, here[key], f"{place}.{key}")
    for part in ("items", "additionalProperties"):
        if part in recorded and part in now:
            yield from lost_fields(recorded[part], now[part], f"{place}[]")


def _kinds(schema: Schema) -> set[str]:
    return set([schema["type"]] if isinstance(schema["type"], str) else schema["type"])
