"""The list of checks before a write: each one can fail, and says what would help."""

from __future__ import annotations

import dataclasses

import pytest

from plugsmith.boot.identity import FlashFacts, Identity, KeyFacts, SizeProof
from plugsmith.chips.catalog import chip, flash_parts
from plugsmith.chips.model import KeyClass
from plugsmith.errors.flows import PreflightRefused
from plugsmith.events import EventLog
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.wire import boot_check
from plugsmith.flows.write.checks.checklist import CHECKLIST, Stage, judged
from plugsmith.flows.write.checks.image_checks import LoaderThere, judge_loader
from plugsmith.flows.write.checks.preflight import (
    ImageFacts,
    PreflightOutcome,
    PreflightSubject,
    allowed_anyway,
    doubts,
    require,
)
from plugsmith.flows.write.source import load_image, whole_flash
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.tuya.user_param import format_pin_text

NONE = Permissions()
CODE = 0x4000
REFUSE, DOUBT = PreflightOutcome.REFUSE, PreflightOutcome.DOUBT
NEEDS, PASS = PreflightOutcome.NEEDS_PERMISSION, PreflightOutcome.PASS


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


def about(device=None, **facts):
    return PreflightSubject(identity=device or identity(), **facts)


def answers(subject):
    return [check for stage in Stage for check in judged(subject, stage)]


def verdicts(checks):
    return {check.name: check.verdict for check in checks}


def source(tmp_path, name, data):
    path = tmp_path / f"{name}.bin"
    path.write_bytes(data)
    return load_image(path)


def damaged(tmp_path, at, data=b"\0\1\2\3"):
    flash = bytearray(forge_flash(chip="BK7231N", code_len=CODE))
    flash[at : at + len(data)] = data
    return whole_flash(tmp_path / "flash.bin", bytes(flash))


def stock(module):
    text = format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "jv": "1.1.5", "module": module})
    return forge_flash(chip="BK7231T", code_len=CODE, pin_text=text)


def qio(chip_name, tmp_path):
    return source(tmp_path, chip_name, forge_openbeken_qio(chip_name, code_len=CODE))


def other_label(tmp_path):
    """A flash whose application carries the label of a longer one."""
    long = forge_flash(chip="BK7231N", code_len=2 * CODE)
    return damaged(tmp_path, 0x12_9F0A, long[0x12_9F0A:0x12_9F70])


def too_long(tmp_path):
    return source(tmp_path, "long", forge_app("BK7231T", code_len=0x11_0000))


def with_blank_loader():
    return dataclasses.replace(identity(), loader_head=b"\xff" * 8)


def u_or_7252():
    return dataclasses.replace(identity("BK7231U"), twins=("BK7252",))


FAILURES = {
    "chip": [(lambda _p: about(identity("BK7236")), REFUSE)],
    "flash-part": [
        (lambda _p: about(identity(jedec=b"\xff\xff\xff", known=False)), REFUSE),
        (lambda _p: about(identity(jedec=b"\0\0\0", known=False)), REFUSE),
        (lambda _p: about(identity(known=False)), NEEDS),
    ],
    "flash-size": [
        (lambda _p: about(identity(proof=SizeProof.ASSUMED)), REFUSE),
        (lambda _p: about(identity(proof=SizeProof.CONTRADICTED)), REFUSE),
    ],
    "image-kind": [(lambda p: about(source=whole_flash(p / "x", b"words" * 999)), REFUSE)],
    "image-chip": [
        (lambda p: about(identity("BK7231T"), source=qio("BK7231N", p)), REFUSE),
        (lambda _p: about(facts=image(chips=("BK7231T",))), REFUSE),
        (lambda _p: about(facts=image(chips=())), REFUSE),
        (lambda p: about(u_or_7252(), source=qio("BK7252", p)), DOUBT),
    ],
    "key": [
        (lambda _p: about(identity(key=KeyClass.NONE), facts=image()), NEEDS),
        (lambda _p: about(facts=image(key=KeyClass.NONE)), NEEDS),
        (lambda _p: about(facts=image(key=KeyClass.OTHER)), NEEDS),
    ],
    "image-size": [(lambda _p: about(facts=image(end=0x20_0001)), REFUSE)],
    "image-whole": [(lambda p: about(source=damaged(p, 0x1_2000)), REFUSE)],
    "image-crc16": [(lambda p: about(source=damaged(p, 0x1_2000)), REFUSE)],
    "image-vectors": [
        (lambda p: about(source=whole_flash(p / "x", without_vectors())), REFUSE),
    ],
    "image-header": [(lambda p: about(source=other_label(p)), REFUSE)],
    "boot-loader": [
        (lambda p: about(with_blank_loader(), source=source(p, "a", forge_app("BK7231N"))), REFUSE),
        (lambda p: about(identity("BK7231T"), source=too_long(p)), REFUSE),
    ],
    "backup": [(lambda _p: about(), NEEDS)],
    "module": [
        (lambda _p: about(identity("BK7231T"), now=stock("CB2S"), sets_pins=True), DOUBT),
        (lambda _p: about(identity("BK7231T"), now=stock("TYWE3S"), sets_pins=True), DOUBT),
    ],
    "boot-check": [(lambda _p: about(held=b"x", boot_check=True, sink=EventLog()), REFUSE)],
}


