"""Packs (`packs/*.yml`): which of the rules a site runs, by status and level; and a site's own parameters of rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from precursor_screen.errors import ErrorGroup, PrecursorScreenError
from precursor_screen.model import LEVELS, Rule
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.correlation import days_of
from precursor_screen.rulebook.grammar import STATUSES
from precursor_screen.rulebook.located import Complaints, load_yaml

_KEYS = ("id", "title", "statuses", "levels", "without")


@dataclass(frozen=True, slots=True)
class Pack:
    """A choice of rules: those of some statuses and levels, without some."""

    id: str
    title: str
    statuses: tuple[str, ...]
    levels: tuple[str, ...]
    without: tuple[str, ...]

    def holds(self, rule: Rule) -> bool:
        """Whether the rule is in the pack."""
        return rule.status in self.statuses and rule.level in self.levels and rule.id not in self.without


def load_packs(folders: list[Path]) -> dict[str, Pack]:
    """Reads the packs of some rule folders; those of a later folder take the place of those before.

    Raises:
        ErrorGroup: all errors of all files.
    """
    packs: dict[str, Pack] = {}
    errors: list[PrecursorScreenError] = []
    for path in (p for folder in folders for p in sorted((folder / "packs").glob("*.y*ml"))):
        try:
            located = load_yaml(path, f"packs/{path.name}")
        except PrecursorScreenError as error:
            errors.append(error)
            continue
        complaints = Complaints(located)
        data = located.data if isinstance(located.data, Mapping) else {}
        if not data:
            complaints.add((), "is not a pack: a mapping of keys is expected", f"Keys: {', '.join(_KEYS)}.")
        for key in data:
            if key not in _KEYS:
                complaints.add((key,), f"unknown key {key!r}", did_you_mean(key, _KEYS))
        if data and data.get("id") != path.stem:
            complaints.add(("id",), f"pack {data.get('id')!r} is in a file of another name", f"Call it {path.stem}.")
        values = {
            key: _choice(data, key, known, complaints)
            for key, known in (("statuses", STATUSES), ("levels", LEVELS), ("without", ()))
        }
        errors.extend(complaints)
        if not complaints.errors:
            packs[path.stem] = Pack(
                path.stem, str(data.get("title", "")), values["statuses"], values["levels"], values["without"]
            )
    if errors:
        raise ErrorGroup(errors)
    return packs


def _choice(data: Mapping[str, Any], key: str, known: tuple[str, ...], complaints: Complaints) -> tuple[str, ...]:
    values = data.get(key, list(known))
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        complaints.add((key,), f"{key} is a list of texts")
        return ()
    for value in values:
        if known and value not in known:
            complaints.add((key,), f"{value!r} is not known", did_you_mean(value, known) or f"Known: {', '.join(known)}.")
    return tuple(values)


def load_params(path: Path, rules: tuple[Rule, ...]) -> dict[str, dict[str, Any]]:
    """A site's values for parameters of rules: `PS-QTY-002: {min_count: 4}`, by rule id.

    Raises:
        ErrorGroup: a rule or parameter that does not exist, or a value of another type than the rule's own.
    """
    located = load_yaml(path)
    complaints = Complaints(located)
    known = {r.id: r for r in rules}
    found: dict[str, dict[str, Any]] = {}
    if not isinstance(located.data, Mapping):
        complaints.add((), "is not a mapping of rules to parameters", "PS-QTY-002: {min_count: 4}")
    for rule_id, values in located.data.items() if isinstance(located.data, Mapping) else ():
        if rule_id not in known or not isinstance(values, Mapping):
            complaints.add((rule_id,), f"{rule_id!r} is no rule with parameters", did_you_mean(str(rule_id), known))
            continue
        own = known[rule_id].params
        for name, value in values.items():
            if name not in own:
                complaints.add((rule_id, name), f"{rule_id} has no parameter {name!r}", did_you_mean(name, own))
            elif not _alike(value, own[name]):
                complaints.add((rule_id, name), f"{name} is {own[name]!r} in the rule, so {value!r} does not fit")
        found[rule_id] = dict(values)
    if complaints.errors:
        raise ErrorGroup(complaints.errors)
    return found


def _alike(value: Any, own: Any) -> bool:
    """Whether a site's value can stand in for the rule's own: of the same kind, a span of days for a span, above 0 where that is."""
    if days_of(own) is not None:
        return days_of(value) is not None
    number = int | float
    if isinstance(own, bool) or isinstance(value, bool):
        return isinstance(own, bool) and isinstance(value, bool)
    if isinstance(own, int) and own > 0 and not isinstance(value, int) and isinstance(value, float):
        return False
    if isinstance(own, number) and isinstance(value, number):
        return math.isfinite(value) and (own <= 0 or value > 0)
    return type(own) is type(value)
