"""Real images on the emulated chips (chip-emulation.md section 7), and hostile guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plugsmith.emu.board import BOARDS
from plugsmith.emu.gpio_trace import PINS_SETTLE_S
from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import emulator_installed, run_boot
from plugsmith.errors.own.emulator import EmulatorFailed, NoBoard
from plugsmith.image.crc import build_lines
from plugsmith.image.physical import strip_lines
from plugsmith.image.scramble import scramble

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed")
APP = 0x11000


def on_flash(base: bytes, image: bytes, start: int) -> bytes:
    flash = bytearray(base)
    flash[start : len(image)] = image[start:]
    return bytes(flash) + b"\xff" * (0x200000 - len(flash))


@pytest.fixture(scope="module")
def files(corpus: Path):
    def read(name: str) -> bytes:
        return (corpus / name).read_bytes()

    return read


def test_openbeken_boots_on_the_chips_it_is_made_for(files) -> None:
    stock = files("factory/bk7231t-woox-r5111.bin")
    image_t = files("openbeken/OpenBK7231T_QIO_1.18.300.bin")
    answer = run_boot(on_flash(stock, image_t, APP), chip="BK7231T")
    assert (answer["boots"], answer["firmware"]) == (True, "OpenBeken")
    assert "Main_Init_After_Delay done" in answer["log"]
    for chip in ("BK7231N", "BK7231M", "BK7238"):
        image = files(f"openbeken/Open{chip}_QIO_1.18.300.bin")
        answer = run_boot(on_flash(b"", image, 0), chip=chip)
        assert (answer["boots"], answer["reached"]) == (True, "application log"), chip


def test_wrong_images_are_shown_to_fail_and_why(files) -> None:
    stock_t = files("factory/bk7231t-woox-r5111.bin")
    stock_n = files("factory/bk7231n-drapow-sk-25.bin")
    image_t = files("openbeken/OpenBK7231T_QIO_1.18.300.bin")
    image_n = files("openbeken/OpenBK7231N_QIO_1.18.300.bin")
    answer = run_boot(on_flash(stock_t, image_n, APP), chip="BK7231T")
    assert (answer["boots"], answer["reached"]) == (False, "reset loop")
    assert "0x3FEE00" in answer["faults"][0]
    answer = run_boot(on_flash(stock_n, image_t, APP), chip="BK7231N")
    assert (answer["boots"], answer["reached"]) == (False, "reset loop")
    assert "0x43FFFC" in answer["faults"][0]
    answer = run_boot(on_flash(b"", image_n, 0), chip="BK7231T")
    assert (answer["boots"], answer["reached"]) == (False, "fault")


def test_an_erased_application_is_a_reset_loop(files) -> None:
    flash = bytearray(files("factory/bk7231t-woox-r5111.bin"))
    flash[APP:0x129F70] = b"\xff" * (0x129F70 - APP)
    assert run_boot(bytes(flash), chip="BK7231T")["boots"] is False


def guest(*words: int) -> bytes:
    """A plain flash whose reset vector runs the given ARM instructions."""
    code = b"".join(word.to_bytes(4, "little") for word in words)
    return build_lines(code) + b"\xff" * 0x1000


def scrambled(flash: bytes, chip: str) -> bytes:
    """The same code as the chip's eFuse key expects it."""
    key = BOARDS[chip].key
    return flash if key.plain else build_lines(scramble(strip_lines(flash), key, start=0))


QUICK = EmuLimits(instructions=1 << 50, wall_s=1.0, grace_s=8.0)


def test_a_guest_that_spins_is_stopped_and_unknown() -> None:
    answer = run_boot(guest(0xEAFFFFFE), chip="BK7231U", limits=QUICK)
    assert (answer["boots"], answer["reached"]) == (None, "silence")


# r0 = timers; period 0x10000000, timer 0 on; until the counter is 0x280000 (100.8 ms):
# { +0x10 = 1; wait for its bit 0; r2 = +0x14 }; then P8 becomes an output and the guest stays.
WAITS_BY_COUNTER = (
    0xE3A00502, 0xE2800C2A, 0xE3A01201, 0xE5801000, 0xE3A01001, 0xE580100C, 0xE3A04828,
    0xE3A01001, 0xE5801010, 0xE5902010, 0xE3120001, 0x1AFFFFFC, 0xE5902014, 0xE1520004,
    0x3AFFFFF7, 0xE3A03502, 0xE2833B0A, 0xE3A01002, 0xE5831020, 0xEAFFFFFE,
)  # fmt: skip


@pytest.mark.sample(1)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231U", "BK7238"])
def test_a_guest_that_waits_by_a_timer_counter_gets_on_in_the_right_time(chip: str) -> None:
    limits = EmuLimits(instructions=12_000_000, wall_s=20.0)
    flash = scrambled(guest(*WAITS_BY_COUNTER), chip)
    answer = run_boot(flash, chip=chip, limits=limits, pins=True)
    (pin,) = answer["pins"]
    assert (pin["gpio"], pin["modes"]) == (8, ["output"])
    assert pin["first_s"] == pytest.approx(0x28_0000 / 26e6, rel=0.001)
    assert answer["polled"] is None


