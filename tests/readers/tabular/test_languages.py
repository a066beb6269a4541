"""Printed tables in many languages: headers, sums and page footers; and tables without a header."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.sums import footer_pattern, total_pattern

CASES = list(csv.DictReader((Path(__file__).parents[2] / "judgements/printed_tables.csv").read_text("utf-8").splitlines()))
TABLES = {case["language"]: (case["header"], case["goods"]) for case in CASES}


def row(text: str) -> str:
    return text.replace("|", "\x1d") + "\n"


def table(language: str, footers: list[str]) -> bytes:
    header, goods = TABLES[language]
    return "".join(map(row, (header, goods, *footers, goods.replace("1200", "1300")))).encode()


@pytest.mark.parametrize("language", TABLES)
def test_a_table_is_understood_in_its_language(language):
    (found,) = read(table(language, []), "m")
    assert {"description", "hs_code", "gross_mass_kg", "packages"} <= found.input.supplied
    assert found.input.supplied & {"consignor_name", "exporter_name"}
    assert found.input.supplied & {"consignee_name", "importer_name"}
    assert found.lines.num_rows == 2


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['language']} {c['footer']}")
def test_sums_and_footers_are_no_goods(case):
    footer = case["footer"] + "|" * (5 - case["footer"].count("|"))
    (found,) = read(table(case["language"], [footer]), "m")
    assert [str(mass) for mass in found.lines.column("gross_mass_kg").to_pylist()] == ["1200.000000", "1300.000000"]
    first, second = found.lines.column("description").to_pylist()
    assert first == second == TABLES[case["language"]][1].split("|")[0]
    assert "totals-row" in {i["code"] for i in found.issues.to_pylist()}


@pytest.mark.parametrize(
    "goods",
    [
        *("VAN", "TOTAL STATION", "TRANSPORTE", "SUMATRA COFFEE", "PAGE PAPER A4", "PAGE 500 SHEETS", "SEITENSCHNEIDER", "PRINTED MATTER"),
        *("PRINTED CIRCUIT BOARDS", "REPORT", "LISTERINE", "ЛИСТ СТАЛЬНОЙ 2 ММ", "СТРАХОВОЧНЫЙ ТРОС", "合成ゴム", "JUMLAHAN", "ИТОГОВЫЙ ОТЧЕТ"),
        *("END OF LINE TESTER", "SUMMER DRESSES", "FOLHA DE ALUMINIO", "TRANG PHỤC", "共聚物", "VERGESAMT", "TOTALLY SPIES TOYS"),
    ],
)  # fmt: skip
def test_goods_are_no_sums_and_no_footers(goods):
    assert not re.match(total_pattern().replace(r"\pZ", " "), goods)
    (found,) = read(f"Description,Consignee,Packages\n{goods},Acme Ltd,7\n{goods},,\nwool,Acme Ltd,8\n".encode(), "m")
    assert "totals-row" not in {i["code"] for i in found.issues.to_pylist()}
    assert goods in found.lines.column("description").to_pylist()[0]


def test_a_row_with_an_hs_code_or_more_cells_is_goods():
    rows = "Total,510111,Acme,5\nPage 1 of 3,,Acme,6\nTotal,,Acme,7\n"
    (found,) = read(f"Description,HS Code,Consignee,Packages\n{rows}".encode(), "m")
    assert found.lines.column("packages").to_pylist() == [5, 6]
    assert footer_pattern()


HEADERLESS = "wool in bales,510111,Acme Ltd,TSTU1234567,5\ntin plates,800110,Zed Ltd,TSTU1234568,6\n"


def test_a_table_without_a_header_is_understood_by_its_cells():
    (found,) = read(HEADERLESS.encode(), "m")
    assert found.input.header_row is None
    assert dict(found.input.mapping) == {"1": "description", "2": "hs_code", "3": "other_parties", "4": "container_numbers"}
    assert found.lines.column("description").to_pylist() == ["wool in bales", "tin plates"]
    assert found.lines.column("source_row").to_pylist() == [1, 2]


def test_the_longest_texts_are_the_goods():
    (found,) = read(b"oslo,510111,wool in bales of 50 kg\nrome,800110,tin plates in crates\n", "m")
    assert dict(found.input.mapping) == {"2": "hs_code", "3": "description"}


@pytest.mark.parametrize(
    "text",
    [
        "Stuff,Kode\nacetone,291411\ntoluene,290230\n",  # words above the codes: a header, if an unknown one
        "acetone,291411\n",  # one row proves nothing
        "acetone,291411\ntoluene,x\nwool,y\n",
        "7,291411\n8,290230\n",  # no words
    ],
)
def test_other_tables_have_a_header(text):
    assert read(text.encode(), "m")[0].input.header_row == 1


def test_several_codes_and_containers_in_one_cell():
    rows = "acetone;'291411; 290230';'TSTU1234567; TSTU1234568';Acme".replace("'", '"')
    (found,) = read(f"Description;HS Code;Container No;Consignee\n{rows}\n".encode(), "m")
    (line,) = found.lines.to_pylist()
    assert (line["hs_code"], line["other_hs_codes"]) == ("291411", ["290230"])
    assert line["container_numbers"] == ["TSTU1234567", "TSTU1234568"]
