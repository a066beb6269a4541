"""Lawful trade from a seed: firms that need a listed substance, with their papers, and all else that crosses borders.

What is traded stands in `listed.csv` and `ordinary.csv`: wording, HS code, masses a shipment, USD a kilogram, packing, lanes. A firm
buys what it always buys, from one supplier and now and then from a second, at its own rhythm.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from replaying.firms import Firm, make_firm
from replaying.lines import Line, Registers

LISTED_LINES, ORDINARY_LINES = 600, 5_000  # a year, about
HUBS = ("SG", "AE", "NL", "DE", "PA", "MA", "LK", "KR")
REPLY_DAYS = 25  # between a notification and the dispatch
HEADROOM = 1.5  # papers are for more than is bought
YOUNG = 0.12  # of the firms buy for the first time in the year that counts


class Goods(Struct, frozen=True):
    """A row of the tables. kg: least and most a shipment; papers: permit, permit_low (cited in half the lines), licence or none."""

    texts: tuple[str, ...]
    hs: str
    kg: tuple[float, float]
    usd_kg: float
    package: str
    package_kg: float
    mode: str
    lanes: tuple[tuple[str, str], ...]
    substance: str = ""
    papers: str = "none"
    firms: int = 2
    yearly: int = 12


class Trade(Struct, frozen=True):
    """kind by bill: lawful or ordinary."""

    lines: tuple[Line, ...]
    registers: Registers
    kinds: dict[str, str]


@cache
def read_goods(name: str) -> tuple[Goods, ...]:
    """The rows of `listed` or `ordinary`."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Goods(
            texts=tuple(row["descriptions"].split("|")),
            hs=row["hs6"],
            kg=(float(row["kg_low"]), float(row["kg_high"])),
            usd_kg=float(row["usd_kg"]),
            package=row["package"],
            package_kg=float(row["package_kg"]),
            mode=row["mode"],
            lanes=tuple((a, b) for a, b in (lane.split(">") for lane in row["lanes"].split())),
            substance=row.get("substance", ""),
            papers=row.get("papers", "none"),
            firms=int(row.get("firms", 2)),
            yearly=int(row.get("yearly", 12)),
        )
        for row in rows
    )


def make_trade(last: date, years: int = 2, seed: int = 1988) -> Trade:
    """Two years up to and with a day: the second counts, the first is what is remembered of before."""
    first = last - timedelta(days=365 * years - 1)
    registers = Registers()
    lines: list[Line] = []
    kinds: dict[str, str] = {}
    for kind, made in (
        ("lawful", _listed(first, last, random.Random(f"{seed} listed"), registers)),
        ("ordinary", _ordinary(first, last, random.Random(f"{seed} ordinary"))),
    ):
        for line in made:
            lines.append(line)
            kinds[line.bill] = kind
    lines.sort(key=lambda line: (line.day, line.bill))
    return Trade(tuple(lines), registers, kinds)


def _listed(first: date, last: date, rng: random.Random, registers: Registers) -> Iterator[Line]:
    goods_of = read_goods("listed")
    rate = LISTED_LINES / sum(g.firms * g.yearly for g in goods_of)
    number = 0
    for row, goods in enumerate(goods_of):
        for n in range(goods.firms):
            dispatch, destination = goods.lanes[n % len(goods.lanes)]
            buyer = make_firm(f"buyer {row} {n}", destination)
            suppliers = [make_firm(f"supplier {row} {n} {s}", dispatch) for s in range(2)]
            start = first if rng.random() > YOUNG else last - timedelta(days=rng.randint(30, 330))
            papers = _papers(goods, buyer, suppliers, first, last, registers, f"{row:02d}{n}")
            cites, valued = goods.papers == "permit" or rng.random() < 0.5, rng.random() < 0.5
            usual = _usual_kg(goods, rng)
            for day in _days(start, last, goods.yearly * rate, rng):
                number += 1
                sender = suppliers[0] if rng.random() < 0.85 else suppliers[1]
                line = make_line(f"MLB{100_000 + number}", day, goods, sender, buyer, usual, valued, rng)
                yield papers(line, cites)


