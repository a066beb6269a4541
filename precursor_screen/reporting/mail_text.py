"""The report as the text of a mail: its subject in the first line, then what an officer is to know, in at most 60 lines."""

from __future__ import annotations

import textwrap
from typing import BinaryIO

from precursor_screen.core.report import Report, records, show_blind_spot
from precursor_screen.core.words import clip, counted, cut, how_many_more, printable
from precursor_screen.reporting.console import counts_in_words, gaps_in_words, show_gap
from precursor_screen.reporting.interface import Document
from precursor_screen.reporting.listed_aside import named_aside
from precursor_screen.reporting.shipment import Shipment, shipments_in_words
from precursor_screen.reporting.texts_beside import count_texts_beside, texts_beside

MOST_LINES = 60
WIDTH = 78  # characters of a line (RFC 5322, 2.1.1)
_MOST_ASIDE, _MOST_NOTICES, _MOST_BLIND_SPOTS, _MOST_GAPS, _MOST_TEXTS = 6, 9, 3, 6, 6
_OPENED = ("hold", "review")  # bands whose question is told in full
_LONGEST = 4 * (WIDTH - 4)  # characters of a question


def write(document: Document, stream: BinaryIO) -> None:
    """Writes the lines of a document, without colour."""
    stream.write("".join(f"{printable(line)}\n" for line in document.text()).encode("utf-8", "backslashreplace"))


def lines_of(report: Report) -> list[str]:
    """Subject, notices, blind spots, shipments worst first as far as there is room, counts, gaps: at most MOST_LINES lines."""
    head = [_cut(subject_of(report), WIDTH), ""]
    head += [line for one in named_aside(report, _MOST_ASIDE) for line in _hung("  " if one.startswith(" ") else "", one.strip())]
    notices = [line for notice in report.notices[:_MOST_NOTICES] for line in _hung("! ", notice)]
    head += [*notices, *how_many_more(len(report.notices) - _MOST_NOTICES, "notices are in the full report")]
    blind_spots = report.coverage["blind_spots"]
    head += [
        line
        for blind_spot in blind_spots[:_MOST_BLIND_SPOTS]
        for line in _hung("? ", f"{show_blind_spot(blind_spot)} {blind_spot['remedy']}")
    ]
    head += how_many_more(len(blind_spots) - _MOST_BLIND_SPOTS, "blind spots are in the full report")
    head += _hung("  ", law) if (law := report.provenance.get("law")) else []
    tail = _texts_beside(report)
    tail += ["", *(line for label, said in counts_in_words(report) for line in _hung(f"{label}: ", said))]
    gaps = gaps_in_words(report)
    tail += [f"  {count:>8,}  {_cut(show_gap(what, example), WIDTH - 12)}" for count, _, what, example in gaps[:_MOST_GAPS]]
    tail += how_many_more(len(gaps) - _MOST_GAPS, "kinds of gaps are in the full report")
    head, tail = head[: MOST_LINES // 2], tail[: MOST_LINES // 3]  # whatever they hold, there is room for shipments
    return [*head, *_shipments(report, MOST_LINES - len(head) - len(tail)), *tail]


def _texts_beside(report: Report) -> list[str]:
    """What texts beside tables name, the worst first."""
    if not (texts := texts_beside(report)):
        return []
    said = (one.flags[0]["because"] if one.flags else one.says for one in texts[:_MOST_TEXTS])
    lines = [f"  {one.level or 'no flag'}, {one.where}: {because}" for one, because in zip(texts, said, strict=False)]
    more = how_many_more(len(texts) - _MOST_TEXTS, "texts beside tables are in the full report")
    return ["", _cut(f"{count_texts_beside(texts)}:", WIDTH), *(_cut(line, WIDTH) for line in lines), *more]


def subject_of(report: Report) -> str:
    """`precursor-screen: 2 hold, 9 review, 1 file set aside (2026-11-26, EU)`."""
    counts = report.band_counts()
    parts = [f"{counts[band]:,} {band}" for band in ("hold", "review", "low", "unscreenable") if counts.get(band)]
    beside = sum(bool(one.flags) for one in texts_beside(report))
    parts += [f"{counted(beside, 'text')} beside tables"] if beside else []
    aside = report.coverage["files_set_aside"]
    parts += [f"{counted(aside, 'file')} set aside"] if aside else []
    nothing = "nothing to look at" if report.coverage["lines_read"] else "nothing was screened"
    where = ", ".join(p for p in (report.provenance["as_of"], report.provenance["jurisdiction"]) if p)
    return f"precursor-screen: {', '.join(parts) or nothing} ({where})"


def _shipments(report: Report, room: int) -> list[str]:
    """The flagged shipments that find room, worst first, and how many more there are."""
    flagged = report.opened
    if not flagged.num_rows:
        return ["", "No shipment is flagged." if report.coverage["lines_read"] else "Nothing was screened."]
    size = report.short_length()
    shown = flagged.slice(0, room)
    lines = [""]
    count = 0
    for row, said in zip(records(shown), shipments_in_words(report, shown), strict=True):
        flag = said.flags[0]["flag_id"][:size] if said.flags else ""
        mine = _shipment(row["shipment_id"], said, flag)
        left = int(count + 1 < flagged.num_rows)  # a line to say how many more there are
        if len(lines) + len(mine) + left > room:
            break
        lines += mine
        count += 1
    return [*lines, *how_many_more(flagged.num_rows - count, "flagged shipments are in the full report")]


def _shipment(shipment_id: str, said: Shipment, flag: str) -> list[str]:
    """A shipment: band, score, which; the question of one that is to be opened, else the goods in the same line."""
    head = f"{said.band.upper():<7} {said.score:>3}  {clip(shipment_id, 40)}" + (f"  [{flag}]" if flag else "")
    head += f"  {said.case}" if said.case else ""
    if said.band in _OPENED:
        return [_cut(head, WIDTH), *_hung("    ", clip(said.question, _LONGEST))]
    return [_cut(f"{head}  {said.mass} {said.goods}", WIDTH)]


def _hung(head: str, text: str) -> list[str]:
    """A sentence whose lines hang below its beginning."""
    return textwrap.wrap(head + printable(text), WIDTH, subsequent_indent=" " * len(head), break_on_hyphens=False) or [head]


def _cut(text: str, width: int) -> str:
    return cut(printable(text).rstrip(), width)
