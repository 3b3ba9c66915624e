"""Errors of the verbs that work on dumps (exit 5, 8, 9)."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode
from plugsmith.errors.content import InputError
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.messages import N_


class NotADump(InputError):
    """The file is no flash, so there is nothing in it to work on."""

    code = "PS-DUMP-NOT-A-FLASH"
    what = N_("{name} cannot be worked with: {problem}")
    next_step = N_(
        "Give a dump that was read from a Beken chip; `plugsmith dump info` names files."
    )


class RepairUnproven(InputError):
    """The repair was tried, but the result does not pass its own checks; nothing was written."""

    code = "PS-DUMP-REPAIR-UNPROVEN"
    what = N_("{name} could not be repaired: {problem}")
    next_step = N_("Read the device again if you can; keep the file as it is until then.")


class SecretsLeft(SafetyRefusal):
    """A sanitized copy still holds something private, or lost something it must keep."""

    code = "PS-DUMP-SECRETS-LEFT"
    what = N_("No copy was written: {problem}")
    why = N_("A copy is only made when it is proven to be safe and complete.")
    next_step = N_("{remedy}")


class ForgeImpossible(InputError):
    """The wished-for dump cannot be built."""

    code = "PS-DUMP-FORGE"
    exit_code = ExitCode.USAGE
    what = N_("The dump cannot be built: {problem}")
    next_step = N_("Run `plugsmith dump forge --help` to see what can be asked for.")
