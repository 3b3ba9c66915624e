"""A linked, identified chip, over all resets and vanished ports of one verb."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from plugsmith.boot.contact.glance import Reading, carries, glance
from plugsmith.boot.contact.greeting import greet
from plugsmith.boot.flash import UartFlash
from plugsmith.boot.identify import identify
from plugsmith.boot.linking import link
from plugsmith.errors import PlugsmithError
from plugsmith.errors.flash import TransferError
from plugsmith.errors.link import LinkLost, UnknownBootCode
from plugsmith.errors.port import PortLost
from plugsmith.flows.wire.linked.device_own import DeviceOwn
from plugsmith.flows.wire.linked.same_device import (
    prove_content,
    prove_hardware,
    prove_own,
    prove_restarted,
)
from plugsmith.flows.wire.speeds import Speeds, come_down
from plugsmith.library.jobs.store import CHANGING
from plugsmith.link.witness import Witness
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.contact.greeting import FirstAnswer
    from plugsmith.boot.identity import Identity
    from plugsmith.events import EventSink
    from plugsmith.flows.context import FlowContext
    from plugsmith.library.jobs.store import Job
    from plugsmith.link.port import Port
    from plugsmith.spi.flash import SpiFlash

T = TypeVar("T")

START_BAUD = 115_200
_LINKS = 3  # a chip that is reset while it is identified: a dip of the supply, a long pause
_RELINKS = 3  # without progress in between; then the supply or a wire is at fault


class Device(DeviceOwn):
    """The chip behind the port: client, identity and flash, replaced together on a new link."""

    over_spi = False  # see `spi_device.SpiDevice`

    def __init__(
        self,
        ctx: FlowContext,
        port: Port,
        *,
        log: Port | None = None,
        reading: Reading | None = None,
    ) -> None:
        """`log` is where the firmware prints, if the user has wired it.

        With `reading` nothing but that is asked for and nothing can be written.
        """
        self.ctx = ctx
        self.port = port
        self.job: Job | None = None
        self.log = log
        self._reading = reading
        self.witness = Witness(port, ctx.clock, log=log)
        super().__init__()
        self._status_found: int | None = None
        self.links = 0
        self._resets_at: list[int] = []
        self._hits: list[AddressRange] = []
        self._noted_baud = START_BAUD
        self._wire_before = self._skipped_before = self._silences_before = 0
        self.client: BootClient
        self.identity: Identity
        self.flash: UartFlash | SpiFlash
        self.speeds = Speeds(ctx, port)
        self._meet(sink=ctx.sink, expected=ctx.chip)
        self.first = self.identity
        self.identified_epoch = self.epoch

    def _meet(self, *, sink: EventSink | None, expected: str | None) -> None:
        """Link and identify; again after a reset in between, and at lower rates as needed."""
        resets = 0
        while True:
            self.client = _link(self.ctx, self.witness, self.speeds)
            try:
                hello = greet(self.client, sure=self._reading is None)
                self.speeds.enter(self.client, resets_itself=hello.chip_id is None)
                self.identity = self._identify(hello, sink=sink, expected=expected)
                self.flash = self._open_flash()
            except (LinkLost, PortLost, TransferError, UnknownBootCode) as failure:
                lost = isinstance(failure, (LinkLost, PortLost))
                lower = not isinstance(failure, PortLost) and self.speeds.goes_lower(failure)
                resets += lost and not lower
                if lower or (lost and resets < _LINKS):
                    self._back_to_start()
                    continue
                self._give_up()
                raise
            except BaseException:
                self._give_up()
                raise
            self.speeds.works(self.client.baud)
            self._resets_at += [self.client.baud] * resets
            return

    def _identify(
        self, hello: FirstAnswer, *, sink: EventSink | None, expected: str | None
    ) -> Identity:
        trusted = self._reading is not None and self.speeds.trusts(self.client.baud)
        if self._reading is not None and (trusted or carries(self.client)):
            found = glance(self.client, hello, self._reading, sink=sink, expected=expected)
            if found is not None:
                return found
        return identify(self.client, sink=sink, expected=expected, hello=hello)

    def _back_to_start(self) -> None:
        """Where the next link begins; a chip that cannot be called there is found by the search."""
        with suppress(PlugsmithError):
            come_down(self.client)
        self.client.close()

    def _give_up(self) -> None:
        with suppress(PlugsmithError):
            self.client.reboot()
        self.client.close()

    @property
    def size(self) -> int:
        """Bytes in the flash."""
        return self.identity.flash.size

    @property
    def bytes_on_wire(self) -> int:
        """Bytes sent and received in this session, over all links."""
        return self._wire_before + self.flash.bytes_on_wire

    @property
    def skipped_blank(self) -> int:
        """Bytes that were proven blank and not read, over all links."""
        return self._skipped_before + self.flash.skipped_blank

    def raise_speed(self) -> None:
        """Go to the fastest rate that proves itself, starting with what worked before."""
        if self.ctx.baud_limit is not None and self.ctx.baud_limit <= START_BAUD:
            return
        try:
            baud = self.flash.raise_speed()
        except LinkLost:
            self.relink()  # which raises the speed as far as is left
            return
        self.note_speed()
        self.speeds.works(baud)
        self.ctx.say(_("Data travels at {baud} baud.", baud=baud), level="detail")

    def note_speed(self) -> None:
        """Write down the rate in use if it changed: a cut connection leaves the chip at it."""
        if self._noted_baud != self.flash.baud:
            self._write_down(self.flash.baud)

    def _write_down(self, baud: int) -> None:
        self._noted_baud = baud
        self.speeds.in_use(baud)
        if self.job is not None:
            self.job.speed(baud)

    def remember_speed(self) -> None:
        """Note that the rate in use carried a whole verb, unless the user chose it."""
        self.speeds.carried_all(self.flash.baud)

    def relink(self) -> None:
        """Link again after the chip was reset and prove that it is the same one.

        LinkLost or NoAnswer if it does not come back, OtherDevice if another one does.
        """
        self._wire_before, self._skipped_before = self.bytes_on_wire, self.skipped_blank
        self._silences_before += self.client.silences
        self._hits += self.flash.suspects
        rate = self._noted_baud
        self._resets_at += self.client.resets_at
        for attempt in range(_LINKS):
            self.client.close()
            self._noted_baud = START_BAUD
            try:
                self._meet(sink=None, expected=None)
                self._take_up_again()
            except (LinkLost, PortLost):
                if attempt == _LINKS - 1:
                    raise
                continue
            self._resets_at.append(rate)
            return

    def _take_up_again(self) -> None:
        """Prove that the chip that was linked is the one of this run, before anything else."""
        prove_hardware(self, self.identity)
        self.links += 1
        self.identified_epoch = self.epoch
        self.raise_speed()
        prove_own(self)
        prove_content(self)

    @property
    def epoch(self) -> int:
        """Grows whenever the chip was away so that what was read before may not hold any more."""
        return self.links + self._silences_before + self.client.silences

    def prove_same(self) -> None:
        """Return if the chip that answers now is the one of this run; OtherDevice if not."""
        prove_own(self)

    def flash_restore_protection(self) -> None:
        """Put the write protection of the flash part back as it was found, over all links."""
        self.flash.restore_protection()

    def suspects(self) -> list[AddressRange]:
        """Where a garbled request may have changed something, over all links of this run."""
        return [*self._hits, *self.flash.suspects]

    def retry_on_relink(self, work: Callable[[], T]) -> T:
        """What `work` returns; it is done anew on a new link when the chip was reset meanwhile."""
        for _attempt in range(_RELINKS):
            try:
                return work()
            except (LinkLost, PortLost):
                self.relink()
        return work()

    def read(self, span: AddressRange) -> bytes:
        """The proven bytes of `span`, also over a reset of the chip."""
        return self.retry_on_relink(lambda: self.flash.read(span))

    def differing(
        self, expected: Sequence[tuple[AddressRange, int]], *, mostly_equal: bool = False
    ) -> list[AddressRange]:
        """Those spans whose checksum on the device is another one, also over a reset."""
        return self.retry_on_relink(
            lambda: self.flash.differing(expected, mostly_equal=mostly_equal)
        )

    def crcs(self, spans: Sequence[AddressRange]) -> list[int]:
        """The device's checksum of each span, also over a reset."""
        return self.retry_on_relink(lambda: list(self.flash.crc32_many(spans)))

    def resume_on_relink(self, work: Callable[[], None], *, left: Callable[[], int]) -> None:
        """Do `work`, which goes on where it stopped; link again when the chip was reset.

        Gives up (LinkLost) when that happened some times without `left` getting less.
        """
        failures, least = 0, left()
        while True:
            try:
                return work()
            except (LinkLost, PortLost):
                if left() < least:
                    failures, least = 0, left()
                failures += 1
                lower = failures > 1 and self._goes_lower()
                if failures > _RELINKS and not lower:
                    raise
            self.relink()

    def _goes_lower(self) -> bool:
        return self.speeds.shaken(self._noted_baud)

    def read_sectors(self, addrs: Sequence[int]) -> dict[int, bytes]:
        """Sectors that belong together, all read on one link."""

        def read() -> dict[int, bytes]:
            return {addr: self.flash.read(AddressRange.sized(addr, SECTOR_LEN)) for addr in addrs}

        return self.retry_on_relink(read)

    def release(self) -> None:
        """Let the chip run what is in its flash, whatever happened before."""
        try:
            with suppress(PlugsmithError):
                self.flash.reboot()
                self.speeds.in_use(None)
            self.client.close()
        finally:
            self.locks.close()
        # what a rate that the adapter lacks did to the chip is nobody's supply
        found = [*self._resets_at, *self.client.resets_at]
        self.ctx.tally.resets += sum(rate not in self.speeds.ladder.given_up for rate in found)

    def _open_flash(self) -> UartFlash:
        return UartFlash(
            self.client,
            self.identity,
            clock=self.ctx.clock,
            sink=self.ctx.sink,
            cancel=self.ctx.cancel,
            before_speed=self._about_to_run_at,
            confirm=self.prove_same,
            after_restart=lambda: prove_restarted(self),
            ladder=self.speeds.ladder,
            status_found=self._status_found,
            before_unprotect=self._about_to_unprotect,
        )

    def _about_to_unprotect(self, status: int) -> None:
        """Write down how the flash part was protected, before that is lifted."""
        key, began = self.key(), {item.state.id for item in self.unfinished()}
        own = [
            state
            for state in self.ctx.library.jobs.open_jobs(kinds=CHANGING)
            if state.id in began or (not state.begun and key.is_same(state.header.device))
        ]
        known = [state.protection for state in own if state.protection is not None]
        self._status_found = known[-1] if known else status
        self.flash.status_found = self._status_found
        if self.job is not None:
            self.job.protection(self._status_found)

    @property
    def unprotected(self) -> bool:
        """Whether this run lifted a write protection and has not put it back."""
        part, found = self.identity.flash.part, self._status_found
        return part is not None and found is not None and part.is_protected(found)

    def _about_to_run_at(self, baud: int) -> None:
        """Write down where a cut connection may leave the chip, before it is asked to go there."""
        if baud != START_BAUD:
            self._write_down(baud)


def _link(ctx: FlowContext, witness: Witness, speeds: Speeds) -> BootClient:
    return link(
        witness.port,
        policy=ctx.policy,
        clock=ctx.clock,
        sink=ctx.sink,
        cancel=ctx.cancel,
        speeds=speeds.relink_speeds(),
        left_behind=speeds.left_behind,
        witness=witness,
        keeper=ctx.keeper,
    )
