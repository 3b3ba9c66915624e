"""One conversation with a boot code: requests, matched replies, retries, resynchronisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugsmith.clock import Clock
    from plugsmith.link.port import Port
    from plugsmith.memory import AddressRange


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently one request is repeated."""

    attempts: int = 6
    quiet_s: float = 0.05


class BootClient:
    """Speaks to the boot code behind a linked port. Not thread-safe; keeps the link alive itself.

    Every method may raise PortLost, LinkLost, ExchangeFailed or StatusRefused.
    """

    def __init__(self, port: Port, *, clock: Clock, policy: RetryPolicy | None = None) -> None:
        self.port = port
        self.clock = clock

    @property
    def baud(self) -> int:
        """The rate that chip and host use now."""
        raise NotImplementedError

    @property
    def bytes_on_wire(self) -> int:
        """Bytes sent and received so far."""
        raise NotImplementedError

    def link_check(self, *, timeout_s: float = 0.1) -> bool:
        """Whether the boot code answers now."""
        raise NotImplementedError

    def set_baud(self, baud: int) -> bool:
        """Change chip and host to `baud`; False (and both back at the old rate) if it fails."""
        raise NotImplementedError

    def read_register(self, addr: int) -> int | None:
        """A 32-bit register of the ROM family; None where the boot code does not answer."""
        raise NotImplementedError

    def crc32_many(self, spans: Iterable[AddressRange]) -> Iterator[int]:
        """zlib CRC-32 of each span, in order, by the device; lengths are multiples of 256."""
        raise NotImplementedError

    def read_many(self, addrs: Iterable[int]) -> Iterator[bytes]:
        """4096 bytes from each address, in order, several requests in flight where possible."""
        raise NotImplementedError

    def reboot(self) -> None:
        """Leave download mode and run what is in flash; nothing is answered."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop keeping the link alive; the port stays open."""
        raise NotImplementedError
