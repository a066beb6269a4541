"""`return`: a year's figures in the shape of the INCB's form D."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from precursor_screen.cli import common, comparing
from precursor_screen.core.left_out import let_pandas_in

_SUFFIXES = (".xlsx", ".json", ".txt")


@click.command("return")
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--year", type=click.IntRange(1988, 2100), required=True, help="The calendar year.")
@common.outputs_option(help="File; the suffix picks the format: .xlsx .json .txt. Repeatable.")
@click.option("--office", default="", metavar="TEXT", help="For the head of the form: the competent office.")
@click.option("--officer", default="", metavar="NAME", help="For the head of the form: who fills it in.")
@comparing.source_options
@click.pass_context
def command(ctx: click.Context, /, inputs: tuple[str, ...], outputs: tuple[Path, ...], **given: Any) -> int:
    """Imports and exports of a year by substance and country, in the shape of the INCB's form D.

    INPUT are manifests; without any the ledger tells what moved. Every figure has its lines. What is in no manifest and no register
    (seizures, licit use) is left blank; movements of unknown mass or direction are in no figure, counted and named.

    \b
    Examples:
      precursor-screen return --year 2025 --jurisdiction US -o form-d.xlsx
      precursor-screen return exports-2025.csv imports-2025.csv --year 2025 --jurisdiction US

    \b
    Exit codes: 0 all counted, 3 something could not be, 4 nothing could be read.
    """
    let_pandas_in()
    from precursor_screen.cases.reconcile.documents import read_documents
    from precursor_screen.cases.reconcile.law import convention_table
    from precursor_screen.cases.returns import make_return
    from precursor_screen.core.errors import UsageError
    from precursor_screen.reference.jurisdiction import whose_law
    from precursor_screen.reference.permit_law import shipped_permit_law
    from precursor_screen.reference.registers.store import RegisterStore
    from precursor_screen.reporting.comparison import Head, head_of, present_return
    from precursor_screen.rulebook.registers import REQUIREMENTS

    if inputs and given["url"]:
        raise UsageError("INPUT and --ledger contradict each other", remedy="Leave one out.")
    comparing.check_outputs(outputs, inputs, _SUFFIXES)
    mode = common.file_mode(common.settings(ctx), given["mode"])
    settings = comparing.merge_options(ctx, given)
    year = given["year"]
    gathered = comparing.gather(ctx, settings, inputs, date(year, 1, 1), date(year, 12, 31))
    store = RegisterStore(settings.home)
    own = read_documents(REQUIREMENTS, store.open(REQUIREMENTS).table) if REQUIREMENTS in store.imported() else None
    made = make_return(year, settings.jurisdiction, gathered.movements, convention_table(), own)
    doubts = (*gathered.unjudged, *made.unjudged)
    notices = [] if settings.jurisdiction else ["no jurisdiction is set: directions that are not stated are not known"]
    notices += [comparing.OF_LEDGER] if "ledger" in gathered.source else []
    last, whose = date(year, 12, 31), settings.jurisdiction
    provenance = {"year": year, "jurisdiction": whose, "law": whose_law(whose, last)} | gathered.source
    from msgspec.structs import replace

    here = shipped_permit_law().of(whose, last)
    form = head_of(here.name if here else whose, given["office"], given["officer"], date.today())
    head = Head(comparing.run_block({}), provenance, notices, last)
    document = present_return(replace(made, unjudged=doubts), head, form)
    said = f"{len(made.figures)} figures, {len(doubts)} points not evaluable"
    common.deliver(document, outputs, mode, said, quiet=given["quiet"])
    return common.exit_code((), doubts)
