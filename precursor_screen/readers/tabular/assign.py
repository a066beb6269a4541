"""Which field each column is whose header is no known spelling: all of them at once, by the words of their headers and by their cells.

Each pair of a column and a field has a score (`header_weights.csv`): what the words of the header mean for the field, and how many cells are
of the kind that it holds. The assignment with the largest sum counts, so no column is decided alone; a pair of a low score counts for nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.readers.code_cells import hs_digits
from precursor_screen.readers.column_map import COUNTRIES, KINDS, PARTY_NAMES, SEVERAL, Guess
from precursor_screen.readers.tabular.concepts import Meaning, languages_of, meanings, split_header
from precursor_screen.readers.tabular.content import KINDS as CELLS
from precursor_screen.readers.tabular.content import Content, is_firm, is_hs_code
from precursor_screen.readers.tabular.header_words import LEAST_SCORE, by_words, clues, field_weights, header_score, reason_of
from precursor_screen.readers.tabular.headers import NESTED, read_path, spelled, spelled_words, unit_and_currency
from precursor_screen.reference.nomenclature import shipped_nomenclature
from precursor_screen.text.countries import PORTS
from precursor_screen.text.quantity_words import Unit, find_unit

UNKNOWN: Final = "unknown header"
_LEAST: Final = 1.6  # a pair below it counts for nothing
_IDLE: Final = frozenset(("item", "goods", "other"))  # what records of lines are called
_APART: Final = 0.4  # of the two fields that a label and its value speak for most
_NEARER: Final = 0.6  # a column that is so much liker another field, which is taken, is a second one of that, and of nothing else
_ROLE_MAPPED: Final = -1.0  # a party in a role that another column names
_HEADING: Final = re.compile(r"(?=.*\d)[^\W_](?:[^\W_]|[ ./-]){3,34}")
_ADDRESS: Final = re.compile(r"\d.*[^\W\d_]{3}.*,|,.*[^\W\d_]{3}.*\d", re.S)
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,' \u00a0]*([^\W\d_]{0,12})\.?")
_UN_NUMBER: Final = re.compile(r"(?:[^\W\d_]{2,4})?[\s.-]{0,2}[0-3]\d{3}")
MASSES: Final = ("gross_mass", "net_mass")
_UNITS: Final = {"tonne": "TNE", "kg": "KGM", "gram": "GRM"}  # words in scripts whose units no other table knows
_WORDED: Final = 0.5  # of the cells hold words where a field holds names or texts
_FIRMS: Final = 0.3  # of the cells that hold a legal form, where a number of a party is looked for
_MOST: Final = 0.8  # of the cells must be of the kind that a field needs
# Of days and countries, whose ways of writing nobody knows all of, so many do where the header says both parts of what it is.
_MANY, _SURE_SCORE = 0.5, 3.0
_SEVERAL_ROWS: Final = 3  # that all say one word (VORAB): under a header that only hints at a party, it is not a name


def is_heading(cell: str) -> bool:
    """Whether a cell holds codes under headings that the HS has."""
    known = shipped_nomenclature().codes
    return is_hs_code(cell) and all(code[:4] in known for code in hs_digits(cell))


def is_amount(cell: str) -> bool:
    """Whether a cell is a number, perhaps with its unit, `1080KGM`; or is one in several units, each on a line of its own."""
    matches = [_NUMBER.fullmatch(line.strip()) for line in cell.split("\n")]
    return all(m and (find_unit(m[1]) is not None if m[1] else len(matches) == 1) for m in matches)


_OF_KINDS: Final = {words: holds for words, _, holds, _ in CELLS}
HOLDS: Final[Mapping[str, Callable[[str], object]]] = {
    "hs": is_heading,
    "texts": _OF_KINDS["texts"],
    "numbers": is_amount,
    "firms": is_firm,
    "addresses": lambda cell: _ADDRESS.search(cell) and not is_firm(cell),
    "references": _HEADING.fullmatch,
    "places": _OF_KINDS["UN/LOCODEs"],
    "countries": _OF_KINDS["countries"],
    "dates": _OF_KINDS["dates"],
    "currencies": _OF_KINDS["currencies"],
    "units": _OF_KINDS["units"],
    "packages": lambda cell: _OF_KINDS["packages"](cell) or _OF_KINDS["units"](cell),
    "cas": _OF_KINDS["CAS numbers"],
    "un": _UN_NUMBER.fullmatch,
    "containers": lambda cell: _OF_KINDS["container numbers"](cell.partition("\n")[0]),  # size and seal may stand below
}
_CALLED: Final = {
    "hs": "HS codes",
    "texts": "texts of goods",
    "packages": "kinds of packages",
    "containers": "numbers of containers",
    "cas": "CAS numbers",
    "un": "UN numbers",
}
# The kind of which most cells of a field must be; of other fields they must be words.
_NEEDED: Final = {
    "hs_code": "hs",
    "container_numbers": "containers",
    "cas_numbers": "cas",
    "un_numbers": "un",
    "currency": "currencies",
    **dict.fromkeys(("quantity_unit", "mass_unit"), "units"),
    **dict.fromkeys(("bill_of_lading", "house_bill_of_lading", "master_bill_of_lading"), "references"),
    "declaration_id": "references",
    **dict.fromkeys(("gross_mass", "net_mass", "quantity", "packages", "value", "item_number"), "numbers"),
    **dict.fromkeys(COUNTRIES, "countries"),
    **dict.fromkeys((name for name, kind in KINDS.items() if kind == "date"), "dates"),
}
_NO_WORDS: Final = ("hs", "numbers", "dates", "currencies", "containers")


def by_words_and_cells(guesses: Sequence[Guess], fixed: frozenset[int], contents: Sequence[Content]) -> list[Guess]:
    """The guesses, with fields for columns of unknown headers.

    Args:
        guesses: from headers alone; these stay. A column whose cells say nothing of its field leaves it to another one.
        fixed: positions that the user's map states; they stay.
        contents: what the cells of each column are.
    """
    open_ones = [g for g in guesses if g.reason == UNKNOWN and g.position not in fixed and contents[g.position].filled]
    if not open_ones:
        return list(guesses)
    languages = languages_of(tuple(g.header for g in guesses))
    mapped = frozenset(g.field for g in guesses if g.position in fixed or g.preset or contents[g.position].fits(g.field))
    idle = _idle_parents([g.header for g in guesses], languages)
    words = [meanings(g.header.removeprefix(idle), languages) for g in open_ones]
    scores = [_scores(meant, contents[g.position], mapped) for g, meant in zip(open_ones, words, strict=True)]
    found = {
        g.position: _mapped_to(g, field, meant) for g, field, meant in zip(open_ones, assign(scores), words, strict=True) if field
    }
    return [found.get(g.position, g) for g in guesses]


def _idle_parents(headers: Sequence[str], languages: frozenset[str]) -> str:
    """The commonest beginning, up to a slash, that several headers share and that says nothing of a column, as in exports of records
    (`Move lines/Gross weight`); empty: there is none."""
    parents = Counter(f"{parent}/" for parent, slash, _ in (h.rpartition("/") for h in headers) if slash)
    idle = (one for one, times in parents.most_common() if times > 1 and all(map(_IDLE.issuperset, meanings(one, languages))))
    return next(idle, "")


def _mapped_to(guess: Guess, field: str, words: Sequence[Meaning]) -> Guess:
    unit, currency = unit_and_currency(guess.header)
    unit = unit or (unit_of_words(words) if field in MASSES else None)
    reason = f"{reason_of(field, words)}, and its cells agree"
    return replace(guess, field=field, reason=reason, unit=unit, currency=currency)


def unit_of_words(words: Sequence[Meaning]) -> Unit | None:
    """The unit of mass that the words of a header mean; None: they mean none."""
    return next((find_unit(_UNITS[c]) for word in words for c in sorted(word) if c in _UNITS), None)


def _scores(words: Sequence[Meaning], content: Content, mapped: frozenset[str]) -> dict[str, float]:
    """The fields that a column may be, with their scores; none where it is likest a field that another column is."""
    by_header = {field: score for field in field_weights() if (score := header_score(field, words)) >= LEAST_SCORE}
    shares: dict[str, float] = {}

    def share(kind: str) -> float:
        if kind not in shares:
            shares[kind] = content.share(HOLDS[kind])
        return shares[kind]

    scores = {}
    for field, score in by_header.items():
        if not _possible(field, share, score) or (
            field == "hs_code" and _is_repeated(content) and not any("hs" in word for word in words)
        ):
            continue
        if field in PARTY_NAMES and score < _SURE_SCORE and _is_one_word(content) and not share("firms"):
            continue
        total = score + sum(weight * share(kind) for kind, weight in field_weights()[field]["cells"].items())
        scores[field] = total + (_ROLE_MAPPED if field in mapped and field in PARTY_NAMES else 0.0)
    best = max(scores.values(), default=0.0)
    return {
        field: score
        for field, score in scores.items()
        if score >= _LEAST and score >= best - _NEARER and (field not in mapped or field in SEVERAL)
    }


class Candidate(Struct, frozen=True):
    """A field that a column may be: its score, and why, in words."""

    field: str
    score: float
    reason: str


def best_fields(header: str, content: Content, headers: tuple[str, ...]) -> list[Candidate]:
    """The two fields that a column is likest, by the words of its header and by its cells; the best one first.

    Args:
        header: of the column.
        content: what its cells are.
        headers: all of the table, which tell its language.
    """
    words = meanings(header, languages_of(headers))
    shares = {kind: content.share(holds) for kind, holds in HOLDS.items()} if content.filled else dict.fromkeys(HOLDS, 0.0)
    found: list[Candidate] = []
    for field, weights in field_weights().items():
        of_header = header_score(field, words)
        by_cells = {kind: weight * shares[kind] for kind, weight in weights["cells"].items() if weight * shares[kind] > 0}
        score = of_header + sum(weight * shares[kind] for kind, weight in weights["cells"].items())
        if score > 0 and (not content.filled or _possible(field, shares.__getitem__, of_header)):
            found.append(Candidate(field, round(score, 2), _why(clues(field, words), by_cells, shares)))
    return sorted(found, key=lambda one: (-one.score, one.field))[:2]


def _why(clues: Sequence[str], by_cells: Mapping[str, float], shares: Mapping[str, float]) -> str:
    of_header = f"its header says {', '.join(clues)}" if clues else "its header says nothing of it"
    kind = max(by_cells, key=lambda one: by_cells[one], default="")
    return f"{of_header}; {round(100 * shares[kind])} % of its cells are {_CALLED.get(kind, kind)}" if kind else of_header


def _is_one_word(content: Content) -> bool:
    """Whether several rows all hold the same word in Latin letters."""
    return (
        len(content.cells) == 1 and content.filled >= _SEVERAL_ROWS and content.cells[0].isascii() and " " not in content.cells[0]
    )


def _is_repeated(content: Content) -> bool:
    """Whether several rows hold one cell. Under a header that does not name the HS such a number may be of anything but each row's goods."""
    return len(content.cells) < 2 <= content.filled


