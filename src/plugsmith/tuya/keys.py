"""The key block, the keys made from it, and the device keys that many devices share.

Source: tuya-storage.md section 2.
"""

from __future__ import annotations

import struct
from enum import StrEnum

from plugsmith.errors.content import Malformed
from plugsmith.image.aes import ecb_decrypt, ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen

MASTER_KEY = b"qwertyuiopasdfgh"
KEY_MAGIC = 0x1357_9753
KEY_LEN = 16
KEY_HEAD_LEN = 32  # magic, sum and key, up to the first block that is all padding
# The FF padding of a key block under the master key: it stands from offset 32 to the end.
KEY_TAIL_CIPHER = bytes.fromhex("46dced0e672f3b70ae1276a3f8712e03")

_HEAD = struct.Struct("<II16s8s")
_MIXER = b"HHRRQbyemofrtytf"
_PADDING = b"\xff" * 8


class KeyFamily(StrEnum):
    """How the data key is made from the device key: four characters, or one of two sums."""

    BEKEN = "8710"  # "8710_2M": every Beken dump that was seen
    RTL8720D = "8721"  # stated by the GUI flasher only, as the ones below
    RTL8711AM = "8711"
    RDA5981 = "RDA5"
    DOUBLE = "double"
    SINGLE = "single"


@frozen
class KnownKey:
    """A device key that was seen on several devices."""

    device_key: bytes
    seen_on: str


# tuya-storage.md section 2.3: seen on devices with different identities, so no credential.
KNOWN_KEYS: tuple[KnownKey, ...] = (
    KnownKey(
        device_key=bytes.fromhex("cb4e3ea400309dab656d8dbfe4b93f35"),
        seen_on="every BK7231T and BK7231Q dump",
    ),
    KnownKey(
        device_key=bytes.fromhex("dbe5f5de2a14416abe3efa8db643bef8"),
        seen_on="five of 30 BK7231N dumps",
    ),
    KnownKey(
        device_key=bytes.fromhex("db4b5774a874e687a1cb99cb338f17dd"),
        seen_on="two of 30 BK7231N dumps",
    ),
)


def data_key(device_key: bytes, *, family: KeyFamily = KeyFamily.BEKEN) -> bytes:
    """The AES key of the data sectors."""
    return bytes(
        (_first_term(family, at) + mixer + device_key[at]) & 0xFF for at, mixer in enumerate(_MIXER)
    )


def _first_term(family: KeyFamily, at: int) -> int:
    if family is KeyFamily.DOUBLE:
        return _MIXER[at]
    if family is KeyFamily.SINGLE:
        return 0
    return ord(family.value[at % 4])


def key_sum(device_key: bytes) -> int:
    """The sum that stands beside a device key."""
    return sum(device_key)


@frozen
class KeyHead:
    """The decrypted first 32 bytes of a key block, sound or not."""

    magic: int
    total: int
    device_key: bytes
    padding: bytes

    @property
    def magic_ok(self) -> bool:
        """Whether the magic is right."""
        return self.magic == KEY_MAGIC

    @property
    def sum_ok(self) -> bool:
        """Whether the sum belongs to the key."""
        return self.total == key_sum(self.device_key)

    @property
    def padding_ok(self) -> bool:
        """Whether the eight bytes behind the key are FF, as in every key block."""
        return self.padding == _PADDING

    @property
    def sound(self) -> bool:
        """Magic and sum agree."""
        return self.magic_ok and self.sum_ok


def read_key_head(plain: bytes) -> KeyHead:
    """The head out of 32 or more decrypted bytes."""
    magic, total, device_key, padding = _HEAD.unpack_from(plain)
    return KeyHead(magic=magic, total=total, device_key=device_key, padding=padding)


def decode_key_block(stored: bytes) -> bytes:
    """The device key out of a stored key block; raises Malformed if magic or sum is wrong."""
    if len(stored) < KEY_HEAD_LEN:
        raise Malformed(structure="key block", problem="it is cut short", offset=len(stored))
    head = read_key_head(ecb_decrypt(stored[:KEY_HEAD_LEN], key=MASTER_KEY))
    if not head.magic_ok:
        raise Malformed(structure="key block", problem="its magic number is wrong", offset=0)
    if not head.sum_ok:
        raise Malformed(structure="key block", problem="its sum is wrong", offset=4)
    return head.device_key


def encode_key_block(device_key: bytes) -> bytes:
    """The stored sector of a 16-byte device key."""
    head = _HEAD.pack(KEY_MAGIC, key_sum(device_key), device_key, _PADDING)
    return ecb_encrypt(head + b"\xff" * (SECTOR_LEN - KEY_HEAD_LEN), key=MASTER_KEY)
