"""The firmware at work: configuration, commands, drivers and scripts, without time or power."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import CHANNEL_COUNT, Block, Identity, Number, Table, Text
from plugsmith.sim.obk.buttons import ButtonWatch
from plugsmith.sim.obk.command.table import run_command, run_script
from plugsmith.sim.obk.files import DEFAULT_SIZE, FileStore
from plugsmith.sim.obk.log import LogRing
from plugsmith.sim.obk.mqtt.publisher import Publisher
from plugsmith.sim.obk.plug.gpio import PinBank
from plugsmith.sim.obk.plug.lamp import LedState
from plugsmith.sim.obk.plug.meter import DRIVERS, Meter
from plugsmith.sim.obk.running import FlashVars

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.sim.obk.nor import SparseFlash
    from plugsmith.sim.obk.outcome import Outcome
    from plugsmith.sim.obk.plug.plug import Plug

_NO_AUTOSTART = 36
_DISCOVERY = 27


class Phase(StrEnum):
    """What the device is doing."""

    OFF = "off"
    UNPACKING = "unpacking"  # the boot loader writes an update
    RUNNING = "running"
    DEAD = "dead"  # the firmware of another chip was unpacked
    STUCK = "stuck"  # an upload died; only a power cycle helps


class Network(StrEnum):
    """Where the device can be reached."""

    NONE = "none"
    HOME = "home"
    ACCESS_POINT = "access point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The flash map of a chip (openbeken.md section 8)."""

    ota_start: int
    files_end: int
    config: int


LAYOUTS = {
    "BK7231T": Layout(ota_start=0x13_2000, files_end=0x1B_3000, config=0x1E_1000),
    "BK7231N": Layout(ota_start=0x12_A000, files_end=0x1D_0000, config=0x1D_1000),
}


