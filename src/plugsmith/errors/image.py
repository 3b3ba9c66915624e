"""Errors about firmware files (exit 9); a good file for the wrong chip is exit 5."""

from __future__ import annotations

from plugsmith.errors.base import UsageError
from plugsmith.errors.content import InputError
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.messages import N_


class ImageError(InputError):
    """A firmware file cannot be used."""


class ImageUnknown(ImageError):
    """The content is no firmware of these chips."""

    code = "PS-IMAGE-UNKNOWN"
    what = N_("{name} is not a firmware file that Plugsmith knows: {reason}")
    next_step = N_(
        "Run `plugsmith image info` on the file. For OpenBeken take the file for your chip whose "
        "name contains QIO, or let `plugsmith flash` choose it."
    )


class ImageDamaged(ImageError):
    """The file is recognised, and a check on it failed."""

    code = "PS-IMAGE-DAMAGED"
    what = N_("{name} is damaged: {problem}")
    next_step = N_("Download or read the file again; do not write this one.")


class ContainerUnsupported(ImageError):
    """An OTA package with a packing or cipher that nobody has a sample of."""

    code = "PS-IMAGE-CONTAINER"
    what = N_("The update package uses {algorithm}, which Plugsmith cannot unpack.")
    why = N_("Packages with `none` or `gzip + aes256_cbc` are read.")
    next_step = N_(
        "Take the QIO file of the same release instead; it needs no unpacking. If you can share "
        "the package, please report it."
    )


class ConversionImpossible(ImageError):
    """The wanted file kind cannot be made from this file."""

    code = "PS-IMAGE-CONVERT"
    what = N_("A file of kind {wanted} cannot be made from {name}.")
    why = N_("{reason}")
    next_step = N_("{remedy}")


class KeyMissing(ImageError):
    """The code is scrambled with a key that is not known and could not be recovered."""

    code = "PS-IMAGE-KEY"
    what = N_("The code in {name} is scrambled with a key that Plugsmith does not know.")
    next_step = N_(
        "Read the key from the chip with `plugsmith info` (BK7231N and relatives), or use a file "
        "for the standard Tuya key or for chips without a key."
    )


class ImageForOtherChip(SafetyRefusal):
    """The chip that was named is not one that the content of the file is for."""

    code = "PS-IMAGE-OTHER-CHIP"
    what = N_("You named {named}, but {name} is for {found}.")
    why = N_("The content of the file says so; code for another chip or code key does not start.")
    next_step = N_("Leave --chip out, or take the file of the release for {named}.")


class WholeFlashGiven(UsageError):
    """A whole flash is given where a part of one is to go."""

    code = "PS-USAGE-WHOLE-FLASH"
    what = N_("{name} is a flash from its first address on; at {start} its first bytes do not fit.")
    why = N_("They are the boot loader and the application, which belong at address 0.")
    next_step = N_(
        "For the same part of the file add --skip {start}; for its first bytes after all, --skip 0."
    )
