"""What each state of the wire means: causes with their likelihood, and the next step."""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.link.hearing import Heard
from plugsmith.messages import N_, _


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One possible cause; `likelihood` is likely, possible or unlikely."""

    cause: str
    likelihood: str
    next_step: str


_HEARD_TEXT = {
    Heard.CHIP: N_("The chip's boot code answers."),
    Heard.SILENCE: N_("Nothing at all was received."),
    Heard.ECHO: N_("Your own bytes come back."),
    Heard.BOOT_TEXT: N_("The chip's start-up text was received, but no answer."),
    Heard.CONSOLE: N_("OpenBeken runs and talks here."),
    Heard.TUYA_MCU: N_("Frames of a TuyaMCU (55 AA) were received: another processor talks here."),
    Heard.TEXT: N_("Text of an unknown program was received, but no answer."),
    Heard.NOISE: N_("Only unreadable bytes were received: noise, or another speed."),
    Heard.RESET_LOOP: N_("The chip starts again and again."),
    Heard.PORT_LOST: N_("The port vanished."),
}
_CAUSES: dict[Heard, tuple[Cause, ...]] = {
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
        Cause(
            cause=N_("The supply is too weak: the voltage breaks down when the radio starts."),
            likelihood="likely",
            next_step=N_("Feed the module from a 3.3 V supply that gives at least 500 mA."),
        ),
        Cause(
            cause=N_("The firmware in the flash does not run on this chip."),
            likelihood="possible",
            next_step=N_("Write a firmware that fits: `plugsmith flash`, or restore a backup."),
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
}


def heard_text(state: Heard) -> str:
    """One sentence about `state`."""
    return _(_HEARD_TEXT[state])


def causes(state: Heard) -> tuple[Cause, ...]:
    """The causes of `state`, the likeliest first."""
    order = {"likely": 0, "possible": 1, "unlikely": 2}
    return tuple(sorted(_CAUSES[state], key=lambda cause: order[cause.likelihood]))


def first_step(state: Heard) -> str:
    """The next step for the likeliest cause, and where to learn more."""
    return _(
        "{step} `plugsmith doctor` shows the other causes and the wiring.",
        step=_(causes(state)[0].next_step),
    )
