"""The blocks of the emulated chip, without a CPU."""

from __future__ import annotations

import pytest

from plugsmith.emu.board import BOARDS
from plugsmith.emu.dma import GeneralDma
from plugsmith.emu.gpio_trace import pin_uses
from plugsmith.emu.nor import FlashController
from plugsmith.emu.peripherals import Peripherals
from plugsmith.emu.pins import PinMode, Pins
from plugsmith.emu.polling import WINDOW, PollWatch
from plugsmith.emu.saradc import Converter, StatefulConverter
from plugsmith.emu.timers import PwmTimers, TimerGroup, Watchdog
from plugsmith.emu.uart import FIFO_LEN, SENT_LIMIT, Uart

READ, PROGRAM, ERASE_4K, WRSR = 5, 12, 13, 7


def operate(flash: FlashController, opcode: int, addr: int = 0) -> None:
    flash.write(0x00, 1 << 29 | opcode << 24 | addr)


def program(flash: FlashController, addr: int, data: bytes) -> None:
    for at in range(0, 32, 4):
        flash.write(0x04, int.from_bytes(data[at : at + 4], "little"))
    operate(flash, PROGRAM, addr)


def make_flash() -> tuple[FlashController, list[tuple[int, int]]]:
    touched: list[tuple[int, int]] = []
    flash = FlashController(
        bytearray(b"\xff" * 0x4000), jedec=0xEB6015, touched=lambda a, b: touched.append((a, b))
    )
    return flash, touched


def test_programming_only_clears_bits_and_erasing_sets_them() -> None:
    flash, touched = make_flash()
    program(flash, 0x1000, b"\xf0" * 32)
    program(flash, 0x1000, b"\x3c" * 32)
    assert flash.content[0x1000:0x1020] == b"\x30" * 32
    operate(flash, ERASE_4K, 0x1FFF)
    assert flash.content[0x1000:0x2000] == b"\xff" * 0x1000
    assert touched[-1] == (0x1000, 0x2000)


def test_protect_bits_forbid_changes_without_a_word() -> None:
    flash, touched = make_flash()
    flash.write(0x1C, 0x7C << 10)
    operate(flash, WRSR)
    program(flash, 0, bytes(32))
    operate(flash, ERASE_4K)
    assert flash.content == b"\xff" * 0x4000
    assert touched == []


def test_reads_run_over_the_end_and_start_again_at_each_command() -> None:
    flash, _ = make_flash()
    flash.content[:] = bytes(range(256)) * 64
    for _ in range(2):
        operate(flash, READ, 0x3FF0)
        words = [flash.read(0x08) for _ in range(8)]
        data = b"".join(word.to_bytes(4, "little") for word in words)
        assert data == bytes(range(0xF0, 0x100)) + bytes(range(16))


def test_the_uart_gives_each_byte_in_both_places_and_counts() -> None:
    uart = Uart()
    uart.write(0x00, 225 << 8 | 3)
    uart.write(0x04, 0x3040)
    uart.write(0x10, 0x42)
    uart.incoming.extend(range(200))
    assert uart.feed(64) == 64
    assert uart.interrupt
    assert uart.read(0x08) >> 8 & 0xFF == 64
    assert uart.read(0x0C) == 0x0000
    assert uart.read(0x0C) == 0x0101
    uart.feed(1000)
    assert uart.read(0x08) >> 8 & 0xFF == FIFO_LEN
    assert uart.baud == round(26e6 / 226)


def test_a_talkative_guest_cannot_fill_memory() -> None:
    uart = Uart()
    for _ in range(SENT_LIMIT + 100):
        uart.write(0x0C, 0x55)
    assert len(uart.sent) == SENT_LIMIT


def test_timer_flags_stay_until_one_is_written() -> None:
    timers = TimerGroup(32_000)
    timers.write(0, 64, 0.0)
    timers.write(12, 0b001, 0.0)
    timers.advance(0.0019)
    assert not timers.interrupt
    timers.advance(0.0021)
    assert timers.interrupt
    timers.write(12, 0b001 | 1 << 7, 0.003)
    assert not timers.interrupt
    timers.advance(0.0041)
    assert timers.interrupt


