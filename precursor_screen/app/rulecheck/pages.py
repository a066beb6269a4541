"""`rules docs` and `rules new`: the index of rules as a page, and a rule file to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from precursor_screen.core.errors import UsageError, Where
from precursor_screen.core.model import FAMILIES, Rule
from precursor_screen.core.report import show_basis
from precursor_screen.rulebook.rule_shape import RULE_ID


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
        raise UsageError(f"{rule_id!r} is no rule id", remedy=f"Use PS-FAMILY-NNN; families: {', '.join(FAMILIES)}.")
    path = folder / f"{rule_id.lower()}.yml"
    if not folder.is_dir():
        raise UsageError("is no folder", where=Where(str(folder)), remedy="Make it first.")
    if path.exists():
        raise UsageError("is there already", where=Where(str(path)), remedy="Choose another number; ids are never reused.")
    path.write_text(_TEMPLATE.format(rule_id=rule_id, today=today.isoformat()), encoding="utf-8")
    return path


_TEMPLATE = """\
# yaml-language-server: $schema=rule.schema.json
schema: 1
id: {rule_id}
version: 0.1.0
title: One line that says what is flagged ({rule_id})
status: experimental            # until it has a test with a null and its sources were read
level: low                      # informational | low | medium | high | critical
confidence: low
weight: 8
subject: substance              # line | substance | party
scope: line                     # line | shipment | history
description: What is true of a shipment that is flagged.
rationale: Why that is worth a question.
references:
  - {{title: Own experience, note: "", mark: P}}
author: your name
date: {today}
modified: {today}
tags: []
falsepositives: [Which honest trade looks the same]
applies:                        # what the rule is about; outside it nothing is counted
  control: {{instrument: UN1988, schedule: [I, II]}}
  match_strength: [strong, medium]
requires: [substance_mass_kg]   # what may be missing; without it the rule is not evaluable, and that is counted
params: {{most: 1000}}
detection:
  much: {{substance_mass_kg|gt: $most}}
  condition: much
explain: "{{substance_mass_kg}} kg of {{substance_name}}; more than {{most}} kg."
fields: [description, substance_mass_kg, mass_basis, consignee_name]
action: What an officer should ask for.
tests:
  - name: more than that
    rows: [{{line_id: A, control: [{{instrument: UN1988, schedule: I}}], match_strength: strong, substance_id: s, substance_mass_kg: 1001}}]
    expect: [A]
  - name: just that
    rows: [{{line_id: A, control: [{{instrument: UN1988, schedule: I}}], match_strength: strong, substance_id: s, substance_mass_kg: 1000}}]
    expect: []
  - name: mass unknown
    rows: [{{line_id: A, control: [{{instrument: UN1988, schedule: I}}], match_strength: strong, substance_id: s, substance_mass_kg: null}}]
    expect: []
    not_evaluable: [A]
"""
