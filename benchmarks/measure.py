"""What a command takes as a process of its own: seconds, CPU seconds, cores used, and the memory of it and of all that it starts."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

PROC = Path("/proc")
WHOLE_TREE = all((PROC / "self" / name).is_file() for name in ("smaps_rollup", f"task/{os.getpid()}/children"))
MEMORY_OF = "process tree" if WHOLE_TREE else "largest process"  # elsewhere only ru_maxrss is known
LEAST_PAUSE = 0.005
PAUSE = 25  # times what a look at the memory took, so that looking costs the command a few per cent at most
_STAGE = re.compile(r"^ *([0-9.]+) s +([0-9.]+) CPU-s  (.+)$", re.MULTILINE)


class CommandFailed(Exception):
    """A command ended with a code that it should not end with; what it said."""


class Measured(Struct, frozen=True):
    """One run of a command.

    Attributes:
        wall: seconds.
        cpu: seconds of user and system, of all processes.
        peak_mb: most memory at a time, in 10^6 bytes.
        error: what it wrote to standard error.
    """

    wall: float
    cpu: float
    peak_mb: float
    error: str


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    fine: Sequence[int] = (0,),
) -> Measured:
    """Runs a command to its end.

    Args:
        command: program and arguments.
        environment: variables to set besides those that are.
        folder: to run in.
        fine: exit codes that it may end with.

    Raises:
        CommandFailed: it ended with another one.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        watch = _Watch(process.pid)
        watch.start()
        assert process.stderr is not None
        error = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
    if process.returncode not in fine:
        raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}: {error}")
    # ru_maxrss begins with what the parent had when it started the command, so it is the last resort.
    peak = watch.peak if WHOLE_TREE else used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Measured(wall, used.ru_utime + used.ru_stime, peak / 1e6, error)


def figures(runs: Sequence[Measured]) -> dict[str, Any]:
    """Medians of some runs of one command, as history keeps them; stages are those of the run with the median of CPU seconds."""
    cpu, wall = (statistics.median(getattr(r, name) for r in runs) for name in ("cpu", "wall"))
    found: dict[str, Any] = {
        "cpu": round(cpu, 3),
        "wall": round(wall, 3),
        "cores": round(cpu / wall, 2),
        "peak_mb": round(statistics.median(r.peak_mb for r in runs), 1),
        "runs": len(runs),
    }
    if stages := stages_of(min(runs, key=lambda r: abs(r.cpu - cpu)).error):
        found["stages"] = stages
    return found


def stages_of(error: str) -> list[list[Any]]:
    """Name, seconds and CPU seconds of the main process of each stage that `--timing` prints; the name of the input is left out."""
    return [[re.sub(r"^reading .*", "reading", name), float(wall), float(cpu)] for wall, cpu, name in _STAGE.findall(error)]


class _Watch(threading.Thread):
    """Looks at the memory of a process and of all below it until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self._ended = pid, 0.0, threading.Event()

    def run(self) -> None:
        pause = LEAST_PAUSE
        while WHOLE_TREE and not self._ended.wait(pause):
            started = time.perf_counter()
            pids = tree(self.pid)
            # Single processes also say the most that they ever had, in case the moment was missed.
            self.peak = max(self.peak, sum(map(memory, pids)), *(most_memory(pid) for pid in pids))
            pause = max(LEAST_PAUSE, PAUSE * (time.perf_counter() - started))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def tree(pid: int) -> list[int]:
    """A process and all that it and they started."""
    found = [pid]
    for one in found:
        for children in PROC.glob(f"{one}/task/*/children"):
            found.extend(map(int, _read(children).split()))
    return found


def memory(pid: int) -> int:
    """Bytes that a process has, of what it shares only its part (PSS)."""
    return _kilobytes("Pss", _read(PROC / str(pid) / "smaps_rollup"))


def most_memory(pid: int) -> int:
    """Bytes that a process had at most, what it shares in full."""
    return _kilobytes("VmHWM", _read(PROC / str(pid) / "status"))


def _kilobytes(name: str, text: str) -> int:
    found = re.search(rf"^{name}: *([0-9]+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended
        return ""
