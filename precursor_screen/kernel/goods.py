"""What a shipment holds of each flagged substance, and how many points that comes to by itself: licit use and quantity.

Grades, masses and points are proposals of ours; no public source gives any.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa
from msgspec import Struct

from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.engine import ask
from precursor_screen.core.model import COMING, Concern
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.rulebook.sql import identifier, null_column
from precursor_screen.text.substance_mass import OTHER_GOODS, TEXT_EXCEEDS
from precursor_screen.text.units import NET, QUANTITY

LICIT_USE = {"S": 50, "A": 40, "B": 24, "C": 16, "D": 8, "E": 2}
MEANING = {
    "S": "the controlled drug itself",
    "A": "hardly any lawful trade",
    "B": "used by makers of medicines only",
    "C": "special uses in industry",
    "D": "an industrial reagent",
    "E": "a commodity",
}
# A medicine in doses is one grade lower, and a drug in doses two: pharmacies and hospitals order it every day.
_IN_DOSES = {"S": "B", "A": "B", "B": "C", "C": "D", "D": "E", "E": "E"}
_ACTIVE = 0.1  # of a tablet's or an ampoule's mass is the substance; the rest is filler, water and glass
# What a recognised name is worth: an exact one or a number of its own all; a misspelt one less; a brand or a word that means other things too,
# half (own proposal).
_MISSPELT, _OF_OTHERS_TOO = 0.8, 0.5
_LARGE = 25  # points of a large consignment
_OF_COMMODITIES = 16  # tank after tank of a solvent goes to honest plants
_LINE_FACTS = (
    "permit_reference",
    "permit_found",
    "pen_reference",
    "pen_found",
)
_CANDIDATE_FACTS = (
    "tier",
    *("match_strength", "match_method"),
    "consignee_licensed",
    "exporter_licensed",
    "permit_covers",
    "pen_covers",
    "concentration_pct",
    "substance_mass_kg",
    "mass_basis",
    "mass_doubt",
    "mass_readings",
)


class Goods(Struct, frozen=True):
    """A substance in a shipment, over all its lines.

    Attributes:
        name: the substance's usual name.
        grade: its licit use; of a medicine in doses that of the doses.
        in_doses: it is a medicine.
        coming: no law lists it yet; one that will is announced or proposed.
        known_kg: mass of it that is known, kilograms.
        most_kg: with the goods of which it is an unknown share.
        unweighed: lines of which no mass is known.
        concern: from which masses it is small and large.
        permit, licence, notification: whether one in force covers all lines of it.
        certified: whether all lines of it name the number of an import certificate or export authorisation, and where there is a register
            one of it covers them; TBA and 0000 are no numbers.
        certainty: how sure it is that the goods are it, 0 to 1, by its surest line.
        unchecked: the papers (permit, notification) of which all lines name a number that no register was asked about.
    """

    substance_id: str
    name: str
    grade: str
    in_doses: bool
    coming: bool
    known_kg: float
    most_kg: float
    unweighed: int
    concern: Concern
    permit: bool
    licence: bool
    notification: bool
    certified: bool
    certainty: float
    unchecked: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether its name alone may band it: an exact one of goods."""
        return self.certainty >= 1

    @property
    def is_beyond_trade(self) -> bool:
        """Whether it is a designer precursor or a drug, in bulk or not, or what makers of medicines alone trade, and that without a
        permit in force in the register."""
        licensed = self.concern.bulk_trade == "licensed"
        rare = self.grade in ("S", "A") or (licensed and not self.in_doses)
        return rare and not self.coming and not (licensed and self.permit)

    @property
    def held_from_kg(self) -> float | None:
        """The known mass from which it is held whatever else is known; None where no mass is.

        What hardly anybody trades, and a drug that nobody trades in bulk, from the middle of a small and a large consignment; a drug
        that makers of medicines trade, from a large one without an import certificate.
        """
        if self.in_doses or self.coming or self.grade not in ("S", "A") or not self.is_sure:
            return None
        if self.concern.bulk_trade == "licensed":
            return None if self.certified else self.concern.large_kg
        return math.sqrt(self.concern.small_kg * self.concern.large_kg)

    @property
    def is_held(self) -> bool:
        """Whether it is so much of it that it is held."""
        return self.held_from_kg is not None and self.known_kg >= self.held_from_kg

    @property
    def points(self) -> int:
        """Licit use and quantity together."""
        return self.licit_use + self.quantity

    @property
    def licit_use(self) -> int:
        """What its grade is worth, by how sure it is that the goods are it."""
        return round_half_up(LICIT_USE[self.grade] * self.certainty)

    @property
    def quantity(self) -> int:
        """0 to 25, on a scale of ratios from a small consignment to a large one; of a commodity at most 16, and less of what is less sure."""
        half = _LARGE / 2
        points = self._of(self.known_kg)
        if self.in_doses:
            points = max(points, self._of(self.most_kg * _ACTIVE))
        elif self.most_kg > self.known_kg:
            points = max(points, min(half, self._of(self.most_kg)))
        if self.unweighed:
            points = max(points, half)
        return round_half_up((min(points, _OF_COMMODITIES) if self.grade == "E" else points) * self.certainty)

    def _of(self, kg: float) -> float:
        small, large = self.concern.small_kg, self.concern.large_kg
        return _LARGE * min(max(math.log(kg / small) / math.log(large / small), 0.0), 1.0) if kg > 0 else 0.0

    def weighed(self, evidence: int) -> tuple[int, str]:
        """The points of the quantity and the reason, given the points of evidence.

        Honest trade also ships by the tank, so of goods with lawful trade half of the points are limited to the points of evidence.
        """
        half = round_half_up(self.quantity / 2)
        if self.is_beyond_trade or half + evidence >= self.quantity:
            return self.quantity, self.why_quantity()
        points = half + evidence
        return (
            points,
            f"{self.why_quantity()}; {points} of {self.quantity} points, as {'little' if evidence else 'no'} other evidence supports it",
        )

    def why_licit_use(self) -> str:
        """The reason of the first part."""
        held = f"; held from {_kg(self.held_from_kg)}" if self.is_held and self.held_from_kg else ""
        held += "; no law lists it yet" if self.coming else ""
        held += "" if self.is_sure else f"; {self.certainty:.0%} of the points: not its exact name, nor a number of its own"
        return f"{self.name}{', in doses' if self.in_doses else ''}: {self.grade}, {MEANING[self.grade]}{held}"

    def why_quantity(self) -> str:
        """The reason of the second part."""
        if not self.most_kg:
            return "mass unknown, counted as halfway" if self.unweighed else "no mass"
        said = f"{_kg(self.most_kg)} of goods that hold it" if self.most_kg > self.known_kg else _kg(self.known_kg)
        said += ", of which a tenth is counted" if self.in_doses and self.most_kg > self.known_kg else ""
        scale = f"{_kg(self.concern.small_kg)} is small, {_kg(self.concern.large_kg)} is large"
        return f"{said}; {scale}" + ("; the mass of some lines is unknown" if self.unweighed else "")


