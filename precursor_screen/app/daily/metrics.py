"""Figures of the last run in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from precursor_screen.app.daily.out_folder import NEW, Published
from precursor_screen.app.daily.plan import Sorted
from precursor_screen.app.daily.summary import MailContent
from precursor_screen.core.model import BANDS, LEVELS
from precursor_screen.reference.bundle import Reference

PREFIX = "precursor_screen_daily_"
_HELP = {
    "last_run_timestamp_seconds": "When the last run ended.",
    "last_success_timestamp_seconds": "When a run last did its work (exit code 0, 1 or 3).",
    "last_exit_code": "0 nothing new, 1 new flags, 3 something set aside, 4 could not screen.",
    "duration_seconds": "How long the last run took.",
    "files": "Files of the inbox in the last run.",
    "lines": "Lines of what was new in the last run.",
    "shipments": "Shipments with something new in the last run.",
    "flags": "New flags in the last run.",
    "watchlist_age_days": "Age of the watchlists.",
    "watchlist_stale": "1: the watchlist is past its maximum age.",
}


class Sample(Struct, frozen=True):
    """A figure: its name (a key of the table of what is said of them), its value, its labels."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def write_metrics(samples: Iterable[Sample]) -> str:
    """The text: each name with its help, then its samples."""
    by_name: dict[str, list[Sample]] = {}
    for sample in samples:
        by_name.setdefault(sample.name, []).append(sample)
    lines = []
    for name, of_name in by_name.items():
        lines += [f"# HELP {PREFIX}{name} {_HELP[name]}", f"# TYPE {PREFIX}{name} gauge"]
        lines += [f"{PREFIX}{name}{_labels(s)} {s.value:.15g}" for s in of_name]
    return "\n".join(lines) + "\n"


# What the metrics show of the counts of deliveries, and under which label.
_COUNTED = (
    ("lines", "outcome", ("read", "screened", "unscreenable")),
    ("shipments", "band", tuple(reversed(BANDS))),
    ("flags", "level", tuple(reversed(LEVELS))),
)


def samples_of(found: Sorted, delivered: Sequence[Published], said: MailContent, reference: Reference) -> list[Sample]:
    """The figures of a run: its files, what is new in them by outcome, band and level, the age of the lists."""
    taken = [f for p in delivered for f in p.delivery.files]
    files = {
        "screened": sum(f.outcome == "screened" for f in taken),
        "set_aside": sum(f.outcome != "screened" for f in taken) + len(said.unreadable),
        "set_aside_before": len(found.aside),
        "known": len(found.known),
        "waiting": len(said.waiting),
    }
    samples = list(of_counts("files", "outcome", files))
    for name, label, keys in _COUNTED:
        figures = [p.delivery.counts.get(name, {}) for p in delivered if p.delivery.kind == NEW]
        samples += of_counts(name, label, {key: sum(f.get(key, 0) for f in figures) for key in keys})
    for watchlist in reference.watchlists:
        age, labels = watchlist.manifest.age_days(reference.as_of), {"list": watchlist.list_id}
        if age is not None:
            limit = reference.maximum_ages.get(watchlist.list_id)
            samples += [Sample("watchlist_age_days", age, labels)]
            samples += [Sample("watchlist_stale", int(limit is not None and age > limit), labels)]
    return samples


def of_counts(name: str, label: str, counts: Mapping[str, int]) -> Sequence[Sample]:
    """A sample for each entry of a table of counts."""
    return [Sample(name, number, {label: key}) for key, number in counts.items()]


def _labels(sample: Sample) -> str:
    if not sample.labels:
        return ""
    return "{" + ",".join(f'{key}="{_escape(value)}"' for key, value in sample.labels.items()) + "}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
