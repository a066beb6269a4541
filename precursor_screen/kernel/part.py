"""A part of a run's lines, judged as far as that can be done without the others, and how parts are cut and joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import take_rows
from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.schema import SUBJECTS
from precursor_screen.kernel.judge.flag import HELD, in_relevant_shipments, judge_lines
from precursor_screen.kernel.legal_status import SIDES
from precursor_screen.kernel.match import Matches
from precursor_screen.kernel.movements import movement_rows
from precursor_screen.kernel.parallel_map import ParallelMap, serial_map
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved, begin_rows, number_alike
from precursor_screen.kernel.resolve.party_facts import COUNTED
from precursor_screen.kernel.resolve.resolve import resolve
from precursor_screen.kernel.shipment_order import lines_by_shipment
from precursor_screen.kernel.trade_counts import count_lines
from precursor_screen.kernel.unscreenable import add_notes, count_parties, unscreenable_issues
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import law_of
from precursor_screen.reference.site_tables import STALE_DAYS, USD, rate_of

# What all lines, flagged or not, lack to be judged: the law of a country on their way, a rate of their currency.


class Gap(Struct, frozen=True):
    """Shipments that lack something: in all, and by what they lack (one shipment may lack several)."""

    shipments: int = 0
    by_name: dict[str, int] = {}


class LineGaps(Struct, frozen=True):
    """Of some lines. law: by country; rate: by currency without any; stale_rate: by currency whose nearest rate is of long ago."""

    law: Gap = Gap()
    rate: Gap = Gap()
    stale_rate: Gap = Gap()


def find_gaps(lines: pa.Table, reference: Reference) -> LineGaps:
    """The gaps of lines that are resolved, every line of each shipment among them."""

    def lacks_law(country: str, day: date) -> bool:
        return country != reference.jurisdiction and not law_of(country, day)  # that of one's own is said by itself

    def lacks_rate(currency: str, day: date) -> bool:
        return currency not in _DOLLARS and rate_of(reference.rates, currency, day) is None

    def has_stale_rate(currency: str, day: date) -> bool:
        rate = None if currency in _DOLLARS else rate_of(reference.rates, currency, day)
        return rate is not None and abs((rate.day - day).days) > STALE_DAYS

    sides = [[lines.column(name) for name in side if name in lines.column_names] for side in SIDES]
    law = _gap([_lacking(lines, pc.coalesce(*there), lacks_law) for there in sides if there])
    if not {"value", "currency"} <= set(lines.column_names):
        return LineGaps(law)
    valued = lines.filter(pc.is_valid(lines.column("value")))
    return LineGaps(law, *(_gap([_lacking(valued, valued.column("currency"), lacks)]) for lacks in (lacks_rate, has_stale_rate)))


_DOLLARS = (USD, "US$", "$")


def _gap(found: Sequence[pa.Table]) -> Gap:
    """Of the rows of `_lacking`."""
    rows = pa.concat_tables([_LACKING.empty_table(), *found])
    counted = rows.group_by("name", use_threads=False).aggregate([("shipment_id", "count_distinct")])
    by_name = dict(zip(*(counted.column(name).to_pylist() for name in ("name", "shipment_id_count_distinct")), strict=True))
    return Gap(pc.count_distinct(rows.column("shipment_id")).as_py(), by_name)


def _lacking(lines: pa.Table, names: pa.ChunkedArray, lacks: Callable[[str, date], bool]) -> pa.Table:
    """_LACKING: the shipments of lines whose name lacks something on their day; each name and day is asked once."""
    rows = lines.select(["shipment_id", "as_of_date"]).append_column("name", names).drop_null()
    numbers = number_alike(rows.column("name"), rows.column("as_of_date"))
    asked = rows.take(begin_rows(numbers))
    found = map(lacks, asked.column("name").to_pylist(), asked.column("as_of_date").to_pylist())
    return rows.select(_LACKING.names).filter(pa.array(np.fromiter(found, bool, asked.num_rows)[numbers]))


_LACKING = pa.schema([("name", pa.string()), ("shipment_id", pa.string())])


def add_gaps(parts: Iterable[LineGaps]) -> LineGaps:
    """The gaps of parts of a run that share no shipment."""
    every = list(parts)
    return LineGaps(*(_add([getattr(one, name) for one in every]) for name in LineGaps.__struct_fields__))


def _add(gaps: list[Gap]) -> Gap:
    named: Counter[str] = Counter()
    for gap in gaps:
        named.update(gap.by_name)
    return Gap(sum(gap.shipments for gap in gaps), dict(named))


Hashes = npt.NDArray[np.uint64]


class Part(Struct, frozen=True):
    """What some lines come to by themselves. LINE_NO is the line's position in the run.

    Attributes:
        lines: LINE_NO, line_id, movement_key, shipment_id of every line.
        relevant: the lines of shipments in which something was recognised, and those that could not be screened, with their candidates;
            others that a rule flags are recalled.
        flags: FLAG of the rules of scope line.
        unjudged: UNJUDGED of the same.
        movements: LINE_MOVEMENT: what moved, message by message.
        issues: NUMBERED_ISSUE: what could not be screened.
        party_cells: how many cells name a party.
        counted_lines: COUNTED_LINES of every line, in the order of `lines`.
        held: HELD of the rules of scope line.
        shipments: LINES_OF_SHIPMENT; no shipment is in two parts.
        gaps: what all lines lack.
    """

    lines: pa.Table
    relevant: Resolved
    flags: pa.Table
    unjudged: pa.Table
    movements: pa.Table
    issues: pa.Table
    party_cells: int
    counted_lines: pa.Table
    held: pa.Table
    shipments: pa.Table
    gaps: LineGaps = LineGaps()


def judge_part(
    lines: pa.Table,
    inputs: pa.Table,
    matches: Matches,
    reference: Reference,
    parallel_map: ParallelMap = serial_map,
    *,
    every_line: bool = False,
) -> Part:
    """Judges lines by themselves.

    Args:
        lines: LINE columns that are supplied, one row a line; LINE_NO where they are not all lines of the run.
        inputs: input_id, supplied_fields.
        matches: of the texts and names of these lines; those of others do not matter.
        reference: what the law, the lists and the rules say.
        parallel_map: how the comparison of names is spread; changes nothing in the result.
        every_line: whether `relevant` is to hold all lines, for whoever wants to look at them.
    """
    numbers = lines.column(LINE_NO) if LINE_NO in lines.column_names else None
    given = lines if numbers is None else lines.drop_columns([LINE_NO])
    resolved = resolve(given, inputs, matches, reference, parallel_map)
    resolved, counted_lines = _split_counted(resolved)
    flags, unjudged, held = judge_lines(resolved, reference.rules)
    movements, issues = movement_rows(resolved), unscreenable_issues(resolved, matches.unscreenable, matches.cut_at, reference)
    if numbers is not None:
        movements, issues, held = (_numbered(table, numbers) for table in (movements, issues, held))
        for name in ("group", "shipment"):
            held = held.set_column(HELD.get_field_index(name), name, numbers.take(held.column(name)))
        numbered, substances, parties = (_numbered(resolved.table(subject), numbers) for subject in SUBJECTS)
        resolved = Resolved(numbered, substances, parties, resolved.inputs)
    seen = resolved.lines.select([LINE_NO, "line_id", "movement_key", "shipment_id"])
    relevant = resolved if every_line else _pick_relevant(resolved, issues)
    return Part(
        seen,
        relevant,
        flags,
        unjudged,
        movements,
        issues,
        count_parties(lines),
        counted_lines,
        held,
        lines_by_shipment(seen),
        find_gaps(resolved.lines, reference),
    )


def _split_counted(resolved: Resolved) -> tuple[Resolved, pa.Table]:
    """The counted lines, and the lines without what only it needs."""
    counted_lines = count_lines(resolved.lines)
    return replace(
        resolved, lines=resolved.lines.drop_columns([c for c in COUNTED if c in resolved.lines.column_names])
    ), counted_lines


def merge_parts(parts: Sequence[Part]) -> Part:
    """Parts of one run as one, whatever their order."""
    if len(parts) == 1:
        return parts[0]
    inputs = {row["input_id"]: row for p in parts for row in p.relevant.inputs.to_pylist()}
    lines, substances, parties = (_joined([p.relevant.table(subject) for p in parts]) for subject in SUBJECTS)
    supplied = pa.Table.from_pylist(list(inputs.values()), schema=parts[0].relevant.inputs.schema)
    counted = (p.counted_lines.append_column(LINE_NO, p.lines.column(LINE_NO)) for p in parts)
    counted_lines = _joined(list(counted)).drop_columns([LINE_NO])
    return Part(
        lines=_joined([p.lines for p in parts]),
        relevant=Resolved(lines, substances, parties, supplied),
        flags=_joined([p.flags for p in parts]),
        unjudged=_joined([p.unjudged for p in parts]),
        movements=_joined([p.movements for p in parts]),
        issues=add_notes(_joined([p.issues for p in parts])),
        party_cells=sum(p.party_cells for p in parts),
        counted_lines=counted_lines,
        held=_joined([p.held for p in parts]),
        shipments=_joined([p.shipments for p in parts]),
        gaps=add_gaps(p.gaps for p in parts),
    )


def cut_parts(lines: pa.Table, size: int) -> Iterator[pa.Table]:
    """Lines in parts of about `size`, each with whole shipments and LINE_NO: one whose lines are scattered is judged where it begins.

    Args:
        lines: LINE columns, all lines of a run.
        size: of a part, in lines, at least 1.
    """
    begins = range(0, lines.num_rows, size)
    numbers = [_shipment_numbers(lines.slice(begin, size)) for begin in begins]
    part_rows: dict[int, list[npt.NDArray[np.int64]]] = {}  # rows of parts that are not just a piece of the lines
    for part, homes in _find_homes(numbers):
        for home in np.unique(homes):
            if home != part and home not in part_rows:
                part_rows[home] = [np.arange(begins[home], begins[home] + size)]
            part_rows.setdefault(home, []).append(begins[part] + np.flatnonzero(homes == home))
        part_rows.setdefault(part, [])
    for part, begin in enumerate(begins):
        if part not in part_rows:
            chunk = lines.slice(begin, size)
            yield chunk.append_column(LINE_NO, pa.array(np.arange(begin, begin + chunk.num_rows)))
        elif part_rows[part]:
            rows = np.concatenate(part_rows[part])
            yield take_rows(lines, rows).append_column(LINE_NO, pa.array(rows))


def _shipment_numbers(lines: pa.Table) -> Hashes:
    """A number for each line's shipment; two shipments with one number are judged together, which changes nothing."""
    with connect() as connection:
        connection.register("lines", lines.select(["shipment_id"]))
        numbers: Hashes = fetch(connection, "select hash(shipment_id) as number from lines").column("number").to_numpy()
        return numbers


