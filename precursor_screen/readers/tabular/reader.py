"""The reader of every table: a sheet to lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.core.model import Input
from precursor_screen.core.schema import FILED
from precursor_screen.formats.sheet import Body, OutOfTableText, Sheet, numbered
from precursor_screen.readers.assemble import MIXED, TEXT, TYPED, Usual, assemble
from precursor_screen.readers.column_map import PARTY_NAMES, AcceptedMap, Column, ColumnMap, ColumnReport, Guess
from precursor_screen.readers.input_tables import input_id, issue_table, no_lines, with_place, without_lines
from precursor_screen.readers.interface import Digest, InputTables, IssueList, ReadOptions, TableIssues
from precursor_screen.readers.tabular.accepted import accepted_for, accepted_guesses, layout_headers
from precursor_screen.readers.tabular.assign import is_heading
from precursor_screen.readers.tabular.concepts import languages_of, meanings, usual_mark, usual_order
from precursor_screen.readers.tabular.content import Content, content_of, explained, is_date
from precursor_screen.readers.tabular.details import net_quantities, part_details, part_leads
from precursor_screen.readers.tabular.document_number import document_number
from precursor_screen.readers.tabular.fill import fill_blanks, fill_down, guesses_of, left_over, not_mapped, part_addresses
from precursor_screen.readers.tabular.header_rows import ADDED_UP, GOODS, HeaderPlace, find_header, padded_names
from precursor_screen.readers.tabular.headers import note_joined, with_units
from precursor_screen.readers.tabular.headings import HEADING, fill_below, take_headings
from precursor_screen.readers.tabular.letterhead import stated_around
from precursor_screen.readers.tabular.levels import count_once
from precursor_screen.readers.tabular.mapping import guess_columns
from precursor_screen.readers.tabular.numbered import Joined, join_numbered
from precursor_screen.readers.tabular.other_texts import (
    ABOVE,
    BELOW,
    HEADERS,
    TOTALS,
    UNHEADED,
    joined_cells,
    other_cells,
    out_of_table_cells,
    out_of_table_lines,
    rows_of,
    unmapped_cells,
    with_other_texts,
)
from precursor_screen.readers.tabular.papers import Papers, with_papers
from precursor_screen.readers.tabular.presets import Preset, decode, named_preset, numbered_columns, preset_of, recognise
from precursor_screen.readers.tabular.rows import (
    drop_idle_rows,
    drop_notes,
    drop_sections,
    join_continued,
    note_broken,
    read_on,
    typical_rows,
)
from precursor_screen.readers.tabular.shorthand import write_out
from precursor_screen.readers.tabular.stacked import part_parties, part_sides
from precursor_screen.readers.tabular.survey import note_unread
from precursor_screen.readers.tabular.unfold import items_of
from precursor_screen.text.countries import MOST, PORTS, country_of_cell
from precursor_screen.text.numbers import weigh_marks

# What unmapped columns of numbers say about the decimal mark of their table.

_AMOUNT: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*")
_BARE: Final = re.compile(r"-?\d+(?:\.\d+)?")
# Classes of dangerous goods and numbers of paragraphs have a point in every country.
_CLASS: Final = re.compile(r"\d{1,2}[.,]\d")
_NO_AMOUNT: Final = frozenset(("number", "code", "kind", "reference", "date", "place", "hs"))
_MOST: Final = 0.8  # of the cells


def weigh_other_marks(headers: Sequence[str], contents: Sequence[Content], *, bare: bool = True) -> Counter[str]:
    """Mark -> cells that can only be read by it, of the columns that hold amounts.

    Args:
        headers: of unmapped columns.
        contents: what each holds.
        bare: whether cells of digits and a point alone count; in a workbook these may be numbers as such, whose point says nothing.
    """
    languages = languages_of(tuple(headers))
    found = Counter[str]()
    for header, content in zip(headers, contents, strict=True):
        concepts = {concept for word in meanings(header, languages) for concept in word}
        if concepts.isdisjoint(_NO_AMOUNT) and _holds_amounts(content):
            found += weigh_marks(cell for cell in content.cells if len(cell) < 60 and (bare or not _BARE.fullmatch(cell)))
    return found


def _holds_amounts(content: Content) -> bool:
    if content.share(_AMOUNT.fullmatch) < _MOST or content.share(_CLASS.fullmatch) >= _MOST:
        return False
    return content.share(is_heading) < _MOST and content.share(is_date) < _MOST


_GUESSED = ColumnMap({})
_SEMICOLON: Final = "semicolon"  # as `Dialect` says it
_NUMBERS = dict.fromkeys(("XLSX", "XLS", "XLSB", "ODS"), MIXED) | dict.fromkeys(("Parquet", "Arrow", "Feather"), TYPED)


def read_sheets(sheets: Sequence[Sheet], file: str, digest: Digest, options: ReadOptions) -> list[InputTables]:
    """The sheets of a file to lines, each by the user's map, else by the one that was accepted for its layout, else by guesses.

    Raises:
        MappingError, ErrorGroup: the map names columns that are not there.
    """
    return [_read_as_mapped(sheet, file, digest, options) for sheet in sheets]


def _read_as_mapped(sheet: Sheet, file: str, digest: Digest, options: ReadOptions) -> InputTables:
    mapping = options.mapping
    accepted = accepted_for(sheet, sheet.name.removeprefix(file), options.accepted) if mapping is None else None
    tables = read_sheet(sheet, digest, mapping, options.papers, accepted)
    if accepted:
        return replace(tables, input=replace(tables.input, accepted_map=(accepted.digest, accepted.day)))
    # A sheet without a column of goods may hold labels and values, unless it was mapped as it is.
    if "no-usable-column" in tables.issues.column("code").to_pylist() and (
        mapping is None or mapping.of_table(sheet.name) is None
    ):
        items = items_of(sheet) if not sheet.named else None
        return _read_as_mapped(items, file, digest, options) if items else tables
    return tables


def read_sheet(
    sheet: Sheet, digest: Digest, column_map: ColumnMap | None = None, papers: Papers = (), accepted: AcceptedMap | None = None
) -> InputTables:
    """One sheet to lines; papers: see `ReadOptions`; accepted: the map of its layout, in place of a map of the user's.

    Raises:
        MappingError, ErrorGroup: the map names columns that are not there.
    """
    issues = IssueList(sheet.name)
    broken_texts = note_broken(sheet.notes, issues)
    if not any(any(c.strip() for c in row) for row in sheet.head):
        if not sheet.above:  # else it is text without a table
            issues.add("empty-sheet", "the sheet is empty", count=0)
        return _set_aside(sheet, digest, HeaderPlace(0, (), 0), (), issues, (*sheet.out_of_table_texts, *broken_texts))
    if sheet.is_cover:
        issues.add("preamble-row", "what holds for the other sheets", row=1, count=len(sheet.head))
        said = [*sheet.out_of_table_texts, *broken_texts, *out_of_table_cells(enumerate(sheet.head, start=1), ABOVE)]
        return _set_aside(sheet, digest, HeaderPlace(0, (), 0), (), issues, said)
    column_map = accepted.column_map if accepted else column_map.of_table(sheet.name) if column_map else None
    place, names, preset = _understand(sheet, column_map)
    body = sheet.read(place.row, len(names))
    sides = names
    if not sheet.named and preset is None:
        sides, body = part_sides(names, body, column_map.columns if column_map else ())
        names = (*names, *sides[len(names) :])
    contents = [content_of(column) for column in typical_rows(body.table, names).columns]
    headed = bool(place.row) or sheet.named or preset is not None
    if accepted:
        guesses = accepted_guesses(accepted, names)
    else:
        guesses = guess_columns(sides, column_map, sheet.name, contents, preset, body.table, headed, sheet.levels)
        guesses = tuple(replace(guess, header=name) for guess, name in zip(guesses, names, strict=True))
    guesses = with_papers(guesses, contents, papers)
    column_report = _report_columns(sheet, guesses, contents, preset)
    column_report = replace(column_report, headers=layout_headers(sheet, place), column_map=None if accepted else column_map)
    before = sheet.head[: max(place.first - 1, 0)]
    above_all = stated_around([*sheet.above, *before], sheet.below, guesses)
    stated = not_mapped(above_all, guesses, column_map is not None and bool(column_map.columns))
    out_of_table_texts = [*sheet.out_of_table_texts, *broken_texts]
    _note_preamble(before, issues)
    out_of_table_texts += note_broken(body.broken, issues)
    if not any(g.field in GOODS or g.field == "description_extra" for g in guesses):
        _note_unusable(guesses, body, place, issues)
        out_of_table_texts += out_of_table_cells([*enumerate(before, start=1), (place.row, names), *rows_of(body)], UNHEADED)
        return _set_aside(sheet, digest, place, guesses, issues, out_of_table_texts, column_report)
    out_of_table_texts += _unmapped_headers(guesses, place)
    note_joined(sheet.joined, guesses, issues)
    body, once = count_once(body, guesses, sheet.levels, sheet.begins, issues)
    left = left_over([*sheet.above, *before], stated)[len(sheet.above) :]
    out_of_table_texts += out_of_table_cells(enumerate(left, start=1), ABOVE)
    note_unread(guesses, contents, place.row + 1, issues, None if headed else explained(contents))
    if not any(g.field in ("description", "description_extra") for g in guesses) and body.table.num_rows:
        message = "no column holds texts of goods: only codes are screened for substances"
        issues.add("no-goods-text", message, row=place.row + 1, count=body.table.num_rows)
    texts = [g.position for g in guesses if g.field in ("description", "description_extra")]
    codes = [g.position for g in guesses if g.field == "hs_code"]
    body, headings = take_headings(body, texts, codes, issues) if not sheet.named else (body, [])
    if not sheet.named and not any("bill_of_lading" in field for heading in headings for field in heading.facts):
        stated += document_number([*sheet.above, *before], above_all, guesses)
    body, totals = drop_idle_rows(body, names, texts, codes, issues)
    out_of_table_texts += out_of_table_cells(rows_of(totals), TOTALS)
    if not sheet.named:
        parties = [g.position for g in guesses if g.field in PARTY_NAMES]
        figures = [g.position for g in guesses if g.field in ADDED_UP]
        fields = {"texts": texts, "codes": codes, "parties": parties, "figures": figures}
        body, notes = drop_notes(body, totals, fields, issues)
        out_of_table_texts += out_of_table_cells(rows_of(notes), BELOW)
        body, sections = drop_sections(body, [*texts, *codes, *parties], issues)
        out_of_table_texts += out_of_table_cells(rows_of(sections), HEADING)
        out_of_table_texts += out_of_table_cells([(None, read_on(body, notes))], BELOW, joined=False)
        body = join_continued(body, texts, issues)
    if stated:
        filled = guesses_of(stated, len(names))
        body, guesses, names = fill_down(stated, body), (*guesses, *filled), (*names, *(one.label for one in stated))
        rows = body.table.num_rows
        above = (Column(guess, rows, rows, (one.value,)) for guess, one in zip(filled, stated, strict=True))
        column_report = replace(column_report, columns=(*column_report.columns, *above))
    if headings:
        body, added, idle = fill_below(headings, body, guesses, len(names))
        guesses, names = (*guesses, *added), (*names, *(guess.header for guess in added))
        out_of_table_texts += idle
    body = fill_blanks(above_all, guesses, write_out(body, guesses, issues))
    named_only = (part_addresses, part_leads)
    for part in named_only if sheet.named else (part_parties, part_addresses, part_leads, part_details, net_quantities):
        body, added = part(body, guesses)
        guesses, names = (*guesses, *added), (*names, *(guess.header for guess in added))
    numbered = numbered_columns(preset, names)
    joined = join_numbered(body, numbered, issues) if numbered else Joined(body, body.table)
    body, filed = joined.body, joined.filed
    numbers = _NUMBERS.get(sheet.format, TEXT)
    other = [(g.header, content) for g, content in zip(guesses, contents, strict=False) if not g.field]
    unmapped_marks = weigh_other_marks(*zip(*other, strict=True), bare=numbers == TEXT) if other else None
    of_rows = TableIssues(body.rows, issues)
    table, read_as = decode(with_units(body.table, guesses), guesses, preset, names, of_rows)
    headings_of_all = [*names, *(one.label for one in above_all)]
    # Where the comma is the decimal mark, the semicolon parts the cells of a text.
    usual = Usual(usual_order(headings_of_all), "," if sheet.dialect.startswith(_SEMICOLON) else usual_mark(headings_of_all))
    columns = assemble(table, read_as, _marks(column_map, preset), of_rows, numbers, unmapped_marks, sheet.texts, usual)
    headers = unique_names(names)
    if body.table.num_rows:
        cells, shown, known = _with_other_joins(joined, headers, guesses)
        unmapped = unmapped_cells(cells, shown, known, of_rows)
        others = [*other_cells(cells, shown, known, of_rows), *joined_cells(cells, known)]
        columns = with_other_texts(columns, unmapped, others, of_rows)
    if once is not None:
        columns = columns.append_column("stated_once", once)
    missing = [n for n in ("line_id", "movement_key", "shipment_id") if n not in columns.column_names]
    lines = with_place(
        columns, [(sheet.name, digest, len(body.rows))], body.rows, **dict.fromkeys(missing, pa.array([], pa.string()))
    )
    raw = pa.Table.from_arrays(filed.columns, names=headers)
    return InputTables(
        _describe(sheet, digest, place, guesses, lines), lines, raw, issue_table(issues, lines), out_of_table_lines(out_of_table_texts, sheet.name, digest, lines), column_report
    )  # fmt: skip


def _understand(sheet: Sheet, column_map: ColumnMap | None) -> tuple[HeaderPlace, tuple[str, ...], Preset | None]:
    """Where the header stands, the headers, and the layout."""
    header_row = column_map.header_row if column_map else None
    named = named_preset(column_map)
    if header_row is None and named is not None and named.order and not any(recognise(row) for row in sheet.head):
        header_row = 0
    place = find_header(sheet, header_row)
    names = padded_names(place, sheet)
    preset = preset_of(names, column_map)
    if preset is not None and not place.row and not sheet.named and 0 < len(preset.order) <= len(names):
        names = (*preset.order, *("" for _ in names[len(preset.order) :]))
    return place, names, preset


def _marks(column_map: ColumnMap | None, preset: Preset | None) -> ColumnMap:
    """The user's map with the order of dates and the decimal mark of the layout, where the map states none."""
    stated = column_map or _GUESSED
    if preset is None:
        return stated
    return replace(stated, date_order=stated.date_order or preset.date_order, decimal=stated.decimal or preset.decimal)


