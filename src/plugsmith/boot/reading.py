"""Reading flash with proof: every block is compared with the device's own CRC, or read twice.

The CRC of a block comes first. If it is that of all FF, the block is not read at all; that costs
nothing, because the CRC is needed as the proof anyway. Looking for blank sectors inside a block
costs a CRC for two of its sectors, and for each of them if one is blank; it is done where the
measured CRC speed makes it pay. (Of 29 real dumps 94 % of what is blank lies in such blocks.)

Where each answer waits for the adapter, some blocks share one CRC, and only one that begins blank
is asked about by itself.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from plugsmith.boot.agreement import any_two
from plugsmith.boot.dialects import AfterCrc
from plugsmith.errors.flash import ExchangeFailed, StatusRefused, UnstableRead
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, format_addr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.speed import SpeedControl

_GROUP = 16  # blocks whose checksums are asked for in one go
_TAIL = 0x4000  # less than that asks for no checksum of its own
_SHARED_S = 2.0  # of reading that one checksum proves where each costs an answer: progress waits
_EXPECTED_BLANK = 0.06  # share of blank sectors inside blocks that are not blank (8.3: 9 %)
_CLEARLY = 0.7
_READS = 10
_ROUNDS = 4
_CRC_REQUEST = 24  # bytes on the wire, both ways


class Proof(StrEnum):
    """How read bytes were proven."""

    DEVICE_CRC = "device-crc"
    READ_TWICE = "read-twice"
    BLANK_CRC = "blank-crc"  # not read: the device's CRC equals that of all FF


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenBlock:
    """Bytes of `span` that are certain."""

    span: AddressRange
    data: bytes
    proof: Proof


@cache
def blank_crc(length: int) -> int:
    """CRC-32 of `length` bytes FF."""
    return zlib.crc32(b"\xff" * length)


class ProvenReader:
    """Reads whole sectors. `to_wire` gives the address that the boot code lets a client read."""

    def __init__(
        self,
        client: BootClient,
        *,
        speed: SpeedControl,
        to_wire: Callable[[int], int],
        crc_many: Callable[[Sequence[AddressRange]], Iterator[int]],
    ) -> None:
        self._client = client
        self._speed = speed
        self._to_wire = to_wire
        self._crc_many = crc_many
        self.skipped_blank = 0
        self.crc_bytes_per_s: float | None = None
        self.crc_usable = True

    def blocks(self, span: AddressRange, *, skip_blank: bool) -> Iterator[ProvenBlock]:
        """`span`, which consists of whole sectors, in proven pieces of at most 64 KiB."""
        pieces = list(span.split(BLOCK_LEN))
        while pieces:
            count = self._together(pieces)
            group, pieces = pieces[:count], pieces[count:]
            shared = count > 1 and not self._client.dialect.ring
            asked = [AddressRange(group[0].start, group[-1].end)] if shared else group
            crcs = self._block_crcs(asked)
            if crcs is None:
                yield from self._twice(group)
            elif shared:
                yield from self._by_shared_crc(group, crcs[0], skip_blank=skip_blank)
            else:
                yield from self._by_crc(dict(zip(group, crcs, strict=True)), skip_blank=skip_blank)

    def _together(self, pieces: Sequence[AddressRange]) -> int:
        """How many of the next `pieces` are asked about at once.

        Where the chip queues requests: as many checksums as are sent in one go. Where each answer
        is waited for: blocks that share a checksum; one by one on a wire that has shown errors.
        """
        if self._client.dialect.ring:
            return _GROUP
        if self._client.errors:
            return 1
        most = max(int(_SHARED_S * self._client.baud / 10), BLOCK_LEN + _TAIL)
        ends = accumulate(len(piece) for piece in pieces[:_GROUP])
        return max(1, sum(end <= most for end in ends))

    def _block_crcs(self, group: list[AddressRange]) -> list[int] | None:
        """The device's CRC of each block, None where it has none; measures their speed once."""
        if not self.crc_usable:
            return None
        clock = self._client.clock
        began_s = clock.monotonic()
        try:
            found = list(self._crc_many(group))
        except (ExchangeFailed, StatusRefused):
            if self.crc_bytes_per_s is not None:
                raise
            self.crc_usable = False
            return None
        if self.crc_bytes_per_s is None:
            self._note_crc_speed(group, clock.monotonic() - began_s)
        return found

    def _note_crc_speed(self, group: list[AddressRange], seconds: float) -> None:
        answers = 1 if self._client.dialect.ring else len(group)
        wire_s = len(group) * _CRC_REQUEST * 10 / self._client.baud
        busy_s = seconds - answers * self._client.lag_s - wire_s
        self.crc_bytes_per_s = sum(len(span) for span in group) / max(busy_s, 1e-4)

    def _by_crc(self, crcs: dict[AddressRange, int], *, skip_blank: bool) -> Iterator[ProvenBlock]:
        full = [
            span for span, crc in crcs.items() if not (skip_blank and crc == blank_crc(len(span)))
        ]
        known = self._blank_map(full) if skip_blank and self._map_pays() else {}
        blank = {part for part, crc in known.items() if crc == blank_crc(SECTOR_LEN)}
        wanted = [part for span in full for part in span.split(SECTOR_LEN) if part not in blank]
        reads = self._client.read_many(self._to_wire(part.start) for part in wanted)
        for span, crc in crcs.items():
            if span not in full:
                self.skipped_blank += len(span)
                yield ProvenBlock(span=span, data=b"\xff" * len(span), proof=Proof.BLANK_CRC)
                continue
            content: dict[AddressRange, bytes] = {}
            for part in span.split(SECTOR_LEN):
                content[part] = b"\xff" * SECTOR_LEN if part in blank else next(reads)
            self.skipped_blank += SECTOR_LEN * sum(part in blank for part in content)
            self._prove(span, crc, content, known)
            yield ProvenBlock(span=span, data=b"".join(content.values()), proof=Proof.DEVICE_CRC)

    def _by_shared_crc(
        self, group: list[AddressRange], crc: int, *, skip_blank: bool
    ) -> Iterator[ProvenBlock]:
        """Blocks in a row, `crc` of all of them; each by its own where that one does not fit."""
        blank: set[AddressRange] = set()
        contents: dict[AddressRange, dict[AddressRange, bytes]] = {}
        nothing = skip_blank and crc == blank_crc(sum(len(span) for span in group))
        for span in group:
            content = None if nothing else self._unless_blank(span, skip_blank=skip_blank)
            if content is None:
                blank.add(span)
                content = dict.fromkeys(span.split(SECTOR_LEN), b"\xff" * SECTOR_LEN)
            contents[span] = content
        right = crc == zlib.crc32(b"".join(b"".join(part.values()) for part in contents.values()))
        for span, content in contents.items():
            if span in blank:
                self.skipped_blank += len(span)
            elif right:
                self._speed.after(len(content))
            else:
                (own,) = self._crc_many([span])
                self._prove(span, own, content, {})
            proof = Proof.BLANK_CRC if span in blank else Proof.DEVICE_CRC
            yield ProvenBlock(span=span, data=b"".join(content.values()), proof=proof)

    def _unless_blank(
        self, span: AddressRange, *, skip_blank: bool
    ) -> dict[AddressRange, bytes] | None:
        """The sectors of a block; None, unread, if it begins blank and its checksum says so."""
        first, *others = span.split(SECTOR_LEN)
        content = {first: self._client.read_4k(self._to_wire(first.start))}
        if skip_blank and zlib.crc32(content[first]) == blank_crc(SECTOR_LEN):
            (crc,) = self._crc_many([span])
            if crc == blank_crc(len(span)):
                return None
        reads = self._client.read_many(self._to_wire(part.start) for part in others)
        return content | dict(zip(others, reads, strict=True))

    def _map_pays(self) -> bool:
        """Whether a CRC per sector is likely to save clearly more than it costs.

        Not on a wire that has shown errors: a damaged CRC request can hang the chip for good.
        """
        if self._client.errors:
            return False
        local_s = 0.002 if self._client.port.capabilities.local else 0.02
        wait_s = 0.0 if self._client.dialect.ring else max(local_s, self._client.lag_s)
        bit_s = 10 / self._client.baud
        crc_s = SECTOR_LEN / (self.crc_bytes_per_s or 4e5) + _CRC_REQUEST * bit_s + wait_s
        read_s = (SECTOR_LEN + 27) * bit_s + wait_s
        return crc_s < _CLEARLY * _EXPECTED_BLANK * read_s

    def _blank_map(self, blocks: Sequence[AddressRange]) -> dict[AddressRange, int]:
        """The checksums of two sectors of each block, and of all where one of these is blank."""
        parts = {span: list(span.split(SECTOR_LEN)) for span in blocks}
        known = self._sector_crcs(
            [
                part
                for sectors in parts.values()
                if len(sectors) > 1  # else the block's own checksum has told
                for part in (sectors[len(sectors) // 2 - 1], sectors[-1])
            ]
        )
        found = {part for part, crc in known.items() if crc == blank_crc(SECTOR_LEN)}
        holed = [sectors for sectors in parts.values() if not found.isdisjoint(sectors)]
        rest = [part for sectors in holed for part in sectors if part not in known]
        return known | self._sector_crcs(rest)

    def _sector_crcs(self, sectors: list[AddressRange]) -> dict[AddressRange, int]:
        return dict(zip(sectors, self._crc_many(sectors), strict=True))

    def _prove(
        self,
        span: AddressRange,
        crc: int,
        content: dict[AddressRange, bytes],
        known: dict[AddressRange, int],
    ) -> None:
        """Make `content` agree with the device, reading again what does not."""
        self._speed.after(len(content))
        for _round in range(_ROUNDS):
            if zlib.crc32(b"".join(content.values())) == crc:
                return
            bad = self._bad_sectors(span, content, known)
            for part in bad:
                self._client.note_error()
                content[part] = self._read_again(part)
            self._speed.after(len(bad))
            if zlib.crc32(b"".join(content.values())) == crc:
                return
            known = {}  # the checksums that were asked for first may be the damaged ones
            (crc,) = self._crc_many([span])
        raise UnstableRead(start=format_addr(span.start), length=len(span))

    def _bad_sectors(
        self,
        span: AddressRange,
        content: dict[AddressRange, bytes],
        known: dict[AddressRange, int],
    ) -> list[AddressRange]:
        """The sectors that disagree with the device: by their CRC, else found by halving."""
        parts = list(content)
        if all(part in known for part in parts):
            return [part for part in parts if zlib.crc32(content[part]) != known[part]]
        return self._bisect(span, content)

    def _bisect(self, span: AddressRange, content: dict[AddressRange, bytes]) -> list[AddressRange]:
        (crc,) = self._crc_many([span])
        inside = b"".join(data for part, data in content.items() if span.covers(part))
        if zlib.crc32(inside) == crc:
            return []
        if len(span) <= SECTOR_LEN:
            return [span]
        middle = span.start + len(span) // 2 // SECTOR_LEN * SECTOR_LEN
        low, high = AddressRange(span.start, middle), AddressRange(middle, span.end)
        return self._bisect(low, content) + self._bisect(high, content)

    def _read_again(self, part: AddressRange) -> bytes:
        """The sector until it agrees with its CRC, at lower and lower rates."""
        attempt = 0
        while attempt < _READS:
            (crc,) = self._crc_many([part])
            data = self._client.read_4k(self._to_wire(part.start))
            if zlib.crc32(data) == crc:
                return data
            self._client.note_error()
            attempt += 1
            if attempt % 2 == 0 and self._speed.step_down():
                attempt = 0
        raise UnstableRead(start=format_addr(part.start), length=len(part))

    def _twice(self, group: list[AddressRange]) -> Iterator[ProvenBlock]:
        """Without a usable CRC: two passes that must agree."""
        for span in group:
            parts = list(span.split(SECTOR_LEN))
            addrs = [self._to_wire(part.start) for part in parts]
            first = list(self._client.read_many(addrs))
            second = list(self._client.read_many(addrs))
            self._speed.after(2 * len(parts))
            for index, part in enumerate(parts):
                if first[index] != second[index]:
                    self._client.note_error()
                    first[index] = self.agreed(part.start)
            yield ProvenBlock(span=span, data=b"".join(first), proof=Proof.READ_TWICE)

    def once(self, addr: int) -> bytes:
        """The sector at `addr` as one read brought it: proves something only where it fits."""
        return self._client.read_4k(self._to_wire(addr))

    def checksum(self, addr: int) -> int:
        """CRC-32 of the sector, unproven; of a read where asking for it would block writing."""
        if self._client.dialect.after_crc is AfterCrc.BLOCKED:
            return zlib.crc32(self.once(addr))
        (crc,) = self._crc_many([AddressRange.sized(addr, SECTOR_LEN)])
        return crc

    def agreed(self, addr: int) -> bytes:
        """The sector at `addr`, the same in two of several reads; sends no CRC."""
        while True:
            data = any_two(lambda: self._client.read_4k(self._to_wire(addr)), tries=_READS)
            if data is not None:
                return data
            if not self._speed.step_down():
                raise UnstableRead(start=format_addr(addr), length=SECTOR_LEN)
