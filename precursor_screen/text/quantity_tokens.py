"""Goods texts as the tokens that quantities are made of: figures, measures, packages, and the words that join them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.tables import pattern_of
from precursor_screen.text.numbers import DIGITS, NUMERALS, plain_figures, read_figure, read_numeral
from precursor_screen.text.quantity_words import COMMA_LANGUAGES, DOSES, MASS, VOLUME, Unit, Word, find_unit, words
from precursor_screen.text.text import late, plain

MAX_TEXT: Final = 20_000  # characters looked at: a goods text is shorter, and what is longer repeats itself
_LIMIT: Final = Decimal(10) ** 12
_MOST_IN_PACK: Final = 200
_MOST_MOLAR: Final = 40  # no acid holds more equivalents in a litre
_OWN, _OTHER = "\x01", "\x02"  # stand for the characters of a name

# Kinds of tokens. Words that mean nothing here are WORD; what ends a phrase for sure is BREAK.
NUMBER, MEASURE, PACKAGE, TIMES, PER = "number", "measure", "package", "times", "per"
EACH, OF, IN, NET, GROSS, TARE, TOTAL = "each", "of", "in", "net", "gross", "tare", "total"
AND, COMMA, OPEN, CLOSE, SLASH, BREAK = "and", "comma", "open", "close", "slash", "break"
PERCENT, STRENGTH, MOLAR, OWN, OTHER, WORD = "percent", "strength", "molar", "own", "other", "word"
SIZE, UN, OTHER_GOODS, DOSE_FORM, PER_PACK = "size", "un", "other-goods", "dose-form", "per-pack"


class Token(Struct, frozen=True):
    """A token.

    Attributes:
        kind: one of the kinds above.
        start, end: characters of the text.
        values: readings of a number (as written), a measure (kilograms or litres), a strength (kilograms a litre, or moles) from small to
            large; several where the decimal mark is open.
        of: mass or volume of a measure, kind of a package, m or n of a molar strength, the word itself of a WORD.
        thousandths: the figure has three places behind a mark that may be the decimal mark.
        unit: as written, of a measure.
    """

    kind: str
    start: int
    end: int
    values: tuple[Decimal, ...] = ()
    of: str = ""
    thousandths: bool = False
    unit: str = ""


def _alternatives(words: Sequence[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", " {0,3}") for w in sorted(words, key=len, reverse=True))


_CJK: Final = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_IS_CJK: Final = late(rf"[{_CJK}]+")
_TAIL: Final = (
    rf"(?=x ?\d|[^a-z]|$)(?![^\W\d_a-z{_CJK}])(?!\d)"  # no letter goes on; between scripts without blanks a word may end anywhere
)


@cache
def _spelled() -> dict[str, Word]:
    return {w.replace(" ", ""): word for w, word in words().items()}


def words_that(counts: Callable[[Word], bool]) -> str:
    """A pattern of the words that quantities are told by, of those that count."""
    known = [w for w, word in words().items() if counts(word)]
    cjk = [w for w in known if _IS_CJK.fullmatch(w)]
    others = [w for w in known if not _IS_CJK.fullmatch(w)]
    return rf"(?:(?:{_alternatives(others)}){_TAIL}{'|' if cjk else ''}{_alternatives(cjk)})"


_UNIT: Final = late(lambda: rf"[ -]{{0,3}}(?P<unit>{words_that(lambda word: word.role == 'unit')})\.?")
_PERCENT: Final = late(r"(?:[ ]?[+-])?[ ]?(?:%|٪|pct\b|per ?cent|por ?cien|prozent|процент)")
_PER_VOLUME: Final = late(
    r" ?(?P<mass>mcg|ug|mg|g|gm|kg|lbs?) ?(?:/|per) ?(?P<n>\d{1,4})? ?(?P<volume>ml|l|lt|ltr|litre|liter|cc|(?:us ?)?gal(?:lons?)?)(?![a-z0-9])"
)
_PER_OTHER: Final = late(
    r" ?(?:mg|g|gm|gr|kg|l|ml|t|lb|oz) ?(?:/|per) ?(?:m2|sqm|m3|cbm|cm2|cm3|kg|g|t|mt|ton|100|mol|hr|h|min|day|d|sec|s)(?![a-z0-9])"
)
_MOLARITY: Final = late(r" ?(?P<what>m?mol ?(?:/ ?|per )(?:l(?:tr|itre|iter)?|dm3)|m?mol l-1|molar|normal|m|n)(?![\w./'-])")
# N/10, M/100: a tenth normal, a hundredth molar; not N/50 KG.
_TENTH_NORMAL: Final = late(r"(?P<what>[mn])/(?P<by>10{1,3}|[25]0{0,2}|4)(?![\w/-]|[.,]\d| ?(?:kg|g|l|ml|lb|t)(?!\w))")
_FRACTION: Final = late(r"1/(?P<by>10{1,3}|[25]0{0,2}|4)(?= ?[mn](?![\w./'-]))")
_DIMENSION: Final = late(
    r"(?: ?(?:'|ft\b|feet\b|foot\b|\"|inch(?:es)?\b|mm\b|cm\b|mic\b|microns?\b|deg\b|°|c\b|volts?\b|v\b|w\b|kw\b|ah\b|hp\b|hz\b|psi\b|bar\b|ppm\b|meters?\b|metres?\b|mesh\b|x ?\d+ ?(?:mm|cm|m)\b)|'?(?:st|nd|rd|th|hc|hq|gp|dv|dc|rf)\b)"
)
_COUNTED: Final = late(r"'s\b")
_CONTAINER: Final = late(
    r"(?<=20|40|45)'? ?(?:(?:fcl|tk|tc|ot|fr|iso|hc|hq|gp|dv|dc|rf)s?\b|(?:f(?:ee|oo)?t\b|'(?!\w))(?=[ ,:(]{1,3}each\b))"
)  # behind a number of them: 3X20FCL
_POUNDS: Final = late(r" ?#(?= ?(?:bag|sack|drum|pail|keg|box|carton|ctn|net|gross)s?\b)")  # 50# BAGS
_PER_PACK: Final = late(r"n ?(?P<n>\d{1,3})(?![\w/.-])")  # №20, N20: in Russia so many doses are in a pack
_TO_AMPOULE: Final = late(r" ?(?:x ?\d{1,4} ?)?")
# A number of a catalogue with the size of its pack: P49104-100G.
_CATALOGUE: Final = late(r"(?:[a-z]\d{4,6}|\d{6})-(?P<figure>\d{1,3}(?:\.\d)?)(?P<unit>mg|k?g|m?l)(?![\w.-])")
_UNIT_FIRST: Final = late(
    r"(?P<unit>kgs?|kgm|kilos?|lbs?|q\.?li)\.? ?(?:bulk ?)?[:.=]? ?(?=\d)|"
    r"(?P<other>mts?|m/t|ltrs?|lts?|litros?|litres?|liters?)(?:\.? ?[:=] ?| bulk ?[:=]? ?)(?=\d)"
)
_PART: Final = late(r"[^\W\d_]+(?:['-][^\W\d_]+)*|(?P<mark>[,;:|()\[\]/&+=@])")
_LONGEST: Final = late(lambda: words_that(lambda word: word.role != "unit"))
_TIMES: Final = late(r"[x×*✕х] ?(?=[\d(])|[x×*✕х](?= )|(?<=[\d )])[x×*✕х](?=[a-z])")
_MARKS: Final = {
    ",": COMMA,
    ";": BREAK,
    "|": BREAK,
    "(": OPEN,
    "[": OPEN,
    ")": CLOSE,
    "]": CLOSE,
    "/": SLASH,
    "&": AND,
    "+": AND,
    "=": TOTAL,
    "@": OF,
    _OWN: OWN,
    _OTHER: OTHER,
}
# A figure that follows one of these at once is one figure: "NET WT 13 200 KG".
_LED: Final = late(
    lambda: rf"(?<![^\W\d_]){words_that(lambda word: word.role in (NET, GROSS))}(?:[ ]?(?:wt|weight|mass))?[ .:=]*$"
)
# After a package "po" is "of": 80 BECZEK PO 160 KG.
_ORDER: Final = late(r"(?<![^\W\d_])p\.?/?o\.?[ ](?:no[. ]*)?[:#]?[ ]?$")
# A short number after one of these is no part of the figure that follows it: "CLASS 3 160 KG".
_LABELS: Final = late(lambda: rf"{pattern_of('goods_words', 'label of a figure')}[ .:#]*$")


def tokens_of(
    text: str, own: Sequence[tuple[int, int]] = (), other: Sequence[tuple[int, int]] = (), foreign: bool = False
) -> list[Token]:
    """The tokens of a goods text in order; they never overlap.

    Args:
        text: as filed.
        own: where it names the substance that is asked about, as characters (start, end).
        other: where it names others.
        foreign: the name is one of a language in which the comma is the decimal mark.
    """
    text = text[:MAX_TEXT]
    flat = _mask(plain(plain_figures(text)), own, other)
    foreign = foreign or _foreign(flat)
    found: list[Token] = []
    at = 0
    while at < len(flat):
        token = _token(text, flat, at, foreign, found)
        if token and token.kind != "filler":
            found.append(token)
        at = max(token.end if token else 0, at + 1)
    return _tidied(found)


def _tidied(tokens: list[Token]) -> list[Token]:
    """`80 (EIGHTY) DRUMS`, `(4) 55 GAL DRUMS`, `TWENTY FIVE DRUMS` and `80 UN 160 KG` as plain numbers of packages; `1/2 KG` is left out."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        kinds = [t.kind for t in tokens[i : i + 4]]
        token = tokens[i]
        if kinds[:3] == [OPEN, NUMBER, CLOSE] and kinds[3:] in ([PACKAGE], [MEASURE]):
            token, i = tokens[i + 1], i + 2
        elif (kinds == [OPEN, WORD, CLOSE, PACKAGE] and out and out[-1].kind == NUMBER) or _is_fraction(tokens[i : i + 3]):
            i += 3
            continue
        elif kinds[:3] == [NUMBER, SLASH, MEASURE] and _is_pack(token, out, kinds[3:]):
            number, size = token.values[-1], tokens[i + 2]
            token = replace(size, start=token.start, values=tuple(sorted({*size.values, *(v * number for v in size.values)})))
            i += 2
        elif kinds[:1] == [UN]:
            if out and out[-1].kind == NUMBER and kinds[1:2] in ([MEASURE], [TIMES], [OF]):
                out.append(Token(PACKAGE, token.start, token.end, of="piece"))
            i += 1
            continue
        if token.kind == NUMBER and out and out[-1].kind == NUMBER and token.of == out[-1].of == "word":
            token = _joined(out.pop(), token)
        out.append(token)
        i += 1
    return out


