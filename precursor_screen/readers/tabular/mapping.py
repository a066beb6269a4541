"""Which column is which field: the header's row, the guess, and the user's map on top of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pyarrow as pa
from msgspec.structs import replace

from precursor_screen.core.errors import raise_all
from precursor_screen.core.grouped import grouped
from precursor_screen.readers.code_cells import currencies
from precursor_screen.readers.column_map import (
    IGNORED,
    IGNORED_BY_MAP,
    PARTY_NAMES,
    SEVERAL,
    ColumnMap,
    Guess,
    unknown_headers,
)
from precursor_screen.readers.tabular.assign import MASSES, UNKNOWN, by_words_and_cells, known, lookup, unit_of_words
from precursor_screen.readers.tabular.concepts import languages_of, meanings, split_header
from precursor_screen.readers.tabular.confirm import IMPORT, by_content, by_direction, confirm, direction_of, not_contradicted
from precursor_screen.readers.tabular.content import Content, holds_words, is_hs_code
from precursor_screen.readers.tabular.header_rows import ADDED_UP
from precursor_screen.readers.tabular.header_words import BY_HEADER
from precursor_screen.readers.tabular.headers import (
    ONE_PART,
    is_exact,
    is_percentage,
    is_tariff_text,
    schedule_of,
    unit_and_currency,
)
from precursor_screen.readers.tabular.levels import innermost
from precursor_screen.readers.tabular.pairs import pair_units
from precursor_screen.readers.tabular.presets import Preset, preset_guesses
from precursor_screen.text.codes import is_cas
from precursor_screen.text.countries import PORTS
from precursor_screen.text.quantity_words import find_unit

_WHOLE = frozenset(("total", "totals", "manifest", "totale", "gesamt", "итого", "всего"))
_COMMON = frozenset(("value", "currency", "code", "total", "amount"))
# Words of columns that state a field less well than another column does: where goods were bought is not always whence they came.
_SECOND_CHOICE = {
    "declaration_id": frozenset(("aju", "pengajuan")),  # the number of the application, before customs has registered it
    "country_of_dispatch": frozenset(("purchase", "acquisition", "procurement", "adquisicion", "aquisicao", "trading", "trade")),
    "date": frozenset(("issue", "registry")),
    "port_of_loading": frozenset(("origin",)),
    "port_of_discharge": frozenset(("destination", "final")),
}
_ROWS_OF_A_WHOLE = 3
_SHORT_CODE = re.compile(r"[\s_]?[24](?:[\s_-]?digits?)?\)?\s*$", re.I)  # HS_CODE_2, HS4: not the code of the goods


_WORDED = 0.8  # of the cells of a column of texts
_LAST = frozenset(("ultimate", "ult", "final"))


def guess_columns(
    names: Sequence[str],
    column_map: ColumnMap | None = None,
    where: str = "",
    contents: Sequence[Content] = (),
    preset: Preset | None = None,
    table: pa.Table | None = None,
    headed: bool = True,
    levels: Sequence[int] = (),
) -> tuple[Guess, ...]:
    """What each column is, with the reason; one Guess a column, in their order.

    Args:
        names: headers as filed.
        column_map: the user's; what it names is not guessed.
        where: name of the input, for errors.
        contents: what the cells of each column are; empty: headers alone decide.
        table: the rows below the header; None: headers alone decide.
        headed: whether the table has a header; without one the cells decide.
        preset: the layout of the table; what it names goes before known spellings.
        levels: see `Sheet`.

    Raises:
        MappingError, ErrorGroup: the map names columns that are not there.
    """
    stated = _stated(tuple(names), column_map, where)
    known = preset_guesses(preset, names) if preset is not None else {}
    mapped_fields = {g.field for g in stated.values() if g.field}
    lonely = sum(bool(name.strip()) for name in names) == 1
    guesses = [
        stated.get(position)
        or _unless_mapped(known.get(position), mapped_fields)
        or (_sentence(position, header) if lonely else None)
        or _guess_one(position, header, mapped_fields)
        for position, header in enumerate(names)
    ]
    if contents and not headed:
        guesses = by_content(guesses, contents)
    if contents and table is not None:
        guesses = not_contradicted(guesses, frozenset(stated), contents)
        guesses = _from_within(_of_whole_headers(guesses, contents), frozenset(stated), contents, levels)
        guesses = _without_codes(guesses, frozenset(stated), contents)
        guesses = confirm(guesses, frozenset(stated), contents, table)
        guesses = by_direction(_by_schedule(guesses), frozenset(stated), contents)
        guesses = pair_units(guesses, frozenset(stated), contents)
    return tuple(_keep_best(innermost(_ultimate(guesses, set(stated)), frozenset(stated), levels), set(stated), contents))


_BY_SCHEDULE = "a port by its schedule, and the headers do not say whether of loading or of discharge"


def _by_schedule(guesses: list[Guess]) -> list[Guess]:
    """The guesses with ports by schedules of the United States: foreign ones are of loading in a list of imports, their own in one of exports."""
    way = direction_of(guesses)
    fields = (
        {"K": "port_of_loading", "D": "port_of_discharge"}
        if way == IMPORT
        else {"K": "port_of_discharge", "D": "port_of_loading"}
    )
    return [
        replace(g, field=fields[schedule_of(g.header)[0]], reason=f"by its schedule, in a list of {way}s")
        if way and g.reason == _BY_SCHEDULE
        else g
        for g in guesses
    ]


def _from_within(guesses: list[Guess], stated: frozenset[int], contents: Sequence[Content], levels: Sequence[int]) -> list[Guess]:
    """Fields for columns of unknown headers: of those of the goods first, then of what stands around them."""
    for level in sorted(set(levels) or {0}, reverse=True):
        here = [g for g in guesses if not levels or levels[g.position] >= level]
        found = {g.position: g for g in by_words_and_cells(here, stated, contents)}
        guesses = [found.get(g.position, g) for g in guesses]
    return guesses


def _of_whole_headers(guesses: list[Guess], contents: Sequence[Content]) -> list[Guess]:
    """The guesses without names of goods or parties that one part of a header says, where the cells are codes: `Product/Code`, beside texts of the
    goods or with codes of the tariff, is read by all of its words, as `Product Code` is."""
    worded = {g.field for g in guesses if contents[g.position].share(holds_words) >= _WORDED}
    return [
        replace(g, field="", reason=UNKNOWN)
        if g.reason == ONE_PART
        and (g.field == "description" or g.field in PARTY_NAMES)
        and contents[g.position].cells
        and all(map(_is_own_code, contents[g.position].cells))
        and (g.field in worded or contents[g.position].share(is_hs_code) >= _WORDED)
        else g
        for g in guesses
    ]


def _without_codes(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The guesses without a column of the seller's own codes among those of texts: `Material | Bezeichnung`. The number of a substance is a text."""
    texts = [g for g in guesses if g.field == "description"]
    codes = {g.position for g in texts if contents[g.position].cells and all(map(_is_own_code, contents[g.position].cells))}
    worded = any(contents[g.position].share(holds_words) >= _WORDED for g in texts)
    return [
        replace(g, field="", reason="codes of the seller, beside texts of the goods")
        if worded and g.position in codes - fixed and not g.preset
        else g
        for g in guesses
    ]


