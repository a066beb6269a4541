"""Segments as they are sent, service characters in their data released."""

from __future__ import annotations

from collections.abc import Sequence

from precursor_screen.formats.edi import EDIFACT_SYNTAX, X12, Syntax

X12_SYNTAX = Syntax(X12, "*", ">", "", "", "~", ".")


def write_segment(tag: str, elements: Sequence[Sequence[str]], syntax: Syntax = EDIFACT_SYNTAX) -> str:
    parts = [tag, *(syntax.component.join(_released(c, syntax) for c in element) for element in elements)]
    return syntax.element.join(parts) + syntax.terminator


def _released(text: str, syntax: Syntax) -> str:
    if not syntax.release:
        return text
    special = {syntax.release, syntax.element, syntax.component, syntax.terminator, syntax.repetition} - {""}
    return "".join(f"{syntax.release}{c}" if c in special else c for c in text)
