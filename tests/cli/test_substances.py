"""`substances` list, show, verify and diff; `lookup --structure`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from precursor_screen.matching.structure import reading as structure_reading
from precursor_screen.matching.structure.reading import why_unavailable
from precursor_screen.reference import shipped

MISSING = why_unavailable()
with_extra = pytest.mark.skipif(bool(MISSING), reason=f"structures cannot be read: {MISSING}")


@pytest.fixture
def without_extra(monkeypatch):
    monkeypatch.setattr(structure_reading.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def tables():
    """A copy of the tables in the working folder."""
    return Path(shutil.copytree(shipped.substances_folder(), "tables"))


def test_list_takes_filters(ps):
    def ids(*options: str) -> set[str]:
        return {o["substance_id"] for o in ps("substances", "list", "--json", *options).objects}

    assert len(ids("--instrument", "UN1988")) == 51
    assert len(ids("--instrument", "UN1988", "--schedule", "II")) == 8
    assert len(ids("--instrument", "UN1988", "--schedule", "I", "--on", "2024-12-02")) == 25
    assert "acetic-anhydride" in ids("--instrument", "UN1988", "--schedule", "II", "--on", "1995-01-01")
    assert ids("--tier", "convention") >= ids("--instrument", "UN1988")
    assert not ids("--tier", "convention") & ids("--tier", "surveillance")
    plain = ps("substances", "list", "--instrument", "UN1988", "--schedule", "II").out.splitlines()
    assert len(plain) == 8
    assert all("UN1988 II" in line for line in plain)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--instrument", "UN1998"], "no substance is listed under 'UN1998'. Did you mean 'UN1988'?"),
        (["--instrument", "UN1988", "--schedule", "V"], "no substance is listed in 'V'"),
        (["--on", "soon"], "--on 'soon' is not a date"),
        (["--tier", "none"], "--tier"),
    ],
)
def test_a_filter_that_nothing_can_pass_is_exit_2(ps, options, says):
    answer = ps("substances", "list", *options)
    assert answer.code == 2
    assert says in answer.err


def test_the_record_holds_names_numbers_codes_and_listings(ps):
    (record,) = ps("substances", "show", "acetone", "--json").objects
    control = {c["instrument"]: c for c in record["control"]}
    assert set(control["UN1988"]) == {
        "instrument",
        "schedule",
        "edition",
        "since",
        "since_verified",
        "seen",
        "until",
        "scope",
        "source",
        "verified",
    }
    assert "1988" in control["UN1988"]["edition"]
    assert "273/2004" in control["EU"]["edition"]
    assert record["cas"][0]["number"] == "67-64-1"
    assert record["hs"][0]["hs6"] == "291411"
    assert "acetone" in {n["name"].lower() for n in record["names"]}


def test_verify_says_what_it_could_not_check(ps, without_extra):
    answer = ps("substances", "verify")
    assert answer.code == 0
    assert "note: not checked: rdkit and py2opsin not installed" in answer.out
    assert "pip install 'precursor-screen[structure]'" in answer.out
    (record,) = ps("substances", "verify", "--json").objects
    assert record["problems"] == 0
    assert {"check", "examined", "problems", "notes"} == set(record["checks"][0])


def test_verify_of_a_folder_names_every_problem_and_is_exit_1(ps, tables, without_extra):
    text = (tables / "cas.csv").read_text()
    (tables / "cas.csv").write_text(text.replace("67-64-1", "67-64-2").replace("108-88-3", "\x1b[31m"))
    answer = ps("substances", "verify", tables)
    assert answer.code == 1
    assert answer.err.count("check digit") == 2
    assert "\x1b" not in answer.err
    assert answer.out.endswith(": 2 problems\n")
    (record,) = ps("substances", "verify", tables, "--json").objects
    assert record["problems"] == 2


@pytest.mark.parametrize("folder", ["missing", "."])
def test_verify_of_no_tables_is_exit_4(ps, folder):
    assert ps("substances", "verify", folder).code == 4


def test_diff_of_days_shows_the_eighteen_of_2024(ps):
    answer = ps("substances", "diff", "2024-12-02", "2024-12-04")
    assert answer.code == 0
    assert "Listings that began: 18\n" in answer.out
    assert "4-piperidone " in answer.out
    (record,) = ps("substances", "diff", "2024-12-02", "2024-12-04", "--json").objects
    assert len(record["began"]) == 18
    assert record["began"][0] == {
        "substance_id": "4-piperidone",
        "name": "4-Piperidone",
        "instrument": "UN1988",
        "old": "",
        "new": "I",
        "since": "2024-12-03",
        "verified": True,
    }
    assert "UN1988 II -> I (from 2011-01-17)" in ps("substances", "diff", "2011-01-01", "2012-01-01").out


def test_diff_of_folders_counts_names_and_lists_them_on_demand(ps, tables):
    text = (tables / "names.csv").read_text(encoding="utf-8")
    assert "acetone,propanone," in text
    (tables / "names.csv").write_text(text.replace("acetone,propanone,", "acetone,propanone\x1b[0m,"), encoding="utf-8")
    answer = ps("substances", "diff", shipped.substances_folder(), tables)
    assert "Names: 1 added, 1 removed\n" in answer.out
    assert "+ " not in answer.out
    named = ps("substances", "diff", shipped.substances_folder(), tables, "--names").out
    assert "  acetone  - propanone\n" in named
    assert "\x1b" not in named


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["2024-12-04", "2024-12-02"], "is before"),
        (["2024-12-04", "tables"], "a day and a folder"),
        (["tables", "missing"], "'missing' is neither a day nor a folder"),
        (["2024-13-01", "tables"], "'2024-13-01' is neither"),
        (["tables"], "Missing argument"),
    ],
)
def test_what_cannot_be_compared_is_exit_2(ps, tables, arguments, says):
    answer = ps("substances", "diff", *arguments)
    assert answer.code == 2
    assert says in answer.err


def test_lookup_by_structure_needs_the_extra(ps, without_extra):
    for text, lines in (("acetone", b""), ("-", b"acetone\n")):
        answer = ps("lookup", "--structure", text, stdin=lines)
        assert answer.code == 2
        assert answer.out == ""
        assert "pip install 'precursor-screen[structure]'" in answer.err


@pytest.mark.slow
@with_extra
def test_lookup_by_structure(ps):
    name = "1-HYDROXY-1-PHENYL-2-METHYLAMINOPROPANE"
    assert "by structure, strong" in ps("lookup", "--structure", name).out
    lines = [name.encode(), b"", b"\xff 2-\xfe", b"ceramic tiles"]
    found = ps("lookup", "--structure", "-", stdin=b"\n".join(lines) + b"\n").objects
    assert [o["text"].encode("utf-8", "surrogateescape") for o in found] == lines
    assert {m["method"] for m in found[0]["matches"]} == {"structure"}
    assert [bool(o["matches"]) for o in found] == [True, False, False, False]
