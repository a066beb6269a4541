"""Signatures by SSH keys, made and checked by `ssh-keygen -Y` (OpenSSH 8.2 and later): any key that it signs with will do, an agent's too."""

from __future__ import annotations

import base64
import binascii
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from precursor_screen.core.errors import MissingExtra, UsageError, Where

NAMESPACE: Final = "evidence@precursor-screen"  # a signature of anything else by the same key does not count
INSTALL: Final = "Install OpenSSH (Debian, Ubuntu: openssh-client; Windows: the optional feature OpenSSH Client)."
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH: Final = 70  # characters of base64 a line, as ssh-keygen writes
_FINGERPRINT: Final = re.compile(r"SHA256:[0-9A-Za-z+/]{43}")
_LARGEST_KEY: Final = 1 << 16
_SECONDS: Final = 60  # that it may take where nobody is asked for anything


class NoSignatureError(Exception):
    """A signature that does not hold; says why."""


def sign(message: bytes, key_file: Path) -> bytes:
    """Signs a message.

    Args:
        message: what is signed.
        key_file: a private key, or a public one whose private key an agent holds. A passphrase is asked for on the terminal, if there is one.

    Returns:
        The armored signature.

    Raises:
        UsageError: no such key, or one that cannot be used.
        MissingExtra: `ssh-keygen` is not installed.
    """
    where = Where(str(key_file))
    if not key_file.is_file():
        raise UsageError("is not a file", where=where, remedy="Give a private key of `ssh-keygen -t ed25519`.")
    code, signature, said = _run("-Y", "sign", "-f", str(key_file), "-n", NAMESPACE, message=message)
    if code == 0:
        return signature
    if "passphrase" in said and not sys.stdin.isatty():
        remedy = "Call it in a terminal, add the key to an agent and give its .pub file, or take a key without one."
        raise UsageError("has a passphrase, and nobody is there to ask", where=where, remedy=remedy)
    raise UsageError(
        f"ssh-keygen does not sign with it: {said}", where=where, remedy="Give a private key of `ssh-keygen -t ed25519`."
    )


def check(message: bytes, armored: bytes) -> str:
    """Checks that a signature is one of this message.

    Returns:
        The fingerprint of the key that made it; whose that is, nobody has said yet.

    Raises:
        NoSignatureError: it does not hold.
        MissingExtra: `ssh-keygen` is not installed.
    """
    try:
        blob = base64.b64decode("".join(armored.decode("ascii").splitlines()[1:-1]), validate=True)
    except (UnicodeDecodeError, binascii.Error) as error:
        raise NoSignatureError("it is not a signature of SSH") from error
    if armored != armor(blob):  # else a byte could change and the signature hold
        raise NoSignatureError("it is written in another way than SSH writes signatures")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "signature")
        file.write_bytes(armored)
        code, told, said = _run("-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(file), message=message)
    found = _FINGERPRINT.search(told.decode("utf-8", "replace"))
    if code or found is None:
        raise NoSignatureError(f"it is not of this content and purpose, or not by the key that it names ({said})")
    return found[0]


def fingerprint(path: Path) -> str:
    """The fingerprint of a file such as `id_ed25519.pub`, as `ssh-keygen -l` shows it: SHA256:...

    Raises:
        UsageError: there is no public key in it.
        MissingExtra: `ssh-keygen` is not installed.
    """
    where = Where(str(path))
    remedy = "Give the file that ends in .pub, of `ssh-keygen -t ed25519`."
    try:
        text = path.read_bytes()[:_LARGEST_KEY]
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=where, remedy="Check the path.") from error
    if b"PRIVATE KEY-----" in text:
        raise UsageError("is a private key: nobody but its owner may have it", where=where, remedy=remedy)
    code, told, _ = _run("-l", "-f", "-", message=text)
    found = _FINGERPRINT.search(told.decode("utf-8", "replace"))
    if code or found is None or len(told.splitlines()) != 1:
        raise UsageError("is not one public key of SSH", where=where, remedy=remedy)
    return found[0]


def armor(blob: bytes) -> bytes:
    """The text that stands for a signature."""
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + _WIDTH] for i in range(0, len(text), _WIDTH)]
    return "\n".join([_BEGIN, *lines, _END, ""]).encode()


def _run(*words: str, message: bytes) -> tuple[int, bytes, str]:
    """Exit code, output and last words of ssh-keygen. Where nobody is at a terminal it has none, so that it asks for nothing."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise MissingExtra("signatures need ssh-keygen, which is not installed", remedy=INSTALL)
    alone = not sys.stdin.isatty()
    try:
        done = subprocess.run(  # noqa: S603 - its own words, no shell
            [program, *words],
            input=message,
            capture_output=True,
            check=False,
            start_new_session=alone,
            timeout=_SECONDS if alone else None,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"ssh-keygen does not run: {error}", remedy=INSTALL) from error
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return done.returncode, done.stdout, said[-1].strip() if said else f"exit code {done.returncode}"
