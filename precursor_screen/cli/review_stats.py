"""`review stats`: what the verdicts say of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from precursor_screen.cli import common, options
from precursor_screen.cli.ledger import with_ledger

if TYPE_CHECKING:
    from precursor_screen.cases.precision import Precision
    from precursor_screen.cli.ledger import Opening

_HEAD = f"{'rule':<12} {'decided':>7} {'confirmed':>9} {'share':>6} {'95 % from, to':>13} {'referred':>8} {'unclear':>7}  title"


@click.command()
@options.json_option("Print one JSON object a rule.")
@with_ledger()
@click.pass_context
def stats(ctx: click.Context, as_json: bool, opening: Opening) -> None:
    """Precision per rule by officers' verdicts, and which weights they would change.

    The share of confirmed among confirmed and cleared shipments, with Wilson's interval of 95 %. A shipment counts once a rule. The weight
    that the verdicts would make of a rule's is its weight times the interval's nearer end over the share of all other rules: half to
    double, from 20 shipments on. It is a proposal for whoever keeps the rules: nothing is changed.

    \b
    Example:
      precursor-screen review stats
    """
    from msgspec.structs import asdict

    from precursor_screen.app.config import rule_dirs_of
    from precursor_screen.cases.precision import measure
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    folders = rule_dirs_of(common.settings(ctx), (), only=False)
    rules = {r.id: r for r in load_rulebook(rule_folders(folders)).rules}
    with opening() as ledger:
        flags = ledger.flags().select(["flag_id", "rule_id", "shipment_id"])
        found = measure(zip(*(c.to_pylist() for c in flags.columns), strict=True), ledger.dispositions(), rules)
    with common.reader_may_leave():
        if as_json:
            for one in found:
                common.echo_json({**asdict(one), "share": one.share})
            return
        if not found:
            click.echo("No verdict is recorded.")
            return
        click.echo("\n".join(_described(found)))


def _described(found: Sequence[Precision]) -> Iterator[str]:
    yield _HEAD
    yield from map(_row, found)
    yield "\nWhat the verdicts would make of the weights (nothing is changed; docs/review.md says how they are worked out):"
    proposed = [one for one in found if one.proposed is not None]
    yield from (f"  {one.rule_id:<12} {one.weight} would be {one.proposed} ({one.because})" for one in proposed)
    if len(proposed) < len(found):
        yield f"  {len(found) - len(proposed):,} of {len(found):,} rules: no change; --json says why of each"


def _row(one: Precision) -> str:
    share = f"{one.share:.0%}" if one.share is not None else "-"
    span = f"{one.low:.1%}, {one.high:.1%}" if one.low is not None and one.high is not None else "-"
    return (
        f"{one.rule_id:<12} {one.decided:>7,} {one.confirmed:>9,} {share:>6} {span:>13} {one.referred:>8,} {one.inconclusive:>7,}"
        f"  {one.title}"
    )
