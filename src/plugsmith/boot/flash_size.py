"""How large the flash is: by what its id states and by where its content repeats."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

from plugsmith.boot.agreement import any_two
from plugsmith.boot.identity import SizeProof
from plugsmith.chips.model import APP_START
from plugsmith.errors.flash import IdentityUnstable
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.client import BootClient

MIB = 0x10_0000
BEYOND = 8 * MIB  # 23 address bits: reads the loader on every flash up to 8 MiB
_AGREE = 6
_CRC_TRIES = 3
# the application; then where a flash of 2 MiB has its calibration, and where one of 4 MiB has the
# vendor's key and its calibration, as they are seen through a wrap at 2 MiB
_WITNESSES = (APP_START, 0x1E_0000, 0x19_7000, 0x1F_E000)


def repeats(client: BootClient, addr: int, head: bytes, *, by_crc: bool = True) -> bool:
    """Whether `head` is at `addr`; only a difference that two answers agree on is one."""
    if by_crc:
        return is_right(client, addr, head)
    others: set[bytes] = set()
    for _attempt in range(_AGREE):
        found = client.read_4k(addr)
        if found == head:
            return True
        if found in others:
            return False
        others.add(found)
    return False


def is_right(client: BootClient, addr: int, data: bytes) -> bool:
    """Whether the device's checksum says that `data` is at `addr`, as `has_crc` does."""
    return has_crc(client, AddressRange.sized(addr, len(data)), zlib.crc32(data))


def has_crc(client: BootClient, span: AddressRange, right: int) -> bool:
    """Whether the checksum of `span` is `right`.

    Only a difference that two answers agree on is one, as in `repeats`.
    """
    others: set[int] = set()
    for _try in range(_CRC_TRIES):
        found = client.crc32(span)
        if found == right:
            return True
        if found in others:
            return False
        others.add(found)
    return False


def rom_size(client: BootClient, head: bytes, stated: int | None) -> tuple[int, SizeProof]:
    """The stated size, proven by the wrap of a loader head that is not blank."""
    if len(set(head)) == 1:
        return (stated, SizeProof.JEDEC) if stated else (2 * MIB, SizeProof.ASSUMED)

    @cache  # no place is asked about twice
    def head_at(addr: int) -> bool:
        return repeats(client, addr, head)

    if stated and _wraps_below(client, stated, head_at):
        return stated, SizeProof.CONTRADICTED
    sizes = [stated] if stated else [2 * MIB, 4 * MIB, MIB, 8 * MIB]
    for size in sizes:
        if head_at(size) and not head_at(size // 2):
            return size, SizeProof.JEDEC_AND_WRAP if stated else SizeProof.WRAP
    if not stated:
        return 2 * MIB, SizeProof.ASSUMED
    return stated, SizeProof.JEDEC if head_at(stated) else SizeProof.NO_WRAP


def read_agreed(client: BootClient, addr: int, step: str) -> bytes:
    """4096 bytes that any two of several reads agree on; IdentityUnstable, which names `step`."""
    data = any_two(lambda: client.read_4k(addr), tries=_AGREE)
    if data is None:
        raise IdentityUnstable(port=client.port.info.name, step=step)
    return data


def _wraps_below(client: BootClient, stated: int, head_at: Callable[[int], bool]) -> bool:
    """Whether the content repeats at a smaller distance than the size that the flash id states."""
    size = stated // 2
    while size >= MIB // 2:
        if head_at(size):
            second = read_agreed(client, APP_START, _("the size of its flash was proven"))
            if len(set(second)) == 1 or repeats(client, size + APP_START, second):
                return True
        size //= 2
    return False


def loader_size(client: BootClient, head: bytes, *, by_crc: bool, several: bool) -> int:
    """The smallest distance at which the loader repeats.

    `several`: the chip comes with flashes of several sizes, so that the loader may lie in it twice;
    then other places have to repeat, too.
    """
    for size in (MIB, 2 * MIB, 4 * MIB):
        if not repeats(client, size, head, by_crc=by_crc):
            continue
        if not several or all(_same(client, at, at + size, by_crc=by_crc) for at in _WITNESSES):
            return size
    return BEYOND


def _same(client: BootClient, one: int, other: int, *, by_crc: bool) -> bool:
    """Whether two places hold the same 4096 bytes; a difference is one if two answers agree."""
    if not by_crc:
        step = _("the size of its flash was proven")
        return repeats(client, other, read_agreed(client, one, step), by_crc=False)
    seen: set[tuple[int, int]] = set()
    for _try in range(_CRC_TRIES):
        first, second = (client.crc32(AddressRange.sized(at, SECTOR_LEN)) for at in (one, other))
        if first == second:
            return True
        if (first, second) in seen:
            return False
        seen.add((first, second))
    return False
