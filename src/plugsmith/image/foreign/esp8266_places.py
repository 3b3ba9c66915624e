"""An ESP8266's flash: where an image runs, and where the chip keeps what is its own.

Its code addresses are those of the flash (esptool's ESP8266ROM: IROM_MAP_START, FLASH_SIZES).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.memory import AddressRange

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = 0xE9
_HEAD_LEN = 8
_FLASH = range(0x4020_0000, 0x4030_0000)  # a window of 1 MiB
_SECOND = 0x1000  # behind a loader of one sector (Arduino's)
_SIZES = {
    0x0: 0x8_0000, 0x1: 0x4_0000, 0x2: 0x10_0000, 0x3: 0x20_0000, 0x4: 0x40_0000,
    0x5: 0x20_0000, 0x6: 0x40_0000, 0x8: 0x80_0000, 0x9: 0x100_0000,
}  # fmt: skip
_RF_LEN = 0x5000  # calibration, initial values of the radio, and the SDK's settings
_INITIAL_AT, _INITIAL = 0x1000, b"\x05"


def runs_at(data: bytes) -> int | None:
    """Where in the flash the firmware that begins `data` runs; None where nothing tells it."""
    found = _told(data, 0)
    if found is not None:
        return found
    if _told(data, _SECOND) == 0:
        return 0
    end = max((at + length for _load, at, length in _segments(data, 0)), default=0)
    goes_on = data[(end | 15) + 1 :].strip(b"\xff")
    return 0 if goes_on else None


def own_of(content: bytes) -> tuple[AddressRange, ...]:
    """Where the device that holds `content` keeps calibration and settings of its radio.

    At the end of the flash, or of as much of it as the firmware that runs there takes it for.
    """
    ends = {len(content)}
    if content[:1] == bytes((_MARK,)):
        believed = _SIZES.get(content[3] >> 4, 0)
        initial = content[believed - _RF_LEN + _INITIAL_AT :][:1]
        if _RF_LEN <= believed < len(content) and initial == _INITIAL:
            ends.add(believed)
    return tuple(AddressRange(end - _RF_LEN, end) for end in sorted(ends) if end >= _RF_LEN)


def _told(data: bytes, start: int) -> int | None:
    """By how much the code of the image at `start` lies before its addresses; all must agree."""
    places = {
        (load - at) % len(_FLASH) for load, at, _length in _segments(data, start) if load in _FLASH
    }
    return places.pop() if len(places) == 1 else None


def _segments(data: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Address, place in `data` and length of each part of the image at `start`."""
    if data[start : start + 1] != bytes((_MARK,)) or len(data) < start + _HEAD_LEN:
        return
    at = start + _HEAD_LEN
    for _number in range(data[start + 1]):
        load, length = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4))
        if at + 8 + length > len(data):
            return
        yield load, at + 8, length
        at += 8 + length
