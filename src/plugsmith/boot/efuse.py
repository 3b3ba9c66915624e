"""The eFuse of the ROM family: code key class and the bits that lock things. Never writes it.

Source: uart-protocol.md 5.2. Bytes 0..15 are the key, byte 31 holds the lock bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.identity import KeyFacts
from plugsmith.chips.catalog import code_keys, key_class_of
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


def read_efuse(
    client: BootClient,
    *,
    first: int = 0,
    count: int = LENGTH,
    engine: tuple[int, int] = (CONTROL, DATA),
) -> list[EfuseByte]:
    """Bytes `first`.. of the eFuse, by the control and data register of its engine."""
    control = _control(client, engine)
    return [
        _read_byte(client, index, control, engine=engine) for index in range(first, first + count)
    ]


def _control(client: BootClient, engine: tuple[int, int] = (CONTROL, DATA)) -> int:
    control = client.agreed_register(engine[0])
    if control is None:
        raise ExchangeFailed(request="register read", attempts=3)
    return control


def _read_byte(
    client: BootClient,
    index: int,
    control: int,
    *,
    see_done: bool = True,
    engine: tuple[int, int] = (CONTROL, DATA),
) -> EfuseByte:
    """`see_done`: ask whether the engine has finished, so that the byte is surely this one."""
    client.write_register(engine[0], (control & ~_KEEP) | index << 8 | 1)
    for _poll in range(_POLLS if see_done else 0):
        state = client.read_register(engine[0])
        if state is not None and not state & 1:
            break
    result = client.read_register(engine[1])
    if result is None:
        raise ExchangeFailed(request="register read", attempts=3)
    return EfuseByte(value=result & 0xFF, valid=bool(result & _VALID))


def read_key(client: BootClient) -> KeyFacts:
    """What the eFuse says about the code key; an unusual answer is read again to be sure."""
    last = _key_once(client, quick=True)
    for _attempt in range(3):
        if last.key_class in {KeyClass.TUYA, KeyClass.NONE}:
            return last
        again = _key_once(client)
        if again == last:
            return again
        last = again
    return last


def _key_once(client: BootClient, *, quick: bool = False) -> KeyFacts:
    """The engine needs microseconds, an exchange hundreds of them. So a key that begins as a known
    one is read `quick`: whether the engine has finished is not asked after each byte. It proves
    itself by being that key, where a late byte would stand in its neighbour's place; anything else
    is read again with the question.
    """
    control = _control(client)
    first, lock = (_read_byte(client, index, control) for index in (0, _LOCKS))
    quick = quick and first.value in {
        item.words[0] & 0xFF for item in code_keys() if any(item.words)
    }
    rest = [_read_byte(client, index, control, see_done=not quick) for index in range(1, _KEY_LEN)]
    facts = key_facts([first, *rest], lock)
    return _key_once(client) if quick and facts.key_class is not KeyClass.TUYA else facts


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
