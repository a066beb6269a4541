"""The differences that are planted in a country-year, a function a kind; each counts what `reconcile` must tell of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from country_year_making import (
    APART,
    CONFIRMATIONS,
    COUNTRIES,
    FIRST,
    LAST,
    LICENCES,
    NOTIFICATIONS,
    PERMITS,
    REQUIREMENTS,
    TABLE_I,
    TABLE_II,
    TEXTS,
    YEAR,
    Line,
    Maker,
)
from msgspec.structs import replace

_PARTS = 4  # shipments a document
Plant = Callable[[Maker], None]


def _of(register: str, make: Callable[[Maker, str], None]) -> Plant:
    return lambda maker: make(maker, register)


def over(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS)
    more = [replace(x, kg=x.kg * Decimal("1.3")) for x in lines if x.kg is not None]
    maker.add(register, [document], more)
    maker.plant("over", register, document["reference"])


def part_used(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS)
    maker.add(register, [document], [replace(x, kg=x.kg * Decimal("0.6")) for x in lines if x.kg is not None])
    maker.plant("part-used", register, document["reference"])


def unused(maker: Maker, register: str) -> None:
    document, _ = maker.contract(register, _PARTS)
    maker.add(register, [document], [])
    maker.plant("unused", register, document["reference"])


def stopped(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS)
    document["status"] = maker.random.choice(("revoked", "suspended"))
    maker.add(register, [document], lines)
    maker.plant("expired", register, document["reference"])


def ran_out(maker: Maker) -> None:
    """Marked as expired since, all goods within its days: in order."""
    document, lines = maker.contract(PERMITS, _PARTS)
    document["status"] = "expired"
    maker.add(PERMITS, [document], lines)


def one_bill(maker: Maker) -> None:
    """Good for one shipment, which has two items: in order."""
    document, lines = maker.contract(PERMITS, 2)
    document["single_use"] = "yes"
    bill, day = lines[0].bill, lines[0].day
    both = [replace(x, bill=bill, day=day, item=n) for n, x in enumerate(lines, 1)]
    maker.add(PERMITS, [document], both, confirm=False)
    whole = replace(both[0], kg=sum((x.kg for x in both if x.kg is not None), Decimal(0)))
    maker.confirm(whole)


def early_permit(maker: Maker) -> None:
    document, lines = maker.contract(PERMITS, _PARTS, named=True)
    lines[0] = replace(lines[0], day=document["valid_from"])
    document["valid_from"] += timedelta(days=1)
    maker.add(PERMITS, [document], lines)
    maker.plant("too-early", PERMITS, document["reference"])


def late(maker: Maker) -> None:
    document, lines = maker.contract(PERMITS, _PARTS, named=True)
    maker.add(PERMITS, [document], [*lines[:-1], replace(lines[-1], day=document["valid_to"] + timedelta(days=5))])
    maker.plant("later-than-valid", PERMITS, document["reference"])


def early_notification(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, _PARTS)
    document["status"] = "sent"
    maker.add(NOTIFICATIONS, [document], [replace(lines[0], day=document["sent"] + timedelta(days=14)), *lines[1:]])
    maker.plant("too-early", NOTIFICATIONS, document["reference"])


def before_it_was_sent(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, _PARTS, named=True)
    document["status"] = "accepted"
    maker.add(NOTIFICATIONS, [document], [replace(lines[0], day=document["sent"] - timedelta(days=1)), *lines[1:]])
    maker.plant("too-early", NOTIFICATIONS, document["reference"])


def objected(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, _PARTS)
    document["status"] = "objected"
    maker.add(NOTIFICATIONS, [document], lines)
    maker.plant("objected", NOTIFICATIONS, document["reference"])


def other_consignee(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, _PARTS, named=True)
    maker.add(NOTIFICATIONS, [document], [replace(lines[0], importer=maker.importer()), *lines[1:]])
    maker.plant("other-consignee", NOTIFICATIONS, document["reference"])


def other_country(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS, named=True)
    country = next(c for c in COUNTRIES if c != document["country"])
    maker.add(register, [document], [replace(lines[0], country=country), *lines[1:]])
    maker.plant("other-country", register, document["reference"])


def other_consignee_of_permit(maker: Maker) -> None:
    """Another consignee of the same country."""
    document, lines = maker.contract(PERMITS, _PARTS, named=True)
    document["consignee"] = lines[1].importer
    maker.add(PERMITS, [document], [replace(lines[0], importer=maker.importer()), *lines[1:]])
    maker.plant("other-consignee", PERMITS, document["reference"])


def import_permit_for_export(maker: Maker) -> None:
    document, lines = maker.contract(PERMITS, 1, named=True)
    document["direction"], document["consignee"] = "import", ""
    maker.add(PERMITS, [document], lines)
    maker.plant("other-direction", PERMITS, document["reference"])


def revoked_later(maker: Maker) -> None:
    """In order: all goods left before the permit was revoked."""
    document, lines = maker.contract(PERMITS, _PARTS, named=True)
    document["status"], document["status_from"] = "revoked", max(x.day for x in lines) + timedelta(days=1)
    maker.add(PERMITS, [document], lines)


def revoked_before(maker: Maker) -> None:
    document, lines = maker.contract(PERMITS, _PARTS, named=True)
    document["status"], document["status_from"] = "suspended", max(x.day for x in lines)
    maker.add(PERMITS, [document], lines)
    maker.plant("expired", PERMITS, document["reference"])


def begun_before(maker: Maker, register: str) -> None:
    """Of the year before, ended within the year; nothing moved in it. What moved before is not known: a question."""
    document, _ = maker.contract(register, _PARTS)
    document["sent" if register == NOTIFICATIONS else "valid_from"] = FIRST - timedelta(days=40)
    document["country"] = "CH"  # where nothing else goes
    maker.add(register, [document], [])
    maker.plant("unused", register, document["reference"])


def mistyped(maker: Maker, register: str) -> None:
    """One figure of the number is another: told, with the one that is meant, and its mass counts there."""
    document, lines = maker.contract(register, _PARTS, named=True)
    head, _, last = document["reference"].rpartition("/")
    document["reference"] = f"{head}/7{last}1"
    pair = "permit" if register == PERMITS else "pen"
    wrong, *others = (replace(x, **{pair: document["reference"]}) for x in lines)
    wrong = replace(wrong, **{pair: f"{head}/7{last}4"})
    maker.add(register, [document], [wrong, *others])
    maker.plant("missing", register, wrong.bill)


def forged(maker: Maker, register: str) -> None:
    """A number in the form of the others that nobody issued, beside rows that are set aside whose numbers share parts with it."""
    among = TABLE_II if register == PERMITS else TABLE_I
    line = _single(maker, maker.random.choice(list(among)))
    number = f"{'EA' if register == PERMITS else 'NV'}/25/9{maker.random.randint(1000, 9999)}8"
    maker.add(register, [], [replace(line, **({"permit": number} if register == PERMITS else {"pen": number}))])
    maker.plant("missing", register, line.bill)


def several_substances(maker: Maker) -> None:
    """One permit for two substances with a quantity each: the second is exceeded."""
    document, lines = maker.contract(PERMITS, 2, named=True)
    exporter, country = lines[0].exporter, lines[0].country
    other = next(s for s in TABLE_II if s != lines[0].substance)
    document["substance"] = f"{document['substance']}; {TEXTS[other]}"
    document["quantity_kg"] = f"{document['quantity_kg']}; 100"
    more = replace(lines[0], bill=maker.number("BL"), substance=other, kg=Decimal(150))
    assert (more.exporter, more.country) == (exporter, country)
    maker.add(PERMITS, [document], [*lines, more])
    maker.plant("over", PERMITS, document["reference"])


def never_licensed(maker: Maker) -> None:
    """An exporter of whom the register of licences holds nothing, though the substance is licensed to others."""
    document, lines, exporter, substance = _licensed_apart(maker)
    maker.licensed.add((exporter, substance))  # no row follows
    maker.add(NOTIFICATIONS, [document], lines)
    maker.plant("missing", LICENCES, min(lines, key=lambda x: (x.day, x.bill)).bill)


def other_notification(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, 1, named=True)
    maker.add(NOTIFICATIONS, [document], lines, confirm=False)
    maker.confirm(lines[0], notification=maker.number("PEN"))
    maker.plant("other-notification", CONFIRMATIONS, lines[0].bill)


def arrived_before_it_left(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, 1)
    maker.add(NOTIFICATIONS, [document], lines, confirm=False)
    maker.confirm(lines[0], date=lines[0].day - timedelta(days=9))
    maker.plant("contradicting-dates", CONFIRMATIONS, lines[0].bill)


def awaited(maker: Maker) -> None:
    """Left in December: may still be confirmed."""
    document, lines = maker.contract(NOTIFICATIONS, 1, named=True)
    document["sent"], document["status"] = FIRST + timedelta(days=300), "accepted"
    line = replace(lines[0], day=FIRST + timedelta(days=350))
    maker.add(NOTIFICATIONS, [document], [line], confirm=False)
    maker.plant("awaited", CONFIRMATIONS, line.bill)


def never_confirmed(maker: Maker) -> None:
    """In order: a substance of which the country confirms nothing, though it confirms others."""
    document, lines = maker.contract(PERMITS, _PARTS, named=True)
    substance, country = "piperidine", lines[0].country
    document["substance"] = TEXTS[substance]
    maker.add(PERMITS, [document], [replace(x, substance=substance, country=country) for x in lines], confirm=False)


def returned(maker: Maker) -> None:
    """In order: half of the goods come back; their return needs no paper."""
    document, lines = maker.contract(PERMITS, 1, named=True)
    document["consignee"] = lines[0].importer
    maker.add(PERMITS, [document], lines)
    back = replace(lines[0], bill=maker.number("BL"), imported=True, permit="", day=min(lines[0].day + timedelta(days=30), LAST))
    maker.year.lines.append(replace(back, kg=lines[0].kg / 2 if lines[0].kg else None))


def impure(maker: Maker) -> None:
    """In order: goods of 90 % purity; the permit is for the goods as traded."""
    document, lines = maker.contract(PERMITS, _PARTS, named=True)
    maker.add(PERMITS, [document], [replace(x, content_kg=x.kg * Decimal("0.9")) for x in lines if x.kg])


def other_exporter(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS, named=True)
    other = next(e for e in maker.exporters if e != lines[0].exporter)
    maker.add(register, [document], [replace(lines[0], exporter=other), *lines[1:]])
    maker.plant("other-exporter", register, document["reference"])


def other_substance(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS, named=True)
    among = TABLE_II if register == PERMITS else TABLE_I
    other = next(s for s in among if s != lines[0].substance)
    astray = replace(lines[0], bill=maker.number("BL"), substance=other)
    maker.add(register, [document], [*lines, astray])
    maker.plant("other-substance", register, astray.bill)


def used_twice(maker: Maker) -> None:
    document, lines = maker.contract(PERMITS, 2)
    document["single_use"] = "yes"
    maker.add(PERMITS, [document], lines)
    maker.plant("used-twice", PERMITS, document["reference"])


def duplicate(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS, named=True)
    maker.add(register, [document, {**document, "quantity_kg": document["quantity_kg"] + 100}], lines)
    maker.plant("duplicate-number", register, document["reference"])


def missing(maker: Maker, register: str) -> None:
    """No number, and no document to the country or consignee."""
    among = TABLE_II if register == PERMITS else TABLE_I
    line = _single(maker, maker.random.choice(list(among)))
    maker.add(register, [], [line])
    maker.plant("missing", register, line.bill)


def unknown_number(maker: Maker, register: str) -> None:
    among = TABLE_II if register == PERMITS else TABLE_I
    line = _single(maker, maker.random.choice(list(among)))
    named = {"permit": maker.number("LOST")} if register == PERMITS else {"pen": maker.number("LOST")}
    maker.add(register, [], [replace(line, **named)])
    maker.plant("missing", register, line.bill)


def _single(maker: Maker, substance: str) -> Line:
    exporter, day = maker.random.choice(maker.exporters), FIRST + timedelta(days=maker.random.randint(0, 364))
    return Line(
        maker.number("BL"), 1, exporter, maker.importer(), APART[-1], substance, Decimal(maker.random.randint(10, 900)), day
    )


def mass_unknown(maker: Maker, register: str) -> None:
    document, lines = maker.contract(register, _PARTS, named=True)
    blank = replace(lines[0], kg=None)
    maker.add(register, [document], [blank, *lines[1:]])
    maker.confirm(blank)
    maker.plant("mass-unknown", register, document["reference"])
    maker.plant("mass-unknown", CONFIRMATIONS, blank.bill)


def _licensed_apart(maker: Maker) -> tuple[dict[str, object], list[Line], str, str]:
    """A notification of an exporter of whom nothing else is known."""
    document, lines = maker.contract(NOTIFICATIONS, _PARTS)
    exporter = f"Ashgrove {maker.number('')[1:]} Reagents Inc"
    document["exporter"] = exporter
    return document, [replace(x, exporter=exporter) for x in lines], exporter, lines[0].substance


def licence(maker: Maker, kind: str) -> None:
    document, lines, exporter, substance = _licensed_apart(maker)
    days = sorted(x.day for x in lines)
    changed = {
        "licence-exceeded": {"quantity_kg": sum((x.kg for x in lines if x.kg), Decimal(0)) / 2},
        "expired": {"status": "suspended"},
        "later-than-valid": {"valid_to": days[-1] - timedelta(days=1)},
        "too-early": {"valid_from": days[0] + timedelta(days=1)},
    }[kind]
    row = maker.license(exporter, substance, **changed)
    assert row is not None
    maker.add(NOTIFICATIONS, [document], lines)
    maker.plant(kind, LICENCES, row["reference"])


def duplicate_licence(maker: Maker) -> None:
    document, lines, exporter, substance = _licensed_apart(maker)
    row = maker.license(exporter, substance)
    assert row is not None
    maker.year.registers[LICENCES].append({**row, "quantity_kg": 1})
    maker.add(NOTIFICATIONS, [document], lines)
    maker.plant("duplicate-number", LICENCES, row["reference"])


def requirement(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, _PARTS)
    substance = lines[0].substance
    stated = {(r["country"], r["substance"]) for r in maker.year.registers[REQUIREMENTS]}
    country = next((c for c in APART[:-1] if (c, TEXTS[substance]) not in stated), None)
    if country is None:
        return  # no country is left for it
    document["country"] = country
    lines = [replace(x, country=country) for x in lines]
    half = sum((x.kg for x in lines if x.kg), Decimal(0)) / 2
    row = {"country": country, "substance": TEXTS[substance], "year": YEAR, "quantity_kg": half}
    maker.year.registers[REQUIREMENTS].append(row)
    maker.add(NOTIFICATIONS, [document], lines)
    maker.plant("requirement-exceeded", REQUIREMENTS, f"{country} {YEAR}")


def duplicate_requirement(maker: Maker) -> None:
    stated = {(r["country"], r["substance"]) for r in maker.year.registers[REQUIREMENTS]}
    left = [(c, t) for c in APART[:-1] for t in TABLE_II.values() if (c, t) not in stated]
    if not left:
        return
    country, text = maker.random.choice(left)
    for kg in (100, 200):
        maker.year.registers[REQUIREMENTS].append({"country": country, "substance": text, "year": YEAR, "quantity_kg": kg})
    maker.plant("duplicate-number", REQUIREMENTS, f"{country} {YEAR}")


def confirmation(maker: Maker, kind: str) -> None:
    document, lines = maker.contract(NOTIFICATIONS, 1)
    line = replace(lines[0], day=document["sent"] + timedelta(days=30))
    assert line.kg is not None
    maker.add(NOTIFICATIONS, [document], [line], confirm=False)
    changes = {
        "unconfirmed": None,
        "mass-differs": {"quantity_kg": line.kg * maker.random.choice((Decimal("0.9"), Decimal("1.1")))},
        "other-consignee": {"importer": maker.importer()},
        "other-country": {"country": next(c for c in COUNTRIES if c != line.country)},
    }[kind]
    if changes is not None:
        maker.confirm(line, **changes)
    maker.plant(kind, CONFIRMATIONS, line.bill)


def unnumbered_confirmation(maker: Maker) -> None:
    """Under a number of its own, found by consignee, substance, country and days: in order."""
    document, lines = maker.contract(NOTIFICATIONS, 1)
    maker.add(NOTIFICATIONS, [document], lines, confirm=False)
    maker.confirm(lines[0], reference=maker.number("ARR"), date=lines[0].day + timedelta(days=20))


def not_seen_to_leave(maker: Maker) -> None:
    document, lines = maker.contract(NOTIFICATIONS, 1)
    ghost = replace(lines[0], bill=maker.number("BL"), importer=maker.importer(), day=FIRST + timedelta(days=120))
    maker.add(NOTIFICATIONS, [document], lines)
    maker.confirm(ghost)
    maker.plant("not-seen-to-leave", CONFIRMATIONS, ghost.bill)


def unreadable(maker: Maker) -> None:
    """Rows that the import of a register sets aside: drums for kilograms, a name in no table."""
    for changed in ("drums", "name"):
        document, _ = maker.contract(PERMITS, 1)
        if changed == "drums":
            document["quantity_kg"] = f"{document['quantity_kg']} drums"
        else:
            document["substance"] = "Quenfordium"
        maker.add(PERMITS, [document], [])
        maker.year.set_aside[PERMITS] += 1


def contradicting(maker: Maker, register: str) -> None:
    if register == PERMITS:
        document, _ = maker.contract(PERMITS, 1)
        document["valid_to"] = document["valid_from"] - timedelta(days=1)
        maker.add(PERMITS, [document], [])
    else:
        row = maker.license(f"Ashgrove {maker.number('')[1:]} Solvents Inc", maker.random.choice(list(TABLE_II)))
        assert row is not None
        row["valid_to"] = row["valid_from"] - timedelta(days=1)
        document = row
    maker.plant("contradicting-dates", register, document["reference"])


_BOTH = (
    over,
    part_used,
    unused,
    stopped,
    other_country,
    other_exporter,
    other_substance,
    duplicate,
    missing,
    unknown_number,
    mass_unknown,
)
PLANTS: tuple[Plant, ...] = (
    *(_of(register, make) for make in _BOTH for register in (PERMITS, NOTIFICATIONS)),
    *(ran_out, one_bill, early_permit, late, early_notification, before_it_was_sent, objected, other_consignee, used_twice),
    *(_of(kind, licence) for kind in ("licence-exceeded", "expired", "later-than-valid", "too-early")),
    *(duplicate_licence, requirement, duplicate_requirement),
    *(_of(kind, confirmation) for kind in ("unconfirmed", "mass-differs", "other-consignee", "other-country")),
    *(unnumbered_confirmation, not_seen_to_leave, unreadable),
    *(other_consignee_of_permit, import_permit_for_export, revoked_later, revoked_before, several_substances, never_licensed),
    *(_of(register, make) for make in (begun_before, mistyped, forged) for register in (PERMITS, NOTIFICATIONS)),
    *(_of(register, contradicting) for register in (PERMITS, LICENCES)),
    *(other_notification, arrived_before_it_left, awaited, never_confirmed, returned, impure),
)
