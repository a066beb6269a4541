"""docs/performance.md, section by section: each is written anew by itself, and the others stay as they were measured.

python benchmarks/page.py runs            from history.jsonl
python benchmarks/page.py parties|windows|replay [ARGUMENT ...]    runs that script and takes what it prints
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import history

PAGE = history.ROOT / "docs" / "performance.md"
RELEASED, BEFORE = "0.1.0", "before the rework"
SECTIONS = {
    "parties": "The names of a manifest, a second day, a long list, what is found again, and a peer.",
    "windows": """One manifest of 1,000,000 lines, of which 100,000 are movements, with 10,000,000 recorded ones; and, where a day appears below, one of
10,000 lines against a ledger that holds as many: the first look reads the copy by column from the disk.""",
    "replay": "Diversions and honest look-alikes as their facts say, among two years of invented lawful trade.",
}
TITLES = {
    "parties": "Parties by themselves",
    "windows": "Rules over lines and over time",
    "replay": "Published cases among lawful trade",
}


def renew_section(name: str, text: str, page: Path = PAGE) -> None:
    """Puts a section in the place of the one of that name; one that is new goes to the end."""
    whole = page.read_text(encoding="utf-8")
    section = f"<!-- begin {name} -->\n{text.strip()}\n<!-- end {name} -->\n"
    found = re.search(rf"<!-- begin {name} -->\n.*?<!-- end {name} -->\n", whole, re.DOTALL)
    changed = whole[: found.start()] + section + whole[found.end() :] if found else f"{whole.rstrip()}\n\n{section}"
    page.write_text(changed, encoding="utf-8")


def render_runs(rows: Sequence[history.Row]) -> str:
    """Version 0.1.0, the state before the rework and the last full run beside one another; then the last run in full."""
    last = [r for r in rows if r["suite"] == "full" and not r["label"]][-1:]
    shown = [r for r in (history.last_labelled(rows, RELEASED), history.last_labelled(rows, BEFORE), *last) if r is not None]
    if not shown:
        return ""
    newest = shown[-1]
    large = [r for r in rows if r["suite"] == "large"][-1:]
    figures = {**newest["figures"], **(large[0]["figures"] if large else {})}
    parts = [_heading(newest), _beside(shown), _in_full(figures, large), _plainer(figures), _stages(figures)]
    return "\n\n".join(part for part in parts if part)


def _heading(row: history.Row) -> str:
    machine = row["machine"]
    return f"""## Runs
Processor: {machine["cpu"]}, {machine["cores"]} cores; Python {machine["python"]} on {machine["system"]}. Watchlist: {row["watchlist"]}. The machine is shared: read
CPU seconds and ratios rather than seconds. MB are 10^6 bytes, the most that the {row["memory"]} had at a time; cores are CPU seconds by
seconds. *Coherent* manifests are as trade is; in *random* ones parties, goods and countries are drawn apart, so that they measure
flags, not lines (`benchmarks/coherent.py`, `benchmarks/data.py`). Ten columns are {", ".join(_columns())}."""


def _columns() -> tuple[str, ...]:
    from manifests import TEN

    return TEN


def _beside(rows: Sequence[history.Row]) -> str:
    names = [r["label"] or "last run" for r in rows]
    lines = [
        "### Beside earlier states",
        "CPU seconds and MB. The yardstick is a computation that never changes, run beside every measure (median): where it took longer,",
        "the machine was busier, and so did all else.",
        "",
        f"| | {' | '.join(names)} |",
        f"|---|{'---|' * len(rows)}",
        f"| commit | {' | '.join(r['commit'] for r in rows)} |",
        f"| measured (UTC) | {' | '.join(r['date'][:16].replace('T', ' ') for r in rows)} |",
    ]
    for measure in rows[-1]["figures"]:
        if ":" not in measure:
            lines.append(f"| {_name(measure)} | {' | '.join(_short(r['figures'].get(measure)) for r in rows)} |")
    return "\n".join(lines)


def _short(found: Mapping[str, Any] | None) -> str:
    return f"{found['cpu']:,.2f}, {found['peak_mb']:,.0f}" if found else "–"


def _name(measure: str) -> str:
    return f"`{measure}`" if measure.startswith("--") else measure


def _in_full(figures: Mapping[str, Any], large: Sequence[history.Row]) -> str:
    note = (
        f"5 million lines were measured on {large[0]['date'][:10]} at {large[0]['commit']}, by `make bench-large`."
        if large
        else ""
    )
    lines = [
        "### The last run in full",
        *([note, ""] if note else []),
        "| | CPU seconds | seconds | cores | MB | lines/CPU second | flags |",
        "|---|---|---|---|---|---|---|",
    ]
    for measure, found in figures.items():
        if ":" not in measure:
            rate, flags = (f"{found['lines'] / found['cpu']:,.0f}", f"{found['flags']:,}") if "lines" in found else ("", "")
            cells = (f"{found['cpu']:,.2f}", f"{found['wall']:,.2f}", f"{found['cores']:.2f}", f"{found['peak_mb']:,.0f}")
            lines.append(f"| {_name(measure)} | {' | '.join((*cells, rate, flags))} |")
    return "\n".join(lines)


def _plainer(figures: Mapping[str, Any]) -> str:
    ways = {m: f for m, f in figures.items() if ":" in m}
    if not ways:
        return ""
    lines = [
        "### Plainer ways",
        "Reading alone, and names alone: `extractOne` on every cell and `cdist` on distinct names (two threads), both with",
        "`token_sort_ratio` at 85 against the same list, a simpler score than the program's; measured on some names and scaled to all.",
        "",
        "| | CPU seconds | seconds | MB | names compared, of |",
        "|---|---|---|---|---|",
    ]
    for measure, found in ways.items():
        compared = f"{found['compared']:,}, {found['of']:,}" if "of" in found else ""
        wall, peak = (f"{found[k]:,.{n}f}" if k in found else "" for k, n in (("wall", 2), ("peak_mb", 0)))
        lines.append(f"| {measure} | {found['cpu']:,.2f} | {wall} | {peak} | {compared} |")
    return "\n".join(lines)


def _stages(figures: Mapping[str, Any]) -> str:
    shown = {m: f["stages"] for m, f in figures.items() if f.get("stages") and "coherent" in m}
    if not shown:
        return ""
    names = list(dict.fromkeys(stage for stages in shown.values() for stage, _, _ in stages))
    lines = [
        "### By stage",
        "Seconds, and CPU seconds of the main process: what worker processes use is in the total only, as are imports and the reference.",
        "",
        f"| | {' | '.join(names)} |",
        f"|---|{'---|' * len(names)}",
    ]
    for measure, stages in shown.items():
        by_name = {stage: f"{wall:.1f}, {cpu:.1f}" for stage, wall, cpu in stages}
        lines.append(f"| {measure} | {' | '.join(by_name.get(n, '') for n in names)} |")
    return "\n".join(lines)


def render_script(name: str, printed: str) -> str:
    """A section of what a script printed."""
    return f"""## {TITLES[name]}
Measured on {date.today()} at {history.commit_of()} by `make bench-{name}`. {SECTIONS[name]}

{printed.strip()}"""


def main() -> None:
    """Renews one section."""
    name, *arguments = sys.argv[1:]
    if name == "runs":
        renew_section(name, render_runs(history.read()))
        return
    script = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), *arguments]
    printed = subprocess.run(script, stdout=subprocess.PIPE, text=True, check=True).stdout
    renew_section(name, render_script(name, printed if printed.lstrip().startswith("#") else f"```text\n{printed.rstrip()}\n```"))


if __name__ == "__main__":
    main()
