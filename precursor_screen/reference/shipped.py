"""Where the data that ships lies: inside the package (wheel), else beside the checkout (editable install). Nobody else looks.

The tables of law are those that ship until `use_law` puts others in their place: with packs of a home stacked on them.

`data/digests.json` holds the SHA-256 of every table, rule and list that ships; a folder is checked when it is first asked for, so
that a damaged installation is found. `make digests` writes it anew after a wanted change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from msgspec import Struct

from precursor_screen.core.errors import ReferenceDataError
from precursor_screen.core.words import first_few

_PACKAGE = Path(__file__).resolve().parents[1]
DIGESTS = _PACKAGE / "data" / "digests.json"
# What of each folder decides what is flagged or told: tables, rules with their lists and typologies, the addresses and ages of lists; of
# the folder of all data itself the rates and the codes of issues.
CHECKED = {
    ".": "*.csv",
    "substances": "*.csv",
    "hs": "*.csv",
    "law": "*.csv",
    "names": "*.csv",
    "rules": "**/*.y*ml",
    "watchlists": "[!.]*.*",
}


def _find(name: str) -> Path:
    for folder in (_PACKAGE / "data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise ReferenceDataError(
        f"the folder {name!r} that ships with the program is missing", where=_PACKAGE, remedy="Install the package again."
    )


def compute_digests(name: str) -> dict[str, str]:
    """The digests of a folder's files by their names (`rules/lists/ports.yml`), in a fixed order.

    Line ends do not count: a checkout may change them.
    """
    folder = _find(name)
    found = {}
    for path in sorted(folder.glob(CHECKED[name])):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        found[f"{name}/{path.relative_to(folder).as_posix()}"] = hashlib.sha256(content).hexdigest()
    return found


@cache
def _find_checked(name: str) -> Path:
    folder = _find(name)
    try:
        known = {key: digest for key, digest in json.loads(DIGESTS.read_bytes()).items() if key.startswith(f"{name}/")}
        now = compute_digests(name)
    except (OSError, ValueError, AttributeError) as error:
        raise _damaged(folder, f"cannot be checked: {error}") from error
    wrong = sorted(key for key in known.keys() | now.keys() if known.get(key) != now.get(key))
    if wrong:
        raise _damaged(folder, f"are not what was released: {first_few(wrong, 3)}")
    return folder


def _damaged(folder: Path, problem: str) -> ReferenceDataError:
    remedy = "Install the package again."
    if (_PACKAGE.parent / "pyproject.toml").exists():  # a checkout
        remedy = "If they were edited, run `make digests`; else check them out again."
    return ReferenceDataError(f"files that ship with the program {problem}", where=folder, remedy=remedy)


def rates_file() -> Path:
    """The rates of currencies that ship.

    Raises:
        ReferenceDataError: missing, or not what was released.
    """
    return _find_checked(".") / "rates.csv"


class PackInfo(Struct, frozen=True):
    """A pack of law that is in use. day: ISO date. signer: as the allowed signers name it, empty: not signed.

    sha256: of the file. override: why it may say otherwise than what ships; empty: it does not.
    """

    id: str
    edition: str
    day: str
    source: str
    sha256: str
    signer: str = ""
    override: str = ""


class LawTables(Struct, frozen=True):
    """The tables of law that a process works with: two folders, and the packs in them."""

    substances: Path
    law: Path
    packs: tuple[PackInfo, ...] = ()


def base_law() -> LawTables:
    """What ships.

    Raises:
        ReferenceDataError: missing, or not what was released; so for the other folders.
    """
    return LawTables(_find_checked("substances"), _find_checked("law"))


_find_law: list[Callable[[], LawTables]] = [base_law]


def use_law(find: Callable[[], LawTables]) -> None:
    """From now on this process works with those tables. Threads share them, and spawned workers are sent their folder."""
    _find_law[:] = [find]


def law_in_use() -> LawTables:
    """The tables that this process works with; errors as of `base_law`, and of whoever stacks the packs."""
    return _find_law[0]()


def substances_folder() -> Path:
    """The reviewed substance tables in use."""
    return law_in_use().substances


def nomenclature_folder() -> Path:
    """The Harmonized System."""
    return _find_checked("hs")


def law_folder() -> Path:
    """Which law holds where, and what papers it asks for."""
    return law_in_use().law


def names_folder() -> Path:
    """Words and codes that names, texts and cells are read by; `tables` reads them."""
    return _find_checked("names")


def rules_folder() -> Path:
    """The rules that ship, with their lists and typologies."""
    return _find_checked("rules")


def watchlists_folder() -> Path:
    """`sources.toml` and the fictional sample list."""
    return _find_checked("watchlists")


def geography_folder() -> Path:
    """Outlines and places of countries, for maps; they decide nothing."""
    return _find("geography")
