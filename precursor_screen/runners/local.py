"""A run on this machine: read the inputs, screen all lines together, gather the report. No screening logic lives here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.errors import ChangedWhileRead, ErrorGroup, InputError, MappingError, NoManifest, UnreadableManifest, Where
from precursor_screen.issues import ISSUE_CODES, SET_ASIDE
from precursor_screen.kernel.match.asides import naming
from precursor_screen.kernel.match.match import Progress, match
from precursor_screen.kernel.part import judge_part
from precursor_screen.kernel.screen import Screened, judge_run
from precursor_screen.memory import Memory, NoMemory
from precursor_screen.model import Input, retired_rule
from precursor_screen.readers.finish import no_lines
from precursor_screen.readers.interface import InputTables, ReadOptions
from precursor_screen.readers.repeated import find_repeated
from precursor_screen.readers.tabular.asides import BESIDE, raw_aside
from precursor_screen.reference.bundle import Reference
from precursor_screen.reports.report import Report
from precursor_screen.reports.words import clip, counted
from precursor_screen.runners.blind_spots import find_blind_spots
from precursor_screen.runners.coverage import count_coverage, count_textless, decide_exit_code, write_notices
from precursor_screen.runners.inputs import Source
from precursor_screen.runners.match_cache import cached_matches
from precursor_screen.runners.one_input import FaultKeeper, read_one
from precursor_screen.runners.particulars import goods_of, named_entries, particulars_of, with_columns
from precursor_screen.runners.pool import spread_over
from precursor_screen.runners.sampling import draw, unflagged
from precursor_screen.schema import GOODS, ISSUE, MOVEMENT, PARTICULARS
from precursor_screen.version import __version__

if TYPE_CHECKING:
    from precursor_screen.ledger.values import RunRecord

LARGE = 20_000_000  # bytes


class Run(Struct, frozen=True):
    """A report, the tables behind it for `--resolved` and the ledger, what was read, and the ledger's name for the run, if any."""

    report: Report
    screened: Screened
    inputs: tuple[Input, ...]
    run_id: str = ""


class _Gathered(Struct, frozen=True):
    lines: pa.Table
    inputs: tuple[Input, ...]
    raw: tuple[pa.Table, ...]
    origin: pa.Table  # input_no, row_no: where each line's own cells are
    issues: pa.Table
    asides: tuple[pa.Table, ...]  # lines of texts beside the tables


