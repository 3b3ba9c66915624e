"""What runs after reset, decided by the flash content, and how applications behave on UART1."""

from __future__ import annotations

from functools import cache

import pytest
from sim_rig import BLANK, LINK_CHECK, LINKED, Host, short

from plugsmith.forge.flash import forge_flash
from plugsmith.sim.chip.app_stage import AppUart
from plugsmith.sim.chip.firmware import judge_application, loader_is_sound
from plugsmith.sim.chip.personality import personality, recognise_loader
from plugsmith.sim.faults import BootLoop, FaultPlan

APP = slice(0x1_1000, 0x13_2000)


@cache
def factory(chip: str, firmware: str = "tuya") -> bytes:
    return forge_flash(chip=chip, firmware=firmware, version="1.18.300")


def after_reset(flash: bytes, boot: str, seconds: float = 3.0, **settings) -> Host:
    host = Host(boot, flash, held=False, named_boot=False, **settings)
    host.pass_time(seconds)
    return host


@pytest.mark.parametrize(("chip", "boot"), [("BK7231T", "t-1.0.5"), ("BK7231N", "n-rom")])
def test_matching_applications_boot(chip, boot):
    for firmware, text in (("tuya", "sdk started"), ("openbeken", f"Open{chip}, version 1.18.300")):
        host = after_reset(factory(chip, firmware), boot)
        assert host.chip.resets == 1
        log = host.chip.log.text
        assert log.index("V:BK7231") < log.index("J 0x10000") < log.index(text)


def damaged(flash: bytes, start: int, end: int) -> bytes:
    return flash[:start] + b"\xff" * (end - start) + flash[end:]


@pytest.mark.parametrize(
    ("start", "end"),
    [(0x1_1000, 0x13_2000), (0x6_0000, 0x13_2000), (0x2_2000, 0x13_2000), (0x2_0000, 0x2_1000),
     (0x1_1000, 0x1_2000)],
)  # fmt: skip
def test_an_erased_or_cut_application_is_a_reset_loop(start, end):
    host = after_reset(damaged(factory("BK7231T"), start, end), "t-1.0.5")
    assert host.chip.resets > 20
    assert host.chip.log.text.count("J 0x10000") > 20
    assert "started" not in host.chip.log.text
    assert host.ask(LINK_CHECK, 0.1) == LINKED or host.ask(LINK_CHECK, 0.1) == LINKED


def test_a_shifted_application_does_not_boot():
    good = factory("BK7231T")
    shifted = good[:0x1_2000] + good[0x1_1000:0x13_1000] + good[0x13_2000:]
    assert not judge_application(shifted, personality("t-1.0.5")).boots


def test_half_old_half_new_does_not_boot():
    old, new = factory("BK7231T"), factory("BK7231T", "openbeken")
    for seam in (0x2_2000, 0x3_3000, 0x4_0000):  # the first two fall between code lines
        assert not judge_application(new[:seam] + old[seam:], personality("t-1.0.5")).boots


@pytest.mark.parametrize(
    ("app_of", "runs_on"),
    [("BK7231N", "t-1.0.5"), ("BK7231T", "n-rom"), ("BK7231N", "m-rom"), ("BK7231M", "n-rom"),
     ("BK7231M", "t-1.0.5"), ("BK7231T", "u-1.0.15")],
)  # fmt: skip
def test_an_application_of_another_chip_does_not_boot(app_of, runs_on):
    who = personality(runs_on)
    home = bytearray(factory(who.chip.upper()))
    for firmware in ("tuya", "openbeken"):
        home[APP] = factory(app_of, firmware)[APP]
        assert not judge_application(bytes(home), who).boots