def test_a_latched_counter_runs_up_with_the_clock_and_starts_again_at_its_period() -> None:
    timers = TimerGroup(26_000_000)
    timers.write(8, 26_000, 0.0)  # 1 ms
    timers.write(12, 0b100, 0.0)
    for now_s, ticks in ((0.0, 0), (0.000_25, 6500), (0.000_999, 25_974)):
        timers.write(16, 2 << 2 | 1, now_s)
        assert timers.read(16) & 1 == 0, "the request is answered at once"
        assert timers.read(20) == ticks
    timers.advance(0.001)
    timers.write(16, 2 << 2 | 1, 0.001_5)
    assert timers.read(20) == 13_000
    timers.write(20, 7, 0.001_5)
    assert timers.read(20) == 13_000, "the value is read only"


def test_a_counter_of_a_timer_that_is_off_or_absent_stands_at_0() -> None:
    timers = TimerGroup(32_000)
    timers.write(0, 64, 0.0)
    for index in range(4):
        timers.write(16, index << 2 | 1, 0.001)
        assert (timers.read(16), timers.read(20)) == (index << 2, 0)


def test_dma_copies_memory_and_is_done_at_once() -> None:
    copies: list[tuple[int, ...]] = []
    dma = GeneralDma(lambda *words: copies.append(words))
    for offset, value in ((0x24, 0x40_1000), (0x28, 0x40_2001), (0x20, 41 << 16 | 0x3A1)):
        dma.write(offset, value)
    assert dma.read(0x20) == 41 << 16 | 0x3A0
    assert copies == [(0x40_1000, 0x40_2001, 42)]
    dma.write(0x3C, 0x70)  # to the SPI block: nothing to copy, but it ends
    dma.write(0x20, 0x3A1)
    assert dma.read(0x20) & 1 == 0
    dma.write(0xC0, 1)  # not a channel
    assert dma.read(0xC0) == 1
    assert len(copies) == 1


def test_the_register_that_a_guest_waits_for_is_named_and_a_busy_one_is_not() -> None:
    watch = PollWatch()
    watch.reads[0x80_2208] = WINDOW // 65
    watch.turn(WINDOW)
    assert watch.polled is None
    watch.reads[0x80_9000] = WINDOW // 64
    assert watch.polled is None, "its window is still running"
    watch.turn(2 * WINDOW)
    assert watch.polled == 0x80_9000


def test_pwm_channels_tick_only_with_their_interrupt_enabled() -> None:
    pwm = PwmTimers()
    pwm.slow_clock = True
    pwm.write(8, 64, 0.0)
    pwm.write(0, 0b01, 0.0)
    pwm.advance(0.01)
    assert not pwm.interrupt
    pwm.write(0, 0b11, 0.01)
    assert pwm.interrupt
    pwm.write(4, 1, 0.01)
    assert not pwm.interrupt
    pwm.write(0, 0, 0.01)
    assert pwm.used == {0}, "a channel that is dimmed to nothing is still a PWM channel"


@pytest.mark.parametrize("channel", range(PwmTimers.CHANNELS))
def test_each_pwm_channel_counts_its_own_period(channel) -> None:
    pwm = PwmTimers()
    pwm.write(8 + 12 * channel, 26_000, 0.0)  # 1 ms
    pwm.write(12 + 12 * channel, 13_000, 0.0)
    assert pwm.read(8 + 12 * channel) == 26_000
    pwm.write(0, 3 << 4 * channel, 0.0)
    for now_s, due in ((0.0009, False), (0.0011, True)):
        pwm.advance(now_s)
        assert pwm.interrupt is due
    assert pwm.read(4) == 1 << channel


def test_a_pwm_channel_without_a_period_never_interrupts() -> None:
    pwm = PwmTimers()
    pwm.write(0, 0b11 << 8, 0.0)
    pwm.advance(10.0)
    assert not pwm.interrupt
    assert pwm.used == {2}


