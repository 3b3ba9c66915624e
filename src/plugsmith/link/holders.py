"""Who holds a port, and what a user must do to be allowed to open it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from plugsmith.messages import _


def find_holder(device: str, *, proc: Path = Path("/proc")) -> str | None:
    """The program that has `device` open, as `name (process 123)`; None where nobody can tell."""
    if not proc.is_dir():
        return None
    wanted = os.path.realpath(device)
    own = str(os.getpid())
    for process in proc.iterdir():
        if not process.name.isdigit() or process.name == own:
            continue
        if _has_open(process / "fd", wanted):
            return _("{name} (process {pid})", name=_name_of(process), pid=process.name)
    return None


def _has_open(folder: Path, wanted: str) -> bool:
    try:
        links = list(folder.iterdir())
    except OSError:  # another user's process, or it ended
        return False
    for link in links:
        with contextlib.suppress(OSError):
            if str(link.readlink()) == wanted:
                return True
    return False


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip() or "?"
    except OSError:
        return "?"


def rights_remedy(device: str) -> str:
    """What gives this user the right to open `device`, with the exact command."""
    if sys.platform == "win32":
        return _("Close every program that may use the port, then run the command again.")
    group = _group_of(device)
    if group is None or group == "root" or group in _own_groups():
        return _(
            "Add a udev rule and plug the adapter in again: "
            'echo \'SUBSYSTEM=="tty", KERNEL=="{kernel}", MODE="0666"\' '
            "| sudo tee /etc/udev/rules.d/60-plugsmith.rules && sudo udevadm control --reload",
            kernel=Path(device).name.rstrip("0123456789") + "*",
        )
    return _(
        "Join the group {group}: sudo usermod -aG {group} $USER - then log out and in again.",
        group=group,
    )


def _group_of(device: str) -> str | None:
    import grp  # noqa: PLC0415 - POSIX only

    try:
        return grp.getgrgid(Path(device).stat().st_gid).gr_name
    except (OSError, KeyError):
        return None


def _own_groups() -> set[str]:
    import grp  # noqa: PLC0415 - POSIX only

    names = set()
    for gid in os.getgroups() if hasattr(os, "getgroups") else []:
        with contextlib.suppress(KeyError):
            names.add(grp.getgrgid(gid).gr_name)
    return names
