"""Canada, Australia, OpenSanctions; packed files; which layouts are recognised."""

import io
import json
import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import WatchlistError
from precursor_screen.reference.store import WatchlistStore
from precursor_screen.reference.watchlists.builder import ListBuilder, is_latin, tidy
from precursor_screen.reference.watchlists.canada_xml import split_aliases, split_organisation
from precursor_screen.reference.watchlists.interface import ListFile, to_table
from precursor_screen.reference.watchlists.opensanctions import split_cell
from precursor_screen.reference.watchlists.registry import find_importer
from tests.reference.watchlists import watchlist_files as files
from tests.reference.watchlists.watchlist_parsing import gzipped, names, parse, reasons, zipped

CANADA = """<?xml version="1.0" encoding="UTF-8"?><data-set>
<record><Country>Demoland / Démolande</Country><LastName>Veladro</LastName><GivenName>Eustasio</GivenName>
<Aliases>Trueno; Russian: Эустасио Веладро / Евстасий Веладро</Aliases><DateOfBirth>1960</DateOfBirth>
<Schedule>1, Part 1</Schedule><Item>1</Item><DateOfListing>2020-09-28</DateOfListing></record>
<record><Country>Demoland / Démolande</Country><ENTITY>Zorvan Mirage</ENTITY><Aliases>Zorvan Co., Ltd., ZM Trading</Aliases>
<Schedule>2</Schedule><Item>1</Item></record>
<record><Country>Demoland / Démolande</Country><ENTITY>Quillon 7</ENTITY><ShipIMONumber>0000017</ShipIMONumber>
<DateOfBirthOrShipBuildDate>1990</DateOfBirthOrShipBuildDate><Schedule>2</Schedule><Item>1</Item></record>
<record><Country>Otherland</Country><Schedule>2</Schedule><Item>3</Item></record></data-set>"""


@pytest.mark.parametrize("tag", ["Entity", "EntityOrShip"])
def test_canada(tmp_path, tag):
    parsed = parse(tmp_path, "sema.xml", CANADA.replace("ENTITY", tag), "canada-xml")
    person, company, ship = parsed.entries
    assert (parsed.content, parsed.list_date, parsed.by_source) == ("ca-sema", None, (("Demoland", 3),))
    assert (person.entry_id, person.kind) == ("Demoland / 1, Part 1 / 1", "person")
    assert names(person) == [
        ("Eustasio Veladro", "primary"),
        ("Trueno", "weak"),
        ("Эустасио Веладро", "original_script"),
        ("Евстасий Веладро", "original_script"),
    ]
    assert (person.listed, person.note, person.countries) == (date(2020, 9, 28), "DOB 1960", ())
    assert names(company)[1:] == [("Zorvan Co., Ltd.", "strong"), ("ZM Trading", "strong")]
    assert (ship.kind, ship.identifiers, ship.note) == ("vessel", (("imo", "0000017"),), "Built 1990")
    assert ship.entry_id != company.entry_id
    assert reasons(parsed.skipped) == {"record without a name or item": 1}
    assert reasons(parsed.notes)["item given to two records: numbered apart"] == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("A b, C d", ["A b", "C d"]),
        ("A b Co., Ltd.", ["A b Co., Ltd."]),
        ("also known as: A b; f.k.a. C d", ["A b", "C d"]),
        ("Ukrainian: Ж ж", ["Ж ж"]),
        ("Russian Bank of Fables", ["Russian Bank of Fables"]),
        ("A b\nC", ["A b C"]),
        ("also A b; Belarussian: Ж ж", ["A b", "Ж ж"]),
        ("A b (C d, E f), G h", ["A b (C d, E f)", "G h"]),
        ("Завод Ж, АО", ["Завод Ж, АО"]),
    ],
)
def test_aliases_of_free_text(text, found):
    assert list(split_aliases(text)) == found


OLD = [
    "Reference",
    "Name of Individual or Entity",
    "Type",
    "Name Type",
    "Date of Birth",
    "Citizenship",
    "Address",
    "Additional Information",
]
OLD += ["Listing Information", "Committees", "Control Date"]
NEW = [*OLD[:4], "Alias Strength", *OLD[4:], "IMO Number"]


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("Zorvan", []),
        ("Zorvan (ZM)", []),
        ("ZM/ZT", []),
        ("Fable Office/Bureau des fables", ["Fable Office", "Bureau des fables"]),
        ("Zorvan Mirage (also known as Quillon Mirage)", ["Zorvan Mirage", "Quillon Mirage"]),
    ],
)
def test_names_within_an_organisations_name(name, held):
    assert list(split_organisation(name)) == held