@dataclass(frozen=True, slots=True)
class ScriptRest:
    """What a line with a delay in it has still to do."""

    device: Firmware
    parts: tuple[str, ...]

    def __call__(self) -> None:
        """The delay is over."""
        run_script(self.device, self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedUart:
    """The driver UartTCP as it was started: `started` counts the starts."""

    started: int
    baud: int
    buffer: int


class Firmware(ABC):
    """What runs on the chip; the device around it supplies time, power and network."""

    block: Block
    bank: PinBank
    files: FileStore
    buttons: ButtonWatch
    meter: Meter | None
    drivers: set[str]
    aliases: dict[str, str]
    led: LedState
    uart: PassedUart | None
    safe_mode: bool
    failed_boots: int
    upload_marker: bool  # set by flash, file system and OTA uploads until restart
    save_at: float | None
    home: tuple[str, str] | None  # the network there is; None: any name and password is right

    def __init__(self, *, identity: Identity, flash: SparseFlash, plug: Plug, version: str) -> None:
        self.identity = identity
        self.layout = LAYOUTS[identity.chip]
        self.flash = flash
        self.plug = plug
        self.version = version
        self.build_date = "Nov 22 2026 08:12:16"
        self.ip = "127.0.0.1"
        self.port = 80  # always, on the real one; the endpoint says otherwise
        self.home = None
        self.vars = FlashVars()
        self.log = LogRing()
        self.now_s = 0.0  # device seconds since power was first applied
        self.booted_at = 0.0
        self.second_at = 1.0  # when its next second has passed; none is lived twice or left out
        self.strays = 0  # OPTIONS answered
        self.uart_ends: Callable[[], None] = lambda: None  # who passes its bytes on hears of a stop
        self._uart_starts = 0
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.publisher = Publisher(self)
        self.blank()

    def blank(self) -> None:
        """The state of a chip that has just been reset."""
        self.block = Block.defaults(self.identity)
        self.bank = PinBank(self.block, self.plug, self._channel_changed)
        self.files = FileStore(self.flash, end=self.layout.files_end, size=DEFAULT_SIZE)
        self.buttons = ButtonWatch()
        self.meter = None
        self.drivers = set()
        self.aliases: dict[str, str] = {}
        self.led = LedState()
        self.uart = None
        self.safe_mode = False
        self.failed_boots = 0
        self.upload_marker = False
        self.save_at = None
        self.booted_at = self.now_s
        self.second_at = self.now_s + 1.0

    @property
    def uptime(self) -> float:
        """Seconds since the firmware started."""
        return self.now_s - self.booted_at

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later, unless the device is reset before."""
        self.due.append((self.now_s + seconds, act))

    def script_waits(self, seconds: float, parts: Sequence[str]) -> None:
        """The rest of a line, after a wait in it."""
        self.after(seconds, ScriptRest(self, tuple(parts)))

    def stop_scripts(self) -> None:
        """Forget what waits in lines with a delay (and in scripts)."""
        self.due = [entry for entry in self.due if not isinstance(entry[1], ScriptRest)]

    def restart_in(self, seconds: float) -> None:
        """A soft reboot, which saves a pending configuration first."""
        self.after(seconds, self.soft_reboot)

    @abstractmethod
    def soft_reboot(self) -> None:
        """Restart; the device knows how."""

    @abstractmethod
    def open_ap(self) -> None:
        """Become an access point; the device knows how."""

    def leave_safe_mode(self) -> None:
        """The normal start, three seconds from now."""
        self.after(3.0, self.start_up)

    def start_up(self) -> None:
        """Pins, drivers and scripts: what safe mode leaves out."""
        self.safe_mode = False
        for channel in range(CHANNEL_COUNT):
            value = self.block.item(Table.START_VALUES, channel)
            self.bank.values[channel] = self.vars.retained.get(channel, 0) if value < 0 else value
        self.bank.start()
        roles = {self.bank.role(pin) for pin in self.bank.used_pins()}
        if (
            not self.block.flag(_NO_AUTOSTART)
            and {"BL0937CF", "BL0937CF1"} <= roles
            and roles & {"BL0937SEL", "BL0937SEL_n"}
        ):
            self.start_driver("BL0937")
        self.run_file("early.bat")
        for line in re.split(r"[\r\n]+", self.block.text(Text.STARTUP)):
            self.run(line)
        self.run_file("autoexec.bat")
        if self.block.flag(_DISCOVERY):
            self.after(30.0, self.publisher.discover)

    # Configuration

    def touch(self, delay_s: float = 1.0) -> None:
        """The configuration changed: the one-second loop will save it."""
        if self.save_at is None:
            self.save_at = self.now_s + delay_s

    def save(self) -> None:
        """Write the configuration in memory to flash."""
        self.save_at = None
        self.block.set_number(Number.CHANGES, self.block.number(Number.CHANGES) + 1)
        self.flash.write_sectors(self.layout.config, self.block.sector())

    def uploaded(self) -> None:
        """A flash, file system or OTA upload ended: the trap of openbeken.md 9.4."""
        self.upload_marker = True
        self.block.set_number(Number.OTA_COUNT, self.block.number(Number.OTA_COUNT) + 1)
        self.touch()

    def set_text(self, which: Text, text: str) -> None:
        """Change a text of the configuration."""
        if self.block.text(which) != text:
            self.block.set_text(which, text)
            self.touch()

    def set_short_name(self, text: str) -> None:
        """Blanks, tabs and every byte above 127 become `_`."""
        plain = bytes(0x5F if byte > 127 or byte in b" \t" else byte for byte in text.encode())
        self.set_text(Text.SHORT_NAME, plain.decode("ascii"))

    def set_item(self, table: Table, index: int, value: int) -> None:
        """Change a number of a row of the configuration."""
        if self.block.item(table, index) != value:
            self.block.set_item(table, index, value)
            self.touch()

    def set_flags(self, flags: int) -> None:
        """Change all flags."""
        if self.block.flags != flags & 0xFFFF_FFFF_FFFF_FFFF:
            self.block.flags = flags
            self.touch()

    # Commands and drivers

    def run(self, line: str) -> Outcome:
        """Carry a command line out."""
        return run_command(self, line)

    def run_file(self, name: str) -> None:
        """Run a script of the file system, if there is one."""
        content = (self.files.files or {}).get(name)
        for line in (content or b"").decode("utf-8", "replace").splitlines():
            if line.strip() and not line.strip().startswith("//"):
                self.run(line)

    def start_driver(self, name: str) -> None:
        """Start a driver; a name that nobody knows is ignored."""
        driver = DRIVERS.get(name.lower())
        if driver is not None and (self.meter is None or self.meter.driver is not driver):
            self.meter = Meter(driver, self.block, self.bank, self.plug)
        if driver is not None or name.upper() in ("SSDP", "MDNS", "NTP", "TUYAMCU", "DDP"):
            self.drivers.add(name.upper())

    def pass_uart(self, baud: int, buffer: int) -> None:
        """Start UartTCP; nothing where it runs already."""
        if self.uart is None:
            self._uart_starts += 1
            self.uart = PassedUart(started=self._uart_starts, baud=baud, buffer=buffer)

    def stop_driver(self, name: str) -> None:
        """Stop a driver, or all with `*`."""
        if self.uart is not None and (name == "*" or name.lower() == "uarttcp"):
            self.uart = None
            self.uart_ends()
        if name == "*":
            self.drivers.clear()
        self.drivers.discard(name.upper())
        if self.meter is not None and self.meter.driver.name not in self.drivers:
            self.meter = None

    def _channel_changed(self, channel: int, value: int) -> None:
        self.log.add(
            "Info", "GEN", f"CHANNEL_Set channel {channel} has changed to {value} (flags 0)"
        )
        if self.block.item(Table.START_VALUES, channel) < 0:
            self.vars.retained[channel] = value
        self.publisher.channel(channel, value)
