"""Rules whose flags say something only beside another: one that stands alone is counted and not raised."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.history_seam import FlagComparison
from precursor_screen.core.model import Rule

NOT_RAISED = pa.schema([("rule_id", pa.string()), ("count", pa.int64()), ("shipments", pa.int64())])


def drop_lonely(compared: FlagComparison, rules: Iterable[Rule]) -> tuple[FlagComparison, pa.Table]:
    """Leaves out new flags of rules that are marked `beside`, on lines that no other flag with a weight is about.

    Flags that are recorded stay: what stood beside them was there, and a run that knows no more of the line does not take them back.

    Returns:
        What is left, and NOT_RAISED: how many flags of each rule fell, and of how many shipments.
    """
    rules = tuple(rules)
    lonely = _ids(rule for rule in rules if rule.beside)
    flags = compared.flags
    about = pc.is_in(flags.column("rule_id"), lonely)
    if not pc.any(about, min_count=0).as_py():
        return compared, NOT_RAISED.empty_table()
    others = pa.concat_tables([flags, compared.carried])
    counts = pc.and_(pc.invert(pc.is_in(others.column("rule_id"), lonely)), pc.greater(others.column("weight"), 0))
    others = others.filter(counts)
    # The past that an outlier is measured by is no part of it.
    measured = pc.is_in(
        others.column("rule_id"), _ids(rule for rule in rules if (rule.correlation or {}).get("type") == "baseline")
    )
    windows = others.filter(pc.invert(measured)).column("window_line_ids").combine_chunks()
    lines = pa.chunked_array([*others.column("line_id").chunks, pc.list_flatten(windows)])
    kept = pc.or_(pc.is_in(flags.column("line_id"), pc.unique(lines)), pc.not_equal(flags.column("state"), "new"))
    raised = pc.or_(pc.invert(about), kept)
    return replace(compared, flags=flags.filter(raised)), _count(flags.filter(pc.invert(raised)))


def _ids(rules: Iterable[Rule]) -> pa.Array:
    return pa.array(sorted(rule.id for rule in rules), pa.string())


def _count(flags: pa.Table) -> pa.Table:
    counted = flags.group_by("rule_id", use_threads=False).aggregate([("flag_id", "count"), ("shipment_id", "count_distinct")])
    return counted.rename_columns(NOT_RAISED.names).sort_by("rule_id").cast(NOT_RAISED)
