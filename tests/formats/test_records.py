"""JSON: lists within lists become rows; what stays closed is said."""

from __future__ import annotations

import json
from typing import Any

from precursor_screen.formats import records
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.records import Room, explode, read_json


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
