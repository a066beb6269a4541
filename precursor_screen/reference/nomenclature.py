"""The Harmonized System: which codes there are, the words of their headings, and how goods of a chapter are usually packed."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from precursor_screen.core.cache import digest_files, kept
from precursor_screen.core.grouped import grouped
from precursor_screen.core.tables import read_boolean, read_rows
from precursor_screen.reference import shipped
from precursor_screen.text.goods_words import heading_nouns

EXISTS, DOES_NOT_EXIST, UNKNOWN_EDITION = "exists", "does-not-exist", "unknown-edition"
# 98 and 99 are left to national tariffs, 77 is reserved for later use.
_NOT_OF_THE_HS: Final = frozenset({"77", "98", "99"})
_WORD: Final = re.compile(r"[a-z]{3,}")


class Packing(Struct, frozen=True):
    """Goods, by prefixes of their HS codes, of which a kind of package holds no more than so many kilograms; 0: none at all."""

    kind: str
    goods: tuple[str, ...]
    except_for: tuple[str, ...]
    most_kg: float

    def is_of(self, kind: str, code: str) -> bool:
        """Whether it says something of goods of that code in such a package."""
        return kind == self.kind and code.startswith(self.goods) and not code.startswith(self.except_for)


class Nomenclature(Struct, frozen=True):
    """One edition of the HS, without its national chapters. Empty: nothing is known of any code.

    Attributes:
        codes: chapters, headings and subheadings, digits only.
        last: chapter -> its last heading.
        words: of all headings and subheadings, lower case, without a plural s -> the chapters that hold them.
        nouns: by which two or more of them name their goods.
        packing: how goods usually travel.
    """

    codes: frozenset[str] = frozenset()
    last: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    nouns: frozenset[str] = frozenset()
    packing: tuple[Packing, ...] = ()

    def edition_of(self, code: str) -> str | None:
        """Whether a code exists, by its first six digits; None: that is not known.

        Headings are dropped and never numbered anew, so a gap within a chapter is a heading of an earlier edition; behind the last
        heading of a chapter there never was one.
        """
        chapter, heading, subheading = code[:2], code[:4], code[:6]
        if not self.codes or chapter in _NOT_OF_THE_HS or len(heading) < 4:
            return None
        if heading not in self.codes:
            return UNKNOWN_EDITION if heading[2:] != "00" and heading < self.last.get(chapter, "") else DOES_NOT_EXIST
        return EXISTS if len(subheading) < 6 or subheading in self.codes else UNKNOWN_EDITION

    def most_in(self, kind: str, code: str) -> float:
        """How many kilograms of goods of a code a package of a kind usually holds at most: infinite where nothing is known."""
        return min((p.most_kg for p in self.packing if p.is_of(kind, code)), default=math.inf)


def stem(word: str) -> str:
    """A word without the s of its plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def words_of(text: str) -> frozenset[str]:
    """The English words of a heading, as `Nomenclature.words` has them."""
    return frozenset(map(stem, _WORD.findall(text.lower())))


def shipped_nomenclature() -> Nomenclature:
    """The nomenclature that ships."""
    return _nomenclature(shipped.nomenclature_folder())


@cache
def _nomenclature(folder: Path) -> Nomenclature:
    return kept("nomenclature", Nomenclature, digest_files(folder.glob("*.csv")), lambda: load_nomenclature(folder))


def load_nomenclature(folder: Path) -> Nomenclature:
    """Reads `nomenclature.csv` (code, description) and `packing.csv` (kind, goods, except_for, most_kg, source, verified).

    Raises:
        SubstanceTableError: a file cannot be read or has other columns; a code that is none; a mass that is not a number.
    """
    texts: dict[str, str] = {}
    for row in read_rows(folder / "nomenclature.csv", ("code", "description")):
        if not re.fullmatch(r"(\d\d){1,3}", row["code"]):
            raise row.error(f"{row['code']!r} is not a code of the HS")
        texts[row["code"]] = row["description"]
    nouns = Counter(noun for text in texts.values() for noun in {stem(noun) for noun in heading_nouns(text)})
    headings = sorted(code for code in texts if len(code) == 4)
    return Nomenclature(
        frozenset(texts),
        {heading[:2]: heading for heading in headings},
        _chapters_of_words(texts),
        frozenset(noun for noun, count in nouns.items() if count > 1),
        tuple(_packing(folder / "packing.csv")),
    )


def _chapters_of_words(texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found = grouped((word, code[:2]) for code, text in texts.items() for word in words_of(text))
    return {word: frozenset(chapters) for word, chapters in found.items()}


def _packing(file: Path) -> Iterable[Packing]:
    for row in read_rows(file, ("kind", "goods", "except_for", "most_kg", "source", "verified")):
        try:
            read_boolean(row["verified"])
            yield Packing(row["kind"], tuple(row["goods"].split()), tuple(row["except_for"].split()), float(row["most_kg"]))
        except ValueError as error:
            raise row.error(str(error)) from error
