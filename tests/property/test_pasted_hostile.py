"""Pasted texts, truncated, doubled, mixed, garbled: a value or an error of ours, never another."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from paste_forms import FORMS

from plugsmith.dump.pasted.dialects import read_object
from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.errors import Malformed, PlugsmithError
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.dump.config import recover_bytes

BYTES = [form.encode() for form in FORMS]
PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b",", b":", b"crc:", b"=3D", b"%7B", b"&quot;",
     b"<br>", b"> ", b"```", b"\x00", b"\xff", b"//", b"/*", b"#", b"\n", b"json cfg:[", b"\x1b[",
     b"[RELAY] - pin:", b"user_param_key", b"\\u12", b"\xe2\x80\x9c"]
)  # fmt: skip


def run(data: bytes) -> None:
    for take in (recover_bytes, device_input_of_bytes):
        with suppress(PlugsmithError):
            take(data, name="text")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(BYTES), st.floats(0, 1), st.floats(0, 1))
def test_truncated(form, start, end):
    run(form[int(start * len(form)) : int(end * len(form))])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(BYTES), min_size=2, max_size=4), st.binary(max_size=8))
def test_doubled_and_mixed(forms, between):
    run(between.join(forms))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(BYTES), st.lists(st.tuples(st.floats(0, 1), PIECES), max_size=6))
def test_with_rubbish_inside(form, rubbish):
    for place, piece in rubbish:
        at = int(place * len(form))
        form = form[:at] + piece + form[at:]
    run(form)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_nothing_but_marks(pieces):
    read_pasted(b"".join(pieces))


def test_halves_of_signs_are_joined_or_replaced():
    reading = read_object('{"a": "\\ud83d\\ude00", "b": "x\\ud800y", "c": 1e999}')
    assert reading.value == {"a": "\U0001f600", "b": "x\ufffdy", "c": "1e999"}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_an_object_or_malformed(text):
    try:
        reading = read_object("{" + text)
    except Malformed:
        return
    assert isinstance(reading.value, dict)
    assert 0 < reading.end <= len(text) + 1
