"""The two Espressif chips that are simulated: where their registers are and what those hold.

Sources: Espressif's technical reference manuals and its paper on the serial protocol. Simulated is
the download mode alone, up to the end of a read or write; no program ever runs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiPlaces:
    """Addresses of the flash controller's registers."""

    command: int
    user2: int
    data: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EspModel:
    """A chip: `registers` at power-on, and what its ROM answers.

    `status_len`: bytes of status at the end of a ROM's answer. `chip_number`: in the answer about
    security; None where that command does not exist. `crypt_count`: the eFuse bits of flash
    encryption in that answer; an odd number of them switches it on. The flash is given as it is.
    """

    name: str
    registers: dict[int, int]
    spi: SpiPlaces
    status_len: int
    chip_number: int | None
    crypt_count: int = 0


ESP8266 = EspModel(
    name="esp8266",
    registers={
        0x4000_1000: 0xFFF0_C101,  # by this word tools tell the chip
        0x3FF0_0050: 0x5A00_0000,  # eFuse: the last byte of the address
        0x3FF0_0054: 0x0200_1F3C,  # the two before it, and that the maker's first range holds
        0x3FF0_0058: 0x0000_9000,
        0x3FF0_005C: 0x00A0_20A6,  # its first three bytes
        0x6000_0014: 0x0000_01C8,  # divider of the UART: a crystal of 26 MHz at 115200 baud
    },
    spi=SpiPlaces(command=0x6000_0200, user2=0x6000_0224, data=0x6000_0240),
    status_len=2,
    chip_number=None,
)
ESP32_C3 = EspModel(
    name="esp32c3",
    registers={
        0x4000_1000: 0x1B31_506F,
        0x6000_8844: 0xA61F_3C5A,  # eFuse: the lower four bytes of the address
        0x6000_8848: 0x0000_A020,
    },
    spi=SpiPlaces(command=0x6000_2000, user2=0x6000_2020, data=0x6000_2058),
    status_len=4,
    chip_number=5,
)
MODELS = {item.name: item for item in (ESP8266, ESP32_C3)}
