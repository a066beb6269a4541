"""What the other columns say of one: texts that are the tariff's, numbers that are yes and no, whose number an identifier is.

A header alone misleads where a table copies the tariff's words under "Product", counts containers under "Containers", or heads a column
with nothing but TIN.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from precursor_screen.readers.column_map import DATES, IGNORED_BY_MAP, KINDS, PARTY_NAMES, Guess
from precursor_screen.readers.tabular.assign import UNKNOWN
from precursor_screen.readers.tabular.concepts import languages_of, meanings
from precursor_screen.readers.tabular.content import SAMPLE, Content, is_firm, kind_of
from precursor_screen.readers.tabular.words import split_header
from precursor_screen.text.codes import plain_reference
from precursor_screen.text.countries import PORTS, find_country
from precursor_screen.text.dates import parse_date, weigh_order
from precursor_screen.text.numbers import decide
from precursor_screen.text.quantity_words import find_unit

_TEXTS: Final = ("description", "description_extra")
# Fields that a yes or no says nothing of. NO is Norway, 1 a class of dangerous goods, so neither countries nor classes stand here.
_NO_FLAGS: Final = ("container_numbers", "un_numbers", "cas_numbers", "cus_codes", "permit_reference", "pen_reference", "vessel")
_CODES_WITH_LETTERS: Final = ("container_numbers",)
_SURE: Final = ("hs_code", "container_numbers", "cas_numbers")  # of these a table has one column, and nothing else looks like it
_WAYS: Final = {
    "country_of_dispatch": frozenset(("from", "von", "de", "desde", "da", "из", "od")),
    "country_of_destination": frozenset(("to", "nach", "a", "hacia", "para", "в", "do", "dest")),
}
_DAYS: Final = 0.8  # of the cells, in the order that they leave
_COUNTRIES: Final = 0.8  # of the cells
_INITIALS: Final = 3  # letters of a header that may stand for a port, and for a country as well
_DOCUMENTS: Final = frozenset(
    ("document", "documents", "doc", "dokument", "documento", "dokumentes", "unterlage", "документ", "документа")
)
_TYPES: Final = frozenset(("type", "kind", "typ", "art", "tipo", "nature", "тип", "вид"))
_NUMBERS: Final = frozenset(("number", "no", "nr", "num", "ref", "reference", "nummer", "numero", "n", "номер"))
_NOT_THE_DAY: Final = frozenset(
    ("invoice", "birth", "born", "expiry", "expires", "valid", "until", "due", "order", "contract", "permit", "licence")
)
_DECIDED: Final = (IGNORED_BY_MAP,)
_NAMES: Final = frozenset((*PARTY_NAMES, "declarant_name", "carrier_name", "other_parties"))
_FIRMS: Final = 0.3  # of the cells; many traders are persons
_LONG_NUMBER: Final = re.compile(r"[\d\s./-]{5,}")
_DIGIT: Final = re.compile(r"\d")
_UNITS: Final = 0.5  # of the cells
_LETTER: Final = re.compile(r"[^\W\d_]")
_LEAST_CODES, _LEAST_ROWS = 8, 30  # codes met more than once, and rows with one of them
_ONE_TEXT: Final = 0.97  # of the codes that have one text only
_WORDED: Final = 0.2  # of the texts, in the words of a tariff
# Words of nomenclatures that hardly any seller uses of his goods.
_TARIFF_WORDS: Final = re.compile(
    r"^\s*-+\s|\bn\.?e\.?s\.?o?\.?i?\.?\b|\bnot elsewhere\b|\bwhether or not\b|\bother than\b|\bexclud(?:ing|ed)\b|\bof heading\b|^others?\b"
    r"|[,:;] others?\b|\bthereof\b|\bin primary forms\b|\bput up for retail\b|\bexceeding\b|\bnesoi\b"
    r"|\b(?:los|las|el|lo) demás\b|^l[oa]s? demas\b|^demás\b|^(?:los|las) demás\b|\bincluso\b|\bexcepto\b|\bde la partida\b"
    r"|\bautres\b|\bmême\b|\bà l'exclusion\b|\bdu n°|\boutros?\b|\boutras?\b|\bexceto\b|\bmesmo\b|\bda posição\b"
    r"|\bпроч(?:ие|ий|ая|ее)\b|\bили не\b|\bкроме\b|\bтоварной позиции\b|\bвключая\b|\bsonstige\b|\bandere\b|\bausgenommen\b|其他|除外|品目",
    re.I | re.M,
)
_OWN_NUMBERS: Final = frozenset(
    [
        *("tin", "tinno", "tinnumber", "ruc", "eori", "eorino", "eorinumber", "iec", "iecno", "ieccode", "nit", "rfc", "cnpj", "rut", "cuit"),
        *("inn", "инн", "vatno", "vatnumber", "taxid", "taxno", "taxnumber", "ntn", "gstin", "bin", "kra", "krapin", "nif", "niu", "npwp"),
    ]
)  # fmt: skip
_ROLES: Final = {
    f"{role}_name": f"{role}_identifier" for role in ("importer", "exporter", "consignee", "consignor", "notify_party")
}
_BILLS: Final = ("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading")
_AIR: Final = frozenset(("awb", "hawb", "mawb", "airwaybill", "air"))
_TRADERS: Final = ("importer_name", "exporter_name")


def not_contradicted(guesses: Sequence[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The guesses from spellings without what cells contradict; arguments as of `confirm`."""
    return [guess if guess.position in fixed else _possible(guess, contents[guess.position]) for guess in guesses]


