"""The mass of a substance on a line.

A solution holds less of the substance than it weighs. Its mass is worked out where the concentration stands beside the name, but
not where a threshold counts the goods whole: a smaller figure would then stay under it unseen.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.model import Substance, SubstanceName
from precursor_screen.core.schema import DECIMAL
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.thresholds import GOODS, OF_BASE
from precursor_screen.text.chemical import base_share, molar_mass
from precursor_screen.text.concentrations import Concentration, concentration_of, find_percentages
from precursor_screen.text.quantity_words import COMMA_LANGUAGES
from precursor_screen.text.substance_mass import TWO_READINGS, amount_in_text
from precursor_screen.text.text import plain, squash
from precursor_screen.text.units import PACKAGES, VOLUME_BASIS, Mass, Naming, mass_from_line

# What the mass of a substance is worked out from, in the order of the arguments of `mass_from_line`.
MASS_COLUMNS = ("net_mass_kg", "quantity", "quantity_unit", "packages", "package_type", "description", "gross_mass_kg")
_AMBIGUOUS = ("ambiguous_net_mass_kg", "ambiguous_quantity", "ambiguous_gross_mass_kg")
LINE_COLUMNS = (*MASS_COLUMNS, *_AMBIGUOUS)
# What is asked of the candidate itself; threshold_counts is null where there is no threshold; NAMED: what the description names.
NAMED = "named"
CANDIDATE_COLUMNS = ("substance_id", "matched_text", "matched_field", "form", "threshold_counts", NAMED)
_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("concentration_pct", DECIMAL),
    ("goods_mass_kg", DECIMAL),
    ("substance_mass_kg", DECIMAL),
    ("content_mass_kg", DECIMAL),
    ("largest_mass_kg", DECIMAL),
    ("mass_readings", pa.list_(pa.string())),
    ("mass_doubt", pa.string()),
    ("mass_basis", pa.string()),
    ("mass_confidence", pa.string()),
)
# What is purer is no mixture: impurities make none, 21 CFR 1300.02, "chemical mixture" (recalled). The figure is our own.
_PURE = Decimal(90)
_ALL = Decimal(100)
_HOLDERS = ("preparation", "mixture", "article")  # forms of goods that hold some of the substance
_LOWER = {"high": "medium", "medium": "low", "low": "low"}
_KILOGRAMS = Decimal("0.000001")
_LIGHTEST, _HEAVIEST = Decimal("0.7"), Decimal(2)  # kilograms a litre: a solution in ether, and an acid with its bottles
_SMALLER, _LARGER = Decimal("0.001"), Decimal(1)  # what is recorded of such a figure is its larger reading
# Equivalents in a mole, by which normal solutions are made: of acids by their protons, of permanganate by its five electrons.
_EQUIVALENTS: Final = {"hydrochloric-acid": 1, "sulphuric-acid": 2, "hydriodic-acid": 1, "potassium-permanganate": 5}
_OIL: Final = re.compile(
    r"(?<![a-z])(?:oil|oils|huile|aceite|esencia|oleo|olio|minyak|dau|yagi|ol|масло)(?![a-z])|油|精油|오일|زيت"
)
# Oleum is sold by the sulphur trioxide that it holds beside the acid: with water that makes 98.08 / 80.06 times as much acid.
_OLEUM: Final = re.compile(r"oleum|fuming|fumant|rauchend|dymiac|олеум|дымящ|发烟|發煙|発煙|duman")
_ACID_FROM_TRIOXIDE: Final = Decimal("0.225")
_MOST_TRIOXIDE: Final = 80
# A mass so called is that of the substance in the goods, not that of the goods.
_AS_PURE: Final = re.compile(
    r"(?<![^\W\d_])(?:(?:(?:re)?calculated|calc\.?|expressed|counted|berechnet|gerechnet|calcule|exprime|calculado|expresado|calcolato|в пересчете) ?"
    r"(?:as|at|to|on|auf|als|en|a|al|como|come|на)?|as) ?100 ?(?:%|pct)(?! ?(?:pure|purity|solution))|100 ?% (?:basis|active)(?![a-z])|折百|折纯|折純"
)
# What holds a substance that is named with its share.
_HOLDER: Final = re.compile(
    r"(?<![^\W\d_])(?:extra(?:ct|it|kt)\w*|estratto|экстракт\w*|tinctur\w*|sol(?:utions?|n|ution|ucion|ucao|uzione)?|losung|раствор\w*|aq|aqueous|diluted?|mixture|blend|in (?:water|ethanol|methanol))(?![^\W\d_])|溶液|提取物"
)
_SAYS_PURE: Final = re.compile(
    r"(?<![^\W\d_])(?:min(?:imum|imo)?|purity|pure|assay|purete|pureza|purezza|reinheit|чистота)(?![^\W\d_])|纯度"
)
_NEARLY_PURE: Final = Decimal(95)
_REACH: Final = 12
_WITHIN_MIXTURE: Final = 101  # shares of one mixture come to no more, rounding aside


def quantify(facts: pa.Table, reference: Reference) -> pa.Table:
    """Concentration and masses of some candidates.

    Args:
        facts: one row a candidate: CANDIDATE_COLUMNS and LINE_COLUMNS (absent ones count as null).
        reference: densities, strengths of solutions and jurisdiction.

    Returns:
        As many rows as `facts`, in the same order.
    """
    substances = {s.substance_id: s for s in reference.substances.substances}
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}  # equal goods are worked out once
    languages_of: dict[str, Mapping[str, frozenset[str]]] = {}  # of the names of substances that are met
    columns = {
        name: facts.column(name).to_pylist() if name in facts.column_names else [None] * facts.num_rows
        for name in (*LINE_COLUMNS, *CANDIDATE_COLUMNS)
    }
    columns[NAMED] = [tuple((n["substance_id"], n["start"], n["end"]) for n in row or ()) for row in columns[NAMED]]
    rows = []
    for key in zip(*columns.values(), strict=True):
        if key not in known:
            row = dict(zip(columns, key, strict=True))
            known[key] = _quantify(row, substances.get(row["substance_id"]), languages_of)
        rows.append(known[key])
    arrays = [pa.array([row[i] for row in rows], type=kind) for i, (_, kind) in enumerate(_FIELDS)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in _FIELDS])


def _quantify(
    row: Mapping[str, Any], substance: Substance | None, languages_of: dict[str, Mapping[str, frozenset[str]]]
) -> tuple[Any, ...]:
    text, own, other = row["description"] or "", *_places(row)
    stated, within = _share(text, own, row)
    naming = Naming(own, other, _foreign(substance, text, own, languages_of), _is_mixture(text, stated, other))
    density = _density(substance, stated)
    counts = row["threshold_counts"]
    pure = substance is not None and stated is not None and not naming.mixture and _is_purity(text, own, stated, substance)
    by_law = counts == GOODS or (counts is not None and stated is not None and _PURE <= stated.percent <= _ALL)

    def weigh(whole: bool) -> tuple[list[Mass], list[Mass]]:
        """The masses of the goods and those of the substance in them, each by the smaller and the larger reading."""
        share = None if whole and not within else stated
        per_litre = _per_litre(text, share)
        small = large = _as_pure(_mass(row, density, _LARGER, naming, substance, per_litre), text, stated)
        if any(row[name] is not None for name in _AMBIGUOUS):
            small = _as_pure(_mass(row, density, _SMALLER, naming, substance, per_litre), text, stated)
        solute = _solute(text, naming, substance) if stated is None and not whole else None
        return [small, large], [_in_solution(m, *solute) if solute else _of_substance(m, share) for m in (small, large)]

    of_content, content = weigh(pure)
    goods, counted = weigh(True) if by_law and not pure else (of_content, content)
    if counts == OF_BASE and substance and (share := base_share(substance.formula, row["matched_text"] or "")):
        counted = [_times(m, share) for m in counted]
    sure = counted[0].kg is not None and counted[0].kg == counted[1].kg
    readings = sorted({r for m in counted for r in (m.readings or ((m.kg,) if m.kg is not None else ()))})
    doubt = counted[1].doubt or (TWO_READINGS if readings and not sure else "")
    in_part = row["form"] in _HOLDERS and stated is None and not content[0].of_substance
    return (
        stated.percent if stated else None,
        goods[0].kg if sure and not goods[0].of_substance else None,
        counted[0].kg if sure else None,
        content[0].kg if sure and not in_part and content[0].kg == content[1].kg else None,
        readings[-1] if readings else None,
        None if sure or not readings else [f"{r.normalize():f}" for r in readings],
        None if sure else doubt or None,
        counted[0].basis or None,
        (counted[0].confidence if sure else "low" if readings else "") or None,
    )


def _places(row: Mapping[str, Any]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the description names the substance, and where others that are not the same characters."""
    own = [(start, end) for i, start, end in row[NAMED] if i == row["substance_id"]]
    if not own and row["matched_field"] == "description" and row["matched_text"]:
        at = (row["description"] or "").find(row["matched_text"])
        own = [(at, at + len(row["matched_text"]))] if at >= 0 else []
    other = [
        (start, end)
        for i, start, end in row[NAMED]
        if i != row["substance_id"] and not any(start < o_end and o_start < end for o_start, o_end in own)
    ]
    return own, other


