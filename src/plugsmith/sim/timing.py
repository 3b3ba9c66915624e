"""How long things take: one table of device times, printed by the benchmark and the papers."""

from __future__ import annotations

from dataclasses import dataclass, replace

CLOCK_HZ = 26_000_000  # UART clock of every chip here; rate on the wire = clock / divider
DEFAULT_BAUD = 115_200
PROGRAM_LINE_LEN = 32  # the flash controller programs 32 bytes at a time
FRAME_BITS = 10  # start, 8 data, stop
TX_FIFO_LEN = 128  # bytes that still leave after the boot code has gone on


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTiming:
    """Times of the device, in seconds. The benchmark prints these numbers as `rows()`.

    CRC: 0.155 us is 18.6 instructions a byte at 120 MHz, 2.5 us is what the peers assume
    (uart-protocol.md 3.2). Erase and program: typical NOR data sheet values (8.1).
    """

    crc_byte_s: float = 0.155e-6
    erase_4k_s: float = 0.045
    erase_32k_s: float = 0.170
    erase_64k_s: float = 0.300
    program_line_s: float = 0.11e-3
    status_write_s: float = 0.005

    def scaled(self, factor: float) -> DeviceTiming:
        """The same device, `factor` times as slow; 0 makes every operation instant."""
        return replace(
            self,
            crc_byte_s=self.crc_byte_s * factor,
            erase_4k_s=self.erase_4k_s * factor,
            erase_32k_s=self.erase_32k_s * factor,
            erase_64k_s=self.erase_64k_s * factor,
            program_line_s=self.program_line_s * factor,
            status_write_s=self.status_write_s * factor,
        )

    def erase_s(self, length: int) -> float:
        """Time to erase a sector or block of `length` bytes."""
        if length >= 0x1_0000:
            return self.erase_64k_s
        return self.erase_32k_s if length >= 0x8000 else self.erase_4k_s

    def program_s(self, length: int) -> float:
        """Time to program `length` bytes, by whole 32-byte lines."""
        return -(-length // PROGRAM_LINE_LEN) * self.program_line_s

    def rows(self) -> list[tuple[str, str]]:
        """Name and value of each time, for tables."""
        return [
            ("CRC", f"{self.crc_byte_s * 1e6:g} us per byte"),
            ("erase 4 KiB", f"{self.erase_4k_s * 1e3:g} ms"),
            ("erase 32 KiB", f"{self.erase_32k_s * 1e3:g} ms"),
            ("erase 64 KiB", f"{self.erase_64k_s * 1e3:g} ms"),
            ("program", f"{self.program_line_s * 1e3:g} ms per 32 bytes"),
            ("status register", f"{self.status_write_s * 1e3:g} ms per write"),
            ("real rate at 921600", f"{loader_rate(921_600):.0f} bit/s (26 MHz / 28)"),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTimes:
    """How the chip waits; the real times are not measured (uart-protocol.md 1.3, 1.5)."""

    uart_up_s: float = 0.003  # reset to a listening UART
    window_s: float = 0.025  # loader family: gives up when no byte came
    heard_window_s: float = 0.8  # loader family: after any byte, counted from reset
    idle_reset_s: float = 0.1  # loader family, linked: silence that ends download mode
    rom_window_s: float = 0.005  # ROM: at least so long, whatever the flash asks for
    rom_idle_s: float = 0.002  # ROM: silence inside a frame that makes it answer error 5
    crash_s: float = 0.009  # from the jump into a broken application to the watchdog reset
    helping_hand_s: float | None = None  # polls into a running application until "the user" resets


SERVED = WaitTimes(
    window_s=0.1, rom_window_s=0.1, idle_reset_s=2.0, rom_idle_s=0.25, helping_hand_s=6.0
)
UNATTENDED = replace(SERVED, helping_hand_s=None)  # nobody is there to press reset


def loader_rate(requested: int) -> float:
    """The real rate of the loader family: divider rounded and clamped; 0 means 115200."""
    divider = (2 * CLOCK_HZ // (requested or DEFAULT_BAUD) + 1) // 2
    return CLOCK_HZ / min(max(divider, 5), 0x2000)


def rom_rate(requested: int) -> float:
    """The real rate of the ROM family: divider truncated; 0 means 115200."""
    return CLOCK_HZ / min(max(CLOCK_HZ // (requested or DEFAULT_BAUD), 1), 0x2000)
