"""What can be wrong with the substance tables, as sentences. `contradictions` are refused on loading; the rest is for `substances verify`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Final

from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import BRAND, CONVENTIONS, SURVEILLANCE, HsCode, Substance
from precursor_screen.reference.table_rows import at_once
from precursor_screen.text.codes import format_cus, format_un, is_cas
from precursor_screen.text.text import squash

_KINDS: Final = frozenset({"usual", "synonym", "systematic", "salt", "isomer", "abbreviation", "code", BRAND})
NUMBER_KINDS: Final = frozenset({"base", "salt", "isomer", "hydrate"})  # what a CAS or EC number stands for
# One stray "hydrochloride" among the names flags a third of all drug salts.
_BARE_SALT: Final = re.compile(
    r"(?:mono|di)?(?:hydrochloride|chloride|sulfate|sulphate|tartrate|maleate|phosphate|acetate|salt|acid|ester|hydrate)s?"
)
_MUST_BE_WEAK: Final = frozenset({"ether", "aether", "hcl", "hydrogenchl"})
_NATIONAL: Final = (
    *("AR", "AU", "BR", "CA", "CL", "CN", "CO", "CR", "EU", "GB", "ID", "IN"),
    *("JM", "JP", "MX", "NG", "NO", "PE", "PH", "RU", "SG", "TW", "US", "VN"),
)
_INSTRUMENTS: Final = frozenset({*CONVENTIONS, *_NATIONAL, SURVEILLANCE})
# Nothing was listed before a convention came into force.
_IN_FORCE: Final = {"UN1961": date(1964, 12, 13), "UN1971": date(1976, 8, 16), "UN1988": date(1990, 11, 11)}
# In the 1961 Convention a drug of Schedule IV stands in Schedule I as well.
_ONE_SCHEDULE: Final = frozenset({"UN1971", "UN1988"})
_HS_EDITIONS: Final = (1988, 1992, 1996, 2002, 2007, 2012, 2017, 2022, 2028)
_NO_CHAPTER: Final = frozenset({"00", "77", "98", "99"})  # reserved, or left to national use
_FORMULA: Final = re.compile(r"(?:[A-Z][a-z]?[0-9]*)+")


def contradictions(substances: Sequence[Substance]) -> list[str]:
    """Every inconsistency that would make screening wrong, as a sentence each; an empty list if there is none.

    Checks ids, CAS check digits, numbers and strong names claimed by two substances, names that would match everything,
    HS codes, UN numbers, dates, the role of each substance in its routes, and that every substance has a usual name and a listing.
    """
    ids = [s.substance_id for s in substances]
    problems = [f"duplicate substance_id {i!r}" for i in sorted({i for i in ids if ids.count(i) > 1})]
    known = frozenset(ids)
    any_roles = any(s.route_roles for s in substances)
    for s in substances:
        found = (*_identity(s, known), *_names(s), *_numbers(s), *_codes(s), *_dates(s), *_routes(s, any_roles=any_roles))
        problems.extend(f"{s.substance_id}: {problem}" for problem in found)
    names = ((squash(n.name), s.substance_id) for s in substances for n in s.names if n.strength == "strong")
    problems.extend(_claimed_twice("name", names))
    problems.extend(_claimed_twice("CAS number", ((c.number, s.substance_id) for s in substances for c in s.cas_numbers)))
    problems.extend(_claimed_twice("CUS code", ((c, s.substance_id) for s in substances for c in s.cus_codes)))
    return problems


def _identity(s: Substance, ids: frozenset[str]) -> Iterator[str]:
    if s.parent_substance_id and s.parent_substance_id not in ids:
        yield f"unknown parent {s.parent_substance_id!r}"
    if not any(n.kind == "usual" and n.strength == "strong" and n.name == s.name for n in s.names):
        yield "no usual name"
    if not s.controls:
        yield "no listing"


def _names(s: Substance) -> Iterator[str]:
    for n in s.names:
        key = squash(n.name)
        if n.kind not in _KINDS or n.strength not in ("strong", "weak"):
            yield f"name {n.name!r}: kind {n.kind!r} or strength {n.strength!r} is not known"
        if not key:
            yield f"name {n.name!r} is empty when folded"
        if _BARE_SALT.fullmatch(key):
            yield f"name {n.name!r} is a bare salt word"
        short = len(key) < 4 and key.isascii() and n.kind != "code"
        if n.strength == "strong" and (key in _MUST_BE_WEAK or short):
            yield f"name {n.name!r} is too short or too common to be strong"


def _routes(s: Substance, *, any_roles: bool) -> Iterator[str]:
    """One role in each route, where tables say anything of roles."""
    if any_roles and sorted(route for route, _ in s.route_roles) != sorted(s.route_groups):
        yield f"roles in {', '.join(route for route, _ in s.route_roles) or 'no route'}, routes {', '.join(s.route_groups) or 'none'}"


def _numbers(s: Substance) -> Iterator[str]:
    for number in s.cas_numbers:
        if not is_cas(number.number):
            yield f"CAS number {number.number!r}: wrong form or check digit"
        if number.of not in NUMBER_KINDS:
            yield f"CAS number {number.number!r} stands for {number.of!r}, which is not known"
    yield from (f"UN number {u!r} is none" for u in s.un_numbers if format_un(u) != u)
    yield from (f"CUS code {c!r} is none" for c in s.cus_codes if format_cus(c) != c)


def _codes(s: Substance) -> Iterator[str]:
    for h in s.hs_codes:
        if not re.fullmatch(r"\d{6}", h.hs6, re.ASCII) or (h.edition_until or 9999) < h.edition_from:
            yield f"HS code {h.hs6!r}: not six digits, or its editions end before they begin"


def _dates(s: Substance) -> Iterator[str]:
    for c in s.controls:
        if c.since and c.until and c.until <= c.since:
            yield f"{c.instrument} {c.schedule} ends before it begins"
        if c.since_verified and not c.since:
            yield f"{c.instrument} {c.schedule}: no date, and yet it is marked verified"
        if c.verified and not (c.since or c.seen):
            yield f"{c.instrument} {c.schedule}: verified, but neither its date nor the edition it was seen in is stated"


def _claimed_twice(what: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    owners = ((key, set(several)) for key, several in sorted(grouped(pairs).items()))
    yield from (f"{what} {key!r} is claimed by {', '.join(sorted(o))}" for key, o in owners if len(o) > 1)


def check_ec(substances: Sequence[Substance]) -> list[str]:
    """EC numbers that are listed twice; form and check digit are judged on loading."""
    counts = Counter(n.number for s in substances for n in s.ec_numbers)
    return [f"EC number {number!r} is listed twice" for number, count in counts.items() if count > 1]


def check_hs(substances: Sequence[Substance]) -> list[str]:
    """HS subheadings against the nomenclature: chapter, editions, and whether what is called its own can be."""
    problems = []
    users = grouped((h.hs6, (s, h)) for s in substances for h in s.hs_codes)
    for s in substances:
        for h in s.hs_codes:
            here = f"{s.substance_id}: HS code {h.hs6!r}"
            if h.hs6[:2] in _NO_CHAPTER or not "01" <= h.hs6[:2] <= "97":
                problems.append(f"{here}: there is no chapter {h.hs6[:2]}")
            for year in (h.edition_from, h.edition_until):
                if year is not None and year not in _HS_EDITIONS:
                    problems.append(f"{here}: {year} is not an edition of the Harmonized System")
            if h.own and h.hs6.endswith("9"):
                problems.append(f"{here}: a residual subheading cannot be its own")
        for a, b in combinations(s.hs_codes, 2):
            if a.hs6 == b.hs6 and _share_an_edition(a, b):
                problems.append(f"{s.substance_id}: HS code {a.hs6!r} is listed twice for one edition")
    for hs6, owners in sorted(users.items()):
        for (s, a), (t, b) in combinations(owners, 2):
            if s is not t and (a.own or b.own) and _share_an_edition(a, b):
                problems.append(f"HS code {hs6!r} cannot be the own of one of {s.substance_id} and {t.substance_id}")
    return problems


def _share_an_edition(a: HsCode, b: HsCode) -> bool:
    return a.edition_from <= (b.edition_until or 9999) and b.edition_from <= (a.edition_until or 9999)


def check_listings(substances: Sequence[Substance], instruments: Collection[str] = _INSTRUMENTS) -> list[str]:
    """Listings: instruments that are known (of tables with packs those that have an edition), dates after the instrument came into force, no two at a time that exclude each other."""
    problems = []
    for s in substances:
        for c in s.controls:
            here = f"{s.substance_id}: {c.instrument} {c.schedule}"
            if c.instrument not in instruments or not (c.schedule or c.instrument == SURVEILLANCE):
                problems.append(f"{here}: the instrument is not known, or no schedule is named")
            if c.since and c.since < _IN_FORCE.get(c.instrument, date.min):
                problems.append(f"{here}: listed on {c.since}, before the convention was in force")
        for a, b in combinations(s.controls, 2):
            same = a.instrument == b.instrument and (a.schedule == b.schedule or a.instrument in _ONE_SCHEDULE)
            if same and at_once((a.since, a.until), (b.since, b.until)):
                problems.append(f"{s.substance_id}: in {a.instrument} {a.schedule} and {b.schedule} on the same day")
    return problems


def check_formulas(substances: Sequence[Substance]) -> list[str]:
    """Formulas that are none; an empty one is not known, which is no fault."""
    wrong = (s for s in substances if s.formula and not _FORMULA.fullmatch(s.formula))
    return [f"{s.substance_id}: {s.formula!r} is not a formula" for s in wrong]
