"""What an installation has: the program, its home, lists, registers, law and ledger; what is stale or wrong, and what to do next."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from precursor_screen.app.site_settings import Value, home_of, ledger_of
from precursor_screen.core.errors import PrecursorScreenError, mask_urls
from precursor_screen.core.model import CONVENTIONS
from precursor_screen.core.words import counted
from precursor_screen.version import __version__

OK, MISSING, STALE, WRONG = "ok", "missing", "stale", "WRONG"
_EXTRAS = {"structure": ("rdkit", "py2opsin"), "postgres": ("psycopg",), "spark": ("pyspark",), "pdf": ("pdfplumber",)}
_NEEDS_JAVA = ("structure", "spark")
_SCREEN = "precursor-screen screen manifest.xlsx -o report.html"


class Finding(Struct, frozen=True):
    """One thing that was looked at. state: ok, missing, stale or WRONG; to_do: a command or a sentence; empty: nothing."""

    what: str
    state: str
    said: str
    to_do: str = ""


def examine(values: Mapping[str, Value], today: date) -> list[Finding]:
    """Everything that a first day needs, in the order in which it is set up."""
    home = home_of(values)
    parts = (
        *(_program(), _home(home), _watchlists(home, today), _jurisdiction(values), _law(values, today)),
        *(_registers(home, today), _ledger(values)),
    )
    return [finding for part in parts for finding in part]


def next_step(findings: list[Finding]) -> str:
    """What to do first: what is wrong, then what is missing, then what is stale; else to screen."""
    for state in (WRONG, MISSING, STALE):
        if first := next((f.to_do for f in findings if f.state == state and f.to_do), ""):
            return first
    return _SCREEN


def _program() -> Iterator[Finding]:
    yield Finding("program", OK, f"precursor-screen {__version__}, Python {platform.python_version()}, {platform.system()}")
    for extra, modules in _EXTRAS.items():
        lacks = [m for m in modules if find_spec(m) is None]
        lacks += ["Java"] if extra in _NEEDS_JAVA and not lacks and shutil.which("java") is None else []
        said = "installed" if not lacks else f"not installed ({', '.join(lacks)}); pip install 'precursor-screen[{extra}]'"
        yield Finding(f"extra {extra}", OK, said)
    try:
        folder = tempfile.gettempdir()
        yield Finding("temporary", OK, f"{folder}, {shutil.disk_usage(folder).free / 1e9:,.1f} GB free")
    except OSError as error:
        yield Finding("temporary", WRONG, f"no folder can be written to ({error.strerror})", "Point TMPDIR at one.")


def _home(home: Path) -> Iterator[Finding]:
    there = next(place for place in (home, *home.parents) if place.exists())
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        yield Finding("home", WRONG, f"{home} cannot be written to", f"Check the permissions of {there}, or pass --home.")
    else:
        yield Finding("home", OK, f"{home}{'' if home.exists() else ' (made by the first import)'}")


def _jurisdiction(values: Mapping[str, Value]) -> Iterator[Finding]:
    setting = values["jurisdiction"]
    if setting.value:
        yield Finding("jurisdiction", OK, f"{setting.value} ({setting.source})")
    else:
        said = "none: thresholds, and directions that are not stated, are not judged"
        yield Finding(
            "jurisdiction",
            MISSING,
            said,
            'Set a jurisdiction: jurisdiction = "US" in precursor-screen.toml, or pass --jurisdiction.',
        )


def _watchlists(home: Path, today: date) -> Iterator[Finding]:
    from precursor_screen.reference import shipped
    from precursor_screen.reference.bundle import maximum_ages
    from precursor_screen.reference.sources import how_to_renew, load_sources
    from precursor_screen.reference.store import WatchlistStore

    found = WatchlistStore(home).status(today)
    limits = maximum_ages(one.snapshot for one in found if one.snapshot is not None)
    sources = load_sources(shipped.watchlists_folder())
    for one in found:
        name = f"watchlist {one.list_id}"
        if one.snapshot is None:
            state, problem = (WRONG, one.problem) if one.imported else (MISSING, one.refused)
            yield Finding(name, state, problem, f"precursor-screen watchlists import {one.list_id} FILE")
        else:
            limit = limits.get(one.list_id)
            stale = one.is_stale(limit)
            said = f"{one.snapshot.entries:,} entries, list of {one.snapshot.list_date}, {one.age_days} days old (limit {limit})"
            yield Finding(name, STALE if stale else OK, said, how_to_renew(one.list_id, sources) if stale else "")
    if not any(one.imported for one in found):
        yield Finding("watchlists", MISSING, "none: parties are NOT screened", "precursor-screen watchlists update un-sc")


def _law(values: Mapping[str, Value], today: date) -> Iterator[Finding]:
    from precursor_screen.reference.jurisdiction import check_jurisdiction, law_of
    from precursor_screen.reference.recogniser import known_table

    try:
        table, code = known_table(), check_jurisdiction(str(values["jurisdiction"].value))
    except PrecursorScreenError as error:
        yield Finding("law", WRONG, error.message, error.remedy)
        return
    for edition in (e for e in table.editions if e.instrument in (*CONVENTIONS, law_of(code, today) if code else "")):
        said = f"{edition.edition}; compared with its source {edition.checked or 'never'}"
        to_do = "precursor-screen substances import PACK" if edition.stale(today) else ""
        yield Finding(f"law {edition.instrument} {edition.schedule}".strip(), STALE if to_do else OK, said, to_do)


def _registers(home: Path, today: date) -> Iterator[Finding]:
    from precursor_screen.reference.registers.store import RegisterStore

    try:
        opened = RegisterStore(home).open_all()
    except PrecursorScreenError as error:
        yield Finding("registers", WRONG, error.message, error.remedy)
        return
    for register in opened:
        one = register.record
        yield Finding(f"register {one.register}", OK, f"{counted(one.rows, 'row')} of {one.day}, {one.age_days(today)} days old")
    if not opened:
        to_do = "precursor-screen registers import licences FILE"
        yield Finding("registers", MISSING, "none: permits, notifications and licences are not compared", to_do)


def _ledger(values: Mapping[str, Value]) -> Iterator[Finding]:
    from precursor_screen.history.database import parse_url
    from precursor_screen.history.store import open_ledger

    url = ledger_of(values, None)
    if not url:
        yield Finding("ledger", OK, "none: earlier runs are not remembered; `--ledger home` keeps one")
        return
    try:
        parsed = parse_url(url)
        if parsed.drivername == "sqlite" and not Path(parsed.database or "").exists():
            yield Finding("ledger", OK, f"{mask_urls(url)} (made by the first run)")
            return
        with open_ledger(url, create=False) as ledger:
            info = ledger.info()
        yield Finding("ledger", OK, f"{info.place}: {counted(info.runs, 'run')}, {counted(info.movements, 'movement')}")
    except PrecursorScreenError as error:
        yield Finding("ledger", WRONG, error.message, error.remedy)
