"""What is stated of rows of goods elsewhere than in cells of their own: above all of them, in a row above those of a bill, below a name.

Pairs of a label and a value, the boxes of forms, numbers of documents, addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import takewhile
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.core.grouped import grouped
from precursor_screen.core.schema import DATES
from precursor_screen.core.tables import pattern_of, spellings_of
from precursor_screen.readers.column_map import COUNTRIES, PARTY_NAMES
from precursor_screen.readers.tabular.assign import by_value, lookup
from precursor_screen.readers.tabular.concepts import PARTIES, languages_of, meanings, without_box
from precursor_screen.readers.tabular.content import is_firm
from precursor_screen.readers.tabular.header_rows import is_of_party
from precursor_screen.readers.tabular.headers import spelled
from precursor_screen.readers.tabular.shorthand import is_ditto, same_party
from precursor_screen.text.countries import find_country
from precursor_screen.text.dates import UNREADABLE, parse_date
from precursor_screen.text.party_addresses import before_address, part_address
from precursor_screen.text.text import late

# The general segment of a printed manifest: "Vessel: MV Aurora", "Voyage", "12E" above the rows, which is true of every row
# below.

OF_PARTIES: Final = frozenset(
    name.replace("_name", suffix) for name in PARTY_NAMES for suffix in ("_name", "_address", "_country", "_identifier")
)
_FILLED_DOWN: Final = frozenset(
    [
        *("vessel", "voyage", "transport_mode", "carrier_name", "declarant_name", "port_of_loading", "port_of_discharge"),
        *("place_of_delivery", "bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "declaration_id"),
        *("bill_issuer", "container_numbers", "direction"),
        *("country_of_origin", "country_of_dispatch", "country_of_destination", "currency", "customs_office"),
        *DATES,
        *OF_PARTIES,
    ]
)
COLON: Final = re.compile(r"[:：]")
_BOX: Final = re.compile(r"\s*([^\n]{2,90}?)\s*\n\s*(\S.*)", re.S)  # of a form: the label over what it says
_LABEL: Final = re.compile(r"\s*([^:：\n]{2,40}?)\s*[:：]\s*")
_SAID: Final = re.compile(r"\s*([^:：\n]{2,40}?)\s*[:：]\s*(\S.*)", re.S)
APART: Final = re.compile(r"\n|\t| {2,}|[|;·•–—]")  # a label begins behind it
_LONGEST_LABEL: Final = 40
_DATE: Final = re.compile(
    r"(?<![\d.,/-])(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}|\d{1,2}(?:[ .-][^\W\d_]{3,9}\.?[ -]|[^\W\d_]{3})(?:19|20)\d\d"
    r"|(?:19|20)\d\d(?:年\d{1,2}月\d{1,2}日|년 ?\d{1,2}월 ?\d{1,2}일))(?![\d.,/-]*\d)"
)
_PRINTED: Final = late(lambda: pattern_of("footer_words", "printed"), re.IGNORECASE)
_OTHER_DAY: Final = late(lambda: pattern_of("cell_words", "other day"), re.IGNORECASE)
_NAMED: Final = re.compile(r"(?:.*\s[-–—]\s)?(.{3,100}?)\s*\(([^()]{3,80})\)")  # `Register of May - Acme Ltd (consignee)`
_NUMBER_OF_BOX: Final = re.compile(r"^\s*\(?\d{1,2}[a-z]?[.)]\s+")
_BETWEEN_VALUES: Final = (re.compile("/"), re.compile(r"\s+[-–/]\s+"), re.compile(r",\s+"))
_BETWEEN_LABELS: Final = re.compile(r"\s*[/&+]\s*|,\s+")  # `Vessel / Voyage`, `Navire & voyage`
_BRACKET: Final = re.compile(r"[(（]")
_NUMBERED: Final = re.compile(
    r"(.{2,60}?(?:\b(?:nr|no|num|number|numero|número|nummer|numer)\b\.?|[nN][°º]|№))\s*(?=\S*\d)([\w/-]{4,35})", re.I
)
REFERENCES: Final = frozenset(("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading", "declaration_id"))
# Characters of a cell, words of a label within a line, lines of a party.
_LONGEST, _MOST_WORDS, _MOST_LINES = 300, 5, 6
_SHORTEST_DAY: Final = 6  # characters
CONTAINER: Final = r"^\D{3,30}\b[A-Z]{3}[UJZ][\s-]?\d{6}"
ABOVE_THE_ROWS: Final = "stated above the rows"


class Stated(Struct, frozen=True):
    """One fact above the rows: the field, its label and value as filed, and the cells (row, column, from 0) that say so."""

    field: str
    label: str
    value: str
    cells: tuple[tuple[int, int], ...]


def general_segment(rows: Sequence[Sequence[str]]) -> tuple[Stated, ...]:
    """What the rows above a header state; a field that is stated twice, and differently, is not taken."""
    rows = list(_under_headings(rows))
    beside = [stated for at, row in enumerate(rows) for stated in stated_in(at, row, rows[at + 1] if at + 1 < len(rows) else ())]
    beside += [stated for at, row in enumerate(rows) for stated in container_of(row, at).values()]
    taken = {cell for stated in beside for cell in stated.cells}
    below = [*_over_values(rows, taken), *(address for stated in beside for address in _address_below(rows, stated, taken))]
    if not any(stated.field in DATES for stated in (*beside, *below)):
        below += _only_date(rows)
    found = grouped((stated.field, stated) for stated in _named(sorted((*beside, *below), key=lambda one: one.cells[0])))
    return tuple(some[0] for some in found.values() if len({one.value for one in some}) == 1)


def _under_headings(rows: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The rows with labels that say what is stated of a party, `Name:`, behind the word for it in the heading over them, `PART II - EXPORTER`."""
    party = ""
    for row in rows:
        filled = [cell for cell in row if cell.strip()]
        if len(filled) == 1 and not COLON.search(filled[0].strip(" :：")):
            party = next(filter(_is_party, filled[0].split()[: 2 * _MOST_WORDS]), "")
        yield [
            f"{party} {cell}" if party and ":" in cell and is_of_party(party, cell.partition(":")[0]) else cell for cell in row
        ]


