"""How masses, amounts, names and reasons are written for people (docs/style.md)."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Sequence
from decimal import Decimal

# 'Did you mean': the nearest known word to one that is not known.


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?`, or an empty string when nothing is near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    best = process.extractOne(word, sorted(known), scorer=OSA.normalized_similarity, score_cutoff=0.6)
    return f"Did you mean {best[0]!r}?" if best else ""


def how_ended(code: int | None) -> str:
    """How a process ended, by its exit code: `exit code 1`, `SIGKILL`."""
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


# Text that is safe to print. Imports nothing heavy: error messages and `--help` need it too.


def printable(text: object) -> str:
    """Text without control characters: neither a manifest nor a file name may steer the terminal."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "�" if c not in "\n\t" else " " for c in text)


_LONGEST = 90  # characters of a name or a description within a sentence
_GRADE = re.compile(r": [A-Z], (?=[a-z])")
_IDS = re.compile(r" \(PS-[A-Z]+-\d+(?:, PS-[A-Z]+-\d+)*\)")
_COMMON = re.compile(r"(?!Table I)[A-Z](?=[a-z ])")  # the first letter of a common word


def in_words(text: str) -> str:
    """A reason of the score without grades and ids, which mean nothing to a reader."""
    return _IDS.sub("", _GRADE.sub(": ", text))


def kilograms(mass: Decimal) -> str:
    """A mass for people: whole kilograms from a hundred on, three figures below; grams below a tenth."""
    if mass and abs(mass) < Decimal("0.1"):
        return f"{float(mass * 1000):.3g} g"
    return f"{mass:,.0f} kg" if mass >= 100 else f"{float(mass):.3g} kg"


def number(amount: Decimal) -> str:
    """An amount with separators, without idle zeros."""
    return f"{amount.normalize():,f}" if amount != amount.to_integral() else f"{amount:,.0f}"


def counted(things: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{things:,} {noun}{'' if things == 1 else 's'}"


def how_many_more(things: int, what: str) -> list[str]:
    """The line below a list that was cut, `  3 more files are in run.json`; none where it was not."""
    return [f"  {things:,} more {what}"] if things > 0 else []


def first_few(names: Sequence[str], most: int) -> str:
    """`a, b, c`, and ` ...` where there are more."""
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")


def first_and_more(names: Sequence[str], most: int) -> str:
    """`a, b and 3 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def clip(text: str, longest: int = _LONGEST) -> str:
    """A text short enough for a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def cut(text: str, most: int) -> str:
    """A text of so many characters at the most, as it is written."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def uncapital(text: str) -> str:
    """A text as it stands within a sentence: its first letter small, unless it belongs to a number or a name of its own."""
    return text[:1].lower() + text[1:] if _COMMON.match(text) else text


def capital(text: str) -> str:
    """A text as a sentence begins."""
    return text[:1].upper() + text[1:]
