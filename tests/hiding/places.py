"""Small manifests in which a listed substance or a firm of the sample list stands where nobody would look. All of it is invented."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage

from msgspec import Struct

HEADER = (
    *("bill of lading", "description of goods", "hs code", "consignor", "consignee", "consignee address"),
    *("marks and numbers", "net weight kg", "date"),
)
PLAIN = (
    "HB1",
    "GARDEN CHAIRS",
    "940179",
    "Tolmere Makers Ltd",
    "Vantry Home Stores BV",
    "3 Quay Row",
    "LOT 7",
    "640",
    "2026-11-03",
)
PARTY = "Quimeralda Reactivos S.A. de C.V."
DESCRIPTION, HS, CONSIGNEE, ADDRESS, MARKS, NET = 1, 2, 4, 5, 6, 7


class Place(Struct, frozen=True):
    """A manifest that must be flagged, or say that something could not be screened (exit 3 or 4)."""

    name: str
    file: str
    content: bytes


def table(rows: list[list[str]] | list[tuple[str, ...]], delimiter: str = ",") -> bytes:
    """Delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def one(position: int, text: str, **more: str) -> bytes:
    """The plain line with one cell replaced, and further columns by their headers."""
    row = list(PLAIN)
    row[position] = text
    return table([[*HEADER, *more], [*row, *more.values()]])


def wide(header: str, text: str) -> bytes:
    """The plain line with one more column."""
    return table([[*HEADER, header], [*PLAIN, text]])


DESCRIPTIONS = {
    "line-break": "ACETIC\nANHYDRIDE",
    "carriage-return": "ACETIC\rANHYDRIDE",
    "tab": "ACETIC\tANHYDRIDE",
    "after-300000-characters": "CHAIRS AND CUSHIONS " * 15_000 + "ACETONE",
    "html-decimal": "".join(f"&#{ord(c)};" for c in "ACETONE"),
    "html-hexadecimal": "".join(f"&#x{ord(c):x};" for c in "ACETONE"),
    "html-twice": "&amp;#65;CETONE",
    "html-named": "AC&Eacute;TONE",
    "html-tags": "<b>ACE</b>TONE",
    "html-break": "ACETIC<br/>ANHYDRIDE",
    "html-comment": "ACE<!-- x -->TONE",
    "percent": "%41%43%45%54%4F%4E%45",
    "percent-lower": "%61%63%65tone",
    "percent-blank": "acetic%20anhydride%20drums",
    "percent-u": "%u0041%u0043ETONE",
    "quoted-printable": "=41=43=45=54ONE",
    "quoted-printable-soft": "ACE=\nTONE",
    "unicode-escapes": "\\u0041\\u0043ETONE",
    "byte-escapes": "\\x41\\x43\\x45TONE",
    "braced-escapes": "\\u{41}\\u{43}ETONE",
    "code-points": "U+0041U+0043ETONE",
    "override": "\u202eENOTECA\u202c",
    "override-in-isolate": "\u2067\u202eENOTECA\u202c\u2069",
    "isolate": "\u2066ACE\u2069TONE",
    "direction-marks": "ACE\u200eTO\u200fNE",
    "full-width": "ＡＣＥＴＯＮＥ",
    "zero-width": "ACE\u200bTO\u2060NE",
    "soft-hyphen": "ACE\u00adTONE",
    "cyrillic": "АСЕТОNE",
    "greek": "ΑCΕΤΟΝΕ",
    "circled": "ⒶⒸⒺⓉⓄⓃⒺ",
    "parenthesised": "⒜⒞⒠⒯⒪⒩⒠",
    "mathematical": "𝐀𝐂𝐄𝐓𝐎𝐍𝐄",
    "combining": "A\u0336C\u0336E\u0336T\u0336O\u0336N\u0336E\u0336",
    "spaced": "A C E T O N E",
    "dotted": "A.C.E.T.O.N.E",
    "dashed": "A-C-E-T-O-N-E",
    "underscored": "ACE_TONE",
    "slashed": "A/C/E/T/O/N/E",
    "digits": "AC3T0NE",
    "nul": "ACE\x00TONE",
    "control": "ACE\x01TONE",
    "several": "CHAIRS; TOLUENE / ACETONE, ACETIC ANHYDRIDE + PIPERONAL",
    "free-and-not": "ACETONE FREE REMOVER AND 20 DRUMS ACETONE",
    "free-and-not-plus": "ACETONE-FREE CLEANER + 4 IBC ACETONE",
    "free-of-charge": "ACETONE - FREE OF CHARGE SAMPLE",
    "free-sample": "FREE SAMPLE ACETONE 25 L",
    "without-documents": "WITHOUT DOCUMENTS ACETONE 20 DRUMS",
    "excluding-pallets": "EXCLUDING PALLETS ACETONE 20 DRUMS",
    "no-commercial-value": "NO COMMERCIAL VALUE ACETONE 20 DRUMS",
    "number": "DRUM NO 5 ACETONE",
    "not-for-resale": "NOT FOR RESALE - ACETONE 20 DRUMS",
    "other-dashes": "CAS 108\u201324\u20137",
    "cas-spaced": "CAS NO 108 24 7",
    "cas-full-width": "CAS ６７-６４-１",
    "error": "#NAME?",
    "error-reference": "#REF!",
    "error-not-available": "#N/A",
    "error-spanish": "#¿NOMBRE?",
    "error-german": "#WERT!",
    "error-libreoffice": "Err:502",
    "reference": "AS PER INVOICE 4711 ATTACHED",
    "reference-list": "SEE ATTACHED LIST",
    "reference-spanish": "SEGUN FACTURA ADJUNTA",
    "reference-german": "LAUT RECHNUNG, SIEHE ANLAGE",
    "reference-french": "SELON FACTURE CI-JOINTE",
    "reference-russian": "СОГЛАСНО ИНВОЙСУ 4711",
    "reference-packing": "GOODS AS PER PACKING LIST NO. 12 ENCLOSED",
    "party": f"CHAIRS FOR {PARTY}",
    "party-misspelt": "CHAIRS FOR QUIMERALDA REACTIVO SA DE CV",
}

