"""`match`: which watchlist entries a name matches."""

from __future__ import annotations

import click

from precursor_screen.cli import common


@click.command()
@click.argument("name")
@common.watchlist_option(help="Repeatable [default: all that are imported].")
@common.json_option(help="Print the object of the contract instead of words.")
@click.option("--explain", is_flag=True, help="Show the names as compared, word by word.")
@click.pass_context
def command(ctx: click.Context, name: str, watchlists: tuple[str, ...], as_json: bool, explain: bool) -> None:
    """Which watchlist entries does NAME match, and how do we know?

    With - one name per line is read from standard input, and one JSON object per line written, in the same order.

    \b
    Examples:
      precursor-screen match "Quimeralda Reactivos" --watchlist sample
      precursor-screen match - < consignees.txt > found.jsonl
    """
    from precursor_screen import api
    from precursor_screen.app.session import open_lists
    from precursor_screen.app.settings import merge_options
    from precursor_screen.core.errors import WatchlistError
    from precursor_screen.core.words import printable

    opened = open_lists(merge_options(common.settings(ctx), watchlists=watchlists))
    if not opened:
        raise WatchlistError("no watchlist is imported", remedy="Import one: precursor-screen watchlists import LIST_ID FILE")
    if name == "-":
        for line in common.lines_of_stdin():
            common.echo_json(api.match(line, opened))
        return
    found = api.match(name, opened)
    if as_json:
        common.echo_json(found)
        return
    if not found["screenable"]:
        click.echo("The name could NOT be screened: nothing is left of it to compare.")
    elif not found["matches"]:
        click.echo(f"No entry of {', '.join(w.list_id for w in opened)} matches.")
    for one in found["matches"]:
        entry = f"[{one['list_id']} {one['entry_id']}]  {', '.join(one['programmes'])}"
        click.echo(f"\n{one['score']:5.1f}  {printable(one['name'])}  {entry}")
        click.echo(f"       {printable(one['explain']['sentence'])}")
        if explain:
            _print_words(one["explain"])


def _print_words(why: dict[str, object]) -> None:
    import json

    for key in ("name", "entry_name", "aligned", "unaligned"):
        click.echo(f"       {key}: {json.dumps(why[key], ensure_ascii=False)}")
