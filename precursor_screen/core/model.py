"""The nouns that come in few: substances, watchlist entries, rules, inputs. Lines come in millions and live in tables (`schema`).

All are frozen and picklable, and hold no reference to files or connections.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field

# What reports offer for deciding in them, as `review import` reads it. The ledger, which keeps it, is no part of a report.

COLUMNS = ("flag_id", "line_id", "verdict", "reason", "text", "officer", "at", "until", "second")
VERDICTS = ("cleared", "referred", "confirmed", "inconclusive", "open")
REASONS = ("licensed", "end-use-confirmed", "other-party", "other-substance", "data-error", "sampled", "referred", "other")


LEVELS = ("informational", "low", "medium", "high", "critical")
CONFIDENCES = ("low", "medium", "high")
BANDS = ("none", "low", "review", "hold")
OPEN = ("new", "existing", "escalated")  # states of flags that score and that an officer is to look at
NEWS = (
    "new",
    "escalated",
)  # those of them that somebody is to be told of: escalated, what was told of before and has become graver
STATES = (*OPEN, "suppressed", "resolved")
AMENDED = ".amended"  # ends a tag of the rules that compare a message with the first one about the same cargo
STATE_WORDS = {"existing": "known", "escalated": "escalated"}  # as people read them; of what is new nothing is said
ENTRY_KINDS = ("person", "organisation", "vessel", "aircraft")  # of watchlists
# From what on something new is exit code 1: a level of a flag, or a band of a shipment (`low` is the level, `none` is never).
FAIL_ON = (*LEVELS, "review", "hold", "none")
# How rare lawful trade in a substance is, from commodities to the controlled drug itself (`data/substances/concern.csv`).
ROLES_IN_ROUTE = ("precursor", "reagent", "solvent")
LICIT_USES = ("E", "D", "C", "B", "A", "S")
TIERS = ("convention", "national", "surveillance")
# Of a listing that is not in force yet: its act is adopted or published, or neither.
COMING = ANNOUNCED, PROPOSED = ("announced", "proposed")
COUNTED_TIERS = ("convention", "national")  # what is screened for unless --tiers says otherwise
SCREENED_TIERS = (*TIERS, PROPOSED)  # what --tiers may name; what is announced counts with the tier that it will be of
CONVENTIONS = ("UN1988", "UN1961", "UN1971")
OWN_LIST = "OWN"  # the instrument of what an office lists itself
SURVEILLANCE = "ISSL"  # no law: a heuristic list of substances to watch


BRAND = "brand"


class SubstanceName(Struct, frozen=True):
    """One name of a substance. language: ISO 639-1, `mul` for all.

    kind: usual, synonym, systematic, salt, isomer, abbreviation, brand: the trade name of a medicine, or code: letters that mean nothing else
    in trade.
    """

    name: str
    language: str
    kind: str
    strength: str  # strong | weak: a weak name never decides alone
    source: str
    verified: bool


class RegistryNumber(Struct, frozen=True):
    """A CAS or EC number of a substance and what it stands for: base, salt, isomer or hydrate."""

    number: str
    of: str
    source: str
    verified: bool


class Control(Struct, frozen=True):
    """One listing of a substance. In force from `since` (inclusive, None: unknown) until `until` (exclusive, None: still).

    verified: the membership was read in its source. since_verified: so was the day. seen: the day of the edition in which it was read.
    proposed, adopted, published: days of the act that lists it; None: not known.
    """

    instrument: str
    schedule: str
    since: date | None
    until: date | None
    scope: str
    source: str
    verified: bool
    since_verified: bool = False
    seen: date | None = None
    proposed: date | None = None
    adopted: date | None = None
    published: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the listing holds on that day, or may: see `known_on`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def coming(self, day: date) -> str:
        """Before its first day `ANNOUNCED` or `PROPOSED`, where its act was adopted, published or proposed by then; else empty."""
        if self.since is None or self.since <= day:
            return ""
        if any(d and d <= day for d in (self.adopted, self.published)):
            return ANNOUNCED
        return PROPOSED if self.proposed and self.proposed <= day else ""

    def known_on(self, day: date) -> bool:
        """Whether the tables can tell: not of a listing without a start, on days before the edition in which it was read."""
        return self.since is not None or self.seen is None or self.seen <= day


class HsCode(Struct, frozen=True):
    """An HS subheading (six digits) of a substance. own: nothing else is classified there; else it is a basket.

    verified: the nomenclature names the substance there; where it does not, the place was worked out.
    """

    hs6: str
    edition_from: int
    edition_until: int | None  # last edition that has it, None: still
    own: bool
    verified: bool = False


class Substance(Struct, frozen=True):
    """A controlled or watched substance with everything that the tables say of it."""

    substance_id: str
    name: str
    names: tuple[SubstanceName, ...]
    cas_numbers: tuple[RegistryNumber, ...]
    cus_codes: tuple[str, ...]
    hs_codes: tuple[HsCode, ...]
    un_numbers: tuple[str, ...]
    danger_class: str
    controls: tuple[Control, ...]
    covers_salts: bool
    covers_isomers: bool
    parent_substance_id: str
    family: str
    route_groups: tuple[str, ...]
    density_kg_per_l: Decimal | None
    formula: str
    smiles: str
    notes: str
    ec_numbers: tuple[RegistryNumber, ...] = ()
    route_roles: tuple[tuple[str, str], ...] = ()  # (route, one of ROLES_IN_ROUTE)
    usual_usd_per_kg: Decimal | None = None  # low end of what it costs by the drum
    solutions: tuple[tuple[Decimal, Decimal], ...] = ()  # (per cent by mass, kilograms a litre), from thin to strong

    @property
    def tier(self) -> str:
        """convention, national or surveillance."""
        if any(c.instrument in CONVENTIONS for c in self.controls):
            return "convention"
        return "national" if any(c.instrument != SURVEILLANCE for c in self.controls) else "surveillance"


# Masses have six decimal places: no mass lies between a quantity and one that is a milligram larger.
SMALLEST_KG: Final = Decimal("0.000001")
ABOVE: Final = "above"


class Threshold(Struct, frozen=True):
    """A quantity from which a duty applies. kg is None where the unit cannot be turned into mass. period: transaction, month, year.

    counts: what of a mixture or salt is compared with it: goods, substance or base. applies: `from`, the quantity itself counts; `above`,
    only what exceeds it does; empty: the wording was not read, and it counts.
    """

    jurisdiction: str
    substance_id: str
    direction: str  # import, export, domestic, any
    kg: Decimal | None
    quantity: Decimal
    unit: str
    period: str
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool
    counts: str = "goods"
    applies: str = ""

    @property
    def regulated_kg(self) -> Decimal | None:
        """The smallest mass to which the duty applies. Of a quantity of nothing it is any, whatever the wording."""
        return self.kg + SMALLEST_KG if self.kg and self.applies == ABOVE else self.kg


class WatchlistName(Struct, frozen=True):
    """A name of an entry. kind: primary, strong, weak, original_script, former."""

    name: str
    kind: str


class WatchlistEntry(Struct, frozen=True):
    """A listed person, organisation, vessel or aircraft. Its key is list_id and the list's own id."""

    list_id: str
    entry_id: str
    kind: str
    names: tuple[WatchlistName, ...]
    countries: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    programmes: tuple[str, ...] = ()
    listed: date | None = None
    delisted: date | None = None
    note: str = ""

    @property
    def primary_name(self) -> str:
        """The primary name, else the first."""
        return next((n.name for n in self.names if n.kind == "primary"), self.names[0].name if self.names else "")


