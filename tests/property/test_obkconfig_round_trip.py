"""Typed settings: written values read back, nothing else changes, hostile values are refused."""

from __future__ import annotations

import pytest
from hostile import value_or_refusal
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import SettingUnusable
from plugsmith.openbeken.config_block import field, new_block, read_block
from plugsmith.openbeken.config_layout import PIN_TABLES, PinTableLayout, layout_of
from plugsmith.openbeken.settings import (
    NAMES,
    change_settings,
    default_block,
    masked,
    read_settings,
)

ROLES = st.sampled_from(["Rel", "Btn", "Btn_n", "LED_n", "BL0937CF", "PWM", "#120"])
BYTE = st.integers(0, 255)
FLOATS = st.floats(0, 1e6, width=32)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "wifi_ssid": st.text(max_size=15).filter(lambda x: "\0" not in x),
        "wifi_password": st.text(max_size=15).filter(lambda x: "\0" not in x),
        "mqtt_port": st.integers(0, 65535),
        "flags": st.integers(0, (1 << 64) - 1),
        "mac": st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":")),
        "start_values": st.dictionaries(
            st.integers(0, 63).map(str), st.integers(-32768, 32767).filter(bool)
        ),
        "channel_types": st.dictionaries(st.integers(0, 63).map(str), st.integers(1, 255)),
        "calibration": st.fixed_dictionaries(
            {"voltage": FLOATS, "current": FLOATS, "power": FLOATS, "power_max": FLOATS}
        ),
        "static_ip": st.fixed_dictionaries(
            {
                key: st.tuples(BYTE, BYTE, BYTE, BYTE).map(lambda x: ".".join(map(str, x)))
                for key in ("ip", "mask", "gateway", "dns")
            }
        ),
        "pins": st.dictionaries(
            st.integers(0, 28).map(str),
            st.builds(lambda r, c, d: f"{r};{c};{d}", ROLES, BYTE, st.integers(1, 255)),
        ),
        "led_remap": st.lists(BYTE, min_size=5, max_size=5),
    },
)


def near(value):
    if isinstance(value, dict):
        return {key: near(item) for key, item in value.items()}
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


@given(VALUES, st.sampled_from(list(PinTableLayout)), st.booleans())
def test_what_is_written_reads_back_and_the_sum_is_right(values, layout, signed):
    block = change_settings(new_block(signed=signed, layout=layout), values)
    again = read_block(block.raw + b"\xff" * 512, layout=layout)
    found = read_settings(again)
    for name, value in values.items():
        assert found[name] == near(value), name


@given(st.sampled_from(NAMES), st.binary(min_size=3584, max_size=3584), st.sampled_from([3, 4, 5]))
def test_changing_one_setting_leaves_all_other_bytes(name, noise, version):
    raw = bytearray(new_block(version=version).raw)
    raw[8:] = noise[8 : len(raw)]
    from plugsmith.openbeken.config_block import checksum

    raw[3] = checksum(bytes(raw[4:]))
    block = read_block(bytes(raw))
    value = read_settings(block).get(name)
    same = value_or_refusal(change_settings, block, {name: value})
    # noise: a float that is no number, a text without an end
    refused = isinstance(same, PlugsmithError)
    same = block if refused else same
    places = {"pins": PIN_TABLES, "static_ip": ("static_addresses",)}.get(name, (name,))
    allowed = {3}
    for place in () if refused else places:
        spot = block.place(field(place))
        allowed |= set(range(spot.offset, spot.end))
    changed = {i for i, (a, b) in enumerate(zip(block.raw, same.raw, strict=True)) if a != b}
    assert changed <= allowed
    assert same.version == version
    assert len(same.raw) == len(raw)


@given(
    st.sampled_from(NAMES) | st.text(max_size=12),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
    | st.lists(st.integers() | st.text(max_size=3) | st.floats(), max_size=7)
    | st.dictionaries(
        st.text(max_size=8), st.integers() | st.text(max_size=12) | st.floats(), max_size=3
    ),
)  # fmt: skip
def test_any_value_is_stored_or_refused(name, value):
    before = new_block()
    after = value_or_refusal(change_settings, before, {name: value})
    if isinstance(after, PlugsmithError):
        assert isinstance(after, SettingUnusable)
    else:
        assert name in NAMES
        assert read_block(after.raw).raw == after.raw  # its sum is right
        assert len(after.raw) == len(before.raw)


@given(st.binary(max_size=3600))
def test_any_bytes_are_a_block_or_an_error(data):
    for head in (b"", b"CFG\x00\x05\x00\x00\x00"):
        try:
            found = read_settings(read_block(head + data))
        except PlugsmithError:
            continue
        assert set(found) <= set(NAMES)


def test_the_defaults_of_a_first_start():
    """openbeken.md section 9.2: the recorded first-boot block has the sum 0x44."""
    block = default_block(chip="BK7231T", mac="c8:47:8c:1a:2b:3c")
    first = change_settings(block, {"mqtt_password": "q" * 10})
    from plugsmith.openbeken.config_block import with_fields

    assert with_fields(first, {"change_counter": b"\x01\x00"}).raw[3] == 0x44
    assert read_settings(block)["short_name"] == "obk8C1A2B3C"
    assert read_settings(default_block(chip="BK7231N"))["mqtt_group"] == "bekens_n"


def test_layouts_of_other_chips():
    """tuya-storage.md section 9.2, column A."""
    layout = layout_of("BK7252")
    places = {
        "pin_roles": 0x33E, "pin_channels": 0x36E, "pin_channels2": 0x39E, "channel_types": 0x3CE,
        "start_values": 0x40E, "calibration": 0x4C8, "button_times": 0x4E8,
        "littlefs_size": 0x4EC, "static_addresses": 0x527, "startup_command": 0x5E0,
    }  # fmt: skip
    block = new_block(layout=layout)
    for name, offset in places.items():
        assert block.place(field(name)).offset == offset, name
    assert (
        new_block(layout=PinTableLayout.PINS_50).place(field("calibration")).offset == 0x498 + 0x38
    )
    assert (
        new_block(layout=PinTableLayout.PINS_64).place(field("calibration")).offset == 0x498 + 0x60
    )


def test_a_block_of_version_3_holds_a_short_startup_command():
    old = change_settings(new_block(version=3), {"startup_command": "x" * 511})
    assert read_settings(old)["startup_command"] == "x" * 511
    with pytest.raises(SettingUnusable):
        change_settings(old, {"startup_command": "x" * 512})
    with pytest.raises(SettingUnusable):
        change_settings(old, {"wifi_ssid2": "x"})


def test_secrets_are_masked():
    block = change_settings(new_block(), {"wifi_ssid": "home", "wifi_password": "canary77"})
    shown = masked(read_settings(block))
    assert "canary77" not in str(shown)
    assert shown["wifi_ssid"] == "***"
    assert shown["web_password"] == ""
