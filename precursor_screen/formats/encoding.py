"""Which encoding the bytes are in, and a UTF-8 stream of them.

The ladder: byte order mark, the NUL pattern of UTF-16, strict UTF-8 over the whole file, then a scored list of legacy code
pages (`code_pages`).
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass

from precursor_screen.errors import UnreadableManifest, UsageError, Where
from precursor_screen.formats.blob import CHUNK, Blob
from precursor_screen.formats.code_pages import rank_code_pages
from precursor_screen.formats.sniff import looks_utf16

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DAMAGED = "UTF-8 but for some bytes"
_GOOD_TO_BAD = 4
SAMPLE = 1 << 18  # bytes of lines that hold something beyond ASCII: enough for a verdict, cheap to decode twenty times
MAX_TEXT = 8 << 30


def _is_plain(text: bytes) -> bool:
    return len(text) > 32 and text.isascii() and b"\x00" not in text


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """The encoding, why, and the runner-up among code pages (empty where there was no contest)."""

    name: str
    reason: str
    runner_up: str = ""

    def __str__(self) -> str:
        """`cp1251 (code page, next koi8-r)`."""
        rest = f"{self.reason}, next {self.runner_up}" if self.runner_up else self.reason
        return f"{self.name} ({rest})"


def choose_encoding(blob: Blob, override: str = "") -> EncodingChoice:
    """Decide the encoding of a whole input, in one pass over its bytes.

    Raises:
        UsageError: `override` is no encoding that Python knows.
    """
    if override:
        info = _look_up(override)
        if info is None:
            raise UsageError(f"no encoding is named {override!r}", remedy="Try utf-8, cp1252, cp1251, gb18030 or shift_jis.")
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
    if _is_damaged_utf8(sample):
        return EncodingChoice("utf-8", DAMAGED)
    ranking = rank_code_pages(sample)
    return EncodingChoice(ranking[0][0], "code page", ranking[1][0])


def _is_damaged_utf8(sample: bytes) -> bool:
    """Whether nearly all that is beyond ASCII is UTF-8: text of a code page hardly ever is, so the rest is damage or was pasted in."""
    text = sample.decode("utf-8", "replace")
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
    valid, ascii_only, sample = True, True, bytearray()
    with blob.open() as stream:
        while chunk := stream.read(CHUNK):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            ascii_only = False
            if valid:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    valid = False
            if len(sample) < SAMPLE:
                sample += b"\n".join(line for line in chunk.splitlines() if not line.isascii())[: SAMPLE - len(sample)] + b"\n"
            if not valid and len(sample) >= SAMPLE:
                return False, False, bytes(sample)
    if valid:
        try:
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            valid = False
    return valid, ascii_only, bytes(sample)


def open_utf8(blob: Blob, choice: EncodingChoice) -> tuple[Blob, int]:
    """The same input in UTF-8 without a byte order mark, and how many characters could not be decoded (U+FFFD stands there).

    An input that is UTF-8 already is handed back as it is.

    Raises:
        UnreadableManifest: the decoded text is beyond `MAX_TEXT`, or the encoding asked for cannot be that of the input.
    """
    if choice.name == "utf-8" and choice.reason not in ("as told", DAMAGED):
        return blob, 0
    decoder = codecs.getincrementaldecoder(choice.name)("replace")
    out, bad = io.BytesIO(), 0
    with blob.open() as stream:
        while True:
            chunk = stream.read(CHUNK)
            try:
                text = decoder.decode(chunk, not chunk)
            except (
                UnicodeError
            ) as error:  # what cannot be replaced: no byte order mark, where the encoding asked for must have one
                raise UnreadableManifest(
                    f"is not in {choice.name} ({error})", where=Where(blob.name), remedy="Name another --encoding, or none."
                ) from error
            bad += text.count("\ufffd")
            out.write(text.encode("utf-8", "replace"))
            if out.tell() > MAX_TEXT:
                raise UnreadableManifest("is too large once decoded", where=Where(blob.name), remedy="Split the file.")
            if not chunk:
                break
    text_bytes = out.getvalue()
    return Blob(blob.name, text_bytes.removeprefix(codecs.BOM_UTF8)), bad
