"""Made-up but valid files of other makers' chips."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib

BODY = random.Random(5).randbytes


def esp_image(*, chip_id=5, esp8266=False, segments=2, size=0x400, load=0x4038_0000, runs_at=0):
    """`runs_at`: where in its flash an ESP8266 runs the first part; None for one in RAM alone."""
    entry = 0x4010_0004 if esp8266 else load
    flash = [] if runs_at is None or not esp8266 else [0x4020_0010 + runs_at]
    head = struct.pack("<4BI", 0xE9, segments, 2, 0x20, entry)
    if not esp8266:
        head += struct.pack("<4BHB8xB", 0xEE, 0, 0, 0, chip_id, 0, 0)
    body, total = b"", 0xEF
    for number in range(segments):
        data = BODY(size)
        ram = (0x4010_0000 if esp8266 else load) + number * size
        body += struct.pack("<2I", flash.pop() if flash else ram, size) + data
        for byte in data:
            total ^= byte
    whole = head + body
    return whole + bytes(15 - len(whole) % 16) + bytes((total,))


def _kind(name):
    return {"nvs": (1, 2), "phy_init": (1, 1)}.get(name, (0, 0x10))


def esp_table(*parts):
    rows = b"".join(
        struct.pack("<2s2B2I16sI", b"\xaa\x50", *_kind(name), start, size, name.encode(), 0)
        for name, start, size in parts
    )
    return rows + b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(rows, usedforsecurity=False).digest()


def esp_flash(*, at=0, chip_id=5):
    flash = bytearray(b"\xff" * 0x20_0000)
    boot = esp_image(chip_id=chip_id)
    table = esp_table(("nvs", 0x9000, 0x4000), ("ota_0", 0x1_0000, 0x18_0000))
    flash[at : at + len(boot)] = boot
    flash[0x8000 : 0x8000 + len(table)] = table
    return bytes(flash)


def ln882h_boot():
    head = struct.pack("<I2H3I", 0x2000_0000, 0x3000, 0x100, 0x1234_5678, 0x2000_0001, 0)
    return head + struct.pack("<I", zlib.crc32(head)) + BODY(0x1000)


def ln882h_flash():
    flash = bytearray(b"\xff" * 0x20_0000)
    boot = ln882h_boot()
    flash[: len(boot)] = boot
    at = 0x6000
    for kind, start, size in (
        (7, 0, 0x6000),
        (8, 0x6000, 0x1000),
        (0, 0x7000, 0x12_0000),
        (2, 0x1E_0000, 0x4000),
    ):
        entry = struct.pack("<3I", kind, start, size)
        flash[at : at + 16] = entry + struct.pack("<I", zlib.crc32(entry))
        at += 16
    return bytes(flash)


def ameba_z_app(start=0x0800_B020):
    return b"81958711" + struct.pack("<2I", 0x1000, start) + b"\xff" * 16 + BODY(0x1000)


def ameba_z_flash():
    flash = bytearray(b"\xff" * 0x20_0000)
    flash[:32] = (
        bytes.fromhex("999996963FCC66FC") + struct.pack("<2I", 0x2000, 0x0800_0020) + b"\xff" * 16
    )
    flash[32:0x800] = BODY(0x800 - 32)
    app = ameba_z_app()
    flash[0xB000 : 0xB000 + len(app)] = app
    return bytes(flash)


def ameba_z2_flash():
    head = bytes.fromhex("999996963FCC66FCC033CC03E5DC3162")
    return (head + b"\xff" * 16 + BODY(0x2000)).ljust(0x20_0000, b"\xff")


def winner_image():
    head = struct.pack("<6I", 0xA0FF_FF9F, 1, 0x0801_0400, 0x1000, 0x0801_0000, 0)
    return head.ljust(64, b"\0") + BODY(0x1000)


def winner_flash():
    return b"\xff" * 0x2000 + winner_image().ljust(0x1F_E000, b"\xff")


def bl602_image():
    flash = bytearray(BODY(0x1000))
    flash[0x00:0x08], flash[0x08:0x0C], flash[0x64:0x68] = b"BFNP\x01\0\0\0", b"FCFG", b"PCFG"
    return bytes(flash)


def bl602_flash():
    flash = bytearray(bl602_image().ljust(0x20_0000, b"\xff"))
    flash[0xE000:0xE004] = b"BFPT"
    return bytes(flash)


def xradio_image(following=0xFFFF_FFFF):
    head = struct.pack(
        "<4sIHH7I", b"AWIH", 1, 0, 0, 0x1000, 0x20_1000, 0x20_1001, 0, 0, following, 0xA5FF_5A00
    )
    return head.ljust(64, b"\0") + BODY(0x1000)


def xradio_flash():
    return (xradio_image(0x2000).ljust(0x2000, b"\xff") + xradio_image()).ljust(0x20_0000, b"\xff")
