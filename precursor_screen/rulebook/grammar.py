"""YAML to `Rule`: the shape of a rule file, checked part by part with file, line and column.

What the parts mean in SQL is `compile`; what makes a good rule is `lint`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from precursor_screen.core.errors import ErrorGroup, PrecursorScreenError, RuleSyntaxError, WindowError
from precursor_screen.core.located import Complaints, Located, load_yaml
from precursor_screen.core.model import Rule
from precursor_screen.rulebook.correlation import check_correlation
from precursor_screen.rulebook.rule_shape import RULE


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
