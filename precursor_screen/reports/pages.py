"""What every page has in common: templates that escape all they are given, and style and script named by their digests.

The content policy of a page allows these digests and nothing else, so that nothing a manifest says can ever run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from precursor_screen.reports.printable import printable

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Inline:
    """A script or a style within the page, and its digest for the content policy."""

    text: str
    digest: str


def environment(package: str, **options: Any) -> Environment:
    """The templates of a package; `options` of jinja beside those that keep a page harmless."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(package, "templates"),
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
