"""AES in ECB and CBC mode, whole blocks, each call over as much as there is.

The one seam to the cipher: pycryptodome, or an engine that was handed in where that cannot be
loaded (in a browser).
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, Protocol

BLOCK_LEN = 16


class CipherEngine(Protocol):
    """Whole blocks in, as many out; a key of 16, 24 or 32 bytes; `iv` of 16 means CBC, else ECB."""

    def encrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        """No padding is added."""

    def decrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        """No padding is taken off."""


@cache
def _library() -> Any:  # noqa: ANN401 - a module
    """pycryptodome's AES, bound through ctypes: cffi parses C for it, 40 ms of a start.

    With ctypes it would start `file` to learn what the interpreter is linked as, for names without
    an ending; its own all have one.
    """
    spared = "cffi" not in sys.modules
    if spared:
        sys.modules["cffi"] = None  # type: ignore[assignment] # documented: its import fails
    try:
        from Crypto.Util import _raw_api  # noqa: PLC0415 - most runs need no cipher

        getattr(_raw_api, "cached_architecture", [])[:] = ("", "")
        from Crypto.Cipher import AES  # noqa: PLC0415 - with the above
    finally:
        if spared:
            del sys.modules["cffi"]
    return AES


class _Native:
    """pycryptodome, imported when the first block comes."""

    def encrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        return bytes(self._cipher(key, iv).encrypt(data))

    def decrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        return bytes(self._cipher(key, iv).decrypt(data))

    @staticmethod
    def _cipher(key: bytes, iv: bytes | None) -> Any:  # noqa: ANN401 - the library has no types
        aes = _library()
        return aes.new(key, aes.MODE_ECB) if iv is None else aes.new(key, aes.MODE_CBC, iv=iv)


_engines: list[CipherEngine] = [_Native()]


def use_engine(engine: CipherEngine) -> None:
    """Let `engine` do the work from now on; called once, before the first block."""
    _engines[0] = engine


def ecb_encrypt(data: bytes, *, key: bytes) -> bytes:
    """AES-ECB of whole blocks; a key of 16, 24 or 32 bytes."""
    return _engines[0].encrypt(data, key, None)


def ecb_decrypt(data: bytes, *, key: bytes) -> bytes:
    """Undo `ecb_encrypt`."""
    return _engines[0].decrypt(data, key, None)


def cbc_encrypt(data: bytes, *, key: bytes, iv: bytes) -> bytes:
    """AES-CBC of whole blocks, no padding added."""
    return _engines[0].encrypt(data, key, iv)


def cbc_decrypt(data: bytes, *, key: bytes, iv: bytes) -> bytes:
    """Undo `cbc_encrypt`; padding is not taken off."""
    return _engines[0].decrypt(data, key, iv)
