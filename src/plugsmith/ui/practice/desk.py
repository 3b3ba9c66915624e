"""The desk with the practice plugs of one server run: addresses `practice://NAME`."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, cast

from plugsmith.errors.own.ui import UiRequest, UiTooMany, UiUnknown
from plugsmith.errors.port import PortNotFound
from plugsmith.link.ports import register_scheme
from plugsmith.messages import _
from plugsmith.ui.port_names import PRACTICE
from plugsmith.ui.practice.hands import Wires
from plugsmith.ui.practice.plug import BOARDS, Plug, practice_image
from plugsmith.ui.practice.port import PracticePort

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.errors import Fact
    from plugsmith.link.port import Port
    from plugsmith.ui.files import Files

MOST_PLUGS = 8
_LOOK_S = 0.1
_LOG = "/log"
# every desk of this process: the registry of schemes of `link` is one for all
_PLUGS: dict[str, Plug] = {}


def _open(name: str, clock: Clock) -> Port:
    plug = _PLUGS.get(name.removesuffix(_LOG))
    if plug is None:
        raise PortNotFound(port=name)
    # its records have the fields of PortInfo and PortCapabilities, but share no code with them
    return cast("Port", PracticePort(plug, clock, name=name, log=name.endswith(_LOG)))


class Desk:
    """The plugs by the name of their port."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._own: dict[str, Plug] = {}
        self._images: dict[str, str] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._life: threading.Thread | None = None
        self.network = ("practice-home", secrets.token_urlsafe(9))

    def start(self, board: str, *, fast: bool, auto_reset: bool) -> dict[str, Fact]:
        """A new plug on the desk; UiRequest for an unknown board, UiTooMany.

        On a full desk the oldest plug that no job uses makes room: who practises again and again
        never puts one away.
        """
        if board not in BOARDS:
            known = ", ".join(BOARDS)
            raise UiRequest(problem=_("the practice boards are {known}", known=known))
        name = f"{PRACTICE}{board.lower()}-{secrets.token_hex(3)}"
        register_scheme(PRACTICE.removesuffix("://"), _open)
        plug = Plug(board, name=name, network=self.network, fast=fast, auto_reset=auto_reset)
        with self._lock:
            gone = self._oldest_unused() if len(self._own) >= MOST_PLUGS else None
            if gone is not None:
                del self._own[gone.name], _PLUGS[gone.name]
            if len(self._own) >= MOST_PLUGS or self._over.is_set():
                plug.close()
                raise UiTooMany(problem=_("{count} plugs lie on the desk", count=len(self._own)))
            self._own[name] = _PLUGS[name] = plug
            if self._life is None:
                self._life = threading.Thread(target=self._live, name="practice", daemon=True)
                self._life.start()
        if gone is not None:
            gone.close()
        return self._told(plug)

    def _oldest_unused(self) -> Plug | None:
        return next((plug for plug in self._own.values() if not plug.held), None)

    def end(self, port: str) -> None:
        """Take a plug off the desk; UiUnknown."""
        plug = self._find(port)
        with self._lock:
            self._own.pop(port, None)
            _PLUGS.pop(port, None)
        plug.close()

    def press(self, port: str, what: str) -> None:
        """Play the owner's hands; UiUnknown, UiRequest."""
        plug = self._find(port)
        acts = {
            "cen": plug.tap_cen,
            "unplug": plug.unplug,
            "plug": plug.plug_in,
            "button": plug.press_button,
        }
        kind, _colon, name = what.partition(":")
        if what in acts:
            acts[what]()
        elif kind == "fault" and name in {wires.value for wires in Wires}:
            plug.rewire(Wires(name))
        else:
            raise UiRequest(problem=_("hands cannot do {what}", what=what))

    def rows(self) -> list[Fact]:
        """The plugs and what an onlooker sees of each."""
        with self._lock:
            plugs = list(self._own.values())
        return [cast("Fact", self._told(plug)) for plug in plugs]

    def port_rows(self) -> list[dict[str, Fact]]:
        """The plugs that are plugged in, as rows of `GET /api/ports`."""
        with self._lock:
            plugs = [plug for plug in self._own.values() if plug.hands.plugged]
        return [
            {
                "device": plug.name,
                "maker": "Plugsmith",
                "product": plug.label,
                "vid": None,
                "pid": None,
                "serial": None,
                "in_use_by": None,
                "picked": False,
                "practice": True,
            }
            for plug in plugs
        ]

    def is_practice(self, places: tuple[str, ...]) -> bool:
        """Whether one of these ports or hosts is a practice plug."""
        with self._lock:
            plugs = list(self._own.values())
        hosts = {plug.host for plug in plugs}
        return any(place.startswith(PRACTICE) or place in hosts for place in places)

    def taken(self, ports: tuple[str, ...]) -> None:
        """A job begins on these ports."""
        for plug in self._plugs_of(ports):
            plug.take()

    def freed(self, ports: tuple[str, ...]) -> None:
        """It ended."""
        for plug in self._plugs_of(ports):
            plug.give()

    def close(self) -> None:
        """Switch all plugs off."""
        self._over.set()
        with self._lock:
            plugs = list(self._own)
        for port in plugs:
            self.end(port)
        if self._life is not None:
            self._life.join()

    def _plugs_of(self, ports: tuple[str, ...]) -> list[Plug]:
        with self._lock:
            found = [self._own.get(port.removesuffix(_LOG)) for port in ports]
        return [plug for plug in dict.fromkeys(found) if plug is not None]

    def _find(self, port: str) -> Plug:
        with self._lock:
            plug = self._own.get(port)
        if plug is None:
            raise UiUnknown(what=_("this practice plug"))
        return plug

    def _told(self, plug: Plug) -> dict[str, Fact]:
        other = next(chip for chip in BOARDS.values() if chip != plug.chip_name)
        name, password = self.network
        return plug.row() | {
            "image": self._image(plug.chip_name),
            "wrong_image": self._image(other),
            "wifi": {"ssid": name, "password": password},
        }

    def _image(self, chip: str) -> str:
        """The handle of an image for that chip, made once."""
        with self._lock:
            if chip not in self._images:
                name, data = practice_image(chip)
                self._images[chip] = self._files.put(name, data).file
            return self._images[chip]

    def _live(self) -> None:
        while not self._over.wait(_LOOK_S):
            with self._lock:
                plugs = list(self._own.values())
            for plug in plugs:
                plug.live()
