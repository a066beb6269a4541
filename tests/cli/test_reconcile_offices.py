"""`reconcile` over two offices' papers, from manifests and from the ledger; registers and goods that nobody can match in silence."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.screening import table

sys.path.append(str(ROOT / "benchmarks"))
pytestmark = pytest.mark.usefixtures("few_rules")

LINE = {
    "description of goods": "ACETONE IN DRUMS",
    "hs code": "291411",
    "shipper": "Acme Supply Ltd",
    "bill of lading": "B1",
    "consignee": "Zenith Imports SA",
    "net weight kg": "100",
    "date": "2025-04-01",
    "country of dispatch": "US",
    "country of destination": "MX",
    "permit no": "P-1",
}
PERMITS = "permit no,substance,quantity,unit,holder,direction,country,valid from,valid to,status\n"
ONE = "P-1,Acetone,100,kg,Acme Supply,export,MX,2025-03-01,2025-05-31,valid\n"
YEAR = ("--from", "2025-01-01", "--to", "2025-12-31", "--jurisdiction", "US")


def differences(path: Path) -> list[dict[str, object]]:
    data = json.loads(path.read_text("utf-8"))
    return list(data["differences"])


def test_manifests_and_the_ledger_tell_the_same(ps, tmp_path):
    from office_year import make_offices
    from office_year_writing import write_offices

    year = make_offices(3, items=0, plants=1)
    write_offices(year, tmp_path, 3)
    for path in sorted((tmp_path / "registers").glob("*.csv")):
        assert ps("registers", "import", path.stem, str(path)).code in (0, 3)
    goods = str(tmp_path / "goods.csv")
    assert ps("reconcile", goods, *YEAR, "-o", str(tmp_path / "a.json")).code == 1
    assert ps("screen", goods, "--jurisdiction", "US", "--watchlist", "none", "--ledger", "home").code in (0, 3)
    assert ps("reconcile", *YEAR, "-o", str(tmp_path / "b.json")).code == 1
    ours = differences(tmp_path / "a.json")
    assert ours == differences(tmp_path / "b.json")
    assert Counter(d["kind"] for d in ours) == Counter(k for (k, _, _), n in year.planted.items() for _ in range(n))


def compare(ps, folder: Path, permits: str, *lines: dict[str, str]):
    (folder / "permits.csv").write_text(permits, encoding="utf-8")
    (folder / "m.csv").write_bytes(table([*lines]))
    imported = ps("registers", "import", "permits", str(folder / "permits.csv"))
    return imported, ps("reconcile", str(folder / "m.csv"), *YEAR)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", 4, "is empty"),
        ("what,is,this\n1,2,3\n", 4, "does not have the columns"),
    ],
)
def test_a_file_that_is_no_register_is_an_error_that_says_what_to_do(ps, tmp_path, text, code, said):
    imported, compared = compare(ps, tmp_path, text, LINE)
    assert (imported.code, compared.code) == (code, 4)
    assert said in imported.err
    assert "permits.csv" in imported.err
    assert "no register is imported" in compared.err
    assert "Traceback" not in imported.err + compared.err


def test_an_empty_register_is_a_register(ps, tmp_path):
    imported, compared = compare(ps, tmp_path, PERMITS, LINE)
    assert (imported.code, compared.code) == (0, 3)
    assert "the file has no rows: the register is empty" in imported.out


BAD = [
    ("litres of acetone", ONE.replace("100,kg", "100,litres"), LINE, 1, "100 kg shipped, 79 kg (100 litres) allowed by P-1"),
    ("litres that nobody can weigh", ONE.replace("Acetone,100,kg", "Piperonal,100,l"), LINE, 1, "P-1 (100 l)"),
    ("litres in the goods", ONE, {**LINE, "net weight kg": "", "quantity": "126.58", "unit": "L"}, 3, "1 under a document"),
    ("a number twice", ONE + ONE.replace(",100,", ",200,"), LINE, 1, "[duplicate-number]"),
    (
        "ends before it begins",
        ONE + ONE.replace("P-1", "P-2").replace("2025-05-31", "2025-02-01"),
        LINE,
        1,
        "[contradicting-dates]",
    ),
    (
        "goods of a row set aside",
        ONE.replace("P-1", "P-2") + ONE.replace("Acetone", "Quux"),
        LINE,
        1,
        "name a document whose row",
    ),
    ("another substance", ONE.replace("Acetone", "Toluene"), LINE, 1, "[other-substance]"),
    ("a synonym", ONE.replace("Acetone", "propan-2-one"), LINE, 3, "1 under a document"),
    ("a number of CAS", ONE.replace("Acetone", "67-64-1"), LINE, 3, "1 under a document"),
    ("drums", ONE + ONE.replace("P-1", "P-2").replace("100,kg", "9,drums"), LINE, 3, "is not a number of kilograms"),
]


@pytest.mark.parametrize(("permits", "line", "code", "said"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_does_not_fit_is_a_difference_or_told(ps, tmp_path, permits, line, code, said):
    _, compared = compare(ps, tmp_path, PERMITS + permits, line)
    assert compared.code == code
    assert said in compared.out
