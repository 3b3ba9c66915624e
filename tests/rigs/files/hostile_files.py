"""Files that were made to be slow or to break a reader: `HOSTILE[name](size)` gives the bytes.

Everything is made here. Two kinds of trick: a sign that a reader looks for
stands everywhere, or a number in the file promises far more than is there.
"""

from __future__ import annotations

import base64
import gzip
import io
import lzma
import random
import struct
import zipfile
import zlib
from functools import cache

import other_images

from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_app, forge_loader, forge_openbeken_qio
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.forge.rf import forge_rf
from plugsmith.forge.storage import StorageRequest
from plugsmith.image.aes import ecb_encrypt
from plugsmith.image.crc import build_lines
from plugsmith.openbeken.config_block import new_block
from plugsmith.tuya.files import TABLE_MAGIC_BYTES
from plugsmith.tuya.keys import KNOWN_KEYS, data_key, encode_key_block
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.store import Record, build_store

_KEY = KNOWN_KEYS[0].device_key
_PINS = FORUM_TEXT.encode()
_VECTORS = bytes.fromhex("0e0000ea") + bytes.fromhex("14f09fe5") * 7


def _again(piece: bytes):
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def _made(piece):
    """As `_again`, of bytes that take a moment to make."""

    def make(size: int) -> bytes:
        return _again(piece())(size)

    return make


def _head(head: bytes, fill: bytes = b"\0"):
    return lambda size: head + _again(fill)(max(0, size - len(head)))


@cache
def _flash(chip: str = "BK7231T") -> bytes:
    return forge_dump(StorageRequest(chip=chip, paired=True)).data


@cache
def _store(kind: StoreKind = StoreKind.CLASSIC) -> bytes:
    records = [Record(name="user_param_key", value=_PINS)]
    blocks = 14 if kind is StoreKind.CLASSIC else 16
    sectors = b"".join(build_store(records, kind=kind, blocks=blocks))
    return encode_key_block(_KEY) + ecb_encrypt(sectors, key=data_key(_KEY))


