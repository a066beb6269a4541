"""What a yearly return rests on, where the form's columns are, and what it cannot say, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from precursor_screen.casework.returns import YearlyReturn

# Of form D as it is recalled, not read: what it asks for -> where it stands in the workbook.
FORM_D: tuple[tuple[str, str], ...] = (
    ("Part one, seizures: substance, quantity, number of cases, origin", "Seizures; blank, for no input tells of any"),
    ("Part two, licit manufacture", "nowhere: no input tells of manufacture"),
    ("Part two, licit trade: imports and exports, quantity by substance", "Trade, added up by direction"),
    ("Part two, licit uses and needs: use, annual quantity", "Use and needs; use is blank, the requirement is the register's"),
    ("Part three, trade by country: substance, country of origin of imports, kilograms", "Trade, direction import"),
    ("Part three, trade by country: substance, country of destination of exports, kilograms", "Trade, direction export"),
)


def notes(made: YearlyReturn, provenance: Mapping[str, Any], notices: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(about what, a sentence), in the order in which a reader needs them."""
    yield "Year", f"{made.year}-01-01 to {made.year}-12-31, both included"
    yield "Jurisdiction", made.jurisdiction or "not told: directions that lines do not state are not known"
    manifests = provenance.get("manifests")
    if manifests is not None:
        names = ", ".join(f"{m['name']} ({m['lines']:,} lines)" for m in manifests)
        yield "Figures rest on", f"{len(manifests)} manifest{'' if len(manifests) == 1 else 's'}: {names}"
    else:
        yield (
            "Figures rest on",
            f"what the ledger {provenance.get('ledger', '')} remembers: days without any file are not told here, `ledger info` does",
        )
    known, every = made.counted["substance_kg"].count(), len(made.counted)
    yield (
        "Figures rest on",
        f"{known:,} lines of known mass in {len(made.figures):,} figures; {every - known:,} lines of unknown mass stand beside them",
    )
    yield (
        "Figures rest on",
        "masses of the substance as screening reads them: net where it is stated; of solutions with a strength their share",
    )
    yield "Figures rest on", "tables I and II of the 1988 Convention as they stood on the day of each line"
    yield from (("Notice", notice) for notice in notices)
    for doubt in made.unjudged:
        yield "Not evaluable", f"{doubt.count:,}: {doubt.message}" + (f" ({', '.join(doubt.examples)})" if doubt.examples else "")
    if not made.unjudged:
        yield "Not evaluable", "nothing"
    yield "Form D", "its layout is recalled, not read: compare with the form of the year before this is sent"
    yield from (("Form D (recalled)", f"{asked}: {where}") for asked, where in FORM_D)
