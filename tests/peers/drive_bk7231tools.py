"""Sends every command that bk7231tools has to the chip on a port, by its own code; prints JSON.

Runs in the environment of bk7231tools, beside `launch_peer.py`. usage: PORT SPARE, where SPARE is
the address of 128 KiB that may be changed.
"""

from __future__ import annotations

import json
import sys

import serial
from bk7231tools.serial import BK7231Serial
from bk7231tools.serial.base.packets import BkFlashEraseBlockCmnd, EraseSize


def ignore_lines(port: object) -> None:
    """A pseudo-terminal has no modem lines."""


serial.Serial._update_rts_state = ignore_lines
serial.Serial._update_dtr_state = ignore_lines

port, spare = sys.argv[1], int(sys.argv[2], 16)
chip = BK7231Serial(port, baudrate=921600, link_timeout=30.0, cmnd_timeout=8.0)  # also under load
chip.connect()
told: dict[str, object] = {"protocol": chip.protocol_type.name, "size": chip.flash_size}
told["id"] = bytes(chip.flash_read_id()["id"]).hex()
told["detected"] = chip.flash_detect_size()
chip.boot_protection_bypass = False  # else it adds the flash size to every address
told["registers"] = {
    hex(at): chip.register_read(at) for at in (0x80_0000, 0x4401_0004, 0x4400_01F0)
}


def words(start: int, count: int) -> str:
    return b"".join(
        chip.register_read(start + 4 * at).to_bytes(4, "little") for at in range(count)
    ).hex()


told["rom"] = {hex(at): words(at, 16) for at in (0x161F_0000, 0x1600_0000, 0x0600_0000)}
told["otp off"] = words(0x5B10_0400, 4)
clocks, power = chip.register_read(0x5401_0030), chip.register_read(0x5401_0040)
chip.register_write(0x5401_0030, clocks | 1 << 15 | 1 << 7)
chip.register_write(0x5401_0040, power & ~(1 << 3))
told["otp"] = "".join(
    words(start, 8) for start in (0x5B10_0400, 0x5B10_07E0, 0x5B01_0000, 0x5B01_0BE0)
)
fuses = []
for index in range(4):
    control = chip.register_read(0x5488_0010) & ~0x1F02 | index << 8 | 1
    chip.register_write(0x5488_0010, control)
    tries = 0
    while chip.register_read(0x5488_0010) & 1 and tries < 20:
        tries += 1
    fuses.append(chip.register_read(0x5488_0014))
told["fuses"] = fuses
chip.register_write(0x5401_0030, clocks)
chip.register_write(0x5401_0040, power)
told["crc"] = {
    f"{start:x}+{count:x}": chip.read_flash_range_crc(start, start + count)
    for start, count in ((0, 256), (0, 257), (0x1001, 1), (0x1234, 0x777), (0x2000, 0x10000))
}
told["wrapped"] = chip.flash_read_4k(chip.flash_size + 0x2000, crc_check=False).hex()
told["last"] = chip.flash_read_4k(chip.flash_size - 0x1000).hex()
told["status"] = [chip.flash_read_sr(1), chip.flash_read_sr(2)]
chip.flash_write_sr(told["status"][1] & ~0x407C, size=2, mask=0x407C)
chip.flash_write_sr(0, size=1, mask=0x7C)
told["open"] = chip.flash_read_sr(2)
chip.flash_erase_block(spare, EraseSize.BLOCK_64K)
chip.flash_erase_block(spare + 0x1_3000, EraseSize.SECTOR_4K)
chip.command(BkFlashEraseBlockCmnd(0x52, spare + 0x1_8000))
chip.flash_write_4k(spare, bytes(range(256)) * 16)
try:
    chip.flash_write_bytes(spare + 0x1000, b"\x5a" * 256)
except ValueError as error:  # it takes the low byte of the count for the count
    told["write 256"] = str(error)
chip.flash_write_bytes(spare + 0x1100, b"\xa5" * 32, crc_check=True)
told["back"] = chip.flash_read_4k(spare + 0x1000).hex()
chip.set_baudrate(460800)
told["faster"] = chip.read_flash_range_crc(spare, spare + 0x1000)
chip.reboot_chip()
json.dump(told, sys.stdout)
