"""Why a name matches an entry's name: both as written and as compared, word by word, for a person to judge."""

from __future__ import annotations

from typing import Any

from precursor_screen.matching.alignment import align, count_informative
from precursor_screen.matching.candidates import score_pairs
from precursor_screen.matching.parties import DEFAULT_CUT
from precursor_screen.names.party import PartyName, Reading, is_informative, kind_of, normalise_party

_KINDS = {
    "primary": "its primary name",
    "strong": "an alias",
    "weak": "a weak alias, which only confirms",
    "former": "a former name",
    "original_script": "its name in the original script",
}


def explain_party(
    name: str, entry_name: str, *, name_kind: str = "primary", cut: float = DEFAULT_CUT, informative_tokens: int | None = None
) -> dict[str, Any]:
    """Explain the score of a name against a name of a list.

    Args:
        name: as filed.
        entry_name: as listed.
        name_kind: primary, strong, weak, former or original_script.
        cut: the cut that was asked for.
        informative_tokens: as counted when matching; None: counted here, every word taken as rare.

    Returns:
        `name` and `entry_name` ({as_written, compared, removed, canonical_forms}), `aligned` ([{name, entry_name,
        similarity, informative}]), `unaligned` ({name, entry_name}), `score`, `cut`, `name_kind`, `informative_tokens`,
        `sentence`. Scores are 0 to 100; without anything to compare the score is None.
    """
    ours, theirs = normalise_party(name), normalise_party(entry_name)
    best = _best_readings(ours, theirs)
    if best is None:
        return {
            "name": _describe(ours, None),
            "entry_name": _describe(theirs, None),
            "aligned": [],
            "unaligned": {"name": [], "entry_name": []},
            "score": None,
            "cut": cut,
            "name_kind": name_kind,
            "informative_tokens": 0,
            "sentence": f"Nothing of {entry_name if ours.screenable else name!r} can be compared.",
        }
    score, left, right = best
    alignment = align(left.tokens, right.tokens)
    informative = informative_tokens
    if informative is None:
        informative = count_informative(left.scored_tokens, right.scored_tokens, lambda _: True) or 0
    return {
        "name": _describe(ours, left),
        "entry_name": _describe(theirs, right),
        "aligned": [
            {"name": p.left, "entry_name": p.right, "similarity": round(p.similarity, 1), "informative": p.is_informative}
            for p in alignment.pairs
        ],
        "unaligned": {"name": list(alignment.left_over), "entry_name": list(alignment.right_over)},
        "score": score,
        "cut": cut,
        "name_kind": name_kind,
        "informative_tokens": informative,
        "sentence": _sentence(name, entry_name, name_kind, score, cut, [p.left for p in alignment.pairs if p.is_informative]),
    }


def _best_readings(ours: PartyName, theirs: PartyName) -> tuple[float, Reading, Reading] | None:
    pairs = [(a, b) for a in ours.readings for b in theirs.readings]
    if not pairs:
        return None
    scores = score_pairs([a.sorted for a, _ in pairs], [b.sorted for _, b in pairs]).tolist()
    best = max(range(len(pairs)), key=lambda i: (scores[i], -i))
    return scores[best], *pairs[best]


def _describe(party: PartyName, reading: Reading | None) -> dict[str, Any]:
    tokens = reading.tokens if reading else ()
    return {
        "as_written": party.as_written,
        "compared": " ".join(tokens),
        "removed": list(party.removed),
        "canonical_forms": {t: kind_of(t) for t in tokens if not is_informative(t)},
    }


def _sentence(name: str, entry_name: str, name_kind: str, score: float, cut: float, words: list[str]) -> str:
    reached = "reaches" if score >= cut else "does not reach"
    agreeing = f"; the words that agree and tell names apart: {', '.join(words)}" if words else "; only general words agree"
    kind = _KINDS.get(name_kind, name_kind)
    return f"{name!r} is {score:.1f} of 100 like {entry_name!r} ({kind}), which {reached} the cut of {cut:g}{agreeing}."
