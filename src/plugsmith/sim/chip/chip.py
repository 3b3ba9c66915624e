"""A simulated chip: flash, boot code, wires and time. Nothing happens until it is advanced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.sim.chip.app_stage import AppUart, CrashStage, boot_text, run_application
from plugsmith.sim.chip.boot_stage import LoaderStage, RomStage
from plugsmith.sim.chip.bootcode import Outcome, Work
from plugsmith.sim.chip.firmware import LOADER_CODE_END, judge_application, loader_is_sound
from plugsmith.sim.chip.later_registers import registers_of
from plugsmith.sim.chip.log import LogBuffer
from plugsmith.sim.chip.personality import Family, SimBootCode, loader_on, recognise_loader
from plugsmith.sim.chip.stage import Dark, Waiting
from plugsmith.sim.fault_engine import FaultEngine
from plugsmith.sim.faults import FaultPlan, Way
from plugsmith.sim.flash.nor import SECTOR, NorFlash
from plugsmith.sim.flash.parts import SimPart, part_of_size
from plugsmith.sim.timing import (
    DEFAULT_BAUD,
    FRAME_BITS,
    TX_FIFO_LEN,
    DeviceTiming,
    WaitTimes,
    loader_rate,
    rom_rate,
)
from plugsmith.sim.wire import AdapterLine, Line

if TYPE_CHECKING:
    from plugsmith.sim.chip.stage import Stage

_LOADER_PROTECTED = 0x007C  # what a loader leaves behind before it starts the application
_ROM_PROTECTED = 0x001C  # what vendor firmware leaves behind on the ROM family
_REBOOT_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class SimSettings:
    """How a chip is set up. `named_boot`: the boot code was named, the flash need not hold it.

    `silicon` is the chip, where there is no boot code that says it; empty: any.
    """

    paced: bool = False
    latency_s: float = 0.0
    timing: DeviceTiming = field(default_factory=DeviceTiming)
    patience: WaitTimes = field(default_factory=WaitTimes)
    faults: FaultPlan = field(default_factory=FaultPlan)
    part: SimPart | None = None
    status: int | None = None
    uart: AppUart = AppUart.SILENT
    named_boot: bool = False
    silicon: str = ""
    held: bool = True  # held in reset until the first byte


class SimChip:
    """One chip on a board. Times are seconds of whatever clock the caller uses."""

    def __init__(
        self,
        who: SimBootCode | None,
        flash: bytes,
        *,
        settings: SimSettings | None = None,
        now: float = 0.0,
    ) -> None:
        """`who` None: a loader-family chip without a boot loader, silent until it gets one."""
        self.settings = settings or SimSettings()
        self.who = who
        rom = who is not None and who.family is Family.ROM
        part = self.settings.part or part_of_size(len(flash), rom_family=rom)
        status = self.settings.status
        if status is None:
            status = _ROM_PROTECTED if rom else _LOADER_PROTECTED
        self.faults = FaultEngine(self.settings.faults)
        self.nor = NorFlash(part, flash, status=status)
        self.nor.defect = self.faults
        self.nor.on_change = self._flash_changed
        self.timing = self.settings.timing
        self.patience = self.settings.patience
        self.registers = registers_of(who) if who is not None else None
        self.log = LogBuffer()
        self.resets = 0
        self.reset_at: float | None = None  # when it began to run for the last time
        self.rx = Line(paced=self.settings.paced, receiver_rate=lambda: self.rate)
        self.tx = AdapterLine(paced=self.settings.paced, latency_s=self.settings.latency_s)
        self.rate = self._default_rate()
        self._loader_changed = False
        self._crashed = False
        self._reset_line = False
        self._now = now
        self.stage: Stage = Dark(self)
        if self.settings.held:
            self.hold()
        else:
            self.reset(at=now)

    # what the outside does

    def advance(self, now: float) -> None:
        """Let everything happen that happens up to `now`."""
        while True:
            stage = self.stage
            stage.run(now)
            if self.stage is stage:
                break
        self._now = max(self._now, now)

    def next_event(self) -> float | None:
        """When the chip does something next by itself; None if it only waits for the host."""
        due = self.stage.next_event()
        return due if due is None else max(due, self._now)

    def host_send(self, data: bytes, *, now: float, baud: float) -> None:
        """Bytes from the host's TX pin."""
        self.advance(now)
        echo = self.faults.echo(data)
        if echo:
            self.tx.send(echo, at=now, rate=baud, local=True)
        at = now
        for delay, piece in self.faults.cross(Way.TO_CHIP, data):
            at += delay
            self.rx.send(piece, at=at, rate=baud)
        self.advance(now)

    def host_receive(self, limit: int, *, now: float, baud: float) -> bytes:
        """Bytes that have reached the host by `now`."""
        self.advance(now)
        return self.tx.deliver(now, baud, limit)

    def set_reset_line(self, *, low: bool, now: float) -> None:
        """Pull CEN low, or let it go (which starts the chip)."""
        self.advance(now)
        if low and not self._reset_line:
            self.tx.cut(now)
            self.stage = Dark(self)
        elif self._reset_line and not low:
            self.rx.drop_until(now)
            self.reset(at=now)
        self._reset_line = low

    @property
    def reset_line_low(self) -> bool:
        """Whether something pulls CEN low."""
        return self._reset_line

    def hold(self) -> None:
        """Switch off and wait in reset for the host's first byte, as a patient user does."""
        self.tx.clear()
        self.rx.clear()
        self.rate = self._default_rate()
        self.stage = Waiting(self)

    def press_reset(self, *, now: float) -> None:
        """A short reset, or power off and on."""
        self.set_reset_line(low=True, now=now)
        self.set_reset_line(low=False, now=now)

    # what stages use

    def perform(self, work: Work, *, at: float) -> float:
        """Carry out `work` begun `at`; returns when the boot code looks at its input again."""
        if self.faults.power_failed:
            self.faults.power_failed = False
            self.reset(at=at + work.duration_s / 2)
            return at
        if work.reply and self.faults.resets_now():
            self.reset(at=at)
            return at
        done = at + work.duration_s
        if self._crashed or work.outcome in (Outcome.HANG, Outcome.CRASH):
            self.stage = Dark(self)
            return done
        if work.rate is not None:
            self.rate = work.rate
        if work.reply:
            end = self.transmit(work.reply, at=done)
            fifo = TX_FIFO_LEN * FRAME_BITS / self.rate if self.tx.paced else 0.0
            done = max(done, end - fifo)
        if work.outcome is Outcome.RESET:
            self.reset(at=done + _REBOOT_S)
        return done

    def transmit(self, data: bytes, *, at: float) -> float:
        """Send on UART1; returns when the last byte has left the pin."""
        if self.faults.silent or self.faults.swallows_reply():
            return at
        for delay, piece in self.faults.cross(Way.FROM_CHIP, data):
            at += delay
            at = self.tx.send(piece, at=at, rate=self.rate)
        return at

    def print(self, text: str) -> None:
        """Text on UART2."""
        self.log.write(text.encode())

    def reset(self, *, at: float) -> None:
        """Start the boot code anew, if there is one that can run."""
        self.resets += 1
        self.reset_at = at
        self.tx.cut(at)
        self.rate = self._default_rate()
        self._crashed = False
        boot = self._boot_code()
        if boot is None:
            self.stage = Dark(self)
        elif boot.family is Family.ROM and self.registers is not None:
            self.stage = RomStage(self, boot, self.registers, reset_at=at)
        else:
            self.print(f"{boot.banner}\r\nST:00000000\r\n")
            self.stage = LoaderStage(self, boot, reset_at=at)

    def start_application(self, *, at: float, heard: bool) -> None:
        """Leave the boot code for whatever is at 0x11000."""
        who = self.who
        if who is None:
            return
        if heard and who.noise_kills_boot:  # seen on T 1.0.5 and 1.0.6: a wild pointer
            self.reset(at=at)
            return
        if who.family is Family.ROM:
            if not self._flash_loader_runs(who):
                self.stage = Dark(self)
                return
            self.print(f"{who.banner}\r\n")
        else:
            self.nor.status_by_loader(self.nor.part.loader_protect or None)
        self.print("J 0x10000\r\n")
        self._run_application(who, at)

    # inside

    def _run_application(self, who: SimBootCode, at: float) -> None:
        verdict = judge_application(self.nor.content, who)
        if self.faults.boot_loop or not verdict.boots:
            last_words = [(0.005, "prvHeapInit-start\r\n")] if self.faults.boot_loop else []
            self.stage = CrashStage(self, at=at, text=last_words)
            return
        text = boot_text(verdict, who.chip)
        seed = self.settings.faults.seed
        self.stage = run_application(self, at=at, text=text, uart=self.settings.uart, seed=seed)

    def _boot_code(self) -> SimBootCode | None:
        who = self.who
        if (who is not None and who.family is Family.ROM) or not self._loader_changed:
            return who
        head = bytes(self.nor.content[:LOADER_CODE_END])
        silicon = who.chip if who is not None else self.settings.silicon
        found = loader_on(silicon, head[:257]) if silicon else recognise_loader(head[:257])
        if found is None or not loader_is_sound(head):
            return None
        self.who = who or found
        return found

    def _flash_loader_runs(self, who: SimBootCode) -> bool:
        if self.settings.named_boot and not self._loader_changed:
            return True
        head = bytes(self.nor.content[:LOADER_CODE_END])
        found = recognise_loader(head[:257])
        return found is not None and found.key == who.key and loader_is_sound(head)

    def _flash_changed(self, sector: int) -> None:
        if sector * SECTOR >= LOADER_CODE_END:
            return
        self._loader_changed = True
        if sector == 0 and self.who is not None and self.who.family is Family.LOADER:
            self._crashed = True  # the code that runs was just wiped

    def _default_rate(self) -> float:
        rom = self.who is not None and self.who.family is Family.ROM
        return rom_rate(DEFAULT_BAUD) if rom else loader_rate(DEFAULT_BAUD)
