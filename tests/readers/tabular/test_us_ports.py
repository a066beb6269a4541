"""Ports in tables by the schedules of the United States, where the layout or the header says so."""

from __future__ import annotations

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.headers import schedule_of


def table(head: str, *rows: str) -> InputTables:
    (found,) = read("\n".join((head, *rows)).encode(), "m.csv")
    return found


@pytest.mark.parametrize(
    ("lading", "unlading", "found", "told"),
    [
        ("57035", "2704", ("57035 Shanghai (Schedule K)", "2704 Los Angeles, CA (Schedule D)"), []),
        (
            "1822",
            "401",
            ("01822 Montreal, QUE (Schedule K)", "0401 Boston, MA (Schedule D)"),
            [],
        ),  # noughts that a workbook dropped
        ('"Busan, South Korea"', '"Newark, New Jersey"', ("Busan, South Korea", "Newark, New Jersey"), []),
        ("CNSHA", "USLAX", ("CNSHA", "USLAX"), []),
        ("57099", "9999", ("57099 (Schedule K)", "9999"), ["57099", "9999"]),
        ("570355", "27044", ("570355", "27044"), ["27044", "570355"]),
        ("7", "3", ("7", "3"), ["3", "7"]),
        ("0", "", (None, None), []),
    ],
)
def test_bills_of_the_manifest_system(lading, unlading, found, told):
    read_as = table(
        "identifier,foreign_port_of_lading,port_of_unlading,description_text,piece_count",
        *(f"1,{lading},{unlading},TOYS,3", "2,58023,1703,TOYS,4"),
    )
    line = read_as.lines.to_pylist()[0]
    assert (line["port_of_loading"], line["port_of_discharge"]) == found
    issues = [i["value"] for i in read_as.issues.to_pylist() if i["code"] == "unknown-code"]
    assert sorted(issues) == told


@pytest.mark.parametrize(
    ("header", "party", "cells", "field", "first"),
    [
        ("Port of Lading (Schedule K)", "Importer", ("57035", "42157"), "port_of_loading", "57035 Shanghai (Schedule K)"),
        ("port_of_unlading_schedule_d", "Importer", ("2704", "401"), "port_of_discharge", "2704 Los Angeles, CA (Schedule D)"),
        ("Schedule K", "Importer", ("57035", "42157"), "port_of_loading", "57035 Shanghai (Schedule K)"),
        ("Schedule K code", "Exporter", ("57035", "42157"), "port_of_discharge", "57035 Shanghai (Schedule K)"),
        ("Schedule D", "Importer", ("2704", "401"), "port_of_discharge", "2704 Los Angeles, CA (Schedule D)"),
        ("Schedule D", "Exporter", ("2704", "401"), "port_of_loading", "2704 Los Angeles, CA (Schedule D)"),
        ("Port of Lading", "Importer", ("57035", "42157"), "port_of_loading", "57035"),
        ("US Port", "Importer", ("2704", "401"), "port_of_discharge", "2704"),
        ("Schedule K", "Company", ("57035", "42157"), "", ""),  # of loading or of discharge: nobody says
    ],
)
def test_a_header_that_names_the_schedule(header, party, cells, field, first):
    found = table(
        f"Bill of Lading,Description,Weight (kg),{party},{header}",
        *(f"B{at},TOYS,{at + 7},Heron Ltd,{cell}" for at, cell in enumerate(cells)),
    )
    assert dict(found.input.mapping).get(header, "") == field
    assert not field or found.lines.column(field).to_pylist()[0] == first


def test_a_column_of_the_field_keeps_it():
    found = table(
        "Bill of Lading,Description,Weight (kg),Importer,Port of Lading,Schedule K",
        *("B1,TOYS,7,Heron Ltd,BUSAN,58023", "B2,TOYS,8,Heron Ltd,KOBE,58840"),
    )
    assert found.lines.column("port_of_loading").to_pylist() == ["BUSAN", "KOBE"]


@pytest.mark.parametrize(
    ("header", "schedule"),
    [
        ("Schedule K", "K"),
        ("SCHED. D PORT", "D"),
        ("usPortScheduleD", "D"),
        ("Scheduled", ""),
        ("Schedule B", ""),
        ("Schedule", ""),
        ("Schedule date", ""),
    ],
)
def test_the_schedule_of_a_header(header, schedule):
    assert schedule_of(header)[0] == schedule