def _keys(size: int) -> bytes:
    rng = random.Random(size)
    return b"".join(encode_key_block(rng.randbytes(16)) for _ in range(-(-size // 4096)))[:size]


def _keys_and_noise(size: int) -> bytes:
    """A hundred keys, and between them nothing that is blank or code."""
    rng = random.Random(size)
    parts = [encode_key_block(rng.randbytes(16)) + rng.randbytes(size // 100) for _ in range(100)]
    return b"".join(parts)[:size]


def _stores(kind: StoreKind):
    """Stores with keys of their own, one behind the other."""

    def make(size: int) -> bytes:
        rng = random.Random(size)
        plain = b"".join(build_store([Record(name="user_param_key", value=_PINS)], kind=kind))
        parts, length = [], 0
        while length < size:
            key = rng.randbytes(16)
            part = encode_key_block(key) + ecb_encrypt(plain, key=data_key(key))
            parts.append(part)
            length += len(part)
        return b"".join(parts)[:size]

    return make


def _noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def _table(size: int) -> bytes:
    """File tables whose files are cyclic: each of 60 files lists the sectors of the others."""
    rows = b"".join(
        f"oem_cfg{number % 3}".encode().ljust(32, b"\0")
        + struct.pack("<I32H", 0xFFFF_FFFF, *((number + at) % 4 for at in range(32)))
        for number in range(40)
    )
    body = struct.pack("<IHH", 7, 0, 40) + rows
    body = body.ljust(4088, b"\xff")
    return _again(TABLE_MAGIC_BYTES + struct.pack("<I", sum(body) & 0xFFFF_FFFF) + body)(size)


def _zip(*members: tuple[str, bytes]) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return box.getvalue()


def _nested(pack, times: int):
    def make(size: int) -> bytes:
        data = _again(_PINS + b"\n")(size)
        for _ in range(times):
            data = pack(data)
        return data

    return make


def _zip_claiming(size: int) -> bytes:
    """A member of `size` zeros whose entry says that it is a byte long."""
    data = bytearray(_zip(("a.bin", bytes(size))))
    at = data.rfind(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", 1)
    return bytes(data)


def _xz_index(size: int) -> bytes:
    """Thousands of streams of nothing, one behind the other."""
    return _again(lzma.compress(b""))(min(size, 1 << 20))


def _deep(opening: str, closing: str = ""):
    return lambda size: (opening * (size // len(opening)) + closing * 9)[:size].encode()


def _rbl(size: int) -> bytes:
    header = bytearray(forge_ota("BK7231T")[:0x5C])
    struct.pack_into("<III", header, 0x50, 1, 0xFFFF_FFF0, 0xFFFF_FFF0)
    return _again(bytes(header) + struct.pack("<I", zlib.crc32(header)))(size)


def _uf2_count(size: int) -> bytes:
    """Blocks that say that there are four thousand million of them, all at far places."""
    rng = random.Random(size)
    block = bytearray(forge_uf2("BK7231T")[:512])
    rows = []
    for _ in range(size // 512):
        struct.pack_into("<III", block, 12, rng.getrandbits(31), 256, rng.getrandbits(31))
        struct.pack_into("<I", block, 24, 0xFFFF_FFFF)
        rows.append(bytes(block))
    return b"".join(rows)


def _settings(size: int) -> bytes:
    return _again(new_block().raw.ljust(4096, b"\xff"))(size)


def _diff2ya(size: int) -> bytes:
    return (b"MMM" + b"\xff" * 61 + lzma.compress(bytes(size)))[: max(64, size)]


def _rf_loop(size: int) -> bytes:
    """Groups of records whose lengths are nought, or longer than the file."""
    return _again(b"TLV\0" + struct.pack("<IIIII", 4080, 0x1111_1100, 0, 0x1111_1102, 0xFFFF_FFFF))(
        size
    )


HOSTILE = {
    # signs that stand everywhere
    "noise": _noise,
    "zeros and a one": _again(bytes(4095) + b"\1"),
    "every byte in turn": _again(bytes(range(256))),
    "flashes": _made(_flash),
    "loaders": _made(lambda: forge_loader("t-1.0.5")),
    "heads of loaders": _made(lambda: forge_loader("n-1.0.1")[:0x120]),
    "applications": _made(lambda: forge_app("BK7231N")),
    "plain vectors": _again(_VECTORS),
    "lines of vectors": _made(lambda: build_lines(_VECTORS)),
    "lines of nothing": _made(lambda: build_lines(bytes(3200))),
    "images": _made(lambda: forge_openbeken_qio("BK7231T")),
    "key blocks": _made(lambda: encode_key_block(_KEY)),
    "key blocks, each another": _keys,
    "keys and noise": _keys_and_noise,
    "stores": _made(_store),
    "stores, each another": _stores(StoreKind.CLASSIC),
    "TuyaOS 3 stores": _made(lambda: _store(StoreKind.TUYAOS3)),
    "TuyaOS 3 stores, each another": _stores(StoreKind.TUYAOS3),
    "a key and one sector": lambda size: _store()[:4096] + _again(_store()[4096:8192])(size - 4096),
    "store without its key": _made(lambda: _store()[4096:]),
    "file tables": _table,
    "table signs": _again(TABLE_MAGIC_BYTES),
    "calibration": _made(lambda: forge_rf(bytes.fromhex("c8478c5ad19e")).ljust(4096, b"\xff")),
    "calibration in a circle": _rf_loop,
    "settings": _settings,
    "settings' signs": _again(b"CFG\x44\5\0\0\0"),
    "LittleFS": _again(b"littlefs" + bytes(4088)),
    "EasyFlash": _again(b"EF40" + bytes(28) + b"KV40" + b"\xff" * 28),
    "Wi-Fi keys": _again(b"f" * 64 + b"\0"),
    "packages": _made(lambda: forge_ota("BK7231N", code_len=0x2000)),
    "pin texts": _again(_PINS),
    "beginnings of pin texts": _again(b"{rl1_pin:26,crc:1,"),
    "ends of pin texts": _again(b",crc:40,}"),
    "telling names": _again(b'"passwd":"'),
    "script lines": _again(b"backlog addEventHandler OnClick 5 SSID1 a;"),
    # numbers that promise more
    "package of 4 GB": _rbl,
    "UG of 4 GB": _head(bytes.fromhex("55aa55aa") + b"1.0\0" * 3 + b"\xff" * 12 + b"\xaa\x55" * 2),
    "UF2 of 4 thousand million": _uf2_count,
    "diff2ya": _diff2ya,
    "ESP, 255 segments": _head(b"\xe9\xff\2\x20" + b"\xff" * 20, b"\xff\xff\xff\x7f"),
    "ESP heads": _made(other_images.esp_image),
    "RTL8710B of 4 GB": _head(
        bytes.fromhex("999996963fcc66fc") + b"\xff" * 24, b"\xff\xff\xff\x7f"
    ),
    "RTL8720C of 4 GB": _head(b"\xff" * 64 + b"\xff\xff\xff\x7f" * 16, b"\xff\xff\xff\x7f\0\0\0\1"),
    "LN882H heads": _made(lambda: other_images.ln882h_boot()[:0x200]),
    "ELF of 65535 sections": _head(b"\x7fELF\1\1\1" + bytes(25) + b"\xff" * 20, b"\xff"),
    "ZIP of a lie": _zip_claiming,
    "ZIP of 20,000": lambda size: _zip(
        *((f"{at}.txt", b"x") for at in range(min(20_000, size // 256)))
    ),
    "ZIP 40 deep": _nested(lambda data: _zip(("a.zip", data)), 40),
    "gzip 40 deep": _nested(gzip.compress, 40),
    "xz 20 deep": _nested(lambda data: lzma.compress(data, preset=0), 20),
    "gzip bomb": lambda size: gzip.compress(bytes(20 * size)),
    "xz bomb": lambda size: lzma.compress(bytes(20 * size), preset=0),
    "empty xz streams": _xz_index,
    "empty gzip members": _again(gzip.compress(b"")),
    # texts
    "JSON, deep": _deep('{"a":'),
    "JSON, deep lists": _deep("[", "]"),
    "JSON, one long string": _head(b'{"rl1_pin":"', b"a"),
    "JSON, many keys": lambda size: (
        "{" + ",".join(f'"rl{at}_pin":{at % 28}' for at in range(size // 16)) + "}"
    ).encode(),
    "JSON, a long number": _head(b'{"rl1_pin":', b"9"),
    "escapes": _again(b"\\u007b\\x22%7b&#123;"),
    "quotes": _again(b'"\\"'),
    "one long line": _again(b"rl1_pin "),
    "empty lines": _again(b"\n"),
    "pairs in lines": _again(b"rl1_pin: 26\n"),
    "boot log": _again(b"[01-01 00:00:00 TUYA N][lr:0x1] json cfg:[,rl1_pin:6,crc:29,}\n"),
    "boot log, relays": _again(b"[RELAY] - pin:6, io_drive:2\n"),
    "boot log, open": _again(b"json cfg:[,rl1_pin:6"),
    "base64": lambda size: base64.b64encode(_noise(size * 3 // 4)),
    "base64 in lines": lambda size: base64.encodebytes(_noise(size * 3 // 4)),
    "hexadecimal": lambda size: _noise(size // 2).hex().encode(),
    "hex dump": _again(
        b"00000000  7b 72 6c 31 5f 70 69 6e  3a 32 36 2c 72 6c 31 5f  |{rl1_pin:26|\n"
    ),
    "Intel HEX": _again(b":10000000" + b"00" * 16 + b"F0\n"),
    "HTML": _again(b"<div><pre>&quot;rl1_pin&quot;:26<br>"),
    "XML, open": _again(b"<a>"),
    "quoted-printable": _again(b"=7B=\nrl1_pin=3A26"),
    "replies in replies": _again(b"> " * 200 + b"{rl1_pin:26}\n"),
    "UTF-16": _again('{"rl1_pin":26,'.encode("utf-16-le")),
    "UTF-32": _again('{"rl1_pin":26,'.encode("utf-32-le")),
    "template, many pins": lambda size: (
        '{"pins":{' + ",".join(f'"{at}":"Rel;{at}"' for at in range(size // 18)) + "}}"
    ).encode(),
    "template, long command": _head(b'{"pins":{"6":"Rel;1"},"command":"', b"backlog addEvent "),
}
