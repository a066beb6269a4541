"""The parts of a workbook that are no sheet: their words are screened, and what holds words that cannot be read is named.

A workbook is an archive, and a program shows little of what one may hold: properties, tables behind a pivot, earlier versions, macros,
whole files. Parts that belong to every workbook and hold no words of people (themes, styles, lists of relations) are passed over.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection
from html import unescape
from typing import Final
from xml.parsers import expat

from precursor_screen.formats.archive import loose_parts
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Broken, OutOfTableText

UNREAD, WORDLESS = "unread-part", "wordless-part"
_HARMLESS: Final = re.compile(
    r"\[Content_Types\]\.xml|(?:.*/)?_rels/[^/]*\.rels|mimetype|META-INF/(?:manifest|container)\.xml|settings\.xml|manifest\.rdf|layout-cache|Configurations2/.*|Basic/.*-lb\.xml"
    r"|xl/(?:theme/.*|styles\.(?:xml|bin)|calcChain\.(?:xml|bin)|printerSettings/.*|workbook\.(?:xml|bin)|sharedStrings\.(?:xml|bin)|metadata\.(?:xml|bin))"
    r"|xl/(?:work|dialog|macro|chart)sheets/[^/]*|xl/(?:drawings|charts)/(?:style|colors|chartStyle)[^/]*|docProps/thumbnail\.[a-z]+|Thumbnails/.*"
    r"|content\.xml|styles\.xml"
)
# Of XLSB, whose parts are records and not XML: their words are all that the same parts of an XLSX are screened for.
_TABLES_OF_RECORDS: Final = re.compile(r"xl/(?!vbaProject|embeddings/|activeX/|ctrlProps/|macrosheets/).*\.bin")
_DIRECTORY: Final = re.compile(r".*/")
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd7\xcd\xc6\x9a", b"II*\0", b"MM\0*")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
# Latin, Greek and Cyrillic; of other scripts any two bytes of other data could be a letter.
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){4,}|(?:[\x00-\xff][\x03\x04]|[\x20-\x40]\x00){4,}")
_NARROW: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")
_TECHNICAL: Final = re.compile(
    r"https?://(?:schemas|purl|www\.w3)\S*|urn:\S*|\{[0-9A-Fa-f-]{36}\}|[A-Za-z]+\d*![$A-Z0-9:]+|rId\d+"
)
_NAMED: Final = frozenset(("name", "v", "c", "caption", "descr", "title", "alt", "text", "author", "displayname", "uniquename", "sourcecaption", "val", "label", "comment", "description", "command", "connection", "value"))  # fmt: skip
# Of the properties that the program itself writes those that a person fills in.
_OF_THE_FIRM: Final = re.compile(r"<(?:\w+:)?(?:Company|Manager|HyperlinkBase)>([^<]*)<")
_OF_CHARTS: Final = ("v", "t")  # names of series and of categories, titles; all else says how it is drawn
_OF_BOXES: Final = ("font", "div", "span", "p")
_MOST_TEXTS, _MOST_NAMES, _MOST_BYTES = 50_000, 10, 64 << 20


def parts_beside(
    archive: zipfile.ZipFile, source: Blob, read: Collection[str], said: Collection[str]
) -> tuple[list[OutOfTableText], list[Broken]]:
    """The words of all parts that nothing else reads, and notes of what could not be read.

    Args:
        archive: the workbook.
        source: its bytes.
        read: names of the parts whose words were read already.
        said: words that the sheets say already.

    Raises:
        zipfile.BadZipFile, zlib.error: a part is damaged.
    """
    asides: list[OutOfTableText] = []
    unread: list[str] = []
    wordless: list[str] = []
    for info in archive.infolist():
        name = info.filename
        if name in read or _HARMLESS.fullmatch(name) or (_DIRECTORY.fullmatch(name) and not info.file_size):
            continue
        with archive.open(info) as stream:
            content = stream.read(_MOST_BYTES)
        kind = name.rpartition(".")[2].lower()
        if info.file_size > len(content):
            unread.append(name)
        if name == "docProps/app.xml":
            said_of = (text.strip() for text in _OF_THE_FIRM.findall(content.decode("utf-8", "replace")))
            asides += [OutOfTableText(None, "document property", unescape(text)) for text in said_of if text]
        elif kind in ("xml", "vml", "rdf", "rels", "xhtml") and (texts := texts_of_xml(content, _only(name, kind))) is not None:
            asides += [OutOfTableText(None, f"part {name}", text) for text in texts if text not in said]
            if len(texts) >= _MOST_TEXTS:
                unread.append(name)
        elif content.startswith(_PICTURES) or content[40:44] == b" EMF":
            wordless.append(name)
        else:
            found = runs_of(content)
            asides += [OutOfTableText(None, f"part {name}", text) for text in found]
            if _TABLES_OF_RECORDS.fullmatch(name):
                continue
            (unread if found or content.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"%PDF")) else wordless).append(name)
    notes = [Broken(1, error.where.file, 1, error.message, UNREAD) for error in loose_parts(archive, source)]
    return asides, [*notes, *notes_of(unread, wordless)]


def _only(name: str, kind: str) -> tuple[str, ...]:
    """The elements of a part that hold words; empty: all do."""
    return _OF_CHARTS if name.startswith("xl/charts/") else _OF_BOXES if kind == "vml" else ()


def notes_of(unread: list[str], wordless: list[str]) -> list[Broken]:
    """One note for all parts that hold words and were not read, one for those that hold none."""
    made = []
    for names, code, says in (
        (unread, UNREAD, "parts of the workbook are not read as tables; their words were screened"),
        (wordless, WORDLESS, "parts of the workbook hold no words, such as pictures"),
    ):
        if names:
            shown = ", ".join(names[:_MOST_NAMES]) + (" ..." if len(names) > _MOST_NAMES else "")
            made.append(Broken(1, shown, len(names), f"{len(names)} {says}", code))
    return made


def texts_of_xml(content: bytes, only: Collection[str] = ()) -> list[str] | None:
    """What elements and attributes say in words, each once; None: it is not well formed.

    Args:
        content: the part.
        only: the elements that count; empty: all of them, and the attributes.
    """
    parser = expat.ParserCreate()
    found: dict[str, None] = {}
    heard: list[str] = []

    def keep(text: str) -> None:
        text = " ".join(text.split())
        if len(found) < _MOST_TEXTS and _WORD.search(_TECHNICAL.sub("", text)):
            found[text] = None

    def start(_: str, attributes: dict[str, str]) -> None:
        end("")
        for name, value in attributes.items():
            if not only and name.rpartition(":")[2].lower() in _NAMED:
                keep(value)

    def end(name: str) -> None:
        if heard and (not only or name.rpartition(":")[2] in only):
            keep("".join(heard))
        heard.clear()

    def refuse(*_: object) -> None:
        raise ValueError("a document type definition")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = heard.append, refuse
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError):
        return None
    return list(found)


def runs_of(content: bytes) -> list[str]:
    """Runs of letters in bytes of whatever format, of one byte a letter and of two."""
    found: dict[str, None] = {}
    for pattern, charset in ((_WIDE, "utf-16-le"), (_NARROW, "")):
        for run in pattern.findall(content):
            text = (run.decode(charset, "replace") if charset else _narrow(run)).strip()
            if _WORD.search(text) and len(found) < _MOST_TEXTS:
                found[text] = None
    return list(found)


def _narrow(run: bytes) -> str:
    try:
        return run.decode("utf-8")
    except UnicodeDecodeError:
        return run.decode("latin-1")


_CODED: Final = re.compile(r"\[[^\]]*\]")
_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)|([^"\\]+)')
_CONSTANT: Final = re.compile(r'"((?:[^"]|"")*)"')
_CHAR: Final = re.compile(r"\b(?:_xlfn\.)?(?:UNI)?CHAR\(\s*(\d{1,7})\s*\)", re.I)


def words_of_format(code: str) -> list[str]:
    """The words that a format of numbers adds to its number: `0 "KG OF WOOL"`, in each of its sections."""
    found = []
    for section in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', _CODED.sub("", code)):
        text = "".join(quoted or escaped or " " for quoted, escaped, _ in _LITERAL.findall(section))
        if _WORD.search(text):
            found.append(" ".join(text.split()))
    return found


def constants_of(formula: str) -> list[str]:
    """The texts within a formula: each, and all of them put together, as `"ACE"&"TONE"` and CHAR(65)&CHAR(67) may be."""
    plain = _CHAR.sub(lambda match: f'"{_letter(int(match[1]))}"', formula)
    texts = [text.replace('""', '"') for text in _CONSTANT.findall(plain)]
    found = [*texts, "".join(texts)] if len(texts) > 1 else texts
    return [text for text in dict.fromkeys(found) if _WORD.search(text)]


def _letter(number: int) -> str:
    is_one = 31 < number < 0x110000 and not 0xD800 <= number < 0xE000  # of surrogates there is none alone
    return chr(number) if is_one else ""
