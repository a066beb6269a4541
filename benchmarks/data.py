"""Random manifests from a seed: parties and descriptions repeat as in trade (Zipf), five in a hundred name a chemical.

Parties, goods and countries are drawn apart from one another, so every rule about what fits what finds something: such a manifest
measures flags, not lines. `coherent.py` makes one as trade is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa


def _words() -> dict[str, list[str]]:
    with Path(__file__).with_name("words.csv").open(encoding="utf-8") as file:
        return {row["list"]: row["words"].split("|") for row in csv.DictReader(file)}


WORDS = _words()
GIVEN, FIRST, SECOND, FORMS = (WORDS[name] for name in ("given", "first", "second", "forms"))
GOODS, GOODS_HS, CHEMICALS, CHEMICALS_HS = (WORDS[name] for name in ("goods", "goods_hs", "chemicals", "chemicals_hs"))
COUNTRIES = ("CN", "US", "DE", "IN", "MX", "NG", "NL", "BR", "TR", "ZA", "NA")
CHUNK = 100_000


def names(count: int, random: np.random.Generator) -> list[str]:
    """Invented firms."""
    a, b, c, d = (random.integers(0, len(x), count) for x in (FIRST, SECOND, GIVEN, FORMS))
    n = random.integers(0, 4000, count)
    return [
        f"{FIRST[i]}{GIVEN[k].lower() if n[j] % 3 else ''} {SECOND[m]} {FORMS[f]}"
        if n[j] % 2
        else f"{GIVEN[k]} {FIRST[i]} {SECOND[m]} {n[j]}"
        for j, (i, m, k, f) in enumerate(zip(a, b, c, d, strict=True))
    ]


_OTHERS = {a: b for letters in ("aeiou", "bcdfghjklmnpqrstvwxz") for a, b in zip(letters, letters[1:] + letters[0], strict=True)}
_OTHER_LETTERS = str.maketrans(_OTHERS | {a.upper(): b.upper() for a, b in _OTHERS.items()})


def listed_names(count: int, random: np.random.Generator) -> list[str]:
    """Invented firms of words that no manifest has: listed under the words of `names` every line would match, and flags alone be measured."""
    return [name.translate(_OTHER_LETTERS) for name in names(count, random)]


def _zipf(count: int, size: int, random: np.random.Generator) -> np.ndarray:
    """Positions in a pool, few of them often."""
    return ((random.pareto(0.35, size) * count / 300) % count).astype(np.int64)


def random_chunks(lines: int, seed: int = 1988) -> Iterator[pa.Table]:
    """A manifest of so many lines and 22 columns, some lines at a time."""
    random = np.random.default_rng(seed)
    pool = np.array(names(max(1000, lines // 2), random), dtype=object)
    for start in range(0, lines, CHUNK):
        yield _chunk(start, min(CHUNK, lines - start), pool, random)


def _chunk(start: int, size: int, pool: np.ndarray, random: np.random.Generator) -> pa.Table:
    chemical = random.random(size) < 0.05
    goods = random.integers(0, len(GOODS), size)
    kind = random.integers(0, len(CHEMICALS), size)
    numbers = random.integers(1, 400, size)
    lot = random.integers(0, 40, size)
    text = [
        f"{numbers[i]} DRUMS {CHEMICALS[kind[i]]}" if chemical[i] else f"{numbers[i]} CTNS {GOODS[goods[i]]} MODEL {lot[i]}"
        for i in range(size)
    ]
    hs = [CHEMICALS_HS[kind[i]] if chemical[i] else GOODS_HS[goods[i]] for i in range(size)]
    # Drums of 25 to 250 kg and cartons of 2 to 25, as goods are packed: a mass by chance is a sign of its own in half the lines.
    net = numbers * np.where(chemical, random.integers(25, 251, size), random.integers(2, 26, size))
    shipper, consignee, notify = (pool[_zipf(len(pool), size, random)] for _ in range(3))
    country = random.integers(0, len(COUNTRIES), (3, size))
    ids = np.arange(start, start + size)
    columns = {
        "Bill of Lading": [f"BL{n // 3:08d}" for n in ids],
        "Item No": (ids % 3 + 1).astype(str),
        "Container No": [f"SMPU{n // 6 % 1_000_000:06d}0" for n in ids],
        "Shipper": shipper,
        "Shipper Address": [f"{n % 200} Quay Road" for n in ids],
        "Shipper Country": [COUNTRIES[c] for c in country[0]],
        "Consignee": consignee,
        "Consignee Address": [f"{n % 170} Market Street" for n in ids],
        "Consignee Country": [COUNTRIES[c] for c in country[1]],
        "Notify Party": [n if i % 2 else "" for i, n in enumerate(notify)],
        "Description of Goods": text,
        "HS Code": hs,
        "Packages": numbers.astype(str),
        "Package Type": ["DRUM" if c else "CARTON" for c in chemical],
        "Net Weight KG": net.astype(str),
        "Gross Weight KG": (net * 1.05).round(1).astype(str),
        "Value": (net * 3).astype(str),
        "Currency": ["USD"] * size,
        "Country of Dispatch": [COUNTRIES[c] for c in country[0]],
        "Country of Destination": [COUNTRIES[c] for c in country[1]],
        "Port of Loading": ["CNSHA"] * size,
        "Date": [f"2026-{1 + n % 11:02d}-{1 + n % 28:02d}" for n in ids],
    }
    return pa.Table.from_arrays([pa.array(list(v), pa.string()) for v in columns.values()], names=list(columns))
