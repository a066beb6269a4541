"""One archive that installs the program where there is no network: its wheel, those of all that it needs, digests, a script.

    python -m tools.wheelhouse DIST FOLDER

The wheels are those of this system and this version of Python. DIST holds the program's own wheel (`make packages`).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

NAME = "precursor-screen-wheelhouse"
INSTALL = """#!/bin/sh
# Installs precursor-screen from the wheels beside this script, without a network: sh install.sh FOLDER [PYTHON]
set -eu
target=${1:?"Give the folder to install into, such as /opt/precursor-screen"}
python=${2:-python3}
here=$(cd "$(dirname "$0")" && pwd)
(cd "$here" && sha256sum --check --quiet SHA256SUMS) || { echo "A file is not what SHA256SUMS says: nothing was installed." >&2; exit 1; }
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --no-index --find-links "$here/wheels" precursor-screen
"$target/bin/precursor-screen" --version
echo "Next: $target/bin/precursor-screen doctor"
"""


def sums_of(folder: Path) -> str:
    """SHA256SUMS of all files below a folder, in the order of their paths."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files)


def build(dist: Path, out: Path) -> Path:
    """Writes the archive; returns its path.

    Raises:
        SystemExit: DIST holds no wheel or several; a dependency has no wheel for this system.
    """
    own = sorted(dist.glob("precursor_screen-*.whl"))
    if len(own) != 1:
        sys.exit(f"{dist} must hold one wheel of the program, and holds {len(own)}: make packages")
    version = own[0].name.split("-")[1]
    out.mkdir(parents=True, exist_ok=True)
    archive = out / f"precursor-screen-{version}-wheelhouse.tar.gz"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / NAME
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--only-binary",
            ":all:",
            "--dest",
            str(wheels),
            str(own[0]),
        ]
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - pip, with paths of our own
            sys.exit("a dependency could not be had as a wheel for this system")
        (folder / "install.sh").write_text(INSTALL, "utf-8")
        (folder / "SHA256SUMS").write_text(sums_of(folder), "utf-8")
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder, NAME)
    return archive


if __name__ == "__main__":
    made = build(Path(sys.argv[1]), Path(sys.argv[2]))
    print(made, f"{made.stat().st_size / 1e6:,.1f} MB")
