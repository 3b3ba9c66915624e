"""The traps of openbeken.md section 16 that only show when something is changed, one test each."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lan_fleet import TEMPLATE
from lan_in_process import lan
from lan_rig import RawDevice, run

from plugsmith.errors.device import DeviceNotBack, DeviceTransfer
from plugsmith.flows.device.apply import apply
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan import carry_out as carry_out_module
from plugsmith.lan.apply import pin_texts, read_state
from plugsmith.lan.change import make_change
from plugsmith.lan.change_steps import CommandStep
from plugsmith.lan.http import HttpWire
from plugsmith.lan.records import read_pins
from plugsmith.openbeken.config_block import new_block
from plugsmith.openbeken.settings import change_settings, read_settings
from plugsmith.sim.obk.plug.plug import Mode

EMPTY = read_settings(new_block())
TYPES = ["Default", "Error", "Temperature"]
PINS = st.dictionaries(
    st.integers(0, 28).map(str),
    st.builds(
        lambda role, channel, second: f"{role};{channel}{second}",
        st.sampled_from(["Rel", "Btn", "LED_n", "BL0937CF", "WifiLED_n", "PWM"]),
        st.integers(0, 63),
        st.sampled_from(["", ";3"]),
    ),
)


def settings(net):
    return run(read_state(net.obk)).settings


def only(**wanted):
    return desired_from(template=None, settings=wanted)


def test_2_nothing_long_goes_through_cm(tmp_path):
    with lan(tmp_path) as net:
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        asked = [line for line in net.endpoint.requests if line.startswith("GET /cm")]
        assert all(len(line) < 124 for line in asked)


def test_3_a_body_follows_its_header_at_once():
    """A server that reads once, as the device does, sees header and body."""
    body = b"x" * 700
    with RawDevice(lambda _request: b"HTTP/1.1 200 OK\n\r\n{}") as device:
        run(HttpWire(device.host).post("/api/cmnd", body))
    assert device.requests[0].endswith(b"\r\n\r\n" + body)


def test_4_roles_go_by_the_devices_own_numbers():
    table = {"rolenames": [" ", "Btn", "Rel"], "roles": [0, 2, 1], "channels": [0, 4, 5]}
    found = read_pins(json.dumps(table))
    assert pin_texts(found) == {"1": "Rel;4", "2": "Btn;5"}


def test_a_device_that_joined_another_network_is_told(tmp_path, monkeypatch):
    async def gone(obk, *_args):
        raise DeviceNotBack(host=obk.host)

    with lan(tmp_path) as net:
        monkeypatch.setattr(carry_out_module, "_settle", gone)
        apply(net.ctx, net.hosts, only(wifi_ssid="elsewhere", wifi_password="wifi-pw-1"))
        assert "PS-NOTE-DEVICE-MOVED" in [
            event.code for event in net.log if event.kind == "warning"
        ]


def test_what_of_a_template_cannot_be_set_is_told(tmp_path):
    text = '{"chip": "BK7231T", "pins": {"26": "Rel;1"}, "command": "backlog PREF 1.2"}'
    with lan(tmp_path) as net:
        apply(net.ctx, net.hosts, desired_from(template=text))
        told = [event for event in net.log if event.kind == "warning"]
        assert "PS-NOTE-TEMPLATE" in [event.code for event in told]


def test_10_a_page_gets_what_it_would_reset(tmp_path):
    with lan(tmp_path) as net:
        first = {
            "mqtt_host": "10.0.0.1", "mqtt_port": 1884, "mqtt_user": "u", "mqtt_password": "pw-1",
            "wifi_ssid": "net", "wifi_password": "wifi-pw-1", "web_password": "hunter22",
        }  # fmt: skip
        apply(net.ctx, net.hosts, only(**first))
        ctx = type(net.ctx)(**{**_fields(net.ctx), "password": "hunter22"})
        apply(ctx, net.hosts, only(mqtt_port=1885))
        apply(ctx, net.hosts, only(wifi_ssid2="other"))
        found = run(read_state(ctx.obk(net.hosts[0]))).settings
        expected = {**first, "mqtt_port": 1885, "wifi_ssid2": "other"}
        assert {name: found[name] for name in expected} == expected


def _fields(ctx):
    return {name: getattr(ctx, name) for name in type(ctx).__dataclass_fields__}


def test_11_a_pin_without_a_role_is_let_go(tmp_path):
    with lan(tmp_path) as net:
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        assert net.device.plug.pins[26].mode is Mode.OUTPUT
        apply(net.ctx, net.hosts, only(pins={"10": "Btn;1"}))
        assert net.device.plug.pins[26].mode is not Mode.OUTPUT
        change = make_change({**EMPTY, "pins": {"26": "Rel;1"}}, {"pins": {}}, type_names=TYPES)
        commands = [step.command for step in change.steps if isinstance(step, CommandStep)]
        line = next(command for command in commands if "26" in command)
        assert line.index("dInput_NoPullUp") < line.index("None")


@given(PINS, PINS)
def test_13_no_part_of_a_backlog_is_long_or_quoted(had, wanted):
    change = make_change({**EMPTY, "pins": had}, {"pins": wanted}, type_names=TYPES)
    for step in change.steps:
        command = getattr(step, "command", "")
        assert '"' not in command
        assert all(len(part) <= 127 for part in command.split(";"))


@pytest.mark.parametrize("flags", [1 << 55, (1 << 31) | 1024, (1 << 64) - 1, 0])
def test_14_all_64_flags_are_compared_from_the_block(tmp_path, flags):
    with lan(tmp_path) as net:
        data = apply(net.ctx, net.hosts, only(flags=flags))
        assert data.verified is True
        assert settings(net)["flags"] == flags


def test_8_a_full_file_system_is_noticed(tmp_path):
    with lan(tmp_path) as net, pytest.raises(DeviceTransfer):
        run(net.obk.write_file("huge.bin", bytes(60_000)))


def test_7_a_device_is_restarted_after_its_file_system_was_written(tmp_path):
    with lan(tmp_path) as net:
        run(net.obk.write_file("a.txt", b"abc"))
        image = run(net.obk.read_filesystem(size=0x8000))
        from plugsmith.flows.house.update import restore_files

        run(net.obk.write_file("a.txt", b"changed"))
        assert run(restore_files(net.obk, image)) == "restored"
        assert any("/api/reboot" in line for line in net.endpoint.requests)
        assert run(net.obk.read_file("a.txt", size=3)) == b"abc"


def test_17_labels_are_never_sent(tmp_path):
    with lan(tmp_path) as net:
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        assert not any("Label" in line for line in net.endpoint.requests)


def test_18_settings_are_saved_before_they_are_read_back(tmp_path):
    """Without a restart the device takes seconds to save: the read-back waits for it."""
    with lan(tmp_path) as net:
        assert apply(net.ctx, net.hosts, only(short_name="late")).verified is True
        assert not any("/api/reboot" in line for line in net.endpoint.requests)


@given(PINS, PINS)
def test_a_change_is_empty_exactly_when_nothing_differs(had, wanted):
    change = make_change({**EMPTY, "pins": had}, {"pins": wanted}, type_names=TYPES)
    assert bool(change.steps) == (had != wanted)
    assert set(change.old) == set(change.new)


def test_old_blocks_do_not_take_a_web_password():
    from plugsmith.errors.device import SettingUnusable

    with pytest.raises(SettingUnusable):
        change_settings(new_block(version=4), {"web_password": "hunter22"})
