"""Where other programs put what they read and take what they write: private, and swept.

A run that is killed leaves its room behind, and a whole flash with its secrets may be in it.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from plugsmith.library.lock import held_if_free, lock_id
from plugsmith.library.port_lock import one_name, port_held
from plugsmith.private_files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = "plugsmith-"


class ViaRooms:
    """`via/at-work/<lock of the port>/plugsmith-*`: a room lives while its lock is held."""

    def __init__(self, folder: Path, locks: Path) -> None:
        self._folder = folder
        self._locks = locks

    @contextmanager
    def port_room(self, port: str) -> Iterator[tuple[int | None, Path | None]]:
        """Hold `port`, and make its room: the open file of the lock, and the room.

        What runs that are over left behind is swept first. None for the room where no lock proves
        whose it is; the system's temporary folder has to do then. Raises DeviceInUse.
        """
        self.sweep()
        with ExitStack() as closing:
            lock = closing.enter_context(port_held(self._locks, port))
            room = None
            if lock is not None:
                with suppress(OSError):
                    own = self._folder / lock_id(one_name(port))
                    make_private_folder(own)
                    # before the lock is let go: nobody sweeps what is used, nor uses what is swept
                    closing.callback(_remove_if_empty, own)
                    room = closing.enter_context(
                        TemporaryDirectory(prefix=_NAME, dir=own, ignore_cleanup_errors=True)
                    )
            yield lock, Path(room) if room is not None else None

    def sweep(self) -> None:
        """Remove the rooms whose lock nobody holds: no run, and no program that outlives one."""
        with suppress(OSError):
            for room in sorted(self._folder.iterdir()):
                if room.is_symlink() or not room.is_dir():
                    continue
                with held_if_free(self._locks, room.name) as free:
                    if free:
                        shutil.rmtree(room, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
