"""`ports`: which adapters are connected, who uses them, and which one would be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.flows.wire.results import PortRow, PortsResult
from plugsmith.link.port_list import list_ports

if TYPE_CHECKING:
    from plugsmith.link.port_list import PortEntry


def ports(named: str | None) -> PortsResult:
    """The local ports, candidates first; `named` is picked, else the only candidate."""
    entries = list_ports(with_holders=True)
    candidates = [entry.device for entry in entries if entry.candidate]
    picked = named or (candidates[0] if len(candidates) == 1 else None)
    return PortsResult(
        ports=tuple(_row(entry, picked=entry.device == picked) for entry in entries),
        picked=picked,
    )


def _row(entry: PortEntry, *, picked: bool) -> PortRow:
    return PortRow(
        device=entry.device,
        maker=entry.maker,
        product=entry.product,
        vid=f"{entry.vid:04x}" if entry.vid is not None else None,
        pid=f"{entry.pid:04x}" if entry.pid is not None else None,
        serial=entry.serial,
        in_use_by=entry.in_use_by,
        picked=picked,
    )
