"""Officers' verdicts on flags: what one must say, who must agree, and what of a file of them is taken."""

from __future__ import annotations

import bisect
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from precursor_screen.cases.targets import KINDS, LEAST, Flag, TargetResult, choose, find_flags, not_found
from precursor_screen.core.errors import PrecursorScreenError, UsageError, Where, raise_all
from precursor_screen.core.model import OPEN, REASONS
from precursor_screen.core.words import did_you_mean
from precursor_screen.history.store import Ledger
from precursor_screen.history.values import CLEARED, REOPENED, SUPPRESSED, VERDICTS, Verdict

CLEARED_DAYS = 365  # how long a clearance holds that names no last day
CRITICAL = "critical"  # the level whose clearance takes two
_REASON = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MOST_TEXT = 10_000  # characters
_MOST_NAME = 200
_NAME_WORD = re.compile(r"[^\s.,;]+")
_CLOCKS = timedelta(days=1)  # by which the clock of whoever filled in a file may be ahead
_TIME = "Write it as 2026-11-25T08:30:00+00:00."


class VerdictDraft(Struct, frozen=True):
    """A verdict as somebody states it; empty parts take their default. flag: what `targets.find` takes."""

    flag: str
    verdict: str
    reason: str
    text: str = ""
    officer: str = ""
    until: str = ""
    line_id: str = ""
    at: str = ""
    second: str = ""


Placed = tuple[Where, VerdictDraft]


class Added(Struct, frozen=True):
    """What became of some verdicts.

    Attributes:
        added: how many were recorded.
        repeated: how many were there already.
        verdicts: those that were recorded, or there already.
        refused: why the others were not.
        earlier: how many are about an earlier content of their line, of which nothing follows today.
        kinds: how many of those that were recorded say what, by verdict.
    """

    added: int
    repeated: int
    verdicts: tuple[Verdict, ...]
    refused: tuple[PrecursorScreenError, ...] = ()
    earlier: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)


def add_verdicts(
    ledger: Ledger,
    drafts: Sequence[Placed],
    officer: str,
    now: datetime,
    *,
    many: bool = True,
    may_clear: Collection[str] = (),
) -> Added:
    """Adds verdicts: all of them or none. One that says what the last verdict on its flag says already is not added again.

    Args:
        ledger: that holds the flags.
        drafts: where each stands, and what it says. One on a shipment, a bill or a party is one on each of its open flags.
        officer: who speaks where a draft does not say.
        now: when, likewise; its day begins a clearance.
        many: whether one name may mean several shipments, as that of a party mostly does.
        may_clear: the names that may clear; empty: any. Nobody checks who uses them.

    Raises:
        UsageError: a verdict that is not one, a flag that is unknown or not unique, a critical one that one officer alone clears;
            several of them as one group.
    """
    refused: dict[int, PrecursorScreenError] = {}
    verdicts = _judge(ledger, drafts, officer, now, may_clear, partial(find_flags, ledger), refused, many)
    raise_all(refused.values())
    return _record(ledger, verdicts)


def _judge(
    ledger: Ledger,
    drafts: Sequence[Placed],
    officer: str,
    now: datetime,
    may_clear: Collection[str],
    find: Callable[[str, Where], TargetResult],
    refused: dict[int, PrecursorScreenError],
    many: bool = True,
) -> dict[Verdict, bool]:
    """The verdicts that drafts state, each with whether it is new. Drafts that are refused, by their place among all, are not looked at;
    those that cannot be taken join them."""
    verdicts: dict[Verdict, bool] = {}
    past = ledger.verdicts()
    recorded, last = frozenset(past), {(one.flag_id, one.line_id): one for one in past}
    for number, (where, draft) in enumerate(drafts):
        if number in refused:
            continue
        try:
            stated = _check(draft, officer, now, where)
            for flag in _meant(find(draft.flag, where), draft, where, many):
                one = _complete(stated, flag, recorded, ledger, where, may_clear)
                previous = last.get((one.flag_id, one.line_id))
                verdicts[one] = one not in recorded and _is_new(one, draft, previous, now.date().isoformat())
        except UsageError as error:
            refused[number] = error
    return verdicts


def _is_new(one: Verdict, draft: VerdictDraft, previous: Verdict | None, today: str) -> bool:
    """Whether a verdict is at a time of its own, or says more than the last one on that flag and line but for a later time."""
    if draft.at or previous is None:
        return True
    holds = not previous.until or previous.until >= today
    until = one.until if draft.until or not holds else previous.until
    return replace(one, at=previous.at, until=until) != previous


def _record(ledger: Ledger, verdicts: Mapping[Verdict, bool], **more: Any) -> Added:
    added, repeated = ledger.add_verdicts(one for one, is_new in verdicts.items() if is_new)
    return Added(added, repeated + sum(not is_new for is_new in verdicts.values()), tuple(verdicts), **more)


