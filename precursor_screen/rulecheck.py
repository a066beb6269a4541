"""`rules test`: runs the inline tests of rules through the very kernel that screens manifests."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from precursor_screen.kernel.flag import flag_lines, flag_shipments
from precursor_screen.kernel.resolved import COLUMNS_OF, LINE_NO, Resolved
from precursor_screen.model import RuleTest
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.schema import BY_NAME, DECIMAL, LINE, PARTY, SUBSTANCE

SHUFFLES = 3  # flags must not depend on the order of rows


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that did not come out as it says."""

    rule_id: str
    test: str
    expected: str
    got: str


def run_tests(compiled: Iterable[CompiledRule]) -> tuple[int, list[Failure]]:
    """Runs every inline test, with its rows in several orders.

    Returns:
        How many tests ran, and the failures.
    """
    count, failures = 0, []
    for rule in compiled:
        for test in rule.rule.tests:
            count += 1
            failures.extend(_run(rule, test))
    return count, failures


def _run(rule: CompiledRule, test: RuleTest) -> list[Failure]:
    expected = _say(set(test.expect), len(test.not_evaluable))
    for seed in range(SHUFFLES):
        rows = list(test.rows)
        random.Random(seed).shuffle(rows)  # noqa: S311 - an order, not a secret
        resolved = resolved_from_rows(rows, rule.rule.subject)
        flags, unjudged = (flag_shipments if rule.grouping else flag_lines)(resolved, [rule])
        flagged = set(flags.column("line_id").to_pylist())
        if rule.grouping:  # one flag a group: the test names any of its lines
            lines = [
                {a, *b}
                for a, b in zip(flags.column("line_id").to_pylist(), flags.column("window_line_ids").to_pylist(), strict=True)
            ]
            flagged = set().union(*(group & set(test.expect) or group for group in lines)) if lines else set()
        got = _say(flagged, sum(unjudged.column("count").to_pylist()))
        if got != expected:
            return [Failure(rule.rule.id, test.name, expected, got)]
    return []


def _say(flagged: set[str], not_evaluable: int) -> str:
    return f"flagged {', '.join(sorted(flagged)) or 'none'}; not evaluable {not_evaluable}"


def resolved_from_rows(rows: list[Mapping[str, Any]], subject: str) -> Resolved:
    """Rows of a test as the tables that rules see: one line a row and, for the other subjects, one candidate a row.

    A field that the row names, be it null, counts as supplied.
    """
    lines, candidates, inputs = [], [], []
    for number, row in enumerate(rows):
        line_id = str(row["line_id"])
        defaults = {
            "source_file": "test",
            "source_row": number + 1,
            "input_id": f"input-{number}",
            "shipment_id": line_id,
            "movement_key": line_id,
        }
        lines.append({**defaults, **row, "line_id": line_id, LINE_NO: number})
        candidates.append({**row, LINE_NO: number})
        inputs.append(
            {"input_id": f"input-{number}", "supplied_fields": [k for k in row if k in BY_NAME and BY_NAME[k].origin == "filed"]}
        )
    tables = {s: _table(candidates if s == subject else [], s) for s in (SUBSTANCE, PARTY)}
    schema = pa.schema([("input_id", pa.string()), ("supplied_fields", pa.list_(pa.string()))])
    return Resolved(_table(lines, LINE), tables[SUBSTANCE], tables[PARTY], pa.Table.from_pylist(inputs, schema=schema))


def _table(rows: list[dict[str, Any]], subject: str) -> pa.Table:
    columns = {c.name: c for c in COLUMNS_OF[subject]}
    used = [c for c in columns.values() if any(c.name in row for row in rows)]
    schema = pa.schema([(LINE_NO, pa.int64()), *((c.name, c.arrow) for c in used)])
    return pa.Table.from_pylist([{f.name: _value(row.get(f.name), f.type) for f in schema} for row in rows], schema=schema)


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if kind == DECIMAL:
        from decimal import Decimal

        return Decimal(str(value))
    return float(value) if kind == pa.float64() else value
