"""Why a name matches an entry's name: both as written and as compared, word by word, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from precursor_screen.matching.party.alignment import LENGTH_GATE, Pair
from precursor_screen.matching.party.exact_names import contradicts
from precursor_screen.matching.party.index import DEFAULT_CUT, CompareResult, PartyIndex, compare_names
from precursor_screen.matching.party.weights import FIRST_MAJOR, LEGAL, WHOLE, Word
from precursor_screen.text.party import PartyName, is_informative, kind_of, normalise_party

_KINDS = {
    "primary": "its primary name",
    "strong": "an alias",
    "weak": "a weak alias, which only confirms",
    "former": "a former name",
    "original_script": "its name in the original script",
}


def explain_party(
    name: str,
    entry_name: str,
    *,
    name_kind: str = "primary",
    cut: float = DEFAULT_CUT,
    informative_tokens: int | None = None,
    entry_kind: str = "organisation",
    index: PartyIndex | None = None,
) -> dict[str, Any]:
    """Explain the score of a name against a name of a list.

    Args:
        name: as filed.
        entry_name: as listed.
        name_kind: primary, strong, weak, former or original_script.
        cut: the cut that was asked for.
        informative_tokens: as counted when matching; None: counted here.
        entry_kind: person, organisation, vessel or aircraft: by whose rules names are compared.
        index: of the list, which knows how rare each word is there; without it every word but common names' counts as rare, and
            the score may differ from that of the match.

    Returns:
        `name` and `entry_name` ({as_written, compared, removed, canonical_forms}), `aligned` ([{name, entry_name,
        similarity, weight, informative}]), `unaligned` ({name, entry_name}), `score`, `cut`, `length_score`, `length_cut`,
        `name_kind`, `informative_tokens`, `sentence`. Scores are 0 to 100; without anything to compare they are None. `score`
        weighs words by rarity and length, `length_score` by length alone; both must reach their cut.
    """
    ours, theirs = normalise_party(name), normalise_party(entry_name)
    compared = index.compare(name, entry_name, entry_kind) if index else compare_names(name, entry_name, entry_kind)
    left, right, pairs = (compared.left, compared.right, compared.outcome.pairs) if compared else ((), (), ())
    outcome = compared.outcome if compared else None
    counted = (outcome.informative or 0) if outcome else 0
    return {
        "name": _describe(ours, left),
        "entry_name": _describe(theirs, right),
        "aligned": [_describe_pair(left[pair.left], right[pair.right], pair) for pair in pairs],
        "unaligned": {
            "name": _left_over(left, {p.left for p in pairs}, right),
            "entry_name": _left_over(right, {p.right for p in pairs}, left),
        },
        "score": outcome.score if outcome else None,
        "cut": cut,
        "length_score": outcome.length_score if outcome else None,
        "length_cut": LENGTH_GATE,
        "name_kind": name_kind,
        "informative_tokens": counted if informative_tokens is None or not outcome else informative_tokens,
        "sentence": _sentence(name, entry_name, name_kind, compared, cut)
        if compared
        else f"Nothing of {entry_name if ours.screenable else name!r} can be compared.",
    }


def _describe_pair(left: Word, right: Word, pair: Pair) -> dict[str, Any]:
    return {
        "name": left.shown,
        "entry_name": right.shown,
        "similarity": round(pair.similarity * 100.0, 1),
        "weight": round(0.0 if pair.is_initial else right.weight, 2),
        "informative": not pair.is_initial and _informs(left) and _informs(right),
    }


def _informs(word: Word) -> bool:
    return word.kind >= FIRST_MAJOR and word.kind != WHOLE


def _left_over(words: Sequence[Word], paired: set[int], other: Sequence[Word]) -> list[str]:
    """Words that stand for none of the other name; legal forms only where the other name has them not."""
    forms = {w.text for w in other if w.kind == LEGAL}
    return [w.shown for i, w in enumerate(words) if i not in paired and not (w.kind == LEGAL and w.text in forms)]


def _describe(party: PartyName, words: Sequence[Word]) -> dict[str, Any]:
    tokens = " ".join(w.shown for w in words).split()
    return {
        "as_written": party.as_written,
        "compared": " ".join(tokens),
        "removed": list(party.removed),
        "canonical_forms": {t: kind_of(t) for t in tokens if not is_informative(t)},
    }


def _sentence(name: str, entry_name: str, name_kind: str, compared: CompareResult, cut: float) -> str:
    outcome = compared.outcome
    enough = outcome.score >= cut
    reached = "reaches" if enough else "does not reach"
    pairs = [(compared.left[p.left], compared.right[p.right]) for p in outcome.pairs if not p.is_initial]
    words = [left.shown for left, right in pairs if _informs(left) and _informs(right)]
    agreeing = f"; the words that agree and tell names apart: {', '.join(words)}" if words else "; only general words agree"
    if enough and contradicts(name, (entry_name,)):
        agreeing += "; in the writing that both are in, the names differ"
    elif enough and outcome.informative is None:
        agreeing += ", which is too little for a match"
    kind = _KINDS.get(name_kind, name_kind)
    return f"{name!r} is {outcome.score:.1f} of 100 like {entry_name!r} ({kind}), which {reached} the cut of {cut:g}{agreeing}."
