"""JSON and XML: lists within lists become rows; what stays closed is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from precursor_screen.core.errors import UnreadableManifest
from precursor_screen.formats import records
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.records import Room, explode, read_json, read_xml


def _rows(value: Any) -> list[dict[str, str | None]]:
    sheet = read_json(open_text(Blob("m.json", json.dumps(value).encode())))
    names = sheet.head[0]
    return [dict(zip(names, row, strict=True)) for row in sheet.head[1:]]


def test_goods_listed_in_containers_are_lines() -> None:
    bill = {
        "bill": "B1",
        "containers": [{"id": "C1", "items": [{"d": "CHAIRS"}, {"d": "TABLES"}]}, {"id": "C2", "items": [{"d": "LAMPS"}]}],
    }
    rows = _rows([bill])
    assert [(r["bill"], r["containers.id"], r["containers.items.d"]) for r in rows] == [
        ("B1", "C1", "CHAIRS"),
        ("B1", "C1", "TABLES"),
        ("B1", "C2", "LAMPS"),
    ]


def test_containers_without_goods_multiply_no_line() -> None:
    (row,) = _rows([{"d": "CHAIRS", "containers": [{"id": "C1"}, {"id": "C2"}]}])
    assert row["containers.id"] == "C1; C2"


def test_lists_of_lists_are_opened() -> None:
    rows = _rows([{"bill": "B1", "items": [[{"d": "CHAIRS"}], [{"d": "TABLES"}, [{"d": "LAMPS"}]], "FREE TEXT", None]}])
    assert [r["items.d"] or r["items.text"] for r in rows] == ["CHAIRS", "TABLES", "LAMPS", "FREE TEXT"]


def test_a_list_that_stays_closed_is_said(monkeypatch: Any) -> None:
    monkeypatch.setattr(records, "MAX_DEPTH", 1)
    nested = {"bills": [{"lots": [{"items": [{"d": "CHAIRS"}]}]}]}
    (note,) = read_json(open_text(Blob("m.json", json.dumps(nested).encode()))).notes
    assert note.code == "lost-rows"
    assert "CHAIRS" in str(_rows(nested))


def test_what_is_repeated_is_capped_and_said() -> None:
    room = Room(texts=25)
    rows = explode({"note": "x" * 10, "items": [{"d": str(n)} for n in range(5)]}, room)
    assert [r.get("note") is not None for r in rows] == [True, True, False, False, False]
    assert [r["items.d"] for r in rows] == ["0", "1", "2", "3", "4"]
    assert "items" in room.closed


def test_lists_without_end_are_no_crash() -> None:
    value: Any = {"d": "CHAIRS"}
    for _ in range(300):
        value = {"d": "LAMPS", "containers": [value]}
    assert read_json(open_text(Blob("m.json", json.dumps([value]).encode()))).head


def _joined(record: dict[str, Any]) -> list[tuple[int, tuple[str, ...], str]]:
    sheet = read_json(open_text(Blob("m.json", json.dumps([{"d": "LAMPS"}, record]).encode())))
    return [(one.row, one.names, one.opened) for one in sheet.joined]


def test_lists_side_by_side_are_named() -> None:
    goods = [{"d": "CHAIRS"}, {"d": "TABLES"}, {"d": "LAMPS"}]
    assert _joined({"goods": goods, "quantities": [{"kg": 4}, {"kg": 5}]}) == [(2, ("quantities.kg",), "goods")]
    assert _joined({"goods": goods, "quantities": [4, 5]}) == [(2, ("quantities",), "goods")]
    assert _joined({"goods": ["CHAIRS", "TABLES"], "lot": {"quantities": [4, 5]}}) == [(2, ("goods", "lot.quantities"), "")]
    assert _joined({"bills": [{"goods": ["CHAIRS", "TABLES"], "kg": [4, 5]}]}) == [(2, ("bills.goods", "bills.kg"), "")]


def test_a_list_that_stands_alone_or_describes_a_line_is_named_by_nobody() -> None:
    assert _joined({"goods": ["CHAIRS", "TABLES"], "quantities": [4]}) == []
    assert _joined({"goods": [{"d": "CHAIRS", "cas": ["1", "2"]}, {"d": "TABLES"}]}) == []
    assert _joined({"goods": [{"d": "CHAIRS"}, {"d": "TABLES"}], "containers": [{"id": 1}, {"id": 2}]}) == []


def _of_xml(text: str) -> list[dict[str, str]]:
    sheet = read_xml(open_text(Blob("m.xml", text.encode())))
    names = sheet.head[0]
    return [{name: cell for name, cell in zip(names, row, strict=True) if cell} for row in sheet.head[1:]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("<list><item><d>CHAIRS</d></item><item><d>TABLES</d></item></list>", [{"item.d": "CHAIRS"}, {"item.d": "TABLES"}]),
        ('<a x="1"><d>CHAIRS</d></a>', [{"x": "1", "d": "CHAIRS"}]),
        ('<n:a xmlns:n="urn:b"><n:d>CHAIRS</n:d></n:a>', [{"d": "CHAIRS"}]),
        ('<a><d value="CHAIRS"/><e value=" "/><f/></a>', [{"d": "CHAIRS"}]),
        ('<a><w unitCode="TNE">5.5</w><v list="HS">29</v></a>', [{"w": "5.5 TNE", "v.list": "HS", "v": "29"}]),
        ('<a><d>CHAIRS</d><q unitCode="C62">40</q></a>', [{"d": "CHAIRS", "q.unitCode": "C62", "q": "40"}]),
        ("<a>one<d>CHAIRS</d>two</a>", [{"d": "CHAIRS", "": "one two"}]),
        ('<?xml version="1.0"?><a><d>CHAIRS</d></a>\n<?xml version="1.0"?><a><d>TABLES</d></a>', [{"d": "CHAIRS"}, {"d": "TABLES"}]),
        ("<a><d>CHAIRS</d><d>TABLES</d></a>", [{"d": "CHAIRS; TABLES"}]),
    ],
)  # fmt: skip
def test_elements_are_objects_and_attributes_texts(text: str, rows: list[dict[str, str]]) -> None:
    assert _of_xml(text) == rows


def test_xml_is_read_as_far_as_it_goes() -> None:
    sheet = read_xml(open_text(Blob("m.xml", b"<list><item><d>CHAIRS</d></item><item><d>TAB</x>")))
    assert "CHAIRS" in str(sheet.head)
    assert [(note.code, "not well formed" in note.reason) for note in sheet.notes] == [("lost-rows", True)]


@pytest.mark.parametrize("text", ["<a/>", "<a><b/></a>", "<a> </a>"])
def test_xml_without_a_text_is_refused(text: str) -> None:
    with pytest.raises(UnreadableManifest, match="is XML without a text"):
        read_xml(open_text(Blob("m.xml", text.encode())))


def test_the_levels_of_columns_are_counted() -> None:
    sheet = read_json(
        open_text(Blob("m.json", json.dumps({"v": 1, "b": [{"n": "A", "i": [{"d": "X"}, {"d": "Y"}]}] * 2}).encode()))
    )
    assert dict(zip(sheet.head[0], sheet.levels, strict=True)) == {"v": 0, "b.n": 1, "b.i.d": 2}
