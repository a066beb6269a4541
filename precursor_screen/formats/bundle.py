"""A bundle: a zip of which every byte is given by its members, so that what was put anywhere into it can be found.

Members are stored, not compressed (how a compressor packs is no part of any format), in the order of their names, with one time, one
set of attributes and nothing beside them: whoever has the members can make the very same file again. `SHA256SUMS` names each with its
digest, as `sha256sum --check` reads it; `SHA256SUMS.sig`, where there is one, is a signature of that.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from precursor_screen.core.errors import MissingExtra, UnreadableManifest, UsageError, readable
from precursor_screen.formats.archive import check_bomb
from precursor_screen.formats.blob import MB, Blob

# Signatures by SSH keys, made and checked by `ssh-keygen -Y` (OpenSSH 8.2 and later): any key that it signs with will do, an
# agent's too.

NAMESPACE: Final = "evidence@precursor-screen"  # a signature of anything else by the same key does not count
INSTALL: Final = "Install OpenSSH (Debian, Ubuntu: openssh-client; Windows: the optional feature OpenSSH Client)."
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH: Final = 70  # characters of base64 a line, as ssh-keygen writes
_FINGERPRINT: Final = re.compile(r"SHA256:[0-9A-Za-z+/]{43}")
_LARGEST_KEY: Final = 1 << 16
_SECONDS: Final = 60  # that it may take where nobody is asked for anything


class NoSignatureError(Exception):
    """A signature that does not hold; says why."""


def sign(message: bytes, key_file: Path, namespace: str = NAMESPACE) -> bytes:
    """Signs a message.

    Args:
        message: what is signed.
        namespace: for what purpose; a signature for another one does not count.
        key_file: a private key, or a public one whose private key an agent holds. A passphrase is asked for on the terminal, if there is one.

    Returns:
        The armored signature.

    Raises:
        UsageError: no such key, or one that cannot be used.
        MissingExtra: `ssh-keygen` is not installed.
    """
    if not key_file.is_file():
        raise UsageError(
            "is not a file",
            where=key_file,
            remedy="Give a private key, such as one made by `ssh-keygen -t ed25519`; or do not sign.",
        )
    code, signature, said = _run("-Y", "sign", "-f", str(key_file), "-n", namespace, message=message)
    if code == 0:
        return signature
    if "passphrase" in said and not sys.stdin.isatty():
        remedy = "Call it in a terminal, add the key to an agent and give its .pub file, or take a key without one."
        raise UsageError("has a passphrase, and there is no terminal to ask for it", where=key_file, remedy=remedy)
    raise UsageError(
        f"ssh-keygen cannot sign with this key: {said}",
        where=key_file,
        remedy="Give a private key, such as one made by `ssh-keygen -t ed25519`.",
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
        raise NoSignatureError("it does not have the form of an SSH signature")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "signature")
        file.write_bytes(armored)
        code, told, said = _run("-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(file), message=message)
    found = _FINGERPRINT.search(told.decode("utf-8", "replace"))
    if code or found is None:
        raise NoSignatureError(f"it does not fit this content and purpose, or was not made with the key that it names ({said})")
    return found[0]


def find_signer(message: bytes, armored: bytes, allowed: Path, namespace: str) -> str:
    """Who signed a message, as a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS) names them.

    Raises:
        NoSignatureError: the signature does not hold, or its key is not one that may sign for this purpose now.
        MissingExtra: `ssh-keygen` is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "signature")
        file.write_bytes(armored)
        code, told, said = _run("-Y", "find-principals", "-s", str(file), "-f", str(allowed), message=b"")
        signer = told.decode("utf-8", "replace").partition("\n")[0].strip()
        if code or not signer:
            raise NoSignatureError(f"its key is not one of {allowed.name} ({said})")
        words = ("-Y", "verify", "-f", str(allowed), "-I", signer, "-n", namespace, "-s", str(file))
        code, _, said = _run(*words, message=message)
    if code:
        raise NoSignatureError(f"it does not fit this content and purpose, or {signer} may not sign it ({said})")
    return signer


