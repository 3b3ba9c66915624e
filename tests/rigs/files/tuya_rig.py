"""Forged vendor storages for tests: every structure comes from the writers in `plugsmith.tuya`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.forge.rf import forge_rf
from plugsmith.image.aes import ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.files import FileEntry, FileTable, encode_table
from plugsmith.tuya.keys import data_key, encode_key_block
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.protected import NO_COUNTER, ProtectedSector, encode_protected
from plugsmith.tuya.records import encode_platform
from plugsmith.tuya.store import Record, build_store

if TYPE_CHECKING:
    from collections.abc import Sequence

FORUM_TEXT = (
    b"{sel_pin_pin:24,rl1_lv:1,bt1_pin:10,net_trig:2,jv:1.1.5,netled1_lv:0,bt1_type:0,nety_led:1,"
    b"vi_pin:8,resistor:1,over_cur:16000,bt1_lv:0,reset_t:5,netled1_pin:6,chip_type:0,lose_vol:90,"
    b"over_vol:265,module:WB2S,ele_pin:7,ch_cddpid1:9,ch1_stat:2,rl1_type:0,ch_num:1,rl1_pin:26,"
    b"netn_led:0,vol_def:0,ch_dpid1:1,sel_pin_lv:1,crc:40,}"
)
T_KEY = bytes.fromhex("cb4e3ea400309dab656d8dbfe4b93f35")
OWN_KEY = bytes(range(0x11, 0x21))  # no device that anybody knows has it
FLASH_LEN = 0x20_0000
STORE_ADDR = 0x1E_E000
T_TABLE, N_TABLE = 0x1E_3000, 0x1D_2000


@dataclass
class Plug:
    """A device to forge; what is None is left out."""

    text: bytes | None = FORUM_TEXT
    file_text: bytes | None = FORUM_TEXT
    kind: StoreKind = StoreKind.CLASSIC
    device_key: bytes = T_KEY
    chip: str = "BK7231T"
    records: Sequence[Record] = field(default_factory=tuple)
    protected: bool = False
    paired: bool = True

    def all_records(self) -> list[Record]:
        """The store's live records; names as devices have them."""
        found = [Record(name="gw_bi", value=b'{"prod_test":false}')]
        if self.text is not None:
            found.append(Record(name="user_param_key", value=self.text))
        if self.paired:
            platform = "BK7231S_2M" if self.chip == "BK7231T" else "bk7231n"
            found.append(Record(name="em_sys_env", value=encode_platform(platform)))
            info = {"pk": "keyabcdefgh", "firmk": "keyabcdefgh", "swv": "1.1.5", "s_id": "00000abc"}
            found.append(Record(name="gw_di", value=json.dumps(info).encode()))
        return [*found, *self.records]


def plain_sectors(plug: Plug) -> list[bytes]:
    """Decrypted sectors in flash order: 14 data and 3 older swap copies, or 17 of TuyaOS 3."""
    sectors = build_store(plug.all_records(), kind=plug.kind, writes=7)
    older = build_store(
        [record for record in plug.all_records() if record.name == "gw_bi"],
        kind=plug.kind,
        writes=3,
    )
    if plug.kind is StoreKind.TUYAOS3:
        # wear levelling: blocks in any order, and one sector with an older copy of block 0
        return [sectors[5], older[0], *sectors[1:5], *sectors[6:], sectors[0]]
    return [*sectors, older[0], older[0], older[1]]


def storage(plug: Plug) -> bytes:
    """Key block and sectors as they lie in flash: 0x12000 bytes."""
    key = data_key(plug.device_key)
    sectors = b"".join(ecb_encrypt(sector, key=key) for sector in plain_sectors(plug))
    return encode_key_block(plug.device_key) + sectors


def file_area(plug: Plug) -> dict[int, bytes]:
    """The file tables and the file `oem_cfg`: address -> bytes."""
    base = T_TABLE if plug.chip == "BK7231T" else N_TABLE
    entries = [FileEntry(name="log_seq_stat", size=0, sectors=())]
    found: dict[int, bytes] = {}
    if plug.file_text is not None:
        entries.append(FileEntry(name="oem_cfg", size=len(plug.file_text), sectors=(2,)))
        found[base + 2 * SECTOR_LEN] = plug.file_text
    table = encode_table(FileTable(writes=9, entries=tuple(entries)))
    return {base: table, base + SECTOR_LEN: table, **found}


def flash(plug: Plug) -> bytearray:
    """A whole 2 MiB flash: pseudo code, RF sector, file area, storage; the rest is erased."""
    image = bytearray(b"\xff" * FLASH_LEN)
    code = b"".join(number.to_bytes(4, "big") * 3 for number in range(0x4000))
    image[: len(code)] = code
    rf = 0x1E_0000 if plug.chip == "BK7231T" else 0x1D_0000
    image[rf : rf + SECTOR_LEN] = forge_rf(bytes.fromhex("c8478c0a0b0c")).ljust(
        SECTOR_LEN, b"\xff"
    )[:SECTOR_LEN]
    places = file_area(plug)
    places[STORE_ADDR] = storage(plug)
    if plug.protected:
        sector = ProtectedSector(
            device_key=plug.device_key,
            writes=NO_COUNTER,
            items=(Record(name="gw_bi", value=b'{"prod_test":false}'),),
        )
        places[0x1E_D000] = encode_protected(sector)
    for at, data in places.items():
        image[at : at + len(data)] = data
    return image