def import_verdicts(
    ledger: Ledger, drafts: Sequence[Placed], officer: str, now: datetime, may_clear: Collection[str] = ()
) -> Added:
    """Adds the verdicts of a file, row by row: those that can be taken are, the others are refused with a reason.

    A row without a time that says what the last verdict on the flag says already is not added again, so that a file may be imported
    twice. For the arguments see `add_verdicts`; a draft names a flag.
    """
    flags = {f["flag_id"]: f for f in ledger.flags().to_pylist()}
    refused = _contradictions(drafts)
    verdicts = _judge(ledger, drafts, officer, now, may_clear, partial(_among, ledger, flags, sorted(flags)), refused)
    kinds = Counter(one.verdict for one, is_new in verdicts.items() if is_new)
    return _record(
        ledger,
        verdicts,
        refused=tuple(refused[number] for number in sorted(refused, key=lambda n: (drafts[n][0].row or 0, n))),
        earlier=sum(one.line_id != flags[one.flag_id]["line_id"] for one in verdicts),
        kinds={verdict: kinds[verdict] for verdict in VERDICTS if kinds[verdict]},
    )


def _among(ledger: Ledger, flags: dict[str, Flag], ids: Sequence[str], text: str, where: Where) -> TargetResult:
    """As `find_flags`, where a file names many: by id or its beginning, all of them read once."""
    if text in flags:
        return TargetResult("flag", text, (flags[text],))
    if text.partition(":")[0] in KINDS:
        return find_flags(ledger, text, where)
    begins = text.lower()
    start = bisect.bisect_left(ids, begins) if len(text) >= LEAST else len(ids)
    several = [flags[i] for i in itertools.takewhile(lambda i: i.startswith(begins), ids[start:])]
    one = choose(several, begins, where)
    if one is None:
        raise not_found(text, where)
    return TargetResult("flag", one["flag_id"], (one,))


def _contradictions(drafts: Sequence[Placed]) -> dict[int, PrecursorScreenError]:
    """The rows, by their place among all, that say different things of one flag at no stated time: which one is meant nobody can tell."""
    said: dict[str, dict[str, Where]] = {}
    for where, draft in drafts:
        if not draft.at:
            said.setdefault(draft.flag, {}).setdefault(draft.verdict, where)
    found: dict[int, PrecursorScreenError] = {}
    for number, (where, draft) in enumerate(drafts):
        others = {v: w for v, w in said.get(draft.flag, {}).items() if v != draft.verdict}
        if others and not draft.at:
            verdict, place = next(iter(others.items()))
            problem = f"gives a flag the verdict {draft.verdict!r}, and row {place.row} gives it {verdict!r}"
            found[number] = UsageError(problem, where=where, remedy="Keep the row that is right, and import the file again.")
    return found


def _meant(found: TargetResult, draft: VerdictDraft, where: Where, many: bool = True) -> Sequence[Flag]:
    """The flags that a verdict is on: the one that is named; of a shipment, a bill or a party those that it may change."""
    if found.kind == "flag":
        return found.flags
    states = (SUPPRESSED,) if draft.verdict == REOPENED else OPEN
    flags = [f for f in found.flags if f["state"] in states]
    if not flags:
        which = "cleared" if draft.verdict == REOPENED else "open"
        raise UsageError(
            f"{found} has no {which} flag", where=where, remedy="`precursor-screen review list --state all` shows all."
        )
    shipments = len({f["shipment_id"] for f in flags})
    if shipments > 1 and not many:
        problem = f"{found} has {len(flags):,} flags in {shipments:,} shipments"
        raise UsageError(problem, where=where, remedy="Add --yes to decide all of them, or name a shipment.")
    return flags


def _check(draft: VerdictDraft, officer: str, now: datetime, where: Where) -> Verdict:
    """A verdict without its flag.

    Raises:
        UsageError: a part of it that cannot be.
    """
    if draft.verdict not in VERDICTS:
        remedy = did_you_mean(draft.verdict, VERDICTS) or f"Use one of {', '.join(VERDICTS)}."
        raise UsageError(f"{draft.verdict!r} is not a verdict", where=where, remedy=remedy)
    if not _REASON.fullmatch(draft.reason):
        remedy = f"Use small letters, digits and hyphens: {', '.join(REASONS)}."
        raise UsageError(f"{draft.reason!r} is not a reason code", where=where, remedy=remedy)
    if len(draft.text) > _MOST_TEXT:
        raise UsageError(
            f"the text has {len(draft.text):,} characters", where=where, remedy=f"Shorten it to {_MOST_TEXT:,} or fewer."
        )
    at = _moment(draft, now, where)
    return Verdict(
        flag_id=draft.flag,
        line_id=draft.line_id,
        verdict=draft.verdict,
        reason=draft.reason,
        text=_storable(draft.text),
        officer=_name(draft.officer or officer, where),
        at=at.isoformat(timespec="seconds"),
        until=_last_day(draft, at, now, where),
        second=_name(draft.second, where),
    )


