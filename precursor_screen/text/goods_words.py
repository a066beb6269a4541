"""What the words round the name of a substance say of the goods: that it is not there, or that they are not the substance.

"Free" and "without" take it away; a dosage form, a solvent blend, a pump or an emptied drum make other goods of it; packages, a grade
or a purpose do not. The words are in `data/names/goods_words.csv`, by kind; "*" stands for any ending. Functions work on text from
`text.text.plain` and look at a bounded window, so a cell of any size costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from typing import Final

from precursor_screen.core import tables
from precursor_screen.text.text import late
from precursor_screen.text.text import plain as fold

# The noun that English goods are named by: BRASS BALL VALVES FOR WATER, 40 PCS are valves; Horses; live, pure-bred are horses.

_WORD: Final = re.compile(r"[a-z]{3,}")
_PART: Final = re.compile(r"[,;:(/\[+&]| - |\b(?:for|with|of|in|to|from|by|and|or|as|per|not|containing)\b")
_NAMED: Final = re.compile(r",|\(|\b(?:and|or)\b")
_TOLD: Final = re.compile(r"\b(?:of|for|in|with|not|other|containing)\b")


def words_in(text: str) -> list[str]:
    """The words of a text, lower case, from three letters on."""
    return _WORD.findall(text.lower())


def head_noun(text: str, passed_over: Collection[str] = ()) -> str:
    """The last word of the first part of a description that holds any but those passed over; '' if there is none."""
    parts = ([word for word in _WORD.findall(part) if word not in passed_over] for part in _PART.split(text.lower()))
    return next((words[-1] for words in parts if words), "")


def heading_nouns(heading: str) -> Iterator[str]:
    """The nouns that a heading of the nomenclature names its goods by: what stands before the semicolon, without what tells of them."""
    for part in _NAMED.split(heading.lower().partition(";")[0]):
        yield from _WORD.findall(_TOLD.split(part)[0])[-1:]


WINDOW: Final = 80
_NO_EDGES: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")  # scripts that write words without gaps


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of a kind in all languages.

    Raises:
        KeyError: there is no such kind.
    """
    return frozenset(map(fold, tables.words_of("goods_words", kind)))


@cache
def one_of(kind: str, *, glued: bool = False) -> str:
    """A pattern for a word of a kind, longest first, which stands free where its script has gaps between words.

    Args:
        kind: of the table.
        glued: whether a letter may touch its beginning (endings that make a word: "-frei").
    """
    words = sorted(words_of(kind), key=lambda w: (-len(w), w))
    edged = "|".join(_pattern(w) for w in words if not _NO_EDGES.search(w))
    free = [re.escape(w) for w in words if _NO_EDGES.search(w)]
    begin = "" if glued else r"(?<!\w)"
    return "(?:" + "|".join([rf"{begin}(?:{edged})(?!\w)", *free]) + ")"


_any: Final = partial(tables.pattern_of, "goods_words")  # of a kind whose words are regular expressions


