"""Every image of the corpus against every simulated chip: right pairs pass, wrong ones are refused.

Identification runs once per chip on the simulator; the checks then see every file. The real flow is
run for the OpenBeken images, and for the two right pairs down to the last verified byte.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from flows_rig import Rig

from plugsmith.boot.identify import identify
from plugsmith.boot.linking import link
from plugsmith.chips.catalog import chip
from plugsmith.chips.model import RegionRole
from plugsmith.errors import ExitCode, InputUnusable, PlugsmithError
from plugsmith.errors.flows import PreflightRefused
from plugsmith.flows.permissions import Permissions
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.write.checks.checklist import Stage, judged
from plugsmith.flows.write.checks.preflight import PreflightOutcome, PreflightSubject, require
from plugsmith.flows.write.source import load_image
from plugsmith.image.kinds import recognise

if TYPE_CHECKING:
    from pathlib import Path

CHIPS = ("BK7231T", "BK7231Q", "BK7231U", "BK7231N", "BK7231M", "BK7238")


@pytest.fixture(scope="module")
def identities(tmp_path_factory):
    """One identification per chip, on its forged factory flash."""
    found = {}
    for name in CHIPS:
        rig = Rig(tmp_path_factory.mktemp(name), name)
        ctx = rig.ctx()
        port = rig.port()
        client = link(port, policy=ctx.policy, clock=rig.clock, sink=rig.log, cancel=rig.cancel)
        found[name] = identify(client, sink=rig.log)
        client.close()
        port.close()
    return found


@cache
def _loaded(path: Path):
    try:
        return load_image(path)
    except InputUnusable as refusal:
        return refusal


def _files(corpus: Path) -> list[Path]:
    return [path for name in ("openbeken", "factory") for path in sorted((corpus / name).glob("*"))]


@pytest.mark.corpus
@pytest.mark.parametrize("name", CHIPS)
def test_every_image_against_every_chip(corpus, identities, name):
    identity = identities[name]
    assert identity.chip.name == name
    passed = []
    for path in _files(corpus):
        source = _loaded(path)
        if isinstance(source, InputUnusable):
            assert source.exit_code is ExitCode.BAD_INPUT
            continue
        subject = PreflightSubject(identity=identity, source=source)
        checks = judged(subject, Stage.LINKED)
        refused = [check for check in checks if check.verdict is not PreflightOutcome.PASS]
        if source.image.chip == name:
            assert refused == [], path.name
            passed.append(path.name)
            continue
        assert "image-chip" in {check.name for check in refused}, path.name
        with pytest.raises(PreflightRefused) as refusal:
            require(checks, Permissions())
        assert source.image.chip in refusal.value.message
        assert name in refusal.value.message
    expected = {
        "BK7231T": 9 + 2,
        "BK7231Q": 1,
        "BK7231U": 1,
        "BK7231N": 18 + 1,
        "BK7231M": 1,
        "BK7238": 1,
    }
    assert len(passed) == expected[name], passed


@pytest.mark.corpus
def test_only_the_odd_files_are_unusable(corpus):
    odd = {path.stem for path in _files(corpus) if isinstance(_loaded(path), InputUnusable)}
    assert odd == {
        "bk7231t-led-moon-18w-cct-kobi",  # rotated
        "bk7231t-tuyaconfig-pc44ha",  # storage only
    }


@pytest.mark.corpus
@pytest.mark.parametrize("name", CHIPS)
def test_wrong_images_are_refused_before_anything_is_erased(corpus, tmp_path, name):
    rig = Rig(tmp_path, name)
    for path in sorted((corpus / "openbeken").glob("OpenBK*.bin")):
        if recognise(path.read_bytes()).chip == name:
            continue
        with pytest.raises(PlugsmithError) as refusal:
            flash(rig.ctx(yes=True), path)
        assert refusal.value.exit_code is ExitCode.REFUSED
    assert rig.content == rig.before


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["BK7231T", "BK7231N"])
def test_the_right_image_is_written_and_verified(corpus, tmp_path, name):
    path = corpus / "openbeken" / f"Open{name}_QIO_1.18.300.bin"
    data = path.read_bytes()
    rig = Rig(tmp_path, name)
    outcome = flash(rig.ctx(yes=True), path)
    assert outcome.verified
    assert rig.content[0x11000 : len(data)] == data[0x11000:]
    rf = chip(name).memory_map.region(RegionRole.RF).span
    assert rig.content[rf.start : rf.end] == rig.before[rf.start : rf.end]
    if name == "BK7231T":
        assert rig.content[:0x11000] == rig.before[:0x11000]