def _find_homes(numbers: Sequence[Hashes]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """The parts with lines of shipments that begin in another part, and for each of their lines the part of its shipment's first."""
    distinct = [np.unique(own) for own in numbers]
    part_of = np.repeat(np.arange(len(distinct)), [len(own) for own in distinct])
    shipments, first, parts = np.unique(
        np.concatenate([np.empty(0, np.uint64), *distinct]), return_index=True, return_counts=True
    )
    scattered, home_of = shipments[parts > 1], part_of[first[parts > 1]]
    for part, own in enumerate(numbers):
        strays = np.flatnonzero(np.isin(own, scattered))
        homes = np.full(len(own), part)
        homes[strays] = home_of[np.searchsorted(scattered, own[strays])]
        if (homes != part).any():
            yield part, homes


def find_missing(line_ids: pa.Array, relevant: Resolved) -> pa.Array:
    """Those of some line ids that are not among the relevant lines."""
    return line_ids.filter(pc.invert(pc.is_in(line_ids, pc.unique(relevant.lines.column("line_id")))))


def recall_lines(lines: pa.Table, relevant: Resolved, *, inputs: pa.Table, matches: Matches, reference: Reference) -> Resolved:
    """The relevant lines, and some others, resolved again.

    Args:
        lines: LINE columns with LINE_NO, of the others.
        relevant: see `Part`.
        inputs, matches, reference: as they were judged by.
    """
    if not lines.num_rows:
        return relevant
    more, _ = _split_counted(resolve(lines.drop_columns([LINE_NO]), inputs, matches, reference))
    numbers = lines.column(LINE_NO)
    tables = ([relevant.table(subject), _numbered(more.table(subject), numbers)] for subject in SUBJECTS)
    found, substances, parties = (_joined(both) for both in tables)
    return Resolved(found, substances, parties, relevant.inputs)


def keep_lines(wide: Resolved, relevant: Resolved, line_ids: pa.ChunkedArray) -> Resolved:
    """Of relevant lines and others: those that are relevant, and those of some line ids."""
    lines = wide.lines
    kept = pc.or_(
        pc.is_in(lines.column(LINE_NO), relevant.lines.column(LINE_NO)), pc.is_in(lines.column("line_id"), pc.unique(line_ids))
    )
    others = lines.column(LINE_NO).filter(pc.invert(kept))
    substances, parties = (t.filter(pc.invert(pc.is_in(t.column(LINE_NO), others))) for t in (wide.substances, wide.parties))
    return Resolved(lines.filter(kept), substances, parties, wide.inputs)


def _pick_relevant(resolved: Resolved, issues: pa.Table) -> Resolved:
    lines = resolved.lines
    wanted = pc.or_(in_relevant_shipments(resolved), pc.is_in(lines.column("line_id"), pc.unique(issues.column("line_id"))))
    return Resolved(lines.filter(wanted), resolved.substances, resolved.parties, resolved.inputs)


def _numbered(table: pa.Table, numbers: pa.ChunkedArray) -> pa.Table:
    """A table whose LINE_NO counts within a part with those of the run."""
    place = table.column_names.index(LINE_NO)
    return table.set_column(place, LINE_NO, numbers.take(table.column(LINE_NO)))


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables of parts as one, in the order of the run's lines; the sort is stable."""
    joined = pa.concat_tables(tables, promote_options="default")
    if LINE_NO not in joined.column_names:
        return joined
    numbers = joined.column(LINE_NO).to_numpy()
    if (numbers[1:] >= numbers[:-1]).all():
        return joined
    return joined.take(pa.array(np.argsort(numbers, kind="stable")))
