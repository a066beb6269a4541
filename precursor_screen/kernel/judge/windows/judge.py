"""Judges movements by the history rules: each by itself, or within a window of its group, this run's and recorded ones together.

Needs every movement of a group together. A new movement is judged in every window it falls in: the one that ends at it, and those
that end at movements recorded already, so that a manifest which arrives late still tips the window it completes. The flag is
about the new movement; the others of the window are named beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import set_columns
from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.grouped import grouped
from precursor_screen.core.history_seam import EPISODE, RULE_LINE, History, HistoryQuery, HistoryRequest
from precursor_screen.core.schema import FLAG, MOVEMENT_ARRIVAL, MOVEMENT_COUNTED, MOVEMENT_PAPERS, UNJUDGED
from precursor_screen.kernel.judge.windows.chains import chain_movements
from precursor_screen.kernel.judge.windows.episodes import carriers, episode_rows, find_episodes, members_of
from precursor_screen.kernel.judge.windows.flags import Fresh, by_themselves, raise_flags, read_fresh
from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.kernel.judge.windows.history import WindowInput, derive, give, in_order, keep, make_window_input
from precursor_screen.kernel.judge.windows.kinds import Known, compute, known_of
from precursor_screen.kernel.judge.windows.layout import judge_live, lay_out
from precursor_screen.kernel.judge.windows.members import (
    WindowEvidence,
    emit_by_themselves,
    flagged_of,
    read_named,
    tips_of,
    undecided_of,
    window_evidence,
)
from precursor_screen.kernel.judge.windows.queries import (
    GOODS,
    are_of_rules,
    begin_of,
    history_rules,
    is_of_amended,
    is_of_goods,
    needs_of,
    plan_queries,
    tests_of_law,
)
from precursor_screen.kernel.judge.windows.selected import Selected, of_possible_groups, select_movements
from precursor_screen.kernel.resolve.distinct import all_rows
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule


class Judgement(NamedTuple):
    """FLAG and UNJUDGED rows of some rules; not_evaluable: RULE_LINE of lines with an open flag that could not be judged anew; EPISODE rows."""

    flags: pa.Table
    unjudged: pa.Table
    not_evaluable: pa.Table = RULE_LINE.empty_table()
    episodes: pa.Table = EPISODE.empty_table()


def request_history(batch: pa.Table, rules: Iterable[CompiledRule], registers: Collection[str]) -> HistoryRequest:
    """What the history rules need to know of earlier runs to judge some movements.

    Args:
        batch: MOVEMENT, as `movements.batch_of` makes it.
        rules: all compiled rules.
        registers: that are loaded.
    """
    return HistoryRequest(batch, tuple(dict.fromkeys(query for query, _ in plan_queries(rules, registers) if query.groupings)))


Between = Callable[[], object]  # called between steps: what was read may be let go of


def judge_windows(
    live: pa.Table, history: History, rules: Iterable[CompiledRule], reference: Reference, between: Between = lambda: None
) -> Judgement:
    """Judges the rules of scope history, on the movements of a run and on those recorded ones that are to be judged anew.

    Args:
        live: MOVEMENT rows of this run.
        history: what was recorded before, as `request_history` of the same rules asks for it.
        rules: all compiled rules.
        reference: law, registers.
        between: see `Between`.

    Returns:
        Tables in a fixed order.
    """
    live, history = _add_rejudged(live, history)
    if not live.num_rows:
        return _joined([])
    since = history.since or begin_of(live)
    for column in (*MOVEMENT_COUNTED, *MOVEMENT_PAPERS, *MOVEMENT_ARRIVAL):  # unknown to whoever has counted or compared nothing
        if column.name not in live.column_names:
            live = live.append_column(column.name, pa.nulls(live.num_rows, column.arrow))
    found = []
    amended = history.versions.amended
    rejudged = pc.unique(history.versions.rejudged.column("line_id"))
    plan = plan_queries(rules, reference.registers)
    if plan and history.since is None:  # nothing is recorded, so the questions need not be answered one by one
        every = history_rules(rules)
        plan = [
            (HistoryQuery((), None, ()), some)
            for some in grouped(((is_of_goods(r), is_of_amended(r)), r) for r in every).values()
        ]
    for query, mine in plan:
        recorded = history.movements(query) if query.groupings else live.schema.empty_table()
        recorded = recorded.filter(are_of_rules(recorded, mine, amended))
        if len(rejudged):
            recorded = recorded.filter(pc.invert(pc.is_in(recorded.column("line_id"), rejudged)))
        needs = needs_of(mine, tests_of_law(mine))
        about = are_of_rules(live, mine, amended)
        if not pc.any(about).as_py():
            continue
        begun = since
        if any(map(is_of_goods, mine)):  # earlier versions kept none of these goods: their record may be younger than the ledger
            begun = pc.min(recorded.column("as_of_date")).as_py() or begin_of(live.select(["as_of_date", GOODS]).filter(about))
        with connect() as connection:
            window_input = make_window_input(connection, live, about, recorded, history, needs, reference)
            del recorded
            found.append(_judge_all(connection, mine, window_input, begun, reference.registers, history, between))
    joined = _joined(found)
    return joined._replace(flags=_news(joined.flags, history_rules(rules), rejudged))


def _news(flags: pa.Table, rules: Iterable[CompiledRule], rejudged: pa.Array) -> pa.Table:
    """Without what is told of recorded movements once, on arrival: an outlier, a first time, a missing document."""
    if not len(rejudged):
        return flags
    windows = {r.rule.id: r.window.grows for r in rules if r.window is not None}
    once = pa.array([rule for rule, grows in windows.items() if not grows], pa.string())
    once_only = pc.and_(pc.is_in(flags.column("rule_id"), once), pc.is_in(flags.column("line_id"), rejudged))
    return flags.filter(pc.invert(once_only))


def _add_rejudged(live: pa.Table, history: History) -> tuple[pa.Table, History]:
    """The movements that are to be judged, recorded ones among them; those are not known then."""
    rejudged = history.versions.rejudged
    if not rejudged.num_rows:
        return live, history
    lines = pc.unique(rejudged.column("line_id"))
    more = rejudged.filter(pc.invert(pc.is_in(rejudged.column("line_id"), live.column("line_id").combine_chunks())))
    known = history.known.filter(pc.invert(pc.is_in(history.known.column("line_id"), lines)))
    return pa.concat_tables([live, more], promote_options="default"), replace(history, known=known)


def flag_movements(
    movements: pa.Table, rules: Iterable[CompiledRule], since: date | None, registers: Mapping[str, pa.Table]
) -> tuple[pa.Table, pa.Table]:
    """Judges movements that are linked and looked up already.

    Args:
        movements: is_new, cargo_id, what identifies a movement and the columns that the rules name.
        rules: all compiled rules; those of another scope are passed over.
        since: where recorded history begins.
        registers: by name.
    """
    mine = history_rules(rules)
    if not mine:
        return FLAG.empty_table(), UNJUDGED.empty_table()
    with connect() as connection:
        movements = movements.take(pa.array(in_order(movements)))
        given = give(connection, "given", set_columns(movements, {"row_no": pa.array(np.arange(movements.num_rows))}))
        every = derive("every", f"select *, hash(cargo_id) as cargo from {given}", given)
        every = keep(connection, every)  # numbered once
        own = fetch(connection, f"select row_no from {every} where is_new")
        fresh = derive("fresh", f"select {every}.* from {every} join asked using (row_no)", every)
        window_input = WindowInput(every, own, fresh, every, {}, movements.num_rows)
        found = _joined([_judge_all(connection, mine, window_input, since, registers)])
        return found.flags, found.unjudged


def _joined(found: Sequence[Judgement]) -> Judgement:
    """The tables of all rules, by rule: whichever question they were judged with."""
    flags = pa.concat_tables([FLAG.empty_table(), *(f.flags for f in found)])
    order = ("rule_id", "source_file", "source_row", "line_id", "flag_id")
    missing = pa.concat_tables([UNJUDGED.empty_table(), *(f.unjudged for f in found)])
    not_evaluable = pa.concat_tables([RULE_LINE.empty_table(), *(f.not_evaluable for f in found)])
    episodes = pa.concat_tables([EPISODE.empty_table(), *(f.episodes for f in found)])
    return Judgement(
        flags.sort_by([(c, "ascending") for c in order]),
        missing.sort_by([(c, "ascending") for c in UNJUDGED.names]),
        not_evaluable,
        episodes,
    )


_READ_AT_ONCE = 1 << 17  # movements of which all that flags show is held at once
_JUDGED_AT_ONCE = 40_000_000  # movements times rules: so much fits into memory


def _judge_all(
    connection: duckdb.DuckDBPyConnection,
    rules: list[CompiledRule],
    window_input: WindowInput,
    since: date | None,
    registers: Mapping[str, pa.Table],
    history: History | None = None,
    between: Between = lambda: None,
) -> Judgement:
    """What all rules come to. Recorded movements are read for rules that are sure of a new one."""
    live = judge_live(connection, rules, window_input)
    between()
    alone: list[tuple[CompiledRule, Numbers]] = []
    undecided: list[tuple[CompiledRule, Numbers, str]] = []
    windows: dict[int, CompiledRule] = {}
    for number, rule in enumerate(rules):
        sure, unknown = live.picked(rule, number)
        if len(unknown):
            undecided.append((rule, unknown, ""))
        if not len(sure):
            continue
        if rule.window is None:
            alone.append((rule, sure))
        elif rule.window.register and rule.window.register not in registers:
            undecided.append((rule, sure, f"register.{rule.window.register}"))
        else:
            windows[number] = rule
    found = []
    at_once = max(1, _JUDGED_AT_ONCE // max(1, window_input.recorded + live.movements.num_rows))
    for start in range(0, len(windows), at_once):
        some = dict(list(windows.items())[start : start + at_once])
        layout = lay_out(connection, some, window_input, live)
        for number, rule in some.items():
            result = judge_window(rule, select_movements(rule, number, layout), known_of(since, registers), history)
            sure, unknown = live.picked(rule, number)
            picked = np.concatenate([sure, unknown])
            undecided += [(rule, np.sort(rows[np.isin(rows, picked)]), why) for why, rows in result.undecided.items()]
            if result.evidence is not None:
                found.append(RuleEvidence(rule, result.evidence, result.members, sure[np.isin(sure, result.evidence.carriers)]))
        del layout
        between()
    fresh = read_fresh(connection, window_input, [*(rows for _, rows in alone), *(one.sure for one in found)])
    flags, episodes = [FLAG.empty_table()], [EPISODE.empty_table()]
    flags += [raise_flags(rule, by_themselves(rows), fresh, rows).flags for rule, rows in alone]
    for rule_flags, rule_episodes in _raise_all(connection, window_input, fresh, found):
        flags.append(rule_flags)
        episodes.append(rule_episodes)
    flagged = pc.unique((history.versions.flagged if history is not None else RULE_LINE.empty_table()).column("line_id"))
    missing, not_evaluable = _leave_open(connection, window_input, undecided, flagged, between)
    return Judgement(pa.concat_tables(flags), missing, not_evaluable, pa.concat_tables(episodes))


def _leave_open(
    connection: duckdb.DuckDBPyConnection,
    window_input: WindowInput,
    undecided: Sequence[tuple[CompiledRule, Numbers, str]],
    flagged: pa.Array,
    between: Between,
) -> tuple[pa.Table, pa.Table]:
    """UNJUDGED, and RULE_LINE of flagged lines, of movements that rules cannot judge. Where a file lacks a column that is all of them: some are read at a time."""
    missing, not_evaluable = [UNJUDGED.empty_table()], [RULE_LINE.empty_table()]
    every = all_rows(rows for _, rows, _ in undecided)
    for begin in range(0, len(every), _READ_AT_ONCE):
        some = every[begin : begin + _READ_AT_ONCE]
        fresh = read_fresh(connection, window_input, [some])
        for rule, rows, reason in undecided:
            mine = rows[np.searchsorted(rows, some[0]) : np.searchsorted(rows, some[-1], side="right")]
            missing.append(fresh.unjudged(rule, mine, reason))
            not_evaluable.append(_not_evaluable_lines(rule, fresh.lines(mine), flagged))
        del fresh
        between()
    return pa.concat_tables(missing), pa.concat_tables(not_evaluable)


def _not_evaluable_lines(rule: CompiledRule, lines: pa.Array, flagged: pa.Array) -> pa.Table:
    """RULE_LINE of lines with an open flag that a rule cannot judge: what is known of them is not taken back on doubt."""
    lines = pc.unique(lines.filter(pc.is_in(lines, flagged)))
    return pa.table([pa.repeat(pa.scalar(rule.rule.id), len(lines)), lines], schema=RULE_LINE)


class RuleEvidence(Struct, frozen=True):
    """What the window of a rule is to say.

    Attributes:
        rule: that has a window.
        evidence: of its flags.
        members: of its episodes; None: nobody remembers any.
        sure: row_no of the new movements that carry its flags.
    """

    rule: CompiledRule
    evidence: WindowEvidence
    members: pa.Table | None
    sure: Numbers


class WindowResult(Struct, frozen=True):
    """What a rule with a window comes to.

    Attributes:
        undecided: row_no of the movements that are left undecided, by what is missing.
        evidence: of its flags; None: it has none.
        members: of its episodes, as `members_of` gives them; None: nobody remembers any.
    """

    undecided: Mapping[str, Numbers] = {}
    evidence: WindowEvidence | None = None
    members: pa.Table | None = None


def judge_window(rule: CompiledRule, selected: Selected, known: Known, history: History | None) -> WindowResult:
    """Judges the windows of a rule.

    Args:
        rule: that has a window.
        selected: the movements that it looks at.
        known: since when something is recorded, and registers.
        history: that knows what episodes are recorded; None: nothing is.
    """
    window = rule.window
    assert window is not None
    if window.chain is not None:
        selected = chain_movements(window.chain, selected)
    selected = of_possible_groups(window, selected)
    if not selected.new.any():
        return WindowResult()
    measured = compute(window, selected, known)
    tips = tips_of(window, selected, measured)
    rows = {reason: selected.rows[those] for reason, those in undecided_of(window, selected, measured, tips).items()}
    if not (selected.new & (tips >= 0)).any():
        return WindowResult(rows)
    # A movement in several groups that is undecided in one is in all.
    undecided = np.isin(selected.rows, np.concatenate([*rows.values(), selected.rows[:0]]))
    if not window.grows or window.emit == "trigger":
        flagged = emit_by_themselves(window, selected, measured, tips, undecided)
        return WindowResult(rows, window_evidence(window, selected, measured, flagged) if len(flagged.at) else None)
    episodes = find_episodes(rule, selected, measured, tips, undecided, history)
    flagged, numbers = carriers(rule, selected, measured, tips, undecided, episodes)
    if not len(flagged.at):
        return WindowResult(rows)
    members = members_of(rule, selected, numbers, episodes) if history is not None and history.episodes is not None else None
    return WindowResult(rows, window_evidence(window, selected, measured, flagged), members)


def _raise_all(
    connection: duckdb.DuckDBPyConnection,
    window_input: WindowInput,
    fresh: Fresh,
    found: Sequence[RuleEvidence],
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """FLAG and EPISODE rows of what rules came to: what movements are called is read once for all."""
    if not found:
        return
    numbers = [n for one in found for n in (one.evidence.carriers, one.evidence.tips, one.evidence.others)]
    numbers += [one.members.column("row_no").drop_null().to_numpy() for one in found if one.members is not None]
    named = read_named(connection, window_input, numbers)
    for one in found:
        rule, evidence, members = one.rule, one.evidence, one.members
        assert rule.window is not None
        flags, carried = raise_flags(rule, flagged_of(rule.window, evidence, named), fresh, one.sure)
        yield flags, episode_rows(rule, members, named, evidence, carried) if members is not None else EPISODE.empty_table()
