"""`rules stats`: per rule how often it flags, what officers said of that, how often it cannot judge, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.model import Rule
from precursor_screen.kernel.judge.flag import flag_lines, flag_shipments
from precursor_screen.kernel.judge.windows.judge import flag_windows, request_history
from precursor_screen.kernel.no_memory import NoMemory
from precursor_screen.kernel.screen import Screened
from precursor_screen.reference.bundle import Reference
from precursor_screen.rulebook.compile import CompiledRule


class RuleStats(Struct, frozen=True):
    """One rule. not_evaluable: rows that it could not judge; milliseconds: on the manifests given; None: none was.

    confirmed, cleared: verdicts of officers in the ledger. flags: there, or on the manifests.
    """

    rule_id: str
    title: str
    status: str
    flags: int
    not_evaluable: int
    confirmed: int
    cleared: int
    milliseconds: float | None

    @property
    def precision(self) -> float | None:
        """The share of flags with a verdict that were confirmed; None where there is no verdict."""
        told = self.confirmed + self.cleared
        return self.confirmed / told if told else None


def measure(screened: Screened, reference: Reference) -> tuple[RuleStats, ...]:
    """Flags, rows that could not be judged, and the time each rule takes alone on what was screened."""
    flags, unjudged = _counts(screened.flags.column("rule_id")), _sums(screened.unjudged)
    return tuple(
        RuleStats(
            one.rule.id,
            one.rule.title,
            one.rule.status,
            flags.get(one.rule.id, 0),
            unjudged.get(one.rule.id, 0),
            0,
            0,
            _milliseconds(one, screened, reference),
        )
        for one in reference.rules
    )


def count_recorded(
    rules: Iterable[Rule], flags: pa.Table, verdicts: Iterable[tuple[str, str]], not_evaluable: Mapping[str, int] | None = None
) -> tuple[RuleStats, ...]:
    """The statistics of what a ledger holds.

    Args:
        rules: in the order wanted.
        flags: FLAG.
        verdicts: (flag_id, confirmed | cleared | inconclusive), in the order given; the last on a flag counts.
        not_evaluable: rule id -> rows, where that is known.
    """
    rule_of = dict(zip(flags.column("flag_id").to_pylist(), flags.column("rule_id").to_pylist(), strict=True))
    last = {flag_id: verdict for flag_id, verdict in verdicts if flag_id in rule_of}
    counts = _counts(flags.column("rule_id"))

    def said(rule_id: str, verdict: str) -> int:
        return sum(v == verdict and rule_of[f] == rule_id for f, v in last.items())

    return tuple(
        RuleStats(
            r.id,
            r.title,
            r.status,
            counts.get(r.id, 0),
            (not_evaluable or {}).get(r.id, 0),
            said(r.id, "confirmed"),
            said(r.id, "cleared"),
            None,
        )
        for r in rules
    )


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {v["values"]: v["counts"] for v in pc.value_counts(column).to_pylist()}


def _sums(unjudged: pa.Table) -> dict[str, int]:
    sums: dict[str, int] = {}
    for rule_id, count in zip(unjudged.column("rule_id").to_pylist(), unjudged.column("count").to_pylist(), strict=True):
        sums[rule_id] = sums.get(rule_id, 0) + count
    return sums


def _milliseconds(one: CompiledRule, screened: Screened, reference: Reference) -> float:
    start = time.perf_counter()
    if one.rule.scope == "history":
        history = NoMemory().look_back(request_history(screened.movements.live, [one], reference.registers))
        flag_windows(screened.movements.live, history, [one], reference)
    else:
        (flag_shipments if one.grouping else flag_lines)(screened.resolved, [one])
    return (time.perf_counter() - start) * 1000
