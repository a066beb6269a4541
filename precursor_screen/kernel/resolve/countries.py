"""Where goods come from and go, and which law there lists them."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from precursor_screen.reference.jurisdiction import known_countries

# The fields that tell the country of dispatch, and that of destination: the first that is filled.
SIDES = (
    ("country_of_dispatch", "consignor_country", "exporter_country"),
    ("country_of_destination", "consignee_country", "importer_country"),
)
_SCHEMA = pa.schema(
    [("code", pa.string()), ("name", pa.string()), ("law", pa.string()), ("since", pa.date32()), ("until", pa.date32())]
)


def open_countries(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the table `countries`: code, name, law (no row where none is known), since (inclusive), until (exclusive)."""
    rows = [
        {"code": c.code, "name": c.name, "law": c.law, "since": c.dated.since or date.min, "until": c.dated.until or date.max}
        for c in known_countries()
        if c.law
    ]
    connection.register("countries", pa.Table.from_pylist(rows, schema=_SCHEMA))


def country_of(side: tuple[str, ...], columns: list[str]) -> str:
    """SQL of the country of a side of a line; null: it names none."""
    there = [name for name in side if name in columns]
    return f"coalesce({', '.join(there)})" if there else "cast(null as varchar)"


def same_country(country: str, moved: str) -> str:
    """SQL that is true for the one row of the table `countries` called `country` that holds for a side of `moved` (as_of_date)."""
    return (
        f"{country}.code = {moved}.{country} and {country}.since <= {moved}.as_of_date and {moved}.as_of_date < {country}.until"
    )


def listings(country: str) -> str:
    """SQL of what the law of a country lists a substance under, `France (EU 1)`; empty: nothing, or its law is not known."""
    return f"""coalesce(list_transform(list_filter(law.control, lambda c: c.instrument = {country}.law),
            lambda c: {country}.name || ' (' || c.instrument || ' ' || c.schedule || ')'), [])"""
