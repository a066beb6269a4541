"""What cells of goods say in lines of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from precursor_screen.readers.registry import read


def lines(goods: str, *, code: str | None = None, packages: str = "") -> list[dict[str, Any]]:
    header = ["Item", "Description of goods", "Net weight kg", "Value EUR", *(["HS code"] if code is not None else [])]
    row = ["1", f'"{goods}"', "7", "100", *([code] if code is not None else [])]
    more = ["2", "Wool", "8", "200", *(["51011100"] if code is not None else [])]
    (table,) = read("\n".join(";".join(cells) for cells in (header, row, more)).encode(), "m.csv")
    return table.lines.to_pylist()


@pytest.mark.parametrize(
    ("goods", "facts"),
    [
        ("Toluene\nHS 2902.30-0000", {"hs_code": "2902300000", "description": "Toluene\nHS 2902.30-0000"}),
        ("Aceton\n5 Fass\nWarennummer 29141100 Ursprung DE", {"hs_code": "29141100", "country_of_origin": "DE"}),
        ("Acetone\nCommodity code: 2914 11 00", {"hs_code": "29141100"}),
        ("Acetone\nCountry of origin: Norway", {"country_of_origin": "NO"}),
        ("Acetone\nContainer No: ABCU1234560", {"container_numbers": ["ABCU1234560"]}),
        ("Marks: KK 1\nPackages: 80 drums\nAcetone\npure", {"marks": "KK 1", "packages": 80, "description": "Acetone\npure"}),
        ("Brand: KK 1\nPackages: 80 drums\nAcetone", {"packages": 80, "description": "Acetone\nBrand: KK 1"}),
        ("Acetone\nHS 2914.11\nWool\nHS 5101.11", {"hs_code": "291411", "other_hs_codes": ["510111"]}),
        ("Acetone\nHS: 2914 11 00 Origin: DE", {"hs_code": "29141100", "country_of_origin": "DE"}),
        ("Acetone\nHS code 2914.11\nGROSS WT 1,100.250 KGS", {"hs_code": "291411", "gross_mass_kg": Decimal("1100.25")}),
        ("Aceton\nBrutto 540 kg / Netto 500 kg 20 Trommeln", {"gross_mass_kg": 540, "packages": 20, "package_type": "Trommeln"}),
        ("Acetone\n24 DRUMS", {"packages": 24}),
        ("Acetone\nCOUNTRY OF ORIGIN: SOUTH AFRICA; MARKS: KK 1", {"country_of_origin": "ZA", "marks": "KK 1"}),
        ("Acetone\nHS 29141100 Country of origin South Africa", {"hs_code": "29141100", "country_of_origin": "ZA"}),
        # No fact: the first line is the goods, a batch is not a code, words are not a country.
        ("Marks: KK 1\nPackages: 80", {"description": "Marks: KK 1\nPackages: 80"}),
        ("Acetone\nBatch 29141100", {"hs_code": None}),
        ("Acetone\nNET WT: 500.5 KGS", {"net_mass_kg": 7}),  # a column goes first
        ("Acetone\nGROSS WT: 1,100.250 KGS\nBatch 7", {"gross_mass_kg": Decimal("1100.25")}),
        ("Acetone\nGross weight: 2 t", {"gross_mass_kg": 2000}),
        ("Acetone\nGross weight: as per list", {"gross_mass_kg": None}),
        ("Acetone\nGross weight: 500", {"gross_mass_kg": None}),
        ("Acetone\nPackages: 250G/BAG", {"packages": None}),
        ("Acetone\nPackages: MATT 2400", {"packages": None}),
        ("Acetone\nPackages: 4 kg", {"packages": None}),
        ("Acetone\nContainer No: 1 of 2", {"container_numbers": None}),
        ("Acetone\nHS 2914", {"hs_code": None}),
        ("Acetone\nGross 25 kg per bag", {"gross_mass_kg": None}),
        (f"Acetone\nHS 29141100 {'x' * 1000}", {"hs_code": None}),  # a line of labels is short
        ("Acetone\nGross 25 kg, net 24 kg, as agreed", {"gross_mass_kg": None}),
        ("Acetone\n24 LITRES", {"packages": None}),
        ("Acetone\nHS 29141100 Gross 25 kg per bag", {"hs_code": "29141100", "gross_mass_kg": None}),
        ("Acetone\nOrigin: as agreed", {"country_of_origin": None}),
        ("HS 29141100", {"hs_code": None}),
    ],
)
def test_a_line_of_its_own_states_a_fact(goods: str, facts: dict[str, Any]) -> None:
    first, second = lines(goods)
    assert {name: first.get(name) for name in facts} == facts
    assert (second["description"], second.get("hs_code")) == ("Wool", None)


def test_a_column_goes_before_what_cells_of_goods_say() -> None:
    assert lines("Toluene\nHS 2902.30", code="29141100")[0]["hs_code"] == "29141100"


@pytest.mark.parametrize(
    ("cells", "column", "told"),
    [
        (
            ("20 drums acetone", "8 bags rice", "tin"),
            "Note",
            [(20, "drums", "acetone"), (8, "bags", "rice"), (None, None, "tin")],
        ),
        (("1 drum pump", "tin", "rice"), "Note", [(None, None, "1 drum pump"), (None, None, "tin"), (None, None, "rice")]),
        (("1 drum pump", "tin"), "Note", [(None, None, "1 drum pump"), (None, None, "tin")]),
        (("1 drum pump",), "Note", [(None, None, "1 drum pump")]),
        (("20 drums acetone", "8 bags rice"), "Packages", [(7, None, "20 drums acetone"), (7, None, "8 bags rice")]),
        (("drums of acetone", "BAGS rice", "tin"), "Packages", [(7, "drums", "acetone"), (7, "BAGS", "rice"), (7, None, "tin")]),
        (("drums of acetone", "tin"), "Packages", [(7, None, "drums of acetone"), (7, None, "tin")]),
        (("bags 25 kg rice", "drums"), "Packages", [(7, None, "bags 25 kg rice"), (7, None, "drums")]),
        (("20 drums acetone", "8 bags rice"), "Package type", [(None, "7", "20 drums acetone"), (None, "7", "8 bags rice")]),
    ],
)
def test_packages_before_the_goods_are_a_fact_where_most_cells_begin_so_and_no_column_states_any(cells, column, told):
    rows = "".join(f"{cell};{number};7\n" for number, cell in enumerate(cells, start=1))
    (table,) = read(f"Description of goods;Net weight kg;{column}\n{rows}".encode(), "m.csv")
    assert [
        tuple(line.get(name) for name in ("packages", "package_type", "description")) for line in table.lines.to_pylist()
    ] == told


@pytest.mark.parametrize(
    ("cells", "column", "told"),
    [
        (("UN 1090, ACETONE", "UN1294 TOLUENE"), "Note", [(["1090"], "ACETONE"), (["1294"], "TOLUENE")]),
        (("UN 1090, ACETONE", "wool", "rice"), "Note", [(None, "UN 1090, ACETONE"), (None, "wool"), (None, "rice")]),
        (("UN 1090", "UN 1294", "UN 1294"), "Note", [(None, "UN 1090"), (None, "UN 1294"), (None, "UN 1294")]),
        (("as UN 1090, ACETONE", "as UN 1294, TOLUENE"), "Note", [(None, "as UN 1090, ACETONE"), (None, "as UN 1294, TOLUENE")]),
        (("UN 1090, ACETONE", "UN 1294, TOLUENE"), "UN No.", [(["1090"], "UN 1090, ACETONE"), (["1294"], "UN 1294, TOLUENE")]),
    ],
)
def test_un_numbers_before_the_goods_are_a_fact_likewise(cells, column, told):
    rows = "".join(f'"{cell}";7;{"".join(filter(str.isdigit, cell)) if column != "Note" else 7}\n' for cell in cells)
    (table,) = read(f"Description of goods;Net weight kg;{column}\n{rows}".encode(), "m.csv")
    assert [(line.get("un_numbers"), line["description"]) for line in table.lines.to_pylist()] == told


@pytest.mark.parametrize(
    ("header", "rows", "net"),
    [
        ("Net quantity;Unit", ("500;kg", "40;L", "2;t"), [500, None, 2000]),
        ("Cantidad neta;Unidad", ("500;kg", "40;L", "2;t"), [500, None, 2000]),
        ("Quantity;Unit", ("500;kg", "40;L", "2;t"), None),
        ("Net quantity;Colour", ("500 kg;red", "40 l;blue", "7 kg;red"), [500, None, 7]),
        ("Net quantity;Unit;Net weight kg", ("500;kg;7", "40;L;8", "2;t;9"), [7, 8, 9]),
    ],
)
def test_quantities_that_are_net_are_net_masses_where_their_unit_is_one(
    header: str, rows: tuple[str, ...], net: list[int | None] | None
) -> None:
    names = ("Acetone", "Toluene", "Wool")
    text = "\n".join([f"Description of goods;HS code;{header}", *(f"{n};29141100;{r}" for n, r in zip(names, rows, strict=True))])
    lines = read(text.encode(), "m.csv")[0].lines
    assert (lines.column("net_mass_kg").to_pylist() if "net_mass_kg" in lines.column_names else None) == net
