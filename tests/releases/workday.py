"""Every command that writes, once, in an empty home: what each ends with, and what its files look like."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from precursor_screen.cli.main import run
from precursor_screen.history.database import hold_file
from tests.conftest import ROOT
from tests.releases.shapes import schema_of, shape_of

DAYS = ("day1.csv", "day2.csv")
HERE = Path(__file__).parent
US = "--jurisdiction US --watchlist sample --as-of 2026-11-10"
PERIOD = "--jurisdiction US --from 2026-01-01 --to 2026-11-30"
# The exit code, then the command; `> NAME` keeps what it prints; `--wait 0` meets a ledger that somebody holds. OLD005 names a listed party: to clear it takes a second officer.
DAILY = f"--ledger sqlite:///daily.sqlite {US}"
RECORDED = "recorded.sqlite"
COMMANDS = f"""
2 screen day1.csv --no-such-option
2 screen nowhere.csv
4 screen day1.csv
0 screen day1.csv {US} --ledger home -o report.html
1 screen day2.csv {US} --ledger home --fail-on low -o report.json -o report.jsonl -o report.csv -o report.parquet -o report.xlsx -o report.txt
0 review add OLD004 --verdict cleared --reason licensed --officer "N. Officer" --until 2036-01-01
2 review add OLD005 --verdict cleared --reason other-party --officer "N. Officer" --until 2036-01-01
0 review add OLD005 --verdict cleared --reason other-party --officer "N. Officer" --second "A. Second" --until 2036-01-01
0 screen day2.csv {US} --ledger home --fail-on low -o known.json --issues issues.csv --resolved resolved.parquet
5 screen day1.csv {US} --ledger home --wait 0
3 screen vague.csv {US}
3 screen formats {US} -o formats.json
0 ledger backup {RECORDED}
0 ledger verify
0 ledger info --json > ledger-info.json
0 ledger export tables --format csv
0 review export verdicts.csv
0 review list --state all --json > review-list.jsonl
0 lookup --json "acetic anhydride" > lookup.jsonl
0 match --watchlist sample --json "Quimeralda Reactivos" > match.jsonl
0 explain vague-description
2 explain no-such-thing
0 evidence OLD002 -o evidence.zip
0 evidence verify evidence.zip
1 evidence verify damaged.zip
1 audit "Wendelin Feinchemie GmbH" {PERIOD} -o audit.xlsx -o audit.json
2 audit "Nobody GmbH" {PERIOD}
4 audit --all --jurisdiction US --from 2001-01-01 --to 2001-12-31
0 audit --all {PERIOD} -o ranking.xlsx -o ranking.json
4 reconcile {PERIOD}
0 registers import permits permits.csv
1 reconcile {PERIOD} -o differences.xlsx
1 reconcile {PERIOD} -o differences.csv
1 reconcile {PERIOD} -o differences.json
1 reconcile --mirror day1.csv day2.csv -o mirror.xlsx
3 return --year 2026 --jurisdiction US -o return.xlsx
3 return --year 2026 --jurisdiction US -o return.json
1 daily inbox --out reports --settle 0 --fail-on low {DAILY}
0 daily inbox --out reports --settle 0 --quiet {DAILY}
0 evidence OLD004 --as ftm > ftm.jsonl
0 evidence OLD004 --as pen > pen.csv
0 evidence OLD004 --as incident > incident.json
0 evidence OLD004 --as selectivity > selectivity.csv
0 review stats --json > review-stats.jsonl
0 rules stats --ledger home --json > rules-stats.jsonl
0 rules stats day1.csv --jurisdiction US --json > rules-timed.jsonl
0 substances diff 2024-12-02 2024-12-04 --json > substances-diff.json
0 substances list --instrument UN1988 --schedule I --json > substances-list.jsonl
0 substances show p-2-p --json > substance.json
0 substances verify --as-of 2026-11-10 --json > substances-verify.json
0 registers status --json > registers-status.json
0 watchlists import agency first.csv --date 2026-11-01
0 watchlists import agency second.csv --date 2026-11-02
0 watchlists diff agency --json > watchlist-diff.json
0 watchlists status --as-of 2026-11-10 --json > watchlists-status.json
"""


# With a ledger, of `daily`, of every format; and the whole sample, whose report is compared with this one byte by byte elsewhere.
REPORTS = ("report.json", "known.json", "formats.json")
GOLDEN = ROOT / "tests" / "reporting" / "golden" / "report.json"
SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "The JSON report of precursor-screen"}


def work(folder: Path) -> dict[str, Any]:
    """Runs the commands in a folder: exit codes by command, the shape of every file by name, and of the JSON report."""
    for name in DAYS:
        shutil.copy(HERE / name, folder)
    shutil.copytree(ROOT / "sample_data" / "formats", folder / "formats")
    (folder / "inbox").mkdir()
    (folder / "reports").mkdir()
    shutil.copy(HERE / DAYS[0], folder / "inbox")
    os.utime(folder / "inbox" / DAYS[0], (1_700_000_000, 1_700_000_000))
    shutil.copy(ROOT / "sample_data" / "registers" / "permits.csv", folder)
    entries = (ROOT / "watchlists" / "sample-list.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "first.csv").write_text("".join(entries[:-1]), encoding="utf-8")
    (folder / "second.csv").write_text("".join(entries[:-2] + entries[-1:]), encoding="utf-8")
    vague = "Bill of Lading,Description of Goods,HS Code\nV1,GENERAL CARGO,\nV2,CERAMIC TILES,690721\n"
    (folder / "vague.csv").write_text(vague, encoding="utf-8")
    with home_in(folder):
        codes = {line: run_line(line, folder) for _, line in expected()}
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    reports = [json.loads(content) for name, content in files.items() if Path(name).name in REPORTS]
    sample = {**json.loads(GOLDEN.read_bytes()), "run": reports[0]["run"]}
    return {
        "exit_codes": codes,
        "files": {name: shape_of(name, content) for name, content in files.items() if _is_output(name)},
        "report.schema": {**SCHEMA, **schema_of([*reports, sample])},
    }


def expected() -> list[tuple[int, str]]:
    """The commands and what they end with."""
    lines = (line.partition(" ") for line in COMMANDS.strip().splitlines())
    return [(int(code), line) for code, _, line in lines]


def _is_output(name: str) -> bool:
    top = Path(name).parts[0]
    inputs = (*DAYS, "permits.csv", "vague.csv", "damaged.zip", "first.csv", "second.csv")
    if name == RECORDED:
        return True
    if Path(name).name in REPORTS:
        return False
    written = Path(name).suffix in (".csv", ".parquet", ".xlsx", ".json", ".jsonl", ".zip", ".prom")
    return (
        written
        and name not in inputs
        and top not in ("inbox", "home", "formats")
        and "latest" not in name
        and ".daily" not in name
    )


@contextlib.contextmanager
def home_in(folder: Path) -> Iterator[None]:
    """The folder to work in, with a home, and no setting from outside."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [n for n in os.environ if n.startswith("PRECURSOR_SCREEN_") and n != "PRECURSOR_SCREEN_CACHE"]:
            patched.delenv(name)
        (folder / "home").mkdir()
        patched.setenv("PRECURSOR_SCREEN_HOME", str(folder / "home"))
        patched.chdir(folder)
        yield


def run_line(line: str, folder: Path) -> int:
    """Runs a command in this process; what it ends with."""
    command, _, kept = line.partition(" > ")
    if "damaged" in command:
        content = bytearray((folder / "evidence.zip").read_bytes())
        content[len(content) // 2] ^= 1
        (folder / "damaged.zip").write_bytes(content)
    shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    held = hold_file(folder / "home" / "ledger.sqlite", 0) if "--wait 0" in command else contextlib.nullcontext()
    with held, contextlib.redirect_stdout(shown), contextlib.redirect_stderr(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")):
        code = int(run(shlex.split(command)))
        shown.flush()
    if kept:
        (folder / kept).write_bytes(shown.buffer.getvalue())
    return code