def _share(text: str, own: Sequence[tuple[int, int]], row: Mapping[str, Any]) -> tuple[Concentration | None, bool]:
    """The concentration that stands beside a name of the substance, and whether it is its share in an oil that is named too."""
    if row["matched_field"] != "description":
        return None, False
    names = list(dict.fromkeys([row["matched_text"] or "", *(text[start:end] for start, end in own)]))
    if row["substance_id"] == "sulphuric-acid" and _OLEUM.search(plain(text)):
        return _of_oleum(text), False
    for name in names:
        if stated := concentration_of(text, name):
            return stated, any(n != name and _OIL.search(plain(n)) for n in names)
    return None, False


def _as_pure(mass: Mass, text: str, stated: Concentration | None) -> Mass:
    """The one mass of a text as that of goods which hold so much of the substance, where the text says so: 1,216 KG CALCULATED AS 100 %."""
    if mass.kg is None or mass.basis != PACKAGES or not _AS_PURE.search(plain(text)):
        return mass
    return _times(mass, 100 / stated.percent) if stated and stated.by_mass else replace(mass, of_substance=True)


def _of_oleum(text: str) -> Concentration | None:
    """The acid in oleum, by its trioxide: above 100 %."""
    trioxide = next((p for p in find_percentages(text) if p.percent <= _MOST_TRIOXIDE), None)
    return replace(trioxide, percent=100 + trioxide.percent * _ACID_FROM_TRIOXIDE) if trioxide else None