COLUMNS = {
    "remarks": "Remarks",
    "observations": "Observaciones",
    "unknown": "Zusatz 9",
    "unnamed": "",
    "comment": "Internal comment",
    "second-description": "Description of goods",
    "tariff-text": "HS code description",
    "end-use": "End use",
    "weight-note": "%GTTotal note",
    "heading": "HS4",
}
PARTY_COLUMNS = (
    "delivery address",
    "end user",
    "Remarks",
    "",
    "ultimate consignee",
    "notify address",
    "buyer",
    "Zusatz 9",
    "contact",
)


def places() -> Iterator[Place]:
    """All of them."""
    for name, text in DESCRIPTIONS.items():
        yield Place(f"description-{name}", "m.csv", one(DESCRIPTION, text))
    for name, header in COLUMNS.items():
        yield Place(f"column-{name}", "m.csv", wide(header, "contains ACETONE 500 KG"))
        yield Place(f"column-{name}-cas", "m.csv", wide(header, "CAS 108-24-7"))
    for header in PARTY_COLUMNS:
        yield Place(f"party-column-{header}", "m.csv", wide(header, PARTY))
    yield from _cells()
    yield from _rows()
    yield from _parties()
    yield from _json()
    yield from _files()
    yield from _beside()


def _beside() -> Iterator[Place]:
    """Where programs show nothing, or little: around the members of an archive, in the header of a mail, in the parts of a workbook."""
    lawful, hidden = one(NET, "640"), one(DESCRIPTION, "ACETIC ANHYDRIDE")
    yield Place("zip-clutter", "m.zip", _zip({"a.csv": lawful, "__MACOSX/b.csv": hidden}))
    yield Place("zip-two-archives", "m.zip", _zip({"b.csv": hidden}) + _zip({"a.csv": lawful}))
    yield Place("zip-suffix", "m.zip", _zip({"a.csv": lawful}) + b"20 DRUMS ACETIC ANHYDRIDE")
    for header in ("Subject", "Keywords", "Comments"):
        yield Place(f"mail-{header}", "m.eml", _mail(lawful, {header: "20 drums ACETIC ANHYDRIDE"}))
    yield Place("mail-from", "m.eml", _mail(lawful, {"From": f'"{PARTY}" <a@b.example>'}))
    yield Place("mail-words-alone", "m.eml", _mail(None, {}, "20 drums ACETIC ANHYDRIDE"))
    yield Place(
        "web-page", "m.xls", f"<html><table><tr>{_row(HEADER)}<tr>{_row(PLAIN)}</table><!-- ACETIC ANHYDRIDE --></html>".encode()
    )
    yield Place("header-alone", "m.csv", table([HEADER]))
    yield Place("letters-in-columns", "m.csv", table([(*HEADER, *[""] * 7), (*PLAIN, *"ACETONE")]))
    nested = {"shipments": [[{"id": "1", "lots": [{"goods": {"text": "ACETIC ANHYDRIDE"}}]}]], "hs code": "940179"}
    yield Place("json-lists-of-lists", "m.json", json.dumps(nested).encode())


