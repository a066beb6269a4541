"""What is known of earlier runs: the seam between the kernel, which is pure, and whatever remembers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Final, Protocol

import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.arrow import tuples_of
from precursor_screen.core.schema import DECIMAL, MOVEMENT

# What every judgement needs: identity, the references that link messages about one cargo, and what the law is looked up by.
IDENTITY = ("movement_key", "line_id", "shipment_id", "source_file", "source_row", "as_of_date", "substance_id")
REFERENCES = ("declaration_id", "house_bill_of_lading", "bill_of_lading", "master_bill_of_lading", "bill_issuer")
ALWAYS = (*IDENTITY, *REFERENCES, "direction", "substance_mass_kg")


_TEXT: Final = pa.string()
LINE_SUBSTANCE: Final = pa.schema([("line_id", _TEXT), ("substance_id", _TEXT)])
RULE_LINE: Final = pa.schema([("rule_id", _TEXT), ("line_id", _TEXT)])
# A movement of the first version of what stands, what all of that version's lines state of its substance and what those that stand do,
# and what the bill no longer names at all.
AMENDED_MOVEMENT: Final = pa.schema(
    [
        *MOVEMENT,
        *((name, DECIMAL) for name in ("previous_bill_kg", "amended_kg", "amended_growth")),
        ("dropped_substance_id", _TEXT),
        ("dropped_kg", DECIMAL),
        ("dropped_description", _TEXT),
    ]
)
KNOWN: Final = pa.schema([("movement_key", _TEXT), ("line_id", _TEXT)])


class VersionsResult(Struct, frozen=True):
    """What was decided of the lines of a run, in the light of all that is remembered.

    Attributes:
        why: line_id -> why a line of the run does not stand: superseded, cancelled; of a cancellation: cancellation, waiting.
        uncounted: LINE_SUBSTANCE: rows of the run whose mass counts in another one.
        amended: AMENDED_MOVEMENT: the rows of first versions that lines which stand have taken the place of, each under the
            movement_key of the line that does.
        previous: line of the run -> the line that it amends.
        rejudged: MOVEMENT: recorded rows that stand and are to be judged anew.
        ended: KNOWN: recorded lines that stand no longer.
        overlapping: lines of the run that two parts of a bill state.
        conflicting: lines of the run that contradict another of their version.
        counted_as: line -> movement_key under which its cargo is counted, of lines that amend others under another key, or are amended.
        flagged: RULE_LINE: lines of the run, and of `rejudged`, of whose movement an open flag of the rule is recorded.
    """

    why: Mapping[str, str] = field(default_factory=dict)
    uncounted: pa.Table = field(default_factory=LINE_SUBSTANCE.empty_table)
    amended: pa.Table = field(default_factory=AMENDED_MOVEMENT.empty_table)
    previous: Mapping[str, str] = field(default_factory=dict)
    rejudged: pa.Table = field(default_factory=MOVEMENT.empty_table)
    ended: pa.Table = field(default_factory=KNOWN.empty_table)
    overlapping: frozenset[str] = frozenset()
    conflicting: frozenset[str] = frozenset()
    flagged: pa.Table = field(default_factory=RULE_LINE.empty_table)
    counted_as: Mapping[str, str] = field(default_factory=dict)


class HistoryQuery(Struct, frozen=True):
    """One look back: windows of about one length ask together, so that a long one does not read a year for the short ones.

    Attributes:
        groupings: the columns that groups share, one tuple a kind of group; `a>b`: the recorded one's `b` is the `a` of the run's.
        span_days: longest window, on both sides; None: all that is recorded.
        columns: of MOVEMENT.
    """

    groupings: tuple[tuple[str, ...], ...]
    span_days: int | None
    columns: tuple[str, ...]


# One row a line of a run, whatever it carries: cargo, sender and receiver are numbers (`kernel.trade_counts`), day is its as_of_date.
COUNTED_LINES = pa.schema(
    [
        ("cargo", pa.uint64()),
        ("day", pa.date32()),
        ("sender", pa.uint64()),
        ("receiver", pa.uint64()),
        ("chapter", pa.uint8()),
        ("hs6", pa.int32()),
        ("origin", pa.string()),
        ("dispatch", pa.string()),
        ("destination", pa.string()),
        ("transit", pa.list_(pa.string())),
    ]
)
# Lines of one day. role: 0 sender, 1 receiver. transit: a country on the way; empty: the lane itself.
PARTY_COUNTS = pa.schema(
    [("role", pa.uint8()), ("party", pa.uint64()), ("chapter", pa.uint8()), ("day", pa.date32()), ("lines", pa.int64())]
)
LANE_COUNTS = pa.schema(
    [
        ("hs6", pa.int32()),
        ("dispatch", pa.string()),
        ("destination", pa.string()),
        ("transit", pa.string()),
        ("day", pa.date32()),
        ("lines", pa.int64()),
    ]
)
COUNTED_DAYS = 400  # before a line's own: what is counted of them bears on it
# Who is in an episode: a movement of the group on a day; value: of the windows that end that day, null where none is true.
MEMBER = pa.schema(
    [(n, pa.string()) for n in ("group_key", "line_id", "substance_id")] + [("day", pa.date32()), ("value", pa.float64())]
)
EPISODE = pa.schema([("flag_id", pa.string()), ("rule_id", pa.string()), *MEMBER])
CARGOES = pa.schema([("cargo", pa.uint64()), ("day", pa.date32())])


class CountedLines(Struct, frozen=True):
    """COUNTED_LINES of all lines of a run, and of which rows it is asked what was counted before (a boolean a row)."""

    lines: pa.Table
    asked: pa.Array


class TradeCounts(Struct, frozen=True):
    """What lines come to by day: PARTY_COUNTS, LANE_COUNTS, and which cargoes (CARGOES) are in them."""

    parties: pa.Table
    lanes: pa.Table
    cargoes: pa.Table


NO_COUNTED_LINES = CountedLines(COUNTED_LINES.empty_table(), pa.array([], pa.bool_()))
NO_COUNTS = TradeCounts(PARTY_COUNTS.empty_table(), LANE_COUNTS.empty_table(), CARGOES.empty_table())


class HistoryRequest(Struct, frozen=True):
    """What windows need.

    Attributes:
        movements: MOVEMENT rows of this run, one a line and substance: all messages, cancellations among them.
        queries: different ones, each answered by a table of its own.
        counted_lines: of all lines of the run.
    """

    movements: pa.Table
    queries: tuple[HistoryQuery, ...]
    counted_lines: CountedLines = NO_COUNTED_LINES


class QueryAnswer(Struct, frozen=True):
    """What is recorded that bears on a run: the answer to one `HistoryQuery`.

    Attributes:
        movements: recorded movements that still count; the columns asked for. Without those that this run amends or cancels.
        known: movement_key, line_id: lines of this run that are recorded already; they are sent again.
        versions: what was decided of the lines of this run and those recorded of their bills.
        since: earliest date of any recorded movement; None: nothing is recorded.
    """

    movements: pa.Table
    known: pa.Table
    versions: VersionsResult
    since: date | None


class History(Struct, frozen=True):
    """The answers to a `HistoryRequest`: as `QueryAnswer`, with a table of movements for each `HistoryQuery`.

    movements: reads one; each is asked for once, when the one before is done with, so that only one of them need be held. counts: of the parties and codes that the
    counted lines ask for, at least; and the cargoes of the run that are counted already. episodes: gives MEMBER of the recorded episodes of a
    rule in some groups; None: nobody remembers any.
    """

    movements: Callable[[HistoryQuery], pa.Table]
    known: pa.Table
    versions: VersionsResult
    since: date | None
    counts: TradeCounts = NO_COUNTS
    episodes: Callable[[str, pa.Array], pa.Table] | None = None


JUDGED_LINES = pa.schema([(n, pa.string()) for n in ("line_id", "movement_key", "shipment_id")])
Undecided = Callable[[Collection[tuple[str, str]]], Collection[tuple[str, str]]]


class NotEvaluable(Struct, frozen=True):
    """What a run could not judge: no flag is resolved on doubt about its own line, and any other is.

    Attributes:
        rules: ids of the rules with a row that could not be judged.
        undecided: of pairs (rule, line) those that rules of scope line and shipment could not judge; None: all of `rules`.
        over_time: RULE_LINE of the rules of scope history, of lines that bear an open flag.
    """

    rules: frozenset[str] = frozenset()
    undecided: Undecided | None = None
    over_time: pa.Table = field(default_factory=RULE_LINE.empty_table)

    def among(self, pairs: Collection[tuple[str, str]], scopes: Mapping[str, str]) -> frozenset[tuple[str, str]]:
        """Those of some pairs (rule, line) that could not be judged.

        Args:
            pairs: rule and line of flags.
            scopes: of the rules.
        """
        asked = [pair for pair in pairs if pair[0] in self.rules]
        if self.undecided is None:
            return frozenset(asked)
        over_time = set(tuples_of(self.over_time))
        others = [pair for pair in asked if scopes.get(pair[0]) != "history"]
        return frozenset(p for p in asked if p in over_time) | frozenset(self.undecided(others) if others else ())


class JudgeResult(Struct, frozen=True):
    """What a run has judged, so that what it no longer flags can be told from what it never looked at.

    Attributes:
        lines: line_id, movement_key, shipment_id of every line that was screened.
        scopes: rule id -> line, shipment or history, of the rules that were applied.
        not_evaluable: what could not be judged.
        obsolete: KNOWN: recorded lines that stand no longer.
        amends: line of the run -> the line that it amends.
        rejudged: as `lines`: recorded lines of windows that were judged anew.
        growing: rule ids whose windows are one episode while they overlap.
        episodes: EPISODE of the flags of those rules.
        lists: the watchlists that names were compared with; None: all.
        tiers: those of the substances that were looked for; None: all.
        escalating: rule ids whose flags say that a message is graver than the first about the same cargo.
    """

    lines: pa.Table
    scopes: Mapping[str, str]
    not_evaluable: NotEvaluable = field(default_factory=NotEvaluable)
    obsolete: pa.Table = field(default_factory=KNOWN.empty_table)
    amends: Mapping[str, str] = field(default_factory=dict)
    rejudged: pa.Table = field(default_factory=JUDGED_LINES.empty_table)
    growing: frozenset[str] = frozenset()
    episodes: pa.Table = field(default_factory=EPISODE.empty_table)
    lists: frozenset[str] | None = None
    tiers: frozenset[str] | None = None
    escalating: frozenset[str] = frozenset()


class FlagComparison(Struct, frozen=True):
    """The flags of a run against what is recorded.

    Attributes:
        flags: FLAG: those of the run in their order, `state` new, existing, escalated or suppressed.
        carried: FLAG: of earlier runs on lines sent again, by history rules, which judge new lines only; existing or suppressed.
        resolved: FLAG: open until now, judged again and no longer raised, or on a cancelled movement; reported once.
        suppressed: SUPPRESSED: the clearances that hold, by officer.
        episodes: EPISODE of `flags`.
        joined: id of a recorded flag -> the one of `flags` that it becomes a part of in this run.
        aliases: the same of this run and of earlier ones.
    """

    flags: pa.Table
    carried: pa.Table
    resolved: pa.Table
    suppressed: pa.Table
    episodes: pa.Table = field(default_factory=EPISODE.empty_table)
    joined: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


class HistoryStore(Protocol):
    """Whatever remembers: asked twice a run, first for what moved, then for what was flagged."""

    def look_back(self, request: HistoryRequest) -> History:
        """What is recorded that bears on the run."""

    def with_open_serious_flag(self, movement_keys: pa.Array) -> frozenset[str]:
        """Those of some recorded movements that bear an open flag of high or critical."""

    def with_recorded_flag(self, lines: Callable[[], pa.Table]) -> pa.Array:
        """Those line ids of some lines of which, or of whose movement, a flag is recorded, whatever its state. lines: gives line_id, movement_key."""

    def recall(self, line_ids: Iterable[str]) -> pa.Table:
        """MOVEMENT of some lines of earlier runs: a report shows them beside its own."""

    def compare_flags(self, flags: pa.Table, judged: JudgeResult) -> FlagComparison:
        """The flags with their states, and what is no longer raised."""

    def reported_bands(self, flags: pa.Table) -> Mapping[str, str]:
        """Shipment of some open flags -> the highest band in which an earlier run told of it, empty where that is not known.

        A shipment with a flag that is new again (cleared or resolved in between) is not among them: it has to be looked at anew.
        """


def columns_of(needed: Iterable[str]) -> tuple[str, ...]:
    """The columns of MOVEMENT among some, in the order of the schema."""
    wanted = set(needed)
    return tuple(name for name in MOVEMENT.names if name in wanted)
