"""All lines counted, watched or not: who trades in which chapters, and on which lanes goods of a code move, day by day.

A tally has one row a line and stands for what later runs may ask of it; counts are its sums by day, of this run's lines and of those
recorded before. A cargo counts once, on the first day on which it was stated: one that is sent again, amended or taken back is no
further trade. Only earlier days count for a line, never its own, as in all windows.

Parties and cargoes are numbers, the first eight bytes of a SHA-256: nothing else is kept of lines that are not worth remembering.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.history_seam import COUNTED_DAYS, COUNTED_LINES, LANE_COUNTS, PARTY_COUNTS, CountedLines, TradeCounts
from precursor_screen.core.schema import MOVEMENT_COUNTED, TRADERS
from precursor_screen.kernel.resolve.distinct import Numbers, column_or_nulls
from precursor_screen.kernel.resolve.party_facts import COUNTED
from precursor_screen.reference.nomenclature import DOES_NOT_EXIST
from precursor_screen.text.key_numbers import numbers_of

LEAST: Final = 20  # countries that goods of a code passed on the way to a country, or from one: below that none is usual
_COUNTRY: Final = r"^[A-Z]{2}$"
_CODE: Final = r"^[0-9]{6}$"


def tally_lines(lines: pa.Table) -> pa.Table:
    """TALLY, row by row, of lines that are resolved. What cannot be known is null; a cancellation counts nothing, its cargo is null."""
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


def asked_of(tally: pa.Table, live: pa.Table, rows: Numbers) -> CountedLines:
    """The tally of a run, and which of its rows are asked for: those of watched goods.

    Args:
        tally: TALLY of every line.
        live: MOVEMENT rows of the run.
        rows: of the tally, that of each movement's line.
    """
    asked = np.zeros(tally.num_rows, dtype=np.bool_)
    asked[rows[pc.is_valid(live.column("goods_key")).to_numpy()]] = True
    return CountedLines(tally, pa.array(asked))


def under_first_versions(tally: CountedLines, line_ids: pa.ChunkedArray, counted_as: Mapping[str, str]) -> CountedLines:
    """The tally of a run, in which versions of one item are one cargo.

    Args:
        tally: of the run.
        line_ids: of its rows.
        counted_as: line -> movement_key under which its cargo is counted, where that is not its own.
    """
    if not counted_as:
        return tally
    lines = pa.array(list(counted_as), pa.string())
    keys = numbers_of(pa.chunked_array([list(counted_as.values())], pa.string()))
    own = tally.lines.column("cargo")
    there = pc.index_in(line_ids, lines)
    first = keys.take(there)
    cargo = pc.if_else(pc.and_(pc.is_valid(own), pc.is_valid(there)), first, own)
    return CountedLines(
        tally.lines.set_column(tally.lines.column_names.index("cargo"), COUNTED_LINES.field("cargo"), cargo), tally.asked
    )


def count_own(tally: CountedLines, known: pa.Array) -> TradeCounts:
    """What the lines of a run come to, those apart that are recorded already.

    Args:
        tally: of the run.
        known: numbers of cargoes that earlier runs have counted.
    """
    cargo = tally.lines.column("cargo")
    counted = pc.and_(pc.is_valid(cargo), pc.invert(pc.is_in(cargo, known)))
    rows = _first_of_each(tally.lines if pc.all(counted, min_count=0).as_py() else tally.lines.filter(counted))
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
    with connect() as connection:
        connection.register("rows", rows)
        order = ", ".join(n for n in COUNTED_LINES.names if n != "cargo")
        return fetch(
            connection,
            f"select * from rows qualify row_number() over (partition by cargo order by {order}) = 1 order by all",
            COUNTED_LINES,
        )


def _through(rows: pa.Table) -> pa.Table:
    """A row for each country that goods pass through."""
    passing = rows.filter(pc.fill_null(pc.greater(pc.list_value_length(rows.column("transit")), 0), False))
    lists = passing.column("transit").combine_chunks()
    lanes = passing.select(["hs6", "dispatch", "destination", "day"]).take(pc.list_parent_indices(lists))
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


def add_count_facts(live: pa.Table, rows: Numbers, tally: CountedLines, own: TradeCounts, recorded: TradeCounts) -> pa.Table:
    """Movements with the columns of MOVEMENT_COUNTED; null for all but watched goods, and where a key, code or country is unknown.

    Args:
        live: MOVEMENT rows of a run.
        rows: of the tally, that of each movement's line.
        tally: of the run.
        own: what its lines come to (`count_own`).
        recorded: what earlier runs counted of the parties and codes that are asked for.
    """
    numbered = tally.lines.append_column("row", pa.array(np.arange(tally.lines.num_rows)))
    with connect() as connection:
        connection.register("asked", numbered.filter(tally.asked))
        connection.register("party_counts", pa.concat_tables([own.parties, recorded.parties]))
        connection.register("lane_counts", pa.concat_tables([own.lanes, recorded.lanes]))
        facts = fetch(connection, _FACTS)
    at = pc.index_in(pa.array(rows), facts.column("row").combine_chunks())
    for column in MOVEMENT_COUNTED:
        live = live.append_column(column.name, facts.column(column.name).cast(column.arrow).take(at))
    return live


_BEFORE = f"order by day range between interval {COUNTED_DAYS} days preceding and interval 1 day preceding"
_BACK = f"l.day between a.day - {COUNTED_DAYS} and a.day - 1"


def _of_parties(role: int, side: str) -> str:
    """SQL of (party, chapter, day) that is asked of one side, with what the party moved on the days before."""
    return f"""
        select party, chapter, day, coalesce(n, 0) as n, coalesce(bit_count(many), 0) as many, coalesce(same, 0) as same from (
            select *, sum(lines) over (partition by party {_BEFORE}) as n,
                   bit_or(if(lines > 0, 1::hugeint << chapter, 0::hugeint)) over (partition by party {_BEFORE}) as many,
                   sum(lines) over (partition by party, chapter {_BEFORE}) as same
            from (select party, chapter, day, sum(lines) as lines, bool_or(asked) as asked from (
                      select party, chapter, day, lines, false as asked from party_counts
                      where role = {role} and party in (select {side} from asked)
                      union all
                      select distinct {side}, chapter, day, 0, true from asked where {side} is not null and chapter is not null)
                  group by all))
        where asked"""


def _of_lanes(name: str, keys: str, counted: str, asked: str = "true") -> str:
    """SQL of the columns `keys` and the day that are asked, with how many lines (as `name`) share them on the days before."""
    known = " and ".join(f"{key} is not null" for key in keys.split(", "))
    return f"""
        select {keys}, day, coalesce(before, 0) as {name} from (
            select *, sum(lines) over (partition by {keys} {_BEFORE}) as before
            from (select {keys}, day, sum(lines) as lines, bool_or(asked) as asked from (
                      select {keys}, day, lines, false as asked from lane_counts
                      where {counted} and hs6 in (select hs6 from asked where {asked})
                      union all
                      select distinct {keys}, day, 0, true from asked where {known} and {asked})
                  group by all))
        where asked"""


_LANE, _WAY, _PASSES = "transit = ''", "transit <> ''", "len(transit) > 0"
_COUNTED_LANES = (
    ("n", "hs6, dispatch, destination", _LANE, "true"),
    ("arrived", "hs6, destination", _LANE, "true"),
    ("passed_to", "hs6, destination", _WAY, _PASSES),
    ("passed_from", "hs6, dispatch", _WAY, _PASSES),
)

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

_JOINED_LANES = " ".join(
    f"left join ({_of_lanes(name, keys, counted, asked)}) {name} on {' and '.join(f'{name}.{k} = a.{k}' for k in (*keys.split(', '), 'day'))}"
    for name, keys, counted, asked in _COUNTED_LANES
)
_FACTS = f"""
    select a.row, s.n as sender_lines_before, s.many as sender_chapters_before, s.same as sender_same_before,
           r.n as receiver_lines_before, r.many as receiver_chapters_before, r.same as receiver_same_before,
           n.n as lane_lines_before, arrived.arrived - n.n as lane_others_before,
           case when len(a.transit) = 0 then '' when a.transit is not null and passed_to >= {LEAST} and passed_from >= {LEAST} then coalesce(t.unusual, '') end as transit_unusual
    from asked a
    left join ({_of_parties(0, "sender")}) s on s.party = a.sender and s.chapter = a.chapter and s.day = a.day
    left join ({_of_parties(1, "receiver")}) r on r.party = a.receiver and r.chapter = a.chapter and r.day = a.day
    {_JOINED_LANES}
    left join ({_THROUGH}) t on t.row = a.row"""


def _only(values: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.if_else(pc.fill_null(pc.match_substring_regex(values, pattern), False), values, pa.scalar(None, pa.string()))
