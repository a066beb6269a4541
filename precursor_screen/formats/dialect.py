"""The delimiter of a text table, found by which one cuts its rows into the same number of cells."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

# In order of preference where two cut equally well: a tab is hardly ever data, a comma often is.
DELIMITERS = ("\t", ";", "|", "\x1d", "^", "@", "\x01", ",")
ONE_COLUMN = "\x1f"  # stands for "no delimiter": a list of texts, one a line
SAMPLE_ROWS = 300
_NAMES = {
    "\t": "tab", ";": "semicolon", "|": "bar", ",": "comma", "^": "caret", "@": "at sign", "\x1d": "group separator (0x1D)",
    "\x01": "0x01", ONE_COLUMN: "one text a line",
}  # fmt: skip
_NUMBER = re.compile(r"[\s\d.,+-]*\d[\s\d.,+-]*")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_SEP = re.compile(r"\ufeff?sep=(.)\r?\n", re.I)


class Dialect(Struct, frozen=True):
    """How the text is cut.

    Attributes:
        delimiter: one character; `ONE_COLUMN`: none.
        quoted: whether `"` quotes.
        width: how many cells most rows have.
        runner_up: the delimiter that would have cut next best; empty where no other cuts at all.
    """

    delimiter: str
    quoted: bool
    width: int
    runner_up: str = ""

    def __str__(self) -> str:
        """`semicolon, next comma`."""
        said = _NAMES.get(self.delimiter, repr(self.delimiter)) + ("" if self.quoted else ", quotes stay in the cells")
        return f"{said}, next {_NAMES.get(self.runner_up, repr(self.runner_up))}" if self.runner_up else said


def find_dialect(sample: str) -> Dialect:
    """The dialect of a text table.

    Args:
        sample: the start of the text, cut at the end of a line.
    """
    stated = _SEP.match(sample)  # Excel's own first line
    if stated:
        return Dialect(stated[1], True, _widths(split(sample, stated[1], True))[0])
    cuts: list[tuple[float, Dialect]] = [(0.0, Dialect(ONE_COLUMN, True, 1))]
    for order, delimiter in enumerate(DELIMITERS):
        ways = () if delimiter not in sample else (True, False) if _breaks_quotes(sample, delimiter) else (True,)
        for quoted in ways:
            rows = split(sample, delimiter, quoted)
            width, share = _widths(rows)
            if width < 2 or share < 0.5:
                continue
            header = any(len(r) == width and not any(_NUMBER.fullmatch(c) for c in r) for r in rows[:30])
            # A list within a cell ("Acetone; Toluene; Safrole") may cut the rows alike, but seldom the line that heads them.
            first = next((r for r in rows if any(c.strip() for c in r)), [])
            # Without quoting the quotes stay in the cells, so quoting must lose clearly before it is given up.
            signs = 0.3 * header + 0.15 * (len(first) == width) + 0.01 * min(width, 20)
            cuts.append((share + signs - 0.001 * order - 0.1 * (not quoted), Dialect(delimiter, quoted, width)))
    cuts.sort(key=lambda cut: -cut[0])
    best = cuts[0][1]
    if best.delimiter == "," and _marks_decimals(sample):
        # "77;ACETONA;1250,50": the decimal commas cut all rows alike too.
        best = next((d for _, d in cuts if d.delimiter != "," and d.width > best.width), best)
    others = [cut.delimiter for _, cut in cuts if cut.delimiter not in (best.delimiter, ONE_COLUMN)]
    return replace(best, runner_up=others[0]) if others else best


def _marks_decimals(sample: str) -> bool:
    """Whether commas stand between figures and nowhere else."""
    return len(_DECIMAL_COMMA.findall(sample)) == sample.count(",")


def split(text: str, delimiter: str, quoted: bool, limit: int = SAMPLE_ROWS) -> list[list[str]]:
    """The first records of a text. Blank lines count as records of no cell."""
    csv.field_size_limit(1 << 30)
    reader = csv.reader(_lines(text), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    return list(islice(reader, limit))


def _breaks_quotes(sample: str, delimiter: str) -> bool:
    """Whether quotes in the text do not quote: something other than a delimiter follows one that closes."""
    if '"' not in sample:
        return False
    try:
        for _ in csv.reader(_lines(sample), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return True
    return False


def _lines(text: str) -> list[str]:
    # str.splitlines would also cut at U+2028, U+0085 and the separators 0x1C to 0x1E, which are data here.
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _widths(rows: list[list[str]]) -> tuple[int, float]:
    filled = [len(r) for r in rows if any(c.strip() for c in r)]
    if not filled:
        return 1, 0.0
    counts = Counter(filled)
    # A short preamble must not outvote the rows, nor a tie fall to the narrower of two.
    width = max(counts, key=lambda w: (counts[w] if w > 1 else counts[w] / 2, w))
    return width, counts[width] / len(filled)
