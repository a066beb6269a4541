"""One printed page: which of its letters people see, the tables that it draws or aligns, and the lines of text beside them.

Source: ISO 32000-1, 8.4.5 (states of graphics), 8.11 (optional content), 9.3.6 (modes of rendering), 11.3 (transparency).
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from pdfminer.layout import LTImage
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import PDFObjRef, dict_value, resolve1
from pdfminer.psparser import literal_name
from pdfplumber.page import Page, PDFPageAggregatorWithMarkedContent

from precursor_screen.formats.pdf_boxes import drawn_tables, edges_of
from precursor_screen.formats.pdf_rows import (
    Line,
    Row,
    Word,
    as_lines,
    gap_between,
    joined_spans,
    paragraphs,
    parts_of_line,
    runs_to_left,
    text_of_line,
)
from precursor_screen.formats.pdf_table import DASH, Table, aligned_tables

Colour = tuple[float, float, float]
_WHITE: Final[Colour] = (1.0, 1.0, 1.0)
_ALIKE: Final = 0.06  # of full strength: nobody tells two such colours apart
_SMALLEST: Final = 1.5  # points; the small print of a contract has five
_NOT_PAINTED: Final = (3, 7)  # modes of rendering: nothing is painted
_INKS: Final = ("Separation", "DeviceN", "Indexed", "Pattern", "Lab")  # spaces whose numbers are not shares of light
_LARGE: Final = 0.5  # of the page: a picture of the page itself
_SMALL: Final = 0.05  # of the page: a logo, a signature, a stamp
_ONE: Final = 2  # rows of a form that has each label once
_PAIR: Final = 2  # columns of a table that may hold labels, and what they say
_WIDE: Final = 0.75  # heights of a line between what stands apart on it: three blanks
_APART: Final = 0.8  # heights of a line between blocks of lines
_BLANK: Final = 0.28  # of the height of letters: a blank of Helvetica, where a page has none
WORD: Final = 0.15  # of the height of letters: a wider gap parts words
UNMAPPED: Final = "(cid:"  # what pdfminer gives for a glyph of which the font names no letter


class PrintedPage(Struct, frozen=True):
    """What a page holds.

    Attributes:
        tables: in the order of the page.
        forms: boxes with labels over a table, as a table of one row.
        texts: its paragraphs that stand in no table.
        hidden: text that people do not see: why, and what it says.
        pictures: how many larger than a logo it shows.
        drawn: whether anything at all is drawn on it.
        letters: how many there are.
        unmapped: how many of them are glyphs without a letter.
        recognised: whether its text lies invisible over or under a picture of the page, as programs that recognise text leave it.
    """

    tables: tuple[Table, ...]
    forms: tuple[Table, ...]
    texts: tuple[str, ...]
    hidden: tuple[tuple[str, str], ...]
    pictures: int
    drawn: bool
    letters: int
    unmapped: int
    recognised: bool


def read_page(page: Page, layers_off: frozenset[int]) -> PrintedPage:
    """A page of pdfplumber to what it holds.

    Args:
        page: fresh; its objects are made here.
        layers_off: numbers of the objects of layers that are not shown.

    Raises:
        Exception: of any kind that pdfminer raises where a page is damaged.
    """
    device = _Device(page.pdf.rsrcmgr, page.page_number, layers_off)
    _Interpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
    page._layout = device.get_result()
    _align(page.chars)
    area = max(float(page.width * page.height), 1.0)
    shares = [_area(image, page) / area for image in page.images if not image["tag"][0]]
    why = _unseen(page)
    under = {number for number, reason in why.items() if reason in (_UNPAINTED, _COVERED)}
    recognised = bool(under) and max(shares, default=0.0) >= _LARGE
    if recognised:
        why = {number: reason for number, reason in why.items() if number not in under}
    seen = _only(page, {char["mcid"] for char in page.chars} - why.keys())
    words = _words(seen)
    tables = list(drawn_tables(seen, WORD, words))
    words = [word for word in words if not any(table.holds(word) for table in tables)]
    rules = [(edge["x0"], edge["x1"], edge["top"]) for edge in edges_of(page) if edge["orientation"] == "h"]
    aligned, loose = aligned_tables(words, rules, _blank(seen))
    tables = sorted([*tables, *aligned], key=lambda table: table.top)
    tables, forms, boxes = _with_above(tables, as_lines(loose))
    if runs_to_left("".join(char["text"] for char in seen.chars)):
        tables, forms = list(map(_from_right, tables)), list(map(_from_right, forms))
    return PrintedPage(
        tables=tuple(tables),
        forms=tuple(forms),
        texts=(*paragraphs(loose), *boxes),
        hidden=tuple(_hidden(page, why)),
        pictures=sum(share > _SMALL for share in shares),
        drawn=bool(page.images or page.rects or page.curves or page.lines),
        letters=sum(not char["text"].isspace() for char in page.chars),
        unmapped=sum(char["text"].startswith(UNMAPPED) for char in page.chars),
        recognised=recognised,
    )


def _align(chars: Sequence[dict[str, Any]]) -> None:
    """Moves the boxes of letters so that all fonts have one depth below the line on which they stand: a browser takes figures and marks from
    another font than the words beside them. The font of most letters stays."""
    depths: dict[str, Counter[float]] = {}
    for char in (char for char in chars if char["upright"] and char["size"] > 0):
        depths.setdefault(char["fontname"], Counter())[round((char["matrix"][5] - char["y0"]) / char["size"], 2)] += 1
    usual = {font: depth.most_common(1)[0][0] for font, depth in depths.items()}
    common = usual[max(depths, key=lambda font: depths[font].total())] if depths else 0.0
    for char in chars:
        move = (common - usual.get(char["fontname"], common)) * char["size"]
        if move and char["upright"]:
            char.update(
                {key: char[key] + move for key in ("top", "bottom", "doctop")}, y0=char["y0"] - move, y1=char["y1"] - move
            )


def _with_above(tables: Sequence[Table], lines: Sequence[Line]) -> tuple[list[Table], list[Table], list[str]]:
    """The tables of a page that are not forms, each with what stands above it, and the last with what stands below; the forms, for one may hold
    goods as well; what their boxes say.

    What is said over a table is said over the next one too, unless other labels stand between them.
    """
    found: list[Table] = []
    forms: list[Table] = []
    boxes: list[str] = []
    above: list[Row] = []
    below: list[Row] = []
    waiting = list(lines)
    for at, table in enumerate(tables):
        said = _cells([line for line in waiting if line[0].bottom <= table.top])
        waiting = [line for line in waiting if line[0].bottom > table.top]
        is_form = 0 < len(table.records) <= _ONE and len(tables) > 1
        is_row = at > 0 and len(table.rows) == 1 and not table.records
        form = [*table.above, *(table.rows if is_form or is_row else ())]
        boxes += (cell for row in (*form, *table.below) for cell in row)
        below = [*below, *said, *form, *table.below] if is_form or is_row else list(table.below)
        if is_row:
            above += [*said, *form]
            continue
        above = [*([] if any(":" in cell for row in said for cell in row) or (found and form) else above), *said, *form]
        (forms if is_form else found).append(replace(table, rows=table.records or table.rows, above=tuple(above)))
        if len(table.columns) == _PAIR:
            above += table.rows
    if found:
        found[-1] = replace(found[-1], below=(*below, *_cells(waiting)))
    return found, forms, boxes


def _from_right(table: Table) -> Table:
    """A table of a page that is read from right to left, its first column first: labels stand right of what they say."""
    rows, above, below = (tuple(row[::-1] for row in rows) for rows in (table.rows, table.above, table.below))
    return replace(table, rows=rows, above=above, below=below, columns=table.columns[::-1])


def _cells(lines: Sequence[Line]) -> list[Row]:
    """What lines say as rows of cells, cut at wide gaps: those below one another in one column where the gaps run through; a row without cells
    where lines are far apart."""
    parts = [parts_of_line(line, _WIDE) for line in lines]
    spans = [[(part[0].left, part[-1].right) for part in row] for row in parts]
    several = [span for row in spans if len(row) > 1 for span in row]
    columns = joined_spans(several or [span for row in spans for span in row], 0.0)  # boxes side by side need not share a line
    rows: list[Row] = []
    for at, (row, own) in enumerate(zip(parts, spans, strict=True)):
        if at and gap_between(lines[at - 1], lines[at]) > _APART * (lines[at][0].bottom - lines[at][0].top):
            rows.append(())
        texts = list(map(text_of_line, row))
        places = [bisect([left for left, _ in columns], left) - 1 for left, _ in own]
        is_cut = len(set(places)) == len(own) and min(places) >= 0
        rows.append(
            tuple(dict(zip(places, texts, strict=True)).get(at, "") for at in range(len(columns))) if is_cut else tuple(texts)
        )
    return rows


def _blank(page: Any) -> float:
    """The median width of the blanks on a page, as a share of the height of their letters."""
    widths = sorted((char["x1"] - char["x0"]) / char["size"] for char in page.chars if char["text"] == " " and char["size"] > 0)
    return float(widths[len(widths) // 2]) if widths else _BLANK


def _words(page: Any) -> list[Word]:
    return [
        Word(w["text"], float(w["x0"]), float(w["x1"]), float(w["top"]), float(w["bottom"]))
        for w in page.extract_words(x_tolerance_ratio=WORD)
    ]


def _area(one: dict[str, Any], page: Page) -> float:
    """Of the part that lies on the page."""
    left, top, right, bottom = page.cropbox
    width = min(one["x1"], right) - max(one["x0"], left)
    height = min(one["bottom"], bottom) - max(one["top"], top)
    return float(max(width, 0) * max(height, 0))


_UNPAINTED, _COVERED, _LAYER = "invisible", "covered by something drawn over it", "in a layer that is not shown"
_OUTSIDE, _TINY, _SAME = "outside the page", "too small to be read", "in the colour of its background"


def _unseen(page: Page) -> dict[int, str]:
    """Why people do not see a letter, by its number."""
    chars = page.chars
    if not chars:
        return {}
    numbers = np.array([char["mcid"] for char in chars])
    across = np.array([(char["x0"] + char["x1"]) / 2 for char in chars], float)
    down = np.array([(char["top"] + char["bottom"]) / 2 for char in chars], float)
    ground = np.tile(np.array(_WHITE), (len(chars), 1))
    covered = np.zeros(len(chars), bool)
    areas = [one for one in (*page.rects, *page.curves) if one["fill"]] + page.images
    for one in sorted((one for one in areas if not one["tag"][0]), key=lambda one: int(one["mcid"])):
        _, colour, is_opaque = one["tag"]
        on = (across >= one["x0"]) & (across <= one["x1"]) & (down >= one["top"]) & (down <= one["bottom"])
        ground[on & (numbers > one["mcid"])] = colour if colour is not None and is_opaque else np.nan
        if is_opaque and one["object_type"] != "curve":  # a curve covers less than the rectangle round it
            covered |= on & (numbers < one["mcid"])
    left, top, right, bottom = page.cropbox
    outside = (across < left) | (across > right) | (down < top) | (down > bottom)
    ink = np.array([char["tag"][1] or (np.nan,) * 3 for char in chars], float)
    same = (np.abs(ink - ground) < _ALIKE).all(axis=1)
    tiny = np.array([char["size"] < _SMALLEST for char in chars])
    reasons = np.array([char["tag"][0] for char in chars], object)
    for these, reason in ((covered, _COVERED), (same, _SAME), (tiny, _TINY), (outside, _OUTSIDE)):
        reasons[these & (reasons == "")] = reason
    return {int(number): reason for number, reason in zip(numbers, reasons, strict=True) if reason}


def _hidden(page: Page, why: dict[int, str]) -> Iterator[tuple[str, str]]:
    """The paragraphs that are not seen, by reason; blanks are none."""
    for reason in dict.fromkeys(why.values()):
        these = {number for number, found in why.items() if found == reason}
        yield from ((reason, text) for text in paragraphs(_words(_only(page, these))))


def _only(page: Page, numbers: Container[int]) -> Any:
    """The page with no other letters, and without what is only shaded: that draws no lines."""
    return page.filter(lambda one: one["mcid"] in numbers if one["object_type"] == "char" else not _is_shading(one))


def _is_shading(one: dict[str, Any]) -> bool:
    return one["object_type"] == "rect" and not one["stroke"] and min(one["width"], one["height"]) > DASH


# What pdfminer draws, marked: pdfplumber keeps of each object two marks of its own, which are not needed here.


class _Device(PDFPageAggregatorWithMarkedContent):
    """Marks each object with its number in the order of drawing (`mcid`) and, as `tag`, why it is not drawn (empty: it is), its colour
    (None: not known), and whether it covers what lies below."""

    def __init__(self, manager: Any, number: int, layers_off: frozenset[int]) -> None:
        super().__init__(manager, pageno=number, laparams=None)
        self.off = layers_off
        self.layers: list[bool] = []  # of the marked content that is open: whether it is not shown
        self.alpha = 1.0
        self._count = 0
        self._colour: Colour | None = None
        self._unpainted = False

    def begin_tag(self, tag: Any, props: Any = None) -> None:
        self.layers.append(literal_name(tag) == "OC" and is_off(props, self.off))

    def end_tag(self) -> None:
        if self.layers:
            self.layers.pop()

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        self._unpainted = textstate.render in _NOT_PAINTED
        stroked = textstate.render == 1
        self._colour = (
            _colour(graphicstate.scolor, graphicstate.scs) if stroked else _colour(graphicstate.ncolor, graphicstate.ncs)
        )
        super().render_string(textstate, seq, ncs, graphicstate)
        self._unpainted = False

    def paint_path(self, *args: Any, **kwargs: Any) -> None:
        state = args[0]
        self._colour = _colour(state.ncolor, state.ncs)
        super().paint_path(*args, **kwargs)

    def render_image(self, *args: Any, **kwargs: Any) -> None:
        self._colour = None
        super().render_image(*args, **kwargs)

    def tag_cur_item(self) -> None:
        items = self.cur_item._objs
        if not items or hasattr(items[-1], "mcid"):  # a path of nothing adds nothing
            return
        self._count += 1
        item: Any = items[-1]
        masked = isinstance(item, LTImage) and (bool(item.imagemask) or not {"SMask", "Mask"}.isdisjoint(item.stream.attrs))
        why = _LAYER if any(self.layers) else _UNPAINTED if self._unpainted or self.alpha < _ALIKE else ""
        item.mcid, item.tag = self._count, (why, self._colour, self.alpha >= 1 and not masked)


class _Interpreter(PDFPageInterpreter):
    """Follows layers and transparency as well, which pdfminer passes over."""

    device: _Device

    def init_state(self, ctm: Any) -> None:
        super().init_state(ctm)
        self._alphas: list[float] = []

    def do_q(self) -> None:
        super().do_q()
        self._alphas.append(self.device.alpha)

    def do_Q(self) -> None:  # noqa: N802 - called by the name of the operator
        super().do_Q()
        if self._alphas:
            self.device.alpha = self._alphas.pop()

    def do_gs(self, name: Any) -> None:
        state = dict_value(dict_value(self.resources.get("ExtGState", {})).get(literal_name(name), {}))
        if "ca" in state:
            alpha = resolve1(state["ca"])
            self.device.alpha = float(alpha) if isinstance(alpha, int | float) else 1.0
        if "BM" in state and literal_name(resolve1(state["BM"])) not in ("Normal", "Compatible"):
            self.device.alpha = min(self.device.alpha, 0.5)  # it mixes with what lies below, as a marker does

    def do_BDC(self, tag: Any, props: Any) -> None:  # noqa: N802
        named = dict_value(self.resources.get("Properties", {})) if self.resources else {}
        super().do_BDC(tag, named.get(literal_name(props), props) if not isinstance(props, dict) else props)

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802
        drawn = resolve1(self.xobjmap.get(literal_name(xobjid_arg)))
        self.device.layers.append(is_off(getattr(drawn, "attrs", {}).get("OC"), self.device.off))
        opened, alpha = len(self.device.layers), self.device.alpha
        super().do_Do(xobjid_arg)
        self.device.alpha = alpha
        del self.device.layers[opened - 1 :]


def is_off(layer: Any, off: frozenset[int]) -> bool:
    """Whether a layer, or what depends on several, is not shown."""
    if isinstance(layer, PDFObjRef) and layer.objid in off:
        return True
    stated = resolve1(layer)
    groups = resolve1(stated.get("OCGs")) if isinstance(stated, dict) else None
    if groups is None:
        return False
    members = stated["OCGs"] if isinstance(stated["OCGs"], PDFObjRef) and isinstance(groups, dict) else groups
    hidden = [isinstance(one, PDFObjRef) and one.objid in off for one in (members if isinstance(members, list) else [members])]
    policy = stated.get("P")
    return bool(hidden) and (any(hidden) if policy is not None and literal_name(policy) == "AllOn" else all(hidden))


def _colour(values: Any, space: Any) -> Colour | None:
    """Shares of red, green and blue light; None where they are not known."""
    parts: Sequence[Any] = values if isinstance(values, list | tuple) else (values,)
    if getattr(space, "name", "") in _INKS or not all(isinstance(part, int | float) for part in parts):
        return None
    match [float(part) for part in parts]:
        case [gray]:
            return gray, gray, gray
        case [red, green, blue]:
            return red, green, blue
        case [cyan, magenta, yellow, black]:
            return max(1 - cyan - black, 0.0), max(1 - magenta - black, 0.0), max(1 - yellow - black, 0.0)
    return None
