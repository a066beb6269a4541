"""Paths of layouts: how they are matched, and that those that ship name fields that exist."""

from __future__ import annotations

from functools import reduce

import pytest
from lxml import etree

from precursor_screen.readers.column_map import CANONICAL
from precursor_screen.readers.interface import IssueList
from precursor_screen.readers.messages.build import _Row
from precursor_screen.readers.messages.layout import (
    FEEDS,
    LAYOUTS,
    _layout,
    find_code,
    find_entry,
    known_roots,
    load_codes,
    load_layout,
    place_below,
    place_of_root,
)
from precursor_screen.readers.messages.scope import Cell, MessageLine
from precursor_screen.readers.messages.tree import _texts
from tests.conftest import ROOT

FIELDS = {
    "B": "marks",
    "A/B": "description",
    "X/A/B": "voyage",
    "A[C=1]/B": "vessel",
    "A[C]/B": "permit_reference",
    "A/B@unit": "quantity_unit",
}
LAYOUT = _layout({"name": "x", "roots": {"R": "original"}, "levels": ["R/A"], "fields": FIELDS, "beside": ["D"], "ignore": ["E"]})


@pytest.mark.parametrize(
    ("xml", "path", "texts"),
    [
        ("<R><A>1</A><!-- A --><A> 2 </A><?A 3?></R>", "A", ["1", "2"]),
        ("<R><A><!-- B --><B>1</B><B/></A><?A B?><A><B>2</B></A></R>", "A/B", ["1", "2"]),
        ("<R xmlns='urn:x'><a>1</a></R>", "A", ["1"]),
        ("<R><A><B>1</B></A></R>", "B", []),
        ("<R><A> </A></R>", "A", []),
    ],
)
def test_the_texts_at_a_path(xml: str, path: str, texts: list[str]) -> None:
    assert _texts(etree.fromstring(xml), path) == texts


def entry_of(xml: str, attribute: str = "") -> str | None:
    element = etree.fromstring(xml)
    elements = [element]
    while len(elements[-1]):
        elements.append(elements[-1][-1])
    root, *below = (e.tag for e in elements)
    return find_entry(reduce(place_below, below, place_of_root(LAYOUT, root)), elements, attribute)


@pytest.mark.parametrize(
    ("xml", "field"),
    [
        ("<R><B/></R>", "marks"),
        ("<R><A><B/></A></R>", "description"),
        ("<R><X><A><B/></A></X></R>", "voyage"),
        ("<X><A><C>1</C><B/></A></X>", "voyage"),
        ("<R><A><C>1</C><B/></A></R>", "vessel"),
        ("<R><A><!-- C --><?C 2?><C>1</C><B/></A></R>", "vessel"),
        ("<R><A><!-- C --><B/></A></R>", "description"),
        ("<R><A><C>2</C><B/></A></R>", "permit_reference"),
        ("<R><A><C/><B/></A></R>", "description"),
        ("<R><a_><c> 1 </c><_b/></a_></R>", "vessel"),
        ("<R><D/></R>", "beside"),
        ("<R><E/></R>", "-"),
        ("<R><F/></R>", None),
    ],
)
def test_the_longest_path_that_fits_decides(xml: str, field: str | None) -> None:
    assert entry_of(xml) == field


def test_an_attribute_has_a_path_of_its_own() -> None:
    assert entry_of("<R><A><B unit='KGM'/></A></R>", "unit") == "quantity_unit"
    assert entry_of("<R><B unit='KGM'/></R>", "unit") is None


@pytest.mark.parametrize("name", [*LAYOUTS, *FEEDS])
def test_layouts_that_ship_name_fields(name: str) -> None:
    layout = load_layout(name)
    special = {"beside", "-", "message_time"}
    for entries in layout.entries.values():
        for entry in entries:
            for field in entry.field.partition(" @")[0].split("|"):
                assert field.rstrip("?+&") in {*CANONICAL, *special}, (name, entry)
    assert {c.field.rstrip("?") for found in layout.compose.values() for c in found} <= set(CANONICAL)
    assert {j.field for j in layout.joins} <= set(CANONICAL)
    assert set(layout.codes) <= set(CANONICAL)
    assert set(layout.groups.values()) <= {"keep", "beside"}
    assert layout.name


def test_a_root_belongs_to_one_layout() -> None:
    assert sum(len(load_layout(name).roots) for name in LAYOUTS) == len(known_roots())


@pytest.mark.parametrize("name", ["edifact", "x12", "cargo_imp", "ices"])
def test_a_code_is_stated_once(name: str) -> None:
    rows = (ROOT / "precursor_screen/readers/messages/layouts" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    assert len(load_codes(name)) == len(rows) - 1


@pytest.mark.parametrize("name", ["edifact", "x12", "cargo_imp", "ices"])
def test_codes_that_ship_name_fields_or_what_they_mean(name: str) -> None:
    roles = {"consignor", "consignee", "notify_party", "exporter", "importer", "declarant", "carrier", "beside", "-"}
    meanings = {
        "NAD": roles | {"other_parties"},
        "N1": roles | {"other_parties"},
        **dict.fromkeys(("NAD of trade", "N1 of trade"), roles),
        **{name: {"original", "replacement", "cancellation"} for name in ("FUNCTION", "B2A", "M13", "BA1")},
        "BGM": {"CUSCAR", "CUSDEC", "IFTMIN", "DESADV", "INVOIC"},
        "GIS": {"import", "export", "transit", "transhipment"},
        "COUNT": {"CST", "CNI", "EQD", "GID"},
        "MODE": {"sea", "air", "road", "rail", "post"},
        "WEIGHT": {"", "LBR", "GRM", "TNE", "STN", "LTN"},
        "LOC 1131": {"K"},
        "DATE FORMAT": set(map(str, range(6, 25))),
    }
    for (segment, _), field in load_codes(name).items():
        assert field in meanings.get(segment, {*CANONICAL, "beside", "-"}), (segment, field)


def test_a_qualifier_goes_before_its_segment() -> None:
    codes = {("A", "1"): "marks", ("A", ""): "beside"}
    assert [find_code(codes, "A", "1"), find_code(codes, "A", "2"), find_code(codes, "B", "1")] == ["marks", "beside", ""]


def test_values_as_filed_keep_their_order_where_one_of_them_was_put_in_other_words():
    cells = (
        Cell("marks", "a/b", "ONE"),
        Cell("marks", "a/c", "TWO", "2"),
        Cell("marks", "a/d", "THREE"),
        Cell("voyage", "a/e", "V1"),
    )
    row = _Row("X", MessageLine(1, cells))
    row.sort_cells(IssueList("m"))
    assert (row.values["marks"], row.filed) == (["ONE", "TWO", "THREE"], {"marks": ["ONE", "2", "THREE"]})
