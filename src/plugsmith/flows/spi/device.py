"""A chip whose flash answers over SPI; its processor stands still meanwhile."""

from __future__ import annotations

from contextlib import suppress
from os.path import realpath
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.errors.link import LinkLost, OtherDevice
from plugsmith.errors.port import PortLost
from plugsmith.flows.spi.content_identity import flash_facts, identify_content
from plugsmith.flows.wire.connection import Device
from plugsmith.flows.wire.linked.device_own import DeviceOwn
from plugsmith.flows.wire.linked.same_device import prove_own
from plugsmith.library.jobs.store import CHANGING
from plugsmith.link.ports import open_port
from plugsmith.link.spi_address import read_address
from plugsmith.memory import AddressRange
from plugsmith.messages import _
from plugsmith.spi.adapters.programmer import ProgrammerPort
from plugsmith.spi.adapters.traps import TRAPS
from plugsmith.spi.cen import ByAdapter, ByHand, ByLine, BySelect
from plugsmith.spi.entry import enter
from plugsmith.spi.flash import SpiFlash
from plugsmith.spi.nor import Nor
from plugsmith.spi.serprog import Serprog

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.flows.context import FlowContext
    from plugsmith.library.jobs.store import JobState
    from plugsmith.link.port import Port
    from plugsmith.spi.adapters.programmer import Programmer
    from plugsmith.spi.cen import Cen

_LINKS = 3


