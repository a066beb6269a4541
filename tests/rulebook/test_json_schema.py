"""The JSON Schema fits the rules that ship, and refuses what loading a rule refuses: both are of one shape."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from precursor_screen.core.errors import ErrorGroup
from precursor_screen.core.located import Located
from precursor_screen.reference import shipped
from precursor_screen.rulebook.grammar import parse_rule, rule_files, rule_schema

SCHEMA = rule_schema()


def faults(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """A validator of the few keywords that the schema uses."""
    found: list[str] = []
    if "anyOf" in schema:
        tried = [faults(value, s, at) for s in schema["anyOf"]]
        found += min(tried, key=len) if all(tried) else []
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return [*found, f"{at}: not {schema['type']}"]
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        found.append(f"{at}: {value!r}")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} against {schema['pattern']}")
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{at}: {value} out of range")
    if isinstance(value, list):
        found += [f for i, v in enumerate(value) for f in faults(v, schema.get("items", {}), f"{at}.{i}")]
    if isinstance(value, dict):
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties", {})
        found += [f"{at}: has no {k}" for k in schema.get("required", ()) if k not in value]
        for key, inner in value.items():
            found += faults(key, schema.get("propertyNames", {}), f"{at}.{key}")
            if key not in properties and rest is False:
                found.append(f"{at}: unknown {key}")
            else:
                found += faults(inner, properties.get(key, rest if isinstance(rest, dict) else {}), f"{at}.{key}")
    return found


@pytest.mark.parametrize("path", rule_files([shipped.rules_folder()]), ids=lambda p: p.stem)
def test_every_rule_that_ships_fits(path):
    assert faults(yaml.safe_load(path.read_text(encoding="utf-8")), SCHEMA) == []


@pytest.mark.parametrize(
    "change",
    [
        {"level": "hihg"},
        {"weight": 101},
        {"titel": "x"},
        {"applies": {"substance_id|exits": True}},
        {"correlation": {"type": "event_cuont"}},
        {"correlation": {"type": "event_count", "timespan": "30 days"}},
        {"tests": [{"rows": [{}], "expect": []}]},
        {"correlation": {"type": "value_sum", "and": {"type": "event_count", "condition": {"gte": 2}, "feild": "x"}}},
    ],
    ids=str,
)
def test_a_fault_is_found(change):
    path = shipped.rules_folder() / "ps-qty-002.yml"
    rule = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert faults({**rule, **change}, SCHEMA)
    assert change == {"applies": {"substance_id|exits": True}} or _is_refused({**rule, **change})  # what a key means is compiled


def _is_refused(rule: dict[str, Any]) -> bool:
    try:
        parse_rule(Located(rule, "rule.yml"))
    except ErrorGroup:
        return True
    return False
