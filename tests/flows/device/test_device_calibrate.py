"""`device calibrate` on simulated plugs: chips that are off, sanity, stored, undone, cut off."""

from __future__ import annotations

import json

import pytest
from lan_fleet import TEMPLATE
from lan_in_process import lan
from lan_rig import run

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import CalibrationNotKept, CalibrationUnsound, NoMeter, UndoMissing
from plugsmith.flows.device.apply import apply
from plugsmith.flows.device.calibrate import calibrate, set_factors, undo_calibration
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan.apply import read_state
from plugsmith.openbeken.metering import MeasuredLoad
from plugsmith.sim.obk.net.faults import Fault, FaultKind
from plugsmith.sim.obk.plug.plug import Load as PluggedIn
from plugsmith.sim.obk.plug.plug import Tolerance

HEATER = PluggedIn(volts=230.0, watts=2000.0)
OFF = Tolerance(voltage=1.04, current=0.95, power=1.06)
DEFAULTS = {"voltage": 0.13253012048, "current": 0.0118577075, "power": 1.5}


def uart(meter: str) -> str:
    body = json.loads(TEMPLATE)
    body["pins"] = {"26": "Rel;1"}
    body["command"] = f"startDriver {meter}"
    return json.dumps(body)


def ready(net, template=TEMPLATE, load=HEATER):
    apply(net.ctx, net.hosts, desired_from(template=template))
    net.device.plug.tolerance = OFF
    net.device.plug_in(load)


def factors(net):
    return run(read_state(net.obk)).settings["calibration"]


def test_a_bl0937_that_is_off(tmp_path):
    with lan(tmp_path) as net:
        ready(net)
        data = calibrate(net.ctx, net.hosts[0], MeasuredLoad(volts=230.0, watts=2000.0))
        assert data.meter == "BL0937"
        assert data.before["power"] == pytest.approx(2120, rel=0.01)
        assert data.after["power"] == pytest.approx(2000, rel=0.01)
        assert data.after["voltage"] == pytest.approx(230, rel=0.01)
        assert data.after["current"] == pytest.approx(2000 / 230, rel=0.01)
        found = factors(net)
        for name, off in (("voltage", 1.04), ("current", 0.95), ("power", 1.06)):
            assert found[name] == pytest.approx(DEFAULTS[name] / off, rel=0.005)
        assert net.device.relay_closed is False


@pytest.mark.parametrize("meter", ["BL0942", "CSE7766"])
def test_meters_on_the_serial_port(tmp_path, meter):
    with lan(tmp_path) as net:
        ready(net, uart(meter))
        data = calibrate(net.ctx, net.hosts[0], MeasuredLoad(volts=230.0, watts=2000.0))
        assert data.meter == meter
        assert data.after["power"] == pytest.approx(2000, rel=0.01)


def test_a_resistance_is_a_known_load(tmp_path):
    with lan(tmp_path) as net:
        ready(net)
        data = calibrate(net.ctx, net.hosts[0], MeasuredLoad(volts=230.0, ohms=230.0**2 / 2000))
        assert data.after["power"] == pytest.approx(2000, rel=0.01)


def test_undo_brings_the_old_factors_back(tmp_path):
    with lan(tmp_path) as net:
        ready(net)
        calibrate(net.ctx, net.hosts[0], MeasuredLoad(volts=230.0, watts=2000.0))
        undo_calibration(net.ctx, net.hosts[0])
        found = factors(net)
        for name, value in DEFAULTS.items():
            assert found[name] == pytest.approx(value, rel=0.003)
        with pytest.raises(UndoMissing):
            undo_calibration(net.ctx, net.hosts[0])


def test_known_factors_of_an_old_template(tmp_path):
    with lan(tmp_path) as net:
        ready(net)
        set_factors(net.ctx, net.hosts[0], {"power": 1.2, "voltage": 0.124868})
        found = factors(net)
        assert found["power"] == pytest.approx(1.2, rel=0.003)
        assert found["voltage"] == pytest.approx(0.124868, rel=0.003)


