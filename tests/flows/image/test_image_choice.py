"""`flash` without an image takes the right cached release for the chip that is connected."""

from __future__ import annotations

import hashlib

import pytest
from flows_rig import Rig

from plugsmith.errors.flows import NoImage
from plugsmith.flows.wire.flash import flash
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.library.releases import ReleaseCache, ReleaseOrigin
from plugsmith.openbeken.releases import DEFAULT_REPO


def fill(library, *names):
    cache = ReleaseCache(library.cache / "releases")
    for chip in names:
        data = forge_openbeken_qio(chip, "1.18.300")
        cache.keep(
            data,
            ReleaseOrigin(
                repo=DEFAULT_REPO,
                tag="1.18.300",
                name=f"Open{chip}_QIO_1.18.300.bin",
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
    assert outcome.image.facts["chip"] == chip
    assert outcome.verified
    assert rig.content[0x11000:0x12000] == forge_openbeken_qio(chip, "1.18.300")[0x11000:0x12000]


def test_an_empty_cache_names_the_command(tmp_path):
    rig = Rig(tmp_path, "BK7231T")
    fill(rig.library, "BK7231N")
    with pytest.raises(NoImage) as refusal:
        flash(rig.ctx(yes=True), None)
    assert "plugsmith image fetch --chip BK7231T" in refusal.value.hint
    assert rig.content == rig.before
