"""Which controlled substances a text names, and how we know.

A text goes through a list of layers, each of which proposes candidates (a pattern and where its letters stand); what they
propose is judged once: edges of words, the longest name, salt words, what stands round it, the form of the goods.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain
from typing import Any, Final

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.model import Substance
from precursor_screen.matching.substance.boundaries import edges, gaps_fit
from precursor_screen.matching.substance.classes import find_classes
from precursor_screen.matching.substance.dictionary import CutNames, NameDictionary, Pattern, patterns_of, primed, same_letters
from precursor_screen.matching.substance.evidence import add_up, reason_against
from precursor_screen.matching.substance.identifiers import Identifiers
from precursor_screen.matching.substance.layers import (
    EXACT,
    MISREAD,
    NEAR,
    STEREO,
    STEREO_GROUP,
    Candidate,
    Kept,
    LocatedName,
    Prepared,
    exact_layer,
    resembling_layers,
    stereo_layer,
)
from precursor_screen.matching.substance.match import Match, MatchCounts, Repeats, match_table, stretch
from precursor_screen.matching.substance.near import is_uncertain
from precursor_screen.matching.substance.prefilter import Prefilter, Suspicion
from precursor_screen.text.chemical import prefix_reason, salt_bounds
from precursor_screen.text.concentrations import find_percentages
from precursor_screen.text.decodings import further_readings
from precursor_screen.text.goods_words import form_of, is_negated
from precursor_screen.text.text import fold, plain

_SCORES: Final = {EXACT: 100.0, STEREO: 98.0, MISREAD: 90.0}
_NORMALISED: Final = 95.0
_COLUMNS: Final = "; "  # what readers put between the parts of a description that stands in several columns
_LONGEST_JOINED: Final = 2_000
_SHORT_WORD: Final = 3
_BESIDE: Final = re.compile(r"[ ,:(.-]{1,3}(?:(?:min|purity)[ .:]{1,2})?", re.IGNORECASE)
_PURE: Final = 95  # per cent, from which on the goods are the substance itself
# How a name turned back to front may end: with its hyphen, or cut off.
_TURNED_END: Final = re.compile(r"[*)\]']{0,5}(?:-(?=$|[ ,;)\]])|$| ?[,;]|(?<=[)\]]))")


class SubstanceIndex:
    """The recogniser: built once from the substances, immutable, deterministic; pickled as its substances and patterns."""

    def __init__(
        self, substances: tuple[Substance, ...], rare: frozenset[str] = frozenset(), patterns: tuple[Pattern, ...] | None = None
    ) -> None:
        """Indexes the substances.

        Args:
            substances: all that are recognised.
            rare: those hardly traded lawfully, of which a bare CAS number says more.
            patterns: of the substances (`patterns_of`), where they are known already.
        """
        self.substances = substances
        self._rare = rare
        self._patterns = patterns
        self._by_id = {s.substance_id: s for s in substances}

    # Made when first asked for: a process that leaves texts to others never needs them.
    @cached_property
    def _names(self) -> NameDictionary:
        return NameDictionary(patterns_of(self.substances) if self._patterns is None else self._patterns)

    @cached_property
    def _cut(self) -> CutNames:
        return CutNames(self._names.patterns)

    @cached_property
    def _identifiers(self) -> Identifiers:
        return Identifiers(self.substances, self._rare)

    @cached_property
    def _prefilter(self) -> Prefilter:
        return Prefilter(self._names)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Rebuild from substances and patterns: automata do not pickle."""
        return (type(self), (self.substances, self._rare, self._patterns))

    def match(self, text: str) -> list[Match]:
        """Every substance that a text names or numbers, suppressed ones included, by place and then by substance.

        Args:
            text: A description or any other free text. `start` and `end` of a match count its characters. Of a text beyond
                4,000 characters that repeats itself not every place is listed; `more` of a match counts the others.
        """
        suspicion = self._prefilter.scan([text], ascii_only=text.isascii()).get(0, Suspicion())
        found = {0: self._match_suspected(text, suspicion)}
        self._add_decoded([text], found)
        return found[0]

    def _add_decoded(self, texts: Sequence[str], found: dict[int, list[Match]]) -> None:
        """Add what texts name only once their encodings are taken back, or their parts are joined: medium at most, and standing for the whole.

        A substance that a text names as it is written needs no further reading.
        """
        readings = [*_readings(texts)]
        seen: dict[int, set[str]] = {}
        for n, suspicion in self._prefilter.candidates([reading for _, reading, _ in readings]):
            i, reading, seams = readings[n]
            if i not in seen:
                seen[i] = {m.substance_id for m in found.get(i, ()) if m.suppressed is None and m.strength != "weak"}
            for match in self._match_suspected(reading, suspicion):
                # What stands on one side of a seam was found as filed, in its own surroundings.
                over = seams is None or any(match.start < seam < match.end for seam in seams)
                if over and match.suppressed is None and match.substance_id not in seen[i]:
                    seen[i].add(match.substance_id)
                    strength = "weak" if match.strength == "weak" else "medium"
                    whole = replace(match, start=0, end=len(texts[i]), method="normalised", strength=strength)
                    found.setdefault(i, []).append(whole)

    def _match_suspected(self, text: str, suspicion: Suspicion) -> list[Match]:
        flat = plain(text)
        prepared = Prepared(text, flat, fold(text), suspicion.near, suspicion.readings, Repeats(flat))
        named = list(self._judge(prepared))
        named += [*self._cut_off(prepared, named), *self._in_classes(prepared, named)]
        found = add_up(flat, [*named, *self._identifiers.in_text(text, flat, named)], self._by_id)
        return sorted(found, key=lambda m: (m.start, m.end, m.substance_id, m.method))

    def recognise_texts(self, texts: Sequence[str]) -> pa.Table:
        """Matches in distinct texts: `schema.SUBSTANCE_MATCH` with field "description", in the order of the texts.

        Args:
            texts: Distinct descriptions; texts without any match give no row.
        """
        found = {i: self._match_suspected(texts[i], suspicion) for i, suspicion in self._prefilter.candidates(texts)}
        for i, text in enumerate(texts):
            if i not in found and self._cut.may_end(text) and self._cut.find(text, fold(text)):
                found[i] = self._match_suspected(text, Suspicion())
        self._add_decoded(texts, found)
        return match_table("description", [(texts[i], match) for i in sorted(found) for match in found[i]])

    def recognise_codes(self, field: str, values: Sequence[str]) -> pa.Table:
        """Matches of distinct cells of a field that holds codes: `schema.SUBSTANCE_MATCH`.

        Args:
            field: one of `identifiers.CODE_FIELDS`.
            values: Distinct cells as filed.

        Raises:
            ValueError: The field holds no codes.
        """
        return match_table(field, [(value, match) for value in values for match in self._identifiers.in_cell(field, value)])

    def _judge(self, prepared: Prepared) -> Iterator[Match]:
        def reason(located: LocatedName, substance: Substance) -> str | None:
            name = located.candidate.pattern.plain_name
            return reason_against(prepared.plain, located.core, located.whole, name, substance.covers_salts)

        def is_suppressed(located: LocatedName) -> bool:
            return all(reason(located, self.substances[owner]) for owner in located.candidate.pattern.owners)

        exact = list(self._locate(prepared, chain(exact_layer(prepared, self._names), stereo_layer(prepared, self._names))))
        kept = Kept(exact, is_suppressed)
        resembling = resembling_layers(prepared, self._names, kept.leaves_room)
        counts = MatchCounts()
        last: dict[str, Match] = {}
        # Of names that end in one place the longest.
        right = {e.core[1]: e.core[0] for e in sorted(exact, key=lambda e: -e.core[0])}
        spelled = (s for s in self._locate(prepared, resembling) if not _takes_in_a_word(s, right, prepared.plain))
        for located in kept.add(spelled):
            start, end = located.whole
            for owner in located.candidate.pattern.owners:
                substance = self.substances[owner]
                if counts.is_enough(substance.substance_id):
                    # Unjudged, so it counts.
                    if substance.substance_id not in last:
                        last[substance.substance_id] = self._match(prepared, located, substance, start, end, None)
                    continue
                match = self._match(prepared, located, substance, start, end, reason(located, substance))
                counts.add(substance.substance_id, counts=match.suppressed is None)
                yield match
        for substance_id, match in last.items():
            yield replace(match, more=match.more + counts.left[substance_id] - 1)

    def _cut_off(self, prepared: Prepared, named: Sequence[Match]) -> Iterator[Match]:
        """The name that the text's field cut off, unless another one stands there."""
        text = prepared.text
        for found in self._cut.find(text, prepared.folded):
            start, pattern = prepared.folded.positions[found.first], found.pattern
            if any(m.end > start for m in named) or prefix_reason(prepared.plain, start, pattern.plain_name):
                continue
            if is_negated(prepared.plain, start, len(text)):
                continue
            score = round(100.0 * (len(prepared.folded.squashed) - found.first) / len(pattern.squashed), 1)
            said = {"name": pattern.name.name, "name_verified": pattern.name.verified, "score": score, "method": "fuzzy"}
            owner = self.substances[pattern.owners[0]].substance_id
            yield _found(prepared, start, len(text), "medium", substance_id=owner, **said)

    def _in_classes(self, prepared: Prepared, named: Sequence[Match]) -> Iterator[Match]:
        """Compounds that a law lists as a class, where no name of the tables counts in their place."""
        for one, start, end in find_classes(prepared.plain):
            over = any(m.start < end and start < m.end and m.suppressed is None for m in named)
            if over or one.substance_id not in self._by_id or is_negated(prepared.plain, start, end):
                continue
            said = {"name": one.name, "name_verified": one.verified, "score": 100.0, "method": "name"}
            yield _found(prepared, start, end, one.strength, substance_id=one.substance_id, **said)

    def _locate(self, prepared: Prepared, proposed: Iterable[Candidate]) -> Iterator[LocatedName]:
        blanked = ""
        for candidate in proposed:
            pattern, where = candidate.pattern, candidate.where
            covers = self.substances[pattern.owners[0]].covers_salts
            bounds = edges(prepared.plain, where[0], where[-1] + 1, loose=pattern.loose, covers_salts=covers)
            if bounds is None:
                continue
            if candidate.layer == STEREO and not blanked:
                blanked = STEREO_GROUP.sub(_blank, prepared.plain)
            text = blanked if candidate.layer == STEREO else prepared.text
            if not gaps_fit(text, where, candidate.gaps, tight=pattern.tight):
                continue
            stop = bounds[1]
            if pattern.open_ended:
                turned = _TURNED_END.match(prepared.plain[stop : stop + 9])
                if not turned:
                    continue
                stop += len(turned[0].rstrip(" ,;"))
            yield LocatedName(candidate, (where[0], stop), salt_bounds(prepared.plain, bounds[0], stop, covers))

    def _match(
        self, prepared: Prepared, located: LocatedName, substance: Substance, start: int, end: int, reason: str | None
    ) -> Match:
        pattern, layer = located.candidate.pattern, located.candidate.layer
        form = form_of(prepared.plain, start, end)
        core = prepared.text[located.core[0] : located.core[1]]
        if form == "mixture" and (pattern.name.kind == "code" or _is_pure(prepared.text, located.core)):
            form = "substance"  # no glue, paint or soap is that: the word is a cover
        method, score = _method(located.candidate, core)
        uncertain = method == "fuzzy" and is_uncertain(core, pattern.name.name, prepared.plain[:start], prepared.plain[end:])
        return Match(
            substance_id=substance.substance_id,
            method=method,
            strength="weak" if uncertain else _strength(pattern, layer, form, core),
            score=score,
            name=pattern.name.name,
            name_verified=pattern.name.verified,
            suppressed=reason,
            **stretch(prepared.text, start, end, form),
            more=located.candidate.more.more if located.candidate.more else 0,
        )


