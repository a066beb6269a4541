"""What the words round the name of a substance say of the goods: that it is not there, or that they are not the substance.

"Free" and "without" take it away; a dosage form, a solvent blend or a pump make other goods of it. Functions work on text
from `names.text.plain` and look at a bounded window, so a cell of any size costs linear time.
"""

from __future__ import annotations

import re
from typing import Final

WINDOW: Final = 80

# --- negation -----------------------------------------------------------------------------------------------------------
_NO_BEFORE: Final = re.compile(
    r"(?:(?<![\w])(?:without|free (?:of|from)|devoid of|non|not|zero|other than|except(?:ing)?(?: for)?|excluding|excl\.?|exclusive of|exclude[sd]?|contains? no|"
    r"containing no|not contain(?:ing)?|does not contain|no (?:added )?|instead of|replac(?:es|ing)|substitute for|alternative to|"
    r"ohne|frei von|ausgenommen|ausser|kein(?:e[nrs]?)?|statt|sans|exempt de|exempte de|autres? que|hors|sauf|ne contient pas d[e']|sin|libre de|"
    r"exento de|exenta de|excepto|distint[oa]s? de|salvo|no contiene|sem|isento de|isenta de|livre de|exceto|nao contem|senza|privo di|escluso|"
    r"diverso da|zonder|vrij van|behalve|icermez|haric|bez|wolny od|без|не содержит|не содержащий|кроме|за исключением|свободн\w+ от|"
    r"بدون|خالي? من|خاليه من|ما عدا)[ \-]{0,2}(?:any |added |all |the |other |traces? of ){0,2}|(?:不含|无|非|除|不包括|免|不得含有|未含|ノン|無)有?)$"
)
_NO_LIST: Final = re.compile(
    r"(?<![\w])(?:without|free of|free from|excluding|other than|except|ohne|sans|sin|sem|senza|без|кроме)[ ](?:[\w\-]+(?:,| and| or| und| et| y| e| и|/)+ ?){1,4}$"
)
_NUMBER_SIGN: Final = re.compile(
    r"(?<![a-z])(?:un|cas|ec|hs|inv|item|lot|ref|order|batch|po|s|b/l|bl|invoice|index|ci|code|part|article|art|model|ord)[ .]?no $"
)
_NO_AFTER: Final = re.compile(
    r"(?:[ \-]{0,2}(?:-? ?free|less|frei|freie[rsnm]?|exempt|not included|excluded|vrij)(?![\w])(?! (?:base|on |sample|of charge|flow|acid|fatty|(?:trade )?zone|stock|issue|shipment|carrier|deliver|alongside|x ?\d|\d[\d.,]* ?(?:x|drums?|barrels?|ibcs?|cans?|bottles?|bags?|tank\w*|kgs?|kilos?|l|ltrs?|lit\w+|mt|tons?|tonnes?|gal\w*)(?![\w])))|"
    r"[ ,]{1,2}(?:is |are )?(?:not included|excluded|prohibited)(?![\w])|(?:除外|以外|フリー))"
)

