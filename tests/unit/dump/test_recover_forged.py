"""Recovery on forged dumps: each kind of loss, what is found then, and what is said."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from tuya_rig import (
    FLASH_LEN,
    FORUM_TEXT,
    OWN_KEY,
    STORE_ADDR,
    T_TABLE,
    Plug,
    file_area,
    flash,
    plain_sectors,
    storage,
)

from plugsmith.dump.recovery.live import recover_from
from plugsmith.dump.recovery.outcome import (
    AbsenceReason,
    AgreeingCheck,
    Confidence,
    SourceKind,
    Status,
)
from plugsmith.dump.recovery.recover import recover
from plugsmith.errors import PlugsmithError
from plugsmith.image.aes import ecb_encrypt
from plugsmith.tuya.keys import KeyFamily, data_key, encode_key_block
from plugsmith.tuya.kv import (
    PAGE_LEN,
    IndexPage,
    PageRun,
    SectorHeader,
    StoreKind,
    byte_sum,
    encode_index,
    read_header,
    seal_sector,
)
from plugsmith.tuya.store import Record, build_store
from plugsmith.tuya.user_param import format_pin_text

if TYPE_CHECKING:
    from plugsmith.memory import AddressRange

STORE = slice(STORE_ADDR, FLASH_LEN)
OTHER_TEXT = format_pin_text({"rl1_pin": 7, "bt1_pin": 8, "module": "WB3S"}).encode()


def text_page(image: bytes, plug: Plug) -> int:
    """File offset of the first page of the pin text in the store."""
    source = recover(bytes(image)).best
    assert source is not None
    assert source.kind is SourceKind.KV_LIVE
    return source.offset


@pytest.mark.parametrize("kind", list(StoreKind))
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_sound_dump_is_proven_with_every_copy_named(kind, chip):
    answer = recover(bytes(flash(Plug(kind=kind, chip=chip))))
    assert answer.status is Status.FOUND
    assert answer.confidence is Confidence.PROVEN
    assert answer.best.text == FORUM_TEXT
    assert answer.best.kind is SourceKind.KV_LIVE
    assert set(answer.best.checks) == {
        AgreeingCheck.CRC7,
        AgreeingCheck.VALUE_SUM,
        AgreeingCheck.SECTOR_SUM,
    }
    assert [copy.kind for copy in answer.copies] == [SourceKind.FILE]
    assert answer.parsed.config["rl1_pin"] == 26
    assert (answer.facts.chip, answer.facts.mac) == (chip, "c8:47:8c:0a:0b:0c")
    assert answer.store.generation == kind.value
    assert answer.store.complete
    assert answer.store.sound


def test_the_forum_case_plaintext_left_and_the_record_gone():
    answer = recover(bytes(flash(Plug(text=None))))
    assert answer.best.text == FORUM_TEXT
    assert answer.best.kind is SourceKind.FILE
    assert answer.confidence is Confidence.STRONG  # the table's sum does not cover the file
    assert answer.best.offset == 0x1E_5000


def test_plaintext_without_a_table_is_only_weak():
    image = flash(Plug(text=None))
    image[T_TABLE : T_TABLE + 0x2000] = b"\xff" * 0x2000
    answer = recover(bytes(image))
    assert answer.best.text == FORUM_TEXT
    assert answer.confidence is Confidence.WEAK  # CRC-7 alone passes one wrong text in 128


@pytest.mark.parametrize("shift", [1, 13, 1237])
def test_bytes_in_front_do_not_matter(shift):
    image = random.Random(shift).randbytes(shift) + bytes(flash(Plug(file_text=None)))
    answer = recover(image)
    assert answer.confidence is Confidence.PROVEN
    assert answer.origin == -shift
    assert answer.flash_offset(answer.best.offset) == answer.best.offset - shift


def test_bytes_lost_inside_the_store_do_not_matter():
    image = bytes(flash(Plug(file_text=None)))
    at = STORE_ADDR + 0x9000
    answer = recover(image[:at] + image[at + 37 :])
    assert answer.best.text == FORUM_TEXT
    assert answer.confidence is Confidence.PROVEN


def test_a_rotated_dump_gives_both_offsets():
    image = bytes(flash(Plug()))
    answer = recover(image[0x1_1000:] + image[:0x1_1000])
    assert answer.confidence is Confidence.PROVEN
    assert answer.origin == 0x1_1000
    assert answer.flash_offset(answer.best.offset) == answer.best.offset + 0x1_1000


def test_only_the_storage():
    answer = recover(storage(Plug()))
    assert answer.confidence is Confidence.PROVEN
    assert answer.flash_offset(0) == STORE_ADDR


def test_a_lost_key_block_of_a_t_device_is_no_loss():
    image = flash(Plug(file_text=None))
    image[STORE_ADDR : STORE_ADDR + 0x1000] = b"\xff" * 0x1000
    answer = recover(bytes(image))
    assert answer.confidence is Confidence.PROVEN
    assert answer.keys[0].origin.value == "known-key"


def test_the_protected_sector_replaces_a_lost_key_block():
    plug = Plug(chip="BK7231N", device_key=OWN_KEY, protected=True, file_text=None)
    image = flash(plug)
    image[STORE_ADDR : STORE_ADDR + 0x1000] = b"\xff" * 0x1000
    answer = recover(bytes(image))
    assert answer.confidence is Confidence.PROVEN
    assert answer.keys[0].origin.value == "protected-sector"
    image[0x1E_D800] ^= 1  # its sum is wrong now: a weak candidate, proven by what it opens
    assert recover(bytes(image)).keys[0].origin.value == "weak-candidate"


def test_an_own_key_that_is_lost_is_said_to_be_lost():
    plug = Plug(chip="BK7231N", device_key=OWN_KEY, file_text=None)
    image = flash(plug)
    image[STORE_ADDR : STORE_ADDR + 0x1000] = b"\xff" * 0x1000
    answer = recover(bytes(image))
    assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.KEY_LOST)
    assert answer.best is None


@pytest.mark.parametrize("bit", [0, 77, 127, 128, 200, 255])
def test_a_wrong_bit_in_the_key_block_is_turned_back(bit):
    plug = Plug(chip="BK7231N", device_key=OWN_KEY, file_text=None)
    image = flash(plug)
    image[STORE_ADDR + bit // 8] ^= 1 << bit % 8
    answer = recover(bytes(image))
    assert answer.keys[0].origin.value == "repaired-key-block"
    assert answer.confidence is Confidence.PROVEN


@pytest.mark.parametrize("bit", [0, 5, 130, 700, 1500, 2500])
def test_a_wrong_bit_in_the_text_is_turned_back(bit):
    plug = Plug(file_text=None)
    image = flash(plug)
    image[text_page(image, plug) + bit // 8] ^= 1 << bit % 8
    answer = recover(bytes(image))
    assert answer.best.text == FORUM_TEXT
    assert answer.best.kind is SourceKind.KV_LIVE
    assert answer.confidence is Confidence.PROVEN
    assert answer.best.repairs == 1
    assert AgreeingCheck.SECTOR_SUM not in answer.best.checks


@pytest.mark.parametrize("at", [0, 7, 9, 20, 31, 33, 36])
def test_a_wrong_byte_in_the_index_page_costs_nothing(at):
    plug = Plug(file_text=None)
    image = flash(plug)
    image[text_page(image, plug) - PAGE_LEN + at] ^= 0x10
    answer = recover(bytes(image))
    assert answer.best.text == FORUM_TEXT


def test_holes_are_filled_from_the_other_copy():
    plug = Plug()
    image = flash(plug)
    place = text_page(image, plug)
    image[place + 32 : place + 64] = bytes(32)
    image[0x1E_5000 + 128 : 0x1E_5000 + 160] = b"\xff" * 32
    answer = recover(bytes(image))
    assert answer.best.text == FORUM_TEXT
    assert answer.best.kind is SourceKind.JOINED
    assert answer.confidence is Confidence.STRONG  # a join with CRC-7 and the value sum
    hole = answer.best.offset_of(40)
    assert 0x1E_5000 <= hole < 0x1E_6000


def test_a_text_with_a_hole_everywhere_is_not_guessed():
    plug = Plug()
    image = flash(plug)
    place = text_page(image, plug)
    for at in (place, 0x1E_5000):
        image[at + 32 : at + 64] = bytes(range(32))
    answer = recover(bytes(image))
    assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.STORAGE_DAMAGED)


def test_a_text_whose_crc_is_wrong_is_an_alternative_only():
    wrong = FORUM_TEXT.replace(b"rl1_pin:26", b"rl1_pin:24")
    answer = recover(bytes(flash(Plug(text=wrong, file_text=None))))
    assert answer.status is Status.NONE
    assert [item.text for item in answer.alternatives] == [wrong]


def test_a_live_record_wins_over_a_different_plaintext_and_both_are_shown():
    answer = recover(bytes(flash(Plug(text=FORUM_TEXT, file_text=OTHER_TEXT))))
    assert answer.best.text == FORUM_TEXT
    assert [item.text for item in answer.alternatives] == [OTHER_TEXT]


def test_a_deleted_record_is_found_and_called_stale():
    plug = Plug(file_text=None)
    image = flash(plug)
    key = data_key(plug.device_key)
    sector = plain_sectors(plug)[0]
    header = read_header(sector)
    index = next(
        number
        for number in range(1, 32)
        if sector[number * PAGE_LEN + 18 :].startswith(b"user_param_key\0")
    )
    cleared = type(header)(
        kind=header.kind,
        total=0,
        block=header.block,
        writes=header.writes,
        live=header.live & ~(1 << index),
    )
    body = ecb_encrypt(seal_sector(cleared, sector[PAGE_LEN:]), key=key)
    image[STORE_ADDR + 0x1000 : STORE_ADDR + 0x2000] = body
    answer = recover(bytes(image))
    assert answer.best.kind is SourceKind.KV_STALE
    assert answer.confidence is Confidence.STRONG  # whole, but not the newest


def test_a_text_without_crc_pair_is_weak():
    text = b"{rl1_pin:26,module:WB2S,}"
    answer = recover(bytes(flash(Plug(text=text, file_text=None))))
    assert (answer.status, answer.confidence) == (Status.FOUND, Confidence.WEAK)


SERIAL = (Record(name="baud_cfg", value=b'{"baud":115200}'),)


@pytest.mark.parametrize("kind", list(StoreKind))
def test_a_serial_mcu(kind):
    answer = recover(bytes(flash(Plug(text=None, file_text=None, records=SERIAL, kind=kind))))
    assert answer.status is Status.SERIAL_MCU
    assert answer.facts.serial.baud == 115200
    assert answer.parsed is None


def test_pins_compiled_in():
    assert recover(bytes(flash(Plug(text=None, file_text=None)))).status is Status.COMPILED_IN


@pytest.mark.sample(5)
@pytest.mark.parametrize("sector", [0, 1, 5, 13, 14, 16])
@pytest.mark.parametrize("damage", ["erased", "byte", "header"])
def test_a_damaged_store_is_never_called_complete(sector, damage):
    """A lost record must not look like a device that stores none."""
    image = flash(Plug(text=None, file_text=None, records=SERIAL))
    at = STORE_ADDR + 0x1000 * (1 + sector)
    if damage == "erased":
        image[at : at + 0x1000] = b"\xff" * 0x1000
    elif damage == "byte":
        image[at + 0x777] ^= 0x40
    else:
        image[at : at + 16] = bytes(16)
    answer = recover(bytes(image))
    assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.STORAGE_DAMAGED)


def test_a_file_that_ends_inside_the_store_is_damaged_not_compiled_in():
    for end in (STORE_ADDR + 0xF000, STORE_ADDR + 0x1_0800, FLASH_LEN - 0x1000):
        answer = recover(bytes(flash(Plug(text=None, file_text=None))[:end]))
        assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.STORAGE_DAMAGED)


def test_an_erased_store():
    image = flash(Plug(file_text=None))
    image[STORE] = b"\xff" * (FLASH_LEN - STORE_ADDR)
    assert recover(bytes(image)).reason is AbsenceReason.ERASED
    image[STORE_ADDR : STORE_ADDR + 0x1000] = encode_key_block(OWN_KEY)
    assert recover(bytes(image)).reason is AbsenceReason.ERASED


def test_a_file_without_the_store():
    assert (
        recover(bytes(flash(Plug(file_text=None))[:0x10_0000])).reason
        is AbsenceReason.STORAGE_MISSING
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "PS-INPUT-EMPTY"),
        (b"a", "PS-INPUT-UNUSABLE"),
        (b"\xff" * 0x10000, "PS-INPUT-UNUSABLE"),
        (bytes(0x1000), "PS-INPUT-UNUSABLE"),
        (random.Random(1).randbytes(0x4_0000), "PS-INPUT-UNUSABLE"),
        (b"PK\3\4" + random.Random(2).randbytes(5000), "PS-INPUT-UNUSABLE"),
        (b"some text of no interest\n" * 99, "PS-INPUT-UNUSABLE"),
        (b"\xff" * 0x110_0000, "PS-INPUT-TOO-LARGE"),
    ],
)
def test_what_is_no_dump_is_a_typed_error(data, code):
    with pytest.raises(PlugsmithError) as caught:
        recover(data)
    assert caught.value.code == code
    assert caught.value.exit_code == 9


class Chip:
    """A flash that counts what is read of it."""

    def __init__(self, image: bytes) -> None:
        self.image = image
        self.read_len = 0

    @property
    def size(self) -> int:
        return len(self.image)

    def read(self, span: AddressRange) -> bytes:
        self.read_len += len(span)
        return self.image[span.start : span.end]


def test_a_live_chip_needs_a_few_sectors():
    chip = Chip(bytes(flash(Plug())))
    answer = recover_from(chip)
    assert answer.best.text == FORUM_TEXT
    assert answer.confidence is Confidence.PROVEN
    assert answer.facts.mac == "c8:47:8c:0a:0b:0c"
    assert chip.read_len <= 32 * 0x1000


def test_a_live_tuyaos3_store_is_read_whole_because_newer_copies_may_follow():
    plug = Plug(kind=StoreKind.TUYAOS3, file_text=None)
    old = Plug(kind=StoreKind.TUYAOS3, text=OTHER_TEXT)
    sectors = plain_sectors(plug)
    sectors[1] = build_store(old.all_records(), kind=StoreKind.TUYAOS3, writes=3)[0]
    key = data_key(plug.device_key)
    image = flash(plug)
    image[STORE_ADDR + 0x1000 :] = b"".join(ecb_encrypt(sector, key=key) for sector in sectors)
    chip = Chip(bytes(image))
    assert recover_from(chip).best.text == FORUM_TEXT
    assert chip.read_len <= 32 * 0x1000


def test_a_live_serial_mcu_is_read_whole_because_a_record_elsewhere_would_forbid_it():
    chip = Chip(bytes(flash(Plug(text=None, file_text=None, records=SERIAL))))
    assert recover_from(chip).status is Status.SERIAL_MCU
    assert chip.read_len == FLASH_LEN


def test_a_live_chip_with_the_record_gone_is_read_in_the_file_area():
    chip = Chip(bytes(flash(Plug(text=None))))
    assert recover_from(chip).best.kind is SourceKind.FILE


def test_a_live_chip_is_read_whole_before_it_is_given_up():
    image = flash(Plug(text=None, file_text=None))
    image[STORE_ADDR + 0x2000] ^= 1
    image[0x15_0000 : 0x15_0000 + len(FORUM_TEXT)] = FORUM_TEXT
    chip = Chip(bytes(image))
    assert recover_from(chip).best.offset == 0x15_0000
    assert chip.read_len == FLASH_LEN


def test_a_text_inside_a_program_is_never_the_answer():
    """A constant between other constants, as in an application without line checksums."""
    image = bytearray(b"\xff" * 0x4_0000)
    image[0x100:0x200] = os.urandom(256)
    program = b"some string\0other string\0" + FORUM_TEXT + b"\0third string\0more\0" * 4
    image[0x1_0000 : 0x1_0000 + len(program)] = program
    answer = recover(bytes(image))
    assert answer.status is Status.NONE
    assert [item.kind for item in answer.alternatives] == [SourceKind.FIRMWARE_DEFAULT]


@pytest.mark.parametrize("records", [(), SERIAL])
def test_a_small_store_at_the_end_of_the_flash(records):
    """T1 and some T34: the key block at 0x1F5000 leaves ten sectors."""
    plug = Plug(text=None if records else FORUM_TEXT, file_text=None, records=records)
    key = data_key(plug.device_key)
    sectors = build_store(plug.all_records(), blocks=10)
    image = bytearray(b"\xff" * FLASH_LEN)
    image[0x1F_5000:0x1F_6000] = encode_key_block(plug.device_key)
    image[0x1F_6000:] = b"".join(ecb_encrypt(sector, key=key) for sector in sectors)
    answer = recover(bytes(image))
    assert answer.status is (Status.SERIAL_MCU if records else Status.FOUND)
    assert answer.origin == 0


def test_the_q_layout_has_sixteen_and_four_sectors():
    plug = Plug(text=None, file_text=None)
    key = data_key(plug.device_key)
    sectors = build_store(plug.all_records(), blocks=16, writes=5)
    sectors += build_store([], blocks=4, writes=2)
    image = flash(plug)
    image[0x1E_B000:0x1E_C000] = encode_key_block(plug.device_key)
    image[0x1E_C000:] = b"".join(ecb_encrypt(sector, key=key) for sector in sectors)
    answer = recover(bytes(image))
    assert answer.status is Status.COMPILED_IN
    assert answer.facts.chip == "BK7231T"  # em_sys_env counts more than the addresses


def test_another_key_family_opens_its_store():
    plug = Plug(file_text=None)
    key = data_key(OWN_KEY, family=KeyFamily.RTL8720D)
    sectors = build_store(plug.all_records())
    body = b"".join(ecb_encrypt(sector, key=key) for sector in sectors)
    answer = recover(encode_key_block(OWN_KEY) + body)
    assert answer.confidence is Confidence.PROVEN


def test_quoted_json_in_the_store_is_weak_but_read():
    text = b'{"rl1_pin":26,"module":"WB2S"}'
    answer = recover(bytes(flash(Plug(text=text, file_text=None))))
    assert (answer.status, answer.confidence) == (Status.FOUND, Confidence.WEAK)
    assert answer.parsed.config == {"rl1_pin": 26, "module": "WB2S"}


def split_store(damage: dict[int, bytes]) -> bytes:
    """A flash whose text lies in page 3 and, behind another record, in pages 6 and 7."""
    plug = Plug(text=None, file_text=None)
    pages = [b"\xff" * PAGE_LEN] * 32
    for number, at in ((3, 0), (6, 1), (7, 2)):
        pages[number] = FORUM_TEXT[at * PAGE_LEN : (at + 1) * PAGE_LEN].ljust(PAGE_LEN, b"\xff")
    other = b'{"abi":0,"id":null,"swv":"1.1.5"}'
    for page, name, value, parts in (
        (2, "user_param_key", FORUM_TEXT, ((3, 3), (6, 7))),
        (4, "gw_di", other, ((5, 5),)),
    ):
        pages[page] = encode_index(
            IndexPage(
                total=byte_sum(value),
                length=len(value),
                block=0,
                page=page,
                pointer=0x41_2345,
                name=name,
                parts=tuple(PageRun(block=0, first=first, last=last) for first, last in parts),
            )
        )
    pages[5] = other.ljust(PAGE_LEN, b"\xff")
    for number, body in damage.items():
        pages[number] = body
    header = SectorHeader(kind=StoreKind.CLASSIC, total=0, block=0, writes=9, live=1 << 2 | 1 << 4)
    sector = ecb_encrypt(seal_sector(header, b"".join(pages[1:])), key=data_key(plug.device_key))
    image = flash(plug)
    image[STORE_ADDR + 0x1000 : STORE_ADDR + 0x2000] = sector
    return bytes(image)


NOISE = random.Random(5).randbytes(PAGE_LEN)


def test_a_text_in_two_parts():
    answer = recover(split_store({}))
    assert answer.confidence is Confidence.PROVEN
    assert [piece.length for piece in answer.best.pieces] == [PAGE_LEN, 2 * PAGE_LEN]
    assert len(FORUM_TEXT) > 2 * PAGE_LEN


def test_pages_without_their_index_are_joined_but_only_weak():
    answer = recover(split_store({2: NOISE}))
    assert answer.best.text == FORUM_TEXT
    assert answer.best.kind is SourceKind.JOINED
    assert answer.confidence is Confidence.WEAK


@pytest.mark.parametrize("hole", [3, 6, 7])
def test_pages_are_not_joined_over_a_hole(hole):
    half = FORUM_TEXT[(hole > 3) * (hole - 5) * PAGE_LEN :][:48] + NOISE[:80]
    for body in (NOISE, half):
        answer = recover(split_store({2: NOISE, hole: body}))
        assert answer.status is Status.NONE


def test_file_area_rig_places_the_text():
    assert file_area(Plug())[0x1E_5000] == FORUM_TEXT