def _is_pure(text: str, core: tuple[int, int]) -> bool:
    """Whether a purity of `_PURE` per cent or more stands right beside the name, with nothing but marks and "min" between."""
    stated = (c for c in find_percentages(text) if c.percent >= _PURE)
    return any(_BESIDE.fullmatch(text[core[1] : c.start]) or _BESIDE.fullmatch(text[c.end : core[0]]) for c in stated)


def _found(prepared: Prepared, start: int, end: int, strength: str, **said: Any) -> Match:
    """What is found in a stretch of a text; within the name of an article it is weak."""
    form = form_of(prepared.plain, start, end)
    return Match(strength="weak" if form == "article" else strength, **said, **stretch(prepared.text, start, end, form))


def _takes_in_a_word(near: LocatedName, right: Mapping[int, int], plain: str) -> bool:
    """Whether what resembles a name is another name, spelt right, with the end of a word before it: `no pseudoephedrine` is not
    `norpseudoephedrine`.

    Args:
        near: what resembles a name.
        right: where names that are spelt right end -> where they begin.
        plain: the text.
    """
    start, begin = near.core[0], right.get(near.core[1], 0)
    return start < begin and plain[begin - 1] == " " and sum(map(str.isalnum, plain[start:begin])) <= _SHORT_WORD


