"""What comparisons tell, whatever they compare: movements, numbered differences, what could not be judged, as one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from precursor_screen.cases.reconcile.differences import Unjudged
from precursor_screen.cases.reconcile.movements import Movement, record_of
from precursor_screen.core.words import capital
from precursor_screen.reporting.document import Document, Table, columns, tabulate

SCHEMA_VERSION = 1
LINES = columns(
    "no:6n kind:18 bill:22 day:12d kg:13n content_kg:13n direction:10 substance=substance_id:24 sender:28w receiver:28w from:6 to:6",
    "country_of_party:16 permit:18 notification:18 source_file:26 source_row:10n line_id:34x",
)
_NOT_EVALUABLE = columns("code:18 register:24 count:9n what=message:80w examples:60w")


class Head(Struct, frozen=True):
    """What stands above all that is told.

    Attributes:
        run: of the program: nothing of the clock is anywhere else.
        provenance: of what was compared.
        notices: to stand first.
        day: of the workbook.
    """

    run: Mapping[str, Any]
    provenance: Mapping[str, Any]
    notices: Sequence[str]
    day: date


def tell(
    head: Head, unjudged: Sequence[Unjudged], text: Iterable[str], tables: Sequence[Table], table: int, data: Mapping[str, Any]
) -> Document:
    """A document of what was compared; `table`, one of the tables by its place, is the CSV."""
    lines = [*(f"! {notice}" for notice in head.notices), *map(_doubt, unjudged), *text]
    before = {"schema_version": SCHEMA_VERSION, "run": head.run, "provenance": head.provenance, "notices": list(head.notices)}
    return Document(
        created=datetime.combine(head.day, time(), UTC),
        day=head.day,
        text=lambda: lines,
        tables=lambda: tables,
        rows=lambda: ([c.name for c in tables[table].columns], (map(_plain, row) for row in tables[table].rows)),
        data=lambda: _listed(_plain({**before, **data})),
    )


def _listed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as iterators: they are written one item a line."""
    return {name: iter(value) if isinstance(value, list) else value for name, value in data.items()}


def _plain(value: Any) -> Any:
    """What JSON is made of; a mass is a text without trailing zeros."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _doubt(one: Unjudged) -> str:
    """What could not be judged, in a line."""
    where = f" ({', '.join(one.examples)}{' ...' if one.count > len(one.examples) else ''})" if one.examples else ""
    return f"not evaluable ({one.count}): {one.register + ': ' if one.register else ''}{one.message}{where}"


def not_evaluable(some: Iterable[Unjudged]) -> Table:
    """The table of what could not be judged."""
    return tabulate("Not evaluable", _NOT_EVALUABLE, map(asdict, some))


def line_of(movement: Movement, **about: Any) -> dict[str, Any]:
    """A movement as a record of LINES."""
    return {**record_of(movement), "country_of_party": movement.assumed or None, **about}


def numbered(found: Sequence[Any], capacity: int, describe: Callable[[Any], Iterable[str]]) -> Iterator[str]:
    """Differences for people, `capacity` of them at the most; 0: all."""
    shown = found[: capacity or None]
    for number, one in enumerate(shown, 1):
        yield ""
        yield f"{number}. {one.title} [{one.kind}]"
        yield from (f"   {line}" for line in describe(one))
        yield f"   {capital(one.because)}. {one.settle}"
        if one.why:
            yield f"   Matched: {one.why}"
    if len(shown) < len(found):
        yield ""
        yield f"... and {len(found) - len(shown)} more: write them with -o differences.xlsx"
