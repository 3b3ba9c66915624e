"""Our adapters with nothing of the flows around them: sectors are rewritten through one.

    python usb_client.py ADDRESS START FILE

FILE is written from START on; pyusb, pyftdi and libusb are what is installed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from plugsmith.clock import RealClock
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.spi.content_identity import flash_facts
from plugsmith.memory import AddressRange
from plugsmith.spi.adapters.opened import open_programmer
from plugsmith.spi.cen import ByAdapter
from plugsmith.spi.entry import enter
from plugsmith.spi.flash import SpiFlash
from plugsmith.spi.nor import Nor


def main(address, start, file):
    clock, cancel, data = RealClock(), CancelToken(), Path(file).read_bytes()
    port = open_programmer(address)
    bus = port.begin()
    nor = Nor(bus, clock=clock, port_name=address)
    nor.jedec = enter(
        nor, ByAdapter(bus, clock, address), clock=clock, sink=EventLog(), cancel=cancel,
        timeout_s=60.0,
    )  # fmt: skip
    span = AddressRange.sized(int(start, 0), len(data))
    flash = SpiFlash(nor, flash_facts(nor), writable=span, cancel=cancel, hz=bus.hz)
    flash.prepare_writes(span)
    flash.rewrite(span.start, data)
    flash.restore_protection()
    port.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
