"""Which encoding the bytes are in, and a UTF-8 stream of them.

The ladder: byte order mark, the NUL pattern of UTF-16, strict UTF-8 over the whole file, then UTF-8 line by line where most of what is
beyond ASCII is UTF-8, else a scored list of legacy code pages (`code_pages`). Files are put together from others: where fewer than nine
in ten of the words beyond ASCII agree on one encoding, the lines of the fewer are read in both, and that is an issue.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from msgspec import Struct

from precursor_screen.core.errors import UsageError
from precursor_screen.formats.blob import CHUNK, Blob, unreadable
from precursor_screen.formats.code_pages import rank_code_pages
from precursor_screen.formats.sheet import Broken, OutOfTableText
from precursor_screen.formats.sniff import looks_utf16

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BY_LINE = "UTF-8 line by line"
_GOOD_TO_BAD = 4
_AGREED: Final = 0.9  # of the distinct words beyond ASCII
_WORD: Final = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_MOST_WORDS: Final = 50_000  # enough for a verdict on the whole
SAMPLE = 1 << 18  # bytes of lines that hold something beyond ASCII: enough for a verdict, cheap to decode twenty times
MAX_TEXT = 8 << 30


def _is_plain(text: bytes) -> bool:
    return len(text) > 32 and text.isascii() and b"\x00" not in text


class EncodingChoice(Struct, frozen=True):
    """How an input is encoded.

    Attributes:
        name: of its text.
        reason: why.
        runner_up: among code pages; empty where there was no contest.
        other: of lines that are not in it, or may not be; empty: all are in one encoding.
        is_ambiguous: too many lines speak for the other one: those are to be read in both.
    """

    name: str
    reason: str
    runner_up: str = ""
    other: str = ""
    is_ambiguous: bool = False

    def __str__(self) -> str:
        """`cp1251 (code page, next koi8-r)`."""
        chosen = f"{self.reason}, next {self.runner_up}" if self.runner_up else self.reason
        return f"{self.name} ({chosen}{f'; some lines {self.other}' if self.other else ''})"


class Text(NamedTuple):
    """An input in UTF-8 without a byte order mark.

    Attributes:
        blob: the text.
        choice: how it was encoded.
        notes: what could not be decoded, and what is in doubt.
        out_of_table_texts: lines in doubt as they read in the other encoding, to be screened as well.
    """

    blob: Blob
    choice: EncodingChoice
    notes: tuple[Broken, ...] = ()
    out_of_table_texts: tuple[OutOfTableText, ...] = ()


def open_text(blob: Blob, encoding: str = "") -> Text:
    """Decides the encoding of an input and decodes it.

    Raises:
        UsageError, UnreadableManifest: as `choose_encoding` and `open_utf8` do.
    """
    choice = choose_encoding(blob, encoding)
    if choice.other:
        return _open_lines(blob, choice)
    text, bad = open_utf8(blob, choice)
    return Text(text, choice, _undecodable(bad, choice.name))


def _undecodable(count: int, name: str) -> tuple[Broken, ...]:
    return (Broken(1, "", count, f"{count} characters are not text in {name}", "undecodable-text"),) if count else ()


class LineDecoder:
    """Decodes line by line, or cell by cell; what is in doubt is kept in its other reading too.

    Attributes:
        out_of_table_texts: lines in doubt as they read in the other encoding, each once.
    """

    def __init__(self, choice: EncodingChoice, unit: str = "line") -> None:
        self.out_of_table_texts: list[OutOfTableText] = []
        self._choice, self._unit = choice, unit
        self._damage = self._first = 0
        self._seen: set[str] = set()

    def decode_line(self, line: bytes, number: int) -> str:
        """The text of a line."""
        text, other, damage = _both_readings(line, self._choice)
        self._damage += damage
        if other and other != text and other not in self._seen:
            self._seen.add(other)
            self._first = self._first or number
            self.out_of_table_texts.append(
                OutOfTableText(None, f"{self._unit} {number} read in {_other_of(self._choice)}", other.strip())
            )
        return text

    def notes(self) -> tuple[Broken, ...]:
        """What could not be decoded, and what is in doubt."""
        found = _undecodable(self._damage, self._choice.name)
        if self.out_of_table_texts:
            count = len(self.out_of_table_texts)
            some = f"1 {self._unit}" if count == 1 else f"{count} different {self._unit}s"
            says = f"{some} may be in {self._choice.name} or in {self._choice.other}: screened in both"
            found += (Broken(self._first, "", count, says, "mixed-encoding"),)
        return found


def _open_lines(blob: Blob, choice: EncodingChoice) -> Text:
    """Decodes line by line; a line in doubt stands beside the text in its other reading."""
    out, decoder = io.BytesIO(), LineDecoder(choice)
    for number, line in enumerate(_lines(blob), 1):
        out.write(decoder.decode_line(line, number).encode("utf-8", "replace"))
        if out.tell() > MAX_TEXT:
            raise unreadable(blob.name, "is too large once decoded", "Split the file.")
    return Text(
        Blob(blob.name, out.getvalue().removeprefix(codecs.BOM_UTF8)), choice, decoder.notes(), tuple(decoder.out_of_table_texts)
    )


def _other_of(choice: EncodingChoice) -> str:
    """The encoding in which lines in doubt are read beside the text: UTF-8 stands first where the file is UTF-8."""
    return choice.name if choice.name == "utf-8" else choice.other


def _both_readings(line: bytes, choice: EncodingChoice) -> tuple[str, str, int]:
    """A line as it reads, its other reading where that is in doubt, and how many characters are damaged."""
    if line.isascii():
        return line.decode("ascii"), "", 0
    valid = is_utf8(line)
    if choice.name != "utf-8":  # of a code page, with lines that could be UTF-8
        text = line.decode(choice.name, "replace")
        return text, line.decode("utf-8") if valid and choice.is_ambiguous else "", text.count("\ufffd")
    if valid:
        return line.decode("utf-8"), "", 0
    damaged = line.decode("utf-8", "replace")
    if _is_damaged_utf8(damaged):
        return damaged, line.decode(choice.other, "replace") if choice.is_ambiguous else "", damaged.count("\ufffd")
    text = line.decode(choice.other, "replace")
    holds_both = any(map(is_utf8, _WORD.findall(line)))
    return text, damaged if choice.is_ambiguous or holds_both else "", text.count("\ufffd")


def _chunks(blob: Blob) -> Iterator[bytes]:
    """The bytes of an input, piece by piece."""
    with blob.open() as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _lines(blob: Blob) -> Iterator[bytes]:
    """The lines of an input, with their ends."""
    remainder = b""
    for chunk in _chunks(blob):
        *whole, remainder = (remainder + chunk).splitlines(keepends=True)
        if remainder.endswith(b"\n"):
            whole, remainder = [*whole, remainder], b""
        yield from whole
    if remainder:
        yield remainder


# What an interchange of UN/EDIFACT says of its characters (UNECE, code list 0001 of ISO 9735); of UNOA and UNOB, ASCII, nothing can be doubted.
_CHARACTERS = {
    "UNOC": "cp1252",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
}
_SYNTAX = re.compile(rb"^\s*(?:UNA.{6}\s*)?UNB.(%s)\W" % "|".join(_CHARACTERS).encode(), re.DOTALL)


def choose_encoding(blob: Blob, override: str = "") -> EncodingChoice:
    """Decide the encoding of a whole input, in one pass over its bytes.

    Raises:
        UsageError: `override` is no encoding that Python knows.
    """
    if override:
        info = _look_up(override)
        if info is None:
            raise UsageError(
                f"{override!r} is not the name of an encoding", remedy="Try utf-8, cp1252, cp1251, gb18030 or shift_jis."
            )
        return EncodingChoice(info.name, "as told")
    head = blob.head(1 << 16)
    for bom, name in _BOMS:
        # UTF-16 has a zero in every line end: plain letters behind its mark are no UTF-16, and would be read as one Chinese cell.
        if head.startswith(bom) and not (name.startswith("utf-16") and _is_plain(head[len(bom) :])):
            return EncodingChoice(name, "byte order mark")
    wide = looks_utf16(head)
    if wide:
        return EncodingChoice(wide, "every other byte is zero")
    valid, ascii_only, sample = _scan_utf8(blob)
    if valid:
        return EncodingChoice("utf-8", "all ASCII" if ascii_only else "valid UTF-8")
    if stated := _SYNTAX.search(head):
        return EncodingChoice(_CHARACTERS[stated[1].decode()], "stated by the interchange")
    good, bad = _count_words(blob)
    is_ambiguous = max(good, bad) < _AGREED * (good + bad)
    if good > bad:
        lines = dict.fromkeys(sample.splitlines())
        known = b"\n".join(line for line in lines if is_utf8(line)).decode("utf-8")
        strange = b"\n".join(line for line in lines if not is_utf8(line)) or next(x for x in _lines(blob) if not is_utf8(x))
        return EncodingChoice("utf-8", BY_LINE, "", rank_code_pages(strange, known)[0][0], is_ambiguous)
    ranking = rank_code_pages(b"\n".join(dict.fromkeys(sample.splitlines())))
    return EncodingChoice(ranking[0][0], "code page", ranking[1][0], "utf-8" if is_ambiguous else "", is_ambiguous)


def _count_words(blob: Blob) -> tuple[int, int]:
    """How many different words beyond ASCII are UTF-8, and how many are not.

    Different ones, for a short word of a code page can be UTF-8 by chance (毛 in GBK is `ë`) and stand on every line.
    """
    words: set[bytes] = set()
    for line in _lines(blob):
        if not line.isascii():
            words.update(_WORD.findall(line))
            if len(words) >= _MOST_WORDS:
                break
    good = sum(map(is_utf8, words))
    return good, len(words) - good


def is_utf8(text: bytes) -> bool:
    """Whether bytes are UTF-8 throughout."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(text: str) -> bool:
    """Whether nearly all that is beyond ASCII in a line was UTF-8: the rest is damage."""
    bad = text.count("\ufffd")
    good = len(text) - bad - len(text.encode("ascii", "ignore"))
    return good > 0 and good >= _GOOD_TO_BAD * bad


