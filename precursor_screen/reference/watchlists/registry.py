"""All importers, in the order in which they are asked. A new layout is one module and one line here."""

from __future__ import annotations

from collections.abc import Sequence

from precursor_screen.errors import WatchlistError, Where
from precursor_screen.reference.watchlists.bis_tsv import BisTsv
from precursor_screen.reference.watchlists.canada_xml import CanadaXml
from precursor_screen.reference.watchlists.csl_csv import CslCsv
from precursor_screen.reference.watchlists.csl_json import CslJson
from precursor_screen.reference.watchlists.dfat_xlsx import DfatXlsx
from precursor_screen.reference.watchlists.eu_csv import EuCsv
from precursor_screen.reference.watchlists.eu_xml import EuXml
from precursor_screen.reference.watchlists.interface import ListFile, WatchlistImporter
from precursor_screen.reference.watchlists.ofac_advanced_xml import OfacAdvancedXml
from precursor_screen.reference.watchlists.ofac_csv import OfacCsv
from precursor_screen.reference.watchlists.ofac_enhanced_xml import OfacEnhancedXml
from precursor_screen.reference.watchlists.ofac_legacy_xml import OfacLegacyXml
from precursor_screen.reference.watchlists.opensanctions_csv import OpenSanctionsCsv
from precursor_screen.reference.watchlists.opensanctions_json import OpenSanctionsJson
from precursor_screen.reference.watchlists.private_csv import COLUMNS, PrivateCsv
from precursor_screen.reference.watchlists.seco_xml import SecoXml
from precursor_screen.reference.watchlists.uk_conlist import UkConlist
from precursor_screen.reference.watchlists.uk_csv import UkCsv
from precursor_screen.reference.watchlists.un_xml import UnXml

IMPORTERS: tuple[WatchlistImporter, ...] = (
    *(UnXml(), OfacLegacyXml(), OfacEnhancedXml(), OfacAdvancedXml(), EuXml(), CanadaXml(), SecoXml()),
    *(DfatXlsx(), OpenSanctionsJson(), CslJson()),
    *(CslCsv(), BisTsv(), EuCsv(), UkCsv(), UkConlist(), OpenSanctionsCsv()),
    *(OfacCsv(), PrivateCsv()),
)

# The ids of official lists. Under one of them only that list is imported; any other id may hold any list.
OFFICIAL_IDS = (
    *("ofac-sdn", "ofac-cons", "un-sc", "eu-fsf", "uk-sl", "us-csl", "us-dpl", "ca-sema", "au-dfat", "ch-seco"),
    "opensanctions",
)


def find_importer(files: Sequence[ListFile]) -> WatchlistImporter:
    """The importer whose layout all files have, by content.

    Raises:
        WatchlistError: none recognises them.
    """
    for importer in IMPORTERS:
        if importer.recognise(files):
            return importer
    names = ", ".join(file.name for file in files)
    message = "The layout is not one that is read: " + ", ".join(importer.name for importer in IMPORTERS) + "."
    remedy = f"Give one list at a time, or turn it into CSV with the columns {', '.join(COLUMNS)}."
    raise WatchlistError(message, where=Where(names), remedy=remedy)
