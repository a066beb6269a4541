"""The history of benchmarks: one JSON object a run in history.jsonl, with the machine, and nothing that says whose machine it is."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HISTORY = Path(__file__).with_name("history.jsonl")
Row = dict[str, Any]


def machine() -> dict[str, Any]:
    """Processor, cores, Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        stated = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = stated[0] if stated else model
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}


def commit_of(revision: str = "HEAD") -> str:
    """Short name of a commit; with + behind it where the package was changed since. Empty without git."""
    try:
        name = _git("rev-parse", "--short", revision)
        changed = revision == "HEAD" and _git("status", "--porcelain", "--", "precursor_screen", "rules")
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"{name}+" if changed else name


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def row(suite: str, label: str, commit: str, about: Mapping[str, str], figures: Mapping[str, Any]) -> Row:
    """A run as history keeps it.

    Args:
        suite: quick, full or large.
        label: what page and tables call it, if it has a name.
        commit: what was measured.
        about: what it was measured against, and how memory was measured.
        figures: measure -> figures.
    """
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return {
        "date": now,
        "commit": commit,
        "suite": suite,
        "label": label,
        "machine": machine(),
        **about,
        "figures": dict(figures),
    }


def read(path: Path = HISTORY) -> list[Row]:
    """All runs, oldest first."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def append(new: Row, path: Path = HISTORY) -> None:
    """Adds a run."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(new, ensure_ascii=False) + "\n")


def last_like(rows: Iterable[Row], new: Row, measure: str) -> Row | None:
    """The last earlier run on the same machine, against the same list, that has a measure; None: there is none."""
    same = ("machine", "watchlist")
    found = [r for r in rows if all(r.get(k) == new.get(k) for k in same) and measure in r["figures"]]
    return found[-1] if found else None


def last_labelled(rows: Iterable[Row], label: str) -> Row | None:
    """The last run with a label."""
    found = [r for r in rows if r["label"] == label]
    return found[-1] if found else None
