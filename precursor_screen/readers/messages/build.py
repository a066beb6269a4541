"""Lines of messages to LINE, by the same cells and identity as tables: what a message says is parsed like what a column says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np
import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.grouped import grouped
from precursor_screen.core.model import Input
from precursor_screen.core.schema import DATES, FILED
from precursor_screen.formats.sheet import MAX_CELL, numbered, string_array, table_of_columns
from precursor_screen.readers.assemble import assemble
from precursor_screen.readers.code_cells import hs_digits
from precursor_screen.readers.column_map import CANONICAL, PARTY_NAMES, ColumnMap, Guess
from precursor_screen.readers.input_tables import input_id, issue_table, with_place
from precursor_screen.readers.interface import InputContent, InputTables, IssueList, MessageContent, TableIssues
from precursor_screen.readers.messages.scope import EXTRA, SEVERAL, UNREAD, Cell, MessageLine
from precursor_screen.readers.tabular.other_texts import Cells, other_cells, out_of_table_lines, unmapped_cells, with_other_texts

# Three letters in any order, a letter beyond ASCII, or a sign of CAS numbers and encoded text.
_WORDS = re.compile(r"(?:[A-Za-z][^A-Za-z]*){3}|[^\x00-\x7f]|[-&%=\\]")
_KNOWN = "known spelling"
_NAMES = (*PARTY_NAMES, "declarant_name", "carrier_name")
_LOOKED_THROUGH = 20  # texts of one line in which another may stand already
_MOST_PARTIES = 24  # parties in other roles on one line that stand in other_parties; further ones are screened as text
_MOST_COLUMNS = 400  # elements without a field that are shown in a column of their own
_FURTHER = "further elements"
_SHOWN = 200
_LARGE = 1_000  # lines of a message that is built by itself
_LONG = MAX_CELL // 4  # characters that may be more bytes than a cell may have
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LACKING = (5, 9, 11)  # figures of a code that has lost a nought if others have one more
_STATED = frozenset(c.name for c in FILED)


def build_tables(contents: Iterable[InputContent]) -> list[InputTables]:
    """The inputs, those of messages built: small ones together, as each step of Arrow costs as much for one as for a hundred."""
    found = list(contents)
    drafts = {place: _Draft(content) for place, content in enumerate(found) if isinstance(content, MessageContent)}
    apart = {place for place, draft in drafts.items() if draft.is_decided_as_a_whole()}
    for group in ([place for place in drafts if place not in apart], *([place] for place in apart)):
        for place, tables in zip(group, _build([drafts[p] for p in group]) if group else (), strict=True):
            found[place] = tables
    return [one for one in found if isinstance(one, InputTables)]


# Columns of LINE that are called otherwise than the field that they are made of; a direction that is not known makes none.
_MADE = {"net_mass": "net_mass_kg", "gross_mass": "gross_mass_kg", "description_extra": "description", "direction": ""}


class _Draft:
    """An input of messages while its tables are built: its lines in rows, what they state, and where it stands in the common table."""

    def __init__(self, content: MessageContent) -> None:
        self.content, self.issues = content, content.issues
        self.rows = [_Row(type_, line) for type_, line in content.lines]
        for row in self.rows:
            row.sort_cells(self.issues)
            row.note_elsewhere(self.issues)
        _note_unread(self.rows, self.issues)
        self.others = max((len(row.others) for row in self.rows), default=0)
        self.fields = frozenset(name for row in self.rows for name in row.values)
        self.stated = dict.fromkeys((cell.label, cell.field) for row in self.rows for cell in row.line.cells)
        self.extra_names, self.extra_cells = _extra_columns(self.rows)
        self.begin, self.guesses, self.headers = 0, list[Guess](), list[str]()

    def is_decided_as_a_whole(self) -> bool:
        """Whether other lines may decide how a cell is read: the order of a date's figures, a nought that codes have lost; or it is large."""
        if not self.fields or len(self.rows) > _LARGE:
            return True
        texts = {name: {text for row in self.rows for text in row.values.get(name, ())} for name in self.fields}
        return (
            any(_ISO_DAY.fullmatch(text) is None for name in DATES for text in texts.get(name, ()))
            or any(len(code) in _LACKING for text in texts.get("hs_code", ()) for code in hs_digits(text))
            or any(len(text) > _LONG for found in texts.values() for text in found)
        )

    def place_at(self, begin: int, guesses: Sequence[Guess]) -> None:
        """Its rows begin there in the common table, of whose columns it has some, under headers of its own."""
        parties = [g for g in guesses if g.field == "other_parties"][: self.others]
        self.begin, self.guesses = begin, [*(g for g in guesses if g.field in self.fields), *parties]
        self.headers = _headers(self.stated, self.guesses, self.extra_names)

    def find_unmapped(self, places: pa.Array) -> list[Cells]:
        """The words in elements without a field."""
        names = self.headers[len(self.guesses) :]
        with_words = [Guess(i, name, "", "") for i, name in enumerate(names) if _may_hold_words(self.extra_cells[i])]
        if not with_words:
            return []
        issues = TableIssues(places.slice(self.begin, len(self.rows)), self.issues)
        found = unmapped_cells(table_of_columns(self.extra_cells), names, with_words, issues)
        return [Cells(cells.rows + self.begin, cells.texts, cells.headers) for cells in found]

    def take_out(self, lines: pa.Table, filed: Sequence[pa.ChunkedArray]) -> InputTables:
        """The input: its rows of the common table, with the columns that it states or that something was found for."""
        content, name, count = self.content, self.issues.source_file, len(self.rows)
        lines = lines.slice(self.begin, count)
        made = {_MADE.get(field, field) for field in (*self.fields, *["other_parties"][: self.others])} or {"description"}
        lines = lines.select([n for n in lines.column_names if n in made or lines.column(n).null_count < count])
        own = [filed[guess.position].slice(self.begin, count) for guess in self.guesses]
        raw = pa.Table.from_arrays([*own, *self.extra_cells], names=self.headers)
        described = Input(
            input_id(name, content.digest), name, content.digest.sha256, content.digest.size, content.format, content.encoding, None,
            tuple(one for one in self.stated if one[1] not in (EXTRA, UNREAD)), tuple(label for label, field in self.stated if field == UNREAD), _STATED.intersection(lines.column_names), count,
        )  # fmt: skip
        out_of_table_texts = out_of_table_lines(content.out_of_table_texts, name, content.digest, lines)
        return InputTables(described, lines, raw, issue_table(self.issues, lines), out_of_table_texts)


