"""What differs between two offices' papers, planted, and what only looks as if it did; each plant counts what `reconcile` must tell of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace
from office_year_making import (
    APART,
    AUTHORITIES,
    CONFIRMATIONS,
    COUNTRIES,
    DENSITY,
    FIRST,
    LICENCES,
    NOTIFICATIONS,
    OWN,
    PERMITS,
    REQUIREMENTS,
    TABLE_I,
    TABLE_II,
    YEAR,
    Item,
    Maker,
    Paper,
)

Plant = Callable[[Maker], None]
_BOTH = (PERMITS, NOTIFICATIONS)


def _kg(items: list[Item]) -> Decimal:
    return sum((i.kg for i in items if i.kg is not None), Decimal(0))


def over(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register)
    maker.add([paper], [replace(i, kg=i.kg * Decimal("1.04")) for i in items if i.kg])
    maker.plant("over", register, paper.row["reference"])


def part_used(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register)
    if register == PERMITS:
        paper.row["valid_to"] = min(paper.row["valid_to"], FIRST + timedelta(days=350))
    maker.add([paper], [replace(i, kg=i.kg * Decimal("0.95")) for i in items if i.kg])
    maker.plant("part-used", register, paper.row["reference"])


def unused(maker: Maker, register: str) -> None:
    paper, _ = maker.contract(register)
    maker.add([paper], [])
    maker.plant("unused", register, paper.row["reference"])


def stopped(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register, named=True)
    paper.row["status"] = maker.chance.choice(("revoked", "suspended", "withdrawn"))
    maker.add([paper], items)
    maker.plant("expired", register, paper.row["reference"])


def ran_out_since(maker: Maker) -> None:
    """In order: expired in the register, all goods within its days."""
    paper, items = maker.contract(PERMITS)
    paper.row["status"] = "lapsed"
    maker.add([paper], items)


def early(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register, named=True)
    if register == PERMITS:
        day = paper.row["valid_from"] - timedelta(days=1)
    else:
        paper.row["status"] = "sent"
        day = paper.row["sent"] + timedelta(days=maker.chance.choice((-2, 3, 14)))
    maker.add([paper], [replace(items[0], day=day), *items[1:]])
    maker.plant("too-early", register, paper.row["reference"])


def on_the_edge(maker: Maker) -> None:
    """In order: on the first and last day of a permit, and on the day on which the period of reply is over."""
    paper, items = maker.contract(PERMITS)
    days = (paper.row["valid_from"], paper.row["valid_from"], paper.row["valid_to"])
    maker.add([paper], [replace(i, day=day) for i, day in zip(items, days, strict=True)])
    paper, items = maker.contract(NOTIFICATIONS)
    paper.row["status"] = "sent"
    maker.add([paper], [replace(items[0], day=paper.row["sent"] + timedelta(days=15)), *items[1:]])


def late(maker: Maker) -> None:
    paper, items = maker.contract(PERMITS, named=True)
    maker.add([paper], [*items[:-1], replace(items[-1], day=paper.row["valid_to"] + timedelta(days=1))])
    maker.plant("later-than-valid", PERMITS, paper.row["reference"])


def objected(maker: Maker) -> None:
    paper, items = maker.contract(NOTIFICATIONS)
    paper.row["status"] = maker.chance.choice(("objected", "refused"))
    maker.add([paper], items)
    maker.plant("objected", NOTIFICATIONS, paper.row["reference"])


def other_consignee(maker: Maker) -> None:
    """Another firm altogether, or one of the same own name in another business."""
    paper, items = maker.contract(NOTIFICATIONS, named=True)
    other = maker.chance.choice((maker.firm(items[0].country), replace(items[0].receiver, business="Furniture Mart")))
    maker.add([paper], [replace(items[0], receiver=other), *items[1:]])
    maker.plant("other-consignee", NOTIFICATIONS, paper.row["reference"])


def other_country(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register, named=True)
    country = next(c for c in COUNTRIES if c != items[0].country)
    maker.add([paper], [replace(items[0], country=country), *items[1:]])
    maker.plant("other-country", register, paper.row["reference"])


def other_exporter(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register, named=True)
    other = next(e for e in maker.exporters if e != items[0].sender)
    # Where no party of a permit agrees, nothing but the number as it is tells it.
    maker.add([paper], [replace(items[0], sender=other, exact=register == PERMITS), *items[1:]])
    maker.plant("other-exporter", register, paper.row["reference"])


def other_substance(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register, named=True)
    among = TABLE_II if register == PERMITS else TABLE_I
    other = next(s for s in among if s != items[0].substance)
    astray = replace(items[0], bill=maker.bill(), substance=other)
    maker.add([paper], [*items, astray])
    maker.plant("other-substance", register, astray.bill)


def used_twice(maker: Maker) -> None:
    paper, items = maker.contract(PERMITS, 2, named=True)
    paper.row["single"] = True
    maker.add([paper], items)
    maker.plant("used-twice", PERMITS, paper.row["reference"])


def one_bill(maker: Maker) -> None:
    """In order: a single use, two items of one bill."""
    paper, items = maker.contract(PERMITS, 2)
    paper.row["single"] = True
    both = [replace(i, bill=items[0].bill, day=items[0].day, item=n) for n, i in enumerate(items, 1)]
    maker.add([paper], both, confirm=False)
    maker.confirm(replace(both[0], kg=_kg(both)))


def several_permits(maker: Maker) -> None:
    """In order: one shipment under two permits that it names."""
    paper, items = maker.contract(PERMITS, 1, named=True)
    item = items[0]
    more = maker.reference(PERMITS)
    second = Paper(PERMITS, {**paper.row, "reference": more, "kg": paper.row["kg"] * 2})
    kg = paper.row["kg"] * 3
    maker.add([paper, second], [replace(item, kg=kg, permits=(*item.permits, more))])


def two_authorities(maker: Maker) -> None:
    """In order: one number of two authorities, each used up by the goods of its holder."""
    one, goods = maker.contract(PERMITS, named=True)
    other, more = maker.contract(PERMITS, named=True)
    number = one.row["reference"]
    one.row["authority"], other.row["authority"], other.row["reference"] = *AUTHORITIES, number
    maker.add([one, other], [*goods, *(replace(i, permits=(number,)) for i in more)])


def over_of_two_authorities(maker: Maker) -> None:
    """As before, but one of the two is exceeded though the other has room in the same substance and for the same holder's goods elsewhere."""
    one, goods = maker.contract(PERMITS, named=True)
    other, _ = maker.contract(PERMITS, named=True)
    number = one.row["reference"]
    one.row["authority"], other.row["authority"] = AUTHORITIES
    country = maker.chance.choice(list(APART))  # of whose permits there are no others
    other.row |= {
        "reference": number,
        "substance": one.row["substance"],
        "country": country,
        "valid_to": FIRST + timedelta(days=355),
    }
    maker.add([one, other], [replace(i, kg=i.kg * Decimal("1.2")) for i in goods if i.kg])
    maker.plant("over", PERMITS, number)
    maker.plant("unused", PERMITS, number)


