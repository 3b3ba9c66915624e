"""What a startup command does to the stored settings each time the device starts.

A device whose startup command says `SetFlag 24 1` has that flag, whatever a template's flags are:
whoever wants the command wants its effects, or no read-back would ever agree with the wish.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.openbeken.roles import read_role
from plugsmith.openbeken.script import PART_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugsmith.errors import Fact

    Settings = dict[str, Fact]

_NUMBER = re.compile(r"-?(?:0[xX][0-9a-fA-F]{1,16}|\d{1,20})")
_TEXTS = {
    "shortname": "short_name",
    "friendlyname": "long_name",
    "mqtthost": "mqtt_host",
    "mqttuser": "mqtt_user",
    "mqttclient": "mqtt_client",
    "mqttgroup": "mqtt_group",
}


def with_effects(
    wanted: Mapping[str, Fact], current: Mapping[str, Fact], *, type_names: Sequence[str]
) -> dict[str, Fact]:
    """`wanted` as the device will have it after its next start.

    The command is the wanted one, or the present one where none is wanted; then only settings
    that are wanted are touched. `type_names` are the device's own names of channel types.
    """
    own = "startup_command" in wanted
    text = str((wanted if own else current).get("startup_command", ""))
    found: Settings = {
        name: dict(value) if isinstance(value, dict) else value for name, value in wanted.items()
    }
    for key, words in _commands(text):
        name, change = _effect(key, words, found, current, type_names)
        if name and (own or name in wanted):
            found[name] = change
    return found


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command that runs, with its arguments; only a backlog is split at `;`."""
    for line in re.split(r"[\r\n]+", text):
        head, _blank, rest = line.strip().partition(" ")
        parts = (
            [part.strip()[:PART_LIMIT] for part in rest.split(";")]
            if head.lower() == "backlog"
            else [line.strip()]
        )
        for part in parts:
            words = part.split()
            if words and not words[0].startswith("//"):
                comment = next((i for i, word in enumerate(words) if word.startswith("//")), None)
                yield words[0].lower(), words[1:comment]


def _effect(
    key: str,
    words: list[str],
    wanted: Settings,
    current: Mapping[str, Fact],
    type_names: Sequence[str],
) -> tuple[str, Fact]:
    """The setting that a command changes and its new value; an empty name for none."""
    numbers = [_number(word) for word in words]
    if key in _TEXTS and words:
        return _TEXTS[key], " ".join(words).strip('"') if words[0][:1] == '"' else words[0]
    if key == "flags" and numbers and numbers[0] is not None:
        return "flags", numbers[0] & ((1 << 64) - 1)
    if len(words) < 2 or numbers[0] is None:
        return "", None
    return _on_place(key, numbers[0], words, _Now(wanted, current), type_names)


class _Now:
    """Settings as they stand: the wish over what the device has."""

    def __init__(self, wanted: Settings, current: Mapping[str, Fact]) -> None:
        self._wanted, self._current = wanted, current

    def value(self, name: str) -> Fact:
        """The wanted value, else the present one."""
        return self._wanted.get(name, self._current.get(name))

    def table(self, name: str) -> dict[str, Fact]:
        """The table that a single entry is written into: only the wanted part of keyed ones."""
        value = self._wanted.get(name) if name != "pins" else self.value(name)
        return dict(value) if isinstance(value, dict) else {}


def _on_place(
    key: str, place: int, words: list[str], now: _Now, type_names: Sequence[str]
) -> tuple[str, Fact]:
    number = _number(words[1])
    flags = now.value("flags")
    match key:
        case "setflag" if 0 <= place < 64 and number is not None and isinstance(flags, int):
            return "flags", flags | 1 << place if number else flags & ~(1 << place)
        case "setchanneltype" if 0 <= place < 64:
            lower = [name.lower() for name in type_names]
            if words[1].lower() in lower:
                entry: dict[str, Fact] = {str(place): lower.index(words[1].lower())}
                return "channel_types", {**now.table("channel_types"), **entry}
        case "setstartvalue" if 0 <= place < 64 and number is not None:
            return "start_values", {**now.table("start_values"), str(place): number}
        case "setpinrole" | "setpinchannel":
            return "pins", _pins(key, place, words, now.table("pins"))
        case "setbuttontimes" if len(words) > 2 and number is not None:
            repeat = _number(words[2])
            if repeat is not None:
                return "button_times", {"long": place, "short": number, "repeat": repeat}
    return "", None


def _pins(key: str, place: int, words: list[str], pins: dict[str, Fact]) -> dict[str, Fact]:
    role, *channels = str(pins.get(str(place), "None;0")).split(";")
    if key == "setpinrole":
        reading = read_role(words[1])
        role = reading.role.name if reading.role else role
        if words[1].lower() == "none":
            role = "None"
    else:
        channels = [word for word in words[1:3] if _number(word) is not None]
    channels = [*(channels or ["0"])]
    if role == "None":
        return {pin: text for pin, text in pins.items() if pin != str(place)}
    second = [] if channels[1:] in ([], ["0"]) else channels[1:]
    return {**pins, str(place): ";".join([role, channels[0], *second])}


def _number(word: str) -> int | None:
    return int(word, 0 if "x" in word.lower() else 10) if _NUMBER.fullmatch(word) else None
