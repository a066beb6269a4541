"""How chemical names are put together, and what the words round one do to it.

Salt words belong to a name; a substituent before it or a function after it make another substance; "free" and "without"
take it away; a dosage form, a solvent blend or a pump make other goods of it.

All functions work on text from `names.text.plain`: lower case, no accents, "-" for every dash, one character per character.
Each looks at a bounded window, so a cell of any size costs linear time.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

WINDOW: Final = 80
_NUMBER: Final = r"(?:mono|di|tri|hemi|sesqui|моно|ди|геми)?"
_SALTS: Final = (
    r"(?:hydrochlor\w{0,4}|hidroklor\w{0,4}|chlorhydrat\w?|clorhidrato|cloridrato|hcl|hydrobrom\w{0,4}|bromhydrat\w?|bromhidrato|"
    r"bromidrato|hbr|bisulfat\w?|hydrogensulfat\w?|sul(?:f|ph)at[eos]?|solfato|sulfaat|sulfat|phos(?:f|ph)at\w?|fosfato?|bitartrat\w?|"
    r"hydrogentartrat\w?|tarta?rat[eos]?|tartraat|hydrogenmaleat\w?|maleat[eos]?|maleaat|fumarat\w?|citrat\w?|oxalat\w?|ossalato|acetat[eo]?|"
    r"mesylat\w?|nitrat\w?|salicylat\w?|гидрохлорид\w{0,2}|хлоргидрат\w{0,2}|гидробромид\w{0,2}|сульфат\w{0,2}|тартрат\w{0,2}|"
    r"малеат\w{0,2}|фосфат\w{0,2}|гідрохлорид\w{0,2}|هيدروكلوريد|كبريتات|طرطرات|ماليات|فوسفات)"
)
_METALS: Final = (
    r"(?:sodium|potassium|ammonium|calcium|magnesium|lithium|zinc|natrium|kalium|sodio|potasio|potassio|натрия|калия|аммония)"
)
_STATES: Final = (
    r"(?:free ?base|freebase|base|anhydrous|anhydre|anhidr[ao]|anidr[ao]|monohydrate|hemihydrate|dihydrate|hydrate|monohydrat|hydrat|"
    r"основание|моногидрат|безводный)"
)
_SALT_AFTER: Final = re.compile(
    rf"[ ,(\-]{{0,3}}(?:l-|d-|dl-)?(?:{_NUMBER}{_SALTS}|hydrogen (?:maleat[eo]?|tartrat[eo]?)|{_METALS} salt|salt|{_STATES}|"
    rf"{_METALS}(?=$|[ ,;.)]))(?:(?: {_STATES})?)(?![\w])\)?"
)
_CJK_SALT_AFTER: Final = re.compile(r"(?:盐酸盐|硫酸盐|酒石酸盐|马来酸盐|磷酸盐|氢溴酸盐|钠盐|钾盐|水合物)+")
_CJK_SALT_BEFORE: Final = re.compile(r"(?:盐酸|硫酸|酒石酸|马来酸|磷酸|氢溴酸|无水)$")
_SALT_BEFORE: Final = re.compile(
    rf"(?:(?<![\w])(?:{_NUMBER}{_SALTS}|{_METALS} salt|esters?|salts?|sel|sal|sale|salz|соль|base|anhydrous)[ ]"
    rf"(?:(?:of|de|di|d'|da|do|du|von|van|der) ?)?(?:l'|a |la |el )?|(?<![\w])(?:hydrochlorid|chlorhydrat|sulfat|tartrat|maleat)e? d')$"
)
_GLUED_SALT: Final = re.compile(rf"(?:{_NUMBER}{_SALTS}|base|salz)")
_STEREO_BEFORE: Final = re.compile(
    r"(?:(?:\((?:\d{0,2}[rsez*+\-±,' ]|rac|rel|dl?|l|cis|trans|alpha|beta){1,10}\)|\[[rsez*(),\-+ ]{1,14}\]|(?<![\w])(?:dl?|l|rac|rel|cis|trans|erythro|threo|\d[rs],\d[rs]))[ \-]?)+$"
)

# --- what stands before -------------------------------------------------------------------------------------------------
_SUBSTITUENT: Final = (
    r"(?:[a-z]{0,30}(?:yl|yle|ylo|oxy|oxi|amino|ammino|imino|anilino|nitro|nitroso|chloro|chlor|cloro|bromo|brom|iodo|jod|fluoro|fluor|"
    r"thio|azo|azido|mercapto|cyano|ciano|keto|oxo|sulfo|sulpho|phospho|phosphono|ylidene|ylene|ylium|hydro|sila|sulfonyl)|"
    r"di|tri|tetra|penta|hexa|hepta|octa|poly|poli|mono|bis|tris|tetrakis|per|iso|neo|cyclo|nor|homo|deoxy|seco|epi|thia|aza|oxa|"
    r"ortho|meta|para|sec|tert|spiro|n-?boc|boc|fmoc|cbz|tosyl|tert-butoxycarbonyl|pseudo|mesyl|ent|peri|ar|as|sym|unsym|"
    r"(?:метил|этил|пропил|бутил|фенил|бензил|ацетил|винил|аллил|хлор|бром|йод|фтор|нитро|амино|гидрокси|окси|метокси|этокси|тио|циано|"
    r"ди|три|поли|изо|бис|гидро|меркапто|сульфо|оксо|цикло|моно|орто|пара|мета)|[а-я]{0,20}(?:окси|амино|нитро|хлор|фенил|метил|этил))"
)
_ATTACHED: Final = re.compile(
    rf"(?:(?<![a-zа-я]){_SUBSTITUENT}|[\])}}](?<=[a-z'*\d][\])}}])|(?<![a-z\d])[nosc]{{1}}(?:,[nosc])*'*)-?$"
)
_ATTACHED_GROUP: Final = re.compile(
    r"(?:yl|oxy|oxi|amino|imino|thio|azo|nitro|ylidene|ylene|chloro|bromo|fluoro|iodo|hydroxy|oxo|cyano|sulf\w+|phosph\w+|-\d'?|acid|ol|one|ane|ene)"
    r"[\])}]+-?(?:\d{1,2}-)?$"
)
_SUBSTITUENT_LOCANT: Final = re.compile(rf"(?<![a-zа-я]){_SUBSTITUENT}[\])}}]*-\d{{1,2}}(?:,\d{{1,2}})*'*[- ]$")
_MULTI_LOCANT: Final = re.compile(r"(?:(?<![\w.])(?:\d{1,2}[a-z]?'*,)+|[^\s,],)\d{1,2}[a-z]?'*-$")
_LOCANT: Final = re.compile(r"(?<![\d.,\w])(?P<n>\d{1,2})'*-$")
_SPACED: Final = re.compile(
    r"(?<![a-zа-я])(?:[a-z]*(?:methyl|ethyl|propyl|butyl|pentyl|hexyl|heptyl|octyl|allyl|vinyl|phenyl|benzyl|benzoyl|acetyl|tolyl|naphthyl|styryl|"
    r"furfuryl|cinnamyl|lauryl|dodecyl|decyl|cetyl|stearyl|glyceryl|amyl|oxy|fluoro|chloro|bromo|iodo|nitro|mercapto|cyano|thio|ylidene|keto)|"
    r"amino|di|tri|tetra|poly|bis|mono|hydroxy|benzal|furfural|anisal|mesityl|methylene|ethylidene|tert|sec|petroleum|"
    r"(?:[a-z]*(?:metil|etil|propil|butil|fenil|bencil|vinil|alil|acetil))|"
    r"[а-я]*(?:метил|этил|пропил|бутил|фенил|бензил|ацетил|хлор|бром|нитро|амино)) $"
)
_CHEMICAL_WORD: Final = re.compile(
    r"(?<![a-z])(?P<w>[a-z]{2,}(?:yl|ol|ose|in|ine|ene|ane|one|ate|ide|oxy|acid|glycol|genin|lin))(?:-\d+)?[\])]? $"
)
_NO_CHEMICAL_WORD: Final = frozenset(
    [
        "intermediate",
        "intermediates",
        "private",
        "plate",
        "rate",
        "fine",
        "line",
        "machine",
        "marine",
        "medicine",
        "wine",
        "one",
        "stone",
        "zone",
        "tone",
        "phone",
        "inside",
        "outside",
        "side",
        "wide",
        "within",
        "origin",
        "resin",
        "tin",
        "thin",
        "skin",
        "main",
        "certain",
        "grain",
        "drain",
        "pain",
        "train",
        "captain",
        "container",
        "methanol",
        "ethanol",
        "ethane",
        "alcohol",
        "acetone",
        "toluene",
        "benzene",
        "xylene",
        "chloroform",
        "hexane",
        "carbonate",
        "estimate",
        "climate",
        "chocolate",
        "corporate",
        "certificate",
        "vaccine",
        "china",
        "online",
        "airline",
        "control",
        "symbol",
        "protocol",
        "patrol",
        "school",
        "pool",
        "tool",
        "wool",
        "carbide",
        "butane",
        "latin",
        "bin",
        "basin",
        "cabin",
        "satin",
        "dozen",
        "combine",
        "engine",
        "aniline",
        "benzine",
        "gasoline",
        "kerosene",
        "acetate",
        "aluminate",
        "laminate",
        "gate",
        "date",
        "state",
        "late",
        "approximate",
        "accurate",
        "separate",
        "alternate",
        "duplicate",
        "bromide",
        "chloride",
    ]
)
# "Levamisole HCl" is a salt; "drums HCl" and "conc. HCl" are not.
_SALT_OF: Final = re.compile(
    r"(?<![\w])(?!drums? |tanks? |liquid |conc |acid |gas |pure |fuming |grade |with |and |cans? |bags? |carboys? |bulk )[a-z]{4,}[),]? ?-?$"
)
_COMPOUND_OF: Final = re.compile(
    r"(?:compd\.?|compounds?|complex|adducts?|polymers?|copolymers?|reaction products?|salts?|esters?|derivatives?|oximes?|hydrazones?|"
    r"(?:diisocianat|isocianat|diisocyanat|isocyanat|cianohidrin|cyanhydrin|cianidrin|peroxid|perossid|sulfonat|acetal|oxim|nitril)\w{0,2}|"
    r"ester(?:e|es|i)?)\s(?:with|of|de|di|du|do|da|von|avec|con|mit)\s(?:l'|la |the )?$"
)

# --- what stands after --------------------------------------------------------------------------------------------------
_FUNCTION: Final = (
    r"(?:c[iy]an[oh]?h[iy]drin\w*|cianidrin\w*|[a-z]*oxim[aeo]?s?|(?:hydro)?perox[iy]d\w*|perossid\w*|[a-z\-]*c[iy]anat\w*|"
    r"(?:di|tri)?sul(?:f|ph)[oi](?:n|x|m|c|p|d|b)\w*|sulfamid\w*|disul(?:f|ph)\w*|thiosul(?:f|ph)\w*|(?:[a-z]* )?(?:acetal|ketal)s?|[a-z]*hydrazon\w*|hydrazin\w*|"
    r"hydrazid\w*|(?:thio)?semicarbazon\w*|(?:di|tri)?carbox\w*|carbohydrazid\w*|carb(?:onitril|onyl|odithio|othio|aldehyd)\w*|(?:di)?thiol\w*|"
    r"(?:di|tri)amin\w*|amines?|amid[aeo]?s?|anilid\w*|nitril\w*|imin\w*|phosphon\w*|phosphin\w*|arson\w*|boron\w*|boric|"
    r"anhydrid\w*|aldehyd\w*|dimers?|trimers?|(?:co)?polymers?|formaldehyde?|bisul(?:f|ph)it\w*|sodium bisul\w*|[a-z]{3,}ases?|n?-?oxides?|"
    r"dioxides?|musk|azin[eo]?|diyl\w*|ylidene\w*|yl\b|dione?s?|diols?|triols?|methanol|ethanol|ethylamin\w*|methylamin\w*|"
    r"propion\w*|propan\w*|acrylat\w*|disulfonat\w*|bis\w+|dimethyl\w+|diethyl\w+ (?:acetal|ketal|amide)|monoxime|tetrafluoroborat\w*|"
    r"glucosid\w*|lactam\w*|glycerol|glycol|diphosphat\w*|мыл\w*|оксим\w*|циангидрин\w*|пероксид\w*|диизоцианат\w*|сульфокислот\w*|сульфон\w*)"
)
_LOCANTS: Final = r"(?:\(?\d{1,2}[a-z]?(?:,\d{1,2}[a-z]?)*'*\)?-?|(?:alpha|beta|gamma|omega|n|o|s|p|m|n,n|o,o)'?-|\(\d\w?\)-?)"
_AFTER: Final = re.compile(rf"(?P<sep>[ \-]{{1,2}})(?P<loc>(?:{_LOCANTS}[- ]?)*)(?P<w>{_FUNCTION})(?![\w])")
_AFTER_LOCANT: Final = re.compile(
    r"[ \-]{1,2}(?:\d{1,2}[a-z]?(?:,\d{1,2}[a-z]?)*'*-|(?:alpha|beta|omega|n|o)-)[a-z\d()\[\],'\-]{0,60}?"
    r"(?:yl|ol|amine|amin|thiol|one|dione|oic|acid|ate|ide|nitrile|oxy|ic|al|ine|ene|ane|hyde|ester)(?![\w])"
)
# After a comma only what cannot be the next item of a list of goods.
_DERIVATIVE: Final = (
    r"(?:[a-z]*oxim[aeo]?s?|[a-z]*hydrazon\w*|(?:thio)?semicarbazon\w*|[a-z]*(?:acetal|ketal)s?|cyanohydrin\w*|esters?|n-oxide)"
)
_AFTER_COMMA: Final = re.compile(
    rf" ?, ?(?P<what>(?=[^ ]{{0,60}}[a-z]{{3}})[^\s,;][^\s;]{{0,70}}-(?=$|[ ,)])|(?=[^ ]{{0,8}}[\d\[('])[^\s;]{{1,70}}(?:oxime|hydrazone|carbazone)|"
    rf"(?:{_LOCANTS})*(?:[a-z]*(?:yl|di|bis) ?){{0,2}}{_DERIVATIVE}(?![\w])|"
    r"\d{1,2}(?:,\d{1,2})*'?-[a-z(\[][^\s,;]{0,60}(?:yl|oxy|o|y)-?(?=$| ?[,(]))"
)
_ACID_DERIVATIVE: Final = re.compile(
    r"[ ,\-]{1,3}(?:\(?[\w,'()\[\]*:+]+\)?[ \-]){0,4}?(?:\w{0,30}ester[se]?|\w{0,30}amid[eso]?|\w{0,30}amida|\w{0,20}anilide?|hydrazid\w*|nitril\w*|"
    r"chloride|bromide|anhydride|lactone|azide|methylat\w*|ethylat\w*|esterase)(?![\w])"
)
_MINERAL_SALT: Final = re.compile(
    r"[ ,\-]{1,3}(?!and |or |with |of )(?:(?!and |or |with |of |in |for )[\w()+:/]+[ \-]?){1,4}?(?:salt|esters?)(?![\w])|[ ,\-]{1,3}(?:esters?|salts? of|[a-z]*amide)(?![\w])"
    r"|[ ]?\(\d+:\d+\)|[ ,]{1,2}(?:[a-z]+)?(?:salt|ester)\b(?=\(|$)|, ?(?:mono|di|tri|bis|alkyl|methyl|ethyl|zinc|copper|iron|alumin\w+|magnesium|"
    r"calcium|sodium|potassium|ammonium|nickel|cobalt|chromium|barium|manganese|lead|lithium|strontium|titanium|cadmium|silver|mercury)[a-z]*[ (]"
)
_CATALOGUE: Final = re.compile(
    r"(?:^|[ ,;])\((?:8ci|9ci|7ci|6ci)[^)]*\)|-, \(|\[(?:french|german|dutch|polish|italian|spanish)\]"
)
_ETHER_OF_ACID: Final = re.compile(r"[ -](?:[а-яa-z\d,\-()]+ ){0,4}(?:кислот|гликол|целлюлоз|крахмал|фенол)")
_ETHER_OF: Final = re.compile(
    r" (?:of|de|d'|del|do|da|du|di|von|der)[ ]?(?:l'|la |the )?[\w\-]*(?:glycol|glicol|glykol|cellulos|celulos|phenol|fenol|ol\b|acide?\b|acid[oe])"
)

# --- negation -----------------------------------------------------------------------------------------------------------
_NO_BEFORE: Final = re.compile(
    r"(?:(?<![\w])(?:without|free (?:of|from)|devoid of|non|not|zero|other than|except(?:ing)?(?: for)?|excluding|excl\.?|exclusive of|exclude[sd]?|contains? no|"
    r"containing no|not contain(?:ing)?|does not contain|no (?:added )?|instead of|replac(?:es|ing)|substitute for|alternative to|"
    r"ohne|frei von|ausgenommen|ausser|kein(?:e[nrs]?)?|statt|sans|exempt de|exempte de|autres? que|hors|sauf|ne contient pas d[e']|sin|libre de|"
    r"exento de|exenta de|excepto|distint[oa]s? de|salvo|no contiene|sem|isento de|isenta de|livre de|exceto|nao contem|senza|privo di|escluso|"
    r"diverso da|zonder|vrij van|behalve|icermez|haric|bez|wolny od|без|не содержит|не содержащий|кроме|за исключением|свободн\w+ от|"
    r"بدون|خالي? من|خاليه من|ما عدا)[ \-]{0,2}|(?:不含|无|非|除|不包括|免|不得含有|未含|ノン|無)有?)$"
)
_NO_LIST: Final = re.compile(
    r"(?<![\w])(?:without|free of|free from|excluding|other than|except|ohne|sans|sin|sem|senza|без|кроме)[ ](?:[\w\-]+(?:,| and| or| und| et| y| e| и|/)+ ?){1,4}$"
)
_NUMBER_SIGN: Final = re.compile(
    r"(?:un|cas|ec|hs|inv|item|lot|ref|order|batch|po|s|b/l|bl|invoice|index|ci|code|part|article|art|model|ord)[ .]?no $"
)
_NO_AFTER: Final = re.compile(
    r"(?:[ \-]{0,2}(?:-? ?free|less|frei|freie[rsnm]?|exempt|not included|excluded|vrij)(?![\w])(?! (?:base|on |sample|of charge|flow|acid|fatty))|"
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
_CLAUSE_END: Final = re.compile(r"[;|\n]|, (?=[a-zа-я])|\. (?=[a-z])")
_CONCENTRATION: Final = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,4})?) ?(?:%|pct\b|per ?cent|percent|pour ?cent|por ?ciento|prozent|процент)", re.IGNORECASE
)


def salt_bounds(plain: str, start: int, end: int, covers_salts: bool) -> tuple[int, int]:
    """The bounds of a name with its stereochemical prefix and, for a substance whose salts are covered, its salt words.

    "piperidine hydrochloride" is piperidine from 0 to 24; "tartrato de ergotamina" and 盐酸麻黄碱 are covered whole.
    """
    before = plain[max(0, start - WINDOW) : start]
    if match := _STEREO_BEFORE.search(before):
        start -= len(before) - match.start()
        before = before[: match.start()]
    if not covers_salts:
        return start, end
    for pattern in (_SALT_BEFORE, _CJK_SALT_BEFORE):
        if match := pattern.search(before):
            start -= len(before) - match.start()
            break
    after = plain[end : end + WINDOW]
    for _ in range(2):
        match = _SALT_AFTER.match(after) or _CJK_SALT_AFTER.match(after)
        if not match:
            break
        took = match.end()
        if match[0].endswith(")") and "(" not in match[0]:
            took -= 1
        end += took
        after = after[took:]
    return start, end


def is_glued_ending(rest: str, covers_salts: bool) -> bool:
    """Whether letters that follow a name without a gap leave it the same substance: a plural; "-hydrochlorid" if its salts are."""
    return rest == "s" or (covers_salts and _GLUED_SALT.fullmatch(rest) is not None)


def prefix_reason(plain: str, start: int, name: str) -> str | None:
    """Why what stands before a name makes another substance of it, or None.

    Args:
        plain: The text.
        start: Where the name begins, salt words and stereochemistry left aside.
        name: The name as `plain` text.
    """
    before = plain[max(0, start - WINDOW) : start]
    if not before:
        return None
    if _ATTACHED_GROUP.search(before):
        return "part of a longer chemical name: a bracketed group stands before it"
    if match := _ATTACHED.search(before):
        if match[0].strip("-") not in ("s", "o", "c", "n") or match[0].endswith("-"):
            return f"part of a longer chemical name: {match[0]!r} stands before it"
    if _SUBSTITUENT_LOCANT.search(before) or _MULTI_LOCANT.search(before):
        return "part of a longer chemical name: a locant stands before it"
    if (match := _LOCANT.search(before)) and _takes_no_locant(name, match["n"]):
        return f"another position isomer: locant {match['n']}"
    if match := _SPACED.search(before):
        return f"part of a longer chemical name: {match[0].strip()!r} stands before it"
    if "ether" in name and (match := _CHEMICAL_WORD.search(before)) and match["w"] not in _NO_CHEMICAL_WORD:
        return f"part of a longer chemical name: {match['w']!r} stands before it"
    if name == "hcl" and _SALT_OF.search(before):
        return "a hydrochloride of something else"
    if name.endswith("эфир") and before.endswith("кислоты "):
        return "an ester: an acid stands before it"
    if match := _COMPOUND_OF.search(before):
        return f"a compound of it: {match[0].strip()!r} stands before it"
    return None


def _takes_no_locant(name: str, locant: str) -> bool:
    """Ketones without a locant of their own: 1-phenyl-1-propanone and 3-pentanone are not what their ends say."""
    return name in ("butanone", "propanone", "phenylpropanone", "phenylacetone", "butanon", "propanon") and locant != "2"


def continuation_reason(plain: str, end: int, name: str, covers_salts: bool) -> str | None:
    """Why what stands after a name makes another substance of it, or None.

    Args:
        plain: The text.
        end: Where the name ends, its salt words included.
        name: The name as `plain` text.
        covers_salts: Whether the substance is listed with its salts.
    """
    after = plain[end : end + WINDOW]
    if not after:
        return None
    own_ester = any(part in name for part in ("glycidate", "ester", "carboxylate", "acetoacetate", "glicidat", "glycidat"))
    if (match := _AFTER.match(after)) and not (own_ester and match["w"].startswith(("methyl", "ethyl", "propan"))):
        return f"another substance: {match['w']!r} follows"
    if match := _AFTER_LOCANT.match(after):
        return f"another substance: {match[0].strip()!r} follows"
    if match := _AFTER_COMMA.match(after):
        return f"another substance, named back to front: {match['what']!r} follows"
    if name.endswith(("acid", "saure", "кислота", "acide", "sauer")) or name.startswith(("acid", "acido", "acide")):
        mineral = any(part in name for part in ("sulf", "sulph", "solf", "hydrochlor", "clorh", "chlorh", "muriat", "clorid"))
        if match := (_MINERAL_SALT if mineral else _ACID_DERIVATIVE).match(after):
            return f"a salt, ester or other derivative: {match[0].strip(' ,')!r} follows"
    if "эфир" in name and _ETHER_OF_ACID.match(after):
        return "an ester or ether of something else"
    if "ether" in name or "eter" in name:
        if _ETHER_OF.match(after):
            return "an ether of something else"
        if match := re.match(r" (?:acetat|ketone|sulfat|sulphat|carbox|amine|imide|sulfone|phosphat|ester)\w*", after):
            return f"another substance: {match[0].strip()!r} follows"
    if not covers_salts and (
        match := re.match(
            r"[ \-](?:mono|di|tri|tetra|penta|hexa)?(?:chlorid|bromid|iodid|fluorid|hydrid|phosphat|cyanid)e?s?(?![\w])", after
        )
    ):
        return f"another substance: {match[0].strip()!r} follows"
    return None


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


def concentration(text: str) -> Decimal | None:
    """The first percentage in a text that can be a concentration ("98 %", "37% w/w"), above 0 and at most 100; else None."""
    for match in _CONCENTRATION.finditer(text):
        value = Decimal(match[1].replace(",", "."))
        if 0 < value <= 100:
            return value
    return None
