"""An objection to a voluntary notification, from the register to the report."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_reconcile import LINE, VOLUNTARY
from tests.screening import table


def test_goods_of_which_the_importing_country_said_no_are_flagged(ps, tmp_path):
    files: Path = tmp_path
    (files / "light.csv").write_text(VOLUNTARY, encoding="utf-8")
    ps("registers", "import", "voluntary-notifications", str(files / "light.csv"))
    goods = {"description of goods": "NITROETHANE", "hs code": "290420", "bill of lading": "B7"}
    rows = [
        {**LINE, **goods},
        {**LINE, **goods, "country of destination": "US", "bill of lading": "B8"},
        {**LINE, "bill of lading": "B9"},
    ]
    (files / "m.csv").write_bytes(table(rows))
    ps("screen", str(files / "m.csv"), "--jurisdiction", "US", "--watchlist", "none", "-o", str(files / "r.json"), "--quiet")
    flags = json.loads((files / "r.json").read_bytes())["flags"]
    told = [f for f in flags if f["rule_id"] == "PS-DOC-023"]
    assert [f["shipment_id"] for f in told] == ["B7"]
    assert "voluntary notification L-1, sent 31 days before, is objected" in told[0]["because"]
