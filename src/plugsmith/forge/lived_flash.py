"""Flashes that have lived, at random: what was stored when, what is left, and what was damaged.

A constructed flash knows every text that ever was in it and which one is the newest, so that any
answer about it can be judged. The same seed gives the same flash.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.forge.flash import forge_flash
from plugsmith.forge.store_history import StoreHistory
from plugsmith.forge.troubles import KEY_ADDR, Trouble, Victim, hurt
from plugsmith.forge.vendor_records import plain_records
from plugsmith.image.aes import ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.files import FileEntry, FileTable, encode_table
from plugsmith.tuya.keys import KNOWN_KEYS, data_key, encode_key_block
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.records import PIN_RECORD
from plugsmith.tuya.user_param import format_pin_text

if TYPE_CHECKING:
    from plugsmith.tuya.user_param import Value

TABLE = {"BK7231T": 0x1E_3000, "BK7231N": 0x1D_2000}
_ELSEWHERE = (0x1C_0000, 0x1D_5000, 0x10_0000, 0x1B_0000)
_PINS = (6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 20, 22, 23, 24, 26)


@dataclass(slots=True)
class LivedFlash:
    """`texts`: all that ever were stored. `live`: those marked live in the device's own store."""

    chip: str
    data: bytes = b""
    texts: set[bytes] = field(default_factory=set)
    live: list[bytes] = field(default_factory=list)
    troubles: tuple[Trouble, ...] = ()
    leftover: bool = False

    @property
    def tail(self) -> bytes:
        """The last 512 KiB: all of the vendor's places, cheaper to search than a whole flash."""
        return self.data[-0x8_0000:]


def lived_flash(seed: int, *, troubles: tuple[Trouble, ...] | None = None) -> LivedFlash:
    """The flash of a seed; `troubles` None: up to two at random."""
    rng = random.Random(seed)  # noqa: S311 - test data
    chip = rng.choice(tuple(TABLE))
    kind = StoreKind.CLASSIC if chip == "BK7231T" else rng.choice(tuple(StoreKind))
    made = LivedFlash(chip=chip)
    style = _style(rng)
    history = _life(rng, kind, chip, made, style)
    made.live = _live_texts(history)
    key = KNOWN_KEYS[0].device_key if chip == "BK7231T" else rng.randbytes(16)
    contents: dict[int, bytes] = {}
    if rng.random() < 0.4:
        made.leftover = True
        _leave_store(rng, contents, made, style, own_key=key)
    _lay(contents, history.sectors(), at=KEY_ADDR, key=key)
    if rng.random() < 0.5:
        _lay_file(contents, rng.choice(sorted(made.texts)), TABLE[chip])
    if troubles is None:
        troubles = tuple(rng.choice(tuple(Trouble)) for _ in range(rng.randrange(3)))
    made.troubles = troubles
    data = bytearray(forge_flash(chip=chip, contents=contents))
    for trouble in troubles:
        hurt(Victim(rng=rng, data=data, history=history, key=key), trouble)
    made.data = bytes(data)
    return made


def _style(rng: random.Random) -> list[str]:
    """The order of keys of one product; its texts differ in a few numbers only."""
    keys = ["rl1_pin", "rl1_lv", "bt1_pin", "bt1_lv", "netled1_pin", "netled1_lv", "ele_pin"]
    keys += ["vi_pin", "sel_pin_pin", "reset_t", "net_trig", "ch_dpid1", "vol_def", "rl1_type"]
    rng.shuffle(keys)
    return [*keys, "module", "jv"][: rng.randrange(6, 17)]


def _text(rng: random.Random, style: list[str], base: dict[str, Value] | None) -> bytes:
    """A text; beside a `base` only one to four values change."""
    config: dict[str, Value] = dict(base or {})
    changed = style if base is None else rng.sample(style, min(len(style), rng.randrange(1, 5)))
    for name in changed:
        if name == "module":
            config[name] = rng.choice(("WB2S", "CB2S", "WB3S"))
        elif name == "jv":
            config[name] = "1.1.5"
        else:
            config[name] = rng.choice(_PINS) if name.endswith("pin") else rng.randrange(10)
    return format_pin_text({name: config[name] for name in style if name in config}).encode()


def _config(text: bytes) -> dict[str, Value]:
    pairs = (pair.partition(":") for pair in text.decode()[1:-1].split(",") if pair)
    return {key: value for key, _colon, value in pairs if key != "crc"}


def _life(
    rng: random.Random, kind: StoreKind, chip: str, made: LivedFlash, style: list[str]
) -> StoreHistory:
    blocks, spare = (14, 3) if kind is StoreKind.CLASSIC else (16, 1)
    history = StoreHistory(rng=rng, kind=kind, blocks=blocks, spare=spare)
    for record in plain_records(chip):
        history.write(record.name, record.value)
    text: bytes | None = None
    rounds = rng.randrange(1, 4)
    for number in range(rounds):
        text = _text(rng, style, _config(text) if text is not None else None)
        made.texts.add(text)
        last = number == rounds - 1
        value = text + b"\0" * rng.randrange(2)
        history.write(PIN_RECORD, value, cut=last and number > 0 and rng.random() < 0.15)
        for name in rng.sample(("gw_wsm", "timer", "gw_di"), rng.randrange(3)):
            history.write(name, bytes(rng.choices(b'{}:,"abcdef0123456789', k=rng.randrange(300))))
        if rng.random() < 0.2:
            history.delete("timer")
    if rng.random() < 0.1:
        history.delete(PIN_RECORD)
    return history


def _live_texts(history: StoreHistory) -> list[bytes]:
    found = []
    for index in history.index_pages(PIN_RECORD):
        body = b"".join(history.pages[place] for place in history.used[index])
        found.append(body[: body.index(b"}") + 1])
    return list(dict.fromkeys(found))


def _leave_store(
    rng: random.Random,
    contents: dict[int, bytes],
    made: LivedFlash,
    style: list[str],
    *,
    own_key: bytes,
) -> None:
    """The store of another firmware or device: elsewhere, or under the own one."""
    past = LivedFlash(chip=made.chip)
    kind = rng.choice(tuple(StoreKind))
    store = _life(rng, kind, made.chip, past, style)
    for block in range(store.blocks):
        store.writes[block] += rng.choice((0, 100))
    made.texts |= past.texts
    key = rng.choice((own_key, rng.randbytes(16)))
    sectors = store.sectors()
    place = rng.choice((*_ELSEWHERE, 0x1E_B000))
    if place == 0x1E_B000:
        sectors = sectors[: rng.randrange(1, 3)]  # the rest lies under the own store
    _lay(contents, sectors, at=place, key=key)


def _lay(contents: dict[int, bytes], sectors: list[bytes], *, at: int, key: bytes) -> None:
    contents[at] = encode_key_block(key)
    for number, sector in enumerate(sectors, start=1):
        contents[at + number * SECTOR_LEN] = ecb_encrypt(sector, key=data_key(key))


def _lay_file(contents: dict[int, bytes], text: bytes, table_at: int) -> None:
    entry = FileEntry(name="oem_cfg", size=len(text), sectors=(2,))
    table = encode_table(FileTable(writes=9, entries=(entry,)))
    contents[table_at] = contents[table_at + SECTOR_LEN] = table
    contents[table_at + 2 * SECTOR_LEN] = text.ljust(SECTOR_LEN, b"\xff")
