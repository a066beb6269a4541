"""Shipping bills of India as they are filed with ICES 1.5: flat files (`.sb`, message CACHE01) of tables whose rows have no header.

Each table begins with `<TABLE>name`; the fields of a row are parted by 0x1D, the first six say whose row it is. Places of the fields, in
`layouts/ices.csv`, are those of public programs that make such files; no file of customs was at hand.
"""

from __future__ import annotations

import re

from precursor_screen.formats.blob import Blob
from precursor_screen.readers.interface import Digest, IssueList, MessageContent, Reader, ReadOptions
from precursor_screen.readers.messages.edi import read_text, refuse_empty
from precursor_screen.readers.messages.layout import load_codes
from precursor_screen.readers.messages.scope import EXTRA, SEVERAL, Scope, lines_of
from precursor_screen.readers.messages.text import as_date, as_number, is_nothing, join_fragments, joined_otherwise, with_unit

_PART = "\x1d"
_BEGINS, _TABLE, _ENDS = "HREC", "<TABLE>", ("<END", "TREC")
_STATED = {"direction": "export", "message_function": "original", "country_of_dispatch": "IN"}
_JOB_DATE, _MASS_UNIT = 3, 38  # places of the day of the job, and of the unit of the masses of a bill
# Before the fields of its table a row has the action, the customs house, the job and its date, the shipping bill and its date. Some rows leave
# the last two out: then what a table has in one place (RITC code, container, currency) is found two places before.
_OF_JOB, _LEFT_OUT = 4, 2
_TELLING = {
    "ITEM": (9, re.compile(r"\d{8}")),
    "CONTAINER": (6, re.compile(r"[A-Z]{4}\d{7}")),
    "INVOICE": (9, re.compile(r"[A-Z]{3}")),
}
_MASSES = ("gross_mass", "net_mass")
_DATE = re.compile(r"(\d{2})(\d{2})(\d{4})|(\d{4})(\d{2})(\d{2})")


def read_shipping_bills(blob: Blob, digest: Digest, options: ReadOptions) -> list[MessageContent]:
    """One result: the lines of every shipping bill of the file.

    Raises:
        InputError: no bill in it has goods.
    """
    content, text, issues = read_text(blob, options)
    found = MessageContent("ICES", issues, digest, str(text.choice), out_of_table_texts=text.out_of_table_texts)
    for scope in read_bills(content, issues):
        found.lines += [("CACHE01", line) for line in lines_of(scope)]
    refuse_empty(found, blob)
    return [found]


ICES = Reader(lambda kind, _: kind == "ices", read_shipping_bills)


def read_bills(text: str, issues: IssueList) -> list[Scope]:
    """The content of each shipping bill; one without items is a line by itself."""
    bills: list[Scope] = []
    table = ""
    for row, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        parts = [part.strip() for part in line.split(_PART)]
        if parts[0] == _BEGINS:
            bills.append(Scope(row))
            for field, stated in _STATED.items():
                bills[-1].add(field, "CACHE01", stated)
            table = ""
        elif line.startswith(_TABLE):
            table = line.removeprefix(_TABLE).strip().upper()
        elif line.startswith(_ENDS) or not line.strip():
            table = ""
        elif bills and table and len(parts) > 1:
            _take(bills[-1].open(row) if table == "ITEM" else bills[-1], table, parts)
        else:
            issues.note_broken(f"line {row} is not a row of a table", row, line[:200])
    for bill in bills:
        if len(bill.children) > 1:  # of all items together: the quantity of each says more
            for field in (*_MASSES, "packages"):
                bill.add_extra(field)
    return bills


def _take(scope: Scope, table: str, parts: list[str]) -> None:
    """What a row says."""
    codes, left_out = load_codes("ices"), _left_out(table, parts)
    texts: list[str] = []
    others: list[str] = []
    unit = parts[_MASS_UNIT] if len(parts) > _MASS_UNIT else ""
    for at, text in enumerate(parts):
        field = codes.get((table, str(at if at < _OF_JOB else at + left_out)), EXTRA)
        label = f"{table} field {at + 1}"
        if field == "description":
            texts.append(text)
        elif field in _MASSES:
            figure = as_number(text)
            scope.add(field, label, "" if is_nothing(figure) else with_unit(figure, unit))
        elif field == "date":
            scope.add(field, label, _day(text), text)
        elif field == EXTRA or (scope.has(field) and field not in SEVERAL):
            others.append(text)
        else:
            scope.add(field, label, text)
    if table == "SB" and len(parts) > _JOB_DATE and not scope.has("date"):
        scope.add("date", "SB field 4", _day(parts[_JOB_DATE]), parts[_JOB_DATE])  # of the job
    scope.add("description", f"{table} description", join_fragments(texts))
    scope.add(EXTRA, f"{table} description, pieces apart", joined_otherwise(texts))
    scope.add(EXTRA, table, " ".join(text for text in others if any(map(str.isalpha, text))))


def _left_out(table: str, parts: list[str]) -> int:
    """How many fields of the bill a row leaves out."""
    if table not in _TELLING:
        return 0
    place, pattern = _TELLING[table]
    is_there, is_before = (at < len(parts) and pattern.fullmatch(parts[at]) for at in (place, place - _LEFT_OUT))
    return _LEFT_OUT if is_before and not is_there else 0


def _day(text: str) -> str:
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    return as_date("".join(found.group(3, 2, 1) if found[3] else found.group(4, 5, 6)), "102")
