"""One practice plug: a stock device on the desk; once OpenBeken boots on it, a device at home.

It is one and the same flash: what the job writes over the wires is what starts, and what the
started device stores is what the next job reads.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.api.sim.openbeken import unpack_update
from plugsmith.clock import RealClock
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forged_mac
from plugsmith.forge.storage import StorageRequest
from plugsmith.sim.chip.app_stage import AppStage, AppUart, CrashStage
from plugsmith.sim.chip.board import BoardRequest, build_board
from plugsmith.sim.chip.firmware import AppKind, judge_application
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.firmware import Network
from plugsmith.sim.obk.net.endpoint import Endpoint
from plugsmith.sim.obk.net.server import ObkServer
from plugsmith.sim.obk.plug.plug import Load
from plugsmith.sim.timing import UNATTENDED
from plugsmith.tuya.user_param import text_crc
from plugsmith.ui.practice.hands import Hands, Wires

if TYPE_CHECKING:
    from plugsmith.errors import Fact

VERSION = "1.18.300"
BOARDS = {"WB2S": "BK7231T", "CB2S": "BK7231N"}
_LAMP = Load(volts=230.0, watts=60.0)
_DEVICE_SPEED = 4.0  # seconds of the started plug in one of ours, as in the demo
_FAST = 40.0


class Plug:
    """The device. `fast`: no waiting for wires; `auto_reset`: RTS is wired to CEN."""

    def __init__(
        self,
        board: str,
        *,
        name: str,
        network: tuple[str, str],
        fast: bool = False,
        auto_reset: bool = False,
    ) -> None:
        self.board = board
        self.name = name
        self.chip_name = BOARDS[board]
        self.network = network
        self.lines = "rts" if auto_reset else "none"
        self.lock = threading.RLock()
        self.opened = False
        self.held = False  # by a job
        self.hands = Hands(seed=secrets.randbelow(1 << 30))
        self._clock = RealClock()
        self._speed = _FAST if fast else _DEVICE_SPEED
        self.mac = forged_mac(self.chip_name, name)
        wish = StorageRequest(chip=self.chip_name, pin_text=_pin_text(board))
        stock = forge_dump(wish, mac=self.mac)
        request = BoardRequest(
            chip=self.chip_name.lower(),
            paced=not fast,
            latency_s=0.001 if not fast else None,
            speed=0.0 if fast else 1.0,
            patience=UNATTENDED,
            held=False,
        )
        self.chip = build_board(request, now=self._clock.monotonic(), content=stock.data).chip
        self._home: tuple[SimObk, ObkServer] | None = None

    # the owner's hands

    def tap_cen(self) -> None:
        """CEN to GND for a moment; the started device is cut off with it."""
        with self.lock:
            self._leave_home()
            self.chip.press_reset(now=self._clock.monotonic())

    def unplug(self) -> None:
        """The adapter out of the computer: no port, and no supply."""
        with self.lock:
            self._leave_home()
            self.hands.plugged = False
            self.chip.set_reset_line(low=True, now=self._clock.monotonic())

    def plug_in(self) -> None:
        """And in again: the module starts."""
        with self.lock:
            self.hands.plugged = True
            self.chip.set_reset_line(low=False, now=self._clock.monotonic())

    def rewire(self, wires: Wires) -> None:
        """Join the wires otherwise; a talking MCU is heard after the next start."""
        with self.lock:
            self.hands.join(wires)
            uart = AppUart.TUYA_MCU if wires is Wires.MCU else AppUart.SILENT
            if self.chip.settings.uart is not uart:
                self.chip.settings = replace(self.chip.settings, uart=uart)
                self.tap_cen()

    def press_button(self) -> None:
        """The button of the device, for a moment."""
        with self.lock:
            if self._home is not None:
                self._home[0].press()
                self._home[0].release()

    # a job on the wires, and life without one

    def take(self) -> None:
        """A job opens the port: the module lies on the desk again."""
        with self.lock:
            self.held = True
            self._leave_home()

    def give(self) -> None:
        """The job is over."""
        with self.lock:
            self.held = False

    def live(self) -> None:
        """Let time pass; a started OpenBeken goes home. Called now and then."""
        with self.lock:
            if self.held or not self.hands.plugged:
                return
            if self._home is None:
                self.chip.advance(self._clock.monotonic())
                if self._openbeken_runs():
                    self._go_home()

    def _openbeken_runs(self) -> bool:
        stage, who = self.chip.stage, self.chip.who
        if who is None or not isinstance(stage, AppStage) or isinstance(stage, CrashStage):
            return False
        verdict = judge_application(bytes(self.chip.nor.content), who)
        return verdict.boots and verdict.kind is AppKind.OPENBEKEN

    def _go_home(self) -> None:
        who = self.chip.who
        content = bytes(self.chip.nor.content)
        device = SimObk(
            chip=self.chip_name,
            mac=self.mac,
            version=judge_application(content, who).version if who else VERSION,
            flash=content,
            home=self.network,
            speed=self._speed,
            unpack=unpack_update,
        )
        device.plug_in(_LAMP)
        server = ObkServer([Endpoint(device)])
        server.start()
        self._home = (device, server)

    def _leave_home(self) -> None:
        """Cut the started device off; its flash is the module's."""
        if self._home is None:
            return
        device, server = self._home
        self._home = None
        server.stop()
        device.power_off()
        self.chip.nor.content[:] = device.flash.content()

    def close(self) -> None:
        """Switch it off."""
        with self.lock:
            self.hands.plugged = False
            self._leave_home()

    # what an onlooker sees

    @property
    def host(self) -> str | None:
        """Where it can be reached, None before it has joined the network."""
        with self.lock:
            if self._home is None or self._home[0].network is not Network.HOME:
                return None
            device, server = self._home
            return server.urls[0].removeprefix("http://") if device.reachable else None

    def row(self) -> dict[str, Fact]:
        """The plug as `GET /api/practice` tells it."""
        with self.lock:
            home = self._home[0] if self._home is not None else None
            closed = home is not None and home.relay_closed
            return {
                "port": self.name,
                "log_port": f"{self.name}/log",
                "label": self.label,
                "board": self.board,
                "chip": self.chip_name,
                "plugged": self.hands.plugged,
                "wires": self.hands.wires.value,
                "firmware": "openbeken" if home is not None else None,
                "network": home.network.value if home is not None else None,
                "host": self.host,
                "relay": closed,
                "watts": _LAMP.watts if closed else 0.0,
                "led": home is not None and (home.lamps.red or home.lamps.blue),
            }

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.board} ({self.chip_name})"


def _pin_text(board: str) -> str:
    """The pins of the forum thread's plug, on another module if need be."""
    text = FORUM_TEXT.replace("module:WB2S", f"module:{board}")
    stated = FORUM_TEXT[FORUM_TEXT.rindex("crc:") :]
    return text.replace(stated, f"crc:{text_crc(text.encode())},}}")


def practice_image(chip: str) -> tuple[str, bytes]:
    """Name and bytes of an OpenBeken image of our own making for that chip."""
    return f"Open{chip[:2]}{chip[2:]}_QIO_{VERSION}.bin", forge_openbeken_qio(chip, version=VERSION)
