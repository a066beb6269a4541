"""Columns of a report that is printed as text: characters stand where they stand, so what is parted by blanks or bars is a cell.

Three things state columns: bars between the cells, a rule that is broken between them (`====  ====`), and blanks that run through all of the
rows. No word is ever cut.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from msgspec import Struct

from precursor_screen.formats.pdf_rows import is_figure

Block: TypeAlias = tuple[int, int, str]  # of a line: from where to where it reaches, and what it says
_BLOCK: Final = re.compile(r"[^ ]+(?: [^ ]+)*")
_WORD: Final = re.compile(r"[^ ]+")
_RULE: Final = re.compile(r"[\s\-=_~*+|:.¦\u2500-\u257f]*")
_DRAWN: Final = re.compile(r"([-=_~*\u2500-\u257f])\1\1|\+-+\+")
_BROKEN_RULE: Final = re.compile(r" *(?:[-=_]+ +){2,}[-=_]+")
_JUNCTIONS: Final = re.compile(r"\s*[-=\u2500\u2550]+(?:[+\u253c\u256a\u256b\u256c][-=\u2500\u2550]+)+\s*")  # `----+----`
_BARS: Final = ("|¦│┃║", "!")
_BAR: Final = {bars: re.compile(f"[{bars}]") for bars in _BARS}
_LABEL: Final = re.compile(r"[^\W\d_][^:：]{0,39}[:：](?: |$)|[^\W\d_][^:：]{0,39} [:：]")
_FRAMED: Final = re.compile(r"\s*[(*<=-].*[)*>=-]\s*")
_ONLY_DRAWN: Final = re.compile(r"[-=_~*.]{3,}")
# Some letters take the room of two.
_WIDE: Final = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]")
_LEADERS: Final = re.compile(r"(?<=[^\W_])[ .·…]{2,120}(?=[^ .·…])")
_ROOM: Final = "\x00"
AT: Final = 1  # characters by which what is aligned may be out of place
_SOME, _OUT_OF_PLACE = 5, 10  # rows of which one, and of which one in so many, may be out of place
_FEW, _MANY = 2, 6  # rows in which a gap of one blank runs through beside figures, and beside words


def expanded(line: str) -> str:
    """A line with a blank for each place: tabs reach to the next eighth one, wide letters take two."""
    text = unleadered(line.rstrip().expandtabs(8) if "\t" in line else line.rstrip())
    return text if text.isascii() else _WIDE.sub(lambda wide: "  " if wide[0] == "\u3000" else wide[0] + _ROOM, text)


def unleadered(line: str) -> str:
    """A line without the points that lead from a label to what it says: `Vessel ..... : AURORA`, `Vessel ..... AURORA`."""
    return _LEADERS.sub(_blanks, line) if ".." in line or "··" in line or "…" in line else line


def _blanks(leaders: re.Match[str]) -> str:
    points = leaders[0].replace("…", "...").replace("·", ".")
    if leaders.string[leaders.end()] in ":：":
        return " " * len(leaders[0]) if ".." in points else leaders[0]
    return f": {' ' * (len(leaders[0]) - 2)}" if "...." in points else leaders[0]


def as_filed(text: str) -> str:
    """The same without the room of wide letters and without the blanks around it; a rule in it is nothing."""
    text = text.replace(_ROOM, "").strip()
    return "" if _ONLY_DRAWN.fullmatch(text) else text


def blocks_of(line: str) -> list[Block]:
    """What stands together on a line: words that one blank parts."""
    return [(match.start(), match.end(), match[0]) for match in _BLOCK.finditer(line)]


def is_rule(line: str) -> bool:
    """Whether a line is drawn and says nothing."""
    return _RULE.fullmatch(line) is not None and _DRAWN.search(line) is not None


def is_framed(line: str) -> bool:
    """Whether a line is set apart as a remark: `(CONTINUED ON NEXT PAGE)`, `*** END ***`."""
    return _FRAMED.fullmatch(line) is not None


def broken_rule(line: str) -> tuple[tuple[int, int], ...]:
    """From where to where the parts of a rule reach that is broken between columns; none where it is not such a rule."""
    return tuple((one.start(), one.end()) for one in _WORD.finditer(line)) if _BROKEN_RULE.fullmatch(line) else ()


def labelled_cells(line: str) -> list[tuple[int, str, int]]:
    """What stands together on a line, where it begins, and where what a label says does; a label is joined with that."""
    found: list[tuple[int, str, int]] = []
    for begin, _, text in blocks_of(line):
        if found and (text.startswith((":", "：")) or found[-1][1].endswith((":", "："))):
            before = found.pop()
            found.append((before[0], f"{before[1]} {text}", begin + len(text) - len(text.lstrip(":： "))))
        else:
            said = text.partition(":")[2]
            found.append((begin, text, begin + len(text) - len(said.lstrip())))
    return [(begin, as_filed(text), said) for begin, text, said in found]


def is_labelled(line: str) -> bool:
    """Whether a line says labels and what belongs to them: `Vessel: AURORA`, `Vessel    : AURORA`; a row has figures without a label."""
    if ":" not in line and "：" not in line:
        return False
    cells = [text for _, text, _ in labelled_cells(line)]
    plain = [text for text in cells if not _LABEL.match(text)]
    return len(plain) < len(cells) and not any(map(is_figure, plain))


def bars_of(lines: Sequence[str]) -> str:
    """The characters that stand between cells and at both ends of their lines; or between them alone, where a rule has junctions below them."""
    for bars in _BARS:
        barred = [line.strip() for line in lines if is_barred(line, bars)]
        if len(barred) > 1 and any(map(is_rule, lines)):
            return bars
    parts = {len(_WORD.findall(re.sub(r"[-=\u2500\u2550]+", "x ", line))) for line in lines if _JUNCTIONS.fullmatch(line)}
    counts = [len(_BAR[_BARS[0]].findall(line)) for line in lines if not is_rule(line)]
    return _BARS[0] if any(count + 1 in parts for count in counts if count) and parts else ""


def is_barred(line: str, bars: str) -> bool:
    """Whether a line has bars at both of its ends, and between them."""
    text = line.strip()
    return len(text) > 2 and text[0] in bars and text[-1] in bars and len(_BAR[bars].findall(text)) > 2


def unbarred(line: str, bars: str) -> str:
    """A line without the bars of its boxes."""
    return _BAR[bars].sub(" ", line) if bars else line


class Columns(Struct, frozen=True):
    """Where the cells of a line are.

    Attributes:
        spans: from where to where the columns reach; none where bars part them.
        bars: the characters that do, or empty.
        count: how many columns there are.
        at: where bars stand in the header.
    """

    spans: tuple[tuple[int, int], ...]
    bars: str = ""
    count: int = 0
    at: tuple[int, ...] = ()

    def cells(self, line: str) -> list[str] | None:
        """The cells of a line; None where it has other ones."""
        return self._between_bars(line) if self.bars else [as_filed(" ".join(cell)) for cell in self._below_gaps(line)]

    def _between_bars(self, line: str) -> list[str] | None:
        found = [bar.start() for bar in _BAR[self.bars].finditer(line)]
        if len(found) != len(self.at):
            found = [bar for bar in found if any(abs(bar - at) <= AT for at in self.at)]
        if len(found) != len(self.at) or not found:
            return None
        edges = [-1, *found, len(line)]
        cells = [as_filed(line[begin + 1 : end]) for begin, end in pairwise(edges)]
        if is_barred(line, self.bars):
            cells = cells[1:-1]
        return cells if len(cells) == self.count else None

    def _below_gaps(self, line: str) -> list[list[str]]:
        ends = [begin for begin, _ in self.spans[1:]]
        gaps = pairwise([*(edge for span in self.spans for edge in span)][1:-1])
        if not any(line[end:begin].strip() for end, begin in list(gaps)[::2]):
            return [[line[begin:end]] for begin, end in zip([0, *ends], [*ends, len(line)], strict=True)]
        cells: list[list[str]] = [[] for _ in self.spans]
        for begin, end, text in blocks_of(line):
            over = self.below(begin, end)
            if len(over) < 2:
                cells[self.nearest(begin, end)].append(text)
                continue
            for word in _WORD.finditer(text):
                cells[self.nearest(begin + word.start(), begin + word.end())].append(word[0])
        return cells

    def below(self, begin: int, end: int) -> range:
        """The columns in which something stands."""
        lefts, rights = _edges(self.spans)
        return range(bisect_right(rights, begin), bisect_left(lefts, end))

    def nearest(self, begin: int, end: int) -> int:
        """The column in which most of something stands, or the nearest one."""
        some = self.below(begin, end) or range(max(bisect_right(_edges(self.spans)[1], begin) - 1, 0), len(self.spans))[:2]
        if len(some) == 1:
            return some[0]
        return max(some, key=lambda at: min(end, self.spans[at][1]) - max(begin, self.spans[at][0]))

    def names(self, lines: Sequence[str]) -> list[str]:
        """The header, of one line or more; what stands over several columns is said of each."""
        found: list[list[str]] = [[] for _ in range(self.count or len(self.spans))]
        for line in lines:
            above = line is not lines[-1]
            pieces = ((begin, end, text) for begin, end, text in blocks_of(line)) if not self.bars else ()
            for begin, end, text in pieces:
                over = self.below(begin, end) or [self.nearest(begin, end)]
                words = (
                    [(begin, end, text)]
                    if above or len(over) == 1
                    else [(begin + word.start(), begin + word.end(), word[0]) for word in _WORD.finditer(text)]
                )
                for left, right, word in words:
                    for at in over if above else [self.nearest(left, right)]:
                        found[at].append(word)
            for at, cell in enumerate((self.cells(line) or ()) if self.bars else ()):
                found[at].append(cell)
        return [as_filed(" ".join(filter(None, parts))) for parts in found]


@lru_cache(maxsize=8)
def _edges(spans: tuple[tuple[int, int], ...]) -> tuple[list[int], list[int]]:
    return [left for left, _ in spans], [right for _, right in spans]


def barred_columns(line: str, bars: str) -> Columns:
    """Those of a line with bars."""
    at = tuple(bar.start() for bar in _BAR[bars].finditer(line))
    return Columns((), bars, len(at) + 1 - 2 * is_barred(line, bars), at)


def aligned_columns(header: str, rows: Sequence[str]) -> Columns:
    """Those that blanks part that run through a header and all rows: two of them, or one that plainly parts two columns."""
    found = _covered(_BLOCK, header, rows)
    parts = _covered(_WORD, header, rows)
    columns: list[tuple[int, int]] = []
    for left, right in found:
        begin = left
        inside = [part for part in parts if left <= part[0] and part[1] <= right]
        for before, after in pairwise(inside):
            if _is_gap(header, rows, begin, before[1], after[0], right):
                columns.append((begin, before[1]))
                begin = after[0]
        columns.append((begin, right))
    return Columns(tuple(_with_names(columns, header, rows)))


def _is_gap(header: str, rows: Sequence[str], left: int, end: int, begin: int, right: int) -> bool:
    """Whether one blank parts two columns: figures from words below two names, or words from words in many rows."""
    if not (header[left:end].strip() and header[begin:right].strip()):
        return False
    pairs = [(row[left:end].strip(), row[begin:right].strip()) for row in rows]
    both = [pair for pair in pairs if all(pair)]
    figures = [sum(map(is_figure, side)) for side in zip(*both, strict=True)] if both else [0, 0]
    one_sided = {0, len(both)} == set(figures)
    return len(both) >= (_FEW if one_sided else _MANY) and (one_sided or figures == [0, 0])


def _with_names(columns: Sequence[tuple[int, int]], header: str, rows: Sequence[str]) -> list[tuple[int, int]]:
    """The columns, a name joined with what stands beside it without one: figures stand right of a name that begins left of them."""
    named = [bool(header[left:right].strip()) for left, right in columns]
    filled = [any(row[left:right].strip() for row in rows) for left, right in columns]
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(columns):
        if at + 1 < len(columns) and (named[at], filled[at], named[at + 1], filled[at + 1]) in (
            (True, False, False, True),
            (False, True, True, False),
        ):
            found.append((columns[at][0], columns[at + 1][1]))
            at += 1
        else:
            found.append(columns[at])
        at += 1
    return found


def _covered(pattern: re.Pattern[str], header: str, rows: Sequence[str]) -> list[tuple[int, int]]:
    """From where to where something stands in the header or in some rows; what one in ten rows says elsewhere is not aligned."""
    counts = np.zeros(max(map(len, (header, *rows))) + 1, np.int64)
    for line in rows:
        for match in pattern.finditer(line):
            counts[match.start() : match.end()] += 1
    filled = counts > (len(rows) // _OUT_OF_PLACE or len(rows) >= _SOME)
    for match in pattern.finditer(header):
        filled[match.start() : match.end()] = True
    edges = np.flatnonzero(np.diff(np.concatenate(([False], filled)).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def alignment(line: str, header: Sequence[Block]) -> float:
    """How much of a line begins or ends where something of the header does; what stands below one part of it counts half."""
    found = 0.0
    blocks = blocks_of(line)
    for begin, end, _ in blocks:
        if any(abs(begin - left) <= AT or abs(end - right) <= AT for left, right, _ in header):
            found += 1
        elif sum(begin < right and left < end for left, right, _ in header) == 1:
            found += 0.5
    return found / len(blocks) if blocks else 0.0
