"""`review walk`: one open case at a time, decided by a key."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from precursor_screen.cli import common, options
from precursor_screen.cli.ledger import with_ledger
from precursor_screen.core.words import printable

if TYPE_CHECKING:
    from precursor_screen.cli.ledger import Opening

_HANGING = 16  # columns by which a sentence that goes on is indented


@click.command()
@click.argument("named", nargs=-1, metavar="[WHAT]...")
@click.option("--rule", "rule_id", metavar="ID", default="", help="Flags of one rule.")
@options.officer_options("Who decides", "Another officer who agrees to each clearance of a critical flag.")
@with_ledger(waits=True)
@click.pass_context
def walk(ctx: click.Context, named: tuple[str, ...], rule_id: str, officer: str | None, second: str, opening: Opening) -> None:
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

    values = common.settings(ctx)
    name = common.officer_of(values, officer)
    if second:
        check_second(name, second, "the clearance of a critical flag takes a second officer")
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
