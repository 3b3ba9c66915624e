"""Every dump of the corpus: named right, repaired, and sanitized with a complete proof."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
from corpus_place import corpus_root
from dump_rig import adds_up

from plugsmith.dump.dump import Dump
from plugsmith.dump.health import BackupReason, judge
from plugsmith.dump.repair import Undone, repair
from plugsmith.dump.sanitize.ledger import account
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey.proven_code import proven_code
from plugsmith.dump.survey.report import DamageKind, DumpKind
from plugsmith.dump.survey.survey import survey
from plugsmith.openbeken.config_block import field, read_block

pytestmark = pytest.mark.corpus

LED_MOON = "bk7231t-led-moon-18w-cct-kobi"
STORAGE_ONLY = "bk7231t-tuyaconfig-pc44ha"


def _names(folder: str) -> list[str]:
    return sorted(path.stem for path in (corpus_root() / folder).glob("*.bin"))


@cache
def _truth() -> dict[str, dict[str, object]]:
    return json.loads((corpus_root() / "truth.json").read_text(encoding="utf-8"))


def _dump(folder: str, name: str) -> Dump:
    path = corpus_root() / folder / f"{name}.bin"
    return Dump(data=path.read_bytes(), name=path.name)


@pytest.mark.parametrize("name", _names("factory"))
def test_factory_dumps_are_named_right(corpus, name):
    truth = _truth()[name]
    report = survey(_dump("factory", name))
    assert report.chip == truth["chip"]
    assert report.layout.rotation == truth["rotation"]
    assert report.kind is (DumpKind.STORAGE_ONLY if name == STORAGE_ONLY else DumpKind.FACTORY)
    assert report.firmware.name == "Tuya"
    vendor = report.firmware.vendor
    assert vendor.get("firmware_key") == truth["firmware"]
    assert vendor.get("software_version") == truth["software_version"]
    key = next(item for item in report.findings if item.kind.value == "tuya-key")
    assert key.span.start == truth["storage"]["offset"]
    verdict = judge(report)
    assert verdict.usable is (name not in {LED_MOON, STORAGE_ONLY})


def test_led_moon_is_rotated_and_repaired(corpus):
    dump = _dump("factory", LED_MOON)
    report = survey(dump)
    assert report.layout.rotation == 0x1_1000
    assert [item.kind for item in report.damage] == [DamageKind.ROTATED]
    assert [item.reason for item in judge(report).because] == [BackupReason.ROTATED]
    fixed = repair(dump)
    assert [(step.what, step.amount) for step in fixed.done] == [(Undone.ROTATION, 0x1_1000)]
    assert fixed.data[:8] == bytes.fromhex("4309b59635ff2a99")
    assert fixed.left == ()
    assert fixed.report.firmware.boot_code == "BK7231T 1.0.5"
    assert judge(fixed.report, chip="BK7231T").usable


def test_pc44ha_is_a_storage_without_a_flash(corpus):
    report = survey(_dump("factory", STORAGE_ONLY))
    assert report.kind is DumpKind.STORAGE_ONLY
    assert (report.layout.start, report.layout.complete) == (0x1E_E000, False)


@pytest.mark.parametrize("name", _names("openbeken"))
def test_openbeken_images_are_named(corpus, name):
    report = survey(_dump("openbeken", name))
    assert report.kind is DumpKind.OPENBEKEN
    assert report.firmware.name == "OpenBeken"
    if name.startswith("OpenBK"):
        assert report.chip == f"BK{name.split('_')[0].removeprefix('OpenBK')}"
        assert report.firmware.version == "1.18.300"
        assert [item.kind for item in report.damage] == [DamageKind.IMAGE]
    else:
        assert report.chip == "BK7231T"
    assert not judge(report).usable


@pytest.mark.parametrize("name", _names("obk-flash"))
def test_openbeken_flash_files_are_named(corpus, name):
    report = survey(_dump("obk-flash", name))
    assert report.kind is DumpKind.OPENBEKEN
    config = next(item for item in report.findings if item.kind.value == "openbeken-config")
    assert config.span.start == 0x1E_1000
    assert config.facts["checksum"] == "signed"


def _every_dump() -> list[object]:
    """In `make test` the first of every folder and chip, and each sixth; all in `make campaign`."""
    found = [(x, name) for x in ("factory", "openbeken", "obk-flash") for name in _names(x)]
    first = {(folder, re.split("[-_]", name)[0]): (folder, name) for folder, name in found[::-1]}
    sample = {*first.values(), *found[::6]}
    return [
        pytest.param(*item, marks=() if item in sample else pytest.mark.campaign) for item in found
    ]


@pytest.mark.parametrize(("folder", "name"), _every_dump())
def test_every_dump_can_be_sanitized(corpus, folder, name):
    dump = _dump(folder, name)
    clean = sanitize(dump)
    assert clean.proof.records_intact
    assert clean.proof.pin_text_identical
    assert clean.proof.secrets_left == 0
    assert len(clean.data) == dump.size
    adds_up(dump.data, account(dump.data, clean.report))
    adds_up(clean.data, clean.ledger)
    assert clean.ledger.sizes()["unread"] == 0
    proven = proven_code(dump.data, clean.report.findings)
    assert all(clean.data[at.start : at.end] == dump.data[at.start : at.end] for at in proven)
    for item in clean.report.findings:
        if item.kind.value == "tuya-key":
            span = item.span
            assert clean.data[span.start : span.end] == dump.data[span.start : span.end]
        if item.kind.value == "openbeken-config":
            block = read_block(clean.data[item.span.start : item.span.end])
            before = read_block(dump.data[item.span.start : item.span.end])
            assert block.value(field("pin_roles")) == before.value(field("pin_roles"))
            assert block.value(field("wifi_ssid")) == ""
