"""Which tests run which function, how long each takes, and so which to run first on a change of one function.

A test is said to run what its own calls run and what made its fixtures. Values that are remembered between tests would hide calls, so
caches of the package are emptied before each test.
"""

from __future__ import annotations

import faulthandler
import sys
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest
from msgspec import Struct

from tools.mutants import PACKAGE, Mutant


class Watched(Struct, frozen=True):
    """A test by its node id: seconds of its call, and of the package (path, qualified name of a function) that it runs."""

    name: str
    seconds: float
    ran: frozenset[tuple[str, str]]


def map_in_threads(tests: list[Watched], mutant: Mutant, budget: float) -> list[Watched]:
    """The tests for a mutant, the likeliest and fastest first, as many as take no longer than the budget.

    First those that run its function, among these the test module of its module's name; then those that run anything of its module;
    then all others.
    """

    def rank(test: Watched) -> tuple[bool, bool, bool, float]:
        runs = (str(mutant.path), mutant.function) in test.ran
        knows = any(path == str(mutant.path) for path, _ in test.ran)
        namesake = f"/test_{mutant.path.stem}.py::" in test.name
        return not (runs or (knows and not mutant.function)), not knows, not namesake, test.seconds

    chosen, spent = list[Watched](), 0.0
    for test in sorted(tests, key=rank):
        spent += test.seconds
        if spent > budget and chosen:
            break
        chosen.append(test)
    return chosen


class Recorder:
    """A plugin of pytest that watches which functions each test runs."""

    def __init__(self, tree: Path) -> None:
        self.tests: list[Watched] = []
        self._tree = f"{tree}/"
        self._ran: dict[int, CodeType] = {}
        self._given: dict[object, dict[int, CodeType]] = {}
        self._seconds = 0.0

    def _watch(self, frame: FrameType, event: str, arg: object) -> None:
        self._ran[id(frame.f_code)] = frame.f_code

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        """Keeps what makes a fixture for all tests that are given it."""
        outer, self._ran = self._ran, {}
        try:
            return (yield)
        finally:
            self._given[fixturedef] = self._ran
            self._ran = outer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Watches one test."""
        _empty_caches()
        self._ran = {}
        sys.settrace(self._watch)
        threading.settrace(self._watch)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            for given in getattr(item, "_fixtureinfo").name2fixturedefs.values():  # noqa: B009
                self._ran.update(self._given.get(given[-1], {}))
            mine = (c for c in self._ran.values() if c.co_filename.startswith(self._tree + PACKAGE))
            ran = frozenset((c.co_filename.removeprefix(self._tree), c.co_qualname.split(".<locals>.<")[0]) for c in mine)
            self.tests.append(Watched(item.nodeid, self._seconds, ran))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes how long the call of a test took."""
        if report.when == "call":
            self._seconds = report.duration


class Chooser:
    """A plugin of pytest that runs some tests in a given order, each for a limited time, and after them those it does not know."""

    def __init__(self, chosen: list[Watched], known: list[Watched]) -> None:
        self._places = {test.name: place for place, test in enumerate(chosen)}
        self._left_out = {test.name for test in known} - set(self._places)
        self._limits = {test.name: 30 + 10 * test.seconds for test in chosen}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Chooses and sorts."""
        items[:] = sorted(
            (i for i in items if i.nodeid not in self._left_out), key=lambda i: self._places.get(i.nodeid, len(self._places))
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Ends the process where a test hangs, even in code that is not Python."""
        faulthandler.dump_traceback_later(self._limits.get(item.nodeid, 120), exit=True)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()


def _empty_caches() -> None:
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == PACKAGE:
            for value in _functions(module):
                getattr(value, "cache_clear", lambda: None)()


def _functions(module: ModuleType) -> Iterator[object]:
    for value in list(vars(module).values()):
        yield value
        if isinstance(value, type):
            yield from list(vars(value).values())
