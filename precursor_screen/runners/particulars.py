"""What a report says of the lines it cites: the particulars of trade, the substances in them, the entries of lists that they match."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.kernel.resolve.resolved import LINE_NO, Resolved
from precursor_screen.model import WatchlistEntry
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.schema import GOODS, PARTICULARS


def particulars_of(resolved: Resolved, line_ids: pa.ChunkedArray) -> pa.Table:
    """PARTICULARS of some lines, in the order of the run; what no input supplies is null."""
    lines = resolved.lines
    return with_columns(lines.filter(pc.is_in(lines.column("line_id"), pc.unique(line_ids))), PARTICULARS)


def goods_of(resolved: Resolved, line_ids: pa.ChunkedArray) -> pa.Table:
    """GOODS of some lines: what was recognised in them, in the order of the run."""
    cited = resolved.lines.select([LINE_NO, "line_id"])
    cited = cited.filter(pc.is_in(cited.column("line_id"), pc.unique(line_ids)))
    found = resolved.substances
    positions = pc.index_in(found.column(LINE_NO), cited.column(LINE_NO).combine_chunks())
    known = pc.is_valid(positions)
    found = found.filter(known).append_column("line_id", cited.column("line_id").take(positions.filter(known)))
    return with_columns(found, GOODS)


def named_entries(flags: pa.Table, watchlists: Iterable[Watchlist]) -> dict[tuple[str, str], WatchlistEntry]:
    """The entries that flags name, by list and entry; one that a list no longer holds is left out."""
    pairs = flags.select(["list_id", "entry_id"]).group_by(["list_id", "entry_id"]).aggregate([]).to_pylist()
    opened = {w.list_id: w for w in watchlists}
    found = {}
    for list_id, entry_id in sorted((p["list_id"], p["entry_id"]) for p in pairs if p["list_id"] in opened):
        try:
            found[list_id, entry_id] = opened[list_id].entry(entry_id)
        except KeyError:  # de-listed since a recorded flag was raised
            continue
    return found


def with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of a schema, in its order; what the table lacks is null."""
    columns = [
        table.column(f.name).cast(f.type) if f.name in table.column_names else pa.nulls(table.num_rows, f.type) for f in schema
    ]
    return pa.table(columns, schema=schema)
