"""Parties' names in comparable form: what `match` compares, and the keys by which parties are counted.

One pure function per name, linear in its length whatever it holds. The steps and their order:

1. Unicode NFKC, control and zero-width characters out, case folded.
2. Split at what manifests write between two parties (`C/O`, `TO THE ORDER OF`): each part is a reading of its own.
3. Transliterate to ASCII: Korean, Chinese, Arabic, Persian, Thai and Hindi names as they are customarily romanised, in each way that is
   customary. A name in a script that this loses something of keeps a reading in that script beside it; of a word without vowels that no
   table has only the consonants can be compared.
4. Join initials (`A.B.C.`, `A B C`), put abbreviations, legal forms and the particles of names into canonical tokens.

A name of which nothing is left is unscreenable; it never becomes an empty key that equals other empty keys.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from itertools import groupby

from anyascii import anyascii
from msgspec import Struct

from precursor_screen.core.tables import DATA
from precursor_screen.text import party_words as scripts
from precursor_screen.text import party_words as words
from precursor_screen.text.misread import LOST, with_letters, without_lost
from precursor_screen.text.romanise import is_thai, romanise
from precursor_screen.text.text import late, unmask

LEGAL_FORM, GENERIC, INITIAL, NUMBER, NAME = "legal form", "generic", "initial", "number", "name"
LATIN, OWN_SCRIPT, CONSONANTS, ROMANISED = "latin", "own script", "consonants", "romanised"

# All but the letters that `romanise` reads: words in other scripts beside them are transliterated as ever.
_OTHER_SCRIPTS = late("[^\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f]+")
# NFKC sorts runs of combining marks in quadratic time (CPython), so no run longer than this is normalised at once.
_PIECE = 200


class Interpretation(Struct, frozen=True):
    """One way to read a name: canonical tokens in the order written.

    script: `latin` (transliterated), `own script`, `consonants`, or `romanised`, where `~` marks words of which only these are known.
    """

    tokens: tuple[str, ...]
    script: str

    @property
    def compared(self) -> str:
        """The tokens in the order written, joined by blanks."""
        return " ".join(self.tokens)

    @property
    def scored_tokens(self) -> tuple[str, ...]:
        """The tokens that are scored: all but legal forms, which listed and filed names add or leave out at will.

        A name that is nothing but legal forms keeps them, so that it equals only its like.
        """
        return tuple(t for t in self.tokens if t not in words.LEGAL_FORMS) or self.tokens

    @property
    def sorted(self) -> str:
        """The scored tokens in alphabetical order, joined by blanks: what is scored."""
        return " ".join(sorted(self.scored_tokens))


class PartyName(Struct, frozen=True):
    """A name as written with its readings, the principal one first; `removed` names what took no part in them."""

    as_written: str
    readings: tuple[Interpretation, ...]
    removed: tuple[str, ...]

    @property
    def screenable(self) -> bool:
        """Whether anything is left to compare."""
        return bool(self.readings)

    @property
    def tokens(self) -> tuple[str, ...]:
        """Canonical tokens of the principal reading, in the order written; empty if unscreenable."""
        return self.readings[0].tokens if self.readings else ()

    @property
    def compared(self) -> str:
        """The principal reading as one string."""
        return " ".join(self.tokens)

    @property
    def sorted(self) -> str:
        """The principal reading as it is scored: without legal forms, in alphabetical order; empty if unscreenable."""
        return self.readings[0].sorted if self.readings else ""

    @property
    def legal_forms(self) -> tuple[str, ...]:
        """Tokens of the principal reading that are legal forms."""
        return tuple(t for t in self.tokens if kind_of(t) == LEGAL_FORM)

    @property
    def generic(self) -> tuple[str, ...]:
        """Tokens of the principal reading that many names hold: business words, places, particles, single letters."""
        return tuple(t for t in self.tokens if kind_of(t) in (GENERIC, INITIAL))


_SPELLINGS = {spelling: canonical for canonical, spellings in words.BUSINESS_WORDS.items() for spelling in spellings}
_EXPANSIONS: dict[str, tuple[str, ...]] = {s: (c,) for s, c in (words.STRUCTURE | _SPELLINGS).items()} | words.COMPOUNDS
_FORMS_BY_LAST: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _token, _forms in words.LEGAL_FORMS.items():
    for _form in _forms:
        _sequence = tuple(_form.split())
        _FORMS_BY_LAST.setdefault(_sequence[-1], []).append((_sequence, _token))
for _options in _FORMS_BY_LAST.values():
    _options.sort(key=lambda option: (-len(option[0]), option[0]))
# Parts of legal forms: alone, or in another order, they tell as little as the whole.
FORM_FRAGMENTS = frozenset(w for forms in words.LEGAL_FORMS.values() for f in forms if " " in f for w in f.split() if len(w) >= 4)
_GENERIC = words.GENERIC | words.PLACES | frozenset(words.BUSINESS_WORDS) | FORM_FRAGMENTS

_INITIALS = re.compile(r"\b[a-z](?:\.\s*|\s+)[a-z](?:\.|\b)")
_LEAST_SURNAME, _MOST_INITIALS = 4, 3
_JOINED_INITIALS = re.compile(r"\b(?!mc|md|st)([b-df-hj-np-tv-xz])([b-df-hj-np-tv-xz])\b")  # `JC Juncker`: a word without a vowel
_MOST_JOINED = 4  # words of a person's name beside them
_MOST_SYLLABLES = 3  # of a Chinese name

# Words as written that are canonical or become so without telling names apart: business words, places, parts of legal forms.
GENERAL_SPELLINGS = (
    frozenset(_SPELLINGS) | _GENERIC | {w for forms in words.LEGAL_FORMS.values() for f in forms for w in f.split()}
)

# A capital after a small letter starts a word that was run together with the one before: `SiemensAG`, `IlHo`, but not `McTorine`; so does the last of several
# capitals before small letters: `KIMYong`.
_RUN_TOGETHER = re.compile(r"(?<=[a-z]{2})(?=[A-Z][A-Za-z])|(?<=\b[A-Z][abd-z])(?=[A-Z][a-z])|(?<=[A-Z]{2})(?=[A-Z][a-z])")

_NOISE = re.compile(r"(?<!\w)(?:" + "|".join(words.NOISE) + r")(?!\w)")
_NOISE_STARTS = re.compile(r"order|orden|ordre|/|care|behalf|account|business|trading as|known as|messrs|dba|fka|formerly")
_DOTTED = re.compile(r"\b([a-z])\.(?=[a-z]\b)")
_LETTERS_DIGITS = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'`´’‘ʼʹ")
_TO_ORDER = re.compile(
    r"(?:un)?to(?: the)? order\b|^order(?= (?:of|to|bank|banco|banque|banca)\b|$)|a la orden\b|order of shipper"
)
_PARTED = {c: None for c in range(128) if not chr(c).isalpha()}  # initials are joined: O.R.D.E.R.
_CONJUNCTIONS = frozenset("ey")  # Spanish and Portuguese between two words; at an end they are initials
_ARTICLES = frozenset(("al", "ul", "ur", "ar", "el"))
# A name with none of these is canonical as it is.
_SPECIAL = frozenset((*_EXPANSIONS, *_FORMS_BY_LAST, *words.NUMBER_WORDS, *_CONJUNCTIONS, "abdul"))
_TENS = frozenset(("20", "30", "40", "50", "60", "70", "80", "90"))
_ADDRESS = {spelling: canonical for canonical, spellings in words.ADDRESS_WORDS.items() for spelling in spellings}


@cache
def normaliser_version() -> str:
    """Changes whenever the same name could be read otherwise, so that an index built before is rebuilt."""
    tables = "".join((DATA / "names" / f"{name}.csv").read_text("utf-8") for name in ("party_words", "scripts", "romanisations"))
    digest = hashlib.sha256(f"{tables}|{version('anyascii')}|{unicodedata.unidata_version}".encode())
    return "8-" + digest.hexdigest()[:10]


def kind_of(token: str) -> str:
    """What a canonical token is: legal form, generic, initial, number or name. Only the last two carry a match."""
    if token in words.LEGAL_FORMS:
        return LEGAL_FORM
    if token in _GENERIC:
        return GENERIC
    if not token.isalpha() and any(c.isdigit() for c in token):
        return NUMBER
    return INITIAL if len(token) == 1 and token.isascii() else NAME


def is_informative(token: str) -> bool:
    """Whether a canonical token can carry a match: no legal form, business word, place, single letter or short number."""
    kind = kind_of(token)
    return kind == NAME or (kind == NUMBER and len(token) >= 3)


def normalise_party(name: str) -> PartyName:
    """Read a party's name as filed or as listed; never raises, whatever the text holds."""
    text, removed = _clean(name)
    parts, noise = _split_noise(text) if _NOISE_STARTS.search(text) else ([text], ())
    if _RUN_TOGETHER.search(name):
        parts += _split_noise(_clean(_RUN_TOGETHER.sub(" ", name))[0])[0]
    readings = dict.fromkeys(_read(parts[0])) if len(parts) == 1 else dict.fromkeys(r for part in parts for r in _read(part))
    return PartyName(name, tuple(readings), removed + noise)


