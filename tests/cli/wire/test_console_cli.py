"""`console` on the command line: device text on stdout or as JSON lines, escapes visible."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from plugsmith.cli.app import main

pytestmark = pytest.mark.slow


@pytest.fixture
def talker(tmp_path, monkeypatch):
    """A socket:// port behind which a device prints; what it was sent is in the list."""
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        client, _address = server.accept()
        with client:
            client.settimeout(120)
            client.sendall(b"boot \x1b[2Jok\r\nSSID1 homenet\r\n")
            while not b"".join(heard).endswith(b"\n"):
                data = client.recv(64)
                if not data:
                    return
                heard.append(data)
            client.sendall(b"pong\r\n")
            while client.recv(64):
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"socket://127.0.0.1:{server.getsockname()[1]}", heard
    server.close()
    thread.join(10)


def test_lines_are_json_events_and_the_end_a_result(talker, capsys):
    port, heard = talker
    args = ["console", "--port", port, "--send", "ping", "--seconds", "4", "--json"]
    assert main(args) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    said = [line["message"] for line in lines if line.get("level") == "device"]
    assert any(text.endswith("pong") for text in said)
    assert "homenet" not in "".join(said)
    assert b"".join(heard) == b"ping\r\n"
    assert lines[-1]["data"]["lines"] == 3


def test_people_get_the_lines_on_stdout_with_escapes_visible(talker, capsys, tmp_path):
    port, _heard = talker
    out = tmp_path / "boot.log"
    assert main(["console", "--port", port, "--seconds", "2", "-o", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "boot" in shown
    assert "\x1b[2J" not in shown
    assert "lines in" in shown
    assert "boot" in out.read_text()


def test_a_taken_file_is_refused_before_the_port_is_opened(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    (tmp_path / "x.log").write_text("old")
    args = ["console", "--port", "/no/such/port", "-o", str(tmp_path / "x.log"), "--json"]
    assert main(args) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "PS-OUTPUT-EXISTS"
