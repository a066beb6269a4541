"""Net, gross and tare in goods texts: which of the figures beside these words is which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from precursor_screen.text import quantity_tokens as m
from precursor_screen.text.quantity_tokens import Token
from precursor_screen.text.quantity_words import words

_LESS: Final = "less"  # meaning of a word for the tare that is to be taken off
_LABELS: Final = (m.NET, m.GROSS, m.TARE)


def without_labels(tokens: Sequence[Token]) -> tuple[list[Token], list[str]]:
    """The tokens without words of net, gross and tare, and what each of the others is by them. Of goods whose net mass or volume is stated
    the gross mass says nothing more, so it is left out."""
    tokens = _paired(list(tokens))
    roles = [""] * len(tokens)
    for i, token in enumerate(tokens):
        if token.kind in _LABELS:
            before, after = _measure_before(tokens, i), _measure_after(tokens, i)
            at = before if after is None or roles[after] else after
            if before is not None and after is not None and not roles[before] and not roles[after]:
                larger, smaller = (before, after) if tokens[before].values[-1] > tokens[after].values[-1] else (after, before)
                at = larger if token.kind == m.GROSS else smaller
            elif before is not None and roles[before]:
                at = after
            if at is not None and not roles[at]:
                roles[at] = token.kind
    _take_off_tare(tokens, roles)
    kept = [(t, r) for t, r in zip(tokens, roles, strict=True) if t.kind not in _LABELS and r != m.TARE]
    if any(t.kind == m.MEASURE and r != m.GROSS for t, r in kept):
        kept = _without_gross(kept)
    return [t for t, _ in kept], [r for _, r in kept]


def _take_off_tare(tokens: list[Token], roles: list[str]) -> None:
    """`GROSS 203 KG LESS TARE 23 KG`: the gross mass becomes the net one."""
    measures = {r: i for i, (t, r) in enumerate(zip(tokens, roles, strict=True)) if t.kind == m.MEASURE}
    if not {m.GROSS, m.TARE} <= measures.keys() or m.NET in measures or not any(t.of == _LESS for t in tokens):
        return
    gross, tare = measures[m.GROSS], measures[m.TARE]
    net = tuple(g - t for g, t in zip(tokens[gross].values, tokens[tare].values, strict=False))
    if net[0] > 0:
        tokens[gross], roles[gross] = replace(tokens[gross], values=net), m.NET


def _paired(tokens: list[Token]) -> list[Token]:
    """`G.W./N.W. 180/160 KGS` and `N.W. 160 / G.W. 180 KGS` with the measure and its own word side by side."""
    out = list(tokens)
    for i in range(len(out) - 1):
        if out[i].kind != m.NUMBER:
            continue
        between = (m.SLASH, m.COMMA, m.AND, *_LABELS)
        later = next((j for j in range(i + 1, min(i + 5, len(out))) if out[j].kind not in between), None)
        labelled = any(t.kind in _LABELS for t in out[max(0, i - 3) : (later or i) + 4])
        if later is None or later - i < 2 or not labelled or out[later].kind != m.MEASURE:
            continue
        measure = out[later]
        if (word := words().get(measure.unit)) and (unit := word.unit):
            values = tuple(v * unit.factor for v in out[i].values)
            out[i] = replace(out[i], kind=m.MEASURE, values=values, of=measure.of, unit=measure.unit)
    for i in range(len(out) - 5):
        first, bar, second, one, stroke, two = out[i : i + 6]
        labelled = first.kind in _LABELS and second.kind in _LABELS
        if labelled and bar.kind == stroke.kind == m.SLASH and one.kind == two.kind == m.MEASURE:
            out[i : i + 6] = [first, one, bar, second, two, replace(stroke, kind=m.COMMA)]
    return out


def _measure_before(tokens: list[Token], i: int) -> int | None:
    if i >= 1 and tokens[i - 1].kind == m.MEASURE:
        return i - 1
    kinds = [t.kind for t in tokens[i - 3 : i]] if i >= 3 else []
    return i - 3 if kinds in ([m.MEASURE, m.SLASH, m.PACKAGE], [m.MEASURE, m.PER, m.PACKAGE]) else None


def _measure_after(tokens: list[Token], i: int) -> int | None:
    for j in range(i + 1, min(i + 5, len(tokens))):
        if tokens[j].kind == m.MEASURE:
            return j
        if tokens[j].kind not in (m.EACH, m.PER, m.PACKAGE, m.OPEN, m.TOTAL):
            break
    return None


def _without_gross(kept: list[tuple[Token, str]]) -> list[tuple[Token, str]]:
    gone: set[int] = set()
    for i, (token, role) in enumerate(kept):
        if role != m.GROSS or token.kind != m.MEASURE:
            continue
        gone.add(i)
        before, after = (kept[j][0].kind if 0 <= j < len(kept) else "" for j in (i - 1, i + 1))
        if (before, after) == (m.OPEN, m.CLOSE):
            gone |= {i - 1, i + 1}
        elif before in (m.SLASH, m.COMMA, m.TOTAL):
            gone.add(i - 1)
        elif after in (m.SLASH, m.COMMA):
            gone.add(i + 1)
    return [part for i, part in enumerate(kept) if i not in gone]
