"""A shipment as a case: the evidence of its flags with the matched letters marked, parties beside the entries of lists, its windows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from precursor_screen.core.model import STATE_WORDS, Rule, WatchlistEntry
from precursor_screen.core.words import capital
from precursor_screen.matching.party.explain import explain_party
from precursor_screen.reporting.pages import Consignment, quantity_bar, timeline
from precursor_screen.reporting.shipment import Row, Shipment, Subject

MOST_CHARACTERS = 2_000  # of a text as filed; the JSON report has all of it
MOST_LINES = 20  # of a shipment, as filed, and of a window
_AROUND = 600  # characters shown before a match within a longer text
_BORN = re.compile(r"\b(?:DOB|POB|[Bb]orn)\b:? ([^;.]+)")
# What the panel of a party, or the note beside a marked text, tells already.
_TOLD = frozenset(
    {
        *("party_role", "party_name", "list_id", "entry_id", "entry_name", "matched_entry_name", "list_date", "programmes"),
        *("matched_text", "matched_name", "matched_field", "match_method", "match_score"),
    }
)


class Filed(Struct, frozen=True):
    """What a report holds of lines and lists: PARTICULARS, cells and GOODS by line; entries and days of lists."""

    lines: Mapping[str, Row]
    cells: Mapping[str, Mapping[str, str]]
    goods: Mapping[str, Sequence[Row]]
    entries: Mapping[tuple[str, str], WatchlistEntry]
    list_dates: Mapping[str, str]
    rules: Mapping[str, Rule]


class Fragment(Struct, frozen=True):
    """A piece of a text as filed; marked: it is what matched."""

    text: str
    marked: bool = False


class Evidence(Struct, frozen=True):
    """A field in words, what stands there, and how it was compared."""

    label: str
    fragments: tuple[Fragment, ...]
    note: str = ""


class Panel(Struct, frozen=True):
    """A party beside an entry of a list.

    Attributes:
        place: list, entry and the day of the list.
        words: (as filed, as listed, likeness 0 to 100); empty where a word has no counterpart.
        rows: (what, as filed, as listed, whether it agrees: yes, no, compare; empty: one of them is not known).
        verdict: what agrees besides the name.
    """

    place: str
    words: tuple[tuple[str, str, float], ...]
    rows: tuple[tuple[str, str, str, str], ...]
    verdict: str


class ShownFlag(Struct, frozen=True):
    """A flag as a case shows it. state: known, escalated; empty: it is new."""

    flag_id: str
    rule_id: str
    level: str
    state: str
    sentence: str
    place: str
    evidence: tuple[Evidence, ...]
    figure: str
    others: tuple[Row, ...]
    others_more: int


class ShownSubject(Struct, frozen=True):
    """Flags about one thing, with the panels of a party and the figure of a quantity."""

    title: str
    flags: tuple[ShownFlag, ...]
    panels: tuple[Panel, ...]
    figure: str


def show_subjects(shipment: Shipment, filed: Filed) -> tuple[ShownSubject, ...]:
    """The subjects of a shipment with their evidence."""
    return tuple(_subject(subject, filed) for subject in shipment.subjects)


def lines_as_filed(shipment: Shipment, filed: Filed) -> tuple[list[tuple[str, dict[str, str]]], int]:
    """(place, header: cell) of the shipment's cited lines, and how many more there are."""
    shown, more_lines = shipment.lines[:MOST_LINES], shipment.lines[MOST_LINES:]
    cells = [{k: shorten(v) for k, v in filed.cells.get(line["line_id"], {}).items()} for line in shown]
    return list(zip(map(place_of, shown), cells, strict=True)), len(more_lines)


def place_of(row: Row) -> str:
    """Where a line stands."""
    return f"{row['source_file']}, row {row['source_row']}"


