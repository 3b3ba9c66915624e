"""The simulated OpenBeken tells the real one's story where clients would notice."""

from __future__ import annotations

import json
import re

import pytest
from obksim_rig import FAST, exchange, get, post

from plugsmith.clock import VirtualClock
from plugsmith.sim.obk.block import Table, Text
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve


@pytest.fixture
def plug():
    clock = VirtualClock()
    with serve(SimObk(clock=clock), settle_s=FAST) as server:
        server.clock = clock
        yield server


def end(plug):
    return plug.endpoints[0]


def run(plug, line):
    return post(end(plug), "/api/cmnd", line)


def cm(plug, line):
    return get(end(plug), f"/cm?cmnd={line.replace(' ', '+').replace('$', '%24')}").text


@pytest.mark.parametrize(
    ("given", "kept"), [("a b", "a_b"), ("a\tb", "a_b"), ("ä", "__"), ("ż1", "__1"), ("ok", "ok")]
)
def test_short_names_lose_blanks_and_every_byte_above_127(plug, given, kept):
    from urllib.parse import quote

    get(end(plug), f"/cfg_name?shortName={quote(given)}")
    assert plug.devices[0].block.text(Text.SHORT_NAME) == kept
    run(plug, f'ShortName "{given}x"')
    assert plug.devices[0].block.text(Text.SHORT_NAME) == kept + "x"


def test_aliases_and_expressions_work(plug):
    assert run(plug, "alias lamp setChannel 5 3").status == 200
    assert run(plug, "lamp").status == 200
    assert cm(plug, "getChannel 5") == "3"
    run(plug, "setChannel 6 $CH5+1")
    run(plug, "addChannel 6 $CH5*2")
    assert cm(plug, "getChannel 6") == "10"
    run(plug, "alias loop loop")
    assert run(plug, "loop").status in {200, 501}
    run(plug, 'StartupCommand "setChannel 1 $CH2"')
    assert plug.devices[0].block.text(Text.STARTUP) == "setChannel 1 $CH2"


def test_places_that_are_not_there_are_ignored_without_a_word(plug):
    assert run(plug, "setPinRole 99 Rel").status == 200
    assert run(plug, "setPinChannel 99 1").status == 200
    assert run(plug, "getChannel 200").status == 200
    assert cm(plug, "getChannel 200") == "0"
    assert run(plug, "setPinRole 26 NoSuchRole").status == 400


def test_odd_answers_of_commands(plug):
    assert cm(plug, "toggleChannel 1") == "{}"
    assert get(end(plug), "/cm?cmnd=").body == b""
    run(plug, "backlog setPinRole 6 PWM; setPinChannel 6 1")
    assert json.loads(run(plug, "led_enableAll 1").text)["res"] == {"POWER": "ON"}
    for line in ("Dimmer 40", "Color FF8000", "led_enableAll"):
        assert json.loads(cm(plug, line)) == {"POWER": "ON"}, line
    assert "POWER" in json.loads(cm(plug, "PowerSave 1"))
    assert cm(plug, "echo " + "x" * 900) == "x" * 511


def test_a_lamp_follows_its_commands(plug):
    for pin, channel in ((6, 1), (7, 2), (8, 3)):
        run(plug, f"backlog setPinChannel {pin} {channel}; setPinRole {pin} PWM")
    run(plug, "Color FF0080")
    values = plug.devices[0].bank.values
    assert values[1:4] == [100, 0, 50]
    run(plug, "Dimmer 50")
    assert values[1:4] == [50, 0, 25]
    run(plug, "led_enableAll 0")
    assert values[1:4] == [0, 0, 0]


def test_requests_that_are_not_quite_http(plug):
    assert exchange(end(plug), b"GET /api/info\r\n\r\n").wire == b""
    assert exchange(end(plug), b"GET http://x/api/info HTTP/1.1\r\n\r\n").status == 200
    assert b"Connection: close" in exchange(end(plug), b"GET / HTTP/1.1\r\n\r\n").wire
    first, second = (
        exchange(end(plug), b"OPTIONS /api/pins HTTP/1.1\r\n\r\n").body for _time in range(2)
    )
    assert first
    assert first != second


def test_without_the_driver_there_is_no_description(plug):
    for path in ("/ssdp.xml", "/obkdevicelist"):
        assert "Not found" in get(end(plug), path).text
    run(plug, "startDriver SSDP")
    assert get(end(plug), "/ssdp.xml").content_type == "application/xml"


def test_packed_scripts_are_served_as_such(plug):
    post(end(plug), "/api/lfs/a.js.gz", b"\x1f\x8b123")
    reply = get(end(plug), "/api/lfs/a.js.gz")
    assert reply.content_type == "application/javascript"
    assert b"Content-Encoding: gzip" in reply.head


def test_a_range_before_the_flash_is_out_of_range(plug):
    assert "out of range" in get(end(plug), "/api/flash/-1-10").text


def test_a_startup_text_of_two_lines_runs_both(plug):
    get(end(plug), "/startup_command?startup_cmd=1&data=setChannel+1+4%0D%0AsetChannel+2+5")
    plug.devices[0].save()
    plug.devices[0].power_cycle()
    plug.clock.sleep(8)
    plug.devices[0].tick()
    assert plug.devices[0].bank.values[1:3] == [4, 5]


def test_the_page_of_pins_sets_them_in_a_browser(plug):
    page = get(end(plug), "/cfg_pins").text
    roles = re.search(r"var r=\[(.*?)\];", page)[1].replace("'", "").split(",")
    rows = re.findall(r"row\((\d+),(\d+),(\d+),(\d+),([01])\);", page)
    assert len(rows) == 29
    assert 'type="submit"' in page
    query = "&".join(
        f"{pin}={roles.index('Rel') if pin == '26' else role}&r{pin}={7 if pin == '26' else ch}"
        for pin, role, ch, _second, _button in rows
    )
    get(end(plug), f"/cfg_pins?{query}")
    device = plug.devices[0]
    assert device.bank.role(26) == "Rel"
    assert device.block.item(Table.CHANNELS, 26) == 7
    assert f"row(26,{roles.index('Rel')},7,0,0);" in get(end(plug), "/cfg_pins").text


def test_the_start_page_refreshes_itself_and_tells_of_clock_and_broker(plug):
    page = get(end(plug), "/index").text
    assert "state=1" in page
    run(plug, "backlog startDriver NTP; MqttHost 127.0.0.1")
    live = get(end(plug), "/index?state=1").text
    assert "NTP" in live
    assert re.search(r"MQTT State: <span[^>]*>\w", live)
    assert "MQTT ErrMsg:" in live
