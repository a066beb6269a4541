"""What a line states of its own, what it inherits, and cargoes in parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.readers.messages import scope as scope_module
from precursor_screen.readers.messages.scope import EXTRA, IGNORED, UNREAD, Cell, MessageLine, Scope, lines_of, merge_lines


def message(*, shares: bool = True) -> tuple[Scope, Scope, Scope, Scope]:
    root = Scope(1, shares=shares)
    bill = root.open(2)
    return root, bill, bill.open(3), bill.open(4)


def said(scope: Scope) -> list[dict[str, list[str]]]:
    lines = []
    for line in lines_of(scope):
        found: dict[str, list[str]] = {}
        for cell in line.cells:
            found.setdefault(cell.field, []).append(cell.text)
        lines.append(found)
    return lines


def test_a_level_without_any_below_it_is_a_line() -> None:
    root, _, _, _ = message()
    root.open(5)
    assert [line.place for line in lines_of(root)] == [3, 4, 5]
    assert [line.place for line in lines_of(Scope(7))] == [7]


def test_the_nearest_stands_and_the_others_are_kept_beside() -> None:
    root, bill, one, _ = message()
    root.add("voyage", "R", "1")
    bill.add("voyage", "B", "2")
    one.add("voyage", "I", "3")
    assert said(root) == [{"voyage": ["3"], EXTRA: ["2", "1"]}, {"voyage": ["2"], EXTRA: ["1"]}]


def test_a_party_is_inherited_whole() -> None:
    root, bill, one, _ = message()
    bill.add("consignee_name", "B", "UPPER")
    bill.add("consignee_address", "B", "UPPER STREET")
    one.add("consignee_name", "I", "OWN")
    first, second = said(root)
    assert first == {"consignee_name": ["OWN"], "other_parties": ["UPPER"], EXTRA: ["UPPER STREET"]}
    assert second == {"consignee_name": ["UPPER"], "consignee_address": ["UPPER STREET"]}


def test_an_amount_of_a_bill_is_the_first_lines_where_no_line_has_one() -> None:
    root, bill, one, _ = message()
    bill.add("gross_mass", "B", "10")
    assert said(root) == [{"gross_mass": ["10"]}, {}]
    assert [line.elsewhere for line in lines_of(root)] == [set(), {"gross_mass"}]
    one.add("gross_mass", "I", "4")
    assert said(root) == [{"gross_mass": ["4"], EXTRA: ["10"]}, {}]


def test_an_amount_of_a_whole_manifest_is_no_lines_own_but_of_a_single_one() -> None:
    root, bill, _, two = message(shares=False)
    root.add("container_numbers", "R", "TSTU1234567")
    assert said(root) == [{EXTRA: ["TSTU1234567"]}, {}]
    bill.children.remove(two)
    assert said(root) == [{"container_numbers": ["TSTU1234567"]}]


def test_what_adds_up_is_never_hidden() -> None:
    root, bill, one, _ = message()
    for scope, text in ((root, "A"), (bill, "B"), (one, "C")):
        for name in ("other_parties", EXTRA, UNREAD):
            scope.add(name, "L", text)
    assert said(root)[0] == {name: ["C", "B", "A"] for name in ("other_parties", EXTRA, UNREAD)}


def test_blanks_and_what_says_nothing_are_no_values() -> None:
    scope = Scope(1)
    scope.add("marks", "L", "  ")
    scope.add(IGNORED, "L", "x")
    scope.add("marks", "L", " x ", " x ")
    scope.add("date", "L", "2026-03-01", "260301")
    assert scope.cells == [Cell("marks", "L", "x", ""), Cell("date", "L", "2026-03-01", "260301")]


def test_levels_know_what_stands_above_them() -> None:
    root, bill, one, _ = message()
    root.add("voyage", "R", "1")
    assert [len(list(scope.above())) for scope in (root, bill, one)] == [0, 1, 2]
    assert list(one.above()) == [bill, root]
    assert [any(above.has("voyage") for above in scope.above()) for scope in (root, bill, one)] == [False, True, True]


def part(place: int, bill: str, pieces: str, mass: str, port: str = "JFK", unit: str = "UNIT1") -> MessageLine:
    values = {
        "bill_of_lading": bill,
        "packages": pieces,
        "gross_mass": mass,
        "port_of_discharge": port,
        "container_numbers": unit,
    }
    return MessageLine(place, tuple(Cell(n, "L", t) for n, t in values.items() if t))


def figures(lines: list[MessageLine]) -> list[tuple[int, str | None, str | None]]:
    return [
        (line.place, *(next((c.text for c in line.cells if c.field == n), None) for n in ("packages", "gross_mass")))
        for line in lines
    ]


def test_parts_of_one_waybill_are_one_cargo() -> None:
    merged = merge_lines(
        [part(1, "A", "2", "40.1"), part(2, "B", "1", "7"), part(3, "A", "3", "60.2", unit="UNIT2")], "bill_of_lading"
    )
    assert figures(merged) == [(1, "5", "100.3"), (2, "1", "7")]
    assert [c.text for c in merged[0].cells if c.field == "container_numbers"] == ["UNIT1", "UNIT2"]


def test_parts_that_cannot_be_added_stay_apart() -> None:
    for second in (part(2, "A", "3", "60 LBR"), part(2, "A", "X", "60"), part(2, "A", "3", "60", port="BOS")):
        assert len(merge_lines([part(1, "A", "2", "40"), second], "bill_of_lading")) == 2
    assert len(merge_lines([part(1, "", "2", "40"), part(2, "", "2", "40")], "bill_of_lading")) == 2
    assert figures(merge_lines([part(1, "A", "2", "40 LBR"), part(2, "A", "3", "60 LBR")], "bill_of_lading")) == [
        (1, "5", "100 LBR")
    ]


@pytest.mark.parametrize(("most", "each"), [(6, True), (5, False)])
def test_remarks_without_end_are_repeated_on_no_line_but_the_first(
    monkeypatch: pytest.MonkeyPatch, most: int, each: bool
) -> None:
    monkeypatch.setattr(scope_module, "MOST_HANDED_DOWN", most)
    root, bill, _, _ = message()
    for text in ("A", "B", "C"):
        bill.add(EXTRA, "L", text)
    first, second = said(root)
    assert sorted(first[EXTRA]) == ["A", "B", "C"]
    assert second[EXTRA] == (["A", "B", "C"] if each else ["A"])


@pytest.mark.parametrize(
    ("cells", "country"),
    [
        ({"port_of_discharge": "NLRTM", "place_of_delivery": "DEDUI"}, "DE"),
        ({"port_of_discharge": "NLRTM", "place_of_delivery": "DUISBURG"}, "NL"),
        ({"port_of_discharge": "NLRTM", "country_of_destination": "AT"}, "AT"),
        ({"port_of_discharge": "NLRT1"}, None),
        ({}, None),
    ],
)
def test_a_place_tells_its_country_where_none_is_stated(cells: dict[str, str], country: str | None) -> None:
    line = MessageLine(1, tuple(Cell(n, "L", t) for n, t in cells.items()))
    derived = scope_module.with_countries(line, {"country_of_destination": ("place_of_delivery", "port_of_discharge")})
    assert next((c.text for c in derived.cells if c.field == "country_of_destination"), None) == country


STATED = st.lists(
    st.tuples(
        st.sampled_from(["description", "vessel", "consignee_name", "consignee_address", "other_parties", EXTRA]),
        st.sampled_from("xyz"),
    ),
    max_size=4,
)


def slowly_inherited(levels: list[list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """What a line states that stands in levels, the nearest last, each with one line below it."""
    taken: set[str] = set()
    said: set[tuple[str, str]] = set()
    for level in reversed(levels):
        before = frozenset(taken)
        for name, text in level:
            group = "" if name in ("other_parties", EXTRA) else name.partition("_")[0]
            if group in before:
                if (name, text) not in said:
                    yield "other_parties" if name == "consignee_name" else EXTRA, text
                continue
            said.add((name, text))
            taken |= {group} - {""}
            yield name, text


@given(st.lists(STATED, min_size=1, max_size=4))
def test_a_line_inherits_what_nothing_nearer_states(levels: list[list[tuple[str, str]]]) -> None:
    root = scope = Scope(1)
    for number, level in enumerate(levels):
        scope = scope.open(number) if number else scope
        scope.take(Cell(name, "L", text) for name, text in level)
    (line,) = lines_of(root)
    assert [(cell.field, cell.text) for cell in line.cells] == [*slowly_inherited(levels)]
