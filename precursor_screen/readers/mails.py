"""What an e-mail itself says: the goods that its text states, and its other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.core.errors import UnknownFormat, UnreadableManifest
from precursor_screen.core.schema import DATES
from precursor_screen.core.tables import pattern_of
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.flow import QUOTED, Row
from precursor_screen.formats.mail import BODY, Mail, lines_beside
from precursor_screen.formats.sheet import OutOfTableText, Sheet
from precursor_screen.formats.table import read_confined
from precursor_screen.readers.column_map import PARTY_NAMES
from precursor_screen.readers.input_tables import input_without_lines, issue_table, no_lines, without_lines
from precursor_screen.readers.interface import Digest, InputContent, InputTables, IssueList, MessageContent, ReadOptions
from precursor_screen.readers.same_goods import are_among, goods_of
from precursor_screen.readers.tabular.assign import lookup
from precursor_screen.readers.tabular.files import read_as_laid_out
from precursor_screen.readers.tabular.general_segment import general_segment
from precursor_screen.readers.tabular.header_rows import SEARCHED_ROWS
from precursor_screen.readers.tabular.letters import goods_in
from precursor_screen.readers.tabular.other_texts import may_name_something, out_of_table_cells, out_of_table_lines, rows_of
from precursor_screen.text.dates import parse_date
from precursor_screen.text.text import late

_EARLIER: Final = "earlier e-mail that is quoted"
_QUOTE: Final = re.compile(r"\s*>")
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
_OF_HEADER: Final = late(
    lambda: rf"\s*\*?{pattern_of('cell_words', 'mail from', 'mail sent', 'mail to')}\*?\s*[:：].*", re.IGNORECASE
)
_LONGEST_HEAD: Final = 10  # lines of the header of a mail that is quoted, with the line above it
_ASIDE: Final = 2  # columns
_SIGNATURE: Final = re.compile(r"--\s*")  # RFC 3676, 4.3


class _Message(Struct):
    """One message of a mail, the mail itself or one that it quotes.

    Attributes:
        sheets: of its goods.
        day: on which it was sent, as it says.
        beside: what it says beside these.
        words: all that it says, where they are not read.
    """

    sheets: list[Sheet] = field(default_factory=list)
    day: str = ""
    beside: list[OutOfTableText] = field(default_factory=list)
    words: list[OutOfTableText] = field(default_factory=list)


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
        options: of the user; where something is attached, a column map is for that, not for the text.
        attached: what is attached, as read.
    """
    if options.mapping is not None and attached:
        return []
    name, digest = f"{blob.name}!({BODY})", Digest(blob.sha256(), blob.size())
    elsewhere = any(isinstance(one, MessageContent) or one.lines.num_rows for one in attached)
    known = goods_of([one for one in attached if isinstance(one, InputTables)])
    for part in (_of_page, _of_text):
        texts, messages = part(mail, name)
        goods = {}
        is_as_attached = _head(messages, mail, _parties_of(attached))
        for at, message in enumerate(messages):
            read = read_as_laid_out(message.sheets, name, digest, options) if message.sheets else []
            if found := goods_of(read):
                goods[at] = found
        if not goods:
            continue
        first = min(goods)
        is_read = not (first and elsewhere) and not are_among(goods[first], known)
        issues = IssueList(name)
        for at, found in goods.items():
            where = "an earlier e-mail that it quotes" if at else "its text"
            if at == first and is_read:
                if at:
                    issues.add("quoted-goods", f"the goods were read from {where}", count=len(found))
                elif is_as_attached:
                    issues.add("as-attached", "its text does not name a party: those of what is attached count", count=len(found))
            elif are_among(found, known) or (is_read and are_among(found, goods[first])):
                issues.add("quoted-goods", f"{where} states the same goods once more; they count once", count=len(found))
            else:
                what = f"{where} states goods that were not counted; their words were screened"
                issues.add("unread-part", what, count=len(found))
        said = [text for at, one in enumerate(messages) for text in (one.beside if at == first and is_read else one.words)]
        said += _naming([*texts, *mail.heads])
        sheets = messages[first].sheets
        if is_read:
            sheets[0] = replace(sheets[0], out_of_table_texts=tuple(said))
            read = [_without_asides(one) for one in read_as_laid_out(sheets, name, digest, options)]
        else:
            beside = out_of_table_lines(said, name, digest, no_lines())
            read = [without_lines(input_without_lines(name, digest, "e-mail"), IssueList(name), beside)]
        return [replace(read[0], issues=pa.concat_tables([read[0].issues, issue_table(issues, no_lines())])), *read[1:]]
    return []