def fingerprint(path: Path) -> str:
    """The fingerprint of a file such as `id_ed25519.pub`, as `ssh-keygen -l` shows it: SHA256:...

    Raises:
        UsageError: there is no public key in it.
        MissingExtra: `ssh-keygen` is not installed.
    """
    remedy = "Give a public key: the file that ends in .pub, as `ssh-keygen -t ed25519` makes it."
    with readable(path):
        text = path.read_bytes()[:_LARGEST_KEY]
    if b"PRIVATE KEY-----" in text:
        raise UsageError("is a private key, which only its owner may have", where=path, remedy=remedy)
    code, told, _ = _run("-l", "-f", "-", message=text)
    found = _FINGERPRINT.search(told.decode("utf-8", "replace"))
    if code or found is None or len(told.splitlines()) != 1:
        raise UsageError("is not an SSH public key", where=path, remedy=remedy)
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


EVIDENCE: Final = "evidence.json"
SEALED: Final = "sealed.json"
EXPLANATION: Final = "explanation.txt"
PAGE: Final = "index.html"
SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
LARGEST: Final = 256 * MB  # of a bundle: far beyond what a case comes to
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o100644 << 16  # a plain file that all may read
_UNIX: Final = 3
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*", re.ASCII)
Members = Mapping[str, bytes]


class NoBundleError(Exception):
    """Bytes that are no bundle; says why."""


def sums_of(members: Members) -> bytes:
    """The manifest of all members but itself and its signature."""
    names = sorted(set(members) - {SUMS, SIGNATURE})
    return "".join(f"{hashlib.sha256(members[n]).hexdigest()}  {n}\n" for n in names).encode()


def pack(members: Members) -> bytes:
    """The file that consists of these members and nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system, info.external_attr, info.compress_type = _UNIX, _MODE, zipfile.ZIP_STORED
            archive.writestr(info, members[name])
    return out.getvalue()


def unpack(content: bytes, name: str = "") -> dict[str, bytes]:
    """The members of a bundle, after it has been seen that the file consists of them and nothing else.

    Args:
        content: of the file.
        name: of the file, for messages.

    Raises:
        NoBundleError: it is not a whole zip, holds what no bundle holds, or a byte more, less or other than its members make.
    """
    if len(content) > LARGEST:
        raise NoBundleError(f"has more than {LARGEST // MB} MB, the limit of a bundle")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_bomb(archive, Blob(name, content))
            infos = archive.infolist()
            _check_infos(infos, archive.comment)
            members = {info.filename: archive.read(info) for info in infos}
    except UnreadableManifest as error:
        raise NoBundleError(error.message) from error
    except NoBundleError:
        raise
    except Exception as error:  # a zip that was tampered with breaks the library in whatever way it likes
        raise NoBundleError(f"is not a whole zip, or a member is not what its checksum says ({_said(error)})") from error
    again = pack(members)
    if again != content:
        raise NoBundleError(_where(content, again, infos))
    return members


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _check_infos(infos: list[zipfile.ZipInfo], comment: bytes) -> None:
    """That the directory is that of a bundle, before anything is unpacked.

    Raises:
        NoBundleError: it is not.
    """
    if comment:
        raise NoBundleError("holds a comment, which no bundle has")
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if not _NAME.fullmatch(name):
            raise NoBundleError(f"holds a member {name!r}, whose name leads out of its folder or is none of a bundle")
        if name.casefold() in seen:
            raise NoBundleError(f"holds two members {name}")
        if info.external_attr != _MODE or info.create_system != _UNIX:
            raise NoBundleError(f"holds {name} as a link, a folder or with attributes that no bundle gives")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise NoBundleError(f"holds {name} compressed, which no bundle does")
        seen.add(name.casefold())
    if [i.filename for i in infos] != sorted(i.filename for i in infos):
        raise NoBundleError("names its members in another order than a bundle does")


def _where(content: bytes, again: bytes, infos: list[zipfile.ZipInfo]) -> str:
    """Where a file is not what its members make."""
    at = next((i for i, (a, b) in enumerate(zip(content, again, strict=False)) if a != b), min(len(content), len(again)))
    before = [i.filename for i in infos if i.header_offset <= at]
    place = f"at or after the member {before[-1]}" if before else "before the first member"
    more = len(content) - len(again)
    length = f"; it has {abs(more):,} bytes {'more' if more > 0 else 'less'} than its members make" if more else ""
    return f"is not what its members make: byte {at:,}, {place}, is another{length}"