def test_a_legal_form_alone_is_no_alias(tmp_path):
    parsed = parse(
        tmp_path, "sema.xml", CANADA.replace("ENTITY", "Entity").replace("ZM Trading", "ZM Trading; ООО"), "canada-xml"
    )
    assert [n for n, _ in names(parsed.entries[1])] == ["Zorvan Mirage", "Zorvan Co., Ltd.", "ZM Trading"]
    assert reasons(parsed.notes)["alias that is only a legal form: left out"] == 1


@pytest.mark.parametrize(
    ("written", "number"), [("0017 (Russia)", "0017"), ("A123456(7)", "A123456(7)"), ("A 1 (12)", "A 1 (12)")]
)
def test_a_country_behind_a_number_is_no_part_of_it(written, number):
    entry = ListBuilder().begin("1", "person")
    entry.add_identifier("national_id", written)
    assert list(entry.identifiers) == [("national_id", number)]


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, cells in enumerate(rows):
            sheet.write_row(i, 0, cells)
        sheet.write(0, 220, " ")
    return out.getvalue()


def test_australia_old_layout(tmp_path):
    rows = [
        OLD,
        [
            2,
            "Eustasio VELADRO",
            "Individual ",
            "Primary name ",
            "1960",
            "a) Mexican b) Cuba",
            "a) 17 Calle Fabula, Mexico (in 2020) b) Qatar (2021)",
            "Male",
            "Listed",
            "Demo (1)",
            "",
        ],
        ["2a", "Веладро", "individual", "Original script ", "", "", "NA", "", "", "Demo (1)", ""],
        ["2b1", "Trueno", "Individual", "Aka ", "", "", "", "", "", "Demo (1)", ""],
        ["3", "ZORVAN", "Entity", "Formerly known as", "", "", "1 Nowhere Road", "", "", "", "2024-11-11"],
        ["total", "", "", "", "", "", "", "", "", "", ""],
    ]
    parsed = parse(tmp_path, "dfat.xlsx", workbook(rows), "dfat-xlsx")
    person, company = parsed.entries
    assert (parsed.content, person.entry_id, person.kind) == ("au-dfat", "2", "person")
    assert names(person) == [("Eustasio VELADRO", "primary"), ("Веладро", "original_script"), ("Trueno", "strong")]
    assert (person.addresses, person.countries) == (("17 Calle Fabula, Mexico",), ("MX", "QA", "CU"))
    assert person.programmes == ("Demo (1)",)
    assert (names(company), company.addresses, company.listed) == (
        [("ZORVAN", "former")],
        ("1 Nowhere Road",),
        date(2024, 11, 11),
    )
    assert reasons(parsed.skipped) == {"row without a reference or name": 1}


def test_australia_new_layout_in_an_archive(tmp_path):
    rows = [
        NEW,
        ["8", "VELADRO", "Individual", "Primary Name", "", "", "", "", "", "", "Demo", "", ""],
        ["8a", "Trueno", "Individual", "Alias", "Weak", "", "", "", "", "", "Demo", "", ""],
        ["8b", "Veladros", "Individual", "Alias", "Strong", "", "", "", "", "", "Demo", "", ""],
        ["9", "QUILLON 7", "Vessel", "Primary Name", "", "", "", "", "", "", "Demo", "", "0000017"],
    ]
    packed = zipped(("dfat.xlsx", workbook(rows)), path=tmp_path / "in.zip").read_bytes()
    parsed = parse(tmp_path, "dfat.zip", packed, "dfat-xlsx")
    assert names(parsed.entries[0])[1:] == [("Trueno", "weak"), ("Veladros", "strong")]
    assert (parsed.entries[1].kind, parsed.entries[1].identifiers) == ("vessel", (("imo", "0000017"),))


SIMPLE = (
    '"id","schema","name","aliases","birth_date","countries","addresses","identifiers","sanctions","phones","emails","dataset",'
    '"first_seen","last_seen","last_change","program_ids"\n'
    '"Q1","Person","Eustasio Veladro","El Trueno;""Veladro; E."";Веладро","1960","mx;zz","17 Calle Fabula","X17;X18","DEMO","","a@b.example",'
    '"Demo","2024-03-10T15:36:30","","","US-SDNTK"\n'
    '"Q2","Airplane","XZ-QFB","","","","","","","","","Demo","","","",""\n'
    '"Q3","Security","A bond","","","","","","","","","Demo","","","",""\n'
)


