"""The passport of a backup: what the linked device is, and the digests of its content."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from plugsmith import __version__
from plugsmith.flows.now import now_text
from plugsmith.library.backups.passport import Passport, ProvenRange, RegionDigest, merge_proofs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device


def passport_of(
    ctx: FlowContext, device: Device, content: bytes, proofs: Sequence[ProvenRange]
) -> Passport:
    """The passport of `content`, which was read from the linked device with these proofs."""
    identity, held = device.identity, device.rf_held()
    return Passport(
        tool=f"plugsmith {__version__}",
        created=now_text(ctx.clock),
        label=None,
        chip=identity.chip.name,
        family=identity.family.value,
        chip_id=identity.chip_id,
        boot=identity.boot.name if identity.boot else None,
        boot_version=identity.boot_version,
        loader_crc=identity.loader_crc,
        loader_covers=identity.loader_covers,
        jedec=identity.flash.jedec.hex() if identity.flash.jedec else None,
        flash_part=identity.flash.part.name if identity.flash.part else None,
        flash_size=device.size,
        size_proof=identity.flash.size_proof.value,
        key_class=identity.key.key_class.value,
        key_evidence=identity.key.evidence,
        mac=device.mac(),
        rf_start=held[0] if held else None,
        rf_sha256=hashlib.sha256(held[1]).hexdigest() if held else None,
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        regions=tuple(_digests(device, content)),
        ranges=merge_proofs(list(proofs)),
        adapter=device.port.info.adapter,
        port=ctx.port_name,
        baud=device.flash.baud,
    )


def _digests(device: Device, content: bytes) -> Iterator[RegionDigest]:
    for region in device.identity.chip.memory_map.regions:
        piece = content[region.span.start : region.span.end]
        if len(piece) == len(region.span):
            yield RegionDigest(
                name=region.name,
                role=region.role.value,
                span=region.span,
                sha256=hashlib.sha256(piece).hexdigest(),
                blank=piece.count(0xFF) == len(piece),
            )
