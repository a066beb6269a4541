"""An audit as JSON: every figure with the numbers of its lines, and the lines themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, BinaryIO

from precursor_screen.casework.audit.audit import Audit, Audited
from precursor_screen.reports.json_report import dump

SCHEMA_VERSION = 1


def write(audit: Audit, stream: BinaryIO) -> None:
    """Writes it; decimals and days are texts."""
    whole: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "run": dict(audit.run)}
    if audit.ranking is not None:
        whole["ranking"] = asdict(audit.ranking)
    else:
        whole["exporters"] = [as_data(one) for one in audit.exporters]
    stream.write(dump(whole).encode())


def as_data(one: Audited) -> dict[str, Any]:
    """One exporter as plain values; `lines` are those that the numbers mean."""
    data = asdict(one.profile)
    data["lines"] = data.pop("moves")
    findings = [{**asdict(f), "question": f.question} for f in one.findings]
    sample = {"seed": one.seed, "lines": [m.line for some in one.sample for m in some]}
    return {"exporter": one.profile.name, "findings": findings, "sample": sample, **data}
