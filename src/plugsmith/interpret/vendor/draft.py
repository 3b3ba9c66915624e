"""A device profile under construction: pins are claimed once, clashes and gaps are remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import DeviceProfile, Gap, LeftOut, Pin
from plugsmith.interpret.vendor.settings import whole
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.board import Board
    from plugsmith.device.profile import Alternative, Battery, Light, MeterPart, SerialMcu
    from plugsmith.interpret.vendor.settings import Settings

LAST_CHANNEL = 63  # openbeken.md section 3


@dataclass(kw_only=True)
class Draft:
    """Collects what the family readers find. The first key to claim a pin keeps it."""

    settings: Settings
    board: Board
    pins: dict[int, Pin] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    start_values: dict[int, int] = field(default_factory=dict)
    channel_types: dict[int, str] = field(default_factory=dict)
    reserved_channels: set[int] = field(default_factory=set)
    pulse_ms: int | None = None
    tone_hz: int | None = None
    meter: MeterPart | None = None
    light: Light | None = None
    battery: Battery | None = None
    serial: SerialMcu | None = None
    shutters: int = 0
    motion_sensor: bool = False

    def level(self, *keys: str, low: bool) -> tuple[bool, tuple[str, ...]]:
        """Whether the first stated level is low, and the key that said so; `low` if none is."""
        for key in keys:
            found = self.settings.number(key)
            if found is None:
                continue
            if found not in {0, 1}:
                self.remark(
                    _(
                        "{key} is {value}, which is neither high (1) nor low (0): "
                        "it was read as {meaning}, check it with a meter.",
                        key=key,
                        value=found,
                        meaning=_("high") if found else _("low"),
                    )
                )
            return found == 0, (key,)
        return low, ()

    def place(
        self,
        key: str,
        function: Function,
        *,
        channel: int = 0,
        channel2: int | None = None,
        level: tuple[bool, tuple[str, ...]] = (False, ()),
        detail: str = "",
        note: str = "",
        pull_down: bool = False,
        because: tuple[str, ...] = (),
        alternatives: tuple[Alternative, ...] = (),
    ) -> Pin | None:
        """Give the pin named by `key` its use; None where the pin is missing, taken or unfit."""
        value = self.settings.raw(key)
        if value is None or self._settled(key):
            return None
        gpio = whole(value)
        problem = self._problem(gpio, key, function)
        if problem is None and max(channel, channel2 or 0) > LAST_CHANNEL:
            problem = Gap.UNFIT, _("{key}: no firmware has so many channels.", key=key)
        if problem is not None or gpio is None:
            gap, reason = problem or (Gap.UNREADABLE, "")
            self.leave_out(key, gpio, gap, reason)
            return None
        pin = Pin(
            gpio=gpio,
            function=function,
            channel=channel,
            channel2=channel2,
            active_low=level[0],
            pull_down=pull_down,
            detail=detail,
            keys=(key, *level[1], *because),
            note=note,
            alternatives=alternatives,
        )
        self.pins[gpio] = pin
        self.reserved_channels.update(number for number in (channel, channel2) if number)
        return pin

    def _settled(self, key: str) -> bool:
        """Whether `key` already has its pin, or a reason for having none."""
        return any(pin.keys[:1] == (key,) for pin in self.pins.values()) or any(
            item.key == key for item in self.left_out
        )

    def _problem(self, gpio: int | None, key: str, function: Function) -> tuple[Gap, str] | None:
        """Why `key` cannot have its pin; None where it can."""
        if gpio is None:
            return Gap.UNREADABLE, _("{key} does not hold a pin number.", key=key)
        if gpio < 0 or self.board.lacks(gpio):
            return Gap.NO_SUCH_PIN, self._no_such_pin(key, gpio)
        holder = self.pins.get(gpio)
        if holder is not None:
            return Gap.TAKEN, _(
                "P{gpio} is named twice, by {first} and by {second}; {first} keeps it. "
                "Check with a meter which of the two is wired.",
                gpio=gpio,
                first=holder.keys[0],
                second=key,
            )
        if function.needs_pwm and self.board.lacks_pwm(gpio):
            return Gap.UNFIT, _(
                "{key} wants a dimmed output on P{gpio}, which has no PWM unit.", key=key, gpio=gpio
            )
        if function is Function.BATTERY_ADC and self.board.lacks_adc(gpio):
            return Gap.UNFIT, _(
                "{key} wants to measure a voltage on P{gpio}, which has no ADC input.",
                key=key,
                gpio=gpio,
            )
        return None

    def _no_such_pin(self, key: str, gpio: int) -> str:
        return _(
            "{key} names P{gpio}, but {name} has no such pin: it was left out. Usually the "
            "vendor's text is shared by several devices and this part is not fitted.",
            key=key,
            gpio=gpio,
            name=self.board.module or self.board.chip or _("the chip"),
        )

    def leave_out(self, key: str, gpio: int | None, gap: Gap, reason: str) -> None:
        """Remember that `key` got no pin, and why; the key counts as understood."""
        if not self._settled(key):
            self.settings.used.add(key)
            self.left_out.append(LeftOut(key=key, gpio=gpio, gap=gap, reason=reason))

    def unused(self, key: str, gap: Gap, reason: str) -> None:
        """Leave out a key whose pin is not needed; a missing pin is still said to be missing."""
        if key not in self.settings:
            return
        gpio = self.settings.number(key)
        if gpio is not None and (gpio < 0 or self.board.lacks(gpio)):
            gap, reason = Gap.NO_SUCH_PIN, f"{self._no_such_pin(key, gpio)} {reason}"
        self.leave_out(key, gpio, gap, reason)

    def remark(self, text: str) -> None:
        """Add a sentence, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def free_channel(self) -> int:
        """The lowest channel above every one in use; it counts as used from now on."""
        number = max(self.reserved_channels, default=0) + 1
        self.reserved_channels.add(number)
        return number

    def has(self, *functions: Function) -> bool:
        """Whether a pin with one of `functions` was placed."""
        return any(pin.function in functions for pin in self.pins.values())

    def finish(self, *, unknown_keys: tuple[str, ...]) -> DeviceProfile:
        """The profile; pins by number."""
        return DeviceProfile(
            module=self.board.module,
            chip=self.board.chip,
            pins=tuple(self.pins[gpio] for gpio in sorted(self.pins)),
            left_out=tuple(self.left_out),
            start_values=dict(sorted(self.start_values.items())),
            channel_types=dict(sorted(self.channel_types.items())),
            pulse_ms=self.pulse_ms,
            tone_hz=self.tone_hz,
            meter=self.meter,
            light=self.light,
            battery=self.battery,
            serial=self.serial,
            shutters=self.shutters,
            motion_sensor=self.motion_sensor,
            remarks=tuple(self.remarks),
            unknown_keys=unknown_keys,
        )
