"""Debian's Firefox, driven by WebDriver BiDi: Playwright asks it for what only newer ones know."""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import socket
import struct
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 60.0  # only ever waited for by a test that fails
_READY = re.compile(r"WebDriver BiDi listening on ws://127\.0\.0\.1:(\d+)")
_MASK = b"mask"  # any will do, but not zeros: Firefox hangs up
_TEXT, _CLOSE, _PING = 1, 8, 9
_AIMS = 20
#: an element that is seen, has these words and stays in its place; the last one within another
_FIND = """(css, words) => new Promise((found, lost) => {
  const patience = setTimeout(() => lost(new Error(`not seen: ${css} ${words}`)), 60000);
  const spoken = (one) => (one.ariaLabel || one.innerText || "").replace(/\\s+/g, " ");
  let before = "";
  const look = () => {
    const all = [...document.querySelectorAll(css)].filter(
      (one) => (one.type === "file" || one.checkVisibility())
        && !one.disabled && spoken(one).includes(words));
    if (!all.length) return setTimeout(look, 50);
    all[0].scrollIntoView({ block: "center", behavior: "instant" });
    const now = JSON.stringify(all[0].getBoundingClientRect());
    if (now !== before) {  // a click would miss what is still on the move
      before = now;
      return setTimeout(look, 50);
    }
    clearTimeout(patience);
    found(all[0]);
  };
  look();
})"""

#: what a click that does not reach the element comes to: nothing, and the page never hears of it
_AIM = """(wanted) => {
  window.aimed?.abort();
  const aim = window.aimed = new AbortController();
  window.struck = false;
  const guard = (event) => {
    if (wanted.contains(event.target)) return void (window.struck ||= event.type === "click");
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"])
    window.addEventListener(name, guard, { capture: true, signal: aim.signal });
}"""
_STRUCK = "() => { window.aimed.abort(); return window.struck; }"


class Socket:
    """The client's side of a WebSocket (RFC 6455): texts there and back."""

    def __init__(self, port: int) -> None:
        self._link = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        key = base64.b64encode(os.urandom(16)).decode()
        self._link.sendall(
            f"GET /session HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._stream = self._link.makefile("rb")
        assert b" 101 " in self._stream.readline()
        while self._stream.readline().strip():
            pass

    def send(self, text: str, kind: int = _TEXT) -> None:
        data = text.encode()
        size = (
            bytes([0x80 | len(data)])
            if len(data) < 126
            else b"\xfe" + struct.pack(">H", len(data))
            if len(data) < 1 << 16
            else b"\xff" + struct.pack(">Q", len(data))
        )
        masked = bytes(byte ^ _MASK[at % 4] for at, byte in enumerate(data))
        self._link.sendall(bytes([0x80 | kind]) + size + _MASK + masked)

    def receive(self) -> str:
        held = b""
        while True:
            first, size = self._stream.read(2)
            if size == 126:
                (size,) = struct.unpack(">H", self._stream.read(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self._stream.read(8))
            data = self._stream.read(size)
            assert first & 15 != _CLOSE, "Firefox hung up"
            if first & 15 == _PING:
                self.send(data.decode(), 10)
                continue
            held += data
            if first & 0x80:
                return held.decode()

    def close(self) -> None:
        self._stream.close()
        self._link.close()


class Firefox:
    """One window. What the page writes as an error, and whom it asks, is kept in `complaints`."""

    def __init__(self, port: int) -> None:
        self._socket = Socket(port)
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []
        self.call(
            "session.new", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "accept"}}
        )
        (window,) = self.call("browsingContext.getTree")["contexts"]
        self._window = window["context"]
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def call(self, method: str, **params: Any) -> Any:
        """One command and its result; events that come before it are looked at."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            got = json.loads(self._socket.receive())
            if got.get("id") == number:
                assert got["type"] == "success", (method, got)
                return got["result"]
            self._hear(got.get("method"), got.get("params", {}))

    def _hear(self, method: str | None, told: dict[str, Any]) -> None:
        if method == "log.entryAdded" and told["level"] == "error":
            self.complaints.append(f"console: {told['text']}")
        elif method == "network.beforeRequestSent":
            parts = urlsplit(told["request"]["url"])
            if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
                self.complaints.append(f"request to {told['request']['url']}")

    def close(self) -> None:
        self._socket.close()

    def open(self, url: str) -> None:
        self.call("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def ask(self, function: str, *values: Any) -> Any:
        """What a JavaScript function gives, once its promise is kept."""
        return self._run(function, *values).get("value")

    def _run(self, function: str, *values: Any) -> dict[str, Any]:
        got = self.call(
            "script.callFunction",
            functionDeclaration=function,
            awaitPromise=True,
            target={"context": self._window},
            arguments=[
                value if isinstance(value, dict) else {"type": "string", "value": str(value)}
                for value in values
            ],
        )
        assert got["type"] == "success", got
        return got["result"]

    def find(self, css: str, words: str = "") -> str:
        """Wait for the element that is seen, with these words; what Firefox calls it."""
        return self._run(_FIND, css, words)["sharedId"]

    def press(self, css: str, words: str = "") -> None:
        """A real click in the middle of it; once more if it moved away under the pointer."""
        for _again in range(_AIMS):
            element = {"sharedId": self.find(css, words)}
            self._run(_AIM, element)
            place = {"type": "element", "element": element}
            moves = [
                {"type": "pointerMove", "x": 0, "y": 0, "origin": place},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerUp", "button": 0},
            ]
            hand = {"type": "pointer", "id": "mouse", "actions": moves}
            self.call("input.performActions", context=self._window, actions=[hand])
            if self.ask(_STRUCK):
                return
        raise AssertionError(f"no click reaches {css} {words}")

    def give(self, css: str, path: Path) -> None:
        """Choose a file."""
        element = {"sharedId": self.find(css)}
        self.call("input.setFiles", context=self._window, element=element, files=[str(path)])


@contextmanager
def firefox(command: str, folder: Path) -> Iterator[Firefox]:
    """A Firefox of one's own, with a profile that goes with it."""
    told = folder / "stderr.txt"
    with told.open("w") as stderr:
        size = ("--width", "1280", "--height", "900")
        way = ("--headless", "--no-remote", "--remote-debugging-port", "0", *size)
        browser = subprocess.Popen(
            [command, *way, "--profile", str(folder), "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        while not (ready := _READY.search(told.read_text(errors="replace"))):
            assert browser.poll() is None, told.read_text(errors="replace")
            time.sleep(0.05)
        found = Firefox(int(ready[1]))
        try:
            yield found
        finally:
            found.close()
    finally:
        browser.terminate()
        browser.wait(PATIENCE_S)
