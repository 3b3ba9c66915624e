"""The causes behind each state of a wire, with their likelihood and the next step, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.link.hearing import Heard
from plugsmith.messages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One possible cause; `likelihood` is likely, possible or unlikely."""

    cause: str
    likelihood: str
    next_step: str


SUPPLY = Cause(
    cause=N_("The supply is too weak: the voltage breaks down when the radio starts."),
    likelihood="likely",
    next_step=N_("Feed the module from a 3.3 V supply that gives at least 500 mA."),
)
LOOSE = Cause(
    cause=N_("A wire is loose, or CEN is touched."),
    likelihood="possible",
    next_step=N_("Press or solder the wires, and let go of CEN."),
)
LOW_LINE = Cause(
    cause=N_("The adapter's RX line lies low: a module without power pulls it down."),
    likelihood="likely",
    next_step=N_("Measure 3.3 V between 3V3 and GND at the module, and 3.3 V on its TX1."),
)
NOT_SENDING = Cause(
    cause=N_("The adapter does not send what it is given."),
    likelihood="unlikely",
    next_step=N_(
        "Pull the wires off the module and connect RX and TX of the adapter: `plugsmith doctor` "
        "must then say that your own bytes come back. If it does not, take another adapter."
    ),
)
FAR_SPEED = Cause(
    cause=N_("The serial port at the far end does not run at 115200 baud."),
    likelihood="likely",
    next_step=N_("Set it to 115200 8N1 there, or use rfc2217://, which sets it from here."),
)
STARTS = Cause(
    cause=N_("The chip starts, as the log port shows: RX1 or TX1 is not connected."),
    likelihood="likely",
    next_step=N_("Adapter TX goes to RX1 of the module, adapter RX to TX1. Then reset it."),
)
NO_POWER = Cause(
    cause=N_("The log port is silent as well: the module has no power, or CEN is held low."),
    likelihood="likely",
    next_step=N_("Measure 3.3 V between 3V3 and GND at the module, and 3.3 V on CEN."),
)
NO_LOADER = Cause(
    cause=N_("The boot loader in the flash is lost: a BK7231T, U or Q then stays silent for good."),
    likelihood="unlikely",
    next_step=N_(
        "When nothing else helped: `plugsmith unbrick` puts it back over SPI, docs/spi.md says "
        "with which wires. A BK7231N or M cannot get into this state."
    ),
)
SLOW_TALK = Cause(
    cause=N_("Another processor talks at another speed."),
    likelihood="possible",
    next_step=N_("Separate the module from that processor: cut or lift its TX line."),
)
CAUSES: dict[Heard, tuple[Cause, ...]] = {
    Heard.CHIP: (
        Cause(
            cause=N_("Everything is connected as it must be."),
            likelihood="likely",
            next_step=N_("Run `plugsmith backup`."),
        ),
    ),
    Heard.SILENCE: (
        Cause(
            cause=N_("The chip was not reset while Plugsmith was polling."),
            likelihood="likely",
            next_step=N_(
                "While the command runs, connect CEN to GND for a quarter of a second, "
                "or switch the 3.3 V supply off and on."
            ),
        ),
        Cause(
            cause=N_("RX and TX are swapped, or the wires are on RX2/TX2 instead of RX1/TX1."),
            likelihood="likely",
            next_step=N_("Adapter TX goes to RX1 of the module, adapter RX to TX1."),
        ),
        Cause(
            cause=N_("The module has no power, or no common ground with the adapter."),
            likelihood="possible",
            next_step=N_("Measure 3.3 V between 3V3 and GND at the module; connect both GND."),
        ),
        Cause(
            cause=N_("Another chip on the board drives the RX1 line."),
            likelihood="possible",
            next_step=N_("Lift the part that is connected to RX1/TX1, or unsolder the module."),
        ),
    ),
    Heard.ECHO: (
        Cause(
            cause=N_("RX and TX of the adapter touch each other."),
            likelihood="likely",
            next_step=N_("Look for a solder bridge between RX1 and TX1 and remove it."),
        ),
        Cause(
            cause=N_("The adapter itself loops its bytes back."),
            likelihood="unlikely",
            next_step=N_("Pull the wires off the module: if the echo stays, it is the adapter."),
        ),
    ),
    Heard.BOOT_TEXT: (
        Cause(
            cause=N_("The adapter listens on the log pin TX2 instead of TX1."),
            likelihood="likely",
            next_step=N_("Move the wires to RX1 and TX1."),
        ),
        Cause(
            cause=N_("The adapter's TX does not reach RX1."),
            likelihood="possible",
            next_step=N_("Check the wire from adapter TX to RX1."),
        ),
    ),
    Heard.CONSOLE: (
        Cause(
            cause=N_("OpenBeken runs and takes commands on these wires: they are right."),
            likelihood="likely",
            next_step=N_("Run the command that you want: Plugsmith restarts OpenBeken by itself."),
        ),
        Cause(
            cause=N_("The adapter listens on the log pin TX2, where OpenBeken only prints."),
            likelihood="possible",
            next_step=N_("Move the wires to RX1 and TX1, and reset the chip by hand."),
        ),
    ),
    Heard.TUYA_MCU: (
        Cause(
            cause=N_("A second processor of the device uses the same UART."),
            likelihood="likely",
            next_step=N_(
                "Separate the module from that processor: cut or lift its TX line, "
                "or hold it in reset."
            ),
        ),
    ),
    Heard.TEXT: (
        Cause(
            cause=N_("Another device or program talks on this port."),
            likelihood="likely",
            next_step=N_("Check that this is the right adapter and the right pins."),
        ),
    ),
    Heard.NOISE: (
        Cause(
            cause=N_("The chip talks at another speed, left by a session that was cut off."),
            likelihood="possible",
            next_step=N_("Switch the module's supply off and on, then run the command again."),
        ),
        Cause(
            cause=N_("The wires are long or loose, or the grounds are not connected."),
            likelihood="likely",
            next_step=N_("Use wires below 20 cm and connect GND first."),
        ),
        Cause(
            cause=N_("The adapter works with 5 V levels."),
            likelihood="possible",
            next_step=N_("Set the adapter to 3.3 V."),
        ),
    ),
    Heard.RESET_LOOP: (
        SUPPLY,
        Cause(
            cause=N_("The firmware in the flash does not run on this chip."),
            likelihood="possible",
            next_step=N_("Write a firmware that fits: `plugsmith flash`, or restore a backup."),
        ),
    ),
    Heard.NO_ADAPTER: (
        Cause(
            cause=N_("No adapter is plugged in, or the system does not know it."),
            likelihood="likely",
            next_step=N_(
                "Solder the wires as drawn, plug in a 3.3 V USB serial adapter, and run "
                "`plugsmith doctor` again."
            ),
        ),
    ),
    Heard.PORT_LOST: (
        Cause(
            cause=N_("The adapter lost its supply for a moment: a short circuit or too much load."),
            likelihood="likely",
            next_step=N_("Feed the module from its own 3.3 V supply, not from the adapter."),
        ),
        Cause(
            cause=N_("The cable or the plug is loose."),
            likelihood="possible",
            next_step=N_("Use another cable and another USB socket."),
        ),
    ),
    Heard.LINE_LOW: (
        LOW_LINE,
        Cause(
            cause=N_("RX of the adapter touches GND, or is on the wrong pin."),
            likelihood="possible",
            next_step=N_("Look at the wire from adapter RX to TX1, and for a bridge to GND."),
        ),
    ),
    Heard.OTHER_CHIP: (
        Cause(
            cause=N_("Another kind of chip, or of server, is connected."),
            likelihood="likely",
            next_step=N_("Check that this is the right adapter and the right board."),
        ),
    ),
    Heard.ANSWERS_LOST: (
        Cause(
            cause=N_("The chip hangs, most often because its supply dipped."),
            likelihood="likely",
            next_step=N_(
                "Touch CEN to GND for a quarter of a second while the command runs, and feed the "
                "module from a 3.3 V supply that gives at least 500 mA."
            ),
        ),
        LOOSE,
        Cause(
            cause=N_("The adapter cannot carry the speed that was used."),
            likelihood="possible",
            next_step=N_("Run the command with --baud 115200."),
        ),
    ),
    Heard.SLOW_NETWORK: (
        Cause(
            cause=N_("Each answer takes longer than the boot code waits."),
            likelihood="likely",
            next_step=N_(
                "Run Plugsmith on the computer that has the adapter, or get a faster way to it."
            ),
        ),
    ),
    Heard.TELNET: (
        Cause(
            cause=N_("A telnet (RFC 2217) server stands in front of the serial port."),
            likelihood="likely",
            next_step=N_(
                "Use rfc2217:// instead of socket:// with the same host and port, or set the "
                "server to raw."
            ),
        ),
    ),
    Heard.WRITES_STUCK: (
        Cause(
            cause=N_("The adapter or the far end has stopped taking bytes."),
            likelihood="likely",
            next_step=N_("Pull the adapter out and plug it in again; restart a serial server."),
        ),
        Cause(
            cause=N_("Flow control is switched on at the far end."),
            likelihood="possible",
            next_step=N_("Switch RTS/CTS and XON/XOFF off there."),
        ),
    ),
    Heard.SERVER_CLOSES: (
        Cause(
            cause=N_("Another client is connected to the serial server."),
            likelihood="likely",
            next_step=N_("Close the other program that uses the server, or restart the server."),
        ),
        Cause(
            cause=N_("The server cannot open its serial port."),
            likelihood="possible",
            next_step=N_("Look at the server's log, and whether its adapter is plugged in."),
        ),
    ),
    Heard.PORT_TAKEN: (
        Cause(
            cause=N_("Another program takes the port each time (ModemManager, a 3D print server)."),
            likelihood="likely",
            next_step=N_(
                "Stop that program (sudo systemctl stop ModemManager), then run the command again."
            ),
        ),
        Cause(
            cause=N_("The adapter restarts for lack of power."),
            likelihood="possible",
            next_step=N_("Feed the module from its own 3.3 V supply; use another USB socket."),
        ),
    ),
}


def by_likelihood(found: Iterable[Cause]) -> tuple[Cause, ...]:
    """The causes, the likeliest first; each once."""
    order = {"likely": 0, "possible": 1, "unlikely": 2}
    return tuple(sorted(dict.fromkeys(found), key=lambda cause: order[cause.likelihood]))
