"""Measures the program as a user starts it, beside plainer ways, and keeps the figures in history.jsonl.

    python benchmarks/run.py [--suite quick|full|large] [--label TEXT] [--revision COMMIT] [--no-history]

The watchlist is OFAC's under PRECURSOR_SCREEN_TEST_DATA where that is set, else a synthetic one of 35,000 names. With --revision another
commit is measured, in the environment of this one; what it cannot do yet is left out. `full` also writes docs/performance.md.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import history
import numpy as np
import pyarrow.parquet as parquet
import suite
from data import listed_names
from manifests import write_manifest
from measure import MEMORY_OF, CommandFailed, Measured, figures, run
from msgspec import Struct
from page import render_runs, renew_section

OFAC = ("sdn_2024-06.csv", "alt_2025-02.csv", "add_2024-06.csv", "sdn_comments_2025-12.csv")
COMMAND = (sys.executable, "-c", "from precursor_screen.cli.main import main; main()")
PLAIN = (sys.executable, str(Path(__file__).with_name("plain.py")))
SCREENED = (0, 3)  # exit codes of a screen


class Bench(Struct, frozen=True):
    """Where things are: the program that is measured, a folder for manifests and reports, and a home with the watchlist."""

    tree: Path
    folder: Path
    home: Path
    watchlist: str
    listed: tuple[str, ...]

    def time(self, *arguments: str, fine: tuple[int, ...] = (0,)) -> Measured:
        """One run of the program."""
        folders = {"PRECURSOR_SCREEN_HOME": str(self.home), "XDG_CACHE_HOME": str(self.home)}
        environment = {"PYTHONPATH": str(self.tree), **folders}
        return run([*COMMAND, *arguments], environment=environment, folder=self.folder, fine=fine)


def open_bench(tree: Path, folder: Path) -> Bench:
    """Imports the watchlist into a new home."""
    folder.mkdir()
    data = os.environ.get("PRECURSOR_SCREEN_TEST_DATA")
    ofac = Path(data) / "watchlists" / "ofac" if data else None
    if ofac is not None and ofac.is_dir():
        files, what, list_id, day = [ofac / name for name in OFAC], "OFAC SDN of June 2024", "ofac-sdn", "2024-06-27"
        with files[0].open(encoding="utf-8-sig", newline="") as file:
            listed = tuple(row[1] for row in csv.reader(file) if len(row) > 1)[1:]
    else:
        files, what, list_id, day = [folder / "list.csv"], "35,000 synthetic names", "synthetic", suite.AS_OF
        listed = tuple(listed_names(35_000, np.random.default_rng(7)))
        files[0].write_text("entry_id,name\n" + "".join(f'E{i},"{n}"\n' for i, n in enumerate(listed)), encoding="utf-8")
    bench = Bench(tree, folder, folder / "home", what, listed)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(tree / "precursor_screen")], check=True, capture_output=True)
    bench.time("watchlists", "import", list_id, *map(str, files), "--date", day)
    # What is kept for later starts is made once, by whoever starts first.
    bench.time(
        *suite.screen(str(tree / "sample_data" / "manifest.csv"), "--watchlist", "sample", "-o", "first.csv"), fine=SCREENED
    )
    return bench


def small_commands(bench: Bench) -> dict[str, Callable[[], Measured]]:
    """Name -> one run of each small command; what each needs is made here, beforehand."""
    sample = shutil.copy(bench.tree / "sample_data" / "manifest.csv", bench.folder / "sample.csv")
    for_sample = suite.screen(str(sample), "--watchlist", "sample", "-o", "sample-flags.csv")
    inbox, out = bench.folder / "inbox", bench.folder / "out"
    inbox.mkdir()
    out.mkdir()
    count = iter(range(1_000_000))

    def line() -> str:
        with Path(sample).open(encoding="utf-8", newline="") as file:
            header, first, *_ = csv.reader(file)
        text = io.StringIO()
        csv.writer(text).writerows([header, [f"ONE{next(count):04d}", *first[1:]]])
        return text.getvalue()

    def daily() -> Measured:
        options = ("--out", str(out), "--jurisdiction", "US", "--as-of", suite.AS_OF, "--settle", "0", "--quiet")
        return bench.time("daily", str(inbox), *options, "--ledger", f"sqlite:///{bench.folder / 'daily.sqlite'}", fine=(0, 1, 3))

    def with_ledger() -> Measured:
        ledger = bench.folder / f"sample-{next(count)}.sqlite"
        return bench.time(*for_sample, "--ledger", f"sqlite:///{ledger}", fine=SCREENED)

    def one_file() -> Measured:
        (inbox / f"{next(count)}.csv").write_text(line(), encoding="utf-8")
        return daily()

    def idle() -> Measured:
        if not any(inbox.iterdir()):
            one_file()
        return daily()

    (bench.folder / "line.csv").write_text(line(), encoding="utf-8")
    one_line = suite.screen("line.csv", "-o", "line-flags.csv")
    with_files = {
        "screen, 1 line": lambda: bench.time(*one_line, fine=SCREENED),
        "screen, the sample": lambda: bench.time(*for_sample, fine=SCREENED),
        "screen, the sample, ledger": with_ledger,
        "daily, idle": idle,
        "daily, one file": one_file,
    }
    return {
        name: with_files.get(name) or (lambda name=name: bench.time(*suite.asked(name))) for name in (*suite.SMALL, *suite.SLOW)
    }


def measure_small(bench: Bench, repeat: int, slow: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of the small commands."""
    for name, once in small_commands(bench).items():
        if name in suite.SLOW and not slow:
            continue
        try:
            yield name, figures([once() for _ in range(1 if name in suite.SLOW else repeat)])
        except CommandFailed as error:
            print(f"{name}: {str(error).strip().splitlines()[-1]}", file=sys.stderr)


