"""Where settings are read or written: a file or running devices, judged by how the text is written.

What happens to lie on the disk decides nothing where the form tells: a file that is called like a
device does not stand in for it, and a path to nothing is a missing file and not a device.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

from plugsmith.flows.input_file import exists

_PORT = re.compile(r"[A-Za-z0-9_.-]{2,}:\d{1,5}")
_SPAN = re.compile(r"[0-9.]+(-\d{1,3}|/\d{1,2})(:\d{1,5})?")
_FILE_ENDINGS = frozenset(
    {
        ".bin",
        ".img",
        ".rbl",
        ".uf2",
        ".dump",
        ".dmp",
        ".raw",
        ".hex",
        ".dat",
        ".cfg",
        ".json",
        ".zip",
        ".gz",
        ".xz",
    }
)
_HOST_ENDINGS = (".local", ".lan", ".home", ".internal", ".home.arpa", ".fritz.box")


def names_devices(text: str) -> bool:
    """Whether FILE|HOST means running devices.

    A word that may be either (`lamp`) is a file where one of that name lies in the folder:
    `lamp:80` is the device, `./lamp` the file.
    """
    by_form = _form(text)
    return by_form if by_form is not None else not exists(Path(text))


def _form(text: str) -> bool | None:
    """True: devices. False: a file. None: the form leaves it open."""
    if text == "scan" or text.startswith(("@", "http://", "[")) or "," in text:
        return True
    if _is_address(text) or _SPAN.fullmatch(text) or _PORT.fullmatch(text):
        return True
    if "/" in text or "\\" in text or text.startswith("."):
        return False
    lower = text.lower()
    if Path(lower).suffix in _FILE_ENDINGS:
        return False
    return True if lower.endswith(_HOST_ENDINGS) else None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
