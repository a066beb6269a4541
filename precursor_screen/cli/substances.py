"""`substances`: list, show, verify, diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common
from precursor_screen.model import TIERS

if TYPE_CHECKING:
    from datetime import date

    from precursor_screen.model import Control, Substance
    from precursor_screen.reference.substance_diff import Change, State, TableDiff
    from precursor_screen.reference.substances import SubstanceTable


def load_table() -> SubstanceTable:
    """The substance tables that ship."""
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substances import load_substances

    return load_substances(shipped.substances_folder())


@click.group()
def command() -> None:
    """The substance tables: what is controlled, since when, under which law, and how far each fact is checked.

    \b
    Example:
      precursor-screen substances show acetic-anhydride
    """


@command.command("list")
@click.option("--instrument", metavar="CODE", help="Only those listed under UN1988, UN1961, UN1971, EU, US ...")
@click.option("--schedule", metavar="NAME", help="Only those listed in that table, schedule or category.")
@click.option("--tier", type=click.Choice(TIERS), help="Only those of that tier.")
@click.option("--on", "day", metavar="DATE", help="By the listings in force on that day [default: those that have no end].")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per substance and line.")
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
            common.echo_json(_record(substance, table))
        else:
            law = ", ".join(
                f"{c.instrument} {c.schedule}{'' if on is None or c.known_on(on) else ' (unknown on that day)'}" for c in standing
            )
            base = ", ".join(c.number for c in substance.cas_numbers if c.of == "base") or "-"
            click.echo(f"{substance.substance_id:<48} {law:<12} {base:<12} {substance.name}")
    if not as_json:  # apart from the lines, which may be counted or cut
        click.echo(f"Editions: {table.edition}", err=True)


def _check_filters(table: SubstanceTable, instrument: str | None, schedule: str | None) -> None:
    """A filter that nothing can pass is a slip of the pen, not an empty list.

    Raises:
        UsageError: no listing of the tables has that instrument or schedule.
    """
    from precursor_screen.errors import UsageError
    from precursor_screen.names.suggest import did_you_mean

    controls = [c for s in table.substances for c in s.controls]
    instruments = list(dict.fromkeys(c.instrument for c in controls))
    if instrument and instrument not in instruments:
        raise UsageError(
            f"no substance is listed under {instrument!r}",
            remedy=did_you_mean(instrument, instruments) or f"Instruments: {', '.join(instruments)}.",
        )
    schedules = list(dict.fromkeys(c.schedule for c in controls if (instrument or c.instrument) == c.instrument))
    if schedule and schedule not in schedules:
        raise UsageError(f"no substance is listed in {schedule!r}", remedy=f"There are: {', '.join(schedules)}.")


@command.command()
@click.argument("substance_id")
@click.option("--json", "as_json", is_flag=True, help="The substance as a JSON object.")
def show(substance_id: str, as_json: bool) -> None:
    """One substance in full: names, numbers, codes and listings, each with its source and check.

    \b
    Example:
      precursor-screen substances show p-2-p
    """
    from precursor_screen.errors import UsageError
    from precursor_screen.names.suggest import did_you_mean

    table = load_table()
    known = {s.substance_id: s for s in table.substances}
    if substance_id not in known:
        raise UsageError(
            f"no substance is called {substance_id!r}", remedy=did_you_mean(substance_id, known) or "See `substances list`."
        )
    if as_json:
        common.echo_json(_record(known[substance_id], table))
    else:
        click.echo(show_substance(known[substance_id], table))


@command.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--as-of", metavar="DATE", help="Day on which the sizes of the tables are counted [default: today].")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(folder: Path | None, as_of: str | None, as_json: bool) -> int:
    """Checks the tables: against themselves, their editions and, with the extra `structure`, against the structures.

    FOLDER holds tables of your own; without it those that ship are checked. Exit 1 if there is a problem. What could not be checked
    is said.

    \b
    Example:
      precursor-screen substances verify
    """
    from precursor_screen.errors import ExitCode
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substance_verify import verify_tables
    from precursor_screen.reports.printable import printable

    table, checks = verify_tables(folder or shipped.substances_folder(), common.parse_day(as_of, "--as-of"))
    problems = [p for c in checks for p in c.problems]
    if as_json:
        common.echo_json(
            {
                "edition": table.edition,
                "sha256": table.sha256,
                "substances": len(table.substances),
                "problems": len(problems),
                "checks": [
                    {"check": c.name, "examined": c.examined, "problems": list(c.problems), "notes": list(c.notes)}
                    for c in checks
                ],
            }
        )
        return ExitCode.FLAGGED if problems else ExitCode.CLEAR
    for problem in problems:
        click.echo(f"error: {printable(problem)}", err=True)
    for check in checks:
        click.echo(f"{check.name}: {check.examined} examined, {len(check.problems)} wrong")
        for note in check.notes:
            click.echo(f"  note: {printable(note)}")
    click.echo(f"editions: {table.edition}")
    click.echo(f"{len(table.substances)} substances: {len(problems)} problems")
    return ExitCode.FLAGGED if problems else ExitCode.CLEAR


@command.command()
@click.argument("old")
@click.argument("new")
@click.option("--names", "with_names", is_flag=True, help="List the names that came and went, not only how many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def diff(old: str, new: str, with_names: bool, as_json: bool) -> None:
    """What changed in law from OLD to NEW: two days (of the tables that ship), or two folders of substance tables.

    \b
    Examples:
      precursor-screen substances diff 2024-12-02 2024-12-04
      precursor-screen substances diff tables-2026 tables-2027 --names
    """
    from precursor_screen.reference.substance_diff import diff_tables

    before, after = _states(old, new)
    found = diff_tables(before, after)
    if as_json:
        common.echo_json(_diff_record(old, new, found))
        return
    for line in _diff_lines(found, before.day is None, with_names):
        click.echo(line)


def _states(old: str, new: str) -> tuple[State, State]:
    from precursor_screen.errors import UsageError
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substance_diff import State
    from precursor_screen.reference.substances import load_substances
    from precursor_screen.reference.thresholds import load_thresholds

    first, last = _day(old), _day(new)
    if first is not None and last is not None:
        if last < first:
            raise UsageError(f"{new} is before {old}", remedy="Give the earlier day first.")
        folder = shipped.substances_folder()
        substances, thresholds = load_substances(folder).substances, load_thresholds(folder)
        return State(substances, thresholds, first), State(substances, thresholds, last)
    if first is not None or last is not None:
        raise UsageError("a day and a folder cannot be compared", remedy="Give two days or two folders.")
    for name in (old, new):
        if not Path(name).is_dir():
            raise UsageError(f"{name!r} is neither a day nor a folder", remedy="Write a day as 2024-12-03.")
    a, b = (State(load_substances(Path(p)).substances, load_thresholds(Path(p)), None) for p in (old, new))
    return a, b


def _day(text: str) -> date | None:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_TITLES = {
    "added": "Substances that had no listing before",
    "removed": "Substances that have no listing any more",
    "began": "Listings that began",
    "ended": "Listings that ended",
    "moved": "Listings that moved",
    "threshold": "Thresholds that changed",
    "corrected": "Listings corrected",
}


def _diff_lines(found: TableDiff, editions: bool, with_names: bool) -> list[str]:
    from precursor_screen.reports.printable import printable

    lines: list[str] = []
    for what, title in _TITLES.items():
        rows = [c for c in found.changes if c.what == what]
        lines += [f"{title}: {len(rows)}", *(f"  {printable(_change_line(c))}" for c in rows)]
    if editions:
        added, removed = (
            sum(len(n) for n in side) for side in ([n.added for n in found.names], [n.removed for n in found.names])
        )
        lines.append(f"Names: {added} added, {removed} removed")
        if with_names:
            for one in found.names:
                lines += [f"  {one.substance_id}  + {printable(n)}" for n in one.added]
                lines += [f"  {one.substance_id}  - {printable(n)}" for n in one.removed]
    if found.undated:
        lines.append(
            f"{found.undated} listings have no date: whether they held before the edition they were read in is not known."
        )
    return lines


def _change_line(change: Change) -> str:
    words = " -> ".join(w for w in (change.old, change.new) if w) or "none"
    if change.what == "threshold":
        words = f"{change.old or 'none'} -> {change.new or 'none'}"
    when = f" ({'until' if change.what == 'ended' else 'from'} {change.since})" if change.since else ""
    mark = "" if change.verified else ", unverified"
    return f"{change.substance_id:<50} {change.instrument} {words}{when}{mark}" if change.instrument else change.substance_id


def _diff_record(old: str, new: str, found: TableDiff) -> dict[str, Any]:
    return {
        "old": old,
        "new": new,
        **{
            what: [
                {
                    "substance_id": c.substance_id,
                    "name": c.name,
                    **({"instrument": c.instrument, "old": c.old, "new": c.new, "since": c.since} if c.instrument else {}),
                    "verified": c.verified,
                }
                for c in found.changes
                if c.what == what
            ]
            for what in _TITLES
        },
        "names": [{"substance_id": n.substance_id, "added": list(n.added), "removed": list(n.removed)} for n in found.names],
        "undated_listings": found.undated,
    }


def _record(substance: Substance, table: SubstanceTable) -> dict[str, Any]:
    return {
        "substance_id": substance.substance_id,
        "name": substance.name,
        "names": [
            {"name": n.name, "language": n.language, "kind": n.kind, "strength": n.strength, "verified": n.verified}
            for n in substance.names
        ],
        "cas": [{"number": c.number, "of": c.of, "verified": c.verified} for c in substance.cas_numbers],
        "ec": [{"number": e.number, "of": e.of, "verified": e.verified} for e in substance.ec_numbers],
        "hs": [
            {
                "hs6": h.hs6,
                "own": h.own,
                "edition_from": h.edition_from,
                "edition_until": h.edition_until,
                "verified": h.verified,
            }
            for h in substance.hs_codes
        ],
        "un_numbers": list(substance.un_numbers),
        "control": [
            {
                "instrument": c.instrument,
                "schedule": c.schedule,
                "edition": table.edition_of(c.instrument),
                "since": c.since,
                "since_verified": c.since_verified,
                "seen": c.seen,
                "until": c.until,
                "scope": c.scope,
                "source": c.source,
                "verified": c.verified,
            }
            for c in substance.controls
        ],
        "tier": substance.tier,
    }


def _checked(verified: bool) -> str:
    return "checked" if verified else "unverified"


def _in_force(control: Control) -> str:
    """Since when a listing holds, how far that day is checked, and until when."""
    until = f" until {control.until}" if control.until else ""
    if control.since:
        return f"from {control.since} ({_checked(control.since_verified)}){until}"
    before = f", not known before {control.seen}" if control.seen else ""
    return f"from a day not found{before}{until}"


def show_substance(substance: Substance, table: SubstanceTable | None = None) -> str:
    """A substance for a person, with the editions of the lists it stands on.

    Args:
        substance: the substance.
        table: the tables it is from; by default those that ship.
    """
    table = table or load_table()
    lines = [f"{substance.name}  [{substance.substance_id}]  {substance.formula}"]
    lines += [f"  {c.instrument} {c.schedule} ({_checked(c.verified)}), {_in_force(c)}: {c.source}" for c in substance.controls]
    lines += [
        f"  edition of {instrument}: {table.edition_of(instrument) or 'not stated'}"
        for instrument in dict.fromkeys(c.instrument for c in substance.controls)
    ]
    lines += [
        f"  covers salts: {'yes' if substance.covers_salts else 'no'}; isomers: {'yes' if substance.covers_isomers else 'no'}"
    ]
    lines += [f"  CAS {c.number} ({c.of}, {_checked(c.verified)}: {c.source})" for c in substance.cas_numbers]
    lines += [f"  EC {e.number} ({e.of}, {_checked(e.verified)}: {e.source})" for e in substance.ec_numbers]
    lines += [
        f"  HS {h.hs6[:4]}.{h.hs6[4:]} ({'its own' if h.own else 'a basket'}, {_checked(h.verified)}), edition {h.edition_from}{f' to {h.edition_until}' if h.edition_until else ' on'}"
        for h in substance.hs_codes
    ]
    lines += [f"  UN {n}" for n in substance.un_numbers]
    lines += [f"  family {substance.family or '-'}; routes {', '.join(substance.route_groups) or '-'}"]
    lines += [f"  {n.language:<3} {n.name} ({n.kind}, {n.strength}, {_checked(n.verified)})" for n in substance.names]
    lines += [f"  note: {substance.notes}"] if substance.notes else []
    return "\n".join(lines)