def test_opensanctions_simple(tmp_path):
    parsed = parse(tmp_path, "targets.simple.csv", SIMPLE, "opensanctions-simple-csv")
    person, aircraft = parsed.entries
    assert (parsed.content, person.listed, aircraft.kind) == ("opensanctions", date(2024, 3, 10), "aircraft")
    assert names(person) == [
        ("Eustasio Veladro", "primary"),
        ("El Trueno", "strong"),
        ("Veladro; E.", "strong"),
        ("Веладро", "original_script"),
    ]
    assert person.identifiers == (("identifier", "X17"), ("identifier", "X18"), ("email", "a@b.example"))
    assert (person.countries, person.programmes) == (("MX",), ("US-SDNTK",))
    assert reasons(parsed.skipped) == {"target that is not a party: Security": 1}
    assert split_cell('a;"b;c') == ["a", '"b', "c"]


def entity(id_: str, schema: str, target: bool | None = None, **properties: list[object]) -> dict[str, object]:
    made: dict[str, object] = {
        "id": id_,
        "caption": (properties.get("name") or [id_])[0],
        "schema": schema,
        "properties": properties,
    }
    return made if target is None else made | {"target": target}


def lines(*entities: object) -> str:
    return "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in entities)


def test_opensanctions_nested(tmp_path):
    nested = entity(
        "Q1",
        "Person",
        True,
        name=["E. Veladro", "Веладро"],
        alias=["Veladro"],
        weakAlias=["El Trueno"],
        previousName=["Old"],
        nationality=["mx"],
        addressEntity=[entity("addr", "Address", full=["17 Calle Fabula"])],
        sanctions=[entity("s", "Sanction", programId=["US-DEMO"])],
        passportNumber=["X17"],
        topics=["crime.traffick.drug"],
    ) | {"referents": ["old-1"], "first_seen": "2024-03-10T15:36:30"}
    ship = entity("Q2", "Vessel", True, name=["Quillon 7"], imoNumber=["IMO0000017"])
    parsed = parse(
        tmp_path, "targets.nested.json", lines(nested, ship, entity("Q3", "Security", name=["x"])), "opensanctions-json"
    )
    person, vessel = parsed.entries
    assert names(person) == [
        ("E. Veladro", "primary"),
        ("Веладро", "original_script"),
        ("Veladro", "strong"),
        ("Old", "former"),
        ("El Trueno", "weak"),
    ]
    assert (person.countries, person.addresses, person.identifiers) == (("MX",), ("17 Calle Fabula",), (("passport", "X17"),))
    assert person.programmes == ("US-DEMO", "narcotics")
    assert "Referents old-1" in person.note
    assert vessel.identifiers == (("imo", "0000017"),)
    assert reasons(parsed.skipped) == {"entity that is not a party: Security": 1}


def test_opensanctions_entities_apart_in_any_order(tmp_path):
    text = lines(
        entity("s", "Sanction", entity=["Q1"], program=["DEMO"]),
        entity("Q1", "Company", True, name=["Zorvan"], addressEntity=["addr"]),
        entity("addr", "Address", full=["17 Calle Fabula"]),
        entity("p", "Passport", holder=["Q1", "Q9"], number=["X17"]),
        entity("Q2", "Person", False, name=["A relative"]),
        entity("Q3", "Person", True),
        [1],
    )
    parsed = parse(tmp_path, "entities.ftm.json", text, "opensanctions-json")
    (company,) = parsed.entries
    assert (company.addresses, company.programmes, company.identifiers) == (
        ("17 Calle Fabula",),
        ("DEMO",),
        (("passport", "X17"),),
    )
    assert reasons(parsed.skipped) == {
        "entity that is not a target": 1,
        "entity without id or name": 1,
        "line that is not an entity": 1,
    }
    with pytest.raises(WatchlistError, match=r"line 7"):
        parse(tmp_path, "cut.json", text[:-2], "opensanctions-json")


