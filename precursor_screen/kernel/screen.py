"""The composition: lines in; matches, flags, what could not be judged or screened, and a score and a band a shipment out.

    match -> judge_part -> merge_parts -> flag_shipments, judge_windows -> raise_flags, raise_held -> build_result

Parts may be judged anywhere, each by itself; from `merge_parts` on a run is one. Whoever runs this asks the memory of earlier runs
twice: for the history, which `judge_windows` takes, and for the states of flags, which `build_result` takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.arrow import rows_with, tuples_of
from precursor_screen.core.history_seam import (
    COUNTED_LINES,
    JUDGED_LINES,
    KNOWN,
    FlagComparison,
    History,
    HistoryRequest,
    HistoryStore,
    JudgeResult,
    NotEvaluable,
    VersionsResult,
)
from precursor_screen.core.model import AMENDED, BANDS, NEWS, OPEN
from precursor_screen.core.schema import FLAG, MOVEMENT, MOVEMENT_COUNTED, SUPPRESSED
from precursor_screen.kernel.exceptions import apply_exceptions
from precursor_screen.kernel.judge.companions import (
    NOT_RAISED,
    count_not_raised,
    describe_held,
    drop_without_companion,
    lines_with_companions,
    pick_held,
    without_held,
)
from precursor_screen.kernel.judge.flag import (
    Recall,
    flag_shipments,
    mark_own_list,
    mark_undated,
    merge_flags,
    recall_nothing,
    sort_flags,
    sum_unjudged,
    undecided_lines,
)
from precursor_screen.kernel.judge.windows.judge import Judgement, judge_windows, request_history
from precursor_screen.kernel.match import Progress, match
from precursor_screen.kernel.movements import MovementsResult, add_arrival, apply_versions, batch_of, without_obsolete
from precursor_screen.kernel.papers.opened import add_balances, asks_balances, earlier_query
from precursor_screen.kernel.parallel_map import ParallelMap, serial_map
from precursor_screen.kernel.part import LineGaps, Part, judge_part, keep_lines
from precursor_screen.kernel.resolve.distinct import LINE_NO, Numbers, Resolved, rows_of
from precursor_screen.kernel.shipment_order import gather_cases
from precursor_screen.kernel.trade_counts import add_count_facts, find_own, mark_watched, under_first_versions
from precursor_screen.kernel.triage import EARLIER, count_earlier, triage
from precursor_screen.kernel.unscreenable import goods_unscreened, lacks_watchlists, no_watchlist
from precursor_screen.kernel.versions import apply_versions_alone
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.successors import predecessors

# The memory of a run without a ledger.


class NoHistory:
    """The memory of a run without a ledger: nothing is known, every flag is new."""

    def look_back(self, request: HistoryRequest) -> History:
        """Nothing."""
        versions = apply_versions_alone(request.movements)
        return History(lambda query: MOVEMENT.empty_table().select(query.columns), KNOWN.empty_table(), versions, None)

    def with_open_serious_flag(self, movement_keys: pa.Array) -> frozenset[str]:
        """None."""
        return frozenset()

    def recall(self, line_ids: Iterable[str]) -> pa.Table:
        """None."""
        return MOVEMENT.empty_table()

    def compare_flags(self, flags: pa.Table, judged: JudgeResult) -> FlagComparison:
        """The flags as they are."""
        return FlagComparison(flags, FLAG.empty_table(), FLAG.empty_table(), SUPPRESSED.empty_table())

    def with_recorded_flag(self, lines: Callable[[], pa.Table]) -> pa.Array:
        """None."""
        return pa.array([], pa.string())

    def reported_bands(self, flags: pa.Table) -> Mapping[str, str]:
        """None was told of."""
        return {}


class Screened(Struct, frozen=True):
    """What came of some lines. unscreened_lines counts lines of which nothing could be screened.

    resolved: the lines that were kept, see `Part.relevant`; flags: every flag with its state; suppressed: SUPPRESSED; movements,
    compared, judged and own (`trade_counts.find_own`): what a ledger is to remember; known_lines: how many lines are recorded as they are;
    news: shipments with an open flag that are new in their band, or have risen into it; not_raised: NOT_RAISED; gaps: what all lines lack.
    """

    resolved: Resolved
    movements: MovementsResult
    flags: pa.Table
    suppressed: pa.Table
    expired_exceptions: tuple[str, ...]
    unused_exceptions: tuple[str, ...]
    unjudged: pa.Table
    shipments: pa.Table
    issues: pa.Table
    unscreened_lines: int
    compared: FlagComparison
    judged: JudgeResult
    own: pa.Table = field(default_factory=COUNTED_LINES.empty_table)
    known_lines: int = 0
    news: frozenset[str] = frozenset()
    not_raised: pa.Table = field(default_factory=NOT_RAISED.empty_table)
    gaps: LineGaps = LineGaps()


class RaiseResult(Struct, frozen=True):
    """What the rules say of a run, before anything is known of its flags.

    Attributes:
        part: all lines of the run.
        movements: of them.
        flags: FLAG, all new, in their fixed order.
        held: HELD.
        unjudged: UNJUDGED.
        judged: what was judged.
    """

    part: Part
    movements: MovementsResult
    flags: pa.Table
    held: pa.Table
    unjudged: pa.Table
    judged: JudgeResult


def screen(
    lines: pa.Table,
    inputs: pa.Table,
    reference: Reference,
    progress: Progress = lambda _: None,
    parallel_map: ParallelMap = serial_map,
) -> Screened:
    """Screens some lines of which nothing is known before; pure: the same arguments give the same tables.

    Args:
        lines: LINE columns that are supplied, one row a line, every line_id once.
        inputs: input_id, supplied_fields.
        reference: what the law, the lists and the rules say.
        progress: told what is being done.
        parallel_map: how the matching of distinct texts and names is spread; changes nothing in the result.
    """
    matches = match(lines, reference, parallel_map, progress=progress)
    return judge_run(judge_part(lines, inputs, matches, reference, parallel_map, every_line=True), NoHistory(), reference)


def judge_run(
    part: Part, memory: HistoryStore, reference: Reference, recall: Recall = recall_nothing, progress: Progress = lambda _: None
) -> Screened:
    """All lines of a run, judged by themselves, against one another and against what is remembered.

    Args:
        part: all lines.
        memory: of earlier runs; asked for the history, then for the states of flags.
        reference: what the law, the lists and the rules say.
        recall: gives lines that `part` did not keep.
        progress: told what is being done.
    """
    progress("looking back")
    batch = batch_of(part.movements)
    counted_lines = mark_watched(part.counted_lines, part.movements, _rows_of(part.movements, part))
    windows = request_history(batch, reference.rules, reference.registers)
    used_before = earlier_query(reference)
    queries = (*windows.queries, *used_before, EARLIER)
    history = memory.look_back(replace(windows, queries=queries, counted_lines=counted_lines))
    progress("comparing versions")
    movements = apply_versions(part.movements, batch, history.versions)
    relevant = replace(part.relevant, lines=without_obsolete(part.relevant.lines, movements.obsolete))
    by_shipment = Judgement(*flag_shipments(relevant, reference.rules))
    progress("counting trade")
    counted_lines = under_first_versions(counted_lines, part.lines.column("line_id"), history.versions.counted_as)
    own = find_own(counted_lines, history.counts.cargoes.column("cargo").combine_chunks())
    if any(column.name in rule.columns for rule in reference.rules for column in MOVEMENT_COUNTED):
        counted = add_count_facts(movements.live, _rows_of(movements.live, part), counted_lines, own, history.counts)
    else:
        counted = movements.live
    if asks_balances(reference):
        progress("comparing with permits and notifications")
        counted = add_balances(counted, [history.movements(query) for query in used_before], reference)
    counted = add_arrival(counted, part.movements, history.versions.amended, reference.as_of)
    judging_over_time = partial(progress, "judging movements over time")
    judging_over_time()
    by_window = judge_windows(counted, history, reference.rules, reference, judging_over_time)
    progress("raising flags")
    recorded = history.movements(EARLIER)
    raised = raise_flags(part, movements, by_shipment, by_window, reference, history.versions, recall)
    raised = raise_held(raised, memory, history, reference, recall)
    progress("comparing flags")
    compared = memory.compare_flags(raised.flags, raised.judged)
    compared, dropped = drop_without_companion(compared, tuple(r.rule for r in reference.rules))
    not_raised = count_not_raised(dropped, raised.held, compared.flags, part.lines)
    relevant = keep_lines(raised.part.relevant, part.relevant, compared.flags.column("line_id"))
    raised = replace(raised, part=replace(part, relevant=relevant))
    progress("scoring shipments")
    with_open_serious_flag = memory.with_open_serious_flag(recorded.column("movement_key").combine_chunks())
    screened = build_result(raised, compared, reference, recorded, with_open_serious_flag, progress)
    known = _count_known(part, history)
    news = find_news(screened, memory)
    return replace(screened, own=own, known_lines=known, news=news, not_raised=not_raised, gaps=part.gaps)


def _rows_of(movements: pa.Table, part: Part) -> Numbers:
    """The row of each movement's line, of some that moved in a part."""
    numbers = part.movements.column(LINE_NO)
    if movements.num_rows != part.movements.num_rows:
        numbers = numbers.take(rows_of(movements.column("line_id"), part.movements.column("line_id")))
    rows: Numbers = np.searchsorted(part.lines.column(LINE_NO).to_numpy(), numbers.to_numpy())
    return rows