@pytest.mark.corpus
def test_real_dumps_and_releases_boot_on_their_own_chips(corpus):
    judged = 0
    factories = sorted((corpus / "factory").glob("*.bin"))[::3]  # a third: hashing takes time
    for file in [*factories, *(corpus / "openbeken").glob("*QIO*.bin")]:
        flash = file.read_bytes().ljust(0x20_0000, b"\xff")
        who = recognise_loader(flash[:257])
        if who is None:
            assert "kobi" in file.name or "pc44ha" in file.name  # rotated; storage only
            continue
        assert judge_application(flash, who).boots, file.name
        assert loader_is_sound(flash), file.name
        judged += 1
    assert judged >= 13


@pytest.mark.corpus
def test_wrong_real_images_do_not_boot(corpus):
    def image(chip: str) -> bytes:
        return (corpus / "openbeken" / f"OpenBK{chip}_QIO_1.18.300.bin").read_bytes()

    pairs = [("7231N", "t-1.0.5"), ("7231T", "n-rom"), ("7231M", "n-rom"), ("7231N", "m-rom")]
    for chip, boot in pairs:
        flash = image(chip).ljust(0x20_0000, b"\xff")
        assert not judge_application(flash, personality(boot)).boots


def test_a_rom_chip_with_a_foreign_loader_is_dark_but_reachable():
    host = after_reset(factory("BK7231T"), "n-rom", 0.5)  # no marker: the ROM waits for ever
    assert "J 0x10000" not in host.chip.log.text
    assert host.ask(LINK_CHECK) == LINKED


def test_text_reboot_on_the_openbeken_console():
    host = after_reset(factory("BK7231T", "openbeken"), "t-1.0.5", uart=AppUart.CONSOLE)
    host.port.write(LINK_CHECK + b"reboot 1\n")  # one poll: the command is unknown
    host.pass_time(2.0)
    assert host.chip.resets == 1
    host.port.write(b"reboot 1\n")
    host.pass_time(1.1)
    assert host.chip.resets == 2
    host.pass_time(2.0)
    host.port.write(b"\r\nreboot\n")
    host.pass_time(1.5)
    assert host.chip.resets == 2
    host.pass_time(2.0)
    assert host.chip.resets == 3


def test_frames_for_a_product_mcu_and_noise_reach_the_host():
    host = after_reset(factory("BK7231T"), "t-1.0.5", uart=AppUart.TUYA_MCU)
    assert host.port.read(100, 1.1).startswith(bytes.fromhex("55aa"))
    host = after_reset(factory("BK7231T"), "t-1.0.5", uart=AppUart.NOISE)
    assert host.port.read(100, 1.1)


@pytest.mark.parametrize(
    ("uart", "words"),
    [(AppUart.ADR, LINK_CHECK), (AppUart.SDK_RESET, bytes.fromhex("01e0fc05fe95279527"))],
)
def test_applications_that_restart_on_magic_bytes(uart, words):
    host = after_reset(factory("BK7231T"), "t-1.0.5", uart=uart)
    assert host.chip.resets == 1
    host.port.write(words)
    assert host.chip.resets == 2
    host.pass_time(0.005)
    host.link()


def test_a_weak_supply_loops_whatever_is_in_flash():
    plan = FaultPlan(faults=(BootLoop(),))
    host = after_reset(factory("BK7231T"), "t-1.0.5", faults=plan)
    assert host.chip.resets > 20


def test_reboot_after_a_session_ends_in_boot_text():
    host = Host("n-rom", factory("BK7231N"), named_boot=False)
    host.link()
    host.ask(short(0x0E, b"\xa5"), 0.1)
    host.pass_time(2.0)
    assert "sdk started" in host.chip.log.text


def test_a_loader_chip_with_a_blank_flash_is_silent():
    host = Host("t-1.0.5", BLANK)
    host.chip.who = None
    host.chip.press_reset(now=0.0)
    assert host.ask(LINK_CHECK, 1.0) == b""


def test_boot_protects_the_flash_before_it_jumps():
    assert after_reset(factory("BK7231T"), "t-1.0.5", status=0).chip.nor.status == 0x7C
