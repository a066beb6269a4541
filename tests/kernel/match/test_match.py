"""What only all lines of a run tell: who keeps other people's goods, and whose names are nobody's."""

from __future__ import annotations

import pyarrow as pa
import pytest

from precursor_screen.kernel.match import PartyKeys, find_keepers
from precursor_screen.reference import shipped
from precursor_screen.rulebook.lists import load_lists
from precursor_screen.text.party_cells import party_key


@pytest.fixture(scope="module")
def lists():
    return load_lists([shipped.rules_folder()])


def keepers(lists, *names):
    return find_keepers(pa.table({"consignee_name": pa.array(names, pa.string())}), lists, PartyKeys())


@pytest.mark.parametrize("name", ["Banque Orveto", "ORVETO BANK LTD", "奥维托银行", "Orveto Freight Forwarders"])
def test_banks_and_forwarders_keep_goods_of_others(lists, name):
    assert keepers(lists, name, "Orveto Ltd", None) == {party_key(name)}


@pytest.mark.parametrize("name", ["Bankside Paints", "Orveto Ltd", "TO ORDER OF ORVETO BANK", None])
def test_others_do_not(lists, name):
    assert keepers(lists, name) == frozenset()


def test_without_consignees_there_are_none(lists):
    assert find_keepers(pa.table({"line_id": ["1"]}), lists, PartyKeys()) == frozenset()


def test_names_of_nobody_have_no_key():
    keys = PartyKeys()
    assert [keys[name] for name in ("unknown", "TO ORDER", "Orveto Ltd")] == ["", "", party_key("Orveto Ltd")]