def name_key(name: str) -> str:
    """A comparable key of a name: canonical tokens of the principal reading, sorted, without legal forms; empty if unscreenable."""
    text, _ = _clean(name)
    if text.isascii() and not _NOISE_STARTS.search(text) and _LETTERS_DIGITS.search(text):
        # As of most names: all readings take twice the time.
        return Interpretation(canonical_tokens(_said_once(_split_words(text))), LATIN).sorted
    return normalise_party(name).sorted


def address_key(address: str) -> str:
    """A comparable key of an address: distinct words in canonical spelling, sorted; empty if nothing is left."""
    tokens = [_ADDRESS.get(t, t) for t in _split_words(_to_ascii(_clean(address)[0]))]
    return " ".join(sorted({t for t in tokens if t not in words.ADDRESS_NOISE}))


def is_to_order(name: str) -> bool:
    """Whether a consignee's name says that the goods are consigned to order rather than to a named party."""
    if name.isascii() and "ord" not in name.translate(_PARTED).lower():
        return False  # as most names
    return _TO_ORDER.search(" ".join(_split_words(_to_ascii(_clean(name)[0])))) is not None


def _clean(name: str) -> tuple[str, tuple[str, ...]]:
    if name.isascii():
        printable = name.isprintable()
        text = name if printable else "".join(c if c.isprintable() else " " for c in name)
        return _found(text.lower()), () if printable else ("control characters",)
    pieces = (
        unicodedata.normalize("NFKC", word[i : i + _PIECE]) for word in unmask(name).split() for i in range(0, len(word), _PIECE)
    )
    text = _found(" ".join(pieces).casefold())
    if text.isprintable():
        return text, ()
    # Zero-width and direction marks join what they stand in; others part it.
    kept = "".join(c if c.isprintable() else "" if unicodedata.category(c) == "Cf" else " " for c in text)
    return kept, ("control or zero-width characters",)


