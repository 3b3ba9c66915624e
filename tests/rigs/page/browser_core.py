"""The core as a browser uses it, in a process that lacks what a browser lacks.

Run as a program: prints a JSON object with the modules of ours that were loaded and what each job
said last. The worker's JavaScript is played by `StubHost`, the adapter by the simulator.
"""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

from Crypto.Cipher import AES  # before the wall goes up: it plays the page's own cipher

ABSENT = (
    "Crypto", "fastcrc", "serialx", "typer", "rich", "click", "httpx2", "httpcore2", "unicorn",
    "platformdirs", "starlette", "uvicorn", "anyio", "pydantic", "zeroconf", "aiomqtt", "keyring",
    "termios", "fcntl", "pty", "tty", "multiprocessing", "concurrent.futures.process", "resource",
)  # fmt: skip


class Uint8Array(bytes):
    def to_bytes(self):
        return bytes(self)


class StubWire:
    """An adapter whose changes of rate are reopenings, on a simulated chip."""

    def __init__(self, port, waited):
        self.port = port
        self.waited = waited
        self.lost = False
        self.reopen_ms = 0.0
        self.held = b""

    def take(self, limit):
        data = self.held + self.port.read(limit, 0.0)
        self.held = data[limit:]
        return Uint8Array(data[:limit]) if data else None

    def arrived(self, most_ms):
        self.waited()
        self.held += self.port.read(65536, most_ms / 1000)

    def send(self, data):
        self.port.write(data)

    def drain(self):
        self.port.drain()
        return True

    def discard(self):
        self.held = b""
        self.port.discard_input()

    def change_rate(self, baud):
        self.port.set_baud(baud)
        return True

    def lines(self, rts, dtr):
        self.port.set_lines(rts=rts, dtr=dtr)

    def close(self):
        self.port.close()


class StubHost:
    """Does at once what the worker's promises do later."""

    def __init__(self, clock, make_port):
        self.clock = clock
        self.make_port = make_port
        self.kept = 0
        self.owner = lambda: None
        self.typist = lambda: None

    def encrypt(self, data, key, iv):
        return Uint8Array(self._cipher(key, iv).encrypt(data))

    def decrypt(self, data, key, iv):
        return Uint8Array(self._cipher(key, iv).decrypt(data))

    def _cipher(self, key, iv):
        return AES.new(key, AES.MODE_ECB) if iv is None else AES.new(key, AES.MODE_CBC, iv=iv)

    def to_js(self, data):
        return data

    def sleep(self, ms):
        self.owner()  # the page and its owner live while a job waits
        self.clock.sleep(ms / 1000)

    def port_list(self):
        return json.dumps([{"name": "webserial://1a86:7523/1", "vid": 0x1A86, "pid": 0x7523}])

    def open_port(self, name):
        return StubWire(self.make_port(name), self.typist)

    def keep(self):
        self.kept += 1
        return ""

    def news(self, job):
        del job


def wall():
    """From here on what a browser lacks is absent, and what it cannot do fails."""

    def refused(*_args, **_options):
        raise RuntimeError("a browser cannot do this")

    for name in ABSENT:
        sys.modules[name] = None
    threading.Thread.start = refused
    subprocess.Popen.__init__ = refused
    socket.socket.connect = socket.socket.bind = refused
    del hashlib.pbkdf2_hmac


def main(folder: Path) -> None:
    wall()
    from plugsmith.clock import RealClock
    from plugsmith.sim.chip.board import BoardRequest, build_board
    from plugsmith.sim.ports.port import SimPort
    from plugsmith.sim.timing import UNATTENDED
    from plugsmith.web.face import Face

    dump = (folder / "dump.bin").read_bytes()
    image = (folder / "OpenBK7231T_QIO_1.18.300.bin").read_bytes()
    clock = RealClock()
    wish = BoardRequest(chip="bk7231t", speed=0.0, patience=UNATTENDED, held=True)
    chip = build_board(wish, now=clock.monotonic(), content=dump).chip
    host = StubHost(clock, lambda name: SimPort(chip, clock, name=name, lines="rts"))

    class Ways:
        """Jobs at once; nobody has to keep a patient chip awake meanwhile."""

        def begin(self, work):
            work()

        def beat(self, every_s, once):
            del every_s, once

    face = Face(host, wait=lambda done: done, ways=Ways(), library=folder / "library", serial=True)
    said = {}

    def call(name, **given):
        return json.loads(face.call(name, json.dumps(given)))

    asked = []

    def owner():
        """Says yes to every question, after a look at what it is about."""
        for row in call("jobs")["ok"]["jobs"]:
            if row["state"] == "asking":
                lines = call("lines", job=row["id"], after=0)["ok"]["lines"]
                ask = next(json.loads(line) for _number, line in lines if '"ask"' in line)
                asked.append([ask["file"], flash_is_old()])
                call("answer", job=row["id"], id=ask["id"], answer=True)

    def flash_is_old():
        return bytes(chip.nor.content) == dump

    host.owner = owner

    def run(label, verb, **request):
        started = call("start", verb=verb, request=request)
        if "error" in started:
            said[label] = started["error"]
            return started["error"]
        lines = call("lines", job=started["ok"]["id"], after=0)["ok"]["lines"]
        said[label] = json.loads(lines[-1][1])
        return said[label]

    handle = json.loads(face.put("dump.bin", dump))["ok"]["file"]
    firmware = json.loads(face.put("OpenBK7231T_QIO_1.18.300.bin", image))["ok"]["file"]
    run("config", "dump config", files=[handle])
    run("info", "dump info", file=handle)
    run("image", "image info", file=firmware)
    run("share", "dump sanitize", file=handle, output="safe.bin")
    port = "webserial://1a86:7523/1"
    run("backup", "backup", port=port)
    run("flash", "flash", image=firmware, port=port)
    console = {"kept": "", "turns": 0}

    def typist():
        """Types a command while the console listens, saves the log, and stops it."""
        row = next(row for row in call("jobs")["ok"]["jobs"] if row["verb"] == "console")
        console["turns"] += 1
        if console["turns"] == 1:
            console["typed"] = call("type", job=row["id"], line="Password1 hunter2hunter2")
            console["odd"] = call("type", job=row["id"], line="two\nlines")["error"]["code"]
        if console["turns"] == 4:
            kept = face.get(f"output:{row['id']}/console.log")
            console["kept"] = (kept or b"").decode()
            call("cancel", job=row["id"])

    host.typist = typist
    run("console", "console", port=port, output="console.log")
    host.typist = lambda: None
    run("scan", "device scan")
    run("fetch", "image fetch", chip="BK7231N")
    loaded = [name for name in sys.modules if name.partition(".")[0] == "plugsmith"]
    flash = bytes(chip.nor.content).hex()
    told = {"loaded": loaded, "said": said, "kept": host.kept, "flash": flash, "asked": asked}
    told["console"] = console
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
