"""Invented firms: name and address follow from a key, and say nothing of whether a trade is honest."""

from __future__ import annotations

import csv
import random
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

ONSETS = (
    "Al",
    "Bren",
    "Cor",
    "Del",
    "Er",
    "Fal",
    "Gar",
    "Hel",
    "Il",
    "Jor",
    "Kel",
    "Lum",
    "Mar",
    "Nor",
    "Or",
    "Pel",
    "Ral",
    "Sor",
)
MIDDLES = ("ba", "da", "fi", "ga", "li", "mo", "na", "ri", "so", "ta", "ve", "zu")
ENDS = ("ck", "dan", "len", "mer", "nix", "ran", "sal", "tek", "vin", "xo", "ster", "ling")
ELSEWHERE = ("Central District", "", "Main Road", ("Ltd",))
BOXES = ("AE", "KE", "SA", "ZA", "KW")  # where letters go to boxes, of honest firms too


class Firm(Struct, frozen=True):
    """A trader: name, one-line address, ISO country."""

    name: str
    address: str
    country: str


@cache
def places() -> dict[str, list[tuple[str, str, str, tuple[str, ...]]]]:
    """Country -> (city, postcode, street, legal forms)."""
    found: dict[str, list[tuple[str, str, str, tuple[str, ...]]]] = {}
    with (Path(__file__).parent / "places.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["country"], []).append((row["city"], row["code"], row["street"], tuple(row["forms"].split("|"))))
    return found


def _word(rng: random.Random) -> str:
    return rng.choice(ONSETS) + rng.choice(MIDDLES) + (rng.choice(MIDDLES) if rng.random() < 0.3 else "") + rng.choice(ENDS)


def make_firm(key: str, country: str, family_name: str = "") -> Firm:
    """The firm of that key; with a family name it is called after it."""
    rng = random.Random(f"firm {key}")
    _, _, _, forms = rng.choice(places().get(country, [ELSEWHERE]))
    name = f"{family_name or _word(rng)} {_word(rng)} {rng.choice(forms)}"
    return Firm(name, make_address(f"{key} address", country), country)


def make_address(key: str, country: str, style: str = "") -> str:
    """An address: street and number, of a few firms a box or no more than a town.

    Args:
        key: what it follows from.
        country: ISO code.
        style: street, box, town or flat, where a case says so; empty: as it comes.
    """
    rng = random.Random(key)
    town, code, street, _ = rng.choice(places().get(country, [ELSEWHERE]))
    number, box, chance = rng.randint(1, 240), rng.randint(100, 9_900), rng.random()
    if not style:
        style = "box" if chance < (0.25 if country in BOXES else 0.03) else "town" if chance > 0.97 else "street"
    place = f"{code} {town}".strip()
    return {
        "street": f"{number} {street}, {place}",
        "flat": f"Flat {number % 9 + 1}, {number} {street}, {place}",
        "box": f"PO Box {box}, {town}",
        "town": town,
    }[style]


def moved(firm: Firm, address: str) -> Firm:
    """The same name at another address."""
    return replace(firm, address=address)


def named_alike(firm: Firm) -> str:
    """The word by which a family of firms is known."""
    return firm.name.split()[0]
