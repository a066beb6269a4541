"""Attachments of e-mails are read as files are, their words are screened beside them, and hostile ones are refused in words."""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precursor_screen.core.errors import InputError, UnreadableManifest
from precursor_screen.formats import mail as mails
from precursor_screen.formats.page_words import words_of_html
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.readers.registry import read
from sample_data.filing.outlook import compound, message, tree
from tests.examples import examples
from tests.readers.outcomes import outcome

TABLE = b"Description of goods;HS Code;Consignee\nacetone;291411;Acme Ltd\n"


def mail(
    *attachments: tuple[str, bytes], text: str = "Dear colleague,\nplease find the list of SULPHURIC ACID attached."
) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "clerk@harbour.example"
    made["To"] = "customs@port.example"
    made["Subject"] = "Manifest of MV Aurora"
    made["Date"] = "Wed, 05 Nov 2025 10:00:00 +0000"
    made.set_content(text)
    for name, content in attachments:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def lines(tables) -> dict[str, list[str]]:
    return {t.input.name: t.lines.column("description").to_pylist() for t in tables if t.lines.num_rows}


def beside(table, place: str = "text of the e-mail") -> list[str]:
    """What is screened beside the tables, of one place."""
    rows = table.out_of_table_texts.select(["other_columns", "other_texts"]).to_pylist()
    return [text for row in rows for at, text in zip(row["other_columns"], row["other_texts"], strict=True) if at == place]


def issues(tables) -> list[tuple[str, str]]:
    return [(i["code"], i["source_file"]) for t in tables for i in t.issues.to_pylist()]


def test_what_is_attached_is_read_and_the_words_are_screened():
    data = mail(("list.csv", TABLE), ("list.csv", TABLE.replace(b"acetone", b"toluene")), ("größe#1.csv", TABLE)).as_bytes()
    assert sniff_kind(data) == "mail"
    tables = read(data, "m.eml")
    assert lines(tables) == {"m.eml!list.csv": ["acetone"], "m.eml!list.csv (2)": ["toluene"], "m.eml!größe_1.csv": ["acetone"]}
    assert issues(tables) == []
    *_, body = tables
    assert body.input.name == "m.eml!(text of the e-mail)"
    assert beside(body) == ["Dear colleague,", "please find the list of SULPHURIC ACID attached."]


def test_archives_and_mails_in_a_mail_are_opened():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", TABLE)
    outer = mail(("a.zip", packed.getvalue()))
    outer.add_attachment(mail(("inner.csv", TABLE)))
    assert list(lines(read(outer.as_bytes(), "m.eml"))) == ["m.eml!a.zip!a.csv", "m.eml!forwarded.eml!inner.csv"]


def test_a_mail_in_a_mail_in_a_mail_without_end_is_told_of_and_its_words_are_screened():
    made = mail(("a.csv", TABLE))
    for _ in range(5):
        outer = mail(text="see below")
        outer.add_attachment(made)
        made = outer
    tables = read(made.as_bytes(), "m.eml")
    assert [message for _, message in told(tables)] == ["holds e-mails within e-mails"]
    assert list(bodies(tables).values()) == [["see below"]] * 3
    assert [code for code, _ in issues(read(mail(text="").as_bytes(), "m.eml"))] == ["words-alone"]


def test_damaged_base64_is_told_and_what_can_be_read_is_screened():
    data = mail(("a.csv", TABLE * 4)).as_bytes()
    coded = data.index(b"RGVzY3Jp")
    broken = data[: coded + 81] + b"*" + data[coded + 81 :]
    tables = read(broken, "m.eml")
    assert ("unreadable-file", "m.eml!a.csv") in issues(tables)
    assert lines(tables)["m.eml!a.csv"][0] == "acetone"


