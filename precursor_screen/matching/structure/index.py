"""Recognising a substance by the structure that its name stands for, and setting a match aside because of it.

A systematic name spells its structure out, so names that no dictionary holds can be read. A match means the substance when any part
of the structure has the connectivity (first block of the InChIKey) of the substance, which joins isomers, isotopes and salts. The
other way round, "toluene" inside a name that reads as another compound is none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.model import Substance
from precursor_screen.matching.structure.reading import Fragments, connectivity, read_names, read_smiles
from precursor_screen.matching.substance.dictionary import Pattern
from precursor_screen.matching.substance.evidence import reason_against
from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.matching.substance.match import Match, match_table, stretch
from precursor_screen.text.goods_words import form_of
from precursor_screen.text.text import plain

# Which stretches of a text may be one systematic name: words with locants or brackets, and the words of chemistry round them.

# A word of a name; "2 - propanone" and "1, 3-benzodioxole" stay together.
_TOKEN: Final = re.compile(r"(?:[0-9]['a-h]? ?[,-] ?(?=[\w(\[])|[^\s;:|/\"<>=+&*])+")
_LOCANTS: Final = r"[0-9]{1,2}['a-h]?(?:, ?[0-9]{1,2}['a-h]?)*"
_SEED: Final = re.compile(
    rf"(?<![0-9.]){_LOCANTS} ?- ?[a-z(\[]|[a-z)\]]-{_LOCANTS}(?=-|$)"
    r"|(?:^|[-(\[,])(?:[nops]|alpha|beta|gamma|omega|[αβγω]|tert|sec|iso|ortho|meta|para|cis|trans)(?:,n)*-[a-z(\[0-9]"
    r"|[(\[][^()\[\]]*[a-z]{3}"
)
_LETTERS: Final = re.compile(r"[a-z]{3}")
_PART: Final = re.compile(
    r"(?:[a-z(\[\])',0-9-]*(?:acid|ester|ether|ketone|salt|oxide|anhydride|yl|ic|ous|ate|ite|ide|ine|ene|ane|yne|ol|one|oxime|amid|nitrile"
    r"|aldehyde|acetal|ketal|hcl)|sodium|potassium|lithium|ammonium|calcium|magnesium|methyl|ethyl)"
)
_MOST_WORDS: Final = 5
_MOST_ADDED: Final = 2
_LONGEST: Final = 200


class _Token(Struct, frozen=True):
    start: int
    end: int
    is_seed: bool
    is_part: bool
    follows: bool  # only white space stands between it and the one before


def _tokens(flat: str) -> list[_Token]:
    tokens: list[_Token] = []
    last = 0
    for found in _TOKEN.finditer(flat):
        start, end = _trim(flat, found.start(), found.end())
        if start == end:
            continue
        word = flat[start:end]
        fits = end - start <= _LONGEST
        is_seed = fits and _LETTERS.search(word) is not None and _SEED.search(word) is not None
        is_part = fits and (is_seed or _PART.fullmatch(word) is not None)
        tokens.append(_Token(start, end, is_seed, is_part, not flat[last:start].strip(" ,")))
        last = end
    return tokens


def _trim(flat: str, start: int, end: int) -> tuple[int, int]:
    """Without punctuation at the edges and brackets that have no partner; a hyphen at the end stays: "acid, 2-amino-"."""
    while start < end and (
        flat[start] in " ,.'-)]}" or (flat[start] in "([{" and flat.find(_PARTNER[flat[start]], start, end) < 0)
    ):
        start += 1
    while end > start and (flat[end - 1] in " ,.'([{" or (flat[end - 1] in ")]}" and _unopened(flat, start, end))):
        end -= 1
    return start, end


_PARTNER: Final = {"(": ")", "[": "]", "{": "}"}
_OPENS: Final = {v: k for k, v in _PARTNER.items()}


def _unopened(flat: str, start: int, end: int) -> bool:
    close, last = flat[end - 1], min(end, start + _LONGEST)
    return flat.count(close, start, last) > flat.count(_OPENS[close], start, last)


def systematic_spans(flat: str) -> Iterator[list[tuple[int, int]]]:
    """For each run of words that may be a systematic name: the stretches to try, longest first.

    Args:
        flat: The text from `text.text.plain`. At most 15 stretches for a word: linear time.
    """
    run: list[_Token] = []
    for token in [*_tokens(flat), _Token(0, 0, False, False, False)]:
        if run and not (token.is_part and token.follows):
            if any(t.is_seed for t in run):
                yield _stretches(run)
            run = []
        if token.is_part:
            run.append(token)


def _stretches(run: Sequence[_Token]) -> list[tuple[int, int]]:
    found = [
        (run[i].start, run[j].end)
        for i in range(len(run))
        for j in range(i, min(len(run), i + _MOST_WORDS))
        if any(t.is_seed for t in run[i : j + 1]) and run[j].end - run[i].start <= _LONGEST
    ]
    return sorted(found, key=lambda s: (s[0] - s[1], s[0]))


def wider_spans(flat: str, places: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """For each place in a text: the stretches that hold it and up to two more words on either side, longest first.

    Args:
        flat: The text from `text.text.plain`.
        places: Bounds, in any order. The place itself is among its stretches if it is whole words.
    """
    tokens = _tokens(flat) if places else []
    starts = [t.start for t in tokens]
    return [_extended(tokens, starts, *place) for place in places]


def _extended(tokens: list[_Token], starts: list[int], start: int, end: int) -> list[tuple[int, int]]:
    first = max(0, bisect_right(starts, start) - 1)
    last = max(first, bisect_left(starts, end) - 1)
    if not tokens or tokens[first].end <= start:
        return []
    left, right = first, last
    while left > 0 and first - left < _MOST_ADDED and tokens[left - 1].is_part and tokens[left].follows:
        left -= 1
    while right + 1 < len(tokens) and right - last < _MOST_ADDED and tokens[right + 1].is_part and tokens[right + 1].follows:
        right += 1
    found = {
        (min(start, tokens[i].start), max(end, tokens[j].end)) for i in range(left, first + 1) for j in range(last, right + 1)
    }
    return sorted((s for s in found if s[1] - s[0] <= _LONGEST), key=lambda s: (s[0] - s[1], s[0]))


_WATER: Final = "XLYOFNOQVPJJNP"
_NAMED: Final = frozenset({"name", "normalised", "fuzzy"})
_NO_CARBON: Final = re.compile(r"\[[0-9]*(?!C(?![a-z])|c)[^\]]*\]|Cl")
# Without a locant OPSIN chooses a place: "(chloromethyl)toluene" becomes phenethyl chloride.
_LOCANT: Final = re.compile(r"[0-9αβγω]|(?<![a-z])(?:[nops]|alpha|beta|gamma|omega|tert|ortho|meta|para)[,-]")
# OPSIN reads "(hydrochloride)" as hydrogen chloride.
_SALT_WORD: Final = re.compile(r"\W*[a-z]+(?:ide|ate)s?\W*")
Readings = Mapping[str, tuple[Fragments, ...]]


class _Entry(Struct, frozen=True):
    substance: Substance
    keys: Fragments
    blocks: frozenset[str]
    alone: bool  # the salt of another base is not this substance


class Structures:
    """The structures of the tables: built once for a digest of the tables, immutable.

    `unread` are the ids of substances without a structure that can be read: this layer cannot find them.
    """

    def __init__(self, substances: Iterable[Substance]) -> None:
        self._by_block: dict[str, list[_Entry]] = defaultdict(list)
        self._blocks: dict[str, frozenset[str]] = {}
        unread = []
        for substance in substances:
            keys = read_smiles(substance.smiles) if substance.smiles else frozenset()
            if not keys:
                unread.append(substance.substance_id)
                continue
            blocks = frozenset(map(connectivity, keys))
            # Mineral acids and inorganic salts make salts of everything: "X hydrochloride" is no hydrochloric acid.
            alone = not substance.covers_salts or "c" not in _NO_CARBON.sub("", substance.smiles).lower()
            self._blocks[substance.substance_id] = blocks
            for block in blocks:
                self._by_block[block].append(_Entry(substance, keys, blocks, alone))
        self.unread = tuple(unread)

    def named_by(self, reading: Fragments) -> list[Substance]:
        """The substances that a structure is, in a fixed order; those whose stereochemistry agrees before all that share the skeleton."""
        blocks = frozenset(map(connectivity, reading))
        found = {
            e.substance.substance_id: e
            for block in sorted(blocks)
            for e in self._by_block.get(block, ())
            if (e.blocks == blocks - {_WATER} if e.alone else e.blocks <= blocks)
        }
        exact = [e for e in found.values() if e.keys <= reading]
        return sorted((e.substance for e in exact or found.values()), key=lambda s: s.substance_id)

    def holds(self, reading: Fragments, substance_id: str) -> bool | None:
        """Whether a structure has the substance as a part; None if the substance has no structure in the tables."""
        blocks = self._blocks.get(substance_id)
        return None if blocks is None else blocks <= frozenset(map(connectivity, reading))


def judge_structures(
    found: Sequence[tuple[str, Sequence[Match]]], known: Structures, readings: dict[str, tuple[Fragments, ...]] | None = None
) -> list[list[Match]]:
    """Adds what systematic names say to the matches of some texts, and sets aside the matches that they contradict.

    Args:
        found: Each text with its matches so far.
        known: The structures of the tables.
        readings: Names read before; those read now are added.

    Returns:
        The matches of each text, by place and then by substance.

    Raises:
        MissingExtra: the extra `structure` or Java is not installed.
    """
    readings = {} if readings is None else readings
    plans = [_Plan(text, matches) for text, matches in found]
    wanted = dict.fromkeys(name for plan in plans for name in plan.names())
    readings.update(read_names(name for name in wanted if name not in readings))
    return [plan.judge(known, readings) for plan in plans]


class _Plan:
    """What is to be read for one text."""

    def __init__(self, text: str, matches: Sequence[Match]) -> None:
        self._text, self._matches, self._flat = text, matches, plain(text)
        self._cased = "".join(c if c.isascii() and c.isprintable() else f for c, f in zip(text, self._flat, strict=True))
        self._runs = list(systematic_spans(self._flat))
        self._unverified = [m for m in matches if m.suppressed is None and m.method in _NAMED]
        self._wider = wider_spans(self._flat, [(m.start, m.end) for m in self._unverified])

    def _name(self, span: tuple[int, int]) -> str:
        return self._cased[span[0] : span[1]]

    def names(self) -> Iterable[str]:
        yield from (self._name(span) for run in self._runs for span in run)
        for match, spans in zip(self._unverified, self._wider, strict=True):
            for span in spans:
                yield self._name(span)
                yield from self._rest(match, span)

    def _rest(self, match: Match, span: tuple[int, int]) -> list[str]:
        """What a longer name holds beside the match."""
        sides = (self._cased[span[0] : match.start], self._cased[match.end : span[1]])
        return [side for s in sides if (side := s.strip(" ,.()[]-")) and any(c.isalpha() for c in side)]

    def judge(self, known: Structures, readings: Readings) -> list[Match]:
        reasons = {
            id(match): reason
            for match, spans in zip(self._unverified, self._wider, strict=True)
            if (reason := self._reason_against(match, spans, known, readings))
        }
        kept = [replace(m, suppressed=reasons[id(m)]) if id(m) in reasons else m for m in self._matches]
        added = [m for run in self._runs for m in self._read_run(run, known, readings) if not _is_known(m, kept)]
        return sorted((*kept, *added), key=lambda m: (m.start, m.end, m.substance_id, m.method))

    def _reason_against(
        self, match: Match, spans: Sequence[tuple[int, int]], known: Structures, readings: Readings
    ) -> str | None:
        itself = (match.start, match.end)
        if match.method != "fuzzy":
            # What the dictionary holds letter by letter was read by a person, what is only like it was not. OPSIN takes "codeine
            # phosphate" for an ester: where it contradicts the dictionary, it is no judge of longer names either.
            own = readings.get(self._name(itself), ())
            if own and not any(known.holds(reading, match.substance_id) for reading in own):
                return None
            spans = [span for span in spans if span != itself]
        for span in spans:
            read = readings[self._name(span)]
            verdicts = [known.holds(reading, match.substance_id) for reading in read]
            if not read or None in verdicts:
                continue
            if any(verdicts):
                return None
            # "toluene 2-butanone" is two goods side by side, not one compound.
            if not any(readings[rest] for rest in self._rest(match, span)):
                return f"the whole name {self._text[span[0] : span[1]]!r} spells another structure"
        return None

    def _read_run(self, run: Sequence[tuple[int, int]], known: Structures, readings: Readings) -> list[Match]:
        """The longest stretches that can be read, without overlaps; each names the substances of its first fitting reading."""
        accepted: list[tuple[int, int]] = []
        for start, end in run:
            is_salt = _SALT_WORD.fullmatch(self._flat, start, end) is not None
            if readings[self._name((start, end))] and not is_salt and not any(start < e and s < end for s, e in accepted):
                accepted.append((start, end))
        named = ((place, map(known.named_by, readings[self._name(place)])) for place in accepted)
        return [self._match(one, *place) for place, found in named for one in next(filter(None, found), [])]

    def _reason_beside(self, substance: Substance, start: int, end: int) -> str | None:
        """Why a name that was read does not count: for what stands beside it, as with a name of the dictionary."""
        for other in self._matches:
            if other.suppressed and other.substance_id == substance.substance_id and other.start <= start and end <= other.end:
                return other.suppressed
        return reason_against(self._flat, (start, end), (start, end), self._flat[start:end], substance.covers_salts)

    def _match(self, substance: Substance, start: int, end: int) -> Match:
        form = form_of(self._flat, start, end)
        has_locant = _LOCANT.search(self._flat, start, end) is not None
        return Match(
            substance_id=substance.substance_id,
            method="structure",
            strength="weak" if form == "article" else "strong" if form != "mixture" and has_locant else "medium",
            score=100.0,
            name=substance.name,
            name_verified=True,
            suppressed=self._reason_beside(substance, start, end),
            **stretch(self._text, start, end, form),
        )


def _is_known(match: Match, others: Iterable[Match]) -> bool:
    """Whether the same substance was found there by other means: as surely, or set aside as this one is."""
    return any(
        o.substance_id == match.substance_id
        and (match.suppressed is not None or (o.suppressed is None and o.strength == "strong"))
        and o.start < match.end
        and match.start < o.end
        for o in others
    )


class StructureIndex(SubstanceIndex):
    """A recogniser that reads systematic names as well: in place of a `SubstanceIndex` it does the same and more.

    Names that were read stay in memory, so that `match` after `read_ahead` starts no Java.

    Raises:
        MissingExtra: the extra `structure` or Java is not installed.
    """

    def __init__(
        self, substances: tuple[Substance, ...], rare: frozenset[str] = frozenset(), patterns: tuple[Pattern, ...] | None = None
    ) -> None:
        self._known = Structures(substances)
        self._readings: dict[str, tuple[Fragments, ...]] = {}
        super().__init__(substances, rare, patterns)

    @property
    def unread(self) -> tuple[str, ...]:
        """Ids of substances that have no structure in the tables."""
        return self._known.unread

    def read_ahead(self, texts: Sequence[str]) -> None:
        """Reads the names of some texts in one run, and forgets all that was read before."""
        self._readings.clear()
        judge_structures([(text, super(StructureIndex, self).match(text)) for text in texts], self._known, self._readings)

    def match(self, text: str) -> list[Match]:
        """As `SubstanceIndex.match`, with method "structure" and the matches that a longer name contradicts set aside."""
        (sorted_out,) = judge_structures([(text, super().match(text))], self._known, self._readings)
        return sorted_out

    def recognise_texts(self, texts: Sequence[str]) -> pa.Table:
        """As `SubstanceIndex.recognise_texts`; all texts take one run of OPSIN."""
        rows: dict[str, list[Match]] = {text: [] for text in texts}
        for row in super().recognise_texts(texts).to_pylist():
            # Texts come from a column, which holds no lone surrogate: what is stored is the text itself.
            rows[row["value"]].append(Match(**{k: v for k, v in row.items() if k not in ("field", "value")}))
        sorted_out = judge_structures(list(rows.items()), self._known)
        return match_table("description", [(text, m) for text, matches in zip(rows, sorted_out, strict=True) for m in matches])
