"""Which names of senders are taken for one exporter, and why; what might be the same firm is asked, never taken.

Taken are: the name itself however it is written (its comparable key), a spelling that is very like it in the same country or at the
same address, a name under the same number, and what `--also` names. Asked are: another name at the same address, a spelling that is
like it elsewhere, the same name in two countries, and a firm that begins as this one ends and sells to the same receivers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import Struct, field
from rapidfuzz import fuzz

from precursor_screen.core.errors import UsageError
from precursor_screen.matching.party.index import compare_names
from precursor_screen.text.party_cells import party_key

SAME, QUESTIONED, WITH_ADDRESS = 92.0, 82.0, 75.0  # likeness of names, 0 to 100: taken; asked; taken with the same address
_NEAR = 60.0  # of keys, by letters: below it names are not compared word by word
_SUCCEEDS = timedelta(days=180)  # between the last day of a name and the first of the next
_MOST_COMPARED = 500
_MOST_SUGGESTED, _SUGGESTED = 5, 70.0


class Sender(NamedTuple):
    """A name that senders go by, as written, with what stands beside it.

    rows: in the period; 0: it sent something before it only, and is asked about, never taken. numbers: of registers or taxes, as far as they are known; receivers: keys; first, last: days, None: none is dated.
    """

    name: str
    key: str
    rows: int
    first: date | None = None
    last: date | None = None
    addresses: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


class MergedName(NamedTuple):
    """A name that was taken for the exporter, and why."""

    name: str
    why: str
    rows: int
    first: date | None
    last: date | None
    countries: tuple[str, ...]


class Question(NamedTuple):
    """What might be the same exporter and was not taken, or may be two and was; option: what answers it."""

    name: str
    why: str
    rows: int
    option: str


class ExporterNames(NamedTuple):
    """The exporter: its names, what is open, and the names that were left out by --not."""

    asked: str
    taken: tuple[MergedName, ...]
    questions: tuple[Question, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names as written."""
        return frozenset(t.name for t in self.taken)


class _NameSearch(Struct):
    why: dict[str, str] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)


Customers = Callable[[Iterable[str]], Mapping[str, frozenset[str]]]


def find(
    asked: str,
    senders: Sequence[Sender],
    also: Sequence[str] = (),
    leave: Sequence[str] = (),
    customers: Customers = lambda _: {},
) -> ExporterNames:
    """The names of one exporter.

    Args:
        asked: its name or number.
        senders: all that there are.
        also: names that are taken besides.
        leave: names that are not taken, and not asked about.
        customers: given names as written, the keys of the receivers of everybody who shares one with them, by name.

    Raises:
        UsageError: no sender goes by that name or number, or by one of `also`; nothing would be taken that `leave` leaves out.
    """
    all_senders = sorted(senders, key=lambda s: s.name)
    senders = [s for s in all_senders if s.rows]
    found = _NameSearch()
    out = {n.casefold() for n in leave} | {party_key(n) for n in leave} - {""}
    for text, why in ((asked, ""), *((name, "named by --also") for name in also)):
        known = _by_name_or_number(text, senders)
        if not known:
            raise not_there(text, senders)
        for name, reason in known.items():
            found.why.setdefault(name, why or reason)
    by_name = {s.name: s for s in all_senders}
    _take_numbers(found, senders, by_name)
    _take_spellings(found, senders, by_name)
    _question_addresses(found, all_senders, by_name)
    _question_countries(found, by_name)
    _question_successors(found, by_name, customers)
    names = {n: w for n, w in found.why.items() if not _is_out(by_name[n], out)}
    left = tuple(sorted(set(found.why) - set(names)))
    met = [by_name[n] for n in (*found.why, *found.questions)]
    if gone := [n for n in leave if not any(_is_out(sender, {n.casefold(), party_key(n)} - {""}) for sender in met)]:
        raise UsageError(
            f"--not {gone[0]!r} has no effect: no name in this audit is written so",
            remedy="Leave the option out, or write the name as the audit shows it.",
        )
    if not names:
        raise UsageError("--not leaves out every name of the exporter", remedy="Name fewer of them with --not.")
    return ExporterNames(
        asked=asked,
        taken=tuple(_merged_name(by_name[n], why) for n, why in sorted(names.items(), key=lambda i: (-by_name[i[0]].rows, i[0]))),
        questions=tuple(q for _, q in sorted(found.questions.items()) if not _is_out(by_name[q.name], out)),
        left_out=left,
    )


def of_one_key(asked: str, senders: Sequence[Sender]) -> ExporterNames:
    """The names that differ in nothing but how they are written, without a look at what resembles them; `asked` is one of them."""
    by_name = {s.name: s for s in senders if s.rows}
    known = _by_name_or_number(asked, list(by_name.values()))
    taken = sorted(known.items(), key=lambda i: (-by_name[i[0]].rows, i[0]))
    return ExporterNames(asked, tuple(_merged_name(by_name[n], why) for n, why in taken))


def not_there(text: str, senders: Sequence[Sender]) -> UsageError:
    """That no sender goes by a name, and who goes by the nearest."""
    words = (party_key(text) or text.casefold()).split()
    scored = [(_nearness(words, (s.key or s.name.casefold()).split()), s.name) for s in senders]
    near = sorted((s for s in scored if s[0] >= _SUGGESTED), key=lambda s: (-s[0], s[1]))[:_MOST_SUGGESTED]
    remedy = (
        f"The nearest: {'; '.join(name for _, name in near)}." if near else "`precursor-screen audit --all` lists all exporters."
    )
    return UsageError(f"no exporter named {text!r} shipped anything in this period", remedy=remedy)


