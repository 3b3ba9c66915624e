"""`device apply` on simulated devices: compared, written, read back, undone, cut off anywhere."""

from __future__ import annotations

import json
import stat

import pytest
from lan_fleet import TEMPLATE
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.device import (
    DeviceUnreachable,
    HalfApplied,
    SettingsDiffer,
    SettingUnusable,
    TemplateUnusable,
    UndoMissing,
    WrongPinDevice,
)
from plugsmith.flows.device.apply import apply, undo
from plugsmith.flows.device.info import info
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan.apply import read_state
from plugsmith.sim.obk.net.faults import Fault, FaultKind

SECRETS = {
    "wifi_ssid": "canary-network",
    "wifi_password": "canary-wifi-pass",
    "mqtt_password": "canary-mqtt-pass",
    "mqtt_host": "192.168.1.2",
    "web_password": "canary-web",
}


def wish(**settings):
    return desired_from(template=TEMPLATE, name="plug.json", settings=settings)


def test_a_template_is_applied_and_read_back(tmp_path):
    with lan(tmp_path) as net:
        data = apply(net.ctx, net.hosts, wish(short_name="kitchen {n}", mqtt_port=11883))
        assert data.verified is True
        assert set(data.applied) == {"pins", "startup_command", "short_name", "mqtt_port"}
        state = run(read_state(net.obk))
        assert state.settings["pins"] == json.loads(TEMPLATE)["pins"] | {
            "7": "BL0937CF;0", "8": "BL0937CF1;0"
        }  # fmt: skip
        assert state.settings["short_name"] == "kitchen_1"
        assert state.settings["mqtt_port"] == 11883
        assert net.device.plug.wiring.relay == 26


def test_a_second_run_changes_nothing(tmp_path):
    with lan(tmp_path) as net:
        apply(net.ctx, net.hosts, wish())
        count = len(net.endpoint.requests)
        data = apply(net.ctx, net.hosts, wish())
        assert data.applied == ()
        assert data.verified is True
        assert not any("POST" in line for line in net.endpoint.requests[count:])


def test_a_dry_run_sends_nothing(tmp_path):
    with lan(tmp_path) as net:
        data = apply(net.ctx, net.hosts, wish(), dry_run=True)
        assert "pins" in data.planned
        assert data.applied == ()
        assert not any("POST" in line for line in net.endpoint.requests)


def test_undo_puts_everything_back(tmp_path):
    with lan(tmp_path) as net:
        before = dict(run(read_state(net.obk)).settings)
        apply(net.ctx, net.hosts, wish(short_name="x", boot_ok_seconds=9, ping_host="10.0.0.1"))
        assert undo(net.ctx, net.hosts).verified is True
        after = dict(run(read_state(net.obk)).settings)
        for name in ("change_counter",):
            before.pop(name), after.pop(name)
        assert after == before
        with pytest.raises(UndoMissing):
            undo(net.ctx, net.hosts)


def test_the_undo_file_is_private_and_secrets_are_said_nowhere(tmp_path):
    with lan(tmp_path) as net:
        data = apply(net.ctx, net.hosts, wish(mqtt_password="canary-mqtt-pass"))
        again = apply(net.ctx, net.hosts, wish(mqtt_password="canary-other-pass"))
        info(net.ctx, net.hosts)
        [*files] = (tmp_path / "library" / "undo").glob("*.json")
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
        assert any("canary-mqtt-pass" in path.read_text() for path in files)
        for place in (net.everything_said(), str(data), str(again)):
            assert "canary" not in place


def test_wifi_makes_it_move_and_that_is_said(tmp_path):
    with lan(tmp_path) as net:
        data = apply(net.ctx, net.hosts, wish(**SECRETS))
        assert data.verified in (True, False)
        assert "canary" not in net.everything_said() + str(data)


def test_a_new_web_password_is_used_at_once(tmp_path):
    with lan(tmp_path) as net:
        data = apply(
            net.ctx, net.hosts, desired_from(template=None, settings={"web_password": "hunter2222"})
        )
        assert data.verified is True
        with pytest.raises(PlugsmithError, match="PS-DEVICE-PASSWORD"):
            info(net.ctx, net.hosts)


@pytest.mark.parametrize(
    ("pins", "hint"),
    [({"6": "Relai;1"}, "Rel"), ({"6": "LED_nn;1"}, "LED_n"), ({"6": "Buton;1"}, "Btn")],
)
def test_unknown_roles_are_caught_before_anything_is_sent(pins, hint):
    text = json.dumps({"vendor": "x", "name": "x", "chip": "BK7231T", "pins": pins})
    with pytest.raises(TemplateUnusable) as caught:
        desired_from(template=text, name="bad.json")
    assert hint in caught.value.hint


def test_misspelt_roles_are_corrected_and_named():
    text = '{"chip": "BK7231T", "pins": {"26": "Relay;1", "10": "Button;1"}}'
    found = desired_from(template=text)
    assert found.settings["pins"] == {"26": "Rel;1", "10": "Btn;1"}
    assert len(found.notes) == 2


def test_roles_that_the_firmware_lacks_are_refused(tmp_path):
    high = desired_from(template=None, settings={"pins": {"30": "Rel;1"}})
    with lan(tmp_path) as net:
        with pytest.raises(WrongPinDevice, match="P30"):
            apply(net.ctx, net.hosts, high)
        assert not any("POST" in line for line in net.endpoint.requests)


def test_removed_meter_commands_are_left_out_and_kept_as_factors():
    command = "backlog PREF 1.2; VREF 0.124868; startDriver NTP"
    text = json.dumps({"chip": "BK7231T", "pins": {"26": "Rel;1"}, "command": command})
    found = desired_from(template=text)
    assert found.settings["startup_command"] == "startDriver NTP"
    assert found.factors == {"power": 1.2, "voltage": 0.124868}


