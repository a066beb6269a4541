"""`substances`: list, show, verify, diff; `law_packs` has the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common, law_packs
from precursor_screen.cli.common import fields
from precursor_screen.core.model import TIERS
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from datetime import date

    from precursor_screen.core.model import Control, Substance
    from precursor_screen.reference.substance_diff import Change, State, TableDiff
    from precursor_screen.reference.substances import SubstanceTable

# How substances, and changes of their tables, are shown: to people and as JSON.

CURRENT = "current"  # the tables in use
_INPUTS = "Screen these manifests (files, folders, globs) under both, and name the shipments whose band changes."
_TITLES = {
    "added": "Substances that had no listing before",
    "removed": "Substances that are no longer listed",
    "began": "Listings that began",
    "ended": "Listings that ended",
    "moved": "Listings that moved",
    "threshold": "Thresholds that changed",
    "corrected": "Listings corrected",
}


def diff_lines(found: TableDiff, editions: bool, with_names: bool) -> Iterator[str]:
    """What changed, for a person; between editions of tables their names as well."""
    for what, title in _TITLES.items():
        rows = [c for c in found.changes if c.what == what]
        yield f"{title}: {len(rows)}"
        yield from (f"  {printable(_change_line(c))}" for c in rows)
    if editions:
        added, removed = (sum(len(getattr(n, side)) for n in found.names) for side in ("added", "removed"))
        yield f"Names: {added} added, {removed} removed"
    for one in found.names if editions and with_names else ():
        yield from (f"  {one.substance_id}  + {printable(n)}" for n in one.added)
        yield from (f"  {one.substance_id}  - {printable(n)}" for n in one.removed)
    if found.undated:
        yield f"{found.undated} listings have no date: whether they held before the edition they were read in is not known."


def _change_line(change: Change) -> str:
    words = " -> ".join(w for w in (change.old, change.new) if w) or "none"
    if change.what == "threshold":
        words = f"{change.old or 'none'} -> {change.new or 'none'}"
    when = f" ({'until' if change.what == 'ended' else 'from'} {change.since})" if change.since else ""
    mark = "" if change.verified else ", unverified"
    return f"{change.substance_id:<50} {change.instrument} {words}{when}{mark}" if change.instrument else change.substance_id


def diff_record(found: TableDiff) -> dict[str, Any]:
    """What changed, for JSON."""
    changes = {what: [_change_record(c) for c in found.changes if c.what == what] for what in _TITLES}
    return {**changes, "names": [fields(n, "substance_id added removed") for n in found.names], "undated_listings": found.undated}


def _change_record(change: Change) -> dict[str, Any]:
    return fields(change, f"substance_id name {'instrument old new since ' if change.instrument else ''}verified")


def substance_record(substance: Substance, table: SubstanceTable) -> dict[str, Any]:
    """A substance for JSON, with the editions of the lists it is on."""
    control = "since since_verified seen until scope source verified"
    return {
        **fields(substance, "substance_id name"),
        "names": [fields(n, "name language kind strength verified") for n in substance.names],
        "cas": [fields(c, "number of verified") for c in substance.cas_numbers],
        "ec": [fields(e, "number of verified") for e in substance.ec_numbers],
        "hs": [fields(h, "hs6 own edition_from edition_until verified") for h in substance.hs_codes],
        "un_numbers": substance.un_numbers,
        "control": [
            {**fields(c, "instrument schedule"), "edition": table.edition_of(c.instrument), **fields(c, control)}
            for c in substance.controls
        ],
        "tier": substance.tier,
    }


def substance_line(substance: Substance, standing: Iterable[Control], on: date | None) -> str:
    """A substance in one line, with its listings on a day."""
    law = ", ".join(
        f"{c.instrument} {c.schedule}{'' if on is None or c.known_on(on) else ' (unknown on that day)'}" for c in standing
    )
    base = ", ".join(c.number for c in substance.cas_numbers if c.of == "base") or "-"
    return f"{substance.substance_id:<48} {law:<12} {base:<12} {substance.name}"


def _checked(verified: bool) -> str:
    return "checked" if verified else "unverified"


def _in_force(control: Control) -> str:
    """Since when a listing holds, how far that day is checked, until when, and when its act came about."""
    days = ((what, getattr(control, what)) for what in ("proposed", "adopted", "published"))
    until = f" until {control.until}" if control.until else ""
    until += "".join(f", {what} {day}" for what, day in days if day)
    if control.since:
        return f"from {control.since} ({_checked(control.since_verified)}){until}"
    before = f", not known before {control.seen}" if control.seen else ""
    return f"from a day not found{before}{until}"


def show_substance(substance: Substance, table: SubstanceTable) -> str:
    """A substance for a person, with the editions of the lists it is on."""
    return "\n".join(_described(substance, table))


def _described(substance: Substance, table: SubstanceTable) -> Iterator[str]:
    yield f"{substance.name}  [{substance.substance_id}]  {substance.formula}"
    for c in substance.controls:
        yield f"  {c.instrument} {c.schedule} ({_checked(c.verified)}), {_in_force(c)}: {c.source}"
    for instrument in dict.fromkeys(c.instrument for c in substance.controls):
        yield f"  edition of {instrument}: {table.edition_of(instrument) or 'not stated'}"
    salts, isomers = ("yes" if covered else "no" for covered in (substance.covers_salts, substance.covers_isomers))
    yield f"  covers salts: {salts}; isomers: {isomers}"
    for kind, numbers in (("CAS", substance.cas_numbers), ("EC", substance.ec_numbers)):
        yield from (f"  {kind} {n.number} ({n.of}, {_checked(n.verified)}: {n.source})" for n in numbers)
    for h in substance.hs_codes:
        until = f" to {h.edition_until}" if h.edition_until else " on"
        basket = "its own" if h.own else "a basket"
        yield f"  HS {h.hs6[:4]}.{h.hs6[4:]} ({basket}, {_checked(h.verified)}), edition {h.edition_from}{until}"
    yield from (f"  UN {n}" for n in substance.un_numbers)
    yield f"  family {substance.family or '-'}; routes {', '.join(substance.route_groups) or '-'}"
    yield from (f"  {n.language:<3} {n.name} ({n.kind}, {n.strength}, {_checked(n.verified)})" for n in substance.names)
    if substance.notes:
        yield f"  note: {substance.notes}"


def load_table() -> SubstanceTable:
    """The substance tables in use."""
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substances import load_substances

    return load_substances(shipped.substances_folder())


@click.group()
def command() -> None:
    """The substance tables: what is controlled, since when, under which law, and how far each fact is checked.

    \b
    Examples:
      precursor-screen substances show acetic-anhydride
      precursor-screen substances status --require-fresh
      precursor-screen substances import eu-2027-03.zip
    """


@command.command("list")
@click.option("--instrument", metavar="CODE", help="Only those listed under UN1988, UN1961, UN1971, EU, US ...")
@click.option("--schedule", metavar="NAME", help="Only those listed in that table, schedule or category.")
@click.option("--tier", type=click.Choice(TIERS), help="Only those of that tier.")
@click.option("--on", "day", metavar="DATE", help="By the listings in force on that day [default: those that have no end].")
@common.json_option(help="One JSON object per substance and line.")
def list_substances(instrument: str | None, schedule: str | None, tier: str | None, day: str | None, as_json: bool) -> None:
    """One line a substance.

    \b
    Examples:
      precursor-screen substances list
      precursor-screen substances list --instrument UN1988 --schedule I --on 2024-12-02
    """
    on = common.parse_day(day, "--on") if day else None
    table = load_table()
    _check_filters(table, instrument, schedule)
    for substance in table.substances:
        standing = [c for c in substance.controls if (c.in_force(on) if on else c.until is None)]
        fitting = [c for c in standing if (instrument or c.instrument) == c.instrument and (schedule or c.schedule) == c.schedule]
        if (tier or substance.tier) != substance.tier or ((instrument or schedule or on) and not fitting):
            continue
        if as_json:
            common.echo_json(substance_record(substance, table))
        else:
            click.echo(substance_line(substance, standing, on))
    if not as_json:  # apart from the lines, which may be counted or cut
        click.echo(f"Editions: {table.edition}", err=True)


def _check_filters(table: SubstanceTable, instrument: str | None, schedule: str | None) -> None:
    """A filter that nothing can pass is a slip of the pen, not an empty list.

    Raises:
        UsageError: no listing of the tables has that instrument or schedule.
    """
    from precursor_screen.core.errors import UsageError

    controls = [c for s in table.substances for c in s.controls]
    instruments = list(dict.fromkeys(c.instrument for c in controls))
    if instrument and instrument not in instruments:
        there = f"Instruments: {', '.join(instruments)}."
        raise common.unknown(f"no substance is listed under {instrument!r}", instrument, instruments, there)
    schedules = list(dict.fromkeys(c.schedule for c in controls if (instrument or c.instrument) == c.instrument))
    if schedule and schedule not in schedules:
        raise UsageError(f"no substance is listed in {schedule!r}", remedy=f"Choose one of: {', '.join(schedules)}.")


@command.command()
@click.argument("substance_id")
@common.json_option(help="The substance as a JSON object.")
def show(substance_id: str, as_json: bool) -> None:
    """One substance in full: names, numbers, codes and listings, each with its source and check.

    \b
    Example:
      precursor-screen substances show p-2-p
    """
    table = load_table()
    known = {s.substance_id: s for s in table.substances}
    if substance_id not in known:
        raise common.unknown(f"there is no substance {substance_id!r}", substance_id, known, "See `substances list`.")
    if as_json:
        common.echo_json(substance_record(known[substance_id], table))
    else:
        click.echo(show_substance(known[substance_id], table))


@command.command()
@click.argument("folder", required=False, type=common.PATH)
@common.as_of_option(help="Day on which the sizes of the tables are counted [default: today].")
@common.json_option(help="One JSON object.")
def verify(folder: Path | None, as_of: str | None, as_json: bool) -> int:
    """Checks the tables: against themselves, their editions and, with the extra `structure`, against the structures.

    FOLDER holds tables of your own; without it those that ship are checked. Exit 1 if there is a problem. What could not be checked
    is said.

    \b
    Example:
      precursor-screen substances verify
    """
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substance_verify import verify_tables

    table, checks = verify_tables(folder or shipped.substances_folder(), common.parse_day(as_of, "--as-of"))
    problems = [p for c in checks for p in c.problems]
    if as_json:
        counts = {"substances": len(table.substances), "problems": len(problems)}
        shown = [{"check": c.name, **common.fields(c, "examined problems notes")} for c in checks]
        common.echo_json({**common.fields(table, "edition sha256"), **counts, "checks": shown})
        return common.exit_code(problems)
    common.say(problems, "error: ", err=True)
    for check in checks:
        click.echo(f"{check.name}: {check.examined} examined, {len(check.problems)} wrong")
        common.say(check.notes, "  note: ")
    click.echo(f"editions: {table.edition}")
    click.echo(f"{len(table.substances)} substances: {len(problems)} problems")
    return common.exit_code(problems)


@command.command()
@click.argument("old")
@click.argument("new")
@click.option("--names", "with_names", is_flag=True, help="List the names that came and went, not only how many.")
@click.option("--inputs", multiple=True, metavar="PATH", help=_INPUTS)
@common.jurisdiction_option(help="With --inputs: whose law they are screened by [default: the setting].")
@click.option("--override", metavar="REASON", default="", help="With a pack: as at its import.")
@common.json_option(help="One JSON object.")
def diff(
    old: str,
    new: str,
    with_names: bool,
    inputs: tuple[str, ...],
    jurisdiction: str | None,
    override: str,
    as_json: bool,
) -> None:
    """What changed in law from OLD to NEW: two days, two folders of substance tables, or `current` and a pack that is not imported yet.

    \b
    Examples:
      precursor-screen substances diff 2024-12-02 2024-12-04
      precursor-screen substances diff tables-2026 tables-2027 --names
      precursor-screen substances diff current eu-2027.zip --inputs inbox
    """
    from precursor_screen.core.errors import UsageError
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substance_diff import diff_tables

    law = law_packs.law_with(Path(new), override) if old == CURRENT else None
    if inputs and law is None:
        raise UsageError(
            "--inputs works only where a pack is compared", remedy=f"Write: substances diff {CURRENT} PACK --inputs {inputs[0]}"
        )
    before, after = (_state_of(shipped.substances_folder()), _state_of(law.substances)) if law else _states(old, new)
    found = diff_tables(before, after)
    shipments, bands = law_packs.compare_bands(inputs, jurisdiction, law) if law and inputs else (None, [])
    if as_json:
        told = {"shipments": shipments, "bands": [common.fields(b, "shipment_id old new") for b in bands]}
        common.echo_json({"old": old, "new": new, **diff_record(found), **(told if shipments is not None else {})})
        return
    click.echo("\n".join(diff_lines(found, before.day is None, with_names)))
    if shipments is not None:
        click.echo(f"Shipments whose band changes: {len(bands)} of {shipments}")
        common.say(f"  {b.shipment_id}  {b.old or 'none'} -> {b.new or 'none'}" for b in bands)


def _state_of(folder: Path) -> State:
    from precursor_screen.reference.substance_diff import State
    from precursor_screen.reference.substances import load_substances
    from precursor_screen.reference.thresholds import load_thresholds

    return State(load_substances(folder).substances, load_thresholds(folder), None)


def _states(old: str, new: str) -> tuple[State, State]:
    from precursor_screen.core.errors import UsageError
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substance_diff import State
    from precursor_screen.reference.substances import load_substances
    from precursor_screen.reference.thresholds import load_thresholds

    first, last = _day(old), _day(new)
    if first and last:
        if last < first:
            raise UsageError(f"{new} is before {old}", remedy="Give the earlier day first.")
        folder = shipped.substances_folder()
        substances, thresholds = load_substances(folder).substances, load_thresholds(folder)
        return State(substances, thresholds, first), State(substances, thresholds, last)
    if first or last:
        raise UsageError("a day and a folder cannot be compared", remedy="Give two days or two folders.")
    for name in (old, new):
        if not Path(name).is_dir():
            raise UsageError(f"{name!r} is neither a day nor a folder", remedy="Write a day as 2024-12-03.")
    return _state_of(Path(old)), _state_of(Path(new))


def _day(text: str) -> date | None:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


for one in (law_packs.status, law_packs.import_pack, law_packs.add, law_packs.pack, law_packs.remove):
    command.add_command(one)
