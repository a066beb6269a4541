"""How the letters of a text answer those of a name that they spell with an edit or two."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from precursor_screen.names.confusions import FIRM

_NEVER: Final = 99


class Alignment(Struct, frozen=True):
    """edits: how many. answers: for each letter of the text the letter of the name it stands for, None for one too many."""

    edits: int
    answers: tuple[int | None, ...]


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
    within = (a + head if a is not None else None for a in inner.answers)
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
    answers: list[int | None] = [None] * m
    i, j = n, m
    while i or j:
        way = step[i][j]
        if way == 1:
            answers[j - 1] = i - 1
        elif way == 2:
            answers[j - 2], answers[j - 1] = i - 2, i - 1
        i -= {1: 1, 2: 2, 3: 1, 4: 0}[way]
        j -= {1: 1, 2: 2, 3: 0, 4: 1}[way]
    return Alignment(cost[n][m], tuple(answers))
