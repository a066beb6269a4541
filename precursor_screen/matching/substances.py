"""Which controlled substances a text names, and how we know.

A text goes through a list of layers, each of which proposes candidates (a pattern and where its letters stand); what they
propose is judged once: edges of words, the longest name, salt words, what stands round it, the form of the goods.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from precursor_screen.matching.name_boundaries import edges, gaps_fit
from precursor_screen.matching.substance_dictionary import NameDictionary, Pattern, has_leet, leet_form, same_letters
from precursor_screen.matching.substance_identifiers import Identifiers
from precursor_screen.matching.substance_match import Match, match_table
from precursor_screen.matching.substance_prefilter import Prefilter
from precursor_screen.matching.suppression import reason_against
from precursor_screen.model import Substance
from precursor_screen.names.chemical import salt_bounds
from precursor_screen.names.goods_words import form_of
from precursor_screen.names.text import Folded, fold, plain

EXACT, STEREO, LEET = "exact", "stereo", "leet"
_SCORES: Final = {EXACT: 100.0, STEREO: 98.0, LEET: 90.0}
# Stereochemistry in brackets may stand anywhere inside a name: methyl (2S)-3-oxo-2-phenylbutanoate.
_STEREO_GROUP: Final = re.compile(
    r"\((?:\d{0,2}[rsez]\*?(?:,|(?=\)))|[+\-±]{1,3}|rac|rel|dl?|l|cis|trans){1,8}\)[- ]?|\[[rsez(*),\-]{3,16}\][- ]?"
)
# How a name turned back to front may end: with its hyphen, or cut off.
_TURNED_END: Final = re.compile(r"[*)\]']{0,5}(?:-(?=$|[ ,;)\]])|$| ?[,;]|(?<=[)\]]))")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text in the forms that the layers read; all indexes count characters of `text`."""

    text: str
    plain: str
    folded: Folded


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pattern and where each of its letters stands in the text, as a layer proposes it."""

    pattern: Pattern
    where: list[int]
    layer: str


@dataclass(frozen=True, slots=True)
class _Standing:
    """A candidate that stands free, with the bounds of its letters and of the whole name."""

    candidate: Candidate
    core: tuple[int, int]
    whole: tuple[int, int]


Layer = Callable[[Prepared, NameDictionary], Iterator[Candidate]]


def exact_layer(prepared: Prepared, names: NameDictionary) -> Iterator[Candidate]:
    """Names that agree letter for letter once case, accents, spacing and look-alikes are folded."""
    positions = prepared.folded.positions
    for pattern, a, b in names.scan(prepared.folded.squashed):
        yield Candidate(pattern, list(positions[a:b]), EXACT)


def stereo_layer(prepared: Prepared, names: NameDictionary) -> Iterator[Candidate]:
    """Names with stereochemistry in brackets somewhere inside them."""
    groups = [m.span() for m in _STEREO_GROUP.finditer(prepared.plain)]
    if not groups:
        return
    inside = {i for start, end in groups for i in range(start, end)}
    kept = [(c, p) for c, p in zip(prepared.folded.squashed, prepared.folded.positions, strict=True) if p not in inside]
    for pattern, a, b in names.scan("".join(c for c, _ in kept)):
        where = [p for _, p in kept[a:b]]
        if any(where[0] < start < where[-1] for start, _ in groups):
            yield Candidate(pattern, where, STEREO)


def leet_layer(prepared: Prepared, names: NameDictionary) -> Iterator[Candidate]:
    """Names with digits typed or read for letters: T0LUENE."""
    if not has_leet(prepared.text):
        return
    positions = prepared.folded.positions
    squashed = prepared.folded.squashed
    for pattern, a, b in names.scan_leet(leet_form(prepared.folded, prepared.text)):
        if squashed[a:b] != pattern.squashed:
            yield Candidate(pattern, list(positions[a:b]), LEET)


LAYERS: Final[tuple[Layer, ...]] = (exact_layer, stereo_layer, leet_layer)


class SubstanceIndex:
    """The recogniser: built once from the substances, immutable, deterministic; pickled as its substances."""

    def __init__(self, substances: tuple[Substance, ...]) -> None:
        self.substances = substances
        self._names = NameDictionary(substances)
        self._identifiers = Identifiers(substances)
        self._prefilter = Prefilter(self._names)

    def __reduce__(self) -> tuple[type[SubstanceIndex], tuple[tuple[Substance, ...]]]:
        """Rebuild from the substances: automata do not pickle."""
        return (SubstanceIndex, (self.substances,))

    def match(self, text: str) -> list[Match]:
        """Every substance that a text names or numbers, suppressed ones included, by place and then by substance.

        Args:
            text: A description or any other free text. `start` and `end` of a match count its characters.
        """
        prepared = Prepared(text, plain(text), fold(text))
        named = list(self._judge(prepared))
        numbered = self._identifiers.in_text(text, named)
        return sorted((*named, *numbered), key=lambda m: (m.start, m.end, m.substance_id, m.method))

    def recognise_texts(self, texts: Sequence[str]) -> pa.Table:
        """Matches in distinct texts: `schema.SUBSTANCE_MATCH` with field "description", in the order of the texts.

        Args:
            texts: Distinct descriptions; texts without any match give no row.
        """
        found = [(texts[i], match) for i in self._prefilter.candidates(texts) for match in self.match(texts[i])]
        return match_table("description", found)

    def recognise_codes(self, field: str, values: Sequence[str]) -> pa.Table:
        """Matches of distinct cells of a field that holds codes: `schema.SUBSTANCE_MATCH`.

        Args:
            field: cas_numbers, cus_codes, un_numbers or hs_code.
            values: Distinct cells as filed.

        Raises:
            ValueError: The field holds no codes.
        """
        return match_table(field, [(value, match) for value in values for match in self._identifiers.in_cell(field, value)])

    def _judge(self, prepared: Prepared) -> Iterator[Match]:
        proposed = (c for layer in LAYERS for c in layer(prepared, self._names))
        for standing in _longest(self._standing(prepared, proposed)):
            pattern = standing.candidate.pattern
            start, end = standing.whole
            for owner in pattern.owners:
                substance = self.substances[owner]
                reason = reason_against(prepared.plain, standing.core, standing.whole, pattern.plain_name, substance.covers_salts)
                yield self._match(prepared, standing, substance, start, end, reason)

    def _standing(self, prepared: Prepared, proposed: Iterable[Candidate]) -> Iterator[_Standing]:
        for candidate in proposed:
            pattern, where = candidate.pattern, candidate.where
            covers = self.substances[pattern.owners[0]].covers_salts
            bounds = edges(prepared.plain, where[0], where[-1] + 1, loose=pattern.loose, covers_salts=covers)
            if bounds is None:
                continue
            text = _STEREO_GROUP.sub(_blank, prepared.plain) if candidate.layer == STEREO else prepared.text
            if not gaps_fit(text, where, pattern.own_gaps, tight=pattern.tight):
                continue
            stop = bounds[1]
            if pattern.open_ended:
                turned = _TURNED_END.match(prepared.plain[stop : stop + 9])
                if not turned:
                    continue
                stop += len(turned[0].rstrip(" ,;"))
            yield _Standing(candidate, (where[0], stop), salt_bounds(prepared.plain, bounds[0], stop, covers))

    def _match(
        self, prepared: Prepared, standing: _Standing, substance: Substance, start: int, end: int, reason: str | None
    ) -> Match:
        pattern, layer = standing.candidate.pattern, standing.candidate.layer
        form = form_of(prepared.plain, start, end)
        core = prepared.text[standing.core[0] : standing.core[1]]
        exact = layer != LEET and same_letters(core, pattern.spellings)
        return Match(
            substance_id=substance.substance_id,
            method="name" if exact else "normalised",
            strength=_strength(pattern, layer, form),
            form=form,
            matched=prepared.text[start:end],
            start=start,
            end=end,
            score=_SCORES[layer] if exact or layer == LEET else 95.0,
            name=pattern.name.name,
            name_verified=pattern.name.verified,
            suppressed=reason,
        )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _strength(pattern: Pattern, layer: str, form: str) -> str:
    """A weak name stays weak; an unverified name, a leetspeak spelling or a blend is medium evidence; an article is weak."""
    if pattern.name.strength == "weak" or form == "article":
        return "weak"
    return "strong" if pattern.name.verified and layer != LEET and form != "mixture" else "medium"


def _longest(standing: Iterable[_Standing]) -> Iterator[_Standing]:
    """Of names that overlap, the longest; of equally long ones, the one that an earlier layer found."""
    order = {EXACT: 0, STEREO: 1, LEET: 2}
    kept: list[_Standing] = []
    for s in sorted(standing, key=lambda s: (s.core[0], -s.core[1], order[s.candidate.layer])):
        if kept and s.core[0] < kept[-1].whole[1]:
            if s.core[1] - s.core[0] > kept[-1].core[1] - kept[-1].core[0]:
                kept[-1] = s
            continue
        kept.append(s)
    yield from kept
