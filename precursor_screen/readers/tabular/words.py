"""The words of a header, and the tables of `layouts/` that tell what they mean."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LAYOUTS: Final = Path(__file__).parent / "layouts"
_CAMEL: Final = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")


def layout_rows(name: str) -> Iterable[dict[str, str]]:
    """The rows of a table of this folder's, `layouts/NAME.csv`."""
    return csv.DictReader((LAYOUTS / f"{name}.csv").read_text("utf-8").splitlines())


def spaced(header: str) -> str:
    """A header, NFKC, with a blank where camel case begins a word."""
    text = unicodedata.normalize("NFKC", header[:300])
    return _CAMEL.sub(" ", text) if not text.isupper() else text


def split_header(header: str) -> tuple[str, ...]:
    """The words of a header in small letters, without accents; camel case counts as several words."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", spaced(header)) if not unicodedata.combining(c))
    return tuple(_WORD.findall(bare.casefold().replace("ı", "i")))
