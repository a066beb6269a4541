"""How much of an input is read. Beyond these an input is set aside, and the message says which limit it was."""

from __future__ import annotations

MB = 1 << 20
UNPACKED_BYTES = 4 << 30  # of an archive, or of all parts of a workbook
FREE_BYTES = 64 * MB  # below this any ratio passes: a small manifest of equal rows packs a thousandfold
UNPACKED_RATIO = 400
MEMBERS = 10_000  # of an archive
MAX_NESTING = 3  # archives and e-mails within each other
MAIL_BYTES = 256 * MB  # of an e-mail with all its attachments
COLUMNS = 16_384  # Excel's own limit; a wider Parquet or Arrow file holds data in its names

# Memory of the process that reads a binary format, above what it has when it starts.
MEMORY_BASE = 1 << 30
MEMORY_MOST = 4 << 30
MEMORY_TIMES = 10  # times the input, unpacked, comes on top
CELL_BYTES = 40  # calamine keeps the rectangle from the first to the last used cell, 32 bytes each, empty ones too

SECONDS = 60.0  # for one input
SECONDS_A_MB = 2.0  # more, for each megabyte unpacked
LARGE_TEXT = 16 * MB  # JSON from here on is read in a process of its own as well


def memory_allowed(size: int) -> int:
    """Bytes that reading an input of this size, unpacked, may take."""
    return min(MEMORY_MOST, MEMORY_BASE + MEMORY_TIMES * size)


def cells_allowed(size: int) -> int:
    """Cells of the rectangle that one sheet may span, used or not, in a workbook of this size, unpacked."""
    return memory_allowed(size) // CELL_BYTES


def seconds_allowed(size: int) -> float:
    """Time that reading an input of this size, unpacked, may take."""
    return SECONDS + SECONDS_A_MB * size / MB
