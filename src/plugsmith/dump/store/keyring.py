"""Device keys of the vendor's store, from every place that can hold one (tuya-storage.md 7.1).

A key from here is a proposal: it counts once it opens data sectors.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.dump.finding import find_in_steps
from plugsmith.dump.store.bits import flipped_blocks
from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.keys import (
    KEY_HEAD_LEN,
    KEY_LEN,
    KEY_MAGIC,
    KEY_TAIL_CIPHER,
    KNOWN_KEYS,
    MASTER_KEY,
    KeyHead,
    read_key_head,
)
from plugsmith.tuya.protected import protected_sum_ok

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_MAGIC = KEY_MAGIC.to_bytes(4, "little")
_PADDING = b"\xff" * (KEY_LEN // 2)
_HALF = KEY_LEN // 2
_MAX_TAILS = 544  # every sector of a 2 MiB flash and some more
_MAX_HALVES = 8


class KeyOrigin(StrEnum):
    """Where a device key was found, best first."""

    KEY_BLOCK = "key-block"
    PROTECTED = "protected-sector"
    REPAIRED = "repaired-key-block"
    WEAK = "weak-candidate"
    HALVES = "two-halves"
    KNOWN = "known-key"


@frozen
class FoundKey:
    """A device key; `offset` of the block or sector that holds it, None for a known key."""

    device_key: bytes
    origin: KeyOrigin
    offset: int | None = None

    def __repr__(self) -> str:
        return f"FoundKey(origin={self.origin.value!r}, offset={self.offset})"


@frozen
class KeyBlockTrace:
    """A place where a key block stands or stood, whether or not its key survived."""

    offset: int
    head: KeyHead

    @property
    def sound(self) -> bool:
        """Whether the key can be trusted."""
        return self.head.sound


def key_block_traces(data: bytes) -> list[KeyBlockTrace]:
    """Places shown by the constant padding of a key block, at any byte offset.

    The block starts 32 bytes before the first hit and a sector before the end of the last; where
    damage makes the two differ, a sound one wins.
    """
    traces: list[KeyBlockTrace] = []
    for first, end in _tail_clusters(data):
        starts = dict.fromkeys((first - KEY_HEAD_LEN, end - SECTOR_LEN))
        heads = [_trace(data, start) for start in starts if start >= 0]
        heads.sort(key=lambda trace: not trace.sound)
        traces += heads[:1]
    return traces


def _trace(data: bytes, start: int) -> KeyBlockTrace:
    head = ecb_decrypt(data[start : start + KEY_HEAD_LEN], key=MASTER_KEY)
    return KeyBlockTrace(offset=start, head=read_key_head(head))


def _tail_clusters(data: bytes) -> Iterator[tuple[int, int]]:
    """First hit, and end of the last hit, of each sector that holds the constant."""
    at = data.find(KEY_TAIL_CIPHER)
    for _ in range(_MAX_TAILS):
        if at < 0:
            return
        last = at + SECTOR_LEN - KEY_HEAD_LEN - BLOCK_LEN
        while not data.startswith(KEY_TAIL_CIPHER, last):
            last -= BLOCK_LEN
        yield at, last + BLOCK_LEN
        at = data.find(KEY_TAIL_CIPHER, at + SECTOR_LEN - KEY_HEAD_LEN)


def sound_keys(traces: Iterable[KeyBlockTrace]) -> list[FoundKey]:
    """Keys of sound key blocks."""
    return [
        FoundKey(device_key=trace.head.device_key, origin=KeyOrigin.KEY_BLOCK, offset=trace.offset)
        for trace in traces
        if trace.sound
    ]


def deeper_keys(
    data: bytes, *, traces: Iterable[KeyBlockTrace], phases: Iterable[int]
) -> Iterator[FoundKey]:
    """Every other proposal, the most trustworthy first, each key once.

    `phases`: offsets modulo 16 at which encrypted sectors may stand.
    """
    traces = list(traces)
    seen: set[bytes] = set()
    proposals = (
        *repaired_keys(data, traces),
        *(key for phase in phases for key in sector_keys(data, phase=phase)),
        *(FoundKey(device_key=known.device_key, origin=KeyOrigin.KNOWN) for known in KNOWN_KEYS),
    )
    order = list(KeyOrigin)
    for key in (
        *sorted(proposals, key=lambda key: order.index(key.origin)),
        *_halves(traces, proposals),
    ):
        if key.device_key not in seen:
            seen.add(key.device_key)
            yield key


def repaired_keys(data: bytes, traces: Iterable[KeyBlockTrace]) -> list[FoundKey]:
    """Keys of blocks with at most one wrong bit in each half; magic, sum and padding judge."""
    found: list[FoundKey] = []
    for trace in traces:
        stored = data[trace.offset : trace.offset + KEY_HEAD_LEN]
        key = None if trace.sound else _repair(stored)
        if key is not None:
            found.append(FoundKey(device_key=key, origin=KeyOrigin.REPAIRED, offset=trace.offset))
    return found


def _repair(stored: bytes) -> bytes | None:
    """The one key that flipping at most one bit in each block makes sound, or None."""
    first = _variants(stored[:BLOCK_LEN], lambda plain: plain.startswith(_MAGIC))
    second = _variants(stored[BLOCK_LEN:], lambda plain: plain.endswith(_PADDING))
    heads = (read_key_head(left + right) for left in first for right in second)
    keys = {head.device_key for head in heads if head.sound}
    return keys.pop() if len(keys) == 1 else None


def _variants(block: bytes, fits: Callable[[bytes], bool]) -> list[bytes]:
    """The block as it is if it fits, else the single-bit repairs that fit."""
    plain = ecb_decrypt(block, key=MASTER_KEY)
    if fits(plain):
        return [plain]
    return [variant for variant in flipped_blocks(block, key=MASTER_KEY) if fits(variant)]


def sector_keys(data: bytes, *, phase: int) -> list[FoundKey]:
    """Keys of everything in this phase that starts like a key block or a protected sector."""
    end = phase + (len(data) - phase) // BLOCK_LEN * BLOCK_LEN
    if end <= phase:
        return []
    plain = ecb_decrypt(data[phase:end], key=MASTER_KEY)
    found: list[FoundKey] = []
    for at in find_in_steps(plain, _MAGIC, step=BLOCK_LEN):
        if len(plain) - at < KEY_HEAD_LEN:
            continue
        head = read_key_head(plain[at : at + KEY_HEAD_LEN])
        if head.sound:
            origin = KeyOrigin.KEY_BLOCK
        elif protected_sum_ok(plain[at : at + SECTOR_LEN]):
            origin = KeyOrigin.PROTECTED
        else:
            origin = KeyOrigin.WEAK
        found.append(FoundKey(device_key=head.device_key, origin=origin, offset=phase + at))
    return found


def _halves(traces: Iterable[KeyBlockTrace], keys: Iterable[FoundKey]) -> Iterator[FoundKey]:
    """Keys put together from two damaged places: one kept the first half, one the second."""
    first = dict.fromkeys(key.device_key[:_HALF] for key in keys if key.origin is KeyOrigin.WEAK)
    second = dict.fromkeys(
        trace.head.device_key[_HALF:] for trace in traces if trace.head.padding_ok
    )
    for left in [*first][:_MAX_HALVES]:
        for right in [*second][:_MAX_HALVES]:
            yield FoundKey(device_key=left + right, origin=KeyOrigin.HALVES)