def run(
    sources: tuple[Source, ...],
    options: ReadOptions,
    reference: Reference,
    *,
    fail_on: str = "none",
    shown_options: Mapping[str, Any] | None = None,
    started: datetime | None = None,
    progress: Progress = lambda _: None,
    jobs: int = 1,
    remember: Callable[[RunRecord], Memory] | None = None,
    home: Path | None = None,
    keep_fault: FaultKeeper | None = None,
    sample: Decimal = Decimal(0),
    refuse_empty: bool = True,
) -> Run:
    """Screens some inputs.

    Args:
        sources: in order; a line met again is set aside.
        options: how to read them.
        reference: what to screen against.
        fail_on: level or band from which something new sets the exit code, or `none`.
        shown_options: the options as the report shows them.
        started: default: now.
        progress: told what is being done.
        jobs: processes for matching; 0: as many as there are cores.
        remember: what is known of earlier runs, for this one; default: nothing.
        home: where names that were matched are kept for the next run; default: nowhere.
        keep_fault: told of an error in reading one input that nobody foresaw; default: it is raised.
        sample: share of the shipments without a flag that are shown all the same, from 0 to 1.
        refuse_empty: whether it is an error that no input has a line; else there is a report that says why.

    Raises:
        InputError: no input could be read at all, and that is an error.
        MappingError: the column map is wrong.
    """
    started = started or datetime.now(UTC)
    prepare = [w.index.prepare for w in reference.watchlists]
    with (
        spread_over(jobs, early=_is_large(sources), prepare=prepare) as spread,
        cached_matches(home, progress) as known_parties,
    ):
        gathered = _with_asides(_gather(sources, options, progress, keep_fault, reference if refuse_empty else None), reference)
        supplied = pa.Table.from_pylist(
            [
                *(
                    {"input_id": i.input_id, "supplied_fields": sorted(i.supplied), "coded_fields": sorted(i.coded)}
                    for i in gathered.inputs
                ),
                *({"input_id": f"{i.input_id}{BESIDE}", "supplied_fields": [], "coded_fields": []} for i in gathered.inputs),
            ],
            schema=pa.schema(
                [("input_id", pa.string()), *((name, pa.list_(pa.string())) for name in ("supplied_fields", "coded_fields"))]
            ),
        )
        provenance = _provenance(gathered.inputs, reference)
        matches = match(gathered.lines, reference, spread, known_parties, progress)
        progress("applying rules")
        part = judge_part(gathered.lines, supplied, matches, reference, spread, every_line=True)
        progress("looking back")
        memory = remember(_record(started, shown_options or {}, provenance, reference)) if remember is not None else NoMemory()
        screened = judge_run(part, memory, reference)
    progress("writing the report")
    issues = pa.concat_tables([gathered.issues, screened.issues])
    textless = count_textless(gathered.lines)
    lines, not_raised = gathered.lines.num_rows, screened.not_raised
    coverage = count_coverage(lines, screened.unscreened_lines, textless, issues, screened.unjudged, not_raised)
    if remember is not None:
        coverage["lines_known"] = screened.known_lines
    described = textless < gathered.lines.num_rows or not gathered.lines.num_rows
    coverage["blind_spots"] = find_blind_spots(screened.resolved, screened.unjudged, described, reference)
    rules = {r.rule.id: r.rule for r in reference.rules}
    for rule_id in pc.unique(screened.flags.column("rule_id")).to_pylist():
        rules.setdefault(rule_id, retired_rule(rule_id))
    earlier = _recalled(gathered, screened, memory)
    clear = unflagged(screened.shipments) if sample else []
    sampled = draw(clear, sample, reference.as_of)
    if sample:
        coverage["sample"] = {"share": str(sample), "unflagged": len(clear), "drawn": len(sampled)}
    cells = _cited_cells(gathered, screened, sampled)
    report = Report(
        run={"tool_version": __version__, "started": started.isoformat(timespec="seconds"), "options": dict(shown_options or {})},
        provenance=provenance,
        coverage=coverage,
        notices=write_notices(gathered.inputs, issues, reference),
        shipments=screened.shipments,
        flags=screened.flags,
        issues=issues,
        cells=cells,
        particulars=particulars_of(screened.resolved, cells.column("line_id")),
        goods=pa.concat_tables([goods_of(screened.resolved, cells.column("line_id")), with_columns(earlier, GOODS)]),
        earlier=with_columns(earlier, PARTICULARS),
        entries=named_entries(screened.flags, reference.watchlists),
        rules=rules,
        exit_code=decide_exit_code(screened, coverage, reference, rules, fail_on),
        suppressed=screened.suppressed,
        expired_exceptions=screened.expired_exceptions,
        unused_exceptions=screened.unused_exceptions,
        sampled=sampled,
        news=screened.news,
    )
    return Run(report, screened, gathered.inputs)


_EDITIONS = ("substances", "watchlists", "registers")


def _record(started: datetime, options: Mapping[str, Any], provenance: Mapping[str, Any], reference: Reference) -> RunRecord:
    from precursor_screen.ledger.values import REFERENCE, RunRecord

    inputs = tuple({k: i[k] for k in ("name", "sha256", "bytes", "lines")} for i in provenance["inputs"])
    return RunRecord(
        started=started,
        tool_version=__version__,
        as_of=reference.as_of,
        jurisdiction=reference.jurisdiction,
        options={**options, REFERENCE: {name: provenance[name] for name in _EDITIONS if name in provenance}},
        rules_sha256=reference.rules_sha256,
        inputs=inputs,
    )


def _is_large(sources: tuple[Source, ...]) -> bool:
    """Whether there will be enough names for processes to pay."""
    return sum(s.path.stat().st_size for s in sources if s.path is not None and s.path.is_file()) > LARGE


