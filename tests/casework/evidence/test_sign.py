"""Signatures: ours and those of ssh-keygen are the same thing."""

from __future__ import annotations

import base64
import builtins
import importlib
import shutil
import struct
import subprocess

import pytest

from precursor_screen.casework.evidence import bundle, sign
from precursor_screen.casework.evidence.seal import seal
from precursor_screen.casework.evidence.verify import verify
from precursor_screen.errors import MissingExtra, UsageError
from tests.casework.evidence.cases import SECRET
from tests.casework.evidence.conftest import WHEN

MESSAGE = b"digest  name\n"
# RFC 8032, 7.1, test 1: the secret key and what is public of it.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


@pytest.fixture(scope="session")
def cryptography():
    return pytest.importorskip("cryptography", reason="the extra sign is not installed")


def write_key(path, key, passphrase=b""):
    serialization = importlib.import_module("cryptography.hazmat.primitives.serialization")
    hidden = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, hidden))
    path.chmod(0o600)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    path.with_name(f"{path.name}.pub").write_bytes(public + b" officer\n")
    return path


@pytest.fixture
def key(cryptography, tmp_path):
    ed25519 = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    return write_key(tmp_path / "key", ed25519.Ed25519PrivateKey.from_private_bytes(SEED))


def test_a_signature_holds_for_its_message_alone(key):
    armored = sign.sign(MESSAGE, key)
    public = sign.check(MESSAGE, armored)
    assert public == sign.read_public_key(key.with_name("key.pub"))
    assert public.endswith(PUBLIC)
    assert armored == sign.sign(MESSAGE, key)  # Ed25519 draws nothing by chance
    with pytest.raises(sign.NoSignatureError, match="not of this content"):
        sign.check(MESSAGE + b"x", armored)


def test_every_byte_of_a_signature_counts(key):
    armored = sign.sign(MESSAGE, key)
    for at in range(len(armored)):
        for bit in (0x01, 0x20):
            changed = armored[:at] + bytes([armored[at] ^ bit]) + armored[at + 1 :]
            with pytest.raises(sign.NoSignatureError):
                sign.check(MESSAGE, changed)


