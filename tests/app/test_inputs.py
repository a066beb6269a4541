"""What the user named, to the inputs of a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from precursor_screen.app import inputs
from precursor_screen.app.inputs import Source, cut_sources, find_sources, is_the_same_elsewhere, read_some, wants_stdin
from precursor_screen.core.errors import MappingError, UnreadableManifest, UsageError
from precursor_screen.readers.interface import ReadOptions


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


def test_what_python_compiled_beside_a_script_is_not_a_manifest():
    for name in ("in/__pycache__/generate.cpython-311.pyc", "in/__pycache__/march.csv", "in/march.pyc"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    assert names("in") == ["[x].csv", "__pycache__/march.csv", "a.csv", "deep/c.csv", "march.pyc"]


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


def test_a_folder_within_that_cannot_be_listed_is_an_input_that_cannot_be_read(monkeypatch):
    listed = os.scandir

    def refuse(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_sources(("in",))
    assert [(s.name, bool(s.problem)) for s in found] == [("[x].csv", False), ("a.csv", False), ("deep", True)]
    with pytest.raises(UnreadableManifest, match=r"deep is a folder that cannot be listed \(Permission denied\)"):
        found[-1].readable()


def test_a_folder_that_cannot_be_listed_is_a_usage_error(monkeypatch):
    monkeypatch.setattr(os, "listdir", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(UsageError, match="in cannot be opened: Permission denied"):
        find_sources(("in",))


def test_a_linked_folder_is_followed_once_and_a_circle_is_listed():
    Path("elsewhere/below").mkdir(parents=True)
    Path("elsewhere/below/far.csv").touch()
    for link, target in {
        "in/one": "../elsewhere",
        "in/two": "../elsewhere/below",
        "in/deep/up": "..",
        "in/own": "deep",
        "in/top": "..",
    }.items():
        Path(link).symlink_to(target)
    found = {s.name: s.note for s in find_sources(("in",))}
    assert {name for name, note in found.items() if not note} == {"[x].csv", "a.csv", "deep/c.csv", "one/below/far.csv"}
    already, above = "leads to a folder that is read already", "leads to a folder that holds the one that is read"
    assert {n: note for n, note in found.items() if note} == {"two": already, "deep/up": already, "own": already, "top": above}


def test_two_circles_do_not_hold_up_a_pattern():
    for name in ("one", "two"):
        Path("in", name).symlink_to(".")
    assert names("in/**/*.csv") == ["[x].csv", "a.csv", "c.csv"]
    assert names("**/c.csv", "i?/**/deep/*") == ["c.csv"]
    assert names("in/**") == ["[x].csv", "a.csv", "c.csv"]


def test_a_link_to_itself_is_an_input_that_cannot_be_read():
    Path("in/self.csv").symlink_to("self.csv")
    assert "self.csv" in names("in")
    assert "self.csv" in names("in/s*.csv")


def test_standard_input_has_several_names():
    (source,) = find_sources(("/dev/stdin", "-", "/dev/fd/0"), b"x")
    assert (source.content, source.pasted) == (b"x", True)
    assert wants_stdin(("a.csv", "/proc/self/fd/0"))
    assert not wants_stdin(("a.csv", "/dev/fd/9"))


def test_a_nul_in_a_path_is_a_usage_error():
    with pytest.raises(UsageError):
        find_sources(("a\0b.csv",))


def test_small_files_are_read_together_and_others_by_themselves(monkeypatch):
    monkeypatch.setattr(inputs, "_TOGETHER", 3)
    monkeypatch.setattr(inputs, "_TOGETHER_BYTES", 10)
    sizes = {"0": 0, "1": 4, "2": 6, "3": 1, "4": 11, "5": 1, "6": 0, "7": 0, "8": 0}
    for name, size in sizes.items():
        Path(name).write_bytes(bytes(size))
    sources = [Source(name, Path(name)) for name in sizes] + [Source("-", content=b""), Source("gone", Path("gone"))]
    chunks = [[source.name for source in chunk] for chunk in cut_sources(sources)]
    assert chunks == [["0", "1", "2"], ["3"], ["4"], ["5", "6", "7"], ["8", "-"], ["gone"]]
    assert cut_sources([]) == []


def test_of_files_that_are_read_together_each_has_its_own_result(monkeypatch):
    Path("1.csv").write_text("consignee,description\nA Ltd,ACETONE\n", encoding="utf-8")
    table, lost = Source("1.csv", Path("1.csv")), Source("gone", Path("gone"))
    good, error, again = read_some(ReadOptions(), [table, lost, table])
    assert [one.input.lines for one in good] == [one.input.lines for one in again] == [1]
    assert isinstance(error, UnreadableManifest)

    def stumble(content, name, options):
        raise {"fault": ZeroDivisionError("by zero"), "map": MappingError("the map is wrong")}[name]

    monkeypatch.setattr(inputs, "read_contents", stumble)
    assert read_some(ReadOptions(), [Source("fault", content=b"x")]) == [None]
    with pytest.raises(MappingError):
        read_some(ReadOptions(), [Source("map", content=b"x")])


@pytest.mark.parametrize("error", [RuntimeError("of a library"), MemoryError()])
def test_messages_whose_tables_cannot_be_built_together_are_read_again_one_by_one(monkeypatch, error):
    def stumble(contents):
        assert list(contents)
        raise error

    monkeypatch.setattr(inputs, "build_tables", stumble)
    message = b"UNH+1+IFTMIN:D:04A:UN'BGM+340++9'GID+1+10:DR'FTX+AAA+++ACETONE'UNT+5+1'"
    message_, lost, refused = read_some(
        ReadOptions(), [Source("m", content=message), Source("gone", Path("gone")), Source("n", content=b"")]
    )
    assert message_ is None
    assert isinstance(lost, UnreadableManifest)
    assert isinstance(refused, UnreadableManifest)


def test_whoever_stops_the_run_stops_the_building_of_tables(monkeypatch):
    def stop(contents):
        raise KeyboardInterrupt

    monkeypatch.setattr(inputs, "build_tables", stop)
    with pytest.raises(KeyboardInterrupt):
        read_some(ReadOptions(), [])


def test_a_pipe_and_what_a_shell_opened_are_read_by_this_process():
    os.mkfifo("fifo")
    opened = os.open("a.csv", os.O_RDONLY)
    try:
        named = {"a.csv": True, "fifo": False, f"/dev/fd/{opened}": False, f"/proc/self/fd/{opened}": False, "gone": True}
        assert {name: is_the_same_elsewhere(Source(name, Path(name))) for name in named} == named
    finally:
        os.close(opened)
    assert is_the_same_elsewhere(Source("-", content=b""))
