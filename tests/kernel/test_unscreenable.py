"""What was read and could not be screened, line by line: goods, texts that a spreadsheet left, names of which nothing is left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.schema import BY_NAME, ISSUE
from precursor_screen.kernel.match import find_cut_lengths
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.unscreenable import (
    NUMBERED_ISSUE,
    count_parties,
    goods_unscreened,
    lacks_watchlists,
    no_watchlist,
    unscreenable_issues,
)
from tests.examples import examples

WITH_LISTS: Any = SimpleNamespace(watchlists=("list",), parties_wanted=True)
WITHOUT: Any = SimpleNamespace(watchlists=(), parties_wanted=True)
PLAIN = {"hs6": None, "substance_ids": [], "is_vague": False, "is_reference": False, "source_file": "m", "description": "tiles"}


def issues(*lines: dict[str, Any], names: tuple[str, ...] = (), reference: Any = WITH_LISTS) -> list[dict[str, Any]]:
    made = [{**PLAIN, "line_id": f"L{n}", "source_row": n + 2, **line} for n, line in enumerate(lines)]
    columns = list(dict.fromkeys(name for line in made for name in line))
    table = pa.table(
        {
            LINE_NO: pa.array(range(len(made)), pa.int64()),
            **{n: pa.array([m.get(n) for m in made], BY_NAME[n].arrow) for n in columns},
        }
    )
    empty = pa.table({LINE_NO: pa.array([], pa.int64())})
    found = unscreenable_issues(Resolved(table, empty, empty, empty), names, find_cut_lengths(table), reference)
    assert found.schema == NUMBERED_ISSUE
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def codes(*lines: dict[str, Any], **more: Any) -> list[tuple[int, str, str]]:
    return [(i[LINE_NO], i["code"], i["field"]) for i in issues(*lines, **more)]


GOODS = "description"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({}, None),
        ({"description": None}, "no-description"),
        ({"description": "  "}, "no-description"),
        ({"description": "goods", "is_vague": True}, "vague-description"),
        ({"description": "goods", "is_vague": None}, None),
        ({"description": "goods", "is_vague": True, "hs6": "690721"}, None),
        ({"description": "goods", "is_vague": True, "substance_ids": ["x"]}, None),
        ({"description": "goods", "is_vague": True, "cas_numbers": ["67-64-1"]}, None),
        ({"description": "goods", "is_vague": True, "cas_numbers": []}, "vague-description"),
        ({"description": "goods", "is_vague": True, "cas_numbers": None}, "vague-description"),
        ({"description": "goods", "is_vague": True, "cus_codes": ["1"]}, None),
        ({"description": "goods", "is_vague": True, "un_numbers": ["1090"]}, None),
        ({"description": None, "hs6": "690721"}, None),
        ({"description": "as per invoice", "is_vague": True, "is_reference": True}, "refers-elsewhere"),
        ({"description": "as per invoice", "is_reference": True, "hs6": "690721"}, "refers-elsewhere"),
        ({"description": "as per invoice", "is_reference": None, "hs6": "690721"}, None),
        ({"description": "#REF!"}, "unreadable-cell"),
        ({"description": "#REF!", "hs6": "690721"}, "unreadable-cell"),
        ({"description": "#N/A", "is_vague": True}, "unreadable-cell"),
        ({"description": None, "message_type": "beside the table"}, None),
        ({"description": None, "message_type": "CUSCAR"}, "no-description"),
        ({"description": None, "message_type": None}, "no-description"),
        ({"is_unread": True}, "language-not-covered"),
        ({"is_unread": True, "hs6": "690721"}, "language-not-covered"),
        ({"is_unread": True, "is_reference": True}, "refers-elsewhere"),
        ({"is_unread": None}, None),
        ({"is_unread": True, "substance_ids": ["x"]}, "foreign-texts"),
        ({"is_unread": True, "un_numbers": ["1090"]}, "foreign-texts"),
        ({"is_unread": True, "message_type": "beside the table"}, None),
    ],
)
def test_goods_of_which_nothing_is_said_are_told(line, code):
    assert codes(line) == ([(0, code, GOODS)] if code else [])


def test_an_issue_names_its_line_and_shows_what_stands_there():
    (found,) = issues({}, {"description": "x" * 201, "is_vague": True})
    assert (found["line_id"], found["source_file"], found["source_row"], found["count"], found[LINE_NO]) == ("L1", "m", 3, 1, 1)
    assert found["value"] == "x" * 200
    assert found["message"] == "nothing in the line could be screened for substances"
    (error,) = issues({"description": "#REF!"})
    assert error["message"] == "an error of a spreadsheet stands for the description"
    (elsewhere,) = issues({"description": "as per list", "is_reference": True})
    assert elsewhere["message"] == "the goods are named in a document that was not screened"


@pytest.mark.parametrize(
    "field", ["marks", "consignee_name", "carrier_name", "vessel", "consignor_address", "notify_party_address"]
)
def test_an_error_in_a_field_of_names_or_texts_is_told(field):
    assert codes({field: "#REF!"}, {field: "fine"}, {field: None}) == [(0, "unreadable-cell", field)]


def test_an_error_in_a_text_beside_the_goods_is_told_by_its_column():
    lines = [
        {"other_texts": ["wool", "#UNCACHED!"], "other_columns": ["a", "b"]},
        {"other_texts": None},
        {"other_texts": ["#REF!"], "other_columns": ["c"]},
    ]
    assert codes(*lines) == [(0, "unreadable-cell", "b")]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"consignee_name": "***"}, "consignee_name"),
        ({"other_parties": ["Zorvan", "***"]}, "other_parties"),
        ({"declarant_name": "***"}, "declarant_name"),
        ({"vessel": "***"}, None),
        ({"consignee_name": "****"}, None),
        ({"consignee_name": None}, None),
    ],
)
def test_a_name_of_which_nothing_is_left_is_told_where_there_are_lists(line, field):
    assert codes(line, names=("***",)) == ([(0, "unscreenable-name", field)] if field else [])
    assert codes(line, names=("***",), reference=WITHOUT) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"consignee_name": "TO ORDER", "notify_party_name": "Zorvan Ltd"}, "to-order"),
        ({"consignee_name": "TO ORDER", "notify_party_name": " "}, "unscreenable-name"),
        ({"consignee_name": "TO ORDER", "notify_party_name": None}, "unscreenable-name"),
        ({"consignee_name": "TO ORDER"}, "unscreenable-name"),
        ({"consignee_name": "***", "notify_party_name": "Zorvan Ltd"}, "unscreenable-name"),
        ({"consignor_name": "TO ORDER", "notify_party_name": "Zorvan Ltd"}, "unscreenable-name"),
    ],
)
def test_to_order_is_a_note_where_the_notify_party_is_named(line, code):
    assert [c for _, c, _ in codes(line, names=("***", "TO ORDER"))] == [code]


def test_issues_are_in_the_order_of_lines_and_fields():
    line = {"description": None, "consignee_name": "***", "marks": "#REF!"}
    assert codes(line, {}, line, names=("***",)) == [
        (n, c, f)
        for n in (0, 2)
        for c, f in (("unscreenable-name", "consignee_name"), ("no-description", "description"), ("unreadable-cell", "marks"))
    ]


@pytest.mark.parametrize(
    ("lists", "wanted", "lacks"), [((), True, True), ((), False, False), (("x",), True, False), (("x",), False, False)]
)
def test_parties_go_unscreened_where_they_are_wanted_and_there_is_no_list(lists, wanted, lacks):
    assert lacks_watchlists(SimpleNamespace(watchlists=lists, parties_wanted=wanted)) is lacks  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        ({"consignee_name": ["A", None], "consignor_name": ["B", "C"]}, 3),
        ({"vessel": ["A", "B"]}, 0),
        ({"other_parties": [["A", "B"], None]}, 1),
        ({"description": ["A", "B"]}, 0),
    ],
)
def test_cells_that_name_a_party_are_counted(columns, count):
    assert count_parties(pa.table({n: pa.array(v, BY_NAME[n].arrow) for n, v in columns.items()})) == count


def test_that_there_is_no_list_is_told_with_the_number_of_cells():
    assert [(i["code"], i["count"], i["line_id"]) for i in no_watchlist(3).to_pylist()] == [("no-watchlist", 3, None)]
    assert no_watchlist(0).num_rows == 0


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([], 0),
        ([("vague-description", "description")], 1),
        ([(c, "description") for c in ("no-description", "vague-description", "refers-elsewhere", "unreadable-cell")], 4),
        ([("unreadable-cell", "marks"), ("unscreenable-name", "consignee_name")], 0),
        ([("vague-description", "description"), ("unparsed-mass", "description")], 1),
    ],
)
def test_lines_whose_goods_could_not_be_screened_are_counted(rows, count):
    assert goods_unscreened(pa.Table.from_pylist([{"code": c, "field": f} for c, f in rows], schema=ISSUE)) == count


def test_a_code_of_another_edition_is_noted_once_a_file_and_code() -> None:
    """A file of last decade holds thousands of such lines, all of which are screened."""
    old = {"hs6": "390720", "hs_code": "390720", "hs_known": "unknown-edition"}
    found = issues(
        {"hs6": "290110", "hs_code": "290110", "hs_known": "exists"},
        old,
        {**old, "hs_code": "999999"},
        old,
        {**old, "source_file": "n"},
    )
    assert [(i["source_file"], i["source_row"], i["value"], i["count"], i["line_id"]) for i in found] == [
        ("m", 3, "390720", 2, None),
        ("m", 4, "999999", 1, None),
        ("n", 6, "390720", 1, None),
    ]


def test_descriptions_that_end_with_their_field_are_counted_where_nothing_is_found():
    cut = [{"description": f"GOODS OF KIND N{n}"[1:]} for n in range(6)]
    named = [{"description": "OTASSIUM PERMAN", "substance_ids": ["potassium-permanganate"]}]
    (found,) = issues(*cut, *named, {"description": "short"})
    assert (found["code"], found["count"], found["line_id"]) == ("cut-text", 6, None)
    assert "15 characters" in found["message"]


@pytest.mark.parametrize(
    "texts",
    [
        ["OODS OF KIND N1"] * 20,
        ["OODS OF KIND N1", "OODS OF KIND N2"],
        [f"N{n}" for n in range(9)],
        [f"GOODS OF KIND N{n}" for n in range(6)],  # sixteen characters are nobody's field
        [*(f"STEEL N{n} WASHER" for n in range(6)), "WASHER STEEL"],  # they end with a word of the file
    ],
)
def test_descriptions_of_one_length_by_chance_are_not_cut(texts):
    assert issues(*({"description": t} for t in texts)) == []


TEXTS = st.sampled_from(
    [
        None,
        "",
        "short",
        "É" * 14,
        *(f"{n}" * length for length in (120, 121) for n in range(6)),
        *(f"GOODS OF KINDS{n}" for n in range(7)),
        *(f"GOODS OF KINDSX{n}" for n in range(3)),
        *(f"GOODS N{n} OF KIND" for n in range(6)),
        "KIND",
        "KIND OF",
    ]
)
FIELDS = (15, 20, 35, 120)  # of the lengths that texts have here


@examples(100, 2000)
@given(st.lists(st.fixed_dictionaries({"description": TEXTS, "source_file": st.sampled_from("mn")}), min_size=1, max_size=14))
def test_files_of_which_texts_are_cut_are_found_as_by_counting(lines):
    expected = {}
    for file in "mn":
        texts = {line["description"] for line in lines if line["source_file"] == file and line["description"] is not None}
        longest = max(map(len, texts), default=0)
        ends = {text for text in texts if len(text) == longest}
        whole = {word for text in texts for word in text.split()[:-1]}
        within = [text for text in ends if text and text.split()[-1] not in whole]
        if longest in FIELDS and len(ends) >= max(5, 0.05 * len(texts)) and len(within) >= 0.3 * len(ends):
            expected[file] = longest
    columns = {name: pa.array([line[name] for line in lines], pa.string()) for name in ("description", "source_file")}
    assert find_cut_lengths(pa.table(columns)) == expected


def test_as_few_and_as_short_descriptions_as_may_be_cut():
    found = issues(*({"description": f"GOODS OF KINDS{n}"} for n in range(5)))
    assert [(i["code"], i["count"]) for i in found] == [("cut-text", 5)]
    assert not issues(*({"description": f"GOODS OF KINDS{n}"} for n in range(4)))
    assert not issues(*({"description": f"GOODS OF KIND{n}"} for n in range(5)))


@pytest.mark.parametrize(("length", "cut"), [(120, True), (121, False)])
def test_as_long_descriptions_as_may_be_cut(length, cut):
    assert bool(issues(*({"description": f"{n}".rjust(length, "x")} for n in range(6)))) is cut
