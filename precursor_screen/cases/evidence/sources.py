"""What a flag rests on besides its lines: rules as text, entries of lists, editions of tables, as this installation holds them while sealing.

What differs from what the flag was raised with (another version of the rule, a newer list) is said: it is never passed off as that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import Struct, field, to_builtins
from msgspec.structs import replace

from precursor_screen.cases.evidence.document import TO_SCORE, Document, Row
from precursor_screen.core.errors import WatchlistError
from precursor_screen.core.model import Concern, Rule, retired_rule
from precursor_screen.core.report import legal_basis
from precursor_screen.core.schema import DECIMAL
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved
from precursor_screen.kernel.shipment_order import lines_by_shipment
from precursor_screen.kernel.triage import triage
from precursor_screen.reference.bundle import Rulebook
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.rulebook.expression import columns_in

# The parts of a shipment's score, reckoned again out of what the ledger keeps of it.

_CANDIDATE = pa.schema(
    [
        (LINE_NO, pa.int64()),
        *((n, pa.string()) for n in ("substance_id", "substance_name", "form")),
        ("substance_mass_kg", DECIMAL),
    ]
)
NOTE = (
    "The ledger keeps no score of a shipment: its parts were computed again when this was sealed, from the flags and movements that are kept, by "
    "the rules and tables of this installation. What spoke for it (documents in force, regular trade) is not among them: the registers of "
    "that day are not kept."
)


def reckon(shipment_id: str, flags: pa.Table, movements: Sequence[Row], installed: Installed) -> Row:
    """Score, band and parts of one shipment.

    Args:
        shipment_id: of it.
        flags: FLAG rows of it that are open.
        movements: MOVEMENT of its lines; of other shipments' lines they are passed over.
        installed: its rules, typologies and grades of substances.

    Returns:
        With `reckoned`: that it is no score of the run.
    """
    mine = [m for m in movements if m["shipment_id"] == shipment_id and m["substance_id"]]
    numbers = {line_id: n for n, line_id in enumerate(sorted({m["line_id"] for m in mine}))}
    lines = pa.table(
        {LINE_NO: pa.array(numbers.values(), pa.int64()), "shipment_id": pa.array([shipment_id] * len(numbers), pa.string())}
    )
    distinct = {(m["line_id"], m["substance_id"]): m for m in mine}
    known = [{n: m[n] for n in ("line_id", "substance_id", "form", "substance_mass_kg")} for _, m in sorted(distinct.items())]
    names = installed.names
    candidates = [
        {**m, LINE_NO: numbers[m["line_id"]], "substance_name": names.get(m["substance_id"], m["substance_id"])} for m in known
    ]
    relevant = Resolved(lines, pa.Table.from_pylist(candidates, schema=_CANDIDATE), pa.table({}), pa.table({}))
    unjudged = pa.table({"shipment_id": pa.array([], pa.string())})
    # By itself: which other shipments of its run a splitting joined it with is not asked.
    alone = lines_by_shipment(pa.table({"shipment_id": [shipment_id]}))
    book = installed.book
    (row,) = triage(flags, unjudged, alone, relevant, set(), book.rules, book.typologies, installed.concern).to_pylist()
    kept = ("shipment_id", "score", "band", "typology", "parts", "families")
    return {**{k: row[k] for k in kept}, "reckoned": True}


OpenList = Callable[[str], Watchlist]


class Installed(Struct, frozen=True):
    """What this installation judges with.

    Attributes:
        book: the rules.
        folders: where their files are; of two files of one name the later folder's counts.
        substances: edition and sha256 of the tables.
        names: of substances, by their ids.
        open_list: opens a watchlist by its id; raises WatchlistError where there is none.
        concern: grades and masses of substances, by which scores are reckoned; empty: none is.
    """

    book: Rulebook
    folders: Sequence[Path]
    substances: Mapping[str, str]
    names: Mapping[str, str]
    open_list: OpenList
    concern: Mapping[str, Concern] = field(default_factory=dict)


def complete(document: Document, installed: Installed) -> tuple[Document, dict[str, bytes]]:
    """Adds rules, entries and editions to a document.

    Args:
        document: from `gather`.
        installed: what is asked.

    Returns:
        The document, and the text of each rule under the name of its member.
    """
    notes = list(document["notes"])
    texts: dict[str, bytes] = {}
    rules: list[Row] = []
    ours = {r.rule.id: r for r in installed.book.compiled}
    plain = {r.id: r for r in installed.book.rules}
    for rule_id in sorted({f["rule_id"] for f in document["flags"]}):
        rule = plain.get(rule_id)
        raised_versions = sorted({f["rule_version"] or "" for f in document["flags"] if f["rule_id"] == rule_id})
        member, text = f"rules/{rule_id}.yml", _text_of(rule, installed.folders)
        if text is None:
            notes.append(f"{rule_id} is not among the rules of this installation: its text is not here.")
        else:
            texts[member] = text
        if rule and raised_versions != [rule.version]:
            notes.append(
                f"{rule_id} is here as version {rule.version}; the flag was raised by version {' and '.join(raised_versions)}."
            )
        compiled = ours.get(rule_id)
        used = columns_in((*compiled.tests, *compiled.selections.values())) if compiled else frozenset()
        window = compiled.window.columns if compiled and compiled.window else frozenset()
        rules.append(
            {
                "rule_id": rule_id,
                "raised_by": raised_versions,
                **{name: getattr(rule, name, "") for name in ("version", "title", "action")},
                "falsepositives": list(rule.falsepositives) if rule else [],
                "legal_basis": legal_basis(rule) if rule else [],
                "member": member if text is not None else "",
                "sha256": hashlib.sha256(text).hexdigest() if text is not None else "",
                "reads": sorted(used | window),
            }
        )
    of = {row["rule_id"]: {"title": row["title"], "legal_basis": row["legal_basis"]} for row in rules}
    flags = [{**f, **{name: f.get(name) or fallback for name, fallback in of[f["rule_id"]].items()}} for f in document["flags"]]
    reference = _reference(document["reference"], installed, notes)
    entries = _entries(flags, reference, installed.open_list, notes)
    met = {s["substance_id"] for row in document["facts"] for s in row["substances"]}
    whole = {
        **{k: v for k, v in document.items() if k != TO_SCORE},
        "shipments": _shipments(document, installed, notes),
        "notes": notes,
        "flags": flags,
        "rules": rules,
        "entries": entries,
        "reference": reference,
        "substances": {i: installed.names.get(i, i) for i in sorted(met)},
    }
    return whole, texts


def _shipments(document: Document, installed: Installed, notes: list[str]) -> list[Row]:
    """The shipments, with the parts of their scores: those of a report, else reckoned again."""
    held = {shipment_id: (flags, movements) for shipment_id, flags, movements in document.get(TO_SCORE, ())}
    found = []
    for shipment in document["shipments"]:
        flags, movements = held.get(shipment["shipment_id"], (None, []))
        if "parts" in shipment or flags is None:
            found.append(shipment)
        elif not flags.num_rows or not installed.concern:
            notes.append(
                f"The ledger keeps no score of a shipment, and of {shipment['shipment_id']} none of its flags is open: no score was computed."
            )
            found.append(shipment)
        else:
            found.append({**shipment, **reckon(shipment["shipment_id"], flags, movements, installed)})
            notes.append(NOTE)
    notes[:] = dict.fromkeys(notes)
    return found


def rule_of(row: Mapping[str, Any]) -> Rule:
    """A rule of a document as far as an explanation needs it."""
    columns = {name: row[name] for name in ("version", "title", "action")}
    return replace(retired_rule(row["rule_id"]), **columns, falsepositives=tuple(row["falsepositives"]))


def _text_of(rule: Rule | None, folders: Sequence[Path]) -> bytes | None:
    if rule is None:
        return None
    for folder in reversed(folders):
        for path in (folder / rule.path, *sorted(folder.rglob(Path(rule.path).name))):
            if path.is_file():
                return path.read_bytes()
    return None


def _reference(raised_with: Row, installed: Installed, notes: list[str]) -> Row:
    """What the flag was raised with, and what is installed now; differences go into the notes."""
    now = {"rules_sha256": installed.book.sha256, "substances": dict(installed.substances)}
    if raised_with["rules_sha256"] and raised_with["rules_sha256"] != now["rules_sha256"]:
        notes.append("The rules of this installation, or their parameters, are not those of the run that raised the flag.")
    if raised_with["substances"] is None:
        notes.append(
            "The ledger does not keep which edition of the substance tables a run used; the edition named is that of now."
        )
    elif raised_with["substances"] != now["substances"]:
        notes.append("The substance tables of this installation are of another edition than those that the flag was raised with.")
    return {**raised_with, "now": now}


def _entries(flags: Iterable[Row], reference: Row, open_list: OpenList, notes: list[str]) -> list[Row]:
    """The entries that flags name, each with the list that it is taken from."""
    wanted: dict[tuple[str, str], str] = {}
    for flag in flags:
        if flag["list_id"] and flag["entry_id"]:
            said = {e["field"]: e["as_written"] for e in flag["evidence"] if e}
            wanted.setdefault((flag["list_id"], flag["entry_id"]), said.get("list_date", ""))
    raised_with = {w["list_id"]: w for w in reference["watchlists"] if isinstance(w, dict) and "list_id" in w}
    found: list[Row] = []
    for (list_id, entry_id), day in sorted(wanted.items()):
        then = raised_with.get(list_id, {})
        row: Row = {
            "list_id": list_id,
            "entry_id": entry_id,
            "raised_with": {"list_date": day or then.get("list_date", ""), "sha256": then.get("sha256", "")},
            "entry": None,
        }
        try:
            watchlist = open_list(list_id)
            row["entry"] = to_builtins(watchlist.entry(entry_id), builtin_types=(date,))
            row["taken_from"] = {"list_date": str(watchlist.snapshot.list_date), "sha256": watchlist.snapshot.sha256}
        except WatchlistError:
            notes.append(
                f"The list {list_id} is not here: what it says of entry {entry_id} is in the evidence of the flag alone."
            )
        except KeyError:
            notes.append(f"Entry {entry_id} is not on the list {list_id} that is here now.")
        else:
            if row["taken_from"]["list_date"] != row["raised_with"]["list_date"]:
                notes.append(
                    f"Entry {list_id} {entry_id} is as the list of {row['taken_from']['list_date']} has it; the flag was raised with "
                    f"the list of {row['raised_with']['list_date'] or 'a day that is not known'}."
                )
        found.append(row)
    return found
