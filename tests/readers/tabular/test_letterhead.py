"""Who heads a paper and to whom it is addressed, where nothing else says who sends and who receives the goods."""

from __future__ import annotations

import pytest

from precursor_screen.readers.registry import read
from precursor_screen.readers.tabular.letterhead import letterhead, stated_around


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([["Acme Chemie GmbH"], ["Hafenweg 8"], ["Lieferschein"]], "Acme Chemie GmbH"),
        ([["COMMERCIAL INVOICE"], ["Acme Ltd"]], "Acme Ltd"),
        ([["杭州河源化工有限公司"], ["装 箱 单"]], "杭州河源化工有限公司"),
        ([["Acme Shipping Ltd"], ["Cargo manifest"]], None),  # a carrier's list
        ([["Acme"], ["Invoice"]], None),  # nothing says that it is a firm
        ([["Invoice"], ["7"], ["8"], ["Acme Ltd"]], None),
        ([["Buyer: Acme Ltd"], ["Invoice"]], None),
        ([["ACME", "Acme Ltd\n12 Mill Road\nOtterville"], ["Invoice"]], "Acme Ltd"),
        ([["Acme Ltd · 12 Mill Road · Otterville"], ["Invoice"]], "Acme Ltd"),
        ([], None),
    ],
)
def test_who_heads_a_senders_paper_sends_the_goods(rows, name):
    assert [one.value for one in letterhead(rows)] == ([name] if name else [])


@pytest.mark.parametrize(
    ("below", "receiver"),
    [
        ([["Acme GmbH · Hafenweg 8 · 12345 Otterau", "No.: 7"], ["Bolt S.A.", "Terms: CIF"], ["Rue du Port 7"], ["75001 Paris"]], "Bolt S.A."),
        ([["", "Bolt S.A.\nRue du Port 7\n75001 Paris"]], "Bolt S.A."),
        ([["Acme GmbH"], ["Hafenweg 8"], ["12345 Otterau"]], None),  # the sender once more
        ([["Bolt S.A."], ["valued customer"]], None),  # no address
        ([["Bolt"], ["Rue du Port 7"], ["75001 Paris"]], None),  # nothing says that it is a firm
        ([["Bolt S.A.", "Carr Ltd"], ["Rue du Port 7", "12 Mill Road"], ["75001 Paris", "Otterville"]], None),  # which?
        ([["Bank: Bolt S.A."], ["Rue du Port 7"], ["75001 Paris"]], None),
        ([["Consignee: Carr Ltd"], ["Bolt S.A."], ["Rue du Port 7"], ["75001 Paris"]], "Carr Ltd"),
    ],
)  # fmt: skip
def test_whom_a_senders_paper_is_addressed_to_receives_the_goods(below, receiver):
    for title, name in (("Invoice", receiver), ("Cargo manifest", receiver if receiver == "Carr Ltd" else None)):
        stated = {one.field: one.value for one in stated_around([["Acme GmbH"], [title], [], *below], (), ())}
        assert stated.get("consignee_name") == name
        if name == "Bolt S.A.":
            assert stated["consignee_address"] == "Rue du Port 7, 75001 Paris"


def test_a_letterhead_counts_where_nothing_else_names_the_sender():
    paper = "Acme Ltd\nPacking list\n{}\nDescription;HS Code;Net weight kg\nwool;510111;1\ntin;800110;2\nink;321511;3\n"
    for above, name in (("", "Acme Ltd"), ("Shipper: Bolt Ltd", "Bolt Ltd")):
        (found,) = read(paper.format(above).encode(), "m.csv")
        assert found.lines.column("consignor_name").to_pylist() == [name] * 3


@pytest.mark.parametrize(
    ("rows", "receiver"),
    [
        ([["Delivery address: Acme Ltd, 12 Mill Road, Otterville"]], "Acme Ltd"),
        ([["Lieferanschrift:", "Acme GmbH\nHafenweg 8\n12345 Otterau"]], "Acme GmbH"),
        ([["Delivery address: 12 Mill Road, Otterville"]], None),
        ([["Delivery address: Acme Ltd"]], None),  # perhaps the name of a place
        ([["Delivery address: Acme Ltd, 12 Mill Road, Otterville"], ["Consignee: Bolt Ltd"]], "Bolt Ltd"),
        ([["Importer: Bolt Ltd"], ["Delivery address: Acme Ltd, 12 Mill Road, Otterville"]], None),
    ],
)
def test_the_firm_to_whose_address_goods_are_delivered_receives_them_where_nobody_else_is_named(rows, receiver):
    stated = {one.field: one.value for one in stated_around(rows, (), ())}
    assert stated.get("consignee_name") == receiver
