"""Prepared images: OpenBeken with its settings in one file; each plug gets its own address."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flows_rig import Rig, factory

from plugsmith.api.write import _tell_settings
from plugsmith.errors import InputUnusable, NothingFound
from plugsmith.errors.flows import PreflightRefused
from plugsmith.errors.image import ImageForOtherChip
from plugsmith.events import EventLog
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.file import read_settings_file, setting_words
from plugsmith.flows.settings.prepared_image import block_in_image, build_image, prepared_piece
from plugsmith.flows.settings.settings_block import find_block, make_block, sector_of
from plugsmith.flows.wire.flash import flash
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.openbeken.settings import read_settings

SMALL = 0x8000
MAC = "84:e3:42:01:02:03"
PLACES = {"BK7231T": 0x1E1000, "BK7231N": 0x1D1000}


def wish(**settings):
    return desired_from(template=None, settings=settings, over_lan=False)


def qio(tmp_path, chip):
    path = tmp_path / f"{chip}.bin"
    path.write_bytes(forge_openbeken_qio(chip, code_len=SMALL))
    return path


@pytest.mark.parametrize("chip", PLACES)
def test_a_prepared_image_is_a_flash_from_its_start(tmp_path, chip):
    out = tmp_path / "out.bin"
    desired = wish(wifi_ssid="net", wifi_password="12345678", short_name="plug_{mac}")
    data = build_image(out, desired, image=qio(tmp_path, chip))
    assert (data.chip, data.start, data.for_any_device) == (chip, PLACES[chip], True)
    assert "12345678" not in str(data)
    image = recognise(out.read_bytes())
    assert (image.kind, image.chip, image.problems) == (ImageKind.FLASH_START, chip, ())
    assert out.stat().st_size == PLACES[chip] + 0x1000
    settings = read_settings(find_block(out.read_bytes(), name="x").block)
    assert (settings["wifi_password"], settings["short_name"]) == ("12345678", "plug_{mac}")


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", PLACES)
@pytest.mark.parametrize("named", [True, False])
def test_it_gives_every_plug_its_own_address_and_names(tmp_path, chip, named):
    image = tmp_path / "prepared.bin"
    desired = wish(wifi_ssid="net", **({"short_name": "plug_{mac}"} if named else {}))
    build_image(image, desired, image=qio(tmp_path, chip))
    rig = Rig(tmp_path, chip, factory(chip, code_len=SMALL))
    block = block_in_image(image.read_bytes(), name="x", chip=chip)
    done = flash(rig.ctx(), image, extra=lambda _ctx, unit, _safe: prepared_piece(unit, block))
    assert done.verified
    settings = read_settings(find_block(rig.content, name="x", chip=chip).block)
    address = done.safety.backup.passport.mac or ""
    assert settings["mac"] == address.lower()
    tail = address.replace(":", "").lower()
    assert settings["wifi_ssid"] == "net"
    expected = f"plug_{tail[-6:]}" if named else f"obk{tail[4:].upper()}"
    assert settings["short_name"] == expected


@pytest.mark.parametrize("chip", PLACES)
def test_without_being_asked_only_the_firmware_is_written(tmp_path, chip):
    image = tmp_path / "prepared.bin"
    build_image(image, wish(wifi_ssid="net"), image=qio(tmp_path, chip))
    rig = Rig(tmp_path, chip, factory(chip, code_len=SMALL))
    flash(rig.ctx(), image)
    end = recognise(image.read_bytes()).app.section.trailer.end
    assert rig.content[0x11000:end] == image.read_bytes()[0x11000:end]
    assert rig.content[-(-end // 0x1000) * 0x1000 :] == rig.before[-(-end // 0x1000) * 0x1000 :]


def test_a_prepared_image_of_another_chip_is_refused(tmp_path):
    image = tmp_path / "prepared.bin"
    build_image(image, wish(), image=qio(tmp_path, "BK7231N"))
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=SMALL))
    with pytest.raises(PreflightRefused):
        flash(rig.ctx(), image)
    assert rig.content == rig.before
    with pytest.raises(ImageForOtherChip):
        build_image(tmp_path / "o", wish(), image=qio(tmp_path, "BK7231N"), chip="BK7231T")


def test_what_is_no_full_image_makes_none(tmp_path):
    app = tmp_path / "app.bin"
    app.write_bytes(forge_app("BK7231T", code_len=SMALL))
    with pytest.raises(InputUnusable):
        build_image(tmp_path / "o", wish(), image=app)
    with pytest.raises(NothingFound):
        block_in_image(forge_openbeken_qio("BK7231T", code_len=SMALL), name="x", chip="BK7231T")


@pytest.mark.parametrize("chip", PLACES)
def test_the_chips_own_place_comes_before_any_other(chip):
    """A flash may hold the block of a former life where another chip keeps it."""
    flash_ = bytearray(factory(chip, code_len=SMALL))
    for name, at in PLACES.items():
        block = make_block(wish(short_name=f"at_{name}"), chip=name, mac=MAC)
        flash_[at : at + 0x1000] = sector_of(block)
    found = find_block(bytes(flash_), name="x")
    assert (found.offset, found.notes) == (PLACES[chip], ())
    flash_[PLACES[chip] + 20] ^= 1
    other = find_block(bytes(flash_), name="x")
    assert other.offset != PLACES[chip]
    assert len(other.notes) == 2


@pytest.mark.parametrize("value", ["12345678", "00123", "1e5", "0x10", "[1]", "{n}", "true"])
def test_text_settings_made_of_digits_stay_texts(tmp_path, value):
    assert setting_words([f"wifi_password={value}"]) == {"wifi_password": value}
    for name, text in (
        ("a.yaml", f"wifi_password: '{value}'\n"),
        ("a.toml", f'wifi_password = "{value}"\n'),
        ("a.json", f'{{"wifi_password": "{value}"}}'),
    ):
        path = tmp_path / name
        path.write_text(text)
        assert read_settings_file(path) == {"wifi_password": value}


@pytest.mark.parametrize("value", ["12345678", "00123", "1e5", "0x10"])
def test_digits_without_quotes_in_yaml_stay_as_they_are_written(tmp_path, value):
    path = tmp_path / "a.yaml"
    path.write_text(f"wifi:\n  password: {value}\nmqtt_port: 1884\n")
    assert read_settings_file(path) == {"wifi_password": value, "mqtt_port": 1884}


def test_a_flash_without_the_settings_of_its_image_says_so(tmp_path):
    image = tmp_path / "prepared.bin"
    build_image(image, wish(wifi_ssid="net"), image=qio(tmp_path, "BK7231T"))
    log = EventLog()
    _tell_settings(SimpleNamespace(sink=log), image)
    assert [event.code for event in log] == ["PS-NOTE-SETTINGS"]
    _tell_settings(SimpleNamespace(sink=log), qio(tmp_path, "BK7231T"))
    assert len(list(log)) == 1
