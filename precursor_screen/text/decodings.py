"""Text that was encoded once more on its way: what a reader of it would see.

A name is not hidden by how it is written down. Entities and tags of HTML, percent signs, quoted-printable, escapes of programming
languages and marks that turn the direction of writing are taken back; a reading counts only where that changes letters. The text
as filed stays the first reading, so nothing is lost where something only looks like an encoding.
"""

from __future__ import annotations

import html
import re
from base64 import b64decode
from collections.abc import Callable
from email.header import decode_header
from typing import Final
from urllib.parse import unquote_to_bytes

from precursor_screen.core.tables import pattern_of
from precursor_screen.text.numbers import plain_figures
from precursor_screen.text.text import late

# For RE2 and `re` alike: cells without any of these have no further reading. Of percent and equal signs two with figures, or one within
# a word, since one alone is a share or a sum.
MAY_DECODE: Final = (
    r"&(?:#|[A-Za-z]{2,8};)|<[A-Za-z/!]|%[0-9A-Fa-f]{2}.*%[0-9A-Fa-f]{2}|[A-Za-z]%[0-9A-Fa-f]{2}[A-Za-z]|=[0-9A-F]{2}.*=[0-9A-F]{2}|=\r?\n"
    r"|=\?[\w-]{2,20}\?[BbQq]\?|\\[ux]\{?[0-9A-Fa-f]{2}|%u[0-9A-Fa-f]{4}|U\+[0-9A-Fa-f]{4}|[\x{202A}-\x{202E}\x{2066}-\x{2069}\x{200E}\x{200F}]"
    r"|[A-Za-z][013457][A-Za-z]{0,4}[013457][A-Za-z]"
    r"|[0-9][A-Za-z]{7}"
    # RTF, UTF-7, HZ, ISO 2022, percent signs written twice, bytes in hexadecimal figures, base64 with its sign of an end, @ and ! for letters.
    r"|\{\\rtf|\+[A-Za-z0-9+/]{6,400}-|~\{[!-~]{2,200}~\}|\$[@B][!-~]{2,200}\x{001B}?\([BJ]|%25[0-9A-Fa-f]{2}|(?:[2-7][0-9A-Fa-f][ ,:]?){8}"
    r"|[A-Za-z0-9+/]{10,400}={1,2}(?:\s|$)|(?:^|\s)@[A-Za-z]{4}|[A-Za-z][!$@][A-Za-z]{2}"
    # UTF-8 that was read as cp1252 or cp1251 and encoded again: a byte that begins a character, then one that goes on.
    r"|[\x{00C2}-\x{00F4}\x{0420}\x{0421}][\x{0080}-\x{00BF}\x{0152}\x{0153}\x{0160}\x{0161}\x{0178}\x{017D}\x{017E}\x{0192}\x{02C6}\x{02DC}"
    r"\x{0401}-\x{040F}\x{0451}-\x{045F}\x{0490}\x{0491}\x{2013}-\x{2026}\x{2030}\x{2039}\x{203A}\x{20AC}\x{2116}\x{2122}]"
    r"|[\x{0660}-\x{0669}\x{06F0}-\x{06F9}\x{0966}-\x{096F}\x{FF10}-\x{FF19}]"
)
_MAY: Final = late(re.sub(r"\\x\{([0-9A-F]{4})\}", r"\\u\1", MAY_DECODE), re.DOTALL)
_MARK: Final = late(r"[&<%=\\+~$@!]")
_AMONG_LETTERS: Final = late(r"[013457](?<=[A-Za-z][013457])[A-Za-z]{0,4}[013457][A-Za-z]")
_LONG_UNIT: Final = late(r"[0-9][A-Za-z]{7}")  # 80DRUMSACETONE
_GLUED: Final = late(lambda: rf"(?<=[0-9])({pattern_of('goods_words', 'unit run together')}(?:of)?)(?=[a-z]{{5}})", re.IGNORECASE)
# Bounded, so that a cell full of beginnings costs linear time.
_CDATA: Final = late(r"<!\[CDATA\[(.{0,2000}?)\]\]>", re.DOTALL)
_RTF_WORD: Final = late(r"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6})[ ?]?|\\[a-z]{1,20}-?\d{0,6}[ ]?|[{}]|\\[*~_:|-]")
_UTF_7: Final = late(r"\+([A-Za-z0-9+/]{3,400})-")
_HZ: Final = late(r"~\{[!-~]{2,200}~\}")
_ISO_2022: Final = late(r"\x1b?\$[@B]([!-~]{2,200}?)\x1b?\([BJ]")
_TWICE_PERCENT: Final = late("%25(?=[0-9A-Fa-f]{2})")
_HEX: Final = late(r"(?<![0-9A-Za-z])(?:[2-7][0-9A-Fa-f][ ,:]?){7,400}[2-7][0-9A-Fa-f](?![0-9A-Za-z])")
_BASE64: Final = late(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{10,400}={1,2}(?=\s|$)")
_SIGN_IN_WORD: Final = late(r"(?<![\w.@!$])[A-Za-z@!$]{5,30}(?![\w.@!$])")
_SIGNS: Final = str.maketrans("@!$", "ais")
_TAG: Final = late(r"<!--(?:[^-]|-(?!->)){0,80}-->|<[A-Za-z/!][^<>]{0,300}>")
_SHORT_ESCAPE: Final = late(r"\\x([0-9A-Fa-f]{2})")
_LONG_ESCAPE: Final = late(r"(?:\\u|%u)([0-9A-Fa-f]{4})|(?:\\[ux]\{)([0-9A-Fa-f]{1,6})\}|U\+([0-9A-Fa-f]{4})[ ,;]?")
_WITHIN: Final = late("[A-Za-z]%[0-9A-Fa-f]{2}[A-Za-z]")
_QUOTED: Final = late(r"=([0-9A-Fa-f]{2})")
_SOFT_BREAK: Final = late(r"=[ \t]*\r?\n")
_MAIL_WORD: Final = late(r"=\?[\w-]{2,20}\?[BbQq]\?[^?\s]{1,400}\?=")
# Behind an override letters show from their end; behind an embedding or isolate Latin ones do not, but a writer may have meant them to.
_OVERRIDE: Final = late("[\u202b\u202e\u2067]([^\u202a-\u202e\u2066-\u2069\n]*)")
_FIGURED: Final = late(r"(?<![A-Za-z0-9])[A-Za-z]{1,20}(?:[013457][A-Za-z]{1,20}){2,8}(?![A-Za-z0-9])")
_LETTERS_OF: Final = str.maketrans("013457", "oleast")
_LETTERS_OTHERWISE: Final = str.maketrans("013457", "oieast")  # 1 is l or i
_DIRECTION: Final = late("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BEYOND_ASCII: Final = late("[\u0080-\uffff]+")
_ROUNDS: Final = 3  # encoded once in a mail and once in a form; more is nobody's mistake


def further_readings(text: str) -> tuple[str, ...]:
    """What a text says once its encodings are taken back; empty where that changes no letter.

    Tags parted words (`ACETIC<br>ANHYDRIDE`) or stand within one (`<b>ACE</b>TONE`), so both are tried.
    """
    if not _may_decode(text):
        return ()
    readings: dict[str, None] = {}
    for tag, letters in (("", _LETTERS_OF), (" ", _LETTERS_OF), ("", _LETTERS_OTHERWISE)):
        reading = text
        for _ in range(_ROUNDS):
            before = reading
            for step in _STEPS:
                reading = step(reading)
            reading = _take_figures(reading, letters)
            reading = _TAG.sub(tag, _GLUED.sub(r" \1 ", reading))
            if reading == before:
                break
        if _letters(reading) != _letters(text) or (len(reading) > len(text) and _GLUED.search(text)):
            readings[reading] = None
    return tuple(readings)


def _may_decode(text: str) -> bool:
    """Whether `MAY_DECODE` matches; most texts hold none of its marks and need not be looked through for each of them."""
    if not text.isascii() or _MARK.search(text) or _HEX.search(text):
        return _MAY.search(text) is not None
    return _AMONG_LETTERS.search(text) is not None or bool(_LONG_UNIT.search(text) and _GLUED.search(text))


def _letters(text: str) -> str:
    return "".join(text.split())


def _rtf_word(match: re.Match[str]) -> str:
    if match[1]:
        return bytes.fromhex(match[1]).decode("cp1252", "replace")
    if match[2]:
        return _char(f"{int(match[2]) & 0xFFFF:x}")
    return "\n" if match[0].startswith((r"\par", r"\line", r"\tab", r"\cell")) else ""


def _from_base64(text: str) -> bytes:
    bare = text.rstrip("=")
    try:
        return b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError:
        return b""


def _bytes_as(text: str, raw: bytes, name: str) -> str:
    """Bytes as a text of letters; the text itself where they are none."""
    try:
        found = (raw[: len(raw) // 2 * 2] if name == "utf-16-be" else raw).decode(name)
    except (UnicodeDecodeError, ValueError):
        return text
    return found if found.isprintable() and sum(c.isalpha() for c in found) * 2 > len(found) else text


def _mail_word(word: str) -> str:
    try:
        parts = decode_header(word)
        return "".join(part.decode(name or "latin-1", "replace") if isinstance(part, bytes) else part for part, name in parts)
    except (ValueError, LookupError):  # no such code page, or no base64
        return word


def _take_percent(text: str) -> str:
    if text.count("%") < 2 and not _WITHIN.search(text):
        return text
    return _decoded(text, unquote_to_bytes) or text


def _take_quoted(text: str) -> str:
    text = _SOFT_BREAK.sub("", text)
    if text.count("=") < 2:
        return text
    return _decoded(text, lambda t: _QUOTED.sub(lambda m: chr(int(m[1], 16)), t).encode("latin-1", "ignore")) or text


def _decoded(text: str, take: Callable[[str], bytes]) -> str:
    """The bytes that a text of ASCII stands for, as text; empty where it holds more than ASCII and the bytes would not."""
    if not text.isascii():
        # The parts that are encoded are ASCII; all else stays as it is.
        return re.sub(r"[\x21-\x7e]+", lambda m: _decoded(m[0], take), text)
    raw = take(text)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _once(run: str) -> str:
    for page in ("cp1252", "latin-1", "cp1251"):
        try:
            return run.encode(page).decode("utf-8")
        except UnicodeError:
            continue
    return run


def _char(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _take_figures(text: str, letters: dict[int, int]) -> str:
    """Words in which several figures stand for letters (AC3T0NE); one alone is a fault that recognition bears anyway."""
    return _FIGURED.sub(lambda m: m[0].translate(letters) if sum(c.isdigit() for c in m[0]) * 2 < len(m[0]) else m[0], text)


def _where(marks: str, pattern: re.Pattern[str], instead: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    """Puts something in the place of a pattern, in texts that hold one of some marks (parted by blanks; none: in all)."""
    some = marks.split()
    return lambda text: pattern.sub(instead, text) if not some or any(mark in text for mark in some) else text


# In the order in which they are taken back.
_STEPS: Final[tuple[Callable[[str], str], ...]] = (
    # What other formats and older encodings wrap a text in.
    _where("<![CDATA[", _CDATA, r"\1"),
    _where("{\\rtf", _RTF_WORD, _rtf_word),
    _where("+", _UTF_7, lambda m: _bytes_as(m[0], _from_base64(m[1]), "utf-16-be")),
    _where("~{", _HZ, lambda m: _bytes_as(m[0], m[0].encode(), "hz")),
    _where("$B $@", _ISO_2022, lambda m: _bytes_as(m[0], b"\x1b$B" + m[1].encode() + b"\x1b(B", "iso2022_jp")),
    _where("%25", _TWICE_PERCENT, "%"),
    _where("", _HEX, lambda m: _bytes_as(m[0], bytes.fromhex(re.sub("[ ,:]", "", m[0])), "ascii")),
    _where("=", _BASE64, lambda m: _bytes_as(m[0], _from_base64(m[0]), "utf-8")),
    # @ and ! for letters.
    _where("@ ! $", _SIGN_IN_WORD, lambda m: m[0].translate(_SIGNS) if sum(c.isalpha() for c in m[0]) > 3 else m[0]),
    # Encoded words of mail headers (RFC 2047): `=?UTF-8?B?...?=`.
    _where("=?", _MAIL_WORD, lambda m: _mail_word(m[0])),
    html.unescape,
    _take_percent,
    _take_quoted,
    _where("", _SHORT_ESCAPE, lambda m: chr(int(m[1], 16))),
    _where("", _LONG_ESCAPE, lambda m: _char(next(g for g in m.groups() if g))),
    # UTF-8 that was read in another encoding and encoded again: `ACÃ‰TICO`.
    _where("", _BEYOND_ASCII, lambda m: _once(m[0])),
    # As it shows: what stands behind a right-to-left override from its end, without the marks (Unicode Annex 9).
    _where("", _OVERRIDE, lambda m: m[1][::-1]),
    _where("", _DIRECTION, ""),
    plain_figures,
)