def find_news(screened: Screened, memory: HistoryStore) -> frozenset[str]:
    """The shipments with an open flag of which nobody was told in their band: new ones, those that have risen, and those of which a
    message says something graver than the first.

    That a flag is new says less: a further weak sign changes no band.
    """
    reported = memory.reported_bands(screened.flags.filter(pc.is_in(screened.flags.column("state"), pa.array(OPEN))))
    graver = rows_with(rows_with(screened.flags, "state", NEWS), "rule_id", screened.judged.escalating)
    amended = set(graver.column("shipment_id").to_pylist())
    flagged = pc.greater(pc.list_value_length(screened.shipments.column("flags")), 0)
    rows = tuples_of(screened.shipments.filter(flagged), "shipment_id", "band")
    return frozenset(
        shipment_id
        for shipment_id, band in rows
        if band
        and (shipment_id in amended or not reported.get(shipment_id) or BANDS.index(band) > BANDS.index(reported[shipment_id]))
    )


def _count_known(part: Part, history: History) -> int:
    """How many lines were received before: those worth remembering as they are, of others their cargo was counted."""
    if not history.known.num_rows and not history.counts.cargoes.num_rows:  # to look 20 million ids up takes a gigabyte
        return 0
    ids = part.lines.column("line_id")
    kept = pc.is_in(ids, pc.unique(part.movements.column("line_id")))
    known = pc.is_in(ids, pc.unique(history.known.column("line_id")))
    counted = pc.is_in(part.counted_lines.column("cargo"), pc.unique(history.counts.cargoes.column("cargo")), skip_nulls=True)
    return int(pc.sum(pc.if_else(kept, known, counted)).as_py() or 0)


