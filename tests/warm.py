"""Processes of the program that begin where it has read what ships: forked from one that has, once a session.

A process reads tables and rules and indexes substances for seconds before it does anything that a test of kills, pipes and locks is
about. `python -m tests.warm FD` is what is forked: it holds no database and no thread of its own, and a child of it ends as any other
interpreter does. Where the start itself is tested, and where nothing can be forked, a process is started in full.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from precursor_screen.api import load_reference
from precursor_screen.cli.main import COMMANDS
from precursor_screen.core import engine
from tests.history import rows  # noqa: F401
from tests.screening import screen_rows, with_rules

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "from precursor_screen.cli.main import main; main()"


class Process:
    """A child of the process that is forked; to be used as one of `subprocess`."""

    def __init__(self, pid: int, ended: int, pipes: dict[int, Any]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = (pipes.get(n) for n in range(3))
        self._ended = ended

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        self.wait()

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0)
            (self.returncode,) = struct.unpack("i", os.read(self._ended, 4))
            os.close(self._ended)
        return self.returncode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        said: dict[str, Any] = {}

        def hear(name: str, stream: Any) -> None:
            said[name] = stream.read()

        if self.stdin:
            self.stdin.close()
        streams = {n: s for n, s in (("out", self.stdout), ("err", self.stderr)) if s and not s.closed}
        hearing = [threading.Thread(target=hear, args=one) for one in streams.items()]
        for thread in hearing:
            thread.start()
        try:
            self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            for thread in hearing:
                thread.join()
            self._close()
        return said.get("out"), said.get("err")

    def _close(self) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def start(
    code: str,
    *arguments: object,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    cwd: Path | None = None,
    text: bool = True,
) -> Any:
    """What `python -c CODE ARGUMENTS` does, with the settings of this process. Streams: as `subprocess.Popen` takes them."""
    words = [str(a) for a in arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(ROOT))))}
    if not hasattr(os, "fork"):
        command = [sys.executable, "-c", code, *words]
        return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, text=text, env=environment)
    ours: dict[int, Any] = {}
    theirs = []
    for number, asked in enumerate((stdin, stdout, stderr)):
        if asked == subprocess.PIPE:
            reading, writing = os.pipe()
            kept, given = (reading, writing) if number else (writing, reading)
            ours[number] = os.fdopen(kept, ("r" if number else "w") + ("" if text else "b"))
        else:
            given = os.open(os.devnull, os.O_RDWR) if asked == subprocess.DEVNULL else os.dup(asked)
        theirs.append(given)
    ended, ends = os.pipe()
    asked_for = {"code": code, "arguments": words, "folder": str(cwd or Path.cwd()), "environment": environment}
    request = json.dumps(asked_for).encode("utf-8", "surrogateescape")
    channel = _forked().channel
    socket.send_fds(channel, [struct.pack("I", len(request))], [*theirs, ends])
    channel.sendall(request)
    for given in (*theirs, ends):
        os.close(given)
    (pid,) = struct.unpack("i", channel.recv(4, socket.MSG_WAITALL))
    return Process(pid, ended, ours)


class _Forked:
    """The process that is forked, and how it is asked."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        with theirs:
            words = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
            # Libraries for matrices start threads, and a process with threads is not one to be forked.
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
            self.process = subprocess.Popen(words, cwd=ROOT, pass_fds=[theirs.fileno()], env=environment)
        atexit.register(self.close)

    def close(self) -> None:
        self.channel.close()
        self.process.wait()


@functools.cache
def _forked() -> _Forked:
    return _Forked()


# The process that is forked


def _read_what_ships() -> None:
    """All that a command reads before it looks at what it was given. A database has threads and cannot be forked: it is closed."""
    for name in (
        *(f"precursor_screen.cli.{module.partition(':')[0]}" for module, _ in COMMANDS.values()),
        "precursor_screen.app.session",
    ):
        importlib.import_module(name)
    screen_rows([{}], with_rules(load_reference(watchlists=["sample"])))
    engine._database.cache_clear()
    gc.freeze()  # what a child never frees it need not copy
    assert threading.active_count() == 1


def _serve(channel: socket.socket) -> dict[str, Any]:
    """Forks as often as it is asked to; gives what a child is to do, in the child."""
    running: dict[int, int] = {}
    while True:
        ready = select.select([channel], [], [], 0.01 if running else None)[0]
        for pid, status in _over(running):
            ends = running.pop(pid)
            with contextlib.suppress(BrokenPipeError):
                os.write(ends, struct.pack("i", os.waitstatus_to_exitcode(status)))
            os.close(ends)
        if not ready:
            continue
        head, given, _, _ = socket.recv_fds(channel, 4, 4)
        if not head:
            os._exit(0)
        request = json.loads(channel.recv(*struct.unpack("I", head), socket.MSG_WAITALL))
        *streams, ends = given
        pid = os.fork()
        if not pid:
            channel.close()
            for descriptor in (*running.values(), ends):
                os.close(descriptor)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            return dict(request)
        running[pid] = ends
        for stream in streams:
            os.close(stream)
        channel.sendall(struct.pack("i", pid))


def _over(running: dict[int, int]) -> Iterator[tuple[int, int]]:
    for pid in list(running):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            yield pid, status


def _become(request: dict[str, Any]) -> None:
    """What an interpreter makes of its command line, settings and streams."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["-c", *request["arguments"]]
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        raw = os.fdopen(number, "wb" if number else "rb", closefd=False)
        errors = "backslashreplace" if name == "stderr" else None
        stream = io.TextIOWrapper(raw, errors=errors, line_buffering=name == "stderr", write_through=name == "stderr")
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    _read_what_ships()
    asked = _serve(socket.socket(fileno=int(sys.argv[1])))
    _become(asked)
    exec(compile(asked["code"], "<string>", "exec"), {"__name__": "__main__"})
