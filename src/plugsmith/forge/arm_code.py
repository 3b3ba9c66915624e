"""The code of forged firmware: a few dozen ARM instructions of our own that a CPU can run.

A forged boot loader says its banner on UART2 and jumps to the application, a forged application
says the text that ends its start and stays there. Both do the same: set up a stack and UART2,
switch the watchdog off, print, go on. The stack decides on which chips that works, as with real
firmware (chip-emulation.md sections 2 and 7): where there is no memory, the first push is a data
abort.
"""

from __future__ import annotations

WORD = 4
_AWAY = 14  # index of the word at which a program stays that goes nowhere

# chip-emulation.md section 2: only T, U and Q have RAM up to here, only N, M and 7238 have TCM.
STACK_TOP_OF_RAM = 0x0043_FFF0
STACK_IN_TCM = 0x003F_FFF0

# Registers and values are those of chip-emulation.md section 3.
_CODE = (
    0xE59FD058,  # 00        ldr   sp, stack
    0xE59F4058,  # 01        ldr   r4, uart2
    0xE59F0058,  # 02        ldr   r0, config
    0xE5840000,  # 03        str   r0, [r4]          transmit and receive, 8 bits, 115200
    0xE59F0054,  # 04        ldr   r0, fifo
    0xE5840004,  # 05        str   r0, [r4, #4]
    0xE59F1050,  # 06        ldr   r1, watchdog
    0xE3A0085A,  # 07        mov   r0, #0x5A0000
    0xE5810000,  # 08        str   r0, [r1]
    0xE3A008A5,  # 09        mov   r0, #0xA50000
    0xE5810000,  # 10        str   r0, [r1]          period 0: off
    0xE28F5044,  # 11        add   r5, pc, #0x44     the text
    0xEB000001,  # 12        bl    print
    0xE59FF038,  # 13        ldr   pc, next
    0xEAFFFFFE,  # 14 stay:  b     stay
    0xE92D4000,  # 15 print: push  {lr}
    0xE4D50001,  # 16 char:  ldrb  r0, [r5], #1
    0xE3500000,  # 17        cmp   r0, #0
    0x08BD8000,  # 18        popeq {pc}
    0xE5941008,  # 19 wait:  ldr   r1, [r4, #8]
    0xE3110601,  # 20        tst   r1, #0x100000     write ready
    0x0AFFFFFC,  # 21        beq   wait
    0xE584000C,  # 22        str   r0, [r4, #0xC]
    0xEAFFFFF7,  # 23        b     char
)  # 24 stack, 25 uart2, 26 config, 27 fifo, 28 watchdog, 29 next, 30 text
_UART2, _CONFIG, _FIFO, _WATCHDOG = 0x0080_2200, 0x0000_E11B, 0x0000_3040, 0x0080_2900


def printing_program(text: str, *, at: int, stack: int, then: int | None = None) -> bytes:
    """Code for logical address `at` that prints `text` on UART2 and jumps to `then`, or stays."""
    following = then if then is not None else at + _AWAY * WORD
    literals = (stack, _UART2, _CONFIG, _FIFO, _WATCHDOG, following)
    code = b"".join(word.to_bytes(WORD, "little") for word in (*_CODE, *literals))
    return code + text.encode("ascii") + b"\0"


def branch_target(first: bytes | bytearray, *, at: int) -> int:
    """Where the branch in the four bytes at logical address `at` goes (forward only)."""
    return at + 2 * WORD + WORD * int.from_bytes(first[:3], "little")


def branch(at: int, target: int) -> bytes:
    """A branch forward from `at` to `target`."""
    return ((target - at) // WORD - 2).to_bytes(3, "little") + b"\xea"
