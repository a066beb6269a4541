"""Printed pages (PDF): their tables as sheets, and all else that they say beside them.

Source: ISO 32000-1 (PDF 1.7), read by pdfplumber and pdfminer.six: extra `pdf`.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.errors import UnknownFormat
from precursor_screen.core.words import first_few
from precursor_screen.formats.blob import MB, Blob, unreadable
from precursor_screen.formats.encoding import is_utf8
from precursor_screen.formats.parts import UNREAD
from precursor_screen.formats.sheet import LOST, PRINT, Broken, Cells, OutOfTableTexts, Sheet

if TYPE_CHECKING:
    from pdfplumber.pdf import PDF

    from precursor_screen.formats.pdf_page import PrintedPage
    from precursor_screen.formats.pdf_table import Table


# Objects of a PDF; what is not of the kind that it should be is taken for nothing.
def resolved(stated: Any) -> Any:
    """What a reference leads to."""
    from pdfminer.pdftypes import resolve1

    return resolve1(stated)


def dict_of(stated: Any) -> dict[str, Any]:
    """A dictionary; empty where it is none."""
    found = resolved(stated)
    return found if isinstance(found, dict) else {}


def list_of(stated: Any) -> list[Any]:
    """An array; empty where it is none."""
    found = resolved(stated)
    return found if isinstance(found, list) else []


def tree_of(roots: Any) -> Iterator[dict[str, Any]]:
    """The nodes of a tree, each once."""
    waiting = list_of(roots)[::-1]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        number = getattr(one, "objid", None)
        if number in seen:
            continue
        if number is not None:
            seen.add(number)
        node = dict_of(one)
        yield node
        waiting += list_of(node.get("Kids"))[::-1]


def name_of(stated: Any) -> str:
    """A name; empty where it is none."""
    name = getattr(resolved(stated), "name", "")
    return name if isinstance(name, str) else ""


def text_of(stated: Any) -> str:
    """A string of the file (7.9.2.2); a name is one as well, for the boxes of a form."""
    found = resolved(stated)
    if isinstance(found, str):
        return found
    if not isinstance(found, bytes):
        return "" if name_of(stated) == "Off" else name_of(stated)
    if found.startswith((b"\xfe\xff", b"\xff\xfe")):
        return found.decode("utf-16", "replace")
    return found.removeprefix(b"\xef\xbb\xbf").decode("utf-8") if is_utf8(found) else found.decode("cp1252", "replace")


T = TypeVar("T")
INSTALL: Final = "Install it: pip install 'precursor-screen[pdf]'"
MOST_PAGES: Final = 2_000
MOST_ATTACHED: Final = 64 * MB  # bytes of all attachments of one file
_MOST_SHOWN: Final = 10  # pages that a message lists
_END: Final = b"%%EOF"
_RECOGNISE: Final = "`ocrmypdf in.pdf out.pdf` adds a text layer; screen out.pdf. Or ask for the data as XLSX or CSV."
_SAVE_ANEW: Final = "Open it in its own program and save it again, or ask for it again."
_UNLOCK: Final = "`qpdf --decrypt --password=PASSWORD in.pdf out.pdf` unlocks it; screen out.pdf."
_INFO: Final = ("Title", "Subject", "Keywords", "Author")  # Creator and Producer are programs
# What pdfminer and pdfplumber raise on damage; there is no list of them.
_DAMAGE: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, NotImplementedError),
    *(RecursionError, EOFError, struct.error),
)


class _Read(Struct):
    """What is gathered while pages are read: the tables, each with the pages that it stands on, and what beside them there is."""

    tables: list[list[Table]] = field(default_factory=list)
    forms: list[Table] = field(default_factory=list)
    out_of_table_texts: OutOfTableTexts = field(default_factory=OutOfTableTexts)
    notes: list[Broken] = field(default_factory=list)
    attached: list[tuple[str, bytes]] = field(default_factory=list)
    letters: int = 0

    def note(self, code: str, reason: str, count: int = 1) -> None:
        self.notes.append(Broken(1, "", count, reason, code))


@contextmanager
def _counting_losses() -> Iterator[list[int]]:
    """pdfminer takes a packed stream that is damaged for an empty one, and says nothing: here what can be unpacked is kept, and the bytes of
    each such stream are noted."""
    from pdfminer import pdftypes

    losses: list[int] = []

    def unpack(data: bytes) -> bytes:
        losses.append(len(data))
        engine, out = zlib.decompressobj(), bytearray()
        with suppress(zlib.error):
            for at in range(len(data)):
                out += engine.decompress(data[at : at + 1])
        return bytes(out)

    usual, pdftypes.decompress_corrupted = pdftypes.decompress_corrupted, unpack
    try:
        yield losses
    finally:
        pdftypes.decompress_corrupted = usual


def read_pdf(blob: Blob) -> list[Sheet]:
    """Every table of the pages; a table that goes on over pages is one. A file without a table is one sheet without cells.

    What is said of the whole file, and what is attached to it, stands with the first sheet.

    Raises:
        UnreadableManifest: damaged, locked, without any text, or of too many pages.
        UnknownFormat: the extra `pdf` is not installed.
    """
    if find_spec("pdfplumber") is None:
        message = "is a PDF, and the extra `pdf`, which reads printed pages, is not installed"
        raise UnknownFormat(message, where=blob.name, remedy=f"{INSTALL}, or ask for the data as XLSX or CSV.")
    data = blob.read()
    read = _Read()
    with _counting_losses() as losses:
        pdf = _opened(blob, data)
        _pages(pdf, blob, read)
        _document(pdf, read)
    if losses:
        read.note(LOST, f"{len(losses)} of its parts are damaged: what could be unpacked of them was read", len(losses))
    _whole(pdf, data, read)
    damage = [note.reason for note in read.notes if note.code == LOST]
    if not read.letters and not read.out_of_table_texts.kept and not read.attached:
        if damage:
            raise unreadable(blob.name, f"is a damaged PDF: {damage[0]}", _SAVE_ANEW)
        raise unreadable(blob.name, "has no text: its pages are pictures, or empty", _RECOGNISE)
    if not read.tables:
        read.note("no-lines", "no table was found on its pages; only their words were screened")
    if read.out_of_table_texts.unread:
        read.note(UNREAD, f"{read.out_of_table_texts.unread:,} lines of text were not screened", read.out_of_table_texts.unread)
    return _sheets(blob.name, read)


def _opened(blob: Blob, data: bytes) -> PDF:
    from pdfminer.pdfdocument import PDFEncryptionError
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException
    from pdfplumber.pdf import PDF
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        return PDF(io.BytesIO(data), raise_unicode_errors=False)
    except (PdfminerException, PDFException, PSException, *_DAMAGE) as error:
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(cause, PDFEncryptionError):
            raise unreadable(blob.name, "is a PDF that is locked by a password", _UNLOCK) from error
        raise unreadable(blob.name, f"is a damaged PDF ({type(cause).__name__})", _SAVE_ANEW) from error


def _sheets(name: str, read: _Read) -> list[Sheet]:
    """A sheet a table, then one a form."""
    from precursor_screen.formats.pdf_table import rows_of_parts

    made: list[Sheet] = []
    tables = [("table", number, parts) for number, parts in enumerate(read.tables or [[]], start=1)]
    for kind, number, parts in (*tables, *(("form", number, [form]) for number, form in enumerate(read.forms, start=1))):
        cells = Cells()
        cells.take(map(list, rows_of_parts(parts)))
        note = Broken(1, "", len(cells.head) and sum(len(part.rows) for part in parts), _how(parts), PRINT)
        shown = f"{name}#{kind} {number}" if len(read.tables) > 1 or kind == "form" else name
        sheet = cells.sheet(shown, "PDF").saying([note], ())
        around = {"above": parts[0].above, "below": parts[-1].below, "form": kind == "form"} if parts else {}
        made.append(replace(sheet, **around))
    made[0] = replace(made[0].saying(read.notes, read.out_of_table_texts.kept), attached=tuple(read.attached))
    return made


def _how(parts: list[Table]) -> str:
    if not parts:
        return "the words were read from printed pages"
    how = "drawn lines" if parts[0].cells else "the alignment of its words"
    over = f" on {len(parts)} pages" if len(parts) > 1 else ""
    return f"the table was read from print{over}, its columns by {how}"


def _pages(pdf: PDF, blob: Blob, read: _Read) -> None:
    """Reads all pages; one that is damaged is told of."""
    from pdfminer.pdfpage import PDFPage
    from pdfplumber.page import Page

    from precursor_screen.formats.pdf_page import read_page

    off = _layers_off(pdf)
    pages_by_words: dict[str, list[int]] = {}
    count = 0
    last_tables: list[Table] | None = None
    for count, stated in enumerate(islice(_caught(PDFPage.create_pages(pdf.doc), read), MOST_PAGES + 1), start=1):
        if count > MOST_PAGES:
            remedy = "Split it: `qpdf --split-pages=1000 in.pdf out.pdf`."
            raise unreadable(blob.name, f"has more than {MOST_PAGES:,} pages", remedy)
        try:
            page = Page(pdf, stated, count)
            printed = read_page(page, off)
        except Exception as error:
            if isinstance(error, MemoryError):
                raise
            read.note(LOST, f"page {count} is damaged and could not be read ({type(error).__name__})")
            last_tables = None
            continue
        last_tables = _add_page(printed, count, last_tables, read, pages_by_words)
        _notes_on(page, count, read)
        page.close()
    _note_pages(pages_by_words, read)
    expected = resolved(dict_of(pdf.doc.catalog.get("Pages")).get("Count"))
    if isinstance(expected, int) and expected > count:
        read.note("fewer-than-stated", f"it states {expected:,} pages, and {count:,} were found", expected - count)


def _caught(pages: Iterator[T], read: _Read) -> Iterator[T]:
    """The pages as far as the list of pages can be followed."""
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException

    try:
        yield from pages
    except (PDFException, PSException, *_DAMAGE) as error:
        read.note(LOST, f"the list of its pages is damaged ({type(error).__name__})")


def _add_page(
    printed: PrintedPage, number: int, last_tables: list[Table] | None, read: _Read, pages_by_words: dict[str, list[int]]
) -> list[Table] | None:
    """Adds what a page holds; returns the table that may go on on the next page."""
    from precursor_screen.formats.pdf_table import goes_on, join_pages

    tables = list(printed.tables)
    last = None
    if last_tables is not None and tables and goes_on(last_tables[-1], tables[0]):
        last_tables[-1:] = join_pages(last_tables[-1], tables.pop(0))
        last = last_tables
    if tables and len(tables[0].rows) == 1:  # boxes that go on with nothing
        for cell in tables.pop(0).rows[0]:
            read.out_of_table_texts.add(f"page {number}", cell)
    read.tables += ([table] for table in tables)
    read.forms += printed.forms
    for text in printed.texts:
        read.out_of_table_texts.add(f"page {number}", text)
    for why, text in printed.hidden:
        read.out_of_table_texts.add(f"text of page {number} that is {why}", text)
    read.letters += printed.letters
    _collect_page(printed, number, pages_by_words)
    return read.tables[-1] if tables else last


# What is said of pages: the words, and the code of the issue.
_PICTURES: Final = "pictures or drawings without any text"
_SHOWN: Final = "pictures beside the text, which are not screened,"
_GLYPHS: Final = "letters of which the file does not say what they are"
_RECOGNISED: Final = "text that a program recognised in a picture"
_CODES: Final = {_PICTURES: UNREAD, _SHOWN: UNREAD, _GLYPHS: "undecodable-text", _RECOGNISED: PRINT}
_CURES: Final = {
    **dict.fromkeys((_PICTURES, _SHOWN), f". {_RECOGNISE}"),
    _GLYPHS: ". `ocrmypdf --force-ocr in.pdf out.pdf` reads them anew; screen out.pdf.",
}


def _collect_page(printed: PrintedPage, number: int, pages_by_words: dict[str, list[int]]) -> None:
    found = {
        _PICTURES: not printed.letters and printed.drawn,
        _SHOWN: bool(printed.letters and printed.pictures and not printed.recognised),
        _GLYPHS: printed.unmapped > 0,
        _RECOGNISED: printed.recognised,
        **{f"text that is {why}": True for why, _ in printed.hidden},
    }
    for words, is_so in found.items():
        if is_so:
            pages_by_words.setdefault(words, []).append(number)


def _note_pages(pages_by_words: dict[str, list[int]], read: _Read) -> None:
    for words, pages in pages_by_words.items():
        where = f"page{'' if len(pages) == 1 else 's'} {first_few([*map(str, pages)], _MOST_SHOWN)}"
        read.note(_CODES.get(words, "hidden-text"), f"{words} on {where}{_CURES.get(words, '')}", len(pages))


# What stands beside the pages: notes, fields of forms, files within the file, what the file says of itself.


def _notes_on(page: Any, number: int, read: _Read) -> None:
    """Notes that people stick on a page, and the files that they hold."""
    for note in map(dict_of, list_of(page.page_obj.annots)):
        for key in ("Contents", "RC"):
            read.out_of_table_texts.add(f"note on page {number}", text_of(note.get(key)))
        _attach(note.get("FS"), read)
        if name_of(note.get("Subtype")) == "Widget" and "Parent" not in note:
            _add_field(note, read)


def _add_field(stated: dict[str, Any], read: _Read) -> None:
    called = text_of(stated.get("T")) or text_of(stated.get("TU"))
    values = resolved(stated.get("V"))
    for value in values if isinstance(values, list) else [values]:
        read.out_of_table_texts.add(f"field {called} of the form".replace("  ", " "), text_of(value))


def _document(pdf: PDF, read: _Read) -> None:
    """What the document says beside its pages."""
    catalog = pdf.doc.catalog
    for info in pdf.doc.info:
        for key in _INFO:
            read.out_of_table_texts.add(f"{key.lower()} of the document", text_of(info.get(key)))
    form = dict_of(catalog.get("AcroForm"))
    for stated in tree_of(form.get("Fields")):
        _add_field(stated, read)
    if "XFA" in form:
        read.note(UNREAD, "it holds a form of another kind (XFA), which is not read. Print it to a PDF, and screen that.")
    names = dict_of(dict_of(catalog.get("Names")).get("EmbeddedFiles"))
    for node in tree_of([names]):
        pairs = resolved(node.get("Names"))
        for file in (pairs if isinstance(pairs, list) else [])[1::2]:
            _attach(file, read)
    for file in list_of(catalog.get("AF")):
        _attach(file, read)


def _attach(stated: Any, read: _Read) -> None:
    """A file within the file (7.11.4)."""
    file = dict_of(stated)
    stream = next((found for key in ("UF", "F") if (found := resolved(dict_of(file.get("EF")).get(key))) is not None), None)
    if stream is None:
        return
    name = text_of(file.get("UF")) or text_of(file.get("F")) or "attachment"
    try:
        content = stream.get_data()
    except Exception as error:
        if isinstance(error, MemoryError):
            raise
        read.note(UNREAD, f"its attachment {name} is damaged ({type(error).__name__})")
        return
    if (name, content) in read.attached:  # it is named in several places
        return
    if sum(len(held) for _, held in read.attached) + len(content) > MOST_ATTACHED:
        read.note(UNREAD, f"its attachment {name} is one of more than {MOST_ATTACHED // MB} MB. Save it, and screen that.")
        return
    read.attached.append((name, content))


def _whole(pdf: PDF, data: bytes, read: _Read) -> None:
    """Whether the file is whole, and nothing but itself."""
    from pdfminer.pdfdocument import PDFXRefFallback

    end = data.rfind(_END)
    if end < 0 or any(isinstance(table, PDFXRefFallback) for table in pdf.doc.xrefs):
        read.note(LOST, "it is damaged or cut short: the list of its objects is missing; what was found was screened")
    elif behind := len(data[end + len(_END) :].strip(b"\0 \t\r\n\x1a")):
        read.note(UNREAD, f"{behind:,} bytes are behind its end and do not belong to it")


def _layers_off(pdf: PDF) -> frozenset[int]:
    """The numbers of the objects of layers that are not shown (8.11.4.3)."""
    layers = dict_of(pdf.doc.catalog.get("OCProperties"))
    shown = dict_of(layers.get("D"))

    def numbers(stated: Any) -> frozenset[int]:
        return frozenset(one.objid for one in list_of(stated) if hasattr(one, "objid"))

    base = numbers(layers.get("OCGs")) if name_of(shown.get("BaseState")) == "OFF" else frozenset()
    return (base - numbers(shown.get("ON"))) | numbers(shown.get("OFF"))
