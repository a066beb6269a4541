"""Lines of messages to LINE, by the same cells and identity as tables: what a message says is parsed like what a column says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pyarrow as pa
from msgspec import Struct, field

from precursor_screen.core.model import Input
from precursor_screen.core.schema import FILED
from precursor_screen.formats.sheet import OutOfTableText, numbered, string_array
from precursor_screen.readers.assemble import assemble
from precursor_screen.readers.column_map import CANONICAL, PARTY_NAMES, ColumnMap, Guess
from precursor_screen.readers.finish import input_id, issue_table, no_lines, note_languages, with_place
from precursor_screen.readers.interface import Digest, InputTables, IssueList, TableIssues
from precursor_screen.readers.messages.scope import BESIDE, SEVERAL, UNREAD, Cell, MessageLine
from precursor_screen.readers.tabular.beside import lines_aside, with_texts_beside

# Three letters in any order, a letter beyond ASCII, or a sign of CAS numbers and encoded text.
_WORDS = re.compile(r"(?:[A-Za-z][^A-Za-z]*){3}|[^\x00-\x7f]|[-&%=\\]")
_KNOWN = "known spelling"
_NAMES = (*PARTY_NAMES, "declarant_name", "carrier_name")
_LOOKED_THROUGH = 20  # texts of one line in which another may stand already
_MOST_PARTIES = 24  # parties in other roles on one line that stand in other_parties; further ones are screened as text
_MOST_COLUMNS = 400  # elements without a field that are shown in a column of their own
_FURTHER = "further elements"
_SHOWN = 200
_STATED = frozenset(c.name for c in FILED)


class MessageContent(Struct):
    """Lines of one input as they are read.

    Attributes:
        format: in words, for the report.
        date_order: dmy, mdy or ymd, where the format fixes it.
        lines: message type and line.
        out_of_table_texts: texts that belong to no line.
    """

    format: str
    issues: IssueList
    date_order: str = ""
    lines: list[tuple[str, MessageLine]] = field(default_factory=list)
    out_of_table_texts: tuple[OutOfTableText, ...] = ()


def build(content: MessageContent, name: str, digest: Digest, encoding: str) -> InputTables:
    """One input of lines that messages state."""
    issues, rows = content.issues, [_Row(type_, line) for type_, line in content.lines]
    for row in rows:
        row.sort_cells(issues)
        row.note_elsewhere(issues)
    _note_unread(rows, issues)
    stated = dict.fromkeys((cell.label, cell.field) for row in rows for cell in row.line.cells)
    places = pa.array([row.line.place for row in rows], pa.int64())
    fields, guesses = _field_columns(rows)
    extra_names, extra_cells = _extra_columns(rows)
    if not rows:
        lines, raw = no_lines(), pa.table({})
    else:
        headers = _headers(stated, guesses, extra_names)
        lines = _lines(fields, guesses, extra_cells, headers, places, content)
        if any(row.line.elsewhere for row in rows):
            once = [sorted(name.replace("_", " ") for name in row.line.elsewhere) or None for row in rows]
            lines = lines.append_column("stated_once", pa.array(once, pa.list_(pa.string())))
        lines = with_place(lines, name, digest, places, message_type=string_array([row.type for row in rows]))
        raw = pa.Table.from_arrays([*_as_filed(rows, fields, guesses), *extra_cells], names=headers)
        note_languages(lines, issues)
    described = Input(
        input_id(name, digest), name, digest.sha256, digest.size, content.format, encoding, None,
        tuple(one for one in stated if one[1] not in (BESIDE, UNREAD)), tuple(label for label, name in stated if name == UNREAD), _STATED.intersection(lines.column_names), lines.num_rows,
    )  # fmt: skip
    return InputTables(
        described, lines, raw, issue_table(issues, lines), lines_aside(content.out_of_table_texts, name, digest, lines)
    )


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
            if name in (BESIDE, UNREAD):
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
                self.extra_cells.append(Cell(BESIDE, cell.label, cell.filed or cell.text))
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
            self.extra_cells.append(Cell(BESIDE, cell.label, cell.text))


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
    labels: dict[str, list[str]] = {}
    for label, name in stated:
        labels.setdefault(name, []).append(label)
    return numbered([*(" | ".join(labels.get(g.field, [g.field])[:3]) for g in guesses), *extra_cells])


def _lines(
    fields: Sequence[pa.ChunkedArray], guesses: Sequence[Guess], extra_cells: Sequence[pa.ChunkedArray], headers: Sequence[str],
    places: pa.Array, content: MessageContent,
) -> pa.Table:  # fmt: skip
    """The columns of LINE with identity, and with the texts in no field of goods, as tables have them."""
    count, issues = len(content.lines), TableIssues(places, content.issues)
    table = pa.Table.from_arrays([*fields, *extra_cells], names=[str(i) for i in range(len(fields) + len(extra_cells))])
    known = ColumnMap({}, content.date_order, ".")
    blank = pa.table({"description": pa.nulls(count, pa.string())})
    columns = assemble(table, guesses, known, issues) if fields else blank
    unknown = [Guess(i, headers[i], "", "") for i in range(len(fields), len(headers))]
    spoken = [guess for guess in (*guesses, *unknown) if _may_speak(table.column(guess.position))]
    return with_texts_beside(columns, table, headers, spoken, issues)


def _may_speak(column: pa.ChunkedArray) -> bool:
    """Whether a column can hold words at all: most elements are figures and codes, and looking closer at them takes its time."""
    return any(_WORDS.search(text) for text in dict.fromkeys(column.to_pylist()) if text)
