"""A shipment in words: who sends what to whom, one question, why it stands where it stands, and its flags by subject.

Records of a report in, frozen data out; every form of the report that shows a shipment shows it by these words (docs/style.md).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from precursor_screen.core.arrow import rows_with
from precursor_screen.core.grouped import grouped
from precursor_screen.core.issues import ISSUE_CODES
from precursor_screen.core.model import LEVELS, Rule
from precursor_screen.core.report import Report, records
from precursor_screen.core.schema import DATES
from precursor_screen.core.words import capital, clip, first_and_more, in_words, kilograms, number, uncapital

Row = Mapping[str, Any]
FAMILY_WORDS = {
    "chemical": "Goods",
    "cover": "What the goods are said to be",
    "quantity": "Quantity",
    "party": "Parties",
    "routing": "Route",
    "document": "Papers",
    "packaging": "Packing",
    "timing": "Timing",
}
_OF_SUBSTANCE = ("chemical", "quantity")
_AT_ONCE = 10_000  # shipments
_SIGNS = 2  # that a question names
SAMPLED = (
    "nothing is flagged, drawn by chance",
    "Look at papers and goods as if it were flagged: what is found here measures what screening misses.",
)
_NO_ACTION = "None"  # begins what to do where there is nothing to do


class Subject(Struct, frozen=True):
    """Flags about one thing, worst first: the goods, a quantity, a party, the route ...; title: what it is."""

    title: str
    flags: tuple[Row, ...]


class Shipment(Struct, frozen=True):
    """A shipment in words. Texts are empty where nothing is filed.

    Attributes:
        band: none, low, review, hold, or unscreenable.
        state: new, known if an earlier run told of every flag, or sample: without a flag, drawn by chance.
        sender, receiver: name and country.
        route: countries, mode and places, as "DE to MX by sea".
        goods: the substance and how it was filed, else the description.
        mass_kg: of the substance, else net, over the lines that are cited; None: unknown.
        value: with its currency; several currencies are told one by one.
        day: the first day that a line is filed with, ISO 8601.
        references: (kind, numbers): bills, containers, declarations, permits, notifications.
        question: one sentence, and what to ask.
        why: what stands behind the score, in few words.
        parts: of the score, each with part, points and because.
        subjects: the open flags.
        clears: what would answer the question, worst flag first.
        innocent: usual innocent explanations.
        lines: PARTICULARS of the cited lines, in the order of the files.
        case: which shipments of one splitting it stands with; empty: none.
        is_folded: whether the first of its case stands for it.
    """

    shipment_id: str
    score: int
    band: str
    state: str
    sender: str
    receiver: str
    route: str
    goods: str
    mass_kg: Decimal | None
    value: str
    day: str
    references: tuple[tuple[str, tuple[str, ...]], ...]
    question: str
    why: str
    parts: tuple[Row, ...]
    subjects: tuple[Subject, ...]
    clears: tuple[str, ...]
    innocent: tuple[str, ...]
    lines: tuple[Row, ...]
    substances: tuple[str, ...]
    incomplete: bool
    case: str
    is_folded: bool

    @property
    def flags(self) -> tuple[Row, ...]:
        """All open flags, subject by subject."""
        return tuple(flag for subject in self.subjects for flag in subject.flags)

    @property
    def mass(self) -> str:
        """The mass for people; empty: unknown."""
        return kilograms(self.mass_kg) if self.mass_kg is not None else ""

    @property
    def parties(self) -> str:
        """Who to whom."""
        return " → ".join(p for p in (self.sender or "sender unknown", self.receiver or "receiver unknown"))


def shipments_in_words(report: Report, shown: pa.Table) -> Iterator[Shipment]:
    """Some shipments of a report, in their order, some thousands at a time.

    Args:
        report: that holds them.
        shown: SHIPMENT rows.
    """
    for start in range(0, shown.num_rows, _AT_ONCE):
        yield from _in_words(report, shown.slice(start, _AT_ONCE))


def _in_words(report: Report, shown: pa.Table) -> Iterator[Shipment]:
    ids = pc.unique(shown.column("shipment_id"))
    particulars = records(rows_with(report.particulars, "shipment_id", ids))
    flags, lines = (grouped((row["shipment_id"], row) for row in rows) for rows in (_open_flags(report, ids), particulars))
    cited = pa.array([line["line_id"] for some in lines.values() for line in some], pa.string())
    of_lines = records(rows_with(report.goods, "line_id", cited))
    goods = grouped((row["line_id"], row) for row in of_lines)
    gaps: dict[str, str] = {}
    sampled = frozenset(report.sampled)
    for issue in records(rows_with(report.issues, "line_id", cited)):
        gaps.setdefault(issue["line_id"], issue["code"])
    cases = Counter(report.shipments.column("case_id").drop_null().to_pylist())
    opened = frozenset(report.opened.column("shipment_id").to_pylist()) if cases else frozenset()
    for row in records(shown):
        key, case = row["shipment_id"], cases[row["case_id"]]
        folded = case > 0 and key not in opened
        yield describe(
            row,
            flags.get(key, []),
            lines.get(key, []),
            goods,
            gaps,
            report.rules,
            case=case,
            folded=folded,
            sampled=key in sampled,
        )


def _open_flags(report: Report, ids: pa.Array) -> Iterator[Row]:
    for flag in records(rows_with(report.open_flags, "shipment_id", ids)):
        flag["evidence"] = json.loads(flag["evidence"])
        yield flag


def describe(
    shipment: Row,
    flags: Sequence[Row],
    lines: Sequence[Row],
    goods: Mapping[str, Sequence[Row]],
    gaps: Mapping[str, str],
    rules: Mapping[str, Rule],
    *,
    case: int = 0,
    folded: bool = False,
    sampled: bool = False,
) -> Shipment:
    """One shipment in words.

    Args:
        shipment: SHIPMENT row.
        flags: its open flags, evidence parsed.
        lines: PARTICULARS of its lines that are cited.
        goods: GOODS by line.
        gaps: code of the issue by line, where a line could not be screened.
        rules: by id.
        case: how many shipments its case has.
        folded: whether the first of its case stands for it.
        sampled: whether it was drawn by chance.
    """
    ranked = sorted(flags, key=lambda f: (-LEVELS.index(f["level"]), -f["weight"]))
    mine = [row for line in lines for row in goods.get(line["line_id"], ())]
    flagged = {f["substance_id"] for f in flags if f["substance_id"]}
    names = {row["substance_id"]: row["substance_name"] for row in mine}
    weighty = [f["substance_id"] for f in ranked if f["substance_id"] in names]
    main = _main_substance(shipment["parts"], names, weighty)
    beside = bool(main) and all(g["number_alone"] for g in mine if g["substance_id"] == main)
    mass = _mass("" if beside else main, mine, lines)
    said = _distinct(line["description"] for line in lines)
    codes = _distinct(f"HS code {line['hs_code']}" for line in lines if line["hs_code"])
    what = _goods(names.get(main, ""), said) or (codes[0] if codes else "")
    sender, receiver = _trader(lines, "sender"), _trader(lines, "receiver")
    signs = _signs(ranked, rules)
    gap, remedy = SAMPLED if sampled else _gap_of(lines, gaps)
    shown = signs[:_SIGNS] or [gap or "could not be screened in full"]
    ask = next(iter(_actions(_weighing(ranked), rules)), remedy)
    parts = tuple({**p, "because": in_words(p["because"])} for p in shipment["parts"])
    return Shipment(
        shipment_id=shipment["shipment_id"],
        score=shipment["score"],
        band=shipment["band"] or "unscreenable",
        state="sample" if sampled else _state(flags),
        sender=sender,
        receiver=receiver,
        route=_route(lines),
        goods=what,
        mass_kg=mass,
        value=_value(lines),
        day=min((str(line[name]) for line in lines for name in DATES if line[name]), default=""),
        references=_references(lines),
        question=_question(_named_goods(names.get(main, ""), said, codes, beside=beside), mass, sender, receiver, shown, ask),
        why="; ".join(signs) or gap,
        parts=parts,
        subjects=fold(ranked, names),
        clears=_actions(ranked, rules),
        innocent=_distinct(text for f in ranked for text in rules[f["rule_id"]].falsepositives),
        lines=tuple(lines),
        substances=tuple(names[i] for i in dict.fromkeys(weighty) if i in flagged),
        incomplete=shipment["incomplete"],
        case=_case(shipment, case),
        is_folded=folded,
    )


def _state(flags: Sequence[Row]) -> str:
    """New, escalated or known: what is graver than it was told stands before what is new beside it."""
    states = {f["state"] for f in flags}
    return "escalated" if "escalated" in states else "new" if not flags or "new" in states else "known"


def _case(shipment: Row, count: int) -> str:
    if count < 2:
        return ""
    if shipment["case_id"] != shipment["shipment_id"]:
        return f"one splitting with {clip(shipment['case_id'])}"
    return f"with {count - 1:,} more shipment{'s' if count > 2 else ''} of one splitting"


def _main_substance(parts: Sequence[Row], names: Mapping[str, str], weighty: Sequence[str]) -> str:
    """The substance that the score rests on, else the one with the worst flag."""
    said = next((p["because"] for p in parts if p["part"] == "licit use"), "")
    rests = [i for i in names if said.startswith((f"{names[i]}: ", f"{names[i]}, in doses"))]
    return max(rests, key=lambda i: len(names[i]), default=next(iter(weighty), ""))


def _mass(main: str, goods: Sequence[Row], lines: Sequence[Row]) -> Decimal | None:
    known = [m for g in goods if g["substance_id"] == main and (m := g["substance_mass_kg"] or g["largest_mass_kg"])]
    known = known or [m for line in lines if (m := line["net_mass_kg"] or line["gross_mass_kg"])]
    return sum(known, Decimal(0)) if known else None


def _goods(name: str, said: Sequence[str]) -> str:
    """The substance, and what the papers call it where that is something else."""
    filed = clip(said[0]) if said else ""
    more = f" and {len(said) - 1} more" if len(said) > 1 else ""
    if not name:
        return filed + more
    named = any(name.casefold() in text.casefold() for text in said)
    return name if named or not filed else f"{name}, filed as “{filed}”{more}"


def _trader(lines: Sequence[Row], side: str) -> str:
    """Name and country of who sends or receives; of several the first and how many more."""
    return first_and_more(_distinct(_named(line, side) for line in lines), 1)


# Lines in which nothing is recognised have no traders worked out: there the columns themselves say it.
_COLUMNS_OF = {"sender": ("sender", "consignor", "exporter"), "receiver": ("receiver", "consignee", "importer", "notify_party")}


def _named(line: Row, side: str) -> str:
    role = next((role for role in _COLUMNS_OF[side] if line[f"{role}_name"]), "")
    country = line[f"{role}_country"] if role else ""
    return f"{clip(line[f'{role}_name'])}{f' ({country})' if country else ''}" if role else ""


def _route(lines: Sequence[Row]) -> str:
    found = []
    for line in lines:
        ends = [_end(line, "country_of_dispatch") or line["port_of_loading"] or line["sender_country"]]
        ends.append(_end(line, "country_of_destination") or line["port_of_discharge"] or line["receiver_country"])
        ways = [c for c in line["transit_countries"] or () if c not in ends]
        text = " → ".join(clip(e, 40) for e in (ends[0], *ways, ends[1]) if e)
        mode = line["transport_mode"]
        found.append(f"{text} by {clip(mode, 20)}" if text and mode else text or (clip(mode, 20) if mode else ""))
    return first_and_more(_distinct(found), 1)


def _end(line: Row, country: str) -> str:
    """A country, with the port where it follows from that alone."""
    by = next((text for text in line["countries_by_port"] or () if text.startswith(f"{country} from ")), "")
    return f"{line[country]} (port {by.split(maxsplit=3)[3]})" if by else line[country] or ""


def _value(lines: Sequence[Row]) -> str:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line["value"] is not None:
            sums[clip(line["currency"] or "", 10)] += line["value"]
    return ", ".join(f"{currency} {number(amount)}".strip() for currency, amount in sorted(sums.items()))


_REFERENCES = (
    ("bill", "bill_of_lading"),
    ("house bill", "house_bill_of_lading"),
    ("master bill", "master_bill_of_lading"),
    ("declaration", "declaration_id"),
    ("container", "container_numbers"),
    ("permit", "permit_reference"),
    ("notification", "pen_reference"),
    ("vessel", "vessel"),
)


def _references(lines: Sequence[Row]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    filed = {kind: [line[column] for line in lines if line[column]] for kind, column in _REFERENCES}
    found = ((kind, _distinct(n for v in some for n in ([v] if isinstance(v, str) else v))) for kind, some in filed.items())
    return tuple((kind, numbers) for kind, numbers in found if numbers)


def _signs(ranked: Sequence[Row], rules: Mapping[str, Rule]) -> list[str]:
    """What the strongest flags say, as clauses; what merely names the goods only where there is nothing else."""
    return [uncapital(title) for title in _distinct(rules[f["rule_id"]].title for f in _weighing(ranked))[: _SIGNS + 1]]


def _weighing(ranked: Sequence[Row]) -> Sequence[Row]:
    return [f for f in ranked if f["weight"]] or ranked


def _actions(flags: Sequence[Row], rules: Mapping[str, Rule]) -> tuple[str, ...]:
    return _distinct(a for f in flags if (a := rules[f["rule_id"]].action) and not a.startswith(_NO_ACTION))


def _gap_of(lines: Sequence[Row], gaps: Mapping[str, str]) -> tuple[str, str]:
    code = next((gaps[line["line_id"]] for line in lines if line["line_id"] in gaps), None)
    return (uncapital(ISSUE_CODES[code].title), ISSUE_CODES[code].remedy) if code else ("", "")


def _named_goods(name: str, said: Sequence[str], codes: Sequence[str], *, beside: bool) -> str:
    """The goods in a sentence. beside: a number alone tells the substance, and the papers name other goods, whose mass it is."""
    if beside and said:
        return f"“{clip(said[0])}” with a number of {uncapital(name)}"
    if name:
        return uncapital(name)
    return f"“{clip(said[0])}”" if said else f"goods under {codes[0]}" if codes else "goods that nothing names"


def _question(goods: str, mass: Decimal | None, sender: str, receiver: str, signs: Sequence[str], ask: str) -> str:
    subject = f"{kilograms(mass)} of {goods}" if mass else goods
    subject += f" from {sender}" if sender else ""
    subject += f" to {receiver}" if receiver else ""
    return capital(f"{subject}: {'; '.join(signs)}. {ask}".strip())


def fold(ranked: Sequence[Row], names: Mapping[str, str]) -> tuple[Subject, ...]:
    """Flags by what they are about, worst subject first.

    Args:
        ranked: flags, worst first, evidence parsed.
        names: of substances, by id.
    """
    found = grouped((_title(flag, names), flag) for flag in ranked)
    return tuple(Subject(title, tuple(flags)) for title, flags in found.items())


def _title(flag: Row, names: Mapping[str, str]) -> str:
    family = FAMILY_WORDS.get(flag["family"], "Other")
    if flag["party_role"]:
        filed = next((e["as_written"] for e in flag["evidence"] if e["field"] == "party_name"), "")
        return f"{FAMILY_WORDS['party']}: {clip(filed)}" if filed else family
    name = names.get(flag["substance_id"] or "")
    return f"{family}: {uncapital(name)}" if name and flag["family"] in _OF_SUBSTANCE else family


def _distinct(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
