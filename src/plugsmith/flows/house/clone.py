"""The names of a clone: what tells two devices apart gets a new number or the new address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugsmith.errors import Fact

_NAMES = ("short_name", "long_name", "mqtt_client")
_TAIL = re.compile(r"^(.*?)(\d+)$")


def cloned(
    settings: Mapping[str, Fact],
    *,
    old_mac: str | None,
    new_mac: str | None,
    number: int | None,
    taken: Iterable[str],
) -> dict[str, Fact]:
    """`settings` with new names. Names made of the old MAC follow the new one.

    Others get `number`, or the lowest number with which none of them is in `taken`. A static
    address goes back to DHCP: two devices cannot have it.
    """
    found = dict(settings)
    old, new = _digits(old_mac), _digits(new_mac)
    plain: list[str] = []
    for name in _NAMES:
        text = str(found.get(name, ""))
        own = next((n for n in (12, 8, 6) if old and new and old[-n:] in text.upper()), 0)
        if own:
            found[name] = re.sub(old[-own:], new[-own:], text, flags=re.IGNORECASE)
        elif text:
            plain.append(name)
    used = {name.lower() for name in taken}
    used |= {str(settings[name]).lower() for name in plain}
    chosen = number if number is not None else _free(settings, plain, used)
    for name in plain:
        found[name] = with_number(str(settings[name]), chosen)
    if "static_ip" in found:
        found["static_ip"] = dict.fromkeys(("ip", "mask", "gateway", "dns"), "0.0.0.0")  # noqa: S104
    return found


def with_number(text: str, number: int) -> str:
    """`plug_4` as `plug_7`; a name without a number gets one."""
    match = _TAIL.fullmatch(text)
    return f"{match[1]}{number}" if match else f"{text}_{number}"


def _free(settings: Mapping[str, Fact], names: list[str], used: set[str]) -> int:
    return next(
        number
        for number in range(1, 100_000)
        if not any(with_number(str(settings[name]), number).lower() in used for name in names)
    )


def _digits(mac: str | None) -> str:
    return (mac or "").replace(":", "").upper()
