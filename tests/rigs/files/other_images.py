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


def jamcrc(data):
    """CRC-32 that is not inverted at its end, as WinnerMicro's tools write it."""
    return struct.pack("<I", zlib.crc32(data) ^ 0xFFFF_FFFF)


def winner_image(*, at=0x0801_0400, following=0, size=0x1000):
    """As for a W800, whose header lies 0x400 in front of its image."""
    body = BODY(size)
    head = struct.pack("<6I", 0xA0FF_FF9F, 1, at, size, at - 0x400, 0x0809_0000) + jamcrc(body)
    head += struct.pack("<I16s3I", 0, b"G01.00.00", 0, 0, following)
    return head + jamcrc(head) + body


def w600_image(*, at=0x0801_0100, size=0x1000, gap=0):
    body = BODY(size)
    head = struct.pack("<4I", 0xA0FF_FF9F, 1, at, size) + jamcrc(body)
    head += struct.pack("<4I16s", 0x0809_0000, 0, 0, 0, b"B1.00")
    return head + jamcrc(head) + b"\xff" * gap + body


def winner_file():
    """A `.fls`: the boot loader, then the firmware."""
    return winner_image(at=0x0800_2400, following=0x0801_0000) + winner_image()


def winner_flash():
    flash = bytearray(b"\xff" * 0x20_0000)
    for at, image in (
        (0x2000, winner_image(at=0x0800_2400, following=0x0801_0000)),
        (0x1_0000, winner_image()),
    ):
        flash[at : at + 64], flash[at + 0x400 : at + 0x1400] = image[:64], image[64:]
    return bytes(flash)


def w600_flash():
    secboot = w600_image(at=0x0800_2100, gap=200)
    return (b"\xff" * 0x2000 + secboot).ljust(0x10_0000, b"\xff")


FLASH_SETTINGS = bytes.fromhex(
    "110001016699ff039f009f0004ff0001c72052d8060232000b010b013b01bb006b01eb02eb020250000100010100"
    "02010201ab01053500000101000038ffffff77030240770302f02c01b004b0040500e8801400"
)
#: length of the header, the clock's settings, and where length, place and hash of the image stand
BOUFFALO = {
    "BL602/BL702": (176, "0404000103010000", 0x78, 0x80, 0x84),
    "BL702L": (240, "0104000100000000", 0x78, 0x80, 0x84),
    "BL616": (256, "070500000302010100010100", 0x84, 0x7C, 0x88),
    "BL808": (352, "0704000003010300010200020101000101010101", 0x84, 0x7C, 0x88),
}


def _crc(data):
    return struct.pack("<I", zlib.crc32(data))


def bouffalo_image(chip="BL602/BL702", *, size=0x1000, crc=True, place=0x1000):
    """Boot header, FF up to `place`, and the code; without `crc` the header says not to look."""
    length, clock, len_at, place_at, hash_at = BOUFFALO[chip]
    body = BODY(size)
    clock = bytes.fromhex(clock)
    head = bytearray(length)
    start = b"BFNP\x01\0\0\0FCFG" + FLASH_SETTINGS + _crc(FLASH_SETTINGS)
    start += b"PCFG" + clock + _crc(clock)
    head[: len(start)] = start
    if not crc:
        head[len(start) + 2] |= 3  # neither CRC nor hash
    head[len_at : len_at + 4] = struct.pack("<I", size)
    head[place_at : place_at + 4] = struct.pack("<I", place)
    head[hash_at : hash_at + 32] = hashlib.sha256(body).digest()
    head[-4:] = _crc(head[:-4]) if crc else bytes.fromhex("efbeadde")
    return bytes(head).ljust(place, b"\xff") + body


def bouffalo_table(*rows):
    """Rows of type, name, place, second place, size, second size."""
    head = struct.pack("<4s2HI", b"BFPT", 0, len(rows), 0)
    body = b"".join(
        struct.pack("<3B9s6I", kind, 0, 0, name, at, other, size, more, 0, 0)
        for kind, name, at, other, size, more in rows
    )
    return head + _crc(head) + body + _crc(body)


BL_ROWS = (
    (0, b"FW", 0x1_0000, 0xE_8000, 0xD_8000, 0x8_8000),
    (3, b"media", 0x1A_2000, 0, 0x4_7000, 0),
    (4, b"PSM", 0x1E_9000, 0, 0x8000, 0),
    (7, b"factory", 0x1F_8000, 0, 0x7000, 0),
)


def bl602_image():
    return bouffalo_image()


def bl616_image():
    return bouffalo_image("BL616")


def bl808_image():
    return bouffalo_image("BL808")


def bl602_flash(chip="BL602/BL702", tables=(0xE000, 0xF000)):
    """The second loader, whose header says not to look at its CRC, tables, and the firmware."""
    flash = bytearray(b"\xff" * 0x20_0000)
    table = bouffalo_table(*BL_ROWS)
    for at, piece in (
        (0, bouffalo_image(chip, crc=False)),
        *((at, table) for at in tables),
        (0x1_0000, bouffalo_image(chip)),
    ):
        flash[at : at + len(piece)] = piece
    return bytes(flash)


def bouffalo_update(body, packing=b"RAW "):
    head = struct.pack(
        "<16s4sI8s16s16s32s",
        b"BL60X_OTA_Ver1.0", packing, len(body), bytes(range(1, 9)),
        b"HW1", b"SW1", hashlib.sha256(body).digest(),
    )  # fmt: skip
    return head.ljust(512, b"\xff") + body


def _sum16(data):
    return sum(struct.unpack(f"<{len(data) // 2}H", data)) & 0xFFFF


def xradio_image(following=0xFFFF_FFFF, *, name=0xA5FF_5A00, size=0x1000):
    """One section; its sums make 0xFFFF of all half words of the header, and of the data."""
    body = BODY(size)
    fields = [b"AWIH", 1, 0, ~_sum16(body) & 0xFFFF, size, 0x20_1000, 0x20_1001]
    fields += [size, 0, following, name, b"\xff" * 24]
    form = "<4sI2H7I24s"
    fields[2] = ~_sum16(struct.pack(form, *fields)) & 0xFFFF
    return struct.pack(form, *fields) + body


def xradio_package():
    boot = xradio_image(0x2000).ljust(0x2000, b"\xff")
    return boot + xradio_image(name=0xA5FE_5A01)


def xradio_flash():
    return xradio_package().ljust(0x20_0000, b"\xff")


def tr6260_package(mark=b"oneb"):
    rows = ((2, 0x6000, BODY(0x100)), (2, 0x7000, BODY(0x1800)))
    pieces = b"".join(struct.pack("<3I", kind, at, len(b)) + b for kind, at, b in rows)
    return mark + struct.pack("<I", len(rows)) + pieces


def ecr6600_package():
    rows = ((0, 0x1_0000, BODY(0x800)), (2, 0, BODY(0x1000)), (2, 0x3000, BODY(0x100)))
    pieces = b"".join(struct.pack("<B2I", kind, at, len(b)) + b for kind, at, b in rows)
    return b"oneb\x03" + pieces
