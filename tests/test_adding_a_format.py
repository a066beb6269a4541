"""docs/adding-a-format.md: its reader, its line of the registry and what it says are run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from precursor_screen.readers import registry
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "adding-a-format.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def reader() -> ModuleType:
    """The page's module."""
    module = ModuleType("dock_note")
    exec(compile(blocks("python")[0], "docs/adding-a-format.md", "exec"), module.__dict__)
    return module


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, object]:
    """The page's line of the registry in its place, and its sample in the working folder."""
    line = blocks("python")[1]
    names = {**vars(registry), "DOCK_NOTE": reader().DOCK_NOTE}
    exec(line, names)
    monkeypatch.setattr(registry, "READERS", names["READERS"])
    monkeypatch.chdir(tmp_path)
    (sample,) = blocks("text")
    Path("dock_note.txt").write_text(sample)
    return {"read": registry.read, "Path": Path}


def test_the_page_says_what_the_reader_reads(registered: dict[str, object]) -> None:
    assert len(blocks("python")) == 3
    assert blocks("python")[2].count("assert") == 4
    exec(blocks("python")[2], registered)


def test_the_line_adds_one_reader_to_those_that_are_there(registered: dict[str, object]) -> None:
    first, *others = registry.READERS
    assert first.sniff("text", b"DOCK NOTE 7")
    assert others == [registry.EDI, registry.CARGO_IMP, registry.XML, registry.JSON, registry.TABLES]


def test_without_it_the_sample_is_no_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dock_note.txt").write_text(blocks("text")[0])
    (tables,) = registry.read(Path("dock_note.txt"))
    assert tables.input.format != "dock note"


def test_a_cut_item_is_an_issue_and_keeps_what_it_says(registered: dict[str, object]) -> None:
    (tables,) = registry.read(b"DOCK NOTE 8\nBILL B1\nITEM 80 DR\n", "note")
    assert [i["code"] for i in tables.issues.to_pylist()] == ["broken-segment"]
    assert tables.lines.column("packages").to_pylist() == [80]


def test_what_the_page_names_is_there() -> None:
    for path in re.findall(r"`((?:tests|sample_data|precursor_screen|docs)/[\w./-]+)`", PAGE):
        if "dock_note" not in path:
            assert (ROOT / path).exists(), path
    for anchor in re.findall(r"\(extending\.md#([\w-]+)\)", PAGE):
        titles = re.findall(r"^## (.+)$", (ROOT / "docs" / "extending.md").read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles}


def test_other_pages_lead_to_it() -> None:
    for page in ("docs/index.md", "docs/extending.md", "docs/formats.md"):
        assert "adding-a-format.md" in (ROOT / page).read_text(encoding="utf-8"), page
