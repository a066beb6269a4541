"""Substances by number: CAS, EC, CUS, UN and HS codes, in free text and in cells of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from precursor_screen.matching.substance.match import Match
from precursor_screen.matching.substance.repeats import COUNTED_MATCHES
from precursor_screen.model import CasNumber, EcNumber, HsCode, Substance
from precursor_screen.names.codes import (
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

# Editions in use on manifests: HS 2012, 2017 and 2022. A subheading that ended before is another thing today.
_FIRST_EDITION: Final = 2012
FIELDS: Final = ("cas_numbers", "cus_codes", "un_numbers", "hs_code", "other_hs_codes")


class Identifiers:
    """The numbers of all substances, by number.

    Args:
        substances: The substances.
    """

    def __init__(self, substances: Sequence[Substance]) -> None:
        self._cas: dict[str, list[tuple[Substance, CasNumber | EcNumber]]] = defaultdict(list)
        self._ec: dict[str, list[tuple[Substance, CasNumber | EcNumber]]] = defaultdict(list)
        self._cus: dict[str, list[Substance]] = defaultdict(list)
        self._un: dict[str, list[Substance]] = defaultdict(list)
        self._hs: dict[str, list[tuple[Substance, HsCode]]] = defaultdict(list)
        for s in substances:
            for number in s.cas_numbers:
                self._cas[number.number].append((s, number))
            for ec in s.ec_numbers:
                self._ec[ec.number].append((s, ec))
            for cus in s.cus_codes:
                self._cus[cus].append(s)
            for un in s.un_numbers:
                self._un[un].append(s)
            for code in s.hs_codes:
                if code.edition_until is None or code.edition_until >= _FIRST_EDITION:
                    self._hs[code.hs6].append((s, code))
        self._listed_cas, self._listed_ec = frozenset(self._cas), frozenset(self._ec)

    def in_text(self, text: str, named: Iterable[Match]) -> Iterator[Match]:
        """CAS, EC, UN and CUS numbers that a free text gives away by their form.

        A CAS or EC number is strong where the text says CAS or EC or a name agrees, weak where it stands bare: part and telephone
        numbers look alike. A UN number is weak even with its prefix, for solutions, spent acids and batteries share numbers. Of a
        number that is written over and over the first places are listed, and the last of them counts the others (`more`).

        Args:
            text: The text.
            named: The matches by name in the same text.
        """
        listed: dict[tuple[str | None, ...], list[Match]] = defaultdict(list)
        for match in self._numbered(text, {m.substance_id for m in named if m.suppressed is None}):
            alike = listed[match.method, match.substance_id, match.name, match.strength, match.suppressed]
            if len(alike) < COUNTED_MATCHES:
                alike.append(match)
            else:
                alike[-1] = replace(alike[-1], more=alike[-1].more + 1)
        for alike in listed.values():
            yield from alike

    def _numbered(self, text: str, agreed: set[str]) -> Iterator[Match]:
        for found in find_cas(text):
            yield from self._registered("cas", text, found, agreed)
        for found in find_ec(text):
            yield from self._registered("ec_number", text, found, agreed)
        for found in find_un(text):
            for s in self._un.get(found.number, ()):
                yield _match(s, "un_number", "weak", text, found.start, found.end, 50.0, found.number)
        for found in find_cus(text):
            for s in self._cus.get(found.number, ()):
                yield _match(s, "cus", "strong", text, found.start, found.end, 100.0, found.number)

    def _registered(self, method: str, text: str, found: FoundCode, agreed: set[str]) -> Iterator[Match]:
        """Matches of a CAS or EC number; one that fails its check digit and is a digit off a listed one is shown as set aside."""
        numbers, listed = (self._cas, self._listed_cas) if method == "cas" else (self._ec, self._listed_ec)
        for s, number in numbers.get(found.number, ()):
            if s.substance_id in agreed:
                strength = "strong"
            elif found.labelled:
                strength = "strong" if number.verified else "medium"
            else:
                strength = "weak"
            yield _match(s, method, strength, text, found.start, found.end, 100.0, number.number, verified=number.verified)
        # A bare number of the form of an EC number is hardly ever one.
        if found.valid or (method == "ec_number" and not found.labelled):
            return
        if near := near_number(found.number, listed):
            for s, number in numbers[near]:
                reason = f"the check digit of {found.number} fails; it is one digit off {near}"
                yield _match(
                    s, method, "weak", text, found.start, found.end, 60.0, near, verified=number.verified, suppressed=reason
                )

    def in_cell(self, field: str, value: str) -> list[Match]:
        """Matches of one cell of a field that holds codes.

        Args:
            field: one of `FIELDS`.
            value: The cell as filed.

        Raises:
            ValueError: The field holds no codes.
        """
        if field == "cas_numbers":
            return self._cas_cell(value)
        if field == "cus_codes":
            code = format_cus(value)
            return [_match(s, "cus", "strong", value, 0, len(value), 100.0, code) for s in self._cus.get(code or "", ()) if code]
        if field == "un_numbers":
            un = format_un(value)
            return [_match(s, "un_number", "weak", value, 0, len(value), 50.0, un) for s in self._un.get(un or "", ()) if un]
        if field in ("hs_code", "other_hs_codes"):
            return self._hs_cell(value)
        raise ValueError(f"{field!r} holds no codes of substances; fields that do: {', '.join(FIELDS)}")

    def _cas_cell(self, value: str) -> list[Match]:
        """A column for CAS numbers says what they are, and is filled with EC numbers as well."""
        found = find_cas(value if "cas" in value.lower() else f"CAS {value}")
        shift = 0 if "cas" in value.lower() else len("CAS ")
        matches: list[Match] = []
        for f in found:
            start = max(0, f.start - shift)
            placed = FoundCode(f.number, start, min(len(value), f.end - shift), True, f.valid)
            matches.extend(self._registered("cas", value, placed, set()))
        for f in find_ec(value):
            matches.extend(self._registered("ec_number", value, replace(f, labelled=True), set()))
        return matches

    def _hs_cell(self, value: str) -> list[Match]:
        subheading = hs6(value)
        matches: dict[str, Match] = {}
        for s, code in self._hs.get(subheading or "", ()):
            form = "preparation" if code.hs6.startswith(("3003", "3004")) else "substance"
            strength, score = ("strong", 100.0) if code.own else ("weak", 40.0)
            matches.setdefault(s.substance_id, _match(s, "hs", strength, value, 0, len(value), score, code.hs6, form=form))
        return list(matches.values())


def _match(
    substance: Substance,
    method: str,
    strength: str,
    text: str,
    start: int,
    end: int,
    score: float,
    name: str,
    *,
    verified: bool = True,
    form: str = "substance",
    suppressed: str | None = None,
) -> Match:
    return Match(substance.substance_id, method, strength, form, text[start:end], start, end, score, name, verified, suppressed)
