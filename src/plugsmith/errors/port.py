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
        "`plugsmith doctor --module WB2S` draws where to solder; "
        "`plugsmith demo` tries everything without hardware."
    )


class NoPortMatches(PortError):
    """There are ports, but none is what the filter names."""

    code = "PS-PORT-FILTER"
    what = N_("No serial port matches {filter!r}. There are:\n{listed}")
    next_step = N_("Give a VID:PID, a serial number or a word out of these, or --port.")


class PortChoice(PortError):
    """Several adapters are connected and nobody can be asked which one to use."""

    code = "PS-PORT-CHOICE"
    exit_code = ExitCode.USAGE
    what = N_("Several serial adapters are connected:\n{listed}\n")
    next_step = N_(
        "Name one of them with --port, or in PLUGSMITH_PORT; `--port ask` takes the one on which a "
        "chip answers."
    )


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


class PortTaken(PortLost):
    """The port vanished again and again, soon after each opening."""

    code = "PS-PORT-TAKEN"
    what = N_("The port {port} vanishes again and again: it was lost {count} {count:time|times}.")
    why = N_("Another program takes it each time, or the adapter restarts for lack of power.")
    next_step = N_("{remedy}")


class ServerCloses(PortLost):
    """A network server hung up soon after each connection."""

    code = "PS-PORT-CLOSED"
    what = N_("The server at {port} closes each connection ({count} until now).")
    why = N_("Another client is connected to it, or it cannot open its own serial port.")
    next_step = N_("{remedy}")


class PortStuck(PortLost):
    """The port takes no more bytes."""

    code = "PS-PORT-STUCK"
    what = N_("The port {port} takes no more bytes: nothing can be sent.")
    why = N_("The adapter or the far end has stopped, or flow control holds it back.")
    next_step = N_(
        "Pull the adapter out and plug it in again, or restart the serial server; switch flow "
        "control off there. Then run the same command again: it goes on where it stopped."
    )


class TelnetInFront(PortError):
    """A telnet server answers at a socket:// address."""

    code = "PS-PORT-TELNET"
    what = N_("A telnet server answers at {port}: it would change the bytes of the chip.")
    next_step = N_(
        "Use rfc2217:// instead of socket:// with the same host and port, or set the server to raw."
    )
