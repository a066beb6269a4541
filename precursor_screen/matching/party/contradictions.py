"""What contradicts that two names, or a party and an entry, are one: each takes points off the score, and each is told.

Birth year, country, gender, kind and numbers decide between namesakes as much as the names do; so do the parts of a name that tell
one of a series from the next (FUND VIII and FUND VI), one branch from another, and a father from his son. What is not known on
either side changes nothing, and what agrees takes nothing off.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from precursor_screen.core.model import WatchlistEntry
from precursor_screen.core.words import first_and_more
from precursor_screen.matching.party.alignment import Pair
from precursor_screen.matching.party.exact_names import differs_in_writing
from precursor_screen.matching.party.speller import is_truncated
from precursor_screen.matching.party.weights import FIRST_MAJOR, INITIAL, NUMBER, SHORT_NUMBER, SLIGHT, Word
from precursor_screen.text.codes import imo_numbers_in, plain_number
from precursor_screen.text.countries import find_country
from precursor_screen.text.party_words import FORMS_OF_COUNTRIES, LAST_ONLY, PARENTS, TITLES_OF_MEN, TITLES_OF_WOMEN

# Points of 100 that each takes off: our own proposals. Those of 16 and more keep the best name below the cut of 85; beside the others an exact
# name still reaches it, and only several of them together suppress it.
POINTS: Final = {
    "number in the name": 20.0,
    "father": 20.0,
    "characters": 20.0,
    "country in the name": 10.0,
    "kind": 16.0,
    "number": 20.0,
    "other generation": 20.0,
    "birth year": 10.0,
    "gender": 8.0,
    "legal form": 4.0,
    "country": 3.0,
}
_DECADE: Final = 10  # years: beyond it nobody's birth is misremembered
_YEARS_APART: Final = 1  # lists convert dates from other calendars, which may give the year before or after
_CIRCA: Final = 5  # years, where the list says `circa`


class Evidence(Struct, frozen=True):
    """What both sides say of one thing, as a person reads it. points: taken off the score; 0: it agrees."""

    what: str
    filed: str
    listed: str
    points: float = 0.0


def weigh(score: float, found: Iterable[Evidence]) -> float:
    """A score without the points that contradictions take off it, 0 at least."""
    return max(0.0, score - sum(evidence.points for evidence in found))


# Of two names.

_MOST_FORMS: Final = 6  # words of a legal form as written: `S. de R.L. de C.V.`
_MOST_SHOWN: Final = 4  # countries
_ONES: Final = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN: Final = {10 * ten + one: "x" * ten + figure for ten in range(4) for one, figure in enumerate(_ONES)}
_NUMERALS: Final = {roman: str(value) for value, roman in _ROMAN.items() if roman}
_NAMES_TOO: Final = frozenset(("i", "v", "x", "vi", "xi"))  # initials, Vietnamese and Chinese names
_DAUGHTER: Final = ("ovna", "evna")
_PATRONYMICS: Final = (*_DAUGHTER, "ovich", "evich")


def contradict_names(
    filed: str,
    listed: str,
    compared: tuple[Sequence[Word], Sequence[Word], Sequence[Pair]],
    entry_kind: str,
    own_names: Iterable[str] = (),
) -> tuple[Evidence, ...]:
    """What in two names says that they are not one party's.

    Args:
        filed: as written.
        listed: the name that it was compared with.
        compared: the words of both and which of them stand for each other.
        entry_kind: person, organisation, vessel or aircraft.
        own_names: names of the entry in its own writing; default: the listed name.
    """
    if filed == listed:
        return ()
    left, right, pairs = compared
    whole = left[:-1] if is_truncated(filed) and left and any(w.text.startswith(left[-1].text) for w in right) else left
    found = [_in_series(whole, right, entry_kind), _in_writing(filed, tuple(own_names) or (listed,))]
    if entry_kind == "person":
        found += [_fathers(left, right, pairs), _of_titles(left, right)]
    else:
        found += [_places(left, right, pairs), _legal_forms(filed, listed)]
    return tuple(evidence for evidence in found if evidence)


def _contradiction(what: str, filed: str, listed: str) -> Evidence:
    return Evidence(what, filed, listed, POINTS[what])


def _in_series(left: Sequence[Word], right: Sequence[Word], entry_kind: str) -> Evidence | None:
    """Numbers and numerals that only one name has, where the other has others: `2006-2` and `2005-1`, `VIII` and `VI`."""
    ours, theirs = (Counter(filter(None, (_numeral(w, entry_kind) for w in words))) for words in (left, right))
    mine, other = ours - theirs, theirs - ours
    return _contradiction("number in the name", " ".join(mine), " ".join(other)) if mine and other else None


def _numeral(word: Word, entry_kind: str) -> str:
    """The number that a word stands for; empty if it is none."""
    if word.kind in (NUMBER, SHORT_NUMBER):
        return word.key
    return "" if entry_kind == "person" and word.text in _NAMES_TOO else _NUMERALS.get(word.text, "")


def _in_writing(filed: str, own_names: Sequence[str]) -> Evidence | None:
    """Names that both stand in Chinese, Japanese or Korean writing and differ in it."""
    other = "" if filed.isascii() else differs_in_writing(filed, own_names)
    return _contradiction("characters", filed, other) if other else None


def _fathers(left: Sequence[Word], right: Sequence[Word], pairs: Sequence[Pair]) -> Evidence | None:
    """Another father or grandfather, in their order; or the one is the father of the other (`X bin Y` and `Y bin X`)."""
    ours, theirs = set(range(len(left))) - {p.left for p in pairs}, set(range(len(right))) - {p.right for p in pairs}
    for i, j in zip(_parents(left), _parents(right), strict=False):
        if i in ours and j in theirs:
            return _contradiction("father", left[i].shown, right[j].shown)
    if _are_turned_round(left, right, pairs):
        return _contradiction("father", _called(left), _called(right))
    mine, other = (_patronymic(words[i] for i in sorted(over)) for words, over in ((left, ours), (right, theirs)))
    return _contradiction("father", mine, other) if mine and other else None


def _patronymic(words: Iterable[Word]) -> str:
    return next((w.shown for w in words if w.text.endswith(_PATRONYMICS)), "")


def _are_turned_round(left: Sequence[Word], right: Sequence[Word], pairs: Sequence[Pair]) -> bool:
    mine, theirs = (next((i for i, w in enumerate(words) if w.text in PARENTS), None) for words in (left, right))
    if mine is None or theirs is None:
        return False
    major = [p for p in pairs if not p.is_initial and left[p.left].kind >= FIRST_MAJOR and right[p.right].kind >= FIRST_MAJOR]
    return {(True, False), (False, True)} <= {(p.left < mine, p.right < theirs) for p in major}


def _parents(words: Sequence[Word]) -> Iterator[int]:
    """Where the names of father, grandfather and so on stand; words such as `al` apart."""
    for i, word in enumerate(words):
        if word.text in PARENTS:
            named = next((j for j in range(i + 1, len(words)) if words[j].kind != SLIGHT), None)
            if named is not None and words[named].kind != INITIAL:
                yield named


def _of_titles(left: Sequence[Word], right: Sequence[Word]) -> Evidence | None:
    """A man's title or patronymic and a woman's."""
    ours, theirs = gender_of(w.text for w in left), gender_of(w.text for w in right)
    return _contradiction("gender", ours, theirs) if ours and theirs and ours != theirs else None


def gender_of(words: Iterable[str]) -> str:
    """`male` or `female`, where the words of a person's name say so: by a title, or the patronymic of a daughter."""
    for word in words:
        if word in TITLES_OF_WOMEN or (word.endswith(_DAUGHTER) and word not in _DAUGHTER):
            return "female"
        if word in TITLES_OF_MEN:
            return "male"
    return ""


