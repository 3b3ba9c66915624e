"""Undoing single wrong bits: every flip of an encrypted block, decrypted in one go."""

from __future__ import annotations

from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt

_FLIPS = tuple(1 << bit for bit in range(8 * BLOCK_LEN))


def flipped_blocks(block: bytes, *, key: bytes) -> list[bytes]:
    """The 128 plain blocks that one wrong bit in `block` could have come from."""
    value = int.from_bytes(block, "little")
    tried = b"".join((value ^ flip).to_bytes(BLOCK_LEN, "little") for flip in _FLIPS)
    plain = ecb_decrypt(tried, key=key)
    return [plain[at : at + BLOCK_LEN] for at in range(0, len(plain), BLOCK_LEN)]
