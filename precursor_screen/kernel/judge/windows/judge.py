"""Judges movements by the history rules: each by itself, or within a window of its group, this run's and recorded ones together.

Needs every movement of a group together. A new movement is judged in every window it falls in: the one that ends at it, and those
that end at movements recorded already, so that a manifest which arrives late still tips the window it completes. The flag is
about the new movement; the others of the window are named beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.engine import connect
from precursor_screen.core.history_seam import ALWAYS, EPISODE, RULE_LINE, History, HistoryQuery, HistoryRequest
from precursor_screen.core.schema import FLAG, MOVEMENT_COUNTED, UNJUDGED
from precursor_screen.kernel.judge.windows.asks import (
    GOODS,
    begin_of,
    history_rules,
    is_of_goods,
    needs_of,
    of_rules,
    plan_queries,
    tests_of_law,
)
from precursor_screen.kernel.judge.windows.chains import linked_moves
from precursor_screen.kernel.judge.windows.episodes import carriers, episode_rows, find_episodes, members_of
from precursor_screen.kernel.judge.windows.flags import Fresh, by_themselves, raise_flags, read_fresh
from precursor_screen.kernel.judge.windows.groups import Numbers
from precursor_screen.kernel.judge.windows.history import WindowInput, derive, give, keep, see_movements
from precursor_screen.kernel.judge.windows.kinds import Known, compute, known_of
from precursor_screen.kernel.judge.windows.members import (
    Told,
    emit_by_themselves,
    flagged_of,
    read_named,
    tips_of,
    told_of,
    undecided_of,
)
from precursor_screen.kernel.judge.windows.moves import judge_live, lay_out
from precursor_screen.kernel.judge.windows.selected import Selected, of_possible_groups, select_moves
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule


class Judgement(NamedTuple):
    """FLAG and UNJUDGED rows of some rules; doubts: RULE_LINE of lines with an open flag that could not be judged anew; EPISODE rows."""

    flags: pa.Table
    unjudged: pa.Table
    doubts: pa.Table = RULE_LINE.empty_table()
    episodes: pa.Table = EPISODE.empty_table()


def request_history(batch: pa.Table, rules: Iterable[CompiledRule], registers: Collection[str]) -> HistoryRequest:
    """What the history rules need to know of earlier runs to judge some movements.

    Args:
        batch: MOVEMENT, as `movements.batch_of` makes it.
        rules: all compiled rules.
        registers: that are loaded.
    """
    return HistoryRequest(batch, tuple(dict.fromkeys(ask for ask, _ in plan_queries(rules, registers) if ask.groupings)))


def judge_windows(live: pa.Table, history: History, rules: Iterable[CompiledRule], reference: Reference) -> Judgement:
    """Judges the rules of scope history, on the movements of a run and on those recorded ones that are to be judged anew.

    Args:
        live: MOVEMENT rows of this run.
        history: what was recorded before, as `request_history` of the same rules asks for it.
        rules: all compiled rules.
        reference: law, registers.

    Returns:
        Tables in a fixed order.
    """
    live, history = _with_again(live, history)
    if not live.num_rows:
        return _joined([])
    since = history.since or begin_of(live)
    for column in MOVEMENT_COUNTED:  # unknown to whoever has counted nothing
        if column.name not in live.column_names:
            live = live.append_column(column.name, pa.nulls(live.num_rows, column.arrow))
    found = []
    again = pc.unique(history.settled.again.column("line_id"))
    plan = plan_queries(rules, reference.registers)
    if plan and history.since is None:  # nothing is recorded, so the questions need not be answered one by one
        every = history_rules(rules)
        plan = [
            (HistoryQuery((), None, ()), some)
            for some in ([r for r in every if is_of_goods(r) is kind] for kind in (False, True))
            if some
        ]
    for ask, mine in plan:
        recorded = of_rules(history.movements(ask) if ask.groupings else live.schema.empty_table(), mine)
        if len(again):
            recorded = recorded.filter(pc.invert(pc.is_in(recorded.column("line_id"), again)))
        needs = needs_of(mine, tests_of_law(mine))
        read = [n for n in live.column_names if n in needs.columns or n in ALWAYS or n == GOODS]
        fresh = of_rules(live.select(read), mine)
        if not fresh.num_rows:
            continue
        begun = since
        if any(map(is_of_goods, mine)):  # earlier versions kept none of these goods: their record may be younger than the ledger
            begun = pc.min(recorded.column("as_of_date")).as_py() or begin_of(fresh)
        with connect() as connection:
            seen = see_movements(connection, fresh, recorded, history, needs, reference)
            del fresh, recorded
            found.append(_judge_all(connection, mine, seen, begun, reference.registers, history))
    joined = _joined(found)
    return joined._replace(flags=_news(joined.flags, history_rules(rules), again))


def _news(flags: pa.Table, rules: Iterable[CompiledRule], again: pa.Array) -> pa.Table:
    """Without what is told of recorded movements once, on arrival: an outlier, a first time, a missing document."""
    if not len(again):
        return flags
    windows = {r.rule.id: r.window.grows for r in rules if r.window is not None}
    once = pa.array([rule for rule, grows in windows.items() if not grows], pa.string())
    told = pc.and_(pc.is_in(flags.column("rule_id"), once), pc.is_in(flags.column("line_id"), again))
    return flags.filter(pc.invert(told))


def _with_again(live: pa.Table, history: History) -> tuple[pa.Table, History]:
    """The movements that are to be judged, recorded ones among them; those are not known then."""
    again = history.settled.again
    if not again.num_rows:
        return live, history
    lines = pc.unique(again.column("line_id"))
    more = again.filter(pc.invert(pc.is_in(again.column("line_id"), live.column("line_id").combine_chunks())))
    known = history.known.filter(pc.invert(pc.is_in(history.known.column("line_id"), lines)))
    return pa.concat_tables([live, more], promote_options="default"), replace(history, known=known)


def flag_moves(
    moves: pa.Table, rules: Iterable[CompiledRule], since: date | None, registers: Mapping[str, pa.Table]
) -> tuple[pa.Table, pa.Table]:
    """Judges movements that are linked and looked up already.

    Args:
        moves: is_new, cargo_id, what identifies a movement and the columns that the rules name.
        rules: all compiled rules; those of another scope are passed over.
        since: where recorded history begins.
        registers: by name.
    """
    mine = history_rules(rules)
    if not mine:
        return FLAG.empty_table(), UNJUDGED.empty_table()
    with connect() as connection:
        given = give(connection, "given", moves)
        order = "row_number() over (order by as_of_date, line_id, substance_id, row_no) - 1 as row_no"
        every = derive("every", f"select * exclude (row_no), hash(cargo_id) as cargo, {order} from {given}", given)
        every = keep(connection, every)  # numbered once
        fresh = derive("fresh", f"select * from {every} where is_new", every)
        seen = WindowInput(every, fresh, every, {}, moves.num_rows)
        found = _joined([_judge_all(connection, mine, seen, since, registers)])
        return found.flags, found.unjudged


def _joined(found: Sequence[Judgement]) -> Judgement:
    """The tables of all rules, by rule: whichever question they were judged with."""
    flags = pa.concat_tables([FLAG.empty_table(), *(f.flags for f in found)])
    order = ("rule_id", "source_file", "source_row", "line_id", "flag_id")
    missing = pa.concat_tables([UNJUDGED.empty_table(), *(f.unjudged for f in found)])
    doubts = pa.concat_tables([RULE_LINE.empty_table(), *(f.doubts for f in found)])
    episodes = pa.concat_tables([EPISODE.empty_table(), *(f.episodes for f in found)])
    return Judgement(
        flags.sort_by([(c, "ascending") for c in order]),
        missing.sort_by([(c, "ascending") for c in UNJUDGED.names]),
        doubts,
        episodes,
    )


_JUDGED_AT_ONCE = 40_000_000  # movements times rules: so much fits into memory


def _judge_all(
    connection: duckdb.DuckDBPyConnection,
    rules: list[CompiledRule],
    seen: WindowInput,
    since: date | None,
    registers: Mapping[str, pa.Table],
    past: History | None = None,
) -> Judgement:
    """What all rules come to. Recorded movements are read for rules that are sure of a new one."""
    live = judge_live(connection, rules, seen)
    fresh = read_fresh(connection, seen.fresh, live.verdicts)
    flags, missing, episodes = [FLAG.empty_table()], [UNJUDGED.empty_table()], [EPISODE.empty_table()]
    flagged = pc.unique((past.settled.flagged if past is not None else RULE_LINE.empty_table()).column("line_id"))
    doubts = [RULE_LINE.empty_table()]  # what is known of lines with an open flag is not taken back on doubt

    def leave_open(rule: CompiledRule, at: Numbers, reason: str = "") -> None:
        missing.append(fresh.unjudged(rule, at, reason))
        lines = fresh.lines(at)
        lines = pc.unique(lines.filter(pc.is_in(lines, flagged)))
        doubts.append(pa.table([pa.repeat(pa.scalar(rule.rule.id), len(lines)), lines], schema=RULE_LINE))

    windows: dict[int, CompiledRule] = {}
    for number, rule in enumerate(rules):
        sure, unknown = fresh.picked(rule, number)
        if len(unknown):
            leave_open(rule, unknown)
        if not len(sure):
            continue
        if rule.window is None:
            flags.append(raise_flags(rule, by_themselves(fresh, sure), fresh, sure).flags)
        elif rule.window.register and rule.window.register not in registers:
            leave_open(rule, sure, f"register.{rule.window.register}")
        else:
            windows[number] = rule
    at_once = max(1, _JUDGED_AT_ONCE // max(1, seen.recorded + live.given.num_rows))
    for start in range(0, len(windows), at_once):
        some = dict(list(windows.items())[start : start + at_once])
        layout = lay_out(connection, some, seen, live)
        found = []
        for number, rule in some.items():
            outcome = judge_window(rule, select_moves(rule, number, layout), known_of(since, registers), past)
            picked = np.concatenate(fresh.picked(rule, number))
            for reason, rows in outcome.undecided.items():
                places = fresh.places(rows)
                leave_open(rule, np.sort(places[np.isin(places, picked)]), reason)
            if outcome.told is not None:
                found.append((number, rule, outcome.told, outcome.members))
        del layout
        for rule_flags, rule_episodes in _raise_all(connection, seen, fresh, found):
            flags.append(rule_flags)
            episodes.append(rule_episodes)
    return Judgement(*map(pa.concat_tables, (flags, missing, doubts, episodes)))


class Outcome(Struct, frozen=True):
    """What a rule with a window comes to.

    Attributes:
        undecided: row_no of the movements that are left undecided, by what is missing.
        told: of its flags; None: it has none.
        members: of its episodes, as `members_of` gives them; None: nobody remembers any.
    """

    undecided: Mapping[str, Numbers] = {}
    told: Told | None = None
    members: pa.Table | None = None


def judge_window(rule: CompiledRule, selected: Selected, known: Known, past: History | None) -> Outcome:
    """Judges the windows of a rule.

    Args:
        rule: that has a window.
        selected: the movements that it looks at.
        known: since when something is recorded, and registers.
        past: that knows what episodes are recorded; None: nothing is.
    """
    window = rule.window
    assert window is not None
    if window.chain is not None:
        selected = linked_moves(window.chain, selected)
    selected = of_possible_groups(window, selected)
    if not selected.new.any():
        return Outcome()
    measured = compute(window, selected, known)
    tips = tips_of(window, selected, measured)
    reasons = undecided_of(window, selected, measured, tips)
    rows = {reason: selected.rows[those] for reason, those in reasons.items()}
    if not (selected.new & (tips >= 0)).any():
        return Outcome(rows)
    # A movement in several groups that is undecided in one is in all.
    undecided = np.isin(selected.rows, np.concatenate([*rows.values(), selected.rows[:0]]))
    if not window.grows or window.emit == "trigger":
        emitted = emit_by_themselves(window, selected, measured, tips, undecided)
        return Outcome(rows, told_of(window, selected, measured, emitted) if len(emitted.at) else None)
    episodes = find_episodes(rule, selected, measured, tips, undecided, past)
    emitted, numbers = carriers(rule, selected, measured, tips, undecided, episodes)
    if not len(emitted.at):
        return Outcome(rows)
    members = members_of(rule, selected, numbers, episodes) if past is not None and past.episodes is not None else None
    return Outcome(rows, told_of(window, selected, measured, emitted), members)


def _raise_all(
    connection: duckdb.DuckDBPyConnection,
    seen: WindowInput,
    fresh: Fresh,
    found: Sequence[tuple[int, CompiledRule, Told, pa.Table | None]],
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """FLAG and EPISODE rows of what rules came to: what movements are called is read once for all."""
    if not found:
        return
    numbers = [n for _, _, told, _ in found for n in (told.carriers, told.tips, told.others)]
    numbers += [members.column("row_no").drop_null().to_numpy() for _, _, _, members in found if members is not None]
    named = read_named(connection, seen, numbers)
    for number, rule, told, members in found:
        assert rule.window is not None
        flags, carried = raise_flags(rule, flagged_of(rule.window, told, named), fresh, fresh.picked(rule, number)[0])
        yield flags, episode_rows(rule, members, named, told, carried) if members is not None else EPISODE.empty_table()
