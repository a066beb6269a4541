"""Documents in Rich Text Format: their tables, the text among them, and what they hold beside it.

Source: Microsoft, Rich Text Format (RTF) Specification, version 1.9.1.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.formats.blob import Blob, cells_allowed, unreadable
from precursor_screen.formats.flow import Flow
from precursor_screen.formats.parts import UNREAD, WORDLESS
from precursor_screen.formats.sheet import LOST, Broken, Sheet

_TOKEN: Final = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.S
)
_SIGNS: Final = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "page": "\n", "column": "\n", "sect": "\n", "softline": "\n", "nestcell": " ", "nestrow": "\n",
}  # fmt: skip
# The code page of a character set of a font.
_CODE_PAGES: Final = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
# Destinations: without words of people, with words that stand beside the text, and with files.
_WORDLESS: Final = frozenset((
    "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "rsidtbl", "pict", "objdata", "themedata", "datastore", "latentstyles",
    "colorschememapping", "generator", "xmlnstbl", "mmathPr", "panose", "falt", "blipuid", "pnseclvl", "filetbl", "revtbl", "fname", "objclass", "listtext",
    "pntext", "nonshppict",
))  # fmt: skip
_BESIDE: Final = {
    "info": "document property", "header": "header of the document", "headerl": "header of the document", "headerr": "header of the document",
    "headerf": "header of the document", "footer": "footer of the document", "footerl": "footer of the document", "footerr": "footer of the document",
    "footerf": "footer of the document", "footnote": "footnote of the document", "annotation": "comment of the document", "atnauthor": "comment of the document",
    "fldinst": "field of the document",
}  # fmt: skip
_HIDDEN, _DELETED, _OTHER = "hidden text of the document", "deleted text of the document", "part of the document"
_DEPTH: Final = 1_000  # groups within each other
_SAME_EDGE: Final = 30  # twips between the edges of one column in two rows
_MOST_ACROSS, _MOST_CELLS = 64, 1_000  # columns that a cell stands over, cells of a row


class _State(Struct, frozen=True):
    """What holds within a group: its font, how many signs stand for one in Unicode, where its text goes (empty: into the document; "-":
    nowhere), and whether text is hidden or deleted."""

    font: int = -1
    spare: int = 1
    place: str = ""
    is_hidden: bool = False
    is_deleted: bool = False


def read_rtf(blob: Blob) -> list[Sheet]:
    """Every table of a document, each with the text above it.

    Raises:
        UnreadableManifest: nested too deep, or with more cells than are read.
    """
    text = blob.read().decode("latin-1")
    reader = _Reader(Flow(cells_allowed(len(text))))
    try:
        reader.read(text)
    except ValueError as error:
        raise unreadable(
            blob.name, f"is a damaged document in RTF ({error})", "Open it in its own program and save it as DOCX."
        ) from error
    first, *others = reader.flow.sheets(blob.name, "RTF", "document")
    notes = [Broken(1, "", count, why, code) for (code, why), count in reader.notes.items()]
    return [first.saying(notes, ()), *others]


class _Reader:
    """Follows the words and signs of the file."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.notes: dict[tuple[str, str], int] = {}
        self._state = _State()
        self._outer: list[_State] = []
        self._code_page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = -1  # of the list of fonts, while it is read
        self._raw = bytearray()  # of a code page, until it ends
        self._skip = 0  # signs that stand for the last one in Unicode
        self._is_new = self._is_optional = False  # the group has just begun; readers may pass over it
        self._text: list[str] = []
        self._beside: dict[str, list[str]] = {}
        self._cells: list[str] = []
        self._edges: list[int] = []
        self._goes_on: list[bool] = []
        self._rows: list[tuple[list[int], list[bool], list[str]]] = []
        self._in_table = False

    def read(self, text: str) -> None:
        """The whole file.

        Raises:
            ValueError: nested too deep.
        """
        at = 0
        while (token := _TOKEN.match(text, at)) is not None:
            at = token.end()
            word, number, byte, sign, brace, plain = token.groups()
            if word == "bin":
                at += max(int(number or 0), 0)
            elif word:
                self._word(word, None if number is None else int(number))
            elif brace:
                self._group(brace)
            elif byte or plain:
                self._hear(bytes.fromhex(byte) if byte else plain.encode("latin-1"))
            elif sign == "*":
                self._is_optional = True
                continue
            elif sign:
                self._say({"~": " ", "_": "-", "-": "", "\n": "\n", "\r": "\n"}.get(sign, sign))
            else:
                continue
            self._is_new = brace == "{"
            self._is_optional = False
        if self._outer:
            self._note(LOST, "it ends within a group: it was cut short; what is there was screened")
        self._end_line()
        for place in [*self._beside]:
            self._end_beside(place)
        if self._cells:  # of a row that does not end
            self._layout("row", None)
        self._end_table()

    def _note(self, code: str, why: str) -> None:
        self.notes[code, why] = self.notes.get((code, why), 0) + 1

    def _group(self, brace: str) -> None:
        self._flush()
        if brace == "{":
            self._outer.append(self._state)
            if len(self._outer) > _DEPTH:
                raise ValueError("its groups are nested too deep")
        elif self._outer:
            place, self._state = self._state.place, self._outer.pop()
            if place != self._state.place:
                self._end_beside(place)

    def _end_beside(self, place: str) -> None:
        for line in "".join(self._beside.pop(place, ())).splitlines():
            self.flow.out_of_table_texts.add(place, " ".join(line.split()))

    def _word(self, word: str, number: int | None) -> None:
        self._flush()
        self._skip = 0
        if self._is_new or self._is_optional:
            self._destination(word)
        match word:
            case "u" if number is not None:
                self._say(chr(number % 0x10000))
                self._skip = self._state.spare
            case "uc":
                self._state = replace(self._state, spare=min(max(number or 0, 0), 8))
            case "f" | "af" if number is not None:
                self._font = number
                self._state = replace(self._state, font=number)
            case "fcharset" if number in _CODE_PAGES:
                self._fonts[self._font] = _CODE_PAGES[number]
            case "ansicpg" if number and f"cp{number}" in (*_CODE_PAGES.values(), "cp936", "cp437", "cp850"):
                self._code_page = f"cp{number}"
            case "mac":
                self._code_page = "mac_roman"
            case "v":
                self._state = replace(self._state, is_hidden=number != 0)
            case "deleted":
                self._state = replace(self._state, is_deleted=number != 0)
            case "plain":
                self._state = replace(self._state, is_hidden=False, is_deleted=False)
            case _ if not self._state.place:
                self._layout(word, number)
            case "par" | "line":
                self._say("\n")
            case "tab":
                self._say(" ")

    def _layout(self, word: str, number: int | None) -> None:
        """Words that order what the document says: lines, rows and cells."""
        match word:
            case "par" if self._in_table:
                self._say("\n")
            case "par":
                self._end_line()
            case "pard":
                self._in_table = False
            case "intbl":
                self._in_table = True
            case "trowd":
                self._edges, self._goes_on = [], [False]
            case "cellx" if len(self._edges) < _MOST_CELLS:
                self._edges.append(number or 0)
                self._goes_on.append(False)
            case "clvmrg" if self._goes_on:
                self._goes_on[-1] = True
            case "cell":
                self._cells.append("".join(self._text))
                self._text.clear()
            case "row":
                self._rows.append((list(self._edges), list(self._goes_on), self._cells))
                self._cells = []
            case _ if word in _SIGNS:
                self._say(_SIGNS[word])

    def _destination(self, word: str) -> None:
        """A group may say what is not of the text: in fonts and pictures nothing, elsewhere words all the same."""
        match word:
            case "pict":
                self._note(WORDLESS, "pictures in it contain no words")
            case "objdata":
                self._note(UNREAD, "it holds other files. Save them, and screen those.")
            case "listtext" | "pntext":
                self._say("• ")
        if self._state.place == "-" or word in _WORDLESS:
            self._state = replace(self._state, place="-")
        elif place := _BESIDE.get(
            word, _OTHER if self._is_optional and word not in ("shpinst", "shptxt", "nesttableprops") else ""
        ):
            self._state = replace(self._state, place=place)

    def _hear(self, raw: bytes) -> None:
        if self._skip:
            raw, self._skip = raw[self._skip :], max(self._skip - len(raw), 0)
        self._raw += raw

    def _flush(self) -> None:
        if self._raw:
            raw = bytes(self._raw)
            self._raw.clear()
            self._say(raw.decode(self._fonts.get(self._state.font, self._code_page), "replace"))

    def _say(self, text: str) -> None:
        self._flush()
        state = self._state
        place = state.place or (_DELETED if state.is_deleted else _HIDDEN if state.is_hidden else "")
        if place == "-":
            return
        if not place:
            self._text.append(text)
        else:
            self._beside.setdefault(place, []).append(text)
            if not state.place and len(self._beside[place]) == 1:
                self._note("hidden-text", f"it holds {place}, which was screened")

    def _end_line(self) -> None:
        self._flush()
        text = "".join(self._text)
        self._text.clear()
        for place in (_DELETED, _HIDDEN):
            self._end_beside(place)
        if text.strip():
            self._end_table()
            self.flow.hear(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
            self.flow.end_line()

    def _end_table(self) -> None:
        """The rows so far are a table: their cells stand where the edges of its columns are."""
        if not self._rows:
            return
        edges: list[int] = []
        for edge in sorted({edge for row, *_ in self._rows for edge in row}):
            if not edges or edge - edges[-1] > _SAME_EDGE:
                edges.append(edge)

        def column(edge: int) -> int:
            return bisect_left(edges, edge - _SAME_EDGE) + 1

        self.flow.open_table()
        for right, goes_on, cells in self._rows:
            self.flow.open_row()
            left = 0
            for at, cell in enumerate(cells):
                end = column(right[at]) if len(right) == len(cells) else left + 1
                self.flow.open_cell(min(max(end - left, 1), _MOST_ACROSS))
                if at < len(goes_on) and goes_on[at]:
                    self.flow.go_on()
                self.flow.hear(cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
                self.flow.close_cell()
                left = max(end, left + 1)
        self.flow.close_table()
        self._rows.clear()