def lookup(header: str) -> tuple[str, str]:
    """The field of a header without its table, and how it was found: by its spelling, else by its words; both empty: none."""
    read = _nested(header)
    if read is not None:
        return read
    found = spelled(header)
    return found if found[0] else by_words(header)


@lru_cache(maxsize=4096)
def by_value(label: str, value: str) -> str:
    """The field that a label and its value speak for most, scored as a column with one cell; empty where two are near, or none is likely."""
    meant = meanings(label, languages_of((label,)))
    scores = _scores(meant, Content(1, (value,), 1), frozenset()) if any(meant) else {}
    best = nlargest(2, ((score, field) for field, score in scores.items()))
    return best[0][1] if best and (len(best) == 1 or best[0][0] - best[1][0] >= _APART) else ""


def known(header: str) -> tuple[str, str]:
    """The field of a header whatever its cells are, and how it was found: by its spelling or by words that leave no doubt, of a nested name
    also by those before its last part; both empty: none."""
    read = _nested(header)
    return spelled(header) if read is None else read


def _nested(header: str) -> tuple[str, str] | None:
    return read_path(header, split_header, _field_of) if NESTED.fullmatch(header.strip()) else None


def _field_of(words: tuple[str, ...]) -> str:
    return spelled_words(words) or by_words(" ".join(words))[0]


