"""The number of an invoice, a packing list or a delivery note is that of the shipment."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read

TABLE = "Description;HS Code;Net weight kg\nwool;510111;1\ntin;800110;2\n"


@pytest.mark.parametrize(
    ("above", "number"),
    [
        ("PACKING LIST No. PL-4471", "PL-4471"),
        ("Packing list PL-4471 of 3 November 2026", "PL-4471"),
        ("INVOICE No;INV/77", "INV/77"),
        ("Invoice No: 20264471", "20264471"),
        ("Pakkeliste nr. 88/2026-B", "88/2026-B"),
        ("УПАКОВОЧНЫЙ ЛИСТ № 57-К", "57-К"),
        ("装箱单号：HY240518", "HY240518"),
        ("Facture n° F-12\nPacking list F-12", "F-12"),
        ("Invoice No. & Date: INV-77 / 3 November 2026", "INV-77"),
        ('"⑦ 송장번호 및 일자 (Invoice No. & Date)\nDO-77   /   2026년 11월 3일"', "DO-77"),
        # No number of the paper, or more than one.
        ("PACKING LIST", None),
        ("Packing list 03.11.2026", None),
        ("Packing list 2026", None),
        ("Packing list 5", None),
        ("Order No. and day: AB-77 as on the invoice", None),
        ("Invoice description and value: 20264471", None),
        ("Invoice no. of parts and weights: see page 2026", None),
        ("Invoice No INV-77\nPacking list PL-78", None),
        ("Price list PX-77", None),
        ("Packing list for our client in box 4471", None),
        # Another reference says more.
        ("Packing list PL-4471\nBill of lading: ABCD1234", None),
    ],
)
def test_the_number_of_the_paper_is_that_of_the_shipment(above: str, number: str | None) -> None:
    (found,) = read(f"{above}\n\n{TABLE}".encode(), "m.csv")
    stated = (
        found.lines.column("stated_shipment_id").to_pylist() if "stated_shipment_id" in found.lines.column_names else [None] * 2
    )
    assert stated == [number] * 2
    assert len(set(found.lines.column("shipment_id").to_pylist())) == (1 if number or "ABCD" in above else 2)


@pytest.mark.parametrize(
    ("above", "bill"),
    [
        ("Air Waybill\n020-1234 5675", "020-1234 5675"),
        ("020-12345675\nAir Waybill\n020-12345675", "020-12345675"),
        ("Air Waybill\n020-1234 5674", None),  # its last figure does not fit
        ("Telephone\n020-1234 5675", None),
        ("Air Waybill\n020-1234 5675\n020-1234 5686", None),
        ("Air Waybill of day 020-1234 5675", None),
    ],
)
def test_the_number_of_an_air_waybill_needs_no_label(above: str, bill: str | None) -> None:
    lines = read(f"{above}\n\n{TABLE}".encode(), "m.csv")[0].lines
    assert (lines.column("bill_of_lading")[0].as_py() if "bill_of_lading" in lines.column_names else None) == bill


def test_a_column_of_references_goes_first() -> None:
    rows = "Packing list PL-4471\n\nBill of lading;Description;HS Code\nB1;wool;510111\nB2;tin;800110\n"
    (found,) = read(rows.encode(), "m.csv")
    assert found.lines.column("shipment_id").to_pylist() == ["B1", "B2"]


def test_what_stands_beside_the_number_is_screened_still() -> None:
    (found,) = read(f"Packing list PL-4471 with safrole\n\n{TABLE}".encode(), "m.csv")
    assert "safrole" in str(found.out_of_table_texts.column("other_texts").to_pylist())
