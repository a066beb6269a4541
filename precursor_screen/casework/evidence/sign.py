"""Signatures by SSH keys (SSHSIG: OpenSSH, PROTOCOL.sshsig), so that `ssh-keygen -Y verify` checks what is signed here and the other way about.

Keys are Ed25519 (RFC 8032, RFC 8709). The arithmetic is that of `cryptography` (extra `sign`), imported only where it is needed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib
import struct
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from precursor_screen.errors import MissingExtra, UsageError, Where

NAMESPACE: Final = "evidence@precursor-screen"  # a signature of anything else by the same key does not count
INSTALL: Final = "Install it with `pip install precursor-screen[sign]`."
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_HASH: Final = "sha512"
_KIND: Final = b"ssh-ed25519"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH: Final = 70  # characters of base64 a line, as ssh-keygen writes
_KEY_BYTES: Final = 32
_LARGEST_KEY: Final = 1 << 16


class NoSignatureError(Exception):
    """A signature that does not hold; says why."""


def sign(message: bytes, key_file: Path, passphrase: Callable[[], str] | None = None) -> bytes:
    """Signs a message.

    Args:
        message: what is signed.
        key_file: a private key as `ssh-keygen -t ed25519` makes it.
        passphrase: asks for it, where the key has one; None: nobody is there to ask.

    Returns:
        The armored signature.

    Raises:
        UsageError: no such key, or one that cannot be used.
        MissingExtra: the extra `sign` is not installed.
    """
    key = _private_key(key_file, passphrase)
    serialization = _module("cryptography.hazmat.primitives.serialization")
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    signature = key.sign(_signed(message, NAMESPACE.encode(), b"", _HASH))
    blob = (
        _MAGIC
        + struct.pack(">I", _VERSION)
        + b"".join(
            map(_string, (_public_blob(raw), NAMESPACE.encode(), b"", _HASH.encode(), _string(_KIND) + _string(signature)))
        )
    )
    return armor(blob)


def check(message: bytes, armored: bytes) -> bytes:
    """Checks that a signature is one of this message.

    Returns:
        The public key that made it, as SSH encodes it; whose that is, nobody has said yet.

    Raises:
        NoSignatureError: it does not hold.
        MissingExtra: the extra `sign` is not installed.
    """
    public, namespace, reserved, algorithm, signature = _parse(armored)
    if namespace != NAMESPACE.encode():
        raise NoSignatureError("it was made for another purpose")
    ed25519 = _module("cryptography.hazmat.primitives.asymmetric.ed25519")
    invalid: type[Exception] = _module("cryptography.exceptions").InvalidSignature
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public[-_KEY_BYTES:]).verify(
            signature, _signed(message, namespace, reserved, algorithm)
        )
    except invalid as error:
        raise NoSignatureError("it is not of this content, or not by the key that it names") from error
    return public


def read_public_key(path: Path) -> bytes:
    """The key of a file such as `id_ed25519.pub`, as SSH encodes it.

    Raises:
        UsageError: there is none in it.
    """
    remedy = "Give the file that ends in .pub, of `ssh-keygen -t ed25519`."
    try:
        text = path.read_bytes()[:_LARGEST_KEY].decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=Where(str(path)), remedy="Check the path.") from error
    words = text.split()
    if "PRIVATE KEY-----" in text:
        raise UsageError("is a private key, which is for nobody but its owner", where=Where(str(path)), remedy=remedy)
    if len(words) < 2 or words[0] != _KIND.decode():
        raise UsageError("is no public key of the kind ssh-ed25519", where=Where(str(path)), remedy=remedy)
    try:
        blob = base64.b64decode(words[1], validate=True)
        _raw_of(blob)
    except (binascii.Error, NoSignatureError) as error:
        raise UsageError("is a damaged public key", where=Where(str(path)), remedy=remedy) from error
    return blob


def fingerprint(public: bytes) -> str:
    """A public key as `ssh-keygen -l` shows it: SHA256:..."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip("=")