def _papers(
    goods: Goods, buyer: Firm, suppliers: list[Firm], first: date, last: date, registers: Registers, number: str
) -> Callable[[Line, bool], Line]:
    """Licences and permits for as long as the trade lasts; what is returned notifies a line and writes the numbers on it."""
    if goods.papers == "none":
        return lambda line, cites: line
    span = {"valid_from": first - timedelta(days=60), "valid_to": last + timedelta(days=300), "status": "valid"}
    year = round(goods.kg[1] * goods.yearly * HEADROOM, 3)
    for holder in (buyer, *suppliers):
        registers.add(
            "licences",
            reference=f"LIC-{number}{holder.country}",
            holder=holder.name,
            substance=goods.substance,
            quantity_kg=year,
            **span,
        )
    permits = {}
    if goods.papers != "licence":
        for n, supplier in enumerate(suppliers):
            permits[supplier.name] = f"IMP-{number}{n}"
            registers.add(
                "permits",
                reference=permits[supplier.name],
                substance=goods.substance,
                quantity_kg=2 * year,
                holder=buyer.name,
                direction="import",
                country=supplier.country,
                single_use="no",
                **span,
            )
        for requirement in range(first.year, last.year + 1):
            registers.add(
                "annual-requirements",
                country=buyer.country,
                substance=goods.substance,
                year=requirement,
                quantity_kg=4 * year * goods.firms,
            )

    def noted(line: Line, cites: bool) -> Line:
        if not permits:
            return line
        pen = f"PEN-{line.bill[3:]}"
        registers.add(
            "pre-export-notifications",
            reference=pen,
            substance=goods.substance,
            quantity_kg=f"{line.kg:g}",
            exporter=line.sender.name,
            importer=line.receiver.name,
            country=line.destination,
            sent=line.day - timedelta(days=REPLY_DAYS),
            status="accepted",
        )
        return with_numbers(line, permits[line.sender.name], pen) if cites else line

    return noted


def with_numbers(line: Line, permit: str, pen: str) -> Line:
    """The line with the numbers of its papers."""
    return replace(line, permit=permit, pen=pen)


def _ordinary(first: date, last: date, rng: random.Random) -> Iterator[Line]:
    """Pairs of firms, few of them often; of ten lines one is of a pair that is seen once."""
    goods_of = read_goods("ordinary")
    days = (last - first).days + 1
    wanted = round(ORDINARY_LINES * days / 365)
    pairs = []
    for row, goods in enumerate(goods_of):
        for n in range(3):
            dispatch, destination = goods.lanes[n % len(goods.lanes)]
            also = goods_of[(row + rng.randint(1, 3)) % len(goods_of)]  # rows beside one another are of like goods
            sells = (goods,) if rng.random() < 0.7 else (goods, also)
            sender, buyer = make_firm(f"seller {row} {n}", dispatch), make_firm(f"client {row} {n}", destination)
            pairs.append((rng.paretovariate(1.1), sender, buyer, sells, _usual_kg(goods, rng), rng.random() < 0.5))
    weights = [min(p[0], 25.0) for p in pairs]
    for number in range(wanted):
        day = first + timedelta(days=rng.randrange(days))
        bill = f"MLB{500_000 + number}"
        if rng.random() < 0.1:
            goods = rng.choice(goods_of)
            dispatch, destination = rng.choice(goods.lanes)
            sender, buyer = make_firm(f"once {number}", dispatch), make_firm(f"one {number}", destination)
            yield make_line(bill, day, goods, sender, buyer, _usual_kg(goods, rng), rng.random() < 0.5, rng)
        else:
            _, sender, buyer, sells, usual, valued = rng.choices(pairs, weights)[0]
            goods = rng.choice(sells)
            usual = usual if goods is sells[0] else _usual_kg(goods, rng)
            yield make_line(bill, day, goods, sender, buyer, usual, valued, rng)


def _usual_kg(goods: Goods, rng: random.Random) -> float:
    """What one firm orders: anywhere between the least and the most, by the logarithm."""
    low, high = goods.kg
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _days(start: date, last: date, yearly: float, rng: random.Random) -> Iterator[date]:
    """The days on which a firm is supplied: its rhythm, a third early or late."""
    step = 365 / yearly
    at = rng.uniform(0, step)
    while at <= (last - start).days:
        yield start + timedelta(days=int(at))
        at += step * rng.uniform(0.67, 1.33)


def make_line(
    bill: str, day: date, goods: Goods, sender: Firm, buyer: Firm, usual_kg: float, valued: bool, rng: random.Random
) -> Line:
    """A shipment of about the usual size in whole packages."""
    low, high = goods.kg
    wanted = min(max(usual_kg * math.exp(rng.gauss(0, 0.15)), low), high)
    packages = max(1, round(wanted / goods.package_kg))
    kg = round(packages * goods.package_kg, 3)
    usd = round(kg * goods.usd_kg * math.exp(rng.gauss(0, 0.12)), 2)
    through = rng.choice(HUBS) if goods.mode == "sea" and rng.random() < 0.2 else ""
    return Line(
        bill=bill,
        day=day,
        sender=sender,
        receiver=buyer,
        text=rng.choice(goods.texts),
        hs=goods.hs,
        packages=packages,
        package=goods.package,
        kg=kg,
        usd=usd if valued else None,
        dispatch=sender.country,
        destination=buyer.country,
        transit="" if through in (sender.country, buyer.country) else through,
        mode=goods.mode,
    )
