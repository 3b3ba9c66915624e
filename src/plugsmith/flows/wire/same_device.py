"""Is it still the same device? Asked after every new link, restart and silence of a run.

A board can be exchanged whenever the link was lost. What is a device's own (calibration, address)
is read again; what the run knows of the rest, the chip proves by its checksums.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.boot.dialects import AfterCrc
from plugsmith.errors.link import OtherDevice
from plugsmith.flows.write.target_image import mac_in_rf
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, format_addr, subtract_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugsmith.boot.identity import Identity
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.sector_survey import RangeCrc

_SAMPLES = 6  # sectors that are read where a checksum would block writing


@dataclass(slots=True, kw_only=True)
class Known:
    """What a run knows of its device.

    `rf` holds RF sectors as read; `kept` ranges with the CRC-32 that they keep while the run goes
    on; `samples` some sectors of them; `changing` what the run itself is changing.
    """

    rf: dict[int, bytes] = field(default_factory=dict, repr=False)
    kept: tuple[tuple[AddressRange, int], ...] = ()
    samples: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    changing: frozenset[int] = frozenset()

    def learn(self, content: bytes, *, changing: Iterable[int] = ()) -> None:
        """Take the proven content of the whole flash, of which `changing` will not stay."""
        self.changing = frozenset(changing)
        gone = [AddressRange.sized(addr, SECTOR_LEN) for addr in self.changing]
        spans = [
            piece
            for span in subtract_ranges([AddressRange(0, len(content))], gone)
            for piece in span.split(BLOCK_LEN)
        ]
        self.kept = tuple((span, zlib.crc32(content[span.start : span.end])) for span in spans)
        self.samples = _samples(content, spans)

    def keep(self, baseline: Iterable[RangeCrc], *, changing: Iterable[int]) -> None:
        """Take the checksums of what is kept while `changing` is changed."""
        self.changing = frozenset(changing)
        self.kept = tuple((item.span, item.crc32) for item in baseline)
        self.samples = {
            addr: data for addr, data in self.samples.items() if addr not in self.changing
        }


def _samples(content: bytes, spans: Iterable[AddressRange]) -> dict[int, bytes]:
    """Sectors that are not blank, from the end on: what is a device's own lies there."""
    found: dict[int, bytes] = {}
    for span in reversed(list(spans)):
        for part in reversed(list(span.split(SECTOR_LEN))):
            data = content[part.start : part.end]
            if data.count(0xFF) < len(data):
                found[part.start] = data
                break
        if len(found) == _SAMPLES:
            break
    return found


def prove_hardware(device: Device, now: Identity) -> None:
    """Return if `now` is the chip that the run began with; OtherDevice if not."""
    first, known_rf = device.first, frozenset(device.known.rf)
    differences = (
        (first.chip.name != now.chip.name, _("it is a {name}", name=now.chip.name)),
        (
            first.flash.size != now.flash.size,
            _("its flash has {size} bytes", size=now.flash.size),
        ),
        (
            first.flash.jedec != now.flash.jedec,
            _("its flash id is {jedec}", jedec=(now.flash.jedec or b"").hex() or _("unknown")),
        ),
        (
            first.loader_head != now.loader_head and 0 not in device.known.changing,
            _("it has another boot loader"),
        ),
        (
            first.mac != now.mac and not known_rf & device.known.changing,
            _("its MAC is {mac}", mac=now.mac or _("unknown")),
        ),
    )
    for differs, text in differences:
        if differs:
            raise _other(device, text)


def prove_restarted(device: Device) -> None:
    """The same as `prove_own`, and some of the rest: a chip that was restarted on purpose."""
    prove_own(device)
    _prove_samples(device)


def prove_own(device: Device) -> None:
    """Return if calibration and address are those that were read before; by reading alone."""
    known = device.known
    own = {addr: data for addr, data in known.rf.items() if addr not in known.changing}
    held = {addr: data for addr, data in own.items() if mac_in_rf(data) is not None}
    for addr, data in (held or own).items():
        found = device.flash.peek(addr)
        if found == data:
            continue
        mac = mac_in_rf(found)
        if mac is not None and mac != mac_in_rf(data):
            raise _other(device, _("its MAC is {mac}", mac=mac))
        raise _other(device, _("its RF calibration is another one"))
    if not held:
        _prove_samples(device)


def prove_content(device: Device) -> None:
    """Return if everything that the run keeps is as it was; by checksums where they may be used.

    A place that a garbled request may have hit is left to the verification at the end.
    """
    if device.client.dialect.after_crc is AfterCrc.BLOCKED and device.job is not None:
        _prove_samples(device)
        return
    known = device.known
    for span in device.flash.differing(known.kept, mostly_equal=True):
        if not any(span.overlaps(hit) for hit in device.suspects()):
            raise _other(device, _("its flash holds something else at {place}", place=span))


def _prove_samples(device: Device) -> None:
    for addr, data in device.known.samples.items():
        span = AddressRange.sized(addr, SECTOR_LEN)
        hit = any(span.overlaps(item) for item in device.suspects())
        if not hit and device.flash.peek(addr) != data:
            place = format_addr(addr)
            raise _other(device, _("its flash holds something else at {place}", place=place))


def _other(device: Device, difference: str) -> OtherDevice:
    return OtherDevice(port=device.port.info.name, difference=difference)
