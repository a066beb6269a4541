"""What every reader ends with: the name of an input, its issues as a table."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.core.schema import ISSUE, LINE_COLUMNS, empty
from precursor_screen.matching.party.exact_names import ordinary_words
from precursor_screen.readers.interface import Digest, IssueList
from precursor_screen.text.covered import foreign, is_covered

# Lines met again among the inputs of one run; a line_id is the same wherever the line was filed.


def find_repeated(lines: pa.Table) -> tuple[pa.Array, pa.Table]:
    """Which lines are met for the first time, and what is said of the others.

    Args:
        lines: LINE columns, in the order read.

    Returns:
        The rows to keep, in order; ISSUE `repeated-line` of every other, naming the first place.
    """
    if len(pc.unique(lines.column("line_id"))) == lines.num_rows:
        return pa.array(np.arange(lines.num_rows)), ISSUE.empty_table()
    ids = lines.column("line_id").combine_chunks().dictionary_encode()
    first: dict[int, int] = {}
    keep, issues = [], []
    place = [lines.column(c) for c in ("source_file", "source_row")]
    for number, code in enumerate(ids.indices.to_pylist()):
        if code not in first:
            first[code] = number
            keep.append(number)
            continue
        here, there = ([column[n].as_py() for column in place] for n in (number, first[code]))
        message = f"already read in {there[0]}, row {there[1]}"
        issues.append(
            {
                "code": "repeated-line",
                "source_file": here[0],
                "source_row": here[1],
                "message": message,
                "line_id": ids.dictionary[code].as_py(),
                "count": 1,
            }
        )
    return pa.array(keep, pa.int64()), pa.Table.from_pylist(issues, schema=ISSUE)


def input_id(name: str, digest: Digest) -> str:
    """Which input: a hash of the file's digest and of the name with sheet or member."""
    return hashlib.sha256(f"{digest.sha256}\0{name}".encode("utf-8", "replace")).hexdigest()[:16]


def no_lines() -> pa.Table:
    """LINE without rows, with the columns that every input has."""
    always = ("line_id", "movement_key", "source_file", "source_row", "input_id", "shipment_id")
    return empty(pa.schema([(c.name, c.arrow) for c in LINE_COLUMNS if c.name in always]))


_SHOWN = 200
_SHARE = 0.1  # of a file's texts: from here on the file as a whole could not be screened


def note_languages(lines: pa.Table, issues: IssueList) -> None:
    """One row for the texts of goods in a writing or a language that no name of a substance is known in."""
    if "description" not in lines.column_names:
        return
    column = lines.column("description")
    texts = pc.unique(column).drop_null()
    small = pc.utf8_lower(pc.utf8_normalize(texts, form="NFC"))  # accents as one letter with its own
    likely = texts.filter(pc.match_substring_regex(small, foreign())).to_pylist()
    unread = [t for t in likely if not is_covered(t, ordinary_words())]
    if not unread:
        return
    there = pc.is_in(column, pa.array(unread, column.type))
    first = pc.index(there, True).as_py()
    issues.add(
        "language-not-covered" if len(unread) >= _SHARE * len(texts) else "foreign-texts",
        f"{len(unread):,} of {len(texts):,} texts are in a language of which no name of a substance is known",
        row=lines.column("source_row")[first].as_py(),
        field="description",
        value=unread[0][:_SHOWN],
        count=pc.sum(there).as_py(),
    )


def issue_table(issues: IssueList, lines: pa.Table) -> pa.Table:
    """`schema.ISSUE` of what was gathered, in order of rows; issues about a line carry its id."""
    ids = lines.column("line_id") if lines.num_rows else None
    more = [(code, row, None, None, f"and {count} more of this kind", count, None) for code, (count, row) in issues.rest.items()]
    rows = sorted([*issues.rows, *more], key=lambda r: (r[1] if r[1] is not None else 0, r[0], r[2] or "", r[3] or ""))
    return pa.Table.from_pylist(
        [
            {
                "code": code,
                "source_file": issues.source_file,
                "source_row": row,
                "field": field,
                "value": value,
                "message": message,
                "line_id": ids[index].as_py() if ids is not None and index is not None else None,
                "count": count,
            }
            for code, row, field, value, message, count, index in rows
        ],
        schema=ISSUE,
    )
