"""Every forged image against every simulated chip: only the right pair may be written.

The same promise as over real images (test_image_matrix.py), on files that anybody can make.
"""

from __future__ import annotations

import pytest
from flows_rig import Rig

from plugsmith.errors import ExitCode, PlugsmithError
from plugsmith.flows.wire.flash import flash
from plugsmith.forge.firmware import forge_app_partition, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.image.kinds import recognise

CHIPS = ("BK7231T", "BK7231Q", "BK7231U", "BK7231N", "BK7231M", "BK7238")
CODE = 0x8000
NO_RELEASE = ("qio", "BK7231Q")  # nobody publishes one; a forged one is of no chip that we know


def forged(kind: str, chip: str) -> bytes:
    match kind:
        case "qio":
            return forge_openbeken_qio(chip, code_len=CODE)
        case "ua":
            return forge_app_partition(chip, code_len=CODE)
        case _:
            return forge_flash(chip=chip, code_len=CODE)


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", ["qio", "ua", "stock"])
@pytest.mark.parametrize("chip", CHIPS)
def test_an_image_for_another_chip_changes_nothing(tmp_path, chip, kind):
    rig = Rig(tmp_path, chip, forge_flash(chip=chip, code_len=CODE))
    for made_for in CHIPS:
        if made_for == chip or (kind, made_for) == NO_RELEASE:
            continue
        path = tmp_path / f"{made_for}.bin"
        path.write_bytes(forged(kind, made_for))
        with pytest.raises(PlugsmithError) as refusal:
            flash(rig.ctx(yes=True), path)
        assert refusal.value.exit_code is ExitCode.REFUSED, (made_for, refusal.value.code)
    assert rig.content == rig.before


@pytest.mark.sample(1)
@pytest.mark.parametrize("chip", [name for name in CHIPS if name != NO_RELEASE[1]])
def test_the_image_for_this_chip_is_written_under_any_name(tmp_path, chip):
    rig = Rig(tmp_path, chip, forge_flash(chip=chip, code_len=CODE))
    path = tmp_path / "OpenESP8266_1.0.bin"  # names say nothing; the content does
    image = forged("qio", chip)
    path.write_bytes(image)
    assert recognise(image).chip == chip
    assert flash(rig.ctx(yes=True), path).verified
    assert rig.content[0x1_1000 : len(image)] == image[0x1_1000:]