def _is_own_code(cell: str) -> bool:
    said = cell.strip()
    is_code = any(map(str.isdigit, said)) or (said.isupper() and len(said) <= 2)  # `Q` is a class of rates on air waybills
    return is_code and not holds_words(said) and not is_cas(said)


def _ultimate(guesses: list[Guess], stated: set[int]) -> list[Guess]:
    """An ultimate consignee is the consignee of a US export declaration; beside another consignee it is a further party."""
    named = [g for g in guesses if g.field == "consignee_name"]
    last = [g for g in named if g.position not in stated and not _LAST.isdisjoint(split_header(g.header))]
    if len(last) == len(named):
        return guesses
    return [replace(g, field="other_parties", reason="another column names the consignee") if g in last else g for g in guesses]


def _stated(names: tuple[str, ...], column_map: ColumnMap | None, where: str) -> dict[int, Guess]:
    if column_map is None:
        return {}
    raise_all(unknown_headers(column_map, names, where))
    stated: dict[int, Guess] = {}
    wanted = {h.strip(): f for h, f in column_map.columns.items()}
    for position, name in enumerate(names):
        field = wanted.get(name.strip(), wanted.get(str(position + 1)))
        if field is not None:
            unit, currency = unit_and_currency(name)
            mapped = "" if field == IGNORED else field
            reason = f"stated in {column_map.name}" if mapped else IGNORED_BY_MAP
            found, how = known(name)
            exact = found != mapped or is_exact(name, how)
            if unit is None and mapped in MASSES:
                unit = unit_of_words(meanings(name, languages_of(names)))
            stated[position] = Guess(position, name, mapped, reason, unit, currency, exact)
    return stated


def _unless_mapped(guess: Guess | None, mapped_fields: set[str]) -> Guess | None:
    if guess is None or guess.field not in mapped_fields or guess.field in SEVERAL:
        return guess
    return replace(guess, field="", reason=f"the map names another column for {guess.field}")


_HEADING = re.compile(r"#{1,6} ")  # of a text in Markdown
_OF_SENTENCE = 9  # words


def _sentence(position: int, header: str) -> Guess | None:
    """Nothing, for a header that stands alone and is the title or the first sentence of a text; None: it may be a header."""
    is_text = _HEADING.match(header.strip()) or len(split_header(header)) >= _OF_SENTENCE
    return Guess(position, header, "", "a sentence, not a header") if is_text else None


