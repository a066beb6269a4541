"""`--resolved`: every line with what was recognised in it, flagged or not."""

from __future__ import annotations

import pyarrow as pa

from precursor_screen.core.engine import connect, fetch
from precursor_screen.kernel.resolve.distinct import LINE_NO
from precursor_screen.kernel.screen import Screened


def resolved_table(screened: Screened) -> pa.Table:
    """One row a line: its place and ids, substances as `id (method, strength, form)`, parties as `role: list entry (score)`."""
    resolved = screened.resolved
    columns = [
        c
        for c in ("line_id", "shipment_id", "source_file", "source_row", "description", "hs_code")
        if c in resolved.lines.column_names
    ]
    with connect() as connection:
        connection.register("lines", resolved.lines)
        connection.register("substances", resolved.substances)
        connection.register("parties", resolved.parties)
        return fetch(
            connection,
            f"""
            with s as (
                select {LINE_NO}, array_to_string(list(substance_id || ' (' || match_method || ', ' || match_strength || ', ' || form || ')'
                    order by substance_id), '; ') as substances from substances group by {LINE_NO}),
            p as (
                select {LINE_NO}, array_to_string(list(party_role || ': ' || list_id || ' ' || entry_id || ' (' || printf('%.1f', watchlist_score) || ', ' || name_kind || ')'
                    order by party_role, list_id, entry_id), '; ') as parties from parties group by {LINE_NO})
            select {", ".join(f"l.{c}" for c in columns)}, s.substances, p.parties
            from lines l left join s using ({LINE_NO}) left join p using ({LINE_NO}) order by l.{LINE_NO}""",
        )
