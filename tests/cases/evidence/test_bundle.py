"""Every byte of a bundle counts."""

from __future__ import annotations

import hashlib
import io
import random
import stat
import struct
import warnings
import zipfile

import pytest

from precursor_screen.formats import bundle
from precursor_screen.reporting.evidence.seal import seal
from precursor_screen.reporting.evidence.verify import verify
from tests.cases.evidence.cases import SECRET
from tests.cases.evidence.conftest import WHEN

MEMBERS = {"b.txt": b"two\n", "a.txt": b"one\n", "rules/R-1.yml": b"id: R-1\n"}


def packed(entries, *, comment=b"", kind=zipfile.ZIP_STORED, **more) -> bytes:
    """A zip as other programs may write it: of (name, content) pairs, names twice if so wished."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w", kind) as archive:
            for name, content in entries:
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr = 3, more.get("attributes", 0o100644 << 16)
                info.compress_type = kind
                archive.writestr(info, content)
            archive.comment = comment
    return out.getvalue()


def test_a_bundle_is_given_by_its_members():
    content = bundle.pack(MEMBERS)
    # Pinned: whoever has the members makes the same file, with any version of Python or of zlib.
    assert hashlib.sha256(content).hexdigest() == "86f9de51f91377e2519c08510935a5dc0a4e97b2fa464d290aec31767f20402b"
    assert content == bundle.pack(dict(reversed(MEMBERS.items())))
    assert bundle.unpack(content) == MEMBERS
    assert list(bundle.unpack(content)) == sorted(MEMBERS)


def test_what_is_sealed_twice_is_the_same(completed, bundle_bytes):
    assert seal(*completed, WHEN, SECRET) == bundle_bytes
    found = verify(bundle_bytes)
    assert (found.problems, found.unknown, found.secret) == ([], [], SECRET)
    assert found.document == completed[0]


def test_sha256sum_reads_the_manifest(bundle_bytes):
    members = bundle.unpack(bundle_bytes)
    lines = members[bundle.SUMS].decode().splitlines()
    assert [line.split("  ")[1] for line in lines] == sorted(set(members) - {bundle.SUMS})
    assert all(hashlib.sha256(members[n]).hexdigest() == d for d, n in (line.split("  ") for line in lines))


def flipped(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]


def cut_off(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def lengthened(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.randbytes(rng.randrange(1, 9)) + content[at:]


def swapped(content: bytes, rng: random.Random) -> bytes:
    """The contents of two members change places."""
    members = bundle.unpack(content)
    one, other = rng.sample(sorted(members), 2)
    return bundle.pack({**members, one: members[other], other: members[one]})


def renamed(content: bytes, rng: random.Random) -> bytes:
    members = bundle.unpack(content)
    name = rng.choice(sorted(members))
    return bundle.pack({(f"{name}x" if n == name else n): c for n, c in members.items()})


def removed(content: bytes, rng: random.Random) -> bytes:
    members = bundle.unpack(content)
    del members[rng.choice(sorted(members))]
    return bundle.pack(members)


def added(content: bytes, rng: random.Random) -> bytes:
    return bundle.pack({**bundle.unpack(content), f"more-{rng.randrange(99)}.txt": rng.randbytes(5)})


def edited(content: bytes, rng: random.Random) -> bytes:
    """A byte of a member is another, and the archive is packed anew with right checksums."""
    members = bundle.unpack(content)
    name = rng.choice(sorted(members))
    return bundle.pack({**members, name: flipped(members[name], rng)})


def forged(content: bytes, rng: random.Random) -> bytes:
    """As `edited`, of page or explanation, and the manifest is made anew as well."""
    members = bundle.unpack(content)
    name = rng.choice([bundle.PAGE, bundle.EXPLANATION, *(n for n in members if n.startswith("rules/"))])
    members[name] = flipped(members[name], rng)
    return bundle.pack({**members, bundle.SUMS: bundle.sums_of(members)})


def moved(content: bytes, rng: random.Random) -> bytes:
    """Two pieces of the file change places."""
    a, b, c = sorted(rng.sample(range(len(content)), 3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def resealed(change):
    """A change of the members after which the manifest is made anew, so that every digest is right."""

    def anew(content: bytes, rng: random.Random) -> bytes:
        out = io.BytesIO(change(content, rng))
        with zipfile.ZipFile(out) as archive:
            members = {n: archive.read(n) for n in archive.namelist()}
        return bundle.pack({**members, bundle.SUMS: bundle.sums_of(members)})

    anew.__name__ = f"{change.__name__}, sealed anew"
    return anew


def led_out(content: bytes, rng: random.Random) -> bytes:
    """A member whose name leads out of its folder."""
    name = rng.choice(("../x", "/x", "rules/../../x", "..\\x", "C:x", ".hidden"))
    return bundle.pack({**bundle.unpack(content), name: b"x"})


ANEW = tuple(map(resealed, (swapped, renamed, removed, added, led_out)))
TAMPERINGS = (
    flipped,
    flipped,
    flipped,
    cut_off,
    lengthened,
    swapped,
    renamed,
    removed,
    added,
    edited,
    forged,
    moved,
    led_out,
    *ANEW,
)


@pytest.mark.parametrize("seed", range(10))
def test_every_one_of_180_tamperings_is_found(bundle_bytes, seed):
    rng = random.Random(seed)
    for change in TAMPERINGS:
        changed = change(bundle_bytes, rng)
        if changed != bundle_bytes:
            assert verify(changed).problems, (change.__name__, seed)


def test_every_byte_of_the_headers_counts():
    """All that is no content of a member: 30 and 46 bytes a member, and the end."""
    content = bundle.pack({"a": b"", "b": b""})
    for at in range(len(content)):
        changed = content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :]
        with pytest.raises(bundle.NoBundleError):
            bundle.unpack(changed)


HARMFUL = {
    "leads out": [("../a", b"")],
    "leads out of the root": [("/etc/passwd", b"")],
    "another system": [("..\\a", b"")],
    "a drive": [("C:a", b"")],
    "hidden": [(".ssh/a", b"")],
    "within": [("a/../b", b"")],
    "twice": [("a", b"1"), ("a", b"2")],
    "twice but for case": [("A", b"1"), ("a", b"2")],
    "an order of its own": [("b", b""), ("a", b"")],
    "a folder": [("a/", b"")],
}


@pytest.mark.parametrize("name", HARMFUL)
def test_names_that_no_bundle_holds(name):
    with pytest.raises(bundle.NoBundleError, match=r"leads out|two members|order"):
        bundle.unpack(packed(HARMFUL[name]))


def test_links_comments_compression_and_bombs():
    with pytest.raises(bundle.NoBundleError, match="link"):
        bundle.unpack(packed([("a", b"/etc/passwd")], attributes=(stat.S_IFLNK | 0o777) << 16))
    with pytest.raises(bundle.NoBundleError, match="comment"):
        bundle.unpack(packed([("a", b"")], comment=b"x"))
    with pytest.raises(bundle.NoBundleError, match="compressed"):
        bundle.unpack(packed([("a", b"1" * 99)], kind=zipfile.ZIP_DEFLATED))
    bomb = packed([(f"a{i:02}", bytes(8 << 20)) for i in range(10)], kind=zipfile.ZIP_DEFLATED)
    with pytest.raises(bundle.NoBundleError, match="unpacks to far more"):
        bundle.unpack(bomb)


def test_bytes_before_between_and_after():
    content = bundle.pack(MEMBERS)
    for changed in (b"#!/bin/sh\n" + content, content + b"x"):
        with pytest.raises(bundle.NoBundleError):
            bundle.unpack(changed)
    # Between the last member and the directory: its offset is put right, so that other programs see nothing.
    at = content.index(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    (offset,) = struct.unpack_from("<I", content, end + 16)
    changed = (
        content[:at] + b"hidden" + content[at:end] + content[end : end + 16] + struct.pack("<I", offset + 6) + content[end + 20 :]
    )
    assert zipfile.ZipFile(io.BytesIO(changed)).read("a.txt") == b"one\n"
    with pytest.raises(bundle.NoBundleError, match="6 bytes more than its members make"):
        bundle.unpack(changed)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"no zip at all" * 99])
def test_what_is_no_bundle(content):
    assert verify(content).problems
