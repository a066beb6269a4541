"""`registers`: import, status."""

from __future__ import annotations

import json
from pathlib import Path

import click

from precursor_screen.app.site_settings import home_of
from precursor_screen.cli import common


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
@common.file_option("--mapping", help="YAML: `columns`, HEADER: COLUMN or ignore; date_order, decimal.")
@click.option("--force", is_flag=True, help="Take it even if it is much shorter or older than the last copy.")
def import_register(register: str, file: Path, day: str | None, mapping: Path | None, force: bool) -> int:
    """Import a register (CSV, XLSX, Parquet, JSON): permits, pre-export-notifications, licences, annual-requirements, import-confirmations
    or voluntary-notifications.

    Headers are understood as those of manifests are. Rows that cannot be understood are set aside and named, and so are filled columns
    that were not used; exit code 3 then. The columns are in the documentation.

    \b
    Example:
      precursor-screen registers import pre-export-notifications pen.csv --date 2026-11-25
    """
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.readers.column_map import load_register_map
    from precursor_screen.readers.tabular.assign import lookup
    from precursor_screen.reference.recogniser import known_index
    from precursor_screen.reference.registers.reading import HeaderWords
    from precursor_screen.reference.registers.store import RegisterStore
    from precursor_screen.rulebook.registers import REGISTERS

    def field_of(header: str) -> str:
        return lookup(header)[0]

    words = load_register_map(mapping, register, field_of) if mapping and register in REGISTERS else HeaderWords(field_of)
    store = RegisterStore(home_of(common.settings()))
    record, read = store.import_file(register, file, known_index(), common.parse_day(day, "--date"), force=force, words=words)
    click.echo(f"{register}: {record.rows} rows of {record.day} imported, {len(record.skipped)} set aside")
    for note in (*read.notes, *read.uncertain):
        click.echo(f"  {note}")
    for skipped in record.skipped:
        click.echo(f"  row {skipped.row}: {skipped.reason}", err=True)
    if read.unused:
        remedy = "Name them in a --mapping file: `HEADER: column`, or `HEADER: ignore`"
        click.echo(f"  filled columns that were not used: {', '.join(read.unused)}. {remedy}", err=True)
    return ExitCode.SET_ASIDE if record.skipped or read.unused or read.uncertain else ExitCode.CLEAR


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
        click.echo(f"{name:<26} {rows}, {len(record.skipped)} set aside, {record.file}")
