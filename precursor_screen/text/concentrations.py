"""The concentration that a goods text states of a substance: the percentage that stands beside its name, and no other.

A text holds percentages of many things: moisture, discounts, wool, other substances. One belongs to a name if nothing but words
about strength, grade or packing stands between the two, and if no other name has a better claim to it. In doubt there is none:
without it the goods count whole, which errs on the safe side.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import pattern_of
from precursor_screen.text.text import late, plain

MAX_TEXT: Final = 20_000  # characters looked at: a goods text is shorter, and what is longer repeats itself
_PLACES: Final = 20  # of one name in a text, looked at in turn
_BEFORE: Final = 90  # characters between a name and its percentage
_LEAST_PURITY: Final = 90  # "min 99 %" is nearly that, "min 30 %" may be anything above

_NUMBER: Final = r"\d{1,3}(?:[.,]\d{1,4})?"
_SIGN: Final = (
    r"(?:%|％|٪|pct\b|per ?cents?\b|pour ?cents?\b|por ?cientos?\b|por ?cento\b|per ?cento\b|prozent(?:ig\w*)?\b|процент\w*)"
)
_PERCENT: Final = late(
    rf"(?<![\d.,])(?:(?P<low>{_NUMBER}) ?(?:{_SIGN})? ?(?:-|~|to|bis|до|至) ?)?(?P<value>{_NUMBER})"
    rf"(?: ?(?P<kind>wt|vol|mass|gew|masse|peso|w|v|m)[.]?(?:-|/| )?(?=[%％])| ?)?{_SIGN}"
    r"(?:-?ige?[rsnm]?\b)?(?P<basis> ?\(?(?:wt|w|m|p|vol|v)\.? ?/ ?(?:wt|w|m|p|vol|v)\b\.?\)?|"
    r" ?\(?(?:by )?(?:weight|wt|mass|volume|vol|gew|vv|ww|wv)\b\.?\)?)?"
)
_NOT_MASS: Final = late(r"vol|/ ?v|wv|vv|^\W*v")


# Words that stand between a name and its percentage: strength, grade, packing. Only between the two stand links: after a percentage "of",
# "less" and "free" lead to something else. Holders are goods of which a share may be stated: "EXTRACT 8% EPHEDRINE".
_one_of: Final = partial(pattern_of, "concentration_words")
_ASIAN: Final = r"[含量纯度浓溶液水工业级分析大于不低约为的规格优试剂]"
_ASIAN_PACKING: Final = r"[槽桶散罐瓶袋箱吨车装折]"
_NUMBERS: Final = r"(?:cas|ec|einecs|un|hs|onu)(?: ?(?:no|nr|code|number|rn))?[ .:#°-]{0,3}\d[\d .-]{1,14}\d(?!\d)"


def _word() -> str:
    return rf"(?:{_NUMBERS}|\d{{2,7}}-\d\d-\d|{_one_of('strength', 'link')}(?![^\W\d_])|{_ASIAN})"


_MARK: Final = r"[ ,:?()\[\]=<>≥≤~≈±/.*#\"'-]"
_BETWEEN: Final = late(lambda: rf"(?:{_MARK}|{_word()})*+")
# "HYDROCHLORIC ACID 20 DRUMS X 250 KG 33 %": a share of a fifth or more; a smaller one behind a quantity may be a discount or a loss.
_BEHIND_QUANTITY: Final = late(
    lambda: (
        rf"(?:{_MARK}|\d[\d.,]* ?(?:{_one_of('packing')}|кг|тн?|л|боч\w+)(?![^\W\d_])|{_word()}|{_one_of('packing')}(?![^\W\d_]))*+"
    )
)
_LEAST_BEHIND_QUANTITY: Final = 20
# Before a percentage that stands before its name: the start, a mark that parts goods, a figure, or a word that names nothing.
_OPENS: Final = late(
    lambda: (
        rf"(?:^|[,;:+/&|()\[\]\n]|\d|(?<![^\W\d_]){_one_of('strength', 'link', 'packing', 'joining', 'holder')})[ .<>=≥≤~≈±-]*$"
    )
)
_FOLLOWS: Final = late(
    lambda: (
        rf"[ .)\]*-]*(?:$|[,;:+/&|(\[\n]|\d|{_one_of('strength', 'packing', 'joining')}(?![^\W\d_])|{_ASIAN}|{_ASIAN_PACKING})"
    )
)
# Another name with a percentage of its own: then they take turns, "A 30 % B 70 %".
_TURNS: Final = late(rf"[ .]*[^\d,;:+/&|()%％]{{2,60}}?[ :(]{{0,3}}{_NUMBER} ?{_SIGN}")
_PARTED: Final = late(r"[,()\[\]]")
_NAME: Final = late(r"[^\d,;:+/&|()%％]{2,60}")
_ROUGH: Final = late(r"(?:approx|\bca\b|circa|about|env|aprox|etwa|around|nominal|typical|около|约|[~≈±])")
_AT_LEAST: Final = late(r"(?:\bmin|\bmind|>|≥|least|less than|\bnlt|не менее|不低于|大于|over|above)")
_AT_MOST: Final = late(r"(?:\bmax|<|≤|up to|more than|не более)")


class Concentration(Struct, frozen=True):
    """What share of the goods is the substance.

    Attributes:
        percent: above 0, at most 100; of a range ("95-98 %") the upper end.
        by_mass: per cent by mass, or not said; false for w/v and v/v, which are no shares of a mass.
        exact: stated as it is: not about, at most, at least (unless nearly pure), nor a wide range.
        start, end: characters of the text, from the first digit to the sign and what says of what it is a share.
    """

    percent: Decimal
    by_mass: bool
    exact: bool
    start: int
    end: int


def find_percentages(text: str) -> list[Concentration]:
    """Every percentage of a text that can be a share, in order, whatever it is a share of."""
    flat = plain(text[:MAX_TEXT])
    return [found for match in _PERCENT.finditer(flat) if (found := _read(flat, match))]


def concentration_of(text: str, name: str) -> Concentration | None:
    """The concentration of a substance in a text, or None if none is stated beside its name.

    Args:
        text: The goods description.
        name: The substance as the text writes it: the characters that were recognised.
    """
    text = text[:MAX_TEXT]
    percentages = find_percentages(text)
    if not percentages or not name:
        return None
    flat = plain(text)
    at, found = -1, None
    for _ in range(_PLACES):
        at = text.find(name, at + 1)
        if at < 0 or (found := _beside(flat, at, at + len(name), percentages)):
            break
    return found


def _read(flat: str, match: re.Match[str]) -> Concentration | None:
    value = Decimal(match["value"].replace(",", "."))
    low = Decimal(match["low"].replace(",", ".")) if match["low"] else None
    start = match.start()
    # "108-24-7 - 98 %": the first figure is the end of a number, and "2-98 %" is no range either.
    if low is not None and (low >= value or flat[max(0, start - 1) : start] == "-"):
        low, start = None, match.start("value")
    if not 0 < value <= 100:
        return None
    about = flat[max(0, start - 24) : start].rpartition("%")[2] + " " + flat[match.end() : match.end() + 8].partition("%")[0]
    by_mass = not any(_NOT_MASS.search(part) for part in (match["basis"] or "", match["kind"] or ""))
    wide = low is not None and value - low > 5
    rough = _ROUGH.search(about) or _AT_MOST.search(about) or (_AT_LEAST.search(about) and value < _LEAST_PURITY)
    return Concentration(value, by_mass, not (wide or rough), start, match.end())


def _beside(flat: str, start: int, end: int, percentages: list[Concentration]) -> Concentration | None:
    """The percentage of a name: the one before it if that opens a phrase, else the one after it."""
    place = bisect_right(percentages, start, key=lambda p: p.end)
    if place and start - percentages[place - 1].end <= _BEFORE:
        before = percentages[place - 1]
        # A comma or a bracket between the two ends what the percentage belongs to: "acetone (30 %), toluene".
        joined = not _PARTED.search(flat, before.end, start)
        if joined and _BETWEEN.fullmatch(flat, before.end, start) and _opens(flat, percentages[:place]):
            return before
    after = percentages[place] if place < len(percentages) else None
    if after and end <= after.start and after.start - end <= _BEFORE and _leads_to(flat, end, after):
        rest = flat[after.end : after.end + 80]
        parted = "," in flat[end : after.start]
        if _FOLLOWS.match(rest) or (not parted and _TURNS.match(rest)):
            return after
    return None


def _leads_to(flat: str, end: int, after: Concentration) -> bool:
    """Whether nothing but words of strength, grade or packing stands between the end of a name and a percentage."""
    if _BETWEEN.fullmatch(flat, end, after.start):
        return True
    return after.percent >= _LEAST_BEHIND_QUANTITY and bool(_BEHIND_QUANTITY.fullmatch(flat, end, after.start))


def _opens(flat: str, percentages: Sequence[Concentration]) -> bool:
    """Whether the last percentage opens a phrase, so that a name follows it, or takes its turn after one that does."""
    follower: Concentration | None = None
    for p in reversed(percentages[-_PLACES:]):
        if follower and not _NAME.fullmatch(flat, p.end, follower.start):
            return False
        if _OPENS.search(flat[max(0, p.start - 30) : p.start]):
            return True
        follower = p
    return False
