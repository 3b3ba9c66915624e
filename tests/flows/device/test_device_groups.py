"""Changes of one device and of several: asked for once, kept apart, undone as one, told truly."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lan_fleet import SPEED, TEMPLATE
from lan_fleet import lan as served_lan
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.device import (
    ChangedMeanwhile,
    HalfApplied,
    NotVerified,
    RefusedAfterStop,
    SettingUnusable,
    TemplateUnusable,
    UndoElsewhere,
    UndoMissing,
    WrongPinDevice,
)
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.device.apply import apply, undo
from plugsmith.flows.device.info import info
from plugsmith.flows.device.scan import scan
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan.apply import read_state
from plugsmith.lan.discover import FoundDevice, without_doubles
from plugsmith.lan.host import Host
from plugsmith.lan.live_page import BrokerState, look_live, read_live_page
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.faults import Fault, FaultKind
from plugsmith.sim.obk.web.message import Reply


def only(**wanted):
    return desired_from(template=None, settings=wanted)


def template(**fields):
    body = {"vendor": "x", "name": "x", "chip": "BK7231T", "pins": {}, **fields}
    return desired_from(template=json.dumps(body))


def settings(net, number=0):
    return run(read_state(net.ctx.obk(net.hosts[number]))).settings


def undo_files(tmp_path):
    return sorted((tmp_path / "library" / "undo").glob("*.json"))


def refusing(net):
    asked = []

    def consent(question, step):
        asked.append(question)
        raise ConsentMissing(step=step)

    return replace(net.ctx, consent=consent), asked


def writes(net):
    return [line for end in net.server.endpoints for line in end.requests if "POST" in line]


def test_a_number_in_a_range_is_refused(tmp_path):
    with lan(tmp_path, count=2) as net:
        with pytest.raises(UsageError, match="roll"):
            apply(net.ctx, net.hosts, only(short_name="plug_{n}"), by_scan=True)
        apply(net.ctx, net.hosts, only(short_name="plug_{mac}"), by_scan=True)
        assert settings(net, 1)["short_name"] == "plug_1a2b3d"


def test_several_devices_are_shown_and_asked_for_once(tmp_path):
    with lan(tmp_path, count=3) as net:
        ctx, asked = refusing(net)
        for work in (
            lambda: apply(ctx, net.hosts, only(short_name="x")),
            lambda: apply(ctx, net.hosts, only(short_name="x"), by_scan=True),
        ):
            asked.clear()
            with pytest.raises(ConsentMissing) as caught:
                work()
            assert int(caught.value.exit_code) == 5
            assert len(asked) == 1
        assert not writes(net)
        said = net.everything_said()
        assert all(str(host) in said for host in net.hosts)
        apply(net.ctx, net.hosts, only(short_name="x"))
        with pytest.raises(ConsentMissing):
            undo(ctx, net.hosts)
        assert settings(net)["short_name"] == "x"


def test_a_device_that_changed_after_the_plan_is_not_written(tmp_path):
    with lan(tmp_path, count=2) as net:

        def consent(_question, _step):
            net.server.devices[1].run("ShortName mine")
            net.server.devices[1].save()

        data = apply(replace(net.ctx, consent=consent), net.hosts, only(short_name="x"))
        assert (data.done, data.failed) == (1, 1)
        assert net.items[str(net.hosts[1])].error["code"] == ChangedMeanwhile.code
        assert settings(net, 1)["short_name"] == "mine"


def test_devices_of_another_kind_are_skipped_with_the_reason(tmp_path):
    fleet = [SimObk(speed=SPEED), SimObk(chip="BK7231N", speed=SPEED)]
    with lan(tmp_path, *fleet) as net:
        data = apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        assert (data.done, data.skipped, data.failed, data.exit_code) == (1, 1, 0, 0)
        assert "BK7231N" in net.items[str(net.hosts[1])].data["skipped"]
        assert settings(net, 1)["pins"] == {}
        with pytest.raises(WrongPinDevice):
            apply(net.ctx, [net.hosts[1]] * 2, desired_from(template=TEMPLATE))


def test_two_devices_with_one_mac_are_both_shown_and_marked(tmp_path):
    mac = bytes.fromhex("c8478c000000")
    fleet = [SimObk(mac=mac, speed=SPEED), SimObk(mac=mac, speed=SPEED), SimObk(speed=SPEED)]
    with lan(tmp_path, *fleet) as net:
        infos = [run(net.ctx.obk(host).info()) for host in net.hosts]
        found = without_doubles(
            FoundDevice(host=host, info=who) for host, who in zip(net.hosts, infos, strict=True)
        )
        assert [item.same_mac for item in found] == [True, True, False]
        assert [item.has_placeholder_mac for item in found] == [True, True, False]
        other_way = FoundDevice(host=Host("plug", net.hosts[2].port), info=infos[2])
        assert len(without_doubles([*found, other_way])) == 3  # it says itself where it is
        elsewhere = FoundDevice(host=Host("plug", 80), info=infos[2])
        assert len(without_doubles([*found, elsewhere])) == 4
        one = scan(net.ctx, str(net.hosts[0])).devices
        assert one[0].placeholder_mac is True
        assert any(event.kind == "warning" for event in net.log)


def test_the_undo_of_one_device_never_reaches_another_with_its_mac(tmp_path):
    mac = bytes.fromhex("c8478c1a2b3c")
    with lan(tmp_path, SimObk(mac=mac, speed=SPEED), SimObk(mac=mac, speed=SPEED)) as net:
        apply(net.ctx, net.hosts[:1], only(short_name="first"))
        with pytest.raises(UndoElsewhere) as caught:
            undo(net.ctx, net.hosts[1:])
        assert int(caught.value.exit_code) == 5
        net.server.endpoints[0].refused = True  # even when the other one is away
        with pytest.raises(UndoElsewhere):
            undo(net.ctx, net.hosts[1:])
        apply(net.ctx, net.hosts[1:], only(short_name="second"))
        undo(net.ctx, net.hosts[1:])
        assert settings(net, 1)["short_name"] == "obk8C1A2B3C"


def test_a_device_that_got_another_address_can_still_be_undone(tmp_path):
    device = SimObk(speed=SPEED)
    with lan(tmp_path, device) as net:
        apply(net.ctx, net.hosts, only(short_name="moved"))
    with lan(tmp_path, device) as net:
        undo(net.ctx, net.hosts)
        assert settings(net)["short_name"] == "obk8C1A2B3C"


def test_a_template_without_pins_takes_the_old_ones_away(tmp_path):
    with lan(tmp_path) as net:
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        assert net.device.drivers == {"BL0937"}
        data = apply(net.ctx, net.hosts, template(command="startDriver NTP"))
        assert data.verified is True
        assert settings(net)["pins"] == {}
        assert net.device.drivers == {"NTP"}


def test_json_that_says_nothing_about_pins_is_no_template():
    with pytest.raises(TemplateUnusable, match="pins"):
        desired_from(template='{"short_name": "x", "mqtt_port": 1883}')


@pytest.mark.parametrize("flags", ["1024", None])
def test_what_the_startup_command_sets_is_part_of_the_wish(tmp_path, flags):
    command = (
        "backlog SetFlag 24 1; setChannelType 1 Toggle; setButtonTimes 50 1 5; "
        "SetPinRole 6 LED; SetPinChannel 6 3; SetStartValue 1 1"
    )
    wish = template(pins={"26": "Rel;1"}, command=command, **({"flags": flags} if flags else {}))
    with lan(tmp_path) as net:
        assert apply(net.ctx, net.hosts, wish).verified is True
        found = settings(net)
        assert found["flags"] == 1024 | 1 << 24
        assert found["channel_types"] == {"1": 6}
        assert found["pins"] == {"6": "LED;3", "26": "Rel;1"}
        assert found["button_times"] == {"long": 50, "short": 1, "repeat": 5}
        assert found["start_values"] == {"1": 1}
        count = len(writes(net))
        assert apply(net.ctx, net.hosts, wish).applied == ()
        net.device.power_cycle()
        run(net.obk.wait_back(None))
        assert apply(net.ctx, net.hosts, wish).applied == ()
        assert len(writes(net)) == count
        assert apply(net.ctx, net.hosts, only(flags=0)).verified is True


def test_runs_that_failed_leave_one_undo_and_it_goes_back_to_the_beginning(tmp_path):
    with lan(tmp_path) as net:
        before = settings(net)
        for at in (5, 3):
            net.endpoint.faults.add(Fault(kind=FaultKind.DROP, at=at, count=99, target="/api/cmnd"))
            with pytest.raises(HalfApplied):
                apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
            net.endpoint.faults.clear()
        assert len(undo_files(tmp_path)) == 1
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        assert len(undo_files(tmp_path)) == 1
        undo(net.ctx, net.hosts)
        after = settings(net)
        assert {name: after[name] for name in ("pins", "flags", "startup_command")} == {
            name: before[name] for name in ("pins", "flags", "startup_command")
        }
        assert undo_files(tmp_path) == []


def test_a_run_that_changed_nothing_leaves_no_undo_and_offers_none(tmp_path):
    with lan(tmp_path) as net:
        net.endpoint.faults.add(Fault(kind=FaultKind.DROP, count=99, target="/api/cmnd"))
        with pytest.raises(PlugsmithError):
            apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        assert undo_files(tmp_path) == []
        net.endpoint.faults.clear()
        data = apply(net.ctx, net.hosts, only(short_name="obk8C1A2B3C"))
        assert data.undo == ""
        assert undo_files(tmp_path) == []
        with pytest.raises(UndoMissing) as caught:
            undo(net.ctx, net.hosts)
        assert "device restore" in caught.value.hint


def test_drivers_that_were_stopped_for_a_refused_change_are_started_again(tmp_path, monkeypatch):
    with lan(tmp_path) as net:
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        real = type(net.device).run

        def refuse(device, line):
            from plugsmith.sim.obk.outcome import Outcome

            return Outcome.BAD if "setPin" in line else real(device, line)

        monkeypatch.setattr(type(net.device), "run", refuse)
        files = undo_files(tmp_path)
        with pytest.raises(RefusedAfterStop, match="BL0937"):
            apply(net.ctx, net.hosts, only(pins={"10": "Btn;1"}))
        assert net.device.drivers == {"BL0937"}
        assert undo_files(tmp_path) == files
        with pytest.raises(HalfApplied, match="started again"):
            apply(net.ctx, net.hosts, only(pins={"10": "Btn;1"}, channel_types={"1": 6}))
        assert net.device.drivers == {"BL0937"}


def test_a_loss_after_the_last_step_says_that_all_was_sent(tmp_path):
    with lan(tmp_path) as net:
        net.endpoint.faults.add(Fault(kind=FaultKind.DROP, at=2, count=99, target="/api/flash"))
        with pytest.raises(NotVerified) as caught:
            apply(net.ctx, net.hosts, only(short_name="sent"))
        assert int(caught.value.exit_code) == 10
        assert "not verified" in caught.value.message
        assert "device undo" in caught.value.hint
        net.endpoint.faults.clear()
        assert apply(net.ctx, net.hosts, only(short_name="sent")).applied == ()
        assert undo(net.ctx, net.hosts).verified is True


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Küche Süd", "Kueche_Sued"),
        ("łazienka żółć", "lazienka_zolc"),
        ("a\tb", "a_b"),
        ("Straße", "Strasse"),
        ("ŻÓŁĆ", "ZOLC"),
    ],
)
def test_names_are_spelt_as_the_firmware_can_keep_them(tmp_path, given, stored):
    with lan(tmp_path) as net:
        data = apply(net.ctx, net.hosts, only(short_name=given))
        assert data.verified is True
        assert settings(net)["short_name"] == stored


@pytest.mark.parametrize("name", ["кухня", "café", "台所", "a\x07b", "lamp 💡"])
def test_other_letters_are_refused_before_anything_is_sent(name):
    with pytest.raises(SettingUnusable, match="short_name"):
        only(short_name=name)


def test_the_simulated_firmware_mangles_what_it_is_given(tmp_path):
    with lan(tmp_path) as net:
        run(net.obk.page("/cfg_name", {"shortName": "Kü che", "name": "Kü"}))
        assert run(net.obk.info()).short_name == "K___che"


def test_info_of_several_devices_is_a_table_of_facts(tmp_path, capsys):
    from plugsmith.cli.app import main

    with lan(tmp_path, count=2) as net:
        data = info(net.ctx, net.hosts)
        assert [row.mac for row in data.table] == ["c8:47:8c:1a:2b:3c", "c8:47:8c:1a:2b:3d"]
        assert data.table[0].mqtt == "not configured"
        main(["device", "info", ",".join(map(str, net.hosts))])
        said = capsys.readouterr().out
        for fact in ("c8:47:8c:1a:2b:3c", "c8:47:8c:1a:2b:3d", "BK7231T", "1.18.299"):
            assert fact in said


def broker_line(state="disconnected", result="0(ERR_OK)", message=""):
    return (
        f'<h5>MQTT State: <span style="color:yellow">{state}</span> RES: {result}<br>'
        f"MQTT ErrMsg: {message} <br>"
    )


@pytest.mark.parametrize(
    ("page", "state"),
    [
        ("<h5>MQTT State: not configured<br>", BrokerState.OFF),
        (broker_line("connected"), BrokerState.CONNECTED),
        (broker_line(message="Refused user credentials"), BrokerState.WRONG_PASSWORD),
        (broker_line(message="Refused not authorized"), BrokerState.WRONG_PASSWORD),
        (broker_line(message="Refused server"), BrokerState.REFUSED),
        (broker_line(message="Timeout"), BrokerState.UNREACHABLE),
        (broker_line(result="-4(ERR_RTE)"), BrokerState.UNREACHABLE),
        (broker_line("awaiting reconnect"), BrokerState.WAITING),
        ("<html>", None),
    ],
)
def test_what_the_start_page_says_about_the_broker(page, state):
    assert read_live_page(page).mqtt is state


def test_after_mqtt_settings_the_connection_is_looked_at(tmp_path):
    with served_lan(tmp_path) as net:
        ctx = replace(net.ctx, patience=replace(net.ctx.patience, broker_s=6.0))
        net.device.run("SSID1 home")  # an access point has no broker
        net.device.soft_reboot()
        run(net.obk.wait_back(None))
        data = apply(ctx, net.hosts, only(mqtt_host="127.0.0.1", mqtt_port=1))
        assert data.mqtt.state == "unreachable"
        assert "PS-NOTE-MQTT" in [e.code for e in net.log if e.kind == "warning"]
        assert run(look_live(net.obk)).mqtt is BrokerState.UNREACHABLE
        assert info(ctx, net.hosts).mqtt == "unreachable"
        assert apply(ctx, net.hosts, only(short_name="x")).mqtt is None


@pytest.mark.parametrize("speed", [1.0, 40.0, 200.0])
def test_a_restart_is_seen_whatever_the_pace_of_the_device(tmp_path, speed):
    """With the waits that a real device gets, but for a restart that takes real seconds."""
    from plugsmith.lan.http import HttpTimeouts

    with lan(tmp_path, speed=speed) as net:
        net.ctx = replace(net.ctx, patience=HttpTimeouts(boot_s=15.0, settle_s=0.5))
        if speed == 1.0:
            run(net.obk.patience.sleep(2))
        assert apply(net.ctx, net.hosts, desired_from(template=TEMPLATE)).verified is True


def test_a_page_instead_of_an_answer_never_counts_as_done(tmp_path, monkeypatch):
    """Whatever a device answers to the read-back: only equal settings are `verified`."""
    from plugsmith.sim.obk.web import rest

    with lan(tmp_path) as net:
        monkeypatch.setitem(rest._POST, "cmnd", lambda *_a: Reply(body=b"<html>hello</html>"))
        with pytest.raises(PlugsmithError):
            apply(net.ctx, net.hosts, only(flags=5))


def test_an_answer_that_is_lost_before_the_restart_is_not_taken_for_it(tmp_path):
    """The device restarts seconds after it was told to; until then it still answers."""
    with lan(tmp_path, speed=10.0) as net:
        run(net.obk.patience.sleep(0.5))
        resets = net.device.resets

        async def restart():
            obk = net.obk
            watch = await obk.watch_uptime()
            await obk.restart()
            net.endpoint.faults.add(Fault(kind=FaultKind.DROP, at=1, target="/api/info"))
            return await obk.wait_back(watch)

        run(restart())
        assert net.device.resets == resets + 1
