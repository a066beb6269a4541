"""How substances, and changes of their tables, are shown: to people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from precursor_screen.cli.common import fields
from precursor_screen.core.printable import printable

if TYPE_CHECKING:
    from datetime import date

    from precursor_screen.core.model import Control, Substance
    from precursor_screen.reference.substance_diff import Change, TableDiff
    from precursor_screen.reference.substances import SubstanceTable

_TITLES = {
    "added": "Substances that had no listing before",
    "removed": "Substances that have no listing any more",
    "began": "Listings that began",
    "ended": "Listings that ended",
    "moved": "Listings that moved",
    "threshold": "Thresholds that changed",
    "corrected": "Listings corrected",
}


def diff_lines(found: TableDiff, editions: bool, with_names: bool) -> Iterator[str]:
    """What changed, for a person; between editions of tables their names as well."""
    for what, title in _TITLES.items():
        rows = [c for c in found.changes if c.what == what]
        yield f"{title}: {len(rows)}"
        yield from (f"  {printable(_change_line(c))}" for c in rows)
    if editions:
        added, removed = (sum(len(getattr(n, side)) for n in found.names) for side in ("added", "removed"))
        yield f"Names: {added} added, {removed} removed"
    for one in found.names if editions and with_names else ():
        yield from (f"  {one.substance_id}  + {printable(n)}" for n in one.added)
        yield from (f"  {one.substance_id}  - {printable(n)}" for n in one.removed)
    if found.undated:
        yield f"{found.undated} listings have no date: whether they held before the edition they were read in is not known."


def _change_line(change: Change) -> str:
    words = " -> ".join(w for w in (change.old, change.new) if w) or "none"
    if change.what == "threshold":
        words = f"{change.old or 'none'} -> {change.new or 'none'}"
    when = f" ({'until' if change.what == 'ended' else 'from'} {change.since})" if change.since else ""
    mark = "" if change.verified else ", unverified"
    return f"{change.substance_id:<50} {change.instrument} {words}{when}{mark}" if change.instrument else change.substance_id


def diff_record(found: TableDiff) -> dict[str, Any]:
    """What changed, for JSON."""
    changes = {what: [_change_record(c) for c in found.changes if c.what == what] for what in _TITLES}
    return {**changes, "names": [fields(n, "substance_id added removed") for n in found.names], "undated_listings": found.undated}


def _change_record(change: Change) -> dict[str, Any]:
    return fields(change, f"substance_id name {'instrument old new since ' if change.instrument else ''}verified")


def substance_record(substance: Substance, table: SubstanceTable) -> dict[str, Any]:
    """A substance for JSON, with the editions of the lists it is on."""
    control = "since since_verified seen until scope source verified"
    return {
        **fields(substance, "substance_id name"),
        "names": [fields(n, "name language kind strength verified") for n in substance.names],
        "cas": [fields(c, "number of verified") for c in substance.cas_numbers],
        "ec": [fields(e, "number of verified") for e in substance.ec_numbers],
        "hs": [fields(h, "hs6 own edition_from edition_until verified") for h in substance.hs_codes],
        "un_numbers": substance.un_numbers,
        "control": [
            {**fields(c, "instrument schedule"), "edition": table.edition_of(c.instrument), **fields(c, control)}
            for c in substance.controls
        ],
        "tier": substance.tier,
    }


def substance_line(substance: Substance, standing: Iterable[Control], on: date | None) -> str:
    """A substance in one line, with its listings on a day."""
    law = ", ".join(
        f"{c.instrument} {c.schedule}{'' if on is None or c.known_on(on) else ' (unknown on that day)'}" for c in standing
    )
    base = ", ".join(c.number for c in substance.cas_numbers if c.of == "base") or "-"
    return f"{substance.substance_id:<48} {law:<12} {base:<12} {substance.name}"


def _checked(verified: bool) -> str:
    return "checked" if verified else "unverified"


def _in_force(control: Control) -> str:
    """Since when a listing holds, how far that day is checked, and until when."""
    until = f" until {control.until}" if control.until else ""
    if control.since:
        return f"from {control.since} ({_checked(control.since_verified)}){until}"
    before = f", not known before {control.seen}" if control.seen else ""
    return f"from a day not found{before}{until}"


def show_substance(substance: Substance, table: SubstanceTable) -> str:
    """A substance for a person, with the editions of the lists it is on."""
    return "\n".join(_described(substance, table))


def _described(substance: Substance, table: SubstanceTable) -> Iterator[str]:
    yield f"{substance.name}  [{substance.substance_id}]  {substance.formula}"
    for c in substance.controls:
        yield f"  {c.instrument} {c.schedule} ({_checked(c.verified)}), {_in_force(c)}: {c.source}"
    for instrument in dict.fromkeys(c.instrument for c in substance.controls):
        yield f"  edition of {instrument}: {table.edition_of(instrument) or 'not stated'}"
    salts, isomers = ("yes" if covered else "no" for covered in (substance.covers_salts, substance.covers_isomers))
    yield f"  covers salts: {salts}; isomers: {isomers}"
    for kind, numbers in (("CAS", substance.cas_numbers), ("EC", substance.ec_numbers)):
        yield from (f"  {kind} {n.number} ({n.of}, {_checked(n.verified)}: {n.source})" for n in numbers)
    for h in substance.hs_codes:
        until = f" to {h.edition_until}" if h.edition_until else " on"
        basket = "its own" if h.own else "a basket"
        yield f"  HS {h.hs6[:4]}.{h.hs6[4:]} ({basket}, {_checked(h.verified)}), edition {h.edition_from}{until}"
    yield from (f"  UN {n}" for n in substance.un_numbers)
    yield f"  family {substance.family or '-'}; routes {', '.join(substance.route_groups) or '-'}"
    yield from (f"  {n.language:<3} {n.name} ({n.kind}, {n.strength}, {_checked(n.verified)})" for n in substance.names)
    if substance.notes:
        yield f"  note: {substance.notes}"
