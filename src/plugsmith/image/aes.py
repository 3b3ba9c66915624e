"""AES in ECB and CBC mode, whole blocks, each call over as much as there is.

The one seam to the cipher: pycryptodome, or an engine that was handed in where that cannot be
loaded (in a browser).
"""

from __future__ import annotations

from typing import Protocol

BLOCK_LEN = 16


class CipherEngine(Protocol):
    """Whole blocks in, as many out; a key of 16, 24 or 32 bytes; `iv` of 16 means CBC, else ECB."""

    def encrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        """No padding is added."""

    def decrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        """No padding is taken off."""


class _Native:
    """pycryptodome, imported when the first block comes."""

    def encrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        from Crypto.Cipher import AES  # noqa: PLC0415 - most runs need no cipher

        if iv is None:
            return AES.new(key, AES.MODE_ECB).encrypt(data)
        return AES.new(key, AES.MODE_CBC, iv=iv).encrypt(data)

    def decrypt(self, data: bytes, key: bytes, iv: bytes | None) -> bytes:
        from Crypto.Cipher import AES  # noqa: PLC0415

        if iv is None:
            return AES.new(key, AES.MODE_ECB).decrypt(data)
        return AES.new(key, AES.MODE_CBC, iv=iv).decrypt(data)


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