def _complete(
    stated: Verdict,
    flag: Flag,
    recorded: frozenset[Verdict],
    ledger: Ledger,
    where: Where,
    may_clear: Collection[str],
) -> Verdict:
    """The verdict on a flag.

    Raises:
        UsageError: it clears a flag under a name that may not, or a critical one without another officer, or is about a line that
            was never recorded.
    """
    one = replace(stated, flag_id=flag["flag_id"], line_id=stated.line_id or flag["line_id"])
    if one in recorded:
        return one
    if one.verdict == CLEARED and flag["level"] == CRITICAL:
        problem = f"flag {one.flag_id} is critical: it can be cleared only with a second officer"
        check_second(one.officer or "?", one.second, problem, where)
    if one.verdict == CLEARED and may_clear:
        allowed = {_folded(name) for name in may_clear}
        for name in (one.officer, *([one.second] if one.second else [])):
            if _folded(name) not in allowed:
                problem = f"{name!r} is not among the names that may clear (setting review.may_clear)"
                raise UsageError(problem, where=where, remedy="Ask one of them to decide, or use the verdict referred.")
    if one.line_id != flag["line_id"] and not ledger.cited_lines([one.line_id]).num_rows:
        remedy = "Leave line_id empty if the verdict is about the line as it is now."
        raise UsageError(f"flag {one.flag_id} was never about line {one.line_id!r}", where=where, remedy=remedy)
    return one


def check_second(officer: str, second: str, problem: str, where: Where | None = None) -> None:
    """Whether two officers agree, as far as names can tell.

    Args:
        officer: the first.
        second: the other; empty: nobody is named.
        problem: the first half of the message.
        where: that stands.

    Raises:
        UsageError: a name is missing, has one letter only (an answer that slipped), or both are the same.
    """
    remedy = "Name a colleague who agrees: --second NAME, or the column `second` of the file."
    short = next((name for name in (second, officer) if len(_folded(name)) == 1 and name != "?"), "")
    if not second:
        raise UsageError(problem, where=where, remedy=remedy)
    if short:
        raise UsageError(f"{problem}, and {short!r} is not a name", where=where, remedy=remedy)
    if _folded(second) in ("", _folded(officer)):
        raise UsageError(f"{problem}, and {second!r} is the first officer", where=where, remedy=remedy)
    if _may_be_one(officer, second):
        remedy = "Name a colleague; where these are two persons, write both names in full."
        raise UsageError(f"{problem}, and {second!r} may be the first officer, {officer!r}", where=where, remedy=remedy)


def _may_be_one(one: str, other: str) -> bool:
    """Whether two names may be of one person: each word of the shorter is a word of the other, or the initial of one, in any order."""
    fewer, left = sorted(([w for w in map(_folded, _NAME_WORD.findall(name)) if w] for name in (one, other)), key=len)
    for word in sorted(fewer, key=len, reverse=True):
        alike = [w for w in left if w == word] or [w for w in left if 1 in (len(w), len(word)) and w[0] == word[0]]
        if not alike:
            return False
        left.remove(alike[0])
    return bool(fewer)


def _folded(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def _name(text: str, where: Where) -> str:
    name = " ".join(_storable(text).split())
    if len(name) > _MOST_NAME:
        raise UsageError(f"the officer's name has {len(name):,} characters", where=where, remedy=f"At most {_MOST_NAME}.")
    return name


def _storable(text: str) -> str:
    """Text as a database takes it: no NUL and no half of a pair of surrogates."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _moment(draft: VerdictDraft, now: datetime, where: Where) -> datetime:
    if not draft.at:
        return now.astimezone(UTC)
    try:
        at = datetime.fromisoformat(draft.at)
    except ValueError as error:
        raise UsageError(f"{draft.at!r} is not a time", where=where, remedy=_TIME) from error
    if at.tzinfo is None:
        raise UsageError(f"{draft.at!r} has no time zone", where=where, remedy=_TIME)
    if at > now + _CLOCKS:
        raise UsageError(
            f"{draft.at!r} is in the future", where=where, remedy="Leave it empty, or give the time of the decision."
        )
    return at


def _last_day(draft: VerdictDraft, at: datetime, now: datetime, where: Where) -> str:
    """Only a clearance ends. One that was given earlier may have ended since."""
    if draft.verdict != CLEARED:
        if draft.until:
            raise UsageError(f"a verdict {draft.verdict!r} cannot have a last day", where=where, remedy="Leave it out.")
        return ""
    if not draft.until:
        return (at.date() + timedelta(days=CLEARED_DAYS)).isoformat()
    try:
        day = date.fromisoformat(draft.until)
    except ValueError as error:
        raise UsageError(f"{draft.until!r} is not a date", where=where, remedy="Write it as 2026-11-25.") from error
    if day < now.date() and not draft.at:
        raise UsageError(f"the clearance would end on {day}, which has passed", where=where, remedy="Give a day in the future.")
    return day.isoformat()


def states_of(name: str) -> tuple[str, ...]:
    """The states that `open`, `all` or a state itself stands for."""
    return {"open": OPEN, "all": (), "cleared": (SUPPRESSED,)}.get(name, (name,))
