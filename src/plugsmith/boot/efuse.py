"""The eFuse of the ROM family: code key class and the bits that lock things. Never writes it.

Source: uart-protocol.md 5.2. Bytes 0..15 are the key, byte 31 holds the lock bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.identity import KeyFacts
from plugsmith.chips.catalog import key_class_of
from plugsmith.chips.model import KeyClass
from plugsmith.errors.flash import ExchangeFailed
from plugsmith.messages import N_

if TYPE_CHECKING:
    from plugsmith.boot.client import BootClient

CONTROL, DATA = 0x80_0074, 0x80_0078
LENGTH = 32
_KEY_LEN, _LOCKS = 16, 31
_VALID = 0x100
_KEEP = 0x1F02  # index and write-enable bits are cleared before they are set
_POLLS = 8
_NO_DOWNLOAD, _ENCRYPTED, _KEY_HIDDEN = 0x40, 0x20, 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class EfuseByte:
    """One byte; blank ones are not `valid`."""

    value: int
    valid: bool


def read_efuse(client: BootClient, *, first: int = 0, count: int = LENGTH) -> list[EfuseByte]:
    """Bytes `first`.. of the eFuse."""
    control = client.agreed_register(CONTROL)
    if control is None:
        raise ExchangeFailed(request="register read", attempts=3)
    return [_read_byte(client, index, control) for index in range(first, first + count)]


def _read_byte(client: BootClient, index: int, control: int) -> EfuseByte:
    client.write_register(CONTROL, (control & ~_KEEP) | index << 8 | 1)
    for _poll in range(_POLLS):
        state = client.read_register(CONTROL)
        if state is not None and not state & 1:
            break
    result = client.read_register(DATA)
    if result is None:
        raise ExchangeFailed(request="register read", attempts=3)
    return EfuseByte(value=result & 0xFF, valid=bool(result & _VALID))


def read_key(client: BootClient) -> KeyFacts:
    """What the eFuse says about the code key; an unusual answer is read again to be sure."""
    last = _key_once(client)
    for _attempt in range(3):
        if last.key_class in {KeyClass.TUYA, KeyClass.NONE}:
            return last
        again = _key_once(client)
        if again == last:
            return again
        last = again
    return last


def _key_once(client: BootClient) -> KeyFacts:
    key = read_efuse(client, count=_KEY_LEN)
    (lock,) = read_efuse(client, first=_LOCKS, count=1)
    return key_facts(key, lock)


def key_facts(key: list[EfuseByte], lock: EfuseByte) -> KeyFacts:
    """The class of the key in bytes 0..15; whether it is hidden says byte 31."""
    locks = lock.value if lock.valid else 0
    raw = bytes(item.value if item.valid else 0 for item in key)
    words = tuple(int.from_bytes(raw[at : at + 4], "little") for at in range(0, _KEY_LEN, 4))
    key_class, evidence = _judge_key((words[0], words[1], words[2], words[3]), locks)
    return KeyFacts(
        key_class=key_class,
        evidence=evidence,
        download_disabled=bool(locks & _NO_DOWNLOAD),
        encryption_on=bool(locks & _ENCRYPTED),
    )


def _judge_key(words: tuple[int, int, int, int], locks: int) -> tuple[KeyClass, str]:
    if any(words):
        if len(set(words)) == 1:
            return KeyClass.OTHER, N_("eFuse: four equal words, a short key of BK7238 and later")
        found = key_class_of(words)
        if found is KeyClass.TUYA:
            return found, N_("eFuse: the key that Tuya uses")
        return found, N_("eFuse: a key that is not known")
    if locks & _KEY_HIDDEN:
        return KeyClass.HIDDEN, N_("eFuse: reads as zero, and reading the key is locked")
    return KeyClass.NONE, N_("eFuse: all zero, and reading the key is not locked")
