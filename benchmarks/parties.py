"""The party step by itself: a first and a second day, a list of 600,000 names, what is found again, and a peer beside it.

    python benchmarks/parties.py [--lines 1000000] [--peer INTERPRETER]

The names are those of the random manifest. With an interpreter that has nomenklatura (see peers.py) its logic-v2 is timed as well.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from data import names as invent
from retrieval import measure, summarise

from precursor_screen.app.match_cache import cached_matches
from precursor_screen.app.stream import parallel_over
from precursor_screen.core.arrow import write_arrow
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.kernel.match import match_parties
from precursor_screen.matching.party.index import PartyIndex, build_index
from precursor_screen.reference.store import WatchlistStore

ROOT = Path(__file__).resolve().parents[1]
NAME_COLUMNS = ("Shipper", "Consignee", "Notify Party")
LONG = 600_000


def distinct_names(manifest: Path) -> list[str]:
    """The distinct names of a synthetic manifest."""
    table = pyarrow.csv.read_csv(manifest, convert_options=pyarrow.csv.ConvertOptions(include_columns=list(NAME_COLUMNS)))
    cells = pa.concat_tables([table.select([c]).rename_columns(["name"]) for c in NAME_COLUMNS]).column("name")
    found: list[str] = pc.unique(cells.cast(pa.string())).drop_null().to_pylist()
    return [name for name in found if name]


def time_days(names: Sequence[str], index: PartyIndex, home: Path) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of the party step: without memory, a first day, the same names again, nine in ten of them again."""
    rng = random.Random(9)
    next_day = [f"{name} {rng.choice('QXZ')}{rng.randrange(100)}" if rng.random() < 0.1 else name for name in names]
    reference: Any = SimpleNamespace(watchlists=(SimpleNamespace(index=index),), as_of=date(2026, 11, 25))
    figures = {}
    for what, asked, kept in (
        ("without memory", names, None),
        ("first day", names, home),
        ("the same names again", names, home),
        ("nine names in ten again", next_day, home),
    ):
        lines = pa.table({"consignee_name": pa.array(asked, pa.string())})
        with parallel_over(0, early=True, prepare=(index.prepare,)) as spread:
            list(spread(len, [[0]] * 8))  # as in a run, the processes got ready while the input was read
            time.sleep(3)
            started, before = time.perf_counter(), _cpu()
            with cached_matches(kept) as memory:
                match_parties(lines, reference, spread, memory)
            wall = time.perf_counter() - started
        figures[what] = (wall, _cpu() - before)
    return figures


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def time_long_list(folder: Path, names: Sequence[str], listed: Sequence[str]) -> dict[str, float]:
    """A list of 600,000 names: seconds to build its index, MB, milliseconds to open it, names a second."""
    rng = random.Random(600)
    words = [word for name in listed for word in name.split()]
    entries = [
        WatchlistEntry(
            "long", f"E{i:06d}", ("person", "organisation")[i % 2], (WatchlistName(_invent_name(words, rng), "primary"),)
        )
        for i in range(LONG)
    ]
    started = time.process_time()
    path = folder / "long.arrow"
    write_arrow(build_index("long", entries), path)
    built = time.process_time() - started
    opened = []
    for _ in range(5):
        started = time.perf_counter()
        index = PartyIndex.open(path)
        opened.append(time.perf_counter() - started)
    index.match_names(names[:500], workers=1)
    misspelt = [_misspell(e.primary_name, rng) for e in rng.sample(entries, 2000)]
    rates = []
    for asked in (names[500:8500], misspelt):
        started = time.process_time()
        index.match_names(asked, workers=1)
        rates.append(len(asked) / (time.process_time() - started))
    return {
        "index built, CPU s": built,
        "index, MB": path.stat().st_size / 1e6,
        "index opened, ms": 1000 * min(opened),
        "names of the manifest, names/s a process": rates[0],
        "listed names with an error each, names/s a process": rates[1],
    }


def _invent_name(words: Sequence[str], rng: random.Random) -> str:
    chosen = [rng.choice(words) for _ in range(rng.choice((2, 2, 3, 3, 4)))]
    return " ".join(_misspell(word, rng) if rng.random() < 0.3 else word for word in chosen)


def _misspell(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text)) if text else 0
    return text[:place] + rng.choice("abcdefghiklmnoprstuz") + text[place + 1 :]


def ask_peer(interpreter: str, listed: int) -> str:
    """What peers.py prints when that interpreter runs it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [interpreter, str(ROOT / "benchmarks" / "peers.py"), "--listed", str(listed)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip()


def measure_parties(manifest: Path, home: Path, folder: Path, peer: str) -> dict[str, Any]:
    """All figures."""
    store = WatchlistStore(home)
    (list_id,) = store.list_ids()
    watchlist = store.open_list(list_id)
    names = distinct_names(manifest)
    listed = [n.name for entry in watchlist for n in entry.names] if list_id == "ofac-sdn" else invent(20_000, _generator())
    return {
        "names": len(names),
        "days": time_days(names, watchlist.index, folder / "days"),
        "long": time_long_list(folder, names, listed),
        "found": summarise(measure(watchlist, 400)) if list_id == "ofac-sdn" else [],
        "peer": ask_peer(peer, len(watchlist.index)),
    }


def _generator() -> Any:
    import numpy as np

    return np.random.default_rng(7)


def render_parties(figures: dict[str, Any]) -> str:
    """The figures as tables."""
    days = figures["days"]
    first = days["first day"]
    lines = [
        "",
        "### A second day",
        f"{figures['names']:,} distinct names against the same list, two processes that are ready. Names that were seen before are recalled.",
        "",
        "| | s | CPU s, processes and their start included | times as fast |",
        "|---|---|---|---|",
        *(f"| {what} | {wall:.1f} | {cpu:.1f} | {first[0] / wall:.1f} |" for what, (wall, cpu) in days.items()),
        "",
        "### A list of 600,000 names",
        "| | |",
        "|---|---|",
        *(f"| {what} | {value:,.1f} |" for what, value in figures["long"].items()),
        "",
        "### What is found again",
    ]
    if figures["found"]:
        lines += [
            "Listed names written otherwise (`benchmarks/retrieval.py`, 400 of each kind), and 10,000 people and firms that are on no list.",
            "",
            "| | | % |",
            "|---|---|---|",
            *(f"| {what} | {group} | {value:.2f} |" for what, group, value in figures["found"]),
        ]
    else:
        lines.append("Not measured: PRECURSOR_SCREEN_TEST_DATA is not set.")
    lines += ["", "### A peer beside it", *_render_peer(figures["peer"])]
    return "\n".join(lines) + "\n"


def _render_peer(said: str) -> list[str]:
    if not said.startswith("{"):
        return [f"Not measured: {said}"]
    rows = [f"| {who} | {what} | {value:,.3g} |" for who, figures in json.loads(said).items() for what, value in figures.items()]
    return [
        "Labelled pairs of names (447, of which 235 match); the best cut is chosen on the same pairs.",
        "",
        "| | | |",
        "|---|---|---|",
        *rows,
    ]


def main() -> None:
    """Measures and prints."""
    import argparse
    import sys
    import tempfile

    from manifests import write_manifest
    from run import open_bench

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--peer", default=sys.executable, help="an interpreter with nomenklatura")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = folder / "manifest.csv"
        write_manifest(manifest, options.lines)
        bench = open_bench(ROOT, folder / "bench")
        print(render_parties(measure_parties(manifest, bench.home, folder, options.peer)))


if __name__ == "__main__":
    main()
