"""`info`: what is connected, and which firmware is on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from plugsmith.boot.reading import Proof
from plugsmith.chips.model import APP_START, KeyClass
from plugsmith.flows.progress import task
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.linked.content_now import of_one_time
from plugsmith.flows.wire.linked.same_device import code_of, pin_code
from plugsmith.flows.wire.results import (
    BootRow,
    FlashRow,
    InfoResult,
    KeyClassRow,
    RunningRow,
)
from plugsmith.image.app import CodeNaming, name_firmware
from plugsmith.image.physical import LINE_LEN, STORED_LEN, strip_lines, to_logical
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, scramble
from plugsmith.memory import BLOCK_LEN
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.boot.identity import Identity
    from plugsmith.boot.reading import ProvenBlock
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.memory import AddressRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Identity and firmware; `blank` is whether the application area holds nothing at all."""

    identity: Identity
    mac: str | None
    firmware: CodeNaming
    blank: bool

    def result(self) -> InfoResult:
        """For the `info` verb."""
        found = self.identity
        return InfoResult(
            chip=found.chip.name,
            family=found.family,
            chip_id=f"0x{found.chip_id:X}" if found.chip_id is not None else None,
            support=found.chip.support,
            boot=_boot_row(found),
            flash=_flash_row(found),
            key=KeyClassRow(key_class=found.key.key_class, evidence=_(found.key.evidence)),
            mac=self.mac,
            evidence=found.evidence,
            firmware=RunningRow(
                name="blank" if self.blank else self.firmware.firmware,
                version=self.firmware.version,
                project=self.firmware.project,
            ),
        )


def _boot_row(found: Identity) -> BootRow:
    return BootRow(
        name=found.boot.name if found.boot else None,
        version=found.boot_version,
        crc32=f"{found.loader_crc:08X}" if found.loader_crc is not None else None,
        support=found.boot.support if found.boot else None,
    )


def _flash_row(found: Identity) -> FlashRow:
    flash = found.flash
    return FlashRow(
        jedec=flash.jedec.hex() if flash.jedec else None,
        part=flash.part.name if flash.part else None,
        vendor=flash.part.vendor if flash.part else None,
        size=flash.size,
        size_proof=flash.size_proof,
        protected=flash.protected,
    )


def info(ctx: FlowContext) -> Info:
    """Link, identify, find the firmware's name; changes nothing and leaves the chip running."""
    with connected(ctx) as device:
        device.raise_speed()
        pin_code(device)
        span = code_of(device)
        naming, blank = of_one_time(device, lambda: _firmware(ctx, device, span), span)
        device.be_sure()  # that all of it is told of one device
        return Info(identity=device.identity, mac=device.mac(), firmware=naming, blank=blank)


def _firmware(ctx: FlowContext, device: Device, span: AddressRange) -> tuple[CodeNaming, bool]:
    """What the application calls itself: its texts lie near its end, so the end is read first."""
    pieces = list(span.split(BLOCK_LEN))
    blank, code = True, b""
    with task(
        "firmware", _("Looking at the firmware"), total=len(span), clock=ctx.clock, sink=ctx.sink
    ) as meter:
        for piece in reversed(pieces):
            ctx.cancel.check()
            blocks = device.retry_on_relink(partial(_read, device, piece))
            if all(block.proof is Proof.BLANK_CRC for block in blocks):
                meter.skip(len(piece))
                continue
            meter.advance(len(piece))
            blank = False
            code = b"".join(block.data for block in blocks) + code
            naming = _name(code, start=piece.start, key_class=device.identity.chip.expects_key)
            if naming.firmware is not None and naming.version is not None:
                return naming, False
    return (_name(code, start=span.start, key_class=device.identity.chip.expects_key), blank)


def _read(device: Device, piece: AddressRange) -> list[ProvenBlock]:
    return list(device.flash.blocks(piece))


def _name(stored: bytes, *, start: int, key_class: KeyClass) -> CodeNaming:
    """Name the firmware by code that lies from physical `start` on, which may cut a line."""
    skip = -(start - APP_START) % STORED_LEN
    lines = strip_lines(stored[skip : skip + (len(stored) - skip) // STORED_LEN * STORED_LEN])
    logical = to_logical(start + skip) // LINE_LEN * LINE_LEN
    keys = {KeyClass.TUYA: TUYA_KEY, KeyClass.NONE: PLAIN_KEY}
    first = keys.get(key_class, PLAIN_KEY)
    for key in (first, *(other for other in keys.values() if other is not first)):
        used = KeyClass.TUYA if key is TUYA_KEY else KeyClass.NONE
        naming = name_firmware(scramble(lines, key, start=logical), used)
        if naming.firmware is not None:
            return naming
    return CodeNaming()
