"""Reading and screening run where terminal libraries and pandas cannot be imported at all.

That nothing of ours names them is import-linter's business. pyarrow itself asks for pandas in `pa.array`, `pa.scalar` and `to_pylist`,
and does without where there is none; so they are refused here, and a run must end all the same.
"""

from __future__ import annotations

import graphlib
import subprocess
import sys

import grimp

CODE = """
import sys

REFUSED = ("pandas", "click", "rich", "pyspark", "sqlalchemy", "xlsxwriter", "jinja2")


class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in REFUSED:
            raise ImportError(f"{name} is refused")


sys.meta_path.insert(0, Refuse())

from datetime import date

from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference import shipped
from precursor_screen.reference.bundle import load_reference
from precursor_screen.reference.watchlists.opened import open_private_csv
from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run

lists = (open_private_csv(shipped.watchlists_folder() / "sample-list.csv"),)
reference = load_reference(watchlists=lists, jurisdiction="US", as_of=date(2026, 11, 25))
rows = b"description of goods,hs code,consignee,net weight kg,date\\n"
rows += b"ACETONE,291411,Quimeralda Reactivos,12,2026-11-01\\nGENERAL CARGO,,***,about 3,soon\\n"
sources = (Source("m.csv", content=rows), Source("n.csv", content=rows), Source("e.csv", content=b""))
report = run(sources, ReadOptions(), reference).report
print(sorted(set(report.flags.column("rule_id").to_pylist()) & {"PS-CHEM-001", "PS-PTY-001"}))
print(sorted(set(report.issues.column("code").to_pylist()) & {"repeated-line", "unreadable-file", "unparsed-mass", "vague-description"}))
print(sorted({m.split(".")[0] for m in sys.modules} & set(REFUSED)))
"""


def test_no_module_imports_itself_by_way_of_others():
    """Imports within functions and those for types alone count: a circle is read in one piece, wherever its arrows are."""
    graph = grimp.build_graph("precursor_screen", cache_dir=None)
    arrows = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    graphlib.TopologicalSorter(arrows).prepare()  # an error names the circle


def test_a_run_needs_neither_pandas_nor_a_terminal():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-3_000:]
    assert done.stdout.splitlines()[-3:] == [
        "['PS-CHEM-001', 'PS-PTY-001']",
        "['repeated-line', 'unparsed-mass', 'unreadable-file', 'vague-description']",
        "[]",
    ]


COMMAND = """
import sys
from precursor_screen.cli.main import main
try:
    main(["lookup", "acetone"])
finally:
    print("pandas" in sys.modules, file=sys.stderr)
"""


def test_no_command_loads_pandas_and_the_api_can():
    done = subprocess.run([sys.executable, "-c", COMMAND], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "False"
    assert "[acetone]" in done.stdout
    api = "import precursor_screen.api, pyarrow as pa; print(pa.table({'a': [1]}).to_pandas().shape)"
    done = subprocess.run([sys.executable, "-c", api], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "(1, 1)\n"


def test_what_computes_with_pandas_can_import_it():
    code = "from precursor_screen.core.no_pandas import *; leave_out_pandas(); let_pandas_in(); import pyarrow as pa; print(pa.table({'a': [1]}).to_pandas().shape)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "(1, 1)\n"