def without_vectors():
    """A flash whose application is code lines that begin with something else than vectors."""
    flash = bytearray(forge_flash(chip="BK7231N", code_len=CODE))
    app = flash[0x11000:0x15000]
    lines = bytes(app[34 * 40 : 34 * 300])
    flash[0x11000 : 0x11000 + len(lines)] = lines
    return bytes(flash)


@pytest.fixture
def no_start(monkeypatch):
    monkeypatch.setattr(boot_check, "check_board", lambda _chip: None)
    monkeypatch.setattr(boot_check, "run_emulated", lambda *_args: {"boots": False})
    monkeypatch.setattr(boot_check, "boot_sentence", lambda *_args: "It resets again and again.")


def test_every_check_of_the_list_is_made_to_fail_below():
    assert set(FAILURES) == {item.name for item in CHECKLIST}
    assert len(CHECKLIST) == len({item.name for item in CHECKLIST})


@pytest.mark.sample(7)
@pytest.mark.usefixtures("no_start")
@pytest.mark.parametrize(
    ("name", "make", "verdict"),
    [(name, make, verdict) for name, cases in FAILURES.items() for make, verdict in cases],
)
def test_a_check_fails_and_says_what_helps(tmp_path, name, make, verdict):
    found = next(check for check in answers(make(tmp_path)) if check.name == name)
    assert found.verdict is verdict
    assert found.text.endswith(".")
    assert found.remedy.endswith(".")
    everything = Permissions(granted=frozenset(Permission))
    if verdict is REFUSE:
        with pytest.raises(PreflightRefused) as refused:
            require([found], everything)
        assert refused.value.exit_code == 5
        assert found.remedy in refused.value.hint
        assert found.text in refused.value.message
    elif verdict is DOUBT:
        require([found], NONE)
        assert doubts([found]) == [found]
    else:
        others = Permissions(granted=everything.granted - {found.permission})
        with pytest.raises(PreflightRefused) as refused:
            require([found], others)
        assert f"--allow {found.permission.value}" in refused.value.hint
        own = Permissions(granted=frozenset({found.permission}))
        require([found], own)
        assert allowed_anyway([found], own) == [found]
        assert allowed_anyway([found], NONE) == []


def test_everything_in_order_passes_in_the_order_of_the_list(tmp_path, monkeypatch):
    monkeypatch.setattr(boot_check, "check_board", lambda _chip: None)
    monkeypatch.setattr(boot_check, "run_emulated", lambda *_args: {"boots": True})
    monkeypatch.setattr(boot_check, "boot_sentence", lambda *_args: "It boots.")
    subject = about(
        identity("BK7231T"),
        source=qio("BK7231T", tmp_path),
        backup="b.bin",
        now=stock("WB2S"),
        sets_pins=True,
        boot_check=True,
        held=b"x",
        sink=EventLog(),
    )
    checks = answers(subject)
    assert [check.name for check in checks] == [item.name for item in CHECKLIST]
    assert {check.verdict for check in checks} == {PASS}
    assert all(check.text.endswith(".") for check in checks)
    require(checks, NONE)
    assert doubts(checks) == []


def test_a_boot_loader_that_changes_is_told_with_both_names(tmp_path):
    source = qio("BK7231N", tmp_path)
    known = source.image.loader.boot_codes
    assert known
    there = LoaderThere(
        chip=chip("BK7231N"), flash_size=0x20_0000, head=b"loader..", boots=("an old one",)
    )
    answer = judge_loader(there, source)
    assert answer.verdict is PASS
    assert "an old one" in answer.text
    assert all(name in answer.text for name in known)
    same = judge_loader(dataclasses.replace(there, boots=("an old one", known[0])), source)
    assert f"({known[0]})" in same.text
    assert "an old one" not in same.text


def test_a_verb_without_a_file_is_asked_about_the_device_alone():
    assert list(verdicts(answers(about(backup="b.bin")))) == [
        "chip", "flash-part", "flash-size", "backup"
    ]  # fmt: skip


def test_a_module_of_which_nothing_is_known_raises_no_question():
    for now in (None, b"\xff" * 0x200000, stock("NOSUCH9")):
        subject = about(identity("BK7231T"), now=now, sets_pins=True)
        assert "module" not in verdicts(judged(subject, Stage.SECURED))


def test_the_remedy_of_a_backup_is_another_backup():
    subject = about(facts=image(chips=("BK7231T",)), remedy="Use a backup of it.")
    (check,) = [item for item in judged(subject, Stage.LINKED) if item.verdict is REFUSE]
    assert check.remedy == "Use a backup of it."


def test_a_hidden_key_does_not_count_as_a_mismatch():
    checks = judged(about(identity(key=KeyClass.HIDDEN), facts=image()), Stage.LINKED)
    assert [item for item in checks if item.verdict is REFUSE] == []
    require(checks, NONE)


def test_a_dry_run_without_a_backup_says_that_one_is_made():
    (check,) = judged(about(dry_run=True), Stage.SECURED)
    assert check.verdict is PASS
    assert "made before the write" in check.text