@pytest.mark.parametrize(
    "armored",
    [b"", b"x", b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", b"\xff", sign.armor(b"SSHSIG" + bytes(9))],
)
def test_what_is_no_signature(armored):
    with pytest.raises(sign.NoSignatureError):
        sign.check(MESSAGE, armored)


def test_a_signature_for_another_purpose_or_with_a_tail(key, monkeypatch):
    monkeypatch.setattr(sign, "NAMESPACE", "file")
    other = sign.sign(MESSAGE, key)
    monkeypatch.undo()
    with pytest.raises(sign.NoSignatureError, match="another purpose"):
        sign.check(MESSAGE, other)
    blob = base64.b64decode("".join(sign.sign(MESSAGE, key).decode().splitlines()[1:-1]))
    with pytest.raises(sign.NoSignatureError, match="more than a signature"):
        sign.check(MESSAGE, sign.armor(blob + b"x"))
    with pytest.raises(sign.NoSignatureError, match="cut off"):
        sign.check(MESSAGE, sign.armor(blob[:-1]))
    with pytest.raises(sign.NoSignatureError, match="version 1"):
        sign.check(MESSAGE, sign.armor(blob[:6] + struct.pack(">I", 2) + blob[10:]))


@pytest.fixture
def ssh_keygen():
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    return lambda *words, **more: subprocess.run(["ssh-keygen", *map(str, words)], capture_output=True, check=False, **more)


def test_ssh_keygen_checks_ours(key, ssh_keygen, tmp_path):
    (tmp_path / "sig").write_bytes(sign.sign(MESSAGE, key))
    (tmp_path / "allowed").write_bytes(b"officer " + key.with_name("key.pub").read_bytes())
    words = ("-Y", "verify", "-f", tmp_path / "allowed", "-I", "officer", "-n", sign.NAMESPACE, "-s", tmp_path / "sig")
    assert ssh_keygen(*words, input=MESSAGE).returncode == 0
    assert ssh_keygen(*words, input=MESSAGE + b"x").returncode != 0


def test_ours_is_what_ssh_keygen_makes(key, ssh_keygen, tmp_path):
    (tmp_path / "message").write_bytes(MESSAGE)
    assert ssh_keygen("-Y", "sign", "-f", key, "-n", sign.NAMESPACE, tmp_path / "message").returncode == 0
    assert (tmp_path / "message.sig").read_bytes() == sign.sign(MESSAGE, key)
    told = ssh_keygen("-l", "-f", key.with_name("key.pub")).stdout.decode().split()
    assert told[1] == sign.fingerprint(sign.read_public_key(key.with_name("key.pub")))


def test_keys_that_cannot_be_used(key, tmp_path):
    rsa = importlib.import_module("cryptography.hazmat.primitives.asymmetric.rsa")
    other = write_key(tmp_path / "rsa", rsa.generate_private_key(65537, 2048))
    for path, said in (
        (other, "another kind"),
        (tmp_path / "none", "cannot be read"),
        (key.with_name("key.pub"), "no private key"),
    ):
        with pytest.raises(UsageError, match=said):
            sign.sign(MESSAGE, path)
    for path, said in ((key, "is a private key"), (other.with_name("rsa.pub"), "no public key"), (tmp_path, "cannot be read")):
        with pytest.raises(UsageError, match=said):
            sign.read_public_key(path)
    damaged = tmp_path / "damaged.pub"
    for text in ("ssh-ed25519 AAAA", "ssh-ed25519 !", "ssh-ed25519"):
        damaged.write_text(text)
        with pytest.raises(UsageError, match="public key"):
            sign.read_public_key(damaged)


def test_a_key_with_a_passphrase(cryptography, tmp_path):
    pytest.importorskip("bcrypt", reason="the extra sign is not installed")
    ed25519 = importlib.import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    hidden = write_key(tmp_path / "hidden", ed25519.Ed25519PrivateKey.from_private_bytes(SEED), b"word")
    assert sign.check(MESSAGE, sign.sign(MESSAGE, hidden, lambda: "word")).endswith(PUBLIC)
    with pytest.raises(UsageError, match="nobody is there to ask"):
        sign.sign(MESSAGE, hidden)
    with pytest.raises(UsageError, match="passphrase is another"):
        sign.sign(MESSAGE, hidden, lambda: "wrong")


@pytest.fixture
def without_the_extra(monkeypatch):
    real = importlib.import_module

    def none(name, *rest):
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", none)
    assert builtins.__import__  # nothing else is touched


def test_without_the_extra(without_the_extra, tmp_path, bundle_bytes):
    (tmp_path / "key").write_text("key")
    with pytest.raises(MissingExtra, match=r"pip install precursor-screen\[sign\]"):
        sign.sign(MESSAGE, tmp_path / "key")
    blob = (
        b"SSHSIG"
        + struct.pack(">I", 1)
        + b"".join(
            sign._string(s)
            for s in (
                sign._public_blob(PUBLIC),
                sign.NAMESPACE.encode(),
                b"",
                b"sha512",
                sign._string(b"ssh-ed25519") + sign._string(bytes(64)),
            )
        )
    )
    members = {**bundle.unpack(bundle_bytes), bundle.SIGNATURE: sign.armor(blob)}
    found = verify(bundle.pack(members))
    assert found.problems == ()
    assert "the signature was not checked" in found.unknown[0]
    with pytest.raises(MissingExtra):
        verify(bundle.pack(members), signer=b"key")


def test_a_signed_bundle(completed, key):
    public = sign.read_public_key(key.with_name("key.pub"))
    content = seal(*completed, WHEN, SECRET, lambda message: sign.sign(message, key))
    assert verify(content, signer=public).problems == ()
    assert "the key that was given" in verify(content, signer=public).told[1]
    assert "whose that is" in verify(content).told[1]
    assert "another key" in verify(content, signer=public[:-1] + b"x").problems[0]
    # Whoever makes it anew, manifest and all, has no key.
    members = bundle.unpack(content)
    members[bundle.SEALED] = members[bundle.SEALED].replace(b"2026", b"2025")
    forged = bundle.pack({**members, bundle.SUMS: bundle.sums_of(members)})
    assert any("the signature does not hold" in p for p in verify(forged, signer=public).problems)
