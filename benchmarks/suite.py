"""What is measured, and how each is named in history: small commands, large screens, plainer ways."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

AS_OF = "2026-11-25"
EXPLAINED = "PS-CHEM-003"
TEXT = "ACETIC ANHYDRIDE 98 %, 20 DRUMS"
NAME = "Quimeralda Reactivos"


class Manifest(Struct, frozen=True):
    """A manifest to make and to screen."""

    lines: int
    columns: int
    format: str
    coherent: bool

    @property
    def name(self) -> str:
        """As history calls it."""
        size = f"{self.lines // 1_000_000}M" if self.lines >= 1_000_000 else f"{self.lines // 1_000}k"
        return f"{size} {'coherent' if self.coherent else 'random'}, {self.columns} columns, {self.format}"


ALL_200K = tuple(
    Manifest(200_000, columns, format_, coherent)
    for coherent in (True, False)
    for columns in (10, 22)
    for format_ in ("parquet", "csv")
)
MILLIONS = (Manifest(1_000_000, 10, "parquet", True), Manifest(1_000_000, 22, "csv", True))
MANIFESTS = {"quick": ALL_200K[:1], "full": (*ALL_200K, *MILLIONS), "large": (Manifest(5_000_000, 10, "parquet", True),)}
# Readers are measured on both formats of the largest manifests, names on the smallest.
READERS = ("read-pandas", "read-polars", "read-pyarrow")
MATCHERS = ("extract-one", "cdist")
SMALL = (
    *("--help", "lookup TEXT", "match NAME", "explain RULE", "screen, 1 line", "screen, the sample"),
    *("screen, the sample, ledger", "daily, idle", "daily, one file"),
)
# A computation that never changes, beside every measure: how fast the machine is while it is shared.
YARDSTICK = "yardstick"
YARDSTICK_CODE = "sum(i * i % 7 for i in range(2_000_000))"
SLOW = ("rules test",)  # takes as long as all others together: once, and in full runs only


def screen(manifest: str, *more: str) -> list[str]:
    """Arguments of a screen whose flags are written as CSV."""
    return ["screen", manifest, "--jurisdiction", "US", "--as-of", AS_OF, "--quiet", *more]


def asked(name: str) -> Sequence[str]:
    """Arguments of the small commands that need no files."""
    return {
        "--help": ["--help"],
        "lookup TEXT": ["lookup", TEXT],
        "match NAME": ["match", NAME],
        "explain RULE": ["explain", EXPLAINED],
        "rules test": ["rules", "test"],
    }[name]
