"""`rules test`: runs the inline tests of rules through the very kernel that screens manifests."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.history_seam import IDENTITY
from precursor_screen.core.model import RuleTest
from precursor_screen.core.schema import BY_NAME, DECIMAL, FLAG, LINE, MOVEMENT_COLUMNS, PARTY, SUBSTANCE
from precursor_screen.kernel.judge.flag import flag_lines, flag_shipments
from precursor_screen.kernel.judge.flag_rows import columns_of_rule
from precursor_screen.kernel.judge.windows.judge import flag_movements
from precursor_screen.kernel.resolve.distinct import COLUMNS_OF, LINE_NO, Resolved
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.expression import Field

_AT_ONCE = 2  # rules: most of the time goes into planning queries, in one thread each
SHUFFLES = 3  # flags must not depend on the order of rows; movements are put in one of their own before any rule sees them
_DAY = date(2026, 1, 1)  # of a row that states no date


class Failure(Struct, frozen=True):
    """A test that did not come out as it says."""

    rule_id: str
    test: str
    expected: str
    got: str


def run_tests(compiled: Iterable[CompiledRule]) -> tuple[int, list[Failure]]:
    """Runs every inline test, with its rows in several orders; those of history rules also split over two runs.

    Returns:
        How many tests ran, and the failures.
    """
    rules = tuple(compiled)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        failures = [failure for found in pool.map(_failures, rules) for failure in found]
    return sum(len(rule.rule.tests) for rule in rules), failures


def _failures(rule: CompiledRule) -> list[Failure]:
    """One a test at most."""
    passed = _pass_together(rule, [test for test in rule.rule.tests if not test.gap])
    failures = []
    for test in rule.rule.tests:
        if passed and not test.gap:
            continue
        found = [f for f in (_run(rule, test), _run_split(rule, test)) if f is not None]
        if test.gap:  # a documented miss fails once it starts to pass
            found = [] if found else [Failure(rule.rule.id, test.name, "a known gap", "it passes: remove `gap`")]
        failures.extend(found[:1])
    return failures


def _pass_together(rule: CompiledRule, tests: Sequence[RuleTest]) -> bool:
    """Whether tests of a rule come out as they say where their rows are judged at once, each apart from the others.

    Most of the time goes into planning queries, not into rows. If not, each is judged by itself, which says what is wrong.
    """
    return not tests or (_pass_over_time if rule.rule.scope == "history" else _pass_in_orders)(rule, tests)


def _pass_in_orders(rule: CompiledRule, tests: Sequence[RuleTest]) -> bool:
    """The same of a rule that looks at a line, or at the lines of a shipment: its tests share neither."""
    counted, others = _by_what_is_counted(tests)
    own = [{**row, **_own_ids(number, row)} for number, test in enumerate(others) for row in test.rows]
    for rows in _orders(tuple(own)):
        flags, unjudged = judge((rule,), rows, tests[0])
        if unjudged.num_rows or _is_wrong(rule, others, flags):
            return False
    return not any(_run(rule, test) for test in counted)


def _by_what_is_counted(tests: Sequence[RuleTest]) -> tuple[list[RuleTest], list[RuleTest]]:
    """Tests with something that cannot be judged, which are left to themselves, and the others: of what is counted nobody can tell whose it is."""
    return [test for test in tests if test.not_evaluable], [test for test in tests if not test.not_evaluable]


def _is_wrong(rule: CompiledRule, tests: Sequence[RuleTest], flags: pa.Table) -> bool:
    """Whether the flags of tests that were judged at once, and in which all can be judged, are others than they expect."""
    numbers = _numbers(flags)
    return any(
        _difference(rule, _with_own_ids(number, test), flags.filter(pc.equal(numbers, number)), 0)
        for number, test in enumerate(tests)
    )


def _pass_over_time(rule: CompiledRule, tests: Sequence[RuleTest]) -> bool:
    """The same of a history rule, and of its tests split over two runs: what groups keeps them apart too."""
    counted, others = _by_what_is_counted(tests)
    flags, unjudged = _judge_apart(rule, [(test, list(test.rows)) for test in others])
    if unjudged or _is_wrong(rule, others, flags) or any(_run(rule, test) for test in counted):
        return False
    splits = [(test, split) for test in tests for split in _splits(rule, test)]
    trials = [(test, rows) for test, split in splits for rows in split.runs]
    flags, _ = _judge_apart(rule, trials)
    lines: list[set[str]] = [set() for _ in trials]
    for number, line in zip(_numbers(flags).to_pylist(), flags.column("line_id").to_pylist(), strict=True):
        lines[number].add(line.partition(" ")[2])
    return not any(
        _is_split_wrong(rule, test, split, first | second)
        for (test, split), first, second in zip(splits, lines[::2], lines[1::2], strict=True)
    )


def _judge_apart(rule: CompiledRule, trials: Sequence[tuple[RuleTest, list[Mapping[str, Any]]]]) -> tuple[pa.Table, int]:
    """FLAG rows of a history rule on the rows of several trials, and how many rows it could not judge.

    The ids of a trial's rows begin with its number, and its number is one more key of groups and registers.
    """
    used = columns_of_rule(rule).union(IDENTITY, *(row for _, rows in trials for row in rows))
    key = next(c.name for c in MOVEMENT_COLUMNS if c.kind == "text" and c.name not in used and not c.name.endswith("_reference"))
    window = rule.window
    if window is not None:
        matched = (*window.matched, (Field(key), key)) if window.register else window.matched
        rule = replace(rule, window=replace(window, keys=(*window.keys, key), matched=matched))
    looks_back = window is not None and (window.kind == "first_seen" or window.before > 0)
    alike: dict[Any, list[tuple[list[dict[str, Any]], dict[str, pa.Table]]]] = {}
    for number, (test, rows) in enumerate(trials):
        registers = {
            name: register_from_rows(tuple({**row, key: f"{number}"} for row in some)) for name, some in test.registers.items()
        }
        shapes = tuple(sorted((name, str(table.schema)) for name, table in registers.items()))
        since = _begins(test, rows) if looks_back else None
        own = [{**row, **_own_ids(number, row), key: f"{number}"} for row in rows]
        alike.setdefault((since, shapes), []).append((own, registers))
    found, count = [FLAG.empty_table()], 0
    for (since, shapes), some in alike.items():
        joined = {name: pa.concat_tables([registers[name] for _, registers in some]) for name, _ in shapes}
        moves = moves_from_rows([row for own, _ in some for row in own], columns_of_rule(rule))
        flags, unjudged = flag_movements(moves, (rule,), since, joined)
        found.append(flags)
        count += sum(unjudged.column("count").to_pylist())
    return pa.concat_tables(found), count


_IDS = ("line_id", "shipment_id", "movement_key", "cargo_id")


def _own_ids(number: int, row: Mapping[str, Any]) -> dict[str, str]:
    """The ids of a row, so that no test has those of another."""
    return {name: f"{number} {row[name]}" for name in _IDS if row.get(name) is not None}


def _with_own_ids(number: int, test: RuleTest) -> RuleTest:
    """A test of the rows with their own ids."""
    levels = {f"{number} {line}": level for line, level in test.levels.items()}
    return replace(test, expect=tuple(f"{number} {line}" for line in test.expect), levels=levels)


def _numbers(flags: pa.Table) -> pa.Array:
    """Of which test each flag is."""
    return pa.array([int(line.partition(" ")[0]) for line in flags.column("line_id").to_pylist()], pa.int64())


def count_gaps(compiled: Iterable[CompiledRule]) -> int:
    """How many tests document a known miss."""
    return sum(test.gap for rule in compiled for test in rule.rule.tests)


def _run(rule: CompiledRule, test: RuleTest) -> Failure | None:
    for rows in [list(test.rows)] if rule.rule.scope == "history" else _orders(test.rows):
        failure = failure_of(rule, test, *judge((rule,), rows, test))
        if failure:
            return failure
    return None


def failure_of(rule: CompiledRule, test: RuleTest, flags: pa.Table, unjudged: pa.Table) -> Failure | None:
    """What is wrong with the FLAG and UNJUDGED rows of a rule on the rows of a test; None if it is as the test says."""
    return _difference(rule, test, flags, sum(unjudged.column("count").to_pylist()))


def _difference(rule: CompiledRule, test: RuleTest, flags: pa.Table, not_evaluable: int) -> Failure | None:
    expected = _say(set(test.expect), len(test.not_evaluable))
    flagged = set(flags.column("line_id").to_pylist())
    if rule.grouping:  # one flag a group: the test names any of its lines
        lines = [{a, *b} for a, b in tuples_of(flags, "line_id", "window_line_ids")]
        flagged = set().union(*(group & set(test.expect) or group for group in lines)) if lines else set()
    got = _say(flagged, not_evaluable)
    if got != expected:
        return Failure(rule.rule.id, test.name, expected, got)
    levels = dict(tuples_of(flags, "line_id", "level"))
    wrong = {line: levels.get(line, "none") for line, level in test.levels.items() if levels.get(line) != level}
    return Failure(rule.rule.id, test.name, f"levels {dict(test.levels)}", f"levels {wrong}") if wrong else None


def _orders(rows: tuple[Mapping[str, Any], ...]) -> Iterator[list[Mapping[str, Any]]]:
    seen = set()
    for seed in range(SHUFFLES):
        order = list(range(len(rows)))
        random.Random(seed).shuffle(order)  # noqa: S311 - an order, not a secret
        if tuple(order) not in seen:  # there is but one of a single row
            seen.add(tuple(order))
            yield [rows[i] for i in order]


class _Split(Struct, frozen=True):
    """A test filed in two runs. in_order: by date, else with one line late; runs: the rows of the first, and of the second."""

    in_order: bool
    runs: tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]


def _splits(rule: CompiledRule, test: RuleTest) -> Iterator[_Split]:
    """What is filed in two runs must be found like what is filed in one: every line in date order, something in any other order.

    Which line carries a flag depends on what was known at the time; that there is one does not.
    """
    if rule.window is None or not test.expect or rule.window.kind in ("baseline", "first_seen"):  # those judge a line once
        return
    rows = sorted((r for r in test.rows if not r.get("recorded")), key=lambda r: (_day(r), str(r["line_id"])))
    recorded = [r for r in test.rows if r.get("recorded")]
    days = sorted({_day(r) for r in rows})
    splits = [([r for r in rows if _day(r) < day], [r for r in rows if _day(r) >= day]) for day in days[1:]]
    late = [([r for n, r in enumerate(rows) if n != out], [rows[out]]) for out in range(len(rows) - 1)]
    for in_order, (first, second) in [*((True, s) for s in splits), *((False, s) for s in late)]:
        known: list[Mapping[str, Any]] = [{**r, "recorded": True} for r in first]
        yield _Split(in_order, ([*recorded, *first], [*recorded, *known, *second]))


def _run_split(rule: CompiledRule, test: RuleTest) -> Failure | None:
    for split in _splits(rule, test):
        flagged: set[str] = set()
        for rows in split.runs:
            flagged |= set(judge((rule,), rows, test)[0].column("line_id").to_pylist())
        if _is_split_wrong(rule, test, split, flagged):
            when = "split over two runs by date" if split.in_order else "with one line filed late"
            return Failure(rule.rule.id, f"{test.name}, {when}", _say(set(test.expect), 0), _say(flagged, 0))
    return None


def _is_split_wrong(rule: CompiledRule, test: RuleTest, split: _Split, flagged: set[str]) -> bool:
    exact = split.in_order and rule.window is not None and rule.window.emit == "trigger"
    return (exact and flagged != set(test.expect)) or not flagged


def judge(rules: Sequence[CompiledRule], rows: list[Mapping[str, Any]], test: RuleTest) -> tuple[pa.Table, pa.Table]:
    """FLAG and UNJUDGED rows of some rules of one subject and scope on rows of a test, with its registers."""
    one = rules[0].rule
    if one.scope == "history":
        moves = moves_from_rows(rows, frozenset[str]().union(*map(columns_of_rule, rules)))
        registers = {name: register_from_rows(rows) for name, rows in test.registers.items()}
        return flag_movements(moves, rules, _begins(test, rows), registers)
    resolved = resolved_from_rows(rows, one.subject)
    return (flag_shipments if one.scope == "shipment" else flag_lines)(resolved, rules)


def _begins(test: RuleTest, rows: Iterable[Mapping[str, Any]]) -> date | None:
    """Where recorded history begins."""
    return test.since or min(map(_day, rows), default=None)


def _say(flagged: set[str], not_evaluable: int) -> str:
    return f"flagged {', '.join(sorted(flagged)) or 'none'}; not evaluable {not_evaluable}"


def _day(row: Mapping[str, Any]) -> date:
    """The day of a row: as_of_date, else date, else one and the same day."""
    day = row.get("as_of_date") or row.get("date") or _DAY
    assert isinstance(day, date)
    return day


def moves_from_rows(rows: list[Mapping[str, Any]], named: frozenset[str]) -> pa.Table:
    """Rows of a history rule's test as the table that windows see, with the columns `named` by the rule.

    `recorded: true` is a movement of an earlier run.
    """
    columns = {c.name: c for c in MOVEMENT_COLUMNS}
    used = [c for c in columns.values() if c.name in named or c.name in IDENTITY]
    schema = pa.schema(
        [("row_no", pa.int64()), ("is_new", pa.bool_()), ("cargo_id", pa.string()), *((c.name, c.arrow) for c in used)]
    )
    made = [
        {"cargo_id": full["line_id"], **full, "as_of_date": _day(row), "row_no": number, "is_new": not row.get("recorded", False)}
        for number, (row, full) in enumerate(zip(rows, _placed(rows), strict=True))
    ]
    return _typed(made, schema)


def _placed(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of a test with what tells lines apart: each is a shipment of its own where it does not say otherwise."""
    for number, row in enumerate(rows):
        line_id = str(row["line_id"])
        own = {"source_file": "test", "source_row": number + 1, "shipment_id": line_id, "movement_key": line_id}
        yield {**own, **row, "line_id": line_id}


