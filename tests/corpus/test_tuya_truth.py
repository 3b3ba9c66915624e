"""The 30 factory dumps give what truth.json says, and wiped ones never give a firmware default."""

from __future__ import annotations

import hashlib
import json

import pytest

from plugsmith.dump.recovery.outcome import AbsenceReason, Confidence, SourceKind, Status
from plugsmith.dump.recovery.recover import recover
from plugsmith.interpret.recovered import config_result
from plugsmith.tuya.user_param import parse_pin_text

pytestmark = pytest.mark.corpus

DEFAULTS = ("allegro", "brilo", "geeni", "daybetter")


@pytest.fixture(scope="module")
def truth(corpus):
    return json.loads((corpus / "truth.json").read_text())


def test_every_factory_dump(corpus, truth):
    counts: dict[str, int] = {}
    for name, wanted in truth.items():
        data = (corpus / "factory" / f"{name}.bin").read_bytes()
        answer = recover(data)
        body = config_result(answer).as_data()
        assert body["status"] == wanted["status"], name
        assert body["config"] == wanted["config"], name
        assert body["chip"] == wanted["chip"], name
        counts[answer.status] = counts.get(answer.status, 0) + 1
        if answer.status is Status.FOUND:
            assert answer.confidence is Confidence.PROVEN, name
            assert hashlib.sha256(answer.best.text).hexdigest() == wanted["text_sha256"], name
            assert body["module"].upper() == wanted["module"].upper()
            assert body["pins"]
            for pin in body["pins"]:
                assert pin["where"], (name, pin)
                for place in pin["where"]:
                    assert 0 <= place["offset"] < len(data)
        if wanted["tuyamcu"]:
            uart = wanted["uart"]
            assert body["device"]["uart"]["baud"] == (uart.get("baud") or uart["uart_baud"])
        if wanted["rotation"]:
            assert answer.origin == wanted["rotation"]
    assert counts == {"found": 21, "serial-mcu": 7, "compiled-in": 2}


def test_daybetter_shows_the_default_as_an_alternative_only(corpus, truth):
    name = next(name for name in truth if "daybetter" in name)
    answer = recover((corpus / "factory" / f"{name}.bin").read_bytes())
    (default,) = answer.alternatives
    assert default.kind is SourceKind.FIRMWARE_DEFAULT
    config = parse_pin_text(default.text.decode()).config
    assert config == truth[name]["firmware_default"]


@pytest.mark.parametrize("device", DEFAULTS)
@pytest.mark.parametrize("fill", [0xFF, 0x00])
def test_a_default_is_never_the_answer_when_everything_else_is_erased(corpus, truth, device, fill):
    name = next(name for name in truth if device in name)
    data = bytearray((corpus / "factory" / f"{name}.bin").read_bytes())
    data[0x1D_1000:] = bytes([fill]) * (len(data) - 0x1D_1000)
    answer = recover(bytes(data))
    assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.ERASED)
    assert [item.kind for item in answer.alternatives] == [SourceKind.FIRMWARE_DEFAULT]


@pytest.mark.parametrize("device", DEFAULTS[:3])
def test_with_only_the_store_erased_the_file_is_the_answer(corpus, truth, device):
    name = next(name for name in truth if device in name)
    data = bytearray((corpus / "factory" / f"{name}.bin").read_bytes())
    data[0x1E_E000:] = b"\xff" * (len(data) - 0x1E_E000)
    answer = recover(bytes(data))
    assert answer.best.kind is SourceKind.FILE
    assert hashlib.sha256(answer.best.text).hexdigest() == truth[name]["text_sha256"]


def test_firmware_of_others_is_named_so(corpus):
    for path in sorted((corpus / "openbeken").glob("*.bin")):
        answer = recover(path.read_bytes())
        assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.OTHER_VENDOR), (
            path.name
        )
