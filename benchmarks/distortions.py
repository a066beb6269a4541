"""Kinds of distortion: how manifests, forms, machines that read letters, and evasion write a listed name.

A distortion takes a listed name and a source of chance, and gives what is written instead, or nothing where it does not apply. Groups:
`plain` (another case, punctuation), `easy` (single typing errors and other orders of words, as in most published comparisons),
`hard` (what manifests and evasion do to names besides) and `harsh` (more of it, and what stands beside a name in its cell).
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import NamedTuple

from precursor_screen.text.party import INITIAL, NAME, kind_of, normalise_party

PLAIN, EASY, HARD, HARSH = "plain", "easy", "hard", "harsh"


class Listed(NamedTuple):
    """A listed name.

    words: in the order listed, a person's surname first; surname: how many of them are it, 0 unless a comma told; imo: the number
    of a vessel or a shipping company, of seven figures, or nothing.
    """

    words: list[str]
    entry_id: str
    kind: str
    surname: int = 0
    imo: str = ""

    @property
    def name(self) -> str:
        """As listed, a person's comma left out."""
        return " ".join(self.words)


SOUNDS = (("sh", "ch"), ("kh", "h"), ("q", "k"), ("ee", "i"), ("ou", "u"), ("y", "i"), ("w", "v"), ("ph", "f"), ("dj", "j"))
ABBREVIATED = {
    "trading": "trdg", "international": "intl", "industries": "inds", "company": "co", "limited": "ltd", "general": "gen",
    "chemical": "chem", "services": "svcs", "group": "grp", "corporation": "corp", "development": "dev", "import": "imp",
    "export": "exp", "investment": "invt", "manufacturing": "mfg", "transport": "transp", "engineering": "engg",
}  # fmt: skip
VOWELS = "aeiou"
MISREAD = tuple(
    pair
    for seen, taken in (("rn", "m"), ("cl", "d"), ("o", "0"), ("l", "1"), ("s", "5"), ("b", "8"))
    for pair in ((seen, taken), (taken, seen))
)
CYRILLIC = str.maketrans("aceopxyACEHKMOPTXBY", "асеорхуАСЕНКМОРТХВУ")
CONFUSED = {"o": "0", "i": "1", "l": "1", "s": "5", "b": "8", "z": "2", "e": "3"}

Distort = Callable[[Listed, random.Random], str | None]
DistortWords = Callable[[list[str], random.Random], list[str] | None]


def telling(words: list[str]) -> list[int]:
    """Which words tell names apart: neither legal form (`S.A.`, `OOO`), nor business, place or single letter."""
    return [i for i, w in enumerate(words) if any(kind_of(token) == NAME for token in normalise_party(w).tokens)]


def typo(words: list[str], rng: random.Random) -> list[str] | None:
    """One letter more, less, another, or two swapped, in a word of four letters or more."""
    places = [i for i, w in enumerate(words) if len(w) >= 4 and w.isalpha()]
    if not places:
        return None
    i = rng.choice(places)
    word, at, letter = words[i], rng.randrange(len(words[i])), rng.choice(string.ascii_lowercase)
    changed = (
        word[:at] + letter + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    )[rng.randrange(4)]
    return [*words[:i], changed, *words[i + 1 :]] if changed != word else typo(words, rng)


def reorder(words: list[str], rng: random.Random) -> list[str] | None:
    """Another order of two words or more."""
    shuffled = list(words)
    while len(set(words)) > 1 and shuffled == words:
        rng.shuffle(shuffled)
    return shuffled if shuffled != words else None


def two_typos(words: list[str], rng: random.Random) -> list[str] | None:
    """Two typing errors in a name of 14 letters or more."""
    once = typo(words, rng) if sum(map(len, words)) >= 14 else None
    return typo(once, rng) if once else None


def reorder_and_typo(words: list[str], rng: random.Random) -> list[str] | None:
    """Both."""
    other = reorder(words, rng)
    return typo(other, rng) if other else None


def other_form(words: list[str], rng: random.Random) -> list[str] | None:
    """The legal form dropped, or another one."""
    kept = [w for w in words if kind_of(w.strip(".,").lower()) != "legal form"]
    return kept + rng.choice(([], ["LLC"], ["CO", "LTD"])) if 2 <= len(kept) < len(words) else None


def abbreviate(words: list[str], rng: random.Random) -> list[str] | None:
    """Words of business as bills of lading shorten them."""
    short = [ABBREVIATED.get(w.lower(), w) for w in words]
    return short if short != words else None


def join(words: list[str], rng: random.Random) -> list[str] | None:
    """Two neighbours without the blank."""
    if len(words) < 2:
        return None
    i = rng.randrange(len(words) - 1)
    return [*words[:i], words[i] + words[i + 1], *words[i + 2 :]]


def omit(words: list[str], rng: random.Random) -> list[str] | None:
    """A word less, of three or more that tell names apart."""
    places = telling(words)
    if len(places) < 3:
        return None
    i = rng.choice(places)
    return [*words[:i], *words[i + 1 :]]