def _gather(
    sources: tuple[Source, ...],
    options: ReadOptions,
    progress: Progress,
    keep_fault: FaultKeeper | None,
    refusing: Reference | None,
) -> _Gathered:
    """Reads the inputs; refusing: that no input has a line is an error, which says whether its texts name something."""
    tables: list[InputTables] = []
    errors: list[InputError] = []
    for source in sources:
        progress(f"reading {source.name}")
        try:
            tables.extend(read_one(source, options, keep_fault))
        except MappingError:
            raise
        except InputError as error:
            errors.append(error)
    if refusing is not None and not any(t.lines.num_rows for t in tables):
        _raise_unusable(tables, errors, refusing)
    issues = [t.issues for t in tables] + [_file_issue(e) for e in errors]
    lines = pa.concat_tables([t.lines for t in tables] or [no_lines()], promote_options="default")
    origin = pa.table(
        [
            pa.array(np.repeat(np.arange(len(tables), dtype=np.int32), [t.lines.num_rows for t in tables])),
            pa.array(np.concatenate([np.arange(0), *(np.arange(t.lines.num_rows) for t in tables)])),
        ],
        names=["input_no", "row_no"],
    )
    kept, repeated = find_repeated(lines)
    if repeated.num_rows:
        lines, origin = lines.take(kept), origin.take(kept)
    return _Gathered(
        lines,
        tuple(t.input for t in tables),
        tuple(t.raw for t in tables),
        origin,
        pa.concat_tables([*issues, repeated]),
        tuple(t.asides for t in tables if t.asides is not None),
    )


def _with_asides(gathered: _Gathered, reference: Reference) -> _Gathered:
    """The lines, and behind them those of texts beside the tables that name something.

    A text file without a table is not a shipment: if it names something there is an issue, and a person has to read it.
    """
    if not gathered.asides:
        return gathered
    found = naming(pa.concat_tables(gathered.asides), reference)
    no_tables = pa.array([f"{i.input_id}{BESIDE}" for i in gathered.inputs if i.format == "CSV" and not i.lines], pa.string())
    by_hand = pc.is_in(found.column("input_id"), no_tables)
    gathered = replace(gathered, issues=pa.concat_tables([gathered.issues, _by_hand(found.filter(by_hand))]))
    found = found.filter(pc.invert(by_hand))
    if not found.num_rows:
        return gathered
    number, count = len(gathered.raw), found.num_rows
    places = pa.table(
        [pa.array(np.full(count, number, np.int32)), pa.array(np.arange(count, dtype=np.int64))],
        names=gathered.origin.column_names,
    )
    return replace(
        gathered,
        lines=pa.concat_tables([gathered.lines, found], promote_options="default"),
        origin=pa.concat_tables([gathered.origin, places]),
        raw=(*gathered.raw, raw_aside(found)),
    )


def _names_something(rows: int) -> str:
    return f"names a precursor or a listed party in {counted(rows, 'row')}: open it by hand"