def _subject(subject: Subject, filed: Filed) -> ShownSubject:
    entries: dict[tuple[str, str], Row] = {}
    for flag in sorted(subject.flags, key=lambda f: -(f["score"] or 0)):
        if flag["list_id"]:
            entries.setdefault((flag["list_id"], flag["entry_id"]), flag)
    panels = tuple(_panel(flag, filed) for flag in entries.values())
    drawn: set[str] = set()
    flags = tuple(_flag(flag, filed, drawn) for flag in subject.flags)
    figure = next((f for flag in subject.flags if (f := _quantity(flag))), "") if subject.flags[0]["family"] == "quantity" else ""
    return ShownSubject(subject.title, flags, panels, figure)


def _flag(flag: Row, filed: Filed, drawn: set[str]) -> ShownFlag:
    rule = filed.rules[flag["rule_id"]]
    others = [filed.lines[i] for i in flag["window_line_ids"] if i in filed.lines]
    figure = ""
    if rule.scope == "history":
        figure = _window(flag, others, filed)
        figure = "" if figure in drawn else figure
        drawn.add(figure)
    return ShownFlag(
        flag_id=flag["flag_id"],
        rule_id=flag["rule_id"],
        level=flag["level"],
        state=STATE_WORDS.get(flag["state"], ""),
        sentence=capital(flag["because"]),
        place=place_of(flag),
        evidence=evidence_of(flag, filed),
        figure=figure,
        others=tuple({**line, "kg": _kg(line["line_id"], flag, filed)} for line in others[:MOST_LINES]),
        others_more=len(flag["window_line_ids"]) - len(others[:MOST_LINES]),
    )


def evidence_of(flag: Row, filed: Filed) -> tuple[Evidence, ...]:
    """What a flag rests on, with the matched letters marked where the text says them."""
    spans = {e["field"]: e for e in flag["evidence"] if "candidate" in e}
    whole = {e["field"]: e["as_written"] for e in flag["evidence"] if "candidate" not in e}
    shown = []
    for field, text in whole.items():
        if field not in spans and text and not (spans and field in _TOLD):
            shown.append(Evidence(label(field), (Fragment(label(text) if field.endswith("_role") else shorten(text)),)))
    for field, span in spans.items():
        text = whole.get(field) or _as_filed(flag["line_id"], field, filed)
        words = "compared as “{}” with “{}”, by {}, likeness {:.0f}".format(
            shorten(span["compared_as"] or ""), shorten(span["candidate"] or ""), label(span["method"] or ""), span["score"] or 0
        )
        shown.insert(0, Evidence(label(field), mark(text, span), words))
    return tuple(shown)


def mark(text: str, span: Row) -> tuple[Fragment, ...]:
    """A text with what matched marked; what matched by itself where the text says it in another way."""
    start, end, matched = span.get("start"), span.get("end"), span["as_written"] or ""
    if start is None or end is None or text[start:end] != matched:
        return (Fragment(shorten(matched), marked=True),)
    before, after = text[:start], text[end:]
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:]
    return tuple(p for p in (Fragment(before), Fragment(shorten(matched), marked=True), Fragment(shorten(after))) if p.text)


def _as_filed(line_id: str, field: str, filed: Filed) -> str:
    value = filed.lines.get(line_id, {}).get(field)
    return value if isinstance(value, str) else filed.cells.get(line_id, {}).get(field, "")


def _fact(flag: Row, field: str) -> str:
    return next((e["as_written"] or "" for e in flag["evidence"] if e["field"] == field and "candidate" not in e), "")


