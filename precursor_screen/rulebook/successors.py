"""Rules that were removed or joined: their ids stay valid in exceptions, settings, `explain`, verdicts and recorded flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct

from precursor_screen.core.grouped import grouped
from precursor_screen.core.tables import DATA, whole_rows


class Successor(Struct, frozen=True):
    """A rule that is no more. new: ids of the rules that took its place; empty: nothing did. since: an ISO date. why: in a sentence."""

    old: str
    new: tuple[str, ...]
    since: str
    why: str


@cache
def successors() -> Mapping[str, Successor]:
    """By the id of the rule that is no more (`data/successors.csv`)."""
    rows = whole_rows(DATA / "successors.csv", ("old", "new", "since", "why"))
    return {row["old"]: Successor(row["old"], tuple(row["new"].split()), row["since"], row["why"]) for row in rows}


@cache
def predecessors() -> Mapping[str, tuple[str, ...]]:
    """Id of a rule -> the ids of those whose place it took."""
    pairs = ((new, one.old) for one in successors().values() for new in one.new)
    return {new: tuple(olds) for new, olds in grouped(pairs).items()}


def with_successors(rule_ids: Iterable[str]) -> tuple[str, ...]:
    """Rule ids as somebody wrote them, and those of the rules that took their place."""
    found = (name for one in rule_ids for name in (one, *(successors()[one].new if one in successors() else ())))
    return tuple(dict.fromkeys(found))