def _row(cells: tuple[str, ...]) -> str:
    return "".join(f"<td>{cell}" for cell in cells)


def _mail(attached: bytes | None, headers: dict[str, str], text: str = "see attached") -> bytes:
    made = EmailMessage()
    for name, value in ({"Subject": "Manifest", "From": "a@b.example", "To": "c@d.example"} | headers).items():
        made[name] = value
    made.set_content(text)
    if attached is not None:
        made.add_attachment(attached, maintype="text", subtype="csv", filename="a.csv")
    return made.as_bytes()


def _cells() -> Iterator[Place]:
    yield Place("marks", "m.csv", one(MARKS, "20 DRUMS ACETIC ANHYDRIDE"))
    yield Place("mass", "m.csv", one(NET, "500 KG ACETONE"))
    yield Place("hs-cell", "m.csv", one(HS, "940179 ACETONE"))
    yield Place("several-codes", "m.csv", one(HS, "9401.79; 2915.24"))
    yield Place("several-codes-lines", "m.csv", one(HS, "940179\n291524"))
    for header in (
        "package type",
        "quantity",
        "unit",
        "packages",
        "CAS number",
        "UN number",
        "currency",
        "place of delivery",
        "permit number",
    ):
        yield Place(f"in-{header}", "m.csv", wide(header, "drums of acetic anhydride"))
    for header in (
        *(
            "container number",
            "port of loading",
            "port of discharge",
            "country of origin",
            "country of destination",
            "arrival date",
        ),
        *(
            "transport mode",
            "voyage",
            "house bill of lading",
            "item number",
            "declaration number",
            "direction",
            "master bill of lading",
        ),
    ):
        yield Place(f"in-{header}", "m.csv", wide(header, "20 drums of acetic anhydride"))
    yield Place("far-column", "m.csv", table([[*HEADER, *(f"x{i}" for i in range(60))], [*PLAIN, *[""] * 59, "ACETONE"]]))
    yield Place("header-itself", "m.csv", table([[*HEADER, "ACETONE drums"], [*PLAIN, "20"]]))
    yield Place("misspelt-header", "m.csv", one(DESCRIPTION, "ACETONE").replace(b"description of goods", b"dscrptn gds"))
    yield Place("no-header", "m.csv", table([(*PLAIN[:1], "ACETONE", *PLAIN[2:])] * 1))


