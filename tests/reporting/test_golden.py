"""The sample manifest's reports, byte for byte. After a wanted change: `make golden`, and read the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def without_run(name: str, content: bytes) -> bytes:
    """The report without the block `run`, the only part that may differ between equal runs."""
    if not name.endswith(".json"):
        return content
    return b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(b' "run": '))


@pytest.mark.parametrize("name", ["report.json", "flags.csv", "summary.txt"])
def test_the_report_of_the_sample_is_the_golden_one(name, sample, rendered, request):
    content = without_run(name, rendered(sample, name))
    path = GOLDEN / name
    if request.config.getoption("--renew-golden"):
        path.write_bytes(content)
    assert content == path.read_bytes(), f"{name} changed: `make golden` renews it if that is wanted"
