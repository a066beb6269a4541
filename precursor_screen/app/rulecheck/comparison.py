"""`rules diff`: what two versions of the rules flag on the same manifests, and which version number that asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.app.inputs import Source
from precursor_screen.app.session import Session
from precursor_screen.reference.bundle import Rulebook


class Change(Struct, frozen=True):
    """What became of one rule. gained, lost and changed are flags (FLAG records of the version that has them)."""

    rule_id: str
    old_version: str
    new_version: str
    gained: tuple[Mapping[str, Any], ...]
    lost: tuple[Mapping[str, Any], ...]
    changed: tuple[Mapping[str, Any], ...]
    text_differs: bool

    @property
    def proposal(self) -> str:
        """patch, minor or major: the least step of the version; '' where nothing differs.

        Flags that are lost may be a shipment that is missed from now on: that is major.
        """
        if self.lost or not self.new_version:
            return "major"
        if self.gained or self.changed or not self.old_version:
            return "minor"
        return "patch" if self.text_differs else ""


def compare_rules(sources: tuple[Source, ...], session: Session, old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Screens the same inputs with both and compares flag by flag.

    Args:
        sources: the manifests.
        session: all else; its own rules are not used.
        old: the rules as they were.
        new: the rules as they are to be.
    """
    before, after = (_flags(sources, session, book) for book in (old, new))
    old_rules, new_rules = ({r.id: r for r in book.rules} for book in (old, new))
    changes = []
    for rule_id in sorted({*old_rules, *new_rules}):
        mine = {k: v for k, v in before.items() if v["rule_id"] == rule_id}
        theirs = {k: v for k, v in after.items() if v["rule_id"] == rule_id}
        was, now = old_rules.get(rule_id), new_rules.get(rule_id)
        change = Change(
            rule_id,
            was.version if was else "",
            now.version if now else "",
            tuple(theirs[k] for k in theirs if k not in mine),
            tuple(mine[k] for k in mine if k not in theirs),
            tuple(theirs[k] for k in theirs if k in mine and _differs(mine[k], theirs[k])),
            was is None
            or now is None
            or replace(was, path="", lines={}, version="") != replace(now, path="", lines={}, version=""),
        )
        if change.proposal:
            changes.append(change)
    return tuple(changes)


def _flags(sources: tuple[Source, ...], session: Session, book: Rulebook) -> dict[str, dict[str, Any]]:
    report = session.with_rules(book).run(sources, remember=False).report
    return {flag["flag_id"]: flag for flag in report.flags.to_pylist()}


def _differs(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return any(old[k] != new[k] for k in ("level", "confidence", "weight"))


def show_changes(changes: tuple[Change, ...], most: int = 5) -> Iterator[str]:
    """The changes for a person, at most `most` flags of each kind a rule."""
    for change in changes:
        versions = f"{change.old_version or 'new'} -> {change.new_version or 'removed'}"
        yield (
            f"{change.rule_id} {versions}: {len(change.gained)} gained, {len(change.lost)} lost, {len(change.changed)} changed level or "
            f"weight; at least a {change.proposal} version"
        )
        for sign, flags in (("+", change.gained), ("-", change.lost), ("~", change.changed)):
            for flag in flags[:most]:
                yield f"  {sign} {flag['level']:<13} {flag['source_file']}:{flag['source_row']}  {flag['because']}"
            if len(flags) > most:
                yield f"  {sign} and {len(flags) - most} more"
