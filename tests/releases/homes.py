"""The home that a release wrote: a list and a register, in two snapshots each; kept as it was, opened by the program as it is."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

from precursor_screen.reference.recogniser import known_index
from precursor_screen.reference.registers.store import RegisterStore
from precursor_screen.reference.store import WatchlistStore
from tests.reference.watchlists.watchlist_files import PRIVATE

KEPT = "home.zip"
DAYS = (date(2026, 11, 1), date(2026, 11, 2))
_PERMITS = "permit,substance,kg,valid until\nP-1,Safrole,5,2026-12-31\nP-2,Acetone,700,2026-06-30\nP-3,Unobtainium,7,2026-06-30\n"
_FOLDERS = ("watchlists", "registers")


def pack(folder: Path) -> bytes:
    """A home as it is kept, made in an empty folder."""
    home, path = folder / "home", folder / "list.csv"
    for number, day in enumerate(DAYS):
        path.write_text(PRIVATE + "A3,person,Zorvan Falcon,,,,,,,,,\n" * number, encoding="utf-8")
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        WatchlistStore(home).import_list("mine", [path], day, imported_at=moment, max_age_days=30)
        path.write_text(_PERMITS + "P-4,Toluene,9,2026-12-31\n" * number, encoding="utf-8")
        RegisterStore(home).import_file("permits", path, known_index(), day)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in _FOLDERS:
            for file in sorted(p for p in (home / part).rglob("*") if p.is_file() and p.name != ".lock"):
                archive.write(file, file.relative_to(home).as_posix())
    return kept.getvalue()


def unpack(content: bytes, home: Path) -> Path:
    """The home of a release, as a folder that may be written to."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(home)
    return home
