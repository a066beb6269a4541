"""Registers: read as offices keep them, a row that is not understood is named, a copy that is damaged is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from precursor_screen.core.errors import InputError, MappingError, RegisterError
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.readers.column_map import load_register_map
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.reference import shipped
from precursor_screen.reference.registers.headers import HeaderWords, columns_of
from precursor_screen.reference.registers.reading import read_register
from precursor_screen.reference.registers.store import RegisterStore
from precursor_screen.reference.substances import load_substances
from precursor_screen.rulebook.registers import REGISTERS

DAY = date(2026, 11, 25)
NOTIFICATIONS = """\
Register of notifications;;;;;;;
Notification number;Chemical;Quantity kg;Exporter;Importer;Destination;Date sent;Reply
PEN-1;Acetic anhydride;1.500,5;Norwood Chemie GmbH;Zenith Imports;Mexico;13/10/2026;no objection
PEN-2;108-24-7;100;Norwood Chemie GmbH;Zenith Imports;MX;01/11/2026;objected
PEN-3;Unobtainium;100;Norwood;Zenith;MX;01/11/2026;
PEN-4;Safrole;12,5;Norwood;Zenith;Narnia;01/11/2026;
PEN-5;Safrole;twelve;Norwood;Zenith;MX;01/11/2026;
PEN-6;Safrole;12,5;Norwood;Zenith;MX;01/11/2026;perhaps
;Safrole;12,5;Norwood;Zenith;MX;01/11/2026;
"""


@pytest.fixture(scope="module")
def index() -> SubstanceIndex:
    return SubstanceIndex(load_substances(shipped.substances_folder()).substances)


def file(folder: Path, text: str, name: str = "register.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_read_and_what_is_not_understood_is_named(tmp_path, index):
    read = read_register("pre-export-notifications", file(tmp_path, NOTIFICATIONS), index)
    first, second, third = read.table.to_pylist()
    assert (first["reference"], first["substance_id"], first["quantity_kg"]) == ("PEN-1", "acetic-anhydride", Decimal("1500.5"))
    assert (first["country"], first["sent"], first["status"]) == ("MX", date(2026, 10, 13), "accepted")
    assert first["importer_key"]
    assert (second["substance_id"], second["status"]) == ("acetic-anhydride", "objected")
    assert [(s.row, s.reason.split(" is ")[0]) for s in read.skipped] == [
        (5, "substance 'Unobtainium'"),
        (6, "country 'Narnia'"),
        (7, "quantity_kg 'twelve'"),
        (9, "reference"),
    ]
    assert third["status"] == "sent"  # an unknown word is an open status, told once for all rows
    assert any(note.startswith("status not known: 'perhaps' (1)") for note in read.uncertain)


def test_a_workbook_with_the_columns_on_its_second_sheet(tmp_path, index):
    path = tmp_path / "permits.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write_row(0, 0, ["nothing", "here"])
        sheet = book.add_worksheet("Permits")
        sheet.write_row(0, 0, ["Permit no", "Substance", "kg", "Valid until", "One-time", "Colour"])
        sheet.write_row(1, 0, ["P-1", "Ephedrine and pseudoephedrine", "", "2026-12-31", "yes", "red"])
        sheet.write_row(2, 0, ["P-2", "Ephedrine and pseudoephedrine", 25, "2026-12-31", "yes", "red"])
    read = read_register("permits", path, index)
    rows = read.table.to_pylist()
    assert [r["substance_id"] for r in rows] == ["ephedrine", "pseudoephedrine"]  # a permit for two is a row for each
    assert all(r["valid_to"] == date(2026, 12, 31) and r["single_use"] and r["status"] == "valid" for r in rows)
    assert read.unused == ("Colour",)
    assert [s.row for s in read.skipped] == [3]  # one quantity for two substances says how much of neither


def test_a_serial_number_is_not_the_number_of_the_document(tmp_path, index):
    text = "No,Permit number,Substance\n1,P-77,Safrole\n2,P-78,Safrole\n2,P-78,Safrole\n"
    read = read_register("permits", file(tmp_path, text), index)
    assert read.table.column("reference").to_pylist() == ["P-77", "P-78"]
    assert [s.reason for s in read.skipped] == ["the same row appears above"]


@pytest.mark.parametrize(
    ("register", "text", "expected"),
    [
        ("permits", "a,b\n1,2\n", "reference, substance are missing. Headers seen: 'a', 'b'"),
        (
            "permits",
            "Permti no,Substance\n1,2\n",
            "reference is missing.*Near: 'Permti no' for reference .Did you mean 'permit no'",
        ),
        ("annual-requirements", "country,substance,year,kg\nMX,Safrole,MMXXVI,5\n", "no row could be read; row 2"),
    ],
)
def test_what_is_no_register_is_refused(tmp_path, index, register, text, expected):
    with pytest.raises(RegisterError, match=expected):
        read_register(register, file(tmp_path, text), index)


def test_a_file_of_no_format_is_refused(tmp_path, index):
    path = tmp_path / "register.pdf"
    path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    with pytest.raises(InputError):
        read_register("permits", path, index)


def test_snapshots_and_what_is_refused_against_the_last(tmp_path, index):
    store = RegisterStore(tmp_path)
    rows = "\n".join(f"P-{n},Safrole,{n}" for n in range(10))
    store.import_file("permits", file(tmp_path, f"permit,substance,kg\n{rows}\n"), index, DAY)
    short = file(tmp_path, "permit,substance,kg\nP-1,Safrole,1\n", "short.csv")
    with pytest.raises(RegisterError, match="has 1 rows; the previous import had 10"):
        store.import_file("permits", short, index, DAY)
    with pytest.raises(RegisterError, match="is dated 2026-11-24; the previous import was newer, of 2026-11-25"):
        store.import_file("permits", tmp_path / "register.csv", index, date(2026, 11, 24))
    assert store.open("permits").record.rows == 10
    manifest, _ = store.import_file("permits", short, index, DAY, force=True)
    assert (manifest.number, store.open("permits").table.num_rows) == (2, 1)
    with pytest.raises(RegisterError, match="Did you mean 'permits'"):
        store.import_file("permit", short, index, DAY)


@pytest.mark.parametrize("damage", ["register.parquet", "manifest.json", "../current"])
def test_a_damaged_copy_is_an_error_and_can_be_replaced(tmp_path, index, damage):
    store = RegisterStore(tmp_path)
    path = file(tmp_path, "permit,substance,kg\nP-1,Safrole,1\n")
    store.import_file("permits", path, index, DAY)
    (tmp_path / "registers" / "permits" / "1" / damage).write_bytes(b"77")
    with pytest.raises(RegisterError, match="registers import permits FILE"):
        store.open_all()
    store.import_file("permits", path, index, DAY)
    assert store.open("permits").record.number == 2


@pytest.mark.parametrize(
    ("quantity", "unit", "kg", "written"),
    [
        ("100", "", "100", None),
        ("100 kg", "", "100", None),
        ("100", "kgs", "100", None),
        ("1.5 t", "", "1500", "1.5 t"),
        ("1.5", "t", "1500", "1.5 t"),
        ("500", "g", "0.5", "500 g"),
        ("1000", "lb", "453.59237", "1000 lb"),
        ("100", "litres", "79", "100 litres"),  # of acetone: 0.79 kg a litre
        ("100 l", "kg", "79", "100 l"),  # what stands in the cell is nearer to the number
        ("", "t", None, None),
    ],
)
def test_quantities_in_other_units(tmp_path, index, quantity, unit, kg, written):
    text = f"Permit no,Substance,Quantity,Unit\nP-1,Acetone,{quantity},{unit}\n"
    (row,) = read_register("permits", file(tmp_path, text), index).table.to_pylist()
    assert (row["quantity_kg"], row["quantity_as_written"]) == (kg and Decimal(kg), written)


def test_litres_of_a_substance_of_unknown_density_are_no_kilograms(tmp_path, index):
    read = read_register("permits", file(tmp_path, "Permit no,Substance,Quantity\nP-1,Piperonal,100 l\n"), index)
    (row,) = read.table.to_pylist()
    assert (row["quantity_kg"], row["quantity_as_written"]) == (None, "100 l")


@pytest.mark.parametrize(("quantity", "unit"), [("12 drums", ""), ("12", "drums"), ("-1", "kg"), ("12", "quux")])
def test_a_quantity_that_is_neither_mass_nor_volume_is_set_aside(tmp_path, index, quantity, unit):
    text = f"Permit no,Substance,Quantity,Unit\nP-1,Acetone,5,kg\nP-2,Acetone,{quantity},{unit}\n"
    (skipped,) = read_register("permits", file(tmp_path, text), index).skipped
    assert (skipped.row, skipped.reference, "is not a number of kilograms" in skipped.reason) == (3, "P-2", True)


def test_authority_and_version_are_kept(tmp_path, index):
    text = "Permit no,Chemical,Issuing authority,Amendment no,Status\nP-1,MEK,Health,2,amended\n"
    (row,) = read_register("permits", file(tmp_path, text), index).table.to_pylist()
    assert (row["substance_id"], row["authority"], row["version"], row["status"]) == (
        "methyl-ethyl-ketone",
        "Health",
        "2",
        "valid",
    )


@pytest.mark.parametrize(
    ("rows", "statuses"),
    [
        (["P-1,,amended"], ["valid"]),
        (["P-1,1,amended", "P-1,2,valid"], ["superseded", "valid"]),
        (["P-1,1,valid", "P-1,2,amended"], ["valid", "valid"]),
        (["P-1,1,amended", "P-1,2,amended"], ["superseded", "valid"]),
        (["P-1,,amended", "p-1,,valid"], ["superseded", "valid"]),
        (["P-1,,amended", "P-2,,valid"], ["valid", "valid"]),
    ],
)
def test_an_amended_permit_is_in_force_where_no_later_version_is_in_the_register(tmp_path, index, rows, statuses):
    text = "Permit no,Amendment no,Status,Chemical\n" + "".join(f"{row},Acetone\n" for row in rows)
    assert [r["status"] for r in read_register("permits", file(tmp_path, text), index).table.to_pylist()] == statuses


def test_a_snapshot_of_before_there_were_some_columns_is_read(tmp_path, index):
    store = RegisterStore(tmp_path / "home")
    store.import_file("permits", file(tmp_path, "Permit no,Substance,kg\nP-1,Acetone,5\n"), index, DAY)
    folder = next((tmp_path / "home").glob("registers/permits/*/register.parquet")).parent
    whole = pq.read_table(folder / "register.parquet")
    later = ("unit", "authority", "version", "quantity_as_written")
    for names in (later, (*later, "status")):
        pq.write_table(whole.drop_columns(list(names)), folder / "register.parquet")
        for sums in folder.glob("SHA256SUMS"):
            sums.unlink()
        (folder.parent / "current").write_text(f"{folder.name}\n", encoding="utf-8")
        if names == later:
            assert store.open("permits").table.equals(whole)
        else:
            with pytest.raises(RegisterError, match="was changed after the import"):
                store.open("permits")


WORDS = HeaderWords(lambda header: lookup(header)[0])
HEADS = [
    # register, headers, column -> position
    (
        "permits",
        "Genehmigungsnummer;Inhaber;Empfänger;Stoff;Menge (kg);Bestimmungsland;Gültig von;Gültig bis;Status",
        {
            "reference": 0,
            "holder": 1,
            "consignee": 2,
            "substance": 3,
            "quantity_kg": 4,
            "country": 5,
            "valid_from": 6,
            "valid_to": 7,
        },
    ),
    (
        "permits",
        "Número de permiso;Titular;Destinatario;Sustancia;Cantidad kg;País de destino;Válido desde;Válido hasta;Estado",
        {
            "reference": 0,
            "holder": 1,
            "consignee": 2,
            "substance": 3,
            "quantity_kg": 4,
            "country": 5,
            "valid_from": 6,
            "valid_to": 7,
        },
    ),
    (
        "pre-export-notifications",
        "Notification préalable;Exportateur;Destinataire;Substance;Quantité;Pays de destination;Envoyée le;Réponse",
        {"reference": 0, "exporter": 1, "importer": 2, "substance": 3, "quantity_kg": 4, "country": 5, "sent": 6, "status": 7},
    ),
    (
        "import-confirmations",
        "Confirmation no;B/L No;PEN no;Consignee Name;Commodity Description;Net Weight (kg);Country of Destination;Arrival Date",
        {"reference": 0, "bill": 1, "notification": 2, "importer": 3, "substance": 4, "quantity_kg": 5, "country": 6, "date": 7},
    ),
    (
        "annual-requirements",
        "Country;Chemical;Year;Annual requirement (kg)",
        {"country": 0, "substance": 1, "year": 2, "quantity_kg": 3},
    ),
    (
        "import-confirmations",
        "BOL;Chemical;Kg received;Consignee",
        {"reference": 0, "substance": 1, "quantity_kg": 2, "importer": 3},
    ),
    ("licences", "Registration;Exporter Name;CAS;Valid through", {"reference": 0, "holder": 1, "substance": 2, "valid_to": 3}),
]


@pytest.mark.parametrize(("register", "headers", "expected"), HEADS)
def test_headers_are_understood_as_those_of_manifests(register, headers, expected):
    found = columns_of(headers.split(";"), REGISTERS[register], WORDS)
    assert {name: found.get(name) for name in expected} == expected


def test_a_column_map_says_which_column_is_which(tmp_path, index):
    map_file = tmp_path / "map.yml"
    map_file.write_text("columns:\n  Zeichen: reference\n  Bemerkung: ignore\ndecimal: ','\n", encoding="utf-8")
    words = load_register_map(map_file, "permits", WORDS.field_of)
    text = "Zeichen;Stoff;Menge;Bemerkung;Farbe\nA/1;Acetone;1.234;x;rot\n"
    read = read_register("permits", file(tmp_path, text), index, words)
    (row,) = read.table.to_pylist()
    assert (row["reference"], row["quantity_kg"], read.unused) == ("A/1", Decimal(1234), ("Farbe",))
    with pytest.raises(RegisterError, match=r"reference is missing.*Headers seen: 'Zeichen', 'Stoff'"):
        read_register("permits", file(tmp_path, text), index, WORDS)


@pytest.mark.parametrize(
    "text", ["columns: {A: referense}", "columns: [a]", "decimal: ','", "columns: {A: reference}\ndecimal: x", ":"]
)
def test_a_map_that_is_none_is_refused(tmp_path, text):
    with pytest.raises(MappingError):
        load_register_map(file(tmp_path, text, "map.yml"), "permits", WORDS.field_of)


SEVERAL = [
    ("Acetone; Toluene", "100; 50", {"acetone": 100, "toluene": 50}),
    ("Acetone / Toluene", "100 / 50", {"acetone": 100, "toluene": 50}),
    ("Acetone 100 kg; Toluene 0.05 t", "", {"acetone": 100, "toluene": 50}),
    ("Acetone 100 kg and Toluene 50 kg", "150", {"acetone": 100, "toluene": 50}),
    ("Acetone; Toluene", "", {"acetone": None, "toluene": None}),
]


@pytest.mark.parametrize(("substance", "quantity", "expected"), SEVERAL)
def test_a_permit_for_several_substances_with_a_quantity_each(tmp_path, index, substance, quantity, expected):
    read = read_register("permits", file(tmp_path, f"Permit no|Substance|kg\nP-1|{substance}|{quantity}\n"), index)
    assert {r["substance_id"]: r["quantity_kg"] for r in read.table.to_pylist()} == expected


@pytest.mark.parametrize(
    ("substance", "quantity"),
    [("Acetone; Toluene", "150"), ("Acetone; Toluene", "1; 2; 3"), ("Acetone; acetone; MEK", "1; 2; 3")],
)
def test_quantities_that_do_not_say_whose_they_are_are_set_aside(tmp_path, index, substance, quantity):
    text = f"Permit no|Substance|kg\nP-0|Acetone|1\nP-1|{substance}|{quantity}\n"
    assert [s.reference for s in read_register("permits", file(tmp_path, text), index).skipped] == ["P-1"]


def test_how_cells_were_read_is_told(tmp_path, index):
    text = "Permit no;Substance;Quantity (t);Valid until\nP-1;Acetone;1.234,5;45658\n"
    read = read_register("permits", file(tmp_path, text), index)
    (row,) = read.table.to_pylist()
    assert (row["quantity_kg"], row["valid_to"]) == (Decimal(1_234_500), date(2025, 1, 1))
    assert read.notes == (
        "numbers have a decimal comma: 1.234,5 is 1234.5",
        "days are numbers of a spreadsheet: 45658 is 2025-01-01",
    )
    read = read_register("permits", file(tmp_path, "Permit no;Substance;kg\nP-1;Acetone;1.234\n"), index)
    assert "1.234 may be two numbers" in read.uncertain[0]


def test_contradicting_dates_are_kept_for_whoever_compares(tmp_path, index):
    text = "licence,company,substance,valid from,valid until\nL,Acme,Safrole,2026-05-01,2026-04-01\n"
    read = read_register("licences", file(tmp_path, text), index)
    assert (read.table.num_rows, read.skipped) == (1, ())


def test_numbers_of_rows_are_no_column_that_was_left_out(tmp_path, index):
    text = "No,Permit number,Substance,Colour,Empty\n1,P-77,Safrole,red,\n2,P-78,Safrole,red,\n"
    assert read_register("permits", file(tmp_path, text), index).unused == ("Colour",)


def test_a_cell_beside_the_matter_leaves_its_row_and_is_told(tmp_path, index):
    text = """Permit no,Substance,Kind,Country of dispatch,Country of destination,Issued on,Valid from,Valid until
P-1,Acetone,import,CN,US,2025-02-01,2025-02-03,2025-05-31
P-2,Acetone,import,various,US,soon,2025-02-03,2025-05-31
"""
    read = read_register("permits", file(tmp_path, text), index)
    first, second = read.table.to_pylist()
    assert (first["country"], first["dispatch_country"], first["issued"], first["valid_from"]) == (
        "US",
        "CN",
        date(2025, 2, 1),
        date(2025, 2, 3),
    )
    assert (second["dispatch_country"], second["issued"], read.skipped) == (None, None, ())
    assert [d.split(":")[0] for d in read.uncertain] == [
        "dispatch_country 'various' is not a country",
        "issued 'soon' is not a date that is certain",
    ]


def test_a_day_of_issue_alone_is_the_first_day(tmp_path, index):
    read = read_register("permits", file(tmp_path, "Permit no,Substance,Issued on\nP-1,Acetone,2025-02-01\n"), index)
    assert [(r["valid_from"], r["issued"]) for r in read.table.to_pylist()] == [(date(2025, 2, 1), None)]
