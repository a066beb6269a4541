"""Inputs are found by what they are, wherever they are packed into."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from precursor_screen.cases.evidence.blackout import find_inputs
from precursor_screen.core.errors import UsageError
from sample_data.filing import outlook

MANIFEST = b"bill of lading,description\nB1,ACETONE\n"


def wanted(content: bytes = MANIFEST, name: str = "m.csv", size: bool = True) -> list[dict[str, object]]:
    return [{"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content) if size else None}]


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def mailed(name: str, content: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "manifest"
    message.set_content("attached")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


PACKED = {
    "plain.csv": MANIFEST,
    "packed.zip": zipped({"x/other.csv": b"a,b\n1,2\n", "x/m.csv": MANIFEST}),
    "packed.csv.gz": gzip.compress(MANIFEST),
    "mail.eml": mailed("m.csv", MANIFEST),
    "mail-of-zip.eml": mailed("m.zip", zipped({"m.csv": MANIFEST})),
    "in-a-message.msg": outlook.message("see below", ("forwarded", outlook.tree("the list", ("m.csv", MANIFEST)))),
    "zip-of-zip.zip": zipped({"inner.zip": zipped({"deep.zip": zipped({"m.csv": MANIFEST})})}),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("size", [True, False])
def test_where_an_input_may_be(tmp_path: Path, name: str, size: bool):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / name).write_bytes(PACKED[name])
    result = find_inputs(tmp_path, wanted(size=size))
    (found,) = result.found.values()
    assert (found if isinstance(found, bytes) else found.read_bytes()) == MANIFEST
    assert (result.missing, result.closed) == ([], [])


def test_a_plain_file_goes_before_a_packed_one(tmp_path: Path):
    for name in ("packed.zip", "plain.csv"):
        (tmp_path / name).write_bytes(PACKED[name])
    assert list(find_inputs(tmp_path, wanted()).found.values()) == [tmp_path / "plain.csv"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped({"zeros.csv": bytes(300_000_000)}), "unpacks to far more"),
        (PACKED["packed.zip"][:-30], "damaged archive"),
        (gzip.compress(MANIFEST, mtime=0)[:-6], "cut off"),
        (zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"d.zip": zipped({"m.csv": MANIFEST})})})})}), "too deeply"),
    ],
)
def test_what_cannot_be_looked_into_is_named(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "closed.bin").write_bytes(content)
    result = find_inputs(tmp_path, wanted())
    assert (result.found, result.missing) == ({}, ["m.csv"])
    (why,) = result.closed
    assert said in why
    assert "closed.bin" in why


def test_what_is_not_there(tmp_path: Path):
    (tmp_path / "other.csv").write_bytes(MANIFEST.replace(b"B1", b"B2"))
    os.symlink(tmp_path / "other.csv", tmp_path / "link.csv")
    (tmp_path / "packed.zip").write_bytes(zipped({"m.csv": MANIFEST + b"\n"}))
    assert find_inputs(tmp_path, wanted()).missing == ["m.csv"]
    assert find_inputs(tmp_path, []).missing == []
    with pytest.raises(UsageError, match="is not a folder"):
        find_inputs(tmp_path / "none", wanted())