class SpiDevice(Device):
    """The same as `Device` to every flow; writable is what is over the UART: no boot loader.

    `repair`: it may hold the image of another chip, so a chip with a loader that the user names
    stands against the content of one without.
    """

    over_spi = True

    def __init__(self, ctx: FlowContext, port: Port, *, repair: bool = False) -> None:
        DeviceOwn.__init__(self)
        self.ctx, self.port, self.job, self.log = ctx, port, None, None
        self._address = read_address(ctx.port_name)
        self._repair = repair
        self._status_found: int | None = None
        self._line: Port | None = None
        self.links = 0
        self._hits: list[AddressRange] = []
        ctx.warn("PS-NOTE-SPI-VOLTAGE", _(TRAPS[self._address.scheme]))
        self._bus = self._begin(port)
        self._cen = self._wire_to_cen()
        self._nor = Nor(self._bus, clock=ctx.clock, port_name=ctx.port_name)
        try:
            self._enter()
            self._open(expected=ctx.chip)
        except BaseException:
            self._close_line()
            raise
        self.first = self.identity
        self.identified_epoch = self.epoch

    def allow(self, writable: AddressRange) -> None:
        """Set what may be changed, for `unbrick` alone."""
        self._spi_flash.allow(writable)

    def require_known_part(self) -> None:
        """UnknownFlashPart for a part that is never written over SPI."""
        self._spi_flash.require_known_part()

    def pulse_beside(self, uart: str) -> Callable[[], None] | None:
        """What resets the chip while the port `uart` is worked with; None where nothing here does.

        Where CEN hangs on a line of that very port, the port is free for its user from now on.
        """
        if self._line is not None and realpath(self._line.info.name) == realpath(uart):
            self._close_line()
            return None
        return None if self._cen.by_hand else self._cen.pulse

    def in_flash_mode(self) -> bool:
        """Whether its flash still answers: then no firmware and no boot code runs."""
        return self._nor.read_id() == self._nor.jedec

    def lifted(self) -> list[JobState]:
        """Jobs on this device that changed nothing but its write protection.

        A device without MAC and calibration is told by its chip and flash id, for want of more.
        """
        key = self.key()
        jobs = self.ctx.library.jobs.open_jobs(kinds=CHANGING)
        return [
            item
            for item in jobs
            if not item.begun
            and (key.is_same(item.header.device) or (not key.certain and key == item.header.device))
        ]

    def put_back_protection(self, status: int) -> None:
        """Have the flash part protected as `status` says."""
        self._spi_flash.status_found = status
        self.resume_on_relink(self.flash_restore_protection, left=lambda: 0)

    def _begin(self, port: Port) -> Serprog | Programmer:
        if isinstance(port, ProgrammerPort):
            return port.begin()
        return Serprog(port, clock=self.ctx.clock, hz=self._address.hz)

    def _wire_to_cen(self) -> Cen:
        line, _at, where = self._address.cen.partition("@")
        if line in {"rts", "dtr"}:
            self._line = open_port(where, clock=self.ctx.clock)
            return ByLine(self._line, line, self.ctx.clock, self.ctx.port_name)
        if isinstance(self._bus, Serprog):
            if line == "cs1" and self._bus.selects:
                return BySelect(self._bus, self.ctx.port_name)
        elif line in {"line", "gpio"}:
            return ByAdapter(self._bus, self.ctx.clock, self.ctx.port_name)
        return ByHand(self.ctx.port_name)

    def _enter(self) -> None:
        self._nor.jedec = enter(
            self._nor,
            self._cen,
            clock=self.ctx.clock,
            sink=self.ctx.sink,
            cancel=self.ctx.cancel,
            timeout_s=self.ctx.policy.timeout_s,
        )

    def _open(self, *, expected: str | None) -> None:
        facts = flash_facts(self._nor)
        flash = SpiFlash(
            self._nor,
            facts,
            writable=AddressRange(0, 0),
            cancel=self.ctx.cancel,
            hz=self._bus.hz,
            before_unprotect=self._about_to_unprotect,
            reset=self._restart,
        )
        self.identity = identify_content(flash, facts, expected=expected, repair=self._repair)
        flash.allow(AddressRange(self.identity.chip.protected_until, facts.size))
        self.flash = self._spi_flash = flash
        self.ctx.say(
            _(
                "Found over SPI: {chip}, flash {part} ({kib} KiB), MAC {mac}.",
                chip=self.identity.chip.name,
                part=facts.part.name if facts.part else self._nor.jedec.hex(),
                kib=facts.size // 1024,
                mac=self.identity.mac or _("unknown"),
            )
        )
        if expected is None and self.identity.chip.recoverable_over_uart:
            self.ctx.say(
                _(
                    "Only its content says that this is a {chip}; another chip with that image in "
                    "it looks the same over SPI. If it stays silent on its UART, name the chip: "
                    "plugsmith unbrick --chip bk7231t",
                    chip=self.identity.chip.name,
                )
            )

    @property
    def bytes_on_wire(self) -> int:
        """Bytes to and from the programmer."""
        return self._bus.bytes_on_wire

    @property
    def skipped_blank(self) -> int:
        """None: everything is read."""
        return 0

    @property
    def epoch(self) -> int:
        """Grows whenever the chip left the mode."""
        return self.links

    def raise_speed(self) -> None:
        """The clock is the programmer's."""

    def note_speed(self) -> None:
        """Nothing: a cut connection leaves no speed behind."""

    def remember_speed(self) -> None:
        """Nothing, likewise."""

    def _goes_lower(self) -> bool:
        return False

    def relink(self) -> None:
        """Into the mode again; OtherDevice if what answers now is another flash."""
        before = self._nor.jedec
        for attempt in range(_LINKS):
            try:
                self._enter()
                if self._nor.jedec != before:
                    raise OtherDevice(
                        port=self.port.info.name,
                        difference=_("its flash id is {jedec}", jedec=self._nor.jedec.hex()),
                    )
                prove_own(self)
                self._prove_content()
            except (LinkLost, PortLost):
                if attempt == _LINKS - 1:
                    raise
                continue
            self.links += 1
            self.identified_epoch = self.epoch
            return

    def _prove_content(self) -> None:
        for span in self.flash.differing(self.known.kept):
            raise OtherDevice(
                port=self.port.info.name,
                difference=_("its flash holds something else at {place}", place=span),
            )

    def release(self) -> None:
        """Let the chip start, or say how."""
        try:
            with suppress(PlugsmithError):
                self.flash.reboot()
        finally:
            self._close_line()
            self.locks.close()

    def _close_line(self) -> None:
        if self._line is not None:
            with suppress(PlugsmithError):
                self._line.close()

    def _restart(self) -> None:
        if not self._cen.by_hand:
            self._cen.pulse()
            return
        self.ctx.say(
            _(
                "The chip stays in flash mode. To start it, connect CEN to GND for a moment, or "
                "switch its supply off and on."
            )
        )