def raise_flags(
    part: Part,
    movements: MovementsResult,
    by_shipment: Judgement,
    by_window: Judgement,
    reference: Reference,
    versions: VersionsResult | None = None,
    recall: Recall = recall_nothing,
) -> RaiseResult:
    """Gathers what the rules say of all lines of a run."""
    versions = versions or VersionsResult()
    of_rows = pa.concat_tables([merge_flags(without_obsolete(part.flags, movements.obsolete)), by_shipment.flags])
    unjudged = sum_unjudged(pa.concat_tables([part.unjudged, by_shipment.unjudged, by_window.unjudged]))
    rejudged = versions.rejudged.select(JUDGED_LINES.names).group_by(JUDGED_LINES.names, use_threads=False).aggregate([])
    find_undecided = partial(undecided_lines, part.relevant, recall, reference.rules)
    judged = JudgeResult(
        without_obsolete(part.lines, movements.obsolete).drop_columns([LINE_NO]),
        _scopes(reference),
        NotEvaluable(frozenset(pc.unique(unjudged.column("rule_id")).to_pylist()), find_undecided, by_window.not_evaluable),
        obsolete=versions.ended,
        amends=versions.previous,
        rejudged=rejudged,
        growing=frozenset(r.rule.id for r in reference.rules if r.window is not None and r.window.grows),
        episodes=by_window.episodes,
        lists=frozenset(watchlist.list_id for watchlist in reference.watchlists),
        tiers=frozenset(reference.tiers),
        escalating=frozenset(r.rule.id for r in reference.rules if any(tag.endswith(AMENDED) for tag in r.rule.tags)),
    )
    over_time = mark_undated(by_window.flags, part.relevant.lines, reference.rules)
    flags = mark_own_list(sort_flags(pa.concat_tables([of_rows, over_time])), reference.substances.substances)
    held = without_held(part.held, part.lines, movements.obsolete)
    return RaiseResult(part, movements, flags, held, unjudged, judged)


def _scopes(reference: Reference) -> dict[str, str]:
    """The scope of each rule, and of those that went into one: their flags are resolved as its own are."""
    scopes = {r.rule.id: r.rule.scope for r in reference.rules}
    gone = {old: scopes[new] for new, olds in predecessors().items() if new in scopes for old in olds if old not in scopes}
    return {**gone, **scopes}