def _is_purity(text: str, own: Sequence[tuple[int, int]], stated: Concentration, substance: Substance) -> bool:
    """Whether a percentage says how pure the substance is, and not how much of it the goods hold: then the goods are the substance.

    It stands behind the name, from 95 % on or with MIN, PURITY or ASSAY, and nothing says that something else holds it. Of acids and amines
    that are traded as solutions it is their strength.
    """
    flat = plain(text)
    ends = [end for _, end in own if end <= stated.start]
    if substance.solutions or not stated.by_mass or not ends or _OIL.search(flat) or _HOLDER.search(flat):
        return False
    said = flat[max(ends) : stated.start] + flat[stated.end : stated.end + _REACH]
    return _NEARLY_PURE <= stated.percent <= _ALL or bool(_SAYS_PURE.search(said))


def _is_mixture(text: str, stated: Concentration | None, other: Sequence[tuple[int, int]]) -> bool:
    return bool(stated and other and sum(p.percent for p in find_percentages(text)) <= _WITHIN_MIXTURE)


def _foreign(
    substance: Substance | None, text: str, own: Sequence[tuple[int, int]], languages_of: dict[str, Mapping[str, frozenset[str]]]
) -> bool:
    """Whether the text names the substance in a language whose decimal mark is the comma."""
    if not substance or not own:
        return False
    if substance.substance_id not in languages_of:
        languages_of[substance.substance_id] = _languages(substance.names)
    known = languages_of[substance.substance_id]
    languages = frozenset[str]().union(*(known.get(squash(text[start:end]), ()) for start, end in own))
    return bool(languages) and languages <= COMMA_LANGUAGES


