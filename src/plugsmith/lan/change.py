"""What must be sent to a device so that its settings become the wanted ones: a value, not an act.

Over the network settings go field by field, by commands and pages (openbeken.md sections 2.1, 4,
6, 9.4). A page resets what is not sent to it, so each page gets all of its fields, the unchanged
ones as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.device import SettingUnusable
from plugsmith.messages import _
from plugsmith.openbeken.limits import PAGE_ARGUMENT_LIMIT, startup_limit
from plugsmith.openbeken.roles import read_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugsmith.errors import Fact

_MQTT = {
    "host": "mqtt_host",
    "port": "mqtt_port",
    "user": "mqtt_user",
    "password": "mqtt_password",
    "client": "mqtt_client",
    "group": "mqtt_group",
}
_WIFI = {
    "ssid": "wifi_ssid",
    "pass": "wifi_password",
    "ssid2": "wifi_ssid2",
    "pass2": "wifi_password2",
}
_KEYED = frozenset({"start_values", "channel_types", "static_ip", "button_times"})
_NEEDS_RESTART = frozenset({"pins", "startup_command", "flags", "channel_types", "static_ip"})
_MOVES = frozenset({*_WIFI.values(), "static_ip"})
SETTABLE = (
    "channel_types",
    "pins",
    "flags",
    "startup_command",
    "start_values",
    "button_times",
    "led_remap",
    "short_name",
    "long_name",
    *_MQTT.values(),
    "web_application",
    "boot_ok_seconds",
    "ping_host",
    "ping_seconds",
    "static_ip",
    *_WIFI.values(),
    "web_password",
)
SHORTEST_WEB_PASSWORD = 5
STOP_DRIVERS = "stopDriver *"
_RELEASE = "dInput_NoPullUp"  # `None` alone keeps driving the pin (section 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStep:
    """One request. `sets` are the settings it brings about; what it sends may be secret."""

    sets: tuple[str, ...]
    command: str = field(default="", repr=False)
    page: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    startup: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChange:
    """Everything between a device and its wanted settings.

    `old` are the present values of what changes, enough to undo it. `steps` are in order.
    """

    old: Mapping[str, Fact] = field(repr=False)
    new: Mapping[str, Fact] = field(repr=False)
    steps: tuple[ChangeStep, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The settings that change."""
        return tuple(self.new)

    @property
    def restart(self) -> bool:
        """Whether the device must be restarted by us; saving Wi-Fi makes it restart by itself."""
        return bool(_NEEDS_RESTART & set(self.new)) and not self.restarts_itself

    @property
    def restarts_itself(self) -> bool:
        """Whether the last step makes the device restart."""
        return bool(set(_WIFI.values()) & set(self.new))

    @property
    def may_move(self) -> bool:
        """Whether the device may be at another address, or in another network, afterwards."""
        return bool(_MOVES & set(self.new))


def check_settable(wanted: Mapping[str, Fact]) -> None:
    """Return if every setting can be set over the network; SettingUnusable otherwise."""
    for name in wanted:
        if name not in SETTABLE and name != "flag":  # single flags go into `flags`
            raise SettingUnusable(
                name=name, problem=_("it cannot be set over the network, only in the whole block")
            )


def differences(current: Mapping[str, Fact], wanted: Mapping[str, Fact]) -> dict[str, Fact]:
    """The wanted values that the device does not have; of tables with keys only those keys."""
    found: dict[str, Fact] = {}
    for name in SETTABLE:
        if name not in wanted:
            continue
        want, have = wanted[name], current.get(name)
        if name in _KEYED and isinstance(want, dict):
            had = have if isinstance(have, dict) else {}
            part: dict[str, Fact] = {k: v for k, v in want.items() if had.get(k, _zero(name)) != v}
            if part:
                found[name] = part
        elif want != have:
            found[name] = want
    return found


def _zero(name: str) -> Fact:
    return "0.0.0.0" if name == "static_ip" else 0  # noqa: S104 - the firmware's word for DHCP


def make_change(
    current: Mapping[str, Fact], wanted: Mapping[str, Fact], *, type_names: Sequence[str]
) -> ConfigChange:
    """The change that makes `current` (all settings) into `wanted` (some of them).

    Raises SettingUnusable for what cannot be sent, before anything is.
    """
    check_settable(wanted)
    new = differences(current, wanted)
    old: dict[str, Fact] = {}
    for name, value in new.items():
        had = current.get(name)
        if name in _KEYED and isinstance(value, dict):
            table = had if isinstance(had, dict) else {}
            old[name] = {key: table.get(key, _zero(name)) for key in value}
        else:
            old[name] = had
    steps = tuple(_steps({**current}, new, type_names))
    for step in steps:
        _check_lengths(step)
    return ConfigChange(old=old, new=new, steps=steps)