def _found(text: str) -> str:
    return text if LOST.isdisjoint(text) else without_lost(text)


def _split_noise(text: str) -> tuple[list[str], tuple[str, ...]]:
    noise = tuple(" ".join(m.group().split()) for m in _NOISE.finditer(text))
    return _NOISE.split(text), noise


def _read(part: str) -> list[Interpretation]:
    if not _LETTERS_DIGITS.search(part):
        return []
    if part.isascii():
        tokens = _split_words(part)
        return _latin_readings(tokens) + _with_initials(part, tokens)
    own = _own_tokens(part)
    if not own:
        return []
    readings = list(map(_romanised, romanise(_OTHER_SCRIPTS.sub(lambda some: _to_ascii(some[0]), part))))
    if not readings or is_thai(part):  # some write the letters that Thai does not say: `Sakdi` for Sak
        readings += _transliterated(part)
    readings += [Interpretation(canonical_tokens(_split_words(text)), LATIN) for text in _customary(own)]
    if any(c.isalpha() and not _is_spelt_out(c) for token in own for c in token):
        readings.append(Interpretation(own, OWN_SCRIPT))
    return readings


def _with_initials(part: str, tokens: list[str]) -> list[Interpretation]:
    """`Lopez, J. M.` with its initials one by one: joined they make a word that stands for no name."""
    if len(tokens) <= _MOST_JOINED and 2 in map(len, tokens) and all(kind_of(t) == NAME for t in tokens):
        part = _JOINED_INITIALS.sub(r"\1 \2", part)
    if not _INITIALS.search(part):
        return []
    apart = _LETTERS_DIGITS.findall(part)
    letters = sum(len(t) == 1 for t in apart)
    named = [t for t in apart if len(t) >= _LEAST_SURNAME and kind_of(t) == NAME]
    return [Interpretation(canonical_tokens(apart), LATIN)] if named and letters <= _MOST_INITIALS and apart != tokens else []


def _own_tokens(part: str) -> tuple[str, ...]:
    """Tokens in their own script; the words that Chinese firms share are put into English, so that they are known as such."""
    tokens: list[str] = []
    for token in _LETTERS_DIGITS.findall(part.translate(_APOSTROPHES)):
        for piece in scripts.part_han(token).split(" ") if len(token) > 4 else (token,):
            tokens += (
                canonical_tokens(scripts.translate_han(piece).split()) if piece in scripts.HAN_WORDS else [piece] * bool(piece)
            )
    return tuple(tokens)


def _customary(own: tuple[str, ...]) -> list[str]:
    """Personal names in Hangul or Han as they are customarily romanised, where letter by letter does not give that."""
    may_be = len(own) == 1 or (len(own) <= 3 and all(len(token) <= 3 for token in own))
    name = "".join(own) if may_be else ""
    return [*scripts.romanise_hangul(name), *scripts.read_han(name)]


def _transliterated(part: str) -> list[Interpretation]:
    translated = " ".join(scripts.part_han(word) for word in part.split())
    latin = _split_words(_to_ascii(scripts.translate_han(translated)))
    return _latin_readings(latin, CONSONANTS if scripts.leaves_vowels_out(part) else LATIN)


