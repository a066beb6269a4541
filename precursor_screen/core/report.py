"""The report: everything one run found, and everything it could not judge or screen. All formats are views of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from precursor_screen.core.model import BANDS, LEVELS, NEWS, OPEN, STATES, Rule, WatchlistEntry
from precursor_screen.core.schema import GOODS, LISTED_ASIDE, PARTICULARS, SUPPRESSED, TEXTS_BESIDE
from precursor_screen.core.words import counted

SCHEMA_VERSION = "4.5"
BATCH = 5_000  # rows turned into Python objects at a time
LEAST_SHORT = 6  # characters of a short id: among 20,000 recorded flags one in a thousand needs more


class Report(Struct, frozen=True):
    """What a run found.

    Attributes:
        run: tool version, start, options: the only part that differs between equal runs.
        provenance: inputs, rules, tables and lists with their digests.
        coverage: lines read, screened, set aside, unscreenable; rules that could not be judged.
        notices: what a reader must know first ("parties NOT screened: ...").
        shipments: SHIPMENT, worst first.
        flags: FLAG, in a fixed order, each with its state: new, existing, resolved or suppressed.
        suppressed: SUPPRESSED: by what, why and until when.
        expired_exceptions, unused_exceptions: ids of a site's exceptions that are past their day, or cover nothing here.
        issues: ISSUE.
        cells: line_id, source_file, source_row, shipment_id, cells (JSON): the source's own cells of cited lines.
        particulars: PARTICULARS, of the same lines.
        goods: GOODS, of the same lines and the earlier ones.
        earlier: PARTICULARS of lines of earlier runs that flags cite, as far as a ledger remembers them.
        entries: of the watchlists, those that a flag names, by list and entry.
        rules: the rules that were applied, by id.
        exit_code: of the contract.
        news: shipments with an open flag that are new in their band, or have risen into it.
        sampled: shipments without a flag that were drawn by chance, so that misses can be measured.
        listed_aside: LISTED_ASIDE: what a reader must know by name before any count.
        texts_beside: TEXTS_BESIDE; the `shipment_id` of a flag on one is the id of its line.
    """

    run: Mapping[str, Any]
    provenance: Mapping[str, Any]
    coverage: Mapping[str, Any]
    notices: tuple[str, ...]
    shipments: pa.Table
    flags: pa.Table
    issues: pa.Table
    cells: pa.Table
    rules: Mapping[str, Rule]
    exit_code: int
    particulars: pa.Table = field(default_factory=PARTICULARS.empty_table)
    goods: pa.Table = field(default_factory=GOODS.empty_table)
    earlier: pa.Table = field(default_factory=PARTICULARS.empty_table)
    entries: Mapping[tuple[str, str], WatchlistEntry] = field(default_factory=dict)
    suppressed: pa.Table = field(default_factory=SUPPRESSED.empty_table)
    expired_exceptions: tuple[str, ...] = ()
    unused_exceptions: tuple[str, ...] = ()
    sampled: tuple[str, ...] = ()
    news: frozenset[str] = frozenset()
    texts_beside: pa.Table = field(default_factory=TEXTS_BESIDE.empty_table)
    listed_aside: pa.Table = field(default_factory=LISTED_ASIDE.empty_table)

    @property
    def open_flags(self) -> pa.Table:
        """The flags that an officer is to look at: new, existing and escalated ones."""
        return self.flags.filter(pc.is_in(self.flags.column("state"), pa.array(OPEN)))

    @property
    def worst_first(self) -> pa.Table:
        """All flags by shipment, worst shipment first, and within one by level; those of shipments that are not listed come last."""
        flags = self.flags
        keys = pa.table(
            {
                "shipment": pc.index_in(flags.column("shipment_id"), self.shipments.column("shipment_id").combine_chunks()),
                "level": pc.index_in(flags.column("level"), pa.array(reversed(LEVELS))),
                "place": pa.array(range(flags.num_rows), pa.int64()),
            }
        )
        return flags.take(pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names]))

    @property
    def opened(self) -> pa.Table:
        """The flagged shipments; of a case its first stands for those that are low or none by themselves."""
        flagged = self.shipments.filter(pc.greater(pc.list_value_length(self.shipments.column("flags")), 0))
        first = pc.fill_null(pc.equal(flagged.column("case_id"), flagged.column("shipment_id")), True)
        folded = pc.is_in(flagged.column("band"), pa.array(["low", "none"]))
        return flagged.filter(pc.or_(first, pc.invert(folded)))

    @property
    def listed(self) -> pa.Table:
        """The shipments worth showing: those with an open flag, those that could not be screened, and last those drawn by chance."""
        flags, band = self.shipments.column("flags"), self.shipments.column("band")
        worth = self.shipments.filter(pc.or_(pc.greater(pc.list_value_length(flags), 0), pc.is_null(band)))
        return pa.concat_tables([worth, self.drawn]) if self.sampled else worth

    @property
    def drawn(self) -> pa.Table:
        """The shipments that were drawn by chance."""
        return self.shipments.filter(pc.is_in(self.shipments.column("shipment_id"), pa.array(self.sampled, pa.string())))

    def short_length(self) -> int:
        """How many characters of a flag's id tell it from all others of the report, at least LEAST_SHORT."""
        ids = set(self.flags.column("flag_id").to_pylist())
        return next(n for n in itertools.count(LEAST_SHORT) if len({i[:n] for i in ids}) == len(ids))

    def state_counts(self) -> dict[str, int]:
        """Flags per state, of those states that occur."""
        counts = {v["values"]: v["counts"] for v in self.flags.column("state").value_counts().to_pylist()}
        return {state: counts[state] for state in STATES if state in counts}

    @property
    def news_count(self) -> int:
        """How many flags somebody is to be told of."""
        return sum(count for state, count in self.state_counts().items() if state in NEWS)

    def flag_records(self, flags: pa.Table | None = None) -> Iterator[dict[str, Any]]:
        """Some flags (default: all) as plain data with legal basis and parsed evidence, a batch at a time."""
        for flag in records(self.flags if flags is None else flags):
            flag["evidence"] = json.loads(flag["evidence"])
            flag["title"] = self.rules[flag["rule_id"]].title
            flag["legal_basis"] = legal_basis(self.rules[flag["rule_id"]])
            yield flag

    def cell_records(self) -> Iterator[dict[str, Any]]:
        """The cited lines with their own cells."""
        for line in records(self.cells):
            line["cells"] = json.loads(line["cells"])
            yield line

    def band_counts(self) -> dict[str, int]:
        """Shipments per band, worst first; `unscreenable` for those without one."""
        counts = dict.fromkeys([*reversed(BANDS), "unscreenable"], 0)
        for band in self.shipments.column("band").value_counts().to_pylist():
            counts[band["values"] or "unscreenable"] = band["counts"]
        return counts

    def level_counts(self) -> dict[str, int]:
        """Open flags per level, worst first."""
        counts = dict.fromkeys(reversed(LEVELS), 0)
        for level in self.open_flags.column("level").value_counts().to_pylist():
            counts[level["values"]] = level["counts"]
        return counts


