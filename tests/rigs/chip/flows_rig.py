"""One simulated board in virtual time, and the flows on it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from plugsmith.boot.linking import LinkPolicy
from plugsmith.clock import VirtualClock
from plugsmith.errors.safety import ConsentMissing
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.context import FlowContext
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.library.library import Library
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import loader_on, rom_personality
from plugsmith.sim.faults import FaultPlan
from plugsmith.sim.ports.adapter import Adapter
from plugsmith.sim.ports.port import SimLogPort, SimPort

ROMS = {
    name: name.lower() for name in ("BK7231N", "BK7231M", "BK7238", "BK7236", "BK7258", "BK7239N")
}


@cache
def factory(chip: str, **options) -> bytes:
    return forge_flash(chip=chip, **options)


@cache
def openbeken(chip: str) -> bytes:
    return forge_openbeken_qio(chip, version="1.18.300")


def silicon(chip: str, content: bytes):
    """The boot code that runs on a board with this chip and this flash."""
    if chip in ROMS:
        return rom_personality(ROMS[chip])
    return loader_on(chip.lower(), content[:257])


class Rig:
    """A board with `chip` and flash content; `ctx()` gives contexts that share one library."""

    def __init__(
        self, tmp_path, chip, content=None, *, faults=None, clock=None, adapter=None, **settings
    ):
        self.clock = clock or VirtualClock()
        content = factory(chip) if content is None else content
        who = silicon(chip, content)
        self.settings = SimSettings(faults=faults or FaultPlan(), **settings)
        self.chip = SimChip(who, content, settings=self.settings, now=self.clock.monotonic())
        self.before = bytes(content)
        self.log = EventLog()
        self.library = Library(tmp_path / "library")
        self.cancel = CancelToken()
        self.lines = "rts"
        self.name = "sim://rig"
        self.adapter = adapter or Adapter()
        self.asked = []

    @property
    def content(self) -> bytes:
        return bytes(self.chip.nor.content)

    def port(self):
        return SimPort(
            self.chip, self.clock, name=self.name, lines=self.lines, adapter=self.adapter
        )

    def log_port(self):
        return SimLogPort(self.chip, self.clock)

    def replug(self, faults=None):
        """Power off and on, with other faults from now on."""
        who = self.chip.who
        settings = replace(self.settings, faults=faults or FaultPlan())
        self.chip = SimChip(who, self.content, settings=settings, now=self.clock.monotonic())

    def ctx(self, *allow: str, log=False, yes=False, timeout=5.0, **options) -> FlowContext:
        def consent(question, step):
            self.asked.append(step)
            if not yes:
                raise ConsentMissing(step=step)

        return FlowContext(
            port_name="sim://rig",
            open_port=self.port,
            open_log=self.log_port if log else None,
            clock=self.clock,
            sink=self.log,
            cancel=self.cancel,
            library=self.library,
            again="plugsmith flash image.bin --port sim://rig",
            consent=consent,
            permissions=Permissions(granted=frozenset(Permission(item) for item in allow)),
            policy=LinkPolicy(timeout_s=timeout),
            **options,
        )

    def runs(self) -> bool:
        """Whether the application was started by the last reset."""
        self.clock.sleep(3)
        self.chip.advance(self.clock.monotonic())
        return "J 0x10000" in self.chip.log.text.rpartition("V:BK")[2]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.log]

    def warnings(self) -> list[str]:
        return [event.code for event in self.log if event.kind == "warning"]
