"""SQL text from checked parts: identifiers only from the schema, literals only from `literal`. There is no other way in."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache

from precursor_screen.core.engine import NFKC, connect
from precursor_screen.core.schema import BY_NAME

# Free text as people write it is compared without regard to case and accents; codes are compared as they are.
FOLDED = frozenset(
    c.name
    for c in BY_NAME.values()
    if c.kind in ("text", "texts")
    and (
        c.name.endswith(("_name", "_address", "_parties"))
        or c.name in ("description", "marks", "package_type", "vessel", "matched_text")
    )
)


SQL_TYPES = {
    "text": "varchar",
    "number": "decimal(18,6)",
    "integer": "bigint",
    "date": "date",
    "boolean": "boolean",
    "texts": "varchar[]",
    "controls": "struct(instrument varchar, schedule varchar)[]",
    "score": "double",
}


def null_column(name: str) -> str:
    """SQL for a column that the input does not have."""
    return f"cast(null as {SQL_TYPES[BY_NAME[name].kind]}) as {identifier(name)}"


def literal(value: object) -> str:
    """A Python value as a DuckDB literal.

    Raises:
        ValueError: a value that has no literal form (NaN, a NUL character, another type).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("text must not hold a NUL character")
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError(f"{value} is not a number")
        return format(number, "f")
    if isinstance(value, datetime.date):
        return f"date '{value.isoformat()}'"
    raise ValueError(f"{value!r} has no form in SQL")


def fold(expression: str) -> str:
    """The SQL that folds case and accents of a text."""
    return f"lower(strip_accents({expression}))"


@lru_cache(maxsize=256)
def fold_terms(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Terms as `fold` leaves them: folded by the engine itself, so that text and term go through one and the same folding."""
    if all(map(str.isascii, terms)):
        return tuple(map(str.lower, terms))
    with connect() as connection:
        query = f"select list_transform(?::varchar[], lambda x: {fold('x')})"
        return tuple(connection.execute(query, [list(terms)]).fetchall()[0][0])


def plain_reference(sql: str) -> str:
    """SQL of a number of a document in Unicode's form NFKC without case, blanks and punctuation; null where nothing is left."""
    composed = f"{NFKC}(regexp_replace({sql}, '[^\\pL\\pN\\pM]', '', 'g'))"
    written = f"case when length({sql}) = strlen({sql}) then {sql} else {composed} end"  # a byte each: ASCII
    return f"nullif(upper(regexp_replace({written}, '[^\\pL\\pN]', '', 'g')), '')"


def same_reference(left: str, right: str) -> str:
    """SQL that is true when two numbers of documents are the same but for case, blanks and punctuation."""
    return f"{plain_reference(left)} = {plain_reference(right)}"


def identifier(name: str) -> str:
    """A column that the schema knows, quoted.

    Raises:
        KeyError: the schema does not know it.
    """
    return f'"{BY_NAME[name].name}"'
