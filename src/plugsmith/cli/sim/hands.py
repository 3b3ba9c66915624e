"""What a person does to a simulated plug at the keyboard, and what they see and hear."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.device import SimObk

_CLICK_S = 0.15
_MAX_WATTS = 4000.0


def obey(device: SimObk, line: str) -> str:
    """Carry out one line ("press", "load 60" ...); the sentence to show, empty for nothing."""
    word, _space, rest = line.strip().lower().partition(" ")
    if not word:
        return ""
    if word == "load":
        return _load(device, rest)
    act = _ACTS.get(word)
    if act is None:
        return _(
            "Type press, release, click, double, load WATTS, unplug, plug, cycle or look; Ctrl-C "
            "ends."
        )
    act(device)
    return look(device) if word == "look" else ""


def look(device: SimObk) -> str:
    """What is to be seen at the plug."""
    lamps = device.lamps
    return _(
        "Relay {relay}, red lamp {red}, blue lamp {blue}.",
        relay=_("closed") if device.relay_closed else _("open"),
        red=_("on") if lamps.red else _("off"),
        blue=_("on") if lamps.blue else _("off"),
    )


def _load(device: SimObk, rest: str) -> str:
    from plugsmith.sim.obk.plug.plug import Load

    try:
        watts = float(rest)
    except ValueError:
        watts = -1.0
    if not 0 <= watts <= _MAX_WATTS:
        return _("A load has 0 to {most} watts.", most=int(_MAX_WATTS))
    device.plug_in(Load(watts=watts))
    return _("{watts} watts are plugged in.", watts=watts)


def _click(device: SimObk) -> None:
    device.press()
    time.sleep(_CLICK_S)
    device.release()


def _double(device: SimObk) -> None:
    _click(device)
    time.sleep(_CLICK_S / 2)
    _click(device)


_ACTS: Mapping[str, Callable[[SimObk], object]] = {
    "press": lambda device: device.press(),
    "release": lambda device: device.release(),
    "click": _click,
    "double": _double,
    "unplug": lambda device: device.power_off(),
    "plug": lambda device: device.power_on(),
    "cycle": lambda device: device.power_cycle(),
    "look": lambda _device: None,
}


def take_orders(device: SimObk, say: Callable[[str], None]) -> None:
    """Obey the keyboard in a thread of its own, until it ends."""

    def read() -> None:
        for line in sys.stdin:
            said = obey(device, line)
            if said:
                say(said)

    threading.Thread(target=read, daemon=True).start()


class Onlooker:
    """Tells when the relay clicks or a lamp changes."""

    def __init__(self, device: SimObk, say: Callable[[str], None]) -> None:
        self._device = device
        self._say = say
        self._seen = look(device)

    def glance(self) -> None:
        """Say what has changed since the last glance."""
        now = look(self._device)
        if now != self._seen:
            self._seen = now
            self._say(now)