def revoked_version(maker: Maker) -> None:
    """In order: a version that was revoked or replaced, and the one that stands in its place."""
    paper, items = maker.contract(PERMITS)
    status = maker.chance.choice(("revoked", "replaced", "superseded"))
    old = Paper(PERMITS, {**paper.row, "status": status, "kg": paper.row["kg"] / 2})
    maker.add([old, paper], items)


def amended(maker: Maker) -> None:
    """In order: amended twice, the last version for as much as moved."""
    paper, items = maker.contract(PERMITS)
    until = paper.row["valid_to"] - timedelta(days=30)
    first = Paper(PERMITS, {**paper.row, "version": "0", "kg": paper.row["kg"] / 3, "valid_to": until})
    second = Paper(PERMITS, {**paper.row, "version": "1", "kg": paper.row["kg"] * 3})
    paper.row["version"] = "2"
    maker.add([second, paper, first], items)


def amended_to_less(maker: Maker) -> None:
    paper, items = maker.contract(PERMITS, named=True)
    first = Paper(PERMITS, {**paper.row, "version": "1"})
    paper.row |= {"version": "2", "kg": paper.row["kg"] / 2}
    maker.add([first, paper], items)
    maker.plant("over", PERMITS, paper.row["reference"])


def revoked_at_last(maker: Maker) -> None:
    paper, items = maker.contract(PERMITS, named=True)
    first = Paper(PERMITS, {**paper.row, "version": "1"})
    paper.row |= {"version": "2", "status": "revoked"}
    maker.add([first, paper], items)
    maker.plant("expired", PERMITS, paper.row["reference"])


