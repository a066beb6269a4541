"""Legacy code pages, scored by the letters that they make of bytes above 0x7F.

A page is only as likely as the language that its letters would be in: each is scored by its best language, so that letters which no
single language has together (`È` among Czech words read as Western) speak against it. Signs within a word, mixed scripts and
capitals in the middle of a word speak against it too. Double-byte pages are told by how common their characters are, as the
standards order them (GB 2312 and JIS X 0208 level 1, the first plane of Big5, KS X 1001).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

# Letters beyond ASCII of each language, the frequent ones first.
_LETTERS: Final[dict[str, str]] = {
    "Spanish": "óíáéñúüº¿¡ª", "French": "éèàêçôîâûùëïœ", "Portuguese": "ãçéáóíêõâàúôüºª", "German": "üäöß", "Nordic": "åäöæøéüð",
    "Dutch": "ëéïèöü", "Italian": "àèéòùì", "Icelandic": "íáðéóúýþæö",
    "Polish": "łąęóżśćńź", "Czech": "íáéěýřžčšůúťďňó", "Slovak": "áíéčžýšúľťňôďäóŕĺ", "Hungarian": "áéöóőüíúű", "Romanian": "ăîâşţșț",
    "South Slavic": "čšžćđ", "Lithuanian": "ėšųžįąčęū", "Latvian": "āīēšņūļģčžķ", "Estonian": "äõöüšž", "Turkish": "ışüğçöİâîû",
    "Vietnamese": "đáàảãạăâêôơưéèíìóòúùý\u0300\u0301\u0303\u0309\u0323₫",
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "Ukrainian": "оаиніврестклудмпзягьйбчхцюєжїшщфґ", "Bulgarian": "аиоетнрсвлкдпмзуягбчъцжщшхйфюь",
    "Serbian": "аиоенрстујвкдпмлзгбчшцњжћхђљфџ", "Greek": "αοιετσνρκπυμλςηίάόέήύώθδγωχφβξζψϊϋΐΰ", "Hebrew": "יוהלאתמרבשנדעחקפטגצםסזכןךףץ",
    "Arabic": "المنيوترسبةدعكقفحجطشصأخذإهغزىثءئضظآؤ،؛؟", "Persian": "اینرمتدوبهسشکلزخعقگفجحطپصچغذثضظژآئ،؛", "Thai": "ากรนอเงมยลวดทสตะปบคหแจพชขใไโผถธศซณญ่้ิีัืุู็์ำ",
}  # fmt: skip
_FEW: Final = 16  # letters: of a language with so few they are all frequent
_SIGNS: Final = frozenset("«»–—’‘“”„‚°№€£×·•©®™§²³±½¼¾´µ…\xa0")
_WESTERN: Final = ("Spanish", "French", "Portuguese", "German", "Nordic", "Dutch", "Italian", "Icelandic")
_CENTRAL: Final = ("Polish", "Czech", "Slovak", "Hungarian", "Romanian", "South Slavic", "German")
_CYRILLIC: Final = ("Russian", "Ukrainian", "Bulgarian", "Serbian")
_SINGLE: Final[dict[str, tuple[str, ...]]] = {
    "cp1252": _WESTERN, "cp850": _WESTERN, "mac_roman": _WESTERN,
    "cp1250": _CENTRAL, "iso8859_2": _CENTRAL, "cp852": _CENTRAL,
    "cp1251": _CYRILLIC, "koi8-r": ("Russian",), "koi8-u": ("Ukrainian",), "cp866": ("Russian", "Bulgarian", "Ukrainian"), "iso8859_5": _CYRILLIC,
    "cp1253": ("Greek",), "iso8859_7": ("Greek",), "cp737": ("Greek",), "cp1254": ("Turkish", "German"), "cp857": ("Turkish",), "cp1255": ("Hebrew",), "cp862": ("Hebrew",),
    "cp1256": ("Arabic", "Persian"), "iso8859_6": ("Arabic",), "cp1257": ("Lithuanian", "Latvian", "Estonian"), "cp1258": ("Vietnamese",), "cp874": ("Thai",),
}  # fmt: skip
_DOUBLE: Final = ("gb18030", "big5", "cp932", "euc_jp", "cp949")
PAGES: Final = (*_SINGLE, *_DOUBLE)
# Of pages that read the bytes alike the one that is met more often.
_PRIOR: Final[dict[str, float]] = {
    "cp1252": 0.06, "cp1251": 0.04, "cp1255": 0.08, "gb18030": 0.03, "mac_roman": -0.25, "cp850": -0.03, "cp852": -0.03, "cp857": -0.03, "cp1258": -0.06, "koi8-u": -0.01,
    "iso8859_2": -0.01, "iso8859_5": -0.02, "iso8859_6": -0.02, "iso8859_7": -0.01, "cp737": -0.03, "cp862": -0.03, "cp866": -0.01,
}  # fmt: skip
_HANZI: Final = frozenset(
    "的一是在不了有和人中大为上个国以要时来用生到作地于出分对成会可主发年动同工能下过子产种面方后多定行法所品名称货物公司进口商数量单位日期提号收报关海税总价值净毛重包装目港运输企业"
    "申境内外原集装箱规格型化学有限贸易制造酸钠钾酐丙酮甲苯乙醚硫磺盐水省市区州路桶件"
)
_HANZI_TRADITIONAL: Final = frozenset(
    "的一是在不了有和人中大為上個國以要時來用生到作地於出分對成會可主發年動貨物公司進口商品名稱數量單位日期號收報關海稅總價值淨重包裝目港運輸企業原產規格型化學限貿易製造酸鈉鉀酮苯醇醚鹽臺灣市區"
)
_HIGH: Final = re.compile(r"[^\x00-\x7f]")
_SCRIPT_BREAK: Final = re.compile(r"[a-zA-Z][Ѐ-ӿͰ-Ͽ֐-׿؀-ۿ]|[Ѐ-ӿͰ-Ͽ֐-׿؀-ۿ][a-zA-Z]|[a-z][가-힣一-鿿]+[a-z]")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SIGN_IN_WORD: Final = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f\u0300-\u0323\u0e31-\u0e4e](?=[^\W\d_])")
_BOX: Final = re.compile("[\u2500-\u259f\u0080-\u009f\ufffd\ue000-\uf8ff]")
# A report of DOS draws its tables; in other pages its lines are one letter over and over.
_DRAWN: Final = re.compile("[\u2500-\u257f]")
_RULE: Final = re.compile("[\u2500-\u257f]{6}")
_RUN: Final = re.compile(r"([^\x00-\x7f\u2500-\u257f])\1{5,}")
_ELSEWHERE, _SIGN, _STRANGE = 0.15, 0.35, -0.5  # a letter of another language of the page, a sign, none of these


@lru_cache(maxsize=64)
def _profile(language: str) -> Mapping[str, float]:
    """What each letter speaks for a language."""
    letters = _LETTERS[language]
    fall = 0.5 if len(letters) <= _FEW else 0.85
    weights: dict[str, float] = {}
    for position, letter in enumerate(letters):
        worth = 1.0 - fall * position / len(letters)
        weights.setdefault(letter, worth)
        if len(letter.upper()) == 1:
            weights.setdefault(letter.upper(), worth)
    return weights


def rank_code_pages(sample: bytes, known: str = "") -> list[tuple[str, float]]:
    """Code pages, best first, with their scores (about 1 for a perfect fit, below 0 for none).

    Args:
        sample: lines of one unknown code page.
        known: text of the same file in another encoding: a page is the likelier one where both are in one language.
    """
    scored = [(page, _score(f"{sample.decode(page, 'replace')}\n{known}", page) + _PRIOR.get(page, 0.0)) for page in PAGES]
    return sorted(scored, key=lambda item: -item[1])


def _score(text: str, page: str) -> float:
    text = _DRAWN.sub(" ", text) if _RULE.search(text) else text
    high = _HIGH.findall(text)
    if not high:
        return 0.0
    total = sum(_common(letter, page) for letter in high) if page in _DOUBLE else _best_language(high, _SINGLE[page])
    total -= 1.5 * len(_SCRIPT_BREAK.findall(text)) + 1.0 * len(_SIGN_IN_WORD.findall(text)) + 2.0 * len(_BOX.findall(text))
    total -= 2.0 * sum(len(run[0]) for run in _RUN.finditer(text))
    # Nobody writes "ЛѕЮяУћГЦ": what a double-byte page becomes when read as a single-byte one has its capitals anywhere.
    for word in _WORD.findall(text):
        if not word.isascii() and not (word.islower() or word.isupper() or word.istitle()) and word.lower() != word.upper():
            total -= 0.6 * len(word)
    # One character of a double-byte page took two bytes: compare per character, or long text in one of them always wins.
    return total / len(high)


def _best_language(high: list[str], languages: tuple[str, ...]) -> float:
    counts = Counter(high)
    of_page = frozenset().union(*map(_profile, languages))

    def speaks(language: str) -> float:
        weights = _profile(language)
        return sum(count * weights.get(letter, _otherwise(letter, of_page)) for letter, count in counts.items())

    return max(map(speaks, languages))


def _otherwise(letter: str, of_page: frozenset[str]) -> float:
    return _ELSEWHERE if letter in of_page else _SIGN if letter in _SIGNS else _STRANGE


def _lead(letter: str, page: str) -> int:
    """The first byte of a character in a page; 0 where the page has none."""
    try:
        return letter.encode(page)[0]
    except UnicodeEncodeError:
        return 0


# Of double-byte pages: the standard whose first bytes order characters, characters that are frequent, what those between two first bytes are
# worth, and what all others are. Kana are Japanese; Hanja hardly occur any more in Korean.
_ORDERED: Final[dict[str, tuple[str, frozenset[str], tuple[tuple[int, int, float], ...], float]]] = {
    "gb18030": ("gb2312", _HANZI, ((0xB0, 0xD7, 0.55), (0xD8, 0xFF, 0.0)), -0.4),
    "big5": ("big5", _HANZI_TRADITIONAL, ((0xA4, 0xC6, 0.55), (0xC9, 0xFF, -0.2)), -0.5),
    "cp932": ("euc_jp", frozenset(), ((0xB0, 0xCF, 0.5), (0xD0, 0xF4, -0.1)), -0.5),
    "euc_jp": ("euc_jp", frozenset(), ((0xB0, 0xCF, 0.5), (0xD0, 0xF4, -0.1)), -0.5),
    "cp949": ("euc_kr", frozenset(), ((0xB0, 0xC8, 0.8),), -0.6),
}


@lru_cache(maxsize=1 << 15)
def _common(letter: str, page: str) -> float:
    """How common a character of a double-byte page is."""
    standard, frequent, spans, otherwise = _ORDERED[page]
    if "\u3000" <= letter <= "\u303f" or "\uff00" <= letter <= "\uff60":
        return 0.1  # punctuation
    if "\u3040" <= letter <= "\u30ff":
        return 0.9 if standard == "euc_jp" else otherwise
    lead = _lead(letter, standard)
    return 1.0 if letter in frequent else next((worth for low, high, worth in spans if low <= lead <= high), otherwise)
