"""Numbers on the command line: one message says what a number has to be, and from where to where."""

from __future__ import annotations

from typing import Any

import click


class Whole(click.IntRange):
    """A whole number within bounds."""

    name = "whole number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or `click.BadParameter`."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(_out_of_bounds(value, self.name, self.min, self.max), param, ctx)


class Number(click.FloatRange):
    """A number within bounds."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or `click.BadParameter`."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(_out_of_bounds(value, self.name, self.min, self.max), param, ctx)


def _out_of_bounds(value: object, what: str, low: float | None, high: float | None) -> str:
    bounds = ("" if low is None else f" from {low:g}") + ("" if high is None else f" to {high:g}")
    return f"{value!r} is not a {what}{bounds}."
