"""How pieces of evidence add up: one function for what one text says and for what the fields of a line say.

A weak name (P2P, MEK) alone is nothing; beside a quantity, an assay, a grade, a package of chemicals, its number or a second chemical
it is medium. What stands beside it is read word by word outwards, up to the first word that is none of these, so that "NPP nickel plated
parts 25 kg" and "PAA polyacrylic acid" stay weak.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from precursor_screen.core.model import Substance
from precursor_screen.matching.substance.match import Match
from precursor_screen.matching.substance.suppression import NEGATED
from precursor_screen.text.chemical import is_salt_word
from precursor_screen.text.goods_words import one_of, words_of
from precursor_screen.text.patterns import late
from precursor_screen.text.text import squash

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
        plain: the text from `names.text.plain`.
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
    if not near and any(c.instrument in LETTERS_OF_DRUGS for c in substance.controls):
        return False
    if any(m.substance_id == match.substance_id and m.suppressed == NEGATED for m in matches):
        return False  # safrole-free sassafras extract
    if match.form == "preparation":
        return True  # a brand of tablets
    own = [m for m in matches if m.suppressed is None and m is not match]
    if any(m.substance_id == match.substance_id and m.method != match.method and m.method not in BY_NAME for m in own):
        return True  # its own number
    before = _beside(plain, match, own, substance, -1, masses=not near)
    # Two letters behind a word are a grade or a size of what it names: NECTARINES AA 4 KGS.
    graded = before == "other" and len(squash(match.matched)) <= _TWO_LETTERS
    after = _beside(plain, match, own, substance, 1, masses=not near and not graded)
    if before == "other" and (is_salt_word(match.matched) or _CLASS.fullmatch(plain, match.start, match.end)):
        return False  # "xyzumab HCl 25 kg" is xyzumab, and starch ether no ethyl ether
    inside = _TOKEN.findall(plain[match.start : match.end])
    if _FOR_A_TRADE.match(plain, match.end):
        return True
    compound = len(inside) > 1 and inside[-1] in words_of("evidence")  # BMK oil, PMK powder
    return compound or "evidence" in (after, before)


def _beside(plain: str, match: Match, own: Sequence[Match], substance: Substance, way: int, *, masses: bool) -> str:
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