def initial(words: list[str], rng: random.Random) -> list[str] | None:
    """An initial for one of three words or more."""
    places = telling(words)
    if len(places) < 3:
        return None
    i = places[0]
    return [*words[:i], words[i][0], *words[i + 1 :]]


def misread(words: list[str], rng: random.Random) -> list[str] | None:
    """A letter misread as a figure, in the middle of a word."""
    places = [(i, j) for i, w in enumerate(words) if len(w) > 4 for j in range(1, len(w) - 1) if w[j].lower() in CONFUSED]
    if not places:
        return None
    i, j = rng.choice(places)
    return [*words[:i], words[i][:j] + CONFUSED[words[i][j].lower()] + words[i][j + 1 :], *words[i + 1 :]]


def respell(words: list[str], rng: random.Random) -> list[str] | None:
    """Another customary spelling of a sound."""
    options = [(i, a, b) for i, w in enumerate(words) for a, b in SOUNDS if len(w) > 4 and a in w.lower()]
    if not options:
        return None
    i, a, b = rng.choice(options)
    return [*words[:i], words[i].lower().replace(a, b, 1), *words[i + 1 :]]


def of_words(distort: DistortWords) -> Distort:
    """What becomes of a name whose words are distorted."""

    def of_name(listed: Listed, rng: random.Random) -> str | None:
        changed = distort(listed.words, rng)
        return " ".join(changed) if changed else None

    return of_name


def twice(*distortions: DistortWords) -> Distort:
    """One distortion after the other."""

    def of_name(listed: Listed, rng: random.Random) -> str | None:
        words: list[str] | None = listed.words
        for distort in distortions:
            words = distort(words, rng) if words else None
        return " ".join(words) if words and words != listed.words else None

    return of_name


def cut_at(length: int) -> Distort:
    """Cut at so many characters, where that costs more than three and leaves a word whole that tells names apart."""

    def of_name(listed: Listed, rng: random.Random) -> str | None:
        cut_off = len(listed.name) > length + 3 and kind_of(listed.words[-1]) != INITIAL
        left = listed.name[:length].rstrip()
        return left if cut_off and telling(left.split()[:-1]) else None

    return of_name


def beside(*layouts: str, kinds: str = "person organisation vessel aircraft") -> Distort:
    """The name in its cell with something else."""

    def of_name(listed: Listed, rng: random.Random) -> str | None:
        return rng.choice(layouts).format(name=as_filed(listed), imo=listed.imo) if listed.kind in kinds.split() else None

    return of_name


def as_filed(listed: Listed) -> str:
    """A person's surname last."""
    return " ".join(listed.words[listed.surname :] + listed.words[: listed.surname])


def misread_anywhere(words: list[str], rng: random.Random) -> list[str] | None:
    """A letter, or two, taken for others that look like them, at any place of a word of four letters or more."""
    places = [
        (i, j, seen, taken)
        for i, w in enumerate(words)
        for seen, taken in MISREAD
        for j in range(len(w))
        if len(w) >= 4 and w.lower().startswith(seen, j)
    ]
    if not places:
        return None
    i, j, seen, taken = rng.choice(places)
    return [*words[:i], words[i][:j] + taken + words[i][j + len(seen) :], *words[i + 1 :]]


def other_vowel(words: list[str], rng: random.Random) -> list[str] | None:
    """A vowel for another."""
    places = [(i, j) for i, w in enumerate(words) if len(w) >= 4 and w.isalpha() for j in range(len(w)) if w[j].lower() in VOWELS]
    if not places:
        return None
    i, j = rng.choice(places)
    other = rng.choice([v for v in VOWELS if v != words[i][j].lower()])
    return [*words[:i], words[i][:j] + other + words[i][j + 1 :], *words[i + 1 :]]


def first_and_last(listed: Listed, rng: random.Random) -> str | None:
    """A person's first given name and last surname, of three names or more."""
    given = listed.words[listed.surname :]
    if not listed.surname or len(listed.words) < 3 or len(given[0]) < 3:
        return None
    return f"{given[0]} {listed.words[listed.surname - 1]}"


def first_initial(listed: Listed, rng: random.Random) -> str | None:
    """A person's first given name as an initial, before the rest."""
    given = listed.words[listed.surname :]
    return " ".join([given[0][0] + ".", *given[1:], *listed.words[: listed.surname]]) if listed.surname else None


def surname_and_initials(listed: Listed, rng: random.Random) -> str | None:
    """`SURNAME, A. B.`, of two given names or more."""
    given = listed.words[listed.surname :]
    if not listed.surname or len(given) < 2:
        return None
    return " ".join(listed.words[: listed.surname]) + ", " + " ".join(w[0] + "." for w in given[:3])


def run_all_together(words: list[str], rng: random.Random) -> list[str] | None:
    """No blank at all, in capitals: where a word begins is not told either."""
    return ["".join(words).upper()] if len(words) > 1 else None


def drop_end(words: list[str], rng: random.Random) -> list[str] | None:
    """The first or the last word dropped, of three or more, two of which tell names apart are left."""
    left = [words[1:], words[:-1]]
    enough = [w for w in left if len(telling(w)) >= 2]
    return rng.choice(enough) if enough and len(words) >= 3 else None


