"""Which filled columns that nobody reads are told of."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from precursor_screen.core.model import retired_rule
from precursor_screen.formats.blob import Blob
from precursor_screen.readers.column_map import parse_column_map
from precursor_screen.readers.interface import Digest, ReadOptions
from precursor_screen.readers.tabular.files import read_tables
from precursor_screen.readers.tabular.survey import unstated


def read(text: str):
    (table,) = read_tables(Blob("m.csv", text.encode()), Digest("0" * 64, len(text)), ReadOptions())
    return table


def codes(table) -> dict[str, tuple[str | None, int]]:
    return {i["code"]: (i["field"], i["count"]) for i in table.issues.to_pylist()}


HEAD = "Description,HS Code,Consignee"


@pytest.mark.parametrize(
    ("header", "cells", "code"),
    [
        ("Insured Party Q", ["Acme Supply Ltd", "Zenith Imports Inc"], "unread-party-column"),
        ("Column X", ["Acme Supply Ltd", "Zenith Imports Inc"], "unread-party-column"),  # the legal forms tell
        ("Beneficiary Owner", ["Maria Perez", "Jan Kowalski"], "unread-party-column"),
        ("Column X", ["20 DRUMS 50 KG", "10 DRUMS 25 kg"], None),  # masses, no Kommanditgesellschaft
        ("Column X", ["Maria Perez", "Jan Kowalski"], None),
        ("Broker ID Type", ["Alpha", "Beta"], None),
        ("Insured Party Q", ["NULL", ""], None),
        ("Insured Party Q", ["12", "13"], None),
        ("Chargeable Weight Q", ["120.5", "80"], "unread-mass-column"),
        ("Chargeable Weight Q", ["NULL", ""], None),
        ("Weight Price Q", ["120.5", "80"], None),
        ("Chargeable Weight Q", ["heavy", "light"], None),
        ("Страхователь получатель X", ["Мария Перес", "Ян Ковальский"], "unread-party-column"),  # in any script
        ("Перес масса Z (тара)", ["120.5", "80"], "unread-mass-column"),
    ],
)
def test_a_filled_column_that_nobody_reads_is_told_of(header, cells, code):
    rows = "\n".join(f"wool,5101,Acme Ltd,{cell}" for cell in cells)
    found = {c: where for c, where in codes(read(f"{HEAD},{header}\n{rows}\n")).items() if c.startswith("unread-")}
    assert found == ({code: (header, len(cells))} if code else {})


NAMELESS = "29141100,ACETONE IN DRUMS,{}\n28061000,HYDROCHLORIC ACID IN CANS,{}\n51011100,GREASY WOOL IN BALES,{}\n"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("Maria Perez", "Jan Kowalski", "Li Wei"), "unread-party-column"),
        (("上海化工", "北京化工", "广州"), "unread-party-column"),
        (("120.5", "80", "77"), "unread-mass-column"),
        (("1250", "80", "77"), "unread-mass-column"),
        (("1250 kg", "80 kg", "77 kg"), "unread-mass-column"),
        (("1", "2", "3"), None),  # a running number
        (("2", "3", "4"), "unread-mass-column"),
        (("0", "1", "0"), None),  # yes and no
        (("2025081512345", "2025081512346", "2025081512347"), None),  # numbers of documents
        (("2026-11-01", "2026-11-02", "2026-11-03"), None),
        (("South Korea", "United States", "New Zealand"), None),
        (("KGS", "LTR", "KGS"), None),
        (("B-77", "B-78", "B-79"), None),
        (("", "", ""), None),
    ],
)
def test_without_a_header_what_nothing_explains_is_told_of(cells, code):
    table = read(NAMELESS.format(*cells))
    assert table.input.header_row is None
    found = {c: where for c, where in codes(table).items() if c.startswith("unread-")}
    assert found == ({code: ("3", len([c for c in cells if c]))} if code else {})


def test_a_map_that_leaves_such_a_column_out_says_enough():
    (table,) = read_tables(
        Blob("m.csv", NAMELESS.format("120.5", "80", "77,5").replace("77,5", "77").encode()),
        Digest("0" * 64, 9),
        ReadOptions(mapping=parse_column_map("header_row: 0\ncolumns: {1: hs_code, 2: description, 3: ignore}", "own.yml")),
    )
    assert codes(table) == {}


def test_codes_and_texts_of_goods_that_nobody_reads_are_told_of():
    found = codes(read("Description,Column X\nwool,29141100\ntin,51011100\n"))
    assert found["unread-code-column"] == ("Column X", 2)
    assert "unread-code-column" not in codes(read("Description,Column X\nwool,29141100\ntin,29141100\n"))  # one of all rows
    assert "unread-code-column" not in codes(
        read("HS Code,Description,Column X\n51011100,wool,29141100\n80011000,tin,51011100\n")
    )
    assert "unread-code-column" not in codes(read("Description,Carrier X code\nwool,29141100\ntin,51011100\n"))
    assert "unread-goods-column" not in codes(
        read("HS Code,Zz Qq Xx goods\n51011100,greasy wool\n80011000,pure tin\n")
    )  # it is read
    found = codes(read("HS Code,Zz Qq Xx goods,Zz Xx Qq goods\n51011100,greasy wool,for yarn\n80011000,pure tin,for cans\n"))
    assert found["unread-goods-column"] == ("Zz Xx Qq goods", 2)
    assert "unread-goods-column" not in codes(
        read("HS Code,Description,Zz Qq Xx goods\n51011100,wool,greasy wool\n80011000,tin,pure tin\n")
    )


def test_a_column_of_firms_is_not_of_goods_whatever_half_of_its_header_says():
    found = codes(read("HS Code,Zz Qq Xx goods\n51011100,Acme Trading Ltd\n80011000,Bold Handel GmbH\n"))
    assert found["unread-party-column"] == ("Zz Qq Xx goods", 2)


def _rule(rule_id: str, *requires: object):
    return replace(retired_rule(rule_id), requires=requires)


RULES = (
    _rule("PS-QTY-901", "substance_mass_kg", "receiver_key"),
    _rule("PS-QTY-902", {"any": ["net_mass_kg|supplied", "packages|supplied"]}),
    _rule("PS-PKG-903", "package_type"),
    _rule("PS-CHEM-904", "form", "description"),
)


@pytest.mark.parametrize(
    ("supplied", "rules"),
    [
        ("description hs_code consignee_name net_mass_kg package_type", {}),
        ("description gross_mass_kg importer_name packages", {"package type": ("PS-PKG-903",)}),
        ("description consignee_name packages package_type", {"masses or quantities": ("PS-QTY-901",)}),
        ("description consignee_name package_type", {"masses or quantities": ("PS-QTY-901", "PS-QTY-902"), "packages": ("PS-QTY-902",)}),
        ("hs_code consignee_name net_mass_kg package_type", {"description": ("PS-CHEM-904",)}),
        ("description net_mass_kg package_type", {"receivers": ("PS-QTY-901",)}),
    ],
)  # fmt: skip
def test_what_no_column_states_and_the_rules_that_cannot_judge_without(supplied, rules):
    found = unstated(frozenset(supplied.split()), RULES)
    assert {one.what: one.rules for one in found if one.rules} == rules
    assert all(not frozenset(one.fields) & frozenset(supplied.split()) for one in found)