# --- form ---------------------------------------------------------------------------------------------------------------
_PREPARATION: Final = re.compile(
    r"(?<![\w])(?:tablet[aes]?[ns]?|tabletten|tabs?\.?|caplets?|capsules?|capsulas?|caps\.|comprime?s?|comprimidos?|compresse?|kapseln?|gelules?|dragees?|"
    r"lozenges?|pastill\w*|syrups?|sirops?|jarabes?|xaropes?|sciropp\w+|sirup|suspensions?|elixirs?|oral solution|oral drops|nasal \w+|drops|gotas|gocce|"
    r"tropfen|injections?|injectable|inyectable|injetavel|inj\.?|ampoules?|ampullen?|ampollas?|ampul\w*|vials?|blisters?|sachets?|ointment|cream|"
    r"suppositor\w+|dosage|medicaments?|medicines?|medicamentos?|arzneimittel|inhalers?|decongestant\w*|cough|cold (?:and|&) flu|"
    r"\d+(?:[.,]\d+)? ?mg(?:/ ?\d* ?ml)?|mg/ml|mcg|x ?\d+ tabs?|таблет\w*|капсул\w*|сироп\w*|ампул\w*|раствор для инъекций|лекарств\w*)(?![\w])|"
    r"(?:片剂|胶囊|注射液|糖浆|滴剂|药片|缓释片|颗粒剂|口服液|错|注射剂)|(?<=[酸碱素胺])片"
)
_MIXTURE_BEFORE: Final = re.compile(
    r"(?<![\w])(?:thinners?|containing|contains?|mixtures? of|blends? of|solvent mix\w*|mixed solvents?|solution in|in|based on|diluted in|dissolved in|"
    r"dilutions? in|base de|contenant|que contiene\w*|contem|enthaltend|содержащ\w+)[ :(\-]{1,3}(?:[\w.,%+/ -]{0,40}[,+/ (]{1,2})?$"
)
_MIXTURE_SAME: Final = re.compile(
    r"(?<![\w])(?:thinners?|paints?|varnish\w*|lacquers?|adhesives?|glues?|cements?|inks?|coatings?|primers?|removers?|cleaners?|polish\w*|degreasers?|"
    r"detergents?|disinfectants?|blends?|mixtures?|mixed|standards?|std|volumetric|titrant|test solution|buffer|reagent|based|cosmetics?|perfumes?|fragrances?|"
    r"shampoos?|soaps?|lotions?|aerosols?|sprays?|putty|sealants?|fuels?|additives?|eau de|parfum\w*|pinturas?|tintas?|barniz\w*|diluyente|"
    r"solvente mezcla|краск\w+|растворител\w+|лак|клей|разбавител\w+|\d*[.,]?\d+ ?(?:mol/l|mmol|eq/l)|\d*[.,]\d+ ?[nm]|[nm]/\d+)(?![\w])|"
    r"(?:稀释剂|油漆|涂料|胶水|粘合剂|清洗剂|标准溶液|试剂盒)"
)
_ARTICLE: Final = re.compile(
    r"(?<![\w])(?:batter(?:y|ies)|accumulators?|akku\w*|bateria\w*|batterie\w*|аккумулятор\w*|test kits?|test strips?|kits?|pumps?|valves?|pipes?|hoses?|gloves?|"
    r"machine(?:ry)?|equipment|detectors?|sensors?|analy[sz]ers?|gaskets?|filters?|spare parts?|parts|apparatus|labels?|resistant|resistance|proof|"
    r"plant|plants|tester|dispensers?|storage tanks?|reactors?|heat exchangers?|empty|vides?|vacios?|leere?)(?![\w])|(?:电池|蓄电池|水泵|阀门|设备)"
)
_ARTICLE_FOR: Final = re.compile(
    r"(?<![\w])(?:for|fur|pour|para|per|для)[ ](?:the |la |le |el |use with |handling |storing |storage of |transport of )?$"
)
# "Remover and 20 drums acetone": a number after the conjunction begins goods of their own.
_CLAUSE_END: Final = re.compile(r"[;|\n]|, |\. (?=[a-z])|(?: and| plus| und| et| y| e| и|[ ]?[+&])[ ](?=\d)")


def is_negated(plain: str, start: int, end: int) -> bool:
    """Whether the text says that the substance is not there: "without X", "X-free", "sans X", 不含X."""
    before, after = plain[max(0, start - WINDOW) : start], plain[end : end + 24]
    if (_NO_BEFORE.search(before) or _NO_LIST.search(before)) and not _NUMBER_SIGN.search(before):
        return True
    return _NO_AFTER.match(after) is not None


def form_of(plain: str, start: int, end: int) -> str:
    """What the goods are that the name stands in: substance, preparation, mixture or article.

    A dosage form makes a preparation, a word for blends or uses in the same clause a mixture, a thing made or meant for the
    substance an article.
    """
    before, after = plain[max(0, start - 2 * WINDOW) : start], plain[end : end + 2 * WINDOW]
    near_before = _CLAUSE_END.split(before)[-1]
    near_after = _CLAUSE_END.split(after)[0]
    if _PREPARATION.search(near_before[-60:] + " " + near_after[:60]) or _PREPARATION.search(plain[start:end]):
        return "preparation"
    if _ARTICLE.search(near_after[:30]) or (_ARTICLE_FOR.search(before) and _ARTICLE.search(before)):
        return "article"
    if _ARTICLE.search(near_before[-30:]) and not near_before.rstrip().endswith((":", "(")):
        return "article"
    if _MIXTURE_BEFORE.search(before) or _MIXTURE_SAME.search(near_before[-40:] + " " + near_after[:40]):
        return "mixture"
    return "substance"