def test_signatures_are_passed_over_and_pictures_in_the_text_and_other_files_are_reported():
    made = mail(("a.csv", TABLE))
    made.add_attachment(b"0\x82\x01", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    assert issues(read(made.as_bytes(), "m.eml")) == []
    pictures = mail(("a.csv", TABLE))
    for name in ("logo.png", "list.png"):
        pictures.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename=name, cid=f"<{name}>")
    assert issues(read(pictures.as_bytes(), "m.eml")) == [("wordless-part", "m.eml!(pictures)")]
    made.add_attachment(TABLE, maintype="application", subtype="pkcs7-signature", filename="no.p7s")  # calls itself a signature
    assert "m.eml!no.p7s" in lines(read(made.as_bytes(), "m.eml"))
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="scan.pdf")
    assert issues(read(made.as_bytes(), "m.eml")) == [("unreadable-file", "m.eml!scan.pdf")]


@pytest.mark.parametrize(("size", "code"), [(10_000, "wordless-part"), (10_001, "unread-part")])
@pytest.mark.parametrize("how", [{"cid": "<a>"}, {"disposition": "inline"}])
def test_pictures_in_the_text_are_one_issue_and_a_note_where_small(size, code, how):
    made = mail(("a.csv", TABLE))
    for length in (80, size, 90):
        made.add_attachment(b"GIF89a".ljust(length), maintype="image", subtype="gif", filename=f"{length}.gif", **how)
    (issue,) = [i for t in read(made.as_bytes(), "m.eml") for i in t.issues.to_pylist()]
    assert (issue["code"], issue["source_file"], issue["count"]) == (code, "m.eml!(pictures)", 1)
    assert f"{size}.gif" in issue["message"]


def test_a_picture_that_is_attached_as_a_file_is_told_for_itself():
    made = mail(("a.csv", TABLE))
    made.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename="scan.png")
    assert [source for _, source in issues(read(made.as_bytes(), "m.eml"))] == ["m.eml!scan.png"]


def test_a_mail_with_a_logo_and_nothing_attached_says_both():
    made = mail(text="20 drums of ACETIC ANHYDRIDE")
    made.add_attachment(b"\x89PNG....", maintype="image", subtype="png", filename="logo.png", cid="<logo>")
    assert [code for code, _ in issues(read(made.as_bytes(), "m.eml"))] == ["words-alone", "wordless-part"]


def test_words_in_html_count_without_their_tags():
    made = mail(text="x")
    made.add_alternative("<style>p {acetone: 1}</style><p>ACETIC&nbsp;ANHYDRIDE</p>", subtype="html")
    made.add_attachment(TABLE, maintype="text", subtype="csv", filename="a.csv")
    *_, body = read(made.as_bytes(), "m.eml")
    assert beside(body) == ["ACETIC ANHYDRIDE"]


def words(made: EmailMessage) -> list[str]:
    *_, body = read(made.as_bytes(), "m.eml")
    return beside(body)


def test_a_tag_within_a_word_does_not_part_it_and_a_cell_does():
    made = mail(("a.csv", TABLE), text="x")
    page = EmailMessage()
    page.set_content("<td>ACE<b>TONE</b></td><td>POTASSIUM<br>PERMANGANATE</td><style>SAFROLE OIL", subtype="html")
    made.attach(page)
    assert words(made) == ["ACETONE", "POTASSIUM", "PERMANGANATE", "SAFROLE OIL"]


def raw(content: bytes, kind: str) -> list[str]:
    """The words of a mail whose text is these bytes, whatever its head says of them."""
    head = f"From: a@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: {kind}\r\n"
    table = b"\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\n" + TABLE + b"\r\n--b--\r\n"
    *_, body = read(head.encode() + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + content + table, "m.eml")
    return beside(body)


CHINESE, RUSSIAN = "二十吨醋酸酐已经装船，请您查收附件。", "Уксусный ангидрид, двадцать бочек, прошу принять к сведению."


@pytest.mark.parametrize(
    ("kind", "text", "encoding"),
    [
        ("text/plain", CHINESE, "gb18030"),  # nothing stated
        ("text/plain; charset=us-ascii", CHINESE, "gb18030"),
        ("text/plain; charset=UTF-8", RUSSIAN, "cp1251"),  # stated, and not true
        ("text/plain; charset=utf-8", CHINESE, "utf-8"),
        ("text/plain; charset=koi8-r", RUSSIAN, "koi8-r"),
        ("text/plain; charset=no-such", RUSSIAN, "cp1251"),
        ("text/plain; charset=idna", RUSSIAN, "cp1251"),  # an encoding to Python, not one of text
        ("text/html", CHINESE, "gb18030"),
    ],
)
def test_the_words_of_a_mail_are_read_in_the_letters_they_are_in(kind, text, encoding):
    assert raw(text.encode(encoding), kind) == [text]


