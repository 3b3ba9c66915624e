"""The firmware as its parts see it: what commands, buttons and messages may ask of it.

They import this instead of the whole firmware, which is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.sim.obk.block import Block, Identity, Table, Text
    from plugsmith.sim.obk.files import FileStore
    from plugsmith.sim.obk.log import LogRing
    from plugsmith.sim.obk.outcome import Outcome
    from plugsmith.sim.obk.plug.gpio import PinBank
    from plugsmith.sim.obk.plug.lamp import LedState
    from plugsmith.sim.obk.plug.meter import Meter
    from plugsmith.sim.obk.plug.plug import Plug


@dataclass(slots=True, kw_only=True)
class FlashVars:
    """What the firmware keeps outside the configuration."""

    failed_boots: int = 0
    retained: dict[int, int] = field(default_factory=dict)
    unpacked: int = 0  # hash of the update that was unpacked last


class Announcer(Protocol):
    """Who tells the broker."""

    def channel(self, channel: int, value: int) -> None:
        """The state of a channel."""

    def discover(self, prefix: str = "homeassistant") -> None:
        """The messages of Home Assistant's discovery."""

    def put(self, name: str, payload: str, *, retain: bool = False) -> None:
        """A message below the device's own topic."""


class Running(Protocol):
    """A firmware at work."""

    identity: Identity
    version: str
    build_date: str
    ip: str
    block: Block
    bank: PinBank
    files: FileStore
    log: LogRing
    plug: Plug
    vars: FlashVars
    meter: Meter | None
    drivers: set[str]
    aliases: dict[str, str]
    led: LedState
    safe_mode: bool

    @property
    def publisher(self) -> Announcer:
        """Who tells the broker."""

    @property
    def uptime(self) -> float:
        """Seconds since it started."""

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later, unless the device is reset before."""

    def script_waits(self, seconds: float, parts: Sequence[str]) -> None:
        """The rest of a line, after a wait in it."""

    def stop_scripts(self) -> None:
        """Forget what waits in lines with a delay."""

    def restart_in(self, seconds: float) -> None:
        """A soft reboot."""

    def open_ap(self) -> None:
        """Become an access point."""

    def touch(self, delay_s: float = 1.0) -> None:
        """The configuration changed."""

    def set_text(self, which: Text, text: str) -> None:
        """Change a text of the configuration."""

    def set_short_name(self, text: str) -> None:
        """Change the short name, as far as its alphabet goes."""

    def set_item(self, table: Table, index: int, value: int) -> None:
        """Change a number of a row of the configuration."""

    def set_flags(self, flags: int) -> None:
        """Change all flags."""

    def run(self, line: str) -> Outcome:
        """Carry a command line out."""

    def run_file(self, name: str) -> None:
        """Run a script of the file system, if there is one."""

    def pass_uart(self, baud: int, buffer: int) -> None:
        """Start UartTCP; nothing where it runs already."""

    def start_driver(self, name: str) -> None:
        """Start a driver."""

    def stop_driver(self, name: str) -> None:
        """Stop a driver, or all with `*`."""
