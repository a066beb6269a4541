"""`evidence`: a sealed bundle of a flag, an episode or a shipment, and checking one."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from precursor_screen.cli import common
from precursor_screen.cli.ledger import ledger_option
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.app.inputs import Source
    from precursor_screen.cases.evidence.document import Document
    from precursor_screen.cases.evidence.rerun import SealedPack
    from precursor_screen.cases.evidence.sources import Installed
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.core.report import Report
    from precursor_screen.reference.shipped import LawTables
    from precursor_screen.reference.watchlists.opened import Watchlist
    from precursor_screen.reporting.evidence.verify import Verified


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


# `evidence verify`: whether a bundle is what was sealed, and whether its inputs still raise its flags.


@command.command()
@click.argument("bundle", type=common.PATH, metavar="BUNDLE")
@common.file_option("--inputs", metavar="DIR", help="Screen the inputs of the bundle, found here by SHA-256, again, and compare.")
@common.file_option("--signer", metavar="KEY.pub", help="Public key by which it must be signed.")
@common.file_option("--full", metavar="BUNDLE", help="The whole bundle of a redacted one: check each value that was left out.")
@common.mapping_option(help="With --inputs: the column map with which they were screened [default: guessed].")
@common.encoding_option(help="With --inputs: their encoding [default: decided by content].")
def verify(bundle: Path, inputs: Path | None, signer: Path | None, full: Path | None, **reading: str | None) -> ExitCode:
    """Check every byte of a bundle; exit code 1 when something is wrong, 3 when something could not be checked.

    Without a signature, digests find damage and careless edits, not who made the whole bundle anew.

    \b
    Example:
      precursor-screen evidence verify case.zip --inputs inbox --signer officer.pub
    """
    from precursor_screen.formats.bundle import fingerprint
    from precursor_screen.reporting.evidence import verify as checking

    key = fingerprint(signer) if signer else None
    done = checking.verify(checking.read_file(bundle), bundle.name, key)
    if done.document is not None and not done.problems:
        if full is not None:
            _compare_whole(done.document, full, done)
        law = _law_of(done.document, done)
        absent = [f"{pack} is not installed here" for pack in law.lacking]
        if inputs is None:
            done.checked += absent
        else:
            done.unknown += absent
            _run_again(done.document, inputs, reading, law, done)
    # Of a bundle with nothing wrong no more may be said: only who holds its key cannot have been somebody else.
    sound = f"unchanged since it was made; {done.signed}"
    click.echo(f"{printable(bundle)}: {f'{len(done.problems):,} problems' if done.problems else sound}")
    common.say(done.checked, "  ")
    common.say(done.unknown, "  not checked: ")
    common.say(done.problems, "  problem: ")
    if done.problems:
        click.echo("Do not rely on it: ask whoever sent it for the bundle, and for its SHA-256 by another way.", err=True)
    return common.exit_code(done.problems, done.unknown)


def _compare_whole(document: Document, full: Path, done: Verified) -> None:
    from precursor_screen.core.errors import UsageError
    from precursor_screen.reporting.evidence import verify as checking

    whole = checking.verify(checking.read_file(full), full.name)
    if whole.document is None or whole.problems:
        raise UsageError(
            "is not an evidence bundle, or was damaged or altered",
            where=full,
            remedy=f"To see which of these: precursor-screen evidence verify {full}",
        )
    if not document["redacted"] or whole.secret is None:
        remedy = "Give the redacted bundle as BUNDLE, and the one that was written beside it as --full."
        raise UsageError("is not the bundle from which the redacted one was made", where=full, remedy=remedy)
    wrong, proved = checking.compare_redacted(document, whole.document, whole.secret)
    done.problems += wrong
    if not wrong:
        done.checked.append(f"{proved:,} values were left out, each proved by the whole bundle; all else is the same")


class _LawOfRun(Struct, frozen=True):
    """The law that the run of a bundle judged by, as far as it is here. tables: None: that of the home; lacking: packs that are not here."""

    tables: LawTables | None = None
    lacking: tuple[SealedPack, ...] = ()


def _law_of(document: Document, done: Verified) -> _LawOfRun:
    """Opens the packs of a bundle's run by their digests, and says which are not here."""
    from msgspec import ValidationError

    from precursor_screen.app.site_settings import home_of
    from precursor_screen.cases.evidence.rerun import sealed_packs
    from precursor_screen.core.errors import PrecursorScreenError
    from precursor_screen.reference.packs.store import PackStore, law_of_packs

    try:
        named = sealed_packs(document)
    except ValidationError as error:
        done.problems.append(f"the packs of law are not named as a run names them ({error})")
        return _LawOfRun()
    store = PackStore(home_of(common.settings()))
    try:
        found = [(pack, store.find(pack.id, pack.sha256)) for pack in named]
        lacking = tuple(pack for pack, held in found if held is None)
        packs = tuple(held for _, held in found if held is not None)
        return _LawOfRun(law_of_packs(packs, store.folder) if packs else None, lacking)
    except PrecursorScreenError as error:
        done.unknown.append(f"the packs of law do not go with this version: {error}")
        return _LawOfRun(lacking=named)


