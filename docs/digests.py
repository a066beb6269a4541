"""Writes the digests of the tables, rules and lists that ship; with --check it says what is out of date and fails."""

from __future__ import annotations

import json
import sys

from precursor_screen.reference.shipped import CHECKED, DIGESTS, compute_digests


def main() -> None:
    """Writes or checks."""
    now = {key: digest for name in sorted(CHECKED) for key, digest in compute_digests(name).items()}
    text = json.dumps(now, indent=0) + "\n"
    old = DIGESTS.read_text(encoding="utf-8") if DIGESTS.exists() else ""
    if "--check" not in sys.argv:
        DIGESTS.write_text(text, encoding="utf-8", newline="\n")
    elif old != text:
        sys.exit(f"{DIGESTS.name} is out of date: run `make digests`")


if __name__ == "__main__":
    main()
