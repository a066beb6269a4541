"""`lookup`: which controlled substances a text names; `match`: which watchlist entries a name matches."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import click

from precursor_screen.cli import common
from precursor_screen.core.model import ENTRY_KINDS

if TYPE_CHECKING:
    from precursor_screen.matching.party.contradictions import Attributes
    from precursor_screen.matching.structure.index import StructureIndex

# `match`: which watchlist entries a name matches.


@click.command()
@click.argument("name")
@common.watchlist_option(help="Repeatable [default: all that are imported].")
@common.json_option(help="Print the object of the contract instead of words.")
@click.option("--explain", is_flag=True, help="Show what agrees and what contradicts, and what was not counted for it.")
@click.option("--country", "countries", multiple=True, metavar="CODE|NAME", help="Country of the party. Repeatable.")
@click.option("--born", metavar="YEAR|DATE", help="When the person was born.")
@click.option("--kind", type=click.Choice(ENTRY_KINDS), help="What the party is.")
@click.option("--number", "numbers", multiple=True, help="A number of the party: IMO, LEI, MMSI, tax, passport. Repeatable.")
def match(
    name: str,
    watchlists: tuple[str, ...],
    as_json: bool,
    explain: bool,
    countries: tuple[str, ...],
    born: str | None,
    kind: str | None,
    numbers: tuple[str, ...],
) -> None:
    """Which watchlist entries does NAME match, and how do we know?

    What is known besides the name is held against the entry: what contradicts takes points off the score, what agrees or is not known
    takes none. An entry that falls below the cut by what contradicts is told as not counted.

    With - one name per line is read from standard input, and one JSON object per line written, in the same order.

    \b
    Examples:
      precursor-screen match "Quimeralda Reactivos" --watchlist sample
      precursor-screen match "Eustasio Veladro" --watchlist sample --country MX --explain
      precursor-screen match - < consignees.txt > found.jsonl
    """
    from precursor_screen import api
    from precursor_screen.app.run_settings import merge_options
    from precursor_screen.app.session import open_lists
    from precursor_screen.core.errors import WatchlistError
    from precursor_screen.core.words import printable

    opened = open_lists(merge_options(common.settings(), watchlists=watchlists))
    if not opened:
        raise WatchlistError("no watchlist is imported", remedy="Import one: precursor-screen watchlists update un-sc")
    known = _known(countries, born, kind, numbers)
    if name == "-":
        for lines in common.lines_at_hand():
            for found in api.match_each(lines, opened, known=known):
                common.echo_json(found)
        return
    found = api.match(name, opened, known=known)
    if as_json:
        common.echo_json(found)
        return
    if not found["screenable"]:
        click.echo("The name could NOT be screened: nothing is left of it to compare.")
    elif not found["matches"]:
        click.echo(f"No entry of {', '.join(w.list_id for w in opened)} matches.")
    for one in found["matches"]:
        _print_match(one, explain)
    for one in found["suppressed"] if explain else ():
        click.echo(f"\nNot counted, for what contradicts: {printable(one['reason'])}")
        _print_match(one, explain)
    if found["suppressed"] and not explain:
        click.echo(f"\nNot counted, for what contradicts: {len(found['suppressed'])} (--explain shows them)")


def _known(countries: tuple[str, ...], born: str | None, kind: str | None, numbers: tuple[str, ...]) -> Attributes:
    """What is known of a party besides its name.

    Raises:
        UsageError: a country that is not known, or a year that is not one.
    """
    from precursor_screen.core.errors import UsageError
    from precursor_screen.matching.party.contradictions import Attributes, read_number
    from precursor_screen.text.countries import find_country

    codes = tuple(find_country(country) for country in countries)
    if None in codes:
        raise UsageError(f"--country: {countries[codes.index(None)]!r} is not a country", remedy="Give its code, such as MX.")
    return Attributes(
        countries=tuple(code for code in codes if code),
        born=(_year(born),) if born else (),
        kind=kind or "",
        numbers=tuple(map(read_number, numbers)),
    )


def _year(text: str) -> int:
    """The year of a year or of a date."""
    return int(text) if re.fullmatch(r"\d{4}", text, re.ASCII) else common.parse_day(text, "--born").year


def _print_match(one: dict[str, Any], explain: bool) -> None:
    from precursor_screen.core.words import printable

    entry = f"[{one['list_id']} {one['entry_id']}]  {', '.join(one['programmes'])}"
    click.echo(f"\n{one['score']:5.1f}  {printable(one['name'])}  {entry}")
    click.echo(f"       {printable(one['explain']['sentence'])}")
    if explain:
        head = {"what": "what", "name": "as filed", "entry_name": "as listed", "says": ""}
        rows = [[printable(str(cell)) for cell in row.values()] for row in (head, *one["explain"]["table"])]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            click.echo("       " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


_AT_A_TIME = 5000  # lines that share one start of Java


@click.command()
@click.argument("text")
@common.json_option(help="Print the object of the contract instead of words.")
@common.as_of_option(help="Day on which the law is judged [default: today].")
@click.option("--structure", is_flag=True, help="Read systematic names as well (needs the extra `structure`, and Java).")
def command(text: str, as_json: bool, as_of: str | None, structure: bool) -> None:
    """Which controlled substances does TEXT name, and how do we know? Where are they controlled, since when, and where will they be?

    A TEXT that is an HS code alone names the substances that are classified there.

    With - one text per line is read from standard input, and one JSON object per line written, in the same order.

    \b
    Examples:
      precursor-screen lookup "acetic anhydride 98 %, 20 drums"
      precursor-screen lookup 2915.24
      precursor-screen lookup - < descriptions.txt > found.jsonl
      precursor-screen lookup --structure "1-(1,3-benzodioxol-5-yl)propan-2-one"
    """
    from precursor_screen.reference.recogniser import load_recogniser, lookup

    common.settings()
    recogniser = load_recogniser(common.parse_day(as_of, "--as-of"), structure=structure)
    names = cast("StructureIndex", recogniser.substance_index) if structure else None
    if names and names.unread:
        click.echo(f"not checked by structure: {len(names.unread)} substances have none in the tables", err=True)
    if text == "-":
        lines = common.lines_of_stdin()
        while some := list(islice(lines, _AT_A_TIME if names else 1)):
            if names:
                names.read_ahead(some)
            for line in some:
                common.echo_json(lookup(line, recogniser))
        return
    found = lookup(text, recogniser)
    if as_json:
        common.echo_json(found)
        return
    if not found["matches"]:
        click.echo("No controlled substance is named.")
    for match in found["matches"]:
        _print(match, text)
    for match in found["suppressed"]:
        click.echo(f"\nNot counted: {match['name']} ({match['matched']!r} at {match['start']}-{match['end']}): {match['reason']}")


def _doubt(control: dict[str, Any]) -> str:
    if not control["known"]:
        return " (unknown on that day)"
    return "" if control["verified"] else " (unverified)"


def _since(control: dict[str, Any]) -> str:
    return f"{control['since'] or 'a day not found'} ({control['instrument']})"


def _print(match: dict[str, Any], text: str) -> None:
    from precursor_screen.core.words import printable

    law = ", ".join(f"{c['instrument']} {c['schedule']}{_doubt(c)}" for c in match["control"])
    click.echo(f"\n{match['name']}  [{match['substance_id']}]")
    click.echo(f"  {printable(text)}")
    click.echo(f"  {' ' * match['start']}{'^' * max(1, match['end'] - match['start'])}")
    law = law or "in force under no instrument on that day"
    click.echo(f"  by {match['method']}, {match['strength']}, as {match['form']}; {law}")
    if match["control"]:
        click.echo(f"  since {', '.join(_since(c) for c in match['control'])}")
    for coming in match["announced"]:
        doubt = "" if coming["verified"] else " (the day was worked out, not read)"
        click.echo(f"  controlled under {coming['instrument']} {coming['schedule']} from {coming['since']} on{doubt}")
    if not match["verified"]:
        click.echo("  the name itself has no checked source")
