"""Files between this computer and a device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors.library import OutputExists
from plugsmith.flows.dump.files import write_whole
from plugsmith.flows.house.remote import get_file
from plugsmith.flows.house.results import FetchedFile
from plugsmith.limited_read import read_limited
from plugsmith.private_files import make_private_folder

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host

_LONGEST = 0x20_0000


def place_of(host: Host, name: str, local: Path | None, *, several: bool) -> Path:
    """Where a file of a device goes: under its own name; of several each in its own folder."""
    plain = Path(name).name
    if not several:
        return local if local is not None else Path(plain)
    return (local or Path()) / str(host).replace(":", "_") / plain


def fetch_file(ctx: LanContext, host: Host, name: str, out: Path) -> FetchedFile:
    """Store a device's file at `out`; OutputExists for a second one."""
    if out.exists():
        raise OutputExists(name=str(out))
    data = get_file(ctx, host, name)
    make_private_folder(out.parent)
    write_whole(out, data)
    return FetchedFile(host=str(host), file=name, size=len(data), stored=str(out))


def open_local(local: Path) -> bytes:
    """A file of this computer for a device; InputMissing where it cannot be read."""
    return read_limited(local, limit=_LONGEST)
