"""Regular expressions that are compiled at their first use: a look-up needs a third of those that judge names, and all take a tenth of a second."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, cast

_METHODS: Final = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


class _Late:
    """Stands for a pattern; its methods are that of the compiled one once any is asked for."""

    __slots__ = ("_flags", "_source", "pattern", *_METHODS)

    def __init__(self, source: str | Callable[[], str], flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        if name == "pattern":
            self.pattern = self._source if isinstance(self._source, str) else self._source()
        elif name in _METHODS:
            compiled = re.compile(self.pattern, self._flags)
            for method in _METHODS:
                setattr(self, method, getattr(compiled, method))
        else:
            raise AttributeError(name)
        return getattr(self, name)


def late(source: str | Callable[[], str], flags: int = 0) -> re.Pattern[str]:
    """The pattern, compiled when first used; has `pattern` and the methods that search, split and replace.

    source: the pattern; or what writes it, where that takes words of a table, which is then read as late.
    """
    return cast("re.Pattern[str]", _Late(source, flags))