def records(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, a bounded batch at a time."""
    for batch in table.to_batches(max_chunksize=BATCH):
        yield from batch.to_pylist()


def legal_basis(rule: Rule) -> list[dict[str, str]]:
    """The sources of a rule. mark: R the text was read, K recalled and not yet checked, P our own proposal."""
    return [{"title": s.title, "note": s.note, "mark": s.mark} for s in rule.references]


MARKS = {"R": "read", "K": "recalled, not checked", "P": "own proposal"}


def show_blind_spot(blind_spot: Mapping[str, Any]) -> str:
    """A blind spot in one sentence, with how many shipments and rules it concerns."""
    rules = f", {len(blind_spot['rules'])} rules" if len(blind_spot["rules"]) > 1 else ", 1 rule" if blind_spot["rules"] else ""
    return f"{blind_spot['message']} ({counted(blind_spot['shipments'], 'shipment')}{rules})."


def show_parts(parts: Iterable[Mapping[str, Any]]) -> str:
    """What the score of a shipment is made of, in one line."""
    return "; ".join(f"{p['part']} {p['points']}: {p['because']}" for p in parts)


def show_pack(pack: Mapping[str, str]) -> str:
    """A pack of law as provenance has it, in words."""
    signed = f"signed by {pack['signer']}" if pack.get("signer") else "not signed"
    override = f"; differs from what ships: {pack['override']}" if pack.get("override") else ""
    return f"{pack['edition']}, of {pack['day']}, {signed}, SHA-256 {pack['sha256']}; {pack['source']}{override}"


def show_basis(rule: Rule) -> str:
    """The sources of a rule in one line."""
    return "; ".join(f"{s.title}{f', {s.note}' if s.note else ''} ({MARKS[s.mark]})" for s in rule.references)
