"""Screening the inputs of a bundle again, where they are at hand, and comparing what comes of it with what was sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, convert

from precursor_screen.cases.evidence.document import LAW_PACKS, Document, Row
from precursor_screen.core.report import Report

_COMPARED = (
    "rule_version",
    "level",
    "confidence",
    "because",
    "evidence",
    "substance_id",
    "party_role",
    "list_id",
    "entry_id",
    "score",
)
# Another version of a rule, or of the program, may say the same otherwise: that is for the notes. By the same ones it is another sentence.
_WORDING = {"rule version", "because"}
# Says where in history an episode stands, which a run without the ledger cannot know.
_OF_HISTORY = frozenset({"episode", "told", "escalated", "continues"})


class RerunResult(Struct, frozen=True):
    """What came of it.

    Attributes:
        same: flags raised again, with the same level and evidence.
        reworded: how many of them by another version of their rule, or in other words.
        differences: sentences on flags that were not, or not so.
        unknown: sentences on what could not be compared.
        notes: what is otherwise here than when the flags were raised: rules, lists, tables.
    """

    same: int
    reworded: int
    differences: tuple[str, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...]


class SealedPack(Struct, frozen=True):
    """A pack of law that a bundle's run judged by, as its document names it."""

    id: str
    edition: str
    day: str
    sha256: str

    def __str__(self) -> str:
        """For a person."""
        return f"the pack of law {self.id} ({self.edition}, of {self.day}, SHA-256 {self.sha256})"


def sealed_packs(document: Document) -> tuple[SealedPack, ...]:
    """The packs of law that the run of a bundle judged by.

    Raises:
        ValidationError: of msgspec: what the document holds there is something else.
    """
    return convert(document["reference"].get(LAW_PACKS, ()), tuple[SealedPack, ...])


def compare(document: Document, report: Report, missing: Sequence[str], lacking: Sequence[SealedPack] = ()) -> RerunResult:
    """The flags of a bundle beside those of a run over its inputs.

    Args:
        document: of the bundle.
        report: of the run, without a ledger.
        missing: names of inputs that were not found.
        lacking: packs of law of that run which the run here was without.
    """
    now = [*report.flag_records()]
    by_id = {f["flag_id"]: f for f in now}
    differences, unknown, same, reworded = [], [], 0, 0
    left_out = {o["path"] for o in document.get("left_out", ())}
    other_program = document["reference"]["tool_version"] != report.run["tool_version"]
    scopes = {rule_id: rule.scope for rule_id, rule in report.rules.items()}
    for number, flag in enumerate(document["flags"]):
        counterpart = by_id.get(flag["flag_id"]) or _counterpart(flag, now)
        of_history = scopes.get(flag["rule_id"], "history") == "history" or flag.get("episode") is not None
        named = f"{flag['rule_id']} at {flag['source_file']}, row {flag['source_row']} ({flag['flag_id'][:12]})"
        if counterpart is None:
            if of_history or missing or lacking:
                unknown.append(f"{named}: not raised by these inputs alone; {_why(missing, lacking)}")
            else:
                differences.append(f"{named}: not raised again")
            continue
        other = _otherwise(flag, counterpart, f"/flags/{number}", left_out)
        if not other or (set(other) <= _WORDING and (other_program or "rule version" in other)):
            same += 1
            reworded += bool(other)
        elif of_history or lacking:
            unknown.append(f"{named}: raised again, with other {', '.join(other)}; {_why((), lacking)}")
        else:
            differences.append(f"{named}: raised again, with other {', '.join(other)}")
    return RerunResult(same, reworded, tuple(differences), tuple(unknown), tuple(dict.fromkeys(_notes(document, report))))


def _why(missing: Sequence[str], lacking: Sequence[SealedPack]) -> str:
    if missing:
        return "an input was not found"
    return "a pack of law is not here" if lacking else "it rests on movements of other runs"


def _counterpart(flag: Row, now: Sequence[Row]) -> Row | None:
    """The flag of the same rule about the same thing on the same line: an episode keeps the id under which it began."""
    keys = ("rule_id", "line_id", "substance_id", "party_role", "list_id", "entry_id")
    return next((f for f in now if all(f[k] == flag[k] for k in keys)), None)


def _otherwise(flag: Row, counterpart: Row, path: str, left_out: set[str]) -> list[str]:
    found = []
    for name in _COMPARED:
        if f"{path}/{name}" in left_out:
            continue
        ours, theirs = flag[name], counterpart[name]
        if name == "evidence":
            ours, theirs = _items(ours), _items(theirs)
            missing = [item for item in ours if item not in theirs]
            more = len(theirs) != len(ours) and None not in flag["evidence"]
            if missing or more:
                found.append("evidence")
        elif name == "score":
            if (ours is None) != (theirs is None) or (ours is not None and abs(ours - theirs) > 1e-6):
                found.append(name)
        elif ours != theirs:
            found.append(name.replace("_", " "))
    return found


def _items(evidence: Sequence[Row | None]) -> list[tuple[Any, ...]]:
    """Items of evidence that a run by itself can know."""
    keys = ("subject", "field", "as_written", "candidate")
    return [tuple(e.get(k) for k in keys) for e in evidence if e and not (e["subject"] == "window" and e["field"] in _OF_HISTORY)]


def _notes(document: Document, report: Report) -> Iterator[str]:
    """What is otherwise here than when the flags were raised."""
    then: Mapping[str, Any] = document["reference"]
    now = report.provenance
    for rule in document["rules"]:
        mine = report.rules.get(rule["rule_id"])
        if mine is None or rule["raised_by"] != [mine.version]:
            yield f"{rule['rule_id']}: {mine.version if mine else 'not applied'} here, {' and '.join(rule['raised_by'])} then"
    if then["rules_sha256"] and then["rules_sha256"] != now["rules"]["sha256"]:
        yield f"rules: SHA-256 {now['rules']['sha256'][:16]} here, {then['rules_sha256'][:16]} then"
    tables = then["substances"] or then["now"]["substances"]
    if tables["sha256"] != now["substances"]["sha256"]:
        when = "then" if then["substances"] else "when it was sealed"
        yield f"substance tables: SHA-256 {now['substances']['sha256'][:16]} here, {tables['sha256'][:16]} {when}"
    here = {w["list_id"]: w for w in now["watchlists"]}
    # A ledger keeps of a list only the day that stands in the evidence.
    named = [{"list_id": e["list_id"], **e["raised_with"]} for e in document["entries"]]
    for listed in (*then["watchlists"], *named):
        list_id, day = listed["list_id"], listed["list_date"]
        ours = here.get(list_id)
        if ours is None:
            yield f"list {list_id} of {day or 'a day that is not known'}: not here"
        elif (listed["sha256"] and ours["sha256"] != listed["sha256"]) or (day and ours["list_date"] != day):
            yield f"list {list_id}: of {ours['list_date']} here, of {day} then"
