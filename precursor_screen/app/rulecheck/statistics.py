"""`rules stats`: per rule how often it flags, what officers said of that, how often it cannot judge, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.inputs import Source
from precursor_screen.app.session import Session
from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.errors import UsageError
from precursor_screen.core.model import FAMILIES, Rule
from precursor_screen.core.report import show_basis
from precursor_screen.kernel.judge.flag import flag_lines, flag_shipments
from precursor_screen.kernel.judge.windows.judge import judge_windows, request_history
from precursor_screen.kernel.screen import NoHistory, Screened
from precursor_screen.reference.bundle import Reference, Rulebook
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.grammar import RULE_ID

# `rules diff`: what two versions of the rules flag on the same manifests, and which version number that asks for.

_SHOWN = 5  # flags of each kind a rule


class Change(Struct, frozen=True):
    """What became of one rule. gained, lost and changed are flags (FLAG records of the version that has them)."""

    rule_id: str
    old_version: str
    new_version: str
    gained: tuple[Mapping[str, Any], ...]
    lost: tuple[Mapping[str, Any], ...]
    changed: tuple[Mapping[str, Any], ...]
    text_differs: bool

    @property
    def proposal(self) -> str:
        """patch, minor or major: the least step of the version; '' where nothing differs.

        Flags that are lost may be a shipment that is missed from now on: that is major.
        """
        if self.lost or not self.new_version:
            return "major"
        if self.gained or self.changed or not self.old_version:
            return "minor"
        return "patch" if self.text_differs else ""


def compare_rules(sources: tuple[Source, ...], session: Session, old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Screens the same inputs with both and compares flag by flag.

    Args:
        sources: the manifests.
        session: all else; its own rules are not used.
        old: the rules as they were.
        new: the rules as they are to be.
    """
    before, after = (_flags(sources, session, book) for book in (old, new))
    old_rules, new_rules = ({r.id: r for r in book.rules} for book in (old, new))
    changes = []
    for rule_id in sorted({*old_rules, *new_rules}):
        mine = {k: v for k, v in before.items() if v["rule_id"] == rule_id}
        theirs = {k: v for k, v in after.items() if v["rule_id"] == rule_id}
        was, now = old_rules.get(rule_id), new_rules.get(rule_id)
        gained, lost = tuple(theirs[k] for k in theirs if k not in mine), tuple(mine[k] for k in mine if k not in theirs)
        changed = tuple(theirs[k] for k in theirs if k in mine and _differs(mine[k], theirs[k]))
        texts = [rule and replace(rule, path="", lines={}, version="") for rule in (was, now)]
        versions = (was.version if was else "", now.version if now else "")
        change = Change(rule_id, *versions, gained, lost, changed, texts[0] != texts[1])
        if change.proposal:
            changes.append(change)
    return tuple(changes)


def _flags(sources: tuple[Source, ...], session: Session, book: Rulebook) -> dict[str, dict[str, Any]]:
    report = session.with_rules(book).run(sources, remember=False).report
    return {flag["flag_id"]: flag for flag in report.flags.to_pylist()}