@lru_cache(maxsize=4096)
def _is_party(word: str) -> bool:
    """Whether a word says for sure a party: not `I.`, which may be cut short."""
    meant = meanings(word, languages_of((word,)))
    return any(sure >= 1 and concept in PARTIES for one in meant for concept, sure in one.items())


def _only_date(rows: Sequence[Sequence[str]]) -> list[Stated]:
    """The one day above the rows, in a number or a title (`No. 57 of 18.06.2026`); not that of a print, a contract, an order or an expiry."""
    cells = [(at, column, cell) for at, row in enumerate(rows) for column, cell in enumerate(row)]
    found = [(match[0], at, column) for at, column, cell in cells if len(cell) <= _LONGEST for match in _DATE.finditer(cell)]
    if len({text for text, *_ in found}) != 1:
        return []
    text, at, column = found[0]
    said = [cell for cell in rows[at][: column + 1] if cell.strip()][-2:]  # with the label that may stand before it
    other = any(pattern.search(" ".join(said)) for pattern in (_PRINTED, _OTHER_DAY))
    return [] if other else [Stated("date", "the only date above the rows", text, ((at, column),))]


def _named(stated: Sequence[Stated]) -> Iterator[Stated]:
    """The facts in their order, parties that are said to be the one above, or another one, by their names."""
    parties: dict[str, str] = {}
    for one in stated:
        if one.field in PARTY_NAMES:
            above = next(reversed(parties.values()), "") if is_ditto(one.value) else same_party(one.value, parties) or ""
            one = replace(one, value=above or one.value)
            parties[one.field] = one.value
        yield one


def container_of(cells: Sequence[str], at: int = 0) -> dict[str, Stated]:
    """The container of a row with one filled cell, `CONTAINER ABCU 123456-0 (20' DV, seal 7)`; at: the number of the row."""
    filled = [cell for cell in cells if cell]
    before, *number = re.split(r"[A-Z]{4}[\s-]?\d{6}", filled[0]) if len(filled) == 1 else [""]
    label = _last_label(before.strip(), is_first=False) if number and before.strip() else ""
    if not label or pairs_of(filled[0]) or lookup(label)[0] != "container_numbers":
        return {}
    return {"container_numbers": Stated("container_numbers", label, filled[0], ((at, cells.index(filled[0])),))}


