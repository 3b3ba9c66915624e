"""A simulated chip behind a serprog programmer, in virtual time."""

from __future__ import annotations

from functools import cache

from plugsmith.boot.identity import FlashFacts, SizeProof
from plugsmith.chips.catalog import flash_part
from plugsmith.clock import VirtualClock
from plugsmith.events import CancelToken, EventLog
from plugsmith.forge.flash import forge_flash
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.memory import AddressRange
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import loader_on
from plugsmith.sim.faults import FaultPlan
from plugsmith.sim.flash.parts import part_for
from plugsmith.sim.ports.port import SimPort
from plugsmith.sim.spi.face import SpiFace
from plugsmith.sim.spi.serprog import Manners, SerprogServer
from plugsmith.spi.cen import ByHand, BySelect
from plugsmith.spi.entry import enter
from plugsmith.spi.flash import SpiFlash
from plugsmith.spi.nor import Nor
from plugsmith.spi.serprog import Serprog

SIZE = 0x20_0000
LOADER = AddressRange(0, 0x1_1000)


@cache
def factory(chip="BK7231T"):
    return forge_flash(chip=chip)


class SerprogPort:
    """A link.port.Port in front of a simulated programmer; each call takes a little time."""

    def __init__(self, server, clock, *, name="serprog://rig", step_s=0.0001):
        self.server, self.clock, self.step_s = server, clock, step_s
        self.info = PortInfo(name=name)
        self.capabilities = PortCapabilities(modem_lines=False, speed_changes=False, local=False)
        self.baud = 115_200
        self.waiting = bytearray()

    def read(self, limit, timeout_s):
        if not self.waiting:
            self.clock.sleep(timeout_s)
            return b""
        got = bytes(self.waiting[:limit])
        del self.waiting[:limit]
        return got

    def write(self, data):
        self.clock.sleep(self.step_s)
        self.waiting += self.server.feed(data, now=self.clock.monotonic())
        self.clock.sleep(self.server.pause_s)

    def drain(self): ...

    def discard_input(self):
        self.waiting.clear()

    def set_baud(self, baud): ...

    def set_lines(self, *, rts=None, dtr=None): ...

    def close(self): ...


class SpiRig:
    """`open()` gives a flash of this chip through everything that stands between."""

    def __init__(
        self, content=None, *, chip="BK7231T", jedec="C84015", manners=None, faults=None, **settings
    ):
        self.clock = VirtualClock()
        self.before = factory(chip) if content is None else content
        part = part_for(bytes.fromhex(jedec), size=len(self.before))
        self.chip = SimChip(
            loader_on(chip.lower(), self.before[:257]),
            self.before,
            settings=SimSettings(faults=faults or FaultPlan(), part=part, held=False, **settings),
        )
        self.clock.sleep(1.0)  # switched on a while ago
        self.face = SpiFace(self.chip)
        self.manners = manners or Manners()
        self.log = EventLog()
        self.cancel = CancelToken()

    @property
    def content(self):
        return bytes(self.chip.nor.content)

    def port(self):
        return SerprogPort(SerprogServer(self.face, self.manners), self.clock)

    def uart(self):
        return SimPort(self.chip, self.clock, name="sim://rig")

    def bus(self):
        return Serprog(self.port(), clock=self.clock)

    def nor(self, *, timeout_s=30.0):
        bus = self.bus()
        nor = Nor(bus, clock=self.clock, port_name="serprog://rig")
        cen = BySelect(bus, "serprog://rig") if bus.selects else ByHand("serprog://rig")
        nor.jedec = enter(
            nor, cen, clock=self.clock, sink=self.log, cancel=self.cancel, timeout_s=timeout_s
        )
        return nor

    def open(self, *, writable=LOADER, **options):
        nor = self.nor()
        part = flash_part(nor.jedec)
        facts = FlashFacts(
            jedec=nor.jedec,
            part=part,
            size=len(self.before),
            size_proof=SizeProof.JEDEC,
            status=None,
            protected=None,
        )
        return SpiFlash(nor, facts, writable=writable, cancel=self.cancel, hz=nor.bus.hz, **options)
