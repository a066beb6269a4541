"""The yearly return for people and programs: trade, use and needs, seizures, the lines behind every figure, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from msgspec.structs import asdict

from precursor_screen.cases.frames import to_rows
from precursor_screen.cases.reconcile.differences import show_kg
from precursor_screen.cases.reconcile.movements import record_of
from precursor_screen.cases.returns import BULK, CELL, YearlyReturn
from precursor_screen.reporting.comparison import LINES, Head, line_of, not_evaluable, tell
from precursor_screen.reporting.document import Document, columns, tabulate

_TRADE = columns(
    "figure:8n table:8 substance=substance_id:28 form:22 direction:10 country:12 kg:14n shipments:11n lines:8n lines_of_unknown_mass:22n"
)
_USE = columns("table:8 substance=substance_id:28 licit_use_kg:14n annual_requirement_kg:22n remark:60w")
_SEIZURES = columns("table:8 substance=substance_id:28 seized_kg:14n seizures:11n origin:14")
_HEAD, _NOTES = columns("field:24 entry:60w"), columns("about:18 note:120w")
_LINES = (*columns("figure=no:8n"), *LINES[1:])
_NO_USE = "licit use is in no register that is read"
# Of form D as it is recalled, not read: what it asks for -> where it stands in the workbook.
FORM_D: tuple[tuple[str, str], ...] = (
    ("Part one, seizures: substance, quantity, number of cases, origin", "Seizures; blank, for no input tells of any"),
    ("Part two, licit manufacture", "nowhere: no input tells of manufacture"),
    ("Part two, licit trade: imports and exports, quantity by substance", "Trade, added up by direction"),
    ("Part two, licit uses and needs: use, annual quantity", "Use and needs; use is blank, the requirement is the register's"),
    ("Part three, trade by country: substance, country of origin of imports, kilograms", "Trade, direction import"),
    ("Part three, trade by country: substance, country of destination of exports, kilograms", "Trade, direction export"),
)


def head_of(country: str = "", office: str = "", officer: str = "", day: date | None = None) -> dict[str, str | None]:
    """The head of the form by its fields; what is not told is filled in by hand, as the signature is."""
    return {
        "Country or territory": country or None,
        "Competent office": office or None,
        "Name of the officer": officer or None,
        "Date": day.isoformat() if day else None,
        "Signature": None,
    }


def tell_return(made: YearlyReturn, head: Head, form: Mapping[str, str | None] = MappingProxyType(head_of())) -> Document:
    """What `return` tells; form: the head of the form."""
    trade = to_rows(made.figures)
    of = dict(iter(made.counted.groupby(["figure", "unknown"])["movement"]))
    lines = [
        line_of(movement, no=row["figure"], kind=state)
        for row in trade
        for unknown, state in ((False, "counted"), (True, "mass unknown"))
        for movement in of.get((row["figure"], unknown), ())
    ]
    needs = [{"table": t, "substance_id": s, "licit_use_kg": None, "annual_requirement_kg": kg} for t, s, kg in made.needs]
    tables = (
        tabulate("Head", _HEAD, [*form.items(), ("Year", str(made.year))]),
        tabulate("Trade", _TRADE, trade, 3),
        tabulate("Use and needs", _USE, [{**need, "remark": _NO_USE} for need in needs]),
        tabulate("Seizures", _SEIZURES, needs),
        tabulate("Lines", _LINES, lines, 2),
        not_evaluable(made.unjudged),
        tabulate("Notes", _NOTES, notes(made, head)),
    )
    data = {
        "year": made.year,
        "jurisdiction": made.jurisdiction,
        "head": dict(form),
        "not_evaluable": list(map(asdict, made.unjudged)),
        "trade": [
            {name: row[name] for name in ("figure", *CELL, "kg")}
            | {
                name: [record_of(m) for m in of.get((row["figure"], unknown), ())]
                for name, unknown in (("lines", False), ("lines_of_unknown_mass", True))
            }
            for row in trade
        ],
        "use": needs,
        "seizures": [],
    }
    return tell(head, made.unjudged, _text(made, trade), tables, 1, data)


def _text(made: YearlyReturn, trade: list[dict[str, Any]]) -> Iterator[str]:
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


def notes(made: YearlyReturn, head: Head) -> Iterator[tuple[str, str]]:
    """(about what, a sentence), in the order in which a reader needs them."""
    yield "Year", f"{made.year}-01-01 to {made.year}-12-31, both included"
    yield "Jurisdiction", made.jurisdiction or "not told: directions that lines do not state are not known"
    manifests = head.provenance.get("manifests")
    if manifests is not None:
        names = ", ".join(f"{m['name']} ({m['lines']:,} lines)" for m in manifests)
        yield "Figures rest on", f"{len(manifests)} manifest{'' if len(manifests) == 1 else 's'}: {names}"
    else:
        yield (
            "Figures rest on",
            f"what the ledger {head.provenance.get('ledger', '')} remembers: days without any file are not told here, `ledger info` does",
        )
    known, every = made.counted["substance_kg"].count(), len(made.counted)
    yield (
        "Figures rest on",
        f"{known:,} lines of known mass in {len(made.figures):,} figures; {every - known:,} lines of unknown mass stand beside them",
    )
    yield (
        "Figures rest on",
        "masses of the substance as screening reads them: net where it is stated; of solutions with a strength their share",
    )
    yield "Figures rest on", "tables I and II of the 1988 Convention as they stood on the day of each line"
    yield from (("Notice", notice) for notice in head.notices)
    for doubt in made.unjudged:
        yield "Not evaluable", f"{doubt.count:,}: {doubt.message}" + (f" ({', '.join(doubt.examples)})" if doubt.examples else "")
    if not made.unjudged:
        yield "Not evaluable", "nothing"
    yield "Form D", "its layout is recalled, not read: compare with the form of the year before this is sent"
    yield from (("Form D (recalled)", f"{asked}: {where}") for asked, where in FORM_D)
