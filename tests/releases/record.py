"""Writes the record of a release, once, when it is made: `make record RELEASE=0.3.0`. Later programs are held to it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.releases import homes, ledgers, relied_on, workday


def record(release: str) -> Path:
    """Writes what users rely on of the program as it is, with a ledger and a home that it wrote.

    Raises:
        SystemExit: a command ended otherwise than it is to end, or a flag was not recognised again.
    """
    folder = ledgers.HERE / release
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        seen = workday.work(place)
        wrong = [line for code, line in workday.expected() if seen["exit_codes"][line] != code]
        if wrong:
            sys.exit("ended otherwise than they are to end:\n" + "\n".join(wrong))
        written = place / workday.RECORDED
        (folder / ledgers.KEPT).write_bytes(ledgers.pack(written))
        states = ledgers.screened_again(written)
        (folder / homes.KEPT).write_bytes(homes.pack(Path(tempfile.mkdtemp(dir=name))))
    if set(states) - {"existing", "suppressed"}:
        sys.exit(f"flags of the same lines are not known again: {states}")
    parts = {
        "commands": relied_on.commands(),
        "settings": relied_on.settings(),
        "names": relied_on.names(),
        **seen,
        "ledger": {state: sorted(map(list, some)) for state, some in sorted(states.items())},
    }
    for part, value in parts.items():
        (folder / f"{part}.json").write_text(_json(value), encoding="utf-8")
    return folder


def _json(value: dict[str, Any]) -> str:
    """An item a line, so that a difference can be read."""
    return "{\n" + ",\n".join(f" {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()) + "\n}\n"


if __name__ == "__main__":
    print(record(sys.argv[1]))
