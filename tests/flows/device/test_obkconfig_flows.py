"""The settings block in files, over the UART and raw over the network; built from nothing."""

from __future__ import annotations

import stat

import pytest
from flows_rig import Rig, factory
from lan_fleet import TEMPLATE
from lan_in_process import in_process, lan
from lan_rig import run

from plugsmith.errors import InputError, NothingFound, PlugsmithError, UsageError
from plugsmith.errors.device import SettingsDiffer, SettingUnusable, WrongPinDevice
from plugsmith.errors.library import OutputExists
from plugsmith.flows.device.raw import read_config, write_config
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.settings_block import (
    build_file,
    change_chip,
    change_file,
    find_block,
    make_block,
    read_chip,
    read_file,
    sector_of,
    settings_piece,
)
from plugsmith.flows.wire.flash import flash
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.lan.apply import read_state
from plugsmith.openbeken.config_block import new_block
from plugsmith.openbeken.settings import read_settings
from plugsmith.sim.obk.net.server import make_fleet

MAC = "84:e3:42:01:02:03"


def wish(**settings):
    return desired_from(template=TEMPLATE, settings=settings, over_lan=False)


def test_built_for_a_new_device(tmp_path):
    out = tmp_path / "plug.bin"
    data = build_file(out, wish(wifi_ssid="net", wifi_password="canary99"), chip="BK7231T", mac=MAC)
    assert data.start == 0x1E1000
    assert "canary99" not in str(data.as_data())
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.stat().st_size == 4096
    settings = read_settings(read_file(out).block)
    assert settings["wifi_password"] == "canary99"
    assert settings["pins"]["26"] == "Rel;1"
    assert settings["startup_command"] == "startDriver BL0937"
    assert settings["short_name"] == "obk42010203"
    with pytest.raises(OutputExists):
        build_file(out, wish(), chip="BK7231T", mac=MAC)
    with pytest.raises(UsageError):
        build_file(tmp_path / "x.bin", wish(), chip="BK7231T", mac=None)


def test_old_meter_factors_go_into_the_block():
    text = '{"chip": "BK7231T", "pins": {"26": "Rel;1"}, "command": "backlog PREF 1.2; VREF 0.13"}'
    block = make_block(desired_from(template=text, over_lan=False), chip="BK7231T", mac=MAC)
    found = read_settings(block)["calibration"]
    assert found == {"voltage": 0.13, "current": 0.0, "power": 1.2, "power_max": 0.0}


def test_a_changed_file_differs_in_the_field_and_the_sum_only(tmp_path):
    flash = bytearray(factory("BK7231T"))
    sector = sector_of(make_block(wish(), chip="BK7231T", mac=MAC))
    flash[0x1E1000:0x1E2000] = sector
    source, out = tmp_path / "dump.bin", tmp_path / "out.bin"
    source.write_bytes(flash)
    only = desired_from(template=None, settings={"boot_ok_seconds": 9}, over_lan=False)
    data = change_file(source, out, only)
    assert data.verified is True
    differing = [i for i, (a, b) in enumerate(zip(flash, out.read_bytes(), strict=True)) if a != b]
    assert differing == [0x1E1003, 0x1E1597]


def test_a_file_that_ends_with_a_shorter_block_takes_no_longer_one(tmp_path):
    old, new = new_block(version=3), new_block()
    assert len(new.raw) > len(old.raw)
    source, out = tmp_path / "dump.bin", tmp_path / "out.bin"
    source.write_bytes(old.raw)
    with pytest.raises(InputError, match="no room for the block"):
        change_file(source, out, wish(), block=new)
    assert not out.exists()


def test_a_file_without_a_block(tmp_path):
    path = tmp_path / "factory.bin"
    path.write_bytes(factory("BK7231T"))
    with pytest.raises(NothingFound):
        read_file(path)


