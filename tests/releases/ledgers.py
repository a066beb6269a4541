"""The ledger that a release wrote: kept as it was, screened again by the program as it is."""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.app.inputs import Source
from precursor_screen.app.ledger_history import LedgerMemory
from precursor_screen.app.stream import run
from precursor_screen.readers.interface import ReadOptions
from tests.conftest import ROOT

HERE = Path(__file__).parent
DAYS = ("day1.csv", "day2.csv")
AS_OF = date(2026, 11, 10)
KEPT = "ledger.sqlite.xz"
_HEADING = re.compile(r"^## \[(\d[^\]]*)\]", re.MULTILINE)
States = dict[str, set[tuple[str, str]]]


def releases(part: str) -> list[str]:
    """The releases of which a part is recorded. A record binds from the day on which the changelog has the release under its own heading."""
    released = set(_HEADING.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    return sorted(p.parent.name for p in HERE.glob(f"*/{part}") if p.parent.name in released)


def unpack(release: str, folder: Path) -> Path:
    """The ledger of a release, as a file that may be written to."""
    path = folder / "ledger.sqlite"
    path.write_bytes(lzma.decompress((HERE / release / KEPT).read_bytes()))
    return path


def pack(path: Path) -> bytes:
    """A ledger as it is kept."""
    return lzma.compress(path.read_bytes(), preset=9)


def screened_again(path: Path, rules: Iterable[str] | None = None) -> States:
    """Screens the two days once more: state -> (rule, shipment). rules: of which; default: all."""
    reference = load_reference(watchlists=["sample"], jurisdiction="US", as_of=AS_OF)
    if rules is not None:
        wanted = set(rules)
        reference = replace(reference, rules=tuple(r for r in reference.rules if r.rule.id in wanted))
    states: States = {}
    for number, name in enumerate(DAYS):
        with LedgerMemory(f"sqlite:///{path}", 0.0) as memory:
            source = Source(name, path=HERE / name)
            started = datetime(2026, 11, 30, number, tzinfo=UTC)
            result = run((source,), ReadOptions(), reference, started=started, remember=memory.of_run)
            memory.record(result.screened, result.report, result.inputs)
            memory.delivered()
        for flag in result.report.flags.to_pylist():
            states.setdefault(flag["state"], set()).add((flag["rule_id"], flag["shipment_id"]))
    return states
