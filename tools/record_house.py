"""Records docs/house-session.md: thirty simulated devices, from the first look to an update.

`python tools/record_house.py` runs the verbs as a user would and writes down what they print.
Not part of `make generated`: it takes minutes, and times differ from run to run.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.cli.app import main
from plugsmith.errors import PlugsmithError
from plugsmith.forge.packages import forge_ota
from plugsmith.image.ota import read_package
from plugsmith.sim.obk.net.server import make_fleet, serve_on_addresses

if TYPE_CHECKING:
    from plugsmith.sim.obk.net.server import ObkServer

PAGE = Path(__file__).parent.parent / "docs" / "house-session.md"
PORT = 18933
SPEED = 8.0
COUNT = 30
TEMPLATE = """{"vendor": "LSPA9", "name": "plug", "chip": "BK7231T", "board": "WB2S",
 "pins": {"6": "LED_n;1", "7": "BL0937CF;0", "8": "BL0937CF1;0", "10": "Btn;1", "24": "BL0937SEL;0",
 "26": "Rel;1"}, "flags": "1024", "command": "startDriver BL0937"}"""


def _unpack(package: bytes) -> bytes | None:
    try:
        return read_package(package).code
    except PlugsmithError:
        return None


class Recorder:
    """Runs commands and keeps what they print, without what belongs to this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: list[str] = []

    def say(self, text: str) -> None:
        """A paragraph between two commands."""
        self.parts.append(text)

    def run(self, line: str, *, most: int = 14) -> str:
        """One command; its output is cut in the middle where it is long."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = main([word.replace("~", str(self.folder)) for word in shlex.split(line)])
        text = out.getvalue().replace(str(self.folder), "~")
        lines = [item.rstrip() for item in text.splitlines()]
        lines = [item for item in lines if item and not re.match(r"\s*\d+ %", item)]
        if len(lines) > most:
            left = len(lines) - most
            first = most // 3
            lines = [*lines[:first], f"... ({left} more lines)", *lines[first - most :]]
        body = "\n".join(lines)
        self.parts.append(f"```\n$ plugsmith {line}\n{body}\n(exit {code})\n```")
        return text


def record(server: ObkServer, home: Path) -> str:
    """The session as Markdown."""
    where = f"127.0.9.1-{COUNT}:{PORT}"
    book = Recorder(home)
    (home / "plug.json").write_text(TEMPLATE)
    os.environ["PLUGSMITH_HOME"] = str(home / "library")
    book.say("Who is there, and what is known of them from now on:")
    book.run(f"device scan {where}", most=12)
    book.run("device list --now", most=12)
    book.say("A roll of them. By hand (here: by a program) they get names, a template, a flag:")
    book.run(f"device roll init {where} -o ~/roll.toml")
    roll = home / "roll.toml"
    text = roll.read_text(encoding="utf-8").replace(
        "[defaults]", '[defaults]\ntemplate = "plug.json"\nsettings = { ping_host = "192.168.1.1" }'
    )
    roll.write_text(re.sub(r'name = "obk\w+"', 'name = "plug_{n}"', text), encoding="utf-8")
    book.run("device plan ~/roll.toml", most=12)
    book.say("Several devices are changed only after one question, or with `--yes`:")
    book.run("device apply --roll ~/roll.toml", most=9)
    book.run("device apply --roll ~/roll.toml --yes --at-once 16", most=13)
    book.run("device plan ~/roll.toml", most=9)
    book.run("device backup --all --no-full --keep 3", most=12)
    book.say("Two of them lose everything (a long press on the wrong button):")
    for at in (4, 11):
        server.devices[at].run("clearAll")
        server.devices[at].save()
        server.devices[at].power_cycle()
    threading.Event().wait(2)
    devices = home / "library" / "devices"
    for at in (4, 11):
        mac = f"c8478c1a{0x2B3C + at:04x}"
        folder = max(devices.glob(f"{mac}_*"))
        book.run(f"device restore 127.0.9.{at + 1}:{PORT} ~/library/devices/{folder.name} --yes")
    book.run("device plan ~/roll.toml", most=9)
    book.say(
        "An update. The first device goes ahead alone; here its boot loader does not take the file "
        "(on purpose), so nothing else is begun:"
    )
    (home / "update.rbl").write_bytes(forge_ota("BK7231T", version="1.18.301"))
    server.devices[0]._unpack = lambda _package: None  # noqa: SLF001 - the fault of the session
    book.run(f"device ota {where} ~/update.rbl --yes", most=13)
    book.say("Its boot loader takes it now; the same command goes on with all of them:")
    server.devices[0]._unpack = _unpack  # noqa: SLF001 - the fault is mended
    book.run(f"device ota {where} ~/update.rbl --yes --at-once 10", most=13)
    book.run("device list --now", most=12)
    return "\n\n".join(book.parts)


def main_program() -> None:
    """Run the session and write the page."""
    fleet = make_fleet(COUNT, speed=SPEED)
    for device in fleet:
        device._unpack = _unpack  # noqa: SLF001 - as the boot loader of a real one
    addresses = [f"127.0.9.{at}" for at in range(1, COUNT + 1)]
    os.environ["PLUGSMITH_PLAIN"] = "1"
    with (
        tempfile.TemporaryDirectory() as name,
        serve_on_addresses(fleet, addresses, port=PORT) as server,
    ):
        session = record(server, Path(name))
    PAGE.write_text(
        "# Thirty devices, one session\n\n"
        "Recorded by `python tools/record_house.py` on simulated devices, whose clocks run "
        f"{SPEED:.0f} times as fast as yours; long outputs are cut in the middle. How the verbs "
        "work: [device.md](device.md).\n\n" + session + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main_program()
