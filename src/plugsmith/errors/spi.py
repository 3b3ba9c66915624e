"""Errors about reaching the flash itself, over an SPI adapter."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.errors.link import LinkError
from plugsmith.errors.port import PortError
from plugsmith.messages import N_


class NotAProgrammer(PortError):
    """What is behind the port does not speak serprog, or cannot do SPI."""

    code = "PS-SPI-ADAPTER"
    what = N_("The port {port} does not answer as a serprog programmer: {problem}.")
    next_step = N_(
        "Check that the adapter runs a serprog firmware (pico-serprog for example) and that no "
        "other program uses it."
    )


class NotInFlashMode(LinkError):
    """The chip does not give its flash to the pins; `heard_text` says what came instead."""

    code = "PS-SPI-ENTRY"
    what = N_("The flash did not answer on {port} after {tries} tries.")
    why = N_("{heard_text}")
    next_step = N_("{remedy}")


class NoBootCode(PlugsmithError):
    """No boot loader for this chip was found that could be put back."""

    code = "PS-SPI-NO-LOADER"
    exit_code = ExitCode.NOTHING_FOUND
    what = N_("No sound boot loader for {chip} was found.")
    why = N_("Looked for in the backups of this device, in the library and in --image.")
    next_step = N_(
        "Give one with --image: a full backup of a device with the same chip, or the QIO image of "
        "OpenBeken for {chip}. The backup that was made is kept."
    )


class NotOverSpi(PlugsmithError):
    """What was asked for needs the chip's processor, which is switched off over SPI."""

    code = "PS-SPI-UART-ONLY"
    exit_code = ExitCode.USAGE
    what = N_("This is not possible over SPI: {problem}.")
    next_step = N_("Connect the download UART and name its port.")
