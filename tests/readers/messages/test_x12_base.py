"""Segments of X12 one by one: which fields their elements fill, and where a name or a code ends."""

from __future__ import annotations

import pytest

from precursor_screen.formats.edi import Segment
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.scope import EXTRA, UNREAD, Scope
from precursor_screen.readers.messages.x12_base import Message, n1, n2, n3, n4, nm1, put, put_code, put_day, put_weight


def segment(text: str) -> Segment:
    tag, *elements = text.split("*")
    return Segment(7, tag, tuple((element,) for element in elements))


def cells(scope: Scope) -> list[tuple[str, str]]:
    return [(cell.field, cell.text) for cell in scope.cells]


def message(*texts: str, kind: str = "309") -> Message:
    made = Message(segment(f"ST*{kind}"), IssueList("m"))
    handlers = {"N1": n1, "N2": n2, "N3": n3, "N4": n4, "NM1": nm1}
    for text in texts:
        handlers[text.partition("*")[0]](made, segment(text))
    return made


@pytest.mark.parametrize(
    ("code", "qualifier", "field"),
    [
        ("291411", "", "hs_code"),
        ("2914.11", "", "hs_code"),
        ("2914 1100 00", "", "hs_code"),
        ("29141", "", EXTRA),
        ("29141100001", "", EXTRA),
        ("2914AB", "", EXTRA),
        ("291411", "?", EXTRA),
    ],
)
def test_a_code_without_a_qualifier_is_a_tariff_code_by_its_length(code: str, qualifier: str, field: str) -> None:
    scope = Scope(1)
    put_code(scope, segment(f"L5*1*TOYS*{code}*{qualifier}"), 3, qualifier)
    assert cells(scope) == [(field, code)]


@pytest.mark.parametrize(
    ("figure", "unit", "text"),
    [
        ("5", "K", "5"),
        ("5", "L", "5 LBR"),
        ("5", "??", "5 ??"),
        ("5", "", "5"),
        (",5", "K", "0.5"),
        ("0", "K", None),
        ("0.00", "", None),
    ],
)
def test_a_weight_has_the_unit_of_its_code_and_nought_is_none(figure: str, unit: str, text: str | None) -> None:
    scope = Scope(1)
    put_weight(scope, segment(f"L0*1*{figure}"), "gross_mass", 2, unit)
    assert cells(scope) == ([("gross_mass", text)] if text else [])


@pytest.mark.parametrize(
    ("day", "text"), [("260305", "2026-03-05"), ("20260305", "2026-03-05"), ("2603", "2603"), ("SOON", "SOON")]
)
def test_a_day_has_six_figures_or_eight(day: str, text: str) -> None:
    scope = Scope(1)
    put_day(scope, segment(f"P4*1803*{day}"), "date", 2)
    assert cells(scope) == [("date", text)]


def test_what_is_said_in_other_words_is_kept_as_filed_as_well() -> None:
    scope = Scope(1)
    put(scope, segment("H1*UN1715*O*X"), un_numbers=1, transport_mode=2, vessel=3)
    assert [(c.field, c.text) for c in scope.cells] == [("un_numbers", "1715"), ("transport_mode", "sea"), ("vessel", "X")]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["N1*CN*ACME LTD*1*C77"], [("consignee_name", "ACME LTD"), ("consignee_identifier", "C77")]),
        (["N1*CN*ACME LTD", "N2*AND SONS"], [("consignee_name", "ACME LTD AND SONS")]),
        (["N1*CN*ACME LTD", "N1*CN*ZETA LTD"], [("consignee_name", "ACME LTD"), ("other_parties", "ZETA LTD")]),
        (["N1*ZZ*ACME LTD", "N3*7 ROAD"], [("other_parties", "ACME LTD"), (EXTRA, "7 ROAD")]),
        (["N1*CN*ACME LTD", "N3*7 ROAD", "N4*COLON**0000*PA"], [("consignee_name", "ACME LTD"), ("consignee_address", "7 ROAD"), ("consignee_address", "COLON, 0000"), ("consignee_country", "PA")]),
        (["N1*CN*ACME LTD", "N3*AND SONS*7 ROAD"], [("consignee_name", "ACME LTD AND SONS"), ("consignee_address", "AND SONS, 7 ROAD")]),
        (["N1*CN*ACME LTD", "N3*7 ROAD*FLOOR 2"], [("consignee_name", "ACME LTD"), ("consignee_address", "7 ROAD, FLOOR 2")]),
        (["N1*CN*ACME LTD", "N3*ROAD"], [("consignee_name", "ACME LTD"), ("consignee_address", "ROAD")]),
        (["N1*CN", "N2*ACME LTD"], [("consignee_name", "ACME LTD")]),
        (["N3*7 ROAD"], [(UNREAD, "7 ROAD")]),
        (["N4*COLON**0000*PA"], [(UNREAD, "COLON 0000 PA")]),
        ([f"N1*CN*{'A' * 34}", "N2*B"], [("consignee_name", "A" * 34 + " B")]),
        ([f"N1*CN*{'A' * 35}", "N2*B"], [("consignee_name", "A" * 35 + " B"), ("other_parties", "A" * 35 + "B")]),
        (["NM1*CN*1*ALDER*THOMAS*J***X*9"], [("consignee_name", "THOMAS J ALDER"), ("consignee_identifier", "9")]),
    ],
)  # fmt: skip
def test_a_party_and_what_follows_it(texts: list[str], found: list[tuple[str, str]]) -> None:
    assert cells(message(*texts).bill) == found
