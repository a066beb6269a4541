"""`substances`: list, show, verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from precursor_screen.cli import common

if TYPE_CHECKING:
    from precursor_screen.model import Substance
    from precursor_screen.reference.substances import SubstanceTable


def load_table() -> SubstanceTable:
    """The substance tables that ship."""
    from precursor_screen.reference import shipped
    from precursor_screen.reference.substances import load_substances

    return load_substances(shipped.substances_folder())


@click.group()
def command() -> None:
    """The substance tables: what is controlled, since when, under which law, and how far each fact is checked.

    \b
    Example:
      precursor-screen substances show acetic-anhydride
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per substance and line.")
def list_substances(as_json: bool) -> None:
    """One line a substance.

    \b
    Example:
      precursor-screen substances list
    """
    for substance in load_table().substances:
        if as_json:
            common.echo_json(_record(substance))
        else:
            law = ", ".join(f"{c.instrument} {c.schedule}" for c in substance.controls if c.until is None)
            click.echo(
                f"{substance.substance_id:<48} {law:<12} {', '.join(c.number for c in substance.cas_numbers if c.of == 'base') or '-':<12} {substance.name}"
            )


@command.command()
@click.argument("substance_id")
@click.option("--json", "as_json", is_flag=True, help="The substance as a JSON object.")
def show(substance_id: str, as_json: bool) -> None:
    """One substance in full: names, numbers, codes and listings, each with its source and check.

    \b
    Example:
      precursor-screen substances show p-2-p
    """
    from precursor_screen.errors import UsageError
    from precursor_screen.names.suggest import did_you_mean

    known = {s.substance_id: s for s in load_table().substances}
    if substance_id not in known:
        raise UsageError(
            f"no substance is called {substance_id!r}", remedy=did_you_mean(substance_id, known) or "See `substances list`."
        )
    if as_json:
        common.echo_json(_record(known[substance_id]))
    else:
        click.echo(show_substance(known[substance_id]))


@command.command()
def verify() -> int:
    """Checks the tables against themselves: check digits, name collisions, table sizes.

    \b
    Example:
      precursor-screen substances verify
    """
    from precursor_screen.errors import ExitCode
    from precursor_screen.reference.substances import verify_substances

    table = load_table()
    problems = verify_substances(table)
    for problem in problems:
        click.echo(f"error: {problem}", err=True)
    click.echo(f"{len(table.substances)} substances, edition {table.edition}: {len(problems)} problems")
    return ExitCode.FLAGGED if problems else ExitCode.CLEAR


def _record(substance: Substance) -> dict[str, Any]:
    return {
        "substance_id": substance.substance_id,
        "name": substance.name,
        "names": [
            {"name": n.name, "language": n.language, "kind": n.kind, "strength": n.strength, "verified": n.verified}
            for n in substance.names
        ],
        "cas": [{"number": c.number, "of": c.of, "verified": c.verified} for c in substance.cas_numbers],
        "hs": [
            {"hs6": h.hs6, "own": h.own, "edition_from": h.edition_from, "edition_until": h.edition_until}
            for h in substance.hs_codes
        ],
        "un_numbers": list(substance.un_numbers),
        "control": [
            {
                "instrument": c.instrument,
                "schedule": c.schedule,
                "since": c.since,
                "until": c.until,
                "source": c.source,
                "verified": c.verified,
            }
            for c in substance.controls
        ],
        "tier": substance.tier,
    }


def _checked(verified: bool) -> str:
    return "checked" if verified else "unverified"


def show_substance(substance: Substance) -> str:
    """A substance for a person."""
    lines = [f"{substance.name}  [{substance.substance_id}]  {substance.formula}"]
    lines += [
        f"  {c.instrument} {c.schedule}, from {c.since or 'unknown'}{f' until {c.until}' if c.until else ''} ({_checked(c.verified)}): {c.source}"
        for c in substance.controls
    ]
    lines += [
        f"  covers salts: {'yes' if substance.covers_salts else 'no'}; isomers: {'yes' if substance.covers_isomers else 'no'}"
    ]
    lines += [f"  CAS {c.number} ({c.of}, {_checked(c.verified)}: {c.source})" for c in substance.cas_numbers]
    lines += [
        f"  HS {h.hs6[:4]}.{h.hs6[4:]} ({'its own' if h.own else 'a basket'}), edition {h.edition_from}{f' to {h.edition_until}' if h.edition_until else ' on'}"
        for h in substance.hs_codes
    ]
    lines += [f"  UN {n}" for n in substance.un_numbers]
    lines += [f"  family {substance.family or '-'}; routes {', '.join(substance.route_groups) or '-'}"]
    lines += [f"  {n.language:<3} {n.name} ({n.kind}, {n.strength}, {_checked(n.verified)})" for n in substance.names]
    lines += [f"  note: {substance.notes}"] if substance.notes else []
    return "\n".join(lines)
