"""The optional last check before a write: run the flash as it will be in the CPU emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.emu.runner import check_board
from plugsmith.flows.image.emulation import boot_sentence, run_emulated
from plugsmith.flows.write.preflight import PreflightCheck, PreflightOutcome
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.events import EventSink
    from plugsmith.flows.write.plan import FlashPlan

BOOT_CHECK = "boot-check"


def flash_after(plan: FlashPlan, original: bytes | None) -> bytes | None:
    """The whole flash once `plan` is carried out on `original`; None where that is not known."""
    if original is None:
        return None
    content = bytearray(original)
    for addr in plan.changed_sectors:
        content[addr : addr + len(plan.wanted[addr])] = plan.wanted[addr]
    return bytes(content)


def check_boot(content: bytes | None, *, chip: str, sink: EventSink) -> PreflightCheck:
    """Whether a device boots whose whole flash is `content`: what is written and what is kept.

    Refuses only what was seen to fail; unknown passes and says so. Raises EmulatorMissing or
    NoBoard when there is nothing to run it on.
    """
    check_board(chip)
    if content is None:
        return PreflightCheck(
            name=BOOT_CHECK,
            verdict=PreflightOutcome.REFUSE,
            text=_("Without a backup there is no flash to try the image on."),
            remedy=_("Make a backup first, or leave --boot-check out."),
        )
    answer = run_emulated(content, chip, sink)
    failed = answer["boots"] is False
    return PreflightCheck(
        name=BOOT_CHECK,
        verdict=PreflightOutcome.REFUSE if failed else PreflightOutcome.PASS,
        text=boot_sentence(answer, chip),
        remedy=_("Use another image, or leave --boot-check out if you know better.")
        if failed
        else "",
    )
