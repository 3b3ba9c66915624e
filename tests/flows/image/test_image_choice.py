"""`flash` without an image takes the right cached release for the chip that is connected."""

from __future__ import annotations

import hashlib

import pytest
from flows_rig import Rig

from plugsmith.errors.flows import NoImage, NoVariant
from plugsmith.flows.wire.flash import flash
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.image.kinds import recognise
from plugsmith.interpret.openbeken.pin_needs import PinNeeds, needs_of_config, needs_of_settings
from plugsmith.library.releases import ReleaseCache, ReleaseOrigin
from plugsmith.openbeken.builds.releases import DEFAULT_REPO

SENSOR = needs_of_settings({"pins": {"7": "SHT3X_SCK;0", "8": "SHT3X_SDA;0"}})


def fill(library, *names, variant=""):
    cache = ReleaseCache(library.cache / "releases")
    for chip in names:
        data = forge_openbeken_qio(chip, "1.18.300")
        cache.keep(
            data,
            ReleaseOrigin(
                repo=DEFAULT_REPO,
                tag="1.18.300",
                name=f"Open{chip}_QIO_1.18.300{variant}.bin",
                url="https://example.invalid/x",
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                digest_given=True,
                fetched="2026-11-22T10:00:00+00:00",
            ),
        )


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_the_right_file_is_taken(tmp_path, chip):
    rig = Rig(tmp_path, chip)
    fill(rig.library, "BK7231T", "BK7231N", "BK7231M", "BK7238")
    outcome = flash(rig.ctx(yes=True), None)
    assert outcome.image.chip == chip
    assert outcome.verified
    assert rig.content[0x11000:0x12000] == forge_openbeken_qio(chip, "1.18.300")[0x11000:0x12000]


def test_an_empty_cache_names_the_command(tmp_path):
    rig = Rig(tmp_path, "BK7231T")
    fill(rig.library, "BK7231N")
    with pytest.raises(NoImage) as refusal:
        flash(rig.ctx(yes=True), None)
    assert "plugsmith image fetch --chip BK7231T" in refusal.value.hint
    assert rig.content == rig.before


def test_pins_that_need_another_build_get_it_or_its_name(tmp_path):
    rig = Rig(tmp_path, "BK7231N")
    fill(rig.library, "BK7231N")
    with pytest.raises(NoVariant) as refusal:
        flash(rig.ctx(yes=True), None, needs=SENSOR)
    assert "--chip BK7231N --variant sensors" in refusal.value.hint
    assert rig.content == rig.before
    fill(rig.library, "BK7231N", variant="_sensors")
    outcome = flash(rig.ctx(yes=True), None, needs=SENSOR)
    assert outcome.image.file.endswith("OpenBK7231N_QIO_1.18.300_sensors.bin")
    plain = flash(rig.ctx(yes=True), None, needs=needs_of_settings({"pins": {"7": "Rel;1"}}))
    assert plain.image.file.endswith("OpenBK7231N_QIO_1.18.300.bin")


def test_an_image_that_lacks_a_driver_is_told_by_its_content(tmp_path):
    rig = Rig(tmp_path, "BK7231N")
    fill(rig.library, "BK7231N", variant="_sensors")  # it says so, and holds no such driver
    outcome = flash(rig.ctx(yes=True), None, needs=SENSOR)
    assert "PS-NOTE-VARIANT" in rig.warnings()
    assert [note for note in outcome.notes if "SHT3X_SCK" in note]


def test_what_an_image_lacks_is_seen_in_its_code_only():
    code = recognise(forge_openbeken_qio("BK7231N", "1.18.300")).app.section.code
    (need,) = SENSOR.of_code(code)
    assert need.driver == "SHT3X"
    assert SENSOR.of_code(code + b"SHT_cycle") == ()
    assert PinNeeds(roles=("Rel",)).of_code(code) == ()


def test_a_device_that_does_not_say_which_sensor_it_has_may_need_a_build():
    pins = {"module": "CBU", "i2c_scl_pin": 7, "i2c_sda_pin": 8, "samp_pin": 23, "samp_sw_pin": 17}
    needs = needs_of_config(pins)
    assert needs.of_build("BK7231N") == ()
    assert [need.driver for need in needs.of_build_perhaps("BK7231N")] == ["SHT3X"]
    assert needs.variant("BK7231N") is None
