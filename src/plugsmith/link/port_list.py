"""Which local serial ports there are, and what is known about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Built-in modems, phones and debug probes that are never an adapter to a chip.
_NEVER = ("modem", "gps", "bluetooth", "cmsis-dap", "j-link", "st-link")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortEntry:
    """One local serial port; `candidate` is whether it can be an adapter with a chip behind it."""

    device: str
    maker: str | None
    product: str | None
    vid: int | None
    pid: int | None
    serial: str | None
    candidate: bool
    in_use_by: str | None = None

    @property
    def adapter(self) -> str | None:
        """The stable adapter id `vid:pid:serial`, or None where there is no USB identity."""
        if self.vid is None or self.pid is None:
            return None
        return f"{self.vid:04x}:{self.pid:04x}:{self.serial or ''}"

    def matches(self, wanted: str) -> bool:
        """Whether a filter means this port: VID:PID, a serial number, or text in its names."""
        text = wanted.strip().lower()
        vid, colon, pid = text.partition(":")
        if colon and _is_hex(vid) and _is_hex(pid):
            return (self.vid, self.pid) == (int(vid, 16), int(pid, 16))
        if text == (self.serial or "").lower():
            return bool(text)
        return text in f"{self.device} {self.maker or ''} {self.product or ''}".lower()

    def describe(self) -> str:
        """One line for people."""
        words = " ".join(part for part in (self.maker, self.product) if part)
        ids = f" [{self.adapter}]" if self.adapter else ""
        return f"{self.device}  {words or _('serial port')}{ids}"


def _is_hex(text: str) -> bool:
    digits = text.removeprefix("0x")
    return 0 < len(digits) <= 4 and all(mark in "0123456789abcdef" for mark in digits)


_listers: list[Callable[[], list[PortEntry]]] = []  # one at most, set at start by a face


def use_lister(lister: Callable[[], list[PortEntry]]) -> None:
    """List what `lister` gives instead of the system's ports, where there is no such system."""
    _listers[:] = [lister]


def list_ports(*, with_holders: bool = False) -> list[PortEntry]:
    """The local ports, candidates first; `with_holders` looks for programs that hold them."""
    if _listers:
        return _listers[0]()
    import serialx  # noqa: PLC0415 - costs 0.2 s of start-up and only this call needs it

    from plugsmith.link.holders import find_holder  # noqa: PLC0415

    entries = [
        PortEntry(
            device=info.device,
            maker=info.manufacturer,
            product=info.product,
            vid=info.vid,
            pid=info.pid,
            serial=info.serial_number,
            candidate=_is_candidate(info.vid, info.manufacturer, info.product),
            in_use_by=find_holder(info.resolved_device) if with_holders else None,
        )
        for info in serialx.list_serial_ports()
    ]
    return sorted(entries, key=lambda entry: (not entry.candidate, entry.device))


def _is_candidate(vid: int | None, maker: str | None, product: str | None) -> bool:
    words = f"{maker or ''} {product or ''}".lower()
    return vid is not None and not any(word in words for word in _NEVER)


def listing(entries: Sequence[PortEntry]) -> str:
    """The entries as text, one a line."""
    return "\n".join("  " + entry.describe() for entry in entries)
