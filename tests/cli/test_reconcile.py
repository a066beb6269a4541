"""`reconcile` and `return`, from files to exit code."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from tests.screening import table

pytestmark = pytest.mark.usefixtures("few_rules")
COMMON = {
    "description of goods": "ACETONE IN DRUMS",
    "hs code": "291411",
    "shipper": "Acme Supply Ltd",
    "consignee": "Zenith Imports SA",
}
LINE = {**COMMON, "bill of lading": "B1", "net weight kg": "130", "date": "2025-04-01", "country of dispatch": "US"}
LINE |= {"country of destination": "MX", "permit no": "P-1", "pen no": ""}
REGISTERS = {
    "permits": (
        "permit no,substance,kg,holder,direction,country,valid from,valid to,single use,status\n"
        "P-1,Acetone,100,Acme Supply Limited,export,MX,2025-03-01,2025-05-31,no,valid\n"
    ),
    "pre-export-notifications": "pen,substance,kg,exporter,importer,country,sent,status\nN-1,Piperonal,5,Acme Supply Ltd,Zenith,MX,2025-12-01,sent\n",
    "licences": "licence,holder,substance,kg\nL-1,Acme Supply Ltd,Acetone,1000\n",
    "annual-requirements": "country,substance,year,kg\nMX,Acetone,2025,5000\nUS,Acetone,2025,7000\n",
    "import-confirmations": "bill,substance,kg,importer,country,date\nB1,Acetone,130,Zenith Imports SA,MX,2025-04-20\n",
}
YEAR = ("--from", "2025-01-01", "--to", "2025-12-31")


@pytest.fixture
def files(ps, tmp_path):
    """Registers that are imported, and a manifest of one line over its permit."""
    for name, text in REGISTERS.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        assert ps("registers", "import", name, str(tmp_path / f"{name}.csv")).code == 0
    (tmp_path / "m.csv").write_bytes(table([LINE]))
    return tmp_path


def reconcile(ps, files: Path, *more: str):
    return ps("reconcile", str(files / "m.csv"), "--jurisdiction", "US", *YEAR, *more)


def test_a_difference_is_exit_1_and_shows_both_sides(ps, files):
    answer = reconcile(ps, files)
    assert answer.code == 1
    assert "1. More shipped than the document is for [over]" in answer.out
    assert "P-1 · Acme Supply Limited · MX · acetone · 100 kg · 2025-03-01 to 2025-05-31 · valid" in answer.out
    assert "B1 (2025-04-01, 130 kg, m.csv:2)" in answer.out
    assert "Matched: names P-1" in answer.out


def test_all_matched_is_exit_0(ps, files):
    assert reconcile(ps, files, "--tolerance", "30%").code == 0
    assert reconcile(ps, files, "--tolerance", "0.29").code == 1


def test_a_register_that_was_not_imported_is_named_and_exit_3(ps, tmp_path):
    (tmp_path / "m.csv").write_bytes(table([{**LINE, "net weight kg": "100"}]))
    (tmp_path / "permits.csv").write_text(REGISTERS["permits"], encoding="utf-8")
    nothing = reconcile(ps, tmp_path)
    assert (nothing.code, "no register is imported" in nothing.err) == (4, True)
    ps("registers", "import", "permits", str(tmp_path / "permits.csv"))
    answer = reconcile(ps, tmp_path)
    assert answer.code == 3
    assert "licences: the register was not imported" in answer.out


def test_rows_that_an_import_set_aside_are_named(ps, files):
    text = (
        REGISTERS["permits"]
        + "P-2,Acetone,50 drums,Acme,export,MX,,,no,valid\nP-3,Acetone,5,Acme,export,MX,2025-05-01,2025-04-01,no,valid\n"
    )
    (files / "permits.csv").write_text(text, encoding="utf-8")
    assert ps("registers", "import", "permits", str(files / "permits.csv")).code == 3
    answer = reconcile(ps, files, "--tolerance", "30%")
    assert answer.code == 1
    assert "50 drums" in answer.out
    assert "P-3 is valid from 2025-05-01 until 2025-04-01" in answer.out


def test_every_format_tells_the_same(ps, files):
    names = [str(files / f"d.{suffix}") for suffix in ("xlsx", "csv", "json", "txt")]
    answer = reconcile(ps, files, *(part for name in names for part in ("-o", name)))
    assert (answer.code, answer.out) == (1, "")
    assert "1 differences" in answer.err
    data = json.loads((files / "d.json").read_text("utf-8"))
    (one,) = data["differences"]
    assert (one["kind"], one["shipped_kg"], one["difference_kg"]) == ("over", "130", "30")
    assert (one["document"]["reference"], one["shipments"][0]["source_row"]) == ("P-1", 2)
    (row,) = csv.DictReader((files / "d.csv").read_text("utf-8-sig").splitlines())
    assert (row["kind"], row["reference"], row["document_kg"], row["places"]) == ("over", "P-1", "100", "m.csv:2")
    book = openpyxl.load_workbook(files / "d.xlsx")
    assert book.sheetnames == ["Summary", "Differences", "Lines", "Registers", "Not evaluable"]
    assert [c.value for c in book["Differences"][2]][:2] == [1, "over"]
    assert [c.value for c in book["Lines"][2]][2] == "B1"
    assert "More shipped" in (files / "d.txt").read_text("utf-8")
    assert all(os.stat(name).st_mode & 0o777 == 0o600 for name in names)


def test_equal_runs_differ_in_nothing_but_the_block_run(ps, files):
    for n in "ab":
        reconcile(ps, files, *(part for suffix in ("xlsx", "csv", "json") for part in ("-o", str(files / f"{n}.{suffix}"))))
    assert (files / "a.xlsx").read_bytes() == (files / "b.xlsx").read_bytes()
    assert (files / "a.csv").read_bytes() == (files / "b.csv").read_bytes()
    one, other = (json.loads((files / f"{n}.json").read_text("utf-8")) for n in "ab")
    assert one.pop("run")
    assert other.pop("run")
    assert one == other


def test_what_a_spreadsheet_would_run_is_text(ps, files):
    (files / "m.csv").write_bytes(table([{**LINE, "bill of lading": "=1+1", "permit no": "P-1"}]))
    reconcile(ps, files, "-o", str(files / "d.csv"), "-o", str(files / "d.xlsx"))
    assert "'=1+1" in (files / "d.csv").read_text("utf-8-sig")
    assert openpyxl.load_workbook(files / "d.xlsx")["Lines"][2][2].data_type == "s"


def test_one_exporter_and_one_that_is_not_there(ps, files):
    assert "1 differences" in reconcile(ps, files, "--exporter", "ACME SUPPLY, LTD.").out
    missing = reconcile(ps, files, "--exporter", "Acme Suply")
    assert missing.code == 2
    assert "Did you mean 'Acme Supply" in missing.err


def test_out_of_the_ledger(ps, files):
    assert ps("reconcile").code == 4  # there is none
    assert ps("screen", str(files / "m.csv"), "--jurisdiction", "US", "--watchlist", "none", "--ledger", "home").code in (0, 3)
    answer = ps("reconcile", *YEAR, "--jurisdiction", "US")
    assert (answer.code, "m.csv:2" in answer.out) == (1, True)
    assert "! days 2025-04-01 to 2025-04-01" in ps("reconcile", "--jurisdiction", "US").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tolerance", "2 pounds"), "is not a percentage"),
        (("--tolerance", "100%"), "is not a percentage"),
        (("--tolerance", "-1%"), "is not a percentage"),
        (("--from", "2025-02-30"), "is not a date"),
        (("--from", "2025-02-02", "--to", "2025-02-01"), "is earlier than"),
        (("--ledger", "home"), "cannot be combined"),
        (("-o", "x.pdf"), "is not a format of this command"),
        (("--mirror", "a.csv", "b.csv"), "--mirror compares two manifests"),
        (("--kind", "mising"), "Did you mean 'missing'"),
    ],
)
def test_wrong_options_are_exit_2(ps, files, options, said):
    answer = ps("reconcile", str(files / "m.csv"), *options)
    assert (answer.code, said in answer.err) == (2, True), answer.err


def test_kinds_are_left_in_and_out_and_what_is_left_out_is_said(ps, files):
    every = json.loads(reconcile(ps, files, "-o", str(files / "d.json")) and (files / "d.json").read_text())["differences"]
    kinds = {d["kind"] for d in every}
    assert kinds
    for kind in kinds:
        for option, expected in (("--kind", {kind}), ("--not-kind", kinds - {kind})):
            answer = reconcile(ps, files, option, kind, "-o", str(files / "k.json"))
            told = json.loads((files / "k.json").read_text())
            assert {d["kind"] for d in told["differences"]} == expected
            assert answer.code == (1 if expected else 0)
            assert expected == kinds or any("leave out" in n for n in told["notices"])


def test_what_screening_could_not_see_is_told(ps, files):
    lines = [
        {**LINE, "net weight kg": "100"},
        {**LINE, "net weight kg": "100", "description of goods": "GENERAL CARGO", "hs code": ""},
    ]
    (files / "m.csv").write_bytes(table(lines))
    out = reconcile(ps, files).out
    assert "vague-description" in out


def test_an_output_never_replaces_an_input(ps, files):
    answer = reconcile(ps, files, "-o", str(files / "m.csv"))
    assert (answer.code, "would overwrite an input" in answer.err) == (2, True)


def test_the_mirror(ps, tmp_path):
    exports = [LINE, {**LINE, "bill of lading": "B2"}, {**LINE, "bill of lading": "B3", "net weight kg": "50"}]
    imports = [{**LINE, "net weight kg": "100"}, {**LINE, "bill of lading": "B2", "consignee": "Other GmbH"}]
    (tmp_path / "ex.csv").write_bytes(table(exports))
    (tmp_path / "im.csv").write_bytes(table(imports))
    answer = ps("reconcile", "--mirror", str(tmp_path / "ex.csv"), str(tmp_path / "im.csv"), "-o", str(tmp_path / "d.json"))
    assert answer.code == 1
    data = json.loads((tmp_path / "d.json").read_text("utf-8"))
    assert Counter(d["kind"] for d in data["differences"]) == Counter(("missing-import", "mass-differs", "other-consignee"))
    same = ps("reconcile", "--mirror", str(tmp_path / "ex.csv"), str(tmp_path / "ex.csv"), "--capacity", "1")
    assert same.code == 0
    assert "3 consignments on both sides, 0 differences" in same.out


def test_the_yearly_return(ps, files):
    lines = [
        LINE,
        {**LINE, "bill of lading": "B2", "net weight kg": "20"},
        {**LINE, "bill of lading": "B3", "date": "2024-12-31"},
    ]
    (files / "m.csv").write_bytes(table(lines))
    made = files / "form-d.xlsx"
    answer = ps(
        "return", str(files / "m.csv"), "--year", "2025", "--jurisdiction", "US", "-o", str(made), "-o", str(files / "d.json")
    )
    assert (answer.code, "1 figures" in answer.err) == (0, True)
    book = openpyxl.load_workbook(made)
    assert book.sheetnames == ["Head", "Trade", "Use and needs", "Seizures", "Lines", "Not evaluable", "Notes"]
    said = [(row[0].value, row[1].value) for row in book["Notes"].iter_rows(min_row=2)]
    assert ("Year", "2025-01-01 to 2025-12-31, both included") in said
    assert any(about == "Figures rest on" and "m.csv" in note for about, note in said)
    assert any(about == "Form D" and "recalled" in note for about, note in said)
    assert any(about == "Form D (recalled)" and "Trade, direction export" in note for about, note in said)
    assert {about for about, _ in said} >= {"Jurisdiction", "Not evaluable"}
    assert [c.value for c in book["Trade"][2]] == [1, "II", "acetone", "substance", "export", "MX", 150, 2, 2, 0]
    assert [c.value for c in book["Use and needs"][2]][:4] == ["II", "acetone", None, 7000]
    assert [c.value for c in book["Seizures"][2]][2:] == [None, None, None]
    assert [(r[0], r[2]) for r in book["Lines"].iter_rows(min_row=2, values_only=True)] == [(1, "B1"), (1, "B2")]
    data = json.loads((files / "d.json").read_text("utf-8"))
    assert [(t["kg"], len(t["lines"])) for t in data["trade"]] == [("150", 2)]


def test_a_return_names_what_it_could_not_count(ps, tmp_path):
    (tmp_path / "m.csv").write_bytes(table([{**LINE, "net weight kg": ""}]))
    answer = ps("return", str(tmp_path / "m.csv"), "--year", "2025", "--jurisdiction", "US")
    assert answer.code == 3
    assert "movements of unknown mass" in answer.out
    assert "not known" in answer.out
    assert "m.csv:2" in answer.out
    assert ps("return", str(tmp_path / "m.csv")).code == 2
    assert ps("return", str(tmp_path / "m.csv"), "--year", "2025", "-o", str(tmp_path / "d.csv")).code == 2


@pytest.mark.parametrize(("lines", "days", "is_told"), [(10, 1, True), (9, 1, False), (10, 2, False)])
def test_a_return_says_when_all_lines_have_one_day(ps, tmp_path, lines, days, is_told):
    rows = [{**LINE, "bill of lading": f"BILL{n}000", "date": f"2025-03-0{1 + n % days}"} for n in range(lines)]
    (tmp_path / "m.csv").write_bytes(table(rows))
    answer = ps("return", str(tmp_path / "m.csv"), "--year", "2025", "--jurisdiction", "US")
    assert (f"all {lines} lines have one day, 2025-03-01" in answer.out) == is_told


def test_an_import_says_what_it_did_not_use_and_a_map_answers(ps, tmp_path):
    path, said = tmp_path / "p.csv", tmp_path / "map.yml"
    path.write_text("Genehmigungsnummer;Stoff;Menge;Farbe\nEA/25/00017;Acetone;1.234,5;rot\n", encoding="utf-8")
    answer = ps("registers", "import", "permits", str(path))
    assert answer.code == 3
    assert "filled columns that were not used: Farbe" in answer.err
    assert "1.234,5 is 1234.5" in answer.out
    said.write_text("columns: {Farbe: ignore}\n", encoding="utf-8")
    assert ps("registers", "import", "permits", str(path), "--mapping", str(said)).code == 0
    said.write_text("columns: {Farbe: colour}\n", encoding="utf-8")
    wrong = ps("registers", "import", "permits", str(path), "--mapping", str(said))
    assert (wrong.code, "'colour' is not a column of permits" in wrong.err) == (2, True)


VOLUNTARY = (
    "number,substance,exporter,importer,country,date sent,status\nL-1,Nitroethane,Acme Supply Ltd,Zenith,MX,2025-03-01,objected\n"
)


def test_voluntary_notifications_are_a_register_of_their_own_that_nobody_must_fill(ps, files):
    before = reconcile(ps, files)
    (files / "light.csv").write_text(VOLUNTARY, encoding="utf-8")
    answer = ps("registers", "import", "voluntary-notifications", str(files / "light.csv"))
    assert (answer.code, "1 rows" in answer.out) == (0, True), answer.out
    assert reconcile(ps, files).out == before.out
    assert "voluntary-notifications    " in ps("registers", "status").out


def test_voluntary_notifications_alone_are_nothing_to_compare_with(ps, tmp_path):
    (tmp_path / "m.csv").write_bytes(table([LINE]))
    (tmp_path / "light.csv").write_text(VOLUNTARY, encoding="utf-8")
    ps("registers", "import", "voluntary-notifications", str(tmp_path / "light.csv"))
    assert "no register is imported" in reconcile(ps, tmp_path).err
