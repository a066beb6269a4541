"""The files of `sample_data/formats/`: written by their writers, one a format, all of the same shipments."""

from __future__ import annotations

from pathlib import Path

import pytest

from precursor_screen.readers.messages.layout import FEEDS, known_roots, load_layout
from precursor_screen.readers.registry import read
from sample_data.filing import MESSAGES, TABLES, WRITERS
from sample_data.filing.samples import SHIPMENTS
from sample_data.filing.shipment import Shipment
from tests.conftest import ROOT

FOLDER = ROOT / "sample_data" / "formats"
# Their bytes are those of a library, and may differ from one of its versions to the next.
OF_LIBRARIES = ("book.xlsx", "document.docx", "columns.parquet", "columns.arrow", "mail.eml")


def described(data: bytes, name: str) -> list[str]:
    return [line for tables in read(data, name) for line in tables.lines.column("line_id").to_pylist()]


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_what_its_writer_writes(name: str) -> None:
    committed, written = (FOLDER / name).read_bytes(), WRITERS[name](SHIPMENTS)
    if name in OF_LIBRARIES:
        assert described(committed, name) == described(written, name)
    else:
        assert committed == written, f"run sample_data/generate.py: {name}"


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_writes_the_same_bytes_again(name: str) -> None:
    assert WRITERS[name](SHIPMENTS) == WRITERS[name](list(SHIPMENTS))


def test_no_other_file_stands_there() -> None:
    assert sorted(p.name for p in FOLDER.iterdir()) == sorted(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_every_shipment_is_a_line_and_nothing_is_left_unread(name: str) -> None:
    tables, *beside = read(FOLDER / name, name)
    assert not beside or (
        name == "mail.eml" and not any(other.lines.num_rows for other in beside)
    )  # the words of the mail itself
    goods = tables.lines.column("description").to_pylist() if name != "x12-350.edi" else [s.goods for s in SHIPMENTS]
    assert goods == [s.goods for s in SHIPMENTS]
    assert tables.lines.num_rows == len(SHIPMENTS)
    assert {i["code"] for i in tables.issues.to_pylist()} <= {"preamble-row"}


def test_every_family_of_messages_has_a_file() -> None:
    layouts = {layout.name for layout in (*known_roots().values(), *map(load_layout, FEEDS))}
    read_as = {tables.input.format for name in MESSAGES for tables in read(FOLDER / name, name)}
    # Of national documents and of business systems the tests alone have files.
    of_tests = {"AES", "Carta Porte", "ETRAN", "NF-e", "SAP IDoc", "e-Way Bill"}
    assert layouts | {"UN/EDIFACT", "ANSI X12", "Cargo-IMP"} == read_as | of_tests
    tested = Path(__file__).parent.parent / "readers" / "messages" / "samples"
    assert of_tests <= {tables.input.format for path in tested.iterdir() for tables in read(path, path.name)}


def test_every_kind_of_table_has_a_file() -> None:
    formats = {tables.input.format for name in TABLES for tables in read(FOLDER / name, name)}
    assert {"CSV", "XLSX", "XLS", "ODS", "DBF", "Parquet", "JSON", "DOCX", "RTF", "HTML"} <= formats


def test_the_shipments_differ() -> None:
    assert len({(s.bill, s.item) for s in SHIPMENTS}) == len(SHIPMENTS) == 9
    assert all(isinstance(s, Shipment) and s.hs and s.gross for s in SHIPMENTS)
