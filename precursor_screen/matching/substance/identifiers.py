"""Substances by number: CAS, EC, CUS, UN and HS codes, in free text and in cells of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import RegistryNumber, Substance
from precursor_screen.core.tables import pattern_of
from precursor_screen.matching.substance.match import COUNTED_MATCHES, Match, stretch
from precursor_screen.text.codes import (
    FoundCode,
    find_cas,
    find_cus,
    find_ec,
    find_un,
    format_cus,
    format_un,
    hs6,
    near_number,
)
from precursor_screen.text.goods_words import form_of
from precursor_screen.text.text import late

Registered = Mapping[str, Sequence[tuple[Substance, RegistryNumber]]]  # by number

# Editions in use on manifests: HS 2012, 2017 and 2022. A subheading that ended before is another thing today.
_FIRST_EDITION: Final = 2012
# What part, telephone and serial numbers are called.
_OF_PARTS: Final = late(lambda: rf"(?<![\w]){pattern_of('goods_words', 'number of a part')}(?![\w])")
_PART_REACH: Final = 24
CODE_FIELDS: Final = ("cas_numbers", "cus_codes", "un_numbers", "hs_code", "other_hs_codes")


class Identifiers:
    """The numbers of all substances, by number.

    Args:
        substances: The substances.
        rare: Ids of those hardly traded lawfully.
    """

    def __init__(self, substances: Sequence[Substance], rare: frozenset[str] = frozenset()) -> None:
        self._rare = rare
        self._registered_as: dict[str, Registered] = {
            "cas": grouped((n.number, (s, n)) for s in substances for n in s.cas_numbers),
            "ec_number": grouped((n.number, (s, n)) for s in substances for n in s.ec_numbers),
        }
        self._cus = grouped((code, s) for s in substances for code in s.cus_codes)
        self._un = grouped((number, s) for s in substances for number in s.un_numbers)
        codes = ((code, s) for s in substances for code in s.hs_codes if (code.edition_until or _FIRST_EDITION) >= _FIRST_EDITION)
        self._hs = grouped((code.hs6, (s, code)) for code, s in codes)
        self._listed = {method: frozenset(numbers) for method, numbers in self._registered_as.items()}

    def in_text(self, text: str, plain: str, named: Iterable[Match]) -> Iterator[Match]:
        """CAS, EC, UN and CUS numbers that a free text gives away by their form.

        A CAS or EC number is strong where the text says CAS or EC or a name agrees, weak where it stands bare: part and telephone
        numbers look alike. A CAS number that is the whole text is medium. One with the check digit of a substance hardly traded lawfully is medium, unless words of parts stand before
        it. A UN number that one listed substance alone has is medium, one that several share is weak. Numbers on emptied packages and
        of articles are weak. Of a number that is written over and over the first places are listed, and the last of them counts the
        others (`more`).

        Args:
            text: The text.
            plain: The same from `text.text.plain`.
            named: The matches by name in the same text.
        """
        listed: dict[tuple[str | None, ...], list[Match]] = defaultdict(list)
        for match in self._numbered(text, plain, {m.substance_id for m in named if m.suppressed is None}):
            same = listed[match.method, match.substance_id, match.name, match.strength, match.suppressed]
            if len(same) < COUNTED_MATCHES:
                same.append(match)
            else:
                same[-1] = replace(same[-1], more=same[-1].more + 1)
        for same in listed.values():
            yield from same

    def _numbered(self, text: str, plain: str, agreed: set[str]) -> Iterator[Match]:
        for found in find_cas(text):
            for match in self._registered("cas", text, found, agreed):
                yield self._on_goods(match, plain)
        for found in find_ec(text):
            yield from self._registered("ec_number", text, found, agreed)
        for found in find_un(text):
            for match in self._by_un(text, found):
                yield self._on_goods(match, plain)
        for found in find_cus(text):
            for s in self._cus.get(found.number, ()):
                yield _match(s, "cus", "strong", text, found)

    def _by_un(self, text: str, found: FoundCode) -> Iterator[Match]:
        """Solutions, spent acids and batteries share numbers; one that a single listed substance has says which it is."""
        owners = self._un.get(found.number, ())
        for s in owners:
            yield _match(s, "un_number", "medium" if len(owners) == 1 else "weak", text, found, score=50.0)

    def _on_goods(self, match: Match, plain: str) -> Match:
        """A number as the words round it leave it: weak on articles, more where it stands bare and says much by itself."""
        if match.suppressed is not None:
            return match
        form = form_of(plain, match.start, match.end)
        if form == "article":
            return replace(match, form=form, strength="weak")
        if match.method != "cas" or match.strength != "weak":
            return match
        alone = plain.strip(" .") == plain[match.start : match.end]
        of_parts = _OF_PARTS.search(plain[max(0, match.start - _PART_REACH) : match.start])
        # Nothing but the number, and its check digit is right; or one that is hardly ever seen, and no number of a part.
        is_unambiguous = (alone and match.name_verified) or (match.substance_id in self._rare and not of_parts)
        return replace(match, strength="medium") if is_unambiguous else match

    def _registered(self, method: str, text: str, found: FoundCode, agreed: set[str]) -> Iterator[Match]:
        """Matches of a CAS or EC number; one that fails its check digit and is a digit off a listed one is shown as set aside."""
        numbers = self._registered_as[method]
        for s, number in numbers.get(found.number, ()):
            sure = s.substance_id in agreed or (found.labelled and number.verified)
            strength = "strong" if sure else "medium" if found.labelled else "weak"
            yield _match(s, method, strength, text, found, name_verified=number.verified)
        # A bare number of the form of an EC number is hardly ever one.
        if found.valid or (method == "ec_number" and not found.labelled):
            return
        if near := near_number(found.number, self._listed[method]):
            for s, number in numbers[near]:
                reason = f"the check digit of {found.number} fails; it is one digit off {near}"
                said = {"score": 60.0, "name": near, "name_verified": number.verified, "suppressed": reason}
                yield _match(s, method, "weak", text, found, **said)

    def in_cell(self, field: str, value: str) -> list[Match]:
        """Matches of one cell of a field that holds codes.

        Args:
            field: one of `CODE_FIELDS`.
            value: The cell as filed.

        Raises:
            ValueError: The field holds no codes.
        """
        match field:
            case "cas_numbers":
                return self._cas_cell(value)
            case "cus_codes":
                cus = _whole(format_cus(value), value)
                return [_match(s, "cus", "strong", value, cus) for s in self._cus.get(cus.number, ())]
            case "un_numbers":
                return list(self._by_un(value, _whole(format_un(value), value)))
            case "hs_code" | "other_hs_codes":
                return self._hs_cell(value)
        raise ValueError(f"{field!r} does not hold codes of substances; fields that do: {', '.join(CODE_FIELDS)}")

    def _cas_cell(self, value: str) -> list[Match]:
        """A column for CAS numbers says what they are, and is filled with EC numbers as well."""
        label = "" if "cas" in value.lower() else "CAS "
        shift = len(label)
        matches: list[Match] = []
        for f in find_cas(label + value):
            start = max(0, f.start - shift)
            placed = FoundCode(f.number, start, min(len(value), f.end - shift), True, f.valid)
            matches.extend(self._registered("cas", value, placed, set()))
        for f in find_ec(value):
            matches.extend(self._registered("ec_number", value, replace(f, labelled=True), set()))
        return matches

    def _hs_cell(self, value: str) -> list[Match]:
        found = _whole(hs6(value), value)
        matches: dict[str, Match] = {}
        for s, code in self._hs.get(found.number, ()):
            form = "preparation" if code.hs6.startswith(("3003", "3004")) else "substance"
            strength, score = ("strong", 100.0) if code.own else ("weak", 40.0)
            matches.setdefault(s.substance_id, _match(s, "hs", strength, value, found, score=score, form=form))
        return list(matches.values())


def _match(substance: Substance, method: str, strength: str, text: str, found: FoundCode, **more: Any) -> Match:
    """A match of a number in a text. more: fields of `Match` that are otherwise than of a number that is all right."""
    said: dict[str, Any] = {"score": 100.0, "name": found.number, "name_verified": True}
    said |= stretch(text, found.start, found.end, "substance") | more
    return Match(substance_id=substance.substance_id, method=method, strength=strength, **said)


def _whole(number: str | None, cell: str) -> FoundCode:
    """A number that is all of a cell; none has no owner."""
    return FoundCode(number or "", 0, len(cell), True, True)
