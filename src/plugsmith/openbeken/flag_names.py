"""The device flags in the firmware's own words, and how a user may name one.

The words are those of the page /cfg_generic and of the list that the firmware's project generates
from its sources (openbeken.md section 3; firmware 1.18.299 and later, flags only ever appended).
They are labels that people see on the device and search by, so they stand as they are, with the
firmware's own abbreviations and remarks to its developers.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from plugsmith.errors.device import SettingUnusable
from plugsmith.messages import _
from plugsmith.openbeken.flags import FLAG_BITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.errors import Fact

FLAG_NAMES: tuple[str, ...] = (
    (
        "[MQTT] Broadcast led params together (send dimmer and color when dimmer or color changes, "
        "topic name: YourDevName/led_basecolor_rgb/get, YourDevName/led_dimmer/get)"
    ),
    "[MQTT] Broadcast led final color (topic name: YourDevName/led_finalcolor_rgb/get)",
    (
        "[MQTT] Broadcast self state every N (def: 60) seconds (delay configurable by "
        "'mqtt_broadcastInterval' and 'mqtt_broadcastItemsPerSec' commands)"
    ),
    "[LED][Debug] Show raw PWM controller on WWW index instead of new LED RGB/CW/etc picker",
    "[LED] Force show RGBCW controller (for example, for SM2135 LEDs, or for DGR sender)",
    "[CMD] Enable TCP console command server (for PuTTY, etc)",
    "[BTN] Instant touch reaction instead of waiting for release (aka SetOption 13)",
    "[MQTT] [Debug] Always set Retain flag to all published values",
    "[LED] Alternate CW light mode (first PWM for warm/cold slider, second for brightness)",
    "[SM2135] Use separate RGB/CW modes instead of writing all 5 values as RGB",
    "[MQTT] Broadcast self state on MQTT connect",
    "[PWM] BK7231 use 600hz instead of 1khz default",
    "[LED] Remember LED driver state (RGBCW, enable, brightness, temperature) after reboot",
    "[HTTP] Show actual PIN logic level for unconfigured pins",
    "[IR] Do MQTT publish (RAW STRING) for incoming IR data",
    "[IR] Allow 'unknown' protocol",
    "[MQTT] Broadcast led final color RGBCW (topic name: YourDevName/led_finalcolor_rgbcw/get)",
    "[LED] Automatically enable Light when changing brightness, color or temperature on WWW panel",
    "[LED] Smooth transitions for LED (EXPERIMENTAL)",
    "[MQTT] Always publish channels used by TuyaMCU",
    "[LED] Force RGB mode (3 PWMs for LEDs) and ignore further PWMs if they are set",
    "[MQTT] Retain power channels (Relay channels, etc)",
    "[IR] Do MQTT publish (Tasmota JSON format) for incoming IR data",
    "[LED] Automatically enable Light on any change of brightness, color or temperature",
    (
        "[LED] Emulate Cool White with RGB in device with four PWMs - Red is 0, Green 1, Blue 2, "
        "and Warm is 4"
    ),
    "[POWER] Allow negative current/power for power measurement (all chips, BL0937, BL0942, etc)",
    "[UART] Use alternate UART for BL0942, CSE, TuyaMCU, etc",
    "[HASS] Invoke HomeAssistant discovery on change to ip address, configuration",
    "[LED] Setting RGB white (FFFFFF) enables temperature mode",
    "[NETIF] Use short device name as a hostname instead of a long name",
    "[MQTT] Enable Tasmota TELE etc publishes (for ioBroker etc)",
    "[UART] Enable UART command line",
    "[LED] Use old linear brightness mode, ignore gamma ramp",
    "[MQTT] Apply channel type multiplier on (if any) on channel value before publishing it",
    "[MQTT] In HA discovery, add relays as lights",
    (
        "[HASS] Deactivate avty_t flag when publishing to HASS (permit to keep value). You must "
        "restart HASS discovery for change to take effect."
    ),
    "[DRV] Deactivate Autostart of all drivers",
    "[WiFi] Quick connect to WiFi on reboot (TODO: check if it works for you and report on github)",
    "[Power] Set power and current to zero if all relays are open",
    (
        "[MQTT] [Debug] Publish all channels (don't enable it, it will be publish all 64 possible "
        "channels on connect)"
    ),
    "[MQTT] Use kWh unit for energy consumption (total, last hour, today) instead of Wh",
    "[BTN] Ignore all button events (aka child lock)",
    "[DoorSensor] Invert state",
    "[TuyaMCU] Use queue",
    "[HTTP] Disable authentication in safe mode (not recommended)",
    "[MQTT Discovery] Don't merge toggles and dimmers into lights",
    "[TuyaMCU] Store raw data",
    "[TuyaMCU] Store ALL data",
    "[PWR] Invert AC dir",
    "[HTTP] Hide ON/OFF for relays (only red/green buttons)",
    "[MQTT] Never add GET suffix",
    (
        "[WiFi] (RTL/BK/BL602) Enhanced fast connect by saving AP data to flash (preferable with "
        "Flag 37 & static ip). Quick reset 3 times to connect normally"
    ),
    "[LED] Enables independent management of RGB vs White only modes for 4 PWMs",
)
_WORDS = re.compile(r"[a-z0-9']+")
_ON = frozenset({"1", "on", "true", "yes"})
_OFF = frozenset({"0", "off", "false", "no"})
PREFIX = "flag."


def flag_name(number: int) -> str:
    """The firmware's words for a flag; empty where it has none."""
    return FLAG_NAMES[number] if 0 <= number < len(FLAG_NAMES) else ""


