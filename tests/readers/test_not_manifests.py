"""A watchlist or a report of this program that is given as a manifest is refused in words; tables that only look like one are read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from precursor_screen.core.errors import NoManifest
from precursor_screen.readers.registry import read

PRIVATE = b"entry_id,kind,name,country\nX1,organisation,Alder Ltd,US\n"
OFAC = b'36,"ALDER LTD","-0- ","IRAQ","-0- ","-0- ","-0- ","-0- ","-0- ","-0- ","-0- ","-0- "\n'
UN = b'<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2026-01-01T00:00:00"><INDIVIDUALS></INDIVIDUALS><ENTITIES></ENTITIES></CONSOLIDATED_LIST>'


@pytest.mark.parametrize("data", [PRIVATE, OFAC, UN], ids=["private", "ofac", "un"])
def test_a_watchlist_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(NoManifest, match="is a watchlist") as caught:
        read(data, "list")
    assert "watchlists import" in caught.value.remedy


def test_a_watchlist_among_manifests_is_set_aside() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("list.csv", PRIVATE)
        archive.writestr("goods.csv", "Description,HS Code,Consignee\nwool,510111,Alder Ltd\n")
    tables = read(out.getvalue(), "m.zip")
    assert [i["code"] for t in tables for i in t.issues.to_pylist()] == ["no-manifest"]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "html", "xlsx", "parquet", "txt"])
def test_a_report_is_refused_with_what_to_do(suffix: str, reports: dict[str, Path]) -> None:
    with pytest.raises(NoManifest, match="is a report of this program") as caught:
        read(reports[suffix], "r")
    assert "manifests" in caught.value.remedy


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report in every format."""
    from click.testing import CliRunner

    from precursor_screen.cli.main import cli

    folder = tmp_path_factory.mktemp("reports")
    (folder / "m.csv").write_text("Description,HS Code,Consignee\n20 drums acetic anhydride,291524,Alder Ltd\n")
    made = {suffix: folder / f"r.{suffix}" for suffix in ("json", "jsonl", "csv", "html", "xlsx", "parquet", "txt")}
    outputs = [word for path in made.values() for word in ("-o", str(path))]
    result = CliRunner().invoke(
        cli, ["screen", str(folder / "m.csv"), "--watchlist", "sample", "--no-ledger", "--quiet", *outputs]
    )
    assert all(path.exists() for path in made.values()), result.output
    return made


@pytest.mark.parametrize(
    "data",
    [
        b"name,kind,description,hs code\nAlder Ltd,x,wool,510111\nBirch Ltd,y,silk,500720\n",
        b"1,wool,510111,Alder Ltd,Birch Ltd,12,KG,20,US,CA,sea,x\n2,silk,500720,Alder Ltd,Birch Ltd,12,KG,20,US,CA,sea,x\n",
    ],
)
def test_manifests_that_look_a_little_like_lists_are_read(data: bytes) -> None:
    assert read(data, "m.csv")[0].input.format == "CSV"
