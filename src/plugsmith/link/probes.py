"""What the boot codes of other chips answer to their own greetings, as data (docs/linking.md).

Each greeting is what that chip's own tool sends first; it only asks and writes nothing. Facts:
ltchiptool 4.15.0 (LN882H, RTL8710B, RTL8720C), Espressif's serial protocol, bflb-mcu-tool 1.10.0
(BL602 and its kin), BK7231GUIFlashTool (XRadio, and which Bouffalo chip it is), w600tool 1.1.0.
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
_OKS = re.compile(rb"(?:OK)+")
_FAILED = b"FL\x01\x01"
_LEAST_INFO = 20
_BOUFFALO = {0x0702: "BL702", 0x0704: "BL702", 0x0706: "BL702", 0x0616: "BL616", 0x0618: "BL616"}
_FLASH_ID = re.compile(rb"(?<![0-9A-Za-z])C*FID:[0-9A-Fa-f]{2}(,[0-9A-Fa-f]{2})?(?![0-9A-Za-z,])")
# what we sent at other rates may have silenced it; these three end that, as its own tool does
_WAKE = b"\x18\x07\x18"
_ACK, _NAK = b"\x06", b"\x15"
_NAKS = 2  # one alone may be noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One greeting at `baud` after `first` (which ends what a console took for a line so far).

    `named` says which chip the answer is of, by its name in the catalogue; None for no answer, ""
    for one that several chips give: then each of `then` is asked, and the first that names counts.
    `talks`: that chip sends by itself as long as nothing has silenced it.
    """

    baud: int
    request: bytes
    named: Callable[[bytes], str | None]
    first: bytes = b""
    wait_s: float = 0.3
    talks: bool = False
    then: tuple[Probe, ...] = ()


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


def _ok(answer: bytes) -> str | None:
    """Said by Bouffalo Lab's chips once, by XRadio's to each byte."""
    return "" if _OKS.fullmatch(answer.strip(b"\x00")) else None


def _bouffalo(answer: bytes) -> str | None:
    """Version of the ROM and twenty bytes; a loader that runs already says that it failed."""
    if answer == _FAILED:
        return "BL602"
    length = int.from_bytes(answer[2:4], "little")
    if not answer.startswith(b"OK") or length != len(answer) - 4 or length < _LEAST_INFO:
        return None
    return _BOUFFALO.get(int.from_bytes(answer[4:8], "little") >> 16, "BL602")


def _xradio(answer: bytes) -> str | None:
    """A header of twelve bytes with the length of what follows."""
    whole = len(answer) - 12 == int.from_bytes(answer[8:12], "big")
    return "XR809" if answer.startswith(b"BROM") and whole else None


def _winner(answer: bytes) -> str | None:
    """The id of the flash, between letters that ask for a file."""
    found = _FLASH_ID.search(answer)
    if found is None:
        return None
    return "W800" if found[1] else "W600"


def _realtek_b(answer: bytes) -> str | None:
    said = answer.strip(b"\x00").removeprefix(_ACK)
    return "RTL8710B" if len(said) >= _NAKS and not said.strip(_NAK) else None


_WHICH_BOUFFALO = Probe(baud=115_200, request=bytes.fromhex("10000000"), named=_bouffalo)
_WHICH_XRADIO = Probe(
    baud=115_200,
    first=b"\x55",
    request=bytes.fromhex("42524F4D 0400 6052 00000001 17"),  # the type of the chip
    named=_xradio,
)
# The burst comes before Espressif's greeting, which holds enough of these bytes to be taken for it.
PROBES = (
    Probe(baud=115_200, request=b"version\r\n", first=b"\r\n", named=_lightning),
    Probe(baud=115_200, request=b"ping\n", first=b"\n", named=_realtek_c),
    Probe(baud=115_200, request=b"\x55" * 70, named=_ok, then=(_WHICH_BOUFFALO, _WHICH_XRADIO)),
    Probe(baud=115_200, request=_ESP_SYNC, named=_espressif),
    Probe(baud=1_500_000, request=_WAKE, named=_realtek_b, wait_s=0.7, talks=True),
    Probe(baud=115_200, request=bytes.fromhex("210600 1BE7 3C000000"), named=_winner, talks=True),
)
#: the chips that the probes name
ANSWERING = frozenset(
    {
        "LN882H", "LN8825B", "RTL8720C", "ESP8266", "ESP32", "BL602", "BL702", "BL616", "XR809",
        "W600", "W800", "RTL8710B",
    }
)  # fmt: skip
# Rates of start-up texts above the usual ones; a rate is listened to for about a restart.
TEXT_RATES = (74_880, 2_000_000)
