"""A folder of published cases: `cases.yml` with the facts, `replay.csv` with one manifest line a case. Any field may be missing."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct
from replaying.firms import Firm, make_address, make_firm
from replaying.lines import Line

# Field of `replay` in cases.yml -> column of replay.csv; the facts go before the file.
COLUMN_OF = {
    "description": "Description of Goods",
    "hs_code": "HS Code",
    "packages": "Packages",
    "package_type": "Package Type",
    "net_mass_kg": "Net Weight KG",
    "value_usd": "Value",
    "country_of_dispatch": "Country of Dispatch",
    "country_of_destination": "Country of Destination",
    "transit_countries": "Transit Countries",
    "transport_mode": "Mode of Transport",
    "consignee_address": "Consignee Address",
    "date": "Date",
}
# What an address is, where a case describes it or states one: (words, style of `make_address`; `as stated`: the words themselves).
ADDRESS_STYLES = (
    (r"\bp\.? ?o\.? ?box\b|post office box|apartado|postfach", "box"),
    (r"\bflat\b|\bapartment\b|private|home address|residential", "flat"),
    (r"free zone|freezone|zona franca|\bf\.?t\.?z\b", "as stated"),
    (r"no street|without street|very general|vague|only the (city|town)", "town"),
    (r"^[^\d,]{3,30}$", "as stated"),  # a town and no more
)
NO_FACT = re.compile(r"sample street|sampletown|imaginar", re.I)  # addresses that only fill the column
OTHER_ADDRESS = re.compile(r"\b(new|other|another|different|differs|changed)\b", re.I)


class Case(Struct, frozen=True):
    """facts: as cases.yml states them; cells: its row of replay.csv, empty where there is none."""

    case_id: str
    facts: Mapping[str, Any]
    cells: Mapping[str, str]

    @property
    def kind(self) -> str:
        """diversion, look_alike, paperwork ..."""
        return str(self.facts.get("kind") or "diversion")

    @property
    def visible_at(self) -> str:
        """line, line-weak, history, register, arrival, physical-only or outside."""
        return str(self.facts.get("visible_at") or "line")

    @property
    def replayable(self) -> bool:
        """Whether there is a line: goods and where they go."""
        return bool(self.said("description") and self.said("country_of_destination"))

    def said(self, name: str) -> str:
        """A field of the line, from the facts, else from replay.csv."""
        stated = (self.facts.get("replay") or {}).get(name)
        if isinstance(stated, list | tuple):
            stated = ",".join(map(str, stated))
        return str(stated if stated not in (None, "") else self.cells.get(COLUMN_OF[name]) or "").strip()

    def number(self, name: str) -> float | None:
        """The same as a number, if it is one."""
        try:
            return float(self.said(name).replace(",", ""))
        except ValueError:
            return None

    @property
    def methods(self) -> frozenset[str]:
        """The case's own words for how it was done."""
        return frozenset(self.several("method"))

    def several(self, name: str) -> tuple[str, ...]:
        """A field of one or several texts."""
        return tuple(_texts(self.facts.get(name)))

    def rules(self, *moments: str) -> frozenset[str]:
        """Rules that the case names for those moments: filing, window, register, amendment."""
        named = (one for one in self.facts.get("could_flag") or () if one.get("moment") in moments)
        return frozenset(rule for one in named for rule in _texts([one.get("rules"), one.get("catalogue_only")]))

    @property
    def words(self) -> str:
        """All that tells what came before and which papers there were, as one text."""
        facts = self.facts
        told = [facts.get("unit"), facts.get("note"), facts.get("how_found"), facts.get("real_nature"), facts.get("parties")]
        told += [one.get("what") for one in facts.get("could_flag") or ()]
        told += [facts.get("declared_as"), facts.get("manifest_shows")]
        return " | ".join(_texts(told)).lower()

    @property
    def shown(self) -> Mapping[str, Any]:
        """What the case's own manifest showed."""
        return facts if isinstance(facts := self.facts.get("manifest_shows"), Mapping) else {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)


def read_cases(folder: Path) -> tuple[Case, ...]:
    """The cases in their order; a row of replay.csv without facts is left out."""
    rows: dict[str, dict[str, str]] = {}
    if (file := folder / "replay.csv").is_file():
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = {row.get("Bill of Lading", ""): row for row in csv.DictReader(opened)}
    facts = yaml.safe_load((folder / "cases.yml").read_text(encoding="utf-8")) or []
    return tuple(Case(str(one["id"]), one, rows.get(str(one["id"]), {})) for one in facts)


def sender_of(case: Case) -> Firm:
    """The firm that sends it, under a name that says nothing."""
    return make_firm(f"{case.case_id} sender", case.said("country_of_dispatch") or case.said("country_of_destination"))


def receiver_of(case: Case) -> Firm:
    """The firm that receives it, under a name that says nothing, at its own address."""
    return make_firm(f"{case.case_id} receiver", case.said("country_of_destination"))


def stated_address(case: Case) -> str:
    """The consignee's address where it is a fact of the case; empty: it has one like anybody else."""
    stated = case.said("consignee_address")
    country = case.said("country_of_destination")
    key = f"{case.case_id} stated address"
    told = str(case.shown.get("consignee_address") or "")
    if stated and OTHER_ADDRESS.search(stated):
        return make_address(key, country, "street")
    for text in (told, stated):
        for pattern, style in ADDRESS_STYLES:
            if text and re.search(pattern, text, re.I):
                if style != "as stated":
                    return make_address(key, country, style)
                if text is stated:
                    return stated
    return "" if not stated or NO_FACT.search(stated) else stated


def line_of(case: Case, bill: str, day: date) -> Line:
    """The case's line, with neutral names."""
    sender, receiver = sender_of(case), receiver_of(case)
    packages = case.number("packages")
    address = stated_address(case) or receiver.address
    return Line(
        bill=bill,
        day=day,
        sender=sender,
        receiver=Firm(receiver.name, address, receiver.country),
        text=case.said("description"),
        hs=case.said("hs_code"),
        packages=None if packages is None else int(packages),
        package=case.said("package_type"),
        kg=case.number("net_mass_kg"),
        usd=case.number("value_usd"),
        dispatch=case.said("country_of_dispatch"),
        destination=case.said("country_of_destination"),
        transit=case.said("transit_countries"),
        mode=case.said("transport_mode"),
    )


def day_of(cases: tuple[Case, ...]) -> date:
    """The day on which all cases are filed: the latest that replay.csv states."""
    stated = []
    for case in cases:
        try:
            stated.append(date.fromisoformat(case.said("date")))
        except ValueError:
            continue
    return max(stated, default=date(2026, 11, 20))
