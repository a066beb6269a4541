"""What another law would change for some manifests: they are screened under both."""

from __future__ import annotations

from msgspec import Struct

from precursor_screen.app.inputs import Source
from precursor_screen.app.session import Session, load
from precursor_screen.app.settings import Settings
from precursor_screen.reference.shipped import LawTables


class BandChange(Struct, frozen=True):
    """A shipment whose band is another one under the new law; empty: it has none."""

    shipment_id: str
    old: str
    new: str


def compare_laws(sources: tuple[Source, ...], settings: Settings, old: LawTables, new: LawTables) -> tuple[int, list[BandChange]]:
    """Screens the same inputs under both laws, without a ledger.

    Returns:
        The number of shipments, and those whose band changes, by their ids.

    Raises:
        PrecursorScreenError: as a screening does.
    """
    before, after = (_bands(sources, settings, law) for law in (old, new))
    ids = sorted({*before, *after})
    changes = [BandChange(i, before.get(i, ""), after.get(i, "")) for i in ids]
    return len(ids), [change for change in changes if change.old != change.new]


def _bands(sources: tuple[Source, ...], settings: Settings, law: LawTables) -> dict[str, str]:
    report = Session(settings, load(settings, law)).run(sources, remember=False).report
    ids, bands = (report.shipments.column(name).to_pylist() for name in ("shipment_id", "band"))
    return {i: band or "" for i, band in zip(ids, bands, strict=True)}
