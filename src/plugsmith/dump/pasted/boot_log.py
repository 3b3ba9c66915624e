"""The vendor's boot log: its copy of the pin text, and its own reading of the pins.

The log prints the text with its first brace as a bracket (`json cfg:[,rl1_pin:6,...,crc:29,}`);
with the brace and without the comma behind it the CRC-7 holds. Its lines
`[RELAY] - pin:6, io_drive:2` say the same pins a second time: io_drive 1 is active low, 2 active
high; a key of type 2 is a rocker.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.tuya.user_param import Value

_GAP = r"(?:[=\\]?[ \t]{0,40}[\r\n]\s{0,40})?"  # where the line may have been broken
_CFG = re.compile(
    rf"(c{_GAP}f{_GAP}g{_GAP}\s{{0,40}}:{_GAP}\s{{0,40}})\[({_GAP}\s{{0,40}},)?"
    r"(?=(?:[A-Za-z0-9_\s]|[=\\](?=\s)){1,80}:)"
)
_LINE = re.compile(
    r"\[(?P<what>RELAY|KEY|TOTAL KEY|WIFI LED|LED|TOTAL LED|RELAY LED)\s*\d*\]\s*-?\s*"
    r"(?:(?:ch|num|id|index)\s*:?\s*\d+\s*,\s*)?pin\s*:\s*(?P<pin>\d{1,2})"
    r"(?P<rest>[^\[\n]{0,80})",
    re.IGNORECASE,
)
_FIELD = re.compile(r"(io_drive|type)\s*:\s*(\d)", re.IGNORECASE)
_ROCKER = "2"
_MAX_LINES = 64


def with_brace(text: str) -> str:
    """The log with the bracket of every printed text as the brace that it was."""
    return _CFG.sub(lambda found: found[1] + "{", text)


def own_reading(text: str) -> dict[str, Value]:
    """The configuration that the log's own lines describe, under the keys of a pin text."""
    found: dict[str, Value] = {}
    counts = {"rl": 0, "bt": 0, "led": 0}
    for number, line in enumerate(_LINE.finditer(text)):
        if number >= _MAX_LINES:
            break
        fields = {name.lower(): value for name, value in _FIELD.findall(line["rest"])}
        _add(found, counts, line["what"].upper(), int(line["pin"]), fields)
    if counts["rl"]:
        found["ch_num"] = counts["rl"]
    return found


def _add(
    found: dict[str, Value], counts: dict[str, int], what: str, pin: int, fields: dict[str, str]
) -> None:
    level = int(fields.get("io_drive", "1") == "2")
    match what:
        case "RELAY":
            if pin in (found.get(f"rl{number}_pin") for number in range(1, counts["rl"] + 1)):
                return
            counts["rl"] += 1
            name = f"rl{counts['rl']}"
        case "KEY":
            held = (f"bt{number}_pin" for number in range(1, counts["bt"] + 1))
            if pin in (found.get(name) for name in held):
                return
            counts["bt"] += 1
            if fields.get("type") == _ROCKER:
                found[f"onoff{counts['bt']}"] = pin
                return
            name = f"bt{counts['bt']}"
            found[f"{name}_type"] = int(fields.get("type", "0"))
        case "TOTAL KEY":
            name = "total_bt"
        case "WIFI LED":
            name = "netled1"
        case "TOTAL LED":
            name = "total_led"
        case _:
            counts["led"] += 1
            name = f"led{counts['led']}"
    found[f"{name}_pin"] = pin
    found[f"{name}_lv"] = level


def disagreements(config: Mapping[str, object], reading: Mapping[str, object]) -> list[str]:
    """Keys that both name, with different values; a rocker may stand under either kind of key."""
    rockers = {value for key, value in config.items() if key.startswith("onoff")}
    return sorted(
        key
        for key, value in reading.items()
        if key.endswith(("_pin", "_lv"))
        and key in config
        and _number(config[key]) != value
        and value not in rockers
    )


def agreements(config: Mapping[str, object], reading: Mapping[str, object]) -> int:
    """How many pins both give alike."""
    return sum(
        key.endswith("_pin") and _number(config.get(key)) == value for key, value in reading.items()
    )


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdecimal() else value
