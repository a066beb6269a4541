"""`rules`: list, show, lint, test, diff, stats, docs, new."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import asdict

from precursor_screen.app.site_settings import ledger_of, rule_dirs_of
from precursor_screen.cli import common
from precursor_screen.cli.numbers import Number

if TYPE_CHECKING:
    from precursor_screen.app.rulecheck.statistics import RuleStats
    from precursor_screen.app.site_settings import Value
    from precursor_screen.core.model import Rule
    from precursor_screen.reference.bundle import Rulebook

    Loading = Callable[[], Rulebook]

# How rules, and figures of them, are shown to people.

_STATS = "{:<12} {:>7} {:>9} {:>7} {:>9} {:>13} {:>7}  {}".format


def show_rule(rule: Rule) -> str:
    """A rule for a person."""
    from precursor_screen.core.report import MARKS

    lines = [
        f"{rule.id} {rule.version}  {rule.title}",
        f"  {rule.status}; level {rule.level}, confidence {rule.confidence}, weight {rule.weight}; judges a {rule.subject}, per {rule.scope}",
        f"  What: {rule.description}",
        f"  Why: {rule.rationale}",
        *(f"  Basis: {s.title}{f', {s.note}' if s.note else ''} ({MARKS[s.mark]})" for s in rule.references),
        *(f"  Innocent explanation: {f}" for f in rule.falsepositives),
        *(f"  Parameter {name}: {value}" for name, value in rule.params.items()),
        f"  Sentence: {rule.explain}",
        f"  Action: {rule.action}",
        f"  Tests: {len(rule.tests)}; file {rule.path}",
    ]
    return "\n".join(lines)


def stats_lines(rows: Iterable[RuleStats]) -> Iterator[str]:
    """A table with a line a rule."""
    yield _STATS("rule", "flags", "confirmed", "cleared", "precision", "not evaluable", "ms", "title")
    for row in rows:
        precision = f"{row.precision:.0%}" if row.precision is not None else "-"
        spent = f"{row.milliseconds:.1f}" if row.milliseconds is not None else "-"
        yield _STATS(row.rule_id, row.flags, row.confirmed, row.cleared, precision, row.not_evaluable, spent, row.title)


_MUTATE = "Also change each rule one thing at a time, and name the changes that no test notices."
_AT_LEAST = "With --mutate: exit code 1 if fewer of all changes are noticed [default: 0]."


def _rule_options(command: common.Command) -> common.Command:
    alone = click.option("--only-rules", is_flag=True, help="The rules of --rules alone.")
    return common.rules_option(help="Folder of rules, added to those that ship.")(alone(command))


def _with_rules(command: common.Command) -> common.Command:
    """Gives a command --rules and --only-rules, and as `loading` what loads the rules that they name."""

    @_rule_options
    @functools.wraps(command)
    def call(*args: Any, rule_dirs: tuple[Path, ...], only_rules: bool, **given: Any) -> Any:
        return command(*args, loading=functools.partial(_load, rule_dirs, only_rules), **given)

    return call


def _load(rule_dirs: tuple[Path, ...], only_rules: bool) -> Rulebook:
    """The rules that a `screen` with the same options and settings would apply."""
    from precursor_screen.app.run_settings import site_rules
    from precursor_screen.reference.bundle import load_rulebook, rule_folders

    values = common.settings()
    folders = rule_dirs_of(values, rule_dirs, only_rules)
    return load_rulebook(rule_folders(folders, only=only_rules), site_rules(values))


@click.group()
def command() -> None:
    """The rules that turn what was recognised into flags.

    \b
    Examples:
      precursor-screen rules list
      precursor-screen rules show PS-CHEM-003
      precursor-screen rules test --rules my-rules --only-rules
    """


@command.command("list")
@_with_rules
def list_rules(loading: Loading) -> None:
    """One line a rule.

    \b
    Example:
      precursor-screen rules list
    """
    for rule in loading().rules:
        click.echo(f"{rule.id:<12} {rule.level:<13} {rule.status:<12} {rule.subject:<9} {rule.title}")


@command.command()
@click.argument("rule_id")
@_with_rules
def show(rule_id: str, loading: Loading) -> None:
    """One rule in full: what it means, what it rests on, which honest trade it flags.

    \b
    Example:
      precursor-screen rules show PS-CHEM-003
    """
    rules = {r.id: r for r in loading().rules}
    if rule_id.upper() not in rules:
        raise common.unknown(f"there is no rule {rule_id!r}", rule_id.upper(), rules, "See `rules list`.")
    click.echo(show_rule(rules[rule_id.upper()]))


@command.command()
@_with_rules
def lint(loading: Loading) -> int:
    """Every error of every rule at once, each with file, line and remedy.

    \b
    Example:
      precursor-screen rules lint --rules my-rules
    """
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.reference.recogniser import known_substances
    from precursor_screen.rulebook.lint import lint as lint_rules

    book = loading()
    errors = lint_rules(book.rules, book.compiled, book.lists, date.today(), known_substances())
    for error in errors:
        click.echo(f"error: {error}", err=True)
    click.echo(f"{len(book.rules)} rules, {len(book.lists)} lists, {len(book.typologies)} typologies: {len(errors)} errors")
    return ExitCode.USAGE if errors else ExitCode.CLEAR


@command.command("test")
@click.option("--mutate", "mutated", is_flag=True, help=_MUTATE)
@click.option("--at-least", type=Number(0, 100), metavar="PERCENT", help=_AT_LEAST)
@_with_rules
def test_rules(mutated: bool, at_least: float | None, loading: Loading) -> int:
    """Every inline test, with its rows in several orders, through the kernel that screens manifests. Exit code 1 if one fails.

    With --mutate each rule is then changed one thing at a time: a window, parameter or limit by its smallest step, gte for gt, a
    clause, key or item of a list left out. A change that no test of the rule notices stands for a mistake that nobody would.

    \b
    Examples:
      precursor-screen rules test
      precursor-screen rules test --mutate --at-least 90 --rules my-rules --only-rules
    """
    from precursor_screen.app.rulecheck.inline_tests import count_gaps, run_tests
    from precursor_screen.core.errors import UsageError

    if at_least is not None and not mutated:
        raise UsageError("--at-least is used only with --mutate", remedy="Add --mutate, or leave --at-least out.")
    book = loading()
    count, failures = run_tests(book.compiled)
    for failure in failures:
        click.echo(f"FAILED {failure.rule_id}, {failure.test}: expected {failure.expected}; got {failure.got}", err=True)
    gaps = count_gaps(book.compiled)
    known = f", {gaps} known gaps" if gaps else ""
    click.echo(f"{count} tests of {len(book.compiled)} rules: {len(failures)} failed{known}")
    if failures or not mutated:
        return common.exit_code(failures)
    return _mutate(book, at_least or 0)


def _mutate(book: Rulebook, at_least: float) -> int:
    """Prints what mutants of the rules came to; code 1 if less than so many per cent were killed."""
    from precursor_screen.app.rulecheck.mutants import mutate, share, show

    found = mutate(book.compiled, book.lists, book.macros)
    for line in show(found):
        click.echo(line)
    killed, total = sum(m.killed for m in found), sum(m.total for m in found)
    click.echo(f"{killed} of {total} mutants of {len(found)} rules killed ({share(killed, total):.1f} %)")
    if is_low := share(killed, total) < at_least:
        click.echo(f"fewer than {at_least:g} %: write tests that notice the changes that survive", err=True)
    return common.exit_code(is_low)


@command.command()
@click.argument("old", type=common.PATH)
@click.argument("new", type=common.PATH)
@click.argument("inputs", nargs=-1, required=True, metavar="MANIFEST...")
@common.jurisdiction_option(help="Whose law to screen by.")
@common.watchlist_option(help="As of `screen` [default: none].")
@common.as_of_option(help="As of `screen` [default: today].")
def diff(old: Path, new: Path, inputs: tuple[str, ...], **given: Any) -> int:
    """Flags gained and lost between two folders of rules on the same manifests, and which version number that asks for.

    Lost flags ask for a major version, gained ones for a minor, other wording for a patch. Exit code 1 if a flag is gained or lost.

    \b
    Example:
      precursor-screen rules diff rules-before/ rules/ inbox/*.csv --jurisdiction US
    """
    from precursor_screen.app.inputs import find_sources
    from precursor_screen.app.rulecheck.statistics import compare_rules, show_changes
    from precursor_screen.app.run_settings import NO_WATCHLIST, merge_options
    from precursor_screen.app.session import open_session
    from precursor_screen.app.site_settings import check_rule_folders
    from precursor_screen.reference.bundle import SiteRules, load_rulebook

    check_rule_folders((old, new), only=True)
    settings = merge_options(
        common.settings(),
        watchlists=given["watchlists"] or (NO_WATCHLIST,),
        jurisdiction=given["jurisdiction"],
        as_of=common.parse_day(given["as_of"], "--as-of"),
        rule_dirs=(),
        site=SiteRules(),
    )
    changes = compare_rules(find_sources(inputs, None), open_session(settings), load_rulebook([old]), load_rulebook([new]))
    for line in show_changes(changes):
        click.echo(line)
    gained, lost = (sum(len(getattr(c, kind)) for c in changes) for kind in ("gained", "lost"))
    click.echo(f"{len(changes)} rules differ: {gained} flags gained, {lost} lost")
    return common.exit_code(gained or lost)


@command.command()
@click.argument("inputs", nargs=-1, metavar="[MANIFEST...]")
@click.option("--ledger", "url", metavar="PATH|URL|home", help="Count the recorded flags and what officers said of them.")
@common.jurisdiction_option(help="Whose law to screen by.")
@common.json_option(help="As JSON, one object per rule.")
@_rule_options
def stats(inputs: tuple[str, ...], url: str | None, as_json: bool, **given: Any) -> None:
    """Per rule: flags, precision by officers' verdicts, rows that could not be judged, milliseconds.

    With manifests the rules run on them and are timed; with --ledger the recorded flags and verdicts are counted.

    \b
    Examples:
      precursor-screen rules stats sample_data/manifest.csv --jurisdiction US
      precursor-screen rules stats --ledger home
    """
    values = common.settings()
    rows = _measured(values, inputs, given) if inputs else _recorded(ledger_of(values, url), given)
    if as_json:
        for row in rows:
            common.echo_json({**asdict(row), "precision": row.precision})
        return
    click.echo("\n".join(stats_lines(rows)))


def _measured(values: dict[str, Value], inputs: tuple[str, ...], given: dict[str, Any]) -> tuple[RuleStats, ...]:
    from precursor_screen.app.inputs import find_sources
    from precursor_screen.app.rulecheck.statistics import measure
    from precursor_screen.app.run_settings import NO_WATCHLIST, merge_options
    from precursor_screen.app.session import open_session

    session = open_session(merge_options(values, watchlists=(NO_WATCHLIST,), **given))
    return measure(session.run(find_sources(inputs, None), remember=False).screened, session.reference)


def _recorded(place: str, given: dict[str, Any]) -> tuple[RuleStats, ...]:
    from precursor_screen.app.rulecheck.statistics import count_recorded
    from precursor_screen.core.errors import UsageError
    from precursor_screen.history.store import open_ledger

    if not place:
        raise UsageError("no manifest and no ledger is given to count in", remedy="Name manifests, or a ledger with --ledger.")
    with open_ledger(place, create=False) as ledger:
        verdicts = [(d.flag_id, d.verdict) for d in ledger.verdicts()]
        rules = _load(given["rule_dirs"], given["only_rules"]).rules
        return count_recorded(rules, ledger.flags(), verdicts)


@command.command()
@common.file_option("-o", "--output", help="File to write [default: standard output].")
@click.option("--check", is_flag=True, help="Say whether the file is up to date instead of writing it; exit code 1 if not.")
@_with_rules
def docs(output: Path | None, check: bool, loading: Loading) -> int:
    """The index of rules as a page in Markdown.

    \b
    Example:
      precursor-screen rules docs -o rules.md
    """
    from precursor_screen.app.rulecheck.statistics import rule_index
    from precursor_screen.core.errors import UsageError
    from precursor_screen.reporting.interface import whole_file

    page = rule_index(loading().rules)
    if check and output is None:
        raise UsageError("--check needs the file to check", remedy="Name it with -o.")
    if output is None:
        click.echo(page, nl=False)
    elif check:
        current = output.is_file() and output.read_text(encoding="utf-8") == page
        click.echo(f"{output} is {'up to date' if current else 'out of date'}")
        return common.exit_code(not current)
    else:
        with whole_file(output, mode=None) as stream:
            stream.write(page.encode())
    return common.exit_code(())


@command.command("new")
@click.argument("rule_id")
@click.option("--folder", type=common.PATH, default=Path(), help="Where to write it [default: here].")
def new_rule_file(rule_id: str, folder: Path) -> None:
    """Write a rule file to begin with; it passes `rules lint` and `rules test` as it stands.

    \b
    Example:
      precursor-screen rules new PS-QTY-901 --folder my-rules
    """
    from precursor_screen.app.rulecheck.statistics import new_rule

    written = new_rule(rule_id.upper(), folder, date.today())
    click.echo(f"{written} written; change it, then: precursor-screen rules lint --rules {folder}")
