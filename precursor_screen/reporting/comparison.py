"""What comparisons tell, whatever they compare: movements, numbered differences, what could not be judged, as one document. What `reconcile`
tells, of papers and of two countries; and the yearly return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from precursor_screen.cases.frames import to_rows
from precursor_screen.cases.reconcile.mirror import KINDS as MIRROR_KINDS
from precursor_screen.cases.reconcile.mirror import Consignment, MirrorDifference
from precursor_screen.cases.reconcile.reconcile import ReconcileResult
from precursor_screen.cases.returns import BULK, CELL, YearlyReturn
from precursor_screen.core.words import capital, first_and_more
from precursor_screen.kernel.papers.differences import KINDS, QUESTIONS, Difference, Unjudged, kilograms, show_kg, whole_mass
from precursor_screen.kernel.papers.documents import Document as Paper
from precursor_screen.kernel.papers.documents import Party
from precursor_screen.kernel.papers.movements import Movement, record_of
from precursor_screen.reference.jurisdiction import whose_law
from precursor_screen.reporting.interface import Document, Table, columns, tabulate

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


def present_comparison(
    head: Head, unjudged: Sequence[Unjudged], text: Iterable[str], tables: Sequence[Table], table: int, data: Mapping[str, Any]
) -> Document:
    """A document of what was compared; `table`, one of the tables by its place, is the CSV."""
    law = [said] if (said := head.provenance.get("law")) else []
    lines = [*law, *(f"! {notice}" for notice in head.notices), *map(_not_evaluable_line, unjudged), *text]
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


def _not_evaluable_line(one: Unjudged) -> str:
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
    asked = ("Country or territory", "Competent office", "Name of the officer", "Date", "Signature")
    filled = (country or None, office or None, officer or None, day.isoformat() if day else None, None)
    return dict(zip(asked, filled, strict=True))


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
    return present_comparison(head, made.unjudged, _return_text(made, trade), tables, 1, data)


def _return_text(made: YearlyReturn, trade: list[dict[str, Any]]) -> Iterator[str]:
    whose = f" of {made.jurisdiction}" if made.jurisdiction else ""
    yield f"Return{whose} for {made.year}: {len(made.figures)} figures. Seizures and licit use are left blank."
    for f in trade:
        kg = "not known" if f["kg"] is None else show_kg(f["kg"])
        unknown_mass = f" + {f['lines_of_unknown_mass']} of unknown mass" if f["lines_of_unknown_mass"] else ""
        goods = f["substance_id"] + ("" if f["form"] == BULK else f" ({f['form']})")
        yield f"  Table {f['table']:<3} {goods:<36} {f['direction']:<7} {f['country']:<11} {kg:>18}  {f['lines']} lines{unknown_mass}"
    for table, substance_id, needed in made.needs:
        if needed is not None:
            yield f"  Table {table:<3} {substance_id:<36} annual requirement  {show_kg(needed):>18}"


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
    known, every = made.counted["content_kg"].count(), len(made.counted)
    yield (
        "Figures rest on",
        f"{known:,} lines of known mass in {len(made.figures):,} figures; {every - known:,} lines of unknown mass stand beside them",
    )
    yield (
        "Figures rest on",
        "masses of the substance as screening reads them, as the salt that is named: net where it is stated; of solutions and mixtures with a share that share, whatever the law of a country counts",
    )
    yield "Figures rest on", "tables I and II of the 1988 Convention as they stood on the day of each line"
    yield from (("Notice", notice) for notice in head.notices)
    for unjudged in made.unjudged:
        yield (
            "Not evaluable",
            f"{unjudged.count:,}: {unjudged.message}" + (f" ({', '.join(unjudged.examples)})" if unjudged.examples else ""),
        )
    if not made.unjudged:
        yield "Not evaluable", "nothing"
    yield "Form D", "its layout is recalled, not read: compare with the form of the year before this is sent"
    yield from (("Form D (recalled)", f"{asked}: {where}") for asked, where in FORM_D)


# Differences for people and programs: what `reconcile` tells, of papers and of two countries.

_IN_A_CELL = 20  # shipments that a cell names; the sheet Lines has all
_IN_A_TEXT = 5
_SIDE = "{0}_bills:24w {0}_day:12d {0}_kg:13n {0}_substance:24 {0}_sender:28w {0}_receiver:28w {0}_places:30w"
_COLUMNS = {
    "Summary": columns("kind:20 what:46w register:26 differences:13n"),
    "Differences": columns(
        "no:6n kind:18 what=title:34w register:22 reference:22 holder:28w consignee=importer:28w country:9 substance:24",
        "document_kg:13n first_day=first:12d last_day=last:12d status:11 bills:34w shipped_from:13d shipped_until:13d",
        "shipped_kg:13n content_kg:13n difference_kg:14n because:60w matched:50w settle:44w lines:7n places:40w",
    ),
    "Mirrored": columns(
        f"no:6n kind:18 what=title:34w {_SIDE.format('export')} {_SIDE.format('import')} difference_kg:14n",
        "because:60w matched:50w settle:44w",
    ),
    "Registers": columns("register:26 documents:11n movements:11n matched:11n by_number:11n"),
}


def present(result: ReconcileResult, head: Head, capacity: int = 20) -> Document:
    """What `reconcile` tells; capacity: differences in the text; 0: all."""
    found = list(enumerate(result.differences, 1))
    records = [_record(n, d) for n, d in found]
    counts = sorted(Counter((d.kind, d.register) for d in result.differences).items())
    summary = [(kind, KINDS[kind][0], register, n) for kind in KINDS for (k, register), n in counts if k == kind]
    registers = [dict(zip([c.name for c in _COLUMNS["Registers"]], row, strict=True)) for row in result.compared]
    tables = (
        tabulate("Summary", _COLUMNS["Summary"], summary),
        tabulate("Differences", _COLUMNS["Differences"], [_cells(r, d) for r, (_, d) in zip(records, found, strict=True)], 3),
        tabulate("Lines", LINES, [line_of(m, no=n, kind=d.kind) for n, d in found for m in d.movements], 2),
        tabulate("Registers", _COLUMNS["Registers"], registers),
        not_evaluable(result.unjudged),
    )
    data = {"registers": registers, "not_evaluable": list(map(asdict, result.unjudged)), "differences": records}
    return present_comparison(head, result.unjudged, _text(result, summary, capacity), tables, 1, data)


def _text(result: ReconcileResult, summary: Sequence[tuple[str, str, str, int]], capacity: int) -> Iterator[str]:
    for register, documents, movements, matched, by_number in result.compared:
        under = f", {matched} under a document ({by_number} by number)" if matched else ""
        yield f"{register}: {documents} documents, {movements} movements{under}"
    questions = sum(d.kind in QUESTIONS for d in result.differences)
    yield f"{len(result.differences)} differences" + (f", {questions} of them questions of lawful use" if questions else "")
    for kind, title, register, n in summary:
        yield f"  {n:>6}  {kind:<20} {register:<26} {title}"
    yield from numbered(result.differences, capacity, _both_sides)


def _both_sides(one: Difference) -> Iterator[str]:
    if one.document:
        yield _paper(one.document)
    if one.movements:
        yield _first_few((f"{m.bill} ({m.day}, {_mass(m)}, {m.place})" for m in one.movements), _IN_A_TEXT)


def _paper(d: Paper) -> str:
    parties = " → ".join(p for p in (_names(d.exporter, d.holder), _names(d.importer)) if p)
    days = f"{d.first or '...'} to {(d.last if d.stated_last else None) or '...'}"
    return " · ".join(p for p in (d.reference, parties, d.country, d.substance_id, show_kg(d.kg), days, d.status) if p)


def _mass(m: Movement) -> str:
    """The mass of goods, with what they hold of the substance where that is another one."""
    return show_kg(m.kg) + (f" holding {show_kg(m.content_kg)}" if m.content_kg not in (None, m.kg) else "")


def _names(*parties: Party | None) -> str:
    return ", ".join(p.name for p in parties if p is not None)


def _first_few(items: Iterable[str], most: int) -> str:
    return first_and_more([*dict.fromkeys(items)], most)


def _record(number: int, one: Difference) -> dict[str, Any]:
    content_kg = kilograms([m.content_kg for m in one.movements])
    return {
        "no": number,
        "kind": one.kind,
        "title": one.title,
        "register": one.register,
        "document": _document(one.document) if one.document else None,
        "shipped_kg": one.shipped_kg,
        "content_kg": content_kg,
        "difference_kg": one.difference_kg,
        "because": one.because,
        "matched": one.why,
        "settle": one.remedy,
        "shipments": [record_of(m) for m in one.movements],
    }


def _document(d: Paper) -> dict[str, Any]:
    return {
        **{name: getattr(d, name) for name in ("register", "reference", "substance_id", "kg")},
        **{name: _names(getattr(d, name)) or None for name in ("exporter", "importer", "holder")},
        **{name: getattr(d, name) for name in ("country", "direction", "first")},
        "last": d.last if d.stated_last else None,
        **{name: getattr(d, name) for name in ("status", "single_use", "sent", "reply_ends")},
    }


def _cells(record: dict[str, Any], one: Difference) -> dict[str, Any]:
    """A difference as a record of its table."""
    paper, movements, days = one.document, one.movements, [m.day for m in one.movements]
    return {
        **(record["document"] or {}),
        **record,
        "holder": _names(paper.exporter, paper.holder) if paper else None,
        "substance": paper.substance_id if paper else movements[0].substance_id,
        "document_kg": one.document_kg,
        "bills": _first_few((m.bill for m in movements), _IN_A_CELL),
        "shipped_from": min(days, default=None),
        "shipped_until": max(days, default=None),
        "lines": len(movements),
        "places": _first_few((m.place for m in movements), _IN_A_CELL),
    }


def present_mirror(
    found: Sequence[MirrorDifference], pairs: int, doubts: Sequence[Unjudged], head: Head, capacity: int = 20
) -> Document:
    """What `reconcile --mirror` tells."""
    counted = list(enumerate(found, 1))
    records = [
        {"no": n, "kind": d.kind, "title": d.title, "difference_kg": d.difference_kg, "because": d.because, "matched": d.why}
        | {"settle": d.remedy, **{name: [record_of(m) for m in c] or None for name, c in _sides(d)}}
        for n, d in counted
    ]
    cells = [{**r, **_cells_of("export", d.left), **_cells_of("import", d.arrived)} for r, d in zip(records, found, strict=True)]
    tables = (
        tabulate("Differences", _COLUMNS["Mirrored"], cells, 3),
        tabulate("Lines", LINES, [line_of(m, no=n, kind=d.kind) for n, d in counted for _, c in _sides(d) for m in c], 2),
        not_evaluable(doubts),
    )
    data = {"matched": pairs, "not_evaluable": list(map(asdict, doubts)), "differences": records}
    return present_comparison(head, doubts, _mirror_text(found, pairs, capacity), tables, 0, data)


def _sides(one: MirrorDifference) -> tuple[tuple[str, Consignment], ...]:
    return (("export", one.left), ("import", one.arrived))


def _cells_of(side: str, some: Consignment) -> dict[str, Any]:
    if not some:
        return {}
    first = some[0]
    stated = {"day": first.day, "substance": first.substance_id, "sender": first.sender, "receiver": first.receiver}
    stated |= {"bills": ", ".join(dict.fromkeys(m.bill for m in some)), "places": ", ".join(dict.fromkeys(m.place for m in some))}
    return {f"{side}_{name}": value for name, value in {**stated, "kg": whole_mass(some)}.items()}


def _mirror_text(found: Sequence[MirrorDifference], pairs: int, capacity: int) -> Iterator[str]:
    counts = Counter(d.kind for d in found)
    yield f"{pairs} consignments on both sides, {len(found)} differences"
    yield from (f"  {counts[kind]:>6}  {kind:<20} {title}" for kind, (title, _) in MIRROR_KINDS.items() if counts[kind])
    yield from numbered(found, capacity, _each_side)


def _each_side(one: MirrorDifference) -> Iterator[str]:
    for name, c in _sides(one):
        if c:
            places = ", ".join(m.place for m in c[:_IN_A_TEXT])
            yield f"{name}: {c[0].bill} · {c[0].day} · {c[0].substance_id} · {show_kg(whole_mass(c))} · {places}"