def _possible(field: str, share: Callable[[str], float], of_header: float) -> bool:
    """Whether the cells allow a field; of_header: what the header says for it."""
    needed = _NEEDED.get(field)
    if needed is not None:
        most = _MANY if of_header >= _SURE_SCORE and needed in ("countries", "dates") else _MOST
        return share(needed) >= most and (needed != "numbers" or share("dates") < _MOST)
    if field == "package_type":
        return share("containers") < _MANY and (share("units") < _MANY or of_header >= _SURE_SCORE)
    if field.endswith("_identifier"):
        return share("firms") < _FIRMS and share("dates") < _MOST
    if field == "permit_reference":
        return True
    if field in PORTS and share("firms") >= _FIRMS:
        return False
    return share("texts") >= _WORDED and all(share(kind) < 1 - _MOST for kind in _NO_WORDS) and share("countries") < _MOST


def assign(scores: Sequence[Mapping[str, float]]) -> list[str]:
    """The field of each column, so that the sum of the scores is the largest; empty: none.

    A field goes to one column, those of `SEVERAL` to any number. By augmenting paths (Kuhn 1955, Munkres 1957) from field to field, not
    from column to column: there are few fields, and a table may have 16,384 columns. Each field may stay without a column, so there is
    always an assignment. Of the columns of a field only the best can be its own, as many as there are fields to take them.
    """
    several = [max(((score, f) for f, score in some.items() if f in SEVERAL), default=(0.0, "")) for some in scores]
    fields = dict.fromkeys(f for some in scores for f in some if f not in SEVERAL)
    gains = {
        f: {row: some[f] - several[row][0] for row, some in enumerate(scores) if some.get(f, -1.0) >= several[row][0]}
        for f in fields
    }
    best = {field: nlargest(len(gains), of_row, key=lambda row: (of_row[row], row)) for field, of_row in gains.items()}
    rows = sorted({row for some in best.values() for row in some}, reverse=True)
    found = [field for _, field in several]
    costs = [[*(-of_row.get(row, -1e9) for row in rows), *([0.0] * len(gains))] for of_row in gains.values()]
    for field, at in zip(gains, _cheapest(costs), strict=True):
        if at < len(rows):
            found[rows[at]] = field
    return found


def _cheapest(costs: Sequence[Sequence[float]]) -> list[int]:
    """The column of each row in the cheapest assignment; there are at least as many columns as rows."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    row_at, back = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        row_at[0], at = row, 0
        least, used = [float("inf")] * (columns + 1), [False] * (columns + 1)
        while row_at[at]:
            used[at] = True
            current, step, nearest = row_at[at], float("inf"), 0
            for column in range(1, columns + 1):
                if used[column]:
                    continue
                reduced = costs[current - 1][column - 1] - of_row[current] - of_column[column]
                if reduced < least[column]:
                    least[column], back[column] = reduced, at
                if least[column] < step:
                    step, nearest = least[column], column
            for column in range(columns + 1):
                if used[column]:
                    of_row[row_at[column]] += step
                    of_column[column] -= step
                else:
                    least[column] -= step
            at = nearest
        while at:
            row_at[at] = row_at[back[at]]
            at = back[at]
    found = [0] * rows
    for column in range(1, columns + 1):
        if row_at[column]:
            found[row_at[column] - 1] = column - 1
    return found
