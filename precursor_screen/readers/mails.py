"""What an e-mail itself says: the goods that its text states, and its other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.errors import UnknownFormat, UnreadableManifest
from precursor_screen.core.schema import DATES
from precursor_screen.core.tables import pattern_of
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.flow import QUOTED, Row
from precursor_screen.formats.mail import BODY, Mail, lines_beside
from precursor_screen.formats.sheet import OutOfTableText, Sheet
from precursor_screen.formats.table import read_confined
from precursor_screen.readers.input_tables import input_without_lines, issue_table, no_lines, without_lines
from precursor_screen.readers.interface import Digest, InputContent, InputTables, IssueList, MessageContent, ReadOptions
from precursor_screen.readers.tabular.files import read_as_laid_out
from precursor_screen.readers.tabular.general_segment import general_segment
from precursor_screen.readers.tabular.letters import goods_in
from precursor_screen.readers.tabular.other_texts import may_name_something, out_of_table_cells, out_of_table_lines, rows_of
from precursor_screen.text.text import late

_EARLIER: Final = "earlier e-mail that is quoted"
_QUOTE: Final = re.compile(r"\s*>")
_GOODS: Final = ("description", "net_mass_kg", "gross_mass_kg")
_LONGEST: Final = 200  # characters of a line that heads what is quoted
_HEADED: Final = 4  # lines of the header of a mail that is quoted
_EARLIER_BEGINS: Final = late(
    lambda: (
        rf"\s*[-_=*> ]*(?:{pattern_of('cell_words', 'earlier mail')})[-_=*: ]*|.*\d.*\b{pattern_of('cell_words', 'wrote')}\s*[:：]\s*"
    ),
    re.IGNORECASE,
)
_FROM: Final = late(lambda: rf"\s*\*?{pattern_of('cell_words', 'mail from')}\*?\s*[:：].*\S.*", re.IGNORECASE)
_SENT: Final = late(lambda: rf"\s*\*?{pattern_of('cell_words', 'mail sent')}\*?\s*[:：].*\d.*", re.IGNORECASE)
_SIGNATURE: Final = re.compile(r"--\s*")  # RFC 3676, 4.3


class _Message(Struct):
    """One message of a mail, the mail itself or one that it quotes.

    Attributes:
        sheets: of its goods.
        beside: what it says beside these.
        words: all that it says, where they are not read.
    """

    sheets: list[Sheet]
    beside: list[OutOfTableText]
    words: list[OutOfTableText]


def read_words(placed: Sequence[tuple[str, str]], blob: Blob, called: str, format_name: str) -> list[InputTables]:
    """Words that stand in no table as an input without lines; none where nothing could be named by them.

    Args:
        placed: where each text stands, and the text.
        blob: the file that holds them.
        called: what the input is called behind the file's name.
        format_name: of the file.
    """
    if not (texts := _naming(placed)):
        return []
    name, digest = f"{blob.name}!({called})", Digest(blob.sha256(), blob.size())
    beside = out_of_table_lines(texts, name, digest, no_lines())
    return [without_lines(input_without_lines(name, digest, format_name), IssueList(name), beside)]


def _naming(placed: Sequence[tuple[str, str]]) -> list[OutOfTableText]:
    may_name = may_name_something([text for _, text in placed])
    return [OutOfTableText(None, place, text) for (place, text), one in zip(placed, may_name, strict=True) if one]


def words_of(mail: Mail, blob: Blob) -> list[InputTables]:
    """The words of a message and of its header as an input without lines, if there are any that could name something."""
    placed = [(BODY, line.strip()) for line in mail.text.splitlines() if line.strip()]
    return read_words([*placed, *mail.heads], blob, BODY, "e-mail")


def read_body(mail: Mail, blob: Blob, options: ReadOptions, attached: Sequence[InputContent]) -> list[InputTables]:
    """The goods that the text of a mail states, with its other words beside them; none where it states none.

    Of the mail and those that it quotes the latest that states goods counts; one that is quoted only where nothing that is attached states any.

    Args:
        mail: as opened.
        blob: its file.
        options: of the user; a map is none of the text where something is attached.
        attached: what is attached, as read.
    """
    if options.mapping is not None and attached:
        return []
    name, digest = f"{blob.name}!({BODY})", Digest(blob.sha256(), blob.size())
    elsewhere = any(isinstance(one, MessageContent) or one.lines.num_rows for one in attached)
    known = _goods_of([one for one in attached if isinstance(one, InputTables)])
    for texts, messages in (_of_page(mail, name), _of_text(mail, name)):
        goods = {}
        for at, message in enumerate(messages):
            read = read_as_laid_out(message.sheets, name, digest, options) if message.sheets else []
            if found := _goods_of(read):
                goods[at] = found
        if not goods:
            continue
        first = min(goods)
        is_read = not (first and elsewhere) and not goods[first] <= known
        issues = IssueList(name)
        for at, found in goods.items():
            where = "an earlier e-mail that it quotes" if at else "its text"
            if at == first and is_read:
                if at:
                    issues.add("quoted-goods", f"the goods were read from {where}", count=len(found))
            elif found <= known or (is_read and found <= goods[first]):
                issues.add("quoted-goods", f"{where} states the same goods once more; they count once", count=len(found))
            else:
                what = f"{where} states goods that were not counted; their words were screened"
                issues.add("unread-part", what, count=len(found))
        said = [text for at, one in enumerate(messages) for text in (one.beside if at == first and is_read else one.words)]
        said += _naming([*texts, *mail.heads])
        sheets = messages[first].sheets
        if is_read:
            sheets[0] = replace(sheets[0], out_of_table_texts=tuple(said))
            read = read_as_laid_out(sheets, name, digest, options)
        else:
            beside = out_of_table_lines(said, name, digest, no_lines())
            read = [without_lines(input_without_lines(name, digest, "e-mail"), IssueList(name), beside)]
        return [replace(read[0], issues=pa.concat_tables([read[0].issues, issue_table(issues, no_lines())])), *read[1:]]
    return []


def _goods_of(tables: Sequence[InputTables]) -> frozenset[tuple[object, ...]]:
    """What the lines of tables say the goods are and weigh."""
    found: set[tuple[object, ...]] = set()
    for one in tables:
        columns = [name for name in _GOODS if name in one.lines.column_names]
        for line in one.lines.select(columns).to_pylist():
            text = "".join(filter(str.isalnum, line.get("description") or "")).casefold()
            found.add((text, *(line.get(name) for name in _GOODS[1:])))
    return frozenset(found)


Said = list[tuple[str, str]]  # where texts stand, and what they say


def _of_page(mail: Mail, name: str) -> tuple[Said, list[_Message]]:
    """The tables of a mail that is a page, by message, and the words beside them; of its text in words only what the page does not say."""
    try:
        page = mail.page.encode("utf-8", "replace")
        sheets = read_confined(Blob(name, page), "html", "utf-8", len(page)) if page else []
    except (UnknownFormat, UnreadableManifest):  # its words are read as text
        return [], []
    messages = [_Message([], [], [])]
    said = [one.text for sheet in sheets for one in sheet.out_of_table_texts]
    for sheet in sheets:
        above, *later = _parted([*sheet.above])
        messages += (_Message([], [], []) for _ in later)
        rows = list(rows_of(sheet.read(0, max(map(len, sheet.head), default=0))))
        said += (" ".join(filter(None, cells)) for _, cells in rows)
        rows_above = tuple(later[-1] if later else above)
        below = _own(_parted(sheet.below)[0])
        messages[-1].sheets.append(replace(sheet, format="e-mail", above=rows_above, below=below, out_of_table_texts=()))
        messages[-1].words += out_of_table_cells(rows, _EARLIER if len(messages) > 1 else BODY)
    _head(messages[0], mail)
    texts = [*(one.text for sheet in sheets for one in sheet.out_of_table_texts), *lines_beside(mail.text, "\n".join(said))]
    return [(BODY, text.strip()) for text in texts], messages


def _of_text(mail: Mail, name: str) -> tuple[Said, list[_Message]]:
    """The messages of a mail that is text."""
    lines = [(line,) for line in mail.text.splitlines()]
    quoted = [(_QUOTE.sub("", line),) for (line,) in lines if _QUOTE.match(line)]
    own = [row for row in lines if not _QUOTE.match(row[0])]
    messages = []
    for at, rows in enumerate([*_parted(own, answered=bool(quoted)), *_parted(quoted)]):
        place = _EARLIER if at else BODY
        goods = goods_in(_own(rows), name, "e-mail")
        used = goods.used if goods else frozenset()
        beside = _naming([(place, line.strip()) for at, (line,) in enumerate(rows) if at not in used])
        words = _naming([(place, line.strip()) for (line,) in rows])
        messages.append(_Message([goods.sheet] if goods else [], beside, words))
    _head(messages[0], mail)
    return [], messages


def _own(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Lines up to a signature."""
    return tuple(takewhile(lambda row: not _SIGNATURE.fullmatch(row[0]), rows))


def _head(message: _Message, mail: Mail) -> None:
    """Puts what the mail is about above its first table, and its day where none is stated."""
    if message.sheets:
        first = message.sheets[0]
        above: tuple[Row, ...] = (*((text,) for place, text in mail.heads if place.startswith("Subject")), *first.above)
        if mail.date and not any(one.field in DATES for one in general_segment(above)):
            above = (("Date of the e-mail", mail.date), *above)
        message.sheets[0] = replace(first, above=above)


def _parted(rows: Sequence[tuple[str, ...]], *, answered: bool = False) -> list[list[Row]]:
    """The lines of the mail and of each that it quotes below.

    Args:
        rows: lines of text.
        answered: what is quoted has a mark before each line, so that an answer may stand below it.
    """
    found: list[list[Row]] = [[]]
    for at, row in enumerate(rows):
        line = " ".join(row)
        begins = line == QUOTED or (len(line) < _LONGEST and _EARLIER_BEGINS.fullmatch(line) is not None)
        if not begins and _FROM.fullmatch(line):
            begins = any(_SENT.fullmatch(" ".join(below)) for below in rows[at + 1 : at + _HEADED])
        if begins and not answered:
            found.append([])
        found[-1].append(row)
    return found
