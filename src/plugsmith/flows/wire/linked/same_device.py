"""Is it still the same device? Asked after every new link, restart and silence of a run.

A board can be exchanged whenever the link was lost. What is a device's own (calibration, address)
is read again; what the run knows of the rest, the chip proves by its checksums.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from plugsmith.boot.dialects import AfterCrc
from plugsmith.chips.model import APP_START, RegionRole
from plugsmith.errors.flash import ExchangeFailed, StatusRefused
from plugsmith.errors.link import OtherDevice
from plugsmith.flows.write.cut_sector import left_by_cut
from plugsmith.flows.write.target_image import mac_in_rf
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, format_addr, subtract_ranges
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from plugsmith.boot.identity import Identity
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.sector_survey import RangeCrc

_OTHER_CALIBRATION = N_("its RF calibration is another one")
_USUAL_CODE_END = APP_START + 0x12_0000
_SAMPLES = 6  # sectors that are read where a checksum would block writing


@dataclass(slots=True, kw_only=True)
class Known:
    """What a run knows of its device.

    `rf` holds RF sectors as read; `kept` ranges with the CRC-32 that they keep while the run goes
    on; `samples` some sectors of them; `aims` the sectors that the run itself is changing, with all
    that one may hold or be on its way to (empty where that is not known), and `ahead` what those
    of them hold that it has not begun.
    """

    rf: dict[int, bytes] = field(default_factory=dict, repr=False)
    kept: tuple[tuple[AddressRange, int], ...] = ()
    samples: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    aims: Mapping[int, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    ahead: dict[int, bytes] = field(default_factory=dict, repr=False)

    def learn(self, content: bytes, *, changing: Iterable[int] = ()) -> None:
        """Take the proven content of the whole flash, of which `changing` will not stay."""
        self.aims = dict.fromkeys(changing, ())
        gone = [AddressRange.sized(addr, SECTOR_LEN) for addr in self.aims]
        spans = [
            piece
            for span in subtract_ranges([AddressRange(0, len(content))], gone)
            for piece in span.split(BLOCK_LEN)
        ]
        self.kept = tuple((span, zlib.crc32(content[span.start : span.end])) for span in spans)
        self.samples = _samples(content, spans)

    def keep(
        self,
        baseline: Iterable[RangeCrc],
        *,
        aims: Mapping[int, tuple[bytes, ...]],
        content: bytes | None,
    ) -> None:
        """Take the checksums of what is kept while what has `aims` in `content` is changed."""
        self.aims = aims
        self.ahead = {} if content is None else {at: content[at : at + SECTOR_LEN] for at in aims}
        self.ahead |= {addr: data for addr, data in self.rf.items() if addr in aims}
        self.kept = tuple((item.span, item.crc32) for item in baseline)
        self.samples = {addr: data for addr, data in self.samples.items() if addr not in self.aims}

    def begin(self, span: AddressRange) -> None:
        """The run is about to change `span`."""
        for part in span.split(SECTOR_LEN):
            self.ahead.pop(part.start, None)

    @property
    def renames(self) -> bool:
        """Whether the run changes what a device is known by, and no address stays."""
        staying = [data for addr, data in self.rf.items() if addr not in self.aims]
        return len(staying) < len(self.rf) and all(mac_in_rf(data) is None for data in staying)

    def may_hold(self, addr: int, found: bytes) -> bool:
        """Whether the sector at `addr`, which the run changes, may hold `found` by now."""
        if addr in self.ahead:
            return found == self.ahead[addr]
        aims = self.aims[addr]
        return not aims or any(left_by_cut(found, aim) for aim in aims)


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
    first = device.first
    differences = (
        (set(first.names).isdisjoint(now.names), _("it is a {name}", name=now.chip.name)),
        (
            first.flash.size != now.flash.size,
            _("its flash has {size} bytes", size=now.flash.size),
        ),
        (
            first.flash.jedec != now.flash.jedec,
            _("its flash id is {jedec}", jedec=(now.flash.jedec or b"").hex() or _("unknown")),
        ),
        (
            _known_to_differ(first.loader_head, now.loader_head) and 0 not in device.known.aims,
            _("it has another boot loader"),
        ),
        (
            not (first.only_glanced or now.only_glanced)
            and first.mac != now.mac
            and device.known.rf.keys().isdisjoint(device.known.aims),
            _("its MAC is {mac}", mac=now.mac or _("unknown")),
        ),
        (
            (first.only_glanced or now.only_glanced) and first.known_by != now.known_by,
            _(_OTHER_CALIBRATION),
        ),
    )
    for differs, text in differences:
        if differs:
            raise _other(device, text)


def _known_to_differ(one: bytes, other: bytes) -> bool:
    """Of two heads of boot loaders; one that was not asked for is empty."""
    return bool(one and other) and one != other


def prove_restarted(device: Device) -> None:
    """The same as `prove_own`, and some of the rest: a chip that was restarted on purpose."""
    prove_own(device)
    _prove_samples(device)


def prove_own(device: Device) -> None:
    """Return if calibration and address are those that were read before; by reading alone.

    Where the run itself changes them, another board may be named as this one was or will be: then
    all of the flash has to hold what it may hold by now.
    """
    known = device.known
    own = {addr: data for addr, data in known.rf.items() if addr not in known.aims}
    held = {addr: data for addr, data in own.items() if mac_in_rf(data) is not None}
    for addr, data in (held or own).items():
        found = device.flash.peek(addr)
        if found == data:
            continue
        mac = mac_in_rf(found)
        if mac is not None and mac != mac_in_rf(data):
            raise _other(device, _("its MAC is {mac}", mac=mac))
        raise _other(device, _(_OTHER_CALIBRATION))
    if known.renames:
        _prove_work(device)
        _prove_kept(device)
    elif not held:
        _prove_samples(device)


def code_of(device: Device) -> AddressRange:
    """Where the application lies, which no firmware changes while it runs."""
    region = device.identity.chip.memory_map.region(RegionRole.APP)
    end = region.span.end if region else _USUAL_CODE_END
    return AddressRange(APP_START, min(end, device.size)).aligned(SECTOR_LEN)


def pin_code(device: Device) -> None:
    """Know the device by its code, too; for a run that only reads.

    Boards may have no calibration, or one that was copied from another board.
    """
    blocks = list(code_of(device).split(BLOCK_LEN))
    with suppress(ExchangeFailed, StatusRefused):  # a chip without a checksum command
        device.known.kept = tuple(zip(blocks, device.crcs(blocks), strict=True))


def prove_read_from(device: Device, changed: Sequence[AddressRange]) -> None:
    """Return if a device may be the one that was read from, also if it was only glanced at.

    `changed` is what it showed then and does not show now: it has lived, if its mark is the same
    and its code too.
    """
    if device.job is None:
        _prove_kept(device)
    for span in changed:
        if span.overlaps(code_of(device)):
            raise _other(device, _("its flash holds something else at {place}", place=span))
    first = device.first
    own = {} if device.known.rf else first.known_by  # else proven by these sectors
    marks = [(AddressRange.sized(addr, SECTOR_LEN), crc) for addr, crc in own.items()]
    if marks and device.flash.differing(marks):
        raise _other(device, _(_OTHER_CALIBRATION))
    if first.only_glanced and changed and not marks:
        raise _other(device, _("its flash holds something else at {place}", place=changed[0]))


def prove_content(device: Device) -> None:
    """Return if everything that the run keeps is as it was; by checksums where they may be used.

    A place that a garbled request may have hit is left to the verification at the end.
    """
    if device.known.renames:
        return  # done with the calibration
    if _crc_blocks_writes(device):
        _prove_samples(device)
    else:
        _prove_kept(device)


def _crc_blocks_writes(device: Device) -> bool:
    return device.client.dialect.after_crc is AfterCrc.BLOCKED and device.job is not None


def _prove_kept(device: Device) -> None:
    """Everything that the run keeps; sector by sector where checksums would block writing."""
    kept = device.known.kept
    if _crc_blocks_writes(device):
        wrong = [span for span, crc in kept if zlib.crc32(_read(device, span)) != crc]
    else:
        wrong = device.flash.differing(kept, mostly_equal=True)
    for span in wrong:
        if not _was_hit(device, span):
            raise _other(device, _("its flash holds something else at {place}", place=span))


def _read(device: Device, span: AddressRange) -> bytes:
    return b"".join(device.flash.peek(part.start) for part in span.split(SECTOR_LEN))


def _prove_work(device: Device) -> None:
    """Every sector that the run changes; calibration and address first."""
    for addr in sorted(device.known.aims, key=lambda at: (at not in device.known.rf, at)):
        _prove_sector(device, addr, partial(device.known.may_hold, addr))


def _prove_samples(device: Device) -> None:
    for addr, data in device.known.samples.items():
        _prove_sector(device, addr, data.__eq__)


def _prove_sector(device: Device, addr: int, right: Callable[[bytes], bool]) -> None:
    hit = _was_hit(device, AddressRange.sized(addr, SECTOR_LEN))
    if not hit and not right(device.flash.peek(addr)):
        place = format_addr(addr)
        raise _other(device, _("its flash holds something else at {place}", place=place))


def _was_hit(device: Device, span: AddressRange) -> bool:
    return any(span.overlaps(hit) for hit in device.suspects())


def _other(device: Device, difference: str) -> OtherDevice:
    return OtherDevice(port=device.port.info.name, difference=difference)
