"""Forged storages: what was asked for, repeatable, and refusals where no device could be so."""

from __future__ import annotations

import pytest

from plugsmith.chips.catalog import chip, chips
from plugsmith.chips.model import RegionRole
from plugsmith.dump.dump import Dump
from plugsmith.dump.recovery.outcome import Confidence, SourceKind, Status
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import Malformed, UsageError
from plugsmith.errors.dump import ForgeImpossible
from plugsmith.forge.canary import CanaryCage
from plugsmith.forge.damage import DamageName
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.storage import StorageRequest, forge_storage
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.records import platform_chip


def test_the_forum_case():
    """The story that started Plugsmith: the record is gone, the plain text is left."""
    made = forge_dump(StorageRequest(pin_text=FORUM_TEXT, kv_record=False))
    assert "pin-record" not in made.contains
    found = recover(made.data)
    assert (found.status, found.confidence) == (Status.FOUND, Confidence.STRONG)
    assert found.best.kind is SourceKind.FILE
    assert found.best.offset == 0x1E_5000
    assert found.best.text.decode() == FORUM_TEXT


def test_the_same_request_gives_the_same_bytes_and_another_seed_others():
    request = StorageRequest(pin_text=FORUM_TEXT, paired=True)
    assert forge_dump(request).data == forge_dump(request).data
    other = StorageRequest(pin_text=FORUM_TEXT, paired=True, seed="other")
    assert forge_dump(request).data != forge_dump(other).data


@pytest.mark.parametrize("name", ["BK7231T", "BK7231N", "BK7231Q", "BK7238"])
def test_the_storage_lies_where_the_chip_has_it_and_names_it(name):
    storage = forge_storage(StorageRequest(chip=name, pin_text=FORUM_TEXT))
    store = find_stores(forge_flash(chip=name, contents=storage.contents))[0]
    key = chip(name).memory_map.region(RegionRole.KEY)
    assert store.key_block == key.span.start
    platform = recover(forge_flash(chip=name, contents=storage.contents)).facts.platform
    assert platform_chip(platform) == name


def test_tuyaos3_has_a_spare_sector_with_older_records():
    made = forge_dump(
        StorageRequest(
            chip="BK7231N", pin_text=FORUM_TEXT, generation=StoreKind.TUYAOS3, paired=True
        )
    )
    (store,) = find_stores(made.data)
    blocks = [item.header.block for item in store.sectors]
    assert len(blocks) == 17
    assert sorted(set(blocks)) == list(range(16))
    twins = [item.header.writes for item in store.sectors if item.header.block == 0]
    assert len(set(twins)) == 2
    assert len(store.protected) == 2


def test_flash_with_a_pin_text():
    data = forge_flash(chip="BK7231T", pin_text=FORUM_TEXT)
    assert recover(data).best.text.decode() == FORUM_TEXT


@pytest.mark.parametrize(
    "request_",
    [
        StorageRequest(chip="BK7231T", generation=StoreKind.TUYAOS3),
        StorageRequest(chip="BK7231U", pin_text=FORUM_TEXT),
        StorageRequest(pin_text="{rl1_pin:26}"),
        StorageRequest(pin_text=FORUM_TEXT.replace("crc:40", "crc:41")),
    ],
    ids=["T with the newer store", "chip without a store", "no crc", "wrong crc"],
)
def test_what_cannot_be_is_refused(request_):
    with pytest.raises(ForgeImpossible):
        forge_storage(request_)


def test_a_text_that_is_none_is_refused():
    with pytest.raises(Malformed):
        forge_storage(StorageRequest(pin_text="rl1_pin=26"))


def test_canaries_are_distinct_and_remembered():
    cage = CanaryCage("x")
    values = [cage.text(f"place {number}", "password") for number in range(50)]
    assert len(set(values)) == 50
    assert cage.text("place 7", "password") == values[7]
    assert len(cage.all()) == 50
    assert len({item.value for item in forge_dump(StorageRequest(paired=True)).canaries}) > 90


@pytest.mark.parametrize("name", list(DamageName))
def test_damage_is_repeatable_and_real(name):
    request = StorageRequest(pin_text=FORUM_TEXT)
    whole = forge_dump(request).data
    broken = forge_dump(request, damages=(name,))
    assert broken.data != whole
    assert broken.data == forge_dump(request, damages=(name,)).data
    assert f"damage-{name.value}" in broken.contains


@pytest.mark.parametrize("name", [item.name for item in chips()])
def test_every_chip_gets_a_dump_that_names_it_or_a_refusal(name):
    try:
        made = forge_dump(StorageRequest(chip=name))
    except (ForgeImpossible, UsageError):
        assert name not in {"BK7231T", "BK7231Q", "BK7231N", "BK7231M", "BK7238"}
    else:
        assert survey(Dump(data=made.data, name="x")).chip == name