def duplicate(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register, named=True)
    maker.add([paper, Paper(register, {**paper.row, "kg": paper.row["kg"] + 500})], items)
    maker.plant("duplicate-number", register, paper.row["reference"])


def _single(maker: Maker, register: str) -> Item:
    substance = maker.chance.choice(list(TABLE_II if register == PERMITS else TABLE_I))
    country = maker.chance.choice(list(COUNTRIES))
    kg, day = Decimal(maker.chance.randint(20, 900)), FIRST + timedelta(days=maker.chance.randint(0, 364))
    return Item(maker.bill(), maker.firm(OWN), maker.firm(country), country, substance, kg, day)


def missing(maker: Maker, register: str) -> None:
    item = _single(maker, register)
    maker.add([], [item])
    maker.plant("missing", register, item.bill)


def unknown_number(maker: Maker, register: str) -> None:
    item = _single(maker, register)
    number = (maker.reference(register),)
    maker.add([], [replace(item, permits=number) if register == PERMITS else replace(item, pens=number)])
    maker.plant("missing", register, item.bill)


def no_number(maker: Maker, register: str) -> None:
    """Goods that name nobody's number but TBA, and no paper that fits."""
    item = _single(maker, register)
    maker.add([], [replace(item, permits=("TBA",)) if register == PERMITS else replace(item, pens=("T.B.A.",))])
    maker.plant("missing", register, item.bill)


def mass_unknown(maker: Maker, register: str) -> None:
    paper, items = maker.contract(register, named=True)
    blank = replace(items[0], kg=None)
    maker.add([paper], [blank, *items[1:]])
    maker.confirm(blank, kg=items[0].kg)
    maker.plant("mass-unknown", register, paper.row["reference"])
    maker.plant("mass-unknown", CONFIRMATIONS, blank.bill)
    for of in ("", LICENCES, REQUIREMENTS):
        maker.year.told["mass-unknown", of] += 1


def set_aside(maker: Maker) -> None:
    """Rows that nobody can understand, with goods that name them: told, and not called missing."""
    for changed in ({"kg": "12 drums"}, {"substance": "Quenfordium"}, {"valid_from": "31.02.2025"}):
        paper, items = maker.contract(PERMITS, 1, named=True)
        paper.row |= changed
        maker.add([paper], items)
        maker.year.told["row-set-aside", PERMITS] += 1
        maker.year.told["document-set-aside", PERMITS] += 1


def contradicting(maker: Maker) -> None:
    paper, items = maker.contract(PERMITS, 1, named=True)
    paper.row["valid_to"] = FIRST
    maker.add([paper], items)
    maker.plant("contradicting-dates", PERMITS, paper.row["reference"])


def litres_of_no_density(maker: Maker) -> None:
    paper, items = maker.contract(NOTIFICATIONS, named=True)
    while paper.row["substance"] in DENSITY or paper.row["substance"] == "acetic-anhydride":
        paper, items = maker.contract(NOTIFICATIONS, named=True)
    paper.row["kg"] = f"{paper.row['kg']} litres"
    maker.add([paper], items)
    maker.year.told["not-comparable", NOTIFICATIONS] += 1


def _apart(maker: Maker) -> tuple[Paper, list[Item]]:
    paper, items = maker.contract(NOTIFICATIONS)
    firm = maker.firm(OWN)
    paper.row["exporter"] = firm
    return paper, [replace(i, sender=firm) for i in items]


def licence(maker: Maker, kind: str) -> None:
    paper, items = _apart(maker)
    days = sorted(i.day for i in items)
    changed = {
        "licence-exceeded": {"kg": _kg(items) * Decimal("0.9")},
        "expired": {"status": "suspended"},
        "later-than-valid": {"valid_to": days[-1] - timedelta(days=1)},
        "too-early": {"valid_from": days[0] + timedelta(days=1)},
    }[kind]
    maker.license(items[0].sender, items[0].substance, **changed)
    reference = maker.year.papers[-1].row["reference"]
    maker.add([paper], items)
    maker.plant(kind, LICENCES, reference)