def _places(left: Sequence[Word], right: Sequence[Word], pairs: Sequence[Pair]) -> Evidence | None:
    """Countries that only one name has, where the other has another: State Grid of Chile and of China."""
    ours = _countries(w for i, w in enumerate(left) if i not in {p.left for p in pairs})
    theirs = _countries(w for i, w in enumerate(right) if i not in {p.right for p in pairs})
    if not ours or not theirs or set(ours) & set(theirs):
        return None
    return _contradiction("country in the name", " ".join(ours.values()), " ".join(theirs.values()))


def _countries(words: Iterable[Word]) -> dict[str, str]:
    """Code -> the word, of the words that are a country's name; shorter ones are codes, or mean something else."""
    return {code: w.shown for w in words if len(w.text) > 3 and (code := find_country(w.text))}


def _legal_forms(filed: str, listed: str) -> Evidence | None:
    """Legal forms that no country has both: a GmbH is not founded in Mexico, nor an S.A. de C.V. in Germany."""
    ours, of_ours = legal_form(filed)
    theirs, of_theirs = legal_form(listed) if of_ours else ("", frozenset[str]())
    apart = of_theirs and not of_ours & of_theirs
    return _contradiction("legal form", _where(ours, of_ours), _where(theirs, of_theirs)) if apart else None


def _where(form: str, countries: frozenset[str]) -> str:
    return f"{form} ({first_and_more(sorted(countries), _MOST_SHOWN)})"


