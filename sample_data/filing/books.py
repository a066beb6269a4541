"""Tables as spreadsheets: XLSX, XLS, ODS, and DBF."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Sequence
from html import escape

from sample_data.filing.delimited import table
from sample_data.filing.shipment import Shipment

_NUMBERS = ("Quantity", "Net Weight KG", "Gross Weight KG", "Packages", "Value", "Freight", "Item No")
_DATES = ("Date", "Departure Date", "Arrival Date")
_MADE = dt.datetime(2026, 11, 25)


def write_xlsx(shipments: Sequence[Shipment]) -> bytes:
    """Numbers and dates as such, below a title."""
    import xlsxwriter

    headers, rows = table(shipments)
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet("Manifest")
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(1, 0, headers)
        for number, row in enumerate(rows, 2):
            for column, (header, text) in enumerate(zip(headers, row, strict=True)):
                if header in _NUMBERS and text:
                    sheet.write_number(number, column, float(text))
                elif header in _DATES and text:
                    sheet.write_datetime(number, column, dt.datetime.fromisoformat(text), date)
                else:
                    sheet.write_string(number, column, text)
    return sink.getvalue()


def write_xls(shipments: Sequence[Shipment]) -> bytes:
    """The older format of workbooks."""
    import xlwt

    headers, rows = table(shipments)
    book = xlwt.Workbook()
    sheet = book.add_sheet("Manifest")
    date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, row in enumerate([headers, *rows]):
        for column, (header, text) in enumerate(zip(headers, row, strict=True)):
            if number and header in _NUMBERS and text:
                sheet.write(number, column, float(text))
            elif number and header in _DATES and text:
                sheet.write(number, column, dt.date.fromisoformat(text), date)
            elif text:
                sheet.write(number, column, text)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)


def write_ods(shipments: Sequence[Shipment]) -> bytes:
    """A table of OpenDocument; all cells are text."""
    headers, rows = table(shipments)
    body = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in (headers, *rows))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="Manifest">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as package:
        for name, text, how in (
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED),
            ("content.xml", content, zipfile.ZIP_DEFLATED),
        ):
            package.writestr(zipfile.ZipInfo(name, _MADE.timetuple()[:6]), text, how)
    return sink.getvalue()


def _cell(text: str) -> str:
    return (
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
        if text
        else "<table:table-cell/>"
    )


# Names of ten characters, as dBase has them.
SHORT = {
    "Bill of Lading": "BL_NO", "Master Bill of Lading": "MBL_NO", "Item No": "ITEM_NO", "Container No": "CONT_NO", "Shipper": "SHIPPER",
    "Shipper Address": "SHIP_ADDR", "Shipper Country": "SHIP_CTRY", "Shipper ID": "SHIPPER_ID", "Consignee": "CONSIGNEE",
    "Consignee Address": "CONS_ADDR", "Consignee Country": "CONS_CTRY", "Consignee ID": "CONS_ID", "Notify Party": "NOTIFY",
    "Notify Party Address": "NOTIF_ADDR", "Notify Party Country": "NOTIF_CTRY", "Notify Party ID": "NOTIF_ID", "Carrier": "CARRIER",
    "Description of Goods": "GOODS_DESC", "HS Code": "HS_CODE", "CUS Code": "CUS_CODE", "UN No": "UN_NO", "IMDG Class": "IMDG",
    "Quantity": "QUANTITY", "Unit": "UNIT", "Net Weight KG": "NET_WEIGHT", "Gross Weight KG": "GROSS_WT", "Packages": "PACKAGES",
    "Package Type": "PACKING", "Marks": "MARKS", "Value": "VALUE", "Currency": "CURRENCY", "Freight": "FREIGHT",
    "Country of Origin": "ORIGIN", "Country of Dispatch": "DISP_CTRY", "Country of Destination": "DEST_CTRY", "Port of Loading": "POL",
    "Port of Discharge": "POD", "Place of Delivery": "PLACE_DELV", "Direction": "DIRECTION", "Mode of Transport": "MODE",
    "Vessel": "VESSEL", "Voyage": "VOYAGE", "Date": "DATE", "Departure Date": "ETD", "Arrival Date": "ETA", "Permit No": "PERMIT_NO",
}  # fmt: skip


def write_dbf(shipments: Sequence[Shipment]) -> bytes:
    """dBase III, texts in UTF-8."""
    headers, rows = table(shipments)
    columns = list(zip(*([text.encode() for text in row] for row in rows), strict=True))
    widths = [min(254, max(1, *map(len, column))) for column in columns]
    head = struct.pack("<BBBBIHH", 3, 126, 11, 25, len(rows), 32 + 32 * len(columns) + 1, 1 + sum(widths)) + bytes(20)
    for header, width in zip(headers, widths, strict=True):
        head += SHORT[header].encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes((width, 0)) + bytes(14)
    body = b"".join(
        b" " + b"".join(cell[:width].ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in zip(*columns, strict=True)
    )
    return head + b"\r" + body + b"\x1a"
