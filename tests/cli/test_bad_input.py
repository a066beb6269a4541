"""What is no manifest: one clear error that names file, place and remedy; the contract's exit code; nothing written."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ACETONE, LISTED, SAMPLE
from tests.formats.pdfs import pdf, picture
from tests.screening import table

pytestmark = pytest.mark.usefixtures("few_rules")

RUBBISH = random.Random(17).randbytes(4_000)
GOOD = "bill of lading,description of goods,hs code\nB1,ACETONE,291411\n"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def sample(suffix: str) -> bytes:
    return SAMPLE.with_suffix(suffix).read_bytes()


def broken_footer() -> bytes:
    content = sample(".parquet")
    return content[:-40] + b"\xff" * 32 + content[-8:]


# file name -> (content, what the message says, what the remedy says)
CANNOT_BE_SCREENED: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    "empty.csv": (b"", "is empty", "Check where it comes from: a copy may be incomplete"),
    "blank.csv": (b"\r\n \r\n\r\n", "is empty", "Check where it comes from: a copy may be incomplete"),
    "zeros.csv": (b"\0" * 5_000, "is empty", "Check where it comes from: a copy may be incomplete"),
    "marked.csv": (b"\xef\xbb\xbf", "is empty", "Check where it comes from: a copy may be incomplete"),
    "header.csv": (b"bill of lading,description of goods,hs code\n", "no line of goods was found", "ask for it again."),
    "columns.csv": (b"colour,size\nred,4\n", "no column of descriptions or HS codes among: colour, size", "--mapping"),
    "web.xls": (b"<html><body><table><tr><td>TILES</td></tr></table></body></html>", "is a web page", "save it as XLSX or CSV"),
    "scan.pdf": (b"%PDF-1.7 ...", "is a damaged PDF", "ask for it again"),
    "picture.pdf": (lambda: pdf(picture(0, 0, 500, 700)), "has no text: its pages are pictures", "ocrmypdf in.pdf out.pdf"),
    "locked.pdf": (lambda: pdf("", password="secret"), "is a PDF that is locked by a password", "qpdf --decrypt"),
    "scan.png": (b"\x89PNG\r\n\x1a\n....", "is an image", "XLSX or CSV"),
    "other.xml": (b"<a><b/></a>", "is XML of a kind that is not known", "XLSX or CSV"),
    "list.json": (b"[]", "is JSON without a list of objects", "array of objects"),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600,
        "is locked by a password",
        "Save it without a password.",
    ),
    "cut.xlsx": (lambda: sample(".xlsx")[:9_000], "is a damaged archive or workbook", "ask for it again"),
    "cut.parquet": (lambda: sample(".parquet")[:9_000], "is a damaged Parquet file", "Transfer it again"),
    "footer.parquet": (broken_footer, "is a damaged Parquet file", "Transfer it again"),
    "long.parquet": (
        lambda: sample(".parquet")[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1",
        "is a damaged Parquet file",
        "Transfer it again",
    ),
    "tiny.parquet": (b"PAR1", "is a damaged Parquet file", "Transfer it again"),
    "cut.csv.gz": (lambda: gzip.compress(bytes(range(256)) * 40)[:60], "is a gzip file that was cut off", "Transfer it again, whole."),
    "bomb.zip": (lambda: zipped(a_csv=b"0" * (80 << 20)), "unpacks to far more than a manifest holds", "Unpack it yourself"),
    "bomb.csv.gz": (lambda: gzip.compress(b"0" * (80 << 20)), "unpacks to far more than a manifest holds", "Unpack it yourself"),
    "clutter.zip": (lambda: zipped(a_pdf=b"%PDF-1.7", b_csv=b""), "holds nothing that can be read (2 members)", "Unpack it"),
    **{
        f"rubbish.{suffix}": (RUBBISH, "is neither text nor a format that is read", "if it does not open, it is damaged")
        for suffix in ("csv", "tsv", "txt", "xlsx", "xls", "parquet", "arrow", "json", "jsonl", "xml", "edi", "zip", "gz", "bin")
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CANNOT_BE_SCREENED)
def test_what_cannot_be_screened_is_exit_4_with_one_clear_error(ps, name):
    content, says, remedy = CANNOT_BE_SCREENED[name]
    Path(name).write_bytes(content() if callable(content) else content)
    answer = ps("screen", name, "--watchlist", "none", "-o", "r.json", "-o", "r.html", "--issues", "i.csv")
    assert answer.code == 4
    (line,) = answer.err.splitlines()
    assert line.startswith(f"error: {name.removesuffix('.gz') if 'bomb' not in name else name}")
    assert says in line
    assert remedy in line
    assert line.isprintable()
    assert answer.out == ""
    assert os.listdir() == [name]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.csv", "missing.csv does not exist. Check the path"),
        ("missing-*.csv", "missing-*.csv does not exist. Check the path"),
        ("", "'' does not exist"),
        ("x" * 5_000, "cannot be opened: File name too long. Check the path."),
        ("empty-folder", "empty-folder: the folder is empty. Name the folder with the manifests."),
        ("manifest.csv/inside", "does not exist"),
    ],
)
def test_a_path_that_is_none_is_exit_2_and_nothing_is_screened(ps, manifest, name, says):
    path = manifest()
    Path("empty-folder").mkdir()
    answer = ps("screen", "-v", path, name, "--watchlist", "none", "-o", "r.json")
    assert answer.code == 2
    (line,) = answer.err.splitlines()
    assert says in line
    assert not Path("r.json").exists()


def test_among_several_inputs_one_that_cannot_be_read_is_set_aside_and_named(ps, manifest):
    Path("inbox").mkdir()
    for name in ("empty.csv", "web.xls", "columns.csv"):
        Path("inbox", name).write_bytes(CANNOT_BE_SCREENED[name][0])
    Path("inbox", "lost.csv").symlink_to("nowhere.csv")
    manifest(ACETONE, name="inbox/good.csv")
    answer = ps("screen", "inbox", "--watchlist", "none", "-o", "r.json", "-o", "r.html", "-o", "r.txt", "-o", "flags.csv")
    assert answer.code == 3
    report = json.loads(Path("r.json").read_text())
    assert len(report["flags"]) > 0
    assert report["coverage"]["files_set_aside"] == 3
    named = {e["source_file"] for s in report["coverage"]["set_aside"] for e in s["examples"]}
    assert named == {"empty.csv", "web.xls", "columns.csv", "lost.csv"}
    for name in named:
        for place in (Path("r.html").read_text(), Path("r.txt").read_text(), answer.err):
            assert f"{name} was NOT screened" in place, name


def test_when_none_can_be_read_every_one_is_named(ps):
    for name in ("empty.csv", "web.xls", "columns.csv", "header.csv"):
        Path(name).write_bytes(CANNOT_BE_SCREENED[name][0])
    answer = ps("screen", "*.*", "--watchlist", "none")
    assert answer.code == 4
    assert sorted(line.removeprefix("error: ").split()[0].rstrip(":,") for line in answer.err.splitlines()) == sorted(
        os.listdir()
    )


def test_a_member_of_an_archive_that_cannot_be_read_is_set_aside(ps):
    Path("m.zip").write_bytes(zipped(good_csv=GOOD.encode(), bad_pdf=b"%PDF-1.7"))
    answer = ps("screen", "m.zip", "--watchlist", "none", "-o", "r.json")
    assert answer.code == 3
    assert "m.zip!bad.pdf was NOT screened" in answer.err
    assert "no column of goods descriptions" not in answer.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_wide_text_is_read(ps, encoding):
    Path("m.csv").write_bytes(GOOD.encode(encoding))
    answer = ps("screen", "-v", "m.csv", "--watchlist", "none")
    assert answer.code == 0
    assert "PS-CHEM-001" in answer.out


def test_a_nul_byte_within_a_cell_hides_nothing_around_it(ps):
    Path("m.csv").write_bytes(GOOD.replace("ACETONE", "DRUMS\0 ACETONE").encode())
    answer = ps("screen", "-v", "m.csv", "--watchlist", "none")
    assert "PS-CHEM-001" in answer.out
    assert "\0" not in answer.out


@pytest.mark.parametrize("name", [b"b\xffd.csv", b"a\nb.csv", b"\x1b[2J.csv", "АЦЕТОН.csv".encode()])
def test_any_file_name_is_taken_and_none_steers_the_terminal(ps, name):
    path = Path(os.fsdecode(name))
    path.write_bytes(table([LISTED]))
    outputs = [part for suffix in ("txt", "json", "html", "parquet", "xlsx") for part in ("-o", f"r.{suffix}")]
    assert ps("screen", path, "--watchlist", "sample", *outputs).code == 0
    text = Path("r.txt").read_text()
    assert text.startswith("precursor-screen: 1 review (")
    assert all(c.isprintable() or c == "\n" for c in text)
    assert ps("mapping", "guess", path).code == 0


def test_a_file_of_broken_rows_says_which(ps):
    Path("m.jsonl").write_text('{"description": "ACETONE"\n{"description": "TILES"\n')
    answer = ps("screen", "m.jsonl", "--watchlist", "none")
    assert answer.code == 3  # its words are screened all the same
    assert "m.jsonl was NOT screened" in answer.out
    assert "1 text beside tables" in answer.out


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".jsonl"])
def test_no_damage_to_a_sample_is_a_traceback(ps, suffix):
    content = sample(suffix)
    chance = random.Random(suffix)
    for number in range(4):
        damaged = bytearray(content)
        for _ in range(10 ** (number % 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        Path(f"damaged{suffix}").write_bytes(damaged)
        answer = ps("mapping", "guess", f"damaged{suffix}")
        assert answer.code in (0, 4)
        assert answer.code == 0 or answer.err.startswith("error: damaged")


def test_a_pattern_that_cannot_be_is_a_usage_error_with_its_place(ps, tmp_path):
    ps("rules", "new", "PS-QTY-901", "--folder", tmp_path)
    path = tmp_path / "ps-qty-901.yml"
    text = path.read_text().replace("much: {substance_mass_kg|gt: $most}", "much: {description|re: '(?<=a)b'}")
    path.write_text(text.replace("params: {most: 1000}\n", "").replace("; more than {most} kg", ""))
    manifest = tmp_path / "m.csv"
    manifest.write_text("description,net weight kg\nACETONE,5\n")
    answer = ps("screen", manifest, "--watchlist", "none", "--rules", tmp_path, "--only-rules")
    assert answer.code == 2
    assert "ps-qty-901.yml:" in answer.err
    assert "look-behind" in answer.err


@pytest.mark.slow
def test_of_many_files_three_are_broken(ps):
    broken = {"0030.xlsx": sample(".xlsx")[:9_000], "0150.csv": b"", "0290.parquet": broken_footer()}
    inbox = Path("inbox")
    inbox.mkdir()
    for number in range(300):
        (inbox / f"{number:04}.csv").write_text(GOOD.replace("B1", f"B{number}"))
    for name, content in broken.items():
        (inbox / f"{name[:4]}.csv").unlink()
        (inbox / name).write_bytes(content)
    answer = ps("screen", inbox, "--watchlist", "none", "-o", "r.json")
    assert answer.code == 3
    report = json.loads(Path("r.json").read_text())
    assert {f["shipment_id"] for f in report["flags"] if f["rule_id"] == "PS-CHEM-001"} == {
        f"B{number}" for number in range(300) if number not in (30, 150, 290)
    }
    assert {i["source_file"] for i in report["issues"] if i["code"] == "unreadable-file"} == set(broken)