def _nearness(words: Sequence[str], others: Sequence[str]) -> float:
    """How well each word is met by one of the others, on average; less for words too many."""
    met = [max((fuzz.ratio(w, o) for o in others), default=0.0) for w in words]
    return sum(met) / len(met) - abs(len(words) - len(others)) if met else 0.0


def _is_out(sender: Sender, out: Iterable[str]) -> bool:
    return sender.name.casefold() in out or (sender.key != "" and sender.key in out)


def _merged_name(sender: Sender, why: str) -> MergedName:
    return MergedName(sender.name, why, sender.rows, sender.first, sender.last, tuple(sorted(sender.countries)))


def _by_name_or_number(text: str, senders: Sequence[Sender]) -> dict[str, str]:
    key = party_key(text)
    named = {s.name: "the same name, written otherwise" for s in senders if key and s.key == key}
    named |= {s.name: "the name asked for" for s in senders if s.name.casefold() == text.casefold()}
    return named or {s.name: f"bears the number {text}" for s in senders if text in s.numbers}


def _take_numbers(found: _NameSearch, senders: Sequence[Sender], by_name: Mapping[str, Sender]) -> None:
    numbers = {n: name for name in sorted(found.why, reverse=True) for n in by_name[name].numbers}
    for sender in senders:
        shared = sorted(sender.numbers & numbers.keys())
        if shared and sender.name not in found.why:
            found.why[sender.name] = f"the same number, {shared[0]}, as {numbers[shared[0]]}"


def _take_spellings(found: _NameSearch, senders: Sequence[Sender], by_name: Mapping[str, Sender]) -> None:
    own = [by_name[n] for n in sorted(found.why)]
    keys = dict.fromkeys(s.key for s in own if s.key)
    others = [s for s in senders if s.name not in found.why and s.key]
    near = [(max((fuzz.token_sort_ratio(s.key, k) for k in keys), default=0.0), s) for s in others]
    near = sorted((n for n in near if n[0] >= _NEAR), key=lambda n: (-n[0], n[1].name))
    for _, sender in near[:_MOST_COMPARED]:
        compared = [(compare_names(sender.name, o.name), o) for o in own]
        scores = [(c.outcome.score, o) for c, o in compared if c is not None]
        if not scores:
            continue
        score, like = max(scores, key=lambda s: s[0])
        address = any(sender.addresses & o.addresses for o in own)
        country = any(sender.countries & o.countries for o in own)
        said = f"a spelling like {like.name} ({score:.0f} of 100)"
        if score >= WITH_ADDRESS and address:
            found.why[sender.name] = f"{said}, at the same address"
        elif score >= SAME and country:
            found.why[sender.name] = f"{said}, in the same country"
        elif score >= QUESTIONED:
            where = "another country" if not country else "the same country, at another address"
            found.questions[sender.name] = Question(sender.name, f"{said}, in {where}: the same firm?", sender.rows, "--also")


def _question_addresses(found: _NameSearch, senders: Sequence[Sender], by_name: Mapping[str, Sender]) -> None:
    addresses = {a: n for n in sorted(found.why, reverse=True) for a in by_name[n].addresses}
    own = {by_name[n].key for n in found.why} - {""}  # one of before the period may be one of these, written otherwise
    for sender in senders:
        shared = sorted(sender.addresses & addresses.keys())
        if shared and sender.key not in own and sender.name not in found.why and sender.name not in found.questions:
            when = "" if sender.rows else ", before the period"
            because = f"another name at the same address as {addresses[shared[0]]} ({shared[0]}){when}: the same firm, or two?"
            found.questions[sender.name] = Question(sender.name, because, sender.rows, "--also")


def _question_countries(found: _NameSearch, by_name: Mapping[str, Sender]) -> None:
    countries = {c for n in found.why for c in by_name[n].countries}
    if len(countries) > 1:
        for name in sorted(found.why):
            sender = by_name[name]
            if sender.countries and sender.countries != countries:
                because = f"stands with {', '.join(sorted(sender.countries))}, others of its names with another country: one firm, or two?"
                found.questions[name] = Question(name, because, sender.rows, "--not")


def _question_successors(found: _NameSearch, by_name: Mapping[str, Sender], customers: Customers) -> None:
    days = [d for n in found.why for d in (by_name[n].first, by_name[n].last) if d is not None]
    receivers = customers(sorted(found.why))
    own: frozenset[str] = frozenset().union(*(receivers.get(n, frozenset()) for n in found.why))
    for name in sorted(receivers.keys() - found.why.keys() - found.questions.keys()):
        other = by_name.get(name)
        if other is None or not other.rows or not days or other.first is None or other.last is None:
            continue
        after, before = other.first - max(days), min(days) - other.last
        same, every = len(own & receivers[name]), len(receivers[name])
        if timedelta(0) <= max(after, before) <= _SUCCEEDS and same >= 2 and 2 * same >= every:
            begins, ends = f"begins on {other.first}, when this one has ended", f"ends on {other.last}, before this one begins"
            when = begins if after >= before else ends
            because = f"{when}, and {same} of its {every} receivers are the same: a new name of the same firm?"
            found.questions[name] = Question(name, because, other.rows, "--also")
