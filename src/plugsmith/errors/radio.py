"""Errors about RF calibration and MAC."""

from __future__ import annotations

from plugsmith.errors.base import UsageError
from plugsmith.errors.content import NothingFound
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.messages import N_


class NoRfSector(NothingFound):
    """There is no sound sector with calibration and MAC where one was looked for."""

    code = "PS-RF-NONE"
    what = N_("{name} holds no sound RF calibration with a MAC.")
    next_step = N_(
        "Put it back from a backup of this device with `plugsmith rf put-back`; as a last resort "
        "`plugsmith rf rebuild` makes a new one."
    )


class BackupChoice(NothingFound):
    """Which backup is from the connected device cannot be told."""

    code = "PS-RF-WHICH"
    what = N_("The library has no backup, or several, that can be of this {chip}.")
    next_step = N_("Name one: plugsmith backups list shows them.")


class RfStillSound(SafetyRefusal):
    """Calibration that is sound would be replaced by a made-up one."""

    code = "PS-RF-SOUND"
    what = N_("The device has sound RF calibration with the MAC {mac}.")
    why = N_("What was measured for this device in the factory cannot be made again.")
    next_step = N_("Leave it. To change the address alone: plugsmith rf set-mac MAC.")


class RfKnownToLibrary(SafetyRefusal):
    """A made-up sector is asked for although a backup holds the real one."""

    code = "PS-RF-BACKUP"
    what = N_("The library holds this device's own calibration: {names}.")
    next_step = N_("Put that back: plugsmith rf put-back {first}")


class RfContentUnfit(SafetyRefusal):
    """Bytes that are no calibration would replace the calibration of a device."""

    code = "PS-RF-CONTENT"
    what = N_("Refused to write {span}: what is to go there is no RF calibration.")
    why = N_("The device would lose its MAC and its RF calibration.")
    next_step = N_(
        "For a part of a whole dump name where it starts in the file with --skip; to bring "
        "calibration back use `plugsmith rf put-back BACKUP`."
    )


class MacUnfit(UsageError):
    """A text that is no address of a single device."""

    code = "PS-RF-MAC"
    what = N_("{text} is no MAC that a single device can have.")
    next_step = N_(
        "Give six pairs of hexadecimal digits such as C8:47:8C:12:34:56; the second digit of the "
        "first pair is even."
    )
