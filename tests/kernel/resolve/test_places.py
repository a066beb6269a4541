"""Countries by ports: the same from a table, a workbook and a message of one cargo, beside ids that know nothing of them."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import Run, run
from precursor_screen.kernel.resolve.resolve import BY_PORT, implied_countries, with_countries
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from tests.examples import examples
from tests.screening import STARTED, with_rules

HEADER = ("Bill of Lading", "Description", "Gross Weight (kg)", "Shipper", "Consignee", "Port of Loading", "Port of Discharge")
ROW = ("AB1", "ACETIC ANHYDRIDE", "900", "Silver Birch GmbH", "Fabula Traders", "DEHAM", "NLRTM")
CUSCAR = (
    "UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+AB1'LOC+9+DEHAM'LOC+11+NLRTM'NAD+CZ+++Silver Birch GmbH'"
    "NAD+CN+++Fabula Traders'GID+1'FTX+AAA+++ACETIC ANHYDRIDE'MEA+AAE+G+KGM:900'UNT+11+1'"
)


def as_csv(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    return "\n".join(";".join(row) for row in (header, *rows)).encode()


def as_xlsx(*rows: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def reference(reference):
    return with_rules(reference, "PS-RTE-016", "PS-DOC-016")


def screened(content: bytes, reference) -> Run:
    return run((Source("m", content=content),), ReadOptions(), reference, started=STARTED)


def way(result: Run) -> list[tuple[Any, ...]]:
    fields = ("country_of_dispatch", "country_of_destination", "sender_country", "receiver_country")
    lines = result.screened.resolved.lines
    return [tuple(line.get(f) for f in fields) for line in lines.to_pylist()]


def told(*ports: str | None, coded: bool = False, **more: list[str | None]) -> list[dict[str, Any]]:
    """Lines with these ports of discharge, and whatever else is given, after the ports have been looked at."""
    lines = pa.table({"port_of_discharge": pa.array(ports, pa.string()), "input_id": ["i"] * len(ports)} | {k: pa.array(v, pa.string()) for k, v in more.items()})  # fmt: skip
    inputs = pa.table({"input_id": ["i"], "coded_fields": [["port_of_discharge"] if coded else []]})
    return with_countries(lines, implied_countries(lines, inputs)).to_pylist()


@pytest.mark.parametrize("content", [as_csv(ROW), as_xlsx(ROW), CUSCAR.encode()], ids=["CSV", "XLSX", "CUSCAR"])
def test_a_table_and_a_message_tell_the_same_countries_and_raise_the_same_flags(content: bytes, reference) -> None:
    result = screened(content, reference)
    assert way(result) == [("DE", "NL", "DE", "NL")]
    assert [f["because"] for f in result.report.flag_records()] == [
        "Acetic anhydride (heroin, p-2-p) goes to NL, where the drug is made or through which its chemicals come."
    ]


def test_the_id_of_a_line_is_that_of_what_was_filed(reference) -> None:
    filed = {read(content, "m")[0].lines.column("line_id")[0].as_py() for content in (as_csv(ROW), as_xlsx(ROW))}
    assert filed == {"13da8eab73fc44df07e488cc0ebd520d"}  # as recorded before ports told countries
    assert set(screened(as_csv(ROW), reference).screened.resolved.lines.column("line_id").to_pylist()) == filed
    (lines,) = (tables.lines for tables in read(as_csv(ROW), "m"))
    assert "country_of_destination" not in lines.column_names


def test_what_is_shown_says_that_a_port_told_it(reference) -> None:
    (flag,) = screened(as_csv(ROW), reference).report.flag_records()
    said = {e["field"]: e["as_written"] for e in flag["evidence"] if "candidate" not in e}
    assert said[BY_PORT] == "country_of_dispatch from port_of_loading DEHAM, country_of_destination from port_of_discharge NLRTM"


def test_a_country_that_is_filed_stands_and_needs_no_port(reference) -> None:
    header = (*HEADER, "Country of Dispatch", "Country of Destination")
    result = screened(as_csv((*ROW, "XI", "PK"), header=header), reference)
    assert way(result) == [("XI", "PK", "XI", "PK")]
    (flag,) = result.report.flag_records()
    assert BY_PORT not in {e["field"] for e in flag["evidence"]}


def test_a_cell_left_blank_stays_one_though_the_port_tells_it(reference) -> None:
    header = (*HEADER, "Country of Destination")
    other = ("AB2", "TOYS", "5", "A", "B", "DEHAM", "NLRTM", "NL")
    flags = screened(as_csv((*ROW, ""), other, header=header), reference).report.flag_records()
    assert [f["rule_id"] for f in flags] == ["PS-DOC-016", "PS-RTE-016"]


@pytest.mark.parametrize("cell", ["DEHAM", "deham", "DE HAM", "DE-HAM", "DE/HAM", " DeHam "])
def test_a_code_however_it_is_written(cell: str) -> None:
    (line,) = told(cell)
    assert line["country_of_destination"] == "DE"
    assert line[BY_PORT] == [f"country_of_destination from port_of_discharge {cell}"]


WORDS = ["CHINA", "CHILE", "TOKYO", "SEOUL", "CAIRO", "DELHI", "NEPAL", "BENIN", "LIBYA", "NIGER", "MALTA", "PARIS", "GENOA", "LAGOS", "DELFT", "PERTH",
         "china", "Malta", "HAMBURG, DE", "1703, SAVANNAH, GA", "HAMBURG", "HAM", "DE", "US-TX", "AT SEA", "TBA", "53306", "DE  HAM X", ""]  # fmt: skip


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize("cell", WORDS)
def test_words_and_other_texts_tell_nothing(cell: str, coded: bool) -> None:
    (line,) = told(cell, coded=coded)
    assert (line["country_of_destination"], line[BY_PORT]) == (None, None)


@pytest.mark.parametrize(
    ("cell", "country"), [("AFKBL", "AF"), ("XIBEL", "XI"), ("de9zz", "DE"), ("QQABC", None), ("DE1AB", None)]
)
def test_a_code_that_the_table_lacks_counts_among_codes_alone(cell: str, country: str | None) -> None:
    assert told(cell)[0]["country_of_destination"] is None
    assert told(cell, coded=True)[0]["country_of_destination"] == country


@pytest.mark.parametrize(("others", "country"), [(9, "AF"), (8, None)])
def test_nine_in_ten_filled_cells_make_a_column_of_codes(others: int, country: str | None, reference) -> None:
    rows = [(f"B{n}", "TOYS", "5", "A", "B", "DEHAM", "NLRTM") for n in range(others)]
    blank = ("B97", "TOYS", "5", "A", "B", "DEHAM", "")
    result = screened(as_csv(*rows, blank, ("B98", "TOYS", "5", "A", "B", "DEHAM", "AFKBL")), reference)
    assert way(result)[-2:] == [("DE", None, "DE", None), ("DE", country, "DE", country)]


def test_the_place_of_delivery_goes_before_the_port_of_discharge() -> None:
    lines = told(
        "NLRTM", "NLRTM", None, place_of_delivery=["DEMUC", "MUNICH", "DEMUC"], country_of_destination=[None, None, "AT"]
    )
    assert [line["country_of_destination"] for line in lines] == ["DE", "NL", "AT"]
    assert lines[2][BY_PORT] is None


def test_no_port_tells_nothing() -> None:
    lines = pa.table({"input_id": ["i"]})
    assert with_countries(lines, implied_countries(lines, pa.table({"input_id": ["i"]}))).equals(lines)


CELLS = st.sampled_from(["DEHAM", "nlrtm", "AFKBL", "CHINA", "HAMBURG", "", None])


@examples(30, 200)
@given(st.lists(st.tuples(CELLS, CELLS, st.sampled_from(["FR", None])), min_size=1, max_size=8), st.booleans())
def test_rows_do_not_touch_one_another(rows: list[tuple[str | None, ...]], coded: bool) -> None:
    def of(some: list[tuple[str | None, ...]]) -> list[dict[str, Any]]:
        discharge, delivery, country = (list(column) for column in zip(*some, strict=True))
        return told(*discharge, coded=coded, place_of_delivery=delivery, country_of_destination=country)

    assert of(rows) == [of([row])[0] for row in rows]


@pytest.mark.parametrize(
    ("port", "country"),
    [
        ("57035 Shanghai (Schedule K)", "CN"),
        ("57099 (Schedule K)", "CN"),
        ("2704 Los Angeles, CA (Schedule D)", "US"),
        ("57035", None),
        ("57035 Rotterdam (Schedule K)", None),
    ],
)
def test_a_port_by_a_schedule_of_the_united_states_tells_its_country(port: str, country: str | None) -> None:
    (line,) = told(port)
    assert line["country_of_destination"] == country
    assert (line[BY_PORT] or []) == ([f"country_of_destination from port_of_discharge {port}"] if country else [])


def test_a_table_of_the_manifest_system_tells_countries_by_its_ports(reference) -> None:
    header = ("identifier", "description_text", "piece_count", "foreign_port_of_lading", "port_of_unlading")
    result = screened(as_csv(("AB1", "ACETIC ANHYDRIDE", "4", "57035", "2704"), header=header), reference)
    assert [one[:2] for one in way(result)] == [("CN", "US")]
