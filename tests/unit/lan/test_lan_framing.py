"""The reader and the connection against a raw-socket server with the real server's framing."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from lan_rig import QUICK, RawDevice, reply, run

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.device import (
    DeviceAnswer,
    DeviceLocked,
    DeviceRefused,
    DeviceUnreachable,
)
from plugsmith.lan.host import Host, parse_host
from plugsmith.lan.http import HttpWire
from plugsmith.lan.obk_http import Obk
from plugsmith.lan.wire import read_json, read_loose_object, read_response


def read(raw: bytes):
    return read_response(raw, host="h", request="GET /")


def test_a_status_line_may_end_in_lf():
    found = read(reply(200, b"{}"))
    assert (found.status, found.content_type, found.body) == (200, "application/json", b"{}")


def test_a_header_of_bare_lines():
    found = read(b"HTTP/1.1 302 OK\nLocation: /index\n\n")
    assert (found.status, found.headers["location"], found.body) == (302, "/index", b"")


def test_a_negative_status_is_a_number():
    assert read(reply(-1, b"{}")).status == -1


def test_bytes_without_a_header_are_the_body():
    found = read(b"OK")
    assert (found.status, found.body) == (None, b"OK")


def test_a_second_header_in_the_body_stays_there():
    inner = reply(200, b"log", "text/html")
    found = read(reply(200, b"<pre>" + inner + b"</pre>", "text/html"))
    assert found.status == 200
    assert found.body == b"<pre>" + inner + b"</pre>"


def test_no_byte_at_all_is_an_error():
    with pytest.raises(DeviceAnswer):
        read(b"")


def test_a_header_without_end_is_an_error():
    with pytest.raises(DeviceAnswer):
        read(b"HTTP/1.1 200 OK\n" + b"X: y\r\n" * 4000)


def test_a_content_length_in_between_is_honoured():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    assert read(head + b"abcd").body == b"abc"
    with pytest.raises(DeviceAnswer):
        read(head + b"ab")


def test_an_answer_of_a_status_line_only():
    assert read(b"HTTP/1.1 401 OK\n\r\n").status == 401
    assert read(b"HTTP/1.1 401 OK\r\n\r\n").body == b""


def test_json_with_a_raw_line_break():
    assert read_json('{"msg":"Failed to parse JSON: -3\n"}') == {
        "msg": "Failed to parse JSON: -3\n"
    }


def test_an_object_with_unescaped_quotes():
    text = '{"uptime_s":4,"build":"x","shortName":"my "big" plug","startcmd":""}'
    found = read_loose_object(text, ("uptime_s", "build", "shortName", "startcmd"))
    assert found == {"uptime_s": 4, "build": "x", "shortName": 'my "big" plug', "startcmd": ""}


def test_header_and_body_leave_in_one_segment():
    with RawDevice(lambda _request: reply(200, b'{"success":200, "msg":"OK", "res":{}}')) as device:
        assert run(Obk(device.host, patience=QUICK).command("echo hello")) == {}
    assert device.requests[0].endswith(b"\r\n\r\necho hello")


def test_a_failed_command_says_why_but_not_its_arguments():
    answer = reply(400, b'{"error":400, "msg":"Bad argument", "res":{}}')
    with RawDevice(lambda _request: answer) as device, pytest.raises(DeviceRefused) as caught:
        run(Obk(device.host, patience=QUICK).command("Password1 hunter2222"))
    assert "Bad argument" in str(caught.value)
    assert "hunter2222" not in str(caught.value) + str(caught.value.facts)


def test_an_unknown_command_has_status_501():
    answer = reply(501, b'{"error":501, "msg":"Unknown command", "res":{}}')
    with RawDevice(lambda _request: answer) as device, pytest.raises(DeviceRefused) as caught:
        run(Obk(device.host, patience=QUICK).command("nosuch"))
    assert caught.value.facts["status"] == 501


def test_a_command_too_long_for_one_read_is_not_sent():
    with RawDevice(lambda _request: b"") as device, pytest.raises(DeviceRefused):
        run(Obk(device.host, patience=QUICK).command("echo " + "x" * 1000))
    assert device.requests == []


def test_a_query_that_would_run_twice_is_not_sent():
    with RawDevice(lambda _request: b"") as device, pytest.raises(ValueError, match="too long"):
        run(Obk(device.host, patience=QUICK).query("x" * 124))
    assert device.requests == []


def locked(realm: str) -> bytes:
    return f'HTTP/1.1 401 OK\nWWW-Authenticate: Basic realm="{realm}"\r\n\r\n'.encode()


AUTHORIZATION = b"Authorization: Basic YWRtaW46aHVudGVyMjI=\r\n"


def test_the_web_password_goes_only_to_an_openbeken_that_asked_for_it():
    def answer(request):
        good = AUTHORIZATION in request
        return reply(200, b"OK", "text/plain") if good else locked("OpenBeken HTTP Server")

    with RawDevice(answer) as device:
        run(HttpWire(device.host, password="hunter22", patience=QUICK).get("/index"))
        assert AUTHORIZATION not in device.requests[0]
        assert AUTHORIZATION in device.requests[1]
    for stranger in (locked("Router"), reply(200, b"OK"), reply(401, b""), b""):
        with RawDevice(lambda _request, said=stranger: said) as device:
            for upload in (False, True):
                wire = HttpWire(device.host, password="hunter22", patience=QUICK)
                with suppress(PlugsmithError):
                    run(wire.upload("/api/ota", b"x" * 5000) if upload else wire.get("/index"))
            assert device.requests
            assert not any(b"Authorization" in request for request in device.requests)


@pytest.mark.parametrize(("password", "problem"), [(None, "none was given"), ("x", "wrong")])
def test_a_locked_device(password, problem):
    locked = b'HTTP/1.1 401 OK\nWWW-Authenticate: Basic realm="OpenBeken HTTP Server"\r\n\r\n'
    with RawDevice(lambda _request: locked) as device, pytest.raises(DeviceLocked) as caught:
        run(Obk(device.host, password=password, patience=QUICK).info())
    assert problem in caught.value.message


def test_reading_is_repeated_and_changing_is_not():
    answers = iter([b"", reply(200, b"fine", "text/html")])
    with RawDevice(lambda _request: next(answers)) as device:
        assert run(HttpWire(device.host, patience=QUICK).get("/index")).body == b"fine"
    assert len(device.requests) == 2
    with RawDevice(lambda _request: b"") as device, pytest.raises(DeviceAnswer):
        run(HttpWire(device.host, patience=QUICK).act("/index?tgl=1"))
    assert len(device.requests) == 1


def test_a_refused_connection_is_named():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(DeviceUnreachable) as caught:
        run(Obk(Host("127.0.0.1", port), patience=QUICK).info())
    assert "refuses" in caught.value.message


def test_a_silent_device_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        patience = replace(QUICK, answer_s=0.3)
        wire = HttpWire(Host("127.0.0.1", silent.getsockname()[1]), patience=patience)
        with pytest.raises(DeviceUnreachable, match="no answer in time"):
            run(wire.get("/index", tries=1))


def test_the_wait_for_another_request_does_not_count_as_an_attempt():
    async def nothing(_seconds: float) -> None:
        pass

    async def work() -> int:
        now = [0.0]
        asyncio.get_running_loop().time = lambda: now[0]
        wire = HttpWire(Host(name="10.0.0.9"), patience=replace(QUICK, whole_s=1.0, sleep=nothing))
        asked = []

        async def exchange(*_what: object, **_how: object) -> object:
            asked.append(now[0])
            if len(asked) == 1:
                raise DeviceUnreachable(host="10.0.0.9", problem="the connection broke")
            return SimpleNamespace(status=200)

        wire._exchange = exchange
        async with wire._one_at_a_time:  # a long upload
            waiting = asyncio.ensure_future(wire.get("/index", tries=2))
            await asyncio.sleep(0)
            now[0] += 100.0
        await waiting
        return len(asked)

    assert asyncio.run(work()) == 2


def test_a_dripping_answer_is_given_up_and_not_asked_for_again():
    asked = []

    def drip(connection: socket.socket) -> None:
        with connection:
            for _ in range(400):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
                threading.Event().wait(0.02)

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                asked.append(listener.accept()[0])
                threading.Thread(target=drip, args=(asked[-1],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        patience = type(QUICK)(answer_s=0.5, whole_s=0.6, tries=3)
        wire = HttpWire(Host("127.0.0.1", listener.getsockname()[1]), patience=patience)
        with pytest.raises(DeviceUnreachable):
            run(wire.get("/index"))
    assert len(asked) == 1


def test_an_endless_answer_is_cut():
    with (
        RawDevice(lambda _request: reply(200, b"x" * 100_000, "text/html")) as device,
        pytest.raises(DeviceAnswer, match="too long"),
    ):
        run(HttpWire(device.host, patience=QUICK).get("/index", limit=1000, tries=1))


def test_an_upload_goes_to_its_end_although_the_caller_gives_up():
    data = bytes(range(256)) * 400

    async def cancelled(wire: HttpWire) -> None:
        work = asyncio.ensure_future(wire.upload("/api/ota", data))
        await asyncio.sleep(0.02)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    def slow(_request: bytes) -> bytes:
        threading.Event().wait(0.2)
        return reply(200, b'{"size":102400}')

    with RawDevice(slow) as device:
        run(cancelled(HttpWire(device.host, patience=QUICK)))
    assert device.requests[0].endswith(data)


@pytest.mark.parametrize("verb", ["command", "repeatable command", "page"])
def test_a_change_that_was_sent_is_waited_for_although_the_caller_gives_up(verb):
    """Or it would take effect after what is sent next."""
    came, go_on = threading.Event(), threading.Event()

    def slow(_request: bytes) -> bytes:
        came.set()
        assert go_on.wait(60)
        return reply(200, b'{"success":200, "msg":"OK", "res":{}}')

    async def cancelled(obk: Obk) -> None:
        work = asyncio.ensure_future(
            obk.page("/cfg_name", {"name": "x"})
            if verb == "page"
            else obk.command("Flags 1", repeatable=verb.startswith("repeatable"))
        )
        await asyncio.to_thread(came.wait, 60)
        for _time in range(3):
            work.cancel()
            await asyncio.sleep(0)
        assert not work.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await work

    with RawDevice(slow) as device:
        run(cancelled(Obk(device.host, patience=replace(QUICK, answer_s=60.0, whole_s=60.0))))
    assert len(device.requests) == 1


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("plug1", Host("plug1", 80)),
        ("192.168.1.7:8080", Host("192.168.1.7", 8080)),
        ("http://plug.local/", Host("plug.local", 80)),
        ("[::1]:81", Host("::1", 81)),
        ("fe80::1", Host("fe80::1", 80)),
    ],
)
def test_a_host_is_a_name_or_address_with_or_without_a_port(text, host):
    assert parse_host(text) == host


@pytest.mark.parametrize(
    "text", ["", "a b", "x:0", "x:99999", "x:y", "a..b", "[::1", "a/b", "x\ny"]
)
def test_what_is_no_host(text):
    with pytest.raises(UsageError):
        parse_host(text)


@pytest.mark.parametrize(
    "text", ["admin:horse@1.2.3.4", "http://admin:ho@rse@plug.lan:80", "horse@plug"]
)
def test_a_password_before_a_host_is_not_repeated(text):
    with pytest.raises(UsageError) as caught:
        parse_host(text)
    assert "rse" not in str(caught.value)
    assert text.rpartition("@")[2] in str(caught.value)


def test_passwords_are_not_shown_by_repr():
    assert "hunter22" not in repr(HttpWire(Host("x"), password="hunter22"))


def test_every_error_here_is_ours():
    assert issubclass(DeviceAnswer, PlugsmithError)
