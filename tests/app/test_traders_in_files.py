"""A file that names exporter and importer alone is flagged like one with consignor and consignee, by every rule over history."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from precursor_screen.api import load_reference
from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference
from tests.conftest import AS_OF, ROOT
from tests.examples import SOAK
from tests.screening import STARTED

FILES = [ROOT / "sample_data" / "manifest.csv", *sorted((ROOT / "sample_data" / "thirty_days").glob("*.csv"))]
OTHER_COLUMNS = (("Shipper", "Exporter"), ("Consignee", "Importer"))


@pytest.fixture(scope="module")
def reference() -> Reference:
    whole = load_reference(watchlists=None, jurisdiction="US", as_of=AS_OF)
    return replace(whole, rules=tuple(r for r in whole.rules if r.rule.scope == "history" and (SOAK or r.rule.id in FLAGGING)))


# The rules over history that flag something in these files; in a soak all are asked.
FLAGGING = {
    *("PS-CHEM-015", "PS-CHEM-025", "PS-COV-006", "PS-COV-008", "PS-QTY-002", "PS-QTY-004", "PS-QTY-005", "PS-QTY-006"),
    *("PS-QTY-011", "PS-QTY-013", "PS-TIM-004"),
}
Place = tuple[str, int]


def history_flags(reference: Reference, *, renamed: bool) -> set[tuple[str, frozenset[Place]]]:
    """Rule, and the rows of its window: which of them carries the flag goes by ids, and those of other columns are others."""
    sources = []
    for path in FILES:
        head, _, rows = path.read_text("utf-8").partition("\n")
        for old, new in OTHER_COLUMNS if renamed else ():
            head = head.replace(old, new)
        sources.append(Source(path.name, content=f"{head}\n{rows}".encode()))
    result = run(tuple(sources), ReadOptions(), reference, started=STARTED)
    found: list[dict[str, Any]] = result.report.flags.to_pylist()
    lines = result.screened.resolved.lines
    places: dict[str, Place] = dict(
        zip(
            lines.column("line_id").to_pylist(),
            zip(lines.column("source_file").to_pylist(), lines.column("source_row").to_pylist(), strict=True),
            strict=True,
        )
    )
    return {(f["rule_id"], frozenset(places[line] for line in (f["line_id"], *f["window_line_ids"]))) for f in found}


def test_exporter_and_importer_alone_give_the_same_flags(reference):
    named, renamed = (history_flags(reference, renamed=r) for r in (False, True))
    assert len({rule for rule, _ in named}) >= 8
    assert renamed == named


def test_no_rule_over_history_asks_for_one_role_where_another_may_stand_in(reference):
    """Consignor or consignee is asked for only where the rule means that role, and none of those looks back."""
    asking = {
        r.rule.id: sorted(c for c in r.columns if c.split("_")[0] in ("consignor", "consignee", "exporter", "importer"))
        for r in reference.rules
    }
    assert asking
    assert {rule: columns for rule, columns in asking.items() if columns} == {}
