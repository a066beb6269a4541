"""`evidence verify`: whether a bundle is what was sealed, and whether its inputs still raise its flags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from precursor_screen.cli import common, options
from precursor_screen.core.printable import printable

if TYPE_CHECKING:
    from precursor_screen.app.inputs import Source
    from precursor_screen.cases.evidence.document import Document
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.core.report import Report


class _Checked(Struct):
    """What a check came to: what is wrong, what could not be checked, what holds."""

    problems: list[str]
    unknown: list[str]
    told: list[str]


@click.command()
@click.argument("bundle", type=options.PATH, metavar="BUNDLE")
@options.file_option(
    "--inputs", metavar="DIR", words="Screen the inputs of the bundle, found here by SHA-256, again, and compare."
)
@options.file_option("--signer", metavar="KEY.pub", words="Public key by which it must be signed.")
@options.file_option("--full", metavar="BUNDLE", words="The whole bundle of a redacted one: check each value that was left out.")
@options.mapping_option("With --inputs: the column map with which they were screened [default: guessed].")
@options.encoding_option("With --inputs: their encoding [default: decided by content].")
@click.pass_context
def verify(
    ctx: click.Context, /, bundle: Path, inputs: Path | None, signer: Path | None, full: Path | None, **reading: str | None
) -> ExitCode:
    """Check every byte of a bundle; exit code 1 when something is wrong, 3 when something could not be checked.

    Without a signature, digests find damage and careless edits, not who made the whole bundle anew.

    \b
    Example:
      precursor-screen evidence verify case.zip --inputs inbox --signer officer.pub
    """
    from precursor_screen.cases.evidence import sign
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.reporting.evidence import verify as checking

    key = sign.fingerprint(signer) if signer else None
    found = checking.verify(checking.read_file(bundle), bundle.name, key)
    done = _Checked(list(found.problems), list(found.unknown), list(found.told))
    if found.document is not None and not done.problems:
        if full is not None:
            _compare_whole(found.document, full, done)
        if inputs is not None:
            _run_again(ctx, found.document, inputs, reading, done)
    # Of a bundle with nothing wrong no more may be said: only who holds its key cannot have been somebody else.
    sound = f"unchanged since it was made; {found.signed}"
    click.echo(f"{printable(bundle)}: {f'{len(done.problems):,} problems' if done.problems else sound}")
    common.say(done.told, "  ")
    common.say(done.unknown, "  not checked: ")
    common.say(done.problems, "  problem: ")
    if done.problems:
        click.echo("Do not rely on it: ask whoever sent it for the bundle, and for its SHA-256 by another way.", err=True)
        return ExitCode.FLAGGED
    return ExitCode.SET_ASIDE if done.unknown else ExitCode.CLEAR


def _compare_whole(document: Document, full: Path, done: _Checked) -> None:
    from precursor_screen.core.errors import UsageError, Where
    from precursor_screen.reporting.evidence import verify as checking

    whole = checking.verify(checking.read_file(full), full.name)
    if whole.document is None or whole.problems:
        raise UsageError("is not a sound bundle", where=Where(str(full)), remedy="`evidence verify` says what is wrong with it.")
    if not document["redacted"] or whole.secret is None:
        remedy = "Give the redacted bundle as BUNDLE, and the one that was written beside it as --full."
        raise UsageError("these are not a redacted bundle and its whole", where=Where(str(full)), remedy=remedy)
    wrong, proved = checking.compare_redacted(document, whole.document, whole.secret)
    done.problems += wrong
    if not wrong:
        done.told.append(f"{proved:,} values were left out, each proved by the whole bundle; all else is the same")


def _run_again(ctx: click.Context, document: Document, folder: Path, reading: Mapping[str, str | None], done: _Checked) -> None:
    from precursor_screen.app.inputs import Source
    from precursor_screen.cases.evidence.finding import find_inputs
    from precursor_screen.cases.evidence.rerun import compare
    from precursor_screen.core.errors import InputError
    from precursor_screen.core.words import counted

    wanted = [i for i in document["inputs"] if i]
    sought = find_inputs(folder, wanted)
    if sought.missing:
        done.unknown += [f"could not be looked into: {why}" for why in sought.closed]
    absent = f"no file below {folder} has its SHA-256, and none that is packed into one"
    done.unknown += [f"the input {name}: {absent}" for name in sought.missing]
    if not sought.found:
        return
    names = {i["sha256"]: i["name"] for i in reversed(wanted)}
    sources = tuple(
        Source(names[digest], content=held) if isinstance(held, bytes) else Source(names[digest], held)
        for digest, held in sorted(sought.found.items(), key=lambda item: names[item[0]])
    )
    try:
        report = _screen(ctx, document, sources, reading, done.unknown)
    except InputError as error:
        done.unknown.append(f"the inputs could not be screened: {error}")
        return
    compared = compare(document, report, sought.missing)
    done.problems += compared.differences
    done.unknown += compared.unknown
    done.told += [f"here otherwise: {note}" for note in compared.notes]
    inputs = counted(len(sources), "input")
    same = f"{compared.same:,} of {len(document['flags']):,} flags are raised word for word"
    done.told.append(f"screened again from {inputs}: {same}")


def _screen(
    ctx: click.Context, document: Document, sources: tuple[Source, ...], reading: Mapping[str, str | None], unknown: list[str]
) -> Report:
    """A run as the one that raised the flags, with what is installed here, and no ledger."""
    from precursor_screen.app.session import open_session
    from precursor_screen.app.settings import NO_WATCHLIST, settle
    from precursor_screen.core.errors import WatchlistError

    values = common.settings(ctx)
    then = document["reference"]
    lists = (
        [w["list_id"] for w in then["watchlists"]]
        or list(then["watchlists_named"])
        or [e["list_id"] for e in document["entries"]]
    )
    settings = {
        "jurisdiction": then["jurisdiction"],
        "tiers": tuple(then["tiers"]),
        "as_of": common.parse_day(then["as_of"], "as_of"),
        "rule_dirs": (),
        **reading,
    }
    try:
        session = open_session(settle(values, watchlists=tuple(dict.fromkeys(lists)) or (NO_WATCHLIST,), **settings))
    except WatchlistError as error:
        unknown.append(f"parties: {error}")
        session = open_session(settle(values, watchlists=(NO_WATCHLIST,), **settings))
    return session.run(sources, remember=False).report
