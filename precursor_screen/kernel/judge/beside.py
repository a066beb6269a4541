"""Rules whose flags say something only beside another: one that stands alone is not raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.memory import Compared
from precursor_screen.model import Rule


def drop_lonely(compared: Compared, rules: Iterable[Rule]) -> Compared:
    """Leaves out new flags of rules that are marked `beside`, on lines that no other flag with a weight is about.

    Flags that are recorded stay: what stood beside them was there, and a run that knows no more of the line does not take them back.
    """
    lonely = pa.array(sorted(rule.id for rule in rules if rule.beside), pa.string())
    flags = compared.flags
    about = pc.is_in(flags.column("rule_id"), lonely)
    if not pc.any(about, min_count=0).as_py():
        return compared
    others = pa.concat_tables([flags, compared.carried])
    counts = pc.and_(pc.invert(pc.is_in(others.column("rule_id"), lonely)), pc.greater(others.column("weight"), 0))
    others = others.filter(counts)
    lines = pa.chunked_array(
        [*others.column("line_id").chunks, pc.list_flatten(others.column("window_line_ids").combine_chunks())]
    )
    kept = pc.or_(pc.is_in(flags.column("line_id"), pc.unique(lines)), pc.not_equal(flags.column("state"), "new"))
    return replace(compared, flags=flags.filter(pc.or_(pc.invert(about), kept)))
