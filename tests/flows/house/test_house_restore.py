"""`device restore`: every kind of device back as it was. Cut off: test_house_cut_anywhere."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from lan_fleet import SPEED
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import BackupUnusable, WrongPinDevice
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.device.apply import apply, undo
from plugsmith.flows.device.backup import backup
from plugsmith.flows.house.clone import cloned, with_number
from plugsmith.flows.house.restore import RestoreOptions, restore
from plugsmith.flows.house.stored_settings import open_stored
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan.apply import read_state
from plugsmith.openbeken.settings import masked, read_settings
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.faults import Fault, FaultKind

KINDS = {
    "plug with meter": {
        "pins": {"6": "LED_n;1", "7": "BL0937CF;0", "8": "BL0937CF1;0", "10": "Btn;1;2",
                 "24": "BL0937SEL;0", "26": "Rel;1"},
        "command": "startDriver BL0937",
    },
    "bulb PWM": {
        "pins": {"6": "PWM;2", "7": "PWM;1", "8": "PWM;3", "24": "PWM;4", "26": "PWM;5"},
        "command": "backlog PowerSave 1; led_enableAll 1",
        "flags": "1048576",
    },
    "bulb two-wire": {
        "pins": {"6": "SM2135DAT;0", "24": "SM2135CLK;0"},
        "command": "SM2135_Map 2 1 0 4 3",
    },
    "TuyaMCU": {
        "pins": {},
        "command": "backlog startDriver TuyaMCU; setChannelType 1 Toggle; "
        "linkTuyaMCUOutputToChannel 1 bool 1",
    },
    "curtain": {
        "pins": {"7": "Rel;1", "8": "Rel;2", "14": "Btn;1", "26": "Btn;2"},
        "command": "backlog setChannelType 1 Toggle; SetStartValue 1 0; SetStartValue 2 -1",
    },
    "battery sensor": {
        "pins": {"6": "DoorSnsrWSleep;1", "23": "BAT_ADC;2", "14": "BAT_Relay;3"},
        "command": "Battery_Setup 2000 3000 1.54",
        "flags": "1032",
    },
}  # fmt: skip
COUNTERS = {"change_counter", "ota_counter"}


def settings_of(net, number=0):
    found = run(read_state(net.ctx.obk(net.hosts[number]))).settings
    return {name: value for name, value in found.items() if name not in COUNTERS}


def block_of(net, number=0):
    return bytes(run(read_state(net.ctx.obk(net.hosts[number]))).block.raw)


def set_up(net, kind, number=0):
    chip = net.server.devices[number].identity.chip
    body = {"vendor": "x", "name": kind, "chip": chip, **KINDS[kind]}
    extra = {
        "short_name": "living_4", "long_name": "Living room 4", "mqtt_host": "192.168.1.2",
        "mqtt_client": "living_4", "mqtt_password": "canary-pw", "wifi_ssid": "canary-net",
        "wifi_password": "canary-wifi", "boot_ok_seconds": 7, "ping_host": "192.168.1.1",
        "button_times": {"long": 12, "short": 2, "repeat": 4},
    }  # fmt: skip
    wish = desired_from(template=json.dumps(body), settings=extra)
    ctx = replace(net.ctx, patience=replace(net.ctx.patience, broker_s=0.1))
    apply(ctx, [net.hosts[number]], wish)
    run(net.ctx.obk(net.hosts[number]).write_file("autoexec.bat", b"echo hello\n"))
    device = net.server.devices[number]
    if "meter" in kind:
        device.block.set_calibration(0, 0.14)
        device.block.set_calibration(2, 1.48)
        device.save()
    return ctx


def wipe(net, number=0):
    device = net.server.devices[number]
    device.run("clearAll")
    device.save()
    device.power_cycle()
    run(net.ctx.obk(net.hosts[number]).wait_back(None))


def hand(net, number=0):
    """Somebody who unplugs the device as soon as that is asked for."""
    real = net.log.emit

    def emit(event):
        real(event)
        if "unplug it now" in str(getattr(event, "message", "")):
            threading.Timer(0.1, net.server.devices[number].power_cycle).start()

    net.log.emit = emit


def stored_backup(net, ctx, number=0):
    return Path(backup(ctx, [net.hosts[number]], full=False).folder)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("kind", "chip"),
    [*((kind, "BK7231T") for kind in KINDS), ("bulb PWM", "BK7231N"), ("TuyaMCU", "BK7231N")],
)
def test_a_wiped_device_is_back_to_the_byte(tmp_path, kind, chip):
    with lan(tmp_path, SimObk(chip=chip, speed=SPEED)) as net:
        ctx = set_up(net, kind)
        before, files = block_of(net), net.device.files.image()
        folder = stored_backup(net, ctx)
        wipe(net)
        assert block_of(net) != before
        hand(net)
        data = restore(ctx, net.hosts[0], open_stored(folder), RestoreOptions(power_cycle=True))
        assert data.verified is True
        assert data.left == ()
        after = block_of(net)
        masked_out = [*range(3, 4), *range(0x10, 0x14)]  # checksum and counters
        differs = [at for at in range(len(before)) if before[at] != after[at]]
        assert [at for at in differs if at not in masked_out] == []
        assert net.device.files.image() == files
        assert "canary" not in net.everything_said() + str(data)
        again = restore(ctx, net.hosts[0], open_stored(folder))
        assert (again.applied, again.files) == ((), "equal")


def test_without_a_power_cycle_it_says_what_is_left(tmp_path):
    with lan(tmp_path) as net:
        ctx = set_up(net, "plug with meter")
        folder = stored_backup(net, ctx)
        wipe(net)
        data = restore(ctx, net.hosts[0], open_stored(folder))
        assert data.left == ("calibration",)
        assert "PS-NOTE-RESTORE-LEFT" in [e.code for e in net.log if e.kind == "warning"]


def test_a_dry_run_sends_nothing(tmp_path):
    with lan(tmp_path) as net:
        ctx = set_up(net, "curtain")
        folder = stored_backup(net, ctx)
        wipe(net)
        count = len(net.endpoint.requests)
        data = restore(ctx, net.hosts[0], open_stored(folder), RestoreOptions(dry_run=True))
        assert "pins" in data.planned
        assert not any("POST" in line for line in net.endpoint.requests[count:])


def test_a_replacement_needs_consent_and_a_clone_gets_names_of_its_own(tmp_path):
    fleet = [SimObk(speed=SPEED), SimObk(speed=SPEED, mac=bytes.fromhex("c8478c1a2bff"))]
    with lan(tmp_path, *fleet) as net:
        ctx = set_up(net, "curtain")
        stored = open_stored(stored_backup(net, ctx))

        def refuse(_question, step):
            raise ConsentMissing(step=step)

        with pytest.raises(ConsentMissing):
            restore(replace(ctx, consent=refuse), net.hosts[1], stored)
        clone = RestoreOptions(as_clone=True)
        data = restore(replace(ctx, consent=refuse), net.hosts[1], stored, clone,
                       taken=("living_4", "living_1"))  # fmt: skip
        assert data.verified is True
        first, second = settings_of(net), settings_of(net, 1)
        assert second["short_name"] == second["mqtt_client"] == "living_2"
        assert second["long_name"] == "Living room 2"
        assert second["pins"] == first["pins"]
        assert second["mac"] != first["mac"]
        restore(ctx, net.hosts[1], stored)
        assert settings_of(net, 1)["short_name"] == "living_4"


def test_names_of_a_clone():
    old, new = "c8:47:8c:1a:2b:3c", "c8:47:8c:99:88:77"
    names = {"short_name": "obk8C1A2B3C", "long_name": "OpenBK7231T_8C1A2B3C", "mqtt_client": "x9"}
    found = cloned(names, old_mac=old, new_mac=new, number=None, taken=["x1", "X2"])
    assert found["short_name"] == "obk8C998877"
    assert found["long_name"] == "OpenBK7231T_8C998877"
    assert found["mqtt_client"] == "x3"
    assert with_number("plug", 3) == "plug_3"
    fixed = cloned({"short_name": "a1", "static_ip": {"ip": "1.2.3.4"}}, old_mac=None,
                   new_mac=None, number=7, taken=[])  # fmt: skip
    assert fixed["short_name"] == "a7"
    assert set(fixed["static_ip"].values()) == {"0.0.0.0"}


def test_a_backup_of_another_chip_or_a_torn_one_is_refused(tmp_path):
    with lan(tmp_path, SimObk(speed=SPEED), SimObk(chip="BK7231N", speed=SPEED)) as net:
        ctx = set_up(net, "curtain")
        folder = stored_backup(net, ctx)
        with pytest.raises(WrongPinDevice, match="BK7231N"):
            restore(ctx, net.hosts[1], open_stored(folder))
        (folder / "config.bin").write_bytes(b"CFG" + bytes(4093))
        with pytest.raises(BackupUnusable):
            open_stored(folder)


def outcome_of(work):
    """The error of ours that `work` ends with; None where it ends well."""
    try:
        work()
    except PlugsmithError as error:
        return error
    return None


def test_a_restore_can_be_undone(tmp_path):
    with lan(tmp_path) as net:
        ctx = set_up(net, "curtain")
        folder = stored_backup(net, ctx)
        apply(ctx, net.hosts, desired_from(template=None, settings={"short_name": "later"}))
        restore(ctx, net.hosts[0], open_stored(folder))
        assert settings_of(net)["short_name"] == "living_4"
        undo(ctx, net.hosts)
        assert settings_of(net)["short_name"] == "later"


def test_a_block_and_its_json_are_wishes_too(tmp_path, capsys):
    from plugsmith.cli.app import main

    with lan(tmp_path) as net:
        device = net.device
        device.run("ShortName stored")
        device.run("backlog setPinRole 26 Rel; setPinChannel 26 1")
        device.save()
        block = run(read_state(net.obk)).block
        sector = tmp_path / "config.bin"
        sector.write_bytes(bytes(block.raw).ljust(4096, b"\xff"))
        told = tmp_path / "config.json"
        told.write_text(json.dumps({"data": {"config": masked(read_settings(block))}}))
        for source in (sector, told):
            device.run("backlog ShortName other; setPinRole 26 None")
            device.save()
            host = str(net.hosts[0])
            assert main(["device", "apply", host, str(source), "--json"]) == 0
            assert settings_of(net)["short_name"] == "stored"
            assert settings_of(net)["pins"] == {"26": "Rel;1"}
        capsys.readouterr()


def test_a_masked_source_says_what_it_does_not_hold(tmp_path):
    told = tmp_path / "c.json"
    told.write_text(json.dumps({"config": {"short_name": "x", "wifi_password": "***"}}))
    with lan(tmp_path) as net:
        restore(net.ctx, net.hosts[0], open_stored(told))
        assert settings_of(net)["short_name"] == "x"
        assert "PS-NOTE-MASKED" in [e.code for e in net.log if e.kind == "warning"]


def test_a_device_that_is_lost_among_the_stages_is_told_with_what_is_done(tmp_path):
    with lan(tmp_path) as net:
        ctx = set_up(net, "curtain")
        folder = stored_backup(net, ctx)
        wipe(net)
        net.endpoint.faults.add(Fault(kind=FaultKind.VANISH, at=14))
        hasty = replace(ctx, patience=net.hasty.patience)
        assert outcome_of(lambda: restore(hasty, net.hosts[0], open_stored(folder))) is not None
        told = [e.message for e in net.log if e.kind == "warning" and e.code == "PS-NOTE-SO-FAR"]
        assert len(told) == 1
        assert "files" in told[0]
