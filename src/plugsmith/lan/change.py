"""What must be sent to a device so that its settings are the wanted ones: a value, not an act."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.device import SettingUnusable
from plugsmith.lan.change_steps import MQTT_FIELDS, WIFI_FIELDS, steps_to, table_of
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.errors import Fact
    from plugsmith.lan.change_steps import ChangeStep

_KEYED = frozenset({"start_values", "channel_types", "static_ip", "button_times"})
_NEEDS_RESTART = frozenset({"pins", "startup_command", "flags", "channel_types", "static_ip"})
_MOVES = frozenset({*WIFI_FIELDS.values(), "static_ip"})
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
    *MQTT_FIELDS.values(),
    "web_application",
    "boot_ok_seconds",
    "ping_host",
    "ping_seconds",
    "static_ip",
    *WIFI_FIELDS.values(),
    "web_password",
)


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
        return bool(set(WIFI_FIELDS.values()) & set(self.new))

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
    whole = {**current, **_merged(current, new)}
    steps = tuple(steps_to(current, new, whole, type_names))
    return ConfigChange(old=old, new=new, steps=steps)


def _merged(current: Mapping[str, Fact], new: Mapping[str, Fact]) -> dict[str, Fact]:
    """New values with the untouched keys of their tables filled in."""
    return {
        name: {**table_of(current.get(name)), **table_of(value)} if name in _KEYED else value
        for name, value in new.items()
    }
