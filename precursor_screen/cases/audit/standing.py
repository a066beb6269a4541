"""Flags of the exporter's lines by family, what officers said of them, and the episodes among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from precursor_screen.cases.audit.moves import Rows
from precursor_screen.cases.frames import row, values
from precursor_screen.core.model import LEVELS, OPEN

RECEIVING = ("consignee", "importer", "notify_party", "receiver")


def families(flags: Sequence[Mapping[str, Any]], verdicts: Mapping[str, str], moves: pd.DataFrame) -> Rows:
    """Flags by family, that with the most open flags first. levels, states, verdicts, rules: how many of each, those that occur.

    Args:
        flags: FLAG rows.
        verdicts: the last on each flag.
        moves: of the period.
    """
    numbers = dict(zip(moves["line_id"], moves["line"], strict=True))
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for flag in flags:
        grouped.setdefault(flag["family"] or "other", []).append(flag)
    found = [
        row(
            family=name,
            flags=len(some),
            open=sum(f["state"] in OPEN for f in some),
            levels=_counts((f["level"] for f in some), *reversed(LEVELS)),
            states=_counts((f["state"] for f in some), *OPEN, "suppressed", "resolved"),
            verdicts=_counts(verdicts[f["flag_id"]] for f in some if f["flag_id"] in verdicts),
            rules=_counts(f["rule_id"] for f in some),
            lines=tuple(sorted({numbers[f["line_id"]] for f in some if f["line_id"] in numbers})),
        )
        for name, some in grouped.items()
    ]
    return tuple(sorted(found, key=lambda f: (-f.open, -f.flags, f.family)))


def _counts(named: Iterable[str], *order: str) -> tuple[tuple[str, int], ...]:
    counts = Counter(named)
    names = [n for n in order if n in counts] + sorted(n for n in counts if n not in order)
    return tuple((n, counts[n]) for n in names)


def episodes(flags: Sequence[Mapping[str, Any]], verdicts: Mapping[str, str], moves: pd.DataFrame) -> Rows:
    """Flags about several lines, worst first. begin, end: days of those that are this exporter's."""
    numbers = dict(zip(moves["line_id"], zip(moves["line"], values(moves["day"]), strict=True), strict=True))
    found = []
    for flag in flags:
        members = set(flag["window_line_ids"] or ()) | {flag["line_id"]}
        own = [numbers[i] for i in members if i in numbers]
        if len(members) > 1 and own:
            days = [day for _, day in own if day]
            found.append(
                row(
                    **{name: flag[name] for name in ("flag_id", "rule_id")},
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


def listed_by_line(flags: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Entries of watchlists that names of receivers matched, by line_id."""
    found: dict[str, list[Any]] = {}
    for flag in flags:
        if flag["list_id"] and flag["entry_id"] and flag["party_role"] in RECEIVING:
            entry = {name: flag[name] for name in ("list_id", "entry_id", "score", "flag_id", "state")}
            found.setdefault(flag["line_id"], []).append(row(**entry))
    return found
