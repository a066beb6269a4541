"""`registers`: import, check, status."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precursor_screen.app.site_settings import home_of
from precursor_screen.cli import common

if TYPE_CHECKING:
    from precursor_screen.reference.registers.headers import HeaderWords
    from precursor_screen.reference.registers.reading import ReadRegister
    from precursor_screen.rulebook.registers import Scope


@click.group()
def command() -> None:
    """Permits, notifications, licences and annual requirements: what the document rules compare with.

    \b
    Examples:
      precursor-screen registers import permits permits.xlsx
      precursor-screen registers import licences licences.csv --mapping licences.yml
      precursor-screen registers status
    """


@command.command("import")
@click.argument("register")
@click.argument("file", type=common.PATH)
@click.option("--date", "day", metavar="DATE", help="Day on which the register held [default: today].")
@common.file_option("--mapping", help="YAML: `columns` (HEADER: COLUMN or ignore), `values`, date_order, decimal.")
@click.option(
    "--complete/--incomplete", default=None, help="Whether it holds every document of its substances and days [default: asked]."
)
@click.option("--substances", metavar="LIST", help="The substances that it covers, by id or name [default: all].")
@click.option("--directions", metavar="LIST", help="import, export [default: both].")
@click.option("--from", "first", metavar="DATE", help="First day that it covers.")
@click.option("--to", "last", metavar="DATE", help="Last day that it covers.")
@click.option("--force", is_flag=True, help="Take it even if it is empty, or much shorter or older than the last copy.")
def import_register(
    register: str,
    file: Path,
    day: str | None,
    mapping: Path | None,
    complete: bool | None,
    substances: str | None,
    directions: str | None,
    first: str | None,
    last: str | None,
    force: bool,
) -> int:
    """Import a register (CSV, XLSX, Parquet, JSON): permits, pre-export-notifications, licences, annual-requirements, import-confirmations
    or voluntary-notifications.

    Headers are understood as those of manifests are; of a workbook every sheet that has the columns is read. Rows that cannot be
    understood are set aside and named, and so are filled columns that were not used; exit code 3 then. A register that does not say
    that it is complete proves nothing by what is absent from it.

    \b
    Examples:
      precursor-screen registers import pre-export-notifications pen.csv --date 2026-11-25
      precursor-screen registers import permits permits.xlsx --complete --from 2026-01-01 --to 2026-12-31
    """
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.reference.recogniser import known_index
    from precursor_screen.reference.registers.store import RegisterStore

    words = _header_words(register, mapping)
    scope = _scope(complete, substances, directions, first, last)
    store = RegisterStore(home_of(common.settings()))
    when = common.parse_day(day, "--date")
    record, read = store.import_file(register, file, known_index(), when, force=force, words=words, scope=scope)
    click.echo(f"{register}: {record.rows} rows of {record.day} imported, {len(record.skipped)} set aside")
    _show(read)
    if record.scope.complete is None:
        click.echo(
            "  It does not say whether it is complete: what is absent from it proves nothing. Pass --complete or --incomplete."
        )
    return ExitCode.SET_ASIDE if record.skipped or read.unused or read.uncertain else ExitCode.CLEAR


@command.command("check")
@click.argument("register")
@click.argument("file", type=common.PATH)
@common.file_option("--mapping", help="YAML: `columns` (HEADER: COLUMN or ignore), `values`, date_order, decimal.")
def check_register(register: str, file: Path, mapping: Path | None) -> int:
    """Show how a file would be read as a register: columns, words, rows set aside. Nothing is imported.

    \b
    Example:
      precursor-screen registers check permits permits.xlsx
    """
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.reference.recogniser import known_index
    from precursor_screen.reference.registers.store import check_file

    read = check_file(register, file, known_index(), _header_words(register, mapping))
    click.echo(f"{register}: {read.table.num_rows} rows can be read, {len(read.skipped)} would be set aside")
    for name, words in _understood(read):
        click.echo(f"  {name}: {words}")
    _show(read)
    return ExitCode.SET_ASIDE if read.skipped or read.unused or read.uncertain else ExitCode.CLEAR


_FEW = 12  # different values of a column that are listed; of others their number and an example is shown


def _understood(read: ReadRegister) -> Iterator[tuple[str, str]]:
    """Of each column that has a value: what it holds."""
    from collections import Counter

    for name in read.table.column_names:
        values = Counter(str(v) for v in read.table.column(name).to_pylist() if v is not None)
        if not values or name.endswith("_key"):
            continue
        common_ones = values.most_common(_FEW if len(values) <= _FEW else 1)
        shown = ", ".join(f"{value} ({rows})" for value, rows in common_ones)
        yield name, shown if len(values) <= _FEW else f"{len(values)} different values, such as {common_ones[0][0]}"


def _show(read: ReadRegister) -> None:
    for note in (*read.notes, *read.uncertain):
        click.echo(f"  {note}")
    for skipped in read.skipped:
        click.echo(f"  row {skipped.row}: {skipped.reason}", err=True)
    if read.unused:
        remedy = "Name them in a --mapping file: `HEADER: column`, or `HEADER: ignore`"
        click.echo(f"  filled columns that were not used: {', '.join(read.unused)}. {remedy}", err=True)


def _header_words(register: str, mapping: Path | None) -> HeaderWords:
    from precursor_screen.readers.column_map import load_register_map
    from precursor_screen.readers.tabular.assign import lookup
    from precursor_screen.reference.registers.headers import HeaderWords
    from precursor_screen.rulebook.registers import REGISTERS

    def field_of(header: str) -> str:
        return lookup(header)[0]

    return load_register_map(mapping, register, field_of) if mapping and register in REGISTERS else HeaderWords(field_of)


def _scope(complete: bool | None, substances: str | None, directions: str | None, first: str | None, last: str | None) -> Scope:
    """What the register says of itself; whether it is complete is asked of a person who does not say."""
    from precursor_screen.reference.recogniser import known_index
    from precursor_screen.rulebook.registers import Scope

    ways = tuple(part.strip().lower() for part in (directions or "").split(",") if part.strip())
    if wrong := sorted(set(ways) - {"import", "export"}):
        raise click.UsageError(f"--directions {wrong[0]!r} is not import or export")
    ids: list[str] = []
    for part in filter(None, (part.strip() for part in (substances or "").split(","))):
        found = {m.substance_id for m in known_index().match(part) if m.suppressed is None}
        by_id = {s.substance_id for s in known_index().substances} & {part}
        if len(by_id or found) != 1:
            raise click.UsageError(f"--substances {part!r} is not one substance in the tables")
        ids += by_id or found
    days = [common.parse_day(day, name).isoformat() if day else "" for day, name in ((first, "--from"), (last, "--to"))]
    if complete is None and sys.stdin.isatty() and sys.stdout.isatty():
        complete = click.confirm("Does the file hold every document of its substances, directions and days?", default=False)
    return Scope(complete, tuple(sorted(ids)), ways, *days)


@command.command()
@common.json_option(help="As JSON.")
def status(as_json: bool) -> None:
    """Which registers are imported, of what day, and how many rows.

    \b
    Example:
      precursor-screen registers status
    """
    from datetime import date

    from msgspec import to_builtins

    from precursor_screen.reference.registers.store import RegisterStore
    from precursor_screen.rulebook.registers import REGISTERS

    opened = {r.record.register: r.record for r in RegisterStore(home_of(common.settings())).open_all()}
    if as_json:
        click.echo(json.dumps(to_builtins(list(opened.values())), ensure_ascii=False))
        return
    for name in REGISTERS:
        if name not in opened:
            click.echo(f"{name:<26} not imported")
            continue
        record = opened[name]
        rows = f"{record.rows:>7} rows of {record.day} ({record.age_days(date.today())} days old)"
        said = {True: "complete", False: "incomplete", None: "does not say whether it is complete"}[record.scope.complete]
        click.echo(f"{name:<26} {rows}, {len(record.skipped)} set aside, {said}, {record.file}")
