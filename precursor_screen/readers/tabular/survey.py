"""How a table was understood, for the people who check it: in words, as a column map to correct, and what of it is not screened."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import Final

from msgspec import Struct

from precursor_screen.core.issues import ISSUE_CODES
from precursor_screen.core.model import Rule
from precursor_screen.readers.column_map import KINDS as KINDS_OF_FIELDS
from precursor_screen.readers.column_map import Column, ColumnReport, Guess
from precursor_screen.readers.interface import InputTables, IssueList
from precursor_screen.readers.tabular.assign import Candidate, best_fields, is_heading
from precursor_screen.readers.tabular.concepts import languages_of, meanings, split_header
from precursor_screen.readers.tabular.content import KINDS, Content, holds_words, is_firm, looks_like
from precursor_screen.readers.tabular.general_segment import ABOVE_THE_ROWS
from precursor_screen.readers.tabular.headers import spellings

# Filled columns that look like parties, masses, codes or goods and are mapped to nothing: they were not screened as what they are, so they
# are reported.

_MANY: Final = 0.5  # of the cells, so that they make the column what they are
_FIRMS: Final = 0.3  # of the cells that hold the legal form of a firm: many traders are persons
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*(?: ?(?:kgs?|lbs?|mt|g|кг|т))?\.?", re.I)
_WORD: Final = re.compile(r"[^\W\d_]{3}")
_NAMELIKE: Final = re.compile(r"[^\W\d_]{2,}[.,&' -]+[^\W\d_]{2,}|[\u3041-\u9fff\uac00-\ud7af]{2}")
_LONG_DIGITS: Final = re.compile(r"\d{9,}")
# What a header must say, and what it must not, so that its column is one of parties or masses that nobody reads.
_ROLES: Final = frozenset(
    ("sender", "receiver", "importer", "exporter", "seller", "buyer", "trader", "notify", "agent", "carrier", "maker", "party", "third_party", "firm")
)  # fmt: skip
_NO_NAME: Final = frozenset(
    [
        *("number", "code", "reference", "country", "address", "date", "kind", "place", "port", "other", "value"),
        *("goods", "no_part", "permit"),
    ]
)
_NO_MASS: Final = frozenset(("permit", "value", "currency", "code", "number", "unit", "reference", "other", "invoice"))
_NO_GOODS: Final = frozenset((*_ROLES, "permit", "number", "code", "kind", "unit", "value", "country", "other", "hs"))
_CODES: Final = frozenset(("hs", "code"))  # under such a header one number in all rows may be the code of all goods
_GROSS: Final = frozenset(("gross_mass", "gross_mass_kg"))
_NET: Final = frozenset(("net_mass", "net_mass_kg"))
_TEXTS: Final = frozenset(("description", "description_extra"))
_MOST: Final = 0.8  # of the cells


def note_unread(
    guesses: Sequence[Guess], contents: Sequence[Content], row: int, issues: IssueList, explained: Container[int] | None = None
) -> None:
    """Issues for filled columns that look like parties, masses, codes or goods and are mapped to nothing.

    Args:
        guesses: what each column is.
        contents: what each holds.
        row: the first row below the header.
        issues: added to.
        explained: of a table without a header the columns whose cells are of some kind that is neither; None: it has a header.
    """
    fields = frozenset(guess.field for guess in guesses)
    headers = tuple(guess.header for guess in guesses)
    for guess, content in zip(guesses, contents, strict=True):
        if guess.field or not content.filled:
            continue
        open_question = guess.reason in ("unknown header", "no header")
        # What a layout calls a code may hold names all the same.
        if not open_question and (not guess.preset or content.share(is_firm) < _FIRMS):
            continue
        concepts = frozenset(concept for word in meanings(guess.header, languages_of(headers)) for concept in word)
        code, what = _looks(concepts, content, fields)
        if not code and explained is not None and guess.position not in explained:
            code, what = _may_be(content)
        if not code:
            continue
        name = guess.header or f"column {guess.position + 1}"
        message = f'the column {name!r} {what} and is mapped to nothing; a line of --mapping maps it: "{name}": FIELD'
        issues.add(code, message, row=row, field=name, value=content.cells[0][:100], count=content.filled)


def _looks(concepts: frozenset[str], content: Content, fields: frozenset[str]) -> tuple[str, str]:
    """The issue of a column by what its header says and its cells are, and in words; empty: none."""
    if _is_of_parties(concepts, content):
        return "unread-party-column", "names parties"
    if _is_of_masses(concepts, content, fields):
        return "unread-mass-column", "holds masses"
    may_be_codes = "hs_code" not in fields and not concepts & _ROLES and (len(content.cells) > 1 or concepts & _CODES)
    if may_be_codes and content.share(is_heading) >= _MOST:
        return "unread-code-column", "holds codes of goods"
    if "goods" in concepts and not concepts & _NO_GOODS and content.share(holds_words) >= _MOST and not fields & _TEXTS:
        return "unread-goods-column", "holds texts of goods"
    return "", ""


def _may_be(content: Content) -> tuple[str, str]:
    """The same of a column without a header, which no kind of cell explains."""
    # Like those of names: mostly two or more words.
    if content.share(_NAMELIKE.search) >= _MANY and content.share(_NUMBER.fullmatch) < _MANY:
        return "unread-party-column", "holds texts that may be parties"
    return ("unread-mass-column", "holds numbers that may be masses") if _may_be_masses(content) else ("", "")


def _is_of_parties(concepts: frozenset[str], content: Content) -> bool:
    if content.share(_WORD.search) < _MANY or content.share(_NUMBER.fullmatch) >= _MANY:
        return False
    return bool(concepts & _ROLES and not concepts & _NO_NAME) or content.share(is_firm) >= _FIRMS


def _is_of_masses(concepts: frozenset[str], content: Content, fields: frozenset[str]) -> bool:
    """Whether a column holds masses; those that are not the goods' (tare) only where no other column states a mass, and no third one
    beside gross and net masses."""
    gross, net = bool(fields & _GROSS), bool(fields & _NET)
    if (gross and net) or ((gross or net) and "other_mass" in concepts):
        return False
    return not concepts.isdisjoint(("mass", "kg")) and not concepts & _NO_MASS and content.share(_NUMBER.fullmatch) >= _MANY


def _may_be_masses(content: Content) -> bool:
    """Whether cells without a header are figures that goods could weigh: neither long numbers of documents nor a running number."""
    if content.share(_NUMBER.fullmatch) < _MANY or content.share(_LONG_DIGITS.fullmatch) >= _MANY:
        return False
    counted = [int(cell) for cell in content.cells if cell.isascii() and cell.isdigit() and len(cell) < 9]
    running = len(counted) == len(content.cells) and all(b - a == 1 for a, b in pairwise(counted))
    return not content.flags and not (running and counted[0] in (0, 1))


# What a mapping can mend, or a file makes impossible: the rest is about single rows.
_OF_COLUMNS: Final = (
    *(
        "unread-party-column",
        "unread-mass-column",
        "unread-code-column",
        "unread-goods-column",
        "no-goods-text",
        "unreadable-column",
        "no-usable-column",
        "undecodable-text",
    ),
    *("unreadable-file", "unknown-format", "no-manifest", "no-lines", "lost-rows", "unread-part"),
)
# What a table should state: in words, the columns that do, and the facts of rules that come from these alone.
_STATED: Final[tuple[tuple[str, frozenset[str], frozenset[str]], ...]] = (
    ("HS codes", frozenset({"hs_code"}), frozenset({"hs6", "own_hs6s", "hs_chapter", "hs_known", "fits_chapter"})),
    (
        "senders",
        frozenset({"consignor_name", "exporter_name"}),
        frozenset({"sender_key", "sender_name", "sender_lines_before", "sender_receiver_score"}),
    ),
    (
        "receivers",
        frozenset({"consignee_name", "importer_name", "notify_party_name"}),
        frozenset({"receiver_key", "receiver_name", "receiver_lines_before", "consignee_key"}),
    ),
    (
        "masses or quantities",
        frozenset({"net_mass_kg", "gross_mass_kg", "quantity"}),
        frozenset({"substance_mass_kg", "largest_mass_kg"}),
    ),
    ("dates", frozenset({"date", "arrival_date", "dispatch_date"}), frozenset()),
    (
        "bills, declarations or other references",
        frozenset({"bill_of_lading", "house_bill_of_lading", "declaration_id", "shipment_id"}),
        frozenset(),
    ),
    ("values", frozenset({"value"}), frozenset({"value_usd"})),
    (
        "addresses of receivers",
        frozenset({"consignee_address", "importer_address", "notify_party_address"}),
        frozenset({"receiver_address", "receiver_address_key"}),
    ),
    ("addresses of senders", frozenset({"consignor_address", "exporter_address"}), frozenset({"sender_address_key"})),
    (
        "countries or ports of destination",
        frozenset({"country_of_destination", "port_of_discharge", "place_of_delivery"}),
        frozenset(),
    ),
    ("countries or ports of dispatch", frozenset({"country_of_dispatch", "port_of_loading"}), frozenset()),
)
_NOTES: Final = {
    "masses or quantities": "lines whose text states a mass are judged all the same",
    "dates": "each line is judged as of the day of the run",
}
_ALWAYS: Final = frozenset(what for what, *_ in _STATED[:6])  # named even where no rule requires them
_FIELDS_OF = {words: fields for words, fields, _, _ in KINDS}
_SAMPLES, _SHOWN = 2, 30
_NEAR: Final = 0.75  # of the letters of a spelling


class Fault(Struct, frozen=True):
    """What of a table would not be screened: an issue, with how many cells or rows it is about."""

    code: str
    message: str
    remedy: str
    count: int


def faults_of(tables: InputTables) -> list[Fault]:
    """What of an input would not be screened as it is mapped."""
    remedies = {code.code: code.remedy for code in ISSUE_CODES.values()}
    return [
        Fault(issue["code"], issue["message"], remedies[issue["code"]], issue["count"])
        for issue in tables.issues.to_pylist()
        if issue["code"] in _OF_COLUMNS
    ]


class Unstated(Struct, frozen=True):
    """What no column of a table states.

    Attributes:
        what: in words.
        fields: those that a column could be mapped to so that it does.
        rules: ids of the rules that cannot judge without, as they require it.
        note: what stands in for it; empty: nothing.
    """

    what: str
    fields: tuple[str, ...]
    rules: tuple[str, ...]
    note: str = ""


def unstated(supplied: Set[str], rules: Sequence[Rule]) -> list[Unstated]:
    """What an input states nothing of and rules may require: what people expect of a table first, then single columns.

    Args:
        supplied: the fields that the input has columns for.
        rules: those that would be applied.
    """
    parts = [one for one in _STATED if not one[1] & supplied]
    grouped = frozenset(name for _, fields, facts in _STATED for name in (*fields, *facts))
    parts += [
        (name.replace("_", " "), frozenset({name}), frozenset()) for name in KINDS_OF_FIELDS if name not in grouped | supplied
    ]
    missing = frozenset(name for _, fields, facts in parts for name in (*fields, *facts))
    blocking = {rule.id: [wanted for wanted in _required(rule) if wanted <= missing] for rule in rules}
    found = []
    for what, fields, facts in parts:
        ids = tuple(rule for rule, items in blocking.items() if any(wanted & (fields | facts) for wanted in items))
        if ids or what in _ALWAYS:
            found.append(Unstated(what, tuple(sorted(fields)), ids, _NOTES.get(what, "")))
    return found


def _required(rule: Rule) -> Iterator[frozenset[str]]:
    """The facts of which a rule requires one each."""
    for item in rule.requires:
        names = item["any"] if isinstance(item, Mapping) else [item]
        yield frozenset(name.partition("|")[0] for name in names)


def describe_input(tables: InputTables) -> str:
    """Format, encoding, delimiter, header, lines and layout in one sentence."""
    inputs, column_report = tables.input, tables.column_report
    header = "no header" if inputs.header_row is None else f"header in row {inputs.header_row}"
    understood = (column_report.dialect, header) if column_report else ()
    layout = (f"layout {column_report.preset}",) if column_report and column_report.preset else ()
    return "; ".join(filter(None, (inputs.format, inputs.encoding, *understood, f"{inputs.lines} lines", *layout)))


def other_fields(column: Column) -> list[str]:
    """What else a column may be: by its cells, and by the spelling of its header where no spelling is known."""
    looks = looks_like(Content(column.filled, column.cells, column.seen))
    field = column.guess.field
    found = [words for words in looks if not field or (field not in _FIELDS_OF[words] and words not in ("numbers", "texts"))]
    if not field and column.guess.reason == "unknown header":
        found += nearest_fields(column.guess.header)
    return found


def best_of(column: Column, column_report: ColumnReport) -> list[Candidate]:
    """The two fields that a column is likest, whatever it is mapped to."""
    headers = tuple(one.guess.header for one in column_report.columns)
    return best_fields(column.guess.header, Content(column.filled, column.cells, column.seen), headers)


def nearest_fields(header: str) -> list[str]:
    """The field of the known spelling that is nearest to a header, where one is near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    known = spellings()
    best = process.extractOne("".join(split_header(header)), sorted(known), scorer=OSA.normalized_similarity, score_cutoff=_NEAR)
    return [f"{known[best[0]]} (its header is near {best[0]!r})"] if best else []