def _build(drafts: Sequence[_Draft]) -> list[InputTables]:
    """The inputs of some messages, out of one table of all their lines."""
    rows = [row for draft in drafts for row in draft.rows]
    places = pa.array([row.line.place for row in rows], pa.int64())
    fields, guesses = _field_columns(rows)
    for draft, begin in zip(drafts, accumulate((len(draft.rows) for draft in drafts), initial=0), strict=False):
        draft.place_at(begin, guesses)
    issues = TableIssues(places, drafts[0].issues, tuple((draft.begin, draft.issues) for draft in drafts[1:]))
    table = table_of_columns(fields)
    order = drafts[0].content.date_order if len(drafts) == 1 else ""  # else no date has figures in any other order
    blank = pa.table({"description": pa.nulls(len(rows), pa.string())})
    columns = assemble(table, guesses, ColumnMap({}, order, "."), issues) if fields else blank
    unmapped = [cells for draft in drafts for cells in draft.find_unmapped(places)]
    columns = with_other_texts(columns, unmapped, _other_cells(table, guesses, drafts, issues), issues)
    once = [sorted(name.replace("_", " ") for name in row.line.elsewhere) or None for row in rows]
    columns = columns.append_column("stated_once", pa.array(once, pa.list_(pa.string())))
    inputs = [(draft.issues.source_file, draft.content.digest, len(draft.rows)) for draft in drafts]
    lines = with_place(columns, inputs, places, message_type=string_array([row.type for row in rows]))
    filed = _as_filed(rows, fields, guesses)
    return [draft.take_out(lines, filed) for draft in drafts]


