"""Which texts beside the table name something: those are screened as lines of their own."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.kernel.match.mentions import find_mentions
from precursor_screen.kernel.match.recognise import recognise
from precursor_screen.reference.bundle import Reference


def naming(lines: pa.Table, reference: Reference) -> pa.Table:
    """Those lines of texts beside a table that name a listed substance or party, each once: a file that is read twice is one finding.

    A weak name (two letters above a table) is none: such lines have nothing beside it that could bear it out.

    Args:
        lines: LINE columns, with other_texts.
        reference: what to screen against.
    """
    found = recognise(lines, reference)
    counts = pc.and_(pc.is_null(found.column("suppressed")), pc.not_equal(found.column("strength"), "weak"))
    named = [*found.filter(counts).column("value").chunks, *find_mentions(lines, reference).column("value").chunks]
    texts = lines.column("other_texts")
    hit = pc.is_in(pc.list_flatten(texts), value_set=pc.unique(pa.chunked_array(named, pa.string())))
    rows = pc.unique(pc.list_parent_indices(texts).filter(hit))
    mine = lines.filter(pc.is_in(pa.array(range(lines.num_rows), rows.type), value_set=rows))
    return mine.take(pc.index_in(pc.unique(mine.column("line_id")), mine.column("line_id")))
