"""Tables in web pages and in the XML of Excel 2003 (SpreadsheetML), both of which programs save under the name .xls.

Sources: HTML Living Standard 4.9 (tables); [MS-OE376] and the XML Spreadsheet Reference for SpreadsheetML.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final
from xml.parsers import expat

from precursor_screen.formats.blob import Blob, cells_allowed, damaged_workbook, unreadable
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.flow import Flow
from precursor_screen.formats.parts import UNREAD, constants_of, expat_parser, words_of_format, words_of_page
from precursor_screen.formats.sheet import Broken, Cells, OutOfTableText, OutOfTableTexts, Sheet
from precursor_screen.formats.xlsx import texts_of_names

_CHARSET: Final = re.compile(rb"<meta\b[^>]*\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.I)
_WITHIN: Final = ("B", "I", "U", "Font", "Sub", "Sup", "S", "Span")  # elements that stand within a text
_NO_TIME: Final = re.compile(r"(?:T00:00:00)?\.000$|T00:00:00$")
_BLOCKS: Final = frozenset((
    "p", "div", "br", "hr", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "title", "head", "body", "option", "select",
))  # fmt: skip
_HEADING_A_LINE: Final = frozenset(("b", "strong", "label"))  # `<b>Shipper</b> Acme`
_PARTS: Final = {"table": "table", "tr": "row", "td": "cell", "th": "cell"}
_BOXES: Final = ("div", "span")  # a table may be made of them, by their roles (WAI-ARIA 1.2)
_ROLES: Final = {
    **dict.fromkeys(("table", "grid", "treegrid"), "table"),
    "row": "row",
    **dict.fromkeys(("cell", "gridcell", "columnheader", "rowheader"), "cell"),
}
_SHOWN: Final = ("text", "number", "date", "search", "tel", "email")  # fields that show their value
_SAID: Final = ("alt", "title", "placeholder", "value", "content", "label", "summary")
_MOST_SPAN = 1_000
_GAP: Final = re.compile(r"(?<=\S) {2,}(?=\S)")


def read_html(blob: Blob, encoding: str = "") -> list[Sheet]:
    """Every table of a web page, with the words around them.

    Raises:
        UnreadableManifest: it has more cells than are read.
        UsageError: no such encoding.
    """
    source, choice, notes, out_of_table_texts = open_text(blob, encoding or _stated(blob.head()))
    page = _Page(cells_allowed(blob.size()))
    page.feed(source.read().decode("utf-8", "replace"))
    page.close()
    first, *others = page.flow.sheets(blob.name, "HTML", "web page", str(choice))
    return [first.saying(notes, out_of_table_texts), *others]


def _unread(count: int) -> tuple[Broken, ...]:
    return (Broken(1, "", count, f"{count:,} texts beside the tables were not screened", UNREAD),) if count else ()


def _stated(head: bytes) -> str:
    found = _CHARSET.search(head[:4096])
    if found is None or found[1].lower() in (b"utf-8", b"utf8", b"us-ascii", b"iso-8859-1"):
        return ""
    try:
        return codecs.lookup(found[1].decode()).name
    except LookupError:
        return ""


def _sheets(
    name: str, tables: list[tuple[str, list[list[str]]]], kind: str, encoding: str, notes: Sequence[Broken], out_of_table_texts: list[OutOfTableText]
) -> list[Sheet]:  # fmt: skip
    """A sheet a table; what is said of the file stands with the first."""
    made: list[Sheet] = []
    for called, rows in tables:
        cells = Cells()
        cells.take(rows)
        shown = f"{name}#{called}" if len(tables) > 1 else name
        made.append(cells.sheet(shown, kind, encoding))
    return [sheet if at else sheet.saying(notes, out_of_table_texts) for at, sheet in enumerate(made)]


class _Page(HTMLParser):
    """What the parser calls."""

    def __init__(self, most: int) -> None:
        super().__init__(convert_charrefs=True)
        self.flow = Flow(most)
        self._is_style = self._is_as_typed = self._heads_line = self._is_not_chosen = False
        self._parts: list[tuple[str, str]] = []  # elements that may be parts of a table by their role

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        stated = dict(attrs)
        is_shown = tag == "input" and (stated.get("type") or "text").lower() in _SHOWN
        for name, value in stated.items():
            if value and name in _SAID and not (is_shown and name == "value"):
                self.flow.out_of_table_texts.add(f"{name} of {tag}", " ".join(value.split()))
        if tag in _PARTS:
            self._open(_PARTS[tag], stated)
        elif tag == "style":
            self._is_style = True
        elif tag == "pre":
            self._is_as_typed = True
        elif is_shown:
            self.flow.hear(stated.get("value") or "")
        elif tag in _BOXES and (part := _ROLES.get(stated.get("role") or "")):
            self._open(part, stated)
        elif tag in _HEADING_A_LINE:
            self._heads_line = self.flow.begins_line
        elif tag == "dd":
            self.flow.hear("\t")  # the term and what is said of it stand in one line
        elif tag in _BLOCKS:
            self._is_not_chosen = tag == "option" and "selected" not in stated
            self.flow.end_line()
        if tag in _BOXES:
            self._parts.append((tag, _ROLES.get(stated.get("role") or "", "")))
        if tag == "blockquote" or "gmail_quote" in (stated.get("class") or "").split() or stated.get("id") == "divRplyFwdMsg":
            self.flow.mark_quoted()

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if tag in _PARTS:
            self._close(_PARTS[tag])
        elif tag == "style":
            self._is_style = False
        elif tag == "pre":
            self._is_as_typed = False
        elif tag in _BOXES and self._parts and self._parts[-1][0] == tag and (part := self._parts.pop()[1]):
            self._close(part)
        elif tag in _HEADING_A_LINE and self._heads_line:
            self._heads_line = False
            self.flow.hear("\t")
        elif tag in _BLOCKS and tag not in ("br", "dt"):
            self._is_not_chosen = False
            self.flow.end_line()

    def _open(self, part: str, stated: dict[str, str | None]) -> None:
        if part == "table":
            self.flow.open_table()
        elif part == "row" and self.flow.in_table:
            self.flow.open_row()
        elif part == "cell":
            self.flow.open_cell(_count(stated.get("colspan")), _count(stated.get("rowspan")))

    def _close(self, part: str) -> None:
        if part == "table":
            self.flow.close_table()
        elif part == "cell":
            self.flow.close_cell()

    def handle_data(self, data: str) -> None:
        """Text; that of a style sheet is none, and a choice that was not made stands beside it."""
        if self._is_not_chosen:
            self.flow.out_of_table_texts.add("choice that was not made", " ".join(data.split()))
        elif not self._is_style:
            # A tab and the end of a line are blanks on a page; in text as it was typed blanks part columns.
            self.flow.hear(
                _GAP.sub("\t", data) if self._is_as_typed else data.replace("\n", " ").replace("\t", " ").replace("\r", " ")
            )

    def handle_comment(self, data: str) -> None:
        """A comment, which no browser shows."""
        self.flow.out_of_table_texts.add("comment of the web page", " ".join(data.split()))

    def unknown_decl(self, data: str) -> None:
        """A section such as CDATA."""
        self.handle_data(data.removeprefix("CDATA["))


def _count(text: str | None) -> int:
    return min(max(int(text), 1), _MOST_SPAN) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1


def read_spreadsheetml(blob: Blob) -> list[Sheet]:
    """Every sheet of an XML spreadsheet of Excel 2003.

    Raises:
        UnreadableManifest: damaged, without a sheet, or beyond the cells that are read.
    """
    reader = _Book(cells_allowed(blob.size()))
    try:
        reader.parser.Parse(blob.read(), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged_workbook(blob.name, error) from error
    if not reader.tables:
        raise unreadable(blob.name, "does not hold a sheet with cells", "Check that it is the right file.")
    out_of_table_texts = [*reader.out_of_table_texts.kept, *texts_of_names(name for name, _ in reader.tables)]
    return _sheets(blob.name, reader.tables, "XML spreadsheet", "", _unread(reader.out_of_table_texts.unread), out_of_table_texts)


class _Book:
    """What the parser calls."""

    def __init__(self, most: int) -> None:
        self.parser = expat_parser(self._start, self._end, self._hear, " ")
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.out_of_table_texts = OutOfTableTexts()
        self._room = most
        self._row: list[str] = []
        self._at = 0
        self._in_cell = self._in_comment = self._is_date = False
        self._text: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        stated = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if local not in _WITHIN:
            self._end_text(local)
        if local == "Worksheet":
            self.tables.append((stated.get("Name", ""), []))
        elif local == "Row" and self.tables:
            rows = self.tables[-1][1]
            rows += [[] for _ in range(self._missing(len(rows), stated.get("Index")))]
            self._row = []
            rows.append(self._row)
            self._take(1)
        elif local == "Cell":
            self._row += [""] * (self._missing(len(self._row), stated.get("Index")) + 1)
            self._in_cell, self._at = True, len(self._row) - 1
            across = stated.get("MergeAcross", "")
            self._row += [""] * (_count(str(int(across) + 1)) - 1 if across.isdigit() else 0)
            self._take(1)
            for text in (*constants_of(stated.get("Formula", "")), stated.get("HRef", ""), stated.get("HRefScreenTip", "")):
                self.out_of_table_texts.add("formula or link", text)
        elif local == "Data":
            self._is_date = stated.get("Type") == "DateTime"
        elif local == "Comment":
            self._in_comment = True
            self.out_of_table_texts.add("author of a comment", stated.get("Author", ""))
        elif local in ("Header", "Footer"):
            self.out_of_table_texts.add(f"page {local.lower()}", words_of_page(stated.get("Data", "")))
        elif local == "NumberFormat":
            for text in words_of_format(stated.get("Format", "")):
                self.out_of_table_texts.add("format of numbers", text)
        elif local == "NamedRange":
            self.out_of_table_texts.add("defined name", stated.get("Name", ""))

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local in _WITHIN:
            return
        self._end_text(local)
        if local == "Cell":
            self._in_cell = False
        elif local == "Comment":
            self._in_comment = False

    def _hear(self, text: str) -> None:
        self._text.append(text)

    def _end_text(self, local: str) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        if not text:
            return
        if self._in_comment or not self._in_cell:
            self.out_of_table_texts.add("comment" if self._in_comment else f"{local} of the workbook", text)
        else:
            self._row[self._at] = _NO_TIME.sub("", text) if self._is_date else text

    def _missing(self, held: int, index: str | None) -> int:
        """How many rows or cells the file leaves out before the one that states its number."""
        count = max(int(index) - 1 - held, 0) if index and index.isdigit() and len(index) < 9 else 0
        self._take(count)
        return count

    def _take(self, count: int) -> None:
        self._room -= count
        if self._room < 0:
            raise ValueError("more cells than are read")