def _is_fraction(tokens: Sequence[Token]) -> bool:
    if [t.kind for t in tokens] != [NUMBER, SLASH, MEASURE]:
        return False
    number, _, measure = tokens
    return number.values[-1] <= 3 and measure.start == number.end + 1 and _is_small(measure)


def _is_pack(number: Token, before: Sequence[Token], after: Sequence[str]) -> bool:
    """Whether `12/85 G` stands there, which may be twelve of 85 grams: not where words of net and gross say what the two figures are."""
    labels = (NET, GROSS, TARE)
    labelled = any(t.kind in labels for t in before[-3:]) or any(kind in labels for kind in after)
    return not labelled and 0 < number.values[-1] <= _MOST_IN_PACK and not number.thousandths and number.of != "word"


def _is_small(token: Token) -> bool:
    word = words().get(token.unit)
    return bool(word and word.unit and token.values[0] in (word.unit.factor * n for n in (2, 4, 8)))


def _joined(first: Token, second: Token) -> Token:
    """Two words of one number: two hundred, twenty five."""
    one, two = first.values[0], second.values[0]
    return replace(first, end=second.end, values=(one * two if two >= 100 and one < two else one + two,))


def _mask(flat: str, own: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> str:
    for spans, mark in ((other, _OTHER), (own, _OWN)):
        for start, end in spans:
            end = min(end, len(flat))
            if start < end:
                flat = flat[:start] + mark * (end - start) + flat[end:]
    return flat


def _foreign(flat: str) -> bool:
    known = (words().get(word) for word in re.findall(r"[^\W\d_]{3,}", flat))
    return any(word is not None and word.language in COMMA_LANGUAGES for word in known)


def _token(text: str, flat: str, at: int, foreign: bool, found: list[Token]) -> Token | None:
    char = flat[at]
    if char == "." and flat[at + 1 : at + 2].isdigit() and (at == 0 or flat[at - 1] in " (:=@x"):  # .5 KG
        after = _number(flat, at + 1, foreign)
        if after and after.values and (figure := DIGITS.match(flat, at + 1)) and figure[0].isdigit():
            places = Decimal(10) ** len(figure[0])
            return replace(after, start=at, values=tuple(v / places for v in after.values), thousandths=False)
        return after
    if char in (_OWN, _OTHER):
        return Token(_MARKS[char], at, len(flat) - len(flat[at:].lstrip(char)))
    if char == " ":
        return Token(BREAK, at, at + 1) if text[at] in "\n\r\x0b\x0c" else None
    before = flat[at - 1] if at else " "
    if not before.isalnum() and (pack := _CATALOGUE.match(flat, at)) and (unit := find_unit(pack["unit"])):
        return _measure(at, pack, pack.end(), (Decimal(pack["figure"]),), False, unit, pack["unit"])
    if not before.isalnum() and (number := _PER_PACK.match(flat, at)) and (text[at] == "№" or flat[at + 1] != " "):
        return Token(PER_PACK, at, number.end(), (Decimal(number["n"]),))
    if char.isdigit():
        if before.isalnum() and not _IS_CJK.match(before) and not (before in "xх" and found and found[-1].kind == TIMES):
            return _skip(flat, at)
        if before == "/" and [t.kind for t in found[-2:]] == [WORD, SLASH] and found[-2].end == at - 1:
            return _skip(flat, at)  # WP316/316L
        return _number(flat, at, foreign, found)
    if char in "x×*✕х" and found and found[-1].end == at and found[-1].kind in (MEASURE, PACKAGE) and _TIMES.match(flat, at):
        return Token(TIMES, at, at + 1)
    numerals = NUMERALS.match(flat, at)
    if numerals and (read := _asian(flat, numerals)):
        return read
    times = (before.isdigit() or before in " )") and _TIMES.match(flat, at)
    if times and not (char.isalpha() and before == " " and not _joins(flat, at)):
        return Token(TIMES, at, at + 1)
    first = _UNIT_FIRST.match(flat, at) if not before.isalnum() else None
    if first and not (found and found[-1].kind == NUMBER and found[-1].end >= at - 1):
        figure = DIGITS.match(flat, first.end())
        goes_on = figure and (flat[figure.end() : figure.end() + 1].isalnum() or flat[figure.end() : figure.end() + 1] == "/")
        if figure and not goes_on and not _UNIT.match(flat, figure.end()) and not _PERCENT.match(flat, figure.end()):
            spelled = first["unit"] or first["other"]
            unit = find_unit(spelled)
            readings, open_mark = read_figure(figure[0], foreign)
            if unit and unit.code == "TNE" and "," in figure[0]:  # M/T BULK 18,900: to the kilogram, or a shipload
                readings = tuple(sorted({*readings, *read_figure(figure[0], not foreign)[0]}))
            if unit and readings:
                return _measure(at, figure, figure.end(), readings, open_mark, unit, spelled)
    return _word(flat, at, before)


def _joins(flat: str, at: int) -> bool:
    """Whether a letter x between blanks multiplies: figures or packages stand on both sides."""
    rest = flat[at + 1 :].lstrip()
    package = _LONGEST.match(rest)
    word = _spelled().get(package[0].replace(" ", "")) if package else None
    return rest[:1].isdigit() or rest[:1] == "(" or (word is not None and word.role in (PACKAGE, NUMBER))


def _skip(flat: str, at: int) -> Token:
    """The rest of a figure that belongs to a word or a number: `UN1090`, `108-24-7`."""
    end = at
    while end < len(flat) and (flat[end].isalnum() or (flat[end] in "-.," and end + 1 < len(flat) and flat[end + 1].isdigit())):
        end += 1
    return Token(WORD, at, end, of="")


def _word(flat: str, at: int, before: str) -> Token | None:
    goes_on = before.isalpha() and not _IS_CJK.match(before) and not (before in "xх" and flat[at - 2 : at - 1].isdigit())
    if not before.isalnum() and before not in "/-." and (tenth := _TENTH_NORMAL.match(flat, at)):
        return Token(MOLAR, at, tenth.end(), (1 / Decimal(tenth["by"]),), of=tenth["what"])
    if not goes_on and (long := _LONGEST.match(flat, at)):
        word = words().get(long[0]) or _spelled()[long[0].replace(" ", "")]
        if word.role == NUMBER:
            return Token(NUMBER, at, long.end(), (Decimal(word.meaning),), of="word")
        return Token(word.role, at, long.end(), of=word.meaning, unit=long[0])
    part = _PART.match(flat, at)
    if not part:
        return None
    if part["mark"]:
        kind = _MARKS.get(part["mark"])
        return Token(kind, at, part.end()) if kind else None
    end = part.end()
    if _IS_CJK.match(flat[at]):  # no blanks part these words: one may begin at the next character
        end = at + 1
    return Token(WORD, at, end, of=flat[at:end])


def _number(flat: str, at: int, foreign: bool, found: Sequence[Token] = ()) -> Token | None:
    figure = DIGITS.match(flat, at)
    if not figure:
        return None
    before = flat[max(0, at - 24) : at]
    ordered = _ORDER.search(before) and not any(t.kind in (PACKAGE, NUMBER) for t in found[-3:])
    if " " in figure[0] and (ordered or _LABELS.search(before)):
        return _skip(flat, at)
    if flat[at - 1 : at] == "-" and at > 1 and (flat[at - 2].isalnum() or flat[at - 2] in (_OWN, _OTHER)):  # 2-98, UN-1090
        return _skip(flat, at)
    if (tenth := _FRACTION.match(flat, at)) and (match := _MOLARITY.match(flat, tenth.end())):
        return Token(MOLAR, at, match.end(), (1 / Decimal(tenth["by"]),), of=match["what"][0])
    end = figure.end()
    if flat[end : end + 1] == "-" and re.match(r"-(?:\d|[a-z])", flat[end:]) and not _UNIT.match(flat, end):
        return _skip(flat, at) if not re.match(r"-[a-z]", flat[end:]) else Token(WORD, at, end, of="")
    readings, open_mark = read_figure(figure[0], foreign)
    if not readings:
        return Token(WORD, at, end, of="")
    if " " in figure[0] and _LED.search(before):
        readings = readings[-1:]
    if match := _PERCENT.match(flat, end):
        return Token(PERCENT, at, match.end(), readings)
    if match := _PER_VOLUME.match(flat, end):
        mass, volume = find_unit(match["mass"]), find_unit(match["volume"])
        if mass and volume:
            litres = Decimal(match["n"] or 1) * volume.factor
            gap = _TO_AMPOULE.match(flat, match.end())
            ampoule = _LONGEST.match(flat, gap.end() if gap else match.end())
            if match["n"] and ampoule and words()[ampoule[0]].meaning in DOSES:  # 10 MG/2 ML AMP: what is in one
                return Token(MEASURE, at, match.end(), tuple(r * mass.factor for r in readings), of=MASS, unit=match["mass"])
            if litres:
                return Token(STRENGTH, at, match.end(), tuple(r * mass.factor / litres for r in readings), thousandths=open_mark)
    if match := _PER_OTHER.match(flat, end):
        return Token(SIZE, at, match.end(), readings)
    if found and found[-1].kind == TIMES and (match := _CONTAINER.match(flat, end)):
        return Token(SIZE, at, match.end(), readings, of="tank" if match[0].strip(" '")[0] == "t" else "container")
    if (match := _POUNDS.match(flat, end)) and (pound := find_unit("LB")):
        return _measure(at, figure, match.end(), readings, open_mark, pound, "lb")
    if match := _UNIT.match(flat, end):
        spelled = match["unit"]
        word = _spelled().get(spelled.replace(" ", "")) or words().get(spelled)
        if word and word.unit and not (len(spelled) == 1 and re.match(r"-[a-z]", flat[match.end() :])):
            return _measure(at, figure, match.end(), readings, open_mark, word.unit, spelled)
    if match := _MOLARITY.match(flat, end):
        moles = tuple(r / 1000 for r in readings) if match["what"].startswith("mm") else readings
        if moles[-1] <= _MOST_MOLAR:
            return Token(MOLAR, at, match.end(), moles, of=match["what"][0])
    if match := _COUNTED.match(flat, end):
        end = match.end()
    elif match := _DIMENSION.match(flat, end):
        return Token(SIZE, at, match.end(), readings)
    elif flat[end : end + 1].isalpha() and not any(p.match(flat, end) for p in (_IS_CJK, _TIMES, _LONGEST)):
        return _skip(flat, at)
    return Token(NUMBER, at, end, readings, thousandths=open_mark)


def _measure(
    start: int, figure: re.Match[str], end: int, readings: tuple[Decimal, ...], open_mark: bool, unit: Unit, spelled: str
) -> Token:
    if unit.code == "TNE" and "." in figure[0]:  # tonnes are written to the kilogram: 24.500 MT
        readings = readings[:1]
    values = tuple(r * unit.factor for r in readings)
    kind = MEASURE if unit.kind in (MASS, VOLUME) and values[0] > 0 and values[-1] < _LIMIT else WORD
    return Token(kind, start, end, values, of=unit.kind, thousandths=open_mark, unit=spelled)


def _asian(flat: str, numerals: re.Match[str]) -> Token | None:
    """A figure in Chinese numerals, if a unit or a package follows it at once: 二十吨, 八十桶."""
    unit = _UNIT.match(flat, numerals.end())
    value = (read_numeral(numerals[0]),)
    if not value[0]:
        return None
    if unit and (word := words().get(unit["unit"])) and word.unit:
        return _measure(numerals.start(), numerals, unit.end(), value, False, word.unit, unit["unit"])
    package = _LONGEST.match(flat, numerals.end())
    if package and (word := words().get(package[0])) and word.role == "package":
        return Token(NUMBER, numerals.start(), numerals.end(), value)
    return None
