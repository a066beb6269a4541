"""Prints what pip is to be held to so that an environment has the lowest version that pyproject.toml allows of everything.

    python -m tools.lowest > lowest.txt; pip install --constraint lowest.txt -e .

Tools of development stay as new as they are.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_BOUND = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(\[[^]]*\])?\s*>=\s*(?P<version>[0-9][0-9.]*)")


def lowest(project: dict[str, Any]) -> list[str]:
    """One line a library: its name and the lowest version that is allowed.

    Args:
        project: the table `project` of a pyproject.toml.

    Raises:
        ValueError: a library without a lower bound.
    """
    wanted = [*project["dependencies"], *(r for extra in project.get("optional-dependencies", {}).values() for r in extra)]
    return [_held(requirement) for requirement in wanted]


def _held(requirement: str) -> str:
    found = _BOUND.match(requirement)
    if found is None:
        raise ValueError(f"{requirement!r} has no lower bound (>=)")
    return f"{found['name']}=={found['version']}"


def main() -> None:
    """Prints them."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        print("\n".join(lowest(tomllib.load(stream)["project"])))


if __name__ == "__main__":
    main()
