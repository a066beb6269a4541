"""`review`: list, walk, add, import, export, stats."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common
from precursor_screen.cli.ledger import with_ledger
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import REASONS, STATES
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.cases.precision import Precision
    from precursor_screen.cases.review import Added
    from precursor_screen.cli.ledger import Opening
    from precursor_screen.core.errors import ExitCode

# `review walk`: one open case at a time, decided by a key.


@click.group()
def command() -> None:
    """Officers' verdicts on flags. They are recorded under names that nobody checks, and only ever added.

    \b
    Examples:
      precursor-screen review list
      precursor-screen review walk
      precursor-screen review add 4f2c9a --verdict cleared --reason licensed --text "Licence 12/2026 seen"
    """


_HANGING = 16  # columns by which a sentence that goes on is indented


@command.command()
@click.argument("named", nargs=-1, metavar="[WHAT]...")
@click.option("--rule", "rule_id", metavar="ID", default="", help="Flags of one rule.")
@common.officer_options("Who decides", "Another officer who agrees to each clearance of a critical flag.")
@with_ledger(waits=True)
def walk(named: tuple[str, ...], rule_id: str, officer: str | None, second: str, opening: Opening) -> None:
    """Go through the open cases, worst first, and decide each by a key: c r f ? s q.

    c cleared, r referred, f confirmed, ? inconclusive; then a reason from a list and a text. s leaves a case for later, q ends.
    Each verdict is recorded at once, so whatever ends the walk, what was decided is kept. WHAT: flags, shipments, bills or parties, as
    `review list` takes them. Without a terminal the answers are read from standard input, one a line; the second officer that the
    clearance of a critical flag takes is --second then, never an answer. The names are recorded, not authenticated.

    \b
    Examples:
      precursor-screen review walk --officer "N. Officer"
      precursor-screen review walk --officer "N. Officer" --second "O. Other" BL-1234
    """
    from precursor_screen.cases import walk as walking
    from precursor_screen.cases.review import check_second
    from precursor_screen.cases.targets import named_of
    from precursor_screen.core.model import OPEN

    values = common.settings()
    name = common.officer_of(values, officer)
    if second:
        check_second(name, second, "a critical flag can be cleared only with a second officer")
    officers = walking.Officers(name, second, tuple(values["review.may_clear"].value))
    with opening() as ledger, common.reader_may_leave():
        flags = named_of(ledger, ledger.flags(rule_id=rule_id.upper(), states=OPEN), named)
        cases = walking.gather(flags)
        if not cases:
            click.echo("No case is open.")
            return
        talk: walking.Talk = Terminal() if sys.stdin.isatty() and sys.stdout.isatty() else Lines()
        done = walking.walk(ledger, cases, officers, talk, lambda: datetime.now().astimezone())
        if done.decided:
            click.echo(f"\n{common.NOT_AUTHENTICATED}", nl=False)
        decided = f"{done.decided:,} decided ({done.flags:,} flags)"
        click.echo(f"\n{done.ended}: {decided}, {done.skipped:,} skipped, {done.left:,} left")


class Lines:
    """Answers from standard input, one a line."""

    def say(self, text: str) -> None:
        """Prints a line."""
        click.echo(printable(text))

    def key(self, prompt: str) -> str:
        """The next line, which is to be a key alone: of a longer one nobody knows whether it was meant for this question."""
        return self.line(prompt).strip().lower()

    def line(self, prompt: str) -> str:
        """The next line."""
        click.echo(prompt, nl=False)
        read = sys.stdin.readline()
        if not read:
            raise EOFError
        click.echo()
        return read.rstrip("\r\n")

    def second(self, prompt: str) -> str:
        """Nobody: the next line may have been meant for the next question."""
        click.echo(f"{prompt}nobody is asked, since the answers come from a file or a pipe")
        return ""


class Terminal(Lines):
    """Keys without Enter, and lines with it; sentences that are too long go on below themselves."""

    def say(self, text: str) -> None:
        """Prints a line within the width of the terminal."""
        import shutil
        import textwrap

        width = shutil.get_terminal_size().columns
        hanging = " " * (min(_HANGING, width // 4) if text.startswith("  ") else 0)
        for line in textwrap.wrap(printable(text), width, subsequent_indent=hanging, drop_whitespace=True) or [""]:
            click.echo(line)

    def key(self, prompt: str) -> str:
        """One key."""
        click.echo(prompt, nl=False)
        pressed = click.getchar()
        if pressed in ("\x04", "\x1a", ""):
            raise EOFError
        if pressed == "\x03":
            raise KeyboardInterrupt
        click.echo(printable(pressed))
        return pressed.lower()

    def line(self, prompt: str) -> str:
        """A line."""
        return input(prompt)

    def second(self, prompt: str) -> str:
        """A line."""
        return input(prompt)


# `review stats`: what the verdicts say of the rules.

_HEAD = f"{'rule':<12} {'decided':>7} {'confirmed':>9} {'share':>6} {'95 % from, to':>13} {'referred':>8} {'unclear':>7}  title"


@command.command()
@common.json_option(help="Print one JSON object per rule.")
@with_ledger()
def stats(as_json: bool, opening: Opening) -> None:
    """Precision per rule by officers' verdicts, and which weights they would change.

    The share of confirmed among confirmed and cleared shipments, with Wilson's interval of 95 %. A shipment counts once a rule. The weight
    that the verdicts would make of a rule's is its weight times the interval's nearer end over the share of all other rules: half to
    double, from 20 shipments on. It is a proposal for whoever keeps the rules: nothing is changed.

    \b
    Example:
      precursor-screen review stats
    """
    from msgspec.structs import asdict

    from precursor_screen.app.site_settings import rule_dirs_of
    from precursor_screen.cases.precision import measure
    from precursor_screen.core.arrow import tuples_of
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    folders = rule_dirs_of(common.settings(), (), only=False)
    rules = {r.id: r for r in load_rulebook(rule_folders(folders)).rules}
    with opening() as ledger:
        flags = ledger.flags().select(["flag_id", "rule_id", "shipment_id"])
        found = measure(tuples_of(flags), ledger.verdicts(), rules)
    with common.reader_may_leave():
        if as_json:
            for one in found:
                common.echo_json({**asdict(one), "share": one.share})
            return
        if not found:
            click.echo("No verdict is recorded.")
            return
        click.echo("\n".join(_described_precision(found)))


def _described_precision(found: Sequence[Precision]) -> Iterator[str]:
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


_SHOWN = 50
_REFUSED = 20  # rows of a file that are named
_STATES = ["open", *STATES, "all"]
_STATE = "As of the last run or verdict; open: new, existing and escalated; suppressed: cleared."
_VERDICT = "What was found; open takes an earlier verdict back."
_REASON = f"Short code of your own, or one of: {', '.join(REASONS)}."
_VERDICTS = ["open", "cleared", "referred", "confirmed", "inconclusive"]
_OFFICERS = common.officer_options("Who says so", "Another officer who agrees: needed to clear a critical flag.")


@command.command("list")
@click.argument("named", nargs=-1, metavar="[WHAT]...")
@click.option("--state", type=click.Choice(_STATES), default="open", show_default=True, help=_STATE)
@click.option("--rule", "rule_id", metavar="ID", default="", help="Flags of one rule.")
@click.option("--shipment", "shipment_id", metavar="ID", default="", help="Flags of one shipment.")
@click.option("--all", "everything", is_flag=True, help=f"Name every flag, not the first {_SHOWN}.")
@common.json_option(help="Print one JSON object per flag, every flag, with its verdicts.")
@with_ledger()
def list_flags(named: tuple[str, ...], state: str, rule_id: str, shipment_id: str, opening: Opening, **shown: bool) -> None:
    """The flags that are recorded, those last raised first, worst first. WHAT: a flag, a shipment, a bill or a party.

    \b
    Examples:
      precursor-screen review list --state all --shipment BL-1234
      precursor-screen review list "Larkfield Laboratory Supply"
    """
    from precursor_screen.cases.review import states_of
    from precursor_screen.cases.targets import named_of

    with opening() as ledger:
        flags = named_of(ledger, ledger.flags(shipment_id=shipment_id, rule_id=rule_id.upper(), states=states_of(state)), named)
        verdicts = grouped((one.flag_id, one) for one in ledger.verdicts())
    with common.reader_may_leave():
        if shown["as_json"]:
            _print_objects(flags, verdicts)
            return
        for flag in flags if shown["everything"] else flags[:_SHOWN]:
            click.echo("\n".join(_described(flag, verdicts.get(flag["flag_id"], ()))))
        if len(flags) > _SHOWN and not shown["everything"]:
            click.echo(f"and {len(flags) - _SHOWN:,} more (--all)")
        click.echo(f"{len(flags):,} flags" if flags else "No such flag is recorded.")


def _described(flag: Mapping[str, Any], verdicts: Iterable[Any]) -> Iterator[str]:
    yield f"{printable(flag['level'] or ''):<13} {flag['flag_id'][:12]}  {printable(flag['because'] or '')}"
    yield f"{'':14}{flag['state']}; {flag['rule_id']}, shipment {printable(flag['shipment_id'] or '-')}"
    for one in verdicts:
        until = f" until {one.until}" if one.until else ""
        other = "" if one.line_id == flag["line_id"] else ", of an earlier content"
        yield f"{'':14}{one.verdict}{until} ({one.reason}) by {printable(one.who)}, {one.at[:10]}{other}"


def _print_objects(flags: list[dict[str, Any]], verdicts: dict[str, list[Any]]) -> None:
    import json

    from msgspec.structs import asdict

    for flag in flags:
        flag["evidence"] = json.loads(flag["evidence"] or "[]")
        common.echo_json({**flag, "dispositions": [asdict(v) for v in verdicts.get(flag["flag_id"], ())]})


@command.command()
@click.argument("named", nargs=-1, required=True, metavar="WHAT...")
@click.option("--verdict", type=click.Choice(_VERDICTS), required=True, help=_VERDICT)
@click.option("--reason", required=True, metavar="CODE", help=_REASON)
@click.option("--text", default="", help="What was looked at, in your words.")
@click.option("--until", default="", metavar="DATE", help="Last day of a clearance [default: in 365 days].")
@click.option("--yes", "many", is_flag=True, help="Decide all shipments of a bill or a party that has several.")
@_OFFICERS
@with_ledger(waits=True)
def add(named: tuple[str, ...], officer: str | None, many: bool, opening: Opening, **stated: str) -> None:
    """Record a verdict on flags: all that are named, or none.

    WHAT is the id of a flag or its beginning (three characters at least), or a shipment, a bill or another reference of it, or a party:
    then all of its open flags are meant (with --yes where these are in several shipments). Where that leaves two meanings, `flag:`, `shipment:`, `bill:` or `party:` before it says which.

    A clearance suppresses the flag until its last day, and only while the line stays what it is. The last verdict stands. To clear
    a critical flag takes a second officer.

    \b
    Examples:
      precursor-screen review add 4f2c9a --verdict cleared --reason licensed --text "Licence 12/2026 seen" --until 2027-03-31
      precursor-screen review add BL-1234 --verdict cleared --reason end-use-confirmed --officer "N. One" --second "N. Other"
    """
    from precursor_screen.cases.review import VerdictDraft, add_verdicts
    from precursor_screen.core.errors import Where

    values = common.settings()
    name, allowed = common.officer_of(values, officer), values["review.may_clear"].value
    drafts = [(Where(), VerdictDraft(one, **stated)) for one in named]
    with opening() as ledger:
        done = add_verdicts(ledger, drafts, name, datetime.now().astimezone(), many=many, may_clear=allowed)
    for one in done.verdicts:
        click.echo(f"{one.flag_id}: {one.verdict}{f' until {one.until}' if one.until else ''}, by {printable(one.who)}")
    _say_repeated(done)
    click.echo(common.NOT_AUTHENTICATED)


@command.command("import")
@click.argument("source", type=common.PATH, metavar="FILE")
@_OFFICERS
@with_ledger(waits=True)
def import_verdicts(source: Path, officer: str | None, second: str, opening: Opening) -> ExitCode:
    """Add the verdicts of a file, row by row, and say what was taken, what was refused and why.

    FILE: what the HTML report saves, the workbook of a report (`screen -o report.xlsx`) in which verdicts were chosen, or CSV with the
    columns flag_id, verdict, reason, and text, officer, second, until, line_id and at where they are there. --officer and --second
    stand where a row names none. One that is recorded already is not added again. Exit code 3 where rows were refused, 4 where all were.

    \b
    Example:
      precursor-screen review import verdicts.csv --officer "N. Officer"
    """
    from msgspec.structs import replace

    from precursor_screen.app.verdict_files import read_verdicts
    from precursor_screen.cases.review import import_verdicts
    from precursor_screen.core.errors import ExitCode

    stated = read_verdicts(source)
    drafts = [(where, draft if draft.second else replace(draft, second=second)) for where, draft in stated.drafts]
    values = common.settings()
    name, allowed = common.officer_of(values, officer), values["review.may_clear"].value
    with opening() as ledger:
        done = import_verdicts(ledger, drafts, name, datetime.now().astimezone(), allowed)
    kinds = ", ".join(f"{count:,} {verdict}" for verdict, count in done.kinds.items())
    click.echo(f"{done.added:,} verdicts added" + (f": {kinds}" if kinds else ""))
    _say_repeated(done)
    if done.earlier:
        click.echo(f"{done.earlier:,} are about an earlier content of their line: kept, and nothing follows from them")
    if stated.undecided:
        click.echo(f"{stated.undecided:,} rows state no verdict")
    if done.added:
        click.echo(common.NOT_AUTHENTICATED)
    if not done.refused:
        return ExitCode.CLEAR
    click.echo(f"{len(done.refused):,} refused:", err=True)
    common.say(done.refused[:_REFUSED], "  ", err=True)
    if len(done.refused) > _REFUSED:
        click.echo(f"  and {len(done.refused) - _REFUSED:,} more", err=True)
    return ExitCode.SET_ASIDE if done.verdicts else ExitCode.NOT_SCREENED


@command.command("export")
@click.argument("target", type=common.PATH, metavar="FILE")
@common.mode_option
@with_ledger()
def export_verdicts(target: Path, mode: str | None, opening: Opening) -> None:
    """Write all verdicts as CSV, in the columns that `review import` reads.

    \b
    Example:
      precursor-screen review export verdicts.csv
    """
    from precursor_screen.app.verdict_files import write_verdicts

    permissions = common.file_mode(common.settings(), mode)
    with opening() as ledger:
        count = write_verdicts(ledger, target, permissions)
    click.echo(f"{printable(target)}: {count:,} verdicts")


def _say_repeated(done: Added) -> None:
    if done.repeated:
        click.echo(f"{done.repeated:,} were recorded already")
