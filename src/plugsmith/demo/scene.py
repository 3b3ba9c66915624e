"""The stage of the demo: a forged WB2S plug, a forged OpenBeken image, and a folder for both."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.storage import StorageRequest
from plugsmith.library.library import Library
from plugsmith.sim.url import SimScheme

if TYPE_CHECKING:
    from plugsmith.clock import Clock

CHIP = "BK7231T"
VERSION = "1.18.300"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Files of the demo below `folder`, and the address of the simulated plug."""

    folder: Path
    image: Path
    port: str
    library: Library

    def opener(self, clock: Clock) -> SimScheme:
        """Opens `port` and `log_port` on one and the same simulated board."""
        return SimScheme(clock)

    @property
    def log_port(self) -> str:
        """The address of the plug's second UART."""
        return f"{self.port}&log=1"

    @property
    def flash(self) -> Path:
        """The file behind the plug's flash."""
        return self.folder / "wb2s-plug.bin"


def build_scene(*, paced: bool) -> Scene:
    """Forge the plug and the image in a new folder; `paced` runs at the speed of a real wire."""
    folder = Path(tempfile.mkdtemp(prefix="plugsmith-demo-"))
    plug = folder / "wb2s-plug.bin"
    plug.write_bytes(forge_dump(StorageRequest(chip=CHIP, pin_text=FORUM_TEXT)).data)
    image = folder / f"OpenBK7231T_QIO_{VERSION}.bin"
    image.write_bytes(forge_openbeken_qio(CHIP, version=VERSION))
    address = f"sim://bk7231t?flash={plug}" + ("&paced=1&latency=0.001" if paced else "")
    return Scene(folder=folder, image=image, port=address, library=Library(folder / "home"))