def _rows() -> Iterator[Place]:
    blank = [""] * len(HEADER)

    def line(text: str) -> list[str]:
        return [PLAIN[0], text, *PLAIN[2:]]

    def only(text: str) -> list[str]:
        return [blank[0], text, *blank[2:]]

    yield Place("wrapped", "m.csv", table([HEADER, line("ACETIC"), only("ANHYDRIDE 200 DRUMS")]))
    yield Place("wrapped-in-word", "m.csv", table([HEADER, line("ACETIC ANHY"), only("DRIDE 200 DRUMS")]))
    yield Place("wrapped-three", "m.csv", table([HEADER, line("DRUMS OF"), only("ACETIC"), only("ANHYDRIDE")]))
    yield Place("wrapped-turned", "m.csv", table([HEADER, line("DRUMS OF ANHYDRIDE OF"), only("ACETIC ACID")]))
    yield Place("wrapped-under-none", "m.csv", table([HEADER, line(""), only("ACETIC"), only("ANHYDRIDE")]))
    marks = list(PLAIN)
    marks[MARKS] = "ACETIC"
    yield Place("wrapped-marks", "m.csv", table([HEADER, marks, [*blank[:MARKS], "ANHYDRIDE", *blank[MARKS + 1 :]]]))
    yield Place("totals", "m.csv", table([HEADER, PLAIN, ["TOTAL", *blank[1:MARKS], "ACETIC ANHYDRIDE 20 DRUMS", "640", ""]]))
    yield Place("totals-party", "m.csv", table([HEADER, PLAIN, ["TOTAL", *blank[1:CONSIGNEE], PARTY, *blank[CONSIGNEE + 1 :]]]))
    yield Place("totals-text", "m.csv", table([HEADER, PLAIN, only("TOTAL: 20 DRUMS ACETONE")]))
    yield Place("header-again", "m.csv", table([HEADER, HEADER, line("ACETONE")]))
    yield Place("below", "m.csv", table([HEADER, PLAIN, blank, ["also on board: ACETONE 20 drums", *blank[1:]]]))
    above = [["Vessel: LARK"], ["Cargo: 20 drums ACETIC ANHYDRIDE"], [f"Shipper: {PARTY}"]]
    for number, row in enumerate(above[1:]):
        yield Place(f"above-{number}", "m.csv", table([[*row, *blank[1:]], HEADER, PLAIN]))
    yield Place("above-split", "m.csv", table([["Cargo:", "ACETIC", "ANHYDRIDE", *blank[3:]], HEADER, PLAIN]))
    yield Place("surplus-cell", "m.csv", table([HEADER, (*PLAIN, "ACETONE"), PLAIN, PLAIN]))
    yield Place("short-row", "m.csv", table([HEADER, PLAIN, ("HB2", "ACETONE")]))
    swallowed = b'HB3,"CHAIRS,940179,Tolmere Makers Ltd,Vantry Home Stores BV,3 Quay Row,LOT 7,640,2026-11-03\n'
    yield Place(
        "quote", "m.csv", table([HEADER]) + swallowed + table([line("ACETONE")]) + swallowed.replace(b'"CHAIRS', b'CHAIRS"')
    )


def _parties() -> Iterator[Place]:
    yield Place("party-address", "m.csv", one(ADDRESS, f"c/o {PARTY}, Calle Azafran 114"))
    yield Place("party-address-lines", "m.csv", one(ADDRESS, f"3 Quay Row\n{PARTY}\nEastmere"))
    yield Place("party-marks", "m.csv", one(MARKS, PARTY))
    yield Place("party-marks-encoded", "m.csv", one(MARKS, PARTY.replace(" ", "%20").replace(".", "%2E")))
    yield Place("party-marks-tags", "m.csv", one(MARKS, "<b>Quime</b>ralda Reactivos"))
    for word in ("o/b", "on behalf of", "for account of", "c/o", "a/c", "/", "via", "(", "attn", "agent for", "por cuenta de"):
        yield Place(f"party-{word}", "m.csv", one(CONSIGNEE, f"Vantry Home Stores BV {word} {PARTY}"))
    yield Place("party-zero-width", "m.csv", one(CONSIGNEE, "Ｑｕｉｍｅｒ\u200balda Reactivos S.A. de C.V."))
    yield Place("party-far", "m.csv", one(CONSIGNEE, "Vantry Home Stores BV " * 150 + PARTY))
    yield Place("party-entities", "m.csv", one(CONSIGNEE, "".join(f"&#{ord(c)};" for c in PARTY)))
    yield Place("party-percent", "m.csv", one(CONSIGNEE, "".join(f"%{ord(c):02X}" for c in PARTY)))
    yield Place("party-override", "m.csv", one(CONSIGNEE, f"\u202e{PARTY[::-1]}\u202c"))
    yield Place("party-chinese-in-marks", "m.csv", one(MARKS, "收货 亮泽化工贸易有限公司 桶"))
    yield Place("party-cyrillic-in-address", "m.csv", one(ADDRESS, "Петровенко Осгар Микелович, ул. Лесная 3"))
    yield Place("party-person-turned", "m.csv", one(MARKS, "ATTN EUSTASIO VELADRO QUINTANAR"))
    yield Place("vessel", "m.csv", wide("vessel", "STELLA FABULOSA"))
    yield Place("error-for-consignee", "m.csv", one(CONSIGNEE, "#REF!"))


