"""The report of a run: what the kernel found, what could not be seen, and what is said of the lines that are cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import asdict, replace

from precursor_screen.app.blind_spots import find_blind_spots
from precursor_screen.app.coverage import count_coverage, decide_exit_code, write_notices
from precursor_screen.app.sampling import draw, unflagged
from precursor_screen.core.arrow import rows_with
from precursor_screen.core.engine import ask
from precursor_screen.core.history_seam import HistoryStore
from precursor_screen.core.issues import READ_FROM_PRINT
from precursor_screen.core.model import Input, WatchlistEntry, retired_rule
from precursor_screen.core.report import Report
from precursor_screen.core.schema import GOODS, MOVEMENT, PARTICULARS, with_columns
from precursor_screen.kernel.judge.flag import Recall
from precursor_screen.kernel.listed_aside import find_listed_aside
from precursor_screen.kernel.part import Part
from precursor_screen.kernel.resolve.distinct import LINE_NO, Resolved, rows_of
from precursor_screen.kernel.same_cargo import FindLines
from precursor_screen.kernel.screen import Screened
from precursor_screen.reference.bundle import Reference
from precursor_screen.reference.jurisdiction import whose_law
from precursor_screen.reference.watchlists.opened import Watchlist
from precursor_screen.version import __version__

# `--resolved`: every line with what was recognised in it, flagged or not.


def resolved_table(screened: Screened) -> pa.Table:
    """One row a line: its place and ids, substances as `id (method, strength, form)`, parties as `role: list entry (score)`."""
    resolved = screened.resolved
    columns = [
        c
        for c in ("line_id", "shipment_id", "source_file", "source_row", "description", "hs_code")
        if c in resolved.lines.column_names
    ]
    return ask(
        f"""
        with s as (
            select {LINE_NO}, array_to_string(list(substance_id || ' (' || match_method || ', ' || match_strength || ', ' || form || ')'
                order by substance_id), '; ') as substances from substances group by {LINE_NO}),
        p as (
            select {LINE_NO}, array_to_string(list(party_role || ': ' || list_id || ' ' || entry_id || ' (' || printf('%.1f', watchlist_score) || ', ' || name_kind || ')'
                order by party_role, list_id, entry_id), '; ') as parties from parties group by {LINE_NO})
        select {", ".join(f"l.{c}" for c in columns)}, s.substances, p.parties
        from lines l left join s using ({LINE_NO}) left join p using ({LINE_NO}) order by l.{LINE_NO}""",
        lines=resolved.lines,
        substances=resolved.substances,
        parties=resolved.parties,
    )


Cite = Callable[[pa.Array, tuple[str, ...]], pa.Table]


class EngineResult(Struct, frozen=True):
    """All lines of a run, read and judged by themselves.

    Attributes:
        inputs: as they were understood.
        issues: ISSUE of reading.
        part: all lines.
        textless: how many lines have no text of goods.
        recall: gives lines by their ids.
        find: gives the ids of the lines that bear some numbers of bills or containers.
        cite: gives the cells of lines by their ids, and of shipments, see `gather_inputs.cite_cells`.
        texts_beside: TEXTS_BESIDE.
    """

    inputs: tuple[Input, ...]
    issues: pa.Table
    part: Part
    textless: int
    recall: Recall
    find: FindLines
    cite: Cite
    texts_beside: pa.Table


def compose(
    run: Mapping[str, Any],
    provenance: Mapping[str, Any],
    judged: EngineResult,
    screened: Screened,
    memory: HistoryStore | None,
    reference: Reference,
    *,
    fail_on: str = "none",
    sample: Decimal = Decimal(0),
) -> Report:
    """Composes the report.

    Args:
        run: what differs between equal runs.
        provenance: `provenance_of` the inputs.
        judged: the lines.
        screened: what the kernel found.
        memory: of earlier runs; None: nothing is remembered.
        reference: that was screened against.
        fail_on, sample: see `stream.run`.
    """
    issues = pa.concat_tables([judged.issues, screened.issues])
    # A text that stands beside the tables is judged like a line, and is not a shipment.
    beside = pc.is_in(screened.shipments.column("shipment_id"), judged.texts_beside.column("line_id").combine_chunks())
    shipments = screened.shipments.filter(pc.invert(beside))
    coverage = _coverage(judged, replace(screened, shipments=shipments), issues, reference, remembered=memory is not None)
    clear = unflagged(shipments) if sample else []
    sampled = draw(clear, sample, reference.as_of)
    if sample:
        coverage["sample"] = {"share": str(sample), "unflagged": len(clear), "drawn": len(sampled)}
    rules = {r.rule.id: r.rule for r in reference.rules}
    for rule_id in pc.unique(screened.flags.column("rule_id")).to_pylist():
        rules.setdefault(rule_id, retired_rule(rule_id))
    cells = judged.cite(_cited_lines(screened), sampled)
    earlier = _recalled(cells, screened, memory)
    cited = judged.recall(pc.unique(cells.column("line_id")), screened.resolved)
    return Report(
        run=run,
        provenance=provenance,
        coverage=coverage,
        notices=write_notices(judged.inputs, issues, reference),
        shipments=shipments,
        flags=screened.flags,
        issues=issues,
        cells=cells,
        particulars=particulars_of(cited, cells.column("line_id")),
        goods=pa.concat_tables([goods_of(cited, cells.column("line_id")), with_columns(earlier, GOODS)]),
        earlier=with_columns(earlier, PARTICULARS),
        entries=named_entries(screened.flags, reference.watchlists),
        rules=rules,
        exit_code=decide_exit_code(screened, coverage, reference, rules, fail_on, judged.texts_beside),
        suppressed=screened.suppressed,
        expired_exceptions=screened.expired_exceptions,
        unused_exceptions=screened.unused_exceptions,
        sampled=sampled,
        news=screened.news,
        texts_beside=judged.texts_beside,
        listed_aside=find_listed_aside(screened, _printed(issues), judged.texts_beside, reference),
    )


def _printed(issues: pa.Table) -> frozenset[str]:
    """The inputs whose tables were read from print."""
    return frozenset(rows_with(issues, "code", [READ_FROM_PRINT]).column("source_file").to_pylist())


def _coverage(
    judged: EngineResult, screened: Screened, issues: pa.Table, reference: Reference, *, remembered: bool
) -> dict[str, Any]:
    textless, lines = judged.textless, judged.part.lines.num_rows
    coverage = count_coverage(lines, screened.unscreened_lines, textless, issues, screened.unjudged, screened.not_raised)
    if remembered:
        coverage["lines_known"] = screened.known_lines
    coverage["blind_spots"] = find_blind_spots(screened, textless < lines or not lines, reference)
    return coverage


def _cited_lines(screened: Screened) -> pa.Array:
    """The lines that a flag cites, or that could not be screened."""
    return pc.unique(
        pa.concat_arrays(
            [
                screened.flags.column("line_id").combine_chunks(),
                pc.list_flatten(screened.flags.column("window_line_ids")).combine_chunks(),
                screened.issues.column("line_id").combine_chunks(),
            ]
        )
    )


def _recalled(cells: pa.Table, screened: Screened, memory: HistoryStore | None) -> pa.Table:
    """MOVEMENT of the lines of earlier runs that flags cite: of those that have no cells in this one."""
    if memory is None:
        return MOVEMENT.empty_table()
    cited = pa.chunked_array([pc.unique(pc.list_flatten(screened.flags.column("window_line_ids")))])
    theirs = cited.filter(pc.is_null(rows_of(cited, cells.column("line_id"))))
    return memory.recall(theirs.to_pylist()) if len(theirs) else MOVEMENT.empty_table()


def particulars_of(resolved: Resolved, line_ids: pa.ChunkedArray) -> pa.Table:
    """PARTICULARS of some lines, in the order of the run; what no input supplies is null."""
    return with_columns(rows_with(resolved.lines, "line_id", pc.unique(line_ids)), PARTICULARS)


def goods_of(resolved: Resolved, line_ids: pa.ChunkedArray) -> pa.Table:
    """GOODS of some lines: what was recognised in them, in the order of the run."""
    cited = rows_with(resolved.lines.select([LINE_NO, "line_id"]), "line_id", pc.unique(line_ids))
    found = resolved.substances
    positions = pc.index_in(found.column(LINE_NO), cited.column(LINE_NO).combine_chunks())
    known = pc.is_valid(positions)
    found = found.filter(known).append_column("line_id", cited.column("line_id").take(positions.filter(known)))
    return with_columns(found, GOODS)


def named_entries(flags: pa.Table, watchlists: Iterable[Watchlist]) -> dict[tuple[str, str], WatchlistEntry]:
    """The entries that flags name, by list and entry; one that a list no longer holds is left out."""
    pairs = flags.select(["list_id", "entry_id"]).group_by(["list_id", "entry_id"]).aggregate([]).to_pylist()
    opened = {w.list_id: w for w in watchlists}
    found = {}
    for list_id, entry_id in sorted((p["list_id"], p["entry_id"]) for p in pairs if p["list_id"] in opened):
        try:
            found[list_id, entry_id] = opened[list_id].entry(entry_id)
        except KeyError:  # de-listed since a recorded flag was raised
            continue
    return found


def _without_blanks(record: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in record.items() if value}


_OF_INPUT = ("name", "sha256", "bytes", "lines", "format", "encoding", "header_row")


def provenance_of(inputs: Iterable[Input], reference: Reference) -> dict[str, Any]:
    """What a run rests on: inputs, rules, tables, lists and registers with their digests."""
    day = reference.as_of
    return {
        "as_of": day.isoformat(),
        "jurisdiction": reference.jurisdiction,
        "law": whose_law(reference.jurisdiction, day),
        **({"law_packs": [_without_blanks(asdict(p)) for p in packs]} if (packs := reference.law_tables.packs) else {}),
        "tiers": list(reference.tiers),
        "inputs": [
            {**{n: getattr(i, n) for n in _OF_INPUT}, "mapping": [list(m) for m in i.mapping], "unmapped": list(i.unmapped)}
            | ({"accepted_map": dict(zip(("digest", "day"), i.accepted_map, strict=True))} if i.accepted_map else {})
            for i in inputs
        ],
        "rules": {
            "count": len(reference.rules),
            "version": __version__,
            "sha256": reference.rules_sha256,
            "parameters": {k: dict(v) for k, v in sorted(reference.parameters.items())},
        },
        "substances": {"edition": reference.substances.edition, "sha256": reference.substances.sha256},
        "watchlists": [
            {"list_id": w.list_id, "list_date": m.list_date.isoformat(), "sha256": m.sha256, "entries": m.entries}
            | {"age_days": m.age_days(day)}
            for w in reference.watchlists
            for m in (w.snapshot,)
        ],
        "registers": [
            {"register": m.register, "date": m.day, "sha256": m.sha256, "rows": m.rows}
            | {"set_aside": len(m.skipped), "age_days": m.age_days(day)}
            for m in reference.register_manifests
        ],
    }
