"""Catching the boot code: windows, speeds, resets, consoles, silence - on virtual time."""

from __future__ import annotations

import itertools

import pytest
from boot_rig import Rig, forged

from plugsmith.boot.linking import LinkPolicy, answers_again, link, link_again
from plugsmith.errors import Cancelled
from plugsmith.errors.link import LinkLost, NoAnswer
from plugsmith.errors.port import PortLost
from plugsmith.events import CancelToken, EventLog, TaskEnd, Warning_
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.sim.chip.app_stage import AppUart
from plugsmith.sim.faults import Echo, FaultPlan, PortVanishes, SilentChip
from plugsmith.sim.timing import WaitTimes


def _running(who: str, chip: str, *, uart: AppUart = AppUart.SILENT, lines: str = "none") -> Rig:
    rig = Rig.of(who, forged(chip), uart=uart, held=False, lines=lines)
    rig.clock.sleep(2.0)
    rig.chip.advance(rig.clock.monotonic())
    return rig


@pytest.mark.parametrize(("who", "chip"), [("t-1.0.5", "BK7231T"), ("n-rom", "BK7231N")])
@pytest.mark.parametrize("line", ["rts", "dtr", "both"])
def test_a_line_that_is_wired_to_cen_resets_the_chip(who: str, chip: str, line: str) -> None:
    rig = _running(who, chip, lines=line)
    client = rig.link(timeout_s=15)
    assert client.link_check()
    assert rig.clock.monotonic() < 12


@pytest.mark.sample(2)
@pytest.mark.parametrize("paced", [True, False])
@pytest.mark.parametrize(("who", "chip"), [("t-1.0.5", "BK7231T"), ("n-rom", "BK7231N")])
def test_a_reset_by_hand_at_any_moment_is_caught(who: str, chip: str, paced: bool) -> None:
    """The ROM's window is 5 ms; polls must hit it wherever they are in their round."""
    for tenth in range(12):
        rig = Rig.of(who, forged(chip), held=False, lines="none", paced=paced)
        rig.clock.sleep(2.0)
        press_at = rig.clock.monotonic() + 0.9 + 0.137 * tenth
        port = rig.port
        real_read = port.read

        def read(limit: int, timeout_s: float, rig=rig, at=press_at, real=real_read) -> bytes:
            if rig.clock.monotonic() >= at and rig.chip.resets == 1:
                rig.chip.press_reset(now=rig.clock.monotonic())
            return real(limit, timeout_s)

        port.read = read  # type: ignore[method-assign]
        begin = rig.clock.monotonic()
        rig.link(timeout_s=10)
        assert rig.clock.monotonic() - begin < 4


@pytest.mark.parametrize("uart", [AppUart.CONSOLE, AppUart.ADR, AppUart.SDK_RESET])
def test_running_firmware_that_listens_is_restarted(uart: AppUart) -> None:
    rig = _running("t-1.0.6", "BK7231T", uart=uart)
    assert rig.link(timeout_s=20).link_check()


def test_silence_ends_in_time_and_says_what_to_do() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"), faults=FaultPlan(faults=(SilentChip(),)))
    with pytest.raises(NoAnswer) as caught:
        rig.link(timeout_s=5)
    assert caught.value.exit_code == 4
    assert caught.value.code == "PS-LINK-TIMEOUT"
    assert caught.value.facts["heard"] == "silence"
    assert 5 <= rig.clock.monotonic() < 7  # other chips are greeted before the verdict
    assert caught.value.hint
    ends = [event for event in rig.log if isinstance(event, TaskEnd)]
    assert [event.ok for event in ends] == [False]


def test_an_echo_is_named() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"), faults=FaultPlan(faults=(SilentChip(), Echo())))
    with pytest.raises(NoAnswer) as caught:
        rig.link(timeout_s=4)
    assert caught.value.facts["heard"] == "echo"
    notes = [event for event in rig.log if isinstance(event, Warning_)]
    assert [note.data["heard"] for note in notes] == ["echo"]


def test_without_a_limit_the_user_stops_it() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"), faults=FaultPlan(faults=(SilentChip(),)))
    real_read = rig.port.read

    def read(limit: int, timeout_s: float) -> bytes:
        if rig.clock.monotonic() > 40:
            rig.cancel.cancel()
        return real_read(limit, timeout_s)

    rig.port.read = read  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        rig.link(timeout_s=None)
    assert rig.clock.monotonic() > 40


@pytest.mark.parametrize(("who", "chip"), [("t-1.0.5", "BK7231T"), ("n-rom", "BK7231N")])
@pytest.mark.parametrize("cut", ["idle", "in a write"])
def test_a_chip_left_at_a_raised_speed_is_found_again(who: str, chip: str, cut: str) -> None:
    """As after kill -9: nothing says goodbye, the next run starts at 115200."""
    rig = Rig.of(who, forged(chip), lines="none", patience=WaitTimes(idle_reset_s=2.0), paced=True)
    client, _identity, flash = rig.connect(baud=921_600)
    assert client.baud == 921_600
    if cut != "idle":
        flash.prepare_writes(_sector(0x40000))
        flash.erase(_sector(0x40000))
        rig.port.write(bytes.fromhex("01e0fcfff405100700000400") + b"\xff" * 1000)
    rig.port.set_baud(115_200)
    again = rig.link(timeout_s=20, speeds=(921_600,))
    assert again.link_check()
    assert again.read_4k(0x11000) == rig.chip.nor.content[0x11000:0x12000]


