"""What files were screened against, and what of it has changed since."""

from __future__ import annotations

from collections.abc import Mapping

from precursor_screen.reference.bundle import Reference
from precursor_screen.version import __version__

_SHORT = 12  # characters of a digest that are shown


def digests(reference: Reference) -> dict[str, str]:
    """What it is -> its digest. Registers are not among them: papers come every day."""
    found = {"rules": reference.rules_sha256, "substance tables": reference.substances.sha256}
    found.update({f"watchlist {w.list_id}": w.manifest.sha256 for w in reference.watchlists})
    return {**found, "program": __version__, "jurisdiction": reference.jurisdiction}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What has changed, a phrase each: `rules`, `watchlist un-sc (new)`, `program 0.2.0 -> 0.3.0`."""
    found = []
    for name in [*before, *(n for n in now if n not in before)]:
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if old is None or new is None:
            found.append(f"{name} ({'new' if old is None else 'gone'})")
        elif len(old) > _SHORT or len(new) > _SHORT:
            found.append(name)
        else:
            found.append(f"{name} {old or 'none'} -> {new or 'none'}")
    return found