# Encodings to Python, but of host names, of programs' sources, or of nothing: none is one that a manifest is written in.
_NOT_OF_TEXT = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})


def _look_up(name: str) -> codecs.CodecInfo | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):  # the latter: a NUL within
        return None
    return info if info._is_text_encoding and info.name.replace("_", "-") not in _NOT_OF_TEXT else None


def _scan_utf8(blob: Blob) -> tuple[bool, bool, bytes]:
    """Whether all is UTF-8, whether all is ASCII, and lines beyond ASCII for scoring."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, sample = True, bytearray()
    for chunk in _chunks(blob):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        valid = valid and _goes_on(decoder, chunk)
        if len(sample) < SAMPLE:
            sample += b"\n".join(line for line in chunk.splitlines() if not line.isascii())[: SAMPLE - len(sample)] + b"\n"
        elif not valid:
            break
    return valid and _goes_on(decoder, b"", final=True), not sample, bytes(sample)


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def open_utf8(blob: Blob, choice: EncodingChoice) -> tuple[Blob, int]:
    """The same input in UTF-8 without a byte order mark, and how many characters could not be decoded (U+FFFD stands there).

    An input that is UTF-8 already is handed back as it is.

    Raises:
        UnreadableManifest: the decoded text is beyond `MAX_TEXT`, or the encoding asked for cannot be that of the input.
    """
    if choice.name == "utf-8" and choice.reason not in ("as told", BY_LINE):
        return blob, 0
    decoder = codecs.getincrementaldecoder(choice.name)("replace")
    out, bad = io.BytesIO(), 0
    for chunk in chain(_chunks(blob), (b"",)):
        try:
            text = decoder.decode(chunk, not chunk)
        except UnicodeError as error:
            # What cannot be replaced: no byte order mark, where the encoding asked for must have one.
            raise unreadable(blob.name, f"is not in {choice.name} ({error})", "Name another --encoding, or none.") from error
        bad += text.count("\ufffd")
        out.write(text.encode("utf-8", "replace"))
        if out.tell() > MAX_TEXT:
            raise unreadable(blob.name, "is too large once decoded", "Split the file.")
    return Blob(blob.name, out.getvalue().removeprefix(codecs.BOM_UTF8)), bad
