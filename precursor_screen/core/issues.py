"""Issue codes: what can be wrong with a row, a field or a file, and what that did to the screening.

Every source row ends as a screened line or as an issue; an issue is a value that reaches every report, never a log line.
`data/issues.csv` lists the codes. The effect says what it did:

    set-aside      the row or file was not screened; counted, exit code 3
    unscreenable   the line was read, but nothing in it could be screened; it has no band
    degraded       the line was screened without this field; rules that need it are not evaluable
    note           nothing was lost (a preamble row, a blank row, a repeated header)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from precursor_screen.core.tables import DATA, whole_rows

SET_ASIDE, UNSCREENABLE, DEGRADED, NOTE = "set-aside", "unscreenable", "degraded", "note"
WORDS_ALONE = "words-alone"  # the code of a file of which nothing but its words could be screened
READ_FROM_PRINT = "read-from-print"  # the code of a table whose columns are told by where words stand


class IssueCode(Struct, frozen=True):
    """One kind of issue: `explain CODE` prints it."""

    code: str
    effect: str
    title: str
    remedy: str


def _read() -> Iterator[IssueCode]:
    for row in whole_rows(DATA / "issues.csv", ("code", "effect", "title", "remedy")):
        code = IssueCode(row["code"], row["effect"], row["title"], row["remedy"])
        if code.effect not in (SET_ASIDE, UNSCREENABLE, DEGRADED, NOTE) or not (code.title and code.remedy):
            raise row.error("the effect is not known, or there is no title or remedy")
        yield code


ISSUE_CODES: Final = {code.code: code for code in _read()}
