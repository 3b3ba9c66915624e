"""Which names of ports the page may use: adapters, network ports, and plugs of the practice desk.

A port that is a file, or a simulated chip on a file, would be a way to the files of this computer.
"""

from __future__ import annotations

import os
import re

from plugsmith.errors.own.ui import UiFileName

PRACTICE = "practice://"
_NETWORK = ("socket://", "rfc2217://", "openbeken://", "webserial://", PRACTICE)
_WINDOWS = re.compile(r"(?i)(\\\\\.\\)?com\d{1,3}")


def checked_port(name: str) -> str:
    """`name` if it can be a port; UiFileName."""
    if name.startswith(_NETWORK) or _WINDOWS.fullmatch(name):
        return name
    if "://" in name or not os.path.realpath(name).startswith("/dev/"):
        raise UiFileName(name=name)
    return name


def port_key(name: str) -> str:
    """One port, one key: links of the system lead to the same device."""
    return name if "://" in name else os.path.realpath(name)
