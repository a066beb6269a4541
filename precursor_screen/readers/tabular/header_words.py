"""What the words of a header say of its column, without its cells: a score for each field, by `layouts/header_weights.csv`.

Two thresholds: words may mean a field where nothing is known but them, or leave no doubt of it, whatever the cells are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from precursor_screen.readers.tabular.concepts import Meaning, languages_of, layout_rows, meanings

LEAST_SCORE: Final = 0.7  # what a header must say: cells alone are never enough
_LEAST_ALONE: Final = 1.7  # what it must say where no cells are known
_APART: Final = 0.1  # of two fields that the words alone may mean
_LEAST_SURE, _SURELY_APART, _MOST_WORDS = 3.0, 1.0, 6  # the same of words that leave no doubt, and how many there may be
_IN_LEXICON, _TWO_THINGS = 1.0, 2  # how sure each word is, and how many things they say of the field
BY_HEADER: Final = "its header says"  # what the reasons of fields by words begin with
_FIGURE: Final = re.compile(r"\d\w|[^\W\d_]\d|\.\d")  # `Vessel 22` is of another table, `Vessel 2` a second vessel


@lru_cache(maxsize=1)
def field_weights() -> dict[str, dict[str, dict[str, float]]]:
    """Field -> `words` or `cells` -> concept or kind -> weight, from `layouts/header_weights.csv`.

    The weights of the field `*` are every field's. `foreign` is that of a word of a concept without a weight, `unknown` that of a word without
    a concept, `always` is added to each header.
    """
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: {"words": {}, "cells": {}})
    for row in layout_rows("header_weights"):
        found[row["field"]][row["of"]][row["clue"]] = float(row["weight"])
    of_all = found.pop("*")["words"]
    return {field: {"words": of_all | weights["words"], "cells": weights["cells"]} for field, weights in found.items()}


def header_score(field: str, words: Sequence[Meaning]) -> float:
    """What the words of a header say for a field: each the most that it may mean, a concept once."""
    weights = field_weights()[field]["words"]
    total, counted = weights.get("always", 0.0), set[str]()
    for word in words:
        if not word:
            total += weights["unknown"]
            continue
        score, concept = max((weights.get(concept, weights["foreign"]) * sure, concept) for concept, sure in word.items())
        total += 0.0 if score > 0 and concept in counted else score
        counted.add(concept)
    return total


def clues(field: str, words: Sequence[Meaning]) -> list[str]:
    """The concepts of a header that speak for a field, each once."""
    weights = field_weights()[field]["words"]
    return list(dict.fromkeys(concept for word in words for concept in sorted(word) if weights.get(concept, 0.0) > 0))


def likeliest_field(header: str, headers: tuple[str, ...]) -> str:
    """The field that the words of a header speak for most, whatever its cells are; empty: for none."""
    words = meanings(header, languages_of(headers))
    score, field = max((header_score(field, words), field) for field in field_weights())
    return field if score >= LEAST_SCORE else ""


@lru_cache(maxsize=4096)
def beyond_doubt(header: str) -> tuple[str, str]:
    """The field of which the words of a header say two things at least, as gross and mass, and nothing else: one word alone may mean more
    than one field. Each of them stands in the lexicon; both empty: none."""
    words = _words_alone(header)
    if not 0 < len(words) <= _MOST_WORDS or any(max(word.values(), default=0.0) < _IN_LEXICON for word in words):
        return "", ""
    field = _clear_field(words, _LEAST_SURE, _SURELY_APART)
    if not field or len(clues(field, words)) < _TWO_THINGS or not _speak_for_nothing_else(field, words):
        return "", ""
    return field, reason_of(field, words)


def _speak_for_nothing_else(field: str, words: Sequence[Meaning]) -> bool:
    """Whether each word speaks for a field, or only links or qualifies others."""
    weights = field_weights()[field]["words"]
    return all(any(concept == "qualifier" or weights.get(concept, 0.0) > 0 for concept in word) for word in words)


def by_words(header: str) -> tuple[str, str]:
    """The field that the words of a header mean where all of them are known and no other field is near; both empty: none."""
    words = _words_alone(header)
    field = _clear_field(words, _LEAST_ALONE, _APART) if words and all(words) else ""
    return (field, reason_of(field, words)) if field else ("", "")


def _words_alone(header: str) -> Sequence[Meaning]:
    """What the words of a header mean without its table; none where a figure stands in it that is no count."""
    return () if _FIGURE.search(header) else meanings(header, languages_of((header,)))


def _clear_field(words: Sequence[Meaning], least: float, apart: float) -> str:
    """The field of the highest score where this is `least` at least and no other is nearer than `apart`; else empty."""
    (best, field), (second, _) = sorted(((header_score(field, words), field) for field in field_weights()), reverse=True)[:2]
    return field if best >= least and best - second >= apart else ""


def reason_of(field: str, words: Sequence[Meaning]) -> str:
    """Why a header is a field: what its words say of it."""
    return f"{BY_HEADER} {', '.join(clues(field, words))}"
