"""Port over serialx: local devices, socket:// and rfc2217://.

serialx facts this module relies on, seen with 1.15: both modem lines go high on open
unless said otherwise; speed and line changes on socket:// succeed without effect; a speed change
on POSIX discards what is still in the output queue, so callers drain first.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import serialx

from plugsmith.errors import Cancelled
from plugsmith.errors.port import (
    NoListener,
    PortBusy,
    PortDenied,
    PortError,
    PortLost,
    PortNotFound,
    PortStuck,
    PortUnsupported,
    ServerCloses,
)
from plugsmith.link.advice import CAUSES
from plugsmith.link.connecting import in_time
from plugsmith.link.hearing import Heard
from plugsmith.link.holders import find_holder, rights_remedy
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.link.port_list import list_ports
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken

START_BAUD = 115_200
_OBEY_S = 1.8  # no call may take longer: Ctrl-C and limits are looked at between calls
_CONNECT_S = 5.0
_LAST_LOOK_S = 0.5  # behind a connection that timed out already
_DRAIN_LOOK_S = 0.001
_REOPEN_PAUSE_S = 0.2
# A pseudo-terminal drains at once although the other end has read nothing yet, and a change of
# speed then throws the bytes away (seen on Linux with the served simulator: a lost SetBaud).
_PTY_DRAIN_S = 0.02
_ABSENT = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR, errno.EISDIR}
_UNREACHABLE = {
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ETIMEDOUT,
    errno.EADDRNOTAVAIL,
}
_NO_TTY = {errno.ENOTTY, errno.EINVAL, errno.EOPNOTSUPP}


class SerialPort:
    """link.port.Port over one serialx object. Modem lines start released (no reset)."""

    def __init__(
        self,
        info: PortInfo,
        *,
        clock: Clock,
        remote_baud_follows: bool = False,
        cancel: CancelToken | None = None,
        connect_s: float | None = None,
    ) -> None:
        """Open it; `connect_s` is how long a server may take, `cancel` ends that at once."""
        self._info = info
        self._cancel = cancel
        self._connect_s = min(connect_s or _CONNECT_S, _CONNECT_S)
        self._clock = clock
        self._remote_baud_follows = remote_baud_follows
        self._twins = _twins(info)
        self._serial = self._open(info.name, START_BAUD)
        self._capabilities = self._probe()

    @property
    def info(self) -> PortInfo:
        """Name and adapter."""
        return self._info

    @property
    def capabilities(self) -> PortCapabilities:
        """What this port can do, probed when it was opened."""
        return self._capabilities

    @property
    def baud(self) -> int:
        """The host's current rate in bit/s."""
        return self._serial.baudrate

    def read(self, limit: int, timeout_s: float) -> bytes:
        """At least one byte if one comes within `timeout_s`, at most `limit`; else b""."""
        self._must_be_open()
        buffer = bytearray(limit)
        try:
            count = self._serial.readinto(buffer, timeout=max(timeout_s, 0.0))
        except (OSError, ValueError, serialx.SerialException) as problem:
            raise PortLost(port=self._info.name) from problem
        return bytes(buffer[:count])

    def write(self, data: bytes) -> None:
        """Queue all of `data` for sending."""
        self._must_be_open()
        view = memoryview(data)
        try:
            while view:
                view = view[self._serial.write(view, timeout=_OBEY_S) :]
        except (TimeoutError, serialx.SerialTimeoutException) as problem:
            raise PortStuck(port=self._info.name) from problem
        except (OSError, ValueError, serialx.SerialException) as problem:
            raise PortLost(port=self._info.name) from problem

    def drain(self) -> None:
        """Return when everything queued has left the host (as far as the system knows)."""
        self._must_be_open()
        try:
            self._wait_until_sent()
            self._serial.flush()
        except (OSError, ValueError, serialx.SerialException) as problem:
            raise PortLost(port=self._info.name) from problem
        except Exception as problem:  # termios.error is no OSError
            if type(problem).__name__ != "error":
                raise
            raise PortLost(port=self._info.name) from problem
        if self._capabilities.local and not self._capabilities.modem_lines:
            self._clock.sleep(_PTY_DRAIN_S)

    def _wait_until_sent(self) -> None:
        """The system's own wait has no limit, and flow control may hold bytes back for ever."""
        if not self._capabilities.local:
            return
        end_s = self._clock.monotonic() + _OBEY_S
        while self._serial.num_unwritten_bytes() > 0:
            if self._clock.monotonic() >= end_s:
                raise PortStuck(port=self._info.name)
            self._clock.sleep(_DRAIN_LOOK_S)

    def discard_input(self) -> None:
        """Forget received bytes that were not read yet."""
        while self.read(65536, 0.0):
            pass

    def set_baud(self, baud: int) -> None:
        """Change the host's rate; PortUnsupported if the port or adapter cannot."""
        if not self._capabilities.speed_changes:
            raise PortUnsupported(
                port=self._info.name, problem=_("its speed cannot be changed from here")
            )
        self._must_be_open()
        if baud == self.baud:
            return
        before = self.baud
        try:
            self._serial.reconfigure_port(baudrate=baud)
        except Exception as problem:
            if not _is_setting_refused(problem):
                raise PortLost(port=self._info.name) from problem
            with contextlib.suppress(Exception):
                self._serial.reconfigure_port(baudrate=before)
            raise PortUnsupported(
                port=self._info.name,
                problem=_("the adapter cannot do {baud} bit/s", baud=baud),
            ) from problem

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Set modem lines; True pulls the pin low. Without effect where there are none."""
        if not self._capabilities.modem_lines:
            return
        self._must_be_open()
        try:
            self._serial.set_modem_pins(rts=rts, dtr=dtr)
        except Exception as problem:  # termios.error and OSError alike
            raise PortLost(port=self._info.name) from problem

    def reopen(self, timeout_s: float) -> bool:
        """Wait for a vanished device to come back and open it again; False if it does not.

        The adapter may come back under another name: it is taken if it is the only new one with
        the same adapter id. Whose chip is behind it is for the caller to prove.
        """
        baud = self.baud
        with contextlib.suppress(Exception):
            self._serial.close()
        deadline = self._clock.monotonic() + timeout_s
        while True:
            try:
                self._serial = self._open(self._where_now(), baud)
            except PortError:
                if self._clock.monotonic() >= deadline:
                    return False
                self._clock.sleep(_REOPEN_PAUSE_S)
                continue
            return True

    def close(self) -> None:
        """Release the port; may be called twice."""
        with contextlib.suppress(Exception):
            self._serial.close()

    def _must_be_open(self) -> None:
        if not self._serial.is_open:
            raise PortLost(port=self._info.name)

    def _where_now(self) -> str:
        """The name under which the adapter is connected now; PortNotFound if it is away.

        Whole batches of adapters share a serial number, so only a name counts that was not there
        when this port was opened.
        """
        name, adapter = self._info.name, self._info.adapter
        if adapter is None:
            return name
        same = [device for device in _devices_of(adapter) if device not in self._twins]
        if any(os.path.realpath(name) == os.path.realpath(device) for device in same):
            return name
        if len(same) != 1:
            raise PortNotFound(port=name)
        return same[0]

    def _open(self, target: str, baud: int) -> serialx.BaseSerial:
        name = self._info.name
        try:
            if "://" not in name:
                return _opened(target, baud)
            connect_s = _OBEY_S if name.startswith("rfc2217://") else self._connect_s
            return in_time(
                lambda: _opened(target, baud, connect_timeout=connect_s),
                most_s=self._connect_s,
                cancel=self._cancel,
            )
        except Cancelled:
            raise
        except TimeoutError as problem:
            if name.startswith("rfc2217://") and not _takes_connections(name):
                raise NoListener(port=name) from problem
            raise open_failure(name, problem) from problem
        except Exception as problem:
            raise open_failure(name, problem) from problem

    def _probe(self) -> PortCapabilities:
        name = self._info.name
        if name.startswith("rfc2217://"):
            return PortCapabilities(modem_lines=True, speed_changes=True, local=False)
        if "://" in name:
            return PortCapabilities(
                modem_lines=False, speed_changes=self._remote_baud_follows, local=False
            )
        return PortCapabilities(modem_lines=self._has_lines(), speed_changes=True, local=True)

    def _has_lines(self) -> bool:
        """Whether the system knows modem lines here: a pseudo-terminal has none."""
        if sys.platform == "win32":
            return True
        import fcntl  # noqa: PLC0415 - POSIX only
        import termios  # noqa: PLC0415 - POSIX only

        try:
            fcntl.ioctl(self._serial.fileno(), termios.TIOCMGET, b"\0\0\0\0")
        except OSError:  # ENOTTY on Linux, EINVAL or EOPNOTSUPP elsewhere
            return False
        return True


def _takes_connections(name: str) -> bool:
    """Whether something takes a connection at a network address that timed out just now."""
    place = urlsplit(name)
    try:
        socket.create_connection((place.hostname or "", place.port or 0), _LAST_LOOK_S).close()
    except OSError:
        return False
    return True


def _opened(target: str, baud: int, **extra: float) -> serialx.BaseSerial:
    low = serialx.PinState.LOW
    serial = serialx.serial_for_url(
        target,
        baud,
        rts_on_open=low,
        dtr_on_open=low,
        rts_on_close=low,
        dtr_on_close=low,
        write_timeout=_OBEY_S,
        **extra,  # type: ignore[arg-type]  # one key of a TypedDict
    )
    serial.open()
    return serial


def _is_setting_refused(problem: Exception) -> bool:
    if isinstance(problem, OSError):
        return problem.errno in _NO_TTY
    refused = isinstance(problem, (serialx.SerialException, ValueError, TimeoutError))
    return refused or type(problem).__name__ == "error"


def _devices_of(adapter: str) -> list[str]:
    """The names of the connected adapters with this id."""
    return [port.device for port in list_ports() if port.adapter == adapter]


def _twins(info: PortInfo) -> frozenset[str]:
    """The other connected adapters with the same id: never taken for this one."""
    if info.adapter is None:
        return frozenset()
    own = os.path.realpath(info.name)
    return frozenset(
        device for device in _devices_of(info.adapter) if os.path.realpath(device) != own
    )


def open_failure(name: str, problem: Exception) -> PortError:
    """Our error for what opening `name` raised."""
    if isinstance(problem, PortError):
        return problem
    number = problem.errno if isinstance(problem, OSError) else None
    hung_up = isinstance(problem, (ConnectionResetError, BrokenPipeError)) or number == errno.EIO
    if "://" in name and hung_up:
        return ServerCloses(port=name, count=1, remedy=_(CAUSES[Heard.SERVER_CLOSES][0].next_step))
    absent = number in _ABSENT or number in _UNREACHABLE
    absent |= isinstance(problem, TimeoutError) and name.startswith("socket://")
    if absent or isinstance(problem, (socket.gaierror, ConnectionError)):
        return NoListener(port=name) if "://" in name else PortNotFound(port=name)
    if number == errno.EBUSY or (sys.platform == "win32" and isinstance(problem, PermissionError)):
        return PortBusy(port=name, holder=find_holder(name) or _("another program"))
    if isinstance(problem, PermissionError):
        return PortDenied(port=name, remedy=rights_remedy(name))
    return PortUnsupported(port=name, problem=_unusable(problem, number))


def _unusable(problem: Exception, number: int | None) -> str:
    if isinstance(problem, TimeoutError):
        return _("no RFC 2217 server answers there; one for raw bytes needs socket://")
    if number in _NO_TTY or type(problem).__name__ == "error":  # termios.error
        return _("it is not a serial port")
    return str(problem) or type(problem).__name__
