"""The sanitizer against a scanner that shares no code with it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from dump_rig import (
    DEVICES,
    OWN_KEY,
    cleaned,
    dump_of,
    esphome_flash,
    forged,
    forged_address,
    key_addr,
    other_vendor_flash,
)
from dump_scanner import places, views

from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.sanitize import bounds
from plugsmith.dump.sanitize import sanitize as sanitize_module
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey.report import DamageKind, DumpKind
from plugsmith.dump.survey.survey import survey
from plugsmith.errors.dump import NotADump, SecretsLeft
from plugsmith.forge.damage import DamageName, damage
from plugsmith.forge.dump import FORUM_TEXT
from plugsmith.tuya.kv import StoreKind

CODE_END = 0x12_0000


def looks(data: bytes, *, at: int) -> dict[str, bytes]:
    return views(data, OWN_KEY, key_addr=at, from_addr=CODE_END)


@pytest.mark.sample(2)
@pytest.mark.parametrize(("name", "kind"), DEVICES)
def test_every_canary_is_there_before_and_none_after(name, kind):
    made = forged(name, kind, paired=True)
    at = key_addr(name)
    before = looks(made.data, at=at)
    assert len(made.canaries) > 90
    assert [item for item in made.canaries if not places(item.value, before)] == []

    clean = cleaned(name, kind)
    after = looks(clean.data, at=at)
    left = {(item.place, item.field): places(item.value, after) for item in made.canaries}
    assert {place: seen for place, seen in left.items() if seen} == {}
    assert clean.proof.complete
    assert recover(clean.data).best.text == FORUM_TEXT.encode()


def test_canaries_stand_in_every_kind_of_place():
    made = forged("BK7231N", StoreKind.TUYAOS3, paired=True)
    before = looks(made.data, at=key_addr("BK7231N"))
    seen = {name for item in made.canaries for name in places(item.value, before)}
    assert {"raw", "decrypted", "pages", "protected"} <= seen
    assert any(name.startswith("masked") for name in seen)
    kinds = {item.place.rstrip("0123456789 ") for item in made.canaries}
    wanted = {"kv live", "kv stale page", "kv swap", "cache plain", "cache xor", "openbeken"}
    assert wanted | {"littlefs", "files netcfg_log", "files deleted log", "rf", "stray"} <= kinds
    assert any("index tail" in item.place for item in made.canaries)
    assert any("value tail" in item.place for item in made.canaries)
    assert any("leftover" in item.place for item in made.canaries)


def test_clean_copy_still_reads_as_the_same_device():
    made = forged("BK7231N", StoreKind.TUYAOS3, paired=True)
    clean = cleaned("BK7231N", StoreKind.TUYAOS3).data
    first, second = find_stores(made.data)[0], find_stores(clean)[0]
    assert second.device_key == first.device_key
    assert second.protected == first.protected
    assert [item.header.block for item in second.sectors] == [
        item.header.block for item in first.sectors
    ]
    assert all(item.sum_ok for item in second.sectors)
    report = survey(dump_of(clean))
    assert not (report.secrets.wifi)
    assert not (report.secrets.cloud)
    assert not (report.secrets.device)
    assert report.mac == "C8:47:8C:00:00:00"
    assert clean[:CODE_END] == made.data[:CODE_END]


def test_cleaning_twice_changes_nothing_more():
    once = cleaned().data
    again = sanitize(dump_of(once))
    assert again.data == once
    assert again.removed == ()


def test_keep_mac_keeps_only_the_mac():
    made = forged(paired=True)
    clean = sanitize(dump_of(made.data), keep_mac=True)
    assert survey(dump_of(clean.data)).mac == forged_address(made.data)
    after = looks(clean.data, at=key_addr("BK7231T"))
    left = [item.field for item in made.canaries if places(item.value, after)]
    assert set(left) == {"mac"}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "options",
    [
        {"kv_record": False},
        {"file_copy": False},
        {"text": None},
    ],
    ids=["forum case", "store only", "no pins"],
)
def test_what_can_be_recovered_stays_recoverable(options):
    made = forged(paired=True, **options)
    clean = sanitize(dump_of(made.data))
    first, second = recover(made.data), recover(clean.data)
    assert second.status is first.status
    assert (second.best.text if second.best else None) == (first.best.text if first.best else None)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "kind",
    [
        DamageName.ROTATED,
        DamageName.SHIFTED,
        DamageName.FIRST_SECTOR_ERASED,
        DamageName.BIT_FLIPS,
    ],
)
def test_damaged_dumps_are_cleaned_where_they_are(kind):
    made = forged("BK7231N", StoreKind.TUYAOS3, paired=True)
    at = key_addr("BK7231N")
    broken = damage(made.data, kind, key_addr=at)
    offset = {DamageName.ROTATED: -0x1_1000, DamageName.SHIFTED: 13}.get(kind, 0)
    clean = sanitize(dump_of(broken))
    after = views(clean.data, OWN_KEY, key_addr=at + offset, from_addr=CODE_END)
    assert [item.place for item in made.canaries if places(item.value, after)] == []
    assert len(clean.data) == len(broken)


@pytest.mark.sample(1)
@pytest.mark.parametrize("seed", range(3))
def test_a_storage_full_of_wrong_chunks_is_cleaned_too(seed):
    made = forged("BK7231N", StoreKind.TUYAOS3, paired=True)
    at = key_addr("BK7231N")
    rng = random.Random(seed)
    broken = bytearray(made.data)
    for number in rng.sample(range(0x12000 // 32), 115):  # one in twenty
        broken[at + 32 * number : at + 32 * number + 32] = rng.randbytes(32)
    dump = dump_of(bytes(broken))
    clean = sanitize(dump)
    after = looks(clean.data, at=at)
    assert [item.place for item in made.canaries if places(item.value, after)] == []
    first, second = recover(dump.data), recover(clean.data)
    assert second.status is first.status
    damaged = DamageKind.STORAGE_DAMAGED
    assert damaged in {item.kind for item in survey(dump_of(clean.data)).damage}


@pytest.mark.parametrize("kind", [DamageName.KEY_ERASED, DamageName.KEY_HEAD_ERASED])
def test_a_storage_that_no_key_opens_is_erased(kind):
    """Its key may be found one day; until then nobody could prove that the copy is clean."""
    broken = damage(forged("BK7231T", paired=True).data, kind, key_addr=0x1E_E000)
    clean = sanitize(dump_of(broken)).data
    assert clean[0x1E_F000:0x20_0000] == b"\xff" * 0x1_1000
    assert recover(clean).best.text == FORUM_TEXT.encode()


def test_a_key_block_with_spoilt_padding_is_kept():
    broken = bytearray(forged("BK7231N", paired=True).data)
    broken[0x1E_E020:0x1E_F000] = random.Random(1).randbytes(0xFE0)
    clean = sanitize(dump_of(bytes(broken))).data
    assert clean[0x1E_E000:0x1E_E020] == broken[0x1E_E000:0x1E_E020]


def test_sectors_whose_header_is_destroyed_are_cleaned_too():
    made = forged("BK7231T", paired=True)
    at = key_addr("BK7231T")
    broken = bytearray(made.data)
    for sector in (1, 2):  # the first two hold the account
        broken[at + sector * 0x1000 : at + sector * 0x1000 + 16] = b"\x5a" * 16
    clean = sanitize(dump_of(bytes(broken)))
    after = looks(clean.data, at=at)
    assert [item.place for item in made.canaries if places(item.value, after)] == []
    assert recover(clean.data).best.text == FORUM_TEXT.encode()


@pytest.mark.sample(1)
@pytest.mark.parametrize("at", [0x1F_0800, 0x1F_2345, 0x1F_F000])
def test_bytes_lost_inside_the_storage_leave_no_torn_secret(at):
    """Sectors behind the loss lie in another phase, and the torn one reaches into the next."""
    made = forged("BK7231N", StoreKind.TUYAOS3, paired=True)
    broken = made.data[:at] + made.data[at + 37 :]
    clean = sanitize(dump_of(broken))
    for shift in (0, 37):
        after = views(clean.data, OWN_KEY, key_addr=0x1E_E000 - shift, from_addr=CODE_END)
        assert [item.place for item in made.canaries if places(item.value, after)] == []


def test_a_damaged_protected_sector_is_erased():
    made = forged("BK7231N", paired=True)
    broken = bytearray(made.data)
    broken[0x1E_D800] ^= 1
    clean = sanitize(dump_of(bytes(broken))).data
    assert clean[0x1E_D000:0x1E_E000] == b"\xff" * 0x1000


def test_nothing_is_returned_when_a_place_is_missed(monkeypatch):
    """The judge does not trust the cleaner: a cleaner that forgets a place is found out."""
    monkeypatch.setattr(sanitize_module, "clean_all", lambda areas: None)
    with pytest.raises(SecretsLeft) as refused:
        sanitize(dump_of(forged("BK7231N", paired=True).data))
    assert "protected" in refused.value.message


def test_nothing_is_returned_when_a_record_is_lost(monkeypatch):
    real = sanitize_module.StoreCleaner.clean

    def careless(self):
        real(self)
        at = self.store.sectors[0].offset
        self.buffer[at : at + 0x1000] = b"\xff" * 0x1000

    monkeypatch.setattr(sanitize_module.StoreCleaner, "clean", careless)
    with pytest.raises(SecretsLeft):
        sanitize(dump_of(forged("BK7231N").data))


def test_compiled_in_passwords_are_refused_with_a_reason():
    with pytest.raises(SecretsLeft) as refused:
        sanitize(dump_of(esphome_flash()))
    assert "ESPHome" in refused.value.message


def test_firmware_that_nobody_knows_is_refused():
    """Clean by our decoders is not clean where our decoders do not apply."""
    dump = dump_of(other_vendor_flash())
    assert survey(dump).kind is DumpKind.OTHER_VENDOR
    with pytest.raises(SecretsLeft) as refused:
        sanitize(dump)
    assert "does not know" in refused.value.message


@pytest.mark.parametrize("data", [b"\xff" * 0x2000, bytes(0x2000), b"some text\n" * 900])
def test_what_is_no_flash_is_refused(data):
    with pytest.raises(NotADump):
        sanitize(dump_of(data))


def test_removals_name_kinds_and_places_but_no_values():
    made = forged(paired=True)
    listed = cleaned().removed
    pairs = {(item.what.value, item.where) for item in listed}
    assert ("wifi-password", "kv-live") in pairs
    assert ("wifi-cache", "fast-connect-xor") in pairs
    assert all(item.count > 0 for item in listed)
    text = repr(listed)
    assert not any(item.value.decode("latin-1") in text for item in made.canaries)
    assert replace(listed[0]) == listed[0]


def test_where_there_is_too_much_to_search_what_nobody_can_read_is_blanked_first(monkeypatch):
    """The result is as safe, what was blanked is named, and the pins are still there."""
    monkeypatch.setattr(bounds, "_MOST_VIEWED", 3 << 20)
    made = forged("BK7231T", StoreKind.CLASSIC, paired=True)
    noise = random.Random(3).randbytes(0x8000)
    at = 0x14_0000
    data = made.data[:at] + noise + made.data[at + len(noise) :]
    clean = sanitize(dump_of(data))
    assert noise[:16] not in clean.data
    assert any(span.start <= at and at + len(noise) <= span.end for span in clean.unread)
    after = looks(clean.data, at=key_addr("BK7231T"))
    assert [item for item in made.canaries if places(item.value, after)] == []
    assert recover(clean.data).best.text == FORUM_TEXT.encode()


def test_a_value_told_in_what_was_blanked_first_is_taken_out_elsewhere(monkeypatch):
    """A password with its name in bytes that nobody reads, and nameless in the calibration."""
    monkeypatch.setattr(bounds, "_MOST_VIEWED", 3 << 20)
    data = bytearray(forged("BK7231T", StoreKind.CLASSIC, paired=True).data)
    noise = bytearray(random.Random(3).randbytes(0x8000))
    told = b'{"ssid":"corner house","passwd":"tangerine-4711"}'
    noise[0x1000 : 0x1000 + len(told)] = told
    data[0x14_0000 : 0x14_0000 + len(noise)] = noise
    data[0x1E_01D0:0x1E_01DE] = b"tangerine-4711"
    assert b"tangerine-4711" not in sanitize(dump_of(bytes(data))).data


def test_nothing_is_given_out_unsearched_where_unread_bytes_shall_stay(monkeypatch):
    monkeypatch.setattr(bounds, "_MOST_VIEWED", 3 << 20)
    with pytest.raises(SecretsLeft, match="than can be searched"):
        sanitize(dump_of(forged("BK7231T", StoreKind.CLASSIC, paired=True).data), strict=False)


def test_stores_of_many_devices_in_one_file_are_refused():
    """The flash behind the program nine times: a bound of work, and no file of one device."""
    rest = forged("BK7231T", StoreKind.CLASSIC, paired=True).data[0x1D_8000:]
    with pytest.raises(SecretsLeft, match="more often than the flash of one device"):
        sanitize(dump_of(rest * 9))


def test_a_file_full_of_key_blocks_is_not_searched_for_ever(monkeypatch):
    monkeypatch.setattr(bounds, "_MOST_VIEWED", 3 << 20)
    block = forged("BK7231T", StoreKind.CLASSIC, paired=True).data[0x1E_E000:0x1E_F000]
    with pytest.raises(SecretsLeft, match="than can be searched"):
        sanitize(dump_of(block * 64))
