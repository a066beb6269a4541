"""Names of parties and numbers of documents that two offices write differently: what is read as the same, and why.

Comparable keys already agree in case, diacritics, order of words and legal forms. Here a conjunction more or less, an umlaut that is
written out, and one letter in one long word are taken for the same name. A number is read as another that differs in leading
zeros; one that differs in letters before or after its digits only where a party agrees.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace
from rapidfuzz.distance import OSA

from precursor_screen.kernel.papers.documents import Document, conjunctions, is_number
from precursor_screen.kernel.papers.movements import Movement, sure_parts
from precursor_screen.matching.party.index import compare_names
from precursor_screen.rulebook.registers import NOTIFICATIONS, PERMITS
from precursor_screen.text.codes import plain_reference

# Numbers of papers that goods name within texts: the description, marks, and columns that are mapped to nothing.

FIELDS: Final = {PERMITS: "permit_reference", NOTIFICATIONS: "pen_reference"}
_TEXTS: Final = ("description", "marks", "other_texts")
_TOKEN: Final = re.compile(r"[^\W_](?:[\w./\\-]*[^\W_])?")
_DIGITS: Final = re.compile(r"\d")
_LEAST: Final = 5  # letters and digits of a number that is looked for in texts
_LEAST_CITED: Final = 8  # of one that has no letter: shorter ones are numbers of anything
_OF_A_SHAPE: Final = 20  # numbers of one shape, letters included: what else is built so is meant to be one (own proposal)


def numbers_of(documents: Mapping[str, Sequence[Document]], set_aside: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Field of a movement -> plain numbers of the register's documents, and of rows that its import set aside."""
    return {
        field: frozenset(
            n for n in {*(d.number for d in documents.get(register, ())), *set_aside.get(register, ())} if _is_distinctive(n)
        )
        for register, field in FIELDS.items()
        if register in documents
    }


def _is_distinctive(number: str) -> bool:
    digits = len(_DIGITS.findall(number))
    return len(number) >= _LEAST and digits > 1 and (digits < len(number) or digits >= _LEAST_CITED)


def cite(movements: pa.Table, lines: pa.Table, known: Mapping[str, frozenset[str]]) -> pa.Table:
    """MOVEMENT rows with the numbers that their lines name elsewhere; what is stated in its own column stays.

    Args:
        movements: MOVEMENT.
        lines: of these, with their texts.
        known: of `numbers_of`.
    """
    lines = lines.filter(pc.is_in(lines.column("line_id"), pc.unique(movements.column("line_id"))))
    texts = _texts_of(lines)
    for field, numbers in known.items():
        shapes = _shapes_of(numbers)
        found = {line_id: "; ".join(_named(said, numbers, shapes)) for line_id, said in texts.items()}
        stated = zip(movements.column(field).to_pylist(), movements.column("line_id").to_pylist(), strict=True)
        cells = pa.array([cell or found.get(line_id) or None for cell, line_id in stated], pa.string())
        movements = movements.set_column(movements.column_names.index(field), field, cells)
    return movements


def _texts_of(lines: pa.Table) -> dict[str, list[str]]:
    rows = lines.select([n for n in ("line_id", *_TEXTS) if n in lines.column_names]).to_pylist()
    return {r["line_id"]: [t for t in (r.get("description"), r.get("marks"), *(r.get("other_texts") or ())) if t] for r in rows}


def _shapes_of(numbers: frozenset[str]) -> frozenset[str]:
    """How numbers of the register are built, letters as they are and digits as 0, where so many are that nothing else is."""
    counts = Counter(_DIGITS.sub("0", n) for n in numbers)
    return frozenset(s for s, count in counts.items() if count >= _OF_A_SHAPE and s.count("0") >= _LEAST and not s.isdecimal())


def _is_one(token: str, numbers: frozenset[str], shapes: frozenset[str]) -> bool:
    """Whether a word of a text is a number of a paper: one that is known, or one built like those and parted as they are."""
    plain = plain_reference(token)
    return plain in numbers or (plain != token.upper() and _DIGITS.sub("0", plain) in shapes)


