"""Files as people own them, one or more of each kind, and what they are."""

from __future__ import annotations

import base64
import gzip
import io
import random
import tarfile
import zipfile
from functools import cache

import other_images

from plugsmith.flows.file_kind import FileKind as K
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.settings_block import make_block, sector_of
from plugsmith.forge.dump import forge_dump
from plugsmith.forge.firmware import (
    default_boot_code,
    forge_app,
    forge_loader,
    forge_openbeken_qio,
)
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.forge.rf import forge_rf
from plugsmith.forge.storage import StorageRequest

SMALL = 0x4000
PINS = b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:WB2S,}"
NOISE = random.Random(4).randbytes  # the same in every run


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def tarred(data: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        head = tarfile.TarInfo("secret-name.bin")
        head.size = len(data)
        archive.addfile(head, io.BytesIO(data))
    return made.getvalue()


def locked_zip() -> bytes:
    """A ZIP whose member says that it needs a password."""
    made = bytearray(zipped(dump=NOISE(5000)))
    made[made.find(b"PK\3\4") + 6] |= 1
    made[made.find(b"PK\1\2") + 8] |= 1
    return bytes(made)


def with_erased(data: bytes, start: int, end: int) -> bytes:
    return data[:start] + b"\xff" * (end - start) + data[end:]


def settings_sector() -> bytes:
    wish = desired_from(template=None, settings={"short_name": "x"}, over_lan=False)
    return sector_of(make_block(wish, chip="BK7231T", mac="84:e3:42:01:02:03"))


@cache
def owned_files() -> dict[str, tuple[K, bytes]]:
    """Name -> what the file is, and its bytes."""
    dump = forge_dump(StorageRequest(chip="BK7231T")).data
    half = len(dump) // 2
    qio = forge_openbeken_qio("BK7231T", code_len=SMALL)
    prepared = qio.ljust(0x1E1000, b"\xff") + settings_sector()
    update = forge_ota("BK7231T", code_len=SMALL)
    return {
        "dump-t": (K.FACTORY, dump),
        "dump-n": (K.FACTORY, forge_dump(StorageRequest(chip="BK7231N")).data),
        "no-application": (K.FLASH, with_erased(dump, 0x1_1000, 0x1_2000)),
        "no-loader": (K.FACTORY, with_erased(dump, 0, 0x1_1000)),
        "hole": (K.FACTORY, with_erased(dump, 0x4_0000, 0x4_2000)),
        "no-tail": (K.FACTORY, with_erased(dump, 0x1D_0000, len(dump))),
        "one-short": (K.FLASH_START, dump[:-1]),
        "start": (K.FLASH_START, dump[:0x1E_2000]),
        "doubled": (K.DISORDERED, dump + dump),
        "rotated": (K.DISORDERED, dump[0x1_1000:] + dump[:0x1_1000]),
        "newline": (K.DISORDERED, dump + b"\n"),
        "bytes-lost": (K.DISORDERED, dump[:0x1C_0000] + dump[0x1C_0010:]),
        "halves": (K.DISORDERED, dump[half:] + dump[:half]),
        "shifted": (K.DISORDERED, bytes(7) + dump),
        "tail": (K.PART, dump[0x1D_0000:]),
        "qio-t": (K.QIO, qio),
        "qio-n": (K.QIO, forge_openbeken_qio("BK7231N", code_len=SMALL)),
        "qio-m": (K.QIO, forge_openbeken_qio("BK7231M", code_len=SMALL)),
        "qio-cut": (K.QIO, qio[:0x1_3000]),
        "qio-bit": (K.QIO, qio[:0x1_2005] + bytes([qio[0x1_2005] ^ 1]) + qio[0x1_2006:]),
        "prepared": (K.FLASH_START, prepared),
        "openbeken": (K.OPENBEKEN, prepared.ljust(len(dump), b"\xff")),
        "application": (K.APPLICATION, forge_app("BK7231T", code_len=SMALL)),
        "update-t": (K.UPDATE, update),
        "update-n": (K.UPDATE, forge_ota("BK7231N", code_len=SMALL)),
        "update-cut": (K.UPDATE, update[:0x1800]),
        "uf2": (K.UF2, forge_uf2("BK7231T")),
        "loader": (K.LOADER, forge_loader(default_boot_code("BK7231T"))),
        "settings": (K.SETTINGS, settings_sector()),
        "rf": (K.RF, forge_rf(bytes.fromhex("84e342010203")).ljust(0x1000, b"\xff")),
        "pins": (K.PINS, PINS),
        "pins-json": (K.PINS, b'{"rl1_pin": 26, "rl1_lv":1, "module": "WB2S"}'),
        "pins-base64": (K.PINS, base64.encodebytes(PINS)),
        "log": (K.PINS, b"json cfg:[,rl1_pin:6,rl1_lv:1,module:CB3S,crc:29,}\n"),
        "template": (K.TEMPLATE, b'{"chip": "BK7231N", "pins": {"24": "Rel;1"}}'),
        "prose": (K.TEXT, b"Dear all, my plug does not work any more.\n" * 3),
        "page": (K.PAGE, b"<!DOCTYPE html><html><body>Sign in</body></html>"),
        "page-with-pins": (K.PINS, b"<html><body><pre>" + PINS + b"</pre></body></html>"),
        "page-late": (K.PAGE, b"\n<html><body>Sign in</body></html>"),
        "hex": (K.DOCUMENT, b":10010000214601360121470136007EFE09D2190140\r\n:00000001FF\r\n"),
        "s-records": (K.DOCUMENT, b"S00600004844521B\nS9030000FC\n"),
        "picture": (K.DOCUMENT, b"\x89PNG\r\n\x1a\n" + NOISE(5000)),
        "pdf": (K.DOCUMENT, b"%PDF-1.4\n" + NOISE(5000)),
        "elf": (K.DOCUMENT, b"\x7fELF" + NOISE(5000)),
        "tar": (K.PACKED, tarred(dump)),
        "zstd": (K.PACKED, b"\x28\xb5\x2f\xfd" + NOISE(500)),
        "seven": (K.PACKED, b"7z\xbc\xaf\x27\x1c" + NOISE(500)),
        "esp": (K.OTHER_CHIP, other_images.esp_image()),
        "ln882h": (K.OTHER_CHIP, other_images.ln882h_flash()),
        "noise": (K.UNKNOWN, NOISE(0x1_0000)),
        "erased": (K.BLANK, b"\xff" * 0x10_0000),
        "zeros": (K.BLANK, bytes(0x1000)),
    }


def packed_files() -> dict[str, tuple[str, bytes]]:
    """Name -> the file that is in it, and the bytes of the archive."""
    found = owned_files()
    return {
        "dump.zip": ("dump-t", zipped(dump=found["dump-t"][1])),
        "update.zip": ("update-n", zipped(update=found["update-n"][1])),
        "pins.zip": ("pins", zipped(pins=found["pins"][1])),
        "qio.gz": ("qio-t", gzip.compress(found["qio-t"][1], 1)),
    }
