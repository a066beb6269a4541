"""Times whole runs as a user starts them, beside two plainer ways to match the same names in the same run.

    python benchmarks/run.py [--lines 1000000] [--repeat 3] [--peer INTERPRETER] [--cases FOLDER]

The watchlist is OFAC's under PRECURSOR_SCREEN_TEST_DATA where that is set, else a synthetic one of 35,000 names. Writes
docs/performance.md. With an interpreter that has nomenklatura (see peers.py) its logic-v2 is timed as well. Published cases are replayed
(see replay.py) where a folder of them is named or lies under the test data. Seconds on a shared machine mean little; ratios within a run
mean something.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from data import names, write
from parties import measure_parties, render_parties
from rapidfuzz import fuzz, process, utils

from precursor_screen.api import open_watchlists
from precursor_screen.matching.party.index import similarity
from precursor_screen.version import __version__

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from precursor_screen.cli.main import main; main()"]
NAME_COLUMNS = ("Shipper", "Consignee", "Notify Party")
SAMPLE = 300


def import_list(home: Path, folder: Path) -> str:
    """Imports OFAC's list, or a synthetic one; returns what it is."""
    real = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")
    if real:
        ofac = Path(real) / "watchlists" / "ofac"
        files = [str(ofac / f) for f in ("sdn_2024-06.csv", "alt_2025-02.csv", "add_2024-06.csv", "sdn_comments_2025-12.csv")]
        _run(["watchlists", "import", "ofac-sdn", *files, "--date", "2024-06-27"], home)
        return "OFAC SDN of June 2024"
    path = folder / "list.csv"
    invented = names(35_000, np.random.default_rng(7))
    path.write_text("entry_id,name\n" + "".join(f'E{i},"{n}"\n' for i, n in enumerate(invented)), encoding="utf-8")
    _run(["watchlists", "import", "synthetic", str(path), "--date", date.today().isoformat()], home)
    return "35,000 synthetic names"


