"""Signs that rest on counts of all lines: runs by day over a ledger raise what one run of all lines raises."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.app.inputs import Source
from precursor_screen.app.ledger_history import LedgerMemory
from precursor_screen.app.stream import Run, run
from precursor_screen.history.store import open_ledger
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from tests.examples import SOAK
from tests.screening import STARTED, table

RULES = ("PS-COV-006", "PS-COV-008", "PS-COV-011")
FIRST = date(2026, 1, 5)
GOODS = {"851310": "TORCHES", "732690": "BRACKETS", "283620": "SODA ASH", "392010": "FILM OF POLYETHYLENE", "691110": "PLATES"}


@pytest.fixture(scope="module")
def reference() -> Reference:
    whole = load_reference(watchlists=None, jurisdiction="US", as_of=FIRST + timedelta(days=60))
    # Each speaks for itself here: what is looked at is what was counted, not what stands beside it.
    return _with(whole, tuple(replace(r, rule=replace(r.rule, beside=False)) for r in whole.rules if r.rule.id in RULES))


def _with(reference: Reference, rules: Any) -> Reference:
    return replace(reference, rules=rules)


def row(number: int, day: int, code: str, **cells: Any) -> dict[str, Any]:
    made = {
        "bill of lading": f"B{number}",
        "item number": "1",
        "shipper": "Osprey Lamps GmbH",
        "consignee": "Harrow Fixtures Inc",
        "description of goods": GOODS[code],
        "hs code": code,
        "country of dispatch": "DE",
        "country of destination": "US",
        "transit countries": "",
        "date": FIRST + timedelta(days=day),
    }
    return {**made, **{name.replace("_", " "): value for name, value in cells.items()}}


def trade(seed: int) -> list[dict[str, Any]]:
    """Thirty days of few firms and codes."""
    chance = random.Random(seed)
    rows = []
    for number in range(220):
        day = chance.randrange(30)
        steady = chance.random() < 0.85
        code = chance.choice(["851310", "732690"] if steady else list(GOODS))
        dispatch = "DE" if steady else chance.choice(["DE", "CN", "PL"])
        transit = "" if steady else chance.choice(["", "NL", "AE"])
        firm = chance.choice(["Osprey Lamps GmbH", "OSPREY LAMPS G.M.B.H.", "Tern Metal Co Ltd"])
        # Some soda ash of its own firms makes the lanes and the ways known.
        if number % 3 == 0:
            code, firm, dispatch, transit = "283620", "Curlew Minerals AG", "DE", "NL"
            if number % 60 == 0:  # when twenty have gone the usual way
                day, transit = chance.randrange(27, 30), "PA"
        rows.append(row(number, day, code, shipper=firm, country_of_dispatch=dispatch, transit_countries=transit))
    return rows


def screen(rows: list[dict[str, Any]], reference: Reference, url: str = "") -> Run:
    source = Source("manifest.csv", content=table(rows))
    if not url:
        return run((source,), ReadOptions(), reference, started=STARTED)
    with LedgerMemory(url, 0.0, reference) as memory:
        result = run((source,), ReadOptions(), reference, started=STARTED, remember=memory.of_run)
        memory.record(result.screened, result.report, result.inputs)
        memory.delivered()
    return result


def raised(*results: Run) -> set[tuple[str, str, str]]:
    return {
        (f["rule_id"], f["flag_id"], f["because"])
        for result in results
        for f in result.report.flags.to_pylist()
        if f["state"] == "new"
    }


@pytest.mark.parametrize("seed", [1, 2, 3, 4] if SOAK else [1])
def test_runs_by_day_raise_what_one_run_raises(tmp_path, reference, seed):
    rows = trade(seed)
    whole = raised(screen(rows, reference))
    assert {rule for rule, _, _ in whole} == set(RULES)
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    chance = random.Random(seed)
    days = sorted({r["date"] for r in rows})
    runs = []
    while days:
        some = {days.pop(0) for _ in range(min(len(days), chance.randint(1, 9 if SOAK else 14)))}
        runs.append(screen([r for r in rows if r["date"] in some], reference, url))
    assert raised(*runs) == whole
    again = screen(rows, reference, url)
    assert raised(again) == set()
    with open_ledger(url) as ledger:
        assert ledger.verify() == []
