"""`rules`: list, show, lint, test."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precursor_screen.cli import common

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

    values = common.settings(ctx)
    folders = common.rule_folders(values, rule_dirs, only_rules)
    return load_rulebook(rule_folders(folders, only=only_rules), common.site_rules(values))


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
    from precursor_screen.rulebook.lint import lint as lint_rules

    book = _load(ctx, rule_dirs, only_rules)
    errors = lint_rules(book.rules, book.compiled, book.lists, date.today())
    for error in errors:
        click.echo(f"error: {error}", err=True)
    click.echo(f"{len(book.rules)} rules, {len(book.lists)} lists, {len(book.typologies)} typologies: {len(errors)} errors")
    return ExitCode.USAGE if errors else ExitCode.CLEAR


@command.command("test")
@_FOLDER
@_ONLY
@click.pass_context
def test_rules(ctx: click.Context, rule_dirs: tuple[Path, ...], only_rules: bool) -> int:
    """Every inline test, with its rows in several orders, through the kernel that screens manifests.

    \b
    Example:
      precursor-screen rules test
    """
    from precursor_screen.errors import ExitCode
    from precursor_screen.rulecheck import run_tests

    book = _load(ctx, rule_dirs, only_rules)
    count, failures = run_tests(book.compiled)
    for failure in failures:
        click.echo(f"FAILED {failure.rule_id}, {failure.test}: expected {failure.expected}; got {failure.got}", err=True)
    click.echo(f"{count} tests of {len(book.compiled)} rules: {len(failures)} failed")
    return ExitCode.FLAGGED if failures else ExitCode.CLEAR