def test_what_only_looks_like_a_tag_is_words():
    assert raw(b"<p>purity <99 % ACETONE> or so</p>", "text/html") == ["purity <99 % ACETONE> or so"]


@pytest.mark.parametrize(
    "noise", ["<" * 200_000, "<script " * 100_000, "<style>" * 100_000, "<p" * 200_000, "<pre" * 100_000, "<pre>" * 100_000]
)
def test_html_of_nothing_but_beginnings_is_read(noise):
    assert words_of_html(noise + " ACETONE").endswith(" ACETONE")


def test_words_beyond_some_thousand_lines_are_screened_too():
    made = mail(("a.csv", TABLE), text="hello again\n" * 6_000 + "the ACETONE follows")
    assert words(made)[-1] == "the ACETONE follows"


def test_text_without_a_name_that_is_a_table_is_read_as_one():
    made = mail(("a.csv", TABLE))
    part = EmailMessage()
    part.set_content(TABLE.decode(), subtype="csv")
    made.attach(part)
    assert lines(read(made.as_bytes(), "m.eml"))["m.eml!part of kind text/csv"] == ["acetone"]


def test_nothing_that_is_attached_is_passed_over_in_silence():
    made = mail(("a.csv", TABLE), ("empty.csv", b""))
    made.add_attachment(TABLE, maintype="image", subtype="png", filename="logo.png", cid="<logo>")  # calls itself a picture
    tables = read(made.as_bytes(), "m.eml")
    assert lines(tables) == {"m.eml!a.csv": ["acetone"], "m.eml!logo.png": ["acetone"]}
    assert [source for _, source in issues(tables)] == ["m.eml!empty.csv"]


def test_a_mail_with_nothing_attached_is_screened_by_its_words_and_says_what_to_do():
    (only,) = read(mail(text="20 drums of ACETIC ANHYDRIDE").as_bytes(), "m.eml")
    assert beside(only) == ["20 drums of ACETIC ANHYDRIDE"]
    assert issues([only]) == [("words-alone", "m.eml!(text of the e-mail)")]
    assert "screen -" in only.issues.column("message")[0].as_py()
    with pytest.raises(UnreadableManifest, match="nothing attached") as caught:
        read(b"From: 1\nSubject: 2\nTo: 3\nDate: y\n\n4", "m.eml")
    assert "screen -" in caught.value.remedy


@pytest.mark.parametrize("header", ["Subject", "From", "Keywords", "Comments", "Organization", "X"])
def test_what_the_header_says_is_screened(header):
    made = mail(("a.csv", TABLE))
    del made[header]
    made[header] = "Alder Chemicals <a@b.example>" if header == "From" else "Alder Chemicals"
    found = beside(read(made.as_bytes(), "m.eml")[-1], f"{header} of the e-mail")
    assert [text.partition(" <")[0] for text in found] == ["Alder Chemicals"]


def test_words_around_and_about_the_parts_are_screened():
    made = mail(("a.csv", TABLE))
    made.preamble, made.epilogue = "20 drums before", "20 drums behind"
    next(iter(made.iter_attachments()))["Content-Description"] = "20 drums within"
    *_, body = read(made.as_bytes(), "m.eml")
    assert [text.strip() for text in beside(body, "text between the parts of the e-mail")] == [
        "20 drums before",
        "20 drums behind",
    ]
    assert beside(body, "description of a part of the e-mail") == ["20 drums within"]


def test_files_written_into_the_text_are_read():
    content = binascii.b2a_uu(TABLE[:45]) + binascii.b2a_uu(TABLE[45:])
    made = mail(text=f"see below\nbegin 644 goods.csv\n{content.decode()}`\nend\nregards")
    tables = read(made.as_bytes(), "m.eml")
    assert lines(tables) == {"m.eml!goods.csv": ["acetone"]}
    assert beside(tables[-1]) == ["see below", "regards"]
    tables = read(mail(text=base64.encodebytes(TABLE).decode()).as_bytes(), "m.eml")
    assert lines(tables) == {"m.eml!text in base64": ["acetone"]}


