"""The words of a file in which nothing else can be read: markup of an unknown schema, messages that state no goods, pages without a table.

Whoever hides goods writes them where nobody reads; so each of these is screened as a text beside tables is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from html import unescape
from itertools import islice
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.errors import InputError
from precursor_screen.formats.blob import Blob
from precursor_screen.formats.edi import EDIFACT, X12, Segment, read_segments
from precursor_screen.formats.encoding import open_text
from precursor_screen.formats.flow import DOCUMENTS
from precursor_screen.formats.sheet import MOST_OUT_OF_TABLE_TEXTS, PRINT, OutOfTableText
from precursor_screen.readers.input_tables import input_without_lines, no_lines, without_lines
from precursor_screen.readers.interface import Digest, InputTables, IssueList
from precursor_screen.readers.messages.text import join_fragments, joined_otherwise
from precursor_screen.readers.tabular.other_texts import UNHEADED, may_name_something, out_of_table_lines

_MOST_CHARACTERS: Final = 64 << 20  # of a text that is looked through
_NAME: Final = r"[^\s<>/=\"'!?]+"
_TAG: Final = re.compile(rf"<(?P<closes>/?)(?P<name>{_NAME})(?P<stated>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_STATED: Final = re.compile(rf"({_NAME})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_NO_TEXT: Final = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--(.*?)-->|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
# Elements of a page that stand within a text.
_WITHIN: Final = frozenset(
    ["a", "abbr", "b", "big", "code", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup", "tt", "u"]
)
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_UN: Final = re.compile(r"(?:UN|NA)?\d{4}")


def words_alone(error: InputError, blob: Blob, kind: str, digest: Digest, encoding: str = "") -> InputTables:
    """A file that is refused, with its words beside.

    Args:
        error: why it is refused.
        blob: the file, unpacked.
        kind: of its content.
        digest: of the file.
        encoding: of the user; empty: by content.

    Raises:
        InputError: `error`, where none of its words could name anything.
    """
    texts: list[OutOfTableText] = []
    with suppress(InputError):  # what is told is the first error
        texts = list(islice(_naming(_words_in(blob, kind, encoding)), MOST_OUT_OF_TABLE_TEXTS + 1))
    if not texts:
        raise error
    issues = IssueList(blob.name)
    if len(texts) > MOST_OUT_OF_TABLE_TEXTS:
        issues.add("unread-part", f"only the first {MOST_OUT_OF_TABLE_TEXTS:,} of its texts were screened")
    beside = out_of_table_lines(texts[:MOST_OUT_OF_TABLE_TEXTS], blob.name, digest, no_lines())
    return replace(without_lines(input_without_lines(blob.name, digest, kind), issues, beside), refused=error)


_TEXT_WIDTH: Final = 1
_TEXTS: Final = ("CSV", "text report", *DOCUMENTS)
_SAID_OF_TABLES: Final = pa.array(["no-usable-column", "preamble-row", PRINT])
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SENTENCE: Final = 5  # words
_OF_LINES: Final = 0.2  # of a file of one column, which may be a list of goods


def is_prose(tables: Sequence[InputTables]) -> bool:
    """Whether a file is a text that people read: a note, a README, a letter, a web page. What looks like a table in it is none of goods.

    Args:
        tables: of the file. None has a line, and sentences stand in it: in a file of one column anywhere, else beside its tables.
    """
    if not tables or any(one.lines.num_rows or one.refused or one.input.format not in _TEXTS for one in tables):
        return False
    said, is_list = list[str](), False
    for one in tables:
        width = len(one.input.mapping) + len(one.input.unmapped)
        if one.input.format == "CSV" and width > _TEXT_WIDTH:
            return False
        is_list = is_list or one.input.format == "CSV"
        texts = (
            [] if one.out_of_table_texts is None else one.out_of_table_texts.select(["other_texts", "other_columns"]).to_pylist()
        )
        for text in texts:
            placed = zip(text["other_texts"], text["other_columns"], strict=True)
            said += (words for words, place in placed if width == _TEXT_WIDTH or not place.startswith(UNHEADED))
    sentences = sum(len(_WORD.findall(text)) >= _SENTENCE for text in said)
    return sentences > (_OF_LINES * len(said) if is_list else 0)


def without_table_issues(one: InputTables) -> InputTables:
    """A part of such a file without what is said of tables."""
    of_tables = pc.is_in(one.issues.column("code"), _SAID_OF_TABLES)
    return replace(one, issues=one.issues.filter(pc.invert(of_tables)))


def _naming(texts: Iterable[OutOfTableText]) -> Iterator[OutOfTableText]:
    """Those that could name something, each once in its place."""
    some = list(islice(texts, 4 * MOST_OUT_OF_TABLE_TEXTS))
    may_name = may_name_something([one.text for one in some])
    yield from dict.fromkeys(one for one, may in zip(some, may_name, strict=True) if may)


def _words_in(blob: Blob, kind: str, encoding: str) -> Iterator[OutOfTableText]:
    if kind not in _READ_AS:
        return
    content = open_text(blob, encoding).blob.read().decode("utf-8", "replace")[:_MOST_CHARACTERS]
    yield from _READ_AS[kind](content)


def _of_lines(content: str) -> Iterator[OutOfTableText]:
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            yield OutOfTableText(number, "line", line.strip())


def _of_segments(content: str) -> Iterator[OutOfTableText]:
    for segment in read_segments(content):
        yield from words_of_segment(segment)


def words_of_segment(segment: Segment) -> Iterator[OutOfTableText]:
    """The texts of a segment, each component, and the whole of what runs over several: a name is cut at the width of a component."""
    place = f"segment {segment.number} ({segment.tag})" if segment.tag else f"segment {segment.number}"
    for element in segment.elements:
        parts = [part.strip() for part in element if part.strip()]
        found = [*parts, join_fragments(parts), joined_otherwise(parts)] if len(parts) > 1 else parts
        yield from (OutOfTableText(segment.number, place, text) for text in found if text)
    if segment.tag in ("DGS", "H1", "LH1"):
        for element in segment.elements:
            yield from (
                OutOfTableText(segment.number, place, f"UN number {part.strip()[-4:]}")
                for part in element
                if _UN.fullmatch(part.strip())
            )


def _of_markup(content: str) -> Iterator[OutOfTableText]:
    """Texts of elements, attributes and comments, each with the line and the name of its element."""
    content = _NO_TEXT.sub(lambda found: "\n" * found[0].count("\n"), content)
    content = _COMMENT.sub(_as_element, content)
    begin, row, place, said = 0, 1, "text", ""
    for tag in _TAG.finditer(content):
        before = content[begin : tag.start()]
        said += before
        if tag["name"].casefold() not in _WITHIN:
            yield from _said(row, place, said)
            row += said.count("\n")
            said, place = "", "text" if tag["closes"] else f"element {tag['name'][:60]}"
        for name, *values in _STATED.findall(tag["stated"]):
            yield from _said(row, f"attribute {name[:60]}", "".join(values))
        row += tag[0].count("\n")
        begin = tag.end()
    yield from _said(row, place, said + content[begin:])


def _as_element(found: re.Match[str]) -> str:
    if found[1] is None:  # CDATA: markup within is text
        return found[2].replace("<", "&lt;").replace(">", "&gt;")
    return f"<comment>{found[1].replace('<', '&lt;').replace('>', '&gt;')}</comment>"


def _said(row: int, place: str, text: str) -> Iterator[OutOfTableText]:
    if text := " ".join(unescape(text).split()):
        yield OutOfTableText(row, place, text)


def _of_json(content: str) -> Iterator[OutOfTableText]:
    """All texts between quotation marks, whether the whole is JSON or not."""
    row, at = 1, 0
    for found in _STRING.finditer(content):
        row += content.count("\n", at, found.start())
        at = found.start()
        text = found[1]
        with suppress(ValueError):
            text = json.loads(found[0], strict=False)
        yield OutOfTableText(row, "text", str(text))


_READ_AS: Final = {
    **dict.fromkeys((EDIFACT, X12), _of_segments),
    **dict.fromkeys(("xml", "html", "spreadsheetml"), _of_markup),
    **dict.fromkeys(("text", "cargo-imp", "ices"), _of_lines),
    "json": _of_json,
}