# Timer 0 every 2.5 ms, its interrupt enabled at the controller, masked in the CPU. Then for ever:
# { sleep; unmask; mask }. The handler at 0x18 makes P8 an output and stays.
SLEEPS_MASKED = (
    0xEA000006, *[0xEAFFFFFE] * 5, 0xEA000010, 0xEAFFFFFE,
    0xE3A00502, 0xE2800C2A, 0xE3A01801, 0xE5801000, 0xE3A01001, 0xE580100C, 0xE3A00502,
    0xE2800A02, 0xE3A01C01, 0xE5801040, 0xE3A01001, 0xE5801044,
    0xEE070F90, 0xE321F053, 0xE321F0D3, 0xEAFFFFFB,
    0xE3A03502, 0xE2833B0A, 0xE3A01002, 0xE5831020, 0xEAFFFFFE,
)  # fmt: skip


@pytest.mark.parametrize("chip", ["BK7231T", "BK7238"])
def test_a_cpu_that_sleeps_with_interrupts_masked_is_woken_by_one(chip: str) -> None:
    limits = EmuLimits(instructions=2_000_000, wall_s=20.0)
    answer = run_boot(scrambled(guest(*SLEEPS_MASKED), chip), chip=chip, limits=limits, pins=True)
    (pin,) = answer["pins"]
    assert (pin["gpio"], pin["modes"]) == (8, ["output"])
    assert pin["first_s"] == pytest.approx(0x1_0000 / 26e6, abs=0.0002)


# PWM channel 1 every 0x8000 ticks, its interrupt wanted, masked in the CPU:
# { wait for bit 9 of 0x80204C }; then P8 becomes an output and the guest stays.
WAITS_FOR_PENDING = (
    0xE3A00502, 0xE2800C2A, 0xE3A01902, 0xE5801094, 0xE3A01030, 0xE5801080,
    0xE3A03502, 0xE2833A02, 0xE3A01C02, 0xE5831040, 0xE593204C, 0xE3120C02, 0x0AFFFFFC,
    0xE3A03502, 0xE2833B0A, 0xE3A01002, 0xE5831020, 0xEAFFFFFE,
)  # fmt: skip


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231U"])
def test_a_guest_that_waits_for_a_masked_interrupt_gets_on_in_the_right_time(chip: str) -> None:
    limits = EmuLimits(instructions=2_000_000, wall_s=20.0)
    flash = scrambled(guest(*WAITS_FOR_PENDING), chip)
    answer = run_boot(flash, chip=chip, limits=limits, pins=True)
    (pin,) = answer["pins"]
    assert pin["first_s"] == pytest.approx(0x8000 / 26e6, abs=0.0001)
    assert answer["polled"] is None


# r0 = 0x802C00; converter on; { +0xC |= 0x28010; while +0xC has one of them }; then P8 as above.
CLEARS_ADC_STATES = (
    0xE3A00502, 0xE2800B0B, 0xE3A01001, 0xE5801000, 0xE3A01A28, 0xE3811010,
    0xE590200C, 0xE1822001, 0xE580200C, 0xE590200C, 0xE1120001, 0x1AFFFFF9,
    0xE3A03502, 0xE2833B0A, 0xE3A01002, 0xE5831020, 0xEAFFFFFE,
)  # fmt: skip


def test_a_guest_that_clears_the_states_of_the_converter_gets_on_on_bk7238() -> None:
    limits = EmuLimits(instructions=2_000_000, wall_s=20.0)
    answer = run_boot(guest(*CLEARS_ADC_STATES), chip="BK7238", limits=limits, pins=True)
    assert [pin["gpio"] for pin in answer["pins"]] == [8]


def test_a_guest_that_waits_in_vain_names_the_register() -> None:
    # r0 = 0x802A00; loop: ldr r2, [r0, #0xFC]; tst r2, #1; beq loop
    words = (0xE3A00502, 0xE2800C2A, 0xE59020FC, 0xE3120001, 0x0AFFFFFC)
    limits = EmuLimits(instructions=7_000_000, wall_s=20.0)
    answer = run_boot(guest(*words), chip="BK7231U", limits=limits, pins=True)
    assert answer["polled"] == 0x80_2AFC


def test_a_run_for_pins_ends_when_no_new_one_can_be_expected() -> None:
    answer = run_boot(guest(0xEAFFFFFE), chip="BK7231U", pins=True)
    assert answer["emulated_s"] == pytest.approx(PINS_SETTLE_S, rel=0.01)


def test_a_guest_that_floods_the_log_is_cut() -> None:
    # r0 = 0x802000; r1 = 'U'; loop: str r1, [r0, #0x20C]; b loop
    answer = run_boot(
        guest(0xE3A00502, 0xE2800A02, 0xE3A01055, 0xE580120C, 0xEAFFFFFD),
        chip="BK7231U",
        limits=QUICK,
    )
    assert set(answer["log"]) == {"U"}
    assert len(answer["log"]) <= 0x10000


def test_a_guest_that_faults_for_ever_is_a_fault() -> None:
    answer = run_boot(guest(0xE3A00605, 0xE5901000), chip="BK7231U", limits=QUICK)
    assert answer["boots"] is False


def test_a_guest_that_needs_too_much_memory_is_ended() -> None:
    limits = EmuLimits(instructions=1000, wall_s=1.0, memory=64 << 20, grace_s=8.0)
    with pytest.raises(EmulatorFailed):
        run_boot(guest(0xEAFFFFFE), chip="BK7231U", limits=limits)


def test_unknown_chips_are_refused() -> None:
    with pytest.raises(NoBoard):
        run_boot(b"", chip="ESP8266")