@lru_cache(maxsize=1 << 12)
def legal_form(name: str) -> tuple[str, frozenset[str]]:
    """The legal form at the end or the beginning of a name, without blanks, and the countries that have it; both empty where it is none
    that tells countries apart."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", plain)
    ends = (words[i:] for i in range(max(1, len(words) - _MOST_FORMS), len(words)))
    beginnings = (words[:i] for i in range(min(_MOST_FORMS, len(words) - 1), 0, -1))
    for form in (*ends, *(words for words in beginnings if words[0] not in LAST_ONLY)):
        if countries := FORMS_OF_COUNTRIES.get("".join(form)):
            return "".join(form).upper(), countries
    return "", frozenset()


def _called(words: Sequence[Word]) -> str:
    return " ".join(w.shown for w in words)


# Of what is known of a party besides its name.


class Attributes(Struct, frozen=True):
    """What is known of a party besides its name; empty: not known.

    countries: ISO 3166 alpha-2. born: years. kind: person, organisation, vessel or aircraft. gender: male or female. numbers: (kind as in
    entries, else empty; as written).
    """

    countries: tuple[str, ...] = ()
    born: tuple[int, ...] = ()
    kind: str = ""
    gender: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


_BORN: Final = re.compile(r"\bDOB\b:? *((?:(?!\bPOB\b)[^;])*)")
_YEAR: Final = re.compile(r"(?<!\d)((?:1[89]|20)\d\d)(?!\d)")
_SPAN: Final = re.compile(r"(?<!\d)(\d{4}) *(?:to|-|–) *(?:\d\d? \w{3} )?(\d{4})(?!\d)")
_GENDER: Final = re.compile(r"\b(?:gender|sex):? (male|female)\b", re.IGNORECASE)
# Of which a party has one for life (ships: IMO resolution A.1117(30)); an MMSI changes with the flag, passports and tax numbers are several.
_ONE_EACH: Final = frozenset(("imo", "lei"))
_NUMBER: Final = re.compile(r"(?i)(imo|lei|mmsi)(?:\b|(?=\d))(?: ?(?:no|nr|number)\b\.?)?[ :#.]*(.+)")


def read_number(text: str) -> tuple[str, str]:
    """The kind of a number, where it says so (`IMO 9074729`, `LEI ...`) or is a ship's by its check digit, and the number."""
    if found := _NUMBER.fullmatch(text.strip()):
        return found[1].lower(), found[2]
    imo = next((number for _, number in imo_numbers_in(f"IMO {text}")), "")
    return ("imo", imo) if imo and plain_number(text) == imo else ("", text)


def years_of(note: str) -> tuple[int, ...]:
    """The years of birth that the note of an entry gives, those within a span and around a `circa` among them."""
    years: set[int] = set()
    for text in _BORN.findall(note):
        stated = {int(year) for year in _YEAR.findall(text)}
        for first, last in _SPAN.findall(text):
            stated.update(range(int(first), int(last) + 1) if int(first) <= int(last) < int(first) + 100 else ())
        around = _CIRCA if re.search(r"(?i)\b(?:circa|approx\w*|about|c\.)", text) else 0
        years.update(year + i for year in stated for i in range(-around, around + 1))
    return tuple(sorted(years))


def attributes_of(entry: WatchlistEntry) -> Attributes:
    """What an entry says of its party besides names."""
    person = entry.kind == "person"
    gender = _GENDER.search(entry.note) if person else None
    return Attributes(
        countries=entry.countries,
        born=years_of(entry.note) if person else (),
        kind=entry.kind,
        gender=gender[1].lower() if gender else "",
        numbers=entry.identifiers,
    )


def compare_attributes(filed: Attributes, listed: Attributes) -> tuple[Evidence, ...]:
    """What both know: what agrees, and what contradicts with its points.

    A number that agrees is one party's alone; beside it what differs is told and takes nothing off.
    """
    found = [
        _evidence_of("country", filed.countries, listed.countries, ", ".join),
        _evidence_of("kind", (filed.kind,) * bool(filed.kind), (listed.kind,) * bool(listed.kind), ", ".join),
        _evidence_of("gender", (filed.gender,) * bool(filed.gender), (listed.gender,) * bool(listed.gender), ", ".join),
        _births(filed.born, listed.born),
        _numbers(filed.numbers, listed.numbers),
    ]
    stated = [evidence for evidence in found if evidence]
    if any(e.what == "number" and not e.points for e in stated):
        return tuple(Evidence(e.what, e.filed, e.listed, 0.0) for e in stated if not e.points)
    return tuple(stated)


def _evidence_of(what: str, ours: Sequence[str], theirs: Sequence[str], shown: Callable[[Sequence[str]], str]) -> Evidence | None:
    if not ours or not theirs:
        return None
    return Evidence(what, shown(ours), shown(theirs), 0.0 if set(ours) & set(theirs) else POINTS[what])


def _births(ours: Sequence[int], theirs: Sequence[int]) -> Evidence | None:
    if not ours or not theirs:
        return None
    apart = min(abs(mine - other) for mine in ours for other in theirs)
    points = 0.0 if apart <= _YEARS_APART else POINTS["birth year"] if apart <= _DECADE else POINTS["other generation"]
    return Evidence("birth year", _years(ours), _years(theirs), points)


def _years(years: Sequence[int]) -> str:
    """Years in order, runs of them as a span."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)


def _numbers(ours: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str]]) -> Evidence | None:
    """A number that both have; or one of a kind of which a party has one, where the other has another."""
    listed = {plain_number(number): number for _, number in theirs}
    for _, number in ours:
        if (plain := plain_number(number)) and plain in listed:
            return Evidence("number", number, listed[plain])
    for kind, number in ours:
        others = [other for known, other in theirs if known == kind in _ONE_EACH]
        if others:
            return _contradiction("number", f"{kind.upper()} {number}", ", ".join(others))
    return None
