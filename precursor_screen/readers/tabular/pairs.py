"""A quantity goes with its own unit: columns of amounts and of units, paired by their words and their place.

`QUANTITY | UNIT | STD QUANTITY | STD UNIT` states two quantities of one line: 150 drums, which are 27,000 kg. Read crosswise they are 150 kg.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.readers.column_map import COUNTRIES, PARTY_NAMES, Guess
from precursor_screen.readers.tabular.assign import MASSES, UNKNOWN
from precursor_screen.readers.tabular.concepts import languages_of, meanings, says, split_header
from precursor_screen.readers.tabular.content import Content
from precursor_screen.readers.tabular.headers import NESTED
from precursor_screen.text.quantity_words import MASS, VOLUME, find_unit, is_package_kind

_MOST: Final = 0.8  # of the distinct cells
_FIGURE: Final = re.compile(r"\d[\d.,' \u00a0]*")
_OF_UNITS: Final = ("quantity_unit", "mass_unit", "package_type")
# Fields that a column of units is taken for by a word in its header: 申报单位 is a declarant or a declared unit, `W. UQ` no country.
_PARTIES: Final = (*PARTY_NAMES, "declarant_name", "carrier_name")
_MISTAKEN: Final = (*COUNTRIES, *_PARTIES)
_UNSURE: Final = 0.5  # how sure the word of an initial is
_QUANTITIES: Final = ("quantity", "packages")
# What is left of a header when the words for quantity, mass and unit are gone tells its partner: STD, 2, 法定.
_PLAIN_CONCEPTS: Final = frozenset(("count", "unit", "mass"))
_IDEOGRAPHS: Final = re.compile(r"(?:数量|數量|计量单位|計量單位|单位|單位|数|數|量|単位|단위|수량)+$")


class _Pair(Struct, frozen=True):
    amount: Guess
    unit: Guess


def pair_units(guesses: Sequence[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The guesses, in which each quantity has the unit that belongs to it.

    Of several quantities that is kept whose unit is one of mass, else of volume; one of packages tells their number and kind. What a user's map
    or a known layout says stays.

    Args:
        guesses: one a column, in their order; several may be of one field.
        fixed: positions that the user's map names.
        contents: of the columns.
    """
    kept = fixed | {g.position for g in guesses if g.preset}
    units = [g for g in guesses if g.position not in kept and _is_of_units(g, contents[g.position])]
    amounts = [g for g in guesses if g.position not in kept and _is_amount(g, contents[g.position])]
    pairs = _paired(amounts, units, contents)
    if not pairs:
        return list(guesses)
    of_masses = [p for p in pairs if p.amount.field in MASSES]
    of_packages = [p for p in pairs if p.amount.field == "packages" and _share(p, contents, is_package_kind) >= _MOST]
    of_goods = [p for p in pairs if p not in of_masses and p not in of_packages]
    found = _masses(of_masses, contents) | _kinds(of_packages, guesses)
    found |= _quantities(of_goods, guesses, contents)
    return [found.get(g.position, g) for g in guesses]


def _is_of_units(guess: Guess, content: Content) -> bool:
    if (
        not content.cells
        or content.share(_names_unit) < _MOST
        or not (not guess.field or guess.field in (*_OF_UNITS, *_MISTAKEN))
    ):
        return False
    if (
        guess.field in _MISTAKEN
    ):  # below a word for a country LB is Lebanon, and a pound where the header says unit, or nothing for sure
        said = [
            meaning
            for meaning in meanings(guess.header, languages_of((guess.header,)))
            if "unit" in meaning or max(meaning.values(), default=0) > _UNSURE
        ]
        unsure = guess.field in _PARTIES or not said or any("unit" in meaning for meaning in said)
        return unsure and content.share(_names_unit) == 1
    return True


def _names_unit(cell: str) -> bool:
    return not cell.isdigit() and (find_unit(cell) is not None or is_package_kind(cell))


def _is_amount(guess: Guess, content: Content) -> bool:
    if guess.unit is not None or not content.cells or content.share(_FIGURE.fullmatch) < _MOST:
        return False  # what its header names needs no column
    return guess.field in (*_QUANTITIES, *MASSES) or (guess.reason == UNKNOWN and says(guess.header, "count"))