def confirm(guesses: Sequence[Guess], fixed: frozenset[int], contents: Sequence[Content], table: pa.Table) -> list[Guess]:
    """The guesses with what neighbours add.

    Args:
        guesses: from headers and cells.
        fixed: positions that the user's map states; they stay.
        contents: what the cells of each column are.
        table: the rows below the header.
    """
    made = [guess if guess.position in fixed else _addressed(_owned(guess, guesses), guesses) for guess in guesses]
    made = [guess if guess.position in fixed else _of_air(guess, made) for guess in made]
    made = _with_ways(made, fixed, contents)
    made = _with_documents(made, fixed, contents)
    tariff = _tariff_texts(made, table)
    return [
        replace(guess, field="", reason="one text for each HS code: the tariff's, not of these goods")
        if guess.position in tariff and guess.position not in fixed and not guess.preset
        else guess
        for guess in made
    ]


def _with_ways(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """Columns under From and To that hold countries, places of delivery that are countries, and the only column of days in a table that has no
    other."""
    made = list(guesses)
    for guess in (g for g in guesses if g.field == "place_of_delivery" and not g.preset and g.position not in fixed):
        content = contents[guess.position]
        countries = "country_of_destination" in kind_of(content)[:1] or content.share(find_country) >= _COUNTRIES
        if countries and not any(g.field == "country_of_destination" for g in made):
            made[guess.position] = replace(guess, field="country_of_destination", reason="countries under a header of a place")
    for guess in (g for g in guesses if g.reason == UNKNOWN and g.position not in fixed):
        words = "".join(split_header(guess.header))
        kind = kind_of(contents[guess.position])
        for field, headers in _WAYS.items():
            if words in headers and field in kind and not any(g.field == field for g in made):
                made[guess.position] = replace(guess, field=field, reason="countries under a header of where from or where to")
    if not any(g.field in DATES for g in made):
        days = [g for g in made if not g.field and g.position not in fixed and _are_days(contents[g.position])]
        days = [g for g in days if g.reason == UNKNOWN and not _NOT_THE_DAY & set(split_header(g.header))]
        if len(days) == 1:
            made[days[0].position] = replace(days[0], field="date", reason="by its cells: the only days of the table")
    return made


def _are_days(content: Content) -> bool:
    order = decide(weigh_order(content.cells))
    return content.share(lambda cell: parse_date(cell, order).day) >= _DAYS


def _with_documents(guesses: list[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The column of a document's number beside one of its type that says nothing but permits: "precursor permit | EX-17"."""
    made = list(guesses)
    unknown = [g for g in guesses if g.reason == UNKNOWN and g.position not in fixed]
    about = [(g, frozenset(split_header(g.header))) for g in unknown if _DOCUMENTS & set(split_header(g.header))]
    types = [g for g, words in about if words & _TYPES and contents[g.position].share(_says_permit) == 1]
    numbers = [g for g, words in about if words & _NUMBERS]
    if len(types) == 1 and len(numbers) == 1 and not any(g.field == "permit_reference" for g in made):
        reason = "number of a document that another column calls a permit"
        made[numbers[0].position] = replace(numbers[0], field="permit_reference", reason=reason)
    return made


def _says_permit(cell: str) -> bool:
    return any("permit" in word for word in meanings(cell, languages_of((cell,))))


def by_content(guesses: Sequence[Guess], contents: Sequence[Content]) -> list[Guess]:
    """The columns of a table without a header: what their cells are sure to be, the longest texts as the goods, and firms as parties
    of an unknown role."""
    kinds = {g.position: kind_of(contents[g.position]) for g in guesses if not g.field and g.reason not in _DECIDED}
    found: dict[int, str] = {}
    for field in _SURE:
        places = [position for position, fields in kinds.items() if fields[:1] == (field,)]
        if len(places) == 1 and not any(g.field == field for g in guesses):
            found[places[0]] = field
    found |= dict.fromkeys((p for p, fields in kinds.items() if fields[:1] == ("consignee_name",)), "other_parties")
    texts = [position for position, fields in kinds.items() if fields == ("description",)]
    if texts and not any(g.field == "description" for g in guesses):
        found[max(texts, key=lambda position: _length(contents[position]))] = "description"
    return [
        replace(g, field=found[g.position], reason="by its cells: there is no header") if g.position in found else g
        for g in guesses
    ]


def _length(content: Content) -> float:
    return sum(map(len, content.cells)) / len(content.cells)


def _possible(guess: Guess, content: Content) -> Guess:
    if guess.field in _NO_FLAGS and content.flags:
        return replace(guess, field="", reason="says yes or no and no number")
    if (
        guess.field in PORTS
        and len("".join(split_header(guess.header))) <= _INITIALS
        and content.share(find_country) >= _COUNTRIES
    ):
        return replace(guess, field="", reason=UNKNOWN)
    role, _, part = guess.field.rpartition("_")
    if guess.field in _NAMES and content.cells and all(_LONG_NUMBER.fullmatch(cell) for cell in content.cells):
        field = f"{role}_identifier"
        return replace(guess, field=field if field in KINDS else "", reason="holds numbers and no names")
    if part == "identifier" and f"{role}_name" in _NAMES and content.share(is_firm) >= _FIRMS:
        return replace(guess, field=f"{role}_name", reason="holds names of firms")
    if guess.field == "quantity" and content.cells and not any(_DIGIT.search(cell) for cell in content.cells):
        if content.share(find_unit) >= _UNITS:
            return replace(guess, field="quantity_unit", reason="its cells are units")
        return replace(guess, field="", reason="has no number")
    if guess.field in _CODES_WITH_LETTERS and content.cells and not any(_LETTER.search(cell) for cell in content.cells):
        return replace(guess, field="", reason="counts them and names none")
    return guess


def _owned(guess: Guess, guesses: Sequence[Guess]) -> Guess:
    """TIN, RUC, EORI or IEC alone: the number of the party whose name stands before it, else of the one behind it."""
    if guess.preset or "".join(split_header(guess.header)) not in _OWN_NUMBERS:
        return guess
    before = [g for g in guesses[: guess.position] if g.field in _ROLES]
    behind = [g for g in guesses[guess.position + 1 :] if g.field in _ROLES]
    traders = [g for g in (*before, *behind) if g.field in _TRADERS]
    if guess.field and len({g.field for g in traders}) == 1:  # IEC is the number of whoever trades in India
        owner = traders[0]
    elif not guess.field and (before or behind):
        owner = before[-1] if before else behind[0]
    else:
        return guess
    field = _ROLES[owner.field]
    if any(g.field == field and g.position != guess.position for g in guesses):
        return guess
    return replace(guess, field=field, reason=f"the number of {owner.header!r}")


def _addressed(guess: Guess, guesses: Sequence[Guess]) -> Guess:
    """ADDRESS alone: of the party whose name stands right before it; behind an importer it is the consignee's where no column is that."""
    if (
        guess.field != "consignee_address"
        or guess.preset
        or not all("address" in word for word in meanings(guess.header, languages_of((guess.header,))))
    ):
        return guess
    before = next((g.field for g in guesses if g.position == guess.position - 1), "")
    field = before.replace("_name", "_address") if before in _ROLES else ""
    if field not in KINDS or (field == "importer_address" and not any(g.field == "consignee_name" for g in guesses)):
        return guess
    return replace(guess, field=field, reason="the address of the party before it")


def _of_air(guess: Guess, guesses: Sequence[Guess]) -> Guess:
    """KGS alone in a list of air waybills: these state the gross weight and no other (IATA resolution 600a)."""
    bare = guess.field == "net_mass" and guess.unit is not None and len(split_header(guess.header)) == 1
    if not bare or any(g.field in ("gross_mass", "gross_mass_kg") for g in guesses):
        return guess
    waybills = any(g.field in _BILLS and not _AIR.isdisjoint(split_header(g.header)) for g in guesses)
    return replace(guess, field="gross_mass", reason="an air waybill states the gross weight") if waybills else guess


def _tariff_texts(guesses: Sequence[Guess], table: pa.Table) -> frozenset[int]:
    """The columns of goods texts that say the same of every line with one HS code, in the words of a tariff.

    A seller of few goods has one text a code as well; so the words decide, or that another column says more.
    """
    codes = next((g.position for g in guesses if g.field == "hs_code"), None)
    texts = [g.position for g in guesses if g.field in _TEXTS]
    if codes is None or not texts or table.num_rows < _LEAST_ROWS:
        return frozenset()
    part = table.slice(0, 2 * SAMPLE)
    constant = [position for position in texts if _is_one_a_code(part.column(codes), part.column(position))]
    others = len(constant) < sum(g.field == "description" for g in guesses) and any(p not in constant for p in texts)
    return frozenset(p for p in constant if others or _worded(part.column(p)))


def _is_one_a_code(codes: pa.ChunkedArray, texts: pa.ChunkedArray) -> bool:
    pairs = pa.table({"code": codes, "text": pc.utf8_trim_whitespace(texts)})
    pairs = pairs.filter(pc.and_(pc.fill_null(pc.not_equal(codes, ""), False), pc.fill_null(pc.not_equal(texts, ""), False)))
    found = pairs.group_by("code").aggregate([("text", "count"), ("text", "count_distinct")])
    repeated = found.filter(pc.greater(found.column("text_count"), 1))
    if repeated.num_rows < _LEAST_CODES or (pc.sum(repeated.column("text_count")).as_py() or 0) < _LEAST_ROWS:
        return False
    one: int = pc.sum(pc.equal(repeated.column("text_count_distinct"), 1)).as_py() or 0
    distinct: int = pc.count_distinct(pairs.column("text")).as_py()
    return one >= _ONE_TEXT * repeated.num_rows and distinct >= _LEAST_CODES


def _worded(texts: pa.ChunkedArray) -> bool:
    distinct = [t for t in pc.unique(texts).to_pylist()[:300] if t]
    return bool(distinct) and sum(bool(_TARIFF_WORDS.search(t)) for t in distinct) >= _WORDED * len(distinct)


Papers = Sequence[tuple[str, frozenset[str]]]
# A column is one of papers where so many of its cells, and such a share of them, are numbers of a register (own proposal): then one that
# the register does not know is a number of a paper too.
_CELLS: Final = 3
_SHARE: Final = 0.3


def with_papers(guesses: tuple[Guess, ...], contents: Sequence[Content], papers: Papers) -> tuple[Guess, ...]:
    """Columns of unknown headers that hold numbers of papers, for a field that no other column has.

    Args:
        guesses: of all columns.
        contents: what their cells are.
        papers: see `ReadOptions`.
    """
    made = list(guesses)
    for field, numbers in papers:
        free = [g for g in made if g.reason == UNKNOWN and contents[g.position].share(lambda cell: True)]
        held = {g.position: _held(contents[g.position], numbers) for g in free}
        best = max(free, key=lambda g: held[g.position], default=None)
        if best is None or not held[best.position] or any(g.field == field for g in made):
            continue
        made[best.position] = replace(best, field=field, reason="numbers of papers that a register knows")
    return tuple(made)


def _held(content: Content, numbers: frozenset[str]) -> float:
    """The share of cells that are numbers of a register; 0 where they are too few."""
    share = content.share(lambda cell: plain_reference(cell) in numbers)
    return share if share >= _SHARE and share * len(content.cells) >= _CELLS else 0.0
