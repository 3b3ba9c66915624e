"""Status registers of the flash part behind a ROM: reading, and lifting the write protection.

Only the protection bits of a known part are ever written, because other bits can lock for good.
Source: uart-protocol.md 5.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.protocol import commands as cmd
from plugsmith.errors.safety import FlashProtected
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.client import BootClient
    from plugsmith.chips.model import FlashPart

_WRITE_BOTH = 0x01
_AGREE = 6
_TRIES = 10
_SETTLE_S = 0.01


def read_status(client: BootClient, part: FlashPart) -> int:
    """SR1 in bits 0..7, SR2 above; the same twice in a row, FlashProtected if that never is."""
    last = None
    for _attempt in range(_AGREE):
        value = 0
        for index, opcode in enumerate(part.read_opcodes):
            reply = client.exchange(cmd.ReadStatusRegister(opcode=opcode))
            value |= reply.data[1] << 8 * index
        if value == last:
            return value
        last = value
    raise FlashProtected(reason=_("its status register reads differently each time"))


def unprotect(
    client: BootClient, part: FlashPart, *, before: Callable[[int], None] | None = None
) -> int:
    """Clear the protection bits of `part`, keep all others; the status that was found.

    `before` gets it before anything is written. Raises FlashProtected if the bits stay set.
    """
    found = read_status(client, part)
    if before is not None:
        before(found)
    status = found
    for _attempt in range(_TRIES):
        if not part.is_protected(status):
            return found
        _write(client, part, part.unprotected_status(status))
        status = read_status(client, part)
    raise _stuck(status)


def restore(client: BootClient, part: FlashPart, found: int) -> None:
    """Write back the protection bits of `found`, if they differ from what is set now.

    Raises FlashProtected if the flash part does not take them.
    """
    status = read_status(client, part)
    for _attempt in range(_TRIES):
        wanted = (status & ~part.compare_mask) | (found & part.compare_mask)
        if wanted == status:
            return
        _write(client, part, wanted)
        status = read_status(client, part)
    raise _stuck(status)


def _write(client: BootClient, part: FlashPart, value: int) -> None:
    values = value.to_bytes(2, "little")[: part.write_len]
    client.exchange(cmd.WriteStatusRegister(opcode=_WRITE_BOTH, values=values))
    client.clock.sleep(_SETTLE_S)  # the ROM answers before the flash has stored the bits


def _stuck(status: int) -> FlashProtected:
    return FlashProtected(
        reason=_("its status register keeps {status:04X} after {tries} tries").format(
            status=status, tries=_TRIES
        )
    )