def test_a_setting_that_only_the_whole_block_takes_is_refused():
    with pytest.raises(SettingUnusable):
        desired_from(template=None, settings={"mac": "00:11:22:33:44:55"})


def test_a_value_too_long_for_its_page_is_refused_before_anything_is_sent(tmp_path):
    with lan(tmp_path) as net, pytest.raises(SettingUnusable):
        apply(net.ctx, net.hosts, wish(mqtt_host="h" * 200))
    assert not any("POST" in line for line in net.endpoint.requests)


def test_a_long_startup_command_goes_by_its_page_and_once(tmp_path):
    text = "backlog " + "; ".join(f"echo {'x' * 60}{i}" for i in range(18))
    with lan(tmp_path) as net:
        data = apply(
            net.ctx, net.hosts, desired_from(template=None, settings={"startup_command": text})
        )
        assert data.verified is True
        assert run(read_state(net.obk)).settings["startup_command"] == text


def outcome_of(work):
    """The error of ours that `work` ends with; None where it ends well."""
    try:
        work()
    except PlugsmithError as error:
        return error
    return None


def test_a_device_that_vanishes_at_any_request_is_told_and_can_be_finished_or_undone(tmp_path):
    """The power fails at some request: exit 10, or done; then finishing and undo work."""
    ended = set()
    for at in (1, 4, 7, 8, 9, 11, 13, 16, 20):
        root = tmp_path / str(at)
        with lan(root) as net:
            before = run(read_state(net.obk)).settings
            net.endpoint.faults.add(Fault(kind=FaultKind.VANISH, at=at))
            error = outcome_of(lambda net=net: apply(net.hasty, net.hosts, wish(short_name="cut")))
            ended.add(type(error).__name__)
            assert error is None or int(error.exit_code) == 10, error
            assert not isinstance(error, HalfApplied) or "device undo" in error.hint
            net.device.power_off()
            net.endpoint.faults.clear()
            net.device.power_on()
            run(net.obk.wait_back(None))
            data = apply(net.ctx, net.hosts, wish(short_name="cut"))
            assert data.verified is True
            assert undo(net.ctx, net.hosts).verified is True
            while net.ctx.library.undo.latest(run(net.obk.info()).mac) is not None:
                undo(net.ctx, net.hosts)
            assert run(read_state(net.obk)).settings["pins"] == before["pins"]
    assert "HalfApplied" in ended
    assert ended & {"DeviceUnreachable", "DeviceNotBack"}


def test_lost_answers_are_survived(tmp_path):
    with lan(tmp_path) as net:
        for at in (3, 8, 10):
            net.endpoint.faults.add(Fault(kind=FaultKind.LOSE_REPLY, at=at))
        assert apply(net.ctx, net.hosts, wish()).verified is True


def test_stopping_between_steps_tells_what_is_done(tmp_path):
    with lan(tmp_path) as net:
        real = net.ctx.sink.emit

        def stop_soon(event):
            real(event)
            if type(event).__name__ == "Progress":
                net.cancel.cancel()

        net.log.emit = stop_soon
        with pytest.raises((Cancelled, HalfApplied)):
            apply(net.ctx, net.hosts, wish())


def test_what_reads_back_different_is_named_without_its_value(tmp_path, monkeypatch):
    with lan(tmp_path) as net:
        monkeypatch.setattr(type(net.device), "set_text", lambda *_args: None)
        with pytest.raises(SettingsDiffer) as caught:
            apply(
                net.ctx,
                net.hosts,
                desired_from(template=None, settings={"mqtt_password": "canary"}),
            )
        assert "mqtt_password" in caught.value.message
        assert "canary" not in caught.value.message + str(caught.value.facts)


def test_many_devices_two_of_which_fail(tmp_path):
    with lan(tmp_path, count=6) as net:
        net.server.endpoints[1].faults.add(Fault(kind=FaultKind.VANISH, at=12))
        net.server.endpoints[4].faults.add(Fault(kind=FaultKind.VANISH, at=1))
        data = apply(net.ctx, net.hosts, wish(short_name="plug_{n}", long_name="Plug {mac}"))
        assert (data.devices, data.failed, data.exit_code) == (6, 2, 10)
        failed = [name for name, item in net.items.items() if item.error]
        assert sorted(failed) == sorted([str(net.hosts[1]), str(net.hosts[4])])
        assert all(item.data["verified"] for item in net.items.values() if item.data)
        third = run(read_state(net.ctx.obk(net.hosts[2])))
        assert third.settings["short_name"] == "plug_3"
        assert third.settings["long_name"] == "Plug 1a2b3e"


def test_nobody_there(tmp_path):
    with lan(tmp_path) as net:
        hosts = net.hosts
    with pytest.raises(DeviceUnreachable):
        apply(net.ctx, hosts, wish())


def test_one_flag_is_set_by_its_words_and_the_others_stay(tmp_path):
    with lan(tmp_path) as net:
        net.device.run("Flags 1025")
        net.device.save()  # as it does within a second
        wish = desired_from(template=None, settings={"flag": {"Enable UART command line": "on"}})
        data = apply(net.ctx, net.hosts, wish)
        assert data.applied == ("flags",)
        assert net.device.block.flags == 1025 | 1 << 31
        assert "flag 31: on  [UART] Enable UART command line" in net.everything_said()
        assert apply(net.ctx, net.hosts, wish).applied == ()
        undo(net.ctx, net.hosts)
        assert net.device.block.flags == 1025
