"""The proof of a sanitized copy, statement by statement, on stores made of facts alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from plugsmith.dump.dump import Dump
from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.recovery.outcome import Recovery, Status
from plugsmith.dump.sanitize import proof
from plugsmith.dump.sanitize.leftovers import Examined
from plugsmith.dump.sanitize.proof import SanitizeProof, prove
from plugsmith.dump.survey.credentials import SecretKind
from plugsmith.dump.survey.secret_scan import SecretHit
from plugsmith.memory import AddressRange
from plugsmith.openbeken.config_block import new_block, with_fields

DATA = bytes(0x3000)


def record(name, value=b"value", *, length=None, value_ok=True, live=True):
    index = SimpleNamespace(length=len(value) if length is None else length)
    return SimpleNamespace(name=name, value=value, index=index, value_ok=value_ok, live=live)


def store(*records, key=b"k" * 16, sums=(True, True), key_block=0x1000, protected=(0x800,)):
    sectors = tuple(
        SimpleNamespace(offset=0x2000 + at * 0x1000, sum_ok=ok) for at, ok in enumerate(sums)
    )
    return SimpleNamespace(
        device_key=key, sectors=sectors, key_block=key_block, protected=protected,
        records=lambda: records,
    )  # fmt: skip


PINS = Recovery(status=Status.COMPILED_IN)


@pytest.fixture
def proven(monkeypatch):
    """The proof of a copy; `now` is what would be recovered from it."""

    def work(before=(), after=(), *, pins=PINS, now=PINS, left=(), data=DATA, first=DATA, found=()):
        monkeypatch.setattr(proof, "recover", lambda _data, *, name: now)
        report = SimpleNamespace(findings=found, chip="BK7231T")
        copy = Examined(data=data, report=report, stores=tuple(after), left=tuple(left))
        return prove(Dump(data=first), report=report, stores=before, pins=pins, after=copy)

    return work


def problem(proven, *stores, **how):
    """What is said against a copy whose pins and secrets are as they must be."""
    found = proven(*stores, **how)
    assert found.pin_text_identical
    assert found.secrets_left == 0
    assert found.records_intact is found.complete is (found.problem == "")
    return found.problem


def test_a_copy_with_all_it_had_is_complete(proven):
    held = [store(record("gw_bi")), store(key=b"x" * 16)]
    assert problem(proven, held, held) == ""
    assert problem(proven, held, [*reversed(held), store(key=b"y" * 16)]) == ""


GONE = "the vendor's storage can no longer be read."


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([], GONE),
        ([store(key=b"x" * 16)], GONE),
        ([store(sums=(True,))], GONE),
        ([store(sums=())], GONE),
        ([store(sums=(True, True, True))], ""),
        ([store(key_block=None)], "the key block is lost."),
        ([store(protected=())], "a protected sector can no longer be read."),
        ([store(protected=(0x800, 0x900))], ""),
        ([store(sums=(True, False))], "a sector of the vendor's storage has a wrong sum."),
    ],
)
def test_each_part_of_a_store_must_be_there_still(proven, after, said):
    assert problem(proven, [store()], after) == said


def test_what_was_wrong_already_is_not_held_against_the_copy(proven):
    assert problem(proven, [store(key_block=None)], [store(key_block=None)]) == ""
    assert problem(proven, [store(sums=(True, False))], [store(sums=(True, False))]) == ""
    assert problem(proven, [store(sums=(True, False))], [store()]) == ""


def test_a_second_store_is_held_against_its_own_copy(proven):
    one, other = store(), store(key=b"x" * 16)
    assert problem(proven, [one, other], [one, store(key=b"x" * 16, key_block=None)]) == (
        "the key block is lost."
    )
    assert problem(proven, [one, other], [one]) == GONE


LOST, WRONG, CHANGED = (
    "the record {} is lost.", "the record {} has a wrong sum.", "the record {} has changed."
)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (record("gw_bi"), [], LOST),
        (record("gw_bi"), [record("gw_bi", live=False)], LOST),
        (record("gw_bi"), [record("gw_bi", length=4)], LOST),
        (record("gw_bi"), [record("gw_bi", value_ok=False)], WRONG),
        (record("gw_bi"), [record("gw_bi", b"00000")], ""),  # blanked
        (record("em_sys_env"), [record("em_sys_env", b"00000")], CHANGED),
        (record("em_sys_env"), [record("em_sys_env", value_ok=False)], WRONG),
        (record("gw_bi", value_ok=False), [], ""),
        (record("gw_bi", live=False), [], ""),
    ],
)
def test_each_sound_live_record_must_be_there_still(proven, before, after, said):
    assert problem(proven, [store(before)], [store(*after)]) == said.format(before.name)


# program code and settings


def test_program_code_must_not_change(proven, monkeypatch):
    monkeypatch.setattr(proof, "proven_code", lambda _data, _found: [AddressRange(0x10, 0x20)])
    for at, said in ((0x0F, ""), (0x10, "program code has changed."), (0x20, "")):
        other = DATA[:at] + b"\1" + DATA[at + 1 :]
        assert problem(proven, data=other) == said
    assert problem(proven, data=DATA[:0x10] + bytes(0xF) + b"\1" + DATA[0x20:]) != ""


SETTINGS = [Finding(kind=FindingKind.OBK_CONFIG, span=AddressRange(0x1000, 0x2000))]
BLOCK = new_block()


def with_settings(**fields):
    block = with_fields(BLOCK, fields).raw
    return DATA[:0x1000] + block.ljust(0x1000, b"\xff") + DATA[0x2000:]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, True),
        ({"wifi_ssid": b"home"}, True),
        ({"pin_roles": b"\1"}, False),
        ({"pin_channels": b"\1"}, False),
        ({"pin_channels2": b"\1"}, False),
    ],
)
def test_openbekens_settings_must_drive_the_same_pins(proven, fields, kept):
    found = problem(proven, first=with_settings(), data=with_settings(**fields), found=SETTINGS)
    assert found == ("" if kept else "the pins in OpenBeken's settings have changed.")
    elsewhere = [Finding(kind=FindingKind.LITTLEFS, span=SETTINGS[0].span)]
    assert (
        problem(proven, first=with_settings(), data=with_settings(**fields), found=elsewhere) == ""
    )


def test_settings_that_cannot_be_read_any_more_are_a_change(proven):
    other = bytearray(with_settings())
    other[0x1003] ^= 1  # their checksum
    found = problem(proven, first=with_settings(), data=bytes(other), found=SETTINGS)
    assert found == "the pins in OpenBeken's settings have changed."


# pins and secrets


def recovered(text, status=Status.FOUND):
    return Recovery(status=status, best=SimpleNamespace(text=text) if text else None)


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (recovered(b"{a}"), recovered(b"{a}"), True),
        (recovered(b"{a}"), recovered(b"{b}"), False),
        (recovered(b"{a}"), recovered(None), False),
        (recovered(None), recovered(b"{a}"), False),
        (recovered(None), recovered(None, Status.NONE), False),
        (recovered(None, Status.NONE), recovered(None, Status.NONE), True),
        (None, recovered(b"{a}"), False),
    ],
)
def test_the_same_pin_text_must_be_found(proven, before, now, same):
    found = proven(pins=before, now=now)
    assert found.pin_text_identical is same
    assert found.records_intact
    assert found.complete is same
    assert found.problem == ("" if same else "its pin text would no longer be found.")


def test_a_file_that_is_refused_before_and_after_has_no_pins_to_lose():
    nothing = Dump(data=b"")
    assert proof.pin_recovery(nothing) is None
    report = SimpleNamespace(findings=(), chip=None)
    copy = Examined(data=b"", report=report, stores=(), left=())
    assert prove(nothing, report=report, stores=(), pins=None, after=copy).complete
    assert not prove(nothing, report=report, stores=(), pins=PINS, after=copy).complete


def hit(kind, where):
    return SecretHit(kind=kind, where=where, offset=0, value=b"secret words")


def test_what_is_left_is_counted_and_told_before_all_else_and_never_shown(proven):
    left = [
        hit(SecretKind.WIFI_PASSWORD, "raw"),
        hit(SecretKind.CLOUD_TOKEN, "kv-live"),
        hit(SecretKind.WIFI_PASSWORD, "raw"),
    ]
    found = proven([store()], [], now=recovered(b"{a}"), left=left)
    assert (found.secrets_left, found.complete) == (3, False)
    assert found.problem == (
        "something private is still in it: cloud-token (kv-live), wifi-password (raw)."
    )
    broken = proven([store()], [], now=recovered(b"{a}"))
    assert broken.problem == GONE  # before the pins


@pytest.mark.parametrize(
    "wrong", [{"records_intact": False}, {"pin_text_identical": False}, {"secrets_left": 1}]
)
def test_a_proof_is_complete_only_if_all_three_statements_hold(wrong):
    facts = {"records_intact": True, "pin_text_identical": True, "secrets_left": 0}
    assert SanitizeProof(**facts).complete
    assert not SanitizeProof(**(facts | wrong)).complete
