"""Messages in JSON: how they are told, what stands around them, links between their objects, and what would do harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import InputError, UnreadableManifest
from precursor_screen.formats import json_levels
from precursor_screen.readers.interface import InputTables
from precursor_screen.readers.messages import tree
from precursor_screen.readers.registry import read
from tests.examples import examples

SAMPLES = Path(__file__).parent / "samples"
FEEDS = sorted(path.name for path in SAMPLES.glob("*.json"))
BILL = json.loads((SAMPLES / "dcsa_ebl.json").read_text())["data"]["transportDocument"]


def one(value: Any) -> InputTables:
    (tables,) = read(value if isinstance(value, bytes) else json.dumps(value).encode(), "m.json")
    return tables


def codes(tables: InputTables) -> list[str]:
    return tables.issues.column("code").to_pylist()


def column(tables: InputTables, name: str) -> list[Any]:
    return tables.lines.column(name).to_pylist()


@pytest.mark.parametrize(
    "around", [lambda v: [v, v], lambda v: {"a": [{"b": v}, {"c": [[v]]}]}, lambda v: {"document": v, "amended": v}]
)
def test_messages_are_found_in_lists_and_envelopes(around: Any) -> None:
    assert column(one(around(BILL)), "description") == column(one(BILL), "description") * 2


def test_messages_stand_behind_each_other() -> None:
    text = json.dumps(BILL).encode()
    assert column(one(text + b"\n" + text), "source_row") == [1, 2, 3, 4, 5, 6]


def test_what_stands_around_a_message_is_screened_beside_it() -> None:
    tables = one({"document": BILL, "issueTo": {"partyName": "QUIMERALDA REACTIVOS"}})
    assert tables.out_of_table_texts is not None
    (aside,) = tables.out_of_table_texts.to_pylist()
    assert (aside["other_texts"], aside["other_columns"]) == (["QUIMERALDA REACTIVOS"], ["issueTo.partyName"])


def test_words_of_another_family_around_a_message_change_nothing() -> None:
    tables = one({"document": BILL, "waybillNumber": "QUIMERALDA REACTIVOS"})
    assert column(tables, "description") == column(one(BILL), "description")
    assert tables.out_of_table_texts is not None
    assert tables.out_of_table_texts.column("other_texts").to_pylist() == [["QUIMERALDA REACTIVOS"]]


def test_a_damaged_document_leaves_the_next() -> None:
    text = json.dumps(BILL).encode()
    tables = one(text + b"\n" + text[: text.index(b"CERAMIC") + 4] + b"\n" + text)
    assert column(tables, "description")[3:6] == [*column(tables, "description")[:2], "CERA"]
    assert tables.lines.num_rows == 9
    assert codes(tables).count("broken-segment") == 1


@pytest.mark.parametrize("cut", [b'"CERAMIC', b"], "])
def test_a_list_without_its_end_is_told(cut: bytes) -> None:
    whole = json.dumps([BILL]).encode()
    assert "broken-segment" in codes(one(whole[:-1]))
    assert "broken-segment" in codes(one(whole[: whole.rindex(cut) + len(cut)]))


def test_a_line_break_within_a_text_is_read() -> None:
    text = json.dumps(BILL).replace("CERAMIC TILES", "CERAMIC\nTILES").encode()
    assert column(one(text), "description")[2].split() == ["CERAMIC", "TILES"]
    assert "broken-segment" not in codes(one(text))


def test_a_key_that_stands_twice_loses_nothing() -> None:
    text = json.dumps(BILL).replace('"carrierCode": "XYZC"', '"carrierCode": "XYZC", "carrierCode": "SECOND CARRIER"')
    assert "SECOND CARRIER" in column(one(text.encode()), "other_parties")[0]


def test_a_bill_of_other_keys_is_a_table() -> None:
    tables = one([{"transportDocumentReference": "B1", "description": "ACETONE"}])
    assert (tables.input.format, column(tables, "description")) == ("JSON", ["ACETONE"])


def test_goods_of_house_bills_are_not_weighed_twice() -> None:
    house = {
        "houseBillOfLadingReference": "H1",
        "documentParties": {"shipper": {"partyName": "HOUSE SENDER"}},
        "consignmentItems": [
            {"descriptionOfGoods": "SAFROLE", "cargoItems": [{"cargoGrossWeight": {"value": 5, "unit": "KGM"}}]}
        ],
    }
    tables = one({**BILL, "houseBillOfLadings": [house]})
    assert column(tables, "gross_mass_kg") == column(one(BILL), "gross_mass_kg")
    assert any("SAFROLE" in text for text in column(tables, "other_texts")[0])
    assert "HOUSE SENDER" in column(tables, "other_parties")[0]


WAYBILL = {"@id": "w", "@type": "Waybill", "waybillNumber": "1"}


def linked_to(*nodes: dict[str, Any]) -> InputTables:
    return one({"@context": {"@vocab": "https://onerecord.iata.org/ns/cargo#"}, "@graph": list(nodes)})


def a_bill(parties: dict[str, Any], **item: Any) -> dict[str, Any]:
    goods = {"descriptionOfGoods": ["DRUMS"], "cargoItems": [{"outerPackaging": {"numberOfPackages": 4}}], **item}
    return {"transportDocumentReference": "XYZB1", "documentParties": parties, "consignmentItems": [goods]}


@pytest.mark.parametrize("address_first", [False, True])
def test_of_several_parties_in_one_role_each_address_is_of_its_own(address_first: bool) -> None:
    def party(name: str, street: str, country: str) -> dict[str, Any]:
        members = [("partyName", name), ("address", {"street": street, "countryCode": country})]
        return dict(reversed(members) if address_first else members)

    tables = one(a_bill({"notifyParties": [party("FIRST LTD", "Pier 1", ""), party("SECOND LTD", "Quay 2", "KE")]}))
    assert column(tables, "notify_party_name") == ["FIRST LTD"]
    assert column(tables, "notify_party_address") == ["Pier 1"]
    assert "notify_party_country" not in tables.lines.column_names
    assert column(tables, "other_parties") == [["SECOND LTD"]]
    assert "Quay 2" in column(tables, "other_texts")[0]


def test_a_party_that_is_displayed_alone_takes_nothing_from_the_next() -> None:
    parties = [
        {"partyName": name, "displayedAddress": [street]} for name, street in (("FIRST LTD", "Pier 1"), ("SECOND LTD", "Quay 2"))
    ]
    tables = one(a_bill({"notifyParties": parties}))
    assert column(tables, "notify_party_address") == ["Pier 1"]
    assert "Quay 2" in column(tables, "other_texts")[0]


def test_lines_of_one_address_stay_together() -> None:
    tables = one(a_bill({"shipper": {"partyName": "FIRST LTD", "addressLines": ["Pier 1", "Old Harbour"]}}))
    assert column(tables, "consignor_address") == ["Pier 1, Old Harbour"]


def test_all_codes_of_an_item_are_read() -> None:
    tables = one(a_bill({}, HSCodes=["690721", "690722"]))
    assert (column(tables, "hs_code"), column(tables, "other_hs_codes")) == (["690721"], [["690722"]])
    assert "several-hs-codes" in codes(tables)


def test_of_another_element_codes_stand_only_where_there_are_none() -> None:
    tables = one(a_bill({}, HSCodes=["690721", "690722"], extendedHSCodes=["69072100"]))
    assert column(tables, "hs_code") == ["69072100"]
    assert "other_hs_codes" not in tables.lines.column_names


def test_masses_of_earlier_versions_have_their_unit_beside_them() -> None:
    items = [{"equipmentReference": "XQZU6612348", "weight": 2, "weightUnit": "TNE"}]
    assert [float(kg) for kg in column(one(a_bill({}, cargoItems=items)), "gross_mass_kg")] == [2000]


def test_values_of_linked_objects_may_stand_in_lists() -> None:
    cargo = "https://onerecord.iata.org/ns/cargo#"

    def expanded(kind: str, **members: Any) -> dict[str, Any]:
        said = {f"{cargo}{key}": [{"@value": value} if isinstance(value, str) else value] for key, value in members.items()}
        return {"@type": [f"{cargo}{kind}"], **said}

    product = expanded("Product", hsCode=expanded("CodeListElement", code="2915.24"))
    piece = expanded("Piece", goodsDescription="REAGENTS", contentProducts=product)
    tables = one(
        [expanded("Waybill", waybillPrefix="774", waybillNumber="90017782", shipment=expanded("Shipment", pieces=piece))]
    )
    assert (column(tables, "description"), column(tables, "hs_code")) == (["REAGENTS"], ["291524"])


def test_a_part_that_names_its_whole_belongs_to_it() -> None:
    piece = {"@type": "Piece", "goodsDescription": "SAFROLE", "ofShipment": {"@id": "s"}}
    for shipment in ({"@id": "s", "@type": "Shipment", "waybill": {"@id": "w"}}, {"@id": "s", "waybill": {"@id": "w"}}):
        tables = linked_to(WAYBILL, shipment, piece)
        assert (column(tables, "bill_of_lading"), column(tables, "description")) == (["1"], ["SAFROLE"])
    tables = linked_to({**WAYBILL, "shipment": {"@id": "s"}}, {"@id": "s", "@type": "Shipment"}, piece, piece)
    assert column(tables, "bill_of_lading") == ["1", "1"]


def test_parts_that_are_elsewhere_are_told() -> None:
    tables = linked_to({**WAYBILL, "shipment": {"goodsDescription": "TOYS", "pieces": [{"@id": "https://example.com/p1"}]}})
    (issue,) = tables.issues.to_pylist()
    assert (issue["code"], issue["value"]) == ("unread-part", "https://example.com/p1")
    assert tables.lines.num_rows == 1


def test_objects_that_nothing_refers_to_are_messages_or_stand_beside() -> None:
    tables = linked_to(WAYBILL, {"@type": "Piece", "goodsDescription": "SAFROLE"}, {"@type": "Organization", "name": "LONELY"})
    assert column(tables, "description") == [None, "SAFROLE"]
    assert tables.out_of_table_texts is not None
    assert tables.out_of_table_texts.column("other_texts").to_pylist() == [["LONELY"]]


def test_rings_of_objects_end() -> None:
    tables = linked_to({**WAYBILL, "houseWaybills": {"@id": "h"}}, {"@id": "h", "@type": "Waybill", "houseWaybills": {"@id": "w"}, "shipment": {"goodsDescription": "SAFROLE"}})  # fmt: skip
    assert column(tables, "description") == ["SAFROLE"]


def test_objects_that_repeat_themselves_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_levels, "MAX_READ", 1_000)
    chain = [{"@id": f"p{i}", "@type": "Piece", "containedPieces": [{"@id": f"p{i + 1}"}] * 2} for i in range(30)]
    with pytest.raises(UnreadableManifest, match="its own parts too often"):
        linked_to({**WAYBILL, "shipment": {"pieces": {"@id": "p0"}}}, *chain)


@pytest.mark.parametrize("depth", [300, 2_000, 100_000])
def test_what_nests_too_deeply_is_refused(depth: int) -> None:
    inner = '{"a": ' * depth + "1" + "}" * depth
    text = json.dumps(BILL).replace('"CERAMIC TILES"', inner)
    with pytest.raises(UnreadableManifest, match="nest"):
        one(text.encode())


def test_a_file_has_a_limit_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(BILL)
    count = text.count(",") + text.count("{") + text.count("[")
    monkeypatch.setattr(json_levels, "MAX_VALUES", count)
    assert one(BILL).lines.num_rows == 3
    monkeypatch.setattr(json_levels, "MAX_VALUES", count - 1)
    with pytest.raises(UnreadableManifest, match="values"):
        one(BILL)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield from places(inner, (*path, key))


def placed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = placed(value[path[0]], path[1:], new)
    return copy


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=9) | st.just(10**400),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@id", "@type", "@value", "value", "unit", "null", "", "code"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", FEEDS)
@given(st.data())
@examples(30, 300)
def test_anything_anywhere_ends_in_lines_or_our_errors(name: str, data: st.DataObject) -> None:
    whole = json.loads((SAMPLES / name).read_text())
    harm = placed(whole, data.draw(st.sampled_from(list(places(whole)))), data.draw(ANY))
    with suppress(InputError):
        one(harm)


@pytest.mark.parametrize("name", FEEDS)
def test_no_text_of_a_message_is_lost(name: str) -> None:
    """A word put in the place of any text is found in the lines, beside them, or in an issue; codes of how it is written are not words."""
    whole = json.loads((SAMPLES / name).read_text())
    ignored = {"unit", "language", "format", "agency", "identificationScheme", "@context", "@id", "@type"}
    lost = []
    for path in places(whole):
        value = whole
        for key in path:
            value = value[key]
        if not isinstance(value, str) or ignored & set(path):
            continue
        tables = one(placed(whole, path, "QUIMERALDA WORD"))
        asides = tables.out_of_table_texts.to_pylist() if tables.out_of_table_texts is not None else []
        if "QUIMERALDA WORD" not in f"{tables.raw.to_pylist()} {tables.lines.to_pylist()} {asides} {tables.issues.to_pylist()}":
            lost.append(path)
    assert [path for path in lost if json_levels.local_name(str(path[-1])) not in KNOWN_TO_SAY_NOTHING] == []


# Of these the layouts say that they name no goods and no parties.
KNOWN_TO_SAY_NOTHING = frozenset(
    (
        *(
            "termsAndConditions",
            "transportDocumentStatus",
            "transportDocumentTypeCode",
            "carrierCodeListProvider",
            "codeListProvider",
        ),
        *("codeListName", "role", "UNLocationCode", "type", "countryCode", "codeListReference", "waybillType"),
        *("senderID", "receiverID", "versionNo", "messageID", "reportingEvent", "startSignature", "prtofRptng", "eqmtTyp"),
    )
)


def test_a_level_that_holds_nothing_but_a_text_is_a_line_too() -> None:
    goods = BILL["consignmentItems"]
    tables = one({**BILL, "consignmentItems": [*goods, "SAFROLE OIL"]})
    assert tables.lines.num_rows == one(BILL).lines.num_rows + 1
    assert "SAFROLE OIL" in str(tables.lines.to_pylist()[-1])


def test_elements_that_hold_no_other_count_for_the_most_of_an_item(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_HELD", 200)
    assert one(BILL).lines.num_rows
    with pytest.raises(UnreadableManifest, match="more than 200 elements in one item"):
        one({**BILL, "remarks": ["x"] * 200})
