"""The lock of a serial port, whichever of its names the user gives."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.library.lock import held

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

# with and without the prefix that Windows wants from COM10 on
_COM = re.compile(r"(?:\\\\[.?]\\)?(com\d{1,3})", re.IGNORECASE)
_CALLED_IN, _CALLING_OUT = "/dev/tty.", "/dev/cu."  # of macOS, both for one adapter
_PROGRAMMER = "serprog://"


def port_held(folder: Path, port: str) -> AbstractContextManager[int | None]:
    """Hold `port` below `folder`, as `held` does; DeviceInUse names it as it was given."""
    return held(folder, one_name(port), words=port)


def one_name(port: str) -> str:
    """The same for all names of one port: a link and what it leads to, COM3 and com3.

    A simulated port and one behind the network have the one name that they are given.
    """
    if port.startswith(_PROGRAMMER) and _there(rest := port.removeprefix(_PROGRAMMER)):
        port = rest
    if com := _COM.fullmatch(port):
        return com[1].upper()
    if "://" in port:
        return port
    name = os.path.realpath(port) if _there(port) else port
    if name.startswith(_CALLED_IN):
        return _CALLING_OUT + name.removeprefix(_CALLED_IN)
    return name


def _there(port: str) -> bool:
    with suppress(OSError, ValueError):
        return Path(port).exists()
    return False
