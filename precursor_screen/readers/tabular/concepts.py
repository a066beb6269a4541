"""What the words of a header mean: the role, thing and quality that each names, in any language of the trade.

`Empf.-Name` says receiver and name, `Warenbezeichnung` goods and text, 收货人名称 receiver and name. Which field that makes is for `assign`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from precursor_screen.core.grouped import grouped
from precursor_screen.text.quantity_words import COMMA_LANGUAGES
from precursor_screen.text.text import without_marks

# The words of a header, and the tables of `layouts/` that tell what they mean.

LAYOUTS: Final = Path(__file__).parent / "layouts"
# Letters of the scripts that have both: Latin with the commoner accents, Greek, Cyrillic (`ВесБрутто`).
_SMALL, _CAPITAL = (
    r"a-z\u00df-\u00f6\u00f8-\u00ff\u03ac-\u03ce\u0430-\u045f",
    r"A-Z\u00c0-\u00d6\u00d8-\u00de\u0386-\u03ab\u0400-\u042f",
)
_CAMEL: Final = re.compile(rf"(?<=[{_SMALL}\d])(?=[{_CAPITAL}])|(?<=[{_CAPITAL}])(?=[{_CAPITAL}][{_SMALL}])")
_WORD: Final = re.compile(r"[^\W_]+")


def layout_rows(name: str) -> Iterable[dict[str, str]]:
    """The rows of a table of this folder's, `layouts/NAME.csv`."""
    return csv.DictReader((LAYOUTS / f"{name}.csv").read_text("utf-8").splitlines())


def spaced(header: str) -> str:
    """A header, NFKC, with a blank where camel case begins a word."""
    text = unicodedata.normalize("NFKC", header[:300])
    return _CAMEL.sub(" ", text) if not text.isupper() else text


def split_header(header: str) -> tuple[str, ...]:
    """The words of a header in small letters, without accents; camel case counts as several words."""
    return tuple(_WORD.findall(without_marks(spaced(header)).casefold().replace("ı", "i")))


_TOKEN: Final = re.compile(r"([^\W\d_]+|\d{4,})(\.?)")
_ELISION: Final = re.compile(r"\b[dl]'")  # l'importateur
# Scripts without blanks between words: a word may begin at any letter. Han, kana, Hangul and Thai.
_UNSPACED: Final = re.compile(r"[\u0e00-\u0e7f\u1100-\u11ff\u3041-\u9fff\uac00-\ud7af]")
_PHRASE: Final = 4  # words that a phrase of the lexicon has at most
_SHORTEST_STEM, _LEAST_TAIL = 4, 5  # letters of a part of a compound, and of one behind an unknown part
_LINK, _ENDING, _CASE = 2, 3, 2  # letters between two parts (`s`, `en`), of an ending, and of one in the place of another
_OF_NUMBERS: Final = frozenset(("no", "nr", "num", "id"))  # behind a word they are no ending: CONTAINERNO
_LEAST_MISSPELT: Final = 7  # letters
_LEAST_PREFIX: Final = 3  # letters of an abbreviation without a point
_LEAST_BONES: Final = 4  # letters: the first one, and the consonants behind it
_VOWELS, _DOUBLED = re.compile(r"[aeiou]"), re.compile(r"(.)\1+")
_SURE, _SHORT, _INITIAL = 1.0, 0.9, 0.5  # how sure a word is: as it stands, cut short, one or two letters and a point
_LANGUAGE_SHARE: Final = (
    0.5  # of the votes of a table's commonest language, so that its headers may be short for words of this one
)

# Concepts of those who trade, carry or declare.
PARTIES: Final = frozenset(
    ("sender", "receiver", "importer", "exporter", "seller", "buyer", "notify", "agent", "carrier", "maker")
)
Meaning = Mapping[str, float]  # concept -> how sure, 0 to 1; empty: an unknown word


