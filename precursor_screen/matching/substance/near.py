"""Names spelled with an edit or two, or read wrongly by machine: whether a stretch of a text is a name after all.

A stretch that resembles a name is none if it is another word: piperazine is no misspelled piperidine. It must also keep its
locants, have no word too many, and have its gaps where the name may have some.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from rapidfuzz.distance import OSA

from precursor_screen.matching.substance.dictionary import Pattern
from precursor_screen.matching.substance.neighbours import Neighbours
from precursor_screen.text.goods_words import words_of
from precursor_screen.text.text import FIRM, loose_fold

_BEARS_SHORT_EDIT: Final = 9  # letters of a name, one of whose words of three may be wrong
_PARTICLES: Final = frozenset({"of", "de", "di", "do", "du", "da", "el", "le", "la", "et", "en", "des", "del", "von", "and"})
_LONG_NAME: Final = 8  # letters from which a near spelling is hardly an everyday word
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_LETTERS_A_CONFUSION: Final = 4  # so many letters of a name may hold one letter taken for another


LetterMap = tuple[int | None, ...]  # for each letter of a text the letter of the name it stands for, None for one too many


class NearMatch(Struct, frozen=True):
    """A stretch read as a name. edits: 0 if look-alikes explain it. gaps: after which letters of the stretch the name has a gap."""

    edits: int
    gaps: frozenset[int]


class _Word(Struct, frozen=True):
    """A word of the stretch and the part of the name that it stands for."""

    text: str
    name: str


def is_uncertain(found: str, name: str, before: str, after: str) -> bool:
    """Whether a near spelling may as well be a word of everyday language: one in another script than the name, or a short one.

    A short one is none where nothing but figures and masses stands beside it: nobody declares an everyday word by itself.

    Args:
        found: The stretch as filed.
        name: The name that it resembles.
        before, after: The rest of the text, from `text.text.plain`.
    """
    if bool(_LATIN.search(found)) != bool(_LATIN.search(name)):
        return True
    if sum(map(str.isalpha, found)) >= _LONG_NAME:
        return False
    return any(word not in words_of("mass-unit") for word in _LETTERS.findall(f"{before} {after}"))


def read_near(pattern: Pattern, text: str, where: Sequence[int], raw: str, neighbours: Neighbours) -> NearMatch | None:
    """A stretch as a name with edits, or None if it is not.

    Args:
        pattern: The name.
        text: The squashed stretch.
        where: The place of each of its letters in the whole text.
        raw: The stretch as filed, from its first letter to its last.
        neighbours: Other words that resemble names.
    """
    alignment = align(pattern.squashed, text, pattern.fixed, pattern.edits)
    if alignment is None or text == pattern.squashed:
        return None
    return _judge(pattern, text, where, alignment.letter_map, alignment.edits, raw, neighbours)


def read_misread(pattern: Pattern, text: str, where: Sequence[int], raw: str, neighbours: Neighbours) -> NearMatch | None:
    """A stretch as a name in which look-alikes took the place of letters, or None if it is not. Arguments as of `read_near`."""
    if text == pattern.squashed:
        return None
    spaced_name = "".join(c + " " * (i in pattern.own_gaps) for i, c in enumerate(pattern.squashed))
    steps = itertools.pairwise([*where, where[-1]])
    spaced_text = "".join(c + " " * (there - here > 1) for c, (here, there) in zip(text, steps, strict=True))
    (one, begins), (other, others) = loose_fold(spaced_name), loose_fold(spaced_text)
    if one != other:
        return None
    letter_map: list[int | None] = []
    confused = 0
    capitals = raw.replace("l", "").isupper()  # among them an l is an I: PlPERlDlNE
    for a, b, c, d in zip(begins, begins[1:], others, others[1:], strict=False):
        letter_map.extend(a + i if a + i < b else None for i in range(d - c))
        is_capital = capitals and raw[where[c] - where[0]] == "l"
        confused += not (is_capital or same_word(pattern.squashed[a:b], text[c:d]))
    # A name that bears no edit bears digits for letters, and nothing else.
    if confused > (max(1, len(pattern.squashed) // _LETTERS_A_CONFUSION) if pattern.edits else 0):
        return None
    return _judge(pattern, text, where, tuple(letter_map), 0, raw, neighbours)


def _judge(
    pattern: Pattern, text: str, where: Sequence[int], letter_map: LetterMap, edits: int, raw: str, neighbours: Neighbours
) -> NearMatch | None:
    words = _words(pattern, text, where, letter_map)
    if words is None or not _digits_stand(pattern, text, where, letter_map):
        return None
    changed = [w for w in words if not same_word(w.name, w.text)]
    if edits and not (_short_words_stand(pattern, text, letter_map) and all(map(_is_kept, changed))):
        return None
    # Two words wrong at once are not two other words by chance: "dyethyl ethen" is ether, though ethen is a word.
    other = neighbours.is_nearer if edits else neighbours.is_word
    # What another tongue would spell so says nothing for or against: "calcium permanganate" is no kalium permanganat.
    differing = [w for w in changed if not neighbours.is_spelled_so(w.text, w.name)]
    if differing and all(other(w.text, w.name) for w in differing):
        return None
    gaps = _gaps(pattern, letter_map)
    # Edits and spaces together make names of anything: "a set of" is no aseton.
    parted = sum(
        i not in gaps and any(map(str.isspace, raw[here - where[0] + 1 : there - where[0]]))
        for i, (here, there) in enumerate(itertools.pairwise(where))
    )
    return NearMatch(edits, gaps) if not edits or parted < pattern.edits else None


def _is_kept(word: _Word) -> bool:
    """Whether enough of a word is left: more than one letter, and half of it."""
    if word.name in _PARTICLES:
        return True
    return len(word.text) > 1 and OSA.distance(word.text, word.name) * 2 <= len(word.name) + 1


def _short_words_stand(pattern: Pattern, text: str, letter_map: LetterMap) -> bool:
    """Whether short words of the name bear no more edits than they may: endings, abbreviations, substituents.

    Otherwise -ol were -on, and Bn were Boc.
    """
    letters = sum(c.isalpha() for c in pattern.squashed)
    reached = 0
    spelled: list[list[str]] = [[] for _ in pattern.words]
    for char, answer in zip(text, letter_map, strict=True):
        # Vowel signs of the scripts of India are in no word: those at the end belong to the last.
        while answer is not None and answer >= pattern.words[reached][1] and reached + 1 < len(pattern.words):
            reached += 1
        spelled[reached].append(char)
    for (start, end), found in zip(pattern.words, spelled, strict=True):
        word = pattern.squashed[start:end]
        if 1 < len(word) < 4 and word not in _PARTICLES:
            most = pattern.edits - 1 if len(word) == 2 else int(letters >= _BEARS_SHORT_EDIT)
            if OSA.distance(word, "".join(found)) > most:
                return False
    return True


def _digits_stand(pattern: Pattern, text: str, where: Sequence[int], letter_map: LetterMap) -> bool:
    """Whether a digit that is read as a letter touches a letter, and a letter that is read as a digit touches none."""
    for j, i in enumerate(letter_map):
        if i is None or pattern.squashed[i].isdigit() == text[j].isdigit() or i in pattern.fixed:
            continue
        beside = [k for k in (j - 1, j + 1) if 0 <= k < len(text) and abs(where[k] - where[j]) == 1 and text[k].isalpha()]
        if text[j].isdigit() and not beside:
            return False
        if not text[j].isdigit() and not all((a := letter_map[k]) is not None and pattern.squashed[a].isdigit() for k in beside):
            return False
    return True


def _words(pattern: Pattern, text: str, where: Sequence[int], letter_map: LetterMap) -> list[_Word] | None:
    """The words of the stretch; None if one of them, or a word of the name, stands for nothing."""
    begun = (i for i in range(1, len(text)) if where[i] - where[i - 1] > 1 or text[i].isdigit() != text[i - 1].isdigit())
    cuts = [0, *begun, len(text)]
    words: list[_Word] = []
    reached = 0
    for number, (a, b) in enumerate(itertools.pairwise(cuts)):
        answered = [i for i in letter_map[a:b] if i is not None]
        if not answered:
            return None
        stop = len(pattern.squashed)
        if number < len(cuts) - 2:
            ahead = next((i for i in letter_map[b:] if i is not None), len(pattern.squashed))
            # Letters that are missing between two words belong to the first, unless the name has its gap before them.
            gap = next((g + 1 for g in range(answered[-1], ahead) if g in pattern.own_gaps), None)
            stop = ahead if gap is None else gap
        words.append(_Word(text[a:b], pattern.squashed[reached:stop]))
        reached = stop
    return words


def _gaps(pattern: Pattern, letter_map: LetterMap) -> frozenset[int]:
    """After which letters of the stretch the name has a gap of its own."""
    gaps = []
    reached = -1
    for i, (here, there) in enumerate(itertools.pairwise(letter_map)):
        reached = here if here is not None else reached
        upto = there if there is not None else reached + 1
        if any(g in pattern.own_gaps for g in range(max(reached, 0), max(upto, reached + 1))):
            gaps.append(i)
    return frozenset(gaps)


# How the letters of a text answer those of a name that they spell with an edit or two.

_NEVER: Final = 99


class Alignment(Struct, frozen=True):
    """edits: how many. letter_map: for each letter of the text the letter of the name it stands for, None for one too many."""

    edits: int
    letter_map: LetterMap


def same_letter(one: str, other: str) -> bool:
    """Whether two letters are the same, or one is a digit that looks like the other; l and i are two letters."""
    return one == other or ((one.isdigit() or other.isdigit()) and FIRM.get(one, one) == FIRM.get(other, other))


def same_word(one: str, other: str) -> bool:
    """Whether two words agree letter for letter, as `same_letter` has it."""
    return len(one) == len(other) and all(map(same_letter, one, other))


def align(name: str, text: str, fixed: frozenset[int], most: int) -> Alignment | None:
    """The cheapest way to read a text as a name: letters changed, missing, too many, or swapped with the next, each one edit.

    Digits and fixed letters bear no edit.

    Args:
        name: The squashed name.
        text: The squashed text.
        fixed: Letters of the name that must stand as they are: its locants.
        most: No more edits than this.

    Returns:
        None if it takes more edits.
    """
    if abs(len(name) - len(text)) > most:
        return None
    # What agrees at both ends needs no counting.
    head = tail = 0
    shorter = min(len(name), len(text))
    while head < shorter and same_letter(name[head], text[head]):
        head += 1
    while tail < shorter - head and same_letter(name[-1 - tail], text[-1 - tail]):
        tail += 1
    inner = _align(name[head : len(name) - tail], text[head : len(text) - tail], {i - head for i in fixed}, most)
    if inner is None:
        return None
    within = (a + head if a is not None else None for a in inner.letter_map)
    return Alignment(inner.edits, (*range(head), *within, *range(len(name) - tail, len(name))))


def _align(name: str, text: str, fixed: set[int], most: int) -> Alignment | None:
    n, m = len(name), len(text)
    stiff = [i in fixed or c.isdigit() for i, c in enumerate(name)]
    digit = [c.isdigit() for c in text]
    # How each cell is reached: 0 nothing, 1 a letter for a letter, 2 two swapped, 3 one missing, 4 one too many.
    cost = [[_NEVER] * (m + 1) for _ in range(n + 1)]
    step = [[0] * (m + 1) for _ in range(n + 1)]
    cost[0][0] = 0
    for i in range(n + 1):
        for j in range(max(0, i - most), min(m, i + most) + 1):
            ways = [(cost[i][j], 0)]
            if i and j:
                same = same_letter(name[i - 1], text[j - 1])
                ways.append((cost[i - 1][j - 1] + (0 if same else _NEVER if stiff[i - 1] or digit[j - 1] else 1), 1))
                if i > 1 and j > 1 and name[i - 1] == text[j - 2] and name[i - 2] == text[j - 1]:
                    ways.append((cost[i - 2][j - 2] + (_NEVER if stiff[i - 1] or stiff[i - 2] else 1), 2))
            if i:
                ways.append((cost[i - 1][j] + (_NEVER if stiff[i - 1] else 1), 3))
            if j:
                ways.append((cost[i][j - 1] + (_NEVER if digit[j - 1] else 1), 4))
            cost[i][j], step[i][j] = min(ways)
    if cost[n][m] > most:
        return None
    letter_map: list[int | None] = [None] * m
    i, j = n, m
    while i or j:
        way = step[i][j]
        if way == 1:
            letter_map[j - 1] = i - 1
        elif way == 2:
            letter_map[j - 2], letter_map[j - 1] = i - 2, i - 1
        i -= {1: 1, 2: 2, 3: 1, 4: 0}[way]
        j -= {1: 1, 2: 2, 3: 0, 4: 1}[way]
    return Alignment(cost[n][m], tuple(letter_map))