def duplicate_licence(maker: Maker) -> None:
    paper, items = _apart(maker)
    maker.license(items[0].sender, items[0].substance)
    row = maker.year.papers[-1].row
    maker.year.papers.append(Paper(LICENCES, {**row, "kg": Decimal(1)}))
    maker.add([paper], items)
    maker.plant("duplicate-number", LICENCES, row["reference"])


def requirement(maker: Maker) -> None:
    paper, items = maker.contract(NOTIFICATIONS)
    substance = items[0].substance
    stated = {(p.row["country"], p.row["substance"]) for p in maker.year.papers if p.register == REQUIREMENTS}
    country = next((c for c in APART if (c, substance) not in stated), None)
    if country is None:
        return  # no country is left for it
    receiver = maker.firm(country)
    paper.row |= {"country": country, "importer": receiver}
    row = {"country": country, "substance": substance, "year": YEAR, "kg": _kg(items) * Decimal("0.9")}
    maker.add([paper, Paper(REQUIREMENTS, row)], [replace(i, country=country, receiver=receiver) for i in items])
    maker.plant("requirement-exceeded", REQUIREMENTS, f"{country} {YEAR}")


def confirmation(maker: Maker, kind: str) -> None:
    paper, items = maker.contract(NOTIFICATIONS, 1)
    item = replace(items[0], day=paper.row["sent"] + timedelta(days=30))
    assert item.kg is not None
    maker.add([paper], [item], confirm=False)
    changes = {
        "unconfirmed": None,
        "mass-differs": {"kg": item.kg * maker.chance.choice((Decimal("0.96"), Decimal("1.04")))},
        "other-consignee": {"importer": maker.firm(item.country)},
        "other-country": {"country": next(c for c in COUNTRIES if c != item.country)},
    }[kind]
    if changes is not None:
        maker.confirm(item, **changes)
    maker.plant(kind, CONFIRMATIONS, item.bill)


def not_seen_to_leave(maker: Maker) -> None:
    paper, items = maker.contract(NOTIFICATIONS, 1)
    maker.add([paper], items)
    ghost = replace(items[0], bill=maker.bill(), receiver=maker.firm(items[0].country), day=FIRST + timedelta(days=130))
    maker.confirm(ghost)
    maker.plant("not-seen-to-leave", CONFIRMATIONS, ghost.bill)


def imports(maker: Maker, share: str) -> None:
    """An import permit, used as it should be or exceeded."""
    paper, items = maker.contract(PERMITS, named=True)
    importer, there = maker.firm(OWN), items[0].country
    paper.row |= {"direction": "import", "holder": importer}
    goods = [
        replace(i, imported=True, sender=replace(i.receiver, country=there), receiver=importer, kg=i.kg * Decimal(share))
        for i in items
        if i.kg
    ]
    maker.add([paper], goods)
    if share != "1":
        maker.plant("over", PERMITS, paper.row["reference"])


def _of(argument: str, make: Callable[[Maker, str], None]) -> Plant:
    return lambda maker: make(maker, argument)


_OF_BOTH = (over, part_used, unused, stopped, early, other_country, other_exporter, other_substance)
_OF_BOTH_TOO = (duplicate, missing, unknown_number, no_number, mass_unknown)
PLANTS: tuple[Plant, ...] = (
    *(_of(register, make) for make in (*_OF_BOTH, *_OF_BOTH_TOO) for register in _BOTH),
    *(ran_out_since, on_the_edge, late, objected, other_consignee, used_twice, one_bill, several_permits, two_authorities),
    *(over_of_two_authorities, revoked_version, amended, amended_to_less, revoked_at_last, set_aside, contradicting),
    litres_of_no_density,
    *(_of(kind, licence) for kind in ("licence-exceeded", "expired", "later-than-valid", "too-early")),
    *(duplicate_licence, requirement, not_seen_to_leave, _of("1", imports), _of("1.2", imports)),
    *(_of(kind, confirmation) for kind in ("unconfirmed", "mass-differs", "other-consignee", "other-country")),
)