def _without_asides(one: InputTables) -> InputTables:
    """A table of two columns and without goods, such as a signature has, is words like others."""
    if one.lines.num_rows or one.column_report is None or len(one.column_report.columns) > _ASIDE:
        return one
    return replace(one, issues=one.issues.filter(pc.not_equal(one.issues.column("code"), "no-usable-column")))


def _parties_of(attached: Sequence[InputContent]) -> tuple[Row, ...]:
    """The parties that all lines of what is attached name alike, each with a label."""
    tables = [one.lines for one in attached if isinstance(one, InputTables) and one.lines.num_rows]
    found = {
        name: {text for lines in tables for text in (lines.column(name).to_pylist() if name in lines.column_names else [None])}
        for name in PARTY_NAMES
    }
    return tuple((name.replace("_", " "), text) for name, texts in found.items() if len(texts) == 1 for text in texts if text)


Said = list[tuple[str, str]]  # where texts stand, and what they say


def _of_page(mail: Mail, name: str) -> tuple[Said, list[_Message]]:
    """The tables of a mail that is a page, by message, and the words beside them; of its text in words only what the page does not say."""
    try:
        page = mail.page.encode("utf-8", "replace")
        sheets = read_confined(Blob(name, page), "html", "utf-8", len(page)) if page else []
    except (UnknownFormat, UnreadableManifest):  # its words are read as text
        return [], []
    messages = [_Message(day=mail.date)]
    said = [one.text for sheet in sheets for one in sheet.out_of_table_texts]
    for sheet in sheets:
        above, *later = _parted([*sheet.above])
        messages += (_Message(day=_day_of(part)) for part in later)
        rows = list(rows_of(sheet.read(0, max(map(len, sheet.head), default=0))))
        said += (" ".join(filter(None, cells)) for _, cells in rows)
        rows_above = _headless(later[-1]) if later else tuple(above)
        below = _own(_parted(sheet.below)[0])
        messages[-1].sheets.append(replace(sheet, format="e-mail", above=rows_above, below=below, out_of_table_texts=()))
        messages[-1].words += out_of_table_cells(rows, _EARLIER if len(messages) > 1 else BODY)
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
        goods = goods_in(_headless(_own(rows)) if at else _own(rows), name, "e-mail")
        used = goods.used if goods else frozenset()
        beside = _naming([(place, line.strip()) for at, (line,) in enumerate(rows) if at not in used])
        words = _naming([(place, line.strip()) for (line,) in rows])
        messages.append(_Message([goods.sheet] if goods else [], _day_of(rows) if at else mail.date, beside, words))
    return [], messages


def _own(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Lines up to a signature."""
    return tuple(takewhile(lambda row: not _SIGNATURE.fullmatch(row[0]), rows))


def _day_of(rows: Sequence[Row]) -> str:
    """The day in the header of a mail that is quoted; empty where it has none that can be read."""
    sent = (" ".join(row) for row in rows[:_LONGEST_HEAD])
    day = next((re.split(r"[:：]", line, maxsplit=1)[1].strip() for line in sent if _SENT.fullmatch(line)), "")
    return str(parse_date(day).day or "")


def _headless(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The lines of a mail that is quoted, those of its header blank: whom it is from and to says nothing of the goods."""
    lines = [" ".join(row) for row in rows[:_LONGEST_HEAD]]
    is_headed = any(map(_FROM.fullmatch, lines))
    count = next((at for at, line in enumerate(lines) if at and line.strip() and not _OF_HEADER.fullmatch(line)), len(lines))
    return (*((("",),) * count if is_headed else rows[:count]), *rows[count:])


def _head(messages: Sequence[_Message], mail: Mail, parties: tuple[Row, ...]) -> bool:
    """Puts above the first table of each message its day, where none is stated, and of the mail itself what it is about and the parties of what is
    attached, if it does not name them. Returns whether parties were added."""
    is_as_attached = False
    for at, message in enumerate(messages):
        if not message.sheets:
            continue
        first = message.sheets[0]
        above = first.above if at else (*((text,) for place, text in mail.heads if place.startswith("Subject")), *first.above)
        stated = {one.field for one in (*general_segment(above), *general_segment(first.below))}
        stated |= {lookup(cell)[0] for row in first.head[:SEARCHED_ROWS] for cell in row}
        if message.day and stated.isdisjoint(DATES):
            above = (("Date of the e-mail", message.day), *above)
        if not at and stated.isdisjoint(PARTY_NAMES) and parties:
            above, is_as_attached = (*parties, *above), True
        message.sheets[0] = replace(first, above=above)
    return is_as_attached


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
