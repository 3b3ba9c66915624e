"""The traps of the real HTTP server (openbeken.md sections 1, 2 and 16) on raw sockets."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from obksim_rig import FAST, connect, drain, exchange, get, post, request

from plugsmith.clock import VirtualClock
from plugsmith.sim.obk.block import Text
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.sim.obk.net.endpoint import Endpoint

LONG_PART = "x" * 120


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def device(clock: VirtualClock) -> SimObk:
    return SimObk(clock=clock)


@pytest.fixture
def plug(device: SimObk) -> Iterator[Endpoint]:
    with serve(device, settle_s=FAST) as server:
        yield server.endpoints[0]


def command(plug: Endpoint, line: str) -> dict[str, object]:
    body: dict[str, object] = json.loads(post(plug, "/api/cmnd", line).body)
    return body


def test_status_line_ends_with_a_bare_line_feed(plug: Endpoint) -> None:
    wire = get(plug, "/api/info").wire
    first, rest = wire.split(b"\n", 1)
    assert first == b"HTTP/1.1 200 OK"
    assert rest.startswith(b"Content-type: application/json\r\n")


def test_no_length_and_no_keep_alive(plug: Endpoint) -> None:
    head = get(plug, "/api/info").head.lower()
    assert b"content-length" not in head
    assert b"connection: close" in head


def test_root_redirects_with_line_feeds_only(plug: Endpoint) -> None:
    wire = get(plug, "/").wire
    assert wire.startswith(b"HTTP/1.1 302 OK\n")
    assert b"\r" not in wire


@pytest.mark.parametrize("target", ["/api/flash/1FF000-2000", "/api/flash/zz"])
def test_range_errors_have_status_minus_one(plug: Endpoint, target: str) -> None:
    reply = get(plug, target)
    assert reply.status == -1
    assert json.loads(reply.body)["error"] == -1


def test_writes_below_the_update_area_are_refused(plug: Endpoint, device: SimObk) -> None:
    before = device.flash.content()
    assert post(plug, "/api/flash/11000-1000", b"x" * 16).status == -1
    assert device.flash.content() == before


def test_delete_answers_without_any_header(plug: Endpoint) -> None:
    post(plug, "/api/lfs/a.txt", b"a")
    assert get(plug, "/api/del/a.txt").wire == b"OK"
    assert get(plug, "/api/del/a.txt").wire == b"Error"


def test_logs_carry_a_second_header(plug: Endpoint) -> None:
    reply = get(plug, "/logs")
    assert b"<pre>HTTP/1.1 200 OK\nContent-type: text/html\r\n" in reply.body


def test_log_is_told_once(plug: Endpoint) -> None:
    command(plug, "showgpi")
    assert "GPIs are" in get(plug, "/lograw").text
    assert "GPIs are" not in get(plug, "/lograw").text


@pytest.mark.parametrize("target", ["/nosuch", "/api/nosuch", "/api/pins?rand=1", "/api/logs"])
def test_unknown_addresses_are_pages_with_status_200(plug: Endpoint, target: str) -> None:
    reply = get(plug, target)
    assert (reply.status, reply.content_type) == (200, "text/html")


@pytest.mark.parametrize("method", ["HEAD", "DELETE"])
def test_other_methods_get_no_byte(plug: Endpoint, method: str) -> None:
    assert request(plug, method, "/index").wire == b""


def test_body_that_comes_later_is_lost(plug: Endpoint, device: SimObk) -> None:
    line = b"ShortName late"
    with connect(plug) as link:
        link.sendall(b"POST /api/cmnd HTTP/1.1\r\nContent-Length: 14\r\n\r\n")
        answered = drain(link)  # without having seen the body
        assert len(line) == 14
    assert b"HTTP/1.1 400 OK" in answered
    assert b"No command entered" in answered
    assert device.block.text(Text.SHORT_NAME) != "late"


def test_body_that_follows_at_once_is_taken(device: SimObk) -> None:
    with serve(device, settle_s=0.5) as server, connect(server.endpoints[0]) as link:
        link.sendall(b"POST /api/cmnd HTTP/1.1\r\nContent-Length: 13\r\n\r\n")
        link.sendall(b"ShortName two")
        assert b"HTTP/1.1 200 OK" in drain(link)
    assert device.block.text(Text.SHORT_NAME) == "two"


def test_upload_body_is_read_to_its_length(plug: Endpoint, device: SimObk) -> None:
    body = bytes(range(256)) * 30
    with connect(plug) as link:
        link.sendall(f"POST /api/lfs/big HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for at in range(0, len(body), 1000):
            link.sendall(body[at : at + 1000])
        assert json.loads(drain(link).split(b"\r\n\r\n")[1])["size"] == len(body)
    assert device.files.files == {"big": body}


def test_a_request_longer_than_the_buffer_is_read_on(plug: Endpoint) -> None:
    line = "echo " + "y" * 1500
    assert command(plug, line)["success"] == 200


def test_long_commands_run_twice_on_one_path_only(plug: Endpoint, device: SimObk) -> None:
    line = f"backlog addChannel 5 1; echo {LONG_PART}"
    assert len(line) >= 124
    get(plug, f"/cm?cmnd={line.replace(' ', '%20').replace(';', '%3B')}")
    assert device.bank.values[5] == 2
    command(plug, line)
    assert device.bank.values[5] == 3


def test_the_limit_is_124_characters(plug: Endpoint, device: SimObk) -> None:
    start = "backlog addChannel 6 1; echo "
    for length, runs in ((123, 1), (124, 2)):
        device.bank.values[6] = 0
        line = start + "z" * (length - len(start))
        request(plug, "POST", "/cm", f"cmnd={line.replace(' ', '+')}".encode())
        assert device.bank.values[6] == runs, length


def test_page_arguments_are_cut_at_127(plug: Endpoint, device: SimObk) -> None:
    get(plug, f"/cfg_mqtt_set?host={'h' * 200}")
    assert device.block.text(Text.MQTT_HOST) == "h" * 127
    get(plug, "/cfg_name?shortName=my+plug%31&name=a%20b")
    assert device.block.text(Text.SHORT_NAME) == "my_plug1"
    assert device.block.text(Text.LONG_NAME) == "a b"


def test_mqtt_page_clears_a_host_that_is_not_sent(plug: Endpoint, device: SimObk) -> None:
    get(plug, "/cfg_mqtt_set?host=broker&port=1884")
    get(plug, "/cfg_mqtt_set?user=me")
    assert device.block.text(Text.MQTT_HOST) == ""
    assert device.block.text(Text.MQTT_USER) == "me"


def test_flag_page_clears_what_is_not_listed(plug: Endpoint, device: SimObk) -> None:
    get(plug, "/cfg_generic?setFlags=1&flag6=1&flag45=1")
    assert device.block.flags == 1 << 6 | 1 << 45


@pytest.mark.parametrize(
    ("flags", "shown"), [(1 << 55, "0"), (3221226496, "-1073740800"), (1024, "1024")]
)
def test_flags_show_their_low_half_signed(plug: Endpoint, flags: int, shown: str) -> None:
    assert command(plug, f"Flags {flags}")["res"] == {"Flags": shown}
    assert json.loads(get(plug, "/api/info").body)["flags"] == shown
    sector = get(plug, "/api/flash/1e1008-8").body
    assert len(sector) == 8


def test_backlog_splits_inside_quotes(plug: Endpoint, device: SimObk) -> None:
    assert command(plug, 'backlog StartupCommand "a; ToggleChannel 3"')["success"] == 200
    assert device.block.text(Text.STARTUP) == "a"
    assert device.bank.values[3] == 1


def test_backlog_parts_are_cut_at_127(plug: Endpoint, device: SimObk) -> None:
    command(plug, f"backlog StartupCommand {'s' * 200}; ToggleChannel 4")
    assert len(device.block.text(Text.STARTUP)) == 127 - len("StartupCommand ")
    assert device.bank.values[4] == 1


def test_backlog_runs_on_after_an_error_and_returns_it(plug: Endpoint, device: SimObk) -> None:
    assert command(plug, "backlog nosuch; ToggleChannel 7")["error"] == 501
    assert device.bank.values[7] == 1


@pytest.mark.parametrize("line", ["VREF 0.13", "PREF 1.2", "IREF 0.01", "PowerSet 100"])
def test_removed_and_driver_commands_are_unknown(plug: Endpoint, line: str) -> None:
    assert command(plug, line)["error"] == 501


def test_parse_errors_hold_a_raw_line_feed(plug: Endpoint) -> None:
    reply = post(plug, "/api/pins", b'{"roles":[1,2')
    assert reply.status == 400
    assert b"-3\n" in reply.body
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)


def test_channels_repeat_their_keys(plug: Endpoint) -> None:
    command(plug, "backlog SetPinRole 6 LED; SetPinChannel 6 1; SetPinRole 26 Rel")
    command(plug, "SetPinChannel 26 1")
    assert get(plug, "/api/channels").text.count('"1":') == 2


def test_short_arrays_change_only_the_leading_pins(plug: Endpoint, device: SimObk) -> None:
    command(plug, "SetPinRole 26 Rel")
    post(plug, "/api/pins", b'{"roles":[0,0,0,0,0,0,5]}')
    assert [device.bank.role(pin) for pin in (6, 26)] == ["LED", "Rel"]


def test_full_file_system_still_says_200(plug: Endpoint) -> None:
    reply = post(plug, "/api/lfs/part.bin", b"p" * 30000)
    assert reply.status == 200
    assert 0 < json.loads(reply.body)["size"] < 30000
    assert json.loads(post(plug, "/api/lfs/huge.bin", b"p" * 40000).body)["size"] == 0


def test_file_system_image_goes_out_and_back(plug: Endpoint, device: SimObk) -> None:
    post(plug, "/api/lfs/autoexec.bat", b"startDriver NTP")
    image = get(plug, "/api/fsblock").body
    assert len(image) == 0x8000
    command(plug, "lfs_format")
    assert post(plug, "/api/fsblock", image).body == b'{"size":32768}'
    assert get(plug, "/api/lfs/autoexec.bat").body == b"startDriver NTP"
    assert device.upload_marker


class TestWebPassword:
    """Basic authentication for everything but the discovery documents."""

    @pytest.fixture
    def locked(self, plug: Endpoint) -> Endpoint:
        get(plug, "/cfg_wifi_set?web_admin_password_enabled=1&web_admin_password=hunter22")
        return plug

    @pytest.mark.parametrize("target", ["/index", "/api/info", "/cm?cmnd=POWER", "/app", "/logs"])
    def test_401_has_a_realm_and_no_body(self, locked: Endpoint, target: str) -> None:
        reply = get(locked, target)
        assert (reply.status, reply.body) == (401, b"")
        assert b'WWW-Authenticate: Basic realm="OpenBeken HTTP Server"' in reply.head

    def test_right_password_opens(self, locked: Endpoint) -> None:
        right = base64.b64encode(b"admin:hunter22").decode()
        assert get(locked, "/api/info", Authorization=f"Basic {right}").status == 200
        wrong = base64.b64encode(b"admin:hunter2").decode()
        assert get(locked, "/api/info", Authorization=f"Basic {wrong}").status == 401
        assert get(locked, "/api/info", Authorization="Basic %%%").status == 401

    @pytest.mark.parametrize("target", ["/ssdp.xml", "/obkdevicelist"])
    def test_discovery_stays_open(self, locked: Endpoint, target: str) -> None:
        assert get(locked, target).status == 200

    def test_leaving_the_argument_out_removes_it(self, locked: Endpoint) -> None:
        right = base64.b64encode(b"admin:hunter22").decode()
        get(locked, "/cfg_wifi_set?ssid=", Authorization=f"Basic {right}")
        assert get(locked, "/api/info").status == 200

    def test_a_short_password_is_refused(self, plug: Endpoint) -> None:
        get(plug, "/cfg_wifi_set?web_admin_password_enabled=1&web_admin_password=four")
        assert get(plug, "/api/info").status == 200


@pytest.mark.parametrize(
    "garbage", [b"\r\n\r\n", b"\x00" * 50, b"GET\r\n\r\n", b"GET nothing\r\n\r\n", b"\xff" * 3000]
)
def test_garbage_does_not_stop_the_server(plug: Endpoint, garbage: bytes) -> None:
    exchange(plug, garbage)
    assert get(plug, "/api/info").status == 200
