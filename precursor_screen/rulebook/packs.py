"""Packs (`packs/*.yml`): which of the rules a site runs, by status and level; and a site's own parameters of rules."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

from precursor_screen.core.errors import ErrorGroup, RuleSyntaxError
from precursor_screen.core.located import Complaints, load_yaml
from precursor_screen.core.model import BANDS, FAMILIES, LEVELS, Rule, Typology
from precursor_screen.core.shape import Choice, Items, Record, Shape, Value, Whole, read_shaped
from precursor_screen.rulebook.correlation import days_of
from precursor_screen.rulebook.grammar import STATUSES
from precursor_screen.rulebook.lists import check_name, read_folders

# Typologies (`typologies/*.yml`): what the flags of a shipment can add to its score, and which rules decide its band.

_count = Whole(low=0, fault="{value!r} is not a whole number")
_TYPOLOGY = Record(
    what="a typology",
    fields={
        "id": Value(kinds=("string",)),
        "title": Value(kinds=("string",)),
        "applies": Record(fields={"substance_id": Items(of=Value(kinds=("string",)))}, others=Shape(), default={}),
        "score": Record(
            fields={"caps": Record(fields=dict.fromkeys(FAMILIES.values(), _count))}, required=("caps",), others=Shape()
        ),
        "floor": Record(others=Choice(of=BANDS), default={}),
    },
    required=("id", "title", "score"),
    into=dict,
)


def load_typologies(folders: list[Path]) -> tuple[Typology, ...]:
    """Reads the typologies of some rule folders; exactly one must have no `applies`: it scores what no other claims.

    Raises:
        ErrorGroup: all errors of all files.
    """
    found = read_folders(folders, "typologies", _TYPOLOGY, _typology)
    defaults = [t for t in found if not t.applies]
    if len(defaults) != 1:
        message = f"{len(defaults)} typologies without `applies`"
        raise ErrorGroup([RuleSyntaxError(message, where="typologies", remedy="Exactly one is the default.")])
    return tuple(sorted(found, key=lambda t: t.id))


def _typology(path: Path, data: dict[str, Any], complaints: Complaints) -> Typology:
    caps = data["score"]["caps"]
    if missing := set(FAMILIES.values()) - set(caps):
        complaints.add(("score",), f"no cap for {', '.join(sorted(missing))}")
    return Typology(data["id"], data["title"], tuple(data["applies"].get("substance_id", ())), dict(caps), dict(data["floor"]))


_PACK = Record(
    what="a pack",
    fields={
        "id": Value(kinds=("string",)),
        "title": Shape(default="", into=str),
        "statuses": Items(of=Choice(of=STATUSES), default=STATUSES),
        "levels": Items(of=Choice(of=LEVELS), default=LEVELS),
        "without": Items(of=Value(kinds=("string",)), default=()),
    },
    required=("id",),
    into=dict,
)


class Pack(Struct, frozen=True):
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
    return {pack.id: pack for pack in read_folders(folders, "packs", _PACK, _pack)}


def _pack(path: Path, data: dict[str, Any], complaints: Complaints) -> Pack:
    check_name(path, data, complaints)
    return Pack(**data)


def load_params(path: Path, rules: tuple[Rule, ...]) -> dict[str, dict[str, Any]]:
    """A site's values for parameters of rules: `PS-QTY-002: {min_count: 4}`, by rule id.

    Raises:
        ErrorGroup: a rule or parameter that does not exist, or a value of another type than the rule's own.
    """
    shape = Record(
        what="a file of parameters",
        remedy="PS-QTY-002: {min_count: 4}",
        fields={rule.id: _params(rule) for rule in rules},
        unknown="{name!r} is not a rule with parameters",
        filled=True,
    )
    return dict(read_shaped(load_yaml(path), shape))


def _params(rule: Rule) -> Record:
    """The shape of a site's values for the parameters of a rule."""
    shown = {name: repr(own).replace("{", "{{").replace("}", "}}") for name, own in rule.params.items()}
    fields = {
        name: Value(passes=partial(_alike, own=own), fault=f"{name} is {shown[name]} in the rule, so {{value!r}} does not fit")
        for name, own in rule.params.items()
    }
    return Record(fields=fields, unknown=f"{rule.id} has no parameter {{name!r}}", filled=True)


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
