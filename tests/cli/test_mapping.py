"""`mapping list` and `mapping check`: how a table was understood, a map to correct it by, what would not be screened."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import yaml

from precursor_screen.cli.main import COMMANDS
from precursor_screen.readers.column_map import parse_column_map
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read
from tests.readers.tabular import test_unfold as sheets

pytestmark = pytest.mark.usefixtures("few_rules")

TABLE = """Report of arrivals;;;;;
Description of Goods;HS Code;Consignee;Insuring Company Q;Net Weight KG;Vesel Nam;Name;Name
acetone;291411;Acme Ltd;Zenith Inc;5;Aurora;a;b
toluene;290230;;Zenith Inc;6;Aurora;a;b
"""


@pytest.fixture
def table(home) -> Path:
    path = Path("m.csv")
    path.write_text(TABLE)
    return path


def test_list_shows_each_column(ps, table):
    answer = ps("mapping", "list", table)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[:2] == ["m.csv", "  CSV; utf-8 (all ASCII); semicolon; header in row 2; 2 lines"]
    assert lines[2:4] == [
        "   1  Description of Goods  ->  description  (known spelling)",
        "      100 % filled: acetone | toluene",
    ]
    assert "   3  Consignee  ->  consignee_name  (known spelling)\n      50 % filled: Acme Ltd\n" in answer.out
    assert (
        "   4  Insuring Company Q  ->  -  (unknown header)\n"
        "      100 % filled: Zenith Inc\n      could be: names of firms, texts" in answer.out
    )
    assert "   5  Net Weight KG  ->  net_mass  (known spelling, KGM)\n" in answer.out
    assert "   6  Vesel Nam  ->  -  (unknown header)\n      100 % filled: Aurora\n      could be: texts" in answer.out


def test_list_names_the_layout_and_the_currency(ps):
    Path("m.csv").write_text("DNOMBRE;ARANC_NAC;CIF_ITEM\nwool;51011100;5\n")
    answer = ps("mapping", "list", "m.csv")
    assert "; layout chile-din\n" in answer.out
    assert "   3  CIF_ITEM  ->  value  (so in the layout chile-din, USD)\n" in answer.out


def test_list_shows_the_code_page_and_its_runner_up(ps):
    Path("m.csv").write_bytes("Description of goods;HS Code\nжелезо и сталь, лом;720449\n".encode("cp1251"))
    assert "cp1251 (code page, next " in ps("mapping", "list", "m.csv").out
    assert "koi8-r (as told)" in ps("mapping", "list", "m.csv", "--encoding", "koi8-r").out


def test_what_is_listed_can_be_corrected_and_given_back(ps, table):
    assert ps("mapping", "list", table, "-o", "map.yml").err == "wrote map.yml: 1 map\n"
    text = Path("map.yml").read_text()
    assert ps("mapping", "list", table, "--yaml").out == ps("mapping", "guess", table).out == text
    assert yaml.safe_load(text)["columns"] == {
        "Description of Goods": "description",
        "HS Code": "hs_code",
        "Consignee": "consignee_name",
        "Net Weight KG": "net_mass",
    }
    line = '  # not used: "Insuring Company Q":   # unknown header · Zenith Inc · could be: names of firms, texts'
    assert line in text
    assert '  # not used: "8":   # Name · unknown header · b' in text
    Path("map.yml").write_text(text.replace('# not used: "Insuring Company Q":', '"Insuring Company Q": notify_party_name'))
    assert ps("mapping", "check", table).code == 3
    assert ps("mapping", "check", table, "--mapping", "map.yml").code == 0


def test_check_says_what_would_not_be_screened(ps, table):
    answer = ps("mapping", "check", table)
    assert answer.code == 3
    first, fault, remedy, missing, *others = answer.out.splitlines()
    assert first == "m.csv: 2 lines, 1 would not be screened"
    assert fault.startswith("  unread-party-column: the column 'Insuring Company Q' names parties and is mapped to nothing")
    assert fault.endswith("(2 cells or rows)")
    assert remedy.startswith("    Correct the column map")
    assert missing.startswith("  no column of senders: ")
    assert "  no column of dates: no rule requires it; each line is judged as of the day of the run" in others


def test_check_names_the_rules_that_cannot_judge(ps, home):
    Path("m.csv").write_text("Description of Goods,HS Code,Consignee\nwool,510111,Acme Ltd\n")
    (told,) = (json.loads(line) for line in ps("mapping", "check", "m.csv", "--json").out.splitlines())
    assert (told["name"], told["lines"], told["faults"]) == ("m.csv", 1, [])
    assert [one["what"] for one in told["unstated"]][:2] == ["senders", "masses or quantities"]
    assert told["unstated"][0]["fields"] == ["consignor_name", "exporter_name"]


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        ("Description of goods,HS Code\nwool,510111\n", 0, "everything filled is read"),
        ("HS Code,Consignee,Importer ID\n510111,Acme,7\n", 3, "no-goods-text"),
        ("Description,Consignee,Chargeable Weight Q\nwool,Acme,7\n", 3, "unread-mass-column"),
        ("Description,Consignee,Net Weight\nwool,Acme,heavy\n", 3, "unreadable-column"),
        ("colour,size\nred,4\n", 4, "no-usable-column"),
    ],
)
def test_the_exit_code_of_check(ps, content, code, says):
    Path("m.csv").write_text(content)
    answer = ps("mapping", "check", "m.csv")
    assert (answer.code, says in answer.out) == (code, True)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("columns: {Gods: description}", "names the column 'Gods', which the table does not have"),
        ("columns: {Goods: decription}", "Did you mean 'description'?"),
        ("preset: nowhere", "there is no preset 'nowhere'"),
        (
            "columns: {Goods: description}\n---\ncolumns: {Goods: description}",
            "has several column maps that do not say for which table",
        ),
        ("table: '#a'\ncolumns: {G: description}\n---\ntable: '#a'\ncolumns: {G: description}", "has two column maps for '#a'"),
    ],
)
def test_a_map_that_does_not_fit_is_exit_2(ps, mapping, says):
    Path("m.csv").write_text("Goods,Code\nwool,510111\n")
    Path("map.yml").write_text(mapping)
    for command in ("check", "list"):
        answer = ps("mapping", command, "m.csv", "--mapping", "map.yml")
        assert (answer.code, says in answer.err) == (2, True)


def book() -> bytes:
    import openpyxl

    made = openpyxl.Workbook()
    made.active.title = "one"
    made.active.append(["Stuff", "Code"])
    made.active.append(["wool", "510111"])
    made.create_sheet("two").append(["Shipper", "Cargo Words", "Kode"])
    made["two"].append(["Acme Ltd", "tin", "800110"])
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def test_each_table_of_a_file_has_a_map_of_its_own(ps):
    with zipfile.ZipFile("m.zip", "w") as archive:
        archive.writestr("books/b.xlsx", book())
        archive.writestr("plain.csv", "Description,HS Code,Shipper\nglass,700312,Acme\n")
    listed = ps("mapping", "list", "m.zip", "--yaml").out
    documents = list(yaml.safe_load_all(listed))
    assert [d["table"] for d in documents] == ["!books/b.xlsx#one", "!books/b.xlsx#two", "!plain.csv"]
    maps = [
        {"table": "!books/b.xlsx#one", "columns": {"Stuff": "description", "Code": "hs_code"}},
        {"table": "#two", "columns": {"Cargo Words": "description"}},
    ]
    Path("map.yml").write_text(yaml.safe_dump_all(maps))
    answer = ps("mapping", "check", "m.zip", "--mapping", "map.yml")
    assert answer.code == 0
    assert [line.split(", ")[0] for line in answer.out.splitlines() if line.startswith("m.zip")] == [
        "m.zip!books/b.xlsx#one: 1 lines",
        "m.zip!books/b.xlsx#two: 1 lines",
        "m.zip!plain.csv: 1 lines",
    ]
    Path("map.yml").write_text(yaml.safe_dump_all([*maps, {"table": "#three", "columns": {"A": "description"}}]))
    answer = ps("mapping", "check", "m.zip", "--mapping", "map.yml")
    assert (answer.code, "the map for #three does not belong to any table of this input" in answer.err) == (3, True)


def test_a_table_without_a_header_is_listed_by_number(ps):
    Path("m.csv").write_text("wool,510111,Acme Ltd\ntin,800110,Zenith Ltd\n")
    Path("map.yml").write_text("header_row: 0\ncolumns: {1: description, 2: hs_code, 3: consignee_name}")
    answer = ps("mapping", "list", "m.csv", "--mapping", "map.yml")
    assert "no header; 2 lines" in answer.out
    assert "   3  3  ->  consignee_name  (stated in map.yml)\n      100 % filled: Acme Ltd | Zenith Ltd" in answer.out


def test_presets_and_fields_are_listed(ps):
    presets = ps("mapping", "list", "--presets").out
    assert "\nchile-din " in presets
    fields = ps("mapping", "list").out
    assert fields.splitlines()[0].strip() == "message_type" or "\ndescription\n" in fields
    assert "gross_mass                   gross_mass_kg, by the unit" in fields
    assert "\nignore " in fields


def test_what_cannot_be_read_or_written_is_told(ps, table):
    assert ps("mapping", "list", "missing.csv").code == 2
    assert ps("mapping", "check", "-").code == 4
    answer = ps("mapping", "list", table, "-o", "nowhere/map.yml")
    assert (answer.code, "nowhere/map.yml cannot be written" in answer.err) == (2, True)
    assert "list, check, guess" in COMMANDS["mapping"][1]


def test_a_message_has_no_columns(ps):
    sample = Path(__file__).parents[1] / "readers/messages/samples/ens.xml"
    answer = ps("mapping", "list", sample)
    assert answer.code == 0
    assert "->" not in answer.out
    assert ps("mapping", "list", sample, "--yaml").out.endswith("columns: {}\n")


@pytest.mark.parametrize(
    "rows", [sheets.SIDE, sheets.BELOW, sheets.TURNED, sheets.ITEMS], ids=["side", "below", "turned", "items"]
)
def test_a_guessed_map_gives_the_same_lines(ps, rows):
    Path("m.xlsx").write_bytes(sheets.workbook(rows))
    answer = ps("mapping", "guess", "m.xlsx")
    options = ReadOptions(mapping=parse_column_map(answer.out, "map.yml"))
    fields = ("source_row", "description", "hs_code", "net_mass_kg", "gross_mass_kg", "packages", "consignee_name")
    guessed, mapped = (
        [
            tuple(line.get(field) for field in fields)
            for found in read(sheets.workbook(rows), "m.xlsx", how)
            for line in found.lines.to_pylist()
        ]
        for how in (ReadOptions(), options)
    )
    assert mapped == guessed