def test_a_speed_that_nobody_wrote_down_is_found() -> None:
    """The chip hears polls at 115200 as noise: they keep it awake, and it says nothing."""
    rig = Rig.of("t-1.0.5", forged("BK7231T"), lines="none", patience=WaitTimes(idle_reset_s=2.0))
    rig.connect(baud=460_800)
    rig.port.set_baud(115_200)
    assert rig.link(timeout_s=15).link_check()
    assert rig.chip.resets == 1


def test_after_unreadable_bytes_it_is_quiet_for_a_while() -> None:
    """A loader that polls at the wrong speed keep awake can reset itself meanwhile."""
    rig = _running("t-1.0.5", "BK7231T", uart=AppUart.NOISE)
    sent: list[float] = []
    real_write = rig.port.write

    def write(data: bytes) -> None:
        sent.append(rig.clock.monotonic())
        real_write(data)

    rig.port.write = write  # type: ignore[method-assign]
    with pytest.raises(NoAnswer) as caught:
        rig.link(timeout_s=8)
    assert caught.value.facts["heard"] == "noise"
    gaps = [b - a for a, b in itertools.pairwise(sent)]
    assert any(2.4 <= gap <= 2.7 for gap in gaps)


def _sector(addr: int):
    from plugsmith.memory import AddressRange

    return AddressRange.sized(addr, 0x1000)


def test_a_link_can_be_made_again_on_the_same_client() -> None:
    rig = Rig.of("q", forged("BK7231Q", "BK7231Q 1.00"), lines="none")
    client, _identity, _flash = rig.connect(baud=921_600)
    client.reboot()
    link_again(client, policy=LinkPolicy(timeout_s=5), sink=rig.log, cancel=rig.cancel)
    assert client.baud == 115_200
    assert client.link_check()


def test_an_idle_chip_leaves_and_is_lost() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"), lines="none")
    client = rig.link()
    rig.clock.sleep(3.0)
    with pytest.raises(LinkLost) as caught:
        client.read_4k(0x11000)
    assert caught.value.exit_code == 4


def test_a_vanished_port_without_a_way_back_is_lost() -> None:
    faults = FaultPlan(faults=(SilentChip(), PortVanishes(at=2000, seconds=None)))
    rig = Rig.of("t-1.0.5", forged("BK7231T"), faults=faults)
    with pytest.raises(PortLost):
        rig.link(timeout_s=20)


class _Returning:
    """A port that vanishes once and comes back when it is reopened."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.info = PortInfo(name="returning")
        self.capabilities = PortCapabilities(modem_lines=False, speed_changes=True, local=True)
        self.gone = False
        self.reopened = 0

    def __getattr__(self, name: str):
        return getattr(self.rig.port, name)

    def write(self, data: bytes) -> None:
        if not self.reopened and self.rig.clock.monotonic() > 1.0:
            self.gone = True
        if self.gone:
            raise PortLost(port="returning")
        if self.reopened:
            self.rig.port.write(data)

    def reopen(self, timeout_s: float) -> bool:
        self.rig.clock.sleep(timeout_s / 4)
        self.gone, self.reopened = False, 1
        return True


class _GoneAtTheAnswer(_Returning):
    """The same, and it vanishes when the boot code has just answered."""

    heard = False

    def read(self, size: int, timeout_s: float) -> bytes:
        data = self.rig.port.read(size, timeout_s)
        self.heard = self.heard or bool(data)
        return data

    def write(self, data: bytes) -> None:
        self.gone = self.heard and not self.reopened
        if self.gone:
            raise PortLost(port="returning")
        self.rig.port.write(data)

    def reopen(self, timeout_s: float) -> bool:
        back = super().reopen(timeout_s)
        self.rig.chip.press_reset(now=self.rig.clock.monotonic())  # with it, its 3.3 V came back
        return back


@pytest.mark.parametrize("kind", [_Returning, _GoneAtTheAnswer])
def test_an_adapter_that_comes_back_goes_on(kind: type[_Returning]) -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"), lines="none")
    port = kind(rig)
    log = EventLog()
    client = link(
        port,  # type: ignore[arg-type]
        policy=LinkPolicy(timeout_s=20),
        clock=rig.clock,
        sink=log,
        cancel=CancelToken(),
    )
    assert client.link_check()
    assert "PS-NOTE-PORT-BACK" in [event.code for event in log if isinstance(event, Warning_)]


def test_a_healthy_firmware_does_not_answer_again_and_a_loop_does() -> None:
    from plugsmith.sim.faults import BootLoop

    for faults, answer in ((FaultPlan(), False), (FaultPlan(faults=(BootLoop(),)), True)):
        rig = Rig.of("t-1.0.5", forged("BK7231T"), faults=faults, lines="none")
        client = rig.link()
        client.reboot()
        rig.clock.sleep(1.2)
        assert answers_again(rig.port, clock=rig.clock, seconds=1.5) is answer


@pytest.mark.parametrize("latency_s", [0.001, 0.016])
def test_a_chip_that_answers_every_poll_is_not_waited_for(latency_s: float) -> None:
    """Once all polls are answered nothing can be on its way: no silence is waited for."""
    rig = Rig.of("n-rom", forged("BK7231N"), paced=True, latency_s=latency_s)
    rig.chip.hold()
    began_s = rig.clock.monotonic()
    client = rig.link()
    assert rig.clock.monotonic() - began_s < 3 * latency_s + 0.006
    assert client.link_check()


def test_answers_to_polls_that_are_still_on_their_way_are_taken_before_the_first_request() -> None:
    rig = Rig.of("n-rom", forged("BK7231N"), paced=True, latency_s=0.016)
    rig.clock.sleep(0.2)
    client = rig.link()
    assert client.port.read(512, 0.1) == b""
    assert client.read_register(0x80_0000) == 0x7231C