def test_packed_files(tmp_path):
    data = files.UN.encode()
    assert len(parse(tmp_path, "un.xml.gz", gzipped(data), "un-xml").entries) == 2
    one = zipped(("un.xml", data), ("__MACOSX/._un.xml", b"\0\5\x16\7" + bytes(30)), path=tmp_path / "one.zip")
    assert len(find_importer([ListFile.of(one)]).parse([ListFile.of(one)], "x").entries) == 2
    with pytest.raises(WatchlistError, match="holds 2 files"):
        ListFile.of(zipped(("a.xml", data), ("b.xml", data), path=tmp_path / "two.zip"))
    (tmp_path / "cut.gz").write_bytes(gzipped(data)[:-20])
    with pytest.raises(WatchlistError, match="cut off"):
        ListFile.of(tmp_path / "cut.gz")
    (tmp_path / "cut.zip").write_bytes(one.read_bytes()[:-30])
    with pytest.raises(WatchlistError, match="damaged"):
        ListFile.of(tmp_path / "cut.zip")
    (tmp_path / "bomb.gz").write_bytes(gzipped(b"\0" * (80 << 20)))
    with pytest.raises(WatchlistError, match="far more"):
        ListFile.of(tmp_path / "bomb.gz")


def test_a_locked_archive_is_refused(tmp_path):
    path = zipped(("a.xml", b"x"), path=tmp_path / "locked.zip")
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    assert zipfile.is_zipfile(path)
    with pytest.raises(WatchlistError, match="password"):
        ListFile.of(path)


@pytest.mark.parametrize(
    ("text", "latin"), [("Zorvan", True), ("Żółć", True), ("Веладро", False), ("7", True), ("Zorvan (幻)", True)]
)
def test_scripts(text, latin):
    assert is_latin(text) is latin


def test_a_weak_alias_never_weakens_a_strong_name():
    entry = ListBuilder().begin("1", "person")
    for kind in ("weak", "strong", "weak", "primary"):
        entry.add_name("A b", kind)
    assert entry.names == {"A b": "primary"}
    entry.add_name("C", "primary")
    assert entry.names["C"] == "strong"
    assert not entry.add_name(" \u202b\u202c ", "strong")


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_can_be_a_name(text):
    entry = ListBuilder().begin("1", "person")
    entry.add_name(text, "strong")
    assert tidy(tidy(text)) == tidy(text)
    assert to_table([entry.build("x")]).num_rows == 1


@pytest.mark.parametrize("layout", ["csl", "opensanctions"])
def test_json_can_spell_what_no_file_can_hold(tmp_path, layout):
    bad = "Q\ud800\x00\n"
    if layout == "csl":
        names_ = dict.fromkeys(("source", "entity_number", "type", "name", "call_sign", "start_date", "remarks"), bad)
        ids = [{"type": bad, "number": bad}]
        record = names_ | {"alt_names": [bad], "programs": [bad], "addresses": [{"city": bad, "country": bad}], "ids": ids}
        text = json.dumps([record])
    else:
        party = entity(bad, "Person", True, name=[bad], alias=[bad], country=[bad], topics=[bad], passportNumber=[bad])
        text = json.dumps(party | {"referents": [bad], "first_seen": bad}) + "\n" + json.dumps(entity(bad, bad)) + "\n"
    path = tmp_path / "list.json"
    path.write_text(text)
    store = WatchlistStore(tmp_path / "home")
    assert store.import_list("mine", [path], date(2026, 1, 1)).entries == 1
    assert store.verify("mine") == ()


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"id":1,"caption":2,"schema":[],"properties":{"name":[1,null]}}',
        '{"source":"alt_names"',
        '[{"source":{},"alt_names":3}]',
        "id,schema,name,aliases,countries,identifiers,dataset\n,,,,,,\nx\n",
        "source,entity_number,name,alt_names,programs,ids\n" + "x" * 1_000_000,
        "<sdnList>" + "<sdnEntry/>" * 3 + "</sdnList>",
        "<sdnList><publshInformation><Record_Count>" + "9" * 5000 + "</Record_Count></publshInformation></sdnList>",
        "<Sanctions><ReferenceValueSets/><DateOfIssue><Year>" + "9" * 50 + "</Year></DateOfIssue></Sanctions>",
        "<export><sanctionEntity/></export>",
        "<swiss-sanctions-list/>",
        "<data-set><record><Item>1</Item></record></data-set>",
        "<sanctionsData><entity/></sanctionsData>",
        "PK\x03\x04 no archive",
        "\x1f\x8b",
    ],
)
def test_hostile_files_are_refused_without_a_traceback(tmp_path, content):
    path = tmp_path / "list"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(WatchlistError):
        WatchlistStore(tmp_path / "home").import_list("mine", [path], date(2026, 1, 1))