def test_a_line_that_is_no_uuencode_is_told():
    first, second = (binascii.b2a_uu(part).decode() for part in (TABLE[:45], TABLE[45:]))
    made = mail(text=f"begin 644 goods.csv\n{first}Mwool\x7f\x7f\n{second}`\nend\n")
    found = read(made.as_bytes(), "m.eml")
    assert ("unreadable-file", "m.eml!goods.csv") in issues(found)
    assert lines(found) == {"m.eml!goods.csv": ["acetone"]}


def test_an_attachment_of_outlook_that_was_cut_short_is_reported():
    whole = message("x", ("long.csv", TABLE * 90))
    at = whole.index(b"\xfe\xff\xff\xff", 512)
    tables = None
    for sector in range(512, 1024, 4):  # an entry of the table of sectors that ends a chain too early
        data = bytearray(whole)
        if data[sector : sector + 4] not in (b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\xfd\xff\xff\xff"):
            data[sector : sector + 4] = b"\xfe\xff\xff\xff"
            try:
                tables = read(bytes(data), "m.msg")
            except InputError:
                continue
            assert issues(tables) or sum(map(len, lines(tables).values())) == 90
    assert at
    assert tables is not None


@pytest.mark.parametrize("data", [b"Description;HS Code;Consignee\n", b"Description;HS Co"])
def test_a_table_of_a_header_alone_is_reported(data):
    assert [code for code, _ in issues(read(data, "m.csv"))] in (["no-lines"], ["no-usable-column"])
    assert issues(read(mail(("a.csv", TABLE), ("cut.csv", data)).as_bytes(), "m.eml"))[0][1] == "m.eml!cut.csv"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"From: a@b.example\r\nSubject: x\r\nDate: y\r\n\r\nz", "mail"),
        (b"Received: by x\n\tfor y\nMessage-ID: <1>\nTo: z\n\nw", "mail"),
        (b"From: Lagos\nTo: Oslo\nGoods: wool\n", "text"),  # one line of what mails are about
        (b"Subject: x\nDate: y\nTo: z\n\n", "text"),  # nobody sent it
        (b"From,To,Subject\na,b,c\n", "text"),
        (b"From: a\nSubject: b\nDate: c\nno header\n", "text"),
    ],
)
def test_a_mail_is_told_by_its_header(head, kind):
    assert sniff_kind(head) == kind


def test_too_much_in_a_mail_is_refused(monkeypatch):
    data = mail(*((f"{n}.csv", TABLE) for n in range(4))).as_bytes()
    monkeypatch.setattr(mails, "MEMBERS", 4)  # the text is a part as well
    with pytest.raises(UnreadableManifest, match="or 4 parts"):
        read(data, "m.eml")
    monkeypatch.setattr(mails, "MEMBERS", 5)
    assert len(lines(read(data, "m.eml"))) == 4
    monkeypatch.setattr(mails, "MAIL_BYTES", len(data) - 1)
    with pytest.raises(UnreadableManifest, match="more than"):
        read(data, "m.eml")


HEAD = b"From: a@b.example\nSubject: x\nDate: y\nContent-Type: multipart/mixed; boundary=b\n\n"


@examples(15, 60)
@given(st.lists(st.sampled_from([b"--b\n", b"--b--\n", b"Content-Type: text/csv; name=\"a\n", b"Content-Transfer-Encoding: base64\n", b"\n", b"QUJD\n", b"=?x?q?a?=\n", b"Content-Disposition: attachment; filename*=x''%\n", b"\xff\x00"]), max_size=12))  # fmt: skip
def test_any_mail_is_read_or_refused_in_words(parts):
    assert outcome(HEAD + b"".join(parts), "m.eml")


def test_many_parts_within_parts_are_no_trouble():
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    with pytest.raises(InputError):
        read(b"From: a@b.example\nSubject: x\nDate: y\n" + deep, "m.eml")


