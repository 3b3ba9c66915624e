"""The third recorded session: from a stock plug to measured watts, and how that can fail.

The plug on the wires and the one in the network are two simulations of one device: as soon as the
flash file holds OpenBeken's settings, the second starts with that very content, in a network that
lets it in only with the right name and password.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import serve_on_addresses
from plugsmith.sim.obk.plug.plug import Load
from plugsmith.tuya.rf import read_mac

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[[str], str]  # runs a command and gives what it told

PORT = 18944
RANGE = f"127.0.9.1-3:{PORT}"
RADIO, SETTINGS = 0x1E0000, 0x1E1000
NETWORK = ("home", "the right password")
STRANGER = bytes.fromhex("c8478c000001")
FLASH = "plug.bin"
_MOVING = re.compile(r"\s+\d+ %")  # how far it is: of no use on a page
FLASHING = (
    f"flash OpenBK7231T_QIO.bin --template auto --wifi-ssid home --name plug_1 --find {RANGE} "
    "--find-within {seconds} --port {port}"
)


class Home:
    """A network at home: the plug is in it once its flash holds OpenBeken, if it is let in."""

    def __init__(
        self,
        *,
        address: str = "127.0.9.2",
        network: tuple[str, str] = NETWORK,
        stranger: bool = False,
    ) -> None:
        self._address, self._network, self._stranger = address, network, stranger
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._live)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._leave.set()
        self._thread.join()

    def _live(self) -> None:
        while not Path(FLASH).read_bytes()[SETTINGS:].startswith(b"CFG"):
            if self._leave.wait(0.1):
                return
        flash = Path(FLASH).read_bytes()
        own = read_mac(flash[RADIO:SETTINGS])
        assert own is not None
        plug = SimObk(
            flash=None if self._stranger else flash,
            mac=STRANGER if self._stranger else own,
            version="1.18.300",
            home=None if self._stranger else self._network,
            speed=4,
        )
        plug.plug_in(Load(volts=231.0, watts=60.0))
        with serve_on_addresses([plug], [self._address], port=PORT):
            self._leave.wait()


def stock_to_watts(run: Run, fresh: Callable[[], None]) -> list[str]:
    """The paragraphs of the session. `fresh` makes a stock plug of the flash file."""
    parts = ["## From stock to measured watts\n"]
    host = f"127.0.9.2:{PORT}"

    def told(words: str, line: str, *, only: str = "") -> None:
        text = "\n".join(each for each in run(line).splitlines() if not _MOVING.match(each)) + "\n"
        if only:
            text = _cut(text, only)
        parts.append(f"{words}\n\n```\n{text}```\n")

    fresh()
    with _password(NETWORK[1]), Home():
        told(
            "One command: its own pins, the Wi-Fi, and where it is afterwards:",
            FLASHING.format(seconds=60, port="{port}"),
        )
        told("It is set up as the dump said:", f"device info {host}")
        told("Switched on, with a lamp of 60 W in it:", f'device command {host} "POWER ON"')
        threading.Event().wait(3)
        told("And it measures:", f"device info {host}", only="Meter")
    failures: tuple[tuple[str, dict[str, Any], str, str], ...] = (
        ("The network is not there:", {"network": ("another", "x")}, NETWORK[1], ""),
        ("A wrong password:", {}, "not the right one", ""),
        (
            "It got another address than was looked at; a wider look finds it:",
            {"address": "127.0.9.7"},
            NETWORK[1],
            f"device scan 127.0.9.1-9:{PORT}",
        ),
        ("Another device answers there:", {"stranger": True}, NETWORK[1], ""),
    )
    parts.append("What can go wrong, each with what is told (only that is shown):\n")
    for words, home, password, then in failures:
        fresh()
        with _password(password), Home(**home):
            told(words, FLASHING.format(seconds=3, port="{port}"), only="Waiting for")
            if then:
                told("So:", then)
    return parts


def _cut(text: str, only: str) -> str:
    """The command, and its output from the line with `only` on, up to the advice that follows."""
    head, *lines = text.splitlines()
    at = next((at for at, line in enumerate(lines) if only in line), 0)
    kept = [line for line in lines[at:] if "Looking at" not in line]
    return "\n".join([head, "...", *kept]) + "\n"


@contextlib.contextmanager
def _password(text: str) -> Iterator[None]:
    os.environ["PLUGSMITH_WIFI_PASSWORD"] = text
    yield
    del os.environ["PLUGSMITH_WIFI_PASSWORD"]