# Where the text states more than the line, the line's own mass, which is the smaller, counts here, and thresholds take the larger. A kit
# counts whole, as goods that hold the substance.
_LINES_OWN = f"""case when mass_doubt = '{TEXT_EXCEEDS}' then mass_readings[1]::double
                      when mass_doubt = '{OTHER_GOODS}' and mass_basis in ('{NET}', '{QUANTITY}') then mass_readings[-1]::double end"""

_CERTAINTY = (
    f"case when match_strength = 'weak' then {_OF_OTHERS_TOO} when match_method = 'fuzzy' then {_MISSPELT} else 1 end::double"
)


def find_goods(flags: pa.Table, relevant: Resolved, concern: Mapping[str, Concern]) -> dict[str, list[Goods]]:
    """What each shipment holds of the substances that an open flag names; articles are left out.

    Args:
        flags: FLAG rows that are open.
        relevant: the lines with candidates, at least of the flagged shipments.
        concern: by substance.

    Returns:
        By shipment, in the order of their points, then of the substances' ids.
    """
    found: dict[str, list[Goods]] = defaultdict(list)
    if not flags.num_rows:
        return found
    lines, candidates = relevant.lines, relevant.substances
    facts = [f"l.{identifier(c)}" if c in lines.column_names else null_column(c) for c in _LINE_FACTS]
    facts += [f"c.{identifier(c)}" if c in candidates.column_names else null_column(c) for c in _CANDIDATE_FACTS]
    query = f"""
        with named as (select distinct shipment_id, substance_id from flags where substance_id is not null),
        goods as (
            select l.shipment_id, c.substance_id, c.substance_name, coalesce(c.form = 'preparation', false) as in_doses,
                   coalesce(c.form, 'substance') as form, {", ".join(facts)}
            from candidates c join lines l using ({LINE_NO}) semi join named n
                 on l.shipment_id = n.shipment_id and c.substance_id = n.substance_id),
        weighed as (
            select *, coalesce(substance_mass_kg::double, {_LINES_OWN}) as kg, coalesce(tier in {COMING}, false) as is_coming,
                   (form = 'substance' or concentration_pct is not null) and mass_doubt is distinct from '{OTHER_GOODS}' as is_its_own,
                   coalesce(permit_covers, false) as permit, coalesce(pen_covers, false) as notified,
                   coalesce(consignee_licensed, false) or coalesce(exporter_licensed, false) as licensed,
                   coalesce(permit_covers, regexp_matches(permit_reference, '[1-9]'), false) as certified,
                   {_CERTAINTY} as certainty,
                   {_unchecked("permit")} as permit_named, {_unchecked("pen")} as pen_named
            from goods where form <> 'article')
        select shipment_id, substance_id, any_value(substance_name), in_doses, bool_and(is_coming),
               coalesce(sum(kg) filter (where is_its_own), 0), coalesce(sum(kg), 0), count(*) filter (where kg is null),
               bool_and(permit), bool_and(licensed), bool_and(notified), bool_and(certified), max(certainty)::double,
               bool_and(permit_named), bool_and(pen_named)
        from weighed group by shipment_id, substance_id, in_doses order by all"""
    asked = lines.select([c for c in lines.column_names if c in (LINE_NO, "shipment_id", *_LINE_FACTS)])
    rows = tuples_of(ask(query, flags=flags.select(["shipment_id", "substance_id"]), lines=asked, candidates=candidates))
    for shipment_id, substance_id, name, in_doses, coming, known, most, unweighed, *papers, permit_named, pen_named in rows:
        if substance_id in concern:
            grade = concern[substance_id].licit_use
            unchecked = tuple(name for name, named in (("permit", permit_named), ("notification", pen_named)) if named)
            goods = Goods(
                *(substance_id, name, _IN_DOSES[grade] if in_doses else grade, in_doses, coming, known, most, unweighed),
                *(concern[substance_id], *papers, unchecked),
            )
            found[shipment_id].append(goods)
    return {key: sorted(goods, key=lambda g: (-g.points, g.substance_id, g.in_doses)) for key, goods in found.items()}


def _unchecked(paper: str) -> str:
    """SQL that is true if the line gives a number of the paper and there is no register of such papers. TBA and 0000 do not count."""
    return f"{paper}_found is null and coalesce(regexp_matches({paper}_reference, '[1-9]'), false)"


def round_half_up(points: float) -> int:
    """Whole points; a half counts up, whatever the parity."""
    return math.floor(points + 0.5)


def _kg(kg: float) -> str:
    """A mass for people: whole kilograms from a hundred on, three figures below."""
    return f"{kg:,.0f} kg" if kg >= 100 else f"{kg:.3g} kg"