def _json() -> Iterator[Place]:
    plain = dict(zip(HEADER, PLAIN, strict=True))
    hidden = {**plain, "description of goods": "ACETONE"}
    doubled = json.dumps(hidden)[:-1] + ', "description of goods": "CHAIRS"}'
    texts = {
        "repeated-key": f"[{doubled}]",
        "repeated-key-lines": f"{doubled}\n{json.dumps(plain)}\n",
        "unknown-key": json.dumps([{**plain, "detalhes": "ACETONE"}]),
        "nested-key": json.dumps([{**plain, "internal": {"note": {"x": "ACETONE"}}}]),
        "list-value": json.dumps([{**plain, "tags": ["a", "ACETONE"]}]),
        "second-list": json.dumps({"items": [plain, plain], "more": [hidden]}),
        "second-list-other-keys": json.dumps({"items": [plain, plain], "annex": [{"what": "ACETONE 20 drums"}]}),
        "second-list-of-texts": json.dumps({"items": [plain], "notes": ["20 drums ACETONE"]}),
        "envelope": json.dumps({"note": "20 drums ACETONE", "items": [plain]}),
        "key-itself": json.dumps([{**plain, "ACETONE": "20 drums"}]),
        "text-among-records": json.dumps([plain, "ACETONE 20 drums"]),
        "lists-in-record": json.dumps([{**plain, "lines": [{"a": 1}], "extra": [{"what": "ACETONE"}]}]),
        "escapes": json.dumps([{**plain, "description of goods": "X"}]).replace('"X"', '"\\u0041CETONE"'),
        "double-escapes": json.dumps([{**plain, "description of goods": "X"}]).replace('"X"', '"\\\\u0041CETONE"'),
    }
    for name, text in texts.items():
        yield Place(f"json-{name}", "m.json", text.encode())


def _files() -> Iterator[Place]:
    hidden = one(DESCRIPTION, "ACETONE")
    yield Place("utf-16", "m.csv", hidden.decode().encode("utf-16"))
    yield Place("utf-16-bare", "m.csv", hidden.decode().encode("utf-16-le"))
    yield Place("carriage-returns", "m.csv", hidden.replace(b"\n", b"\r"))
    yield Place("gzip", "m.csv.gz", gzip.compress(hidden, mtime=0))
    yield Place("second-member", "m.zip", _zip({"a.csv": one(DESCRIPTION, "CHAIRS"), "b/c.csv": hidden}))
    yield Place(
        "odd-member", "m.zip", _zip({"a.csv": one(DESCRIPTION, "CHAIRS"), "readme.bin": base64.b64decode("AAECAwQ=") + hidden})
    )
    yield Place("archive-within", "m.zip", _zip({"a.csv": one(DESCRIPTION, "CHAIRS"), "b.zip": _zip({"c.csv": hidden})}))
    yield Place("tabs-after-commas", "m.csv", one(DESCRIPTION, "CHAIRS") + table([[*PLAIN[:1], "ACETONE", *PLAIN[2:]]], "\t"))


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