def pairs_of(cell: str) -> list[tuple[str, str]]:
    """The labels and values of a cell: `Vessel: MV Aurora Voyage: 12E`, the box of a form, or a number behind its name."""
    labels: list[tuple[str, int, int]] = []  # label, where it begins, where its value does
    for mark in COLON.finditer(cell):
        start = labels[-1][2] if labels else 0
        label = _last_label(cell[max(start, mark.start() - _LONGEST) : mark.start()], is_first=not labels)
        if label:
            labels.append((label, cell.rindex(label, start, mark.start()), mark.end()))
    ends = (*(begin for _, begin, _ in labels[1:]), len(cell))
    found = [(label, cell[begin:end].strip(" \t\n,;|·")) for (label, _, begin), end in zip(labels, ends, strict=bool(labels))]
    if found:
        return [(label, value) for label, value in found if value]
    if (said := _SAID.fullmatch(cell)) and _by_value(*said.groups()):
        return [(said[1], said[2].strip())]
    match = _BOX.fullmatch(cell) or _NUMBERED.fullmatch(cell.strip())
    if match is None:
        return []
    if match.re is _BOX:
        return [(match[1], match[2].strip())] if any(map(_field, (match[1], *match[1].split("/")))) else []
    label = _last_label(match[1], is_first=False)
    return [(label, match[2].strip())] if _field(label) in REFERENCES else []


def _last_label(text: str, *, is_first: bool) -> str:
    """The label in which a text ends; the first of a line is the whole of it, or what stands apart. A known spelling goes before what words
    mean, and of each the longest: `S.L. Consignatario` says a firm, too."""
    apart = APART.split(text.rstrip(" \t"))[-1].strip()
    bare = _before_bracket(apart)
    if is_first and apart.endswith((")", "）")) and _field(bare):  # `Sender (name, address, country)`
        return apart
    if is_first and (len(apart) > _LONGEST_LABEL or any(map(str.isdigit, bare))):
        parts = apart.split(". ")  # a sentence of two words or more goes before
        begin = next((at for at in range(len(parts) - 1, 0, -1) if " " in parts[at - 1].strip()), 0)
        apart = ". ".join(parts[begin:])
    starts = [0] if is_first else [word.start() for word in re.finditer(r"\S+", apart)][-_MOST_WORDS:]
    ends = [apart[start:] for start in starts if 2 <= len(apart) - start <= _LONGEST_LABEL]
    return next((end for find in (spelled, lookup) for end in ends if find(without_box(end))[0]), "") or (
        apart
        if is_first and len(apart) <= _LONGEST_LABEL and len(parts := _BETWEEN_LABELS.split(apart)) > 1 and lookup(parts[0])[0]
        else ""
    )


def _before_bracket(label: str) -> str:
    return _BRACKET.split(label)[0]


def stated_in(at: int, row: Sequence[str], below: Sequence[str] = ()) -> Iterator[Stated]:
    """What the cells of one row state, each by itself or as a label and the value beside it; below: the next row."""
    filled = [
        (column, cell.lstrip(" :：").rstrip()) for column, cell in enumerate(row) if cell.strip(" :：") and len(cell) <= _LONGEST
    ]
    under = [below[column].strip() if column < len(below) else "" for column, _ in filled]
    over_values = len(filled) > 2 and all(under) and not any(lookup(cell)[0] for cell in under[::2])
    in_turn = len(filled) % 2 == 0 and not over_values and not any(_may_be_label(cell) for _, cell in filled[1::2])
    skip = False
    for place, (column, cell) in enumerate(filled):
        if skip:
            skip = False
            continue
        if (named := _NAMED.fullmatch(cell)) and is_firm(named[1]) and _field(role := named[2].split(" ")[0]) in PARTY_NAMES:
            yield from facts(role, named[1], ((at, column),))
            continue
        if pairs := pairs_of(cell):
            for name, value in pairs:
                yield from facts(name, value, ((at, column),), told=COLON.search(cell) is not None)
            continue
        label = _LABEL.fullmatch(cell)
        # Without a colon a label is one only where labels and values take turns: "Vessel | MV Aurora | Voyage | 12E".
        name = label[1] if label else cell if in_turn and place % 2 == 0 else ""
        if name and place + 1 < len(filled):
            beside, value = filled[place + 1]
            if not _may_be_label(value) and not _LABEL.fullmatch(value) and not pairs_of(value):
                found = list(facts(name, value, ((at, column), (at, beside)), told=bool(label)))
                yield from found
                skip = bool(found)


