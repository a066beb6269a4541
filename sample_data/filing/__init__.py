"""Writers of the same shipments in every format that is read: plain functions of shipments to bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sample_data.filing import (
    asycuda,
    books,
    cargo_imp,
    cargo_xml,
    columnar,
    declarations,
    delimited,
    documents,
    edifact,
    feeds,
    mail,
    x12,
)
from sample_data.filing.shipment import Shipment

Writer = Callable[[Sequence[Shipment]], bytes]

TABLES: Mapping[str, Writer] = {
    "comma.csv": delimited.write_text,
    "semicolon-cp1252.csv": partial(delimited.write_text, delimiter=";", encoding="cp1252"),
    "tab-utf16.txt": partial(delimited.write_text, delimiter="\t", encoding="utf-16"),
    "pipe-mark.txt": partial(delimited.write_text, delimiter="|", encoding="utf-8-sig"),
    "book.xlsx": books.write_xlsx,
    "book.xls": books.write_xls,
    "book.ods": books.write_ods,
    "table.dbf": books.write_dbf,
    "records.json": columnar.write_json,
    "records.jsonl": columnar.write_jsonl,
    "columns.parquet": columnar.write_parquet,
    "columns.arrow": columnar.write_arrow,
    "document.docx": documents.write_docx,
    "document.rtf": documents.write_rtf,
    "page.html": documents.write_html,
    "mail.eml": mail.write_eml,
    "mail.msg": mail.write_msg,
}
MESSAGES: Mapping[str, Writer] = {
    "cuscar.edi": edifact.write_cuscar,
    "cusdec.edi": edifact.write_cusdec,
    "iftmin.edi": edifact.write_iftmin,
    "ifcsum.edi": edifact.write_ifcsum,
    "x12-309.edi": x12.write_309,
    "x12-310.edi": x12.write_310,
    "x12-601.edi": x12.write_601,
    "x12-350.edi": x12.write_350,
    "fwb.txt": cargo_imp.write_fwb,
    "fhl.txt": cargo_imp.write_fhl,
    "ffm.txt": cargo_imp.write_ffm,
    "asycuda-sad.xml": asycuda.write_sad,
    "asycuda-awmds.xml": asycuda.write_awmds,
    "asycuda-awbolds.xml": asycuda.write_awbolds,
    "cds.xml": declarations.write_cds,
    "ncts.xml": declarations.write_ncts,
    "ens.xml": declarations.write_ens,
    "ics2.xml": declarations.write_ics2,
    "xfwb.xml": cargo_xml.write_xfwb,
    "xfzb.xml": cargo_xml.write_xfzb,
    "xffm.xml": cargo_xml.write_xffm,
    "ubl-waybill.xml": feeds.write_ubl,
    "dcsa-ebl.json": feeds.write_dcsa,
    "fiata-efbl.json": feeds.write_fiata,
    "one-record.json": feeds.write_one_record,
    "one-record-graph.json": feeds.write_one_record_graph,
    "scmtr.json": feeds.write_scmtr,
}
WRITERS: Mapping[str, Writer] = {**TABLES, **MESSAGES}
