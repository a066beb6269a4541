"""The archive for machines without a network: digests of all files, and a script that installs nothing where one of them does not hold."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tools.wheelhouse import INSTALL, build, sums_of


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "one.whl").write_bytes(b"wheel")
    (tmp_path / "install.sh").write_text(INSTALL, "utf-8")
    (tmp_path / "SHA256SUMS").write_text(sums_of(tmp_path), "utf-8")
    return tmp_path


def install(folder):
    command = ["sh", str(folder / "install.sh"), str(folder / "target"), sys.executable]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_every_file_has_its_digest(folder):
    names = [line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()]
    assert names == ["install.sh", "wheels/one.whl"]


@pytest.mark.skipif(sys.platform != "linux", reason="a script for Linux")
@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"Wheel"), lambda path: path.unlink()])
def test_nothing_is_installed_where_a_digest_does_not_hold(folder, change):
    change(folder / "wheels" / "one.whl")
    done = install(folder)
    assert done.returncode == 1
    assert "nothing was installed" in done.stderr
    assert not (folder / "target").exists()


@pytest.mark.parametrize("wheels", [(), ("precursor_screen-1-py3-none-any.whl", "precursor_screen-2-py3-none-any.whl")])
def test_one_wheel_of_the_program_is_asked_for(tmp_path, wheels):
    for name in wheels:
        (tmp_path / name).touch()
    with pytest.raises(SystemExit, match=f"holds {len(wheels)}"):
        build(tmp_path, tmp_path / "out")
