"""Preflight checks: pass, refuse and override of each one."""

from __future__ import annotations

import dataclasses

import pytest

from plugsmith.boot.identity import FlashFacts, Identity, KeyFacts, SizeProof
from plugsmith.chips.catalog import chip, flash_parts
from plugsmith.chips.model import KeyClass
from plugsmith.errors.flows import PreflightRefused
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.write.preflight import (
    ImageFacts,
    PreflightOutcome,
    allowed_anyway,
    check_backup,
    device_checks,
    image_checks,
    require,
)

NONE = Permissions()


def identity(name="BK7231N", *, jedec=b"\xeb\x60\x15", known=True, key=KeyClass.TUYA, **flash):
    found = chip(name)
    part = flash_parts()[0] if known else None
    facts = FlashFacts(
        jedec=jedec,
        part=part,
        size=0x20_0000,
        size_proof=flash.get("proof", SizeProof.JEDEC_AND_WRAP),
        status=0,
        protected=False,
    )
    return Identity(
        chip=found,
        family=found.family,
        boot=None,
        boot_version=None,
        loader_crc=None,
        loader_covers=256,
        loader_head=b"",
        chip_id=None,
        flash=facts,
        key=KeyFacts(key_class=key, evidence="test"),
        mac=None,
        evidence=(),
    )


def image(**facts):
    base = ImageFacts(name="a.bin", chips=("BK7231N",), key=KeyClass.TUYA, end=0x12_9F70)
    return dataclasses.replace(base, **facts)


def verdicts(checks):
    return {check.name: check.verdict for check in checks}


def test_everything_in_order_passes():
    checks = [*device_checks(identity()), *image_checks(identity(), image()), check_backup("b.bin")]
    assert set(verdicts(checks).values()) == {PreflightOutcome.PASS}
    require(checks, NONE)


@pytest.mark.parametrize(
    ("device", "file", "name"),
    [
        (identity("BK7231T"), image(), "image-chip"),
        (identity("BK7231N"), image(chips=("BK7231T",)), "image-chip"),
        (identity(), image(chips=()), "image-chip"),
        (identity(), image(end=0x20_0001), "image-size"),
        (identity(), image(problems=("line 3 is damaged",)), "image-checks"),
        (identity("BK7236"), image(chips=("BK7236",)), "chip"),
        (identity(jedec=b"\xff\xff\xff", known=False), image(), "flash-part"),
        (identity(jedec=b"\0\0\0", known=False), image(), "flash-part"),
        (identity(proof=SizeProof.ASSUMED), image(), "flash-size"),
    ],
)
def test_refusals_that_no_permission_opens(device, file, name):
    checks = [*device_checks(device), *image_checks(device, file)]
    assert verdicts(checks)[name] is PreflightOutcome.REFUSE
    with pytest.raises(PreflightRefused) as refused:
        require(checks, Permissions(granted=frozenset(Permission)))
    assert refused.value.exit_code == 5
    assert refused.value.hint


@pytest.mark.parametrize(
    ("device", "file", "backup", "permission"),
    [
        (identity(known=False), image(), "b", Permission.UNKNOWN_PART),
        (identity(key=KeyClass.NONE), image(), "b", Permission.KEY_MISMATCH),
        (identity(), image(key=KeyClass.NONE), "b", Permission.KEY_MISMATCH),
        (identity(), image(), None, Permission.NO_BACKUP),
    ],
)
def test_refusals_that_their_own_permission_opens(device, file, backup, permission):
    checks = [*device_checks(device), *image_checks(device, file), check_backup(backup)]
    others = Permissions(granted=frozenset(Permission) - {permission})
    with pytest.raises(PreflightRefused) as refused:
        require(checks, others)
    assert f"--allow {permission.value}" in refused.value.hint
    allowed = Permissions(granted=frozenset({permission}))
    require(checks, allowed)
    assert [check.permission for check in allowed_anyway(checks, allowed)] == [permission]


def test_a_hidden_key_does_not_count_as_a_mismatch():
    hidden = identity(key=KeyClass.HIDDEN)
    require([*device_checks(hidden), *image_checks(hidden, image())], NONE)
