"""The stage of the demo: a forged WB2S plug, a forged OpenBeken image, and a folder for both."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.forge.damage import DamageName
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.storage import StorageRequest
from plugsmith.library.library import Library
from plugsmith.sim.ports.url import SimScheme

if TYPE_CHECKING:
    from plugsmith.clock import Clock

CHIP = "BK7231T"
VERSION = "1.18.300"
_NETWORK = "demo-network"
_DEVICE_SPEED = 4.0  # seconds of the started plug in one of ours: it restarts in less than two
_INSTANT_DEVICE_SPEED = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Files of the demo below `folder`, the address of the simulated plug, the Wi-Fi around it.

    `network` is name and password, made up for this run.
    """

    folder: Path
    image: Path
    port: str
    library: Library
    network: tuple[str, str] = field(repr=False)
    device_speed: float

    def remove(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)

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
    """Forge the plug and the image in a new folder; `paced` runs at the speed of a real wire.

    The plug is the one of the forum thread: the vendor's key and key-value store are gone, its
    pins stand in a plain file only.
    """
    folder = Path(tempfile.mkdtemp(prefix="plugsmith-demo-"))
    plug = folder / "wb2s-plug.bin"
    stock = forge_dump(
        StorageRequest(chip=CHIP, pin_text=FORUM_TEXT), damages=(DamageName.STORAGE_ERASED,)
    )
    plug.write_bytes(stock.data)
    image = folder / f"OpenBK7231T_QIO_{VERSION}.bin"
    image.write_bytes(forge_openbeken_qio(CHIP, version=VERSION))
    address = f"sim://bk7231t?flash={plug}" + ("&paced=1&latency=0.001" if paced else "")
    return Scene(
        folder=folder,
        image=image,
        port=address,
        library=Library(folder / "home"),
        network=(_NETWORK, secrets.token_urlsafe(12)),
        device_speed=_DEVICE_SPEED if paced else _INSTANT_DEVICE_SPEED,
    )
