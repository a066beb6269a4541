"""What users, scripts and cron jobs rely on, as plain data; and what of it is gone, between a record and the program as it is.

A record is made once, at a release (`make record`), and never changed. Additions are fine; nothing recorded may vanish or change its meaning.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

import precursor_screen
from precursor_screen import api
from precursor_screen.app.site_settings import SETTINGS
from precursor_screen.cli.main import cli
from precursor_screen.core.errors import ExitCode
from precursor_screen.core.issues import ISSUE_CODES
from precursor_screen.core.model import BANDS, CONFIDENCES, LEVELS, REASONS, TIERS, VERDICTS
from precursor_screen.core.schema import COLUMNS
from precursor_screen.reference.bundle import load_rulebook, rule_folders
from precursor_screen.reference.shipped import substances_folder
from precursor_screen.reference.substances import load_substances
from precursor_screen.rulebook.registers import REGISTERS
from precursor_screen.rulebook.successors import successors
from tests.releases.workday import GOLDEN

_DEFAULT = re.compile(r"\[default: ([^\]]+)\]")


def commands() -> dict[str, Any]:
    """Every command with its arguments and options, as its help has them."""
    return {path: [_parameter(p) for p in command.params] for path, command in _commands(cli, "precursor-screen")}


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from _commands(child, f"{path} {name}")


def _parameter(one: click.Parameter) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if isinstance(one, click.Option):
        said["names"] = sorted((*one.opts, *one.secondary_opts))
        told = _DEFAULT.search(one.help or "")
        if not one.is_flag:
            said["takes"] = one.nargs
        if told or (one.show_default and one.default is not None):
            said["default"] = told[1] if told else str(one.default)
    else:
        said |= {"argument": one.name, "takes": one.nargs}
    if isinstance(one.type, click.Choice):
        said["choices"] = list(one.type.choices)
    return said | {key: True for key in ("multiple", "required") if getattr(one, key, False)}


def settings() -> dict[str, Any]:
    """Every setting, its variable, kind and allowed values."""
    return {
        s.key: {"variable": s.variable, "is_list": s.is_list, "is_number": s.is_number, "choices": list(s.allowed)}
        for s in SETTINGS
    }


def names() -> dict[str, Any]:
    """Ids and words that scripts, rules, exceptions and registers of a site may name."""
    return {
        "exit codes": [int(code) for code in ExitCode],
        "issues": {code.code: code.effect for code in ISSUE_CODES.values()},
        "levels": list(LEVELS),
        "bands": list(BANDS),
        "confidences": list(CONFIDENCES),
        "tiers": list(TIERS),
        "verdicts": list(VERDICTS),
        "reasons": list(REASONS),
        "rules": sorted(
            {*(rule.id for rule in load_rulebook(rule_folders()).rules), *successors()}
        ),  # ids of joined rules stay valid
        "substances": sorted(s.substance_id for s in load_substances(substances_folder()).substances),
        "registers": {name: [c.name for c in columns] for name, columns in REGISTERS.items()},
        "fields of rules": {c.name: c.kind for c in COLUMNS},
        "evidence": _of_evidence(),
        "python": {name: _parameters(getattr(precursor_screen, name)) for name in precursor_screen.__all__},
        "python, api": {name: _parameters(getattr(api, name)) for name in api.__all__},
    }


def _of_evidence() -> dict[str, list[str]]:
    """What evidence may be about, and what it says of a window; its other fields are fields of rules."""
    shown = [item for flag in json.loads(GOLDEN.read_bytes())["flags"] for item in flag["evidence"]]
    subjects = sorted({item["subject"] for item in shown})
    return {"subjects": subjects, "window": sorted({i["field"] for i in shown if i["subject"] == "window"})}


def _parameters(value: Any) -> list[str]:
    return list(inspect.signature(value).parameters) if callable(value) else []


def lost_commands(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Commands, options and values that are gone, mean something else, or are asked for now."""
    for path, parameters in recorded.items():
        if path not in now:
            yield f"{path}: the command is gone"
            continue
        here = {name: p for p in now[path] for name in p.get("names", (p.get("argument"),))}
        for one in parameters:
            for name in one.get("names", (one.get("argument"),)):
                yield from _lost_parameter(f"{path} {name}", one, here.get(name))
        known = {name for p in parameters for name in p.get("names", (p.get("argument"),))}
        yield from (f"{path} {name}: is asked for now" for name, p in here.items() if p.get("required") and name not in known)


def _lost_parameter(place: str, recorded: Mapping[str, Any], now: Mapping[str, Any] | None) -> Iterator[str]:
    if now is None:
        yield f"{place}: is gone"
        return
    for key in ("takes", "default", "multiple"):
        if key in recorded and recorded[key] != now.get(key):
            yield f"{place}: {key} was {recorded[key]!r}, is {now.get(key)!r}"
    if "takes" in now and "takes" not in recorded:
        yield f"{place}: takes a value now"
    if now.get("required") and not recorded.get("required"):
        yield f"{place}: is asked for now"
    yield from _lost_values(place, recorded.get("choices", ()), now.get("choices", ()))


def lost_settings(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Settings that are gone or take something else."""
    for key, setting in recorded.items():
        here = now.get(key)
        if here is None:
            yield f"setting {key}: is gone"
            continue
        yield from (f"setting {key}: {p} changed" for p in ("variable", "is_list", "is_number") if setting[p] != here[p])
        yield from _lost_values(f"setting {key}", setting["choices"], here["choices"])


def _lost_values(place: str, recorded: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """No values means that any will do."""
    if now and not recorded:
        yield f"{place}: took any value, now one of {', '.join(now)}"
    elif now:
        yield from _lost_names(f"{place}: value", recorded, now)


def lost_names(recorded: Any, now: Any, place: str = "") -> Iterator[str]:
    """Names that are gone, or stand for another value."""
    if isinstance(recorded, Mapping):
        for name, value in recorded.items():
            where = f"{place} {name}".strip()
            if name not in now:
                yield f"{where}: is gone"
            elif isinstance(value, str):
                if value != now[name]:
                    yield f"{where}: was {value}, is {now[name]}"
            else:
                yield from lost_names(value, now[name], where)
    else:
        yield from _lost_names(place, recorded, now)


def _lost_names(place: str, recorded: Iterable[Any], now: Iterable[Any]) -> Iterator[str]:
    here = set(now)
    yield from (f"{place} {name}: is gone" for name in recorded if name not in here)
