"""The movements that windows see: those of this run and those recorded before, linked, with what the law says of each on its own date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.history_seam import ALWAYS, AMENDED_MOVEMENT, IDENTITY, REFERENCES, History
from precursor_screen.core.schema import PREVIOUS_COLUMNS
from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.kernel.judge.windows.queries import Needs
from precursor_screen.kernel.legal_status import LISTING, THRESHOLDS, open_law, same_law
from precursor_screen.kernel.movements import CARGO, DOCUMENT_RANK, OWN_NUMBER, link_movements
from precursor_screen.kernel.resolve.substances import substance_table
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.evaluate import Rows, whole
from precursor_screen.rulebook.expression import Expression
from precursor_screen.rulebook.registers import PERMITS, open_registers, register_table
from precursor_screen.rulebook.sql import identifier, null_column, plain_reference

# Rows that queries read, as values: a step takes relations and gives one, so that what feeds what can be read off the code.


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


_LAW = (*LISTING, *THRESHOLDS)
_SUBSTANCE = (
    *("substance_name", "parent_substance_id", "family", "licit_use", "substance_route_groups", "substance_route_roles"),
    *("usual_usd_per_kg", "large_kg"),
)
_ALL = ("line_id", "movement_key", "as_of_date")
# What is looked up is looked up by substance, day and direction; what is linked must state as much as what it covers.
_JUDGED_BY = (*_ALL, *REFERENCES, "substance_id", "direction", "substance_mass_kg")


class WindowInput(Struct, frozen=True):
    """The movements that windows see, each under its row_no.

    Attributes:
        every: is_new, cargo, line_id, movement_key, as_of_date, what movements are judged by and the outcomes of `tests`.
        own: the rows that the new ones lie in, as they came, and others: those have the row_no -1.
        fresh: those of `own` that a table `asked` holds, with all that is shown of them.
        named: line_id, movement_key, substance_id, and what a sentence names.
        tests: that are made once a row of the law -> column of `every`.
        recorded: how many of the movements are of the record, at most.
    """

    every: Relation
    own: pa.Table
    fresh: Relation
    named: Relation
    tests: Mapping[Expression, str]
    recorded: int


def make_window_input(
    connection: duckdb.DuckDBPyConnection,
    live: pa.Table,
    about: pa.ChunkedArray,
    recorded: pa.Table,
    history: History,
    needs: Needs,
    reference: Reference,
) -> WindowInput:
    """The movements of this run and those recorded.

    A movement is new when it is not recorded, or under another line_id (amended); one that was sent again is the recorded one. One
    that stands for another's cargo is left out. Movements come in millions: they are read where they lie, and only the columns
    that judge them.

    Args:
        connection: where rows are given and kept.
        live: MOVEMENT rows of this run.
        about: which of them the rules are about.
        recorded: MOVEMENT rows of earlier runs that the rules are about.
        history: what else was recorded.
        needs: the columns that the rules need.
        reference: substances, law and thresholds.
    """
    stored = [n for n in live.column_names if n in needs.columns or n in ALWAYS]
    wanted = [n for n in live.column_names if n in needs.judging or n in needs.naming or n in _JUDGED_BY]
    numbers = pa.array(np.arange(live.num_rows, live.num_rows + recorded.num_rows))
    before = give(connection, "recorded", recorded.append_column("row_no", numbers))
    own = live.select(stored).append_column("row_no", pa.array(_number(live, about, history.known)))
    given = give(connection, "own", own)
    mine = derive("mine", f"select * from {given} where row_no >= 0", given)
    stated = _stated(mine, before, wanted, recorded.column_names)
    everything = derive("everything", f"select *, hash({CARGO}) as cargo_hash from {stated}", stated)
    cargo = link(connection, everything)
    lookups = _look_up(connection, give(connection, "amended", history.versions.amended), needs, reference)
    shown = [n for n in stored if n in needs.columns or n in IDENTITY]
    fresh, named = _fresh(cargo, shown, lookups), _named(stated, wanted, needs, lookups)
    return WindowInput(_every(everything, cargo, wanted, needs, lookups), own, fresh, named, needs.tests, recorded.num_rows)


class _Lookups(Struct, frozen=True):
    """What is looked up of movements that a query calls `linked`: SQL of joins by their tables, of the columns by name, of the outcomes of tests."""

    tables: Mapping[str, str]
    columns: Mapping[str, str]
    outcomes: tuple[str, ...]

    @property
    def joins(self) -> str:
        """All of them."""
        return "".join(self.tables.values())

    def joins_of(self, columns: Iterable[str]) -> str:
        """Those that some columns, as SQL, come from: planning a join takes longer than looking up the few rows of a flag."""
        read = " ".join(columns)
        return "".join(join for table, join in self.tables.items() if f"{table}." in read)


def _number(live: pa.Table, about: pa.ChunkedArray, known: pa.Table) -> Numbers:
    """row_no of the movements that are asked about and not recorded as they are, in the order of `in_order`; of others -1."""
    if known.num_rows:
        own, recorded = (pc.binary_join_element_wise(t.column("movement_key"), t.column("line_id"), " ") for t in (live, known))
        about = pc.and_(about, pc.invert(pc.is_in(own, pc.unique(recorded))))
    places = np.flatnonzero(whole(about).to_numpy(zero_copy_only=False))
    numbers = np.full(live.num_rows, -1)
    numbers[places[in_order(live.filter(about))]] = np.arange(len(places))
    return numbers


# Of one day the gravest is the first, then what a paper says; the ids, which are hashes, decide between equals only.
_ORDER = (
    ("as_of_date", "ascending"),
    *((mass, "descending") for mass in ("substance_mass_kg", "net_mass_kg")),
    *((name, "ascending") for name in ("house_bill_of_lading", "bill_of_lading", "declaration_id", "item_number")),
    *((name, "ascending") for name in ("substance_id", "line_id")),
)
_ITEM = 9  # figures of the number of an item, so that 10 comes after 2


def in_order(movements: pa.Table) -> Numbers:
    """The places of movements in the order in which windows look at them: by day, mass, bill, item, substance, and line_id last.

    Args:
        movements: some of the columns of MOVEMENT.
    """
    by = [(name, how) for name, how in _ORDER if name in movements.column_names]
    keys = movements.select([name for name, _ in by])
    if "item_number" in movements.column_names:
        keys = set_columns(keys, {"item_number": pc.utf8_lpad(keys.column("item_number"), _ITEM, "0")})
    return np.asarray(pc.sort_indices(keys, by).to_numpy())


def _stated(mine: Relation, recorded: Relation, wanted: list[str], there: list[str]) -> Relation:
    """New and recorded movements; what the record does not hold is null."""
    theirs = ", ".join(identifier(n) if n in there else null_column(n) for n in wanted)
    return derive(
        "stated",
        f"select {_listed(wanted)}, row_no, true as is_new from {mine} union all select {theirs}, row_no, false from {recorded}",
        mine,
        recorded,
    )


def _fresh(cargo: Relation, shown: list[str], lookups: _Lookups) -> Relation:
    columns = [*(_remaining(n) for n in shown), "linked.is_new", *lookups.columns.values()]
    return derive(
        "fresh",
        f"""select linked.row_no, {", ".join(columns)}
            from (select *, true as is_new from asked) linked left join {cargo} cargo using (row_no) {lookups.joins}
            where coalesce(cargo.counts, true)""",
        cargo,
    )


def _every(everything: Relation, cargo: Relation, wanted: list[str], needs: Needs, lookups: _Lookups) -> Relation:
    columns = [
        *(_remaining(n) for n in (*_ALL, *(n for n in wanted if n in needs.judging and n not in _ALL))),
        *(sql for n, sql in lookups.columns.items() if n in needs.judging),
        *lookups.outcomes,
    ]
    return derive(
        "every",
        f"""select linked.row_no, linked.is_new, coalesce(cargo.cargo, linked.cargo_hash) as cargo, {", ".join(columns)}
            from {everything} linked left join {cargo} cargo on linked.row_no = cargo.row_no {lookups.joins}
            where coalesce(cargo.counts, true)""",
        everything,
        cargo,
    )


def _named(movements: Relation, wanted: list[str], needs: Needs, lookups: _Lookups) -> Relation:
    named = sorted(needs.naming | {"line_id", "movement_key", "substance_id"})
    stated = [f"linked.{identifier(n)}" for n in named if n in wanted]
    found = [lookups.columns[n] for n in named if n in lookups.columns and n not in wanted]
    columns = ", ".join(["linked.row_no", *stated, *found])
    return derive("named", f"select {columns} from {movements} linked {lookups.joins_of(found)}", movements)


def _remaining(name: str) -> str:
    """SQL of a column; of the mass what the documents above leave of it."""
    if name != "substance_mass_kg":
        return f"linked.{identifier(name)}"
    return f"cast(linked.{name} - coalesce(cargo.covered_kg, 0) as decimal(18, 6)) as {name}"


def _listed(names: list[str]) -> str:
    return ", ".join(identifier(n) for n in names)


def _outcome(nothing: Rows, test: Expression, name: str) -> str:
    """SQL of the outcome of a test of the law; what no law speaks of is tested with `nothing`, a row of nulls."""
    without = nothing.value(test)[0].as_py()
    return (
        f"law.{name}" if without is None else f"case when law.substance_id is null then {without} else law.{name} end as {name}"
    )


# Postcodes have eight digits at most; a number that is written in groups is not told from them.
TELEPHONES = r"list_distinct(regexp_extract_all(linked.receiver_address_key, '\b[0-9]{9,15}\b'))"


def _single_use(registers: Mapping[str, pa.Table]) -> tuple[str, str]:
    """SQL of a join and of a column: whether the permit that a movement names is good for one shipment; where its rows contradict
    each other it is a running one."""
    if PERMITS not in registers:
        return "", null_column("permit_single_use")
    of_reference = plain_reference("reference")
    uses = f"select {of_reference} as permit, bool_and(single_use) as single_use from {register_table(PERMITS)} group by {of_reference}"
    joined = f" left join ({uses}) permits on permits.permit = {plain_reference('linked.permit_reference')}"
    return joined, "permits.single_use as permit_single_use"


def _look_up(connection: duckdb.DuckDBPyConnection, amended: Relation, needs: Needs, reference: Reference) -> _Lookups:
    """What a movement does not state: its substance, the law of its day, its earlier version."""
    joins: dict[str, str] = {}
    found: dict[str, str] = {}
    if any(c in needs.columns for c in _SUBSTANCE):
        substances = give(connection, "substances", substance_table(reference.substances.substances, reference.concern))
        joins["substances"] = f" left join {substances} substances on linked.substance_id = substances.substance_id"
        found |= {c: f"substances.{c}" for c in _SUBSTANCE if c in needs.columns}
    if "receiver_telephones" in needs.columns:
        found["receiver_telephones"] = f"{TELEPHONES} as receiver_telephones"
    if "permit_single_use" in needs.columns:
        open_registers(connection, reference.registers)
        joined, found["permit_single_use"] = _single_use(reference.registers)
        joins["permits"] = joined
    if needs.tests or any(c in needs.columns for c in _LAW):
        open_law(connection, reference, needs.tests)
        joins["law"] = f" left join law on {same_law('linked', 'linked')}"
        found |= {c: f"law.{c}" for c in _LAW if c in needs.columns}
    if previous := [c for c in PREVIOUS_COLUMNS if c.name in needs.columns]:
        # The earlier version of a movement of two substances has two rows: what it says of the same one comes first.
        substances = give(connection, "every_substance", substance_table(reference.substances.substances, reference.concern))
        named = "d.substance_name as dropped_substance_name, d.licit_use as dropped_licit_use"
        earlier = f"""select a.*, {named} from {amended} a left join {substances} d on a.dropped_substance_id = d.substance_id
            where linked.is_new and linked.movement_key = a.movement_key
            order by a.substance_id is distinct from linked.substance_id, a.substance_id limit 1"""
        joins["amended"] = f" left join lateral ({earlier}) amended on true"
        of_amended = {c.name: c.name if c.name in AMENDED_MOVEMENT.names else c.name.removeprefix("previous_") for c in previous}
        found |= {name: f"amended.{identifier(source)} as {identifier(name)}" for name, source in of_amended.items()}
    nothing = Rows.of(pa.table({"substance_id": pa.nulls(1, pa.string())}))
    return _Lookups(joins, found, tuple(_outcome(nothing, test, name) for test, name in needs.tests.items()))


# Movements that are about one cargo: a declaration, a house bill and a master bill carry numbers of their own.

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
