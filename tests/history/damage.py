"""A small ledger, and what becomes of it when a byte of its file is another: `python -m tests.history.damage` flips every one.

A ledger of 30 movements in three runs, with flags, verdicts, an amendment and a cancellation. Of every byte, one at a time, all bits or
one of them are turned; then a run looks back, compares, records and delivers, and everything that commands read is read.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from precursor_screen.core.errors import LedgerError
from precursor_screen.history import verify
from precursor_screen.history.store import open_ledger
from precursor_screen.history.values import FileRecord, Verdict
from tests.history.rows import amended, cells, day, ended, flag, flags, judged, look, movement, run, table

KEYS = [f"M{n:02}" for n in range(30)]
SAME, REFUSED = "same", "refused"


def make(path: Path) -> bytes:
    """The sound ledger, as the bytes of its one file."""
    with open_ledger(f"sqlite:///{path}") as ledger:
        for number in range(3):
            keys = KEYS[10 * number : 10 * number + 10]
            rows = [movement(k, as_of_date=day(number), consignee_name=f"Marrow {k} Ltd", description="EPHEDRINE") for k in keys]
            if number == 2:
                rows += [amended("M01", "amended", as_of_date=day(2)), movement("M02", message_function="cancellation")]
            with ledger.begin(run(number + 1, options={"tiers": ["convention"]})) as transaction:
                seen = judged(*keys)
                found = flags(*(flag(rule, k) for rule in ("PS-CHEM-001", "PS-QTY-002") for k in keys[::3]))
                compared = transaction.compare_flags(found, seen)
                transaction.record_movements(table(*rows))
                transaction.record_flags(compared, cells(*keys[::3]), seen)
                transaction.record_files([FileRecord(f"{number}" * 64, f"{number}.csv", 10, 10)])
        for k in ("M00", "M10"):
            place = (f"PS-CHEM-001/{k}", k)
            ledger.add_verdicts([Verdict(*place, "cleared", "licensed", "seen", "N. Officer", "2026-03-04T08:00:00+00:00")])
    return path.read_bytes()


def use(path: Path, record: bool) -> Any:
    """What a run is told by a ledger; with `record` also what it records and what others read.

    Raises:
        LedgerError: it is damaged.
    """
    keys = [*KEYS[::3], "M01", "fresh"]
    with open_ledger(f"sqlite:///{path}", create=False) as ledger:
        told: list[Any] = []
        if record:
            told += [ledger.flags().to_pylist(), ledger.verdicts(), ledger.cited_lines(KEYS).to_pylist()]
            told.append(sorted(ledger.known_files(f"{n}" * 64 for n in range(4))))
        with suppress(InterruptedError), ledger.begin(run(9)) as transaction:
            rows = [movement(k, as_of_date=day(3)) for k in keys]
            rows.append(movement("M05", message_function="cancellation"))
            history = look(transaction, *rows, keys=(("consignee_key", "substance_id"), ("container_numbers",)))
            told.extend(t.to_pylist() for t in (history.movements, history.known, history.versions.amended))
            told.append(history.since)
            seen = judged(*keys, obsolete=ended("M05"))
            found = flags(*(flag("PS-QTY-002", k, window_line_ids=KEYS) for k in ("fresh", "M00", "M12")))
            compared = transaction.compare_flags(found, seen)
            told.extend(t.to_pylist() for t in (compared.flags, compared.carried, compared.resolved, compared.suppressed))
            if not record:
                raise InterruptedError
            told.append(transaction.record_movements(table(*rows)))
            told.append(transaction.record_flags(compared, cells("fresh"), seen))
            transaction.record_files([FileRecord("9" * 64, "9.csv", 10, 10)])
            transaction.keep()
            transaction.delivered()
    return told


def outcome(folder: Path, content: bytes, expected: Any, record: bool = True) -> str:
    """`same`, `refused`, or what went wrong."""
    path = folder / "ledger.sqlite"
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    path.write_bytes(content)
    try:
        return SAME if use(path, record) == expected else "ANOTHER RESULT"
    except LedgerError as error:
        return REFUSED if error.remedy and int(error.exit_code) == 4 else f"NO REMEDY: {error}"
    except Exception as error:  # noqa: BLE001  what this looks for
        return f"{type(error).__name__.upper()}: {error}"


def flipped(content: bytes, offsets: Iterable[int]) -> Iterator[tuple[int, int, bytes]]:
    """Offset, bits that are turned (all, or one of them by turns), content."""
    for offset in offsets:
        bits = (0xFF, 1 << offset // 2 % 8)[offset % 2]
        yield offset, bits, content[:offset] + bytes([content[offset] ^ bits]) + content[offset + 1 :]


def main() -> None:
    """Flips bytes and counts the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--large", action="store_true", help="as if the file were too large to be checked in full")
    parser.add_argument("--read", action="store_true", help="a run that breaks off before it records: three times as fast")
    arguments = parser.parse_args()
    if arguments.large:
        verify.SMALL = -1
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        content = make(folder / "ledger.sqlite")
        (folder / "ledger.sqlite").write_bytes(content)
        expected = use(folder / "ledger.sqlite", not arguments.read)
        counts: Counter[str] = Counter()
        began = time.monotonic()
        for offset, bits, damaged in flipped(content, range(arguments.first, len(content), arguments.every)):
            found = outcome(folder, damaged, expected, not arguments.read)
            counts[found[:60]] += 1
            if found not in (SAME, REFUSED):
                print(f"{offset} (page {offset // 4096 + 1}) ^ {bits:02x}: {found}", flush=True)
        print(f"{len(content):,} bytes, {sum(counts.values()):,} flips, {time.monotonic() - began:,.0f} s: {dict(counts)}")


if __name__ == "__main__":
    main()