def _languages(names: tuple[SubstanceName, ...]) -> Mapping[str, frozenset[str]]:
    """Squashed name -> the languages that have it."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        found[squash(name.name)].add(name.language)
    return {name: frozenset(languages) for name, languages in found.items()}


def _density(substance: Substance | None, stated: Concentration | None) -> Decimal | None:
    """Kilograms a litre: of the solution if its strength is stated and known, between two strengths in proportion."""
    if not substance:
        return None
    if not stated or not stated.by_mass or not substance.solutions:
        return substance.density_kg_per_l
    strengths = [percent for percent, _ in substance.solutions]
    at = bisect_left(strengths, stated.percent)
    if at == 0 or at == len(strengths):
        return substance.solutions[min(at, len(strengths) - 1)][1]
    (below, thin), (above, strong) = substance.solutions[at - 1], substance.solutions[at]
    return thin + (strong - thin) * (stated.percent - below) / (above - below)


def _per_litre(text: str, stated: Concentration | None) -> Decimal | None:
    """Kilograms of the substance in a litre: 20 % w/v are 200 grams."""
    if stated is None or stated.by_mass or "w" not in plain(text[stated.start : stated.end]):
        return None
    return stated.percent / 100


def _mass(
    row: Mapping[str, Any],
    density: Decimal | None,
    factor: Decimal,
    naming: Naming,
    substance: Substance | None,
    per_litre: Decimal | None,
) -> Mass:
    """The mass of a line's goods; of figures that may be read in two ways by that reading."""
    stated = {name.removeprefix("ambiguous_"): row[name] * factor for name in _AMBIGUOUS if row[name] is not None}
    return mass_from_line(
        net=stated.get("net_mass_kg", row["net_mass_kg"]),
        quantity=stated.get("quantity", row["quantity"]),
        unit=row["quantity_unit"],
        packages=row["packages"],
        package_type=row["package_type"],
        text=row["description"],
        gross=stated.get("gross_mass_kg", row["gross_mass_kg"]),
        density=density,
        naming=naming,
        dissolved=partial(_dissolved, substance),
        per_litre=per_litre,
    )


def _dissolved(substance: Substance | None, kind: str, strength: Decimal) -> Decimal | None:
    """Kilograms of a substance in a litre that holds so many moles (m) or equivalents (n); None: not known."""
    mole = molar_mass(substance.formula) if substance else None
    equivalents = 1 if kind == "m" else _EQUIVALENTS.get(substance.substance_id) if substance else None
    return mole * strength / equivalents / 1000 if mole and equivalents else None


def _solute(text: str, naming: Naming, substance: Substance | None) -> tuple[Decimal, Decimal] | None:
    """Litres of a solution, and kilograms of the substance in them, where a text states both: 0.1 MOL/L 6 X 1 L.

    Of what is sold by moles or equivalents a litre alone: elsewhere an M may be a metre, and goods would count for less than they are.
    """
    if not substance or substance.substance_id not in _EQUIVALENTS:
        return None
    amount = amount_in_text(text, naming.own, naming.other, foreign=naming.foreign, mixture=naming.mixture)
    if not amount.molar or amount.doubt or len(amount.values) != 1:
        return None
    a_litre = _dissolved(substance, *amount.molar)
    return (amount.values[0], amount.values[0] * a_litre) if a_litre else None


def _in_solution(mass: Mass, litres: Decimal, solute: Decimal) -> Mass:
    """The solute of goods whose mass the line states, where it is that of so many litres."""
    if mass.kg is None or mass.of_substance or not _LIGHTEST <= mass.kg / litres <= _HEAVIEST:
        return mass
    return replace(_times(mass, solute / mass.kg), confidence=_LOWER[mass.confidence])


def _of_substance(mass: Mass, stated: Concentration | None) -> Mass:
    """The part of the goods' mass that is the substance, or all of it where no share of mass is stated."""
    if stated is None or mass.of_substance or (mass.kg is None and not mass.readings):
        return mass
    confidence = mass.confidence if stated.by_mass and stated.exact else _LOWER[mass.confidence]
    share = stated.percent / 100
    if not stated.by_mass and mass.basis != VOLUME_BASIS:  # of a mass v/v is not a share
        return replace(mass, confidence=confidence)
    return replace(_times(mass, share), confidence=confidence)


def _times(mass: Mass, share: Decimal) -> Mass:
    """A share of a mass and of its readings."""
    kg = (mass.kg * share).quantize(_KILOGRAMS) if mass.kg is not None else None
    return replace(mass, kg=kg, readings=tuple((r * share).quantize(_KILOGRAMS) for r in mass.readings))
