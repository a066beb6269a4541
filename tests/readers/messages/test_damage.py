"""Messages that are damaged, cut short, or made to do harm: what can be read is read, the rest is said."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import InputError, UnknownFormat, UnreadableManifest
from precursor_screen.readers.interface import MOST_LISTED, InputTables, ReadOptions
from precursor_screen.readers.messages import tree
from precursor_screen.readers.registry import read
from sample_data.filing import MESSAGES
from sample_data.filing.samples import SHIPMENTS
from tests.examples import SOAK, examples
from tests.readers.messages.test_expected import NAMES, SAMPLES, stated

CUSCAR = (SAMPLES / "cuscar.edi").read_text()
NCTS = (SAMPLES / "ncts.xml").read_text()
BILL = "CNI+1+X1'RFF+BM:B1'GID+1+2:DR'FTX+AAA+++ACETONE'MEA+AAE+G+KGM:5'"


def one(data: bytes | str, options: ReadOptions | None = None) -> InputTables:
    (tables,) = read(data.encode() if isinstance(data, str) else data, "m", options)
    return tables


def codes(tables: InputTables) -> list[str]:
    return tables.issues.column("code").to_pylist()


def column(tables: InputTables, name: str) -> list[object]:
    return tables.lines.column(name).to_pylist()


def cuscar(body: str, head: str = "UNH+1+CUSCAR:D:95B:UN'BGM+785+M1+9'", tail: str = "UNT++1'") -> InputTables:
    return one(head + body + tail)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("cuscar.edi", "wco.xml")])
def test_a_sample_cut_anywhere_is_read_as_far_as_it_goes(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    # The first part, in which what a file is gets decided, and then in steps; the test below makes finer ones.
    for cut in (*range(0, 120, 1 if SOAK else 3), *range(120, len(data), 97 if SOAK else 291)):
        with suppress(InputError):
            one(data[:cut])


# Two bills, in formats whose messages have an end; FWB and FHL have none, and a cut at the end of a line does not show.
ENDED = [name for name in MESSAGES if name not in ("fwb.txt", "fhl.txt")]


@pytest.mark.parametrize("name", ENDED)
def test_a_cut_is_an_issue_unless_all_is_there(name: str) -> None:
    data = MESSAGES[name]((SHIPMENTS[0], SHIPMENTS[3]))
    whole = stated(one(data))
    silent = []
    for cut in range(len(data) % 29 + 150, len(data), 29 if SOAK else 58):
        with suppress(InputError):
            part = one(data[:cut])
            if not codes(part) and stated(part) != whole:
                silent.append((cut, data[cut - 40 : cut]))
    assert silent == []


@pytest.mark.parametrize("name", [n for n in MESSAGES if n != "x12-350.edi"])
def test_goods_before_a_cut_are_never_lost(name: str) -> None:
    data = MESSAGES[name]((SHIPMENTS[0], SHIPMENTS[3]))
    first, second = (data.rindex(s.goods.encode()) for s in (SHIPMENTS[0], SHIPMENTS[3]))
    for cut in (first + 60, second, second + 40, len(data) - 1):
        goods = column(one(data[:cut]), "description")
        assert goods[0] == SHIPMENTS[0].goods
        assert (cut < second + 40) or str(goods[1]).startswith(SHIPMENTS[3].goods)


@pytest.mark.parametrize("name", [n for n in MESSAGES if n.endswith(".xml")])
def test_documents_behind_each_other_and_blanks_before_them(name: str) -> None:
    first, second = (MESSAGES[name]((s,)) for s in (SHIPMENTS[0], SHIPMENTS[3]))
    tables = one(b"\r\n  " + first + b"\n" + second + b"\n")
    assert column(tables, "description") == [SHIPMENTS[0].goods, SHIPMENTS[3].goods]
    assert column(tables, "source_row") == [1, 2]
    assert codes(tables) == []


def test_a_document_within_a_text_begins_none() -> None:
    text = "<Awmds><Bol_segment><Goods_segment><Goods_description><![CDATA[<?xml version='1.0'?> TOYS]]></Goods_description></Goods_segment></Bol_segment></Awmds>"
    assert column(one(text), "description") == ["<?xml version='1.0'?> TOYS"]


def test_damage_in_one_document_leaves_the_next() -> None:
    whole = "<?xml version='1.0'?><Awmds><Bol_segment><Goods_segment><Goods_description>TOYS</Goods_description></Goods_segment></Bol_segment></Awmds>"
    tables = one(whole.replace("</Awmds>", "<a></b>") + "\n" + whole)
    assert column(tables, "description") == ["TOYS", "TOYS"]
    assert codes(tables) == ["broken-segment"]


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("name", ["fwb.txt", "fhl.txt", "ffm.txt", "cuscar.edi", "x12-309.edi"])
def test_lines_end_as_they_like(name: str, ending: str) -> None:
    text = MESSAGES[name](SHIPMENTS[:2]).decode().replace("\r\n", "\n")
    tables = one(text.replace("\n", ending))
    assert column(tables, "line_id") == column(one(text), "line_id")
    assert codes(tables) == []


def test_a_flight_manifest_without_its_end_is_named() -> None:
    body = "FFM/8\n1/LH400/12MAR/LHR\nJFK\n020-12345675LHRJFK/T1K1/TOYS\n"
    assert [(i["code"], i["source_row"]) for i in one(body).issues.to_pylist()] == [("broken-segment", 1)]
    assert codes(one(body + "CONT\n")) == []


def test_a_message_cut_within_an_item_keeps_the_items_before_it() -> None:
    whole = one(CUSCAR)
    part = one(CUSCAR[: CUSCAR.index("CERAMIC") + 3])
    assert column(part, "line_id")[0] == column(whole, "line_id")[0]
    assert column(part, "description")[1] == "CER"
    assert codes(part) == ["broken-segment", "broken-segment"]
    assert "no end (UNT)" in str(part.issues.to_pylist())


def test_an_xml_message_cut_within_an_item_keeps_what_it_says() -> None:
    part = one(NCTS[: NCTS.index("Ceramic") + 4])
    assert column(part, "description") == ["Acetic anhydride", "Cera"]
    assert column(part, "consignor_name") == ["SILVER BIRCH CHEMICALS"] * 2
    (issue,) = part.issues.to_pylist()
    assert (issue["code"], issue["source_row"]) == ("broken-segment", 1)
    assert "Commodity/descriptionOfGoods" in issue["message"]


@given(st.binary(max_size=300))
@examples(15, 60)
def test_any_bytes_after_a_beginning_end_in_lines_or_our_errors(data: bytes) -> None:
    for start in (b"UNH+1+CUSCAR:D'", b"ST*309*1~M11*", b"FHL/4\nHBS/", b"FFM/8\n", b"<Awmds><Bol_segment>", b"<Declaration>"):
        with suppress(InputError):
            one(start + data)


@pytest.mark.parametrize("harm", ["<!DOCTYPE a [<!ENTITY x 'y'>]>", "<!DOCTYPE a SYSTEM 'http://example.com/x'>"])
def test_a_document_type_is_refused(harm: str) -> None:
    with pytest.raises(UnreadableManifest, match="document type"):
        one(harm + "<Awmds><Bol_segment/></Awmds>")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<a><b>x</b></a>", "not known: its root is a"),
        ("<MetaData><Response><Declaration><ID>1</ID></Declaration></Response></MetaData>", "root is MetaData"),
        ("<Declaration><FunctionCode>13</FunctionCode><TypeCode>COR</TypeCode><ID>1</ID></Declaration>", "names elements"),
        ("UNH+1+CONTRL:D:3:UN'UCI+1'UNT++1'", "CONTRL"),
        ("UNH+1+CUSRES:D:95B:UN'BGM+962+X'UNT++1'", "CUSRES"),
        ("ST*997*1~AK1*SO~SE**1~", "997"),
        ("UNB+UNOA:1+A+B'UNZ+0+1'", "no message"),
    ],
)
def test_what_states_no_goods_is_no_manifest(text: str, told: str) -> None:
    with pytest.raises(UnknownFormat, match=told) as caught:
        one(text)
    assert caught.value.where.file == "m"
    assert caught.value.remedy


def test_an_answer_among_manifests_is_an_issue() -> None:
    tables = one("UNH+1+CONTRL:D:3:UN'UCI+1'UNT++1'UNH+2+CUSCAR:D:95B:UN'" + BILL + "UNT++2'")
    assert tables.lines.num_rows == 1
    assert codes(tables) == ["message-without-goods"]


def test_damage_between_segments_is_named_with_its_number() -> None:
    tables = cuscar("CNI+1+X1'RFF+BM:B1'not a segment'GID+1+2:DR'FTX+AAA+++ACETONE'")
    assert column(tables, "description") == ["ACETONE"]
    (issue,) = tables.issues.to_pylist()
    assert (issue["code"], issue["source_row"], issue["value"]) == ("broken-segment", 5, "+not a segment")


def test_segments_outside_of_a_message_are_named() -> None:
    tables = one("UNB+UNOA:1'RFF+BM:LOST'UNH+1+CUSCAR:D:95B:UN'" + BILL + "UNT++1'UNZ+1+1'")
    assert [(i["code"], i["source_row"]) for i in tables.issues.to_pylist()] == [("broken-segment", 2)]


def test_a_message_without_its_end_is_read_and_named() -> None:
    tables = one("UNH+1+CUSCAR:D:95B:UN'" + BILL + "UNH+2+CUSCAR:D:95B:UN'" + BILL.replace("B1", "B2") + "UNT++2'")
    assert column(tables, "bill_of_lading") == ["B1", "B2"]
    assert [(i["code"], i["source_row"]) for i in tables.issues.to_pylist()] == [("broken-segment", 1)]


def test_a_message_without_a_head_is_read() -> None:
    tables = one("UNB+UNOA:1'BGM+785+M1+9'" + BILL + "UNT++1'UNZ+1+1'")
    assert column(tables, "bill_of_lading") == ["B1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["cuscar.edi", "x12_309.edi", "fhl.txt", "ncts.xml"])
def test_a_message_is_known_in_any_encoding(name: str, encoding: str) -> None:
    text = (SAMPLES / name).read_text()
    assert column(one(text.encode(encoding)), "line_id") == column(one(text), "line_id")


def test_a_declared_encoding_that_is_wrong_does_no_harm() -> None:
    text = "<?xml version='1.0' encoding='UTF-8'?><Awmds><Bol_segment><Goods_segment><Goods_description>Säure für Ätzbäder</Goods_description></Goods_segment></Bol_segment></Awmds>"
    assert column(one(text.encode("cp1252")), "description") == ["Säure für Ätzbäder"]


@pytest.mark.parametrize("name", NAMES)
def test_a_message_is_never_a_list_of_descriptions(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    pasted = one(data, ReadOptions(pasted=True))
    assert column(pasted, "line_id") == column(one(data), "line_id")


def test_many_elements_that_nobody_knows_share_a_column() -> None:
    strange = "".join(f"<e{i}>text{i}</e{i}>" for i in range(600))
    tables = one(
        f"<Awmds><Bol_segment><Goods_segment><Goods_description>x</Goods_description>{strange}</Goods_segment></Bol_segment></Awmds>"
    )
    assert tables.raw.num_columns < 500
    text = str(tables.lines.column("other_texts").to_pylist())
    assert all(f"text{i}" in text for i in range(600))


def test_many_parties_on_one_line_are_all_kept() -> None:
    tables = cuscar(BILL + "".join(f"NAD+BY+++BUYER NUMBER {i:03}'" for i in range(60)))
    (parties,) = column(tables, "other_parties")
    (texts,) = column(tables, "other_texts")
    assert all(f"BUYER NUMBER {i:03}" in str(parties) + str(texts) for i in range(60))


def test_damage_without_end_is_summed_up() -> None:
    tables = cuscar(BILL + "not a segment'" * (MOST_LISTED + 7))
    found = tables.issues.to_pylist()
    assert len(found) == MOST_LISTED + 1
    (last,) = [i for i in found if i["count"] > 1]
    assert (last["code"], last["count"], last["source_row"]) == ("broken-segment", 7, MOST_LISTED + 8)


@pytest.mark.parametrize(("elements", "read"), [(5, True), (6, False)])
def test_one_item_has_a_limit_of_elements(monkeypatch: pytest.MonkeyPatch, elements: int, read: bool) -> None:
    monkeypatch.setattr(tree, "MAX_HELD", 5)
    goods = "<Goods_segment><Goods_description>x</Goods_description></Goods_segment>"
    bill = f"<Bol_segment>{'<x/>' * (elements - 1)}</Bol_segment>"
    text = f"<Awmds>{'<Bol_segment>' + goods + '</Bol_segment>'}{bill}</Awmds>"
    if read:
        assert one(text).lines.num_rows == 2
        return
    with pytest.raises(UnreadableManifest, match="more than 5 elements"):
        one(text)
