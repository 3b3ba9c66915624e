"""The pin doctor on the simulated plug of the forum thread: an examiner that looks at the plug."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from lan_fleet import TEMPLATE
from lan_in_process import in_process
from lan_rig import run

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.device import PinNotAllowed, PinsNotRestored
from plugsmith.flows.device.apply import apply
from plugsmith.flows.device.pins import examine
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.lan.apply import read_state
from plugsmith.lan.pin_doctor import STOP_SCRIPTS, PinDoctor, drive_line
from plugsmith.openbeken.pin_findings import (
    COMBINATIONS,
    Depends,
    LedUse,
    PinFinding,
    PinKind,
    lamp_advice,
    led_role,
    propose,
    solve_lamp,
)
from plugsmith.openbeken.template import parse_template
from plugsmith.sim.obk.firmware import ScriptRest
from plugsmith.sim.obk.net.faults import Fault, FaultKind
from plugsmith.sim.obk.net.server import make_fleet
from plugsmith.sim.obk.outcome import Outcome
from plugsmith.sim.obk.plug.plug import Mode

PINS = (6, 7, 8, 9, 10, 24, 26)


def a_plug(root, monkeypatch):
    """One plug, in virtual time: how long a drive holds is told by no machine that is busy."""
    return in_process(root, monkeypatch, lambda clock: make_fleet(1, clock=clock))


class Presses(list):
    """The requests of a device whose button goes down and up `times`, a change at each look."""

    def __init__(self, device, times=4):
        super().__init__()
        self.moves = [device.press, device.release] * times

    def append(self, request):
        super().append(request)
        if request == "GET /api/pins" and self.moves:
            self.moves.pop(0)()


class Line(list):
    """The requests of a device on whose P8 pulses come in bursts, a level at each look."""

    def __init__(self, plug, levels):
        super().__init__()
        self.plug, self.levels = plug, itertools.cycle(levels)

    def append(self, request):
        super().append(request)
        if request == "GET /api/pins":
            self.plug._phase[8] = 0.0 if next(self.levels) else 0.5


class Owner:
    """Looks at the plug, as the owner would, and answers."""

    def __init__(self, net, *, at=None, act=None, presses=4):
        self.net = net
        self.presses = presses
        self.asked = []
        self.clicks = 0
        self.at, self.act = at, act
        self.seen = {}

    def _count(self, text):
        self.asked.append(text)
        if self.at is not None and len(self.asked) == self.at:
            self.act()

    def ready(self, text):
        self._count(text)
        if "button" in text:
            self.net.endpoint.requests = Presses(self.net.device, self.presses)
        if "button" in text or "hands off" in text:
            return
        self.clicks = self.net.device.plug.relay_clicks
        self.pin = int(text.split("P", 1)[1].split(":")[0])

    def choose(self, question, choices):
        self._count(question)
        if "What shall" in question:
            return "f"
        if self.net.device.plug.relay_clicks > self.clicks:
            return "c"
        return "w" if self.pin == 6 else "n"

    def lamps(self, question):
        self._count(question)
        lamps = self.net.device.lamps
        return {name for name in ("red", "blue") if getattr(lamps, name)}


def driven(net):
    return [at for at, pin in enumerate(net.device.plug.pins) if pin.mode is Mode.OUTPUT]


def test_the_plug_of_the_forum_thread(tmp_path, monkeypatch):
    with a_plug(tmp_path, monkeypatch) as net:
        before = run(read_state(net.obk)).settings
        data = examine(net.ctx, net.hosts[0], Owner(net), only=PINS)
        kinds = {item.gpio: (item.kind, item.active_low) for item in data.findings}
        assert kinds[26] == ("relay", False)
        assert kinds[6] == ("led", True)
        assert kinds[10] == ("button", True)
        assert data.template["pins"]["26"] == "Rel;1"
        assert data.template["pins"]["6"] == "LED_n;1"
        assert data.template["pins"]["10"] == "Btn;1"
        assert any("red" in note and "relay line itself" in note for note in data.notes)
        assert any("blue" in note and "pin is low" in note for note in data.notes)
        assert run(read_state(net.obk)).settings["pins"] == before["pins"]
        assert driven(net) == []
        apply(net.ctx, net.hosts, desired_from(template=json.dumps(data.template)))
        assert run(read_state(net.obk)).settings["pins"] == data.template["pins"]


@pytest.mark.parametrize("presses", [1, 8, 12, 18])
def test_a_finger_is_a_button_however_quick_and_long_it_presses(tmp_path, monkeypatch, presses):
    with a_plug(tmp_path, monkeypatch) as net:
        data = examine(net.ctx, net.hosts[0], Owner(net, presses=presses), only=(10,))
        assert [(x.gpio, x.kind, x.active_low) for x in data.findings] == [(10, "button", True)]


@pytest.mark.parametrize(
    ("at_first", "then"),
    [
        ([1], [1] * 11 + [0, 1] * 7),
        ([1] * 6 + [0], [1] * 11 + [0, 1] * 7),
        ([1] * 6 + [0], [1] * 6 + [0]),
        ([1], [1, 0]),
        ([1, 0], [1, 0]),
    ],
    ids=["bursts after a rest", "bursts", "slow", "after a rest", "all the time"],
)
def test_a_line_that_moves_when_nobody_presses_is_no_button(tmp_path, monkeypatch, at_first, then):
    """The output of a meter may rest for seconds: it is no button, and it is not driven."""

    class Nobody(Owner):
        def ready(self, text):
            self._count(text)
            net.endpoint.requests = Line(net.device.plug, then)

    with a_plug(tmp_path, monkeypatch) as net:
        net.endpoint.requests = Line(net.device.plug, at_first)
        data = examine(net.ctx, net.hosts[0], owner := Nobody(net), only=(8,))
        assert [(item.gpio, item.kind) for item in data.findings] == [(8, "pulses")]
        assert "8" not in data.template["pins"]
        assert not any("P8" in text for text in owner.asked)


def test_every_pin_is_watched_when_the_user_is_asked_to_press(tmp_path, monkeypatch):
    """Who presses at once would be missed while the pins are still made inputs, one by one."""
    with a_plug(tmp_path, monkeypatch) as net:
        modes = []

        def look():
            modes.extend(net.device.plug.pins[gpio].mode for gpio in PINS)
            net.cancel.cancel()

        with pytest.raises(Cancelled):
            examine(net.ctx, net.hosts[0], Owner(net, at=1, act=look), only=PINS)
        assert modes == [Mode.PULL_UP] * len(PINS)


def test_a_device_with_settings_gets_them_back(tmp_path, monkeypatch):
    with a_plug(tmp_path, monkeypatch) as net:
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        before = run(read_state(net.obk)).settings
        start = parse_template(TEMPLATE).template
        owner = Owner(net)
        examine(net.ctx, net.hosts[0], owner, start=start, only=(6, 26))
        after = run(read_state(net.obk)).settings
        for name in ("pins", "flags", "startup_command", "channel_types"):
            assert after[name] == before[name]


@pytest.mark.sample(2)
@pytest.mark.parametrize("at", [1, 2, 3, 5, 9])
def test_ctrl_c_at_any_question_puts_everything_back(tmp_path, monkeypatch, at):
    with a_plug(tmp_path, monkeypatch) as net:
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        before = run(read_state(net.obk)).settings["pins"]
        with pytest.raises(Cancelled):
            examine(net.ctx, net.hosts[0], Owner(net, at=at, act=net.cancel.cancel), only=PINS)
        assert run(read_state(net.obk)).settings["pins"] == before
        assert driven(net) == [6, 24, 26]  # as the template drives them


@contextmanager
def endless_drives(root, monkeypatch):
    """A network whose device ends no drive by itself: `rests` are what it has still to do."""
    with a_plug(root, monkeypatch) as net:
        waits = net.device.script_waits
        monkeypatch.setattr(net.device, "script_waits", lambda _s, parts: waits(1e9, parts))
        apply(net.ctx, net.hosts, desired_from(template=TEMPLATE))
        yield net


def rests(device):
    return [act for _when, act in device.due if isinstance(act, ScriptRest)]


def test_the_end_of_a_drive_does_not_strike_the_pins_that_were_put_back(tmp_path, monkeypatch):
    """Ctrl-C amid a drive: without a stop its end would come when the old pins are set again."""
    with endless_drives(tmp_path, monkeypatch) as net:
        device, run_line = net.device, net.device.run
        before = run(read_state(net.obk)).settings["pins"]
        struck, stops = [], []

        def run_and_meet(line):
            if "delay_ms" in line:
                net.cancel.cancel()
            if line == STOP_SCRIPTS and net.cancel.cancelled:
                stops.append(line)
            outcome = run_line(line)
            if "setPinRole 6 LED_n" in line:
                struck.extend(rests(device))
                for rest in rests(device):
                    rest()
            return outcome

        async def sleep(seconds):
            """Whoever sleeps amid a drive sleeps until the stop is heard."""
            amid = net.cancel.cancelled and not stops
            await asyncio.sleep(60.0 if amid else seconds)

        net.ctx = replace(net.ctx, patience=replace(net.ctx.patience, sleep=sleep))
        monkeypatch.setattr(device, "run", run_and_meet)
        with pytest.raises(Cancelled):
            examine(net.ctx, net.hosts[0], Owner(net), only=(6, 26))
        assert struck == []
        assert run(read_state(net.obk)).settings["pins"] == before


def test_no_drive_ends_while_the_next_one_is_looked_at(tmp_path, monkeypatch):
    """The lamp table holds two pins; the ends of earlier combinations must not come amid it."""
    with endless_drives(tmp_path, monkeypatch) as net:
        owner, counts = Owner(net), []
        look = owner.lamps
        monkeypatch.setattr(
            owner, "lamps", lambda text: counts.append(len(rests(net.device))) or look(text)
        )
        examine(net.ctx, net.hosts[0], owner, only=(6, 26))
        assert counts == [2] * len(COMBINATIONS)


def test_without_the_stop_command_the_end_of_a_drive_is_waited_for(tmp_path, monkeypatch):
    with endless_drives(tmp_path, monkeypatch) as net:
        run_line = net.device.run
        monkeypatch.setattr(
            net.device,
            "run",
            lambda line: Outcome.UNKNOWN if line == "stopAllScripts" else run_line(line),
        )
        waits = []

        async def sleep(seconds):
            waits.append(seconds)

        obk = replace(net.ctx, patience=replace(net.ctx.patience, sleep=sleep, window_s=1.1)).obk(
            net.hosts[0]
        )
        doctor = PinDoctor(obk, run(read_state(obk)))

        async def drive():
            await doctor.hold({26: 1}, hold_s=5.0)
            await doctor.end_drives()
            await doctor.end_drives()

        run(drive())
        assert len(waits) == 1
        assert 4.0 < waits[0] <= 6.0


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_lost_link_is_told_and_the_device_lets_go_of_the_pin_by_itself(tmp_path, monkeypatch, at):
    with a_plug(tmp_path, monkeypatch) as net:

        def cut():
            net.endpoint.refused = True

        with pytest.raises(PinsNotRestored) as caught:
            examine(net.ctx, net.hosts[0], Owner(net, at=at, act=cut), only=(26, 6))
        assert "device undo" in caught.value.hint
        net.clock.sleep(6.0)
        assert net.device.relay_closed is False
        net.endpoint.refused = False
        run(net.obk.wait_back(None))
        from plugsmith.flows.device.apply import undo

        assert undo(net.ctx, net.hosts).verified is True
        assert run(read_state(net.obk)).settings["pins"] == {}


def test_a_power_cut_in_the_midst(tmp_path, monkeypatch):
    with a_plug(tmp_path, monkeypatch) as net:
        net.endpoint.faults.add(Fault(kind=FaultKind.VANISH, at=60))
        with pytest.raises(PlugsmithError):
            examine(net.ctx, net.hosts[0], Owner(net), only=(26, 6))


@pytest.mark.parametrize("gpio", [0, 1, 10, 11, 20, 21, 22, 23])
def test_rescue_pins_are_not_driven(tmp_path, monkeypatch, gpio):
    with a_plug(tmp_path, monkeypatch) as net:
        state = run(read_state(net.obk))
        count = len(net.endpoint.requests)
        with pytest.raises(PinNotAllowed):
            run(PinDoctor(net.obk, state).pulse(gpio, level=1))
        assert len(net.endpoint.requests) == count
        assert gpio in PinDoctor(net.obk, state, include=[gpio]).outputs


def test_pulsing_pins_are_found_and_not_driven(tmp_path, monkeypatch):
    with a_plug(tmp_path, monkeypatch) as net:
        from plugsmith.sim.obk.plug.plug import Load

        net.device.plug_in(Load(volts=230.0, watts=0.0))
        state = run(read_state(net.obk))
        doctor = PinDoctor(net.obk, state)
        rates = run(doctor.count([7, 8], seconds=0.5))
        assert rates[7] == 0
        doctor.pulsing.add(8)
        with pytest.raises(PinNotAllowed):
            run(doctor.pulse(8, level=1))


def test_a_drive_ends_by_itself_and_begins_at_zero():
    parts = drive_line(26, 1, hold_s=0.7).removeprefix("backlog ").split("; ")
    assert parts.index("SetChannel 37 0") < parts.index("setPinRole 26 Rel")
    assert parts[-3:] == ["delay_ms 700", "SetChannel 37 0", "setPinRole 26 dInput_NoPullUp"]
    assert len(drive_line(26, 1, hold_s=20)) < 900


def test_the_forum_threads_table():
    """openbeken.md section 13: red is the relay line, blue is lit when P6 is low."""
    red = tuple(relay == 1 for relay, _pin in COMBINATIONS)
    blue = tuple(pin == 0 for _relay, pin in COMBINATIONS)
    assert solve_lamp(red) is Depends.RELAY
    assert solve_lamp(blue) is Depends.NOT_PIN
    assert "cutting" in lamp_advice("red", Depends.RELAY)


@pytest.mark.parametrize("lit", list(itertools.product([False, True], repeat=4)))
def test_every_lamp_has_an_answer(lit):
    assert lamp_advice("x", solve_lamp(lit))


@pytest.mark.parametrize(
    ("use", "active_low", "role"),
    [
        (LedUse.FOLLOW, True, "LED_n"), (LedUse.LOCATOR, True, "LED"),
        (LedUse.NETWORK, True, "WifiLED_n"), (LedUse.DARK, True, "AlwaysHigh"),
        (LedUse.FOLLOW, False, "LED"), (LedUse.DARK, False, "AlwaysLow"),
    ],
)  # fmt: skip
def test_roles_of_lights(use, active_low, role):
    assert led_role(use, active_low=active_low) == role


def test_a_template_keeps_what_was_not_examined():
    base = parse_template(TEMPLATE).template
    found = propose(
        [
            PinFinding(gpio=6, kind=PinKind.NOTHING),
            PinFinding(gpio=9, kind=PinKind.BUTTON, active_low=True),
        ],
        chip="BK7231T",
        base=base,
    )
    pins = {item.gpio: str(item) for item in found.pins}
    assert pins[7] == "BL0937CF;0"
    assert pins[9].startswith("Btn;")
    assert 6 not in pins


def test_several_relays_and_buttons_get_their_own_channels():
    kinds = [(26, PinKind.RELAY), (24, PinKind.RELAY), (10, PinKind.BUTTON), (11, PinKind.BUTTON)]
    found = propose(
        [
            PinFinding(gpio=gpio, kind=kind, active_low=kind is PinKind.BUTTON)
            for gpio, kind in kinds
        ],
        chip="BK7231T",
    )
    assert {item.gpio: str(item) for item in found.pins} == {
        24: "Rel;1", 26: "Rel;2", 10: "Btn;1", 11: "Btn;2",
    }  # fmt: skip
