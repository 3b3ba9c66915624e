"""The only door to the cipher library: AES in ECB and CBC mode, whole blocks."""

from __future__ import annotations

from Crypto.Cipher import AES

BLOCK_LEN = 16


def ecb_encrypt(data: bytes, *, key: bytes) -> bytes:
    """AES-ECB of whole blocks; a key of 16, 24 or 32 bytes."""
    return AES.new(key, AES.MODE_ECB).encrypt(data)


def ecb_decrypt(data: bytes, *, key: bytes) -> bytes:
    """Undo `ecb_encrypt`."""
    return AES.new(key, AES.MODE_ECB).decrypt(data)


def cbc_encrypt(data: bytes, *, key: bytes, iv: bytes) -> bytes:
    """AES-CBC of whole blocks, no padding added."""
    return AES.new(key, AES.MODE_CBC, iv=iv).encrypt(data)


def cbc_decrypt(data: bytes, *, key: bytes, iv: bytes) -> bytes:
    """Undo `cbc_encrypt`; padding is not taken off."""
    return AES.new(key, AES.MODE_CBC, iv=iv).decrypt(data)
