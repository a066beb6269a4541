"""Goods that the text of an e-mail states: each once, with what is said above them, and what is quoted told."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from precursor_screen.readers.column_map import ColumnMap
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.readers.registry import read

TABLE = (("Goods", "HS code", "Net kg"), ("wool", "510111", "5"), ("tin", "800110", "7"))
WOOL, TIN = ("wool", 5), ("tin", 7)
CSV = b"Goods;HS code;Net kg\nwool;510111;5\ntin;800110;7\n"


def page_of(*parts: str) -> str:
    return f"<html><body>{''.join(parts)}</body></html>"


def table_of(rows=TABLE) -> str:
    made = ("".join(f"<td>{text}</td>" for text in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in made)}</table>"


def mail(text: str = "", html: str = "", attached: bytes = b"", subject: str = "List") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "clerk@harbour.example", "customs@port.example", subject
    made["Date"] = "Wed, 05 Nov 2025 10:00:00 +0000"
    made.set_content(text) if text else made.set_content(html, subtype="html")
    if text and html:
        made.add_alternative(html, subtype="html")
    if attached:
        made.add_attachment(attached, maintype="text", subtype="csv", filename="a.csv")
    return made


def read_mail(made: EmailMessage):
    return read(made.as_bytes(), "m.eml")


def lines(tables, *fields: str) -> list[tuple[object, ...]]:
    fields = fields or ("description", "net_mass_kg")
    return [tuple(line.get(field) for field in fields) for one in tables for line in one.lines.to_pylist()]


def issues(tables) -> list[str]:
    return [issue["code"] for one in tables for issue in one.issues.to_pylist()]


def texts(tables) -> list[str]:
    asides = [one.out_of_table_texts for one in tables if one.out_of_table_texts is not None]
    return [text for aside in asides for row in aside.column("other_texts").to_pylist() for text in row]


def test_a_table_in_the_text_is_lines_with_what_is_said_above_it():
    page = page_of("<p>Shipper: Acme Ltd<br>Consignee:\nBirch Ltd</p>", table_of(), "<p>Regards, Ann</p>")
    tables = read_mail(mail("Shipper: Acme Ltd\nwool 510111 5\nPS: with toluene", page))
    assert lines(tables, "description", "consignor_name", "consignee_name") == [
        ("wool", "Acme Ltd", "Birch Ltd"),
        ("tin", "Acme Ltd", "Birch Ltd"),
    ]
    assert [str(day) for (day,) in lines(tables, "date")] == ["2025-11-05"] * 2  # the day of the mail, as no other is stated
    assert issues(tables) == []
    said = texts(tables)
    assert said[:3] == ["Shipper: Acme Ltd", "Consignee: Birch Ltd", "Regards, Ann"]
    assert "PS: with toluene" in said  # only the other part says it
    assert not any("wool" in text for text in said)


def test_a_table_of_labels_over_that_of_the_goods_holds_for_them():
    labels = [
        ("Shipper:", "Acme Ltd"),
        ("B/L no:", "ACM4471"),
        ("Way:", "by sea"),
        ("ETD/ETA:", "23/10/2025 - 29/10/2025"),
        ("Seal:", "4471"),
    ]
    found = lines(read_mail(mail(html=page_of("<p>Dear all,</p>", table_of(labels), table_of()))))
    assert found == [WOOL, TIN]
    said = ("consignor_name", "bill_of_lading", "dispatch_date", "arrival_date", "date")
    ((name, bill, *days),) = set(lines(read_mail(mail(html=page_of(table_of(labels), table_of()))), *said))
    assert (name, bill, *map(str, days)) == ("Acme Ltd", "ACM4471", "2025-10-23", "2025-10-29", "2025-11-05")


def test_a_day_that_is_stated_goes_before_that_of_the_mail():
    tables = read_mail(mail(html=page_of("<p>Date: 2025-10-31</p>", table_of())))
    assert {str(day) for (day,) in lines(tables, "date")} == {"2025-10-31"}


def test_tables_within_tables_that_lay_a_page_out():
    inner = f"<tr><td>Shipper: Acme Ltd{table_of()}</td></tr>"
    tables = read_mail(mail(html=page_of(f"<table><tr><td>Logo</td><td>Harbour</td></tr>{inner}</table>")))
    assert lines(tables, "description", "consignor_name") == [("wool", "Acme Ltd"), ("tin", "Acme Ltd")]


ITEMS = "Dear all,\nShipper: Acme Ltd\n\nGoods: wool\nHS code: 510111\nNet weight: 5 kg\n\nGoods: tin\nHS code: 800110\nNet weight: 7 kg\n"


@pytest.mark.parametrize("html", ["", page_of(*(f"<div>{line or '<br>'}</div>" for line in ITEMS.splitlines()))])
def test_items_in_the_text_are_lines_once_and_no_texts(html):
    tables = read_mail(mail(f"{ITEMS}\n-- \nGoods: none\nNet weight: 900 kg\n", html))
    assert lines(tables) == [WOOL, TIN]
    assert {name for (name,) in lines(tables, "consignor_name")} == {"Acme Ltd"}
    assert "Dear all," in texts(tables)
    assert not any("wool" in text for text in texts(tables))


def test_entries_of_a_list_on_a_page():
    page = page_of("<ul><li>wool – code 510111 – net 5 kg</li><li>tin – code 800110 – net 7 kg</li></ul>")
    assert lines(read_mail(mail(html=page))) == [WOOL, TIN]


def test_text_as_it_was_typed_keeps_its_lines_on_a_page():
    assert lines(read_mail(mail(html=page_of(f"see <b>below</b><pre>{ITEMS}</pre>after\nthat")))) == [WOOL, TIN]
    tables = read_mail(mail(html=page_of(f"see\n<b>below</b><pre>{ITEMS}</pre>after\nthat")))
    assert {"see below", "after that"} <= set(texts(tables))


QUOTES = [
    "-----Original Message-----",
    "________________________________\nVon: Ann\nGesendet: Mittwoch, 5. November 2025 10:00\nAn: Bob",
    "From: Ann\nSent: Wednesday, November 5, 2025\nTo: Bob",
    "On Wed, 5 Nov 2025 at 10:00, Ann <ann@x.example> wrote:",
    "---------- Forwarded message ---------",
]


@pytest.mark.parametrize("quote", QUOTES)
@pytest.mark.parametrize("kind", ["text", "marks", "page"])
def test_goods_of_a_mail_that_is_quoted_are_read_and_told(quote, kind):
    if kind == "page":
        above = "".join(f"<p>{line.replace('<', '&lt;')}</p>" for line in f"See below.\n{quote}".splitlines())
        tables = read_mail(mail(html=page_of(above, table_of())))
    else:
        mark = "> " if kind == "marks" else ""
        tables = read_mail(mail("\n".join(["See below.", quote, *(mark + line for line in ITEMS.splitlines())])))
    assert lines(tables) == [WOOL, TIN]
    assert issues(tables) == ["quoted-goods"]


NEW = ITEMS.replace("5 kg", "6 kg")


def test_of_a_mail_and_one_that_it_quotes_the_later_counts_and_the_other_is_told():
    tables = read_mail(mail(f"{NEW}\n{QUOTES[0]}\n{ITEMS}"))
    assert lines(tables) == [("wool", 6), TIN]
    assert issues(tables) == ["unread-part"]
    assert "Goods: wool" in texts(tables)
    same = read_mail(mail(f"{ITEMS}\n{QUOTES[0]}\n{ITEMS}"))
    assert (lines(same), issues(same)) == ([WOOL, TIN], ["quoted-goods"])


@pytest.mark.parametrize(
    ("lines_between", "is_quoted"),
    [(2, True), (3, False)],  # of a header that is longer nobody knows that it is one
)
def test_a_header_of_a_mail_states_when_it_was_sent_near_from_whom(lines_between, is_quoted):
    between = "".join(f"Cc: {number}\n" for number in range(lines_between))
    tables = read_mail(mail(f"see below\n\nFrom: Ann\n{between}Sent: 5 October 2025\n\n{ITEMS}"))
    assert issues(tables) == (["quoted-goods"] if is_quoted else [])


@pytest.mark.parametrize(("copies", "day"), [(7, "2025-10-05"), (8, "None")])
def test_ten_lines_are_a_header_of_a_mail_at_most(copies, day):
    head = ["-----Ursprüngliche Nachricht-----", "Von: Ann", *["Cc: Bob"] * copies, "Gesendet: 5. Oktober 2025"]
    tables = read_mail(mail("\n".join([*head, "", ITEMS])))
    assert {str(found) for (found,) in lines(tables, "date")} == {day}


@pytest.mark.parametrize(("length", "is_quoted"), [(199, True), (200, False)])
def test_a_long_line_heads_nothing(length, is_quoted):
    head = f"On 5 October 2025, {'Ann'.ljust(length - 26, 'n')} wrote:"
    assert len(head) == length
    assert issues(read_mail(mail(f"{head}\n{ITEMS}"))) == (["quoted-goods"] if is_quoted else [])


def test_an_answer_below_what_is_quoted_is_of_the_mail_itself():
    quoted = "\n".join(f"> {line}" for line in ITEMS.splitlines())
    tables = read_mail(mail(f"{QUOTES[3]}\n{quoted}\n\n{NEW}"))
    assert lines(tables) == [("wool", 6), TIN]


def test_a_quotation_on_a_page_is_one_without_words_for_it():
    page = page_of(table_of([TABLE[0], ("silk", "500200", "9"), TABLE[2]]), "<blockquote>", table_of(), "</blockquote>")
    tables = read_mail(mail(html=page))
    assert lines(tables) == [("silk", 9), TIN]
    assert issues(tables) == ["unread-part"]
    assert "wool" in texts(tables)


def test_goods_that_are_attached_as_well_count_once():
    tables = read_mail(mail(ITEMS, attached=CSV))
    assert lines(tables) == [WOOL, TIN]
    assert issues(tables) == ["quoted-goods"]
    assert "Goods: wool" in texts(tables)


@pytest.mark.parametrize(
    ("goods", "is_same"),
    [
        ("Goods: raw wool\nNet weight: 5 kg", True),  # in other words
        ("Goods: wool\nNet weight: 5 kg\nGross weight: 6 kg", True),  # of which the other says nothing
        ("Goods: wool\nNet weight: 6 kg", False),
        ("Goods: silk\nNet weight: 5 kg", False),
        ("Goods: wool\nHS code: 510111", False),
    ],
)
def test_goods_of_the_same_mass_and_name_are_the_same(goods, is_same):
    tables = read_mail(mail(f"{goods}\n", attached=CSV))
    assert len(lines(tables)) == (2 if is_same else 3)
    assert issues(tables) == (["quoted-goods"] if is_same else [])


def test_goods_beside_those_attached_are_read_and_quoted_ones_are_not():
    other = ITEMS.replace("wool", "silk")
    assert lines(read_mail(mail(other, attached=CSV))) == [WOOL, TIN, ("silk", 5), TIN]
    quoted = read_mail(mail(f"See below.\n{QUOTES[0]}\n{other}", attached=CSV))
    assert lines(quoted) == [WOOL, TIN]
    assert issues(quoted) == ["unread-part"]
    assert "Goods: silk" in texts(quoted)


def test_parties_of_what_is_attached_count_where_the_text_names_none():
    attached = (
        CSV.replace(b"Net kg", b"Net kg;Shipper;Consignee")
        .replace(b";5\n", b";5;Acme Ltd;Birch Ltd\n")
        .replace(b";7\n", b";7;Acme Ltd;Alder Ltd\n")
    )
    goods = "Goods: silk\nHS code: 500200\nNet weight: 5 kg\n"
    tables = read_mail(mail(goods, attached=attached))
    assert lines(tables, "description", "consignor_name", "consignee_name")[-1] == ("silk", "Acme Ltd", None)
    assert issues(tables) == ["as-attached"]
    own = read_mail(mail(f"{goods}\nConsignee: Otter Ltd", attached=attached))
    assert lines(own, "consignor_name", "consignee_name")[-1] == (None, "Otter Ltd")
    assert issues(own) == []


@pytest.mark.parametrize("kind", ["text", "page"])
def test_the_header_of_a_mail_that_is_quoted_states_its_day_and_no_party(kind):
    head = ["From: Acme Ltd", "Sent: Wednesday, October 1, 2025 9:41 AM", "To: Birch Ltd", "Subject: Goods: silk"]
    page = page_of(
        "<p>see below</p>", *(f"<b>{line.replace(':', ':</b>', 1)}<br>" for line in head), "<p>Vessel: Aurora</p>", table_of()
    )
    made = (
        mail(html=page)
        if kind == "page"
        else mail("\n".join(["see below", "", *head, "", ITEMS.replace("Shipper: Acme Ltd", "Vessel: Aurora")]))
    )
    (found,) = {tuple(map(str, line)) for line in lines(read_mail(made), "date", "consignor_name", "consignee_name", "vessel")}
    assert found == ("2025-10-01", "None", "None", "Aurora")


def test_a_page_that_was_saved_as_one_file_is_read_as_a_mail_is():
    parts = (
        f"Content-Type: text/html\nContent-Location: https://x.example/\n\n{page_of('<p>Shipper: Acme Ltd</p>', table_of())}",
        "Content-Type: text/css\nContent-Location: cid:a\n\nbody {color: red} /* safrole */",
        "Content-Type: image/gif\nContent-Location: https://x.example/a.gif\n\nGIF89a",
    )
    head = "From: <Saved by Blink>\nSubject: List\nDate: Wed, 05 Nov 2025 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n"
    tables = read(f"{head}{''.join(f'{chr(10)}--b{chr(10)}{part}' for part in parts)}\n--b--\n".encode(), "m.mht")
    assert lines(tables, "description", "consignor_name", "date") == [("wool", "Acme Ltd", None), ("tin", "Acme Ltd", None)]
    assert issues(tables) == ["wordless-part"]
    assert any("safrole" in text for text in texts(tables))


def test_a_signature_in_a_table_is_words():
    signature = table_of([("Ann", "Harbour Ltd"), ("Phone", "+1 555")])
    tables = read_mail(mail(html=page_of(table_of(), signature)))
    assert (lines(tables), issues(tables)) == ([WOOL, TIN], [])
    wide = table_of([("Ann", "Harbour Ltd", "x"), ("Phone", "+1 555", "y")])
    assert issues(read_mail(mail(html=page_of(table_of(), wide)))) == ["no-usable-column"]


def test_a_table_that_is_none_of_goods_stays_words():
    tables = read_mail(mail(html=page_of(table_of([("Phone", "+1 555"), ("Safrole", "Ann")]))))
    assert (lines(tables), issues(tables)) == ([], ["words-alone"])
    assert "Safrole" in texts(tables)


def test_the_map_of_a_user_is_of_what_is_attached():
    made = mail("Goods: tar\nNet mass: 9 kg\n", attached=CSV)
    tables = read(made.as_bytes(), "m.eml", ReadOptions(mapping=ColumnMap({"Goods": "description", "Net kg": "net_mass_kg"})))
    assert lines(tables) == [WOOL, TIN]
