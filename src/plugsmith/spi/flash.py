"""SpiFlash: the flash behind an SPI adapter, with the interface of `boot.flash.UartFlash`.

There is no checksum command here: everything is read twice, with the flash's id asked for
afterwards, so that a chip that left the mode meanwhile is not taken for content.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.boot.agreement import any_two
from plugsmith.boot.reading import Proof, ProvenBlock
from plugsmith.errors import UsageError
from plugsmith.errors.flash import UnstableRead, WriteLost
from plugsmith.errors.safety import OutsideFlash, ProtectedRange, UnknownFlashPart
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _
from plugsmith.spi.protection import restore, unprotect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from plugsmith.boot.identity import FlashFacts
    from plugsmith.chips.model import FlashPart
    from plugsmith.events import CancelToken
    from plugsmith.spi.nor import Nor

_READS = 6
_WRITES = 4


class SpiFlash:
    """memory.Flash over SPI. Reads are proven; what was erased or written is read back at once.

    Only `writable` can be changed (ProtectedRange), and only a part of our table
    (UnknownFlashPart). May raise PortLost, LinkLost, ExchangeFailed, UnstableRead, WriteLost.
    """

    def __init__(
        self,
        nor: Nor,
        facts: FlashFacts,
        *,
        writable: AddressRange,
        cancel: CancelToken,
        hz: int,
        status_found: int | None = None,
        before_unprotect: Callable[[int], None] | None = None,
        reset: Callable[[], None] = lambda: None,
    ) -> None:
        self.nor = nor
        self._facts = facts
        self._writable = writable
        self._cancel = cancel
        self.status_found = status_found  # before the protection was lifted
        self._before_unprotect = before_unprotect
        self._reset = reset
        self.baud = hz  # of the SPI clock, where other ways have their bit rate
        self.skipped_blank = 0
        self.suspects: list[AddressRange] = []

    @property
    def size(self) -> int:
        """Bytes in the flash."""
        return self._facts.size

    @property
    def bytes_on_wire(self) -> int:
        """Bytes sent to the adapter and received."""
        return self.nor.bus.bytes_on_wire

    def raise_speed(self) -> int:
        """The clock, which is the programmer's own matter."""
        return self.baud

    def allow(self, writable: AddressRange) -> None:
        """Set what may be changed from now on."""
        self._writable = writable

    # reading

    def read_all(self) -> bytes:
        """Everything, proven."""
        return self._piecewise(AddressRange(0, self.size))

    def read(self, span: AddressRange) -> bytes:
        """The bytes of `span`, the same in two reads."""
        if span.end > self.size:
            raise OutsideFlash(span=str(span), limit=format_addr(self.size))
        found = any_two(lambda: self.nor.read(span.start, len(span)), tries=_READS)
        self.nor.present()
        if found is None:
            raise UnstableRead(start=format_addr(span.start), length=len(span))
        return found

    def blocks(self, span: AddressRange, *, skip_blank: bool = True) -> Iterator[ProvenBlock]:
        """`span` (whole sectors) in ascending proven pieces of at most 64 KiB."""
        del skip_blank  # nothing tells that a range is blank but reading it
        _whole_sectors(span)
        if span.end > self.size:
            raise OutsideFlash(span=str(span), limit=format_addr(self.size))
        for piece in span.split(BLOCK_LEN):
            yield ProvenBlock(span=piece, data=self._piecewise(piece), proof=Proof.READ_TWICE)

    def _piecewise(self, piece: AddressRange) -> bytes:
        return b"".join(self.read(part) for part in piece.split(SECTOR_LEN))

    def peek(self, addr: int) -> bytes:
        """The sector at `addr`."""
        return self.read(AddressRange.sized(addr, SECTOR_LEN))

    def crc32(self, span: AddressRange) -> int:
        """zlib CRC-32 of `span` as read twice."""
        crc = 0
        for piece in span.split(SECTOR_LEN):
            crc = zlib.crc32(self.read(piece), crc)
        return crc

    def crc32_many(self, spans: Iterable[AddressRange]) -> Iterator[int]:
        """CRC of each span, in order."""
        return (self.crc32(span) for span in spans)

    def differing(
        self, wanted: Iterable[tuple[AddressRange, int]], *, mostly_equal: bool = False
    ) -> list[AddressRange]:
        """Those spans whose content has another CRC-32."""
        del mostly_equal
        return [span for span, crc in wanted if self.crc32(span) != crc]

    # writing

    def guard(self, span: AddressRange) -> None:
        """Refuse what lies outside of what may be changed."""
        if span.end > self.size:
            raise OutsideFlash(span=str(span), limit=format_addr(self.size))
        if not self._writable.covers(span):
            limit = format_addr(self._writable.start or self._writable.end)
            raise ProtectedRange(span=str(span), limit=limit)

    def prepare_writes(self, target: AddressRange, *, allow_unknown_part: bool = False) -> None:
        """Lift the protection before `target` is changed; erases nothing itself.

        UnknownFlashPart for a part that the table does not know, also if that is allowed for the
        UART: there the chip's own code writes, here only we do.
        """
        del allow_unknown_part
        self.guard(target)
        part = self.require_known_part()
        self.nor.present()
        unprotect(self.nor, part, before=self._note_status)

    def require_known_part(self) -> FlashPart:
        """The part, of which the table knows how it is protected; else UnknownFlashPart."""
        part = self._facts.part
        if part is None or not part.status_known:
            jedec = self._facts.jedec.hex(" ").upper() if self._facts.jedec else _("unreadable")
            raise UnknownFlashPart(jedec=jedec)
        return part

    def _note_status(self, found: int) -> None:
        if self.status_found is None:
            self.status_found = found
            if self._before_unprotect is not None:
                self._before_unprotect(found)

    def erase(self, span: AddressRange) -> None:
        """Set whole sectors to FF, in 64 KiB blocks where they are complete, and see it."""
        _whole_sectors(span)
        self.guard(span)
        for block in span.split(BLOCK_LEN):
            pieces = [block] if len(block) == BLOCK_LEN else list(block.split(SECTOR_LEN))
            for piece in pieces:
                self._erase(piece)

    def _erase(self, piece: AddressRange) -> None:
        blank = b"\xff" * len(piece)
        for _attempt in range(_WRITES):
            self.nor.erase(piece.start, len(piece))
            if self._piecewise(piece) == blank:
                return
        raise WriteLost(start=format_addr(piece.start), operation=_("erase"))

    def program(self, addr: int, data: bytes) -> None:
        """Write `data` to erased bytes, and see it; a sector that did not take it again."""
        for part in AddressRange.sized(addr, len(data)).split(SECTOR_LEN):
            self._program(part, data[part.start - addr : part.end - addr])

    def _program(self, part: AddressRange, data: bytes) -> None:
        self.guard(part)
        whole = part.start % SECTOR_LEN == 0 and len(part) == SECTOR_LEN
        for attempt in range(_WRITES):
            if attempt and whole:
                self._erase(part)
            self.nor.program(part.start, data)
            if self.read(part) == data:
                return
        raise WriteLost(start=format_addr(part.start), operation=_("write"))

    def program_sectors(
        self, sectors: Sequence[tuple[int, bytes]], *, taken: Callable[[int], None]
    ) -> None:
        """Write whole erased sectors; `taken` hears the address of each in their order."""
        for addr, data in sectors:
            if self._cancel.cancelled:
                return
            self.program(addr, data)
            taken(addr)

    def rewrite(self, addr: int, data: bytes) -> None:
        """Erase and program whole sectors."""
        self.erase(AddressRange.sized(addr, len(data)))
        self.program(addr, data)

    def restore_protection(self) -> None:
        """Put the protection bits back that were found, as far as this run lifted them."""
        part = self._facts.part
        if part is not None and self.status_found is not None:
            restore(self.nor, part, self.status_found)

    def reboot(self) -> None:
        """Let the chip start, where something pulls its CEN."""
        self._reset()


def _whole_sectors(span: AddressRange) -> None:
    if span.start % SECTOR_LEN or span.end % SECTOR_LEN:
        raise UsageError(problem=_("{span} is not made of whole sectors", span=span))
