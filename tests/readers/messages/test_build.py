"""What messages state, as one table: fields, what has none, what two segments say of one, and what nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.messages import build
from precursor_screen.readers.registry import read

OWN = {"CNI+1004": "B1", "GID+1496": "1", "FTX+AAA": "ACETONE", "GID+7224": "2", "GID+7065": "DR", "BGM+1225": "9"}


def of_message(more: str) -> InputTables:
    """The tables of a consignment of one item, of which further segments speak."""
    text = f"UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'CNI+1+B1'GID+1+2:DR'FTX+AAA+++ACETONE'{more}UNT++1'"
    (tables,) = read(text.encode(), "m")
    return tables


def filed(tables: InputTables) -> dict[str, str]:
    """The one line as filed, without what every message here states."""
    (row,) = tables.raw.to_pylist()
    return {label: text for label, text in row.items() if OWN.get(label) != text}


def said(tables: InputTables) -> list[tuple[Any, ...]]:
    return [(i["code"], i["field"], i["source_row"], i["value"], i["count"]) for i in tables.issues.to_pylist()]


def test_an_input_names_the_elements_of_its_fields_and_those_that_nobody_knows():
    found = of_message("ZZZ+1+WHAT'MEA+AAE+T+CEL:5'").input
    assert dict(found.mapping) == {
        "GID+1496": "item_number",
        "GID+7224": "packages",
        "GID+7065": "package_type",
        "FTX+AAA": "description",
        "CNI+1004": "bill_of_lading",
        "BGM+1225": "message_function",
    }
    assert found.unmapped == ("ZZZ",)
    assert found.supplied == {"description", "item_number", "packages", "package_type", "bill_of_lading"}
    assert found.lines == 1


def test_an_unknown_element_is_told_once_with_its_first_place_and_how_often_it_is_filled():
    tables = of_message("ZZZ+1+WHAT'YYY+2'ZZZ+1+THAT'")
    assert said(tables) == [("unread-element", None, 4, "1 WHAT", 2), ("unread-element", None, 4, "2", 1)]
    assert filed(tables) == {"ZZZ": "1 WHAT\n1 THAT", "YYY": "2", "BGM+1004": "M1"}
    assert tables.lines.column("other_texts").to_pylist() == [["1 WHAT\n1 THAT"]]


def test_of_two_places_the_first_is_read_and_the_other_kept_and_told():
    tables = of_message("LOC+9+DEHAM'LOC+9+FRLEH'LOC+9+DEHAM'")
    assert said(tables) == [("several-values", "port_of_loading", 4, "FRLEH", 1)]
    assert tables.lines.column("port_of_loading").to_pylist() == ["DEHAM"]
    assert tables.lines.column("other_texts").to_pylist() == [["FRLEH"]]


def test_a_second_party_of_a_role_is_another_party_and_a_name_that_is_known_is_none():
    tables = of_message("NAD+CN+++ACME LTD'NAD+CN+++ZETA LTD'NAD+CZ+++OMEGA LTD'NAD+CZ+++ACME LTD'NAD+CN+++ZETA LTD'")
    assert said(tables) == []
    (line,) = tables.lines.to_pylist()
    assert (line["consignee_name"], line["consignor_name"], line["other_parties"]) == ("ACME LTD", "OMEGA LTD", ["ZETA LTD"])


@pytest.mark.parametrize(("most", "parties"), [(1, ["ZETA LTD"]), (2, ["ZETA LTD", "ETA LTD"])])
def test_parties_beyond_the_most_are_screened_as_texts(monkeypatch, most, parties):
    monkeypatch.setattr(build, "_MOST_PARTIES", most)
    (line,) = of_message("NAD+CN+++ACME LTD'NAD+CN+++ZETA LTD'NAD+CN+++ETA LTD'").lines.to_pylist()
    assert line["other_parties"] == parties
    assert line.get("other_texts") == (["ETA LTD"] if most == 1 else None)


def test_elements_beyond_the_most_share_one_column(monkeypatch):
    monkeypatch.setattr(build, "_MOST_COLUMNS", 2)
    assert filed(of_message("ZZZ+1'YYY+2'XXX+3'ZZZ+4'")) == {"ZZZ": "1\n4", "YYY": "2", "further elements": "3\nM1"}
