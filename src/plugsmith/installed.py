"""How this Plugsmith was installed, and so how a missing part is added to it."""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

from plugsmith.messages import _

# where the metadata of the package is missing
_PARTS = {
    "emu": ("unicorn",),
    "mqtt": ("aiomqtt",),
    "keyring": ("keyring",),
    "ui": ("starlette", "uvicorn"),
    "mdns": ("zeroconf",),
    "spi": (
        "pyusb",
        "pyftdi",
        "libusb-package; sys_platform != 'linux'",
        "gpiod; sys_platform == 'linux'",
    ),
}
_SYSTEM = re.compile(r"""sys_platform\s*(?P<how>[=!]=)\s*['"](?P<name>\w+)['"]""")
_EXTRA = re.compile(r"""extra\s*==\s*['"](?P<extra>[\w-]+)['"]""")


def how_to_add(extra: str) -> str:
    """The command that adds the packages of an extra to this very installation.

    It names the packages themselves: where Plugsmith came from, and whether a newer one is there
    under its name, is not known here.
    """
    parts = " ".join(f"'{part}'" for part in parts_of(extra))
    prefix = Path(sys.prefix).as_posix()
    if getattr(sys, "frozen", False):
        return _("this build cannot be extended: install Plugsmith with Python instead")
    if "/pipx/venvs/" in prefix:
        return f"pipx inject plugsmith {parts}"
    if "/uv/tools/" in prefix:
        return f"uv pip install --python {sys.executable} {parts}"
    if _is_managed():
        return _(
            "your system manages its Python packages, so put Plugsmith into an environment of its "
            "own (python3 -m venv), and there: pip install {parts}",
            parts=parts,
        )
    return f"{sys.executable} -m pip install {parts}"


def parts_of(extra: str) -> list[str]:
    """The requirements of an extra on this system, as the package itself states them."""
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415 - on errors only

    try:
        stated = requires("plugsmith") or []
    except PackageNotFoundError:
        stated = []
    found = [line for line in stated if (match := _EXTRA.search(line)) and match["extra"] == extra]
    parts = [line.partition(";") for line in found or _PARTS[extra]]
    return [part.strip() for part, _semicolon, marker in parts if _is_for_here(marker)]


def _is_for_here(marker: str) -> bool:
    """Whether a marker means this system; of all that markers can say, ours name nothing else."""
    system = _SYSTEM.search(marker)
    return system is None or (system["how"] == "==") == (system["name"] == sys.platform)


def _is_managed() -> bool:
    """Whether the system forbids `pip install` outside of an environment (PEP 668)."""
    if sys.prefix != sys.base_prefix:
        return False
    return (Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists()
