"""Did the device boot? From the text on its log port, or from a boot loop seen on UART1.

The text itself is never passed on: firmware logs can hold the name of a Wi-Fi network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.linking import answers_again
from plugsmith.emu.boot_signs import complaints, find_sign, last_words, starts
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.link.port import Port

_LOG_S = 25.0  # OpenBeken ends its start 16 s after a reset; chip-emulation.md 1
_QUIET_S = 4.0  # a loop repeats within milliseconds, so silence after text means that it runs
_SETTLE_S = 1.2  # longer than any listening window (0.8 s after noise), uart-protocol.md 1.3
_PROBE_S = 1.5  # a loop turns many times in it (9 ms a turn in emulation; slow XIP 10 x that)
_LOOPS = 3  # chip-emulation.md 7: three resets are a verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class BootSighting:
    """`booted` as in the contract; `seen` is the sentence that gives the reason."""

    booted: bool | None
    seen: str


def judge_text(text: bytes, *, firmware: str | None = None, settled: bool = True) -> bool | None:
    """True for a firmware that was seen to start, False for a loop, None while nothing is certain.

    Only a text that is known to come from `firmware` (None: from any) proves its start. One that
    does not end the start counts once the log has `settled`: it can still crash.
    """
    if starts(text) >= _LOOPS or complaints(text) >= _LOOPS:
        return False
    sign = find_sign(last_words(text), firmware=firmware)
    return True if sign is not None and (sign.complete or settled) else None


def watch_boot(ctx: FlowContext, device: Device, *, firmware: str | None = None) -> BootSighting:
    """Reset the chip and look whether its firmware starts; the chip is left running.

    `firmware` is what the flash holds now, as `FirmwareImage.firmware` names it; None: any counts.
    With a log port its text decides; without one only a boot loop can be seen. What was written
    is proven already: trouble here is told as something that was not seen, and raises nothing.
    """
    try:
        if device.over_spi:
            device.flash.reboot()
            seen = _("Whether it boots cannot be seen over SPI. Look for its access point or LED.")
            return BootSighting(booted=None, seen=seen)
        if device.log is None:
            device.flash.reboot()
            return _probe_download_uart(ctx, device)
        device.log.discard_input()
        device.flash.reboot()
        return _read_log(ctx, device.log, firmware)
    except Cancelled:
        return BootSighting(booted=None, seen=_("You stopped the look at its start."))
    except PlugsmithError as problem:
        seen = _("Its start could not be watched: {problem}", problem=problem.message)
        return BootSighting(booted=None, seen=seen)


def _read_log(ctx: FlowContext, log: Port, firmware: str | None) -> BootSighting:
    began_s = last_s = ctx.clock.monotonic()
    text = bytearray()
    sign_s: float | None = None
    while (now_s := ctx.clock.monotonic()) - began_s < _LOG_S and now_s - last_s < _QUIET_S * 2:
        ctx.cancel.check()
        fresh = log.read(4096, 0.1)
        if fresh:
            last_s = ctx.clock.monotonic()
            text += fresh
        started = judge_text(bytes(text), firmware=firmware)
        sign_s = None if started is None else sign_s or now_s
        settled = sign_s is not None and now_s - sign_s >= _QUIET_S
        verdict = judge_text(bytes(text), firmware=firmware, settled=settled)
        if verdict is not None:
            return _sighting(booted=verdict)
    if judge_text(bytes(text), firmware=firmware):
        return _sighting(booted=True)
    if not text:
        return BootSighting(
            booted=None,
            seen=_("Nothing came on the log port; check that it is wired to TX2."),
        )
    return BootSighting(booted=None, seen=_("The text on the log port does not tell."))


def _sighting(*, booted: bool) -> BootSighting:
    if booted:
        return BootSighting(booted=True, seen=_("The firmware's start was seen on the log port."))
    return BootSighting(booted=False, seen=_("the log port shows that it starts again and again"))


def _probe_download_uart(ctx: FlowContext, device: Device) -> BootSighting:
    """A chip that runs its firmware does not answer link checks; one that loops does, each time.

    One that answers once was reset once: by its user, by a weak supply, or it was just put in.
    """
    unseen = BootSighting(
        booted=None,
        seen=_(
            "Whether it boots cannot be seen on these wires: boot text goes to the second UART. "
            "Look for the device's Wi-Fi access point or its LED."
        ),
    )
    try:
        for _turn in range(_LOOPS):
            ctx.clock.sleep(_SETTLE_S)
            port, cancel = device.port, ctx.cancel
            if not answers_again(port, clock=ctx.clock, seconds=_PROBE_S, cancel=cancel):
                return unseen
            device.flash.reboot()
    except Cancelled:
        raise
    except PlugsmithError:
        return unseen
    return BootSighting(
        booted=False,
        seen=_("it resets again and again (its boot loader answers without a reset from you)"),
    )
