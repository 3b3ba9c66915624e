"""What the boot codes of other chips answer to their own greetings, as data (docs/linking.md).

Each greeting is what that chip's own tool sends first; it only asks and writes nothing. Facts:
ltchiptool 4.15.0 (LN882H, RTL8710B, RTL8720C), Espressif's serial protocol, Bouffalo's ISP papers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SLIP_END = b"\xc0"
_ESP_SYNC = _SLIP_END + bytes.fromhex("000824000000000007071220") + b"\x55" * 32 + _SLIP_END
# direction 1, command 8, length, the value, then a status of two (ESP8266) or four bytes
_ESP_ANSWER = re.compile(
    rb"\xc0\x01\x08(?:(\x02)\x00.{4}\x00\x00|\x04\x00.{4}\x00{4})\xc0", re.DOTALL
)
_LN_ROMS = {
    b"Mar 14 2021/00:23:32": "LN882H",
    b"RAMCODE": "LN882H",
    b"Jun 19 2019/21:01:04": "LN8825B",
}
# what we sent at other rates may have silenced it; these three end that, as its own tool does
_WAKE = b"\x18\x07\x18"
_ACK, _NAK = b"\x06", b"\x15"
_NAKS = 2  # one alone may be noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One greeting at `baud` after `first` (which ends what a console took for a line so far).

    `named` says which chip the answer is of, by its name in the catalogue; None for no answer.
    `talks`: that chip sends by itself as long as nothing has silenced it.
    """

    baud: int
    request: bytes
    named: Callable[[bytes], str | None]
    first: bytes = b""
    wait_s: float = 0.3
    talks: bool = False


def _lightning(answer: bytes) -> str | None:
    lines = {line.strip() for line in answer.split(b"\n")}
    return next((name for text, name in _LN_ROMS.items() if text in lines), None)


def _realtek_c(answer: bytes) -> str | None:
    """Without a line end behind it: else it is the own greeting that comes back."""
    return "RTL8720C" if answer == b"ping" or b"$8710c>" in answer else None


def _espressif(answer: bytes) -> str | None:
    found = _ESP_ANSWER.search(answer)
    if found is None:
        return None
    return "ESP8266" if found[1] else "ESP32"


def _bouffalo(answer: bytes) -> str | None:
    return "BL602" if answer.strip(b"\x00") == b"OK" else None


def _realtek_b(answer: bytes) -> str | None:
    said = answer.strip(b"\x00").removeprefix(_ACK)
    return "RTL8710B" if len(said) >= _NAKS and not said.strip(_NAK) else None


PROBES = (
    Probe(baud=115_200, request=b"version\r\n", first=b"\r\n", named=_lightning),
    Probe(baud=115_200, request=b"ping\n", first=b"\n", named=_realtek_c),
    Probe(baud=115_200, request=_ESP_SYNC, named=_espressif),
    Probe(baud=115_200, request=b"\x55" * 70, named=_bouffalo),
    Probe(baud=1_500_000, request=_WAKE, named=_realtek_b, wait_s=0.7, talks=True),
)
#: the chips that the probes name
ANSWERING = frozenset({"LN882H", "LN8825B", "RTL8720C", "ESP8266", "ESP32", "BL602", "RTL8710B"})
# Rates of start-up texts above the usual ones; a rate is listened to for about a restart.
TEXT_RATES = (74_880, 2_000_000)
