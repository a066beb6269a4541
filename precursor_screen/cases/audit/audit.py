"""What an audit hands to its writers: the profiles of some exporters with their findings, or a ranking of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from precursor_screen.cases.audit.findings import Finding
from precursor_screen.cases.audit.moves import Rows
from precursor_screen.cases.audit.profile import Profile
from precursor_screen.cases.audit.ranking import Ranking


class Audited(Struct, frozen=True):
    """An exporter's profile and its findings, worst first; shipments that were drawn for a visit, and by which seed."""

    profile: Profile
    findings: tuple[Finding, ...]
    sample: tuple[Rows, ...] = ()
    seed: str = ""


class Audit(Struct, frozen=True):
    """Some exporters, or the ranking of all. run: tool version, start, options: the only part that differs between equal audits."""

    run: Mapping[str, Any]
    exporters: tuple[Audited, ...] = ()
    ranking: Ranking | None = None
