"""The mass of the substance on a line: the first of what the line states, with its basis and how far to trust it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.text import quantity_tokens as m
from precursor_screen.text.quantities import COUNTED, find_quantities
from precursor_screen.text.quantity_tokens import tokens_of, words_that
from precursor_screen.text.quantity_words import MASS, VOLUME, find_unit, is_package_kind, package_word, to_base
from precursor_screen.text.substance_mass import OTHER_GOODS, SIZE_ONLY, TEXT_EXCEEDS, Amount, Line, amount_in_text
from precursor_screen.text.text import late, plain

NET, QUANTITY, PACKAGES, VOLUME_BASIS, GROSS = "net", "quantity", "packages", "volume", "gross"
_LIMIT = Decimal(10) ** 12
_PLACES = Decimal("0.000001")
_OVER_GROSS, _OVER_NET = Decimal("1.1"), Decimal("1.4")  # a text's mass beyond these is another one, and no gross mass
_LEAST_NET = Decimal("0.5")  # of a gross mass; less is no reading of goods whose gross mass is known


class Mass(Struct, frozen=True):
    """What a line says of a mass.

    Attributes:
        kg: kilograms; None: the line states none for sure.
        basis: what it comes from.
        confidence: high, medium or low.
        readings: in kilograms, from small to large, where it is not sure which one holds or whether any does.
        doubt: why there is none for sure: a code of `text_mass`; empty where there is, or nothing is stated.
        of_substance: the mass is that of the substance itself and not of goods that hold it.
    """

    kg: Decimal | None
    basis: str = ""
    confidence: str = ""
    readings: tuple[Decimal, ...] = ()
    doubt: str = ""
    of_substance: bool = False

    @property
    def most(self) -> Decimal | None:
        """The largest reading."""
        return self.readings[-1] if self.readings else self.kg


class Naming(Struct, frozen=True):
    """Where a text names the substance and others, as characters (start, end).

    Attributes:
        own: of the substance; empty where its name stands elsewhere.
        other: of other substances.
        foreign: the name is one of a language whose decimal mark is the comma.
        mixture: shares of a mixture stand beside the names.
    """

    own: Sequence[tuple[int, int]] = ()
    other: Sequence[tuple[int, int]] = ()
    foreign: bool = False
    mixture: bool = False


UNKNOWN = Mass(None)
NOT_NAMED = Naming()


def mass_from_line(
    *,
    net: Decimal | None = None,
    quantity: Decimal | None = None,
    unit: str | None = None,
    packages: int | None = None,
    package_type: str | None = None,
    text: str | None = None,
    gross: Decimal | None = None,
    density: Decimal | None = None,
    naming: Naming = NOT_NAMED,
    dissolved: Callable[[str, Decimal], Decimal | None] = lambda _kind, _strength: None,
    per_litre: Decimal | None = None,
) -> Mass:
    """The mass of a line's goods, by the first of these that it states.

    1. `net`, the stated net mass: high.
    2. `quantity`, a quantity in a unit of mass: high.
    3. `packages`, number of packages times the size of one, or a mass in the text: medium.
    4. `volume`, a volume (as quantity, or as 3 in the text) times the density: medium; without a density, none.
    5. `gross`, the gross mass: an upper bound, low.

    A text whose mass exceeds the gross mass by more than a tenth (without one the net mass by two fifths) makes of 1. and 2. two readings:
    what the line states and what its text does. The mass of a kit (`KIT INCL. 5 ML`) is that of its other parts too: readings are what the
    text states of the substance, and the whole.

    A text that can be read in two ways, or of which it is not sure what it speaks of, gives readings and no mass, unless the gross mass
    leaves one reading only. Zero counts as not stated: declarations fill empty masses with it.

    Args:
        net: net mass in kilograms, as stated.
        quantity: as stated.
        unit: unit of the quantity, as written.
        packages: number of packages.
        package_type: kind of packages, which may state a size (`DRUM 200 KG`).
        text: the goods description.
        gross: gross mass in kilograms, as stated.
        density: of the goods, kilograms per litre.
        naming: where the text names what.
        dissolved: kilograms of the substance in a litre that holds so many moles (m) or equivalents (n); None: not known.
        per_litre: kilograms of the substance in a litre, where the text states that.
    """
    measured = find_unit(unit) if unit and quantity is not None and quantity > 0 else None
    own, is_of_kit = UNKNOWN, bool(text and _KIT.search(plain(text)))
    if net is not None and net > 0:
        own = Mass(net, NET, "high")
    elif quantity is not None and measured is not None and measured.kind == MASS:
        kg = to_base(quantity, measured)
        own = Mass(kg, QUANTITY, "high") if kg < _LIMIT else UNKNOWN
    most = gross * _OVER_GROSS if gross is not None and gross > 0 else own.kg * _OVER_NET if own.kg is not None else None
    if own.kg is not None and not is_of_kit and not (text and most and _may_exceed(text, packages, most)):
        return own
    kind = package_word(package_type) if package_type else ""
    if packages is None and quantity is not None and 0 < quantity == int(quantity) and unit and is_package_kind(unit):
        packages, kind = int(quantity), package_word(unit)
    line = Line(packages, kind, density if density and density > 0 else None)
    how = {"foreign": naming.foreign, "mixture": naming.mixture}
    amount = amount_in_text(text or "", naming.own, naming.other, line=line, **how)
    if own.kg is not None and is_of_kit:
        part = _mass_of(replace(amount, doubt=OTHER_GOODS), line.density, dissolved, per_litre)
        if part.most is not None and part.most < own.kg:
            return replace(own, kg=None, confidence="low", readings=(*part.readings, own.kg), doubt=OTHER_GOODS)
    if own.kg is not None and most is not None:
        said = _mass_of(amount, None, dissolved, None) if amount.kind == MASS and not amount.of_substance else UNKNOWN
        if said.kg is None or said.kg <= most:
            return own
        return replace(own, kg=None, confidence="low", readings=(own.kg, said.kg), doubt=TEXT_EXCEEDS)
    if not amount.values and (size := _size_of_package(package_type, packages)):
        amount = size
    if amount.kind != MASS and quantity is not None and measured is not None and measured.kind == VOLUME:
        amount = replace(amount, kind=VOLUME, values=(to_base(quantity, measured),), doubt="")
    mass = _mass_of(amount, line.density, dissolved, per_litre)
    bound = gross if gross is not None and gross > 0 else None
    if mass.doubt and bound:
        fit = [r for r in mass.readings if bound * _LEAST_NET <= r <= bound]
        mass = Mass(fit[0], mass.basis, "low") if len(fit) == 1 and mass.doubt == "two-readings" else mass
    if bound and (mass.most is None or mass.doubt == SIZE_ONLY):
        return Mass(bound, GROSS, "low")
    return mass


_KIT = late(lambda: rf"(?<![^\W\d_]){words_that(lambda word: word.role == m.OTHER_GOODS)}")
_FIGURES = re.compile(r"\d[\d.,' ]*")
_IN_MASS = re.compile(r"(\d[\d.,' ]*)(?:k|m?t|л?т|кг|lb|pound|公斤|吨|噸|千克)", re.IGNORECASE)


def _may_exceed(text: str, packages: int | None, most: Decimal) -> bool:
    """Whether a text states a mass that, by its packages or their number in it, could come to more: few do, and to read one takes long."""
    masses = [_largest(found.group(1)) for found in _IN_MASS.finditer(text)]
    if not masses:
        return False
    counts = [_largest(found.group()) for found in _FIGURES.finditer(text)]
    return max(masses) * max(*counts, packages or 1, 1000) > most


def _largest(figures: str) -> int:
    """The whole number that some figures come to at most, with no decimal mark among them."""
    return int("".join(c for c in figures if c.isdecimal())[:12] or 0)


def _size_of_package(package_type: str | None, packages: int | None) -> Amount | None:
    """The size that the kind of packages states, times their number."""
    if not package_type or not packages or packages <= 0:
        return None
    stated = (s for s in find_quantities(tokens_of(package_type)) if s.form != COUNTED and s.kind in (MASS, VOLUME))
    sizes = [s for s in stated if len(s.values) == 1]
    return Amount(sizes[0].kind, (sizes[0].values[0] * packages,)) if len({s.values for s in sizes}) == 1 else None


def _mass_of(
    amount: Amount, density: Decimal | None, dissolved: Callable[[str, Decimal], Decimal | None], per_litre: Decimal | None
) -> Mass:
    """A text's amount in kilograms."""
    basis, factor, doubt, of_substance = PACKAGES, Decimal(1), amount.doubt, amount.of_substance
    if amount.kind == VOLUME:
        solute = dissolved(*amount.molar) if amount.molar else per_litre
        if amount.molar and solute is None:
            return Mass(None, doubt=amount.doubt or SIZE_ONLY)
        of_substance = solute is not None
        basis, factor = VOLUME_BASIS, solute or density or Decimal(0)
    readings = tuple((v * factor).quantize(_PLACES) for v in amount.values if 0 < v * factor < _LIMIT)
    if not readings or not amount.kind:
        return Mass(None, doubt=doubt)
    if doubt:
        return Mass(None, basis, "low", readings, doubt, of_substance)
    return Mass(readings[0], basis, "medium", of_substance=of_substance)
