"""Writes a year of two offices: registers as the one files them, goods as the other does."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from office_year_making import (
    CONFIRMATIONS,
    GOODS,
    LICENCES,
    NAMES,
    NOTIFICATIONS,
    OWN,
    PERMITS,
    REQUIREMENTS,
    SUBSTANCES,
    Item,
    Offices,
    Style,
)

# Of a register: header -> what of a paper's row stands under it. Every office heads and writes in its own way.
_Write = Callable[[dict[str, Any], Style], Any]


def _day(name: str, form: str) -> _Write:
    return lambda row, style: row[name].strftime(form) if isinstance(row.get(name), date) else row.get(name, "")


def _firm(name: str) -> _Write:
    return lambda row, style: style.paper_name(row[name])


def _text(name: str) -> _Write:
    return lambda row, style: row.get(name, "")


def _substance(row: dict[str, Any], style: Style) -> str:
    substance = row["substance"]
    return str(style.chance.choice(SUBSTANCES[substance][0])) if substance in SUBSTANCES else substance


def _country(row: dict[str, Any], style: Style) -> str:
    return style.chance.choice((row["country"], NAMES[row["country"]], NAMES[row["country"]].upper()))


def _amount(unit: bool) -> _Write:
    def write(row: dict[str, Any], style: Style) -> Any:
        if isinstance(row["kg"], str):
            return row["kg"]
        number, name = row.setdefault("written", style.mass(row["kg"], row["substance"]))
        return number if unit else f"{number} {name}"

    return write


_ROWS: dict[str, dict[str, _Write]] = {
    PERMITS: {
        "Permit number": _text("reference"),
        "Issuing authority": _text("authority"),
        "Amendment no": _text("version"),
        "Chemical": _substance,
        "Quantity": _amount(True),
        "Unit": lambda row, style: "" if isinstance(row["kg"], str) else row["written"][1],
        "Permit holder": _firm("holder"),
        "Type": lambda row, style: (
            style.chance.choice(("Export permit", "EXPORT", "exp.")) if row["direction"] == "export" else "Import permit"
        ),
        "Country of destination": _country,
        "Valid from": _day("valid_from", "%d.%m.%Y"),
        "Valid until": _day("valid_to", "%d.%m.%Y"),
        "Single use": lambda row, style: "yes" if row["single"] else "no",
        "Status": _text("status"),
    },
    NOTIFICATIONS: {
        "PEN number": _text("reference"),
        "Precursor": _substance,
        "Amount": _amount(False),
        "Exporter": _firm("exporter"),
        "Importer": _firm("importer"),
        "Importing country": _country,
        "Date sent": _day("sent", "%m/%d/%Y"),
        "Answer": lambda row, style: {"accepted": "No objection", "sent": "pending"}.get(row["status"], row["status"]),
    },
    LICENCES: {
        "Licence number": _text("reference"),
        "Licensee": _firm("holder"),
        "Substance": _substance,
        "Kg": lambda row, style: f"{row['kg']:.3f}",
        "From": _day("valid_from", "%d %b %Y"),
        "Until": _day("valid_to", "%d %b %Y"),
        "Status": _text("status"),
    },
    REQUIREMENTS: {
        "Country": _country,
        "Substance": _substance,
        "Calendar year": _text("year"),
        "Quantity": lambda row, style: f"{row['kg'] / 1000:.6f}",
        "Unit": lambda row, style: "t",
    },
    CONFIRMATIONS: {
        "Bill of lading": lambda row, style: style.chance.choice((str, lambda b: f"{b[:4]} {b[4:]}", str.lower))(
            row["reference"]
        ),
        "Product": _substance,
        "Quantity": _amount(False),
        "Receiver": lambda row, style: style.goods_name(row["importer"], slips=False),
        "Country": _country,
        "Date of arrival": _day("date", "%Y/%m/%d"),
    },
}


def write_offices(year: Offices, folder: Path, seed: int = 1) -> None:
    """Writes goods.csv, registers/*.csv and planted.json."""
    style = Style(random.Random(f"style {seed}"))
    (folder / "registers").mkdir(parents=True, exist_ok=True)
    for register, columns in _ROWS.items():
        with (folder / "registers" / f"{register}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow(columns)
            for paper in year.papers:
                if paper.register == register:
                    writer.writerow([write(paper.row, style) for write in columns.values()])
    with (folder / "goods.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(GOODS)
        writer.writerows(_goods(item, style) for item in year.items)
    planted = [{"kind": k, "register": r, "of": o, "count": n} for (k, r, o), n in sorted(year.planted.items())]
    told = [{"code": c, "register": r, "count": n} for (c, r), n in sorted(year.told.items())]
    (folder / "planted.json").write_text(json.dumps({"planted": planted, "told": told}, indent=1), encoding="utf-8")


def _goods(item: Item, style: Style) -> tuple[Any, ...]:
    mass, unit = ("", "") if item.kg is None else style.mass(item.kg, item.substance)
    there = style.chance.choice((item.country, NAMES[item.country]))
    dispatch, destination = (there, OWN) if item.imported else (OWN, there)
    number_of = str if item.exact else style.goods_number
    permits, pens = (style.chance.choice(("; ", ", ", " / ")).join(map(number_of, some)) for some in (item.permits, item.pens))
    return (
        *(item.bill, item.item, style.goods_name(item.sender), item.sender.country, style.goods_name(item.receiver)),
        *(item.receiver.country, style.chance.choice(SUBSTANCES[item.substance][1]), mass, unit),
        *(dispatch, destination, item.day.strftime("%d/%m/%Y"), permits, pens),
    )
