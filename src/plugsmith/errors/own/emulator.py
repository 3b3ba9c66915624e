"""Errors of the CPU emulator."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.installed import how_to_add
from plugsmith.messages import N_


class EmulatorError(PlugsmithError):
    """The emulator cannot answer."""


class EmulatorMissing(EmulatorError):
    """The extra `emu` is not installed."""

    code = "PS-EMU-MISSING"
    exit_code = ExitCode.USAGE
    what = N_("The CPU emulator is not installed.")
    next_step = N_("To add it: {install}\nEverything else works without it.")

    def __init__(self) -> None:
        super().__init__(install=how_to_add("emu"))


class NoBoard(EmulatorError):
    """There is no machine model of this chip."""

    code = "PS-EMU-NO-BOARD"
    exit_code = ExitCode.NOTHING_FOUND
    what = N_("There is no emulator model of {chip}.")
    next_step = N_("Models exist for {known}. Name one with --chip if the file is for it.")


class EmulatorFailed(EmulatorError):
    """The emulator process crashed or exceeded its limits."""

    code = "PS-EMU-FAILED"
    exit_code = ExitCode.VERIFY
    what = N_("The emulator gave no verdict: {problem}.")
    next_step = N_(
        "Treat the image as not proven. Try again with a longer --timeout, "
        "or flash without --boot-check if the other checks pass."
    )


class NotBootable(EmulatorError):
    """The file cannot be put into an emulated flash as it is."""

    code = "PS-EMU-NOT-BOOTABLE"
    exit_code = ExitCode.BAD_INPUT
    what = N_("{name} cannot be run in the emulator: {problem}.")
    next_step = N_("{remedy}")
