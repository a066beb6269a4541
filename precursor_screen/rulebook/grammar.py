"""YAML to `Rule`: the shape of a rule file, declared once; the checks, the JSON Schema for editors and the values follow from it.

What the parts mean is `compile`; what makes a good rule is `lint`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup, RuleSyntaxError, WindowError
from precursor_screen.core.located import Complaints, Located, load_yaml
from precursor_screen.core.model import CONFIDENCES, FAMILIES, LEVELS, Rule, RuleLevel, RuleTest, Source
from precursor_screen.core.schema import SUBJECTS
from precursor_screen.core.shape import Choice, Items, Record, Shape, Value, Whole
from precursor_screen.rulebook.atoms import FUNCTIONS, MODIFIERS, OF_TEXTS, OPERATORS
from precursor_screen.rulebook.correlation import CORRELATION, FIELDS, TEXT, TEXTS, check_correlation
from precursor_screen.rulebook.lists import make_all
from precursor_screen.rulebook.registers import REGISTERS

# The shape of a rule file, declared once: the checks of `grammar`, the JSON Schema for editors and the values of `Rule` follow
# from it.

FORMAT = 1
STATUSES = ("experimental", "test", "stable", "deprecated")
SCOPES = ("line", "shipment", "history")
MARKS = ("R", "K", "P")
RELATIONS = ("derived", "obsolete", "merged", "renamed", "similar")
RULE_ID = re.compile(rf"^PS-({'|'.join(FAMILIES)})-\d{{3}}$")


def _strings(values: list[Any]) -> tuple[str, ...]:
    return tuple(str(v) for v in values)


def _is_rule_id(value: Any) -> bool:
    return RULE_ID.match(value) is not None


def _test(parts: dict[str, Any]) -> RuleTest:
    """A test whose rows hold what they share."""
    shared = parts.pop("each")
    return RuleTest(**{**parts, "rows": tuple({**shared, **row} for row in parts["rows"])})


_ATOM = rf"^({'|'.join(sorted(FIELDS))}|[a-z_0-9]+)(\|({'|'.join(MODIFIERS)}))*$"
_SELECTION = {"type": "object", "propertyNames": {"pattern": _ATOM}}
_EITHER = {"anyOf": [_SELECTION, {"type": "array", "items": _SELECTION}]}
_OPERATORS = {
    name: {"type": "array", "minItems": count, "maxItems": count}
    for names, count in ((OPERATORS, 2), (OF_TEXTS, 2), (FUNCTIONS, 1))
    for name in names
}
_REQUIRED = {"anyOf": [TEXT, {"type": "object", "properties": {"any": TEXTS}, "required": ["any"]}]}
_text = Value(kinds=("string",), default="")
_texts = Value(kinds=("array",), hint=TEXTS, default=(), into=_strings)

_TEST = Record(
    fields={
        "name": Shape(hint=TEXT, default="", into=str),
        "each": Record(
            others=Shape(), default={}, fault="each holds the cells that all rows share", remedy="each: {direction: import}"
        ),
        "rows": Items(of=Record(required=("line_id",), others=Shape()), fault="every row of a test needs a line_id"),
        "expect": Value(kinds=("array",), into=_strings),
        "not_evaluable": Value(
            kinds=("array",), default=(), into=_strings, fault="not_evaluable is a list of line ids", remedy="not_evaluable: [A]"
        ),
        "since": Value(kinds=("date",), fault="since is a date", remedy="Write it as 2026-11-25."),
        "registers": Record(
            fields=dict.fromkeys(REGISTERS, Items(of=Record(others=Shape()))),
            default={},
            into=lambda registers: {name: rows for name, rows in registers.items() if rows is not None},
            hint={"type": "object", "propertyNames": {"enum": list(REGISTERS)}},
            fault="registers maps names of registers to rows",
            remedy=f"Names: {', '.join(REGISTERS)}.",
        ),
        "levels": Record(others=Choice(of=LEVELS), default={}),
        "gap": Shape(hint={"type": "boolean"}, default=False, into=lambda value: value is True),
    },
    required=("rows", "expect"),
    into=_test,
)
_SOURCE = Record(
    fields={"title": Value(kinds=("string",)), "note": Shape(hint=TEXT, default="", into=str), "mark": Choice(of=MARKS)},
    required=("title", "mark"),
    others=Shape(),
    fault="a reference needs a title and a mark",
    remedy="mark: R (text read), K (recalled) or P (our proposal).",
    into=lambda parts: Source(**parts),
)
_RELATION = Record(
    fields={"id": Value(kinds=("string",), passes=_is_rule_id), "type": Choice(of=RELATIONS)},
    required=("id", "type"),
    others=Shape(),
    fault="needs an id and a type",
    remedy="type: derived, obsolete, merged, renamed or similar.",
    into=lambda parts: (parts["id"], parts["type"]),
)

_LEVEL = Record(
    fields={"when": Value(kinds=("object",), hint=_SELECTION), "level": Choice(of=LEVELS), "weight": Whole(low=0, high=100)},
    required=("when", "level", "weight"),
    into=lambda parts: RuleLevel(**parts),
)

RULE = Record(
    what="a rule",
    remedy="See `precursor-screen rules show` for a complete example.",
    fields={
        "schema": Value(
            kinds=("integer",),
            passes=lambda value: value == FORMAT,
            hint={"const": FORMAT},
            fault="format {value} is not known",
            remedy=f"This version reads format {FORMAT}; a newer one may be needed.",
        ),
        "id": Value(
            kinds=("string",),
            passes=_is_rule_id,
            hint={"type": "string", "pattern": RULE_ID.pattern},
            fault="{value!r} is not a rule id",
            remedy=f"Use PS-FAMILY-NNN; families: {', '.join(FAMILIES)}.",
        ),
        "version": Value(
            kinds=("string",), hint={"type": "string", "pattern": r"^\d+\.\d+\.\d+$"}, remedy='Quote it: version: "1.0"'
        ),
        "title": _text,
        "status": Choice(of=STATUSES),
        "level": Choice(of=LEVELS),
        "levels": Items(of=_LEVEL, default=()),
        "beside": Value(kinds=("boolean",), default=False),
        "confidence": Choice(of=CONFIDENCES),
        "weight": Whole(low=0, high=100),
        "subject": Choice(of=SUBJECTS, means="line (a row of goods), substance (each one recognised in a row) or party (each firm or person of a row)"),
        "scope": Choice(of=SCOPES),
        "description": _text,
        "rationale": _text,
        "references": Items(of=_SOURCE, default=()),
        "author": _text,
        "date": Shape(),
        "modified": Shape(),
        "tags": _texts,
        "related": Items(of=_RELATION, default=()),
        "falsepositives": _texts,
        "applies": Value(kinds=("object", "array"), hint=_EITHER, default={}),
        "requires": Value(kinds=("array",), hint={"type": "array", "items": _REQUIRED}, default=(), into=tuple),
        "params": Value(kinds=("object",), default={}),
        "derive": Value(
            kinds=("object",),
            hint={
                "type": "object",
                "additionalProperties": {"type": "object", "properties": _OPERATORS, "additionalProperties": False},
            },
            default={},
        ),
        "detection": Record(
            fields={"condition": Value(kinds=("string",))},
            required=("condition",),
            others=Shape(hint=_EITHER),
            fault="has no condition",
            remedy="Add `condition:` with the names of the selections.",
        ),
        "correlation": CORRELATION,
        "explain": _text,
        "fields": _texts,
        "action": _text,
        "tests": Items(of=_TEST, default=()),
    },
    required=(
        "schema", "id", "version", "title", "status", "level", "confidence", "weight", "subject", "scope", "detection", "explain",
    ),
    into=dict,
)  # fmt: skip


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of a rule file (draft 2020-12). What it cannot say, `rules lint` does."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A rule of precursor-screen"}
    return {**head, **RULE.schema()}


def load_rule(path: Path, shown_as: str | None = None) -> Rule:
    """Reads one rule file.

    Raises:
        ErrorGroup: everything that is wrong with its shape, each with file, line and column.
    """
    return parse_rule(load_yaml(path, shown_as))


def parse_rule(located: Located) -> Rule:
    """Turns located YAML into a Rule, or raises all its errors at once."""
    complaints = Complaints(located)
    data = located.data
    for fault in RULE.faults(data, ()):
        complaints.extend([fault], WindowError if fault[0][:1] == ("correlation",) else RuleSyntaxError)
    if not isinstance(data, dict):
        raise ErrorGroup(complaints.errors)
    check_correlation(data, complaints)
    _check_tests(data.get("tests"), complaints)
    if complaints.errors:
        raise ErrorGroup(complaints.errors)
    parts = RULE.read(data)
    parts["tests"] = tuple(replace(test, name=test.name or f"test {i + 1}") for i, test in enumerate(parts["tests"]))
    return Rule(
        **{name: part for name, part in parts.items() if name in Rule.__struct_fields__},
        selections={name: part for name, part in data["detection"].items() if name != "condition"},
        condition=data["detection"]["condition"],
        path=located.path,
        lines={".".join(str(k) for k in key): place[0] for key, place in located.places.items()},
    )


def _check_tests(tests: Any, complaints: Complaints) -> None:
    """What tests expect must be called like one of their rows."""
    for i, test in enumerate(_list(tests)):
        if isinstance(test, dict) and isinstance(test.get("rows"), list):
            known = {str(row["line_id"]) for row in test["rows"] if isinstance(row, dict) and "line_id" in row}
            for name in [*_list(test.get("expect")), *_list(test.get("not_evaluable"))]:
                if str(name) not in known:
                    complaints.add(("tests", i), f"the test expects {name!r}, which none of its rows is called")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def rule_files(folders: list[Path]) -> list[Path]:
    """The rule files of some folders, sorted by name; lists, macros and typologies lie in folders of their own."""
    return sorted((p for folder in folders for p in folder.glob("*.y*ml")), key=lambda p: (p.name, str(p)))


def load_rules(folders: list[Path]) -> tuple[Rule, ...]:
    """Reads all rules of some folders, by id.

    Raises:
        ErrorGroup: all errors of all files.
    """
    rules: dict[str, Rule] = {}
    found: dict[str, Path] = {}

    def add(path: Path) -> None:
        rule = load_rule(path, path.name)
        where = Located(None, path.name).where(())
        if path.stem != rule.id.lower():
            raise RuleSyntaxError(f"holds rule {rule.id}", where=where, remedy=f"Call the file {rule.id.lower()}.yml.")
        if rule.id in rules:
            message = f"has the id {rule.id}, which the rule in {found[rule.id]} has too"
            raise RuleSyntaxError(message, where=where, remedy="Give it an id of its own.")
        rules[rule.id], found[rule.id] = rule, path

    make_all(rule_files(folders), add)
    return tuple(rules[k] for k in sorted(rules))
