"""All lines counted, watched or not: who trades in which chapters, and on which lanes goods of a code move, day by day.

COUNTED_LINES has one row a line and stands for what later runs may ask of it; counts are its sums by day, of this run's lines and of those
recorded before. A cargo counts once, on the first day on which it was stated: one that is sent again, amended or taken back is no
further trade. Only earlier days count for a line, never its own, as in all windows.

Parties and cargoes are numbers, the first eight bytes of a SHA-256: nothing else is kept of lines that are not worth remembering.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.engine import ask
from precursor_screen.core.history_seam import COUNTED_DAYS, COUNTED_LINES, LANE_COUNTS, PARTY_COUNTS, CountedLines, TradeCounts
from precursor_screen.core.schema import MOVEMENT_COUNTED, TRADERS
from precursor_screen.kernel.resolve.distinct import Mask, Numbers, column_or_nulls
from precursor_screen.kernel.resolve.party_facts import COUNTED
from precursor_screen.reference.nomenclature import DOES_NOT_EXIST
from precursor_screen.text.key_numbers import numbers_of

LEAST: Final = 20  # countries that goods of a code passed on the way to a country, or from one: below that none is usual
_COUNTRY: Final = r"^[A-Z]{2}$"
_CODE: Final = r"^[0-9]{6}$"


def count_lines(lines: pa.Table) -> pa.Table:
    """COUNTED_LINES, row by row, of lines that are resolved. What cannot be known is null; a cancellation counts nothing, its cargo is null."""
    rows = lines.num_rows
    cancels = pc.fill_null(pc.equal(column_or_nulls(lines, "message_function"), "cancellation"), False)
    known = pc.fill_null(pc.not_equal(column_or_nulls(lines, "hs_known"), DOES_NOT_EXIST), False)
    code = pc.if_else(known, column_or_nulls(lines, "hs6"), None)
    chapter = pc.if_else(known, column_or_nulls(lines, "hs_chapter"), None)
    transit = lines.column("transit_countries") if "transit_countries" in lines.column_names else None
    columns = {
        "cargo": pc.if_else(cancels, pa.scalar(None, pa.uint64()), numbers_of(lines.column("movement_key"))),
        "day": lines.column("as_of_date"),
        **{side: column_or_nulls(lines, name, pa.uint64()) for side, name in zip(TRADERS, COUNTED, strict=True)},
        "chapter": pc.cast(_only(chapter, r"^[0-9]{2}$"), pa.uint8()),
        "hs6": pc.cast(_only(code, _CODE), pa.int32()),
        "origin": _only(column_or_nulls(lines, "country_of_origin"), _COUNTRY),
        "dispatch": _only(column_or_nulls(lines, "country_of_dispatch"), _COUNTRY),
        "destination": _only(column_or_nulls(lines, "country_of_destination"), _COUNTRY),
        "transit": pa.nulls(rows, pa.list_(pa.string())) if transit is None else transit,
    }
    return pa.table(list(columns.values()), names=list(columns)).cast(COUNTED_LINES)


def mark_watched(counted_lines: pa.Table, live: pa.Table, rows: Numbers) -> CountedLines:
    """The counted lines of a run, and which of its rows are asked for: those of watched goods.

    Args:
        counted_lines: COUNTED_LINES of every line.
        live: MOVEMENT rows of the run.
        rows: of the counted lines, that of each movement's line.
    """
    asked = np.zeros(counted_lines.num_rows, dtype=np.bool_)
    asked[rows[pc.is_valid(live.column("goods_key")).to_numpy()]] = True
    return CountedLines(counted_lines, pa.array(asked))


def under_first_versions(counted_lines: CountedLines, line_ids: pa.ChunkedArray, counted_as: Mapping[str, str]) -> CountedLines:
    """The counted lines of a run, in which versions of one item are one cargo.

    Args:
        counted_lines: of the run.
        line_ids: of its rows.
        counted_as: line -> movement_key under which its cargo is counted, where that is not its own.
    """
    if not counted_as:
        return counted_lines
    lines = pa.array(list(counted_as), pa.string())
    keys = numbers_of(pa.chunked_array([list(counted_as.values())], pa.string()))
    own = counted_lines.lines.column("cargo")
    there = pc.index_in(line_ids, lines)
    cargo = pc.if_else(pc.and_(pc.is_valid(own), pc.is_valid(there)), keys.take(there), own)
    return CountedLines(set_columns(counted_lines.lines, {"cargo": cargo}), counted_lines.asked)


def find_own(counted_lines: CountedLines, known: pa.Array) -> pa.Table:
    """The rows that the lines of a run are counted by, one a cargo: COUNTED_LINES without what is recorded already.

    Args:
        counted_lines: of the run.
        known: numbers of cargoes that earlier runs have counted.
    """
    cargo = counted_lines.lines.column("cargo")
    counted = pc.and_(pc.is_valid(cargo), pc.invert(pc.is_in(cargo, known)))
    return _first_of_each(counted_lines.lines if pc.all(counted, min_count=0).as_py() else counted_lines.lines.filter(counted))


def sum_trade(rows: pa.Table) -> TradeCounts:
    """What rows of `find_own` come to by day."""
    parts = [rows.slice(begin, _SUMMED_AT_ONCE) for begin in range(0, rows.num_rows, _SUMMED_AT_ONCE)]
    return TradeCounts(
        _summed(map(_party_rows, parts), PARTY_COUNTS),
        _summed(map(_lane_rows, parts), LANE_COUNTS),
        rows.select(["cargo", "day"]),
    )


_SUMMED_AT_ONCE = 1 << 18  # lines: all together would be copied twice


def _party_rows(rows: pa.Table) -> pa.Table:
    sides = (rows.select([side, "chapter", "day"]).rename_columns(["party", "chapter", "day"]) for side in TRADERS)
    roles = (pa.array(np.full(rows.num_rows, role, np.uint8)) for role in range(len(TRADERS)))
    return pa.concat_tables([side.append_column("role", role) for side, role in zip(sides, roles, strict=True)])


def _lane_rows(rows: pa.Table) -> pa.Table:
    lanes = rows.select(["hs6", "dispatch", "destination", "day"])
    return pa.concat_tables([lanes.append_column("transit", pa.array([""] * rows.num_rows, pa.string())), _through(rows)])


def _first_of_each(rows: pa.Table) -> pa.Table:
    """One row a cargo: that of its first day, and of those the first by what it says, whatever the order of lines."""
    cargo = np.sort(rows.column("cargo").to_numpy())
    if not (cargo[1:] == cargo[:-1]).any():
        return rows
    order = ", ".join(n for n in COUNTED_LINES.names if n != "cargo")
    query = f"select * from rows qualify row_number() over (partition by cargo order by {order}) = 1 order by all"
    return ask(query, COUNTED_LINES, rows=rows)


def _through(rows: pa.Table) -> pa.Table:
    """A row for each country that goods pass through."""
    in_transit = rows.filter(pc.fill_null(pc.greater(pc.list_value_length(rows.column("transit")), 0), False))
    lists = in_transit.column("transit").combine_chunks()
    lanes = in_transit.select(["hs6", "dispatch", "destination", "day"]).take(pc.list_parent_indices(lists))
    return lanes.append_column("transit", _only(pa.chunked_array([pc.list_flatten(lists)]), _COUNTRY))


def _summed(parts: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """Rows alike as one, with their number; those that lack something are left out."""
    keys = [n for n in schema.names if n != "lines"]
    counted = [schema.empty_table()]
    for rows in parts:
        grouped = rows.select(keys).drop_null().group_by(keys, use_threads=False).aggregate([([], "count_all")])
        counted.append(grouped.rename_columns([*keys, "lines"]).cast(schema))
    if len(counted) == 2:
        return counted[1]
    summed = pa.concat_tables(counted).group_by(keys, use_threads=False).aggregate([("lines", "sum")])
    return summed.rename_columns([*keys, "lines"]).cast(schema)


def add_count_facts(live: pa.Table, rows: Numbers, counted_lines: CountedLines, own: pa.Table, recorded: TradeCounts) -> pa.Table:
    """Movements with the columns of MOVEMENT_COUNTED; null for all but watched goods, and where a key, code or country is unknown.

    Args:
        live: MOVEMENT rows of a run.
        rows: of the counted lines, that of each movement's line.
        counted_lines: of the run.
        own: the rows by which its lines are counted (`find_own`).
        recorded: what earlier runs counted of the parties and codes that are asked for.
    """
    asked = counted_lines.lines.filter(counted_lines.asked)
    places = np.flatnonzero(counted_lines.asked.to_numpy(zero_copy_only=False))
    at = pc.index_in(pa.array(rows), pa.array(places))
    facts = zip(MOVEMENT_COUNTED, _facts_of(asked, own, recorded), strict=True)
    return set_columns(live, {column.name: values.cast(column.arrow).take(at) for column, values in facts})


def _facts_of(asked: pa.Table, own: pa.Table, recorded: TradeCounts) -> Iterator[pa.Array]:
    """The columns of MOVEMENT_COUNTED, in their order, of the rows of counted lines."""
    for role, side in enumerate(TRADERS):
        theirs = recorded.parties.filter(pc.equal(recorded.parties.column("role"), role)).drop_columns(["role"])
        mine = own.select([side, "chapter", "day"]).rename_columns(["party", "chapter", "day"])
        yield from _of_parties(asked.select([side, "chapter", "day"]), _weighed([mine, theirs]))
    is_way = pc.not_equal(recorded.lanes.column("transit"), "")
    lanes = _weighed([own.select(_LANE), recorded.lanes.filter(pc.invert(is_way)).drop_columns(["transit"])])
    known = _before(_moments(_group(lanes, asked, ("hs6", "dispatch", "destination"))))
    yield known
    yield pc.subtract(_before(_moments(_group(lanes, asked, ("hs6", "destination")))), known)
    through = pc.greater(pc.fill_null(pc.list_value_length(asked.column("transit")), 0), 0)
    yield _unusual(asked, through, _weighed([_through(own), recorded.lanes.filter(is_way)]), lanes)


_LANE = ["hs6", "dispatch", "destination", "day"]


def _weighed(tables: Iterable[pa.Table]) -> pa.Table:
    """Rows that are whole, each with its number of lines."""
    found = []
    for table in tables:
        if "lines" not in table.column_names:
            table = table.append_column("lines", pa.array(np.ones(table.num_rows, np.int64)))
        found.append(table.drop_null())
    return pa.concat_tables(table.select(found[0].column_names) for table in found)


_DAY_BITS: Final = 23  # of a number that holds a group and a day: more than dates have, and room for 2 ** 40 groups
_CHAPTER_BITS: Final = 8


class _Groups(Struct, frozen=True):
    """Rows of groups that are asked for, by the number of their group.

    Attributes:
        counted: of rows that are counted.
        days: of each.
        lines: of each.
        among: which of all counted rows these are.
        asked: of rows that ask.
        when: the day of each.
        there: which of all rows ask: those that state all that groups.
    """

    counted: Numbers
    days: Numbers
    lines: Numbers
    among: Numbers
    asked: Numbers
    when: Numbers
    there: Mask


def _group(counted: pa.Table, asked: pa.Table, keys: Sequence[str]) -> _Groups:
    """Rows that share some keys.

    Args:
        counted: keys, day, lines; nothing is null.
        asked: keys, day.
        keys: numbers or texts.
    """
    there = reduce(pc.and_, (pc.is_valid(asked.column(name)) for name in (*keys, "day")))
    of_counted, of_rows_asked = np.zeros(counted.num_rows, np.int64), np.zeros(pc.sum(there, min_count=0).as_py(), np.int64)
    gone = np.zeros(counted.num_rows, np.bool_)
    for key in keys:
        values = asked.column(key).filter(there)
        known = pc.unique(values)
        found = pc.fill_null(pc.index_in(counted.column(key), known), -1).to_numpy()
        gone |= found < 0
        of_counted = of_counted * len(known) + found
        of_rows_asked = of_rows_asked * len(known) + pc.index_in(values, known).to_numpy()
    among = np.flatnonzero(~gone)
    days, when = (
        column.cast(pa.int32()).to_numpy().astype(np.int64)
        for column in (counted.column("day"), asked.column("day").filter(there))
    )  # fmt: skip
    first = min(days.min(initial=0), when.min(initial=0)) - COUNTED_DAYS
    lines = counted.column("lines").to_numpy()[among]
    return _Groups(of_counted[among], days[among] - first, lines, among, of_rows_asked, when - first, there.to_numpy())


class _Moments(Struct, frozen=True):
    """Groups and days as one number each, so that the days of a group lie together.

    Attributes:
        counted: of rows that are counted, ascending.
        running: how many lines stand before each, and at last how many there are.
        asked: of rows that ask, ascending: so a million of them are looked up in an eighth of the time.
        rows: which rows these are.
        there: which rows ask.
    """

    counted: Numbers
    running: Numbers
    asked: Numbers
    rows: Numbers
    there: Mask


def _moments(groups: _Groups) -> _Moments:
    counted = (groups.counted << _DAY_BITS) + groups.days
    if (groups.lines == 1).all():  # as where nothing is recorded: to sort without regard to lines takes a quarter of the time
        counted.sort()
        running = np.arange(len(counted) + 1)
    else:
        order = np.argsort(counted)
        counted, running = counted[order], np.concatenate([[0], np.cumsum(groups.lines[order])])
    asked = (groups.asked << _DAY_BITS) + groups.when
    order = np.argsort(asked)
    return _Moments(counted, running, asked[order], np.flatnonzero(groups.there)[order], groups.there)


def _before(moments: _Moments) -> pa.Array:
    """How many lines share some keys on the days before; null where one is unknown."""
    begins, ends = (np.searchsorted(moments.counted, moments.asked - days) for days in (COUNTED_DAYS, 0))
    return _spread(moments.running[ends] - moments.running[begins], moments)


def _spread(values: Numbers, moments: _Moments) -> pa.Array:
    """The values of what is asked for, row by row."""
    found = np.zeros(len(moments.there), np.int64)
    found[moments.rows] = values
    return pa.array(found, mask=~moments.there)


def _of_parties(asked: pa.Table, counted: pa.Table) -> Iterator[pa.Array]:
    """Of the party, chapter and day of each row: what the party moved on the days before, in how many chapters, and in this one."""
    asked = asked.rename_columns(["party", "chapter", "day"])
    asked = asked.set_column(0, "party", pc.if_else(pc.is_valid(asked.column("chapter")), asked.column("party"), None))
    groups = _group(counted, asked, ("party",))
    parties = _moments(groups)
    yield _before(parties)
    mine = asked.column("chapter").filter(pa.array(groups.there))
    chapters = _moments(
        replace(
            groups,
            counted=(groups.counted << _CHAPTER_BITS) + counted.column("chapter").to_numpy()[groups.among],
            asked=(groups.asked << _CHAPTER_BITS) + mine.to_numpy(),
        )
    )
    yield _chapters_before(chapters, parties)
    yield _before(chapters)


def _chapters_before(chapters: _Moments, parties: _Moments) -> pa.Array:
    """In how many chapters a party moved something on the days before.

    A day stands for its chapter from the next one on, until the next of that chapter, or until it no longer counts: so of the days
    that have begun before, as many have not ended as there are chapters.
    """
    firsts = np.flatnonzero(np.diff(chapters.counted, prepend=-1))
    moved = np.diff(chapters.running[np.append(firsts, len(chapters.counted))])
    days = chapters.counted[firsts[moved > 0]]
    group, day = days >> _DAY_BITS, days & ((1 << _DAY_BITS) - 1)
    begins = (group >> _CHAPTER_BITS << _DAY_BITS) + day
    ends = begins + COUNTED_DAYS
    ends[:-1] = np.where(group[1:] == group[:-1], np.minimum(ends[:-1], begins[1:]), ends[:-1])
    begun, ended = (np.searchsorted(np.sort(moments), parties.asked) for moments in (begins, ends))
    return _spread(begun - ended, parties)


def _unusual(asked: pa.Table, through: pa.ChunkedArray, ways: pa.Table, lanes: pa.Table) -> pa.Array:
    """The countries on the way that are not usual; empty where there is none, null where nothing tells what is usual."""
    stated = pc.if_else(pc.is_valid(asked.column("transit")), pa.scalar(""), None).combine_chunks()
    in_transit = asked.filter(through).append_column("row", pa.array(np.flatnonzero(through.to_numpy())))
    if not in_transit.num_rows:
        return stated
    counts = [_before(_moments(_group(ways, in_transit, keys))) for keys in (("hs6", "destination"), ("hs6", "dispatch"))]
    known = pc.fill_null(reduce(pc.and_, (pc.greater_equal(count, LEAST) for count in counts)), False)
    lanes = lanes.drop_columns(["lines"]).append_column("transit", pa.repeat(pa.scalar(""), lanes.num_rows))
    found = ask(_THROUGH, asked=in_transit, lane_counts=pa.concat_tables([lanes, ways.select(lanes.column_names)]))
    at = pc.index_in(in_transit.column("row"), found.column("row").combine_chunks())
    told = pc.if_else(known, pc.fill_null(found.column("unusual").take(at), ""), None)
    mask = np.zeros(asked.num_rows, dtype=np.bool_)
    mask[in_transit.column("row").to_numpy()] = True
    return pc.replace_with_mask(stated, pa.array(mask), told.combine_chunks() if isinstance(told, pa.ChunkedArray) else told)


_BACK = f"l.day between a.day - {COUNTED_DAYS} and a.day - 1"

# Countries on the way that are neither end, and whether goods of the code passed or left them for the destination, or came to them from
# the country of dispatch, or through them.
_THROUGH = f"""
    with third as (
        select row, hs6, dispatch, destination, day, unnest(transit) as country from asked
        where hs6 is not null and dispatch is not null and destination is not null and len(transit) > 0),
    near as (select * from lane_counts where hs6 in (select hs6 from third)),
    met as (
        select hs6, 'to ' || destination as side, dispatch as country, day from near
        union select hs6, 'to ' || destination, transit, day from near
        union select hs6, 'from ' || dispatch, transit, day from near
        union select hs6, 'from ' || dispatch, destination, day from near),
    usual as (
        select distinct a.row, a.country from (
            select *, unnest(['to ' || destination, 'from ' || dispatch]) as side from third) a
        join met l on l.hs6 = a.hs6 and l.country = a.country and l.side = a.side and {_BACK})
    select t.row, string_agg(distinct t.country, ', ' order by t.country) as unusual
    from third t join asked a on a.row = t.row
    where (t.row, t.country) not in (select (row, country) from usual)
      and t.country not in (t.dispatch, t.destination) and t.country is distinct from a.origin
    group by t.row"""


def _only(values: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.if_else(pc.fill_null(pc.match_substring_regex(values, pattern), False), values, pa.scalar(None, pa.string()))
