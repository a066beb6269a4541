"""What a comparison is made of, from its places: movements out of the ledger or manifests, documents out of the registers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.app.inputs import FaultKeeper, Source, find_sources
from precursor_screen.app.run_settings import NO_WATCHLIST, Settings
from precursor_screen.app.session import Session, open_session
from precursor_screen.cases.reconcile.law import Frame, OfficeLaw
from precursor_screen.core.errors import RegisterError
from precursor_screen.core.report import Report
from precursor_screen.core.schema import MOVEMENT
from precursor_screen.history.store import open_ledger
from precursor_screen.kernel.movements import count_once
from precursor_screen.kernel.papers.differences import Unjudged, unjudged
from precursor_screen.kernel.papers.documents import Document, read_documents, unread_directions
from precursor_screen.kernel.papers.movements import LineDetails, Movement, read_movements
from precursor_screen.kernel.papers.similar_names import cite, number_forms
from precursor_screen.reference.jurisdiction import laws_of
from precursor_screen.reference.permit_law import known_permit_law
from precursor_screen.reference.registers.reading import Skipped
from precursor_screen.reference.registers.store import Register, RegisterStore
from precursor_screen.reference.thresholds import ReplyPeriod, known_reply_periods
from precursor_screen.rulebook.registers import OF_LAW, Scope
from precursor_screen.text.text import plain

# What moved in a period, for who looks at more than one run: out of the ledger, or out of manifests that are screened for it.

Pick = Callable[[pa.Table], pa.Table]
Cite = Callable[[pa.Table, pa.Table], pa.Table]


class MovementTable(Struct, frozen=True):
    """What moved.

    Attributes:
        movements: MOVEMENT rows that stand, each with the mass that it counts with; only those with a substance have one.
        undated: how many rows carry no date, and are in no period.
        report: of the manifests; None: it came out of the ledger.
    """

    movements: pa.Table
    undated: int = 0
    report: Report | None = None


def _all(rows: pa.Table) -> pa.Table:
    return rows


def from_ledger(url: str, first: date, last: date, pick: Pick = _all) -> MovementTable:
    """What a ledger remembers of some days.

    Args:
        url: of the ledger.
        first, last: both are included.
        pick: takes MOVEMENT rows, gives those that are wanted: of a large ledger, before all are gathered.

    Raises:
        LedgerError: there is none, or it is damaged.
    """
    with open_ledger(url, create=False) as ledger:
        return MovementTable(ledger.movements_between(first, last, pick))


def from_manifests(
    session: Session, sources: tuple[Source, ...], first: date, last: date, pick: Pick = _all, cite: Cite | None = None
) -> MovementTable:
    """What some manifests tell of some days, screened together; no ledger takes part.

    Args:
        session: the settings.
        sources: the manifests.
        first, last: both are included.
        pick: takes MOVEMENT rows, gives those that are wanted.
        cite: gives these with what else their lines say.

    Raises:
        InputError: no input could be read at all.
    """
    result = session.run(sources, remember=False)
    live = pick(result.screened.movements.live.select(MOVEMENT.names))
    if cite is not None:
        live = cite(live, result.screened.resolved.lines)
    days = live.column("as_of_date")
    inside = pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last))
    return MovementTable(live.filter(inside), int(days.null_count), result.report)


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class MovementList(Struct, frozen=True):
    """Movements of substances.

    Attributes:
        movements: in the order of their rank.
        unjudged: lines without a day, and what was set aside while manifests were read.
        source: for the provenance.
    """

    movements: tuple[Movement, ...]
    unjudged: tuple[Unjudged, ...]
    source: dict[str, Any]

    def span(self, first: date | None, last: date | None) -> tuple[date, date]:
        """The days asked for; where none are, those from the first movement to the last."""
        days = [m.day for m in self.movements]
        return (first or min(days, default=FIRST_DAY), last or max(days, default=LAST_DAY))

    @property
    def of_one_day(self) -> list[str]:
        """That all lines have one day, as a notice; empty: they have several, or are too few to tell. It may be that of printing."""
        lines, days = {m.line_id for m in self.movements}, {m.day for m in self.movements}
        if len(lines) < _MANY_LINES or len(days) > 1:
            return []
        return [
            f"all {len(lines):,} lines have one day, {min(days)}: if it is that of the file and not of the goods, name their column of days"
        ]


_MANY_LINES = 10  # that would rarely all move on one day (own proposal)


def _of_substances(rows: pa.Table) -> pa.Table:
    return rows.filter(pc.is_valid(rows.column("substance_id")))


def gather_ledger(url: str, first: date | None = None, last: date | None = None) -> MovementList:
    """Movements that a ledger remembers.

    Raises:
        LedgerError: there is none, or it is damaged.
    """
    table = from_ledger(url, first or FIRST_DAY, last or LAST_DAY, _of_substances)
    return _movement_list(table, {"ledger": url.rsplit("@", 1)[-1].rsplit("/", 1)[-1]})


def gather_manifests(
    settings: Settings,
    named: tuple[str, ...],
    first: date | None = None,
    last: date | None = None,
    stdin: bytes | None = None,
    keep_fault: FaultKeeper | None = None,
    numbers: Mapping[str, frozenset[str]] | None = None,
) -> MovementList:
    """Movements that manifests tell of; parties are not screened, and no register takes part in that.

    Args:
        settings: of the comparison.
        named: the manifests.
        first, last: days, both included.
        stdin: what `-` stands for.
        keep_fault: see `open_session`.
        numbers: of papers, to be found in texts (`cited.numbers_of`).

    Raises:
        InputError: no input could be read at all.
        UsageError: an input does not exist.
    """
    known = tuple(sorted((numbers or {}).items()))
    plain = replace(settings, watchlists=(NO_WATCHLIST,), registers=False, ledger="", read=replace(settings.read, papers=known))
    session = open_session(plain, keep_fault=keep_fault)
    details: dict[str, LineDetails] = {}

    def keep_details(live: pa.Table, lines: pa.Table) -> pa.Table:
        details.update(read_line_details(lines))
        return cite(live, lines, numbers) if numbers else live

    table = from_manifests(
        session, find_sources(named, stdin), first or FIRST_DAY, last or LAST_DAY, _of_substances, keep_details
    )
    assert table.report is not None
    inputs = [{k: i[k] for k in ("name", "sha256", "lines")} for i in table.report.provenance["inputs"]]
    return _movement_list(table, {"manifests": inputs}, details)


def _movement_list(
    table: MovementTable, source: dict[str, Any], details: Mapping[str, LineDetails] = MappingProxyType({})
) -> MovementList:
    not_judged: list[Unjudged] = []
    if table.undated:
        not_judged.append(Unjudged("no-date", "", table.undated, (), "movements without a day: they are in no period"))
    if table.report is not None:
        not_judged += unseen(table.report.coverage)
    return MovementList(read_movements(count_once(table.movements), details), tuple(not_judged), source)


# What screening could not see that leaves movements, or what is compared of them, out. Registers, lists and thresholds have no part in it.
_OF_MOVEMENTS = frozenset(
    ("no-jurisdiction", "no-descriptions", "no-direction", "no-sender", "no-receiver", "no-sender-country", "no-receiver-country")
)


def unseen(coverage: Mapping[str, Any]) -> list[Unjudged]:
    """What the screening of manifests set aside, could not screen or could not see, as `screen` tells it."""
    found = []
    for kind, message in (
        ("set_aside", "lines or files of the manifests were set aside ({code}): they are in no figure"),
        ("unscreenable", "lines could not be screened ({code}): what they hold is in no figure. {title}. {remedy}"),
        ("degraded", "lines could be screened in part ({code}): what is wrong may be missing from figures. {title}. {remedy}"),
    ):
        for entry in (e for e in coverage.get(kind, ()) if e["code"] != "no-watchlist"):
            places = tuple(f"{e['source_file']}:{e['source_row']}" for e in entry.get("examples", ()) if e.get("source_file"))
            found.append(Unjudged(kind.replace("_", "-"), "", entry["count"], places, message.format(**entry)))
    blind_spots = [s for s in coverage.get("blind_spots", ()) if s["code"] in _OF_MOVEMENTS]
    return [
        *found,
        *(Unjudged(s["code"], "", s["shipments"], (), f"{s['message']} (shipments). {s['remedy']}") for s in blind_spots),
    ]


class Registers(Struct, frozen=True):
    """The registers that were imported: documents by register; rows that their import set aside; for the provenance, day and digest.

    set_aside_numbers: by register the numbers of rows that were set aside, in all their forms. scopes: what they say of themselves.
    """

    documents: dict[str, tuple[Document, ...]]
    unjudged: tuple[Unjudged, ...]
    source: list[dict[str, Any]]
    set_aside_numbers: dict[str, frozenset[str]] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)


def gather_registers(store: RegisterStore, jurisdiction: str, notification_days: int) -> Registers:
    """All registers that were imported.

    Args:
        store: of the home; voluntary notifications are not compared, for nobody has to send one.
        jurisdiction: whose period of reply counts.
        notification_days: how long a notification counts.

    Raises:
        RegisterError: one is damaged, or none was imported.
    """
    opened = tuple(r for r in store.open_all() if r.record.register in OF_LAW)
    if not opened:
        raise RegisterError(
            "no register is imported, so there is nothing to compare with",
            remedy="Import one: precursor-screen registers import permits FILE",
        )
    periods = known_reply_periods()
    declared = known_permit_law().declares(jurisdiction)
    documents = {
        r.record.register: read_documents(r.record.register, r.table, jurisdiction, periods, notification_days, declared)
        for r in opened
    }
    not_judged = [u for r in opened for u in _of_import(r)] + _of_period(jurisdiction, periods, documents)
    return Registers(
        documents,
        tuple(not_judged),
        [{k: getattr(r.record, k) for k in ("register", "file", "sha256", "day", "rows")} for r in opened],
        {r.record.register: find_set_aside_numbers(r.record.skipped) for r in opened},
        {r.record.register: r.record.scope for r in opened},
    )


def make_frame(jurisdiction: str, first: date, last: date, **known: Any) -> Frame:
    """Within what movements and documents are compared, with the law that ships.

    Args:
        jurisdiction: whose law asks for papers.
        first, last: of the period.
        known: other attributes of `Frame`.
    """
    return Frame(first, last, OfficeLaw(jurisdiction), **known)


def find_set_aside_numbers(skipped: Iterable[Skipped]) -> frozenset[str]:
    """Numbers of the documents of rows that were set aside, in all their forms."""
    return frozenset(form for s in skipped for form in number_forms(s.reference))


def _of_import(register: Register) -> list[Unjudged]:
    name, skipped = register.record.register, register.record.skipped
    rows = [f"row {s.row}: {s.reason}" for s in skipped]
    return [
        *unjudged(
            "row-set-aside",
            name,
            rows,
            f"rows of {register.record.file} that its import set aside: nothing is compared with them",
        ),
        *unjudged(
            "no-direction", name, unread_directions(name, register.table), "permits whose direction is neither import nor export"
        ),
    ]


def _of_period(jurisdiction: str, periods: Sequence[ReplyPeriod], documents: Mapping[str, Sequence[Document]]) -> list[Unjudged]:
    recalled = [p for p in periods if p.jurisdiction in laws_of(jurisdiction) and not p.verified]
    used = [d.reference for some in documents.values() for d in some if d.reply_ends and recalled]
    return unjudged(
        "reply-period-recalled",
        "pre-export-notifications",
        used,
        "notifications judged by a period of reply that was recalled, not read",
    )


# Of the lines of manifests what movements keep nothing of, and what of it contradicts the line.

_FIELDS: Final = ("line_id", "dispatch_date", "arrival_date", "place_of_delivery", "country_of_destination")
# A place of delivery is in a country where so many lines have it there, and none has it in another but the line that is looked at (own
# proposal): no table of towns is needed, and none tells which Cartagena is meant.
_LINES: Final = 2


def read_line_details(lines: pa.Table) -> dict[str, LineDetails]:
    """By line_id, of lines that state any of it.

    Args:
        lines: LINE columns of all lines, also of those without a substance.
    """
    rows = lines.select([n for n in _FIELDS if n in lines.column_names]).to_pylist()
    countries: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.get("place_of_delivery") and row.get("country_of_destination"):
            countries[plain(row["place_of_delivery"])][row["country_of_destination"]] += 1
    found = {}
    for row in rows:
        place, country = row.get("place_of_delivery") or "", row.get("country_of_destination")
        made = LineDetails(
            row.get("dispatch_date"), row.get("arrival_date"), place, _other_country(countries.get(plain(place), {}), country)
        )
        if made != LineDetails():
            found[row["line_id"]] = made
    return found


def _other_country(countries: Mapping[str, int], own: str | None) -> str:
    """The country that a place is in by the other lines; empty: they do not tell, or it is the line's own."""
    others = {country: count for country, count in countries.items() if country != own}
    if own is None or len(others) != 1 or countries.get(own, 0) > 1:
        return ""
    ((country, count),) = others.items()
    return country if count >= _LINES else ""
