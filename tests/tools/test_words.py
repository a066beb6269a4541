"""Phrases that read as translated are found where people read them, and nowhere else."""

from __future__ import annotations

import pytest

from tools.words import check, phrases, strings_of


@pytest.mark.parametrize(
    "text",
    [
        "'mydata' is no ledger",
        "The cell names no goods",
        "its container holds no workbook",
        "The id stands twice",
        "All of them stand in the report",
        "It is told of",
        "If that is right, say --force.",
        "for want of data",
        "has not as many cells",
    ],
)
def test_what_reads_as_translated_is_found(text):
    assert phrases(text)


@pytest.mark.parametrize(
    "text",
    ["There is no such file", "It is no longer read", "made to stand in for a controlled one", "The folder is empty", "reckoned"],
)
def test_plain_english_is_left_alone(text):
    assert not phrases(text)


def test_strings_and_the_help_of_commands_are_read_and_comments_are_not():
    source = '@click.command()\ndef command():\n    """Help."""\n    # a comment\n    say(f"one {two}")\n\ndef other():\n    """Inside."""\n'
    assert [text for _, text in strings_of(source, help_too=True)] == ["Help.", "one "]
    assert [text for _, text in strings_of(source, help_too=False)] == ["one "]


def test_places_are_named(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("Fine.\nThe list holds no entry.\n", "utf-8")
    assert list(check(tmp_path)) == ["docs/a.md:2: 'holds no'"]
