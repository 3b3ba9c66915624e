"""Running devices from the page: updates in waves, the pin doctor, calibration, the log."""

from __future__ import annotations

import json
import re

import pytest
from test_browser_devices import find, hosts_of, show

from plugsmith.errors import PlugsmithError
from plugsmith.forge.dump import FORUM_TEXT
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve
from plugsmith.sim.obk.plug.plug import Load, Mode, Tolerance

SPEED = 20.0
VERSION = "1.18.301"
MOST_QUESTIONS = 120


def _unpack(package: bytes) -> bytes | None:
    try:
        return read_package(package).code
    except PlugsmithError:
        return None


def _fleet(count: int, *, broken_at: int | None = None) -> list[SimObk]:
    """Plugs that take updates; one whose boot loader does not."""
    return [
        SimObk(
            mac=bytes.fromhex(f"c8478c1a2b{0x3C + at:02x}"),
            speed=SPEED,
            unpack=(lambda _package: None) if at == broken_at else _unpack,
        )
        for at in range(count)
    ]


def _choose_all(tab, house):
    tab.open()
    hosts = hosts_of(house)
    find(tab, ",".join(hosts))
    tab.page.locator('[data-part="list"] tbody tr').nth(len(hosts) - 1).wait_for()
    tab.page.get_by_label("Choose all").check()
    name = f"OpenBK7231T_{VERSION}.rbl"
    update = {
        "name": name,
        "mimeType": "application/octet-stream",
        "buffer": forge_ota("BK7231T", version=VERSION),
    }
    tab.page.locator('[data-part="several"] input[type=file]').set_input_files([update])
    tab.see(f"Files: {name}")
    return hosts


def _begun(tab) -> list[str]:
    """The hosts in the order in which an update was sent to them, and ended."""
    rows = tab.server.call("GET", "/api/jobs").json["jobs"]
    job = next(row["id"] for row in reversed(rows) if row["verb"] == "device ota")
    told = []
    for event in tab.server.events(job):
        if event["type"] == "task_begin" and event["task"].startswith("ota "):
            told.append("begin " + event["task"].removeprefix("ota "))
        if event["type"] == "item":
            told.append("end " + event["name"])
    return told


def test_an_update_goes_to_one_first_and_then_to_the_others(tab):
    with serve(*_fleet(4)) as house:
        hosts = _choose_all(tab, house)
        tab.press("See what an update would do")
        tab.see("Nothing was changed.")
        assert all(device.version != VERSION for device in house.devices)
        tab.press("Update them in waves")
        tab.press("Yes, go on")
        tab.see("All of it is done.")
        states = tab.page.locator('[data-part="several"] [data-host]')
        assert states.count() == 4
        assert set(states.evaluate_all("rows => rows.map(row => row.dataset.state)")) == {"done"}
        tab.see(f"to {VERSION}, and it came back")
        told = _begun(tab)
        first = told[0].removeprefix("begin ")
        assert told[1] == f"end {first}"  # nobody else is begun before it came back
        assert sorted(told) == sorted(
            f"{word} {host}" for host in hosts for word in ("begin", "end")
        )
        assert all(device.version == VERSION for device in house.devices)
        tab.accessible("a rolled out update")


def test_the_first_failure_of_an_update_ends_it_and_names_those_that_are_left(tab):
    with serve(*_fleet(3, broken_at=0)) as house:
        hosts = _choose_all(tab, house)
        tab.press("Update them in waves")
        tab.press("Yes, go on")
        tab.see("2 devices were not begun.")
        failed = tab.page.locator('[data-state="failed"]')
        assert failed.get_attribute("data-host") == hosts[0]
        assert tab.page.locator('[data-state="wait"]').count() == 2
        assert house.devices[1].version == house.devices[2].version != VERSION
        tab.accessible("a stopped update")


class _Owner:
    """Sits before the plug: presses its button, looks at it, and clicks the answers."""

    def __init__(self, tab, device: SimObk):
        self.tab = tab
        self.device = device
        self.clicks = 0
        self.pin = 0
        self.found = set()

    def answer(self, question: str, form) -> None:
        """One question."""
        if "Press and release the button" in question:
            form.get_by_role("button", name="I am watching").click()
            for _press in range(8):
                self.device.press()
                self.tab.page.wait_for_timeout(300)
                self.device.release()
                self.tab.page.wait_for_timeout(300)
        elif "hands off" in question:
            form.get_by_role("button", name="I am watching").click()
        elif moved := re.search(r"Now P(\d+)", question):
            self.pin = int(moved[1])
            self.clicks = self.device.plug.relay_clicks
            form.get_by_role("button", name="I am watching").click()
        elif "What did" in question:
            form.get_by_role("button", name=self._seen(), exact=True).click()
        elif "which lights" in question:
            for name in ("red", "blue"):
                if getattr(self.device.lamps, name):
                    form.get_by_role("button", name=name, exact=True).click()
            form.get_by_role("button", name=re.compile("These are on|None is on")).click()
        elif "Apply this template" in question:
            form.get_by_role("button", name="No, stop here").click()
        else:
            assert "What shall the light" in question, question
            form.get_by_role("button", name="on while the relay is on").click()

    def _seen(self) -> str:
        if {6, 26} <= self.found:
            return "stop, I know enough"
        if self.device.plug.relay_clicks > self.clicks:
            self.found.add(26)
            return "a relay clicked when it went high"
        if self.pin == 6:
            self.found.add(6)
            return "a light went on when it was low"
        return "nothing"


