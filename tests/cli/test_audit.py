"""`audit` as a regulator meets it: out of a ledger, out of manifests, and with what is not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from precursor_screen.history.store import open_ledger
from precursor_screen.history.values import CONFIRMED, Verdict
from tests.cases.audit.rows import OWN, row, table
from tests.history import rows as ledger_rows

URL = "sqlite:///ledger.sqlite"
LAW = "US: US law (21 CFR 1310.02 and 1308, to FR Doc. 2026-06523)"
YEAR = ("--from", "2026-01-01", "--to", "2026-12-31", "--jurisdiction", "US")
OTHER = "Quillon Reagents Corp"


@pytest.fixture
def recorded(home: Path) -> Callable[..., None]:
    """Records movements, with a flag on the first."""

    def record(*moved: dict[str, Any]) -> None:
        raised = ledger_rows.flag("PS-CHEM-001", "1", line_id="line-1")
        said = json.dumps({"exporter_name": OWN, "exporter_identifier": "EIN 12-345", "consignee": "Marrow GmbH"})
        cells = [{"line_id": "line-1", "source_file": "may.csv", "source_row": 1, "shipment_id": "S-1", "cells": said}]
        with open_ledger(URL) as ledger:
            with ledger.begin(ledger_rows.run(1)) as transaction:
                transaction.record_movements(table(*moved))
                judged = ledger_rows.judged(("1", "line-1"))
                compared = transaction.compare_flags(ledger_rows.flags(raised), judged)
                transaction.record_flags(compared, pa.Table.from_pylist(cells, schema=ledger_rows.CELLS), judged)
            ledger.add_verdicts(
                [Verdict(raised["flag_id"], "line-1", CONFIRMED, "other", "", "officer", "2026-11-01T08:00:00+00:00")]
            )

    return record


TRADE = (
    *(row(str(n), date(2026, n, 3), kg="900") for n in range(1, 9)),
    row("20", date(2026, 5, 3), sender=OTHER, address=""),
    row("21", date(2024, 5, 3), receiver="Nettle SARL"),
)


def test_an_exporter_is_audited_out_of_the_ledger(ps, recorded) -> None:
    recorded(*TRADE)
    answer = ps("audit", "larkfield laboratory supply", *YEAR, "--ledger", URL)
    assert answer.code == 1
    assert answer.out.startswith(
        f"{OWN}, 2026-01-01 to 2026-12-31 (ledger, {LAW})\n  8 movements in 8 shipments, 7,200 kg, 1 receiver\n"
    )
    assert "(1 high), 1 of them open; 1 confirmed. [may.csv:1]" in answer.out
    assert "here for 1 of its names" in answer.out


def test_it_is_found_by_its_number(ps, recorded) -> None:
    recorded(*TRADE)
    assert f"{OWN}: bears the number EIN 12-345" in ps("audit", "EIN 12-345", *YEAR, "--ledger", URL).out


def test_files_hold_the_same_figures(ps, recorded) -> None:
    recorded(*TRADE)
    answer = ps("audit", OWN, *YEAR, "--ledger", URL, "-o", "a.html", "-o", "a.xlsx", "-o", "a.json")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("wrote a.html, a.xlsx, a.json: ")
    one = json.loads(Path("a.json").read_text())["exporters"][0]
    assert [t["kg"] for t in one["totals"]] == ["7200.000000"]
    assert openpyxl.load_workbook("a.xlsx")["Substances"]["C2"].value == 7200
    assert "7,200 kg" in Path("a.html").read_text(encoding="utf-8")
    assert Path("a.html").stat().st_mode & 0o777 == 0o600


def test_several_exporters_and_a_list(ps, recorded) -> None:
    recorded(*TRADE)
    Path("list.txt").write_text(f"\n{OTHER}\n{OWN}\n", encoding="utf-8")
    answer = ps("audit", OWN, "--list", "list.txt", *YEAR, "--ledger", URL, "-o", "a.json")
    assert [e["exporter"] for e in json.loads(Path("a.json").read_text())["exporters"]] == [OWN, OTHER]
    assert answer.code == 1


def test_all_are_ranked(ps, recorded) -> None:
    recorded(*TRADE)
    answer = ps("audit", "--all", "--top", "1", *YEAR, "--ledger", URL)
    assert answer.code == 0
    assert answer.out.splitlines()[0] == f"1 of 2 exporters, 2026-01-01 to 2026-12-31 ({LAW})"


def test_not_and_also_correct_what_was_taken(ps, recorded) -> None:
    recorded(*TRADE)
    answer = ps("audit", OWN, "--also", OTHER, *YEAR, "--ledger", URL)
    assert f"{OTHER}: named by --also" in answer.out
    assert "9 movements" in answer.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "either --all or the names of exporters are needed"),
        (("--all", OWN), 2, "either --all or the names of exporters are needed"),
        (("Larkfeld",), 2, f"no exporter named 'Larkfeld' shipped anything in this period. The nearest: {OWN}."),
        ((OWN, "--from", "2026-13-01"), 2, "is not a date"),
        ((OWN, "--from", "2027-01-01"), 2, "is later than"),
        ((OWN, "-o", "a.csv"), 2, "is not a format of an audit"),
        ((OWN, OTHER, "--also", "x"), 2, "for a single exporter only"),
        ((OWN, "--not", "Nobody"), 2, "has no effect"),
        ((OWN, "--list", "none.txt"), 2, "cannot be read"),
        ((OWN, "--manifest", "x.csv"), 2, "cannot be combined"),
        ((OWN, "--from", "2020-01-01", "--to", "2020-12-31"), 4, "there is something from 2024-05-03 to 2026-08-03"),
    ],
)
def test_what_is_wrong_is_said(ps, recorded, words: tuple[str, ...], code: int, said: str) -> None:
    recorded(*TRADE)
    answer = ps("audit", *YEAR, "--ledger", URL, *words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_no_ledger_is_exit_code_4(ps) -> None:
    answer = ps("audit", OWN)
    assert answer.code == 4
    assert "ledger" in answer.err


def test_all_masses_unknown_is_exit_code_3(ps, recorded) -> None:
    recorded(row("1", kg="", usd=""), row("2", kg="", sender=OTHER))
    answer = ps("audit", OTHER, *YEAR, "--ledger", URL)
    assert answer.code == 3
    assert "1 of unknown mass" in answer.out


def test_an_exporter_is_audited_out_of_manifests(ps, manifest) -> None:
    goods = {
        "description of goods": "ACETONE",
        "hs code": "291411",
        "shipper": "Larkfield Laboratory Supply Inc",
        "net weight kg": "900",
    }
    manifest(*({**goods, "bill of lading": f"B{n}", "date": f"2026-0{n}-03"} for n in range(1, 5)))
    answer = ps("audit", "Larkfield Laboratory Supply", *YEAR, "--manifest", "manifest.csv", "--watchlist", "none")
    assert answer.out.startswith(
        f"Larkfield Laboratory Supply Inc, 2026-01-01 to 2026-12-31 (manifests, {LAW})\n  4 movements"
    ), answer
    assert "No watchlist was at hand" in answer.out
    assert answer.code == 1


def test_prune_leaves_800_days_unless_it_is_set(ps, recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(*TRADE)
    said = [ps("ledger", "prune", "--ledger", URL, stdin=b"n\n").err]
    monkeypatch.setenv("PRECURSOR_SCREEN_LEDGER_DAYS", "1200")
    said.append(ps("ledger", "prune", "--ledger", URL, stdin=b"n\n").err)
    said.append(ps("ledger", "prune", "--days", "5", "--ledger", URL, stdin=b"n\n").err)
    assert [s.split("older than ")[1].split(" days")[0] for s in said] == ["800", "1200", "5"]


def test_shipments_for_a_visit_are_drawn_by_a_seed_that_is_recorded(ps, recorded) -> None:
    recorded(*TRADE)
    ps("audit", OWN, *YEAR, "--ledger", URL, "--sample", "3", "-o", "a.json", "-o", "a.xlsx")
    drawn = json.loads(Path("a.json").read_text())["exporters"][0]["sample"]
    assert len(drawn["lines"]) == 3
    ps("audit", OWN, *YEAR, "--ledger", URL, "--sample", "3", "--seed", drawn["seed"], "-o", "b.json")
    assert json.loads(Path("b.json").read_text())["exporters"][0]["sample"] == drawn
    book = openpyxl.load_workbook("a.xlsx")
    assert [row[11].value for row in book["Sample"].iter_rows(min_row=2)] == [drawn["seed"]] * 3
    assert {"Papers", "Questions", "Years", "Alike"} <= set(book.sheetnames)