def armor(blob: bytes) -> bytes:
    """The text that stands for a signature."""
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + _WIDTH] for i in range(0, len(text), _WIDTH)]
    return "\n".join([_BEGIN, *lines, _END, ""]).encode()


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra("signatures need the package cryptography, which is not installed", remedy=INSTALL) from error


def _private_key(path: Path, passphrase: Callable[[], str] | None) -> Any:
    remedy = "Give a private key of `ssh-keygen -t ed25519`."
    serialization = _module("cryptography.hazmat.primitives.serialization")
    unsupported: type[Exception] = _module("cryptography.exceptions").UnsupportedAlgorithm
    ed25519 = _module("cryptography.hazmat.primitives.asymmetric.ed25519")
    where = Where(str(path))
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=where, remedy="Check the path.") from error
    try:
        key = _load(serialization, text, passphrase, where)
    except unsupported as error:
        raise UsageError(f"cannot be opened ({error})", where=where, remedy=INSTALL) from error
    except (ValueError, TypeError) as error:
        raise UsageError("is no private key of SSH, or its passphrase is another", where=where, remedy=remedy) from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError("is a key of another kind than ssh-ed25519", where=where, remedy=remedy)
    return key


def _load(serialization: ModuleType, text: bytes, passphrase: Callable[[], str] | None, where: Where) -> Any:
    try:
        return serialization.load_ssh_private_key(text, None)
    except (TypeError, ValueError) as error:
        if "password" not in str(error).lower():  # cryptography says by its words alone that it wants one
            raise
        if passphrase is None:
            remedy = "Call it in a terminal, or take a key without one."
            raise UsageError("has a passphrase, and nobody is there to ask", where=where, remedy=remedy) from error
    return serialization.load_ssh_private_key(text, passphrase().encode())


def _signed(message: bytes, namespace: bytes, reserved: bytes, algorithm: str) -> bytes:
    """What the key signs."""
    digest = hashlib.new(algorithm, message).digest()
    return _MAGIC + b"".join(map(_string, (namespace, reserved, algorithm.encode(), digest)))


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _public_blob(raw: bytes) -> bytes:
    return _string(_KIND) + _string(raw)


def _raw_of(blob: bytes) -> bytes:
    kind, raw = _strings(blob, 2)
    if kind != _KIND or len(raw) != _KEY_BYTES:
        raise NoSignatureError("it is by a key of another kind than ssh-ed25519")
    return raw


def _parse(armored: bytes) -> tuple[bytes, bytes, bytes, str, bytes]:
    """Public key, namespace, reserved, hash algorithm and the 64 bytes of the signature."""
    try:
        lines = armored.decode("ascii").splitlines()
        blob = base64.b64decode("".join(lines[1:-1]), validate=True)
    except (UnicodeDecodeError, binascii.Error) as error:
        raise NoSignatureError("it is no signature of SSH") from error
    if blob[:10] != _MAGIC + struct.pack(">I", _VERSION):
        raise NoSignatureError("it is no signature of SSH, version 1")
    if armored != armor(blob):  # else a byte could change and the signature hold
        raise NoSignatureError("it is written in another way than SSH writes signatures")
    public, namespace, reserved, algorithm, inner = _strings(blob[10:], 5)
    _raw_of(public)
    if algorithm not in (b"sha256", b"sha512"):
        raise NoSignatureError("it is over a digest that SSH does not use")
    kind, signature = _strings(inner, 2)
    if kind != _KIND:
        raise NoSignatureError("it is by a key of another kind than ssh-ed25519")
    return public, namespace, reserved, algorithm.decode(), signature


def _strings(content: bytes, count: int) -> list[bytes]:
    """Exactly so many strings of SSH, which are all of the content."""
    found, at = [], 0
    for _ in range(count):
        if at + 4 > len(content):
            raise NoSignatureError("it was cut off")
        (length,) = struct.unpack_from(">I", content, at)
        if at + 4 + length > len(content):
            raise NoSignatureError("it was cut off")
        found.append(content[at + 4 : at + 4 + length])
        at += 4 + length
    if at != len(content):
        raise NoSignatureError("it holds more than a signature")
    return found