def _panel(flag: Row, filed: Filed) -> Panel:
    """The party of a flag beside the entry; what neither the line nor the list says stays empty."""
    key = (flag["list_id"], flag["entry_id"])
    entry = filed.entries.get(key)
    line = filed.lines.get(flag["line_id"], {})
    role = flag["party_role"]
    name, listed = _fact(flag, "party_name"), _fact(flag, "matched_entry_name")
    agreeing = _fact(flag, "corroboration")
    rows: list[tuple[str, str, str, str]] = []
    if entry is not None:
        born = "; ".join(_BORN.findall(entry.note))
        numbers = ", ".join(f"{kind.replace('_', ' ')} {value}" for kind, value in entry.identifiers)
        other = ", ".join(n.name for n in entry.names if n.name != listed)
        compared = (
            ("Country", str(line.get(f"{role}_country") or ""), ", ".join(entry.countries), "country"),
            ("Address", str(line.get(f"{role}_address") or ""), "; ".join(entry.addresses), "address"),
            ("Birth date", "", born, ""),
            ("Numbers", str(line.get(f"{role}_identifier") or ""), numbers, "identifier"),
        )
        for what, ours, theirs, field in compared:
            otherwise = "compare" if field == "address" else "no"
            agrees = "" if not ours or not theirs else "yes" if field in agreeing else otherwise
            if ours or theirs:
                rows.append((what, shorten(ours), shorten(theirs), agrees))
        about = (
            ("Kind", entry.kind),
            ("Other names", other),
            ("Programmes", ", ".join(entry.programmes)),
            ("Listed on", str(entry.listed or "")),
            ("Note", entry.note),
        )
        rows += [(what, "", shorten(text), "") for what, text in about if text]
    agreement = f"Besides the name there agrees: {agreeing}." if agreeing else ""
    alone = "Nothing but the name is known to agree: it may be a namesake. Compare address, birth date and numbers."
    day = filed.list_dates.get(flag["list_id"]) or _fact(flag, "list_date")
    place = f"{label(role)}, list {key[0]}, entry {key[1]}{f', list of {day}' if day else ''}"
    return Panel(place, _aligned(name, listed, entry), tuple(rows), agreement or alone)


def _aligned(name: str, listed: str, entry: WatchlistEntry | None) -> tuple[tuple[str, str, float], ...]:
    if not name or not listed or len(name) > MOST_CHARACTERS:
        return ((shorten(name), shorten(listed), 0.0),)
    found = explain_party(name, listed, entry_kind=entry.kind if entry else "organisation")
    pairs = [(p["name"], p["entry_name"], p["similarity"]) for p in found["aligned"]]
    pairs += [(word, "", 0.0) for word in found["unaligned"]["name"]]
    return (*pairs, *(("", word, 0.0) for word in found["unaligned"]["entry_name"]))


def _kg(line_id: str, flag: Row, filed: Filed) -> float | None:
    mine = [g["substance_mass_kg"] for g in filed.goods.get(line_id, ()) if g["substance_id"] == flag["substance_id"]]
    mass = next((m for m in mine if m is not None), None) if mine else filed.lines.get(line_id, {}).get("net_mass_kg")
    return float(mass) if mass is not None else None


def _window(flag: Row, others: Sequence[Row], filed: Filed) -> str:
    lines = [line for line in (filed.lines.get(flag["line_id"]), *others) if line and line["as_of_date"]]
    points = [
        Consignment(line["as_of_date"], _kg(line["line_id"], flag, filed), line["line_id"] == flag["line_id"]) for line in lines
    ]
    return timeline(points, _decimal(_fact(flag, "threshold_kg")))


def _quantity(flag: Row) -> str:
    kg, threshold = _decimal(_fact(flag, "substance_mass_kg")), _decimal(_fact(flag, "threshold_kg"))
    return quantity_bar(kg, threshold) if kg and threshold else ""


def _decimal(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_WORDS = {
    "as_of_date": "date",
    "cas_numbers": "CAS numbers",
    "correlation_value": "counted",
    "cus_codes": "CUS codes",
    "hs6": "HS subheading",
    "hs_code": "HS code",
    "own_hs6s": "its own HS subheadings",
    "own_un_numbers": "its own UN numbers",
    "pen_reference": "notification",
    "un_numbers": "UN numbers",
    "value_usd": "value in USD",
    "window_lines": "lines in the window",
}


def label(name: str) -> str:
    """A field in words: `substance_mass_kg` is "substance mass, kg"."""
    if name in _WORDS:
        return _WORDS[name]
    return re.sub(r" (kg|pct)$", lambda m: ", kg" if m[1] == "kg" else ", per cent", name.replace("_", " "))


def shorten(text: str, longest: int = MOST_CHARACTERS) -> str:
    """A text as filed, cut where it is very long; what is cut off is said."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text):,} characters; all of them are in the JSON report)"
