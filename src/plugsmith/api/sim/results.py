"""What the `sim` verb gives back when it is switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.records import Result, record

if TYPE_CHECKING:
    from plugsmith.sim.chip.board import SimBoard


@record
class ChipSession(Result):
    """A simulated chip: clients served, sectors erased, programs, resets, faults that struck."""

    boot: str
    sessions: int
    erased: int
    programmed: int
    resets: int
    struck: tuple[str, ...]

    @classmethod
    def of(cls, board: SimBoard, sessions: int) -> ChipSession:
        """What became of a board that served so many clients."""
        from plugsmith.sim.flash.nor import OpKind

        return cls(
            boot=board.boot,
            sessions=sessions,
            erased=sum(board.chip.nor.erase_counts.values()),
            programmed=[item.kind for item in board.chip.nor.operations].count(OpKind.PROGRAM),
            resets=board.chip.resets,
            struck=tuple(board.chip.faults.struck),
        )


@record
class EmulatedSession(Result):
    """An emulated chip: clients served."""

    boot: str
    sessions: int


@record
class HouseSession(Result):
    """Simulated OpenBeken devices: their addresses, requests answered, restarts."""

    urls: tuple[str, ...]
    requests: int
    restarts: int
