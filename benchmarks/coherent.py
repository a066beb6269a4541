"""A manifest as trade is, from a seed: codes that fit the goods, traders in one to three goods over fixed lanes, few odd lines.

Everything grows with the number of lines: traders, lanes and texts. Per 10,000 lines 30 name a listed substance under its own code, 4 one
under the code of the trader's other goods, 4 have their mass times 50, 2 a listed party, 800 a tail of an invoice number and 100 a typing
fault (half in the text, half in a name). A fifth of the lines is of watched goods: such as the program keeps as movements by a `goods_key`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from data import CHUNK, FORMS, SECOND, WORDS
from msgspec import Struct

HERE = Path(__file__).parent
COUNTRIES, PORTS = (WORDS[name] for name in ("trader_countries", "ports"))
HEADS, TAILS, PLACES = (WORDS[name] for name in ("heads", "tails", "places"))
# Shares of sectors; a fifth of the lines is in chapters of which goods are watched.
SECTORS = {"plastics": 0.065, "chemicals": 0.0525, "paints": 0.036, "soaps": 0.0445}
WITH_PRECURSORS = ("chemicals", "paints")
LINES = (0.2, 0.25, 0.25, 0.2, 0.1)  # how many shipments have one to five lines
OFTEN = (0.88, 0.95, 1.0)  # a trader's main goods, and up to two others; running sum
MAKERS = 6  # countries in which goods of a sector are made
GOODS = 3  # that a trader deals in, at most
Numbers = npt.NDArray[np.int64]


class Catalogue(Struct, frozen=True):
    """Goods, column by column; the sector of each by number."""

    sector: Numbers
    text: pa.Array
    hs: pa.Array
    package: pa.Array
    kg: npt.NDArray[np.float64]  # least and most in a package
    price: npt.NDArray[np.float64]


class Trade(Struct, frozen=True):
    """Who trades what with whom: circles of traders in the same goods, and pairs of a sender and a receiver within one."""

    names: pa.Array  # senders, then receivers
    countries: Numbers
    goods: Numbers  # GOODS a circle
    goods_count: Numbers
    precursor: Numbers  # one a circle
    circle: Numbers  # of each pair
    sender: Numbers
    receiver: Numbers
    seldom: npt.NDArray[np.float64]  # running sum of how often each pair ships, to one
    article: Numbers  # a lane: pair and goods
    kg: npt.NDArray[np.float64]
    packages: Numbers
    price: npt.NDArray[np.float64]


def read_catalogue() -> tuple[Catalogue, list[str]]:
    """Goods and, behind them, precursors; and the names of the sectors."""
    files = [(HERE / name).read_text(encoding="utf-8") for name in ("goods.csv", "precursors.csv")]
    rows = [row for text in files for row in csv.DictReader(text.splitlines())]
    sectors = sorted({row["sector"] for row in rows if "sector" in row})
    return Catalogue(
        np.array([sectors.index(row["sector"]) if "sector" in row else -1 for row in rows]),
        *(pa.array([row[name] for row in rows]) for name in ("text", "hs", "package")),
        np.array([[float(row["least_kg"]), float(row["most_kg"])] for row in rows]),
        np.array([float(row["usd_kg"]) for row in rows]),
    ), sectors


def trader_names(count: int, random: np.random.Generator) -> pa.Array:
    """Distinct invented firms."""
    parts = [pa.array([h + t for h in HEADS for t in TAILS]), *map(pa.array, (PLACES, SECOND, FORMS))]
    number = random.choice(int(np.prod([len(p) for p in parts])), count, replace=False)
    chosen = []
    for part in parts:
        chosen.append(part.take(pa.array(number % len(part))))
        number = number // len(part)
    return pc.binary_join_element_wise(*chosen, " ")


def make_trade(lines: int, goods: Catalogue, sectors: Sequence[str], random: np.random.Generator) -> Trade:
    """Traders and lanes for a manifest of so many lines."""
    circles, senders, receivers = (max(4, round(lines * share)) for share in (0.01, 0.0246, 0.045))
    precursors = int(np.sum(goods.sector < 0))
    rest = (1 - sum(SECTORS.values())) / (len(sectors) - len(SECTORS))
    share = np.cumsum([SECTORS.get(s, rest) for s in sectors])
    sector = random.permutation(np.searchsorted(share / share[-1], (np.arange(circles) + 0.5) / circles))
    members = [np.flatnonzero(goods.sector == s) for s in range(len(sectors))]
    # The main goods are of the sector, what is sold beside them of any.
    dealt = np.array(
        [[random.choice(members[s]), *random.choice(len(goods.sector) - precursors, 2, replace=False)] for s in sector]
    )
    of_sender = np.sort(np.concatenate([np.arange(circles), random.integers(0, circles, senders - circles)]))
    first, count = np.searchsorted(of_sender, np.arange(circles)), np.bincount(of_sender, minlength=circles)
    receiver = np.concatenate([np.arange(receivers), np.flatnonzero(random.random(receivers) < 0.5)])
    circle = receiver % circles
    sender = first[circle] + (random.random(len(circle)) * count[circle]).astype(np.int64)
    country = (sector[of_sender] * 3 + random.integers(0, MAKERS, senders)) % len(COUNTRIES)
    abroad = (country[sender[:receivers]] + random.integers(1, len(COUNTRIES), receivers)) % len(COUNTRIES)
    kept = country[sender] != abroad[receiver]  # no lane stays within a country
    receiver, circle, sender = receiver[kept], circle[kept], sender[kept]
    often = np.cumsum(random.lognormal(0, 1.2, len(circle)))
    lanes = len(circle) * (GOODS + 1)  # the last of each pair is its precursor
    precursor = len(goods.sector) - precursors + random.integers(0, precursors, circles)
    item = np.concatenate([dealt, precursor[:, None]], axis=1)[circle].ravel()
    least, most = goods.kg[item].T
    each = np.round((least + random.random(lanes) * (most - least)) * 2) / 2
    return Trade(
        trader_names(senders + receivers, random),
        np.concatenate([country, abroad]),
        dealt,
        random.integers(1, GOODS + 1, circles),
        precursor,
        circle,
        sender,
        receiver + senders,
        often / often[-1],
        random.integers(10_000, 100_000, lanes),
        each,
        np.maximum(1, random.lognormal(8.3, 0.7, lanes) / each).astype(np.int64),
        goods.price[item] * random.uniform(0.9, 1.1, lanes),
    )


class Lines(Struct, frozen=True):
    """What was drawn for each line of a manifest; `pair` and `consignee` for each shipment."""

    pair: Numbers
    consignee: dict[int, str]  # shipment -> a listed name in place of the receiver's
    shipment: Numbers
    slot: Numbers  # which of the goods of the circle; GOODS: its precursor
    item: Numbers  # what is described
    code: Numbers  # the goods whose code is stated
    times: npt.NDArray[np.float64]  # by which the mass is too large


def coherent_chunks(lines: int, seed: int = 1988, listed: Sequence[str] = ("Quimeralda Reactivos",)) -> Iterator[pa.Table]:
    """A manifest of 22 columns, some lines at a time.

    Args:
        lines: how many.
        seed: of everything that is drawn.
        listed: names of the watchlist, for the few lines with a listed party.
    """
    random = np.random.default_rng(seed)
    goods, sectors = read_catalogue()
    trade = make_trade(lines, goods, sectors, random)
    drawn = _draw_lines(lines, trade, goods, [sectors.index(name) for name in WITH_PRECURSORS], listed, random)
    for start in range(0, lines, CHUNK):
        yield _chunk(trade, goods, drawn, slice(start, min(start + CHUNK, lines)), random)


def _draw_lines(
    lines: int, trade: Trade, goods: Catalogue, sectors: Sequence[int], listed: Sequence[str], random: np.random.Generator
) -> Lines:
    """Lines, and which of them are odd; precursors are drawn among the traders of some sectors."""
    shipment = np.repeat(np.arange(lines), random.choice(5, lines, p=LINES) + 1)[:lines]
    shipments = int(shipment[-1]) + 1
    pair = np.minimum(np.searchsorted(trade.seldom, random.random(shipments)), len(trade.circle) - 1)
    circle = trade.circle[pair[shipment]]
    slot = np.minimum(np.searchsorted(OFTEN, random.random(lines)), trade.goods_count[circle] - 1)
    chemical = np.flatnonzero(np.isin(goods.sector[trade.goods[circle, 0]], sectors))
    named, miscoded, heavy = (round(lines * share) for share in (0.003, 0.0004, 0.0004))
    drawn = random.choice(chemical, min(named + miscoded, len(chemical)), replace=False)
    code = trade.goods[circle, slot]
    slot[drawn] = GOODS
    item = np.where(slot == GOODS, trade.precursor[circle], code)
    code[drawn[miscoded:]] = item[drawn[miscoded:]]
    times = np.ones(lines)
    times[random.choice(lines, heavy, replace=False)] = 50
    listed_in = random.choice(shipments, round(shipments * 0.0002), replace=False)
    names = [listed[n] for n in random.integers(0, len(listed), len(listed_in))]
    return Lines(pair, dict(zip(listed_in.tolist(), names, strict=True)), shipment, slot, item, code, times)


def _chunk(trade: Trade, goods: Catalogue, drawn: Lines, rows: slice, random: np.random.Generator) -> pa.Table:
    shipment, slot, item, code, times = (
        values[rows] for values in (drawn.shipment, drawn.slot, drawn.item, drawn.code, drawn.times)
    )
    size, pair = len(shipment), drawn.pair[shipment]
    lane = pair * (GOODS + 1) + slot
    fault = random.integers(0, 400, size)  # four of 400: one in a hundred
    tail = pc.if_else(
        pa.array(random.random(size) < 0.08), _joined(" AS PER INVOICE NO ", random.integers(10**7, 10**8, size)), ""
    )
    text = pc.binary_join_element_wise(
        _taken(goods.text, item), _joined(" REF ", trade.article[lane] + (random.random(size) < 0.06)), tail, ""
    )
    shipper, consignee = _taken(trade.names, trade.sender[pair]), _taken(trade.names, trade.receiver[pair])
    consignee = _replaced(consignee, {row: drawn.consignee[s] for row, s in enumerate(shipment.tolist()) if s in drawn.consignee})
    packages = np.maximum(1, (trade.packages[lane] * random.uniform(0.7, 1.3, size)).astype(np.int64))
    net = packages * trade.kg[lane]
    number = np.arange(rows.start, rows.stop) - np.searchsorted(drawn.shipment, shipment) + 1
    day = np.datetime64("2025-11-27") + shipment * 360 // len(drawn.pair)
    sent, received = (trade.countries[t] for t in (trade.sender[pair], trade.receiver[pair]))
    dispatch, destination = (_taken(pa.array(COUNTRIES), c) for c in (sent, received))
    columns = {
        "Bill of Lading": _joined("BL", shipment + 10_000_000),
        "Item No": _text(number),
        "Container No": _joined("SMPU", shipment % 900_000 * 10 + 1_000_000),
        "Shipper": _mistyped(shipper, np.flatnonzero(fault == 0), random),
        "Shipper Address": _address(trade.sender[pair], " Quay Road"),
        "Shipper Country": dispatch,
        "Consignee": _mistyped(consignee, np.flatnonzero(fault == 1), random),
        "Consignee Address": _address(trade.receiver[pair], " Market Street"),
        "Consignee Country": destination,
        "Notify Party": pc.if_else(pa.array(pair % 2 == 0), _taken(trade.names, trade.receiver[pair]), ""),
        "Description of Goods": _mistyped(text, np.flatnonzero((fault == 2) | (fault == 3)), random),
        "HS Code": _taken(goods.hs, code),
        "Packages": _text(packages),
        "Package Type": _taken(goods.package, item),
        "Net Weight KG": _text(net * times),
        "Gross Weight KG": _text(np.round(net * times * 1.05, 1)),
        "Value": _text(np.round(net * trade.price[lane], 2)),
        "Currency": pa.array(["USD"] * size),
        "Country of Dispatch": dispatch,
        "Country of Destination": destination,
        "Port of Loading": _taken(pa.array(PORTS), sent),
        "Date": _text(day),
    }
    return pa.table(columns)


def _taken(values: pa.Array, places: Numbers) -> pa.Array:
    return values.take(pa.array(places))


def _text(values: npt.NDArray) -> pa.Array:
    return pc.cast(pa.array(values), pa.string())


def _joined(before: str, numbers: Numbers) -> pa.Array:
    return pc.binary_join_element_wise(before, _text(numbers), "")


def _address(trader: Numbers, street: str) -> pa.Array:
    return pc.binary_join_element_wise(_text(trader * 7919 % 480 + 1), street, "")


def _replaced(values: pa.Array, others: dict[int, str]) -> pa.Array:
    if not others:
        return values
    mask = np.zeros(len(values), bool)
    mask[list(others)] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array([others[row] for row in sorted(others)]))


def _mistyped(values: pa.Array, rows: Numbers, random: np.random.Generator) -> pa.Array:
    """Some values with one letter swapped with the next, left out or doubled."""
    chosen = values.take(pa.array(rows)).to_pylist()
    places, kinds = random.random(len(rows)), random.integers(0, 3, len(rows))
    wrong = {}
    for row, text, place, kind in zip(rows.tolist(), chosen, places, kinds, strict=True):
        at = int(place * min(len(text) - 1, 20))  # in the words, not in the numbers behind them
        cut = (text[at + 1] + text[at], "", text[at] * 2)[kind]
        wrong[row] = text[:at] + cut + text[at + (2 if kind == 0 else 1) :]
    return _replaced(values, wrong)
