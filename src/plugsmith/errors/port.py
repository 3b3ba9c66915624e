"""Errors about the serial port itself (exit 3)."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.messages import N_


class PortError(PlugsmithError):
    """The port cannot be used."""

    exit_code = ExitCode.PORT


class PortNotFound(PortError):
    """No such port, or nothing listens at the address."""

    code = "PS-PORT-NOT-FOUND"
    what = N_("The port {port} does not exist.")
    next_step = N_("Plug the adapter in and run `plugsmith ports` to see what is there.")


class NoListener(PortNotFound):
    """Nothing answers at a network address."""

    code = "PS-PORT-NO-LISTENER"
    what = N_("Nothing listens at {port}.")
    next_step = N_("Check host and port number, and start the serial server there.")


class NoPort(PortError):
    """No serial adapter is connected at all."""

    code = "PS-PORT-NONE"
    what = N_("No serial adapter was found.")
    next_step = N_(
        "Plug in a 3.3 V USB serial adapter, then run `plugsmith ports`. "
        "To try Plugsmith without hardware, run `plugsmith demo`."
    )


class PortChoice(PortError):
    """Several adapters are connected and nobody can be asked which one to use."""

    code = "PS-PORT-CHOICE"
    exit_code = ExitCode.USAGE
    what = N_("Several serial adapters are connected:\n{listed}\n")
    next_step = N_("Name one of them with --port, or in PLUGSMITH_PORT.")


class PortBusy(PortError):
    """Another program holds the port."""

    code = "PS-PORT-BUSY"
    what = N_("The port {port} is in use by {holder}.")
    next_step = N_("Close that program and run the command again.")


class PortDenied(PortError):
    """The user has no right to open the port."""

    code = "PS-PORT-DENIED"
    what = N_("You have no permission to open {port}.")
    next_step = N_("{remedy}")


class PortLost(PortError):
    """The port vanished while it was in use."""

    code = "PS-PORT-LOST"
    what = N_("The port {port} vanished while it was in use.")
    why = N_("The adapter was unplugged, or a dip in its power reset it.")
    next_step = N_(
        "Check the cable, feed the module from its own 3.3 V supply, and run the same command "
        "again: it goes on where it stopped."
    )


class PortUnsupported(PortError):
    """The port exists but cannot do what is needed, or its address is not understood."""

    code = "PS-PORT-UNSUPPORTED"
    what = N_("The port {port} cannot be used: {problem}.")
    next_step = N_(
        "Use a device name, socket://host:port, rfc2217://host:port or sim://chip?flash=file."
    )
