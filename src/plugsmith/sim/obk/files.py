"""The file system of the device: names and contents, stored in the LittleFS area of the flash.

The layout inside the area is the simulator's own (the superblock's first bytes are LittleFS's):
clients carry the image about, they do not read it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.sim.obk.nor import SparseFlash

BLOCK = 4096
DEFAULT_SIZE = 0x8000
MIN_SIZE = 0x4000
_HEAD = bytes.fromhex("01000000f00ffff7") + b"littlefs"
_ENTRY = struct.Struct("<HI")
_NAME_LIMIT = 64
_INLINE = 512  # small files lie in their folder's blocks


class FileStore:
    """Files of the area [start, start + size) of the flash; None is "not mounted"."""

    def __init__(self, flash: SparseFlash, *, end: int, size: int) -> None:
        self._flash = flash
        self.size = size
        self.start = end - size
        self.files: dict[str, bytes] | None = None
        self.folders: set[str] = set()
        self.mount()

    def mount(self) -> None:
        """Read the area; a blank or foreign one is no file system."""
        image = self._flash.read(self.start, self.size)
        self.files, self.folders = None, set()
        if not image.startswith(_HEAD):
            return
        self.files = {}
        at = len(_HEAD)
        while at + _ENTRY.size <= len(image):
            name_len, size = _ENTRY.unpack_from(image, at)
            at += _ENTRY.size
            if not 0 < name_len <= 2 * _NAME_LIMIT or at + name_len > len(image):
                return
            name = image[at : at + name_len].decode("utf-8", "replace")
            at += name_len
            if size == 0xFFFF_FFFF:
                self.folders.add(name)
                continue
            self.files[name] = image[at : at + size]
            at += size

    def _store(self) -> None:
        parts = [_HEAD]
        parts += [
            _ENTRY.pack(len(name.encode()), 0xFFFF_FFFF) + name.encode()
            for name in sorted(self.folders)
        ]
        for name, content in sorted((self.files or {}).items()):
            parts.append(_ENTRY.pack(len(name.encode()), len(content)) + name.encode() + content)
        self._flash.write_sectors(self.start, b"".join(parts).ljust(self.size, b"\xff"))

    def format(self) -> None:
        """An empty file system."""
        self.files, self.folders = {}, set()
        self._store()

    def free(self) -> int:
        """Bytes that still fit: whole blocks, two of them for each folder, none for small files."""
        sizes = [len(content) for content in (self.files or {}).values()]
        if sum(size for size in sizes if size <= _INLINE) > BLOCK // 2:
            return 0
        used = 2 * BLOCK * (1 + len(self.folders))
        used += sum(-(-size // BLOCK) * BLOCK for size in sizes if size > _INLINE)
        return max(0, self.size - used)

    def write(self, name: str, content: bytes) -> int:
        """Create or replace a file, formatting first if needed; the number of bytes stored."""
        if self.files is None:
            self.format()
        assert self.files is not None
        folder = name.rpartition("/")[0]
        if folder:
            self.folders.add(folder)
        self.files.pop(name, None)
        room = self.free()
        if len(content) > self.size:
            content = b""
        kept = content[:room]
        self.files[name] = kept
        self._store()
        return len(kept)

    def remove(self, name: str) -> bool:
        """Delete a file or an empty folder; false if there is none."""
        if self.files is None:
            return False
        if name in self.files:
            del self.files[name]
        elif name in self.folders:
            self.folders.discard(name)
        else:
            return False
        self._store()
        return True

    def listing(self, folder: str) -> list[tuple[str, int, int]] | None:
        """Names with type (1 file, 2 folder) and size; None if there is no such folder."""
        if self.files is None or (folder and folder not in self.folders):
            return None
        prefix = f"{folder}/" if folder else ""
        found = [(".", 2, 0), ("..", 2, 0)]
        names = [(name, 1, len(content)) for name, content in self.files.items()]
        names += [(name, 2, 0) for name in self.folders]
        found += sorted(
            (name.removeprefix(prefix), kind, size)
            for name, kind, size in names
            if name.startswith(prefix) and "/" not in name.removeprefix(prefix)
        )
        return found

    def image(self) -> bytes:
        """The raw area, as GET /api/fsblock gives it."""
        return self._flash.read(self.start, self.size)