def flag_number(text: str) -> int:
    """The flag that a number, the firmware's words, or a part of them that is only there, means.

    SettingUnusable names those that are near.
    """
    if text.strip().isdecimal():
        number = int(text)
        if number < FLAG_BITS:
            return number
        raise _unusable(text, _("flags have the numbers 0 to {last}", last=FLAG_BITS - 1))
    wanted = _plain(text)
    plain = [_plain(name) for name in FLAG_NAMES]
    for fits in (
        [at for at, name in enumerate(plain) if name == wanted],
        [at for at, name in enumerate(plain) if wanted and wanted in name],
    ):
        if len(fits) == 1:
            return fits[0]
    some = fits or [plain.index(name) for name in difflib.get_close_matches(wanted, plain, n=3)]
    near = "; ".join(f"{at} {FLAG_NAMES[at][:60]}" for at in some[:4])
    if near:
        raise _unusable(text, _("it may mean: {names}", names=near))
    raise _unusable(text, _("no flag has such a name; docs/openbeken-flags.md lists them"))


def flag_table(value: object) -> dict[str, int]:
    """Number of a flag (as text) to 0 or 1; SettingUnusable for other names and values."""
    if not isinstance(value, dict):
        raise _unusable("flag", _("it is no table of flags"))
    found: dict[str, int] = {}
    for name, state in value.items():
        word = str(state).strip().lower()
        if word not in _ON | _OFF:
            raise _unusable(str(name), _("a flag is on or off"))
        found[str(flag_number(str(name)))] = int(word in _ON)
    return found


def with_flags(number: int, table: Mapping[str, object]) -> int:
    """The 64 bits with those of the table set or cleared."""
    for name, state in flag_table(dict(table)).items():
        bit = 1 << int(name)
        number = number | bit if state else number & ~bit
    return number


def gathered(settings: Mapping[str, Fact]) -> dict[str, Fact]:
    """Settings in which each `flag.NAME` became an entry of the table `flag`."""
    own = {name: value for name, value in settings.items() if not name.startswith(PREFIX)}
    single = {
        name.removeprefix(PREFIX): value
        for name, value in settings.items()
        if name.startswith(PREFIX)
    }
    if not single:
        return own
    table = own.get("flag")
    return {**own, "flag": {**(table if isinstance(table, dict) else {}), **single}}


def resolved(wanted: Mapping[str, Fact], now: Fact) -> dict[str, Fact]:
    """A wish whose single flags went into its `flags`, else into what the device has now."""
    table = wanted.get("flag")
    if not isinstance(table, dict):
        return dict(wanted)
    rest = {name: value for name, value in wanted.items() if name != "flag"}
    base = rest.get("flags", now)
    return {**rest, "flags": with_flags(int(str(base or 0)), table)}


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower()))


def _unusable(name: str, problem: str) -> SettingUnusable:
    return SettingUnusable(name=f"{PREFIX}{name[:60]}", problem=problem)


__all__ = [
    "FLAG_NAMES",
    "PREFIX",
    "flag_name",
    "flag_number",
    "flag_table",
    "gathered",
    "resolved",
    "with_flags",
]
