"""UartFlash: the flash of an identified chip, read with proof and changed with care."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.identity import Identity
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.memory import AddressRange


class Proof(StrEnum):
    """How read bytes were proven."""

    DEVICE_CRC = "device-crc"
    READ_TWICE = "read-twice"
    BLANK_CRC = "blank-crc"  # not read: the device's CRC equals that of all FF


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenBlock:
    """Bytes of `span` that are certain."""

    span: AddressRange
    data: bytes
    proof: Proof


class UartFlash:
    """memory.Flash over the boot code. Reads are proven; erase and program check the status byte.

    Refuses (ProtectedRange, OutsideFlash, UnknownFlashPart) whatever could cost the boot loader of
    a loader-family chip, whoever calls. May raise PortLost, LinkLost, ExchangeFailed,
    UnstableRead, WriteLost.
    """

    def __init__(
        self,
        client: BootClient,
        identity: Identity,
        *,
        clock: Clock,
        sink: EventSink | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        self.client = client
        self.identity = identity

    @property
    def size(self) -> int:
        """Bytes in the flash."""
        raise NotImplementedError

    @property
    def baud(self) -> int:
        """The rate in use."""
        raise NotImplementedError

    @property
    def bytes_on_wire(self) -> int:
        """Bytes sent and received since the client was made."""
        raise NotImplementedError

    @property
    def skipped_blank(self) -> int:
        """Bytes that `blocks` and `read` did not transfer because the device proved them blank."""
        raise NotImplementedError

    @property
    def suspects(self) -> list[AddressRange]:
        """Sectors that a damaged request may have changed by mistake: verify or rewrite them."""
        raise NotImplementedError

    def raise_speed(self, *, limit: int | None = None, hints: Sequence[int] = ()) -> int:
        """Negotiate the fastest proven rate up to `limit`, `hints` first; the rate now in use."""
        raise NotImplementedError

    def read(self, span: AddressRange) -> bytes:
        """The bytes of `span`, proven."""
        raise NotImplementedError

    def blocks(self, span: AddressRange, *, skip_blank: bool = True) -> Iterator[ProvenBlock]:
        """`span` in ascending proven pieces of at most 64 KiB; emits no events.

        The caller may pause or stop between pieces; the link is kept alive meanwhile.
        """
        raise NotImplementedError

    def crc32(self, span: AddressRange) -> int:
        """zlib CRC-32 of `span` computed by the device."""
        raise NotImplementedError

    def crc32_many(self, spans: Iterable[AddressRange]) -> Iterator[int]:
        """CRC of each span in order, with requests in flight where the chip queues them."""
        raise NotImplementedError

    @property
    def crc_bytes_per_s(self) -> float | None:
        """Measured CRC speed of the device, None before the first CRC."""
        raise NotImplementedError

    @property
    def crc_blocks_writes(self) -> bool:
        """Whether writes are impossible now because a CRC ran (T 1.0.4, Q): see prepare_writes."""
        raise NotImplementedError

    def prepare_writes(self, target: AddressRange) -> None:
        """Lift protection before the first change and prove it on the first sector of `target`.

        ROM family: status registers by flash part. Loader family: where a CRC has blocked writes,
        reboot and link again (LinkLost before anything is erased if that fails); then erase the
        first target sector, look at it by reading, so that a stuck protection shows at once.
        """
        raise NotImplementedError

    def erase(self, span: AddressRange) -> None:
        """Set whole sectors to FF, in 64 KiB blocks where possible, status checked."""
        raise NotImplementedError

    def program(self, addr: int, data: bytes) -> None:
        """Write sector-aligned `data` to erased sectors; FF sectors are skipped; padded with FF.

        Repeats a sector (erase included) after lost bytes as observed on the real boot code.
        """
        raise NotImplementedError

    def rewrite(self, addr: int, data: bytes) -> None:
        """Erase and program whole sectors, again until the device took them."""
        raise NotImplementedError

    def differing(self, wanted: Iterable[tuple[AddressRange, int]]) -> list[AddressRange]:
        """Those spans whose device CRC is not the given CRC-32."""
        raise NotImplementedError

    def restore_protection(self) -> None:
        """ROM family: write back the protection bits that were found; nothing elsewhere."""
        raise NotImplementedError

    def reboot(self) -> None:
        """Leave the chip running what is in flash; call it also after a failure."""
        raise NotImplementedError
