"""What the user named, to the inputs of a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from precursor_screen.errors import UnreadableManifest, UsageError
from precursor_screen.runners.inputs import Source, find_sources


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.csv", "in/a.csv", "in/deep/c.csv", "in/.hidden/d.csv", "in/.e.csv", "in/[x].csv"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def names(*named: str, stdin: bytes | None = None) -> list[str]:
    return [s.name for s in find_sources(named, stdin)]


def test_files_stay_in_the_order_given_and_folders_and_patterns_are_sorted():
    assert names("b.csv", "a.csv") == ["b.csv", "a.csv"]
    assert names("*.csv") == ["a.csv", "b.csv"]
    assert names("in") == ["[x].csv", "a.csv", "deep/c.csv"]
    assert names("in/**/c.csv") == ["c.csv"]


def test_hidden_files_count_when_they_are_named():
    assert names("in/.e.csv") == [".e.csv"]


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern():
    assert names("in/[x].csv") == ["[x].csv"]


def test_a_file_is_read_once_however_it_is_named():
    Path("link.csv").symlink_to("a.csv")
    assert names("a.csv", "./a.csv", os.path.abspath("a.csv"), "link.csv", "a*.csv") == ["a.csv"]


def test_different_files_of_one_name_are_called_by_their_paths():
    assert names("a.csv", "in/a.csv", "b.csv") == ["a.csv", "in/a.csv", "b.csv"]


def test_standard_input_is_one_input():
    (source,) = find_sources(("-", "-"), b"x")
    assert (source.name, source.readable()) == ("standard input", b"x")
    assert find_sources(("-",))[0].readable() == b""


def test_a_link_that_leads_nowhere_is_an_input_that_cannot_be_read():
    Path("in/lost.csv").symlink_to("nowhere.csv")
    assert "lost.csv" in names("in")


def test_a_name_that_is_no_utf8_is_shown_and_its_file_read():
    name = os.fsdecode(b"caf\xe9.csv")
    Path(name).write_bytes(b"x")
    (source,) = find_sources((name,))
    assert source.name == "caf\\xe9.csv"
    assert source.readable() == b"x"
    Path(name).unlink()
    with pytest.raises(UnreadableManifest, match="cannot be opened"):
        source.readable()
    assert Source("a.csv", Path("a.csv")).readable() == Path("a.csv")


@pytest.mark.parametrize("name", ["missing.csv", "*.xlsx", "", "x" * 5_000, "a.csv/b.csv", "empty"])
def test_what_is_not_there_is_a_usage_error(name):
    Path("empty").mkdir()
    with pytest.raises(UsageError) as caught:
        find_sources((name,))
    assert caught.value.where.file
    assert caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_within_that_may_not_be_listed_is_not_passed_over():
    Path("in/deep").chmod(0)
    try:
        with pytest.raises(UsageError, match="cannot be listed"):
            find_sources(("in",))
    finally:
        Path("in/deep").chmod(0o755)


def test_a_folder_that_cannot_be_listed_is_a_usage_error(monkeypatch):
    def refuse(path, onerror=None, **_):
        onerror(PermissionError(13, "Permission denied", f"{path}/deep"))
        yield from ()

    monkeypatch.setattr(os, "walk", refuse)
    with pytest.raises(UsageError, match="in/deep: cannot be listed: Permission denied"):
        find_sources(("in",))
