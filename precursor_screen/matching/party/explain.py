"""Why a name matches an entry's name: both as written and as compared, word by word, for a person to judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace
from rapidfuzz.distance import OSA

from precursor_screen.matching.party.alignment import LENGTH_GATE, Pair
from precursor_screen.matching.party.contradictions import Evidence, weigh
from precursor_screen.matching.party.index import DEFAULT_CUT, CompareResult, PartyIndex, compare_names
from precursor_screen.matching.party.weights import CONSONANTS, FIRST_MAJOR, LEGAL, SHORT_NUMBER, WHOLE, Word
from precursor_screen.text.party import PartyName, is_informative, kind_of, normalise_party
from precursor_screen.text.party_words import GIVEN_NAMES, VARIANTS
from precursor_screen.text.romanise import writing_of

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
    informative_tokens: int | None = None,
    entry_kind: str = "organisation",
    index: PartyIndex | None = None,
    own_names: Sequence[str] = (),
    known: Sequence[Evidence] = (),
) -> dict[str, Any]:
    """Explain the score of a name against a name of a list.

    Args:
        name: as filed.
        entry_name: as listed.
        name_kind: primary, strong, weak, former or original_script.
        informative_tokens: as counted when matching; None: counted here.
        entry_kind: person, organisation, vessel or aircraft: by whose rules names are compared.
        index: of the list, which knows how rare each word is there; without it every word but common names' counts as rare, and
            the score may differ from that of the match.
        own_names: what the entry is called in other letters than ours; default: the listed name.
        known: what is known of both besides their names, as `compare_attributes` has it.

    Returns:
        `name` and `entry_name` ({as_written, compared, removed, canonical_forms}), `aligned` ([{name, entry_name,
        similarity, weight, informative}]), `unaligned` ({name, entry_name}), `score`, `cut`, `length_score`, `length_cut`,
        `name_kind`, `informative_tokens`, `sentence`, `contradictions` and `agreements` ([{what, name, entry_name, points}]), `table`
        ([{what, name, entry_name, says}], which a person reads). Scores are 0 to 100; without anything to compare they are None. `score`
        weighs words by rarity and length, less the points of what contradicts, `length_score` by length alone; both must reach their
        cut.
    """
    ours, theirs = normalise_party(name), normalise_party(entry_name)
    compare = index.compare if index else compare_names
    compared = compare(name, entry_name, entry_kind, own_names=own_names)
    if compared and known:
        weighed = replace(compared.outcome, score=weigh(compared.outcome.score, known))
        against = (*compared.contradictions, *(e for e in known if e.points))
        compared = replace(compared, outcome=weighed, contradictions=against)
    left, right, pairs = (compared.left, compared.right, compared.outcome.pairs) if compared else ((), (), ())
    outcome = compared.outcome if compared else None
    counted = (outcome.informative or 0) if outcome else 0
    return {
        "name": _describe(ours, left),
        "entry_name": _describe(theirs, right),
        "aligned": [_describe_pair(left[pair.left], right[pair.right], pair) for pair in pairs],
        "unaligned": {
            "name": [w.shown for w in _words_over(left, {p.left for p in pairs}, right)],
            "entry_name": [w.shown for w in _words_over(right, {p.right for p in pairs}, left)],
        },
        "score": outcome.score if outcome else None,
        "cut": DEFAULT_CUT,
        "length_score": outcome.length_score if outcome else None,
        "length_cut": LENGTH_GATE,
        "name_kind": name_kind,
        "informative_tokens": counted if informative_tokens is None or not outcome else informative_tokens,
        "sentence": _sentence(name, entry_name, name_kind, compared)
        if compared
        else f"Nothing of {entry_name if ours.screenable else name!r} can be compared.",
        "contradictions": [_shown(e) for e in compared.contradictions] if compared else [],
        "agreements": [_shown(e) for e in known if not e.points],
        "table": [dict(zip(_COLUMNS, row, strict=True)) for row in (*_writing(name, entry_name), *_rows(compared, known))]
        if compared
        else [],
    }


def _shown(evidence: Evidence) -> dict[str, Any]:
    return {"what": evidence.what, "name": evidence.filed, "entry_name": evidence.listed, "points": evidence.points}


# What a person reads, a row each: what it is about, as filed, as listed, what it says.

_COLUMNS = ("what", "name", "entry_name", "says")


def _writing(name: str, entry_name: str) -> Iterator[tuple[str, str, str, str]]:
    """That one of the two is in another writing, and so compared as it is romanised."""
    ours, theirs = writing_of(name), writing_of(entry_name)
    if ours != theirs:
        yield ("writing", name, entry_name, " and ".join(f"{writing}, romanised" for writing in (ours, theirs) if writing))


def _rows(compared: CompareResult, known: Sequence[Evidence]) -> Iterator[tuple[str, str, str, str]]:
    left, right, outcome = compared.left, compared.right, compared.outcome
    for pair in outcome.pairs:
        ours, theirs = left[pair.left], right[pair.right]
        yield ("word", ours.shown, theirs.shown, _how(ours, theirs, pair.is_initial) + _worth(theirs))
    for word in _words_over(left, {p.left for p in outcome.pairs}, right):
        yield ("word", word.shown, "", "only in the name as filed" + _worth(word))
    for word in _words_over(right, {p.right for p in outcome.pairs}, left):
        yield ("word", "", word.shown, "only in the name as listed" + _worth(word))
    for evidence in known:
        if not evidence.points:
            yield (evidence.what, evidence.filed, evidence.listed, "agrees")
    for evidence in compared.contradictions:
        yield (evidence.what, evidence.filed, evidence.listed, f"contradicts: {evidence.points:g} points off")
    if outcome.informative is None:
        yield ("words", "", "", "what agrees is too little for a match")
    yield ("score", "", "", f"{outcome.score:.1f} of 100 points; a match has {DEFAULT_CUT:g} or more")
    if outcome.length_score < LENGTH_GATE:
        yield (
            "letters",
            "",
            "",
            f"{outcome.length_score:.0f} of 100 points where words count by their length alone; a match has {LENGTH_GATE:g} or more",
        )


def _how(left: Word, right: Word, is_initial: bool) -> str:
    """How two words agree."""
    if is_initial:
        return "an initial, which may stand for the word"
    if left.text == right.text:
        return "the same"
    if CONSONANTS in (left.kind, right.kind):
        return "the same consonants; one is written without vowels"
    if left.key == right.key:
        return "another spelling of the same sound"
    if left.text in VARIANTS and VARIANTS[left.text] == VARIANTS.get(right.text):
        return "a variant of the same name"
    if not GIVEN_NAMES.get(left.text, frozenset()).isdisjoint(GIVEN_NAMES.get(right.text, ())):
        return "the same given name, one in a short form"
    if right.text.startswith(left.text):
        return "the beginning of the word"
    differ = OSA.distance(left.text, right.text)
    return f"{differ} letter{'s' * (differ > 1)} of {max(len(left.text), len(right.text))} differ{'s' * (differ == 1)}"


def _worth(word: Word) -> str:
    """What a word counts, where that is little."""
    if word.kind == LEGAL:
        return "; a legal form, which does not count"
    if word.kind == SHORT_NUMBER:
        return "; a short number"
    return "" if _informs(word) or word.kind == WHOLE else "; a general word, which counts little"


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


def _words_over(words: Sequence[Word], paired: set[int], other: Sequence[Word]) -> list[Word]:
    """Words that stand for none of the other name; legal forms only where the other name has them not."""
    forms = {w.text for w in other if w.kind == LEGAL}
    return [w for i, w in enumerate(words) if i not in paired and not (w.kind == LEGAL and w.text in forms)]


def _describe(party: PartyName, words: Sequence[Word]) -> dict[str, Any]:
    tokens = " ".join(w.shown for w in words).split()
    return {
        "as_written": party.as_written,
        "compared": " ".join(tokens),
        "removed": list(party.removed),
        "canonical_forms": {t: kind_of(t) for t in tokens if not is_informative(t)},
    }


def _sentence(name: str, entry_name: str, name_kind: str, compared: CompareResult) -> str:
    outcome = compared.outcome
    enough = outcome.score >= DEFAULT_CUT
    reached = "reaches" if enough else "does not reach"
    pairs = [(compared.left[p.left], compared.right[p.right]) for p in outcome.pairs if not p.is_initial]
    words = [left.shown for left, right in pairs if _informs(left) and _informs(right)]
    agreeing = f"; the words that agree and tell names apart: {', '.join(words)}" if words else "; only general words agree"
    if compared.contradictions:
        contradicting = (f"{e.what} ({e.filed} / {e.listed}, {e.points:g} points)" for e in compared.contradictions)
        agreeing += f"; what contradicts: {', '.join(contradicting)}"
    if enough and outcome.informative is None:
        agreeing += ", which is too little for a match"
    kind = _KINDS.get(name_kind, name_kind)
    return f"{name!r} is {outcome.score:.1f} of 100 like {entry_name!r} ({kind}), which {reached} the cut of {DEFAULT_CUT:g}{agreeing}."
