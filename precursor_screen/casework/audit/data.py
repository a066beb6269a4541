"""An audit as JSON: every figure with the numbers of its lines, and the lines themselves."""

from __future__ import annotations

from typing import Any, BinaryIO

from precursor_screen.casework.audit.audit import Audit, Audited
from precursor_screen.reports.json_report import dump

SCHEMA_VERSION = 1
_OF_PROFILE = (
    *("merged", "first", "last", "basis", "movements", "shipments", "rows", "kg", "totals", "by_destination", "months", "jumps"),
    *(
        "just_under",
        "receivers",
        "routes",
        "rerouted",
        "bands",
        "odd_prices",
        "declared",
        "duplicates",
        "papers",
        "years",
        "families",
    ),
    *("episodes", "places", "not_evaluable", "gaps", "blind_spots", "names_of", "lines"),
)
# Columns that follow from others.
_LEFT_OUT = {
    "jumps": ("times",),
    "just_under": ("share",),
    "receivers": ("name",),
    "gaps": ("days",),
    "places": ("sender", "percentile"),
}


def write(audit: Audit, stream: BinaryIO) -> None:
    """Writes it; decimals and days are texts."""
    whole: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "run": dict(audit.run)}
    if audit.ranking is not None:
        whole["ranking"] = _plain(audit.ranking)
    else:
        whole["exporters"] = [as_data(one) for one in audit.exporters]
    stream.write(dump(whole).encode())


def as_data(one: Audited) -> dict[str, Any]:
    """One exporter as plain values; `lines` are those that the numbers mean."""
    sample = {"seed": one.seed, "lines": [m.line for some in one.sample for m in some]}
    profile = {name: _plain(getattr(one.profile, name), _LEFT_OUT.get(name, ())) for name in _OF_PROFILE}
    return {"exporter": one.profile.name, "findings": _plain(one.findings), "sample": sample, **profile}


def _plain(value: Any, leave: tuple[str, ...] = ()) -> Any:
    """Records as objects; leave: columns that are left out."""
    if hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items() if name not in leave}
    return [_plain(one, leave) for one in value] if isinstance(value, tuple) else value
