"""Refusals for safety (exit 5): nothing was written."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.messages import N_


class SafetyRefusal(PlugsmithError):
    """Plugsmith declines because the step could do harm that cannot be undone."""

    exit_code = ExitCode.REFUSED


class ConsentMissing(SafetyRefusal):
    """A step needs the user's yes and there is nobody to ask, or the user said no."""

    code = "PS-SAFETY-CONSENT"
    what = N_("Nothing was changed: this step needs your consent ({step}).")
    next_step = N_("Run it on a terminal and answer the question, or add --yes in a script.")


class ChipMismatch(SafetyRefusal):
    """The chip that the user named is not the one that is connected."""

    code = "PS-SAFETY-CHIP"
    what = N_("You named {expected}, but the connected chip is {found}.")
    why = N_("Labels on modules are often wrong; this was read from the device.")
    next_step = N_("Leave --chip out, or check which device is connected.")


class ProtectedRange(SafetyRefusal):
    """An erase or write would reach the boot loader that answers the download UART."""

    code = "PS-SAFETY-LOADER"
    what = N_("Refused to change {span}: it reaches the boot loader below {limit}.")
    why = N_("On this chip the boot loader answers the UART; without it only SPI could help.")
    next_step = N_("Leave the boot loader alone; an image for this chip works without it.")


class OutsideFlash(SafetyRefusal):
    """An erase or write reaches beyond the end, where addresses wrap around to the loader."""

    code = "PS-SAFETY-WRAP"
    what = N_("Refused to change {span}: the flash ends at {limit}.")
    why = N_("Addresses beyond the end wrap around to the boot loader.")
    next_step = N_("Check --start and --length.")


class SizeContradicted(SafetyRefusal):
    """The flash id states more bytes than the flash has."""

    code = "PS-SAFETY-SIZE"
    what = N_(
        "The flash id {jedec} says {stated} bytes, but the content repeats at a smaller distance."
    )
    why = N_("A backup of that size would hold the same bytes twice, and a write would wrap.")
    next_step = N_(
        "Read what is there with `plugsmith read`, and please report what `plugsmith info --json` "
        "prints."
    )


class SettingsDamaged(SafetyRefusal):
    """The settings block on the device is damaged: its settings would be lost."""

    code = "PS-SAFETY-SETTINGS"
    what = N_("Nothing was changed: the settings block at {place} is damaged ({problem}).")
    why = N_("Writing one setting would replace all the others by those of a first start.")
    next_step = N_(
        "Put a whole block in its place: restore a backup, or write one that you have with "
        "`plugsmith obk config write`."
    )


class UnknownFlashPart(SafetyRefusal):
    """The flash id is unknown or empty, so its write protection cannot be handled safely."""

    code = "PS-SAFETY-PART"
    what = N_("Nothing was written: the flash id {jedec} is not in the table.")
    why = N_("Its protection bits are not known, and some of its bits can never be undone.")
    next_step = N_(
        "Reading is possible. Check the supply if the id is 00 or FF; else please report the id."
    )


class FlashProtected(SafetyRefusal):
    """The write protection cannot be lifted, seen before anything was lost."""

    code = "PS-SAFETY-PROTECTED"
    what = N_("Nothing was written: the flash is write-protected and {reason}.")
    next_step = N_("Disconnect and reconnect the chip's supply, then run the same command again.")


class ChipOnlyRead(SafetyRefusal):
    """The chip can be named and read; what must survive on it is not known."""

    code = "PS-SAFETY-ONLY-READ"
    what = N_("A {chip} is backed up, but not written: how its secure areas lie is not known here.")
    next_step = N_("Write it with another tool; the backup that you have stays of use.")
