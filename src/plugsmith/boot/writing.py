"""Changing flash: erase and program with status checks, recovery from lost bytes, and guards.

A status of 0 does not mean that the flash took the data (a protected one answers 0 as well), so
the first sector that is changed after protection was lifted is read back before the rest follows.
Reading is used for that and not a CRC, which would protect the flash again (uart-protocol.md 2.5).
"""

from __future__ import annotations

import zlib
from collections import deque
from typing import TYPE_CHECKING

from plugsmith.boot.bursts.train import may_follow
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.reading import blank_crc
from plugsmith.chips.model import Family, Support
from plugsmith.errors import UsageError
from plugsmith.errors.flash import ExchangeFailed, StatusRefused, WriteLost
from plugsmith.errors.safety import ChipOnlyRead, FlashProtected, OutsideFlash, ProtectedRange
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.identity import Identity
    from plugsmith.boot.reading import ProvenReader
    from plugsmith.boot.speed import SpeedControl

BLANK = b"\xff" * SECTOR_LEN
# Loaders round an erase address down (uart-protocol.md 2.5), so its low bits are free: with these a
# request that has a byte twice hits the application, which is verified, and not the boot loader.
_INSIDE = 0x500
_WRITES = 5
_FIRSTS = 6
_FRAME_TRIES = 2
_FRAME_S = 0.015  # most of the programming (14 ms) is done while the frame comes in