def _readings(texts: Sequence[str]) -> Iterator[tuple[int, str, list[float] | None]]:
    """What texts say otherwise than as written: the number of the text, the reading, and where parts of it were joined."""
    for i, text in enumerate(texts):
        yield from ((i, reading, None) for reading in further_readings(text))
        yield from ((i, reading, seams) for reading, seams in _joined(text))


def _joined(text: str) -> Iterator[tuple[str, list[float]]]:
    """A text of several columns as one, and where it was joined: a name may go on in the next column, parted at a blank or within a
    word."""
    if _COLUMNS not in text or len(text) > _LONGEST_JOINED:
        return
    parts = text.split(_COLUMNS)
    for between in (" ", ""):
        ends = accumulate(len(part) + len(between) for part in parts[:-1])
        yield between.join(parts), [end - len(between) / 2 for end in ends]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _method(candidate: Candidate, core: str) -> tuple[str, float]:
    """Method and score, from 0 to 100; with edits, the share of letters that agree."""
    if candidate.layer == NEAR:
        longest = max(len(candidate.where), len(candidate.pattern.squashed))
        return "fuzzy", round(100.0 * (1 - candidate.edits / longest), 1)
    if candidate.layer == MISREAD:
        return "normalised", _SCORES[MISREAD]
    if same_letters(core, candidate.pattern.spellings):
        return "name", _SCORES[candidate.layer]
    return "normalised", _NORMALISED


def _strength(pattern: Pattern, layer: str, form: str, core: str) -> str:
    """A weak name stays weak; an unverified name, letters that differ or a blend is medium evidence; an article is weak."""
    if pattern.name.strength == "weak" or form == "article":
        return "weak"
    if pattern.weak_spellings and primed(core) in pattern.weak_spellings:
        return "weak"
    sure = pattern.name.verified and layer in (EXACT, STEREO) and form != "mixture"
    return "strong" if sure else "medium"