def split_long(words: list[str], rng: random.Random) -> list[str] | None:
    """A blank within a word of eight letters or more."""
    places = [i for i, w in enumerate(words) if len(w) >= 8 and w.isalpha()]
    if not places:
        return None
    i = rng.choice(places)
    at = rng.randrange(3, len(words[i]) - 2)
    return [*words[:i], words[i][:at], words[i][at:], *words[i + 1 :]]


def four_letters(words: list[str], rng: random.Random) -> list[str] | None:
    """Each word cut to four letters."""
    short = [w[:4] for w in words]
    return short if short != words and len(words) >= 2 else None


def look_alike(words: list[str], rng: random.Random) -> list[str] | None:
    """Cyrillic letters that look like Latin ones, in one word."""
    places = [i for i, w in enumerate(words) if len(w) >= 4 and w.translate(CYRILLIC) != w]
    if not places:
        return None
    i = rng.choice(places)
    return [*words[:i], words[i].translate(CYRILLIC), *words[i + 1 :]]


def other_case(words: list[str], rng: random.Random) -> list[str] | None:
    """Small letters, or capitals for the first of each word alone."""
    return [rng.choice((str.lower, str.title))(w) for w in words]


def other_punctuation(words: list[str], rng: random.Random) -> list[str] | None:
    """A comma, a full stop or a hyphen behind a word."""
    i = rng.randrange(len(words))
    return [*words[:i], words[i] + rng.choice((",", ".", " -")), *words[i + 1 :]]


def vessel_number(listed: Listed, rng: random.Random) -> str | None:
    """A vessel's IMO number alone."""
    return f"IMO {listed.imo}" if listed.kind == "vessel" and listed.imo else None


def vessel_and_number(listed: Listed, rng: random.Random) -> str | None:
    """A vessel's name and its IMO number."""
    return f"{listed.name} IMO {listed.imo}" if listed.kind == "vessel" and listed.imo else None


AGENT = "Harbor Forwarding Ltd"

KINDS: tuple[tuple[str, str, Distort], ...] = (
    ("letter case", PLAIN, of_words(other_case)),
    ("punctuation", PLAIN, of_words(other_punctuation)),
    ("typing error", EASY, of_words(typo)),
    ("other order", EASY, of_words(reorder)),
    ("other order and typing error", EASY, of_words(reorder_and_typo)),
    ("two typing errors", HARD, of_words(two_typos)),
    ("other legal form", HARD, of_words(other_form)),
    ("abbreviated", HARD, of_words(abbreviate)),
    ("run together", HARD, of_words(join)),
    ("word omitted", HARD, of_words(omit)),
    ("initial", HARD, of_words(initial)),
    ("cut at 35", HARD, cut_at(35)),
    ("letter misread", HARD, of_words(misread)),
    ("other spelling", HARD, of_words(respell)),
    ("cut at 30", HARSH, cut_at(30)),
    ("cut at 25", HARSH, cut_at(25)),
    ("misread anywhere", HARSH, of_words(misread_anywhere)),
    ("misread twice", HARSH, twice(misread_anywhere, misread_anywhere)),
    ("typing error and misread", HARSH, twice(typo, misread_anywhere)),
    ("two other spellings", HARSH, twice(respell, respell)),
    ("two other vowels", HARSH, twice(other_vowel, other_vowel)),
    ("first and last name only", HARSH, first_and_last),
    ("first or last word dropped", HARSH, of_words(drop_end)),
    ("first name an initial", HARSH, first_initial),
    ("surname and initials", HARSH, surname_and_initials),
    ("all run together", HARSH, of_words(run_all_together)),
    ("long word split", HARSH, of_words(split_long)),
    ("words of four letters", HARSH, of_words(four_letters)),
    ("shuffled", HARSH, of_words(reorder)),
    ("look-alike letters", HARSH, of_words(look_alike)),
    ("title", HARSH, beside("Mr. {name}", "Dr. {name}", "General {name}", "Eng. {name}", "Haji {name}", kinds="person")),
    ("C/O before", HARSH, beside(f"{AGENT} C/O {{name}}", f"{AGENT} c/o {{name}}")),
    ("C/O behind", HARSH, beside(f"{{name}} C/O {AGENT}", f"{{name}}, c/o {AGENT}")),
    ("branch", HARSH, beside("{name} Dubai Branch", "{name} (Shanghai Branch)", "{name}, Istanbul Office", kinds="organisation")),
    ("address in the cell", HARSH, beside("{name}, 14 Mill Road, Hamburg, Germany", "{name} 14 Mill Road Hamburg Germany")),
    ("number in the cell", HARSH, beside("{name} Tax ID 4829103345", "{name} (Reg. No. 4829103)", "{name} 4829103345")),
    ("repeated", HARSH, beside("{name} {name}", "{name}, {name}", "{name} / {name}")),
    ("vessel", HARSH, beside("MV {name}", "M/V {name}", "MT {name}", kinds="vessel")),
    ("vessel and number", HARSH, vessel_and_number),
    ("number of a vessel", HARSH, vessel_number),
)  # fmt: skip