def _named(said: list[str], numbers: frozenset[str], shapes: frozenset[str]) -> list[str]:
    tokens = (token for text in said for token in _TOKEN.findall(text))
    return list(dict.fromkeys(t for t in tokens if _is_one(t, numbers, shapes)))


_SHORTEST = 5  # letters of a word in which one may differ (own proposal)
_WRITTEN_OUT = re.compile(r"(?<=[a-z])([aou])e(?=[a-z])|^([aou])e(?=[a-z])")
_RUNS = re.compile(r"\d+|[^\W\d_]+")
_LEAST_SIMILARITY = 90.0  # of 100 (own proposal)
_YEAR = re.compile(r"20\d\d")
_LEAST_DIGITS = 3  # of a number that is known by its digits alone (own proposal)


@lru_cache(maxsize=65_536)
def folded(key: str) -> tuple[str, ...]:
    """Words of a comparable key without conjunctions, umlauts not written out; in alphabetical order."""
    words = [_WRITTEN_OUT.sub(lambda m: m[1] or m[2], word) for word in key.split()]
    return tuple(sorted(w for w in words if w not in conjunctions())) or tuple(words)


@lru_cache(maxsize=65_536)
def _spellings(key: str) -> tuple[tuple[str, ...], ...]:
    """The words as they are, and as `folded` has them: a slip may make an umlaut of letters that are none."""
    return tuple(dict.fromkeys((folded(key), tuple(w for w in key.split() if w not in conjunctions()))))


def struck_out(text: str) -> list[str]:
    """A text, and it with each of its characters struck out: two that differ in one character share one of these."""
    return [text, *[text[:at] + text[at + 1 :] for at in range(len(text))]]


def one_apart(one: str, other: str) -> bool:
    """Whether two texts differ in one character, or in two neighbours that changed places."""
    return OSA.distance(one, other, score_cutoff=1) == 1


