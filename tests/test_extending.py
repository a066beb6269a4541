"""The diffs of docs/extending.md fit the program as it is."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
DIFFS = re.findall(r"^## (\d+\. .+?)\n```diff\n(.+?)^```", PAGE, re.M | re.S)


def parts(diff: str) -> list[tuple[str, list[str]]]:
    """The files of a diff, each with its lines."""
    found: list[tuple[str, list[str]]] = []
    for line in diff.splitlines():
        if line.startswith("--- "):
            found.append((line.removeprefix("--- ").removeprefix("a/"), []))
        elif not line.startswith("+++ "):
            found[-1][1].append(line)
    return found


def fits(lines: list[str], text: list[str]) -> str:
    """The first line of a diff that does not stand where the diff has it, after those before it; empty: all do."""
    at = 0
    for line in lines:
        if line[:1] in (" ", "-"):
            if line[1:] not in text[at:]:
                return line
            at = text.index(line[1:], at) + 1
    return ""


def test_the_ten_commonest_changes_are_there():
    assert [title.split(".")[0] for title, _ in DIFFS] == [str(n) for n in range(1, 11)]


@pytest.mark.parametrize(("title", "diff"), DIFFS, ids=[title for title, _ in DIFFS])
def test_a_diff_touches_three_files_at_most_and_fits_them(title: str, diff: str):
    changed = parts(diff)
    assert len(changed) <= 3
    for path, lines in changed:
        assert any(line.startswith("+") for line in lines)
        if path != "/dev/null":
            assert fits(lines, (ROOT / path).read_text("utf-8").splitlines()) == ""


def test_a_line_that_is_gone_or_out_of_order_is_told():
    assert fits([" a", "+b", "-c"], ["a", "x", "c"]) == ""
    assert fits([" c", " a"], ["a", "x", "c"]) == " a"
    assert fits(["-d"], ["a"]) == "-d"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:[a-z_]+/)+[a-z_.]+)`", PAGE))))
def test_what_the_page_names_is_there(path: str):
    assert (ROOT / path).exists() or (ROOT / "precursor_screen" / path).exists()
