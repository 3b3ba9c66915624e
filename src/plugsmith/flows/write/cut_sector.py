"""What an erase or a write that was cut leaves in a sector."""

from __future__ import annotations

import re

from plugsmith.boot.protocol.commands import Reboot
from plugsmith.boot.protocol.frames import LINK_CHECK

# Link checks and reboots in a row, behind zeros, the first without its head, the last cut off.
_OURS = re.compile(
    rb"(?:\xe0?\xfc?\x01?\0)?(?:\0{0,8}(?:%b|%b))+\x01?\xe0?\xfc?\x01?"
    % (re.escape(LINK_CHECK), re.escape(Reboot().encode()))
)


def left_by_cut(now: bytes, aim: bytes) -> bool:
    """Whether an erase or a write of `aim` that was cut leaves `now`: no bit of `aim` is missing.

    Erasing sets bits, writing clears only those that are to be clear. A chip whose data stopped in
    the middle takes what this run ends with, or the next one begins with, for the rest of them:
    that is no firmware's own.
    """
    now = _OURS.sub(lambda found: b"\xff" * len(found[0]), now)
    held, wanted = int.from_bytes(now, "big"), int.from_bytes(aim, "big")
    return held & wanted == wanted
