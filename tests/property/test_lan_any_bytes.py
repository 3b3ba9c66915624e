"""Whatever a server sends: a value or an error of ours."""

from __future__ import annotations

from hostile import value_or_refusal
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.lan.host import parse_host
from plugsmith.lan.records import read_folder, read_info, read_meter, read_pins
from plugsmith.lan.wire import read_json, read_loose_object, read_response

HEADS = st.sampled_from(
    [
        b"",
        b"HTTP/1.1 200 OK\n",
        b"HTTP/1.1 -1 OK\nA: b\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["chipset", "build", "roles", "rolenames", "channels", "states", "dir", "content",
             "name", "type", "size", "StatusSNS", "ENERGY", "Voltage", "uptime_s", "flags"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(HEADS, st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_an_error(head, rest):
    raw = head + rest
    found = value_or_refusal(read_response, raw, host="h", request="r")
    refused = isinstance(found, PlugsmithError)
    assert refused or found.body in raw
    assert refused or found.status is None or raw.startswith(b"HTTP/")


@given(st.text(max_size=200))
def test_any_text_is_a_record_or_none(text):
    for reader in (read_info, read_pins, read_meter, read_folder, read_json):
        reader(text)
    read_loose_object('{"a":' + text, ("a", "b"))


@given(JSON)
def test_any_json_is_a_record_or_none(value):
    import json

    text = json.dumps(value)
    for reader in (read_info, read_pins, read_meter, read_folder):
        reader(text)


@given(st.text(max_size=40))
def test_any_text_is_a_host_or_a_usage_error(text):
    host = value_or_refusal(parse_host, text)
    assert isinstance(host, PlugsmithError) or parse_host(str(host)) == host
