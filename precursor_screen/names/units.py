"""The mass of the substance on a line: the first of what the line states, with its basis and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from precursor_screen.names.packages import Parsed, is_package_kind, parse_packages_text
from precursor_screen.names.unit_codes import MASS, VOLUME, find_unit, to_base

NET, QUANTITY, PACKAGES, VOLUME_BASIS, GROSS = "net", "quantity", "packages", "volume", "gross"
_LIMIT = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass in kilograms (None: the line states none), its basis, and the confidence in it."""

    kg: Decimal | None
    basis: str = ""
    confidence: str = ""


UNKNOWN = Mass(None)


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
) -> Mass:
    """The mass of a line's goods, by the first of these that it states.

    1. `net`, the stated net mass: high.
    2. `quantity`, a quantity in a unit of mass: high.
    3. `packages`, number of packages times the size of one, or a mass in the text: medium.
    4. `volume`, a volume (as quantity, or as 3 in the text) times the density: medium; without a density, none.
    5. `gross`, the gross mass: an upper bound, low.

    Zero counts as not stated: declarations fill empty masses with it.

    Args:
        net: net mass in kilograms, as stated.
        quantity: as stated.
        unit: unit of the quantity, as written.
        packages: number of packages.
        package_type: kind of packages, which may state a size (`DRUM 200 KG`).
        text: the goods description.
        gross: gross mass in kilograms, as stated.
        density: of the substance, kilograms per litre.
    """
    if net is not None and net > 0:
        return Mass(net, NET, "high")
    measured = find_unit(unit) if unit and quantity is not None and quantity > 0 else None
    if quantity is not None and measured is not None and measured.kind == MASS:
        return _bounded(to_base(quantity, measured), QUANTITY, "high")
    if packages is None and quantity is not None and 0 < quantity == int(quantity) and unit and is_package_kind(unit):
        packages = int(quantity)
    found = parse_packages_text(text) if text else ()
    sizes = parse_packages_text(package_type) if package_type else ()
    in_text = _total(found, sizes, MASS, packages)
    if in_text is not None:
        return _bounded(in_text, PACKAGES, "medium")
    if density is not None and density > 0:
        litres = to_base(quantity, measured) if quantity is not None and measured and measured.kind == VOLUME else None
        litres = litres if litres is not None else _total(found, sizes, VOLUME, packages)
        if litres is not None:
            return _bounded((litres * density).quantize(Decimal("0.000001")), VOLUME_BASIS, "medium")
    if gross is not None and gross > 0:
        return Mass(gross, GROSS, "low")
    return UNKNOWN


def _bounded(kg: Decimal, basis: str, confidence: str) -> Mass:
    return Mass(kg, basis, confidence) if kg < _LIMIT else UNKNOWN


def _total(found: tuple[Parsed, ...], sizes: tuple[Parsed, ...], kind: str, packages: int | None) -> Decimal | None:
    """What texts say in all: counted packages, else the size of one times the packages column, else the largest plain figure.

    Two equal counted figures are one said twice; different ones are different goods and add up.
    """
    of_kind = [p for p in found if p.kind == kind]
    counted = {(p.packages, p.total) for p in of_kind if p.form == "counted"}
    if counted:
        return sum((total for _, total in counted), Decimal(0))
    each = [p.total for p in of_kind if p.form == "each"] or [p.total for p in sizes if p.kind == kind and p.form != "counted"]
    if each and packages is not None and packages > 0:
        return max(each) * packages
    plain = [p.total for p in of_kind if p.form == "plain"]
    return max(plain) if plain else None
