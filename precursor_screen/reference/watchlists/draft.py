"""An entry while it is put together from the rows or elements of a list."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct, field

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.core.model import WatchlistEntry, WatchlistName
from precursor_screen.reference.watchlists.countries import country_code
from precursor_screen.reference.watchlists.interface import ImportLog, ListFile, tag_programmes
from precursor_screen.text.dates import parse_date

# Lists that are delimited text with a header: rows by column name, counted where they are broken, refused where cut short.

_CELL_LIMIT = 1 << 30


def fold_column(cell: str) -> str:
    """A column's name as it is compared: lower case, letters and digits only."""
    return "".join(c for c in cell.lower() if c.isalnum())


def read_head_rows(head: bytes, delimiter: str, count: int = 2) -> list[list[str]]:
    """The first rows of a file's head, their cells folded as column names."""
    text = head.decode("utf-8-sig", "replace")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([fold_column(cell) for cell in row])
            if len(rows) == count:
                break
    except csv.Error:
        return rows
    return rows


def read_rows(file: ListFile, delimiter: str, skipped: ImportLog, header_row: int = 1) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row as its line number and its cells by folded column name, stripped; missing columns are not there.

    A row with too few or too many cells is counted; a header repeated among the rows is counted too.

    Args:
        file: the file.
        delimiter: what parts the cells.
        skipped: where rows that are left out are counted.
        header_row: which row is the header, from 1; those before are passed over.

    Raises:
        WatchlistError: damaged, or its last row is cut short.
    """
    text, _ = file.read_text()
    csv.field_size_limit(_CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    short = 0
    try:
        header: list[str] = []
        for _ in range(header_row):
            header = [fold_column(cell) for cell in next(reader, [])]
        for row in reader:
            if not any(cell.strip("\x1a \t") for cell in row):
                continue
            short = 0
            if [fold_column(cell) for cell in row] == header:
                skipped.add("header repeated among the rows", f"line {reader.line_num}")
            elif len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
                short = reader.line_num if len(row) < len(header) else 0
                skipped.add(f"row without {len(header)} cells", f"line {reader.line_num}: {delimiter.join(row)}")
            else:
                # The first of several columns with one name counts; lists repeat names in sub-records.
                cells = zip(reversed(header), reversed(row[: len(header)]), strict=True)
                yield reader.line_num, {name: cell.strip() for name, cell in cells}
    except csv.Error as error:
        message = f"The file is damaged or was cut short at line {reader.line_num}: {error}."
        raise WatchlistError(message, where=Where(file.name, reader.line_num), remedy="Fetch it again.") from error
    if short:
        raise WatchlistError("The last row is cut short.", where=Where(file.name, short), remedy="Fetch it again.")


# What lists write where they know no country.
_NO_COUNTRY = frozenset(("", "00", "unknown", "undetermined", "none identified", "na", "n/a", "not available", "-"))

_SURROGATE = re.compile("[\ud800-\udfff]")
_REMARK = re.compile(r"\s+\([^()\d]{3,}\)$")  # `0017 (Russia)`; not the check digit of `A123456(7)`
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # of writing direction and byte order: no part of a name


class EntryBuilder(Struct):
    """Gathers what a list says of one entry, without repeats, in the list's order."""

    entry_id: str
    kind: str
    names: dict[str, str] = field(default_factory=dict)
    countries: dict[str, None] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], None] = field(default_factory=dict)
    programmes: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    listed: date | None = None
    delisted: date | None = None

    @classmethod
    def of_kind(cls, entry_id: str, label: str, kinds: Mapping[str, str], notes: ImportLog) -> EntryBuilder:
        """An entry of the kind that a list's own label stands for; a label that is not known is counted."""
        folded = label.strip().lower()
        if folded not in kinds:
            notes.add("kind of entry not known: taken as organisation", f"{entry_id} {folded}")
        return cls(entry_id, kinds.get(folded, "organisation"))

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

    def add_country(self, name: str, notes: ImportLog) -> None:
        """Add a country by its name or code; one that is not known is counted."""
        text = tidy(name)
        if text.casefold() in _NO_COUNTRY:
            return
        code = country_code(text)
        if code:
            self.countries[code] = None
        else:
            notes.add("country not known", f"{self.entry_id} {text}")

    def add_address(self, parts: Iterable[str], country: str, notes: ImportLog) -> None:
        """Add an address of some parts and a country, each may be empty.

        A country alone locates the party, but is no address that another party could share.
        """
        local = [text for part in parts if (text := tidy(part))]
        nation = tidy(country)
        if nation.casefold() in _NO_COUNTRY:
            nation = ""
        if local:
            self.addresses[", ".join((*local, nation) if nation else local)] = None
        elif nation:
            notes.add("address that is only a country: kept as country", f"{self.entry_id} {nation}")
        self.add_country(nation, notes)

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

    def finish(self, list_id: str) -> WatchlistEntry:
        """The entry, its primary name first."""
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
            delisted=self.delisted,
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


def read_day(text: str, what: str, place: str, notes: ImportLog) -> date | None:
    """A day in ISO form, with or without a time of day; one that is not readable is counted."""
    if not (found := tidy(text)):
        return None
    try:
        return date.fromisoformat(found[:10])
    except ValueError:
        notes.add(f"{what} not readable", f"{place} {found}")
        return None


def read_written_day(text: str, order: str, what: str, place: str, notes: ImportLog) -> date | None:
    """A day in figures, in the order `mdy` or `dmy`, or with the month's name; one that is not readable is counted."""
    if not (found := tidy(text)):
        return None
    day = parse_date(found, order).day
    if day is None:
        notes.add(f"{what} not readable", f"{place} {found}")
    return day
