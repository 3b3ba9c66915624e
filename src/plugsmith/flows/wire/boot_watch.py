"""Did the device boot? From the text on its log port, or from a boot loop seen on UART1.

The text itself is never passed on: firmware logs can hold the name of a Wi-Fi network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.linking import answers_again
from plugsmith.errors import PlugsmithError
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

_LOADER_BANNER = re.compile(rb"V:BK7\d\d\d[A-Z]?_\d|J 0x10000")
_FAULT = re.compile(rb"\[ARM ANOMALY\]")
_APP_SIGNS = (
    re.compile(rb"Main_Init_|OpenBK7\d\d\d|OpenBeken"),  # OpenBeken
    re.compile(rb"TUYA |tuya|Tuya"),  # vendor firmware
    re.compile(rb"\[[IDWE]\]\[|ESPHome|LibreTiny"),  # ESPHome
)
_PLAIN_TEXT = re.compile(rb"[\x20-\x7e\r\n\t]")
_ENOUGH_TEXT = 200  # printable bytes after the last jump of the loader, with no further jump


@dataclass(frozen=True, slots=True, kw_only=True)
class BootSighting:
    """`booted` as in the contract; `seen` is the sentence that gives the reason."""

    booted: bool | None
    seen: str


def judge_text(text: bytes) -> bool | None:
    """True for a firmware that runs, False for a loop or fault, None while nothing is certain."""
    jumps = list(_LOADER_BANNER.finditer(text))
    after = text[jumps[-1].end() :] if jumps else text
    banners = sum(1 for jump in jumps if jump.group().startswith(b"V:"))
    starts = max(banners, len(jumps) - banners)
    if starts >= _LOOPS or len(_FAULT.findall(text)) >= _LOOPS:
        return False
    if any(sign.search(after) for sign in _APP_SIGNS):
        return True
    return True if len(_PLAIN_TEXT.findall(after)) >= _ENOUGH_TEXT else None


def watch_boot(ctx: FlowContext, device: Device) -> BootSighting:
    """Reset the chip and look whether its firmware starts; the chip is left running.

    With a log port its text decides; without one only a boot loop can be seen.
    """
    if ctx.open_log is None:
        device.flash.reboot()
        return _probe_download_uart(ctx, device)
    log = ctx.open_log()
    try:
        log.discard_input()
        device.flash.reboot()
        return _read_log(ctx, log)
    finally:
        log.close()


def _read_log(ctx: FlowContext, log: Port) -> BootSighting:
    began_s = last_s = ctx.clock.monotonic()
    text = bytearray()
    while (now_s := ctx.clock.monotonic()) - began_s < _LOG_S and now_s - last_s < _QUIET_S * 2:
        ctx.cancel.check()
        fresh = log.read(4096, 0.1)
        if not fresh:
            continue
        last_s = ctx.clock.monotonic()
        text += fresh
        verdict = judge_text(bytes(text))
        if verdict is True:
            return BootSighting(
                booted=True, seen=_("The firmware's start was seen on the log port.")
            )
        if verdict is False:
            return BootSighting(
                booted=False,
                seen=_("the log port shows that it starts again and again"),
            )
    if not text:
        return BootSighting(
            booted=None,
            seen=_("Nothing came on the log port; check that it is wired to TX2."),
        )
    return BootSighting(booted=None, seen=_("The text on the log port does not tell."))


def _probe_download_uart(ctx: FlowContext, device: Device) -> BootSighting:
    """A chip that runs its firmware does not answer link checks; one that loops does."""
    unseen = BootSighting(
        booted=None,
        seen=_(
            "Whether it boots cannot be seen on these wires: boot text goes to the second UART. "
            "Look for the device's Wi-Fi access point or its LED."
        ),
    )
    ctx.clock.sleep(_SETTLE_S)
    try:
        answered = answers_again(device.port, clock=ctx.clock, seconds=_PROBE_S)
        if answered:
            device.flash.reboot()
    except PlugsmithError:
        return unseen
    if not answered:
        return unseen
    return BootSighting(
        booted=False,
        seen=_("it resets again and again (its boot loader answers without a reset from you)"),
    )
