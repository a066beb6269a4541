"""What every page has in common: templates that escape all they are given, and style and script named by their digests.

The content policy of a page allows these digests and nothing else, so that nothing a manifest says can ever run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct

from precursor_screen.core.words import cut, kilograms, printable
from precursor_screen.reporting.document import DAY, NUMBER, Column

if TYPE_CHECKING:
    from jinja2 import Environment


class Inline(Struct, frozen=True):
    """A script or a style within the page, and its digest for the content policy."""

    text: str
    digest: str


def environment(package: str, **options: Any) -> Environment:
    """The templates of a package and the parts that all pages have; `options` of jinja beside those that keep a page harmless."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates"), PackageLoader("precursor_screen.reporting", "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    made.filters["number"] = lambda n: f"{n:,}"
    made.filters["printable"] = printable
    return made


def inline(templates: Environment, name: str) -> Inline:
    """A style or script that lies beside the templates."""
    assert templates.loader is not None
    text = templates.loader.get_source(templates, name)[0]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Inline(text, f"sha256-{digest}")


def write(templates: Environment, name: str, context: Mapping[str, Any], stream: BinaryIO) -> None:
    """Writes a page, piece by piece."""
    for piece in templates.get_template(name).generate(**context):
        stream.write(piece.encode("utf-8", "backslashreplace"))


# Kind -> how a page writes a value: a number or a mass, a price, a day, a share, a growth, one rounded, the beginning of an id.
_WRITTEN: dict[str, Callable[[Any], str]] = {
    NUMBER: lambda value: kilograms(value) if isinstance(value, Decimal) else f"{value:,}" if isinstance(value, int) else value,
    "p": str,
    DAY: str,
    "s": lambda share: f"{share:.0%}",
    "g": lambda growth: f"{100 * growth:+.0f} %",
    "r": lambda value: f"{value:.0f}",
    "i": lambda name: name[:8],
    "l": lambda _: "",  # the page says which, with links
}
NUMBERS = frozenset("npsgr")


def in_page(column: Column, value: Any) -> str:
    """A value as a page shows it: of a text as many characters as its column is wide; what nobody knows as a dash, or as its column says."""
    if value is None or value == "":
        return column.none or ("–" if column.kind in NUMBERS or column.kind == DAY else "")
    if column.kind in _WRITTEN:
        return _WRITTEN[column.kind](value)
    text = ", ".join(value) if isinstance(value, list | tuple) else str(value)
    return cut(text, column.width) if column.width else text
