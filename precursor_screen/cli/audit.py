"""`audit`: the profile of one exporter or some, or a ranking of all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common, reconcile
from precursor_screen.cli.ledger import ledger_option, open_existing
from precursor_screen.cli.numbers import Whole
from precursor_screen.core.no_pandas import let_pandas_in

if TYPE_CHECKING:
    from precursor_screen.app.audit import Population, Source
    from precursor_screen.cases.audit.findings import Audit

SUFFIXES = (".html", ".xlsx", ".json")
_MANIFEST = "Manifests (file, folder, pattern) instead of the ledger. Repeatable."


@click.command()
@click.argument("exporters", nargs=-1, metavar="[EXPORTER]...")
@common.file_option("--list", "list_path", help="File with one exporter per line.")
@click.option("--all", "everyone", is_flag=True, help="Rank all exporters.")
@click.option("--top", type=Whole(min=1), default=50, show_default=True, help="How many --all shows.")
@click.option("--from", "first", metavar="DATE", help="First day [default: a year before the last].")
@click.option("--to", "last", metavar="DATE", help="Last day [default: today].")
@click.option("--sample", type=Whole(min=1), metavar="N", help="Draw so many shipments for a visit.")
@click.option("--seed", metavar="TEXT", help="Of the drawing [default: of the exporter and the period].")
@click.option("--also", multiple=True, metavar="NAME", help="Take this name for the exporter as well. Repeatable.")
@click.option("--not", "leave", multiple=True, metavar="NAME", help="Do not take this name, and do not ask about it. Repeatable.")
@common.outputs_option(
    help="File; the suffix picks the format: .html .xlsx .json. Repeatable [default: a summary on the terminal]."
)
@click.option("--manifest", "manifests", multiple=True, metavar="INPUT", help=_MANIFEST)
@common.jurisdiction_option(help="Whose law to audit by (US, EU, FR, AU ...): thresholds.")
@common.watchlist_option(help="With --manifest: as `screen` takes it. Repeatable.")
@common.mapping_option(help="With --manifest: column map, or guess [default: guessed].")
@ledger_option
@common.mode_option
def command(exporters: tuple[str, ...], outputs: tuple[Path, ...], **given: Any) -> int:
    """Audit exporters over a period: what left, to whom, how it compares with others, and what could not be seen.

    EXPORTER is a name, however it is written, or a number. Which names were taken for it is shown first, with the reason.

    \b
    Examples:
      precursor-screen audit "Larkfield Laboratory Supply Inc" --from 2025-01-01 --to 2026-10-31 -o larkfield.html -o larkfield.xlsx
      precursor-screen audit --all --top 50 --jurisdiction US
      precursor-screen audit "Larkfield Laboratory Supply" --manifest manifests/ --jurisdiction US

    \b
    Exit codes: 0 nothing found, 1 findings, 2 usage, an exporter that is not there, 3 nothing found and some rows could not be
    evaluated, 4 nothing in the period or no ledger.
    """
    let_pandas_in()
    from precursor_screen.app.audit import rank_all
    from precursor_screen.cases.audit.findings import Audit
    from precursor_screen.reporting.audit.document import document_of
    from precursor_screen.reporting.interface import check_places, check_suffix

    values = common.settings()
    mode = common.file_mode(values, given["mode"])
    for path in outputs:
        check_suffix(path, SUFFIXES, "an audit")
    asked = _asked(exporters, given)
    check_places(outputs, tuple(p for p in (given["list_path"],) if p))
    first, last = _period(given)
    names = ("also", "leave", "everyone", "top", "manifests", "sample", "seed")
    shown = {"exporters": list(asked), **{name: given[name] for name in names}}
    run = reconcile.run_block({name: value for name, value in shown.items() if value})
    with _opened(values, given, first, last) as population:
        if given["everyone"]:
            audit = Audit(run, ranking=rank_all(population, given["top"]))
        else:
            audit = Audit(run, exporters=_audit_exporters(population, asked, given))
    common.deliver(document_of(audit), outputs, mode, _said(audit))
    blind = [n for one in audit.exporters for n in one.profile.not_evaluable if n.what != "substance"]
    return common.exit_code(any(one.findings for one in audit.exporters), blind)


def _asked(exporters: tuple[str, ...], given: dict[str, Any]) -> tuple[str, ...]:
    from precursor_screen.core.errors import UsageError, readable

    listed: list[str] = []
    path = given["list_path"]
    if path is not None:
        with readable(path):
            listed = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        if not listed:
            raise UsageError("the list is empty", where=path, remedy="Write one exporter on each line.")
    asked = tuple(dict.fromkeys((*exporters, *listed)))
    if given["everyone"] == bool(asked):
        raise UsageError(
            "either --all or the names of exporters are needed", remedy="Write audit NAME, audit --list FILE or audit --all."
        )
    if len(asked) != 1 and (given["also"] or given["leave"]):
        raise UsageError("--also and --not work for a single exporter only", remedy="Audit one exporter at a time.")
    if given["manifests"] and given["url"]:
        raise UsageError("--manifest and --ledger cannot be combined", remedy="Give only one of them.")
    return asked


def _period(given: dict[str, Any]) -> tuple[date, date]:
    from precursor_screen.core.errors import UsageError

    last = common.parse_day(given["last"], "--to")
    first = common.parse_day(given["first"], "--from") if given["first"] else date.fromordinal(max(1, last.toordinal() - 364))
    if first > last:
        raise UsageError(f"--from {first} is later than --to {last}", remedy="Swap them.")
    return first, last


@contextlib.contextmanager
def _opened(values: dict[str, Any], given: dict[str, Any], first: date, last: date) -> Iterator[Population]:
    """A context in which everybody's movements are at hand."""
    from precursor_screen.app.audit import AuditBasis, LedgerSource, Population
    from precursor_screen.app.site_settings import home_of
    from precursor_screen.reference.jurisdiction import check_jurisdiction

    code = check_jurisdiction(str(common.pick(values, "jurisdiction", given["jurisdiction"], "--jurisdiction")))
    law = AuditBasis.of(code, home_of(values))
    if given["manifests"]:
        yield _checked(Population.of(_manifest_source(values, given, first, last), law, first, last))
    else:
        with open_existing(given["url"], 0) as ledger:
            yield _checked(Population.of(LedgerSource(ledger), law, first, last))


