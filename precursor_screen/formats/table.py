"""One input to its sheets, by content: the door to every tabular format."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from precursor_screen.core.errors import UnknownFormat
from precursor_screen.core.files import temporary_folder
from precursor_screen.core.words import how_ended
from precursor_screen.formats.archive import open_zip
from precursor_screen.formats.blob import CHUNK, EMPTY, LARGE_TEXT, MB, PACKED, Blob, memory_allowed, seconds_allowed, unreadable
from precursor_screen.formats.reading import COLUMNAR, MARKUP, TABULAR_KINDS, WORKBOOKS, read_directly, read_sheets, rebuild_error
from precursor_screen.formats.sheet import Sheet
from precursor_screen.formats.sniff import sniff_kind

# Reading in a process of its own, within limits of memory and time: what kills it costs one input.

_START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from precursor_screen.formats.reading import serve; serve()"
# Libraries that reserve address space for threads would spend the limit on it.
_ENVIRONMENT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_OUT_OF_MEMORY = ("memory allocation", "out of memory", "bad_alloc", "MemoryError", "capacity overflow")


def read_confined(blob: Blob, kind: str, encoding: str, size: int) -> list[Sheet]:
    """The sheets of an input, read by another process.

    Args:
        blob: the input.
        kind: what `sniff_kind` says.
        encoding: for text formats.
        size: bytes, unpacked: the limits of memory and time grow with it.

    Raises:
        UnreadableManifest: damaged, or its reader died, took too long or needed too much memory.
        PrecursorScreenError: whatever else the reader of that kind raises.
    """
    with _LOCK:
        child = _ready_child()
        keep = False
        try:
            answer = child.ask(blob, kind, encoding, memory_allowed(size), seconds_allowed(size))
            sheets = read_sheets(answer["sheets"], child.folder) if "sheets" in answer else None
            keep = not answer.get("tired", True)
        finally:
            if not keep:  # also where the user broke off: an answer that comes late must not be taken for the next one
                child.end()
    if sheets is not None:
        return sheets
    if "error" in answer:
        raise rebuild_error(answer["error"])
    message, remedy = _explain(answer, memory_allowed(size), seconds_allowed(size))
    raise unreadable(blob.name, message, remedy)


def start_early() -> None:
    """Starts the process, so that it is ready when the first binary input is met. Optional."""
    with _LOCK:
        _ready_child()


def _explain(answer: dict[str, Any], memory: int, seconds: float) -> tuple[str, str]:
    if "memory" in answer:
        return f"needs more than {memory // MB} MB of memory to be read", "Split it, or save it as CSV."
    if "late" in answer:
        return f"took more than {seconds:.0f} seconds to read", "Split it, or save it as CSV."
    if "failed" in answer:
        return f"is damaged: its reader failed ({answer['failed']})", "Open it in its own program and save it again."
    return f"is damaged: its reader died ({answer['died']})", "Open it in its own program and save it again."


class _Child:
    def __init__(self) -> None:
        self.owner = os.getpid()
        self.folder = temporary_folder()
        self._last_words = (self.folder / "stderr").open("w+b")
        self._heard = 0
        paths = [path or os.getcwd() for path in sys.path]
        self.process = subprocess.Popen(  # noqa: S603 - this very interpreter
            [sys.executable, "-I", "-c", _START, json.dumps(paths)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._last_words,
            env={**os.environ, **_ENVIRONMENT},
        )

    def ask(self, blob: Blob, kind: str, encoding: str, memory: int, seconds: float) -> dict[str, Any]:
        """What the process answers; `died`, `late` or `memory` where it does not."""
        request = {
            "name": blob.name,
            "path": str(self._place(blob)),
            "kind": kind,
            "encoding": encoding,
            "memory": memory,
            "folder": str(self.folder),
        }
        self._heard = os.fstat(self._last_words.fileno()).st_size  # what was said of earlier inputs
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            answer = self._exchange(request)
        finally:
            timer.cancel()
        return {"late": True} if late.is_set() and answer is None else self._post_mortem() if answer is None else answer

    def _exchange(self, request: dict[str, Any]) -> dict[str, Any] | None:
        writer, reader = self.process.stdin, self.process.stdout
        assert writer is not None
        assert reader is not None
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            writer.flush()
        except OSError:
            return None
        while line := reader.readline():
            try:
                answer: dict[str, Any] = json.loads(line)
            except ValueError:  # it died while it wrote
                return None
            if "ready" not in answer:
                return answer
        return None

    def _post_mortem(self) -> dict[str, Any]:
        code = self.process.wait()
        self._last_words.seek(self._heard)
        words = self._last_words.read()[-4000:].decode("utf-8", "replace").strip()
        if any(sign in words for sign in _OUT_OF_MEMORY) or code == -getattr(signal, "SIGKILL", 9):
            return {"memory": True}
        how = how_ended(code)
        last = [line for line in words.splitlines() if not line.startswith("note: run with `RUST_BACKTRACE")][-1:]
        return {"died": f"{how}: {last[0][:200]}" if last else how}

    def _place(self, blob: Blob) -> Path:
        """A path to the bytes: the input's own, or a copy of what is in memory."""
        if isinstance(blob.source, Path) and blob.source.is_file():
            return blob.source.absolute()
        path = self.folder / "input"
        with blob.open() as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy, CHUNK)
        return path

    def end(self) -> None:
        """Ends the process and removes its folder; in a process that was forked off, only the handles are dropped."""
        mine = self.owner == os.getpid()
        if mine:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._last_words):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        if mine:
            shutil.rmtree(self.folder, ignore_errors=True)

    def is_usable(self) -> bool:
        """Whether it lives and is this process's own."""
        return self.owner == os.getpid() and self.process.poll() is None


