"""The shape of a rule file as a JSON Schema, so that editors can complete and check while one writes."""

from __future__ import annotations

from typing import Any

from precursor_screen.model import CONFIDENCES, FAMILIES, LEVELS
from precursor_screen.rulebook.atoms import FUNCTIONS, MODIFIERS, OPERATORS
from precursor_screen.rulebook.correlation import AGGREGATES, EMITS, METHODS, PERIODS, TYPES
from precursor_screen.rulebook.grammar import FORMAT, MARKS, RELATIONS, REQUIRED, SCOPES, STATUSES, SUBJECTS
from precursor_screen.rulebook.registers import REGISTERS
from precursor_screen.schema import COLUMNS

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_SPAN = {"type": "string", "pattern": r"^(\d{1,5}d|\$[a-z_]+)$"}


def rule_schema() -> dict[str, Any]:
    """The schema (draft 2020-12). What it cannot say, `rules lint` does."""
    fields = sorted(c.name for c in COLUMNS)
    key = rf"^({'|'.join(fields)}|[a-z_0-9]+)(\|({'|'.join(MODIFIERS)}))*$"
    selection: dict[str, Any] = {"type": "object", "propertyNames": {"pattern": key}}
    either = {"anyOf": [selection, {"type": "array", "items": selection}]}
    limit = {
        "anyOf": [
            {"type": "number"},
            _TEXT,
            {"type": "object", "properties": {"field": {"enum": fields}, "times": {}}, "required": ["field"]},
        ]
    }
    condition = {
        "type": "object",
        "properties": dict.fromkeys(("gt", "gte", "lt", "lte"), limit),
        "additionalProperties": False,
        "minProperties": 1,
    }
    operators = {
        **{name: {"type": "array", "minItems": 2, "maxItems": 2} for name in OPERATORS},
        **{name: {"type": "array", "minItems": 1, "maxItems": 1} for name in FUNCTIONS},
    }
    properties: dict[str, Any] = {
        "schema": {"const": FORMAT},
        "id": {"type": "string", "pattern": rf"^PS-({'|'.join(FAMILIES)})-\d{{3}}$"},
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "title": _TEXT,
        "status": {"enum": list(STATUSES)},
        "level": {"enum": list(LEVELS)},
        "confidence": {"enum": list(CONFIDENCES)},
        "weight": {"type": "integer", "minimum": 0, "maximum": 100},
        "subject": {"enum": list(SUBJECTS)},
        "scope": {"enum": list(SCOPES)},
        "description": _TEXT,
        "rationale": _TEXT,
        "references": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"title": _TEXT, "note": _TEXT, "mark": {"enum": list(MARKS)}},
                "required": ["title", "mark"],
            },
        },
        "author": _TEXT,
        "date": {},
        "modified": {},
        "tags": _TEXTS,
        "related": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": _TEXT, "type": {"enum": list(RELATIONS)}},
                "required": ["id", "type"],
            },
        },
        "falsepositives": _TEXTS,
        "applies": either,
        "requires": {
            "type": "array",
            "items": {"anyOf": [_TEXT, {"type": "object", "properties": {"any": _TEXTS}, "required": ["any"]}]},
        },
        "params": {"type": "object"},
        "derive": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": operators, "additionalProperties": False},
        },
        "detection": {
            "type": "object",
            "properties": {"condition": _TEXT},
            "required": ["condition"],
            "additionalProperties": either,
        },
        "correlation": {
            "type": "object",
            "properties": {
                "type": {"enum": list(TYPES)},
                "group-by": {"type": "array", "items": {"enum": fields}},
                "field": _TEXT,
                "timespan": _SPAN,
                "calendar": {"enum": list(PERIODS)},
                "condition": condition,
                "and": {
                    "type": "object",
                    "properties": {"type": {"enum": list(AGGREGATES)}, "field": _TEXT, "condition": condition},
                    "required": ["type", "condition"],
                },
                "emit": {"enum": list(EMITS)},
                "selections": _TEXTS,
                "differs": {"type": "array", "items": {"enum": fields}},
                "min_history": {"anyOf": [_SPAN, {"type": "integer", "minimum": 1}]},
                "method": {"enum": list(METHODS)},
                "register": {"enum": list(REGISTERS)},
                "match": {"type": "object", "propertyNames": {"enum": fields}, "additionalProperties": _TEXT},
                "against": _TEXT,
                "tolerance": {},
            },
            "required": ["type"],
            "additionalProperties": False,
        },
        "explain": _TEXT,
        "fields": _TEXTS,
        "action": _TEXT,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": _TEXT,
                    "rows": {"type": "array", "items": {"type": "object", "required": ["line_id"]}},
                    "expect": {"type": "array"},
                    "not_evaluable": {"type": "array"},
                    "since": {},
                    "registers": {"type": "object", "propertyNames": {"enum": list(REGISTERS)}},
                    "gap": {"type": "boolean"},
                },
                "required": ["rows", "expect"],
                "additionalProperties": False,
            },
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule of precursor-screen",
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED),
        "additionalProperties": False,
    }
