"""Small forged dumps, broken before encryption, after it, in their length, or in the pin text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.image.aes import ecb_encrypt
from plugsmith.image.crc import build_lines
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.files import FileEntry, FileTable, encode_table
from plugsmith.tuya.keys import KNOWN_KEYS, data_key, encode_key_block
from plugsmith.tuya.kv import StoreKind, read_header, seal_sector
from plugsmith.tuya.protected import ProtectedSector, encode_protected
from plugsmith.tuya.store import Record, build_store
from plugsmith.tuya.user_param import format_pin_text

if TYPE_CHECKING:
    import random

    from plugsmith.tuya.user_param import Value

_ODD = (b"\xff" * 4, b"\0" * 4, b"\x80\0\0\0", b"{", b"}", b"crc:", b":,", b"[[[[", b"\xff\x7f")
_KEYS = ("rl1_pin", "bt1_pin", "netled1_pin", "module", "dmod", "cmod", "iicr", "sw", "ele_pin")
_WORDS = ("26", "WB2S", "rgbcw", "-1", "1e9", "[1,[2]]", "{a:1}", "", "00ef", "999999999999999999")


class Forge:
    """Makes small dumps; the same seed makes the same ones."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def text(self) -> bytes:
        """A pin text with a good checksum and odd contents."""
        rng = self.rng
        config: dict[str, Value] = {
            rng.choice(_KEYS): rng.choice([*_WORDS, rng.randrange(40)])
            for _ in range(rng.randrange(1, 12))
        }
        try:
            return format_pin_text(config).encode()
        except PlugsmithError:
            return b"{rl1_pin:26,crc:1,}"

    def sectors(self, text: bytes) -> list[bytes]:
        """Two to four decrypted sectors with the usual records."""
        rng = self.rng
        records = [
            Record(name="gw_di", value=b'{"s_id":"00000abc","swv":"1.0"}'),
            Record(name="em_sys_env", value=b"BK7231S_2M".ljust(20, b"\0")),
            Record(name="00000abc", value=b'[{"mode":"rw","property":{"type":"bool"},"id":1}]'),
        ]
        if rng.random() < 0.8:
            records.insert(rng.randrange(3), Record(name="user_param_key", value=text))
        if rng.random() < 0.3:
            records.append(Record(name="baud_cfg", value=b'{"baud":9600}'))
        kind = rng.choice(list(StoreKind))
        return build_store(records, kind=kind, blocks=rng.choice([2, 3, 4]))

    def dump(self) -> bytes:
        """A forged dump, broken before encryption in about half of the cases."""
        rng = self.rng
        text = self.text()
        sectors = self.sectors(text)
        if rng.random() < 0.5:
            sectors = [self.break_sector(sector) for sector in sectors]
        device_key = rng.choice([rng.randbytes(16), KNOWN_KEYS[0].device_key])
        key = data_key(device_key)
        parts = [encode_key_block(device_key)]
        parts += [ecb_encrypt(sector, key=key) for sector in sectors]
        if rng.random() < 0.5:
            parts[0:0] = self.files(text)
        if rng.random() < 0.2:
            parts.append(
                encode_protected(ProtectedSector(device_key=device_key, writes=1, items=()))
            )
        if rng.random() < 0.2:
            parts.insert(0, build_lines(text * 2)[:SECTOR_LEN])
        return b"".join(parts)

    def files(self, text: bytes) -> list[bytes]:
        """A file table in two copies and a file behind it."""
        entry = FileEntry(name=self.rng.choice(["oem_cfg", "json"]), size=len(text), sectors=(2,))
        table = bytearray(encode_table(FileTable(writes=3, entries=(entry,))))
        if self.rng.random() < 0.3:
            table[self.rng.randrange(len(table))] ^= 1 << self.rng.randrange(8)
        return [bytes(table), bytes(table), text.ljust(SECTOR_LEN, b"\xff")]

    def break_sector(self, plain: bytes) -> bytes:
        """Odd bytes in a decrypted sector, its sum mended half of the time."""
        rng = self.rng
        body = bytearray(plain)
        for _ in range(rng.randrange(1, 6)):
            odd = rng.choice([*_ODD, rng.randbytes(1), rng.randbytes(4)])
            page = rng.randrange(8) * 128
            at = page + rng.randrange(44)
            body[at : at + len(odd)] = odd
        header = read_header(bytes(body))
        if header is None or rng.random() < 0.5:
            return bytes(body)
        return seal_sector(header, bytes(body[128:SECTOR_LEN]))

    def mutate(self, data: bytes) -> bytes:
        """Damage of the stored bytes: flips, holes, cuts, insertions, swaps."""
        rng = self.rng
        body = bytearray(data)
        for _ in range(rng.choice([0, 1, 1, 2, 4])):
            at = rng.randrange(len(body) or 1)
            match rng.randrange(7):
                case 0 if body:
                    body[at % len(body)] ^= 1 << rng.randrange(8)
                case 1:
                    body[at : at + 32] = rng.randbytes(32)
                case 2:
                    body[at : at + rng.randrange(1, SECTOR_LEN)] = b""
                case 3:
                    body[at:at] = rng.randbytes(rng.randrange(1, 40))
                case 4:
                    body = body[: max(at, 1)]
                case 5:
                    body = body[at:] + body[:at]
                case _:
                    body[at : at + 64] = rng.choice([b"\xff", b"\0"]) * 64
        return bytes(body)