def _pattern(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", "[ -]")


# --- negation -----------------------------------------------------------------------------------------------------------
def _filler() -> str:
    return rf"[ \-:]{{0,2}}(?:{one_of('negation-filler')}[ ]){{0,4}}(?:d'|l')?"


_NO_BEFORE: Final = late(lambda: rf"{one_of('negation')}{_filler()}有?$")
# A list that is denied as a whole; its items have no figures, for goods of their own have a quantity.
_NO_LIST: Final = late(
    lambda: (
        rf"{one_of('negation')}{_filler()}(?:[^\W\d][\w\-]*(?:[ ][^\W\d][\w\-]*)?(?:,|/|[ ](?:and|or|nor|ni|noch|ani|nem|und|oder|et|ou|y|o|u|e|i|и|или|ve|veya|atau|dan|hoac|va)(?=[ ]))+[ ]?){{1,5}}$"
    )
)
_NUMBER_SIGN: Final = late(lambda: rf"(?<![a-z]){_any('before a number sign')}[ .]?no $")
# "Except for acetone all non-hazardous": what is excepted from a denial, or from all the rest, is there.
_DENIED_REST: Final = late(
    lambda: (
        rf"(?:non[ -]?(?:haz\w*|dg|dangerous)|no (?:dg|dangerous goods|hazardous)|not (?:haz\w*|restricted|regulated|dangerous))[^;|]{{0,40}}{_any('excepting')}[ ]$"
    )
)
_BUT_FIRST: Final = late(lambda: rf"(?:^|[;|.:,(][ ]?){_any('excepting')}[ ]$")
_THE_REST: Final = late(lambda: rf"[ ,]{{1,2}}{_any('all the rest')}")
_FREE_OF_WHAT: Final = (
    r"(?![ -](?:than|base|on |sample|of (?:charge|cost|freight|payment)|flow|acid|fatty|(?:trade )?zone|stock|issue|shipment|carrier|deliver|alongside|from|of (?!it)|in and|carrier|"
    r"x ?\d|\d[\d.,]* ?(?:x|drums?|barrels?|ibcs?|cans?|bottles?|bags?|tank\w*|kgs?|kilos?|l|ltrs?|lit\w+|mt|tons?|tonnes?|gal\w*)(?![\w])))"
)
_NO_AFTER: Final = late(
    lambda: (
        rf"(?:[ \-]{{0,2}}(?:-? ?{one_of('negation-after', glued=True)}){_FREE_OF_WHAT}|[ ,]{{1,2}}{one_of('negation-after')}{_FREE_OF_WHAT}|"
        rf"[ ]?(?:content)?[ ]?(?::|=|-|\(|[ ](?:is )?)[ ]?{one_of('absent')}(?![ ](?:of|other|than|less|more|additive|value|com|\d)|[ .]?\d))"
    )
)
_NO_SHARE_BEFORE: Final = late(r"(?<![\d.,])0(?:[.,]0+)? ?(?:%|pct|percent|prozent)[ ](?:of |de |v/v |w/w )?$")
_NO_SHARE_AFTER: Final = late(r"[ ]?(?:content)?[ :=(\-]{0,3}0(?:[.,]0+)? ?%(?!\d)")

# --- quantities ---------------------------------------------------------------------------------------------------------
_SUBSTANCE_PACKED: Final = late(
    lambda: (
        rf"\d[\d.,]* ?(?:x ?)?(?:(?:new|steel|plastic|hdpe|iron|fib(?:re|er)|\d+ ?(?:kg|l|ltr)s?) ){{0,3}}{_any('drum')}(?![\w])|(?<![\w]){_any('drum')} of |\d ?%|"
        r"(?<![\w])(?:technical|tech|industrial|reagent|analytical|acs|usp) grade"
    )
)
_ANY_QUANTITY: Final = late(
    lambda: (
        rf"\d ?(?:kgs?|kilos?|g|gm|mt|tons?|tonnes?|l|ltrs?|lit\w+|ml|gal\w*|lbs?|кг|т|л|公斤|吨|升|千克|桶)(?![a-z])|\d[\d.,]* ?(?:[a-z]+ ){{0,2}}{_any('drum')}(?![\w])"
    )
)

# --- form ---------------------------------------------------------------------------------------------------------------
_DOSE: Final = r"(?<![\w])\d+(?:[.,]\d+)? ?mg(?:/ ?\d* ?(?:ml|tab\w*))?(?![\w]|/ ?(?:kg|l\b))|(?<![\w])mg/ml|(?<![\w])mcg(?![\w])|x ?\d+ ?(?:tabs?|caps?)(?![\w])|(?<=[酸碱素胺])片"
_DOSAGE: Final = late(
    lambda: rf"{one_of('dosage')}(?![ ](?:grade|manufactur\w*|making|production|press|quality|industry))|{_DOSE}"
)
_MEDICINE: Final = late(lambda: one_of("medicine"))
_PACK: Final = late(lambda: rf"{_DOSE}|\d ?(?:x|pcs|packs?|box(?:es)?|bottles?|strips?)(?![\w])|{_ANY_QUANTITY.pattern}")
_MIXTURE_BEFORE: Final = late(lambda: rf"{one_of('mixture-before')}[ :(\-]{{1,3}}(?:[\w.,%+/ -]{{0,40}}[,+/ (]{{1,2}})?$")
_MIXTURE_SAME: Final = late(
    lambda: rf"{one_of('mixture')}|(?<![\w])(?:\d*[.,]?\d+ ?(?:mol/l|mmol|eq/l)|\d*[.,]\d+ ?[nm]|[nm]/\d+)(?![\w])"
)
_RETAIL: Final = late(lambda: one_of("retail"))
_SMALL_PACK: Final = late(r"(?<![\d.,])\d{1,3} ?(?:ml|cc|g|gm|gr|fl ?oz|oz|мл|毫升)(?![\w])")
_LOW: Final = late(lambda: rf"{one_of('low')}[ -](?:in[ ]|content of[ ])?$")
_ARTICLE: Final = late(lambda: one_of("article"))
# Goods that are named first and of which the substance is a part: matches with a striking surface of red phosphorus, masterbatch.
_MADE_WITH: Final = late(lambda: rf"(?<![\w]){_any('made-with')}(?![\w])[^;|]{{0,40}}$|火柴[^;|]{{0,12}}$")
# An article whose name goes on as a grade or a trade is none: battery grade, pharma plant grade, battery industry.
_OF_GRADE: Final = late(lambda: rf"[ \-](?:[a-z]+[ ])?{one_of('grade')}")
_PROCESSED: Final = late(lambda: rf"[ \-]{one_of('processed')}")
_FOR: Final = r"(?:for|to handle|handling|pour|para|fur|fuer|per|для|voor|untuk|cho|icin|dla)"
_ARTICLE_FOR: Final = late(
    rf"(?<![\w])(?:{_FOR}|auf|na|на)[ ](?:the |la |le |el |use with |handling |storing |storage of |transport of |measuring )?$"
)
_PURPOSE: Final = late(rf"[ ,(]{_FOR}[ ]")
# The same for several things in a row: a cabinet for acid and acetone bottles.
_ARTICLE_FOR_SEVERAL: Final = late(
    rf"(?<![\w]){_FOR}[ ](?:[\w\-]+(?:[ ][\w\-]+)?(?:,[ ]|[ ]?[/&+][ ]?|[ ](?:and|or|und|et|y|e|и)[ ])){{1,4}}$"
)
# Acid for them, and not the batteries.
_OF_BATTERY: Final = late(
    r"(?:lead[ -])?(?:acid )?(?:batter(?:y|ies|ie|ia|ias)|akku\w*|accumulators?|аккумулятор\w*)[ -](?:acid|filling|fill|electrolyte|fluid|fullsaure|fuellsaeure)(?![\w])"
)
_AND: Final = late(r"(?:(?<![\w])(?:and|plus|und|et|y|e|и|ve|dan|va)|[&+])[ ]$")
# Where the noun that a name begins comes to its end: "acetone in drums with hazard labels" are no labels.
_PHRASE_END: Final = late(lambda: rf"[ ]{_any('end of a phrase')}(?=[ ])|[ ]?[\d(/:+&]|[ ]-[ ]")
# "Remover and 20 drums acetone": a number after the conjunction begins goods of their own.
_CLAUSE_END: Final = late(r"[;|\n]|, |\. (?=[a-z])|(?: and| plus| und| et| y| e| и|[ ]?[+&])[ ](?=\d)")
_EMPTIED: Final = late(lambda: one_of("emptied"))
_LAST: Final = late(lambda: rf"(?<![\w]){_any('last-held')}[ :\-(]{{1,3}}(?:[\w\-]+[ ]){{0,2}}$")


# What bears the name of a substance: a street, a firm, a title or a brand in quotation marks; and what is measured by one, as the
# iodine value of an oil.
_NAMESAKE: Final = late(
    lambda: (
        rf"(?:,?[ ]{_any('firm')}(?![\w])|[ -](?:{_any('named after')}(?![\w])|{_any('street')}(?![\w])(?: \d{{1,4}}(?![\d.]|,\d|[ ]?[a-z])| ?(?:[,;|]|$))))"
    )
)
_NAMED_BEFORE: Final = late(lambda: rf"(?<![\w]){_any('named before')}[ :]{{0,2}}(?:d[eiu] |dell?'|de l[a']? ?|d')?$")
_QUOTE: Final = "[\"'“”„«»]"
_OPENED: Final = late(
    lambda: (
        rf"(?:(?<![\w])(?:(?P<brand>{_any('brand')})|(?P<title>{_any('title')}))[ :.-]{{0,3}})?{_QUOTE} ?(?P<other>(?:[\w-]+ ){{0,3}})$"
    )
)
_CLOSED: Final = late(lambda: rf"(?P<other>(?: [\w-]+){{0,3}}) ?{_QUOTE}(?P<brand>[ ,]{{0,2}}{_any('brand')}(?![\w]))?")
_MEASURED: Final = late(lambda: rf"[ -]{_any('measured by it')}(?![\w])(?! ?(?:in |us|eur|[$€]))")
_MEASURING: Final = ("iod", "jod", "yod", "йод", "иод", "kmno4", "permangan", "potassium perm")
# What is left of a substance in other goods: RESIDUAL ACETONE, TOLUENE MAX 50 PPM, TOLUENE CONTENT BELOW 0.1 %.
_TRACE_BEFORE: Final = late(lambda: rf"(?<![\w]){_any('trace before')} ?$")
_TRACE: Final = late(
    r"[ :(]{0,2}(?:content )?(?:(?:<|≤|max\.?|below|under|less than|not more than|up to) ?)?\d[\d.,]* ?(?:ppm|ppb|mg/kg)(?![\w])"
    r"|[ :]{0,2}content ?(?:<|≤|max\.?|below|under|less than|not more than) ?0[.,]\d"
)


def is_negated(plain: str, start: int, end: int) -> bool:
    """Whether the text says that the substance is not there: "without X", "X-free", "X: nil", "0 % X", "sans X", 不含X."""
    before, after = plain[max(0, start - WINDOW) : start], plain[end : end + 32]
    if _NO_SHARE_BEFORE.search(before) or _NO_SHARE_AFTER.match(after):
        return True
    if _NO_BEFORE.search(before) and not _NUMBER_SIGN.search(before):
        return not (_DENIED_REST.search(before) or (_BUT_FIRST.search(before) and _THE_REST.match(after)))
    if _NO_LIST.search(before) and not _ANY_QUANTITY.search(after):
        return True
    return _NO_AFTER.match(after) is not None


def form_of(plain: str, start: int, end: int) -> str:
    """What the goods are that the name stands in: substance, preparation, mixture or article.

    A dosage form makes a preparation, a word for blends or uses in the same clause a mixture. An article is a thing whose name the
    substance begins (acetone pump), one meant for it (pump for acetone) without packages of it, a package that held it last, or goods
    for households in small packs.
    """
    before, after = plain[max(0, start - 2 * WINDOW) : start], plain[end : end + 2 * WINDOW]
    near_before = _CLAUSE_END.split(before)[-1]
    near_after = _CLAUSE_END.split(after)[0]
    if _is_emptied(before, near_before, near_after):
        return "article"
    here = _PURPOSE.split(near_after)[0]  # what the goods are for makes no other goods of them
    if _MADE_WITH.search(before):
        return "article"
    if _is_namesake(plain[start:end], before, after):
        return "article"
    if _is_preparation(plain[start:end], near_before[-60:], here[:60], near_after[:60]):
        return "preparation"
    if _is_article(before, near_before, near_after):
        return "article"
    if _MIXTURE_BEFORE.search(before) or _MIXTURE_SAME.search(near_before[-40:] + " " + here[:40]):
        return "article" if _is_trifling(near_before, near_after) else "mixture"
    return "article" if _is_for_sale(near_before, near_after) else "substance"


_PREPOSITION: Final = late(
    r"(?<![\w'])(?:d[eiu]|d'|del|della|dell'|da|do|of|for|from|to|fur|fuer|von|pour|para|per|van|voor|на|для|от|z|na|til|untuk)[ ]?$"
)
_LETTERS: Final = re.compile(r"[^\W\d_]{3,}")


def names_other_goods(plain: str, start: int, end: int, is_of_code: Callable[[str], bool], *, beside: bool = False) -> bool:
    """Whether the goods are named by a noun of their code, and the name stands in it: TOLUENE RECOVERY UNIT under a code of machines.

    Words of packing, grade, purity and quantity right beside the name make it that of the goods, and what stands behind "for" is a purpose. Where a
    package of it is counted, the name stands for the goods themselves.

    Args:
        plain: the text from `text.text.plain`.
        start, end: of the name.
        is_of_code: whether a word names goods of the code.
        beside: whether any word before the name counts, of the code or not: brands of perfumes stand so (EAU DE PARFUM OPIUM).
    """
    near_before = _CLAUSE_END.split(plain[max(0, start - WINDOW) : start])[-1]
    near_after = _CLAUSE_END.split(plain[end : end + WINDOW])[0]
    if _SUBSTANCE_PACKED.search(near_after):
        return False
    behind = _LETTERS.findall(_PURPOSE.split(_PHRASE_END.split(near_after)[0])[0])
    led = _PREPOSITION.sub("", near_before)
    before = _LETTERS.findall(led)[::-1] if beside or led != near_before else []
    return any(words and words[0] not in _no_other() and (beside or any(map(is_of_code, words))) for words in (behind, before))


@cache
def _no_other() -> frozenset[str]:
    return frozenset().union(*map(words_of, ("packing", "neutral", "evidence", "mass-unit", "grade", "negation-filler")))


def _is_emptied(before: str, near_before: str, near_after: str) -> bool:
    if _LAST.search(near_before):
        return True
    if found := _EMPTIED.search(near_before):
        # "Empty boxes and acetone 20 drums": goods of their own.
        return not (re.search(r"(?:and|und|et|y|e|[&+])[ ]", near_before[found.end() :]) and _ANY_QUANTITY.search(near_after))
    if _EMPTIED.search(near_after[:60]):
        return True
    first = _CLAUSE_END.split(before)[0]
    elsewhere = first is not near_before and _EMPTIED.search(first) is not None
    return elsewhere and not _ANY_QUANTITY.search(f"{near_before}#{near_after}")


def _is_preparation(name: str, before: str, here: str, after: str) -> bool:
    if _DOSAGE.search(before + " " + here) or _DOSAGE.search(name) or re.search(_DOSE, after):
        return True
    return _MEDICINE.search(before + " " + here) is not None and _PACK.search(before + " " + after) is not None


def _is_namesake(name: str, before: str, after: str) -> bool:
    """Whether something else bears the name, never where a quantity stands behind it; or hardly any of the substance is in other goods."""
    if _TRACE.match(after) or (name.startswith(_MEASURING) and _MEASURED.match(after)):
        return True
    if _ANY_QUANTITY.search(after[:60]):
        return False
    if _NAMESAKE.match(after) or _NAMED_BEFORE.search(before) or _TRACE_BEFORE.search(before):
        return True
    opened, closed = _OPENED.search(before), _CLOSED.match(after)
    if not opened or not closed:
        return False
    return bool(opened["title"] or ((opened["brand"] or closed["brand"]) and (opened["other"] or closed["other"])))


def _is_for_sale(before: str, after: str) -> bool:
    """Goods for households in packs for them: NAIL POLISH REMOVER WITH ACETONE 100 ML X 72."""
    near = f"{before[-60:]} # {after[:60]}"
    return bool(_RETAIL.search(near) and _SMALL_PACK.search(near)) and not _SUBSTANCE_PACKED.search(near)


def _is_trifling(before: str, after: str) -> bool:
    """Whether there is little of the substance in a mixture: of a LOW TOLUENE ADHESIVE, or of goods for households."""
    return _is_for_sale(before, after) or bool(_LOW.search(before) and not _SUBSTANCE_PACKED.search(after[:60]))


def _is_article(before: str, near_before: str, near_after: str) -> bool:
    near_before, near_after = _OF_BATTERY.sub("#", near_before), _OF_BATTERY.sub("#", near_after)
    phrase = _PHRASE_END.split(near_after)[0][:30]
    if _PROCESSED.match(phrase):
        return True
    if (found := _ARTICLE.search(phrase)) and not _OF_GRADE.match(phrase, found.end()):
        return True
    if _ARTICLE_FOR.search(before) and _ARTICLE.search(before):
        return not _SUBSTANCE_PACKED.search(near_after[:40])
    if _ARTICLE_FOR_SEVERAL.search(before) and _ARTICLE.search(before) and not _ANY_QUANTITY.search(near_after[:60]):
        return True
    found = max(_ARTICLE.finditer(near_before[-30:]), key=lambda m: m.start(), default=None)
    if found is None or near_before.rstrip().endswith((":", "(")):
        return False
    between = near_before[-30:][found.end() :]
    if not between.strip() and _SUBSTANCE_PACKED.search(near_after[:40]):
        return False  # BATTERY SULPHURIC ACID 37 %
    return not (_OF_GRADE.match(between) or _AND.search(between) or re.search(r"\d", between))
