"""A report file is whole, or it is as it was before."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from precursor_screen.core import files
from precursor_screen.core.errors import ExitCode, NoRoom, UsageError
from precursor_screen.reporting.interface import (
    PRESENTERS,
    SUFFIXES,
    check_places,
    check_report,
    document_of,
    parse_mode,
    whole_file,
    write_report,
)


def test_every_format_of_the_contract_has_a_presenter(sample):
    assert sorted(SUFFIXES) == sorted({*PRESENTERS, *document_of(sample).own})
    assert sorted(SUFFIXES) == sorted([".html", ".xlsx", ".csv", ".json", ".jsonl", ".parquet", ".txt"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_report_appears_whole_and_alone_and_replaces_an_older_one(sample, tmp_path, suffix):
    path = tmp_path / f"report{suffix}"
    path.write_text("old")
    write_report(sample, path)
    assert path.stat().st_size > 1_000
    assert os.listdir(tmp_path) == [path.name]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_the_old_file_and_no_rest(sample, tmp_path, monkeypatch, suffix):
    path = tmp_path / f"report{suffix}"
    path.write_text("old")
    real = Path.open

    class Full:
        """A stream on a disk that has room for two kilobytes."""

        def __init__(self, stream):
            self.stream, self.left = stream, 2_000

        def write(self, data):
            self.left -= len(data)
            if self.left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self.stream.write(data)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.stream.close()

        def __getattr__(self, name):
            return getattr(self.stream, name)

    def fill(path: Path, mode: str = "r", *rest, **named):
        stream = real(path, mode, *rest, **named)
        return Full(stream) if mode == "wb" else stream

    monkeypatch.setattr(Path, "open", fill)
    with pytest.raises(NoRoom, match="No space left") as caught:
        write_report(sample, path)
    assert caught.value.where.file == str(path)
    assert caught.value.remedy
    assert caught.value.exit_code == ExitCode.NOT_SCREENED
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("failure", [RuntimeError("bug"), KeyboardInterrupt()])
def test_any_failure_while_writing_leaves_the_old_file_and_no_rest(tmp_path, failure):
    path = tmp_path / "report.json"
    path.write_text("old")

    def write_half() -> None:
        with whole_file(path) as stream:
            stream.write(b"half")
            raise failure

    with pytest.raises(type(failure)):
        write_half()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, None])
def test_a_file_never_has_more_permissions_than_it_is_given(tmp_path, mode):
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o666)
    with whole_file(path, mode) as stream:
        stream.write(b"{}")
        (part,) = [p for p in tmp_path.iterdir() if p != path]
        assert part.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_mode & 0o777 == (0o666 & ~files._umask() if mode is None else mode)


@pytest.mark.parametrize(("text", "mode"), [("", 0o600), ("0640", 0o640), ("644", 0o644), ("0666", 0o666), ("600", 0o600)])
def test_modes(text, mode):
    assert parse_mode(text, "--mode") == mode


@pytest.mark.parametrize("text", ["0", "0400", "0200", "0700", "0611", "1640", "4600", "u=rw", "0o640", "640 ", "0698", "00640"])
def test_what_is_no_mode(text):
    with pytest.raises(UsageError, match="does not say who may open the reports") as caught:
        parse_mode(text, "--mode")
    assert (caught.value.where.file, "0640" in caught.value.remedy) == ("--mode", True)


def test_the_file_does_not_exist_before_it_is_whole(tmp_path):
    path = tmp_path / "report.json"
    with whole_file(path) as stream:
        stream.write(b"{}")
        assert not path.exists()
    assert path.read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("name", "says"),
    [("report.docx", ".docx is not a format"), ("report", "has no suffix"), ("report.HTM", "Did you mean '.html'?")],
)
def test_an_unknown_suffix_is_a_usage_error(name, says):
    with pytest.raises(UsageError, match=says.replace("?", r"\?")):
        check_report(Path(name))
    check_report(Path("R.HTML"))


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        (["no/such/r.json"], "no such folder"),
        (["folder.json"], "is a folder"),
        (["in.csv"], "overwrite an input"),
        (["./folder.json/../in.csv"], "overwrite an input"),
        (["r.json", "./r.json"], "named twice"),
    ],
)
def test_what_would_go_wrong_is_told_before_the_work(tmp_path, monkeypatch, outputs, says):
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("x")
    Path("folder.json").mkdir()
    with pytest.raises(UsageError, match=says):
        check_places([Path(p) for p in outputs], [Path("in.csv")])
    check_places([Path("r.json"), Path("r.csv")], [Path("in.csv")])


def test_a_folder_that_alone_is_missing_is_made(tmp_path):
    place = tmp_path / "out" / "r.json"
    check_places((place,), ())
    with whole_file(place) as stream:
        stream.write(b"{}")
    assert place.read_bytes() == b"{}"