def _by_hand(found: pa.Table) -> pa.Table:
    """One issue a file, with the first row that names something."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in found.select(["source_file", "source_row", "other_texts"]).to_pylist():
        rows.setdefault(row["source_file"], []).append(row)
    issues = [
        {
            "code": "set-aside-text-names",
            "source_file": name,
            "source_row": mine[0]["source_row"],
            "value": clip(mine[0]["other_texts"][0]),
            "message": _names_something(len(mine)),
            "count": len(mine),
        }
        for name, mine in rows.items()
    ]
    return pa.Table.from_pylist(issues, schema=ISSUE)


def _raise_unusable(tables: list[InputTables], errors: list[InputError], reference: Reference) -> None:
    """No line in any input: say what is wrong with each instead of reporting that nothing was found."""
    for table in tables:
        place, message, remedy = Where(table.input.name), "holds no lines", "Ask for the file again."
        worst = next((i for i in table.issues.to_pylist() if ISSUE_CODES[i["code"]].effect == SET_ASIDE), None)
        if worst is not None:
            message, remedy = worst["message"], ISSUE_CODES[worst["code"]].remedy
            if worst["code"] != "no-usable-column":
                place, message = Where(table.input.name, worst["source_row"]), f"holds no line that can be read: {message}"
        if table.asides is not None and (named := naming(table.asides, reference)).num_rows:
            message = f"{message}; it {_names_something(named.num_rows)}"
        errors.append(UnreadableManifest(message, where=place, remedy=remedy))
    raise errors[0] if len(errors) == 1 else ErrorGroup(list(errors))


def _file_issue(error: InputError) -> pa.Table:
    kinds = (
        (NoManifest, "no-manifest"),
        (ChangedWhileRead, "changed-while-read"),
        (UnreadableManifest, "unreadable-file"),
        (InputError, "unknown-format"),
    )
    code = next(code for kind, code in kinds if isinstance(error, kind))
    row = {
        "code": code,
        "source_file": error.where.file,
        "source_row": error.where.row,
        "field": error.where.field or None,
        "message": error.message,
        "count": 1,
    }
    return pa.Table.from_pylist([row], schema=ISSUE)


def _cited_cells(gathered: _Gathered, screened: Screened, sampled: tuple[str, ...]) -> pa.Table:
    """The source's own cells of every line that a flag cites, that could not be screened, or whose shipment was drawn."""
    cited = pa.concat_arrays(
        [
            screened.flags.column("line_id").combine_chunks(),
            pc.list_flatten(screened.flags.column("window_line_ids")).combine_chunks(),
            screened.issues.column("line_id").combine_chunks(),
        ]
    )
    mine = pc.is_in(gathered.lines.column("line_id"), pc.unique(cited))
    if sampled:
        mine = pc.or_(mine, pc.is_in(gathered.lines.column("shipment_id"), pa.array(sampled)))
    rows = pc.indices_nonzero(mine)
    lines = gathered.lines.select(["line_id", "source_file", "source_row", "shipment_id"]).take(rows)
    origin = gathered.origin.take(rows)
    cells: list[str] = [""] * lines.num_rows
    input_nos = origin.column("input_no").to_pylist()
    for number, raw in enumerate(gathered.raw):
        places = [i for i, n in enumerate(input_nos) if n == number]
        taken = raw.take(origin.column("row_no").take(pa.array(places, pa.int64())).combine_chunks())
        for i, row in zip(places, taken.to_pylist(), strict=True):
            cells[i] = json.dumps({k: v for k, v in row.items() if v not in (None, "")}, ensure_ascii=False)
    return lines.append_column("cells", pa.array(cells, pa.string()))


def _recalled(gathered: _Gathered, screened: Screened, memory: Memory) -> pa.Table:
    """MOVEMENT of the lines of earlier runs that flags cite."""
    cited = pc.unique(pc.list_flatten(screened.flags.column("window_line_ids")))
    theirs = cited.filter(pc.invert(pc.is_in(cited, gathered.lines.column("line_id").combine_chunks())))
    return memory.recall(theirs.to_pylist()) if len(theirs) else MOVEMENT.empty_table()


def _provenance(inputs: tuple[Input, ...], reference: Reference) -> dict[str, Any]:
    return {
        "as_of": reference.as_of.isoformat(),
        "jurisdiction": reference.jurisdiction,
        "tiers": list(reference.tiers),
        "inputs": [
            {
                "name": i.name,
                "sha256": i.sha256,
                "bytes": i.bytes,
                "lines": i.lines,
                "format": i.format,
                "encoding": i.encoding,
                "header_row": i.header_row,
                "mapping": [list(pair) for pair in i.mapping],
                "unmapped": list(i.unmapped),
            }
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
            {
                "list_id": w.list_id,
                "list_date": w.manifest.list_date.isoformat(),
                "sha256": w.manifest.sha256,
                "entries": w.manifest.entries,
                "age_days": w.manifest.age_days(reference.as_of),
            }
            for w in reference.watchlists
        ],
        "registers": [
            {
                "register": m.register,
                "date": m.day,
                "sha256": m.sha256,
                "rows": m.rows,
                "set_aside": len(m.skipped),
                "age_days": m.age_days(reference.as_of),
            }
            for m in reference.register_manifests
        ],
    }
