"""What the device wants to say over MQTT: a queue that a session drains (openbeken.md 15)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Text
from plugsmith.sim.obk.mqtt.discovery import discovery_messages

if TYPE_CHECKING:
    from plugsmith.sim.obk.running import Running

_QUEUE_LIMIT = 400
_RETAIN_CHANNELS = 21
_RETAIN_ALL = 7
_STATE_ON_CONNECT = 10
_PERIODIC = 2
_KWH = 40
_FORCED_S = 60.0
_APART_S = 5.0
_THRESHOLDS = {"voltage": 0.25, "current": 0.002, "power": 0.25, "energycounter": 0.1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One publication."""

    topic: str
    payload: str
    retain: bool = False


class Publisher:
    """The queue; nothing is kept for later while there is no connection."""

    def __init__(self, device: Running) -> None:
        self._device = device
        self.queue: deque[Message] = deque(maxlen=_QUEUE_LIMIT)
        self.connected = False
        self.settings_changed = False  # the session reconnects
        self.result = (0, "ERR_OK")  # of the last attempt to connect
        self.message = ""  # why the broker refused, in the firmware's words
        self.connects = self.published = self.heard = 0
        self._sent: dict[str, tuple[float, float]] = {}  # value, when
        self._self_state_at = 0.0

    @property
    def state(self) -> tuple[str, str]:
        """The word of the start page and its colour."""
        if self.connected:
            return "connected", "green"
        if self.settings_changed:
            return "awaiting reconnect", "orange"
        return "disconnected", "yellow"

    @property
    def base(self) -> str:
        """The client topic."""
        return self._device.block.text(Text.MQTT_CLIENT)

    def put(self, name: str, payload: str, *, retain: bool = False) -> None:
        """Queue `base/name/get`."""
        self.raw(f"{self.base}/{name}/get", payload, retain=retain)

    def raw(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Queue a message with its full topic."""
        if self.connected:
            keep = retain or self._device.block.flag(_RETAIN_ALL)
            self.published += 1
            self.queue.append(Message(topic=topic, payload=payload, retain=keep))

    def channel(self, channel: int, value: int) -> None:
        """A channel has changed."""
        self.put(str(channel), str(value), retain=self._device.block.flag(_RETAIN_CHANNELS))

    def on_connect(self) -> None:
        """The broker accepted us."""
        self.connected = True
        self.connects += 1
        self.result, self.message = (0, "ERR_OK"), ""
        self._sent.clear()
        self.raw(f"{self.base}/connected", "online", retain=True)
        if self._device.block.flag(_STATE_ON_CONNECT):
            self.self_state()

    def on_loss(self) -> None:
        """The connection is gone; what was queued is lost."""
        self.connected = False
        self.queue.clear()

    def self_state(self) -> None:
        """Everything about the device, and its channels."""
        device = self._device
        self._self_state_at = device.uptime
        facts = {
            "host": device.block.text(Text.SHORT_NAME),
            "build": f"Open{device.identity.chip} {device.version} {device.build_date}",
            "mac": ":".join(f"{byte:02X}" for byte in device.block.mac),
            "ip": device.ip,
            "rssi": "-53",
            "ssid": device.block.text(Text.SSID),
            "temp": "0.0",
            "uptime": str(int(device.uptime)),
            "freeheap": "100000",
            "sockets": "3",
            "datetime": "0",
        }
        for name, value in facts.items():
            self.raw(f"{self.base}/{name}", value)
        for channel in device.bank.used_channels():
            self.channel(channel, device.bank.values[channel])

    def second(self) -> None:
        """Meter readings on change and at least once a minute; the periodic state."""
        if not self.connected:
            return
        if self._device.block.flag(_PERIODIC) and (
            self._device.uptime - self._self_state_at >= _FORCED_S
        ):
            self.self_state()
        meter = self._device.meter
        if meter is None:
            return
        energy = meter.energy_wh / (1000 if self._device.block.flag(_KWH) else 1)
        self._reading("voltage", meter.voltage, 1)
        self._reading("current", meter.current, 3)
        self._reading("power", meter.power, 2)
        self._reading("power_apparent", meter.apparent, 2)
        self._reading("power_reactive", meter.reactive, 2)
        self._reading("power_factor", meter.factor, 2)
        self._reading("energycounter", energy, 3)
        self._reading("energycounter_last_hour", meter.last_hour_wh, 3)

    def _reading(self, name: str, value: float, digits: int) -> None:
        now = self._device.uptime
        before = self._sent.get(name)
        if before is not None:
            age = now - before[1]
            moved = abs(value - before[0]) >= _THRESHOLDS.get(name, 0.25)
            if age < _FORCED_S and not (moved and age >= _APART_S):
                return
        self._sent[name] = (value, now)
        self.put(name, f"{value:.{digits}f}")

    def discover(self, prefix: str = "homeassistant") -> None:
        """Queue the retained Home Assistant configuration."""
        for topic, payload in discovery_messages(self._device, prefix):
            self.raw(topic, payload, retain=True)

    def received(self, topic: str, payload: str) -> None:
        """A subscribed message came in."""
        self.heard += 1
        device = self._device
        bases = (self.base, device.block.text(Text.MQTT_GROUP))
        for base in bases:
            if topic.startswith(f"cmnd/{base}/"):
                name = topic.removeprefix(f"cmnd/{base}/")
                device.run(f"{name} {payload}")
                self._answer(name, payload)
                return
            name, _slash, verb = topic.removeprefix(f"{base}/").partition("/")
            if topic.startswith(f"{base}/") and verb == "set":
                self._set(name, payload)
            elif topic.startswith(f"{base}/") and verb == "get" and not payload:
                channel = int(name) % 64 if name.isdigit() else 0
                self.put(name, str(device.bank.values[channel]))

    def _set(self, name: str, payload: str) -> None:
        if not name.isdigit() or int(name) >= 64:
            return
        if payload.strip().lower() == "toggle":
            self._device.bank.toggle(int(name))
        elif payload.strip().lstrip("-").isdigit():
            self._device.bank.set_value(int(name), int(payload))

    def _answer(self, name: str, payload: str) -> None:
        from plugsmith.sim.obk.command.replies import command_reply  # noqa: PLC0415 - replies need us too

        reply = command_reply(self._device, f"{name} {payload}".strip())
        part = f"STATUS{payload.strip()}" if name.lower() == "status" else "RESULT"
        self.raw(f"stat/{self.base}/{part}", reply)
