"""UartFlash: the flash of an identified chip, read with proof and changed with care."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from plugsmith.boot.bursts.checksums import joined, runs, whole_of
from plugsmith.boot.dialects import AfterCrc
from plugsmith.boot.linking import LinkPolicy, link_again
from plugsmith.boot.protocol.commands import CheckCrc, Read4K
from plugsmith.boot.reading import Proof, ProvenBlock, ProvenReader
from plugsmith.boot.speed import SpeedControl
from plugsmith.boot.status_registers import restore, unprotect
from plugsmith.boot.writing import Writer
from plugsmith.chips.model import Family
from plugsmith.errors import UsageError
from plugsmith.errors.link import LinkLost, NoAnswer
from plugsmith.errors.safety import OutsideFlash, UnknownFlashPart
from plugsmith.events import CancelToken, EventLog, Log
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr, merge_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.identity import Identity
    from plugsmith.boot.ladder import Ladder
    from plugsmith.clock import Clock
    from plugsmith.events import EventSink

__all__ = ["Proof", "ProvenBlock", "UartFlash"]

_CRC_UNIT = 256  # shorter pieces are ignored by loaders
_RELINK_S = 30.0


class UartFlash:
    """memory.Flash over the boot code. Reads are proven; erase and program check the status byte.

    Refuses (ProtectedRange, OutsideFlash, UnknownFlashPart) whatever could cost the boot loader of
    a loader-family chip, whoever calls. May raise PortLost, LinkLost, ExchangeFailed,
    UnstableRead, WriteLost.

    `confirm` (after a silence, before the next change) and `after_restart` raise if another chip
    answers now. `before_unprotect` gets the status of the flash part before it is changed,
    `status_found` is that of an earlier link.
    """

    def __init__(
        self,
        client: BootClient,
        identity: Identity,
        *,
        clock: Clock,
        sink: EventSink | None = None,
        cancel: CancelToken | None = None,
        policy: LinkPolicy | None = None,
        before_speed: Callable[[int], None] | None = None,
        confirm: Callable[[], None] | None = None,
        after_restart: Callable[[], None] | None = None,
        ladder: Ladder | None = None,
        status_found: int | None = None,
        before_unprotect: Callable[[int], None] | None = None,
    ) -> None:
        self.client = client
        self.identity = identity
        self._clock = clock
        self._sink: EventSink = sink or EventLog()
        self._cancel = cancel or CancelToken()
        self._policy = policy or LinkPolicy(timeout_s=_RELINK_S)
        self._speed = SpeedControl(
            client, probe=self._probe, sink=sink, before_change=before_speed, ladder=ladder
        )
        self._reader = ProvenReader(
            client, speed=self._speed, to_wire=self._to_wire, crc_many=self._crcs
        )
        self._writer = Writer(client, identity, reader=self._reader, speed=self._speed)
        self._after_restart = after_restart
        if confirm is not None:
            client.confirm_with(confirm)
        self._crc_done = False
        self.status_found = status_found  # of the flash part, before its protection was lifted
        self._before_unprotect = before_unprotect

    @property
    def size(self) -> int:
        """Bytes in the flash."""
        return self.identity.flash.size

    @property
    def baud(self) -> int:
        """The rate in use."""
        return self.client.baud

    @property
    def bytes_on_wire(self) -> int:
        """Bytes sent and received since the client was made."""
        return self.client.bytes_on_wire

    @property
    def skipped_blank(self) -> int:
        """Bytes that `blocks` and `read` did not transfer because the device proved them blank."""
        return self._reader.skipped_blank

    @property
    def crc_bytes_per_s(self) -> float | None:
        """Measured CRC speed of the device, None before the first proven read."""
        return self._reader.crc_bytes_per_s

    @property
    def crc_blocks_writes(self) -> bool:
        """Whether writes are impossible now because a CRC ran (T 1.0.4, Q): see prepare_writes."""
        return self._crc_done and self.client.dialect.after_crc is AfterCrc.BLOCKED

    @property
    def suspects(self) -> list[AddressRange]:
        """Sectors that a damaged request may have changed by mistake: verify or rewrite them."""
        return merge_ranges(
            AddressRange.sized(addr % self.size // SECTOR_LEN * SECTOR_LEN, SECTOR_LEN)
            for addr in self.client.strays
        )

    def raise_speed(self, *, limit: int | None = None, hints: Sequence[int] = ()) -> int:
        """Negotiate the fastest proven rate; the rate now in use.

        As far as the ladder allows that was handed in, or up to `limit`, `hints` first.
        """
        return self._speed.raise_speed(limit=limit, hints=hints)

    # reading

    def read(self, span: AddressRange) -> bytes:
        """The bytes of `span`, proven."""
        start = span.start // SECTOR_LEN * SECTOR_LEN
        data = b"".join(block.data for block in self.blocks(span.aligned(SECTOR_LEN)))
        return data[span.start - start : span.end - start]

    def blocks(self, span: AddressRange, *, skip_blank: bool = True) -> Iterator[ProvenBlock]:
        """`span` (whole sectors) in ascending proven pieces of at most 64 KiB; emits no events.

        The caller may pause or stop between pieces; the link is kept alive meanwhile.
        """
        if span.start % SECTOR_LEN or span.end % SECTOR_LEN:
            raise UsageError(problem=_("{span} is not made of whole sectors", span=span))
        if span.end > self.size:
            raise OutsideFlash(span=str(span), limit=format_addr(self.size))
        return self._reader.blocks(span, skip_blank=skip_blank)

    def peek(self, addr: int) -> bytes:
        """The sector at `addr`, the same in two reads; sends no CRC, which may block writes."""
        return self._reader.agreed(addr)

    def crc32(self, span: AddressRange) -> int:
        """zlib CRC-32 of `span` computed by the device; its length is a multiple of 256."""
        return next(self.crc32_many([span]))

    def crc32_many(self, spans: Iterable[AddressRange]) -> Iterator[int]:
        """CRC of each span in order, with requests in flight where the chip queues them."""
        wanted = list(spans)
        for span in wanted:
            if not span or len(span) % _CRC_UNIT or span.end > self.size:
                raise UsageError(problem=_("{span} cannot be checked by the chip", span=span))
        return self._crcs(wanted)

    def differing(
        self, wanted: Iterable[tuple[AddressRange, int]], *, mostly_equal: bool = False
    ) -> list[AddressRange]:
        """Those spans whose device CRC is not the given CRC-32; a difference is asked for twice.

        With `mostly_equal` neighbours are asked for as one range first.
        """
        checks = list(wanted)
        if mostly_equal:
            checks = self._in_unequal_runs(checks)
        found = self.crc32_many([span for span, _crc in checks])
        doubtful = [item for item, crc in zip(checks, found, strict=True) if crc != item[1]]
        again = self.crc32_many([span for span, _crc in doubtful])
        return [span for (span, good), crc in zip(doubtful, again, strict=True) if crc != good]

    def _in_unequal_runs(
        self, checks: list[tuple[AddressRange, int]]
    ) -> list[tuple[AddressRange, int]]:
        """Those checks that lie in a run whose checksum is not what they add up to."""
        wanted = dict(checks)
        todo = runs(wanted)
        found = self.crc32_many([whole_of(run) for run in todo])
        bad = {
            span
            for run, crc in zip(todo, found, strict=True)
            if crc != joined((span, wanted[span]) for span in run)
            for span in run
        }
        return [item for item in checks if item[0] in bad]

    def _crcs(self, spans: Sequence[AddressRange]) -> Iterator[int]:
        """Every CRC of this object goes through here: it protects the flash of most loaders."""
        if spans and self.client.dialect.after_crc is not AfterCrc.NOTHING:
            self._crc_done = True
            self._writer.relock()
        yield from self.client.crc32_many(spans)

    def _to_wire(self, addr: int) -> int:
        """Loaders refuse to read themselves, but not one flash size further on."""
        guarded = addr < self.identity.chip.protected_until
        return addr + self.size if guarded and self.identity.family is Family.LOADER else addr

    def _probe(self) -> bool:
        """Whether a sector reads right at the first try, twice."""
        command = Read4K(addr=self._to_wire(0))
        for _try in range(2):
            reply = self.client.ask(command)
            if reply is None or not self._is_head(command.payload(reply)):
                return False
        return True

    def _is_head(self, data: bytes) -> bool:
        """Whether the flash begins with `data`: as it is known, else by the chip's checksum."""
        if not self.identity.only_glanced:
            return data == self.identity.loader_head
        check = CheckCrc(start=self._to_wire(0), length=SECTOR_LEN)
        reply = self.client.ask(check)
        return reply is not None and check.crc32(reply) == zlib.crc32(data)

    # writing

    def prepare_writes(self, target: AddressRange, *, allow_unknown_part: bool = False) -> None:
        """Lift the write protection before `target` is changed; erases nothing itself.

        ROM family: clears the protection bits of the known flash part; UnknownFlashPart otherwise,
        unless `allow_unknown_part` (an id of 00 or FF is refused even so). Loader family: where a
        CRC has blocked writes until a reset, reboots and links again; NoAnswer or LinkLost before
        anything is erased if that fails. The first sector that is erased and written afterwards
        is read back, so that a stuck protection shows before the rest is touched.
        """
        self._require_identity()
        self._writer.guard(target)
        if self.identity.family is Family.ROM:
            self._unprotect_part(allow_unknown=allow_unknown_part)
        elif self.crc_blocks_writes:
            self._restart_chip()
        self._writer.restart()

    def _unprotect_part(self, *, allow_unknown: bool) -> None:
        flash = self.identity.flash
        if flash.part is None:
            if not (allow_unknown and flash.id_valid):
                jedec = flash.jedec.hex(" ").upper() if flash.jedec else _("unreadable")
                raise UnknownFlashPart(jedec=jedec)
            return
        if flash.part.status_known:
            unprotect(self.client, flash.part, before=self._note_status)

    def _note_status(self, found: int) -> None:
        if self.status_found is None:
            self.status_found = found
            if self._before_unprotect is not None:
                self._before_unprotect(found)

    def _restart_chip(self) -> None:
        """Reset a chip whose CRC blocked writes, catch it again, go back to the speed."""
        before = self.baud
        self._sink.emit(
            Log(message=_("Restarting the chip: its checksum command has blocked writing."))
        )
        self.client.reboot()
        try:
            link_again(self.client, policy=self._policy, sink=self._sink, cancel=self._cancel)
        except NoAnswer as silence:
            raise LinkLost(port=self.client.port.info.name) from silence
        self._crc_done = False
        self._speed.back_to(before)
        if self._after_restart is not None:
            self._after_restart()

    def erase(self, span: AddressRange) -> None:
        """Set whole sectors to FF, in 64 KiB blocks where possible, status checked."""
        self._ready()
        self._writer.erase(span)

    def program(self, addr: int, data: bytes) -> None:
        """Write `data` to erased bytes; FF sectors are skipped; short ends are padded with FF.

        Repeats a sector (erase included) after lost bytes as observed on the real boot code.
        """
        self._ready()
        self._writer.program(addr, data)

    def program_sectors(
        self, sectors: Sequence[tuple[int, bytes]], *, taken: Callable[[int], None]
    ) -> None:
        """Write whole erased sectors, fast; `taken` hears the address of each in their order.

        Leaves off after the sector in flight when the user stopped.
        """
        self._ready()
        stopped = self._cancel
        self._writer.program_sectors(sectors, taken=taken, stopped=lambda: stopped.cancelled)

    def rewrite(self, addr: int, data: bytes) -> None:
        """Erase and program whole sectors, again until the device took them."""
        self._ready()
        self._writer.rewrite(addr, data)

    def _require_identity(self) -> None:
        if self.identity.only_glanced:
            raise ValueError("a chip that was only glanced at is never written")

    def _ready(self) -> None:
        self._require_identity()
        if self.crc_blocks_writes:
            self._restart_chip()
            self._writer.restart()

    def restore_protection(self) -> None:
        """ROM family: write back the protection bits that were found; nothing elsewhere."""
        part = self.identity.flash.part
        if part is not None and self.status_found is not None:
            restore(self.client, part, self.status_found)

    def reboot(self) -> None:
        """Leave the chip running what is in flash; call it also after a failure."""
        self.client.reboot()
