"""How chemical names are put together, and what the words round one do to it.

Salt words belong to a name; a substituent before it or a function after it make another substance.

All functions work on text from `text.text.plain`: lower case, no accents, "-" for every dash, one character per character.
Each looks at a bounded window, so a cell of any size costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, partial
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import DATA, pattern_of, shipped_rows, whole_rows, words_of
from precursor_screen.text.text import late, plain

# Molar masses of sum formulas, and how much of a salt is the base: ephedrine hydrochloride holds 82 % of ephedrine.

_COLUMNS: Final = ("words", "formula", "bases", "source", "verified")
_WATER: Final = "H2O"
_ASIAN: Final = re.compile(r"[\u3400-\u9fff]")  # scripts without blanks between words
_PART: Final = re.compile(r"([A-Z][a-z]?)(\d*)")


@cache
def _weights() -> dict[str, Decimal]:
    """Conventional atomic weights of the elements in the formulas of what is traded as molar or normal solutions."""
    rows = shipped_rows("elements", ("symbol", "weight", "source"))
    return {row["symbol"]: row.read("weight", Decimal) for row in rows}


def molar_mass(formula: str) -> Decimal | None:
    """Grams a mole of a formula without brackets; None: it is none, or holds an element that is not known here."""
    if not re.fullmatch(rf"(?:{_PART.pattern})+", formula):
        return None
    parts = _PART.findall(formula)
    if any(symbol not in _weights() for symbol, _ in parts):
        return None
    return sum((_weights()[symbol] * int(count or 1) for symbol, count in parts), Decimal(0))


class _Acid(Struct, frozen=True):
    mass: Decimal  # grams a mole
    bases: int  # that one molecule of it binds


def base_share(formula: str, name: str) -> Decimal | None:
    """The share of the base in a salt by mass, 0 to 1.

    Args:
        formula: sum formula of the base.
        name: the name as filed, salt words included ("Ephedrine HCl").

    Returns:
        1 where the name holds no word of a salt; None where it holds several, or the formula is not known: then the salt counts whole.
    """
    flat = plain(name)
    acids, words = _acids()
    found = {acids[word[0]] for word in words.finditer(flat)}
    if not found:
        return Decimal(1)
    base = molar_mass(formula)
    if len(found) > 1 or base is None:
        return None
    (acid,) = found
    water = molar_mass(_WATER) if "monohydrate" in flat else Decimal(0)
    return base / (base + acid.mass / acid.bases + (water or Decimal(0)))


@cache
def _acids() -> tuple[dict[str, _Acid], re.Pattern[str]]:
    """The words of salts with what they add, and all of them as one pattern: of "hydrogen sulphate" the whole is meant."""
    acids = {}
    for row in whole_rows(DATA / "substances" / "salts.csv", _COLUMNS):
        mass = molar_mass(row["formula"])
        assert mass is not None, row["formula"]
        acids.update({word: _Acid(mass, row.read("bases", int)) for word in row["words"].split("|")})
    longest_first = sorted(acids, key=len, reverse=True)
    parts = (re.escape(w) if _ASIAN.match(w) else rf"(?<![^\W_]){re.escape(w)}(?![^\W_])" for w in longest_first)
    return acids, re.compile("|".join(parts))


WINDOW: Final = 120
_NUMBER: Final = r"(?:mono|di|tri|hemi|sesqui|моно|ди|геми)?"
_one_of: Final = partial(pattern_of, "chemical_words")


def _salts() -> str:
    return rf"{_NUMBER}{_one_of('salt')}"


_SALT_AFTER: Final = late(
    lambda: (
        rf"[ ,(\-]{{0,3}}(?:l-|d-|dl-)?(?:{_salts()}|hydrogen (?:maleat[eo]?|tartrat[eo]?)|{_one_of('metal')} salt|salt|{_one_of('state')}|"
        rf"{_one_of('metal')}(?=$|[ ,;.)]))(?:(?: {_one_of('state')})?)(?![\w])\)?"
    )
)
_CJK_SALT_AFTER: Final = late(r"(?:盐酸盐|硫酸盐|酒石酸盐|马来酸盐|磷酸盐|氢溴酸盐|钠盐|钾盐|水合物)+")
_CJK_SALT_BEFORE: Final = late(r"(?:盐酸|硫酸|酒石酸|马来酸|磷酸|氢溴酸|无水)$")
_SALT_BEFORE: Final = late(
    lambda: (
        rf"(?:(?<![\w])(?:{_salts()}|{_one_of('metal')} salt|esters?|salts?|sel|sal|sale|salz|соль|base|anhydrous)[ ]"
        rf"(?:(?:of|de|di|d'|da|do|du|von|van|der) ?)?(?:l'|a |la |el )?|(?<![\w])(?:hydrochlorid|chlorhydrat|sulfat|tartrat|maleat)e? d')$"
    )
)
_GLUED_SALT: Final = late(lambda: rf"(?:{_NUMBER}(?!acetat|nitrat|citrat|oxalat){_one_of('salt')}|base|salz)")
_STEREO_BEFORE: Final = late(
    r"(?:(?:\((?:\d{0,2}[rsez*+\-±,' ]|rac|rel|dl?|l|cis|trans|alpha|beta){1,10}\)|\[[rsez*(),\-+ ]{1,14}\]|(?<![\w])(?:dl?|l|rac|rel|cis|trans|erythro|threo|\d[rs],\d[rs]))[ \-]?)+$"
)

# --- what stands before -------------------------------------------------------------------------------------------------
_SUBSTITUENT: Final = (
    r"(?:[a-z]{0,30}(?:yl|yle|ylo|oxy|oxi|amino|ammino|imino|anilino|amido|cyanato|nitro|nitroso|chloro|chlor|cloro|bromo|brom|iodo|jod|"
    r"fluoro|fluor|thio|azo|azido|mercapto|cyano|ciano|keto|oxo|sulfo|sulpho|phospho|phosphono|ylidene|ylene|ylium|hydro|sila|idino|olino|"
    r"carboxylic|bis|tris|tetrakis)|di|tri|tetra|penta|hexa|hepta|octa|poly|poli|mono|per|iso|neo|cyclo|nor|homo|deoxy|seco|epi|thia|aza|"
    r"oxa|ortho|meta|para|sec|tert|spiro|n-?boc|boc|fmoc|cbz|tosyl|tert-butoxycarbonyl|pseudo|mesyl|ent|peri|ar|as|sym|unsym|"
    r"(?:метил|этил|пропил|бутил|фенил|бензил|ацетил|винил|аллил|хлор|бром|йод|фтор|нитро|амино|гидрокси|окси|метокси|этокси|тио|циано|"
    r"ди|три|поли|изо|бис|гидро|меркапто|сульфо|оксо|цикло|моно|орто|пара|мета)|[а-я]{0,20}(?:окси|амино|нитро|хлор|фенил|метил|этил))"
)
_GREEK: Final = r"\.?(?:alpha|beta|gamma|delta|omega|ar)\.?"
_ATTACHED: Final = late(
    rf"(?:(?<![a-zа-я]){_SUBSTITUENT}[,\[({{]?|[\])}}](?<=[a-z'*\d][\])}}])|(?<![a-z\d])[nosc](?:,[nosc])*'*(?=-)|"
    rf"(?<![a-z]){_GREEK}(?:,{_GREEK})*(?=-))-?$"
)
_ATTACHED_GROUP: Final = late(
    r"(?:yl|oxy|oxi|amino|imino|thio|azo|nitro|ylidene|ylene|chloro|bromo|fluoro|iodo|hydroxy|oxo|cyano|sulf\w+|phosph\w+|-\d'?|acid|ol|one|ane|ene)"
    r"[\])}]+-?(?:\d{1,2}-)?$"
)
_JOINED_LOCANT: Final = late(
    rf"(?:[a-zа-я]{{2,}}[\])}}]*-(?:\d{{1,2}}(?:,\d{{1,2}})*'*|[nomps]|{_GREEK})-|(?<![a-zа-я]){_SUBSTITUENT}-\d{{1,2}}(?:,\d{{1,2}})*'* )$"
)
_MULTI_LOCANT: Final = late(r"(?:(?<![\w.])(?:\d{1,2}[a-z]?'*,)+|[^\s,],)\d{1,2}[a-z]?'*-$")
_LOCANT: Final = late(r"(?<![\d.,\w])(?P<n>\d{1,2})'*- ?$")
_SPACED: Final = late(
    r"(?:(?<![a-zа-я])(?:[a-z]+yl|[a-z]*(?:oxy|fluoro|chloro|bromo|iodo|nitro|mercapto|cyano|thio|ylidene|keto|idene)|"
    r"amino|di|tri|tetra|poly|bis|mono|hydroxy|povidone|polyvidone|cadexomer|benzal|furfural|anisal|mesityl|methylene|tert|sec|petroleum|boc|"
    r"(?:[a-z]*(?:metil|etil|propil|butil|fenil|bencil|vinil|alil|acetil))|"
    r"[а-я]*(?:метил|этил|пропил|бутил|фенил|бензил|ацетил|хлор|бром|нитро|амино))|-yl|yl\)|bis\)) $"
)
_COUNT: Final = late(r"(?<![\w-])\d[\d.,]* ?(?:x|pcs|kgs?|l|ltrs?|lit(?:er|re)s?|gal)?[ .]$")
_CHEMICAL_WORD: Final = late(
    r"(?<![a-z])(?P<w>[a-z]{2,}(?:yl|ol|ose|in|ine|ene|ane|one|ate|ide|oxy|glycol|genin|lin)|acid|crown)(?:-\d+)?[\])]? $"
)
# Of "hcl" a base makes a salt: "levamisole HCl", "(R)-x-amine.HCl". Known by its ending; what the acid itself is called never is one
# (technical, industrial, fuming, liquid), nor what it is packed in.
_MINERAL: Final = ("sulf", "sulph", "solf", "hydrochlor", "clorh", "chlorh", "muriat", "clorid", "hydrogen chl")
_SALT_WORDS: Final = frozenset({"hcl", "hydrogen sulfate", "hydrogen sulphate", "dihydrogen sulfate", "dihydrogen sulphate"})
_SALT_OF: Final = late(
    lambda: (
        rf"(?:(?<![\w])(?!{_one_of('no base')}(?![\w]))(?:[\w,'()\[\]\-]{{0,60}}[a-z])?[a-z]{{2,}}{_one_of('base ending')}[),\]]{{0,3}}[ .·*-]{{0,2}}\(?|-\(|hydrochloride \(|"
        r"(?<![\w])(?:di|mono|tri|2|1|\.|·)[ .]?|(?<![\w])[a-z]{2,}[ -](?:2|di)|(?<=\w)[)\]][ ]?)$"
    )
)
# A base and its acid, written apart: "2-phenylethylamine; sulfuric acid".
_AMINE_BEFORE: Final = late(lambda: rf"{_one_of('amine')}[^;|]{{0,60}}; ?$")
_COMPOUND_OF: Final = late(
    r"(?:(?:compd\.?|compounds?|complex|adducts?|polymers?|copolymers?|reaction products?|salts?|esters?|derivatives?|oximes?|hydrazones?|"
    r"condensates?|(?:diisocianat|isocianat|diisocyanat|isocyanat|cianohidrin|cyanhydrin|cianidrin|peroxid|perossid|sulfonat|acetal|oxim|"
    r"nitril)\w{0,2}|ester(?:e|es|i)?)\s(?:(?:with|of|de|di|du|do|da|von|avec|con|mit)\s(?:l'|la |the )?|d')|"
    r"(?:compd\.?|polymers?|reaction products?) with [^;|]{0,60}(?:and|with|,) )$"
)

# --- what stands after --------------------------------------------------------------------------------------------------
_LOCANTS: Final = (
    rf"(?:\(?\d{{1,2}}[a-z]?(?:,\d{{1,2}}[a-z]?)*'*\)?-|(?:{_GREEK}|n|o|s|p|m|n,n|o,o)(?:,{_GREEK})*'?-|\(\d\w?\)-?)"
)
# A function makes another substance even after a space; some only when joined by a hyphen, for after a space they may be the next item
# of a list.
_AFTER: Final = late(
    lambda: (
        rf"(?:[ \-]{{1,2}}(?:{_LOCANTS})*(?P<w>{_one_of('function behind a name')})|"
        rf"(?:-|[ \-](?:{_LOCANTS})+)(?P<j>{_one_of('function joined to a name')}))(?![\w])"
    )
)
_AFTER_LOCANT: Final = late(
    rf"(?:-(?:\d{{1,2}}[a-z]?(?:,\d{{1,2}}[a-z]?)*'*-|(?:{_GREEK}|n|o)-)[a-z\d()\[\],'\-]{{0,60}}?"
    r"(?:yl|ol|amine|amin|thiol|one|dione|oic|acid|ate|ide|nitrile|oxy|ic|al|ine|ene|ane|hyde|ester)|"
    r" \d{1,2}[a-z]?(?:,\d{1,2}[a-z]?)*'*-[a-z\d()\[\],'\-]{0,60}?(?:yl|amine|thiol|dione|oic|nitrile|oxy|aldehyde|carboxylate|amide|sulfonate))(?![\w])"
)
# The rest of a name whose first part stands in brackets with it: "[(4-methylbenzene)sulfonyl]".
_AFTER_BRACKET: Final = late(lambda: rf"[\])}}]+-?{_one_of('behind a bracket')}[a-z]*")
# After a comma only what cannot be the next item of a list of goods.
_AFTER_COMMA: Final = late(
    lambda: (
        rf" ?, ?(?P<what>(?=[^ ]{{0,60}}[a-z]{{3}})[^\s,;](?:[^\s;]|(?<=\d) (?=[a-z])){{0,110}}-(?=$|[ ,);])|"
        rf"(?=[^ ]{{0,8}}[\d\[('])[^\s;]{{1,70}}(?:oxime|hydrazone|carbazone|hydrazide|amide)|bis\([^;]{{1,60}} acetal|"
        rf"(?:{_LOCANTS})*(?:[a-z]*(?:yl|di|bis) ?){{0,2}}{_one_of('derivative behind a comma')}(?![\w])|"
        rf"(?:\d{{1,2}}(?:,\d{{1,2}})*'?|{_GREEK})-[a-z(\[][^\s,;]{{0,60}}(?:yl|oxy|o|y)-?(?=$| ?[,(]))"
    )
)
_ACID_DERIVATIVE: Final = late(
    r"[ ,\-]{1,3}(?:(?!and |or |with |of )[^\s;]{1,60} ){0,4}?[^\s;]{0,60}?(?:ester[se]?|amid[eso]|amida|anilide?|hydrazid[eo]?|nitril[eo]?|"
    r"methylate?|ethylate?|esterase)(?![\w])|[ \-](?:chloride|bromide|anhydride|lactone|azide|(?:morphol|pyrrolid|piperid)ide)(?![\w])"
)
_MINERAL_SALT: Final = late(
    r"[ ,\-]{1,3}(?!and |or |with |of |common |table |sea |rock |edible |epsom |iodi[sz]ed |industrial )(?:(?!and |or |with |of |in |for )[\w()+:/]+[ \-]?){1,4}?(?:salt|esters?)(?![\w])|"
    r"[ ,\-]{1,3}(?:esters?|salts? of|[a-z]*amide)(?![\w])| salt(?![\w])|"
    r"[ ]?\(\d+:\d+\)|[ ,]{1,2}(?:[a-z]+)?(?:salt|ester)\b(?=\(|$)|, ?(?:zinc|copper|iron|alumin\w+|"
    r"magnesium|calcium|sodium|potassium|ammonium|nickel|cobalt|chromium|barium|manganese|lead|lithium|strontium|titanium|cadmium|silver|"
    r"mercury)[a-z]* ?\(|, ?(?:compd|compound with)"
)
_ETHER_OF_ACID: Final = late(r"[ -](?:[а-яa-z\d,\-()]+ ){0,4}(?:кислот|гликол|целлюлоз|крахмал|фенол)")
_ETHER_OF: Final = late(
    r" (?:(?:de|d'|del|do|da|du|di|von|der)[ ]?(?:l'|la |the )?[\w\-]*(?:glycol|glicol|glykol|cellulos|celulos|phenol|fenol|ol\b|acide?\b|acid[oe])|"
    r"of (?!\d|high|pure|tech|grade|analytical|reagent|pharma|industrial|the |good|best))"
)
_ETHER_CLASS: Final = late(r" (?:acetat|ketone|sulfat|sulphat|carbox|amine|imide|sulfone|phosphat|ester)\w*")
_OTHER_SALT: Final = late(
    r"[ \-](?![a-z]+ (?:blend|mix))(?:mono|di|tri|tetra|penta|hexa)?(?:chlorid|bromid|iodid|fluorid|hydrid|phosphat|cyanid|acetat)e?s?(?![\w])"
)


# The same in scripts that leave vowels, gaps or both otherwise than Latin: nitro-, chloro-, di-, poly- before; diisocyanate, peroxide,
# sulfonic, oxime, cyanohydrin after.
_SCRIPTS_BEFORE: Final = late(
    lambda: (
        rf"(?:{_one_of('before a name in Thai')}|{_one_of('before a name in Hindi')}[ ]?|"
        rf"(?<![\w]){_one_of('before a name in Arabic script')}[ -]?)$"
    )
)
_SCRIPTS_AFTER: Final = late(lambda: rf"[ \-]?{_one_of('behind a name in other scripts')}")


def salt_bounds(plain: str, start: int, end: int, covers_salts: bool) -> tuple[int, int]:
    """The bounds of a name with its stereochemical prefix and, for a substance whose salts are covered, its salt words.

    "piperidine hydrochloride" is piperidine from 0 to 24; "tartrato de ergotamina" and 盐酸麻黄碱 are covered whole.
    """
    before = plain[max(0, start - WINDOW) : start]
    if match := _STEREO_BEFORE.search(before):
        start -= len(before) - match.start()
        before = before[: match.start()]
    if not covers_salts:
        return _with_brackets(plain, start, end)
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
    return _with_brackets(plain, start, end)


def _with_brackets(plain: str, start: int, end: int) -> tuple[int, int]:
    """Take in the bracket that opens right before a name or closes right after it, if its other half stands inside."""
    inside = plain[start:end]
    unopened = inside.count(")") - inside.count("(")
    if unopened > 0 and plain[start - 1 : start] == "(":
        return start - 1, end
    if unopened < 0 and plain[end : end + 1] == ")":
        return start, end + 1
    return start, end


def is_salt_word(text: str) -> bool:
    """Whether a name of an acid is what its salts are called by as well: HCl."""
    return text.lower().strip() in _SALT_WORDS


def is_glued_ending(rest: str, covers_salts: bool) -> bool:
    """Whether letters that follow a name without a gap leave it the same substance: a plural or another case; "-hydrochlorid" if its salts are."""
    if rest == "s" or rest in words_of("chemical_words", "case ending"):
        return True
    return covers_salts and _GLUED_SALT.fullmatch(rest) is not None


def prefix_reason(plain: str, start: int, name: str) -> str | None:
    """Why what stands before a name makes another substance of it, or None.

    Args:
        plain: The text.
        start: Where the name begins, salt words and stereochemistry left aside.
        name: The name as `plain` text.
    """
    before = plain[max(0, start - WINDOW) : start]
    if before and not plain[start].isascii() and (match := _SCRIPTS_BEFORE.search(before)):
        return _longer(name, match)
    found = (says(name, m) for counts, pattern, says in _PREFIXES if counts(name) and (m := pattern.search(before)))
    return next(filter(None, found), None) if before else None


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
    if not after.isascii() and (match := _SCRIPTS_AFTER.match(after)):
        return _followed(name, match)
    found = (says(name, m) for counts, pattern, says in _CONTINUATIONS if counts(name) and (m := pattern.match(after)))
    if reason := next(found, None):
        return reason
    return _followed(name, match) if not covers_salts and (match := _OTHER_SALT.match(after)) else None


def _longer(_: str, match: re.Match[str]) -> str:
    return f"part of a longer chemical name: {match[0].strip()!r} stands before it"


def _spaced(name: str, match: re.Match[str]) -> str:
    """CYL is never part of a name; POLY is a drum where it is counted (6 POLY ACETONE), else a polymer."""
    word = match[0].strip()
    packing = word in words_of("chemical_words", "packing")
    counted = word in words_of("chemical_words", "packing where counted") and _COUNT.search(match.string, 0, match.start())
    return "" if packing or counted else _longer(name, match)


def _followed(_: str, match: re.Match[str]) -> str:
    return f"another substance: {match[0].strip()!r} follows"


def _derived(_: str, match: re.Match[str]) -> str:
    return f"a salt, ester or other derivative: {match[0].strip(' ,')!r} follows"


def _is_acid(name: str, *, mineral: bool) -> bool:
    acid = any(part in name for part in ("acid", "saure", "кислота", "hydrogen chl"))
    return acid and mineral is any(part in name for part in _MINERAL)


def _is_any(_: str) -> bool:
    return True


def _attached(_: str, match: re.Match[str]) -> str:
    is_letter = match[0].strip("-") in ("s", "o", "c", "n") and not match[0].endswith("-")
    return "" if is_letter else f"part of a longer chemical name: {match[0]!r} stands before it"


def _worded(_: str, match: re.Match[str]) -> str:
    is_none = match["w"] in words_of("chemical_words", "no chemical word")
    return "" if is_none else f"part of a longer chemical name: {match['w']!r} stands before it"


# Of which names a pattern counts, the pattern, and what it says of the name and the match; empty: nothing.
_Rule = tuple[Callable[[str], bool], re.Pattern[str], Callable[[str, re.Match[str]], str]]
_A_LOCANT: Final = "part of a longer chemical name: a locant stands before it"
_PREFIXES: Final[tuple[_Rule, ...]] = (
    (_is_any, _ATTACHED_GROUP, lambda *_: "part of a longer chemical name: a bracketed group stands before it"),
    (_is_any, _ATTACHED, _attached),
    (_is_any, _JOINED_LOCANT, lambda *_: _A_LOCANT),
    (_is_any, _MULTI_LOCANT, lambda *_: _A_LOCANT),
    (_is_any, _LOCANT, lambda name, m: f"another position isomer: locant {m['n']}" if _takes_no_locant(name, m["n"]) else ""),
    (_is_any, _SPACED, _spaced),
    (lambda name: "ether" in name, _CHEMICAL_WORD, _worded),
    (_SALT_WORDS.__contains__, _SALT_OF, lambda _, m: f"a salt: {m[0].strip(' (')!r} stands before it"),
    (lambda name: "sul" in name and "acid" in name, _AMINE_BEFORE, lambda *_: "a salt: a base stands before it"),
    (lambda name: name.endswith("эфир"), late("кислоты $"), lambda *_: "an ester: an acid stands before it"),
    (_is_any, _COMPOUND_OF, lambda _, m: f"a compound of it: {m[0].strip()!r} stands before it"),
)
_CONTINUATIONS: Final[tuple[_Rule, ...]] = (
    (_is_any, _AFTER, lambda _, m: f"another substance: {m['w'] or m['j']!r} follows"),
    (_is_any, _AFTER_LOCANT, _followed),
    (_is_any, _AFTER_BRACKET, _followed),
    (_is_any, late(r"\s*\(ester\)"), lambda *_: "an ester"),
    (_is_any, _AFTER_COMMA, lambda _, m: f"another substance, named back to front: {m['what']!r} follows"),
    (partial(_is_acid, mineral=True), _MINERAL_SALT, _derived),
    (partial(_is_acid, mineral=False), _ACID_DERIVATIVE, _derived),
    (lambda name: "эфир" in name, _ETHER_OF_ACID, lambda *_: "an ester or ether of something else"),
    (lambda name: "ether" in name or "eter" in name, _ETHER_OF, lambda *_: "an ether of something else"),
    (lambda name: name.startswith("ether"), late(r" [a-z]+yl(?![\w])"), lambda *_: "an ether of something else"),
    (lambda name: "ether" in name or "eter" in name, _ETHER_CLASS, _followed),
    (lambda name: name.endswith("anhydride"), late(" with [a-z ]{1,40}acid"), lambda *_: "an anhydride with another acid"),
)
