"""PDF files, written object by object as ISO 32000-1 says, so that a test can put anything anywhere."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

WIDTH, HEIGHT = 595, 842
_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
Row = Sequence[str]


def text(left: float, top: float, words: str, *, size: float = 8, before: str = "") -> str:
    """Words at a place, counted from the top left corner of the page; before: operators that stand before them."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q {before} BT /F1 {size} Tf {left} {HEIGHT - top} Td ({escaped}) Tj ET Q\n"


def box(left: float, top: float, width: float, height: float, colour: str) -> str:
    """A filled rectangle; colour: shares of red, green and blue."""
    return f"q {colour} rg {left} {HEIGHT - top - height} {width} {height} re f Q\n"


def grid(rows: Sequence[Row], widths: Sequence[float], *, left: float = 30, top: float = 60, lines: bool = True) -> str:
    """A table, with the lines between its cells or without them."""
    edges = [left + sum(widths[:i]) for i in range(len(widths) + 1)]
    height = 14
    out = [
        text(edges[i] + 2, top + height * n + 10, cell, size=6)
        for n, row in enumerate(rows)
        for i, cell in enumerate(row)
        if cell
    ]
    if lines:
        bottom = top + height * len(rows)
        out += [f"{edge} {HEIGHT - top} m {edge} {HEIGHT - bottom} l S\n" for edge in edges]
        downs = [HEIGHT - top - height * n for n in range(len(rows) + 1)]
        out += [f"{edges[0]} {down} m {edges[-1]} {down} l S\n" for down in downs]
    return "".join(out)


def picture(left: float, top: float, width: float, height: float) -> str:
    """The picture of the file, at a place."""
    return f"q {width} 0 0 {height} {left} {HEIGHT - top - height} cm /Im1 Do Q\n"


def pdf(
    *pages: str,
    catalog: str = "",
    resources: str = "",
    page: str = "",
    objects: Sequence[bytes] = (),
    count: int | None = None,
    info: str = "",
    password: str | None = None,
) -> bytes:
    """A file of pages.

    Args:
        pages: the operators of each.
        catalog: more entries of the catalogue.
        resources: more resources of every page.
        page: more entries of every page.
        objects: more objects; the first has the number 10.
        count: of pages, as the file states it; by default the true one.
        info: entries of the information dictionary.
        password: that unlocks it; None: it is not encrypted.
    """
    first = 10 + len(objects)
    numbers = [first + 2 * i for i in range(len(pages))]
    kids = " ".join(f"{n} 0 R" for n in numbers)
    made: dict[int, bytes] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages) if count is None else count} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: stream(bytes(3), "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8"),
        5: f"<< {info} >>".encode("latin-1"),
        **{10 + i: held for i, held in enumerate(objects)},
    }
    for number, operators in zip(numbers, pages, strict=True):
        fonts = f"/Font << /F1 3 0 R >> /XObject << /Im1 4 0 R >> {resources}"
        stated = f"/MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << {fonts} >> /Contents {number + 1} 0 R {page}"
        made[number] = f"<< /Type /Page /Parent 2 0 R {stated} >>".encode()
        made[number + 1] = stream(zlib.compress(operators.encode("cp1252")), "/Filter /FlateDecode")
    return _written(made, password)


def stream(content: bytes, entries: str = "") -> bytes:
    """A stream with its dictionary."""
    return f"<< /Length {len(content)} {entries} >>\nstream\n".encode() + content + b"\nendstream"


def _written(objects: dict[int, bytes], password: str | None) -> bytes:
    trailer = "/Root 1 0 R /Info 5 0 R"
    if password is not None:
        key, locked = _lock(password)
        objects = {number: _encrypted(held, number, key) for number, held in objects.items()}
        trailer += f" /Encrypt {max(objects) + 1} 0 R /ID [<00> <00>]"
        objects[max(objects) + 1] = locked
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, held in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, held)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n" % size
    out += b"".join(b"%010d %05d %c \n" % ((places[n], 0, b"n") if n in places else (0, 65535, b"f")) for n in range(size))
    return bytes(out + b"trailer\n<< /Size %d %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer.encode(), start))


def _lock(password: str) -> tuple[bytes, bytes]:
    """The key of revision 2 (7.6.3.3), and the dictionary that states how the file is locked."""
    padded = (password.encode() + _PAD)[:32]
    owner = _rc4(hashlib.md5((b"owner" + _PAD)[:32]).digest()[:5], padded)
    key = hashlib.md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + b"\0").digest()[:5]
    user = _rc4(key, _PAD)
    return key, f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >>".encode()


def _encrypted(held: bytes, number: int, key: bytes) -> bytes:
    head, found, rest = held.partition(b"\nstream\n")
    if not found:
        return held
    content = rest.removesuffix(b"\nendstream")
    own = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
    return head + found + _rc4(own, content) + b"\nendstream"


def _rc4(key: bytes, content: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