def _run_again(document: Document, folder: Path, reading: Mapping[str, str | None], law: _LawOfRun, done: Verified) -> None:
    from precursor_screen.app.inputs import Source
    from precursor_screen.cases.evidence.blackout import find_inputs
    from precursor_screen.cases.evidence.rerun import compare
    from precursor_screen.core.arrow import tuples_of
    from precursor_screen.core.errors import InputError
    from precursor_screen.core.issues import WORDS_ALONE
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
        report = _screen(document, sources, reading, law.tables, done.unknown)
    except InputError as error:
        done.unknown.append(f"the inputs could not be screened: {error}")
        return
    without_table = [
        name for code, name in tuples_of(report.issues, "code", "source_file") if code in (WORDS_ALONE, "no-usable-column")
    ]
    if without_table:
        read = "could not be read as a table. If it was read by a column map, pass it: --mapping MAP.yaml"
        done.unknown += [f"the input {name} {read}" for name in dict.fromkeys(without_table)]
        return
    compared = compare(document, report, sought.missing, law.lacking)
    done.problems += compared.differences
    done.unknown += compared.unknown
    done.checked += [f"here otherwise: {note}" for note in compared.notes]
    inputs = counted(len(sources), "input")
    reworded = f", {compared.reworded:,} of them in other words" if compared.reworded else ""
    same = (
        f"{compared.same:,} of {counted(len(document['flags']), 'flag')} raised again with the same level and evidence{reworded}"
    )
    done.checked.append(f"screened again from {inputs}: {same}")


def _screen(
    document: Document,
    sources: tuple[Source, ...],
    reading: Mapping[str, str | None],
    law: LawTables | None,
    unknown: list[str],
) -> Report:
    """A run as the one that raised the flags, with its packs of law, else what is installed here, and no ledger."""
    from precursor_screen.app.run_settings import NO_WATCHLIST, merge_options
    from precursor_screen.app.session import Session, load
    from precursor_screen.core.errors import WatchlistError

    values = common.settings()
    then = document["reference"]
    named = [w["list_id"] for w in then["watchlists"]] or then["watchlists_named"] or [e["list_id"] for e in document["entries"]]
    given = {"jurisdiction": then["jurisdiction"], "tiers": tuple(then["tiers"]), "rule_dirs": (), **reading}
    given |= {"as_of": common.parse_day(then["as_of"], "as_of"), "watchlists": tuple(dict.fromkeys(named)) or (NO_WATCHLIST,)}
    settings = merge_options(values, **given)
    try:
        reference = load(settings, law)
    except WatchlistError as error:
        unknown.append(f"parties: {error}")
        settings = merge_options(values, **{**given, "watchlists": (NO_WATCHLIST,)})
        reference = load(settings, law)
    return Session(settings, reference).run(sources, remember=False).report


_SECRET = 32  # bytes
_OUTPUT = "Of the bundle, .zip, or of what --as writes [default: a name made of WHAT; of --as standard output]."
_REDACT = (
    "For another authority: only what the flag needs. The whole bundle, which proves what was left out, is written beside it."
)
_SIGN = "Sign with a private key of `ssh-keygen -t ed25519`, or with one that an agent holds (its .pub file)."
_AS = "No bundle, but FollowTheMoney entities, the fields of a pre-export notification or of a communication on an incident, or rows for a selectivity module."


