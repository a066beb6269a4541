"""The file of a pack: what is read, and what is refused, with its place."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile

import pytest

from precursor_screen.core.errors import PrecursorScreenError, SubstanceTableError, UsageError
from precursor_screen.formats import bundle
from precursor_screen.reference.packs.pack import ABOUT, KEYS, columns_of, make_pack, read_folder, read_pack, table_path
from tests.cases.evidence.test_sign import make_key, needs_ssh_keygen, public_of
from tests.reference.packs.conftest import NEW


def zipped(entries, kind=zipfile.ZIP_STORED, attributes=0o100644 << 16):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr, info.compress_type = 3, attributes, kind
            archive.writestr(info, content)
    return out.getvalue()


def sealed(files):
    """A file with right digests, whatever is in it."""
    return bundle.pack({**files, bundle.SUMS: bundle.sums_of(files)})


def test_a_pack_is_the_same_wherever_it_is_made(base, members):
    files = members(NEW)
    again = {name: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") for name, content in reversed(files.items())}
    assert make_pack(files, base) == make_pack(again, base)
    read = read_pack(make_pack(files, base), "ch.zip", base)
    assert (read.info.id, read.info.edition, read.info.day, read.info.signer) == ("ch", "2026-10", "2026-10-05", "")
    assert {name: len(rows) for name, rows in read.tables.items()} == dict.fromkeys(NEW, 1)
    assert str(read.tables["controls.csv"][0].where) == "ch.zip!controls.csv, row 2"


def test_every_table_of_a_pack_ships_and_its_key_tells_rows_apart(base):
    for name, key in KEYS.items():
        rows = table_path(base, name).read_text("utf-8").splitlines()
        assert set(key) <= set(columns_of(base, name))
        assert len(rows) > 1


@pytest.mark.parametrize(
    ("entries", "how", "said"),
    [
        ({"../controls.csv": b"x"}, {}, "leads out of its folder"),
        ({"/etc/passwd": b"x"}, {}, "leads out of its folder"),
        ({"controls.csv": b"/etc/passwd"}, {"attributes": (stat.S_IFLNK | 0o777) << 16}, "as a link"),
        ({"controls.csv": b"0" * (64 << 20)}, {"kind": zipfile.ZIP_DEFLATED}, "compressed"),
        ({"controls.csv": b"0" * 99}, {"kind": zipfile.ZIP_DEFLATED}, "compressed"),
    ],
)
def test_a_zip_that_reaches_further_than_a_pack(base, entries, how, said):
    with pytest.raises(SubstanceTableError, match=said) as refused:
        read_pack(zipped(entries, **how), "evil.zip", base)
    assert refused.value.where.file == "evil.zip"
    assert "substances pack" in refused.value.remedy


def test_what_is_not_a_zip(base):
    for content in (b"", b"PK\x03\x04", b"x" * 100):
        with pytest.raises(SubstanceTableError, match=r"not a whole zip"):
            read_pack(content, "x.zip", base)


@pytest.mark.parametrize("name", ["classes.csv", "readings.csv", "rule.yml", "run.py", "sub/controls.csv", "rates.csv"])
def test_a_file_that_a_pack_may_not_hold(base, members, name):
    with pytest.raises(SubstanceTableError, match="is not a table that a pack may hold") as refused:
        read_pack(sealed({**members(NEW), name: b"x"}), "x.zip", base)
    assert refused.value.where.file == f"x.zip!{name}"


def test_digests_that_do_not_agree(base, members):
    files = members(NEW)
    sums = bundle.sums_of(files)
    other = {**files, "controls.csv": files["controls.csv"].replace(b",A,", b",B,")}
    with pytest.raises(SubstanceTableError, match="does not have the digest") as refused:
        read_pack(bundle.pack({**other, bundle.SUMS: sums}), "x.zip", base)
    assert refused.value.where.file == "x.zip!controls.csv"
    less = {name: content for name, content in files.items() if name != "concern.csv"}
    with pytest.raises(SubstanceTableError, match="files that are not there"):
        read_pack(bundle.pack({**less, bundle.SUMS: sums}), "x.zip", base)
    for missing in (ABOUT, bundle.SUMS):
        whole = {**files, bundle.SUMS: sums}
        with pytest.raises(SubstanceTableError, match="is missing"):
            read_pack(bundle.pack({n: c for n, c in whole.items() if n != missing}), "x.zip", base)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (b"id = ", "is not TOML"),
        (b"\xff", "is not TOML"),
        (b"a = " + b"[" * 9999, "is not TOML"),
        (b'id = "x"\nedition = "1"\nday = "2026-10-05"\n', "source is missing"),
        (b'id = "x"\nedition = "1"\nday = 2026-10-05\nsource = "s"\n', "day is missing, too long or not a plain text"),
        (b'id = "x"\nedition = "1"\nday = "soon"\nsource = "s"\n', "is not a day"),
        (b'id = "../x"\nedition = "1"\nday = "2026-10-05"\nsource = "s"\n', "is not a name of a pack"),
        (b'id = "base"\nedition = "1"\nday = "2026-10-05"\nsource = "s"\n', "is not a name of a pack"),
        (b'id = "x"\nedition = "1"\nday = "2026-10-05"\nsource = "s\\u001b[2J"\n', "source is missing"),
        (b'id = "x"\nedition = "%s"\nday = "2026-10-05"\nsource = "s"\n' % (b"1" * 501), "edition is missing, too long"),
        (b'id = "x"\nedition = "1"\nday = "2026-10-05"\nsource = "s"\nrun = "rm"\n', "'run' is not known"),
    ],
)
def test_what_a_pack_may_not_say_of_itself(base, members, about, said):
    with pytest.raises(SubstanceTableError, match=said) as refused:
        read_pack(sealed({**members(NEW), ABOUT: about}), "x.zip", base)
    assert refused.value.where.file == f"x.zip!{ABOUT}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "is not UTF-8"),
        (b"", "columns should be"),
        (b"substance_id,instrument\nx,EU\n", "columns should be"),
        (b"%s\nx,EU\n", "x.zip!controls.csv, row 2: the row has a different number of cells"),
        (
            b"%s\nx,EU,1,,,,,,s\x1b[2J,true\n",
            "x.zip!controls.csv, row 2, field source: a cell holds a character that does not print",
        ),
        (b"%s\nx,EU,1,,,,,,\xe2\x80\xaes,true\n", "field source: a cell holds a character"),
        (b'%s\n"' + b"x" * 200_000 + b'",EU,1,,,,,,s,true\n', "is not CSV"),
    ],
)
def test_a_table_that_cannot_be_read(base, members, content, said):
    head = ",".join(columns_of(base, "controls.csv")).encode()
    content = content.replace(b"%s", head)
    with pytest.raises(PrecursorScreenError, match=said):
        read_pack(sealed({**members(NEW), "controls.csv": content}), "x.zip", base)


def test_a_folder_with_a_link_or_a_folder_makes_no_pack(tmp_path):
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / ABOUT).write_text("")
    assert list(read_folder(folder)) == [ABOUT]
    (folder / "controls.csv").symlink_to("/etc/passwd")
    with pytest.raises(UsageError, match=r"controls\.csv is a link"):
        read_folder(folder)
    (folder / "controls.csv").unlink()
    (folder / "controls.csv").mkdir()
    with pytest.raises(UsageError, match="not a file"):
        read_folder(folder)
    shutil.rmtree(folder)
    with pytest.raises(UsageError, match="cannot be read"):
        read_folder(folder)


@needs_ssh_keygen
def test_who_may_sign(base, members, tmp_path):
    key, other = make_key(tmp_path / "key"), make_key(tmp_path / "other")
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(f'law@ministry.example namespaces="law@precursor-screen" {public_of(key).read_text()}')
    signed = make_pack(members(NEW), base, key)
    assert read_pack(signed, "x.zip", base, allowed).info.signer == "law@ministry.example"
    assert read_pack(signed, "x.zip", base).info.signer == ""
    refused = {
        "is missing; this installation accepts signed packs only": make_pack(members(NEW), base),
        "not one of allowed_signers": make_pack(members(NEW), base, other),
    }
    files = bundle.unpack(signed)
    sums = bundle.sums_of(members(NEW, edition="2027"))
    refused["may not sign it"] = bundle.pack(
        {**members(NEW, edition="2027"), bundle.SUMS: sums, bundle.SIGNATURE: files[bundle.SIGNATURE]}
    )
    evidence = {**members(NEW), bundle.SUMS: files[bundle.SUMS], bundle.SIGNATURE: bundle.sign(files[bundle.SUMS], key)}
    refused["this content and purpose"] = bundle.pack(evidence)
    for said, content in refused.items():
        with pytest.raises(SubstanceTableError, match=said) as error:
            read_pack(content, "x.zip", base, allowed)
        assert error.value.where.file == f"x.zip!{bundle.SIGNATURE}"
        assert "allowed_signers" in error.value.remedy
