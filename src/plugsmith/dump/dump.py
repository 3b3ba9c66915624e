"""A dump: what was read from a flash, before anybody knows what it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.memory import AddressRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """Bytes in file order; offsets are positions in the file, not flash addresses."""

    data: bytes
    name: str = ""

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return len(self.data)

    @property
    def sha256(self) -> str:
        """Hex digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def view(self, span: AddressRange) -> memoryview:
        """The bytes of `span` without a copy; shorter where the file ends."""
        return memoryview(self.data)[span.start : span.end]