class RuleTest(Struct, frozen=True):
    """An inline test of a rule: rows in, the line ids that are flagged, and those that are not evaluable.

    since: where recorded history begins. registers: rows of registers by name. levels: of flags, by line id. gap: a known miss; it is counted, and fails once
    it passes.
    """

    name: str
    rows: tuple[Mapping[str, Any], ...]
    expect: tuple[str, ...]
    not_evaluable: tuple[str, ...] = ()
    since: date | None = None
    registers: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    gap: bool = False
    levels: Mapping[str, str] = field(default_factory=dict)


class Source(Struct, frozen=True):
    """A source of a rule: title, note, mark (R read, K recalled, P our proposal)."""

    title: str
    note: str
    mark: str


class RuleLevel(Struct, frozen=True):
    """The level and weight of a rule's flags where a selection holds."""

    when: Mapping[str, Any]
    level: str
    weight: int


class Rule(Struct, frozen=True):
    """A rule as read from its file; detection is kept as parsed YAML until it is compiled (`rulebook`)."""

    id: str
    version: str
    title: str
    status: str
    level: str
    confidence: str
    weight: int
    subject: str
    scope: str
    description: str
    rationale: str
    references: tuple[Source, ...]
    tags: tuple[str, ...]
    related: tuple[tuple[str, str], ...]
    falsepositives: tuple[str, ...]
    applies: Mapping[str, Any] | list[Any]
    requires: tuple[Any, ...]
    params: Mapping[str, Any]
    derive: Mapping[str, Any]
    selections: Mapping[str, Any]
    condition: str
    correlation: Mapping[str, Any] | None
    explain: str
    fields: tuple[str, ...]
    action: str
    tests: tuple[RuleTest, ...]
    path: str
    lines: Mapping[str, int] = field(default_factory=dict)  # where each part stands in the file, from 1
    levels: tuple[RuleLevel, ...] = ()  # the first whose selection holds counts; else `level` and `weight`
    beside: bool = False  # its flags stand only on lines that another flag with a weight is about

    @property
    def family(self) -> str:
        """chemical, quantity, party, routing, document, packaging, timing or cover: by the middle of the id."""
        return FAMILIES[self.id.split("-")[1]]


