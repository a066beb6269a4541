"""Typologies (`typologies/*.yml`): how the flags of a shipment become a score and a band."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from precursor_screen.errors import ErrorGroup, PrecursorScreenError, RuleSyntaxError, Where
from precursor_screen.model import BANDS, FAMILIES, Typology
from precursor_screen.names.suggest import did_you_mean
from precursor_screen.rulebook.located import Complaints, load_yaml

_KEYS = ("id", "title", "applies", "score", "bands", "floor")


def load_typologies(folders: list[Path]) -> tuple[Typology, ...]:
    """Reads the typologies of some rule folders; exactly one must have no `applies`: it scores what no other claims.

    Raises:
        ErrorGroup: all errors of all files.
    """
    found: list[Typology] = []
    errors: list[PrecursorScreenError] = []
    for path in sorted((p for folder in folders for p in (folder / "typologies").glob("*.y*ml")), key=lambda p: p.name):
        try:
            typology, complaints = _load(path)
        except PrecursorScreenError as error:
            errors.append(error)
            continue
        errors.extend(complaints)
        if typology:
            found.append(typology)
    defaults = [t for t in found if not t.applies]
    if not errors and len(defaults) != 1:
        errors.append(
            RuleSyntaxError(
                f"{len(defaults)} typologies without `applies`", where=Where("typologies"), remedy="Exactly one is the default."
            )
        )
    if errors:
        raise ErrorGroup(errors)
    return tuple(sorted(found, key=lambda t: t.id))


def _load(path: Path) -> tuple[Typology | None, Complaints]:
    located = load_yaml(path, f"typologies/{path.name}")
    complaints = Complaints(located)
    data = located.data
    if not isinstance(data, Mapping):
        complaints.add((), "is not a typology: a mapping of keys is expected")
        return None, complaints
    for key in data:
        if key not in _KEYS:
            complaints.add((key,), f"unknown key {key!r}", did_you_mean(key, _KEYS))
    for key in ("id", "title", "score", "bands"):
        if not data.get(key):
            complaints.add((), f"has no {key!r}", f"Add `{key}:`.")
    caps = (data.get("score") or {}).get("caps") or {}
    bands = data.get("bands") or {}
    floor = data.get("floor") or {}
    _check(caps, set(FAMILIES.values()), ("score", "caps"), complaints)
    _check(bands, set(BANDS) - {"none"}, ("bands",), complaints)
    for rule_id, band in floor.items():
        if band not in BANDS:
            complaints.add(("floor", rule_id), f"band {band!r} is not known", did_you_mean(str(band), BANDS))
    if missing := set(FAMILIES.values()) - set(caps):
        complaints.add(("score",), f"no cap for {', '.join(sorted(missing))}")
    if complaints.errors:
        return None, complaints
    applies = data.get("applies") or {}
    wanted = applies.get("substance_id", [])
    return Typology(data["id"], data["title"], tuple(wanted), dict(caps), dict(bands), dict(floor)), complaints


def _check(values: Mapping[str, Any], known: set[str], key: tuple[str, ...], complaints: Complaints) -> None:
    for name, value in values.items():
        if name not in known:
            complaints.add((*key, name), f"{name!r} is not known", did_you_mean(name, known))
        elif not isinstance(value, int) or isinstance(value, bool) or value < 0:
            complaints.add((*key, name), f"{value!r} is no whole number")
