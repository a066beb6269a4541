"""What comparisons tell, whatever they compare: movements, numbered differences, what could not be judged, as one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from precursor_screen.cases.frames import to_rows
from precursor_screen.cases.reconcile.differences import Unjudged, show_kg
from precursor_screen.cases.reconcile.movements import Movement, record_of
from precursor_screen.cases.returns import BULK, CELL, YearlyReturn
from precursor_screen.core.words import capital
from precursor_screen.reference.jurisdiction import whose_law
from precursor_screen.reporting.document import Document, Table, columns, tabulate

SCHEMA_VERSION = 1
LINES = columns(
    "no:6n kind:18 bill:22 day:12d kg:13n content_kg:13n direction:10 substance=substance_id:24 sender:28w receiver:28w from:6 to:6",
    "country_of_party:16 permit:18 notification:18 source_file:26 source_row:10n line_id:34x",
)
_NOT_EVALUABLE = columns("code:18 register:24 count:9n what=message:80w examples:60w")


class Head(Struct, frozen=True):
    """What stands above all that is told.

    Attributes:
        run: of the program: nothing of the clock is anywhere else.
        provenance: of what was compared.
        notices: to stand first.
        day: of the workbook.
    """

    run: Mapping[str, Any]
    provenance: Mapping[str, Any]
    notices: Sequence[str]
    day: date


def present(
    head: Head, unjudged: Sequence[Unjudged], text: Iterable[str], tables: Sequence[Table], table: int, data: Mapping[str, Any]
) -> Document:
    """A document of what was compared; `table`, one of the tables by its place, is the CSV."""
    law = [said] if (said := head.provenance.get("law")) else []
    lines = [*law, *(f"! {notice}" for notice in head.notices), *map(_doubt, unjudged), *text]
    before = {"schema_version": SCHEMA_VERSION, "run": head.run, "provenance": head.provenance, "notices": list(head.notices)}
    return Document(
        created=datetime.combine(head.day, time(), UTC),
        day=head.day,
        text=lambda: lines,
        tables=lambda: tables,
        rows=lambda: ([c.name for c in tables[table].columns], (map(_plain, row) for row in tables[table].rows)),
        data=lambda: _listed(_plain({**before, **data})),
    )


def _listed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as iterators: they are written one item a line."""
    return {name: iter(value) if isinstance(value, list) else value for name, value in data.items()}


def _plain(value: Any) -> Any:
    """What JSON is made of; a mass is a text without trailing zeros."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _doubt(one: Unjudged) -> str:
    """What could not be judged, in a line."""
    where = f" ({', '.join(one.examples)}{' ...' if one.count > len(one.examples) else ''})" if one.examples else ""
    return f"not evaluable ({one.count}): {one.register + ': ' if one.register else ''}{one.message}{where}"


def not_evaluable(some: Iterable[Unjudged]) -> Table:
    """The table of what could not be judged."""
    return tabulate("Not evaluable", _NOT_EVALUABLE, map(asdict, some))


def line_of(movement: Movement, **about: Any) -> dict[str, Any]:
    """A movement as a record of LINES."""
    return {**record_of(movement), "country_of_party": movement.assumed or None, **about}


def numbered(found: Sequence[Any], capacity: int, describe: Callable[[Any], Iterable[str]]) -> Iterator[str]:
    """Differences for people, `capacity` of them at the most; 0: all."""
    shown = found[: capacity or None]
    for number, one in enumerate(shown, 1):
        yield ""
        yield f"{number}. {one.title} [{one.kind}]"
        yield from (f"   {line}" for line in describe(one))
        yield f"   {capital(one.because)}. {one.remedy}"
        if one.why:
            yield f"   Matched: {one.why}"
    if len(shown) < len(found):
        yield ""
        yield f"... and {len(found) - len(shown)} more: write them with -o differences.xlsx"


# The yearly return for people and programs: trade, use and needs, seizures, the lines behind every figure, and what it rests
# on.

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


def present_return(made: YearlyReturn, head: Head, form: Mapping[str, str | None] = MappingProxyType(head_of())) -> Document:
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
    return present(head, made.unjudged, _text(made, trade), tables, 1, data)


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
    yield (
        "Jurisdiction",
        whose_law(made.jurisdiction, date(made.year, 12, 31)) or "not told: directions that lines do not state are not known",
    )
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