def _romanised(way: str) -> Interpretation:
    tokens = canonical_tokens(_said_once(_join_initials(_to_ascii(way).split())))
    return Interpretation(tokens, ROMANISED if "~" in way else LATIN)


def _latin_readings(tokens: list[str], script: str = LATIN) -> list[Interpretation]:
    if not tokens:
        return []
    tokens = _said_once(tokens)
    readings = [Interpretation(canonical_tokens(tokens), script)]
    if not words.SECOND_READINGS.keys().isdisjoint(tokens):
        second = [w for t in tokens for w in words.SECOND_READINGS.get(t, (t,))]
        readings.append(Interpretation(canonical_tokens(second), script))
    if len(tokens) <= _MOST_SYLLABLES:
        readings += [Interpretation(tuple(said.split()), script) for said in words.read_wade_giles(tokens)]
    return readings


def _said_once(tokens: list[str]) -> list[str]:
    """A name that is said twice, as two columns joined into one have it, once."""
    half = len(tokens) // 2
    return tokens[:half] if half and tokens[:half] * 2 == tokens else tokens


def _to_ascii(text: str) -> str:
    return str(anyascii(text)).lower()


def _split_words(text: str) -> list[str]:
    """The words of an ASCII text in small letters."""
    if "." in text:
        text = _DOTTED.sub(r"\1", text)
    if "&" in text:
        text = text.replace("&", " and ")
    tokens = _LETTERS_DIGITS.findall(text.translate(_APOSTROPHES) if "'" in text or "`" in text else text)
    return _join_initials(tokens) if 1 in map(len, tokens) else tokens


def _join_initials(tokens: list[str]) -> list[str]:
    joined: list[str] = []
    for are_initials, run in groupby(tokens, lambda token: len(token) == 1 and token.isalpha()):
        parts = list(run)
        joined += ["".join(parts)] if are_initials else parts
    return joined


def canonical_tokens(tokens: Sequence[str]) -> tuple[str, ...]:
    """Words in lower case into canonical tokens, as in a reading: legal forms and abbreviations, read from the right, where legal forms stand."""
    if _SPECIAL.isdisjoint(tokens) and all(map(str.isalpha, tokens)):
        return tuple(tokens)
    found: list[str] = []
    only_forms_follow = True
    end = len(tokens)
    while end:
        token = tokens[end - 1]
        if token in _FORMS_BY_LAST and (form := _legal_form(tokens, end, only_forms_follow)):
            length, canonical = form
            found.append(canonical)
            end -= length
            continue
        if len(token) >= 4:
            token = with_letters(token)
        expanded = _EXPANSIONS.get(token)
        if expanded is None:
            found.append(token)
        else:
            found.extend(reversed(expanded))
        only_forms_follow = False
        end -= 1
    found.reverse()
    if not _CONJUNCTIONS.isdisjoint(found):
        for i in range(1, len(found) - 1):
            if found[i] in _CONJUNCTIONS and len(found[i - 1]) > 1 < len(found[i + 1]):  # `POLYAN, E. I.` has initials
                found[i] = "and"
    if "abdul" in found or not words.NUMBER_WORDS.keys().isdisjoint(found):
        return tuple(_join_words(found))
    return tuple(found)


def _join_words(tokens: list[str]) -> list[str]:
    """`abdul al rahman` to `abdul rahman`, numbers in words to digits."""
    joined: list[str] = []
    for token in tokens:
        if token in _ARTICLES and joined and joined[-1] == "abdul":
            continue
        number = words.NUMBER_WORDS.get(token, token)
        if joined and joined[-1] in _TENS and len(number) == 1 and number.isdigit():
            joined[-1] = joined[-1][0] + number
        else:
            joined.append(number)
    return joined


def _legal_form(tokens: Sequence[str], end: int, only_forms_follow: bool) -> tuple[int, str] | None:
    last = tokens[end - 1]
    for sequence, canonical in _FORMS_BY_LAST[last]:
        length = len(sequence)
        if length == 1:
            if last in words.LAST_ONLY or last in words.FIRST_OR_LAST:
                first = end == 1 and last in words.FIRST_OR_LAST
                if len(tokens) == 1 or not (first or (only_forms_follow and end > 1)):
                    return None
            return 1, canonical
        if length <= end and tuple(tokens[end - length : end]) == sequence:
            return length, canonical
    return None


def _is_spelt_out(c: str) -> bool:
    # Latin, Greek, Cyrillic and their extensions go into ASCII letter by letter: the transliteration compares as well.
    return ord(c) <= 0x052F or 0x1E00 <= ord(c) <= 0x1FFF
