"""Errors of the verbs that combine everything: preflight, backups, images, boot (exit 5, 7, 8)."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, Fact, PlugsmithError
from plugsmith.errors.content import NothingFound
from plugsmith.errors.flash import VerifyError
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.messages import N_


class PreflightRefused(SafetyRefusal):
    """At least one check before a write did not pass; nothing was erased or written."""

    code = "PS-SAFETY-PREFLIGHT"
    what = N_("Nothing was changed on the device. {reasons}")
    next_step = N_("{remedy}")

    def __init__(self, *, reasons: str, remedy: str, checks: list[Fact]) -> None:
        super().__init__(reasons=reasons, remedy=remedy, checks=checks)


class NotABackup(SafetyRefusal):
    """What was read, or the file given, cannot be trusted to bring the device back."""

    code = "PS-SAFETY-NOT-A-BACKUP"
    what = N_("This is not a backup: {reason}")
    why = N_("Restoring it would not give you a working device.")
    next_step = N_("{remedy}")


class FileNotABackup(NotABackup):
    """The file to restore is blank, random, cut off, damaged or something else than a backup."""

    code = "PS-INPUT-NOT-A-BACKUP"
    exit_code = ExitCode.BAD_INPUT
    what = N_("{name} is not a backup: {reason}")


class SpaceAbsent(NothingFound):
    """A memory was asked for that this chip does not have, or does not show over the UART."""

    code = "PS-SPACE-ABSENT"
    what = N_("A {chip} does not show its {space} over the UART.")
    next_step = N_("It shows: {shown}. Choose one of them with --space.")


class HalfWritten(SafetyRefusal):
    """The device holds the remains of a write that was interrupted."""

    code = "PS-SAFETY-HALF-WRITTEN"
    what = N_(
        "No backup was made: the write of {image} that began on {since} was never finished on this "
        "device, so its flash is half old and half new."
    )
    next_step = N_("Finish it first: {command}")


class BackupForAnotherDevice(SafetyRefusal):
    """The backup belongs to a device that is not the connected one."""

    code = "PS-SAFETY-OTHER-DEVICE"
    what = N_("The backup is not from this device: {difference}.")
    why = N_("Its RF calibration and MAC belong to the other one.")
    next_step = N_("{remedy}")


class PermissionNeeded(SafetyRefusal):
    """A raw operation reaches a range that needs a named permission."""

    code = "PS-SAFETY-PERMISSION"
    what = N_("Refused to change {span}: it holds {region}.")
    why = N_("{reason}")
    next_step = N_("If you mean it, add --allow {permission}.")


class VerifyFailed(VerifyError):
    """The flash differs from what was written, also after writing the bad ranges again."""

    code = "PS-VERIFY-FAILED"
    what = N_("The flash does not hold what was written: {ranges} differ.")
    why = N_("The bad ranges were written again {rounds} times without success.")
    next_step = N_("Use a stronger 3.3 V supply and short wires, then run: {resume}")


class KeptChanged(VerifyError):
    """A range that must be kept is not what it was before the write."""

    code = "PS-VERIFY-KEPT-CHANGED"
    what = N_("A range that should have been kept has changed: {ranges}.")
    why = N_("The line garbled a command so that the chip changed another place.")
    next_step = N_("{remedy}")


class BootLoop(VerifyError):
    """The write is verified, but the device was seen not to boot."""

    code = "PS-BOOT-LOOP"
    what = N_("The flash is written and verified, but the device does not boot: {seen}.")
    why = N_("Usual causes are a weak 3.3 V supply, or firmware that does not fit the chip.")
    next_step = N_("Feed it from a stronger supply and reset it; to go back run: {undo}")


class NoImage(NothingFound):
    """`flash` was called without an image and the cache has none for this chip."""

    code = "PS-IMAGE-NONE-CACHED"
    what = N_("You named no image, and the cache holds no OpenBeken release for {chip}.")
    next_step = N_(
        "Run `plugsmith image fetch --chip {chip}` once with a network, or download {asset} from "
        "the OpenBeken releases page and run: plugsmith flash {asset}"
    )


class NoVariant(NothingFound):
    """`flash` was called without an image, and the build that the pins need is not in the cache."""

    code = "PS-IMAGE-VARIANT-NONE-CACHED"
    what = N_(
        "The pins of this device need the build {variant} of OpenBeken, and the cache holds none "
        "for {chip}."
    )
    next_step = N_(
        "Run `plugsmith image fetch --chip {chip} --variant {variant}` once with a network, or "
        "name an image."
    )


class NoSpaceLeft(PlugsmithError):
    """The library's disk cannot take what must be kept; nothing was changed on the device.

    `shortage` says how that was seen: by the room that is free, or by the disk's own refusal.
    """

    code = "PS-LIBRARY-NO-SPACE"
    exit_code = ExitCode.REFUSED
    what = N_("The folder {folder} has no room for what must be kept there: {shortage}.")
    next_step = N_("Make room, or name another place with -o FILE or PLUGSMITH_HOME.")


class NoRightToWrite(PlugsmithError):
    """The library's folder cannot be written; seen before the first byte."""

    code = "PS-LIBRARY-DENIED"
    exit_code = ExitCode.REFUSED
    what = N_("The folder {folder} cannot be written: {problem}.")
    next_step = N_("Name another place with -o FILE or PLUGSMITH_HOME.")


class OutputLost(PlugsmithError):
    """What a command says on stdout could not be written: the disk there is full."""

    code = "PS-OUTPUT-LOST"
    exit_code = ExitCode.REFUSED
    what = N_("What this command says on stdout could not be written: {problem}.")
    next_step = N_("Make room where the output goes, then run the command again.")


class FileRefused(PlugsmithError):
    """The system did not let us read or write a file: no room, no right, a broken disk."""

    code = "PS-FILE-REFUSED"
    exit_code = ExitCode.REFUSED
    what = N_("The system refused to read or write {name}: {problem}.")
    next_step = N_(
        "Make room or choose another place: -o FILE for what is made, PLUGSMITH_HOME for the "
        "library."
    )
