"""A list while it is read: its entries as they are put together from rows or elements, and what was left out of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from msgspec import Struct, field

from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.core.tables import spellings_of, words_of
from precursor_screen.reference.watchlists.interface import ListFile, ParsedList, Remark, tag_programmes
from precursor_screen.text.countries import find_country, fold_country
from precursor_screen.text.dates import parse_date

_EXAMPLES = 3  # of a remark

_TABLE = "list_words"


@cache
def _codes(role: str) -> dict[str, str]:
    """Names of countries, or of their citizens, as the lists write them -> the code."""
    return {fold_country(name): code for name, code in spellings_of(_TABLE, role).items()}


def country_code(name: str) -> str:
    """The ISO 3166 alpha-2 code of a country's name, of its citizens', or of the code itself in any case; empty if not known."""
    folded = fold_country(name)
    # The locale data abbreviate `Saint`, the lists do not.
    named = find_country(name) or find_country(name.replace("Saint ", "St. "))
    return _codes("country").get(folded, "") or named or _codes("citizens").get(folded.removesuffix("CITIZEN"), "")


_SURROGATE = re.compile("[\ud800-\udfff]")
_REMARK = re.compile(r"\s+\([^()\d]{3,}\)$")  # `0017 (Russia)`; not the check digit of `A123456(7)`
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # of writing direction and byte order: no part of a name


class EntryBuilder(Struct):
    """Gathers what a list says of one entry, without repeats, in the list's order.

    remark: counts a value that is left out, or read otherwise than written, by the reason and an example.
    ends: when each of several orders ends.
    """

    entry_id: str
    kind: str
    remark: Callable[[str, str], None]
    names: dict[str, str] = field(default_factory=dict)
    countries: dict[str, None] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], None] = field(default_factory=dict)
    programmes: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    listed: date | None = None
    delisted: date | None = None
    ends: list[date | None] = field(default_factory=list)

    def add_name(self, name: str, kind: str) -> bool:
        """Add a name; False if nothing is left of it.

        A strong or former name written in another script than Latin is one in the original script. Where a list gives a
        name twice, the stronger kind counts: a weak alias must not weaken a strong name.
        """
        text = tidy(name)
        if not text:
            return False
        if kind == "primary" and any(k == "primary" and n != text for n, k in self.names.items()):
            kind = "strong"  # an entry has one primary name
        if kind in ("strong", "former") and not is_latin(text):
            kind = "original_script"
        known = self.names.get(text)
        if known is None or known == "weak" or kind == "primary":
            self.names[text] = kind
        return True

    def add_country(self, name: str) -> None:
        """Add a country by its name or code; one that is not known is counted."""
        text = tidy(name)
        if not text or text.casefold() in words_of(_TABLE, "no country"):
            return
        code = country_code(text)
        if code:
            self.countries[code] = None
        else:
            self.remark("country not known", f"{self.entry_id} {text}")

    def add_countries(self, names: Iterable[str]) -> None:
        """Add several."""
        for name in names:
            self.add_country(name)

    def add_address(self, parts: Iterable[str], country: str) -> None:
        """Add an address of some parts and a country, each may be empty.

        A country alone locates the party, but is no address that another party could share.
        """
        local = [text for part in parts if (text := tidy(part))]
        nation = tidy(country)
        if nation.casefold() in words_of(_TABLE, "no country"):
            nation = ""
        if local:
            self.addresses[", ".join((*local, nation) if nation else local)] = None
        elif nation:
            self.remark("address that is only a country: kept as country", f"{self.entry_id} {nation}")
        self.add_country(nation)

    def add_identifier(self, kind: str, number: str) -> None:
        """Add an identifier, unless its number is empty; a remark in brackets behind it, such as its country, is no part of it."""
        if text := _REMARK.sub("", tidy(number)):
            if kind == "imo":
                text = text.upper().removeprefix("IMO").strip(" :.")
            self.identifiers[(kind, text)] = None

    def add_note(self, label: str, text: str) -> None:
        """Add `label text` to the note, unless the text is empty."""
        if found := tidy(text):
            self.notes[f"{label} {found}".strip()] = None

    def add_notes(self, *notes: tuple[str, str]) -> None:
        """Add several, each with its label."""
        for label, text in notes:
            self.add_note(label, text)

    def day(self, text: str, what: str) -> date | None:
        """As `read_day`."""
        return read_day(text, what, self.entry_id, self.remark)

    def written_day(self, text: str, order: str, what: str) -> date | None:
        """As `read_written_day`."""
        return read_written_day(text, order, what, self.entry_id, self.remark)

    def build(self, list_id: str) -> WatchlistEntry:
        """The entry, its primary name first; of several orders the last to end counts, and one without an end does not end."""
        ends = [day for day in self.ends if day]
        names = sorted(self.names.items(), key=lambda item: item[1] != "primary")
        return WatchlistEntry(
            list_id=list_id,
            entry_id=tidy(self.entry_id),
            kind=self.kind,
            names=tuple(WatchlistName(name, kind) for name, kind in names),
            countries=tuple(self.countries),
            addresses=tuple(self.addresses),
            identifiers=tuple(self.identifiers),
            programmes=tag_programmes(map(tidy, self.programmes)),
            listed=self.listed,
            delisted=max(ends) if ends and len(ends) == len(self.ends) else self.delisted,
            note="; ".join(self.notes),
        )


def tidy(text: str) -> str:
    """A text with its white space, line ends and no-break spaces among it, made single blanks, without marks of direction.

    Lone surrogates, which JSON can spell but no file can hold, become U+FFFD.
    """
    joined = " ".join(_MARKS.sub("", text).split())
    return joined if not _SURROGATE.search(joined) else _SURROGATE.sub("\ufffd", joined)


def is_latin(text: str) -> bool:
    """Whether at least half of a text's letters are Latin; a text without letters counts as Latin."""
    letters = [c for c in text if c.isalpha()]
    foreign = sum(c > "\u024f" and not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return 2 * foreign <= len(letters)


def read_day(text: str, what: str, place: str, remark: Callable[[str, str], None]) -> date | None:
    """A day in ISO form, with or without a time of day; one that is not readable is counted."""
    if not (found := tidy(text)):
        return None
    try:
        return date.fromisoformat(found[:10])
    except ValueError:
        remark(f"{what} not readable", f"{place} {found}")
        return None


def read_written_day(text: str, order: str, what: str, place: str, remark: Callable[[str, str], None]) -> date | None:
    """A day in figures, in the order `mdy` or `dmy`, or with the month's name; one that is not readable is counted."""
    if not (found := tidy(text)):
        return None
    day = parse_date(found, order).day
    if day is None:
        remark(f"{what} not readable", f"{place} {found}")
    return day


class ImportLog(Struct):
    """Counts remarks by reason while a list is parsed, keeping the first examples."""

    _remarks: dict[str, Remark] = field(default_factory=dict)

    def add(self, reason: str, example: str) -> None:
        """Count one more. What no file can hold (lone surrogates) is shown as a question mark."""
        reason, example = (text.encode("utf-8", "replace").decode() for text in (reason, example[:200]))
        known = self._remarks.get(reason, Remark(reason, 0, ()))
        self._remarks[reason] = Remark(reason, known.count + 1, (*known.examples, example)[:_EXAMPLES])

    def remarks(self) -> tuple[Remark, ...]:
        """All remarks, in the order in which their reasons first occurred."""
        return tuple(self._remarks.values())


class ListBuilder(Struct):
    """A list while it is read; its parts are those of `ParsedList`.

    entries: by id, or by the number of the record where a list may give an id twice.
    """

    content: str = ""
    entries: dict[str | int, EntryBuilder] = field(default_factory=dict)
    list_date: date | None = None
    skipped: ImportLog = field(default_factory=ImportLog)
    notes: ImportLog = field(default_factory=ImportLog)
    declared_count: int | None = None
    by_source: dict[str, int] = field(default_factory=dict)
    refusal: str = ""

    def skip(self, reason: str, example: str) -> None:
        """Count something that becomes no part of any entry."""
        self.skipped.add(reason, example)

    def note(self, reason: str, example: str) -> None:
        """Count a value that is left out of an entry, or read otherwise than written."""
        self.notes.add(reason, example)

    def begin(self, entry_id: str, kind: str) -> EntryBuilder:
        """An entry of that kind, which is not in the list yet."""
        return EntryBuilder(entry_id, kind, self.notes.add)

    def begin_as(self, entry_id: str, label: str, kinds: Mapping[str, str]) -> EntryBuilder:
        """The same of the kind that a list's own label stands for; a label that is not known is counted."""
        folded = label.strip().lower()
        if folded not in kinds:
            self.note("kind of entry not known: taken as organisation", f"{entry_id} {folded}")
        return self.begin(entry_id, kinds.get(folded, "organisation"))

    def entry(self, entry_id: str, label: str, kinds: Mapping[str, str]) -> EntryBuilder:
        """The entry of that id, begun with its label where it is new."""
        if entry_id not in self.entries:
            self.entries[entry_id] = self.begin_as(entry_id, label, kinds)
        return self.entries[entry_id]

    def count(self, source: str) -> None:
        """Count an entry of a part of the list."""
        self.by_source[source] = self.by_source.get(source, 0) + 1

    def drop_nameless(self, reason: str) -> None:
        """Leave out the entries of which no name was read."""
        for key in [key for key, entry in self.entries.items() if not entry.names]:
            self.skip(reason, self.entries.pop(key).entry_id)

    def build(self, list_id: str) -> ParsedList:
        """The list as parsed."""
        return ParsedList(
            self.content,
            tuple(entry.build(list_id) for entry in self.entries.values()),
            self.list_date,
            self.skipped.remarks(),
            self.notes.remarks(),
            self.declared_count,
            tuple(self.by_source.items()),
            self.refusal,
        )


class Importer(Struct, frozen=True):
    """One layout of lists.

    version: changes with anything that changes what the same file becomes.
    fits: whether a file is of this layout, by its head.
    read: reads the files whole; raises WatchlistError where they are damaged or cut short.
    content: the official list of that layout, as `ParsedList` has it.
    several: whether a list may be a set of files.
    """

    name: str
    version: str
    fits: Callable[[ListFile], object]
    read: Callable[..., None]
    content: str = ""
    several: bool = False

    def recognise(self, files: Sequence[ListFile]) -> bool:
        """Whether all files are of this layout."""
        return (len(files) == 1 or (self.several and len(files) > 1)) and all(map(self.fits, files))

    def parse(self, files: Sequence[ListFile], list_id: str) -> ParsedList:
        """Read the files whole.

        Raises:
            WatchlistError: damaged or cut short.
        """
        found = ListBuilder(self.content)
        self.read(found, *files)
        return found.build(list_id)
