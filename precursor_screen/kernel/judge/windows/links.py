"""Movements that are about one cargo: a declaration, a house bill and a master bill carry numbers of their own."""

from __future__ import annotations

import duckdb

from precursor_screen.kernel.judge.windows.relation import Relation, derive, keep, kept
from precursor_screen.kernel.movements import DOCUMENT_RANK, OWN_NUMBER, link_movements

_BILLS = ("house_bill_of_lading", "bill_of_lading", "master_bill_of_lading")


def link(connection: duckdb.DuckDBPyConnection, everything: Relation) -> Relation:
    """`cargo` (row_no, cargo, counts, covered_kg) of the movements that share a cargo with another's document.

    Few do, and the exact search holds all it is given: so it gets those alone whose own number another one states. What is one
    cargo has one number, a hash; equal hashes of different numbers cost a look and change nothing.
    """
    with kept(connection, _numbers(everything)) as numbers, kept(connection, _shared(numbers)) as shared:
        if not connection.execute(f"select count(*) from {shared}").fetchall()[0][0]:
            return _NONE
        referring = keep(connection, _referring(everything, numbers, shared))
    return keep(connection, _cargo(referring))


_NONE = derive(
    "cargo",
    "select null::bigint as row_no, null::ubigint as cargo, null::boolean as counts, null::decimal(18, 6) as covered_kg where false",
)


def _numbers(everything: Relation) -> Relation:
    """The rank and the numbers of every movement's documents, as hashes."""
    stated = ", ".join(f"case when {b} is not null then hash({b}) end as bill_{n}" for n, b in enumerate(_BILLS))
    return derive(
        "numbers",
        f"select row_no, cast({DOCUMENT_RANK} as tinyint) as rank, hash({OWN_NUMBER}) as own, {stated} from {everything}",
        everything,
    )


def _shared(numbers: Relation) -> Relation:
    """The numbers that a document has for its own and one of a higher rank states."""
    return derive(
        "shared",
        f"""select distinct number from (
                select unnest([bill_0, bill_1, bill_2]) as number, own from {numbers} where rank >= 2) where number <> own
            intersect select own from {numbers} where rank in (1, 2)""",
        numbers,
    )


def _referring(everything: Relation, numbers: Relation, shared: Relation) -> Relation:
    """The movements that have or state a shared number."""
    states = " or ".join(f"{number} in (from {shared})" for number in ("own", "bill_0", "bill_1", "bill_2"))
    return derive(
        "referring",
        f"select * from {everything} where row_no in (select row_no from {numbers} where {states})",
        everything,
        numbers,
        shared,
    )


def _cargo(referring: Relation) -> Relation:
    return derive(
        "cargo", f"select row_no, hash(cargo_id) as cargo, counts, covered_kg from ({link_movements(str(referring))})", referring
    )
