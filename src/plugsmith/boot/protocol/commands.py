"""The commands of the download protocol as records: how each is sent and which reply answers it.

A command knows its request bytes, which replies can be its own, and what they mean. Nothing here
waits or retries. Sources: uart-protocol.md 2.2 to 2.4 (examples), 2.5 (refusals of the loaders).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.boot.protocol.frames import FrameForm
from plugsmith.boot.protocol.request import Command

if TYPE_CHECKING:
    from plugsmith.boot.protocol.frames import Reply

READ_LEN = 4096
ERASE_4K = 0x20
ERASE_64K = 0xD8
_U32 = 1 << 32


def _u32(value: int) -> bytes:
    return (value % _U32).to_bytes(4, "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheck(Command):
    """Are you there? Locks the chip in download mode; on loaders it arms the next unprotect."""

    code = 0x00
    label = "link check"

    @property
    def answer_code(self) -> int:
        return 0x01

    def reply_len(self) -> int:
        return 1

    def echo(self) -> bytes:
        return b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRegister(Command):
    """Set a 32-bit register (ROM family)."""

    code = 0x01
    label = "register write"
    addr: int
    value: int

    def params(self) -> bytes:
        return _u32(self.addr) + _u32(self.value)

    def reply_len(self) -> int:
        return 8

    def echo(self) -> bytes:
        return self.params()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRegister(Command):
    """Get a 32-bit register (ROM family); loaders do not answer."""

    code = 0x03
    label = "register read"
    addr: int

    def params(self) -> bytes:
        return _u32(self.addr)

    def reply_len(self) -> int:
        return 8

    def echo(self) -> bytes:
        return self.params()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot(Command):
    """Leave download mode by a watchdog reset; never answered."""

    code = 0x0E
    label = "reboot"
    answered = False

    def params(self) -> bytes:
        return b"\xa5"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBaud(Command):
    """Change the rate; the answer comes at the new one after `delay` (2 ms ticks on loaders)."""

    code = 0x0F
    label = "speed change"
    baud: int
    delay: int = 20

    def params(self) -> bytes:
        return _u32(self.baud) + bytes((self.delay,))

    def reply_len(self) -> int:
        return 5

    def echo(self) -> bytes:
        return self.params()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCrc(Command):
    """CRC of `length` bytes, a multiple of 256: then every boot code covers the same bytes."""

    code = 0x10
    label = "checksum"
    start: int
    length: int

    def __post_init__(self) -> None:
        if self.length <= 0 or self.length % 256:  # a reversed range hangs a loader for good
            raise ValueError(f"not a checksum length: {self.length}")

    def params(self) -> bytes:
        return _u32(self.start) + _u32(self.start + self.length - 1)

    def reply_len(self) -> int:
        return 4

    def crc32(self, reply: Reply) -> int:
        """The zlib CRC-32: the wire carries it without the final inversion."""
        return int.from_bytes(reply.data, "little") ^ 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBootVersion(Command):
    """A text of 16 bytes on T loaders; other loaders are silent, the ROM says unknown."""

    code = 0x11
    label = "boot version"

    def reply_len(self) -> int:
        return 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(Command):
    """Program `data` at `addr`; send aligned multiples of 32 (loaders program garbage else)."""

    form = FrameForm.LONG
    code = 0x06
    label = "write"
    addr: int
    data: bytes

    def params(self) -> bytes:
        return _u32(self.addr) + self.data

    def reply_len(self) -> int:
        return 5

    def echo(self) -> bytes:
        return _u32(self.addr) + bytes((len(self.data) & 0xFF,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Write4K(Command):
    """Program 4096 bytes, page by page as they arrive."""

    form = FrameForm.LONG
    code = 0x07
    label = "sector write"
    addr: int
    data: bytes

    def params(self) -> bytes:
        return _u32(self.addr) + self.data

    def reply_len(self) -> int:
        return 4

    def echo(self) -> bytes:
        return _u32(self.addr)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadShort(Command):
    """Up to 255 bytes of flash (ROM family)."""

    form = FrameForm.LONG
    code = 0x08
    label = "short read"
    addr: int
    size: int

    def params(self) -> bytes:
        return _u32(self.addr) + bytes((self.size,))

    def reply_len(self) -> int:
        return 4 + self.size

    def echo(self) -> bytes:
        return _u32(self.addr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read4K(Command):
    """4096 bytes of flash from any address; runs over the end by wrapping."""

    form = FrameForm.LONG
    code = 0x09
    label = "sector read"
    addr: int

    def params(self) -> bytes:
        return _u32(self.addr)

    def reply_len(self) -> int:
        return 4 + READ_LEN

    def echo(self) -> bytes:
        return _u32(self.addr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(Command):
    """Erase the 4 KiB or 64 KiB block that holds `addr`; `size_code` is an SPI NOR opcode."""

    form = FrameForm.LONG
    code = 0x0F
    label = "erase"
    size_code: int
    addr: int

    def params(self) -> bytes:
        return bytes((self.size_code,)) + _u32(self.addr)

    def reply_len(self) -> int:
        return 5

    def echo(self) -> bytes:
        return self.params()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStatusRegister(Command):
    """One status register of the flash part (ROM family)."""

    form = FrameForm.LONG
    code = 0x0C
    label = "status register read"
    opcode: int

    def params(self) -> bytes:
        return bytes((self.opcode,))

    def reply_len(self) -> int:
        return 2

    def echo(self) -> bytes:
        return self.params()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStatusRegister(Command):
    """One or two status register bytes of the flash part (ROM family); returns at once."""

    form = FrameForm.LONG
    code = 0x0D
    label = "status register write"
    opcode: int
    values: bytes

    def params(self) -> bytes:
        return bytes((self.opcode,)) + self.values

    def reply_len(self) -> int:
        return 1 + len(self.values)

    def echo(self) -> bytes:
        return self.params()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiTransfer(Command):
    """Clock bytes out and in at the same time (ROM family); `9F 00 00 00` asks the flash id."""

    form = FrameForm.LONG
    code = 0x0E
    label = "flash id"
    out: bytes

    def params(self) -> bytes:
        return self.out

    def reply_len(self) -> int:
        return len(self.out)

    def answers(self, reply: Reply) -> bool:
        """Some boot ROMs leave the dummy byte out: both lengths are good (2.3)."""
        return (
            reply.form is self.form
            and reply.code == self.code
            and not reply.status
            and len(reply.data) in {len(self.out), len(self.out) - 1}
        )


def changes_flash(reply: Reply) -> bool:
    """Whether `reply` reports a good write or erase."""
    return (
        reply.form is FrameForm.LONG
        and not reply.status
        and reply.code in {Write.code, Write4K.code, Erase.code}
        and len(reply.data) >= (5 if reply.code == Erase.code else 4)
    )


def changed_address(reply: Reply) -> int:
    """The address in a reply for which `changes_flash` holds."""
    at = 1 if reply.code == Erase.code else 0
    return int.from_bytes(reply.data[at : at + 4], "little")