def _may_be_label(text: str) -> bool:
    return bool(lookup(text)[0]) and find_country(text) is None  # `日本` is Japan, though its first character means day


def _over_values(rows: Sequence[Sequence[str]], taken: set[tuple[int, int]]) -> Iterator[Stated]:
    """Labels alone in their cells, with what they say in the cells below: a name, then the lines of its address.

    Without a colon a label is one in a row of labels, half of its cells or more; alone only a known spelling of a party is. What is
    no party has one line below its label: more of them are a table.
    """
    for at, row in enumerate(rows):
        filled = [cell for cell in row if cell.strip()]
        labels = sum(bool(lookup(cell.strip())[0]) for cell in filled)
        in_row = labels > 1 and 2 * labels >= len(filled)
        second = rows[at + 2] if at + 2 < len(rows) else ()
        is_table = labels > 2 and all(
            column < len(second) and second[column].strip() for column, cell in enumerate(row) if cell.strip()
        )
        for column, cell in enumerate(row):
            label = _LABEL.fullmatch(cell)
            name = label[1] if label else cell.strip()
            parts = (name, *name.split("/")) if name and (at, column) not in taken else ()
            field = next(filter(None, map(_field, parts)), "")
            if not field or not (label or in_row or (field in PARTY_NAMES and spelled(name)[0])):
                continue
            below = list(_lines_below(rows, at, column, taken, told=bool(label)))
            several = field in PARTY_NAMES or (label and field == "container_numbers")
            below = below[:_MOST_LINES] if several else below[:1] if label or len(below) == 1 else []
            text = "\n".join(said for _, said in below)
            if below and (label or not is_table or len(below) == 1 or part_address(text)[1]):
                cells = ((at, column), *((line, column) for line, _ in below))
                yield from facts(name, text, cells)


def _address_below(rows: Sequence[Sequence[str]], stated: Stated, taken: set[tuple[int, int]]) -> Iterator[Stated]:
    """The address in the cells below a name that stands beside its label."""
    at, column = stated.cells[-1]
    if stated.field in PARTY_NAMES and rows[at][column].strip().endswith(stated.value):
        label = stated.cells[0][1]  # another one ends the address
        lines = takewhile(lambda one: label == column or not rows[one[0]][label].strip(), _lines_below(rows, at, column, taken))
        below = list(lines)[: _MOST_LINES - 1]
        name, address = part_address("\n".join((stated.value, *(text for _, text in below))))
        if name == stated.value and address:
            yield Stated(
                stated.field.replace("_name", "_address"), stated.label, address, tuple((line, column) for line, _ in below)
            )


def _lines_below(
    rows: Sequence[Sequence[str]], at: int, column: int, taken: set[tuple[int, int]], *, told: bool = False
) -> Iterator[tuple[int, str]]:
    """The cells below one, up to a blank one or another label; told: the first is what a label says, though it may begin as another does
    (`Agencia de Aduanas Acme`)."""
    for line in range(at + 1, len(rows)):
        text = rows[line][column].strip() if column < len(rows[line]) else ""
        if (
            not text
            or (line, column) in taken
            or (_may_be_label(text.partition("/")[0]) and not (told and line == at + 1))
            or _LABEL.fullmatch(text)
            or pairs_of(text)
        ):
            return
        yield line, text