def as_yaml(tables: InputTables, part: str = "") -> str:
    """The column map as it was understood, to be corrected and given back.

    Args:
        tables: as read.
        part: what tells the table from others in its file; empty where it is the only one.
    """
    return "".join(f"{line}\n" for line in _yaml_lines(tables, part))


def _yaml_lines(tables: InputTables, part: str) -> Iterator[str]:
    inputs, column_report = tables.input, tables.column_report
    yield f"# {_comment(inputs.name)}: {_comment(describe_input(tables))}"
    if part:
        yield f"table: {_quoted(part)}"
    if column_report is None or not column_report.columns:
        yield "# no table: there is nothing to map"
        yield "columns: {}"
        return
    if column_report.preset:
        yield f"preset: {column_report.preset}"
    # A table of named columns (JSON, Parquet) has no row of headers, and a recognised layout says itself whether it has one.
    if inputs.header_row is not None:
        yield f"header_row: {inputs.header_row}"
    yield "columns:"
    repeated = Counter(column.guess.header.strip() for column in column_report.columns)
    for column in column_report.columns:
        header = column.guess.header.strip()
        by_number = not header or repeated[header] > 1
        key = _quoted(str(column.guess.position + 1)) if by_number else _quoted(header)
        shown = f"{_comment(header) or 'no header'} · " if by_number else ""
        samples = " | ".join(_comment(cell[:_SHOWN]) for cell in column.cells[:_SAMPLES])
        note = f"{shown}{_comment(column.guess.reason)} · {samples}"
        if column.guess.reason == ABOVE_THE_ROWS:
            yield f"  # {column.guess.field}: {note}"
        elif column.guess.field:
            yield f"  {key}: {column.guess.field}  # {note}"
        else:
            looks = other_fields(column)
            could = f" · could be: {_comment(', '.join(looks))}" if looks else ""
            yield f"  # not used: {key}:   # {note}{could}"


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())
