"""Everything the CPU sees behind its buses: dispatches register accesses to the blocks.

Addresses and bits from chip-emulation.md section 3; what is not listed there is plain storage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.emu.dma import GeneralDma
from plugsmith.emu.nor import FlashController
from plugsmith.emu.pins import Pins
from plugsmith.emu.polling import PollWatch
from plugsmith.emu.saradc import Converter, StatefulConverter
from plugsmith.emu.timers import PwmTimers, TimerGroup, Watchdog
from plugsmith.emu.uart import Uart

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.emu.board import Board

RESET_REASON = 0x80_A080
_FIXED = {
    0x90_0100: 0,
    0x81_0000: 0,
    0x81_001C: 0,
    0x81_0020: 0x200,
    0xC000_8050: 0,
}  # "done" answers that spinning initialisation code waits for
# BLE core: bit 31 starts and clears itself [run: Tuya firmware spins on both].
_SELF_CLEARING = frozenset({0x90_0000, 0x90_00F8})
_COUNTER_LATCHES = frozenset({0x10, 0x50})  # offsets from 0x802A00


class Peripherals:
    """The register space of one board; `now` gives emulated seconds.

    `copy` moves memory for the DMA controller; `waiting` is told when the guest looks at a counter
    or at what is pending.
    """

    def __init__(
        self,
        board: Board,
        flash: bytearray,
        *,
        now: Callable[[], float],
        touched: Callable[[int, int], None],
        copy: Callable[[int, int, int], None] = lambda *_: None,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self.board = board
        self.watch = PollWatch()
        self.flash = FlashController(flash, jedec=board.jedec, touched=touched)
        self.uart1 = Uart()
        self.uart2 = Uart()
        self.pins = Pins()
        self.reset_reason = 0
        self._pwm = PwmTimers()
        self._pwm_used: set[int] = set()
        self._now = now
        self._copy = copy
        self._waiting = waiting
        self.reset()

    def reset(self) -> None:
        """Power-on state of everything but the flash, the pin history and the reset reason."""
        self.uart1.reset()
        self.uart2.reset()
        self.pins.reset()
        self._fast = TimerGroup(26_000_000)
        self._slow = TimerGroup(32_000)
        self._pwm_used |= self._pwm.used
        self._pwm = PwmTimers()
        self._watchdog = Watchdog()
        self._dma = GeneralDma(self._copy)
        self._storage: dict[int, int] = {}
        self._efuse_result = 0
        self._adc = StatefulConverter() if self.board.stateful_adc else Converter()
        self._icu_enable = 0
        self._icu_global = 0

    # ---- between slices -------------------------------------------------------------------

    def advance(self, now_s: float) -> None:
        """Let time pass for the timers and the converter."""
        self._fast.advance(now_s)
        self._slow.advance(now_s)
        self._pwm.advance(now_s)
        self._adc.advance()

    def watchdog_expired(self, now_s: float) -> bool:
        """Whether the watchdog resets the chip now."""
        return self._watchdog.expired(now_s)

    def irq_wanted(self) -> bool:
        """Whether an enabled interrupt is pending."""
        return bool(self._icu_global & 1 and self._pending() & self._icu_enable)

    def _pending(self) -> int:
        timers = self._fast.interrupt or self._slow.interrupt
        return (
            int(self.uart1.interrupt)
            | int(self.uart2.interrupt) << 1
            | int(timers) << 8
            | int(self._pwm.interrupt) << 9
            | int(self._adc.interrupt) << 11
        )

    @property
    def pwm_channels(self) -> tuple[int, ...]:
        """The PWM channels that were switched on since power-on."""
        return tuple(sorted(self._pwm_used | self._pwm.used))

    # ---- register access ------------------------------------------------------------------

    def read(self, addr: int) -> int:  # noqa: C901, PLR0911, PLR0912 - one dispatch over the map
        """Word at `addr`."""
        self.watch.reads[addr] += 1
        block = addr & 0xFFFF_FF00
        offset = addr & 0xFF
        if block == 0x80_3000:
            return self.flash.read(offset)
        if block == 0x80_2100:
            return self.uart1.read(offset)
        if block == 0x80_2200:
            return self.uart2.read(offset)
        if block == 0x80_2800:
            return self.pins.read(offset)
        if block == 0x80_2A00:
            return self._read_timer(offset)
        if block == 0x80_2C00:
            return self._adc.read(offset)
        if block == 0x80_9000:
            return self._dma.read(offset)
        match addr:
            case 0x80_0000:
                return self.board.chip_id
            case 0x80_0004:
                return self.board.device_id
            case 0x80_0074:
                return self._storage.get(addr, 0) & ~1
            case 0x80_0078:
                return self._efuse_result
            case 0x80_2040:
                return self._icu_enable
            case 0x80_2044:
                return self._icu_global
            case 0x80_2048:
                return self._pending()
            case 0x80_204C:  # with interrupts off, guests wait here for one [run: Kobi's lamp]
                self._waiting()
                return self._pending() & self._icu_enable
            case _ if addr == RESET_REASON:
                return self.reset_reason
            case _ if addr in _SELF_CLEARING:
                return self._storage.get(addr, 0) & 0x7FFF_FFFF
            case _:
                return _FIXED.get(addr, self._storage.get(addr, 0))

    def write(self, addr: int, value: int) -> None:  # noqa: C901, PLR0912 - one dispatch over the address map
        """Write the word at `addr`."""
        block = addr & 0xFFFF_FF00
        offset = addr & 0xFF
        if block == 0x80_3000:
            self.flash.write(offset, value)
        elif block == 0x80_2100:
            self.uart1.write(offset, value)
        elif block == 0x80_2200:
            self.uart2.write(offset, value)
        elif block == 0x80_2800:
            self.pins.write(offset, value, self._now())
        elif block == 0x80_2A00:
            self._write_timer(offset, value)
        elif block == 0x80_2C00:
            self._adc.write(offset, value)
        elif block == 0x80_9000:
            self._dma.write(offset, value)
        elif addr == 0x80_2900:
            self._watchdog.write(value, self._now())
        elif addr == 0x80_2040:
            self._icu_enable = value
        elif addr == 0x80_2044:
            self._icu_global = value
        elif addr in {0x80_2048, 0x80_204C}:
            pass
        elif addr == RESET_REASON:
            self.reset_reason = value
        else:
            self._storage[addr] = value
            if addr == 0x80_0074 and value & 1:
                self._read_efuse(value >> 8 & 0x1F)
            elif addr == 0x80_2004:
                self._pwm.slow_clock = bool(value & 1)

    def _read_efuse(self, index: int) -> None:
        self._efuse_result = 0x100 | self.board.efuse[index]

    def _read_timer(self, offset: int) -> int:
        if offset < 0x18:
            return self._fast.read(offset)
        if 0x40 <= offset < 0x58:
            return self._slow.read(offset - 0x40)
        if 0x80 <= offset < 0x80 + PwmTimers.LENGTH:
            return self._pwm.read(offset - 0x80)
        return self._storage.get(0x80_2A00 + offset, 0)

    def _write_timer(self, offset: int, value: int) -> None:
        if offset in _COUNTER_LATCHES:
            self._waiting()
        now_s = self._now()
        if offset < 0x18:
            self._fast.write(offset, value, now_s)
        elif 0x40 <= offset < 0x58:
            self._slow.write(offset - 0x40, value, now_s)
        elif 0x80 <= offset < 0x80 + PwmTimers.LENGTH:
            self._pwm.write(offset - 0x80, value, now_s)
        else:
            self._storage[0x80_2A00 + offset] = value