@pytest.mark.parametrize("wide", [True, False])
def test_a_message_of_outlook(wide):
    data = message("see ACETIC ANHYDRIDE", ("a.csv", TABLE), ("long.csv", TABLE * 90), ("note", None), wide=wide)
    tables = read(data, "m.msg")
    assert {name: len(found) for name, found in lines(tables).items()} == {"m.msg!a.csv": 1, "m.msg!long.csv": 90}
    assert issues(tables)[-1] == ("unreadable-file", "m.msg!note")
    assert beside(tables[-1]) == ["see ACETIC ANHYDRIDE"]


def test_a_damaged_message_of_outlook_is_refused_in_words():
    data = message("x", ("a.csv", TABLE))
    for cut in range(600, len(data), 257):
        assert outcome(data[:cut], "m.msg")


def test_the_words_of_a_mail_are_screened(ps_home):
    from precursor_screen import api

    path = Path(ps_home) / "m.eml"
    path.write_bytes(
        mail(("a.csv", b"Description;HS Code;Consignee\nwool;510111;Acme\n"), text="with 200 kg of acetic anhydride").as_bytes()
    )
    report = api.screen(path, watchlists=None)
    assert any("acetic" in str(flag).lower() for flag in report.flags.to_pylist())


@pytest.fixture
def ps_home(tmp_path, monkeypatch):
    monkeypatch.setenv("PRECURSOR_SCREEN_HOME", str(tmp_path / "home"))
    return tmp_path


def outlook(**streams: bytes) -> bytes:
    """A message of Outlook with a table attached, a file attached by reference, and streams of its own."""
    named = {"__substg1.0_3704001F": "linked.csv".encode("utf-16-le")}
    table = {"__substg1.0_3704001F": "a.csv".encode("utf-16-le"), "__substg1.0_37010102": TABLE}
    parts = {"__attach_version1.0_#00000000": table, "__attach_version1.0_#00000001": named}
    return compound({"__properties_version1.0": bytes(32), **{f"__substg1.0_{k}": v for k, v in streams.items()}, **parts})


def test_a_file_attached_by_reference_is_told():
    tables = read(outlook(), "m.msg")
    assert lines(tables) == {"m.msg!a.csv": ["acetone"]}
    assert issues(tables) == [("unreadable-file", "m.msg!linked.csv")]


def of_asides(tables) -> list[str]:
    return [t for one in tables if one.out_of_table_texts is not None for t in beside(one)]


@pytest.mark.parametrize("stream", ["10130102", "1000001E"])
def test_the_text_of_outlook_is_read_in_the_letters_it_is_in(stream):
    assert of_asides(read(outlook(**{stream: RUSSIAN.encode("cp1251")}), "m.msg")) == [RUSSIAN]


def test_the_text_of_outlook_in_html_is_screened_and_in_rtf_is_told():
    html = read(outlook(**{"10130102": b"<p>see ACETIC ANHYDRIDE</p>"}), "m.msg")
    assert of_asides(html) == ["see ACETIC ANHYDRIDE"]
    assert ("unreadable-file", "m.msg") in issues(read(outlook(**{"10090102": b"rtf"}), "m.msg"))
    assert ("unreadable-file", "m.msg") not in issues(read(outlook(**{"10090102": b"rtf", "1000001E": b"plain"}), "m.msg"))


def test_a_table_in_the_text_of_outlook_is_lines_and_its_twin_in_words_is_not_said_again():
    page = b"<p>Shipper: Acme Ltd</p><table><tr><td>Goods<td>HS code<td>Net kg<tr><td>toluene<td>290230<td>5</table>"
    streams = {"10130102": page, "1000001E": b"Shipper: Acme Ltd\ntoluene 290230 5\nPS: safrole"}
    tables = read(outlook(**streams), "m.msg")
    assert lines(tables) == {"m.msg!a.csv": ["acetone"], "m.msg!(text of the e-mail)": ["toluene"]}
    assert of_asides(tables) == ["Shipper: Acme Ltd", "PS: safrole"]


@pytest.mark.parametrize(("most", "left"), [(9, []), (8, ["a b"])])
def test_lines_of_a_large_mail_are_compared_as_lines_alone(most, left, monkeypatch):
    monkeypatch.setattr(mails, "_MOST_COMPARED", most)
    assert mails.lines_beside("a b", "x\na b c") == left
    assert mails.lines_beside("X", "x\na b c") == []