def raise_held(raised: RaiseResult, memory: HistoryStore, history: History, reference: Reference, recall: Recall) -> RaiseResult:
    """With the flags of HELD that may stand, and their lines: of lines with a companion, and of those of which something is recorded."""
    lines, rules = raised.part.lines, tuple(r.rule for r in reference.rules)
    amending = pa.array(list(history.versions.previous), pa.string())
    recorded = memory.with_recorded_flag(
        lambda: lines.filter(pc.is_in(lines.column(LINE_NO), raised.held.column(LINE_NO))).select(["line_id", "movement_key"])
    )
    known = pc.unique(history.known.column("line_id"))
    ids = pa.concat_arrays([lines_with_companions(raised.flags, rules), amending, recorded, known])
    picked = pick_held(raised.held, lines, ids)
    theirs = lines.column("line_id").filter(pc.is_in(lines.column(LINE_NO), pc.unique(picked.column(LINE_NO))))
    relevant = recall(
        pc.unique(pa.chunked_array([*raised.flags.column("line_id").chunks, *theirs.chunks], pa.string())), raised.part.relevant
    )
    flags = sort_flags(pa.concat_tables([raised.flags, describe_held(picked, relevant, reference.rules)]))
    return replace(raised, flags=flags, part=replace(raised.part, relevant=relevant))


def build_result(
    raised: RaiseResult,
    compared: FlagComparison,
    reference: Reference,
    recorded: pa.Table,
    with_open_serious_flag: frozenset[str] = frozenset(),
    progress: Progress = lambda _: None,
) -> Screened:
    """Applies the site's exceptions and puts in order what is open.

    Args:
        raised: of all lines.
        compared: its flags with their states, and what is no longer raised.
        reference: exceptions, typologies, and whether there are lists.
        recorded: earlier consignments, as `EARLIER` asks for them.
        with_open_serious_flag: those with an open flag of high or critical, by movement key.
        progress: told what is being done.
    """
    part = raised.part
    excepted = apply_exceptions(compared.flags, part.relevant, reference.exceptions, reference.as_of, compared.aliases)
    flags = sort_flags(pa.concat_tables([excepted.flags, compared.carried, compared.resolved]))
    unlisted = [no_watchlist(part.party_cells)] if lacks_watchlists(reference) else []
    issues = pa.concat_tables([*unlisted, part.issues.drop_columns([LINE_NO]), raised.movements.issues])
    still_open = flags.filter(pc.is_in(flags.column("state"), pa.array(OPEN)))
    unscreened = _unscreened_shipments(part.lines, issues, reference)
    serious_keys = with_open_serious_flag | _serious_keys(still_open, part.lines)
    earlier = count_earlier(raised.movements.live, recorded, serious_keys)
    rules = tuple(r.rule for r in reference.rules)
    progress("scoring shipments")
    shipments = triage(
        still_open,
        raised.unjudged,
        part.shipments,
        part.relevant,
        unscreened,
        rules,
        reference.typologies,
        reference.concern,
        earlier,
    )
    return Screened(
        resolved=part.relevant,
        movements=raised.movements,
        flags=flags,
        suppressed=pa.concat_tables([excepted.suppressed, compared.suppressed]),
        expired_exceptions=excepted.expired,
        unused_exceptions=excepted.unused,
        unjudged=raised.unjudged,
        shipments=gather_cases(shipments, still_open, part.lines, rules),
        issues=issues,
        unscreened_lines=goods_unscreened(issues),
        compared=compared,
        judged=raised.judged,
    )


def _serious_keys(still_open: pa.Table, lines: pa.Table) -> frozenset[str]:
    """The movements of this run with an open flag of high or critical."""
    serious = still_open.filter(pc.is_in(still_open.column("level"), pa.array(["high", "critical"])))
    mine = pc.is_in(lines.column("line_id"), pc.unique(serious.column("line_id")))
    return frozenset(pc.unique(lines.column("movement_key").filter(mine)).to_pylist())


def _unscreened_shipments(lines: pa.Table, issues: pa.Table, reference: Reference) -> set[str]:
    if lacks_watchlists(reference):
        return set(pc.unique(lines.column("shipment_id")).to_pylist())
    rows = pc.is_in(lines.column("line_id"), pc.unique(issues.column("line_id")).drop_null())
    return set(pc.unique(lines.column("shipment_id").filter(rows)).to_pylist())
