"""A year's figures for the return on substances of the 1988 Convention, in the shape of the INCB's form D, with the lines behind each.

Form D asks for seizures, imports and exports by country, and licit use and needs. Its layout is recalled, not read. Seizures and licit
use are in no manifest and in no register that is read, so their cells stay blank; what the register of annual requirements states is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

import pandas as pd
import pyarrow as pa
from msgspec import Struct

from precursor_screen.cases.frames import sum_known, to_frame, to_rows
from precursor_screen.kernel.papers.allocate import once
from precursor_screen.kernel.papers.differences import Unjudged, all_unjudged
from precursor_screen.kernel.papers.documents import DOMESTIC, EXPORT, IMPORT, Document
from precursor_screen.kernel.papers.movements import Movement

NOT_STATED = "not stated"
BULK, PREPARATION = "substance", "preparation or mixture"
# Substance and day -> table of the 1988 Convention (I or II); None: none.
TableOf = Callable[[str, date], str | None]
# Attributes of movements that are columns, with their types.
_TYPES = {
    **dict.fromkeys(("place", "line_id", "shipment_id", "substance_id", "direction", "other_country"), pa.string()),
    **dict.fromkeys(("bulk", "assumed", "by_origin", "sure"), pa.bool_()),
    "content_kg": pa.decimal128(38, 6),
}
CELL = ["table", "substance_id", "form", "direction", "country"]
_TOLERANCE = Decimal("0.02")  # within which two files state one mass
_MESSAGES = {
    "not-named": "movements that nothing but a code which substances share, an article or an emptied package puts under a substance: they are in no figure",
    "mass-unknown": "movements of unknown mass of the substance, as tablets and mixtures that state no share: they are in no figure; those beside one are named there",
    "no-direction": "movements of a direction that neither they nor --jurisdiction tell: they are in no figure",
    "no-country": "movements that state no other country: their figure stands under `not stated`",
    "party-country": "movements that state no destination or origin: their figure is that of the country of the receiver or sender",
    "origin-country": "imports that state no country of dispatch: their figure is that of the country of origin",
    "in-transit": "movements in transit or transhipment: the form asks for none",
    "within-borders": "movements within the country, or between members of its customs union: they count as neither imports nor exports here",
    "several-substances": "lines whose text may be several substances: their one mass is counted in the figure of each of these",
    "two-masses": "movements of consignments of which two files state different masses: the larger is in the figure",
    "not-in-tables": "movements of substances that were in neither table of the 1988 Convention on their day",
}


class YearlyReturn(Struct, frozen=True):
    """The return.

    Attributes:
        figures: a row a cell, in their order: `figure`, its number; the columns of CELL; `kg` of what is known; of known mass the shipments
            and lines; `lines_of_unknown_mass` beside them.
        counted: the movements in figures, each with the number of its `figure`.
        needs: of each substance of the year table, id, and the kilograms that a register states as one's own requirement; None: none are.
    """

    year: int
    jurisdiction: str
    figures: pd.DataFrame
    counted: pd.DataFrame
    needs: tuple[tuple[str, str, Decimal | None], ...]
    unjudged: tuple[Unjudged, ...]


def make_return(
    year: int, jurisdiction: str, movements: Iterable[Movement], table_of: TableOf, requirements: Sequence[Document] | None
) -> YearlyReturn:
    """The return of a calendar year.

    Args:
        year: the calendar year; movements of other years do not count.
        jurisdiction: whose; empty: not told, and no requirement is its own.
        movements: in any order.
        table_of: see TableOf.
        requirements: of the register; None: not imported.
    """
    counted_once, _, twice = once([m for m in movements if m.day.year == year], _TOLERANCE)
    frame = _frame_of(counted_once)
    frame["table"] = [table_of(m.substance_id, m.day) for m in frame["movement"]]
    frame["form"] = frame["bulk"].map({True: BULK, False: PREPARATION})
    in_tables, traded = frame["table"].notna(), frame["direction"].isin((IMPORT, EXPORT))
    listed = in_tables & frame["sure"]
    counted = frame[listed & traded]
    unknown, no_country = counted["content_kg"].isna(), counted["other_country"].isna()
    weighed = counted[counted["content_kg"] > 0]
    readings = weighed.groupby(["line_id", "content_kg"])["substance_id"].transform("nunique")
    unjudged_rows = {
        "not-named": frame[in_tables & ~frame["sure"]].drop_duplicates("place"),
        "mass-unknown": counted[unknown],
        "no-direction": frame[listed & frame["direction"].isna()],
        "no-country": counted[no_country],
        "party-country": counted[~no_country & counted["assumed"]],
        "origin-country": counted[counted["by_origin"]],
        "in-transit": frame[listed & frame["direction"].notna() & ~traded & (frame["direction"] != DOMESTIC)],
        "within-borders": frame[listed & (frame["direction"] == DOMESTIC)],
        "several-substances": weighed[readings > 1].drop_duplicates("place"),
        "not-in-tables": frame[~in_tables & frame["sure"]],
    }
    places = {code: list(those["place"]) for code, those in unjudged_rows.items()}
    places["two-masses"] = [m.place for d in twice for m in d.movements]
    not_judged = all_unjudged("", places, _MESSAGES)
    if requirements is None:
        message = "the register annual-requirements was not imported: needs stay blank"
        not_judged.append(Unjudged("not-imported", "annual-requirements", 0, (), message))
    counted = counted.assign(
        country=counted["other_country"].fillna(NOT_STATED), unknown=unknown, shipment=counted["shipment_id"].mask(unknown)
    )
    cells = counted.groupby(CELL)
    figures = cells.agg(
        kg=("content_kg", sum_known),
        shipments=("shipment", "nunique"),
        lines=("content_kg", "count"),
        lines_of_unknown_mass=("unknown", "sum"),
    ).reset_index()
    figures.insert(0, "figure", range(1, len(figures) + 1))
    own = [d for d in requirements or () if d.country == jurisdiction and d.first and d.first.year == year]
    needs = {(row["table"], row["substance_id"]) for row in to_rows(figures)}
    needs |= {(table, d.substance_id) for d in own if (table := table_of(d.substance_id, date(year, 12, 31)))}
    stated = {d.substance_id: d.kg for d in own}
    stated_needs = tuple((t, s, stated.get(s)) for t, s in sorted(needs))
    return YearlyReturn(year, jurisdiction, figures, counted.assign(figure=cells.ngroup() + 1), stated_needs, tuple(not_judged))


def _frame_of(movements: Iterable[Movement]) -> pd.DataFrame:
    """Movements in the order of their rank: each as `movement`, beside the columns of `_TYPES`."""
    ordered = sorted(movements, key=lambda m: m.rank)
    columns = {name: pa.array([getattr(m, name) for m in ordered], kind) for name, kind in _TYPES.items()}
    return to_frame(pa.table(columns)).assign(movement=pd.Series(ordered, dtype=object))
