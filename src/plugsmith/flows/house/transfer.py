"""Files between this computer and a device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors.library import OutputExists
from plugsmith.flows.dump.files import write_whole
from plugsmith.flows.house.remote import get_file, put_file
from plugsmith.limited_read import read_limited

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host

    Data = dict[str, Fact]

_LONGEST = 0x20_0000


def fetch_file(ctx: LanContext, host: Host, name: str, local: Path | None) -> Data:
    """Store a device's file here, by default under its own name; OutputExists for a second one."""
    out = local if local is not None else Path(Path(name).name)
    if out.exists():
        raise OutputExists(name=str(out))
    data = get_file(ctx, host, name)
    write_whole(out, data)
    return {"host": str(host), "file": name, "size": len(data), "stored": str(out)}


def send_file(ctx: LanContext, host: Host, name: str, local: Path) -> Data:
    """Store a file of this computer on a device; InputMissing where it cannot be read."""
    data = read_limited(local, limit=_LONGEST)
    return put_file(ctx, host, name, data)
