"""Letters that are taken for one another: digits typed for letters, and what reading by machine confuses.

Two folds. The firm one joins a digit with the letter it looks like (0 and o), which nobody types by chance. The loose one joins all
that scanners confuse (a and o, c and e, rn and m); two words may agree in it that are both words, so what it finds is looked at again.
Both read text from `names.text`.
"""

from __future__ import annotations

from typing import Final

# For each letter or digit the one that stands for its group. Of the Cyrillic letters those that are read as digits.
FIRM: Final = dict(zip("01l582оз", "oiisbzo3", strict=True))
LOOSE: Final = FIRM | dict(zip("aefh6j9gvабипщесц", "occbbiqquobнлшccш", strict=True))
# Two letters that are read as one, after the firm fold: rn as m, cl (c1, ci) as d, ri (rl) as n.
PAIRS: Final = {"rn": "m", "ci": "d", "ri": "n"}
_FIRM_TABLE: Final = str.maketrans(FIRM)


def firm_fold(squashed: str) -> str:
    """Each digit that looks like a letter as that letter (and l as i); as long as before."""
    return squashed.translate(_FIRM_TABLE)


def loose_fold(spaced: str) -> tuple[str, list[int]]:
    """Everything that scanners confuse as one letter; a pair counts only where no gap parts it.

    Args:
        spaced: Text from `names.text.spaced`.

    Returns:
        The folded letters, and for each the index in the squashed text where it begins; at the end, the length of that text.
    """
    out: list[str] = []
    begins: list[int] = []
    firm = firm_fold(spaced)
    at, letter, n = 0, 0, len(spaced)
    while at < n:
        if spaced[at] == " ":
            at += 1
            continue
        begins.append(letter)
        pair = PAIRS.get(firm[at : at + 2])
        width = 2 if pair else 1
        char = pair or spaced[at]
        out.append(LOOSE.get(char, char))
        at += width
        letter += width
    begins.append(letter)
    return "".join(out), begins
