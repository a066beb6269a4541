"""`reconcile`: shipments against registers, or the exports of one country against the imports of another; `return`: a year's figures in the shape
of the INCB's form D."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common
from precursor_screen.cli.numbers import Whole
from precursor_screen.core.no_pandas import let_pandas_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from precursor_screen.app.reconcile_inputs import MovementList
    from precursor_screen.app.run_settings import Settings
    from precursor_screen.kernel.papers.differences import Unjudged
    from precursor_screen.kernel.papers.documents import Document
    from precursor_screen.kernel.papers.movements import Movement

# What `reconcile` and `return` share: where movements come from, and how what is told goes out.

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


def merge_options(given: dict[str, Any]) -> Settings:
    """The settings of a comparison.

    Raises:
        UsageError: a value that is not allowed.
    """
    from precursor_screen.app.run_settings import merge_options as settle_settings

    values = common.settings()
    told = {name: given[name] for name in ("jurisdiction", "mapping", "encoding")}
    return settle_settings(values, ledger=given["url"], cache=True, **told)


def gather(
    settings: Settings,
    inputs: tuple[str, ...],
    first: date | None,
    last: date | None,
    numbers: Mapping[str, frozenset[str]] | None = None,
) -> MovementList:
    """Movements of INPUT, else of the ledger."""
    from precursor_screen.app.inputs import wants_stdin
    from precursor_screen.app.reconcile_inputs import gather_ledger, gather_manifests
    from precursor_screen.app.site_settings import ledger_of

    if inputs:
        stdin = sys.stdin.buffer.read() if wants_stdin(inputs) else None
        return gather_manifests(settings, inputs, first, last, stdin, common.fault_keeper(), numbers)
    return gather_ledger(settings.ledger or ledger_of(common.settings(), "home"), first, last)


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
        raise UsageError(f"{option} {text!r} is not a percentage below 100", remedy="Write it as 2% or 0.02.")
    return share


# `return`: a year's figures in the shape of the INCB's form D.

_FORM_SUFFIXES = (".xlsx", ".json", ".txt")


@click.command("return")
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--year", type=Whole(1988, 2100), required=True, help="The calendar year.")
@common.outputs_option(help="File; the suffix picks the format: .xlsx .json .txt. Repeatable.")
@click.option("--office", default="", metavar="TEXT", help="For the head of the form: the competent office.")
@click.option("--officer", default="", metavar="NAME", help="For the head of the form: who fills it in.")
@source_options
def returned(inputs: tuple[str, ...], outputs: tuple[Path, ...], **given: Any) -> int:
    """Imports and exports of a year by substance and country, in the shape of the INCB's form D.

    INPUT are manifests; without any the ledger tells what moved. Every figure has its lines. What is in no manifest and no register
    (seizures, licit use) is left blank; movements of unknown mass or direction are in no figure, counted and named.

    \b
    Examples:
      precursor-screen return --year 2025 --jurisdiction US -o form-d.xlsx
      precursor-screen return exports-2025.csv imports-2025.csv --year 2025 --jurisdiction US
      precursor-screen return --year 2025 --jurisdiction US -o form-d.json

    \b
    Exit codes: 0 all counted, 3 something could not be, 4 nothing could be read.
    """
    let_pandas_in()
    from precursor_screen.cases.reconcile.law import convention_table
    from precursor_screen.cases.returns import make_return
    from precursor_screen.core.errors import UsageError
    from precursor_screen.kernel.papers.documents import read_documents
    from precursor_screen.reference.jurisdiction import whose_law
    from precursor_screen.reference.permit_law import known_permit_law
    from precursor_screen.reference.registers.store import RegisterStore
    from precursor_screen.reporting.comparison import Head, head_of, present_return
    from precursor_screen.rulebook.registers import REQUIREMENTS

    if inputs and given["url"]:
        raise UsageError("INPUT and --ledger cannot be combined", remedy="Give only one of them.")
    check_outputs(outputs, inputs, _FORM_SUFFIXES)
    mode = common.file_mode(common.settings(), given["mode"])
    settings = merge_options(given)
    year = given["year"]
    gathered = gather(settings, inputs, date(year, 1, 1), date(year, 12, 31))
    store = RegisterStore(settings.home)
    own = read_documents(REQUIREMENTS, store.open(REQUIREMENTS).table) if REQUIREMENTS in store.imported() else None
    made = make_return(year, settings.jurisdiction, gathered.movements, convention_table(), own)
    not_judged = (*gathered.unjudged, *made.unjudged)
    notices = [] if settings.jurisdiction else ["no jurisdiction is set: directions that are not stated are not known"]
    notices += [*gathered.of_one_day, *([OF_LEDGER] if "ledger" in gathered.source else [])]
    last, whose = date(year, 12, 31), settings.jurisdiction
    provenance = {"year": year, "jurisdiction": whose, "law": whose_law(whose, last)} | gathered.source
    from msgspec.structs import replace

    here = known_permit_law().of(whose, last)
    form = head_of(here.name if here else whose, given["office"], given["officer"], date.today())
    head = Head(run_block({}), provenance, notices, last)
    document = present_return(replace(made, unjudged=not_judged), head, form)
    said = f"{len(made.figures)} figures, {len(not_judged)} points not evaluable"
    common.deliver(document, outputs, mode, said, quiet=given["quiet"])
    return common.exit_code((), not_judged)


_SUFFIXES = (".xlsx", ".csv", ".json", ".txt")
_SOME = Whole(min=1)
_OPEN = "Days after which a notification without a last day counts as closed."
_MIRROR = "Instead: the exports of one country against the imports of another, from two manifests."
_WAY = "With --mirror: from departure to arrival, at most."


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--exporter", metavar="NAME", help="Only what concerns this exporter.")
@click.option("--from", "first", metavar="DATE", help="First day [default: that of the first movement].")
@click.option("--to", "last", metavar="DATE", help="Last day [default: that of the last movement].")
@click.option("--tolerance", default="2%", show_default=True, metavar="SHARE", help="Masses that differ by no more are the same.")
@click.option("--notification-days", type=_SOME, default=180, show_default=True, help=_OPEN)
@click.option("--mirror", nargs=2, type=common.PATH, metavar="EXPORTS IMPORTS", help=_MIRROR)
@click.option("--days", type=Whole(min=0), default=60, show_default=True, help=_WAY)
@common.outputs_option(help="File; the suffix picks the format: .xlsx .csv .json .txt. Repeatable.")
@click.option("--kind", "wanted", multiple=True, metavar="KIND", help="Only differences of this kind. Repeatable.")
@click.option("--not-kind", "unwanted", multiple=True, metavar="KIND", help="No differences of this kind. Repeatable.")
@click.option("--capacity", type=_SOME, default=20, show_default=True, help="How many differences the terminal shows.")
@source_options
def command(inputs: tuple[str, ...], outputs: tuple[Path, ...], **given: Any) -> int:
    """Shipments against permits, pre-export notifications, licences, annual requirements and import confirmations.

    INPUT are manifests; without any the ledger tells what moved. One row a difference, with both sides, why they were matched, and
    what would settle it. A register that was not imported is not an empty one: it is named as not evaluable.

    \b
    Examples:
      precursor-screen reconcile --from 2025-01-01 --to 2025-12-31 -o differences.xlsx
      precursor-screen reconcile exports-2025.csv --jurisdiction US --exporter "Larkfield Laboratory Supply Inc"
      precursor-screen reconcile --mirror exports-de.csv imports-ng.csv -o mirror.xlsx

    \b
    Exit codes: 0 all matched, 1 differences, 3 none, but something could not be evaluated,
    4 no register imported, or nothing could be read.
    """
    let_pandas_in()

    given["first"], given["last"] = parse_days(given["first"], given["last"])
    given["tolerance"] = read_share(given["tolerance"], "--tolerance")
    mirrored = given["mirror"]
    _check(inputs, mirrored, given)
    check_outputs(outputs, (*inputs, *map(str, mirrored or ())), _SUFFIXES)
    mode = common.file_mode(common.settings(), given["mode"])
    capacity = 0 if outputs else given["capacity"]
    document, found, not_judged = _mirror(given, capacity) if mirrored else _reconcile(inputs, given, capacity)
    said = f"{found} differences, {len(not_judged)} points not evaluable"
    common.deliver(document, outputs, mode, said, quiet=given["quiet"])
    return common.exit_code(found, not_judged)


def _check(inputs: tuple[str, ...], mirrored: tuple[Path, Path] | None, given: dict[str, Any]) -> None:
    from precursor_screen.core.errors import UsageError

    if mirrored and (inputs or given["exporter"]):
        raise UsageError(
            "--mirror compares two manifests, and cannot be combined with INPUT or --exporter", remedy="Give only one of them."
        )
    from precursor_screen.cases.reconcile import mirror
    from precursor_screen.kernel.papers import differences

    kinds = mirror.KINDS if mirrored else differences.KINDS
    for kind in (*given["wanted"], *given["unwanted"]):
        if kind not in kinds:
            raise common.unknown(f"{kind!r} is not a kind of difference", kind, kinds, f"Kinds: {', '.join(kinds)}.")
    if inputs and given["url"]:
        raise UsageError("INPUT and --ledger cannot be combined", remedy="Give only one of them.")


def _is_wanted(kind: str, given: dict[str, Any]) -> bool:
    return (not given["wanted"] or kind in given["wanted"]) and kind not in given["unwanted"]


def _reconcile(inputs: tuple[str, ...], given: dict[str, Any], capacity: int) -> tuple[Any, int, Sequence[Unjudged]]:
    from msgspec.structs import replace

    from precursor_screen.app.reconcile_inputs import gather_registers, make_frame
    from precursor_screen.cases.reconcile.reconcile import reconcile
    from precursor_screen.kernel.papers.similar_names import numbers_of
    from precursor_screen.reference.registers.store import RegisterStore
    from precursor_screen.reporting.comparison import Head
    from precursor_screen.reporting.comparison import present as present

    settings = merge_options(given)
    first, last, tolerance = given["first"], given["last"], given["tolerance"]
    registers = gather_registers(RegisterStore(settings.home), settings.jurisdiction, given["notification_days"])
    papers = [d for some in registers.documents.values() for d in some]
    known_from = first and min([first, *(d.first for d in papers if d.first and (d.last is None or d.last >= first))])
    gathered = gather(settings, inputs, known_from, last, numbers_of(registers.documents, registers.set_aside_numbers))
    begin, end = gathered.span(first, last)
    earliest = min([begin, *(m.day for m in gathered.movements)])
    frame = make_frame(
        settings.jurisdiction,
        begin,
        end,
        tolerance=tolerance,
        set_aside_numbers=registers.set_aside_numbers,
        known_from=earliest,
        scopes=registers.scopes,
    )
    firm = _firm(given["exporter"], gathered.movements, registers.documents) if given["exporter"] else ""
    result = reconcile(gathered.movements, registers.documents, frame, firm)
    result = replace(result, unjudged=(*gathered.unjudged, *registers.unjudged, *result.unjudged))
    left_out = [d for d in result.differences if not _is_wanted(d.kind, given)]
    result = replace(result, differences=tuple(d for d in result.differences if _is_wanted(d.kind, given)))
    notices = [f"days {begin} to {end}, tolerance {tolerance:.2%}" + (f", {given['exporter']}" if firm else "")]
    if left_out:
        notices.append(f"--kind and --not-kind leave out {len(left_out)} differences of other kinds")
    notices += [*gathered.of_one_day, *([OF_LEDGER] if "ledger" in gathered.source else [])]
    if not gathered.movements:
        notices.append("no movement of a substance is known of these days")
    provenance = _provenance(settings.jurisdiction, begin, end, tolerance) | gathered.source | {"registers": registers.source}
    run = run_block({"exporter": given["exporter"] or "", "kind": [*given["wanted"]], "not_kind": [*given["unwanted"]]})
    return present(result, Head(run, provenance, notices, end), capacity), len(result.differences), result.unjudged


def _provenance(jurisdiction: str, begin: date, end: date, tolerance: Decimal) -> dict[str, Any]:
    from precursor_screen.reference.jurisdiction import whose_law

    within = {"from": begin, "to": end, "tolerance": str(tolerance)}
    return {**within, "jurisdiction": jurisdiction, "law": whose_law(jurisdiction, end)}


def _firm(name: str, movements: Iterable[Movement], registers: dict[str, tuple[Document, ...]]) -> str:
    """The key of an exporter that goods or papers name.

    Raises:
        UsageError: none does.
    """
    from precursor_screen.core.errors import UsageError
    from precursor_screen.core.words import did_you_mean
    from precursor_screen.text.party_cells import party_key

    key = party_key(name)
    names = {k: m.sender for m in movements for k in m.sending}
    names |= {p.key: p.name for some in registers.values() for d in some for p in (d.exporter, d.holder) if p is not None}
    if key not in names:
        near = did_you_mean(name, set(names.values()))
        raise UsageError(
            f"no consignor and no holder of a permit or notification is named {name!r} in this period",
            remedy=near or "Check the name, and the days of --from and --to.",
        )
    return key


def _mirror(given: dict[str, Any], capacity: int) -> tuple[Any, int, Sequence[Unjudged]]:
    from msgspec.structs import replace

    from precursor_screen.cases.reconcile.mirror import mirror
    from precursor_screen.reporting.comparison import Head, present_mirror

    settings = merge_options(given)
    first, last, tolerance = given["first"], given["last"], given["tolerance"]
    sides = [gather(settings, (str(path),), first, last) for path in given["mirror"]]
    found, pairs = mirror(sides[0].movements, sides[1].movements, tolerance, given["days"])
    found = tuple(d for d in found if _is_wanted(d.kind, given))
    not_judged = [
        replace(u, register=name)
        for name, side in zip(("exports", "imports"), sides, strict=True)
        for u in side.unjudged
        if u.code not in ("no-jurisdiction", "no-direction")  # it is said which side is which
    ]
    begin, end = sides[0].span(first, last)
    notices = [f"{len(sides[0].movements)} movements exported, {len(sides[1].movements)} imported, tolerance {tolerance:.2%}"]
    provenance = _provenance(settings.jurisdiction, begin, end, tolerance)
    provenance |= {"exports": sides[0].source, "imports": sides[1].source}
    run = run_block({"days": given["days"]})
    return present_mirror(found, pairs, not_judged, Head(run, provenance, notices, end), capacity), len(found), not_judged
