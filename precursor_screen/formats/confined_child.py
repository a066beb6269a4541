"""The process that reads binary formats: one request a line on its standard input, one answer a line on its output.

It may take only so much memory and may die: the program that asked loses one input, never a run.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

_NO_OBJECT = "PyObject pointer is null"  # how a reader in Rust (PyO3) panics where Python has no memory left for an object
TIRED = 256 << 20  # bytes kept after an input from which a fresh process is cheaper than a lower limit


def serve() -> None:
    """Answers requests until the input ends."""
    # What libraries print must not stand among the answers.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    # Imported before the limit is set; what only Parquet needs is left until then.
    import_module("precursor_screen.formats.transfer")
    import_module("precursor_screen.formats.workbook")
    base = memory_in_use()
    _answer(answers, {"ready": base})
    folder = ""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        folder = request["folder"]
        limit_memory(memory_in_use() + int(request["memory"]))
        answer = _handle(request)
        limit_memory(None)
        answer["tired"] = memory_in_use() > base + TIRED
        _answer(answers, answer)
    if folder:  # the other side is gone, perhaps killed, and did not clear up
        shutil.rmtree(folder, ignore_errors=True)


def _answer(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")


def _handle(request: dict[str, Any]) -> dict[str, Any]:
    from precursor_screen.core.errors import PrecursorScreenError
    from precursor_screen.formats.blob import Blob
    from precursor_screen.formats.direct import read_directly
    from precursor_screen.formats.transfer import describe_error, write_sheets

    blob = Blob(request["name"], Path(request["path"]))
    try:
        sheets = read_directly(blob, request["kind"], request["encoding"])
        return {"sheets": write_sheets(sheets, Path(request["folder"]))}
    except PrecursorScreenError as error:
        return {"error": describe_error(error)}
    except MemoryError:  # Arrow's is one as well
        return {"memory": True}
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        if str(error) == _NO_OBJECT:
            return {"memory": True}
        return {"failed": f"{type(error).__name__}: {error}"[:300].replace("\n", " ")}


def memory_in_use() -> int:
    """Bytes of address space; 0 where the system does not say (only Linux does)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def limit_memory(most: int | None) -> None:
    """Sets the limit of address space, None: none. Windows has no such limit, macOS does not hold to it."""
    try:
        import resource
    except ImportError:
        return
    unlimited = resource.getrlimit(resource.RLIMIT_AS)[1]
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        wanted = unlimited if most is None else most if unlimited == resource.RLIM_INFINITY else min(most, unlimited)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, unlimited))
    except (OSError, ValueError):
        return
