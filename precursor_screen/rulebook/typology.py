"""Typologies (`typologies/*.yml`): what the flags of a shipment can add to its score, and which rules decide its band."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from precursor_screen.core.errors import ErrorGroup, RuleSyntaxError, Where
from precursor_screen.core.located import Complaints
from precursor_screen.core.model import BANDS, FAMILIES, Typology
from precursor_screen.core.shape import Choice, Items, Record, Shape, Value, Whole
from precursor_screen.rulebook.folders import read_folders

_count = Whole(low=0, fault="{value!r} is not a whole number")
_TYPOLOGY = Record(
    what="a typology",
    fields={
        "id": Value(kinds=("string",)),
        "title": Value(kinds=("string",)),
        "applies": Record(fields={"substance_id": Items(of=Value(kinds=("string",)))}, rest=Shape(), default={}),
        "score": Record(
            fields={"caps": Record(fields=dict.fromkeys(FAMILIES.values(), _count))}, required=("caps",), rest=Shape()
        ),
        "floor": Record(rest=Choice(of=BANDS), default={}),
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
        raise ErrorGroup([RuleSyntaxError(message, where=Where("typologies"), remedy="Exactly one is the default.")])
    return tuple(sorted(found, key=lambda t: t.id))


def _typology(path: Path, data: dict[str, Any], complaints: Complaints) -> Typology:
    caps = data["score"]["caps"]
    if missing := set(FAMILIES.values()) - set(caps):
        complaints.add(("score",), f"no cap for {', '.join(sorted(missing))}")
    claimed = tuple(data["applies"].get("substance_id", ()))
    return Typology(data["id"], data["title"], claimed, dict(caps), dict(data["floor"]))
