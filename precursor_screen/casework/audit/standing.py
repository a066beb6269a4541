"""Flags of the exporter's lines by family, what officers said of them, and the episodes among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from precursor_screen.casework.audit.moves import Lines, Move
from precursor_screen.casework.audit.partners import Listed
from precursor_screen.model import LEVELS

OPEN = ("new", "existing")
RECEIVING = ("consignee", "importer", "notify_party", "receiver")


@dataclass(frozen=True, slots=True)
class Family:
    """Flags of one family. levels, states, verdicts: how many of each, those that occur; the last verdict on a flag counts."""

    family: str
    flags: int
    open: int
    levels: tuple[tuple[str, int], ...]
    states: tuple[tuple[str, int], ...]
    verdicts: tuple[tuple[str, int], ...]
    rules: tuple[tuple[str, int], ...]
    lines: Lines


@dataclass(frozen=True, slots=True)
class Episode:
    """A flag about several lines. begin, end: days of those that are this exporter's."""

    flag_id: str
    rule_id: str
    family: str
    level: str
    state: str
    verdict: str
    begin: date | None
    end: date | None
    members: int
    because: str
    lines: Lines


def families(flags: Sequence[Mapping[str, Any]], verdicts: Mapping[str, str], moves: Sequence[Move]) -> tuple[Family, ...]:
    """By family, that with the most open flags first.

    Args:
        flags: FLAG rows.
        verdicts: the last on each flag.
        moves: of the period.
    """
    numbers = {m.line_id: m.line for m in moves}
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for flag in flags:
        grouped.setdefault(flag["family"] or "other", []).append(flag)
    found = []
    for name, some in grouped.items():
        said = [verdicts[f["flag_id"]] for f in some if f["flag_id"] in verdicts]
        found.append(
            Family(
                family=name,
                flags=len(some),
                open=sum(f["state"] in OPEN for f in some),
                levels=_ordered(Counter(f["level"] for f in some), tuple(reversed(LEVELS))),
                states=_ordered(Counter(f["state"] for f in some), (*OPEN, "suppressed", "resolved")),
                verdicts=_ordered(Counter(said), ()),
                rules=_ordered(Counter(f["rule_id"] for f in some), ()),
                lines=tuple(sorted({numbers[f["line_id"]] for f in some if f["line_id"] in numbers})),
            )
        )
    return tuple(sorted(found, key=lambda f: (-f.open, -f.flags, f.family)))


def _ordered(counts: Mapping[str, int], order: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    names = [n for n in order if n in counts] + sorted(n for n in counts if n not in order)
    return tuple((n, counts[n]) for n in names)


def episodes(flags: Sequence[Mapping[str, Any]], verdicts: Mapping[str, str], moves: Sequence[Move]) -> tuple[Episode, ...]:
    """Flags about several lines, worst first."""
    numbers = {m.line_id: (m.line, m.day) for m in moves}
    found = []
    for flag in flags:
        members = set(flag["window_line_ids"] or ()) | {flag["line_id"]}
        own = [numbers[i] for i in members if i in numbers]
        if len(members) > 1 and own:
            days = [day for _, day in own if day]
            found.append(
                Episode(
                    flag_id=flag["flag_id"],
                    rule_id=flag["rule_id"],
                    family=flag["family"] or "other",
                    level=flag["level"] or "",
                    state=flag["state"],
                    verdict=verdicts.get(flag["flag_id"], ""),
                    begin=min(days, default=None),
                    end=max(days, default=None),
                    members=len(members),
                    because=flag["because"] or "",
                    lines=tuple(sorted(line for line, _ in own)),
                )
            )
    return tuple(sorted(found, key=lambda e: (e.state not in OPEN, -_rank(e.level), e.begin or date.max, e.flag_id)))


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def listed_by_line(flags: Sequence[Mapping[str, Any]]) -> dict[str, list[Listed]]:
    """Watchlist matches of receivers, by line_id."""
    found: dict[str, list[Listed]] = {}
    for flag in flags:
        if flag["list_id"] and flag["entry_id"] and flag["party_role"] in RECEIVING:
            entry = Listed(flag["list_id"], flag["entry_id"], flag["score"], flag["flag_id"], flag["state"])
            found.setdefault(flag["line_id"], []).append(entry)
    return found
