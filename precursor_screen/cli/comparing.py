"""What `reconcile` and `return` share: where movements come from, and how what is told goes out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common

if TYPE_CHECKING:
    from decimal import Decimal

    from precursor_screen.app.gathering import MovementsResult
    from precursor_screen.app.settings import Settings

OF_LEDGER = "lines that could not be screened are not in the ledger: the reports of its runs name them"
_LEDGER = "Without INPUT: sqlite:///PATH, postgresql://... or home [default: the setting, else home]."


def source_options(command: common.Command) -> common.Command:
    """Options that say where movements come from."""
    for option in (
        common.jurisdiction_option(help="Whose exports and imports: directions that are not stated, periods of reply."),
        common.mapping_option(help="Column map for tabular INPUT, or guess [default: guessed]."),
        common.encoding_option(help="Encoding of text INPUT [default: decided by content]."),
        click.option("--ledger", "url", metavar="PATH|URL|home", help=_LEDGER),
        common.mode_option,
        click.option("--quiet", is_flag=True, help="Nothing on the terminal."),
    ):
        command = option(command)
    return command


def merge_options(ctx: click.Context, given: dict[str, Any]) -> Settings:
    """The settings of a comparison.

    Raises:
        UsageError: a value that is not allowed.
    """
    from precursor_screen.app.settings import merge_options as settle_settings

    values = common.settings(ctx)
    told = {name: given[name] for name in ("jurisdiction", "mapping", "encoding")}
    return settle_settings(values, ledger=given["url"], cache=True, **told)


def gather(
    ctx: click.Context,
    settings: Settings,
    inputs: tuple[str, ...],
    first: date | None,
    last: date | None,
    numbers: Mapping[str, frozenset[str]] | None = None,
) -> MovementsResult:
    """Movements of INPUT, else of the ledger."""
    from precursor_screen.app.config import ledger_of
    from precursor_screen.app.gathering import gather_ledger, gather_manifests
    from precursor_screen.app.inputs import wants_stdin

    if inputs:
        stdin = sys.stdin.buffer.read() if wants_stdin(inputs) else None
        return gather_manifests(settings, inputs, first, last, stdin, common.fault_keeper(ctx), numbers)
    return gather_ledger(settings.ledger or ledger_of(common.settings(ctx), "home"), first, last)


def check_outputs(outputs: tuple[Path, ...], inputs: tuple[str, ...], suffixes: tuple[str, ...]) -> None:
    """Finds out before the work what would go wrong after it."""
    from precursor_screen.reporting.interface import check_places, check_suffix

    for path in outputs:
        check_suffix(path, suffixes, "this command")
    check_places(outputs, tuple(Path(i) for i in inputs if i != "-"))


def run_block(shown: dict[str, Any]) -> dict[str, Any]:
    """What differs between equal runs."""
    from precursor_screen.version import __version__

    return {"tool_version": __version__, "started": datetime.now(UTC).isoformat(timespec="seconds"), "options": shown}


def parse_days(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    """The days of --from and --to; None where they are not given.

    Raises:
        UsageError: no date, or the last lies before the first.
    """
    from precursor_screen.core.errors import UsageError

    begin = common.parse_day(first, "--from") if first else None
    end = common.parse_day(last, "--to") if last else None
    if begin and end and end < begin:
        raise UsageError(f"--to {end} is earlier than --from {begin}", remedy="Swap them.")
    return begin, end


def read_share(text: str, option: str) -> Decimal:
    """`2%` or `0.02` as a share from 0 to 1.

    Raises:
        UsageError: it is none.
    """
    from precursor_screen.app.sampling import share_of
    from precursor_screen.core.errors import UsageError

    share = share_of(text)
    if not 0 <= share < 1:
        raise UsageError(f"{option} {text!r} is not a percentage", remedy="Write it as 2% or 0.02.")
    return share
