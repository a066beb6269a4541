"""How pieces of evidence add up: one function for what one text says and for what the fields of a line say.

A weak name (P2P, MEK) alone is nothing; beside a quantity, an assay, a grade, a package of chemicals, its number or a second chemical
it is medium. What stands beside it is read word by word outwards, up to the first word that is none of these, so that "NPP nickel plated
parts 25 kg" and "PAA polyacrylic acid" stay weak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace

from precursor_screen.core import tables
from precursor_screen.core.model import BRAND, Substance
from precursor_screen.matching.substance.boundaries import script
from precursor_screen.matching.substance.match import Match
from precursor_screen.text.chemical import continuation_reason, is_salt_word, prefix_reason
from precursor_screen.text.goods_words import is_negated, one_of, words_of
from precursor_screen.text.text import late, squash

# Whether a name found in a text means the substance, and if not, why: a suppressed match keeps its reason, it never vanishes.

NEGATED: Final = "negated"
_one_of: Final = partial(tables.pattern_of, "chemical_words")


def _counted() -> str:
    """Chinese numerals and what is counted with them: twenty tonnes, thirty drums."""
    return rf"[一二两兩三四五六七八九十百千万萬半数幾几〇零]{{1,8}}(?:余|多|來|来)?{_one_of('counted')}"


# Chinese has no word edges. The mineral acids head the names of their salts (硫酸铜 copper sulfate, 盐酸麻黄碱 ephedrine
# hydrochloride), so they count only before what is known to end a name.
_ENDS_ACID: Final = late(lambda: rf"(?:{_counted()}|{_one_of('behind an acid')}|[^\u3400-\u9fff\u3040-\u30ff]|$)")
# What begins like a compound and is packing, trade or a quantity: polyethylene drums, plastic drums, eco grade, chemical works.
_GOODS_AFTER: Final = late(lambda: rf"(?:{_counted()}|{_one_of('goods behind a name')})")
_GOODS_BEFORE: Final = late(lambda: rf"{_one_of('goods before a name')}$")
# What makes another compound when it follows or precedes a Chinese name.
_CJK_AFTER: Final = late(lambda: _one_of("behind a name in Chinese"))
_CJK_BEFORE: Final = late(lambda: rf"{_one_of('before a name in Chinese')}$")
_CJK_BEFORE_ACID: Final = late(lambda: rf"{_one_of('before another acid')}$")
_PETROLEUM: Final = late(lambda: rf"{_one_of('before another ether')}$")
_KANA_BEFORE: Final = late(lambda: rf"{_one_of('before another name')}$")
_CONTEXT: Final = late(lambda: rf"(?<![\w]){_one_of('context of chemicals')}(?![\w])")
_BATTERY: Final = late(r"batter|alkaline|size|grade|bater|pile|акку|电池")
# What sulphonic acids are made of: behind it SULPHORIC ACID is as near to them as to the mineral acid.
_SULPHONIC: Final = late(lambda: rf"(?<![^\W\d_]){_one_of('base of a sulphonic acid')}[ -]\Z")
_HALF_WIDTH_PREFIX: Final = late(r"(?:\d{1,2},\d{1,2}(?:,\d{1,2})*-|[nop]-)$")


def reason_against(plain: str, core: tuple[int, int], whole: tuple[int, int], name: str, covers_salts: bool) -> str | None:
    """Why a name does not mean the substance here, or None if it does.

    Args:
        plain: The text from `text.text.plain`.
        core: Bounds of the name's own letters.
        whole: Bounds with stereochemistry and salt words.
        name: The name as `plain` text.
        covers_salts: Whether the substance is listed with its salts.
    """
    if is_negated(plain, *whole):
        return NEGATED
    if len(name) < 3 and name.isascii() and not _says_chemical(plain, whole):
        return "two letters without a chemical context"
    asian = {script(plain[core[0]]), script(plain[core[1] - 1])} & {"cjk", "kana"}
    if asian and (reason := _cjk_reason(plain, whole, name)):
        return reason
    if "sul" in name and squash(plain[core[0] : core[1]]) != squash(name) and (found := _SULPHONIC.search(plain, 0, whole[0])):
        return f"rather the sulphonic acid of {found[0].strip(' -')!r} with a typing fault"
    return prefix_reason(plain, whole[0], name) or continuation_reason(plain, whole[1], name, covers_salts)


def _says_chemical(plain: str, whole: tuple[int, int]) -> bool:
    """Whether the text is hardly more than the abbreviation, or speaks of chemicals near it."""
    near = plain[max(0, whole[0] - 40) : whole[1] + 40]
    if _BATTERY.search(near):
        return False
    return len(plain.split()) <= 3 or _CONTEXT.search(near) is not None


def _cjk_reason(plain: str, whole: tuple[int, int], name: str) -> str | None:
    start, end = whole
    before, after = plain[max(0, start - 8) : start], plain[end : end + 8]
    if name in tables.words_of("chemical_words", "mineral acid"):
        if not _ENDS_ACID.match(after):
            return f"a salt or another compound: {after[:2]!r} follows"
        if match := _CJK_BEFORE_ACID.search(before):
            return f"another acid: {match[0]!r} stands before it"
        if name == "盐酸" and re.search(r"[碱素胺林定平啶因宁明星酯醇酮]$", before):
            return "a hydrochloride of something else"
        return None
    if match := (_PETROLEUM if "醚" in name or "エーテル" in name else _KANA_BEFORE).search(before):
        return f"another compound: {match[0]!r} stands before it"
    if script(plain[end - 1]) == "cjk" and not _GOODS_AFTER.match(after) and (match := _CJK_AFTER.match(after)):
        return f"another compound: {match[0]!r} follows"
    if script(plain[start]) == "cjk" and not _GOODS_BEFORE.search(before) and (match := _CJK_BEFORE.search(before)):
        return f"another compound: {match[0]!r} stands before it"
    if script(plain[start]) == "cjk" and (match := _HALF_WIDTH_PREFIX.search(before)) and not name[0].isdigit():
        return f"another compound: {match[0]!r} stands before it"
    return None


STRENGTHS: Final = ("strong", "medium", "weak")
BY_NAME: Final = frozenset({"name", "normalised", "fuzzy", "structure"})
# Letters that stand for a drug stand for a dozen ordinary things as well: DMT, TMA, PCE (pieces), TCP.
LETTERS_OF_DRUGS: Final = frozenset({"UN1961", "UN1971"})
_WORDS_EACH_SIDE: Final = 8
_REACH: Final = 90
_LONG_ENOUGH: Final = 6  # letters of a name that stand beside its abbreviation: PAA (phenyl acetic)
_TWO_LETTERS: Final = 2
_TOKEN: Final = late(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%")
# No word is near behind these: the next goods, or the next line.
_STOP: Final = late(r"[|\n]")
_FOR_A_TRADE: Final = late(lambda: rf"[ ](?:for|fur|fuer|pour|para|per|для)[ ](?:\w+[ ]){{0,3}}{one_of('grade')}")
_SHARES: Final = frozenset({"%", "pct", "percent", "prozent", "procent", "процентов"})
_CLASS: Final = late(r"a?ether|eters?|etere|эфир\w*|ефир\w*|エーテル|الإثير|إيثر|ايثر")
_WITH_PART: Final = late(lambda: rf"(?<![\w]){_one_of('with a part')}[ ]\Z")
# The Jordanian dinar: a bare number beside it is an amount, unless a unit or a package follows.
_DINAR: Final = "jod"
_AMOUNT_BEFORE: Final = late(r"(?<![\w.,])\d[\d.,]*[ ]?\Z")
_AMOUNT_AFTER: Final = late(r"[ :]{0,2}\d[\d.,]*+(?![ ]?(?:[^\W\d_]|[%°*-]))")
_ASIAN: Final = late(r"[\u3400-\u9fff]")


def combined(strength: str, kinds: int) -> str:
    """The strength of evidence of several kinds that agree: one step more than the best of them.

    Args:
        strength: of the best piece.
        kinds: how many kinds there are of it, among them name, number, code, and what stands beside a name.
    """
    return STRENGTHS[max(STRENGTHS.index(strength) - (kinds > 1), 0)]


def add_up(plain: str, matches: Sequence[Match], substances: dict[str, Substance]) -> list[Match]:
    """The matches of one text, the weak ones medium where something stands beside them that bears them out.

    Args:
        plain: the text from `text.text.plain`.
        matches: all matches in it.
        substances: by id.
    """
    if not any(_may_rise(m) for m in matches):
        return list(matches)
    return [
        replace(m, strength=combined(m.strength, 2)) if _may_rise(m) and _is_borne_out(plain, m, matches, substances) else m
        for m in matches
    ]


def _may_rise(match: Match) -> bool:
    # A class of compounds is no abbreviation: a quantity beside an ester does not make it the acid.
    return match.strength == "weak" and match.suppressed is None and match.form != "article" and " of " not in match.name


def _is_borne_out(plain: str, match: Match, matches: Sequence[Match], substances: dict[str, Substance]) -> bool:
    substance = substances[match.substance_id]
    near = match.method == "fuzzy"  # an everyday word may stand beside any mass, so a mass bears out no near spelling
    of_drugs = any(c.instrument in LETTERS_OF_DRUGS for c in substance.controls)
    if not near and of_drugs and not (match.form == "preparation" and _is_brand(match, substance)):
        return False
    if any(m.substance_id == match.substance_id and m.suppressed == NEGATED for m in matches):
        return False  # safrole-free sassafras extract
    if match.form == "preparation":
        return True  # tablets
    own = [m for m in matches if m.suppressed is None and m is not match]
    if any(m.substance_id == match.substance_id and m.method != match.method and m.method not in BY_NAME for m in own):
        return True  # its own number
    if _is_money(plain, match):
        return False
    before = _support_beside(plain, match, own, substance, -1, masses=not near)
    # Two letters behind a word are a grade or a size of what it names: NECTARINES AA 4 KGS.
    graded = before == "other" and len(squash(match.matched)) <= _TWO_LETTERS
    after = _support_beside(plain, match, own, substance, 1, masses=not near and not graded)
    if _means_less_behind_a_word(plain, match, before):
        return False
    inside = _TOKEN.findall(plain[match.start : match.end])
    if _FOR_A_TRADE.match(plain, match.end):
        return True
    compound = len(inside) > 1 and inside[-1] in words_of("evidence")  # BMK oil, PMK powder
    return compound or "evidence" in (after, before)


def _is_brand(match: Match, substance: Substance) -> bool:
    return any(name.kind == BRAND and name.name == match.name for name in substance.names)


def _means_less_behind_a_word(plain: str, match: Match, before: str) -> bool:
    """Whether another word before a name makes other goods: "xyzumab HCl" is xyzumab, starch ether no ethyl ether, salt with iodine salt."""
    said = plain[match.start : match.end]
    if said in tables.words_of("chemical_words", "part behind a word"):
        return before == "other" or _WITH_PART.search(plain, max(0, match.start - _REACH), match.start) is not None
    return before == "other" and (is_salt_word(match.matched) or _CLASS.fullmatch(said) is not None)


def _is_money(plain: str, match: Match) -> bool:
    if plain[match.start : match.end] != _DINAR:
        return False
    before = plain[max(0, match.start - _REACH) : match.start]
    return _AMOUNT_BEFORE.search(before) is not None or _AMOUNT_AFTER.match(plain, match.end) is not None


def _support_beside(plain: str, match: Match, own: Sequence[Match], substance: Substance, way: int, *, masses: bool) -> str:
    """evidence, other (a word of another kind stands right there) or nothing."""
    # Another substance beside an abbreviation says that it is one; beside a bare number it says that the number is something else.
    spans = [
        (m.start, m.end)
        for m in own
        if match.method in BY_NAME and m.form != "article" and (m.strength != "weak" or m.substance_id == match.substance_id)
    ]
    low, high = (match.end, match.end + _REACH) if way > 0 else (max(0, match.start - _REACH), match.start)
    stretch = plain[low:high]
    if stop := _STOP.search(stretch) if way > 0 else None:
        stretch = stretch[: stop.start()]
    tokens = [(t[0], low + t.start(), low + t.end()) for t in _TOKEN.finditer(stretch)]
    if way < 0:
        tokens.reverse()
    said = ""
    for i, (word, start, end) in enumerate(tokens[:_WORDS_EACH_SIDE]):
        if any(a < end and start < b for a, b in spans):
            return "evidence"
        figure = tokens[i - 1][0] if way > 0 and i else tokens[i + 1][0] if way < 0 and i + 1 < len(tokens) else ""
        if word in words_of("evidence") or word in words_of("packing") or (masses and _is_quantity(word, figure)):
            return "evidence"
        if way > 0 and not _ASIAN.search(word):
            said += word
            if len(said) >= _LONG_ENOUGH and _begins_a_name(said, substance):
                return "evidence"
        if _ASIAN.search(word) and any(w in word[:6] for w in _asian_words()):
            return "evidence"
        if not (
            word.isdigit()
            or word[0].isdigit()
            or word in words_of("neutral")
            or word in words_of("mass-unit")
            or _goes_on(said, substance)
        ):
            return "other" if i == 0 else ""
    return ""


def _is_quantity(word: str, figure: str) -> bool:
    return (word in _SHARES or word in words_of("mass-unit")) and figure[:1].isdigit()


def _asian_words() -> Iterator[str]:
    for kind in ("evidence", "packing", "mass-unit"):
        yield from (w for w in words_of(kind) if _ASIAN.search(w))


def _begins_a_name(said: str, substance: Substance) -> bool:
    return any(squash(n.name).startswith(said) for n in substance.names if n.strength == "strong")


def _goes_on(said: str, substance: Substance) -> bool:
    return 0 < len(said) < _LONG_ENOUGH and _begins_a_name(said, substance)
