"""All that lies below a folder. A linked folder is followed once, wherever its links lead."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from msgspec import Struct

_Id = tuple[int, int]


class Found(Struct, frozen=True):
    """Something in a folder. problem: why it cannot be read, where that is known. note: why it need not be read."""

    path: Path
    problem: str = ""
    note: str = ""


def walk(folder: Path) -> list[Found]:
    """Every file below a folder, in a fixed order; hidden ones and what Python compiled beside a script are left out.

    Files in the folder's own folders keep these names; links to other folders are followed afterwards, each folder once. A link
    to a folder that was read, or to one that holds this one, is listed with a note. A folder within that may not be listed, and
    a link that leads nowhere, could have held anything: they are listed as well, as problems.

    Raises:
        OSError: the folder itself cannot be listed.
    """
    os.listdir(folder)
    found: list[Found] = []
    above = {_identify(parent) for parent in Path(os.path.realpath(folder)).parents}
    read: set[_Id] = set()
    waiting = deque([folder])
    while waiting:
        place = waiting.popleft()
        if _identify(place) in read | above:
            found.append(Found(place, note="leads to a folder that is read already" if _identify(place) in read else _ABOVE))
            continue
        waiting.extend(_walk_own(place, read, found))
    return sorted(found, key=lambda one: one.path)


_ABOVE = "leads to a folder that holds the one that is read"


def _walk_own(place: Path, read: set[_Id], found: list[Found]) -> list[Path]:
    """Notes all files of a folder and its own folders; returns the links to other folders."""
    links: list[Path] = []

    def refuse(error: OSError) -> None:
        found.append(Found(Path(error.filename), problem=f"is a folder that cannot be listed ({error.strerror})"))

    for here, folders, files in os.walk(place, onerror=refuse):
        read.add(_identify(Path(here)))
        seen = sorted(f for f in folders if not f.startswith("."))
        links += [Path(here, f) for f in seen if os.path.islink(os.path.join(here, f))]
        folders[:] = [f for f in seen if not os.path.islink(os.path.join(here, f))]
        found += [Found(Path(here, f)) for f in files if not (f.startswith(".") or _is_compiled(here, f))]
    return links


def _is_compiled(folder: str, name: str) -> bool:
    """Whether Python wrote it: anything else in such a folder could be a manifest."""
    return name.endswith(".pyc") and os.path.basename(folder) == "__pycache__"


def _identify(folder: Path) -> _Id:
    try:
        known = folder.stat()
    except OSError:
        return (-1, -1)
    return known.st_dev, known.st_ino