def letters(text: str) -> str:
    """A text in small letters, without marks on or below them, as words are compared."""
    if text.isascii():
        return text.casefold()
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c)[0] != "M")
    return unicodedata.normalize("NFC", bare.casefold().replace("ı", "i"))


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, dict[str, frozenset[str]]]:
    """Word or phrase -> language -> concepts, from `layouts/header_words.csv`; the words of a phrase are parted by a blank."""
    found: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for row in layout_rows("header_words"):
        if row["concept"] == _BOX:
            continue
        word = _joined(_tokens(row["word"]))
        found[word][row["language"]] = found[word].get(row["language"], frozenset()) | {row["concept"]}
    return dict(found)


@lru_cache(maxsize=1)
def _in_order() -> list[str]:
    return sorted(word for word in _lexicon() if " " not in word)


@lru_cache(maxsize=1)
def _by_length() -> dict[int, list[str]]:
    return grouped((len(word), word) for word in _in_order())


def _tokens(header: str) -> list[tuple[str, bool]]:
    """The words of a header, and whether a point follows."""
    text = _boxes().sub(" ", letters(spaced(header)))
    return [(word, bool(point)) for word, point in _TOKEN.findall(_ELISION.sub("", text))]


_BOX: Final = "box"


@lru_cache(maxsize=1)
def _boxes() -> re.Pattern[str]:
    """The number of a declaration's box: гр.31, Feld 33, (case 8), 38. rovat. Its word says nothing, and begins like others that do."""
    words = sorted({letters(row["word"]) for row in layout_rows("header_words") if row["concept"] == _BOX})
    box = "|".join(words)
    return re.compile(rf"(?i)\b(?:{box})\.?\s?\d{{1,2}}(?![\d%])|(?<!\d)\d{{1,2}}[.-]?\s?(?:{box})\b")


def without_box(label: str) -> str:
    """A label without the number of its box."""
    return _boxes().sub(" ", label)


@lru_cache(maxsize=64)
def languages_of(headers: tuple[str, ...]) -> frozenset[str]:
    """The languages that the headers of a table are most likely in; English is always one."""
    votes: defaultdict[str, float] = defaultdict(float)
    for header in headers:
        for word, _ in _tokens(header):
            known = _lexicon().get(word, {})
            for language in known:
                votes[language] += 1 / len(known)
    most = max(votes.values(), default=0.0)
    return frozenset(["en", *(language for language, count in votes.items() if count >= _LANGUAGE_SHARE * most)])


# Languages that write the day before the month wherever they are written; Spanish does not in Panama and Puerto Rico (CLDR 45, short dates).
_DAY_FIRST: Final = frozenset(
    "ar bg cs da de el et fi fr he hr id it ka kk lv ms nl no pl pt ro ru sk sl sr sv th tr uk uz vi".split()  # noqa: SIM905
)
_TELLING: Final = 3  # words


def usual_order(headers: Iterable[str]) -> str:
    """`dmy` where most words of headers and labels are of languages that write the day first, and few are English; else empty."""
    return "dmy" if _are_mostly(headers, _DAY_FIRST) else ""


def usual_mark(headers: Iterable[str]) -> str:
    """`,` where most words of headers and labels are of languages whose decimal mark is the comma, and few are English; else empty."""
    return "," if _are_mostly(headers, COMMA_LANGUAGES) else ""


def _are_mostly(headers: Iterable[str], languages: frozenset[str]) -> bool:
    those = english = 0
    for word in {word for header in headers for word, _ in _tokens(header)}:
        known = _lexicon().get(word, {}).keys()
        english += "en" in known and known.isdisjoint(languages)  # `date` and `code` are words of many languages
        those += bool(known) and known <= languages
    return those >= _TELLING and those >= _TELLING * english


def concepts_of(word: str) -> frozenset[str]:
    """What a word of the lexicon means in any language; empty where it does not stand there."""
    return frozenset(concept for concepts in _lexicon().get(word, {}).values() for concept in concepts)


def meanings(header: str, languages: frozenset[str]) -> list[Meaning]:
    """What each word of a header means; an unknown word means nothing.

    Args:
        header: as filed.
        languages: of the table; abbreviations are of words in these.
    """
    return list(_meanings(_tokens(_CONTRACTED.sub(_in_full, letters(spaced(header)))), languages))


