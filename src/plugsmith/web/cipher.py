"""AES by the page's JavaScript, for Pythons that cannot load a compiled cipher."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.web.host import Host


class HostCipher:
    """`image.aes.CipherEngine` over the host's cipher: one call, however many blocks."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def encrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        """No padding is added."""
        if not data:
            return b""
        return self._host.encrypt(*self._handed(data, key, iv)).to_bytes()

    def decrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        """No padding is taken off."""
        if not data:
            return b""
        return self._host.decrypt(*self._handed(data, key, iv)).to_bytes()

    def _handed(self, *values: bytes | None) -> tuple[object, ...]:
        return tuple(None if value is None else self._host.to_js(bytes(value)) for value in values)
