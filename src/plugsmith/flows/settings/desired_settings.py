"""What a user wants a device to be, as settings: from a template, a settings file, or both.

Nothing here talks to a device. Role names and pins are checked against what the device knows by
`fit`, before the first write.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plugsmith.device.rules import RuleLevel
from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import SettingUnusable, TemplateUnusable, WrongPinDevice
from plugsmith.interpret.from_paste import template_of_paste
from plugsmith.interpret.openbeken.lint import lint_reading
from plugsmith.lan.change import check_settable
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.openbeken.config_block import new_block
from plugsmith.openbeken.flag_names import flag_table
from plugsmith.openbeken.names import plain_short_name
from plugsmith.openbeken.roles import read_role, roles
from plugsmith.openbeken.script import Script, ScriptCommand, print_startup, read_startup
from plugsmith.openbeken.settings import PASSWORDS, change_settings, read_settings
from plugsmith.openbeken.template import find_template
from plugsmith.secrets import note_passwords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.errors import Fact
    from plugsmith.lan.apply import DeviceState
    from plugsmith.openbeken.template import Template, TemplateReading

_REMOVED = frozenset({"vref", "iref", "pref"})
_FACTORS = {"vref": "voltage", "iref": "current", "pref": "power"}
_CHANNELS = 64
# The page of the startup command takes more than the command that the rule is about.
_NOT_HERE = frozenset({"command-too-long", "quote-in-command"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredSettings:
    """Wanted settings by name, and remarks for the user. `factors` are a template's old meter
    factors (volts, amperes, watts per pulse), which no command can set any more."""

    settings: Mapping[str, Fact] = field(repr=False)
    notes: tuple[str, ...] = ()
    chip: str = ""
    factors: Mapping[str, float] = field(default_factory=dict)

    @property
    def numbered(self) -> bool:
        """Whether `{n}` stands in a setting: which device gets which number must be known."""
        return any(isinstance(value, str) and "{n}" in value for value in self.settings.values())

    def named(self, name: str) -> DesiredSettings:
        """The wish with this name for the device, where it says none itself; SettingUnusable."""
        if not name:
            return self
        names = normal_settings({"short_name": name, "long_name": name})
        return replace(self, settings={**_plain_names(names), **self.settings})

    def for_device(self, *, number: int, mac: str | None) -> dict[str, Fact]:
        """The settings with `{n}` and `{mac}` (last six digits) filled in."""
        tail = (mac or "").replace(":", "")[-6:]
        return {name: _filled(value, number, tail) for name, value in self.settings.items()}


def _filled(value: Fact, number: int, tail: str) -> Fact:
    if not isinstance(value, str):
        return value
    return value.replace("{n}", str(number)).replace("{mac}", tail)


def desired_from(
    *,
    template: str | None,
    name: str = "",
    settings: Mapping[str, Fact] | None = None,
    over_lan: bool = True,
) -> DesiredSettings:
    """The wish in a template text and in settings, which win where both speak.

    A vendor configuration in any notation counts as the template that follows from it.

    Raises TemplateUnusable for a template with an unknown role, a finding of level error, or JSON
    that is none; SettingUnusable for a setting that cannot go over the network.
    """
    note_passwords(settings or {}, PASSWORDS)
    if over_lan:
        check_settable(settings or {})
    own = normal_settings(settings or {})
    if template is None:
        return DesiredSettings(settings=_plain_names(own))
    vendor = template_of_paste(template)
    template = vendor.text if vendor is not None else template
    try:
        reading = find_template(template)
    except PlugsmithError as problem:
        raise _unusable(name, problem.message, problem.hint) from problem
    _refuse_no_template(template, name)
    _refuse_unknown(template, reading, name)
    _refuse_findings(reading, name)
    wanted, notes, factors = _of_template(reading.template)
    return DesiredSettings(
        settings=_plain_names({**wanted, **own}),
        notes=(*(vendor.notes if vendor is not None else ()), *reading.corrected, *notes),
        chip=reading.template.chip.strip(),
        factors=factors,
    )


def normal_settings(settings: Mapping[str, Fact]) -> dict[str, Fact]:
    """Settings with numbers as numbers and roles as the firmware spells them; SettingUnusable."""
    block = change_settings(new_block(), settings)
    stored = read_settings(block)
    found: dict[str, Fact] = {}
    for name, value in settings.items():
        if name == "flag":
            found[name] = {**flag_table(value)}
        elif name in {"start_values", "channel_types"} and isinstance(value, dict):
            found[name] = {str(key): int(str(item)) for key, item in value.items()}
        elif name in {"static_ip", "button_times", "calibration"} and isinstance(value, dict):
            now = stored[name]
            found[name] = {key: now[key] for key in value} if isinstance(now, dict) else {}
        else:
            found[name] = stored[name]
    return found


def _plain_names(settings: dict[str, Fact]) -> dict[str, Fact]:
    """The short name as the device stores it."""
    if "short_name" in settings:
        settings["short_name"] = plain_short_name(str(settings["short_name"]))
    return settings


def _of_template(
    template: Template,
) -> tuple[dict[str, Fact], list[str], dict[str, float]]:
    wanted: dict[str, Fact] = {}
    wanted["pins"] = {
        str(item.gpio): f"{item.role};{item.channel}"
        + (f";{item.channel2}" if item.channel2 else "")
        for item in template.pins
    }
    wanted["channel_types"] = {str(channel): 0 for channel in range(_CHANNELS)}
    if template.flags is not None:
        wanted["flags"] = template.flags
    command, factors = without_removed(template.command)
    wanted["startup_command"] = command
    notes = []
    if factors:
        notes.append(
            _(
                "The template's meter factors ({names}) cannot be set by command any more; "
                "use `plugsmith device calibrate`.",
                names=", ".join(sorted(factors)),
            )
        )
    return wanted, notes, factors


def without_removed(text: str) -> tuple[str, dict[str, float]]:
    """A startup text without VREF, IREF and PREF (removed in 1.15.629), and their values."""
    script = read_startup(text)
    factors = {
        _FACTORS[item.key]: value
        for item in script.commands
        if item.key in _REMOVED and (value := _factor(item)) is not None
    }
    if not any(item.key in _REMOVED for item in script.commands):
        return text, {}
    kept = tuple(item for item in script.commands if item.key not in _REMOVED)
    return print_startup(Script(kept)), factors


def _factor(item: ScriptCommand) -> float | None:
    text = item.words[0] if item.words else ""
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,12})?", text) else None


def _refuse_no_template(text: str, name: str) -> None:
    """An object that says nothing about pins would clear them all: it must be meant so."""
    try:
        body = read_nested(text)
    except (ValueError, RecursionError):
        return
    while isinstance(body, dict) and not isinstance(body.get("pins"), dict):
        inner = next((body[key] for key in ("data", "template") if key in body), None)
        if not isinstance(inner, dict):
            problem = _("it says nothing about pins")
            raise _unusable(name, problem, _("A template without pins has an empty `pins`: {{}}."))
        body = inner


def _refuse_unknown(text: str, reading: TemplateReading, name: str) -> None:
    if not reading.left_out:
        return
    hints = [
        _("Did you mean {good} instead of {bad!r}?", good=good, bad=bad)
        for bad, good in suggestions(text).items()
    ]
    raise _unusable(
        name,
        reading.left_out[0],
        " ".join(hints) or _("Correct the template; `plugsmith template lint` lists everything."),
    )


def _refuse_findings(reading: TemplateReading, name: str) -> None:
    for item in lint_reading(reading):
        if item.level is RuleLevel.ERROR and item.rule not in _NOT_HERE:
            raise _unusable(name, item.text, item.fix)


def suggestions(text: str) -> dict[str, str]:
    """For each unknown role in a template text the known one that looks most alike."""
    names = [item.name for item in roles()]
    lower = {name.lower(): name for name in names}
    found: dict[str, str] = {}
    for bad in _roles_in(text):
        if read_role(bad).role is None:
            near = difflib.get_close_matches(bad.lower(), list(lower), n=1, cutoff=0.5)
            if near:
                found[bad[:40]] = lower[near[0]]
    return found


def _roles_in(text: str) -> list[str]:
    try:
        body = read_nested(text)
    except (ValueError, RecursionError):
        return []
    for key in ("data", "template"):
        if isinstance(body, dict) and isinstance(body.get(key), dict) and "pins" not in body:
            body = body[key]
    pins = body.get("pins") if isinstance(body, dict) else None
    values = pins.values() if isinstance(pins, dict) else []
    return [value.split(";")[0] for value in values if isinstance(value, str)][:64]


def fit(
    desired: DesiredSettings, wanted: Mapping[str, Fact], state: DeviceState, *, host: str
) -> list[str]:
    """Remarks about a wish on this device; WrongPinDevice where its pins or roles do not exist.

    SettingUnusable for what does not fit into its settings block.
    """
    pins = wanted.get("pins")
    for gpio, text in pins.items() if isinstance(pins, dict) else ():
        if int(gpio) >= len(state.pins):
            raise _wrong(host, _("{chip} has no pin P{gpio}", chip=state.info.chip, gpio=gpio))
        role = str(text).split(";")[0]
        if role not in state.pins.names and not role.startswith("#"):
            raise _wrong(host, _("its firmware knows no role {role!r}", role=role))
    change_settings(state.block, wanted, role_names=state.pins.names)
    if desired.chip and desired.chip.upper() != state.info.chip.upper():
        return [
            _(
                "The template is for {template}, the device is a {chip}: check the pins.",
                template=desired.chip[:32],
                chip=state.info.chip,
            )
        ]
    return []


def _wrong(host: str, problem: str) -> WrongPinDevice:
    remedy = _("Choose a template for this chip, or update the firmware of the device first.")
    return WrongPinDevice(host=host, problem=problem, remedy=remedy)


def _unusable(name: str, problem: str, remedy: str) -> TemplateUnusable:
    return TemplateUnusable(name=name or _("the template"), problem=problem, remedy=remedy)


__all__ = [
    "DesiredSettings",
    "SettingUnusable",
    "desired_from",
    "fit",
    "suggestions",
    "without_removed",
]
