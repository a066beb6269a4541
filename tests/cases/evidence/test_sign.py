"""Signatures by ssh-keygen, of the keys that it makes."""

from __future__ import annotations

import base64
import shutil
import subprocess

import pytest

from precursor_screen.core.errors import MissingExtra, UsageError
from precursor_screen.formats import bundle
from precursor_screen.reporting.evidence.seal import seal
from precursor_screen.reporting.evidence.verify import verify
from tests.cases.evidence.cases import SECRET
from tests.cases.evidence.conftest import WHEN

MESSAGE = b"digest  name\n"
# By version 0.1.0, which did the arithmetic itself, with the key of RFC 8032, 7.1, test 1.
EARLIER = b"""-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg11qYAYKxCrfVS/7TyWQHOg7hcv
PapiMlrwIaaPcHURoAAAAZZXZpZGVuY2VAcHJlY3Vyc29yLXNjcmVlbgAAAAAAAAAGc2hh
NTEyAAAAUwAAAAtzc2gtZWQyNTUxOQAAAED/uMY4+JcTKLGKkA0a2LLTylVOu+uMjuE/Sd
YaCR6ElJIJf2wFINAaGtzdM4Rf2tI7DTvTz8cNeIiapobraZYJ
-----END SSH SIGNATURE-----
"""
EARLIER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea officer\n"

needs_ssh_keygen = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")


def make_key(path, kind="ed25519", passphrase=""):
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "officer", "-f", path], check=True, capture_output=True
    )
    return path


def public_of(key):
    return key.with_name(f"{key.name}.pub")


@pytest.fixture
def key(tmp_path):
    return make_key(tmp_path / "key")


@needs_ssh_keygen
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_signature_holds_for_its_message_alone(tmp_path, kind):
    key = make_key(tmp_path / "key", kind)
    armored = bundle.sign(MESSAGE, key)
    assert bundle.check(MESSAGE, armored) == bundle.fingerprint(public_of(key))
    with pytest.raises(bundle.NoSignatureError, match="does not fit this content"):
        bundle.check(MESSAGE + b"x", armored)


@needs_ssh_keygen
def test_a_signature_of_an_earlier_version_holds(tmp_path):
    (tmp_path / "key.pub").write_text(EARLIER_KEY)
    assert bundle.check(MESSAGE, EARLIER) == bundle.fingerprint(tmp_path / "key.pub")


@needs_ssh_keygen
def test_every_byte_of_a_signature_counts():
    for at in range(0, len(EARLIER), 3):
        for bit in (0x01, 0x20):
            changed = EARLIER[:at] + bytes([EARLIER[at] ^ bit]) + EARLIER[at + 1 :]
            with pytest.raises(bundle.NoSignatureError):
                bundle.check(MESSAGE, changed)


@needs_ssh_keygen
@pytest.mark.parametrize(
    "armored",
    [
        *(
            b"",
            b"x",
            b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
            b"\xff",
            bundle.armor(b"SSHSIG" + bytes(9)),
        ),
        *(bundle.armor(base64.b64decode("".join(EARLIER.decode().splitlines()[1:-1])) + b"x"), EARLIER + b"\n"),
    ],
)
def test_what_is_not_a_signature(armored):
    with pytest.raises(bundle.NoSignatureError):
        bundle.check(MESSAGE, armored)


@needs_ssh_keygen
def test_a_signature_for_another_purpose(key):
    other = bundle.sign(MESSAGE, key, "file")
    with pytest.raises(bundle.NoSignatureError, match="purpose"):
        bundle.check(MESSAGE, other)


@needs_ssh_keygen
def test_who_signed_is_said_by_the_allowed_signers(key, tmp_path):
    allowed, signature = tmp_path / "allowed_signers", bundle.sign(MESSAGE, key, "file")
    public = public_of(key).read_text()
    allowed.write_text(f"law@ministry.example {public}")
    assert bundle.find_signer(MESSAGE, signature, allowed, "file") == "law@ministry.example"
    with pytest.raises(bundle.NoSignatureError, match="may not sign"):
        bundle.find_signer(MESSAGE + b"x", signature, allowed, "file")
    with pytest.raises(bundle.NoSignatureError, match="may not sign"):
        bundle.find_signer(MESSAGE, signature, allowed, "other")
    for line in (f'law@ministry.example namespaces="other" {public}', f'a@b valid-before="20200101" {public}'):
        allowed.write_text(line)
        with pytest.raises(bundle.NoSignatureError):
            bundle.find_signer(MESSAGE, signature, allowed, "file")
    allowed.write_text(f"law@ministry.example {public_of(make_key(tmp_path / 'other')).read_text()}")
    with pytest.raises(bundle.NoSignatureError, match="not one of allowed_signers"):
        bundle.find_signer(MESSAGE, signature, allowed, "file")


@needs_ssh_keygen
def test_keys_that_cannot_be_used(key, tmp_path):
    (tmp_path / "text").write_text("key")
    for path, said in ((tmp_path / "none", "is not a file"), (tmp_path, "is not a file"), (tmp_path / "text", "cannot sign")):
        with pytest.raises(UsageError, match=said):
            bundle.sign(MESSAGE, path)
    damaged = tmp_path / "damaged.pub"
    for path, said in ((key, "is a private key"), (tmp_path / "none", "cannot be read"), (tmp_path, "cannot be read")):
        with pytest.raises(UsageError, match=said):
            bundle.fingerprint(path)
    for text in ("ssh-ed25519 AAAA", "ssh-ed25519 !", "ssh-ed25519", "", EARLIER_KEY * 2):
        damaged.write_text(text)
        with pytest.raises(UsageError, match="not an SSH public key"):
            bundle.fingerprint(damaged)


@needs_ssh_keygen
def test_a_passphrase_is_not_asked_for_where_nobody_is(tmp_path):
    hidden = make_key(tmp_path / "hidden", passphrase="a word or two")
    with pytest.raises(UsageError, match="no terminal to ask"):
        bundle.sign(MESSAGE, hidden)


def test_without_ssh_keygen(monkeypatch, tmp_path, bundle_bytes):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "key").write_text("key")
    with pytest.raises(MissingExtra, match="Install OpenSSH"):
        bundle.sign(MESSAGE, tmp_path / "key")
    content = bundle.pack({**bundle.unpack(bundle_bytes), bundle.SIGNATURE: EARLIER})
    found = verify(content)
    assert (found.problems, found.signed) == ([], "the signature was not checked")
    assert "the signature was not checked" in found.unknown[0]
    with pytest.raises(MissingExtra):
        verify(content, signer="SHA256:x")


@needs_ssh_keygen
def test_a_signed_bundle(completed, key):
    public = bundle.fingerprint(public_of(key))
    content = seal(*completed, WHEN, SECRET, lambda message: bundle.sign(message, key))
    assert (verify(content, signer=public).problems, verify(content).signed) == ([], "signed")
    assert "the key that was given" in verify(content, signer=public).checked[1]
    assert "whose that is" in verify(content).checked[1]
    assert "another key" in verify(content, signer="SHA256:x").problems[0]
    # Whoever makes it anew, manifest and all, has no key.
    members = bundle.unpack(content)
    members[bundle.SEALED] = members[bundle.SEALED].replace(b"2026", b"2025")
    forged = bundle.pack({**members, bundle.SUMS: bundle.sums_of(members)})
    assert any("the signature does not hold" in p for p in verify(forged, signer=public).problems)