def test_the_watchdog_needs_both_keys_and_zero_disarms_it() -> None:
    dog = Watchdog()
    dog.write(0xA5_0001, 0.0)
    assert not dog.expired(1.0)
    dog.write(0x5A_0001, 0.0)
    dog.write(0xA5_0001, 0.0)
    assert not dog.expired(0.0005)
    assert dog.expired(0.0011)
    dog.write(0x5A_0000, 0.0)
    dog.write(0xA5_0000, 0.0)
    assert not dog.expired(9.0)


def test_efuse_reads_clear_themselves_and_show_the_key() -> None:
    for name in ("BK7231N", "BK7231M"):
        board = BOARDS[name]
        parts = Peripherals(board, bytearray(64), now=lambda: 0.0, touched=lambda *_: None)
        got = []
        for index in range(16):
            parts.write(0x80_0074, index << 8 | 1)
            assert parts.read(0x80_0074) & 1 == 0
            got.append(parts.read(0x80_0078))
        assert all(word & 0x100 for word in got)
        assert bytes(word & 0xFF for word in got) == board.efuse[:16]


def test_pin_history_tells_modes_and_levels() -> None:
    pins = Pins(limit=10)
    pins.write(4 * 26, 0b0000_0000, 0.1)
    pins.write(4 * 26, 0b0000_0010, 0.2)
    pins.write(4 * 10, 0b0011_1100, 0.3)
    pins.write(4 * 6, 0b0100_1000, 0.4)
    assert pins.read(4 * 10) & 1 == 1
    assert pins.read(4 * 26) & 1 == 0
    uses = {use["gpio"]: use for use in pin_uses(pins.changes, pwm_channels=(0,))}
    assert uses[26]["modes"] == [PinMode.OUTPUT]
    assert uses[26]["levels"] == [0, 1]
    assert uses[10]["modes"] == [PinMode.INPUT_PULL_UP]
    assert uses[6]["pwm"]
    for turn in range(40):
        pins.write(4 * 7, turn & 1 and 2, 1.0)
    assert len(pins.changes) <= 10


EMPTY = 1 << 30


def test_a_converter_hands_out_its_samples_and_then_says_that_it_is_empty() -> None:
    adc = Converter()
    adc.write(0x00, 1 << 29 | 1 << 8 | 4 | 1)
    assert adc.read(0x00) & ~0xF == EMPTY, "busy and clear read 0"
    adc.advance()
    assert adc.interrupt
    while not adc.read(0x0C) & EMPTY:
        assert adc.read(0x10) == 0x200
    assert not adc.interrupt


def test_states_of_the_bk7238_converter_stay_until_a_one_is_written() -> None:
    fifo, done, timeout, enable = 1 << 4, 1 << 15, 1 << 17, 1 << 3
    adc = StatefulConverter()
    adc.write(0x0C, enable | fifo | done | timeout | 7)
    assert adc.read(0x0C) == EMPTY | enable | 7
    adc.write(0x00, 1 << 30 | 1 << 8 | 1)
    adc.advance()
    assert adc.read(0x00) == 1 << 30 | 1 << 8 | 1, "settings there, not states"
    assert adc.read(0x0C) == enable | fifo | done | 7
    assert adc.interrupt
    adc.write(0x0C, adc.read(0x0C))
    assert adc.read(0x0C) & (fifo | done) == 0
    assert not adc.interrupt, "samples wait, but the state was cleared"
    while not adc.read(0x0C) & EMPTY:
        adc.read(0x10)
    adc.write(0x00, 3)
    adc.advance()
    assert adc.read(0x0C) & EMPTY, "told to stop"


def test_a_state_without_its_enable_is_no_interrupt() -> None:
    adc = StatefulConverter()
    adc.write(0x00, 1)
    adc.advance()
    assert adc.read(0x0C) & (1 << 4 | 1 << 15)
    assert not adc.interrupt
    adc.write(0x0C, 1 << 14)
    assert adc.interrupt
