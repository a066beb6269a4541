"""Rules whose flags say something only beside another (`beside`): one that stands alone is counted and not raised.

Flags of such rules of scope line are made only once another flag stands; until then a row of HELD stands for each. A fifth of the lines
of a coherent manifest name goods that a precursor may be hidden as, and three in a thousand of those have another flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.arrow import rows_with, rows_without
from precursor_screen.core.history_seam import FlagComparison
from precursor_screen.core.model import Rule
from precursor_screen.core.schema import FLAG, LINE
from precursor_screen.kernel.judge.flag import merge_flags, rows_for
from precursor_screen.kernel.judge.flag_rows import flags_of_rows
from precursor_screen.kernel.resolve.distinct import LINE_NO, Numbers, Resolved, rows_of
from precursor_screen.rulebook.compile import CompiledRule

NOT_RAISED = pa.schema([("rule_id", pa.string()), ("count", pa.int64()), ("shipments", pa.int64())])


def lines_with_companions(flags: pa.Table, rules: Sequence[Rule]) -> pa.Array:
    """The lines that a flag with a weight is about, of a rule that needs no other.

    Args:
        flags: FLAG.
        rules: all rules.
    """
    counts = pc.and_(
        pc.invert(pc.is_in(flags.column("rule_id"), _ids(r for r in rules if r.beside))), pc.greater(flags.column("weight"), 0)
    )
    flags = flags.filter(counts)
    # An outlier is not part of the past that it is measured by.
    baselines = _ids(r for r in rules if (r.correlation or {}).get("type") == "baseline")
    windows = rows_without(flags, "rule_id", baselines).column("window_line_ids").combine_chunks()
    return pc.unique(pa.chunked_array([*flags.column("line_id").chunks, pc.list_flatten(windows)]))


def without_held(held: pa.Table, lines: pa.Table, obsolete: pa.Array) -> pa.Table:
    """The rows of HELD of lines that stand; lines: LINE_NO, line_id of every line; obsolete: line ids."""
    if not len(obsolete):
        return held
    return rows_without(held, LINE_NO, rows_with(lines, "line_id", obsolete).column(LINE_NO))


def pick_held(held: pa.Table, lines: pa.Table, line_ids: pa.Array) -> pa.Table:
    """The rows of HELD of movements of which some lines are asked for: their flag may stand.

    Args:
        held: HELD.
        lines: LINE_NO, line_id of every line.
        line_ids: of the lines that are asked for.
    """
    asked = lines.column(LINE_NO).filter(pc.is_in(lines.column("line_id"), line_ids))
    groups = _keys(held, "group", pc.unique(held.column("rule_id")))
    return held.filter(pa.array(np.isin(groups, groups[pc.is_in(held.column(LINE_NO), asked).to_numpy()])))


def describe_held(held: pa.Table, relevant: Resolved, rules: Iterable[CompiledRule]) -> pa.Table:
    """FLAG of rows of HELD.

    Args:
        held: HELD.
        relevant: with their lines.
        rules: all compiled rules.
    """
    asked = set(held.column("rule_id").to_pylist())
    mine = [r for r in rules if r.rule.id in asked]
    numbers = pa.chunked_array([pc.unique(held.column(LINE_NO))])
    lines = relevant.lines.take(rows_of(numbers, relevant.lines.column(LINE_NO)))
    rows, flags = rows_for(replace(relevant, lines=lines), LINE, mine), [FLAG.empty_table()]
    for rule in mine:
        theirs = held.column(LINE_NO).filter(pc.equal(held.column("rule_id"), rule.rule.id))
        flags.append(flags_of_rows(rule, rows, pc.index_in(theirs, numbers.combine_chunks()).to_numpy()))
    return merge_flags(pa.concat_tables(flags))


def drop_without_companion(compared: FlagComparison, rules: Sequence[Rule]) -> tuple[FlagComparison, pa.Table]:
    """Leaves out new flags of rules that are marked `beside`, on lines that no other flag with a weight is about.

    Flags that are recorded stay: what stood beside them was there, and a run that knows no more of the line does not take them back.

    Returns:
        What is left, and FLAG of what fell.
    """
    flags = compared.flags
    about = pc.is_in(flags.column("rule_id"), _ids(r for r in rules if r.beside))
    if not pc.any(about, min_count=0).as_py():
        return compared, FLAG.empty_table()
    lines = lines_with_companions(pa.concat_tables([flags, compared.carried]), rules)
    kept = pc.or_(pc.is_in(flags.column("line_id"), lines), pc.not_equal(flags.column("state"), "new"))
    raised = pc.or_(pc.invert(about), kept)
    return replace(compared, flags=flags.filter(raised)), flags.filter(pc.invert(raised))


def count_not_raised(dropped: pa.Table, held: pa.Table, raised: pa.Table, lines: pa.Table) -> pa.Table:
    """NOT_RAISED: how many flags of each rule fell, and of how many shipments.

    Args:
        dropped: FLAG: what fell.
        held: HELD.
        raised: FLAG: what stands.
        lines: LINE_NO, line_id of every line.
    """
    of_held = pc.unique(held.column("rule_id"))
    others = rows_without(dropped, "rule_id", of_held)
    raised = rows_with(raised, "rule_id", of_held)
    places = pa.table(
        [raised.column("rule_id"), lines.column(LINE_NO).take(rows_of(raised.column("line_id"), lines.column("line_id")))],
        names=["rule_id", LINE_NO],
    )
    stands = np.isin(_keys(held, LINE_NO, of_held), _keys(places, LINE_NO, of_held))
    groups = _keys(held, "group", of_held)
    fallen = held.filter(pa.array(~np.isin(groups, groups[stands])))
    return pa.concat_tables([_counted(others, "flag_id", "shipment_id"), _counted(fallen, "group", "shipment")]).sort_by(
        "rule_id"
    )


def _counted(rows: pa.Table, of: str, shipment: str) -> pa.Table:
    counted = rows.group_by("rule_id", use_threads=False).aggregate([(of, "count_distinct"), (shipment, "count_distinct")])
    return counted.rename_columns(NOT_RAISED.names).cast(NOT_RAISED)


_MOST_LINES = 1 << 40


def _keys(rows: pa.Table, column: str, rule_ids: pa.Array) -> Numbers:
    """A number of each row's rule with that of a column."""
    rules = pc.index_in(rows.column("rule_id"), rule_ids).to_numpy().astype(np.int64)
    keys: Numbers = rules * _MOST_LINES + rows.column(column).to_numpy()
    return keys


def _ids(rules: Iterable[Rule]) -> pa.Array:
    return pa.array(sorted(rule.id for rule in rules), pa.string())