def _paired(amounts: Sequence[Guess], units: Sequence[Guess], contents: Sequence[Content]) -> list[_Pair]:
    """Each unit with the amount that it is of: by the words that both headers have beside those for quantity and unit, else by place."""
    by_words = {}
    for unit in units:
        said = _qualifier(unit.header)
        same = [a for a in amounts if _qualifier(a.header) == said and _agree(a, contents[unit.position])]
        rivals = [u for u in units if _qualifier(u.header) == said]
        if said and len(same) == len(rivals) == 1:
            by_words[unit.position] = same[0]
    taken = {a.position for a in by_words.values()}
    rest = [u for u in units if u.position not in by_words]
    places = {a.position: a for a in amounts if a.position not in taken}
    sides = [
        {u.position: places.get(u.position + step) for u in rest} for step in (-1, 1)
    ]  # units stand behind their amounts, or before
    before, behind = ({at: a for at, a in side.items() if a is not None and _agree(a, contents[at])} for side in sides)
    chosen = behind if len(behind) > len(before) else before
    return [_Pair(a, u) for u in units if (a := by_words.get(u.position) or chosen.get(u.position)) is not None]


def _agree(amount: Guess, units: Content) -> bool:
    """A mass has a unit of mass."""
    return amount.field not in MASSES or units.share(_is_kind(MASS)) >= _MOST


def _is_kind(kind: str) -> Callable[[str], bool]:
    return lambda cell: (unit := find_unit(cell)) is not None and unit.kind == kind


def _qualifier(header: str) -> frozenset[str]:
    languages = languages_of((header,))
    return frozenset(
        said
        for word in split_header(header)
        if (said := _IDEOGRAPHS.sub("", word))
        and not any(_PLAIN_CONCEPTS & meaning.keys() for meaning in meanings(said, languages))
    )


def _share(pair: _Pair, contents: Sequence[Content], holds: Callable[[str], object]) -> float:
    return contents[pair.unit.position].share(holds)


def _quantities(pairs: Sequence[_Pair], guesses: Sequence[Guess], contents: Sequence[Content]) -> dict[int, Guess]:
    """Of several quantities with units the one that states a mass, else a volume, else the first; a number of packages beside it."""
    if len(pairs) == 1 and (pairs[0].unit.field in _OF_UNITS or pairs[0].amount.field != "quantity"):
        return {}
    paired = {g.position for p in pairs for g in (p.amount, p.unit)}
    taken = {g.field for g in guesses if g.position not in paired}
    found: dict[int, Guess] = {}
    for pair in sorted(pairs, key=lambda p: _by_use(p, contents)):
        if "quantity" not in taken:
            fields = ("quantity", "quantity_unit")
        elif _share(pair, contents, is_package_kind) >= _MOST and taken.isdisjoint(("packages", "package_type")):
            fields = ("packages", "package_type")
        else:
            fields = ("", "")
        taken |= set(fields)
        found |= _as(pair, *fields)
    return found


def _by_use(pair: _Pair, contents: Sequence[Content]) -> tuple[bool, ...]:
    kinds = (_share(pair, contents, _is_kind(kind)) < _MOST for kind in (MASS, VOLUME))
    return (*kinds, pair.amount.field != "quantity")


def _as(pair: _Pair, amount: str, unit: str) -> dict[int, Guess]:
    """The pair as these fields; empty: as none, for another pair says it."""
    note = "" if amount else "; another column states the quantity in a unit that is of more use"
    exact = {"exact": True} if amount else {}  # what is paired goes before a column that stands alone
    return {
        pair.amount.position: replace(pair.amount, field=amount, reason=f"its unit is in {pair.unit.header!r}{note}", **exact),
        pair.unit.position: replace(pair.unit, field=unit, reason=f"the unit of {pair.amount.header!r}{note}", **exact),
    }


def _kinds(pairs: Sequence[_Pair], guesses: Sequence[Guess]) -> dict[int, Guess]:
    """The kind of the packages, beside their number."""
    if any(g.field == "package_type" for g in guesses) or not pairs or any(p.unit.field in _OF_UNITS for p in pairs):
        return {}
    return _as(pairs[0], "packages", "package_type")


def _masses(pairs: Sequence[_Pair], contents: Sequence[Content]) -> dict[int, Guess]:
    """The unit of masses; of two masses in different units the first has its unit, and the other is not read."""
    found: dict[int, Guess] = {}
    units = {p.amount.position: frozenset(contents[p.unit.position].cells) for p in pairs}
    for pair in pairs:
        # Names of nested values say which unit is of which mass; see `headers.with_units`.
        readable = units[pair.amount.position] == units[pairs[0].amount.position] or NESTED.fullmatch(pair.amount.header.strip())
        found |= _as(pair, pair.amount.field, "mass_unit") if readable else _as(pair, "", "")
    return found