def measure_screens(bench: Bench, manifests: tuple[suite.Manifest, ...], plain: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of large screens, and of plainer ways to read the same manifests and to match their names."""
    for manifest in manifests:
        path = bench.folder / f"manifest.{manifest.format}"
        write_manifest(path, manifest.lines, coherent=manifest.coherent, columns=manifest.columns, listed=bench.listed)
        shutil.rmtree(bench.home / "cache" / "matches", ignore_errors=True)  # else the names of the run before would be known
        try:
            flags = bench.folder / "flags.parquet"
            found = figures([bench.time(*suite.screen(path.name, "--timing", "-o", flags.name), fine=SCREENED)])
            yield manifest.name, {**found, "lines": manifest.lines, "flags": parquet.read_metadata(flags).num_rows}
        except CommandFailed as error:
            print(f"{manifest.name}: {str(error).strip().splitlines()[-1]}", file=sys.stderr)
        if plain and manifest in suite.MILLIONS:
            yield from _measure_plain(bench, manifest, path, suite.READERS)
        if plain and manifest == suite.ALL_200K[0]:
            yield from _measure_plain(bench, manifest, path, suite.MATCHERS)
        path.unlink()


def _measure_plain(
    bench: Bench, manifest: suite.Manifest, path: Path, ways: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    listed = bench.folder / "listed.txt"
    listed.write_text("\n".join(bench.listed), encoding="utf-8")
    for way in ways:
        try:
            once = run([*PLAIN, way, str(path), str(listed)], folder=bench.folder)
        except CommandFailed as error:
            print(f"{way}: {str(error).strip().splitlines()[-1]}", file=sys.stderr)
            continue
        done, found = json.loads(once.error), figures([once])
        if "of" in done:  # scaled from what was compared to all
            found = {"cpu": round(done["cpu"] * done["of"] / done["compared"], 1), "compared": done["compared"], "of": done["of"]}
        yield f"{way}: {manifest.name}", found


def unpack(revision: str, folder: Path) -> Path:
    """The files of a commit, in a new folder."""
    packed = subprocess.run(["git", "archive", revision], cwd=history.ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def table_line(name: str, found: dict[str, Any], earlier: dict[str, Any] | None) -> str:
    """A line of the table that is printed."""
    cells = [f"{found['cpu']:10.2f}", *(f"{found[k]:9.2f}" if k in found else " " * 9 for k in ("wall", "cores"))]
    cells.append(f"{found['peak_mb']:9.0f}" if "peak_mb" in found else " " * 9)
    ratio = f"{earlier['cpu']:10.2f} {found['cpu'] / earlier['cpu']:6.2f}" if earlier and earlier["cpu"] else ""
    return f"{name:48}{''.join(cells)}{ratio}"


def main() -> None:
    """Measures, prints and keeps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", choices=("quick", "full", "large"), default="full")
    parser.add_argument("--label", default="", help="what the page calls this run")
    parser.add_argument("--revision", help="commit to measure instead of this checkout")
    parser.add_argument("--repeat", type=int, help="runs of each small command [default: full 3, else 1]")
    parser.add_argument("--no-history", action="store_true", help="keep nothing")
    options = parser.parse_args()
    full = options.suite == "full"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tree = unpack(options.revision, folder / "tree") if options.revision else history.ROOT
        bench = open_bench(tree, folder / "bench")
        about = {"watchlist": bench.watchlist, "memory": MEMORY_OF}
        new = history.row(options.suite, options.label, history.commit_of(options.revision or "HEAD"), about, {})
        rows = history.read()
        print(f"{'':48}{'CPU-s':>10}{'wall':>9}{'cores':>9}{'MB':>9}{'CPU-s then':>11}{'ratio':>6}")
        small = () if options.suite == "large" else measure_small(bench, options.repeat or (3 if full else 1), full)
        screens = measure_screens(bench, suite.MANIFESTS[options.suite], plain=full and not options.revision)
        yardsticks: list[Measured] = []

        def note(measure: str, found: dict[str, Any]) -> None:
            new["figures"][measure] = found
            earlier = history.last_like(rows, new, measure)
            print(table_line(measure, found, earlier["figures"][measure] if earlier else None), flush=True)

        for measure, found in chain(small, screens):
            note(measure, found)
            yardsticks.append(run([sys.executable, "-c", suite.YARDSTICK_CODE]))
        note(suite.YARDSTICK, figures(yardsticks))
    if not options.no_history:
        history.append(new)
        if full:
            renew_section("runs", render_runs(history.read()))


if __name__ == "__main__":
    main()
