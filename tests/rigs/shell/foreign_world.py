"""Everything that can bring a foreign text in, with a text that would command a terminal in it.

`World` makes dumps, images, lists, a library and two running devices; each name and text in them
holds ESC, BEL, a C1 control, a direction override and, where the format can, a lone surrogate.
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from lan_fleet import TEMPLATE
from passport_rig import content, passport_of

from plugsmith.forge.flash import forge_flash
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.image.aes import ecb_encrypt
from plugsmith.image.packages.uf2 import Tag
from plugsmith.sim.obk.block import Text
from plugsmith.tuya.keys import data_key, encode_key_block
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.store import Record, build_store
from plugsmith.tuya.user_param import format_pin_text, text_crc

if TYPE_CHECKING:
    from pathlib import Path

    from lan_fleet import Lan

    from plugsmith.library.library import Library

NASTY = "x\x1b]0;owned\x07\x9b2J\u202ey"
WORSE = NASTY + "\ud800"
_KEY = bytes(range(16))


@dataclass
class World:
    """Paths and addresses by the names that `words` fills in."""

    folder: Path
    places: dict[str, str] = field(default_factory=dict)
    #: contents that verbs copy byte by byte, as they must
    copied: set[bytes] = field(default_factory=set)

    def words(self, line: str) -> list[str]:
        """A command line with its places filled in; `~` stands for a blank inside of a word."""
        return [word.format(**self.places).replace("~", " ") for word in line.split(" ")]

    def put(self, place: str, name: str, data: bytes | str) -> None:
        """A file with `name` in a folder of its own."""
        folder = self.folder / place
        folder.mkdir(exist_ok=True)
        raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
        (folder / name).write_bytes(raw)
        self.copied.add(raw)
        self.places[place] = str(folder / name)

    @classmethod
    def made(cls, folder: Path, net: Lan) -> World:
        """The world for one test, with the devices of `net` in it."""
        folder.mkdir(exist_ok=True)
        world = cls(folder)
        world.put("dump", f"{NASTY}.bin", _dump())
        world.put("whole", f"whole{NASTY}.bin", _flash())
        world.put("image", f"{NASTY}.uf2", _uf2())
        world.put("rbl", f"{NASTY}.rbl", _rbl())
        world.put("qio", f"{NASTY}.bin", b"\x1b[2J" * 4096)
        world.put("template", f"{NASTY}.json", json.dumps(_template()))
        world.put("good", "good.json", TEMPLATE)
        world.put("list", f"{NASTY}.json", json.dumps({"devices": [_template()] * 2}))
        world.put("paste", f"{NASTY}.txt", f"log {NASTY} {_pins()} {NASTY}\n")
        world.put("settings", f"{NASTY}.toml", f'short_name = "{_toml(NASTY)}"\n')
        world.put("yaml", f"{NASTY}.yaml", 'short_name: "a\\ud800\\e]0;b\\a"\n')
        world.put("roll", f"{NASTY}.toml", _roll(str(net.hosts[0])))
        world.put("csv", f"{NASTY}.csv", f"mac,name,host\n,{NASTY},{net.hosts[0]}\n")
        world.put("zip", f"{NASTY}.zip", _archive(folder))
        world.put("config", "config.toml", f'port = "{_toml(NASTY)}"\n')
        world.put("blob", "old.bin", b"\xff" * 4096)
        world.places |= {
            "host": str(net.hosts[0]), "out": str(folder / f"out-{NASTY}"), "text": NASTY,
            "mac": net.device.identity.mac.hex(":"), "worse": os.fsdecode(b"no\xff\x1b[2J.bin"),
            "port": f"sim://bk7231t?flash={folder / 'sim.bin'}",
        }  # fmt: skip
        world.copied.add(NASTY.encode())  # of a file on the device
        (folder / "sim.bin").write_bytes(_flash())
        _dress(net)
        return world


def stock_library(library: Library) -> str:
    """Backups with a nasty label, and sightings with nasty names; the name of a backup."""
    passport = passport_of(content(1), created="2026-11-01T10:00:00+00:00")
    backup = library.backups.add(content(1), passport)
    sightings = {
        "schema": "plugsmith-devices/1",
        "devices": [
            {
                "mac": "84:e3:42:01:02:03",
                "host": "192.0.2.4",
                "name": WORSE,
                "chip": NASTY,
                "seen": "2026-11-01T10:00:00+00:00",
                "version": NASTY,
                "variant": NASTY,
                "mqtt": NASTY,
            }
        ],
    }
    (library.root / "devices.json").write_text(json.dumps(sightings))  # fmt: skip
    return backup.file.stem


def _dress(net: Lan) -> None:
    device = net.device
    for place in (Text.SHORT_NAME, Text.GROUP_NAME, Text.NTP):
        device.block.set_text(place, NASTY)
    for place in (Text.LONG_NAME, Text.MQTT_HOST, Text.MQTT_CLIENT, Text.WEBAPP, Text.PING_HOST):
        device.block.set_text(place, NASTY)
    device.block.set_text(Text.STARTUP, f"echo {NASTY}")
    device.save()
    device.files.write("odd.txt", NASTY.encode())


def _template() -> dict[str, object]:
    return {
        "vendor": NASTY, "name": NASTY, "model": WORSE, "chip": "BK7231T", "board": NASTY,
        "pins": {"26": "Rel;1", "10": "Btn;1", "6": NASTY, "7": WORSE}, "command": WORSE,
        "keywords": [NASTY], "image": NASTY, "wiki": NASTY, NASTY: NASTY, "flags": NASTY,
    }  # fmt: skip


def _pins() -> str:
    return format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "module": "WB2S"})


@cache
def _dump() -> bytes:
    """A key, a store with nasty records, and a nasty pin text."""
    pins = "{rl1_pin:26,rl1_lv:1,bt1_pin:10,module:W\x1b]0;b\x07\u202e,crc:0,}".encode()
    pins = pins.replace(b"crc:0", b"crc:%d" % (text_crc(pins) or 0))
    records = [
        Record(name="gw_di", value=json.dumps({"s_id": NASTY, "firmk": WORSE}).encode()),
        Record(name="odd\x1b\x07", value=NASTY.encode()),
        Record(name="user_param_key", value=pins),
        Record(name="em_sys_env", value=NASTY.encode()[:20]),
    ]  # fmt: skip
    sectors = build_store(records, kind=StoreKind.CLASSIC, blocks=3)
    key = data_key(_KEY)
    body = b"".join([encode_key_block(_KEY), *(ecb_encrypt(item, key=key) for item in sectors)])
    return NASTY.encode().ljust(4096, b"\xff") + body


@cache
def _flash() -> bytes:
    return forge_flash(chip="BK7231T")


@cache
def _uf2() -> bytes:
    """A UF2 whose tags for board, firmware and version are nasty."""
    raw = bytearray(forge_uf2("BK7231T", code_len=0x400))
    for at in range(0, len(raw), 512):
        used = struct.unpack_from("<I", raw, at + 16)[0]
        tags = b""
        for tag in (Tag.BOARD, Tag.FIRMWARE, Tag.VERSION):
            text = NASTY.encode()
            tags += (bytes([len(text) + 4]) + int(tag).to_bytes(3, "little") + text).ljust(
                -(-(len(text) + 4) // 4) * 4, b"\0"
            )
        if 32 + used + len(tags) <= 508:
            raw[at + 32 + used : at + 32 + used + len(tags)] = tags
    return bytes(raw)


def _rbl() -> bytes:
    raw = bytearray(forge_ota("BK7231T", code_len=0x400))
    raw[0x0C : 0x0C + 16] = NASTY.encode()[:16]
    return bytes(raw)


def _roll(host: str) -> str:
    return (
        f'[[device]]\nmac = "84:e3:42:01:02:03"\nnumber = 1\nname = "{_toml(NASTY)}"\n'
        f'place = "{_toml(NASTY)}"\nhost = "{host}"\n'
    )


def _toml(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" if not char.isprintable() else char for char in text)


def _archive(folder: Path) -> bytes:
    path = folder / "made.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{NASTY}.bin", _dump())
        archive.writestr(f"b{NASTY}.bin", _dump())
    return path.read_bytes()
