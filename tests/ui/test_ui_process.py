"""`plugsmith ui` as a process: its first line, Ctrl-C while it writes, what it leaves behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from page_rig import PATIENCE_S, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


class Process:
    """The server in a process of its own."""

    def __init__(self, home: Path, *args: str) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "plugsmith", "ui", "--no-open", "--json", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PLUGSMITH_HOME": str(home)},
        )
        assert self.child.stdout is not None
        self.ready = json.loads(self.child.stdout.readline())
        self.url = self.ready["url"]

    @contextmanager
    def request(
        self, method: str, path: str, body: object = None
    ) -> Iterator[http.client.HTTPResponse]:
        parts = urlsplit(self.url)
        token = parts.fragment.removeprefix("token=")
        link = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_S)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            link.request(method, path, json.dumps(body) if body is not None else None, headers)
            with link.getresponse() as answer:
                yield answer
        finally:
            link.close()

    def call(self, method: str, path: str, body: object = None):
        with self.request(method, path, body) as answer:
            return json.loads(answer.read())

    def events(self, job: str):
        with self.request("GET", f"/api/jobs/{job}/events") as answer:
            yield from lines_of(answer)

    def end(self) -> tuple[int, str, str]:
        out, err = self.child.communicate(timeout=PATIENCE_S)
        return self.child.returncode, out.decode(), err.decode()


def test_the_first_line_has_the_link_with_the_token_in_its_fragment_and_no_other_has(tmp_path):
    page = Process(tmp_path)
    assert (page.ready["type"], page.ready["schema"]) == ("ready", "plugsmith/1")
    parts = urlsplit(page.url)
    assert (parts.scheme, parts.hostname, parts.path, parts.query) == ("http", "127.0.0.1", "/", "")
    token = parts.fragment.removeprefix("token=")
    assert len(token) >= 22
    assert page.call("GET", "/api/about")["schema"] == "plugsmith/1"
    page.call("GET", "/api/nothing")
    page.child.send_signal(signal.SIGINT)
    code, out, err = page.end()
    last = json.loads(out.splitlines()[-1])
    assert (code, last["type"], last["command"]) == (0, "result", "ui")
    assert token not in out + err
    assert err == ""  # no access log, no traceback


def test_ctrl_c_while_it_writes_stops_at_a_safe_place_and_the_job_is_kept(tmp_path):
    page = Process(tmp_path)
    plug = page.call("POST", "/api/practice", {"fast": False, "auto_reset": True})
    request = {"port": plug["port"], "image": plug["image"], "allow": ["no-backup"]}
    job = page.call("POST", "/api/jobs", {"verb": "flash", "request": request})["id"]
    last = None
    for _number, event in page.events(job):
        last = event
        if event["type"] == "ask":
            page.call("POST", f"/api/jobs/{job}/answers", {"id": event["id"], "answer": True})
        if event["type"] == "progress" and event["task"] == "write":
            page.child.send_signal(signal.SIGINT)
    assert last is not None
    assert (last["type"], last["exit"]) == ("error", 130), last
    assert last["code"] == "PS-CANCELLED"
    code, _out, err = page.end()
    assert (code, err) == (0, "")
