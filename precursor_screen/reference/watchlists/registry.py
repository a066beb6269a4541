"""All importers, in the order in which they are asked. A new layout is one module and one line here."""

from __future__ import annotations

from collections.abc import Sequence

from precursor_screen.core.errors import WatchlistError, Where
from precursor_screen.reference.watchlists import (
    canada_xml,
    csl,
    dfat_xlsx,
    eu,
    ofac_advanced_xml,
    ofac_csv,
    ofac_enhanced_xml,
    ofac_legacy_xml,
    opensanctions,
    private_csv,
    seco_xml,
    uk,
    un_xml,
)
from precursor_screen.reference.watchlists.draft import Importer
from precursor_screen.reference.watchlists.interface import ListFile

IMPORTERS: tuple[Importer, ...] = (
    *(un_xml.IMPORTER, ofac_legacy_xml.IMPORTER, ofac_enhanced_xml.IMPORTER, ofac_advanced_xml.IMPORTER, eu.EU_XML),
    *(canada_xml.IMPORTER, seco_xml.IMPORTER, dfat_xlsx.IMPORTER, opensanctions.OPENSANCTIONS_JSON, csl.CSL_JSON),
    *(csl.CSL_CSV, csl.BIS_TSV, eu.EU_CSV, uk.UK_CSV, uk.UK_CONLIST, opensanctions.OPENSANCTIONS_CSV),
    *(ofac_csv.IMPORTER, private_csv.IMPORTER),
)

# The ids of official lists. Under one of them only that list is imported; any other id may hold any list.
OFFICIAL_IDS = (
    *("ofac-sdn", "ofac-cons", "un-sc", "eu-fsf", "uk-sl", "us-csl", "us-dpl", "ca-sema", "au-dfat", "ch-seco"),
    "opensanctions",
)


def find_importer(files: Sequence[ListFile]) -> Importer:
    """The importer whose layout all files have, by content.

    Raises:
        WatchlistError: none recognises them.
    """
    for importer in IMPORTERS:
        if importer.recognise(files):
            return importer
    names = ", ".join(file.name for file in files)
    message = "The layout is not one that is read: " + ", ".join(importer.name for importer in IMPORTERS) + "."
    remedy = f"Give one list at a time, or turn it into CSV with the columns {', '.join(private_csv.COLUMNS)}."
    raise WatchlistError(message, where=Where(names), remedy=remedy)
