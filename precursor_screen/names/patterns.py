"""Regular expressions that are compiled at their first use: a look-up needs a third of those that judge names, and all take a tenth of a second."""

from __future__ import annotations

import re
from typing import Any, Final, cast

_METHODS: Final = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


class _Late:
    """Stands for a pattern; its methods are that of the compiled one once any is asked for."""

    __slots__ = ("_flags", "pattern", *_METHODS)

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(self, name)


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern, compiled when first used; has `pattern` and the methods that search, split and replace."""
    return cast("re.Pattern[str]", _Late(pattern, flags))
