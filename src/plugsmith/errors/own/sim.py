"""Errors of the simulated chip."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.messages import N_


class SimError(PlugsmithError):
    """The simulated chip cannot be set up as asked."""

    exit_code = ExitCode.USAGE


class SimFlashUnusable(SimError):
    """The file given as flash content cannot be one, or cannot be read or written."""

    code = "PS-SIM-FLASH"
    exit_code = ExitCode.BAD_INPUT
    what = N_("{file} cannot be used as the flash of a simulated chip: {problem}.")
    next_step = N_("Give a full flash dump of 512 KiB to 16 MiB, or leave the file out.")


class SimSetup(SimError):
    """A name or value in the set-up of the simulated chip is not known."""

    code = "PS-SIM-SETUP"
    what = N_("The simulated chip cannot be set up: {problem}.")
    next_step = N_("Known: {known}.")


class SimCannotListen(SimError):
    """The simulated device cannot listen where it was told to."""

    code = "PS-SIM-ADDRESS"
    what = N_("The simulated device cannot listen there: {problem}.")
    next_step = N_("Give a free port of this machine, or port 0 for any.")
