"""`mapping guess`: how the columns of a table are understood."""

from __future__ import annotations

import sys

import click

from precursor_screen.reports.printable import printable


@click.group()
def command() -> None:
    """How the columns of a table are understood, and how to say it better.

    \b
    Example:
      precursor-screen mapping guess manifest.xlsx > mapping.yml
    """


@command.command()
@click.argument("path", metavar="INPUT")
def guess(path: str) -> None:
    """Print the guessed column map of every table in INPUT as YAML, ready to be corrected and given to --mapping.

    \b
    Example:
      precursor-screen mapping guess manifest.xlsx
    """
    from precursor_screen.readers.interface import ReadOptions
    from precursor_screen.readers.registry import read
    from precursor_screen.runners.inputs import find_sources, wants_stdin

    printed = False
    for source in find_sources((path,), sys.stdin.buffer.read() if wants_stdin((path,)) else None):
        for table in read(source.readable(), source.name, ReadOptions()):
            if printed:
                click.echo("---")  # a document a table: the map of one is a file of its own
            printed = True
            name = printable(table.input.name)
            click.echo(f"# {name}: header in row {table.input.header_row}, {table.input.lines} lines\ncolumns:")
            for column, field in table.input.mapping:
                click.echo(f"  {_quoted(column)}: {field}")
            for column in table.input.unmapped:
                click.echo(f"  # not used: {_quoted(column)}")


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=not text.isprintable())
