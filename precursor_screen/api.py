"""The Python entry points: the same kernel as the command line, for notebooks and pipelines.

from precursor_screen import load_reference, lookup, match, screen

report = screen("manifest.csv", jurisdiction="US")
report.flags.to_pandas()
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precursor_screen.config import check_rule_folders
from precursor_screen.errors import UsageError
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.bundle import load_reference as _load_reference

if TYPE_CHECKING:
    import pyarrow as pa

    from precursor_screen.reference.watchlists.opened import Watchlist
    from precursor_screen.reports.report import Report

__all__ = ["Reference", "load_reference", "lookup", "match", "open_watchlists", "screen"]


def open_watchlists(named: Sequence[str] = (), home: Path | None = None, *, in_full: bool = False) -> tuple[Watchlist, ...]:
    """Opens imported watchlists.

    Args:
        named: ids, paths of private CSV files, or `sample` for the fictional list that ships; empty: all that are imported.
        home: where imported lists lie; default: the platform's user data folder.
        in_full: read every file to see that it is what was imported; default: large ones once a day.

    Raises:
        WatchlistError: a named list, or one that was imported once, is missing or damaged.
    """
    from precursor_screen.config import default_home
    from precursor_screen.reference import shipped
    from precursor_screen.reference.store import WatchlistStore
    from precursor_screen.reference.watchlists.checks import refuse_reserved
    from precursor_screen.reference.watchlists.opened import open_private_csv

    store = WatchlistStore(home or default_home(), in_full)
    if not named:
        return tuple(store.open_list(list_id) for list_id in store.list_ids())
    opened = []
    for name in named:
        if name == "sample":
            opened.append(open_private_csv(shipped.watchlists_folder() / "sample-list.csv"))
        elif Path(name).is_file():
            list_id = Path(name).stem.lower()
            refuse_reserved(list_id)
            opened.append(open_private_csv(Path(name), list_id))
        else:
            opened.append(store.open_list(name))
    return tuple(opened)


def load_reference(
    *,
    watchlists: Sequence[str] | None = (),
    home: Path | None = None,
    rule_dirs: Sequence[Path] = (),
    only_rules: bool = False,
    jurisdiction: str = "",
    as_of: date | None = None,
    tiers: Sequence[str] = ("convention", "national"),
) -> Reference:
    """Loads all that screening needs to know; load once, use often.

    Args:
        watchlists: as for `open_watchlists`; None: parties are not to be screened.
        home: where imported lists lie.
        rule_dirs: folders of rules, added to those that ship.
        only_rules: use `rule_dirs` instead of those that ship.
        jurisdiction: US, EU, CA, AU ...; empty: none.
        as_of: the day that judges; default: today.
        tiers: which kinds of control count.

    Raises:
        ReferenceDataError, RuleError, UsageError.
    """
    check_rule_folders(tuple(rule_dirs), only_rules)
    return _load_reference(
        watchlists=() if watchlists is None else open_watchlists(watchlists, home),
        parties_wanted=watchlists is not None,
        rule_dirs=tuple(rule_dirs),
        only_rules=only_rules,
        jurisdiction=jurisdiction,
        as_of=as_of or date.today(),
        tiers=tuple(tiers),
    )


def screen(
    what: str | Path | pa.Table,
    reference: Reference | None = None,
    *,
    mapping: Path | None = None,
    encoding: str = "",
    fail_on: str = "none",
    **options: Any,
) -> Report:
    """Screens a file, a folder, a pattern or an Arrow table.

    Args:
        what: a path or pattern, or a table of cells (any columns; types are turned into text and mapped as in a file).
        reference: from `load_reference`; default: loaded with `options`.
        mapping: a column map; default: guessed.
        encoding: of text input; default: decided by content.
        fail_on: level from which a flag sets `report.exit_code`.
        options: of `load_reference`.

    Raises:
        PrecursorScreenError: as the command line would say.
    """
    from precursor_screen.readers.column_map import load_column_map
    from precursor_screen.readers.interface import ReadOptions
    from precursor_screen.runners.inputs import Source, find_sources
    from precursor_screen.runners.local import run

    if reference is not None and options:
        raise UsageError(f"{', '.join(options)} belong to load_reference", remedy="Give either a reference or its options.")
    sources = find_sources((str(what),)) if isinstance(what, str | Path) else (Source("table", content=_table_bytes(what)),)
    read_options = ReadOptions(encoding=encoding, mapping=load_column_map(mapping) if mapping else None)
    return run(sources, read_options, reference or load_reference(**options), fail_on=fail_on).report


def _table_bytes(table: pa.Table) -> bytes:
    """A table as an Arrow file in memory: it takes the readers' own path, so that it is mapped as any input is."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def lookup(text: str, reference: Reference | None = None) -> dict[str, Any]:
    """Which controlled substances a text names, as the object of the contract: matches and suppressed ones with reasons.

    Offsets count characters of the text as given.
    """
    reference = reference or load_reference(watchlists=None)
    found = reference.substance_index.match(text)
    known = {s.substance_id: s for s in reference.substances.substances}
    result: dict[str, Any] = {"text": text, "matches": [], "suppressed": []}
    for one in found:
        substance = known[one.substance_id]
        control = [
            {
                "instrument": c.instrument,
                "schedule": c.schedule,
                "edition": reference.substances.edition_of(c.instrument),
                "verified": c.verified,
            }
            for c in substance.controls
            if c.in_force(reference.as_of)
        ]
        record = {
            "substance_id": one.substance_id,
            "name": substance.name,
            "control": control,
            "tier": substance.tier,
            "method": one.method,
            "strength": one.strength,
            "form": one.form,
            "verified": one.name_verified,
            "matched": one.matched,
            "start": one.start,
            "end": one.end,
            "score": one.score,
        }
        if one.more:  # further places of the like in a very long text, counted and not listed
            record["more"] = one.more
        if one.suppressed:
            result["suppressed"].append({**record, "reason": one.suppressed})
        else:
            result["matches"].append(record)
    return result


def match(name: str, watchlists: Sequence[Watchlist], as_of: date | None = None) -> dict[str, Any]:
    """Which entries of some watchlists a name matches, as the object of the contract.

    Args:
        name: as filed.
        watchlists: from `open_watchlists`.
        as_of: entries de-listed by that day do not count; default: today.
    """
    from precursor_screen.matching.party.explain import explain_party
    from precursor_screen.names.party import normalise_party

    # Bytes that are no UTF-8 come as lone surrogates, which fit into no table of names; no letter is lost with them.
    comparable = name.encode("utf-8", "replace").decode()
    matches = []
    for watchlist in watchlists:
        for found in watchlist.index.match(comparable, as_of=as_of or date.today()):
            entry = watchlist.entry(found["entry_id"])
            matches.append(
                {
                    "list_id": found["list_id"],
                    "entry_id": found["entry_id"],
                    "name": found["entry_name"],
                    "matched_name": found["matched_name"],
                    "name_kind": found["name_kind"],
                    "score": round(found["score"], 1),
                    "programmes": list(entry.programmes),
                    "explain": {
                        **explain_party(
                            name,
                            found["matched_name"],
                            name_kind=found["name_kind"],
                            informative_tokens=found["informative_tokens"],
                            entry_kind=found["entry_kind"],
                            index=watchlist.index,
                        ),
                        "list_date": watchlist.manifest.list_date.isoformat(),
                    },
                }
            )
    matches.sort(key=lambda m: (-m["score"], m["list_id"], m["entry_id"]))
    return {"name": name, "matches": matches, "screenable": normalise_party(name).screenable}
