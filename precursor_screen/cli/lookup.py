"""`lookup`: which controlled substances a text names."""

from __future__ import annotations

from typing import Any

import click

from precursor_screen.cli import common


@click.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print the object of the contract instead of words.")
@click.option("--as-of", metavar="DATE", help="Day on which the law is judged [default: today].")
@click.pass_context
def command(ctx: click.Context, text: str, as_json: bool, as_of: str | None) -> None:
    """Which controlled substances does TEXT name, and how do we know?

    With - one text per line is read from standard input, and one JSON object per line written, in the same order.

    \b
    Examples:
      precursor-screen lookup "acetic anhydride 98 %, 20 drums"
      precursor-screen lookup - < descriptions.txt > found.jsonl
    """
    from precursor_screen import api

    common.settings(ctx)
    reference = api.load_reference(watchlists=None, as_of=common.parse_day(as_of, "--as-of"))
    if text == "-":
        for line in common.lines_of_stdin():
            common.echo_json(api.lookup(line, reference))
        return
    found = api.lookup(text, reference)
    if as_json:
        common.echo_json(found)
        return
    if not found["matches"]:
        click.echo("No controlled substance is named.")
    for match in found["matches"]:
        _print(match, text)
    for match in found["suppressed"]:
        click.echo(f"\nNot counted: {match['name']} ({match['matched']!r} at {match['start']}-{match['end']}): {match['reason']}")


def _print(match: dict[str, Any], text: str) -> None:
    from precursor_screen.reports.printable import printable

    law = ", ".join(f"{c['instrument']} {c['schedule']}{'' if c['verified'] else ' (unverified)'}" for c in match["control"])
    click.echo(f"\n{match['name']}  [{match['substance_id']}]")
    click.echo(f"  {printable(text)}")
    click.echo(f"  {' ' * match['start']}{'^' * max(1, match['end'] - match['start'])}")
    click.echo(
        f"  by {match['method']}, {match['strength']}, as {match['form']}; {law or 'in force under no instrument on that day'}"
    )
    if not match["verified"]:
        click.echo("  the name itself has no checked source")