@command.command()
@click.argument("what", metavar="FLAG|EPISODE|SHIPMENT")
@common.file_option("-o", "--output", help=_OUTPUT)
@common.file_option("--report", help="JSON report that holds it; default: the ledger. With --ledger: both.")
@click.option("--redact", is_flag=True, help=_REDACT)
@common.file_option("--sign", "key", metavar="KEY", help=_SIGN)
@click.option("--as", "kind", type=click.Choice(["ftm", "pen", "incident", "selectivity"]), help=_AS)
@common.mode_option
@ledger_option
def seal(what: str, url: str | None, **given: Any) -> None:
    """Seal the lines as filed, digests of the inputs, rules, entries of lists, explanation, priority and verdicts of WHAT into one zip.

    WHAT is a flag (or the beginning of its id), a shipment or a bill, as `explain` takes it. An existing file is not replaced.

    \b
    Example:
      precursor-screen evidence 4f2c9a --report report.json -o case.zip
    """
    from precursor_screen.cases.evidence.redact import redact
    from precursor_screen.cases.evidence.sources import complete
    from precursor_screen.formats import bundle
    from precursor_screen.reporting.evidence import exports
    from precursor_screen.reporting.evidence.seal import plain
    from precursor_screen.reporting.evidence.seal import seal as seal_bundle

    mode = common.file_mode(common.settings(), given["mode"])
    output, key, redacted = given["output"], given["key"], given["redact"]
    document, rules = complete(_gather(what, given["report"], url), _installed())
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
    signer = (lambda message: bundle.sign(message, key)) if key else None
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


def _gather(what: str, report: Path | None, url: str | None) -> Document:
    from precursor_screen.cases.evidence.gather import from_ledger, from_report, with_report
    from precursor_screen.cli.ledger import open_existing

    reported = from_report(report, what) if report is not None else None
    if reported is not None and url is None:
        return reported
    with open_existing(url, 0) as ledger:
        document = from_ledger(ledger, what)
    return with_report(document, reported) if reported is not None else document


def _installed() -> Installed:
    from precursor_screen.app.run_settings import site_rules
    from precursor_screen.app.session import open_watchlists
    from precursor_screen.app.site_settings import home_of, rule_dirs_of
    from precursor_screen.cases.evidence.sources import Installed
    from precursor_screen.cli.substances import load_table
    from precursor_screen.reference.bundle import load_rulebook, rule_folders
    from precursor_screen.reference.shipped import substances_folder
    from precursor_screen.reference.site_tables import load_concern

    values = common.settings()
    folders, site, table = rule_folders(rule_dirs_of(values, (), only=False)), site_rules(values), load_table()
    names = {s.substance_id: s.name for s in table.substances}
    edition = {"edition": table.edition, "sha256": table.sha256}
    concern = load_concern(substances_folder(), table.substances, site.concern)

    def open_list(list_id: str) -> Watchlist:
        return open_watchlists([list_id], home_of(values))[0]

    return Installed(load_rulebook(folders, site), folders, edition, names, open_list, concern)


def _slug(document: Document) -> str:
    text = document["subject"]["name"][: 12 if document["subject"]["kind"] == "flag" else 60]
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text)


def _count(document: Document) -> str:
    from precursor_screen.core.words import counted

    flags, lines = len(document["flags"]), sum(line is not None for line in document["lines"])
    return f"{counted(flags, 'flag')}, {counted(lines, 'line')} as filed"


def _suffix(output: Path | None, suffixes: tuple[str, ...]) -> str:
    from precursor_screen.core.errors import UsageError

    suffix = output.suffix.lower().removeprefix(".") if output else suffixes[0]
    if suffix not in suffixes:
        remedy = f"Name a file that ends in {' or '.join(f'.{s}' for s in suffixes)}."
        raise UsageError("is not a format of this export", where=output, remedy=remedy)
    return suffix


def _deliver(content: bytes, output: Path | None, mode: int) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    _check_free(output)
    _write(content, output, mode)
    click.echo(f"{printable(output)}: {len(content):,} bytes", err=True)


def _check_free(path: Path) -> None:
    from precursor_screen.core.errors import UsageError

    if path.exists() or path.is_symlink():
        raise UsageError("exists already", where=path, remedy="Name another file with -o: evidence never replaces one.")


def _write(content: bytes, path: Path, mode: int) -> None:
    from precursor_screen.reporting.interface import whole_file

    with whole_file(path, mode) as stream:
        stream.write(content)
