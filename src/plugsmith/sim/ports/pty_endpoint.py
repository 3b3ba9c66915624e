"""A pseudo-terminal as the chip's serial port (Linux, macOS). It has no modem lines."""

from __future__ import annotations

import os
import select
import struct
from typing import TYPE_CHECKING

from plugsmith.sim.ports.endpoint import HostAct

if TYPE_CHECKING:
    from pathlib import Path

_TCGETS2 = 0x802C_542A  # Linux: termios with the rates as plain numbers
_TERMIOS2 = struct.Struct("4IB19s2I")
_RATE_NAMES = ("B9600", "B38400", "B115200", "B230400", "B460800", "B500000", "B921600",
               "B1000000", "B1500000", "B2000000", "B3000000")  # fmt: skip
_CHUNK = 65536
_USUAL_PATIENCE_S = 0.5
_LOOK_S = 0.1


class PtyEndpoint:
    """One pty; a client is whoever has its other end open. `link` names a stable path to it.

    A client that reads nothing for `patience_s` loses what does not fit into the pty.
    """

    def __init__(self, *, link: Path | None = None, patience_s: float = _USUAL_PATIENCE_S) -> None:
        self._link = link
        self._patience_s = patience_s
        self._master = -1
        self._name = ""
        self._connected = False
        self._last_baud: int | None = None
        self._last_words = b""
        self.sessions = 0
        self.reappear()

    @property
    def address(self) -> str:
        """The path a client opens."""
        return str(self._link) if self._link is not None else self._name

    @property
    def connected(self) -> bool:
        """Whether somebody has the other end open."""
        return self._connected

    @property
    def baud(self) -> int | None:
        """The rate that the client has set."""
        return host_baud(self._master) if self._connected else None

    def wait(self, timeout_s: float) -> None:
        """Sleep until bytes come; a closed other end is looked at every 20 ms."""
        if self._master < 0 or not self._connected:
            select.select([], [], [], min(timeout_s, 0.02))
            return
        select.select([self._master], [], [], max(0.0, timeout_s))  # finer than poll's milliseconds
        if self._flags() & select.POLLHUP:
            self._hang_up()

    def _flags(self) -> int:
        poller = select.poll()
        poller.register(self._master, select.POLLIN)
        state = poller.poll(0)
        return state[0][1] if state else 0

    def _hang_up(self) -> None:
        """The client is gone, perhaps for a moment only: keep its last bytes, end its session."""
        try:
            while data := os.read(self._master, _CHUNK):
                self._last_words += data
        except OSError:
            pass
        self._connected = False

    def poll(self, *, device_rate: float) -> list[HostAct]:
        """Bytes from the client, at the rate that it has (or had just before) set."""
        if self._master < 0:
            return []
        if self._last_words:
            data, self._last_words = self._last_words, b""
            return [HostAct(data=data, baud=self._best_rate(device_rate))]
        flags = self._flags()
        if flags & select.POLLHUP and not flags & select.POLLIN:
            self._connected = False
            return []
        if not self._connected:
            self._connected = True
            self.sessions += 1
            self._last_baud = None
        if not flags & select.POLLIN:
            self._last_baud = self.baud
            return []
        return self._read(device_rate)

    def _read(self, device_rate: float) -> list[HostAct]:
        try:
            data = os.read(self._master, _CHUNK)
        except OSError:  # the other end was closed in between
            self._connected = False
            return []
        return [HostAct(data=data, baud=self._best_rate(device_rate))]

    def _best_rate(self, device_rate: float) -> int | None:
        """A client that changes its rate right after sending must not spoil what it sent before."""
        now = host_baud(self._master)
        rates = [rate for rate in (now, self._last_baud) if rate]
        self._last_baud = now
        return min(rates, key=lambda rate: abs(rate / device_rate - 1)) if rates else None

    def send(self, data: bytes) -> None:
        """Bytes to the client; what does not fit is lost, as in a real receive buffer."""
        view = memoryview(data)
        while view and self._master >= 0 and self._connected:
            try:
                written = os.write(self._master, view)
            except BlockingIOError:
                if not self._room():
                    return
                continue
            except OSError:
                self._connected = False
                return
            view = view[written:]

    def _room(self) -> bool:
        """Whether there is room again, before the patience ends or the client goes."""
        poller = select.poll()
        poller.register(self._master, select.POLLOUT)
        for _turn in range(round(self._patience_s / _LOOK_S)):
            flags = dict(poller.poll(_LOOK_S * 1000)).get(self._master, 0)
            if flags & select.POLLHUP:
                return False
            if flags & select.POLLOUT:
                return True
        return False

    def vanish(self) -> None:
        """Close our end: the client's reads fail, and the stable path is gone as an adapter's is.

        Were it left, it would name whatever pty of this computer gets the freed number next.
        """
        if self._master >= 0:
            if self._link is not None:
                self._link.unlink(missing_ok=True)
            os.close(self._master)
            self._master = -1
            self._connected = False

    def reappear(self) -> None:
        """A new pty, raw, at 115200, with nobody at its other end."""
        import pty  # noqa: PLC0415 - only where pseudo-terminals exist
        import tty  # noqa: PLC0415

        self._master, slave = pty.openpty()
        self._name = os.ttyname(slave)
        tty.setraw(slave)
        _set_start_rate(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self._name)

    def close(self) -> None:
        """Close our end and remove the stable path."""
        self.vanish()


def _set_start_rate(slave: int) -> None:
    import termios  # noqa: PLC0415 - only where pseudo-terminals exist

    settings = termios.tcgetattr(slave)
    settings[4] = settings[5] = termios.B115200
    termios.tcsetattr(slave, termios.TCSANOW, settings)


def host_baud(master: int) -> int | None:
    """The rate set at the other end of the pty, or None where the system does not tell."""
    import fcntl  # noqa: PLC0415 - only where pseudo-terminals exist
    import termios  # noqa: PLC0415

    try:
        raw = fcntl.ioctl(master, _TCGETS2, bytes(_TERMIOS2.size))
        return int(_TERMIOS2.unpack(raw)[-1]) or None
    except OSError:
        pass
    try:
        code = termios.tcgetattr(master)[5]
    except (OSError, termios.error):
        return None
    rates = {
        getattr(termios, name): int(name[1:]) for name in _RATE_NAMES if hasattr(termios, name)
    }
    return rates.get(code, code if code > 4800 else None)
