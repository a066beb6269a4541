"""`evidence`: a sealed bundle of a flag, an episode or a shipment, and checking one."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common, options
from precursor_screen.cli.evidence_verify import verify
from precursor_screen.cli.ledger import ledger_option
from precursor_screen.core.printable import printable

if TYPE_CHECKING:
    from precursor_screen.cases.evidence.document import Document
    from precursor_screen.cases.evidence.sources import Installed

_SECRET = 32  # bytes
_OUTPUT = "Of the bundle, .zip, or of what --as writes [default: a name made of WHAT; of --as standard output]."
_REDACT = (
    "For another authority: only what the flag needs. The whole bundle, which proves what was left out, is written beside it."
)
_SIGN = "Sign with a private key of `ssh-keygen -t ed25519`, or with one that an agent holds (its .pub file)."
_AS = "No bundle, but FollowTheMoney entities, the fields of a pre-export notification or of a communication on an incident, or rows for a selectivity module."


class _Group(click.Group):
    """`evidence WHAT` is short for `evidence seal WHAT`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts in the command that is left out."""
        if args and args[0] not in (*self.commands, "--help", "-h"):
            args = ["seal", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group)
def command() -> None:
    """Seal what stands behind a flag, an episode or a shipment, and check what others have sealed.

    \b
    Examples:
      precursor-screen evidence 4f2c9a -o case.zip
      precursor-screen evidence SMPL055 --redact --sign ~/.ssh/id_ed25519 -o case.zip
      precursor-screen evidence verify case.zip --signer officer.pub
    """


@command.command()
@click.argument("what", metavar="FLAG|EPISODE|SHIPMENT")
@options.file_option("-o", "--output", words=_OUTPUT)
@options.file_option("--report", words="JSON report that holds it; default: the ledger. With --ledger: both.")
@click.option("--redact", is_flag=True, help=_REDACT)
@options.file_option("--sign", "key", metavar="KEY", words=_SIGN)
@click.option("--as", "kind", type=click.Choice(["ftm", "pen", "incident", "selectivity"]), help=_AS)
@options.mode_option
@ledger_option
@click.pass_context
def seal(ctx: click.Context, /, what: str, url: str | None, **given: Any) -> None:
    """Seal the lines as filed, digests of the inputs, rules, entries of lists, explanation, priority and verdicts of WHAT into one zip.

    WHAT is a flag (or the beginning of its id), a shipment or a bill, as `explain` takes it. An existing file is not replaced.

    \b
    Example:
      precursor-screen evidence 4f2c9a --report report.json -o case.zip
    """
    from precursor_screen.cases.evidence import sign
    from precursor_screen.cases.evidence.redact import redact
    from precursor_screen.cases.evidence.sources import complete
    from precursor_screen.reporting.evidence import exports
    from precursor_screen.reporting.evidence.seal import plain
    from precursor_screen.reporting.evidence.seal import seal as seal_bundle

    mode = common.file_mode(common.settings(ctx), given["mode"])
    output, key, redacted = given["output"], given["key"], given["redact"]
    document, rules = complete(_gather(ctx, what, given["report"], url), _installed(ctx))
    whole, secret = plain(document), secrets.token_bytes(_SECRET)
    shown = plain(redact(whole, secret)) if redacted else whole
    if given["kind"]:
        write, suffixes = exports.EXPORTS[given["kind"]]
        _deliver(write(shown, _suffix(output, suffixes)), output, mode)
        return
    target = output or Path(f"evidence-{_slug(document)}.zip")
    beside = target.with_name(f"{target.stem}.full{target.suffix}")
    for path in (target, beside) if redacted else (target,):
        _check_free(path)
    signer = (lambda message: sign.sign(message, key)) if key else None
    now = datetime.now(UTC).isoformat(timespec="seconds")
    sealed = seal_bundle(shown, rules, now, None if redacted else secret, signer)
    full = seal_bundle(whole, rules, now, secret, signer) if redacted else b""
    _write(sealed, target, mode)
    click.echo(f"{printable(target)}: {_count(shown)}, {len(sealed):,} bytes{', signed' if key else ''}")
    if redacted:
        _write(full, beside, mode)
        proved = f"it proves the {len(shown['left_out']):,} values that were left out"
        click.echo(f"{printable(beside)}: the whole, for your own files; {proved}")
    common.say(whole["notes"], "! ", err=True)


def _gather(ctx: click.Context, what: str, report: Path | None, url: str | None) -> Document:
    from precursor_screen.cases.evidence.gather import from_ledger, with_report
    from precursor_screen.cases.evidence.report_source import from_report
    from precursor_screen.cli.ledger import open_existing

    reported = from_report(report, what) if report is not None else None
    if reported is not None and url is None:
        return reported
    with open_existing(ctx, url, 0) as ledger:
        document = from_ledger(ledger, what)
    return with_report(document, reported) if reported is not None else document


def _installed(ctx: click.Context) -> Installed:
    from precursor_screen.app.config import home_of, rule_dirs_of
    from precursor_screen.app.session import open_watchlists
    from precursor_screen.app.settings import site_rules
    from precursor_screen.cases.evidence.sources import Installed
    from precursor_screen.cli.substances import load_table
    from precursor_screen.reference.bundle import load_rulebook, rule_folders
    from precursor_screen.reference.concern import load_concern
    from precursor_screen.reference.shipped import substances_folder

    values = common.settings(ctx)
    folders = rule_folders(rule_dirs_of(values, (), only=False))
    table = load_table()
    names = {s.substance_id: s.name for s in table.substances}
    edition = {"edition": table.edition, "sha256": table.sha256}
    return Installed(
        load_rulebook(folders, site_rules(values)),
        folders,
        edition,
        names,
        lambda list_id: open_watchlists([list_id], home_of(values))[0],
        load_concern(substances_folder(), table.substances, site_rules(values).concern),
    )


def _slug(document: Document) -> str:
    text = document["subject"]["name"][: 12 if document["subject"]["kind"] == "flag" else 60]
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text)


def _count(document: Document) -> str:
    from precursor_screen.core.words import counted

    flags, lines = len(document["flags"]), sum(line is not None for line in document["lines"])
    return f"{counted(flags, 'flag')}, {counted(lines, 'line')} as filed"


def _suffix(output: Path | None, suffixes: tuple[str, ...]) -> str:
    from precursor_screen.core.errors import UsageError, Where

    suffix = output.suffix.lower().removeprefix(".") if output else suffixes[0]
    if suffix not in suffixes:
        remedy = f"Name a file that ends in {' or '.join(f'.{s}' for s in suffixes)}."
        raise UsageError("is not a format of this export", where=Where(str(output)), remedy=remedy)
    return suffix


def _deliver(content: bytes, output: Path | None, mode: int) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    _check_free(output)
    _write(content, output, mode)
    click.echo(f"{printable(output)}: {len(content):,} bytes", err=True)


def _check_free(path: Path) -> None:
    from precursor_screen.core.errors import UsageError, Where

    if path.exists() or path.is_symlink():
        raise UsageError("exists", where=Where(str(path)), remedy="Name another file: evidence replaces nothing.")


def _write(content: bytes, path: Path, mode: int) -> None:
    from precursor_screen.reporting.interface import whole_file

    with whole_file(path, mode) as stream:
        stream.write(content)


command.add_command(verify)
