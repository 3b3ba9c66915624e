"""Checks before a write on the device itself: chip, flash, backup, and the module that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.identity import SizeProof
from plugsmith.chips.model import Family, Support
from plugsmith.errors import PlugsmithError
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.flows.permissions import Permission
from plugsmith.flows.write.checks.preflight import doubtful, needs, passed, refused
from plugsmith.interpret.module_chip import Certainty, identify_module
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.write.checks.preflight import PreflightCheck, PreflightSubject
    from plugsmith.interpret.module_chip import ModuleChip


def check_support(subject: PreflightSubject) -> PreflightCheck:
    """Whether this chip may be written at all."""
    name = subject.identity.chip.name
    if subject.identity.chip.support is Support.RECOGNISED:
        return refused(
            "chip",
            _(
                "A {chip} is backed up, but not written: how its secure areas lie is not known "
                "here.",
                chip=name,
            ),
            _("Write it with another tool; the backup that you have stays of use."),
        )
    return passed("chip", _("The chip is a {chip}.", chip=name))


def check_part(subject: PreflightSubject) -> PreflightCheck:
    """Whether the flash part is one whose write protection is known."""
    flash = subject.identity.flash
    if subject.identity.family is Family.LOADER and flash.jedec is None:
        return passed(
            "flash-part",
            _(
                "This chip cannot report which flash part it has; whether it takes a write is "
                "tried on the first sector."
            ),
        )
    if not flash.id_valid:
        return refused(
            "flash-part",
            _("The flash id reads as 00 or FF: the flash does not answer the chip."),
            _("Check the supply (3.3 V, at least 300 mA) and run the command again."),
        )
    jedec = flash.jedec.hex(" ") if flash.jedec else ""
    if flash.part is None:
        return needs(
            "flash-part",
            Permission.UNKNOWN_PART,
            _("The flash id {jedec} is not in the table of flash parts.", jedec=jedec),
            _("Please report the id, so that it can be added."),
        )
    return passed("flash-part", _("The flash part is {name}.", name=flash.part.name))


def check_size(subject: PreflightSubject) -> PreflightCheck:
    """Whether the size of the flash is proven: addresses behind its end reach its beginning."""
    flash = subject.identity.flash
    if flash.size_proof is SizeProof.CONTRADICTED:
        return refused(
            "flash-size",
            _(
                "The flash id says {size} bytes, but the content repeats at a smaller distance: "
                "the flash is smaller, and addresses behind its end reach its beginning.",
                size=flash.size,
            ),
            _("Reading is possible; please report what `plugsmith info --json` prints."),
        )
    if flash.size_proof is SizeProof.ASSUMED:
        return refused(
            "flash-size",
            _(
                "The size of the flash could not be proven, and addresses behind its end reach "
                "its beginning."
            ),
            _("Run `plugsmith info` and check wires and supply."),
        )
    return passed("flash-size", _("The flash has {size} bytes.", size=flash.size))


def check_backup(subject: PreflightSubject) -> PreflightCheck:
    """Whether a proven backup of this very device exists."""
    if subject.backup is not None:
        return passed(
            "backup", _("There is a proven backup of this device: {file}.", file=subject.backup)
        )
    if subject.dry_run:
        return passed(
            "backup",
            _("There is no proven backup of this device yet; one is made before the write."),
        )
    return needs(
        "backup",
        Permission.NO_BACKUP,
        _("There is no proven backup of this device."),
        _("Run `plugsmith backup` first."),
    )


def check_module(subject: PreflightSubject) -> PreflightCheck | None:
    """Whether the module that the device's own configuration names carries the chip that answers.

    None where no module is named whose chip is known. The chip that answers is proven, so another
    one is a doubt about the configuration: that it is another device's, or that its label lies.
    """
    if not subject.sets_pins or subject.now is None:
        return None
    try:
        named = recover_bytes(subject.now, name="backup").module
    except PlugsmithError:
        return None
    found = identify_module(named)
    if named is None or found.certainty not in {Certainty.KNOWN, Certainty.FOREIGN}:
        return None
    return _module(named, found, subject)


def _module(named: str, found: ModuleChip, subject: PreflightSubject) -> PreflightCheck:
    chip = subject.identity.chip.name
    if found.chip in {chip, *subject.identity.twins}:
        return passed("module", _("The module {module} carries a {chip}.", module=named, chip=chip))
    return doubtful(
        "module",
        _(
            "The vendor's configuration on this device names the module {module}, which carries a "
            "{usual}, but the chip that answers is a {chip}. The configuration may be another "
            "device's: its pins may be wrong.",
            module=named,
            usual=found.chip or "?",
            chip=chip,
        ),
        _("Check the pins with a meter before mains voltage is applied."),
    )