def _other_cells(table: pa.Table, guesses: Sequence[Guess], drafts: Sequence[_Draft], issues: TableIssues) -> list[Cells]:
    """Words in columns of fields, each under the header that its message has for the field."""
    with_words = [guess for guess in guesses if _may_hold_words(table.column(guess.position))]
    if len(drafts) == 1:
        return other_cells(table, drafts[0].headers, with_words, issues)
    headers = [{str(g.position): name for g, name in zip(d.guesses, d.headers, strict=False)} for d in drafts]
    begins, found = [draft.begin for draft in drafts], []
    for cells in other_cells(table, table.column_names, with_words, issues):
        of = np.searchsorted(begins, cells.rows, side="right") - 1
        shown = [headers[draft][column] for draft, column in zip(of.tolist(), cells.headers.to_pylist(), strict=True)]
        found.append(Cells(cells.rows, cells.texts, string_array(shown)))
    return found


class _Row(Struct):
    """One line: values by field (`filed`: as they stand, where one of them was put in other words), further parties, and what has no field."""

    type: str
    line: MessageLine
    values: dict[str, list[str]] = field(default_factory=dict)
    filed: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    extra_cells: list[Cell] = field(default_factory=list)

    def note_elsewhere(self, issues: IssueList) -> None:
        """Says which figures of the line are stated of several lines together."""
        for name in sorted(self.line.elsewhere):
            says = "it is stated once for several lines, and counts on the first of them; of this line it is not known"
            issues.add_one_of_many("mass-of-the-bill", says, row=self.line.place, field=name)

    def sort_cells(self, issues: IssueList) -> None:
        """Sort the cells; a second value of a field that can hold one is kept beside it and named in an issue."""
        values = self.values
        for cell in self.line.cells:
            name = cell.field
            if name in (EXTRA, UNREAD):
                self.extra_cells.append(cell)
            elif name == "other_parties":
                self._add_party(cell)
            elif name not in values:
                values[name] = [cell.text]
                if cell.filed:
                    self.filed[name] = [cell.filed]
            elif name in SEVERAL:
                self._add(cell)
            elif name == "packages" and self._add_packages(cell.text):
                continue
            elif cell.text not in values[name]:
                if name in _NAMES:
                    self._add_party(cell)
                    continue
                self.extra_cells.append(Cell(EXTRA, cell.label, cell.filed or cell.text))
                says = f"{cell.label} says {cell.text[:60]!r} as well; {values[name][0][:60]!r} was read"
                place, value = self.line.place, cell.text[:_SHOWN]
                issues.add_one_of_many("several-values", says, row=place, field=name, value=value)
        self.seen.clear()

    def _add_packages(self, text: str) -> bool:
        """Several kinds of packages of one item add up."""
        before = self.values["packages"][0]
        if not (text.isascii() and text.isdigit() and before.isascii() and before.isdigit()):
            return False
        self.values["packages"] = [str(int(before[:18]) + int(text[:18]))]
        return True

    def _add(self, cell: Cell) -> None:
        """A further value of a field that may have several."""
        known = self.values[cell.field]
        if cell.field not in self.seen:
            self.seen[cell.field] = set(known)
        seen = self.seen[cell.field]
        if cell.text in seen:
            return
        if cell.field == "description" and any(cell.text in text for text in known[:_LOOKED_THROUGH]):
            return
        seen.add(cell.text)
        if cell.filed and cell.field not in self.filed:
            self.filed[cell.field] = known.copy()
        known.append(cell.text)
        if cell.field in self.filed:
            self.filed[cell.field].append(cell.filed or cell.text)

    def _add_party(self, cell: Cell) -> None:
        if cell.text in self.others or any(cell.text in self.values.get(n, ()) for n in _NAMES):
            return
        if len(self.others) < _MOST_PARTIES:
            self.others.append(cell.text)
        else:
            self.extra_cells.append(Cell(EXTRA, cell.label, cell.text))


