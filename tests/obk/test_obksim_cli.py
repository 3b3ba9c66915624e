"""`plugsmith sim --openbeken` as a user or a script runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import IO, Any
from urllib.parse import urlsplit

import pytest
from child import plugsmith
from obksim_rig import RawReply, drain

START = [sys.executable, "-m", "plugsmith", "sim", "--openbeken"]


class Running:
    """The verb in a process of its own."""

    def __init__(self, *options: str) -> None:
        self.process = plugsmith("sim", "--openbeken", *options)
        assert self.process.stdout is not None
        self.out: IO[str] = self.process.stdout
        self.items: list[dict[str, Any]] = []
        self.ready = self.line()
        while self.ready["type"] != "ready":
            self.items.append(self.ready)
            self.ready = self.line()

    def line(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out.readline())
        return found

    def get(self, url: str, target: str) -> RawReply:
        import socket

        where = urlsplit(url)
        assert where.hostname is not None
        with socket.create_connection((where.hostname, where.port or 80), timeout=60) as link:
            link.sendall(f"GET {target} HTTP/1.1\r\n\r\n".encode())
            return RawReply(drain(link))

    def stop(self) -> tuple[dict[str, Any], int]:
        self.process.send_signal(signal.SIGINT)
        last = self.line()
        code = self.process.wait(20)
        self.out.close()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return last, code


def test_serves_until_interrupted() -> None:
    running = Running("--json", "--chip", "bk7231n", "--load", "100")
    url = running.ready["port"]
    assert url.startswith("http://127.0.0.1:")
    info = json.loads(running.get(url, "/api/info").body)
    assert info["chipset"] == "BK7231N"
    result, code = running.stop()
    assert (result["type"], code) == ("result", 0)
    assert result["data"]["requests"] == 1
    assert result["data"]["urls"] == [url]


def test_several_have_their_own_lines() -> None:
    running = Running("--json", "--count", "3", "--fault", "drop@1")
    urls = [item["data"]["url"] for item in running.items]
    assert len(set(urls)) == 3
    assert running.ready["port"] == urls[0]
    assert running.get(urls[1], "/api/info").wire == b""
    assert running.get(urls[1], "/api/info").status == 200
    assert running.stop()[1] == 0


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("options", "code", "exit_code"),
    [
        (["--http", "nonsense"], "PS-USAGE", 2),
        (["--http", "name.invalid:1", "--count", "2"], "PS-USAGE", 2),
        (["--chip", "bk7252"], "PS-SIM-SETUP", 2),
        (["--fault", "flip"], "PS-SIM-SETUP", 2),
        (["--flash", "missing.bin"], "PS-SIM-FLASH", 9),
        (["--http", "192.0.2.1:8080"], "PS-SIM-ADDRESS", 2),
    ],
)
def test_what_cannot_be_meant(options: list[str], code: str, exit_code: int) -> None:
    done = subprocess.run(
        [*START, "--json", *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == exit_code
    assert json.loads(done.stdout.splitlines()[-1])["code"] == code
