"""Each single net of the judges of dumps holds by itself: a copy, a backup, a device without pins.

Most damage is caught by several checks at once, so that losing one of them would not show. Here one
thing is wrong at a time, and the judge has to name just that.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from dump_rig import cleaned, dump_of, forged, key_addr
from tuya_rig import FLASH_LEN, STORE_ADDR, Plug, flash, plain_sectors

from plugsmith.dump.health import BackupLevel, judge_backup
from plugsmith.dump.health_checks import BackupReason
from plugsmith.dump.recovery.outcome import (
    AbsenceReason,
    AgreeingCheck,
    Confidence,
    SourceKind,
    Standing,
    Status,
    TextSource,
)
from plugsmith.dump.recovery.ranking import rank
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.sanitize.leftovers import Examined
from plugsmith.dump.sanitize.proof import pin_recovery, prove
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey.proven_code import proven_code
from plugsmith.dump.survey.report import DamageKind
from plugsmith.dump.survey.secret_scan import scan
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import Malformed
from plugsmith.image.aes import ecb_decrypt, ecb_encrypt
from plugsmith.tuya.fast_connect import mask
from plugsmith.tuya.keys import MASTER_KEY, data_key
from plugsmith.tuya.kv import StoreKind, read_header, seal_sector
from plugsmith.tuya.protected import HEAD_LEN, decode_protected
from plugsmith.tuya.store import Record
from plugsmith.tuya.user_param import format_pin_text

# 1. the proof of a sanitized copy: nothing else is lost


@cache
def original():
    data = forged("BK7231N", StoreKind.TUYAOS3, paired=True).data
    return data, survey(dump_of(data)), find_stores(data)


def proof_of(after: bytes):
    """What the proof says of `after` as a copy, whatever private is left in it."""
    data, report, stores = original()
    seen = Examined(data=after, report=survey(dump_of(after)), stores=find_stores(after), left=())
    pins = pin_recovery(dump_of(data))
    return prove(dump_of(data), report=report, stores=stores, pins=pins, after=seen)


def changed(at: int, new: bytes, data: bytes | None = None) -> bytes:
    whole = bytearray(original()[0] if data is None else data)
    whole[at : at + len(new)] = new
    return bytes(whole)


def resealed(name: str, edit) -> bytes:
    """The copy with one sector of the store, the one with the record, edited and sealed again."""
    data, _report, stores = original()
    (own,) = stores
    for sector in own.sectors:
        span = slice(sector.offset, sector.offset + 0x1000)
        plain = ecb_decrypt(data[span], key=own.data_key)
        if name.encode() + b"\0" in plain and sector.header.live:
            new = edit(plain)
            sealed = seal_sector(replace(sector.header, total=0), new[128:])
            return changed(sector.offset, ecb_encrypt(sealed, key=own.data_key))
    raise AssertionError(name)


def test_a_copy_that_is_equal_passes():
    proof = proof_of(original()[0])
    assert proof.complete
    assert proof.problem == ""


def test_one_byte_of_the_program_changed_is_named():
    data, report, _stores = original()
    (span, *_rest) = proven_code(data, report.findings)
    proof = proof_of(changed(span.start + 0x40, bytes([data[span.start + 0x40] ^ 1])))
    assert not proof.records_intact
    assert "program code" in proof.problem
    assert proof.pin_text_identical


def test_a_lost_store_is_named():
    data = original()[0]
    at = key_addr("BK7231N")
    proof = proof_of(changed(at, b"\xff" * 0x1_2000))
    assert not proof.records_intact
    assert "can no longer be read" in proof.problem
    assert len(data) == FLASH_LEN


def test_a_lost_key_block_is_named():
    proof = proof_of(changed(key_addr("BK7231N"), b"\xff" * 0x1000))
    assert not proof.records_intact
    assert "key block" in proof.problem or "no longer be read" in proof.problem


def test_a_protected_sector_that_is_gone_is_named():
    (own,) = original()[2]
    assert own.protected
    proof = proof_of(changed(own.protected[0], b"\xff" * 0x1000))
    assert not proof.records_intact
    assert "protected sector" in proof.problem


def test_a_sector_with_a_wrong_sum_is_named():
    (own,) = original()[2]
    data = original()[0]
    at = own.sectors[3].offset + 0xFF0
    proof = proof_of(changed(at, bytes(16) if data[at : at + 16] != bytes(16) else b"\x11" * 16))
    assert not proof.records_intact
    assert "wrong sum" in proof.problem


def test_a_record_that_is_deleted_in_a_sound_sector_is_named():
    """Every sum is right, and yet something of the user is gone."""

    def renamed(plain: bytes) -> bytes:
        return plain.replace(b"gw_bi\0", b"gw_bj\0", 1)

    proof = proof_of(resealed("gw_bi", renamed))
    assert not proof.records_intact
    assert "gw_bi" in proof.problem


# 2. nothing private is left: each scanner by itself


def hits(data: bytes, **options) -> set[tuple[str, str]]:
    found = scan(data, findings=survey(dump_of(data)).findings, stores=find_stores(data), **options)
    return {(item.where, item.value.decode("latin-1")) for item in found}


@cache
def clean() -> bytes:
    return cleaned("BK7231N", StoreKind.TUYAOS3).data


def places_of(data: bytes, word: str) -> set[str]:
    return {where for where, value in hits(data) if word in value}


GAP = 0x1C_0000  # erased in the forged flash, far from every structure
WORD = "my-own-words-42"
FIELD = b'{"ssid":"home","passwd":"' + WORD.encode() + b'"}'


def test_a_clean_copy_gives_no_hit():
    assert hits(clean()) == set()


def test_a_field_in_plain_bytes_is_found():
    assert places_of(changed(GAP, FIELD, clean()), WORD) == {"raw"}


@pytest.mark.sample(3)
@pytest.mark.parametrize("phase", range(8))
def test_a_field_under_the_mask_of_the_wifi_cache_is_found_in_each_phase(phase):
    masked = mask(bytes(8) + FIELD)[8:] if phase == 0 else mask(FIELD)
    assert "masked" in places_of(changed(GAP + phase, masked, clean()), WORD)


@pytest.mark.sample(2)
@pytest.mark.parametrize("phase", [0, 1, 7, 15])
def test_a_field_that_the_stores_key_decrypts_is_found_in_each_phase(phase):
    key = find_stores(clean())[0].data_key
    secret = ecb_encrypt(FIELD.ljust(64, b"\0"), key=key)
    assert "decrypted" in places_of(changed(GAP + phase, secret, clean()), WORD)


def protected_place() -> int:
    (own,) = find_stores(clean())
    return own.protected[0]


def test_a_protected_sector_that_does_not_parse_is_read_all_the_same():
    """No record is told from another in it; the text in it is still a text."""
    at = protected_place()
    (own,) = original()[2]
    plain = bytearray(ecb_decrypt(original()[0][at : at + 0x1000], key=MASTER_KEY))
    body = ecb_encrypt(FIELD.ljust(128, b"\0"), key=data_key(own.device_key))
    plain[HEAD_LEN : HEAD_LEN + len(body)] = body
    stored = ecb_encrypt(bytes(plain), key=MASTER_KEY)
    with pytest.raises(Malformed):
        decode_protected(stored)
    data = changed(at, stored, clean())
    stores = find_stores(clean())  # which know that it is there
    found = scan(data, findings=survey(dump_of(data)).findings, stores=stores)
    assert {item.where for item in found if WORD.encode() in item.value} >= {"protected"}


# 4. what is no backup


def test_bytes_behind_the_end_make_no_backup():
    verdict = judge_backup(forged().data + b"\x5a" * 0x1000)
    assert verdict.level is BackupLevel.NONE
    assert BackupReason.SHIFTED in {item.reason for item in verdict.because}
    assert DamageKind.TRAILING in {
        item.kind for item in survey(dump_of(forged().data + b"\x5a" * 0x1000)).damage
    }


@pytest.mark.parametrize("lost", [1, 13])
def test_bytes_lost_in_the_middle_make_no_backup(lost):
    data = forged().data
    torn = data[:0x14_0000] + data[0x14_0000 + lost :] + b"\xff" * lost
    report = survey(dump_of(torn))
    assert DamageKind.BYTES_LOST in {item.kind for item in report.damage}
    text = next(item.text for item in report.damage if item.kind is DamageKind.BYTES_LOST)
    assert str(lost) in text
    assert "missing" in text
    assert judge_backup(torn).level is BackupLevel.NONE


@pytest.mark.parametrize("added", [1, 13])
def test_bytes_that_came_in_between_make_no_backup(added):
    data = forged().data
    torn = data[:0x14_0000] + b"\x5a" * added + data[0x14_0000:-added]
    report = survey(dump_of(torn))
    text = next(item.text for item in report.damage if item.kind is DamageKind.BYTES_LOST)
    assert f"{added} foreign bytes" in text
    assert judge_backup(torn).level is BackupLevel.NONE


# 5. "it stores no pins" is said only of a store that is complete and sound


def no_pins(**options) -> Plug:
    return Plug(text=None, file_text=None, **options)


@pytest.mark.parametrize("kind", list(StoreKind))
def test_a_whole_store_without_pins_is_compiled_in(kind):
    assert recover(bytes(flash(no_pins(kind=kind)))).status is Status.COMPILED_IN


@pytest.mark.parametrize("kind", list(StoreKind))
@pytest.mark.parametrize("sector", [0, 6, 13, 16])
def test_a_store_that_lacks_a_sector_is_not_complete(kind, sector):
    image = flash(no_pins(kind=kind))
    at = STORE_ADDR + 0x1000 * (1 + sector)
    image[at : at + 0x1000] = b"\xff" * 0x1000
    answer = recover(bytes(image))
    assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.STORAGE_DAMAGED)


def test_a_tuyaos3_store_of_fifteen_sectors_is_complete_on_no_two_mib_chip():
    image = flash(no_pins(kind=StoreKind.TUYAOS3))
    at = STORE_ADDR + 0x1000 * 16
    image[at:] = b"\xff" * (len(image) - at)
    answer = recover(bytes(image))
    assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.STORAGE_DAMAGED)
    assert not answer.store.complete


def test_the_name_of_a_pin_record_that_was_overwritten_is_a_trace():
    """A stale index entry is left, its value is gone: this device had pins in its store."""
    plug = no_pins(records=[Record(name="user_param_kez", value=b"x" * 16)])
    sectors = plain_sectors(plug)
    whole = bytes(flash(plug))
    assert recover(whole).status is Status.COMPILED_IN
    key = data_key(plug.device_key)
    at = next(n for n, item in enumerate(sectors) if b"user_param_kez\0" in item)
    body = sectors[at].replace(b"user_param_kez\0", b"user_param_key\0")[128:]
    header = read_header(sectors[at])
    image = bytearray(whole)
    place = STORE_ADDR + 0x1000 * (1 + at)
    image[place : place + 0x1000] = ecb_encrypt(
        seal_sector(replace(header, total=0, live=0), body), key=key
    )
    answer = recover(bytes(image))
    assert answer.status is Status.NONE
    assert answer.store.trace


def test_a_piece_of_a_pin_record_in_the_store_is_a_trace():
    plug = no_pins(records=[Record(name="other", value=b"{rl1_pin:26,bt1_")])
    answer = recover(bytes(flash(plug)))
    assert answer.store.trace
    assert answer.status is not Status.COMPILED_IN


TEXT = format_pin_text({"rl1_pin": 7, "bt1_pin": 8, "module": "WB3S"}).encode()


def source(kind: SourceKind, **changes) -> TextSource:
    base = {
        "kind": kind,
        "text": TEXT,
        "offset": 0x1000,
        "checks": (AgreeingCheck.CRC7,),
        "standing": Standing.LIVE if kind is SourceKind.KV_LIVE else Standing.BESIDE,
    }
    return TextSource(**(base | changes))


def test_a_second_copy_proves_a_text_that_no_other_check_proves():
    stored = source(SourceKind.KV_LIVE, key=bytes(16), checks=(AgreeingCheck.CRC7,))
    filed = source(SourceKind.FILE, offset=0x9000)
    (alone,) = rank([stored])
    assert AgreeingCheck.SECOND_COPY not in alone.best.checks
    (both,) = rank([stored, filed])
    assert AgreeingCheck.SECOND_COPY in both.best.checks
    (summed,) = rank([replace(stored, checks=(AgreeingCheck.CRC7, AgreeingCheck.VALUE_SUM)), filed])
    assert AgreeingCheck.SECOND_COPY not in summed.best.checks


def test_two_plain_copies_are_no_second_witness():
    """What garbage collection or a file system copied is one copy."""
    pair = [source(SourceKind.FILE), source(SourceKind.FILE, offset=0x9000)]
    (ranked,) = rank(pair)
    assert AgreeingCheck.SECOND_COPY not in ranked.best.checks
    assert ranked.confidence is Confidence.WEAK


def test_a_text_with_a_bit_turned_back_stands_behind_a_sound_one():
    sound = source(SourceKind.KV_STALE, key=bytes(16), offset=0x9000, standing=Standing.BESIDE)
    mended = replace(sound, offset=0x1000, repairs=1)
    (ranked,) = rank([mended, sound])
    assert ranked.best == sound
