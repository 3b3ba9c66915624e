"""The CPU and its memory: executes a flash image in slices (needs the extra `emu`)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import unicorn
from unicorn import arm_const as arm

from plugsmith.emu.board import RAM_BASE, TCM_BASE, TCM_LEN
from plugsmith.emu.peripherals import Peripherals
from plugsmith.image.physical import LINE_LEN, STORED_LEN, strip_lines
from plugsmith.image.scramble import stream

if TYPE_CHECKING:
    from plugsmith.emu.board import Board

XIP_LEN = 0x20_0000
SLICE = 3000  # instructions between looks at interrupts, UART and watchdog
INSTRUCTIONS_PER_S = 80_000_000  # "80 instructions = 1 us worked" (chip-emulation.md section 8)
_FEED = 8  # host bytes a slice: 2 Mbaud; faster would overrun the boot code's 512-byte ring
# A guest that waits for time reads a counter again and again. Each look costs it about so many
# instructions; after that many looks in a slice the rest of the slice would be nothing but looks.
_LOOK_INSTRUCTIONS, _LOOKS_PER_SLICE = 20, 16
_MODEM = (0x0100_0000, 0x0100_0000)
_MAC_BLOCKS = ((0xC000_0000, 0x8000), (0xC000_9000, 0xF_7000))
_IRQ_OFF, _THUMB, _MODE = 0x80, 0x20, 0x1F
# ARMv5: MCR p15, 0, Rd, c7, c0, 4. A masked interrupt wakes the CPU too, and the guest's code, so
# many instructions long at most, unmasks it then [run: OpenBeken's idle task on BK7238].
_WAIT_FOR_INTERRUPT, _WAKING = 0xEE07_0F90, 200


class Exception_(StrEnum):  # noqa: N801 - the CPU's word for it; `Exception` is a builtin
    """CPU exceptions that the machine delivers."""

    UNDEFINED = "undefined"
    SOFTWARE = "software-interrupt"
    PREFETCH_ABORT = "prefetch-abort"
    DATA_ABORT = "data-abort"
    INTERRUPT = "interrupt"


# vector, mode, what is added to PC for the link register
_VECTORS = {
    Exception_.UNDEFINED: (0x04, 0x1B, 4),
    Exception_.SOFTWARE: (0x08, 0x13, 0),
    Exception_.PREFETCH_ABORT: (0x0C, 0x17, 4),
    Exception_.DATA_ABORT: (0x10, 0x17, 8),
    Exception_.INTERRUPT: (0x18, 0x12, 4),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuFault:
    """An abort: the instruction, the address it wanted (None if unknown), and when."""

    kind: Exception_
    pc: int
    addr: int | None
    at_s: float


class Machine:
    """One board with a flash; `step` runs a slice, time is counted in instructions."""

    def __init__(self, board: Board, flash: bytearray, *, jedec: int | None = None) -> None:
        if jedec is not None:
            board = replace(board, jedec=jedec)
        self.board = board
        self.flash = flash
        self.instructions = 0
        self.resets = 0
        self.faults: list[CpuFault] = []
        self.fault_count = 0
        self._looks = 0
        self.parts = Peripherals(
            board,
            flash,
            now=self.now_s,
            touched=self._flash_changed,
            copy=self._copy_memory,
            waiting=self._look_at_counter,
        )
        self._stream = stream(board.key, start=0, length=XIP_LEN)
        self._wanted: int | None = None
        self._trap: int | None = None
        self._cpu = self._build()
        self._start()

    def now_s(self) -> float:
        """Emulated seconds since power-on."""
        return (self.instructions + self._looks * _LOOK_INSTRUCTIONS) / INSTRUCTIONS_PER_S

    # ---- life -----------------------------------------------------------------------------

    def reset(self) -> None:
        """Reset the CPU and the peripherals; RAM, flash and the reset reason survive."""
        self.resets += 1
        self.parts.reset()
        self._start()

    def step(self, instructions: int = SLICE) -> None:
        """Run one slice, deliver at most one interrupt or exception, look at the watchdog."""
        cpu, parts = self._cpu, self.parts
        parts.uart1.feed(_FEED)
        parts.uart2.feed(_FEED)
        parts.advance(self.now_s())
        if parts.irq_wanted() and self._hears_interrupts():
            self._deliver(Exception_.INTERRUPT)
        self._wanted = self._trap = None
        pc = cpu.reg_read(arm.UC_ARM_REG_PC)
        thumb = 1 if cpu.reg_read(arm.UC_ARM_REG_CPSR) & _THUMB else 0
        failure: Any = None
        try:
            cpu.emu_start(pc | thumb, 0xFFFF_FFFF, count=instructions)
        except unicorn.UcError as error:
            failure = error
        self.instructions += instructions
        self._looks = 0
        parts.watch.turn(self.instructions)
        if failure is not None:
            self._on_failure(failure.errno)
        else:
            self._deliver_trap()
        if parts.watchdog_expired(self.now_s()):
            self.reset()

    def program_counter(self) -> int:
        """Where the CPU is."""
        return int(self._cpu.reg_read(arm.UC_ARM_REG_PC))

    # ---- exceptions -----------------------------------------------------------------------

    def _hears_interrupts(self) -> bool:
        """Whether one may be delivered; a CPU asleep wakes for a masked one, and unmasks it."""
        cpu = self._cpu
        if cpu.reg_read(arm.UC_ARM_REG_CPSR) & _IRQ_OFF and self._asleep():
            for _ in range(_WAKING):
                before = cpu.reg_read(arm.UC_ARM_REG_CPSR)
                if not before & _IRQ_OFF:
                    break
                thumb = 1 if before & _THUMB else 0
                try:
                    cpu.emu_start(self.program_counter() | thumb, 0xFFFF_FFFF, count=1)
                except unicorn.UcError:
                    break  # the next slice meets the same failure and reports it
        return not cpu.reg_read(arm.UC_ARM_REG_CPSR) & _IRQ_OFF

    def _asleep(self) -> bool:
        """Whether the last instruction was ARMv5's "wait for interrupt"."""
        if self._cpu.reg_read(arm.UC_ARM_REG_CPSR) & _THUMB:
            return False
        try:
            last = bytes(self._cpu.mem_read(self.program_counter() - 4, 4))
        except unicorn.UcError:
            return False
        return int.from_bytes(last, "little") & 0xFFFF_0FFF == _WAIT_FOR_INTERRUPT

    def _on_failure(self, errno: int) -> None:
        kind = Exception_.DATA_ABORT
        if errno in {unicorn.UC_ERR_FETCH_UNMAPPED, unicorn.UC_ERR_FETCH_PROT}:
            kind = Exception_.PREFETCH_ABORT
        elif errno == unicorn.UC_ERR_INSN_INVALID:
            kind = Exception_.UNDEFINED
        self.fault_count += 1
        if len(self.faults) < 64:
            self.faults.append(
                CpuFault(kind=kind, pc=self.program_counter(), addr=self._wanted, at_s=self.now_s())
            )
        self._deliver(kind)

    def _deliver_trap(self) -> None:
        if self._trap is not None:
            self._deliver(_TRAPS.get(self._trap, Exception_.UNDEFINED))

    def _deliver(self, kind: Exception_) -> None:
        vector, mode, link = _VECTORS[kind]
        cpu = self._cpu
        before = cpu.reg_read(arm.UC_ARM_REG_CPSR)
        pc = cpu.reg_read(arm.UC_ARM_REG_PC)
        if kind is Exception_.UNDEFINED and before & _THUMB:
            link = 2
        cpu.reg_write(arm.UC_ARM_REG_CPSR, before & ~(_MODE | _THUMB) | mode | _IRQ_OFF)
        cpu.reg_write(arm.UC_ARM_REG_SPSR, before)
        cpu.reg_write(arm.UC_ARM_REG_LR, pc + link & 0xFFFF_FFFF)
        cpu.reg_write(arm.UC_ARM_REG_PC, vector)

    # ---- construction ---------------------------------------------------------------------

    def _build(self) -> Any:  # noqa: ANN401 - Unicorn has no usable types
        cpu = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_ARM)
        cpu.ctl_set_cpu_model(arm.UC_CPU_ARM_946)
        cpu.mem_map(0, XIP_LEN, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        cpu.mem_map(RAM_BASE, self.board.ram_len)
        if self.board.has_tcm:
            cpu.mem_map(TCM_BASE, TCM_LEN)
        cpu.mem_map(*_MODEM)
        for start, length in _MAC_BLOCKS:
            cpu.mem_map(start, length)
        for start, length in (
            (0x80_0000, 0x1_0000), (0x81_0000, 0x1_0000), (0x90_0000, 0x10_0000),
            (0xC000_8000, 0x1000),
        ):  # fmt: skip
            self._map_registers(cpu, start, length)
        cpu.hook_add(unicorn.UC_HOOK_INTR, self._on_trap)
        cpu.hook_add(unicorn.UC_HOOK_MEM_INVALID, self._on_invalid)
        return cpu

    def _map_registers(self, cpu: Any, base: int, length: int) -> None:  # noqa: ANN401 - as above
        parts = self.parts

        def read(_cpu: object, offset: int, size: int, _user: object) -> int:
            addr = base + offset
            word = parts.read(addr & ~3) >> 8 * (addr & 3)
            return word & (1 << 8 * size) - 1

        def write(_cpu: object, offset: int, size: int, value: int, _user: object) -> None:
            addr = base + offset
            if size == 4:
                parts.write(addr, value & 0xFFFF_FFFF)
                return
            shift, mask = 8 * (addr & 3), (1 << 8 * size) - 1
            old = parts.read(addr & ~3) & ~(mask << shift)
            parts.write(addr & ~3, old | (value & mask) << shift)

        cpu.mmio_map(base, length, read, None, write, None)

    def _start(self) -> None:
        self._load(0, len(self.flash))
        self._cpu.ctl_flush_tb()
        self._cpu.reg_write(arm.UC_ARM_REG_CPSR, 0xD3)
        self._cpu.reg_write(arm.UC_ARM_REG_PC, 0)

    def _load(self, start: int, end: int) -> None:
        """Rewrite the logical view of the flash lines that `start`..`end` touch."""
        first, last = start // STORED_LEN, -(-end // STORED_LEN)
        code = strip_lines(bytes(self.flash[first * STORED_LEN : last * STORED_LEN]))
        at = first * LINE_LEN
        code = code[: XIP_LEN - at]
        key = self._stream[at : at + len(code)]
        mixed = int.from_bytes(code, "little") ^ int.from_bytes(key, "little")
        self._cpu.mem_write(at, mixed.to_bytes(len(code), "little"))

    def _flash_changed(self, start: int, end: int) -> None:
        self._load(start, end)

    def _copy_memory(self, target: int, source: int, length: int) -> None:
        with suppress(unicorn.UcError):  # not memory: the real controller's answer is unknown
            self._cpu.mem_write(target, bytes(self._cpu.mem_read(source, length)))

    def _look_at_counter(self) -> None:
        self._looks += 1
        if self._looks >= _LOOKS_PER_SLICE:
            self._cpu.emu_stop()  # what is left of the slice passes without being executed

    def _on_trap(self, cpu: Any, number: int, _user: object) -> None:  # noqa: ANN401 - as above
        self._trap = number
        cpu.emu_stop()

    def _on_invalid(
        self, _cpu: object, _access: int, addr: int, _size: int, _value: int, _user: object
    ) -> bool:
        self._wanted = addr
        return False


_TRAPS = {1: Exception_.UNDEFINED, 2: Exception_.SOFTWARE, 3: Exception_.PREFETCH_ABORT,
          4: Exception_.DATA_ABORT}  # fmt: skip
