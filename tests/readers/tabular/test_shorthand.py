"""What rows of a list made by hand leave to the rows above them."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.shorthand import is_ditto, same_party

HEADER = "B/L No.;Date;Shipper;Consignee;Notify;Description;Kind of packages;Gross weight kg"
FIRST = "OTT-1;2026-11-03;Acme Ltd;Bolt SA;Carr AG;acetone;drums;12"
FIELDS = ("bill_of_lading", "consignor_name", "consignee_name", "notify_party_name", "description", "package_type")


def lines_of(*rows, header=HEADER):
    (found,) = read("\n".join((header, *rows)).encode(), "m.csv")
    told = [(i["source_row"], i["count"]) for i in found.issues.to_pylist() if i["code"] == "as-above"]
    return [tuple(line.get(field) for field in FIELDS) for line in found.lines.to_pylist()], told


@pytest.mark.parametrize(
    "text",
    [
        '"', "”", "„", "〃", '-"-', " = ” = ", ",,", "’’", "ditto", "Ditto.", "(ditto)", "do.", "dto.", "idem", "dito", "wie oben",
        "j.w.", "то же", "Тот же", "те саме", "同上", "상동", "come sopra", "--//--", "-do-", "- do. -", "dtto", "aynı", "كما أعلاه",
    ],
)  # fmt: skip
def test_ditto_marks(text):
    assert is_ditto(text)


@pytest.mark.parametrize(
    "text", ["", "do", "DO", "do-it", "id", "Dora", "-", "--", "''", '""', "same day service", "Ditton Ltd", "wie gesehen"]
)
def test_what_is_no_ditto_mark(text):
    assert not is_ditto(text)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("same as consignee", "Bolt"),
        ("SAME AS THE CONSIGNEE.", "Bolt"),
        ("(same as consignee)", "Bolt"),
        ("mismo que consignatario", "Bolt"),
        ("wie Empfänger", "Bolt"),
        ("тот же, что и получатель", "Bolt"),
        ("same as shipper", "Acme"),
        ("same as notify", None),  # of whom nothing is known
        ("Same Consignee Services Ltd", None),
        ("Bolt", None),
    ],
)
def test_a_party_that_is_another_one(cell, name):
    assert same_party(cell, {"consignor_name": "Acme", "consignee_name": "Bolt"}) == name


@pytest.mark.parametrize(
    ("row", "line", "told"),
    [
        ("OTT-1;2026-11-03;〃;”;idem;toluene;dto.;4", ("OTT-1", "Acme Ltd", "Bolt SA", "Carr AG", "toluene", "drums"), [(3, 1)]),
        ("OTT-1;2026-11-03;Acme Ltd;Bolt SA;Carr AG;ditto;drums;4", ("OTT-1", "Acme Ltd", "Bolt SA", "Carr AG", "acetone", "drums"), [(3, 1)]),
        (
            "OTT-1;2026-11-03;Acme Ltd;Bolt SA;Carr AG;The same, 25 kg bags;drums;4",
            ("OTT-1", "Acme Ltd", "Bolt SA", "Carr AG", "acetone, 25 kg bags", "drums"),
            [(3, 1)],
        ),
        (
            "OTT-1;2026-11-03;Acme Ltd;Bolt SA;Carr AG;ditto (pure);drums;4",
            ("OTT-1", "Acme Ltd", "Bolt SA", "Carr AG", "acetone (pure)", "drums"),
            [(3, 1)],
        ),
        (
            "OTT-1;2026-11-03;Acme Ltd;Bolt SA;Carr AG;〃 (pure);drums;4",
            ("OTT-1", "Acme Ltd", "Bolt SA", "Carr AG", "acetone (pure)", "drums"),
            [(3, 1)],
        ),
        (
            "OTT-1;2026-11-03;Acme Ltd;Bolt SA;(Same as consignee);wool;drums;4",
            ("OTT-1", "Acme Ltd", "Bolt SA", "Bolt SA", "wool", "drums"),
            [],
        ),
        ("OTT-1;2026-11-03;Acme Ltd;Bolt SA;Carr AG;same day parcels;drums;4", ("OTT-1", "Acme Ltd", "Bolt SA", "Carr AG", "same day parcels", "drums"), []),
    ],
)  # fmt: skip
def test_ditto_marks_are_written_out_and_told(row, line, told):
    lines, issues = lines_of(FIRST, row)
    assert (lines[1], issues) == (line, told)


def test_a_mass_is_not_repeated_and_a_mark_without_a_cell_above_stays():
    (found,) = read(f"{HEADER}\n{FIRST}\nOTT-2;2026-11-03;Acme Ltd;Bolt SA;;wool;bales;idem\n".encode(), "m.csv")
    assert found.lines.column("gross_mass_kg").to_pylist()[1] is None
    assert lines_of("OTT-1;2026-11-03;idem;Bolt SA;;wool;bales;4")[0][0][1] == "idem"


@pytest.mark.parametrize(
    ("rows", "bills", "told"),
    [
        ([FIRST, ";;;;;wool;bales;4", ";;;;;tin;boxes;4"], ["OTT-1"] * 3, [(3, 2)]),
        ([FIRST, ";;;;;wool;bales;4", "OTT-2;2026-11-04;Dorn;Elm;Fitch;tin;boxes;4"], ["OTT-1", "OTT-1", "OTT-2"], [(3, 1)]),
        # Where lines of one bill repeat its number, a blank is a number that is missing.
        ([FIRST, FIRST.replace("acetone", "tin"), ";;;;;wool;bales;4"], ["OTT-1", "OTT-1", None], []),
        # Only the number is blank: nothing tells that it is that of the row above.
        ([FIRST, ";2026-11-03;Acme Ltd;Bolt SA;Carr AG;wool;bales;4"], ["OTT-1", None], []),
        ([";;;;;wool;bales;4", FIRST], [None, "OTT-1"], []),
        # A date that is missing in other rows as well says nothing of this one.
        (
            [FIRST, ";;Acme Ltd;Bolt SA;Carr AG;wool;bales;4", "OTT-2;;Acme Ltd;Bolt SA;Carr AG;tin;boxes;4"],
            ["OTT-1", None, "OTT-2"],
            [],
        ),
    ],
)
def test_blanks_together_belong_to_the_document_above(rows, bills, told):
    lines, issues = lines_of(*rows)
    assert ([line[0] for line in lines], issues) == (bills, told)


def test_long_tables_are_not_looked_at(monkeypatch):
    monkeypatch.setattr("precursor_screen.readers.tabular.shorthand.MOST_ROWS", 1)
    assert lines_of(FIRST, ";;;;;wool;bales;4") == (
        [("OTT-1", "Acme Ltd", "Bolt SA", "Carr AG", "acetone", "drums"), (None, None, None, None, "wool", "bales")],
        [],
    )


def test_a_ditto_mark_below_another_stands_for_the_same():
    rows = [FIRST, *(FIRST.replace("acetone", text) for text in ("idem", "idem, 2 kg", "〃"))]
    assert [line[4] for line in lines_of(*rows)[0]] == ["acetone", "acetone", "acetone, 2 kg", "acetone, 2 kg"]
