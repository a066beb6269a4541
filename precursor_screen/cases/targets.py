"""What a person names: a flag by its id or the beginning of it, a shipment, a bill, a party; and the recorded flags that this means."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from pyarrow import Table

from precursor_screen.core.errors import UsageError, Where
from precursor_screen.history.store import Ledger
from precursor_screen.text.party_cells import party_key

LEAST = 3  # characters of a flag's id, as git takes four of a commit's; what they leave open is an error, never a guess
KINDS = ("flag", "shipment", "bill", "party")
_NAMED = 5  # flags that a beginning may mean, and that an error names
_AT_ONCE = 1_000  # lines whose cells are held at once
_LIST = "`precursor-screen review list --state all` shows the flags."
# What a spreadsheet program makes of an id that looks like a number: 1.2345E+31.
_MANGLED = re.compile(r"\d+(?:[.,]\d+)?E[+-]?\d+")
Flag = dict[str, Any]


class TargetResult(Struct, frozen=True):
    """Flags (FLAG columns, of all states) that something names. kind: one of KINDS; name: as recorded, or as asked for."""

    kind: str
    name: str
    flags: tuple[Flag, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def find(ledger: Ledger, text: str, where: Where | None = None) -> TargetResult | None:
    """What a text names; None: nothing that is recorded.

    Args:
        ledger: that holds the flags.
        text: id of a flag or its beginning, a shipment, a bill or another reference of a flagged line, a party. `flag:`, `shipment:`,
            `bill:` and `party:` before it say which is meant.
        where: it stands, for errors.

    Raises:
        UsageError: it may mean several things.
    """
    kind, name = split_name(text)
    if kind:
        return _FINDERS[kind](ledger, name, where)
    flag, shipment = _flag(ledger, text, where, strict=False), _shipment(ledger, text, where)
    if flag is not None and flag.name == text:
        return flag
    if flag is not None and shipment is not None:
        problem = f"{text!r} is a shipment, and also the beginning of {_say(flag.flags)}"
        raise UsageError(problem, where=where, remedy=f"Write shipment:{text} or flag:{text}.")
    named = shipment or (_flag(ledger, text, where) if flag is not None else None)
    return named or _bill_or_party(ledger, text, where)


def _bill_or_party(ledger: Ledger, text: str, where: Where | None) -> TargetResult | None:
    """A bill; but a party where other flagged lines name it in other words: its plain name is a whole cell of some lines."""
    bill = _bill(ledger, text, where)
    if bill is not None and not any(map(str.isalpha, _words(text))):
        return bill  # a number is no name, and all flagged lines need not be read
    party = _party(ledger, text, where)
    return party if party is not None and (bill is None or len(party.flags) > len(bill.flags)) else bill


def split_name(text: str, kinds: Sequence[str] = KINDS) -> tuple[str, str]:
    """The kind that is written before a name (`bill:`), empty: none; and the name."""
    kind, _, value = text.partition(":")
    return (kind, value.strip()) if kind in kinds and value else ("", text)


def is_referred_to(shipment: Flag, name: str) -> bool:
    """Whether a shipment of a report, which anybody may have edited, has a reference of that name."""
    references = shipment.get("references")
    pairs = references if isinstance(references, list) else []
    return any(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], list) and name in pair[1] for pair in pairs)


def find_flags(ledger: Ledger, text: str, where: Where | None = None) -> TargetResult:
    """As `find`.

    Raises:
        UsageError: it names nothing that is recorded, or may mean several things.
    """
    found = find(ledger, text, where)
    if found is None:
        raise not_found(text, where)
    return found


def named_of(ledger: Ledger, flags: Table, named: Sequence[str]) -> list[Flag]:
    """Those of some flags that names mean; all of them without a name. Errors as of `find_flags`."""
    wanted = {f["flag_id"] for text in named for f in find_flags(ledger, text).flags}
    return [f for f in flags.to_pylist() if not named or f["flag_id"] in wanted]


def not_found(text: str, where: Where | None) -> UsageError:
    """That nothing is called so, and what to do."""
    if _MANGLED.fullmatch(text.strip()):
        remedy = "A spreadsheet program has turned the id into a number: import the column as text, or use the workbook."
        return UsageError(f"{text!r} is no longer the id of a flag", where=where, remedy=remedy)
    short = f" (a flag's id takes at least {LEAST} characters)" if len(text) < LEAST else ""
    return UsageError(f"no flag, shipment, bill or party {text!r} is in the ledger{short}", where=where, remedy=_LIST)


def choose(flags: Sequence[Flag], text: str, where: Where | None = None) -> Flag | None:
    """The flag of an id, or the only one whose id begins so; None: there is none.

    Raises:
        UsageError: several begin so.
    """
    exact = [f for f in flags if f["flag_id"] == text]
    if len(exact or flags) > 1:
        raise UsageError(f"{len(flags):,} flags begin with {text!r}: {_say(flags)}", where=where, remedy="Give more of the id.")
    return next(iter(exact or flags), None)


def _flag(ledger: Ledger, text: str, where: Where | None, strict: bool = True) -> TargetResult | None:
    """A flag. strict: an error where several begin so; else all of them."""
    if len(text) < LEAST:
        return None
    flags = ledger.flags(flag_id=text).to_pylist() or ledger.flags(flag_id=text.lower()).to_pylist()
    exact = [f for f in flags if f["flag_id"] == text]
    if not strict:
        return TargetResult("flag", exact[0]["flag_id"] if exact else "", tuple(exact or flags)) if flags else None
    one = choose(flags, text if exact else text.lower(), where)
    return TargetResult("flag", one["flag_id"], (one,)) if one is not None else None


def _shipment(ledger: Ledger, text: str, where: Where | None) -> TargetResult | None:
    flags = ledger.flags(shipment_id=text).to_pylist() if text else []
    return TargetResult("shipment", text, tuple(flags)) if flags else None


def _bill(ledger: Ledger, text: str, where: Where | None) -> TargetResult | None:
    """By any reference of a flagged line, as it was filed: a cell of a bill, a container, a declaration."""
    if len(text) < LEAST:
        return None
    lines = ledger.lines_with(text) or (ledger.lines_with(text.upper()) if text.upper() != text else [])
    return _of_lines(ledger, lines, "bill", text)


def _party(ledger: Ledger, text: str, where: Where | None) -> TargetResult | None:
    """By a name that is filed in a flagged line, however its legal form, its case and its order are written."""
    key, words = party_key(text), _words(text)
    if not key or not words:
        return None
    flagged = ledger.flags().column("line_id").unique().drop_null().to_pylist()
    lines: list[str] = []
    for start in range(0, len(flagged), _AT_ONCE):
        for row in ledger.cited_lines(flagged[start : start + _AT_ONCE]).to_pylist():
            names = {v for v in json.loads(row["cells"]).values() if isinstance(v, str) and words & _words(v)}
            if any(party_key(name) == key for name in names):
                lines.append(row["line_id"])
    return _of_lines(ledger, lines, "party", text)


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 2} if len(text) < 300 else set()


def _of_lines(ledger: Ledger, lines: Sequence[str], kind: str, name: str) -> TargetResult | None:
    flags = ledger.flags(line_ids=lines).to_pylist() if lines else []
    return TargetResult(kind, name, tuple(flags)) if flags else None


_FINDERS = {"flag": _flag, "shipment": _shipment, "bill": _bill, "party": _party}


def _say(flags: Sequence[Flag]) -> str:
    named = "; ".join(f"{f['flag_id']} ({f['rule_id']}, shipment {f['shipment_id'] or 'unknown'})" for f in flags[:_NAMED])
    return named + (f"; and {len(flags) - _NAMED:,} more" if len(flags) > _NAMED else "")