def _differs(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return any(old[k] != new[k] for k in ("level", "confidence", "weight"))


def show_changes(changes: tuple[Change, ...]) -> Iterator[str]:
    """The changes for a person, at most five flags of each kind a rule."""
    for change in changes:
        versions = f"{change.old_version or 'new'} -> {change.new_version or 'removed'}"
        yield (
            f"{change.rule_id} {versions}: {len(change.gained)} gained, {len(change.lost)} lost, {len(change.changed)} changed level or "
            f"weight; at least a {change.proposal} version"
        )
        for sign, flags in (("+", change.gained), ("-", change.lost), ("~", change.changed)):
            for flag in flags[:_SHOWN]:
                yield f"  {sign} {flag['level']:<13} {flag['source_file']}:{flag['source_row']}  {flag['because']}"
            if len(flags) > _SHOWN:
                yield f"  {sign} and {len(flags) - _SHOWN} more"


# `rules docs` and `rules new`: the index of rules as a page, and a rule file to begin with.


def rule_index(rules: Sequence[Rule]) -> str:
    """All rules as a page in Markdown: a table by family, and a section each."""
    lines = ["# Rules\n", "Marks of sources: read, recalled (not checked; the rule is experimental), own proposal.\n"]
    lines += [f"{len(rules)} rules: {', '.join(f'{n} {family}' for family, n in _by_family(rules).items())}.\n"]
    lines += ["| rule | title | level | status | judges | basis |", "|---|---|---|---|---|---|"]
    lines += [f"| {r.id} | {r.title} | {r.level} | {r.status} | {r.subject}, per {r.scope} | {show_basis(r)} |" for r in rules]
    for r in rules:
        lines += [
            f"\n## {r.id} {r.title}\n",
            f"{r.description} {r.rationale}\n",
            f"Innocent explanations: {'; '.join(r.falsepositives)}.\n",
        ]
        if r.params:
            lines.append(f"Parameters: {', '.join(f'{name} {value}' for name, value in r.params.items())}.\n")
        lines.append(f"What to do: {r.action}")
    return "\n".join(lines) + "\n"


def _by_family(rules: Sequence[Rule]) -> dict[str, int]:
    counts = {family: sum(r.family == family for r in rules) for family in FAMILIES.values()}
    return {family: n for family, n in counts.items() if n}


def new_rule(rule_id: str, folder: Path, today: date) -> Path:
    """Writes a rule file with every part to fill in; it passes `rules lint` and `rules test` as it stands.

    Raises:
        UsageError: no rule id, no such folder, or the file is there already.
    """
    if not RULE_ID.match(rule_id):
        raise UsageError(f"{rule_id!r} is not a rule id", remedy=f"Use PS-FAMILY-NNN; families: {', '.join(FAMILIES)}.")
    path = folder / f"{rule_id.lower()}.yml"
    if not folder.is_dir():
        raise UsageError("is not a folder", where=folder, remedy="Create it first.")
    if path.exists():
        raise UsageError("exists already", where=path, remedy="Choose another number; ids are never reused.")
    path.write_text(_TEMPLATE.read_text(encoding="utf-8").format(rule_id=rule_id, today=today.isoformat()), encoding="utf-8")
    return path


_TEMPLATE = Path(__file__).with_name("new_rule.txt")


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
        """Confirmed flags as a share of those with a verdict; None: none has one."""
        judged = self.confirmed + self.cleared
        return self.confirmed / judged if judged else None


def measure(screened: Screened, reference: Reference) -> tuple[RuleStats, ...]:
    """Flags, rows that could not be judged, and the time each rule takes alone on what was screened."""
    flags, sums = _counts(screened.flags.column("rule_id")), screened.unjudged.group_by("rule_id").aggregate([("count", "sum")])
    unjudged = dict(tuples_of(sums, "rule_id", "count_sum"))
    return tuple(
        RuleStats(*_head(r, flags), unjudged.get(r.id, 0), 0, 0, _milliseconds(one, screened, reference))
        for one, r in ((one, one.rule) for one in reference.rules)
    )


def _head(rule: Rule, flags: Mapping[str, int]) -> tuple[str, str, str, int]:
    return rule.id, rule.title, rule.status, flags.get(rule.id, 0)


def count_recorded(rules: Iterable[Rule], flags: pa.Table, verdicts: Iterable[tuple[str, str]]) -> tuple[RuleStats, ...]:
    """The statistics of what a ledger holds.

    Args:
        rules: in the order wanted.
        flags: FLAG.
        verdicts: (flag_id, confirmed | cleared | inconclusive), in the order given; the last on a flag counts.
    """
    rule_of = dict(tuples_of(flags, "flag_id", "rule_id"))
    last = {flag_id: verdict for flag_id, verdict in verdicts if flag_id in rule_of}
    counts = _counts(flags.column("rule_id"))

    def said(rule_id: str, verdict: str) -> int:
        return sum(v == verdict and rule_of[f] == rule_id for f, v in last.items())

    return tuple(RuleStats(*_head(r, counts), 0, said(r.id, "confirmed"), said(r.id, "cleared"), None) for r in rules)


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {v["values"]: v["counts"] for v in pc.value_counts(column).to_pylist()}


def _milliseconds(one: CompiledRule, screened: Screened, reference: Reference) -> float:
    start = time.perf_counter()
    if one.rule.scope == "history":
        history = NoHistory().look_back(request_history(screened.movements.live, [one], reference.registers))
        judge_windows(screened.movements.live, history, [one], reference)
    else:
        (flag_shipments if one.grouping else flag_lines)(screened.resolved, [one])
    return (time.perf_counter() - start) * 1000
