"""One open case at a time: the officer reads it, says one key, and it is recorded before the next is shown.

As detect-secrets' `audit` does with findings. Nothing here knows a terminal: what is asked for comes from a callback, so that lines of
standard input do as well as keys.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from precursor_screen.cases.review import CRITICAL, Added, VerdictDraft, add_verdicts
from precursor_screen.cases.targets import Flag
from precursor_screen.core.errors import ErrorGroup, UsageError, Where
from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import LEVELS, REASONS
from precursor_screen.core.words import counted, cut
from precursor_screen.history.store import Ledger
from precursor_screen.history.values import CLEARED, CONFIRMED, INCONCLUSIVE, REFERRED

VERDICT_OF = {"c": CLEARED, "r": REFERRED, "f": CONFIRMED, "?": INCONCLUSIVE}
SKIP, QUIT = "s", "q"
KEYS = "c cleared, r referred, f confirmed, ? inconclusive, s skip, q quit"
_MOST_FLAGS, _MOST_LINES, _MOST_CELL, _MOST_SENTENCE, _SHORT = 12, 3, 120, 1_000, 8


class Talk(Protocol):
    """Who asks and who answers."""

    def say(self, text: str) -> None:
        """Shows a line."""

    def key(self, prompt: str) -> str:
        """One key, or a line that begins with it. EOFError, KeyboardInterrupt: nobody answers any more."""

    def line(self, prompt: str) -> str:
        """A line without its end; as `key`."""

    def second(self, prompt: str) -> str:
        """The name of a second officer, from somebody who reads the prompt; empty where answers were written down before."""


class Case(Struct, frozen=True):
    """A shipment and its open flags, worst first."""

    shipment_id: str
    flags: tuple[Flag, ...]

    @property
    def is_critical(self) -> bool:
        """Whether its clearance takes two."""
        return any(f["level"] == CRITICAL for f in self.flags)


class WalkResult(Struct):
    """How far somebody came. decided, skipped, left: cases; flags: that were decided; ended: quit, end of input, or all are seen."""

    decided: int = 0
    skipped: int = 0
    left: int = 0
    flags: int = 0
    ended: str = ""


def gather(flags: Iterable[Flag]) -> list[Case]:
    """Flags as cases, worst first: by level, then by the weight of their rules."""
    found = grouped((flag["shipment_id"] or flag["flag_id"], flag) for flag in flags)
    cases = [Case(key, tuple(sorted(some, key=_rank))) for key, some in found.items()]
    return sorted(cases, key=lambda c: (_rank(c.flags[0])[0], -sum(f["weight"] or 0 for f in c.flags), c.shipment_id))


def _rank(flag: Flag) -> tuple[int, str, str]:
    level = LEVELS.index(flag["level"]) if flag["level"] in LEVELS else -1
    return -level, flag["rule_id"], flag["flag_id"]


class Officers(Struct, frozen=True):
    """Who decides. second: who agrees to clearances of critical flags, empty: is asked for; may_clear: see `review.add_verdicts`."""

    first: str
    second: str = ""
    may_clear: tuple[str, ...] = ()


def walk(ledger: Ledger, cases: Sequence[Case], officers: Officers, talk: Talk, now: Callable[[], datetime]) -> WalkResult:
    """Goes through cases; each verdict is recorded at once, so that whatever ends the walk, what was decided is kept.

    Args:
        ledger: to record in.
        cases: in the order wanted.
        officers: who decide.
        talk: shows and asks.
        now: the time of a verdict.

    Raises:
        LedgerError, LedgerLocked: a verdict could not be recorded; those before it are.
    """
    done = WalkResult(left=len(cases), ended="all cases were shown")
    try:
        for number, case in enumerate(cases, 1):
            for text in describe(ledger, case, number, len(cases)):
                talk.say(text)
            added = _decide(ledger, case, officers, talk, now)
            if added is None:
                done.skipped += 1
            else:
                done.decided += 1
                done.flags += len(added.verdicts)
            done.left -= 1
    except _Quit:
        done.ended = "quit"
    except EOFError:
        done.ended = "the input ended"
    except KeyboardInterrupt:
        done.ended = "interrupted"
    return done


class _Quit(Exception):
    pass


def describe(ledger: Ledger, case: Case, number: int, total: int) -> list[str]:
    """A case in lines: which, its flags, and the lines as they were filed."""
    lines = ["", f"{number} of {total}  shipment {case.shipment_id}"]
    for flag in case.flags[:_MOST_FLAGS]:
        lines.append(f"  {flag['level']:<13} {flag['flag_id'][:_SHORT]}  {_clip(flag['because'] or '', _MOST_SENTENCE)}")
    if len(case.flags) > _MOST_FLAGS:
        lines.append(f"  and {len(case.flags) - _MOST_FLAGS:,} more flags")
    cited = list(dict.fromkeys(f["line_id"] for f in case.flags))
    for row in ledger.cited_lines(cited[:_MOST_LINES]).to_pylist():
        cells = "; ".join(f"{name}: {_clip(str(value))}" for name, value in json.loads(row["cells"]).items())
        lines.append(f"  as filed in {row['source_file']}, row {row['source_row']}: {cells}")
    if len(cited) > _MOST_LINES:
        lines.append(f"  and {len(cited) - _MOST_LINES:,} more lines")
    return lines


def _clip(text: str, most: int = _MOST_CELL) -> str:
    return cut(" ".join(text.split()), most)


def _decide(ledger: Ledger, case: Case, officers: Officers, talk: Talk, now: Callable[[], datetime]) -> Added | None:
    """A verdict on a case; None: skipped. What is refused is said, and asked again."""
    while True:
        key = talk.key(f"{KEYS}: ")
        if key == QUIT:
            raise _Quit
        if key == SKIP:
            return None
        if key not in VERDICT_OF:
            talk.say(f"{key!r} is none of the keys." if key else "Press one of the keys.")
            continue
        verdict = VERDICT_OF[key]
        reason = _reason(talk, verdict)
        text = talk.line("What was looked at (Enter: nothing): ").strip()
        second = ""
        if verdict == CLEARED and case.is_critical:
            talk.say("A flag is critical: its clearance takes a second officer (--second NAME).")
            second = officers.second or talk.second("Name of the second officer (Enter: nobody, it stays open): ").strip()
        drafts = [(Where(), VerdictDraft(f["flag_id"], verdict, reason, text=text, second=second)) for f in case.flags]
        try:
            added = add_verdicts(ledger, drafts, officers.first, now(), may_clear=officers.may_clear)
        except (UsageError, ErrorGroup) as error:
            reasons = error.errors if isinstance(error, ErrorGroup) else [error]
            talk.say(f"Not recorded: {reasons[0]}")
            continue
        until = f" until {added.verdicts[0].until}" if added.verdicts[0].until else ""
        talk.say(f"{verdict}{until}: {counted(len(added.verdicts), 'flag')}, by {added.verdicts[0].who}")
        return added


def _reason(talk: Talk, verdict: str) -> str:
    """A reason by its number or its code."""
    talk.say("  ".join(f"{n} {code}" for n, code in enumerate(REASONS, 1)))
    usual = REFERRED if verdict == REFERRED else "" if verdict == CLEARED else "other"
    while True:
        said = talk.line(f"Reason{f' (Enter: {usual})' if usual else ''}: ").strip().lower() or usual
        if said.isdecimal() and 1 <= int(said) <= len(REASONS):
            return REASONS[int(said) - 1]
        if said and not said.isdecimal():
            return said
        talk.say(f"Give a number from 1 to {len(REASONS)}, or a code of your own.")
