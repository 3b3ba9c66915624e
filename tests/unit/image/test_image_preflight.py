"""Preflight on the inside of images: every chip against every forged image, and the T1 special."""

from __future__ import annotations

import pytest

from plugsmith.boot.identity import FlashFacts, Identity, KeyFacts, SizeProof
from plugsmith.chips.catalog import boot_codes, chip, flash_parts
from plugsmith.chips.model import KeyClass
from plugsmith.flows.permissions import Permissions
from plugsmith.flows.write.checks.checklist import Stage, judged
from plugsmith.flows.write.checks.preflight import PreflightOutcome, PreflightSubject
from plugsmith.flows.write.plan import make_plan
from plugsmith.flows.write.source import load_image
from plugsmith.flows.write.target_image import FlashState, Segment, image_target
from plugsmith.forge.firmware import default_boot_code, forge_app, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.packages import forge_uf2
from plugsmith.forge.rf import forge_rf

PERSONALITIES = ("BK7231T", "BK7231Q", "BK7231U", "BK7231N", "BK7231M", "BK7238")
CODE_LEN = 0x4000


def identity(name, *, blank=False):
    owner = chip(name)
    boot = next(code for code in boot_codes() if code.name == default_boot_code(name))
    return Identity(
        chip=owner,
        family=owner.family,
        boot=None if blank else boot,
        boot_version=None,
        loader_crc=None,
        loader_covers=256,
        loader_head=b"\xff" * 8 if blank else boot.loader_head or b"",
        chip_id=None,
        flash=FlashFacts(
            jedec=b"\xeb\x60\x15",
            part=flash_parts()[0],
            size=0x20_0000,
            size_proof=SizeProof.JEDEC_AND_WRAP,
            status=0,
            protected=False,
        ),
        key=KeyFacts(key_class=owner.expects_key, evidence="test"),
        mac=None,
        evidence=(),
    )


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    made = {}
    for name in PERSONALITIES:
        made[name, "flash"] = forge_flash(chip=name, code_len=CODE_LEN)
        if name != "BK7231Q":
            made[name, "qio"] = forge_openbeken_qio(name, code_len=CODE_LEN)
            made[name, "app"] = forge_app(name, code_len=CODE_LEN)
    for name in ("BK7231T", "BK7231N", "BK7238"):
        made[name, "uf2"] = forge_uf2(name)
    loaded = {}
    for (name, kind), data in made.items():
        path = folder / f"{name}-{kind}.bin"
        path.write_bytes(data)
        loaded[name, kind] = load_image(path)
    return loaded


def preflight(device, source):
    return judged(PreflightSubject(identity=device, source=source), Stage.LINKED)


def refused(checks):
    return {check.name for check in checks if check.verdict is not PreflightOutcome.PASS}


@pytest.mark.parametrize("name", PERSONALITIES)
def test_every_image_against_every_chip(name, images):
    for (made_for, kind), source in images.items():
        checks = preflight(identity(name), source)
        if made_for == name:
            assert refused(checks) == set(), (name, made_for, kind)
        else:
            assert "image-chip" in refused(checks), (name, made_for, kind)
            text = next(check.text for check in checks if check.name == "image-chip")
            assert made_for in text
            assert name in text


def text_of(checks, name):
    return next(check.text for check in checks if check.name == name)


def test_the_boot_loader_stays_on_the_loader_family(images):
    checks = preflight(identity("BK7231T"), images["BK7231T", "qio"])
    assert "stays" in text_of(checks, "boot-loader")
    assert images["BK7231T", "qio"].pieces[0].start == 0x11000


def test_the_plan_says_whether_the_boot_loader_changes(images):
    same = preflight(identity("BK7231N"), images["BK7231N", "qio"])
    assert "is the one on the chip" in text_of(same, "boot-loader")
    blank = preflight(identity("BK7231N", blank=True), images["BK7231N", "qio"])
    assert "changes" in text_of(blank, "boot-loader")
    assert refused(blank) == set()


@pytest.mark.parametrize("kind", ["app", "uf2"])
def test_an_application_alone_is_refused_on_a_blank_chip(kind, images):
    checks = preflight(identity("BK7231N", blank=True), images["BK7231N", kind])
    assert refused(checks) == {"boot-loader"}


def test_an_application_behind_its_partition_is_refused(tmp_path):
    path = tmp_path / "big.bin"
    path.write_bytes(forge_app("BK7231T", code_len=0x110000))
    assert refused(preflight(identity("BK7231T"), load_image(path))) == {"boot-loader"}


def _t1_state(target):
    rf = forge_rf(b"\x10\x20\x30\x40\x50\x60")
    return rf, FlashState(
        chip=chip("BK7238"),
        flash_size=0x200000,
        loader_equal=True,
        rf_now={0x1E3000: rf, 0x1E0000: target},
    )


def test_on_a_t1_the_calibration_is_copied_to_where_openbeken_looks(images):
    rf, state = _t1_state(b"\xff" * 0x1000)
    pieces = images["BK7238", "qio"].pieces
    goal = image_target(pieces, state, Permissions())
    assert goal.wanted[0x1E0000] == rf
    assert goal.copied == (0x1E0000,)
    assert any("0x1E3000" in note for note in goal.notes)
    make_plan(
        goal,
        chip=state.chip,
        flash_size=state.flash_size,
        equal=frozenset(),
        permissions=Permissions(),
    )


def test_a_filled_sector_is_not_overwritten_by_the_copy(images):
    _rf, state = _t1_state(b"\x00" * 0x1000)
    goal = image_target(images["BK7238", "qio"].pieces, state, Permissions())
    assert 0x1E0000 not in goal.wanted
    assert goal.copied == ()


def test_a_dump_of_a_t1_stays_as_it_is():
    _rf, state = _t1_state(b"\xff" * 0x1000)
    dump = (Segment(start=0, data=forge_flash(chip="BK7238", code_len=CODE_LEN)),)
    goal = image_target(dump, state, Permissions())
    assert goal.copied == ()


def test_key_classes_decide_between_n_and_m(images):
    m_chip = identity("BK7231M")
    assert m_chip.key.key_class is KeyClass.NONE
    checks = preflight(m_chip, images["BK7231N", "qio"])
    assert {"image-chip", "key"} <= refused(checks)
