"""Which encoding the bytes are in, and a UTF-8 stream of them.

The ladder: byte order mark, the NUL pattern of UTF-16, strict UTF-8 over the whole file, then a scored list of legacy code
pages. A code page is scored by the letters it turns the bytes above 0x7F into: letters that its languages use often speak for
it, signs and mixed scripts within a word against it.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass

from precursor_screen.errors import UnreadableManifest, UsageError, Where
from precursor_screen.formats.blob import CHUNK, Blob
from precursor_screen.formats.sniff import looks_utf16

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 1 << 18  # bytes of lines that hold something beyond ASCII: enough for a verdict, cheap to decode twenty times
MAX_TEXT = 8 << 30

_LATIN_OFTEN = "éáíóúñçãõàèêâôöüäßåøæ" + "º°"
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_UKRAINIAN = "оаиніврестклудмпзягьйбчхцюєжїшщфґё"
_HANZI = (
    "的一是在不了有和人中大为上个国以要时来用生到作地于出分对成会可主发年动同工能下过子产种面方后多定行法所品名称货物公司进口商数量单位日"
    "期提号收报关海税总价值净毛重包装目港运输企业申境内外原集装箱规格型化学有限贸易制造酸钠钾酐丙酮甲苯乙醚硫磺盐水的用于"
)
_HANZI_TRADITIONAL = "的一是在不了有和人中大為上個國以要時來用生到作地於出分對成會可主發年動貨物公司進口商品名稱數量單位日期號收報關海稅總價值淨重包裝目港運輸企業原產規格型化學限貿易製造酸鈉鉀酮苯醇醚鹽"

# code page -> (letters in order of frequency, other letters of its languages). Python's names.
_PAGES: dict[str, tuple[str, str]] = {
    "cp1252": (_LATIN_OFTEN, "ìòùëïîûÿœšžýþðª«»–—’‘“”€£©®™±²³½¼¾·×"),
    "cp1251": (_RUSSIAN, "іїєґўјљњћџђ№«»–—’“”"),
    "koi8-r": (_RUSSIAN, ""),
    "koi8-u": (_UKRAINIAN, ""),
    "cp866": (_RUSSIAN, "№"),
    "iso8859_5": (_RUSSIAN, "іїєўјљњћџђ№"),
    "cp1250": ("áéíóúýčřžšěůőűąęłńśźżćöüäß", "ďťňĺľŕăâîşţđ–„”“"),
    "iso8859_2": ("áéíóúýčřžšěůőűąęłńśźżćöüäß", "ďťňĺľŕăâîşţđ"),
    "cp1253": ("αοιετσνρκπυμλςηίάόέήύώθδγωχφβξζψ", "ϊϋΰΐ΄«»–’"),
    "cp1254": ("ıİşğüöçâîû", "éè–’“”"),
    "cp1255": ("יוהלאתמרבשנדעחקפטגצסםזכןךףץ", "–"),
    "cp1256": ("المنيوترسبةدعكقفحجطشصأخذإهغزىثءئضظآؤ", "،؛؟–"),
    "cp1257": ("āčēģīķļņšūžąęėįųõäöü", "–„“"),
    "cp1258": ("ăâđêôơưàáéèìíòóùúýãõ", "̣̀́̃̉₫"),
    "cp874": ("ากรนอเงมยลวดทสตะปบคหแจพชขใไโผถธ่้ิีืัุู็์", ""),
    "cp850": (_LATIN_OFTEN, "ìòùëïîûý"),
    "mac_roman": (_LATIN_OFTEN, "ìòùëïîû–’“”"),
    "gb18030": (_HANZI, ""),
    "big5": (_HANZI_TRADITIONAL, ""),
    "cp932": ("のをにはがとでたしるいなしれさんアイスルトンラリクシ", "日本会社株式品名"),
    "cp949": ("이다의는에을가하고지한사기리인도로자수국품명주식회", ""),
}
_PRIOR = {"cp1252": 0.06, "cp1251": 0.04, "gb18030": 0.03, "mac_roman": -0.3, "cp850": -0.03, "cp1258": -0.06, "koi8-u": -0.01}
_HIGH = re.compile(r"[^\x00-\x7f]")
_SCRIPT_BREAK = re.compile(r"[a-zA-Z][Ѐ-ӿͰ-Ͽ֐-׿؀-ۿ]|[Ѐ-ӿͰ-Ͽ֐-׿؀-ۿ][a-zA-Z]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f](?=[^\W\d_])")
_BOX = re.compile("[\u2500-\u259f\u0080-\u009f\ufffd]")


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
    ranking = rank_code_pages(sample)
    return EncodingChoice(ranking[0][0], "code page", ranking[1][0])


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


def rank_code_pages(sample: bytes) -> list[tuple[str, float]]:
    """Code pages, best first, with their scores (about 1 for a perfect fit, below 0 for none)."""
    scored = [(page, _score(sample, page) + _PRIOR.get(page, 0.0)) for page in _PAGES]
    return sorted(scored, key=lambda item: -item[1])


def _score(sample: bytes, page: str) -> float:
    text = sample.decode(page, "replace")
    high = _HIGH.findall(text)
    if not high:
        return 0.0
    often, seldom = _PAGES[page]
    weight: dict[str, float] = {}
    for position, letter in enumerate(often):
        worth = 1.0 - 0.5 * position / len(often)
        weight.setdefault(letter, worth)
        weight.setdefault(letter.upper(), worth)
    for letter in seldom:
        weight.setdefault(letter, 0.35)
        weight.setdefault(letter.upper(), 0.35)
    wide = page in ("gb18030", "big5", "cp932", "cp949")
    total = 0.0
    for letter in high:
        total += weight.get(letter, _default(letter, page, wide))
    # One character of a double-byte page took two bytes: compare per byte, or long text in one of them always wins.
    total -= 1.5 * len(_SCRIPT_BREAK.findall(text)) + 1.0 * len(_SIGN_IN_WORD.findall(text)) + 2.0 * len(_BOX.findall(text))
    # Nobody writes "ЛѕЮяУћГЦ": what a double-byte page becomes when read as a single-byte one has its capitals anywhere.
    for word in _WORD.findall(text):
        if not word.isascii() and not (word.islower() or word.isupper() or word.istitle()) and word.lower() != word.upper():
            total -= 0.6 * len(word)
    return total / len(high)


def _default(letter: str, page: str, wide: bool) -> float:
    if wide:
        return _default_wide(letter, page)
    return -0.4 if letter.isalpha() else -0.6


def _default_wide(letter: str, page: str) -> float:
    code = ord(letter)
    if page == "cp949":
        return 0.7 if 0xAC00 <= code <= 0xD7A3 else -0.3
    if page == "cp932":
        return 0.6 if 0x3040 <= code <= 0x30FF else (0.3 if 0x4E00 <= code <= 0x9FFF else -0.6)
    if 0x4E00 <= code <= 0x9FFF:
        return 0.2
    return 0.1 if 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFFEF else -0.7


def open_utf8(blob: Blob, choice: EncodingChoice) -> tuple[Blob, int]:
    """The same input in UTF-8 without a byte order mark, and how many characters could not be decoded (U+FFFD stands there).

    An input that is UTF-8 already is handed back as it is.

    Raises:
        UnreadableManifest: the decoded text is beyond `MAX_TEXT`, or the encoding asked for cannot be that of the input.
    """
    if choice.name == "utf-8" and choice.reason != "as told":
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