def told(tables) -> list[tuple[str, str]]:
    return [(i["source_file"], i["message"].partition(".")[0]) for t in tables for i in t.issues.to_pylist()]


def bodies(tables) -> dict[str, list[str]]:
    return {
        t.input.name: beside(t)
        for t in tables
        if t.out_of_table_texts is not None and t.input.name.endswith("(text of the e-mail)")
    }


def test_messages_within_a_message_of_outlook_are_read():
    data = message(
        "see the list attached",
        ("a.csv", TABLE),
        ("RE: list", tree("here is TOLUENE", ("b.csv", TABLE.replace(b"acetone", b"toluene")), wide=False)),
        ("FW: words", tree("only SULPHURIC ACID")),
    )
    tables = read(data, "m.msg")
    assert lines(tables) == {"m.msg!a.csv": ["acetone"], "m.msg!RE: list!b.csv": ["toluene"]}
    assert issues(tables) == []
    assert bodies(tables) == {
        "m.msg!(text of the e-mail)": ["see the list attached"],
        "m.msg!RE: list!(text of the e-mail)": ["here is TOLUENE"],
        "m.msg!FW: words!(text of the e-mail)": ["only SULPHURIC ACID"],
    }


def test_a_mail_within_a_message_of_outlook_is_read():
    tables = read(message("x", ("inner.eml", mail(("a.csv", TABLE)).as_bytes())), "m.msg")
    assert lines(tables) == {"m.msg!inner.eml!a.csv": ["acetone"]}


@pytest.mark.parametrize("deep", range(1, 7))
def test_messages_are_opened_to_the_limit_and_deeper_ones_are_told_of(deep):
    inner = tree("the last one", ("a.csv", TABLE))
    for level in range(deep):
        inner = tree(f"level {level} of ACETONE", (f"m{level}", inner))
    tables = read(compound(inner), "m.msg")
    if deep < 3:
        assert list(lines(tables).values()) == [["acetone"]]
        assert issues(tables) == []
    else:
        assert lines(tables) == {}
        assert [message for _, message in told(tables)] == ["holds e-mails within e-mails"]
    assert len(bodies(tables)) == min(deep + 1, 3)  # what was opened is screened


def test_a_damaged_file_in_a_message_within_does_not_hide_the_others():
    broken = tree("inner words of TOLUENE", ("x.xlsx", b"PK\x03\x04broken"))
    tables = read(message("outer words", ("a.csv", TABLE), ("RE: x", broken)), "m.msg")
    assert lines(tables) == {"m.msg!a.csv": ["acetone"]}
    assert [code for code, _ in issues(tables)] == ["unreadable-file"]
    assert "m.msg!RE: x!(text of the e-mail)" in bodies(tables)
    alone = read(message("outer words", ("RE: x", broken)), "m.msg")
    assert [code for code, _ in issues(alone)] == ["unreadable-file"]
    assert set(bodies(alone)) == {"m.msg!(text of the e-mail)", "m.msg!RE: x!(text of the e-mail)"}


def test_an_object_that_is_no_message_is_told_of():
    tables = read(message("x words", ("a.csv", TABLE), ("chart", None)), "m.msg")
    assert told(tables) == [("m.msg!chart", "is an object of Outlook and no message")]


def test_pictures_in_the_text_of_outlook_are_one_note():
    picture = {
        "__substg1.0_3704001F": "logo.png".encode("utf-16-le"),
        "__substg1.0_37010102": b"\x89PNG....",
        "__substg1.0_3712001F": "a@b".encode("utf-16-le"),
    }
    parts = {
        "__substg1.0_1000001F": "see ACETIC ANHYDRIDE".encode("utf-16-le"),
        "__attach_version1.0_#00000000": picture,
        "__attach_version1.0_#00000001": picture,
    }
    tables = read(compound({"__properties_version1.0": bytes(32), **parts}), "m.msg")
    assert issues(tables) == [("words-alone", "m.msg!(text of the e-mail)"), ("wordless-part", "m.msg!(pictures)")]
