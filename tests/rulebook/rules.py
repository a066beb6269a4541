"""Rules for tests: one detection in a rule that is otherwise plain."""

from __future__ import annotations

from datetime import date

from precursor_screen.model import Rule
from precursor_screen.rulebook.grammar import parse_rule
from precursor_screen.rulebook.lists import NamedList
from precursor_screen.rulebook.located import parse_yaml

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