def _manifest_source(values: dict[str, Any], given: dict[str, Any], first: date, last: date) -> Source:
    from precursor_screen.app.audit import ManifestSource, days_read
    from precursor_screen.app.inputs import find_sources
    from precursor_screen.app.reconcile_inputs import from_manifests
    from precursor_screen.app.run_settings import merge_options
    from precursor_screen.app.session import open_session

    stated = {name: given[name] for name in ("jurisdiction", "watchlists", "mapping")}
    session = open_session(merge_options(values, **stated), keep_fault=common.fault_keeper())
    table = from_manifests(session, find_sources(given["manifests"]), *days_read(first, last))
    return ManifestSource(table, bool(session.reference.watchlists))


def _checked(population: Population) -> Population:
    """Raises: InputError: nobody shipped anything in the period."""
    from precursor_screen.core.errors import InputError

    if not population.senders:
        recorded = population.source.basis().recorded
        there = f"there is something from {recorded[0]} to {recorded[1]}" if recorded else "there is nothing at all"
        raise InputError(
            f"no movement with a named sender from {population.first} to {population.last}: {there}",
            remedy="Choose other days with --from and --to, or another ledger.",
        )
    return population


def _audit_exporters(population: Population, asked: tuple[str, ...], given: dict[str, Any]) -> Any:
    from precursor_screen.cases.audit.findings import ExporterAudit, draw, find, seed_of

    profiles = [population.profile(name, given["also"], given["leave"]) for name in asked]
    size = given["sample"] or 0
    seeds = [given["seed"] or seed_of(p.name, p.first, p.last) for p in profiles]
    return tuple(
        ExporterAudit(profile, find(profile), draw(profile.table, size, seed), seed if size else "")
        for profile, seed in zip(profiles, seeds, strict=True)
    )


def _said(audit: Audit) -> str:
    findings = sum(len(one.findings) for one in audit.exporters)
    return f"{findings:,} findings" if audit.ranking is None else f"{len(audit.ranking.rows):,} exporters"