def facts(label: str, value: str, cells: tuple[tuple[int, int], ...], *, told: bool = False) -> Iterator[Stated]:
    """What a label and its value state: of `Vessel / Voyage` one each, of a party its name and its address; told: a colon says that it is a
    label. Then it may name two things in other ways, and its value tells what its words leave open."""
    fields = [_field(part) for part in (_BETWEEN_LABELS.split(label) if told else label.split("/"))]
    marks = (
        _BETWEEN_VALUES if "/" in label else _BETWEEN_VALUES[::-1]
    )  # `ETD/ETA: 23/09/2026 - 29/09/2026`, `Судно, рейс: т/х Заря, рейс 14`
    cuts = ([part.strip() for part in mark.split(value)] for mark in marks)
    values = next((parts for parts in cuts if len(parts) == len(fields)), [])
    if 1 < len(fields) == len(values) == len(set(fields)) and fields[0] not in ("", *PARTY_NAMES):
        pairs = [(field, said) for field, said in zip(fields, values, strict=True) if field and said]
    elif _field(label):
        pairs = [(_field(label), value)]
    elif fields[0] in PARTY_NAMES:  # `Consignor / Exporter` is one party in two roles
        pairs = [(fields[0], value)]
    elif told and (field := _by_value(label, value)):
        pairs = [(field, value)]
    else:  # `Endereço do expedidor / Shipper` says it in two languages, of which one is known
        known = set(filter(None, fields))
        pairs = [(known.pop(), value)] if len(known) == 1 else []
    for field, said in pairs:
        if field not in (*OF_PARTIES, "container_numbers"):  # what stands below in its box is another thing
            said = said.partition("\n")[0].strip()
        if field in DATES and parse_date(said) == UNREADABLE:
            said = _day_in(said) or ("" if len(fields) > 1 and fields[0] not in DATES else said)  # `Flight / Date`
        if field in DATES and _PRINTED.search(label):  # which is not a day of the goods
            continue
        if not said or (field in (*REFERENCES, "container_numbers") and not any(map(str.isdigit, said))):
            continue
        if field in REFERENCES and _DATE.fullmatch(said):  # `Due: 05.03.2026`; DUE is a declaration, too
            continue
        if (
            field in COUNTRIES and not any(map(str.isalpha, said)) and find_country(said) is None
        ):  # `ORIGIN: 7016`, of an air waybill
            continue
        if label.casefold() in _letters() and not is_firm(said.partition("\n")[0]):
            continue
        name, address = name_and_address(said) if field in PARTY_NAMES else (_country(said) if field in COUNTRIES else said, "")
        yield Stated(field, label, name, cells)
        if address:
            yield Stated(field.replace("_name", "_address"), label, address, cells)


def _day_in(text: str) -> str:
    """The day of a text that says more: `Celje, 16. 4. 2026`, `Aarhus, den 9. april 2026`; empty: it says none."""
    if match := _DATE.search(text):
        return match[0]
    for part in text.split(", "):
        words = part.split()
        ends = (" ".join(words[at:]) for at in range(min(len(words) - 1, _MOST_WORDS)))
        if day := next((end for end in ends if len(end) >= _SHORTEST_DAY and parse_date(end) != UNREADABLE), ""):
            return day
    return ""


def _country(text: str) -> str:
    """What names the country of a text that says more: `Norway, unless stated otherwise`."""
    first = re.split(r"[,;(]|\.\s", text)[0].strip()
    return first if not find_country(text) and find_country(first) else text


def name_and_address(text: str) -> tuple[str, str]:
    """The name and the address of a box; without a line like an address, the first is the name."""
    if "\n" not in text:
        firm = ",".join(takewhile(is_firm, text.split(",")))  # `Acme Co., Ltd., Mill Road 12`
        if firm and any(map(str.isdigit, text[len(firm) :])):
            return firm, text[len(firm) :].strip(" ,;")
        rest = text[len(name) :] if (name := before_address(text)) else ""
        end = len(text) - len(rest.lstrip('»”’")]'))  # `«Acme», 12 Mill Road`
        return text[:end], text[end:].strip(" ,;")
    name, address = part_address(text)
    if address:
        return name, address
    first, *others = text.split("\n")
    return first, ", ".join(others)


def _by_value(label: str, value: str) -> str:
    """The field of a label and its value, where the words of the label leave it open."""
    said = value.partition("\n")[0]
    bare = _NUMBER_OF_BOX.sub("", without_box(label))
    field = by_value(bare, said) or (by_value(bare, day) if (day := _day_in(said)) else "")
    return field if field in _FILLED_DOWN else ""


def is_label(text: str) -> bool:
    """Whether a text is the label of a fact that rows may share."""
    return bool(_field(text))


@cache
def _letters() -> dict[str, str]:
    return spellings_of("cell_words", "letter")


def _field(label: str) -> str:
    label = _NUMBER_OF_BOX.sub("", without_box(label))
    if of_letter := _letters().get(label.casefold()):
        return of_letter
    field = next((field for said in (label, _before_bracket(label)) if said and (field := lookup(said)[0])), "")
    if not field and "/" in label:  # `SOLD TO / CONSIGNEE`
        field = next((found for part in label.split("/") if (found := lookup(part)[0]) in PARTY_NAMES), "")
    return field if field in _FILLED_DOWN else ""