class Writer:
    """Erases and programs for UartFlash. `unlocked` says that protection is lifted now."""

    def __init__(
        self,
        client: BootClient,
        identity: Identity,
        *,
        reader: ProvenReader,
        speed: SpeedControl,
    ) -> None:
        self._client = client
        self._identity = identity
        self._reader = reader
        self._speed = speed
        self._erase_proven = False
        self._program_proven = False
        self._unlocked = identity.family is Family.ROM
        self._changed = False
        self._trains = True  # until one of them failed

    def relock(self) -> None:
        """Note that a CRC or a reset protected the flash again."""
        self._unlocked = self._identity.family is Family.ROM

    def restart(self) -> None:
        """Note that protection was lifted anew: the next sectors prove it again."""
        self.relock()
        self._erase_proven = self._program_proven = False

    def guard(self, span: AddressRange) -> None:
        """Refuse what reaches the loader of a loader-family chip, and a chip that is only read."""
        if self._identity.chip.support is Support.RECOGNISED:
            raise ChipOnlyRead(chip=self._identity.chip.name)
        size = self._identity.flash.size
        if span.end > size:
            raise OutsideFlash(span=str(span), limit=format_addr(size))
        limit = self._identity.chip.protected_until
        if self._identity.family is Family.LOADER and span.start % size < limit:
            raise ProtectedRange(span=str(span), limit=format_addr(limit))

    def erase(self, span: AddressRange) -> None:
        """Erase whole sectors, in 64 KiB blocks where they are complete."""
        if span.start % SECTOR_LEN or span.end % SECTOR_LEN:
            raise UsageError(problem=_("{span} is not made of whole sectors", span=span))
        if not span:
            return
        self.guard(span)
        self._prove_long_frame(span.start)
        done = None
        if not self._erase_proven:
            self._erase_first(span.start)
            done = span.start
        for block in span.split(BLOCK_LEN):
            if len(block) == BLOCK_LEN:
                self._erase_unit(block.start, cmd.ERASE_64K)
                continue
            for sector in block.split(SECTOR_LEN):
                if sector.start != done:
                    self._erase_unit(sector.start, cmd.ERASE_4K)

    def _prove_long_frame(self, addr: int) -> None:
        """Find out how long a write may be before anything is erased for it.

        FF programs nothing, and `addr` is about to be erased. What gets lost on the way shows as
        silence; the chip is fed FF until it answers again.
        """
        ladder = self._speed.ladder
        if ladder.pieces_known:
            return
        command = cmd.Write4K(addr=addr, data=BLANK)
        while True:
            for piece in ladder.pieces:
                self._client.write_in_pieces(piece, seen=False)
                if any(self._arrives(command) for _try in range(_FRAME_TRIES)):
                    ladder.carries(piece)
                    return
            piece = ladder.pieces[0]
            self._client.write_in_pieces(piece, seen=False)
            if not self._speed.step_down():
                if not self._arrives(command, within_s=self._client.policy.write_s):
                    raise ExchangeFailed(request=command.label, attempts=_WRITES)
                ladder.carries(piece)
                return

    def _arrives(self, command: cmd.Write4K, within_s: float = _FRAME_S) -> bool:
        """Whether the chip took the whole of `command` soon: a loader that waits leaves."""
        if self._client.ask(command, device_s=within_s) is not None:
            return True
        self._client.recover()
        return False

    def _erase_first(self, addr: int) -> None:
        """Erase one sector and look: a chip whose protection is stuck says status 0, too."""
        before = self._reader.checksum(addr)
        after = b""
        for _attempt in range(_FIRSTS):
            self.relock()  # the unprotect of the last attempt may have been lost
            self._erase_unit(addr, cmd.ERASE_4K)
            if before == blank_crc(SECTOR_LEN):
                return  # proves nothing; the first programmed sector will
            # a read that is all FF is right; any other may be a read that went wrong
            if self._reader.once(addr) == BLANK or (after := self._reader.agreed(addr)) == BLANK:
                self._erase_proven = self._changed = True
                return
        if zlib.crc32(after) == before and not self._changed:
            raise FlashProtected(reason=_("the first erase had no effect"))
        raise WriteLost(start=format_addr(addr), operation=_("erase"))

    def _erase_unit(self, addr: int, size_code: int) -> None:
        self.guard(AddressRange.sized(addr, SECTOR_LEN))
        if not self._unlocked:
            self._client.link_check()  # arms the unprotect of the erase that follows
        loader = self._identity.family is Family.LOADER
        self._client.exchange(cmd.Erase(size_code=size_code, addr=addr | loader * _INSIDE))
        self._unlocked = True
        self._speed.after()

    def program(self, addr: int, data: bytes) -> None:
        """Write `data`; what it does not cover in its first and last sector stays as it is."""
        start = addr // SECTOR_LEN * SECTOR_LEN
        padded = b"\xff" * (addr - start) + data
        padded += b"\xff" * (-len(padded) % SECTOR_LEN)
        self.guard(AddressRange.sized(start, len(padded)))
        for at in range(0, len(padded), SECTOR_LEN):
            sector = padded[at : at + SECTOR_LEN]
            covered = start + at >= addr and start + at + SECTOR_LEN <= addr + len(data)
            if sector != BLANK:
                self._program_sector(start + at, sector, covered=covered)

    def program_sectors(
        self,
        sectors: Sequence[tuple[int, bytes]],
        *,
        taken: Callable[[int], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Write whole sectors of erased flash; `taken` hears the address of each in their order.

        Leaves off where `stopped` says so.
        """
        todo = deque(sectors)
        while todo and not stopped():
            addr, data = todo[0]
            train = self._train(todo)
            if train:
                self._send_train(train, lambda _addr: taken(todo.popleft()[0]), stopped)
                continue
            self.program(addr, data)
            todo.popleft()
            taken(addr)

    def _train(self, todo: Iterable[tuple[int, bytes]]) -> list[cmd.Write4K]:
        """The frames at the head of `todo` that may go one behind the other; none if unsafe.

        Not before writing is proven to work, nor on a wire that lost a frame of a train.
        """
        train: list[cmd.Write4K] = []
        if not (self._client.may_run_ahead and self._trains and self._program_proven):
            return train
        for addr, data in todo:
            frame = cmd.Write4K(addr=addr, data=data)
            if data == BLANK or (train and not may_follow(train[-1], frame)):
                break
            self.guard(AddressRange.sized(addr, SECTOR_LEN))
            train.append(frame)
        return train if len(train) > 1 and self._unlocked else []

    def _send_train(
        self,
        train: list[cmd.Write4K],
        taken: Callable[[int], None],
        stopped: Callable[[], bool],
    ) -> None:
        doubtful = self._client.write_train(
            train, taken=lambda frame: taken(frame.addr), stopped=stopped
        )
        self._speed.after(len(train))
        for frame in doubtful:
            self._trains = False
            self.relock()
            self._erase_unit(frame.addr, cmd.ERASE_4K)
            self._send_sector(frame.addr, frame.data)
            taken(frame.addr)

    def rewrite(self, addr: int, data: bytes) -> None:
        """Erase and program whole sectors."""
        self.erase(AddressRange.sized(addr, -(-len(data) // SECTOR_LEN) * SECTOR_LEN))
        self.program(addr, data)

    def _program_sector(self, addr: int, data: bytes, *, covered: bool) -> None:
        """Write one sector; where `data` does not cover it, what is there now is kept."""
        if not (covered and self._unlocked):
            before = self._reader.agreed(addr)
            data = bytes(a & b for a, b in zip(before, data, strict=True))
            if before != BLANK or not self._unlocked:  # only an erase lifts the protection
                self._erase_unit(addr, cmd.ERASE_4K)
        self._send_sector(addr, data)
        if not self._program_proven:
            self._prove_first(addr, data)

    def _prove_first(self, addr: int, data: bytes) -> None:
        """Read the first written sector back: a chip that is protected says status 0, too."""
        found = b""
        for attempt in range(_FIRSTS):
            found = self._reader.once(addr)
            if found != data:
                found = self._reader.agreed(addr)
            if found == data:
                self._program_proven = self._erase_proven = self._changed = True
                return
            if attempt < _FIRSTS - 1:
                self.relock()
                self._erase_unit(addr, cmd.ERASE_4K)
                self._send_sector(addr, data)
        if found == BLANK and not self._changed:
            raise FlashProtected(reason=_("the first write had no effect"))
        raise WriteLost(start=format_addr(addr), operation=_("write"))

    def _send_sector(self, addr: int, data: bytes) -> None:
        """One Write4K until it is answered well; after lost bytes the sector is erased again."""
        # Never a top byte in `addr`: real boot code ORs it into the flash opcode; 0x02012000 erases
        # 32 KiB, boot loader included, instead of programming [M: vendor code in the emulator].
        command = cmd.Write4K(addr=addr, data=data)
        for attempt in range(_WRITES):
            if attempt:
                self._speed.after()
                if attempt > 1:
                    self._speed.step_down()
                self.relock()
                self._erase_unit(addr, cmd.ERASE_4K)
            try:
                self._client.exchange(command, attempts=1)
            except (ExchangeFailed, StatusRefused):
                self._client.recover()
                continue
            self._speed.after()
            return
        raise ExchangeFailed(request=command.label, attempts=_WRITES)
