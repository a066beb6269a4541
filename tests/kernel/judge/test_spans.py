"""Every flag about a substance or a party says where its match stands, so that nobody has to search for it again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from precursor_screen.reference.bundle import Reference
from tests.screening import screen_rows, with_rules


def spans(reference: Reference, rule: str, **row: str) -> list[dict[str, Any]]:
    filed = {"bill of lading": "B1", "shipper": "Acme Supply Ltd", "hs code": "730410", "net weight kg": "900", **row}
    flags = screen_rows([filed], with_rules(reference, rule)).report.flags.to_pylist()
    found = [e for f in flags if f["rule_id"] == rule for e in json.loads(f["evidence"]) if "candidate" in e]
    assert found, [f["rule_id"] for f in flags]
    return found


@pytest.mark.parametrize(
    ("text", "written", "compared", "candidate", "method"),
    [
        ("20 drums of ACETIC  ANHYDRIDE, net", "ACETIC  ANHYDRIDE", "aceticanhydride", "Acetic anhydride", "name"),
        ("CHEMICALS: ACETIC ANHYDRYDE 20 DRUMS", "ACETIC ANHYDRYDE", "aceticanhydryde", "Acetic anhydride", "fuzzy"),
        ("solvent CAS 108-24-7 in drums", "CAS 108-24-7", "cas108247", "108-24-7", "cas"),
    ],
)
def test_a_substance_in_a_text(reference: Reference, text: str, written: str, compared: str, candidate: str, method: str) -> None:
    (span,) = spans(reference, "PS-CHEM-001", **{"description of goods": text})
    assert text[span["start"] : span["end"]] == span["as_written"] == written
    assert (span["field"], span["compared_as"], span["candidate"], span["method"]) == ("description", compared, candidate, method)


def test_a_party_as_a_whole_cell_and_within_a_text(reference: Reference) -> None:
    name = "QUIMERALDA REACTIVOS SA DE CV"
    (whole,) = spans(reference, "PS-PTY-001", **{"description of goods": "steel pipes", "consignee": name})
    assert (whole["field"], whole["start"], whole["end"], whole["as_written"]) == ("consignee", 0, len(name), name)
    assert whole["candidate"] == "Quimeralda Reactivos S.A. de C.V."
    assert whole["score"] > 99
    text = "steel pipes for Quimeralda Reactivos, Lima"
    (within,) = spans(reference, "PS-PTY-026", **{"description of goods": text})
    assert within["field"] == "description"
    assert text[within["start"] : within["end"]] == within["as_written"] == "Quimeralda Reactivos"


def test_what_stands_only_in_another_reading_has_no_place(reference: Reference) -> None:
    text = "steel pipes for Quimeralda%20Reactivos"
    (span,) = spans(reference, "PS-PTY-026", **{"description of goods": text})
    assert (span["start"], span["end"], span["as_written"]) == (None, None, "Quimeralda Reactivos")
