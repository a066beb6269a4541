"""YAML to `Rule`: the shape of a rule file, checked part by part with file, line and column.

What the parts mean in SQL is `compile`; what makes a good rule is `lint`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, RuleSyntaxError
from precursor_screen.model import CONFIDENCES, FAMILIES, LEVELS, Rule, RuleTest, Source
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.correlation import check_correlation
from precursor_screen.rulebook.located import Complaints, Key, Located, load_yaml
from precursor_screen.rulebook.registers import REGISTERS

FORMAT = 1
STATUSES = ("experimental", "test", "stable", "deprecated")
SUBJECTS = ("line", "substance", "party")
SCOPES = ("line", "shipment", "history")
MARKS = ("R", "K", "P")
RELATIONS = ("derived", "obsolete", "merged", "renamed", "similar")
_TEST_KEYS = ("name", "rows", "expect", "not_evaluable", "since", "registers", "gap")

_KEYS: dict[str, tuple[type, ...]] = {
    "schema": (int,),
    "id": (str,),
    "version": (str,),
    "title": (str,),
    "status": (str,),
    "level": (str,),
    "confidence": (str,),
    "weight": (int,),
    "subject": (str,),
    "scope": (str,),
    "description": (str,),
    "rationale": (str,),
    "references": (list,),
    "author": (str,),
    "date": (object,),
    "modified": (object,),
    "tags": (list,),
    "related": (list,),
    "falsepositives": (list,),
    "applies": (dict, list),
    "requires": (list,),
    "params": (dict,),
    "derive": (dict,),
    "detection": (dict,),
    "correlation": (dict,),
    "explain": (str,),
    "fields": (list,),
    "action": (str,),
    "tests": (list,),
}
REQUIRED = (
    "schema",
    "id",
    "version",
    "title",
    "status",
    "level",
    "confidence",
    "weight",
    "subject",
    "scope",
    "detection",
    "explain",
)
RULE_ID = re.compile(rf"^PS-(?:{'|'.join(FAMILIES)})-\d{{3}}$")


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
    if not isinstance(data, dict):
        complaints.add(
            (), "is not a rule: a mapping of keys is expected", "See `precursor-screen rules show` for a complete example."
        )
        raise ErrorGroup(complaints.errors)
    _check_keys(data, complaints)
    _check_values(data, complaints)
    detection = data.get("detection") if isinstance(data.get("detection"), dict) else {}
    assert isinstance(detection, dict)
    condition = detection.get("condition")
    selections = {k: v for k, v in detection.items() if k != "condition"}
    if "detection" in data and not isinstance(condition, str):
        complaints.add(("detection",), "has no condition", "Add `condition:` with the names of the selections.")
    check_correlation(data, complaints)
    tests = _tests(data.get("tests") or [], complaints)
    sources = _sources(data.get("references") or [], complaints)
    related = _related(data.get("related") or [], complaints)
    if complaints.errors:
        raise ErrorGroup(complaints.errors)
    return Rule(
        id=data["id"],
        version=data["version"],
        title=data["title"],
        status=data["status"],
        level=data["level"],
        confidence=data["confidence"],
        weight=data["weight"],
        subject=data["subject"],
        scope=data["scope"],
        description=data.get("description", ""),
        rationale=data.get("rationale", ""),
        references=sources,
        tags=tuple(str(t) for t in data.get("tags") or []),
        related=related,
        falsepositives=tuple(str(t) for t in data.get("falsepositives") or []),
        applies=data.get("applies") or {},
        requires=tuple(data.get("requires") or ()),
        params=data.get("params") or {},
        derive=data.get("derive") or {},
        selections=selections,
        condition=str(condition),
        correlation=data.get("correlation"),
        explain=data["explain"],
        fields=tuple(str(f) for f in data.get("fields") or []),
        action=data.get("action", ""),
        tests=tests,
        path=located.path,
        lines={".".join(str(k) for k in key): place[0] for key, place in located.places.items()},
    )


def _check_keys(data: Mapping[str, Any], complaints: Complaints) -> None:
    for key, value in data.items():
        if key not in _KEYS:
            complaints.add((key,), f"unknown key {key!r}", did_you_mean(key, _KEYS) or f"Known: {', '.join(_KEYS)}.")
        elif value is not None and (not isinstance(value, _KEYS[key]) or (isinstance(value, bool) and int in _KEYS[key])):
            expected = " or ".join(
                {dict: "a mapping", list: "a list", str: "text", int: "a whole number"}.get(t, t.__name__) for t in _KEYS[key]
            )
            remedy = 'Quote it: version: "1.0"' if key == "version" else ""
            complaints.add((key,), f"{key} must be {expected}", remedy)
    for key in REQUIRED:
        if data.get(key) is None:
            complaints.add((), f"has no {key!r}", f"Add `{key}:`.")


def _check_values(data: Mapping[str, Any], complaints: Complaints) -> None:
    _one_of(data, "status", STATUSES, complaints)
    _one_of(data, "level", LEVELS, complaints)
    _one_of(data, "confidence", CONFIDENCES, complaints)
    _one_of(data, "subject", SUBJECTS, complaints)
    _one_of(data, "scope", SCOPES, complaints)
    if isinstance(data.get("schema"), int) and data["schema"] != FORMAT:
        complaints.add(
            ("schema",),
            f"format {data['schema']} is not known",
            f"This version reads format {FORMAT}; a newer one may be needed.",
        )
    if isinstance(data.get("id"), str) and not RULE_ID.match(data["id"]):
        complaints.add(("id",), f"{data['id']!r} is no rule id", f"Use PS-FAMILY-NNN; families: {', '.join(FAMILIES)}.")
    weight = data.get("weight")
    if isinstance(weight, int) and not 0 <= weight <= 100:
        complaints.add(("weight",), "weight must lie between 0 and 100")


def _one_of(data: Mapping[str, Any], key: str, allowed: tuple[str, ...], complaints: Complaints) -> None:
    value = data.get(key)
    if isinstance(value, str) and value not in allowed:
        complaints.add(
            (key,), f"{key} {value!r} is not known", did_you_mean(value, allowed) or f"Use one of {', '.join(allowed)}."
        )


def _tests(items: list[Any], complaints: Complaints) -> tuple[RuleTest, ...]:
    tests = []
    for i, item in enumerate(items):
        key: Key = ("tests", i)
        if not isinstance(item, dict) or not isinstance(item.get("rows"), list) or not isinstance(item.get("expect"), list):
            complaints.add(key, "a test needs rows and expect", "See another rule for the form.")
            continue
        if bad := set(item) - set(_TEST_KEYS):
            complaints.add(key, f"unknown key {sorted(bad)[0]!r} in a test", did_you_mean(sorted(bad)[0], _TEST_KEYS))
        registers = item.get("registers") or {}
        if (
            not isinstance(registers, dict)
            or set(registers) - set(REGISTERS)
            or not all(isinstance(rows, list) and all(isinstance(r, dict) for r in rows) for rows in registers.values())
        ):
            complaints.add((*key, "registers"), "registers maps names of registers to rows", f"Names: {', '.join(REGISTERS)}.")
            registers = {}
        unjudged = item.get("not_evaluable") or []
        if not isinstance(unjudged, list):
            complaints.add((*key, "not_evaluable"), "not_evaluable is a list of line ids", "not_evaluable: [A]")
            unjudged = []
        if item.get("since") is not None and type(item["since"]) is not date:
            complaints.add((*key, "since"), "since is a date", "Write it as 2026-11-25.")
        rows = [r for r in item["rows"] if isinstance(r, dict) and "line_id" in r]
        if len(rows) != len(item["rows"]):
            complaints.add(key, "every row of a test needs a line_id")
        known = {str(r["line_id"]) for r in rows}
        for name in [*item["expect"], *unjudged]:
            if str(name) not in known:
                complaints.add(key, f"the test expects {name!r}, which none of its rows is called")
        tests.append(
            RuleTest(
                name=str(item.get("name", f"test {i + 1}")),
                rows=tuple(rows),
                expect=tuple(str(x) for x in item["expect"]),
                not_evaluable=tuple(str(x) for x in unjudged),
                since=item.get("since"),
                registers={name: tuple(rows) for name, rows in registers.items()},
                gap=item.get("gap") is True,
            )
        )
    return tuple(tests)


def _sources(items: list[Any], complaints: Complaints) -> tuple[Source, ...]:
    sources = []
    for i, item in enumerate(items):
        if not isinstance(item, dict) or not isinstance(item.get("title"), str) or item.get("mark") not in MARKS:
            complaints.add(
                ("references", i),
                "a reference needs a title and a mark",
                "mark: R (text read), K (recalled) or P (our proposal).",
            )
            continue
        sources.append(Source(item["title"], str(item.get("note", "")), item["mark"]))
    return tuple(sources)


def _related(items: list[Any], complaints: Complaints) -> tuple[tuple[str, str], ...]:
    related = []
    for i, item in enumerate(items):
        if not isinstance(item, dict) or not RULE_ID.match(str(item.get("id"))) or item.get("type") not in RELATIONS:
            complaints.add(("related", i), "needs an id and a type", "type: derived, obsolete, merged, renamed or similar.")
            continue
        related.append((str(item["id"]), str(item["type"])))
    return tuple(related)


def rule_files(folders: list[Path]) -> list[Path]:
    """The rule files of some folders, sorted by name; lists, macros and typologies lie in folders of their own."""
    return sorted((p for folder in folders for p in folder.glob("*.y*ml")), key=lambda p: (p.name, str(p)))


def load_rules(folders: list[Path]) -> tuple[Rule, ...]:
    """Reads all rules of some folders, by id.

    Raises:
        ErrorGroup: all errors of all files.
    """
    rules: dict[str, Rule] = {}
    errors: list[PrecursorScreenError] = []
    for path in rule_files(folders):
        try:
            rule = load_rule(path, path.name)
        except ErrorGroup as group:
            errors.extend(group.errors)
            continue
        except RuleSyntaxError as error:
            errors.append(error)
            continue
        located = Located(None, path.name)
        if path.stem != rule.id.lower():
            errors.append(
                RuleSyntaxError(f"holds rule {rule.id}", where=located.where(()), remedy=f"Call the file {rule.id.lower()}.yml.")
            )
        elif rule.id in rules:
            errors.append(
                RuleSyntaxError(
                    f"rule {rule.id} stands in {rules[rule.id].path} too",
                    where=located.where(()),
                    remedy="Give it an id of its own.",
                )
            )
        else:
            rules[rule.id] = rule
    if errors:
        raise ErrorGroup(errors)
    return tuple(rules[k] for k in sorted(rules))
