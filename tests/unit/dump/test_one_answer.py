"""`dump info` and `image info` never contradict each other, whatever kind of file it is."""

from __future__ import annotations

import random
from functools import cache, partial

import pytest

from plugsmith.dump.dump import Dump
from plugsmith.dump.health import judge
from plugsmith.dump.survey.report import DamageKind
from plugsmith.dump.survey.survey import survey
from plugsmith.forge.dump import forge_dump
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.forge.packages import forge_ota, forge_uf2
from plugsmith.forge.storage import StorageRequest
from plugsmith.image.kinds import recognise
from plugsmith.tuya.user_param import format_pin_text

PINS = format_pin_text({"rl1_pin": 26, "module": "WB2S"})
APP, LOADER_END = 0x1_1000, 0x1_1000
HURT = {
    DamageKind.APP_DAMAGED,
    DamageKind.APP_MISSING,
    DamageKind.APP_INCOMPLETE,
    DamageKind.LOADER_DAMAGED,
    DamageKind.LOADER_MISSING,
    DamageKind.MISMATCH,
    DamageKind.ROTATED,
}


@cache
def dump_of(chip: str) -> bytes:
    return forge_dump(StorageRequest(chip=chip, pin_text=PINS)).data


def image(chip: str = "BK7231T") -> bytes:
    return forge_openbeken_qio(chip)


def whole() -> bytes:
    return dump_of("BK7231T")


def other() -> bytes:
    return dump_of("BK7231N")


DUMPS = ("BK7231T", "BK7231N", "BK7231Q", "BK7238")
IMAGES = ("BK7231T", "BK7231N", "BK7231M", "BK7231U", "BK7238", "BK7252")
FILES = {
    **{f"dump {chip}": partial(dump_of, chip) for chip in DUMPS},
    **{f"full image {chip}": partial(image, chip) for chip in IMAGES},
    **{f"application {chip}": partial(forge_app, chip) for chip in IMAGES},
    **{f"package {chip}": partial(forge_ota, chip) for chip in IMAGES},
    **{f"UF2 {chip}": partial(forge_uf2, chip) for chip in ("BK7231T", "BK7231N", "BK7238")},
    "application erased": lambda: whole()[:APP] + b"\xff" * 0x1000 + whole()[APP + 0x1000 :],
    "no boot loader": lambda: b"\xff" * APP + whole()[APP:],
    "rotated": lambda: whole()[APP:] + whole()[:APP],
    "start of a flash": lambda: whole()[:0x1E_2000],
    "boot loader": lambda: whole()[:LOADER_END],
    "plain boot loader": lambda: b"".join(whole()[at : at + 32] for at in range(0, 0x1_0FDE, 34)),
    "image that was cut off": lambda: image()[:-40_000],
    "image with a bad line": lambda: image()[:0x1_3000] + b"\x55" * 40 + image()[0x1_3028:],
    "loader of N before T": lambda: other()[:LOADER_END] + whole()[LOADER_END:],
    "loader of T before N": lambda: whole()[:LOADER_END] + other()[LOADER_END:],
    "storage alone": lambda: whole()[0x1E_E000:],
    "noise": lambda: random.Random(1).randbytes(0x2_0000),
    "erased": lambda: b"\xff" * 0x2_0000,
    "text": PINS.encode,
}  # what makes each: no worker forges what it does not test


@pytest.mark.sample(4)
@pytest.mark.parametrize("kind", FILES)
def test_both_say_the_same(kind):
    data = FILES[kind]()
    report, image = survey(Dump(data=data, name="x")), recognise(data)
    if image.chips:
        several = len(image.chips) > 1  # a package of an N may be one of an M: neither is named
        assert report.chip in image.chips or (several and report.chip is None)
    if image.firmware is not None:
        assert report.firmware.name == image.firmware
    damage = {item.kind for item in report.damage}
    if image.problems:
        assert damage, image.problems
    else:
        assert not damage & HURT, report.damage
    if image.problems or image.app is None or image.loader is None:
        assert not judge(report).restorable


@pytest.mark.parametrize("kind", ["loader of N before T", "loader of T before N"])
def test_parts_of_two_chips_are_told_by_both(kind):
    report, image = survey(Dump(data=FILES[kind](), name="x")), recognise(FILES[kind]())
    assert [item.kind for item in report.damage] == [DamageKind.MISMATCH]
    assert report.damage[0].text == image.problems[0].text


@pytest.mark.parametrize("piece", ["application", "package", "UF2"])
def test_a_piece_of_firmware_is_no_broken_flash(piece):
    report = survey(Dump(data=FILES[f"{piece} BK7238"](), name="x"))
    assert [item.kind for item in report.damage] == [DamageKind.IMAGE]
    assert report.looks_like


def test_an_erased_application_is_told():
    report = survey(Dump(data=FILES["application erased"](), name="x"))
    assert DamageKind.APP_MISSING in {item.kind for item in report.damage}