_LOCK = threading.Lock()
_CURRENT: list[_Child] = []


def _ready_child() -> _Child:
    if _CURRENT and not _CURRENT[0].is_usable():
        _CURRENT.pop().end()
    if not _CURRENT:
        _CURRENT.append(_Child())
    return _CURRENT[0]


@atexit.register
def _end_child() -> None:
    while _CURRENT:
        _CURRENT.pop().end()


_CONFINED = (*WORKBOOKS, *COLUMNAR, *MARKUP, "pdf", "rtf")
_NAMED = {
    "image": (
        "is an image",
        "Ask for the data as XLSX or CSV, or make a PDF with a text layer of it: `img2pdf in.png | ocrmypdf - out.pdf`.",
    ),
    "binary": (
        "is neither text nor a format that is read",
        "Open it in its own program and save it as XLSX or CSV; if it does not open, it is damaged: ask for it again.",
    ),
}


def open_sheets(blob: Blob, encoding: str = "") -> list[Sheet]:
    """The sheets of an input that is no archive. Binary formats and large JSON are read in a process of their own, within limits.

    Args:
        blob: the input, unpacked.
        encoding: for text formats; empty: decide by content.

    Raises:
        UnreadableManifest: empty, damaged, locked, or beyond the limits of memory and time.
        UnknownFormat: of no tabular format.
        UsageError: no such encoding.
    """
    kind = sniff_kind(blob.head())
    if kind == "empty":
        raise unreadable(blob.name, "is empty", EMPTY)
    if (kind == "json" and _is_bracketed_text(blob)) or (kind == "binary" and encoding):
        kind = "text"
    if kind in _CONFINED or (kind in ("json", "xml") and blob.size() > LARGE_TEXT):
        return read_confined(blob, kind, encoding, _unpacked_size(blob, kind))
    if kind in TABULAR_KINDS:
        return read_directly(blob, kind, encoding)
    message, remedy = _NAMED.get(kind, (f"is a file of kind {kind}", "Unpack or convert it to CSV or XLSX first."))
    raise UnknownFormat(message, where=blob.name, remedy=remedy)


def _is_bracketed_text(blob: Blob) -> bool:
    """Whether a text that begins with a bracket is a table after all: `[HEADER],[OTHER]`."""
    head = blob.head(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    inner = head[1:].lstrip()
    return inner[:1].isalpha() and not inner.startswith((b"true", b"false", b"null")) and b"\x00" not in head


def _unpacked_size(blob: Blob, kind: str) -> int:
    if kind == "pdf":
        return PACKED * blob.size()
    if kind != "zip":
        return blob.size()
    with open_zip(blob) as archive:
        return sum(info.file_size for info in archive.infolist())
