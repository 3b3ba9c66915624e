"""Pins, roles and channels as the firmware handles them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.openbeken.role_table import ROLE_LINES
from plugsmith.sim.obk.block import CHANNEL_COUNT, PIN_COUNT, Block, Table
from plugsmith.sim.obk.plug.plug import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.sim.obk.plug.plug import Plug

ROLE_NAMES: tuple[str, ...] = (" ", *(line[0] for line in ROLE_LINES[1:]))
NONE = 0
_FOLLOWS = {"Rel": 0, "LED": 0, "PWM": 0, "Rel_n": 1, "LED_n": 1, "PWM_n": 1}  # 1: inverted
_WIFI = {"WifiLED": 0, "WifiLED_n": 1}
_FIXED = {"AlwaysHigh": 1, "AlwaysLow": 0, "BL0937SEL": 0, "BL0937SEL_n": 0}
_RELAYS = ("Rel", "Rel_n")
BUTTONS = {"Btn": 0, "Btn_n": 1, "Btn_pd": 1, "Btn_pd_n": 0, "Btn_Tgl_All": 0, "Btn_Tgl_All_n": 1}
_READS = {
    "dInput": 0,
    "dInput_n": 1,
    "dInput_NoPullUp": 0,
    "dInput_NoPullUp_n": 1,
}
_COUNTERS = ("Counter_f", "Counter_r")
_NO_PULL = ("dInput_NoPullUp", "dInput_NoPullUp_n", "RCRecv_nPup", "IRRecv_nPup")


def role_index(name: str) -> int | None:
    """The index of a role by its command name, any case; `None` is 0."""
    wanted = name.lower()
    if wanted == "none":
        return NONE
    for index, known in enumerate(ROLE_NAMES):
        if index and known.lower() == wanted:
            return index
    return None


class PinBank:
    """Runs the pins of the block on the plug; `changed` hears about every channel change."""

    def __init__(self, block: Block, plug: Plug, changed: Callable[[int, int], None]) -> None:
        self.block = block
        self.plug = plug
        self.values = [0] * CHANNEL_COUNT
        self.labels: dict[int, str] = {}
        self.wifi_level = 0  # what a WifiLED shows just now
        self.active = False  # false in safe mode and before the start
        self._changed = changed
        self._seen: dict[int, int] = {}
        self._counted: dict[int, int] = {}

    def role(self, pin: int) -> str:
        """The name of a pin's role; names that this build does not know are a blank."""
        index = self.block.item(Table.ROLES, pin)
        return ROLE_NAMES[index] if index < len(ROLE_NAMES) else " "

    def channel(self, pin: int) -> int:
        """The channel of a pin."""
        return self.block.item(Table.CHANNELS, pin) % CHANNEL_COUNT

    def start(self) -> None:
        """Set all pins up at boot."""
        self.active = True
        for pin in range(PIN_COUNT):
            self.set_up(pin)

    def stop(self) -> None:
        """Reset: values are forgotten."""
        self.active = False
        self.values = [0] * CHANNEL_COUNT
        self.labels.clear()
        self._seen.clear()

    def set_up(self, pin: int) -> None:
        """Bring the pin into the state of its role; `None` leaves it exactly as it is."""
        role = self.role(pin)
        if not self.active or role == ROLE_NAMES[NONE]:
            return
        level = self._level_for(pin, role)
        if level is not None:
            self.plug.set_pin(pin, Mode.OUTPUT, level)
        elif role in _NO_PULL:
            self.plug.set_pin(pin, Mode.INPUT)
        elif role.startswith(("Btn_pd", "TglChanOnTgl_pd")):
            self.plug.set_pin(pin, Mode.PULL_DOWN)
        else:
            self.plug.set_pin(pin, Mode.PULL_UP)
        self._seen.pop(pin, None)
        self._counted[pin] = self.plug.pulses(pin)

    def _level_for(self, pin: int, role: str) -> int | None:
        """The level an output role drives now; None for inputs."""
        if role in _FOLLOWS:
            on = int(self.values[self.channel(pin)] > 0)
            return on ^ _FOLLOWS[role]
        if role in _WIFI:
            return self.wifi_level ^ _WIFI[role]
        return _FIXED.get(role)

    def set_role(self, pin: int, index: int) -> bool:
        """Store a role and act on the hardware at once; true when it is another one."""
        if self.block.item(Table.ROLES, pin) == index:
            return False
        self.block.set_item(Table.ROLES, pin, index)
        self.set_up(pin)
        return True

    def set_value(self, channel: int, value: int) -> None:
        """Set a channel; the value it has already is ignored, without any pin write."""
        if not 0 <= channel < CHANNEL_COUNT or self.values[channel] == value:
            return
        self.values[channel] = value
        for pin in range(PIN_COUNT):
            role = self.role(pin)
            if self.active and role in _FOLLOWS and self.channel(pin) == channel:
                self.plug.set_pin(pin, Mode.OUTPUT, int(value > 0) ^ _FOLLOWS[role])
        self._changed(channel, value)

    def toggle(self, channel: int) -> None:
        """0 becomes 1, anything else 0."""
        self.set_value(channel, 0 if self.values[channel] else 1)

    def relay_channels(self) -> list[int]:
        """Channels with a relay, ascending."""
        return sorted({self.channel(pin) for pin in range(PIN_COUNT) if self.role(pin) in _RELAYS})

    def light_channels(self) -> list[int]:
        """Channels with a PWM pin, ascending."""
        return sorted(
            {self.channel(pin) for pin in range(PIN_COUNT) if self.role(pin) in ("PWM", "PWM_n")}
        )

    def used_channels(self) -> list[int]:
        """Channels of pins that have a role, ascending."""
        return sorted({self.channel(pin) for pin in self.used_pins()})

    def used_pins(self) -> list[int]:
        """Pins that have a role."""
        start = Table.ROLES.value[0]
        return [pin for pin, role in enumerate(self.block.raw[start : start + PIN_COUNT]) if role]

    def pin_with(self, *names: str) -> int | None:
        """The first pin with one of these roles."""
        for pin in range(PIN_COUNT):
            if self.role(pin) in names:
                return pin
        return None

    def set_wifi_lamp(self, level: int) -> None:
        """Show a state of the network on pins with a Wi-Fi lamp."""
        if level == self.wifi_level:
            return
        self.wifi_level = level
        for pin in self.used_pins() if self.active else ():
            if self.role(pin) in _WIFI:
                self.set_up(pin)

    def poll(self) -> None:
        """Read inputs into their channels, and counters."""
        for pin in self.used_pins() if self.active else ():
            role = self.role(pin)
            if role in _READS:
                self.set_value(self.channel(pin), self.plug.level(pin) ^ _READS[role])
            elif role in _COUNTERS:
                now = self.plug.pulses(pin)
                added = now - self._counted.get(pin, now)
                self._counted[pin] = now
                self.set_value(self.channel(pin), self.values[self.channel(pin)] + added)
            elif role.startswith("TglChanOnTgl"):
                level = self.plug.level(pin)
                if self._seen.setdefault(pin, level) != level:
                    self._seen[pin] = level
                    self.toggle(self.channel(pin))
