from __future__ import annotations

import io
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pyarrow as pa
import pytest

from precursor_screen.core import schema
from precursor_screen.readers.registry import read
from sample_data.filing.outlook import message
from tests.formats.test_dbf import dbf
from tests.readers import shipments

PLACE = {"source_file", "source_row", "input_id"}


def as_xls() -> bytes:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("goods")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for r, row in enumerate((shipments.HEADER, *shipments.ROWS)):
        for c, value in enumerate(row):
            if value is None:
                continue
            if hasattr(value, "isoformat"):
                sheet.write(r, c, value, style)
            else:
                sheet.write(r, c, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_dbf() -> bytes:
    """Names of ten characters, and texts in UTF-8, which no driver of dBase names."""
    names = ("BL_NO", "ITEM_NO", "SHIPPER", "SHIP_CTRY", "CONSIGNEE", "GOODS_DESC", "HS_CODE", "CAS_NO", "QUANTITY", "UNIT", "NET_WEIGHT",
             "GROSS_WT", "PACKAGES", "VALUE_USD", "ORIGIN", "CONT_NO", "ARRIVAL", "FREIGHT")  # fmt: skip
    columns = zip(*shipments.ROWS, strict=True)
    texts = [["" if v is None else repr(v) if isinstance(v, float) else str(v) for v in column] for column in columns]
    return dbf(*((name, "C", 80, 0, [t.encode() for t in column]) for name, column in zip(names, texts, strict=True)))


def as_mail() -> bytes:
    """A workbook attached to a mail that says nothing."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "clerk@harbour.example", "customs@port.example", "goods"
    made["Date"] = "Wed, 05 Nov 2025 10:00:00 +0000"
    made.add_attachment(shipments.as_xlsx(), maintype="application", subtype="octet-stream", filename="goods.xlsx")
    return made.as_bytes()


SPANISH = ("Conocimiento de embarque", "Item", "Embarcador", "Shipper Country", "Consignatario", "Descripción de la mercancía", "Partida arancelaria",
           "CAS No", "Cantidad", "Unidad", "Peso neto (kg)", "Peso bruto (kg)", "Bultos", "Valor USD", "País de origen", "Contenedor",
           "Fecha de llegada", "Flete")  # fmt: skip
TWO_ROWS = [
    ["", "", "Shipper", "", "", "", "", "", "", "", "Weight (KG)", "", "", "", "", "", "", ""],
    ["Bill of Lading No", "Item No", "Name", "Country", "Consignee", "Goods Description", "HS Code", "CAS No", "Quantity", "Unit", "Net", "Gross",
     "Packages", "Value USD", "Country of Origin", "Container No", "Arrival Date", "Freight"],
]  # fmt: skip

FORMATS: dict[str, Callable[[], bytes]] = {
    "tab": lambda: shipments.as_csv("\t"),
    "semicolon": lambda: shipments.as_csv(";"),
    "pipe": lambda: shipments.as_csv("|"),
    "at": lambda: shipments.as_csv("@"),
    "caret": lambda: shipments.as_csv("^"),
    "group separator": lambda: shipments.as_csv("\x1d"),
    "byte order mark": lambda: shipments.as_csv(encoding="utf-8-sig"),
    "utf-16": lambda: shipments.as_csv(encoding="utf-16"),
    "utf-16 without mark": lambda: shipments.as_csv(encoding="utf-16-le"),
    "xlsx": shipments.as_xlsx,
    "xlsx with preamble": lambda: shipments.as_xlsx(preamble=[[], ["DATA"], [], [], []]),
    "xls": as_xls,
    "parquet": shipments.as_parquet,
    "feather": shipments.as_feather,
    "json": shipments.as_json,
    "json with line breaks": lambda: shipments.as_json(indent=1),
    "json lines": shipments.as_json_lines,
    "zip": shipments.as_zip,
    "gzip": shipments.as_gzip,
    "dbf": as_dbf,
    "e-mail": as_mail,
    "message of Outlook": lambda: message("", ("goods.csv", shipments.as_csv())),
    "Spanish headers": lambda: shipments.as_csv(";", header=SPANISH),
    "a header over two rows": lambda: shipments.as_xlsx(header=TWO_ROWS[1], preamble=TWO_ROWS[:1]),
}


def lines_of(data: bytes) -> pa.Table:
    result, *_ = read(data, "m")
    problems = [r for r in result.issues.to_pylist() if r["code"] != "preamble-row"]
    assert problems == []
    return result.lines


@pytest.fixture(scope="module")
def expected() -> pa.Table:
    return lines_of(shipments.as_csv())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_lines(name: str, expected: pa.Table) -> None:
    lines = lines_of(FORMATS[name]())
    kept = [c for c in expected.column_names if c not in PLACE]
    assert lines.column_names == expected.column_names
    assert lines.select(kept).to_pylist() == expected.select(kept).to_pylist()
    assert lines.schema == expected.schema


def test_the_lines_are_what_was_filed(expected: pa.Table) -> None:
    first, second, third, fourth, fifth = expected.to_pylist()
    assert first["description"] == "ACETIC ANHYDRIDE\n80 DRUMS X 25 KG"
    assert first["cas_numbers"] == ["108-24-7"]
    assert first["container_numbers"] == ["TSTU1234567"]
    assert (str(first["net_mass_kg"]), str(first["gross_mass_kg"]), first["packages"]) == ("2000.000000", "2160.500000", 80)
    assert (str(first["value"]), first["currency"], str(first["freight"])) == ("3400.250000", "USD", "12.500000")
    assert first["arrival_date"].isoformat() == "2026-03-28"
    assert (first["consignor_name"], first["consignor_country"]) == ("Silver Birch Chemicals", "CN")
    assert second["net_mass_kg"] is None
    assert second["description"] == 'Ceramic tiles, "grade A"'
    assert (third["country_of_origin"], third["consignor_country"]) == ("NA", "NA")
    assert str(third["value"]) == "0.300000"
    assert third["description"] == "Приборы и 化学品"
    assert fourth["hs_code"] == "0304890000"
    assert fourth["consignee_name"] is None
    assert (fourth["shipment_id"], fifth["item_number"]) == ("XYZU101", "3")
    assert len({row["line_id"] for row in expected.to_pylist()}) == 5
    assert len({row["movement_key"] for row in expected.to_pylist()}) == 5


def test_types_are_those_of_the_schema(expected: pa.Table) -> None:
    assert expected.schema == pa.schema([(c.name, c.arrow) for c in schema.LINE_COLUMNS if c.name in expected.column_names])
    assert {"line_id", "movement_key", "shipment_id", "source_file", "source_row", "input_id"} <= set(expected.column_names)


def test_cells_stay_as_filed() -> None:
    (result,) = read(shipments.as_csv(), "m.csv")
    assert result.raw.column_names == list(shipments.HEADER)
    assert result.raw.num_rows == result.lines.num_rows
    assert result.raw.column("Value USD").to_pylist()[2] == repr(0.1 + 0.2)
    assert result.raw.column("Consignee").to_pylist()[3] == ""
    assert set(result.raw.schema.types) == {pa.string()}


def test_a_file_is_read_like_its_bytes(tmp_path: Path, expected: pa.Table) -> None:
    path = tmp_path / "manifest.dat"
    path.write_bytes(shipments.as_csv())
    (result,) = read(path, "m")
    assert result.lines.equals(expected)
    assert result.input.bytes == len(shipments.as_csv())
    path.write_bytes(shipments.as_parquet())
    (result,) = read(path, "m")
    assert result.lines.column("line_id").equals(expected.column("line_id"))


def test_the_input_says_how_it_was_understood() -> None:
    (result,) = read(shipments.as_csv(";"), "m.csv")
    described = result.input
    assert (described.name, described.format, described.header_row, described.lines) == ("m.csv", "CSV", 1, 5)
    assert described.encoding == "utf-8 (valid UTF-8)"
    assert ("HS Code", "hs_code") in described.mapping
    assert {"description", "net_mass_kg", "currency", "cas_numbers"} <= described.supplied
    assert "line_id" not in described.supplied
    assert len(described.sha256) == 64