def _report_columns(sheet: Sheet, guesses: Sequence[Guess], contents: Sequence[Content], preset: Preset | None) -> ColumnReport:
    columns = tuple(Column(g, c.filled, c.seen, c.cells) for g, c in zip(guesses, contents, strict=True))
    return ColumnReport(columns, sheet.dialect, preset.id if preset else "")


def _with_other_joins(
    joined: Joined, headers: Sequence[str], guesses: Sequence[Guess]
) -> tuple[pa.Table, Sequence[str], Sequence[Guess]]:
    """Cells, headers and guesses with the other ways to join texts as columns of no field."""
    table = joined.body.table
    for name, column in joined.other_joins:
        position = table.num_columns
        table = table.append_column(str(position), column)
        headers, guesses = [*headers, name], [*guesses, Guess(position, name, "", name)]
    return table, headers, guesses


def _note_preamble(before: Sequence[Sequence[str]], issues: IssueList) -> None:
    if before:
        shown = next((c for row in before for c in row if c.strip()), "")
        issues.add("preamble-row", "rows before the header", row=1, value=shown[:200] or None, count=len(before))


def _unmapped_headers(guesses: Sequence[Guess], place: HeaderPlace) -> list[OutOfTableText]:
    """Headers to be screened as texts: those of columns that are not used, which may name a substance, and those of several lines, which may
    hold an item below the name of the column."""
    told = [g.header for g in guesses if not g.field or "\n" in g.header]
    return out_of_table_cells([(place.row or None, told)], HEADERS, joined=False)


