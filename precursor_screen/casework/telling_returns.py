"""The yearly return for people and programs: trade, use and needs, seizures, and the lines behind every figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from precursor_screen.casework.delivery import Told, make_sheet, plain_kg
from precursor_screen.casework.reconcile.differences import show_kg
from precursor_screen.casework.reconcile.telling import (
    LINES,
    line_row,
    movement_record,
    not_evaluable,
    told_unjudged,
    unjudged_record,
)
from precursor_screen.casework.return_notes import notes
from precursor_screen.casework.returns import Figure, YearlyReturn
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


def _row(number: int, f: Figure) -> tuple[Any, ...]:
    bills = len({m.shipment_id for m in f.movements})
    kg = f.kg if f.movements else None
    return (number, f.table, f.substance_id, f.form, f.direction, f.country, kg, bills, len(f.movements), len(f.unknown))


@dataclass(frozen=True, slots=True)
class Head:
    """Who sends the return; what is empty is filled in by hand, as the signature is."""

    country: str = ""
    office: str = ""
    officer: str = ""
    day: date | None = None

    @property
    def rows(self) -> tuple[tuple[str, str | None], ...]:
        """(field, entry), in the order of the form."""
        day = self.day.isoformat() if self.day else None
        entries = ("Country or territory", self.country), ("Competent office", self.office), ("Name of the officer", self.officer)
        return (*((name, entry or None) for name, entry in entries), ("Date", day), ("Signature", None))


def tell_return(
    made: YearlyReturn, run: dict[str, Any], provenance: dict[str, Any], notices: tuple[str, ...], head: Head = Head()
) -> Told:
    """What `return` tells."""
    numbered = list(enumerate(made.figures, 1))
    rows = [_row(n, f) for n, f in numbered]
    lines = [line_row(n, "counted", m) for n, f in numbered for m in f.movements]
    lines += [line_row(n, "mass unknown", m) for n, f in numbered for m in f.unknown]
    lines.sort(key=lambda row: (row[0], row[1]))
    needs = [(n.table, n.substance_id, None, n.requirement_kg, _NO_USE) for n in made.needs]
    sheets = (
        make_sheet("Head", _HEAD, [*head.rows, ("Year", str(made.year))]),
        make_sheet("Trade", _TRADE, rows, frozen=3),
        make_sheet("Use and needs", _USE, needs),
        make_sheet("Seizures", _SEIZURES, [(n.table, n.substance_id, None, None, None) for n in made.needs]),
        make_sheet("Lines", (Column("figure", 8, NUMBER), *LINES[1:]), lines, frozen=2),
        not_evaluable(made.unjudged),
        make_sheet("Notes", _NOTES, list(notes(made, provenance, notices))),
    )
    data = {
        "schema_version": SCHEMA_VERSION,
        "run": run,
        "provenance": provenance,
        "notices": list(notices),
        "year": made.year,
        "jurisdiction": made.jurisdiction,
        "head": dict(head.rows),
        "not_evaluable": [unjudged_record(u) for u in made.unjudged],
        "trade": [_record(n, f) for n, f in numbered],
        "use": [
            {
                "table": n.table,
                "substance_id": n.substance_id,
                "licit_use_kg": None,
                "annual_requirement_kg": plain_kg(n.requirement_kg),
            }
            for n in made.needs
        ],
        "seizures": [],
    }
    return Told(tuple(_text(made, notices)), sheets, 1, data, date(made.year, 12, 31))


def _record(number: int, f: Figure) -> dict[str, Any]:
    return {
        "figure": number,
        "table": f.table,
        "substance_id": f.substance_id,
        "form": f.form,
        "direction": f.direction,
        "country": f.country,
        "kg": plain_kg(f.kg if f.movements else None),
        "lines": [movement_record(m) for m in f.movements],
        "lines_of_unknown_mass": [movement_record(m) for m in f.unknown],
    }


def _text(made: YearlyReturn, notices: tuple[str, ...]) -> Iterable[str]:
    yield from (f"! {notice}" for notice in notices)
    yield from told_unjudged(made.unjudged)
    whose = f" of {made.jurisdiction}" if made.jurisdiction else ""
    yield f"Return{whose} for {made.year}: {len(made.figures)} figures. Seizures and licit use are left blank."
    for f in made.figures:
        kg = show_kg(f.kg) if f.movements else "not known"
        beside = f" + {len(f.unknown)} of unknown mass" if f.unknown else ""
        form = "" if f.form == "substance" else f" ({f.form})"
        yield f"  Table {f.table:<3} {f.substance_id + form:<36} {f.direction:<7} {f.country:<11} {kg:>18}  {len(f.movements)} lines{beside}"
    for need in made.needs:
        if need.requirement_kg is not None:
            yield f"  Table {need.table:<3} {need.substance_id:<36} annual requirement  {show_kg(need.requirement_kg):>18}"