def says(text: str, *concepts: str) -> bool:
    """Whether a word of a header or cell means one of some concepts."""
    return any(concept in word for word in meanings(text, languages_of((text,))) for concept in concepts)


_CONTRACTED: Final = re.compile(r"\b([^\W\d_]{2,})\.-?([^\W\d_]{2,3})\b(?!\.)")


def _in_full(contracted: re.Match[str]) -> str:
    """The word of which the beginning and the end stand around a point (`Dest.rio`, `Mitt.te`), where all such words mean one thing."""
    begun, end = contracted.groups()
    found = [word for word in _beginning(begun) if word.endswith(end)]
    return found[0] if len({concepts_of(word) for word in found}) == 1 else contracted[0]


def _meanings(tokens: list[tuple[str, bool]], languages: frozenset[str]) -> Iterator[Meaning]:
    at = 0
    while at < len(tokens):
        count = next((n for n in range(min(_PHRASE, len(tokens) - at), 1, -1) if _joined(tokens[at : at + n]) in _lexicon()), 1)
        if count > 1:
            yield _as_they_stand(_joined(tokens[at : at + count]), languages)
        else:
            yield from _word(*tokens[at], languages)
        at += count


def _joined(tokens: list[tuple[str, bool]]) -> str:
    return " ".join(word for word, _ in tokens)


def _word(word: str, pointed: bool, languages: frozenset[str]) -> Iterator[Meaning]:
    if word.isdigit():
        yield {"other": _SURE}  # "Quantity in 2024": the sum of a year, of no line
        return
    if _UNSPACED.search(word):
        stems = _cut(word)
    elif pointed and languages.isdisjoint(_lexicon().get(word, ())) and (found := _shortened(word, languages)):
        yield found  # `emb.` is short for a word of the table's language, though it is a word of another one
        return
    elif word in _lexicon():
        stems = (word,)
    elif pointed and (found := _shortened_anywhere(word)):
        yield found
        return
    elif pointed and (parts := _short_compound(word, languages)):
        yield from parts
        return
    else:
        stems = _compound(word)
    if len(stems) == 1 and stems[0] != word and (near := _misspelt(word)) is not None:
        yield near  # `shippre` is a shipper, not a ship with an ending
    elif stems:
        yield from (_as_they_stand(stem, languages) for stem in stems)
    elif len(word) >= _LEAST_PREFIX and (
        found := _shortened(word, languages) or _inflected(word) or _misspelt(word) or _without_vowels(word, languages)
    ):
        yield found
    else:
        tail = next((word[at:] for at in range(1, len(word) - _LEAST_TAIL + 1) if word[at:] in _lexicon()), "")
        yield _as_they_stand(tail, languages) if tail else {}


def _as_they_stand(word: str, languages: frozenset[str]) -> Meaning:
    """What a word means in the languages of the table, else in any: `expéditeur` is who sends in French, and a forwarder in Dutch."""
    mine = frozenset[str]().union(*(means for of, means in _lexicon().get(word, {}).items() if of in languages))
    return dict.fromkeys(mine or concepts_of(word), _SURE)


def _shortened(word: str, languages: frozenset[str]) -> Meaning:
    """What the words that begin so mean in the languages of the table."""
    concepts = {c for full in _beginning(word) for of, means in _lexicon()[full].items() if of in languages for c in means}
    return dict.fromkeys(concepts, _SHORT if len(word) >= _LEAST_PREFIX else _INITIAL)


def _shortened_anywhere(word: str) -> Meaning:
    """The same in any language, where all words that begin so mean one thing."""
    concepts = {concept for full in _beginning(word) for means in _lexicon()[full].values() for concept in means}
    return dict.fromkeys(concepts, _SHORT) if len(concepts) == 1 else {}


