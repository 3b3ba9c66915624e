"""The requests that bring settings about, one value each, in the order in which they are sent.

Over the network settings go field by field, by commands and pages (openbeken.md sections 2.1, 4,
6, 9.4). A page resets what is not sent to it, so each page gets all of its fields, the unchanged
ones as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from plugsmith.errors.device import SettingUnusable
from plugsmith.messages import _
from plugsmith.openbeken.limits import PAGE_ARGUMENT_LIMIT, startup_limit
from plugsmith.openbeken.roles import read_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugsmith.errors import Fact

MQTT_FIELDS = {
    "host": "mqtt_host",
    "port": "mqtt_port",
    "user": "mqtt_user",
    "password": "mqtt_password",
    "client": "mqtt_client",
    "group": "mqtt_group",
}
WIFI_FIELDS = {
    "ssid": "wifi_ssid",
    "pass": "wifi_password",
    "ssid2": "wifi_ssid2",
    "pass2": "wifi_password2",
}
SHORTEST_WEB_PASSWORD = 5
_RELEASE = "dInput_NoPullUp"  # `None` alone keeps driving the pin (section 3)


@dataclass(frozen=True, slots=True)
class StopDrivers:
    """All drivers are stopped before their pins go; the restart at the end starts them."""

    sets: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStep:
    """A command line, which may be secret. `sets` are the settings that it brings about."""

    sets: tuple[str, ...]
    command: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStep:
    """A page of the device with all of its fields."""

    sets: tuple[str, ...]
    page: str
    arguments: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartupStep:
    """The startup command, by whichever way the device takes so long a text."""

    sets: ClassVar[tuple[str, ...]] = ("startup_command",)
    text: str = field(repr=False)


ChangeStep: TypeAlias = StopDrivers | CommandStep | PageStep | StartupStep


def steps_to(
    current: Mapping[str, Fact],
    new: Mapping[str, Fact],
    whole: Mapping[str, Fact],
    type_names: Sequence[str],
) -> Iterator[ChangeStep]:
    """The requests that make `new` out of `current`; `whole` is what the device then holds.

    Raises SettingUnusable for a value that the device would not take.
    """
    if {"pins", "startup_command"} & set(new):
        yield StopDrivers()
    yield from _channel_types(new.get("channel_types"), type_names)
    if "pins" in new:
        yield from _pins(table_of(current.get("pins")), table_of(new["pins"]))
    if "flags" in new:
        yield CommandStep(sets=("flags",), command=f"Flags {new['flags']}")
    if "startup_command" in new:
        text = str(new["startup_command"])
        _check(len(text.encode()) <= startup_limit(), "startup_command")
        yield StartupStep(text=text)
    if "led_remap" in new:
        places = new["led_remap"]
        _check(isinstance(places, list) and len(places) == 5, "led_remap")
        words = " ".join(str(item) for item in places) if isinstance(places, list) else ""
        yield CommandStep(sets=("led_remap",), command=f"LED_Map {words}")
    for channel, value in table_of(new.get("start_values")).items():
        yield CommandStep(sets=("start_values",), command=f"SetStartValue {channel} {value}")
    yield from _pages(whole, set(new))


def _channel_types(value: Fact, type_names: Sequence[str]) -> Iterator[ChangeStep]:
    for channel, kind in table_of(value).items():
        number = kind if isinstance(kind, int) else -1
        _check(0 <= number < len(type_names), "channel_types")
        yield CommandStep(
            sets=("channel_types",), command=f"SetChannelType {channel} {type_names[number]}"
        )


def _pins(had: dict[str, Fact], want: dict[str, Fact]) -> Iterator[ChangeStep]:
    """Released pins first; a channel is set before its role, or the old one would be driven."""
    for gpio in sorted(set(had) - set(want), key=int):
        yield CommandStep(
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
            yield CommandStep(
                sets=("pins",),
                command=f"backlog setPinChannel {gpio} {place}; setPinRole {gpio} {role}",
            )


def _channels_of(name: str) -> int:
    reading = read_role(name)
    return reading.role.channels if reading.role else 1


def _pages(now: Mapping[str, Fact], new: set[str]) -> Iterator[ChangeStep]:
    """One step for each page that has a changed field, Wi-Fi last: it restarts the device."""
    if "button_times" in new:
        times = table_of(now["button_times"])
        yield CommandStep(
            sets=("button_times",),
            command=f"SetButtonTimes {times['long']} {times['short']} {times['repeat']}",
        )
    yield from _page(now, new, "/cfg_name", {"shortName": "short_name", "name": "long_name"})
    yield from _page(now, new, "/cfg_mqtt_set", MQTT_FIELDS)
    yield from _page(now, new, "/cfg_webapp_set", {"url": "web_application"})
    yield from _page(now, new, "/cfg_generic", {"boot_ok_delay": "boot_ok_seconds"})
    ping = {"host": "ping_host", "disconnectTime": "ping_seconds"}
    yield from _page(now, new, "/cfg_ping", ping)
    if "static_ip" in new:
        ip = table_of(now["static_ip"])
        keys = {"IP": "ip", "mask": "mask", "dns": "dns", "gate": "gateway"}
        arguments = {argument: str(ip.get(key, "0.0.0.0")) for argument, key in keys.items()}  # noqa: S104
        yield _page_step(("static_ip",), "/cfg_ip", arguments)
    yield from _wifi(now, new)


def _page(
    now: Mapping[str, Fact], new: set[str], path: str, fields: Mapping[str, str]
) -> Iterator[ChangeStep]:
    touched = tuple(name for name in fields.values() if name in new)
    if touched:
        arguments = {argument: str(now.get(name, "")) for argument, name in fields.items()}
        yield _page_step(touched, path, arguments)


def _wifi(now: Mapping[str, Fact], new: set[str]) -> Iterator[ChangeStep]:
    touched = tuple(name for name in (*WIFI_FIELDS.values(), "web_password") if name in new)
    if not touched:
        return
    arguments = {argument: str(now.get(name, "")) for argument, name in WIFI_FIELDS.items()}
    password = str(now.get("web_password", ""))
    if password:
        _check(len(password) >= SHORTEST_WEB_PASSWORD, "web_password")
        arguments |= {"web_admin_password_enabled": "1", "web_admin_password": password}
    yield _page_step(touched, "/cfg_wifi_set", arguments)


def _page_step(sets: tuple[str, ...], page: str, arguments: Mapping[str, str]) -> PageStep:
    for value in arguments.values():
        _check(len(value.encode()) <= PAGE_ARGUMENT_LIMIT, ", ".join(sets))
    return PageStep(sets=sets, page=page, arguments=arguments)


def _check(good: bool, name: str) -> None:  # noqa: FBT001 - reads as a sentence at its calls
    if not good:
        raise SettingUnusable(
            name=name, problem=_("its length or value is not one that the device takes")
        )


def table_of(value: Fact) -> dict[str, Fact]:
    """A setting with keys; empty for anything else."""
    return value if isinstance(value, dict) else {}
