"""The parts of a workbook or a document that are not tables: their words are screened, and parts whose words cannot be read are named.

A workbook is an archive, and a program shows little of what one may hold: properties, tables behind a pivot, earlier versions, macros,
whole files. Parts that belong to every workbook and hold no words of people (themes, styles, lists of relations) are passed over.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection
from html import unescape
from typing import Final
from xml.parsers import expat

from msgspec import Struct, field

from precursor_screen.core.words import first_few
from precursor_screen.formats.archive import loose_parts
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.sheet import Broken, OutOfTableText

# A second look at a workbook, beside the library that gives its cells: what it holds, so that nothing is lost in silence.

# [MS-XLS] 2.5.10 BErr: what a cell shows for the code of its error.
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA"}
_PAGE_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Za-z&])')
_FONT = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d+|[BIUSXYEbiusxye])')
_PART_OF_PAGE, _FIELD = re.compile(r"&[LCRlcr]"), re.compile(r"&[A-Za-z](?:[+-]\d+)?")
_REFERENCE = re.compile(r"([A-Za-z]{1,9})([0-9]{1,9})")


class SheetScan(Struct):
    """What a sheet holds by its own records.

    Attributes:
        filled: cells with a value or a text, those of `fixes` not among them.
        rows: rows with at least one such cell.
        last_row: the highest row number with one.
        fixes: (row, column), from 0 -> text of cells that the library gives empty: errors and formulas without a value.
        out_of_table_texts: texts beside the cells.
        bad: what is wrong with it, in words; empty: nothing.
    """

    filled: int = 0
    rows: int = 0
    last_row: int = 0
    fixes: dict[tuple[int, int], str] = field(default_factory=dict)
    out_of_table_texts: list[OutOfTableText] = field(default_factory=list)
    bad: str = ""


class WorkbookAudit:
    """What else is known of a workbook; nothing of a format that is looked at once only. Sheets go by their position among the worksheets."""

    def extent(self, position: int, name: str, cells: int) -> tuple[int, int]:
        """Highest row and column, from 1, of the used cells where they span more than `cells`, or leave the format's grid; else (0, 0)."""
        return 0, 0

    def scan(self, position: int, name: str) -> SheetScan | None:
        """What the sheet holds; None: not known."""

    def count_empty(self, position: int) -> int:
        """How many of the cells that a scan counted hold an empty text."""
        return 0

    def repaired(self) -> bytes:
        """The workbook without what the library refuses though it is no damage; empty: there is nothing to mend."""
        return b""

    def loose_parts(self) -> tuple[list[OutOfTableText], list[Broken]]:
        """Texts that belong to no sheet, and sheets that are in the file but not in its list."""
        return [], []


def expat_parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    hear: Callable[[str], object],
    separator: str | None = None,
) -> expat.XMLParserType:
    """A parser that calls these; with a document type definition it raises ValueError."""

    def refuse(*_: object) -> None:
        raise ValueError("it holds a document type definition")

    parser = expat.ParserCreate(namespace_separator=separator)
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = hear, refuse
    return parser


def place_of(reference: str) -> tuple[int, int]:
    """`C5` as (4, 2); (-1, -1) where it is no reference."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return -1, -1
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def name_of(row: int, column: int) -> str:
    """(4, 2) as `C5`."""
    letters = ""
    column += 1
    while column:
        column, remainder = divmod(column - 1, 26)
        letters = chr(65 + remainder) + letters
    return f"{letters}{row + 1}"


def has_words(page_text: str) -> bool:
    """Whether a page header or footer holds more than codes for fonts, numbers, dates and names."""
    return any(c.isalpha() for c in _PAGE_CODE.sub("", page_text))


def words_of_page(page_text: str) -> str:
    """What a page header or footer shows: a change of font within a word does not part it."""
    text = _PART_OF_PAGE.sub("\n", _FONT.sub("", page_text.replace("&&", "\0")))
    lines = (" ".join(_FIELD.sub(" ", line).replace("\0", "&").split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


UNREAD, WORDLESS = "unread-part", "wordless-part"
_HARMLESS: Final = re.compile(
    r"\[Content_Types\]\.xml|(?:.*/)?_rels/[^/]*\.rels|mimetype|META-INF/(?:manifest|container)\.xml|settings\.xml|manifest\.rdf|layout-cache|Configurations2/.*|Basic/.*-lb\.xml"
    r"|xl/(?:theme/.*|styles\.(?:xml|bin)|calcChain\.(?:xml|bin)|printerSettings/.*|workbook\.(?:xml|bin)|sharedStrings\.(?:xml|bin)|metadata\.(?:xml|bin))"
    r"|xl/(?:work|dialog|macro|chart)sheets/[^/]*|xl/(?:drawings|charts)/(?:style|colors|chartStyle)[^/]*|docProps/thumbnail\.[a-z]+|Thumbnails/.*"
    r"|content\.xml|styles\.xml"
    r"|word/(?:styles|stylesWithEffects|settings|webSettings|fontTable|numbering|people|comments(?:Ids|Extended|Extensible)|theme/.*|diagrams/(?:layout|colors|quickStyle)\d*)\.xml|customXml/itemProps\d*\.xml"
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


def texts_of_parts(
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
    out_of_table_texts: list[OutOfTableText] = []
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
            out_of_table_texts += [OutOfTableText(None, "document property", unescape(text)) for text in said_of if text]
        elif kind in ("xml", "vml", "rdf", "rels", "xhtml") and (texts := texts_of_xml(content, _only(name, kind))) is not None:
            out_of_table_texts += [OutOfTableText(None, f"part {name}", text) for text in texts if text not in said]
            if len(texts) >= _MOST_TEXTS:
                unread.append(name)
        elif content.startswith(_PICTURES) or content[40:44] == b" EMF":
            wordless.append(name)
        else:
            found = runs_of(content)
            out_of_table_texts += [OutOfTableText(None, f"part {name}", text) for text in found]
            if _TABLES_OF_RECORDS.fullmatch(name):
                continue
            (unread if found or content.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"%PDF")) else wordless).append(name)
    notes = [Broken(1, error.where.file, 1, error.message, UNREAD) for error in loose_parts(archive, source)]
    return out_of_table_texts, [*notes, *notes_of(unread, wordless)]


def _only(name: str, kind: str) -> tuple[str, ...]:
    """The elements of a part that hold words; empty: all do."""
    return _OF_CHARTS if "/charts/" in name else _OF_BOXES if kind == "vml" else ()


def notes_of(unread: list[str], wordless: list[str]) -> list[Broken]:
    """One note for all parts that hold words and were not read, one for those that hold none."""
    made = []
    for names, code, says in (
        (unread, UNREAD, "parts of the file are not read as tables; their words were screened"),
        (wordless, WORDLESS, "parts of the file contain no words, such as pictures"),
    ):
        if names:
            made.append(Broken(1, first_few(names, _MOST_NAMES), len(names), f"{len(names)} {says}", code))
    return made


def texts_of_xml(content: bytes, only: Collection[str] = ()) -> list[str] | None:
    """What elements and attributes say in words, each once; None: it is not well formed.

    Args:
        content: the part.
        only: the elements that count; empty: all of them, and the attributes.
    """
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

    parser = expat_parser(start, end, heard.append)
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