def retired_rule(rule_id: str) -> Rule:
    """A stand-in for a rule that raised a recorded flag and is not applied any more."""
    texts = ("version", "description", "rationale", "condition", "explain", "action", "path")
    lists = ("references", "tags", "related", "falsepositives", "requires", "fields", "tests")
    mappings = ("applies", "params", "derive", "selections")
    empty: dict[str, Any] = {
        **dict.fromkeys(texts, ""),
        **dict.fromkeys(lists, ()),
        **{name: {} for name in mappings},
        "correlation": None,
    }
    title = "A rule that is no longer applied"
    said = {
        "status": "deprecated",
        "level": "informational",
        "confidence": "low",
        "weight": 0,
        "subject": "line",
        "scope": "line",
    }
    return Rule(**{"id": rule_id, "title": title, **said, **empty})


FAMILIES = {
    "CHEM": "chemical",
    "QTY": "quantity",
    "PTY": "party",
    "RTE": "routing",
    "DOC": "document",
    "PKG": "packaging",
    "TIM": "timing",
    "COV": "cover",
}


class Rate(Struct, frozen=True):
    """US dollars for one unit of a currency on a day."""

    currency: str
    day: date
    usd: Decimal


class Concern(Struct, frozen=True):
    """How much a consignment of a substance is worth a look by itself.

    Attributes:
        licit_use: one of LICIT_USES.
        small_kg: from which mass it is worth a thought for illicit use.
        large_kg: from which mass it is a large one.
        bulk_trade: of the controlled drug itself, whether makers of medicines trade it in bulk: `none` or `licensed`; else empty.
    """

    licit_use: str
    small_kg: float
    large_kg: float
    bulk_trade: str = ""


class Typology(Struct, frozen=True):
    """What the flags of a shipment can add to its score, family by family, and which rules decide its band by themselves."""

    id: str
    title: str
    applies: tuple[str, ...]  # substance ids; empty: the default, which scores what no other claims
    caps: Mapping[str, int]
    floor: Mapping[str, str]


class Input(Struct, frozen=True):
    """One input as read: a file, a sheet or a member, and how it was understood."""

    input_id: str
    name: str
    sha256: str
    bytes: int
    format: str
    encoding: str
    header_row: int | None
    mapping: tuple[tuple[str, str], ...]  # (column as filed, canonical field), in column order
    unmapped: tuple[str, ...]
    supplied: frozenset[str]
    lines: int
    coded: frozenset[str] = frozenset()  # fields of ports in which nearly all cells are UN/LOCODEs
    accepted_map: tuple[str, str] | None = None  # digest and day of the accepted map that it was read by