@pytest.mark.parametrize(
    ("plugged", "load", "word"),
    [
        (PluggedIn(volts=230.0, watts=0.0), MeasuredLoad(watts=2000.0), "no"),
        (HEATER, MeasuredLoad(volts=230.0, watts=200.0), "shows"),
        (HEATER, MeasuredLoad(volts=23.0), "shows"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_stored(tmp_path, plugged, load, word):
    with lan(tmp_path) as net:
        ready(net, load=plugged)
        with pytest.raises(CalibrationUnsound, match=word):
            calibrate(net.ctx, net.hosts[0], load)
        assert set(factors(net).values()) == {0.0}
        assert net.device.relay_closed is False


def test_a_small_load_and_one_that_is_not_resistive_are_told(tmp_path):
    with lan(tmp_path) as net:
        ready(net, load=PluggedIn(volts=230.0, watts=60.0, power_factor=0.6))
        amps = 60.0 / (230.0 * 0.6)
        calibrate(net.ctx, net.hosts[0], MeasuredLoad(volts=230.0, watts=60.0, amps=amps))
        told = {event.code for event in net.log if event.kind == "warning"}
        assert told >= {"PS-NOTE-SMALL-LOAD", "PS-NOTE-POWER-FACTOR"}


def test_an_unsteady_load_is_refused(tmp_path, monkeypatch):
    with lan(tmp_path) as net:
        ready(net)
        from plugsmith.lan.obk_http import Obk

        real, count = Obk.meter, iter(range(10_000))

        async def wobbling(self):
            from dataclasses import replace

            reading = await real(self)
            return reading and replace(reading, power=reading.power * (1 + next(count) % 3 / 5))

        monkeypatch.setattr(Obk, "meter", wobbling)
        with pytest.raises(CalibrationUnsound, match="steady"):
            calibrate(net.ctx, net.hosts[0], MeasuredLoad(volts=230.0, watts=2000.0))


def test_a_device_without_a_meter(tmp_path):
    with lan(tmp_path) as net, pytest.raises(NoMeter):
        calibrate(net.ctx, net.hosts[0], MeasuredLoad(watts=100.0))


@pytest.mark.parametrize("at", [4, 9, 16, 20, 26])
def test_a_device_that_vanishes_is_told(tmp_path, at):
    with lan(tmp_path) as net:
        ready(net)
        net.endpoint.faults.add(Fault(kind=FaultKind.VANISH, at=at))
        with pytest.raises(PlugsmithError) as caught:
            calibrate(net.hasty, net.hosts[0], MeasuredLoad(volts=230.0, watts=2000.0))
        assert int(caught.value.exit_code) == 10


def test_the_vendors_numbers_in_a_dump_are_shown_raw(tmp_path):
    from plugsmith.errors import NothingFound
    from plugsmith.flows.device.factory_metering import factory_metering
    from plugsmith.forge.flash import forge_flash

    flash = bytearray(forge_flash(chip="BK7231N", code_len=0x8000))
    path = tmp_path / "dump.bin"
    path.write_bytes(flash)
    with pytest.raises(NothingFound):
        factory_metering(path)
    words = (537, 24333, 13284, 3140)
    flash[0x1D5000:0x1D5010] = b"".join(word.to_bytes(4, "little") for word in words)
    path.write_bytes(flash)
    data = factory_metering(path)
    assert data.words_at_0x1d5000 == words
    assert data.applied == ()


def test_a_device_that_does_not_keep_the_factor(tmp_path, monkeypatch):
    from plugsmith.sim.obk.plug.meter import Meter

    with lan(tmp_path) as net:
        ready(net)
        monkeypatch.setattr(Meter, "calibrate", lambda *_args: True)
        with pytest.raises(CalibrationNotKept) as caught:
            calibrate(net.ctx, net.hosts[0], MeasuredLoad(volts=230.0))
        assert int(caught.value.exit_code) == 7
        assert "--undo" in caught.value.hint
