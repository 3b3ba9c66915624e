"""What the download UART of a chip says while its flash is mended over SPI."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.boot.linking import link
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.link import NoAnswer, OtherDevice
from plugsmith.flows.wire.connected import connected
from plugsmith.library.port_lock import port_held
from plugsmith.link.hearing import Heard
from plugsmith.link.witness import Witness
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.linking import LinkPolicy
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.spi.device import SpiDevice
    from plugsmith.link.port import Port
    from plugsmith.link.witness import Observations

_UART_S = 30.0  # also for who waits at a terminal: this is a look, nobody is waited for
_PROOF_S = 10.0  # shorter, and a chip might not have been reset yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Uart:
    """The download UART on which the chip is looked for."""

    name: str
    open_port: Callable[[], Port]


def refuse_unless_silent(
    ctx: FlowContext, device: SpiDevice, uart: Uart, refusal: PlugsmithError
) -> None:
    """Return if nothing at all is heard on `uart`; else `refusal` is raised, and why said.

    `device` is reset meanwhile, by whoever can; in flash mode it is silent in any case, and that
    proves nothing. What keeps from listening (a port that is busy or missing, Cancelled) is raised
    as it is.
    """
    with port_held(ctx.library.locks, uart.name):
        pulse = device.pulse_beside(uart.name)
        port = uart.open_port()
        try:
            why = _sign_of_life(ctx, port, pulse)
        finally:
            port.close()
    if why is not None:
        ctx.say(_("The UART is not silent: {heard}", heard=why))
        raise refusal
    if device.in_flash_mode():
        ctx.say(
            _(
                "The chip was not reset and is still in flash mode, so its silence says nothing. "
                "Run the command again and reset it while the UART is looked at."
            )
        )
        raise refusal


def _sign_of_life(ctx: FlowContext, port: Port, pulse: Callable[[], None] | None) -> str | None:
    """What was heard, in words; None: true silence."""
    witness = Witness(port, ctx.clock)
    policy = _policy(ctx)
    policy = replace(policy, timeout_s=max(policy.timeout_s or 0.0, _PROOF_S), pulse=pulse)
    try:
        client = link(
            port,
            policy=policy,
            clock=ctx.clock,
            sink=ctx.sink,
            cancel=ctx.cancel,
            witness=witness,
            keeper=ctx.keeper,
        )
    except NoAnswer as none:
        silent = none.facts["heard"] == Heard.SILENCE and _nothing_came(witness.seen())
        return None if silent else none.message
    with suppress(PlugsmithError):  # it answered: whatever comes now does not change that
        client.reboot()
    client.close()
    return _("The chip's boot code answers.")


def _nothing_came(seen: Observations) -> bool:
    """Whether no byte came at any rate; zeros are the line itself, when the chip is reset."""
    quiet = seen.stray == 0 or seen.zeros_only
    return quiet and all(sound is Heard.SILENCE for _rate, sound in seen.elsewhere)


def answers(ctx: FlowContext, uart: Uart, *, mac: str | None) -> bool:
    """Whether the boot code of the device with this `mac` answers on the download UART now."""
    over_uart = replace(
        ctx,
        port_name=uart.name,
        open_port=uart.open_port,
        warn_of_mains=False,
        chip=None,
        policy=_policy(ctx),
    )
    try:
        with connected(over_uart) as device:
            found = device.mac()
            if None not in {mac, found} and mac != found:
                raise OtherDevice(
                    port=uart.name,
                    difference=_(
                        "its MAC is {theirs}, the device has {ours}", theirs=found, ours=mac
                    ),
                )
            return True
    except Cancelled:
        raise
    except PlugsmithError as problem:
        ctx.warn(problem.code, problem.message, hint=problem.hint)
        return False


def _policy(ctx: FlowContext) -> LinkPolicy:
    limit = ctx.policy.timeout_s
    return replace(ctx.policy, timeout_s=_UART_S if limit is None else limit)
