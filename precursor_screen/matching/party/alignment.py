"""The scorer: which words of two names stand for each other, how alike the names are, and whether that can carry a match.

Words are aligned so that the most similar stand together, in any order. With A the summed weight of aligned words times their
similarity, M the weight of aligned words, U what is left over on a side, the score is

    2 A / (2 M + omitted (U_left + U_right) + conflict * 2 min(U_left, U_right))

Words that only one name has cost little: names drop and add them. Words left over on both sides contradict each other and cost
more than they weigh, so that a long name does not match another that differs in one whole word. What is missing to 1 counts the
more, the less what agrees tells names apart: `Juan Perez` needs to be the very name, a rare name may hold an error.

The weights of a pair are those of the list's word. `candidates` relies on all of this for its bounds.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rapidfuzz.distance import OSA

from precursor_screen.core.grouped import grouped
from precursor_screen.matching.party.weights import (
    CONSONANTS,
    CUT,
    FIRST_MAJOR,
    GENERIC,
    INITIAL,
    LAST_CUT,
    LEGAL,
    NAME,
    SLIGHT,
    WHOLE,
    Word,
)
from precursor_screen.text.party_words import BUSINESS_WORDS, COMMON, GIVEN_NAMES, VARIANTS, consonants

OMITTED = 0.4  # what a word costs that only one name has, per weight
CONFLICT = 0.9  # what it costs besides, if the other name has another word instead
INITIAL_OMITTED = 0.15  # a word that the other name abbreviates to its initial
CUT_OMITTED = 0.1  # a word of the list behind all that agree, where the other name was cut; and the rest of a word that was cut
ENOUGH = 1.3  # weight of agreeing words from which a difference counts plainly
DOUBT = 2.0  # how much more a difference counts where next to nothing agrees
SAME_KEY, SAME_NAME, SAME_CONSONANTS, TRUNCATED, SAME_SHAPE = 0.97, 0.96, 0.96, 0.95, 0.95
SHORT_FORM = 0.88  # of a person's given name: `Bill` for `William`, less than what lets one word carry a match
ERROR = 0.67  # what an error costs in a word of one letter; in longer ones its share of the letters
# How many times as much in a name that many bear: `Lobez` is as likely another name as a misspelt `Lopez`, `Mary` more so.
KNOWN_ERROR, OTHER_KNOWN = 1.2, 1.6
INITIAL_EVIDENCE = 0.25
LENGTH_GATE = 65.0
# UN/EDIFACT and many manifest layouts cut names at 35 characters, others at 30 or 25; the last may be a blank.
TRUNCATED_LENGTHS = (24, 25, 29, 30, 34, 35)
LEAST_START = 3  # letters of a cut word that can be told

_EDITS = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3)  # by length: `Lin` and `Lee` are two names, not one misspelt
_MOST_COMPARED = 10_000  # word pairs; beyond, only equal words are aligned, so that hostile names cost linear time
RARE = 0.6  # rarity from which one word may carry a match
NEAR, LONG = 0.9, 7  # and how alike, or how long, it has to be
FAIR = 0.84  # enough, if nothing else of either name is left over: an error in a word of five letters
_VESSEL_GENERAL = 0.75
_LEAST_OWN = 4  # letters of a word that names another firm; shorter ones are legal forms and initials as well
_LEAST_CONSONANTS = 4  # in all, of a match by consonants alone: most names share three with many others


class Pair(Struct, frozen=True):
    """Positions of aligned words, and their similarity, 0 to 1. An initial for a word has similarity 0 and no weight."""

    left: int
    right: int
    similarity: float
    is_initial: bool = False


class Outcome(Struct, frozen=True):
    """What comparing two names gives. Scores are 0 to 100; informative is None where the pair lacks the substance of a match."""

    score: float
    length_score: float
    pairs: tuple[Pair, ...]
    informative: int | None
    evidence: float


def edits_allowed(length: int) -> int:
    """How many errors two keys may differ by, by the length of the longer."""
    return _EDITS[length] if length < len(_EDITS) else _EDITS[-1]


def compare_words(left: Word, right: Word) -> float:
    """How alike two words are, 0 to 1."""
    if left.text == right.text:
        return 1.0
    if (left.kind == CONSONANTS) != (right.kind == CONSONANTS):
        if left.kind in (CONSONANTS, NAME) and right.kind in (CONSONANTS, NAME):
            ours, theirs = consonants(left.text.lstrip("~")), consonants(right.text.lstrip("~"))
            return SAME_CONSONANTS if ours and ours == theirs else 0.0
        return 0.0
    if left.key == right.key:
        return SAME_KEY if left.kind == right.kind or (left.kind == NAME and right.kind in (SLIGHT, GENERIC)) else 0.0
    if left.written or left.cut == CUT:
        return 0.0  # words that are joined to make one of the list's must make that very word, and four letters bear no error
    if left.kind == NAME == right.kind and left.text in VARIANTS and VARIANTS[left.text] == VARIANTS.get(right.text):
        return SAME_NAME
    if left.kind != NAME or right.kind not in (NAME, GENERIC) or not (left.may_differ and right.may_differ):
        return 0.0
    if right.kind == GENERIC and left.text in COMMON:
        return 0.0  # Tran is a name, not Iran misspelt
    alike = _compare_spellings(left.key, right.key)
    if left.key != left.text or right.key != right.text:
        alike = max(alike, _compare_spellings(left.text, right.text))
    if left.shape and left.shape == right.shape:
        alike = max(alike, SAME_SHAPE)
    if not alike or right.text not in COMMON:
        return alike
    return max(0.0, 1.0 - (OTHER_KNOWN if left.text in COMMON else KNOWN_ERROR) * (1.0 - alike))


def _compare_spellings(left: str, right: str) -> float:
    ours, theirs = len(left), len(right)
    length, apart = (ours, ours - theirs) if ours > theirs else (theirs, theirs - ours)
    allowed = _EDITS[length] if length < len(_EDITS) else _EDITS[-1]  # as `edits_allowed`: this is asked most of all
    if apart > allowed:
        return 0.0
    distance = OSA.distance(left, right, score_cutoff=allowed)
    return 1.0 - ERROR * distance / length if distance <= allowed else 0.0


def align(left: Sequence[Word], right: Sequence[Word], of_person: bool = False) -> list[Pair]:
    """Align the words of two names, legal forms left out, greedily: the most similar first, then in the order given.

    Args:
        left: words asked for.
        right: words of the list's name.
        of_person: whether it is a person's, of which given names have short forms.
    """
    ours = [i for i, word in enumerate(left) if word.kind != LEGAL]
    theirs = [j for j, word in enumerate(right) if word.kind != LEGAL]
    pairs: list[Pair] = []
    places = grouped((right[j].text, j) for j in reversed(theirs))
    rest: list[int] = []
    for i in ours:
        if same := places.get(left[i].text):
            pairs.append(Pair(i, same.pop(), 1.0))
        else:
            rest.append(i)
    taken = {pair.right for pair in pairs}
    others = [j for j in theirs if j not in taken]
    if not rest or not others or len(rest) * len(others) > _MOST_COMPARED:
        return pairs
    scored = []
    for i in rest:
        given = GIVEN_NAMES.get(left[i].text) if of_person and left[i].kind == NAME else None
        for j in others:
            similarity = compare_words(left[i], right[j])
            if given and similarity < SHORT_FORM and not given.isdisjoint(GIVEN_NAMES.get(right[j].text, ())):
                similarity = SHORT_FORM if right[j].kind == NAME else similarity
            if left[i].cut and starts(left[i], right[j]):
                similarity = max(similarity, TRUNCATED)
            if similarity:
                scored.append((-similarity, i, j))
    used: set[int] = set()
    for falling, i, j in sorted(scored):
        if i not in used and j not in taken:
            used.add(i)
            taken.add(j)
            pairs.append(Pair(i, j, -falling))
    for i in rest:
        if i in used:
            continue
        for j in others:
            if j not in taken and _abbreviates(left[i], right[j]):
                taken.add(j)
                pairs.append(Pair(i, j, 0.0, True))
                break
    return pairs


def is_lost(word: Word) -> bool:
    """Whether so little is left of the last word of a cut name that nobody can tell which it was."""
    return word.cut == LAST_CUT and len(word.text) < LEAST_START


def starts(left: Word, right: Word) -> bool:
    """Whether a word that was cut is the start of another, or of a customary spelling of it."""
    if left.kind != NAME or right.kind not in (GENERIC, NAME) or len(left.text) < LEAST_START:
        return False
    return any(spelling.startswith(left.text) for spelling in (right.text, *BUSINESS_WORDS.get(right.text, ())))


def compare(left: Sequence[Word], right: Sequence[Word], entry_kind: str, least: float = 0.0) -> Outcome:
    """Compare a name asked for with one of a list.

    Args:
        left: words asked for.
        right: words of the list's name.
        entry_kind: person, organisation, vessel or aircraft.
        least: score that matters; of an outcome below it only the score is told, and that it is no match.
    """
    pairs = align(left, right, entry_kind == "person")
    spared = right if entry_kind == "person" else ()
    score, evidence = _score(left, pairs, [w.weight for w in left], [w.weight for w in right], entry_kind, spared)
    if score > 0.0:
        doubt = 1.0 + DOUBT * max(0.0, 1.0 - evidence / ENOUGH)
        score = max(0.0, 1.0 - (1.0 - score) * doubt) * 100.0
    if score < least:
        return Outcome(score, 0.0, (), None, evidence)
    if score > 0.0:
        score -= _lessened(left, right, pairs, evidence)
    plain, _ = _score(left, pairs, [w.length_weight for w in left], [w.length_weight for w in right], entry_kind)
    informative = _count_informative(left, right, pairs, entry_kind)
    if plain * 100.0 < LENGTH_GATE:
        informative = None
    return Outcome(max(0.0, score), plain * 100.0, tuple(pairs), informative, evidence)


def _score(
    left: Sequence[Word],
    pairs: Sequence[Pair],
    ours: list[float],
    theirs: list[float],
    entry_kind: str,
    spared: Sequence[Word] = (),
) -> tuple[float, float]:
    """The plain score, 0 to 1, and the weight of informative words that agree."""
    aligned = matched = evidence = 0.0
    left_paired, right_paired = set(), set()
    abbreviated = 0.0
    for pair in pairs:
        left_paired.add(pair.left)
        right_paired.add(pair.right)
        if pair.is_initial:
            abbreviated += INITIAL_OMITTED * theirs[pair.right] if left[pair.left].kind == INITIAL else OMITTED * ours[pair.left]
            evidence += INITIAL_EVIDENCE
            continue
        weight = theirs[pair.right]
        aligned += weight
        matched += weight * pair.similarity
        evidence += weight * pair.similarity
    if not matched:
        return 0.0, 0.0
    left_over = sum(w for i, w in enumerate(ours) if i not in left_paired)
    right_over = sum(spared[j].omitted if spared else w for j, w in enumerate(theirs) if j not in right_paired)
    if left[-1].cut == LAST_CUT and _begins(left, pairs, theirs, left_paired, right_paired):
        return 2.0 * matched / (2.0 * aligned + CUT_OMITTED * (left_over + right_over) + abbreviated), evidence
    if entry_kind in ("vessel", "aircraft"):
        # A name with words of business is a firm's, not that of a ship.
        general = sum(1 for i, word in enumerate(left) if word.kind == GENERIC and i not in left_paired)
        left_over += _VESSEL_GENERAL * general
    cost = OMITTED * (left_over + right_over) + 2.0 * CONFLICT * min(left_over, right_over) + abbreviated
    return 2.0 * matched / (2.0 * aligned + cost), evidence


def _begins(
    left: Sequence[Word], pairs: Sequence[Pair], theirs: Sequence[float], left_paired: set[int], right_paired: set[int]
) -> bool:
    """Whether all words of a cut name agree, in order, with those that the other begins with; too little may be left of the last."""
    whole = all(i in left_paired or word.kind == LEGAL or is_lost(word) for i, word in enumerate(left))
    placed = [p.right for p in sorted(pairs, key=lambda p: p.left)]
    return whole and placed == sorted(placed) and all(j in right_paired or not theirs[j] for j in range(placed[-1]))


def _count_informative(left: Sequence[Word], right: Sequence[Word], pairs: Sequence[Pair], entry_kind: str) -> int | None:
    """How many informative words agree; None where what agrees cannot carry a match."""
    left_paired, right_paired = {p.left for p in pairs}, {p.right for p in pairs}
    major = [p for p in pairs if not p.is_initial and left[p.left].kind >= FIRST_MAJOR and right[p.right].kind >= FIRST_MAJOR]
    if not major:
        return None
    if _agree_in_few_consonants(left, right, major):
        return None
    if entry_kind == "person" and _is_error_beside_another(left, major, left_paired):
        return None
    if len(major) == 1 and left[major[0].left].cut == CUT:
        return None  # four letters start too many words
    if right[major[0].right].kind == WHOLE:
        return 0 if " " in right[major[0].right].text else None
    initials = sum(pair.is_initial for pair in pairs)
    if len(major) >= 2 or initials:
        return len(major) + (initials >= 2)  # two initials beside a name tell about as much as another name
    if entry_kind == "person" and any(w.kind == LEGAL for w in left):
        return None  # a firm of a given name is not the person
    only, similarity = right[major[0].right], major[0].similarity
    rare = only.weight >= RARE * only.length_weight
    ours, theirs = (
        [w for i, w in enumerate(words) if i not in paired and w.kind > SLIGHT]
        for words, paired in ((left, left_paired), (right, right_paired))
    )
    if similarity < SAME_SHAPE and not _is_spelt_alike(left[major[0].left], only):
        return None
    if (
        entry_kind == "organisation"
        and not theirs
        and any(w.kind == NAME and not w.cut and len(w.text) >= _LEAST_OWN for w in ours)
    ):
        return None  # beside a name of its own: `Iyer Sterling Shipping` is not `Sterling Shipping`
    if not ours and not theirs:
        return 1 if similarity >= (FAIR if rare else SAME_CONSONANTS) or (rare and len(only.key) >= LONG) else None
    if entry_kind == "person" and ours and not theirs:
        return None  # beside other names or words of business: `Jasper` is not `Jasper Steel`, nor `Ana Jasper`
    return 1 if rare and (similarity >= NEAR or len(only.key) >= LONG) else None


def _is_spelt_alike(left: Word, right: Word) -> bool:
    """Whether an error is one in the words as written, not only once their sounds are folded: `Corvin` is not `Khorvik`."""
    most = edits_allowed(max(len(left.text), len(right.text))) + 1
    return OSA.distance(left.text, right.text, score_cutoff=most) <= most


def _is_error_beside_another(left: Sequence[Word], major: Sequence[Pair], paired: set[int]) -> bool:
    """Whether of two names that agree one holds an error, and another stands beside: `Maria Park Morozov` is not `Morozova, Maria`."""
    if len(major) != 2 or min(pair.similarity for pair in major) >= SAME_CONSONANTS:
        return False
    return any(word.kind == NAME and i not in paired for i, word in enumerate(left))


def _agree_in_few_consonants(left: Sequence[Word], right: Sequence[Word], major: Sequence[Pair]) -> bool:
    """Whether all that agrees is consonants, and so few that names of another sound have them as well."""
    shared = [left[p.left].text for p in major if CONSONANTS in (left[p.left].kind, right[p.right].kind)]
    return len(shared) == len(major) and sum(len(consonants(text.lstrip("~"))) for text in shared) < _LEAST_CONSONANTS


def _lessened(left: Sequence[Word], right: Sequence[Word], pairs: Sequence[Pair], evidence: float) -> float:
    """Up to a point less, so that names which agree alike have an order: by rarity, legal form, and order of words."""
    ours, theirs = {w.text for w in left if w.kind == LEGAL}, {w.text for w in right if w.kind == LEGAL}
    forms = 0.0 if ours == theirs else 0.1 if not ours or not theirs or ours & theirs else 0.2
    placed = [p.right for p in sorted(pairs, key=lambda p: p.left)]
    swapped = 0.1 if placed != sorted(placed) else 0.0
    return forms + swapped + 0.5 * max(0.0, 1.0 - evidence / (2.0 * ENOUGH))


def _abbreviates(left: Word, right: Word) -> bool:
    if left.kind == INITIAL:
        return right.kind in (NAME, GENERIC) and right.text.startswith(left.text)
    return right.kind == INITIAL and left.kind == NAME and left.text.startswith(right.text)