def _inflected(word: str) -> Meaning:
    """What a word means whose ending alone is another one: получателя, получатель."""
    for length in range(len(word) - 1, max(_SHORTEST_STEM, len(word) - _CASE) - 1, -1):
        full = next((w for w in _beginning(word[:length]) if len(w) <= length + _CASE), "")
        if full:
            return dict.fromkeys(concepts_of(full), _SHORT)
    return {}


@lru_cache(maxsize=4096)
def _misspelt(word: str) -> Meaning | None:
    """What a long word means that is one letter, or two letters in the wrong order, off: nothing where words so near mean different
    things; None where none is so near."""
    if len(word) < _LEAST_MISSPELT:
        return None
    known = [one for length in range(len(word) - 1, len(word) + 2) for one in _by_length().get(length, ())]
    near = {concepts_of(one) for one, *_ in process.extract(word, known, scorer=OSA.distance, score_cutoff=1, limit=None)}
    return (dict.fromkeys(near.pop(), _SHORT) if len(near) == 1 else {}) if near else None


def _without_vowels(word: str, languages: frozenset[str]) -> Meaning:
    """What the words mean that are the same but for vowels and doubled letters, where they all mean one thing: COMDTY, CNSGNEE."""
    bones = _bones(word)
    alike = _by_bones().get(bones, ()) if len(bones) >= _LEAST_BONES else ()
    found = {
        concept
        for full in alike
        if len(full) > len(word) and full[-1] == word[-1]
        for of, means in _lexicon()[full].items()
        if of in languages
        for concept in means
    }
    return dict.fromkeys(found, _SHORT) if len(found) == 1 else {}


def _bones(word: str) -> str:
    return word[:1] + _DOUBLED.sub(r"\1", _VOWELS.sub("", word[1:]))


@lru_cache(maxsize=1)
def _by_bones() -> dict[str, list[str]]:
    return grouped((_bones(word), word) for word in _in_order() if word.isascii())


def _beginning(word: str) -> Iterator[str]:
    known = _in_order()
    at = bisect_left(known, word)
    return takewhile(lambda full: full.startswith(word), (known[i] for i in range(at, len(known))))


@lru_cache(maxsize=4096)
def _compound(word: str) -> tuple[str, ...]:
    """The parts of a compound, longest first; a last one may have an ending: Waren|bezeichnung, Versendung|s|land."""
    for end in range(len(word), _SHORTEST_STEM - 1, -1):
        if word[:end] not in _lexicon():
            continue
        rest = word[end:]
        for link in range(min(_LINK, len(rest)) + 1):
            if behind := _compound(rest[link:]):
                return (word[:end], *behind)
        if len(rest) <= _ENDING:
            return (word[:end], rest) if rest in _OF_NUMBERS else (word[:end],)
    return _short_head(word)


def _short_head(word: str) -> tuple[str, ...]:
    """A whole word behind a short one of its language: Roh|gewicht."""
    head, tail = word[: _SHORTEST_STEM - 1], word[_SHORTEST_STEM - 1 :]
    shared = _lexicon().get(head, {}).keys() & _lexicon().get(tail, {}).keys()
    return (head, tail) if shared and len(tail) >= _LEAST_TAIL else ()


def _short_compound(word: str, languages: frozenset[str]) -> tuple[Meaning, ...]:
    """A word, and what the beginning of another behind it is short for: Waren|bezeichn., Roh|gew."""
    for end in range(len(word) - _LEAST_PREFIX, _LEAST_PREFIX - 1, -1):
        if word[:end] in _lexicon() and (tail := _shortened(word[end:], languages)):
            return _as_they_stand(word[:end], languages), tail
    return ()


@lru_cache(maxsize=4096)
def _cut(word: str) -> tuple[str, ...]:
    """The words in a run of letters without blanks: those that cover most of it, and the fewest of these."""
    best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]
    for end in range(1, len(word) + 1):
        found = best[end - 1]
        for start in range(max(0, end - 16), end):
            covered, stems, words = best[start]
            if word[start:end] in _lexicon():
                found = max(found, (covered + end - start, stems - 1, (*words, word[start:end])), key=lambda one: one[:2])
        best.append(found)
    return best[-1][2]
