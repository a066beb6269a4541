"""`mapping`: how the columns of a table are understood, what of it would not be screened, and a map to correct it by."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.app.site_settings import GUESS, home_of
from precursor_screen.cli import common
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.app.site_settings import Value
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.core.model import Input, Rule
    from precursor_screen.readers.interface import InputTables
    from precursor_screen.readers.tabular.survey import Fault, Unstated

_SAMPLES, _SHOWN = 3, 40  # cells, characters of each


def _reading(command: common.Command) -> common.Command:
    """How INPUT is read: --mapping and --encoding."""
    given = common.encoding_option(help="Encoding of text [default: decided by content].")(command)
    return click.option("--mapping", metavar="PATH", help="A column map, as `mapping list --yaml` writes it.")(given)


@click.group()
def command() -> None:
    """How the columns of a table are understood, and how to say it better.

    \b
    Examples:
      precursor-screen mapping list manifest.xlsx
      precursor-screen mapping list manifest.xlsx --yaml -o mapping.yml
      precursor-screen mapping check manifest.xlsx --mapping mapping.yml
      precursor-screen mapping accept manifest.xlsx --mapping mapping.yml
    """


@command.command("list")
@click.argument("path", metavar="[INPUT]", required=False)
@_reading
@click.option("--yaml", "as_yaml", is_flag=True, help="Print a column map, ready to be corrected and given to --mapping.")
@click.option("-o", "--output", metavar="PATH", help="Write that map to a file.")
@click.option("--presets", "show_presets", is_flag=True, help="List the layouts that are known.")
@common.json_option(help="As JSON, an object a table; without INPUT one an accepted map.")
def list_columns(
    path: str | None, as_yaml: bool, output: str | None, show_presets: bool, as_json: bool, **given: str | None
) -> None:
    """Each column of the tables in INPUT: the field it is read as, why, how much of it is filled, some of its cells, the two fields
    that it is likest, and what else it may be. Without INPUT the fields that a column can be mapped to, and the maps that were accepted.

    \b
    Examples:
      precursor-screen mapping list manifest.csv
      precursor-screen mapping list manifest.csv -o mapping.yml
      precursor-screen mapping list --presets
    """
    home = home_of(common.settings())
    if show_presets:
        _echo_presets()
    elif path is None:
        _echo_accepted(home, as_json)
    elif as_yaml or output:
        _write_yaml(list(_read(path, home=home, **given)), output)
    else:
        for number, (table, _) in enumerate(_read(path, home=home, **given)):
            if as_json:
                common.echo_json(_as_object(table))
            else:
                click.echo("\n" * bool(number) + "\n".join(_described(table)))


@command.command()
@click.argument("path", metavar="INPUT")
@_reading
def accept(path: str, mapping: str | None, encoding: str | None) -> ExitCode:
    """Remember how the tables in INPUT are understood: as things are guessed, or by --mapping. Tables with the same headers in the same
    order, on a sheet of the same name, are read so from then on, until `mapping forget` drops it. `--mapping guess` leaves all accepted maps
    out. Exit code 3: a table without a header or without goods was left out; 4: all were.

    \b
    Examples:
      precursor-screen mapping accept manifest.csv
      precursor-screen mapping accept manifest.csv --mapping mapping.yml
    """
    from precursor_screen.app.accepted_maps import SHORT, keep_accepted, today
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.readers.tabular.accepted import accept as to_accepted

    kept, left = [], 0
    for table, part in _read(path, mapping or GUESS, encoding):
        if why := _why_not_accepted(table):
            click.echo(f"{printable(table.input.name)}: {why}", err=True)
            left += 1
        elif table.column_report is not None:
            kept.append((table.input.name, to_accepted(table.column_report, part, today())))
    for name, accepted in kept:
        keep_accepted(home_of(common.settings()), accepted)
        mapped = sum(bool(column.field) for column in accepted.columns)
        click.echo(f"{accepted.digest[:SHORT]}  {printable(name)}: {mapped} of {len(accepted.columns)} columns are mapped")
    return common.exit_code((), left) if kept else ExitCode.NOT_SCREENED


@command.command()
@click.argument("digest", required=False)
@click.option("--all", "all_of_them", is_flag=True, help="Drop all.")
def forget(digest: str | None, all_of_them: bool) -> None:
    """Drop the accepted map whose digest begins with DIGEST, as `mapping list` shows it.

    \b
    Examples:
      precursor-screen mapping forget 5f0c9b1d7a21
      precursor-screen mapping forget --all
    """
    from precursor_screen.app.accepted_maps import SHORT, forget_accepted
    from precursor_screen.core.errors import UsageError

    if bool(digest) == all_of_them:
        raise UsageError(
            "Which accepted map to forget is not given" if not digest else "DIGEST and --all cannot be combined",
            remedy="Give the DIGEST that `precursor-screen mapping list` shows, or --all to forget all of them.",
        )
    for dropped in forget_accepted(home_of(common.settings()), digest or ""):
        click.echo(f"forgot {printable(dropped[:SHORT])}")


@command.command()
@click.argument("path", metavar="INPUT")
@_reading
@common.json_option(help="As JSON, an object a table.")
def check(path: str, mapping: str | None, encoding: str | None, as_json: bool) -> ExitCode:
    """What of INPUT would not be screened as things are mapped: filled columns of parties and masses that nothing is read from, no
    texts of goods, headers of the map that are not there. Also what no column states, and the rules that cannot judge without it. Exit
    code 0: nothing; 3: what is printed; 4: no table can be screened.

    \b
    Example:
      precursor-screen mapping check manifest.csv --mapping mapping.yml
    """
    from msgspec import to_builtins

    from precursor_screen.core.errors import ExitCode
    from precursor_screen.readers.tabular.survey import faults_of, unstated

    values = common.settings()
    tables = [table for table, _ in _read(path, mapping, encoding, home_of(values))]
    rules = _rules(values)
    found, usable = 0, 0
    for table in tables:
        inputs, faults = table.input, faults_of(table)
        found, usable = found + len(faults), usable + (inputs.lines > 0)
        missing = unstated(inputs.supplied, rules) if inputs.lines else []
        if as_json:
            told = {"faults": to_builtins(faults), "unstated": to_builtins(missing)}
            common.echo_json(common.fields(inputs, "name lines") | told)
        else:
            click.echo("\n".join(_checked(inputs, faults, missing)))
    for unused in _maps_without_table(mapping, tables):
        click.echo(f"! the map for {printable(unused)} does not belong to any table of this input", err=True)
        found += 1
    return common.exit_code((), found) if usable else ExitCode.NOT_SCREENED


def _checked(inputs: Input, faults: list[Fault], missing: list[Unstated]) -> Iterator[str]:
    said = "everything filled is read" if not faults else f"{len(faults)} would not be screened"
    yield f"{printable(inputs.name)}: {inputs.lines} lines, {said}"
    for fault in faults:
        yield f"  {fault.code}: {printable(fault.message)} ({fault.count} cells or rows)\n    {printable(fault.remedy)}"
    for one in missing:
        count = len(one.rules)
        means = f"{count} rule{'s' * (count != 1)} cannot judge: {', '.join(one.rules)}" if count else "no rule requires it"
        yield f"  no column of {one.what}: {means}{'; ' * bool(one.note)}{one.note}"


def _rules(values: dict[str, Value]) -> tuple[Rule, ...]:
    """The rules that `screen` would apply."""
    from precursor_screen.app.run_settings import site_rules
    from precursor_screen.app.site_settings import rule_dirs_of
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    return load_rulebook(rule_folders(rule_dirs_of(values, (), False)), site_rules(values)).rules


@command.command()
@click.argument("path", metavar="INPUT")
def guess(path: str) -> None:
    """Print the guessed column map of every table in INPUT as YAML: the same as `mapping list --yaml`.

    \b
    Example:
      precursor-screen mapping guess manifest.xlsx
    """
    _write_yaml(list(_read(path, GUESS)), None)


def _why_not_accepted(table: InputTables) -> str:
    """Why the layout of a table cannot be accepted; empty: it can."""
    if table.column_report is None:
        return "is not a table"
    if not table.column_report.headers:
        return "has no header, by which its layout would be known again"
    goods = ("description", "description_extra", "hs_code")
    return "" if any(column.guess.field in goods for column in table.column_report.columns) else "has no column of goods"


def _read(
    path: str, mapping: str | None = None, encoding: str | None = None, home: Path | None = None
) -> Iterator[tuple[InputTables, str]]:
    """The tables of INPUT, each with what tells it from the others in its file: `#Sheet1`, `!may.csv#Sheet1`; empty where it is the only
    one, and rows of its own. home: of accepted maps; None: they count for nothing."""
    from precursor_screen.app.inputs import find_sources, wants_stdin
    from precursor_screen.app.run_settings import read_options
    from precursor_screen.readers.registry import read
    from precursor_screen.readers.tabular.unfold import ITEMS

    reading = read_options(mapping or "", encoding or "", home)
    for source in find_sources((path,), sys.stdin.buffer.read() if wants_stdin((path,)) else None):
        found = read(source.readable(), source.name, reading)
        for tables in found:
            several = len(found) > 1 or tables.input.name.endswith(ITEMS)
            yield tables, tables.input.name.removeprefix(source.name) if several else ""


def _maps_without_table(mapping: str | None, tables: list[InputTables]) -> list[str]:
    from precursor_screen.readers.column_map import load_column_map

    if not mapping or mapping == GUESS:
        return []
    loaded = load_column_map(Path(mapping))
    names = [table.input.name for table in tables]
    return [m.table for m in (loaded, *loaded.others) if m.table and not any(name.endswith(m.table) for name in names)]


def _echo_presets() -> None:
    from precursor_screen.readers.tabular.presets import presets

    for preset in presets():
        click.echo(f"{preset.id:<28} {preset.title}\n{'':<28} {preset.source}")


def _echo_accepted(home: Path, as_json: bool) -> None:
    """The maps that were accepted, as people read them behind the fields that a column can be mapped to."""
    from msgspec import to_builtins

    from precursor_screen.app.accepted_maps import SHORT, load_accepted
    from precursor_screen.readers.column_map import CANONICAL, IGNORED, INTERMEDIATE

    accepted = load_accepted(home)
    if as_json:
        for one in accepted:
            common.echo_json(to_builtins(one))
        return
    for name in CANONICAL:
        click.echo(f"{name:<28} {INTERMEDIATE.get(name, '')}".rstrip())
    click.echo(f"{IGNORED:<28} left out of screening altogether")
    for one in accepted:
        shown = ", ".join(f"{printable(c.header)}: {c.field}" for c in one.columns if c.field)
        click.echo(f"accepted {one.digest[:SHORT]} on {one.day}{' for ' * bool(one.table)}{printable(one.table)}  {shown}")


def _write_yaml(tables: list[tuple[InputTables, str]], output: str | None) -> None:
    from precursor_screen.readers.tabular.survey import as_yaml

    text = "---\n".join(as_yaml(*table) for table in tables)
    if output is None:
        click.echo(text, nl=False)
        return
    from precursor_screen.core.errors import UsageError, reason

    try:
        Path(output).write_text(text, "utf-8")
    except OSError as error:
        remedy = "Name a file in a folder that exists."
        raise UsageError(f"cannot be written ({reason(error)})", where=output, remedy=remedy) from error
    click.echo(f"wrote {output}: {len(tables)} map{'s' * (len(tables) != 1)}", err=True)


def _as_object(table: InputTables) -> dict[str, Any]:
    """A table and its columns, for JSON."""
    from msgspec import to_builtins

    from precursor_screen.readers.tabular.survey import best_of, other_fields

    reading = table.column_report
    columns = (
        [
            {
                **common.fields(column.guess, "position header field reason currency"),
                "unit": column.guess.unit.code if column.guess.unit else "",
                **common.fields(column, "filled seen"),
                "cells": column.cells[:_SAMPLES],
                "best": to_builtins(best_of(column, reading)),
                "could_be": other_fields(column),
            }
            for column in reading.columns
        ]
        if reading
        else []
    )
    digest, day = table.input.accepted_map or ("", "")
    accepted = {"digest": digest, "day": day} if digest else None
    return common.fields(table.input, "name format encoding header_row lines") | {"accepted_map": accepted, "columns": columns}


def _described(table: InputTables) -> Iterator[str]:
    from precursor_screen.app.accepted_maps import SHORT
    from precursor_screen.readers.tabular.survey import best_of, describe_input, other_fields

    reading = table.column_report
    yield printable(table.input.name)
    yield f"  {printable(describe_input(table))}"
    if table.input.accepted_map:
        digest, day = table.input.accepted_map
        yield f"  by the map accepted on {day} ({digest[:SHORT]}); `mapping forget {digest[:SHORT]}` drops it"
    for issue in table.issues.to_pylist() if reading is None else []:
        yield f"  {issue['code']}: {printable(issue['message'])}"
    for column in reading.columns if reading else ():
        guess = column.guess
        field = guess.field or "-"
        extras = [guess.unit.code if guess.unit and field != "-" else "", guess.currency if field != "-" else ""]
        told = ", ".join(text for text in (guess.reason, *extras) if text)
        yield f"{guess.position + 1:>4}  {printable(guess.header) or '(no header)'}  ->  {field}  ({printable(told)})"
        share = round(100 * column.filled / column.seen) if column.seen else 0
        samples = " | ".join(printable(cell[:_SHOWN]) for cell in column.cells[:_SAMPLES])
        yield f"      {share} % filled{': ' if samples else ''}{samples}"
        if others := other_fields(column):
            yield f"      could be: {', '.join(others)}"
        for best in best_of(column, reading) if reading else ():
            yield f"      {best.score:.1f} {best.field}: {best.reason}"
