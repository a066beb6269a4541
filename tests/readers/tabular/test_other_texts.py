"""What stands in no field of goods stays with its line, and what belongs to no line is kept beside the table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from precursor_screen.readers.column_map import ColumnMap, Guess
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.other_texts import joined_cells

HEADER = "bill of lading,description,hs code,consignee,marks,net weight kg"
LINE = "B1,tiles,690721,Someone,LOT,10"


def one(text: str, options: ReadOptions | None = None) -> InputTables:
    (result,) = read(text.encode(), "m", options)
    return result


def beside(text: str, options: ReadOptions | None = None) -> list[list[tuple[str, str]] | None]:
    lines = one(text, options).lines
    if "other_texts" not in lines.column_names:
        return [None] * lines.num_rows
    pairs = zip(lines.column("other_columns").to_pylist(), lines.column("other_texts").to_pylist(), strict=True)
    return [None if t is None else list(zip(c, t, strict=True)) for c, t in pairs]


def asides(result: InputTables) -> list[tuple[int | None, list[str]]]:
    assert result.out_of_table_texts is not None
    return list(
        zip(
            result.out_of_table_texts.column("source_row").to_pylist(),
            result.out_of_table_texts.column("other_texts").to_pylist(),
            strict=True,
        )
    )


def issues_of(result: InputTables) -> dict[str, int]:
    counts: dict[str, int] = {}
    for issue in result.issues.to_pylist():
        counts[issue["code"]] = counts.get(issue["code"], 0) + issue["count"]
    return counts


def test_cells_of_columns_that_are_mapped_to_nothing_stay_with_their_line() -> None:
    text = f"{HEADER},Zusatz,,x\n{LINE},ether,wool,12\n{LINE},,,\n{LINE},ab,,108-24-7\n"
    assert beside(text) == [[("Zusatz", "ether"), ("column 8", "wool")], None, [("x", "108-24-7")]]


@pytest.mark.parametrize("cell", ["12", "1.5", "ab", "-", "NULL", "4711/22"])
def test_cells_that_can_name_nothing_are_left_out(cell: str) -> None:
    assert beside(f"{HEADER},Zusatz\n{LINE},{cell}\n") == [None]


@pytest.mark.parametrize("cell", ["abc", "丙酮", "67-64-1", "&#65;&#66;", "%41%42", "\\u0041", "A B C", "A.B.C"])
def test_cells_that_may_name_something_are_kept(cell: str) -> None:
    found = beside(f"{HEADER},Zusatz\n{LINE},{cell}\n")[0]
    assert found
    assert found[0][0] == "Zusatz"


def test_words_in_cells_of_other_kinds_are_kept_as_well() -> None:
    text = f"{HEADER},package type\n{LINE.removesuffix('10')}500 KG ACETONE,ETHER DRUMS\n{LINE},PKG\n"
    assert beside(text) == [[("net weight kg", "500 KG ACETONE"), ("package type", "ETHER DRUMS")], None]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("port of loading", "CNSHA"),
        ("port of loading", "CN SHA"),
        ("country of origin", "Germany"),
        ("country of origin", "Viet Nam"),
        ("container number", "MAEU1234567"),
        ("house bill of lading", "MEDUAB123456"),
        ("arrival date", "2026-11-03"),
        ("direction", "export"),
    ],
)
def test_what_such_columns_are_for_is_no_text(header: str, cell: str) -> None:
    assert beside(f"{HEADER},{header}\n{LINE},{cell}\n") == [None]


def test_a_cell_that_is_too_long_is_said_once() -> None:
    result = one(f"{HEADER},Zusatz,package type\n{LINE},{'abc ' * 300_000},DRUM\n")
    assert issues_of(result)["truncated-cell"] == 1


def test_a_column_that_the_map_leaves_out_is_left_out() -> None:
    options = ReadOptions(mapping=ColumnMap({"Zusatz": "ignore"}))
    assert beside(f"{HEADER},Zusatz\n{LINE},ether\n", options) == [None]


def test_a_line_keeps_its_id_but_for_another_remark() -> None:
    ids = [one(text).lines.column("line_id")[0].as_py() for text in (
        f"{HEADER}\n{LINE}\n", f"{HEADER},Zusatz\n{LINE},\n", f"{HEADER},Zusatz\n{LINE},17\n",
        f"{HEADER},package type\n{LINE},STEEL DRUMS\n", f"{HEADER},Zusatz\n{LINE},ether\n", f"{HEADER},Zusatz\n{LINE},wool\n",
    )]  # fmt: skip
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids)) == 4


def test_texts_above_the_header_and_in_totals_are_lines_of_their_own() -> None:
    result = one(f"Cargo of ether,,,,,\n17,,,,,\n{HEADER}\n{LINE}\nTOTAL,,,,ACETONE,10\n")
    assert asides(result) == [(1, ["Cargo of ether"]), (5, ["TOTAL", "ACETONE", "TOTAL ACETONE 10"])]
    assert result.lines.num_rows == 1
    assert result.out_of_table_texts is not None
    assert set(result.out_of_table_texts.column("message_type").to_pylist()) == {"beside the table"}


def test_cells_above_the_header_are_read_together_too() -> None:
    assert asides(one(f"Cargo:,ACETIC,ANHYDRIDE,,,\n{HEADER}\n{LINE}\n"))[0][1][-1] == "Cargo: ACETIC ANHYDRIDE"


def test_the_same_words_above_two_manifests_are_two_findings() -> None:
    texts = [f"Cargo of ether,,,,,\n{HEADER}\n{LINE.replace('B1', bill)}\n" for bill in ("B1", "B2", "B1")]
    first, second, again = (one(t).out_of_table_texts.column("line_id")[0].as_py() for t in texts)  # type: ignore[union-attr]
    assert first == again != second


def test_headers_of_no_field_may_be_what_the_column_holds() -> None:
    result = one(f"{HEADER},ETHER drums\n{LINE},20\n")
    assert asides(result) == [(1, ["ETHER drums"])]


def test_rows_of_a_sheet_without_a_usable_column_are_looked_at() -> None:
    result = one("who,what\nsomeone,wool of a sheep\n")
    assert issues_of(result)["no-usable-column"] == 1
    assert (2, ["someone", "wool of a sheep", "someone wool of a sheep"]) in asides(result)


@pytest.mark.parametrize(
    ("rows", "descriptions"),
    [
        ([LINE, ",drums of,,,,"], ["tiles\ndrums of"]),
        ([LINE, ",drums,,,,", ",of,,,,"], ["tiles\ndrums\nof"]),
        (["B1,,690721,Someone,LOT,10", ",drums,,,,"], ["drums"]),
        (["B1,,690721,,,", ",drums,,,,"], ["drums"]),
        ([LINE, ",,,,,", ",drums,,,,"], ["tiles", "drums"]),  # a blank row parts
        ([LINE, ",drums,,,LOT,"], ["tiles", "drums"]),  # it says more than its description
        (["B1,tiles,,,,", ",drums,,,,"], ["tiles", "drums"]),  # the row above says hardly more itself
        ([",tiles,,,,", ",drums,,,,"], ["tiles", "drums"]),
        ([LINE, "-,drums,NULL,,-,"], ["tiles\ndrums"]),  # a cell that says that there is nothing is none
        ([LINE, *[",x y,,,,"] * 200], ["tiles" + "\nx y" * 200]),
        ([LINE, *[",x y,,,,"] * 201], ["tiles", *["x y"] * 201]),
    ],
)
def test_descriptions_go_on_below(rows: list[str], descriptions: list[str]) -> None:
    result = one("\n".join([HEADER, *rows]) + "\n")
    assert result.lines.column("description").to_pylist() == descriptions
    accounted = result.lines.num_rows + issues_of(result).get("continued-row", 0) + issues_of(result).get("blank-row", 0)
    assert accounted == len(rows)


def test_a_table_with_room_for_little_else_is_not_joined() -> None:
    assert one("description,hs code,marks\ntiles,690721,LOT\ndrums,,\n").lines.num_rows == 2


def test_columns_without_a_header_are_read_as_one_text_where_they_stand_side_by_side() -> None:
    columns = [
        ["TILES", "PUMPS"],
        ["AC", " "],
        ["ETONE", "9"],
        ["x", "y"],
        ["MET", "1"],
        ["HYL", None],
        ["AMINE", "2"],
        ["z", "z"],
        ["ONE", "TWO"],
    ]
    headers = ["Goods", "", " ", "Remark", "", "", "", "Mark", ""]
    table = pa.table([pa.array(column, pa.string()) for column in columns], [str(n) for n in range(len(columns))])
    guesses = [Guess(n, header, "description" if header == "Goods" else "", "") for n, header in enumerate(headers)]
    found = [(c.rows.tolist(), c.texts.to_pylist(), c.headers.to_pylist()) for c in joined_cells(table, guesses)]
    assert found == [([0], ["AC ETONE"], ["columns 2 to 3"]), ([0], ["MET HYL AMINE"], ["columns 5 to 7"])]


def masses(cells: list[str], **more: str) -> tuple[list[Any], list[Any], dict[str, int]]:
    header = ",".join(("description", "Net Weight", *more))
    rows = "".join(",".join((f'x{i},"{c}"', *more.values())) + "\n" for i, c in enumerate(cells))
    result = one(f"{header}\n{rows}")
    names = result.lines.column_names
    ambiguous = (
        result.lines.column("ambiguous_net_mass_kg").to_pylist() if "ambiguous_net_mass_kg" in names else [None] * len(cells)
    )
    return result.lines.column("net_mass_kg").to_pylist(), ambiguous, issues_of(result)


D = Decimal


@pytest.mark.parametrize(
    ("cells", "masses_kg", "larger"),
    [
        (["1.000", "2.500"], [None, None], [D(1000), D(2500)]),
        (["2.500", "7"], [None, D(7)], [D(2500), None]),
        (["2.500 KG"], [None], [D(2500)]),
        (["2.500", "0.250"], [D("2.5"), D("0.25")], [None, None]),
        (["2.500", "12.5"], [D("2.5"), D("12.5")], [None, None]),
        (["2.500", "1250.000"], [D("2.5"), D(1250)], [None, None]),
        (["2.500", "1.250,5"], [D(2500), D("1250.5")], [None, None]),
        (["2500", "7"], [D(2500), D(7)], [None, None]),
        (["0.500"], [D("0.5")], [None]),
    ],
)
def test_figures_that_may_be_a_thousand_times_as_large(cells: list[str], masses_kg: list[Any], larger: list[Any]) -> None:
    found, ambiguous, issues = masses(cells)
    assert (found, ambiguous) == (masses_kg, larger)
    assert issues.get("ambiguous-number", 0) == sum(v is not None for v in larger)


@pytest.mark.parametrize(
    ("cells", "masses_kg", "told"),
    [
        (["2,500"], [D(2500)], 1),  # read by the larger, as nearly everybody means it
        (["2,500", "7"], [D(2500), D(7)], 1),
        (["2,500 KG"], [D(2500)], 1),
        (["2,500", "1,250.5"], [D(2500), D("1250.5")], 0),
        (["2,500", "12,500,000"], [D(2500), D(12_500_000)], 0),
        (["2,50"], [D("2.5")], 0),
    ],
)
def test_figures_that_may_be_a_thousand_times_as_small_are_told(cells: list[str], masses_kg: list[Any], told: int) -> None:
    found, larger, issues = masses(cells)
    assert (found, larger) == (masses_kg, [None] * len(cells))
    assert issues.get("ambiguous-number", 0) == told


@pytest.mark.parametrize(
    ("cells", "more", "masses_kg", "larger"),
    [
        (["347,727"], {"Value": '"54,1126"'}, ["347.727"], [None]),
        (["2.500"], {"Value": "17.25"}, ["2.5"], [None]),
        (["347,727"], {"Surcharge": '"54,1126"'}, ["347.727"], [None]),  # a column of no field
        (["347.727"], {"Class": "6.1"}, [None], ["347727"]),  # a class has a point in every country
        (["347.727"], {"Surcharge": "6.1"}, [None], ["347727"]),
        (["347.727"], {"Tariff number of the EU": "2914.11"}, [None], ["347727"]),
        (["347.727"], {"Surcharge": "2914.11"}, [None], ["347727"]),
        (["347.727"], {"Ledger code": "12.25"}, [None], ["347727"]),
        (["347.727"], {"Value": "17.25", "Surcharge": '"1,25"'}, [None], ["347727"]),  # no one mark
        (["2.500", "7"], {"Value": "17.25"}, [None, "7"], ["2500", None]),  # three places would be 7.000
        (["2.525", "7"], {"Value": "17.25"}, ["2.525", "7"], [None, None]),
        (["2.500 KG", "7 KG"], {"Value": "17.25"}, [None, "7"], ["2500", None]),
        (["2.500 KG", "7.250 KG"], {"Value": "17.25"}, ["2.5", "7.25"], [None, None]),
    ],
)
def test_other_columns_tell_the_decimal_mark_where_they_agree(
    cells: list[str], more: dict[str, str], masses_kg: list[str | None], larger: list[str | None]
) -> None:
    found, ambiguous, issues = masses(cells, **more)
    assert (found, ambiguous) == ([v and D(v) for v in masses_kg], [v and D(v) for v in larger])
    assert issues.get("ambiguous-number", 0) == sum(v is not None for v in larger)


def test_the_map_settles_the_decimal_mark() -> None:
    columns = ColumnMap({"description": "description", "Net Weight": "net_mass"}, decimal=",")
    assert one("description,Net Weight\nx,2.500\n", ReadOptions(mapping=columns)).lines.column("net_mass_kg").to_pylist() == [
        D(2500)
    ]


def test_two_readings_make_two_lines_different() -> None:
    ids = one("description,Net Weight\nx,2.500\nx,3.500\n").lines.column("line_id").to_pylist()
    assert len(set(ids)) == 2


def test_a_column_of_masses_that_cannot_be_read_is_said_once() -> None:
    assert masses(["about ten", "some"])[2]["unreadable-column"] == 2
    assert "unreadable-column" not in masses(["about ten", "5"])[2]


def test_numbers_as_such_have_no_mark_for_thousands(tmp_path: Any) -> None:
    import pyarrow.parquet as parquet

    path = tmp_path / "m.parquet"
    parquet.write_table(pa.table({"description": ["x"], "Net Weight": [2.125]}), path)
    (result,) = read(path)
    assert result.lines.column("net_mass_kg").to_pylist() == [D("2.125")]


def test_further_codes_are_kept() -> None:
    lines = one("description,hs code\nx,9401.79; 2915.24 / 12\nx,940179\n").lines
    assert lines.column("hs_code").to_pylist() == ["940179", "940179"]
    assert lines.column("other_hs_codes").to_pylist() == [["291524"], None]


def test_a_failed_look_up_among_descriptions_stays_to_be_said() -> None:
    assert one(f"{HEADER}\nB1,#N/A,690721,#N/A,LOT,10\n").lines.select(["description", "consignee_name"]).to_pylist() == [
        {"description": "#N/A", "consignee_name": None}
    ]


def test_cells_of_columns_without_a_header_are_one_text_too():
    data = b"Description,HS Code,Consignee,,,,,\nwool,510111,Alder Ltd,S,I,L,K,\ntin,800110,Birch Ltd,raw,silk,,,\nglass,700100,Cedar Ltd,one,,,,\n"
    (result,) = read(data, "m.csv")
    rows = result.lines.select(["other_texts", "other_columns"]).to_pylist()
    assert ("S I L K", "columns 4 to 8") in zip(rows[0]["other_texts"], rows[0]["other_columns"], strict=True)
    assert "raw silk" in rows[1]["other_texts"]
    assert rows[2]["other_texts"] == ["one"]