def _steps(
    current: dict[str, Fact], new: dict[str, Fact], type_names: Sequence[str]
) -> Iterator[ChangeStep]:
    if {"pins", "startup_command"} & set(new):
        yield ChangeStep(sets=(), command=STOP_DRIVERS)
    yield from _channel_types(new.get("channel_types"), type_names)
    if "pins" in new:
        yield from _pins(_table(current.get("pins")), _table(new["pins"]))
    if "flags" in new:
        yield ChangeStep(sets=("flags",), command=f"Flags {new['flags']}")
    if "startup_command" in new:
        text = str(new["startup_command"])
        _check(len(text.encode()) <= startup_limit(), "startup_command")
        yield ChangeStep(sets=("startup_command",), startup=text)
    if "led_remap" in new:
        places = new["led_remap"]
        _check(isinstance(places, list) and len(places) == 5, "led_remap")
        words = " ".join(str(item) for item in places) if isinstance(places, list) else ""
        yield ChangeStep(sets=("led_remap",), command=f"LED_Map {words}")
    for channel, value in _table(new.get("start_values")).items():
        yield ChangeStep(sets=("start_values",), command=f"SetStartValue {channel} {value}")
    yield from _pages({**current, **_merged(current, new)}, set(new))


def _merged(current: Mapping[str, Fact], new: Mapping[str, Fact]) -> dict[str, Fact]:
    """New values with the untouched keys of their tables filled in."""
    return {
        name: {**_table(current.get(name)), **_table(value)} if name in _KEYED else value
        for name, value in new.items()
    }


def _channel_types(value: Fact, type_names: Sequence[str]) -> Iterator[ChangeStep]:
    for channel, kind in _table(value).items():
        number = kind if isinstance(kind, int) else -1
        _check(0 <= number < len(type_names), "channel_types")
        yield ChangeStep(
            sets=("channel_types",), command=f"SetChannelType {channel} {type_names[number]}"
        )


def _pins(had: dict[str, Fact], want: dict[str, Fact]) -> Iterator[ChangeStep]:
    """Released pins first; a channel is set before its role, or the old one would be driven."""
    for gpio in sorted(set(had) - set(want), key=int):
        yield ChangeStep(
            sets=("pins",),
            command=f"backlog setPinRole {gpio} {_RELEASE}; setPinRole {gpio} None; "
            f"setPinChannel {gpio} 0 0",
        )
    for gpio in sorted(want, key=int):
        if had.get(gpio) != want[gpio]:
            role, *channels = str(want[gpio]).split(";")
            second = channels[1] if len(channels) > 1 else ""
            if not second and (_channels_of(role) > 1 or str(had.get(gpio)).count(";") > 1):
                second = "0"
            place = " ".join(part for part in (channels[0] if channels else "0", second) if part)
            yield ChangeStep(
                sets=("pins",),
                command=f"backlog setPinChannel {gpio} {place}; setPinRole {gpio} {role}",
            )


def _channels_of(name: str) -> int:
    reading = read_role(name)
    return reading.role.channels if reading.role else 1


def _pages(now: Mapping[str, Fact], new: set[str]) -> Iterator[ChangeStep]:
    """One step for each page that has a changed field, Wi-Fi last: it restarts the device."""
    if "button_times" in new:
        times = _table(now["button_times"])
        yield ChangeStep(
            sets=("button_times",),
            command=f"SetButtonTimes {times['long']} {times['short']} {times['repeat']}",
        )
    yield from _page(now, new, "/cfg_name", {"shortName": "short_name", "name": "long_name"})
    yield from _page(now, new, "/cfg_mqtt_set", _MQTT)
    yield from _page(now, new, "/cfg_webapp_set", {"url": "web_application"})
    yield from _page(now, new, "/cfg_generic", {"boot_ok_delay": "boot_ok_seconds"})
    ping = {"host": "ping_host", "disconnectTime": "ping_seconds"}
    yield from _page(now, new, "/cfg_ping", ping)
    if "static_ip" in new:
        ip = _table(now["static_ip"])
        keys = {"IP": "ip", "mask": "mask", "dns": "dns", "gate": "gateway"}
        yield ChangeStep(
            sets=("static_ip",),
            page="/cfg_ip",
            arguments={argument: str(ip.get(key, "0.0.0.0")) for argument, key in keys.items()},  # noqa: S104
        )
    yield from _wifi(now, new)


def _page(
    now: Mapping[str, Fact], new: set[str], path: str, fields: Mapping[str, str]
) -> Iterator[ChangeStep]:
    touched = tuple(name for name in fields.values() if name in new)
    if touched:
        arguments = {argument: str(now.get(name, "")) for argument, name in fields.items()}
        yield ChangeStep(sets=touched, page=path, arguments=arguments)


def _wifi(now: Mapping[str, Fact], new: set[str]) -> Iterator[ChangeStep]:
    touched = tuple(name for name in (*_WIFI.values(), "web_password") if name in new)
    if not touched:
        return
    arguments = {argument: str(now.get(name, "")) for argument, name in _WIFI.items()}
    password = str(now.get("web_password", ""))
    if password:
        _check(len(password) >= SHORTEST_WEB_PASSWORD, "web_password")
        arguments |= {"web_admin_password_enabled": "1", "web_admin_password": password}
    yield ChangeStep(sets=touched, page="/cfg_wifi_set", arguments=arguments)


def _check_lengths(step: ChangeStep) -> None:
    for value in step.arguments.values():
        _check(len(value.encode()) <= PAGE_ARGUMENT_LIMIT, ", ".join(step.sets))


def _check(good: bool, name: str) -> None:  # noqa: FBT001 - reads as a sentence at its calls
    if not good:
        raise SettingUnusable(
            name=name, problem=_("its length or value is not one that the device takes")
        )


def _table(value: Fact) -> dict[str, Fact]:
    return value if isinstance(value, dict) else {}
