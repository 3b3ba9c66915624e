"""Errors while flash is read or changed: transfer (exit 6) and verification (exit 7)."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.messages import N_


class TransferError(PlugsmithError):
    """Bytes did not come across, after all retries."""

    exit_code = ExitCode.TRANSFER


class ExchangeFailed(TransferError):
    """One request was not answered properly, after all retries and speeds."""

    code = "PS-FLASH-TRANSFER"
    what = N_("The chip did not answer {request} properly after {attempts} attempts.")
    why = N_("Usual causes are a weak 3.3 V supply, long or loose wires, or a slow adapter.")
    next_step = N_(
        "Check supply and wires, then run the same command again; with --baud 115200 it is slowest "
        "and safest."
    )


class StatusRefused(TransferError):
    """The chip answered with an error status."""

    code = "PS-FLASH-STATUS"
    what = N_("The chip refused {request} with status {status} ({meaning}).")
    next_step = N_("Run `plugsmith info` to see what is connected, then try again.")


class UnstableRead(TransferError):
    """A range reads differently each time, or never matches the chip's own checksum."""

    code = "PS-FLASH-UNSTABLE"
    what = N_("The flash at {start} cannot be read reliably: {length} bytes never agree.")
    why = N_("The supply sags, the wires pick up noise, or the flash is worn out.")
    next_step = N_("Use a stronger 3.3 V supply and short wires, then run the command again.")


class IdentityUnstable(TransferError):
    """The chip was linked, but what it says about itself differs from answer to answer."""

    code = "PS-FLASH-IDENTIFY"
    what = N_("The chip on {port} answers, but no two answers agreed while {step}.")
    why = N_("The wires pick up noise, or the supply sags.")
    next_step = N_(
        "Use wires below 20 cm, connect both GND, use a stronger 3.3 V supply, "
        "then run the command again. Nothing was changed on the device."
    )


class VerifyError(PlugsmithError):
    """The flash does not hold what it should."""

    exit_code = ExitCode.VERIFY


class WriteStopped(VerifyError):
    """The chip refuses to go on in the middle of a write."""

    code = "PS-FLASH-STOPPED"
    what = N_("The write stopped in the middle: {reason}.")
    why = N_("The device is half-written; the rest can be written later.")
    next_step = N_(
        "Disconnect and reconnect the chip's supply, then run the same command again: it goes on."
    )


class WriteLost(VerifyError):
    """Erase or write was acknowledged but the flash did not take it."""

    code = "PS-FLASH-NOT-TAKEN"
    what = N_("The flash at {start} did not take the {operation}.")
    why = N_("It is still write-protected, or the supply sagged.")
    next_step = N_(
        "Disconnect and reconnect the chip's supply, then run the same command again. "
        "If it stays so, use a stronger 3.3 V supply."
    )