def test_a_damaged_block_is_named_as_such(tmp_path):
    sector = bytearray(sector_of(make_block(wish(), chip="BK7231T", mac=MAC)))
    sector[100] ^= 1
    path = tmp_path / "bad.bin"
    path.write_bytes(sector)
    with pytest.raises(InputError, match="checksum"):
        read_file(path)


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_over_the_uart(tmp_path, chip):
    """A factory chip gets a first-start block with its own MAC; then one field changes."""
    rig = Rig(tmp_path, chip)
    outcome, addr = change_chip(rig.ctx(), wish(wifi_ssid="net", wifi_password="canary55"))
    assert outcome.verified
    assert addr == (0x1E1000 if chip == "BK7231T" else 0x1D1000)
    found = read_chip(rig.ctx())
    settings = read_settings(found.block)
    assert settings["wifi_ssid"] == "net"
    assert settings["mac"] == rig_mac(rig)
    changed = {
        i // 4096 for i, (a, b) in enumerate(zip(rig.before, rig.content, strict=True)) if a != b
    }
    assert changed == {addr // 4096}
    assert "canary55" not in "\n".join(str(event.as_json()) for event in rig.log)
    only = desired_from(template=None, settings={"short_name": "other"}, over_lan=False)
    change_chip(rig.ctx(), only)
    again = read_settings(read_chip(rig.ctx()).block)
    assert again == {**settings, "short_name": "other"}


def rig_mac(rig) -> str:
    from plugsmith.flows.write.target_image import mac_in_rf

    for at in (0x1E0000, 0x1D0000):
        mac = mac_in_rf(rig.before[at : at + 4096])
        if mac:
            return mac
    raise AssertionError("no RF sector")


def test_raw_over_the_network_waits_for_the_power_cycle(tmp_path, monkeypatch):
    with in_process(tmp_path, monkeypatch, lambda clock: make_fleet(1, clock=clock)) as net:
        net.clock.sleep(60.0)  # it has run for a while
        net.when_asked_to_unplug(net.device.power_cycle)
        only = desired_from(template=None, settings={"time_server": "10.0.0.9"}, over_lan=False)
        data = write_config(net.ctx, net.hosts, only)
        assert data.verified is True
        assert run(read_state(net.obk)).settings["time_server"] == "10.0.0.9"


def test_a_soft_restart_after_a_raw_write_is_noticed(tmp_path, monkeypatch):
    """openbeken.md section 9.4: the firmware saves its old settings over the new block."""
    with in_process(tmp_path, monkeypatch, lambda clock: make_fleet(1, clock=clock)) as net:
        net.clock.sleep(60.0)  # it has run for a while
        net.when_asked_to_unplug(lambda: net.device.restart_in(0.1))
        only = desired_from(template=None, settings={"time_server": "10.0.0.9"}, over_lan=False)
        with pytest.raises(SettingsDiffer, match="time_server"):
            write_config(net.ctx, net.hosts, only)


def test_the_block_of_another_device_is_not_written(tmp_path):
    with lan(tmp_path) as net:
        other = make_block(wish(), chip="BK7231T", mac=MAC)
        with pytest.raises(WrongPinDevice):
            write_config(net.ctx, net.hosts, wish(), block=other, power_cycle_s=1)
        assert not any("POST" in line for line in net.endpoint.requests)


def test_read_over_the_network_masks_secrets(tmp_path):
    with lan(tmp_path) as net:
        data = read_config(net.ctx, net.hosts)
        assert data.crc == "ok"
        assert data.config["mqtt_password"] == "***"
        shown = read_config(net.ctx, net.hosts, show_secrets=True)
        assert shown.config["mqtt_password"] != "***"


@pytest.mark.parametrize(
    "settings", [{"nonsense": 1}, {"mqtt_port": 70000}, {"pins": {"x": "Rel"}}, {"mac": "1"}]
)
def test_impossible_settings(settings):
    with pytest.raises(SettingUnusable):
        desired_from(template=None, settings=settings, over_lan=False)


def test_settings_files(tmp_path):
    from plugsmith.flows.settings.file import read_settings_file, setting_words

    toml, yaml, bad = tmp_path / "a.toml", tmp_path / "a.yaml", tmp_path / "b.toml"
    toml.write_text('short-name = "x"\n[wifi]\nssid = "n"\n[pins]\n26 = "Rel;1"\n')
    yaml.write_text("short_name: x\nwifi: {ssid: n}\npins: {26: Rel;1}\n")
    same = {"short_name": "x", "wifi_ssid": "n", "pins": {"26": "Rel;1"}}
    assert read_settings_file(toml) == same
    assert read_settings_file(yaml) == same
    for text in ("x = ", "unknown = 1", "[wifi]\nnothing = 1", "\0"):
        bad.write_text(text)
        with pytest.raises(PlugsmithError):
            read_settings_file(bad)
    assert setting_words(["mqtt_port=1884", 'start_values={"1": -1}']) == {
        "mqtt_port": 1884,
        "start_values": {"1": -1},
    }
    for word in ("mqtt_port", "what=1"):
        with pytest.raises(UsageError):
            setting_words([word])


def test_settings_go_with_the_firmware(tmp_path):
    """`flash` with settings: the plug joins the network on its first boot, all else as without."""
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=0x8000))
    path = tmp_path / "image.bin"
    path.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=0x8000))
    wanted = wish(wifi_ssid="net", wifi_password="canary55")
    outcome = flash(rig.ctx(), path, extra=lambda _ctx, unit, _safe: settings_piece(unit, wanted))
    assert outcome.verified
    assert rig.runs()
    settings = read_settings(find_block(rig.content, name="chip").block)
    assert (settings["wifi_ssid"], settings["wifi_password"]) == ("net", "canary55")
    assert settings["mac"] == rig_mac(rig)
    assert "canary55" not in "\n".join(str(event.as_json()) for event in rig.log)


def test_settings_go_only_with_openbeken(tmp_path):
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=0x8000))
    path = tmp_path / "image.bin"
    path.write_bytes(factory("BK7231T", code_len=0x8000))
    with pytest.raises(PlugsmithError):
        flash(rig.ctx(), path, extra=lambda _ctx, unit, _safe: settings_piece(unit, wish()))
    assert rig.content == rig.before