def _pin_doctor(tab, host):
    tab.open()
    show(tab, "devices", host)
    tab.page.get_by_text("Find out what its pins do").click()
    part = tab.page.locator('[data-part="pins"]')
    pins = {"vendor": "", "name": "x", "chip": "BK7231T", "board": "WB2S", "flags": "0"}
    body = json.dumps(pins | {"pins": {"26": "Rel;1", "6": "LED_n;1"}, "command": ""}).encode()
    file = {"name": "mine.json", "mimeType": "application/json", "buffer": body}
    part.locator("input[type=file]").set_input_files([file])
    tab.see("Template: mine.json")
    part.get_by_role("button", name="Begin").click()
    return part


def test_the_pin_doctor_asks_with_large_buttons_and_finds_relay_and_lamp(tab):
    with serve(SimObk(speed=SPEED)) as house:
        device = house.devices[0]
        part = _pin_doctor(tab, hosts_of(house)[0])
        owner, done = _Owner(tab, device), part.get_by_text("It is done, and every pin")
        last = ""
        for number in range(MOST_QUESTIONS):
            tab.page.wait_for_function(
                "last => { const here = document.querySelector('[data-ask]');"
                " return (here && here.dataset.ask !== last) ||"
                " document.querySelector('[data-part=pins] .box.good') }",
                arg=last,
            )
            if done.count():
                break
            here = part.locator("[data-ask]")
            last = here.get_attribute("data-ask")
            stop = part.get_by_role("button", name="Stop, and put all back")
            assert stop.is_visible()  # at every question
            if number in {0, 2}:
                height = here.locator(".big-buttons .button").first.bounding_box()["height"]
                assert height >= 56
                tab.accessible(f"question {number}")
            owner.answer(here.locator("h2").inner_text(), here)
        done.wait_for()
        assert not [pin for pin in device.plug.pins if pin.mode is Mode.OUTPUT]
        with tab.page.expect_download() as saved:
            part.get_by_role("button", name="Save the template").click()
        found = json.loads(saved.value.path().read_text(encoding="utf-8"))["pins"]
        assert (found["26"], found["6"], found["10"]) == ("Rel;1", "LED_n;1", "Btn;1")


def test_stop_in_the_pin_doctor_puts_every_pin_back(tab):
    with serve(SimObk(speed=SPEED)) as house:
        device = house.devices[0]
        part = _pin_doctor(tab, hosts_of(house)[0])
        part.get_by_role("button", name="I am watching").click()
        part.get_by_text("high for a moment").first.wait_for()
        part.get_by_role("button", name="I am watching").click()
        part.get_by_role("button", name="Stop, and put all back").click()
        part.get_by_text("Every pin is as it was before.").wait_for()
        assert not [pin for pin in device.plug.pins if pin.mode is Mode.OUTPUT]
        tab.accessible("a stopped pin doctor")


@pytest.fixture
def metered():
    """A plug at home with its pins and a meter that is off, and a heater in it."""
    device = SimObk(speed=SPEED)
    device.plug.tolerance = Tolerance(voltage=1.04, current=0.95, power=1.06)
    device.plug_in(Load(volts=230.0, watts=2000.0))
    with serve(device) as house:
        yield hosts_of(house)[0]


def test_readings_are_made_right_with_a_live_chart_and_taken_back(tab, metered):
    host = metered
    tab.open()
    show(tab, "devices", host)
    setup = tab.page.locator('[data-part="setup"]')
    pins = {"name": "pins.txt", "mimeType": "text/plain", "buffer": FORUM_TEXT.encode()}
    setup.locator("input[type=file]").set_input_files([pins])
    tab.see("Template: pins.txt")
    setup.get_by_role("button", name="Give it that").click()
    setup.get_by_text("Set and read back").wait_for()
    tab.page.locator('[data-part="switch"]').get_by_role("button", name="On").click()
    tab.page.get_by_text("Make the readings right").click()
    part = tab.page.locator('[data-part="readings"]')
    part.locator(".chart canvas").wait_for()
    tab.page.wait_for_function(
        "() => / 2\\d{3}\\.\\d W now/.test(document.querySelector('.chart').ariaLabel)"
    )
    part.get_by_label("Power of the load (W)").fill("2000")
    part.get_by_role("button", name="Calibrate").click()
    part.get_by_text("The new factors are stored").wait_for()
    read = lambda: tab.server.run("device info", host=host)["data"]["meter"]["power"]  # noqa: E731
    assert read() == pytest.approx(2000, rel=0.02)
    tab.accessible("calibrated")
    part.get_by_role("button", name="Put the factors from before back").click()
    part.get_by_text("The factors from before are on the device again.").wait_for()


def test_the_log_is_followed_until_it_is_stopped(tab):
    with serve(SimObk(speed=SPEED)) as house:
        host = hosts_of(house)[0]
        tab.open()
        show(tab, "devices", host)
        part = tab.page.locator('[data-part="log"]')
        part.get_by_role("button", name="Follow it").click()
        part.get_by_text("It is listened to.").wait_for()
        tab.server.run("device command", host=host, text="echo hello-from-the-test")
        part.get_by_text("hello-from-the-test").first.wait_for()
        part.get_by_role("button", name="Stop").click()
        part.get_by_role("button", name="Follow it").wait_for()
        assert part.locator('[role="alert"]').count() == 0  # to stop it is no error
        tab.accessible("a followed log")
