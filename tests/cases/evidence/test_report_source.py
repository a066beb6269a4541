"""A report as the source: whole, and edited by hand."""

from __future__ import annotations

import copy
import json

import pytest

from precursor_screen.cases.evidence.gather import from_report
from precursor_screen.core.errors import UsageError
from tests.cases.evidence.cases import EVIDENCE, GOODS, LINES
from tests.history.rows import flag


@pytest.fixture(scope="session")
def content():
    """A small report."""
    values = {"party_role": None, "list_id": None, "entry_id": None, "score": None}
    own = flag(
        GOODS,
        "L1",
        flag_id="aaaa0001",
        shipment_id="BL-7",
        substance_id="acetic-anhydride",
        window_line_ids=["L2", "L9"],
        **values,
    )
    lines = [
        {"line_id": i, "source_file": "manifest.csv", "source_row": n, "shipment_id": "BL-7", "cells": c}
        for n, (i, c) in enumerate(LINES.items(), 2)
    ]
    mapping = [["Remarks", "marks"], ["Shipper", "consignor_name"]]
    return {
        "run": {"tool_version": "1", "options": {"watchlists": ["sample"]}},
        "provenance": {
            "as_of": "2026-03-02",
            "jurisdiction": "US",
            "tiers": ["convention"],
            "inputs": [{"name": "manifest.csv", "sha256": "0" * 64, "bytes": 1, "lines": 2, "mapping": mapping}],
            "rules": {"sha256": "ab"},
            "substances": {"edition": "e", "sha256": "f"},
            "watchlists": [],
        },
        "shipments": [
            {
                "shipment_id": "BL-7",
                "score": 61,
                "band": "review",
                "parts": [{"part": "evidence", "points": 61, "because": "quantity"}],
                "flags": ["aaaa0001"],
                "references": [["bill", ["BL-7", "HBL-8"]]],
            }
        ],
        "flags": [{**own, "evidence": EVIDENCE[GOODS]}],
        "lines": lines,
    }


@pytest.fixture
def write(tmp_path):
    def path_of(content) -> object:
        path = tmp_path / "report.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return path_of


@pytest.mark.parametrize("text", ["aaaa0001", "aaa", "AAAA", "BL-7", "shipment:BL-7", "HBL-8", "flag:aaaa"])
def test_what_may_be_named(content, write, text):
    document = from_report(write(content), text)
    assert [f["flag_id"] for f in document["flags"]] == ["aaaa0001"]
    assert document["shipments"][0]["parts"][0]["points"] == 61
    assert document["missing_lines"] == ["L9"]
    assert "has no cells" in document["notes"][1]
    assert document["facts"][0]["fields"]["marks"] == LINES["L1"]["Remarks"]  # as the report says it was mapped
    assert document["facts"][0]["substances"] == [{"substance_id": "acetic-anhydride", "kg": "250", "basis": "net"}]


@pytest.mark.parametrize("text", ["zzz", "aa", "", "bill:aaaa", "flag:", "shipment:none"])
def test_what_is_not_there(content, write, text):
    with pytest.raises(UsageError, match="is in the report"):
        from_report(write(content), text)


EDITS = {
    "no flags": (("flags",), None, r"\$\.flags`"),
    "flags that are none": (("flags",), {"a": 1}, r"\$\.flags`"),
    "a flag that is none": (("flags",), [1], r"\$\.flags\[0\]`"),
    "a flag without level": (("flags", 0, "level"), None, r"flags\[0\]\.level"),
    "a number as id": (("flags", 0, "flag_id"), 7, r"flags\[0\]\.flag_id"),
    "a list as line": (("flags", 0, "line_id"), [], r"flags\[0\]\.line_id"),
    "evidence as text": (("flags", 0, "evidence"), "x", r"flags\[0\]\.evidence`"),
    "an item of evidence": (("flags", 0, "evidence", 0, "as_written"), 5, r"evidence\[0\]\.as_written"),
    "half a match": (("flags", 0, "evidence", 0, "candidate"), "x", "cannot be explained"),
    "a window": (("flags", 0, "window_line_ids"), [1], "window_line_ids"),
    "a score": (("flags", 0, "score"), "high", r"flags\[0\]\.score"),
    "a line without cells": (("lines", 0, "cells"), None, r"lines\[0\]\.cells`"),
    "a cell that is not a text": (("lines", 0, "cells", "Value"), 5, r"lines\[0\]\.cells\["),
    "a line twice": (("lines", 0, "line_id"), "L2", "line L2 appears twice"),
    "no provenance": (("provenance",), [], r"\$\.provenance`"),
    "an input without digest": (("provenance", "inputs", 0, "sha256"), None, r"inputs\[0\]\.sha256"),
    "a mapping": (("provenance", "inputs", 0, "mapping"), [["a"]], "mapping"),
    "a shipment without parts": (("shipments", 0, "parts"), 3, r"shipments\[0\]\.parts`"),
    "a part without points": (("shipments", 0, "parts"), [{"part": "x"}], "missing required field `points`"),
    "a flag that is not there": (("shipments", 0, "flags"), ["gone"], "a flag that is not in the report"),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_by_hand(content, write, name):
    path, value, said = EDITS[name]
    changed = copy.deepcopy(content)
    place = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(UsageError, match=said) as caught:
        from_report(write(changed), "aaaa0001")
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["", "[", "[]", "7", '{"flags": NaN}', "[" * 100_000, "\x00"])
def test_no_json_or_no_report(write, text):
    with pytest.raises(UsageError, match="is not a JSON report"):
        from_report(write(text), "aaaa0001")


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        from_report(tmp_path / "none.json", "aaaa0001")
    with pytest.raises(UsageError, match="cannot be read"):
        from_report(tmp_path, "aaaa0001")