def _typed(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([{f.name: _value(row.get(f.name), f.type) for f in schema} for row in rows], schema=schema)


def register_from_rows(rows: tuple[Mapping[str, Any], ...]) -> pa.Table:
    """Rows of a register in a test; numbers are decimals."""
    names = list(dict.fromkeys(name for row in rows for name in row))

    def kind(name: str) -> pa.DataType:
        values = [row[name] for row in rows if row.get(name) is not None]
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values) and name.endswith("_kg"):
            return DECIMAL
        return pa.infer_type(values) if values else pa.string()

    return _typed(rows, pa.schema([(name, kind(name)) for name in names]))


def resolved_from_rows(rows: list[Mapping[str, Any]], subject: str) -> Resolved:
    """Rows of a test as the tables that rules see: one line a row and, for the other subjects, one candidate a row.

    A field that the row names, be it null, counts as supplied.
    """
    lines, candidates, inputs = [], [], []
    for number, (row, full) in enumerate(zip(rows, _placed(rows), strict=True)):
        lines.append({"input_id": f"input-{number}", **full, LINE_NO: number})
        candidates.append({**row, LINE_NO: number})
        supplied = [k for k in row if k in BY_NAME and BY_NAME[k].origin == "filed"]
        inputs.append({"input_id": f"input-{number}", "supplied_fields": supplied})
    tables = {s: _table(candidates if s == subject else [], s) for s in (SUBSTANCE, PARTY)}
    schema = pa.schema([("input_id", pa.string()), ("supplied_fields", pa.list_(pa.string()))])
    return Resolved(_table(lines, LINE), tables[SUBSTANCE], tables[PARTY], pa.Table.from_pylist(inputs, schema=schema))


def _table(rows: list[dict[str, Any]], subject: str) -> pa.Table:
    columns = {c.name: c for c in COLUMNS_OF[subject]}
    used = [c for c in columns.values() if any(c.name in row for row in rows)]
    return _typed(rows, pa.schema([(LINE_NO, pa.int64()), *((c.name, c.arrow) for c in used)]))


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if kind == DECIMAL:
        return Decimal(str(value))
    return float(value) if kind == pa.float64() else value
