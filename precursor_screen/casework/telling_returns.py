"""The yearly return for people and programs: trade, use and needs, seizures, and the lines behind every figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from msgspec.structs import asdict

from precursor_screen.casework.delivery import Told, make_sheet, plain
from precursor_screen.casework.frames import to_rows
from precursor_screen.casework.reconcile.differences import show_kg
from precursor_screen.casework.reconcile.movements import record_of
from precursor_screen.casework.reconcile.telling import LINES, line_row, not_evaluable, told_unjudged
from precursor_screen.casework.return_notes import notes
from precursor_screen.casework.returns import BULK, CELL, YearlyReturn
from precursor_screen.reports.xlsx_sheets import NUMBER, WRITTEN, Column

SCHEMA_VERSION = 1
_TRADE = (
    *(Column("figure", 8, NUMBER), Column("table", 8), Column("substance", 28), Column("form", 22), Column("direction", 10)),
    *(Column("country", 12), Column("kg", 14, NUMBER), Column("shipments", 11, NUMBER), Column("lines", 8, NUMBER)),
    Column("lines_of_unknown_mass", 22, NUMBER),
)
_USE = (
    *(Column("table", 8), Column("substance", 28), Column("licit_use_kg", 14, NUMBER)),
    *(Column("annual_requirement_kg", 22, NUMBER), Column("remark", 60, WRITTEN)),
)
_SEIZURES = (
    *(Column("table", 8), Column("substance", 28), Column("seized_kg", 14, NUMBER), Column("seizures", 11, NUMBER)),
    Column("origin", 14),
)
_HEAD = (Column("field", 24), Column("entry", 60, WRITTEN))
_NOTES = (Column("about", 18), Column("note", 120, WRITTEN))
_NO_USE = "licit use is in no register that is read"


def head_of(country: str = "", office: str = "", officer: str = "", day: date | None = None) -> dict[str, str | None]:
    """The head of the form by its fields; what is not told is filled in by hand, as the signature is."""
    return {
        "Country or territory": country or None,
        "Competent office": office or None,
        "Name of the officer": officer or None,
        "Date": day.isoformat() if day else None,
        "Signature": None,
    }


def tell_return(
    made: YearlyReturn,
    run: dict[str, Any],
    provenance: dict[str, Any],
    notices: tuple[str, ...],
    head: Mapping[str, str | None] = MappingProxyType(head_of()),
) -> Told:
    """What `return` tells."""
    trade = to_rows(made.figures)
    of = {key: [record_of(m) for m in some] for key, some in made.counted.groupby(["figure", "unknown"])["movement"]}
    lines = [
        line_row(row["figure"], state, record)
        for row in trade
        for unknown, state in ((False, "counted"), (True, "mass unknown"))
        for record in of.get((row["figure"], unknown), ())
    ]
    needs = [{"table": t, "substance_id": s, "licit_use_kg": None, "annual_requirement_kg": kg} for t, s, kg in made.needs]
    sheets = (
        make_sheet("Head", _HEAD, [*head.items(), ("Year", str(made.year))]),
        make_sheet("Trade", _TRADE, [tuple(row.values()) for row in trade], frozen=3),
        make_sheet("Use and needs", _USE, [(*need.values(), _NO_USE) for need in needs]),
        make_sheet("Seizures", _SEIZURES, [(t, s, None, None, None) for t, s, _ in made.needs]),
        make_sheet("Lines", (Column("figure", 8, NUMBER), *LINES[1:]), lines, frozen=2),
        not_evaluable(made.unjudged),
        make_sheet("Notes", _NOTES, list(notes(made, provenance, notices))),
    )
    data = plain(
        {
            "schema_version": SCHEMA_VERSION,
            "run": run,
            "provenance": provenance,
            "notices": list(notices),
            "year": made.year,
            "jurisdiction": made.jurisdiction,
            "head": dict(head),
            "not_evaluable": [asdict(u) for u in made.unjudged],
            "trade": [
                {name: row[name] for name in ("figure", *CELL, "kg")}
                | {"lines": of.get((row["figure"], False), []), "lines_of_unknown_mass": of.get((row["figure"], True), [])}
                for row in trade
            ],
            "use": needs,
            "seizures": [],
        }
    )
    return Told(tuple(_text(made, trade, notices)), sheets, 1, data, date(made.year, 12, 31))


def _text(made: YearlyReturn, trade: list[dict[str, Any]], notices: tuple[str, ...]) -> Iterable[str]:
    yield from (f"! {notice}" for notice in notices)
    yield from told_unjudged(made.unjudged)
    whose = f" of {made.jurisdiction}" if made.jurisdiction else ""
    yield f"Return{whose} for {made.year}: {len(made.figures)} figures. Seizures and licit use are left blank."
    for f in trade:
        kg = "not known" if f["kg"] is None else show_kg(f["kg"])
        beside = f" + {f['lines_of_unknown_mass']} of unknown mass" if f["lines_of_unknown_mass"] else ""
        goods = f["substance_id"] + ("" if f["form"] == BULK else f" ({f['form']})")
        yield f"  Table {f['table']:<3} {goods:<36} {f['direction']:<7} {f['country']:<11} {kg:>18}  {f['lines']} lines{beside}"
    for table, substance_id, kilograms in made.needs:
        if kilograms is not None:
            yield f"  Table {table:<3} {substance_id:<36} annual requirement  {show_kg(kilograms):>18}"
