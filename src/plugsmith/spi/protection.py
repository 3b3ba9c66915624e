"""Write protection of a part: only BP and CMP bits change; QE, LB and SRP stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.safety import FlashProtected
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.chips.model import FlashPart
    from plugsmith.spi.nor import Nor

_TRIES = 3


def unprotect(nor: Nor, part: FlashPart, *, before: Callable[[int], None]) -> None:
    """Clear the protection bits; `before` gets the status as found. FlashProtected if they stay."""
    found = nor.status(part)
    before(found)
    if part.is_protected(found):
        _make(nor, part, part.unprotected_status(found))


def restore(nor: Nor, part: FlashPart, found: int) -> None:
    """Put back the protection bits of `found`."""
    now = nor.status(part)
    _make(nor, part, (now & ~part.compare_mask) | (found & part.compare_mask))


def _make(nor: Nor, part: FlashPart, wanted: int) -> None:
    """Have the part hold the protection bits of `wanted`, seen by reading them again."""
    now = nor.status(part)
    for _attempt in range(_TRIES):
        if now & part.compare_mask == wanted & part.compare_mask:
            return
        nor.write_status(part, wanted)
        now = nor.status(part)
    if now & part.compare_mask != wanted & part.compare_mask:
        reason = _("its status register keeps {status:04X} after {tries} tries")
        raise FlashProtected(reason=reason.format(status=now, tries=_TRIES))