def _note_unusable(guesses: Sequence[Guess], body: Body, place: HeaderPlace, issues: IssueList) -> None:
    headers = ", ".join(g.header for g in guesses if g.header)[:500]
    message = f"no column of descriptions or HS codes among: {headers}" if headers else "the sheet has no header"
    issues.add("no-usable-column", message, row=place.row + 1, count=body.table.num_rows)


def _describe(sheet: Sheet, digest: Digest, place: HeaderPlace, guesses: Sequence[Guess], lines: pa.Table) -> Input:
    filed = {c.name for c in FILED}
    return Input(
        input_id=input_id(sheet.name, digest),
        name=sheet.name,
        sha256=digest.sha256,
        bytes=digest.size,
        format=sheet.format,
        encoding=sheet.encoding,
        header_row=place.row or None,
        mapping=tuple((g.header, g.field) for g in guesses if g.field),
        unmapped=tuple(g.header for g in guesses if not g.field),
        supplied=frozenset(n for n in lines.column_names if n in filed),
        lines=lines.num_rows,
        coded=frozenset(name for name in PORTS if name in lines.column_names and _are_codes(lines.column(name))),
    )


def _are_codes(column: pa.ChunkedArray) -> bool:
    """Whether nearly all filled cells are UN/LOCODEs."""
    counts = {c["values"]: int(c["counts"]) for c in pc.value_counts(column.drop_null()).to_pylist()}
    listed = sum(count for cell, count in counts.items() if country_of_cell(cell))
    return listed > 0 and listed >= MOST * sum(counts.values())


def _set_aside(
    sheet: Sheet, digest: Digest, place: HeaderPlace, guesses: Sequence[Guess], issues: IssueList, out_of_table_texts: Sequence[OutOfTableText],
    column_report: ColumnReport | None = None,
) -> InputTables:  # fmt: skip
    described = _describe(sheet, digest, place, guesses, no_lines())
    return without_lines(described, issues, out_of_table_lines(out_of_table_texts, sheet.name, digest, no_lines()), column_report)


def unique_names(names: Sequence[str]) -> list[str]:
    """Headers as filed; a repeated one gets a number, an empty one its position."""
    return numbered(name or f"column {position}" for position, name in enumerate(names, start=1))
