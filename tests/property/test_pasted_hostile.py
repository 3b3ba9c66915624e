"""Pasted texts, truncated, doubled, mixed, garbled: a value or an error of ours, never another."""

from __future__ import annotations

import pytest
from hostile import value_or_refusal
from hypothesis import given, settings
from hypothesis import strategies as st
from paste_forms import FORMS

from plugsmith.dump.pasted.dialects import read_object
from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.errors import Malformed, PlugsmithError
from plugsmith.flows.catalogue.device_input import DeviceInput, device_input_of_bytes
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.interpret.config_result import ConfigResult

BYTES = [form.encode() for form in FORMS]
PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b",", b":", b"crc:", b"=3D", b"%7B", b"&quot;",
     b"<br>", b"> ", b"```", b"\x00", b"\xff", b"//", b"/*", b"#", b"\n", b"json cfg:[", b"\x1b[",
     b"[RELAY] - pin:", b"user_param_key", b"\\u12", b"\xe2\x80\x9c"]
)  # fmt: skip


def given_to_both(data: bytes) -> bool:
    """Whether both readers of texts give a device, or say why there is none."""
    found = value_or_refusal(recover_bytes, data, name="text")
    device = value_or_refusal(device_input_of_bytes, data, name="text")
    return isinstance(found, (PlugsmithError, ConfigResult)) and isinstance(
        device, (PlugsmithError, DeviceInput)
    )


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BYTES), st.floats(0, 1), st.floats(0, 1))
def test_truncated(form, start, end):
    assert given_to_both(form[int(start * len(form)) : int(end * len(form))])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(BYTES), min_size=2, max_size=4), st.binary(max_size=8))
def test_doubled_and_mixed(forms, between):
    assert given_to_both(between.join(forms))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(BYTES), st.lists(st.tuples(st.floats(0, 1), PIECES), max_size=6))
def test_with_rubbish_inside(form, rubbish):
    for place, piece in rubbish:
        at = int(place * len(form))
        form = form[:at] + piece + form[at:]
    assert given_to_both(form)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_nothing_but_marks(pieces):
    read = read_pasted(b"".join(pieces))
    assert read is None or read.found


def test_halves_of_signs_are_joined_or_replaced():
    reading = read_object('{"a": "\\ud83d\\ude00", "b": "x\\ud800y", "c": 1e999}')
    assert reading.value == {"a": "\U0001f600", "b": "x\ufffdy", "c": "1e999"}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_an_object_or_malformed(text):
    reading = value_or_refusal(read_object, "{" + text)
    refused = isinstance(reading, Malformed)
    assert refused or isinstance(reading.value, dict)
    assert refused or 0 < reading.end <= len(text) + 1
