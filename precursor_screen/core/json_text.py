"""How a value is written as JSON wherever the program writes some: compact, in one line."""

from __future__ import annotations

import json
from typing import Any

_ENCODE = json.JSONEncoder(ensure_ascii=False, default=str, allow_nan=False).encode
_ENCODE_ASCII = json.JSONEncoder(default=str, allow_nan=False).encode


def dump(value: Any) -> str:
    """Compact JSON; whatever is not a JSON type (decimal, date) as text. A lone surrogate, which UTF-8 cannot carry, is escaped."""
    text = _ENCODE(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _ENCODE_ASCII(value)
    return text
