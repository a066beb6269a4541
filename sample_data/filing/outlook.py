"""Writes small compound files ([MS-CFB]) as Outlook saves its messages: storages and streams, short ones in the mini stream."""

from __future__ import annotations

import struct

_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096


def compound(tree: dict[str, object]) -> bytes:
    """A compound file of a tree: name -> bytes (a stream) or a tree (a storage)."""
    entries: list[tuple[str, int, bytes, int]] = [("Root Entry", 5, b"", _NONE)]  # name, kind, content, child
    right: list[int] = [_NONE]

    def add(level: dict[str, object]) -> int:
        first = previous = _NONE
        for name, content in level.items():
            at = len(entries)
            entries.append((name, 2, content, _NONE) if isinstance(content, bytes) else (name, 1, b"", _NONE))
            right.append(_NONE)
            if previous == _NONE:
                first = at
            else:
                right[previous] = at
            if isinstance(content, dict):
                entries[at] = (name, 1, b"", add(content))
            previous = at
        return first

    entries[0] = ("Root Entry", 5, b"", add(tree))
    mini, mini_fat, big = bytearray(), [], []
    starts: dict[int, int] = {}
    for at, (_, kind, content, _) in enumerate(entries):
        if kind == 2 and len(content) < _CUTOFF:
            starts[at] = len(mini) // _MINI if content else _END
            count = -(-len(content) // _MINI)
            mini_fat += [len(mini_fat) + i + 1 for i in range(count - 1)] + ([_END] if count else [])
            mini += content.ljust(count * _MINI, b"\0")
        elif kind == 2:
            big.append(at)
    sectors: list[bytes] = []
    fat: list[int] = []

    def put(content: bytes) -> int:
        count = -(-len(content) // _SECTOR)
        if not count:
            return _END
        first = len(sectors)
        sectors.extend(content[i * _SECTOR : (i + 1) * _SECTOR].ljust(_SECTOR, b"\0") for i in range(count))
        fat.extend([first + i + 1 for i in range(count - 1)] + [_END])
        return first

    for at in big:
        starts[at] = put(entries[at][2])
    mini_start = put(bytes(mini))
    mini_fat_start = put(struct.pack(f"<{len(mini_fat)}I", *mini_fat)) if mini_fat else _END
    directory = b""
    for at, (name, kind, content, child) in enumerate(entries):
        coded = name.encode("utf-16-le") + b"\0\0"
        start, size = (mini_start, len(mini)) if at == 0 else (starts.get(at, 0), len(content))
        directory += coded.ljust(64, b"\0") + struct.pack("<HBBIII", len(coded), kind, 1, _NONE, right[at], child)
        directory += bytes(36) + struct.pack("<IQ", start, size)
    directory_start = put(directory)
    fat_at = len(sectors)
    fat.append(_FAT)
    sectors.append(struct.pack("<128I", *(fat + [_FREE] * (128 - len(fat)))))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, directory_start, 0, _CUTOFF, mini_fat_start, int(bool(mini_fat)), _END, 0)
    header += struct.pack("<109I", fat_at, *[_FREE] * 108)
    return header + b"".join(sectors)


def message(body: str, *attachments: tuple[str, bytes | dict[str, object] | None], wide: bool = True) -> bytes:
    """A message with its text and its attachments: files, messages (`tree`), or objects that are none of both."""
    return compound(tree(body, *attachments, wide=wide))


def tree(body: str, *attachments: tuple[str, bytes | dict[str, object] | None], wide: bool = True) -> dict[str, object]:
    """The streams and storages of a message; arguments as above."""
    kind, encoding = ("001F", "utf-16-le") if wide else ("001E", "cp1252")
    made: dict[str, object] = {
        "__nameid_version1.0": {"__substg1.0_00020102": b""},
        "__properties_version1.0": bytes(32),
        f"__substg1.0_1000{kind}": body.encode(encoding),
    }
    for number, (name, content) in enumerate(attachments):
        embedded = {"x": b"x"} if content is None else content
        data: dict[str, object] = (
            {"__substg1.0_37010102": embedded} if isinstance(embedded, bytes) else {"__substg1.0_3701000D": embedded}
        )
        made[f"__attach_version1.0_#{number:08X}"] = {**data, f"__substg1.0_3707{kind}": name.encode(encoding)}
    return made
