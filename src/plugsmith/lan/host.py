"""The address of a device as users write it: name or address, with or without a port."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from plugsmith.errors import UsageError
from plugsmith.messages import _
from plugsmith.secrets import MASK

DEFAULT_PORT = 80
_NAME = re.compile(r"(?=.{1,253}\Z)[0-9A-Za-z_]([0-9A-Za-z_.-]*[0-9A-Za-z_])?\.?")
_NUMBERS = re.compile(r"[0-9.]+(-[0-9]+)?")  # an address or a range, never a name
_BRACKETED = re.compile(r"\[(?P<name>[^\[\]]+)\](?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, slots=True, order=True)
class Host:
    """Where a device answers HTTP."""

    name: str
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port == DEFAULT_PORT else f"{name}:{self.port}"


def parse_host(text: str) -> Host:
    """The host in `name`, `name:port`, `[v6]`, `[v6]:port` or `http://name[:port]/`.

    Raises UsageError for anything else.
    """
    clean = text.strip().removeprefix("http://").rstrip("/")
    match = _BRACKETED.fullmatch(clean)
    if match:
        name, port = match["name"], match["port"]
    elif clean.count(":") > 1:
        name, port = clean, None
    else:
        name, _colon, digits = clean.partition(":")
        port = digits if _colon else None
    number = _port(port)
    if number is None or not _is_name(name):
        login, at, place = text.rpartition("@")
        shown = (MASK if login else "") + at + place
        raise UsageError(
            problem=_("{text!r} is not a name or address of a device", text=shown[:80])
        )
    return Host(name, number)


def _port(text: str | None) -> int | None:
    if text is None:
        return DEFAULT_PORT
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
    return number if 0 < number < 65536 else None


def _is_name(text: str) -> bool:
    if ":" in text or _NUMBERS.fullmatch(text):
        try:
            return isinstance(ip_address(text), IPv6Address if ":" in text else IPv4Address)
        except ValueError:
            return False
    return _NAME.fullmatch(text) is not None and ".." not in text
