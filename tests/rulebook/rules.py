"""Rules for tests: one detection in a rule that is otherwise plain."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from precursor_screen.core.engine import connect, fetch
from precursor_screen.core.located import parse_yaml
from precursor_screen.core.model import Rule
from precursor_screen.kernel.judge.flag_rows import Wording
from precursor_screen.rulebook.compile import CompiledRule
from precursor_screen.rulebook.evaluate import Rows
from precursor_screen.rulebook.grammar import parse_rule
from precursor_screen.rulebook.lists import NamedList

LISTS = {"orders": NamedList("orders", "t", "s", date(2026, 1, 1), None, ("to order", "à l'ordre"), "")}


def make_rule(detection: str, *, subject: str = "line", more: str = "", explain: str = "sentence", status: str = "test") -> Rule:
    """A rule with that detection; `more` are further top-level keys."""
    text = f"""schema: 1
id: PS-QTY-900
version: 1.0.0
title: A title
status: {status}
level: low
confidence: low
weight: 5
subject: {subject}
scope: line
detection:
  {detection}
explain: "{explain}"
{more}"""
    return parse_rule(parse_yaml(text, "rule.yml"))


def said_of(compiled: CompiledRule, row: str, **outcomes: str | None) -> str | None:
    """The sentence of a rule about one row, given as SQL, with what judging a group or window gives."""
    with connect() as connection:
        table = fetch(connection, f"select {row or '1 as nothing'}")
    rows = Rows(table, pa.nulls(1, pa.int32()), pa.array([None], pa.list_(pa.string())))
    return Wording(rows, {name: [text] for name, text in outcomes.items()}).texts(compiled.sentence)[0]
