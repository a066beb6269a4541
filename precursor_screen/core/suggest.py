"""'Did you mean': the nearest known word to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?`, or an empty string when nothing is near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    best = process.extractOne(word, sorted(known), scorer=OSA.normalized_similarity, score_cutoff=0.6)
    return f"Did you mean {best[0]!r}?" if best else ""
