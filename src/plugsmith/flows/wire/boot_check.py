"""The optional last check before a write: run the flash as it will be in the CPU emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.emu.runner import check_board
from plugsmith.flows.image.emulation import boot_sentence, run_emulated
from plugsmith.flows.write.checks.preflight import passed, refused
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.events import EventSink
    from plugsmith.flows.write.checks.preflight import PreflightCheck, PreflightSubject
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
        return refused(
            BOOT_CHECK,
            _("Without a backup there is no flash to try the image on."),
            _("Make a backup first, or leave --boot-check out."),
        )
    answer = run_emulated(content, chip, sink)
    text = boot_sentence(answer, chip)
    if answer["boots"] is False:
        return refused(
            BOOT_CHECK, text, _("Use another image, or leave --boot-check out if you know better.")
        )
    return passed(BOOT_CHECK, text)


def check_start(subject: PreflightSubject) -> PreflightCheck | None:
    """The same for the subject of a preflight; None where the user did not ask for it."""
    if not subject.boot_check or subject.sink is None:
        return None
    return check_boot(subject.held, chip=subject.identity.chip.name, sink=subject.sink)
