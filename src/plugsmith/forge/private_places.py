"""Canaries outside of the vendor's store: Wi-Fi caches, OpenBeken's settings and files, strays."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

from plugsmith.chips.model import RegionRole
from plugsmith.forge.vendor_records import wifi_cache
from plugsmith.memory import SECTOR_LEN
from plugsmith.openbeken.config_block import new_block, with_fields
from plugsmith.tuya.fast_connect import StoredForm, encode_fast_connect

if TYPE_CHECKING:
    from plugsmith.chips.model import Chip
    from plugsmith.forge.canary import CanaryCage

_LFS_BLOCKS = 8
_LFS_NAME = b"\xf0\x0f\xff\xf7littlefs\x2f\xe0\x00\x10"  # name entry of a superblock, LittleFS 2.0


def private_places(owner: Chip, cage: CanaryCage, *, masked_home: bool) -> dict[int, bytes]:
    """Bytes by flash address. `masked_home`: the form of the cache at its own place."""
    contents: dict[int, bytes] = {}
    settings = owner.map_of("openbeken")
    config = settings.region(RegionRole.CONFIG) if settings else None
    home = owner.memory_map.region(RegionRole.FAST_CONNECT)
    download = owner.memory_map.region(RegionRole.OTA)
    if config is not None:
        contents[config.span.start] = _settings(cage)
    free = download.span.start + 0x2_0000 if download else 0
    forms = (
        (StoredForm.XOR, StoredForm.PLAIN) if masked_home else (StoredForm.PLAIN, StoredForm.XOR)
    )
    for number, form in enumerate(forms):
        own_place = number == 0 and home is not None and home.span.start not in contents
        at = home.span.start if own_place and home is not None else free + number * SECTOR_LEN
        cache = wifi_cache(cage, f"cache {form.value}", long=form is StoredForm.XOR, form=form)
        contents[at] = encode_fast_connect(cache).ljust(SECTOR_LEN, b"\xff")
    if download is not None:
        contents[free + 4 * SECTOR_LEN] = _stray(cage)
        contents[free + 8 * SECTOR_LEN] = _file_system(cage)
    return contents


def _settings(cage: CanaryCage) -> bytes:
    place = "openbeken"
    names = (
        "wifi_ssid",
        "wifi_password",
        "mqtt_host",
        "mqtt_client",
        "mqtt_user",
        "mqtt_password",
        "short_name",
        "long_name",
        "mqtt_group",
        "ping_host",
        "wifi_ssid2",
        "wifi_password2",
        "web_password",
    )
    fields = {name: cage.text(place, name, 15).encode() for name in names}
    fields["mac"] = cage.raw(place, "mac", 6)
    word = cage.text(place, "startup command", 14)
    fields["startup_command"] = f"startDriver BL0937; MqttPassword {word}; SetChannel 1 1".encode()
    fields["pin_roles"] = bytes([0] * 26 + [1])
    block = with_fields(new_block(), fields)
    return block.raw.ljust(SECTOR_LEN, b"\xff")


def _stray(cage: CanaryCage) -> bytes:
    """Plain copies that no structure owns, of values that also stand in the store."""
    word = cage.text("kv live", "password", 13).encode()
    uuid = cage.digits("kv live", "uuid", 16).encode()
    own = cage.text("stray", "password", 12).encode()
    lines = (b"last=" + word, b"b64=" + base64.b64encode(word), b"id " + uuid)
    text = b"\0".join(lines) + b'\0{"ssid":"x","passwd":"' + own + b'"}\0'
    return text.ljust(SECTOR_LEN, b"\xff")


def _file_system(cage: CanaryCage) -> bytes:
    """A LittleFS superblock and a block with a script, as far as a reader of strings would see."""
    geometry = struct.pack("<6I", 0x0002_0000, SECTOR_LEN, _LFS_BLOCKS, 255, 0x7FFF_FFFF, 1022)
    head = struct.pack("<I", 1) + _LFS_NAME + geometry
    word = cage.text("littlefs", "password", 16)
    script = f"backlog SSID1 {cage.text('littlefs', 'ssid', 9)}; Password1 {word}\n".encode()
    blocks = [head.ljust(SECTOR_LEN, b"\xff")] * 2 + [script.ljust(SECTOR_LEN, b"\xff")]
    return b"".join(blocks).ljust(_LFS_BLOCKS * SECTOR_LEN, b"\xff")