def _guess_one(position: int, header: str, mapped_fields: set[str]) -> Guess:
    schedule, named = schedule_of(header)
    field, how = known(named)
    if schedule and field not in PORTS:
        return Guess(position, header, "", _BY_SCHEDULE)
    if reason := _why_not(header, field, mapped_fields):
        return Guess(position, header, "", reason)
    unit, currency = unit_and_currency(header)
    if unit is None and how.startswith(BY_HEADER) and field in MASSES:
        unit = unit_of_words(meanings(header, languages_of((header,))))
    return Guess(position, header, field, how, unit, currency, is_exact(header, how))


def _why_not(header: str, field: str, mapped_fields: set[str]) -> str:
    """Why a column is not of the field that its header says; empty where it is."""
    if not header.strip():
        return "no header"
    if is_percentage(header):
        return "a percentage"
    if _is_of_one_package(header):
        return "the mass of one package"
    if _is_price(header):
        return "the price of one unit"
    if field == "hs_code" and _SHORT_CODE.search(header):
        return "chapter or heading alone"
    if is_tariff_text(header) and field != "hs_code":
        return "text of the tariff, not of these goods"
    if not field:
        return UNKNOWN
    return f"the map names another column for {field}" if field in mapped_fields and field not in SEVERAL else ""


_LONGEST_SIGN = 3  # HK$
_OF_EACH = re.compile(r"\s*/\s*|\s+(?:per|pro|je|por|par|al|per ogni|за|на|на одно|w|na|başına|each)\s+", re.I)


def _is_price(header: str) -> bool:
    """Whether it is money for one unit: `€/kg`, `USD per MT`."""
    money, *each = _OF_EACH.split(header.strip(" ()"), maxsplit=1)
    is_money = money.upper() in currencies() or (0 < len(money) <= _LONGEST_SIGN and unicodedata.category(money[-1]) == "Sc")
    return is_money and bool(each) and find_unit(each[0]) is not None


_UNIT_MASS = re.compile(
    r"単重|单重|單重|单件|單件|unit (?:weight|wt)|st(?:ü|ue)ckgewicht|peso unit|poids unit|masa jednostk|단위\s?중량|단중", re.I
)


def _is_of_one_package(header: str) -> bool:
    """Whether it is the mass of one package: `Net weight / package`, `Peso por volumen`."""
    mass, *each = _OF_EACH.split(header, maxsplit=1)
    if not each:
        return _UNIT_MASS.search(header) is not None
    languages = languages_of((header,))
    said = [set(word) for word in meanings("".join(each).partition("(")[0], languages)]
    return bool(said) and all("package" in word for word in said) and lookup(mass)[0] in MASSES


def _rank(guess: Guess, stated: set[int], contents: Sequence[Content], rivals: Sequence[Guess]) -> tuple[int, ...]:
    # A column whose cells say nothing, or nothing of the kind, keeps no field from one that has it.
    unfit = 0 if not contents or contents[guess.position].fits(guess.field) else 1
    exact = 0 if guess.exact else 1
    preset = 0 if guess.preset else 1
    # Among several values the one whose currency is certain is the one to compare.
    currency = 0 if guess.field in ("value", "freight") and guess.currency else 1
    second = int(not _SECOND_CHOICE.get(guess.field, frozenset()).isdisjoint(split_header(guess.header)))
    whole = int(bool(contents) and len(rivals) > 1 and _is_of_the_whole(guess, contents[guess.position]))
    return (0 if guess.position in stated else 1, unfit, whole, preset, second, currency, exact)


def _is_of_the_whole(guess: Guess, content: Content) -> bool:
    """Whether a column states one total in all rows: that of the manifest, and of no bill in it."""
    total = not _WHOLE.isdisjoint(split_header(guess.header))
    return total and guess.field in ADDED_UP and content.filled >= _ROWS_OF_A_WHOLE and len(content.cells) == 1


def _keep_best(guesses: list[Guess], stated: set[int], contents: Sequence[Content]) -> list[Guess]:
    """Of several columns for one field, keep the best; the others stay with the cells as filed."""
    rivals = grouped((guess.field, guess) for guess in guesses if guess.field and guess.field not in SEVERAL)
    best = {field: min(some, key=lambda g: _rank(g, stated, contents, some)) for field, some in rivals.items()}
    if len(rivals.get("currency", ())) > 1 and "value" in best:
        best["currency"] = min(rivals["currency"], key=lambda g: (*_rank(g, stated, contents, ())[:2], *_apart(g, best["value"])))
    return [
        replace(g, field="", reason=f"{g.field} is taken from {best[g.field].header!r}")
        if g.field in best and best[g.field].position != g.position
        else g
        for g in guesses
    ]


def _apart(currency: Guess, value: Guess) -> tuple[int, int]:
    """How far a column of currencies is from a value: they share a word (INVOICE_VALUE, INVOICE_CURRENCY), or stand side by side."""
    shared = set(split_header(currency.header)) & set(split_header(value.header)) - _COMMON
    return (0 if shared else 1, abs(currency.position - value.position))