def _note_unread(rows: Sequence[_Row], issues: IssueList) -> None:
    """One issue an element that is not known, with its first place and how often it is filled."""
    seen: dict[str, tuple[int, str, int]] = {}
    for row in rows:
        for cell in row.extra_cells:
            if cell.field == UNREAD:
                place, text, count = seen.get(cell.label, (row.line.place, cell.text, 0))
                seen[cell.label] = (place, text, count + 1)
    for label, (place, text, count) in seen.items():
        says = f"{label} is read into no field; its text was screened with the line"
        issues.add("unread-element", says, row=place, value=text[:_SHOWN], count=count)


def _field_columns(rows: Sequence[_Row]) -> tuple[list[pa.ChunkedArray], list[Guess]]:
    stated: dict[str, list[str | None]] = {}
    for number, row in enumerate(rows):
        for name, texts in row.values.items():
            if name not in stated:
                stated[name] = [None] * len(rows)
            stated[name][number] = texts[0] if len(texts) == 1 else SEVERAL.get(name, " ").join(texts)
    names = [name for name in CANONICAL if name in stated]
    columns = [_column(stated[name]) for name in names]
    guesses = [Guess(at, name, name, _KNOWN) for at, name in enumerate(names)]
    for number in range(max((len(row.others) for row in rows), default=0)):
        parties = [row.others[number] if number < len(row.others) else None for row in rows]
        guesses.append(Guess(len(columns), "other_parties", "other_parties", _KNOWN))
        columns.append(_column(parties))
    return columns, guesses


def _as_filed(rows: Sequence[_Row], columns: Sequence[pa.ChunkedArray], guesses: Sequence[Guess]) -> list[pa.ChunkedArray]:
    """The columns of fields with what stands in the message, where that was put in other words."""
    shown, otherwise = [], {name for row in rows for name in row.filed}
    for column, guess in zip(columns, guesses, strict=True):
        if guess.field in otherwise:
            joiner = SEVERAL.get(guess.field, " ")
            found = [row.filed.get(guess.field, row.values.get(guess.field)) for row in rows]
            column = _column([joiner.join(texts) if texts else None for texts in found])
        shown.append(column)
    return shown


def _extra_columns(rows: Sequence[_Row]) -> tuple[list[str], list[pa.ChunkedArray]]:
    """Elements without a field, a column each; what is beyond `_MOST_COLUMNS` shares the last one."""
    columns: dict[str, dict[int, list[str]]] = {}
    for i, row in enumerate(rows):
        for cell in row.extra_cells:
            name = cell.label if cell.label in columns or len(columns) < _MOST_COLUMNS else _FURTHER
            columns.setdefault(name, {}).setdefault(i, []).append(cell.text)
    filled = (["\n".join(texts[i]) if i in texts else None for i in range(len(rows))] for texts in columns.values())
    return list(columns), list(map(_column, filled))


def _column(texts: Sequence[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([string_array(texts)], pa.string())


def _headers(stated: Iterable[tuple[str, str]], guesses: Sequence[Guess], extra_cells: Iterable[str]) -> list[str]:
    """The elements that stand for each field, in the sender's words; each header once. stated: label and field."""
    labels = grouped((name, label) for label, name in stated)
    return numbered([*(" | ".join(labels.get(g.field, [g.field])[:3]) for g in guesses), *extra_cells])


def _may_hold_words(column: pa.ChunkedArray) -> bool:
    """Whether a column can hold words at all: most elements are figures and codes, and looking closer at them takes its time."""
    return any(_WORDS.search(text) for text in dict.fromkeys(column.to_pylist()) if text)