def _run(arguments: list[str], home: Path) -> tuple[float, float, float, str]:
    """Wall seconds, CPU seconds, peak MiB and standard error of a command as its own process."""
    environment = {**os.environ, "PRECURSOR_SCREEN_HOME": str(home)}
    environment.pop("PRECURSOR_SCREEN_TEST_DATA", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        ["/usr/bin/env", "time", "-f", "%M", *COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    *rest, peak = done.stderr.strip().splitlines()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, int(peak) / 1024, "\n".join(rest)


def baselines(manifest: Path, home: Path) -> dict[str, float]:
    """Seconds that plainer ways take to match the names of the manifest, measured on a sample and scaled."""
    table = pyarrow.csv.read_csv(manifest, convert_options=pyarrow.csv.ConvertOptions(include_columns=list(NAME_COLUMNS)))
    cells = [pc.cast(table.column(c), pa.string()) for c in NAME_COLUMNS]
    filled = [c.filter(pc.and_(pc.is_valid(c), pc.not_equal(c, ""))) for c in cells]
    everything = pa.chunked_array([chunk for c in filled for chunk in c.chunks])
    distinct = pc.unique(everything).to_pylist()
    (watchlist,) = open_watchlists((), home)
    listed = [utils.default_process(name) for entry in watchlist for name in {n.name for n in entry.names}]
    some = [utils.default_process(n) for n in distinct[:: max(1, len(distinct) // SAMPLE)]]
    started = time.perf_counter()
    for name in some[:50]:
        process.extractOne(name, listed, scorer=fuzz.token_sort_ratio, score_cutoff=85)
    a_row = (time.perf_counter() - started) / 50
    started = time.perf_counter()
    process.cdist(some, listed, scorer=fuzz.token_sort_ratio, score_cutoff=85, dtype=np.uint8, workers=2)
    a_distinct = (time.perf_counter() - started) / len(some)
    index = watchlist.index
    queries = distinct[:20_000]
    started = time.perf_counter()
    index.match_names(queries)
    ours = (time.perf_counter() - started) / len(queries)
    started = time.perf_counter()
    similarity(queries[:2000], queries[1:2001])
    return {
        "name cells": len(everything),
        "distinct names": len(distinct),
        "list names": len(listed),
        "extractOne a row, s": a_row * len(everything),
        "distinct names + cdist, s": a_distinct * len(distinct),
        "this program, s": ours * len(distinct),
        "this program, names/s": 1 / ours,
        "distinct names + cdist, names/s": 1 / a_distinct,
    }


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peer", default=sys.executable, help="an interpreter with nomenklatura")
    parser.add_argument("--ledger", help="URL of a ledger with recorded movements, for a day against it [default: without]")
    parser.add_argument(
        "--cases", type=Path, default=published_cases(), help="folder of published cases [default: of the test data]"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest, home = folder / "manifest.csv", folder / "home"
        write(manifest, options.lines)
        what = import_list(home, folder)
        arguments = ["screen", str(manifest), "--jurisdiction", "US", "--timing", "-o", str(folder / "flags.csv")]
        runs = []
        for _ in range(options.repeat):
            shutil.rmtree(home / "cache", ignore_errors=True)  # else the names of the run before would be known
            runs.append(_run(arguments, home))
        again = _run(arguments, home)
        helps = [_run(["--help"], home)[0] for _ in range(7)]
        plain = baselines(manifest, home)
        parties = measure_parties(manifest, home, folder, options.peer)
        size = manifest.stat().st_size
    page = (
        render(options.lines, size, what, runs, again, helps, plain) + render_parties(parties) + measure_windows(options.ledger)
    )
    page += measure_replay(options.cases)
    (ROOT / "docs" / "performance.md").write_text(page, encoding="utf-8")
    print(page)


def measure_windows(ledger: str | None) -> str:
    """Rules over lines and over time, as `benchmarks/windows.py` prints them."""
    arguments = ["--parts", "rows", "past", *(["day", "--url", ledger] if ledger else [])]
    script = [sys.executable, str(ROOT / "benchmarks" / "windows.py"), *arguments]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    return f"""
## Rules over lines and over time
One manifest of 1,000,000 lines, of which 100,000 are movements, with 10,000,000 recorded ones; and, where a day stands below, one of
10,000 lines against a ledger that holds as many: the first look reads the copy by column from the disk.

```text
{done.stdout.rstrip()}
```
"""


def published_cases() -> Path | None:
    """The cases under PRECURSOR_SCREEN_TEST_DATA, if there are any."""
    folder = Path(os.environ.get("PRECURSOR_SCREEN_TEST_DATA") or ROOT / "none") / "published_cases"
    return folder if (folder / "cases.yml").is_file() else None


def measure_replay(cases: Path | None) -> str:
    """Published cases among lawful trade, as `benchmarks/replay.py` sums them up; without cases nothing."""
    if cases is None:
        return ""
    script = [sys.executable, str(ROOT / "benchmarks" / "replay.py"), "--cases", str(cases), "--summary"]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    return f"""
## Published cases among lawful trade
Diversions and honest look-alikes as their facts say, among two years of invented lawful trade; see `benchmarks/replay.py`.

```text
{done.stdout.rstrip()}
```
"""


def render(
    lines: int,
    size: int,
    what: str,
    runs: list[tuple[float, float, float, str]],
    again: tuple[float, float, float, str],
    helps: list[float],
    plain: dict[str, float],
) -> str:
    """The page."""
    count = "one run" if len(runs) == 1 else f"median of {len(runs)} runs"
    wall, cpu, peak = (statistics.median(r[i] for r in runs) for i in range(3))
    stages = sorted(runs, key=lambda r: r[0])[len(runs) // 2][3]
    rows = "\n".join(f"| {key} | {value:,.0f} |" for key, value in plain.items())
    ours = plain["this program, s"]
    return f"""# Performance

Written by `make bench` (`benchmarks/run.py`) on {date.today()}, version {__version__}: {platform.machine()}, {os.cpu_count()} cores,
Python {platform.python_version()}. The machine was shared: read ratios and CPU seconds rather than seconds.

## A whole run
{lines:,} synthetic lines ({size / 1e6:,.0f} MB of CSV, 22 columns; five in a hundred name a chemical) against {what}, flags written
as CSV, as a process of its own; {count}.

| | |
|---|---|
| lines a second | {lines / wall:,.0f} |
| seconds | {wall:.1f} |
| CPU seconds | {cpu:.1f} |
| seconds, CPU seconds, all names seen before | {again[0]:.1f}, {again[1]:.1f} |
| peak memory, MiB | {peak:,.0f} |
| `--help`, ms | {1000 * statistics.median(helps):.0f} |

```text
{stages}
```

## The names, beside two plainer ways in the same run
Plainer ways are measured on a sample of names and scaled; both use `token_sort_ratio` at 85, which is a simpler score.

| | |
|---|---|
{rows}
| ratio to extractOne a row | {plain["extractOne a row, s"] / ours:,.0f} |
| ratio to distinct names + cdist | {plain["distinct names + cdist, s"] / ours:,.1f} |
"""


if __name__ == "__main__":
    main()