def _signatures(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The words but one, with what is left of that one: names that differ in a letter share one."""
    for n, word in enumerate(words):
        if len(word) >= _SHORTEST - 1 and word.isalpha():
            others = words[:n] + words[n + 1 :]
            for left in struck_out(word):
                yield others, left


def one_letter_apart(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two names differ in one letter of one word of at least five letters; digits must be the same."""
    ours, theirs = list(left), list(right)
    for word in left:
        if word in theirs:
            ours.remove(word)
            theirs.remove(word)
    if len(ours) != 1 or len(theirs) != 1:
        return False
    (one,), (other,) = ours, theirs
    plain = one.isalpha() and other.isalpha() and max(len(one), len(other)) >= _SHORTEST
    return plain and one_apart(one, other)


class NameMatcher:
    """Keys of the parties that documents name, to be found by a key that is like one of them."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = frozenset(keys)
        self._folded: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._near: dict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
        for key in sorted(self.keys):
            self._folded[folded(key)].append(key)
            for signature in {s for words in _spellings(key) for s in _signatures(words)}:
                self._near[signature].append(key)
        self.like = cache(self._like)

    def _like(self, key: str) -> tuple[str, ...]:
        """Keys that a key is taken for, but itself."""
        near = {k for words in _spellings(key) for s in _signatures(words) for k in self._near.get(s, ())}
        near = {k for k in near if any(one_letter_apart(a, b) for a in _spellings(key) for b in _spellings(k))}
        return tuple(sorted({*self._folded.get(folded(key), ()), *near} - {key}))

    def expand_aliases(self, movement: Movement) -> Movement:
        """A movement whose parties go by the names of the documents too; what was taken for what stands in `aliases`."""
        sending = [(like, movement.sender) for key in movement.sending for like in self.like(key)]
        receiving = [(like, movement.receiver) for key in movement.receiving for like in self.like(key)]
        return _known_as(movement, sending, receiving)


def _known_as(movement: Movement, sending: Sequence[tuple[str, str]], receiving: Sequence[tuple[str, str]]) -> Movement:
    """A movement whose parties go by further keys, each with the name for which it was taken."""
    if not sending and not receiving:
        return movement
    return replace(
        movement,
        sending=tuple(sorted({*movement.sending, *(k for k, _ in sending)})),
        receiving=tuple(sorted({*movement.receiving, *(k for k, _ in receiving)})),
        aliases=tuple(sorted({*movement.aliases, *sending, *receiving})),
    )


def expand_aliases(movements: Iterable[Movement], documents: Iterable[Document], firm: str = "") -> list[Movement]:
    """Movements whose parties go by the names that documents, or somebody who asks, write for them."""
    matcher = NameMatcher({p.key for d in documents for p in d.parties} | ({firm} - {""}))
    return [matcher.expand_aliases(m) for m in movements]


def by_old_names(movements: Iterable[Movement], documents: Iterable[Document]) -> list[Movement]:
    """Movements whose receivers go by the names too that documents say they had before."""
    renamed: dict[str, set[str]] = defaultdict(set)
    for d in documents:
        if d.renamed and d.importer:
            renamed[d.renamed.key].add(d.importer.key)
    return [
        _known_as(m, (), [(old, m.receiver) for key in m.receiving for old in renamed.get(key, ()) if old not in m.receiving])
        for m in movements
    ]


def firm_keys(firm: str, documents: Iterable[Document]) -> frozenset[str]:
    """The keys by which documents know a firm; empty for none."""
    return frozenset((firm, *NameMatcher({p.key for d in documents for p in d.parties}).like(firm))) if firm else frozenset()


def are_similar_names(one: str, other: str) -> bool:
    """Whether two names as written are so like that they may be one firm's, which a person is asked; other figures are another name."""
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    compared = compare_names(one, other)
    return compared is not None and compared.outcome.score >= _LEAST_SIMILARITY


@lru_cache(maxsize=65_536)
def unpadded(number: str) -> str:
    """A number as written, without zeros before its runs of digits, and with two digits of a year beside another run: `PEN-000123/2024` and
    `pen 123 24` are one. Empty: none is left."""
    runs = [run for run in _RUNS.findall(number.upper()) if run.strip("0")]
    several = sum(run.isdigit() for run in runs) > 1
    return "-".join((run[2:] if several and _YEAR.fullmatch(run) else run).lstrip("0") if run.isdigit() else run for run in runs)


@lru_cache(maxsize=65_536)
def digits_of(number: str) -> str:
    """The digits of a number as written, without zeros before them: `PEN-000123` and `123` are one. Empty: too few tell it."""
    runs = [run.lstrip("0") for run in re.findall(r"\d+", number) if run.strip("0")]
    return "-".join(runs) if sum(map(len, runs)) >= _LEAST_DIGITS else ""


@lru_cache(maxsize=65_536)
def near_forms(number: str) -> tuple[str, ...]:
    """What a number as written is near to another by, the nearest first: without leading zeros, by its digits."""
    return tuple(dict.fromkeys(form for form in (unpadded(number), digits_of(number)) if form))


def number_forms(number: str) -> frozenset[str]:
    """All forms of one whole number: plain, and the near ones. A part of it (`EA/25` of `EA/25/01857`) is another's too."""
    plain = plain_reference(number)
    return frozenset((plain, *near_forms(number))) if is_number(plain) else frozenset()


def all_among(cell: str, forms: frozenset[str]) -> bool:
    """Whether each number that a cell names has a form among some."""
    return all(not forms.isdisjoint(number_forms(number)) for number in sure_parts(cell) or (cell,))


def same_but(written: str, reference: str) -> str:
    """In words what a number that goods name differs in from a document's."""
    return "but for leading zeros" if unpadded(written) == unpadded(reference) else "by its digits, and a party agrees"


def aliases_in_words(movement: Movement, document: Document) -> Sequence[str]:
    """Which names of the goods were taken for which of the document's, in words."""
    names = dict(movement.aliases)
    return [f"{names[p.key]} is read as {p.name}" for p in document.parties if p.key in names]


def one_letter_aliases(movement: Movement, document: Document) -> Sequence[str]:
    """Of `aliases_in_words` those that differ in a letter."""
    names = dict(movement.aliases)
    apart = [p for p in document.parties if p.key in names and not _same_folded(p.key, movement)]
    return [f"{names[p.key]} for {p.name} ({document.reference})" for p in apart]


def _same_folded(key: str, movement: Movement) -> bool:
    own = {k for k in (*movement.sending, *movement.receiving) if k not in dict(movement.aliases)}
    return folded(key) in {folded(k) for k in own}
