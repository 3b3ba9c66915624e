"""Presses of configured buttons: short, double, and the rescue double click after boot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Number, Table, Text
from plugsmith.sim.obk.plug.gpio import BUTTONS

if TYPE_CHECKING:
    from plugsmith.sim.obk.running import Running

_INSTANT = 6
_CHILD_LOCK = 41
_RESCUE_S = 5.0


class ButtonWatch:
    """Turns levels of button pins into clicks; polled by the device."""

    def __init__(self) -> None:
        self._down_since: dict[int, float] = {}
        self._clicked_at: dict[int, float] = {}

    def poll(self, device: Running, now: float) -> None:
        """Look at every pin with a button role."""
        for pin in device.bank.used_pins() if device.bank.active else ():
            role = device.bank.role(pin)
            if role not in BUTTONS:
                continue
            pressed = device.plug.level(pin) == BUTTONS[role]
            since = self._down_since.get(pin)
            if pressed and since is None:
                self._down_since[pin] = now
                if device.block.flag(_INSTANT):
                    _act(device, pin, double=False)
            elif not pressed and since is not None:
                del self._down_since[pin]
                self._released(device, pin, (since, now))
            self._settle(device, pin, now)

    def _released(self, device: Running, pin: int, when: tuple[float, float]) -> None:
        held = when[1] - when[0]
        if held >= device.block.number(Number.BUTTON_LONG) / 10 or device.block.flag(_INSTANT):
            return
        if self._clicked_at.pop(pin, None) is not None:
            _act(device, pin, double=True)
        else:
            self._clicked_at[pin] = when[1]

    def _settle(self, device: Running, pin: int, now: float) -> None:
        """A click is a single one when no second followed in time."""
        clicked = self._clicked_at.get(pin)
        if clicked is not None and now - clicked >= device.block.number(Number.BUTTON_SHORT) / 10:
            del self._clicked_at[pin]
            _act(device, pin, double=False)


def _act(device: Running, pin: int, *, double: bool) -> None:
    if device.block.flag(_CHILD_LOCK):
        return
    if double and device.uptime < _RESCUE_S:
        device.set_text(Text.SSID, "")
        device.open_ap()
        return
    if device.bank.role(pin).startswith("Btn_Tgl_All"):
        for channel in device.bank.relay_channels():
            device.bank.toggle(channel)
    elif double:
        device.bank.toggle(device.block.item(Table.CHANNELS2, pin) % 64)
    else:
        device.bank.toggle(device.bank.channel(pin))
