"""`rules`: list, show, lint, test, diff, stats, docs, new."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precursor_screen.cli import common
from precursor_screen.config import ledger_of, rule_dirs_of

if TYPE_CHECKING:
    from precursor_screen.model import Rule
    from precursor_screen.reference.bundle import Rulebook

_FOLDER = click.option(
    "--rules", "rule_dirs", multiple=True, type=click.Path(path_type=Path), help="Folder of rules, added to those that ship."
)
_ONLY = click.option("--only-rules", is_flag=True, help="The rules of --rules alone.")


def _load(ctx: click.Context, rule_dirs: tuple[Path, ...], only_rules: bool) -> Rulebook:
    """The rules that a `screen` with the same options and settings would apply."""
    from precursor_screen.reference.bundle import load_rulebook, rule_folders
    from precursor_screen.runners.settings import site_rules

    values = common.settings(ctx)
    folders = rule_dirs_of(values, rule_dirs, only_rules)
    return load_rulebook(rule_folders(folders, only=only_rules), site_rules(values))


@click.group()
def command() -> None:
    """The rules that turn what was recognised into flags.

    \b
    Example:
      precursor-screen rules test --rules my-rules --only-rules
    """


@command.command("list")
@_FOLDER
@_ONLY
@click.pass_context
def list_rules(ctx: click.Context, rule_dirs: tuple[Path, ...], only_rules: bool) -> None:
    """One line a rule.

    \b
    Example:
      precursor-screen rules list
    """
    for rule in _load(ctx, rule_dirs, only_rules).rules:
        click.echo(f"{rule.id:<12} {rule.level:<13} {rule.status:<12} {rule.subject:<9} {rule.title}")


@command.command()
@click.argument("rule_id")
@_FOLDER
@_ONLY
@click.pass_context
def show(ctx: click.Context, rule_id: str, rule_dirs: tuple[Path, ...], only_rules: bool) -> None:
    """One rule in full: what it means, what it rests on, which honest trade it flags.

    \b
    Example:
      precursor-screen rules show PS-CHEM-003
    """
    from precursor_screen.errors import UsageError
    from precursor_screen.names.suggest import did_you_mean

    rules = {r.id: r for r in _load(ctx, rule_dirs, only_rules).rules}
    if rule_id.upper() not in rules:
        remedy = did_you_mean(rule_id.upper(), rules) or "See `rules list`."
        raise UsageError(f"no rule is called {rule_id!r}", remedy=remedy)
    click.echo(show_rule(rules[rule_id.upper()]))


def show_rule(rule: Rule) -> str:
    """A rule for a person."""
    from precursor_screen.reports.report import MARKS

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


@command.command()
@_FOLDER
@_ONLY
@click.pass_context
def lint(ctx: click.Context, rule_dirs: tuple[Path, ...], only_rules: bool) -> int:
    """Every error of every rule at once, each with file, line and remedy.

    \b
    Example:
      precursor-screen rules lint --rules my-rules
    """
    from precursor_screen.errors import ExitCode
    from precursor_screen.reference.recogniser import shipped_substances
    from precursor_screen.rulebook.lint import lint as lint_rules

    book = _load(ctx, rule_dirs, only_rules)
    errors = lint_rules(book.rules, book.compiled, book.lists, date.today(), shipped_substances())
    for error in errors:
        click.echo(f"error: {error}", err=True)
    click.echo(f"{len(book.rules)} rules, {len(book.lists)} lists, {len(book.typologies)} typologies: {len(errors)} errors")
    return ExitCode.USAGE if errors else ExitCode.CLEAR


@command.command("test")
@click.option(
    "--mutate",
    "mutated",
    is_flag=True,
    help="Also change each rule one thing at a time, and name the changes that no test notices.",
)
@click.option(
    "--at-least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="With --mutate: exit code 1 if fewer of all changes are noticed [default: 0].",
)
@_FOLDER
@_ONLY
@click.pass_context
def test_rules(ctx: click.Context, mutated: bool, at_least: float | None, rule_dirs: tuple[Path, ...], only_rules: bool) -> int:
    """Every inline test, with its rows in several orders, through the kernel that screens manifests. Exit code 1 if one fails.

    With --mutate each rule is then changed one thing at a time: a window, parameter or limit by its smallest step, gte for gt, a
    clause, key or item of a list left out. A change that no test of the rule notices stands for a mistake that nobody would.

    \b
    Examples:
      precursor-screen rules test
      precursor-screen rules test --mutate --at-least 90 --rules my-rules --only-rules
    """
    from precursor_screen.errors import ExitCode, UsageError
    from precursor_screen.rulecheck.inline_tests import count_gaps, run_tests

    if at_least is not None and not mutated:
        raise UsageError("--at-least counts what --mutate finds", remedy="Add --mutate.")
    book = _load(ctx, rule_dirs, only_rules)
    count, failures = run_tests(book.compiled)
    for failure in failures:
        click.echo(f"FAILED {failure.rule_id}, {failure.test}: expected {failure.expected}; got {failure.got}", err=True)
    gaps = count_gaps(book.compiled)
    known = f", {gaps} known gaps" if gaps else ""
    click.echo(f"{count} tests of {len(book.compiled)} rules: {len(failures)} failed{known}")
    if failures or not mutated:
        return ExitCode.FLAGGED if failures else ExitCode.CLEAR
    return _mutate(book, at_least or 0)


def _mutate(book: Rulebook, at_least: float) -> int:
    """Prints what mutants of the rules came to; code 1 if less than so many per cent were killed."""
    from precursor_screen.errors import ExitCode
    from precursor_screen.rulecheck.mutation import mutate, share, show

    found = mutate(book.compiled, book.lists, book.macros)
    for line in show(found):
        click.echo(line)
    killed, total = sum(m.killed for m in found), sum(m.total for m in found)
    click.echo(f"{killed} of {total} mutants of {len(found)} rules killed ({share(killed, total):.1f} %)")
    if share(killed, total) >= at_least:
        return ExitCode.CLEAR
    click.echo(f"fewer than {at_least:g} %: write tests that notice the changes that survive", err=True)
    return ExitCode.FLAGGED


@command.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True, metavar="MANIFEST...")
@click.option("--jurisdiction", metavar="CODE", help="For whom one screens.")
@click.option("--watchlist", "watchlists", multiple=True, metavar="ID|PATH", help="As of `screen` [default: none].")
@click.option("--as-of", metavar="DATE", help="As of `screen` [default: today].")
@click.pass_context
def diff(
    ctx: click.Context,
    old: Path,
    new: Path,
    inputs: tuple[str, ...],
    jurisdiction: str | None,
    watchlists: tuple[str, ...],
    as_of: str | None,
) -> int:
    """Flags gained and lost between two folders of rules on the same manifests, and which version number that asks for.

    Lost flags ask for a major version, gained ones for a minor, other wording for a patch. Exit code 1 if a flag is gained or lost.

    \b
    Example:
      precursor-screen rules diff rules-before/ rules/ inbox/*.csv --jurisdiction US
    """
    from precursor_screen.config import check_rule_folders
    from precursor_screen.errors import ExitCode
    from precursor_screen.reference.bundle import SiteRules, load_rulebook
    from precursor_screen.rulecheck.comparison import compare_rules, show_changes
    from precursor_screen.runners.inputs import find_sources
    from precursor_screen.runners.session import open_session
    from precursor_screen.runners.settings import NO_WATCHLIST, settle

    check_rule_folders((old, new), only=True)
    settings = settle(
        common.settings(ctx),
        watchlists=watchlists or (NO_WATCHLIST,),
        jurisdiction=jurisdiction,
        as_of=common.parse_day(as_of, "--as-of"),
        rule_dirs=(),
        site=SiteRules(),
    )
    changes = compare_rules(find_sources(inputs, None), open_session(settings), load_rulebook([old]), load_rulebook([new]))
    for line in show_changes(changes):
        click.echo(line)
    gained, lost = (sum(len(getattr(c, kind)) for c in changes) for kind in ("gained", "lost"))
    click.echo(f"{len(changes)} rules differ: {gained} flags gained, {lost} lost")
    return ExitCode.FLAGGED if gained or lost else ExitCode.CLEAR


@command.command()
@click.argument("inputs", nargs=-1, metavar="[MANIFEST...]")
@click.option("--ledger", "url", metavar="PATH|URL|home", help="Count the recorded flags and what officers said of them.")
@click.option("--jurisdiction", metavar="CODE", help="For whom one screens.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a rule.")
@_FOLDER
@_ONLY
@click.pass_context
def stats(
    ctx: click.Context,
    inputs: tuple[str, ...],
    url: str | None,
    jurisdiction: str | None,
    as_json: bool,
    rule_dirs: tuple[Path, ...],
    only_rules: bool,
) -> None:
    """Per rule: flags, precision by officers' verdicts, rows that could not be judged, milliseconds.

    With manifests the rules run on them and are timed; with --ledger the recorded flags and verdicts are counted.

    \b
    Examples:
      precursor-screen rules stats sample_data/manifest.csv --jurisdiction US
      precursor-screen rules stats --ledger home
    """
    from precursor_screen.errors import UsageError
    from precursor_screen.rulecheck.statistics import RuleStats, count_recorded, measure

    values = common.settings(ctx)
    rows: tuple[RuleStats, ...]
    if inputs:
        from precursor_screen.runners.inputs import find_sources
        from precursor_screen.runners.session import open_session
        from precursor_screen.runners.settings import NO_WATCHLIST, settle

        settings = settle(
            values, watchlists=(NO_WATCHLIST,), rule_dirs=rule_dirs, only_rules=only_rules, jurisdiction=jurisdiction
        )
        session = open_session(settings)
        rows = measure(session.run(find_sources(inputs, None), remember=False).screened, session.reference)
    else:
        from precursor_screen.ledger.store import open_ledger

        place = ledger_of(values, url)
        if not place:
            raise UsageError("nothing to count", remedy="Name manifests, or a ledger with --ledger.")
        with open_ledger(place, create=False) as ledger:
            verdicts = [(d.flag_id, d.verdict) for d in ledger.dispositions()]
            rows = count_recorded(_load(ctx, rule_dirs, only_rules).rules, ledger.flags(), verdicts)
    if as_json:
        from dataclasses import asdict

        for row in rows:
            common.echo_json({**asdict(row), "precision": row.precision})
        return
    click.echo(
        f"{'rule':<12} {'flags':>7} {'confirmed':>9} {'cleared':>7} {'precision':>9} {'not evaluable':>13} {'ms':>7}  title"
    )
    for row in rows:
        precision = f"{row.precision:.0%}" if row.precision is not None else "-"
        spent = f"{row.milliseconds:.1f}" if row.milliseconds is not None else "-"
        click.echo(
            f"{row.rule_id:<12} {row.flags:>7} {row.confirmed:>9} {row.cleared:>7} {precision:>9} {row.not_evaluable:>13} {spent:>7}  {row.title}"
        )


@command.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write [default: standard output].")
@click.option("--check", is_flag=True, help="Say whether the file is up to date instead of writing it; exit code 1 if not.")
@_FOLDER
@_ONLY
@click.pass_context
def docs(ctx: click.Context, output: Path | None, check: bool, rule_dirs: tuple[Path, ...], only_rules: bool) -> int:
    """The index of rules as a page in Markdown.

    \b
    Example:
      precursor-screen rules docs -o rules.md
    """
    from precursor_screen.errors import ExitCode, UsageError
    from precursor_screen.reports.interface import whole_file
    from precursor_screen.rulecheck.pages import rule_index

    page = rule_index(_load(ctx, rule_dirs, only_rules).rules)
    if check and output is None:
        raise UsageError("--check needs the file to check", remedy="Name it with -o.")
    if output is None:
        click.echo(page, nl=False)
    elif check:
        current = output.is_file() and output.read_text(encoding="utf-8") == page
        click.echo(f"{output} is {'up to date' if current else 'out of date'}")
        return ExitCode.CLEAR if current else ExitCode.FLAGGED
    else:
        with whole_file(output, mode=None) as stream:
            stream.write(page.encode())
    return ExitCode.CLEAR


@command.command("new")
@click.argument("rule_id")
@click.option("--folder", type=click.Path(path_type=Path), default=Path(), help="Where to write it [default: here].")
def new_rule_file(rule_id: str, folder: Path) -> None:
    """Write a rule file to begin with; it passes `rules lint` and `rules test` as it stands.

    \b
    Example:
      precursor-screen rules new PS-QTY-901 --folder my-rules
    """
    from datetime import date

    from precursor_screen.rulecheck.pages import new_rule

    click.echo(
        f"{new_rule(rule_id.upper(), folder, date.today())} written; change it, then: precursor-screen rules lint --rules {folder}"
    )
